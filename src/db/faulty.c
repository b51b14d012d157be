/*
 * The twin of faulty.h: every call goes to SQLite's back-end but the one that
 * is to fail. A failure leaves behind what a real one does: a failed commit
 * an open transaction whose number was shown already, a failed step nothing
 * of the statement.
 */
#include "db/faulty.h"

#include "db/backend.h"
#include "db/sqlite.h"
#include "base/banned.h"

static _Atomic uint64_t calls;
static _Atomic uint64_t fail_at;
static _Atomic unsigned counted;
static _Atomic int given;

void db_faulty_at(uint64_t k, unsigned what, enum status status)
{
    atomic_store(&calls, 0);
    atomic_store(&counted, what);
    atomic_store(&given, (int)status);
    atomic_store(&fail_at, k);
}

uint64_t db_faulty_calls(void)
{
    return atomic_load(&calls);
}

static bool must_fail(unsigned what)
{
    if (!(atomic_load(&counted) & what))
        return false;
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&fail_at);
}

static enum status failure(struct fault *fault)
{
    return fault_set(fault, (enum status)atomic_load(&given), "The database failed, because the test asked it to.");
}

static enum status faulty_connect(struct db_place *place, bool writing, struct db_link **out, struct fault *fault)
{
    *out = NULL;
    return must_fail(DB_FAULTY_CONNECT) ? failure(fault) : db_sqlite.connect(place, writing, out, fault);
}

static enum status faulty_read_begin(struct db_link *link, uint64_t *generation, struct fault *fault)
{
    return must_fail(DB_FAULTY_BEGIN) ? failure(fault) : db_sqlite.read_begin(link, generation, fault);
}

static enum status faulty_enter(struct db_link *link, struct fault *fault)
{
    return must_fail(DB_FAULTY_BEGIN) ? failure(fault) : db_sqlite.enter(link, fault);
}

static enum status faulty_keep(struct db_link *link, struct fault *fault)
{
    return must_fail(DB_FAULTY_SAVEPOINT) ? failure(fault) : db_sqlite.keep(link, fault);
}

static enum status faulty_kept(struct db_link *link, struct fault *fault)
{
    return must_fail(DB_FAULTY_SAVEPOINT) ? failure(fault) : db_sqlite.kept(link, fault);
}

static enum status faulty_undo(struct db_link *link, struct fault *fault)
{
    return must_fail(DB_FAULTY_SAVEPOINT) ? failure(fault) : db_sqlite.undo(link, fault);
}

static enum status faulty_commit(struct db_link *link, uint64_t raised, struct fault *fault)
{
    if (!must_fail(DB_FAULTY_COMMIT))
        return db_sqlite.commit(link, raised, fault);
    if (raised)
        atomic_store(link->place->generation, raised);
    return failure(fault);
}

static enum status faulty_checkpoint(struct db_link *link, bool truncate, bool *whole, struct fault *fault)
{
    *whole = false;
    return must_fail(DB_FAULTY_CHECKPOINT) ? failure(fault) : db_sqlite.checkpoint(link, truncate, whole, fault);
}

static enum status faulty_start(struct db_link *link, const struct db_statement *statement, struct db_cursor **out,
                                struct fault *fault)
{
    return must_fail(DB_FAULTY_START) ? failure(fault) : db_sqlite.start(link, statement, out, fault);
}

static enum status faulty_step(struct db_cursor *c, bool *row, struct fault *fault)
{
    *row = false;
    if (must_fail(DB_FAULTY_STEP))
        return failure(fault);
    if (c->tx->writing && must_fail(DB_FAULTY_STEP_GONE)) {
        sqlite3_exec(((struct sqlite_link *)c->tx->link)->handle, "ROLLBACK", NULL, NULL, NULL);
        return failure(fault);
    }
    return db_sqlite.step(c, row, fault);
}

/* The rest is SQLite's, by way of calls: the address of one constant struct is no constant for another. */
#define SAME_STATUS(name, parameters, arguments)                                                                       \
    static enum status faulty_##name parameters                                                                        \
    {                                                                                                                  \
        return db_sqlite.name arguments;                                                                               \
    }
SAME_STATUS(open, (const struct db_options *o, struct db_place **p, struct db_link **l, struct fault *f), (o, p, l, f))
SAME_STATUS(check, (struct db_link * l, struct fault *f), (l, f))
SAME_STATUS(copy, (struct db_link * l, const char *path, db_copied_fn *told, void *self, struct fault *f),
            (l, path, told, self, f))

static void faulty_close(struct db_place *place)
{
    db_sqlite.close(place);
}

static void faulty_disconnect(struct db_link *link)
{
    db_sqlite.disconnect(link);
}

static void faulty_read_end(struct db_link *link)
{
    db_sqlite.read_end(link);
}

static bool faulty_is_open(struct db_link *link)
{
    return db_sqlite.is_open(link);
}

static void faulty_leave(struct db_link *link)
{
    db_sqlite.leave(link);
}

static unsigned faulty_log_pages(struct db_link *link)
{
    return db_sqlite.log_pages(link);
}

static void faulty_bind_int(struct db_cursor *c, int at, int64_t v)
{
    db_sqlite.bind_int(c, at, v);
}

static void faulty_bind_text(struct db_cursor *c, int at, struct str v)
{
    db_sqlite.bind_text(c, at, v);
}

static void faulty_bind_bytes(struct db_cursor *c, int at, struct str v)
{
    db_sqlite.bind_bytes(c, at, v);
}

static void faulty_bind_null(struct db_cursor *c, int at)
{
    db_sqlite.bind_null(c, at);
}

static bool faulty_column_null(struct db_cursor *c, int at)
{
    return db_sqlite.column_null(c, at);
}

static int64_t faulty_column_int(struct db_cursor *c, int at)
{
    return db_sqlite.column_int(c, at);
}

static struct str faulty_column_bytes(struct db_cursor *c, int at, struct arena *arena)
{
    return db_sqlite.column_bytes(c, at, arena);
}

static bool faulty_column_fits(struct db_cursor *c, int at, enum db_type type, bool optional)
{
    return db_sqlite.column_fits(c, at, type, optional);
}

static int64_t faulty_last_id(struct db_link *link)
{
    return db_sqlite.last_id(link);
}

static void faulty_finish(struct db_cursor *c)
{
    db_sqlite.finish(c);
}

static unsigned faulty_sweep(struct db_link *link)
{
    return db_sqlite.sweep(link);
}

const struct db_backend db_faulty = {
    .name = "faulty",
    .open = faulty_open,
    .close = faulty_close,
    .connect = faulty_connect,
    .disconnect = faulty_disconnect,
    .read_begin = faulty_read_begin,
    .read_end = faulty_read_end,
    .enter = faulty_enter,
    .keep = faulty_keep,
    .kept = faulty_kept,
    .undo = faulty_undo,
    .is_open = faulty_is_open,
    .commit = faulty_commit,
    .leave = faulty_leave,
    .log_pages = faulty_log_pages,
    .checkpoint = faulty_checkpoint,
    .check = faulty_check,
    .copy = faulty_copy,
    .start = faulty_start,
    .bind_int = faulty_bind_int,
    .bind_text = faulty_bind_text,
    .bind_bytes = faulty_bind_bytes,
    .bind_null = faulty_bind_null,
    .step = faulty_step,
    .column_null = faulty_column_null,
    .column_int = faulty_column_int,
    .column_bytes = faulty_column_bytes,
    .column_fits = faulty_column_fits,
    .last_id = faulty_last_id,
    .finish = faulty_finish,
    .sweep = faulty_sweep,
};
