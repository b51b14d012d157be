/*
 * The messages between candour and its helper, as somebody who took the helper
 * over would write them: cut anywhere, out of range, too long, no text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "media/wire.h"
#include "proc/proc.h"
#include "base/banned.h"

static const struct media_facts good = { .format = MEDIA_PNG,
                                         .width = 4000,
                                         .height = 3000,
                                         .creator = STR_INIT("Jane"),
                                         .person_shown = STR_INIT("A, B"),
                                         .position = true };

static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, NULL, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&out);
    return 0;
}

static bool takes(const struct media_facts *facts)
{
    struct media_facts got;
    buf_clear(&out);
    media_facts_put(&out, facts);
    struct str rest = buf_str(&out);
    return media_facts_take(&rest, &got);
}

static void facts_come_back_as_they_were_sent(void **state)
{
    (void)state;
    struct media_facts got;
    media_facts_put(&out, &good);
    struct str rest = buf_str(&out);
    assert_true(media_facts_take(&rest, &got));
    assert_int_equal(got.format, MEDIA_PNG);
    assert_int_equal(got.width, 4000);
    assert_true(got.position);
    assert_true(str_equal(got.person_shown, STR("A, B")));
    assert_null(got.rights.p);
}

static void an_answer_that_is_cut_anywhere_or_too_long_is_refused(void **state)
{
    (void)state;
    struct media_facts got;
    media_facts_put(&out, &good);
    struct str whole = buf_str(&out);
    for (size_t n = 0; n < whole.n; n++) {
        struct str rest = str_slice(whole, 0, n);
        assert_false(media_facts_take(&rest, &got));
    }
    buf_add_byte(&out, 'x');
    struct str rest = buf_str(&out);
    assert_false(media_facts_take(&rest, &got));
}

static void facts_out_of_their_bounds_are_refused(void **state)
{
    (void)state;
    char many[MEDIA_TEXT_MAX + 1];
    memset(many, 'a', sizeof many);
    struct media_facts f = good;
    f.rights = (struct str){ many, MEDIA_TEXT_MAX };
    assert_true(takes(&f));
    f.rights.n++;
    assert_false(takes(&f));
    static const struct str unfit[] = { STR_INIT("two\nlines"), STR_INIT("\xff"),          STR_INIT("a\0b"),
                                        STR_INIT("\x1b[2J"),    STR_INIT("a\xE2\x80\xAE"), STR_INIT("\xC0\x80") };
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
        f = good;
        f.licensor = unfit[i];
        assert_false(takes(&f));
    }
    static const int64_t sides[][2] = { { 0, 1 },
                                        { 1, 0 },
                                        { -1, -1 },
                                        { MEDIA_SIDE_MAX + 1, 1 },
                                        { 1, INT64_MAX },
                                        { MEDIA_SIDE_MAX, MEDIA_SIDE_MAX },
                                        { INT64_MIN, INT64_MIN } };
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        f = good;
        f.width = sides[i][0];
        f.height = sides[i][1];
        assert_false(takes(&f));
    }
    f = good;
    f.format = (enum media_format)MEDIA_FORMATS;
    assert_false(takes(&f));
}

static void a_length_that_lies_is_refused(void **state)
{
    (void)state;
    static const int64_t lengths[] = { -1, INT64_MIN, INT64_MAX, 1 << 30, 5 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct media_facts got;
        buf_clear(&out);
        proc_put_i64(&out, MEDIA_JPEG);
        proc_put_i64(&out, 10);
        proc_put_i64(&out, 10);
        proc_put_i64(&out, 0);
        proc_put_i64(&out, lengths[i]);
        buf_add(&out, STR("abcd"));
        struct str rest = buf_str(&out);
        assert_false(media_facts_take(&rest, &got));
    }
}

static void a_verdict_out_of_its_list_is_refused(void **state)
{
    (void)state;
    static const int64_t wrong[][4] = { { MEDIA_WIRE_VERSION + 1, MEDIA_FINE, 0, 0 },
                                        { MEDIA_WIRE_VERSION, MEDIA_TROUBLES, 0, 0 },
                                        { MEDIA_WIRE_VERSION, -1, 0, 0 },
                                        { MEDIA_WIRE_VERSION, INT64_MAX, 0, 0 },
                                        { MEDIA_WIRE_VERSION, MEDIA_OTHER, MEDIA_OTHERS, 0 },
                                        { MEDIA_WIRE_VERSION, MEDIA_OTHER, -1, 0 } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct media_verdict v;
        buf_clear(&out);
        for (size_t j = 0; j < 4; j++)
            proc_put_i64(&out, wrong[i][j]);
        struct str rest = buf_str(&out);
        assert_false(media_verdict_take(&rest, &v));
    }
}

#define JPEG_HEAD STR_INIT("\xff\xd8\xff\xe0 and some bytes more")
#define WEBP_HEAD STR_INIT("RIFF\x20\0\0\0WEBPVP8 and more")

static const struct media_renditions two = {
    .each = { { MEDIA_WEBP, 800, 600, WEBP_HEAD }, { MEDIA_JPEG, 800, 600, JPEG_HEAD } }, .n = 2
};

static bool takes_renditions(const struct media_renditions *r)
{
    struct media_renditions got;
    buf_clear(&out);
    media_renditions_put(&out, r);
    struct str rest = buf_str(&out);
    return media_renditions_take(&rest, &got);
}

static void renditions_that_are_not_what_they_claim_are_refused(void **state)
{
    (void)state;
    assert_true(takes_renditions(&two));
    struct media_renditions r = two;
    r.n = 1;
    assert_false(takes_renditions(&r));
    r = two;
    r.each[0].format = MEDIA_PNG;
    assert_false(takes_renditions(&r));
    r = two;
    r.each[0].format = MEDIA_JPEG; /* and its bytes are WebP */
    assert_false(takes_renditions(&r));
    r = two;
    r.each[0].bytes = (struct str)STR_INIT("<script>and some more</script>");
    assert_false(takes_renditions(&r));
    r = two;
    r.each[1] = r.each[0]; /* twice the same */
    assert_false(takes_renditions(&r));
    static const int64_t sides[][2] = {
        { 0, 1 }, { 1, -1 }, { MEDIA_WIDTH_LARGE + 1, 1 }, { 1, MEDIA_HEIGHT_MAX + 1 }
    };
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        r = two;
        r.each[1].width = sides[i][0];
        r.each[1].height = sides[i][1];
        assert_false(takes_renditions(&r));
    }
    media_renditions_put(&out, &two);
    buf_clear(&out);
    proc_put_i64(&out, 1 << 30);
    struct str rest = buf_str(&out);
    assert_false(media_renditions_take(&rest, &r));
}

static void renditions_cut_anywhere_are_refused(void **state)
{
    (void)state;
    struct media_renditions got;
    media_renditions_put(&out, &two);
    struct str whole = buf_str(&out);
    for (size_t n = 0; n < whole.n; n++) {
        struct str rest = str_slice(whole, 0, n);
        assert_false(media_renditions_take(&rest, &got));
    }
}

static void a_wish_that_is_too_long_or_no_text_is_refused(void **state)
{
    (void)state;
    static char many[MEDIA_ALT_MAX + 1];
    memset(many, 'a', sizeof many);
    struct media_wish wish = { .alt = { many, MEDIA_ALT_MAX }, .creator = { many, MEDIA_WISH_MAX } };
    enum media_question question;
    struct media_wish got;
    assert_true(media_wish_fits(&wish));
    media_question_put(&out, MEDIA_ASK_RENDITIONS, &wish);
    assert_true(media_question_take(buf_str(&out), &question, &got));
    assert_int_equal(got.alt.n, MEDIA_ALT_MAX);
    wish.alt.n++;
    assert_false(media_wish_fits(&wish));
    wish = (struct media_wish){ .creator = { many, MEDIA_WISH_MAX + 1 } };
    assert_false(media_wish_fits(&wish));
    wish = (struct media_wish){ .rights = STR_INIT("\xff") };
    assert_false(media_wish_fits(&wish));
    wish = (struct media_wish){ .source_type = STR_INIT("not/a word") };
    assert_false(media_wish_fits(&wish));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_come_back_as_they_were_sent, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_that_is_cut_anywhere_or_too_long_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(facts_out_of_their_bounds_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_length_that_lies_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_verdict_out_of_its_list_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(renditions_that_are_not_what_they_claim_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(renditions_cut_anywhere_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_wish_that_is_too_long_or_no_text_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
