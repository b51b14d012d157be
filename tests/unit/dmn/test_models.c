/* Whole models: tables of every policy, boxed expressions, services, knowledge models, types, inputs. */
#include "said.h"

#include <string.h>

#include "base/banned.h"

#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define INPUT(id, type)                                                                                                \
    "<inputData id=\"" id "\" name=\"" id "\"><variable name=\"" id "\" typeRef=\"" type "\"/></inputData>"
#define NEEDS(id)   "<informationRequirement><requiredInput href=\"#" id "\"/></informationRequirement>"
#define DECIDED(id) "<informationRequirement><requiredDecision href=\"#" id "\"/></informationRequirement>"
#define KNOWS(id)   "<knowledgeRequirement><requiredKnowledge href=\"#" id "\"/></knowledgeRequirement>"
#define DECISION(id, type, inside)                                                                                     \
    "<decision id=\"" id "\" name=\"" id "\"><variable name=\"" id "\" typeRef=\"" type "\"/>" inside "</decision>"

struct model_fact {
    const char *inside, *decision, *inputs, *value;
};

static void facts_hold(const struct model_fact *facts, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const char *value = said_model(facts[i].inside, facts[i].decision, facts[i].inputs);
        if (strcmp(value, facts[i].value) == 0)
            continue;
        wrong++;
        print_error("%s\n   of ...%s with %s\n   is      %s\n   must be %s\n", facts[i].decision,
                    strlen(facts[i].inside) > 300 ? facts[i].inside + strlen(facts[i].inside) - 300 : facts[i].inside,
                    facts[i].inputs ? facts[i].inputs : "nothing", value, facts[i].value);
    }
    assert_int_equal(wrong, 0);
}
#define HOLD(facts) facts_hold((facts), sizeof(facts) / sizeof(facts)[0])

/* x below 10, below 20, any: one rule, two, three. */
#define TABLE(policy, outputs, a, b, c)                                                                                \
    INPUT("x", "number")                                                                                               \
    "<decision id=\"d\" name=\"d\">" NEEDS(                                                                            \
        "x") "<decisionTable " policy "><input><inputExpression><text>x</text></inputExpression></input>" outputs      \
             "<rule><inputEntry><text>&lt; 10</text></inputEntry>" a "</rule>"                                         \
             "<rule><inputEntry><text>&lt; 20</text></inputEntry>" b "</rule>"                                         \
             "<rule><inputEntry><text>-</text></inputEntry>" c "</rule></decisionTable></decision>"
#define OUT(text)       "<outputEntry><text>" text "</text></outputEntry>"
#define NUMBERS(policy) TABLE("hitPolicy=\"" policy "\"", "<output/>", OUT("1"), OUT("2"), OUT("3"))
#define COLLECT(how)    TABLE("hitPolicy=\"COLLECT\" aggregation=\"" how "\"", "<output/>", OUT("1"), OUT("2"), OUT("3"))
#define RANKED(policy)                                                                                                 \
    TABLE("hitPolicy=\"" policy "\"",                                                                                  \
          "<output><outputValues><text>\"c\", \"b\", \"a\"</text></outputValues></output>", OUT("\"a\""),              \
          OUT("\"b\""), OUT("\"c\""))
#define TWO "<output name=\"p\"/><output name=\"q\"/>"
#define NO_RULE(output)                                                                                                \
    INPUT("x", "number")                                                                                               \
    "<decision id=\"d\" name=\"d\">" NEEDS("x") "<decisionTable><input><inputExpression><text>x</text>"                \
                                                "</inputExpression></input>" output                                    \
                                                "<rule><inputEntry><text>1</text></inputEntry>" OUT("1")               \
                                                    OUT("2") "</rule></decisionTable></decision>"

#define GRADE                                                                                                          \
    "<itemDefinition name=\"grade\"><typeRef>string</typeRef><allowedValues><text>\"high\", \"low\"</text>"            \
    "</allowedValues></itemDefinition>"
#define RANKED_BY_TYPE(policy, values)                                                                                 \
    TABLE("hitPolicy=\"" policy "\"", "<output typeRef=\"grade\">" values "</output>", OUT("\"low\""),                 \
          OUT("\"high\""), OUT("\"low\""))

static void a_table_answers_as_its_hit_policy_says(void **state)
{
    (void)state;
    static const struct model_fact facts[] = {
        { NUMBERS("UNIQUE"), "d", "{\"x\": 25}", "3" },
        { NUMBERS("UNIQUE"), "d", "{\"x\": 15}", "null" },
        { NUMBERS("ANY"), "d", "{\"x\": 25}", "3" },
        { NUMBERS("ANY"), "d", "{\"x\": 5}", "null" },
        { TABLE("hitPolicy=\"ANY\"", "<output/>", OUT("1"), OUT("1"), OUT("1")), "d", "{\"x\": 5}", "1" },
        { NUMBERS("FIRST"), "d", "{\"x\": 5}", "1" },
        { NUMBERS("FIRST"), "d", "{\"x\": 15}", "2" },
        { NUMBERS("RULE ORDER"), "d", "{\"x\": 5}", "[1, 2, 3]" },
        { NUMBERS("COLLECT"), "d", "{\"x\": 5}", "[1, 2, 3]" },
        { COLLECT("SUM"), "d", "{\"x\": 5}", "6" },
        { TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", "<output/>", OUT("\"a\""), OUT("\"b\""), OUT("\"c\"")),
          "d", "{\"x\": 5}", "null" },
        { TABLE("hitPolicy=\"COLLECT\" aggregation=\"SUM\"", "<output/>", OUT("1"), OUT("true"), OUT("3")), "d",
          "{\"x\": 12}", "null" },
        { COLLECT("COUNT"), "d", "{\"x\": 5}", "3" },
        { COLLECT("MIN"), "d", "{\"x\": 5}", "1" },
        { COLLECT("MAX"), "d", "{\"x\": 15}", "3" },
        { RANKED("PRIORITY"), "d", "{\"x\": 5}", "\"c\"" },
        { RANKED("OUTPUT ORDER"), "d", "{\"x\": 5}", "[\"c\", \"b\", \"a\"]" },
        { TABLE("hitPolicy=\"RULE ORDER\"", TWO, OUT("1") OUT("2"), OUT("3") OUT("4"), OUT("5") OUT("6")), "d",
          "{\"x\": 15}", "[{p: 3, q: 4}, {p: 5, q: 6}]" },
        { NO_RULE(TWO), "d", "{\"x\": 1}", "{p: 1, q: 2}" },
        { NO_RULE(TWO), "d", "{\"x\": 2}", "null" },
        { NO_RULE("<output name=\"p\"><defaultOutputEntry><text>7</text></defaultOutputEntry></output><output "
                  "name=\"q\"/>"),
          "d", "{\"x\": 2}", "{p: 7, q: null}" },
        { NUMBERS("FIRST"), "d", "{}", "3" },
        { NUMBERS("FIRST"), "d", "{\"x\": \"text\"}", "3" },
        { GRADE RANKED_BY_TYPE("PRIORITY", ""), "d", "{\"x\": 1}", "\"high\"" },
        { GRADE RANKED_BY_TYPE("OUTPUT ORDER", ""), "d", "{\"x\": 1}", "[\"high\", \"low\", \"low\"]" },
        { GRADE RANKED_BY_TYPE("PRIORITY", "<outputValues><text>\"low\", \"high\"</text></outputValues>"), "d",
          "{\"x\": 1}", "\"low\"" },
        { NO_RULE("<output name=\"p\" typeRef=\"number\"><defaultOutputEntry><text>\"a\"</text></defaultOutputEntry>"
                  "</output><output name=\"q\" typeRef=\"string\"><defaultOutputEntry><text>\"b\"</text>"
                  "</defaultOutputEntry></output>"),
          "d", "{\"x\": 7}", "{p: null, q: \"b\"}" },
    };
    HOLD(facts);
    assert_non_null(strstr(said_faults(TABLE("", "<output/>", OUT("1"), OUT("nobody"), OUT("2"))), "\"nobody\""));
}

/* One cell against one value. */
#define CELL(type, test)                                                                                               \
    INPUT("x", type)                                                                                                   \
    "<decision id=\"d\" name=\"d\">" NEEDS("x") "<decisionTable><input><inputExpression><text>x</text>"                \
                                                "</inputExpression></input><output/><rule><inputEntry><text>" test     \
                                                "</text></inputEntry>" OUT(                                            \
                                                    "true") "</rule></decisionTable></decision>"

static void a_cell_is_a_test_a_list_of_tests_or_any_expression(void **state)
{
    (void)state;
    static const struct model_fact facts[] = {
        { CELL("number", "1, 2, 3"), "d", "{\"x\": 2}", "true" },
        { CELL("number", "not(1, 2)"), "d", "{\"x\": 2}", "null" },
        { CELL("number", "not(1, 2)"), "d", "{\"x\": 3}", "true" },
        { CELL("number", "[1..3)"), "d", "{\"x\": 3}", "null" },
        { CELL("number", "&lt;= 3, &gt; 7"), "d", "{\"x\": 8}", "true" },
        { CELL("number", "? * 2 = 6"), "d", "{\"x\": 3}", "true" },
        { CELL("number", "? &gt; 1 and ? &lt; 5"), "d", "{\"x\": 3}", "true" },
        { CELL("number", "even(?)"), "d", "{\"x\": 3}", "null" },
        { CELL("number", "null"), "d", "{}", "true" },
        { CELL("number", "not(null)"), "d", "{}", "null" },
        { CELL("number", "not(null)"), "d", "{\"x\": 1}", "true" },
        { CELL("number", "-"), "d", "{}", "true" },
        { CELL("string", "\"a\", \"b\""), "d", "{\"x\": \"b\"}", "true" },
        { CELL("string", "not(\"a\")"), "d", "{\"x\": \"b\"}", "true" },
        { CELL("string", "starts with(?, \"b\")"), "d", "{\"x\": \"bc\"}", "true" },
        { CELL("string", "matches(?, \"[A-Z]{2}\")"), "d", "{\"x\": \"AB\"}", "true" },
        { CELL("boolean", "true"), "d", "{\"x\": true}", "true" },
        { CELL("boolean", "false"), "d", "{\"x\": true}", "null" },
        { CELL("boolean", "not(true)"), "d", "{\"x\": false}", "true" },
        { CELL("date", "&lt; date(\"2020-01-01\")"), "d", "{\"x\": \"2019-12-31\"}", "true" },
        { CELL("date", "[date(\"2020-01-01\")..date(\"2020-12-31\")]"), "d", "{\"x\": \"2020-12-31\"}", "true" },
        { CELL("date", "@\"2020-01-01\""), "d", "{\"x\": \"2020-01-01\"}", "true" },
        { CELL("Any", "list contains(?, 2)"), "d", "{\"x\": [1, 2]}", "true" },
        { CELL("Any", "[1, 2]"), "d", "{\"x\": 2}", "true" },
        { CELL("Any", "[1, 2]"), "d", "{\"x\": [1, 2]}", "true" },
        { CELL("Any", "some i in ? satisfies i = 2"), "d", "{\"x\": [1, 2]}", "true" },
        { CELL("Any", "? instance of string"), "d", "{\"x\": \"a\"}", "true" },
        { CELL("Any", "count(?) &gt; 1"), "d", "{\"x\": [1, 2]}", "true" },
        { CELL("duration", "&gt; duration(\"P1D\")"), "d", "{\"x\": \"PT25H\"}", "true" },
    };
    HOLD(facts);
}

#define TYPE(name, ref, allowed)                                                                                       \
    "<itemDefinition name=\"" name "\"><typeRef>" ref "</typeRef><allowedValues><text>" allowed                        \
    "</text></allowedValues></itemDefinition>"
#define SAME(type)     INPUT("x", type) DECISION("d", "Any", NEEDS("x") LITERAL("x"))
#define AS(type, text) DECISION("d", type, LITERAL(text))
#define COLOURS                                                                                                        \
    TYPE("colour", "string", "\"red\", \"green\"")                                                                     \
    "<itemDefinition name=\"colours\" isCollection=\"true\"><typeRef>colour</typeRef></itemDefinition>"                \
    "<itemDefinition name=\"few\" isCollection=\"true\"><typeRef>string</typeRef><allowedValues><text>\"a\", \"b\""    \
    "</text></allowedValues></itemDefinition>"                                                                         \
    "<itemDefinition name=\"short\"><typeRef>few</typeRef><typeConstraint><text>count(?) &lt; "                        \
    "3</text></typeConstraint>"                                                                                        \
    "</itemDefinition>"
#define LIMITED                                                                                                        \
    "<itemDefinition name=\"pair\" isCollection=\"true\"><typeRef>number</typeRef><allowedValues><text>[0..10]</text>" \
    "</allowedValues><typeConstraint><text>count(?) = 2</text></typeConstraint></itemDefinition>"
#define PERSON                                                                                                         \
    "<itemDefinition name=\"person\"><itemComponent name=\"name\"><typeRef>string</typeRef></itemComponent>"           \
    "<itemComponent name=\"born\"><typeRef>date</typeRef></itemComponent></itemDefinition>"

static void a_value_is_made_to_fit_its_type_or_is_null(void **state)
{
    (void)state;
    static const struct model_fact facts[] = {
        { SAME("number"), "d", "{\"x\": 5}", "5" },
        { SAME("number"), "d", "{\"x\": \"5\"}", "null" },
        { SAME("number"), "d", "{\"x\": [5]}", "5" },
        { SAME("number"), "d", "{\"x\": [5, 6]}", "null" },
        { SAME("date"), "d", "{\"x\": \"2020-02-30\"}", "null" },
        { SAME("time"), "d", "{\"x\": \"10:00:00Z\"}", "10:00:00Z" },
        { SAME("dateTime"), "d", "{\"x\": \"2020-02-03T10:00:00\"}", "2020-02-03T10:00:00" },
        { SAME("dayTimeDuration"), "d", "{\"x\": \"P1D\"}", "P1D" },
        { SAME("yearMonthDuration"), "d", "{\"x\": \"P1D\"}", "null" },
        { AS("string", "1"), "d", NULL, "null" },
        { AS("number", "[1]"), "d", NULL, "1" },
        { AS("number", "[1, 2]"), "d", NULL, "null" },
        { AS("number", "[]"), "d", NULL, "null" },
        { AS("date and time", "date(\"2020-01-01\")"), "d", NULL, "2020-01-01T00:00:00Z" },
        { AS("date", "date and time(\"2020-01-01T00:00:00\")"), "d", NULL, "null" },
        { COLOURS SAME("colour"), "d", "{\"x\": \"red\"}", "\"red\"" },
        { COLOURS SAME("colour"), "d", "{\"x\": \"blue\"}", "null" },
        { COLOURS SAME("colours"), "d", "{\"x\": [\"red\", \"green\"]}", "[\"red\", \"green\"]" },
        { COLOURS SAME("colours"), "d", "{\"x\": [\"red\", \"blue\"]}", "null" },
        { COLOURS SAME("colours"), "d", "{\"x\": \"red\"}", "[\"red\"]" },
        { COLOURS SAME("few"), "d", "{\"x\": [\"a\", \"b\", \"a\"]}", "[\"a\", \"b\", \"a\"]" },
        { COLOURS SAME("few"), "d", "{\"x\": [\"a\", \"c\"]}", "null" },
        { COLOURS SAME("short"), "d", "{\"x\": [\"a\", \"b\"]}", "[\"a\", \"b\"]" },
        { COLOURS SAME("short"), "d", "{\"x\": [\"a\", \"b\", \"a\"]}", "null" },
        { COLOURS SAME("short"), "d", "{\"x\": [\"a\", \"c\"]}", "null" },
        { TYPE("small", "number", "[0..10]") TYPE("tiny", "small", "[0..100]") SAME("tiny"), "d", "{\"x\": 50}",
          "null" },
        { LIMITED SAME("pair"), "d", "{\"x\": [1, 2]}", "[1, 2]" },
        { LIMITED SAME("pair"), "d", "{\"x\": [1, 2, 3]}", "null" },
        { LIMITED SAME("pair"), "d", "{\"x\": [1, 99]}", "null" },
        { TYPE("small", "number", "[0..10]") TYPE("tiny", "small", "[0..100]") SAME("tiny"), "d", "{\"x\": 5}", "5" },
        { PERSON SAME("person"), "d", "{\"x\": {\"name\": \"A\", \"born\": \"2000-01-01\"}}",
          "{name: \"A\", born: 2000-01-01}" },
        { PERSON SAME("person"), "d", "{\"x\": {\"name\": \"A\"}}", "{name: \"A\", born: null}" },
        { PERSON SAME("person"), "d", "{\"x\": {\"name\": 1, \"born\": \"2000-01-01\"}}", "null" },
        { PERSON SAME("person"), "d", "{\"x\": {\"name\": null, \"born\": \"2000-01-01\", \"more\": 1}}",
          "{name: null, born: 2000-01-01, more: 1}" },
        { PERSON INPUT("x", "person") DECISION("d", "number", NEEDS("x") LITERAL("x.born.year")), "d",
          "{\"x\": {\"name\": \"A\", \"born\": \"2000-01-01\"}}", "2000" },
        { SAME("nothing"), "d", "{\"x\": 1}", "1" },
        { COLOURS AS("colour", "\"blue\""), "d", NULL, "null" },
    };
    HOLD(facts);
    assert_non_null(strstr(said_faults(SAME("nothing")), "there is no type \"nothing\""));
}

#define BKM(id, parameters, inside)                                                                                    \
    "<businessKnowledgeModel id=\"" id "\" name=\"" id "\"><encapsulatedLogic>" parameters inside                      \
    "</encapsulatedLogic></businessKnowledgeModel>"
#define PARAMETER(name, type) "<formalParameter name=\"" name "\" typeRef=\"" type "\"/>"
#define BINDING(name, text)   "<binding><parameter name=\"" name "\"/>" LITERAL(text) "</binding>"
#define SERVICE                                                                                                        \
    INPUT("i", "number")                                                                                               \
    DECISION("e", "number", NEEDS("i") LITERAL("i + 1"))                                                               \
    DECISION("p", "number", LITERAL("100"))                                                                            \
    DECISION("o", "number", DECIDED("e") DECIDED("p") LITERAL("e * 10 + p"))                                           \
    DECISION("o2", "Any", DECIDED("e") LITERAL("-e"))                                                                  \
    "<decisionService id=\"s\" name=\"s\"><outputDecision href=\"#o\"/><encapsulatedDecision href=\"#e\"/>"            \
    "<inputDecision href=\"#p\"/><inputData href=\"#i\"/></decisionService>"                                           \
    "<decisionService id=\"t\" name=\"t\"><outputDecision href=\"#o\"/><outputDecision href=\"#o2\"/>"                 \
    "<encapsulatedDecision href=\"#e\"/><inputDecision href=\"#p\"/><inputData href=\"#i\"/></decisionService>"
#define ASKS(text) SERVICE DECISION("d", "Any", KNOWS("s") KNOWS("t") LITERAL(text))

static void knowledge_models_and_services_are_called_by_position_and_by_name(void **state)
{
    (void)state;
    static const struct model_fact facts[] = {
        { BKM("f", PARAMETER("a", "number") PARAMETER("b", "number"), LITERAL("a - b"))
              DECISION("d", "Any", KNOWS("f") LITERAL("f(5, 3)")),
          "d", NULL, "2" },
        { BKM("f", PARAMETER("a", "number") PARAMETER("b", "number"), LITERAL("a - b"))
              DECISION("d", "Any", KNOWS("f") LITERAL("f(b: 5, a: 3)")),
          "d", NULL, "-2" },
        { BKM("f", PARAMETER("a", "number"), LITERAL("a")) DECISION("d", "Any", KNOWS("f") LITERAL("f(\"x\")")), "d",
          NULL, "null" },
        { BKM("f", PARAMETER("a", "number"), LITERAL("a")) DECISION("d", "Any", KNOWS("f") LITERAL("f(null)")), "d",
          NULL, "null" },
        { BKM("f", PARAMETER("a", "number"), LITERAL("a"))
              DECISION("d", "Any", KNOWS("f") "<invocation>" LITERAL("f") BINDING("a", "7") "</invocation>"),
          "d", NULL, "7" },
        { BKM("f", PARAMETER("n", "number"), LITERAL("if n &lt; 2 then 1 else n * f(n - 1)"))
              DECISION("d", "Any", KNOWS("f") LITERAL("f(20)")),
          "d", NULL, "2432902008176640000" },
        { BKM("f", PARAMETER("n", "number"),
              LITERAL("n + 1")) "<businessKnowledgeModel id=\"g\" name=\"g\"><encapsulatedLogic>" PARAMETER("n",
                                                                                                            "number")
              LITERAL("f(f(n))") "</encapsulatedLogic>" KNOWS("f") "</businessKnowledgeModel>" DECISION(
                  "d", "Any", KNOWS("g") LITERAL("g(1)")),
          "d", NULL, "3" },
        { SERVICE, "s", "{\"i\": 1, \"p\": 5}", "25" },
        { SERVICE, "t", "{\"i\": 1, \"p\": 5}", "{o: 25, o2: -2}" },
        { SERVICE, "o", "{\"i\": 1}", "120" },
        { SERVICE, "s", "{\"i\": 1}", "null" },
        { SERVICE, "s", "{\"p\": 5}", "null" },
        { SERVICE, "t", "{\"i\": 1}", "{o: null, o2: -2}" },
        { ASKS("s(5, 1)"), "d", "{\"i\": 77}", "61" },
        { ASKS("s(1, 5)"), "d", "{\"i\": 77}", "25" },
        { ASKS("s(p: 5, i: 1)"), "d", NULL, "25" },
        { ASKS("s(p: 5, p: 1)"), "d", NULL, "null" },
        { ASKS("s(p: 5, q: 1)"), "d", NULL, "null" },
        { ASKS("s(1)"), "d", NULL, "null" },
        { ASKS("s(\"x\", 5)"), "d", NULL, "null" },
        { ASKS("t(1, 5).o2"), "d", NULL, "-2" },
        { SERVICE DECISION("d", "Any",
                           KNOWS("s") "<invocation>" LITERAL("s") BINDING("p", "5") BINDING("i", "1") "</invocation>"),
          "d", NULL, "25" },
    };
    HOLD(facts);
}

#define ENTRY(name, text) "<contextEntry><variable name=\"" name "\"/>" LITERAL(text) "</contextEntry>"

#define SATISFIES(kind, text)                                                                                          \
    DECISION("d", "Any",                                                                                               \
             "<" kind                                                                                                  \
             " iteratorVariable=\"i\"><in>" LITERAL("[1, 2]") "</in><satisfies>" LITERAL(text) "</satisfies></" kind   \
                                                                                               ">")

static void every_boxed_expression_has_its_value(void **state)
{
    (void)state;
    static const struct model_fact facts[] = {
        { AS("Any", "1"), "d", NULL, "1" },
        { DECISION("d", "Any", "<context>" ENTRY("a", "1") ENTRY("b c", "a + 1") "</context>"), "d", NULL,
          "{a: 1, b c: 2}" },
        { DECISION("d", "Any",
                   "<context>" ENTRY("a", "1") "<contextEntry>" LITERAL("a + 41") "</contextEntry></context>"),
          "d", NULL, "42" },
        { DECISION("d", "Any", "<list>" LITERAL("1") LITERAL("\"a\"") "</list>"), "d", NULL, "[1, \"a\"]" },
        { DECISION("d", "Any",
                   "<relation><column name=\"a\"/><column name=\"b\"/><row>" LITERAL("1")
                       LITERAL("2") "</row><row>" LITERAL("3") LITERAL("4") "</row></relation>"),
          "d", NULL, "[{a: 1, b: 2}, {a: 3, b: 4}]" },
        { DECISION("d", "Any",
                   "<conditional><if>" LITERAL("1 = 1") "</if><then>" LITERAL("\"y\"") "</then><else>" LITERAL(
                       "\"n\"") "</else></conditional>"),
          "d", NULL, "\"y\"" },
        { DECISION("d", "Any",
                   "<filter><in>" LITERAL("[1, 2, 3]") "</in><match>" LITERAL("item &gt; 1") "</match></filter>"),
          "d", NULL, "[2, 3]" },
        { DECISION(
              "d", "Any",
              "<for iteratorVariable=\"i\"><in>" LITERAL("[1..3]") "</in><return>" LITERAL("i * i") "</return></for>"),
          "d", NULL, "[1, 4, 9]" },
        { DECISION("d", "Any",
                   "<for iteratorVariable=\"i\"><in>" LITERAL("[1, 2, 3]") "</in><return>" LITERAL(
                       "count(partial) + i") "</return></for>"),
          "d", NULL, "[1, 3, 5]" },
        { DECISION("d", "Any",
                   "<some iteratorVariable=\"i\"><in>" LITERAL("[1, 2]") "</in><satisfies>" LITERAL(
                       "i = 2") "</satisfies></some>"),
          "d", NULL, "true" },
        { DECISION("d", "Any",
                   "<some iteratorVariable=\"i\"><in>" LITERAL("[1, 2]") "</in><satisfies>" LITERAL(
                       "i = 3") "</satisfies></some>"),
          "d", NULL, "false" },
        { SATISFIES("some", "if i = 2 then true else 5"), "d", NULL, "null" },
        { SATISFIES("some", "if i = 1 then true else 5"), "d", NULL, "null" },
        { SATISFIES("some", "if i = 1 then true else null"), "d", NULL, "null" },
        { SATISFIES("some", "i &gt; 0"), "d", NULL, "true" },
        { SATISFIES("every", "if i = 1 then false else 5"), "d", NULL, "null" },
        { SATISFIES("every", "i &gt; 0"), "d", NULL, "true" },
        { DECISION("d", "Any",
                   "<every iteratorVariable=\"i\"><in>" LITERAL("[1, 2]") "</in><satisfies>" LITERAL(
                       "i &lt; 2") "</satisfies></every>"),
          "d", NULL, "false" },
        { DECISION("d", "Any",
                   "<context><contextEntry><variable name=\"f\"/><functionDefinition>" PARAMETER("n", "number")
                       LITERAL("n + 1") "</functionDefinition></contextEntry><contextEntry>" LITERAL(
                           "f(1)") "</contextEntry></context>"),
          "d", NULL, "2" },
        { DECISION("d", "Any", "<invocation>" LITERAL("abs") BINDING("n", "-3") "</invocation>"), "d", NULL, "3" },
        { DECISION("d", "number", "<list>" LITERAL("1") "</list>"), "d", NULL, "1" },
        { DECISION("d", "Any", ""), "d", NULL, "null" },
    };
    HOLD(facts);
}

static void a_null_says_why_and_a_fault_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *words;
    } reasons[] = {
        { "1 + \"a\"", "number" },
        { "1 / 0", "divided by 0" },
        { "nobody + 1", "\"nobody\"" },
        { "abs(\"x\")", "abs" },
        { "{a: 1}.b", "\"b\"" },
        { "[1][2]", "no such item" },
        { "date(\"2021-02-30\")", "date" },
        { "1 < \"a\"", "not compared" },
        { "null()", "no function" },
        { "substring(\"a\", 5)", "no such part" },
        { "(1", "fault" },
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        const char *why = said_why(reasons[i].expression);
        if (!strstr(why, reasons[i].words))
            print_error("%s: %s\n", reasons[i].expression, why);
        assert_non_null(strstr(why, reasons[i].words));
    }
    assert_string_equal(said_faults("\n\n" DECISION("d", "number", "\n" LITERAL("\n1 +"))),
                        "6: d: it ends where a value is missing");
    assert_non_null(strstr(said_faults("<import name=\"i\" namespace=\"urn:other\"/>"), "urn:other"));
    assert_non_null(strstr(said_faults(DECISION("d", "number", NEEDS("nowhere") LITERAL("1"))), "nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_answers_as_its_hit_policy_says),
        cmocka_unit_test(a_cell_is_a_test_a_list_of_tests_or_any_expression),
        cmocka_unit_test(a_value_is_made_to_fit_its_type_or_is_null),
        cmocka_unit_test(knowledge_models_and_services_are_called_by_position_and_by_name),
        cmocka_unit_test(every_boxed_expression_has_its_value),
        cmocka_unit_test(a_null_says_why_and_a_fault_says_where),
    };
    return cmocka_run_group_tests_name("dmn models", tests, NULL, NULL);
}
