/*
 * A case held against the law of the day it happened and the recording policy of the day it is recorded.
 *
 * The models decide; what is here puts their answers together (docs/policy.md): each offence of the law for each entry
 * of conduct, the aggravated form and the uplift by perceived strand, then the outcome of the recording policy over
 * that. An answer says what it rests on, row by row, and what is still to be asked. Nothing is stored.
 */
#ifndef CANDOUR_POLICY_EVALUATE_H
#define CANDOUR_POLICY_EVALUATE_H

#include "policy/facts.h"
#include "policy/pack.h"

struct policy_coverage;

enum policy_outcome {
    POLICY_HATE_CRIME,
    POLICY_CRIME,
    POLICY_NCHI,
    POLICY_NCHI_WITH_PERSONAL_DATA,
    POLICY_NOT_RECORDED,
    POLICY_INSUFFICIENT,
    POLICY_REVIEW,
};
enum { POLICY_OUTCOMES = POLICY_REVIEW + 1 };
/* "hate-crime"; as the packs and the JSON have it. */
const char *policy_outcome_name(enum policy_outcome outcome);

enum policy_made_out { POLICY_MADE_OUT, POLICY_POSSIBLE, POLICY_NOT_MADE_OUT };
const char *policy_made_out_name(enum policy_made_out status);
enum policy_truth { POLICY_UNKNOWN, POLICY_NO, POLICY_YES };
enum policy_personal_data { POLICY_NOT_APPLICABLE, POLICY_KEEP_OUT, POLICY_ALLOWED };
const char *policy_personal_data_name(enum policy_personal_data decision);

/* One offence over all entries of conduct: the best of them. */
struct policy_offence_answer {
    const struct policy_offence *offence;
    enum policy_made_out status;
    const struct str *missing; /* paths of facts, "conduct[0].occasions"; only where it is possible */
    size_t missing_n;
    struct str aggravated; /* "cda-31-1-b"; STR_NONE */
};
struct policy_reason {
    struct str rule; /* "recording-2023-06/7", "public-order-1998/poa-4a/4": file, decision, row */
    struct str text;
    struct str instrument, place, address; /* address may be empty */
    struct str verified;                   /* "yes", "yes, from a secondary source", "no" */
};
/* Whether the citation was verified, in whatever source. */
bool policy_reason_verified(const struct policy_reason *reason);
struct policy_question {
    struct str fact, text;
    enum policy_outcome could_become[POLICY_OUTCOMES]; /* the weightiest first */
    size_t could_become_n;
    size_t bears_on; /* offences, and the outcome itself */
    const struct policy_fact *about;
};
struct policy_answer {
    enum policy_outcome outcome;
    const struct str *strands; /* perceived by somebody who counts */
    size_t strands_n;
    const struct policy_offence_answer *offences; /* every one of the law: made out, possible, not made out */
    size_t offences_n;
    enum policy_truth uplift_available; /* evidence to gather, never a finding */
    enum policy_personal_data personal_data;
    const struct policy_reason *reasons; /* that of the outcome first */
    size_t reasons_n;
    const struct policy_question *questions; /* the most decisive first */
    size_t questions_n;
    const struct policy_version *law, *recording; /* NULL: none is in force */
    bool signed_off;
};

struct policy_case {
    const struct policy_pack *pack;
    const struct policy_facts *facts;
    int today;                                    /* the day of recording where the facts have none; see policy_day */
    int64_t now_ms;                               /* for models that ask for the time */
    const struct policy_version *law, *recording; /* instead of those in force; NULL: by date */
    struct policy_coverage *coverage;             /* which rows matched; NULL: not asked */
};
/*
 * The answer lives in the arena and in the pack. STATUS_LIMIT where a model hit a bound of the engine, with the
 * decision; STATUS_DAMAGED where a version that counts is refused (sign.h); STATUS_NO_MEMORY. A model that answers what
 * is no outcome yields review, and the reasons say so.
 */
enum status policy_evaluate(struct arena *arena, const struct policy_case *asked, struct policy_answer *out,
                            struct fault *fault);

/*
 * What a run of the engine came to, where `scratch` was its arena with a cap of DMN_RUN_MEMORY_MAX: where the machine's
 * memory is gone the engine says STATUS_LIMIT, or names outcomes too many; both are STATUS_NO_MEMORY here.
 */
enum status policy_run_status(const struct arena *scratch, enum status status, struct fault *fault);

/* The answer as one JSON object; its questions alone, as an array. */
void policy_answer_to_json(struct json_writer *w, const struct policy_answer *answer);
void policy_questions_to_json(struct json_writer *w, const struct policy_answer *answer);

#endif
