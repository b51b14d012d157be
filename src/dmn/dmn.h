/*
 * DMN models: read once, evaluated any number of times, by any number of
 * threads at once (OMG Decision Model and Notation 1.5; files of 1.2 to 1.5).
 *
 * This is the contract of the room, and the one header of libcandour-dmn.
 */
#ifndef CANDOUR_DMN_DMN_H
#define CANDOUR_DMN_DMN_H

#include "base/status.h"
#include "dmn/value.h"

struct arena;
struct dmn_model;
struct feel_type;
struct json;
struct json_writer;

struct dmn_file {
    struct str name;  /* for people: where it is from */
    struct str bytes; /* the XML; used only while it is read */
};
/* What is wrong with a model: with its file, the element it stands in, and the line. */
struct dmn_fault {
    struct str file, where, words;
    int line;
};

/*
 * The first file is the model; it may import the others, by their namespaces. The model lives in the arena, which has
 * to have a cap (DMN_MODEL_MEMORY_MAX is meant for it). STATUS_INVALID and STATUS_LIMIT where a file cannot be read at
 * all; what is wrong inside, and leaves the rest of the model usable, is in dmn_model_faults.
 */
enum status dmn_model_read(struct arena *arena, const struct dmn_file *files, size_t files_n, struct dmn_model **out,
                           struct fault *fault);
const struct dmn_fault *dmn_model_faults(const struct dmn_model *model, size_t *n);
struct str dmn_model_name(const struct dmn_model *model);
struct str dmn_model_namespace(const struct dmn_model *model);

enum dmn_element_kind { DMN_INPUT_DATA, DMN_DECISION, DMN_BUSINESS_KNOWLEDGE_MODEL, DMN_DECISION_SERVICE };
struct dmn_element; /* of the DRG */
/* In the order of the files; those of imported models too. */
size_t dmn_model_elements(const struct dmn_model *model);
const struct dmn_element *dmn_model_element(const struct dmn_model *model, size_t i);
/* `space` STR_NONE: of the first file. NULL where there is none. */
const struct dmn_element *dmn_model_find(const struct dmn_model *model, struct str space, struct str name);
enum dmn_element_kind dmn_element_kind(const struct dmn_element *element);
struct str dmn_element_name(const struct dmn_element *element);
struct str dmn_element_namespace(const struct dmn_element *element);
/* The type of its value (type.h); NULL: none is said. */
const struct feel_type *dmn_element_type(const struct dmn_element *element);
/* What a decision needs, in the order of the model; NULL: there are not so many, or the model names one that is not. */
const struct dmn_element *dmn_element_need(const struct dmn_element *element, size_t i);

/* One value of an input; also of a decision that is to be taken as given. */
struct dmn_input {
    struct str space, name; /* space STR_NONE: of any */
    struct feel_value value;
};
struct dmn_trace; /* trace.h */
struct dmn_result {
    struct feel_value value; /* null with its reason in why */
    const struct dmn_trace
        *trace;    /* of each decision that was evaluated, in the order in which it ended; NULL: not asked */
    int64_t steps; /* what it cost, of DMN_STEPS_MAX; also where a bound was hit */
};
/*
 * A decision, or a decision service with its inputs by name. Values and trace are in the arena, which has to have a cap
 * (DMN_RUN_MEMORY_MAX is meant for it). STATUS_LIMIT, and the fault names decision and line, where a bound was hit.
 */
enum status dmn_evaluate(const struct dmn_model *model, const struct dmn_element *element, struct arena *arena,
                         int64_t now_ms, const struct dmn_input *inputs, size_t inputs_n, struct dmn_result *out,
                         struct fault *fault);

/* What a result could still be. */
struct dmn_outcomes {
    const struct feel_value *values; /* each once; null may be among them */
    size_t n;
    bool anything; /* values besides these too: they are too many to name, or cannot be told */
};
/* An input that is not known, or a member of one: "Age", "Applicant.Age", "conduct[0].occasions" (items from 0). */
struct dmn_unknown_leaf {
    struct str path;
    bool could_change; /* could_become is not empty */
    struct dmn_outcomes could_become;
};
struct dmn_unknowns {
    struct dmn_outcomes results;
    const struct dmn_unknown_leaf *leaves; /* in the order in which the model has them */
    size_t n;
    int64_t steps; /* what it cost */
};
/*
 * What a decision could still come to, and which unknown inputs it depends on. Unknown is an input that `inputs` does
 * not have, or has as null, and, where its type says which members it has, each member that is missing or null; an
 * input of a list that is not given is one leaf. Only what the decision needs is looked at. An unknown leaf stands for
 * every value that its type allows (not for null: once it is known, it is something), all leaves at once. Where its
 * type is not said, the type of a column that it is counts there.
 *
 * results: each outcome that some choice of values for all leaves gives. could_become of a leaf: each outcome that some
 * choice gives where another value of this leaf alone would have given another outcome. So a leaf that has none need
 * not be asked for. Both may have an outcome too many and never lack one; they are exact for a UNIQUE table of
 * constants in which each leaf is one column. Cost: at most leaves x rows x cells of the tables, times a constant.
 *
 * Arena, time and faults as dmn_evaluate. STATUS_LIMIT too where there are more than DMN_UNKNOWN_LEAVES_MAX leaves.
 */
enum status dmn_unknown(const struct dmn_model *model, const struct dmn_element *element, struct arena *arena,
                        int64_t now_ms, const struct dmn_input *inputs, size_t inputs_n, struct dmn_unknowns *out,
                        struct fault *fault);

/*
 * The same, without taking each leaf at each of its values by itself: several times faster. Where a leaf stands in more
 * than one column or expression, an outcome too many is likelier; none is missing, as with dmn_unknown.
 */
enum status dmn_unknown_wide(const struct dmn_model *model, const struct dmn_element *element, struct arena *arena,
                             int64_t now_ms, const struct dmn_input *inputs, size_t inputs_n, struct dmn_unknowns *out,
                             struct fault *fault);

/*
 * The wide answer for several decisions of one model, and for other values of the last `changing` inputs: what the
 * decisions share is looked at once, and after a change again only what hangs on an input that changed. An answer lists
 * only leaves that could change the decision. Each question has the steps of a run of its own; the arena's memory is
 * shared by all of them. It lives in the arena, as its answers do; the model and the values of the inputs have to live
 * as long. STATUS_NO_MEMORY where it could not begin; a bound that is hit is told by the questions.
 */
struct dmn_asking;
enum status dmn_asking_begin(const struct dmn_model *model, struct arena *arena, int64_t now_ms,
                             const struct dmn_input *inputs, size_t inputs_n, size_t changing, struct dmn_asking **out,
                             struct fault *fault);
/* `values`: one for each of the inputs that change. */
void dmn_asking_change(struct dmn_asking *asking, const struct feel_value *values);
/* A decision; no service. STATUS_LIMIT as dmn_unknown: then every further question is answered so. */
enum status dmn_asking_wide(struct dmn_asking *asking, const struct dmn_element *element, struct dmn_unknowns *out,
                            struct fault *fault);

/*
 * JSON as the value that `element` takes: a text becomes a date where its type wants one, and a member
 * that its type has and the object has not is null. NULL: without a type. Values
 * are in the arena; null where it is full (arena_failed says so).
 */
struct feel_value dmn_value_from_json(struct arena *arena, const struct json *json, const struct dmn_element *element);
/* The same of a value that has texts where the element's type has dates. */
struct feel_value dmn_value_typed(struct arena *arena, struct feel_value value, const struct dmn_element *element);
/* Numbers with all their digits; dates, times, durations and ranges as texts. */
void dmn_value_to_json(struct json_writer *w, struct feel_value value);

/* ---- What is wrong with a model ---- */

/* DMN_NOT_EXAMINED: what the check says nothing about, by name. */
enum dmn_severity { DMN_ERROR, DMN_WARNING, DMN_NOT_EXAMINED };
enum dmn_finding_kind {
    DMN_FOUND_FAULT,       /* what reading found: see dmn_model_faults */
    DMN_FOUND_NAME,        /* two elements, or two types, of one name */
    DMN_FOUND_CYCLE,       /* a decision that needs itself */
    DMN_FOUND_TYPE,        /* kinds that never fit each other */
    DMN_FOUND_GAP,         /* inputs that no rule of a table matches */
    DMN_FOUND_OVERLAP,     /* two rules that match together where the table allows one */
    DMN_FOUND_UNREACHABLE, /* a rule that never counts */
    DMN_FOUND_LEFT_OUT,    /* only with DMN_NOT_EXAMINED */
};
struct dmn_finding_cell {
    struct str input, cell;    /* the input as the table calls it, and what of it is meant, as a cell says it */
    struct feel_value example; /* one such value; null: any, null too */
};
struct dmn_finding {
    enum dmn_severity severity;
    enum dmn_finding_kind kind;
    struct str file, where, words; /* where: the element; words: one line for the author of the model */
    int line;
    const size_t *rules; /* of the table, from 1 */
    size_t rules_n;
    const struct dmn_finding_cell *cells; /* of gaps and overlaps: one for each input */
    size_t cells_n;
};
/*
 * What is wrong with a model, by element; with the faults that reading found first. Tables are looked at as
 * DMN 1.5, 8.2.11 has completeness and overlap: exactly, for cells that are literals, ranges, lists of them and
 * not(...), and each input as if it did not depend on the others. null is looked at only where a cell names it. What is
 * bounded is in limits.h (DMN_CHECK_...); where a bound is hit, or a cell is of another form, a finding says so by
 * name. All is in the arena, beside which the model has to live. STATUS_NO_MEMORY.
 */
enum status dmn_check(struct arena *arena, const struct dmn_model *model, const struct dmn_finding **out, size_t *n,
                      struct fault *fault);
/* "gap"; for machines. */
const char *dmn_finding_name(enum dmn_finding_kind kind);

#endif
