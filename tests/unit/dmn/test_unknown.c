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
    if (dmn_model_read(arena, &file, 1, &model, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
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

/* Without its trials the answer may be wider, and lacks nothing of what the whole one has. */
static void compare_wide(const struct made *made, unsigned number, const struct dmn_unknowns *whole,
                         const struct dmn_unknowns *quick)
{
    assert_int_equal(whole->n, quick->n);
    for (size_t i = 0; i < whole->results.n; i++)
        if (!holds(&quick->results, whole->results.values[i]))
            fail_with(made, "lacks, without trials, the result", number, whole->results.values[i]);
    for (size_t i = 0; i < whole->n; i++)
        for (size_t j = 0; j < whole->leaves[i].could_become.n; j++)
            if (!quick->leaves[i].could_change ||
                !holds(&quick->leaves[i].could_become, whole->leaves[i].could_become.values[j]))
                fail_with(made, "does not say, without trials, that a leaf could make it", number,
                          whole->leaves[i].could_become.values[j]);
}

static void compare(struct chance *chance, const struct made_shape *shape, bool exact, unsigned number,
                    struct tally *tally)
{
    struct dmn_input known[LEAVES_MAX];
    size_t at[LEAVES_MAX];
    static struct tried tried;
    struct arena *arena = arena_new(ARENA_MAX);
    struct dmn_unknowns unknown, quick;
    struct fault fault;
    assert_non_null(arena);
    struct made made = shape ? made_model(arena, chance, shape) : made_list(arena, chance);
    struct dmn_model *model = read_model(arena, made.xml);
    for (size_t i = 0; i < made.leaves_n; i++)
        at[i] = made.leaves[i].n == 1 ? 0 : SIZE_MAX;
    size_t known_n = made_inputs(arena, &made, at, known);
    tried_all(arena, model, &made, &tried);
    assert_int_equal(
        dmn_unknown(model, dmn_model_find(model, STR_NONE, made.decision), arena, 0, known, known_n, &unknown, &fault),
        STATUS_OK);
    assert_int_equal(dmn_unknown_wide(model, dmn_model_find(model, STR_NONE, made.decision), arena, 0, known, known_n,
                                      &quick, &fault),
                     STATUS_OK);
    compare_wide(&made, number, &unknown, &quick);
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

static void members_of_one_input_never_lack_an_outcome(void **state)
{
    enum { CASES = 900 };
    struct chance chance = { 0x1234fedc };
    struct tally tally = { 0 };
    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        struct made_shape shape = shape_of(&chance, policies[i % POLICIES]);
        shape.inside = true;
        shape.several = i % 4 != 0;
        shape.leaves = 1 + chance_of(&chance, 3);
        compare(&chance, &shape, false, i, &tally);
    }
    say("members of one input", &tally);
}

static void expressions_over_lists_never_lack_an_outcome(void **state)
{
    enum { CASES = 500 };
    struct chance chance = { 0xc0ffee };
    struct tally tally = { 0 };
    (void)state;
    for (unsigned i = 0; i < CASES; i++)
        compare(&chance, NULL, false, i, &tally);
    say("lists", &tally);
}

/* ---- By hand ---- */

#define HEAD        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" namespace=\"urn:m\">"
#define NEEDS(name) "<informationRequirement><requiredInput href=\"#" name "\"/></informationRequirement>"
#define INPUT(name, type)                                                                                              \
    "<inputData name=\"" name "\" id=\"" name "\"><variable name=\"" name "\" typeRef=\"" type "\"/></inputData>"
#define LITERAL(needs, text)                                                                                           \
    "<decision name=\"D\" id=\"D\"><variable name=\"D\"/>" needs "<literalExpression><text>" text                      \
    "</text></literalExpression></decision>"
#define END "</definitions>"

struct asked {
    struct arena *arena;
    struct dmn_unknowns unknowns;
    struct fault fault;
    enum status status;
};

static struct asked ask(const char *xml, const struct dmn_input *inputs, size_t n)
{
    struct asked asked = { .arena = arena_new(DMN_RUN_MEMORY_MAX) };
    assert_non_null(asked.arena);
    struct dmn_model *model = read_model(asked.arena, str_of(xml));
    asked.status = dmn_unknown(model, dmn_model_find(model, STR_NONE, STR("D")), asked.arena, 0, inputs, n,
                               &asked.unknowns, &asked.fault);
    return asked;
}

/* "Age: [no, yes]; Town: -" and the results before it. */
static void expect(const char *xml, const struct dmn_input *inputs, size_t n, const char *wanted)
{
    struct asked asked = ask(xml, inputs, n);
    struct buf b;
    buf_init(&b, NULL, 1 << 16);
    if (asked.status != STATUS_OK)
        fail_msg("%s", asked.fault.text);
    feel_write(&b, feel_list(asked.unknowns.results.values, asked.unknowns.results.n));
    buf_add(&b, asked.unknowns.results.anything ? STR("+") : STR(""));
    for (size_t i = 0; i < asked.unknowns.n; i++) {
        const struct dmn_unknown_leaf *leaf = &asked.unknowns.leaves[i];
        buf_format(&b, "; %.*s: ", STR_ARG(leaf->path));
        if (leaf->could_change)
            feel_write(&b, feel_list(leaf->could_become.values, leaf->could_become.n));
        else
            buf_add_byte(&b, '-');
        buf_add(&b, leaf->could_become.anything ? STR("+") : STR(""));
    }
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    assert_string_equal(b.p, wanted);
    buf_free(&b);
    arena_free(asked.arena);
}

static const char applicants[] = HEAD
    "<itemDefinition name=\"tApplicant\"><itemComponent name=\"Age\"><typeRef>number</typeRef></itemComponent>"
    "<itemComponent name=\"Risk\"><typeRef>string</typeRef><allowedValues><text>\"low\", \"high\"</text>"
    "</allowedValues></itemComponent><itemComponent name=\"Town\"><typeRef>string</typeRef></itemComponent>"
    "</itemDefinition>" INPUT("Applicant", "tApplicant") "<decision name=\"D\" id=\"D\"><variable name=\"D\"/>" NEEDS(
        "Applicant") "<decisionTable hitPolicy=\"FIRST\"><input><inputExpression><text>Applicant.Age</text>"
                     "</inputExpression></input><input><inputExpression><text>Applicant.Risk</text>"
                     "</inputExpression></input><output/>"
                     "<rule><inputEntry><text>&lt; 18</text></inputEntry><inputEntry><text>-</text></inputEntry>"
                     "<outputEntry><text>\"Declined\"</text></outputEntry></rule>"
                     "<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>\"high\"</text></inputEntry>"
                     "<outputEntry><text>\"Review\"</text></outputEntry></rule>"
                     "<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>"
                     "<outputEntry><text>\"Accepted\"</text></outputEntry></rule>"
                     "</decisionTable></decision>" END;

static void each_member_of_an_input_is_asked_for_by_itself(void **state)
{
    (void)state;
    expect(applicants, NULL, 0,
           "[\"Declined\", \"Review\", \"Accepted\"]; Applicant.Age: [\"Declined\", \"Review\", \"Accepted\"]; "
           "Applicant.Risk: [\"Review\", \"Accepted\"]; Applicant.Town: -");
}

static void a_member_that_settles_it_leaves_nothing_to_ask(void **state)
{
    const struct feel_entry young[] = { { STR_INIT("Age"), feel_integer(12) } };
    const struct feel_entry grown[] = { { STR_INIT("Age"), feel_integer(44) } };
    struct arena *arena = arena_new(ARENA_MAX);
    struct dmn_input input = { STR_NONE, STR("Applicant"), feel_context(arena, young, 1) };
    (void)state;
    expect(applicants, &input, 1, "[\"Declined\"]; Applicant.Risk: -; Applicant.Town: -");
    input.value = feel_context(arena, grown, 1);
    expect(applicants, &input, 1,
           "[\"Review\", \"Accepted\"]; Applicant.Risk: [\"Review\", \"Accepted\"]; Applicant.Town: -");
    arena_free(arena);
}

static void a_known_member_that_is_not_of_its_type_makes_all_of_it_none(void **state)
{
    const struct feel_entry wrong[] = { { STR_INIT("Age"), feel_string(STR("old")) } };
    struct arena *arena = arena_new(ARENA_MAX);
    const struct dmn_input input = { STR_NONE, STR("Applicant"), feel_context(arena, wrong, 1) };
    (void)state;
    expect(applicants, &input, 1, "[\"Accepted\"]; Applicant.Risk: -; Applicant.Town: -");
    arena_free(arena);
}

static void members_of_items_have_paths_from_0(void **state)
{
    static const char xml[] = HEAD
        "<itemDefinition name=\"tConduct\" isCollection=\"true\"><itemComponent name=\"occasions\"><typeRef>number"
        "</typeRef></itemComponent><itemComponent name=\"threat\"><typeRef>boolean</typeRef></itemComponent>"
        "</itemDefinition>" INPUT("conduct", "tConduct")
            LITERAL(NEEDS("conduct"), "if (some c in conduct satisfies c.threat) then \"threat\" else \"none\"") END;
    const struct feel_entry first[] = { { STR_INIT("occasions"), feel_integer(2) } };
    const struct feel_entry second[] = { { STR_INIT("occasions"), feel_integer(1) },
                                         { STR_INIT("threat"), feel_boolean(false) } };
    struct arena *arena = arena_new(ARENA_MAX);
    const struct feel_value items[] = { feel_context(arena, first, 1), feel_context(arena, second, 2) };
    const struct dmn_input input = { STR_NONE, STR("conduct"), feel_list(items, 2) };
    (void)state;
    expect(xml, &input, 1, "[\"threat\", \"none\"]; conduct[0].threat: [\"threat\", \"none\"]");
    expect(xml, NULL, 0, "[\"threat\", \"none\"]; conduct: [\"threat\", \"none\"]");
    arena_free(arena);
}

static void what_is_known_of_an_item_counts_whatever_else_is_unknown(void **state)
{
#define CONDUCT                                                                                                        \
    HEAD "<itemDefinition name=\"tConduct\" isCollection=\"true\"><itemComponent name=\"act\"><typeRef>string"         \
         "</typeRef></itemComponent><itemComponent name=\"occasions\"><typeRef>number</typeRef></itemComponent>"       \
         "<itemComponent name=\"abusive\"><typeRef>boolean</typeRef></itemComponent></itemDefinition>" INPUT(          \
             "conduct", "tConduct")
    const struct feel_entry words[] = { { STR_INIT("act"), feel_string(STR("words")) } };
    const struct feel_entry threat[] = { { STR_INIT("act"), feel_string(STR("threat")) } };
    struct arena *arena = arena_new(ARENA_MAX);
    const struct feel_value items[] = { feel_context(arena, words, 1), feel_context(arena, threat, 1) };
    const struct dmn_input input = { STR_NONE, STR("conduct"), feel_list(items, 2) };
    (void)state;
    expect(CONDUCT LITERAL(NEEDS("conduct"), "some c in conduct satisfies c.act = \"words\" and c.abusive") END, &input,
           1,
           "[true, false]; conduct[0].occasions: -; conduct[0].abusive: [true, false]; conduct[1].occasions: -; "
           "conduct[1].abusive: -");
    expect(CONDUCT LITERAL(NEEDS("conduct"), "count(conduct[act = \"threat\"])") END, &input, 1,
           "[1]; conduct[0].occasions: -; conduct[0].abusive: -; conduct[1].occasions: -; conduct[1].abusive: -");
    expect(CONDUCT LITERAL(NEEDS("conduct"), "conduct[act = \"threat\"][1].occasions &gt; 1") END, &input, 1,
           "[true, false]; conduct[0].occasions: -; conduct[0].abusive: -; conduct[1].occasions: [true, false]; "
           "conduct[1].abusive: -");
    expect(CONDUCT LITERAL(NEEDS("conduct"), "every c in conduct satisfies c.occasions &gt; 1 or c.act = \"words\"")
               END,
           &input, 1,
           "[true, false]; conduct[0].occasions: -; conduct[0].abusive: -; conduct[1].occasions: [true, false]; "
           "conduct[1].abusive: -");
    expect(CONDUCT LITERAL(NEEDS("conduct"), "count(for c in conduct return c.abusive)") END, &input, 1,
           "[2]; conduct[0].occasions: -; conduct[0].abusive: -; conduct[1].occasions: -; conduct[1].abusive: -");
#undef CONDUCT
    arena_free(arena);
}

static void what_the_table_does_not_allow_is_null(void **state)
{
    static const char xml[] = HEAD INPUT("A", "number") "<decision name=\"D\" id=\"D\"><variable name=\"D\"/>" NEEDS(
        "A") "<decisionTable><input><inputExpression><text>A</text></inputExpression><inputValues><text>[0..10]</text>"
             "</inputValues></input><output/><rule><inputEntry><text>&lt; 20</text></inputEntry><outputEntry><text>1"
             "</text></outputEntry></rule></decisionTable></decision>" END;
    (void)state;
    expect(xml, NULL, 0, "[1, null]; A: [1, null]");
}

static void an_expression_knows_that_a_name_is_the_same_on_both_sides(void **state)
{
    (void)state;
    expect(HEAD INPUT("A", "boolean") LITERAL(NEEDS("A"), "A and not(A)") END, NULL, 0, "[false]; A: -");
    expect(HEAD INPUT("A", "number") LITERAL(NEEDS("A"), "A &gt; 5 or true") END, NULL, 0, "[true]; A: -");
    expect(HEAD INPUT("A", "number") LITERAL(NEEDS("A"), "if A between 1 and 5 then \"in\" else \"out\"") END, NULL, 0,
           "[\"in\", \"out\"]; A: [\"in\", \"out\"]");
    expect(HEAD INPUT("A", "date") LITERAL(NEEDS("A"), "A &lt; date(\"2026-01-01\") and false") END, NULL, 0,
           "[false]; A: -");
}

static void an_input_without_a_type_is_what_the_column_says(void **state)
{
    static const char xml[] = HEAD "<inputData name=\"A\" id=\"A\"><variable name=\"A\"/></inputData>"
                                   "<decision name=\"D\" id=\"D\"><variable name=\"D\"/>" NEEDS(
                                       "A") "<decisionTable><input><inputExpression typeRef=\"boolean\"><text>A</text>"
                                            "</inputExpression></input><output/><rule><inputEntry><text>true</text>"
                                            "</inputEntry><outputEntry><text>1</text></outputEntry></rule>"
                                            "<rule><inputEntry><text>false</text></inputEntry><outputEntry><text>2"
                                            "</text></outputEntry></rule></decisionTable></decision>" END;
    (void)state;
    expect(xml, NULL, 0, "[1, 2]; A: [1, 2]");
}

static void a_type_says_what_an_input_may_be(void **state)
{
    static const char xml[] =
        HEAD "<itemDefinition name=\"tA\"><typeRef>number</typeRef><allowedValues><text>[0..17]</text></allowedValues>"
             "</itemDefinition>" INPUT("A", "tA") LITERAL(NEEDS("A"), "if A &lt; 18 then \"young\" else \"grown\"") END;
    (void)state;
    expect(xml, NULL, 0, "[\"young\"]; A: -");
}

static void a_result_that_is_no_list_of_values_is_anything(void **state)
{
    (void)state;
    expect(HEAD INPUT("A", "number") LITERAL(NEEDS("A"), "A") END, NULL, 0, "[]+; A: []+");
    expect(HEAD INPUT("A", "string") LITERAL(NEEDS("A"), "upper case(A)") END, NULL, 0,
           "[true, false, null]+; A: [true, false, null]+");
}

static void a_function_is_evaluated_over_sets_too(void **state)
{
    static const char xml[] = HEAD INPUT(
        "A", "number") "<businessKnowledgeModel name=\"f\" id=\"f\"><variable "
                       "name=\"f\"/><encapsulatedLogic><formalParameter name=\"x\" "
                       "typeRef=\"number\"/><literalExpression><text>"
                       "if x &gt; 3 then \"much\" else \"little\"</text></literalExpression></encapsulatedLogic>"
                       "</businessKnowledgeModel>" LITERAL(
                           NEEDS("A") "<knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement>",
                           "f(A)") END;
    (void)state;
    expect(xml, NULL, 0, "[\"much\", \"little\"]; A: [\"much\", \"little\"]");
}

/* ---- Bounds ---- */

static void an_input_decision_of_a_service_is_an_input(void **state)
{
    static const char xml[] = HEAD INPUT(
        "i", "boolean") "<decision name=\"p\" id=\"p\"><variable name=\"p\" typeRef=\"boolean\"/>"
                        "<literalExpression><text>true</text></literalExpression></decision>"
                        "<decision name=\"o\" id=\"o\"><variable name=\"o\"/>" NEEDS(
                            "i") "<informationRequirement><requiredDecision href=\"#p\"/></informationRequirement>"
                                 "<literalExpression><text>if p and i then 1 else 2</text></literalExpression>"
                                 "</decision><decisionService name=\"D\" id=\"D\"><outputDecision href=\"#o\"/>"
                                 "<inputDecision href=\"#p\"/><inputData href=\"#i\"/></decisionService>" END;
    const struct dmn_input known = { STR_NONE, STR("i"), feel_boolean(true) };
    const struct dmn_input given = { STR_NONE, STR("p"), feel_boolean(false) };
    (void)state;
    expect(xml, &known, 1, "[1, 2]; p: [1, 2]");
    expect(xml, &given, 1, "[2]; i: -");
}

static void a_boxed_some_may_be_null_where_one_round_may_be(void **state)
{
#define BOXED(list, text)                                                                                              \
    HEAD INPUT("i", "number") "<decision name=\"D\" id=\"D\"><variable name=\"D\"/>" NEEDS(                            \
        "i") "<some iteratorVariable=\"x\"><in><literalExpression><text>" list                                         \
             "</text></literalExpression></in><satisfies><literalExpression><text>" text                               \
             "</text></literalExpression></satisfies></some></decision>" END
    (void)state;
    expect(BOXED("[1, 2]", "if x = 2 and i &gt; 3 then 5 else true"), NULL, 0, "[true, null]; i: [true, null]");
    expect(BOXED("[1, 2]", "x = 1 or i &gt; 3"), NULL, 0, "[true]; i: -");
#undef BOXED
}

static void what_a_cell_looks_at_is_asked_for_too(void **state)
{
    static const char xml[] = HEAD INPUT("a", "boolean")
        INPUT("z", "boolean") "<decision name=\"D\" id=\"D\"><variable name=\"D\"/>" NEEDS("a")
            NEEDS("z") "<decisionTable "
                       "hitPolicy=\"FIRST\"><input><inputExpression><text>a</text></inputExpression></input><output/>"
                       "<rule><inputEntry><text>z</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
                       "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>"
                       "</decisionTable></decision>" END;
    const struct dmn_input known = { STR_NONE, STR("a"), feel_boolean(true) };
    (void)state;
    expect(xml, &known, 1, "[1, 2]; z: [1, 2]");
    expect(xml, NULL, 0, "[1, 2]; a: [1, 2]; z: [1, 2]");
}

/* A type may name a member twice: which of them counts is a matter of how contexts are looked through. */
static void a_member_that_is_named_twice_is_not_taken_for_known(void **state)
{
    struct buf b;
    buf_init(&b, NULL, 1 << 16);
    buf_add(&b, STR(HEAD "<itemDefinition name=\"tX\">"));
    for (int i = 0; i < 40; i++)
        buf_format(&b, "<itemComponent name=\"%s%02d\"><typeRef>boolean</typeRef></itemComponent>%s", i % 2 ? "m" : "z",
                   i, i == 1 || i == 2 ? "<itemComponent name=\"x\"><typeRef>boolean</typeRef></itemComponent>" : "");
    buf_add(&b, STR("</itemDefinition>" INPUT("X", "tX") LITERAL(NEEDS("X"), "if X.x then 1 else 2") END));
    buf_add_byte(&b, '\0');
    struct asked asked = ask(b.p, NULL, 0);
    (void)state;
    assert_int_equal(asked.status, STATUS_OK);
    assert_true(holds(&asked.unknowns.results, feel_integer(1)) && holds(&asked.unknowns.results, feel_integer(2)));
    arena_free(asked.arena);
    buf_free(&b);
}

/* Each decision has the one before it twice: as values they are 2 to the 40th. */
static void how_many_values_a_set_has_is_not_counted_forever(void **state)
{
    enum { DEPTH = 40 };
    struct buf b;
    buf_init(&b, NULL, 1 << 20);
    buf_add(&b, STR(HEAD "<itemDefinition name='tO'><typeRef>string</typeRef><allowedValues><text>\"x\"</text>"
                         "</allowedValues></itemDefinition><itemDefinition name='tC'><itemComponent name='k'>"
                         "<typeRef>tO</typeRef></itemComponent></itemDefinition>" INPUT("d0", "tC")));
    for (int i = 1; i <= DEPTH; i++)
        buf_format(&b,
                   "<decision name='%s%d' id='d%d'><variable name='d%d'/><informationRequirement>"
                   "<required%s href='#d%d'/></informationRequirement><decisionTable hitPolicy='FIRST'><input>"
                   "<inputExpression><text>1</text></inputExpression></input><output name='a'/><output name='b'/>"
                   "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>d%d</text></outputEntry>"
                   "<outputEntry><text>d%d</text></outputEntry></rule></decisionTable></decision>",
                   i == DEPTH ? "D" : "d", i == DEPTH ? 0 : i, i, i, i == 1 ? "Input" : "Decision", i - 1, i - 1,
                   i - 1);
    buf_add(&b, STR(END));
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    struct arena *arena = arena_new(DMN_RUN_MEMORY_MAX);
    struct dmn_unknowns unknowns;
    struct fault fault;
    assert_non_null(arena);
    struct dmn_model *model = read_model(arena, str_of(b.p));
    enum status status =
        dmn_unknown_wide(model, dmn_model_find(model, STR_NONE, STR("D0")), arena, 0, NULL, 0, &unknowns, &fault);
    assert_true(status == STATUS_LIMIT || unknowns.results.anything);
    (void)state;
    arena_free(arena);
    buf_free(&b);
}

static void a_function_that_never_ends_ends(void **state)
{
    static const char xml[] = HEAD INPUT(
        "A", "number") "<businessKnowledgeModel name=\"f\" id=\"f\"><variable "
                       "name=\"f\"/><encapsulatedLogic><formalParameter name=\"x\" "
                       "typeRef=\"number\"/><literalExpression><text>"
                       "if x &gt; 3 then f(x - 1) + f(x + 1) else 0</text></literalExpression></encapsulatedLogic>"
                       "<knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement>"
                       "</businessKnowledgeModel>" LITERAL(
                           NEEDS("A") "<knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement>",
                           "f(A)") END;
    struct asked asked = ask(xml, NULL, 0);
    (void)state;
    if (asked.status == STATUS_OK)
        assert_true(asked.unknowns.results.anything && asked.unknowns.leaves[0].could_change);
    else
        assert_non_null(strstr(asked.fault.text, "D"));
    arena_free(asked.arena);
}

/* Each allocation is the first that fails, once. */
static void memory_that_runs_out_is_a_bound(void **state)
{
    enum { CAP_MAX = 300 * 1000, STEP = 700, MODELS = 40 };
    struct chance chance = { 0xfade };
    bool ended = false, went = false;
    (void)state;
    for (unsigned m = 0; m < MODELS; m++) {
        struct arena *arena = arena_new(ARENA_MAX);
        assert_non_null(arena);
        struct made_shape shape = shape_of(&chance, policies[m % POLICIES]);
        shape.several = m % 2;
        struct made made = m % 5 == 0 ? made_list(arena, &chance) : made_model(arena, &chance, &shape);
        struct dmn_model *model = read_model(arena, made.xml);
        for (size_t cap = STEP * (1 + m % 7); cap < CAP_MAX; cap += cap / 10 + STEP) {
            struct arena *small = arena_new(cap);
            struct dmn_unknowns unknowns;
            struct fault fault = { 0 };
            assert_non_null(small);
            enum status status = dmn_unknown(model, dmn_model_find(model, STR_NONE, made.decision), small, 0, NULL, 0,
                                             &unknowns, &fault);
            if (status == STATUS_OK)
                assert_false(arena_failed(small));
            else
                assert_non_null(strstr(fault.text, "memory"));
            ended = ended || status == STATUS_LIMIT;
            went = went || status == STATUS_OK;
            arena_free(small);
        }
        arena_free(arena);
    }
    assert_true(ended && went);
}

static void too_many_unknown_inputs_are_refused_by_name(void **state)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct buf b;
    (void)state;
    buf_init(&b, arena, 1 << 20);
    buf_add(&b, STR(HEAD "<itemDefinition name=\"tX\">"));
    for (int i = 0; i <= DMN_UNKNOWN_LEAVES_MAX; i++)
        buf_format(&b, "<itemComponent name=\"m%d\"><typeRef>number</typeRef></itemComponent>", i);
    buf_add(&b, STR("</itemDefinition>" INPUT("X", "tX") LITERAL(NEEDS("X"), "X.m1 &gt; 1") END));
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    struct asked asked = ask(b.p, NULL, 0);
    assert_int_equal(asked.status, STATUS_LIMIT);
    assert_non_null(strstr(asked.fault.text, "2048 inputs"));
    arena_free(asked.arena);
    arena_free(arena);
}

/* ---- Cost ---- */

/* A large table of whole numbers: what it says of points by chance, and what it costs. */
static int64_t cost_of(struct chance *chance, const char *policy, unsigned rules, unsigned leaves, bool apart,
                       struct dmn_unknowns *unknown)
{
    enum { POINTS = 300 };
    struct made_shape shape = { .policy = policy,
                                .leaves = leaves,
                                .rules = rules,
                                .dense = 9,
                                .apart = apart,
                                .cuts = rules / 2 + 2,
                                .values = 9 };
    struct arena *arena = arena_new(ARENA_MAX), *own = arena_new(28 * 1024 * 1024);
    struct fault fault;
    struct dmn_result result;
    assert_non_null(arena);
    assert_non_null(own);
    struct made made = made_model(arena, chance, &shape);
    struct dmn_model *model = read_model(arena, made.xml);
    const struct dmn_element *decision = dmn_model_find(model, STR_NONE, made.decision);
    assert_int_equal(dmn_unknown(model, decision, own, 0, NULL, 0, unknown, &fault), STATUS_OK);
    print_message("%7zu KB  ", arena_used(own) / 1024);
    for (unsigned i = 0; i < POINTS; i++) {
        struct dmn_input inputs[LEAVES_MAX];
        for (size_t j = 0; j < made.leaves_n; j++)
            inputs[j] = (struct dmn_input){ STR_NONE, made.leaves[j].name,
                                            made.leaves[j].samples[chance_of(chance, (unsigned)made.leaves[j].n)] };
        assert_int_equal(dmn_evaluate(model, decision, arena, 0, inputs, made.leaves_n, &result, &fault), STATUS_OK);
        if (!holds(&unknown->results, result.value))
            fail_with(&made, "lacks the result", rules, result.value);
    }
    int64_t steps = unknown->steps;
    unknown->leaves = NULL; /* they go with the arena */
    arena_free(own);
    arena_free(arena);
    return steps;
}

static void what_it_costs_grows_at_most_as_leaves_rows_and_cells(void **state)
{
    static const unsigned sizes[] = { 10, 30, 100, 300, 1000 };
    static const unsigned widths[] = { 1, 3, 5 };
    enum { FACTOR = 4 };
    struct chance chance = { 0x5eed5eed };
    (void)state;
    for (size_t p = 0; p < 3; p++)
        for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++)
            for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
                struct dmn_unknowns unknown;
                bool apart = p != 2;
                const char *policy = p == 0 ? policies[0] : policies[2];
                int64_t steps = cost_of(&chance, policy, sizes[s], widths[w], apart, &unknown);
                int64_t rows = sizes[s], leaves = widths[w], cells = rows * leaves;
                print_message("%s %s, %4u rules, %u leaves: %9lld steps, %6.3f of leaves x rows x cells%s\n", policy,
                              apart ? "apart" : "overlapping", sizes[s], widths[w], (long long)steps,
                              (double)steps / (double)(leaves * rows * cells),
                              unknown.results.anything ? " (anything)" : "");
                assert_true(steps <= FACTOR * leaves * rows * cells);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_any_policy_never_lacks_an_outcome),
        cmocka_unit_test(a_unique_table_with_each_leaf_once_is_exact),
        cmocka_unit_test(decisions_that_need_each_other_never_lack_an_outcome),
        cmocka_unit_test(members_of_one_input_never_lack_an_outcome),
        cmocka_unit_test(expressions_over_lists_never_lack_an_outcome),
        cmocka_unit_test(each_member_of_an_input_is_asked_for_by_itself),
        cmocka_unit_test(a_member_that_settles_it_leaves_nothing_to_ask),
        cmocka_unit_test(a_known_member_that_is_not_of_its_type_makes_all_of_it_none),
        cmocka_unit_test(members_of_items_have_paths_from_0),
        cmocka_unit_test(what_is_known_of_an_item_counts_whatever_else_is_unknown),
        cmocka_unit_test(what_the_table_does_not_allow_is_null),
        cmocka_unit_test(an_expression_knows_that_a_name_is_the_same_on_both_sides),
        cmocka_unit_test(an_input_without_a_type_is_what_the_column_says),
        cmocka_unit_test(a_type_says_what_an_input_may_be),
        cmocka_unit_test(a_result_that_is_no_list_of_values_is_anything),
        cmocka_unit_test(a_function_is_evaluated_over_sets_too),
        cmocka_unit_test(an_input_decision_of_a_service_is_an_input),
        cmocka_unit_test(a_boxed_some_may_be_null_where_one_round_may_be),
        cmocka_unit_test(what_a_cell_looks_at_is_asked_for_too),
        cmocka_unit_test(a_member_that_is_named_twice_is_not_taken_for_known),
        cmocka_unit_test(how_many_values_a_set_has_is_not_counted_forever),
        cmocka_unit_test(a_function_that_never_ends_ends),
        cmocka_unit_test(memory_that_runs_out_is_a_bound),
        cmocka_unit_test(too_many_unknown_inputs_are_refused_by_name),
        cmocka_unit_test(what_it_costs_grows_at_most_as_leaves_rows_and_cells),
    };
    return cmocka_run_group_tests_name("dmn unknown", tests, NULL, NULL);
}
