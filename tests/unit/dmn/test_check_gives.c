/*
 * What the check finds of declared types: a decision, an entry or a column that can never be what it says. Each fault
 * stands beside the nearest model that has none.
 */
#include "check_world.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

#define EXPRESSION(text) "<literalExpression><text>" text "</text></literalExpression>"
#define RULE(in, ...)    "<rule><inputEntry><text>" in "</text></inputEntry>" __VA_ARGS__ "</rule>"
#define OUT(text)        "<outputEntry><text>" text "</text></outputEntry>"
#define TABLE(more, outputs, rules)                                                                                    \
    "<decisionTable " more "><input><inputExpression><text>age</text></inputExpression></input>" outputs rules         \
    "</decisionTable>"
#define ENTRY(name, text) "<contextEntry><variable name=\"" name "\"/>" EXPRESSION(text) "</contextEntry>"

struct fault_case {
    const char *type, *logic, *words; /* words NULL: nothing is found */
};

/* A decision of a type, over age, name, day, flag and person. */
static void check_decision(const char *type, const char *logic)
{
    static const char inputs[] = "age number; name string; day date; flag boolean; person tPerson";
    struct buf xml;
    begin(&xml);
    buf_add(&xml,
            STR("<itemDefinition name=\"tPair\"><itemComponent name=\"a\"><typeRef>number</typeRef></itemComponent>"
                "<itemComponent name=\"b\"><typeRef>tStatus</typeRef></itemComponent></itemDefinition>\n"
                "<itemDefinition name=\"tPairs\" isCollection=\"true\"><typeRef>tPair</typeRef></itemDefinition>\n"
                "<itemDefinition name=\"tWords\" isCollection=\"true\"><typeRef>string</typeRef></itemDefinition>\n"));
    add_inputs(&xml, inputs);
    buf_format(&xml, "<decision id=\"d\" name=\"decide\"><variable name=\"decide\" typeRef=\"%s\"/>", type);
    add_needs(&xml, inputs);
    buf_add(&xml, str_of(logic));
    buf_add(&xml, STR("</decision>"));
    read_and_check(&xml);
}

static void each(const struct fault_case *cases, size_t n, enum dmn_severity severity)
{
    for (size_t i = 0; i < n; i++) {
        check_decision(cases[i].type, cases[i].logic);
        if (!cases[i].words) {
            nothing_found();
            continue;
        }
        has_words(the(DMN_FOUND_TYPE), cases[i].words);
        assert_int_equal(the(DMN_FOUND_TYPE)->severity, severity);
        assert_int_equal(findings_n, 1);
    }
}
#define EACH(cases, severity) each(cases, sizeof cases / sizeof cases[0], severity)

static void an_expression_is_of_the_type_of_its_decision(void **state)
{
    static const struct fault_case cases[] = {
        { "number", EXPRESSION("\"x\""), "the expression gives a string, and its type is number" },
        { "number", EXPRESSION("7"), NULL },
        { "string", EXPRESSION("age + 1"), "gives a number, and its type is string" },
        { "tStatus", EXPRESSION("\"lost\""), "not of its type, tStatus, or not one of its allowed values" },
        { "tStatus", EXPRESSION("\"old\""), NULL },
        { "tStatus", EXPRESSION("name"), NULL },
        { "number", EXPRESSION("if flag then 1 else \"none\""), "else gives a string" },
        { "number", EXPRESSION("if flag then 1 else null"), NULL },
        { "date and time", EXPRESSION("day"), NULL }, /* it becomes its midnight */
        { "tWords", EXPRESSION("\"alone\""), NULL },  /* it becomes a list */
        { "number", EXPRESSION("[5]"), NULL },        /* a list of one becomes it */
        { "number", EXPRESSION("[5, 6]"), "gives a value that is not of its type, number" },
        { "tPercent", EXPRESSION("101"), "not one of its allowed values" },
    };
    (void)state;
    EACH(cases, DMN_ERROR);
}

static void a_context_has_the_entries_of_its_type(void **state)
{
    static const struct fault_case cases[] = {
        { "tPair", "<context>" ENTRY("a", "age") ENTRY("b", "\"new\"") "</context>", NULL },
        { "tPair", "<context>" ENTRY("a", "age") "</context>", "has no entry \"b\", and its type tPair has one" },
        { "tPair", "<context>" ENTRY("a", "name") ENTRY("b", "\"new\"") "</context>", "the entry gives a string" },
        { "tPair", "<context>" ENTRY("a", "1") ENTRY("b", "\"lost\"") "</context>", "not one of its allowed values" },
        { "number", "<context>" ENTRY("a", "age") "</context>", "gives a context, and its type is number" },
        { "number", "<context>" ENTRY("a", "age") "<contextEntry>" EXPRESSION("a * 2") "</contextEntry></context>",
          NULL },
        { "number", "<context>" ENTRY("a", "age") "<contextEntry>" EXPRESSION("name") "</contextEntry></context>",
          "gives a string, and its type is number" },
    };
    (void)state;
    EACH(cases, DMN_ERROR);
}

static void the_outputs_of_a_table_are_of_the_type_of_its_decision(void **state)
{
    static const struct fault_case cases[] = {
        { "number", TABLE("", "<output/>", RULE("-", OUT("5"))), NULL },
        { "number", TABLE("", "<output/>", RULE("-", OUT("\"x\""))), "rule 1 gives a string, and its type is number" },
        { "number", TABLE("", "<output typeRef=\"string\"/>", RULE("-", OUT("name"))),
          "the output of the table gives a string" },
        { "tStatus", TABLE("", "<output/>", RULE("&lt; 5", OUT("\"new\"")) RULE("&gt;= 5", OUT("\"lost\""))),
          "rule 2 gives a value that is not of its type, tStatus" },
        { "tStatus",
          TABLE("", "<output><defaultOutputEntry><text>\"none\"</text></defaultOutputEntry></output>",
                RULE("&lt; 5", OUT("\"new\""))),
          "the default gives a value that is not of its type, tStatus" },
        { "number", TABLE("", "<output name=\"a\"/><output name=\"b\"/>", RULE("-", OUT("1") OUT("2"))),
          "the table has 2 outputs, so it gives a context, and its type is number" },
        { "tPair", TABLE("", "<output name=\"a\"/><output name=\"b\"/>", RULE("-", OUT("1") OUT("\"new\""))), NULL },
        { "tPair", TABLE("", "<output name=\"a\"/><output name=\"c\"/>", RULE("-", OUT("1") OUT("\"new\""))),
          "the table has no output \"b\", and its type tPair has a member of that name" },
        { "tPair", TABLE("", "<output name=\"a\"/><output name=\"b\"/>", RULE("-", OUT("\"x\"") OUT("\"new\""))),
          "rule 1, output \"a\", gives a string" },
        { "tPairs",
          TABLE("hitPolicy=\"COLLECT\"", "<output name=\"a\"/><output name=\"b\"/>",
                RULE("-", OUT("1") OUT("\"lost\""))),
          "rule 1, output \"b\", gives a value that is not of its type, tStatus" },
        { "tPairs",
          TABLE("hitPolicy=\"RULE ORDER\"", "<output name=\"a\"/><output name=\"b\"/>",
                RULE("-", OUT("1") OUT("\"new\""))),
          NULL },
        { "string", TABLE("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", "<output/>", RULE("-", OUT("\"x\""))),
          "COUNT gives a number, and its type is string" },
        { "tWords", TABLE("hitPolicy=\"COLLECT\"", "<output/>", RULE("-", OUT("\"x\""))), NULL },
    };
    static const struct fault_case lists[] = {
        { "number", TABLE("hitPolicy=\"COLLECT\"", "<output/>", RULE("-", OUT("1"))),
          "gives a list of the outputs of all rules that match, and its type number is no list" },
    };
    (void)state;
    EACH(cases, DMN_ERROR);
    EACH(lists, DMN_WARNING);
}

static void the_columns_of_a_table_fit_what_they_are_of(void **state)
{
    static const struct fault_case cases[] = {
        { "Any",
          "<decisionTable><input><inputExpression "
          "typeRef=\"number\"><text>name</text></inputExpression></input><output/>"
          "<rule><inputEntry><text>-</text></inputEntry>" OUT("1") "</rule></decisionTable>",
          "the input \"name\" is a string, and its column says number" },
        { "Any", TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", "<output/>", RULE("-", OUT("\"x\""))),
          "rule 1: SUM cannot add up a string" },
        { "Any", TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", "<output/>", RULE("-", OUT("age"))), NULL },
        { "Any", TABLE("hitPolicy=\"COLLECT\" aggregation=\"MAX\"", "<output/>", RULE("-", OUT("\"x\""))), NULL },
        { "Any",
          TABLE("hitPolicy=\"COLLECT\" aggregation=\"MIN\"", "<output name=\"a\"/><output name=\"b\"/>",
                RULE("-", OUT("1") OUT("2"))),
          "SUM, MIN and MAX are for one output, and the table has 2" },
    };
    (void)state;
    EACH(cases, DMN_ERROR);
}

static void outputs_of_a_table_have_a_name_each(void **state)
{
    (void)state;
    check_decision("Any", TABLE("", "<output name=\"a\"/><output/>", RULE("-", OUT("1") OUT("2"))));
    has_words(the(DMN_FOUND_NAME), "the output 2 of 2 has no name");
    check_decision("Any", TABLE("", "<output name=\"a\"/><output name=\"a\"/>", RULE("-", OUT("1") OUT("2"))));
    has_words(the(DMN_FOUND_NAME), "two outputs are called \"a\"");
    check_decision("Any", TABLE("", "<output/>", RULE("-", OUT("1"))));
    nothing_found();
}

static void a_condition_is_a_boolean(void **state)
{
    static const struct fault_case cases[] = {
        { "Any", EXPRESSION("if age then 1 else 2"), "the condition of an \"if\" is a number" },
        { "Any", EXPRESSION("if flag then 1 else 2"), NULL },
        { "Any", EXPRESSION("flag and name"), "a side of \"and\" is a string" },
        { "Any", EXPRESSION("age &gt; 5 or day"), "a side of \"or\" is a date" },
        { "Any", EXPRESSION("flag or null"), NULL },
        { "Any", EXPRESSION("age.years"), "a number has no member \"years\"" },
        { "Any", EXPRESSION("day.year"), NULL },
    };
    static const struct fault_case members[] = {
        { "Any", EXPRESSION("person.agee"), "the type tPerson has no member \"agee\"" },
        { "Any", EXPRESSION("person.age"), NULL },
    };
    (void)state;
    EACH(cases, DMN_ERROR);
    EACH(members, DMN_WARNING);
}

static void a_rule_of_a_priority_table_that_better_outputs_cover_never_counts(void **state)
{
    static const char values[] = "<output><outputValues><text>\"high\",\"low\"</text></outputValues></output>";
    static const char priority[] = "hitPolicy=\"PRIORITY\"";
    (void)state;
    check_rules_of(priority, "age number", "- | \"high\"\n5 | \"low\"", values);
    has_words(the(DMN_FOUND_UNREACHABLE), "rule 2 is never the answer: rules whose output comes before its own match");
    assert_int_equal(the(DMN_FOUND_UNREACHABLE)->rules[0], 2);
    check_rules_of(priority, "age number", "not(null) | \"low\"\n< 5 | \"high\"\n>= 5 | \"high\"\nnull | \"low\"",
                   values);
    has_words(the(DMN_FOUND_UNREACHABLE), "rule 1 is never the answer");
    check_rules_of(priority, "age number", "- | \"low\"\n< 5 | \"high\"\n>= 5 | \"high\"", values);
    nothing_found(); /* it is the answer to null */
    check_rules_of(priority, "age number", "- | \"low\"\n< 5 | \"high\"", values);
    nothing_found();
    check_rules_of(priority, "age number", "- | \"low\"\n- | \"low\"", values);
    nothing_found(); /* the same answer */
    check_rules_of(priority, "age number; name string", "- | - | \"low\"\n- | name | \"high\"", values);
    assert_int_equal(count(DMN_FOUND_UNREACHABLE), 0); /* a cell of another form covers nothing */
}

int main(void)
{
#define FACT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest facts[] = {
        FACT(an_expression_is_of_the_type_of_its_decision),
        FACT(a_context_has_the_entries_of_its_type),
        FACT(the_outputs_of_a_table_are_of_the_type_of_its_decision),
        FACT(the_columns_of_a_table_fit_what_they_are_of),
        FACT(outputs_of_a_table_have_a_name_each),
        FACT(a_condition_is_a_boolean),
        FACT(a_rule_of_a_priority_table_that_better_outputs_cover_never_counts),
    };
    return cmocka_run_group_tests(facts, NULL, NULL);
}
