/*
 * The parent: starts children, looks after them, ends them.
 *
 * Promises: no child outlives an ordinary end of the parent; a child that
 * crashes is back at once, and one that crashes again and again does not keep
 * the machine busy; the last words of the log say which child ended and how;
 * children with new settings are started beside the old ones, which end only
 * when all of the new ones are ready, and stay where one is not.
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

enum {
    ENVIRONMENT_MAX = 32,
    DESCRIPTORS_ASIDE = 64,
    NEVER_MS = -1,
    LAST_CALL_LOOK_MS = 50,
    LEAVING_MAX = 4 * PROC_CHILDREN_MAX, /* more do not come before one of them has ended */
    PIDS_MAX = 2 * PROC_CHILDREN_MAX + LEAVING_MAX,
};

struct child {
    const struct proc_child *is; /* not of one that leaves: what it was told may be gone */
    const char *role;
    pid_t pid;     /* 0: not running */
    int channel;   /* -1: none */
    int64_t since; /* steady ms */
    int64_t due;   /* steady ms: start then, where it is not running; of one that leaves: kill it then */
    unsigned failures;
    int64_t starts;
    bool ready;      /* this process */
    bool ready_once; /* any that had its place */
    bool final;
    bool killed;
};

/*
 * `next` are to replace `children`, which stay until every one of `next` is ready. Those that were replaced, and those
 * that were not to be, are `leaving`: they finish what they have in hand.
 */
struct family {
    const struct proc_parent *is;
    struct child children[PROC_CHILDREN_MAX];
    struct child next[PROC_CHILDREN_MAX];
    bool reloading;
    bool reload_wanted;
    int64_t reload_ends; /* steady ms */
    struct child leaving[LEAVING_MAX];
    size_t leaving_n;
    char *environment[ENVIRONMENT_MAX + 1];
    int signals;
    bool has_terminal;
    bool announced; /* the service manager was told that all serve */
    bool draining;
    bool asked;       /* the children were asked to end … */
    int64_t asks;     /* … at this moment at the latest, steady ms */
    int64_t deadline; /* steady ms, from then on */
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
        log_event(LOG_ERROR, "proc.start_failed", LOG_STR(LOG_ROLE, str_of(c->role)), LOG_I64(LOG_CODE, errno));
        child_forget(c, c->since);
        return;
    }
    pid_t pid = fork();
    if (pid == 0)
        become(f, c->is, pair[1]);
    close(pair[1]);
    c->channel = pair[0];
    if (pid < 0) {
        log_event(LOG_ERROR, "proc.start_failed", LOG_STR(LOG_ROLE, str_of(c->role)), LOG_I64(LOG_CODE, errno));
        child_forget(c, c->since);
        return;
    }
    c->pid = pid;
    c->ready = c->final = c->killed = false;
    log_event(LOG_INFO, "proc.child_started", LOG_STR(LOG_ROLE, str_of(c->role)), LOG_I64(LOG_PID, pid),
              LOG_I64(LOG_STEP, c->starts));
    if (!tell(c)) {
        log_event(LOG_ERROR, "proc.tell_failed", LOG_STR(LOG_ROLE, str_of(c->role)), LOG_I64(LOG_CODE, errno));
        kill(pid, SIGKILL);
    }
    c->starts++;
}

static int drain_ms(const struct family *f)
{
    return (f->is->drain_seconds ? f->is->drain_seconds : PROC_DRAIN_SECONDS) * 1000;
}

/* Every process of ours that runs, wherever it stands; `out` has room for PIDS_MAX. */
static size_t all_running(struct family *f, struct child *out[PIDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < f->is->children_n; i++) {
        if (f->children[i].pid)
            out[n++] = &f->children[i];
        if (f->reloading && f->next[i].pid)
            out[n++] = &f->next[i];
    }
    for (size_t i = 0; i < f->leaving_n; i++)
        if (f->leaving[i].pid)
            out[n++] = &f->leaving[i];
    return n;
}

static void signal_all(struct family *f, int number)
{
    struct child *all[PIDS_MAX];
    size_t n = all_running(f, all);
    for (size_t i = 0; i < n; i++)
        kill(all[i]->pid, number);
}

static void drain(struct family *f)
{
    if (f->draining)
        return;
    f->draining = true;
    f->asks = steady_ms() + (proc_listeners_last_call(f->is->listeners, f->is->listeners_n) ? PROC_LAST_CALL_MS : 0);
    log_event(LOG_INFO, "proc.draining", LOG_NOTHING);
    proc_service_say("STOPPING=1");
}

/* Asks the children to end, when it is time to; when that is, or when they have to have ended. */
static int64_t drain_look(struct family *f, int64_t now)
{
    if (!f->draining)
        return INT64_MAX;
    if (!f->asked && (now >= f->asks || !proc_listeners_keep_back(f->is->listeners, f->is->listeners_n))) {
        f->asked = true;
        f->deadline = now + drain_ms(f);
        signal_all(f, SIGTERM);
    }
    if (f->asked)
        return f->deadline;
    return f->asks < now + LAST_CALL_LOOK_MS ? f->asks : now + LAST_CALL_LOOK_MS;
}

/* ---- New children in the place of those that run ---- */

/* It may have requests in hand, so it is asked to end and has the time for it. */
static void leave(struct family *f, struct child *c)
{
    if (!c->pid)
        return;
    kill(c->pid, SIGTERM);
    c->due = steady_ms() + drain_ms(f);
    f->leaving[f->leaving_n++] = *c;
    c->pid = 0;
    c->channel = -1;
}

static void say_ready(void)
{
    proc_service_say("READY=1");
}

static void reload_end(struct family *f, bool taken)
{
    f->reloading = false;
    for (size_t i = 0; i < f->is->children_n; i++) {
        leave(f, taken ? &f->children[i] : &f->next[i]);
        if (taken)
            f->children[i] = f->next[i];
    }
    if (f->is->counts)
        atomic_fetch_add(taken ? &f->is->counts->reloads : &f->is->counts->reloads_refused, 1);
    if (taken)
        log_event(LOG_INFO, "proc.reloaded", LOG_NOTHING);
    else
        log_event(LOG_ERROR, "proc.reload_failed", LOG_STR(LOG_WHAT, STR("the old ones go on as before")));
    f->is->reloaded(f->is->self, taken);
    say_ready();
}

static void reload_begin(struct family *f)
{
    char words[64];
    f->reload_wanted = false;
    snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(clock_steady_ns() / 1000));
    proc_service_say(words);
    const struct proc_child *told = f->is->reload(f->is->self);
    if (!told) {
        if (f->is->counts)
            atomic_fetch_add(&f->is->counts->reloads_refused, 1);
        say_ready();
        return;
    }
    f->reloading = true;
    f->reload_ends = steady_ms() + PROC_RELOAD_SECONDS * 1000;
    for (size_t i = 0; i < f->is->children_n; i++) {
        /* Not the first start of its role, whatever happens to it: the old one serves meanwhile. */
        int64_t starts = f->children[i].starts > 0 ? f->children[i].starts : 1;
        f->next[i] = (struct child){ .is = &told[i],
                                     .role = told[i].role,
                                     .channel = -1,
                                     .starts = starts,
                                     .ready_once = f->children[i].ready_once };
    }
    for (size_t i = 0; i < f->is->children_n; i++)
        child_start(f, &f->next[i]);
}

/* Goes on with a reload, or begins one that was asked for; until when it may take, at most. */
static int64_t reload_look(struct family *f, int64_t now)
{
    if (f->draining)
        return INT64_MAX;
    if (f->reloading) {
        bool all = true, lost = now >= f->reload_ends;
        for (size_t i = 0; i < f->is->children_n; i++) {
            all &= f->next[i].pid && f->next[i].ready;
            lost |= !f->next[i].pid;
        }
        if (lost || all)
            reload_end(f, !lost);
    }
    if (!f->reloading && f->reload_wanted && f->leaving_n + f->is->children_n <= LEAVING_MAX)
        reload_begin(f);
    return f->reloading ? f->reload_ends : INT64_MAX;
}

/* ---- What children say, and how they end ---- */

static void announce(struct family *f)
{
    for (size_t i = 0; i < f->is->children_n; i++)
        if (!f->children[i].ready_once)
            return;
    if (!f->announced && !f->draining)
        say_ready();
    f->announced = true;
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
        c->ready = c->ready_once = true;
        announce(f);
        if (f->is->ready && !f->draining)
            f->is->ready(f->is->self, c->role, first);
    }
}

/* Whether it has ended; its exit code, or its signal. */
static bool child_ended(struct family *f, struct child *c, bool wanted, bool *signalled, int *code)
{
    int state = 0;
    if (!c->pid || waitpid(c->pid, &state, WNOHANG) != c->pid)
        return false;
    while (c->channel >= 0) /* its last words; the other end is closed, so this ends */
        child_hear(f, c);
    *signalled = WIFSIGNALED(state);
    *code = *signalled ? WTERMSIG(state) : WEXITSTATUS(state);
    bool well = wanted && !*signalled && *code == 0;
    log_event(well ? LOG_INFO : LOG_ERROR, "proc.child_ended", LOG_STR(LOG_ROLE, str_of(c->role)),
              LOG_I64(LOG_PID, c->pid), LOG_I64(LOG_CODE, *code),
              LOG_STR(LOG_WHAT, *signalled ? STR("by a signal") : STR("by itself")));
    return true;
}

static void children_reap(struct family *f)
{
    bool signalled = false;
    int code = 0;
    for (size_t i = 0; i < f->is->children_n; i++) {
        struct child *c = &f->children[i];
        if (!child_ended(f, c, f->draining, &signalled, &code))
            continue;
        child_forget(c, steady_ms());
        if (f->is->counts && !f->draining)
            atomic_fetch_add(&f->is->counts->restarts[i], 1);
        if (c->final && !f->draining) {
            f->final_code = signalled ? PROC_EXIT_FAILED : code;
            drain(f);
        }
    }
    for (size_t i = 0; i < f->is->children_n && f->reloading; i++)
        if (child_ended(f, &f->next[i], f->draining, &signalled, &code))
            f->next[i].pid = 0;
    for (size_t i = 0; i < f->leaving_n;) {
        if (child_ended(f, &f->leaving[i], true, &signalled, &code))
            f->leaving[i] = f->leaving[--f->leaving_n];
        else
            i++;
    }
}

/* A terminal that was closed tells every program on it; so does its shell, by the same signal. */
static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void hang_up(struct family *f, const struct signalfd_siginfo *info)
{
    if (!f->is->reload || info->ssi_code == SI_KERNEL || (f->has_terminal && !has_terminal()))
        drain(f);
    else
        f->reload_wanted = true;
}

static void signals_read(struct family *f)
{
    struct signalfd_siginfo info;
    while (read(f->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGCHLD: break; /* children are asked after each round */
        case SIGHUP: hang_up(f, &info); break;
        case SIGINT:
            f->interrupts++;
            drain(f);
            break;
        default: drain(f);
        }
    }
}

/* Starts what is due; when the next thing has to be done. */
static int64_t children_due(struct family *f, int64_t now)
{
    int64_t wake = INT64_MAX;
    for (size_t i = 0; i < f->is->children_n; i++) {
        struct child *c = &f->children[i];
        if (c->pid || f->draining)
            continue;
        if (c->due <= now)
            child_start(f, c);
        if (!c->pid && c->due < wake)
            wake = c->due;
    }
    return wake;
}

/* Those that had their time; when the next one has had it. */
static int64_t leaving_due(struct family *f, int64_t now)
{
    int64_t wake = INT64_MAX;
    for (size_t i = 0; i < f->leaving_n; i++) {
        struct child *c = &f->leaving[i];
        if (c->killed)
            continue;
        if (c->due > now) {
            wake = c->due < wake ? c->due : wake;
            continue;
        }
        log_event(LOG_ERROR, "proc.drain_cut", LOG_STR(LOG_ROLE, str_of(c->role)), LOG_I64(LOG_PID, c->pid));
        c->killed = true;
        kill(c->pid, SIGKILL);
    }
    return wake;
}

static void wait_once(struct family *f, int ms)
{
    struct pollfd polled[PIDS_MAX + 1] = { { .fd = f->signals, .events = POLLIN } };
    struct child *all[PIDS_MAX];
    size_t n = all_running(f, all);
    for (size_t i = 0; i < n; i++)
        polled[i + 1] = (struct pollfd){ .fd = all[i]->channel, .events = POLLIN };
    if (poll(polled, n + 1, ms) <= 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (polled[i + 1].revents && all[i]->channel >= 0)
            child_hear(f, all[i]);
    if (polled[0].revents)
        signals_read(f);
}

static void look_after(struct family *f)
{
    struct child *all[PIDS_MAX];
    for (;;) {
        children_reap(f);
        int64_t now = steady_ms();
        int64_t wake = children_due(f, now), other = reload_look(f, now);
        wake = other < wake ? other : wake;
        other = leaving_due(f, now);
        wake = other < wake ? other : wake;
        other = drain_look(f, now);
        wake = other < wake ? other : wake;
        if (f->draining && all_running(f, all) == 0)
            return;
        if (f->interrupts > 1) {
            signal_all(f, SIGKILL);
        } else if (f->asked && now >= f->deadline && !f->cut) {
            log_event(LOG_ERROR, "proc.drain_cut", LOG_NOTHING);
            f->cut = true;
            signal_all(f, SIGKILL);
        }
        int ms = wake == INT64_MAX ? NEVER_MS : wake <= now ? 0 : (int)(wake - now);
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
        f.children[i] = (struct child){ .is = &parent->children[i], .role = parent->children[i].role, .channel = -1 };
    }
    environment_choose(&f);
    f.has_terminal = has_terminal();
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
