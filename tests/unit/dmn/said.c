/* Expressions and models, and what they come to. Promises: see said.h. */
#include "said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "dmn/limits.h"

#include "base/banned.h"

enum { RING = 8, TEXT_MAX = 4 * 1024 * 1024 };
/* 2026-03-02T19:11:00Z */
#define NOW  INT64_C(1772478660000)
#define HEAD "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"m\" namespace=\"urn:m\">\n"

static char *ring[RING];
static size_t at, used;

static char *keep(const char *before, struct str text)
{
    at = (at + 1) % RING;
    free(ring[at]);
    size_t head = strlen(before);
    ring[at] = malloc(head + text.n + 1);
    assert_non_null(ring[at]);
    memcpy(ring[at], before, head);
    if (text.n > 0)
        memcpy(ring[at] + head, text.p, text.n);
    ring[at][head + text.n] = '\0';
    return ring[at];
}

static const char *written(struct feel_value value)
{
    struct buf text;
    buf_init(&text, NULL, TEXT_MAX);
    if (value.kind == FEEL_STRING)
        buf_add_byte(&text, '"');
    feel_write(&text, value);
    if (value.kind == FEEL_STRING)
        buf_add_byte(&text, '"');
    const char *out = keep("", buf_ok(&text) ? buf_str(&text) : STR("(too long)"));
    buf_free(&text);
    return out;
}

static enum status read_model(struct arena *arena, const char *inside, struct dmn_model **model, struct fault *fault)
{
    struct buf xml;
    buf_init(&xml, NULL, 2 * DMN_MODEL_MAX);
    buf_add(&xml, STR(HEAD));
    buf_add(&xml, str_of(inside));
    buf_add(&xml, STR("</definitions>"));
    struct dmn_file file = { STR("m.dmn"), buf_str(&xml) };
    enum status status = dmn_model_read(arena, &file, 1, model, fault);
    buf_free(&xml);
    return status;
}

/* The value of a decision, written; its reason besides. */
static const char *decide(const char *inside, const char *decision, const char *inputs_text, const char **why)
{
    struct arena *arena = arena_new(DMN_MODEL_MEMORY_MAX), *run = arena_new(DMN_RUN_MEMORY_MAX);
    struct dmn_model *model;
    struct fault fault;
    struct dmn_result result;
    struct dmn_input inputs[20];
    const struct json *json = NULL;
    const char *out;
    if (read_model(arena, inside, &model, &fault) != STATUS_OK) {
        out = keep("?", str_of(fault.text));
    } else {
        const struct dmn_element *element = dmn_model_find(model, STR_NONE, str_of(decision));
        assert_non_null(element);
        if (inputs_text)
            assert_int_equal(json_read(arena, str_of(inputs_text), &json, &fault), STATUS_OK);
        size_t n = json ? json->n : 0;
        assert_true(n <= 20);
        for (size_t i = 0; i < n; i++)
            inputs[i] = (struct dmn_input){ STR_NONE, json->names[i],
                                            dmn_value_from_json(arena, &json->items[i],
                                                                dmn_model_find(model, STR_NONE, json->names[i])) };
        enum status status = dmn_evaluate(model, element, run, NOW, inputs, n, &result, &fault);
        out = status == STATUS_OK ? written(result.value) : keep("!", str_of(fault.text));
        if (why)
            *why = status == STATUS_OK && result.value.kind == FEEL_NULL && result.value.why
                       ? keep("", result.value.why->words)
                       : keep("", STR(""));
    }
    used = arena_used(arena) + arena_used(run);
    arena_free(run);
    arena_free(arena);
    return out;
}

static char *model_of(const char *expression)
{
    struct buf xml;
    buf_init(&xml, NULL, TEXT_MAX);
    buf_add(&xml, STR("<decision name=\"D\" id=\"D\"><literalExpression><text>"));
    for (const char *p = expression; *p; p++)
        switch (*p) {
        case '<': buf_add(&xml, STR("&lt;")); break;
        case '>': buf_add(&xml, STR("&gt;")); break;
        case '&': buf_add(&xml, STR("&amp;")); break;
        default: buf_add_byte(&xml, *p);
        }
    buf_add(&xml, STR("</text></literalExpression></decision>"));
    assert_true(buf_ok(&xml));
    buf_add_byte(&xml, '\0');
    char *text = malloc(xml.n);
    assert_non_null(text);
    memcpy(text, xml.p, xml.n);
    buf_free(&xml);
    return text;
}

const char *said(const char *expression)
{
    char *inside = model_of(expression);
    const char *out = decide(inside, "D", NULL, NULL);
    free(inside);
    return out;
}

const char *said_why(const char *expression)
{
    const char *why = "";
    char *inside = model_of(expression);
    decide(inside, "D", NULL, &why);
    free(inside);
    return why;
}

const char *said_model(const char *inside, const char *decision, const char *inputs)
{
    return decide(inside, decision, inputs, NULL);
}

const char *said_faults(const char *inside)
{
    struct arena *arena = arena_new(DMN_MODEL_MEMORY_MAX);
    struct dmn_model *model;
    struct fault fault;
    struct buf out;
    size_t n;
    buf_init(&out, NULL, TEXT_MAX);
    if (read_model(arena, inside, &model, &fault) != STATUS_OK) {
        buf_format(&out, "?%s", fault.text);
    } else {
        const struct dmn_fault *faults = dmn_model_faults(model, &n);
        for (size_t i = 0; i < n; i++)
            buf_format(&out, "%s%d: %.*s: %.*s", i ? "\n" : "", faults[i].line, STR_ARG(faults[i].where),
                       STR_ARG(faults[i].words));
    }
    const char *text = keep("", buf_str(&out));
    used = arena_used(arena);
    buf_free(&out);
    arena_free(arena);
    return text;
}

size_t said_used(void)
{
    return used;
}

void said_facts(const struct said_fact *facts, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const char *value = said(facts[i].expression);
        if (strcmp(value, facts[i].value) == 0)
            continue;
        wrong++;
        print_error("%s\n   is      %s\n   must be %s\n", facts[i].expression, value, facts[i].value);
        if (strcmp(value, "null") == 0)
            print_error("   because %s\n", said_why(facts[i].expression));
    }
    assert_int_equal(wrong, 0);
}
