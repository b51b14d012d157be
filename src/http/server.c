/*
 * The server as a whole: start, drain, wait, free.
 *
 * Promise: a start that fails leaves nothing behind; a drain that ends well
 * has answered every request that was accepted. Threads of ours take no
 * signals: those are the main thread's.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "http/front.h"

#include "base/banned.h"

static int cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

/* 4,096 connections need more descriptors than the usual soft limit of 1,024. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum status take_listener(struct listener *out, const struct http_listener *in, struct fault *fault)
{
    struct sockaddr_storage address = { 0 };
    socklen_t n = sizeof address;
    int flags = fcntl(in->fd, F_GETFL);
    int on = 1;
    if (flags < 0 || fcntl(in->fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        getsockname(in->fd, (struct sockaddr *)&address, &n) != 0)
        return fault_set(fault, STATUS_IO,
                         "descriptor %d is not a listening socket: %s; start candour by its own command", in->fd,
                         strerrordesc_np(errno));
    *out = (struct listener){ SOURCE_LISTENER, in->fd, in->proxy, address.ss_family == AF_UNIX };
    /* Accepted sockets inherit it; a unix socket has none, and needs none. */
    if (!out->local)
        setsockopt(in->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return STATUS_OK;
}

static bool open_loop(struct loop *l, struct http_server *s)
{
    l->server = s;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = (struct wake){ SOURCE_WAKE, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = &l->wake };
    return l->epoll >= 0 && l->wake.fd >= 0 && epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->wake.fd, &e) == 0;
}

static void close_loop(struct loop *l)
{
    while (l->spare) {
        struct connection *c = l->spare;
        l->spare = c->wheel_next;
        mem_free(c);
    }
    if (l->epoll >= 0)
        close(l->epoll);
    if (l->wake.fd >= 0)
        close(l->wake.fd);
}

static bool start_threads(struct http_server *s, int threads)
{
    s->pool = http_pool_new(threads > 0 ? threads : HTTP_POOL_THREADS, http_exchange_run);
    if (!s->pool)
        return false;
    for (int i = 0; i < s->loops_n; i++) {
        struct loop *l = &s->loops[i];
        l->started = pthread_create(&l->thread, NULL, http_loop_main, l) == 0;
        if (!l->started) {
            /* Loops that never ran have nothing to sweep. */
            atomic_fetch_sub(&s->unswept, s->loops_n - i);
            return false;
        }
    }
    return true;
}

static enum status build(struct http_server *s, const struct http_options *options, struct fault *fault)
{
    if (options->listeners_n > HTTP_LISTENERS_MAX)
        return fault_set(fault, STATUS_LIMIT, "%zu addresses to listen on; at most %d are possible: take some away",
                         options->listeners_n, HTTP_LISTENERS_MAX);
    for (; s->listeners_n < options->listeners_n; s->listeners_n++) {
        enum status status = take_listener(&s->listeners[s->listeners_n], &options->listeners[s->listeners_n], fault);
        if (status != STATUS_OK)
            return status;
    }
    int loops = options->loops > 0 ? options->loops : cores();
    s->addresses = http_addresses_new();
    s->loops = mem_zero((size_t)loops, sizeof *s->loops);
    if (!s->addresses || !s->loops)
        return fault_no_memory(fault);
    for (int i = 0; i < loops; i++) {
        s->loops[i].epoll = s->loops[i].wake.fd = -1;
    }
    s->loops_n = loops;
    atomic_store(&s->unswept, loops);
    for (int i = 0; i < loops; i++)
        if (!open_loop(&s->loops[i], s))
            return fault_set(fault, STATUS_IO, "cannot wait for connections: %s; raise the limit on open files",
                             strerrordesc_np(errno));
    if (!start_threads(s, options->threads))
        return fault_set(fault, STATUS_LIMIT, "no more threads can be started; raise the limit on tasks or memory");
    return STATUS_OK;
}

enum status http_server_start(struct http_server **out, const struct http_options *options, const struct http_app *app,
                              struct fault *fault)
{
    struct http_server *s = mem_zero(1, sizeof *s);
    if (!s)
        return fault_no_memory(fault);
    s->app = *app;
    s->limit_addresses = options->limit_addresses;
    s->proxies = options->proxies;
    s->proxies_n = options->proxies_n;
    raise_descriptors();

    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    enum status status = build(s, options, fault);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != STATUS_OK) {
        http_server_drain(s);
        http_server_wait(s);
        http_server_free(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

void http_server_drain(struct http_server *s)
{
    atomic_store(&s->draining, true);
    for (int i = 0; i < s->loops_n; i++)
        if (s->loops[i].started)
            http_loop_wake(&s->loops[i]);
}

bool http_server_wait(struct http_server *s)
{
    for (int i = 0; i < s->loops_n; i++) {
        struct loop *l = &s->loops[i];
        if (!l->started)
            continue;
        pthread_join(l->thread, NULL);
        l->started = false;
        s->stuck |= l->exchanges > 0;
    }
    return !s->stuck && atomic_load(&s->cut) == 0;
}

void http_server_load(struct http_server *s, struct http_load *out)
{
    out->connections = atomic_load_explicit(&s->connections, memory_order_relaxed);
    out->queued = http_pool_waiting(s->pool);
}

void http_server_free(struct http_server *s)
{
    /* A thread of the app's still holds an exchange: what it points to must stay until the process ends. */
    if (!s || s->stuck)
        return;
    http_pool_free(s->pool);
    for (int i = 0; i < s->loops_n; i++)
        close_loop(&s->loops[i]);
    http_addresses_free(s->addresses);
    mem_free(s->loops);
    mem_free(s);
}
