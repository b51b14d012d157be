/*
 * Feedback as rows: see feedback.h. No HTML in here.
 *
 * An attacker sends much of it: how many are kept a day is bounded, and how long each is; what comes above that is
 * refused before it is written.
 */
#include "site/feedback.h"

#include "base/arena.h"
#include "base/zone.h"
#include "site/site_sql.h"
#include "base/banned.h"

enum { SWEEP_ARENA = 64 * 1024 };
static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;

static const struct str outcome_words[FEEDBACK_OUTCOMES] = {
    [FEEDBACK_DONE] = STR_INIT("done"),
    [FEEDBACK_NO_ACTION] = STR_INIT("no-action"),
    [FEEDBACK_MAY_BE_A_REPORT] = STR_INIT("may-be-a-report"),
};

struct str feedback_outcome_word(enum feedback_outcome outcome)
{
    return (unsigned)outcome < FEEDBACK_OUTCOMES ? outcome_words[outcome] : STR_NONE;
}

bool feedback_outcome_of_word(struct str word, enum feedback_outcome *out)
{
    for (unsigned i = 0; i < FEEDBACK_OUTCOMES; i++) {
        if (str_equal(word, outcome_words[i])) {
            *out = (enum feedback_outcome)i;
            return true;
        }
    }
    return false;
}

enum status feedback_send_write(struct db_tx *tx, void *arg)
{
    const struct feedback_sent *sent = arg;
    struct site_feedback_known known;
    struct site_feedback_today today;
    enum status status = sql_site_feedback_known(tx, sent->arena, sent->once, sent->words, &known);
    if (status != STATUS_NOT_FOUND)
        return status; /* it is there already, or the database failed */
    status = sql_site_feedback_today(tx, sent->arena, sent->day, &today);
    if (status == STATUS_OK && today.n >= FEEDBACK_A_DAY)
        return db_refuse(tx, STATUS_LIMIT, "No more feedback is kept today.");
    return status == STATUS_OK ? sql_site_feedback_add(tx, sent->day, sent->once, sent->words, sent->page, NULL)
                               : status;
}

static enum status list(struct db_tx *tx, struct arena *arena, int64_t before, int64_t most, struct feedback **rows,
                        size_t *n)
{
    struct site_feedback_list *found;
    *n = 0;
    enum status status = sql_site_feedback_list(tx, arena, before, most, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct feedback);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*rows)[i] = (struct feedback){ .number = found[i].id,
                                        .day = found[i].day,
                                        .words = found[i].words,
                                        .page = found[i].page,
                                        .outcome = found[i].outcome,
                                        .note = found[i].note };
    return STATUS_OK;
}

enum status feedback_list(struct db_tx *tx, struct arena *arena, int64_t before, struct feedback **rows, size_t *n)
{
    return list(tx, arena, before, FEEDBACK_LIST_MAX, rows, n);
}

enum status feedback_find(struct db_tx *tx, struct arena *arena, int64_t number, struct feedback *out)
{
    struct feedback *rows;
    size_t n = 0;
    if (number < 1 || number == INT64_MAX)
        return STATUS_NOT_FOUND;
    enum status status = list(tx, arena, number + 1, 1, &rows, &n);
    if (status == STATUS_OK && (n == 0 || rows[0].number != number))
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        *out = rows[0];
    return status;
}

/* The actor as the database knows it now. */
static enum status may_act(struct db_tx *tx, struct arena *arena, const struct act *act)
{
    struct actor actor;
    if (act->by == NULL)
        return db_refuse(tx, STATUS_DENIED, "Somebody must act: say who you are.");
    enum status status = account_find_id(tx, arena, act->by->account, &actor);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (status == STATUS_NOT_FOUND || !actor_may(&actor, PERMISSION_POST_PUBLISH))
        return db_refuse(tx, STATUS_DENIED,
                         "Feedback is acted on by the role duty-communications, which this account does not have: ask "
                         "an administrator for it.");
    return STATUS_OK;
}

enum status feedback_act_write(struct db_tx *tx, void *arg)
{
    const struct feedback_act *act = arg;
    int64_t changed = 0;
    enum status status = may_act(tx, act->arena, act->act);
    if (status != STATUS_OK)
        return status;
    if (act->note.p != NULL &&
        (!str_is_text(act->note) || !str_is_line(act->note) || str_code_points(act->note) > FEEDBACK_NOTE_POINTS))
        return db_refuse(tx, STATUS_INVALID, "A note is one line of at most %d characters.", FEEDBACK_NOTE_POINTS);
    status = sql_site_feedback_act(tx, act->number, feedback_outcome_word(act->outcome), act->note, &changed);
    if (status == STATUS_OK && changed == 0)
        return db_refuse(tx, STATUS_NOT_FOUND,
                         "There is no feedback %lld; it is deleted after %d days. \"candour feedback list\" names what "
                         "there is.",
                         (long long)act->number, FEEDBACK_DAYS);
    if (status != STATUS_OK)
        return status;
    struct str words = str_format(act->arena, "feedback %lld: %.*s", (long long)act->number,
                                  STR_ARG(feedback_outcome_word(act->outcome)));
    return words.p == NULL ? STATUS_NO_MEMORY : audit_add(tx, act->act, STR("feedback.acted"), 0, words);
}

struct sweep {
    struct str before;
    int64_t removed;
};

static enum status sweep_write(struct db_tx *tx, void *arg)
{
    struct sweep *s = arg;
    s->removed = 0;
    return sql_site_feedback_delete(tx, s->before, &s->removed);
}

static enum status is_due(struct db *db, struct arena *arena, struct str before, bool *due, struct fault *fault)
{
    struct site_feedback_old row;
    struct db_tx *tx;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_site_feedback_old(tx, arena, before, &row);
    db_read_end(tx);
    *due = status == STATUS_OK;
    return *due || status == STATUS_NOT_FOUND
               ? STATUS_OK
               : fault_set(fault, status, "Old feedback could not be looked for: run candour doctor.");
}

enum status feedback_sweep(struct db *db, int64_t now, int64_t *removed, struct fault *fault)
{
    struct arena *arena = arena_new(SWEEP_ARENA);
    struct sweep s = { 0 };
    bool due = false;
    if (arena == NULL)
        return fault_no_memory(fault);
    s.before = zone_day(arena, now - FEEDBACK_DAYS * day_ms);
    enum status status = s.before.p == NULL ? fault_no_memory(fault) : is_due(db, arena, s.before, &due, fault);
    if (status == STATUS_OK && due)
        status = db_write(db, sweep_write, &s, fault);
    if (removed != NULL)
        *removed = s.removed;
    arena_free(arena);
    return status;
}
