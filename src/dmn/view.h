/*
 * An element of a model as people look at it: what it needs, its expression in parts, its tables as they are written.
 * For a terminal and for pages; nothing here is evaluated.
 */
#ifndef CANDOUR_DMN_VIEW_H
#define CANDOUR_DMN_VIEW_H

#include "dmn/dmn.h"
#include "dmn/table.h"

enum dmn_column_kind { DMN_COLUMN_INPUT, DMN_COLUMN_OUTPUT, DMN_COLUMN_ANNOTATION };
struct dmn_view_column {
    enum dmn_column_kind kind;
    struct str head;       /* the label, else the expression or the name; may be empty */
    struct str expression; /* of an input that has a label besides; else STR_NONE */
    struct str values;     /* that are allowed, as they are written; STR_NONE: not said */
    struct str preset;     /* of an output where no rule matches; STR_NONE: none */
};
struct dmn_view_row {
    const struct str *cells; /* one for each column; "-" where an input is not looked at */
    int line;
};
/* A decision table; or a relation, whose columns are all outputs. */
struct dmn_view_table {
    bool relation;
    enum table_hit_policy policy;
    enum table_aggregation aggregation;
    const struct dmn_view_column *columns;
    size_t columns_n;
    const struct dmn_view_row *rows;
    size_t rows_n;
    int line; /* in the file: the same as that of the table in a trace */
};
/* A piece of an expression; an expression of FEEL alone is one of depth 0 without a label. */
struct dmn_view_part {
    int depth;        /* inside how many others */
    struct str label; /* "rate (number)", "if", "calls": may be empty */
    struct str text;  /* as it is written, with its line ends; empty where only what follows says more */
    const struct dmn_view_table *table; /* or NULL */
};
struct dmn_view_need {
    struct str name;
    size_t at; /* in the model's list */
};
struct dmn_view {
    enum dmn_element_kind kind;
    struct str name, type;            /* type STR_NONE: not said */
    struct str question, description; /* as the model has them; may be empty */
    const struct dmn_view_need *needs;
    size_t needs_n;
    const struct dmn_view_part *parts; /* none for inputs */
    size_t parts_n;
};

/* What labels say beside names and FEEL's own words; a name comes behind those that end in "of" or say "calls". */
struct dmn_view_words {
    struct str result, calls, function_of, not_run, where, filter, list, gives, takes, too_long;
};
/*
 * `words` NULL: in English. False when memory is gone. What is in it lives in the arena, in the words and in the model.
 */
bool dmn_view(struct arena *arena, const struct dmn_element *element, const struct dmn_view_words *words,
              struct dmn_view *out);

#endif
