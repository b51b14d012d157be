/* Strings, statuses and faults, the clock and the random source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/status.h"
#include "base/str.h"
#include "base/banned.h"

/* ---- Strings ---- */

static void absent_and_empty_are_equal_bytes_but_not_the_same(void **state)
{
    (void)state;
    assert_true(str_equal(STR_NONE, STR("")));
    assert_null(str_of(NULL).p);
    assert_non_null(str_of("").p);
}

static void equality_minds_length_and_every_byte(void **state)
{
    (void)state;
    assert_true(str_equal(STR("a\0b"), STR("a\0b")));
    assert_false(str_equal(STR("a\0b"), STR("a\0c")));
    assert_false(str_equal(STR("ab"), STR("abc")));
    assert_true(str_equal_nocase(STR("Content-LENGTH"), STR("content-length")));
    assert_false(str_equal_nocase(STR("a["), STR("a{"))); /* 0x5B and 0x7B differ by the same bit as letters */
}

static void order_is_of_bytes_and_the_shorter_head_is_first(void **state)
{
    (void)state;
    assert_true(str_compare(STR("a"), STR("b")) < 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_compare(STR("x"), STR("x")), 0);
}

static void slices_never_reach_beyond_the_string(void **state)
{
    (void)state;
    assert_true(str_equal(str_slice(STR("hello"), 1, 3), STR("ell")));
    assert_true(str_equal(str_slice(STR("hello"), 3, SIZE_MAX), STR("lo")));
    assert_int_equal(str_slice(STR("hello"), SIZE_MAX, 1).n, 0);
    assert_null(str_slice(STR_NONE, 1, 1).p);
    assert_true(str_starts(STR("hello"), STR("he")));
    assert_false(str_starts(STR("h"), STR("he")));
    assert_true(str_ends(STR("hello"), STR("llo")));
    assert_false(str_ends(STR("lo"), STR("llo")));
}

static void finding_minds_the_end(void **state)
{
    (void)state;
    assert_int_equal(str_find_byte(STR("a=b"), '='), 1);
    assert_int_equal(str_find_byte(str_slice(STR("a=b"), 0, 1), '='), -1);
    assert_int_equal(str_find(STR("one two"), STR("two")), 4);
    assert_int_equal(str_find(str_slice(STR("one two"), 0, 6), STR("two")), -1);
    assert_int_equal(str_find(STR_NONE, STR("x")), -1);
}

static void cutting_gives_every_piece_once(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,"), piece;
    const struct str want[] = { STR("a"), STR(""), STR("b"), STR("") };
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_cut(&rest, ',', &piece));
        assert_true(str_equal(piece, want[i]));
    }
    assert_false(str_cut(&rest, ',', &piece));
    assert_true(str_equal(str_trim(STR(" \t x y\r\n")), STR("x y")));
}

static void whole_numbers_are_digits_within_64_bits(void **state)
{
    (void)state;
    int64_t v = 0;
    assert_true(str_to_i64(STR("-9223372036854775808"), &v));
    assert_true(v == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &v));
    assert_true(v == INT64_MAX);
    static const char *const wrong[] = {
        "", "-", "+1", " 1", "1 ", "0x1", "1.0", "9223372036854775808", "-9223372036854775809", "99999999999999999999"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(str_to_i64(str_of(wrong[i]), &v));
}

static void text_is_valid_utf8_without_nul(void **state)
{
    (void)state;
    assert_true(str_is_text(STR("")));
    assert_true(str_is_text(STR("a\xC2\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")));
    assert_true(str_is_text(STR("\xF4\x8F\xBF\xBF")));
    static const struct str wrong[] = {
        STR_INIT("a\0b"),             /* NUL */
        STR_INIT("\xC0\xAF"),         /* overlong slash */
        STR_INIT("\xE0\x80\xAF"),     /* overlong */
        STR_INIT("\xF0\x80\x80\xAF"), /* overlong */
        STR_INIT("\xED\xA0\x80"),     /* a surrogate */
        STR_INIT("\xF4\x90\x80\x80"), /* beyond U+10FFFF */
        STR_INIT("\xF5\x80\x80\x80"),
        STR_INIT("\x80"),
        STR_INIT("\xE2\x82"),
        STR_INIT("\xFF"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(str_is_text(wrong[i]));
    assert_int_equal(str_code_points(STR("a\xE2\x82\xAC\xF0\x9F\x98\x80")), 3);
}

static void a_line_holds_nothing_that_nobody_sees(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int at; /* -1: fit */
        uint32_t character;
    } rows[] = {
        { "", -1, 0 },
        { "The lamps, mended", -1, 0 },
        { "Llanfair\u2019s \u2014 caf\u00E9 \U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F", -1,
          0 },
        { "no\u00A0break", -1, 0 },
        { "a\tb", 1, '\t' },
        { "a\nb", 1, '\n' },
        { "a\x7F", 1, 0x7F },
        { "\xC2\x85", 0, 0x85 },
        { "ab\u200B", 2, 0x200B },
        { "\u061Ca", 0, 0x61C },
        { "a\u200Eb", 1, 0x200E },
        { "a\u200Fb", 1, 0x200F },
        { "a\u2028b", 1, 0x2028 },
        { "\u00E9\u2029b", 2, 0x2029 },
        { "a\u202Ab", 1, 0x202A },
        { "a\u202Eb", 1, 0x202E },
        { "a\u2060b", 1, 0x2060 },
        { "a\u2066b", 1, 0x2066 },
        { "a\u2069b", 1, 0x2069 },
        { "\uFEFFa", 0, 0xFEFF },
        /* Joiners: between two letters or signs, and nowhere else. */
        { "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", -1, 0 },
        { "\U0001F469\u200D\U0001F692", -1, 0 },
        { "\u2764\uFE0F\u200D\U0001F525", -1, 0 },
        { "\u200Ca", 0, 0x200C },
        { "a\u200D", 1, 0x200D },
        { "a \u200Db", 2, 0x200D },
        { "a\u200C b", 1, 0x200C },
        { "a\u200C\u00A0b", 1, 0x200C },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t character = 0;
        assert_int_equal(str_find_unfit(str_of(rows[i].line), &character), rows[i].at);
        if (rows[i].at >= 0)
            assert_int_equal(character, rows[i].character);
    }
}

static void only_marks_that_turn_the_direction_turn_it(void **state)
{
    (void)state;
    uint32_t character = 0;
    static const uint32_t marks[] = { 0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C,
                                      0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069 };
    static const char *const text[] = { "\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
                                        "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069" };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        assert_int_equal(str_find_turning(str_of(text[i]), &character), 0);
        assert_int_equal(character, marks[i]);
    }
    assert_int_equal(str_find_turning(STR("two\nlines, \u05E9\u05DC\u05D5\u05DD \u200B\u2028"), &character), -1);
    assert_int_equal(str_find_turning(STR("two\nlines\u202E"), &character), 9);
}

static void what_nobody_sees_is_no_line(void **state)
{
    (void)state;
    static const char *const nothing[] = { "",       " ",      "\u00A0", "\u200B",     "\u00AD",        "\u2003\u3000",
                                           "\u2800", "\u3164", "\uFE0F", "\U000E0067", " \u034F\u115F", "\t\n" };
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        assert_false(str_is_visible(str_of(nothing[i])));
        assert_false(str_is_line(str_of(nothing[i])));
    }
    static const char *const lines[] = { "a", " . ", "\u00A0\u00E9", "\u0420\u0435\u0448\u0435\u043D\u0438\u0435",
                                         "\U0001F6A8" };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_true(str_is_visible(str_of(lines[i])));
        assert_true(str_is_line(str_of(lines[i])));
    }
    assert_false(str_is_line(STR("caf\xE9")));
    assert_false(str_is_line(STR("a\0b")));
    assert_false(str_is_line(STR("a\u202E")));
}

static void a_distance_counts_letters_changed_added_and_left_out(void **state)
{
    (void)state;
    assert_int_equal(str_distance(STR("title"), STR("title")), 0);
    assert_int_equal(str_distance(STR("titel"), STR("title")), 2);
    assert_int_equal(str_distance(STR("ofice"), STR("office")), 1);
    assert_int_equal(str_distance(STR("a"), STR("b")), 1);
    assert_int_equal(str_distance(STR(""), STR("abc")), 3);
    assert_int_equal(str_distance(STR("abc"), STR("")), 3);
    char forty[41], longer[42];
    memset(forty, 'a', 40);
    memset(longer, 'a', 41);
    assert_int_equal(str_distance((struct str){ forty, 40 }, STR("")), 40);
    assert_true(str_distance((struct str){ longer, 41 }, STR("a")) == SIZE_MAX);
    assert_true(str_distance(STR("a"), (struct str){ longer, 41 }) == SIZE_MAX);
}

static void copies_end_in_nul_and_refuse_one_inside(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1000);
    struct str copy = str_copy(arena, str_slice(STR("hello"), 0, 4));
    assert_int_equal(copy.p[4], '\0');
    assert_string_equal(str_z(arena, copy), "hell");
    assert_null(str_z(arena, STR("a\0b")));
    assert_true(str_equal(str_format(arena, "%d-%s", 7, "x"), STR("7-x")));
    assert_null(str_format(arena, "%2000d", 1).p);
    assert_true(arena_failed(arena));
    arena_free(arena);
}

/* ---- Status ---- */

static void every_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = STATUS_OK; a <= STATUS_NO_MEMORY; a++) {
        assert_string_not_equal(status_name((enum status)a), "unknown");
        for (int b = STATUS_OK; b < a; b++)
            assert_string_not_equal(status_name((enum status)a), status_name((enum status)b));
    }
}

static void a_fault_is_cut_at_a_whole_character(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 3; lead++) {
        struct fault fault;
        char words[FAULT_TEXT_SIZE * 2];
        memset(words, 'x', lead);
        for (size_t i = lead; i + 3 < sizeof words; i += 3)
            memcpy(words + i, "\xE2\x82\xAC", 4);
        assert_int_equal(fault_set(&fault, STATUS_LIMIT, "%s", words), STATUS_LIMIT);
        assert_int_equal(fault.status, STATUS_LIMIT);
        assert_true(strlen(fault.text) > FAULT_TEXT_SIZE - 5);
        assert_true(str_is_text(str_of(fault.text)));
    }
    assert_int_equal(fault_set(NULL, STATUS_BUSY, "nobody reads this"), STATUS_BUSY);
}

static void a_bug_says_where_and_aborts(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        bug("the sum is %d", 5);
    }
    close(ends[1]);
    char text[400] = "";
    ssize_t n = read(ends[0], text, sizeof text - 1);
    size_t total = n > 0 ? (size_t)n : 0;
    while (n > 0 && total < sizeof text - 1) {
        n = read(ends[0], text + total, sizeof text - 1 - total);
        total += n > 0 ? (size_t)n : 0;
    }
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(text, "the sum is 5"));
    assert_non_null(strstr(text, "test_words.c:"));
}

/* ---- Clock and random source ---- */

static int64_t told(void *self)
{
    return *(int64_t *)self;
}

static void the_clock_can_be_replaced_and_put_back(void **state)
{
    (void)state;
    int64_t moment = 1234567890123;
    struct clock clock = { told, &moment };
    clock_use(&clock);
    assert_true(clock_now_ms() == 1234567890123);
    moment++;
    assert_true(clock_now_ms() == 1234567890124);
    clock_use(NULL);
    assert_true(clock_now_ms() > 1700000000000); /* after 2023 */
    int64_t a = clock_steady_ns(), b = clock_steady_ns();
    assert_true(b >= a);
}

static void count_up(void *self, void *out, size_t n)
{
    unsigned char *next = self;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)out)[i] = (*next)++;
}

static void the_random_source_can_be_replaced_and_put_back(void **state)
{
    (void)state;
    unsigned char next = 0;
    struct entropy entropy = { count_up, &next };
    struct arena *arena = arena_new(1000);
    entropy_use(&entropy);
    assert_true(str_equal(entropy_id(arena, 8), STR("abcdefgh")));
    assert_true(str_equal(entropy_id(arena, 26), STR("ijklmnopqrstuvwxyz234567ab")));
    entropy_use(NULL);
    struct str a = entropy_id(arena, 26), b = entropy_id(arena, 26);
    assert_false(str_equal(a, b));
    for (size_t i = 0; i < a.n; i++)
        assert_true((a.p[i] >= 'a' && a.p[i] <= 'z') || (a.p[i] >= '2' && a.p[i] <= '7'));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_and_empty_are_equal_bytes_but_not_the_same),
        cmocka_unit_test(equality_minds_length_and_every_byte),
        cmocka_unit_test(order_is_of_bytes_and_the_shorter_head_is_first),
        cmocka_unit_test(slices_never_reach_beyond_the_string),
        cmocka_unit_test(finding_minds_the_end),
        cmocka_unit_test(cutting_gives_every_piece_once),
        cmocka_unit_test(whole_numbers_are_digits_within_64_bits),
        cmocka_unit_test(text_is_valid_utf8_without_nul),
        cmocka_unit_test(a_line_holds_nothing_that_nobody_sees),
        cmocka_unit_test(only_marks_that_turn_the_direction_turn_it),
        cmocka_unit_test(what_nobody_sees_is_no_line),
        cmocka_unit_test(a_distance_counts_letters_changed_added_and_left_out),
        cmocka_unit_test(copies_end_in_nul_and_refuse_one_inside),
        cmocka_unit_test(every_status_has_a_name_of_its_own),
        cmocka_unit_test(a_fault_is_cut_at_a_whole_character),
        cmocka_unit_test(a_bug_says_where_and_aborts),
        cmocka_unit_test(the_clock_can_be_replaced_and_put_back),
        cmocka_unit_test(the_random_source_can_be_replaced_and_put_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
