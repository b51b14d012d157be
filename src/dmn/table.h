/*
 * Decision tables (DMN 1.5, chapter 8): compiled once, decided any number of
 * times.
 */
#ifndef CANDOUR_DMN_TABLE_H
#define CANDOUR_DMN_TABLE_H

#include "dmn/run.h"

enum table_hit_policy {
    HIT_UNIQUE,
    HIT_ANY,
    HIT_PRIORITY,
    HIT_FIRST,
    HIT_COLLECT,
    HIT_RULE_ORDER,
    HIT_OUTPUT_ORDER,
};
enum table_aggregation { AGGREGATE_NOT, AGGREGATE_SUM, AGGREGATE_COUNT, AGGREGATE_MIN, AGGREGATE_MAX };

struct table_input {
    struct str label; /* as it is written: the expression */
    const struct node *expression;
    const struct feel_type *type; /* NULL: any */
    const struct node *values;    /* NODE_TESTS of what may come, or NULL */
};
struct table_output {
    struct str name; /* STR_NONE where there is only one without a name */
    const struct feel_type *type;
    const struct node *values; /* NODE_TESTS of what may come, or NULL */
    const struct node
        *order; /* those whose order is that of priority: the values, else what its type allows; or NULL */
    const struct node *preset; /* where no rule matches, or NULL */
};
struct table_rule {
    const struct node *const *tests; /* one for each input; NULL: whatever is there */
    const struct node *const *results;
    const struct str *annotations;
    const struct str *written_tests, *written_results; /* as people read them */
    int line;
};
struct decision_table {
    struct str where; /* the decision it is of */
    enum table_hit_policy policy;
    enum table_aggregation aggregation;
    const struct table_input *inputs;
    size_t inputs_n;
    const struct table_output *outputs;
    size_t outputs_n;
    const struct table_rule *rules;
    size_t rules_n;
    const struct str *annotation_names;
    size_t annotations_n;
    int input_slot; /* of "?" */
    int line;
};

/* What a table did: for the trace. */
struct table_decided {
    const struct decision_table *table;
    const struct feel_value *inputs;
    const size_t *rules; /* that matched, from 0 */
    size_t rules_n;
    struct feel_value output;
    const struct table_decided *before;
};

/* `out` may be NULL. */
struct feel_value table_decide(struct run *run, const struct decision_table *table, struct feel_value *slots,
                               struct table_decided *out);

/* What the rules `hits`, in their order, come to together by the hit policy; without any, what the table says then. */
struct feel_value table_by_policy(struct run *run, const struct decision_table *table, struct feel_value *slots,
                                  size_t *hits, size_t hits_n);
/* The output of one rule, in the type of the table. */
struct feel_value table_result(struct run *run, const struct decision_table *table, struct feel_value *slots,
                               size_t rule);

#endif
