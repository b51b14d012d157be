/*
 * A loop: one thread, one epoll, its connections, its mailbox, its deadlines.
 *
 * Promise: nothing here blocks but the wait for events. New connections go to
 * the loop that has fewest. Draining leaves the listeners, takes what already
 * waits there, and ends when the last request has its answer.
 *
 * An attacker opens connections without end: past the limits they are told 503
 * and closed, and where descriptors run out accepting pauses instead of spinning.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/front.h"

#include "base/banned.h"

_Atomic int64_t http_loop_ahead_ms;

static int64_t steady_ms(void)
{
    return clock_steady_ns() / 1000000 + atomic_load_explicit(&http_loop_ahead_ms, memory_order_relaxed);
}

/* ---- Mailbox ---- */

void http_loop_wake(struct loop *l)
{
    uint64_t one = 1;
    /* Fails only where the counter is full, and then the loop wakes anyway. */
    ssize_t n = write(l->wake.fd, &one, sizeof one);
    (void)n;
}

void http_loop_mail(struct loop *l, struct mail *mail)
{
    struct mail *first = atomic_load(&l->mailbox);
    do
        mail->next = first;
    while (!atomic_compare_exchange_weak(&l->mailbox, &first, mail));
    if (!first)
        http_loop_wake(l);
}

static void open_mail(struct mail *mail)
{
    switch (mail->kind) {
    case MAIL_CONNECTION: {
        struct connection *c = (struct connection *)(void *)((char *)mail - offsetof(struct connection, mail));
        http_connection_open(c);
        return;
    }
    case MAIL_ANSWER:
    case MAIL_STEP: {
        struct http_exchange *x = (struct http_exchange *)(void *)((char *)mail - offsetof(struct http_exchange, mail));
        if (mail->kind == MAIL_ANSWER)
            http_exchange_answered(x);
        else
            http_exchange_stepped(x);
        return;
    }
    }
}

static void empty_mailbox(struct loop *l)
{
    uint64_t count;
    ssize_t n = read(l->wake.fd, &count, sizeof count);
    (void)n;
    struct mail *newest = atomic_exchange(&l->mailbox, NULL);
    struct mail *oldest = NULL;
    while (newest) {
        struct mail *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest) {
        struct mail *next = oldest->next;
        open_mail(oldest);
        oldest = next;
    }
}

/* ---- Connections come and go ---- */

void http_loop_bury(struct connection *c)
{
    struct loop *l = c->loop;
    /* Events of this round may still point to it. */
    c->wheel_next = l->dead;
    l->dead = c;
    atomic_fetch_sub(&l->connections, 1);
    atomic_fetch_sub(&l->server->connections, 1);
}

static void clear_dead(struct loop *l)
{
    while (l->dead) {
        struct connection *c = l->dead;
        l->dead = c->wheel_next;
        if (l->spare_n < SPARE_CONNECTIONS) {
            c->wheel_next = l->spare;
            l->spare = c;
            l->spare_n++;
        } else {
            mem_free(c);
        }
    }
}

static struct connection *connection_new(struct loop *l)
{
    struct connection *c = l->spare;
    if (c) {
        l->spare = c->wheel_next;
        l->spare_n--;
    } else {
        c = mem_alloc(sizeof *c);
    }
    if (c)
        *c = (struct connection){ .source = SOURCE_CONNECTION, .mail.kind = MAIL_CONNECTION, .fd = -1 };
    return c;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* inet_ntop prints each number by printf, which takes longer than all else here together. */
static size_t v4_text(const unsigned char bytes[4], char *out)
{
    size_t n = 0;
    for (int i = 0; i < 4; i++) {
        unsigned v = bytes[i];
        if (i > 0)
            out[n++] = '.';
        if (v >= 100)
            out[n++] = (char)('0' + v / 100);
        if (v >= 10)
            out[n++] = (char)('0' + v / 10 % 10);
        out[n++] = (char)('0' + v % 10);
    }
    out[n] = '\0';
    return n;
}

static void take_address(struct connection *c, const union address *address)
{
    if (address->any.sa_family == AF_INET6) {
        const struct in6_addr *v6 = &address->v6.sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(v6)) {
            memcpy(c->key.bytes, v6->s6_addr, 16);
            c->address_n = v4_text(v6->s6_addr + 12, c->address);
        } else {
            memcpy(c->key.bytes, v6->s6_addr, 8);
            inet_ntop(AF_INET6, v6, c->address, sizeof c->address);
            c->address_n = strlen(c->address);
        }
    } else if (address->any.sa_family == AF_INET) {
        c->key.bytes[10] = 0xFF;
        c->key.bytes[11] = 0xFF;
        memcpy(c->key.bytes + 12, &address->v4.sin_addr, 4);
        c->address_n = v4_text(c->key.bytes + 12, c->address);
    }
}

/*
 * The loop with fewest connections beside the new one; this one where it has
 * not a quarter more, for passing on costs a wake.
 */
static struct loop *emptiest(struct loop *l)
{
    struct http_server *s = l->server;
    struct loop *best = l;
    int own = atomic_load_explicit(&l->connections, memory_order_relaxed) - 1;
    int fewest = own;
    for (int i = 0; i < s->loops_n && !l->swept; i++) {
        int n = atomic_load_explicit(&s->loops[i].connections, memory_order_relaxed);
        if (n < fewest) {
            fewest = n;
            best = &s->loops[i];
        }
    }
    return own > fewest + fewest / 4 ? best : l;
}

static void turn_away(struct loop *l, int fd)
{
    http_answer_turn_away(l, fd);
    close(fd);
    atomic_fetch_sub(&l->server->connections, 1);
}

static void admit(struct loop *l, const struct listener *from, int fd, const union address *address)
{
    struct http_server *s = l->server;
    bool full = atomic_fetch_add(&s->connections, 1) >= HTTP_CONNECTIONS_MAX;
    struct connection *c = full ? NULL : connection_new(l);
    if (!c) {
        turn_away(l, fd);
        return;
    }
    c->fd = fd;
    c->proxy = from->proxy;
    if (!from->local)
        take_address(c, address);
    if (s->limit_addresses && !from->proxy && !from->local) {
        if (!http_addresses_enter(s->addresses, &c->key)) {
            turn_away(l, fd);
            c->wheel_next = l->spare;
            l->spare = c;
            l->spare_n++;
            return;
        }
        c->counted = true;
    }
    c->loop = l;
    atomic_fetch_add(&l->connections, 1);
    http_connection_begin(c);
    if (c->state == CONNECTION_DEAD)
        return;
    struct loop *other = http_connection_movable(c) ? emptiest(l) : l;
    if (other == l) {
        http_connection_open(c);
        return;
    }
    http_wheel_remove(&l->wheel, c);
    c->loop = other;
    atomic_fetch_add(&other->connections, 1);
    atomic_fetch_sub(&l->connections, 1);
    http_loop_mail(other, &c->mail);
}

/* ---- Listeners ---- */

static void watch_listeners(struct loop *l)
{
    struct http_server *s = l->server;
    for (size_t i = 0; i < s->listeners_n; i++) {
        struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &s->listeners[i] };
        epoll_ctl(l->epoll, EPOLL_CTL_ADD, s->listeners[i].fd, &e);
    }
    l->accepts_again = 0;
}

static void leave_listeners(struct loop *l)
{
    for (size_t i = 0; i < l->server->listeners_n; i++)
        epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->server->listeners[i].fd, NULL);
}

/* False when nothing waits any more, or nothing can be taken. */
static bool accept_one(struct loop *l, const struct listener *from)
{
    union address address = { .any.sa_family = AF_UNSPEC };
    socklen_t n = sizeof address;
    int fd = accept4(from->fd, &address.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        admit(l, from, fd, &address);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log_event(LOG_WARN, "http.accept_pauses", LOG_I64(LOG_CODE, errno));
        leave_listeners(l);
        l->accepts_again = l->now + ACCEPT_PAUSE_MS;
        return false;
    }
    /* Errors of the connection itself, which has gone again (accept(2)). */
    return errno != EAGAIN && errno != EINVAL && errno != EBADF;
}

static void sweep(struct loop *l)
{
    struct http_server *s = l->server;
    l->swept = true;
    l->drain_ends = l->now + HTTP_DRAIN_SECONDS * 1000;
    leave_listeners(l);
    for (size_t i = 0; i < s->listeners_n; i++)
        while (accept_one(l, &s->listeners[i])) {
        }
    l->accepts_again = 0;
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        for (struct connection *c = l->wheel.slots[i], *next; c; c = next) {
            next = c->wheel_next;
            http_connection_hurry(c);
        }
    if (atomic_fetch_sub(&s->unswept, 1) == 1)
        for (int i = 0; i < s->loops_n; i++)
            http_loop_wake(&s->loops[i]);
}

/* The end of draining has come before the end of all requests. */
static void cut(struct loop *l)
{
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        while (l->wheel.slots[i]) {
            if (http_connection_busy(l->wheel.slots[i]))
                atomic_fetch_add(&l->server->cut, 1);
            http_connection_close(l->wheel.slots[i]);
        }
}

/* ---- Round and round ---- */

static int wait_ms(const struct loop *l)
{
    int wait = http_wheel_wait(&l->wheel, l->now);
    int64_t other = l->swept ? l->drain_ends : l->accepts_again;
    if (other != 0) {
        int64_t until = other > l->now ? other - l->now : 0;
        if (wait < 0 || until < wait)
            wait = (int)until;
    }
    return wait;
}

static void turn(struct loop *l, const struct epoll_event *e)
{
    enum source *source = e->data.ptr;
    switch (*source) {
    case SOURCE_WAKE: empty_mailbox(l); return;
    case SOURCE_LISTENER:
        for (int i = 0; i < ACCEPTS_AT_ONCE && accept_one(l, e->data.ptr); i++) {
        }
        return;
    case SOURCE_CONNECTION: http_connection_event(e->data.ptr, e->events); return;
    }
}

static bool is_done(const struct loop *l)
{
    return l->swept && atomic_load(&l->server->unswept) == 0 && atomic_load(&l->connections) == 0 && l->exchanges == 0;
}

void *http_loop_main(void *arg)
{
    struct loop *l = arg;
    struct epoll_event events[EVENTS_AT_ONCE];
    l->now = steady_ms();
    l->wheel.tick = l->now / WHEEL_TICK_MS;
    watch_listeners(l);
    while (!is_done(l)) {
        int n = epoll_wait(l->epoll, events, EVENTS_AT_ONCE, wait_ms(l));
        l->now = steady_ms();
        for (int i = 0; i < n; i++)
            turn(l, &events[i]);
        if (!l->swept && atomic_load(&l->server->draining))
            sweep(l);
        else if (l->accepts_again != 0 && l->now >= l->accepts_again)
            watch_listeners(l);
        http_wheel_run(&l->wheel, l->now, http_connection_expire);
        if (l->swept && l->now >= l->drain_ends) {
            if (l->was_cut)
                break;
            cut(l);
            l->was_cut = true;
            l->drain_ends = l->now + CUT_MS;
        }
        clear_dead(l);
    }
    clear_dead(l);
    return NULL;
}
