/*
 * Ways in which a decision can be true, read off its table once, so that most offences of a law need no engine to be
 * seen not to fit.
 *
 * Promise: never a way too few. A cell is looked at only where it is a list of texts, true or false, and its column
 * asks for one fact by its path, or for one of several joined by "or"; any other cell asks for nothing here. A table of
 * another form than one that gives true or false by its first rule has no ways, and then any is open.
 */
#include <string.h>

#include "base/arena.h"
#include "dmn/view.h"
#include "policy/names.h"
#include "base/banned.h"

enum { ANY_MAX = 6, BITS = 64 };
#define FALSE_BIT UINT64_C(1)
#define TRUE_BIT  UINT64_C(2)

/* One of these facts has one of these values. */
struct condition {
    size_t n;
    size_t facts[ANY_MAX];
    uint64_t values[ANY_MAX];
};
struct way {
    const struct condition *conditions;
    size_t n;
};
struct policy_ways {
    const struct way *ways;
    size_t n;
};

/* ---- From the table ---- */

/* The place of a fact in the vocabulary by what an expression calls it: "conduct.act"; SIZE_MAX: it is none. */
static size_t fact_at(struct str text)
{
    const struct policy_fact *fact = policy_fact_find(text);
    return fact && str_find_byte(text, '.') > 0 && str_find_byte(text, '[') < 0 ? (size_t)(fact - policy_vocabulary)
                                                                                : SIZE_MAX;
}

/* "a", "b" as bits of the fact's values. False where a cell is anything else. */
static bool words_of(const struct policy_fact *fact, struct str cell, uint64_t *out)
{
    struct str piece;
    *out = 0;
    while (str_cut(&cell, ',', &piece)) {
        bool found = false;
        piece = str_trim(piece);
        if (piece.n < 2 || piece.p[0] != '"' || piece.p[piece.n - 1] != '"')
            return false;
        for (size_t i = 0; i < fact->values_n && i < BITS; i++)
            if (str_equal(fact->values[i].word, str_slice(piece, 1, piece.n - 2))) {
                *out |= UINT64_C(1) << i;
                found = true;
            }
        if (!found)
            return false;
    }
    return true;
}

static bool one_fact(struct str expression, struct str cell, struct condition *out)
{
    size_t at = fact_at(expression);
    if (at == SIZE_MAX)
        return false;
    const struct policy_fact *fact = &policy_vocabulary[at];
    *out = (struct condition){ .n = 1, .facts = { at } };
    if (fact->type == POLICY_BOOLEAN && str_equal(cell, STR("true")))
        out->values[0] = TRUE_BIT;
    else if (fact->type == POLICY_BOOLEAN && str_equal(cell, STR("false")))
        out->values[0] = FALSE_BIT;
    else
        return fact->type == POLICY_ONE_OF && fact->values_n <= BITS && words_of(fact, cell, &out->values[0]);
    return true;
}

/* "conduct.threatening or conduct.abusive", and it has to be true. */
static bool one_of_several(struct str expression, struct str cell, struct condition *out)
{
    *out = (struct condition){ 0 };
    if (!str_equal(cell, STR("true")))
        return false;
    while (expression.p) {
        ptrdiff_t end = str_find(expression, STR(" or "));
        struct str piece = end < 0 ? expression : str_slice(expression, 0, (size_t)end);
        size_t at = fact_at(str_trim(piece));
        if (at == SIZE_MAX || policy_vocabulary[at].type != POLICY_BOOLEAN || out->n == ANY_MAX)
            return false;
        out->facts[out->n] = at;
        out->values[out->n++] = TRUE_BIT;
        expression = end < 0 ? STR_NONE : str_slice(expression, (size_t)end + sizeof " or " - 1, expression.n);
    }
    return out->n > 0;
}

static bool read_way(struct arena *arena, const struct dmn_view_table *table, size_t row, struct way *out)
{
    struct condition *conditions = ARENA_ARRAY(arena, table->columns_n, struct condition);
    size_t n = 0;
    for (size_t i = 0; conditions && i < table->columns_n; i++) {
        const struct dmn_view_column *column = &table->columns[i];
        struct str expression = column->expression.p ? column->expression : column->head;
        struct str cell = str_trim(table->rows[row].cells[i]);
        if (column->kind == DMN_COLUMN_INPUT &&
            (one_fact(expression, cell, &conditions[n]) || one_of_several(expression, cell, &conditions[n])))
            n++;
    }
    *out = (struct way){ conditions, n };
    return conditions != NULL;
}

/* The column of what the table gives; SIZE_MAX where its form is another. */
static size_t output_of(const struct dmn_view *view)
{
    const struct dmn_view_table *table = view->parts_n == 1 ? view->parts[0].table : NULL;
    size_t found = SIZE_MAX;
    if (!table || table->relation || table->aggregation != AGGREGATE_NOT ||
        (table->policy != HIT_FIRST && table->policy != HIT_UNIQUE && table->policy != HIT_ANY))
        return SIZE_MAX;
    for (size_t i = 0; i < table->columns_n; i++) {
        if (table->columns[i].kind != DMN_COLUMN_OUTPUT)
            continue;
        if (found != SIZE_MAX || table->columns[i].preset.p)
            return SIZE_MAX;
        found = i;
    }
    return found;
}

const struct policy_ways *policy_ways_of(struct arena *arena, const struct dmn_element *decision)
{
    struct dmn_view view;
    struct policy_ways *ways = ARENA_NEW(arena, struct policy_ways);
    if (!ways || !dmn_view(arena, decision, NULL, &view))
        return NULL;
    size_t output = output_of(&view);
    if (output == SIZE_MAX)
        return NULL;
    const struct dmn_view_table *table = view.parts[0].table;
    struct way *list = ARENA_ARRAY(arena, table->rows_n + 1, struct way);
    if (!list)
        return NULL;
    for (size_t row = 0; row < table->rows_n; row++)
        if (!str_equal(str_trim(table->rows[row].cells[output]), STR("false")) &&
            !read_way(arena, table, row, &list[ways->n++]))
            return NULL;
    ways->ways = list;
    return ways;
}

/* ---- Against facts ---- */

static uint64_t bits_of(const struct policy_fact *fact, struct feel_value value)
{
    if (fact->type == POLICY_BOOLEAN && value.kind == FEEL_BOOLEAN)
        return value.boolean ? TRUE_BIT : FALSE_BIT;
    for (size_t i = 0; fact->type == POLICY_ONE_OF && value.kind == FEEL_STRING && i < fact->values_n && i < BITS; i++)
        if (str_equal(fact->values[i].word, value.string))
            return UINT64_C(1) << i;
    return ~UINT64_C(0);
}

/* Entries stand in the order of the vocabulary. */
static void take_bits(struct feel_value group, size_t *at, uint64_t *bits)
{
    for (size_t i = 0; i < group.context->n && *at < policy_vocabulary_n; i++) {
        struct feel_value value = group.context->entries[i].value;
        if (value.kind == FEEL_CONTEXT) {
            take_bits(value, at, bits);
            continue;
        }
        bits[*at] = bits_of(&policy_vocabulary[*at], value);
        ++*at;
    }
}

void policy_bits_of(struct feel_value group, struct str name, uint64_t *bits)
{
    size_t at = policy_group_at(name);
    if (group.kind == FEEL_CONTEXT)
        take_bits(group, &at, bits);
}

bool policy_ways_open(const struct policy_ways *ways, const uint64_t *bits)
{
    for (size_t i = 0; ways && i < ways->n; i++) {
        bool open = true;
        for (size_t j = 0; j < ways->ways[i].n && open; j++) {
            const struct condition *condition = &ways->ways[i].conditions[j];
            bool could = false;
            for (size_t k = 0; k < condition->n && !could; k++)
                could = (condition->values[k] & bits[condition->facts[k]]) != 0;
            open = could;
        }
        if (open)
            return true;
    }
    return !ways;
}
