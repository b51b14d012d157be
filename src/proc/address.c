/*
 * Addresses to listen on, and one question to such an address.
 *
 * Promise: nothing is looked up in a name service; what was bound is what was
 * written. An attacker could try to have a public address taken for a local
 * one: `localhost` is the two loop-back addresses and never a lookup. Unix
 * sockets stand in local.c.
 */
#include "proc/proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/inside.h"
#include "base/banned.h"

static void address_v4(struct address *a, struct in_addr ip, uint16_t port)
{
    *a = (struct address){ .n = sizeof a->at.v4 };
    a->at.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = ip, .sin_port = htons(port) };
}

static void address_v6(struct address *a, struct in6_addr ip, uint16_t port)
{
    *a = (struct address){ .n = sizeof a->at.v6 };
    a->at.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_addr = ip, .sin6_port = htons(port) };
}

static enum status malformed(struct str where, struct fault *fault)
{
    return fault_set(fault, STATUS_INVALID,
                     "\"%.*s\" is not an address to listen on: write localhost:8080, 127.0.0.1:8080, [::1]:8080 "
                     "(the port is 0 to 65535) or unix:/path.",
                     STR_ARG(str_slice(where, 0, 60)));
}

/* One address, or two for localhost. */
static enum status address_read(struct str where, struct address out[2], size_t *n, struct fault *fault)
{
    if (proc_listen_is_unix(where)) {
        *n = 1;
        return proc_local_read(where, &out[0], fault);
    }
    size_t colon = where.n;
    while (colon && where.p[colon - 1] != ':')
        colon--;
    int64_t port = 0;
    struct str digits = str_slice(where, colon, where.n);
    if (!colon || !digits.n || digits.n > 5 || !str_to_i64(digits, &port) || port < 0 || port > 65535)
        return malformed(where, fault);
    struct str host = str_slice(where, 0, colon - 1);
    if (str_equal_nocase(host, STR("localhost"))) {
        address_v4(&out[0], (struct in_addr){ htonl(INADDR_LOOPBACK) }, (uint16_t)port);
        address_v6(&out[1], in6addr_loopback, (uint16_t)port);
        *n = 2;
        return STATUS_OK;
    }
    bool bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (bracketed)
        host = str_slice(host, 1, host.n - 2);
    char text[INET6_ADDRSTRLEN];
    if (host.n >= sizeof text)
        return malformed(where, fault);
    if (host.n)
        memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    struct in_addr v4;
    struct in6_addr v6;
    *n = 1;
    if (bracketed && inet_pton(AF_INET6, text, &v6) == 1)
        address_v6(&out[0], v6, (uint16_t)port);
    else if (!bracketed && inet_pton(AF_INET, text, &v4) == 1)
        address_v4(&out[0], v4, (uint16_t)port);
    else
        return malformed(where, fault);
    return STATUS_OK;
}

static uint16_t address_port(const struct address *a)
{
    return ntohs(a->at.any.sa_family == AF_INET ? a->at.v4.sin_port : a->at.v6.sin6_port);
}

void proc_address_words(const struct address *a, char out[PROC_WHERE_MAX])
{
    char ip[INET6_ADDRSTRLEN] = "";
    if (a->at.any.sa_family == AF_UNIX) {
        proc_local_words(a, out);
        return;
    }
    if (a->at.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &a->at.v4.sin_addr, ip, sizeof ip);
    else
        inet_ntop(AF_INET6, &a->at.v6.sin6_addr, ip, sizeof ip);
    snprintf(out, PROC_WHERE_MAX, a->at.any.sa_family == AF_INET ? "%s:%u" : "[%s]:%u", ip, (unsigned)address_port(a));
}

enum status proc_listen_check(struct str where, struct fault *fault)
{
    struct address found[2];
    size_t n = 0;
    return address_read(where, found, &n, fault);
}

bool proc_listen_is_local(struct str where)
{
    struct address found[2];
    size_t n = 0;
    if (proc_listen_is_unix(where))
        return true;
    if (address_read(where, found, &n, NULL) != STATUS_OK)
        return false;
    if (found[0].at.any.sa_family == AF_INET)
        return (ntohl(found[0].at.v4.sin_addr.s_addr) >> 24) == 127;
    return IN6_IS_ADDR_LOOPBACK(&found[0].at.v6.sin6_addr);
}

static enum status refused(const struct address *a, int error, struct fault *fault)
{
    char where[PROC_WHERE_MAX];
    proc_address_words(a, where);
    switch (error) {
    case EADDRINUSE:
        return fault_set(fault, STATUS_CONFLICT,
                         "%s is taken by another program: stop that one, or choose another port with --listen.", where);
    case EACCES:
        return fault_set(fault, STATUS_DENIED,
                         "This user may not listen on %s: choose a port from 1024 up with --listen, or put a reverse "
                         "proxy in front.",
                         where);
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return fault_set(fault, STATUS_UNAVAILABLE, "%s is not an address of this machine: choose one with --listen.",
                         where);
    default: return fault_set(fault, STATUS_IO, "Listening on %s failed: %s.", where, strerror(error));
    }
}

/* As they are where it cannot be read: on (tcp(7), tcp_syncookies). */
static bool kernel_sends_cookies(void)
{
    char on = '1';
    int fd = open("/proc/sys/net/ipv4/tcp_syncookies", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, &on, 1) != 1)
            on = '1';
        close(fd);
    }
    return on != '0';
}

static enum status bind_one(const struct address *a, struct proc_listener *out, struct fault *fault)
{
    if (a->at.any.sa_family == AF_UNIX)
        return proc_local_bind(a, out, fault);
    int fd = socket(a->at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return refused(a, errno, fault);
    int on = 1, silent = PROC_SILENT_SECONDS;
    bool defers = kernel_sends_cookies();
    struct address bound = *a;
    if ((defers && setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silent, sizeof silent) != 0) ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (a->at.any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        bind(fd, &a->at.any, a->n) != 0 || listen(fd, PROC_BACKLOG) != 0 ||
        getsockname(fd, &bound.at.any, &bound.n) != 0) {
        int error = errno;
        close(fd);
        return refused(a, error, fault);
    }
    *out = (struct proc_listener){ .fd = fd, .defers = defers };
    proc_address_words(&bound, out->where);
    return STATUS_OK;
}

static uint16_t bound_port(const struct proc_listener *l)
{
    int64_t port = 0;
    struct str where = str_of(l->where);
    size_t colon = where.n;
    while (colon && where.p[colon - 1] != ':')
        colon--;
    return str_to_i64(str_slice(where, colon, where.n), &port) ? (uint16_t)port : 0;
}

bool proc_listeners_last_call(const struct proc_listener *listeners, size_t n)
{
    bool any = false;
    int off = 0;
    for (size_t i = 0; i < n; i++)
        if (listeners[i].defers)
            any |= setsockopt(listeners[i].fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &off, sizeof off) == 0;
    return any;
}

static bool keeps_one(const struct proc_listener *listeners, size_t n, unsigned port)
{
    for (size_t i = 0; i < n; i++)
        if (listeners[i].defers && bound_port(&listeners[i]) == port)
            return true;
    return false;
}

bool proc_listeners_keep_back(const struct proc_listener *listeners, size_t n)
{
    static const char *const files[] = { "/proc/self/net/tcp", "/proc/self/net/tcp6" };
    /* proc(5), /proc/net/tcp: also of one whose handshake is over, but that has brought nothing. */
    const unsigned syn_recv = 3;
    char line[256];
    bool found = false;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *file = fopen(files[i], "re");
        if (!file && (i == 0 || errno != ENOENT)) /* without IPv6 there is no second */
            return true;
        unsigned port = 0, state = 0;
        while (file && !found && fgets(line, sizeof line, file))
            found = sscanf(line, " %*u: %*[0-9A-F]:%4x %*[0-9A-F]:%*4x %2x", &port, &state) == 2 && state == syn_recv &&
                    keeps_one(listeners, n, port);
        if (file)
            fclose(file);
    }
    return found;
}

/* Both addresses of localhost on one port. A machine without IPv6 is served on 127.0.0.1 alone. */
static enum status bind_both(struct address found[2], struct proc_listener *out, size_t *taken, struct fault *fault)
{
    enum status status = STATUS_OK;
    bool any_port = address_port(&found[0]) == 0;
    for (int tries = 0; tries < 16; tries++) {
        status = bind_one(&found[0], &out[0], fault);
        if (status != STATUS_OK)
            return status;
        found[1].at.v6.sin6_port = htons(bound_port(&out[0]));
        status = bind_one(&found[1], &out[1], fault);
        if (status == STATUS_OK || status == STATUS_UNAVAILABLE) {
            *taken = status == STATUS_OK ? 2 : 1;
            return STATUS_OK;
        }
        /* The kernel chose a port that is free on one of the two only: ask for another. */
        proc_listeners_close(out, 1);
        if (!any_port || status != STATUS_CONFLICT)
            return status;
    }
    return status;
}

enum status proc_listen(struct str where, struct proc_listener *out, size_t *n, struct fault *fault)
{
    struct address found[2];
    size_t found_n = 0;
    enum status status = address_read(where, found, &found_n, fault);
    if (status != STATUS_OK)
        return status;
    if (*n + found_n > PROC_LISTENERS_MAX)
        return fault_set(fault, STATUS_LIMIT, "There are more than %d addresses to listen on: leave some out.",
                         PROC_LISTENERS_MAX);
    size_t taken = 1;
    status = found_n == 2 ? bind_both(found, &out[*n], &taken, fault) : bind_one(&found[0], &out[*n], fault);
    if (status == STATUS_OK)
        *n += taken;
    return status;
}

void proc_listeners_close(struct proc_listener *listeners, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (listeners[i].made)
            proc_local_remove(&listeners[i]);
        if (listeners[i].fd >= 0)
            close(listeners[i].fd);
        listeners[i].fd = -1;
    }
}

/* Waits until the socket can be used, at most until `end` on the steady clock. */
static bool usable(int fd, short events, int64_t end)
{
    int64_t left = (end - clock_steady_ns()) / 1000000;
    struct pollfd one = { .fd = fd, .events = events };
    return left > 0 && poll(&one, 1, (int)left) == 1;
}

enum status proc_ask(struct str where, struct str request, int ms, struct buf *out, struct fault *fault)
{
    struct address found[2];
    size_t n = 0;
    enum status status = proc_local_is_abstract(where) ? proc_local_abstract(where, &found[0], fault)
                                                       : address_read(where, found, &n, fault);
    if (status != STATUS_OK)
        return status;
    int64_t end = clock_steady_ns() + (int64_t)ms * 1000000;
    int fd = socket(found[0].at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = 0;
    socklen_t error_n = sizeof error;
    bool whole = false;
    if (fd < 0)
        goto out;
    if (connect(fd, &found[0].at.any, found[0].n) != 0 && errno != EINPROGRESS)
        goto out;
    if (!usable(fd, POLLOUT, end) || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_n) != 0 || error)
        goto out;
    if (send(fd, request.p, request.n, MSG_NOSIGNAL) != (ssize_t)request.n)
        goto out;
    while (usable(fd, POLLIN, end)) {
        char piece[4096];
        ssize_t got = recv(fd, piece, sizeof piece, 0);
        if (got <= 0) {
            whole = got == 0 && buf_ok(out);
            break;
        }
        buf_add(out, (struct str){ piece, (size_t)got });
    }
out:
    if (fd >= 0)
        close(fd);
    if (!whole)
        return fault_set(fault, STATUS_UNAVAILABLE, "Nobody answers at %.*s.", STR_ARG(str_slice(where, 0, 60)));
    return STATUS_OK;
}
