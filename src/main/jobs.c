/*
 * Doing one job of the queue.
 *
 * Promises: a job is taken under a lease, so that one that kills its worker is
 * taken up by the next; a kind that no room does is held for a person to look
 * at. The log names the kind of a job, never its key or argument.
 */
#include "main/jobs.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "media/media.h"
#include "posts/acts.h"
#include "posts/policy.h"
#include "base/banned.h"

enum { RECHECK_MS = 2000, RECHECK_ARENA_MAX = 64 * 1024 * 1024 };

struct due {
    struct post_due due;
    const struct job *job;
};

static enum status due_write(struct db_tx *tx, void *arg)
{
    struct due *d = arg;
    enum status status = posts_due_write(tx, &d->due);
    return status == STATUS_OK ? db_job_end(tx, d->job, JOB_OK, STR("")) : status;
}

/* A scheduled release; its key is "EDITION.TIME". A post that is held is loud here and in "candour doctor". */
static enum status release(struct db *db, const struct settings *settings, struct arena *arena, const struct job *job,
                           struct fault *fault)
{
    (void)settings;
    struct due d = { .due = { .arena = arena, .now = clock_now_ms() }, .job = job };
    struct str rest = job->key;
    struct str edition;
    if (!str_cut(&rest, '.', &edition) || !str_to_i64(edition, &d.due.edition) || !str_to_i64(rest, &d.due.at))
        return fault_set(fault, STATUS_DAMAGED, "The key of a release is not as it is written.");
    enum status status = db_write(db, due_write, &d, fault);
    if (status == STATUS_OK && d.due.held)
        log_event(LOG_ERROR, "posts.release_held", LOG_STR(LOG_WHAT, STR("candour post list names it")));
    return status;
}

struct rechecked {
    const struct job *job;
    bool finished;
};

static enum status rechecked_write(struct db_tx *tx, void *arg)
{
    const struct rechecked *r = arg;
    enum status status = r->finished ? STATUS_OK : db_job_put(tx, r->job->kind, r->job->key, STR(""), 0);
    return status == STATUS_OK ? db_job_end(tx, r->job, JOB_OK, STR("")) : status;
}

/* The live posts against what is in force: for a while, and then the job is put anew, so that others come between. */
static enum status recheck(struct db *db, const struct settings *settings, struct arena *arena, const struct job *job,
                           struct fault *fault)
{
    (void)settings;
    (void)arena; /* the job lives there */
    struct policy_recheck at = { 0 };
    int64_t until = clock_steady_ns() + RECHECK_MS * (int64_t)1000000;
    struct arena *own = arena_new(RECHECK_ARENA_MAX);
    if (!own)
        return fault_no_memory(fault);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && !at.finished && clock_steady_ns() < until)
        status = posts_recheck_step(db, own, clock_now_ms(), &at, fault);
    arena_free(own);
    struct rechecked done = { job, at.finished };
    return status == STATUS_OK ? db_write(db, rechecked_write, &done, fault) : status;
}

const struct job_kind jobs_known[] = {
    { .kind = POLICY_RECHECK_JOB, .run = recheck },
    { .kind = "posts.release", .run = release },
    { .kind = MEDIA_RENDER_JOB, .run = media_render_job },
    { .kind = NULL },
};

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

/* For a job that did not end itself. */
static void end(struct db *db, const struct job *job, enum job_outcome outcome, struct str why)
{
    struct fault fault;
    struct ending ending = { job, outcome, why };
    enum status status = db_write(db, end_write, &ending, &fault);
    if (status != STATUS_OK)
        log_event(LOG_WARN, "worker.job_not_ended", LOG_STR(LOG_JOB, job->kind),
                  LOG_STR(LOG_STATUS, str_of(status_name(status))));
}

static const struct job_kind *kind_of(const struct job_kind *table, struct str kind)
{
    for (; table->kind; table++)
        if (str_equal(str_of(table->kind), kind))
            return table;
    return NULL;
}

enum status jobs_do_next(struct db *db, const struct settings *settings, struct arena *arena,
                         const struct job_kind *table, struct fault *fault)
{
    return jobs_do_next_kind(db, settings, arena, table, STR_NONE, fault);
}

enum status jobs_do_next_kind(struct db *db, const struct settings *settings, struct arena *arena,
                              const struct job_kind *table, struct str wanted, struct fault *fault)
{
    struct job job;
    arena_reset(arena);
    enum status status = db_job_take_kind(db, arena, wanted, &job, fault);
    if (status != STATUS_OK)
        return status;
    const struct job_kind *kind = kind_of(table, job.kind);
    if (!kind) {
        log_event(LOG_ERROR, "worker.job_unknown", LOG_STR(LOG_JOB, job.kind));
        end(db, &job, JOB_HOLD, STR("this version does not know that kind of job"));
        return STATUS_OK;
    }
    struct fault why = { .status = STATUS_OK };
    int64_t begun = clock_steady_ns();
    status = kind->run(db, settings, arena, &job, &why);
    if (status != STATUS_OK)
        end(db, &job, JOB_TEMPFAIL, str_of(status_name(status)));
    log_event(status == STATUS_OK ? LOG_INFO : LOG_WARN, "worker.job", LOG_STR(LOG_JOB, job.kind),
              LOG_STR(LOG_STATUS, str_of(status_name(status))), LOG_I64(LOG_STEP, job.step),
              LOG_I64(LOG_MS, (clock_steady_ns() - begun) / 1000000));
    return STATUS_OK;
}
