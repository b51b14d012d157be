/*
 * Answers on their way out.
 *
 * Promise: one gathering write for an answer that the kernel has room for;
 * status line, Date, Connection, Content-Length and Retry-After are ours
 * alone, so an answer cannot say two lengths. `release` is called once,
 * whatever happens. An answer made before costs no memory here and no lock.
 *
 * An attacker asks and never reads: the pace of reading is watched, and who is
 * too slow is cut off with what the kernel still holds for them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/zone.h"
#include "http/front.h"

#include "base/banned.h"

const char *http_reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
    }
}

/* RFC 9110 6.6.1 and 5.6.7; made once a second. */
static struct str date_line(struct loop *l)
{
    int64_t second = clock_now_ms() / 1000;
    if (second != l->date_second || l->date_n == 0) {
        char date[ZONE_HTTP_SIZE];
        zone_http(second * 1000, date);
        int n = snprintf(l->date, sizeof l->date, "Date: %s\r\n", date);
        l->date_n = n > 0 && (size_t)n < sizeof l->date ? (size_t)n : 0;
        l->date_second = second;
    }
    return (struct str){ l->date, l->date_n };
}

struct small {
    char *p;
    size_t n;
};

static void put(struct small *small, struct str s)
{
    if (s.n > SMALL_MAX - small->n)
        bug("the small piece of an answer is too small");
    memcpy(small->p + small->n, s.p, s.n);
    small->n += s.n;
}

static void put_number(struct small *small, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    put(small, (struct str){ digits + at, sizeof digits - at });
}

/* The pieces of an answer, in `out`; their number. */
static int compose(struct loop *l, const struct http_answer *a, bool head_only, bool closes, char *bytes,
                   struct iovec out[4])
{
    struct small small = { bytes, 0 };
    bool no_body = a->no_length || a->status == 204 || a->status == 304;
    put(&small, STR("HTTP/1.1 "));
    put_number(&small, (uint64_t)a->status);
    put(&small, STR(" "));
    put(&small, str_of(http_reason(a->status)));
    put(&small, STR("\r\n"));
    put(&small, date_line(l));
    if (closes)
        put(&small, STR("Connection: close\r\n"));
    if (!no_body) {
        put(&small, STR("Content-Length: "));
        put_number(&small, a->body.n);
        put(&small, STR("\r\n"));
    }
    if (a->retry_after > 0) {
        put(&small, STR("Retry-After: "));
        put_number(&small, (uint64_t)a->retry_after);
        put(&small, STR("\r\n"));
    }
    if (a->fields.n == 0)
        put(&small, STR("\r\n"));
    int n = 0;
    out[n++] = (struct iovec){ small.p, small.n };
    if (a->fields.n > 0) {
        static char line_end[] = "\r\n";
        out[n++] = (struct iovec){ (void *)(uintptr_t)a->fields.p, a->fields.n };
        out[n++] = (struct iovec){ line_end, 2 };
    }
    if (!no_body && !head_only && a->body.n > 0)
        out[n++] = (struct iovec){ (void *)(uintptr_t)a->body.p, a->body.n };
    return n;
}

static void release(struct connection *c)
{
    if (c->release)
        c->release(c->owner);
    c->release = NULL;
}

/* What `sent` bytes leave to be sent. */
static void advance(struct connection *c, size_t sent)
{
    while (c->out_at < c->out_n && sent >= c->out[c->out_at].iov_len)
        sent -= c->out[c->out_at++].iov_len;
    if (c->out_at < c->out_n) {
        c->out[c->out_at].iov_base = (char *)c->out[c->out_at].iov_base + sent;
        c->out[c->out_at].iov_len -= sent;
    }
}

static uint64_t unsent(const struct connection *c)
{
    uint64_t n = 0;
    for (int i = c->out_at; i < c->out_n; i++)
        n += c->out[i].iov_len;
    return n;
}

/*
 * Not writev: that would raise SIGPIPE. What comes last waits for the end of the connection, which follows at once, and
 * goes in the same packet with it.
 */
static ssize_t gather(int fd, struct iovec *out, int n, bool last)
{
    struct msghdr message = { .msg_iov = out, .msg_iovlen = (size_t)n };
    return sendmsg(fd, &message, MSG_NOSIGNAL | (last ? MSG_MORE : 0));
}

static void write_out(struct connection *c)
{
    while (c->out_at < c->out_n) {
        ssize_t sent = gather(c->fd, c->out + c->out_at, c->out_n - c->out_at, c->closes);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN) {
            http_connection_close(c);
            return;
        }
        if (sent < 0) {
            c->drained = false;
            if (c->state != CONNECTION_WRITE) {
                c->state = CONNECTION_WRITE;
                http_connection_pace(c, unsent(c), HTTP_STALL_SECONDS + 2, HTTP_ANSWER_RATE_BYTES,
                                     (uint64_t)HTTP_ANSWER_RATE_BYTES * HTTP_STALL_SECONDS);
                http_connection_watch(c, EPOLLOUT);
            }
            return;
        }
        c->pace.bytes += (size_t)sent;
        advance(c, (size_t)sent);
    }
    release(c);
    http_connection_answered(c);
}

static bool is_fit(const struct http_answer *a)
{
    return a->status >= 200 && a->status <= 599 && a->fields.n <= HTTP_ANSWER_FIELDS_MAX &&
           (a->fields.n == 0 || str_ends(a->fields, STR("\r\n")));
}

void http_answer_send(struct connection *c, const struct http_answer *answer, bool head_only, bool closes)
{
    if (!is_fit(answer)) {
        /* Our own mistake above, and nothing is damaged: the person gets a plain 500. */
        static const struct http_answer plain = { .status = 500, .closes = true };
        if (answer->release)
            answer->release(answer->owner);
        answer = &plain;
    }
    c->release = answer->release;
    c->owner = answer->owner;
    c->closes = closes || answer->closes || atomic_load_explicit(&c->loop->server->draining, memory_order_relaxed);
    c->lingers |= c->closes && !closes; /* the client has not said that it sends no more */
    c->out_at = 0;
    c->out_n = compose(c->loop, answer, head_only || answer->head_only, c->closes, c->small, c->out);
    write_out(c);
}

static void send_error(struct connection *c, int status, const struct http_head *head, bool head_only, bool closes)
{
    const struct http_app *app = &c->loop->server->app;
    struct http_answer answer = { .status = status };
    app->error_page(app->self, status, head, &answer);
    if (status == 503 && answer.retry_after == 0)
        answer.retry_after = HTTP_RETRY_SECONDS;
    http_answer_send(c, &answer, head_only, closes);
}

void http_answer_error(struct connection *c, int status, const struct http_head *head, bool closes)
{
    send_error(c, status, head, head->method == HTTP_HEAD, closes);
}

/* The method stands first, so it is known of a request whose head is refused: the answer to HEAD has no body. */
static bool asks_for_head(struct str bytes)
{
    return str_starts(bytes, STR("HEAD ")) || str_starts(bytes, STR("\r\nHEAD "));
}

void http_answer_refuse(struct connection *c, int status, struct str bytes)
{
    send_error(c, status, NULL, asks_for_head(bytes), true);
}

void http_answer_writable(struct connection *c)
{
    write_out(c);
}

void http_answer_expire(struct connection *c)
{
    if (!http_connection_paced(c))
        http_connection_cut(c);
}

void http_answer_turn_away(struct loop *l, int fd)
{
    const struct http_app *app = &l->server->app;
    struct http_answer answer = { .status = 503 };
    struct iovec out[4];
    char small[SMALL_MAX];
    app->error_page(app->self, 503, NULL, &answer);
    if (answer.retry_after == 0)
        answer.retry_after = HTTP_RETRY_SECONDS;
    if (is_fit(&answer)) {
        /* What has come already is taken away first, or closing would take the answer back. */
        ssize_t n = recv(fd, l->bytes, sizeof l->bytes, 0);
        bool head_only = n > 0 && asks_for_head((struct str){ l->bytes, (size_t)n });
        gather(fd, out, compose(l, &answer, head_only, true, small, out), true);
        shutdown(fd, SHUT_WR);
    }
    if (answer.release)
        answer.release(answer.owner);
}
