/*
 * The worker child: takes jobs from the database's queue, one at a time, and
 * moves the database's log when there is nothing else to do.
 *
 * Promises: a job that is under way when SIGTERM comes is finished; without a
 * database it waits and looks for it again.
 */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "main/jobs.h"
#include "main/roles.h"
#include "main/start_message.h"
#include "main/wiring.h"
#include "media/media.h"
#include "posts/erasure.h"
#include "posts/policy.h"
#include "site/feedback.h"
#include "base/banned.h"

enum {
    WORKER_ARENA_MAX = 4 * 1024 * 1024,
    WORKER_JOB_ARENA_MAX = 16 * 1024 * 1024,
    WORKER_LOOK_MS = 1000, /* other processes put jobs, too */
    WORKER_AWAY_MS = 1000,
    WORKER_TIDY_MS = 60 * 1000,
    WORKER_SWEEP_MS = 60 * 60 * 1000,
};

struct worker_role {
    struct arena *arena;
    struct arena *job_arena;
    struct place place;
    struct db *db;
    int64_t tidied; /* steady ms */
    int64_t swept;  /* the same; 0: not yet */
    int64_t looked; /* the same, whether the live posts are to be checked again */
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
    struct str kinds;
    enum status status = start_message_read(here.arena, self->told, &kinds, &here.place, &key, fault);
    if (status != STATUS_OK)
        return status;
    if (key || kinds.n || self->descriptors_n)
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
    if (place_database_open(here.place.folder, &here.db, &fault) != STATUS_OK) {
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

/* Does one job; how long to wait before the next look. */
static int64_t worker_round(void)
{
    struct fault fault;
    if (!here.db)
        database_open();
    if (!here.db)
        return WORKER_AWAY_MS;
    enum status status = jobs_do_next(here.db, here.place.settings, here.job_arena, jobs_known, &fault);
    if (status == STATUS_OK) {
        here.away_said = false;
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
        int64_t left = 0;
        here.tidied = now;
        arena_reset(here.job_arena);
        /* One that was broken off, or had to wait for a backup; with pictures that nobody names any more. */
        if (posts_erasures_finish(here.db, here.job_arena, clock_now_ms(), 0, &left, &fault) != STATUS_OK || left > 0)
            log_event(LOG_WARN, "worker.erasure_unfinished", LOG_I64(LOG_COUNT, left));
        if (db_checkpoint(here.db, false, &whole, &fault) != STATUS_OK)
            log_event(LOG_WARN, "worker.checkpoint_failed", LOG_STR(LOG_STATUS, str_of(status_name(fault.status))));
    }
    if (here.swept == 0 || now - here.swept >= WORKER_SWEEP_MS) {
        int64_t removed = 0;
        here.swept = now;
        if (media_sweep(here.db, clock_now_ms(), &removed, &fault) != STATUS_OK)
            log_event(LOG_WARN, "worker.sweep_failed", LOG_STR(LOG_STATUS, str_of(status_name(fault.status))));
        else if (removed > 0)
            log_event(LOG_INFO, "worker.swept", LOG_I64(LOG_COUNT, removed));
        removed = 0;
        if (feedback_sweep(here.db, clock_now_ms(), &removed, &fault) != STATUS_OK)
            log_event(LOG_WARN, "worker.feedback_kept", LOG_STR(LOG_STATUS, str_of(status_name(fault.status))));
        else if (removed > 0)
            log_event(LOG_INFO, "worker.feedback_deleted", LOG_I64(LOG_COUNT, removed));
    }
    if (here.looked == 0 || now - here.looked >= WORKER_TIDY_MS) { /* a day has come, or another program */
        here.looked = now;
        arena_reset(here.job_arena);
        if (posts_recheck_want(here.db, here.job_arena, clock_now_ms(), &fault) != STATUS_OK)
            log_event(LOG_WARN, "worker.policy_unread", LOG_STR(LOG_STATUS, str_of(status_name(fault.status))));
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
