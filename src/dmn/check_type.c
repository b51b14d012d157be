/*
 * Kinds that never fit (check.h): what the evaluation would answer with null whatever the inputs are. The arithmetic
 * and the functions are asked themselves, with samples and with constants, so that this file says nothing that they do
 * not.
 *
 * Only what is known for certain is a fault: a name without a type may be anything.
 */
#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/check.h"
#include "dmn/limits.h"
#include "base/banned.h"

enum { DEPTH_MAX = 1500, TYPE_DEPTH_MAX = 40, NAME_MAX_BYTES = 400 };

/* What a function wants, and gives: n number, s string, b boolean, l list, d date, t time, m date and time, D days and
 * time, M years and months, * anything. */
static const struct {
    const char *name, *wants;
    char gives;
} signatures[] = {
    { "substring", "snn", 's' },
    { "string length", "s", 'n' },
    { "upper case", "s", 's' },
    { "lower case", "s", 's' },
    { "substring before", "ss", 's' },
    { "substring after", "ss", 's' },
    { "replace", "ssss", 's' },
    { "contains", "ss", 'b' },
    { "starts with", "ss", 'b' },
    { "ends with", "ss", 'b' },
    { "matches", "sss", 'b' },
    { "split", "ss", 'l' },
    { "string", "*", 's' },
    { "number", "*ss", 'n' },
    { "decimal", "nn", 'n' },
    { "floor", "nn", 'n' },
    { "ceiling", "nn", 'n' },
    { "round up", "nn", 'n' },
    { "round down", "nn", 'n' },
    { "round half up", "nn", 'n' },
    { "round half down", "nn", 'n' },
    { "modulo", "nn", 'n' },
    { "sqrt", "n", 'n' },
    { "log", "n", 'n' },
    { "exp", "n", 'n' },
    { "odd", "n", 'b' },
    { "even", "n", 'b' },
    { "date", "***", 'd' },
    { "time", "****", 't' },
    { "date and time", "**", 'm' },
    { "years and months duration", "**", 'M' },
    { "today", "", 'd' },
    { "now", "", 'm' },
    { "count", "", 'n' },
    { "list contains", "**", 'b' },
    { "is", "**", 'b' },
};
enum { SIGNATURES = sizeof signatures / sizeof signatures[0] };

static enum feel_kind kind_of_letter(char letter)
{
    static const struct {
        char letter;
        enum feel_kind kind;
    } letters[] = { { 'n', FEEL_NUMBER },        { 's', FEEL_STRING }, { 'b', FEEL_BOOLEAN },
                    { 'l', FEEL_LIST },          { 'd', FEEL_DATE },   { 't', FEEL_TIME },
                    { 'm', FEEL_DATE_AND_TIME }, { 'D', FEEL_DAYS },   { 'M', FEEL_MONTHS } };
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].letter == letter)
            return letters[i].kind;
    return FEEL_NULL;
}

static const struct feel_type *type_of_kind(enum feel_kind kind)
{
    return kind == FEEL_NULL || kind == FEEL_FUNCTION || kind == FEEL_RANGE
               ? NULL
               : feel_type_named(str_of(feel_kind_name(kind)));
}

enum feel_kind check_kind_of(const struct feel_type *type)
{
    if (!type)
        return FEEL_NULL;
    switch (type->form) {
    case TYPE_KIND: return type->kind;
    case TYPE_LIST: return FEEL_LIST;
    case TYPE_CONTEXT: return FEEL_CONTEXT;
    case TYPE_ANY:
    case TYPE_NULL:
    case TYPE_DURATION:
    case TYPE_RANGE:
    case TYPE_FUNCTION: return FEEL_NULL;
    }
    return FEEL_NULL;
}

/* ---- What an expression gives ---- */

static const struct feel_type *type_of(const struct checking *c, const struct node *node, int depth);

static enum feel_kind kind_in(const struct checking *c, const struct node *node, int depth)
{
    return check_kind_of(type_of(c, node, depth + 1));
}

static const struct feel_type *type_of_field(const struct feel_type *type, struct str name)
{
    for (size_t i = 0; type && type->form == TYPE_CONTEXT && i < type->n; i++)
        if (str_equal(type->fields[i].name, name))
            return type->fields[i].type;
    return NULL;
}

static bool type_has_field(const struct feel_type *type, struct str name)
{
    for (size_t i = 0; i < type->n; i++)
        if (str_equal(type->fields[i].name, name))
            return true;
    return false;
}

static const struct feel_type *type_of_binary(const struct checking *c, const struct node *node, int depth)
{
    if (node->binary.operation >= OPERATOR_EQUAL)
        return &feel_type_boolean;
    enum feel_kind left = kind_in(c, node->binary.left, depth), right = kind_in(c, node->binary.right, depth);
    if (left == FEEL_NUMBER && right == FEEL_NUMBER)
        return &feel_type_number;
    return left == FEEL_STRING && right == FEEL_STRING && node->binary.operation == OPERATOR_ADD ? &feel_type_string
                                                                                                 : NULL;
}

/* The function that a call names, where it is one of FEEL's own; or NULL. */
static const struct feel_function *called(const struct node *call)
{
    const struct node *function = call->call.function;
    return function->kind == NODE_VALUE && function->value.kind == FEEL_FUNCTION &&
                   function->value.function->form == FUNCTION_BUILTIN
               ? function->value.function
               : NULL;
}

/* The element whose function a call names; or NULL. */
static const struct dmn_element *called_element(const struct checking *c, const struct node *call)
{
    const struct node *function = call->call.function;
    if (function->kind != NODE_SLOT || !c->of_element)
        return NULL;
    for (size_t i = 0; i < c->element->requirements_n; i++)
        if (c->element->requirements[i].slot == function->slot)
            return c->element->requirements[i].element->kind == DMN_BUSINESS_KNOWLEDGE_MODEL
                       ? c->element->requirements[i].element
                       : NULL;
    return NULL;
}

static const struct feel_type *type_of_call(const struct checking *c, const struct node *node)
{
    const struct feel_function *function = called(node);
    const struct dmn_element *element = called_element(c, node);
    if (element && element->body)
        return element->body->result;
    for (size_t i = 0; function && i < SIGNATURES; i++)
        if (str_equal(function->name, str_of(signatures[i].name)))
            return type_of_kind(kind_of_letter(signatures[i].gives));
    return NULL;
}

static const struct feel_type *type_of_choice(const struct checking *c, const struct node *node, int depth)
{
    const struct feel_type *yes = type_of(c, node->choice.yes, depth + 1), *no = type_of(c, node->choice.no, depth + 1);
    return check_kind_of(yes) == check_kind_of(no) ? type_of_kind(check_kind_of(yes)) : NULL;
}

static const struct feel_type *type_of(const struct checking *c, const struct node *node, int depth)
{
    if (!node || depth > TYPE_DEPTH_MAX)
        return NULL;
    switch (node->kind) {
    case NODE_VALUE: return type_of_kind(node->value.kind);
    case NODE_SLOT: return node->slot >= 0 && node->slot < c->slots ? c->types[node->slot] : NULL;
    case NODE_PATH: return type_of_field(type_of(c, node->path.target, depth + 1), node->path.name);
    case NODE_CALL: return type_of_call(c, node);
    case NODE_BINARY: return type_of_binary(c, node, depth);
    case NODE_NEGATE: return type_of(c, node->operand, depth + 1);
    case NODE_BETWEEN:
    case NODE_IN:
    case NODE_SOME:
    case NODE_EVERY:
    case NODE_INSTANCE_OF: return &feel_type_boolean;
    case NODE_IF: return type_of_choice(c, node, depth);
    case NODE_LIST: return type_of_kind(FEEL_LIST);
    case NODE_CONVERT: return node->typed.type;
    case NODE_FIELD:
    case NODE_UNKNOWN:
    case NODE_FILTER:
    case NODE_FOR:
    case NODE_CONTEXT:
    case NODE_RANGE:
    case NODE_FUNCTION:
    case NODE_TEST:
    case NODE_TESTS:
    case NODE_DECISION_TABLE: break;
    }
    return NULL;
}

const struct feel_type *check_type_of(const struct checking *c, const struct node *node)
{
    return type_of(c, node, 0);
}

/* ---- What never fits ---- */

static void visit(struct checking *c, const struct node *node);

/* A null that a constant comes to, though nobody wrote null. */
static void check_constant(struct checking *c, const struct node *node)
{
    if (node->kind == NODE_VALUE || node->kind == NODE_LIST || node->kind == NODE_RANGE)
        return;
    struct feel_value value = check_value(c, node);
    if (value.kind == FEEL_NULL && value.why)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "this is always null: %.*s", STR_ARG(value.why->words));
}

static void check_comparison(struct checking *c, const struct node *node, const struct node *left,
                             const struct node *right)
{
    enum feel_kind a = check_kind_of(check_type_of(c, left)), b = check_kind_of(check_type_of(c, right));
    if (a != FEEL_NULL && b != FEEL_NULL && a != b && a != FEEL_LIST && b != FEEL_LIST)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "a %s is compared with a %s: this is always null",
                    feel_kind_name(a), feel_kind_name(b));
}

static bool sample(enum feel_kind kind, int which, struct feel_value *out)
{
    static const struct feel_zone utc = { .form = FEEL_OFFSET };
    static const struct feel_moment local = { .date = { 2000, 1, 2 } },
                                    at_utc = { .date = { 2000, 1, 2 }, .time.zone = &utc };
    *out = (struct feel_value){ .kind = kind };
    switch (kind) {
    case FEEL_BOOLEAN: out->boolean = true; return true;
    case FEEL_NUMBER: out->number = number_of(2); return true;
    case FEEL_STRING: out->string = STR("a"); return true;
    case FEEL_DATE: out->date = local.date; return true;
    case FEEL_TIME: out->time.zone = which == 0 ? NULL : &utc; return true;
    case FEEL_DATE_AND_TIME: out->moment = which == 0 ? &local : &at_utc; return true;
    case FEEL_DAYS: out->days.seconds = 60; return true;
    case FEEL_MONTHS: out->months = 2; return true;
    case FEEL_NULL:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION: return false;
    }
    return false;
}

static void check_arithmetic(struct checking *c, const struct node *node)
{
    enum feel_kind a = check_kind_of(check_type_of(c, node->binary.left)),
                   b = check_kind_of(check_type_of(c, node->binary.right));
    for (int i = 0; i < 4; i++) {
        struct feel_value left, right;
        if (!sample(a, i & 1, &left) || !sample(b, i >> 1, &right) ||
            run_arithmetic(&c->run, node->binary.operation, left, right).kind != FEEL_NULL)
            return;
    }
    check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line,
                "there is no such arithmetic of a %s and a %s: this is always null", feel_kind_name(a),
                feel_kind_name(b));
}

static struct str type_words(struct checking *c, const struct feel_type *type)
{
    struct buf words;
    buf_init(&words, c->scratch, NAME_MAX_BYTES);
    feel_type_write(&words, type);
    return buf_ok(&words) ? buf_str(&words) : STR("that is wanted");
}

static void check_condition(struct checking *c, const struct node *node, const char *what)
{
    enum feel_kind kind = check_kind_of(check_type_of(c, node));
    if (kind != FEEL_NULL && kind != FEEL_BOOLEAN && kind != FEEL_LIST)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "%s is a %s: it is neither true nor false", what,
                    feel_kind_name(kind));
}

/* A member that the type has not: a value may have more than its type says, so that this is no error. */
static void check_path(struct checking *c, const struct node *node)
{
    const struct feel_type *type = check_type_of(c, node->path.target);
    if (type && type->form == TYPE_LIST)
        type = type->of;
    if (!type)
        return;
    if (type->form == TYPE_CONTEXT && type->n > 0) {
        if (!type_has_field(type, node->path.name))
            check_found(c, DMN_WARNING, DMN_FOUND_TYPE, node->line, "the type %.*s has no member \"%.*s\"",
                        STR_ARG(type_words(c, type)), STR_ARG(node->path.name));
        return;
    }
    enum feel_kind kind = check_kind_of(type);
    if (kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_BOOLEAN)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "a %s has no member \"%.*s\": this is always null",
                    feel_kind_name(kind), STR_ARG(node->path.name));
}

static void check_binary(struct checking *c, const struct node *node)
{
    enum node_operator operation = node->binary.operation;
    if (operation < OPERATOR_EQUAL)
        check_arithmetic(c, node);
    else if (operation != OPERATOR_AND && operation != OPERATOR_OR)
        check_comparison(c, node, node->binary.left, node->binary.right);
    else
        for (int i = 0; i < 2; i++)
            check_condition(c, i == 0 ? node->binary.left : node->binary.right,
                            operation == OPERATOR_AND ? "a side of \"and\"" : "a side of \"or\"");
    visit(c, node->binary.left);
    visit(c, node->binary.right);
}

static void check_builtin(struct checking *c, const struct node *node, const struct feel_function *function)
{
    const struct builtin *first = (const struct builtin *)(const void *)function;
    struct str *names = ARENA_ARRAY(c->scratch, node->call.n + 1, struct str);
    const char *wants = NULL;
    for (size_t i = 0; names && i < node->call.n; i++)
        names[i] = node->call.arguments[i].name;
    if (names && !builtin_takes(first, node->call.named ? names : NULL, node->call.n)) {
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "the function \"%.*s\" does not take these %zu arguments",
                    STR_ARG(function->name), node->call.n);
        return;
    }
    for (size_t i = 0; i < SIGNATURES && !node->call.named; i++)
        if (str_equal(function->name, str_of(signatures[i].name)))
            wants = signatures[i].wants;
    for (size_t i = 0; wants && i < node->call.n && wants[i]; i++) {
        enum feel_kind wanted = kind_of_letter(wants[i]),
                       is = check_kind_of(check_type_of(c, node->call.arguments[i].value));
        if (wanted != FEEL_NULL && is != FEEL_NULL && is != FEEL_LIST && is != wanted)
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line,
                        "the function \"%.*s\" wants a %s as its argument %zu, and gets a %s", STR_ARG(function->name),
                        feel_kind_name(wanted), i + 1, feel_kind_name(is));
    }
}

static const struct node_parameter *parameter_of(const struct body *body, const struct node_argument *argument,
                                                 bool named, size_t at)
{
    if (!named)
        return &body->parameters[at];
    for (size_t i = 0; i < body->parameters_n; i++)
        if (str_equal(body->parameters[i].name, argument->name))
            return &body->parameters[i];
    return NULL;
}

static void check_function(struct checking *c, const struct node *node, const struct dmn_element *element)
{
    const struct body *body = element->body;
    if (node->call.n != body->parameters_n) {
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "\"%.*s\" has %zu parameters, and is called with %zu",
                    STR_ARG(element->name), body->parameters_n, node->call.n);
        return;
    }
    for (size_t i = 0; i < node->call.n; i++) {
        const struct node_argument *argument = &node->call.arguments[i];
        const struct node_parameter *parameter = parameter_of(body, argument, node->call.named, i);
        if (!parameter) {
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "\"%.*s\" has no parameter \"%.*s\"",
                        STR_ARG(element->name), STR_ARG(argument->name));
            continue;
        }
        enum feel_kind wanted = check_kind_of(parameter->type), is = check_kind_of(check_type_of(c, argument->value));
        if (wanted == FEEL_NULL || is == FEEL_NULL || wanted == is || wanted == FEEL_LIST || is == FEEL_LIST ||
            (wanted == FEEL_DATE_AND_TIME && is == FEEL_DATE))
            continue;
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, node->line, "\"%.*s\" wants a %s for \"%.*s\", and gets a %s",
                    STR_ARG(element->name), feel_kind_name(wanted), STR_ARG(parameter->name), feel_kind_name(is));
    }
}

static void check_call(struct checking *c, const struct node *node)
{
    const struct feel_function *function = called(node);
    const struct dmn_element *element = called_element(c, node);
    if (function)
        check_builtin(c, node, function);
    else if (element && element->body)
        check_function(c, node, element);
    visit(c, node->call.function);
    for (size_t i = 0; i < node->call.n; i++)
        visit(c, node->call.arguments[i].value);
}

/* ---- Outputs of tables ---- */

static bool tests_are_constant(const struct node *tests)
{
    for (size_t i = 0; i < tests->tests.n; i++) {
        const struct node *item = tests->tests.items[i];
        if (tests->tests.uses_input[i] || !check_is_constant(item->kind == NODE_TEST ? item->test.end : item))
            return false;
    }
    return true;
}

static void check_output(struct checking *c, const struct decision_table *table, size_t output, const struct node *node,
                         int line, struct str what)
{
    const struct table_output *out = &table->outputs[output];
    if (!node || !check_is_constant(node))
        return;
    struct feel_value value = check_value(c, node), typed;
    if (value.kind == FEEL_NULL)
        return;
    typed = run_convert(&c->run, out->type, value);
    struct str name = out->name.n > 0 ? out->name : c->element->name;
    if (typed.kind == FEEL_NULL)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, line, "%.*s: the output \"%.*s\" is not of its type, %.*s",
                    STR_ARG(what), STR_ARG(name), STR_ARG(type_words(c, out->type)));
    else if (out->values && out->values->kind == NODE_TESTS && tests_are_constant(out->values) &&
             run_tests(&c->run, out->values, typed, c->frame) != FEEL_TRUE)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, line, "%.*s: the output \"%.*s\" is not one of its output values",
                    STR_ARG(what), STR_ARG(name));
}

static void visit_tests(struct checking *c, const struct node *tests)
{
    if (!tests || tests->kind != NODE_TESTS)
        return;
    for (size_t i = 0; i < tests->tests.n; i++)
        visit(c, tests->tests.items[i]->kind == NODE_TEST ? tests->tests.items[i]->test.end : tests->tests.items[i]);
}

static void visit_table(struct checking *c, const struct decision_table *table)
{
    for (size_t i = 0; i < table->inputs_n; i++)
        visit(c, table->inputs[i].expression);
    if (table->policy == HIT_PRIORITY || table->policy == HIT_OUTPUT_ORDER)
        for (size_t i = 0; i < table->outputs_n; i++)
            if (!table->outputs[i].order)
                check_found(c, DMN_WARNING, DMN_FOUND_TYPE, table->line,
                            "the output \"%.*s\" has no output values, and the hit policy takes its order from them",
                            STR_ARG(table->outputs[i].name.n > 0 ? table->outputs[i].name : c->element->name));
    for (size_t i = 0; i < table->outputs_n; i++) {
        check_output(c, table, i, table->outputs[i].preset, table->line, STR("the default"));
        if (table->outputs[i].preset)
            visit(c, table->outputs[i].preset);
    }
    for (size_t r = 0; r < table->rules_n; r++) {
        struct str what = str_format(c->scratch, "rule %zu", r + 1);
        for (size_t i = 0; i < table->inputs_n; i++)
            visit_tests(c, table->rules[r].tests[i]);
        for (size_t i = 0; i < table->outputs_n; i++) {
            check_output(c, table, i, table->rules[r].results[i], table->rules[r].line, what);
            visit(c, table->rules[r].results[i]);
        }
    }
    check_table_types(c, table);
    check_table(c, table);
}

/* ---- All of it ---- */

/* In a frame of its own, which takes along what it uses from outside. */
static void visit_function(struct checking *c, const struct body *body)
{
    const struct feel_type **outside = c->types;
    struct feel_value *frame = c->frame;
    int slots = c->slots;
    bool of_element = c->of_element;
    const struct feel_type **types = ARENA_ARRAY(c->scratch, (size_t)body->slots + 1, const struct feel_type *);
    if (!types || !body->root)
        return;
    for (size_t i = 0; i < body->parameters_n; i++)
        types[i] = body->parameters[i].type;
    for (size_t i = 0; i < body->captures_n; i++)
        if (body->captures[i].from >= 0 && body->captures[i].from < slots)
            types[body->captures[i].to] = outside[body->captures[i].from];
    c->types = types;
    c->of_element = false;
    check_body(c, body);
    check_gives(c, body->root, body->result, body->root->line, "the function");
    c->types = outside;
    c->frame = frame;
    c->slots = slots;
    c->of_element = of_element;
}

static void visit_context(struct checking *c, const struct node *node)
{
    for (size_t i = 0; i < node->context.n; i++) {
        const struct node_entry *entry = &node->context.entries[i];
        visit(c, entry->value);
        if (entry->slot >= 0 && entry->slot < c->slots)
            c->types[entry->slot] = check_type_of(c, entry->value);
    }
    if (node->context.result)
        visit(c, node->context.result);
}

static void visit_loop(struct checking *c, const struct node *node)
{
    for (size_t i = 0; i < node->loop.n; i++) {
        const struct node_iterator *iterator = &node->loop.iterators[i];
        const struct feel_type *type = check_type_of(c, iterator->start);
        visit(c, iterator->start);
        if (iterator->end)
            visit(c, iterator->end);
        else if (type && type->form == TYPE_LIST && iterator->slot < c->slots)
            c->types[iterator->slot] = type->of;
    }
    visit(c, node->loop.body);
}

static void visit_parts(struct checking *c, const struct node *node)
{
    switch (node->kind) {
    case NODE_VALUE:
    case NODE_SLOT:
    case NODE_UNKNOWN: return;
    case NODE_FIELD:
        if (node->field.outside)
            visit(c, node->field.outside);
        return;
    case NODE_PATH:
        check_path(c, node);
        visit(c, node->path.target);
        return;
    case NODE_FILTER:
        visit(c, node->filter.target);
        visit(c, node->filter.condition);
        return;
    case NODE_CALL: check_call(c, node); return;
    case NODE_BINARY: check_binary(c, node); return;
    case NODE_NEGATE: visit(c, node->operand); return;
    case NODE_BETWEEN:
        check_comparison(c, node, node->between.value, node->between.low);
        check_comparison(c, node, node->between.value, node->between.high);
        visit(c, node->between.value);
        visit(c, node->between.low);
        visit(c, node->between.high);
        return;
    case NODE_IN:
        visit(c, node->in.value);
        visit_tests(c, node->in.tests);
        return;
    case NODE_IF:
        check_condition(c, node->choice.condition, "the condition of an \"if\"");
        visit(c, node->choice.condition);
        visit(c, node->choice.yes);
        visit(c, node->choice.no);
        return;
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY: visit_loop(c, node); return;
    case NODE_LIST:
        for (size_t i = 0; i < node->list.n; i++)
            visit(c, node->list.items[i]);
        return;
    case NODE_CONTEXT: visit_context(c, node); return;
    case NODE_RANGE:
        if (node->range.start)
            visit(c, node->range.start);
        if (node->range.end)
            visit(c, node->range.end);
        return;
    case NODE_FUNCTION: visit_function(c, node->function); return;
    case NODE_INSTANCE_OF: visit(c, node->typed.value); return;
    case NODE_CONVERT:
        visit(c, node->typed.value);
        check_gives(c, node->typed.value, node->typed.type, node->line, "the expression");
        return;
    case NODE_TEST: visit(c, node->test.end); return;
    case NODE_TESTS: visit_tests(c, node); return;
    case NODE_DECISION_TABLE: visit_table(c, node->table); return;
    }
}

static void visit(struct checking *c, const struct node *node)
{
    if (!node)
        return;
    if (c->depth >= DEPTH_MAX) {
        if (!c->too_deep)
            check_found(c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, node->line,
                        "an expression where more than %d parts stand in each other", (int)DEPTH_MAX);
        c->too_deep = true;
        return;
    }
    c->depth++;
    if (check_is_constant(node))
        check_constant(c, node);
    else
        visit_parts(c, node);
    c->depth--;
}

void check_body(struct checking *c, const struct body *body)
{
    c->slots = body->slots;
    c->frame = ARENA_ARRAY(c->scratch, (size_t)body->slots + 1, struct feel_value);
    if (c->frame)
        visit(c, body->root);
}
