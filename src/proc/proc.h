/*
 * Processes: one parent, and children that are this same program under a role.
 *
 * The parent binds addresses, or gets them bound from the service manager,
 * starts its children by executing /proc/self/exe with the word "@ROLE", and
 * starts each again when it ends. It reads nothing from outside. A child gets a
 * clean memory, the descriptors that it was meant to get and no others, a short
 * list of the environment, and one message with what it is told.
 *
 * This room knows nothing of what the program is for.
 */
#ifndef CANDOUR_PROC_PROC_H
#define CANDOUR_PROC_PROC_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

enum {
    PROC_CHILDREN_MAX = 4,
    PROC_LISTENERS_MAX = 16,
    PROC_WHERE_MAX = 120, /* "unix:" and a path of at most 107 bytes, which is as long as one can be */
    PROC_NAME_MAX = 32,
    PROC_TOLD_MAX = 128 * 1024, /* bytes that a child may be told */
    PROC_DRAIN_SECONDS = 70,    /* from SIGTERM to SIGKILL; more than the HTTP front's own 65 */
    PROC_LAST_CALL_MS = 1250,   /* from our SIGTERM to the children's, at most: see struct proc_parent */
    PROC_SILENT_SECONDS = 1,    /* the kernel keeps a TCP connection that has brought nothing so long to itself */
    PROC_RELOAD_SECONDS = 30,   /* a child with new settings has so long to be ready, or the old one stays */
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
    char where[PROC_WHERE_MAX]; /* "127.0.0.1:8080", with the port that was really taken; "unix:/path" */
    char name[PROC_NAME_MAX];   /* what the service manager calls it, if anything */
    bool is_unix;
    bool defers; /* a TCP connection that has brought nothing is kept back by the kernel */
    bool made;   /* the file of a unix socket is ours, and is this one: */
    dev_t device;
    ino_t inode;
};

/*
 * "localhost:PORT" (127.0.0.1 and, where the machine has it, ::1), "ADDR:PORT", "[V6]:PORT" (port 0 takes a free one),
 * "unix:/path": a socket that its owner and group reach (0660). A socket there that nobody listens on any more is
 * taken away; one that is in use, and whatever is no socket, is left alone. A TCP connection is accepted when its first
 * bytes have come, or after PROC_SILENT_SECONDS, so that accepting, reading and answering need no wait between them
 * (tcp(7), TCP_DEFER_ACCEPT); at once where the kernel sends no SYN cookies, for silent ones could then keep others
 * out. Adds to `out` (room for PROC_LISTENERS_MAX) and `*n`. STATUS_INVALID: not such an address. STATUS_CONFLICT:
 * taken. STATUS_DENIED: not for this user. STATUS_UNAVAILABLE: not an address of this machine. STATUS_LIMIT: too many.
 */
enum status proc_listen(struct str where, struct proc_listener *out, size_t *n, struct fault *fault);
/* The file of a unix socket that we made goes to another owner; for root. Nothing is done for other listeners. */
enum status proc_listener_give(const struct proc_listener *listener, uid_t user, gid_t group, struct fault *fault);
/* Takes away the files of unix sockets that we made, unless another's stands there now, and closes all. */
void proc_listeners_close(struct proc_listener *listeners, size_t n);
/* Whether it has the form above; binds nothing. */
enum status proc_listen_check(struct str where, struct fault *fault);
/* Whether only this machine reaches it: 127.0.0.0/8, ::1, localhost, unix. False also where it is no address. */
bool proc_listen_is_local(struct str where);
/* "unix:…" */
bool proc_listen_is_unix(struct str where);

/* ---- The service manager: sd_listen_fds(3) and sd_notify(3), without its library ---- */

/*
 * Listeners that were bound before this program was started, by LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES; once, first
 * of all. Adds to `out` and `*n`. What is no listening stream socket is STATUS_INVALID. Afterwards the environment
 * holds nothing of it, nor of NOTIFY_SOCKET, which is remembered.
 */
enum status proc_service_listeners(struct proc_listener *out, size_t *n, struct fault *fault);
/* Tells the service manager, where one listens at NOTIFY_SOCKET; never waits. The parent says READY=1 and its like. */
void proc_service_say(const char *words);

/*
 * Connects to an address of the form above, sends `request`, collects the answer until the other side closes.
 * Abstract unix sockets ("unix:@name"), which only a service manager makes, can be asked, too.
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

/*
 * What the parent counts, in memory that a child may read and never write. Made by proc_counts_new, whose descriptor
 * is given to a child like any other; the child maps it with proc_counts_map. Both may live as long as the process.
 */
struct proc_counts {
    _Atomic uint64_t restarts[PROC_CHILDREN_MAX]; /* of children that ended by themselves, in the parent's order */
    _Atomic uint64_t reloads;
    _Atomic uint64_t reloads_refused;
};
struct proc_counts *proc_counts_new(int *fd, struct fault *fault);
const struct proc_counts *proc_counts_map(int fd, struct fault *fault);

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
    /*
     * Who has connected to one of these and not sent a byte may be known to the kernel alone. So before the children
     * are asked to end, no connection is kept back any more, and those that are have been handed on: PROC_LAST_CALL_MS
     * at most, which is longer than PROC_SILENT_SECONDS.
     */
    const struct proc_listener *listeners;
    size_t listeners_n;
    /* The child said that it is ready. `first`: for the first time since the parent started. May be NULL. */
    void (*ready)(void *self, const char *role, bool first);
    /*
     * SIGHUP: gives the children anew, the same roles in the same order, which live until `reloaded`; NULL: nothing
     * changes. Each is started beside the one that runs. When all are ready the old ones get SIGTERM and
     * `reloaded(self, true)` is called; where one is not, the new ones get it, and `reloaded(self, false)`.
     * A NULL here: SIGHUP drains.
     */
    const struct proc_child *(*reload)(void *self);
    void (*reloaded)(void *self, bool taken);
    struct proc_counts *counts; /* may be NULL */
    void *self;
};

/*
 * Starts the children and looks after them until SIGTERM or SIGINT, or the end of its terminal, has drained them: 0, or
 * PROC_EXIT_CUT where one had to be killed. A second SIGINT kills all: PROC_EXIT_INTERRUPTED. A child that said
 * `proc_self_final` ends all: its own code; not one that is to replace another. The caller closes its listeners
 * afterwards, last.
 */
int proc_parent_run(const struct proc_parent *parent);

/* The wait before the start after `failures` ends in a row: 0, 1, 2, 4, 8, 16, then 30 s. */
int64_t proc_backoff_ms(unsigned failures);

/* ---- A child ---- */

struct proc_self {
    const char *role;
    struct str told;
    int64_t starts; /* times that this role was started before, with whatever it was told */
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
