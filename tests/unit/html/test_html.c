/* What html.c and url.c promise, tried with what an attacker would send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "html/html.h"

#include "base/banned.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_str(struct str is, const char *shall_be)
{
    const char *z = str_z(arena, is);
    assert_non_null(z);
    assert_string_equal(z, shall_be);
}

static struct str escaped(struct str s)
{
    struct buf b;
    buf_init(&b, arena, 4096);
    html_text(&b, s);
    return buf_str(&b);
}

static void text_cannot_open_a_tag_or_end_an_attribute(void **state)
{
    (void)state;
    assert_str(escaped(STR("<script>alert('1')</script> & \"x\"")),
               "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;");
    for (int c = 1; c < 128; c++) {
        char one = (char)c;
        struct str out = escaped((struct str){ &one, 1 });
        for (size_t i = 0; i < out.n; i++)
            assert_null(strchr("<>\"'", out.p[i]));
    }
}

static void json_cannot_end_the_script_that_holds_it(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, arena, 4096);
    html_json(&b, (struct json_text){ STR("{\"a\":\"</script><!-- &amp; \\u003c é\"}") });
    assert_str(buf_str(&b), "{\"a\":\"\\u003c/script\\u003e\\u003c!-- \\u0026amp; \\u003c é\"}");
}

static void control_characters_are_dropped_and_tab_and_line_end_stay(void **state)
{
    (void)state;
    assert_str(escaped(STR("a\0b\x01\x1b\x7f"
                           "c\r\n\td")),
               "abc\n\td");
    assert_str(escaped(STR("a\xC2\x80\xC2\x9F"
                           "b\xC2\xA0")),
               "ab\xC2\xA0");
}

static void characters_that_xml_forbids_are_dropped(void **state)
{
    (void)state;
    assert_str(escaped(STR("a\xEF\xBF\xBE"
                           "b\xEF\xBF\xBF"
                           "c\xEF\xBF\xBD\xEF\xBD\xBE")),
               "abc\xEF\xBF\xBD\xEF\xBD\xBE");
}

static void bytes_that_are_not_utf8_become_one_sign_each(void **state)
{
    (void)state;
    assert_str(escaped(STR("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80")), "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
    assert_str(escaped(STR("\xFF<")), "\xEF\xBF\xBD&lt;");
    /* An overlong '<', a surrogate, a sequence cut off by the end, one cut off by a quote. */
    assert_str(escaped(STR("\xC0\xBC")), "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_str(escaped(STR("\xED\xA0\x80")), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_str(escaped(STR("\xE2\x82")), "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_str(escaped(STR("\xE2\"x")), "\xEF\xBF\xBD&quot;x");
}

static void a_full_buffer_stays_failed(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, arena, 4);
    html_text(&b, STR("a&b"));
    assert_false(buf_ok(&b));
    html_text(&b, STR("a"));
    assert_null(buf_str(&b).p);
}

static void every_scheme_that_could_run_or_lead_elsewhere_is_refused(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR_INIT(""),
        STR_INIT("javascript:alert(1)"),
        STR_INIT("JaVaScRiPt:alert(1)"),
        STR_INIT("java\nscript:alert(1)"),
        STR_INIT("java\tscript:alert(1)"),
        STR_INIT("\x01javascript:alert(1)"),
        STR_INIT(" javascript:alert(1)"),
        STR_INIT("javascript&colon;alert(1)"),
        STR_INIT("data:text/html,<script>alert(1)</script>"),
        STR_INIT("vbscript:msgbox(1)"),
        STR_INIT("file:///etc/passwd"),
        STR_INIT("blob:https://a.example/1"),
        STR_INIT("//evil.example/"),
        STR_INIT("/\\evil.example/"),
        STR_INIT("\\\\evil.example/"),
        STR_INIT("/\t/evil.example/"),
        STR_INIT("https:evil.example"),
        STR_INIT("https:/evil.example"),
        STR_INIT("https:///evil.example"),
        STR_INIT("https://"),
        STR_INIT("https://police.example@evil.example/"),
        STR_INIT("https://police.example:secret@evil.example/"),
        STR_INIT("https://police.example%40evil.example/"),
        STR_INIT("https://evil.example\\@police.example/"),
        STR_INIT("https://\xD0\xB0pple.example/"),
        STR_INIT("https://[::1]/"),
        STR_INIT("https://a.example:99999/"),
        STR_INIT("https://a.example:-1/"),
        STR_INIT("https://a.example:/"),
        STR_INIT("https://a..example/"),
        STR_INIT("https://a.example/\xFF"),
        STR_INIT("https://a.example/ "),
        STR_INIT("https://a.example/\xC2\x85"),
        STR_INIT("mailto:"),
        STR_INIT("mailto:nobody"),
        STR_INIT("mailto://a@b.example"),
        STR_INIT("mailto:a@b@c"),
        STR_INIT("tel:"),
        STR_INIT("tel:javascript"),
        STR_INIT("news"),
        STR_INIT("?a=1"),
        STR_INIT("#top"),
        STR_INIT("."),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct url out;
        if (url_outside(arena, bad[i], &out) != STATUS_INVALID)
            fail_msg("let through: %.*s", STR_ARG(bad[i]));
        assert_null(out.s.p);
    }
    assert_int_equal(url_outside(arena, (struct str){ "/a\0b", 4 }, &(struct url){ STR_NONE }), STATUS_INVALID);
}

static void good_addresses_pass_and_are_encoded(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        const char *out;
    } good[] = {
        { STR_INIT("https://www.report-it.org.uk/your_police_force"),
          "https://www.report-it.org.uk/your_police_force" },
        { STR_INIT("HTTPS://a.example"), "https://a.example" },
        { STR_INIT("http://a.example:8080/x?y=1&z=%C3%A9#part"), "http://a.example:8080/x?y=1&z=%C3%A9#part" },
        { STR_INIT("https://a.example/caf\xC3\xA9 \"x\""), "https://a.example/caf%C3%A9%20%22x%22" },
        { STR_INIT("https://a.example/100%"), "https://a.example/100%25" },
        { STR_INIT("https://a.example/?q=[1]|{2}"), "https://a.example/?q=%5B1%5D%7C%7B2%7D" },
        { STR_INIT("https://a.example?next=//b.example"), "https://a.example?next=//b.example" },
        { STR_INIT("mailto:hate.crime@midshire.example?subject=A%20word"),
          "mailto:hate.crime@midshire.example?subject=A%20word" },
        { STR_INIT("tel:+44-101"), "tel:+44-101" },
        { STR_INIT("/news/2026/a-post"), "/news/2026/a-post" },
        { STR_INIT("/"), "/" },
        { STR_INIT("/a'b"), "/a'b" },
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct url out;
        assert_int_equal(url_outside(arena, good[i].in, &out), STATUS_OK);
        assert_str(out.s, good[i].out);
    }
}

static void an_address_has_a_longest_length(void **state)
{
    (void)state;
    char text[URL_MAX_BYTES + 1];
    memset(text, 'a', sizeof text);
    text[0] = '/';
    struct url out;
    assert_int_equal(url_outside(arena, (struct str){ text, URL_MAX_BYTES }, &out), STATUS_OK);
    assert_int_equal(url_outside(arena, (struct str){ text, URL_MAX_BYTES + 1 }, &out), STATUS_INVALID);
    assert_null(url_path(arena, URL_OWN("/news"), (struct str){ text, sizeof text }).s.p);
}

static void a_segment_cannot_leave_its_place(void **state)
{
    (void)state;
    assert_str(url_path(arena, URL_OWN("/news"), STR("a b/../?x#y%")).s, "/news/a%20b%2F..%2F%3Fx%23y%25");
    assert_str(url_path(arena, URL_OWN("/"), STR("\xC3\xA9")).s, "/%C3%A9");
    assert_null(url_path(arena, URL_OWN("/news"), STR("..")).s.p);
    assert_null(url_path(arena, URL_OWN("/news"), STR(".")).s.p);
    assert_null(url_path(arena, URL_OWN("/news"), STR("")).s.p);
}

static void a_query_value_cannot_add_another_field(void **state)
{
    (void)state;
    struct url one = url_query(arena, URL_OWN("/news"), STR("after"), STR("1&b=2#c"));
    assert_str(one.s, "/news?after=1%26b%3D2%23c");
    assert_str(url_query(arena, one, STR("p"), STR("\"")).s, "/news?after=1%26b%3D2%23c&p=%22");
    assert_str(url_query(arena, URL_OWN("/news#top"), STR("a"), STR("1")).s, "/news?a=1#top");
    assert_null(url_query(arena, (struct url){ STR_NONE }, STR("a"), STR("1")).s.p);
}

static void an_address_in_a_page_cannot_end_its_attribute(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, arena, 4096);
    html_address(&b, (struct url){ STR("/a?b=1&c=\"'<") });
    assert_str(buf_str(&b), "/a?b=1&amp;c=&quot;&#39;&lt;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_cannot_open_a_tag_or_end_an_attribute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_cannot_end_the_script_that_holds_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(control_characters_are_dropped_and_tab_and_line_end_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_are_not_utf8_become_one_sign_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(characters_that_xml_forbids_are_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_buffer_stays_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_scheme_that_could_run_or_lead_elsewhere_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(good_addresses_pass_and_are_encoded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_has_a_longest_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_segment_cannot_leave_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_query_value_cannot_add_another_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_in_a_page_cannot_end_its_attribute, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
