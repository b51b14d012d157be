/*
 * The site and the client of the front's tests.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "site.h"

#include "base/banned.h"

#define PLAIN "Content-Type: text/plain\r\n"

struct site site;
static char *big;
/* A whole field, and without its first byte a whole field again. */
static char wide[HTTP_ANSWER_FIELDS_MAX + 1];

static void count_release(void *owner)
{
    (void)owner;
    atomic_fetch_add(&site.released, 1);
}

static struct http_answer plain(struct str body)
{
    return (struct http_answer){ .status = 200, .fields = STR(PLAIN), .body = body, .release = count_release };
}

/* ---- Sink ---- */

static enum status sink_begin(void *self, struct http_exchange *x, void **state)
{
    (void)x;
    assert_int_equal(atomic_fetch_add(&site.sink_open, 1), 0);
    if (atomic_load(&site.begin_fails) == 0)
        atomic_fetch_add(&site.begins, 1);
    *state = self;
    atomic_fetch_sub(&site.sink_open, 1);
    return (enum status)atomic_load(&site.begin_fails);
}

static enum status sink_piece(void *state, struct str bytes)
{
    assert_ptr_equal(state, &site);
    atomic_fetch_add(&site.sink_open, 1);
    atomic_fetch_add(&site.pieces, 1);
    atomic_fetch_add(&site.bytes, bytes.n);
    for (size_t i = 0; i < bytes.n; i++)
        atomic_store_explicit(&site.sum, site.sum * 31 + (unsigned char)bytes.p[i], memory_order_relaxed);
    if (bytes.n > atomic_load(&site.piece_largest))
        atomic_store(&site.piece_largest, bytes.n);
    atomic_fetch_sub(&site.sink_open, 1);
    if (atomic_load(&site.piece_waits)) {
        sem_post(&site.entered);
        sem_wait(&site.gate);
    }
    return (enum status)atomic_load(&site.piece_fails);
}

static enum status sink_end(void *state)
{
    assert_ptr_equal(state, &site);
    if (atomic_load(&site.end_waits)) {
        sem_post(&site.entered);
        sem_wait(&site.gate);
    }
    if (atomic_load(&site.end_fails) == 0)
        atomic_fetch_add(&site.ends, 1);
    return (enum status)atomic_load(&site.end_fails);
}

static void sink_abort(void *state)
{
    assert_ptr_equal(state, &site);
    atomic_fetch_add(&site.aborts, 1);
}

static const struct http_sink sink = { sink_begin, sink_piece, sink_end, sink_abort };

/* ---- App ---- */

static struct http_verdict judge(void *self, const struct http_head *head)
{
    (void)self;
    if (str_equal(head->host, STR("elsewhere")))
        return (struct http_verdict){ .error = 421 };
    if (str_equal(head->path, STR("/upload")))
        return (struct http_verdict){ .body_max = SITE_UPLOAD_MAX, .sink = &sink };
    return (struct http_verdict){ .body_max = head->method == HTTP_POST ? SITE_BODY_MAX : 0 };
}

static bool cached(void *self, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    if (str_equal(head->path, STR("/cached")))
        *out = plain(STR("cached"));
    else if (str_equal(head->path, STR("/same"))) {
        *out = plain(STR("same"));
        out->status = 304;
        out->no_length = true;
    } else if (str_equal(head->path, STR("/middling"))) {
        *out = plain((struct str){ big, SITE_MIDDLING });
    } else if (str_equal(head->path, STR("/big")))
        *out = plain((struct str){ big, SITE_BIG });
    else
        return false;
    return true;
}

static void error_page(void *self, int status, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    *out = plain(str_of(http_reason(status)));
    out->status = status;
}

static bool says_who(struct str name)
{
    static const struct str first = STR_INIT("X-Forwarded-");
    return str_equal_nocase(name, STR("Forwarded")) ||
           (name.n >= first.n && str_equal_nocase(str_slice(name, 0, first.n), first));
}

static void take(void *self, struct http_exchange *x)
{
    (void)self;
    const struct http_head *head = http_exchange_head(x);
    struct http_answer answer = plain(head->path);
    atomic_fetch_add(&site.taken, 1);
    if (str_equal(head->path, STR("/slow"))) {
        sem_post(&site.entered);
        sem_wait(&site.gate);
    } else if (str_equal(head->path, STR("/later"))) {
        atomic_store(&site.held, x);
        return;
    } else if (str_equal(head->path, STR("/echo"))) {
        answer.body = http_exchange_body(x);
    } else if (str_equal(head->path, STR("/who"))) {
        answer.body = head->address;
        answer.fields = head->secure ? STR("X-Scheme: https\r\n") : STR("X-Scheme: http\r\n");
        for (size_t i = 0; i < head->fields_n; i++)
            if (says_who(head->fields[i].name))
                answer.status = 500;
    } else if (str_equal(head->path, STR("/bad"))) {
        answer.fields = STR("X: no line end");
    } else if (str_equal(head->path, STR("/wide"))) {
        answer.fields = (struct str){ wide, sizeof wide };
    } else if (str_equal(head->path, STR("/fits"))) {
        answer.fields = (struct str){ wide + 1, sizeof wide - 1 };
    } else if (str_equal(head->path, STR("/empty"))) {
        answer.status = 204;
    } else if (str_equal(head->path, STR("/closes"))) {
        answer.closes = true;
    } else if (str_equal(head->path, STR("/upload"))) {
        assert_ptr_equal(http_exchange_state(x), &site);
        assert_int_equal(http_exchange_body(x).n, 0);
        answer.body = STR("taken");
    } else if (str_equal(head->path, STR("/stale"))) {
        http_exchange_mark(x, (uint64_t)atomic_load(&site.taken));
    } else if (!str_equal(head->path, STR("/quick"))) {
        error_page(self, 404, head, &answer);
    }
    /* The body must outlive the exchange. */
    if (answer.body.n > 0 && answer.body.p != big) {
        char *copy = malloc(answer.body.n);
        memcpy(copy, answer.body.p, answer.body.n);
        answer.body.p = copy;
        answer.owner = copy;
        answer.release = free;
    }
    http_answer(x, &answer);
}

static bool still_good(void *self, const struct http_exchange *x)
{
    (void)self;
    if (!str_equal(http_exchange_head(x)->path, STR("/stale")) || atomic_load(&site.stale_left) == 0)
        return true;
    assert_int_equal(http_exchange_marked(x), atomic_load(&site.taken));
    atomic_fetch_sub(&site.stale_left, 1);
    return false;
}

/* ---- Start and stop ---- */

void site_start(const struct site_options *options)
{
    struct http_listener listener = { .proxy = options->proxy };
    struct fault fault;
    if (!big) {
        big = malloc(SITE_BIG);
        for (size_t i = 0; i < SITE_BIG; i++)
            big[i] = (char)('a' + i % 23);
        memset(wide, 'a', sizeof wide);
        memcpy(wide, "XX: ", 4);
        memcpy(wide + sizeof wide - 2, "\r\n", 2);
    }
    memset(&site, 0, sizeof site);
    sem_init(&site.gate, 0, 0);
    sem_init(&site.entered, 0, 0);
    atomic_store(&http_loop_ahead_ms, 0);
    if (options->unix_path) {
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        snprintf(a.sun_path, sizeof a.sun_path, "%s", options->unix_path);
        listener.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(listener.fd, (struct sockaddr *)&a, sizeof a), 0);
    } else if (options->v6) {
        struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
        socklen_t n = sizeof a;
        int off = 0;
        listener.fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(setsockopt(listener.fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
        assert_int_equal(bind(listener.fd, (struct sockaddr *)&a, sizeof a), 0);
        assert_int_equal(getsockname(listener.fd, (struct sockaddr *)&a, &n), 0);
        site.port = ntohs(a.sin6_port);
    } else {
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t n = sizeof a;
        listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(listener.fd, (struct sockaddr *)&a, sizeof a), 0);
        assert_int_equal(getsockname(listener.fd, (struct sockaddr *)&a, &n), 0);
        site.port = ntohs(a.sin_port);
    }
    assert_int_equal(listen(listener.fd, 1024), 0);
    site.listener = listener.fd;
    const struct http_app app = { &site, judge, cached, error_page, take, still_good };
    const struct http_options o = {
        &listener, 1, options->loops, options->threads, options->limit_addresses, options->proxies, options->proxies_n
    };
    assert_int_equal(http_server_start(&site.server, &o, &app, &fault), STATUS_OK);
}

bool site_stop(void)
{
    http_server_drain(site.server);
    bool whole = http_server_wait(site.server);
    http_server_free(site.server);
    close(site.listener);
    sem_destroy(&site.gate);
    sem_destroy(&site.entered);
    return whole;
}

void site_ahead(int seconds)
{
    atomic_fetch_add(&http_loop_ahead_ms, (int64_t)seconds * 1000);
    for (int i = 0; i < site.server->loops_n; i++)
        http_loop_wake(&site.server->loops[i]);
    /* Before the test's next bytes, or they would count before the jump. */
    usleep(20000);
}

/* ---- Client ---- */

static int connect_to(const struct sockaddr *to, const struct sockaddr *from, socklen_t n, int room)
{
    struct timeval patience = { .tv_sec = 20 };
    int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (room > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (from)
        assert_int_equal(bind(fd, from, n), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, to, n), 0);
    return fd;
}

static struct sockaddr_in here(void)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                 .sin_port = htons((uint16_t)site.port) };
}

int client_connect_from(const char *address)
{
    struct sockaddr_in to = here();
    struct sockaddr_in from = { .sin_family = AF_INET };
    if (address)
        assert_int_equal(inet_pton(AF_INET, address, &from.sin_addr), 1);
    return connect_to((struct sockaddr *)&to, address ? (struct sockaddr *)&from : NULL, sizeof to, 0);
}

int client_connect_narrow(int room)
{
    struct sockaddr_in to = here();
    int segment = room / 4;
    setsockopt(site.listener, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(site.listener, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    return connect_to((struct sockaddr *)&to, NULL, sizeof to, room);
}

int client_connect_v6(void)
{
    struct sockaddr_in6 a = { .sin6_family = AF_INET6,
                              .sin6_addr = in6addr_loopback,
                              .sin6_port = htons((uint16_t)site.port) };
    return connect_to((struct sockaddr *)&a, NULL, sizeof a, 0);
}

int client_connect(void)
{
    return client_connect_from(NULL);
}

void client_send(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        assert_true(sent > 0);
        bytes += sent;
        n -= (size_t)sent;
    }
}

void client_get(int fd, const char *path)
{
    char request[1024];
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    client_send(fd, request, (size_t)n);
}

struct reply client_reply(int fd, bool no_body)
{
    struct reply r = { 0 };
    size_t n = 0;
    while (n < 4 || memcmp(r.head + n - 4, "\r\n\r\n", 4) != 0) {
        assert_true(n < sizeof r.head - 1);
        assert_int_equal(recv(fd, r.head + n, 1, 0), 1);
        n++;
    }
    assert_memory_equal(r.head, "HTTP/1.1 ", 9);
    r.status = (int)strtol(r.head + 9, NULL, 10);
    const char *length = strstr(r.head, "\r\nContent-Length: ");
    if (!no_body && length)
        r.body_n = (size_t)strtol(length + 18, NULL, 10);
    r.body = calloc(1, r.body_n + 1);
    for (size_t at = 0; at < r.body_n;) {
        ssize_t got = recv(fd, r.body + at, r.body_n - at, 0);
        assert_true(got > 0);
        at += (size_t)got;
    }
    return r;
}

void reply_free(struct reply *r)
{
    free(r->body);
    r->body = NULL;
}

bool reply_has(const struct reply *r, const char *line)
{
    char whole[256];
    snprintf(whole, sizeof whole, "\r\n%s\r\n", line);
    return strstr(r->head, whole) != NULL;
}

void client_expects(int fd, int status, const char *body)
{
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, status);
    if (body)
        assert_string_equal(r.body, body);
    reply_free(&r);
}

bool client_sees_end(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}

bool client_waits(int fd, int ms)
{
    char byte;
    usleep((useconds_t)ms * 1000);
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
    return n < 0 && errno == EAGAIN;
}
