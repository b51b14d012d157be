/*
 * What unknown inputs could still do to a decision: never an outcome too few, and exact where that is promised. By
 * brute force over models made by chance (unknown_made.h), and by hand.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dmn/limits.h"
#include "unknown_made.h"
#include "base/banned.h"

enum { ARENA_MAX = 256 * 1024 * 1024 };

struct tally {
    unsigned cases, results_wide, leaves, leaves_wide;
};

static struct dmn_model *read_model(struct arena *arena, struct str xml)
{
    struct dmn_model *model;
    struct fault fault;
    struct dmn_file file = { STR("made.dmn"), xml };
    size_t n;
    assert_int_equal(dmn_model_read(arena, &file, 1, &model, &fault), STATUS_OK);
    const struct dmn_fault *faults = dmn_model_faults(model, &n);
    if (n > 0)
        fail_msg("line %d: %.*s\n%.*s", faults[0].line, STR_ARG(faults[0].words), STR_ARG(xml));
    return model;
}

static bool holds(const struct dmn_outcomes *outcomes, struct feel_value value)
{
    for (size_t i = 0; i < outcomes->n; i++)
        if (feel_same(outcomes->values[i], value))
            return true;
    return outcomes->anything;
}

static void fail_with(const struct made *made, const char *what, unsigned number, struct feel_value value)
{
    struct buf b;
    buf_init(&b, NULL, 1 << 16);
    feel_write(&b, value);
    fail_msg("case %u: %s %.*s\n%.*s", number, what, STR_ARG(buf_str(&b)), STR_ARG(made->xml));
}

static void compare(struct chance *chance, const struct made_shape *shape, bool exact, unsigned number,
                    struct tally *tally)
{
    static struct tried tried;
    struct arena *arena = arena_new(ARENA_MAX);
    struct dmn_unknowns unknown;
    struct fault fault;
    assert_non_null(arena);
    struct made made = made_model(arena, chance, shape);
    struct dmn_model *model = read_model(arena, made.xml);
    tried_all(arena, model, &made, &tried);
    assert_int_equal(
        dmn_unknown(model, dmn_model_find(model, STR_NONE, made.decision), arena, 0, NULL, 0, &unknown, &fault),
        STATUS_OK);
    tally->cases++;
    for (size_t i = 0; i < tried.n; i++)
        if (!holds(&unknown.results, tried.results[i]))
            fail_with(&made, "lacks the result", number, tried.results[i]);
    bool wide = unknown.results.anything || unknown.results.n > tried.n;
    tally->results_wide += wide;
    if (exact && wide)
        fail_with(&made, "has a result too many of", number, feel_list(unknown.results.values, unknown.results.n));
    for (size_t i = 0; i < made.leaves_n; i++) {
        const struct dmn_unknown_leaf *leaf = NULL;
        size_t n = 0;
        for (size_t j = 0; j < unknown.n; j++)
            if (str_equal(unknown.leaves[j].path, made.leaves[i].name))
                leaf = &unknown.leaves[j];
        for (size_t j = 0; j < tried.n; j++) {
            n += tried.by_leaf[i][j];
            if (tried.by_leaf[i][j] && !(leaf && leaf->could_change && holds(&leaf->could_become, tried.results[j])))
                fail_with(&made, "does not say that a leaf could make it", number, tried.results[j]);
        }
        if (!leaf)
            continue;
        wide = leaf->could_become.anything || leaf->could_become.n > n;
        tally->leaves++;
        tally->leaves_wide += wide;
        if (exact && wide)
            fail_with(&made, "says too much of a leaf", number,
                      feel_list(leaf->could_become.values, leaf->could_become.n));
    }
    arena_free(arena);
}

static const char *const policies[] = { "\"UNIQUE\"",
                                        "\"ANY\"",
                                        "\"FIRST\"",
                                        "\"PRIORITY\"",
                                        "\"COLLECT\"",
                                        "\"RULE ORDER\"",
                                        "\"OUTPUT ORDER\"",
                                        "\"COLLECT\" aggregation=\"SUM\"",
                                        "\"COLLECT\" aggregation=\"COUNT\"",
                                        "\"COLLECT\" aggregation=\"MIN\"",
                                        "\"COLLECT\" aggregation=\"MAX\"" };
enum { POLICIES = sizeof policies / sizeof policies[0] };

static void say(const char *what, const struct tally *tally)
{
    print_message("%-32s %5u models: %4u with a result too many; %5u leaves, %4u with an outcome too many\n", what,
                  tally->cases, tally->results_wide, tally->leaves, tally->leaves_wide);
}

static struct made_shape shape_of(struct chance *chance, const char *policy)
{
    return (struct made_shape){ .policy = policy,
                                .leaves = 1 + chance_of(chance, 4),
                                .rules = 1 + chance_of(chance, 7),
                                .dense = 3 + chance_of(chance, 7),
                                .preset = chance_of(chance, 3) == 0,
                                .few = chance_of(chance, 2) == 0 };
}

static void a_table_of_any_policy_never_lacks_an_outcome(void **state)
{
    enum { EACH = 150 };
    struct chance chance = { 0x1d5f00d };
    (void)state;
    for (size_t p = 0; p < POLICIES; p++) {
        struct tally tally = { 0 };
        for (unsigned i = 0; i < EACH; i++) {
            struct made_shape shape = shape_of(&chance, policies[p]);
            compare(&chance, &shape, p == 0, i, &tally);
        }
        say(policies[p], &tally);
    }
}

static void a_unique_table_with_each_leaf_once_is_exact(void **state)
{
    enum { CASES = 600 };
    struct chance chance = { 0xfeedbee };
    struct tally tally = { 0 };
    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        struct made_shape shape = shape_of(&chance, policies[0]);
        shape.rules = 1 + chance_of(&chance, 20);
        shape.apart = true;
        compare(&chance, &shape, true, i, &tally);
    }
    say("UNIQUE, rules apart", &tally);
}

static void decisions_that_need_each_other_never_lack_an_outcome(void **state)
{
    enum { CASES = 900 };
    struct chance chance = { 0xabcdef12 };
    struct tally tally = { 0 };
    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        struct made_shape shape = shape_of(&chance, policies[i % POLICIES]);
        shape.several = true;
        shape.leaves = 1 + chance_of(&chance, 3);
        compare(&chance, &shape, false, i, &tally);
    }
    say("graphs", &tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_any_policy_never_lacks_an_outcome),
        cmocka_unit_test(a_unique_table_with_each_leaf_once_is_exact),
        cmocka_unit_test(decisions_that_need_each_other_never_lack_an_outcome),
    };
    return cmocka_run_group_tests_name("dmn unknown", tests, NULL, NULL);
}
