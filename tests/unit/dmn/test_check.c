/*
 * What the check of a model finds, fact by fact; and on random tables that it finds all of it and nothing else: what it
 * says is put back as a table, and both tables are asked at every cut and between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dmn/trace.h" /* before cmocka, which has a macro of the name run_tests */

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "dmn/dmn.h"
#include "dmn/limits.h"

#include "base/banned.h"

static struct arena *arena;
static struct dmn_model *model;
static const struct dmn_finding *findings;
static size_t findings_n;

static int set_up(void **state)
{
    struct fault fault;
    (void)state;
    arena = arena_new((size_t)256 << 20);
    return arena && zone_use(STR("Europe/London"), &fault) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *text(struct str s)
{
    return str_z(arena, s);
}

/* ---- Models ---- */

static void add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<')
            buf_add(out, STR("&lt;"));
        else if (s.p[i] == '>')
            buf_add(out, STR("&gt;"));
        else if (s.p[i] == '&')
            buf_add(out, STR("&amp;"));
        else
            buf_add_byte(out, s.p[i]);
    }
}

static void add_text(struct buf *out, const char *element, struct str s)
{
    buf_format(out, "<%s><text>", element);
    add_escaped(out, s);
    buf_format(out, "</text></%s>", element);
}

static void begin(struct buf *out)
{
    buf_init(out, arena, 4 << 20);
    buf_add(out,
            STR("<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" namespace=\"n\">\n"
                "<itemDefinition name=\"tStatus\"><typeRef>string</typeRef><allowedValues><text>\"new\",\"old\"</text>"
                "</allowedValues></itemDefinition>\n"
                "<itemDefinition name=\"tPercent\"><typeRef>number</typeRef><allowedValues><text>[0..100]</text>"
                "</allowedValues></itemDefinition>\n"
                "<itemDefinition name=\"tHours\"><typeRef>number</typeRef><allowedValues><text>[9..12], [14..18]</text>"
                "</allowedValues></itemDefinition>"
                "<itemDefinition name=\"tPerson\"><itemComponent name=\"age\"><typeRef>number</typeRef>"
                "</itemComponent></itemDefinition>\n"));
}

static void read_and_check(struct buf *xml)
{
    struct fault fault = { 0 };
    buf_add(xml, STR("</definitions>"));
    assert_true(buf_ok(xml));
    struct dmn_file file = { STR("m.dmn"), buf_str(xml) };
    if (dmn_model_read(arena, &file, 1, &model, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    if (dmn_check(arena, model, &findings, &findings_n, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

/* "age number; status tStatus": the inputs, each an input data. */
static void add_inputs(struct buf *out, const char *inputs)
{
    struct str rest = str_of(inputs), one, name;
    while (str_cut(&rest, ';', &one)) {
        one = str_trim(one);
        str_cut(&one, ' ', &name);
        buf_format(out, "<inputData id=\"%.*s\" name=\"%.*s\"><variable name=\"%.*s\" typeRef=\"%.*s\"/></inputData>\n",
                   STR_ARG(name), STR_ARG(name), STR_ARG(name), STR_ARG(one));
    }
}

static void add_needs(struct buf *out, const char *inputs)
{
    struct str rest = str_of(inputs), one, name;
    while (str_cut(&rest, ';', &one)) {
        one = str_trim(one);
        str_cut(&one, ' ', &name);
        buf_format(out, "<informationRequirement><requiredInput href=\"#%.*s\"/></informationRequirement>",
                   STR_ARG(name));
    }
}

/* A rule a line: cells with "|" between them, the last is the output. `more`: of the output. */
static void add_table(struct buf *out, const char *policy, const char *inputs, const char *rules, const char *more)
{
    struct str rest = str_of(inputs), one, name, cell;
    buf_format(out, "<decision id=\"d\" name=\"decide\"><variable name=\"decide\"/>");
    add_needs(out, inputs);
    buf_format(out, "<decisionTable %s>\n", policy);
    while (str_cut(&rest, ';', &one)) {
        one = str_trim(one);
        str_cut(&one, ' ', &name);
        buf_add(out, STR("<input>"));
        add_text(out, "inputExpression", name);
        buf_add(out, STR("</input>\n"));
    }
    buf_format(out, "%s\n", more ? more : "<output/>");
    rest = str_of(rules);
    while (str_cut(&rest, '\n', &one)) {
        buf_add(out, STR("<rule>"));
        while (str_cut(&one, '|', &cell))
            add_text(out, one.p ? "inputEntry" : "outputEntry", str_trim(cell));
        buf_add(out, STR("</rule>\n"));
    }
    buf_add(out, STR("</decisionTable></decision>\n"));
}

static void check_rules_of(const char *policy, const char *inputs, const char *rules, const char *more)
{
    struct buf xml;
    begin(&xml);
    add_inputs(&xml, inputs);
    add_table(&xml, policy, inputs, rules, more);
    read_and_check(&xml);
}

static void check_unique(const char *inputs, const char *rules)
{
    check_rules_of("hitPolicy=\"UNIQUE\"", inputs, rules, NULL);
}

/* A decision with one expression over the inputs. */
static void check_literal(const char *inputs, const char *expression)
{
    struct buf xml;
    begin(&xml);
    add_inputs(&xml, inputs);
    buf_add(&xml, STR("<decision id=\"d\" name=\"decide\"><variable name=\"decide\"/>"));
    add_needs(&xml, inputs);
    add_text(&xml, "literalExpression", str_of(expression));
    buf_add(&xml, STR("</decision>"));
    read_and_check(&xml);
}

/* ---- Findings ---- */

static size_t count(enum dmn_finding_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < findings_n; i++)
        n += findings[i].kind == kind;
    return n;
}

/* The only finding of this kind. */
static const struct dmn_finding *the(enum dmn_finding_kind kind)
{
    const struct dmn_finding *found = NULL;
    for (size_t i = 0; i < findings_n; i++)
        if (findings[i].kind == kind)
            found = &findings[i];
    if (!found || count(kind) != 1)
        for (size_t i = 0; i < findings_n; i++)
            print_message("%s: %s\n", dmn_finding_name(findings[i].kind), text(findings[i].words));
    assert_int_equal(count(kind), 1);
    return found;
}

static void nothing_found(void)
{
    for (size_t i = 0; i < findings_n; i++)
        print_message("%s: %s\n", dmn_finding_name(findings[i].kind), text(findings[i].words));
    assert_int_equal(findings_n, 0);
}

static void has_words(const struct dmn_finding *finding, const char *words)
{
    if (str_find(finding->words, str_of(words)) < 0)
        fail_msg("\"%s\" is not in \"%s\"", words, text(finding->words));
}

static void gap_is(const char *cell)
{
    const struct dmn_finding *gap = the(DMN_FOUND_GAP);
    assert_int_equal(gap->severity, DMN_WARNING);
    assert_string_equal(text(gap->cells[0].cell), cell);
}

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

/* ---- Random tables ---- */

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
    struct arena *run = arena_new(1 << 20);
    static const char *const names[COLUMNS_MAX] = { "i0", "i1", "i2" };
    if (!asked)
        return 0;
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

/* Every combination of samples: in a gap where no rule matches, in an overlap where two do, and nowhere else. */
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
        n[i] = samples_of(t->kinds[i], t->null[i], samples[i]);
    for (size_t at = 0; at < n[0] * n[1] * n[2]; at++) {
        size_t which[COLUMNS_MAX] = { at % n[0], at / n[0] % n[1], at / n[0] / n[1] }, first = 0;
        for (size_t i = 0; i < t->columns; i++)
            values[i] = samples[i][which[i]];
        size_t matched = matching(table, t->columns, values, &first);
        if (matched > 0)
            counted[first] = true;
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
        FACT(on_random_tables_all_gaps_and_overlaps_are_found_and_nothing_else),
    };
    return cmocka_run_group_tests(facts, NULL, NULL);
}
