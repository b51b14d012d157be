/*
 * Requests and answers over real sockets: order, bodies, sinks, the pool, and draining.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "site.h"

#include "base/banned.h"

#define HOST "Host: localhost\r\n"

static int start(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 2 });
    return 0;
}

static int stop(void **state)
{
    (void)state;
    bool whole = site_stop();
    if (mem_live() != 0)
        fprintf(stderr, "%lld blocks are left\n", (long long)mem_live());
    return whole && mem_live() == 0 ? 0 : 1;
}

static void every_kind_of_answer_comes_on_one_connection(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/cached");
    client_expects(fd, 200, "cached");
    client_get(fd, "/quick");
    client_expects(fd, 200, "/quick");
    client_get(fd, "/none");
    client_expects(fd, 404, "Not Found");
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    client_expects(fd, 200, "hello");
    client_say(fd, "GET / HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
    client_expects(fd, 421, "Misdirected Request");
    client_get(fd, "/cached");
    client_expects(fd, 200, "cached");
    close(fd);
}

static void fields_of_an_answer_are_whole(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/cached");
    struct reply r = client_reply(fd, false);
    assert_true(reply_has(&r, "Content-Type: text/plain"));
    assert_true(reply_has(&r, "Content-Length: 6"));
    assert_null(strstr(r.head, "Connection:"));
    const char *date = strstr(r.head, "\r\nDate: ");
    assert_non_null(date);
    assert_memory_equal(date + 33, " GMT\r\n", 6);
    assert_memory_equal(r.head, "HTTP/1.1 200 OK\r\n", 17);
    reply_free(&r);
    client_get(fd, "/none");
    r = client_reply(fd, false);
    assert_memory_equal(r.head, "HTTP/1.1 404 Not Found\r\n", 24);
    reply_free(&r);
    close(fd);
}

static void head_has_the_length_and_no_body(void **state)
{
    (void)state;
    int fd = client_connect();
    static const char *const paths[] = { "/cached", "/quick" };
    for (size_t i = 0; i < 2; i++) {
        char request[128];
        snprintf(request, sizeof request, "HEAD %s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
        client_say(fd, request);
        struct reply r = client_reply(fd, true);
        assert_int_equal(r.status, 200);
        assert_true(reply_has(&r, "Content-Length: 6"));
        reply_free(&r);
    }
    client_get(fd, "/quick");
    client_expects(fd, 200, "/quick");
    close(fd);
}

static void error_in_answer_to_head_has_no_body(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        { "HEAD /none HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 404 },
        { "HEAD / HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n", 421 },
        { "HEAD /cached HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 413 },
        { "HEAD / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
        { "\r\nHEAD / HTTP/3.0\r\n" HOST "\r\n", 505 },
        { "HEAD /bad HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 500 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = client_connect();
        client_say(fd, cases[i].request);
        struct reply r = client_reply(fd, true);
        assert_int_equal(r.status, cases[i].status);
        assert_true(reply_has(&r, "Connection: close"));
        assert_true(client_sees_end(fd));
        reply_free(&r);
        close(fd);
    }
}

static void not_modified_and_no_content_have_neither_length_nor_body(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/same");
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 304);
    assert_null(strstr(r.head, "Content-Length"));
    reply_free(&r);
    client_get(fd, "/empty");
    r = client_reply(fd, false);
    assert_int_equal(r.status, 204);
    assert_null(strstr(r.head, "Content-Length"));
    reply_free(&r);
    client_get(fd, "/cached");
    client_expects(fd, 200, "cached");
    close(fd);
}

static void only_get_and_head_are_answered_from_the_cache(void **state)
{
    (void)state;
    int fd = client_connect();
    client_say(fd, "POST /cached HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\nDELETE /cached HTTP/1.1\r\n" HOST "\r\n");
    client_expects(fd, 404, NULL);
    client_expects(fd, 404, NULL);
    assert_int_equal(site.taken, 2);
    close(fd);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    int fd = client_connect();
    client_say(fd, "GET /slow HTTP/1.1\r\n" HOST "\r\nGET /cached HTTP/1.1\r\n" HOST "\r\n"
                   "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /quick HTTP/1.1\r\n" HOST "\r\n"
                   "GET /cached HTTP/1.1\r\n" HOST "\r\n");
    sem_wait(&site.entered);
    assert_true(client_waits(fd, 50));
    assert_int_equal(site.taken, 1);
    sem_post(&site.gate);
    client_expects(fd, 200, "/slow");
    client_expects(fd, 200, "cached");
    client_expects(fd, 200, "abc");
    client_expects(fd, 200, "/quick");
    client_expects(fd, 200, "cached");
    close(fd);
}

static void hundreds_of_pipelined_requests_all_come_back(void **state)
{
    (void)state;
    enum { N = 1500 };
    static char request[N * 64];
    size_t n = 0;
    for (int i = 0; i < N; i++)
        n += (size_t)snprintf(request + n, sizeof request - n, "GET /%s HTTP/1.1\r\n" HOST "\r\n",
                              i % 3 ? "cached" : "quick");
    int fd = client_connect();
    client_send(fd, request, n);
    for (int i = 0; i < N; i++)
        client_expects(fd, 200, i % 3 ? "cached" : "/quick");
    close(fd);
}

static void requests_may_come_byte_by_byte(void **state)
{
    (void)state;
    static const char request[] =
        "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhelloGET /cached HTTP/1.1\r\n" HOST "\r\n";
    int fd = client_connect();
    for (size_t i = 0; i < sizeof request - 1; i++) {
        client_send(fd, request + i, 1);
        usleep(200);
    }
    client_expects(fd, 200, "hello");
    client_expects(fd, 200, "cached");
    close(fd);
}

static void old_version_and_close_end_the_connection(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET /cached HTTP/1.0\r\n" HOST "\r\n",
        "GET /cached HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n\r\n",
        "GET /cached HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
        "GET /quick HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
        "GET /closes HTTP/1.1\r\n" HOST "\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        int fd = client_connect();
        client_say(fd, requests[i]);
        struct reply r = client_reply(fd, false);
        assert_int_equal(r.status, 200);
        assert_true(reply_has(&r, "Connection: close"));
        reply_free(&r);
        assert_true(client_sees_end(fd));
        close(fd);
    }
}

static void nothing_behind_a_refused_head_is_answered(void **state)
{
    (void)state;
    int fd = client_connect();
    client_say(fd, "GET /cached HTTP/1.1\r\n" HOST "\r\nPOST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n"
                   "Content-Length: 28\r\n\r\nGET /quick HTTP/1.1\r\n" HOST "\r\n");
    client_expects(fd, 200, "cached");
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 400);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    assert_true(client_sees_end(fd));
    assert_int_equal(site.taken, 0);
    close(fd);
}

static void error_is_read_by_a_client_that_still_sends(void **state)
{
    (void)state;
    static char bytes[1024 * 1024];
    int fd = client_connect();
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1048576\r\n\r\n");
    client_send(fd, bytes, sizeof bytes);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 413);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    assert_true(client_sees_end(fd));
    close(fd);
}

static void half_closed_client_gets_its_answer(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/slow");
    sem_wait(&site.entered);
    shutdown(fd, SHUT_WR);
    assert_true(client_waits(fd, 50));
    sem_post(&site.gate);
    client_expects(fd, 200, "/slow");
    assert_true(client_sees_end(fd));
    close(fd);
}

static void body_of_the_largest_size_is_taken_one_more_is_not(void **state)
{
    (void)state;
    static char body[HTTP_BODY_MEMORY_MAX];
    memset(body, 'x', sizeof body);
    char head[128];
    int fd = client_connect();
    snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", HTTP_BODY_MEMORY_MAX);
    client_say(fd, head);
    client_send(fd, body, sizeof body);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.body_n, sizeof body);
    assert_memory_equal(r.body, body, sizeof body);
    reply_free(&r);
    snprintf(head, sizeof head, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", HTTP_BODY_MEMORY_MAX + 1);
    client_say(fd, head);
    client_expects(fd, 413, NULL);
    close(fd);
}

static void continue_is_said_once_and_only_where_the_body_may_come(void **state)
{
    (void)state;
    static const char *const paths[] = { "/echo", "/upload" };
    for (size_t i = 0; i < 2; i++) {
        char request[256];
        int fd = client_connect();
        snprintf(request, sizeof request,
                 "POST %s HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", paths[i]);
        client_say(fd, request);
        struct reply r = client_reply(fd, true);
        assert_int_equal(r.status, 100);
        reply_free(&r);
        assert_true(client_waits(fd, 20));
        client_say(fd, "hello");
        client_expects(fd, 200, i == 0 ? "hello" : "taken");
        snprintf(request, sizeof request,
                 "POST %s HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", paths[i]);
        client_say(fd, request);
        client_expects(fd, 200, i == 0 ? "hello" : "taken");
        client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
        client_expects(fd, 413, NULL);
        assert_true(client_sees_end(fd));
        close(fd);
    }
}

/* ---- Sinks ---- */

static void sink_gets_every_byte_in_bounded_pieces(void **state)
{
    (void)state;
    enum { N = 3 * 1024 * 1024 + 7 };
    static char body[N];
    uint64_t sum = 0;
    for (size_t i = 0; i < N; i++) {
        body[i] = (char)(i * 7 + i / 251);
        sum = sum * 31 + (unsigned char)body[i];
    }
    char head[128];
    int fd = client_connect();
    int n = snprintf(head, sizeof head, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", N);
    client_send(fd, head, (size_t)n);
    client_send(fd, body, N);
    client_get(fd, "/cached");
    client_expects(fd, 200, "taken");
    client_expects(fd, 200, "cached");
    assert_int_equal(site.begins, 1);
    assert_int_equal(site.ends, 1);
    assert_int_equal(site.aborts, 0);
    assert_int_equal(site.pieces, (N + HTTP_BODY_PIECE_MAX - 1) / HTTP_BODY_PIECE_MAX);
    assert_int_equal(site.piece_largest, HTTP_BODY_PIECE_MAX);
    assert_int_equal(site.bytes, N);
    assert_true(site.sum == sum);
    close(fd);
}

static void small_and_empty_bodies_go_to_the_sink_too(void **state)
{
    (void)state;
    int fd = client_connect();
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcPOST /upload HTTP/1.1\r\n" HOST
                   "Content-Length: 0\r\n\r\nGET /cached HTTP/1.1\r\n" HOST "\r\n");
    client_expects(fd, 200, "taken");
    client_expects(fd, 200, "taken");
    client_expects(fd, 200, "cached");
    assert_int_equal(site.begins, 2);
    assert_int_equal(site.pieces, 1);
    assert_int_equal(site.ends, 2);
    assert_int_equal(site.bytes, 3);
    close(fd);
}

static void sink_is_aborted_once_when_the_client_goes(void **state)
{
    (void)state;
    static char body[HTTP_BODY_PIECE_MAX + 100];
    int fd = client_connect();
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 1000000\r\n\r\n");
    client_send(fd, body, sizeof body);
    site_until(site.pieces == 1);
    close(fd);
    site_until(site.aborts == 1);
    assert_int_equal(site.begins, 1);
    assert_int_equal(site.ends, 0);
    assert_int_equal(site.taken, 0);
}

static void whole_upload_is_taken_although_the_client_has_gone(void **state)
{
    (void)state;
    struct linger now = { 1, 0 };
    int fd = client_connect();
    site.end_waits = true;
    client_say(fd, "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc");
    sem_wait(&site.entered);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    site_until(atomic_load(&site.server->connections) == 0);
    sem_post(&site.gate);
    site_until(site.taken == 1);
    assert_int_equal(site.ends, 1);
    assert_int_equal(site.aborts, 0);
}

static void failing_sink_becomes_an_error_page(void **state)
{
    (void)state;
    static const char request[] = "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc";
    int fd = client_connect();
    site.end_fails = STATUS_INVALID;
    client_say(fd, request);
    client_expects(fd, 400, NULL);
    site_until(site.aborts == 1);
    site.end_fails = 0;
    site.piece_fails = STATUS_LIMIT;
    client_say(fd, request);
    client_expects(fd, 413, NULL);
    site_until(site.aborts == 2);
    site.piece_fails = 0;
    assert_int_equal(site.begins, 2);
    site.begin_fails = STATUS_FULL;
    client_say(fd, request);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 503);
    assert_true(reply_has(&r, "Retry-After: 5"));
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    assert_true(client_sees_end(fd));
    assert_int_equal(site.aborts, 2);
    assert_int_equal(site.ends, 0);
    assert_int_equal(site.taken, 0);
    close(fd);
}

/* ---- Answers later ---- */

static struct http_exchange *held(void)
{
    struct http_exchange *x = NULL;
    site_until((x = atomic_exchange(&site.held, NULL)) != NULL);
    return x;
}

static void answer_may_come_from_another_thread(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/later");
    http_answer(held(), &(struct http_answer){ .status = 200, .body = STR("from elsewhere") });
    client_expects(fd, 200, "from elsewhere");
    close(fd);
}

static pthread_t resumed_on;
static void resumed(struct http_exchange *x, void *arg)
{
    resumed_on = pthread_self();
    http_answer(x, &(struct http_answer){ .status = 200, .body = str_of(arg) });
}

static void resume_runs_on_a_pool_thread_past_a_full_queue(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/later");
    struct http_exchange *x = held();
    /* One more than threads and queue can hold: exactly one is refused, whichever comes in last. */
    enum { N = HTTP_POOL_THREADS + HTTP_QUEUE_MAX + 1 };
    static struct pollfd busy[N];
    for (size_t i = 0; i < N; i++) {
        busy[i] = (struct pollfd){ client_connect(), POLLIN, 0 };
        client_get(busy[i].fd, i < HTTP_POOL_THREADS ? "/slow" : "/quick");
        if (i < HTTP_POOL_THREADS)
            sem_wait(&site.entered);
    }
    assert_int_equal(poll(busy, N, 20000), 1);
    size_t refused = 0;
    while (busy[refused].revents == 0)
        refused++;
    struct reply r = client_reply(busy[refused].fd, false);
    assert_int_equal(r.status, 503);
    assert_true(reply_has(&r, "Retry-After: 5"));
    assert_null(strstr(r.head, "Connection:"));
    reply_free(&r);
    static char word[] = "resumed";
    http_resume(x, resumed, word);
    for (size_t i = 0; i < HTTP_POOL_THREADS; i++)
        sem_post(&site.gate);
    client_expects(fd, 200, "resumed");
    assert_false(pthread_equal(resumed_on, pthread_self()));
    client_get(busy[refused].fd, "/quick");
    for (size_t i = 0; i < N; i++) {
        client_expects(busy[i].fd, 200, i < HTTP_POOL_THREADS ? "/slow" : "/quick");
        close(busy[i].fd);
    }
    close(fd);
}

static void answer_that_is_no_longer_good_is_made_again(void **state)
{
    (void)state;
    int fd = client_connect();
    site.stale_left = 3;
    client_get(fd, "/stale");
    client_expects(fd, 200, "/stale");
    assert_int_equal(site.taken, 4);
    close(fd);
}

static void client_that_went_away_leaves_nothing_behind(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/later");
    struct http_exchange *x = held();
    struct linger now = { 1, 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    site_until(atomic_load(&site.server->connections) == 0);
    http_answer(x, &(struct http_answer){ .status = 200, .body = STR("nobody") });
}

static void unfit_answer_becomes_a_plain_500(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/bad");
    client_expects(fd, 500, "");
    assert_true(client_sees_end(fd));
    close(fd);
    fd = client_connect();
    client_get(fd, "/wide");
    client_expects(fd, 500, "");
    assert_true(client_sees_end(fd));
    close(fd);
    fd = client_connect();
    client_get(fd, "/fits");
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "/fits");
    assert_non_null(strstr(r.head, "a\r\n\r\n"));
    reply_free(&r);
    close(fd);
}

static void large_answer_arrives_whole_and_is_released_once(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/big");
    client_get(fd, "/cached");
    usleep(50000);
    assert_int_equal(site.released, 0);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.body_n, SITE_BIG);
    for (size_t i = 0; i < SITE_BIG; i++)
        if (r.body[i] != (char)('a' + i % 23))
            fail_msg("byte %zu is wrong", i);
    reply_free(&r);
    client_expects(fd, 200, "cached");
    site_until(site.released == 2);
    client_get(fd, "/big");
    close(fd);
    site_until(site.released == 3);
}

/* ---- Draining ---- */

static void drain_finishes_what_was_accepted(void **state)
{
    (void)state;
    int idle = client_connect();
    client_get(idle, "/cached");
    client_expects(idle, 200, "cached");
    int busy = client_connect();
    client_get(busy, "/slow");
    sem_wait(&site.entered);
    int half = client_connect();
    client_say(half, "GET /cached HTTP/1.1\r\n");
    usleep(20000);
    http_server_drain(site.server);
    usleep(20000);
    int late = client_connect();
    client_say(half, HOST "\r\n");
    struct reply r = client_reply(half, false);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    client_get(idle, "/cached");
    r = client_reply(idle, false);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    assert_true(client_waits(busy, 20));
    sem_post(&site.gate);
    r = client_reply(busy, false);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "Connection: close"));
    reply_free(&r);
    assert_true(http_server_wait(site.server));
    assert_true(client_waits(late, 0));
    close(idle);
    close(busy);
    close(half);
    close(late);
}

static void drain_answers_hundreds_that_have_just_come(void **state)
{
    (void)state;
    enum { N = 300 };
    int fds[N];
    for (int i = 0; i < N; i++) {
        fds[i] = client_connect();
        client_get(fds[i], i % 2 ? "/cached" : "/quick");
    }
    http_server_drain(site.server);
    for (int i = 0; i < N; i++) {
        client_expects(fds[i], 200, i % 2 ? "cached" : "/quick");
        close(fds[i]);
    }
    assert_true(http_server_wait(site.server));
}

/* ---- Memory ---- */

static void cached_answers_need_no_memory(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/cached");
    client_expects(fd, 200, "cached");
    uint64_t before = mem_calls();
    for (int i = 0; i < 2000; i++) {
        client_get(fd, "/cached");
        client_expects(fd, 200, "cached");
    }
    assert_int_equal(mem_calls(), before);
    close(fd);
}

static void idle_connection_is_one_block_under_2_kb(void **state)
{
    (void)state;
    enum { N = 100 };
    int fds[N];
    int64_t before = mem_live();
    assert_true(sizeof(struct connection) <= 2048);
    for (int i = 0; i < N; i++) {
        fds[i] = client_connect();
        client_say(fds[i], "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe");
        usleep(100);
        client_say(fds[i], "lloGET /ca");
        client_expects(fds[i], 200, "hello");
        client_say(fds[i], "ched HTTP/1.1\r\n" HOST "\r\n");
        client_expects(fds[i], 200, "cached");
    }
    site_until(mem_live() - before == N);
    for (int i = 0; i < N; i++)
        close(fds[i]);
}

static void connections_are_shared_between_loops(void **state)
{
    (void)state;
    enum { N = 60 };
    int fds[N];
    for (int i = 0; i < N; i++) {
        fds[i] = client_connect();
        client_get(fds[i], "/cached");
        client_expects(fds[i], 200, "cached");
    }
    for (int i = 0; i < 2; i++)
        assert_in_range(atomic_load(&site.server->loops[i].connections), N * 2 / 5, N * 3 / 5);
    for (int i = 0; i < N; i++)
        close(fds[i]);
    site_until(atomic_load(&site.server->connections) == 0);
}

/* Each allocation in turn fails once: the client gets its answer, a 503, or the end; the server goes on. */
static void failed_allocation_costs_one_request_at_most(void **state)
{
    (void)state;
    static const char request[] =
        "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhelloPOST /upload HTTP/1.1\r\n" HOST
        "Content-Length: 5\r\n\r\nhello";
    int refused = 0;
    for (uint64_t k = 1; k <= 12; k++) {
        mem_fail_at(k);
        int fd = client_connect();
        client_send(fd, request, 10);
        usleep(3000);
        /* It may be closed already: then nothing is read below. */
        ssize_t sent = send(fd, request + 10, sizeof request - 11, MSG_NOSIGNAL);
        assert_true(sent == (ssize_t)sizeof request - 11 || sent < 0);
        shutdown(fd, SHUT_WR);
        char reply[4096];
        size_t n = 0;
        ssize_t got;
        while ((got = recv(fd, reply + n, sizeof reply - 1 - n, 0)) > 0)
            n += (size_t)got;
        reply[n] = '\0';
        close(fd);
        if (n == 0 || strstr(reply, " 503 "))
            refused++;
        else
            assert_non_null(strstr(reply, "taken"));
        mem_fail_at(0);
        fd = client_connect();
        client_get(fd, "/quick");
        client_expects(fd, 200, "/quick");
        close(fd);
    }
    assert_true(refused >= 4);
}

/* RFC 9112 2.2: the empty line that may stand before a head is no beginning of one. */
static void empty_line_after_a_request_begins_no_new_one(void **state)
{
    (void)state;
    int fd = client_connect();
    client_get(fd, "/cached");
    client_say(fd, "\r\n");
    client_expects(fd, 200, NULL);
    usleep(20000);
    site_ahead(HTTP_HEAD_SECONDS + 1);
    assert_true(client_waits(fd, 20));
    client_get(fd, "/quick");
    client_expects(fd, 200, "/quick");
    client_say(fd, "\r\n");
    usleep(20000);
    client_say(fd, "GET /q");
    usleep(20000);
    site_ahead(HTTP_HEAD_SECONDS + 1);
    client_expects(fd, 408, NULL);
    close(fd);
}

/* RFC 9112 9.6: who was not asked to close, and does, reads on for a while. */
static void answer_while_draining_is_not_taken_away_by_a_request_behind_it(void **state)
{
    (void)state;
    int fd = client_connect(), small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_get(fd, "/cached");
    client_expects(fd, 200, NULL);
    http_server_drain(site.server);
    client_get(fd, "/middling");
    usleep(100000);
    client_get(fd, "/cached");
    usleep(20000);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 200);
    assert_true(reply_has(&r, "Connection: close"));
    assert_int_equal(r.body_n, SITE_MIDDLING);
    reply_free(&r);
    assert_true(client_sees_end(fd));
    close(fd);
    assert_true(http_server_wait(site.server));
}

#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(every_kind_of_answer_comes_on_one_connection),
        HTTP_TEST(empty_line_after_a_request_begins_no_new_one),
        HTTP_TEST(answer_while_draining_is_not_taken_away_by_a_request_behind_it),
        HTTP_TEST(fields_of_an_answer_are_whole),
        HTTP_TEST(head_has_the_length_and_no_body),
        HTTP_TEST(error_in_answer_to_head_has_no_body),
        HTTP_TEST(not_modified_and_no_content_have_neither_length_nor_body),
        HTTP_TEST(only_get_and_head_are_answered_from_the_cache),
        HTTP_TEST(pipelined_requests_are_answered_in_order),
        HTTP_TEST(hundreds_of_pipelined_requests_all_come_back),
        HTTP_TEST(requests_may_come_byte_by_byte),
        HTTP_TEST(old_version_and_close_end_the_connection),
        HTTP_TEST(nothing_behind_a_refused_head_is_answered),
        HTTP_TEST(error_is_read_by_a_client_that_still_sends),
        HTTP_TEST(half_closed_client_gets_its_answer),
        HTTP_TEST(body_of_the_largest_size_is_taken_one_more_is_not),
        HTTP_TEST(continue_is_said_once_and_only_where_the_body_may_come),
        HTTP_TEST(sink_gets_every_byte_in_bounded_pieces),
        HTTP_TEST(small_and_empty_bodies_go_to_the_sink_too),
        HTTP_TEST(sink_is_aborted_once_when_the_client_goes),
        HTTP_TEST(whole_upload_is_taken_although_the_client_has_gone),
        HTTP_TEST(failing_sink_becomes_an_error_page),
        HTTP_TEST(answer_may_come_from_another_thread),
        HTTP_TEST(resume_runs_on_a_pool_thread_past_a_full_queue),
        HTTP_TEST(answer_that_is_no_longer_good_is_made_again),
        HTTP_TEST(client_that_went_away_leaves_nothing_behind),
        HTTP_TEST(unfit_answer_becomes_a_plain_500),
        HTTP_TEST(large_answer_arrives_whole_and_is_released_once),
        HTTP_TEST(drain_finishes_what_was_accepted),
        HTTP_TEST(drain_answers_hundreds_that_have_just_come),
        HTTP_TEST(cached_answers_need_no_memory),
        HTTP_TEST(idle_connection_is_one_block_under_2_kb),
        HTTP_TEST(connections_are_shared_between_loops),
        HTTP_TEST(failed_allocation_costs_one_request_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
