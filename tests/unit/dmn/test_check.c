/* What the check of a model finds, fact by fact. */
#include "check_world.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "dmn/limits.h"

#include "base/banned.h"

/* ---- Gaps ---- */

static void numbers_that_no_rule_matches_are_a_gap(void **state)
{
    (void)state;
    check_unique("age number", "< 18 | 1\n> 65 | 2");
    gap_is("[18..65]");
    has_words(the(DMN_FOUND_GAP), "no rule matches where age is [18..65], and there is no default output");
    assert_int_equal(findings_n, 1);
    assert_true(feel_same(the(DMN_FOUND_GAP)->cells[0].example, feel_integer(18)));
}

static void one_number_between_two_ranges_is_a_gap(void **state)
{
    (void)state;
    check_unique("age number", "< 18 | 1\n> 18 | 2");
    gap_is("18");
    check_unique("age number", "< 18 | 1\n[18..20) | 2\n(20..30] | 3\n> 30 | 4");
    gap_is("20");
}

static void what_lies_between_two_numbers_is_a_gap(void **state)
{
    (void)state;
    check_unique("age number", "<= 1 | 1\n>= 2 | 2");
    gap_is("(1..2)");
    check_unique("age number", "not(1, 2) | 1");
    gap_is("1, 2");
    check_unique("age number", "1, 2 | 1");
    gap_is("not(1, 2)");
}

static void a_table_that_answers_everything_has_no_gap(void **state)
{
    (void)state;
    check_unique("age number", "< 18 | 1\n[18..65) | 2\n>= 65 | 3");
    nothing_found();
    check_unique("age number; member boolean", "< 18 | - | 1\n>= 18 | true | 2\n>= 18 | false | 3");
    nothing_found();
}

static void a_gap_names_every_input_that_matters(void **state)
{
    (void)state;
    check_unique("age number; member boolean; points number",
                 "< 18 | - | - | 1\n>= 18 | true | - | 2\n>= 18 | false | > 3 | 3");
    const struct dmn_finding *gap = the(DMN_FOUND_GAP);
    assert_int_equal(gap->cells_n, 3);
    assert_string_equal(text(gap->cells[0].cell), ">= 18");
    assert_string_equal(text(gap->cells[1].cell), "false");
    assert_string_equal(text(gap->cells[2].cell), "<= 3");
    has_words(gap, "age is >= 18, and member is false, and points is <= 3");
}

static void texts_that_may_be_anything_have_others(void **state)
{
    (void)state;
    check_unique("name string", "\"a\" | 1\n\"b\" | 2");
    gap_is("not(\"a\", \"b\")");
}

static void values_that_are_not_allowed_are_no_gap(void **state)
{
    (void)state;
    check_unique("status tStatus", "\"new\" | 1\n\"old\" | 2");
    nothing_found();
    check_unique("status tStatus", "\"new\" | 1");
    gap_is("\"old\"");
    check_unique("part tPercent", "< 50 | 1\n>= 60 | 2");
    gap_is("[50..60)");
    check_unique("part tPercent", "< 50 | 1");
    gap_is("[50..100]");
    check_unique("hour tHours", "< 10 | 1\n> 17 | 2");
    gap_is("[10..12], [14..17]");
}

static void the_tables_own_input_values_count_too(void **state)
{
    struct buf xml;
    (void)state;
    begin(&xml);
    add_inputs(&xml, "name string");
    buf_add(
        &xml,
        STR("<decision id=\"d\" name=\"decide\"><informationRequirement><requiredInput href=\"#name\"/>"
            "</informationRequirement><decisionTable><input><inputExpression><text>name</text></inputExpression>"
            "<inputValues><text>\"a\",\"b\",\"c\"</text></inputValues></input><output/>"
            "<rule><inputEntry><text>\"a\",\"b\"</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
            "</decisionTable></decision>"));
    read_and_check(&xml);
    gap_is("\"c\"");
}

static void a_table_that_says_less_of_an_input_than_its_type_does_changes_nothing(void **state)
{
    struct buf xml;
    (void)state;
    begin(&xml);
    add_inputs(&xml, "status tStatus");
    buf_add(&xml,
            STR("<decision id=\"d\" name=\"decide\"><informationRequirement><requiredInput href=\"#status\"/>"
                "</informationRequirement><decisionTable><input><inputExpression typeRef=\"string\"><text>status</text>"
                "</inputExpression></input><output/><rule><inputEntry><text>\"new\"</text></inputEntry><outputEntry>"
                "<text>1</text></outputEntry></rule></decisionTable></decision>"));
    read_and_check(&xml);
    gap_is("\"old\"");
}

static void days_that_follow_each_other_leave_no_gap(void **state)
{
    (void)state;
    check_unique("day date", "<= date(\"2024-02-29\") | 1\n>= date(\"2024-03-01\") | 2");
    nothing_found();
    check_unique("day date", "<= date(\"2024-02-28\") | 1\n>= date(\"2024-03-01\") | 2");
    gap_is("(date(\"2024-02-28\")..date(\"2024-03-01\"))");
}

static void durations_and_times_have_gaps(void **state)
{
    (void)state;
    check_unique("wait days and time duration", "< duration(\"P1D\") | 1\n> duration(\"P2D\") | 2");
    gap_is("[duration(\"P1D\")..duration(\"P2D\")]");
    check_unique("wait years and months duration", "<= duration(\"P1Y\") | 1\n> duration(\"P13M\") | 2");
    gap_is("duration(\"P1Y1M\")");
    check_unique("at time", "< time(\"09:00:00\") | 1\n> time(\"17:00:00\") | 2");
    gap_is("[time(\"09:00:00\")..time(\"17:00:00\")]");
    check_unique("at date and time",
                 "< date and time(\"2024-01-01T00:00:00\") | 1\n> date and time(\"2024-01-01T00:00:00\") | 2");
    gap_is("date and time(\"2024-01-01T00:00:00\")");
}

static void a_default_answers_what_no_rule_does(void **state)
{
    (void)state;
    check_rules_of("", "age number", "< 18 | 1",
                   "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>");
    nothing_found();
    check_rules_of("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", "age number", "< 18 | 1", NULL);
    nothing_found();
    check_rules_of("hitPolicy=\"COLLECT\"", "age number", "< 18 | 1", NULL);
    gap_is(">= 18");
}

static void null_is_looked_at_where_a_cell_names_it(void **state)
{
    (void)state;
    check_unique("age number", "null | 1\n< 18 | 2\n>= 18 | 3");
    nothing_found();
    check_unique("age number; member boolean", "null | - | 1\n5 | null | 2\nnot(5, null) | - | 3");
    const struct dmn_finding *gap = the(DMN_FOUND_GAP);
    assert_string_equal(text(gap->cells[0].cell), "5");
    assert_string_equal(text(gap->cells[1].cell), "not(null)");
}

static void a_table_without_rules_answers_nothing(void **state)
{
    struct buf xml;
    (void)state;
    begin(&xml);
    add_inputs(&xml, "age number");
    buf_add(&xml,
            STR("<decision id=\"d\" name=\"decide\"><informationRequirement><requiredInput href=\"#age\"/>"
                "</informationRequirement><decisionTable><input><inputExpression><text>age</text></inputExpression>"
                "</input><output/></decisionTable></decision>"));
    read_and_check(&xml);
    has_words(the(DMN_FOUND_GAP), "no rule matches, whatever the inputs are");
}

static void a_table_inside_of_a_context_is_looked_at_too(void **state)
{
    struct buf xml;
    (void)state;
    begin(&xml);
    buf_add(
        &xml,
        STR("<decision id=\"d\" name=\"decide\"><context><contextEntry><variable name=\"x\"/><literalExpression>"
            "<text>5</text></literalExpression></contextEntry><contextEntry><decisionTable><input><inputExpression>"
            "<text>x</text></inputExpression></input><output/><rule><inputEntry><text>&lt; 5</text></inputEntry>"
            "<outputEntry><text>1</text></outputEntry></rule></decisionTable></contextEntry></context></decision>"));
    read_and_check(&xml);
    gap_is(">= 5");
}

/* ---- Overlaps ---- */

static void two_rules_of_a_unique_table_that_match_together_are_an_error(void **state)
{
    (void)state;
    check_unique("age number; member boolean", "<= 18 | - | 1\n>= 18 | true | 2\n> 18 | false | 3");
    const struct dmn_finding *overlap = the(DMN_FOUND_OVERLAP);
    assert_int_equal(overlap->severity, DMN_ERROR);
    assert_int_equal(overlap->rules_n, 2);
    assert_int_equal(overlap->rules[0], 1);
    assert_int_equal(overlap->rules[1], 2);
    assert_int_equal(overlap->line, 12); /* of the second */
    has_words(overlap,
              "rules 1 and 2 match together where age is 18, and member is true, and the table allows one (UNIQUE)");
    assert_true(feel_same(overlap->cells[0].example, feel_integer(18)));
    assert_true(feel_same(overlap->cells[1].example, feel_boolean(true)));
    assert_int_equal(findings_n, 1);
}

static void rules_of_an_any_table_may_agree_and_not_differ(void **state)
{
    (void)state;
    check_rules_of("hitPolicy=\"ANY\"", "age number", "<= 18 | 1\n>= 18 | 1.0", NULL);
    nothing_found();
    check_rules_of("hitPolicy=\"ANY\"", "age number", "<= 18 | 1\n>= 18 | 2", NULL);
    has_words(the(DMN_FOUND_OVERLAP), "their outputs differ (ANY)");
    assert_int_equal(the(DMN_FOUND_OVERLAP)->severity, DMN_ERROR);
    check_rules_of("hitPolicy=\"ANY\"", "age number", "<= 18 | age\n>= 18 | age + 0", NULL);
    assert_int_equal(count(DMN_FOUND_OVERLAP), 0);
    has_words(the(DMN_FOUND_LEFT_OUT), "the outputs of rules 1 and 2");
}

static void where_several_rules_may_match_there_is_no_overlap(void **state)
{
    static const char *const policies[] = { "FIRST", "COLLECT", "RULE ORDER" };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        check_rules_of(text(str_format(arena, "hitPolicy=\"%s\"", policies[i])), "age number", "<= 18 | 1\n>= 18 | 2",
                       NULL);
        nothing_found();
    }
}

/* ---- Rules that never count ---- */

static void a_rule_that_earlier_ones_cover_together_never_counts(void **state)
{
    (void)state;
    check_rules_of("hitPolicy=\"FIRST\"", "age number", "< 18 | 1\n>= 10 | 2\n[5..25] | 3", NULL);
    const struct dmn_finding *dead = the(DMN_FOUND_UNREACHABLE);
    assert_int_equal(dead->severity, DMN_WARNING);
    assert_int_equal(dead->rules[0], 3);
    has_words(dead, "rule 3 is never the answer: earlier rules match wherever it does (FIRST)");
    assert_int_equal(findings_n, 1);
    check_rules_of("hitPolicy=\"FIRST\"", "age number", "< 18 | 1\n> 18 | 2\n[5..25] | 3", NULL);
    nothing_found();
}

/* The row "what this asks is not known" at the end of a table that answers whatever is known. */
static void a_rule_that_only_null_comes_to_counts(void **state)
{
    static const char first[] = "hitPolicy=\"FIRST\"", inputs[] = "read boolean; there boolean";
    (void)state;
    check_rules_of(first, inputs, "true | - | 1\nfalse | true | 2\nfalse | false | 3\n- | - | 4", NULL);
    nothing_found();
    check_rules_of(first, inputs, "true | - | 1\nfalse | - | 2\n- | true | 3\n- | - | 4", NULL);
    nothing_found();
    check_rules_of(first, inputs, "true | - | 1\nfalse | - | 2\nnull | - | 3\n- | - | 4", NULL);
    assert_int_equal(the(DMN_FOUND_UNREACHABLE)->rules[0], 4);
    check_rules_of(first, inputs, "true | - | 1\nfalse | - | 2\nnot(null) | true | 3\n- | - | 4", NULL);
    assert_int_equal(the(DMN_FOUND_UNREACHABLE)->rules[0], 3);
}

static void a_cell_outside_of_the_allowed_values_is_never_met(void **state)
{
    (void)state;
    check_unique("status tStatus", "\"new\" | 1\n\"old\" | 2\n\"odl\" | 3");
    has_words(the(DMN_FOUND_UNREACHABLE),
              "rule 3 is never the answer: no value that the input can have fits \"\"odl\"\" of \"status\"");
    check_unique("part tPercent", "<= 100 | 1\n> 100 | 2");
    assert_int_equal(the(DMN_FOUND_UNREACHABLE)->rules[0], 2);
    check_unique("age number", "< 5 | 1\n>= 5 | 2\n[9..7] | 3");
    assert_int_equal(the(DMN_FOUND_UNREACHABLE)->rules[0], 3);
}

/* ---- What is not examined ---- */

static void a_cell_of_another_form_is_named_and_the_rest_is_still_looked_at(void **state)
{
    (void)state;
    check_unique("age number; limit number", "< 18 | - | 1\n[18..20] | - | 2\n> 30 | > age | 3");
    has_words(the(DMN_FOUND_LEFT_OUT), "the input \"limit\"");
    has_words(the(DMN_FOUND_LEFT_OUT), "\"> age\" of rule 3");
    assert_int_equal(the(DMN_FOUND_LEFT_OUT)->severity, DMN_NOT_EXAMINED);
    gap_is("(20..30]"); /* whatever that cell says */
    assert_int_equal(findings_n, 2);
}

static void a_cell_of_another_form_never_covers_a_later_rule(void **state)
{
    (void)state;
    check_rules_of("hitPolicy=\"FIRST\"", "age number; limit number", "- | > age | 1\n- | - | 2\n5 | - | 3", NULL);
    assert_int_equal(the(DMN_FOUND_UNREACHABLE)->rules[0], 3);
}

static void a_list_as_input_is_named(void **state)
{
    (void)state;
    check_unique("all list", "[1, 2] | 1");
    has_words(the(DMN_FOUND_LEFT_OUT), "the input \"all\"");
}

/* Where gaps are as hard to find as it is to solve a formula. */
static void a_table_that_takes_too_long_says_so(void **state)
{
    enum { INPUTS = 60, RULES = 260 };
    struct buf inputs, rules;
    uint32_t seed = 7;
    (void)state;
    buf_init(&inputs, arena, 1 << 16);
    buf_init(&rules, arena, 1 << 20);
    for (int i = 0; i < INPUTS; i++)
        buf_format(&inputs, "%si%d boolean", i > 0 ? "; " : "", i);
    for (int r = 0; r < RULES; r++) {
        const char *cells[INPUTS];
        for (int i = 0; i < INPUTS; i++)
            cells[i] = "-";
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525U + 1013904223U;
            cells[(seed >> 8) % INPUTS] = seed >> 31 ? "true" : "false";
        }
        buf_add(&rules, r > 0 ? STR("\n") : STR(""));
        for (int i = 0; i < INPUTS; i++)
            buf_format(&rules, "%s | ", cells[i]);
        buf_add(&rules, STR("1"));
    }
    check_rules_of("hitPolicy=\"FIRST\"", text(buf_str(&inputs)), text(buf_str(&rules)), NULL);
    assert_true(count(DMN_FOUND_LEFT_OUT) >= 1);
    bool said = false;
    for (size_t i = 0; i < findings_n; i++)
        said = said || str_find(findings[i].words, STR("the rest of them was not looked at")) >= 0;
    assert_true(said);
}

static void more_overlaps_than_are_told_are_counted_as_left_out(void **state)
{
    struct buf rules;
    (void)state;
    buf_init(&rules, arena, 1 << 16);
    for (int i = 0; i < 20; i++)
        buf_format(&rules, "%s- | %d", i > 0 ? "\n" : "", i);
    check_unique("age number", text(buf_str(&rules)));
    assert_int_equal(count(DMN_FOUND_OVERLAP), DMN_CHECK_REPORTS_MAX);
    has_words(the(DMN_FOUND_LEFT_OUT), "further overlaps");
}

/* ---- Kinds, names, circles ---- */

static void a_cell_of_another_kind_than_its_input_is_an_error(void **state)
{
    (void)state;
    check_unique("age number", "< 18 | 1\n\"18\" | 2\n>= 18 | 3");
    has_words(the(DMN_FOUND_TYPE), "rule 2: \"\"18\"\" has a string, and the input \"age\" is a number");
    assert_int_equal(the(DMN_FOUND_TYPE)->severity, DMN_ERROR);
    assert_int_equal(findings_n, 1);
}

static void an_output_is_of_its_type_and_among_its_values(void **state)
{
    (void)state;
    check_rules_of("", "age number", "< 18 | \"a\"\n>= 18 | 2", "<output name=\"o\" typeRef=\"string\"/>");
    has_words(the(DMN_FOUND_TYPE), "rule 2: the output \"o\" is not of its type, string");
    check_rules_of(
        "", "age number", "< 18 | \"a\"\n>= 18 | \"b\"",
        "<output name=\"o\" typeRef=\"string\"><outputValues><text>\"a\",\"c\"</text></outputValues></output>");
    has_words(the(DMN_FOUND_TYPE), "rule 2: the output \"o\" is not one of its output values");
    check_rules_of(
        "", "age number", "< 18 | \"a\"",
        "<output name=\"o\" typeRef=\"string\"><defaultOutputEntry><text>5</text></defaultOutputEntry></output>");
    has_words(the(DMN_FOUND_TYPE), "the default: the output \"o\" is not of its type");
    check_rules_of("hitPolicy=\"PRIORITY\"", "age number", "- | \"a\"", NULL);
    has_words(the(DMN_FOUND_TYPE), "has no output values");
    assert_int_equal(the(DMN_FOUND_TYPE)->severity, DMN_WARNING);
}

static void what_is_always_null_is_an_error(void **state)
{
    static const struct {
        const char *inputs, *expression, *words;
    } cases[] = {
        { "age number; name string", "if age = name then 1 else 2", "a number is compared with a string" },
        { "age number", "age between \"a\" and 5", "a number is compared with a string" },
        { "age number; day date", "age + day", "no such arithmetic of a number and a date" },
        { "age number", "substring(age, 1)", "\"substring\" wants a string as its argument 1, and gets a number" },
        { "name string", "contains(name)", "\"contains\" does not take these 1 arguments" },
        { "name string", "contains(text: name, match: \"a\")", "\"contains\" does not take these 2 arguments" },
        { "name string", "date(\"2024-02-30\")", "this is always null" },
        { "p tPerson", "p.age = \"old\"", "a number is compared with a string" },
        { "name string", "for n in [1, 2] return name > 5", "a string is compared with a number" },
        { "name string", "{ a: 5, b: a = name }", "a number is compared with a string" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_literal(cases[i].inputs, cases[i].expression);
        has_words(the(DMN_FOUND_TYPE), cases[i].words);
    }
}

static void what_may_fit_is_no_error(void **state)
{
    static const struct {
        const char *inputs, *expression;
    } cases[] = { { "age number; name string", "if age = 5 and name = \"a\" then age + 1 else null" },
                  { "x Any", "x = \"a\" or x > 5" },
                  { "d date; m years and months duration", "d + m < today()" },
                  { "a date and time; b date and time", "a - b > duration(\"P1D\")" },
                  { "all list", "all = 5" },
                  { "name string", "string length(substring(name, 2)) > 3" },
                  { "name string", "max(1, 2, 3) + count([1]) " } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_literal(cases[i].inputs, cases[i].expression);
        nothing_found();
    }
}

static const char knowledge[] =
    "<businessKnowledgeModel id=\"f\" name=\"twice\"><variable name=\"twice\"/><encapsulatedLogic>"
    "<formalParameter name=\"n\" typeRef=\"number\"/><literalExpression><text>if n &gt; 9 then n else twice(n * "
    "2)</text>"
    "</literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    "<decision id=\"d\" name=\"decide\"><knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement>"
    "<literalExpression><text>%s</text></literalExpression></decision>";

static void a_function_of_the_model_is_called_as_it_was_declared(void **state)
{
    static const struct {
        const char *call, *words;
    } cases[] = { { "twice(1, 2)", "\"twice\" has 1 parameters, and is called with 2" },
                  { "twice(\"a\")", "\"twice\" wants a number for \"n\", and gets a string" },
                  { "twice(m: 1)", "\"twice\" has no parameter \"m\"" } };
    struct buf xml;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(&xml);
        buf_add(&xml, str_of(knowledge));
        xml.n -= strlen(strstr(knowledge, "%s"));
        buf_format(&xml, "%s</text></literalExpression></decision>", cases[i].call);
        read_and_check(&xml);
        has_words(the(DMN_FOUND_TYPE), cases[i].words);
    }
    begin(&xml);
    buf_add(&xml, str_of(knowledge));
    xml.n -= strlen(strstr(knowledge, "%s"));
    buf_add(&xml, STR("twice(2)</text></literalExpression></decision>"));
    read_and_check(&xml);
    nothing_found(); /* a function may call itself */
}

static void a_decision_that_needs_itself_is_an_error(void **state)
{
    struct buf xml;
    (void)state;
    begin(&xml);
    buf_add(&xml, STR("<decision id=\"a\" name=\"A\"><informationRequirement><requiredDecision href=\"#b\"/>"
                      "</informationRequirement><literalExpression><text>B</text></literalExpression></decision>"
                      "<decision id=\"b\" name=\"B\"><informationRequirement><requiredDecision href=\"#a\"/>"
                      "</informationRequirement><literalExpression><text>A</text></literalExpression></decision>"));
    read_and_check(&xml);
    has_words(the(DMN_FOUND_CYCLE), "it needs itself: A needs B needs A");
    assert_int_equal(the(DMN_FOUND_CYCLE)->severity, DMN_ERROR);
}

static void two_of_one_name_are_an_error(void **state)
{
    struct buf xml;
    (void)state;
    begin(&xml);
    buf_add(&xml, STR("<inputData id=\"a\" name=\"A\"/>\n<inputData id=\"b\" name=\"A\"/>\n"
                      "<itemDefinition name=\"tStatus\"><typeRef>string</typeRef></itemDefinition>"));
    read_and_check(&xml);
    assert_int_equal(count(DMN_FOUND_NAME), 2);
    has_words(&findings[0], "another element of this file is called \"A\" too (line 5)");
    assert_int_equal(findings[0].line, 6);
    has_words(&findings[1], "another type of this file is called \"tStatus\" too (line 2)");
}

static void what_reading_found_comes_first(void **state)
{
    (void)state;
    check_unique("age number", "< 18 | nobody\n> 18 | 2");
    assert_int_equal(findings[0].kind, DMN_FOUND_FAULT);
    assert_int_equal(findings[0].severity, DMN_ERROR);
    has_words(&findings[0], "nobody");
    gap_is("18");
    check_unique("age number", "< 18 | true | 1\n>= 18 | 2");
    has_words(the(DMN_FOUND_FAULT), "does not have as many cells");
}

static void without_memory_the_check_says_so_and_nothing_is_lost(void **state)
{
    struct fault fault;
    size_t refused = 0, done = 0;
    (void)state;
    check_unique("age number; name string; day date",
                 "<= 18 | \"a\" | - | 1\n>= 18 | not(\"b\") | > date(\"2024-01-01\") | 2");
    assert_true(findings_n > 2);
    for (uint64_t k = 1; done == 0; k++) {
        const struct dmn_finding *found = NULL;
        size_t n = 0;
        struct arena *other = arena_new(1 << 20);
        int64_t live = mem_live();
        assert_non_null(other);
        mem_fail_at(k);
        enum status status = dmn_check(other, model, &found, &n, &fault);
        mem_fail_at(0);
        bool said = status == STATUS_NO_MEMORY;
        for (size_t i = 0; i < n; i++)
            said = said || str_find(found[i].words, STR("parts of it")) >= 0;
        if (said)
            refused++;
        else
            done++;
        assert_true(said || n == findings_n);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        assert_true(mem_live() >= live); /* the findings; all else was given back */
        arena_free(other);
    }
    assert_true(refused >= 2);
}

int main(void)
{
#define FACT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest facts[] = {
        FACT(numbers_that_no_rule_matches_are_a_gap),
        FACT(one_number_between_two_ranges_is_a_gap),
        FACT(what_lies_between_two_numbers_is_a_gap),
        FACT(a_table_that_answers_everything_has_no_gap),
        FACT(a_gap_names_every_input_that_matters),
        FACT(texts_that_may_be_anything_have_others),
        FACT(values_that_are_not_allowed_are_no_gap),
        FACT(the_tables_own_input_values_count_too),
        FACT(a_table_that_says_less_of_an_input_than_its_type_does_changes_nothing),
        FACT(days_that_follow_each_other_leave_no_gap),
        FACT(durations_and_times_have_gaps),
        FACT(a_default_answers_what_no_rule_does),
        FACT(null_is_looked_at_where_a_cell_names_it),
        FACT(a_table_without_rules_answers_nothing),
        FACT(a_table_inside_of_a_context_is_looked_at_too),
        FACT(two_rules_of_a_unique_table_that_match_together_are_an_error),
        FACT(rules_of_an_any_table_may_agree_and_not_differ),
        FACT(where_several_rules_may_match_there_is_no_overlap),
        FACT(a_rule_that_earlier_ones_cover_together_never_counts),
        FACT(a_rule_that_only_null_comes_to_counts),
        FACT(a_cell_outside_of_the_allowed_values_is_never_met),
        FACT(a_cell_of_another_form_is_named_and_the_rest_is_still_looked_at),
        FACT(a_cell_of_another_form_never_covers_a_later_rule),
        FACT(a_list_as_input_is_named),
        FACT(a_table_that_takes_too_long_says_so),
        FACT(more_overlaps_than_are_told_are_counted_as_left_out),
        FACT(a_cell_of_another_kind_than_its_input_is_an_error),
        FACT(an_output_is_of_its_type_and_among_its_values),
        FACT(what_is_always_null_is_an_error),
        FACT(what_may_fit_is_no_error),
        FACT(a_function_of_the_model_is_called_as_it_was_declared),
        FACT(a_decision_that_needs_itself_is_an_error),
        FACT(two_of_one_name_are_an_error),
        FACT(what_reading_found_comes_first),
        FACT(without_memory_the_check_says_so_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(facts, NULL, NULL);
}
