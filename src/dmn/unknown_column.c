/* Columns of a table over sets of values, and which of their regions a cell holds for. See unknown_table.h. */
#include "dmn/unknown_table.h"

#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

enum { WALK_MIN = 8 };

uint64_t *column_bits(struct deciding *d, const uint64_t *from)
{
    uint64_t *bits = ARENA_ARRAY(d->u->run->arena, d->words + 1, uint64_t);
    if (!bits) {
        run_no_memory(d->u->run);
        d->given_up = true;
        return NULL;
    }
    if (from)
        memcpy(bits, from, d->words * sizeof *bits);
    return bits;
}

void column_bit(uint64_t *bits, size_t i)
{
    bits[i / 64] |= UINT64_C(1) << i % 64;
}

/*
 * Whether a cell of literals, all of the value's kind, holds for it: most cells are such, and most values. False where
 * the cell or the value is of another form.
 */
static bool is_plain_cell(const struct node *tests, struct feel_value value, bool *holds)
{
    *holds = false;
    if (tests->kind != NODE_TESTS || (value.kind != FEEL_BOOLEAN && value.kind != FEEL_STRING))
        return false;
    for (size_t i = 0; i < tests->tests.n; i++) {
        const struct node *item = tests->tests.items[i];
        if (item->kind != NODE_VALUE || item->value.kind != value.kind || tests->tests.uses_input[i])
            return false;
        *holds = *holds || (value.kind == FEEL_BOOLEAN ? item->value.boolean == value.boolean
                                                       : str_equal(item->value.string, value.string));
    }
    *holds = *holds != tests->tests.negated;
    return true;
}

/* Which regions of the column the tests hold for: in `may`, and for certain in `must`. */
static void test_region(struct deciding *d, const struct column *column, const struct node *tests, size_t region,
                        uint64_t *may, uint64_t *must)
{
    struct part null = { .form = PART_VALUE };
    bool holds;
    if (region < column->regions.n && column->regions.parts[region].form == PART_VALUE &&
        is_plain_cell(tests, column->regions.parts[region].value, &holds)) {
        if (!unknown_step(d->u, 1))
            d->given_up = true;
        if (holds) {
            column_bit(may + column->at, region);
            column_bit(must + column->at, region);
        }
        return;
    }
    struct set one = set_of_part(region < column->regions.n ? &column->regions.parts[region] : &null, &column->regions);
    unsigned truth = MAY_ANY;
    if (region < column->regions.n || (column->has_null && region == column->regions.n))
        truth = unknown_tests(d->u, d->frame, tests, &one);
    if (truth & MAY_TRUE)
        column_bit(may + column->at, region);
    if (truth == MAY_TRUE)
        column_bit(must + column->at, region);
}

/* -1: the region is before the value, 0: it is the value, 1: after it. */
static int against(const struct part *region, struct feel_value value)
{
    struct part other = { .form = PART_VALUE, .value = value };
    if (part_compare(OPERATOR_LESS, region, &other) == MAY_TRUE)
        return -1;
    return part_compare(OPERATOR_GREATER, region, &other) == MAY_TRUE ? 1 : 0;
}

/* The first region of from..to that is not before the value (or: that is after it). */
static size_t first_from(struct deciding *d, const struct column *column, size_t from, size_t to,
                         struct feel_value value, bool after)
{
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        unknown_step(d->u, 1);
        int side = against(&column->regions.parts[middle], value);
        if (side < 0 || (after && side == 0))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* From one value to the other: what a test of constants holds for. */
struct span {
    struct feel_value low, high;
    bool low_in, high_in;
};

static bool span_of(struct deciding *d, const struct node *test, bool uses_input, enum feel_kind kind,
                    struct span *span)
{
    *span = (struct span){ 0 };
    if (uses_input || node_is_unknown(d->frame, test->kind == NODE_TEST ? test->test.end : test))
        return false;
    struct feel_value value = run_node(d->u->run, test->kind == NODE_TEST ? test->test.end : test, d->frame->values);
    if (test->kind != NODE_TEST && value.kind == FEEL_RANGE && value.range->form != RANGE_UNEQUAL) {
        *span = (struct span){ value.range->start, value.range->end, value.range->start_in, value.range->end_in };
        return (span->low.kind == kind || value.range->form == RANGE_LESS) &&
               (span->high.kind == kind || value.range->form == RANGE_GREATER);
    }
    enum node_operator operation = test->kind == NODE_TEST ? test->test.operation : OPERATOR_EQUAL;
    if (operation == OPERATOR_EQUAL || operation == OPERATOR_LESS || operation == OPERATOR_LESS_EQUAL)
        span->high = value;
    if (operation == OPERATOR_EQUAL || operation == OPERATOR_GREATER || operation == OPERATOR_GREATER_EQUAL)
        span->low = value;
    span->low_in = operation != OPERATOR_GREATER;
    span->high_in = operation != OPERATOR_LESS;
    return value.kind == kind && operation != OPERATOR_UNEQUAL;
}

/* A row of regions in their order, as a cut makes them, by halving it; false where the tests are no constants. */
static bool test_row(struct deciding *d, const struct column *column, const struct node *tests, size_t from, size_t to,
                     uint64_t *may, uint64_t *must)
{
    enum feel_kind kind = column->regions.parts[from].form == PART_BETWEEN ? column->regions.parts[from].kind
                                                                           : column->regions.parts[from].value.kind;
    struct span span;
    if (tests->kind != NODE_TESTS)
        return false;
    for (size_t i = 0; i < tests->tests.n; i++)
        if (!span_of(d, tests->tests.items[i], tests->tests.uses_input[i], kind, &span))
            return false;
    for (size_t i = 0; i < tests->tests.n; i++) {
        span_of(d, tests->tests.items[i], tests->tests.uses_input[i], kind, &span);
        size_t first = span.low.kind == FEEL_NULL ? from : first_from(d, column, from, to, span.low, !span.low_in);
        size_t last = span.high.kind == FEEL_NULL ? to : first_from(d, column, from, to, span.high, span.high_in);
        for (size_t j = first; j < last; j++) {
            column_bit(may + column->at, j);
            column_bit(must + column->at, j);
        }
    }
    for (size_t j = from; j < to && tests->tests.negated; j++) {
        may[column->at + j / 64] ^= UINT64_C(1) << j % 64;
        must[column->at + j / 64] ^= UINT64_C(1) << j % 64;
    }
    return true;
}

/* Where the row of regions in order that begins at `from` ends. */
static size_t row_end(const struct column *column, size_t from)
{
    size_t to = from + 1;
    while (to < column->regions.n &&
           part_compare(OPERATOR_LESS, &column->regions.parts[to - 1], &column->regions.parts[to]) == MAY_TRUE)
        to++;
    return to;
}

void column_test(struct deciding *d, const struct column *column, const struct node *tests, uint64_t *may,
                 uint64_t *must)
{
    for (size_t from = 0, to; from < column->n && !d->given_up; from = to) {
        to = from < column->regions.n ? row_end(column, from) : from + 1;
        if (to - from >= WALK_MIN && test_row(d, column, tests, from, to, may, must))
            continue;
        for (size_t i = from; i < to; i++)
            test_region(d, column, tests, i, may, must);
        if (!unknown_step(d->u, 1))
            d->given_up = true;
    }
}

/* Where a leaf could lead is one of the values that it could make of the column. */
static void make_reach(struct deciding *d, struct column *column)
{
    struct unknown *u = d->u;
    struct set *const *by_leaf = column->regions.by_leaf;
    column->reach = by_leaf ? ARENA_ARRAY(u->run->arena, u->leaves_most, uint64_t *) : NULL;
    for (size_t leaf = 0; column->reach && leaf < u->leaves_n; leaf++) {
        const struct set *set = by_leaf[leaf];
        struct feel_value *values;
        size_t n;
        if (!set || set->n == 0 || !set_values(u, set, DMN_UNKNOWN_TRIES_MAX, &values, &n))
            continue;
        uint64_t *reach = ARENA_ARRAY(u->run->arena, column->words + 1, uint64_t);
        for (size_t j = 0; reach && j < column->n; j++) {
            const struct part *part = j < column->regions.n ? &column->regions.parts[j] : NULL;
            bool there = !part || part->form != PART_VALUE;
            for (size_t k = 0; k < n && !there; k++)
                there = feel_same(part->value, values[k]);
            if (there)
                column_bit(reach, j);
        }
        column->reach[leaf] = reach;
    }
}

void column_make(struct deciding *d, size_t i)
{
    struct unknown *u = d->u;
    const struct table_input *input = &d->table->inputs[i];
    struct column *column = &d->columns[i];
    struct constants constants = { 0 };
    struct set set = unknown_node(u, d->frame, input->expression);
    if (input->type && set.untyped) /* the table says what the model does not */
        set = set_of_type(u, input->type, &set);
    else if (input->type)
        set = set_convert(u, input->type, &set);
    set = set_settled(set);
    if (set_has_intervals(&set)) {
        constants_of(u, &constants, d->frame, input->values);
        for (size_t r = 0; r < d->table->rules_n; r++)
            constants_of(u, &constants, d->frame, d->table->rules[r].tests[i]);
    }
    column->regions = set_cut(u, &set, constants.values, constants.n);
    column->has_null = (column->regions.kinds & SET_NULL) != 0;
    column->has_rest = (column->regions.kinds & ~(uint32_t)SET_NULL) != 0;
    column->n = column->regions.n + column->has_null + column->has_rest;
    column->at = d->words;
    column->words = (column->n + 63) / 64;
    d->words += column->words;
    make_reach(d, column);
}

/* The regions of which the table allows the value. */
void column_bar(struct deciding *d, size_t i, uint64_t *all, uint64_t *barred)
{
    const struct column *column = &d->columns[i];
    const struct node *values = d->table->inputs[i].values;
    uint64_t *may = column_bits(d, NULL), *must = column_bits(d, NULL);
    if (!may || !must)
        return;
    if (values)
        column_test(d, column, values, may, must);
    for (size_t j = 0; j < column->n; j++) {
        const struct part *part = j < column->regions.n ? &column->regions.parts[j] : NULL;
        bool null = part ? part->form == PART_VALUE && part->value.kind == FEEL_NULL
                         : column->has_null && j == column->regions.n;
        bool can = !values || null || (may[column->at + j / 64] >> j % 64 & 1);
        bool does = !values || null || (must[column->at + j / 64] >> j % 64 & 1);
        column_bit((can ? all : barred) + column->at, j);
        d->barred_vague = d->barred_vague || (can && !does);
    }
}
