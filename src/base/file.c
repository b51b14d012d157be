/*
 * Whole files, read with a bound and written whole or not at all.
 *
 * Promises: after `file_write` answered STATUS_OK the bytes and the name are
 * on the disk; after any other answer but one the old file stands as it stood
 * (the one: the folder could not be synced after the rename; the fault says
 * so). A reader is never held up by a pipe or a device that somebody put where
 * a file was expected.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/entropy.h"
#include "base/banned.h"

/* The words for an errno of opening, reading or writing. */
static enum status fault_of_errno(struct fault *fault, int error, const char *verb, const char *path)
{
    char words[128];
    const char *why = strerror_r(error, words, sizeof words);
    switch (error) {
    case ENOENT:
    case ENOTDIR: return fault_set(fault, STATUS_NOT_FOUND, "There is no %s; check the path.", path);
    case ENOSPC:
    case EDQUOT:
        return fault_set(fault, STATUS_FULL, "There is no room on the disk to %s %s; make room and try again.", verb,
                         path);
    case EACCES:
    case EPERM:
    case EROFS:
        return fault_set(fault, STATUS_IO, "This user may not %s %s (%s); mend its owner or its mode.", verb, path,
                         why);
    default: return fault_set(fault, STATUS_IO, "Could not %s %s: %s.", verb, path, why);
    }
}

static enum status read_open(struct arena *arena, int fd, const char *path, size_t limit, struct str *out,
                             struct fault *fault)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fault_of_errno(fault, errno, "read", path);
    if (!S_ISREG(st.st_mode))
        return fault_set(fault, STATUS_IO, "%s is not a file; give the path of a file.", path);
    if (st.st_size < 0 || (uint64_t)st.st_size > limit)
        return fault_set(fault, STATUS_LIMIT, "%s is larger than %zu bytes, the most that is read.", path, limit);
    /* One byte more than it had: a file that grows meanwhile is seen. */
    size_t size = (size_t)st.st_size;
    char *p = arena_alloc(arena, size + 1, 1);
    if (!p)
        return fault_no_memory(fault);
    size_t n = 0;
    while (n < size + 1) {
        ssize_t got = read(fd, p + n, size + 1 - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_of_errno(fault, errno, "read", path);
        if (got == 0)
            break;
        n += (size_t)got;
    }
    if (n > size)
        return fault_set(fault, STATUS_IO, "%s grew while it was read; try again when nothing writes to it.", path);
    *out = (struct str){ p, n };
    return STATUS_OK;
}

enum status file_read(struct arena *arena, const char *path, size_t limit, struct str *out, struct fault *fault)
{
    *out = STR_NONE;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fault_of_errno(fault, errno, "read", path);
    enum status status = read_open(arena, fd, path, limit, out, fault);
    close(fd);
    return status;
}

static enum status write_all(int fd, struct str bytes, const char *path, struct fault *fault)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_of_errno(fault, errno, "write", path);
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
    return STATUS_OK;
}

/* The folder that holds the name: "DIR/.", "/." or ".". */
static bool folder_of(const char *path, char out[PATH_MAX])
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n && path[n - 1] != '/')
        n--;
    int made = snprintf(out, PATH_MAX, "%.*s.", (int)n, path);
    return made > 0 && made < PATH_MAX;
}

static enum status folder_sync(const char *path, struct fault *fault)
{
    char folder[PATH_MAX];
    if (strlen(path) >= PATH_MAX || !folder_of(path, folder))
        return fault_of_errno(fault, ENAMETOOLONG, "write", path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_of_errno(fault, errno, "sync the folder of", path);
    enum status status = STATUS_OK;
    if (fsync(fd) != 0)
        status =
            fault_set(fault, STATUS_IO, "%s is written, but its folder could not be synced; look at the disk.", path);
    close(fd);
    return status;
}

static enum status write_temporary(const char *temporary, const char *path, struct str bytes, unsigned mode,
                                   struct fault *fault)
{
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_of_errno(fault, errno, "write", path);
    enum status status = write_all(fd, bytes, path, fault);
    if (status == STATUS_OK && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
        status = fault_of_errno(fault, errno, "write", path);
    if (close(fd) != 0 && status == STATUS_OK)
        status = fault_of_errno(fault, errno, "write", path);
    if (status == STATUS_OK && rename(temporary, path) != 0)
        status = fault_of_errno(fault, errno, "write", path);
    if (status != STATUS_OK)
        unlink(temporary);
    return status;
}

enum status file_write(const char *path, struct str bytes, unsigned mode, struct fault *fault)
{
    char temporary[PATH_MAX];
    unsigned char noise[8];
    entropy_fill(noise, sizeof noise);
    uint64_t mark = 0;
    for (size_t i = 0; i < sizeof noise; i++)
        mark = mark << 8 | noise[i];
    int n = snprintf(temporary, sizeof temporary, "%s.%016llx.new", path, (unsigned long long)mark);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return fault_of_errno(fault, ENAMETOOLONG, "write", path);
    enum status status = write_temporary(temporary, path, bytes, mode, fault);
    return status == STATUS_OK ? folder_sync(path, fault) : status;
}

enum status file_make_folder(const char *path, struct fault *fault)
{
    if (mkdir(path, 0700) == 0)
        return folder_sync(path, fault);
    if (errno != EEXIST)
        return fault_of_errno(fault, errno, "make the folder", path);
    struct stat st;
    if (stat(path, &st) != 0)
        return fault_of_errno(fault, errno, "read", path);
    if (!S_ISDIR(st.st_mode))
        return fault_set(fault, STATUS_CONFLICT, "%s is there but is not a folder; move it away or give another path.",
                         path);
    return STATUS_OK;
}
