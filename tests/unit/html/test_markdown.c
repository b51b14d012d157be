/* What markdown.c promises: the markup of a golden text, and that nothing else ever comes out. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "html/html.h"

#include "base/banned.h"

static struct arena *arena;
static const char *folder;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(64 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_html(struct str text, const char *shall_be)
{
    struct html out;
    struct markdown_fault fault;
    if (markdown_html(arena, text, &out, &fault) != STATUS_OK)
        fail_msg("line %d: %s", fault.line, fault.fault.text);
    assert_string_equal(str_z(arena, out.s), shall_be);
}

static void assert_refused(struct str text, enum status status, int line, const char *words)
{
    struct html out;
    struct markdown_fault fault;
    enum status is = markdown_html(arena, text, &out, &fault);
    if (is != status)
        fail_msg("%s instead of %s for: %.*s", status_name(is), status_name(status), (int)(text.n > 60 ? 60 : text.n),
                 text.p);
    assert_null(out.s.p);
    assert_int_equal(fault.fault.status, status);
    assert_int_equal(fault.line, line);
    if (!strstr(fault.fault.text, words))
        fail_msg("'%s' does not say '%s'", fault.fault.text, words);
    struct str plain;
    assert_int_equal(markdown_words(arena, text, &plain, &fault),
                     status == STATUS_INVALID && strstr(words, "address") ? STATUS_OK : status);
}

static struct str file(const char *name)
{
    struct str out;
    struct fault fault;
    const char *path = str_z(arena, str_format(arena, "%s/%s", folder, name));
    if (file_read(arena, path, 1024 * 1024, &out, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return out;
}

static void a_text_becomes_the_golden_page(void **state)
{
    (void)state;
    assert_html(file("post.md"), str_z(arena, file("post.html")));
    struct str words;
    assert_int_equal(markdown_words(arena, file("post.md"), &words, NULL), STATUS_OK);
    assert_string_equal(str_z(arena, words), str_z(arena, str_trim(file("post.txt"))));
}

static void headings_begin_at_h2_and_skip_no_level(void **state)
{
    (void)state;
    assert_html(STR("## A\n\n###### B\n\n# C\n\n### D"),
                "<h2 class=\"govuk-heading-m\">A</h2>\n<h3 class=\"govuk-heading-s\">B</h3>\n"
                "<h2 class=\"govuk-heading-m\">C</h2>\n<h3 class=\"govuk-heading-s\">D</h3>\n");
    assert_html(STR("### Only"), "<h2 class=\"govuk-heading-m\">Only</h2>\n");
}

static void html_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused(STR("one\n\ntwo <b>bold</b>"), STATUS_INVALID, 3, "HTML");
    assert_refused(STR("one\n\n<div>\nx\n</div>"), STATUS_INVALID, 3, "HTML");
    assert_refused(STR("a\nb\nc <img src=x onerror=alert(1)>"), STATUS_INVALID, 3, "HTML");
    assert_refused(STR("x\n\n<!-- comment -->"), STATUS_INVALID, 3, "HTML");
    assert_refused(STR("<script>alert(1)</script>"), STATUS_INVALID, 1, "HTML");
    assert_refused(STR("| a |\n|---|\n| <i>x</i> |"), STATUS_INVALID, 3, "HTML");
    assert_refused(STR("- a\n- <svg onload=alert(1)>"), STATUS_INVALID, 2, "HTML");
}

static void a_sign_that_is_no_tag_is_text(void **state)
{
    (void)state;
    assert_html(STR("1 < 2 & 3 > 2 \\<b>"), "<p class=\"govuk-body\">1 &lt; 2 &amp; 3 &gt; 2 &lt;b&gt;</p>\n");
    /* No tag by CommonMark's grammar; some browsers would take it for one. */
    assert_html(STR("<svg/onload=alert(1)>"), "<p class=\"govuk-body\">&lt;svg/onload=alert(1)&gt;</p>\n");
    assert_html(STR("`<script>`"), "<p class=\"govuk-body\"><code>&lt;script&gt;</code></p>\n");
    assert_html(STR("```html\n<b onclick=\"x\">\n```"),
                "<pre>\n<code>&lt;b onclick=&quot;x&quot;&gt;\n</code></pre>\n");
    assert_html(STR("&lt;script&gt;&#60;b&#x3e;&quot;"), "<p class=\"govuk-body\">&lt;script&gt;&lt;b&gt;&quot;</p>\n");
    assert_html(STR("a&#1;b&#x7f;c&#0;d"), "<p class=\"govuk-body\">abc\xEF\xBF\xBD"
                                           "d</p>\n");
}

static void pictures_are_refused_with_their_line(void **state)
{
    (void)state;
    assert_refused(STR("one\n\n![a](/a.png)"), STATUS_INVALID, 3, "picture");
    assert_refused(STR("![a][x]\n\n[x]: javascript:alert(1)"), STATUS_INVALID, 1, "picture");
}

static void links_that_could_run_are_refused_with_their_line(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR_INIT("x\n\n[a](javascript:alert(1))"),
        STR_INIT("x\n\n[a](JAVASCRIPT:alert(1))"),
        STR_INIT("x\n\n[a](<javascript:alert(1)>)"),
        STR_INIT("x\n\n[a](&#106;avascript:alert(1))"),
        STR_INIT("x\n\n[a](&#x6A;avascript&colon;alert(1))"),
        STR_INIT("x\n\n[a](java&Tab;script:alert(1))"),
        STR_INIT("x\n\n[a](java&NewLine;script:alert(1))"),
        STR_INIT("x\n\n[a](&#1;javascript:alert(1))"),
        STR_INIT("x\n\n[a](\\javascript:alert(1))"),
        STR_INIT("x\n\n[a](data:text/html;base64,PHNjcmlwdD4=)"),
        STR_INIT("x\n\n[a](vbscript:x)"),
        STR_INIT("x\n\n[a](//evil.example)"),
        STR_INIT("x\n\n[a](/\\\\evil.example)"),
        STR_INIT("x\n\n[a](https://police.example@evil.example)"),
        STR_INIT("x\n\n<javascript:alert(1)>"),
        STR_INIT("x\n\n<vbscript:alert(1)>"),
        STR_INIT("x\n\n[a][b]\n\n[b]: javascript:alert(1)"),
        STR_INIT("x\n\n[b]\n\n[b]: data:text/html,x"),
        STR_INIT("x\n\n[**[a](javascript:x)**](/y)"),
        STR_INIT("x\n\n| [a](javascript:x) |\n|---|"),
        STR_INIT("x\n\n# [a](javascript:x)"),
        STR_INIT("x\n\n[a](relative)"),
        STR_INIT("x\n\n[a]()"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(bad[i], STATUS_INVALID, 3, "address");
}

static void a_link_without_words_is_refused(void **state)
{
    (void)state;
    assert_refused(STR("a\n[](/x)"), STATUS_INVALID, 2, "no words");
    assert_refused(STR("[* *](/x) [&#32;](/x)"), STATUS_INVALID, 1, "no words");
}

static void bare_addresses_become_links(void **state)
{
    (void)state;
    assert_html(STR("See https://a.example/x_y_z?a=1&b=2."),
                "<p class=\"govuk-body\">See <a class=\"govuk-link\" href=\"https://a.example/x_y_z?a=1&amp;b=2\">"
                "https://a.example/x_y_z?a=1&amp;b=2</a>.</p>\n");
    assert_html(
        STR("(www.a.example/(b)), x@y.example."),
        "<p class=\"govuk-body\">(<a class=\"govuk-link\" href=\"http://www.a.example/(b)\">www.a.example/(b)</a>), "
        "<a class=\"govuk-link\" href=\"mailto:x@y.example\">x@y.example</a>.</p>\n");
    assert_html(
        STR("\xE2\x80\x9Chttps://a.example\xE2\x80\x9D"),
        "<p class=\"govuk-body\">\xE2\x80\x9C<a class=\"govuk-link\" href=\"https://a.example\">https://a.example</a>"
        "\xE2\x80\x9D</p>\n");
    assert_html(STR("javascript://a.example xhttps://a.example https://localhost @ a@ @b https://u@a.example"),
                "<p class=\"govuk-body\">javascript://a.example xhttps://a.example https://localhost @ a@ @b "
                "https://<a class=\"govuk-link\" href=\"mailto:u@a.example\">u@a.example</a></p>\n");
    assert_html(STR("[https://a.example](https://b.example) `https://c.example`"),
                "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"https://b.example\">https://a.example</a> "
                "<code>https://c.example</code></p>\n");
}

/* A piece, again and again up to the longest text, with a head and a tail. */
static struct str repeated(const char *head, const char *piece, const char *tail, size_t most)
{
    struct buf b;
    buf_init(&b, arena, MARKDOWN_MAX_BYTES + 1);
    buf_add(&b, str_of(head));
    while (b.n + strlen(piece) + strlen(tail) <= MARKDOWN_MAX_BYTES && most-- > 0)
        buf_add(&b, str_of(piece));
    buf_add(&b, str_of(tail));
    assert_true(buf_ok(&b));
    return buf_str(&b);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void hostile_texts_are_quick_and_stay_within_limits(void **state)
{
    (void)state;
    static const char *const hostile[][3] = {
        { "", ">", "" },
        { "", "> ", "x" },
        { "", "[", "" },
        { "", "[a](", "" },
        { "", "![", "" },
        { "", "*", "a" },
        { "", "*a _b ", "" },
        { "", "_", "" },
        { "", "a_b*", "" },
        { "", "`", "" },
        { "", "`a``", "" },
        { "", "<", "" },
        { "", "<!--", "" },
        { "", "</", "" },
        { "", "- ", "x" },
        { "", "1. ", "x" },
        { "", "*\n", "" },
        { "", "* a\n", "" },
        { "", "#\n", "" },
        { "", "a\n\n", "" },
        { "", "&", "" },
        { "", "&#1;", "" },
        { "", "\\", "" },
        { "", "www.", "" },
        { "", "www.www.www.www.www.www.a@b ", "" },
        { "", "a@-b.c", "" },
        { "", "a@b..c", "" },
        { "", "www.a..b", "" },
        { "", "[a](/b)\n\n", "" },
        { "", "a@", "" },
        { "", "https://", "" },
        { "", "a.b@c.d ", "" },
        { "", "~a", "" },
        { "", "~~a ", "" },
        { "|a|\n|-|\n", "|a|\n", "" },
        { "", "|", "\n" },
        { "", "\n", "" },
        { "", " ", "" },
        { "", "\t", "" },
        { "", ">\n", "" },
        { "", "> a\n\n", "" },
        { "", "[a]: /b\n", "" },
        { "[a]: /b\n\n", "[a] ", "" },
        { "", "[a]:\n", "" },
        { "", "***\n", "" },
        { "", "a\n=\n", "" },
        { "", "```\n", "" },
        { "", "a  \n", "" },
        { "", "[](\n", "" },
        { "", "(", "" },
        { "", "*a\n\n", "" },
        { "", "[[]", "\n" },
        { "", "\"", "" },
    };
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        static const size_t most[] = { 900, 4000, SIZE_MAX };
        for (size_t k = 0; k < 3; k++) {
            struct str text = repeated(hostile[i][0], hostile[i][1], hostile[i][2], most[k]);
            struct html out;
            struct markdown_fault fault;
            double before = seconds();
            enum status status = markdown_html(arena, text, &out, &fault);
            double took = seconds() - before;
            if (status != STATUS_OK && status != STATUS_LIMIT && status != STATUS_INVALID)
                fail_msg("%s for '%s'", status_name(status), hostile[i][1]);
            if (took > 60) /* of the processor, short of a hang: the work is bounded by steps */
                fail_msg("%.2f s for '%s'", took, hostile[i][1]);
        }
        arena_reset(arena);
    }
}

static void a_table_cannot_grow_by_cells_that_were_not_written(void **state)
{
    (void)state;
    struct str head = repeated("", "|a", "|\n", 1500);
    struct str line = repeated("", "|-", "|\n", 1500);
    const char *both = str_z(arena, str_format(arena, "%.*s%.*s", STR_ARG(head), STR_ARG(line)));
    struct html out;
    struct markdown_fault fault;
    assert_int_equal(markdown_html(arena, repeated(both, "|\n", "", SIZE_MAX), &out, &fault), STATUS_LIMIT);
}

static void a_definition_cannot_be_multiplied_into_a_large_page(void **state)
{
    (void)state;
    struct str address = repeated("/", "a", "", 2000);
    const char *head = str_z(arena, str_format(arena, "[a]: %.*s\n\n", STR_ARG(address)));
    struct html out;
    struct markdown_fault fault;
    assert_int_equal(markdown_html(arena, repeated(head, "[a]\n\n", "", SIZE_MAX), &out, &fault), STATUS_LIMIT);
}

static void too_deep_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused(repeated("a\n\n", ">", " x", 100000), STATUS_LIMIT, 3, "levels");
    struct buf b;
    buf_init(&b, arena, 65536);
    for (int i = 0; i < 100; i++)
        buf_format(&b, "%*s- x\n", 2 * i, "");
    assert_refused(buf_str(&b), STATUS_LIMIT, 16, "levels");
    struct html out;
    assert_int_equal(markdown_html(arena, STR("> > > > > > > x"), &out, NULL), STATUS_OK);
}

static void too_long_and_not_text_are_refused(void **state)
{
    (void)state;
    struct str longest = repeated("", "a", "", SIZE_MAX);
    struct html out;
    assert_int_equal(markdown_html(arena, longest, &out, NULL), STATUS_OK);
    char *longer = arena_alloc(arena, longest.n + 1, 1);
    assert_non_null(longer);
    memset(longer, 'a', longest.n + 1);
    assert_refused((struct str){ longer, longest.n + 1 }, STATUS_LIMIT, 1, "longer");
    assert_refused(STR("a\nb\n\xFF"), STATUS_INVALID, 3, "UTF-8");
    assert_refused(STR("a\nb\0c"), STATUS_INVALID, 2, "UTF-8");
    assert_html(STR(""), "");
    assert_html(STR_NONE, "");
}

static void every_allocation_that_fails_ends_cleanly(void **state)
{
    (void)state;
    struct str text = file("post.md");
    struct html out;
    struct markdown_fault fault;
    assert_int_equal(markdown_html(arena, text, &out, &fault), STATUS_OK);
    uint64_t failed = 0;
    for (uint64_t k = 1;; k++) {
        struct arena *small = arena_new(8 * 1024 * 1024);
        assert_non_null(small);
        int64_t live = mem_live();
        mem_fail_at(k);
        enum status status = markdown_html(small, text, &out, &fault);
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        if (reached) {
            assert_int_equal(status, STATUS_NO_MEMORY);
            assert_null(out.s.p);
            assert_int_equal(fault.fault.status, STATUS_NO_MEMORY);
            failed++;
        } else {
            assert_int_equal(status, STATUS_OK);
        }
        assert_true(mem_live() <= live + 1); /* the arena that was given may hold a block more */
        arena_free(small);
        if (!reached)
            break;
    }
    assert_true(failed >= 3);
}

static void an_arena_without_room_is_no_memory(void **state)
{
    (void)state;
    struct arena *small = arena_new(64);
    assert_non_null(small);
    struct html out;
    struct markdown_fault fault;
    assert_int_equal(markdown_html(small, file("post.md"), &out, &fault), STATUS_NO_MEMORY);
    assert_null(out.s.p);
    arena_free(small);
}

enum { THREADS = 4, ROUNDS = 200 };

static struct str golden_text, golden_html;

/* What stands in a reading, as "line quoted? heading? text|" and "line>href|". */
static struct str read_as_one(const char *text)
{
    struct markdown_reading reading;
    struct markdown_fault fault;
    struct buf out;
    buf_init(&out, arena, 10000);
    if (markdown_read(arena, str_of(text), &reading, &fault) != STATUS_OK)
        fail_msg("line %d: %s", fault.line, fault.fault.text);
    for (size_t i = 0; i < reading.blocks_n; i++)
        buf_format(&out, "%d%s%s%s %.*s|", reading.blocks[i].line, reading.blocks[i].quoted ? ">" : "",
                   reading.blocks[i].heading ? "#" : "", reading.blocks[i].table ? "=" : "",
                   STR_ARG(reading.blocks[i].text));
    for (size_t i = 0; i < reading.links_n; i++)
        buf_format(&out, "%d@%.*s|", reading.links[i].line, STR_ARG(reading.links[i].href));
    return buf_str(&out);
}

static void a_reading_has_the_words_of_the_page_with_their_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shall_be;
    } cases[] = {
        { "", "" },
        { "One *two*`three`\\#four &amp; five.\nSix  \nseven.", "1 One twothree#four & five.\nSix\nseven.|" },
        { "# One\n\ntwo\n\n> three\n> four\n>\n> - five\n\n1. six\n", "1# One|3 two|5> three\nfour|8> five|10 six|" },
        { "| A | B |\n|---|---|\n| c | **d** |\n", "1= A, B|3= c, d|" },
        { "```\na\nb\n```\n\nc", "1 a\nb\n|6 c|" },
        { "A [b *c*](/d \"e\")\nf [g](h) <https://i.example/>",
          "1 A b c\nf g https://i.example/|1@/d|2@h|2@https://i.example/|" },
        { "~~a~~ [b]\n\n[b]: /c", "1 a b|1@/c|" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(str_z(arena, read_as_one(cases[i].text)), cases[i].shall_be);
    struct markdown_reading reading;
    struct markdown_fault fault;
    assert_int_equal(markdown_read(arena, STR("a\n\n<b>"), &reading, &fault), STATUS_INVALID);
    assert_int_equal(fault.line, 3);
    assert_true(reading.blocks == NULL && reading.blocks_n == 0);
}

static void a_reading_is_whole_or_absent_wherever_memory_fails(void **state)
{
    (void)state;
    for (uint64_t k = 1;; k++) {
        struct markdown_reading reading;
        mem_fail_at(k);
        struct arena *room = arena_new(1 << 16);
        enum status status =
            room ? markdown_read(room, STR("# a\n\n> b [c](/d)\n\n- e\n"), &reading, NULL) : STATUS_NO_MEMORY;
        uint64_t calls = mem_calls();
        mem_fail_at(0);
        assert_true(status == STATUS_NO_MEMORY ||
                    (status == STATUS_OK && reading.blocks_n == 3 && reading.links_n == 1));
        arena_free(room);
        if (calls < k) {
            assert_int_equal(status, STATUS_OK);
            return;
        }
    }
}

static void *render_again_and_again(void *different)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *own = arena_new(8 * 1024 * 1024);
        struct html out;
        if (!own || markdown_html(own, golden_text, &out, NULL) != STATUS_OK || !str_equal(out.s, golden_html))
            ++*(int *)different;
        arena_free(own);
    }
    return NULL;
}

static void threads_do_not_change_one_anothers_result(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    int different[THREADS] = { 0 };
    golden_text = file("post.md");
    golden_html = file("post.html");
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_again_and_again, &different[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(different[i], 0);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_text_becomes_the_golden_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headings_begin_at_h2_and_skip_no_level, set_up, tear_down),
        cmocka_unit_test_setup_teardown(html_is_refused_with_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sign_that_is_no_tag_is_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pictures_are_refused_with_their_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_that_could_run_are_refused_with_their_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_without_words_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bare_addresses_become_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_texts_are_quick_and_stay_within_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_cannot_grow_by_cells_that_were_not_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_definition_cannot_be_multiplied_into_a_large_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_deep_is_refused_with_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_long_and_not_text_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_that_fails_ends_cleanly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_arena_without_room_is_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reading_has_the_words_of_the_page_with_their_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reading_is_whole_or_absent_wherever_memory_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_do_not_change_one_anothers_result, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("html markdown", tests, NULL, NULL);
}
