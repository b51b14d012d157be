/*
 * The grammar of a head. Every request here, good or bad, is parsed whole and
 * cut at every byte: the result must be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/http.h"

#include "base/banned.h"

static struct http_head head;
static struct http_field fields[HTTP_FIELDS_MAX];
static char path[HTTP_TARGET_MAX];
static char host[HTTP_HOST_MAX];

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: localhost:8080\r\n"
#define END  "\r\n"

/* The result for the whole; asserts that each shorter piece either gives the same or asks for more. */
static struct http_parse parse(struct str bytes)
{
    struct http_parse first = { .result = HTTP_PARSED_MORE };
    for (size_t n = 0; n <= bytes.n; n++) {
        char *copy = test_malloc(n + 1);
        memcpy(copy, bytes.p, n);
        struct http_parse now = http_parse_head((struct str){ copy, n }, &head, fields, path, host);
        test_free(copy);
        if (first.result != HTTP_PARSED_MORE) {
            assert_int_equal(now.result, first.result);
            assert_int_equal(now.used, first.used);
            assert_int_equal(now.error, first.error);
            assert_int_equal(now.closes, first.closes);
        }
        first = now;
    }
    return http_parse_head(bytes, &head, fields, path, host);
}

static void accepts(struct str bytes)
{
    struct http_parse p = parse(bytes);
    assert_int_equal(p.result, HTTP_PARSED_HEAD);
    assert_int_equal(p.error, 0);
}

static void refuses(struct str bytes, int error)
{
    struct http_parse p = parse(bytes);
    assert_int_equal(p.result, HTTP_PARSED_ERROR);
    assert_int_equal(p.error, error);
    assert_true(p.closes);
}

static void equals(struct str a, struct str b)
{
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, b.n);
}

static void refuses_target(const char *target, int error)
{
    char bytes[HTTP_HEAD_MAX];
    int n = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\n" HOST END, target);
    refuses((struct str){ bytes, (size_t)n }, error);
}

static void accepts_target(const char *target)
{
    char bytes[HTTP_HEAD_MAX];
    int n = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\n" HOST END, target);
    accepts((struct str){ bytes, (size_t)n });
}

static void refuses_field(const char *line, int error)
{
    char bytes[HTTP_HEAD_MAX];
    int n = snprintf(bytes, sizeof bytes, "POST /a HTTP/1.1\r\n" HOST "%s\r\n" END, line);
    refuses((struct str){ bytes, (size_t)n }, error);
}

static void plain_request_is_read(void **state)
{
    (void)state;
    accepts(
        STR("GET /news/2026/a-post?after=7&q=%20 HTTP/1.1\r\nHost: LocalHost:8080\r\nAccept:  text/html \t\r\n" END));
    assert_int_equal(head.method, HTTP_GET);
    equals(head.method_name, STR("GET"));
    equals(head.path, STR("/news/2026/a-post"));
    equals(head.raw_path, STR("/news/2026/a-post"));
    equals(head.query, STR("after=7&q=%20"));
    equals(head.host, STR("localhost:8080"));
    equals(http_field(&head, STR("accept")), STR("text/html"));
    assert_null(http_field(&head, STR("Cookie")).p);
    assert_int_equal(head.fields_n, 2);
    assert_int_equal(head.length, 0);
    assert_false(head.minor_0);
}

static void used_ends_with_the_empty_line(void **state)
{
    (void)state;
    struct http_parse p = parse(STR(LINE HOST END LINE));
    assert_int_equal(p.used, sizeof(LINE HOST END) - 1);
    assert_false(p.closes);
}

static void absent_query_is_not_an_empty_one(void **state)
{
    (void)state;
    accepts(STR(LINE HOST END));
    assert_null(head.query.p);
    accepts(STR("GET /? HTTP/1.1\r\n" HOST END));
    assert_non_null(head.query.p);
    assert_int_equal(head.query.n, 0);
}

static void methods_become_an_enum(void **state)
{
    (void)state;
    accepts(STR("HEAD / HTTP/1.1\r\n" HOST END));
    assert_int_equal(head.method, HTTP_HEAD);
    accepts(STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 12\r\n" END));
    assert_int_equal(head.method, HTTP_POST);
    assert_int_equal(head.length, 12);
    accepts(STR("BREW / HTTP/1.1\r\n" HOST END));
    assert_int_equal(head.method, HTTP_OTHER);
    equals(head.method_name, STR("BREW"));
    refuses(STR("get / HTTP/1.1\r\n" HOST END), 400);
    refuses(STR(" GET / HTTP/1.1\r\n" HOST END), 400);
    refuses(STR("ABCDEFGHIJKLMNOPQRSTU / HTTP/1.1\r\n" HOST END), 400);
}

static void one_empty_line_before_is_passed_over(void **state)
{
    (void)state;
    accepts(STR("\r\n" LINE HOST END));
    refuses(STR("\r\n\r\n" LINE HOST END), 400);
    refuses(STR("\n" LINE HOST END), 400);
}

static void request_line_has_single_spaces(void **state)
{
    (void)state;
    refuses(STR("GET  / HTTP/1.1\r\n" HOST END), 400);
    refuses(STR("GET /  HTTP/1.1\r\n" HOST END), 400);
    refuses(STR("GET\t/ HTTP/1.1\r\n" HOST END), 400);
    refuses(STR("GET / HTTP/1.1 \r\n" HOST END), 400);
    refuses(STR("GET /\r\n" HOST END), 400);
}

static void other_versions_are_refused(void **state)
{
    (void)state;
    accepts(STR("GET / HTTP/1.0\r\n" HOST END));
    assert_true(head.minor_0);
    assert_true(parse(STR("GET / HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n" END)).closes);
    refuses(STR("GET / HTTP/1.2\r\n" HOST END), 505);
    refuses(STR("GET / HTTP/2.0\r\n" HOST END), 505);
    refuses(STR("GET / HTTP/0.9\r\n" HOST END), 505);
    refuses(STR("GET / http/1.1\r\n" HOST END), 400);
    refuses(STR("GET / HTTP/11\r\n" HOST END), 400);
    refuses(STR("GET / HTTP/1.10\r\n" HOST END), 400);
    refuses(STR("GET / HTTP/x.1\r\n" HOST END), 400);
    refuses(STR("GET / HTTP/1.x\r\n" HOST END), 400);
}

static void only_origin_form_is_a_target(void **state)
{
    (void)state;
    refuses_target("http://localhost/", 400);
    refuses_target("localhost:80", 400);
    refuses_target("*", 400);
    refuses_target("news", 400);
    refuses(STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400);
    refuses(STR("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400);
}

static void path_is_decoded_once(void **state)
{
    (void)state;
    accepts_target("/a%20b/%C3%A9%2e%252e/x");
    equals(head.path, STR("/a b/\xC3\xA9.%2e/x"));
    equals(head.raw_path, STR("/a%20b/%C3%A9%2e%252e/x"));
}

static void tricks_in_the_path_are_refused(void **state)
{
    (void)state;
    refuses_target("/a%00", 400);
    refuses_target("/a%2Fb", 400);
    refuses_target("/a%2fb", 400);
    refuses_target("/a%5Cb", 400);
    refuses_target("/a\\b", 400);
    refuses_target("/a%0d%0aSet-Cookie:x", 400);
    refuses_target("/a%7F", 400);
    refuses_target("/a%", 400);
    refuses_target("/a%4", 400);
    refuses_target("/a%zz", 400);
    refuses_target("/a#b", 400);
    refuses_target("/a\"b", 400);
    refuses_target("/a<b", 400);
    refuses_target("/\xC3\xA9", 400);
}

static void dot_segments_are_refused(void **state)
{
    (void)state;
    refuses_target("/.", 400);
    refuses_target("/..", 400);
    refuses_target("/../etc/passwd", 400);
    refuses_target("/a/./b", 400);
    refuses_target("/a/%2e%2E/b", 400);
    refuses_target("/a/.%2e", 400);
    refuses_target("/a/..?q", 400);
    accepts_target("/...");
    accepts_target("/.well-known/security.txt");
    accepts_target("/a..b/..c");
}

static void path_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    refuses_target("/%C3", 400);
    refuses_target("/%C0%AF", 400);
    refuses_target("/%ED%A0%80", 400);
    refuses_target("/%FF", 400);
}

static void query_is_left_raw_but_must_be_one(void **state)
{
    (void)state;
    accepts_target("/?a=%2F%00&b=..?/|{}^`[]\\");
    refuses_target("/?a=%", 400);
    refuses_target("/?a=%2", 400);
    refuses_target("/?a=\"", 400);
    refuses_target("/?a#b", 400);
    refuses_target("/?\xC3\xA9", 400);
}

static void target_longer_than_its_limit_is_414(void **state)
{
    (void)state;
    static char target[HTTP_TARGET_MAX + 16];
    memset(target, 'a', sizeof target);
    target[0] = '/';
    target[HTTP_TARGET_MAX] = '\0';
    accepts_target(target);
    assert_int_equal(head.path.n, HTTP_TARGET_MAX);
    target[HTTP_TARGET_MAX] = 'a';
    target[HTTP_TARGET_MAX + 1] = '\0';
    refuses_target(target, 414);
    memcpy(target + HTTP_TARGET_MAX - 2, "%41", 4);
    refuses_target(target, 414);
    target[5] = '?';
    refuses_target(target, 414);
    memcpy(target + HTTP_TARGET_MAX - 3, "%41", 4);
    accepts_target(target);
    memset(target + 6, 'a', sizeof target - 6);
    target[HTTP_TARGET_MAX] = '\0';
    accepts_target(target);
    target[HTTP_TARGET_MAX] = 'a';
    target[HTTP_TARGET_MAX + 1] = '\0';
    refuses_target(target, 414);
}

static void line_ends_are_crlf_only(void **state)
{
    (void)state;
    refuses(STR("GET / HTTP/1.1\n" HOST END), 400);
    refuses(STR("GET / HTTP/1.1\r" HOST END), 400);
    refuses(STR(LINE "Host: a\n" END), 400);
    refuses(STR(LINE "Host: a\rX: b\r\n" END), 400);
    refuses(STR(LINE HOST "\n"), 400);
    refuses(STR(LINE HOST "\rX"), 400);
}

static void control_bytes_are_refused(void **state)
{
    (void)state;
    char request[] = LINE HOST "X: a?b\r\n" END;
    char *at = strchr(request, '?');
    for (int c = 0; c < 256; c++) {
        *at = (char)c;
        struct str bytes = { request, sizeof request - 1 };
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            refuses(bytes, 400);
        else
            accepts(bytes);
    }
}

static void field_names_are_tokens_with_the_colon_behind(void **state)
{
    (void)state;
    refuses_field("X : a", 400);
    refuses_field("X\t: a", 400);
    refuses_field(": a", 400);
    refuses_field("X", 400);
    refuses_field("X(y): a", 400);
    refuses_field("X\xC3\xA9: a", 400);
    refuses_field("X\"y: a", 400);
    accepts(STR(LINE HOST "X:\r\n" END));
    equals(http_field(&head, STR("X")), STR(""));
}

static void folded_lines_are_refused(void **state)
{
    (void)state;
    refuses_field("X: a\r\n b", 400);
    refuses_field("X: a\r\n\tb", 400);
    refuses(STR(LINE " " HOST END), 400);
}

static void odd_field_names_are_passed_over(void **state)
{
    (void)state;
    accepts(STR(LINE HOST "Content_Length: 5\r\nX.y: 1\r\nTransfer_Encoding: chunked\r\n" END));
    assert_int_equal(head.fields_n, 1);
    assert_int_equal(head.length, 0);
    assert_null(http_field(&head, STR("Content_Length")).p);
}

static void exactly_one_host(void **state)
{
    (void)state;
    refuses(STR(LINE END), 400);
    refuses(STR("GET / HTTP/1.0\r\n" END), 400);
    refuses(STR(LINE HOST HOST END), 400);
    refuses(STR(LINE HOST "HOST: other\r\n" END), 400);
    refuses(STR(LINE "Host:\r\n" END), 400);
}

static void host_has_its_grammar(void **state)
{
    (void)state;
    static const char *const good[] = { "example.org", "example.org.", "EXAMPLE.org:80", "127.0.0.1:65535",
                                        "[::1]:8080",  "[::1]",        "a_b.example",    "xn--bcher-kva.example" };
    static const char *const bad[] = { "a b",  "a/b",       "user@a", "a:",  "a:x",  "a:65536", "a:123456",
                                       "[::1", "[::g]",     "[::1]x", "[]",  "a..b", ".a",      "a,b",
                                       "a%41", "a\xC3\xA9", ":80",    "a?b", "a#b",  "[::1]:" };
    char bytes[512];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int n = snprintf(bytes, sizeof bytes, LINE "Host: %s\r\n" END, good[i]);
        accepts((struct str){ bytes, (size_t)n });
        assert_true(str_equal_nocase(head.host, str_of(good[i])));
    }
    equals(head.host, STR("xn--bcher-kva.example"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int n = snprintf(bytes, sizeof bytes, LINE "Host: %s\r\n" END, bad[i]);
        refuses((struct str){ bytes, (size_t)n }, 400);
    }
}

static void host_longer_than_its_limit_is_refused(void **state)
{
    (void)state;
    char bytes[1024];
    int n = snprintf(bytes, sizeof bytes, LINE "Host: %0*d\r\n" END, HTTP_HOST_MAX, 1);
    accepts((struct str){ bytes, (size_t)n });
    n = snprintf(bytes, sizeof bytes, LINE "Host: %0*d\r\n" END, HTTP_HOST_MAX + 1, 1);
    refuses((struct str){ bytes, (size_t)n }, 400);
}

static void length_is_one_field_of_digits(void **state)
{
    (void)state;
    accepts(STR(LINE HOST "content-length: 0018446744073709551615\r\n" END));
    assert_true(head.length == UINT64_MAX);
    refuses_field("Content-Length: 18446744073709551616", 413);
    refuses_field("Content-Length: 18446744073709551620", 413);
    refuses_field("Content-Length: 99999999999999999999999999", 413);
    refuses_field("Content-Length: +4", 400);
    refuses_field("Content-Length: -1", 400);
    refuses_field("Content-Length: 4, 4", 400);
    refuses_field("Content-Length: 0x4", 400);
    refuses_field("Content-Length: 4 4", 400);
    refuses_field("Content-Length: 4.0", 400);
    refuses_field("Content-Length:", 400);
    refuses_field("Content-Length: 4\r\nContent-Length: 4", 400);
    refuses_field("Content-Length: 4\r\nContent-Length: 5", 400);
}

static void field_of_one_value_does_not_come_twice(void **state)
{
    (void)state;
    static const char *const singles[] = { "Content-Type", "Content-Range",     "Authorization",      "Range",
                                           "If-Range",     "If-Modified-Since", "If-Unmodified-Since" };
    char line[128];
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++) {
        snprintf(line, sizeof line, "%s: a\r\nX: y\r\n%s: a", singles[i], singles[i]);
        refuses_field(line, 400);
    }
    accepts(STR(LINE HOST "Content-Type: a\r\nContent-Range: a\r\nRange: a\r\nIf-Range: a\r\n" END));
    accepts(STR(LINE HOST "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\nCookie: a=b\r\nCookie: c=d\r\n" END));
    assert_int_equal(head.fields_n, 5);
}

static void tab_beside_host_or_length_is_refused(void **state)
{
    (void)state;
    refuses(STR(LINE "Host:\tlocalhost\r\n" END), 400);
    refuses(STR(LINE "Host: localhost\t\r\n" END), 400);
    refuses_field("Content-Length:\t4", 400);
    refuses_field("Content-Length: 4\t", 400);
    accepts(STR("POST / HTTP/1.1\r\nHost:   a   \r\nContent-Length:   4  \r\nConnection:\tx\t\r\n" END));
    equals(head.host, STR("a"));
    assert_int_equal(head.length, 4);
    equals(http_field(&head, STR("Connection")), STR("x"));
}

static void transfer_encoding_is_501_or_400_where_chunked_is_not_last(void **state)
{
    (void)state;
    refuses_field("Transfer-Encoding: chunked", 501);
    refuses_field("transfer-encoding:\tCHUNKED", 501);
    refuses_field("Transfer-Encoding: gzip, chunked", 501);
    refuses_field("Transfer-Encoding: gzip, chunked,,", 501);
    refuses_field("Transfer-Encoding: xchunked", 400);
    refuses_field("Transfer-Encoding: chunked, gzip", 400);
    refuses_field("Transfer-Encoding: chunkedx", 400);
    refuses_field("Transfer-Encoding: \"chunked\"", 400);
    refuses_field("Transfer-Encoding: identity", 400);
    refuses_field("Transfer-Encoding:", 400);
    refuses_field("Content-Length: 4\r\nTransfer-Encoding: chunked", 501);
    refuses_field("Transfer-Encoding: chunked\r\nContent-Length: 4", 501);
}

static void connection_close_is_a_member_of_a_list(void **state)
{
    (void)state;
    assert_true(parse(STR(LINE HOST "Connection: close\r\n" END)).closes);
    assert_true(parse(STR(LINE HOST "Connection: keep-alive, Close\r\n" END)).closes);
    assert_true(parse(STR(LINE HOST "Connection: x\r\nConnection: close\r\n" END)).closes);
    assert_true(parse(STR(LINE HOST "Connection: , ,close,\r\n" END)).closes);
    assert_false(parse(STR(LINE HOST "Connection: closed, keep-alive\r\n" END)).closes);
}

static void expectation_is_continue_or_refused(void **state)
{
    (void)state;
    accepts(STR("POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 4\r\n" END));
    assert_true(head.expects);
    refuses_field("Expect: 200-ok", 417);
    refuses_field("Expect: 100-continue, x", 417);
    refuses_field("Expect: x, 100-continue", 417);
    accepts(STR("POST / HTTP/1.1\r\n" HOST "Expect: , 100-continue,,\r\nContent-Length: 4\r\n" END));
    assert_true(head.expects);
    accepts(STR("POST / HTTP/1.1\r\n" HOST "Expect:\r\nContent-Length: 4\r\n" END));
    assert_false(head.expects);
    accepts(STR("POST / HTTP/1.0\r\n" HOST "Expect: 100-continue\r\nContent-Length: 4\r\n" END));
    assert_false(head.expects);
}

static size_t many_fields(char *bytes, size_t size, int fields_n, const char *name)
{
    size_t n = (size_t)snprintf(bytes, size, LINE HOST);
    for (int i = 1; i < fields_n; i++)
        n += (size_t)snprintf(bytes + n, size - n, "%s%d: a\r\n", name, i);
    return n + (size_t)snprintf(bytes + n, size - n, END);
}

static void more_fields_than_the_limit_are_431(void **state)
{
    (void)state;
    static char bytes[HTTP_HEAD_MAX];
    size_t n = many_fields(bytes, sizeof bytes, HTTP_FIELDS_MAX, "X-");
    accepts((struct str){ bytes, n });
    assert_int_equal(head.fields_n, HTTP_FIELDS_MAX);
    n = many_fields(bytes, sizeof bytes, HTTP_FIELDS_MAX + 1, "X-");
    refuses((struct str){ bytes, n }, 431);
    /* Those that are passed over count too. */
    n = many_fields(bytes, sizeof bytes, HTTP_FIELDS_MAX, "X_");
    accepts((struct str){ bytes, n });
    assert_int_equal(head.fields_n, 1);
    n = many_fields(bytes, sizeof bytes, HTTP_FIELDS_MAX + 1, "X_");
    refuses((struct str){ bytes, n }, 431);
}

static void head_longer_than_the_limit_is_431(void **state)
{
    (void)state;
    static char bytes[HTTP_HEAD_MAX + 64];
    int n = snprintf(bytes, sizeof bytes, LINE HOST "X: ");
    memset(bytes + n, 'a', sizeof bytes - (size_t)n);
    memcpy(bytes + HTTP_HEAD_MAX - 4, "\r\n\r\n", 4);
    struct str whole = { bytes, sizeof bytes };
    struct http_parse p = http_parse_head(whole, &head, fields, path, host);
    assert_int_equal(p.result, HTTP_PARSED_HEAD);
    assert_int_equal(p.used, HTTP_HEAD_MAX);
    memcpy(bytes + HTTP_HEAD_MAX - 4, "a\r\n\r\n", 5);
    whole.n = HTTP_HEAD_MAX - 1;
    assert_int_equal(http_parse_head(whole, &head, fields, path, host).result, HTTP_PARSED_MORE);
    for (whole.n = HTTP_HEAD_MAX; whole.n <= sizeof bytes; whole.n++) {
        p = http_parse_head(whole, &head, fields, path, host);
        assert_int_equal(p.result, HTTP_PARSED_ERROR);
        assert_int_equal(p.error, 431);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_request_is_read),
        cmocka_unit_test(used_ends_with_the_empty_line),
        cmocka_unit_test(absent_query_is_not_an_empty_one),
        cmocka_unit_test(methods_become_an_enum),
        cmocka_unit_test(one_empty_line_before_is_passed_over),
        cmocka_unit_test(request_line_has_single_spaces),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(only_origin_form_is_a_target),
        cmocka_unit_test(path_is_decoded_once),
        cmocka_unit_test(tricks_in_the_path_are_refused),
        cmocka_unit_test(dot_segments_are_refused),
        cmocka_unit_test(path_that_is_not_utf8_is_refused),
        cmocka_unit_test(query_is_left_raw_but_must_be_one),
        cmocka_unit_test(target_longer_than_its_limit_is_414),
        cmocka_unit_test(line_ends_are_crlf_only),
        cmocka_unit_test(control_bytes_are_refused),
        cmocka_unit_test(field_names_are_tokens_with_the_colon_behind),
        cmocka_unit_test(folded_lines_are_refused),
        cmocka_unit_test(odd_field_names_are_passed_over),
        cmocka_unit_test(exactly_one_host),
        cmocka_unit_test(host_has_its_grammar),
        cmocka_unit_test(host_longer_than_its_limit_is_refused),
        cmocka_unit_test(length_is_one_field_of_digits),
        cmocka_unit_test(field_of_one_value_does_not_come_twice),
        cmocka_unit_test(tab_beside_host_or_length_is_refused),
        cmocka_unit_test(transfer_encoding_is_501_or_400_where_chunked_is_not_last),
        cmocka_unit_test(connection_close_is_a_member_of_a_list),
        cmocka_unit_test(expectation_is_continue_or_refused),
        cmocka_unit_test(more_fields_than_the_limit_are_431),
        cmocka_unit_test(head_longer_than_the_limit_is_431),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
