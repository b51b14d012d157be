/* Host, method, permission, form and token: what gets through to a handler, and what does not. */
#include "world.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

/* ---- Handlers ---- */

enum { FIELD_NAME, FIELD_AGE, FIELD_STORY, FIELD_SURE, FIELDS };
static const struct form_field fields[FIELDS] = {
    [FIELD_NAME] = { .name = "name", .type = FIELD_TEXT, .min = 2, .max = 10, .required = true },
    [FIELD_AGE] = { .name = "age", .type = FIELD_INT, .min = 0, .max = 120 },
    [FIELD_STORY] = { .name = "story", .type = FIELD_LINES, .min = 0, .max = 100 },
    [FIELD_SURE] = { .name = "sure", .type = FIELD_CHOICE, .choices = "yes no unsure" },
};
static struct value values[FIELDS];
static char texts[FIELDS][128];
static int handled;

static enum http_status form_page(struct request *req, struct response *res)
{
    handled++;
    buf_add(&res->body, form_token(req, res));
    return HTTP_OK;
}

static enum http_status form_sent(struct request *req, struct response *res)
{
    handled++;
    bool all_good;
    enum status status = form_read(req, fields, FIELDS, values, &all_good);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    for (size_t i = 0; i < FIELDS; i++) {
        snprintf(texts[i], sizeof texts[i], "%.*s", STR_ARG(values[i].text));
        values[i].text = str_of(texts[i]);
    }
    buf_add(&res->body, all_good ? STR("good") : STR("again"));
    return all_good ? HTTP_OK : HTTP_UNPROCESSABLE;
}

static bool writes_anyway;
static int written;

static enum status write_nothing(struct db_tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    written++;
    return STATUS_OK;
}

static enum http_status after(struct request *req, struct response *res, void *arg)
{
    (void)req;
    (void)arg;
    buf_add(&res->body, STR("written"));
    return HTTP_OK;
}

/* Shows the form again where the page was open too long, or forgets to. */
static enum http_status form_again(struct request *req, struct response *res)
{
    bool all_good;
    enum status status = form_read(req, fields, FIELDS, values, &all_good);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    if (form_stale(req) && !writes_anyway) {
        buf_format(&res->body, "stale %.*s", STR_ARG(values[0].text));
        return HTTP_FORBIDDEN;
    }
    return write_then(req, res, write_nothing, req, after, NULL);
}

static enum http_status plain(struct request *req, struct response *res)
{
    handled++;
    buf_add(&res->body, req->who ? req->who->name : STR("nobody"));
    return HTTP_OK;
}

static enum http_status wrong_token(struct request *req, struct response *res)
{
    buf_add(&res->body, form_token(req, res));
    return HTTP_OK;
}

static enum http_status sign_in(struct request *req, struct response *res)
{
    unsigned char token[32];
    memset(token, req->route->path[9], sizeof token);
    response_session_start(req, res, token);
    return response_see_other(req, res, URL_OWN("/private"));
}

static const struct query_field query[] = { { "after", QUERY_WORD, 0, 8 }, { "page", QUERY_INT, 1, 50 } };
static const struct value *asked;
static char address[256];

static enum http_status listing(struct request *req, struct response *res)
{
    static struct value kept[2];
    kept[0] = *request_query(req, 0);
    kept[1] = *request_query(req, 1);
    asked = kept;
    snprintf(address, sizeof address, "%.*s", STR_ARG(request_address(req).s));
    buf_add(&res->body, request_param(req, 0));
    return HTTP_OK;
}

#define PUBLIC .permission = PERMISSION_PUBLIC, .help = "", .where = "test"
static const struct route routes[] = {
    { .method = "GET", .path = "/", PUBLIC, .handler = plain, .cached = true },
    { .method = "GET", .path = "/form", PUBLIC, .handler = form_page, .no_store = true },
    { .method = "POST",
      .path = "/form",
      PUBLIC,
      .handler = form_sent,
      .csrf = true,
      .body = BODY_FORM,
      .body_max = 1000 },
    { .method = "GET", .path = "/list/{name}", PUBLIC, .handler = listing, .query = query, .query_n = 2 },
    { .method = "GET", .path = "/list/all", PUBLIC, .handler = plain },
    { .method = "GET", .path = "/list/{name}/more", PUBLIC, .handler = listing, .query = query, .query_n = 2 },
    { .method = "POST",
      .path = "/only-post",
      PUBLIC,
      .handler = form_sent,
      .csrf = true,
      .body = BODY_FORM,
      .body_max = 10 },
    { .method = "POST",
      .path = "/again",
      PUBLIC,
      .handler = form_again,
      .csrf = true,
      .csrf_again = true,
      .body = BODY_FORM,
      .body_max = 1000 },
    { .method = "GET", .path = "/cached-token", PUBLIC, .handler = wrong_token, .cached = true },
    { .method = "GET", .path = "/sign-in-a", PUBLIC, .handler = sign_in },
    { .method = "GET", .path = "/sign-in-b", PUBLIC, .handler = sign_in },
    { .method = "GET",
      .path = "/private",
      .permission = PERMISSION_SIGNED_IN,
      .handler = plain,
      .no_store = true,
      .help = "",
      .where = "test" },
    { .method = "GET",
      .path = "/private/write",
      .permission = PERMISSION_POST_WRITE,
      .handler = plain,
      .no_store = true,
      .help = "",
      .where = "test" },
    { .method = "GET",
      .path = "/private/approve",
      .permission = PERMISSION_POST_APPROVE,
      .handler = plain,
      .no_store = true,
      .help = "",
      .where = "test" },
};

/* Sessions "aaaa…" (an author) and "bbbb…" are known. */
static enum status find(void *self, struct db_tx *tx, struct arena *arena, struct str hash, int64_t now,
                        struct principal *out)
{
    (void)self;
    (void)tx;
    (void)arena;
    (void)now;
    for (char c = 'a'; c <= 'b'; c++) {
        unsigned char token[32];
        unsigned char its[32];
        memset(token, c, sizeof token);
        crypto_hash_sha256(its, token, sizeof token);
        if (hash.n == 32 && memcmp(its, hash.p, 32) == 0) {
            *out = (struct principal){ .account = c, .name = STR("Asha"), .permissions = 1u << PERMISSION_POST_WRITE };
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}
static const struct auth auth = { .find = find };

static struct site site;
static struct reply reply;

static int open_site(void **state)
{
    (void)state;
    handled = 0;
    site_open(&site,
              &(struct site_options){ .routes = routes, .routes_n = sizeof routes / sizeof *routes, .auth = &auth });
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    reply_free(&reply);
    site_close(&site);
    return 0;
}

static void asks(const struct ask *question)
{
    reply_free(&reply);
    ask(&site, question, &reply);
}

/* ---- Host and method ---- */

static int status_for_host(const char *host)
{
    asks(&(struct ask){ .target = "/", .host = host });
    return reply.status;
}

static void a_host_that_is_not_ours_is_421(void **state)
{
    (void)state;
    assert_int_equal(status_for_host("localhost:8080"), 200);
    assert_int_equal(status_for_host("127.0.0.1:45123"), 200);
    assert_int_equal(status_for_host("[::1]:8080"), 200);
    assert_int_equal(status_for_host("localhost"), 200);
    assert_int_equal(status_for_host("evil.example"), 421);
    assert_int_equal(status_for_host("localhost.evil.example"), 421);
    assert_int_equal(status_for_host("127.0.0.2"), 421);
    assert_int_equal(handled, 1); /* the others came from the cache */
}

static void a_public_site_answers_to_its_own_name_only(void **state)
{
    (void)state;
    struct site public;
    int live = (int)mem_live();
    site_open(&public, &(struct site_options){ .settings = "site:\n  address: https://Midshire.example/\n",
                                               .routes = routes,
                                               .routes_n = 1 });
    const char *const good[] = { "midshire.example", "midshire.example:443" };
    const char *const bad[] = { "localhost", "localhost:8080", "midshire.example:8080", "www.midshire.example",
                                "127.0.0.1" };
    for (size_t i = 0; i < 2; i++) {
        ask(&public, &(struct ask){ .target = "/", .host = good[i] }, &reply);
        assert_int_equal(reply.status, 200);
        reply_free(&reply);
    }
    for (size_t i = 0; i < 5; i++) {
        ask(&public, &(struct ask){ .target = "/", .host = bad[i] }, &reply);
        assert_int_equal(reply.status, 421);
        reply_free(&reply);
    }
    web_free(public.web);
    arena_free(public.arena);
    assert_int_equal(mem_live(), live);
}

static void a_path_that_is_not_there_is_404_and_a_method_that_it_has_not_is_405(void **state)
{
    (void)state;
    const char *const missing[] = { "/nothing", "/form/", "/list", "/list/", "/list/a/", "/list/a/b" };
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        asks(&(struct ask){ .target = missing[i] });
        assert_int_equal(reply.status, 404);
    }
    asks(&(struct ask){ .target = "/only-post" });
    assert_int_equal(reply.status, 405);
    assert_string_equal(header(&reply, "Allow"), "POST");
    asks(&(struct ask){ .target = "/list/x", .method = "POST", .body = "a=b" });
    assert_int_equal(reply.status, 405);
    assert_string_equal(header(&reply, "Allow"), "GET, HEAD");
    assert_int_equal(reply.by, BY_JUDGE); /* before the body is read */
    asks(&(struct ask){ .target = "/form", .method = "DELETE" });
    assert_int_equal(reply.status, 405);
    assert_string_equal(header(&reply, "Allow"), "GET, HEAD, POST");
    assert_int_equal(handled, 0);
}

static void a_body_over_the_limit_of_its_route_is_refused_before_it_is_read(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/only-post", .method = "POST", .body = "name=12345678" });
    assert_int_equal(reply.status, 413);
    assert_int_equal(reply.by, BY_JUDGE);
    asks(&(struct ask){ .target = "/form", .body = "a=b" });
    assert_int_equal(reply.status, 413);
    asks(&(struct ask){ .target = "/nothing", .method = "POST", .body = "a=b" });
    assert_int_equal(reply.status, 404);
}

static void a_literal_wins_over_a_parameter_and_parameters_are_decoded(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/list/all" });
    assert_string_equal(reply.body, "nobody");
    asks(&(struct ask){ .target = "/list/all/more" });
    assert_string_equal(reply.body, "all");
    asks(&(struct ask){ .target = "/list/caf%C3%A9%20x" });
    assert_string_equal(reply.body, "café x");
    assert_string_equal(address, "http://localhost:8080/list/caf%C3%A9%20x");
}

/* ---- Query ---- */

static void a_query_field_is_absent_invalid_or_good_and_unknown_ones_are_not_seen(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/list/x?page=07&junk=1&after=a-b" });
    assert_int_equal(asked[0].state, VALUE_OK);
    assert_int_equal(asked[1].state, VALUE_OK);
    assert_int_equal(asked[1].number, 7);
    assert_string_equal(address, "http://localhost:8080/list/x?after=a-b&page=7");
    asks(&(struct ask){ .target = "/list/x?after=" });
    assert_int_equal(asked[0].state, VALUE_ABSENT);
    assert_string_equal(address, "http://localhost:8080/list/x");
    static const char *const wrong[] = { "after=a%20b", "after=a+b", "after=toolongword", "after=a&after=a",
                                         "after=%C3%28" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char target[64];
        snprintf(target, sizeof target, "/list/x?%s", wrong[i]);
        asks(&(struct ask){ .target = target });
        assert_int_equal(asked[0].state, VALUE_INVALID);
    }
    asks(&(struct ask){ .target = "/list/x?page=51" });
    assert_int_equal(asked[1].state, VALUE_INVALID);
    asks(&(struct ask){ .target = "/list/x?page=0x1" });
    assert_int_equal(asked[1].state, VALUE_INVALID);
}

/* ---- The token ---- */

static char jar[512], token[128];

static void load_form(const char *cookies)
{
    asks(&(struct ask){ .target = "/form", .fields = cookies });
    assert_int_equal(reply.status, 200);
    snprintf(token, sizeof token, "%s", reply.body);
    if (cookie(&reply)[0])
        snprintf(jar, sizeof jar, "Cookie: %s\r\n", cookie(&reply));
    else if (cookies != jar)
        snprintf(jar, sizeof jar, "%s", cookies ? cookies : "");
}

static int send_form(const char *with_token, const char *cookies)
{
    char body[512];
    snprintf(body, sizeof body, "%s%s&name=Asha", with_token ? "form-token=" : "x=", with_token ? with_token : "");
    handled = 0;
    asks(&(struct ask){ .target = "/form", .method = "POST", .fields = cookies, .body = body });
    assert_int_equal(handled, reply.status == 200);
    return reply.status;
}

static void a_form_of_ours_comes_through(void **state)
{
    (void)state;
    load_form(NULL);
    assert_int_equal(send_form(token, jar), 200);
    assert_string_equal(reply.body, "good");
}

static void a_token_that_is_absent_or_wrong_is_refused(void **state)
{
    (void)state;
    load_form(NULL);
    assert_int_equal(send_form(NULL, jar), 403);
    assert_non_null(strstr(reply.body, "This form is out of date"));
    assert_int_equal(send_form("", jar), 403);
    assert_int_equal(send_form("AAAA", jar), 403);
    for (size_t i = 0; i < strlen(token); i++) {
        char kept = token[i];
        token[i] = kept == 'A' ? 'B' : 'A';
        assert_int_equal(send_form(token, jar), 403);
        token[i] = kept;
    }
    char twice[300];
    snprintf(twice, sizeof twice, "%s&form-token=%s", token, token);
    assert_int_equal(send_form(twice, jar), 403);
}

static int send_again(const char *with_token, const char *cookies, const char *more)
{
    char body[512], head[700];
    snprintf(body, sizeof body, "form-token=%s&name=Asha", with_token);
    snprintf(head, sizeof head, "%s%s", cookies, more);
    asks(&(struct ask){ .target = "/again", .method = "POST", .fields = head, .body = body });
    return reply.status;
}

static void a_form_that_was_open_too_long_is_shown_again_and_cannot_write(void **state)
{
    (void)state;
    load_form(NULL);
    writes_anyway = false;
    written = 0;
    assert_int_equal(send_again(token, jar, ""), 200);
    assert_int_equal(written, 1);
    assert_int_equal(send_again("old", jar, ""), 403);
    assert_string_equal(reply.body, "stale Asha");
    assert_int_equal(send_again(token, "", ""), 403);
    assert_string_equal(reply.body, "stale Asha");
    assert_int_equal(send_again("old", jar, "Sec-Fetch-Site: cross-site\r\n"), 403);
    assert_null(strstr(reply.body, "Asha"));
    writes_anyway = true;
    assert_int_equal(send_again("old", jar, ""), 500);
    assert_int_equal(written, 1);
}

static void a_token_is_good_with_its_own_cookie_only(void **state)
{
    (void)state;
    char first_jar[512];
    char first_token[128];
    load_form(NULL);
    snprintf(first_jar, sizeof first_jar, "%s", jar);
    snprintf(first_token, sizeof first_token, "%s", token);
    load_form(NULL);
    assert_string_not_equal(first_jar, jar);
    assert_int_equal(send_form(token, first_jar), 403);
    assert_int_equal(send_form(first_token, jar), 403);
    assert_int_equal(send_form(token, NULL), 403);
    assert_int_equal(send_form(first_token, first_jar), 200);
}

static void a_cookie_that_we_did_not_sign_is_no_cookie(void **state)
{
    (void)state;
    load_form(NULL);
    size_t at = strlen("Cookie: candour-form=") + 3;
    jar[at] = jar[at] == 'A' ? 'B' : 'A';
    assert_int_equal(send_form(token, jar), 403);
    asks(&(struct ask){ .target = "/form", .fields = jar });
    assert_true(cookie(&reply)[0] != '\0'); /* the visitor gets one of ours */
    char twice[600];
    load_form(NULL);
    snprintf(twice, sizeof twice, "Cookie: %.*s; %s", (int)(strlen(jar) - 10), jar + 8, jar + 8);
    assert_int_equal(send_form(token, twice), 403);
}

static void two_pages_have_two_tokens_and_both_are_good(void **state)
{
    (void)state;
    load_form(NULL);
    char first[128];
    snprintf(first, sizeof first, "%s", token);
    load_form(jar);
    assert_string_equal(header(&reply, "Set-Cookie"), "");
    assert_string_not_equal(first, token);
    assert_int_equal(send_form(first, jar), 200);
    assert_int_equal(send_form(token, jar), 200);
}

static void a_token_is_bound_to_the_session(void **state)
{
    (void)state;
    static const char *const names[] = { "/sign-in-a", "/sign-in-b" };
    char jars[2][512];
    char tokens[2][128];
    for (size_t i = 0; i < 2; i++) {
        asks(&(struct ask){ .target = names[i] });
        assert_int_equal(reply.status, 303);
        assert_string_equal(header(&reply, "Location"), "/private");
        snprintf(jars[i], sizeof jars[i], "Cookie: %s\r\n", cookie(&reply));
        load_form(jars[i]);
        assert_string_equal(header(&reply, "Set-Cookie"), "");
        snprintf(tokens[i], sizeof tokens[i], "%s", token);
    }
    assert_int_equal(send_form(tokens[0], jars[0]), 200);
    assert_int_equal(send_form(tokens[1], jars[0]), 403);
    assert_int_equal(send_form(tokens[0], jars[1]), 403);
    load_form(NULL);
    char both[1024];
    snprintf(both, sizeof both, "Cookie: %.*s; %s", (int)(strlen(jars[0]) - 10), jars[0] + 8, jar + 8);
    assert_int_equal(send_form(token, both), 403); /* made before the sign-in */
    assert_int_equal(send_form(tokens[0], both), 200);
}

static void a_form_that_another_site_sent_is_refused(void **state)
{
    (void)state;
    load_form(NULL);
    char with[700];
    static const char *const elsewhere[] = { "cross-site", "same-site", "anything" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(with, sizeof with, "%sSec-Fetch-Site: %s\r\n", jar, elsewhere[i]);
        assert_int_equal(send_form(token, with), 403);
    }
    snprintf(with, sizeof with, "%sSec-Fetch-Site: same-origin\r\nOrigin: null\r\n", jar);
    assert_int_equal(send_form(token, with), 200);
}

/* ---- Fields ---- */

static int send_fields(const char *more)
{
    char body[900];
    snprintf(body, sizeof body, "form-token=%s&%s", token, more);
    asks(&(struct ask){ .target = "/form", .method = "POST", .fields = jar, .body = body });
    return reply.status;
}

static void an_undeclared_field_or_one_that_comes_twice_is_400(void **state)
{
    (void)state;
    load_form(NULL);
    assert_int_equal(send_fields("name=Asha&admin=1"), 400);
    assert_int_equal(send_fields("name=Asha&name=Asha"), 400);
    assert_int_equal(send_fields("name"), 400);
    assert_int_equal(send_fields("name=%C3%28"), 400);
    assert_int_equal(send_fields("name=a%00b"), 400);
    assert_int_equal(send_fields("name=%4"), 400);
    char many[900] = "";
    for (int i = 0; i < 70; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "&a%d=", i);
    assert_int_equal(send_fields(many + 1), 400);
    char with[700];
    char body[300];
    snprintf(with, sizeof with, "%sContent-Type: text/plain\r\n", jar);
    snprintf(body, sizeof body, "form-token=%s&name=Asha", token);
    asks(&(struct ask){ .target = "/form", .method = "POST", .fields = with, .body = body });
    assert_int_equal(reply.status, 400);
}

static void values_are_parsed_and_what_is_wrong_is_kept_to_be_shown_again(void **state)
{
    (void)state;
    load_form(NULL);
    assert_int_equal(send_fields("name=+Asha+&age=30&story=one%0D%0Atwo&sure=unsure"), 200);
    assert_string_equal(texts[FIELD_NAME], "Asha");
    assert_int_equal(values[FIELD_AGE].number, 30);
    assert_string_equal(texts[FIELD_STORY], "one\ntwo");
    assert_int_equal(send_fields("name=A&age=121&sure=maybe"), 422);
    assert_int_equal(values[FIELD_NAME].state, VALUE_INVALID);
    assert_string_equal(texts[FIELD_NAME], "A");
    assert_int_equal(values[FIELD_AGE].state, VALUE_INVALID);
    assert_string_equal(texts[FIELD_AGE], "121");
    assert_int_equal(values[FIELD_SURE].state, VALUE_INVALID);
    assert_int_equal(values[FIELD_STORY].state, VALUE_ABSENT);
    assert_int_equal(send_fields("name="), 422); /* required */
    assert_int_equal(values[FIELD_NAME].state, VALUE_ABSENT);
    assert_int_equal(send_fields("name=two%0Alines"), 422);
    assert_int_equal(send_fields("name=Asha&sure=yes+no"), 422);
}

/* ---- Permission and cookies ---- */

static void who_may_not_gets_403_and_nothing_runs(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/private" });
    assert_int_equal(reply.status, 403);
    asks(&(struct ask){ .target = "/private", .fields = "Cookie: candour-session=AAAA\r\n" });
    assert_int_equal(reply.status, 403);
    asks(&(struct ask){ .target = "/sign-in-a" });
    char its[512];
    snprintf(its, sizeof its, "Cookie: %s\r\n", cookie(&reply));
    asks(&(struct ask){ .target = "/private/approve", .fields = its });
    assert_int_equal(reply.status, 403);
    assert_int_equal(handled, 0);
    asks(&(struct ask){ .target = "/private/write", .fields = its });
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "Asha");
    asks(&(struct ask){ .target = "/private", .fields = its });
    assert_int_equal(reply.status, 200);
    assert_string_equal(header(&reply, "Cache-Control"), "no-store");
    assert_string_equal(header(&reply, "ETag"), "");
}

static void a_cached_route_reads_no_cookie_and_sets_none(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/sign-in-a" });
    char its[512];
    snprintf(its, sizeof its, "Cookie: %s\r\n", cookie(&reply));
    asks(&(struct ask){ .target = "/", .fields = its });
    assert_string_equal(reply.body, "nobody");
    assert_string_equal(header(&reply, "Set-Cookie"), "");
    asks(&(struct ask){ .target = "/cached-token" });
    assert_int_equal(reply.status, 500);
    assert_string_equal(header(&reply, "Set-Cookie"), "");
}

static void cookies_are_bound_to_the_host_behind_https_and_plain_on_localhost(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/form" });
    const char *plain_cookie = header(&reply, "Set-Cookie");
    assert_int_equal(strncmp(plain_cookie, "candour-form=", 13), 0);
    assert_non_null(strstr(plain_cookie, "; Path=/; HttpOnly; SameSite=Strict"));
    assert_null(strstr(plain_cookie, "Secure"));
    asks(&(struct ask){ .target = "/form", .secure = true });
    const char *secure = header(&reply, "Set-Cookie");
    assert_int_equal(strncmp(secure, "__Host-candour-form=", 20), 0);
    assert_non_null(strstr(secure, "; Path=/; HttpOnly; SameSite=Strict; Secure"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
    const struct CMUnitTest tests[] = {
        T(a_host_that_is_not_ours_is_421),
        T(a_public_site_answers_to_its_own_name_only),
        T(a_path_that_is_not_there_is_404_and_a_method_that_it_has_not_is_405),
        T(a_body_over_the_limit_of_its_route_is_refused_before_it_is_read),
        T(a_literal_wins_over_a_parameter_and_parameters_are_decoded),
        T(a_query_field_is_absent_invalid_or_good_and_unknown_ones_are_not_seen),
        T(a_form_of_ours_comes_through),
        T(a_token_that_is_absent_or_wrong_is_refused),
        T(a_form_that_was_open_too_long_is_shown_again_and_cannot_write),
        T(a_token_is_good_with_its_own_cookie_only),
        T(a_cookie_that_we_did_not_sign_is_no_cookie),
        T(two_pages_have_two_tokens_and_both_are_good),
        T(a_token_is_bound_to_the_session),
        T(a_form_that_another_site_sent_is_refused),
        T(an_undeclared_field_or_one_that_comes_twice_is_400),
        T(values_are_parsed_and_what_is_wrong_is_kept_to_be_shown_again),
        T(who_may_not_gets_403_and_nothing_runs),
        T(a_cached_route_reads_no_cookie_and_sets_none),
        T(cookies_are_bound_to_the_host_behind_https_and_plain_on_localhost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
