/*
 * One evaluation: what it may use, what it said, and the values that are
 * functions. A run belongs to one thread; the model that it reads may serve
 * any number of runs at once.
 */
#ifndef CANDOUR_DMN_RUN_H
#define CANDOUR_DMN_RUN_H

#include "base/status.h"
#include "dmn/node.h"

struct builtin;
struct dmn_trace;
struct dmn_service;
struct model_run;
struct run;

enum feel_function_form { FUNCTION_BUILTIN, FUNCTION_BODY, FUNCTION_DECISION_SERVICE };
/* FUNCTION_BUILTIN: the first member of a struct builtin, which is the first form of its name. */
struct feel_function {
    enum feel_function_form form;
    struct str name;
    const struct body *body;
    const struct feel_value *captured; /* body->captures_n of them */
    const struct dmn_service *service;
    struct model_run *model; /* of a service: whose decisions it asks for */
};

struct run {
    struct arena *arena;
    int64_t steps_left;
    int depth;
    uintptr_t stack;         /* where its first step stood; 0: there was none */
    int64_t now_ms;          /* of today() and now(): the same through the run */
    struct str where;        /* the decision that is evaluated */
    int line;                /* of what is evaluated, for words about it */
    struct dmn_trace *trace; /* of the decision that is evaluated; NULL: it is not asked for */
    bool stopped;            /* a bound was hit: every value from here on is null */
    struct fault fault;      /* which, and where */
    /* Of a service's decisions; `names` NULL: by position. NULL in a run without a model. */
    struct feel_value (*call_service)(struct run *run, const struct feel_function *function,
                                      const struct feel_value *arguments, const struct str *names, size_t n);
    /* Of a decision table; NULL in a run without a model. */
    struct feel_value (*decide)(struct run *run, const struct node *table, struct feel_value *slots);
};

/* The slots are the caller's, as many as the body that the node is of has. */
struct feel_value run_node(struct run *run, const struct node *node, struct feel_value *slots);
/* Whether the value passes the tests of a cell. `slots` as above; the value is put where "?" stands. */
enum feel_truth run_tests(struct run *run, const struct node *tests, struct feel_value value, struct feel_value *slots);
/* The frame of a body: its slots, all null; NULL after a bound was hit. `local` has room for RUN_LOCAL_SLOTS. */
enum { RUN_LOCAL_SLOTS = 12 };
struct feel_value *run_frame(struct run *run, const struct body *body, struct feel_value *local);
/* `names` NULL: by position. */
struct feel_value run_call(struct run *run, struct feel_value function, const struct feel_value *arguments,
                           const struct str *names, size_t n);
/*
 * The value as one of the type: a list of one for its item and the other way round, a date as its midnight (DMN 1.5,
 * 10.3.2.9.4); null, with the reason, where it is none.
 */
struct feel_value run_convert(struct run *run, const struct feel_type *type, struct feel_value value);

/* Null, with words for the author of the model. */
struct feel_value run_null(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A bound was hit: the run ends, and says which. */
struct feel_value run_stop(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct feel_value run_no_memory(struct run *run);
/* How much of a value is looked at in the time of one step, and how many names. */
enum { RUN_WEIGHT_OF_STEP = 8, RUN_NAMES_OF_STEP = 64 };
/* Counts that two values are looked at together. False, and the run stops, where it was too much. */
bool run_looks_at(struct run *run, struct feel_value a, struct feel_value b);
/* feel_type_has, with its work counted. False too where the run stops. */
bool run_type_has(struct run *run, const struct feel_type *type, struct feel_value value);
/* Counts work that a step does besides. False, and the run stops, where it was too much. */
bool run_spend(struct run *run, size_t steps);
/* One part of an expression, or decision, more waits for another. False, and the run stops, where it is too deep. */
bool run_deeper(struct run *run);
/* A value that came from outside: whether it is not too deep or heavy; else the run stops. */
bool run_takes(struct run *run, struct feel_value value);
/* A list or a context that is not too deep or long; else the run stops. */
struct feel_value run_list(struct run *run, const struct feel_value *items, size_t n);
struct feel_value run_context(struct run *run, const struct feel_entry *entries, size_t n);
/* Items of a list; another value is a list of itself, null of nothing. */
struct feel_list run_items(const struct feel_value *value);
/* The arithmetic of DMN 1.5, tables 57 to 59. */
struct feel_value run_arithmetic(struct run *run, enum node_operator operation, struct feel_value a,
                                 struct feel_value b);
struct feel_value run_negate(struct run *run, struct feel_value value);
/* "a.b" of a value that is no list. */
struct feel_value run_property(struct run *run, struct feel_value value, struct str name);

#endif
