/*
 * The place of an SQLite database: a folder with the database, its log, the
 * lock between processes and the public generation; opening it, checking it
 * and bringing its schema up to date.
 *
 * Promises: nothing is changed in a database that is damaged, newer, or not
 * ours; a new one is there whole or not at all; a step of the schema is whole
 * or absent; files that were removed or replaced under us are noticed before
 * the next act. What an attacker could try: put another file in place of one
 * of ours. The folder belongs to candour alone (0700), and files are made 0600.
 */
#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "db/lock.h"
#include "db/seam.h"
#include "base/banned.h"

struct db_seam db_seam = { .synchronous = "FULL" };

static const char *const file_names[SQLITE_FILES] = {
    [FILE_DATABASE] = "candour.db",
    [FILE_LOG] = "candour.db-wal",
    [FILE_LOCK] = "write.lock",
    [FILE_GENERATION] = "generation",
};

static enum status fault_errno(struct fault *fault, const char *path, int code)
{
    if (code == ENOSPC || code == EDQUOT)
        return fault_set(fault, STATUS_FULL, "The disk that holds %s is full. Make room and try again.", path);
    if (code == ENOMEM)
        return fault_no_memory(fault);
    return fault_set(fault, STATUS_IO, "%s could not be made or opened (%s). Look at the disk and the file's owner.",
                     path, strerrordesc_np(code));
}

/* ---- Files ---- */

static bool names_make(struct sqlite_place *place, const char *folder)
{
    size_t n = strlen(folder) + 1;
    place->folder = mem_alloc(n);
    if (!place->folder)
        return false;
    memcpy(place->folder, folder, n);
    for (int i = 0; i < SQLITE_FILES; i++) {
        size_t size = n + 1 + strlen(file_names[i]);
        place->path[i] = mem_alloc(size);
        if (!place->path[i])
            return false;
        snprintf(place->path[i], size, "%s/%s", folder, file_names[i]);
    }
    place->base.name = str_of(place->path[FILE_DATABASE]);
    return true;
}

static enum status folder_sync(const struct sqlite_place *place, struct fault *fault)
{
    if (db_seam.no_folder_sync)
        return STATUS_OK;
    int fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1)
        return fault_errno(fault, place->folder, errno);
    int rc = fsync(fd);
    int held = errno;
    close(fd);
    return rc == 0 ? STATUS_OK : fault_errno(fault, place->folder, held);
}

static bool file_is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/*
 * Asks for the number alone. Who asks for times (stat does) makes Linux give the next write to the file a time of its
 * own, finer than the tick's, and on some file systems each commit then syncs the inode too: 1.4 times as long.
 */
static bool file_id(const char *path, struct sqlite_file_id *out)
{
    struct statx st;
    if (statx(AT_FDCWD, path, 0, STATX_INO, &st) != 0)
        return false;
    out->device = ((uint64_t)st.stx_dev_major << 32) | st.stx_dev_minor;
    out->number = st.stx_ino;
    return true;
}

enum status sqlite_place_check(const struct sqlite_place *place, struct fault *fault)
{
    if (place->sealed)
        return STATUS_OK;
    for (int i = 0; i < SQLITE_FILES; i++) {
        struct sqlite_file_id id;
        if (!file_id(place->path[i], &id) || id.device != place->seen[i].device || id.number != place->seen[i].number)
            return fault_set(fault, STATUS_UNAVAILABLE,
                             "%s was removed or replaced while candour was running. Put it back, or restart candour.",
                             place->path[i]);
    }
    return STATUS_OK;
}

static enum status lock_open(struct sqlite_place *place, struct fault *fault)
{
    place->lock = open(place->path[FILE_LOCK], O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (place->lock == -1)
        return fault_errno(fault, place->path[FILE_LOCK], errno);
    return db_lock_take(place->lock, fault);
}

/* Under the lock. The bytes are written, not only reserved: a full disk is an answer here and not a signal later. */
static enum status generation_open(struct sqlite_place *place, struct fault *fault)
{
    const char *path = place->path[FILE_GENERATION];
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd == -1)
        return fault_errno(fault, path, errno);
    struct stat st;
    static const char zero[sizeof(uint64_t)] = { 0 };
    int code = fstat(fd, &st) == 0 ? 0 : errno;
    if (code == 0 && st.st_size < (off_t)sizeof zero) {
        ssize_t n = pwrite(fd, zero, sizeof zero, 0);
        code = n == (ssize_t)sizeof zero ? 0 : n < 0 ? errno : ENOSPC;
    }
    void *p = code ? MAP_FAILED : mmap(NULL, sizeof zero, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (code == 0 && p == MAP_FAILED)
        code = errno;
    close(fd);
    if (code)
        return fault_errno(fault, path, code);
    place->base.generation = p;
    return STATUS_OK;
}

/* ---- Schema ---- */

static enum status not_ours(const struct sqlite_place *place, struct fault *fault)
{
    return fault_set(fault, STATUS_DAMAGED,
                     "%s is not a database of candour. Give another data folder, or restore the file from a backup.",
                     place->path[FILE_DATABASE]);
}

static enum status migrate_one(struct sqlite_link *link, const struct db_migration *step, struct fault *fault)
{
    char number[96];
    snprintf(number, sizeof number, "PRAGMA application_id = %d; PRAGMA user_version = %d", SQLITE_PLACE_APPLICATION,
             step->number);
    enum status status = sqlite_script(link, "BEGIN IMMEDIATE", "schema", fault);
    if (status == STATUS_OK)
        status = sqlite_script(link, step->sql, step->name, fault);
    if (status == STATUS_OK)
        status = sqlite_script(link, number, step->name, fault);
    if (status == STATUS_OK)
        status = sqlite_script(link, "COMMIT", step->name, fault);
    if (status != STATUS_OK && !sqlite3_get_autocommit(link->handle))
        sqlite3_exec(link->handle, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* Looks before it changes anything. `*at`: the step that the schema has reached. */
static enum status schema_look(struct sqlite_place *place, struct sqlite_link *link, const struct db_options *options,
                               int64_t *at, struct fault *fault)
{
    int64_t application = 0, objects = 0, pages = 0, page_size = 0;
    enum status status = sqlite_ask(link, "PRAGMA application_id", &application, fault);
    if (status == STATUS_OK)
        status = sqlite_ask(link, "PRAGMA user_version", at, fault);
    if (status == STATUS_OK)
        status = sqlite_ask(link, "SELECT count(*) FROM sqlite_schema", &objects, fault);
    if (status == STATUS_OK)
        status = sqlite_ask(link, "PRAGMA page_count", &pages, fault);
    if (status == STATUS_OK)
        status = sqlite_ask(link, "PRAGMA page_size", &page_size, fault);
    if (status != STATUS_OK)
        return status;
    if (application == 0 && objects == 0 && *at == 0) {
        if (options->create)
            return STATUS_OK;
        return fault_set(fault, STATUS_DAMAGED,
                         "%s is empty. If the first `candour init` was interrupted run it again; otherwise restore a "
                         "backup.",
                         place->path[FILE_DATABASE]);
    }
    if (application != SQLITE_PLACE_APPLICATION)
        return not_ours(place, fault);
    if (*at > (int64_t)options->migrations_n)
        return fault_set(fault, STATUS_NEWER,
                         "%s was written by a newer candour (schema %lld, this one knows %zu). Install that version.",
                         place->path[FILE_DATABASE], (long long)*at, options->migrations_n);
    if (pages * page_size <= DB_CHECK_BYTES)
        return sqlite_check(&link->base, fault);
    return STATUS_OK;
}

static enum status schema_ready(struct sqlite_place *place, struct sqlite_link *link, const struct db_options *options,
                                struct fault *fault)
{
    int64_t at = 0;
    enum status status = schema_look(place, link, options, &at, fault);
    if (status == STATUS_OK)
        status = sqlite_script(link, "PRAGMA journal_mode = WAL", "journal", fault);
    for (size_t i = (size_t)at; status == STATUS_OK && i < options->migrations_n; i++) {
        if (options->migrations[i].number != (int)i + 1)
            bug("migration %s is out of order", options->migrations[i].name);
        status = migrate_one(link, &options->migrations[i], fault);
    }
    place->base.schema = (int64_t)options->migrations_n;
    return status;
}

/* Row and shown number become the larger of the two: a process may have died between showing and committing. */
static enum status generation_repair(struct sqlite_place *place, struct sqlite_link *link, struct fault *fault)
{
    int64_t row = 0;
    enum status status = sqlite_ask(link, "SELECT n FROM public_generation WHERE id = 1", &row, fault);
    if (status != STATUS_OK)
        return status;
    uint64_t shown = atomic_load(place->base.generation);
    if (shown < (uint64_t)row)
        atomic_store(place->base.generation, (uint64_t)row);
    if (shown <= (uint64_t)row)
        return STATUS_OK;
    if (shown > INT64_MAX)
        return fault_set(fault, STATUS_DAMAGED, "%s does not hold a number of candour. Stop candour and remove it.",
                         place->path[FILE_GENERATION]);
    char sql[96];
    snprintf(sql, sizeof sql, "UPDATE public_generation SET n = %llu WHERE id = 1", (unsigned long long)shown);
    return sqlite_script(link, sql, "generation", fault);
}

/* ---- Opening ---- */

/* Made by us, closed again before SQLite opens it: closing would drop SQLite's own locks. */
static enum status database_make(struct sqlite_place *place, bool *made, struct fault *fault)
{
    int fd = open(place->path[FILE_DATABASE], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd == -1)
        return errno == EEXIST ? STATUS_OK : fault_errno(fault, place->path[FILE_DATABASE], errno);
    close(fd);
    *made = true;
    return folder_sync(place, fault);
}

static enum status missing(struct fault *fault, const char *what)
{
    return fault_set(fault, STATUS_NOT_FOUND, "There is no %s. Run `candour init` first, or give another --data.",
                     what);
}

/* Everything that happens under the lock. */
static enum status open_locked(struct sqlite_place *place, const struct db_options *options, struct db_link **link,
                               struct fault *fault)
{
    bool made = false, changed = !file_is_there(place->path[FILE_LOG]) || !file_is_there(place->path[FILE_GENERATION]);
    enum status status = options->create ? database_make(place, &made, fault) : STATUS_OK;
    if (status == STATUS_OK)
        status = sqlite_connect(&place->base, true, link, fault);
    struct sqlite_link *l = (struct sqlite_link *)*link;
    if (status == STATUS_OK)
        status = schema_ready(place, l, options, fault);
    if (status == STATUS_OK)
        status = generation_open(place, fault);
    if (status == STATUS_OK)
        status = generation_repair(place, l, fault);
    if (status == STATUS_OK && (made || changed))
        status = folder_sync(place, fault);
    for (int i = 0; status == STATUS_OK && i < SQLITE_FILES; i++) {
        if (!file_id(place->path[i], &place->seen[i]))
            status = fault_errno(fault, place->path[i], errno);
    }
    if (status == STATUS_OK)
        return STATUS_OK;
    if (*link)
        sqlite_disconnect(*link);
    *link = NULL;
    if (made) { /* nothing half-made stays; the lock file does, others may wait on it */
        unlink(place->path[FILE_DATABASE]);
        unlink(place->path[FILE_LOG]);
        char shared[4096];
        if (snprintf(shared, sizeof shared, "%s-shm", place->path[FILE_DATABASE]) < (int)sizeof shared)
            unlink(shared);
        unlink(place->path[FILE_GENERATION]);
    }
    return status;
}

/* Looks, and leaves everything as it is. */
static enum status open_sealed(struct sqlite_place *place, const struct db_options *options, struct db_link **link,
                               struct fault *fault)
{
    place->sealed = true;
    place->base.generation = &place->still;
    enum status status = sqlite_connect(&place->base, false, link, fault);
    if (status == STATUS_OK)
        status = schema_look(place, (struct sqlite_link *)*link, options, &place->base.schema, fault);
    if (status == STATUS_OK)
        return STATUS_OK;
    if (*link)
        sqlite_disconnect(*link);
    *link = NULL;
    return status;
}

enum status sqlite_place_open(const struct db_options *options, struct db_place **out, struct db_link **link,
                              struct fault *fault)
{
    *out = NULL;
    *link = NULL;
    char folder[4096]; /* PATH_MAX */
    if (!realpath(options->folder, folder))
        return errno == ENOENT || errno == ENOTDIR ? missing(fault, options->folder)
                                                   : fault_errno(fault, options->folder, errno);
    enum status status = sqlite_memory_use(fault);
    if (status != STATUS_OK)
        return status;
    struct sqlite_place *place = mem_zero(1, sizeof *place);
    if (!place)
        return fault_no_memory(fault);
    place->lock = -1;
    place->base.group_limit = DB_GROUP_MAX;
    if (!names_make(place, folder))
        status = fault_no_memory(fault);
    else if (!options->create && !file_is_there(place->path[FILE_DATABASE]))
        status = missing(fault, place->path[FILE_DATABASE]);
    else if (options->sealed)
        status = open_sealed(place, options, link, fault);
    else
        status = lock_open(place, fault);
    if (status == STATUS_OK && !options->sealed) {
        status = open_locked(place, options, link, fault);
        db_lock_give(place->lock);
    }
    if (status != STATUS_OK) {
        sqlite_place_close(&place->base);
        return status;
    }
    *out = &place->base;
    return STATUS_OK;
}

void sqlite_place_close(struct db_place *base)
{
    struct sqlite_place *place = (struct sqlite_place *)base;
    if (place->base.generation && !place->sealed)
        munmap(place->base.generation, sizeof(uint64_t));
    if (place->lock != -1)
        close(place->lock);
    for (int i = 0; i < SQLITE_FILES; i++)
        mem_free(place->path[i]);
    mem_free(place->folder);
    mem_free(place);
}
