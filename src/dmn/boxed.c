/*
 * Boxed expressions (DMN 1.5, 7.3.6 and chapter 10.2): from the elements of a file to the same trees that FEEL's text
 * makes, so that there is one evaluation.
 */
#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/model.h"
#include "dmn/scan.h"
#include "base/banned.h"

static const char *const expressions[] = {
    "literalExpression", "decisionTable", "context", "relation", "list",  "invocation", "functionDefinition",
    "conditional",       "filter",        "for",     "some",     "every", NULL
};

struct node *model_node(struct compiling *c, enum node_kind kind, const struct xml *xml)
{
    struct node *node = ARENA_NEW(c->model->arena, struct node);
    if (node) {
        node->kind = kind;
        node->line = xml->line;
    }
    return node;
}

bool model_enter(struct compiling *c, struct str name, int slot)
{
    struct scope *scope = ARENA_NEW(c->model->arena, struct scope);
    if (!scope)
        return false;
    *scope = (struct scope){ c->parsing.scope, name, slot, c->parsing.maker };
    c->parsing.scope = scope;
    return true;
}

struct str model_words(struct compiling *c, const struct xml *xml)
{
    return scan_name_of(c->model->arena, xml->text);
}

const struct xml *model_expression_in(const struct xml *xml)
{
    for (const struct xml *child = xml->children; child; child = child->next)
        for (size_t i = 0; expressions[i]; i++)
            if (xml_is(child, expressions[i]))
                return child;
    return NULL;
}

static struct str name_of(struct compiling *c, const struct xml *xml)
{
    struct str name = xml_attribute(xml, "name");
    return name.p ? scan_name_of(c->model->arena, name) : STR("");
}

/* Null, without a complaint: an element that may be left empty. */
static const struct node *nothing(struct compiling *c, const struct xml *xml)
{
    return model_node(c, NODE_VALUE, xml);
}

/* The expression inside an element such as <then>; one that is not there is complained of. */
static const struct node *inside(struct compiling *c, const struct xml *xml, const char *name)
{
    const struct xml *holder = xml_child(xml, name);
    const struct xml *expression = holder ? model_expression_in(holder) : NULL;
    if (expression)
        return model_expression(c, expression);
    return parse_fault(&c->parsing, xml->line, "<%.*s> has no expression in its <%s>", STR_ARG(xml->name), name);
}

const struct node *model_literal(struct compiling *c, const struct xml *xml)
{
    const struct xml *text = xml_child(xml, "text");
    struct str language = xml_attribute(xml, "expressionLanguage");
    if (language.n > 0 && str_find(language, STR("FEEL")) < 0 && str_find(language, STR("feel")) < 0)
        return parse_fault(&c->parsing, xml->line, "its language is %.*s, and only FEEL is evaluated",
                           STR_ARG(language));
    if (!text || str_trim(text->text).n == 0)
        return nothing(c, xml);
    c->parsing.line = text->line;
    return parse_expression(&c->parsing, text->text);
}

/* ---- Contexts ---- */

/* A value that a named type has: what does not conform is null. */
static const struct node *converted(struct compiling *c, const struct xml *typed, const struct node *value)
{
    const struct feel_type *type = model_type_of(c, typed);
    struct node *node = type && value ? model_node(c, NODE_CONVERT, typed) : NULL;
    if (!node)
        return value;
    node->typed.value = value;
    node->typed.type = type;
    return node;
}

static const struct node *context(struct compiling *c, const struct xml *xml)
{
    const struct scope *outside = c->parsing.scope;
    struct node *node = model_node(c, NODE_CONTEXT, xml);
    struct node_entry *entries = NULL;
    size_t n = 0, cap = 0;
    bool good = node != NULL;
    for (const struct xml *child = xml_child(xml, "contextEntry"); good && child; child = xml_again(child)) {
        const struct xml *variable = xml_child(child, "variable"), *expression = model_expression_in(child);
        const struct node *value =
            expression ? model_expression(c, expression)
                       : parse_fault(&c->parsing, child->line, "an entry of the context has no expression");
        if (!variable) {
            node->context.result = value;
            good = value != NULL;
            continue;
        }
        struct node_entry *room = value ? ARENA_PUSH(c->model->arena, entries, n, cap) : NULL;
        good = room != NULL;
        if (!good)
            break;
        *room = (struct node_entry){ name_of(c, variable), maker_slot(c->parsing.maker), converted(c, variable, value),
                                     child->line };
        members_add(&c->model->members, room->name);
        good = model_enter(c, room->name, room->slot);
    }
    c->parsing.scope = outside;
    if (!good)
        return NULL;
    return parse_entries(&c->parsing, node, entries, n) ? node : NULL;
}

/* ---- Lists and relations ---- */

static const struct node *list(struct compiling *c, const struct xml *xml)
{
    struct node *node = model_node(c, NODE_LIST, xml);
    const struct node **items = NULL;
    size_t n = 0, cap = 0;
    if (!node)
        return NULL;
    for (const struct xml *child = xml->children; child; child = child->next) {
        bool is = false;
        for (size_t i = 0; expressions[i]; i++)
            is = is || xml_is(child, expressions[i]);
        const struct node **room = is ? ARENA_PUSH(c->model->arena, items, n, cap) : NULL;
        if (!is)
            continue;
        if (!room || !(items[n - 1] = model_expression(c, child)))
            return NULL;
    }
    node->list.items = items;
    node->list.n = n;
    return node;
}

/* A row becomes a context with an entry for each column. */
static const struct node *relation_row(struct compiling *c, const struct xml *const *columns, size_t columns_n,
                                       const struct xml *row)
{
    struct node *node = model_node(c, NODE_CONTEXT, row);
    struct node_entry *entries = NULL;
    size_t n = 0, cap = 0;
    const struct xml *cell = row->children;
    if (!node)
        return NULL;
    for (size_t i = 0; i < columns_n; i++) {
        const struct xml *column = columns[i];
        struct node_entry *room = ARENA_PUSH(c->model->arena, entries, n, cap);
        if (!room)
            return NULL;
        *room = (struct node_entry){ name_of(c, column), maker_slot(c->parsing.maker), NULL, row->line };
        members_add(&c->model->members, room->name);
        const struct node *value = cell ? model_expression(c, cell) : nothing(c, row);
        if (!(entries[n - 1].value = converted(c, column, value)))
            return NULL;
        cell = cell ? cell->next : NULL;
    }
    return parse_entries(&c->parsing, node, entries, n) ? node : NULL;
}

static const struct node *relation(struct compiling *c, const struct xml *xml)
{
    struct node *node = model_node(c, NODE_LIST, xml);
    const struct node **items = NULL;
    size_t n = 0, cap = 0;
    if (!node)
        return NULL;
    const struct xml **columns = NULL;
    size_t columns_n = 0, columns_cap = 0;
    for (const struct xml *column = xml_child(xml, "column"); column; column = xml_again(column)) {
        const struct xml **room = ARENA_PUSH(c->model->arena, columns, columns_n, columns_cap);
        if (!room)
            return NULL;
        *room = column;
    }
    for (const struct xml *row = xml_child(xml, "row"); row; row = xml_again(row)) {
        const struct node **room = ARENA_PUSH(c->model->arena, items, n, cap);
        if (!room || !(items[n - 1] = relation_row(c, columns, columns_n, row)))
            return NULL;
    }
    node->list.items = items;
    node->list.n = n;
    return node;
}

/* ---- Functions ---- */

static const struct node *invocation(struct compiling *c, const struct xml *xml)
{
    const struct xml *called = model_expression_in(xml);
    struct node *node = model_node(c, NODE_CALL, xml);
    struct node_argument *arguments = NULL;
    size_t n = 0, cap = 0;
    if (!node)
        return NULL;
    if (!called)
        return parse_fault(&c->parsing, xml->line, "the invocation does not say what it calls");
    node->call.function = model_expression(c, called);
    for (const struct xml *binding = xml_child(xml, "binding"); binding; binding = xml_again(binding)) {
        const struct xml *parameter = xml_child(binding, "parameter"), *value = model_expression_in(binding);
        struct node_argument *room = ARENA_PUSH(c->model->arena, arguments, n, cap);
        if (!room)
            return NULL;
        *room = (struct node_argument){ parameter ? name_of(c, parameter) : STR(""), NULL };
        if (!(arguments[n - 1].value = value ? model_expression(c, value) : nothing(c, binding)))
            return NULL;
    }
    node->call.arguments = arguments;
    node->call.n = n;
    node->call.named = n > 0;
    return node->call.function ? node : NULL;
}

static const struct node *function(struct compiling *c, const struct xml *xml)
{
    struct node *node = model_node(c, NODE_FUNCTION, xml);
    struct body *body = ARENA_NEW(c->model->arena, struct body);
    struct maker maker = { .outside = c->parsing.maker, .arena = c->model->arena };
    struct parsing outside = c->parsing;
    struct node_parameter *parameters = NULL;
    size_t n = 0, cap = 0;
    bool good = node && body;
    struct str kind = xml_attribute(xml, "kind");
    const struct xml *expression = model_expression_in(xml);
    c->parsing.maker = &maker;
    for (const struct xml *child = xml_child(xml, "formalParameter"); good && child; child = xml_again(child)) {
        struct node_parameter *room = ARENA_PUSH(c->model->arena, parameters, n, cap);
        good = room != NULL;
        if (!good)
            break;
        const struct feel_type *type = model_type_of(c, child);
        *room = (struct node_parameter){ name_of(c, child), type ? type : &feel_type_any };
        good = model_enter(c, room->name, maker_slot(&maker));
    }
    bool ours = !kind.p || str_equal(kind, STR("FEEL"));
    const struct node *root = NULL;
    if (good && ours)
        root = expression ? model_expression(c, expression) : nothing(c, xml);
    const struct feel_type *result = good ? model_type_of(c, xml) : NULL;
    c->parsing = outside;
    if (!good || (ours && !root))
        return NULL;
    if (!ours)
        complaints_add(c->parsing.complaints, c->parsing.where, xml->line,
                       "a function of the kind %.*s is not run; it gives null", STR_ARG(kind));
    *body = (struct body){ .root = root,
                           .slots = maker.slots,
                           .parameters = parameters,
                           .parameters_n = n,
                           .captures = maker.captures,
                           .captures_n = maker.captures_n,
                           .result = result && result->form == TYPE_FUNCTION ? result->of : NULL };
    node->function = body;
    return node;
}

/* ---- if, filter, for, some, every ---- */

static const struct node *conditional(struct compiling *c, const struct xml *xml)
{
    struct node *node = model_node(c, NODE_IF, xml);
    if (!node || !(node->choice.condition = inside(c, xml, "if")) || !(node->choice.yes = inside(c, xml, "then")) ||
        !(node->choice.no = inside(c, xml, "else")))
        return NULL;
    node->choice.strict = true;
    return node;
}

static const struct node *filter(struct compiling *c, const struct xml *xml)
{
    const struct scope *outside = c->parsing.scope;
    struct node *node = model_node(c, NODE_FILTER, xml);
    if (!node || !(node->filter.target = inside(c, xml, "in")))
        return NULL;
    node->filter.slot = maker_slot(c->parsing.maker);
    node->filter.strict = true;
    bool good = model_enter(c, STR("item"), node->filter.slot) && model_enter(c, STR_NONE, node->filter.slot) &&
                (node->filter.condition = inside(c, xml, "match")) != NULL;
    node->filter.uses_item = good && node->filter.condition->kind != NODE_VALUE;
    c->parsing.scope = outside;
    return good ? node : NULL;
}

static const struct node *loop(struct compiling *c, const struct xml *xml, enum node_kind kind, const char *body)
{
    const struct scope *outside = c->parsing.scope;
    struct str name = xml_attribute(xml, "iteratorVariable");
    struct node *node = model_node(c, kind, xml);
    struct node_iterator *iterator = ARENA_NEW(c->model->arena, struct node_iterator);
    if (!node || !iterator)
        return NULL;
    if (name.n == 0)
        return parse_fault(&c->parsing, xml->line, "<%.*s> names no variable (iteratorVariable)", STR_ARG(xml->name));
    iterator->slot = maker_slot(c->parsing.maker);
    iterator->start = inside(c, xml, "in");
    node->loop.iterators = iterator;
    node->loop.n = 1;
    node->loop.strict = kind != NODE_FOR;
    node->loop.partial = maker_slot(c->parsing.maker);
    bool good = iterator->start && (kind != NODE_FOR || model_enter(c, STR("partial"), node->loop.partial)) &&
                model_enter(c, scan_name_of(c->model->arena, name), iterator->slot) &&
                (node->loop.body = inside(c, xml, body)) != NULL;
    c->parsing.scope = outside;
    return good ? node : NULL;
}

static const struct node *by_name(struct compiling *c, const struct xml *xml)
{
    if (xml_is(xml, "literalExpression"))
        return model_literal(c, xml);
    if (xml_is(xml, "decisionTable"))
        return model_table(c, xml);
    if (xml_is(xml, "context"))
        return context(c, xml);
    if (xml_is(xml, "relation"))
        return relation(c, xml);
    if (xml_is(xml, "list"))
        return list(c, xml);
    if (xml_is(xml, "invocation"))
        return invocation(c, xml);
    if (xml_is(xml, "functionDefinition"))
        return function(c, xml);
    if (xml_is(xml, "conditional"))
        return conditional(c, xml);
    if (xml_is(xml, "filter"))
        return filter(c, xml);
    if (xml_is(xml, "for"))
        return loop(c, xml, NODE_FOR, "return");
    if (xml_is(xml, "some"))
        return loop(c, xml, NODE_SOME, "satisfies");
    if (xml_is(xml, "every"))
        return loop(c, xml, NODE_EVERY, "satisfies");
    return parse_fault(&c->parsing, xml->line, "<%.*s> is no expression", STR_ARG(xml->name));
}

const struct node *model_expression(struct compiling *c, const struct xml *xml)
{
    /* As deep as its elements, whose depth xml.c bounds. */
    const struct node *node = by_name(c, xml);
    if (xml_is(xml, "functionDefinition") || xml_is(xml, "decisionTable") || !xml_attribute(xml, "typeRef").p)
        return node;
    return converted(c, xml, node);
}
