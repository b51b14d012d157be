/* What the files of the check share; for nobody else. The contract is dmn_check in dmn.h. */
#ifndef CANDOUR_DMN_CHECK_H
#define CANDOUR_DMN_CHECK_H

#include "dmn/model.h"

struct checking {
    const struct dmn_model *model;
    struct arena *arena;               /* of the findings */
    struct arena *scratch;             /* emptied after each table */
    const struct dmn_element *element; /* that is looked at */
    struct dmn_finding *findings;
    size_t n, cap;
    struct run run;                 /* for constants */
    const struct feel_type **types; /* of the slots of the body that is looked at; NULL: any */
    struct feel_value *frame;       /* of the same slots: room for what tests put at "?" */
    int slots;
    bool of_element;   /* the body is the element's own: its slots are those of the requirements */
    int depth;         /* expressions that stand in each other */
    bool too_deep;     /* that was said */
    int64_t work_left; /* of DMN_CHECK_WORK_MAX, for all tables */
};

/* One more; its words are set. NULL when memory is gone. */
struct dmn_finding *check_found(struct checking *c, enum dmn_severity severity, enum dmn_finding_kind kind, int line,
                                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Says the rules that a finding is about. */
void check_rules(struct checking *c, struct dmn_finding *finding, size_t a, size_t b);
/* Whether the expression comes to the same value whatever the inputs are. */
bool check_is_constant(const struct node *node);
/* Of a constant; in the scratch arena. Null also where a bound is hit. */
struct feel_value check_value(struct checking *c, const struct node *node);

/* ---- check_type.c ---- */

/* All expressions of a body, and the tables in them; the types of its slots, as far as they are known, are in c->types.
 */
void check_body(struct checking *c, const struct body *body);
/* What the expression gives; NULL: not known. */
const struct feel_type *check_type_of(const struct checking *c, const struct node *node);
/* The kind of every value of the type but null; FEEL_NULL: it has several, or is not known. */
enum feel_kind check_kind_of(const struct feel_type *type);

/* ---- check_gives.c ---- */

/* What can never be of the type that is declared; NULL: none is. `what`: "then", for the words. */
void check_gives(struct checking *c, const struct node *node, const struct feel_type *type, int line, const char *what);
/* The columns of a table: inputs against their types, outputs against what adds them up. */
void check_table_types(struct checking *c, const struct decision_table *table);

/* ---- check_axis.c ---- */

/* Part of what an input can be, on which no cell of its column changes what it says: a point, or all between two. */
struct axis_atom {
    struct feel_value low,
        high; /* the ends, which do not belong to it; null: open; both the same: a point, which does */
    bool point;
    bool other; /* every text that is no point; or, alone, whatever there is */
    bool apart; /* between it and the one before lies what the input cannot be */
    struct feel_value example;
};
struct axis {
    struct str label;
    struct axis_atom *atoms; /* in their order; never none */
    size_t atoms_n;
    const struct node **cells; /* of each rule, with its constants worked out; NULL: whatever is there */
    bool *opaque;              /* of each rule: its cell is of a form that is not examined */
    bool *wrong;               /* of each rule: its cell has values of a kind that the input never is; it was said */
    bool any_opaque;
};
/* Complains of cells that are not examined or never fit. False when memory is gone. */
bool axis_make(struct checking *c, const struct decision_table *table, size_t column, struct axis *out);
/* Whether the rule's cell holds for a value, the example of an atom or null; `unsure` for one that is not examined. */
bool axis_holds(struct checking *c, const struct axis *axis, size_t rule, struct feel_value value, bool unsure);
/* As a cell says it: "[1..5), > 9"; "-" for all. */
struct str axis_cell(struct checking *c, const struct axis *axis, const bool *atoms);

/* ---- check_table.c ---- */

void check_table(struct checking *c, const struct decision_table *table);

#endif
