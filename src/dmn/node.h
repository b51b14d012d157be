/*
 * Expressions of FEEL as they are evaluated: a tree whose names are already
 * places. Made once by parse.c, in the arena of the model; read by any number
 * of runs at once.
 */
#ifndef CANDOUR_DMN_NODE_H
#define CANDOUR_DMN_NODE_H

#include "dmn/type.h"
#include "dmn/value.h"

enum node_kind {
    NODE_VALUE,   /* a literal */
    NODE_SLOT,    /* a name: a place of the frame */
    NODE_FIELD,   /* a name inside a filter: an entry of the item, else what the name is outside */
    NODE_UNKNOWN, /* a name that nothing has */
    NODE_PATH,
    NODE_FILTER,
    NODE_CALL,
    NODE_BINARY,
    NODE_NEGATE,
    NODE_BETWEEN,
    NODE_IN,
    NODE_IF,
    NODE_FOR,
    NODE_SOME,
    NODE_EVERY,
    NODE_LIST,
    NODE_CONTEXT,
    NODE_RANGE,
    NODE_FUNCTION,
    NODE_INSTANCE_OF,
    NODE_TEST,    /* "< 5" */
    NODE_TESTS,   /* of a cell, or after `in` */
    NODE_CONVERT, /* a boxed expression with a type: what does not conform is null */
    NODE_DECISION_TABLE,
};

enum node_operator {
    OPERATOR_ADD,
    OPERATOR_SUBTRACT,
    OPERATOR_MULTIPLY,
    OPERATOR_DIVIDE,
    OPERATOR_POWER,
    OPERATOR_EQUAL,
    OPERATOR_UNEQUAL,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_AND,
    OPERATOR_OR,
};

struct node;
struct decision_table; /* table.h */

struct node_argument {
    struct str name; /* STR_NONE: by its position */
    const struct node *value;
};
struct node_entry {
    struct str name;
    int slot; /* where later entries find it */
    const struct node *value;
    int line;
};
/* `in` of for, some, every; the items are a list, or the whole numbers (or days) from start to end. */
struct node_iterator {
    int slot;
    const struct node *start, *end; /* end NULL: start is the list */
};
struct node_parameter {
    struct str name;
    const struct feel_type *type;
};
/* A value that a function takes along from where it was made. */
struct node_capture {
    int from, to; /* slots of the frame outside and of its own */
};
/* What is evaluated in a frame of its own: the logic of a decision, or of a function. */
struct body {
    const struct node *root; /* NULL: a function of another language, which is not run */
    int slots;               /* of the frame; the parameters are the first */
    const struct node_parameter *parameters;
    size_t parameters_n;
    const struct node_capture *captures;
    size_t captures_n;
    const struct feel_type *result; /* NULL: any */
};

struct node {
    enum node_kind kind;
    int line; /* in the file of the model; 0: not known */
    union {
        struct feel_value value;
        int slot;
        struct {
            struct str name;
            int slot;                   /* of the item */
            const struct node *outside; /* NULL: nothing there has the name */
        } field;
        struct str unknown;
        struct {
            const struct node *target;
            struct str name;
        } path;
        struct {
            const struct node *target, *condition;
            int slot;
            bool uses_item; /* false: the condition is the same for every item */
            bool strict;    /* a boxed one: a condition that is neither true nor false makes all of it null */
        } filter;
        struct {
            const struct node *function;
            const struct node_argument *arguments;
            size_t n;
            bool named;
        } call;
        struct {
            enum node_operator operation;
            const struct node *left, *right;
        } binary;
        const struct node *operand;
        struct {
            const struct node *value, *low, *high;
        } between;
        struct {
            const struct node *value, *tests; /* tests: NODE_TESTS */
        } in;
        struct {
            const struct node *condition, *yes, *no;
            bool strict; /* as above */
        } choice;
        struct {
            const struct node_iterator *iterators;
            size_t n;
            int partial; /* slot of what was made so far */
            const struct node *body;
            bool strict; /* some, every: as above */
        } loop;
        struct {
            const struct node *const *items;
            size_t n;
        } list;
        struct {
            const struct node_entry *entries;
            size_t n;
            const struct node *result; /* of a boxed context: the entry without a name; else NULL */
            struct str twice;          /* a name that two entries have; STR_NONE: there is none */
        } context;
        struct {
            enum feel_range_form form;
            const struct node *start, *end; /* NULL: open to that side */
            bool start_in, end_in;
        } range;
        const struct body *function;
        struct {
            const struct node *value;
            const struct feel_type *type;
        } typed; /* NODE_INSTANCE_OF, NODE_CONVERT */
        struct {
            enum node_operator operation;
            const struct node *end;
        } test;
        struct {
            const struct node *const *items;
            const bool *uses_input; /* for each item, whether "?" stands in it */
            size_t n;
            int slot; /* of "?" */
            bool negated;
        } tests;
        const struct decision_table *table;
    };
};

#endif
