/* Sets of values. Promises: see unknown.h: wider where in doubt, and bounded. */
#include "dmn/unknown.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dmn/temporal.h"
#include "base/banned.h"

bool unknown_step(struct unknown *u, int64_t steps)
{
    u->run->steps_left -= steps;
    return u->run->steps_left > DMN_STEPS_MAX - DMN_UNKNOWN_STEPS_MAX && !u->run->stopped;
}

/* ---- Leaves ---- */

uint64_t *leaves_none(struct unknown *u)
{
    uint64_t *leaves = ARENA_ARRAY(u->run->arena, u->leaf_words, uint64_t);
    if (!leaves)
        run_no_memory(u->run);
    return leaves;
}

/* What a set has of leaves is never written to, so sets may share it. */
static void add_leaves(struct unknown *u, const uint64_t **to, const uint64_t *leaves)
{
    bool more = false;
    if (!leaves || leaves == *to)
        return;
    for (size_t i = 0; i < u->leaf_words; i++)
        more = more || (leaves[i] & ~(*to ? (*to)[i] : 0));
    if (more && !*to) {
        *to = leaves;
        return;
    }
    uint64_t *all = more ? leaves_none(u) : NULL;
    for (size_t i = 0; all && i < u->leaf_words; i++)
        all[i] = leaves[i] | (*to ? (*to)[i] : 0);
    if (all)
        *to = all;
}

void set_contain(struct unknown *u, struct set *set, const uint64_t *leaves)
{
    add_leaves(u, &set->leaves, leaves);
}

void set_depend(struct unknown *u, struct set *set, const uint64_t *leaves)
{
    add_leaves(u, &set->leaves, leaves);
    add_leaves(u, &set->choice, leaves);
}

static void depend_like(struct unknown *u, struct set *set, const struct set *like)
{
    uint64_t *all = like ? NULL : leaves_none(u);
    for (size_t i = 0; all && i < u->leaves_n; i++)
        all[i / 64] |= UINT64_C(1) << i % 64;
    set_depend(u, set, like ? like->leaves : all);
}

/* ---- Parts ---- */

static bool has_order(enum feel_kind kind)
{
    return kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_DATE || kind == FEEL_DAYS || kind == FEEL_MONTHS;
}

/* Where two values that are equal are one, whatever is asked of them. */
static bool is_plain(enum feel_kind kind)
{
    return has_order(kind) || kind == FEEL_NULL || kind == FEEL_BOOLEAN;
}

/* -1: the value is before all of the part; 0: it is one of it; 1: it is after all of it. */
static int place_of(const struct part *between, struct feel_value value)
{
    int order;
    if (between->value.kind != FEEL_NULL && feel_order(value, between->value, &order) && order <= 0)
        return -1;
    if (between->end.kind != FEEL_NULL && feel_order(value, between->end, &order) && order >= 0)
        return 1;
    return 0;
}

static bool same_end(struct feel_value a, struct feel_value b)
{
    return a.kind == b.kind && feel_same(a, b);
}

/* Looking at two values whole takes as many steps as they have parts. Without steps every value is a new one. */
static bool is_same_value(struct unknown *u, struct feel_value a, struct feel_value b)
{
    enum { BYTES_OF_STEP = 1000 };
    size_t work = 0;
    if (a.kind != b.kind)
        return false;
    if (a.kind == FEEL_LIST)
        work = a.list.n == b.list.n ? 1 + a.list.n * (a.depth + 1) : 0;
    else if (a.kind == FEEL_CONTEXT)
        work = 1 + a.context->n * b.context->n * (a.depth + 1);
    else if (a.kind == FEEL_STRING)
        work = a.string.n == b.string.n ? a.string.n / BYTES_OF_STEP : 0;
    else if (!is_plain(a.kind))
        return false;
    return (work == 0 || unknown_step(u, (int64_t)work)) && feel_same(a, b);
}

static bool is_covered(struct unknown *u, const struct set *set, const struct part *part)
{
    if (part->form == PART_VALUE && (set->kinds >> part->value.kind & 1))
        return true;
    if (part->form == PART_BETWEEN && (set->kinds >> part->kind & 1))
        return true;
    for (size_t i = 0; i < set->n; i++) {
        const struct part *other = &set->parts[i];
        if (part->form == PART_VALUE && other->form == PART_VALUE && is_same_value(u, part->value, other->value))
            return true;
        if (part->form == PART_VALUE && other->form == PART_BETWEEN && part->value.kind == other->kind &&
            place_of(other, part->value) == 0)
            return true;
        if (part->form == PART_BETWEEN && other->form == PART_BETWEEN && part->kind == other->kind &&
            same_end(part->value, other->value) && same_end(part->end, other->end))
            return true;
    }
    return false;
}

static uint32_t kind_of_part(const struct part *part)
{
    switch (part->form) {
    case PART_VALUE: return UINT32_C(1) << part->value.kind;
    case PART_BETWEEN: return UINT32_C(1) << part->kind;
    case PART_CONTEXT: return 1 << FEEL_CONTEXT;
    case PART_LIST: return 1 << FEEL_LIST;
    }
    return SET_ANY;
}

/* All values of the kinds that it has. */
static void widen(struct set *set)
{
    for (size_t i = 0; i < set->n; i++)
        set->kinds |= kind_of_part(&set->parts[i]);
    set->n = 0;
}

static void push(struct unknown *u, struct set *set, struct part part)
{
    enum { FEW = 2 }; /* parts: true and false */
    if (set->cap == 0 && (set->parts = ARENA_ARRAY(u->run->arena, FEW, struct part)))
        set->cap = FEW;
    struct part *room = ARENA_PUSH(u->run->arena, set->parts, set->n, set->cap);
    if (room)
        *room = part;
    else
        run_no_memory(u->run);
    if (!room)
        set->n = 0;
}

struct set *set_kept(struct unknown *u, struct set set)
{
    struct set *kept = ARENA_NEW(u->run->arena, struct set);
    if (!kept) {
        run_no_memory(u->run);
        return NULL;
    }
    *kept = set_shared(&set);
    kept->by_leaf = NULL;
    return kept;
}

void set_add(struct unknown *u, struct set *set, struct part part)
{
    if (is_covered(u, set, &part))
        return;
    if (set->n >= DMN_UNKNOWN_VALUES_MAX) {
        widen(set);
        set->kinds |= kind_of_part(&part);
        return;
    }
    push(u, set, part);
}

void set_add_value(struct unknown *u, struct set *set, struct feel_value value)
{
    set_add(u, set, (struct part){ .form = PART_VALUE, .value = value });
}

void set_join(struct unknown *u, struct set *set, const struct set *other)
{
    set->kinds |= other->kinds;
    for (size_t i = 0; i < other->n; i++)
        set_add(u, set, other->parts[i]);
    add_leaves(u, &set->leaves, other->leaves);
    add_leaves(u, &set->choice, other->choice);
    set->by_leaf = NULL;
    set->untyped = false;
}

struct set set_one(struct unknown *u, struct feel_value value)
{
    struct set set = { .parts = ARENA_NEW(u->run->arena, struct part), .n = 1, .cap = 1 };
    if (!set.parts) {
        run_no_memory(u->run);
        return (struct set){ 0 };
    }
    *set.parts = (struct part){ .form = PART_VALUE, .value = value };
    return set;
}

struct set set_shared(const struct set *set)
{
    struct set shared = *set;
    shared.cap = shared.n;
    return shared;
}

struct set set_of_part(const struct part *part, const struct set *of)
{
    return (struct set){
        .parts = (struct part *)(uintptr_t)part, .n = 1, .cap = 1, .leaves = of->leaves, .choice = of->choice
    };
}

struct set set_kinds(struct unknown *u, uint32_t kinds, const struct set *like)
{
    struct set set = { .kinds = kinds };
    if (kinds == 1 << FEEL_BOOLEAN) { /* what most leaves are */
        set = (struct set){ 0 };
        push(u, &set, (struct part){ .form = PART_VALUE, .value = feel_boolean(true) });
        push(u, &set, (struct part){ .form = PART_VALUE, .value = feel_boolean(false) });
        depend_like(u, &set, like);
        return set;
    }
    for (unsigned kind = 0; kind < FEEL_KINDS; kind++) {
        if (!(kinds >> kind & 1) || (!has_order(kind) && kind != FEEL_BOOLEAN))
            continue;
        set.kinds &= ~(UINT32_C(1) << kind);
        if (kind == FEEL_BOOLEAN) {
            set_add_value(u, &set, feel_boolean(true));
            set_add_value(u, &set, feel_boolean(false));
        } else {
            set_add(u, &set, (struct part){ .form = PART_BETWEEN, .kind = kind });
        }
    }
    depend_like(u, &set, like);
    return set;
}

bool set_is_one(const struct set *set, struct feel_value *out)
{
    if (set->n + (set->kinds == SET_NULL) != 1 || (set->kinds & ~(uint32_t)SET_NULL) ||
        (set->n == 1 && set->parts[0].form != PART_VALUE))
        return false;
    if (out)
        *out = set->n == 1 ? set->parts[0].value : FEEL_NONE;
    return true;
}

struct set set_settled(struct set set)
{
    if (set_is_one(&set, NULL)) {
        set.leaves = NULL;
        set.choice = NULL;
        set.by_leaf = NULL;
    }
    return set;
}

/* ---- Truth ---- */

unsigned part_truth(const struct part *part)
{
    if (part->form != PART_VALUE || part->value.kind != FEEL_BOOLEAN)
        return MAY_OTHER;
    return part->value.boolean ? MAY_TRUE : MAY_FALSE;
}

unsigned set_truth(const struct set *set)
{
    unsigned truth = 0;
    if (set->kinds >> FEEL_BOOLEAN & 1)
        truth |= MAY_TRUE | MAY_FALSE;
    if (set->kinds & ~(UINT32_C(1) << FEEL_BOOLEAN))
        truth |= MAY_OTHER;
    for (size_t i = 0; i < set->n; i++)
        truth |= part_truth(&set->parts[i]);
    return truth;
}

struct set set_of_truth(struct unknown *u, unsigned truth, const uint64_t *leaves)
{
    struct set set = { 0 };
    if (truth & MAY_TRUE)
        set_add_value(u, &set, feel_boolean(true));
    if (truth & MAY_FALSE)
        set_add_value(u, &set, feel_boolean(false));
    if (truth & MAY_OTHER)
        set_add_value(u, &set, FEEL_NONE);
    set_depend(u, &set, leaves);
    return set_settled(set);
}

static unsigned of_order(enum node_operator operation, int order)
{
    bool is = false;
    switch (operation) {
    case OPERATOR_LESS: is = order < 0; break;
    case OPERATOR_LESS_EQUAL: is = order <= 0; break;
    case OPERATOR_GREATER: is = order > 0; break;
    case OPERATOR_GREATER_EQUAL: is = order >= 0; break;
    case OPERATOR_EQUAL: is = order == 0; break;
    case OPERATOR_UNEQUAL: is = order != 0; break;
    case OPERATOR_ADD:
    case OPERATOR_SUBTRACT:
    case OPERATOR_MULTIPLY:
    case OPERATOR_DIVIDE:
    case OPERATOR_POWER:
    case OPERATOR_AND:
    case OPERATOR_OR: return MAY_ANY;
    }
    return is ? MAY_TRUE : MAY_FALSE;
}

/* Two values, or two parts of a line: before, equal or after, as far as can be told. */
static unsigned compare_lines(enum node_operator operation, const struct part *a, const struct part *b)
{
    int order;
    struct feel_value a_end = a->form == PART_BETWEEN ? a->end : a->value;
    struct feel_value b_end = b->form == PART_BETWEEN ? b->end : b->value;
    if (a_end.kind != FEEL_NULL && b->value.kind != FEEL_NULL && feel_order(a_end, b->value, &order) && order <= 0)
        return of_order(operation, -1);
    if (b_end.kind != FEEL_NULL && a->value.kind != FEEL_NULL && feel_order(b_end, a->value, &order) && order <= 0)
        return of_order(operation, 1);
    return MAY_TRUE | MAY_FALSE;
}

static unsigned compare_values(enum node_operator operation, struct feel_value a, struct feel_value b)
{
    int order;
    if (operation == OPERATOR_EQUAL || operation == OPERATOR_UNEQUAL) {
        enum feel_truth equal = feel_equal(a, b);
        return equal == FEEL_UNKNOWN ? MAY_OTHER : of_order(operation, equal == FEEL_TRUE ? 0 : 1);
    }
    return feel_order(a, b, &order) ? of_order(operation, order) : MAY_OTHER;
}

unsigned part_compare(enum node_operator operation, const struct part *a, const struct part *b)
{
    uint32_t ka = kind_of_part(a), kb = kind_of_part(b);
    bool equality = operation == OPERATOR_EQUAL || operation == OPERATOR_UNEQUAL;
    if (a->form == PART_VALUE && b->form == PART_VALUE)
        return compare_values(operation, a->value, b->value);
    if (ka != kb) {
        if (equality && (ka == SET_NULL || kb == SET_NULL))
            return of_order(operation, 1);
        return MAY_OTHER;
    }
    if (a->form == PART_CONTEXT || a->form == PART_LIST || b->form == PART_CONTEXT || b->form == PART_LIST)
        return equality ? MAY_TRUE | MAY_FALSE : MAY_OTHER;
    return compare_lines(operation, a, b);
}

unsigned set_compare(struct unknown *u, enum node_operator operation, const struct set *a, const struct set *b)
{
    unsigned truth = 0;
    if (a->kinds || b->kinds)
        return MAY_ANY;
    for (size_t i = 0; i < a->n && truth != MAY_ANY; i++)
        for (size_t j = 0; j < b->n && truth != MAY_ANY; j++) {
            if (!unknown_step(u, 1))
                return MAY_ANY;
            truth |= part_compare(operation, &a->parts[i], &b->parts[j]);
        }
    return truth;
}

/* ---- As values ---- */

struct values {
    struct feel_value *list;
    size_t n, cap, max;
};

static bool values_add(struct unknown *u, struct values *values, struct feel_value value)
{
    if (values->n == values->max)
        return false;
    struct feel_value *room = ARENA_PUSH(u->run->arena, values->list, values->n, values->cap);
    if (!room) {
        run_no_memory(u->run);
        return false;
    }
    *room = value;
    return true;
}

/* How many values the set has; max + 1: more, or they are not finite. */
static size_t values_count(struct unknown *u, const struct set *set, size_t max)
{
    if (!unknown_step(u, 1))
        return max + 1;
    size_t n = set->kinds & ~(uint32_t)SET_NULL ? max + 1 : (set->kinds & SET_NULL) != 0;
    for (size_t i = 0; i < set->n && n <= max; i++) {
        const struct part *part = &set->parts[i];
        size_t product = part->form == PART_BETWEEN ? max + 1 : 1;
        for (size_t j = 0; part->form != PART_VALUE && j < part->n && product <= max; j++)
            product *= values_count(u, part->entries[j].set, max);
        n += product;
    }
    return n > max ? max + 1 : n;
}

static bool values_of(struct unknown *u, const struct set *set, size_t max, struct feel_value **out, size_t *n);

/* Every choice of one value for each entry, as a context or a list. */
static bool products(struct unknown *u, const struct part *part, struct values *out)
{
    size_t *at = ARENA_ARRAY(u->run->arena, part->n + 1, size_t),
           *counts = ARENA_ARRAY(u->run->arena, part->n + 1, size_t);
    struct feel_value **lists = ARENA_ARRAY(u->run->arena, part->n + 1, struct feel_value *);
    size_t all = 1;
    if (!at || !counts || !lists) {
        run_no_memory(u->run);
        return false;
    }
    for (size_t i = 0; i < part->n; i++) {
        if (!values_of(u, part->entries[i].set, out->max, &lists[i], &counts[i]))
            return false;
        all *= counts[i]; /* each is at most max, and all is at most max before */
        if (all > out->max)
            return false;
    }
    for (size_t k = 0; k < all; k++) {
        struct feel_entry *entries = ARENA_ARRAY(u->run->arena, part->n + 1, struct feel_entry);
        struct feel_value *items = ARENA_ARRAY(u->run->arena, part->n + 1, struct feel_value);
        if (!entries || !items) {
            run_no_memory(u->run);
            return false;
        }
        for (size_t i = 0; i < part->n; i++) {
            items[i] = lists[i][at[i]];
            entries[i] = (struct feel_entry){ part->entries[i].name, items[i] };
        }
        struct feel_value value =
            part->form == PART_LIST ? run_list(u->run, items, part->n) : run_context(u->run, entries, part->n);
        if (u->run->stopped || !unknown_step(u, 1) || !values_add(u, out, value))
            return false;
        for (size_t i = 0; i < part->n && ++at[i] == counts[i]; i++)
            at[i] = 0;
    }
    return true;
}

static bool values_of(struct unknown *u, const struct set *set, size_t max, struct feel_value **out, size_t *n)
{
    struct values values = { .cap = set->n + 1, .max = max }; /* and null; what has products may have more */
    values.list = ARENA_ARRAY(u->run->arena, values.cap, struct feel_value);
    if (!values.list) {
        run_no_memory(u->run);
        return false;
    }
    for (size_t i = 0; i < set->n; i++)
        if (set->parts[i].form == PART_VALUE ? !values_add(u, &values, set->parts[i].value)
                                             : !products(u, &set->parts[i], &values))
            return false;
    if ((set->kinds & SET_NULL) && !values_add(u, &values, FEEL_NONE))
        return false;
    *out = values.list;
    *n = values.n;
    return true;
}

bool set_values(struct unknown *u, const struct set *set, size_t max, struct feel_value **out, size_t *n)
{
    return !u->run->stopped && values_count(u, set, max) <= max && values_of(u, set, max, out, n);
}

struct dmn_outcomes set_outcomes(struct unknown *u, const struct set *set)
{
    struct dmn_outcomes out = { 0 };
    struct feel_value *values;
    size_t n;
    if (set_values(u, set, DMN_UNKNOWN_VALUES_MAX, &values, &n)) {
        struct feel_value *kept = values;
        for (size_t i = 0; i < n; i++) {
            bool again = false;
            for (size_t j = 0; j < out.n && !again; j++)
                again = feel_same(kept[j], values[i]);
            if (!again)
                kept[out.n++] = values[i];
        }
        out.values = kept;
        return out;
    }
    struct feel_value *some = ARENA_ARRAY(u->run->arena, set->n + 1, struct feel_value);
    out.anything = true;
    if (!some)
        run_no_memory(u->run);
    for (size_t i = 0; some && i < set->n; i++)
        if (set->parts[i].form == PART_VALUE)
            some[out.n++] = set->parts[i].value;
    if (some && (set->kinds & SET_NULL))
        some[out.n++] = FEEL_NONE;
    out.values = some;
    return out;
}

/* ---- Cutting ---- */

static int by_order(const void *a, const void *b)
{
    int order = 0;
    const struct feel_value *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return feel_order(*x, *y, &order) ? order : 0;
}

/* Whether nothing is between the two: days beside each other, months, and before the empty text. */
static bool is_empty(const struct part *part)
{
    if (part->kind == FEEL_STRING && part->end.kind == FEEL_STRING && part->end.string.n == 0)
        return true;
    if (part->value.kind == FEEL_NULL || part->end.kind == FEEL_NULL)
        return false;
    if (part->kind == FEEL_DATE)
        return temporal_day_number(part->end.date) - temporal_day_number(part->value.date) <= 1;
    return part->kind == FEEL_MONTHS && part->end.months - 1 <= part->value.months;
}

static void add_between(struct unknown *u, struct set *set, struct part part)
{
    if (!is_empty(&part))
        push(u, set, part);
}

bool set_has_intervals(const struct set *set)
{
    bool has = set->kinds & ~(uint32_t)SET_NULL;
    for (size_t i = 0; i < set->n && !has; i++)
        has = set->parts[i].form == PART_BETWEEN;
    return has;
}

struct set set_cut(struct unknown *u, const struct set *set, struct feel_value *at, size_t n)
{
    if (!set_has_intervals(set))
        return set_shared(set);
    struct set out = { .kinds = set->kinds, .leaves = set->leaves, .choice = set->choice, .by_leaf = set->by_leaf };
    struct set all = set_kinds(u, set->kinds, set);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (has_order(at[i].kind))
            at[kept++] = at[i];
    if (kept > 0)
        qsort(at, kept, sizeof *at, by_order);
    for (size_t i = 0; i < set->n; i++)
        push(u, &all, set->parts[i]);
    out.kinds = all.kinds;
    for (size_t i = 0; i < all.n; i++) {
        struct part rest = all.parts[i];
        if (rest.form == PART_BETWEEN && !is_empty(&rest)) {
            for (size_t j = 0; j < kept && out.n < 4 * DMN_UNKNOWN_VALUES_MAX; j++) {
                if (at[j].kind != rest.kind || place_of(&rest, at[j]) != 0)
                    continue;
                struct part before = rest;
                before.end = at[j];
                add_between(u, &out, before);
                push(u, &out, (struct part){ .form = PART_VALUE, .value = at[j] });
                rest.value = at[j];
            }
        }
        if (rest.form != PART_BETWEEN || !is_empty(&rest))
            push(u, &out, rest);
    }
    return out;
}

/* ---- Types ---- */

/* The parts of the set that the type's allowed values may hold. */
static struct set only_allowed(struct unknown *u, const struct feel_type *type, const struct set *set, bool *all)
{
    struct constants constants = { 0 };
    struct frame frame;
    struct set out = { .leaves = set->leaves, .choice = set->choice };
    if (!frame_make(u, &frame, (size_t)type->slots + 1))
        return set_shared(set);
    constants_of(u, &constants, &frame, type->allowed);
    struct set cut = set_cut(u, set, constants.values, constants.n);
    if (cut.kinds & ~(uint32_t)SET_NULL)
        *all = false;
    out.kinds = cut.kinds;
    for (size_t i = 0; i < cut.n; i++) {
        struct set part = set_of_part(&cut.parts[i], &cut);
        unsigned truth = unknown_tests(u, &frame, type->allowed, &part);
        if (truth & MAY_TRUE)
            set_add(u, &out, cut.parts[i]);
        *all = *all && truth == MAY_TRUE;
    }
    return out;
}

/* A type of texts that are listed one by one: most types of members are, and nothing has to be tried for them. */
static bool is_list_of_texts(const struct feel_type *type)
{
    const struct node *allowed = type->allowed;
    if (type->form != TYPE_KIND || type->kind != FEEL_STRING || type->narrows || !allowed ||
        allowed->kind != NODE_TESTS || allowed->tests.negated)
        return false;
    for (size_t i = 0; i < allowed->tests.n; i++)
        if (allowed->tests.items[i]->kind != NODE_VALUE || allowed->tests.items[i]->value.kind != FEEL_STRING ||
            allowed->tests.uses_input[i])
            return false;
    return true;
}

static struct set of_texts(struct unknown *u, const struct feel_type *type, const struct set *like)
{
    size_t n = type->allowed->tests.n;
    struct set set = { .parts = ARENA_ARRAY(u->run->arena, n + 1, struct part), .cap = n + 1 };
    if (!set.parts || n > DMN_UNKNOWN_VALUES_MAX) {
        set = (struct set){ .kinds = 1 << FEEL_STRING };
        if (n <= DMN_UNKNOWN_VALUES_MAX)
            run_no_memory(u->run);
    }
    for (; set.parts && set.n < n; set.n++)
        set.parts[set.n] = (struct part){ .form = PART_VALUE, .value = type->allowed->tests.items[set.n]->value };
    depend_like(u, &set, like);
    return set;
}

static struct set of_type(struct unknown *u, const struct feel_type *type, const struct set *like, int depth)
{
    enum { DEPTH_MAX = 20 };
    bool ignored = true;
    struct set set = { 0 };
    const uint32_t any = SET_ANY & ~(uint32_t)SET_NULL;
    if (!type || depth > DEPTH_MAX || !unknown_step(u, 1))
        return set_kinds(u, any, like);
    if (is_list_of_texts(type))
        return of_texts(u, type, like);
    switch (type->form) {
    case TYPE_ANY: set = set_kinds(u, any, like); break;
    case TYPE_NULL: set = set_kinds(u, SET_NULL, like); break;
    case TYPE_KIND: set = set_kinds(u, UINT32_C(1) << type->kind, like); break;
    case TYPE_DURATION: set = set_kinds(u, 1 << FEEL_DAYS | 1 << FEEL_MONTHS, like); break;
    case TYPE_LIST: set = set_kinds(u, 1 << FEEL_LIST, like); break;
    case TYPE_CONTEXT: set = set_kinds(u, 1 << FEEL_CONTEXT, like); break;
    case TYPE_RANGE: set = set_kinds(u, 1 << FEEL_RANGE, like); break;
    case TYPE_FUNCTION: set = set_kinds(u, 1 << FEEL_FUNCTION, like); break;
    }
    return type->allowed ? only_allowed(u, type, &set, &ignored) : set;
}

struct set set_of_type(struct unknown *u, const struct feel_type *type, const struct set *like)
{
    return of_type(u, type, like, 0);
}

/* Whether all values of the kind are of the type, so that nothing becomes of them. */
static bool takes_kind(const struct feel_type *type, enum feel_kind kind)
{
    switch (type->form) {
    case TYPE_ANY: return true;
    case TYPE_NULL: return kind == FEEL_NULL;
    case TYPE_KIND: return kind == type->kind;
    case TYPE_DURATION: return kind == FEEL_DAYS || kind == FEEL_MONTHS;
    case TYPE_LIST:
    case TYPE_CONTEXT:
    case TYPE_RANGE:
    case TYPE_FUNCTION: return false;
    }
    return false;
}

/* What becomes of a part that is more than one value. */
static void convert_part(struct unknown *u, const struct feel_type *type, const struct part *part, const struct set *of,
                         struct set *out)
{
    bool all = true;
    struct set one = set_of_part(part, of), wide;
    struct feel_value *values;
    size_t n;
    if (part->form == PART_BETWEEN && takes_kind(type, part->kind)) {
        if (type->allowed)
            one = only_allowed(u, type, &one, &all);
        set_join(u, out, &one);
        if (!all)
            set_add_value(u, out, FEEL_NONE);
    } else if (part->form != PART_BETWEEN && set_values(u, &one, DMN_UNKNOWN_TRIES_MAX, &values, &n)) {
        for (size_t i = 0; i < n; i++)
            set_add_value(u, out, run_convert(u->run, type, values[i]));
    } else if (type->form == TYPE_CONTEXT && part->form == PART_CONTEXT) {
        set_add(u, out, *part); /* itself, or null */
        set_add_value(u, out, FEEL_NONE);
    } else {
        wide = set_of_type(u, type, of);
        set_join(u, out, &wide);
        set_add_value(u, out, FEEL_NONE);
        if (part->form == PART_LIST)
            set_add(u, out, *part);
    }
}

/* Whether the text is one of those of the type; *at: where it was looked for last, since most come in their order. */
static bool is_text_of(const struct feel_type *type, struct str text, size_t *at)
{
    size_t n = type->allowed->tests.n;
    for (size_t i = 0; i < n; i++, *at = (*at + 1) % n)
        if (str_equal(type->allowed->tests.items[*at]->value.string, text))
            return true;
    return false;
}

/* Whether each value of the set is one of the type as it is, as far as that can be seen at once. */
static bool fits_as_it_is(const struct feel_type *type, const struct set *set)
{
    bool texts = is_list_of_texts(type);
    bool fits = type->form == TYPE_KIND && (texts || (!type->allowed && !type->narrows)) && !set->kinds;
    for (size_t i = 0, at = 0; i < set->n && fits; i++) {
        const struct part *part = &set->parts[i];
        fits = part->form == PART_VALUE && part->value.kind == type->kind &&
               (!texts || is_text_of(type, part->value.string, &at));
    }
    return fits;
}

struct set set_convert(struct unknown *u, const struct feel_type *type, const struct set *set)
{
    struct set out = { 0 };
    if (!type || type->form == TYPE_ANY)
        return set_shared(set);
    if (fits_as_it_is(type, set)) {
        out = set_shared(set);
        out.choice = out.leaves;
        out.untyped = false;
        return set_settled(out);
    }
    for (size_t i = 0; i < set->n && !u->run->stopped; i++) {
        if (!unknown_step(u, 1)) {
            out.kinds = SET_ANY;
            break;
        }
        if (set->parts[i].form == PART_VALUE)
            set_add_value(u, &out, run_convert(u->run, type, set->parts[i].value));
        else
            convert_part(u, type, &set->parts[i], set, &out);
    }
    if (set->kinds & SET_NULL)
        set_add_value(u, &out, FEEL_NONE);
    if (set->kinds & ~(uint32_t)SET_NULL) {
        struct set wide = set_of_type(u, type, set);
        set_join(u, &out, &wide);
        set_add_value(u, &out, FEEL_NONE);
    }
    set_depend(u, &out, set->leaves);
    if (set->by_leaf && !set->kinds) {
        struct set **by_leaf = ARENA_ARRAY(u->run->arena, u->leaves_most, struct set *);
        for (size_t i = 0; by_leaf && i < u->leaves_n; i++)
            if (set->by_leaf[i])
                by_leaf[i] = set_kept(u, set_convert(u, type, set->by_leaf[i]));
        out.by_leaf = by_leaf;
    }
    return set_settled(out);
}
