/*
 * What the files of the web room share and nobody else sees.
 *
 * A request lives in a `struct serving`, made in a workspace (arena and body
 * buffer) that goes with it from thread to thread and is given back when its
 * answer's bytes have left. A page that many visitors may get is a
 * `struct page`: immutable, counted, on the heap (page.c, cache.c).
 */
#ifndef CANDOUR_WEB_INSIDE_H
#define CANDOUR_WEB_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "web/web.h"

#define REOPEN_NS (INT64_C(1000) * 1000 * 1000)

enum {
    ROUTE_PARAMS_MAX = 8,
    ROUTE_DEPTH_MAX = 16,  /* segments of a declared path */
    QUERY_FIELDS_MAX = 16, /* declared fields of one route */
    PAGE_KEY_MAX = 1024,   /* a longer key is not cached */
    WORKSPACES_KEPT = 16,  /* spare ones, for the next requests */
    WORKSPACE_BODY_KEPT = 128 * 1024,
    STALE_TRIES_AT_ONCE = 2, /* then a render waits until the writer is through */
    STALE_TRIES_MAX = 12,    /* a page that is out of date again and again ends in 503 */
    ETAG_BYTES = 16,
    ENCODING_MIN = 512, /* a shorter body is sent as it is: it goes in the packet of its head either way */
    COOKIE_NONCE = 16,
    MAC_BYTES = 32,
    TOKEN_BYTES = 32,        /* of a session */
    FORM_TOKEN_MAX = 64,     /* of a form, in letters */
    RETRY_AFTER_SECONDS = 5, /* what a 503 asks for */
};

/* ---- Routes: routes.c ---- */

struct route_found {
    const struct route *route; /* NULL: see `allowed` */
    unsigned allowed;          /* bits of enum route_method that the path has; 0: no such path */
    struct str params[ROUTE_PARAMS_MAX];
};
enum route_method { ROUTE_GET = 1, ROUTE_POST = 2 };

struct route_tree;
/* STATUS_INVALID names the route that cannot stand. */
enum status route_tree_new(struct route_tree **out, const struct route *routes, size_t n, struct fault *fault);
void route_tree_free(struct route_tree *tree);
/* No allocation. Parameters point into `path`. */
void route_find(const struct route_tree *tree, enum http_method method, struct str path, struct route_found *out);

/* Takes a language's prefix off: "/cy/news" is "/news" in Welsh. */
enum language path_language(struct str *path);

/* ---- Query and form bytes: query.c ---- */

/* Undoes %XX and '+' into `room` (at least s.n bytes). False where a % is not followed by two hex digits. */
bool form_decode(struct str s, char *room, struct str *out);
/*
 * Declared fields of a route out of a raw query; `room` has at least raw.n bytes. False where a declared
 * field is invalid: then there is no canonical query.
 */
bool query_read(const struct route *route, struct str raw, char *room, struct value *out);
/* "after=x&page=2" in the order of the declaration, without "?"; false when it does not fit. */
bool query_canonical(const struct route *route, const struct value *values, char *room, size_t size, struct str *out);

/* ---- Headers: headers.c ---- */

enum caching { CACHING_REVALIDATE, CACHING_NO_STORE, CACHING_IMMUTABLE };
/* Everything that every answer carries, as whole lines. */
struct str headers_security(bool secure);
struct str headers_caching(enum caching caching);
/* Has the browser forget the site; it listens to that on https and localhost alone. */
struct str headers_clear(void);
/* Quoted, in `room`. */
enum { ETAG_SIZE = 2 * ETAG_BYTES + 2 };
struct str etag_of(struct str body, char room[ETAG_SIZE]);
bool etag_matches(const struct http_head *head, struct str etag);

/* ---- Content codings: encoding.c ---- */

enum encoding { ENCODING_NONE, ENCODING_GZIP, ENCODING_BROTLI, ENCODINGS };
/* As it stands in Content-Encoding. */
struct str encoding_name(enum encoding encoding);
/* Whether a body of this type and length is worth compressing. */
bool encoding_worth(struct str content_type, size_t n);
/*
 * Which one to send, of those in `have` (bits 1 << enum encoding; plain is always there), by the Accept-Encoding of
 * the head. Plain where none is sent, and where nothing that there is would be taken.
 */
enum encoding encoding_choose(const struct http_head *head, unsigned have);
/* A body in each coding, on the heap; STR_NONE where it would not be smaller or there was no memory. */
struct encoded {
    struct str bodies[ENCODINGS];
};
void encoded_make(struct encoded *out, struct str body);
void encoded_free(struct encoded *encoded);

/* ---- Pages that many may get: page.c ---- */

/* The answer in one coding. */
struct variant {
    struct str etag;   /* STR_NONE: none */
    struct str fields; /* whole header lines; those of a 304 are the same without Content-Type and Content-Encoding */
    struct str fields_304;
    struct str body;
};

struct page {
    _Atomic uint32_t refs;
    _Atomic bool used; /* since the hand of the clock went by */
    uint64_t hash;
    uint64_t number; /* web_number() as read in the snapshot that rendered it */
    int64_t valid_until;
    int status;
    int retry_after;
    size_t size;       /* bytes that it takes */
    struct page *next; /* among the retired */
    struct str key;
    bool varies;          /* by Accept-Encoding: says so, and may be compressed */
    _Atomic bool encoded; /* has been, or is being: nobody else needs to */
    unsigned have;        /* bits 1 << enum encoding; ENCODING_NONE is always there */
    struct variant variants[ENCODINGS];
};

struct page_parts {
    struct str key, content_type, body, location, cookies;
    bool varies;                   /* only where the answer is public and the same for everybody */
    const struct encoded *encoded; /* NULL: not compressed yet */
    int status, retry_after;
    enum caching caching;
    bool secure;
    uint64_t number;
    int64_t valid_until;
    unsigned allowed; /* for 405 */
    bool clears;      /* has the browser forget what it kept of this site */
};
/* One reference. NULL when there is no memory. */
struct page *page_new(const struct page_parts *parts);
void page_ref(struct page *page);
void page_unref(struct page *page);
void page_release(void *page); /* page_unref, as an answer's release */
/* Whether this head would get a smaller answer if the page were compressed, and nobody has done that yet. */
bool page_wants_encoding(const struct page *page, const struct http_head *head);
/*
 * The page with its compressed bodies, where this head wants them and nobody else makes them; else the same page.
 * Takes over one reference and gives one. Takes up to a few milliseconds: never on the loop.
 */
struct page *page_encode(struct page *page, const struct http_head *head);
/* The answer for this head (200, or 304); takes over one reference. */
void page_answer(struct page *page, const struct http_head *head, struct http_answer *out);
uint64_t hash_bytes(struct str s);

/* ---- The page cache: cache.c ---- */

struct page_cache;
struct page_cache *page_cache_new(size_t bytes_max);
/* Nobody may read any more. */
void page_cache_free(struct page_cache *cache);
/* No lock, no allocation. One reference more, or NULL. */
struct page *page_cache_get(struct page_cache *cache, struct str key, uint64_t number, int64_t now);
/* Takes one reference of its own; keeps nothing that is out of date. In place of the page of the same key. */
void page_cache_put(struct page_cache *cache, struct page *page, uint64_t number);
size_t page_cache_bytes(struct page_cache *cache);

/* ---- One render in flight: flight.c ---- */

struct flight;
struct flights {
    pthread_mutex_t lock;
    struct flight *first;
    uint64_t begun, parked; /* since the start */
};
enum flight_kind { FLIGHT_CACHED, FLIGHT_PARKED, FLIGHT_OURS, FLIGHT_NO_MEMORY };
enum flight_kind flight_enter(struct flights *flights, struct page_cache *cache, struct http_exchange *x,
                              struct str key, uint64_t number, int64_t now, struct flight **ours, struct page **cached);
/* Ends it; `answer` is called for each that was parked. */
void flight_end(struct flights *flights, struct flight *flight, void (*answer)(void *self, struct http_exchange *x),
                void *self);

/* ---- Assets: assets.c ---- */

struct assets;
/* The entries of both tables; those of `more` must live as long. */
enum status assets_new(struct assets **out, const struct asset *table, size_t n, const struct asset *more,
                       size_t more_n, struct fault *fault);
void assets_free(struct assets *assets);
bool assets_answer(const struct assets *assets, const struct http_head *head, struct http_answer *out);

/* ---- The force's own look: look.c ---- */

enum { LOOK_ASSETS = 2 };
struct look {
    struct arena *arena;
    struct url style, logo;           /* the logo is NONE where there is none */
    int64_t logo_width, logo_height;  /* as it is shown */
    struct str colour;                /* of the header */
    struct asset assets[LOOK_ASSETS]; /* served beside those that are built in; live as long as the web */
    size_t assets_n;
};

/* ---- The site ---- */

struct workspace {
    struct web *web;
    struct workspace *next; /* among the spare ones */
    struct arena *arena;
    struct buf body;
};
struct workspace *workspace_take(struct web *web);
void workspace_give(struct workspace *space);
void workspaces_free(struct web *web);
struct serving;

struct web {
    struct http_app app;
    struct web_options options;
    struct route_tree *tree;
    struct page_cache *cache;
    struct flights flights;
    struct assets *assets;
    struct look look;
    struct web_metrics *metrics; /* NULL: nobody measures */
    struct page **errors;        /* by language, scheme, status and methods allowed */
    struct page *exits[2];       /* by scheme */
    bool https;                  /* site.address is https */
    bool loopback;               /* localhost and its addresses are our Hosts too, with any port */
    char host_room[HTTP_HOST_MAX];
    struct str host; /* of site.address, with its port where it is not the scheme's own */

    _Atomic(struct db *) db;
    _Atomic uint64_t epoch; /* raised when the database comes back */
    _Atomic bool away;
    pthread_mutex_t reopen_lock;
    int64_t reopen_ns;

    pthread_mutex_t spare_lock;
    struct workspace *spare;
    size_t spares;

    const char *upload_folder;
    char *upload_folder_given;     /* the same, where a setting gave it */
    _Atomic size_t uploads;        /* in hand */
    _Atomic uint64_t upload_bytes; /* on the disk, of all of them */
};

/* The database, or NULL while it is away; asks for it at most once a second. May block: pool only. */
struct db *web_database(struct web *web);
void web_database_lost(struct web *web);
/* The public generation together with the count of databases that we had. 56 bits. */
uint64_t web_number(struct web *web);
uint64_t web_number_epoch(struct web *web);
uint64_t web_number_make(uint64_t epoch, uint64_t generation);

/* Error pages made at start: errors.c. */
enum status errors_make(struct web *web, struct fault *fault);
void errors_free(struct web *web);
/* One reference. `allowed` matters for 405. A status that has no page gets that of 500. */
struct page *error_page_of(struct web *web, int status, enum language language, bool secure, unsigned allowed);
/* Writes the page of a status into the response. `more` may be empty. */
void error_page_fill(struct request *req, struct response *res, int status, struct str more);
/* The page of 403 for a form whose token is not good. */
void error_page_fill_form(struct request *req, struct response *res);

/* The look, made at start: look.c. Settings that cannot be used are STATUS_INVALID. */
enum status look_make(struct web *web, struct fault *fault);
void look_free(struct web *web);

/* The exit, made at start: exit.c. Settings that cannot be used are STATUS_INVALID. */
enum status exit_make(struct web *web, struct fault *fault);
void exit_free(struct web *web);
/* One reference. */
struct page *exit_page(struct web *web, bool secure);
/* Whether this head asks for it. No lock, no allocation. */
bool exit_asked(const struct http_head *head);
void exit_answer(struct web *web, const struct http_head *head, struct http_answer *out);

/* ---- A request in hand: serve.c ---- */

struct write_later {
    db_write_fn *fn;
    void *arg;
    web_view_fn *view, *refused;
    enum status status;
    struct fault fault;
};

struct upload;
struct serving {
    struct request request; /* first: a handler's request is its serving */
    struct response response;
    struct http_exchange *exchange;
    const struct http_head *head;
    struct workspace *space;
    struct str path; /* without the language's prefix */
    struct str params[ROUTE_PARAMS_MAX];
    struct value *query;
    struct str canonical;
    bool canonical_good;
    struct flight *flight;
    struct db_tx *snapshot;
    uint64_t
        number;  /* the lowest that a snapshot of this request had; before: as it was when a cached page began, or 0 */
    bool read;   /* it is a snapshot's */
    bool secure; /* cookies carry Secure and __Host- */
    struct principal who;
    unsigned char session[TOKEN_BYTES]; /* SHA-256 of the cookie's token */
    bool session_sent;
    unsigned char form_nonce[COOKIE_NONCE];
    bool form_cookie;            /* the nonce is there, signed by us */
    bool stale;                  /* the form's token was not good, and the route shows the form again */
    bool broken;                 /* our own failure: the answer is the 500 page */
    const struct upload *upload; /* what came with the request; the exchange's. NULL: nothing */
    struct write_later later;
};

/* A request before its gate; NULL when there is no memory. `serving_close` is for one that is not answered. */
struct serving *serving_open(struct web *web, struct http_exchange *x, const struct route_found *found,
                             enum language language, struct db *db);
void serving_close(struct serving *s);

void serve_take(void *self, struct http_exchange *x);
bool serve_still_good(void *self, const struct http_exchange *x);
/* The key of this head in the page cache; false: it has none. No allocation. */
bool serve_key(struct web *web, const struct http_head *head, char room[PAGE_KEY_MAX], struct str *key);

/* Session, permission and token: gate.c. HTTP_OK, or the status to refuse with. */
enum http_status gate_check(struct serving *s);
/* All of it but the token, which comes with the body. */
enum http_status gate_enter(struct serving *s);

/* Cookies: cookies.c. */
void cookies_read(struct serving *s);
void form_cookie_make(struct serving *s);
/* Header lines that take both of our cookies away. */
struct str cookies_expired(bool secure);
struct str base64url(struct arena *arena, const unsigned char *bytes, size_t n);
/* Exactly `n` bytes, or false. */
bool base64url_read(struct str text, unsigned char *out, size_t n);

/* Forms: forms.c. */
/* What a token is bound to: the session, or before there is one the form's cookie. */
struct form_binding {
    bool there, signed_in;
    unsigned char to[TOKEN_BYTES];
};
struct form_binding form_binding_of(const struct serving *s);
bool form_token_fits(const struct web *web, const struct form_binding *binding, struct str sent);
bool form_token_good(const struct serving *s);

extern const struct setting web_setting_rows[];
enum web_setting {
    WEB_SITE_NAME,
    WEB_SITE_COLOUR,
    WEB_SITE_LOGO,
    WEB_SITE_ADDRESS,
    WEB_CACHE_BYTES,
    WEB_UPLOAD_FOLDER,
    WEB_SITE_PHASE,
    WEB_EXIT_WORDS,
    WEB_EXIT_TARGET,
    WEB_SETTINGS
};
/* The public address of the site, as it was given. */
struct str web_address(const struct web *web);
const struct setting_value *web_setting_get(const struct settings *settings, enum web_setting which);

#endif
