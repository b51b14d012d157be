/*
 * The law's part of an answer: which offences are made out, which could still be, and what follows by strand.
 *
 * An offence is made out where no unknown fact could change that, and possible where one could still make it out. What
 * is a defence or a doubt counts as false while it is not known (vocabulary.yaml), so nothing waits for it.
 */
#include "policy/evaluate_inside.h"

#include "base/arena.h"
#include "policy/names.h"
#include "base/banned.h"

/* ---- Offences ---- */

static enum policy_made_out settled(const struct dmn_outcomes *results)
{
    bool could = results->anything, only = results->n == 1 && !results->anything;
    for (size_t i = 0; i < results->n; i++)
        could = could || (results->values[i].kind == FEEL_BOOLEAN && results->values[i].boolean);
    return !could ? POLICY_NOT_MADE_OUT : only ? POLICY_MADE_OUT : POLICY_POSSIBLE;
}

/* "conduct[2].act" of "conduct.act". */
static struct str path_in(struct evaluation *e, struct str path, size_t entry)
{
    struct str head = STR("conduct.");
    if (str_starts(path, head))
        return str_format(e->arena, "conduct[%zu].%.*s", entry, STR_ARG(str_slice(path, head.n, path.n)));
    return str_copy(e->arena, path);
}

/* What one offence came to over the entries so far. */
struct deciding {
    struct policy_offence_answer *answer;
    struct str *missing; /* in the entries in which it is possible */
    size_t missing_n, missing_cap;
    size_t made_out; /* the entry in which it is, where it is */
};

static bool add_missing(struct evaluation *e, const struct dmn_unknowns *unknowns, size_t entry, struct deciding *d)
{
    enum { MISSING_MAX = 256 };
    for (size_t i = 0; i < unknowns->n && d->missing_n < MISSING_MAX; i++) {
        if (!unknowns->leaves[i].could_change)
            continue;
        struct str path = path_in(e, unknowns->leaves[i].path, entry);
        bool there = !path.p;
        for (size_t j = 0; j < d->missing_n && !there; j++)
            there = str_equal(d->missing[j], path);
        if (there)
            continue;
        struct str *room = ARENA_PUSH(e->arena, d->missing, d->missing_n, d->missing_cap);
        if (!room)
            return false;
        *room = path;
    }
    return true;
}

/* One offence in one entry. */
static enum status decide_offence(struct evaluation *e, struct evaluate_asking *asking, struct deciding *d,
                                  size_t entry)
{
    struct dmn_unknowns unknowns;
    enum status status = evaluate_unknown(e, asking, d->answer->offence->made_out.decision, &unknowns);
    if (status != STATUS_OK)
        return status;
    enum policy_made_out here = settled(&unknowns.results);
    if (here == POLICY_POSSIBLE && !add_missing(e, &unknowns, entry, d))
        return fault_no_memory(e->fault);
    if (here == POLICY_MADE_OUT)
        d->made_out = entry;
    if (here < d->answer->status)
        d->answer->status = here;
    return STATUS_OK;
}

/* Whether the offence is still to be looked at in an entry. */
static bool is_open(const struct evaluation *e, const struct deciding *d, const uint64_t *bits)
{
    return d->answer->status != POLICY_MADE_OUT &&
           (e->asked->coverage || policy_ways_open(d->answer->offence->ways, bits));
}

/* The offences of one model over all entries: each until it is made out. */
static enum status decide_model(struct evaluation *e, const struct policy_model *model, const struct dmn_input *inputs,
                                size_t n, uint64_t *bits, struct deciding *all)
{
    const struct policy_facts *facts = e->asked->facts;
    struct evaluate_asking asking = { .model = model, .names = model->names, .n = n, .changing = 1 };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n; i++)
        asking.inputs[i] = inputs[i];
    for (size_t entry = 0; entry < facts->conduct_n; entry++) {
        bool taken = false;
        policy_bits_of(facts->conduct[entry], STR("conduct"), bits);
        for (size_t i = 0; i < e->out->law->offences_n; i++) {
            if (all[i].answer->offence->made_out.model != model || !is_open(e, &all[i], bits))
                continue;
            if (!taken)
                status = evaluate_with(e, &asking, &facts->conduct[entry]);
            taken = true;
            if (status == STATUS_OK)
                status = decide_offence(e, &asking, &all[i], entry);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

/* Why an offence is made out; and for a coverage all rows that its entries reach. */
static enum status explain_offence(struct evaluation *e, struct dmn_input *inputs, size_t n, const struct deciding *d)
{
    const struct policy_facts *facts = e->asked->facts;
    struct policy_decision what = d->answer->offence->made_out;
    enum status status = STATUS_OK;
    bool made_out = d->answer->status == POLICY_MADE_OUT;
    size_t entries_n = made_out ? d->made_out + 1 : facts->conduct_n;
    for (size_t entry = 0; entry < entries_n && status == STATUS_OK; entry++) {
        bool here = made_out && entry == d->made_out;
        struct dmn_result result;
        if (!here && !e->asked->coverage)
            continue;
        inputs[n - 1].value = facts->conduct[entry];
        status = evaluate_run(e, what, inputs, n, &result);
        if (here && status == STATUS_OK)
            explain_trace(e, what, result.trace, false);
    }
    return status;
}

static void finish_offence(struct deciding *d)
{
    if (d->answer->status == POLICY_MADE_OUT && d->answer->offence->possible_only)
        d->answer->status = POLICY_POSSIBLE;
    if (d->answer->status == POLICY_POSSIBLE) {
        d->answer->missing = d->missing;
        d->answer->missing_n = d->missing_n;
    }
}

static void sum_up(struct evaluation *e)
{
    e->crime = (struct evaluate_crime){ .status = POLICY_NOT_MADE_OUT };
    for (size_t i = 0; i < e->out->offences_n; i++)
        if (e->out->offences[i].status < e->crime.status)
            e->crime.status = e->out->offences[i].status;
    e->crime.only_words = e->crime.status != POLICY_NOT_MADE_OUT;
    for (size_t i = 0; i < e->out->offences_n; i++) {
        const struct policy_offence *offence = e->out->offences[i].offence;
        if (e->crime.status == POLICY_NOT_MADE_OUT || e->out->offences[i].status != e->crime.status)
            continue;
        e->crime.against_person = e->crime.against_person || offence->against_person;
        e->crime.only_words = e->crime.only_words && (offence->section_5 || offence->words_only);
    }
}

static enum status rule_out(struct evaluation *e, const struct dmn_input *inputs, size_t n)
{
    struct policy_decision what = e->out->law->can_be_a_crime;
    struct dmn_result result;
    if (!what.decision)
        return STATUS_OK;
    enum status status = evaluate_run(e, what, inputs, n, &result);
    if (status == STATUS_OK && result.value.kind == FEEL_BOOLEAN && !result.value.boolean)
        explain_trace(e, what, result.trace, false);
    return status;
}

enum status evaluate_law(struct evaluation *e)
{
    const struct policy_facts *facts = e->asked->facts;
    const struct policy_version *law = e->out->law;
    struct dmn_input inputs[EVALUATE_INPUTS_MAX];
    size_t n = 0;
    struct policy_offence_answer *answers = ARENA_ARRAY(e->arena, law->offences_n + 1, struct policy_offence_answer);
    struct deciding *all = ARENA_ARRAY(e->arena, law->offences_n + 1, struct deciding);
    uint64_t *bits = ARENA_ARRAY(e->arena, policy_vocabulary_n, uint64_t);
    if (!answers || !all || !bits)
        return fault_no_memory(e->fault);
    for (; n < facts->groups_n; n++) {
        inputs[n] = facts->groups[n];
        policy_bits_of(inputs[n].value, inputs[n].name, bits);
    }
    enum status status = rule_out(e, inputs, n);
    inputs[n++] = (struct dmn_input){ STR_NONE, STR("conduct"), FEEL_NONE };
    for (size_t i = 0; i < law->offences_n; i++) {
        answers[i] = (struct policy_offence_answer){ .offence = law->offences[i], .status = POLICY_NOT_MADE_OUT };
        all[i].answer = &answers[i];
    }
    for (size_t i = 0; i < law->models_n && status == STATUS_OK; i++)
        status = decide_model(e, law->models[i], inputs, n, bits, all);
    for (size_t i = 0; i < law->offences_n && status == STATUS_OK; i++) {
        status = explain_offence(e, inputs, n, &all[i]);
        finish_offence(&all[i]);
    }
    if (status != STATUS_OK)
        return status; /* some of the answers are not there */
    e->out->offences = answers;
    e->out->offences_n = law->offences_n;
    sum_up(e);
    return STATUS_OK;
}

/* ---- By strand ---- */

/* The closed list, for each perceived strand until one fits. */
static enum status aggravate(struct evaluation *e, struct policy_offence_answer *answer)
{
    for (size_t i = 0; i < e->out->strands_n && !answer->aggravated.p; i++) {
        struct dmn_input inputs[] = { { STR_NONE, STR("offence"), feel_string(answer->offence->id) },
                                      { STR_NONE, STR("strand"), feel_string(e->out->strands[i]) } };
        struct dmn_result result;
        enum status status = evaluate_run(e, e->out->law->aggravated, inputs, 2, &result);
        if (status != STATUS_OK)
            return status;
        if (result.value.kind != FEEL_STRING)
            continue;
        answer->aggravated = str_copy(e->arena, result.value.string);
        if (answer->status == POLICY_MADE_OUT)
            explain_trace(e, e->out->law->aggravated, result.trace, false);
    }
    return STATUS_OK;
}

enum status evaluate_aggravated(struct evaluation *e)
{
    enum status status = STATUS_OK;
    struct policy_offence_answer *copy = ARENA_ARRAY(e->arena, e->out->offences_n + 1, struct policy_offence_answer);
    if (!copy)
        return fault_no_memory(e->fault);
    for (size_t i = 0; i < e->out->offences_n; i++)
        copy[i] = e->out->offences[i];
    e->out->offences = copy;
    if (!e->out->law->aggravated.decision)
        return STATUS_OK;
    for (size_t i = 0; i < e->out->offences_n && status == STATUS_OK; i++)
        if (copy[i].status != POLICY_NOT_MADE_OUT)
            status = aggravate(e, &copy[i]);
    return status;
}

static enum policy_truth truth_of(const struct evaluation *e, struct str path)
{
    struct feel_value value = policy_facts_get(e->asked->facts, path);
    return value.kind != FEEL_BOOLEAN ? POLICY_UNKNOWN : value.boolean ? POLICY_YES : POLICY_NO;
}

/* Whether there is evidence to gather: never a finding. */
static enum policy_truth hostility_shown(const struct evaluation *e)
{
    enum policy_truth demonstrated = truth_of(e, STR("hostility.demonstrated"));
    enum policy_truth motivated = truth_of(e, STR("hostility.motivated"));
    struct feel_value court = policy_facts_get(e->asked->facts, STR("evidence.court.hostility"));
    if (court.kind == FEEL_STRING && str_equal(court.string, STR("proved")))
        return POLICY_YES;
    if (demonstrated == POLICY_YES || motivated == POLICY_YES)
        return POLICY_YES;
    return demonstrated == POLICY_NO && motivated == POLICY_NO ? POLICY_NO : POLICY_UNKNOWN;
}

enum status evaluate_uplift(struct evaluation *e)
{
    struct feel_value strands = policy_facts_get(e->asked->facts, STR("hostility.strands"));
    bool provided = false;
    e->out->uplift_available = POLICY_NO;
    if (e->crime.status == POLICY_NOT_MADE_OUT || !e->out->law->uplift.decision)
        return STATUS_OK;
    size_t n = strands.kind == FEEL_LIST && strands.list.n > 0 ? strands.list.n : 1; /* without a strand: none */
    for (size_t i = 0; i < n; i++) {
        bool named = strands.kind == FEEL_LIST && i < strands.list.n;
        struct dmn_input input = { STR_NONE, STR("strand"), named ? strands.list.items[i] : FEEL_NONE };
        struct dmn_result result;
        enum status status = evaluate_run(e, e->out->law->uplift, &input, 1, &result);
        if (status != STATUS_OK)
            return status;
        if (result.value.kind == FEEL_NULL || provided)
            continue;
        provided = true;
        if (e->crime.status == POLICY_MADE_OUT)
            explain_trace(e, e->out->law->uplift, result.trace, false);
    }
    if (provided || strands.kind == FEEL_NULL)
        e->out->uplift_available = hostility_shown(e);
    if (e->out->uplift_available == POLICY_YES && (!provided || e->crime.status != POLICY_MADE_OUT))
        e->out->uplift_available = POLICY_UNKNOWN;
    return STATUS_OK;
}
