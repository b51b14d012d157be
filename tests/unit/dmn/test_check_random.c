/*
 * On random tables the check finds every gap and overlap, and nothing else: what it says is put back as a table, and
 * both tables are asked at every cut and between.
 */
#include "check_world.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

static uint32_t random_state = 1;

static uint32_t below(uint32_t n)
{
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 10) % n;
}

enum { COLUMNS_MAX = 3, KINDS = 5, SAMPLES_MAX = 20 };
static const char *const type_names[KINDS] = { "number", "string", "boolean", "date", "tStatus" };

static void add_constant(struct buf *out, size_t kind)
{
    static const char *const statuses[] = { "new", "old", "none" };
    if (kind == 0)
        buf_format(out, "%d", (int)below(5));
    else if (kind == 1)
        buf_format(out, "\"%c\"", 'a' + (char)below(3));
    else if (kind == 2)
        buf_format(out, "%s", below(2) ? "true" : "false");
    else if (kind == 3)
        buf_format(out, "date(\"2024-02-%d\")", 25 + (int)below(4));
    else
        buf_format(out, "\"%s\"", statuses[below(3)]);
}

static void add_random_cell(struct buf *out, size_t kind)
{
    static const char *const signs[] = { "< ", "<= ", "> ", ">= " };
    uint32_t form = below(kind == 0 || kind == 3 ? 8 : 5);
    if (form == 0) {
        buf_add_byte(out, '-');
    } else if (form == 1) {
        add_constant(out, kind);
    } else if (form == 2 || form == 3) {
        buf_add(out, form == 2 ? STR("not(") : STR(""));
        add_constant(out, kind);
        buf_add(out, STR(", "));
        add_constant(out, kind);
        buf_add(out, form == 2 ? STR(")") : STR(""));
    } else if (form == 4) {
        buf_add(out, below(3) == 0 ? STR("null, ") : STR(""));
        add_constant(out, kind);
    } else if (form == 5) {
        buf_add(out, str_of(signs[below(4)]));
        add_constant(out, kind);
    } else {
        buf_add_byte(out, below(2) ? '[' : '(');
        add_constant(out, kind);
        buf_add(out, STR(".."));
        add_constant(out, kind);
        buf_add_byte(out, below(2) ? ']' : ')');
        if (form == 7) {
            buf_add(out, STR(", "));
            add_constant(out, kind);
        }
    }
}

/* Every cut of such cells, and what is between. */
static size_t samples_of(size_t kind, bool null, struct feel_value *out)
{
    static const char *const texts[] = { "a", "b", "c", "zz" };
    size_t n = 0;
    if (null)
        out[n++] = FEEL_NONE;
    if (kind == 0)
        for (int i = -1; i <= 9; i++) {
            struct feel_value value = { .kind = FEEL_NUMBER };
            assert_true(number_divide(number_of(i), number_of(2), &value.number));
            out[n++] = value;
        }
    else if (kind == 1)
        for (size_t i = 0; i < 4; i++)
            out[n++] = feel_string(str_of(texts[i]));
    else if (kind == 2)
        for (int i = 0; i < 2; i++)
            out[n++] = feel_boolean(i == 1);
    else if (kind == 3)
        for (int i = 0; i < 6; i++)
            out[n++] = (struct feel_value){ .kind = FEEL_DATE, .date = { 2024, 2, (uint8_t)(24 + i) } };
    else {
        out[n++] = feel_string(STR("new"));
        out[n++] = feel_string(STR("old"));
    }
    return n;
}

struct random_table {
    size_t columns, kinds[COLUMNS_MAX];
    bool null[COLUMNS_MAX];
    const char *inputs, *rules;
    size_t rules_n;
};

static void make_random(struct random_table *t)
{
    struct buf inputs, rules;
    buf_init(&inputs, arena, 1 << 12);
    buf_init(&rules, arena, 1 << 14);
    t->columns = 1 + below(COLUMNS_MAX);
    t->rules_n = 1 + below(7);
    for (size_t i = 0; i < t->columns; i++) {
        t->kinds[i] = below(KINDS);
        t->null[i] = false;
        buf_format(&inputs, "%si%zu %s", i > 0 ? "; " : "", i, type_names[t->kinds[i]]);
    }
    for (size_t r = 0; r < t->rules_n; r++) {
        buf_add(&rules, r > 0 ? STR("\n") : STR(""));
        for (size_t i = 0; i < t->columns; i++) {
            size_t from = rules.n;
            add_random_cell(&rules, t->kinds[i]);
            t->null[i] = t->null[i] || str_find(str_slice(buf_str(&rules), from, rules.n), STR("null")) >= 0;
            buf_add(&rules, STR(" | "));
        }
        buf_format(&rules, "%zu", r + 1);
    }
    t->inputs = text(buf_str(&inputs));
    t->rules = text(buf_str(&rules));
}

/* The boxes of all findings of a kind as the rules of a table; none: NULL. */
static const char *as_rules(enum dmn_finding_kind kind)
{
    struct buf rules;
    buf_init(&rules, arena, 1 << 18);
    for (size_t i = 0; i < findings_n; i++) {
        if (findings[i].kind != kind)
            continue;
        buf_add(&rules, rules.n > 0 ? STR("\n") : STR(""));
        for (size_t k = 0; k < findings[i].cells_n; k++)
            buf_format(&rules, "%s | ", text(findings[i].cells[k].cell));
        buf_add(&rules, STR("1"));
    }
    assert_true(buf_ok(&rules));
    return rules.n > 0 ? text(buf_str(&rules)) : NULL;
}

static struct dmn_model *read_table(const char *policy, const char *inputs, const char *rules)
{
    struct buf xml;
    struct dmn_model *made;
    struct fault fault;
    size_t faults;
    begin(&xml);
    add_inputs(&xml, inputs);
    add_table(&xml, policy, inputs, rules, NULL);
    buf_add(&xml, STR("</definitions>"));
    struct dmn_file file = { STR("m.dmn"), buf_str(&xml) };
    assert_int_equal(dmn_model_read(arena, &file, 1, &made, &fault), STATUS_OK);
    dmn_model_faults(made, &faults);
    assert_int_equal(faults, 0);
    return made;
}

/* How many rules match; *first is the first of them. */
static size_t matching(const struct dmn_model *asked, size_t columns, const struct feel_value *values, size_t *first)
{
    struct dmn_input inputs[COLUMNS_MAX];
    struct dmn_result result;
    struct fault fault;
    static const char *const names[COLUMNS_MAX] = { "i0", "i1", "i2" };
    if (!asked)
        return 0;
    struct arena *run = arena_new(1 << 20);
    for (size_t i = 0; i < columns; i++)
        inputs[i] = (struct dmn_input){ STR_NONE, str_of(names[i]), values[i] };
    assert_int_equal(
        dmn_evaluate(asked, dmn_model_find(asked, STR_NONE, STR("decide")), run, 0, inputs, columns, &result, &fault),
        STATUS_OK);
    const struct table_decided *decided = result.trace->tables;
    size_t n = decided->rules_n;
    if (first && n > 0)
        *first = decided->rules[0];
    arena_free(run);
    return n;
}

/*
 * Every combination of samples: in a gap where no rule matches, in an overlap where two do, and nowhere else. Null is a
 * sample where a cell names it; that a rule counts it can show everywhere.
 */
static void compare_all(const struct random_table *t, bool first_policy)
{
    struct feel_value samples[COLUMNS_MAX][SAMPLES_MAX], values[COLUMNS_MAX];
    size_t n[COLUMNS_MAX] = { 1, 1, 1 };
    bool counted[8] = { false };
    const char *gaps = as_rules(DMN_FOUND_GAP), *overlaps = as_rules(DMN_FOUND_OVERLAP);
    const char *any = "hitPolicy=\"RULE ORDER\"";
    struct dmn_model *table = read_table(any, t->inputs, t->rules);
    struct dmn_model *gap_table = gaps ? read_table(any, t->inputs, gaps) : NULL;
    struct dmn_model *overlap_table = overlaps ? read_table(any, t->inputs, overlaps) : NULL;
    for (size_t i = 0; i < t->columns; i++)
        n[i] = samples_of(t->kinds[i], true, samples[i]);
    for (size_t at = 0; at < n[0] * n[1] * n[2]; at++) {
        size_t which[COLUMNS_MAX] = { at % n[0], at / n[0] % n[1], at / n[0] / n[1] }, first = 0;
        bool null = false;
        for (size_t i = 0; i < t->columns; i++) {
            values[i] = samples[i][which[i]];
            null = null || (values[i].kind == FEEL_NULL && !t->null[i]);
        }
        size_t matched = matching(table, t->columns, values, &first);
        if (matched > 0)
            counted[first] = true;
        if (null)
            continue;
        bool in_gap = matching(gap_table, t->columns, values, NULL) > 0;
        bool in_overlap = matching(overlap_table, t->columns, values, NULL) > 0;
        if (in_gap != (matched == 0) || (!first_policy && in_overlap != (matched > 1)))
            fail_msg("%zu rules match at sample %zu of\n%s\n%s\ngaps:\n%s\noverlaps:\n%s", matched, at, t->inputs,
                     t->rules, gaps ? gaps : "", overlaps ? overlaps : "");
    }
    for (size_t r = 0; r < t->rules_n; r++) {
        bool said = false;
        for (size_t i = 0; i < findings_n; i++)
            said = said || (findings[i].kind == DMN_FOUND_UNREACHABLE && findings[i].rules[0] == r + 1);
        if (first_policy && said == counted[r])
            fail_msg("rule %zu of\n%s\n%s", r + 1, t->inputs, t->rules);
    }
}

/* The examples of a finding: no rule matches, or both do. */
static void compare_examples(const struct random_table *t)
{
    struct dmn_model *table = read_table("hitPolicy=\"RULE ORDER\"", t->inputs, t->rules);
    for (size_t i = 0; i < findings_n; i++) {
        struct feel_value values[COLUMNS_MAX];
        if (findings[i].kind != DMN_FOUND_GAP && findings[i].kind != DMN_FOUND_OVERLAP)
            continue;
        for (size_t k = 0; k < findings[i].cells_n; k++)
            values[k] = findings[i].cells[k].example;
        size_t matched = matching(table, t->columns, values, NULL);
        assert_true(findings[i].kind == DMN_FOUND_GAP ? matched == 0 : matched > 1);
    }
}

static void on_random_tables_all_gaps_and_overlaps_are_found_and_nothing_else(void **state)
{
    enum { TABLES = 400 };
    size_t found = 0;
    (void)state;
    for (random_state = 20; random_state < 20 + TABLES;) {
        uint32_t seed = random_state;
        struct random_table t;
        make_random(&t);
        bool first_policy = below(2);
        check_rules_of(first_policy ? "hitPolicy=\"FIRST\"" : "hitPolicy=\"UNIQUE\"", t.inputs, t.rules, NULL);
        assert_int_equal(count(DMN_FOUND_LEFT_OUT), 0);
        found += findings_n;
        compare_all(&t, first_policy);
        compare_examples(&t);
        random_state = seed + 1;
        arena_reset(arena);
    }
    assert_true(found > TABLES);
}

int main(void)
{
    const struct CMUnitTest facts[] = {
        cmocka_unit_test_setup_teardown(on_random_tables_all_gaps_and_overlaps_are_found_and_nothing_else, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(facts, NULL, NULL);
}
