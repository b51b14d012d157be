/*
 * The life of a child: eight steps, in the same order for every role.
 *
 *   1 forget    read the first message; close what was inherited and not meant for it; end with the parent
 *   2 open      what it needs and could not open later
 *   3 drop      privilege: another user, no core file
 *   4 sandbox   no way back to more rights
 *   5 signals   SIGTERM becomes readable, Ctrl-C is the parent's alone
 *   6 peers     other processes and the database
 *   7 loop      its work, until it shall end
 *   8 farewell  close what is open, and say why it ended
 *
 * Promises: no step is left out or done earlier than another; a child without
 * its parent ends; what a child was told is wiped when it ends. Somebody who
 * runs "candour @web" by hand has no channel and gets nothing but a sentence.
 */
#include "proc/proc.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "proc/inside.h"
#include "base/banned.h"

/* What is not for the roles' eyes; one child a process. */
static struct {
    char *message;
    size_t message_n;
    pid_t parent;
    int descriptors[PROC_DESCRIPTORS_MAX];
} here;

const char *proc_role_word(int argc, char **argv)
{
    return argc == 2 && argv[1][0] == '@' ? argv[1] + 1 : NULL;
}

static enum status end_with_parent(struct fault *fault)
{
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
        return fault_set(fault, STATUS_IO, "prctl refused the signal at the parent's end: %s.", strerror(errno));
    /* It may have ended before the line above. */
    if (getppid() != here.parent)
        return fault_set(fault, STATUS_UNAVAILABLE, "The parent is gone.");
    return STATUS_OK;
}

static enum status first_message_read(struct proc_self *self, struct fault *fault)
{
    enum { ROOM = PROC_TOLD_MAX + 64 };
    here.message = mem_alloc(ROOM);
    if (!here.message)
        return fault_no_memory(fault);
    struct pollfd one = { .fd = PROC_CHANNEL, .events = POLLIN };
    if (poll(&one, 1, PROC_TOLD_SECONDS * 1000) != 1)
        return fault_set(fault, STATUS_UNAVAILABLE, "The parent said nothing.");
    ssize_t got = recv(PROC_CHANNEL, here.message, ROOM, MSG_TRUNC);
    if (got <= 0 || got > ROOM || here.message[0] != PROC_SAYS_TOLD)
        return fault_set(fault, STATUS_UNAVAILABLE, "The parent said nothing that can be read.");
    here.message_n = (size_t)got;
    struct str rest = { here.message + 1, here.message_n - 1 };
    int64_t parent = 0, n = 0;
    if (!proc_take_i64(&rest, &parent) || !proc_take_i64(&rest, &self->starts) || !proc_take_i64(&rest, &n) ||
        !proc_take_str(&rest, &self->told) || n < 0 || n > PROC_DESCRIPTORS_MAX)
        return fault_set(fault, STATUS_DAMAGED, "What the parent said was cut short.");
    here.parent = (pid_t)parent;
    for (int64_t i = 0; i < n; i++)
        here.descriptors[i] = PROC_DESCRIPTORS_FROM + (int)i;
    self->descriptors = here.descriptors;
    self->descriptors_n = (size_t)n;
    return STATUS_OK;
}

static enum status forget_own(struct proc_self *self, struct fault *fault)
{
    int kind = 0;
    socklen_t kind_n = sizeof kind;
    if (getsockopt(PROC_CHANNEL, SOL_SOCKET, SO_TYPE, &kind, &kind_n) != 0 || kind != SOCK_SEQPACKET)
        return fault_set(fault, STATUS_UNAVAILABLE, "This is a part of the server and is started by it.");
    self->channel = PROC_CHANNEL;
    enum status status = first_message_read(self, fault);
    if (status != STATUS_OK)
        return status;
    /* Those that the parent meant for it stay; the programs that it might start get none of them. */
    if (close_range((unsigned)(PROC_DESCRIPTORS_FROM + (int)self->descriptors_n), ~0U, 0) != 0 ||
        close_range(PROC_CHANNEL, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        return fault_set(fault, STATUS_IO, "close_range failed: %s.", strerror(errno));
    return end_with_parent(fault);
}

static enum status drop_own(struct proc_self *self, struct fault *fault)
{
    (void)self;
    umask(077);
    /* A core file would hold what was in memory. */
    const struct rlimit none = { 0, 0 };
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return fault_set(fault, STATUS_IO, "setrlimit refused: %s.", strerror(errno));
    return STATUS_OK;
}

static enum status sandbox_own(struct proc_self *self, struct fault *fault)
{
    (void)self;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_set(fault, STATUS_IO, "prctl refused no_new_privs: %s.", strerror(errno));
    return STATUS_OK;
}

static enum status signals_own(struct proc_self *self, struct fault *fault)
{
    /* Ctrl-C and a closed terminal reach the whole group; the parent alone decides what they mean. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    self->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (self->signals < 0)
        return fault_set(fault, STATUS_IO, "signalfd failed: %s.", strerror(errno));
    return STATUS_OK;
}

enum status proc_drop_to(uid_t user, gid_t group, struct fault *fault)
{
    if (geteuid() != 0 || user == 0)
        return STATUS_OK;
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0)
        return fault_set(fault, STATUS_IO, "Becoming user %u failed: %s.", (unsigned)user, strerror(errno));
    if (setresuid(0, 0, 0) == 0)
        return fault_set(fault, STATUS_IO, "There was a way back to root.");
    /* The kernel forgets it when the user changes. */
    return here.parent ? end_with_parent(fault) : STATUS_OK;
}

static bool step(struct proc_self *self, const char *name, enum status (*own)(struct proc_self *, struct fault *),
                 enum status (*roles)(struct proc_self *, struct fault *))
{
    struct fault fault = { .status = STATUS_OK };
    enum status status = own ? own(self, &fault) : STATUS_OK;
    if (status == STATUS_OK && roles)
        status = roles(self, &fault);
    if (status == STATUS_OK)
        return true;
    if (self->channel < 0)
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, fault.text);
    else
        log_event(LOG_ERROR, "proc.step_failed", LOG_STR(LOG_AT, str_of(name)),
                  LOG_STR(LOG_STATUS, str_of(status_name(status))), LOG_STR(LOG_WHAT, str_of(fault.text)));
    self->why = name;
    return false;
}

int proc_role_run(const struct proc_role *role, void *state)
{
    struct proc_self self = {
        .role = role->word, .channel = -1, .signals = -1, .state = state, .why = "the loop ended"
    };
    log_role_set(role->word);
    prctl(PR_SET_NAME, role->word);
    int code = PROC_EXIT_FAILED;
    bool ready = step(&self, "forget", forget_own, role->forget) && step(&self, "open", NULL, role->open) &&
                 step(&self, "drop", drop_own, role->drop) && step(&self, "sandbox", sandbox_own, role->sandbox) &&
                 step(&self, "signals", signals_own, role->signals) && step(&self, "peers", NULL, role->peers);
    if (ready)
        code = role->loop(&self);
    else if (self.channel < 0 || (here.parent && getppid() != here.parent))
        code = PROC_EXIT_ORPHAN;
    if (role->farewell)
        role->farewell(&self);
    if (self.channel >= 0)
        log_event(code ? LOG_ERROR : LOG_INFO, "proc.ended", LOG_I64(LOG_PID, getpid()), LOG_I64(LOG_CODE, code),
                  LOG_STR(LOG_WHAT, str_of(self.why)));
    if (here.message)
        explicit_bzero(here.message, here.message_n);
    mem_free(here.message);
    here.message = NULL;
    if (self.signals >= 0)
        close(self.signals);
    return code;
}

static void say(const struct proc_self *self, char what)
{
    if (send(self->channel, &what, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
        log_event(LOG_WARN, "proc.say_failed", LOG_I64(LOG_CODE, errno));
}

void proc_self_ready(struct proc_self *self)
{
    say(self, PROC_SAYS_READY);
}

void proc_self_final(struct proc_self *self)
{
    say(self, PROC_SAYS_FINAL);
}

static bool must_end(struct proc_self *self, const struct pollfd polled[2])
{
    if (polled[0].revents)
        self->why = "it was asked to";
    else if (polled[1].revents)
        self->why = "its parent is gone";
    else
        return false;
    /* Nobody may be there to kill it at the deadline. */
    alarm(PROC_DRAIN_SECONDS + 5);
    return true;
}

bool proc_self_wait(struct proc_self *self, int64_t ms)
{
    int64_t end = ms < 0 ? 0 : clock_steady_ns() / 1000000 + ms;
    for (;;) {
        struct pollfd polled[2] = { { .fd = self->signals, .events = POLLIN },
                                    { .fd = self->channel, .events = POLLIN } };
        int64_t left = ms < 0 ? -1 : end - clock_steady_ns() / 1000000;
        if (ms >= 0 && left < 0)
            left = 0;
        int wait = left > 60 * 1000 ? 60 * 1000 : (int)left;
        int got = poll(polled, 2, wait);
        if (got > 0 && must_end(self, polled))
            return true;
        if (got == 0 && left >= 0 && left <= 60 * 1000)
            return false;
        if (got < 0 && errno != EINTR)
            return true;
    }
}
