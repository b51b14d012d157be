/*
 * The worker child: takes jobs from the database's queue, one at a time, and
 * moves the database's log when there is nothing else to do.
 *
 * Promises: a job is taken under a lease, so that one that kills its worker is
 * taken up by the next; a kind that no room does is held for a person to look
 * at. The log names the kind of a job, never its key or argument.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "main/roles.h"
#include "main/told.h"
#include "main/wiring.h"
#include "base/banned.h"

enum {
    WORKER_ARENA_MAX = 4 * 1024 * 1024,
    WORKER_JOB_ARENA_MAX = 16 * 1024 * 1024,
    WORKER_LOOK_MS = 1000, /* other processes put jobs, too */
    WORKER_AWAY_MS = 1000,
    WORKER_TIDY_MS = 60 * 1000,
};

struct worker_role {
    struct arena *arena;
    struct arena *job_arena;
    struct place place;
    struct db *db;
    int64_t tidied; /* steady ms */
    bool away_said;
};

static struct worker_role here;

static enum status worker_forget(struct proc_self *self, struct fault *fault)
{
    (void)fault;
    self->state = &here;
    return STATUS_OK;
}

static enum status worker_open(struct proc_self *self, struct fault *fault)
{
    here.arena = arena_new(WORKER_ARENA_MAX);
    here.job_arena = arena_new(WORKER_JOB_ARENA_MAX);
    if (!here.arena || !here.job_arena)
        return fault_no_memory(fault);
    bool key = false;
    enum status status = told_read(here.arena, self->told, &here.place, &key, fault);
    if (status != STATUS_OK)
        return status;
    if (key || self->descriptors_n)
        return fault_set(fault, STATUS_DAMAGED, "The parent told the worker what it may not know.");
    roles_log_level(here.place.settings);
    return STATUS_OK;
}

static enum status worker_drop(struct proc_self *self, struct fault *fault)
{
    (void)self;
    return proc_drop_to(here.place.owner, here.place.group, fault);
}

static void database_away(const struct fault *fault)
{
    if (!here.away_said)
        log_event(LOG_WARN, "worker.database_away", LOG_STR(LOG_STATUS, str_of(status_name(fault->status))));
    here.away_said = true;
}

static void database_open(void)
{
    struct fault fault;
    struct db_options options = wiring_database(here.place.folder, false);
    if (db_open(&here.db, &options, &fault) != STATUS_OK) {
        here.db = NULL;
        database_away(&fault);
    }
}

static enum status worker_peers(struct proc_self *self, struct fault *fault)
{
    (void)self;
    (void)fault;
    database_open();
    return STATUS_OK;
}

/* ---- Jobs ---- */

struct ending {
    const struct job *job;
    enum job_outcome outcome;
    struct str why;
};

static enum status end_write(struct db_tx *tx, void *arg)
{
    const struct ending *e = arg;
    return db_job_end(tx, e->job, e->outcome, e->why);
}

/* For a job that could not end itself. */
static void job_end(const struct job *job, enum job_outcome outcome, struct str why)
{
    struct fault fault;
    struct ending ending = { job, outcome, why };
    enum status status = db_write(here.db, end_write, &ending, &fault);
    if (status != STATUS_OK)
        log_event(LOG_WARN, "worker.job_not_ended", LOG_STR(LOG_JOB, job->kind),
                  LOG_STR(LOG_STATUS, str_of(status_name(status))));
}

static void job_do(const struct job *job)
{
    const struct wiring_job *does = wiring_job(job->kind);
    if (!does) {
        log_event(LOG_ERROR, "worker.job_unknown", LOG_STR(LOG_JOB, job->kind));
        job_end(job, JOB_HOLD, STR("this version does not know that kind of job"));
        return;
    }
    struct fault fault = { .status = STATUS_OK };
    int64_t begun = clock_steady_ns();
    enum status status = does->run(here.db, here.place.settings, here.job_arena, job, &fault);
    int64_t ms = (clock_steady_ns() - begun) / 1000000;
    if (status != STATUS_OK)
        job_end(job, JOB_TEMPFAIL, str_of(status_name(status)));
    log_event(status == STATUS_OK ? LOG_INFO : LOG_WARN, "worker.job", LOG_STR(LOG_JOB, job->kind),
              LOG_STR(LOG_STATUS, str_of(status_name(status))), LOG_I64(LOG_STEP, job->step), LOG_I64(LOG_MS, ms));
}

/* Does one job; how long to wait before the next look. */
static int64_t worker_round(void)
{
    struct fault fault;
    struct job job;
    if (!here.db)
        database_open();
    if (!here.db)
        return WORKER_AWAY_MS;
    arena_reset(here.job_arena);
    enum status status = db_job_take(here.db, here.job_arena, &job, &fault);
    if (status == STATUS_OK) {
        here.away_said = false;
        job_do(&job);
        return 0;
    }
    if (status != STATUS_NOT_FOUND) {
        database_away(&fault);
        return WORKER_AWAY_MS;
    }
    here.away_said = false;
    int64_t now = clock_steady_ns() / 1000000;
    if (now - here.tidied >= WORKER_TIDY_MS) {
        bool whole = false;
        here.tidied = now;
        if (db_checkpoint(here.db, false, &whole, &fault) != STATUS_OK)
            log_event(LOG_WARN, "worker.checkpoint_failed", LOG_STR(LOG_STATUS, str_of(status_name(fault.status))));
    }
    int64_t next = INT64_MAX;
    if (db_job_next(here.db, &next, &fault) != STATUS_OK)
        return WORKER_AWAY_MS;
    int64_t wait = next == INT64_MAX ? WORKER_LOOK_MS : next - clock_now_ms();
    return wait < 0 ? 0 : wait > WORKER_LOOK_MS ? WORKER_LOOK_MS : wait;
}

static int worker_loop(struct proc_self *self)
{
    here.tidied = clock_steady_ns() / 1000000;
    proc_self_ready(self);
    int64_t wait = 0;
    while (!proc_self_wait(self, wait))
        wait = worker_round();
    return EXIT_DONE;
}

static void worker_farewell(struct proc_self *self)
{
    (void)self;
    db_close(here.db);
    arena_free(here.job_arena);
    arena_free(here.arena);
}

const struct proc_role role_worker = {
    .word = "worker",
    .forget = worker_forget,
    .open = worker_open,
    .drop = worker_drop,
    .peers = worker_peers,
    .loop = worker_loop,
    .farewell = worker_farewell,
};
