/*
 * A copy of the database while it is used, through SQLite's own interface for
 * it.
 *
 * Promises: the copy is the database as one snapshot saw it, whatever is
 * written meanwhile; no lock of ours is held and no checkpoint is made, so that
 * no writer waits. The snapshot stands open for the whole copy: without it
 * SQLite begins anew with each write of another process, and would never come
 * to an end beside a busy server. The copy has no log; what was deleted is
 * overwritten in it as it is in the database. It is synced here, once, and not
 * page by page: nobody takes it for a database before the caller says so.
 */
#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/banned.h"

enum { COPY_PAGES = 256 }; /* at a time: 1 MB */

static enum status fault_errno(struct fault *fault, const char *path, int code)
{
    if (code == EEXIST)
        return fault_set(fault, STATUS_CONFLICT, "%s is there already: give another path.", path);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return fault_set(fault, STATUS_FULL, "The disk that holds %s is full. Make room and try again.", path);
    return fault_set(fault, STATUS_IO, "%s could not be written (%s). Look at the disk and the folder's owner.", path,
                     strerrordesc_np(code));
}

/* What SQLite said of the copy; what it says of the database itself has its own words. */
static enum status fault_copy(struct sqlite_link *link, sqlite3 *to, int code, const char *path, struct fault *fault)
{
    int kind = code & 0xff, cause = to ? sqlite3_system_errno(to) : 0;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_NOMEM)
        return sqlite_fault(link, code, "copy", fault);
    log_event(LOG_ERROR, "db.copy_failed", LOG_I64(LOG_CODE, code));
    if (kind == SQLITE_FULL || (kind == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT || cause == EFBIG)))
        return fault_errno(fault, path, ENOSPC);
    return fault_set(fault, STATUS_IO, "Copying the database to %s failed (%s). Look at both disks, then try again.",
                     path, sqlite3_errstr(code));
}

static int copy_pages(struct sqlite_link *link, sqlite3 *to, db_copied_fn *told, void *self)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", link->handle, "main");
    if (!b)
        return sqlite3_extended_errcode(to);
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(b, COPY_PAGES);
        int64_t all = sqlite3_backup_pagecount(b), left = sqlite3_backup_remaining(b);
        if (told && (code == SQLITE_OK || code == SQLITE_DONE))
            told(self, (all - left) * 4096, all * 4096);
    }
    int ended = sqlite3_backup_finish(b);
    return code == SQLITE_DONE ? ended : code;
}

static enum status copy_to(struct sqlite_link *link, const char *path, db_copied_fn *told, void *self,
                           struct fault *fault)
{
    sqlite3 *to = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(path, &to, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA mmap_size = 0", NULL, NULL,
                            NULL);
    if (code == SQLITE_OK)
        code = copy_pages(link, to, told, self);
    enum status status = code == SQLITE_OK ? STATUS_OK : fault_copy(link, to, code, path, fault);
    code = sqlite3_close(to);
    if (status == STATUS_OK && code != SQLITE_OK)
        status = fault_set(fault, STATUS_IO, "%s could not be closed (%s). Try again.", path, sqlite3_errstr(code));
    return status;
}

static enum status file_sync(const char *path, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fault_errno(fault, path, errno);
    int code = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return code ? fault_errno(fault, path, code) : STATUS_OK;
}

enum status sqlite_copy(struct db_link *base, const char *path, db_copied_fn *told, void *self, struct fault *fault)
{
    /* Made by us, closed again before SQLite opens it: a link in its place is never followed. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_errno(fault, path, errno);
    close(fd);
    uint64_t number = 0;
    enum status status = db_sqlite.read_begin(base, &number, fault);
    if (status == STATUS_OK) {
        status = copy_to((struct sqlite_link *)base, path, told, self, fault);
        db_sqlite.read_end(base);
    }
    if (status == STATUS_OK)
        status = file_sync(path, fault);
    if (status != STATUS_OK)
        unlink(path);
    return status;
}
