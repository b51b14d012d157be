/*
 * What is called the change between two texts, that both texts can be rebuilt
 * from it byte for byte whatever they hold, and what a page shows of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "posts/difference.h"

#include "base/banned.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return mem_live() == 0 ? 0 : -1;
}

static struct str rebuilt(const struct difference *d, enum difference_kind without)
{
    struct buf out;
    buf_init(&out, arena, 1 << 20);
    for (size_t i = 0; i < d->n; i++)
        if (d->runs[i].kind != without)
            buf_add(&out, d->runs[i].text);
    struct str s = buf_str(&out);
    return s.p ? s : STR("");
}

/* Both texts are there, and no run is empty or of the kind of its neighbour. */
static void check_whole(const struct difference *d, struct str old_text, struct str new_text)
{
    struct str removed = rebuilt(d, DIFFERENCE_ADDED);
    struct str added = rebuilt(d, DIFFERENCE_REMOVED);
    assert_int_equal(removed.n, old_text.n);
    assert_int_equal(added.n, new_text.n);
    if (old_text.n > 0)
        assert_memory_equal(removed.p, old_text.p, old_text.n);
    if (new_text.n > 0)
        assert_memory_equal(added.p, new_text.p, new_text.n);
    for (size_t i = 0; i < d->n; i++) {
        assert_true(d->runs[i].text.n > 0);
        assert_true(d->runs[i].kind <= DIFFERENCE_ADDED);
        assert_true(i == 0 || d->runs[i].kind != d->runs[i - 1].kind);
    }
}

static struct difference between(struct str old_text, struct str new_text)
{
    struct difference d;
    assert_int_equal(difference_of(arena, old_text, new_text, &d), STATUS_OK);
    check_whole(&d, old_text, new_text);
    return d;
}

static struct str marked(const struct difference *d)
{
    static const char *const before[] = { "", "[", "{", "<" };
    static const char *const behind[] = { "", "]", "}", ">" };
    struct buf out;
    buf_init(&out, arena, 1 << 20);
    for (size_t i = 0; i < d->n; i++) {
        buf_add(&out, str_of(before[d->runs[i].kind]));
        buf_add(&out, d->runs[i].text);
        buf_add(&out, str_of(behind[d->runs[i].kind]));
    }
    struct str s = buf_str(&out);
    return s.p ? s : STR("");
}

static void check_said(struct str said, const char *expected)
{
    if (!str_equal(said, str_of(expected)))
        fail_msg("said:     %.*s\nexpected: %s", STR_ARG(said), expected);
}

static void check_change(const char *old_text, const char *new_text, const char *expected)
{
    struct difference d = between(str_of(old_text), str_of(new_text));
    check_said(marked(&d), expected);
}

/* ---- What the change is called ---- */

static void one_word_for_another_is_one_word(void **state)
{
    (void)state;
    check_change("The man was arrested on Monday.", "The man was charged on Monday.",
                 "The man was [arrested]{charged} on Monday.");
    check_change("same", "same", "same");
    check_change("", "", "");
    check_change("", "all new", "{all new}");
    check_change("all old", "", "[all old]");
}

static void a_changed_full_stop_does_not_mark_the_word(void **state)
{
    (void)state;
    check_change("We are sorry.", "We are sorry!", "We are sorry[.]{!}");
    check_change("near (the park)", "near the park", "near [(]the park[)]");
    check_change("in \"Old Street\"", "in \"New Street\"", "in \"[Old]{New} Street\"");
    check_change("**Bold** words", "Bold words", "[**]Bold[**] words");
}

static void words_with_signs_inside_stay_whole(void **state)
{
    (void)state;
    check_change("at 7.30pm, 1,200 people", "at 7.45pm, 1,300 people", "at [7.30pm]{7.45pm}, [1,200]{1,300} people");
    check_change("don't", "don\xE2\x80\x99t", "[don't]{don\xE2\x80\x99t}");
    check_change("a 34-year-old", "a 35-year-old", "a [34-year-old]{35-year-old}");
    check_change("desk@force.example", "news@force.example", "[desk@force.example]{news@force.example}");
}

static void an_added_word_brings_one_blank_with_it(void **state)
{
    (void)state;
    check_change("charged with robbery", "charged with attempted robbery", "charged with {attempted }robbery");
    check_change("charged with attempted robbery", "charged with robbery", "charged with [attempted ]robbery");
    check_change("One.", "One. Two.", "One.{ Two.}");
}

static void two_words_for_two_others_are_two_changes(void **state)
{
    (void)state;
    check_change("A man was arrested on Monday in Leeds.", "A woman was charged on Friday in York.",
                 "A [man]{woman} was [arrested]{charged} on [Monday]{Friday} in [Leeds]{York}.");
}

static void a_short_common_word_inside_a_changed_phrase_is_part_of_it(void **state)
{
    (void)state;
    check_change("has been convicted of a hate crime after", "has been charged with a public order offence after",
                 "has been [convicted of a hate crime]{charged with a public order offence} after");
}

static void a_sentence_behind_a_changed_one_is_an_addition(void **state)
{
    (void)state;
    check_change("They found a knife.", "They found nothing. They left at noon.",
                 "They found [a knife]{nothing}.{ They left at noon.}");
    check_change("They found nothing. They left at noon.", "They found a knife.",
                 "They found [nothing]{a knife}.[ They left at noon.]");
    check_change("They found a knife. It was old.", "They found nothing. They left. It was new.",
                 "They found [a knife]{nothing}. {They left. }It was [old]{new}.");
}

static void a_change_begins_where_a_sentence_or_a_line_begins(void **state)
{
    (void)state;
    check_change("The A was. The C was.", "The A was. The B was. The C was.", "The A was. {The B was. }The C was.");
    check_change("- in the library\n- in the school\n", "- in the library\n- in the church\n- in the school\n",
                 "- in the library\n{- in the church\n}- in the school\n");
}

static void a_new_paragraph_is_added_whole(void **state)
{
    (void)state;
    check_change("Tell us.\n\nIn danger call 999.", "Tell us.\n\nOr tell a charity.\n\nIn danger call 999.",
                 "Tell us.\n\n{Or tell a charity.\n\n}In danger call 999.");
}

static void paragraphs_that_share_nothing_stand_beside_their_own(void **state)
{
    (void)state;
    check_change("red green\n\nblue white", "one two\n\nthree four",
                 "[red green]{one two}\n\n[blue white]{three four}");
    check_change("red green\n\nblue white", "one two three four", "[red green\n\nblue white]{one two three four}");
}

static void a_moved_sentence_is_removed_and_added_once(void **state)
{
    (void)state;
    check_change("The longest sentence of them stays here. Go home.",
                 "Go home. The longest sentence of them stays here.",
                 "{Go home. }The longest sentence of them stays here.[ Go home.]");
}

static void rare_words_hold_the_texts_together(void **state)
{
    (void)state;
    check_change("the the the library the the", "the library the the the the",
                 "[the the ]the library the the{ the the}");
}

/* ---- Characters ---- */

static void no_character_is_taken_apart(void **state)
{
    (void)state;
    check_change("caf\xC3\xA9", "caf\xC3\xA8", "[caf\xC3\xA9]{caf\xC3\xA8}");
    /* the same letter with and without the mark on it */
    check_change("cafe\xCC\x81 shut", "cafe shut", "[cafe\xCC\x81]{cafe} shut");
    /* a mark on a full stop, on a blank, on an ideograph */
    check_change("so.\xCC\x81 x", "so. x", "so[.\xCC\x81]{.} x");
    check_change("so \xCC\x81x", "so x", "so[ \xCC\x81]{ }x");
}

static void marks_on_a_blank_make_it_a_word(void **state)
{
    (void)state;
    struct difference d = between(STR("a  \xCC\x81 b"), STR("a  \xCC\x82 b"));
    check_said(marked(&d), "a [ \xCC\x81]{ \xCC\x82} b");
}

static void each_ideograph_is_a_word(void **state)
{
    (void)state;
    check_change("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", "\xE6\x97\xA5\xE4\xB8\xAD\xE8\xAA\x9E",
                 "\xE6\x97\xA5[\xE6\x9C\xAC]{\xE4\xB8\xAD}\xE8\xAA\x9E");
    check_change("\xE6\x97\xA5\xEF\xB8\x80", "\xE6\x97\xA5\xEF\xB8\x81",
                 "[\xE6\x97\xA5\xEF\xB8\x80]{\xE6\x97\xA5\xEF\xB8\x81}");
}

static void a_sign_of_several_characters_stays_whole(void **state)
{
    (void)state;
    /* a family of three joined by U+200D, and one of two */
    check_change("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 x",
                 "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9 x",
                 "[\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7]"
                 "{\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9} x");
}

/* ---- Whatever the texts hold ---- */

static uint32_t dice = 1;

static uint32_t below(uint32_t n)
{
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice % n;
}

static struct str made_up(size_t pieces)
{
    static const char *const parts[] = { "the", "a",  "police",   "charged",      "Monday", " ",
                                         " ",   " ",  "\n",       "\n\n",         ".",      ",",
                                         "**",  "- ", "\xC3\xA9", "\xCC\x81",     "\xC3",   "\x80",
                                         "'",   "1",  "\r\n",     "\xE2\x80\x8D", "\t",     "\xE6\x97\xA5" };
    struct buf out;
    buf_init(&out, arena, 1 << 20);
    for (size_t i = 0; i < pieces; i++)
        buf_add(&out, str_of(parts[below(sizeof parts / sizeof parts[0])]));
    struct str s = buf_str(&out);
    return s.p ? s : STR("");
}

/* The same with some stretches changed. */
static struct str changed(struct str text)
{
    struct buf out;
    buf_init(&out, arena, 1 << 20);
    for (size_t at = 0; at < text.n;) {
        size_t n = 1 + below(30);
        if (below(4) == 0)
            buf_add(&out, made_up(below(4)));
        else
            buf_add(&out, str_slice(text, at, n));
        at += n;
    }
    struct str s = buf_str(&out);
    return s.p ? s : STR("");
}

static void both_texts_can_be_rebuilt_from_any_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        struct str old_text = made_up(below(120));
        struct str new_text = below(8) == 0 ? made_up(below(120)) : changed(old_text);
        (void)between(old_text, new_text);
        arena_reset(arena);
    }
}

static struct str filled(const char *piece, size_t n)
{
    size_t length = strlen(piece);
    char *p = arena_alloc(arena, n, 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = piece[i % length];
    return (struct str){ p, n };
}

static void the_longest_texts_are_taken_and_longer_ones_refused(void **state)
{
    (void)state;
    static const char *const pieces[] = { "a ", "a b ", ".,", ",.!", "x", "\n\n", "a\n\n", "\xCC\x81" };
    enum { PIECES = sizeof pieces / sizeof pieces[0] };
    struct difference d;
    for (size_t i = 0; i < PIECES; i++) {
        (void)between(filled(pieces[i], DIFFERENCE_TEXT_MAX), filled(pieces[(i + 1) % PIECES], DIFFERENCE_TEXT_MAX));
        arena_reset(arena);
    }
    assert_int_equal(difference_of(arena, filled("a", DIFFERENCE_TEXT_MAX + 1), STR("a"), &d), STATUS_LIMIT);
    assert_int_equal(difference_of(arena, STR("a"), filled("a", DIFFERENCE_TEXT_MAX + 1), &d), STATUS_LIMIT);
    assert_int_equal(d.n, 0);
}

static void very_many_small_changes_become_one(void **state)
{
    (void)state;
    struct difference d = between(filled("a b\n", DIFFERENCE_TEXT_MAX), filled("a b ", DIFFERENCE_TEXT_MAX));
    assert_true(d.n <= DIFFERENCE_RUNS_MAX);
    assert_int_equal(d.runs[0].kind, DIFFERENCE_REMOVED);
}

static void a_small_change_in_a_long_text_is_found(void **state)
{
    (void)state;
    struct buf old_text;
    struct buf new_text;
    buf_init(&old_text, arena, 1 << 20);
    buf_init(&new_text, arena, 1 << 20);
    for (int i = 0; i < 9000; i++) {
        buf_format(&old_text, "word%d and so on ", i % 3000);
        buf_format(&new_text, "word%d and so on ", i == 4500 ? 99999 : i % 3000);
    }
    struct difference d = between(str_slice(buf_str(&old_text), 0, DIFFERENCE_TEXT_MAX),
                                  str_slice(buf_str(&new_text), 0, DIFFERENCE_TEXT_MAX));
    assert_true(d.n == 5 || d.n == 6); /* the ends were cut at different places */
    assert_true(str_equal(d.runs[1].text, STR("word1500")) && str_equal(d.runs[2].text, STR("word99999")));
}

static void memory_that_is_gone_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    /* so long that nearly each table needs memory of its own */
    struct buf old_buf;
    struct buf new_buf;
    buf_init(&old_buf, arena, 1 << 20);
    buf_init(&new_buf, arena, 1 << 20);
    for (int i = 0; i < 2000; i++) {
        buf_format(&old_buf, "word%d in a text. ", i);
        buf_format(&new_buf, "word%d in a text. ", i % 200 == 7 ? -i : i);
    }
    struct str old_text = buf_str(&old_buf);
    struct str new_text = buf_str(&new_buf);
    bool passed = false;
    size_t failed = 0;
    for (uint64_t k = 1; !passed && k < 100; k++) {
        struct arena *small = arena_new(64 * 1024);
        struct difference d;
        struct difference folded = { 0 };
        assert_non_null(small);
        mem_fail_at(k);
        enum status status = difference_of(small, old_text, new_text, &d);
        if (status == STATUS_OK)
            status = difference_fold(small, &d, 2, &folded);
        passed = mem_calls() < k;
        mem_fail_at(0);
        if (status != STATUS_OK) {
            assert_int_equal(status, STATUS_NO_MEMORY);
            assert_int_equal(folded.n, 0);
            failed++;
        } else {
            check_whole(&d, old_text, new_text);
        }
        arena_free(small);
    }
    assert_true(passed);
    assert_true(failed >= 8);
    /* An arena that is too small for the runs. */
    struct arena *tiny = arena_new(16);
    struct difference d;
    assert_int_equal(difference_of(tiny, old_text, new_text, &d), STATUS_NO_MEMORY);
    assert_int_equal(d.n, 0);
    arena_free(tiny);
}

/* ---- What a page shows ---- */

static void check_shown(const char *old_text, const char *new_text, size_t context, const char *expected)
{
    struct difference d = between(str_of(old_text), str_of(new_text));
    assert_int_equal(difference_fold(arena, &d, context, &d), STATUS_OK);
    check_said(marked(&d), expected);
}

static void long_stretches_that_did_not_change_are_left_out(void **state)
{
    (void)state;
    check_shown("1 2 3 4 5 6 old 7 8 9 10 11 12 13 14 15 old 16 17 18 19 20 21",
                "1 2 3 4 5 6 new 7 8 9 10 11 12 13 14 15 new 16 17 18 19 20 21", 2,
                "<1 2 3 4 >5 6 [old]{new} 7 8< 9 10 11 12 13 >14 15 [old]{new} 16 17< 18 19 20 21>");
    /* a word or two are shown */
    check_shown("1 2 3 4 old 5", "1 2 3 4 new 5", 2, "1 2 3 4 [old]{new} 5");
    check_shown("1 2 3 4 5 old", "1 2 3 4 5 new", 0, "<1 2 3 4 5 >[old]{new}");
}

static void nothing_is_left_out_of_a_change(void **state)
{
    (void)state;
    check_shown("a b c d e f g h i j k l", "A B C D E F G H I J K L", 1,
                "[a b c d e f g h i j k l]{A B C D E F G H I J K L}");
}

static void line_ends_that_moved_are_no_change_to_a_reader(void **state)
{
    (void)state;
    check_shown("one line\nwrapped for the editor\nonly old", "one line wrapped\nfor the editor only new", 20,
                "one line wrapped\nfor the editor only [old]{new}");
    check_shown("one line\nwrapped", "one line wrapped", 20, "");
    check_shown("one line  \n", "one line\n", 20, "");
    check_shown("same", "same", 20, "");
}

static void the_blank_before_an_addition_is_not_marked(void **state)
{
    (void)state;
    check_shown("One.", "One. Two.", 20, "One. {Two.}");
    check_shown("One.", "One. \xCC\x81Two.", 20, "One.{ \xCC\x81Two.}");
    check_shown("One.", "One.\n\nTwo.", 20, "One.{\n\nTwo.}");
}

static void a_paragraph_that_was_made_or_joined_is_a_change(void **state)
{
    (void)state;
    check_shown("One. Two.", "One.\n\nTwo.", 20, "One.{\n\n}Two.");
    check_shown("One.\n\nTwo.", "One. Two.", 20, "One.[\n\n] Two.");
    check_shown("One.\n\nTwo.", "One.\n\n\nTwo.", 20, "");
}

static void every_removed_and_added_word_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        struct str old_text = made_up(below(200));
        struct str new_text = changed(old_text);
        struct difference d = between(old_text, new_text);
        struct difference folded;
        assert_int_equal(difference_fold(arena, &d, below(5), &folded), STATUS_OK);
        size_t at = 0;
        for (size_t k = 0; k < d.n; k++) {
            if (d.runs[k].kind == DIFFERENCE_KEPT || difference_is_blank(d.runs[k].text))
                continue;
            /* but for the blanks before added words */
            while (at < folded.n &&
                   (folded.runs[at].kind != d.runs[k].kind || !str_ends(d.runs[k].text, folded.runs[at].text) ||
                    !difference_is_blank(str_slice(d.runs[k].text, 0, d.runs[k].text.n - folded.runs[at].text.n))))
                at++;
            assert_true(at < folded.n);
        }
        arena_reset(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_word_for_another_is_one_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_full_stop_does_not_mark_the_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_with_signs_inside_stay_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_added_word_brings_one_blank_with_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_words_for_two_others_are_two_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_common_word_inside_a_changed_phrase_is_part_of_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sentence_behind_a_changed_one_is_an_addition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_begins_where_a_sentence_or_a_line_begins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_paragraph_is_added_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paragraphs_that_share_nothing_stand_beside_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_moved_sentence_is_removed_and_added_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rare_words_hold_the_texts_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_character_is_taken_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(marks_on_a_blank_make_it_a_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_ideograph_is_a_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sign_of_several_characters_stays_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_texts_can_be_rebuilt_from_any_difference, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_texts_are_taken_and_longer_ones_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(very_many_small_changes_become_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_change_in_a_long_text_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_that_is_gone_is_said_and_nothing_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_stretches_that_did_not_change_are_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_left_out_of_a_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(line_ends_that_moved_are_no_change_to_a_reader, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_blank_before_an_addition_is_not_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_paragraph_that_was_made_or_joined_is_a_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_removed_and_added_word_is_shown, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
