/* What an expression looks at, for unknown_node.c: slots that are not known, and values that are written in it. */
#include "dmn/unknown.h"

#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

/* Calls `see` for each part of the expression until it answers true. */
struct walk {
    bool (*see)(struct walk *walk, const struct node *node);
    const struct frame *frame;
    struct unknown *u;
    struct constants *constants;
    bool entries; /* of contexts are told apart */
    struct place_seen places[UNKNOWN_PLACES_MAX];
    size_t n;
    bool many;
};

bool frame_make(struct unknown *u, struct frame *frame, size_t n)
{
    frame->n = n + 1;
    frame->values = ARENA_ARRAY(u->run->arena, n + 1, struct feel_value);
    frame->sets = ARENA_ARRAY(u->run->arena, n + 1, struct set);
    frame->unknown = ARENA_ARRAY(u->run->arena, n + 1, bool);
    if (frame->values && frame->sets && frame->unknown)
        return true;
    run_no_memory(u->run);
    return false;
}

void frame_set(struct frame *frame, int slot, const struct set *set)
{
    if (slot < 0 || (size_t)slot >= frame->n)
        return;
    frame->values[slot] = FEEL_NONE;
    frame->unknown[slot] = !set_is_one(set, &frame->values[slot]);
    frame->sets[slot] = *set;
}

/* ---- What an expression looks at ---- */

/* `set` NULL: the slot's own. */
static bool note(struct walk *walk, int slot, struct str entry, const struct set *set)
{
    if (slot < 0 || (size_t)slot >= walk->frame->n || !walk->frame->unknown[slot])
        return false;
    for (size_t i = 0; i < walk->n; i++)
        if (walk->places[i].slot == slot && str_equal(walk->places[i].entry, entry))
            return true;
    if (walk->n == UNKNOWN_PLACES_MAX) {
        walk->many = true;
        return true;
    }
    walk->places[walk->n++] = (struct place_seen){ slot, entry, set ? set : &walk->frame->sets[slot] };
    return true;
}

/* "a.b" where `a` is a slot with one context, which has a `b`: what else is in it is not looked at. */
static bool see_entry(struct walk *walk, const struct node *path)
{
    const struct node *target = path->path.target;
    if (path->path.name.n == 0 || target->kind != NODE_SLOT || target->slot < 0 ||
        (size_t)target->slot >= walk->frame->n)
        return false;
    const struct set *set = &walk->frame->sets[target->slot];
    if (!walk->frame->unknown[target->slot] || set->n != 1 || set->kinds || set->parts[0].form != PART_CONTEXT)
        return false;
    const struct set *found = NULL;
    for (size_t i = 0; i < set->parts[0].n; i++)
        if (str_equal(set->parts[0].entries[i].name, path->path.name)) {
            if (found)
                return false; /* which of the two counts is not said here */
            found = set->parts[0].entries[i].set;
        }
    return found && note(walk, target->slot, path->path.name, found);
}

static bool each(struct walk *walk, const struct node *node);

static bool each_of(struct walk *walk, const struct node *const *nodes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (each(walk, nodes[i]))
            return true;
    return false;
}

static bool each_of_table(struct walk *walk, const struct decision_table *table)
{
    for (size_t i = 0; i < table->inputs_n; i++)
        if (each(walk, table->inputs[i].expression) || each(walk, table->inputs[i].values))
            return true;
    for (size_t i = 0; i < table->outputs_n; i++)
        if (each(walk, table->outputs[i].preset) || each(walk, table->outputs[i].values))
            return true;
    for (size_t i = 0; i < table->rules_n; i++)
        if (each_of(walk, table->rules[i].tests, table->inputs_n) ||
            each_of(walk, table->rules[i].results, table->outputs_n))
            return true;
    return false;
}

static bool each_of_loop(struct walk *walk, const struct node *node)
{
    for (size_t i = 0; i < node->loop.n; i++)
        if (each(walk, node->loop.iterators[i].start) || each(walk, node->loop.iterators[i].end))
            return true;
    return each(walk, node->loop.body);
}

static bool each_of_call(struct walk *walk, const struct node *node)
{
    for (size_t i = 0; i < node->call.n; i++)
        if (each(walk, node->call.arguments[i].value))
            return true;
    return each(walk, node->call.function);
}

static bool each_of_context(struct walk *walk, const struct node *node)
{
    for (size_t i = 0; i < node->context.n; i++)
        if (each(walk, node->context.entries[i].value))
            return true;
    return each(walk, node->context.result);
}

static bool each(struct walk *walk, const struct node *node)
{
    if (!node)
        return false;
    if (walk->see(walk, node))
        return true;
    switch (node->kind) {
    case NODE_VALUE:
    case NODE_SLOT:
    case NODE_UNKNOWN:
    case NODE_FUNCTION: return false;
    case NODE_FIELD: return each(walk, node->field.outside);
    case NODE_PATH: return (walk->entries && see_entry(walk, node)) ? walk->many : each(walk, node->path.target);
    case NODE_FILTER: return each(walk, node->filter.target) || each(walk, node->filter.condition);
    case NODE_CALL: return each_of_call(walk, node);
    case NODE_BINARY: return each(walk, node->binary.left) || each(walk, node->binary.right);
    case NODE_NEGATE: return each(walk, node->operand);
    case NODE_BETWEEN:
        return each(walk, node->between.value) || each(walk, node->between.low) || each(walk, node->between.high);
    case NODE_IN: return each(walk, node->in.value) || each(walk, node->in.tests);
    case NODE_IF:
        return each(walk, node->choice.condition) || each(walk, node->choice.yes) || each(walk, node->choice.no);
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY: return each_of_loop(walk, node);
    case NODE_LIST: return each_of(walk, node->list.items, node->list.n);
    case NODE_CONTEXT: return each_of_context(walk, node);
    case NODE_RANGE: return each(walk, node->range.start) || each(walk, node->range.end);
    case NODE_INSTANCE_OF:
    case NODE_CONVERT: return each(walk, node->typed.value);
    case NODE_DECISION_TABLE: return each_of_table(walk, node->table);
    case NODE_TEST: return each(walk, node->test.end);
    case NODE_TESTS: return each_of(walk, node->tests.items, node->tests.n);
    }
    return false;
}

static bool see_unknown(struct walk *walk, const struct node *node)
{
    if (node->kind == NODE_SLOT)
        note(walk, node->slot, STR_NONE, NULL);
    if (node->kind == NODE_FIELD)
        note(walk, node->field.slot, STR_NONE, NULL);
    if (node->kind == NODE_FUNCTION)
        for (size_t i = 0; i < node->function->captures_n; i++)
            note(walk, node->function->captures[i].from, STR_NONE, NULL);
    return walk->n > 0;
}

static bool see_all_unknown(struct walk *walk, const struct node *node)
{
    see_unknown(walk, node);
    return walk->many;
}

bool node_is_unknown(const struct frame *frame, const struct node *node)
{
    struct walk walk = { .see = see_unknown, .frame = frame };
    return each(&walk, node);
}

void unknown_depend(struct unknown *u, struct frame *frame, const struct node *node, struct set *set)
{
    struct walk walk = { .see = see_all_unknown, .frame = frame, .entries = true };
    if (each(&walk, node) || walk.many) {
        struct set all = set_kinds(u, SET_NULL, NULL);
        set_depend(u, set, all.leaves);
        return;
    }
    for (size_t i = 0; i < walk.n; i++)
        set_depend(u, set, walk.places[i].set->leaves);
}

static bool see_constant(struct walk *walk, const struct node *node)
{
    const struct node *of = node->kind == NODE_NEGATE ? node->operand : node;
    struct feel_value value;
    if (of->kind != NODE_VALUE && of->kind != NODE_SLOT && of->kind != NODE_PATH && of->kind != NODE_CALL)
        return false;
    if (of->kind == NODE_VALUE)
        value = of->value;
    else if (!node_is_unknown(walk->frame, node))
        value = run_node(walk->u->run, node, walk->frame->values);
    else
        return false;
    if (node->kind == NODE_NEGATE && value.kind == FEEL_NUMBER)
        value = feel_number(number_negate(value.number));
    struct feel_value items[2] = { value, FEEL_NONE };
    if (value.kind == FEEL_RANGE) {
        items[0] = value.range->start;
        items[1] = value.range->end;
    }
    struct feel_list list = value.kind == FEEL_LIST ? value.list : (struct feel_list){ items, 2 };
    for (size_t i = 0; i < list.n && walk->constants->n < 4 * DMN_UNKNOWN_VALUES_MAX; i++) {
        if (list.items[i].kind == FEEL_NULL)
            continue;
        struct feel_value *room =
            ARENA_PUSH(walk->u->run->arena, walk->constants->values, walk->constants->n, walk->constants->cap);
        if (!room) {
            walk->constants->n = 0;
            run_no_memory(walk->u->run);
            return true;
        }
        *room = list.items[i];
    }
    return false;
}

void constants_of(struct unknown *u, struct constants *constants, struct frame *frame, const struct node *node)
{
    struct walk walk = { .see = see_constant, .frame = frame, .u = u, .constants = constants };
    each(&walk, node);
}

bool unknown_places(const struct frame *frame, const struct node *node, struct place_seen places[UNKNOWN_PLACES_MAX],
                    size_t *n)
{
    struct walk walk = { .see = see_all_unknown, .frame = frame, .entries = true };
    bool many = each(&walk, node) || walk.many;
    *n = 0;
    for (size_t i = 0; i < walk.n; i++) {
        bool whole = false; /* is looked at too */
        for (size_t j = 0; j < walk.n; j++)
            whole = whole || (walk.places[j].slot == walk.places[i].slot && !walk.places[j].entry.p);
        if (!walk.places[i].entry.p || !whole)
            places[(*n)++] = walk.places[i];
    }
    return !many;
}
