/*
 * Files of a backup: copied with their hash, never through a link, and a whole
 * folder that gets its name only when everything in it is on the disk.
 *
 * Promises: what is taken away has a name of ours and lies in a folder whose
 * name ends as ours do; anything else there is left, and said.
 */
#include "main/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/banned.h"

enum { PIECE = 128 * 1024 };

static const int64_t progress_first_ns = INT64_C(2000000000), progress_next_ns = INT64_C(5000000000);

void backup_progress(struct backup_progress *p, int64_t done, int64_t all)
{
    int64_t now = clock_steady_ns();
    if (p->next_ns == 0)
        p->next_ns = now + progress_first_ns;
    if (now < p->next_ns)
        return;
    p->next_ns = now + progress_next_ns;
    fprintf(stderr, "%s %lld of %lld MB\n", p->verb, (long long)(done / 1000000), (long long)(all / 1000000));
}

enum status backup_fault(struct fault *fault, const char *folder, const char *name, int code)
{
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return fault_set(fault, STATUS_FULL, "The disk that holds %s is full: make room and try again.", folder);
    if (code == ENOENT)
        return fault_set(fault, STATUS_NOT_FOUND, "There is no %s in %s.", name, folder);
    if (code == ELOOP || code == ENOTDIR)
        return fault_set(fault, STATUS_DAMAGED, "%s in %s is a link or no file: candour made none such.", name, folder);
    return fault_set(fault, STATUS_IO, "%s in %s cannot be read or written (%s): mend that first.", name, folder,
                     strerrordesc_np(code));
}

int backup_open(int folder, const char *path)
{
    char part[NAME_MAX + 1];
    int at = dup(folder);
    for (const char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        int next = openat(at, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        int why = errno;
        close(at);
        errno = why;
        at = next;
    }
    if (at < 0)
        return -1;
    int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    int why = errno;
    close(at);
    errno = why;
    return fd;
}

/* Reads to the end; where `to` is a file, what was read is written there. */
static int pass(int from, int to, unsigned char hash[BACKUP_HASH], int64_t *size)
{
    static unsigned char piece[PIECE];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    *size = 0;
    for (;;) {
        ssize_t got = read(from, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        crypto_hash_sha256_update(&state, piece, (size_t)got);
        *size += got;
        for (ssize_t n = 0; to >= 0 && n < got;) {
            ssize_t put = write(to, piece + n, (size_t)(got - n));
            if (put < 0 && errno == EINTR)
                continue;
            if (put <= 0)
                return put < 0 ? errno : ENOSPC;
            n += put;
        }
    }
    crypto_hash_sha256_final(&state, hash);
    return 0;
}

enum status backup_hash(int folder, const char *where, const char *path, unsigned char hash[BACKUP_HASH], int64_t *size,
                        struct fault *fault)
{
    struct stat st;
    int fd = backup_open(folder, path);
    if (fd < 0)
        return backup_fault(fault, where, path, errno);
    int code = fstat(fd, &st) == 0 ? 0 : errno;
    if (code == 0 && !S_ISREG(st.st_mode))
        code = ENOTDIR;
    if (code == 0) {
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what the disk has, not what memory remembers */
        code = pass(fd, -1, hash, size);
    }
    close(fd);
    return code ? backup_fault(fault, where, path, code) : STATUS_OK;
}

enum status backup_copy(int from, int folder, const char *where, const char *path, unsigned char hash[BACKUP_HASH],
                        int64_t *size, struct fault *fault)
{
    int to = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        return backup_fault(fault, where, path, errno);
    int code = pass(from, to, hash, size);
    if (close(to) != 0 && !code)
        code = errno;
    return code ? backup_fault(fault, where, path, code) : STATUS_OK;
}

enum status backup_shelf(int folder, const char *where, const char *hex, struct fault *fault)
{
    char path[sizeof BACKUP_BLOBS + 3];
    snprintf(path, sizeof path, BACKUP_BLOBS "/%.2s", hex);
    if ((mkdirat(folder, BACKUP_BLOBS, 0700) != 0 && errno != EEXIST) ||
        (mkdirat(folder, path, 0700) != 0 && errno != EEXIST))
        return backup_fault(fault, where, path, errno);
    return STATUS_OK;
}

/* ---- Taking away ---- */

static bool is_hex(const char *name, size_t n)
{
    return strlen(name) >= n && strspn(name, "0123456789abcdef") >= n;
}

/* What a backup or a data folder that was being made may hold; also what is left of writing one of them. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {
        BACKUP_MANIFEST,       BACKUP_LIST,    PLACE_DATABASE, PLACE_DATABASE "-wal",
        PLACE_DATABASE "-shm", PLACE_SETTINGS, PLACE_KEY,      ERASURES_FILE,
        PLACE_DEMONSTRATION,   "write.lock",   "generation",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        if (strcmp(name, names[i]) == 0)
            return true;
        if (strncmp(name, names[i], n) == 0 && name[n] == '.' && str_ends(str_of(name), STR(".new")))
            return true;
    }
    return false;
}

static DIR *folder_list(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d && fd >= 0)
        close(fd);
    return d;
}

static void clear_shelf(int blobs, const char *shelf)
{
    DIR *d = folder_list(blobs, shelf);
    if (!d)
        return;
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (is_hex(e->d_name, BACKUP_HEX))
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    unlinkat(blobs, shelf, AT_REMOVEDIR);
}

void backup_blobs_clear(int folder)
{
    DIR *blobs = folder_list(folder, BACKUP_BLOBS);
    for (struct dirent *e = blobs ? readdir(blobs) : NULL; e; e = readdir(blobs))
        if (strlen(e->d_name) == 2 && is_hex(e->d_name, 2))
            clear_shelf(dirfd(blobs), e->d_name);
    if (blobs)
        closedir(blobs);
    unlinkat(folder, BACKUP_BLOBS, AT_REMOVEDIR);
}

static void clear(int folder)
{
    backup_blobs_clear(folder);
    DIR *d = folder_list(folder, ".");
    /* The manifest first: what is half taken away must not pass for whole. */
    unlinkat(folder, BACKUP_MANIFEST, 0);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (is_ours(e->d_name))
            unlinkat(folder, e->d_name, 0);
    if (d)
        closedir(d);
}

/* ---- A folder that is being made ---- */

static bool is_empty(int folder, char found[NAME_MAX + 1])
{
    DIR *d = folder_list(folder, ".");
    found[0] = '\0';
    if (!d)
        return false;
    for (struct dirent *e = readdir(d); e && !found[0]; e = readdir(d))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            snprintf(found, NAME_MAX + 1, "%s", e->d_name);
    closedir(d);
    return !found[0];
}

enum status backup_target_look(const char *target, struct fault *fault)
{
    char found[NAME_MAX + 1];
    struct stat st;
    int fd = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return STATUS_OK;
    if (fd < 0)
        return fault_set(fault, STATUS_CONFLICT, "%s is there and is no folder that can be used: give another path.",
                         target);
    bool known = fstat(fd, &st) == 0, empty = is_empty(fd, found);
    close(fd);
    if (!empty)
        return fault_set(fault, STATUS_CONFLICT,
                         "%s is not empty (it has %s in it): nothing was changed. Give a folder that is new or empty.",
                         target, found[0] ? found : "something");
    if (!known || st.st_uid != geteuid())
        return fault_set(fault, STATUS_DENIED,
                         "%s belongs to another user: nothing was changed. Run candour as that user.", target);
    return STATUS_OK;
}

enum status backup_folder_make(struct backup_folder *out, struct arena *arena, const char *target, struct fault *fault)
{
    char found[NAME_MAX + 1];
    size_t n = strlen(target);
    while (n > 1 && target[n - 1] == '/')
        n--;
    *out = (struct backup_folder){ .fd = -1 };
    out->target = str_format(arena, "%.*s", (int)n, target).p;
    out->unfinished = str_format(arena, "%.*s" BACKUP_UNFINISHED, (int)n, target).p;
    if (!out->target || !out->unfinished)
        return fault_no_memory(fault);
    enum status status = backup_target_look(out->target, fault);
    if (status == STATUS_OK)
        status = file_make_folder(out->unfinished, fault);
    if (status != STATUS_OK)
        return status;
    out->fd = open(out->unfinished, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st, named;
    if (out->fd < 0 || fstat(out->fd, &st) != 0)
        status = backup_fault(fault, out->unfinished, "it", errno);
    else if (st.st_uid != geteuid() || (st.st_mode & 077))
        status = fault_set(fault, STATUS_DENIED, "%s is not ours alone: move it away and try again.", out->unfinished);
    /* The one who made it may have given it its name, or taken it away, before we had the lock. */
    else if (flock(out->fd, LOCK_EX | LOCK_NB) != 0 || lstat(out->unfinished, &named) != 0 ||
             named.st_ino != st.st_ino || named.st_dev != st.st_dev)
        status = fault_set(fault, STATUS_BUSY, "Another candour makes %s: wait for it.", out->target);
    if (status == STATUS_OK) {
        clear(out->fd);
        if (!is_empty(out->fd, found))
            status =
                fault_set(fault, STATUS_CONFLICT, "%s has %s in it, which is not ours: move it away and try again.",
                          out->unfinished, found);
    }
    if (status != STATUS_OK && out->fd >= 0) {
        close(out->fd);
        out->fd = -1;
    }
    return status;
}

enum status backup_folder_sync(const struct backup_folder *f, struct fault *fault)
{
    return syncfs(f->fd) == 0 ? STATUS_OK : backup_fault(fault, f->unfinished, "a file", errno);
}

enum status backup_folder_finish(struct backup_folder *f, struct fault *fault)
{
    enum status status = backup_folder_sync(f, fault);
    if (status == STATUS_OK && rename(f->unfinished, f->target) != 0)
        status = errno == ENOTEMPTY || errno == EEXIST
                     ? fault_set(fault, STATUS_CONFLICT, "%s is not empty any more: give another path.", f->target)
                     : backup_fault(fault, f->target, "it", errno);
    if (status != STATUS_OK)
        return status;
    status = backup_folder_sync(f, fault); /* the name, too */
    close(f->fd);
    f->fd = -1;
    return status;
}

void backup_folder_end(struct backup_folder *f)
{
    if (f->fd < 0)
        return;
    clear(f->fd);
    rmdir(f->unfinished);
    close(f->fd);
    f->fd = -1;
}
