/*
 * The web room: from an HTTP request to a handler and back.
 *
 * A handler is `enum http_status f(struct request *, struct response *)` with a
 * route declared in the comment above it. It shows permission (the route's
 * own), input, work and view, in this order; it never writes HTML or SQL by
 * hand, and a write ends in `write_then`. Before it runs, the gate has checked
 * Host, method, size, session, permission and the form's token; after it, the
 * security headers of headers.c are added to every answer.
 */
#ifndef CANDOUR_WEB_WEB_H
#define CANDOUR_WEB_WEB_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/settings.h"
#include "db/db.h"
#include "html/html.h"
#include "http/http.h"
#include "web/catalogue.h" /* generated: enum language, the sentences */

enum http_status {
    HTTP_ANSWERS_LATER = 0, /* what write_then returns */
    HTTP_OK = 200,
    HTTP_SEE_OTHER = 303,
    HTTP_NOT_MODIFIED = 304,
    HTTP_BAD_REQUEST = 400,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_METHOD_NOT_ALLOWED = 405,
    HTTP_CONFLICT = 409,
    HTTP_GONE = 410,
    HTTP_TOO_LARGE = 413,
    HTTP_URI_TOO_LONG = 414,
    HTTP_MISDIRECTED = 421,
    HTTP_UNPROCESSABLE = 422,
    HTTP_TOO_MANY = 429,
    HTTP_SERVER_ERROR = 500,
    HTTP_UNAVAILABLE = 503,
};

/* What a route asks of the person; roles are mapped to these by the staff room. */
enum permission {
    PERMISSION_PUBLIC,
    PERMISSION_SIGNED_IN,
    PERMISSION_POST_WRITE,
    PERMISSION_POST_APPROVE,
    PERMISSION_POST_PUBLISH,
    PERMISSION_POLICY_SIGN,
    PERMISSION_ADMINISTER,
    PERMISSIONS
};

/* Who is signed in. The name is for pages, never for a log. */
struct principal {
    int64_t account;
    struct str user;
    struct str name;
    uint32_t permissions; /* bit 1 << enum permission */
    int64_t ends;         /* of the session, ms */
};

/*
 * Sessions belong to a higher room. `find` takes the SHA-256 of the cookie's
 * token inside a read snapshot; STATUS_NOT_FOUND for none, ended or disabled.
 */
struct auth {
    void *self;
    enum status (*find)(void *self, struct db_tx *tx, struct arena *arena, struct str token_sha256, int64_t now,
                        struct principal *out);
    /* Ends that session inside an act; one that is not there is no failure. May be NULL. */
    enum status (*end)(void *self, struct db_tx *tx, struct str token_sha256);
};

enum { REQUEST_ARENA_MAX = 8 * 1024 * 1024, RESPONSE_BODY_MAX = 4 * 1024 * 1024, FORM_FIELDS_MAX = 256 };

/* Forms with files. Those of a part's head stand in multipart.h. */
enum {
    UPLOAD_MAX = 256 * 1024 * 1024,         /* the most that a route may declare for one form */
    UPLOAD_FIELDS_MAX = 64,                 /* fields of one form, those with files counted */
    UPLOAD_FILES_MAX = 32,                  /* files of one form, then 413 */
    UPLOAD_TEXT_MAX = 64 * 1024,            /* bytes of all that is no file, names of files included, then 413 */
    UPLOADS_MAX = 128,                      /* that come in at once, then 503 */
    UPLOADS_BYTES_MAX = 1024 * 1024 * 1024, /* on the disk, of all that are in hand, then 503 */
};

struct request;
struct response;
typedef enum http_status web_handler(struct request *req, struct response *res);

/* ---- Routes (the table is generated from the comments above handlers) ---- */

enum query_type { QUERY_TEXT, QUERY_INT, QUERY_WORD };
struct query_field {
    const char *name;
    enum query_type type;
    int64_t min, max; /* int: range; text and word: most bytes */
};

enum body_kind { BODY_NONE, BODY_FORM, BODY_UPLOAD };

struct route {
    const char *method; /* "GET" (serves HEAD too) or "POST" */
    const char *path;   /* "/news/{year}/{slug}" */
    enum permission permission;
    const struct query_field *query;
    size_t query_n;
    enum body_kind body;
    uint64_t body_max;
    const struct upload_form *upload; /* BODY_UPLOAD: what the form may bring */
    bool csrf;
    bool csrf_again; /* without the token, or the database (req->db is NULL), the handler runs too, to show what was
                        typed again, and may write nothing: form_stale */
    bool cached;     /* may stand in the page cache: public, GET, no cookie read */
    bool no_store;   /* report, receipt and desk pages; with `cached`: kept here for all who ask, by no browser */
    web_handler *handler;
    const char *help;
    const char *where; /* "src/site/news.c:42" */
};

/* ---- Requests ---- */

enum value_state { VALUE_ABSENT, VALUE_INVALID, VALUE_OK };
struct value {
    enum value_state state;
    struct str text; /* as sent, also where invalid, so that a form can show it again */
    int64_t number;
};

struct request {
    struct arena *arena;
    struct web *web;
    struct db *db;
    const struct settings *settings;
    const struct route *route;
    const struct principal *who; /* NULL: nobody signed in, or a cached route */
    enum language language;
    int64_t now;
};

/* Parameters of the path by position (generated names: SITE_POST_PARAM_SLUG), decoded. */
struct str request_param(const struct request *req, size_t at);
/* Query fields by position (SITE_NEWS_QUERY_AFTER). */
const struct value *request_query(const struct request *req, size_t at);
/* The address asked for, with its canonical query: absolute, from the setting site.address and never from Host. */
struct url request_address(struct request *req);
/* An own path as others must write it: absolute, from the setting too. */
struct url request_absolute(struct request *req, struct url own);
/* The name of the site's host, without a port; for names that must stay the same (RFC 4151). */
struct str request_host(struct request *req);
/* A path of our own site in the request's language: "/news" is "/cy/news" in Welsh. */
struct url request_own(struct request *req, struct str path);

/*
 * A read snapshot. It ends with `request_read_end`, with `web_layout` (which begins the view: rows are copied
 * into the arena before it), and with the handler. While it stands, a further call gives the same.
 */
enum status request_read(struct request *req, struct db_tx **out, struct fault *fault);
void request_read_end(struct request *req);
/* The SHA-256 of the session's token that the browser sent, or STR_NONE; what `session_end` wants. */
struct str request_session(const struct request *req);

/* ---- Forms: fields are an enum with a table of validators ---- */

enum field_type { FIELD_TEXT, FIELD_LINES, FIELD_INT, FIELD_CHOICE, FIELD_TICK, FIELD_FILE };
struct form_field {
    const char *name;
    enum field_type type;
    int64_t min, max;    /* text: code points; int: range; file: bytes of each */
    const char *choices; /* FIELD_CHOICE: words separated by spaces */
    bool required;
    size_t files; /* FIELD_FILE: most files; 0: one */
};

/* The form of a route with "body: upload", as its handler reads it and as it is checked while it comes in. */
struct upload_form {
    const struct form_field *fields;
    size_t n; /* at most UPLOAD_FIELDS_MAX */
};

/*
 * Reads application/x-www-form-urlencoded, or on a route with an upload what
 * came with it. `out` has one value for each field.
 * A field that is not declared, comes twice, or is not text: STATUS_INVALID
 * with 400. Values that fail their validator are VALUE_INVALID and it is the
 * handler's to say so: `*all_good` is false. The value of FIELD_FILE has the number of
 * files that came, and the name of the first as text; it is invalid where they are too
 * many, or one is too large or too small.
 */
enum status form_read(struct request *req, const struct form_field *fields, size_t n, struct value *out,
                      bool *all_good);
/*
 * A file that came. It has no name on the disk and is gone when the answer is made: whoever keeps it longer
 * duplicates the descriptor. What the visitor's machine called it, and whatever type it claimed, is no more than a
 * claim.
 */
struct upload_file {
    int fd;          /* to be read from its beginning; -1: more than its field takes, so that nothing was kept */
    uint64_t size;   /* bytes that came */
    struct str name; /* a line without a path, for showing it; empty where it was none */
};
/* The file at that place of a FIELD_FILE, in the order in which they came; NULL: no such. */
const struct upload_file *request_file(const struct request *req, size_t field, size_t at);

/* The name of the hidden field that carries the token. In a form with files it must be the first. */
#define FORM_TOKEN_FIELD "form-token"
/*
 * The token of this visitor for that field; sets the cookie where there is none. It is bound to the session of
 * who is signed in, else to the cookie. Not on a cached route: there the answer becomes a 500.
 */
struct str form_token(struct request *req, struct response *res);

/*
 * Only on a route with "csrf: again": the token was not good, because the page was open too long, or the database is
 * away (req->db is NULL). Whoever sent it gets the form again with what was typed and a new token; an act that is begun
 * nevertheless is a 500.
 */
bool form_stale(const struct request *req);

/* ---- Responses ---- */

typedef enum http_status web_view_fn(struct request *req, struct response *res, void *arg);

struct response {
    struct buf body;
    struct str content_type; /* text/html; charset=utf-8 until set */
    struct url location;     /* for 303 */
    int64_t valid_until;     /* ms; INT64_MAX: until the next public act */
    int retry_after;         /* seconds */
    struct fault fault;      /* words for an error page */
    struct str cookies;      /* whole header lines; only through the functions below */
};

/* Puts the session's cookie, or takes it away. The token is the 32 bytes that `session_start` gave. */
void response_session_start(struct request *req, struct response *res, const unsigned char token[32]);
void response_session_end(struct request *req, struct response *res);

/*
 * Ends a handler: `fn(tx, arg)` runs as an act (db.h); after its commit
 * `view` runs once on a pool thread and its status is the answer. For an act
 * that failed `view` never runs; `refused` does, where it is not NULL, with
 * res->fault set, else the error page of the status is sent. `arg` lives in the request's arena.
 */
enum http_status write_then(struct request *req, struct response *res, db_write_fn *fn, void *arg, web_view_fn *view,
                            web_view_fn *refused);

/* The page for an error, with the fault's words where there are any. */
enum http_status response_error(struct request *req, struct response *res, enum http_status status);
enum http_status response_see_other(struct request *req, struct response *res, struct url to);
/* The HTTP status for what went wrong below. */
enum http_status http_status_of(enum status status);

/* What every page needs: fills the generated struct of layout.html from settings, language and address. */
struct layout;
/* `title` STR_NONE: the site's name alone. Ends the read snapshot. */
void web_layout(struct request *req, struct layout *out, struct str title);
/* "16 October 2022 at 7:11pm" and "16 October 2022", GOV.UK style, in the request's language. */
struct str web_time_words(struct request *req, int64_t ms);
struct str web_day_words(struct request *req, int64_t ms);
/* "October"; from 1. */
struct str web_month_words(enum language language, int month);

/* ---- The site as a whole ---- */

/* A file of assets/ that is in the binary; the address holds its hash. */
struct asset {
    const char *name;    /* "candour.css" */
    const char *address; /* "/a/3f9c…/candour.css" */
    const char *type;
    const unsigned char *bytes;
    size_t n;
};
/* A name that is not in the binary is a bug. */
struct url web_asset(struct str name);
/* Its bytes, for the few files that are also asked for under an address without a hash. */
struct str web_asset_bytes(struct str name);
/*
 * The paths of pages that everybody may read, as the routes declare them: those that may be cached and have no part to
 * fill in; not formats for programs (with a dot), nor what answers a form (below its address). At most `max`.
 */
size_t web_pages(const struct request *req, struct str *out, size_t max);

struct web_options {
    struct db *db; /* NULL while the database is away: every page but assets and /healthz is the 503 page */
    const struct settings *settings;
    const struct route *routes;
    size_t routes_n;
    const struct auth *auth;
    struct str key; /* 32 bytes of the key file, for cookies before sign-in */
    bool demonstration;
    struct str address; /* stands above the setting site.address where it is not empty; as web_address_check takes it */
    const char
        *folder; /* where files stay while a form is in hand, unless site.upload_folder says another; NULL: /tmp */
    /* Called when the database is away, at most once a second; gives it when it is back. May be NULL. */
    struct db *(*reopen)(void *self);
    void *reopen_self;
};

/* Whether web_new takes it as site.address; else STATUS_INVALID with the words for who wrote it. */
enum status web_address_check(struct str address, struct fault *fault);
/*
 * Whether exit.target is an address to leave `site` for: https, of another host; else STATUS_INVALID with the words
 * for who wrote it.
 */
enum status web_exit_check(struct str target, struct str site, struct fault *fault);
/* Whether white words can be read on site.colour (`#rrggbb`); else STATUS_INVALID with the words for who wrote it. */
enum status web_colour_check(struct str colour, struct fault *fault);
/* Whether site.logo, a path of `folder` where it does not begin with '/', can be shown; empty is good. As above. */
enum status web_logo_check(struct str name, const char *folder, struct fault *fault);
enum status web_new(struct web **out, const struct web_options *options, struct fault *fault);
void web_free(struct web *web);
const struct http_app *web_http_app(struct web *web);
extern const struct setting_table web_settings;

/*
 * ---- Figures for Prometheus (metrics.c) ----
 *
 * No figure and no label holds anything that a visitor sent: labels are words of a closed list. Counting costs an
 * answer from memory a few plain additions, no lock and no allocation.
 */
struct web_metrics;
/* A figure that somebody else counts, under its name; rows of one name stand together, with the same help. */
struct web_metric {
    const char *name, *help;
    const char *labels; /* role="web", or NULL */
    const _Atomic uint64_t *value;
};
/* Once, before the site is served; from then on web_http_app counts. `version` and `more` must live as long. */
enum status web_metrics_new(struct web_metrics **out, struct web *web, struct str version,
                            const struct web_metric *more, size_t more_n, struct fault *fault);
/* The server of the site, while it stands; NULL: none. */
void web_metrics_watch(struct web_metrics *metrics, struct http_server *server);
/* What answers GET /metrics and nothing else: for a listener that only this machine reaches. */
const struct http_app *web_metrics_app(struct web_metrics *metrics);
/* After both servers, before the web. */
void web_metrics_free(struct web_metrics *metrics);

#endif
