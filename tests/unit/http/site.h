/*
 * A site for the tests of the front: pages whose behaviour a test chooses, and a client that speaks plain bytes.
 */
#ifndef CANDOUR_TESTS_HTTP_SITE_H
#define CANDOUR_TESTS_HTTP_SITE_H

#include <stdatomic.h>
#include <semaphore.h>

#include "http/front.h"

/*
 * Pages: /cached and /big (8 MB) from the loop; /quick answers in the pool; /slow waits for `gate`; /later is held in
 * `held`; /stale is refused by `still_good` three times; /bad has fields that do not end; /wide has one byte of them
 * too much, /fits as many as there may be; /empty is a 204 with a body all the same; /upload has the sink, with
 * `piece_fails`, `begin_fails`, `end_fails`; /closes ends the connection.
 */
struct site {
    struct http_server *server;
    int listener;
    int port;
    sem_t gate;
    sem_t entered;
    _Atomic(struct http_exchange *) held;
    _Atomic int taken;
    _Atomic int released;
    _Atomic int begins, pieces, ends, aborts;
    _Atomic size_t piece_largest;
    _Atomic uint64_t bytes;
    _Atomic uint64_t sum;
    _Atomic int stale_left;
    _Atomic int begin_fails, piece_fails, end_fails; /* an enum status */
    _Atomic bool piece_waits, end_waits;             /* for `gate` */
    _Atomic int sink_open;                           /* piece or begin while another is in the sink: a bug */
};
extern struct site site;
enum {
    SITE_BIG = 8 * 1024 * 1024,
    SITE_MIDDLING = 48 * 1024,
    SITE_BODY_MAX = HTTP_BODY_MEMORY_MAX,
    SITE_UPLOAD_MAX = 64 * 1024 * 1024
};

struct site_options {
    int loops;
    int threads;
    bool proxy;
    bool limit_addresses;
    bool v6; /* listens at ::, where IPv4 comes in too */
    const char *unix_path;
    const struct http_network *proxies;
    size_t proxies_n;
};
void site_start(const struct site_options *options);
/* Drains, waits, frees; whether all was answered. */
bool site_stop(void);
/* Deadlines come `seconds` nearer; the loops look at once. */
void site_ahead(int seconds);

/* A client. All calls give up (and fail the test) after 20 s. */
int client_connect(void);
int client_connect_from(const char *address);
int client_connect_v6(void);
/* Both ends keep about `room` bytes, so what it takes is what is sent, nearly. */
int client_connect_narrow(int room);
void client_send(int fd, const char *bytes, size_t n);
#define client_say(fd, text) client_send((fd), (text), strlen(text))
void client_get(int fd, const char *path);

struct reply {
    int status;
    char head[8192];
    char *body; /* ends in NUL; freed by reply_free */
    size_t body_n;
};
/* One answer. `no_body` for HEAD. Fails the test where there is none. */
struct reply client_reply(int fd, bool no_body);
void reply_free(struct reply *r);
bool reply_has(const struct reply *r, const char *line);
/* One answer: its status and body must be these. */
void client_expects(int fd, int status, const char *body);
/* Reads to the end of what comes; whether it ended (or was reset) without a byte. */
bool client_sees_end(int fd);
/* Nothing has come, and the connection is open. */
bool client_waits(int fd, int ms);
/* Until the fact holds, or fails the test after 10 s. */
#define site_until(fact)                                                                                               \
    do {                                                                                                               \
        for (int t_ = 0; !(fact); t_++) {                                                                              \
            assert_true(t_ < 10000);                                                                                   \
            usleep(1000);                                                                                              \
        }                                                                                                              \
    } while (0)

#endif
