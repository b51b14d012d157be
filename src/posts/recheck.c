/*
 * What is live, held against what is in force now.
 *
 * Promises: posts are read and answered in a short snapshot, some at a time, and their answers are one write that
 * counts only if nobody else went on meanwhile; so two that do it at once, and one that dies, do no harm. A post that
 * could not be answered is counted and named as such, never taken for unchanged. What is kept and logged are outcomes,
 * versions and counts, nothing of a post. It changes no post: what to do is for a person.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/zone.h"
#include "posts/act.h"
#include "posts/policy.h"
#include "base/banned.h"

enum { RECHECK_BATCH = 50, ANSWER_MEMORY_MAX = 16 * 1024 * 1024, LIST_MAX = 1024 };
#define NO_STORY STR("-")

struct answered {
    int64_t post, edition;
    struct str answer, versions, today, versions_today, held;
    bool failed;
};

struct batch {
    struct arena *arena; /* what is kept of the answers */
    struct str state;
    int64_t from, upto;
    struct answered *rows;
    size_t n;
    int64_t now;
    bool last; /* nothing is left */
    int64_t changed, failed;
    bool counted; /* nobody else had gone on */
};

static int day_of(int64_t ms)
{
    struct civil day;
    zone_local(ms, &day);
    return day.year * 10000 + day.month * 100 + day.day;
}

static enum status state_of(struct db_tx *tx, struct arena *arena, int64_t now, const struct policy_pack **pack,
                            struct str *state, struct fault *fault)
{
    enum status status = posts_pack(tx, arena, pack, fault);
    if (status != STATUS_OK)
        return status;
    *state = policy_pack_state(arena, *pack, day_of(now));
    return state->p == NULL ? fault_no_memory(fault) : STATUS_OK;
}

static enum status look(struct db_tx *tx, struct arena *arena, struct str state, struct policy_recheck *out,
                        struct posts_recheck *row)
{
    struct posts_recheck_job job;
    *out = (struct policy_recheck){ .due = true };
    enum status status = sql_posts_recheck_job(tx, arena, STR(POLICY_RECHECK_JOB), &job);
    if (status != STATUS_OK)
        return status;
    out->broken = job.failed;
    status = sql_posts_recheck(tx, arena, row);
    if (status == STATUS_NOT_FOUND) {
        *row = (struct posts_recheck){ 0 };
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    out->due = !str_equal(row->state, state);
    out->finished = !out->due && row->finished.set;
    out->total = row->total;
    out->done = row->done;
    out->changed = row->changed;
    out->failed = row->failed;
    out->ended = row->finished;
    return STATUS_OK;
}

enum status posts_recheck_look(struct db_tx *tx, struct arena *arena, int64_t now, struct policy_recheck *out,
                               struct fault *fault)
{
    const struct policy_pack *pack;
    struct posts_recheck row;
    struct str state;
    enum status status = state_of(tx, arena, now, &pack, &state, fault);
    if (status != STATUS_OK)
        return status;
    status = look(tx, arena, state, out, &row);
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The re-check of the live posts could not be read (%s).",
                                           status_name(status));
}

static enum status want_write(struct db_tx *tx, void *arg)
{
    return db_job_put(tx, STR(POLICY_RECHECK_JOB), STR("live"), STR(""), *(const int64_t *)arg);
}

enum status posts_recheck_want(struct db *db, struct arena *arena, int64_t now, struct fault *fault)
{
    struct policy_recheck recheck;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = posts_recheck_look(tx, arena, now, &recheck, fault);
    db_read_end(tx);
    if (status != STATUS_OK || recheck.finished || recheck.broken)
        return status;
    return db_write(db, want_write, &now, fault);
}

/* ---- One post ---- */

static struct str outcome_of(bool evaluated, const struct policy_answer *answer)
{
    return evaluated ? str_of(policy_outcome_name(answer->outcome)) : NO_STORY;
}

/* "ew-law-2022-06, ew-recording-2022-07; not signed off" */
static struct str versions_of(struct arena *arena, bool evaluated, const struct policy_answer *answer)
{
    if (!evaluated)
        return STR("");
    return str_format(arena, "%.*s, %.*s%s", STR_ARG(answer->law != NULL ? answer->law->id : STR("no law")),
                      STR_ARG(answer->recording != NULL ? answer->recording->id : STR("no recording policy")),
                      answer->signed_off ? "" : "; not signed off");
}

static struct str held_by(struct arena *arena, const struct check_result results[CHECKS])
{
    struct buf list;
    buf_init(&list, arena, LIST_MAX);
    for (int i = 0; i < CHECKS; i++)
        if (results[i].outcome == CHECK_BLOCK)
            buf_format(&list, "%s%.*s", list.n > 0 ? ", " : "", STR_ARG(check_id_word(results[i].id)));
    return !buf_ok(&list) ? STR_NONE : list.n > 0 ? buf_str(&list) : STR("");
}

static enum status ask_live(struct db_tx *tx, struct arena *arena, const struct posts_live_after *row,
                            struct act_asked *asked, struct check_result results[CHECKS], struct check_story *story)
{
    struct post_content *content = ARENA_NEW(arena, struct post_content);
    if (content == NULL)
        return STATUS_NO_MEMORY;
    enum status status = edition_read(arena, row->document, row->beside, content);
    if (status == STATUS_OK)
        status = edition_labels_read(row->labels, &asked->labels);
    asked->edition = row->edition;
    asked->content = content;
    asked->published = row->published;
    return status == STATUS_OK ? act_ask(tx, arena, asked, results, story) : status;
}

/*
 * `run` is emptied; what is kept goes into `arena`. A post that takes more than the arena may have is one that could
 * not be checked, so that those behind it are; only memory of the machine fails.
 */
static enum status answer_live(struct db_tx *tx, struct arena *arena, struct arena *run, const struct policy_pack *pack,
                               const struct posts_live_after *row, int64_t now, struct answered *out)
{
    struct check_result results[CHECKS];
    struct check_story story = { 0 };
    struct act_asked asked = { .now = now, .pack = pack };
    *out = (struct answered){ .post = row->post, .edition = row->edition };
    arena_reset(run);
    enum status status = ask_live(tx, run, row, &asked, results, &story);
    if (status != STATUS_OK) {
        bool machine = status == STATUS_NO_MEMORY && arena_used(run) < ANSWER_MEMORY_MAX / 2;
        out->failed = true;
        return machine ? status : STATUS_OK;
    }
    struct str held = held_by(run, results);
    out->answer = outcome_of(story.evaluated, &story.answer);
    out->today = outcome_of(story.today_evaluated, &story.today);
    out->versions = versions_of(arena, story.evaluated, &story.answer);
    out->versions_today = versions_of(arena, story.today_evaluated, &story.today);
    out->held = held.p == NULL ? STR_NONE : str_copy(arena, held);
    return out->versions.p == NULL || out->versions_today.p == NULL || out->held.p == NULL ? STATUS_NO_MEMORY
                                                                                           : STATUS_OK;
}

/* ---- Some of them ---- */

static enum status read_batch(struct db_tx *tx, struct arena *arena, struct arena *run, const struct policy_pack *pack,
                              struct batch *b)
{
    struct posts_live_after *rows;
    size_t n = 0;
    enum status status = sql_posts_live_after(tx, arena, b->from, RECHECK_BATCH, &rows, &n);
    if (status != STATUS_OK)
        return status;
    b->rows = ARENA_ARRAY(arena, n + 1, struct answered);
    if (b->rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        status = answer_live(tx, arena, run, pack, &rows[i], b->now, &b->rows[i]);
        b->failed += b->rows[i].failed;
        b->upto = rows[i].post;
    }
    b->n = n;
    b->last = n < RECHECK_BATCH;
    return status;
}

static enum status keep(struct db_tx *tx, struct batch *b, const struct answered *row)
{
    struct posts_answer_of before;
    enum status status = sql_posts_answer_of(tx, b->arena, row->post, &before);
    bool had = status == STATUS_OK && before.edition == row->edition;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    bool changed = had ? !str_equal(before.answer, row->answer) || !str_equal(before.answer_today, row->today) ||
                             !str_equal(before.held, row->held)
                       : row->held.n > 0;
    if (had && !changed && str_equal(before.state, b->state)) { /* asked for again: what had changed stays said */
        b->changed += before.differs;
        return STATUS_OK;
    }
    b->changed += changed;
    struct str none = STR_NONE;
    return sql_posts_answer_put(tx, row->post, row->edition, b->state, row->answer, row->versions, row->today,
                                row->versions_today, row->held, had ? before.answer : none,
                                had ? before.answer_today : none, had ? before.held : none, changed, NULL);
}

static enum status batch_write(struct db_tx *tx, void *arg)
{
    struct batch *b = arg;
    int64_t counted = 0;
    struct db_opt_int finished = { b->last, b->now };
    enum status status = STATUS_OK;
    b->changed = 0;
    for (size_t i = 0; i < b->n && status == STATUS_OK; i++)
        if (!b->rows[i].failed)
            status = keep(tx, b, &b->rows[i]);
    if (status == STATUS_OK)
        status = sql_posts_recheck_on(tx, b->state, b->from, b->last && b->n == 0 ? b->from : b->upto, (int64_t)b->n,
                                      b->changed, b->failed, finished, &counted);
    b->counted = counted == 1;
    if (status == STATUS_OK && b->counted && b->last)
        status = sql_posts_recheck_mended(tx, STR(POLICY_RECHECK_JOB), NULL);
    if (status == STATUS_OK && !b->counted)
        return db_refuse(tx, STATUS_CONFLICT, "Somebody else went on with the re-check.");
    return status;
}

struct beginning {
    struct str state;
    int64_t now;
};

static enum status begin_write(struct db_tx *tx, void *arg)
{
    const struct beginning *b = arg;
    return sql_posts_recheck_begin(tx, b->state, b->now, NULL);
}

enum status posts_recheck_again_write(struct db_tx *tx, void *unused)
{
    int64_t now = 0;
    (void)unused;
    enum status status = sql_posts_recheck_again(tx, NULL);
    return status == STATUS_OK ? want_write(tx, &now) : status;
}

static enum status step(struct db *db, struct arena *arena, struct arena *run, int64_t now, struct policy_recheck *out,
                        struct fault *fault)
{
    const struct policy_pack *pack;
    struct posts_recheck row;
    struct batch b = { .arena = arena, .now = now };
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = state_of(tx, arena, now, &pack, &b.state, fault);
    if (status == STATUS_OK) {
        status = look(tx, arena, b.state, out, &row);
        if (status == STATUS_OK && !out->due && !out->finished) {
            b.from = row.upto;
            status = read_batch(tx, arena, run, pack, &b);
        }
        if (status != STATUS_OK)
            fault_set(fault, status, "The live posts could not be checked (%s).", status_name(status));
    }
    db_read_end(tx);
    if (status != STATUS_OK || out->finished)
        return status;
    if (out->due)
        return db_write(db, begin_write, &(struct beginning){ b.state, now }, fault);
    status = db_write(db, batch_write, &b, fault);
    if (status == STATUS_CONFLICT)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    out->done += (int64_t)b.n;
    out->changed += b.changed;
    out->failed += b.failed;
    out->finished = b.last;
    if (b.last)
        log_event(out->changed + out->failed > 0 ? LOG_WARN : LOG_INFO, "policy.rechecked",
                  LOG_I64(LOG_COUNT, out->done), LOG_I64(LOG_CHANGED, out->changed), LOG_I64(LOG_FAILED, out->failed));
    return STATUS_OK;
}

enum status posts_recheck_step(struct db *db, struct arena *arena, int64_t now, struct policy_recheck *out,
                               struct fault *fault)
{
    arena_reset(arena);
    struct arena *run = arena_new(ANSWER_MEMORY_MAX);
    if (run == NULL)
        return fault_no_memory(fault);
    enum status status = step(db, arena, run, now, out, fault);
    arena_free(run);
    return status;
}

enum status posts_recheck_changed(struct db_tx *tx, struct arena *arena, int64_t after, struct policy_changed **out,
                                  size_t *n)
{
    struct posts_answers_changed *rows;
    enum status status = sql_posts_answers_changed(tx, arena, after, POLICY_CHANGED_MAX, &rows, n);
    if (status != STATUS_OK)
        return status;
    *out = ARENA_ARRAY(arena, *n + 1, struct policy_changed);
    if (*out == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct policy_changed){ .post = rows[i].post,
                                             .key = rows[i].key,
                                             .answer = rows[i].answer,
                                             .versions = rows[i].versions,
                                             .answer_today = rows[i].answer_today,
                                             .versions_today = rows[i].versions_today,
                                             .held = rows[i].held,
                                             .before_answer = rows[i].before_answer,
                                             .before_today = rows[i].before_today,
                                             .before_held = rows[i].before_held };
    return STATUS_OK;
}

/* ---- Two versions ---- */

static enum status compare_one(struct db_tx *tx, struct arena *run, struct policy_compare *c,
                               const struct posts_live_after *row)
{
    struct check_result results[CHECKS];
    struct check_story stories[2] = { { 0 }, { 0 } };
    arena_reset(run);
    for (int i = 0; i < 2 && (i == 0 || stories[0].evaluated); i++) {
        bool law = c->versions[i]->kind == POLICY_LAW;
        struct act_asked asked = {
            .now = c->now, .pack = c->pack, .law = law ? c->versions[i] : NULL, .recording = law ? NULL : c->versions[i]
        };
        enum status status = ask_live(tx, run, row, &asked, results, &stories[i]);
        if (status == STATUS_NO_MEMORY)
            return status;
        if (status != STATUS_OK || stories[i].evaluated != stories[0].evaluated) {
            c->failed++;
            return STATUS_OK;
        }
    }
    if (!stories[0].evaluated)
        return STATUS_OK;
    c->told++;
    if (stories[0].answer.outcome != stories[1].answer.outcome) {
        c->changed++;
        c->each(c->self, row->key, stories[0].answer.outcome, stories[1].answer.outcome);
    }
    return STATUS_OK;
}

static enum status compare_some(struct db *db, struct arena *arena, struct arena *run, struct policy_compare *c,
                                int64_t *after, size_t *n, struct fault *fault)
{
    struct posts_live_after *rows;
    struct db_tx *tx = NULL;
    arena_reset(arena);
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_posts_live_after(tx, arena, *after, RECHECK_BATCH, &rows, n);
    for (size_t i = 0; status == STATUS_OK && i < *n; i++) {
        status = compare_one(tx, run, c, &rows[i]);
        *after = rows[i].post;
    }
    db_read_end(tx);
    return status == STATUS_OK
               ? status
               : fault_set(fault, status, "The live posts could not be compared (%s).", status_name(status));
}

enum status posts_policy_compare(struct db *db, struct arena *arena, struct policy_compare *compare,
                                 struct fault *fault)
{
    int64_t after = 0;
    size_t n = RECHECK_BATCH;
    enum status status = STATUS_OK;
    struct arena *run = arena_new(ANSWER_MEMORY_MAX);
    if (run == NULL)
        return fault_no_memory(fault);
    compare->told = compare->changed = compare->failed = 0;
    while (status == STATUS_OK && n == RECHECK_BATCH)
        status = compare_some(db, arena, run, compare, &after, &n, fault);
    arena_free(run);
    return status;
}
