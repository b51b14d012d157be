/*
 * Unix sockets to listen on.
 *
 * Promises: the socket never exists with more rights than 0660; what is taken
 * away is a socket that nobody listens on, and nothing else; two servers that
 * are started at once do not take each other's away; at the end only our own
 * file goes.
 *
 * An attacker who may write in the folder can do there what they like anyway,
 * so it must be a folder that only the server's user writes. A link that stands
 * at the path is no socket, and is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proc/inside.h"
#include "base/banned.h"

#define LOCAL_PREFIX "unix:"

enum {
    LOCAL_MODE = 0660,
    PATH_AT = offsetof(struct sockaddr_un, sun_path),
    PATH_BYTES = sizeof((struct sockaddr_un *)0)->sun_path,
    FOLDER_TRIES = 200, /* of 10 ms: another server looks at this moment */
};

bool proc_listen_is_unix(struct str where)
{
    return str_starts(where, STR(LOCAL_PREFIX));
}

enum status proc_local_read(struct str where, struct address *out, struct fault *fault)
{
    struct str path = str_slice(where, sizeof LOCAL_PREFIX - 1, where.n);
    if (path.n < 2 || path.p[0] != '/' || path.p[path.n - 1] == '/' || str_find_byte(path, '\0') >= 0)
        return fault_set(fault, STATUS_INVALID,
                         "\"%.*s\" is not a unix socket to listen on: write unix: and an absolute path, such as "
                         "unix:/run/candour/web.sock.",
                         STR_ARG(str_slice(where, 0, 60)));
    if (path.n >= PATH_BYTES)
        return fault_set(fault, STATUS_INVALID, "The path of a unix socket has at most %d bytes: take a shorter one.",
                         PATH_BYTES - 1);
    *out = (struct address){ .n = (socklen_t)(PATH_AT + path.n + 1) };
    out->at.local.sun_family = AF_UNIX;
    memcpy(out->at.local.sun_path, path.p, path.n);
    return STATUS_OK;
}

bool proc_local_is_abstract(struct str where)
{
    return str_starts(where, STR(LOCAL_PREFIX "@"));
}

enum status proc_local_abstract(struct str where, struct address *out, struct fault *fault)
{
    struct str name = str_slice(where, sizeof LOCAL_PREFIX, where.n);
    if (name.n == 0 || name.n >= PATH_BYTES)
        return fault_set(fault, STATUS_INVALID, "That is not the name of a unix socket.");
    *out = (struct address){ .n = (socklen_t)(PATH_AT + 1 + name.n) };
    out->at.local.sun_family = AF_UNIX;
    memcpy(out->at.local.sun_path + 1, name.p, name.n);
    return STATUS_OK;
}

void proc_local_words(const struct address *a, char out[PROC_WHERE_MAX])
{
    const char *path = a->at.local.sun_path;
    bool abstract = a->n > PATH_AT + 1 && !path[0];
    size_t room = a->n > PATH_AT ? a->n - PATH_AT - abstract : 0;
    snprintf(out, PROC_WHERE_MAX, LOCAL_PREFIX "%s%.*s", abstract ? "@" : "", (int)strnlen(path + abstract, room),
             path + abstract);
}

static enum status refused(const char *path, int error, struct fault *fault)
{
    switch (error) {
    case EACCES:
    case EPERM:
    case EROFS:
        return fault_set(fault, STATUS_DENIED,
                         "This user may not make %s: give it a folder that it may write, or another path.", path);
    case ENOENT:
    case ENOTDIR: return fault_set(fault, STATUS_NOT_FOUND, "There is no folder for %s: make it first.", path);
    case EADDRINUSE:
    case EEXIST: return fault_set(fault, STATUS_CONFLICT, "%s is there already: choose another path.", path);
    default: return fault_set(fault, STATUS_IO, "Listening on %s failed: %s.", path, strerror(error));
    }
}

/* Only a refused connection says that nobody listens; everything else may be a server that is busy. */
static bool is_dead(const struct address *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool dead = connect(fd, &a->at.any, a->n) != 0 && errno == ECONNREFUSED;
    close(fd);
    return dead;
}

static enum status clear_the_place(const struct address *a, struct fault *fault)
{
    const char *path = a->at.local.sun_path;
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? STATUS_OK : refused(path, errno, fault);
    if (!S_ISSOCK(st.st_mode))
        return fault_set(fault, STATUS_CONFLICT, "%s is there and is no socket: choose another path, or take it away.",
                         path);
    if (!is_dead(a))
        return fault_set(fault, STATUS_CONFLICT,
                         "%s is taken by another program: stop that one, or choose another "
                         "path.",
                         path);
    return unlink(path) == 0 || errno == ENOENT ? STATUS_OK : refused(path, errno, fault);
}

static enum status make(const struct address *a, struct proc_listener *out, struct fault *fault)
{
    const char *path = a->at.local.sun_path;
    enum status status = clear_the_place(a, fault);
    if (status != STATUS_OK)
        return status;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return refused(path, errno, fault);
    mode_t before = umask(0777 & ~LOCAL_MODE);
    bool bound = bind(fd, &a->at.any, a->n) == 0;
    int error = errno;
    umask(before);
    struct stat st;
    if (bound && listen(fd, PROC_BACKLOG) == 0 && lstat(path, &st) == 0) {
        *out =
            (struct proc_listener){ .fd = fd, .is_unix = true, .made = true, .device = st.st_dev, .inode = st.st_ino };
        proc_local_words(a, out->where);
        return STATUS_OK;
    }
    if (bound)
        error = errno;
    close(fd);
    if (bound)
        unlink(path);
    return refused(path, error, fault);
}

/* The folder is locked from the look to the new socket: else two could both find a dead one, and one lose its own. */
enum status proc_local_bind(const struct address *a, struct proc_listener *out, struct fault *fault)
{
    char folder[PATH_BYTES];
    const char *path = a->at.local.sun_path, *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash > path ? (int)(slash - path) : 1, path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return refused(path, errno, fault);
    const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
    bool locked = false;
    for (int i = 0; i < FOLDER_TRIES && !locked; i++) {
        locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (!locked)
            nanosleep(&moment, NULL);
    }
    enum status status = locked ? make(a, out, fault)
                                : fault_set(fault, STATUS_CONFLICT,
                                            "Another program holds the folder of %s locked: stop that one, or choose "
                                            "another path.",
                                            path);
    close(fd);
    return status;
}

static bool is_ours(const struct proc_listener *l, const char *path)
{
    struct stat st;
    return l->made && lstat(path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode;
}

enum status proc_listener_give(const struct proc_listener *l, uid_t user, gid_t group, struct fault *fault)
{
    const char *path = l->where + sizeof LOCAL_PREFIX - 1;
    if (!l->made || geteuid() != 0)
        return STATUS_OK;
    if (is_ours(l, path) && lchown(path, user, group) == 0)
        return STATUS_OK;
    return fault_set(fault, STATUS_IO, "%s cannot be given to the owner of the data folder: %s.", path,
                     strerror(errno));
}

void proc_local_remove(const struct proc_listener *l)
{
    const char *path = l->where + sizeof LOCAL_PREFIX - 1;
    if (is_ours(l, path))
        unlink(path);
}
