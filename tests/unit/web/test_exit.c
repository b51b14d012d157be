/* The exit: it answers whatever else is broken, ends the session, and leads only where it may. */
#include "world.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

enum http_status web_exit(struct request *req, struct response *res);

static enum http_status page(struct request *req, struct response *res)
{
    fault_set(&res->fault, STATUS_NOT_FOUND, "Words of its own."); /* so that it is not the page made at start */
    return response_error(req, res, HTTP_NOT_FOUND);
}

#define ROUTE .method = "GET", .help = "", .where = "test"
static const struct route routes[] = {
    { ROUTE, .path = "/exit", .permission = PERMISSION_PUBLIC, .no_store = true, .handler = web_exit },
    { ROUTE, .path = "/page", .permission = PERMISSION_PUBLIC, .cached = true, .handler = page },
    { ROUTE, .path = "/desk", .permission = PERMISSION_SIGNED_IN, .handler = page },
};

/* The session "aaaa…" is known. */
static unsigned char known[32];
static int ended;
static bool find_fails;

static enum status find(void *self, struct db_tx *tx, struct arena *arena, struct str hash, int64_t now,
                        struct principal *out)
{
    (void)self;
    (void)tx;
    (void)arena;
    (void)now;
    if (find_fails)
        return STATUS_IO;
    if (hash.n != sizeof known || memcmp(hash.p, known, sizeof known) != 0)
        return STATUS_NOT_FOUND;
    *out = (struct principal){ .account = 1, .name = STR("Asha") };
    return STATUS_OK;
}

static enum status end(void *self, struct db_tx *tx, struct str hash)
{
    (void)self;
    assert_true(tx->writing);
    assert_int_equal(hash.n, sizeof known);
    assert_memory_equal(hash.p, known, sizeof known);
    ended++;
    return STATUS_OK;
}
static const struct auth auth = { .find = find, .end = end };

#define SESSION "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE" /* "aaaa…" in base64url */
#define COOKIE  "Cookie: candour-session=" SESSION "\r\n"

static struct site site;
static struct reply reply;

static void begin(const struct site_options *options)
{
    ended = 0;
    find_fails = false;
    unsigned char token[32];
    memset(token, 'a', sizeof token);
    crypto_hash_sha256(known, token, sizeof token);
    struct site_options all = *options;
    all.routes = routes;
    all.routes_n = sizeof routes / sizeof *routes;
    all.auth = &auth;
    site_open(&site, &all);
}

static int open_site(void **state)
{
    (void)state;
    begin(&(struct site_options){ 0 });
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    reply_free(&reply);
    site_close(&site);
    return 0;
}

static void leave(const char *method, const char *fields)
{
    reply_free(&reply);
    ask(&site, &(struct ask){ .method = method, .target = "/exit", .fields = fields }, &reply);
}

/* By a thread or from memory: the bytes are the same. */
static void left(enum answered_by by)
{
    assert_int_equal(reply.by, by);
    assert_int_equal(reply.status, 303);
    assert_string_equal(header(&reply, "Location"), "https://www.bbc.co.uk/weather");
    assert_string_equal(header(&reply, "Clear-Site-Data"), "\"cache\", \"cookies\", \"storage\"");
    assert_string_equal(header(&reply, "Cache-Control"), "no-store");
    assert_string_equal(header(&reply, "Referrer-Policy"), "no-referrer");
    assert_non_null(strstr(reply.fields, "candour-session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"));
    assert_non_null(strstr(reply.fields, "candour-form=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n"));
    assert_int_equal(reply.body_n, 0);
}

static void who_sends_no_cookie_is_answered_from_memory(void **state)
{
    (void)state;
    leave(NULL, NULL);
    left(BY_LOOP);
    reply_free(&reply);
    get(&site, "/exit?from=report&words=x", &reply);
    left(BY_LOOP);
    assert_null(strstr(reply.fields, "report"));
}

static void a_session_ends_and_nobody_elses(void **state)
{
    (void)state;
    leave(NULL, COOKIE);
    left(BY_POOL);
    assert_int_equal(ended, 1);
    leave("HEAD", COOKIE);
    left(BY_POOL);
    leave(NULL, "Cookie: candour-session=none\r\n");
    left(BY_POOL);
    leave(NULL, "Cookie: candour-session=YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI\r\n");
    left(BY_POOL);
    assert_int_equal(ended, 1);
    assert_int_equal(site.db.writes, 1); /* cookies that somebody made up cost no act */
}

static void a_database_that_fails_in_any_way_holds_nobody_back(void **state)
{
    (void)state;
    site.db.later_fails = true;
    leave(NULL, COOKIE);
    left(BY_POOL);
    site.db.later_fails = false;
    site.db.write_fails = STATUS_IO;
    leave(NULL, COOKIE);
    left(BY_POOL);
    find_fails = true;
    leave(NULL, COOKIE);
    left(BY_POOL);
    site.db.away = true;
    leave(NULL, COOKIE);
    left(BY_POOL);
    leave(NULL, NULL);
    left(BY_LOOP);
    site.db.away = false;
}

static void it_answers_where_there_never_was_a_database(void **state)
{
    (void)state;
    close_site(NULL);
    begin(&(struct site_options){ .no_database = true });
    leave(NULL, NULL);
    left(BY_LOOP);
    leave(NULL, COOKIE);
    left(BY_POOL);
    assert_int_equal(ended, 0);
}

static void it_answers_where_the_server_is_too_full_for_anything_else(void **state)
{
    (void)state;
    struct http_head head = { .method = HTTP_GET, .path = STR("/exit") };
    struct http_answer answer;
    site.app->error_page(site.app->self, 503, &head, &answer);
    assert_int_equal(answer.status, 303);
    answer.release(answer.owner);
    head.path = STR("/page");
    site.app->error_page(site.app->self, 503, &head, &answer);
    assert_int_equal(answer.status, 503);
    answer.release(answer.owner);
    leave("POST", NULL);
    assert_int_equal(reply.status, 405);
}

static void behind_https_the_cookies_that_end_are_those_of_https(void **state)
{
    (void)state;
    close_site(NULL);
    begin(&(struct site_options){
        .settings =
            "site:\n  address: https://www.example.org\nexit:\n  target: https://weather.example/today?a=b\n" });
    reply_free(&reply);
    ask(&site, &(struct ask){ .target = "/exit", .host = "www.example.org", .secure = true }, &reply);
    assert_int_equal(reply.status, 303);
    assert_string_equal(header(&reply, "Location"), "https://weather.example/today?a=b");
    assert_non_null(
        strstr(reply.fields, "__Host-candour-session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0"));
    assert_non_null(strstr(reply.fields, "__Host-candour-form=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0"));
    assert_non_null(strstr(reply.fields, "Strict-Transport-Security:"));
}

static bool shows(const char *target, const char *words)
{
    reply_free(&reply);
    get(&site, target, &reply);
    return strstr(reply.body, words) != NULL;
}

static void the_button_stands_on_every_public_page_and_every_error(void **state)
{
    (void)state;
    static const char button[] = "rel=\"nofollow noreferrer\">Leave this site</a>";
    static const char script[] = "/exit.js\"></script>";
    assert_true(shows("/page", button) && shows("/page", script) && shows("/page", "href=\"/leaving\""));
    assert_true(shows("/nowhere", button) && shows("/nowhere", script));
    assert_true(shows("/desk", button)); /* for who may not go in */
    assert_int_equal(reply.status, 403);
    reply_free(&reply);
    ask(&site, &(struct ask){ .target = "/desk", .fields = COOKIE }, &reply);
    assert_int_equal(reply.status, 404); /* what its handler said, in the frame of the desk */
    assert_null(strstr(reply.body, "exit"));
    assert_null(strstr(reply.body, "<script"));
    close_site(NULL);
    begin(&(struct site_options){ .settings = "exit:\n  words: Go <now>\n" });
    assert_true(shows("/page", ">Go &lt;now></a>") || shows("/page", ">Go &lt;now&gt;</a>"));
}

static void only_a_harmless_page_of_another_site_is_a_target(void **state)
{
    (void)state;
    static const struct {
        const char *target, *words;
    } table[] = {
        { "https://www.example.org/weather", NULL },
        { "https://www.example.org:8443/", NULL },
        { "https://www.example.org", NULL },
        { "https://police.example.org/", NULL },
        { "http://www.example.org/weather", "https://" },
        { "https://", "https://" },
        { "https:///weather", "https://" },
        { "https://somebody@www.example.org/", "https://" },
        { "https://www.example.org/#top", "https://" },
        { "https://www.example.org/a b", "https://" },
        { "https://www.example.org/\r\nSet-Cookie: a=b", "https://" },
        { "https://www.example.org/\xC3\xA9", "https://" },
        { "javascript:alert(1)", "https://" },
        { "", "https://" },
        { "https://police.example/news", "back to this site" },
        { "https://POLICE.example:443", "back to this site" },
        { "https://police.example?a", "back to this site" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fault fault = { 0 };
        enum status status = web_exit_check(str_of(table[i].target), STR("https://police.example/"), &fault);
        if (table[i].words) {
            assert_int_equal(status, STATUS_INVALID);
            assert_non_null(strstr(fault.text, table[i].words));
        } else {
            assert_int_equal(status, STATUS_OK);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_sends_no_cookie_is_answered_from_memory),
        TEST(a_session_ends_and_nobody_elses),
        TEST(a_database_that_fails_in_any_way_holds_nobody_back),
        TEST(it_answers_where_there_never_was_a_database),
        TEST(it_answers_where_the_server_is_too_full_for_anything_else),
        TEST(behind_https_the_cookies_that_end_are_those_of_https),
        TEST(the_button_stands_on_every_public_page_and_every_error),
        TEST(only_a_harmless_page_of_another_site_is_a_target),
    };
    return cmocka_run_group_tests_name("web exit", tests, NULL, NULL);
}
