/*
 * An exchange: one request with its body, on its way through the pool and back.
 *
 * Promise: it is in one pair of hands at a time, and each hand-over goes
 * through the queue of the pool or the mailbox of its loop. It holds its own
 * copy of the head, so the connection may go away at any moment.
 *
 * An attacker goes away in the middle of everything: what a sink has begun is
 * always ended or aborted, once, and never on the loop.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "http/front.h"

#include "base/banned.h"

/* The same bytes in their new place; what lies elsewhere is left alone. */
static struct str moved(struct str s, struct str from, const char *to)
{
    if (!s.p || s.p < from.p || s.p > from.p + from.n)
        return s;
    return (struct str){ to + (s.p - from.p), s.n };
}

struct http_exchange *http_exchange_new(struct connection *c, const struct http_head *head, struct str bytes)
{
    size_t fields_size = head->fields_n * sizeof(struct http_field);
    struct http_exchange *x = mem_alloc(sizeof *x + fields_size + bytes.n + head->path.n + head->host.n);
    if (!x)
        return NULL;
    *x = (struct http_exchange){ .loop = c->loop, .connection = c, .head = *head, .body_left = head->length };
    x->began_ns = clock_steady_ns();
    struct http_field *fields = (struct http_field *)(void *)x->bytes;
    char *copy = x->bytes + fields_size;
    char *path = copy + bytes.n;
    char *host = path + head->path.n;
    memcpy(copy, bytes.p, bytes.n);
    memcpy(path, head->path.p, head->path.n);
    memcpy(host, head->host.p, head->host.n);
    memcpy(x->address, c->address, sizeof x->address);
    for (size_t i = 0; i < head->fields_n; i++)
        fields[i] =
            (struct http_field){ moved(head->fields[i].name, bytes, copy), moved(head->fields[i].value, bytes, copy) };
    struct http_head *h = &x->head;
    h->fields = fields;
    h->method_name = moved(h->method_name, bytes, copy);
    h->raw_path = moved(h->raw_path, bytes, copy);
    h->query = moved(h->query, bytes, copy);
    h->path.p = path;
    h->host.p = host;
    if (h->address.p == c->address)
        h->address.p = x->address;
    else
        h->address = moved(h->address, bytes, copy);
    return x;
}

bool http_exchange_reserve(struct http_exchange *x, size_t size)
{
    struct http_server *s = x->loop->server;
    if (atomic_fetch_add(&s->body_memory, size) + size > HTTP_BODY_ALL_MAX || !(x->body = mem_alloc(size))) {
        atomic_fetch_sub(&s->body_memory, size);
        return false;
    }
    x->body_size = size;
    return true;
}

void http_exchange_free(struct http_exchange *x)
{
    if (x->body)
        atomic_fetch_sub(&x->loop->server->body_memory, x->body_size);
    mem_free(x->body);
    mem_free(x);
}

const struct http_head *http_exchange_head(const struct http_exchange *x)
{
    return &x->head;
}

struct str http_exchange_body(const struct http_exchange *x)
{
    return x->sink ? STR("") : (struct str){ x->body ? x->body : "", x->body_n };
}

void *http_exchange_state(const struct http_exchange *x)
{
    return x->state;
}

void http_exchange_mark(struct http_exchange *x, uint64_t mark)
{
    x->mark = mark;
}

uint64_t http_exchange_marked(const struct http_exchange *x)
{
    return x->mark;
}

int http_exchange_status(const struct http_exchange *x)
{
    return x->answer.status;
}

int64_t http_exchange_began_ns(const struct http_exchange *x)
{
    return x->began_ns;
}

void http_answer(struct http_exchange *x, const struct http_answer *answer)
{
    x->answer = *answer;
    x->mail.kind = MAIL_ANSWER;
    http_loop_mail(x->loop, &x->mail);
}

void http_resume(struct http_exchange *x, void (*run)(struct http_exchange *x, void *arg), void *arg)
{
    x->resume = run;
    x->resume_arg = arg;
    x->step = STEP_RESUME;
    http_pool_push(x->loop->server->pool, x);
}

void http_exchange_run(struct http_exchange *x)
{
    const struct http_app *app = &x->loop->server->app;
    switch (x->step) {
    case STEP_TAKE: app->take(app->self, x); return;
    case STEP_RESUME: x->resume(x, x->resume_arg); return;
    case STEP_BEGIN: x->step_status = x->sink->begin(app->self, x, &x->state); break;
    case STEP_PIECE: x->step_status = x->sink->piece(x->state, (struct str){ x->body, x->body_n }); break;
    case STEP_END: x->step_status = x->sink->end(x->state); break;
    case STEP_ABORT: x->sink->abort(x->state); break;
    }
    x->mail.kind = MAIL_STEP;
    http_loop_mail(x->loop, &x->mail);
}

void http_exchange_drop(struct http_exchange *x)
{
    x->connection = NULL;
    if (!x->began) {
        http_exchange_free(x);
        return;
    }
    x->began = false;
    x->step = STEP_ABORT;
    x->loop->exchanges++;
    http_pool_push(x->loop->server->pool, x);
}

void http_exchange_answered(struct http_exchange *x)
{
    struct loop *l = x->loop;
    const struct http_app *app = &l->server->app;
    struct connection *c = x->connection;
    struct http_answer answer = x->answer;
    bool good = c && (!app->still_good || app->still_good(app->self, x));
    if (!good && answer.release)
        answer.release(answer.owner);
    if (c && !good) {
        x->step = STEP_TAKE;
        http_pool_push(l->server->pool, x);
        return;
    }
    l->exchanges--;
    bool head_only = x->head.method == HTTP_HEAD;
    bool closes = x->closes;
    http_exchange_free(x);
    if (!c)
        return;
    c->exchange = NULL;
    http_answer_send(c, &answer, head_only, closes);
    http_connection_proceed(c);
}

static int status_of_sink(enum status status)
{
    switch (status) {
    case STATUS_LIMIT: return 413;
    case STATUS_INVALID: return 400;
    case STATUS_DENIED: return 403;
    case STATUS_UNAVAILABLE:
    case STATUS_BUSY:
    case STATUS_FULL:
    case STATUS_NO_MEMORY: return 503;
    case STATUS_OK:
    case STATUS_NOT_FOUND:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_DAMAGED:
    case STATUS_NEWER:
    case STATUS_IO: return 500;
    }
    return 500;
}

void http_exchange_stepped(struct http_exchange *x)
{
    struct connection *c = x->connection;
    bool well = x->step == STEP_ABORT || x->step_status == STATUS_OK;
    x->loop->exchanges--;
    if (well && x->step == STEP_BEGIN)
        x->began = true;
    if (well && x->step == STEP_END) {
        /* The request is whole: the app takes it, and what the sink left, also where nobody waits any more. */
        x->began = false;
        if (c) {
            http_connection_to_pool(c, STEP_TAKE);
            return;
        }
        x->step = STEP_TAKE;
        x->loop->exchanges++;
        http_pool_push(x->loop->server->pool, x);
        return;
    }
    if (well && c) {
        http_body_continue(c);
        return;
    }
    if (c) {
        c->exchange = NULL;
        c->lingers |= x->body_left > 0;
        http_answer_error(c, status_of_sink(x->step_status), &x->head, x->closes || x->body_left > 0);
    }
    http_exchange_drop(x);
    if (c)
        http_connection_proceed(c);
}
