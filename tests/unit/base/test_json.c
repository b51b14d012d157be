/* JSON: what is refused and where, and the canonical form with the vectors of RFC 8785. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/banned.h"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return arena ? 0 : -1;
}

static int end_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct json *read_good(struct str text)
{
    const struct json *tree;
    struct fault fault = { .text = "" };
    if (json_read(arena, text, &tree, &fault) != STATUS_OK)
        fail_msg("%.*s: %s", STR_ARG(text), fault.text);
    return tree;
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    const struct json *list = read_good(STR("[0.1, 1.50, -0, 1E+2, 0.1000000000000000055511151231257827]"));
    static const char *const want[] = { "0.1", "1.50", "-0", "1E+2", "0.1000000000000000055511151231257827" };
    assert_int_equal(list->n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(str_equal(list->items[i].text, str_of(want[i])));
}

static void numbers_are_matched_with_their_place(void **state)
{
    (void)state;
    const struct json *o = read_good(STR("{\"1\": [1, \"2\", {\"3 \\\" 4\": 5}], \"x\": -6.0}"));
    const struct json *list = json_get(o, STR("1"));
    assert_true(str_equal(list->items[0].text, STR("1")));
    assert_true(str_equal(list->items[1].text, STR("2")));
    assert_int_equal(list->items[1].kind, JSON_STRING);
    assert_true(str_equal(json_get(&list->items[2], STR("3 \" 4"))->text, STR("5")));
    assert_true(str_equal(json_get(o, STR("x"))->text, STR("-6.0")));
    int64_t v;
    assert_true(json_i64(&list->items[0], &v) && v == 1);
    assert_false(json_i64(json_get(o, STR("x")), &v));
    assert_false(json_i64(&list->items[1], &v));
    assert_null(json_get(o, STR("y")));
    assert_null(json_get(NULL, STR("y")));
    assert_null(json_get(list, STR("1")));
}

static void members_stay_in_the_order_of_the_text(void **state)
{
    (void)state;
    const struct json *o = read_good(STR("{\"b\":true,\"a\":null,\"\":\"\\u00e9\\ud83d\\ude00\"}"));
    assert_true(str_equal(o->names[0], STR("b")));
    assert_true(str_equal(o->names[1], STR("a")));
    assert_true(str_equal(o->names[2], STR("")));
    assert_true(o->items[0].boolean);
    assert_int_equal(o->items[1].kind, JSON_NULL);
    assert_true(str_equal(o->items[2].text, STR("\xC3\xA9\xF0\x9F\x98\x80")));
}

struct wrong {
    const char *text;
    int line, column;
};

static void what_is_not_strict_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        { "", 1, 1 },
        { "  \n ", 1, 1 },
        { "{\"a\":1,\"a\":2}", 1, 8 },
        { "{\"a\":{\"x\":1,\n \"b\":[{\"c\":1,\n  \"\\u0063\":2}]}}", 3, 3 },
        { "{\"a\":1,\"b\":{\"a\":1},\"a\":2}", 1, 20 },
        { "9223372036854775808", 1, 1 },
        { "[1,\n-9223372036854775809]", 2, 1 },
        { "\"\\u0000\"", 1, 2 },
        { "\"\xE2\x82\xAC\\ud800\"", 1, 3 },
        { "\"\\ud800\\u0041\"", 1, 2 },
        { "\"\\udc00\"", 1, 2 },
        { "\"\\x\"", 1, 2 },
        { "\"\\u12g4\"", 1, 2 },
        { "\"a\nb\"", 1, 3 },
        { "\"abc", 1, 1 },
        { "\"abc\\", 1, 5 },
        { "[1,]", 1, 4 },
        { "[,1]", 1, 2 },
        { "{\"a\":1,}", 1, 8 },
        { "{\"a\" 1}", 1, 6 },
        { "{\"a\":}", 1, 6 },
        { "{1:2}", 1, 2 },
        { "{'a':1}", 1, 2 },
        { "[1 2]", 1, 4 },
        { "[1", 1, 3 },
        { "[1] x", 1, 5 },
        { "[1] [2]", 1, 5 },
        { "1 2", 1, 3 },
        { "\"a\" \"b\"", 1, 5 },
        { "/* */ 1", 1, 1 },
        { "NaN", 1, 1 },
        { "[-Infinity]", 1, 2 },
        { "True", 1, 1 },
        { "truex", 1, 1 },
        { "01", 1, 1 },
        { "+1", 1, 1 },
        { ".5", 1, 1 },
        { "1.", 1, 1 },
        { "1e", 1, 1 },
        { "0x10", 1, 1 },
        { "\xEF\xBB\xBF"
          "1",
          1, 1 },
        { "[\"a\xFF\"]", 1, 4 },
        { "\"\xED\xA0\x80\"", 1, 2 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct json *tree;
        struct fault fault;
        char place[40];
        enum status status = json_read(arena, str_of(cases[i].text), &tree, &fault);
        if (status != STATUS_INVALID)
            fail_msg("%s was taken", cases[i].text);
        assert_null(tree);
        snprintf(place, sizeof place, "Line %d, column %d: ", cases[i].line, cases[i].column);
        if (!str_starts(str_of(fault.text), str_of(place)))
            fail_msg("%s: wanted %s got %s", cases[i].text, place, fault.text);
    }
}

static void a_nul_in_the_text_is_refused(void **state)
{
    (void)state;
    const struct json *tree;
    struct fault fault;
    assert_int_equal(json_read(arena, STR("[1]\0"), &tree, &fault), STATUS_INVALID);
    assert_int_equal(json_read(arena, STR("\"a\0b\""), &tree, &fault), STATUS_INVALID);
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    char text[2 * (JSON_MAX_DEPTH + 1)];
    const struct json *tree;
    struct fault fault;
    memset(text, '[', JSON_MAX_DEPTH);
    memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
    assert_int_equal(json_read(arena, (struct str){ text, 2 * JSON_MAX_DEPTH }, &tree, &fault), STATUS_OK);
    memset(text, '[', JSON_MAX_DEPTH + 1);
    memset(text + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
    assert_int_equal(json_read(arena, (struct str){ text, sizeof text }, &tree, &fault), STATUS_LIMIT);
    char *large = mem_alloc(JSON_MAX_BYTES + 1);
    assert_non_null(large);
    memset(large, ' ', JSON_MAX_BYTES + 1);
    large[0] = '7';
    assert_int_equal(json_read(arena, (struct str){ large, JSON_MAX_BYTES }, &tree, &fault), STATUS_OK);
    assert_int_equal(json_read(arena, (struct str){ large, JSON_MAX_BYTES + 1 }, &tree, &fault), STATUS_LIMIT);
    mem_free(large);
}

static void every_allocation_may_fail_and_nothing_leaks(void **state)
{
    (void)state;
    int64_t before = mem_live();
    size_t failures = 0;
    struct str text = STR("{\"list\":[1,2,{\"name\":\"a long text that is a text\"}],\"n\":1.5}");
    for (uint64_t k = 1;; k++) {
        mem_fail_at(k);
        struct arena *small = arena_new(1 << 20);
        const struct json *tree = NULL;
        struct buf out;
        enum status status = small ? json_read(small, text, &tree, NULL) : STATUS_NO_MEMORY;
        buf_init(&out, NULL, 1000);
        if (status == STATUS_OK)
            status = json_canonical(&out, tree);
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        if (!reached)
            assert_int_equal(status, STATUS_OK);
        else
            assert_true(status == STATUS_NO_MEMORY || status == STATUS_LIMIT);
        buf_free(&out);
        arena_free(small);
        assert_int_equal(mem_live(), before);
        if (!reached)
            break;
        failures++;
    }
    assert_true(failures >= 5);
}

static void a_tree_that_outgrows_its_arena_is_no_memory(void **state)
{
    (void)state;
    struct arena *small = arena_new(300);
    const struct json *tree;
    struct fault fault;
    assert_int_equal(json_read(small, STR("[1,2,3,4,5,6,7,8]"), &tree, &fault), STATUS_NO_MEMORY);
    assert_null(tree);
    arena_free(small);
}

/* ---- RFC 8785 ---- */

static void canonical_is(struct str text, const char *want)
{
    struct buf out;
    buf_init(&out, arena, 1 << 20);
    assert_int_equal(json_canonical(&out, read_good(text)), STATUS_OK);
    if (!str_equal(buf_str(&out), str_of(want)))
        fail_msg("%.*s gave %.*s, not %s", STR_ARG(text), STR_ARG(buf_str(&out)), want);
}

static void the_example_of_the_rfc_comes_out(void **state)
{
    (void)state;
    canonical_is(STR("{\n\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],\n"
                     "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
                     "\"literals\": [null, true, false]\n}"),
                 "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                 "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

static void members_sort_by_utf16_units(void **state)
{
    (void)state;
    canonical_is(
        STR("{\"\\u20ac\":5,\"\\r\":1,\"\\ufb33\":7,\"1\":2,\"\\ud83d\\ude00\":6,\"\\u0080\":3,\"\\u00f6\":4}"),
        "{\"\\r\":1,\"1\":2,\"\xC2\x80\":3,\"\xC3\xB6\":4,\"\xE2\x82\xAC\":5,\"\xF0\x9F\x98\x80\":6,"
        "\"\xEF\xAC\xB3\":7}");
    canonical_is(STR("{\"ab\":1,\"a\":2,\"\":3,\"a\\ue000\":4,\"a\\ud800\\udc00\":5,\"a\\ud7ff\":6}"),
                 "{\"\":3,\"a\":2,\"ab\":1,\"a\xED\x9F\xBF\":6,\"a\xF0\x90\x80\x80\":5,\"a\xEE\x80\x80\":4}");
}

static void only_what_must_be_is_escaped(void **state)
{
    (void)state;
    canonical_is(STR("\"\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\\u007f\\/\\u2028\""),
                 "\"\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7F/\xE2\x80\xA8\"");
}

/* RFC 8785, appendix B. */
static void numbers_are_written_as_ecmascript_does(void **state)
{
    (void)state;
    static const struct {
        uint64_t bits;
        const char *text;
    } cases[] = {
        { 0x0000000000000000, "0" },
        { 0x8000000000000000, "0" },
        { 0x0000000000000001, "5e-324" },
        { 0x8000000000000001, "-5e-324" },
        { 0x7fefffffffffffff, "1.7976931348623157e+308" },
        { 0xffefffffffffffff, "-1.7976931348623157e+308" },
        { 0x4340000000000000, "9007199254740992" },
        { 0xc340000000000000, "-9007199254740992" },
        { 0x4430000000000000, "295147905179352830000" },
        { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
        { 0x44b52d02c7e14af6, "1e+23" },
        { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
        { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
        { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
        { 0x444b1ae4d6e2ef50, "1e+21" },
        { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
        { 0x3eb0c6f7a0b5ed8d, "0.000001" },
        { 0x41b3de4355555553, "333333333.3333332" },
        { 0x41b3de4355555554, "333333333.33333325" },
        { 0x41b3de4355555555, "333333333.3333333" },
        { 0x41b3de4355555556, "333333333.3333334" },
        { 0x41b3de4355555557, "333333333.33333343" },
        { 0xbecbf647612f3696, "-0.0000033333333333333333" },
        { 0x43143ff3c1cb0959, "1424953923781206.2" },
        { 0x3d30000000000000, "5.684341886080802e-14" }, /* 2^-44: the nearest of 16 digits does not read back */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double v;
        char text[40];
        memcpy(&v, &cases[i].bits, sizeof v);
        int n = snprintf(text, sizeof text, "%.17g", v);
        canonical_is((struct str){ text, (size_t)n }, cases[i].text);
    }
}

static void a_number_that_a_double_cannot_hold_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "1e309", "-1e309", "9007199254740993", "-9007199254740993", "9223372036854775807", "[1,{\"a\":1e400}]"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct buf out;
        buf_init(&out, arena, 1000);
        assert_int_equal(json_canonical(&out, read_good(str_of(wrong[i]))), STATUS_INVALID);
    }
    canonical_is(STR("-9223372036854775808"), "-9223372036854776000");
}

/* A small generator, so that a failure can be repeated. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void every_double_reads_back_as_itself(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252;
    struct buf out;
    buf_init(&out, NULL, 1000);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_random(&seed);
        double v, back;
        char text[40];
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        snprintf(text, sizeof text, "%.17e", v);
        struct json number = { .kind = JSON_NUMBER, .text = str_of(text) };
        buf_clear(&out);
        assert_int_equal(json_canonical(&out, &number), STATUS_OK);
        buf_add_byte(&out, '\0');
        back = strtod(out.p, NULL);
        assert_memory_equal(&v, &back, sizeof v);
        assert_true(out.n <= 27); /* 17 digits, a sign, a point, an exponent of four, the NUL; or 0.000001… */
    }
    buf_free(&out);
}

static void canonical_says_when_the_buffer_is_full(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, arena, 5);
    assert_int_equal(json_canonical(&out, read_good(STR("\"abcdef\""))), STATUS_LIMIT);
}

/* ---- The writer ---- */

static void the_writer_sets_commas_and_escapes(void **state)
{
    (void)state;
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, 1000);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("a\"b"));
    json_open_array(&w);
    json_put_i64(&w, INT64_MIN);
    json_put_bool(&w, false);
    json_put_null(&w);
    json_open_object(&w);
    json_close_object(&w);
    json_put_raw(&w, STR("1.50"));
    json_close_array(&w);
    json_name(&w, STR("c"));
    json_put_str(&w, STR("line\n\x01"));
    json_close_object(&w);
    assert_true(str_equal(buf_str(&out), STR("{\"a\\\"b\":[-9223372036854775808,false,null,{},1.50],"
                                             "\"c\":\"line\\n\\u0001\"}")));
    assert_int_equal(read_good(buf_str(&out))->n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(numbers_are_matched_with_their_place),
        cmocka_unit_test(members_stay_in_the_order_of_the_text),
        cmocka_unit_test(what_is_not_strict_json_is_refused_with_its_place),
        cmocka_unit_test(a_nul_in_the_text_is_refused),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(every_allocation_may_fail_and_nothing_leaks),
        cmocka_unit_test(a_tree_that_outgrows_its_arena_is_no_memory),
        cmocka_unit_test(the_example_of_the_rfc_comes_out),
        cmocka_unit_test(members_sort_by_utf16_units),
        cmocka_unit_test(only_what_must_be_is_escaped),
        cmocka_unit_test(numbers_are_written_as_ecmascript_does),
        cmocka_unit_test(a_number_that_a_double_cannot_hold_is_refused),
        cmocka_unit_test(every_double_reads_back_as_itself),
        cmocka_unit_test(canonical_says_when_the_buffer_is_full),
        cmocka_unit_test(the_writer_sets_commas_and_escapes),
    };
    return cmocka_run_group_tests(tests, make_arena, end_arena);
}
