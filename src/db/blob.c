/*
 * Blobs as files: DATA/blobs/ab/HASH, where HASH is the SHA-256 in hexadecimal
 * and "ab" its first two digits.
 *
 * Promises: see blob.h. A name is made of the hash alone, so that no name from
 * outside ever becomes a path. What an attacker who may write to the folder
 * could try: other bytes under a name (the hash is compared on reading), a link
 * in place of a file (never followed).
 */
#include "db/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/entropy.h"
#include "db/backend.h"
#include "base/banned.h"

#define FOLDER "blobs"

enum { HEX = 2 * BLOB_HASH };

_Static_assert(BLOB_HASH == crypto_hash_sha256_BYTES, "a blob is named by SHA-256");

struct name {
    char hex[HEX + 1];
    char shelf[3];       /* "ab" */
    char path[PATH_MAX]; /* for words */
};

static enum status fault_errno(struct fault *fault, const char *path, int code)
{
    if (code == ENOENT)
        return fault_set(fault, STATUS_NOT_FOUND, "%s is not there.", path);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return fault_set(fault, STATUS_FULL, "The disk that holds %s is full. Make room and try again.", path);
    if (code == ELOOP || code == ENOTDIR)
        return fault_set(fault, STATUS_DAMAGED, "%s is a link, or no file of ours.", path);
    return fault_set(fault, STATUS_IO, "%s could not be read or written (%s). Look at the disk and the file's owner.",
                     path, strerrordesc_np(code));
}

static enum status name_of(const struct db *db, const unsigned char hash[BLOB_HASH], struct name *out,
                           struct fault *fault)
{
    sodium_bin2hex(out->hex, sizeof out->hex, hash, BLOB_HASH);
    snprintf(out->shelf, sizeof out->shelf, "%.2s", out->hex);
    int path = snprintf(out->path, sizeof out->path, "%s/" FOLDER "/%s/%s", db->folder, out->shelf, out->hex);
    if (path < 0 || (size_t)path >= sizeof out->path)
        return fault_errno(fault, db->folder, ENAMETOOLONG);
    return STATUS_OK;
}

/* A folder below an open one, which is closed; where `make` says so it is made, and its name is safe. -1 with errno. */
static int folder_below(int at, const char *name, bool make)
{
    if (at < 0)
        return -1;
    bool made = make && mkdirat(at, name, 0700) == 0;
    int code = make && !made && errno != EEXIST ? errno : 0;
    if (made && fsync(at) != 0)
        code = errno;
    int fd = code ? -1 : openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && !code)
        code = errno;
    close(at);
    errno = code;
    return fd;
}

/* Where the blob stands, no part of it a link. -1 with errno. */
static int shelf_open(const struct db *db, const struct name *name, bool make)
{
    int folder = open(db->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder_below(folder_below(folder, FOLDER, make), name->shelf, make);
}

/* Reads to the end. */
static int hash_file(int fd, unsigned char hash[BLOB_HASH])
{
    unsigned char piece[16 * 1024];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (;;) {
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        crypto_hash_sha256_update(&state, piece, (size_t)got);
    }
    crypto_hash_sha256_final(&state, hash);
    return 0;
}

/* Whether what has the name already is the blob, byte for byte; then it is made young, since a row is about to name it.
 */
static bool is_there(int shelf, const struct name *name, const unsigned char hash[BLOB_HASH], size_t n)
{
    unsigned char now[BLOB_HASH];
    struct stat st;
    int fd = openat(shelf, name->hex, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == (off_t)n && hash_file(fd, now) == 0 &&
              memcmp(now, hash, BLOB_HASH) == 0 && futimens(fd, NULL) == 0;
    close(fd);
    return is;
}

static int write_new(int shelf, const struct name *name, struct str bytes)
{
    char half[HEX + 1 + 16 + sizeof ".new"];
    unsigned char noise[8];
    int code = 0;
    entropy_fill(noise, sizeof noise);
    snprintf(half, sizeof half, "%s.", name->hex);
    sodium_bin2hex(half + HEX + 1, 17, noise, sizeof noise);
    snprintf(half + HEX + 1 + 16, sizeof ".new", ".new");
    int fd = openat(shelf, half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    while (bytes.n && !code) {
        ssize_t put = write(fd, bytes.p, bytes.n);
        if (put < 0 && errno != EINTR)
            code = errno;
        else if (put > 0)
            bytes = str_slice(bytes, (size_t)put, bytes.n);
    }
    if (!code && (fchmod(fd, 0600) != 0 || fsync(fd) != 0))
        code = errno;
    if (close(fd) != 0 && !code)
        code = errno;
    if (!code && renameat(shelf, half, shelf, name->hex) != 0)
        code = errno;
    if (code)
        unlinkat(shelf, half, 0);
    return code;
}

enum status blob_put(struct db *db, struct str bytes, unsigned char hash[BLOB_HASH], struct fault *fault)
{
    struct name name;
    crypto_hash_sha256(hash, (const unsigned char *)(bytes.n ? bytes.p : ""), bytes.n);
    if (bytes.n > BLOB_MAX)
        return fault_set(fault, STATUS_LIMIT, "A file of %zu bytes is too large to be kept; at most %d fit.", bytes.n,
                         BLOB_MAX);
    enum status status = name_of(db, hash, &name, fault);
    if (status != STATUS_OK)
        return status;
    int shelf = shelf_open(db, &name, true);
    if (shelf < 0)
        return fault_errno(fault, name.path, errno);
    int code = is_there(shelf, &name, hash, bytes.n) ? 0 : write_new(shelf, &name, bytes);
    /* Also for one that was there: who put it may have died before this. */
    if (!code && fsync(shelf) != 0)
        code = errno;
    close(shelf);
    return code ? fault_errno(fault, name.path, code) : STATUS_OK;
}

enum status blob_open(struct db *db, const unsigned char hash[BLOB_HASH], int *fd, int64_t *size, struct fault *fault)
{
    struct name name;
    struct stat st;
    *fd = -1;
    enum status status = name_of(db, hash, &name, fault);
    if (status != STATUS_OK)
        return status;
    int shelf = shelf_open(db, &name, false);
    if (shelf < 0)
        return fault_errno(fault, name.path, errno);
    int opened = openat(shelf, name.hex, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int code = errno;
    close(shelf);
    if (opened < 0)
        return fault_errno(fault, name.path, code);
    if (fstat(opened, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > BLOB_MAX) {
        close(opened);
        return fault_set(fault, STATUS_DAMAGED, "%s is not as it was put: bring it back from a backup.", name.path);
    }
    *fd = opened;
    *size = st.st_size;
    return STATUS_OK;
}

enum status blob_read(struct db *db, struct arena *arena, const unsigned char hash[BLOB_HASH], struct str *out,
                      struct fault *fault)
{
    int fd = -1;
    int64_t size = 0;
    unsigned char now[BLOB_HASH];
    *out = STR_NONE;
    enum status status = blob_open(db, hash, &fd, &size, fault);
    if (status != STATUS_OK)
        return status;
    char *p = arena_alloc(arena, (size_t)size + 1, 1);
    size_t n = 0;
    while (p != NULL && n < (size_t)size) {
        ssize_t got = read(fd, p + n, (size_t)size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            status = got < 0 ? fault_set(fault, STATUS_IO, "A blob could not be read (%s).", strerrordesc_np(errno))
                             : fault_set(fault, STATUS_DAMAGED,
                                         "A blob is shorter than it was: bring it back from a "
                                         "backup.");
            break;
        }
        n += (size_t)got;
    }
    close(fd);
    if (p == NULL)
        return fault_no_memory(fault);
    if (status != STATUS_OK)
        return status;
    crypto_hash_sha256(now, (const unsigned char *)p, n);
    if (memcmp(now, hash, BLOB_HASH) != 0)
        return fault_set(fault, STATUS_DAMAGED, "A blob is not what was put: bring it back from a backup.");
    *out = (struct str){ p, n };
    return STATUS_OK;
}

/* The folder is opened first: a name that is gone from it stays gone once it is synced. */
enum status blob_delete(struct db *db, const unsigned char hash[BLOB_HASH], struct fault *fault)
{
    struct name name;
    enum status status = name_of(db, hash, &name, fault);
    if (status != STATUS_OK)
        return status;
    int shelf = shelf_open(db, &name, false);
    if (shelf < 0)
        return errno == ENOENT ? STATUS_OK : fault_errno(fault, name.path, errno);
    if ((unlinkat(shelf, name.hex, 0) != 0 && errno != ENOENT) || fsync(shelf) != 0)
        status = fault_errno(fault, name.path, errno);
    close(shelf);
    return status;
}

/* ---- All of them ---- */

struct found {
    const char *file; /* its name on the shelf */
    bool is_blob;     /* else something half written */
    unsigned char hash[BLOB_HASH];
    int64_t size, changed; /* ms UTC */
};
typedef enum status found_fn(void *self, int shelf, const struct found *found, struct fault *fault);

static bool read_hash(const char *file, unsigned char hash[BLOB_HASH])
{
    size_t n = 0;
    return strlen(file) == HEX && strspn(file, "0123456789abcdef") == HEX &&
           sodium_hex2bin(hash, BLOB_HASH, file, HEX, NULL, &n, NULL) == 0 && n == BLOB_HASH;
}

static enum status each_on_shelf(int fd, found_fn *each, void *self, struct fault *fault)
{
    enum status status = STATUS_OK;
    DIR *shelf = fdopendir(fd);
    if (shelf == NULL) {
        close(fd);
        return fault_errno(fault, "a shelf of " FOLDER, errno);
    }
    for (struct dirent *e = readdir(shelf); e != NULL && status == STATUS_OK; e = readdir(shelf)) {
        struct stat st;
        struct found found = { .file = e->d_name };
        if (e->d_name[0] == '.' || fstatat(dirfd(shelf), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue; /* gone since */
        found.is_blob = S_ISREG(st.st_mode) && read_hash(e->d_name, found.hash);
        found.size = st.st_size;
        found.changed = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
        status = each(self, dirfd(shelf), &found, fault);
    }
    closedir(shelf);
    return status;
}

static enum status each_found(struct db *db, found_fn *each, void *self, struct fault *fault)
{
    char path[PATH_MAX];
    enum status status = STATUS_OK;
    if ((size_t)snprintf(path, sizeof path, "%s/" FOLDER, db->folder) >= sizeof path)
        return fault_errno(fault, db->folder, ENAMETOOLONG);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? STATUS_OK : fault_errno(fault, path, errno);
    for (int i = 0; i < 256 && status == STATUS_OK; i++) {
        char shelf[3];
        snprintf(shelf, sizeof shelf, "%02x", (unsigned)i);
        int on = openat(fd, shelf, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (on >= 0)
            status = each_on_shelf(on, each, self, fault);
        else if (errno != ENOENT)
            status = fault_errno(fault, path, errno);
    }
    close(fd);
    return status;
}

struct each {
    blob_each_fn *each;
    void *self;
};

static enum status tell(void *self, int shelf, const struct found *found, struct fault *fault)
{
    (void)shelf, (void)fault;
    const struct each *e = self;
    return found->is_blob ? e->each(e->self, found->hash, found->size) : STATUS_OK;
}

enum status blob_each(struct db *db, blob_each_fn *each, void *self, struct fault *fault)
{
    struct each e = { each, self };
    return each_found(db, tell, &e, fault);
}

struct sweep {
    blob_wanted_fn *wanted;
    void *self;
    int64_t now, removed;
};

static enum status sweep_one(void *self, int shelf, const struct found *found, struct fault *fault)
{
    struct sweep *s = self;
    if (s->now - found->changed < BLOB_ORPHAN_MS || (found->is_blob && s->wanted(s->self, found->hash)))
        return STATUS_OK;
    if (unlinkat(shelf, found->file, 0) != 0 && errno != ENOENT)
        return fault_errno(fault, found->file, errno);
    s->removed++;
    return fsync(shelf) == 0 ? STATUS_OK : fault_errno(fault, found->file, errno);
}

enum status blob_sweep(struct db *db, blob_wanted_fn *wanted, void *self, int64_t now, int64_t *removed,
                       struct fault *fault)
{
    struct sweep s = { .wanted = wanted, .self = self, .now = now };
    enum status status = each_found(db, sweep_one, &s, fault);
    *removed = s.removed;
    return status;
}
