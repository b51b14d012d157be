/*
 * The service manager: sockets that it bound for us, and what it wants to hear.
 *
 * The protocol is three variables of the environment and a datagram
 * (sd_listen_fds(3), sd_notify(3)); its library is not needed for that.
 *
 * Promises: descriptors are taken only where they are meant for this very
 * process and are listening stream sockets; nothing of it stays in the
 * environment; saying something never waits and never fails anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/inside.h"
#include "base/banned.h"

enum { LISTEN_FROM = 3 };

static struct address told_at; /* n 0: nobody listens */

static void remember_where_to_say(void)
{
    const char *where = getenv("NOTIFY_SOCKET");
    struct str path = where ? str_of(where) : STR_NONE;
    told_at.n = 0;
    if (path.n < 2 || path.n >= sizeof told_at.at.local.sun_path || (path.p[0] != '/' && path.p[0] != '@'))
        return;
    told_at = (struct address){ 0 };
    told_at.at.local.sun_family = AF_UNIX;
    memcpy(told_at.at.local.sun_path, path.p, path.n);
    told_at.n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n);
    if (path.p[0] == '@')
        told_at.at.local.sun_path[0] = '\0';
    else
        told_at.n++;
}

void proc_service_say(const char *words)
{
    if (told_at.n == 0)
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || sendto(fd, words, strlen(words), MSG_NOSIGNAL, &told_at.at.any, told_at.n) < 0)
        log_event(LOG_WARN, "proc.say_failed", LOG_I64(LOG_CODE, errno));
    if (fd >= 0)
        close(fd);
}

static bool is_option(int fd, int option, int expected)
{
    int value = 0;
    socklen_t n = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &n) == 0 && value == expected;
}

static enum status take(int fd, struct str name, struct proc_listener *out, struct fault *fault)
{
    struct address a = { .n = sizeof a.at };
    int flags = fcntl(fd, F_GETFL);
    bool good = is_option(fd, SO_TYPE, SOCK_STREAM) && is_option(fd, SO_ACCEPTCONN, 1) &&
                getsockname(fd, &a.at.any, &a.n) == 0 &&
                (a.at.any.sa_family == AF_INET || a.at.any.sa_family == AF_INET6 || a.at.any.sa_family == AF_UNIX);
    if (!good)
        return fault_set(fault, STATUS_INVALID,
                         "Descriptor %d of the service manager is no listening socket: write ListenStream= and "
                         "Accept=no in the socket unit.",
                         fd);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return fault_set(fault, STATUS_IO, "Descriptor %d of the service manager cannot be used: %s.", fd,
                         strerror(errno));
    *out = (struct proc_listener){ .fd = fd, .is_unix = a.at.any.sa_family == AF_UNIX };
    proc_address_words(&a, out->where);
    snprintf(out->name, sizeof out->name, "%.*s", STR_ARG(str_slice(name, 0, sizeof out->name - 1)));
    return STATUS_OK;
}

static int64_t number_of(const char *name)
{
    const char *text = getenv(name);
    int64_t n = 0;
    return text && str_to_i64(str_of(text), &n) ? n : 0;
}

enum status proc_service_listeners(struct proc_listener *out, size_t *n, struct fault *fault)
{
    const char *given = getenv("LISTEN_FDNAMES");
    struct str names = given ? str_of(given) : STR_NONE, name = STR_NONE;
    int64_t count = number_of("LISTEN_PID") == getpid() ? number_of("LISTEN_FDS") : 0;
    remember_where_to_say();
    enum status status = STATUS_OK;
    if (count < 0 || count > (int64_t)(PROC_LISTENERS_MAX - *n))
        status = fault_set(fault, STATUS_LIMIT, "The service manager gives %lld sockets; at most %d are possible.",
                           (long long)count, PROC_LISTENERS_MAX);
    for (int64_t i = 0; i < count && status == STATUS_OK; i++) {
        if (!str_cut(&names, ':', &name))
            name = STR("");
        status = take(LISTEN_FROM + (int)i, name, &out[*n], fault);
        if (status == STATUS_OK)
            (*n)++;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    unsetenv("NOTIFY_SOCKET");
    return status;
}
