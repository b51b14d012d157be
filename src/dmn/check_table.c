/*
 * Completeness, overlaps and rules that never count, of one decision table (check.h; DMN 1.5, 8.2.11 and 8.3).
 *
 * Each input's axis is cut into atoms (check_axis.c); atoms that every rule treats alike are one class. The sweep goes
 * through the inputs in their order with the set of the rules that are still possible, and splits a class off only
 * where that set changes: an empty set is a gap, a rule that asks for nothing more ends the branch, and a set that was
 * seen at this input before is not gone through again.
 *
 * A table can be made to take for ever (it can encode any formula): boxes, steps and memory are bounded (limits.h).
 */
#include <string.h>

#include "base/arena.h"
#include "dmn/check.h"
#include "dmn/limits.h"
#include "base/banned.h"

enum { WORDS_MAX = 16 * 1024, GAPS_KEPT = 10 * DMN_CHECK_REPORTS_MAX, SEEN_MAX = 1 << 14, WORD_BITS = 64 };

/* A set of rules, as bits. */
struct column {
    struct axis axis;
    size_t *class_of; /* of each atom */
    size_t classes_n;
    uint64_t *may, *must; /* for each class, and last for null, the rules whose cell holds; must: where that is known */
    uint64_t *holds;      /* for each rule, the classes where its cell is known to hold */
    size_t holds_words;
};
struct box {
    bool **classes; /* of each column */
};
struct seen {
    size_t level;
    const uint64_t *set; /* NULL: free */
};
struct level {
    uint64_t *set;  /* rules that are still possible when this input is looked at */
    uint64_t *free; /* rules that ask for nothing from this input on */
    uint64_t *hashes;
    bool *done, *in; /* of the classes: gone through; in the part that is gone through now */
};
struct sweep {
    struct checking *c;
    const struct decision_table *table;
    struct column *columns;
    size_t words;
    struct level *levels;
    bool must;            /* rules count only where it is known that they hold */
    const bool *only;     /* of the rules; NULL: all of them */
    const size_t *within; /* only inside of this rule's box, and null is looked at too; NULL: everywhere */
    bool first_only;      /* ends with the first gap */
    struct box *gaps;
    size_t gaps_n;
    bool more_gaps;
    struct seen *seen;
    size_t seen_n;
    int64_t boxes_left;
    bool stopped; /* a bound was hit */
};

static bool has(const uint64_t *set, size_t i)
{
    return (set[i / WORD_BITS] >> (i % WORD_BITS)) & 1U;
}

static void put(uint64_t *set, size_t i)
{
    set[i / WORD_BITS] |= (uint64_t)1 << (i % WORD_BITS);
}

static uint64_t mixed(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(const uint64_t *set, size_t words)
{
    uint64_t hash = 1;
    for (size_t i = 0; i < words; i++)
        hash = mixed(hash, set[i]);
    return hash;
}

/* ---- Columns ---- */

/* What each rule says of a value, as the class that stands at this place. */
static void make_class(struct sweep *s, struct column *column, size_t at, struct feel_value value)
{
    uint64_t *may = column->may + at * s->words, *must = column->must + at * s->words;
    memset(may, 0, s->words * sizeof *may);
    memset(must, 0, s->words * sizeof *must);
    for (size_t r = 0; r < s->table->rules_n; r++) {
        if (axis_holds(s->c, &column->axis, r, value, true))
            put(may, r);
        if (has(may, r) && axis_holds(s->c, &column->axis, r, value, false))
            put(must, r);
    }
}

/* What each rule says of each class. False when memory is gone. */
static bool make_classes(struct sweep *s, struct column *column)
{
    struct checking *c = s->c;
    size_t atoms = column->axis.atoms_n, rules = s->table->rules_n, words = s->words;
    uint64_t *hashes = ARENA_ARRAY(c->scratch, atoms + 1, uint64_t);
    column->class_of = ARENA_ARRAY(c->scratch, atoms + 1, size_t);
    column->may = ARENA_ARRAY(c->scratch, (atoms + 1) * words, uint64_t);
    column->must = ARENA_ARRAY(c->scratch, (atoms + 1) * words, uint64_t);
    if (!hashes || !column->class_of || !column->may || !column->must)
        return false;
    for (size_t a = 0; a < atoms; a++) {
        size_t at = column->classes_n, found = 0;
        const uint64_t *may = column->may + at * words, *must = column->must + at * words;
        make_class(s, column, at, column->axis.atoms[a].example);
        hashes[at] = mixed(hash_of(may, words), hash_of(must, words));
        while (found < at &&
               (hashes[found] != hashes[at] || memcmp(column->may + found * words, may, words * sizeof *may) != 0 ||
                memcmp(column->must + found * words, must, words * sizeof *must) != 0))
            found++;
        column->class_of[a] = found;
        column->classes_n += found == at;
    }
    make_class(s, column, column->classes_n, FEEL_NONE);
    column->holds_words = column->classes_n / WORD_BITS + 1;
    column->holds = ARENA_ARRAY(c->scratch, rules * column->holds_words + 1, uint64_t);
    for (size_t i = 0; column->holds && i < column->classes_n; i++)
        for (size_t r = 0; r < rules; r++)
            if (has(column->must + i * words, r))
                put(column->holds + r * column->holds_words, i);
    return column->holds != NULL;
}

/* False where it is too much, or memory is gone; *too_much says which. */
static bool make_columns(struct sweep *s, bool *too_much)
{
    struct checking *c = s->c;
    size_t bytes = 0;
    s->columns = ARENA_ARRAY(c->scratch, s->table->inputs_n + 1, struct column);
    if (!s->columns)
        return false;
    for (size_t i = 0; i < s->table->inputs_n; i++) {
        if (!axis_make(c, s->table, i, &s->columns[i].axis))
            return false;
        bytes += (s->columns[i].axis.atoms_n + 1) * (s->words + 1) * 4 * sizeof(uint64_t);
    }
    *too_much = bytes > DMN_CHECK_TABLE_MAX;
    for (size_t i = 0; i < s->table->inputs_n && !*too_much; i++)
        if (!make_classes(s, &s->columns[i]))
            return false;
    return !*too_much;
}

static bool make_levels(struct sweep *s)
{
    struct arena *arena = s->c->scratch;
    size_t n = s->table->inputs_n;
    s->levels = ARENA_ARRAY(arena, n + 1, struct level);
    s->seen = ARENA_ARRAY(arena, SEEN_MAX, struct seen);
    s->gaps = ARENA_ARRAY(arena, GAPS_KEPT, struct box);
    if (!s->levels || !s->seen || !s->gaps)
        return false;
    for (size_t i = 0; i <= n; i++) {
        struct level *level = &s->levels[i];
        size_t classes = i < n ? s->columns[i].classes_n : 0;
        level->set = ARENA_ARRAY(arena, s->words, uint64_t);
        level->free = ARENA_ARRAY(arena, s->words, uint64_t);
        level->hashes = ARENA_ARRAY(arena, classes + 1, uint64_t);
        level->done = ARENA_ARRAY(arena, classes + 1, bool);
        level->in = ARENA_ARRAY(arena, classes + 1, bool);
        if (!level->set || !level->free || !level->hashes || !level->done || !level->in)
            return false;
    }
    return true;
}

static const uint64_t *row(const struct sweep *s, size_t column, size_t class)
{
    return (s->must ? s->columns[column].must : s->columns[column].may) + class * s->words;
}

/* The classes that a sweep goes through. A fact that is not known is null: what only null comes to does count. */
static size_t classes_of(const struct sweep *s, size_t column)
{
    return s->columns[column].classes_n + (s->within ? 1 : 0);
}

/* Rules that hold for every class from an input on. */
static void make_free(struct sweep *s)
{
    size_t n = s->table->inputs_n;
    memset(s->levels[n].free, 0xFF, s->words * sizeof(uint64_t));
    for (size_t i = n; i-- > 0;)
        for (size_t w = 0; w < s->words; w++) {
            s->levels[i].free[w] = s->levels[i + 1].free[w];
            for (size_t k = 0; k < classes_of(s, i); k++)
                s->levels[i].free[w] &= row(s, i, k)[w];
        }
}

/* ---- The sweep ---- */

static bool is_empty(const struct sweep *s, const uint64_t *set)
{
    for (size_t w = 0; w < s->words; w++)
        if (set[w])
            return false;
    return true;
}

static bool meet(const struct sweep *s, const uint64_t *a, const uint64_t *b)
{
    for (size_t w = 0; w < s->words; w++)
        if (a[w] & b[w])
            return true;
    return false;
}

static struct seen *seen_place(struct sweep *s, size_t level)
{
    const uint64_t *set = s->levels[level].set;
    size_t at = (size_t)mixed(hash_of(set, s->words), level) % SEEN_MAX;
    while (s->seen[at].set && (s->seen[at].level != level || memcmp(s->seen[at].set, set, s->words * sizeof *set) != 0))
        at = (at + 1) % SEEN_MAX;
    return &s->seen[at];
}

/* The branch has no gap: it need not be gone through again. */
static void remember(struct sweep *s, size_t level)
{
    if (s->seen_n >= SEEN_MAX / 2 || s->words * s->seen_n > DMN_CHECK_TABLE_MAX / sizeof(uint64_t))
        return;
    uint64_t *copy = ARENA_ARRAY(s->c->scratch, s->words, uint64_t);
    if (!copy)
        return;
    memcpy(copy, s->levels[level].set, s->words * sizeof *copy);
    *seen_place(s, level) = (struct seen){ level, copy };
    s->seen_n++;
}

/* What was chosen up to this input, and everything after it. */
static void keep_gap(struct sweep *s, size_t level)
{
    size_t n = s->table->inputs_n;
    if (s->first_only)
        return;
    if (s->gaps_n == GAPS_KEPT) {
        s->more_gaps = s->stopped = true;
        return;
    }
    bool **classes = ARENA_ARRAY(s->c->scratch, n + 1, bool *);
    for (size_t i = 0; classes && i < n; i++) {
        classes[i] = ARENA_ARRAY(s->c->scratch, s->columns[i].classes_n + 1, bool);
        if (!classes[i])
            return;
        if (i < level)
            memcpy(classes[i], s->levels[i].in, s->columns[i].classes_n * sizeof(bool));
        else
            memset(classes[i], 1, s->columns[i].classes_n * sizeof(bool));
    }
    if (classes)
        s->gaps[s->gaps_n++].classes = classes;
}

/* Marks the classes that lead to the same set as `class`, and makes that set. */
static void take_part(struct sweep *s, size_t at, size_t class)
{
    struct level *level = &s->levels[at];
    uint64_t *next = s->levels[at + 1].set;
    size_t n = classes_of(s, at);
    for (size_t w = 0; w < s->words; w++)
        next[w] = level->set[w] & row(s, at, class)[w];
    for (size_t k = 0; k < n; k++) {
        bool same = !level->done[k] && level->hashes[k] == level->hashes[class];
        for (size_t w = 0; w < s->words && same; w++)
            same = (level->set[w] & row(s, at, k)[w]) == next[w];
        level->in[k] = same;
        level->done[k] = level->done[k] || same;
    }
}

/* True where there is a gap. */
static bool sweep(struct sweep *s, size_t at)
{
    struct level *level = &s->levels[at];
    bool gap = false;
    if (is_empty(s, level->set)) {
        keep_gap(s, at);
        return true;
    }
    if (meet(s, level->set, level->free) || seen_place(s, at)->set)
        return false;
    size_t n = classes_of(s, at);
    s->c->work_left -= (int64_t)(n * s->words);
    if (--s->boxes_left < 0 || s->c->work_left < 0)
        s->stopped = true;
    for (size_t k = 0; k < n; k++) {
        uint64_t hash = 1;
        for (size_t w = 0; w < s->words; w++)
            hash = mixed(hash, level->set[w] & row(s, at, k)[w]);
        level->hashes[k] = hash;
        level->done[k] = s->within && !has(s->columns[at].may + k * s->words, *s->within);
    }
    for (size_t k = 0; k < n && !s->stopped && !(gap && s->first_only); k++) {
        if (level->done[k])
            continue;
        s->c->work_left -= (int64_t)n;
        take_part(s, at, k);
        gap = sweep(s, at + 1) || gap;
    }
    if (!gap && !s->stopped)
        remember(s, at);
    return gap;
}

static bool sweep_from(struct sweep *s, size_t rules, bool must, const size_t *within)
{
    s->must = must;
    s->within = within;
    s->first_only = within != NULL;
    if (s->seen_n > 0)
        memset(s->seen, 0, SEEN_MAX * sizeof *s->seen);
    s->seen_n = 0;
    make_free(s);
    memset(s->levels[0].set, 0, s->words * sizeof(uint64_t));
    for (size_t r = 0; r < rules; r++)
        if (!s->only || s->only[r])
            put(s->levels[0].set, r);
    return sweep(s, 0);
}

/* ---- What is said ---- */

/* The examples outlive what the table needed. */
static const struct feel_zone *kept_zone(struct arena *arena, const struct feel_zone *zone)
{
    struct feel_zone *copy = zone ? ARENA_NEW(arena, struct feel_zone) : NULL;
    if (copy) {
        *copy = *zone;
        copy->name = zone->name.p ? str_copy(arena, zone->name) : STR_NONE;
    }
    return copy;
}

static struct feel_value kept_value(struct arena *arena, struct feel_value value)
{
    if (value.kind == FEEL_STRING)
        return feel_string(str_copy(arena, value.string));
    if (value.kind == FEEL_TIME)
        value.time.zone = kept_zone(arena, value.time.zone);
    if (value.kind != FEEL_DATE_AND_TIME)
        return value;
    struct feel_moment *copy = ARENA_NEW(arena, struct feel_moment);
    if (!copy)
        return FEEL_NONE;
    *copy = *value.moment;
    copy->time.zone = kept_zone(arena, copy->time.zone);
    value.moment = copy;
    return value;
}

/* The cells of a box, and the same as words: `age is < 18, and status is "x"`. */
static struct str say_box(struct sweep *s, bool *const *classes, struct dmn_finding *finding)
{
    struct checking *c = s->c;
    size_t n = s->table->inputs_n;
    struct dmn_finding_cell *cells = ARENA_ARRAY(c->arena, n + 1, struct dmn_finding_cell);
    struct buf words;
    buf_init(&words, c->arena, WORDS_MAX);
    for (size_t i = 0; cells && i < n; i++) {
        const struct axis *axis = &s->columns[i].axis;
        bool *atoms = ARENA_ARRAY(c->scratch, axis->atoms_n + 1, bool);
        if (!atoms)
            return STR("");
        for (size_t a = axis->atoms_n; a-- > 0;) {
            atoms[a] = classes[i][s->columns[i].class_of[a]];
            if (atoms[a] && (axis->atoms[a].example.kind != FEEL_NULL || cells[i].example.kind == FEEL_NULL))
                cells[i].example = axis->atoms[a].example;
        }
        cells[i].example = kept_value(c->arena, cells[i].example);
        cells[i].input = axis->label;
        cells[i].cell = axis_cell(c, axis, atoms);
        if (str_equal(cells[i].cell, STR("-")))
            continue;
        buf_format(&words, "%s%.*s is %.*s", words.n > 0 ? ", and " : "", STR_ARG(axis->label), STR_ARG(cells[i].cell));
    }
    finding->cells = cells;
    finding->cells_n = n;
    return !buf_ok(&words) ? STR("(too long to write)") : words.n > 0 ? buf_str(&words) : STR("");
}

/* Two boxes that differ in one input only are one. */
static bool merge(struct sweep *s, const struct box *into, const struct box *from)
{
    size_t differ = s->table->inputs_n;
    for (size_t i = 0; i < s->table->inputs_n; i++) {
        if (memcmp(into->classes[i], from->classes[i], s->columns[i].classes_n * sizeof(bool)) == 0)
            continue;
        if (differ != s->table->inputs_n)
            return false;
        differ = i;
    }
    for (size_t k = 0; differ < s->table->inputs_n && k < s->columns[differ].classes_n; k++)
        into->classes[differ][k] = into->classes[differ][k] || from->classes[differ][k];
    return true;
}

static void merge_gaps(struct sweep *s)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < s->gaps_n; i++)
            for (size_t j = s->gaps_n; j-- > i + 1;)
                if (merge(s, &s->gaps[i], &s->gaps[j])) {
                    s->gaps[j] = s->gaps[--s->gaps_n];
                    again = true;
                }
    }
}

static void say_bound(struct sweep *s, const char *what)
{
    check_found(s->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, s->table->line,
                "%s: the table has more of them than are looked at, or told (%d)", what, (int)DMN_CHECK_REPORTS_MAX);
}

/* Whether what no rule matches still has a value. */
static bool has_preset(const struct decision_table *table)
{
    for (size_t i = 0; i < table->outputs_n; i++)
        if (table->outputs[i].preset)
            return true;
    return table->policy == HIT_COLLECT && table->aggregation == AGGREGATE_COUNT;
}

static void find_gaps(struct sweep *s)
{
    if (has_preset(s->table))
        return;
    sweep_from(s, s->table->rules_n, false, NULL);
    merge_gaps(s);
    for (size_t i = 0; i < s->gaps_n && i < DMN_CHECK_REPORTS_MAX; i++) {
        struct dmn_finding *finding = check_found(s->c, DMN_WARNING, DMN_FOUND_GAP, s->table->line, "%s", "");
        if (!finding)
            return;
        struct str box = say_box(s, s->gaps[i].classes, finding);
        finding->words = str_format(s->c->arena, "no rule matches%s%.*s, and there is no default output",
                                    box.n > 0 ? " where " : ", whatever the inputs are", STR_ARG(box));
    }
    if (s->gaps_n > DMN_CHECK_REPORTS_MAX || s->more_gaps)
        say_bound(s, "further gaps");
    else if (s->stopped)
        check_found(s->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, s->table->line,
                    "gaps: the inputs fall into more than %d parts, and the rest of them was not looked at",
                    (int)DMN_CHECK_BOXES_MAX);
}

/* Classes where both rules are known to hold; false: they do not meet. */
static bool meets(const struct sweep *s, size_t a, size_t b)
{
    for (size_t i = 0; i < s->table->inputs_n; i++) {
        const struct column *column = &s->columns[i];
        const uint64_t *ha = column->holds + a * column->holds_words, *hb = column->holds + b * column->holds_words;
        size_t w = 0;
        while (w < column->holds_words && !(ha[w] & hb[w]))
            w++;
        if (w == column->holds_words)
            return false;
    }
    return true;
}

enum agreement { AGREE, DIFFER, AGREE_UNKNOWN };

static enum agreement agreement(struct sweep *s, size_t a, size_t b)
{
    const struct table_rule *ra = &s->table->rules[a], *rb = &s->table->rules[b];
    enum agreement all = AGREE;
    for (size_t i = 0; i < s->table->outputs_n; i++) {
        if (str_equal(ra->written_results[i], rb->written_results[i]))
            continue;
        if (!check_is_constant(ra->results[i]) || !check_is_constant(rb->results[i]))
            all = AGREE_UNKNOWN;
        else if (!feel_same(check_value(s->c, ra->results[i]), check_value(s->c, rb->results[i])))
            return DIFFER;
    }
    return all;
}

static void say_overlap(struct sweep *s, size_t a, size_t b)
{
    size_t n = s->table->inputs_n;
    bool **classes = ARENA_ARRAY(s->c->scratch, n + 1, bool *);
    struct dmn_finding *finding = check_found(s->c, DMN_ERROR, DMN_FOUND_OVERLAP, s->table->rules[b].line, "%s", "");
    for (size_t i = 0; classes && i < n; i++) {
        const struct column *column = &s->columns[i];
        classes[i] = ARENA_ARRAY(s->c->scratch, column->classes_n + 1, bool);
        if (!classes[i])
            return;
        for (size_t k = 0; k < column->classes_n; k++)
            classes[i][k] =
                has(column->holds + a * column->holds_words, k) && has(column->holds + b * column->holds_words, k);
    }
    if (!classes || !finding)
        return;
    check_rules(s->c, finding, a + 1, b + 1);
    struct str box = say_box(s, classes, finding);
    finding->words = str_format(
        s->c->arena, "rules %zu and %zu match together%s%.*s, and %s", a + 1, b + 1, box.n > 0 ? " where " : "",
        STR_ARG(box), s->table->policy == HIT_ANY ? "their outputs differ (ANY)" : "the table allows one (UNIQUE)");
}

static void find_overlaps(struct sweep *s)
{
    size_t found = 0, rules = s->table->rules_n;
    bool unknown = false;
    if (s->table->policy != HIT_UNIQUE && s->table->policy != HIT_ANY)
        return;
    for (size_t a = 0; a < rules && found <= DMN_CHECK_REPORTS_MAX && s->c->work_left > 0; a++)
        for (size_t b = a + 1; b < rules && found <= DMN_CHECK_REPORTS_MAX && s->c->work_left > 0; b++) {
            s->c->work_left -= (int64_t)s->table->inputs_n + 1;
            if (!meets(s, a, b))
                continue;
            enum agreement both = s->table->policy == HIT_ANY ? agreement(s, a, b) : DIFFER;
            if (both == AGREE_UNKNOWN && !unknown) {
                unknown = true;
                check_found(s->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, s->table->rules[b].line,
                            "whether the outputs of rules %zu and %zu, which match together, are the same: they are no "
                            "literals",
                            a + 1, b + 1);
            }
            if (both == DIFFER && ++found <= DMN_CHECK_REPORTS_MAX)
                say_overlap(s, a, b);
        }
    if (found > DMN_CHECK_REPORTS_MAX || s->c->work_left <= 0)
        say_bound(s, "further overlaps");
}

/* ---- Rules that never count ---- */

/* The input whose cell nothing can satisfy; the number of inputs where there is none. *wrong: it was said already. */
static size_t dead_cell(const struct sweep *s, size_t rule, bool *wrong)
{
    size_t dead = s->table->inputs_n;
    for (size_t i = 0; i < s->table->inputs_n; i++) {
        size_t k = 0;
        while (k <= s->columns[i].classes_n && !has(s->columns[i].may + k * s->words, rule))
            k++; /* the last is null */
        *wrong = *wrong || s->columns[i].axis.wrong[rule];
        if (k > s->columns[i].classes_n && dead == s->table->inputs_n)
            dead = i;
    }
    return dead;
}

static void say_unreachable(struct sweep *s, size_t rule, const char *why, struct str cell, struct str input)
{
    struct dmn_finding *finding =
        check_found(s->c, DMN_WARNING, DMN_FOUND_UNREACHABLE, s->table->rules[rule].line,
                    "rule %zu is never the answer: %s%s%.*s%s%.*s%s", rule + 1, why, cell.p ? " \"" : "", STR_ARG(cell),
                    cell.p ? "\" of \"" : "", STR_ARG(input), cell.p ? "\"" : "");
    if (finding)
        check_rules(s->c, finding, rule + 1, 0);
}

static bool results_are_constant(const struct decision_table *table, size_t rule)
{
    for (size_t i = 0; i < table->outputs_n; i++)
        if (!check_is_constant(table->rules[rule].results[i]))
            return false;
    return true;
}

/* Whether the other rule's output counts, and this one's does not, where both match: asked of the evaluation. */
static bool is_beaten(struct sweep *s, size_t rule, size_t other)
{
    struct checking *c = s->c;
    size_t both[2] = { rule < other ? rule : other, rule < other ? other : rule };
    c->run.stopped = false;
    c->run.depth = 0;
    c->run.steps_left = 1000 * 1000;
    struct feel_value value = table_by_policy(&c->run, s->table, c->frame, both, 2);
    return feel_same(value, table_result(&c->run, s->table, c->frame, other)) &&
           !feel_same(value, table_result(&c->run, s->table, c->frame, rule)) && !c->run.stopped;
}

/* Rules whose output comes before that of this one, whatever else matches; false where there are none. */
static bool find_better(struct sweep *s, size_t rule, bool *better)
{
    bool any = false;
    for (size_t r = 0; r < s->table->rules_n; r++) {
        better[r] = r != rule && results_are_constant(s->table, r) && is_beaten(s, rule, r);
        any = any || better[r];
    }
    return any;
}

static void find_beaten(struct sweep *s)
{
    size_t n = s->table->rules_n;
    bool *better = ARENA_ARRAY(s->c->scratch, n + 1, bool), wrong = false;
    if (s->table->policy != HIT_PRIORITY || !better)
        return;
    for (size_t r = 0; r < n && n <= DMN_CHECK_PRIORITY_MAX && !s->stopped; r++) {
        if (dead_cell(s, r, &wrong) < s->table->inputs_n || !results_are_constant(s->table, r) ||
            !find_better(s, r, better))
            continue;
        s->only = better;
        bool counts = sweep_from(s, n, true, &r);
        s->only = NULL;
        if (!counts && !s->stopped)
            say_unreachable(s, r, "rules whose output comes before its own match wherever it does (PRIORITY)", STR_NONE,
                            STR_NONE);
    }
    if (n > DMN_CHECK_PRIORITY_MAX || s->stopped)
        check_found(s->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, s->table->line,
                    "whether outputs that come first cover other rules (PRIORITY): that takes too many steps");
}

static void find_unreachable(struct sweep *s)
{
    bool ended = false;
    s->boxes_left = DMN_CHECK_BOXES_MAX;
    s->stopped = false;
    for (size_t r = 0; r < s->table->rules_n; r++) {
        bool wrong = false;
        size_t dead = dead_cell(s, r, &wrong);
        if (wrong)
            continue;
        if (dead < s->table->inputs_n) {
            say_unreachable(s, r, "no value that the input can have fits", s->table->rules[r].written_tests[dead],
                            s->table->inputs[dead].label);
            continue;
        }
        if (s->table->policy != HIT_FIRST || r == 0 || ended)
            continue;
        bool counts = sweep_from(s, r, true, &r);
        ended = s->stopped;
        if (ended)
            check_found(s->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, s->table->rules[r].line,
                        "whether rule %zu and those after it are covered by earlier ones: that takes too many steps",
                        r + 1);
        else if (!counts)
            say_unreachable(s, r, "earlier rules match wherever it does (FIRST)", STR_NONE, STR_NONE);
    }
}

void check_table(struct checking *c, const struct decision_table *table)
{
    struct sweep s = {
        .c = c, .table = table, .words = table->rules_n / WORD_BITS + 1, .boxes_left = DMN_CHECK_BOXES_MAX
    };
    bool too_much = table->inputs_n > DMN_CHECK_INPUTS_MAX;
    if (!too_much && make_columns(&s, &too_much) && make_levels(&s)) {
        find_gaps(&s);
        find_overlaps(&s);
        find_unreachable(&s);
        find_beaten(&s);
    }
    if (too_much)
        check_found(c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, table->line,
                    "gaps and overlaps: the table is larger than what is looked at (%d inputs, %d MB)",
                    (int)DMN_CHECK_INPUTS_MAX, (int)DMN_CHECK_TABLE_MAX / 1024 / 1024);
}
