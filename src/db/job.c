/*
 * The queue of jobs: rows of the same database, put in the transaction of the
 * act that wants them.
 *
 * Promises: a job that was put is done, or failed with a reason, or held; it
 * may be done twice (a worker that died, a lease that ended), so its work
 * must bear that. An act that comes while its job is being done is not lost:
 * the job is done once more. A job that kills its worker each time ends as
 * failed.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/log.h"
#include "db/backend.h"
#include "base/banned.h"

#define STATEMENT(variable, writing, text)                                                                             \
    static const struct db_statement variable = { .name = "db." #variable, .sqlite = text, .writes = (writing) }

STATEMENT(job_put, true,
          "INSERT INTO job (kind, key, argument, state, step, first_at, run_at, lease, again, why)"
          " VALUES (?1, ?2, ?3, 'open', 0, ?4, ?4, NULL, 0, NULL)"
          " ON CONFLICT (kind, key) WHERE state IN ('open', 'held')"
          " DO UPDATE SET again = 1, argument = excluded.argument, first_at = excluded.first_at"
          " WHERE lease IS NOT NULL");
STATEMENT(job_next, false, "SELECT run_at FROM job WHERE state = 'open' ORDER BY run_at, id LIMIT 1");
/* One that was taken so often without an end has killed its workers. */
STATEMENT(job_give_up, true,
          "UPDATE job SET state = CASE again WHEN 0 THEN 'failed' ELSE 'open' END,"
          " step = CASE again WHEN 0 THEN step ELSE 0 END, again = 0, lease = NULL, why = 'it never came to an end'"
          " WHERE state = 'open' AND run_at <= ?1 AND step >= ?2");
STATEMENT(job_take, true,
          "UPDATE job SET step = step + 1, lease = ?2, run_at = ?1 + ?3"
          " WHERE id = (SELECT id FROM job WHERE state = 'open' AND run_at <= ?1 AND (?4 IS NULL OR kind = ?4)"
          " ORDER BY run_at, id LIMIT 1)"
          " RETURNING id, kind, key, argument, step - 1");
STATEMENT(job_done, true, "DELETE FROM job WHERE id = ?1 AND lease = ?2 AND again = 0");
STATEMENT(job_once_more, true,
          "UPDATE job SET lease = NULL, again = 0, step = 0, run_at = first_at WHERE id = ?1 AND lease = ?2");
STATEMENT(job_retry, true,
          "UPDATE job SET lease = NULL, again = 0, why = ?3, run_at = max(first_at + ?4 * step * step, ?5 + ?4)"
          " WHERE id = ?1 AND lease = ?2 AND step < ?6");
STATEMENT(job_fail, true,
          "UPDATE job SET lease = NULL, why = ?3, state = 'failed' WHERE id = ?1 AND lease = ?2 AND again = 0");
STATEMENT(job_hold, true,
          "UPDATE job SET lease = NULL, why = ?3, state = 'held' WHERE id = ?1 AND lease = ?2 AND again = 0");

enum status db_job_put(struct db_tx *tx, struct str kind, struct str key, struct str argument, int64_t run_at)
{
    int64_t now = clock_now_ms();
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &job_put, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_text(c, 1, kind);
    db_bind_text(c, 2, key);
    db_bind_text(c, 3, argument);
    db_bind_int(c, 4, run_at > now ? run_at : now);
    bool row = false;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

static enum status next_due(struct db *db, int64_t *out, struct fault *fault)
{
    *out = INT64_MAX;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    struct db_cursor *c = NULL;
    bool row = false;
    status = db_start(tx, &job_next, &c);
    if (status == STATUS_OK)
        status = db_step(c, &row);
    if (status == STATUS_OK && row)
        *out = db_column_int(c, 0);
    db_finish(c);
    if (status != STATUS_OK && fault)
        *fault = *db_fault(tx);
    db_read_end(tx);
    return status;
}

enum status db_job_next(struct db *db, int64_t *out, struct fault *fault)
{
    return next_due(db, out, fault);
}

struct take {
    struct arena *arena;
    struct job *out;
    struct str kind; /* STR_NONE: any */
    int64_t now, lease;
};

static enum status give_up(struct db_tx *tx, int64_t now)
{
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &job_give_up, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, now);
    db_bind_int(c, 2, JOB_MAX_STEPS);
    bool row = false;
    status = db_step(c, &row);
    if (status == STATUS_OK && db_changed(c))
        log_event(LOG_ERROR, "db.job_given_up", LOG_I64(LOG_COUNT, db_changed(c)));
    db_finish(c);
    return status;
}

static enum status take(struct db_tx *tx, void *arg)
{
    struct take *t = arg;
    *t->out = (struct job){ .lease = t->lease };
    enum status status = give_up(tx, t->now);
    if (status != STATUS_OK)
        return status;
    struct db_cursor *c = NULL;
    status = db_start(tx, &job_take, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, t->now);
    db_bind_int(c, 2, t->lease);
    db_bind_int(c, 3, JOB_LEASE_MS);
    if (t->kind.p)
        db_bind_text(c, 4, t->kind);
    else
        db_bind_null(c, 4);
    bool row = false, found = false;
    status = db_step(c, &row);
    if (status == STATUS_OK && row) {
        found = true;
        t->out->id = db_column_int(c, 0);
        t->out->kind = db_column_text(c, 1, t->arena);
        t->out->key = db_column_text(c, 2, t->arena);
        t->out->argument = db_column_text(c, 3, t->arena);
        t->out->step = db_column_int(c, 4);
        status = db_step(c, &row);
    }
    db_finish(c);
    if (status == STATUS_OK && found && arena_failed(t->arena))
        return db_refuse(tx, STATUS_NO_MEMORY, "There was not enough memory. Nothing was changed; try again.");
    return status; /* also when none was found: what was given up shall stay so */
}

enum status db_job_take(struct db *db, struct arena *arena, struct job *out, struct fault *fault)
{
    return db_job_take_kind(db, arena, STR_NONE, out, fault);
}

enum status db_job_take_kind(struct db *db, struct arena *arena, struct str kind, struct job *out, struct fault *fault)
{
    *out = (struct job){ 0 };
    int64_t due = 0, now = clock_now_ms();
    enum status status = next_due(db, &due, fault);
    if (status != STATUS_OK)
        return status;
    if (due > now)
        return fault_set(fault, STATUS_NOT_FOUND, "No job is due.");
    uint64_t token = 0;
    while (!token) {
        entropy_fill(&token, sizeof token);
        token &= INT64_MAX;
    }
    struct take t = { .arena = arena, .out = out, .kind = kind, .now = now, .lease = (int64_t)token };
    status = db_write(db, take, &t, fault);
    if (status == STATUS_OK && !out->id)
        return fault_set(fault, STATUS_NOT_FOUND, "No job is due.");
    return status;
}

/* Runs one of the ends; `*changed` says whether it found its row. */
static enum status end_with(struct db_tx *tx, const struct db_statement *statement, const struct job *job,
                            struct str why, int64_t *changed)
{
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, statement, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, job->id);
    db_bind_int(c, 2, job->lease);
    if (statement == &job_retry || statement == &job_fail || statement == &job_hold)
        db_bind_text(c, 3, why);
    if (statement == &job_retry) {
        db_bind_int(c, 4, JOB_RETRY_BASE_MS);
        db_bind_int(c, 5, clock_now_ms());
        db_bind_int(c, 6, JOB_MAX_STEPS);
    }
    bool row = false;
    status = db_step(c, &row);
    *changed = status == STATUS_OK ? db_changed(c) : 0;
    db_finish(c);
    return status;
}

enum status db_job_end(struct db_tx *tx, const struct job *job, enum job_outcome outcome, struct str why)
{
    /* The first that finds its row as it must be is the end. */
    static const struct db_statement *const ends[][4] = {
        [JOB_OK] = { &job_done, &job_once_more },
        [JOB_TEMPFAIL] = { &job_retry, &job_fail, &job_once_more },
        [JOB_PERMFAIL] = { &job_fail, &job_once_more },
        [JOB_HOLD] = { &job_hold, &job_once_more },
    };
    for (int i = 0; ends[outcome][i]; i++) {
        int64_t changed = 0;
        enum status status = end_with(tx, ends[outcome][i], job, why, &changed);
        if (status != STATUS_OK || changed)
            return status;
    }
    return db_refuse(tx, STATUS_CONFLICT, "This job took too long and was given to somebody else.");
}
