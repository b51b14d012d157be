/*
 * One connection: a machine of few states, moved by events and deadlines.
 *
 * Promise: one request in hand at a time, so answers go out in the order of
 * their requests; what comes behind is kept or left unread. A connection that
 * waits has no buffer. After an error the client's bytes are read on and
 * thrown away for a bounded while, so that it gets to read the answer.
 *
 * An attacker sends a byte now and then, sends for ever, or goes away at the
 * worst moment: each state has a deadline, each amount a bound, and a head
 * that comes in bits is parsed again only when a line has ended.
 */
#include <errno.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "http/front.h"

#include "base/banned.h"

enum { HELD_STEP = 1024, SECOND_MS = 1000 };

static void set_due(struct connection *c, int64_t seconds)
{
    http_wheel_set(&c->loop->wheel, c, c->loop->now + seconds * SECOND_MS);
}

void http_connection_watch(struct connection *c, uint32_t events)
{
    if (c->events == events)
        return;
    if (!c->watched) {
        c->events = events;
        return;
    }
    struct epoll_event e = { .events = events, .data.ptr = c };
    if (epoll_ctl(c->loop->epoll, EPOLL_CTL_MOD, c->fd, &e) == 0)
        c->events = events;
    else
        http_connection_close(c);
}

/* ---- Pace ---- */

static void pace_due(struct connection *c)
{
    int64_t due = c->pace.ends < c->pace.span_ends ? c->pace.ends : c->pace.span_ends;
    http_wheel_set(&c->loop->wheel, c, due);
}

void http_connection_pace_on(struct connection *c)
{
    c->pace.span_ends = c->loop->now + HTTP_STALL_SECONDS * SECOND_MS;
    c->pace.bytes = 0;
    pace_due(c);
}

void http_connection_pace(struct connection *c, uint64_t length, int seconds, uint64_t rate, uint64_t least)
{
    /* Longer than a year is as good as for ever, and cannot overflow. */
    uint64_t more = length / rate < UINT32_MAX / 128 ? length / rate : UINT32_MAX / 128;
    c->pace.ends = c->loop->now + (seconds + (int64_t)more) * SECOND_MS;
    c->pace.least = least;
    http_connection_pace_on(c);
}

bool http_connection_paced(struct connection *c)
{
    int64_t soon = c->loop->now + WHEEL_TICK_MS;
    if (soon >= c->pace.ends || (soon >= c->pace.span_ends && c->pace.bytes < c->pace.least))
        return false;
    http_connection_pace_on(c);
    return true;
}

/* ---- Bytes kept for later ---- */

static void let_go(struct connection *c)
{
    mem_free(c->held);
    c->held = NULL;
    c->held_n = 0;
    c->held_size = 0;
}

bool http_connection_hold(struct connection *c, struct str bytes)
{
    if (bytes.n == 0) {
        let_go(c);
        return true;
    }
    if (bytes.n > c->held_size) {
        size_t size = (bytes.n + HELD_STEP - 1) / HELD_STEP * HELD_STEP;
        char *p = mem_resize(c->held, size);
        if (!p) {
            http_connection_close(c);
            return false;
        }
        c->held = p;
        c->held_size = size;
    }
    memcpy(c->held, bytes.p, bytes.n);
    c->held_n = bytes.n;
    return true;
}

/* ---- From a head to its exchange ---- */

void http_connection_to_pool(struct connection *c, enum step step)
{
    struct http_exchange *x = c->exchange;
    bool is_new = step == STEP_BEGIN || (step == STEP_TAKE && !x->sink);
    x->step = step;
    c->state = CONNECTION_POOL;
    set_due(c, HTTP_FIRST_BYTE_SECONDS);
    c->loop->exchanges++;
    if (!is_new) {
        http_pool_push(c->loop->server->pool, x);
    } else if (!http_pool_offer(c->loop->server->pool, x)) {
        c->loop->exchanges--;
        c->exchange = NULL;
        c->lingers |= x->body_left > 0;
        http_answer_error(c, 503, &x->head, x->closes || x->body_left > 0);
        http_exchange_free(x);
    }
}

/* A whole head: answers it, or sends it on its way. Gives what is left over of `rest`. */
static struct str begin_request(struct connection *c, struct http_head *head, struct str bytes, bool closes,
                                struct str rest)
{
    struct loop *l = c->loop;
    const struct http_app *app = &l->server->app;
    http_visitor_know(c, head, l->fields);
    struct http_verdict verdict = app->judge(app->self, head);
    if (verdict.error == 0 &&
        (head->length > verdict.body_max || (!verdict.sink && head->length > HTTP_BODY_MEMORY_MAX)))
        verdict.error = 413;
    bool reads = head->method == HTTP_GET || head->method == HTTP_HEAD;
    struct http_answer answer = { .status = 200 };
    if (verdict.error == 0 && reads && head->length == 0 && app->cached(app->self, head, &answer)) {
        c->drained = closes && rest.n == 0 && bytes.p + bytes.n < l->bytes + sizeof l->bytes;
        http_answer_send(c, &answer, head->method == HTTP_HEAD, closes);
        return rest;
    }
    if (verdict.error == 0) {
        c->exchange = http_exchange_new(c, head, bytes);
        if (!c->exchange)
            verdict.error = 503;
    }
    if (verdict.error != 0) {
        /* Where the unread body ends is nobody's business any more. */
        c->lingers = head->length > 0;
        http_answer_error(c, verdict.error, head, closes || head->length > 0);
        return rest;
    }
    c->exchange->sink = verdict.sink;
    c->exchange->closes = closes;
    if (head->length > 0 || verdict.sink)
        return http_body_begin(c, rest);
    http_connection_to_pool(c, STEP_TAKE);
    return rest;
}

/* Some bytes of a head, which has its time from the first of them on. The empty line before one is none yet. */
static void hold_head(struct connection *c, struct str bytes)
{
    if (!c->head_began && !str_equal(bytes, STR("\r")) && !str_equal(bytes, STR("\r\n"))) {
        c->head_began = true;
        set_due(c, HTTP_HEAD_SECONDS);
    }
    http_connection_hold(c, bytes);
}

/* Works through bytes that lie in the loop's own buffer. */
static void consume(struct connection *c, struct str bytes)
{
    struct loop *l = c->loop;
    while (c->state == CONNECTION_HEAD && bytes.n > 0) {
        struct http_head head;
        struct http_parse parse = http_parse_head(bytes, &head, l->fields, l->path, l->host);
        switch (parse.result) {
        case HTTP_PARSED_MORE: hold_head(c, bytes); return;
        case HTTP_PARSED_ERROR:
            c->lingers = true;
            let_go(c);
            http_answer_refuse(c, parse.error, bytes);
            return;
        case HTTP_PARSED_HEAD:
            bytes = begin_request(c, &head, str_slice(bytes, 0, parse.used), parse.closes,
                                  str_slice(bytes, parse.used, bytes.n));
            break;
        }
    }
    if (c->state == CONNECTION_DEAD)
        return;
    if (c->state == CONNECTION_LINGER)
        bytes.n = 0;
    if (bytes.n > 0 || c->held)
        http_connection_hold(c, bytes);
}

static void head_readable(struct connection *c)
{
    struct loop *l = c->loop;
    size_t before = c->held_n;
    if (before > 0)
        memcpy(l->bytes, c->held, before);
    ssize_t n = recv(c->fd, l->bytes + before, sizeof l->bytes - before, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        http_connection_close(c);
        return;
    }
    struct str bytes = { l->bytes, before + (size_t)n };
    bool line_ends = memchr(l->bytes + before, '\n', (size_t)n) != NULL;
    if (before > 0 && !line_ends && bytes.n < HTTP_HEAD_MAX) {
        hold_head(c, bytes);
        return;
    }
    c->held_n = 0;
    consume(c, bytes);
}

void http_connection_proceed(struct connection *c)
{
    if (c->state != CONNECTION_HEAD || c->held_n == 0)
        return;
    struct str bytes = { c->loop->bytes, c->held_n };
    memcpy(c->loop->bytes, c->held, c->held_n);
    c->held_n = 0;
    consume(c, bytes);
}

/* ---- The end ---- */

static void linger(struct connection *c)
{
    let_go(c);
    shutdown(c->fd, SHUT_WR);
    c->state = CONNECTION_LINGER;
    set_due(c, HTTP_LINGER_SECONDS);
    http_connection_watch(c, EPOLLIN);
}

/* One read of what will be thrown away; false at the end of it. */
static bool discard(struct connection *c)
{
    ssize_t n = recv(c->fd, c->loop->bytes, sizeof c->loop->bytes, 0);
    if (n > 0)
        c->discarded += (size_t)n;
    return n > 0 ? c->discarded <= HTTP_LINGER_BYTES : n < 0 && (errno == EAGAIN || errno == EINTR);
}

void http_connection_answered(struct connection *c)
{
    if (!c->closes) {
        c->state = CONNECTION_HEAD;
        c->head_began = false;
        set_due(c, HTTP_IDLE_SECONDS);
        http_connection_watch(c, EPOLLIN);
        return;
    }
    if (c->drained && !c->lingers) {
        http_connection_close(c);
        return;
    }
    /* RFC 9112 9.6: closing while the client still sends could take the answer away from it. */
    bool open = c->lingers || discard(c);
    if (c->lingers || (open && c->discarded > 0))
        linger(c);
    else
        http_connection_close(c);
}

void http_connection_close(struct connection *c)
{
    struct loop *l = c->loop;
    if (c->state == CONNECTION_DEAD)
        return;
    struct http_exchange *x = c->exchange;
    c->exchange = NULL;
    if (x && c->state == CONNECTION_POOL)
        x->connection = NULL;
    else if (x)
        http_exchange_drop(x);
    c->state = CONNECTION_DEAD;
    http_wheel_remove(&l->wheel, c);
    let_go(c);
    if (c->release)
        c->release(c->owner);
    c->release = NULL;
    close(c->fd);
    c->fd = -1;
    if (c->counted)
        http_addresses_leave(l->server->addresses, &c->key);
    http_loop_bury(c);
}

void http_connection_cut(struct connection *c)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    int unread = 0;
    if (ioctl(c->fd, SIOCOUTQ, &unread) == 0 && unread > 0)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    http_connection_close(c);
}

/* ---- Events and deadlines ---- */

void http_connection_begin(struct connection *c)
{
    c->state = CONNECTION_HEAD;
    c->events = EPOLLIN;
    set_due(c, HTTP_IDLE_SECONDS);
    head_readable(c);
}

bool http_connection_movable(const struct connection *c)
{
    return c->state == CONNECTION_HEAD && c->held_n == 0;
}

void http_connection_open(struct connection *c)
{
    struct epoll_event e = { .events = c->events, .data.ptr = c };
    if (!c->wheel_link)
        set_due(c, HTTP_IDLE_SECONDS);
    c->watched = true;
    if (epoll_ctl(c->loop->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0)
        http_connection_close(c);
    else if (atomic_load_explicit(&c->loop->server->draining, memory_order_relaxed))
        http_connection_hurry(c);
}

void http_connection_event(struct connection *c, uint32_t events)
{
    switch (c->state) {
    case CONNECTION_HEAD: head_readable(c); return;
    case CONNECTION_BODY: http_body_readable(c); break;
    case CONNECTION_POOL:
        if (events & (EPOLLERR | EPOLLHUP))
            http_connection_close(c);
        else
            http_connection_watch(c, 0);
        return;
    case CONNECTION_WRITE: http_answer_writable(c); break;
    case CONNECTION_LINGER:
        if (!discard(c))
            http_connection_close(c);
        return;
    case CONNECTION_DEAD: return;
    }
    http_connection_proceed(c);
}

void http_connection_expire(struct connection *c)
{
    struct http_exchange *x = c->exchange;
    switch (c->state) {
    case CONNECTION_HEAD:
        if (!c->head_began) {
            http_connection_cut(c);
            return;
        }
        c->lingers = true;
        http_answer_refuse(c, 408, (struct str){ c->held, c->held_n });
        return;
    case CONNECTION_BODY: http_body_expire(c); return;
    case CONNECTION_POOL:
        c->exchange = NULL;
        c->lingers |= x->body_left > 0;
        http_answer_error(c, 503, &x->head, true);
        x->connection = NULL;
        return;
    case CONNECTION_WRITE: http_answer_expire(c); return;
    case CONNECTION_LINGER: http_connection_cut(c); return;
    case CONNECTION_DEAD: return;
    }
}

void http_connection_hurry(struct connection *c)
{
    int64_t due = c->loop->now + HTTP_DRAIN_IDLE_SECONDS * SECOND_MS;
    if (c->state == CONNECTION_HEAD && !c->head_began && due < c->due)
        http_wheel_set(&c->loop->wheel, c, due);
}

bool http_connection_busy(const struct connection *c)
{
    return c->state == CONNECTION_BODY || c->state == CONNECTION_POOL || c->state == CONNECTION_WRITE ||
           (c->state == CONNECTION_HEAD && c->head_began);
}
