/*
 * What is still to be asked: facts that could change the outcome, and to what, the most decisive first.
 *
 * A fact counts where the recording policy's own answer hangs on it, and where it could make out an offence: then it
 * could become what the recording policy answers if that offence is made out. As the engine promises, an outcome too
 * many may be named and none is left out.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "policy/evaluate_inside.h"
#include "base/banned.h"

/* A set of outcomes, one bit each. */
typedef unsigned outcomes;

/* In what a question could change the answer to, the weightiest first. */
static const enum policy_outcome weight[] = {
    POLICY_HATE_CRIME,   POLICY_CRIME,        POLICY_NCHI_WITH_PERSONAL_DATA, POLICY_NCHI, POLICY_REVIEW,
    POLICY_NOT_RECORDED, POLICY_INSUFFICIENT,
};

static outcomes outcomes_of(const struct dmn_outcomes *could)
{
    outcomes set = could->anything ? (1U << POLICY_OUTCOMES) - 1 : 0;
    for (size_t i = 0; i < could->n; i++) {
        enum policy_outcome outcome;
        /* What is no outcome is answered with review. */
        set |= 1U << (evaluate_outcome_of(could->values[i], &outcome) ? outcome : POLICY_REVIEW);
    }
    return set;
}

/* `bears_on`: how many answers it is part of now. */
static void ask(struct evaluation *e, struct str fact, outcomes could, size_t bears_on)
{
    struct policy_question *question = NULL;
    could &= ~(1U << e->out->outcome);
    if (could == 0)
        return;
    for (size_t i = 0; i < e->questions_n && !question; i++)
        if (str_equal(e->questions[i].fact, fact))
            question = &e->questions[i];
    if (!question) {
        const struct policy_fact *about = policy_fact_find(fact);
        if (!about || e->questions_n == EVALUATE_QUESTIONS_MAX ||
            !(question = ARENA_PUSH(e->arena, e->questions, e->questions_n, e->questions_cap)))
            return;
        *question =
            (struct policy_question){ .fact = str_copy(e->arena, fact), .text = about->question, .about = about };
    }
    for (size_t i = 0; i < question->could_become_n; i++)
        could |= 1U << question->could_become[i];
    question->could_become_n = 0;
    for (size_t i = 0; i < POLICY_OUTCOMES; i++)
        if (could >> weight[i] & 1)
            question->could_become[question->could_become_n++] = weight[i];
    question->bears_on += bears_on;
}

/* What recording comes to if the law says this; and what it hangs on then is asked too. */
static enum status recorded_as(struct evaluation *e, struct evaluate_asking *asking, struct evaluate_crime crime,
                               bool now, outcomes *out)
{
    struct dmn_input inputs[EVALUATE_INPUTS_MAX];
    struct feel_value values[EVALUATE_CRIME_INPUTS];
    struct dmn_unknowns unknowns;
    size_t n = evaluate_recording_inputs(e, crime, inputs);
    for (size_t i = 0; i < EVALUATE_CRIME_INPUTS; i++)
        values[i] = inputs[n - EVALUATE_CRIME_INPUTS + i].value;
    enum status status = evaluate_with(e, asking, values);
    if (status == STATUS_OK)
        status = evaluate_unknown(e, asking, e->out->recording->outcome.decision, &unknowns);
    if (status != STATUS_OK)
        return status;
    *out = outcomes_of(&unknowns.results);
    for (size_t i = 0; i < unknowns.n; i++)
        if (unknowns.leaves[i].could_change)
            ask(e, unknowns.leaves[i].path, outcomes_of(&unknowns.leaves[i].could_become), now ? 1 : 0);
    return STATUS_OK;
}

/* What the recording policy would be told if this offence were made out besides those that are. */
static struct evaluate_crime with(const struct evaluation *e, const struct policy_offence *offence)
{
    bool words = offence->section_5 || offence->words_only, already = e->crime.status == POLICY_MADE_OUT;
    return (struct evaluate_crime){ .status = POLICY_MADE_OUT,
                                    .against_person = offence->against_person || (already && e->crime.against_person),
                                    .only_words = words && (!already || e->crime.only_words) };
}

static bool same_crime(struct evaluate_crime a, struct evaluate_crime b)
{
    return a.status == b.status && a.against_person == b.against_person && a.only_words == b.only_words;
}

static enum status ask_of_offences(struct evaluation *e, struct evaluate_asking *asking)
{
    struct {
        bool known;
        outcomes could;
    } answers[4] = { { 0 } };
    for (size_t i = 0; i < e->out->offences_n; i++) {
        const struct policy_offence_answer *answer = &e->out->offences[i];
        if (answer->status != POLICY_POSSIBLE)
            continue;
        struct evaluate_crime crime = with(e, answer->offence);
        if (same_crime(crime, e->crime))
            continue; /* made out or not, recording is told the same */
        unsigned at = (crime.against_person ? 1U : 0U) + (crime.only_words ? 2U : 0U);
        if (!answers[at].known) {
            enum status status = recorded_as(e, asking, crime, false, &answers[at].could);
            if (status != STATUS_OK)
                return status;
            answers[at].known = true;
        }
        for (size_t j = 0; j < answer->missing_n; j++)
            ask(e, answer->missing[j], answers[at].could, 1);
    }
    return STATUS_OK;
}

/* ---- The most decisive first ---- */

static int rank_of(enum policy_outcome outcome)
{
    for (int i = 0; i < POLICY_OUTCOMES; i++)
        if (weight[i] == outcome)
            return i;
    return POLICY_OUTCOMES;
}

static int by_decisiveness(const void *a, const void *b)
{
    const struct policy_question *first = a, *second = b;
    int ranks = rank_of(first->could_become[0]) - rank_of(second->could_become[0]);
    if (ranks != 0)
        return ranks;
    if (first->bears_on != second->bears_on)
        return first->bears_on > second->bears_on ? -1 : 1;
    if (first->about->ask != second->about->ask)
        return first->about->ask < second->about->ask ? -1 : 1;
    return str_compare(first->fact, second->fact);
}

enum status evaluate_questions(struct evaluation *e)
{
    outcomes ignored;
    struct policy_decision what = e->out->recording->outcome;
    struct evaluate_asking asking = { .model = what.model, .names = what.names, .changing = EVALUATE_CRIME_INPUTS };
    asking.n = evaluate_recording_inputs(e, e->crime, asking.inputs);
    enum status status = recorded_as(e, &asking, e->crime, true, &ignored);
    if (status == STATUS_OK)
        status = ask_of_offences(e, &asking);
    if (e->questions_n > 1)
        qsort(e->questions, e->questions_n, sizeof *e->questions, by_decisiveness);
    return status;
}
