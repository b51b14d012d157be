/* An element as people look at it, from its XML. Promises: see view.h; as deep as xml.c lets elements be. */
#include "dmn/view.h"

#include "base/arena.h"
#include "dmn/model.h"
#include "dmn/scan.h"
#include "base/banned.h"

enum { TYPE_MAX = 4096 };

static const struct dmn_view_words english = { STR_INIT("result"),      STR_INIT("calls"),
                                               STR_INIT("function of"), STR_INIT("which is not run"),
                                               STR_INIT("where"),       STR_INIT("filter"),
                                               STR_INIT("list"),        STR_INIT("gives"),
                                               STR_INIT("takes"),       STR_INIT("(too long to write)") };

struct viewing {
    struct arena *arena;
    const struct dmn_view_words *words;
    struct str name; /* of the element: the head of an output without one */
    struct dmn_view_part *parts;
    size_t n, cap;
};

static struct dmn_view_part *add(struct viewing *v, int depth, struct str label, struct str text)
{
    struct dmn_view_part *part = ARENA_PUSH(v->arena, v->parts, v->n, v->cap);
    if (part)
        *part = (struct dmn_view_part){ depth, label.p ? label : STR(""), text.p ? text : STR(""), NULL };
    return part;
}

static struct str one_line(struct viewing *v, const struct xml *text)
{
    return text ? scan_name_of(v->arena, text->text) : STR_NONE;
}

static struct str attribute(const struct xml *xml, const char *name)
{
    struct str value = xml ? xml_attribute(xml, name) : STR_NONE;
    return value.p ? value : STR("");
}

/* What stands in the <text> of a child; STR_NONE where there is none. */
static struct str text_in(struct viewing *v, const struct xml *xml, const char *child)
{
    const struct xml *holder = xml_child(xml, child), *text = holder ? xml_child(holder, "text") : NULL;
    return one_line(v, text);
}

/* ---- Tables ---- */

static size_t count(const struct xml *xml, const char *name)
{
    size_t n = 0;
    for (const struct xml *child = xml_child(xml, name); child; child = xml_again(child))
        n++;
    return n;
}

static struct dmn_view_column input_column(struct viewing *v, const struct xml *xml)
{
    struct str expression = text_in(v, xml, "inputExpression"), label = attribute(xml, "label");
    bool both = label.n > 0 && expression.n > 0 && !str_equal(label, expression);
    return (struct dmn_view_column){ .kind = DMN_COLUMN_INPUT,
                                     .head = label.n > 0 ? label : expression,
                                     .expression = both ? expression : STR_NONE,
                                     .values = text_in(v, xml, "inputValues") };
}

static struct dmn_view_column output_column(struct viewing *v, const struct xml *xml)
{
    struct str label = attribute(xml, "label"), name = attribute(xml, "name");
    return (struct dmn_view_column){ .kind = DMN_COLUMN_OUTPUT,
                                     .head = label.n > 0  ? label
                                             : name.n > 0 ? name
                                                          : v->name,
                                     .values = text_in(v, xml, "outputValues"),
                                     .preset = text_in(v, xml, "defaultOutputEntry") };
}

/* The cells of one sort in a row, from `at` on; those that are not there are empty. */
static void take_cells(struct viewing *v, const struct xml *row, const char *name, struct str nothing,
                       struct str *cells, size_t n)
{
    const struct xml *cell = xml_child(row, name);
    for (size_t i = 0; i < n; i++) {
        const struct xml *text = cell ? xml_child(cell, "text") : NULL;
        struct str words = one_line(v, text);
        cells[i] = words.n > 0 ? words : nothing;
        cell = cell ? xml_again(cell) : NULL;
    }
}

/* Room for the table; NULL when memory is gone. */
static struct dmn_view_table *new_table(struct viewing *v, const struct xml *xml, size_t columns, size_t rows,
                                        struct dmn_view_column **column, struct dmn_view_row **row)
{
    struct dmn_view_table *table = ARENA_NEW(v->arena, struct dmn_view_table);
    *column = ARENA_ARRAY(v->arena, columns + 1, struct dmn_view_column);
    *row = ARENA_ARRAY(v->arena, rows + 1, struct dmn_view_row);
    if (!table || !*column || !*row)
        return NULL;
    *table = (struct dmn_view_table){
        .columns = *column, .columns_n = columns, .rows = *row, .rows_n = rows, .line = xml->line
    };
    return table;
}

static const struct dmn_view_table *decision_table(struct viewing *v, const struct xml *xml)
{
    size_t inputs = count(xml, "input"), outputs = count(xml, "output"), notes = count(xml, "annotation");
    size_t n = inputs + outputs + notes;
    struct dmn_view_column *column;
    struct dmn_view_row *row;
    struct dmn_view_table *table = new_table(v, xml, n, count(xml, "rule"), &column, &row);
    if (!table)
        return NULL;
    model_policy(xml, &table->policy, &table->aggregation);
    for (const struct xml *child = xml_child(xml, "input"); child; child = xml_again(child))
        *column++ = input_column(v, child);
    for (const struct xml *child = xml_child(xml, "output"); child; child = xml_again(child))
        *column++ = output_column(v, child);
    for (const struct xml *child = xml_child(xml, "annotation"); child; child = xml_again(child))
        *column++ = (struct dmn_view_column){ .kind = DMN_COLUMN_ANNOTATION, .head = attribute(child, "name") };
    for (const struct xml *rule = xml_child(xml, "rule"); rule; rule = xml_again(rule)) {
        struct str *cells = ARENA_ARRAY(v->arena, n + 1, struct str);
        if (!cells)
            return NULL;
        take_cells(v, rule, "inputEntry", STR("-"), cells, inputs);
        take_cells(v, rule, "outputEntry", STR(""), cells + inputs, outputs);
        take_cells(v, rule, "annotationEntry", STR(""), cells + inputs + outputs, notes);
        *row++ = (struct dmn_view_row){ cells, rule->line };
    }
    return table;
}

/* Expressions in the cells of a relation are literals as a rule; of another only its sort is said. */
static struct str cell_of(struct viewing *v, const struct xml *cell)
{
    const struct xml *text = cell ? xml_child(cell, "text") : NULL;
    if (text || !cell)
        return text ? one_line(v, text) : STR("");
    return str_format(v->arena, "(%.*s)", STR_ARG(cell->name));
}

static const struct dmn_view_table *relation(struct viewing *v, const struct xml *xml)
{
    size_t n = count(xml, "column");
    struct dmn_view_column *column;
    struct dmn_view_row *row;
    struct dmn_view_table *table = new_table(v, xml, n, count(xml, "row"), &column, &row);
    if (!table)
        return NULL;
    table->relation = true;
    for (const struct xml *child = xml_child(xml, "column"); child; child = xml_again(child))
        *column++ = (struct dmn_view_column){ .kind = DMN_COLUMN_OUTPUT, .head = attribute(child, "name") };
    for (const struct xml *child = xml_child(xml, "row"); child; child = xml_again(child)) {
        struct str *cells = ARENA_ARRAY(v->arena, n + 1, struct str);
        const struct xml *cell = child->children;
        if (!cells)
            return NULL;
        for (size_t i = 0; i < n; i++, cell = cell ? cell->next : NULL)
            cells[i] = cell_of(v, cell);
        *row++ = (struct dmn_view_row){ cells, child->line };
    }
    return table;
}

/* ---- Expressions ---- */

static void take(struct viewing *v, const struct xml *xml, int depth, struct str label);

/* "rate (number)" */
static struct str named(struct viewing *v, const struct xml *variable)
{
    struct str type = attribute(variable, "typeRef"), name = attribute(variable, "name");
    return type.n > 0 ? str_format(v->arena, "%.*s (%.*s)", STR_ARG(name), STR_ARG(type)) : name;
}

/* The expression inside of a child, under the child's word. */
static void take_inside(struct viewing *v, const struct xml *xml, const char *child, int depth, struct str label)
{
    const struct xml *holder = xml_child(xml, child), *inner = holder ? model_expression_in(holder) : NULL;
    if (inner)
        take(v, inner, depth, label);
}

static void take_context(struct viewing *v, const struct xml *xml, int depth)
{
    for (const struct xml *entry = xml_child(xml, "contextEntry"); entry; entry = xml_again(entry)) {
        const struct xml *variable = xml_child(entry, "variable"), *inner = model_expression_in(entry);
        struct str label = variable ? named(v, variable) : v->words->result;
        if (inner)
            take(v, inner, depth, label);
        else
            add(v, depth, label, STR(""));
    }
}

static void take_call(struct viewing *v, const struct xml *xml, int depth, struct str label)
{
    const struct xml *called = model_expression_in(xml), *text = called ? xml_child(called, "text") : NULL;
    struct str words = one_line(v, text);
    add(v, depth, label,
        words.p ? str_format(v->arena, "%.*s %.*s", STR_ARG(v->words->calls), STR_ARG(words)) : v->words->calls);
    for (const struct xml *binding = xml_child(xml, "binding"); binding; binding = xml_again(binding)) {
        const struct xml *parameter = xml_child(binding, "parameter"), *inner = model_expression_in(binding);
        if (inner)
            take(v, inner, depth + 1, attribute(parameter, "name"));
    }
}

static struct str parameters_of(struct viewing *v, const struct xml *xml)
{
    struct buf words;
    buf_init(&words, v->arena, TYPE_MAX);
    for (const struct xml *child = xml_child(xml, "formalParameter"); child; child = xml_again(child)) {
        buf_add(&words, words.n > 0 ? STR(", ") : STR(""));
        buf_add(&words, named(v, child));
    }
    return !buf_ok(&words) ? STR("...") : words.n > 0 ? buf_str(&words) : STR("");
}

static void take_function(struct viewing *v, const struct xml *xml, int depth, struct str label)
{
    const struct xml *inner = model_expression_in(xml);
    struct str kind = attribute(xml, "kind"), parameters = parameters_of(v, xml);
    add(v, depth, label,
        kind.n > 0 && !str_equal(kind, STR("FEEL"))
            ? str_format(v->arena, "%.*s %.*s, %.*s: %.*s", STR_ARG(v->words->function_of), STR_ARG(parameters),
                         STR_ARG(v->words->not_run), STR_ARG(kind))
            : str_format(v->arena, "%.*s %.*s", STR_ARG(v->words->function_of), STR_ARG(parameters)));
    if (inner)
        take(v, inner, depth + 1, STR(""));
}

/* A word for the whole where it has a label, and then its children under their words. */
static void take_children(struct viewing *v, const struct xml *xml, int depth, struct str label)
{
    static const char *const parts[] = { "if", "then", "else", "in", "match", "return", "satisfies" };
    struct str variable = attribute(xml, "iteratorVariable");
    struct str head = variable.n > 0          ? str_format(v->arena, "%.*s %.*s", STR_ARG(xml->name), STR_ARG(variable))
                      : xml_is(xml, "filter") ? v->words->filter
                                              : STR("");
    bool own = label.n > 0 || head.n > 0;
    if (own)
        add(v, depth, label, head);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        take_inside(v, xml, parts[i], depth + (own ? 1 : 0),
                    str_equal(str_of(parts[i]), STR("match")) ? v->words->where : str_of(parts[i]));
}

static void take_list(struct viewing *v, const struct xml *xml, int depth, struct str label)
{
    size_t n = 0;
    add(v, depth, label, v->words->list);
    for (const struct xml *child = xml->children; child; child = child->next)
        if (!xml_is(child, "description"))
            take(v, child, depth + 1, str_format(v->arena, "%zu", ++n));
}

static void take(struct viewing *v, const struct xml *xml, int depth, struct str label)
{
    const struct xml *text = xml_child(xml, "text");
    struct dmn_view_part *part;
    if (xml_is(xml, "literalExpression")) {
        add(v, depth, label, text ? str_trim(text->text) : STR(""));
    } else if (xml_is(xml, "decisionTable") || xml_is(xml, "relation")) {
        part = add(v, depth, label, STR(""));
        if (part)
            part->table = xml_is(xml, "relation") ? relation(v, xml) : decision_table(v, xml);
    } else if (xml_is(xml, "context")) {
        if (label.n > 0)
            add(v, depth, label, STR(""));
        take_context(v, xml, depth + (label.n > 0 ? 1 : 0));
    } else if (xml_is(xml, "list")) {
        take_list(v, xml, depth, label);
    } else if (xml_is(xml, "invocation")) {
        take_call(v, xml, depth, label);
    } else if (xml_is(xml, "functionDefinition")) {
        take_function(v, xml, depth, label);
    } else {
        take_children(v, xml, depth, label);
    }
}

static void take_logic(struct viewing *v, const struct dmn_element *element)
{
    const struct xml *logic = xml_child(element->xml, "encapsulatedLogic");
    const struct xml *expression = model_expression_in(element->xml);
    if (expression)
        take(v, expression, 0, STR(""));
    else if (logic)
        take_function(v, logic, 0, STR(""));
    for (size_t i = 0; i < element->service.outputs_n; i++)
        add(v, 0, v->words->gives, element->service.outputs[i]->name);
    for (size_t i = 0; i < element->service.parameters_n; i++)
        add(v, 0, v->words->takes, element->service.parameters[i]->name);
}

bool dmn_view(struct arena *arena, const struct dmn_element *element, const struct dmn_view_words *words,
              struct dmn_view *out)
{
    struct viewing v = { .arena = arena, .words = words ? words : &english, .name = element->name };
    struct dmn_view_need *needs = ARENA_ARRAY(arena, element->requirements_n + 1, struct dmn_view_need);
    struct buf type;
    if (!needs)
        return false;
    *out = (struct dmn_view){ .kind = element->kind, .name = element->name, .needs = needs };
    for (size_t i = 0; i < element->requirements_n; i++)
        if (element->requirements[i].element != element)
            needs[out->needs_n++] =
                (struct dmn_view_need){ element->requirements[i].element->name, element->requirements[i].element->at };
    if (element->type) {
        buf_init(&type, arena, TYPE_MAX);
        feel_type_write(&type, element->type);
        out->type = buf_ok(&type) ? buf_str(&type) : v.words->too_long;
    }
    const struct xml *question = xml_child(element->xml, "question");
    const struct xml *description = xml_child(element->xml, "description");
    out->question = question ? one_line(&v, question) : STR("");
    out->description = description ? one_line(&v, description) : STR("");
    take_logic(&v, element);
    out->parts = v.parts;
    out->parts_n = v.n;
    return !arena_failed(arena);
}
