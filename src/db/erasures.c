/*
 * The list of erasures: lines that are only added, chained by hash.
 *
 * Promises: see erasures.h. What an attacker who may write to the folder could
 * try: take an entry out so that a restored backup brings back what it erased
 * (the chain breaks, or the list ends before the number that a backup has
 * noted); put a link in place of the file (never followed).
 */
#include "db/erasures.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/banned.h"

#define HEAD "candour erasures 1\n"

enum {
    HEX = 2 * ERASURE_BYTES,
    LINE_MAX_BYTES = 2 * 20 + 2 * HEX + 4,
    FILE_BYTES = (int)sizeof HEAD + ERASURES_MAX * LINE_MAX_BYTES,
    LIST_ARENA = 2 * FILE_BYTES + ERASURES_MAX * (int)sizeof(struct erasure),
};

_Static_assert(ERASURE_BYTES == crypto_hash_sha256_BYTES, "the chain is of SHA-256");

static enum status fault_errno(struct fault *fault, const char *path, int code)
{
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return fault_set(fault, STATUS_FULL, "The disk that holds %s is full. Make room and try again.", path);
    return fault_set(fault, STATUS_IO, "%s could not be read or written (%s). Look at the disk and the file's owner.",
                     path, strerrordesc_np(code));
}

/* ---- The form ---- */

static void hash_number(crypto_hash_sha256_state *state, int64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
    crypto_hash_sha256_update(state, bytes, sizeof bytes);
}

static void chain(const unsigned char before[ERASURE_BYTES], struct erasure *e)
{
    static const char what[] = "candour erasure 1\n";
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)what, sizeof what - 1);
    crypto_hash_sha256_update(&state, before, ERASURE_BYTES);
    hash_number(&state, e->n);
    hash_number(&state, e->at);
    crypto_hash_sha256_update(&state, e->id, ERASURE_BYTES);
    crypto_hash_sha256_final(&state, e->hash);
}

/* The line of an entry with its end; `out` is a string. */
static struct str line_write(const struct erasure *e, char out[LINE_MAX_BYTES + 1])
{
    char id[HEX + 1], hash[HEX + 1];
    sodium_bin2hex(id, sizeof id, e->id, ERASURE_BYTES);
    sodium_bin2hex(hash, sizeof hash, e->hash, ERASURE_BYTES);
    int n = snprintf(out, LINE_MAX_BYTES + 1, "%lld %lld %s %s\n", (long long)e->n, (long long)e->at, id, hash);
    return (struct str){ out, n > 0 && n <= LINE_MAX_BYTES ? (size_t)n : 0 };
}

static bool hex_read(struct str s, unsigned char out[ERASURE_BYTES])
{
    size_t n = 0;
    return s.n == HEX && sodium_hex2bin(out, ERASURE_BYTES, s.p, s.n, NULL, &n, NULL) == 0 && n == ERASURE_BYTES;
}

/* One line without its end; only the form in which we write it. */
static bool line_read(struct str line, struct erasure *out)
{
    struct str n, at, id, rest = line;
    char again[LINE_MAX_BYTES + 1];
    if (!str_cut(&rest, ' ', &n) || !str_cut(&rest, ' ', &at) || !str_cut(&rest, ' ', &id) || !rest.p)
        return false;
    if (!str_to_i64(n, &out->n) || !str_to_i64(at, &out->at) || !hex_read(id, out->id) || !hex_read(rest, out->hash))
        return false;
    struct str same = line_write(out, again);
    return same.n == line.n + 1 && memcmp(same.p, line.p, line.n) == 0;
}

static enum status broken(struct fault *fault, const char *path, size_t at)
{
    return fault_set(fault, STATUS_DAMAGED,
                     "%s is not whole: line %zu does not follow from the one before. Take the newest copy of it that "
                     "is.",
                     path, at);
}

/* `*whole`: the length up to the end of the last line that has one. */
static enum status parse(struct arena *arena, struct str text, const char *path, struct erasures *out, size_t *whole,
                         struct fault *fault)
{
    static const unsigned char zero[ERASURE_BYTES] = { 0 };
    const unsigned char *before = zero;
    *out = (struct erasures){ 0 };
    *whole = 0;
    if (text.n < sizeof HEAD - 1) { /* nothing, or the beginning of the first line */
        out->torn = text.n > 0;
        return memcmp(text.p ? text.p : "", HEAD, text.n) == 0 ? STATUS_OK : broken(fault, path, 1);
    }
    if (!str_starts(text, STR(HEAD)))
        return str_starts(text, STR("candour erasures "))
                   ? fault_set(fault, STATUS_NEWER, "%s was written by a newer candour. Install that version.", path)
                   : fault_set(fault, STATUS_DAMAGED, "%s is no list of erasures. Give the right file.", path);
    *whole = sizeof HEAD - 1;
    size_t most = 0;
    for (size_t i = *whole; i < text.n; i++)
        most += text.p[i] == '\n';
    if (most > ERASURES_MAX)
        return fault_set(fault, STATUS_LIMIT, "%s has more than %d entries, the most that are read.", path,
                         ERASURES_MAX);
    out->items = ARENA_ARRAY(arena, most, struct erasure);
    if (!out->items)
        return fault_no_memory(fault);
    while (*whole < text.n) {
        struct str rest = str_slice(text, *whole, text.n);
        ptrdiff_t end = str_find_byte(rest, '\n');
        if (end < 0) {
            out->torn = true;
            break;
        }
        struct erasure *e = &out->items[out->n];
        struct erasure right;
        if (!line_read(str_slice(rest, 0, (size_t)end), e) || e->n != (int64_t)out->n + 1)
            return broken(fault, path, out->n + 2);
        right = *e;
        chain(before, &right);
        if (memcmp(right.hash, e->hash, ERASURE_BYTES) != 0)
            return broken(fault, path, out->n + 2);
        before = e->hash;
        out->n++;
        *whole += (size_t)end + 1;
    }
    return STATUS_OK;
}

/* ---- Reading ---- */

/* Of an open, locked file, from its beginning. */
static enum status read_fd(struct arena *arena, int fd, const char *path, struct str *out, struct fault *fault)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fault_errno(fault, path, errno);
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES)
        return fault_set(fault, STATUS_DAMAGED, "%s is no list of erasures. Give the right file.", path);
    char *p = arena_alloc(arena, (size_t)st.st_size + 1, 1);
    if (!p)
        return fault_no_memory(fault);
    size_t n = 0;
    while (n < (size_t)st.st_size) {
        ssize_t got = pread(fd, p + n, (size_t)st.st_size - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_errno(fault, path, errno);
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *out = (struct str){ p, n };
    return STATUS_OK;
}

static enum status list_lock(int fd, int how, const char *path, struct fault *fault)
{
    while (flock(fd, how) != 0)
        if (errno != EINTR)
            return fault_errno(fault, path, errno);
    return STATUS_OK;
}

enum status erasures_read(struct arena *arena, const char *path, struct erasures *out, struct fault *fault)
{
    struct str text = STR_NONE;
    size_t whole = 0;
    *out = (struct erasures){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? fault_set(fault, STATUS_NOT_FOUND, "There is no %s; check the path.", path)
                               : fault_errno(fault, path, errno);
    enum status status = list_lock(fd, LOCK_SH, path, fault);
    if (status == STATUS_OK)
        status = read_fd(arena, fd, path, &text, fault);
    close(fd);
    return status == STATUS_OK ? parse(arena, text, path, out, &whole, fault) : status;
}

static bool path_of(const char *folder, char out[PATH_MAX], struct fault *fault)
{
    int n = snprintf(out, PATH_MAX, "%s/" ERASURES_FILE, folder);
    if (n > 0 && n < PATH_MAX)
        return true;
    fault_errno(fault, folder, ENAMETOOLONG);
    return false;
}

enum status erasures_of_folder(struct arena *arena, const char *folder, struct erasures *out, struct fault *fault)
{
    char path[PATH_MAX];
    *out = (struct erasures){ 0 };
    if (!path_of(folder, path, fault))
        return STATUS_IO;
    enum status status = erasures_read(arena, path, out, fault);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

bool erasures_hold(const struct erasures *list, int64_t n, const unsigned char hash[ERASURE_BYTES])
{
    if (n <= 0 || (uint64_t)n > list->n)
        return n == 0;
    return memcmp(list->items[n - 1].hash, hash, ERASURE_BYTES) == 0;
}

/* ---- Writing ---- */

enum status erasures_write(const char *path, const struct erasures *list, struct fault *fault)
{
    struct buf out;
    char line[LINE_MAX_BYTES + 1];
    buf_init(&out, NULL, FILE_BYTES);
    buf_add(&out, STR(HEAD));
    for (size_t i = 0; i < list->n; i++)
        buf_add(&out, line_write(&list->items[i], line));
    enum status status = buf_ok(&out) ? file_write(path, buf_str(&out), 0600, fault) : fault_no_memory(fault);
    buf_free(&out);
    return status;
}

static enum status write_at(int fd, struct str text, size_t at, const char *path, struct fault *fault)
{
    size_t n = 0;
    while (n < text.n) {
        ssize_t put = pwrite(fd, text.p + n, text.n - n, (off_t)(at + n));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return fault_errno(fault, path, put < 0 ? errno : ENOSPC);
        n += (size_t)put;
    }
    return fsync(fd) == 0 ? STATUS_OK : fault_errno(fault, path, errno);
}

static enum status folder_sync(const char *folder, struct fault *fault)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_errno(fault, folder, errno);
    int code = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return code ? fault_errno(fault, folder, code) : STATUS_OK;
}

static enum status append_locked(struct arena *arena, int fd, const char *path, int64_t known, struct erasure *e,
                                 struct fault *fault)
{
    static const unsigned char zero[ERASURE_BYTES] = { 0 };
    struct str text = STR_NONE;
    struct erasures list;
    struct buf line;
    char text_of[LINE_MAX_BYTES + 1];
    size_t whole = 0;
    enum status status = read_fd(arena, fd, path, &text, fault);
    if (status == STATUS_OK)
        status = parse(arena, text, path, &list, &whole, fault);
    if (status != STATUS_OK)
        return status;
    if ((int64_t)list.n < known)
        return fault_set(fault, STATUS_DAMAGED,
                         "%s ends at entry %zu, and there were %lld: put the newest copy of it in its place.", path,
                         list.n, (long long)known);
    if (list.n >= ERASURES_MAX)
        return fault_set(fault, STATUS_LIMIT, "%s is full (%d entries).", path, ERASURES_MAX);
    if (list.torn && ftruncate(fd, (off_t)whole) != 0)
        return fault_errno(fault, path, errno);
    e->n = (int64_t)list.n + 1;
    chain(list.n ? list.items[list.n - 1].hash : zero, e);
    buf_init(&line, arena, sizeof HEAD + LINE_MAX_BYTES);
    if (!whole)
        buf_add(&line, STR(HEAD));
    buf_add(&line, line_write(e, text_of));
    if (!buf_ok(&line))
        return fault_no_memory(fault);
    status = write_at(fd, buf_str(&line), whole, path, fault);
    if (status != STATUS_OK)
        (void)!ftruncate(fd, (off_t)whole); /* what stays of it is torn, or an erasure that is done once more */
    return status;
}

enum status erasures_append(const char *folder, int64_t known, const unsigned char id[ERASURE_BYTES], int64_t now,
                            struct erasure *out, struct fault *fault)
{
    char path[PATH_MAX];
    if (!path_of(folder, path, fault))
        return STATUS_IO;
    *out = (struct erasure){ .at = now };
    memcpy(out->id, id, ERASURE_BYTES);
    struct arena *arena = arena_new(LIST_ARENA);
    if (!arena)
        return fault_no_memory(fault);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    enum status status = fd < 0 ? fault_errno(fault, path, errno) : list_lock(fd, LOCK_EX, path, fault);
    if (status == STATUS_OK)
        status = append_locked(arena, fd, path, known, out, fault);
    if (status == STATUS_OK)
        status = folder_sync(folder, fault);
    if (fd >= 0)
        close(fd);
    arena_free(arena);
    return status;
}
