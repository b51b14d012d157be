/*
 * Every number of http.h that is a limit or a deadline is reached here; deadlines by moving the loops' clock.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/log.h"
#include "site.h"

#include "base/banned.h"

#define HOST "Host: localhost\r\n"

static int start(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 1 });
    return 0;
}

static int start_counting(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 2, .limit_addresses = true });
    return 0;
}

static int start_proxy(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 1, .proxy = true, .limit_addresses = true });
    return 0;
}

static int stop(void **state)
{
    (void)state;
    bool whole = site_stop();
    return whole && mem_live() == 0 ? 0 : 1;
}

/* ---- Deadlines ---- */

static void head_has_10_s_in_all(void **state)
{
    (void)state;
    int slow = client_connect();
    int other = client_connect();
    client_say(slow, "GET /cached HTTP/1.1\r\n");
    assert_true(client_waits(slow, 20));
    for (int i = 0; i < 3; i++) {
        site_ahead(3);
        client_say(slow, "X: y\r\n");
        assert_true(client_waits(slow, 20));
        client_get(other, "/cached");
        client_expects(other, 200, "cached");
    }
    site_ahead(1);
    struct reply r = client_reply(slow, false);
    assert_int_equal(r.status, 408);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    assert_true(client_sees_end(slow));
    client_get(other, "/cached");
    client_expects(other, 200, "cached");
    close(slow);
    close(other);
}

static void idle_connection_is_closed_after_30_s(void **state)
{
    (void)state;
    int fresh = client_connect();
    int used = client_connect();
    client_get(used, "/quick");
    client_expects(used, 200, NULL);
    site_ahead(HTTP_IDLE_SECONDS - 1);
    assert_true(client_waits(fresh, 20));
    assert_true(client_waits(used, 20));
    client_get(used, "/cached");
    client_expects(used, 200, NULL);
    site_ahead(2);
    assert_true(client_sees_end(fresh));
    assert_true(client_waits(used, 20));
    site_ahead(HTTP_IDLE_SECONDS);
    assert_true(client_sees_end(used));
    close(fresh);
    close(used);
}

static void body_must_bring_8_kb_in_8_s(void **state)
{
    (void)state;
    static char bytes[HTTP_STALL_BYTES];
    int drip = client_connect();
    int steady = client_connect();
    client_say(drip, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 40960\r\n\r\n");
    client_say(steady, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 40960\r\n\r\n");
    client_send(drip, bytes, HTTP_STALL_BYTES - 1);
    for (int i = 0; i < 4; i++) {
        client_send(steady, bytes, sizeof bytes);
        assert_true(client_waits(steady, 20));
        site_ahead(HTTP_STALL_SECONDS);
    }
    struct reply r = client_reply(drip, false);
    assert_int_equal(r.status, 408);
    reply_free(&r);
    assert_true(client_sees_end(drip));
    client_send(steady, bytes, sizeof bytes);
    client_expects(steady, 200, NULL);
    close(drip);
    close(steady);
}

static void small_body_must_be_whole_in_8_s(void **state)
{
    (void)state;
    int fd = client_connect();
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n");
    for (int i = 0; i < HTTP_STALL_SECONDS - 1; i++) {
        client_say(fd, "x");
        assert_true(client_waits(fd, 10));
        site_ahead(1);
    }
    assert_true(client_waits(fd, 10));
    site_ahead(1);
    client_expects(fd, 408, NULL);
    site_until(site.aborts == 1);
    close(fd);
}

/* What the connection does now, not at its next deadline, which would come by itself 8 s later. */
static bool comes_soon(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };
    return poll(&p, 1, HTTP_STALL_SECONDS * 1000 / 2) == 1;
}

/* The loop looks later than each 8 s here, for who brings 8 KB in each 8 s cannot be late. */
static void body_that_is_late_in_all_is_refused(void **state)
{
    (void)state;
    enum {
        LENGTH = 5 * HTTP_STALL_BYTES + 1,
        LATE = HTTP_STALL_SECONDS + 3,
        ALL = HTTP_BODY_SECONDS + LENGTH / HTTP_RATE_BYTES
    };
    static char bytes[HTTP_STALL_BYTES];
    char head[128];
    int fd = client_connect();
    snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", LENGTH);
    client_say(fd, head);
    for (int i = 0; i < 4; i++) {
        client_send(fd, bytes, sizeof bytes);
        assert_true(client_waits(fd, 20));
        site_ahead(LATE);
    }
    client_send(fd, bytes, sizeof bytes);
    assert_true(client_waits(fd, 20));
    site_ahead(ALL - 4 * LATE + 1);
    assert_true(comes_soon(fd, POLLIN));
    client_expects(fd, 408, NULL);
    close(fd);
}

static void sinks_own_time_is_not_the_clients(void **state)
{
    (void)state;
    static char bytes[HTTP_BODY_PIECE_MAX];
    int fd = client_connect();
    site.piece_waits = true;
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 262145\r\n\r\n");
    client_send(fd, bytes, sizeof bytes);
    sem_wait(&site.entered);
    site_ahead(HTTP_FIRST_BYTE_SECONDS - 1);
    assert_true(client_waits(fd, 20));
    site.piece_waits = false;
    sem_post(&site.gate);
    assert_true(client_waits(fd, 50));
    site_ahead(HTTP_STALL_SECONDS - 1);
    assert_true(client_waits(fd, 20));
    client_say(fd, "x");
    client_expects(fd, 200, "taken");
    close(fd);
}

static void stall_between_pieces_is_seen(void **state)
{
    (void)state;
    static char bytes[HTTP_BODY_PIECE_MAX];
    int fd = client_connect();
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 262145\r\n\r\n");
    client_send(fd, bytes, sizeof bytes);
    site_until(site.pieces == 1);
    assert_true(client_waits(fd, 50));
    site_ahead(HTTP_STALL_SECONDS);
    client_expects(fd, 408, NULL);
    site_until(site.aborts == 1);
    close(fd);
}

static void answer_has_60_s_to_begin(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/later");
    struct http_exchange *x = NULL;
    site_until((x = atomic_exchange(&site.held, NULL)) != NULL);
    site_ahead(HTTP_FIRST_BYTE_SECONDS - 1);
    assert_true(client_waits(fd, 20));
    site_ahead(1);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 503);
    assert_true(reply_has(&r, "Retry-After: 5"));
    reply_free(&r);
    assert_true(client_sees_end(fd));
    close(fd);
    http_answer(x, &(struct http_answer){ .status = 200, .body = STR("too late") });
}

static void client_that_does_not_read_is_cut_off(void **state)
{
    (void)state;
    int fd = client_connect();
    int other = client_connect();
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_get(fd, "/big");
    assert_true(!client_waits(fd, 50));
    client_get(other, "/cached");
    client_expects(other, 200, NULL);
    site_until(site.released == 1);
    site_ahead(HTTP_STALL_SECONDS);
    usleep(20000);
    site_ahead(HTTP_STALL_SECONDS);
    site_until(site.released == 2);
    static char bytes[65536];
    ssize_t n;
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0) {
    }
    assert_int_equal(n, -1);
    assert_int_equal(errno, ECONNRESET);
    client_get(other, "/cached");
    client_expects(other, 200, NULL);
    close(fd);
    close(other);
}

static int client_that_takes(void)
{
    int fd = client_connect_narrow(4096);
    client_get(fd, "/big");
    assert_true(comes_soon(fd, POLLIN));
    usleep(50000);
    return fd;
}

static void client_takes(int fd, size_t n)
{
    static char bytes[4096];
    for (size_t got = 0; got < n; got += sizeof bytes)
        assert_int_equal(recv(fd, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
}

enum { TAKEN = HTTP_ANSWER_RATE_BYTES * HTTP_STALL_SECONDS };

static void client_must_take_32_kb_in_8_s(void **state)
{
    (void)state;
    int little = client_that_takes();
    int enough = client_that_takes();
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            client_takes(little, TAKEN / 2);
        client_takes(enough, TAKEN * 3 / 2);
        site_ahead(HTTP_STALL_SECONDS);
        assert_true(comes_soon(little, 0));
    }
    assert_int_equal(site.released, 1);
    client_takes(enough, TAKEN);
    close(little);
    close(enough);
}

/* The loop looks later than each 8 s here, for who takes 32 KB in each 8 s cannot be late. */
static void client_must_take_all_in_time(void **state)
{
    (void)state;
    enum { ALL = HTTP_STALL_SECONDS + 2 + SITE_BIG / HTTP_ANSWER_RATE_BYTES, LATE = ALL / 4 - 10 };
    int fd = client_that_takes();
    for (int i = 0; i < 4; i++) {
        client_takes(fd, TAKEN * 3 / 2);
        site_ahead(LATE);
    }
    client_takes(fd, TAKEN * 3 / 2);
    assert_int_equal(site.released, 0);
    site_ahead(ALL - 4 * LATE);
    assert_true(comes_soon(fd, 0));
    site_until(site.released == 1);
    close(fd);
}

static void client_that_reads_slowly_but_steadily_gets_all(void **state)
{
    (void)state;
    int fd = client_connect_narrow(65536);
    client_get(fd, "/big");
    usleep(50000);
    static char bytes[1024 * 1024];
    size_t got = 0;
    while (got < SITE_BIG) {
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_WAITALL);
        if (n <= 0)
            break;
        got += (size_t)n;
        usleep(5000);
        site_ahead(HTTP_STALL_SECONDS - 1);
        if (got > SITE_BIG - sizeof bytes)
            break;
    }
    assert_true(got > SITE_BIG - sizeof bytes);
    assert_true(recv(fd, bytes, 1, 0) == 1);
    close(fd);
}

static void lingering_ends_after_5_s(void **state)
{
    (void)state;
    int fd = client_connect();
    client_say(fd, "NONSENSE\r\n\r\n");
    client_expects(fd, 400, NULL);
    assert_true(client_sees_end(fd));
    usleep(20000);
    assert_int_equal(atomic_load(&site.server->connections), 1);
    site_ahead(HTTP_LINGER_SECONDS);
    site_until(atomic_load(&site.server->connections) == 0);
    close(fd);
}

static void lingering_ends_after_4_mb(void **state)
{
    (void)state;
    enum { BETWEEN = 1024 * 1024 };
    static char bytes[4096];
    int small = BETWEEN / 16;
    setsockopt(site.listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    int fd = client_connect();
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 999999999\r\n\r\n");
    client_expects(fd, 413, NULL);
    size_t sent = 0;
    ssize_t n = 1;
    while (n > 0 && sent < HTTP_LINGER_BYTES + BETWEEN) {
        n = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
    }
    assert_true(sent >= HTTP_LINGER_BYTES);
    /* Sent on the way: by far less than BETWEEN. */
    assert_true(sent < HTTP_LINGER_BYTES + BETWEEN);
    site_until(atomic_load(&site.server->connections) == 0);
    close(fd);
}

static void idle_connection_is_closed_after_2_s_of_draining(void **state)
{
    (void)state;
    int fresh = client_connect();
    int used = client_connect();
    client_get(used, "/cached");
    client_expects(used, 200, NULL);
    http_server_drain(site.server);
    usleep(20000);
    site_ahead(HTTP_DRAIN_IDLE_SECONDS - 1);
    assert_true(client_waits(fresh, 20));
    assert_true(client_waits(used, 20));
    site_ahead(1);
    assert_true(client_sees_end(fresh));
    assert_true(client_sees_end(used));
    assert_true(http_server_wait(site.server));
    close(fresh);
    close(used);
}

/* How long the loop has worked, which a loop that waits does not. */
static int64_t loop_worked_ms(void)
{
    clockid_t id;
    struct timespec t;
    assert_int_equal(pthread_getcpuclockid(site.server->loops[0].thread, &id), 0);
    assert_int_equal(clock_gettime(id, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A connection comes while there is no descriptor for it; `ms` later there is one again. */
static void descriptors_run_out(int ms, int *waiting, int *served)
{
    enum { MANY = 256 };
    static int fillers[MANY];
    struct rlimit before;
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)site.port) };
    int first = client_connect();
    client_get(first, "/cached");
    client_expects(first, 200, NULL);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit few = { .rlim_cur = (rlim_t)fd + 32, .rlim_max = before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int n = 0;
    while (n < MANY && (fillers[n] = dup(first)) >= 0)
        n++;
    assert_true(n > 0 && n < MANY);
    log_descriptor_set(-1);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    client_get(fd, "/cached");
    int64_t worked = loop_worked_ms();
    assert_true(client_waits(fd, ms));
    worked = loop_worked_ms() - worked;
    client_get(first, "/quick");
    client_expects(first, 200, NULL);
    while (n > 0)
        close(fillers[--n]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    log_descriptor_set(STDERR_FILENO);
    assert_true(worked <= 10 + ms / 20);
    *waiting = fd;
    *served = first;
}

static void accepting_pauses_where_descriptors_run_out(void **state)
{
    (void)state;
    int waiting;
    int served;
    descriptors_run_out(4 * ACCEPT_PAUSE_MS, &waiting, &served);
    site_ahead(1);
    client_expects(waiting, 200, "cached");
    close(waiting);
    close(served);
}

static void drain_takes_what_waits_at_the_listener(void **state)
{
    (void)state;
    int waiting;
    int served;
    descriptors_run_out(50, &waiting, &served);
    http_server_drain(site.server);
    struct reply r = client_reply(waiting, false);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    close(waiting);
    close(served);
    assert_true(http_server_wait(site.server));
}

static int stop_cut(void **state)
{
    (void)state;
    http_server_free(site.server);
    close(site.listener);
    return mem_live() == 0 ? 0 : 1;
}

static void drain_ends_after_65_s_and_says_what_it_cut(void **state)
{
    (void)state;
    static char bytes[HTTP_BODY_PIECE_MAX];
    int fd = client_connect();
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 60000000\r\n\r\n");
    site_until(site.begins == 1);
    http_server_drain(site.server);
    usleep(20000);
    /* The clock goes on by itself too: 5 s are left for a machine that is busy. */
    for (int passed = 0; passed < HTTP_DRAIN_SECONDS - 5; passed += 4) {
        client_send(fd, bytes, sizeof bytes);
        site_until(site.pieces == passed / 4 + 1);
        assert_true(client_waits(fd, 5));
        site_ahead(4);
    }
    client_send(fd, bytes, sizeof bytes);
    site_until(site.pieces == (HTTP_DRAIN_SECONDS - 5) / 4 + 1);
    assert_true(client_waits(fd, 20));
    site_ahead(5);
    assert_false(http_server_wait(site.server));
    assert_int_equal(site.aborts, 1);
    assert_true(client_sees_end(fd));
    close(fd);
}

static int stop_stuck(void **state)
{
    (void)state;
    http_server_free(site.server);
    close(site.listener);
    return 0;
}

static void drain_does_not_wait_for_an_answer_that_never_comes(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/later");
    site_until(atomic_load(&site.held) != NULL);
    http_server_drain(site.server);
    usleep(20000);
    site_ahead(HTTP_FIRST_BYTE_SECONDS);
    client_expects(fd, 503, NULL);
    close(fd);
    usleep(20000);
    site_ahead(HTTP_DRAIN_SECONDS);
    site_ahead(2);
    assert_false(http_server_wait(site.server));
    /* Still safe, although nobody will read it. */
    http_answer(site.held, &(struct http_answer){ .status = 200 });
}

/* ---- Limits ---- */

static int refused_at_once(int fd)
{
    client_get(fd, "/cached");
    struct reply r = client_reply(fd, false);
    int status = r.status;
    if (status == 503) {
        assert_true(reply_has(&r, "Connection: close"));
        assert_true(reply_has(&r, "Retry-After: 5"));
    }
    reply_free(&r);
    return status;
}

static void address_has_512_connections(void **state)
{
    (void)state;
    static int fds[HTTP_CONNECTIONS_PER_ADDRESS_MAX];
    for (int i = 0; i < HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++)
        fds[i] = client_connect_from("127.0.0.2");
    site_until(atomic_load(&site.server->connections) == HTTP_CONNECTIONS_PER_ADDRESS_MAX);
    int more = client_connect_from("127.0.0.2");
    assert_int_equal(refused_at_once(more), 503);
    close(more);
    int other = client_connect_from("127.0.0.3");
    assert_int_equal(refused_at_once(other), 200);
    close(fds[0]);
    site_until(atomic_load(&site.server->connections) == HTTP_CONNECTIONS_PER_ADDRESS_MAX);
    fds[0] = client_connect_from("127.0.0.2");
    assert_int_equal(refused_at_once(fds[0]), 200);
    for (int i = 0; i < HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++)
        close(fds[i]);
    close(other);
    site_until(atomic_load(&site.server->connections) == 0);
}

static void address_that_has_left_makes_room_for_another(void **state)
{
    (void)state;
    struct http_addresses *a = http_addresses_new();
    assert_non_null(a);
    struct address_key key = { { 0 } };
    for (int i = 0; i < 2 * HTTP_CONNECTIONS_MAX; i++) {
        memcpy(key.bytes, &i, sizeof i);
        assert_true(http_addresses_enter(a, &key));
        http_addresses_leave(a, &key);
    }
    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        memcpy(key.bytes, &i, sizeof i);
        assert_true(http_addresses_enter(a, &key));
    }
    int more = HTTP_CONNECTIONS_MAX;
    memcpy(key.bytes, &more, sizeof more);
    assert_false(http_addresses_enter(a, &key));
    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        memcpy(key.bytes, &i, sizeof i);
        http_addresses_leave(a, &key);
    }
    assert_true(http_addresses_enter(a, &key));
    http_addresses_free(a);
}

static void proxy_may_have_more_than_512_connections(void **state)
{
    (void)state;
    static int fds[HTTP_CONNECTIONS_PER_ADDRESS_MAX + 1];
    for (int i = 0; i <= HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++)
        fds[i] = client_connect_from("127.0.0.2");
    assert_int_equal(refused_at_once(fds[HTTP_CONNECTIONS_PER_ADDRESS_MAX]), 200);
    for (int i = 0; i <= HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++)
        close(fds[i]);
}

static void all_together_have_4096_connections(void **state)
{
    (void)state;
    static int fds[HTTP_CONNECTIONS_MAX];
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < 2 * HTTP_CONNECTIONS_MAX + 100)
        fail_msg("this test needs %d open files: ulimit -Hn", 2 * HTTP_CONNECTIONS_MAX + 100);
    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        fds[i] = client_connect();
    site_until(atomic_load(&site.server->connections) == HTTP_CONNECTIONS_MAX);
    int more = client_connect();
    assert_int_equal(refused_at_once(more), 503);
    close(more);
    assert_int_equal(refused_at_once(fds[7]), 200);
    close(fds[0]);
    site_until(atomic_load(&site.server->connections) == HTTP_CONNECTIONS_MAX - 1);
    fds[0] = client_connect();
    assert_int_equal(refused_at_once(fds[0]), 200);
    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        close(fds[i]);
    site_until(atomic_load(&site.server->connections) == 0);
}

static void bodies_together_have_64_mb(void **state)
{
    (void)state;
    enum { N = HTTP_BODY_ALL_MAX / HTTP_BODY_MEMORY_MAX };
    static int fds[N];
    char head[128];
    int n =
        snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", HTTP_BODY_MEMORY_MAX);
    for (int i = 0; i < N; i++) {
        fds[i] = client_connect();
        client_send(fds[i], head, (size_t)n);
    }
    site_until(atomic_load(&site.server->body_memory) == HTTP_BODY_ALL_MAX);
    int more = client_connect();
    client_send(more, head, (size_t)n);
    client_expects(more, 503, NULL);
    assert_true(client_sees_end(more));
    close(more);
    more = client_connect();
    client_say(more, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx");
    client_expects(more, 503, NULL);
    close(more);
    site_until(site.aborts == 1);
    more = client_connect();
    client_get(more, "/quick");
    client_expects(more, 200, NULL);
    close(more);
    for (int i = 0; i < N; i++)
        close(fds[i]);
    site_until(atomic_load(&site.server->body_memory) == 0);
}

/* ---- Start ---- */

static void unix_socket_is_served(void **state)
{
    (void)state;
    char folder[] = "/tmp/http-test-XXXXXX";
    char name[64];
    assert_non_null(mkdtemp(folder));
    snprintf(name, sizeof name, "%s/socket", folder);
    site_start(&(struct site_options){ .loops = 1, .unix_path = name, .limit_addresses = true });
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    snprintf(a.sun_path, sizeof a.sun_path, "%s", name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    client_get(fd, "/who");
    client_expects(fd, 200, "");
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\nConnection: close\r\n\r\nhi");
    client_expects(fd, 200, "hi");
    assert_true(client_sees_end(fd));
    close(fd);
    assert_true(site_stop());
    assert_int_equal(mem_live(), 0);
    unlink(name);
    rmdir(folder);
}

static bool judged(void *self, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    (void)out;
    return false;
}

static void start_on_what_is_no_socket_says_so_and_leaves_nothing(void **state)
{
    (void)state;
    struct http_listener listener = { .fd = -1 };
    const struct http_app app = { .cached = judged };
    struct http_server *server = NULL;
    struct fault fault = { 0 };
    const struct http_options options = { .listeners = &listener, .listeners_n = 1 };
    assert_int_equal(http_server_start(&server, &options, &app, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "not a listening socket"));
    assert_null(server);
    assert_int_equal(mem_live(), 0);
}

static void failed_allocation_at_start_leaves_nothing(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(listen(fd, 16), 0);
    struct http_listener listener = { .fd = fd };
    const struct http_app app = { .cached = judged };
    const struct http_options options = { .listeners = &listener, .listeners_n = 1, .loops = 2 };
    struct http_server *server = NULL;
    uint64_t k = 1;
    for (;; k++) {
        struct fault fault;
        mem_fail_at(k);
        enum status status = http_server_start(&server, &options, &app, &fault);
        if (status == STATUS_OK)
            break;
        assert_null(server);
        assert_int_equal(mem_live(), 0);
    }
    mem_fail_at(0);
    assert_true(k >= 4);
    http_server_drain(server);
    assert_true(http_server_wait(server));
    http_server_free(server);
    assert_int_equal(mem_live(), 0);
    close(fd);
}

#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(head_has_10_s_in_all),
        HTTP_TEST(idle_connection_is_closed_after_30_s),
        HTTP_TEST(body_must_bring_8_kb_in_8_s),
        HTTP_TEST(small_body_must_be_whole_in_8_s),
        HTTP_TEST(body_that_is_late_in_all_is_refused),
        HTTP_TEST(sinks_own_time_is_not_the_clients),
        HTTP_TEST(stall_between_pieces_is_seen),
        HTTP_TEST(answer_has_60_s_to_begin),
        HTTP_TEST(client_that_does_not_read_is_cut_off),
        HTTP_TEST(client_must_take_32_kb_in_8_s),
        HTTP_TEST(client_must_take_all_in_time),
        HTTP_TEST(client_that_reads_slowly_but_steadily_gets_all),
        HTTP_TEST(lingering_ends_after_5_s),
        HTTP_TEST(lingering_ends_after_4_mb),
        HTTP_TEST(idle_connection_is_closed_after_2_s_of_draining),
        HTTP_TEST(accepting_pauses_where_descriptors_run_out),
        HTTP_TEST(drain_takes_what_waits_at_the_listener),
        cmocka_unit_test_setup_teardown(drain_ends_after_65_s_and_says_what_it_cut, start, stop_cut),
        cmocka_unit_test_setup_teardown(address_has_512_connections, start_counting, stop),
        cmocka_unit_test_setup_teardown(proxy_may_have_more_than_512_connections, start_proxy, stop),
        cmocka_unit_test(address_that_has_left_makes_room_for_another),
        HTTP_TEST(all_together_have_4096_connections),
        HTTP_TEST(bodies_together_have_64_mb),
        cmocka_unit_test(unix_socket_is_served),
        cmocka_unit_test(start_on_what_is_no_socket_says_so_and_leaves_nothing),
        cmocka_unit_test(failed_allocation_at_start_leaves_nothing),
        /* Last: its server stays, on purpose. */
        cmocka_unit_test_setup_teardown(drain_does_not_wait_for_an_answer_that_never_comes, start, stop_stuck),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
