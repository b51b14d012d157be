/*
 * Several decisions, and inputs that change: the same answers as one question at a time, over models made by chance
 * (unknown_made.h), and by hand.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dmn/limits.h"
#include "unknown_made.h"
#include "base/banned.h"

enum { ARENA_MAX = 256 * 1024 * 1024, CHANGES = 5 };

static struct dmn_model *read_files(struct arena *arena, const struct dmn_file *files, size_t files_n)
{
    struct dmn_model *model;
    struct fault fault;
    size_t n;
    if (dmn_model_read(arena, files, files_n, &model, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    const struct dmn_fault *faults = dmn_model_faults(model, &n);
    if (n > 0)
        fail_msg("line %d: %.*s", faults[0].line, STR_ARG(faults[0].words));
    return model;
}

static struct dmn_model *read_model(struct arena *arena, struct str xml)
{
    const struct dmn_file file = { STR("made.dmn"), xml };
    return read_files(arena, &file, 1);
}

static bool same_outcomes(const struct dmn_outcomes *a, const struct dmn_outcomes *b)
{
    size_t found = 0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++)
            found += feel_same(a->values[i], b->values[j]);
    return a->anything == b->anything && a->n == b->n && found == a->n;
}

/* The leaves that could change it, and what they make of it; the others count for nothing. */
static bool same_answer(const struct dmn_unknowns *one, const struct dmn_unknowns *many)
{
    size_t could = 0;
    for (size_t i = 0; i < one->n; i++) {
        bool found = !one->leaves[i].could_change;
        could += one->leaves[i].could_change;
        for (size_t j = 0; j < many->n && !found; j++)
            found = many->leaves[j].could_change && str_equal(one->leaves[i].path, many->leaves[j].path) &&
                    same_outcomes(&one->leaves[i].could_become, &many->leaves[j].could_become);
        if (!found)
            return false;
    }
    return could == many->n && same_outcomes(&one->results, &many->results);
}

static void write_answer(struct buf *b, const struct dmn_unknowns *unknowns)
{
    feel_write(b, feel_list(unknowns->results.values, unknowns->results.n));
    buf_add(b, unknowns->results.anything ? STR("+") : STR(""));
    for (size_t i = 0; i < unknowns->n; i++) {
        const struct dmn_unknown_leaf *leaf = &unknowns->leaves[i];
        if (!leaf->could_change)
            continue;
        buf_format(b, "; %.*s: ", STR_ARG(leaf->path));
        feel_write(b, feel_list(leaf->could_become.values, leaf->could_become.n));
        buf_add(b, leaf->could_become.anything ? STR("+") : STR(""));
    }
}

/* ---- By chance ---- */

/* Each decision of the model, beside a question of its own. The number of decisions. */
static unsigned compare_all(const struct dmn_model *model, struct dmn_asking *asking, const struct dmn_input *inputs,
                            size_t n, struct str xml)
{
    struct arena *own = arena_new(DMN_RUN_MEMORY_MAX);
    struct fault fault;
    unsigned decisions = 0;
    assert_non_null(own);
    for (size_t i = 0; i < dmn_model_elements(model); i++) {
        const struct dmn_element *element = dmn_model_element(model, i);
        struct dmn_unknowns one, many;
        if (dmn_element_kind(element) != DMN_DECISION)
            continue;
        assert_int_equal(dmn_unknown_wide(model, element, own, 0, inputs, n, &one, &fault), STATUS_OK);
        assert_int_equal(dmn_asking_wide(asking, element, &many, &fault), STATUS_OK);
        decisions++;
        if (same_answer(&one, &many))
            continue;
        struct buf b;
        struct str name = dmn_element_name(element);
        buf_init(&b, own, 1 << 16);
        buf_format(&b, "%.*s alone: ", STR_ARG(name));
        write_answer(&b, &one);
        buf_add(&b, STR("\nof several: "));
        write_answer(&b, &many);
        fail_msg("%.*s\n%.*s", STR_ARG(buf_str(&b)), STR_ARG(xml));
    }
    arena_free(own);
    return decisions;
}

static struct feel_value value_of(struct chance *chance, const struct domain *leaf)
{
    return chance_of(chance, 2) == 0 ? FEEL_NONE : leaf->samples[chance_of(chance, (unsigned)leaf->n)];
}

static unsigned change_by_chance(struct chance *chance, bool several)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct made_shape shape = { .policy = chance_of(chance, 2) == 0 ? "\"FIRST\"" : "\"UNIQUE\"",
                                .leaves = 1 + chance_of(chance, LEAVES_MAX - 1),
                                .rules = 1 + chance_of(chance, 7),
                                .dense = 3 + chance_of(chance, 7),
                                .preset = chance_of(chance, 3) == 0,
                                .few = chance_of(chance, 2) == 0,
                                .several = several };
    struct dmn_input inputs[LEAVES_MAX];
    struct feel_value values[LEAVES_MAX];
    struct dmn_asking *asking;
    struct fault fault;
    unsigned compared = 0;
    assert_non_null(arena);
    struct made made = made_model(arena, chance, &shape);
    struct dmn_model *model = read_model(arena, made.xml);
    for (size_t i = 0; i < made.leaves_n; i++)
        inputs[i] = (struct dmn_input){ STR_NONE, made.leaves[i].name, value_of(chance, &made.leaves[i]) };
    size_t changing = chance_of(chance, (unsigned)made.leaves_n + 1), stay = made.leaves_n - changing;
    assert_int_equal(dmn_asking_begin(model, arena, 0, inputs, made.leaves_n, changing, &asking, &fault), STATUS_OK);
    for (unsigned change = 0; change < CHANGES; change++) {
        compared += compare_all(model, asking, inputs, made.leaves_n, made.xml);
        for (size_t i = 0; i < changing; i++)
            inputs[stay + i].value = values[i] = value_of(chance, &made.leaves[stay + i]);
        dmn_asking_change(asking, values);
    }
    arena_free(arena);
    return compared;
}

/* The same of one input, whose members change. */
static unsigned change_members(struct chance *chance)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct made_shape shape = { .policy = "\"FIRST\"",
                                .leaves = 2 + chance_of(chance, LEAVES_MAX - 2),
                                .rules = 1 + chance_of(chance, 7),
                                .dense = 5,
                                .several = true,
                                .inside = true };
    struct dmn_input inputs[LEAVES_MAX];
    size_t at[LEAVES_MAX];
    struct dmn_asking *asking;
    struct fault fault;
    unsigned compared = 0;
    assert_non_null(arena);
    struct made made = made_model(arena, chance, &shape);
    struct dmn_model *model = read_model(arena, made.xml);
    for (unsigned change = 0; change < CHANGES; change++) {
        for (size_t i = 0; i < made.leaves_n; i++)
            at[i] = chance_of(chance, 2) == 0 ? SIZE_MAX : chance_of(chance, (unsigned)made.leaves[i].n);
        made_inputs(arena, &made, at, inputs);
        if (change == 0)
            assert_int_equal(dmn_asking_begin(model, arena, 0, inputs, 1, 1, &asking, &fault), STATUS_OK);
        else
            dmn_asking_change(asking, &inputs[0].value);
        compared += compare_all(model, asking, inputs, 1, made.xml);
    }
    arena_free(arena);
    return compared;
}

static void answers_are_those_of_one_question_at_a_time(void **state)
{
    enum { CASES = 700 };
    struct chance chance = { 0xa5c1f00d };
    unsigned compared = 0;
    (void)state;
    for (unsigned i = 0; i < CASES; i++)
        compared += i % 4 == 0 ? change_members(&chance) : change_by_chance(&chance, i % 3 != 0);
    print_message("%u answers compared\n", compared);
    assert_true(compared > CASES * CHANGES);
}

/* ---- By hand ---- */

#define HEAD(name)                                                                                                     \
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"" name "\" namespace=\"urn:" name "\"" \
    ">"
#define NEEDS(name)          "<informationRequirement><requiredInput href=\"#" name "\"/></informationRequirement>"
#define NEEDS_DECISION(href) "<informationRequirement><requiredDecision href=\"" href "\"/></informationRequirement>"
#define INPUT(name, type)                                                                                              \
    "<inputData name=\"" name "\" id=\"" name "\"><variable name=\"" name "\" typeRef=\"" type "\"/></inputData>"
#define DECISION(name, needs, text)                                                                                    \
    "<decision name=\"" name "\" id=\"" name "\"><variable name=\"" name "\"/>" needs "<literalExpression><text>" text \
    "</text></literalExpression></decision>"
#define END "</definitions>"

struct open {
    struct arena *arena;
    struct dmn_model *model;
    struct dmn_asking *asking;
};

static struct open open_files(const struct dmn_file *files, size_t files_n, const struct dmn_input *inputs, size_t n,
                              size_t changing)
{
    struct open open = { .arena = arena_new(ARENA_MAX) };
    struct fault fault;
    assert_non_null(open.arena);
    open.model = read_files(open.arena, files, files_n);
    assert_int_equal(dmn_asking_begin(open.model, open.arena, 0, inputs, n, changing, &open.asking, &fault), STATUS_OK);
    return open;
}

static struct open open_one(const char *xml, const struct dmn_input *inputs, size_t n, size_t changing)
{
    const struct dmn_file file = { STR("m.dmn"), str_of(xml) };
    return open_files(&file, 1, inputs, n, changing);
}

static void expect(const struct open *open, const char *decision, const char *wanted)
{
    struct dmn_unknowns unknowns;
    struct fault fault;
    struct buf b;
    const struct dmn_element *element = dmn_model_find(open->model, STR_NONE, str_of(decision));
    if (dmn_asking_wide(open->asking, element, &unknowns, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    buf_init(&b, NULL, 1 << 16);
    write_answer(&b, &unknowns);
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    assert_string_equal(b.p, wanted);
    buf_free(&b);
}

static void what_hangs_on_an_input_that_changed_is_looked_at_again(void **state)
{
    static const char xml[] = HEAD("m") INPUT("a", "boolean") INPUT("b", "boolean")
        DECISION("first", NEEDS("a"), "if a then 1 else 2") DECISION("second", NEEDS("b"), "if b then 1 else 2")
            DECISION("both", NEEDS_DECISION("#first") NEEDS_DECISION("#second"), "first + second") END;
    struct dmn_input inputs[] = { { STR_NONE, STR("a"), FEEL_NONE }, { STR_NONE, STR("b"), feel_boolean(true) } };
    struct open open = open_one(xml, inputs, 2, 1);
    (void)state;
    expect(&open, "both", "[2, 3]; a: [2, 3]");
    dmn_asking_change(open.asking, &(struct feel_value){ .kind = FEEL_BOOLEAN, .boolean = false });
    expect(&open, "both", "[3, 4]; a: [3, 4]");
    dmn_asking_change(open.asking, &FEEL_NONE);
    expect(&open, "first", "[1, 2]; a: [1, 2]");
    expect(&open, "both", "[2, 3, 4]; a: [2, 3, 4]; b: [2, 3, 4]");
    dmn_asking_change(open.asking, &(struct feel_value){ .kind = FEEL_BOOLEAN, .boolean = true });
    expect(&open, "both", "[2, 3]; a: [2, 3]");
    arena_free(open.arena);
}

static void a_decision_that_is_given_may_change(void **state)
{
    static const char xml[] = HEAD("m") INPUT("a", "boolean") DECISION("inner", NEEDS("a"), "if a then 1 else 2")
        DECISION("outer", NEEDS_DECISION("#inner"), "inner * 10") END;
    const struct dmn_input inner = { STR_NONE, STR("inner"), feel_integer(7) };
    struct open open = open_one(xml, &inner, 1, 1);
    (void)state;
    expect(&open, "outer", "[70]");
    dmn_asking_change(open.asking, &(struct feel_value[]){ feel_integer(8) }[0]);
    expect(&open, "outer", "[80]");
    arena_free(open.arena);
}

/* Room for leaves is reserved by what the input has first. */
static void an_input_may_become_less_known_than_any_before(void **state)
{
    static const char xml[] =
        HEAD("m") "<itemDefinition name=\"tItem\"><itemComponent name=\"x\"><typeRef>boolean</typeRef></itemComponent>"
                  "</itemDefinition><itemDefinition name=\"tItems\" "
                  "isCollection=\"true\"><typeRef>tItem</typeRef></itemDefinition>" INPUT("stays", "boolean")
                      INPUT("items", "tItems")
                          DECISION("any", NEEDS("items") NEEDS("stays"), "stays and (some i in items satisfies i.x)")
                              END;
    enum { MANY = 100 };
    struct dmn_input inputs[] = { { STR_NONE, STR("stays"), FEEL_NONE }, { STR_NONE, STR("items"), FEEL_NONE } };
    struct feel_value items[MANY], one;
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        items[i] = FEEL_NONE;
    one = feel_list(items, 1);
    inputs[1].value = one;
    struct open open = open_one(xml, inputs, 2, 1);
    expect(&open, "any", "[true, false]; stays: [true, false]; items[0].x: [true, false]");
    for (size_t n = 2; n <= MANY; n += 49) {
        struct dmn_unknowns unknowns;
        struct fault fault;
        struct feel_value more = feel_list(items, n);
        dmn_asking_change(open.asking, &more);
        assert_int_equal(
            dmn_asking_wide(open.asking, dmn_model_find(open.model, STR_NONE, STR("any")), &unknowns, &fault),
            STATUS_OK);
        assert_int_equal(unknowns.n, n + 1);
    }
    dmn_asking_change(open.asking, &one);
    expect(&open, "any", "[true, false]; stays: [true, false]; items[0].x: [true, false]");
    arena_free(open.arena);
}

/* An input that two files name is one where the caller gives it for both: it is the same whichever asks. */
static void an_input_of_two_files_is_unknown_once(void **state)
{
    static const char types[] =
        HEAD("t") "<itemDefinition name=\"tYes\"><typeRef>boolean</typeRef></itemDefinition>" END;
    static const char first[] =
        HEAD("first") "<import name=\"t\" namespace=\"urn:t\" "
                      "importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>" INPUT("a", "t.tYes")
                          DECISION("one", NEEDS("a"), "a") END;
    static const char second[] =
        HEAD("second") "<import name=\"t\" namespace=\"urn:t\" "
                       "importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/><import name=\"first\" "
                       "namespace=\"urn:first\" importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>" INPUT(
                           "a", "t.tYes") DECISION("same", NEEDS("a") NEEDS_DECISION("urn:first#one"), "[a, first.one]")
                           END;
    const struct dmn_file files[] = { { STR("second.dmn"), str_of(second) },
                                      { STR("first.dmn"), str_of(first) },
                                      { STR("t.dmn"), str_of(types) } };
    const struct dmn_input a = { STR_NONE, STR("a"), FEEL_NONE };
    struct open open = open_files(files, 3, &a, 1, 0);
    struct dmn_unknowns unknowns;
    struct fault fault;
    (void)state;
    assert_int_equal(dmn_asking_wide(open.asking, dmn_model_find(open.model, STR_NONE, STR("same")), &unknowns, &fault),
                     STATUS_OK);
    assert_int_equal(unknowns.n, 1);
    arena_free(open.arena);
}

/* `n` decisions, each of which is the one after it; the last is `text`, of inputs `x` and `c`. */
static char *chain(size_t n, const char *text, const char *more)
{
    struct buf b;
    buf_init(&b, NULL, 4 << 20);
    buf_add(&b, STR(HEAD("m")));
    for (size_t i = 0; i + 1 < n; i++)
        buf_format(&b,
                   "<decision name='d%zu' id='d%zu'><variable name='d%zu'/><informationRequirement>"
                   "<requiredDecision href='#d%zu'/></informationRequirement><literalExpression><text>d%zu</text>"
                   "</literalExpression></decision>",
                   i, i, i, i + 1, i + 1);
    buf_format(&b,
               "<decision name='d%zu' id='d%zu'><variable name='d%zu'/>%s%s<literalExpression><text>%s</text>"
               "</literalExpression></decision>%s",
               n - 1, n - 1, n - 1, NEEDS("x"), NEEDS("c"), text, more);
    buf_add(&b, STR(INPUT("c", "boolean") INPUT("x", "boolean") END));
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    return (char *)(uintptr_t)buf_str(&b).p;
}

static void an_input_however_deep_stays_where_it_does_not_change(void **state)
{
    char *xml = chain(101, "[x, c]", "");
    struct dmn_input inputs[] = { { STR_NONE, STR("x"), FEEL_NONE }, { STR_NONE, STR("c"), FEEL_NONE } };
    struct open open = open_one(xml, inputs, 2, 1);
    (void)state;
    dmn_asking_change(open.asking, &(struct feel_value){ .kind = FEEL_BOOLEAN, .boolean = true });
    expect(&open, "d0", "[[true, true], [false, true]]; x: [[true, true], [false, true]]");
    arena_free(open.arena);
    free(xml);
}

static void a_question_too_deep_takes_nothing_from_the_next(void **state)
{
    enum { QUESTIONS = DMN_UNKNOWN_DEPTH_MAX + 10 };
    char *xml = chain(DMN_UNKNOWN_DEPTH_MAX + 20, "c", DECISION("e", NEEDS("x"), "not(x)"));
    struct dmn_input inputs[] = { { STR_NONE, STR("c"), FEEL_NONE }, { STR_NONE, STR("x"), FEEL_NONE } };
    struct open open = open_one(xml, inputs, 2, 1);
    (void)state;
    for (int i = 0; i < QUESTIONS; i++) {
        struct dmn_unknowns unknowns;
        struct fault fault;
        const struct dmn_element *deep = dmn_model_find(open.model, STR_NONE, STR("d0"));
        assert_int_equal(dmn_asking_wide(open.asking, deep, &unknowns, &fault), STATUS_OK);
        assert_true(unknowns.results.anything);
        dmn_asking_change(open.asking, &FEEL_NONE);
    }
    expect(&open, "e", "[false, true]; x: [false, true]");
    arena_free(open.arena);
    free(xml);
}

static void too_many_leaves_are_told_by_every_question(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct buf b;
    (void)state;
    buf_init(&b, arena, 1 << 20);
    buf_add(&b, STR(HEAD("m") "<itemDefinition name=\"tX\">"));
    for (int i = 0; i <= DMN_UNKNOWN_LEAVES_MAX; i++)
        buf_format(&b, "<itemComponent name=\"m%d\"><typeRef>number</typeRef></itemComponent>", i);
    buf_add(&b, STR("</itemDefinition>" INPUT("X", "tX") INPUT("y", "boolean") DECISION("one", NEEDS("X"), "X.m1")
                        DECISION("two", NEEDS("y"), "y") END));
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    struct dmn_input inputs[] = { { STR_NONE, STR("X"), FEEL_NONE }, { STR_NONE, STR("y"), FEEL_NONE } };
    struct open open = open_one(b.p, inputs, 2, 1);
    for (int i = 0; i < 2; i++)
        for (int which = 0; which < 2; which++) {
            struct dmn_unknowns unknowns;
            struct fault fault;
            const struct dmn_element *element = dmn_model_find(open.model, STR_NONE, which ? STR("two") : STR("one"));
            assert_int_equal(dmn_asking_wide(open.asking, element, &unknowns, &fault), STATUS_LIMIT);
            assert_non_null(strstr(fault.text, "2048 inputs"));
            assert_int_equal(unknowns.n + unknowns.results.n, 0);
            dmn_asking_change(open.asking, &FEEL_NONE);
        }
    arena_free(open.arena);
    arena_free(arena);
}

static void memory_that_runs_out_is_a_bound(void **state)
{
    enum { CAP_MAX = 300 * 1000, STEP = 700, MODELS = 30 };
    struct chance chance = { 0xbadcafe };
    bool ended = false, went = false, none = false;
    (void)state;
    for (unsigned m = 0; m < MODELS; m++) {
        struct arena *arena = arena_new(ARENA_MAX);
        struct made_shape shape = { .policy = "\"FIRST\"", .leaves = 3, .rules = 5, .dense = 6, .several = m % 2 };
        assert_non_null(arena);
        struct made made = made_model(arena, &chance, &shape);
        struct dmn_model *model = read_model(arena, made.xml);
        const struct dmn_element *decision = dmn_model_find(model, STR_NONE, made.decision);
        struct dmn_input inputs[LEAVES_MAX];
        for (size_t i = 0; i < made.leaves_n; i++)
            inputs[i] = (struct dmn_input){ STR_NONE, made.leaves[i].name, FEEL_NONE };
        for (size_t cap = STEP * (1 + m % 7); cap < CAP_MAX; cap += cap / 10 + STEP) {
            struct arena *small = arena_new(cap);
            struct dmn_asking *asking;
            struct dmn_unknowns unknowns;
            struct fault fault = { 0 };
            assert_non_null(small);
            enum status status = dmn_asking_begin(model, small, 0, inputs, made.leaves_n, 1, &asking, &fault);
            none = none || status == STATUS_NO_MEMORY;
            for (unsigned i = 0; i < CHANGES && status == STATUS_OK; i++) {
                status = dmn_asking_wide(asking, decision, &unknowns, &fault);
                if (status == STATUS_OK)
                    assert_false(arena_failed(small));
                else
                    assert_non_null(strstr(fault.text, "memory"));
                dmn_asking_change(asking, &FEEL_NONE);
            }
            ended = ended || status == STATUS_LIMIT;
            went = went || status == STATUS_OK;
            arena_free(small);
        }
        arena_free(arena);
    }
    assert_true(ended && went && none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_of_one_question_at_a_time),
        cmocka_unit_test(what_hangs_on_an_input_that_changed_is_looked_at_again),
        cmocka_unit_test(a_decision_that_is_given_may_change),
        cmocka_unit_test(an_input_may_become_less_known_than_any_before),
        cmocka_unit_test(an_input_of_two_files_is_unknown_once),
        cmocka_unit_test(an_input_however_deep_stays_where_it_does_not_change),
        cmocka_unit_test(a_question_too_deep_takes_nothing_from_the_next),
        cmocka_unit_test(too_many_leaves_are_told_by_every_question),
        cmocka_unit_test(memory_that_runs_out_is_a_bound),
    };
    return cmocka_run_group_tests_name("dmn asking", tests, NULL, NULL);
}
