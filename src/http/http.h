/*
 * The front: bytes in, requests out. A small, strict HTTP/1.1 server
 * (RFC 9110, RFC 9112) that knows nothing of what it serves.
 *
 * What it serves is a `struct http_app`: five questions that the room above
 * answers. Loops own sockets and never block; everything that may block runs
 * on a pool of threads. One request of a connection is in hand at a time, so
 * answers go out in order.
 *
 * What is refused, with which number, and why, stands in docs/http.md; the
 * test of that table runs against the real binary.
 */
#ifndef CANDOUR_HTTP_HTTP_H
#define CANDOUR_HTTP_HTTP_H

#include "base/status.h"
#include "base/str.h"

/* ---- Limits. Each has a test that reaches it. ---- */

enum {
    HTTP_TARGET_MAX = 4 * 1024,
    HTTP_HOST_MAX = 255,       /* name and port of a Host field */
    HTTP_HEAD_MAX = 16 * 1024, /* request line and fields, with their line ends */
    HTTP_FIELDS_MAX = 100,
    HTTP_BODY_MEMORY_MAX = 64 * 1024,     /* larger ones only into a sink */
    HTTP_BODY_PIECE_MAX = 256 * 1024,     /* a piece handed to a sink */
    HTTP_BODY_ALL_MAX = 64 * 1024 * 1024, /* all body memory together, then 503 */
    HTTP_CONNECTIONS_MAX = 4096,
    HTTP_CONNECTIONS_PER_ADDRESS_MAX = 512, /* off on a proxy's listener */
    HTTP_POOL_THREADS = 8,
    HTTP_QUEUE_MAX = 256, /* then 503 with Retry-After */
    HTTP_LISTENERS_MAX = 16,
    HTTP_ANSWER_FIELDS_MAX = 4 * 1024, /* an answer's own fields, in bytes */

    HTTP_HEAD_SECONDS = 10, /* total, from the first byte */
    HTTP_BODY_SECONDS = 10, /* plus length / HTTP_RATE_BYTES */
    HTTP_RATE_BYTES = 1024, /* a second */
    HTTP_STALL_SECONDS = 8, /* at least HTTP_STALL_BYTES in each such span */
    HTTP_STALL_BYTES = 8 * 1024,
    HTTP_IDLE_SECONDS = 30,       /* keep-alive */
    HTTP_FIRST_BYTE_SECONDS = 60, /* from the whole request to the first byte of its answer */
    HTTP_ANSWER_RATE_BYTES = 4 * 1024,
    HTTP_LINGER_SECONDS = 5, /* after a last answer: read on and discard, so that the client gets to read it */
    HTTP_LINGER_BYTES = 4 * 1024 * 1024,
    HTTP_RETRY_SECONDS = 5, /* Retry-After of a 503 of the front's own */
    HTTP_DRAIN_SECONDS = 65,
    HTTP_DRAIN_IDLE_SECONDS = 2, /* while draining: how long a connection without a request may still bring one */
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_OTHER };

struct http_field {
    struct str name;  /* as sent; compare without case */
    struct str value; /* without surrounding space */
};

/* A head that passed the grammar. Lives until its exchange is answered. */
struct http_head {
    enum http_method method;
    struct str method_name;
    struct str path; /* begins with "/"; percent-decoded once; no NUL, no "%2F", no dot segments: those are refused */
    struct str raw_path; /* as sent */
    struct str query;    /* raw, without "?"; STR_NONE where there is none */
    struct str host;     /* as sent; lower case has been applied */
    bool minor_0;        /* HTTP/1.0: answered and closed */
    const struct http_field *fields;
    size_t fields_n;
    uint64_t length;    /* of the body; 0 where there is none */
    bool secure;        /* the visitor's scheme is https (from a proxy's listener only) */
    bool expects;       /* Expect: 100-continue */
    struct str address; /* the visitor's, as text; for limits only, never for a log */
};

/* The value of the first field of that name, or STR_NONE. */
struct str http_field(const struct http_head *head, struct str name);

/*
 * Grammar, as a pure function of bytes (its file is parse.c): the same result
 * however the bytes arrive.
 */
enum http_parsed { HTTP_PARSED_MORE, HTTP_PARSED_HEAD, HTTP_PARSED_ERROR };
struct http_parse {
    enum http_parsed result;
    size_t used; /* bytes of the head with its empty line */
    int error;   /* 400, 413 (a length beyond 64 bits), 414, 417, 431, 501, 505 */
    bool closes; /* after the answer the connection ends */
};
/*
 * `fields` has room for HTTP_FIELDS_MAX, `path` for HTTP_TARGET_MAX bytes, `host` for HTTP_HOST_MAX. `secure` and
 * `address` of the head are left empty: they are the connection's to know. On an error the head is not to be read.
 */
struct http_parse http_parse_head(struct str bytes, struct http_head *head, struct http_field *fields, char *path,
                                  char *host);

/* ---- Answers ---- */

struct http_answer {
    int status;
    struct str fields; /* whole lines, each ending in CRLF; without Date, Connection, Content-Length */
    struct str body;
    bool head_only; /* HEAD: Content-Length of `body`, and no body */
    bool no_length; /* 304: neither body nor Content-Length */
    bool closes;
    int retry_after; /* seconds; 0: no such field */
    /* Called once, from any thread, when the bytes are no longer needed. May be NULL. */
    void (*release)(void *owner);
    void *owner;
};

/*
 * A larger body goes piecewise to a sink, on pool threads, one piece at a time. `self` is the app's. What `begin`
 * returns other than STATUS_OK becomes an error page (STATUS_LIMIT 413, STATUS_INVALID 400, STATUS_DENIED 403,
 * STATUS_UNAVAILABLE, STATUS_BUSY, STATUS_FULL and STATUS_NO_MEMORY 503, else 500), and so for `piece` and `end`.
 * `abort` is called, once, after a `begin` that was well and no `end` that was well. After an `end` that was well
 * comes `take`, always, also where the client has gone: from then on the state is the app's to free.
 */
struct http_exchange;
struct http_sink {
    enum status (*begin)(void *self, struct http_exchange *x, void **state);
    enum status (*piece)(void *state, struct str bytes);
    enum status (*end)(void *state); /* then `take` is called */
    void (*abort)(void *state);
};

struct http_verdict {
    int error;                    /* 0, or the status to refuse with before the body is read */
    uint64_t body_max;            /* larger: 413 */
    const struct http_sink *sink; /* NULL: the body is collected in memory (at most HTTP_BODY_MEMORY_MAX) */
};

struct http_app {
    void *self;
    /* Loop: what may this head bring? Must not block. */
    struct http_verdict (*judge)(void *self, const struct http_head *head);
    /* Loop: a page made before. Must not block, lock or allocate. False: none. */
    bool (*cached)(void *self, const struct http_head *head, struct http_answer *out);
    /*
     * Loop or pool: the page for an error that the front found itself (400, 403, 408, 413, 414, 417, 421, 431, 500,
     * 501, 503, 505, and whatever `judge` says). Must not block.
     */
    void (*error_page)(void *self, int status, const struct http_head *head_or_null, struct http_answer *out);
    /* Pool: the whole request. Answers now or later with `http_answer`, once. */
    void (*take)(void *self, struct http_exchange *x);
    /* Loop: may a rendered answer still go out? False: `take` is called again. NULL: always. */
    bool (*still_good)(void *self, const struct http_exchange *x);
};

const struct http_head *http_exchange_head(const struct http_exchange *x);
struct str http_exchange_body(const struct http_exchange *x);
/* What `begin` of the sink left. */
void *http_exchange_state(const struct http_exchange *x);
/* A word of the app's own that stays with the exchange (a generation number). */
void http_exchange_mark(struct http_exchange *x, uint64_t mark);
uint64_t http_exchange_marked(const struct http_exchange *x);
/* For `still_good`: the status of the answer that is to go out, and when its head was whole (steady clock). */
int http_exchange_status(const struct http_exchange *x);
int64_t http_exchange_began_ns(const struct http_exchange *x);

/* From any thread, once; afterwards `x` is gone. The answer's bytes stay until `release`. */
void http_answer(struct http_exchange *x, const struct http_answer *answer);
/* From any thread: `run(x, arg)` on a pool thread, even when the queue is full. The exchange waits meanwhile. */
void http_resume(struct http_exchange *x, void (*run)(struct http_exchange *x, void *arg), void *arg);

/* ---- Serving ---- */

struct http_listener {
    int fd;     /* bound and listening; the server does not close it */
    bool proxy; /* X-Forwarded-For and X-Forwarded-Proto of this one are believed */
};

/* An address, or all that begin with the same `bits`; one of IPv4 stands as ::ffff:a.b.c.d. */
struct http_network {
    unsigned char bytes[16];
    unsigned bits;
};
/* "10.0.0.1", "10.0.0.0/8", "fd00::/8". False where it is none, or where bits behind the length are set. */
bool http_network_read(struct str text, struct http_network *out);

struct http_options {
    const struct http_listener *listeners;
    size_t listeners_n;
    int loops;            /* 0: one a core */
    int threads;          /* 0: HTTP_POOL_THREADS */
    bool limit_addresses; /* HTTP_CONNECTIONS_PER_ADDRESS_MAX applies, but not on a proxy's listener */
    /*
     * The proxies' own addresses. On a proxy's listener the visitor is the last in X-Forwarded-For that is none of
     * these, or the first, where all are. Where there are any, only they and this machine are believed there. They
     * must live as long as the server.
     */
    const struct http_network *proxies;
    size_t proxies_n;
};

struct http_server;

enum status http_server_start(struct http_server **out, const struct http_options *options, const struct http_app *app,
                              struct fault *fault);
/* Accepts no more, finishes what was accepted, at most HTTP_DRAIN_SECONDS. Async-signal-unsafe; returns at once. */
void http_server_drain(struct http_server *s);
/*
 * Waits until it is drained; true when every accepted request was answered. After false a thread may still be in the
 * app (it never gave its exchange back): end the process then without freeing what the app uses.
 */
bool http_server_wait(struct http_server *s);
void http_server_free(struct http_server *s);

/* For whoever measures; from any thread. */
struct http_load {
    int connections;
    size_t queued; /* requests that wait for a thread */
};
void http_server_load(struct http_server *s, struct http_load *out);

/* The words of a status code: "Not Found". */
const char *http_reason(int status);

#endif
