/*
 * The word-by-word difference as readers get it, eye or ear: the HTML of the
 * component. By hand, "test_site_difference FOLDER update" writes the golden file anew.
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
#include "base/file.h"
#include "posts/limits.h"
#include "site/site.h"
#include "site/site_pages.h"

#include "base/banned.h"

static struct arena *arena;
static const char *folder;
static bool updates;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(8 << 20);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return mem_live() == 0 ? 0 : -1;
}

static struct str rendered(struct str old_text, struct str new_text, struct str caption)
{
    struct word_difference view = { .caption = caption, .explained = caption.n > 0 };
    struct buf out;
    assert_int_equal(site_difference_fill(arena, old_text, new_text, &view), STATUS_OK);
    buf_init(&out, arena, 1 << 20);
    word_difference_write(&out, LANGUAGE_EN, &view);
    assert_true(buf_ok(&out));
    return buf_str(&out);
}

static void the_html_is_the_golden_one(void **state)
{
    (void)state;
    static const char old_text[] =
        "A 34-year-old man has been convicted of a hate crime after shouting abuse at a shopkeeper in Old Street.\n\n"
        "The shopkeeper, who is made up like everybody in this text, told us that she was not hurt, that her shop was "
        "open again the next morning, and that her neighbours had helped her to sweep up. Call 101.\n\n"
        "He will be sentenced on 4 May. We are sorry.\n\nTell us what you saw.";
    static const char new_text[] =
        "A 34-year-old man has been charged with a public order offence after shouting abuse at a shopkeeper in New "
        "Street. He denies it.\n\n"
        "The shopkeeper, who is made up like everybody in this text, told us that she was not hurt, that her shop was "
        "open again the next morning, and that her neighbours had helped her to sweep up. Call 101.\n\n"
        "He will be in court on 4 May. We are sorry. Tell us what you saw.";
    char path[400];
    struct str html = rendered(str_of(old_text), str_of(new_text), STR("Text"));
    struct str golden = STR_NONE;
    struct fault fault = { 0 };
    snprintf(path, sizeof path, "%s/difference.html", folder);
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

static void markup_in_a_text_stays_text(void **state)
{
    (void)state;
    struct str html = rendered(STR("<script>old</script> & <del>x"), STR("<script>new</script> & </del>x"), STR_NONE);
    assert_true(str_find(html, STR("<script")) < 0);
    assert_true(str_find(html, STR("&lt;")) >= 0);
    size_t opened = 0;
    size_t closed = 0;
    for (size_t i = 0; i < html.n; i++) {
        opened += str_starts(str_slice(html, i, 5), STR("<del>")) || str_starts(str_slice(html, i, 5), STR("<ins>"));
        closed += str_starts(str_slice(html, i, 6), STR("</del>")) || str_starts(str_slice(html, i, 6), STR("</ins>"));
    }
    assert_true(opened > 0);
    assert_int_equal(opened, closed);
}

static void words_that_are_left_out_are_not_sent(void **state)
{
    (void)state;
    struct str html = rendered(STR("secret 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 old"),
                               STR("secret 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 new"), STR_NONE);
    assert_true(str_find(html, STR("secret")) < 0);
    assert_true(str_find(html, STR("18 <del>")) >= 0);
}

static void who_listens_hears_where_a_change_begins_and_ends(void **state)
{
    (void)state;
    struct str html = rendered(STR("an old word"), STR("a new word"), STR_NONE);
    static const char *const expected[] = {
        "<del><span class=\"govuk-visually-hidden\">removed:</span>",
        "<span class=\"govuk-visually-hidden\">(end of removed words)</span></del>",
        "<ins><span class=\"govuk-visually-hidden\">added:</span>",
        "<span class=\"govuk-visually-hidden\">(end of added words)</span></ins>",
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(str_find(html, str_of(expected[i])) >= 0);
}

static void texts_without_a_change_have_no_runs(void **state)
{
    (void)state;
    struct word_difference view = { 0 };
    assert_int_equal(site_difference_fill(arena, STR("a\nb"), STR("a b"), &view), STATUS_OK);
    assert_int_equal(view.runs_n, 0);
    char *p = arena_alloc(arena, POST_BODY_MAX + 1, 1);
    assert_non_null(p);
    assert_int_equal(site_difference_fill(arena, STR("a"), (struct str){ p, POST_BODY_MAX + 1 }, &view), STATUS_LIMIT);
    assert_int_equal(view.runs_n, 0);
}

int main(int n, char **words)
{
    folder = n > 1 ? words[1] : ".";
    updates = n > 2 && strcmp(words[2], "update") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_html_is_the_golden_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(markup_in_a_text_stays_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_are_left_out_are_not_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_listens_hears_where_a_change_begins_and_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_without_a_change_have_no_runs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
