/*
 * Inside the front: what its files share. Nobody else includes this.
 *
 * Who owns what. A loop owns its connections: only its thread touches them.
 * An exchange (a request on its way through the pool) belongs to whoever has
 * it in hand, one at a time: the loop, then a pool thread or the app, then the
 * loop again, by its mailbox. A connection that ends meanwhile lets go of its
 * exchange, which is then dropped when it comes back.
 */
#ifndef CANDOUR_HTTP_FRONT_H
#define CANDOUR_HTTP_FRONT_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/uio.h>

#include "http/http.h"

enum {
    WHEEL_TICK_MS = 256,
    WHEEL_SLOTS = 256, /* 65 s; a later end goes round once more */
    EVENTS_AT_ONCE = 128,
    ACCEPTS_AT_ONCE = 16,  /* then other events have their turn */
    ACCEPT_PAUSE_MS = 250, /* after the process ran out of descriptors */
    SPARE_CONNECTIONS = 64,
    CUT_MS = 1000, /* after the end of draining: for sinks to be aborted */
    SMALL_MAX = 256,
    ADDRESS_TEXT = INET6_ADDRSTRLEN,
};

/* What an epoll event points to; the first member of each. */
enum source { SOURCE_WAKE, SOURCE_LISTENER, SOURCE_CONNECTION };

/* ---- Mailbox of a loop: a stack without a lock, emptied at once and turned round ---- */

enum mail_kind { MAIL_CONNECTION, MAIL_ANSWER, MAIL_STEP };
struct mail {
    struct mail *next;
    enum mail_kind kind;
};

/* ---- Addresses: how many connections each has ---- */

struct http_addresses;
/* For IPv6 the first 64 bits: who has one address there has them all. */
struct address_key {
    unsigned char bytes[16];
};
struct http_addresses *http_addresses_new(void);
void http_addresses_free(struct http_addresses *a);
/* False when this address has HTTP_CONNECTIONS_PER_ADDRESS_MAX. */
bool http_addresses_enter(struct http_addresses *a, const struct address_key *key);
void http_addresses_leave(struct http_addresses *a, const struct address_key *key);

/* ---- Pool ---- */

struct http_exchange;
struct http_pool;
/* `run` is called with each exchange that was handed in. NULL when threads cannot be had. */
struct http_pool *http_pool_new(int threads, void (*run)(struct http_exchange *x));
/* False when HTTP_QUEUE_MAX are waiting. */
bool http_pool_offer(struct http_pool *pool, struct http_exchange *x);
/* Always taken: for what was let in before. */
void http_pool_push(struct http_pool *pool, struct http_exchange *x);
size_t http_pool_waiting(struct http_pool *pool);
/* Lets the threads finish what is queued, and joins them. */
void http_pool_free(struct http_pool *pool);

/* ---- Exchanges ---- */

enum step { STEP_TAKE, STEP_RESUME, STEP_BEGIN, STEP_PIECE, STEP_END, STEP_ABORT };

struct http_exchange {
    struct mail mail;
    struct http_exchange *pool_next;
    struct loop *loop;
    struct connection *connection; /* NULL: gone meanwhile. The loop's to read and write. */
    enum step step;
    void (*resume)(struct http_exchange *x, void *arg);
    void *resume_arg;
    uint64_t mark;
    int64_t began_ns;

    const struct http_sink *sink;
    void *state;
    bool began; /* the sink holds something that `end` or `abort` must take */
    enum status step_status;

    char *body; /* the whole body, or the piece for the sink */
    size_t body_n;
    size_t body_size;
    uint64_t body_left; /* bytes of the body that have not been read */

    struct http_answer answer;
    bool closes;
    struct http_head head;
    char address[ADDRESS_TEXT];
    _Alignas(max_align_t) char bytes[]; /* fields, then the head's own bytes */
};

/* ---- Connections ---- */

enum connection_state {
    CONNECTION_HEAD, /* idle, or a head is coming in */
    CONNECTION_BODY, /* the body is coming in, into memory or into a piece */
    CONNECTION_POOL, /* its exchange is elsewhere */
    CONNECTION_WRITE,
    CONNECTION_LINGER,
    CONNECTION_DEAD,
};

/* A total and a rate: each span of HTTP_STALL_SECONDS must bring `least` bytes. */
struct pace {
    int64_t ends;
    int64_t span_ends;
    uint64_t bytes;
    uint64_t least;
};

struct connection {
    enum source source;
    struct mail mail;
    struct loop *loop;
    struct connection *wheel_next, **wheel_link; /* link NULL: in no slot */
    unsigned slot;
    int64_t due;
    int64_t slot_due; /* the moment of the slot it stands in; never after `due` */

    int fd;
    uint32_t events; /* what epoll is asked for, or will be */
    bool watched;    /* epoll knows it */
    enum connection_state state;
    bool proxy;
    bool counted; /* with its address */
    bool closes;
    bool lingers; /* bytes of the client's may be on their way that nobody will read */
    bool head_began;
    bool drained; /* the client said that it sends no more, and nothing more had come */
    struct address_key key;
    char address[ADDRESS_TEXT];
    size_t address_n;

    char *held; /* bytes read, not yet parsed */
    size_t held_n, held_size;
    struct http_exchange *exchange;
    struct pace pace;
    uint64_t discarded;

    struct iovec out[4];
    int out_at, out_n;
    void (*release)(void *owner);
    void *owner;
    char small[SMALL_MAX];
};

/*
 * Who asks, and over what: fills address and secure of the head, and takes the fields that could say otherwise out of
 * `fields`, which are the head's own (visitor.c).
 */
void http_visitor_know(const struct connection *c, struct http_head *head, struct http_field *fields);

/* Has just been accepted: takes what has come with it, so that a short one is over before anybody waits for it. */
void http_connection_begin(struct connection *c);
/* Waits for its events on its loop from now on: begun here, or on another loop that passed it on. */
void http_connection_open(struct connection *c);
/* Whether it has brought nothing that is not answered: then another loop may have it. */
bool http_connection_movable(const struct connection *c);
void http_connection_event(struct connection *c, uint32_t events);
void http_connection_expire(struct connection *c);
/* Lets go of all it has. The memory stays until the loop's round is over. */
void http_connection_close(struct connection *c);
/* The same; what the client has not read of its answers is thrown away, where the kernel would keep it for minutes. */
void http_connection_cut(struct connection *c);
/* While draining: one that has brought no request gets a last short while. */
void http_connection_hurry(struct connection *c);
/* Whether closing it now would cut a request. */
bool http_connection_busy(const struct connection *c);

/* ---- Exchanges and bodies (exchange.c, body.c) ---- */

/* Takes a copy of the head, whose own bytes are `bytes`; NULL when there is no memory. */
struct http_exchange *http_exchange_new(struct connection *c, const struct http_head *head, struct str bytes);
void http_exchange_free(struct http_exchange *x);
/* Room for `size` bytes of body within HTTP_BODY_ALL_MAX; false: there is none. */
bool http_exchange_reserve(struct http_exchange *x, size_t size);
/* On a pool thread: does its step. */
void http_exchange_run(struct http_exchange *x);
/* On the loop: an answer or a finished step has come back. */
void http_exchange_answered(struct http_exchange *x);
void http_exchange_stepped(struct http_exchange *x);
/* The connection is gone, or has been answered otherwise. */
void http_exchange_drop(struct http_exchange *x);

/* Begins to read the body of c->exchange; `bytes` came behind the head. Gives what is left over of them. */
struct str http_body_begin(struct connection *c, struct str bytes);
/* The sink has taken what it was given: read on, or end. */
void http_body_continue(struct connection *c);
void http_body_readable(struct connection *c);
void http_body_expire(struct connection *c);

/* ---- Answers (answer.c) ---- */

/* Sends; takes over answer->release. Afterwards the connection may be in any state. */
void http_answer_send(struct connection *c, const struct http_answer *answer, bool head_only, bool closes);
/* The app's page for an error. */
void http_answer_error(struct connection *c, int status, const struct http_head *head, bool closes);
/* The same for bytes that became no head, and the end of the connection. */
void http_answer_refuse(struct connection *c, int status, struct str bytes);
void http_answer_writable(struct connection *c);
void http_answer_expire(struct connection *c);
/* Without a connection's help, to a socket that will be closed at once. */
void http_answer_turn_away(struct loop *loop, int fd);

/* ---- What connection.c gives the two above ---- */

void http_connection_watch(struct connection *c, uint32_t events);
/* Keeps bytes for later. False: no memory, and the connection is closed. */
bool http_connection_hold(struct connection *c, struct str bytes);
/* After an answer: the next request, or the end. */
void http_connection_answered(struct connection *c);
/* Works through held bytes while requests can be taken. For event handlers, at their end. */
void http_connection_proceed(struct connection *c);
/* `seconds` and length / rate in all, and `least` bytes in each HTTP_STALL_SECONDS. */
void http_connection_pace(struct connection *c, uint64_t length, int seconds, uint64_t rate, uint64_t least);
/* A new span begins; the total goes on. */
void http_connection_pace_on(struct connection *c);
/* At its deadline. False: too slow. Otherwise a new deadline has been set. */
bool http_connection_paced(struct connection *c);
/* Hands c->exchange to the pool for `step`; answers 503 where a new one finds the queue full. */
void http_connection_to_pool(struct connection *c, enum step step);

/* ---- Timer wheel ---- */

struct wheel {
    struct connection *slots[WHEEL_SLOTS];
    uint64_t taken[WHEEL_SLOTS / 64];
    int64_t tick; /* all slots up to this one have been looked at */
};
void http_wheel_set(struct wheel *w, struct connection *c, int64_t due);
void http_wheel_remove(struct wheel *w, struct connection *c);
/* Calls `expire` for each that is due. It may set, remove and close. */
void http_wheel_run(struct wheel *w, int64_t now, void (*expire)(struct connection *c));
/* Milliseconds until the next slot with somebody in it; -1: none. */
int http_wheel_wait(const struct wheel *w, int64_t now);

/* ---- Loops ---- */

struct wake {
    enum source source;
    int fd;
};

struct listener {
    enum source source;
    int fd;
    bool proxy;
    bool local; /* a unix socket */
};

struct loop {
    struct http_server *server;
    pthread_t thread;
    bool started;
    int epoll;
    struct wake wake;
    _Atomic(struct mail *) mailbox;
    _Atomic int connections; /* its own, and those on their way to it */
    size_t exchanges;        /* in hand somewhere */
    int64_t now;             /* ms, steady; read once a round */
    int64_t accepts_again;   /* 0: listeners are watched */
    bool swept;              /* draining: listeners are left, all that was waiting is accepted */
    int64_t drain_ends;
    bool was_cut;
    struct wheel wheel;
    struct connection *dead;
    struct connection *spare;
    int spare_n;
    int64_t date_second;
    size_t date_n;
    char date[64];
    /* Where a head is read and parsed: a connection has no buffer of its own while nothing is left over. */
    struct http_field fields[HTTP_FIELDS_MAX];
    char path[HTTP_TARGET_MAX];
    char host[HTTP_HOST_MAX];
    char bytes[HTTP_HEAD_MAX];
};

void *http_loop_main(void *loop);
/* From any thread. */
void http_loop_mail(struct loop *loop, struct mail *mail);
void http_loop_wake(struct loop *loop);
void http_loop_bury(struct connection *c);
/* For tests: deadlines come nearer without waiting. */
extern _Atomic int64_t http_loop_ahead_ms;

struct http_server {
    struct http_app app;
    struct listener listeners[HTTP_LISTENERS_MAX];
    size_t listeners_n;
    bool limit_addresses;
    const struct http_network *proxies;
    size_t proxies_n;
    struct loop *loops;
    int loops_n;
    struct http_pool *pool;
    struct http_addresses *addresses;
    _Atomic int connections;
    _Atomic size_t body_memory;
    _Atomic bool draining;
    _Atomic int unswept; /* loops that may still accept */
    _Atomic int cut;     /* requests that the end of draining cut off */
    bool stuck;          /* exchanges never came back: their memory must stay */
};

#endif
