/*
 * The parent: starts children, looks after them, ends them.
 *
 * Promises: no child outlives an ordinary end of the parent; a child that
 * crashes is back at once, and one that crashes again and again does not keep
 * the machine busy; the last words of the log say which child ended and how.
 * The parent reads one byte from a child and nothing from anybody else, so a
 * child that was taken over can say no more than "ready" and "final".
 */
#include "proc/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "proc/inside.h"
#include "base/banned.h"

enum { ENVIRONMENT_MAX = 32, DESCRIPTORS_ASIDE = 64, NEVER_MS = -1 };

struct child {
    const struct proc_child *is;
    pid_t pid;     /* 0: not running */
    int channel;   /* -1: none */
    int64_t since; /* steady ms */
    int64_t due;   /* steady ms: start then, where it is not running */
    unsigned failures;
    int64_t starts;
    bool ready_once;
    bool final;
};

struct family {
    const struct proc_parent *is;
    struct child children[PROC_CHILDREN_MAX];
    char *environment[ENVIRONMENT_MAX + 1];
    int signals;
    bool draining;
    int64_t deadline; /* steady ms */
    unsigned interrupts;
    bool cut;       /* a child was killed at the deadline */
    int final_code; /* of a child that said final; -1: none */
};

int64_t proc_backoff_ms(unsigned failures)
{
    if (failures == 0)
        return 0;
    if (failures > 5)
        return PROC_BACKOFF_MAX_SECONDS * 1000;
    return (int64_t)1000 << (failures - 1);
}

static int64_t steady_ms(void)
{
    return clock_steady_ns() / 1000000;
}

static bool kept(const char *entry, const char *const *names)
{
    struct str whole = str_of(entry);
    ptrdiff_t end = str_find_byte(whole, '=');
    struct str name = str_slice(whole, 0, end < 0 ? whole.n : (size_t)end);
    for (; names && *names; names++) {
        struct str pattern = str_of(*names);
        if (str_ends(pattern, STR("*")) ? str_starts(name, str_slice(pattern, 0, pattern.n - 1))
                                        : str_equal(name, pattern))
            return true;
    }
    return false;
}

static void environment_choose(struct family *f)
{
    size_t n = 0;
    for (char **entry = environ; entry && *entry && n < ENVIRONMENT_MAX; entry++)
        if (kept(*entry, f->is->environment))
            f->environment[n++] = *entry;
    f->environment[n] = NULL;
}

/*
 * Between fork and exec. Every descriptor is close-on-exec but those that are put at their numbers here; they are moved
 * aside first, since one may stand where another has to go.
 */
static _Noreturn void become(const struct family *f, const struct proc_child *is, int channel)
{
    int from[PROC_DESCRIPTORS_MAX + 1];
    size_t n = 0;
    from[n++] = channel;
    for (size_t i = 0; i < is->descriptors_n; i++)
        from[n++] = is->descriptors[i];
    for (size_t i = 0; i < n; i++)
        if ((from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, DESCRIPTORS_ASIDE)) < 0)
            _exit(PROC_EXIT_FAILED);
    for (size_t i = 0; i < n; i++)
        if (dup2(from[i], PROC_CHANNEL + (int)i) < 0)
            _exit(PROC_EXIT_FAILED);
    if (close_range(PROC_CHANNEL + (unsigned)n, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        _exit(PROC_EXIT_FAILED);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(2, 1) < 0)
        _exit(PROC_EXIT_FAILED);

    /* From the first moment on, not only from the role's fifth step: Ctrl-C is the parent's, SIGTERM waits to be read.
     */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigset_t waits;
    sigemptyset(&waits);
    sigaddset(&waits, SIGTERM);
    sigprocmask(SIG_SETMASK, &waits, NULL);

    char name[64], word[64];
    snprintf(name, sizeof name, "%s", program_invocation_short_name);
    snprintf(word, sizeof word, "@%s", is->role);
    char *argv[] = { name, word, NULL };
    execve("/proc/self/exe", argv, f->environment);
    _exit(PROC_EXIT_FAILED);
}

static bool tell(const struct child *c)
{
    struct buf message;
    buf_init(&message, NULL, PROC_TOLD_MAX + 64);
    buf_add_byte(&message, PROC_SAYS_TOLD);
    proc_put_i64(&message, getpid());
    proc_put_i64(&message, c->starts);
    proc_put_i64(&message, (int64_t)c->is->descriptors_n);
    proc_put_str(&message, c->is->told);
    struct str bytes = buf_str(&message);
    bool sent = buf_ok(&message) && send(c->channel, bytes.p, bytes.n, MSG_NOSIGNAL) == (ssize_t)bytes.n;
    if (message.p)
        explicit_bzero(message.p, message.n);
    buf_free(&message);
    return sent;
}

static void child_forget(struct child *c, int64_t now)
{
    if (c->channel >= 0)
        close(c->channel);
    c->channel = -1;
    c->pid = 0;
    if (now - c->since >= PROC_HEALTHY_SECONDS * 1000)
        c->failures = 0;
    c->due = now + proc_backoff_ms(c->failures++);
}

static void child_start(struct family *f, struct child *c)
{
    int pair[2];
    c->since = steady_ms();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
        log_event(LOG_ERROR, "proc.start_failed", LOG_STR(LOG_ROLE, str_of(c->is->role)), LOG_I64(LOG_CODE, errno));
        child_forget(c, c->since);
        return;
    }
    pid_t pid = fork();
    if (pid == 0)
        become(f, c->is, pair[1]);
    close(pair[1]);
    c->channel = pair[0];
    if (pid < 0) {
        log_event(LOG_ERROR, "proc.start_failed", LOG_STR(LOG_ROLE, str_of(c->is->role)), LOG_I64(LOG_CODE, errno));
        child_forget(c, c->since);
        return;
    }
    c->pid = pid;
    log_event(LOG_INFO, "proc.child_started", LOG_STR(LOG_ROLE, str_of(c->is->role)), LOG_I64(LOG_PID, pid),
              LOG_I64(LOG_STEP, c->starts));
    if (!tell(c)) {
        log_event(LOG_ERROR, "proc.tell_failed", LOG_STR(LOG_ROLE, str_of(c->is->role)), LOG_I64(LOG_CODE, errno));
        kill(pid, SIGKILL);
    }
    c->starts++;
}

static void drain(struct family *f)
{
    if (f->draining)
        return;
    f->draining = true;
    f->deadline = steady_ms() + (int64_t)(f->is->drain_seconds ? f->is->drain_seconds : PROC_DRAIN_SECONDS) * 1000;
    log_event(LOG_INFO, "proc.draining", LOG_NOTHING);
    for (size_t i = 0; i < f->is->children_n; i++)
        if (f->children[i].pid)
            kill(f->children[i].pid, SIGTERM);
}

static void kill_all(struct family *f)
{
    for (size_t i = 0; i < f->is->children_n; i++)
        if (f->children[i].pid)
            kill(f->children[i].pid, SIGKILL);
}

static void child_hear(struct family *f, struct child *c)
{
    char says = 0;
    ssize_t got = recv(c->channel, &says, 1, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) { /* it is ending; SIGCHLD tells the rest */
        close(c->channel);
        c->channel = -1;
        return;
    }
    if (says == PROC_SAYS_FINAL) {
        c->final = true;
    } else if (says == PROC_SAYS_READY) {
        bool first = !c->ready_once;
        c->ready_once = true;
        if (f->is->ready && !f->draining)
            f->is->ready(f->is->self, c->is->role, first);
    }
}

static void children_reap(struct family *f)
{
    for (size_t i = 0; i < f->is->children_n; i++) {
        struct child *c = &f->children[i];
        int state = 0;
        if (!c->pid || waitpid(c->pid, &state, WNOHANG) != c->pid)
            continue;
        while (c->channel >= 0) /* its last words; the other end is closed, so this ends */
            child_hear(f, c);
        bool signalled = WIFSIGNALED(state);
        int code = signalled ? WTERMSIG(state) : WEXITSTATUS(state);
        bool wanted = f->draining && !signalled && code == 0;
        log_event(wanted ? LOG_INFO : LOG_ERROR, "proc.child_ended", LOG_STR(LOG_ROLE, str_of(c->is->role)),
                  LOG_I64(LOG_PID, c->pid), LOG_I64(LOG_CODE, code),
                  LOG_STR(LOG_WHAT, signalled ? STR("by a signal") : STR("by itself")));
        child_forget(c, steady_ms());
        if (c->final && !f->draining) {
            f->final_code = signalled ? PROC_EXIT_FAILED : code;
            drain(f);
        }
    }
}

static void signals_read(struct family *f)
{
    struct signalfd_siginfo info;
    while (read(f->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGCHLD: break; /* children are asked after each round */
        case SIGINT:
            f->interrupts++;
            drain(f);
            break;
        default: drain(f);
        }
    }
}

/* Starts what is due; gives the wait until the next thing has to be done. */
static int children_due(struct family *f)
{
    int64_t now = steady_ms(), wake = INT64_MAX;
    for (size_t i = 0; i < f->is->children_n; i++) {
        struct child *c = &f->children[i];
        if (c->pid || f->draining)
            continue;
        if (c->due <= now)
            child_start(f, c);
        if (!c->pid && c->due < wake)
            wake = c->due;
    }
    if (f->draining)
        wake = f->deadline;
    if (wake == INT64_MAX)
        return NEVER_MS;
    return wake <= now ? 0 : (int)(wake - now);
}

static bool anybody(const struct family *f)
{
    for (size_t i = 0; i < f->is->children_n; i++)
        if (f->children[i].pid)
            return true;
    return false;
}

static void wait_once(struct family *f, int ms)
{
    struct pollfd polled[PROC_CHILDREN_MAX + 1] = { { .fd = f->signals, .events = POLLIN } };
    for (size_t i = 0; i < f->is->children_n; i++)
        polled[i + 1] = (struct pollfd){ .fd = f->children[i].channel, .events = POLLIN };
    if (poll(polled, f->is->children_n + 1, ms) <= 0)
        return;
    for (size_t i = 0; i < f->is->children_n; i++)
        if (polled[i + 1].revents && f->children[i].channel >= 0)
            child_hear(f, &f->children[i]);
    if (polled[0].revents)
        signals_read(f);
}

static void look_after(struct family *f)
{
    for (;;) {
        children_reap(f);
        int ms = children_due(f);
        if (f->draining && !anybody(f))
            return;
        if (f->interrupts > 1) {
            kill_all(f);
        } else if (f->draining && steady_ms() >= f->deadline && !f->cut) {
            log_event(LOG_ERROR, "proc.drain_cut", LOG_NOTHING);
            f->cut = true;
            kill_all(f);
        }
        if (f->draining && (f->cut || f->interrupts > 1))
            ms = NEVER_MS; /* SIGCHLD ends the wait */
        wait_once(f, ms);
    }
}

int proc_parent_run(const struct proc_parent *parent)
{
    if (parent->children_n > PROC_CHILDREN_MAX)
        bug("%zu children", parent->children_n);
    struct family f = { .is = parent, .final_code = -1 };
    for (size_t i = 0; i < parent->children_n; i++) {
        if (parent->children[i].descriptors_n > PROC_DESCRIPTORS_MAX)
            bug("%zu descriptors", parent->children[i].descriptors_n);
        f.children[i] = (struct child){ .is = &parent->children[i], .channel = -1 };
    }
    environment_choose(&f);
    signal(SIGPIPE, SIG_IGN);

    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, &before);
    f.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (f.signals < 0) {
        log_event(LOG_ERROR, "proc.start_failed", LOG_I64(LOG_CODE, errno));
        sigprocmask(SIG_SETMASK, &before, NULL);
        return PROC_EXIT_FAILED;
    }
    look_after(&f);
    close(f.signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (f.interrupts > 1)
        return PROC_EXIT_INTERRUPTED;
    if (f.final_code >= 0)
        return f.final_code;
    return f.cut ? PROC_EXIT_CUT : 0;
}
