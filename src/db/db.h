/*
 * The database: one interface over SQLite (and, later, PostgreSQL behind the
 * same calls).
 *
 * Promises:
 *  - An act is whole or absent. `db_write` answers STATUS_OK only when the act
 *    is safe on disk.
 *  - One thread at a time runs the acts of a process, one after the other;
 *    acts that wait together share one commit. A lock file keeps writers and
 *    checkpoints of several processes apart, fairly.
 *  - Readers never wait for writers. A read snapshot lives only as long as it
 *    takes to copy rows into an arena.
 *  - SQL comes only as `struct db_statement`, which the generator writes from
 *    *.sql files. BEGIN, SAVEPOINT, COMMIT and PRAGMA live in this room.
 *
 * Times are int64 milliseconds UTC, days are text "2026-03-02", ids are
 * integers that no public address shows.
 */
#ifndef CANDOUR_DB_DB_H
#define CANDOUR_DB_DB_H

#include "base/status.h"
#include "base/str.h"

struct arena;
struct db;
struct db_tx;

/* One step of the schema; the generator collects them from the rooms' schema folders. */
struct db_migration {
    int number;       /* 1, 2, 3 … without a hole, over all rooms */
    const char *name; /* "0001_queue" */
    const char *sql;  /* SQLite's form */
};

/* A back-end is chosen at opening: `db_sqlite`, or one that fails on purpose. */
struct db_backend;
extern const struct db_backend db_sqlite;

struct db_options {
    const char *folder;                    /* the data folder; the database is candour.db in it */
    const struct db_migration *migrations; /* the first is this room's own, schema/0001_queue.sql */
    size_t migrations_n;
    bool create; /* make it where there is none (init only) */
    /*
     * A copy that nobody writes to, such as one in a backup: read in place; no file is made or changed, no lock is
     * taken, and an older schema stays as it is. Calls that write are bugs.
     */
    bool sealed;
    const struct db_backend *backend; /* NULL: db_sqlite */
};

/*
 * Opens, checks (not damaged, not newer) and migrates under the lock.
 * STATUS_NOT_FOUND: no database and not `create`. STATUS_DAMAGED, STATUS_NEWER,
 * STATUS_FULL, STATUS_IO: see the fault.
 */
enum status db_open(struct db **out, const struct db_options *options, struct fault *fault);
/* Finishes what is queued, then closes. No other thread may be in a call, or begin one. NULL is allowed. */
void db_close(struct db *db);

/* ---- Reading ---- */

/*
 * A read snapshot on this thread's connection (made at first use). End it as
 * soon as the rows are copied; a thread holds at most one. STATUS_UNAVAILABLE
 * when the database went away.
 */
enum status db_read_begin(struct db *db, struct db_tx **out, struct fault *fault);
void db_read_end(struct db_tx *tx);
/* Asks whether the database answers; for the doctor and health. */
enum status db_ping(struct db *db, struct fault *fault);
/* Reads every page and looks whether it is what SQLite wrote; as long as that takes. STATUS_DAMAGED. For the doctor. */
enum status db_check(struct db *db, struct fault *fault);
/* The step of the schema that the database has reached. */
int64_t db_schema(const struct db *db);

/*
 * Copies the database as it stands at one moment into a new file (0600), while others read and write; the bytes are
 * synced when it returns, the folder's entry is not. The one snapshot that may live longer than others: a truncating
 * checkpoint of that time is not whole, and is asked for again. `told`, where not NULL, hears how far it is, in bytes.
 * STATUS_CONFLICT where there is something at `path`; after any other failure nothing is left there. STATUS_FULL,
 * STATUS_DAMAGED, STATUS_IO.
 */
typedef void db_copied_fn(void *self, int64_t done, int64_t all);
enum status db_copy(struct db *db, const char *path, db_copied_fn *told, void *self, struct fault *fault);

/* ---- Writing ---- */

/*
 * The work of one act, on the thread that has the writer: its own, or one that
 * waits in db_write. It may be run again from the start (when another act of
 * its commit failed): it touches only `tx` and `arg`, and sets anew in `arg`
 * what it gives back. Anything but STATUS_OK undoes the act. Slow things
 * (passphrases, files, random ids) come before.
 */
typedef enum status db_write_fn(struct db_tx *tx, void *arg);

/*
 * Runs fn and waits until it is durable. Not to be called on a loop, inside an act, or in an open snapshot; and the
 * thread holds no lock that an act or a `done` takes, since it may run those of others meanwhile.
 */
enum status db_write(struct db *db, db_write_fn *fn, void *arg, struct fault *fault);
/*
 * The same without a waiting thread: `done` is called once, on the thread that
 * has the writer, after the commit (or the failure), and must not block or wait for a write.
 * Where this itself does not answer STATUS_OK (no memory, or closing), `done` is never called.
 */
typedef void db_done_fn(void *self, enum status status, const struct fault *fault);
enum status db_write_later(struct db *db, db_write_fn *fn, void *arg, db_done_fn *done, void *self);

/* Inside fn: the words for the person of a refusal; returns the status. */
enum status db_refuse(struct db_tx *tx, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const struct fault *db_fault(const struct db_tx *tx);
bool db_is_writing(const struct db_tx *tx);

/* ---- The public generation ---- */

/*
 * Every act that changes what the public may see raises it, in its own
 * transaction; a page carries the number read in the snapshot that rendered
 * it. One atomic load, no lock; the same in every process.
 */
uint64_t db_generation(const struct db *db);
enum status db_generation_raise(struct db_tx *tx);
/* As it stands in this snapshot or transaction. */
enum status db_generation_read(struct db_tx *tx, uint64_t *out);

/* ---- Keeping house ---- */

/* What the writer of this process has done since it was opened; from any thread. */
struct db_counts {
    uint64_t acts;     /* answered STATUS_OK */
    uint64_t groups;   /* commits that held them */
    uint64_t failures; /* of a commit, or of having the database to write; a refusal is none */
};
void db_counts(const struct db *db, struct db_counts *out);

/*
 * Moves the log into the database under the lock; `truncate` asks for it to be empty then and for the bytes of what was
 * deleted to be gone from every page, which reads the whole database; `whole` says whether it got so far.
 */
enum status db_checkpoint(struct db *db, bool truncate, bool *whole, struct fault *fault);

/* ---- Statements: what generated code calls ---- */

/* Compiled once a connection and kept, by its address: it must outlive the database. */
struct db_statement {
    const char *name;     /* "posts.by_key" */
    const char *sqlite;   /* with ?1 … */
    const char *postgres; /* with $1 … */
    bool writes;          /* role: write; a bug in a read snapshot */
};

struct db_cursor;

/* A prepared statement of this connection, reset, with nothing bound. */
enum status db_start(struct db_tx *tx, const struct db_statement *statement, struct db_cursor **out);
/* Parameters count from 1. Bytes must live until db_finish. */
void db_bind_int(struct db_cursor *c, int at, int64_t v);
void db_bind_text(struct db_cursor *c, int at, struct str v);
void db_bind_bytes(struct db_cursor *c, int at, struct str v);
void db_bind_null(struct db_cursor *c, int at);
/* `*row` false at the end. Constraint failures come as STATUS_CONFLICT. */
enum status db_step(struct db_cursor *c, bool *row);
/* Columns count from 0. Text and bytes are copied into the arena; STR_NONE and arena_failed when memory is gone. */
bool db_column_null(struct db_cursor *c, int at);
int64_t db_column_int(struct db_cursor *c, int at);
struct str db_column_text(struct db_cursor *c, int at, struct arena *arena);
struct str db_column_bytes(struct db_cursor *c, int at, struct arena *arena);
/* Whether the value's storage class fits; generated code checks it in test builds. */
enum db_type { DB_INT, DB_BOOL, DB_TEXT, DB_BYTES, DB_TIME, DB_DATE, DB_JSON };
bool db_column_fits(struct db_cursor *c, int at, enum db_type type, bool optional);
int64_t db_changed(struct db_cursor *c);
int64_t db_last_id(struct db_tx *tx);
/* Gives the statement back. Always, once. */
void db_finish(struct db_cursor *c);

/* A value that may be absent, as generated structs hold it. Absent text is STR_NONE. */
struct db_opt_int {
    bool set;
    int64_t value;
};

/* ---- Job queue ---- */

enum job_outcome { JOB_OK, JOB_TEMPFAIL, JOB_PERMFAIL, JOB_HOLD };

struct job {
    int64_t id;
    struct str kind;     /* a word of our own: "posts.release" */
    struct str key;      /* unique among open jobs of its kind */
    struct str argument; /* JSON */
    int64_t step;        /* attempts before this one */
    int64_t lease;       /* token; a job whose lease ended is somebody else's */
};

enum { JOB_LEASE_MS = 60 * 1000, JOB_RETRY_BASE_MS = 30 * 1000, JOB_MAX_STEPS = 12 };

/*
 * In the caller's transaction. A job of that kind and key that waits already, or is held, stays as it is (STATUS_OK);
 * one that is being done at this moment is done once more afterwards, with this argument. A time that is past means
 * now.
 */
enum status db_job_put(struct db_tx *tx, struct str kind, struct str key, struct str argument, int64_t run_at);
/* Takes the next one that is due. STATUS_NOT_FOUND: none. A job may be run twice. */
enum status db_job_take(struct db *db, struct arena *arena, struct job *out, struct fault *fault);
/* The next of this kind that is due, whatever else waits. */
enum status db_job_take_kind(struct db *db, struct arena *arena, struct str kind, struct job *out, struct fault *fault);
/*
 * Inside the write that does the job's own work where it can be, so that both
 * are whole or absent. TEMPFAIL is tried again at t0 + base * step * step, where t0 is when it was first due, but not
 * before base from now; after JOB_MAX_STEPS it becomes PERMFAIL. STATUS_CONFLICT when the lease was lost.
 */
enum status db_job_end(struct db_tx *tx, const struct job *job, enum job_outcome outcome, struct str why);
/* When the next job is due; INT64_MAX when none. */
enum status db_job_next(struct db *db, int64_t *out, struct fault *fault);

#endif
