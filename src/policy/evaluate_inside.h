/* One evaluation while it goes on. For this room only. */
#ifndef CANDOUR_POLICY_EVALUATE_INSIDE_H
#define CANDOUR_POLICY_EVALUATE_INSIDE_H

#include "dmn/trace.h"
#include "policy/coverage.h"
#include "policy/evaluate.h"

enum {
    EVALUATE_REASONS_MAX = 400,
    EVALUATE_QUESTIONS_MAX = 400,
    EVALUATE_INPUTS_MAX = POLICY_GROUPS_MAX + 4,
};

/* What the recording policy is told of the law's answer. */
struct evaluate_crime {
    enum policy_made_out status;
    bool against_person, only_words; /* only section 5 or words */
};

struct evaluation {
    const struct policy_case *asked;
    struct arena *arena;   /* of the answer */
    struct arena *scratch; /* of runs of the engine; a run may empty it first */
    struct fault *fault;
    struct policy_answer *out;
    int incident, recorded; /* days */
    bool known_nation;      /* of this pack */
    struct evaluate_crime crime;
    struct policy_reason *reasons;
    size_t reasons_n, reasons_cap;
    struct policy_question *questions;
    size_t questions_n, questions_cap;
};

/* A run in the scratch arena, noted in the coverage. */
enum status evaluate_run(struct evaluation *e, struct policy_decision what, const struct dmn_input *inputs, size_t n,
                         struct dmn_result *out);
/*
 * What could still come of several decisions of one model, and of other values of some inputs. It lives in the scratch
 * arena, as its answers do: each has to be used up before the next question, and the last before evaluate_run.
 */
struct evaluate_asking {
    const struct policy_model *model;
    const bool *names; /* of facts that count: see policy_decision */
    struct dmn_input inputs[EVALUATE_INPUTS_MAX];
    size_t n, changing;      /* the last `changing` of the `n` may be given other values by evaluate_with */
    struct dmn_asking *open; /* NULL: nothing was asked yet */
};
/* Other values for the inputs that change. */
enum status evaluate_with(struct evaluation *e, struct evaluate_asking *asking, const struct feel_value *values);
enum status evaluate_unknown(struct evaluation *e, struct evaluate_asking *asking, const struct dmn_element *decision,
                             struct dmn_unknowns *out);
/*
 * The inputs of the recording policy, as if the law had said this; at most EVALUATE_INPUTS_MAX, the last
 * EVALUATE_CRIME_INPUTS of them what the law said.
 */
enum { EVALUATE_CRIME_INPUTS = 3 };
size_t evaluate_recording_inputs(const struct evaluation *e, struct evaluate_crime crime, struct dmn_input *inputs);
bool evaluate_outcome_of(struct feel_value value, enum policy_outcome *out);

/* evaluate_law.c: offences, strands' aggravated forms, uplift. */
enum status evaluate_law(struct evaluation *e);
enum status evaluate_aggravated(struct evaluation *e);
enum status evaluate_uplift(struct evaluation *e);

/* explain.c */
/* The rows that matched in the trace of `decision`; of the other decisions behind it too where `whole`. */
void explain_trace(struct evaluation *e, struct policy_decision what, const struct dmn_trace *trace, bool whole);
/* A reason that no row gives. */
void explain_plain(struct evaluation *e, struct str rule, struct str text);

/* ask.c: after the outcome is known. */
enum status evaluate_questions(struct evaluation *e);

#endif
