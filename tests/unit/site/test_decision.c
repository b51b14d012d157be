/*
 * A decision model as readers get it, eye or ear: the HTML of the component. By hand, "test_site_decision FOLDER
 * update" writes the golden file anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dmn/trace.h" /* before cmocka, which has a macro of the name run_tests */

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/file.h"
#include "dmn/dmn.h"
#include "site/site.h"
#include "site/site_pages.h"

#include "base/banned.h"

static struct arena *arena;
static const char *folder;
static bool updates;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(32 << 20);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return mem_live() == 0 ? 0 : -1;
}

#define SMALL(input)                                                                                                   \
    "\n<decisionTable><input><inputExpression><text>" input "</text></inputExpression></input><output/><rule>"         \
    "<inputEntry><text>&lt; 5</text></inputEntry><outputEntry><text>1</text></outputEntry></rule><rule><inputEntry>"   \
    "<text>&gt;= 5</text></inputEntry><outputEntry><text>2</text></outputEntry></rule></decisionTable>"

static const char model_text[] =
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" namespace=\"n\">"
    "<inputData id=\"a\" name=\"days\"><variable name=\"days\" typeRef=\"number\"/></inputData>"
    "<decision id=\"d\" name=\"prio &lt;b&gt;\"><question>How soon?</question>"
    "<informationRequirement><requiredInput href=\"#a\"/></informationRequirement>"
    "<decisionTable hitPolicy=\"FIRST\"><input label=\"Days ago\"><inputExpression><text>days</text></inputExpression>"
    "<inputValues><text>[0..9]</text></inputValues></input>"
    "<output name=\"o\"><outputValues><text>\"now\",\"later\"</text></outputValues></output><annotation name=\"why\"/>"
    "<annotation name=\"address\"/><annotation name=\"verified\"/>"
    "<rule><inputEntry><text>&lt; 2</text></inputEntry><outputEntry><text>\"now\"</text></outputEntry>"
    "<annotationEntry><text>Fresh &amp; clear</text></annotationEntry>"
    "<annotationEntry><text>https://law.example/5</text></annotationEntry>"
    "<annotationEntry><text>yes, from a secondary source</text></annotationEntry></rule>"
    "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>\"later\"</text></outputEntry>"
    "<annotationEntry><text></text></annotationEntry>"
    "<annotationEntry><text>javascript:alert(1)</text></annotationEntry>"
    "<annotationEntry><text>no</text></annotationEntry></rule></decisionTable></decision>"
    "<decision id=\"e\" name=\"all\"><knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement>"
    "<context><contextEntry><variable name=\"rate\" typeRef=\"number\"/><context><contextEntry><variable name=\"low\"/>"
    "<literalExpression><text>if true\n  then 1\n  else "
    "2</text></literalExpression></contextEntry>"
    "<contextEntry><variable "
    "name=\"high\"/><literalExpression><text>9</text></literalExpression></contextEntry></context>"
    "</contextEntry>"
    "<contextEntry><variable name=\"one\"/>" SMALL("1") "</contextEntry><contextEntry><variable name=\"two\"/>" SMALL(
        "7") "</contextEntry><contextEntry><variable name=\"list\"/><relation><column "
             "name=\"name\"/><row><literalExpression><text>\"x\"</text>"
             "</literalExpression></row></relation></contextEntry></context></decision>"
             "<businessKnowledgeModel id=\"f\" name=\"twice\"><encapsulatedLogic><formalParameter name=\"n\" "
             "typeRef=\"number\"/>"
             "<literalExpression><text>n * "
             "2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel></definitions>";

/* As a decision that was asked for left it; `days` below 0: without a trace. */
static struct str rendered_after(const char *decision, int days)
{
    struct dmn_file file = { STR("m.dmn"), { model_text, sizeof model_text - 1 } };
    struct dmn_model *model;
    struct decision_model view;
    struct dmn_result result = { .trace = NULL };
    struct fault fault;
    struct buf out;
    const struct dmn_input input = { STR_NONE, STR("days"), feel_integer(days) };
    assert_int_equal(dmn_model_read(arena, &file, 1, &model, &fault), STATUS_OK);
    if (days >= 0)
        assert_int_equal(dmn_evaluate(model, dmn_model_find(model, STR_NONE, str_of(decision)), arena, 0, &input, 1,
                                      &result, &fault),
                         STATUS_OK);
    assert_true(site_decision_fill(arena, LANGUAGE_EN, model, result.trace, &view));
    buf_init(&out, arena, 1 << 20);
    decision_model_write(&out, LANGUAGE_EN, &view);
    assert_true(buf_ok(&out));
    return buf_str(&out);
}

static struct str rendered(int days)
{
    return rendered_after("prio <b>", days);
}

static size_t times(struct str text, const char *piece)
{
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(text, str_of(piece))) >= 0; n++)
        text = str_slice(text, (size_t)at + 1, text.n);
    return n;
}

static void the_html_is_the_golden_one(void **state)
{
    (void)state;
    char path[400];
    struct str html = rendered(3), golden = STR_NONE;
    struct fault fault = { 0 };
    snprintf(path, sizeof path, "%s/decision.html", folder);
    if (updates) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(html.p, 1, html.n, f), html.n);
        assert_int_equal(fclose(f), 0);
    }
    assert_int_equal(file_read(arena, path, 1 << 20, &golden, &fault), STATUS_OK);
    if (!str_equal(html, golden))
        fail_msg("the page is now:\n%.*s", STR_ARG(html));
}

static void the_rule_that_matched_is_marked_by_a_word_and_for_machines(void **state)
{
    (void)state;
    struct str html = rendered(3);
    assert_int_equal(times(html, "<tr id=\"decision-1-table-1-row-2\" class=\"candour-rules__matched\" "
                                 "aria-current=\"true\"><th scope=\"row\" "
                                 "class=\"govuk-table__header\">2 "
                                 "<strong class=\"govuk-tag\">Matched</strong>"),
                     1);
    assert_int_equal(times(html, "aria-current"), 1);
    assert_int_equal(times(html, ">Here</th><td class=\"govuk-table__cell\"><code>3</code></td>"), 1);
    assert_int_equal(times(html, "Here it comes to: <code>&quot;later&quot;</code>"), 1);
    html = rendered(1);
    assert_int_equal(times(html, ">1 <strong class=\"govuk-tag\">Matched"), 1);
    assert_int_equal(times(html, "aria-current"), 1);
}

static void a_note_stands_below_its_rule_an_address_can_be_followed_and_what_is_not_verified_is_marked(void **state)
{
    (void)state;
    struct str html = rendered(1);
    assert_int_equal(times(html, "<span class=\"candour-rules__head\">why:</span> Fresh &amp; clear"), 1);
    assert_int_equal(times(html, "<a class=\"govuk-link\" rel=\"noreferrer\" href=\"https://law.example/5\">"), 1);
    assert_int_equal(times(html, "javascript:"), 1); /* as words */
    assert_int_equal(times(html, "href=\"javascript:"), 0);
    assert_int_equal(times(html, "verified:</span> <strong class=\"govuk-tag\">Not confirmed</strong>"), 1);
    assert_int_equal(times(html, "verified:</span> <strong class=\"govuk-tag\">Second-hand</strong>"), 1);
    assert_int_equal(times(html, "verified:</span>"), 2);
    assert_int_equal(site_verified_mark(LANGUAGE_EN, STR("yes")).n, 0);
    assert_true(site_verified_mark(LANGUAGE_EN, STR("")).n > 0);
}

static void of_two_tables_of_one_decision_each_has_its_own_marks(void **state)
{
    (void)state;
    struct str html = rendered_after("all", 3);
    assert_int_equal(times(html, "aria-current"), 2);
    struct str first = str_slice(html, 0, (size_t)str_find(html, STR("id=\"decision-2-table-2\"")));
    assert_int_equal(times(first, ">1 <strong class=\"govuk-tag\">Matched"), 1);
    assert_int_equal(times(html, ">2 <strong class=\"govuk-tag\">Matched"), 1);
}

static void without_a_trace_nothing_is_marked(void **state)
{
    (void)state;
    struct str html = rendered(-1);
    assert_int_equal(
        times(html, "Matched") + times(html, "aria-current") + times(html, "Here") + times(html, "No rule"), 0);
    assert_int_equal(times(html, "<table"), 4);
}

static void a_table_where_no_rule_matched_says_so(void **state)
{
    (void)state;
    struct str html = rendered(12); /* not among the input values */
    assert_int_equal(times(html, "No rule matched."), 1);
    assert_int_equal(times(html, "aria-current"), 0);
}

static void a_wide_table_scrolls_in_a_region_that_takes_the_focus(void **state)
{
    (void)state;
    struct str html = rendered(3);
    assert_int_equal(times(html, "role=\"region\" aria-labelledby=\"decision-1-table-1\" tabindex=\"0\""), 1);
    assert_int_equal(times(html, "id=\"decision-1-table-1\">Decision table of prio"), 1);
    assert_int_equal(times(html, "<th scope=\"col\""), 11);
    assert_int_equal(times(html, "<th scope=\"row\""), 9); /* of it what may be, and what is here */
    assert_int_equal(times(html, "The first rule that matches counts (FIRST)."), 1);
}

static void names_and_cells_of_a_model_are_never_markup(void **state)
{
    (void)state;
    struct str html = rendered(3);
    assert_int_equal(times(html, "<b>"), 0);
    assert_true(times(html, "prio &lt;b&gt;") >= 2);
    assert_int_equal(times(html, "<code>&lt; 2</code>"), 1);
    assert_int_equal(times(html, "Fresh &amp; clear"), 1);
}

static void what_an_element_needs_is_a_link_to_it(void **state)
{
    (void)state;
    struct str html = rendered(3);
    assert_int_equal(times(html, "<a class=\"govuk-link\" href=\"#decision-0\">days</a>"), 1);
    assert_int_equal(times(html, "id=\"decision-0\""), 1);
    assert_int_equal(times(html, "<a class=\"govuk-link\" href=\"#decision-3\">twice</a>"), 1);
}

static void an_expression_keeps_its_lines_and_says_where_it_stands(void **state)
{
    (void)state;
    struct str html = rendered(3);
    assert_int_equal(
        times(html, "<strong>rate (number) › low</strong> <code>if true</code><br><code>\u00A0\u00A0then 1</code>"), 1);
    assert_int_equal(times(html, "<strong>rate (number) › high</strong> <code>9</code>"), 1);
    assert_int_equal(times(html, "<code>function of n (number)</code>"), 1);
    assert_int_equal(times(html, "Table of all, list"), 1);
}

int main(int argc, char **argv)
{
#define FACT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest facts[] = {
        FACT(the_html_is_the_golden_one),
        FACT(the_rule_that_matched_is_marked_by_a_word_and_for_machines),
        FACT(a_note_stands_below_its_rule_an_address_can_be_followed_and_what_is_not_verified_is_marked),
        FACT(of_two_tables_of_one_decision_each_has_its_own_marks),
        FACT(without_a_trace_nothing_is_marked),
        FACT(a_table_where_no_rule_matched_says_so),
        FACT(a_wide_table_scrolls_in_a_region_that_takes_the_focus),
        FACT(names_and_cells_of_a_model_are_never_markup),
        FACT(what_an_element_needs_is_a_link_to_it),
        FACT(an_expression_keeps_its_lines_and_says_where_it_stands),
    };
    folder = argc > 1 ? argv[1] : ".";
    updates = argc > 2 && strcmp(argv[2], "update") == 0;
    return cmocka_run_group_tests(facts, NULL, NULL);
}
