/*
 * Loaded before the C library (LD_PRELOAD): the k-th call on a file below one
 * folder fails once, is cut short, or is the last thing that the process does;
 * or a kind of sync is left out. The program under it is the real one.
 *
 *   CANDOUR_IO_ROOT   the folder; without it nothing is touched
 *   CANDOUR_IO_AT     which call, from 1; 0 or nothing: none
 *   CANDOUR_IO_HOW    eio, enospc, short (half of a write is written, then enospc), kill (SIGKILL in its place)
 *   CANDOUR_IO_SKIP   file or folder: a sync of files, or of folders, below ROOT/blobs is answered and not made
 *   CANDOUR_IO_COUNT  a file that gets the number of calls when the process ends
 *
 * Counted are all that read, write, make, name, cut or sync. Threads share one count. What is mapped is not seen.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

enum how { HOW_EIO, HOW_ENOSPC, HOW_SHORT, HOW_KILL };
enum kind { KIND_READ, KIND_WRITE, KIND_OTHER };

static char root[PATH_MAX], blobs[PATH_MAX];
static size_t root_n, blobs_n;
static unsigned long at;
static enum how how;
static char skip;
static const char *count_to;
static atomic_ulong calls;

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("CANDOUR_IO_ROOT"), *word = getenv("CANDOUR_IO_HOW"), *k = getenv("CANDOUR_IO_AT");
    const char *left_out = getenv("CANDOUR_IO_SKIP");
    /* The helper for pictures may not ask where a descriptor leads, and touches no file of the folder. */
    if (folder == NULL || strcmp(program_invocation_short_name, "candour-media") == 0)
        return;
    snprintf(root, sizeof root, "%s", folder);
    root_n = strlen(root);
    if (root_n + sizeof "/blobs" > sizeof blobs)
        _exit(99);
    memcpy(blobs, root, root_n);
    memcpy(blobs + root_n, "/blobs", sizeof "/blobs");
    blobs_n = strlen(blobs);
    at = k == NULL ? 0 : strtoul(k, NULL, 10);
    if (word != NULL)
        how = strcmp(word, "enospc") == 0  ? HOW_ENOSPC
              : strcmp(word, "short") == 0 ? HOW_SHORT
              : strcmp(word, "kill") == 0  ? HOW_KILL
                                           : HOW_EIO;
    skip = left_out == NULL ? '\0' : left_out[0] == 'f' && left_out[1] == 'i' ? 'f' : 'd';
    count_to = getenv("CANDOUR_IO_COUNT");
}

__attribute__((destructor)) static void end(void)
{
    FILE *f = count_to == NULL || root_n == 0 ? NULL : fopen(count_to, "w");
    if (f != NULL) {
        fprintf(f, "%lu\n", atomic_load(&calls));
        fclose(f);
    }
}

static bool below(const char *path, const char *folder, size_t n)
{
    return n > 0 && strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool path_of(int fd, char out[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    out[n < 0 ? 0 : n] = '\0';
    return n > 0;
}

/* Whether this call is the one; then errno is set, and `part` gets how much of a write is to be made before. */
static bool fails(enum kind kind, size_t *part)
{
    if (at == 0 || atomic_fetch_add(&calls, 1) + 1 != at)
        return false;
    if (how == HOW_KILL) {
        kill(getpid(), SIGKILL);
        for (;;)
            pause();
    }
    if (how == HOW_SHORT && kind == KIND_WRITE && part != NULL)
        *part /= 2;
    errno = how == HOW_EIO || kind == KIND_READ ? EIO : ENOSPC;
    return true;
}

static bool ours(int fd)
{
    char path[PATH_MAX];
    if (root_n == 0)
        return false;
    int before = errno;
    bool is = path_of(fd, path) && below(path, root, root_n);
    errno = before;
    return is;
}

static bool ours_at(int folder, const char *name)
{
    char path[PATH_MAX];
    if (root_n == 0)
        return false;
    if (name[0] == '/')
        return below(name, root, root_n);
    if (folder == AT_FDCWD)
        return getcwd(path, sizeof path) != NULL && below(path, root, root_n);
    return ours(folder);
}

static void real_of(const char *name, void *out)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        _exit(99);
    memcpy(out, &found, sizeof found);
}

#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    if (real == NULL)                                                                                                  \
    real_of(#name, &real)

ssize_t read(int fd, void *p, size_t n)
{
    REAL(read);
    return ours(fd) && fails(KIND_READ, NULL) ? -1 : real(fd, p, n);
}

ssize_t pread64(int fd, void *p, size_t n, off64_t from)
{
    REAL(pread64);
    return ours(fd) && fails(KIND_READ, NULL) ? -1 : real(fd, p, n, from);
}

ssize_t write(int fd, const void *p, size_t n)
{
    REAL(write);
    size_t part = n;
    if (!ours(fd) || !fails(KIND_WRITE, &part))
        return real(fd, p, n);
    int code = errno;
    ssize_t put = part < n ? real(fd, p, part) : -1;
    errno = code;
    return put;
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t to)
{
    REAL(pwrite64);
    size_t part = n;
    if (!ours(fd) || !fails(KIND_WRITE, &part))
        return real(fd, p, n, to);
    int code = errno;
    ssize_t put = part < n ? real(fd, p, part, to) : -1;
    errno = code;
    return put;
}

static bool left_out(int fd)
{
    char path[PATH_MAX];
    struct stat st;
    if (skip == '\0' || !path_of(fd, path) || !below(path, blobs, blobs_n) || fstat(fd, &st) != 0)
        return false;
    return skip == 'f' ? S_ISREG(st.st_mode) : S_ISDIR(st.st_mode);
}

int fsync(int fd)
{
    REAL(fsync);
    if (left_out(fd))
        return 0;
    return ours(fd) && fails(KIND_OTHER, NULL) ? -1 : real(fd);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    return ours(fd) && fails(KIND_OTHER, NULL) ? -1 : real(fd);
}

int ftruncate64(int fd, off64_t n)
{
    REAL(ftruncate64);
    return ours(fd) && fails(KIND_OTHER, NULL) ? -1 : real(fd, n);
}

int fchmod(int fd, mode_t mode)
{
    REAL(fchmod);
    return ours(fd) && fails(KIND_OTHER, NULL) ? -1 : real(fd, mode);
}

static mode_t mode_of(int flags, va_list list)
{
    return flags & O_CREAT ? (mode_t)va_arg(list, int) : 0;
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return ours_at(AT_FDCWD, path) && fails(KIND_OTHER, NULL) ? -1 : real(path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    REAL(openat64);
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    return ours_at(folder, path) && fails(KIND_OTHER, NULL) ? -1 : real(folder, path, flags, mode);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    return ours_at(AT_FDCWD, to) && fails(KIND_OTHER, NULL) ? -1 : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    REAL(renameat);
    return ours_at(to_folder, to) && fails(KIND_OTHER, NULL) ? -1 : real(from_folder, from, to_folder, to);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    REAL(mkdirat);
    return ours_at(folder, path) && fails(KIND_OTHER, NULL) ? -1 : real(folder, path, mode);
}

int unlink(const char *path)
{
    REAL(unlink);
    return ours_at(AT_FDCWD, path) && fails(KIND_OTHER, NULL) ? -1 : real(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    REAL(unlinkat);
    return ours_at(folder, path) && fails(KIND_OTHER, NULL) ? -1 : real(folder, path, flags);
}
