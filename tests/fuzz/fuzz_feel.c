/*
 * Any bytes as an expression and as the tests of a cell, read and evaluated
 * with all bounds: nothing is read outside, what comes out is a value whose
 * text is text, a number's and a string's text reads back as itself, and
 * nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json.h"
#include "dmn/limits.h"
#include "dmn/parse.h"
#include "dmn/run.h"
#include "base/banned.h"

enum { STEPS = 50 * 1000, WRITTEN_MAX = 1 << 20, NAMES = 6 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct evaluating {
    struct arena *arena;
    struct maker maker;
    struct members members;
    struct complaints complaints;
    struct parsing parsing;
    struct scope scopes[NAMES];
};

/* Names as models have them: with spaces, signs, and a keyword inside. */
static const struct str names[NAMES] = { STR_INIT("a"),     STR_INIT("first name"), STR_INIT("list of dates"),
                                         STR_INIT("b - c"), STR_INIT("if x"),       STR_INIT("\xC3\xA9t\xC3\xA9") };

static bool begin(struct evaluating *e)
{
    *e = (struct evaluating){ .arena = arena_new(DMN_RUN_MEMORY_MAX) };
    if (!e->arena)
        return false;
    e->maker.arena = e->members.arena = e->complaints.arena = e->arena;
    e->parsing = (struct parsing){
        .arena = e->arena, .members = &e->members, .complaints = &e->complaints, .maker = &e->maker, .line = 1
    };
    for (size_t i = 0; i < NAMES; i++) {
        e->scopes[i] = (struct scope){ e->parsing.scope, names[i], maker_slot(&e->maker), &e->maker };
        e->parsing.scope = &e->scopes[i];
    }
    return true;
}

static void fill(struct arena *arena, struct feel_value *slots)
{
    static const struct feel_value list[3] = { { .kind = FEEL_STRING, .string = STR_INIT("x") },
                                               { .kind = FEEL_DATE, .date = { 2026, 3, 2 } },
                                               { .kind = FEEL_NULL } };
    static const struct feel_entry entries[2] = { { STR_INIT("first name"), { .kind = FEEL_BOOLEAN, .boolean = true } },
                                                  { STR_INIT("day"), { .kind = FEEL_DATE, .date = { 2024, 2, 29 } } } };
    slots[0] = feel_integer(5);
    slots[1] = feel_string(STR("J\xC3\xB6rg"));
    slots[2] = feel_list(list, 3);
    slots[3] = feel_context(arena, entries, 2);
    slots[4] = (struct feel_value){ .kind = FEEL_DAYS, .days = { 86400, 0 } };
}

static struct run begin_run(struct evaluating *e)
{
    return (struct run){ .arena = e->arena, .steps_left = STEPS, .now_ms = 1772478660000, .where = STR("D") };
}

static void text_of(struct feel_value value)
{
    struct buf out;
    buf_init(&out, NULL, WRITTEN_MAX);
    feel_write(&out, value);
    if (buf_ok(&out))
        must(out.n == 0 || str_is_text(buf_str(&out)));
    if (buf_ok(&out) && value.kind == FEEL_NUMBER) {
        struct number again;
        must(number_parse(buf_str(&out), &again) || out.n > 1000);
        must(out.n > 1000 || number_compare(again, value.number) == 0);
    }
    buf_clear(&out);
    struct json_writer w;
    json_writer_init(&w, &out);
    buf_free(&out);
    must(value.depth <= DMN_VALUE_DEPTH_MAX && value.weight <= DMN_VALUE_WEIGHT_MAX + 1024 * 1024 / 64);
    must(feel_equal(value, value) != FEEL_FALSE);
}

static void expression(struct str text)
{
    struct evaluating e;
    if (!begin(&e))
        return;
    const struct node *node = parse_expression(&e.parsing, text);
    if (node) {
        struct run run = begin_run(&e);
        struct feel_value *slots = ARENA_ARRAY(e.arena, (size_t)e.maker.slots + 1, struct feel_value);
        if (slots) {
            fill(e.arena, slots);
            struct feel_value value = run_node(&run, node, slots);
            if (run.stopped)
                must(run.fault.text[0] != '\0' && str_is_text(str_of(run.fault.text)));
            else
                text_of(value);
        }
    }
    arena_free(e.arena);
}

static void tests_of_a_cell(struct str text)
{
    struct evaluating e;
    const struct node *tests = NULL;
    if (!begin(&e))
        return;
    int slot = maker_slot(&e.maker);
    if (parse_unary_tests(&e.parsing, text, slot, &tests) && tests) {
        struct run run = begin_run(&e);
        struct feel_value *slots = ARENA_ARRAY(e.arena, (size_t)e.maker.slots + 1, struct feel_value);
        if (slots) {
            fill(e.arena, slots);
            for (size_t i = 0; i < 5; i++)
                run_tests(&run, tests, slots[i], slots);
        }
    }
    arena_free(e.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str text = { (const char *)bytes, n };
    expression(text);
    tests_of_a_cell(text);
    must(mem_live() == 0);
    return 0;
}
