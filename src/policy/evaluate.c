/*
 * The composition of an answer: versions by date, the law, who perceives it how, the recording policy over both.
 *
 * Promises: see evaluate.h. What an outcome is, and when, stands in the packs; here stands only what no pack can say:
 * that there is none for this day or nation, and that one answered what is no outcome. Both are review.
 */
#include "policy/evaluate_inside.h"

#include "base/arena.h"
#include "dmn/limits.h"
#include "policy/names.h"
#include "base/banned.h"

const char *policy_outcome_name(enum policy_outcome outcome)
{
    static const char *const names[] = {
        [POLICY_HATE_CRIME] = "hate-crime",
        [POLICY_CRIME] = "crime",
        [POLICY_NCHI] = "nchi",
        [POLICY_NCHI_WITH_PERSONAL_DATA] = "nchi-with-personal-data",
        [POLICY_NOT_RECORDED] = "not-recorded-as-hate",
        [POLICY_INSUFFICIENT] = "insufficient-facts",
        [POLICY_REVIEW] = "review",
    };
    return names[outcome];
}

const char *policy_made_out_name(enum policy_made_out status)
{
    static const char *const names[] = { "made-out", "possible", "not-made-out" };
    return names[status];
}

const char *policy_personal_data_name(enum policy_personal_data decision)
{
    static const char *const names[] = { "not-applicable", "keep-out", "allowed" };
    return names[decision];
}

/* ---- Runs ---- */

/* Where more than this was taken, the next run, or question, begins with an empty arena. */
enum { KEPT = 96 * 1024, ASKING_MEMORY = DMN_RUN_MEMORY_MAX / 8 };

enum status policy_run_status(const struct arena *scratch, enum status status, struct fault *fault)
{
    bool machine = scratch && arena_failed(scratch) && arena_used(scratch) < DMN_RUN_MEMORY_MAX / 2;
    return machine && (status == STATUS_OK || status == STATUS_LIMIT) ? fault_no_memory(fault) : status;
}

enum status evaluate_run(struct evaluation *e, struct policy_decision what, const struct dmn_input *inputs, size_t n,
                         struct dmn_result *out)
{
    if (arena_used(e->scratch) > KEPT) /* blocks that are given back for each run would be fetched again for the next */
        arena_reset(e->scratch);
    enum status status =
        dmn_evaluate(what.model->model, what.decision, e->scratch, e->asked->now_ms, inputs, n, out, e->fault);
    status = policy_run_status(e->scratch, status, e->fault);
    if (status == STATUS_OK && e->asked->coverage)
        policy_coverage_add(e->asked->coverage, what.model, out->trace);
    return status;
}

/* From an empty scratch arena. */
static enum status open_asking(struct evaluation *e, struct evaluate_asking *asking)
{
    struct dmn_input named[EVALUATE_INPUTS_MAX];
    arena_reset(e->scratch);
    asking->open = NULL;
    enum status status = policy_names_only(e->scratch, asking->names, asking->inputs, asking->n, named, e->fault);
    if (status != STATUS_OK)
        return status;
    return dmn_asking_begin(asking->model->model, e->scratch, e->asked->now_ms, named, asking->n, asking->changing,
                            &asking->open, e->fault);
}

enum status evaluate_with(struct evaluation *e, struct evaluate_asking *asking, const struct feel_value *values)
{
    struct dmn_input *own = asking->inputs + asking->n - asking->changing, named[EVALUATE_INPUTS_MAX];
    struct feel_value changed[EVALUATE_INPUTS_MAX];
    for (size_t i = 0; i < asking->changing; i++)
        own[i].value = values[i];
    if (!asking->open)
        return STATUS_OK;
    enum status status = policy_names_only(e->scratch, asking->names, own, asking->changing, named, e->fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < asking->changing; i++)
        changed[i] = named[i].value;
    dmn_asking_change(asking->open, changed);
    return STATUS_OK;
}

enum status evaluate_unknown(struct evaluation *e, struct evaluate_asking *asking, const struct dmn_element *decision,
                             struct dmn_unknowns *out)
{
    bool open = asking->open && arena_used(e->scratch) < ASKING_MEMORY;
    enum status status = open ? STATUS_OK : open_asking(e, asking);
    if (status == STATUS_OK)
        status = dmn_asking_wide(asking->open, decision, out, e->fault);
    return policy_run_status(e->scratch, status, e->fault);
}

static struct str crime_word(enum policy_made_out status)
{
    return status == POLICY_MADE_OUT ? STR("made-out") : status == POLICY_POSSIBLE ? STR("possible") : STR("none");
}

size_t evaluate_recording_inputs(const struct evaluation *e, struct evaluate_crime crime, struct dmn_input *inputs)
{
    const struct policy_facts *facts = e->asked->facts;
    size_t n = 0;
    for (; n < facts->groups_n; n++)
        inputs[n] = facts->groups[n];
    inputs[n++] = (struct dmn_input){ STR_NONE, STR("conduct"), feel_list(facts->conduct, facts->conduct_n) };
    inputs[n++] = (struct dmn_input){ STR_NONE, STR("crime"), feel_string(crime_word(crime.status)) };
    inputs[n++] = (struct dmn_input){ STR_NONE, STR("crime against a person"), feel_boolean(crime.against_person) };
    inputs[n++] = (struct dmn_input){ STR_NONE, STR("only section 5 or words"), feel_boolean(crime.only_words) };
    return n;
}

bool evaluate_outcome_of(struct feel_value value, enum policy_outcome *out)
{
    for (int i = 0; value.kind == FEEL_STRING && i < POLICY_OUTCOMES; i++)
        if (str_equal(value.string, str_of(policy_outcome_name((enum policy_outcome)i)))) {
            *out = (enum policy_outcome)i;
            return true;
        }
    return false;
}

/* ---- Days and versions ---- */

static int day_of(const struct policy_facts *facts, struct str path, int otherwise)
{
    struct feel_value date = policy_facts_get(facts, path);
    return date.kind == FEEL_DATE ? policy_day(date.date) : otherwise;
}

static void choose_versions(struct evaluation *e)
{
    const struct policy_case *asked = e->asked;
    struct feel_value nation = policy_facts_get(asked->facts, STR("place.nation"));
    e->recorded = day_of(asked->facts, STR("dates.recorded"), asked->today);
    e->incident = day_of(asked->facts, STR("dates.incident"), e->recorded);
    e->known_nation = nation.kind != FEEL_STRING || str_equal(nation.string, asked->pack->nation);
    if (e->known_nation)
        e->out->law = asked->law ? asked->law : policy_pack_on(asked->pack, POLICY_LAW, e->incident);
    e->out->recording =
        asked->recording ? asked->recording : policy_pack_on(asked->pack, POLICY_RECORDING, e->recorded);
}

/* ---- Who perceives it ---- */

static bool list_has(struct feel_value list, struct str word)
{
    for (size_t i = 0; list.kind == FEEL_LIST && i < list.list.n; i++)
        if (list.list.items[i].kind == FEEL_STRING && str_equal(list.list.items[i].string, word))
            return true;
    return false;
}

/* By the recording policy in force; where there is none, by the victim or a court alone. */
static enum status is_perceived(struct evaluation *e, bool *out)
{
    const struct policy_facts *facts = e->asked->facts;
    const struct policy_version *recording = e->out->recording;
    struct feel_value court = policy_facts_get(facts, STR("evidence.court.hostility"));
    struct dmn_input inputs[EVALUATE_INPUTS_MAX];
    struct dmn_result result;
    *out = list_has(policy_facts_get(facts, STR("hostility.perceived_by")), STR("victim")) ||
           (court.kind == FEEL_STRING && str_equal(court.string, STR("proved")));
    if (!recording || !recording->perception.decision)
        return STATUS_OK;
    size_t n = evaluate_recording_inputs(e, e->crime, inputs);
    enum status status = evaluate_run(e, recording->perception, inputs, n, &result);
    if (status == STATUS_OK)
        *out = result.value.kind == FEEL_STRING &&
               (str_equal(result.value.string, STR("court")) || str_equal(result.value.string, STR("victim")) ||
                str_equal(result.value.string, STR("qualified other")));
    return status;
}

static enum status take_strands(struct evaluation *e)
{
    struct feel_value strands = policy_facts_get(e->asked->facts, STR("hostility.strands"));
    bool perceived;
    enum status status = is_perceived(e, &perceived);
    if (status != STATUS_OK || !perceived || strands.kind != FEEL_LIST)
        return status;
    struct str *names = ARENA_ARRAY(e->arena, strands.list.n + 1, struct str);
    if (!names)
        return fault_no_memory(e->fault);
    for (size_t i = 0; i < strands.list.n; i++)
        names[i] = strands.list.items[i].string;
    e->out->strands = names;
    e->out->strands_n = strands.list.n;
    return STATUS_OK;
}

/* ---- Recording ---- */

/* True where there is no policy to ask: the answer is review, and why. */
static bool without_policy(struct evaluation *e)
{
    struct str recorded = policy_day_text(e->arena, e->recorded), incident = policy_day_text(e->arena, e->incident);
    e->out->outcome = POLICY_REVIEW;
    if (!e->out->recording)
        explain_plain(e, STR("no-recording-policy"),
                      str_format(e->arena, "There is no recording policy in this pack for %.*s, the day of recording.",
                                 STR_ARG(recorded)));
    if (!e->known_nation && !e->out->recording)
        return true;
    if (!e->out->law && e->known_nation)
        explain_plain(
            e, STR("no-law"),
            str_format(e->arena, "There is no law in this pack for %.*s, the day it happened.", STR_ARG(incident)));
    return !e->out->recording || (!e->out->law && e->known_nation);
}

/* A policy of another nation may say that it has none for this one; what else it answers does not count. */
static void other_nation(struct evaluation *e, enum policy_outcome answered)
{
    if (e->known_nation || answered == POLICY_REVIEW)
        return;
    e->out->outcome = POLICY_REVIEW;
    e->reasons_n = 0;
    explain_plain(e, STR("nation"), STR("It happened where another law counts, and this pack has none for it."));
}

static enum status record(struct evaluation *e)
{
    struct dmn_input inputs[EVALUATE_INPUTS_MAX];
    struct dmn_result result;
    if (without_policy(e))
        return STATUS_OK;
    size_t n = evaluate_recording_inputs(e, e->crime, inputs);
    enum status status = evaluate_run(e, e->out->recording->outcome, inputs, n, &result);
    if (status != STATUS_OK)
        return status;
    if (!evaluate_outcome_of(result.value, &e->out->outcome)) {
        e->out->outcome = POLICY_REVIEW;
        explain_plain(e, STR("no-rule"), STR("No rule of the recording policy in force fits these facts."));
    }
    explain_trace(e, e->out->recording->outcome, result.trace, true);
    other_nation(e, e->out->outcome);
    return STATUS_OK;
}

/* Apart from the decision to record. */
static enum status decide_personal_data(struct evaluation *e)
{
    struct dmn_input inputs[EVALUATE_INPUTS_MAX];
    struct dmn_result result;
    bool incident = e->out->outcome == POLICY_NCHI || e->out->outcome == POLICY_NCHI_WITH_PERSONAL_DATA;
    struct policy_decision decision =
        e->out->recording ? e->out->recording->personal_data : (struct policy_decision){ 0 };
    e->out->personal_data = e->out->outcome == POLICY_NCHI_WITH_PERSONAL_DATA ? POLICY_ALLOWED
                            : incident                                        ? POLICY_KEEP_OUT
                                                                              : POLICY_NOT_APPLICABLE;
    if (!decision.decision)
        return STATUS_OK;
    size_t n = evaluate_recording_inputs(e, e->crime, inputs);
    enum status status = evaluate_run(e, decision, inputs, n, &result);
    if (status != STATUS_OK || !incident || result.value.kind != FEEL_STRING)
        return status;
    for (int i = POLICY_NOT_APPLICABLE; i <= POLICY_ALLOWED; i++)
        if (str_equal(result.value.string, str_of(policy_personal_data_name((enum policy_personal_data)i))))
            e->out->personal_data = (enum policy_personal_data)i;
    explain_trace(e, decision, result.trace, false);
    return STATUS_OK;
}

/* ---- All of it ---- */

/* The reasons from `n` on come before the first `n`: the outcome's before those of the law. */
static enum status put_last_first(struct evaluation *e, size_t n)
{
    struct policy_reason *sorted = ARENA_ARRAY(e->arena, e->reasons_n + 1, struct policy_reason);
    if (!sorted || n > e->reasons_n) /* a list that could not grow begins anew: see ARENA_PUSH */
        return fault_no_memory(e->fault);
    for (size_t i = 0; i < e->reasons_n; i++)
        sorted[i < n ? i + e->reasons_n - n : i - n] = e->reasons[i];
    e->reasons = sorted;
    e->reasons_cap = e->reasons_n + 1;
    return STATUS_OK;
}

static enum status evaluate_all(struct evaluation *e)
{
    enum status status = STATUS_OK;
    choose_versions(e);
    const struct policy_version *const used[] = { e->out->law, e->out->recording };
    for (size_t i = 0; i < 2; i++)
        if (used[i] && used[i]->refused.p)
            return fault_set(e->fault, STATUS_DAMAGED, "%.*s", STR_ARG(used[i]->refused));
    e->crime.status = POLICY_NOT_MADE_OUT;
    if (e->out->law)
        status = evaluate_law(e);
    if (status == STATUS_OK)
        status = take_strands(e);
    size_t of_law = e->reasons_n;
    if (status == STATUS_OK)
        status = record(e);
    if (status == STATUS_OK)
        status = decide_personal_data(e);
    if (status == STATUS_OK)
        status = arena_failed(e->arena) ? fault_no_memory(e->fault) : put_last_first(e, of_law);
    if (status == STATUS_OK && e->out->law)
        status = evaluate_aggravated(e);
    if (status == STATUS_OK && e->out->law)
        status = evaluate_uplift(e);
    if (status == STATUS_OK && e->out->law && e->out->recording)
        status = evaluate_questions(e);
    e->out->reasons = e->reasons;
    e->out->reasons_n = e->reasons_n;
    e->out->questions = e->questions;
    e->out->questions_n = e->questions_n;
    e->out->signed_off = e->out->law && e->out->recording && e->out->law->signed_off && e->out->recording->signed_off;
    return status == STATUS_OK && arena_failed(e->arena) ? fault_no_memory(e->fault) : status;
}

enum status policy_evaluate(struct arena *arena, const struct policy_case *asked, struct policy_answer *out,
                            struct fault *fault)
{
    struct evaluation e = { .asked = asked, .arena = arena, .fault = fault, .out = out };
    *out = (struct policy_answer){ .outcome = POLICY_REVIEW };
    e.scratch = arena_new(DMN_RUN_MEMORY_MAX);
    enum status status = e.scratch ? evaluate_all(&e) : fault_no_memory(fault);
    arena_free(e.scratch);
    return status;
}
