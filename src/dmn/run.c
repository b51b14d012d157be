/*
 * Evaluation of a tree (DMN 1.5, 10.3.2). Promises: see run.h.
 *
 * A model is hostile as any file is: every step is counted, so is depth, and all memory is the arena's, which has a
 * cap. A bound that is hit stops the run; what was said until then is thrown away by the caller.
 */
#include "dmn/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/limits.h"
#include "dmn/parse.h"
#include "dmn/temporal.h"
#include "base/banned.h"

enum { WORDS_MAX = 300 };

/* ---- Nulls and bounds ---- */

struct feel_value run_no_memory(struct run *run)
{
    return run_stop(run, "it needs more memory than the %d MB that one evaluation has",
                    DMN_RUN_MEMORY_MAX / 1024 / 1024);
}

struct feel_value run_null(struct run *run, const char *format, ...)
{
    char words[WORDS_MAX];
    va_list arguments;
    if (run->stopped)
        return FEEL_NONE;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct feel_why *why = ARENA_NEW(run->arena, struct feel_why);
    if (!why)
        return run_no_memory(run);
    *why = (struct feel_why){ str_copy(run->arena, str_of(words)), run->line };
    return (struct feel_value){ .kind = FEEL_NULL, .why = why };
}

struct feel_value run_stop(struct run *run, const char *format, ...)
{
    char words[WORDS_MAX];
    va_list arguments;
    if (!run->stopped) {
        va_start(arguments, format);
        vsnprintf(words, sizeof words, format, arguments);
        va_end(arguments);
        run->stopped = true;
        fault_set(&run->fault, STATUS_LIMIT, "%.*s%sline %d: %s.", STR_ARG(run->where), run->where.n ? ", " : "",
                  run->line, words);
    }
    return FEEL_NONE;
}

bool run_spend(struct run *run, size_t steps)
{
    if (steps <= DMN_STEPS_MAX && run->steps_left >= (int64_t)steps)
        run->steps_left -= (int64_t)steps;
    else
        run_stop(run, "it takes more than %d steps", (int)DMN_STEPS_MAX);
    return !run->stopped;
}

bool run_takes(struct run *run, struct feel_value value)
{
    if (value.depth > DMN_VALUE_DEPTH_MAX)
        run_stop(run, "lists and contexts are more than %d deep in each other", (int)DMN_VALUE_DEPTH_MAX);
    else if (value.weight > DMN_VALUE_WEIGHT_MAX)
        run_stop(run, "there are more than %d values in one", (int)DMN_VALUE_WEIGHT_MAX);
    return !run->stopped;
}

struct feel_value run_list(struct run *run, const struct feel_value *items, size_t n)
{
    struct feel_value list = feel_list(items, n);
    if (n > DMN_ITEMS_MAX)
        return run_stop(run, "a list has more than %d items", (int)DMN_ITEMS_MAX);
    return run_takes(run, list) ? list : FEEL_NONE;
}

struct feel_value run_context(struct run *run, const struct feel_entry *entries, size_t n)
{
    if (n > DMN_ENTRIES_MAX)
        return run_stop(run, "a context has more than %d entries", (int)DMN_ENTRIES_MAX);
    struct feel_value value = feel_context(run->arena, entries, n);
    if (value.kind == FEEL_NULL)
        return run_no_memory(run);
    return run_takes(run, value) ? value : FEEL_NONE;
}

bool run_looks_at(struct run *run, struct feel_value a, struct feel_value b)
{
    size_t weight = a.weight < b.weight ? a.weight : b.weight;
    return weight < RUN_WEIGHT_OF_STEP || run_spend(run, weight / RUN_WEIGHT_OF_STEP);
}

bool run_type_has(struct run *run, const struct feel_type *type, struct feel_value value)
{
    size_t before = (size_t)(run->steps_left > 0 ? run->steps_left : 0) * RUN_WEIGHT_OF_STEP + 1, left = before;
    bool has = feel_type_has(type, value, &left);
    return run_spend(run, left > 0 ? (before - left) / RUN_WEIGHT_OF_STEP : (size_t)DMN_STEPS_MAX + 1) && has;
}

struct feel_list run_items(const struct feel_value *value)
{
    if (value->kind == FEEL_LIST)
        return value->list;
    return (struct feel_list){ value, value->kind != FEEL_NULL };
}

/* ---- Functions ---- */

struct feel_value *run_frame(struct run *run, const struct body *body, struct feel_value *local)
{
    size_t n = (size_t)body->slots;
    struct feel_value *slots = n <= RUN_LOCAL_SLOTS ? local : ARENA_ARRAY(run->arena, n, struct feel_value);
    if (!slots) {
        run_no_memory(run);
        return NULL;
    }
    if (slots == local)
        memset(local, 0, n * sizeof *local);
    return slots;
}

/* The position that each argument stands for; false where a name is none of the parameters', or comes twice. */
static bool in_order(const struct node_parameter *parameters, size_t parameters_n, const struct feel_value *arguments,
                     const struct str *names, size_t n, struct feel_value *slots)
{
    if (n != parameters_n)
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        if (names)
            for (at = 0; at < parameters_n && !str_equal(parameters[at].name, names[i]); at++)
                ;
        if (at == parameters_n)
            return false;
        for (size_t j = 0; names && j < i; j++)
            if (str_equal(names[j], names[i]))
                return false;
        slots[at] = arguments[i];
    }
    return true;
}

static struct feel_value call_body(struct run *run, const struct feel_function *function,
                                   const struct feel_value *arguments, const struct str *names, size_t n)
{
    struct feel_value local[RUN_LOCAL_SLOTS];
    const struct body *body = function->body;
    if (!body->root)
        return run_null(run, "A function of another language is not run.");
    struct feel_value *slots = run_frame(run, body, local);
    if (!slots)
        return FEEL_NONE;
    if (names && !run_spend(run, n * n / RUN_NAMES_OF_STEP))
        return FEEL_NONE;
    if (!in_order(body->parameters, body->parameters_n, arguments, names, n, slots))
        return run_null(run, "The function %.*s has %zu parameters, and these arguments do not fit them.",
                        STR_ARG(function->name), body->parameters_n);
    for (size_t i = 0; i < body->parameters_n; i++) {
        bool was_null = slots[i].kind == FEEL_NULL;
        slots[i] = run_convert(run, body->parameters[i].type, slots[i]);
        if (slots[i].kind == FEEL_NULL && !was_null)
            return slots[i];
    }
    for (size_t i = 0; i < body->captures_n; i++)
        slots[body->captures[i].to] = function->captured[i];
    struct feel_value result = run_node(run, body->root, slots);
    return body->result ? run_convert(run, body->result, result) : result;
}

struct feel_value run_call(struct run *run, struct feel_value value, const struct feel_value *arguments,
                           const struct str *names, size_t n)
{
    if (value.kind != FEEL_FUNCTION)
        return value.kind == FEEL_NULL && value.why ? value : run_null(run, "What is called is no function.");
    switch (value.function->form) {
    case FUNCTION_BUILTIN: return builtin_call(run, (const struct builtin *)value.function, arguments, names, n);
    case FUNCTION_BODY: return call_body(run, value.function, arguments, names, n);
    case FUNCTION_DECISION_SERVICE: return run->call_service(run, value.function, arguments, names, n);
    }
    return FEEL_NONE;
}

static struct feel_value node_call(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct feel_value local[8];
    struct str local_names[8];
    size_t n = node->call.n;
    struct feel_value *arguments = n <= 8 ? local : ARENA_ARRAY(run->arena, n, struct feel_value);
    struct str *names = n <= 8 ? local_names : ARENA_ARRAY(run->arena, n, struct str);
    if (!arguments || !names)
        return run_no_memory(run);
    struct feel_value function = run_node(run, node->call.function, slots);
    for (size_t i = 0; i < n && !run->stopped; i++) {
        arguments[i] = run_node(run, node->call.arguments[i].value, slots);
        names[i] = node->call.arguments[i].name;
    }
    if (run->stopped)
        return FEEL_NONE;
    run->line = node->line;
    return run_call(run, function, arguments, node->call.named ? names : NULL, n);
}

static struct feel_value node_function(struct run *run, const struct node *node, struct feel_value *slots)
{
    const struct body *body = node->function;
    struct feel_function *function = ARENA_NEW(run->arena, struct feel_function);
    struct feel_value *captured = ARENA_ARRAY(run->arena, body->captures_n + 1, struct feel_value);
    if (!function || !captured)
        return run_no_memory(run);
    for (size_t i = 0; i < body->captures_n; i++)
        captured[i] = slots[body->captures[i].from];
    *function = (struct feel_function){ .form = FUNCTION_BODY, .name = STR(""), .body = body, .captured = captured };
    return (struct feel_value){ .kind = FEEL_FUNCTION, .function = function };
}

/* ---- Logic ---- */

static enum feel_truth truth_of(struct feel_value value)
{
    if (value.kind != FEEL_BOOLEAN)
        return FEEL_UNKNOWN;
    return value.boolean ? FEEL_TRUE : FEEL_FALSE;
}

static struct feel_value value_of(struct run *run, enum feel_truth truth, const char *why)
{
    if (truth == FEEL_UNKNOWN)
        return run_null(run, "%s", why);
    return feel_boolean(truth == FEEL_TRUE);
}

/* Tables 47 and 48: what is no boolean is null here. */
static struct feel_value logic(struct run *run, const struct node *node, struct feel_value *slots)
{
    enum feel_truth ends = node->binary.operation == OPERATOR_AND ? FEEL_FALSE : FEEL_TRUE;
    enum feel_truth left = truth_of(run_node(run, node->binary.left, slots));
    if (left == ends)
        return feel_boolean(ends == FEEL_TRUE);
    enum feel_truth right = truth_of(run_node(run, node->binary.right, slots));
    if (right == ends)
        return feel_boolean(ends == FEEL_TRUE);
    if (left == FEEL_UNKNOWN || right == FEEL_UNKNOWN)
        return run_null(run, "One side of \"%s\" is neither true nor false.", ends == FEEL_FALSE ? "and" : "or");
    return feel_boolean(ends != FEEL_TRUE);
}

/* Unknown too where the run stops. */
static enum feel_truth compare(struct run *run, enum node_operator operation, struct feel_value a, struct feel_value b)
{
    int order;
    enum feel_truth equal;
    if (!run_looks_at(run, a, b))
        return FEEL_UNKNOWN;
    switch (operation) {
    case OPERATOR_EQUAL: return feel_equal(a, b);
    case OPERATOR_UNEQUAL:
        equal = feel_equal(a, b);
        return equal == FEEL_UNKNOWN ? equal : equal == FEEL_TRUE ? FEEL_FALSE : FEEL_TRUE;
    case OPERATOR_LESS: return feel_order(a, b, &order) ? (enum feel_truth)(order < 0) : FEEL_UNKNOWN;
    case OPERATOR_LESS_EQUAL: return feel_order(a, b, &order) ? (enum feel_truth)(order <= 0) : FEEL_UNKNOWN;
    case OPERATOR_GREATER: return feel_order(a, b, &order) ? (enum feel_truth)(order > 0) : FEEL_UNKNOWN;
    case OPERATOR_GREATER_EQUAL: return feel_order(a, b, &order) ? (enum feel_truth)(order >= 0) : FEEL_UNKNOWN;
    case OPERATOR_ADD:
    case OPERATOR_SUBTRACT:
    case OPERATOR_MULTIPLY:
    case OPERATOR_DIVIDE:
    case OPERATOR_POWER:
    case OPERATOR_AND:
    case OPERATOR_OR: break;
    }
    return FEEL_UNKNOWN;
}

static struct feel_value node_binary(struct run *run, const struct node *node, struct feel_value *slots)
{
    enum node_operator operation = node->binary.operation;
    if (operation == OPERATOR_AND || operation == OPERATOR_OR)
        return logic(run, node, slots);
    struct feel_value a = run_node(run, node->binary.left, slots);
    struct feel_value b = run_node(run, node->binary.right, slots);
    if (run->stopped)
        return FEEL_NONE;
    run->line = node->line;
    if (operation < OPERATOR_EQUAL)
        return run_arithmetic(run, operation, a, b);
    enum feel_truth truth = compare(run, operation, a, b);
    if (truth == FEEL_UNKNOWN)
        return run_null(run, "A %s and a %s are not compared.", feel_kind_name(a.kind), feel_kind_name(b.kind));
    return feel_boolean(truth == FEEL_TRUE);
}

static struct feel_value node_between(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct feel_value value = run_node(run, node->between.value, slots);
    struct feel_value low = run_node(run, node->between.low, slots);
    struct feel_value high = run_node(run, node->between.high, slots);
    enum feel_truth from = compare(run, OPERATOR_GREATER_EQUAL, value, low);
    enum feel_truth to = compare(run, OPERATOR_LESS_EQUAL, value, high);
    if (from == FEEL_FALSE || to == FEEL_FALSE)
        return feel_boolean(false);
    return value_of(run, from == FEEL_UNKNOWN ? from : to, "These three are not compared.");
}

/* ---- Tests ---- */

/* Whether the value is one of what the test gave: itself, in a range, in a list. */
static enum feel_truth is_among(struct feel_value value, struct feel_value given)
{
    if (given.kind == FEEL_RANGE && value.kind != FEEL_RANGE)
        return feel_within(given.range, value);
    if (given.kind != FEEL_LIST)
        return feel_equal(value, given);
    if (value.kind == FEEL_LIST && feel_equal(value, given) == FEEL_TRUE)
        return FEEL_TRUE;
    for (size_t i = 0; i < given.list.n; i++) {
        struct feel_value item = given.list.items[i];
        enum feel_truth in = item.kind == FEEL_RANGE && value.kind != FEEL_RANGE ? feel_within(item.range, value)
                                                                                 : feel_equal(value, item);
        if (in == FEEL_TRUE)
            return in;
    }
    return FEEL_FALSE;
}

/* Most cells of tables are literals: no step is counted for one, as each counts for the rule that it stands in. */
static struct feel_value constant_or(struct run *run, const struct node *node, struct feel_value *slots)
{
    return node->kind == NODE_VALUE ? node->value : run_node(run, node, slots);
}

/* Without making a value of the range, which nothing else would see. */
static enum feel_truth in_range(struct run *run, const struct node *node, struct feel_value value,
                                struct feel_value *slots)
{
    struct feel_range range = { .form = node->range.form,
                                .start_in = node->range.start_in,
                                .end_in = node->range.end_in };
    if (node->range.start)
        range.start = constant_or(run, node->range.start, slots);
    if (node->range.end)
        range.end = constant_or(run, node->range.end, slots);
    run_looks_at(run, value, feel_range(&range));
    return feel_within(&range, value);
}

static enum feel_truth one_test(struct run *run, const struct node *test, bool uses_input, struct feel_value value,
                                struct feel_value *slots)
{
    if (test->kind == NODE_TEST)
        return compare(run, test->test.operation, value, constant_or(run, test->test.end, slots));
    if (test->kind == NODE_RANGE && value.kind != FEEL_RANGE && value.kind != FEEL_LIST)
        return in_range(run, test, value, slots);
    struct feel_value given = constant_or(run, test, slots);
    if (uses_input)
        return truth_of(given);
    enum feel_truth among = is_among(value, given);
    run_spend(run, (size_t)given.weight / RUN_WEIGHT_OF_STEP);
    if (among != FEEL_TRUE && given.kind == FEEL_BOOLEAN && value.kind != FEEL_BOOLEAN && test->kind != NODE_VALUE)
        return truth_of(given); /* an expression that looks at something else */
    return among;
}

enum feel_truth run_tests(struct run *run, const struct node *tests, struct feel_value value, struct feel_value *slots)
{
    enum feel_truth result = FEEL_FALSE;
    if (tests->kind != NODE_TESTS)
        return FEEL_UNKNOWN; /* its text has a fault */
    if (tests->tests.n >= RUN_WEIGHT_OF_STEP)
        run_spend(run, tests->tests.n / RUN_WEIGHT_OF_STEP);
    if (tests->tests.slot >= 0)
        slots[tests->tests.slot] = value;
    for (size_t i = 0; i < tests->tests.n && result != FEEL_TRUE; i++) {
        enum feel_truth one = one_test(run, tests->tests.items[i], tests->tests.uses_input[i], value, slots);
        if (one != FEEL_FALSE)
            result = one;
    }
    if (!tests->tests.negated || result == FEEL_UNKNOWN)
        return result;
    return result == FEEL_TRUE ? FEEL_FALSE : FEEL_TRUE;
}

static struct feel_value node_in(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct feel_value value = run_node(run, node->in.value, slots);
    enum feel_truth truth = run_tests(run, node->in.tests, value, slots);
    return run->stopped ? FEEL_NONE
                        : value_of(run, truth, "What stands after \"in\" does not fit what stands before it.");
}

/* ---- Lists ---- */

struct growing {
    struct feel_value *items;
    size_t n, cap;
    struct feel_value list; /* of them */
};

static bool grow(struct run *run, struct growing *list, struct feel_value value)
{
    if (list->n == DMN_ITEMS_MAX) {
        run_stop(run, "a list has more than %d items", (int)DMN_ITEMS_MAX);
        return false;
    }
    struct feel_value *room = ARENA_PUSH(run->arena, list->items, list->n, list->cap);
    if (!room) {
        run_no_memory(run);
        return false;
    }
    *room = value;
    list->list = feel_list_longer(list->list, list->items);
    return run_takes(run, list->list);
}

static struct feel_value node_list(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct feel_value *items = ARENA_ARRAY(run->arena, node->list.n + 1, struct feel_value);
    if (!items)
        return run_no_memory(run);
    for (size_t i = 0; i < node->list.n && !run->stopped; i++)
        items[i] = run_node(run, node->list.items[i], slots);
    return run_list(run, items, node->list.n);
}

/* The item at a place: from 1, or from the end where it is below zero. */
static struct feel_value item_at(struct run *run, struct feel_list list, struct number place)
{
    int64_t at;
    if (!number_to_i64(place, &at) || at == 0 || at > (int64_t)list.n || at < -(int64_t)list.n)
        return run_null(run, "The list has no such item.");
    return list.items[at > 0 ? at - 1 : (int64_t)list.n + at];
}

static struct feel_value node_filter(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct growing kept = { .list = feel_list(NULL, 0) };
    struct feel_value target = run_node(run, node->filter.target, slots);
    struct feel_list list = run_items(&target);
    if (!node->filter.uses_item && node->filter.condition->value.kind == FEEL_NUMBER) {
        run->line = node->line;
        return item_at(run, list, node->filter.condition->value.number);
    }
    for (size_t i = 0; i < list.n && !run->stopped; i++) {
        slots[node->filter.slot] = list.items[i];
        struct feel_value condition = run_node(run, node->filter.condition, slots);
        run->line = node->line;
        if (condition.kind == FEEL_NUMBER) /* it is the place, whatever the item is */
            return item_at(run, list, condition.number);
        enum feel_truth truth = truth_of(condition);
        if (truth == FEEL_UNKNOWN && node->filter.strict)
            return run_null(run, "The condition of the filter is neither true nor false.");
        if (truth == FEEL_TRUE && !grow(run, &kept, list.items[i]))
            break;
    }
    return run->stopped ? FEEL_NONE : kept.list;
}

static struct feel_value path_of_list(struct run *run, struct feel_list list, struct str name)
{
    struct feel_value *items = ARENA_ARRAY(run->arena, list.n + 1, struct feel_value);
    if (!items)
        return run_no_memory(run);
    for (size_t i = 0; i < list.n && !run->stopped; i++)
        items[i] = run_property(run, list.items[i], name);
    return run_list(run, items, list.n);
}

static struct feel_value node_path(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct feel_value target = run_node(run, node->path.target, slots);
    run->line = node->line;
    return target.kind == FEEL_LIST ? path_of_list(run, target.list, node->path.name)
                                    : run_property(run, target, node->path.name);
}

static struct feel_value node_field(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct feel_value item = slots[node->field.slot];
    if (item.kind == FEEL_CONTEXT && !run_spend(run, item.context->n / RUN_WEIGHT_OF_STEP))
        return FEEL_NONE;
    const struct feel_value *entry =
        item.kind == FEEL_CONTEXT ? feel_context_get(item.context, node->field.name) : NULL;
    if (entry)
        return *entry;
    if (node->field.outside)
        return run_node(run, node->field.outside, slots);
    return run_property(run, item, node->field.name);
}

/* ---- for, some, every ---- */

struct looping {
    struct run *run;
    const struct node *node;
    struct feel_value *slots;
    struct growing made;   /* for */
    enum feel_truth truth; /* some, every */
    bool odd;              /* something was neither true nor false */
};

static bool loop_over(struct looping *loop, size_t at);

/* One round with what the iterators hold. False to end all. */
static bool round_of(struct looping *loop)
{
    struct run *run = loop->run;
    if (loop->node->kind == NODE_FOR)
        loop->slots[loop->node->loop.partial] = loop->made.list;
    struct feel_value value = run_node(run, loop->node->loop.body, loop->slots);
    if (run->stopped)
        return false;
    if (loop->node->kind == NODE_FOR)
        return grow(run, &loop->made, value);
    enum feel_truth truth = truth_of(value);
    bool strict = loop->node->loop.strict;
    loop->odd = loop->odd || truth == FEEL_UNKNOWN;
    if (truth == (loop->node->kind == NODE_SOME ? FEEL_TRUE : FEEL_FALSE)) {
        loop->truth = truth;
        return strict; /* one that comes later may be neither */
    }
    return !strict || truth != FEEL_UNKNOWN;
}

static bool next_value(struct looping *loop, size_t at, struct feel_value value)
{
    loop->slots[loop->node->loop.iterators[at].slot] = value;
    return at + 1 == loop->node->loop.n ? round_of(loop) : loop_over(loop, at + 1);
}

/* One number, or day, further. */
static bool next_to(struct feel_value *value, int step)
{
    if (value->kind == FEEL_NUMBER)
        return number_add(value->number, number_of(step), &value->number);
    return value->kind == FEEL_DATE && temporal_date_of(temporal_day_number(value->date) + step, &value->date);
}

/* From one whole number, or day, to the other, up or down. */
static bool loop_between(struct looping *loop, size_t at, struct feel_value start, struct feel_value end)
{
    struct run *run = loop->run;
    int64_t from, to;
    bool days = start.kind == FEEL_DATE && end.kind == FEEL_DATE;
    if (days) {
        from = temporal_day_number(start.date);
        to = temporal_day_number(end.date);
    } else if (start.kind != FEEL_NUMBER || end.kind != FEEL_NUMBER || !number_to_i64(start.number, &from) ||
               !number_to_i64(end.number, &to)) {
        loop->odd = true;
        return false;
    }
    for (int64_t i = from;; i += from <= to ? 1 : -1) {
        struct feel_value value = days ? (struct feel_value){ .kind = FEEL_DATE } : feel_integer(i);
        if (days && !temporal_date_of(i, &value.date))
            return false;
        if (!next_value(loop, at, value))
            return false;
        if (i == to || run->stopped)
            return !run->stopped;
    }
}

/* The numbers or days that belong to a range: an end that does not is left out. Down there is none: only two ends
 * without brackets may stand so. */
static bool loop_inside(struct looping *loop, size_t at, const struct feel_range *range)
{
    struct feel_value from = range->start, to = range->end;
    int order = 0;
    if (!feel_order(from, to, &order) || order > 0 || (!range->start_in && !next_to(&from, 1)) ||
        (!range->end_in && !next_to(&to, -1)))
        return loop_between(loop, at, FEEL_NONE, FEEL_NONE);
    if (!feel_order(from, to, &order) || order > 0)
        return true; /* nothing lies between */
    return loop_between(loop, at, from, to);
}

static bool loop_over(struct looping *loop, size_t at)
{
    const struct node_iterator *iterator = &loop->node->loop.iterators[at];
    struct feel_value start = run_node(loop->run, iterator->start, loop->slots);
    if (iterator->end)
        return loop_between(loop, at, start, run_node(loop->run, iterator->end, loop->slots));
    if (start.kind == FEEL_RANGE)
        return loop_inside(loop, at, start.range);
    struct feel_list list = run_items(&start);
    if (start.kind == FEEL_NULL) {
        loop->odd = true;
        return false;
    }
    for (size_t i = 0; i < list.n; i++)
        if (!next_value(loop, at, list.items[i]))
            return false;
    return true;
}

static struct feel_value node_loop(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct looping loop = {
        .run = run, .node = node, .slots = slots, .truth = FEEL_UNKNOWN, .made.list = feel_list(NULL, 0)
    };
    bool whole = loop_over(&loop, 0);
    run->line = node->line;
    if (run->stopped)
        return FEEL_NONE;
    if (node->kind == NODE_FOR)
        return whole ? loop.made.list
                     : run_null(run, "\"for\" goes over lists, or from one whole number or day to another.");
    if (loop.truth != FEEL_UNKNOWN && !(node->loop.strict && loop.odd))
        return feel_boolean(loop.truth == FEEL_TRUE);
    if (loop.odd)
        return run_null(run, "What \"%s\" asks for is neither true nor false, or it goes over no list.",
                        node->kind == NODE_SOME ? "some" : "every");
    return feel_boolean(node->kind == NODE_EVERY);
}

/* ---- Contexts, ranges ---- */

static struct feel_value node_context(struct run *run, const struct node *node, struct feel_value *slots)
{
    size_t n = node->context.n;
    struct feel_entry *entries = ARENA_ARRAY(run->arena, n + 1, struct feel_entry);
    if (!entries)
        return run_no_memory(run);
    if (node->context.twice.p)
        return run_null(run, "The context has two entries \"%.*s\".", STR_ARG(node->context.twice));
    for (size_t i = 0; i < n && !run->stopped; i++) {
        const struct node_entry *entry = &node->context.entries[i];
        slots[entry->slot] = run_node(run, entry->value, slots);
        entries[i] = (struct feel_entry){ entry->name, slots[entry->slot] };
    }
    if (run->stopped)
        return FEEL_NONE;
    return node->context.result ? run_node(run, node->context.result, slots) : run_context(run, entries, n);
}

static struct feel_value node_range(struct run *run, const struct node *node, struct feel_value *slots)
{
    int order;
    struct feel_range *range = ARENA_NEW(run->arena, struct feel_range);
    if (!range)
        return run_no_memory(run);
    range->form = node->range.form;
    range->start_in = node->range.start_in;
    range->end_in = node->range.end_in;
    range->start = node->range.start ? run_node(run, node->range.start, slots) : FEEL_NONE;
    range->end = node->range.end ? run_node(run, node->range.end, slots) : FEEL_NONE;
    if (range->start.kind != FEEL_NULL && range->end.kind != FEEL_NULL && !feel_order(range->start, range->end, &order))
        return run_null(run, "The two ends of the range are not compared.");
    return feel_range(range);
}

static struct feel_value node_if(struct run *run, const struct node *node, struct feel_value *slots)
{
    enum feel_truth truth = truth_of(run_node(run, node->choice.condition, slots));
    if (truth == FEEL_UNKNOWN && node->choice.strict)
        return run_null(run, "The condition is neither true nor false.");
    return run_node(run, truth == FEEL_TRUE ? node->choice.yes : node->choice.no, slots);
}

/* ---- All kinds ---- */

static struct feel_value by_kind(struct run *run, const struct node *node, struct feel_value *slots)
{
    switch (node->kind) {
    case NODE_VALUE: return node->value;
    case NODE_SLOT: return slots[node->slot];
    case NODE_FIELD: return node_field(run, node, slots);
    case NODE_UNKNOWN: run->line = node->line; return run_null(run, "%.*s", STR_ARG(node->unknown));
    case NODE_PATH: return node_path(run, node, slots);
    case NODE_FILTER: return node_filter(run, node, slots);
    case NODE_CALL: return node_call(run, node, slots);
    case NODE_BINARY: return node_binary(run, node, slots);
    case NODE_NEGATE: return run_negate(run, run_node(run, node->operand, slots));
    case NODE_BETWEEN: return node_between(run, node, slots);
    case NODE_IN: return node_in(run, node, slots);
    case NODE_IF: return node_if(run, node, slots);
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY: return node_loop(run, node, slots);
    case NODE_LIST: return node_list(run, node, slots);
    case NODE_CONTEXT: return node_context(run, node, slots);
    case NODE_RANGE: return node_range(run, node, slots);
    case NODE_FUNCTION: return node_function(run, node, slots);
    case NODE_INSTANCE_OF:
        return feel_boolean(run_type_has(run, node->typed.type, run_node(run, node->typed.value, slots)));
    case NODE_CONVERT: return run_convert(run, node->typed.type, run_node(run, node->typed.value, slots));
    case NODE_DECISION_TABLE: return run->decide(run, node, slots);
    case NODE_TEST:
    case NODE_TESTS: break;
    }
    return run_null(run, "A test stands where a value has to stand.");
}

bool run_deeper(struct run *run)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (run->stack == 0)
        run->stack = here;
    uintptr_t taken = here > run->stack ? here - run->stack : run->stack - here;
    if (run->depth >= DMN_RUN_DEPTH_MAX || taken > DMN_RUN_STACK_MAX) {
        run_stop(run, "functions or decisions call each other too deeply, or too many operators stand in a row");
        return false;
    }
    run->depth++;
    return true;
}

struct feel_value run_node(struct run *run, const struct node *node, struct feel_value *slots)
{
    if (run->stopped)
        return FEEL_NONE;
    if (--run->steps_left < 0) {
        run->line = node->line;
        return run_stop(run, "it takes more than %d steps", (int)DMN_STEPS_MAX);
    }
    if (!run_deeper(run))
        return FEEL_NONE;
    struct feel_value value = by_kind(run, node, slots);
    run->depth--;
    return run->stopped ? FEEL_NONE : value;
}
