/* A model as it stands in memory; for the files of this room. */
#ifndef CANDOUR_DMN_MODEL_H
#define CANDOUR_DMN_MODEL_H

#include "dmn/dmn.h"
#include "dmn/parse.h"
#include "dmn/table.h"
#include "dmn/xml.h"

/* What an element needs: the value stands in `slot` of its body. */
struct requirement {
    const struct dmn_element *element; /* NULL: there is no such one */
    int slot;
};
struct dmn_service {
    const struct dmn_element *const *outputs, *const *parameters; /* input data, then input decisions */
    size_t outputs_n, parameters_n;
    const struct feel_type *result; /* NULL: any */
};
struct model_file;
struct dmn_element {
    enum dmn_element_kind kind;
    size_t at; /* in the model's list */
    const struct model_file *file;
    struct str id, name, variable; /* the variable's name is the element's but where it says otherwise */
    int line;
    const struct xml *xml;
    const struct feel_type *type; /* of the value; NULL: any */
    const struct body *body;      /* of a decision, or of a business knowledge model */
    const struct requirement *requirements;
    size_t requirements_n;
    struct dmn_service service;
};
struct model_import {
    struct str name, space;
    const struct model_file *file; /* NULL: it was not given */
};
enum type_state { TYPE_NOT_MADE, TYPE_IN_HAND, TYPE_MADE };
struct model_type {
    struct str name;
    const struct xml *xml;
    enum type_state state;
    struct feel_type type;
};
struct model_file {
    struct dmn_file given;
    const struct xml *xml;
    struct str name, space;
    struct model_import *imports;
    size_t imports_n;
    struct model_type *types;
    size_t types_n;
    struct str also; /* another file of the same namespace, which is left out; STR_NONE: none */
};
struct dmn_model {
    struct arena *arena;
    struct model_file *files;
    size_t files_n;
    struct dmn_element *elements;
    size_t elements_n;
    struct members members;
    struct str unread; /* why a file was left out that could not be read: the first such; STR_NONE: none */
    struct dmn_fault *faults;
    size_t faults_n, faults_cap;
};

/* While the model is read. */
struct compiling {
    struct dmn_model *model;
    struct model_file *file;
    struct dmn_element *element; /* NULL: a type */
    int type_depth;              /* types that wait for another to be made */
    struct parsing parsing;
};

void model_complain(struct dmn_model *model, const struct model_file *file, struct str where, int line,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The type of this name in the file, made if it is not yet; "import.tName" of another. NULL where there is none. */
const struct feel_type *model_type_named(struct compiling *c, struct str name);
/* The type in the attribute typeRef, or in the child; NULL: none is said, or it is not known (which is complained of).
 */
const struct feel_type *model_type_of(struct compiling *c, const struct xml *xml);
/* The expression in an element: a literal, a table, any boxed one. A node in every case; NULL when memory is gone. */
const struct node *model_expression(struct compiling *c, const struct xml *xml);
/* What stands in the <text> of an element. */
const struct node *model_literal(struct compiling *c, const struct xml *xml);
/* The first child that is an expression, or NULL. */
const struct xml *model_expression_in(const struct xml *xml);
const struct node *model_table(struct compiling *c, const struct xml *xml);
/* What the element of a decision table says; false where there is no such policy. */
bool model_policy(const struct xml *table, enum table_hit_policy *policy, enum table_aggregation *aggregation);
/* Words of an element, with one space where there were several. */
struct str model_words(struct compiling *c, const struct xml *xml);
struct node *model_node(struct compiling *c, enum node_kind kind, const struct xml *xml);
/* A name for what is read from here on, until the caller puts c->parsing.scope back. */
bool model_enter(struct compiling *c, struct str name, int slot);
/* In the file, or in an imported one with the import's name and a dot before it. */
struct str model_qualified(struct compiling *c, const struct dmn_element *element);

/* ---- model_run.c: for unknown.c ---- */

/* A run over the elements, with those of these inputs that are decisions (unknown.c takes the others by itself); NULL
 * after a bound was hit. Sets what the run needs of a model. */
struct model_run *model_run_begin(struct run *run, const struct dmn_model *model, const struct dmn_input *inputs,
                                  size_t inputs_n);
/* The same inputs with other values. */
void model_run_take(struct model_run *m, const struct dmn_input *inputs, size_t inputs_n);
/* Whether the inputs gave this decision a value. */
bool model_run_given(const struct model_run *m, const struct dmn_element *element);
/* The value of an element, evaluated where it is not yet. */
struct feel_value model_run_value(struct model_run *m, const struct dmn_element *element);
bool model_run_is_input(const struct dmn_element *element, const struct dmn_input *input);

#endif
