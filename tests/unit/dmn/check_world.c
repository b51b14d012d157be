/* Models for the tests of the check: tables from short texts. */
#include "check_world.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/zone.h"
#include "dmn/dmn.h"

#include "base/banned.h"

struct arena *arena;
struct dmn_model *model;
const struct dmn_finding *findings;
size_t findings_n;

int set_up(void **state)
{
    struct fault fault;
    (void)state;
    arena = arena_new((size_t)256 << 20);
    return arena && zone_use(STR("Europe/London"), &fault) == STATUS_OK ? 0 : -1;
}

int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

const char *text(struct str s)
{
    return str_z(arena, s);
}

/* ---- Models ---- */

void add_escaped(struct buf *out, struct str s)
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

void add_text(struct buf *out, const char *element, struct str s)
{
    buf_format(out, "<%s><text>", element);
    add_escaped(out, s);
    buf_format(out, "</text></%s>", element);
}

void begin(struct buf *out)
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

void read_and_check(struct buf *xml)
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
void add_inputs(struct buf *out, const char *inputs)
{
    struct str rest = str_of(inputs), one, name;
    while (str_cut(&rest, ';', &one)) {
        one = str_trim(one);
        str_cut(&one, ' ', &name);
        buf_format(out, "<inputData id=\"%.*s\" name=\"%.*s\"><variable name=\"%.*s\" typeRef=\"%.*s\"/></inputData>\n",
                   STR_ARG(name), STR_ARG(name), STR_ARG(name), STR_ARG(one));
    }
}

void add_needs(struct buf *out, const char *inputs)
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
void add_table(struct buf *out, const char *policy, const char *inputs, const char *rules, const char *more)
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

void check_rules_of(const char *policy, const char *inputs, const char *rules, const char *more)
{
    struct buf xml;
    begin(&xml);
    add_inputs(&xml, inputs);
    add_table(&xml, policy, inputs, rules, more);
    read_and_check(&xml);
}

void check_unique(const char *inputs, const char *rules)
{
    check_rules_of("hitPolicy=\"UNIQUE\"", inputs, rules, NULL);
}

/* A decision with one expression over the inputs. */
void check_literal(const char *inputs, const char *expression)
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

size_t count(enum dmn_finding_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < findings_n; i++)
        n += findings[i].kind == kind;
    return n;
}

/* The only finding of this kind. */
const struct dmn_finding *the(enum dmn_finding_kind kind)
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

void nothing_found(void)
{
    for (size_t i = 0; i < findings_n; i++)
        print_message("%s: %s\n", dmn_finding_name(findings[i].kind), text(findings[i].words));
    assert_int_equal(findings_n, 0);
}

void has_words(const struct dmn_finding *finding, const char *words)
{
    if (str_find(finding->words, str_of(words)) < 0)
        fail_msg("\"%s\" is not in \"%s\"", words, text(finding->words));
}

void gap_is(const char *cell)
{
    const struct dmn_finding *gap = the(DMN_FOUND_GAP);
    assert_int_equal(gap->severity, DMN_WARNING);
    assert_string_equal(text(gap->cells[0].cell), cell);
}
