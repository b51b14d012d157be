/*
 * Every bound of limits.h is hit once: a clear fault that names decision and line, in less than two seconds, and
 * never a wrong value. What is hostile without hitting one is quick all the same.
 */
#include "said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "dmn/limits.h"

#include "base/banned.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds of the processor, short of a hang: what an input takes is bounded in steps, and printed where it is too much.
 */
#define MOST 60.0

static void stops(const char *expression, const char *words)
{
    double begun = seconds();
    const char *value = said(expression);
    double took = seconds() - begun;
    if (!strstr(value, words) || took > MOST)
        print_error("%.200s\n   is %.300s\n   must say %s; took %.2f s\n", expression, value, words, took);
    assert_true(strncmp(value, "!D, line 2: ", 12) == 0 || strncmp(value, "!D, line ", 9) == 0);
    assert_non_null(strstr(value, words));
    assert_true(took < MOST);
}

/* Whatever it comes to, it is quick. */
static void quick(const char *expression)
{
    double begun = seconds();
    const char *value = said(expression);
    double took = seconds() - begun;
    if (took > MOST)
        print_error("%.200s\n   is %.100s\n   took %.2f s\n", expression, value, took);
    assert_true(took < MOST);
}

/* `before`, `n` times `middle`, `n` times `after`. */
static char *deep(const char *before, const char *middle, size_t n, const char *core, const char *after,
                  const char *end)
{
    struct buf b;
    buf_init(&b, NULL, 64 << 20);
    buf_add(&b, str_of(before));
    for (size_t i = 0; i < n; i++)
        buf_add(&b, str_of(middle));
    buf_add(&b, str_of(core));
    for (size_t i = 0; i < n; i++)
        buf_add(&b, str_of(after));
    buf_add(&b, str_of(end));
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    char *out = malloc(b.n);
    assert_non_null(out);
    memcpy(out, b.p, b.n);
    buf_free(&b);
    return out;
}

static void steps_are_counted(void **state)
{
    (void)state;
    stops("for i in 1..1e12 return i", "more than");
    stops("count(for i in 1..1000000000000 return 1)", "more than");
    stops("some i in 1..1000000000000 satisfies false", "steps");
    stops("every i in 1..1000000000000 satisfies true", "steps");
    stops(
        "{f: function(n) if n = 0 then 0 else 1 + 1 + 1 + 1, r: sum(for i in 1..150000, j in 1..150000 return f(j))}.r",
        "more than");
    stops("for i in 1..3000, j in 1..3000 return null", "more than");
    stops("for d in @\"-999999999-01-01\"..@\"999999999-12-31\" return 1", "more than");
    quick("for i in 1e30..1e31 return i");
}

static void recursion_has_an_end(void **state)
{
    (void)state;
    stops("{f: function(f, n) f(f, n + 1), r: f(f, 1)}.r", "too deeply");
    stops("{f: function(f) f(f) + f(f), r: f(f)}.r", "too deeply");
    stops("{f: function(f, n) if n = 0 then 1 else f(f, n - 1) + f(f, n - 1), r: f(f, 100)}.r", "steps");
    stops("{f: function(f, l) sort([2, 1], function(x, y) f(f, l)), r: f(f, 1)}.r", "too deeply");
}

static void lists_and_texts_and_values_have_a_size(void **state)
{
    (void)state;
    stops("for i in 1..200001 return i", "a list has more than 200000 items");
    stops("{l: for i in 1..150000 return i, r: concatenate(l, l)}.r", "a list has more than 200000 items");
    stops("{l: for i in 1..150000 return i, r: flatten([l, l])}.r", "a list has more than 200000 items");
    stops("{s: for i in 1..30 return if i = 1 then \"abcdefgh\" else partial[-1] + partial[-1]}.s",
          "a text has more than 1048576 bytes");
    stops("for i in 1..110 return if i = 1 then [1] else [partial[-1]]", "deep in each other");
    stops("for i in 1..110 return if i = 1 then {a: 1} else {a: partial[-1]}", "deep in each other");
    /* A list twice in a list, and that twice, and so on: little memory, and no end of looking at it. */
    stops("{l: for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]], r: l[-1] = l[-1]}.r",
          "values in one");
    stops("{l: for i in 1..60 return if i = 1 then [] else [partial[-1], partial[-1]], r: flatten(l[-1])}.r",
          "values in one");
    stops("string(for i in 1..60 return if i = 1 then [] else [partial[-1], partial[-1]])", "values in one");
    stops("context(for i in 1..5000 return {key: string(i), value: i})", "a context has more than 4000 entries");
    stops("{l: for i in 1..5000 return context([{key: string(i), value: i}]), r: context merge(l)}.r",
          "a context has more than 4000 entries");
    quick("distinct values(for i in 1..200000 return i)");
    quick("sort(for i in 1..50000 return -i, function(x, y) x < y)");
    quick("{l: for i in 1..100000 return i, r: for i in 1..100000 return sum(l)}.r");
    quick("{l: for i in 1..100000 return i, r: for i in 1..100000 return l = l}.r");
    quick("{l: for i in 1..100000 return i, r: for i in 1..100000 return 0 in l}.r");
    quick("{l: for i in 1..100000 return i, r: for i in 1..100000 return index of(l, 0)}.r");
    quick("{l: for i in 1..4000 return {key: string(i), value: i}, c: context(l), r: for i in 1..190000 return get "
          "value(c, \"x\")}.r");
    quick("{s: for i in 1..17 return if i = 1 then \"abcdefgh\" else partial[-1] + partial[-1], t: s[-1], r: for i in "
          "1..190000 return string length(t)}.r");
    quick("{s: for i in 1..17 return if i = 1 then \"abcdefgh\" else partial[-1] + partial[-1], t: s[-1], r: for i in "
          "1..190000 return t = t}.r");
    quick("{s: for i in 1..17 return if i = 1 then \"abcdefgh\" else partial[-1] + partial[-1], t: s[-1], r: for i in "
          "1..190000 return contains(t, \"x\")}.r");
    quick("{s: for i in 1..17 return if i = 1 then \"aaaaaaaa\" else partial[-1] + partial[-1], r: contains(s[-1], "
          "s[-2] + \"b\")}.r");
    quick("{s: for i in 1..190000 return \"x\", r: for i in 1..1000 return string join(s)}.r");
    quick("9999999999 ** 9999999999");
    quick("1.0000000000000000000000001 ** 99999999999999999999999");
    quick("for i in 1..60000 return i ** 0.1234567");
    quick("for i in 1..100000 return exp(i / 1000)");
    quick("for i in 1..100000 return decimal(i / 7, 20)");
    quick("{l: for i in 1..1000 return 1e-6000, r: stddev(l)}.r");
}

static void memory_has_a_cap(void **state)
{
    (void)state;
    stops("{l: for i in 1..150000 return i, r: for i in 1..100 return reverse(l)[1]}.r", "28 MB");
    stops("{s: for i in 1..17 return if i = 1 then \"abcdefgh\" else partial[-1] + partial[-1], r: for i in 1..1000 "
          "return string length(upper case(s[-1]))}.r",
          "28 MB");
}

static void patterns_do_not_run_away(void **state)
{
    (void)state;
    stops("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a+)+$\")", "steps");
    stops("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"^(a|aa)+$\")", "steps");
    quick("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"(x+x+)+y\")");
    /* Just under the limit at each place, and a great many places. */
    quick("{s: for i in 1..17 return if i = 1 then \"aaaaaaaa\" else partial[-1] + partial[-1], r: matches(s[-1], "
          "\"(a?){16}(a?){16}(a|aa){14}[bc]\")}.r");
    quick("{s: for i in 1..14 return if i = 1 then \"aaaaaaaa\" else partial[-1] + partial[-1], r: for i in 1..1000 "
          "return matches(s[-1], \"(a?){8}(a|aa){12}[bc]\")}.r");
    quick("{s: for i in 1..17 return if i = 1 then \"aaaaaaab\" else partial[-1] + partial[-1], r: replace(s[-1], "
          "\"(a|aa)+b\", \"x\")}.r");
    quick("for i in 1..190000 return matches(\"abc\", \"(((((a{1,100}){1,10}b)))))c\")");
    quick("matches(\"a\", \"(((a{1000}){1000}){1000}){1000}\")");
    quick("matches(\"a\", \"a{1,999999999}\")");
    quick("for i in 1..190000 return matches(\"abc\", \"((a{1,900}){1,10}b)c|[\\\\p{L}-[abc]]{900}\")");
    quick("split(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", \"(a*)*c\")");
    char *many = deep("matches(\"a\", \"", "(", 2000, "a", ")", "\")");
    quick(many);
    free(many);
    many = deep("matches(\"a\", \"", "a|", 4000, "a", "", "\")");
    quick(many);
    free(many);
    many = deep("matches(\"a\", \"", "a?", 2000, "", "a", "\")");
    quick(many);
    free(many);
}

static void expressions_have_a_depth_and_a_size(void **state)
{
    (void)state;
    static const struct {
        const char *middle, *core, *after;
    } forms[] = {
        { "(", "1", ")" },
        { "[", "1", "]" },
        { "{a: ", "1", "}" },
        { "-", "1", "" },
        { "if true then ", "1", " else 1" },
        { "not(", "true", ")" },
        { "1 + (", "1", ")" },
        { "function(a) ", "1", "" },
        { "for i in [1] return ", "1", "" },
        { "some i in [1] satisfies ", "true", "" },
        { "abs(", "1", ")" },
        { "1 in (", "1", ")" },
        { "[[1..2], ", "1", "]" },
        { "x instance of list<", "number", ">" },
        { "1 ** ", "1", "" },
        { "", "1", " instance of number" },
        { "", "1", "[1]" },
        { "", "1", ".a" },
        { "", "1", "(1)" },
        { "", "1", " between 1 and 2" },
        { "", "1", " in 1" },
        { "", "1", "+1" },
        { "1..", "1", "" },
        { "[1..x[", "1", "]]" },
        { "x[", "1", "]" },
        { "[1..x[", "1", "" },
        { "[1..f(x[", "1", "])]" },
        { "", "1", " and 1" },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char *text = deep("", forms[i].middle, 2000, forms[i].core, forms[i].after, "");
        quick(text);
        free(text);
    }
    char *text = deep("", "(", 200, "1", ")", "");
    assert_string_equal(said(text), "null");
    assert_non_null(strstr(said_why(text), "deep"));
    free(text);
    text = deep("\"", "a", DMN_TEXT_MAX, "", "", "\"");
    assert_string_equal(said(text), "null");
    assert_true(strstr(said_why(text), "65536 bytes"));
    free(text);
    text = deep("[", "1,", 30000, "1", "", "]");
    quick(text);
    free(text);
    text = deep("{", "", 0, "", "", "");
    free(text);
    struct buf b;
    buf_init(&b, NULL, 1 << 20);
    buf_add_byte(&b, '{');
    for (int i = 0; i < 6000; i++)
        buf_format(&b, "%sa%d:1", i ? "," : "", i);
    buf_add(&b, STR("}"));
    buf_add_byte(&b, '\0');
    quick(b.p);
    buf_free(&b);
    buf_init(&b, NULL, 1 << 20);
    buf_add(&b, STR("(function("));
    for (int i = 0; i < 6000; i++)
        buf_format(&b, "%sa%d", i ? "," : "", i);
    buf_add(&b, STR(") a1)("));
    for (int i = 0; i < 6000; i++)
        buf_format(&b, "%s1", i ? "," : "");
    buf_add(&b, STR(")"));
    buf_add_byte(&b, '\0');
    quick(b.p);
    buf_free(&b);
}

#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"

static void circles_are_said(void **state)
{
    (void)state;
    static const char decisions[] =
        "<decision id=\"a\" name=\"a\"><informationRequirement><requiredDecision "
        "href=\"#b\"/></informationRequirement>" LITERAL(
            "b + 1") "</decision>"
                     "<decision id=\"b\" name=\"b\"><informationRequirement><requiredDecision "
                     "href=\"#a\"/></informationRequirement>" LITERAL(
                         "a + 1") "</decision>"
                                  "<decision id=\"c\" name=\"c\"><informationRequirement><requiredDecision "
                                  "href=\"#c\"/></informationRequirement>" LITERAL("c") "</decision>";
    assert_string_equal(said_model(decisions, "a", NULL), "null");
    assert_string_equal(said_model(decisions, "c", NULL), "null");
    static const char types[] =
        "<itemDefinition name=\"t\"><typeRef>u</typeRef></itemDefinition>"
        "<itemDefinition name=\"u\"><typeRef>t</typeRef></itemDefinition>"
        "<itemDefinition name=\"s\"><typeRef>s</typeRef></itemDefinition>"
        "<itemDefinition name=\"l\" isCollection=\"true\"><typeRef>l</typeRef></itemDefinition>"
        "<itemDefinition name=\"tree\"><itemComponent name=\"value\"><typeRef>number</typeRef></itemComponent>"
        "<itemComponent name=\"children\" "
        "isCollection=\"true\"><typeRef>tree</typeRef></itemComponent></itemDefinition>"
        "<inputData id=\"i\" name=\"i\"><variable name=\"i\" typeRef=\"t\"/></inputData>"
        "<inputData id=\"j\" name=\"j\"><variable name=\"j\" typeRef=\"l\"/></inputData>"
        "<inputData id=\"k\" name=\"k\"><variable name=\"k\" typeRef=\"tree\"/></inputData>"
        "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"s\"/>"
        "<informationRequirement><requiredInput href=\"#i\"/></informationRequirement>"
        "<informationRequirement><requiredInput href=\"#j\"/></informationRequirement>"
        "<informationRequirement><requiredInput href=\"#k\"/></informationRequirement>" LITERAL(
            "k.children[1].value") "</decision>";
    assert_string_equal(said_model(types, "d",
                                   "{\"i\": 1, \"j\": [[], [[]]], \"k\": {\"value\": 1, \"children\": [{\"value\": 2, "
                                   "\"children\": []}]}}"),
                        "2");
    /* Functions that take and give themselves. */
    static const char functions[] = "<itemDefinition name=\"f\"><functionItem outputTypeRef=\"f\"><parameters "
                                    "name=\"a\" typeRef=\"f\"/></functionItem>"
                                    "</itemDefinition>"
                                    "<decision id=\"d\" name=\"d\"><variable name=\"d\" typeRef=\"f\"/>" LITERAL(
                                        "function(a: f) a") "</decision>"
                                                            "<decision id=\"e\" name=\"e\">" LITERAL(
                                                                "(function(a: f) a) instance of f") "</decision>";
    assert_string_equal(said_model(functions, "d", NULL), "function");
    assert_string_equal(said_model(functions, "e", NULL), "true");
    static const char knowledge[] =
        "<businessKnowledgeModel id=\"k\" name=\"k\"><encapsulatedLogic><formalParameter name=\"n\"/>" LITERAL(
            "if n = 0 then 0 else k(n - 1)") "</encapsulatedLogic></businessKnowledgeModel>"
                                             "<decision id=\"d\" name=\"d\"><knowledgeRequirement><requiredKnowledge "
                                             "href=\"#k\"/></knowledgeRequirement>" LITERAL(
                                                 "k(50)") "</decision>"
                                                          "<decision id=\"e\" "
                                                          "name=\"e\"><knowledgeRequirement><requiredKnowledge "
                                                          "href=\"#k\"/></knowledgeRequirement>" LITERAL(
                                                              "k(-1)") "</decision>";
    assert_string_equal(said_model(knowledge, "d", NULL), "0");
    assert_non_null(strstr(said_model(knowledge, "e", NULL), "too deeply"));
}

/* `middle` n times, with its number, and the next one, in it. */
static char *numbered(const char *before, const char *middle, int n, const char *end)
{
    struct buf b;
    buf_init(&b, NULL, 64 << 20);
    buf_add(&b, str_of(before));
    for (int i = 0; i < n; i++) {
        int number = i;
        for (const char *p = middle; *p; p++)
            if (p[0] == '%' && p[1] == 'd') {
                buf_add_i64(&b, number++);
                p++;
            } else {
                buf_add_byte(&b, *p);
            }
    }
    buf_add(&b, str_of(end));
    buf_add_byte(&b, '\0');
    assert_true(buf_ok(&b));
    char *out = malloc(b.n);
    assert_non_null(out);
    memcpy(out, b.p, b.n);
    buf_free(&b);
    return out;
}

/* A model that asks for much; the fault or the answer comes soon, and little is taken. */
static void model_is_quick(const char *what, char *inside)
{
    double begun = seconds();
    const char *value = said_faults(inside);
    double took = seconds() - begun;
    print_message("           %s: %.2f s, %zu MB; %.100s\n", what, took, said_used() >> 20, value);
    assert_true(took < MOST);
    assert_true(said_used() < (size_t)(48 << 20));
    free(inside);
}

static void files_have_a_depth_a_size_and_no_document_type(void **state)
{
    (void)state;
    model_is_quick("deep elements", deep("", "<decision>", 150, "", "</decision>", ""));
    assert_non_null(strstr(said_faults("<a><a><a><a><a>"), "not well-formed"));
    char *text = deep("", "<decision>", 150, "", "</decision>", "");
    assert_non_null(strstr(said_faults(text), "100 deep"));
    free(text);
    model_is_quick("empty elements", deep("", "<a/>", 1000000, "", "", ""));
    model_is_quick("attributes", deep("<a ", "", 0, "", "", "/>"));
    model_is_quick("decisions", deep("", "<decision/>", 300000, "", "", ""));
    model_is_quick("inputs", deep("", "<inputData name='a'/>", 150000, "", "", ""));
    model_is_quick("types", deep("", "<itemDefinition name='a'/>", 120000, "", "", ""));
    model_is_quick("types in a row", deep("", "<itemDefinition name='a' typeRef='b'/>", 100000, "", "", ""));
    model_is_quick("type in type",
                   deep("", "<itemDefinition name='a'><itemComponent/></itemDefinition>", 60000, "", "", ""));
    model_is_quick(
        "knowledge",
        deep("", "<businessKnowledgeModel name='a'><encapsulatedLogic/></businessKnowledgeModel>", 50000, "", "", ""));
    model_is_quick("requirements", deep("<inputData id='i'/><decision>",
                                        "<informationRequirement><requiredInput href='#i'/></informationRequirement>",
                                        40000, "", "", "</decision>"));
    model_is_quick("requirements of nothing",
                   deep("<decision>", "<informationRequirement><requiredInput href='#x'/></informationRequirement>",
                        50000, "", "", "</decision>"));
    model_is_quick("imports", deep("", "<import namespace='x' name='y'/>", 100000, "", "", ""));
    model_is_quick("rules", deep("<decision name='d'><decisionTable><input/><output/>", "<rule/>", 500000, "", "",
                                 "</decisionTable></decision>"));
    model_is_quick("inputs of a table", deep("<decision name='d'><decisionTable>", "<input/>", 20000, "<output/>",
                                             "<rule/>", "</decisionTable></decision>"));
    model_is_quick("inputs and rules of a table",
                   deep("<decision name='d'><decisionTable>",
                        "<input><inputExpression><text>1</text></inputExpression></input>", 20000, "<output/>",
                        "<rule><inputEntry/></rule>", "</decisionTable></decision>"));
    model_is_quick("tests",
                   deep("<decision name='d'><decisionTable><input/><output/>",
                        "<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>",
                        38000, "", "", "</decisionTable></decision>"));
    model_is_quick("entries", deep("<decision name='d'><context>",
                                   "<contextEntry><variable name='a'/><literalExpression/></contextEntry>", 60000, "",
                                   "", "</context></decision>"));
    model_is_quick("rows", deep("<decision name='d'><relation><column name='a'/>", "<row><literalExpression/></row>",
                                100000, "", "", "</relation></decision>"));
    model_is_quick("columns", deep("<decision name='d'><relation>", "<column name='a'/>", 40000, "", "<row/>",
                                   "</relation></decision>"));
    model_is_quick("parameters",
                   deep("<businessKnowledgeModel name='k'><encapsulatedLogic>", "<formalParameter name='a'/>", 100000,
                        "<literalExpression><text>a</text></literalExpression>", "",
                        "</encapsulatedLogic></businessKnowledgeModel>"));
    model_is_quick("bindings",
                   deep("<decision name='d'><invocation><literalExpression><text>abs</text></literalExpression>",
                        "<binding><parameter name='n'/></binding>", 90000, "", "", "</invocation></decision>"));
    model_is_quick("text", deep("<decision name='d'><literalExpression><text>", "a b ", 900000, "", "",
                                "</text></literalExpression></decision>"));
    model_is_quick("names", deep("<decision name='d'><literalExpression><text>", "a b ", 15000, "", "",
                                 "</text></literalExpression></decision>"));
    model_is_quick("inputs with names", numbered("", "<inputData id='i%d' name='in put number %d'/>", 20000, ""));
    model_is_quick("types in a chain",
                   numbered("", "<itemDefinition name='t%d'><typeRef>t%d</typeRef></itemDefinition>", 9900, ""));
    model_is_quick("types in a chain of fields",
                   numbered("",
                            "<itemDefinition name='t%d'><itemComponent name='x'><typeRef>t%d</typeRef></itemComponent>"
                            "</itemDefinition>",
                            9900, ""));
    model_is_quick("decisions in a chain",
                   numbered("",
                            "<decision id='d%d'><informationRequirement><requiredDecision href='#d%d'/>"
                            "</informationRequirement></decision>",
                            9900, ""));
    model_is_quick("names of entries",
                   numbered("<decision name='d'><context>",
                            "<contextEntry><variable name='a%d'/><literalExpression/></contextEntry>", 19000,
                            "</context></decision>"));
    char *inputs = numbered("", "<inputData id='i%d' name='in put number %d'/>", 9000, "<decision name='d'>");
    char *needs = numbered(inputs, "<informationRequirement><requiredInput href='#i%d'/></informationRequirement>",
                           9000, "<literalExpression><text>");
    model_is_quick("names that are nearly there",
                   deep(needs, "in put+", 9000, "1", "", "</text></literalExpression></decision>"));
    free(inputs);
    free(needs);
    text = deep("", "<a/>", 1100000, "", "", "");
    assert_non_null(strstr(said_faults(text), "4 MB"));
    free(text);
    assert_non_null(strstr(said_faults("<!DOCTYPE a [<!ENTITY b 'c'>]>"), "document type"));
    assert_true(strncmp(said_faults("<decision name='&b;'/>"), "?", 1) == 0);
    assert_true(strncmp(said_faults("<a>&lol;</a>"), "?", 1) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_counted),
        cmocka_unit_test(recursion_has_an_end),
        cmocka_unit_test(lists_and_texts_and_values_have_a_size),
        cmocka_unit_test(memory_has_a_cap),
        cmocka_unit_test(patterns_do_not_run_away),
        cmocka_unit_test(expressions_have_a_depth_and_a_size),
        cmocka_unit_test(circles_are_said),
        cmocka_unit_test(files_have_a_depth_a_size_and_no_document_type),
    };
    return cmocka_run_group_tests_name("dmn bounds", tests, NULL, NULL);
}
