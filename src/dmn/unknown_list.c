/*
 * Lists over sets of values, for unknown_node.c: filters, `for`, `some`, `every` over lists whose items are known to be
 * there, while members of them are not known. Each item is looked at by itself, so that what is known of it counts.
 */
#include "dmn/unknown.h"

#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

enum { OPEN_ITEMS_MAX = 4 }; /* that a filter may keep or not: each choice is a list of its own */

/* The items of one part, each as a set; false where it cannot be told what they are. */
static bool items_of(struct unknown *u, const struct part *part, const struct set *of, struct set **out, size_t *n)
{
    struct set *sets;
    bool list = part->form == PART_LIST || (part->form == PART_VALUE && part->value.kind == FEEL_LIST);
    *n = !list                     ? !(part->form == PART_VALUE && part->value.kind == FEEL_NULL)
         : part->form == PART_LIST ? part->n
                                   : part->value.list.n;
    *out = sets = ARENA_ARRAY(u->run->arena, *n + 1, struct set);
    if (!sets)
        run_no_memory(u->run);
    if (!sets || !unknown_step(u, (int64_t)*n))
        return false;
    for (size_t i = 0; i < *n; i++) {
        if (!list)
            sets[i] = set_of_part(part, of);
        else if (part->form == PART_LIST)
            sets[i] = set_shared(part->entries[i].set);
        else
            sets[i] = set_one(u, part->value.list.items[i]);
    }
    return true;
}

/* A list of one part, whose items are there whatever is unknown. */
static bool is_settled_list(const struct set *set)
{
    return set->n == 1 && !set->kinds && set->parts[0].form == PART_LIST;
}

/* ---- Filters ---- */

static struct set list_of(struct unknown *u, const struct set *items, const bool *kept, size_t n)
{
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, n + 1, struct set_entry);
    struct set out = { 0 };
    size_t count = 0;
    if (!entries) {
        run_no_memory(u->run);
        return out;
    }
    for (size_t i = 0; i < n; i++)
        if (kept[i]) {
            entries[count++].set = &items[i];
            set_contain(u, &out, items[i].leaves);
        }
    set_add(u, &out, (struct part){ .form = PART_LIST, .entries = entries, .n = count });
    return out;
}

static struct set item_at(struct unknown *u, const struct set *items, size_t n, struct number place)
{
    int64_t at;
    if (!number_to_i64(place, &at) || at == 0 || at > (int64_t)n || at < -(int64_t)n)
        return set_one(u, run_null(u->run, "The list has no such item."));
    return set_shared(&items[at > 0 ? at - 1 : (int64_t)n + at]);
}

/* Whether the condition may be a place, or what else is neither true, false nor null. */
static bool may_be_place(const struct set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->parts[i].form != PART_VALUE ||
            (set->parts[i].value.kind != FEEL_BOOLEAN && set->parts[i].value.kind != FEEL_NULL))
            return true;
    return (set->kinds & ~(uint32_t)(SET_NULL | 1 << FEEL_BOOLEAN)) != 0;
}

/* False where it cannot be told. */
static bool filter_part(struct unknown *u, struct frame *frame, const struct node *node, const struct part *part,
                        const struct set *of, struct set *out)
{
    struct set *items;
    size_t n, open_n = 0, open[OPEN_ITEMS_MAX];
    uint64_t *leaves = leaves_none(u);
    struct set conditions = { 0 };
    if (!leaves || !items_of(u, part, of, &items, &n))
        return false;
    if (!node->filter.uses_item && node->filter.condition->value.kind == FEEL_NUMBER) {
        *out = item_at(u, items, n, node->filter.condition->value.number);
        return true;
    }
    bool *kept = ARENA_ARRAY(u->run->arena, n + 1, bool);
    bool good = kept != NULL;
    for (size_t i = 0; i < n && good; i++) {
        frame_set(frame, node->filter.slot, &items[i]);
        struct set condition = unknown_node(u, frame, node->filter.condition);
        struct feel_value place;
        if (i == 0 && set_is_one(&condition, &place) && place.kind == FEEL_NUMBER) {
            *out = item_at(u, items, n, place.number); /* it is the place, whatever the item is */
            frame->unknown[node->filter.slot] = false;
            return true;
        }
        unsigned truth = set_truth(&condition);
        good = !may_be_place(&condition) && !(node->filter.strict && (truth & MAY_OTHER));
        set_depend(u, &conditions, condition.leaves);
        kept[i] = truth == MAY_TRUE;
        if (truth == MAY_TRUE || !(truth & MAY_TRUE))
            continue;
        good = good && open_n < OPEN_ITEMS_MAX;
        if (good)
            open[open_n++] = i;
    }
    if (node->filter.slot >= 0)
        frame->unknown[node->filter.slot] = false;
    if (!good)
        return false;
    *out = (struct set){ 0 };
    for (unsigned choice = 0; choice < 1U << open_n; choice++) {
        for (size_t k = 0; k < open_n; k++)
            kept[open[k]] = choice >> k & 1;
        struct set one = list_of(u, items, kept, n);
        set_join(u, out, &one);
    }
    set_depend(u, out, conditions.leaves);
    return true;
}

bool unknown_filter(struct unknown *u, struct frame *frame, const struct node *node, struct set *out)
{
    struct set target = unknown_node(u, frame, node->filter.target), all = { 0 }, one;
    if (target.kinds)
        return false;
    for (size_t i = 0; i < target.n; i++) {
        if (!filter_part(u, frame, node, &target.parts[i], &target, &one))
            return false;
        if (target.n == 1 && is_settled_list(&target)) {
            *out = set_settled(one);
            return true;
        }
        set_join(u, &all, &one);
    }
    set_depend(u, &all, target.choice);
    *out = set_settled(all);
    return true;
}

/* ---- Names inside filters ---- */

static struct set field_of_part(struct unknown *u, struct frame *frame, const struct node *node,
                                const struct part *part)
{
    struct str name = node->field.name;
    for (size_t i = 0; part->form == PART_CONTEXT && i < part->n; i++)
        if (str_equal(part->entries[i].name, name))
            return set_shared(part->entries[i].set);
    const struct feel_value *entry = part->form == PART_VALUE && part->value.kind == FEEL_CONTEXT
                                         ? feel_context_get(part->value.context, name)
                                         : NULL;
    if (entry)
        return set_one(u, *entry);
    if (node->field.outside)
        return unknown_node(u, frame, node->field.outside);
    if (part->form == PART_VALUE)
        return set_one(u, run_property(u->run, part->value, name));
    return set_kinds(u, SET_ANY, NULL);
}

struct set unknown_field(struct unknown *u, struct frame *frame, const struct node *node)
{
    const struct set *item = &frame->sets[node->field.slot];
    struct set out = { 0 };
    if (!frame->unknown[node->field.slot]) { /* what is outside is not known */
        struct part known = { .form = PART_VALUE, .value = frame->values[node->field.slot] };
        return field_of_part(u, frame, node, &known);
    }
    if (item->kinds)
        return set_kinds(u, SET_ANY, NULL);
    if (item->n == 1)
        return field_of_part(u, frame, node, &item->parts[0]);
    for (size_t i = 0; i < item->n; i++) {
        struct set one = field_of_part(u, frame, node, &item->parts[i]);
        set_join(u, &out, &one);
    }
    set_depend(u, &out, item->choice);
    return set_settled(out);
}

/* ---- for, some, every ---- */

struct looping {
    struct unknown *u;
    struct frame *frame;
    const struct node *node;
    struct set *made; /* for: one for each round */
    size_t made_n, made_cap;
    struct set seen; /* what the rounds depend on */
    unsigned may;    /* of all rounds, what one may be */
    bool settled;    /* one round is certain to end it: true for some, false for every */
    bool goes_on;    /* no round is certain to be other than what goes on */
};

static bool round_of(struct looping *loop)
{
    struct set value = unknown_node(loop->u, loop->frame, loop->node->loop.body);
    unsigned ends = loop->node->kind == NODE_SOME ? MAY_TRUE : MAY_FALSE;
    set_depend(loop->u, &loop->seen, value.leaves);
    if (loop->node->kind == NODE_FOR) {
        struct set *room = ARENA_PUSH(loop->u->run->arena, loop->made, loop->made_n, loop->made_cap);
        if (!room)
            return false;
        *room = value;
        return loop->made_n <= DMN_UNKNOWN_VALUES_MAX;
    }
    unsigned truth = set_truth(&value);
    loop->may |= truth;
    loop->settled = loop->settled || truth == ends;
    loop->goes_on = loop->goes_on && (truth & (MAY_ANY & ~ends & ~(unsigned)MAY_OTHER));
    return true;
}

static bool loop_over(struct looping *loop, size_t at)
{
    const struct node_iterator *iterator = &loop->node->loop.iterators[at];
    struct set *items;
    size_t n;
    if (iterator->end)
        return false;
    struct set start = unknown_node(loop->u, loop->frame, iterator->start);
    if (start.n != 1 || start.kinds ||
        (start.parts[0].form == PART_VALUE &&
         (start.parts[0].value.kind == FEEL_NULL || start.parts[0].value.kind == FEEL_RANGE)) ||
        !items_of(loop->u, &start.parts[0], &start, &items, &n))
        return false;
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        frame_set(loop->frame, iterator->slot, &items[i]);
        good = at + 1 == loop->node->loop.n ? round_of(loop) : loop_over(loop, at + 1);
    }
    if (iterator->slot >= 0)
        loop->frame->unknown[iterator->slot] = false;
    return good && unknown_step(loop->u, 1);
}

bool unknown_loop(struct unknown *u, struct frame *frame, const struct node *node, struct set *out)
{
    struct looping loop = { .u = u, .frame = frame, .node = node, .goes_on = true };
    unsigned ends = node->kind == NODE_SOME ? MAY_TRUE : MAY_FALSE,
             goes = node->kind == NODE_SOME ? MAY_FALSE : MAY_TRUE;
    if (node->kind == NODE_FOR) { /* what was made so far: its own rounds are not told apart */
        struct set partial = set_kinds(u, 1 << FEEL_LIST, NULL);
        frame_set(frame, node->loop.partial, &partial);
    }
    bool good = loop_over(&loop, 0);
    if (node->kind == NODE_FOR && node->loop.partial >= 0)
        frame->unknown[node->loop.partial] = false;
    if (!good)
        return false;
    if (node->kind != NODE_FOR) {
        unsigned truth = (loop.may & (ends | MAY_OTHER)) | (loop.goes_on ? goes : 0U);
        bool ended = loop.settled && !(node->loop.strict && (loop.may & MAY_OTHER));
        *out = set_of_truth(u, ended ? ends : truth, loop.seen.leaves);
        return true;
    }
    bool *kept = ARENA_ARRAY(u->run->arena, loop.made_n + 1, bool);
    if (!kept)
        return false;
    memset(kept, true, loop.made_n);
    *out = list_of(u, loop.made, kept, loop.made_n);
    return true;
}
