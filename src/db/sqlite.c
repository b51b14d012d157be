/*
 * SQLite behind `struct db_backend`: connections with our settings, kept
 * statements, transactions under the lock, moving the log.
 *
 * Promises: FULL synchronisation, so that an answered act survives a power
 * cut; no checkpoint but ours, under the lock (SQLite before 3.51.3 can lose
 * pages when two connections write or checkpoint at once); deleted content is
 * overwritten; a schema that somebody tampered with runs no function.
 */
#include "db/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "db/lock.h"
#include "db/seam.h"
#include "base/banned.h"

enum {
    BUSY_MS = 2000,                    /* for programs that are not candour, and for recovery by another process */
    READ_CACHE_KIB = 1024,             /* pages kept by a reader */
    WRITE_CACHE_KIB = 4096,            /* … by the writer */
    LOG_KEEP_BYTES = 16 * 1024 * 1024, /* a longer log is cut when it begins anew */
    SLOTS_FIRST = 32,
    SEALED_URI_SIZE = 3 * 4096 + 32,
};

struct sqlite_cursor {
    struct db_cursor base;
    struct sqlite_link *link;
    const struct db_statement *statement;
    sqlite3_stmt *compiled;
    struct sqlite_cursor *busy_next, *busy_previous;
    bool busy, kept, bound;
    int bind_code; /* the first failure of a bind; told at the next step */
};

#define OWN(variable, text) static const struct db_statement variable = { .name = "db." #variable, .sqlite = text }
OWN(begin_read, "BEGIN");
OWN(begin_write, "BEGIN IMMEDIATE");
OWN(commit, "COMMIT");
OWN(savepoint, "SAVEPOINT act");
OWN(release, "RELEASE act");
OWN(undo, "ROLLBACK TO act");
OWN(generation, "SELECT n FROM public_generation WHERE id = 1");

static struct sqlite_link *link_of(struct db_link *link)
{
    return (struct sqlite_link *)link;
}

static struct sqlite_place *place_of(struct sqlite_link *link)
{
    return (struct sqlite_place *)link->base.place;
}

/* ---- Errors ---- */

static enum status status_of(struct sqlite_link *link, int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM: return STATUS_NO_MEMORY;
    case SQLITE_FULL: return STATUS_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: return STATUS_DAMAGED; /* a table or column that our own statement needs is not there */
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return STATUS_BUSY;
    case SQLITE_CONSTRAINT: return STATUS_CONFLICT;
    case SQLITE_TOOBIG: return STATUS_LIMIT;
    case SQLITE_CANTOPEN:
    case SQLITE_INTERRUPT: return STATUS_UNAVAILABLE;
    case SQLITE_READONLY: return code == SQLITE_READONLY_DBMOVED ? STATUS_UNAVAILABLE : STATUS_IO;
    case SQLITE_IOERR: {
        if (code == SQLITE_IOERR_NOMEM)
            return STATUS_NO_MEMORY;
        int cause = sqlite3_system_errno(link->handle);
        return cause == ENOSPC || cause == EDQUOT ? STATUS_FULL : STATUS_IO;
    }
    default: return STATUS_IO;
    }
}

enum status sqlite_fault(struct sqlite_link *link, int code, const char *during, struct fault *fault)
{
    enum status status = status_of(link, code);
    if (status == STATUS_DAMAGED || status == STATUS_IO || status == STATUS_UNAVAILABLE || status == STATUS_FULL) {
        link->base.broken = true;
        log_event(LOG_ERROR, "db.failed", LOG_STR(LOG_AT, str_of(during)), LOG_I64(LOG_CODE, code),
                  LOG_STR(LOG_WHAT, str_of(sqlite3_errmsg(link->handle))));
    }
    /* What half-done work the index of words then keeps in the connection would make its next act fail. */
    if (status == STATUS_NO_MEMORY)
        link->base.broken = true;
    const char *path = place_of(link)->path[FILE_DATABASE];
    const char *words = sqlite3_errstr(code);
    switch (status) {
    case STATUS_FULL:
        return fault_set(fault, status, "The disk that holds %s is full. Nothing was changed; make room and try again.",
                         path);
    case STATUS_DAMAGED:
        /* SQLite says the same of a page that is wrong and of one that the disk could not read this time. */
        return fault_set(fault, status,
                         "%s is damaged, or the disk could not read it (%s). Try once more; where it stays so, stop "
                         "candour and restore it from a backup.",
                         path, words);
    case STATUS_BUSY:
        return fault_set(fault, status, "Another program holds %s. Close it and try again; nothing was changed.", path);
    case STATUS_UNAVAILABLE:
        return fault_set(fault, status, "%s cannot be opened (%s). Look whether it is there and who owns it.", path,
                         words);
    case STATUS_IO:
        return fault_set(fault, status, "Reading or writing %s failed (%s). Look at the disk, then try again.", path,
                         words);
    case STATUS_OK:
    case STATUS_NOT_FOUND:
    case STATUS_INVALID:
    case STATUS_DENIED:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_LIMIT:
    case STATUS_NEWER:
    case STATUS_NO_MEMORY: break;
    }
    return db_fault_plain(fault, status);
}

enum status sqlite_script(struct sqlite_link *link, const char *sql, const char *during, struct fault *fault)
{
    int code = sqlite3_exec(link->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? STATUS_OK : sqlite_fault(link, code, during, fault);
}

enum status sqlite_ask(struct sqlite_link *link, const char *sql, int64_t *out, struct fault *fault)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(link->handle, sql, -1, &s, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        *out = sqlite3_column_int64(s, 0);
        code = SQLITE_OK;
    } else if (code == SQLITE_DONE) {
        code = SQLITE_CORRUPT; /* what is asked here always has a row */
    }
    enum status status = code == SQLITE_OK ? STATUS_OK : sqlite_fault(link, code, "ask", fault);
    sqlite3_finalize(s);
    return status;
}

/* ---- Connections ---- */

/* SQLite says how many pages the log has after each commit. */
static int on_log(void *self, sqlite3 *handle, const char *schema, int pages)
{
    (void)handle;
    (void)schema;
    ((struct sqlite_link *)self)->log_pages = (unsigned)pages;
    return SQLITE_OK;
}

static enum status link_set_up(struct sqlite_link *link, struct fault *fault)
{
    sqlite3_busy_timeout(link->handle, BUSY_MS);
    static const struct {
        int option, value;
    } options[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 },   { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
        { SQLITE_DBCONFIG_ENABLE_FKEY, 1 }, { SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
        { SQLITE_DBCONFIG_DQS_DDL, 0 },     { SQLITE_DBCONFIG_DQS_DML, 0 },
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        int code = sqlite3_db_config(link->handle, options[i].option, options[i].value, NULL);
        if (code != SQLITE_OK)
            return sqlite_fault(link, code, "settings", fault);
    }
    sqlite3_limit(link->handle, SQLITE_LIMIT_ATTACHED, 0);
    char pragmas[400];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA synchronous = %s; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
             "PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 0; PRAGMA cache_size = -%d;"
             "PRAGMA journal_size_limit = %d; PRAGMA query_only = %s",
             db_seam.synchronous, link->writing ? WRITE_CACHE_KIB : READ_CACHE_KIB, LOG_KEEP_BYTES,
             link->writing ? "OFF" : "ON");
    enum status status = sqlite_script(link, pragmas, "settings", fault);
    sqlite3_wal_hook(link->handle, on_log, link); /* after the pragma, which sets SQLite's own */
    return status;
}

/* "immutable": SQLite then looks for no log and makes no file beside it. */
static bool sealed_uri(const char *path, char out[SEALED_URI_SIZE])
{
    static const char hex[] = "0123456789ABCDEF", end[] = "?immutable=1";
    size_t n = (size_t)snprintf(out, SEALED_URI_SIZE, "file:");
    for (const char *c = path; *c; c++) {
        if (n + 4 + sizeof end > SEALED_URI_SIZE)
            return false;
        if (*c == '%' || *c == '?' || *c == '#') {
            out[n++] = '%';
            out[n++] = hex[(unsigned char)*c >> 4];
            out[n++] = hex[(unsigned char)*c & 15];
        } else {
            out[n++] = *c;
        }
    }
    memcpy(out + n, end, sizeof end);
    return true;
}

enum status sqlite_connect(struct db_place *place, bool writing, struct db_link **out, struct fault *fault)
{
    *out = NULL;
    struct sqlite_link *link = mem_zero(1, sizeof *link);
    if (!link)
        return fault_no_memory(fault);
    link->base.place = place;
    link->writing = writing;
    const struct sqlite_place *at = (struct sqlite_place *)place;
    /* What was put in its place is not even opened: SQLite removes the log beside a database that it finds empty. */
    if (at->seen[FILE_DATABASE].number != 0 && sqlite_place_check(at, fault) != STATUS_OK) {
        mem_free(link);
        return fault->status;
    }
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int code;
    if (at->sealed) {
        char uri[SEALED_URI_SIZE];
        code = sealed_uri(at->path[FILE_DATABASE], uri)
                   ? sqlite3_open_v2(uri, &link->handle, flags | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL)
                   : SQLITE_CANTOPEN;
    } else {
        code = sqlite3_open_v2(at->path[FILE_DATABASE], &link->handle, flags | SQLITE_OPEN_READWRITE, NULL);
    }
    enum status status;
    if (!link->handle)
        status = fault_no_memory(fault);
    else if (code != SQLITE_OK)
        status = sqlite_fault(link, code, "open", fault);
    else
        status = link_set_up(link, fault);
    if (status != STATUS_OK) {
        sqlite_disconnect(&link->base);
        return status;
    }
    *out = &link->base;
    return STATUS_OK;
}

/* SQLite takes back what was not committed. */
static void link_shut(struct sqlite_link *link)
{
    for (size_t i = 0; i < link->slots_size; i++) {
        if (link->slots[i]) {
            sqlite3_finalize(link->slots[i]->compiled);
            mem_free(link->slots[i]);
        }
    }
    mem_free(link->slots);
    link->slots = NULL;
    link->slots_n = link->slots_size = 0;
    if (link->handle && sqlite3_close(link->handle) != SQLITE_OK)
        bug("a statement outlived its connection");
    link->handle = NULL;
    link->base.broken = true;
}

void sqlite_disconnect(struct db_link *base)
{
    link_shut(link_of(base));
    mem_free(base);
}

enum status sqlite_check(struct db_link *base, struct fault *fault)
{
    struct sqlite_link *link = link_of(base);
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(link->handle, "PRAGMA quick_check(1)", -1, &s, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    bool whole =
        code == SQLITE_ROW && sqlite3_column_text(s, 0) && strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
    sqlite3_finalize(s);
    if (whole)
        return STATUS_OK;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        code = SQLITE_CORRUPT;
    return sqlite_fault(link, code, "check", fault);
}

/* ---- Statements ---- */

static size_t slot_of(const struct sqlite_link *link, const struct db_statement *statement)
{
    size_t at = ((uintptr_t)statement >> 4) * 0x9E3779B97F4A7C15u;
    at = (at >> 32) & (link->slots_size - 1);
    while (link->slots[at] && link->slots[at]->statement != statement)
        at = (at + 1) & (link->slots_size - 1);
    return at;
}

static bool slots_grow(struct sqlite_link *link)
{
    if (link->slots_size && link->slots_n * 4 < link->slots_size * 3)
        return true;
    struct sqlite_cursor **old = link->slots;
    size_t old_size = link->slots_size;
    size_t size = old_size ? old_size * 2 : SLOTS_FIRST;
    struct sqlite_cursor **slots = mem_zero(size, sizeof(struct sqlite_cursor *));
    if (!slots)
        return false;
    link->slots = slots;
    link->slots_size = size;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i])
            link->slots[slot_of(link, old[i]->statement)] = old[i];
    }
    mem_free(old);
    return true;
}

static enum status compile(struct sqlite_link *link, const struct db_statement *statement, struct sqlite_cursor **out,
                           struct fault *fault)
{
    struct sqlite_cursor *c = mem_zero(1, sizeof *c);
    if (!c)
        return fault_no_memory(fault);
    c->link = link;
    c->statement = statement;
    int code = sqlite3_prepare_v3(link->handle, statement->sqlite, -1, SQLITE_PREPARE_PERSISTENT, &c->compiled, NULL);
    if (code != SQLITE_OK) {
        mem_free(c);
        return sqlite_fault(link, code, statement->name, fault);
    }
    *out = c;
    return STATUS_OK;
}

static enum status sqlite_start(struct db_link *base, const struct db_statement *statement, struct db_cursor **out,
                                struct fault *fault)
{
    struct sqlite_link *link = link_of(base);
    if (!slots_grow(link))
        return fault_no_memory(fault);
    size_t at = slot_of(link, statement);
    struct sqlite_cursor *c = link->slots[at];
    if (!c || c->busy) { /* busy: one that is used inside its own loop is compiled anew for that time */
        bool keep = !c;
        enum status status = compile(link, statement, &c, fault);
        if (status != STATUS_OK)
            return status;
        c->kept = keep;
        if (keep) {
            link->slots[at] = c;
            link->slots_n++;
        }
    }
    c->busy = true;
    c->bound = false;
    c->bind_code = SQLITE_OK;
    c->busy_previous = NULL;
    c->busy_next = link->busy;
    if (link->busy)
        link->busy->busy_previous = c;
    link->busy = c;
    *out = &c->base;
    return STATUS_OK;
}

static struct sqlite_cursor *cursor_of(struct db_cursor *c)
{
    return (struct sqlite_cursor *)c;
}

static void sqlite_finish(struct db_cursor *base)
{
    struct sqlite_cursor *c = cursor_of(base);
    if (!c->busy)
        bug("%s was finished twice", c->statement->name);
    c->busy = false;
    if (c->busy_next)
        c->busy_next->busy_previous = c->busy_previous;
    if (c->busy_previous)
        c->busy_previous->busy_next = c->busy_next;
    else
        c->link->busy = c->busy_next;
    if (c->kept) {
        sqlite3_reset(c->compiled);
        if (c->bound)
            sqlite3_clear_bindings(c->compiled);
    } else {
        sqlite3_finalize(c->compiled);
        mem_free(c);
    }
}

static unsigned sqlite_sweep(struct db_link *base)
{
    struct sqlite_link *link = link_of(base);
    unsigned n = 0;
    for (; link->busy; n++)
        sqlite_finish(&link->busy->base);
    return n;
}

static void bound(struct sqlite_cursor *c, int code)
{
    c->bound = true;
    if (c->bind_code == SQLITE_OK)
        c->bind_code = code;
}

static void sqlite_bind_number(struct db_cursor *c, int at, int64_t v)
{
    bound(cursor_of(c), sqlite3_bind_int64(cursor_of(c)->compiled, at, v));
}

static void sqlite_bind_words(struct db_cursor *c, int at, struct str v)
{
    bound(cursor_of(c), sqlite3_bind_text64(cursor_of(c)->compiled, at, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8));
}

static void sqlite_bind_raw(struct db_cursor *c, int at, struct str v)
{
    bound(cursor_of(c), sqlite3_bind_blob64(cursor_of(c)->compiled, at, v.p, v.n, SQLITE_STATIC));
}

static void sqlite_bind_nothing(struct db_cursor *c, int at)
{
    bound(cursor_of(c), sqlite3_bind_null(cursor_of(c)->compiled, at));
}

static enum status sqlite_step(struct db_cursor *base, bool *row, struct fault *fault)
{
    struct sqlite_cursor *c = cursor_of(base);
    *row = false;
    if (c->bind_code == SQLITE_RANGE || c->bind_code == SQLITE_MISUSE)
        bug("%s has no such parameter", c->statement->name);
    int code = c->bind_code == SQLITE_OK ? sqlite3_step(c->compiled) : c->bind_code;
    if (code == SQLITE_ROW) {
        *row = true;
        return STATUS_OK;
    }
    if (code == SQLITE_DONE) {
        if (base->writes)
            base->changed = sqlite3_changes64(c->link->handle);
        return STATUS_OK;
    }
    return sqlite_fault(c->link, code, c->statement->name, fault);
}

static bool sqlite_column_null(struct db_cursor *c, int at)
{
    return sqlite3_column_type(cursor_of(c)->compiled, at) == SQLITE_NULL;
}

static int64_t sqlite_column_int(struct db_cursor *c, int at)
{
    return sqlite3_column_int64(cursor_of(c)->compiled, at);
}

/* Text too: as a blob it needs no NUL, and so no copy inside SQLite. */
static struct str sqlite_column_bytes(struct db_cursor *base, int at, struct arena *arena)
{
    sqlite3_stmt *s = cursor_of(base)->compiled;
    if (sqlite3_column_type(s, at) == SQLITE_NULL)
        return STR_NONE;
    const char *p = sqlite3_column_blob(s, at);
    int n = sqlite3_column_bytes(s, at);
    if (!p && sqlite3_errcode(cursor_of(base)->link->handle) == SQLITE_NOMEM) {
        arena_alloc(arena, SIZE_MAX / 2, 1); /* the caller asks the arena whether all is there */
        return STR_NONE;
    }
    return str_copy(arena, (struct str){ p ? p : "", (size_t)n });
}

static bool sqlite_column_fits(struct db_cursor *base, int at, enum db_type type, bool optional)
{
    sqlite3_stmt *s = cursor_of(base)->compiled;
    int class = sqlite3_column_type(s, at);
    if (class == SQLITE_NULL)
        return optional;
    switch (type) {
    case DB_INT:
    case DB_TIME: return class == SQLITE_INTEGER;
    case DB_BOOL: return class == SQLITE_INTEGER && (sqlite3_column_int64(s, at) & ~INT64_C(1)) == 0;
    case DB_BYTES: return class == SQLITE_BLOB;
    case DB_TEXT:
    case DB_DATE:
    case DB_JSON: break;
    }
    return class == SQLITE_TEXT;
}

static int64_t sqlite_last_id(struct db_link *link)
{
    return sqlite3_last_insert_rowid(link_of(link)->handle);
}

/* One of our own, without parameters; `out` is its number where it gives one. */
static enum status own(struct sqlite_link *link, const struct db_statement *statement, int64_t *out,
                       struct fault *fault)
{
    struct db_cursor *c = NULL;
    enum status status = sqlite_start(&link->base, statement, &c, fault);
    if (status != STATUS_OK)
        return status;
    c->writes = false;
    bool row = false;
    status = sqlite_step(c, &row, fault);
    if (status == STATUS_OK && out) {
        if (row)
            *out = sqlite_column_int(c, 0);
        else
            status = sqlite_fault(link, SQLITE_CORRUPT, statement->name, fault);
    }
    sqlite_finish(c);
    return status;
}

/* ---- Transactions ---- */

static void roll_back(struct sqlite_link *link)
{
    if (sqlite3_get_autocommit(link->handle))
        return;
    sqlite3_exec(link->handle, "ROLLBACK", NULL, NULL, NULL);
    if (!sqlite3_get_autocommit(link->handle))
        link_shut(link);
}

static enum status sqlite_read_begin(struct db_link *base, uint64_t *number, struct fault *fault)
{
    struct sqlite_link *link = link_of(base);
    enum status status = sqlite_place_check(place_of(link), fault);
    if (status != STATUS_OK)
        return status;
    status = own(link, &begin_read, NULL, fault);
    int64_t n = 0;
    if (status == STATUS_OK)
        status = own(link, &generation, &n, fault);
    *number = (uint64_t)n;
    if (status != STATUS_OK)
        roll_back(link);
    return status;
}

static void sqlite_read_end(struct db_link *base)
{
    struct sqlite_link *link = link_of(base);
    struct fault fault;
    if (own(link, &commit, NULL, &fault) != STATUS_OK)
        roll_back(link);
}

static enum status sqlite_enter(struct db_link *base, struct fault *fault)
{
    struct sqlite_link *link = link_of(base);
    enum status status = db_lock_take(place_of(link)->lock, fault);
    if (status != STATUS_OK)
        return status;
    status = sqlite_place_check(place_of(link), fault);
    if (status == STATUS_OK)
        status = own(link, &begin_write, NULL, fault);
    if (status != STATUS_OK) {
        roll_back(link);
        db_lock_give(place_of(link)->lock);
    }
    return status;
}

static void sqlite_leave(struct db_link *base)
{
    struct sqlite_link *link = link_of(base);
    roll_back(link);
    db_lock_give(place_of(link)->lock);
}

static enum status sqlite_keep(struct db_link *link, struct fault *fault)
{
    return own(link_of(link), &savepoint, NULL, fault);
}

static enum status sqlite_kept(struct db_link *link, struct fault *fault)
{
    return own(link_of(link), &release, NULL, fault);
}

static enum status sqlite_undo(struct db_link *link, struct fault *fault)
{
    enum status status = own(link_of(link), &undo, NULL, fault);
    return status == STATUS_OK ? own(link_of(link), &release, NULL, fault) : status;
}

static bool sqlite_is_open(struct db_link *link)
{
    return link_of(link)->handle && !sqlite3_get_autocommit(link_of(link)->handle);
}

/*
 * The number is shown first: between the two a page is a miss, never a page that was withdrawn. After a commit that
 * failed it goes back, still under the lock: no page carries it, since no snapshot had it. On a full disk a row could
 * not be written that catches up with it, and every page would be out of date for ever.
 */
static enum status sqlite_commit(struct db_link *base, uint64_t raised, struct fault *fault)
{
    uint64_t before = atomic_load_explicit(base->place->generation, memory_order_acquire);
    if (raised)
        atomic_store_explicit(base->place->generation, raised, memory_order_release);
    enum status status = own(link_of(base), &commit, NULL, fault);
    if (status != STATUS_OK && raised)
        atomic_store_explicit(base->place->generation, before, memory_order_release);
    return status;
}

static unsigned sqlite_log_pages(struct db_link *link)
{
    return link_of(link)->log_pages;
}

/* A reader that holds it up is not waited for: other processes wait for the lock. */
static enum status log_move(struct sqlite_link *link, bool truncate, bool *whole, struct fault *fault)
{
    int pages = 0, moved = 0;
    int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    sqlite3_busy_timeout(link->handle, 0);
    int code = sqlite3_wal_checkpoint_v2(link->handle, NULL, mode, &pages, &moved);
    sqlite3_busy_timeout(link->handle, BUSY_MS);
    *whole = code == SQLITE_OK && pages == moved;
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY ? STATUS_OK
                                                             : sqlite_fault(link, code, "checkpoint", fault);
}

/*
 * What is left of moved cells goes from the file, and then from what every connection has kept of it: ours is given
 * back, the others see by the commit that they must read anew. Also where there was nothing to do: it may have been
 * done by a process that was killed before it came to its commit.
 */
static enum status remains_blank(struct sqlite_link *link, bool *whole, struct fault *fault)
{
    char again[64];
    enum status status = sqlite_blank(link, fault);
    sqlite3_db_release_memory(link->handle);
    snprintf(again, sizeof again, "PRAGMA user_version = %lld", (long long)link->base.place->schema);
    if (status == STATUS_OK)
        status = sqlite_script(link, again, "blank", fault);
    return status == STATUS_OK ? log_move(link, true, whole, fault) : status;
}

static enum status sqlite_checkpoint(struct db_link *base, bool truncate, bool *whole, struct fault *fault)
{
    struct sqlite_link *link = link_of(base);
    *whole = false;
    enum status status = db_lock_take(place_of(link)->lock, fault);
    if (status != STATUS_OK)
        return status;
    status = sqlite_place_check(place_of(link), fault);
    if (status == STATUS_OK)
        status = log_move(link, truncate, whole, fault);
    if (status == STATUS_OK && truncate && *whole)
        status = remains_blank(link, whole, fault);
    if (status != STATUS_OK)
        *whole = false;
    db_lock_give(place_of(link)->lock);
    return status;
}

const struct db_backend db_sqlite = {
    .name = "sqlite",
    .open = sqlite_place_open,
    .close = sqlite_place_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .read_begin = sqlite_read_begin,
    .read_end = sqlite_read_end,
    .enter = sqlite_enter,
    .keep = sqlite_keep,
    .kept = sqlite_kept,
    .undo = sqlite_undo,
    .is_open = sqlite_is_open,
    .commit = sqlite_commit,
    .leave = sqlite_leave,
    .log_pages = sqlite_log_pages,
    .checkpoint = sqlite_checkpoint,
    .check = sqlite_check,
    .copy = sqlite_copy,
    .start = sqlite_start,
    .bind_int = sqlite_bind_number,
    .bind_text = sqlite_bind_words,
    .bind_bytes = sqlite_bind_raw,
    .bind_null = sqlite_bind_nothing,
    .step = sqlite_step,
    .column_null = sqlite_column_null,
    .column_int = sqlite_column_int,
    .column_bytes = sqlite_column_bytes,
    .column_fits = sqlite_column_fits,
    .last_id = sqlite_last_id,
    .finish = sqlite_finish,
    .sweep = sqlite_sweep,
};
