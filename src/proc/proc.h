/*
 * Processes: one parent, and children that are this same program under a role.
 *
 * The parent binds addresses, starts its children by executing /proc/self/exe
 * with the word "@ROLE", and starts each again when it ends. It reads nothing
 * from outside. A child gets a clean memory, the descriptors that it was
 * meant to get and no others, a short list of the environment, and one
 * message with what it is told.
 *
 * This room knows nothing of what the program is for.
 */
#ifndef CANDOUR_PROC_PROC_H
#define CANDOUR_PROC_PROC_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

enum {
    PROC_CHILDREN_MAX = 4,
    PROC_LISTENERS_MAX = 16,
    PROC_WHERE_MAX = 80,
    PROC_TOLD_MAX = 128 * 1024, /* bytes that a child may be told */
    PROC_DRAIN_SECONDS = 70,    /* from SIGTERM to SIGKILL; more than the HTTP front's own 65 */
    PROC_BACKOFF_MAX_SECONDS = 30,
    PROC_HEALTHY_SECONDS = 60,   /* a child that lived so long is counted anew */
    PROC_TOLD_SECONDS = 20,      /* a child waits so long to be told */
    PROC_EXIT_FAILED = 70,       /* a child whose step failed; the parent tries again */
    PROC_EXIT_ORPHAN = 71,       /* a child that has no parent */
    PROC_EXIT_INTERRUPTED = 130, /* the parent after a second SIGINT */
    PROC_EXIT_CUT = 1,           /* the parent, where a child had to be killed at the deadline */
};

/* ---- Addresses to listen on ---- */

struct proc_listener {
    int fd;                     /* listening, non-blocking, close-on-exec */
    char where[PROC_WHERE_MAX]; /* "127.0.0.1:8080", with the port that was really taken */
};

/*
 * "localhost:PORT" (127.0.0.1 and, where the machine has it, ::1), "ADDR:PORT", "[V6]:PORT"; port 0 takes a free one.
 * Adds to `out` (room for PROC_LISTENERS_MAX) and `*n`. STATUS_INVALID: not such an address. STATUS_CONFLICT: taken.
 * STATUS_DENIED: not for this user. STATUS_UNAVAILABLE: not an address of this machine. STATUS_LIMIT: too many.
 */
enum status proc_listen(struct str where, struct proc_listener *out, size_t *n, struct fault *fault);
void proc_listeners_close(struct proc_listener *listeners, size_t n);
/* Whether it has the form above; binds nothing. */
enum status proc_listen_check(struct str where, struct fault *fault);
/* Whether only this machine reaches it: 127.0.0.0/8, ::1, localhost. False also where it is no address. */
bool proc_listen_is_local(struct str where);

/*
 * Connects to an address of the form above, sends `request`, collects the answer until the other side closes.
 * For the doctor. STATUS_UNAVAILABLE: nobody answers within `ms`.
 */
enum status proc_ask(struct str where, struct str request, int ms, struct buf *out, struct fault *fault);

/* ---- Values in a message: as many as were put are taken, in the same order ---- */

void proc_put_i64(struct buf *b, int64_t v);
void proc_put_str(struct buf *b, struct str s);
/* False where the message ends too soon; a string lies in the message itself. */
bool proc_take_i64(struct str *rest, int64_t *out);
bool proc_take_str(struct str *rest, struct str *out);

/* ---- The parent ---- */

struct proc_child {
    const char *role;       /* a word; also the name of its process */
    struct str told;        /* its first message; must live as long as the parent runs */
    const int *descriptors; /* inherited, in this order */
    size_t descriptors_n;
};

struct proc_parent {
    const struct proc_child *children;
    size_t children_n;
    /* Names of the environment that children keep, ending in NULL; "TEST_*" is a beginning. */
    const char *const *environment;
    int drain_seconds; /* 0: PROC_DRAIN_SECONDS */
    /* The child said that it is ready. `first`: for the first time since the parent started. May be NULL. */
    void (*ready)(void *self, const char *role, bool first);
    void *self;
};

/*
 * Starts the children and looks after them until SIGTERM, SIGHUP or SIGINT has drained them: 0, or PROC_EXIT_CUT where
 * one had to be killed. A second SIGINT kills all: PROC_EXIT_INTERRUPTED. A child that said `proc_self_final` ends all:
 * its own code. The caller closes its listeners afterwards, last.
 */
int proc_parent_run(const struct proc_parent *parent);

/* The wait before the start after `failures` ends in a row: 0, 1, 2, 4, 8, 16, then 30 s. */
int64_t proc_backoff_ms(unsigned failures);

/* ---- A child ---- */

struct proc_self {
    const char *role;
    struct str told;
    int64_t starts; /* times that this role was started before */
    const int *descriptors;
    size_t descriptors_n;
    int channel;
    int signals;     /* readable when it shall end */
    const char *why; /* for the last line of the log; a literal */
    void *state;     /* the role's own */
};

/*
 * What every role does, in this order. Each returns STATUS_OK or ends the child; NULL where the room's own part is all.
 * `loop` gives the exit code.
 */
struct proc_role {
    const char *word;
    enum status (*forget)(struct proc_self *self, struct fault *fault);  /* what it may not know */
    enum status (*open)(struct proc_self *self, struct fault *fault);    /* what it needs */
    enum status (*drop)(struct proc_self *self, struct fault *fault);    /* privilege */
    enum status (*sandbox)(struct proc_self *self, struct fault *fault); /* no way back from here */
    enum status (*signals)(struct proc_self *self, struct fault *fault);
    enum status (*peers)(struct proc_self *self, struct fault *fault); /* other processes, the database */
    int (*loop)(struct proc_self *self);
    void (*farewell)(struct proc_self *self); /* close what is open; then the room says why it ended */
};

/* NULL where argv is not a child's: `argv[1]` is "@ROLE". */
const char *proc_role_word(int argc, char **argv);
/* The whole life of a child; gives the exit code. */
int proc_role_run(const struct proc_role *role, void *state);

/* "I can be used": the parent is told, once a start. */
void proc_self_ready(struct proc_self *self);
/* "Starting me again is useless": when this child ends, the parent ends all with the same code. */
void proc_self_final(struct proc_self *self);
/* Waits at most `ms` (-1: as long as it takes). True when the child shall end. */
bool proc_self_wait(struct proc_self *self, int64_t ms);
/*
 * To another user for good: groups, group, user, and no way back. Nothing is done where the process is not root or
 * `user` is root.
 */
enum status proc_drop_to(uid_t user, gid_t group, struct fault *fault);

#endif
