/*
 * Decision tables over sets of values (unknown.h).
 *
 * The values of each column are cut where its cells cut, so that a cell holds for all of a region or for none of it;
 * where that cannot be told, the cell is vague there. A rule is then a box of regions. Boxes that no two rules share
 * are what the table is: each has one outcome, and what no rule holds is one more. Where rules do overlap, they are
 * split until each box knows which rules match in it. Two boxes that differ only in columns which one leaf changes show
 * that the leaf can change the outcome.
 *
 * All of it is counted. A table that is too large for that may be anything that its rules say.
 */
#include "dmn/unknown_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

__extension__ typedef unsigned __int128 volume;

enum { BOX_SPARE = 64, BOXES_A_RULE = 4, SPLIT_DEPTH_MAX = 3000 };

static bool look(struct deciding *d, int64_t n)
{
    d->u->looks += n;
    d->u->words += n * (1 + d->word_share);
    if (d->u->words > DMN_UNKNOWN_LOOKS_MAX || d->u->run->stopped)
        d->given_up = true;
    return !d->given_up;
}

/* ---- Bits ---- */

static bool meets(const struct column *column, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = column->at; i < column->at + column->words; i++)
        if (a[i] & b[i])
            return true;
    return false;
}

static bool is_within(const struct column *column, const uint64_t *a, const uint64_t *b)
{
    for (size_t i = column->at; i < column->at + column->words; i++)
        if (a[i] & ~b[i])
            return false;
    return true;
}

static size_t count(const struct column *column, const uint64_t *a, const uint64_t *b)
{
    size_t n = 0;
    for (size_t i = column->at; i < column->at + column->words; i++)
        n += (size_t)__builtin_popcountll(a[i] & b[i]);
    return n;
}

/* ---- Outcomes ---- */

static struct set result_of_rule(struct deciding *d, size_t rule)
{
    const struct decision_table *table = d->table;
    size_t n = table->outputs_n;
    struct set_entry *entries = ARENA_ARRAY(d->u->run->arena, n + 1, struct set_entry);
    struct set *sets = ARENA_ARRAY(d->u->run->arena, n + 1, struct set), out = { 0 };
    if (!entries || !sets) {
        run_no_memory(d->u->run);
        return out;
    }
    for (size_t i = 0; i < n; i++) {
        const struct node *node = rule < table->rules_n ? table->rules[rule].results[i] : table->outputs[i].preset;
        sets[i] = node ? unknown_node(d->u, d->frame, node) : set_one(d->u, FEEL_NONE);
        if (table->outputs[i].type)
            sets[i] = set_convert(d->u, table->outputs[i].type, &sets[i]);
        entries[i] = (struct set_entry){ table->outputs[i].name, &sets[i] };
        set_contain(d->u, &out, sets[i].leaves);
    }
    if (n == 1)
        return set_shared(&sets[0]);
    set_add(d->u, &out, (struct part){ .form = PART_CONTEXT, .entries = entries, .n = n });
    return out;
}

static bool any_preset(const struct decision_table *table)
{
    for (size_t i = 0; i < table->outputs_n; i++)
        if (table->outputs[i].preset)
            return true;
    return false;
}

/* Of results that are sets themselves. */
static struct set outcome_of_sets(struct deciding *d, const size_t *hits, size_t n)
{
    struct unknown *u = d->u;
    struct set out = { 0 }, none = { 0 }, one;
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, n + 1, struct set_entry);
    struct set *sets = ARENA_ARRAY(u->run->arena, n + 1, struct set);
    enum table_hit_policy policy = d->table->policy;
    if (!entries || !sets) {
        run_no_memory(u->run);
        return out;
    }
    if (n == 0) {
        if (any_preset(d->table))
            return result_of_rule(d, d->table->rules_n);
        return set_one(u, table_by_policy(u->run, d->table, d->frame->values, NULL, 0));
    }
    if (policy == HIT_UNIQUE && n > 1)
        return set_one(u, FEEL_NONE);
    for (size_t i = 0; i < n; i++) {
        sets[i] = result_of_rule(d, hits[i]);
        entries[i].set = &sets[i];
        if (policy == HIT_FIRST)
            return sets[0];
    }
    bool lists = (policy == HIT_COLLECT && d->table->aggregation == AGGREGATE_NOT) || policy == HIT_RULE_ORDER ||
                 policy == HIT_OUTPUT_ORDER;
    if (policy == HIT_COLLECT && d->table->aggregation == AGGREGATE_COUNT)
        return set_one(u, feel_integer((int64_t)n));
    for (size_t i = 0; i < n; i++)
        set_depend(u, &out, sets[i].leaves);
    if (lists && (policy != HIT_OUTPUT_ORDER || n == 1)) {
        set_add(u, &out, (struct part){ .form = PART_LIST, .entries = entries, .n = n });
        return out;
    }
    if (lists || (d->table->aggregation == AGGREGATE_SUM && policy == HIT_COLLECT && n > 1)) {
        one = set_kinds(u, lists ? 1 << FEEL_LIST : SET_ANY, &none);
        set_join(u, &out, &one);
        return out;
    }
    for (size_t i = 0; i < n; i++)
        set_join(u, &out, &sets[i]);
    if (n > 1 && policy != HIT_PRIORITY)
        set_add_value(u, &out, FEEL_NONE);
    return out;
}

static struct set outcome_of(struct deciding *d, const size_t *hits, size_t n)
{
    if (!d->constant)
        return set_settled(outcome_of_sets(d, hits, n));
    size_t *copy = ARENA_ARRAY(d->u->run->arena, n + 1, size_t);
    struct set none = { 0 };
    if (!copy) {
        run_no_memory(d->u->run);
        return none;
    }
    if (n > 0)
        memcpy(copy, hits, n * sizeof *copy);
    return set_one(d->u, table_by_policy(d->u->run, d->table, d->frame->values, copy, n));
}

/* Takes the bits over. */
static void add_box(struct deciding *d, size_t first, uint64_t *bits, struct set outcome)
{
    uint64_t *matters = leaves_none(d->u);
    if (d->boxes_n == d->boxes_max || !matters || !bits) {
        d->given_up = true;
        return;
    }
    struct box *room = ARENA_PUSH(d->u->run->arena, d->boxes, d->boxes_n, d->boxes_cap);
    if (!room) {
        d->given_up = true;
        return;
    }
    for (size_t i = 0; outcome.leaves && i < d->u->leaf_words; i++)
        matters[i] |= outcome.leaves[i];
    *room = (struct box){ first, bits, outcome, matters };
}

static bool differ(const struct set *a, const struct set *b)
{
    struct feel_value x, y;
    return !set_is_one(a, &x) || !set_is_one(b, &y) || !feel_same(x, y);
}

/* ---- Two boxes ---- */

/* Of the leaves those that lead from a region of one box to one of the other. */
static void only_reaching(struct deciding *d, const struct column *column, const uint64_t *a, const uint64_t *b,
                          uint64_t *leaves)
{
    for (size_t leaf = 0; column->reach && leaf < d->u->leaves_n; leaf++) {
        const uint64_t *reach = column->reach[leaf];
        if (!(leaves[leaf / 64] >> leaf % 64 & 1) || !reach || !look(d, 1))
            continue;
        bool from = false, to = false;
        for (size_t i = 0; i < column->words; i++) {
            from = from || (reach[i] & a[column->at + i]);
            to = to || (reach[i] & b[column->at + i]);
        }
        if (!from || !to)
            leaves[leaf / 64] &= ~(UINT64_C(1) << leaf % 64);
    }
}

/* How many columns keep two boxes apart; *column: one of them. `leaves`: which one leaf could lead across. */
enum apart { SAME, BY_ONE, BY_MORE, TOO_FAR };

static enum apart apart(struct deciding *d, const uint64_t *a, const uint64_t *b, uint64_t *leaves, size_t *column)
{
    enum apart result = SAME;
    for (size_t i = 0; i < d->table->inputs_n; i++) {
        const uint64_t *own = d->columns[i].regions.leaves;
        uint64_t any = 0;
        look(d, 1);
        if (meets(&d->columns[i], a, b))
            continue;
        for (size_t k = 0; k < d->u->leaf_words; k++) {
            leaves[k] = (result == SAME ? ~UINT64_C(0) : leaves[k]) & (own ? own[k] : 0);
        }
        only_reaching(d, &d->columns[i], a, b, leaves);
        for (size_t k = 0; k < d->u->leaf_words; k++)
            any |= leaves[k];
        *column = i;
        result = result == SAME ? BY_ONE : BY_MORE;
        if (!any)
            return TOO_FAR;
    }
    return result;
}

static void matter(const struct deciding *d, struct box *a, struct box *b, const uint64_t *leaves)
{
    for (size_t k = 0; k < d->u->leaf_words; k++) {
        a->matters[k] |= leaves[k];
        b->matters[k] |= leaves[k];
    }
}

/* Cells may look at what is unknown too. */
static const uint64_t *cell_leaves(struct deciding *d)
{
    struct set cells = { 0 };
    if (d->cells_seen)
        return d->cell_leaves;
    for (size_t i = 0; i < d->table->inputs_n; i++) {
        if (d->table->inputs[i].values)
            unknown_depend(d->u, d->frame, d->table->inputs[i].values, &cells);
        for (size_t r = 0; r < d->table->rules_n; r++)
            if (d->table->rules[r].tests[i])
                unknown_depend(d->u, d->frame, d->table->rules[r].tests[i], &cells);
    }
    d->cells_seen = true;
    d->cell_leaves = cells.leaves;
    return d->cell_leaves;
}

static void all_columns(struct deciding *d, uint64_t *leaves)
{
    const uint64_t *cells = cell_leaves(d);
    for (size_t k = 0; cells && k < d->u->leaf_words; k++)
        leaves[k] |= cells[k];
    for (size_t i = 0; i < d->table->inputs_n; i++)
        for (size_t k = 0; d->columns[i].regions.leaves && k < d->u->leaf_words; k++)
            leaves[k] |= d->columns[i].regions.leaves[k];
}

/* ---- Rules that do not overlap ---- */

static bool times(volume *total, size_t n)
{
    return !__builtin_mul_overflow(*total, (volume)n, total);
}

/* How large a box is, with all of the column `but` in place of its own part of it (inputs_n: none). */
static bool size_of(struct deciding *d, const uint64_t *a, const uint64_t *b, const uint64_t *all, size_t but,
                    volume *out)
{
    *out = 1;
    for (size_t i = 0; i < d->table->inputs_n; i++)
        if (!times(out, i == but ? count(&d->columns[i], b, all) : count(&d->columns[i], a, b)))
            return false;
    return true;
}

/* Whether each leaf is in one column alone, and each column has at most one. */
static bool leaves_apart(struct deciding *d)
{
    uint64_t seen[LEAF_WORDS] = { 0 };
    for (size_t i = 0; i < d->table->inputs_n; i++)
        for (size_t k = 0; d->columns[i].regions.leaves && k < d->u->leaf_words; k++) {
            if (seen[k] & d->columns[i].regions.leaves[k])
                return false;
            seen[k] |= d->columns[i].regions.leaves[k];
        }
    return true;
}

/*
 * What no rule holds: whether there is any, by the size of all boxes; and which leaf leads there from a rule: one whose
 * column, were it as wide as can be, would not be filled by the rules beside it.
 */
static void add_gap(struct deciding *d, const uint64_t *all, volume **beside, bool exact)
{
    volume total, sum = 0, one;
    size_t columns = d->table->inputs_n, rules = d->boxes_n;
    uint64_t every[LEAF_WORDS] = { 0 };
    bool good = size_of(d, all, all, all, columns, &total);
    for (size_t i = 0; good && i < rules; i++)
        good = size_of(d, d->boxes[i].bits, all, all, columns, &one) && !__builtin_add_overflow(sum, one, &sum);
    if (good && sum == total)
        return;
    add_box(d, d->table->rules_n, column_bits(d, all), outcome_of(d, NULL, 0));
    if (d->given_up)
        return;
    struct box *gap = &d->boxes[d->boxes_n - 1];
    all_columns(d, every);
    exact = exact && good && leaves_apart(d);
    for (size_t i = 0; i < rules; i++) {
        if (!differ(&d->boxes[i].outcome, &gap->outcome))
            continue;
        if (!exact)
            matter(d, &d->boxes[i], gap, every);
        for (size_t c = 0; exact && c < columns && look(d, 1); c++) {
            volume own;
            bool filled = size_of(d, d->boxes[i].bits, all, all, columns, &own);
            volume width = count(&d->columns[c], all, all), part = count(&d->columns[c], d->boxes[i].bits, all);
            /* own / part * width, which is at most all of it */
            if (filled && own / part * width == beside[i][c] + own)
                continue;
            if (d->columns[c].regions.leaves)
                matter(d, &d->boxes[i], gap, d->columns[c].regions.leaves);
        }
    }
}

static bool rules_meet(const struct deciding *d, size_t a, size_t b)
{
    for (size_t i = 0; i < d->table->inputs_n; i++)
        if (!meets(&d->columns[i], d->may[a], d->may[b]))
            return false;
    return true;
}

/* Boxes of the rules as they are, where no two overlap. False where two do. */
static bool by_rules(struct deciding *d, const uint64_t *all)
{
    size_t columns = d->table->inputs_n;
    if (d->possible_n > 1 && rules_meet(d, d->possible[d->possible_n - 1], d->possible[d->possible_n - 2]))
        return false; /* as most do, by a last rule for all that is left */
    volume **beside = ARENA_ARRAY(d->u->run->arena, d->possible_n + 1, volume *);
    bool exact = beside && d->boxes_max * columns * sizeof(volume) < DMN_UNKNOWN_BITS_MAX;
    for (size_t i = 0; i < d->possible_n; i++)
        add_box(d, d->possible[i], d->may[d->possible[i]], outcome_of(d, &d->possible[i], 1));
    for (size_t i = 0; exact && i < d->boxes_n; i++)
        exact = (beside[i] = ARENA_ARRAY(d->u->run->arena, columns + 1, volume)) != NULL;
    for (size_t i = 0; i < d->boxes_n && !d->given_up; i++)
        for (size_t j = 0; j < i && !d->given_up; j++) {
            uint64_t leaves[LEAF_WORDS];
            size_t column = 0;
            volume size;
            struct box *a = &d->boxes[i], *b = &d->boxes[j];
            enum apart how = apart(d, a->bits, b->bits, leaves, &column);
            if (how == SAME)
                return false;
            if (how == TOO_FAR)
                continue;
            if (differ(&a->outcome, &b->outcome))
                matter(d, a, b, leaves);
            if (!exact || how != BY_ONE)
                continue;
            exact = size_of(d, a->bits, b->bits, all, column, &size);
            beside[i][column] += size; /* each at most all of it, and they do not overlap */
            exact = exact && size_of(d, b->bits, a->bits, all, column, &size);
            beside[j][column] += size;
        }
    if (!d->given_up)
        add_gap(d, all, beside, exact);
    return true;
}

/* ---- Rules that overlap ---- */

static void split(struct deciding *d, uint64_t *box, size_t rule, const size_t *hits, size_t n, int depth);

/* All columns of the box within those of the rule. */
static bool box_within(struct deciding *d, const uint64_t *box, const uint64_t *rule)
{
    for (size_t i = 0; i < d->table->inputs_n; i++)
        if (!is_within(&d->columns[i], box, rule))
            return false;
    return true;
}

static bool box_meets(struct deciding *d, const uint64_t *box, const uint64_t *rule)
{
    for (size_t i = 0; i < d->table->inputs_n && look(d, 1); i++)
        if (!meets(&d->columns[i], box, rule))
            return false;
    return !d->given_up;
}

/* Those parts of the box that are outside the rule go their own way; the box becomes what is inside. */
static void split_off(struct deciding *d, uint64_t *box, const uint64_t *rule, size_t next, const size_t *hits,
                      size_t n, int depth)
{
    for (size_t i = 0; i < d->table->inputs_n && !d->given_up; i++) {
        const struct column *column = &d->columns[i];
        if (is_within(column, box, rule))
            continue;
        uint64_t *outside = column_bits(d, box);
        for (size_t k = column->at; outside && k < column->at + column->words; k++) {
            outside[k] &= ~rule[k];
            box[k] &= rule[k];
        }
        split(d, outside, next, hits, n, depth + 1);
    }
}

static void split(struct deciding *d, uint64_t *box, size_t rule, const size_t *hits, size_t n, int depth)
{
    size_t cap = n + 1;
    size_t *own = ARENA_ARRAY(d->u->run->arena, cap, size_t);
    if (!box || !own || depth > SPLIT_DEPTH_MAX) {
        d->given_up = true;
        return;
    }
    if (n > 0)
        memcpy(own, hits, n * sizeof *own);
    for (; rule < d->possible_n && !d->given_up; rule++) {
        size_t at = d->possible[rule];
        bool last = d->table->policy == HIT_FIRST || (d->table->policy == HIT_UNIQUE && n == 1);
        if (!box_meets(d, box, d->may[at]))
            continue;
        split_off(d, box, d->may[at], rule + 1, own, n, depth);
        if (d->given_up)
            return;
        if (!box_within(d, box, d->must[at])) /* here it may match, or not */
            split(d, column_bits(d, box), rule + 1, own, n, depth + 1);
        size_t *room = ARENA_PUSH(d->u->run->arena, own, n, cap);
        if (!room) {
            d->given_up = true;
            return;
        }
        *room = at;
        if (last)
            break;
    }
    if (!d->given_up)
        add_box(d, n > 0 ? own[0] : d->table->rules_n, box, outcome_of(d, own, n));
}

static void by_splitting(struct deciding *d, uint64_t *all)
{
    split(d, all, 0, NULL, 0, 0);
    for (size_t i = 0; i < d->boxes_n && !d->given_up; i++)
        for (size_t j = 0; j < i && !d->given_up; j++) {
            uint64_t leaves[LEAF_WORDS] = { 0 };
            size_t column;
            if (!differ(&d->boxes[i].outcome, &d->boxes[j].outcome))
                continue;
            enum apart how = apart(d, d->boxes[i].bits, d->boxes[j].bits, leaves, &column);
            if (how == SAME) /* the same values, and a vague cell that holds or not */
                all_columns(d, leaves);
            if (how != TOO_FAR)
                matter(d, &d->boxes[i], &d->boxes[j], leaves);
        }
}

/* ---- The whole ---- */

/* Anything that the rules say, by any of the columns. */
static struct set anything(struct deciding *d)
{
    struct unknown *u = d->u;
    struct set out = { 0 }, none = { 0 }, one;
    const struct decision_table *table = d->table;
    bool lists = table->policy == HIT_RULE_ORDER || table->policy == HIT_OUTPUT_ORDER ||
                 (table->policy == HIT_COLLECT && table->aggregation == AGGREGATE_NOT);
    bool numbers = table->policy == HIT_COLLECT && !lists &&
                   (table->aggregation == AGGREGATE_COUNT || table->aggregation == AGGREGATE_SUM);
    d->given_up = false;
    one = outcome_of(d, NULL, 0);
    set_join(u, &out, &one);
    for (size_t i = 0; i < d->possible_n && !lists && !numbers; i++) {
        if (!d->constant && !unknown_step(u, 1)) {
            out.kinds = SET_ANY;
            break;
        }
        one = result_of_rule(d, d->possible[i]);
        set_join(u, &out, &one);
    }
    if (lists || numbers) {
        bool sum = numbers && table->aggregation == AGGREGATE_SUM;
        one = set_kinds(u, lists ? 1 << FEEL_LIST : sum ? SET_ANY : 1 << FEEL_NUMBER, &none);
        set_join(u, &out, &one);
    }
    set_add_value(u, &out, FEEL_NONE);
    one = set_kinds(u, SET_NULL, NULL);
    set_depend(u, &out, one.leaves);
    return out;
}

static int by_first_rule(const void *a, const void *b)
{
    const struct box *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* In the order of the rules, as people read them. */
static struct set gathered(struct deciding *d)
{
    struct unknown *u = d->u;
    struct set out = { 0 };
    uint64_t *leaves = leaves_none(u);
    if (d->boxes_n > 0)
        qsort(d->boxes, d->boxes_n, sizeof *d->boxes, by_first_rule);
    for (size_t i = 0; i < d->boxes_n; i++)
        set_join(u, &out, &d->boxes[i].outcome);
    if (set_is_one(&out, NULL) && !d->barred_vague)
        return set_settled(out);
    struct set **by_leaf = ARENA_ARRAY(u->run->arena, u->leaves_most, struct set *);
    if (!leaves || !by_leaf) {
        run_no_memory(u->run);
        return out;
    }
    for (size_t i = 0; i < d->boxes_n; i++) {
        for (size_t k = 0; k < d->u->leaf_words; k++)
            leaves[k] |= d->boxes[i].matters[k];
        for (size_t leaf = 0; leaf < u->leaves_n && by_leaf; leaf++)
            if (d->boxes[i].matters[leaf / 64] >> leaf % 64 & 1) {
                if (!by_leaf[leaf])
                    by_leaf[leaf] = set_kept(u, (struct set){ 0 });
                struct set *set = by_leaf[leaf];
                if (!set || !look(d, 1 + (int64_t)set->n / 8))
                    by_leaf = NULL;
                else
                    set_join(u, set, &d->boxes[i].outcome);
            }
    }
    out.leaves = out.choice = leaves;
    out.by_leaf = by_leaf;
    if (d->barred_vague) { /* a value that the table may not take */
        set_add_value(u, &out, FEEL_NONE);
        all_columns(d, leaves);
        out.by_leaf = NULL;
    }
    return set_settled(out);
}

static bool constant_results(struct deciding *d)
{
    const struct decision_table *table = d->table;
    for (size_t i = 0; i < table->outputs_n; i++) {
        if ((table->outputs[i].preset && node_is_unknown(d->frame, table->outputs[i].preset)) ||
            (table->outputs[i].values && node_is_unknown(d->frame, table->outputs[i].values)))
            return false;
        for (size_t r = 0; r < table->rules_n; r++)
            if (node_is_unknown(d->frame, table->rules[r].results[i]))
                return false;
    }
    return true;
}

/* The boxes of the rules; the rules that can match at all are in d->possible. */
static bool make_rules(struct deciding *d, const uint64_t *all)
{
    const struct decision_table *table = d->table;
    struct arena *arena = d->u->run->arena;
    d->may = ARENA_ARRAY(arena, table->rules_n + 1, uint64_t *);
    d->must = ARENA_ARRAY(arena, table->rules_n + 1, uint64_t *);
    if (!d->may || !d->must || table->rules_n > DMN_UNKNOWN_BITS_MAX / (16 * (d->words + 1)))
        return false;
    d->possible_n = 0;
    bool certain = false; /* a rule before is the first that matches, whatever is unknown */
    for (size_t r = 0; r < table->rules_n && !certain; r++) {
        uint64_t *may = d->may[r] = column_bits(d, NULL), *must = d->must[r] = column_bits(d, NULL);
        bool possible = true, whole = table->policy == HIT_FIRST;
        if (!may || !must)
            return false;
        for (size_t i = 0; i < table->inputs_n && possible; i++) {
            const struct column *column = &d->columns[i];
            if (table->rules[r].tests[i])
                column_test(d, column, table->rules[r].tests[i], may, must);
            for (size_t k = column->at; k < column->at + column->words; k++) {
                may[k] = table->rules[r].tests[i] ? may[k] & all[k] : all[k];
                must[k] = table->rules[r].tests[i] ? must[k] & all[k] : all[k];
                d->vague = d->vague || may[k] != must[k];
                whole = whole && must[k] == all[k];
            }
            possible = meets(column, may, all);
        }
        if (d->given_up)
            return false;
        if (possible)
            d->possible[d->possible_n++] = r;
        certain = possible && whole;
    }
    return true;
}

/* What the table does not take: boxes that are null. */
static void add_barred(struct deciding *d, const uint64_t *all, const uint64_t *barred)
{
    for (size_t i = 0; i < d->table->inputs_n && !d->given_up; i++) {
        const struct column *column = &d->columns[i];
        if (count(column, barred, barred) == 0)
            continue;
        uint64_t *bits = column_bits(d, all);
        for (size_t k = column->at; bits && k < d->words; k++)
            bits[k] = k < column->at + column->words ? barred[k] : all[k] | barred[k];
        add_box(d, d->table->rules_n, bits, set_one(d->u, FEEL_NONE));
    }
}

struct set unknown_table(struct unknown *u, struct frame *frame, const struct decision_table *table)
{
    struct deciding d = { .u = u, .frame = frame, .table = table };
    size_t n = table->inputs_n;
    d.boxes_max = BOXES_A_RULE * table->rules_n + BOX_SPARE + n;
    d.columns = ARENA_ARRAY(u->run->arena, n + 1, struct column);
    d.possible = ARENA_ARRAY(u->run->arena, table->rules_n + 1, size_t);
    if (!d.columns || !d.possible) {
        run_no_memory(u->run);
        return set_kinds(u, SET_ANY, NULL);
    }
    for (size_t r = 0; r < table->rules_n; r++)
        d.possible[d.possible_n++] = r;
    d.constant = constant_results(&d);
    for (size_t i = 0; i < n && !u->run->stopped; i++)
        column_make(&d, i);
    uint64_t *all = column_bits(&d, NULL), *barred = column_bits(&d, NULL);
    for (size_t i = 0; i < n && !d.given_up; i++)
        column_bar(&d, i, all, barred);
    if (d.given_up || !make_rules(&d, all))
        return anything(&d);
    d.word_share = n > 0 ? (int64_t)(d.words / n / 8) : 0;
    add_barred(&d, all, barred);
    size_t before = d.boxes_n;
    bool open = true; /* something is left that the table takes */
    for (size_t i = 0; i < n; i++)
        open = open && count(&d.columns[i], all, all) > 0;
    /* Where a box may not be taken, its size is not one of those that the rules fill: by splitting. */
    if (open && !d.given_up && (d.vague || before > 0 || !by_rules(&d, all))) {
        d.boxes_n = before;
        for (size_t i = 0; i < before; i++)
            memset(d.boxes[i].matters, 0, u->leaf_words * sizeof(uint64_t));
        by_splitting(&d, column_bits(&d, all));
    }
    return d.given_up ? anything(&d) : gathered(&d);
}
