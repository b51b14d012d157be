/*
 * The handle, the readers of each thread, the public generation, and the calls
 * of generated code. Writing is in writer.c; what a database does is behind
 * `struct db_backend`.
 *
 * Promises: a thread's snapshot is its own; a connection that failed is never
 * used again; a snapshot that is held too long gets no more rows, because it
 * would keep erased words in the log.
 */
#include "db/backend.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

struct db_reader {
    struct db_reader *next, *previous;
    struct db *db;
    struct db_tx tx;
};

static const struct db_statement generation_read = {
    .name = "db.generation_read",
    .sqlite = "SELECT n FROM public_generation WHERE id = 1",
    .postgres = "SELECT n FROM public_generation WHERE id = 1",
};
static const struct db_statement generation_raise = {
    .name = "db.generation_raise",
    .sqlite = "UPDATE public_generation SET n = max(n, ?1) + 1 WHERE id = 1 RETURNING n",
    .postgres = "UPDATE public_generation SET n = greatest(n, $1) + 1 WHERE id = 1 RETURNING n",
    .writes = true,
};

enum status db_fault_plain(struct fault *fault, enum status status)
{
    const char *words = "";
    switch (status) {
    case STATUS_OK: return STATUS_OK;
    case STATUS_NO_MEMORY: return fault_no_memory(fault);
    case STATUS_NOT_FOUND: words = "There is no such thing. Nothing was changed."; break;
    case STATUS_INVALID: words = "What was given is not valid. Nothing was changed."; break;
    case STATUS_DENIED: words = "That is not allowed to this account. Nothing was changed."; break;
    case STATUS_CONFLICT: words = "It is there already, or changed meanwhile. Look at it again."; break;
    case STATUS_REFUSED: words = "A rule forbids it now. Nothing was changed."; break;
    case STATUS_LIMIT: words = "A limit was reached. Nothing was changed; try with less."; break;
    case STATUS_BUSY: words = "The database is busy. Nothing was changed; try again."; break;
    case STATUS_UNAVAILABLE: words = "The database cannot be reached. Nothing was changed; try again later."; break;
    case STATUS_DAMAGED: words = "The database is damaged. Run the doctor command."; break;
    case STATUS_NEWER: words = "The database was written by a newer candour. Install that version."; break;
    case STATUS_FULL: words = "The disk is full. Nothing was changed; make room and try again."; break;
    case STATUS_IO: words = "Reading or writing the database failed. Look at the disk, then try again."; break;
    }
    return fault_set(fault, status, "%s", words);
}

/* ---- Opening and closing ---- */

static void reader_free(struct db_reader *r)
{
    if (r->tx.link)
        r->db->backend->disconnect(r->tx.link);
    mem_free(r);
}

/* A thread ends: its connection goes with it. */
static void reader_of_ended_thread(void *self)
{
    struct db_reader *r = self;
    struct db *db = r->db;
    pthread_mutex_lock(&db->mutex);
    if (r->next)
        r->next->previous = r->previous;
    if (r->previous)
        r->previous->next = r->next;
    else
        db->readers = r->next;
    pthread_mutex_unlock(&db->mutex);
    reader_free(r);
}

enum status db_open(struct db **out, const struct db_options *options, struct fault *fault)
{
    *out = NULL;
    size_t folder = strlen(options->folder) + 1;
    struct db *db = mem_zero(1, sizeof *db + folder);
    if (!db)
        return fault_no_memory(fault);
    db->folder = (char *)(db + 1);
    memcpy(db->folder, options->folder, folder);
    db->backend = options->backend ? options->backend : &db_sqlite;
    struct db_link *link = NULL;
    enum status status = db->backend->open(options, &db->place, &link, fault);
    if (status != STATUS_OK) {
        mem_free(db);
        return status;
    }
    if (pthread_key_create(&db->key, reader_of_ended_thread) != 0) {
        db->backend->disconnect(link);
        db->backend->close(db->place);
        mem_free(db);
        return fault_no_memory(fault);
    }
    pthread_mutex_init(&db->mutex, NULL);
    if (options->sealed)
        db->backend->disconnect(link);
    else
        status = db_writer_start(db, link, &db->writer, fault); /* takes the link, also when it fails */
    if (status != STATUS_OK) {
        db_close(db);
        return status;
    }
    *out = db;
    return STATUS_OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    /* First: what ends an act may still read. */
    if (db->writer)
        db_writer_stop(db->writer);
    /* No destructor may run from here on: the list is ours. */
    pthread_key_delete(db->key);
    while (db->readers) {
        struct db_reader *r = db->readers;
        db->readers = r->next;
        reader_free(r);
    }
    pthread_mutex_destroy(&db->mutex);
    db->backend->close(db->place);
    mem_free(db);
}

/* ---- Reading ---- */

static struct db_reader *reader_of_thread(struct db *db)
{
    struct db_reader *r = pthread_getspecific(db->key);
    if (r)
        return r;
    r = mem_zero(1, sizeof *r);
    if (!r)
        return NULL;
    if (pthread_setspecific(db->key, r) != 0) {
        mem_free(r);
        return NULL;
    }
    r->db = db;
    r->tx.db = db;
    pthread_mutex_lock(&db->mutex);
    r->next = db->readers;
    if (r->next)
        r->next->previous = r;
    db->readers = r;
    pthread_mutex_unlock(&db->mutex);
    return r;
}

/* A process that died between showing a number and its commit leaves every page a miss until the row is raised. */
static void watch_generation(struct db *db, uint64_t row)
{
    if (row >= db_generation(db)) {
        if (atomic_load_explicit(&db->behind_since, memory_order_relaxed))
            atomic_store_explicit(&db->behind_since, 0, memory_order_relaxed);
        return;
    }
    int64_t now = clock_steady_ns();
    int64_t since = 0;
    if (atomic_compare_exchange_strong(&db->behind_since, &since, now))
        return;
    if (now - since > (int64_t)DB_BEHIND_MS * 1000 * 1000)
        db_writer_mend(db->writer);
}

enum status db_read_begin(struct db *db, struct db_tx **out, struct fault *fault)
{
    *out = NULL;
    struct db_reader *r = reader_of_thread(db);
    if (!r)
        return fault_no_memory(fault);
    struct db_tx *tx = &r->tx;
    if (tx->open)
        bug("a thread began a second snapshot");
    if (tx->link && tx->link->broken) {
        db->backend->disconnect(tx->link);
        tx->link = NULL;
    }
    if (!tx->link) {
        enum status status = db->backend->connect(db->place, false, &tx->link, fault);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = db->backend->read_begin(tx->link, &tx->generation, fault);
    if (status != STATUS_OK)
        return status;
    tx->open = true;
    tx->fault = (struct fault){ 0 };
    tx->began_ns = clock_steady_ns();
    watch_generation(db, tx->generation);
    *out = tx;
    return STATUS_OK;
}

bool db_has_snapshot(struct db *db)
{
    const struct db_reader *r = pthread_getspecific(db->key);
    return r && r->tx.open;
}

static int64_t snapshot_ms(const struct db_tx *tx)
{
    return (clock_steady_ns() - tx->began_ns) / (1000 * 1000);
}

void db_read_end(struct db_tx *tx)
{
    unsigned left = tx->db->backend->sweep(tx->link);
    if (left)
        log_event(LOG_ERROR, "db.statement_unfinished", LOG_I64(LOG_COUNT, left));
    tx->db->backend->read_end(tx->link);
    tx->open = false;
    int64_t ms = snapshot_ms(tx);
    if (ms > DB_SNAPSHOT_MS)
        log_event(LOG_WARN, "db.snapshot_long", LOG_I64(LOG_MS, ms));
}

enum status db_ping(struct db *db, struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status == STATUS_OK)
        db_read_end(tx);
    return status;
}

enum status db_check(struct db *db, struct fault *fault)
{
    struct db_link *link = NULL;
    enum status status = db->backend->connect(db->place, false, &link, fault);
    if (status != STATUS_OK)
        return status;
    status = db->backend->check(link, fault);
    db->backend->disconnect(link);
    return status;
}

int64_t db_schema(const struct db *db)
{
    return db->place->schema;
}

enum status db_copy(struct db *db, const char *path, db_copied_fn *told, void *self, struct fault *fault)
{
    struct db_link *link = NULL;
    enum status status = db->backend->connect(db->place, false, &link, fault);
    if (status != STATUS_OK)
        return status;
    status = db->backend->copy(link, path, told, self, fault);
    db->backend->disconnect(link);
    return status;
}

/* ---- The public generation ---- */

uint64_t db_generation(const struct db *db)
{
    return atomic_load_explicit(db->place->generation, memory_order_acquire);
}

enum status db_generation_raise(struct db_tx *tx)
{
    if (!tx->writing)
        bug("the generation was raised in a read snapshot");
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &generation_raise, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, (int64_t)db_generation(tx->db));
    bool row = false;
    status = db_step(c, &row);
    uint64_t n = 0;
    if (status == STATUS_OK && row) {
        n = (uint64_t)db_column_int(c, 0);
        status = db_step(c, &row);
    } else if (status == STATUS_OK) {
        status = db_fault_plain(&tx->fault, STATUS_DAMAGED);
    }
    db_finish(c);
    if (status == STATUS_OK && n > tx->raised)
        tx->raised = n;
    return status;
}

enum status db_generation_read(struct db_tx *tx, uint64_t *out)
{
    if (!tx->writing) {
        *out = tx->generation;
        return STATUS_OK;
    }
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &generation_read, &c);
    if (status != STATUS_OK)
        return status;
    bool row = false;
    status = db_step(c, &row);
    if (status == STATUS_OK && row)
        *out = (uint64_t)db_column_int(c, 0);
    else if (status == STATUS_OK)
        status = db_fault_plain(&tx->fault, STATUS_DAMAGED);
    db_finish(c);
    return status;
}

/* ---- Statements ---- */

enum status db_start(struct db_tx *tx, const struct db_statement *statement, struct db_cursor **out)
{
    *out = NULL;
    if (!tx->open)
        bug("%s: the transaction is over", statement->name);
    if (statement->writes && !tx->writing)
        bug("%s writes in a read snapshot", statement->name);
    enum status status = tx->db->backend->start(tx->link, statement, out, &tx->fault);
    if (status != STATUS_OK)
        return status;
    (*out)->tx = tx;
    (*out)->ended = false;
    (*out)->changed = 0;
    (*out)->writes = statement->writes;
    return STATUS_OK;
}

void db_bind_int(struct db_cursor *c, int at, int64_t v)
{
    c->tx->db->backend->bind_int(c, at, v);
}

void db_bind_text(struct db_cursor *c, int at, struct str v)
{
    if (v.p)
        c->tx->db->backend->bind_text(c, at, v);
    else
        db_bind_null(c, at);
}

void db_bind_bytes(struct db_cursor *c, int at, struct str v)
{
    if (v.p)
        c->tx->db->backend->bind_bytes(c, at, v);
    else
        db_bind_null(c, at);
}

void db_bind_null(struct db_cursor *c, int at)
{
    c->tx->db->backend->bind_null(c, at);
}

enum status db_step(struct db_cursor *c, bool *row)
{
    *row = false;
    if (c->ended)
        return STATUS_OK;
    struct db_tx *tx = c->tx;
    if (!tx->writing && snapshot_ms(tx) > DB_SNAPSHOT_MS) {
        c->ended = true;
        return fault_set(&tx->fault, STATUS_LIMIT, "Reading took longer than %d seconds and was stopped. Ask for less.",
                         DB_SNAPSHOT_MS / 1000);
    }
    /* Some errors undo the whole transaction. What followed would then be kept alone, and at once. */
    if (tx->writing && !tx->db->backend->is_open(tx->link)) {
        c->ended = true;
        return db_fault_plain(&tx->fault, STATUS_IO);
    }
    enum status status = tx->db->backend->step(c, row, &tx->fault);
    if (status != STATUS_OK || !*row)
        c->ended = true;
    return status;
}

bool db_column_null(struct db_cursor *c, int at)
{
    return c->tx->db->backend->column_null(c, at);
}

int64_t db_column_int(struct db_cursor *c, int at)
{
    return c->tx->db->backend->column_int(c, at);
}

struct str db_column_text(struct db_cursor *c, int at, struct arena *arena)
{
    return c->tx->db->backend->column_bytes(c, at, arena);
}

struct str db_column_bytes(struct db_cursor *c, int at, struct arena *arena)
{
    return c->tx->db->backend->column_bytes(c, at, arena);
}

bool db_column_fits(struct db_cursor *c, int at, enum db_type type, bool optional)
{
    return c->tx->db->backend->column_fits(c, at, type, optional);
}

int64_t db_changed(struct db_cursor *c)
{
    return c->changed;
}

int64_t db_last_id(struct db_tx *tx)
{
    return tx->db->backend->last_id(tx->link);
}

void db_finish(struct db_cursor *c)
{
    if (c)
        c->tx->db->backend->finish(c);
}

enum status db_run(struct db_tx *tx, const struct db_statement *statement, const int64_t *number)
{
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, statement, &c);
    if (status != STATUS_OK)
        return status;
    if (number)
        db_bind_int(c, 1, *number);
    bool row = false;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

/* ---- Refusals ---- */

enum status db_refuse(struct db_tx *tx, enum status status, const char *format, ...)
{
    char words[FAULT_TEXT_SIZE];
    va_list ap;
    va_start(ap, format);
    vsnprintf(words, sizeof words, format, ap);
    va_end(ap);
    return fault_set(&tx->fault, status, "%s", words);
}

const struct fault *db_fault(const struct db_tx *tx)
{
    return &tx->fault;
}

bool db_is_writing(const struct db_tx *tx)
{
    return tx->writing;
}
