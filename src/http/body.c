/*
 * Bodies on their way in: whole into memory, or piece by piece into a sink.
 *
 * Promise: not one byte beyond Content-Length is read; memory is reserved
 * before it is asked for; a thread is held for a piece, never for an upload.
 *
 * An attacker announces much and sends little, slowly: the pace is watched,
 * and what was announced is counted against the memory of all bodies.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "http/front.h"

#include "base/banned.h"

/* Ends the exchange with an error before the app has seen the whole request. */
static void refuse(struct connection *c, int status)
{
    struct http_exchange *x = c->exchange;
    c->exchange = NULL;
    c->lingers = true;
    http_answer_error(c, status, &x->head, true);
    http_exchange_drop(x);
}

/* RFC 9110 10.1.1: not where the body has begun to come in already. */
static bool tell_to_continue(struct connection *c)
{
    static const char words[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct http_exchange *x = c->exchange;
    if (!x->head.expects || c->held_n > 0 || x->body_left < x->head.length)
        return true;
    x->head.expects = false;
    if (send(c->fd, words, sizeof words - 1, MSG_NOSIGNAL) == (ssize_t)sizeof words - 1)
        return true;
    http_connection_close(c);
    return false;
}

static size_t room(const struct http_exchange *x)
{
    size_t n = x->body_size - x->body_n;
    return n < x->body_left ? n : (size_t)x->body_left;
}

static void took(struct connection *c, size_t n)
{
    struct http_exchange *x = c->exchange;
    x->body_n += n;
    x->body_left -= n;
    c->pace.bytes += n;
    if (room(x) > 0)
        return;
    http_connection_to_pool(c, x->sink ? STEP_PIECE : STEP_TAKE);
}

struct str http_body_begin(struct connection *c, struct str bytes)
{
    struct http_exchange *x = c->exchange;
    if (x->sink) {
        http_connection_to_pool(c, STEP_BEGIN);
        return bytes;
    }
    if (!http_exchange_reserve(x, (size_t)x->head.length)) {
        refuse(c, 503);
        return STR_NONE;
    }
    c->state = CONNECTION_BODY;
    http_connection_pace(c, x->head.length, HTTP_BODY_SECONDS, HTTP_RATE_BYTES, HTTP_STALL_BYTES);
    if (bytes.n == 0) {
        if (tell_to_continue(c))
            http_connection_watch(c, EPOLLIN);
        return bytes;
    }
    size_t n = room(x) < bytes.n ? room(x) : bytes.n;
    memcpy(x->body, bytes.p, n);
    if (n < x->head.length)
        http_connection_watch(c, EPOLLIN);
    took(c, n);
    return str_slice(bytes, n, bytes.n);
}

void http_body_continue(struct connection *c)
{
    struct http_exchange *x = c->exchange;
    if (x->body_left == 0) {
        http_connection_to_pool(c, STEP_END);
        return;
    }
    c->state = CONNECTION_BODY;
    if (!x->body) {
        if (!http_exchange_reserve(x,
                                   x->body_left < HTTP_BODY_PIECE_MAX ? (size_t)x->body_left : HTTP_BODY_PIECE_MAX)) {
            refuse(c, 503);
            return;
        }
        if (!tell_to_continue(c))
            return;
        http_connection_pace(c, x->head.length, HTTP_BODY_SECONDS, HTTP_RATE_BYTES, HTTP_STALL_BYTES);
    } else {
        /* The span begins anew: what the sink took is not the client's. */
        http_connection_pace_on(c);
    }
    x->body_n = 0;
    http_connection_watch(c, EPOLLIN);
    size_t n = room(x) < c->held_n ? room(x) : c->held_n;
    if (n > 0) {
        memcpy(x->body, c->held, n);
        memmove(c->held, c->held + n, c->held_n - n);
        c->held_n -= n;
        took(c, n);
    }
}

void http_body_readable(struct connection *c)
{
    struct http_exchange *x = c->exchange;
    ssize_t n = recv(c->fd, x->body + x->body_n, room(x), 0);
    if (n > 0)
        took(c, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        http_connection_close(c);
}

void http_body_expire(struct connection *c)
{
    if (!http_connection_paced(c))
        refuse(c, 408);
}
