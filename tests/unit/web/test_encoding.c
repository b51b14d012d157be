/* Content codings: which one a visitor gets, that its bytes are the page's, and that no secret is ever compressed. */
#include "world.h"

#include <brotli/decode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"

#include "base/banned.h"

static struct site site;
static struct reply reply;

/* ---- The choice ---- */

#define P ENCODING_NONE
#define G ENCODING_GZIP
#define B ENCODING_BROTLI

static enum encoding choose(const char *fields, unsigned have)
{
    static struct http_field room[HTTP_FIELDS_MAX];
    static char path[HTTP_TARGET_MAX];
    static char host[HTTP_HOST_MAX];
    static char bytes[2048];
    struct http_head head;
    int n = snprintf(bytes, sizeof bytes, "GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n", fields);
    assert_int_equal(http_parse_head((struct str){ bytes, (size_t)n }, &head, room, path, host).result,
                     HTTP_PARSED_HEAD);
    return encoding_choose(&head, have);
}

static void accept_encoding_is_read_as_rfc_9110_12_5_3_says(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum encoding all, no_brotli, none; /* with both codings there, with gzip alone, with neither */
    } table[] = {
        { "", P, P, P },
        { "gzip", G, G, P },
        { "br", B, P, P },
        { "gzip, deflate, br, zstd", B, G, P }, /* browsers */
        { "gzip;q=1.0, br;q=1.0", B, G, P },    /* the same weight: the smaller */
        { "br;q=0.9, gzip", G, G, P },
        { "br;q=0.001, gzip;q=0.002", G, G, P },
        { "GZip, BR", B, G, P },
        { "x-gzip", G, G, P },
        { "x-GZIP;q=0", P, P, P },
        { "deflate, compress, zstd", P, P, P },
        { "*", B, G, P },
        { "*;q=0", P, P, P },
        { "*;q=0.5, gzip;q=0", B, P, P },
        { "*;q=0.5, br;q=0", G, G, P },
        { "br;q=0, *", G, G, P },
        { "gzip;q=0.5, *;q=0", G, G, P },
        { "*;q=0, identity", P, P, P },
        { "identity", P, P, P },
        { "identity;q=0", P, P, P }, /* nothing would be taken: plain, which is what everybody can read */
        { "identity;q=0, gzip", G, G, P },
        { "identity;q=0, br;q=0.1", B, P, P },
        { "identity, gzip", G, G, P }, /* as welcome as plain, and smaller */
        { "identity, gzip;q=0.5", P, P, P },
        { "identity;q=0.5, gzip;q=0.5, br;q=0.4", G, G, P },
        { "identity;q=0.3, *;q=0.4", B, G, P },
        { "gzip;q=0", P, P, P },
        { "gzip;q=0.000", P, P, P },
        { "gzip;q=0.", P, P, P },
        { "gzip;q=1.", G, G, P },
        { "gzip;q=1.000", G, G, P },
        { "gzip ; q=0.5 , br\t;\tq=0.4", G, G, P },
        { "gzip;Q=0.5", G, G, P },
        { ",, ,gzip,, ", G, G, P },
        { "gzip, gzip;q=0", P, P, P }, /* named twice: the lower weight */
        { "gzip;q=0, gzip", P, P, P },
        /* What cannot be read counts as not sent. */
        { "gzip;q=1.001", P, P, P },
        { "gzip;q=2", P, P, P },
        { "gzip;q=-1", P, P, P },
        { "gzip;q=0.1234", P, P, P },
        { "gzip;q=", P, P, P },
        { "gzip;q", P, P, P },
        { "gzip;", P, P, P },
        { "gzip;level=9", P, P, P },
        { "gzip;q=0.5;level=9", P, P, P },
        { "gzip;q =0.5", P, P, P },
        { "gzip;q=01", P, P, P },
        { "gzip;q=a", P, P, P },
        { "gzip br", P, P, P },
        { "gzipped, bro, b, g", P, P, P },
        { "\"gzip\"", P, P, P },
        { "gzip;q=x, br", B, P, P },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char field[256];
        snprintf(field, sizeof field, "Accept-Encoding: %s\r\n", table[i].value);
        print_message("   %s\n", table[i].value);
        assert_int_equal(choose(field, 1U << P | 1U << G | 1U << B), table[i].all);
        assert_int_equal(choose(field, 1U << P | 1U << G), table[i].no_brotli);
        assert_int_equal(choose(field, 1U << P), table[i].none);
    }
}

static void without_the_field_a_page_is_plain_and_several_fields_are_one_list(void **state)
{
    (void)state;
    unsigned all = 1U << P | 1U << G | 1U << B;
    assert_int_equal(choose("", all), P);
    assert_int_equal(choose("Accept: text/html\r\nAccept-Language: gzip\r\n", all), P);
    assert_int_equal(choose("Accept-Encoding: gzip\r\naccept-encoding: br\r\n", all), B);
    assert_int_equal(choose("Accept-Encoding: br;q=0\r\nAccept-Encoding: *\r\n", all), G);
    assert_int_equal(choose("Accept-Encoding: gzip\r\nAccept-Encoding: *;q=0\r\n", all), G);
}

/* ---- The bytes ---- */

static char unpacked[256 * 1024];

static size_t unpack(enum encoding encoding, const char *bytes, size_t n)
{
    if (encoding == ENCODING_BROTLI) {
        size_t size = sizeof unpacked;
        assert_int_equal(BrotliDecoderDecompress(n, (const unsigned char *)bytes, &size, (unsigned char *)unpacked), 1);
        return size;
    }
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)bytes,
                   .avail_in = (unsigned)n,
                   .next_out = (unsigned char *)unpacked,
                   .avail_out = sizeof unpacked };
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
    return z.total_out;
}

static void every_length_of_a_text_comes_back_as_it_was(void **state)
{
    (void)state;
    static char text[200 * 1024];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "a public page of words "[(i * i / 7 + i) % 23];
    static const size_t lengths[] = { ENCODING_MIN,   ENCODING_MIN + 1, 1023,  1024,  1025,  4096,
                                      16 * 1024 - 16, 16 * 1024 - 15,   65535, 65536, 65537, sizeof text };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct encoded encoded;
        encoded_make(&encoded, (struct str){ text, lengths[i] });
        for (unsigned e = G; e < ENCODINGS; e++) {
            assert_non_null(encoded.bodies[e].p);
            assert_true(encoded.bodies[e].n < lengths[i]);
            assert_int_equal(unpack((enum encoding)e, encoded.bodies[e].p, encoded.bodies[e].n), lengths[i]);
            assert_memory_equal(unpacked, text, lengths[i]);
        }
        encoded_free(&encoded);
    }
    assert_int_equal(mem_live(), 0);
}

static void what_does_not_become_smaller_has_no_coding(void **state)
{
    (void)state;
    unsigned char noise[4096];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof noise; i++) {
        seed = seed * 1664525 + 1013904223;
        noise[i] = (unsigned char)(seed >> 24);
    }
    struct encoded encoded;
    encoded_make(&encoded, (struct str){ (char *)noise, sizeof noise });
    assert_null(encoded.bodies[G].p);
    assert_null(encoded.bodies[B].p);
    encoded_make(&encoded, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    assert_null(encoded.bodies[G].p);
    assert_null(encoded.bodies[B].p);
    assert_int_equal(mem_live(), 0);
}

static void only_texts_of_some_length_are_worth_it(void **state)
{
    (void)state;
    static const char *const yes[] = { "text/html; charset=utf-8", "text/css", "image/svg+xml", "application/json",
                                       "application/atom+xml; charset=utf-8" };
    static const char *const no[] = { "image/png", "image/webp", "font/woff2", "application/octet-stream", "" };
    for (size_t i = 0; i < 5; i++) {
        assert_true(encoding_worth(str_of(yes[i]), ENCODING_MIN));
        assert_false(encoding_worth(str_of(yes[i]), ENCODING_MIN - 1));
        assert_false(encoding_worth(str_of(no[i]), 100000));
    }
}

/* ---- Pages ---- */

static void fill(struct response *res)
{
    for (int i = 0; i < 400; i++)
        buf_format(&res->body, "line %d of a page\n", i);
}

static enum http_status page(struct request *req, struct response *res)
{
    struct db_tx *tx;
    if (request_read(req, &tx, &res->fault) != STATUS_OK)
        return response_error(req, res, HTTP_UNAVAILABLE);
    fill(res);
    return HTTP_OK;
}

static enum http_status gone(struct request *req, struct response *res)
{
    page(req, res);
    return HTTP_GONE;
}

static enum http_status picture(struct request *req, struct response *res)
{
    page(req, res);
    res->content_type = STR("image/png");
    return HTTP_OK;
}

static enum http_status little(struct request *req, struct response *res)
{
    page(req, res);
    buf_clear(&res->body);
    buf_add(&res->body, STR("a few words"));
    return HTTP_OK;
}

static enum http_status form(struct request *req, struct response *res)
{
    page(req, res);
    buf_add(&res->body, form_token(req, res));
    return HTTP_OK;
}

static enum http_status sent(struct request *req, struct response *res)
{
    return page(req, res);
}

#define PUBLIC .permission = PERMISSION_PUBLIC, .help = "", .where = "test"
static const struct query_field query[] = { { "after", QUERY_TEXT, 0, 100 } };
static const struct route routes[] = {
    { .method = "GET", .path = "/page", PUBLIC, .cached = true, .handler = page, .query = query, .query_n = 1 },
    { .method = "GET", .path = "/gone", PUBLIC, .cached = true, .handler = gone },
    { .method = "GET", .path = "/picture", PUBLIC, .cached = true, .handler = picture },
    { .method = "GET", .path = "/little", PUBLIC, .cached = true, .handler = little },
    { .method = "GET", .path = "/open", PUBLIC, .handler = page },
    { .method = "GET", .path = "/store", PUBLIC, .no_store = true, .handler = page },
    { .method = "GET", .path = "/kept", PUBLIC, .cached = true, .no_store = true, .handler = page },
    { .method = "GET", .path = "/form", PUBLIC, .no_store = true, .handler = form },
    { .method = "GET", .path = "/cookie", PUBLIC, .handler = form },
    { .method = "GET",
      .path = "/private",
      .permission = PERMISSION_SIGNED_IN,
      .help = "",
      .where = "test",
      .handler = page },
    { .method = "POST", .path = "/sent", PUBLIC, .handler = sent, .body = BODY_FORM, .body_max = 100 },
};

static int open_site(void **state)
{
    (void)state;
    site_open(&site, &(struct site_options){ .settings = "site:\n  page_cache_bytes: 1048576\n",
                                             .routes = routes,
                                             .routes_n = sizeof routes / sizeof *routes });
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    mem_fail_at(0);
    reply_free(&reply);
    site_close(&site);
    return 0;
}

static void asks(const char *method, const char *target, const char *fields)
{
    reply_free(&reply);
    ask(&site, &(struct ask){ .method = method, .target = target, .fields = fields }, &reply);
}

#define GZIP_ONLY "Accept-Encoding: gzip\r\n"
#define BOTH      "Accept-Encoding: gzip, br\r\n"

static void a_page_comes_from_the_loop_in_each_coding_with_a_tag_of_its_own(void **state)
{
    (void)state;
    static const char *const fields[ENCODINGS] = { "", GZIP_ONLY, BOTH };
    static const char *const names[ENCODINGS] = { "", "gzip", "br" };
    char tags[ENCODINGS][64];
    asks("GET", "/page", "");
    size_t length = reply.body_n;
    char *plain = reply.body;
    reply.body = NULL;
    for (unsigned e = 0; e < ENCODINGS; e++) {
        asks("GET", "/page", fields[e]);
        /* The first who takes a coding has it made, on a thread; both are there from then on. */
        assert_int_equal(reply.by, e == G ? BY_POOL : BY_LOOP);
        assert_string_equal(header(&reply, "Content-Encoding"), names[e]);
        assert_string_equal(header(&reply, "Vary"), "Accept-Encoding");
        assert_string_equal(header(&reply, "Content-Type"), "text/html; charset=utf-8");
        snprintf(tags[e], sizeof tags[e], "%s", header(&reply, "ETag"));
        assert_int_equal(strlen(tags[e]), ETAG_SIZE);
        assert_int_equal(tags[e][0], '"');
        if (e != P) {
            assert_true(reply.body_n < length / 2);
            assert_int_equal(unpack((enum encoding)e, reply.body, reply.body_n), length);
            assert_memory_equal(unpacked, plain, length);
        }
        char get_fields[HTTP_ANSWER_FIELDS_MAX];
        size_t get_n = reply.body_n;
        snprintf(get_fields, sizeof get_fields, "%s", reply.fields);
        asks("HEAD", "/page", fields[e]);
        assert_int_equal(reply.by, BY_LOOP);
        assert_string_equal(reply.fields, get_fields);
        assert_int_equal(reply.body_n, get_n);
        assert_true(reply.head_only);
    }
    free(plain);
    assert_string_not_equal(tags[P], tags[G]);
    assert_string_not_equal(tags[P], tags[B]);
    assert_string_not_equal(tags[G], tags[B]);
    /* A tag fits only the coding that would be sent. */
    for (unsigned sends = 0; sends < ENCODINGS; sends++) {
        for (unsigned holds = 0; holds < ENCODINGS; holds++) {
            char both[256];
            snprintf(both, sizeof both, "%sIf-None-Match: \"x\"\r\nIf-None-Match: %s\r\n", fields[sends], tags[holds]);
            asks("GET", "/page", both);
            assert_int_equal(reply.by, BY_LOOP);
            assert_int_equal(reply.status, sends == holds ? 304 : 200);
            assert_string_equal(header(&reply, "ETag"), tags[sends]);
            assert_string_equal(header(&reply, "Vary"), "Accept-Encoding");
            assert_string_equal(header(&reply, "Cache-Control"), "no-cache");
            assert_string_equal(header(&reply, "Content-Encoding"), sends == holds ? "" : names[sends]);
            assert_int_equal(reply.no_length, sends == holds);
        }
    }
}

static void the_first_visitor_of_a_page_gets_it_compressed(void **state)
{
    (void)state;
    asks("GET", "/page", BOTH);
    assert_int_equal(reply.by, BY_POOL);
    assert_string_equal(header(&reply, "Content-Encoding"), "br");
    asks("GET", "/page", GZIP_ONLY);
    assert_int_equal(reply.by, BY_LOOP);
    assert_string_equal(header(&reply, "Content-Encoding"), "gzip");
    asks("HEAD", "/gone", BOTH);
    assert_int_equal(reply.status, 410);
    assert_string_equal(header(&reply, "Content-Encoding"), "br");
    db_publish(&site.db);
    asks("GET", "/page", BOTH);
    assert_int_equal(reply.by, BY_POOL);
    assert_string_equal(header(&reply, "Content-Encoding"), "br");
}

static void a_page_with_a_query_is_compressed_when_it_is_asked_for_again(void **state)
{
    (void)state;
    asks("GET", "/page?after=x", BOTH);
    assert_string_equal(header(&reply, "Content-Encoding"), "");
    assert_string_equal(header(&reply, "Vary"), "Accept-Encoding");
    asks("GET", "/page?after=x", BOTH);
    assert_int_equal(reply.by, BY_POOL);
    assert_string_equal(header(&reply, "Content-Encoding"), "br");
    asks("GET", "/page?after=x", BOTH);
    assert_int_equal(reply.by, BY_LOOP);
    assert_string_equal(header(&reply, "Content-Encoding"), "br");
}

static void what_is_short_or_no_text_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const pages[] = { "/picture", "/little" };
    for (size_t i = 0; i < 4; i++) {
        asks("GET", pages[i % 2], BOTH);
        assert_int_equal(reply.by, i < 2 ? BY_POOL : BY_LOOP);
        assert_string_equal(header(&reply, "Content-Encoding"), "");
        assert_string_equal(header(&reply, "Vary"), "");
    }
}

static void a_page_that_is_kept_here_and_by_no_browser_is_compressed(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        asks("GET", "/kept", BOTH);
        assert_int_equal(reply.by, i == 0 ? BY_POOL : BY_LOOP);
        assert_string_equal(header(&reply, "Content-Encoding"), "br");
        assert_string_equal(header(&reply, "Vary"), "Accept-Encoding");
        assert_string_equal(header(&reply, "Cache-Control"), "no-store");
        assert_string_equal(header(&reply, "ETag"), "");
    }
}

static void nothing_that_may_hold_a_secret_is_compressed(void **state)
{
    (void)state;
    static const char *const pages[] = { "/store", "/form", "/cookie", "/open", "/private", "/nothing" };
    for (size_t i = 0; i < 2 * sizeof pages / sizeof *pages; i++) {
        asks("GET", pages[i / 2], BOTH);
        assert_string_equal(header(&reply, "Content-Encoding"), "");
        assert_string_equal(header(&reply, "Vary"), "");
        assert_true(reply.body_n >= ENCODING_MIN);
    }
    reply_free(&reply);
    ask(&site, &(struct ask){ .method = "POST", .target = "/sent", .fields = BOTH, .body = "" }, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(header(&reply, "Content-Encoding"), "");
    /* Nor by page.c itself, whoever asks. */
    struct encoded encoded;
    char words[2000];
    memset(words, 'a', sizeof words);
    struct str body = { words, sizeof words };
    encoded_make(&encoded, body);
    struct page *secret = page_new(&(struct page_parts){ .key = STR("k"),
                                                         .content_type = STR("text/html"),
                                                         .body = body,
                                                         .location = STR_NONE,
                                                         .encoded = &encoded,
                                                         .status = 200,
                                                         .caching = CACHING_NO_STORE });
    encoded_free(&encoded);
    assert_int_equal(secret->have, 1U << P);
    struct http_head head = { .method = HTTP_GET,
                              .fields = &(struct http_field){ STR("Accept-Encoding"), STR("br") },
                              .fields_n = 1 };
    assert_ptr_equal(page_encode(secret, &head), secret);
    page_unref(secret);
}

static void an_asset_is_compressed_from_the_start(void **state)
{
    (void)state;
    char target[128];
    snprintf(target, sizeof target, "%.*s", STR_ARG(web_asset(STR("candour.css")).s));
    asks("GET", target, "");
    size_t length = reply.body_n;
    for (int secure = 0; secure < 2; secure++) {
        reply_free(&reply);
        ask(&site, &(struct ask){ .target = target, .fields = BOTH, .secure = secure }, &reply);
        assert_int_equal(reply.by, BY_LOOP);
        assert_string_equal(header(&reply, "Content-Encoding"), "br");
        assert_string_equal(header(&reply, "Vary"), "Accept-Encoding");
        assert_string_equal(header(&reply, "Cache-Control"), "public, max-age=31536000, immutable");
        assert_true(reply.body_n < length / 4);
        assert_int_equal(unpack(ENCODING_BROTLI, reply.body, reply.body_n), length);
    }
}

static void the_cache_counts_every_body(void **state)
{
    (void)state;
    asks("GET", "/page", "");
    size_t plain = page_cache_bytes(site.web->cache);
    assert_true(plain > reply.body_n + strlen(reply.fields));
    asks("GET", "/page", GZIP_ONLY);
    size_t more = reply.body_n + strlen(reply.fields);
    asks("GET", "/page", BOTH);
    more += reply.body_n + strlen(reply.fields);
    assert_int_equal(page_cache_bytes(site.web->cache), plain + more);
}

static void without_memory_a_page_stays_plain_or_is_503_or_500_and_nothing_leaks(void **state)
{
    (void)state;
    int plain = 0;
    int compressed = 0;
    for (uint64_t k = 1; compressed == 0; k++) {
        assert_true(k < 200);
        db_publish(&site.db);
        mem_fail_at(k);
        asks("GET", "/page", BOTH);
        bool failed = mem_calls() >= k;
        mem_fail_at(0);
        assert_true(reply.status == 200 || reply.status == 503 || reply.status == 500);
        if (reply.status == 200 && header(&reply, "Content-Encoding")[0] == '\0')
            plain++;
        compressed += !failed;
    }
    assert_true(plain > 0);
    assert_string_equal(header(&reply, "Content-Encoding"), "br");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_encoding_is_read_as_rfc_9110_12_5_3_says),
        cmocka_unit_test(without_the_field_a_page_is_plain_and_several_fields_are_one_list),
        cmocka_unit_test(every_length_of_a_text_comes_back_as_it_was),
        cmocka_unit_test(what_does_not_become_smaller_has_no_coding),
        cmocka_unit_test(only_texts_of_some_length_are_worth_it),
        T(a_page_comes_from_the_loop_in_each_coding_with_a_tag_of_its_own),
        T(the_first_visitor_of_a_page_gets_it_compressed),
        T(a_page_with_a_query_is_compressed_when_it_is_asked_for_again),
        T(what_is_short_or_no_text_stays_as_it_is),
        T(a_page_that_is_kept_here_and_by_no_browser_is_compressed),
        T(nothing_that_may_hold_a_secret_is_compressed),
        T(an_asset_is_compressed_from_the_start),
        T(the_cache_counts_every_body),
        T(without_memory_a_page_stays_plain_or_is_503_or_500_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
