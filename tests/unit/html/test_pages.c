/*
 * Pages as they are sent: templates of sample/, generated like a room's, with
 * fields that an attacker chose. By hand, "test_pages FOLDER update" writes the golden pages anew.
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
#include "sample/sample_pages.h"

#include "base/banned.h"

enum { PAGE_MAX = 64 * 1024 };

static struct arena *arena;
static const char *folder;
static bool updates;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(8 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct str hostile[] = {
    STR_INIT("\"><script>alert(1)</script>"),
    STR_INIT("' onmouseover='alert(1)"),
    STR_INIT("</title></textarea></main><img src=x onerror=alert(1)>"),
    STR_INIT("\n&lt;b&gt; &#60;script&#62; {{ title }}"),
    STR_INIT("\xC0\xBCscript\xC0\xBE \xFF\x00\x1B"),
    STR_INIT("--><!-- ]]> <![CDATA["),
};
static const struct str harmless[] = {
    STR_INIT("one"), STR_INIT("two"), STR_INIT("three"), STR_INIT("four"), STR_INIT("five"), STR_INIT("six"),
};
enum { VALUES = sizeof hostile / sizeof hostile[0] };

/* The list page with the same shape for any six values. */
static void list_write(struct buf *out, enum language language, const struct str *values, struct html body)
{
    struct row rows[VALUES];
    for (size_t i = 0; i < VALUES; i++) {
        struct url address = url_query(arena, url_path(arena, URL_OWN("/news"), values[i]), STR("q"), values[i]);
        assert_non_null(address.s.p);
        rows[i] = (struct row){ .title = values[i], .address = address, .live = i % 2 == 0 };
    }
    const struct list_page page = {
        .frame = { .title = values[0], .description = values[1], .canonical = rows[2].address },
        .rows = rows,
        .rows_n = VALUES,
        .words = values,
        .words_n = VALUES,
        .body = body,
        .older = rows[3].address,
        .count = INT64_MIN,
    };
    list_page_write(out, language, &page);
}

static struct str list_rendered(enum language language, const struct str *values)
{
    struct buf out;
    struct html body;
    buf_init(&out, arena, PAGE_MAX);
    assert_int_equal(markdown_html(arena, STR("**bold** \\<b>"), &body, NULL), STATUS_OK);
    list_write(&out, language, values, body);
    assert_true(buf_ok(&out));
    return buf_str(&out);
}

static void assert_golden(struct str is, const char *name)
{
    struct str shall_be;
    struct fault fault;
    const char *path = str_z(arena, str_format(arena, "%s/sample/%s", folder, name));
    if (updates && file_write(path, is, 0644, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    if (file_read(arena, path, PAGE_MAX, &shall_be, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    if (!str_equal(is, shall_be))
        fail_msg("not as %s:\n%.*s", name, STR_ARG(is));
}

static void hostile_fields_give_the_golden_page(void **state)
{
    (void)state;
    assert_golden(list_rendered(LANGUAGE_EN, hostile), "list.hostile.out");
    assert_golden(list_rendered(LANGUAGE_CY, harmless), "list.harmless.out");
}

/* What gives a page its structure, in its order. */
static struct str skeleton(struct str page)
{
    struct buf out;
    buf_init(&out, arena, PAGE_MAX);
    for (size_t i = 0; i < page.n; i++)
        if (page.p[i] == '<' || page.p[i] == '>' || page.p[i] == '"' || page.p[i] == '\'')
            buf_add_byte(&out, page.p[i]);
    return buf_str(&out);
}

static void no_field_changes_the_structure_of_a_page(void **state)
{
    (void)state;
    struct str shape = skeleton(list_rendered(LANGUAGE_EN, harmless));
    assert_true(shape.n > 100);
    assert_true(str_equal(skeleton(list_rendered(LANGUAGE_EN, hostile)), shape));
    /* Every byte in every field, alone and beside another one. */
    for (int c = 0; c < 256; c++) {
        char bytes[3] = { 'a', (char)c, '=' };
        struct str values[VALUES];
        for (size_t i = 0; i < VALUES; i++)
            values[i] = (struct str){ bytes, 1 + i % 3 };
        struct str page = list_rendered(LANGUAGE_EN, values);
        assert_true(str_equal(skeleton(page), shape));
        assert_true(str_is_text(page));
        arena_reset(arena);
        shape = skeleton(list_rendered(LANGUAGE_EN, harmless));
    }
}

static void a_textarea_keeps_the_first_line_end_of_its_value(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, arena, PAGE_MAX);
    card_write(&out, LANGUAGE_EN, &(struct card){ .words = STR("\nx") });
    assert_true(str_find(buf_str(&out), STR("\">\n\nx</textarea>")) > 0);
}

static void what_is_absent_leaves_nothing(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, arena, PAGE_MAX);
    list_page_write(&out, LANGUAGE_EN, &(struct list_page){ .count = 0 });
    struct str page = buf_str(&out);
    assert_true(str_find(page, STR("<hr>")) > 0);
    assert_true(str_find(page, STR("<div></div>")) > 0);
    assert_true(str_find(page, STR("<ol>")) < 0);
    assert_true(str_find(page, STR("description")) < 0);
    assert_true(str_find(page, STR("canonical")) < 0);
    assert_true(str_find(page, STR("href")) < 0);
    assert_true(str_find(page, STR(" hidden")) < 0);
}

static void a_prose_speaks_the_language_that_is_asked_for(void **state)
{
    (void)state;
    const struct letter page = { .frame = { .title = STR("unused") }, .name = hostile[0] };
    for (int language = 0; language < LANGUAGES; language++) {
        struct buf out;
        buf_init(&out, arena, PAGE_MAX);
        letter_write(&out, (enum language)language, &page);
        assert_golden(buf_str(&out), language == LANGUAGE_EN ? "letter.en.out" : "letter.cy.out");
    }
}

static void a_sentence_with_arguments_is_plain_text_for_c(void **state)
{
    (void)state;
    struct str said = t_greeting(LANGUAGE_EN, arena, STR("<Ann>"), -3);
    assert_string_equal(said.p, "Dear <Ann>, you have <b>-3</b> messages");
    struct arena *small = arena_new(8);
    assert_non_null(small);
    assert_null(t_greeting(LANGUAGE_EN, small, STR("<Ann>"), -3).p);
    arena_free(small);
}

static void a_page_that_does_not_fit_fails_and_leaves_nothing(void **state)
{
    (void)state;
    struct html none = { STR_NONE };
    int64_t live = mem_live();
    struct buf out;
    buf_init(&out, NULL, PAGE_MAX);
    list_write(&out, LANGUAGE_EN, hostile, none);
    assert_true(buf_ok(&out));
    size_t whole = out.n;
    buf_free(&out);
    for (size_t limit = 0; limit < whole; limit += 7) {
        buf_init(&out, NULL, limit);
        list_write(&out, LANGUAGE_EN, hostile, none);
        assert_false(buf_ok(&out));
        buf_free(&out);
    }
    /* The arena of the addresses may have grown; give it back before counting. */
    arena_reset(arena);
    assert_true(mem_live() <= live + 1);
}

static void every_allocation_of_a_page_that_fails_is_seen(void **state)
{
    (void)state;
    const struct list_page page = { .frame = { .title = hostile[0] }, .words = hostile, .words_n = VALUES };
    int64_t live = mem_live();
    uint64_t failed = 0;
    for (uint64_t k = 1;; k++) {
        struct buf out;
        buf_init(&out, NULL, PAGE_MAX);
        mem_fail_at(k);
        list_page_write(&out, LANGUAGE_EN, &page);
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        assert_int_equal(buf_ok(&out), !reached);
        buf_free(&out);
        assert_int_equal(mem_live(), live);
        if (!reached)
            break;
        failed++;
    }
    assert_true(failed > 3);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        return 2;
    folder = argv[1];
    updates = argc == 3 && strcmp(argv[2], "update") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hostile_fields_give_the_golden_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_field_changes_the_structure_of_a_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_textarea_keeps_the_first_line_end_of_its_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_absent_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_prose_speaks_the_language_that_is_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sentence_with_arguments_is_plain_text_for_c, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_that_does_not_fit_fails_and_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_of_a_page_that_fails_is_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("html pages", tests, NULL, NULL);
}
