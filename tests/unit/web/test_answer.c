/* What every answer carries, and how an answer is made when something is wrong. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/zone.h"

#include "web/web_pages.h"
#include "web/web_routes.h"
#include "base/banned.h"

static const char *const security[][2] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
      "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Referrer-Policy", "no-referrer" },
    { "X-Content-Type-Options", "nosniff" },
};

static struct site site;
static struct reply reply;

/* ---- Handlers ---- */

static int pages_made;

static enum http_status page(struct request *req, struct response *res)
{
    pages_made++;
    struct db_tx *tx;
    enum status status = request_read(req, &tx, &res->fault);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    request_read_end(req);
    buf_add(&res->body, STR("a page"));
    return HTTP_OK;
}

static enum http_status moved(struct request *req, struct response *res)
{
    return response_see_other(req, res, URL_OWN("/"));
}

static enum http_status split(struct request *req, struct response *res)
{
    return response_see_other(req, res, URL_OWN("/x\r\nSet-Cookie: a=b"));
}

static enum http_status refuses(struct request *req, struct response *res)
{
    fault_set(&res->fault, STATUS_INVALID, "the day <b> is not one");
    return response_error(req, res, HTTP_BAD_REQUEST);
}

static enum http_status gone(struct request *req, struct response *res)
{
    (void)req;
    buf_add(&res->body, STR("gone"));
    return HTTP_GONE;
}

static enum http_status greedy(struct request *req, struct response *res)
{
    buf_add(&res->body, STR("half a page"));
    while (arena_alloc(req->arena, 64 * 1024, 1))
        ;
    return HTTP_OK;
}

static enum http_status endless(struct request *req, struct response *res)
{
    (void)req;
    while (buf_ok(&res->body))
        buf_add(&res->body, STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    return HTTP_OK;
}

static enum http_status holds_on(struct request *req, struct response *res)
{
    struct db_tx *tx;
    if (request_read(req, &tx, &res->fault) != STATUS_OK)
        return response_error(req, res, HTTP_UNAVAILABLE);
    struct layout layout;
    web_layout(req, &layout, STR("T"));
    assert_int_equal(atomic_load(&req->db->reads_open), 0); /* the view begins without a snapshot */
    buf_add(&res->body, layout.title);
    assert_int_equal(request_read(req, &tx, &res->fault), STATUS_OK);
    return HTTP_OK; /* and forgets to end it */
}

static enum http_status names(struct request *req, struct response *res)
{
    buf_add(&res->body, request_param(req, 0));
    return HTTP_SERVER_ERROR;
}

struct act {
    int64_t made;
    int runs;
    enum status status;
};
static struct act act;

static enum status write_it(struct db_tx *tx, void *arg)
{
    struct act *a = *(struct act **)arg;
    assert_int_equal(atomic_load(&site.db.reads_open), 0);
    a->made = 7;
    a->runs++;
    if (a->status != STATUS_OK)
        return db_refuse(tx, a->status, "that day is over");
    return STATUS_OK;
}

static int views;
static enum http_status show_it(struct request *req, struct response *res, void *arg)
{
    views++;
    assert_int_equal(atomic_load(&req->db->writes), 1);
    buf_format(&res->body, "made %d", (int)(*(struct act **)arg)->made);
    return HTTP_OK;
}

static enum http_status say_no(struct request *req, struct response *res, void *arg)
{
    (void)req;
    (void)arg;
    buf_format(&res->body, "no: %s", res->fault.text);
    return HTTP_UNPROCESSABLE;
}

static enum http_status writes(struct request *req, struct response *res)
{
    struct db_tx *tx;
    assert_int_equal(request_read(req, &tx, NULL), STATUS_OK); /* ends with the handler */
    struct act **arg = ARENA_NEW(req->arena, struct act *);
    *arg = &act;
    bool refused = str_equal(request_param(req, 0), STR("said"));
    return write_then(req, res, write_it, arg, show_it, refused ? say_no : NULL);
}

static enum http_status get_that_writes(struct request *req, struct response *res)
{
    return write_then(req, res, write_it, &act, show_it, NULL);
}

#define ANY .permission = PERMISSION_PUBLIC, .help = "", .where = "test"
static const struct query_field no_query[] = { { "q", QUERY_TEXT, 0, 60 } };
static const struct route routes[] = {
    { .method = "GET", .path = "/page", ANY, .handler = page, .cached = true },
    { .method = "GET", .path = "/open", ANY, .handler = page, .query = no_query, .query_n = 1 },
    { .method = "GET",
      .path = "/private",
      .permission = PERMISSION_SIGNED_IN,
      .handler = page,
      .no_store = true,
      .help = "",
      .where = "test" },
    { .method = "GET", .path = "/store", ANY, .handler = page, .no_store = true },
    { .method = "GET", .path = "/moved", ANY, .handler = moved },
    { .method = "GET", .path = "/split", ANY, .handler = split },
    { .method = "GET", .path = "/refuses", ANY, .handler = refuses },
    { .method = "GET", .path = "/gone", ANY, .handler = gone, .cached = true },
    { .method = "GET", .path = "/greedy", ANY, .handler = greedy },
    { .method = "GET", .path = "/endless", ANY, .handler = endless },
    { .method = "GET", .path = "/holds-on", ANY, .handler = holds_on, .cached = true },
    { .method = "GET", .path = "/names/{who}", ANY, .handler = names },
    { .method = "POST", .path = "/write/{how}", ANY, .handler = writes, .body = BODY_FORM, .body_max = 100 },
    { .method = "GET", .path = "/get-that-writes", ANY, .handler = get_that_writes },
    { .method = "GET", .path = "/healthz", ANY, .handler = web_healthz, .no_store = true },
};

static int open_site(void **state)
{
    (void)state;
    act = (struct act){ 0 };
    views = 0;
    site_open(&site, &(struct site_options){ .routes = routes, .routes_n = sizeof routes / sizeof *routes });
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

static void load(const char *target)
{
    asks(&(struct ask){ .target = target });
}

/* ---- Headers ---- */

static void carries_all(bool secure)
{
    for (size_t i = 0; i < sizeof security / sizeof *security; i++)
        assert_string_equal(header(&reply, security[i][0]), security[i][1]);
    const char *features = header(&reply, "Permissions-Policy");
    assert_non_null(strstr(features, "camera=()"));
    assert_non_null(strstr(features, "geolocation=()"));
    assert_null(strstr(features, "(self"));
    assert_null(strstr(features, "*"));
    assert_int_equal(header(&reply, "Strict-Transport-Security")[0] != '\0', secure);
    assert_true(header(&reply, "Cache-Control")[0] != '\0');
    assert_true(strlen(reply.fields) < HTTP_ANSWER_FIELDS_MAX);
    assert_string_equal(header(&reply, "Server"), "");
    /* Only what may be compressed says so; test_encoding.c has pages that are long enough. */
    assert_string_equal(header(&reply, "Vary"),
                        str_starts(str_of(header(&reply, "Content-Type")), STR("text/css")) ? "Accept-Encoding" : "");
}

static void every_kind_of_answer_carries_all_headers(void **state)
{
    (void)state;
    char asset[128];
    snprintf(asset, sizeof asset, "%.*s", STR_ARG(web_asset(STR("candour.css")).s));
    const struct ask kinds[] = {
        { .target = "/page" },
        { .target = "/page" }, /* rendered, then from the cache */
        { .target = "/open" },
        { .target = "/private" },
        { .target = "/store" },
        { .target = "/moved" },
        { .target = "/refuses" },
        { .target = "/gone" },
        { .target = "/greedy" },
        { .target = "/nothing" },
        { .target = "/page", .host = "evil.example" },
        { .target = "/healthz" },
        { .target = asset },
        { .target = "/page", .method = "POST" },
        { .target = "/page", .method = "HEAD" },
        { .target = "/write/x", .method = "POST", .body = "n=1" },
        { .target = "/page", .fields = "If-None-Match: *\r\n" },
    };
    static const int status[] = { 200, 200, 200, 403, 200, 303, 400, 410, 500, 404, 421, 200, 200, 405, 200, 200, 304 };
    log_descriptor_set(-1);
    for (int secure = 0; secure < 2; secure++) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            struct ask question = kinds[i];
            question.secure = secure;
            atomic_store(&site.db.writes, 0);
            asks(&question);
            assert_int_equal(reply.status, status[i]);
            carries_all(secure);
            assert_int_equal(header(&reply, "Content-Type")[0] != '\0', reply.status != 304);
        }
    }
    for (int code = 400; code < 506; code++) {
        struct http_answer answer = { 0 };
        site.app->error_page(site.app->self, code, NULL, &answer);
        assert_int_equal(answer.status, code);
        assert_true(str_find(answer.body, STR("999")) > 0);
        answer.release(answer.owner);
    }
}

static void a_public_page_sets_no_cookie_and_asks_to_be_looked_at_again(void **state)
{
    (void)state;
    static const char *const pages[] = { "/page", "/open", "/gone", "/nothing" };
    for (size_t i = 0; i < 4; i++) {
        load(pages[i]);
        assert_string_equal(header(&reply, "Set-Cookie"), "");
        assert_string_equal(header(&reply, "Cache-Control"), i < 3 ? "no-cache" : "no-store");
        assert_int_equal(header(&reply, "ETag")[0] == '"', i < 2);
    }
    load("/store");
    assert_string_equal(header(&reply, "Cache-Control"), "no-store");
    assert_string_equal(header(&reply, "ETag"), "");
}

static void head_says_what_get_says(void **state)
{
    (void)state;
    static const char *const pages[] = { "/page", "/open", "/store", "/moved", "/nothing", "/healthz" };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        char fields[HTTP_ANSWER_FIELDS_MAX];
        load(pages[i]);
        snprintf(fields, sizeof fields, "%s", reply.fields);
        size_t length = reply.body_n;
        int status = reply.status;
        assert_false(reply.head_only);
        asks(&(struct ask){ .target = pages[i], .method = "HEAD" });
        assert_string_equal(reply.fields, fields);
        assert_int_equal(reply.body_n, length);
        assert_int_equal(reply.status, status);
        assert_true(reply.head_only);
    }
}

static void a_tag_that_still_fits_is_answered_304(void **state)
{
    (void)state;
    static const char *const pages[] = { "/page", "/open" };
    for (size_t i = 0; i < 2; i++) {
        char tag[64];
        char fields[256];
        load(pages[i]);
        snprintf(tag, sizeof tag, "%s", header(&reply, "ETag"));
        snprintf(fields, sizeof fields, "If-None-Match: \"other\", W/%s\r\n", tag);
        for (int head = 0; head < 2; head++) {
            asks(&(struct ask){ .target = pages[i], .fields = fields, .method = head ? "HEAD" : "GET" });
            assert_int_equal(reply.status, 304);
            assert_true(reply.no_length);
            assert_int_equal(reply.body_n, 0);
            assert_string_equal(header(&reply, "ETag"), tag);
        }
        asks(&(struct ask){ .target = pages[i], .fields = "If-None-Match: \"0123456789abcdef0123456789abcdef\"\r\n" });
        assert_int_equal(reply.status, 200);
    }
    asks(&(struct ask){ .target = "/page", .fields = "If-None-Match: *\r\n" });
    assert_int_equal(reply.status, 304);
    asks(&(struct ask){ .target = "/nothing", .fields = "If-None-Match: *\r\n" });
    assert_int_equal(reply.status, 404);
}

static void a_page_that_is_not_the_wanted_one_is_412(void **state)
{
    (void)state;
    char tag[64];
    char fields[256];
    load("/page");
    snprintf(tag, sizeof tag, "%s", header(&reply, "ETag"));
    static const struct {
        const char *before;
        bool tag;
        const char *after;
        int status;
    } cases[] = {
        { "If-Match: ", true, "\r\n", 200 },
        { "If-Match: \"a\", ,", true, "\r\n", 200 },
        { "If-Match: *\r\n", false, "", 200 },
        { "If-Match: \"a\"\r\nX: y\r\nIf-Match: ", true, "\r\n", 200 },
        { "If-Match: \"a\"\r\n", false, "", 412 },
        { "If-Match: W/", true, "\r\n", 412 },
        { "If-Match: \"a\"\r\nIf-None-Match: ", true, "\r\n", 412 },
        { "If-Match: *\r\nIf-None-Match: ", true, "\r\n", 304 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(fields, sizeof fields, "%s%s%s", cases[i].before, cases[i].tag ? tag : "", cases[i].after);
        for (int head = 0; head < 2; head++) {
            asks(&(struct ask){ .target = "/page", .fields = fields, .method = head ? "HEAD" : "GET" });
            assert_int_equal(reply.status, cases[i].status);
            assert_true(reply.status == 200 || reply.body_n == 0);
        }
    }
    asks(&(struct ask){ .target = "/nothing", .fields = "If-Match: \"a\"\r\n" });
    assert_int_equal(reply.status, 404);
}

static void what_needs_a_date_or_a_range_changes_nothing(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT\r\n",
        "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT\r\nIf-None-Match: \"a\"\r\n",
        "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        "Range: bytes=0-1\r\n",
        "Range: bytes=0-1\r\nIf-Range: \"a\"\r\n",
        "Range: bytes=99999999-\r\n",
        "Content-Range: bytes 0-1/2\r\n",
        "Content-Location: /other\r\n",
    };
    load("/page");
    size_t body_n = reply.body_n;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        asks(&(struct ask){ .target = "/page", .fields = fields[i] });
        assert_int_equal(reply.status, 200);
        assert_int_equal(reply.body_n, body_n);
    }
    assert_string_equal(header(&reply, "Accept-Ranges"), "");
}

static void an_asset_is_for_ever_under_its_hash_and_nowhere_else(void **state)
{
    (void)state;
    char target[128];
    snprintf(target, sizeof target, "%.*s", STR_ARG(web_asset(STR("candour.css")).s));
    load(target);
    assert_int_equal(reply.by, BY_LOOP);
    assert_string_equal(header(&reply, "Cache-Control"), "public, max-age=31536000, immutable");
    assert_string_equal(header(&reply, "Content-Type"), "text/css; charset=utf-8");
    assert_true(reply.body_n > 1000);
    target[4] = target[4] == '0' ? '1' : '0';
    load(target);
    assert_int_equal(reply.status, 404);
    load("/a/candour.css");
    assert_int_equal(reply.status, 404);
}

static void a_redirect_cannot_be_split(void **state)
{
    (void)state;
    log_descriptor_set(-1);
    load("/split");
    assert_int_equal(reply.status, 500);
    assert_string_equal(header(&reply, "Location"), "");
    load("/moved");
    assert_string_equal(header(&reply, "Location"), "/");
}

/* ---- Failures ---- */

static void words_of_a_fault_are_shown_as_text(void **state)
{
    (void)state;
    load("/refuses");
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "the day &lt;b&gt; is not one"));
}

static void a_page_that_ran_out_of_memory_is_a_500_and_not_half_a_page(void **state)
{
    (void)state;
    log_catch();
    load("/greedy");
    assert_int_equal(reply.status, 500);
    assert_null(strstr(reply.body, "half a page"));
    assert_non_null(strstr(reply.body, "Sorry, there is a problem"));
    load("/endless");
    assert_int_equal(reply.status, 500);
    assert_true(reply.body_n < 20000);
    assert_non_null(strstr(log_caught(), "route=/endless"));
}

static void every_allocation_may_fail_once_and_the_answer_is_whole(void **state)
{
    (void)state;
    log_descriptor_set(-1);
    static const struct ask questions[] = { { .target = "/open?q=a%20b" },
                                            { .target = "/page" },
                                            { .target = "/refuses" },
                                            { .target = "/write/said", .method = "POST", .body = "n=1" } };
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        int failed = 0;
        for (uint64_t k = 1;; k++) {
            db_publish(&site.db); /* so that nothing comes from the cache */
            atomic_store(&site.db.writes, 0);
            while (site.web->spare) { /* nor from what was kept */
                struct workspace *space = workspace_take(site.web);
                buf_free(&space->body);
                arena_free(space->arena);
                mem_free(space);
            }
            mem_fail_at(k);
            asks(&questions[i]);
            bool reached = mem_calls() >= k;
            mem_fail_at(0);
            assert_true(reply.body_n > 0);
            carries_all(false);
            if (!reached)
                break;
            assert_true(reply.status == 500 || reply.status == 503 || reply.status == 200 || reply.status == 400);
            failed += reply.status >= 500;
        }
        assert_true(failed > 0);
    }
}

static void the_snapshot_ends_before_the_view_and_with_the_handler(void **state)
{
    (void)state;
    load("/holds-on");
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "T – A police force");
    assert_int_equal(atomic_load(&site.db.reads_open), 0);
}

static void nothing_that_a_visitor_sent_is_logged(void **state)
{
    (void)state;
    log_catch();
    asks(&(struct ask){ .target = "/names/Asha%20Khan?q=secret", .fields = "User-Agent: Mozilla\r\nCookie: a=b\r\n" });
    asks(&(struct ask){ .target = "/nothing/Asha" });
    asks(&(struct ask){ .target = "/write/x", .method = "POST", .body = "n=Asha" });
    const char *log = log_caught();
    assert_non_null(strstr(log, "route=/names/{who}"));
    static const char *const private[] = { "Asha", "Khan", "secret", "Mozilla", "127.0.0", "localhost", "a=b" };
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        assert_null(strstr(log, private[i]));
}

/* ---- Writes ---- */

static void a_view_runs_once_after_the_commit(void **state)
{
    (void)state;
    asks(&(struct ask){ .target = "/write/x", .method = "POST", .body = "n=1" });
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "made 7");
    assert_string_equal(header(&reply, "Cache-Control"), "no-store");
    assert_int_equal(act.runs, 1);
    assert_int_equal(views, 1);
    assert_int_equal(reply.tries, 1);
}

static void a_public_act_during_a_write_does_not_do_it_again(void **state)
{
    (void)state;
    site.db.after_read = db_publish;
    asks(&(struct ask){ .target = "/write/x", .method = "POST", .body = "n=1" });
    assert_int_equal(reply.status, 200);
    assert_int_equal(act.runs, 1);
}

static void a_view_never_runs_for_an_act_that_failed(void **state)
{
    (void)state;
    act.status = STATUS_REFUSED;
    asks(&(struct ask){ .target = "/write/x", .method = "POST", .body = "n=1" });
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(reply.body, "that day is over"));
    asks(&(struct ask){ .target = "/write/said", .method = "POST", .body = "n=1" });
    assert_int_equal(reply.status, 422);
    assert_string_equal(reply.body, "no: that day is over");
    act.status = STATUS_OK;
    site.db.write_fails = STATUS_FULL; /* the commit, after the act */
    asks(&(struct ask){ .target = "/write/x", .method = "POST", .body = "n=1" });
    assert_int_equal(reply.status, 503);
    assert_true(reply.retry_after > 0);
    site.db.write_fails = STATUS_OK;
    site.db.later_fails = true;
    asks(&(struct ask){ .target = "/write/x", .method = "POST", .body = "n=1" });
    assert_int_equal(reply.status, 503);
    assert_int_equal(views, 0);
}

static void a_get_cannot_write(void **state)
{
    (void)state;
    log_descriptor_set(-1);
    load("/get-that-writes");
    assert_int_equal(reply.status, 500);
    assert_int_equal(act.runs, 0);
}

/* ---- The database away ---- */

static struct db *now_back;
static int asked_for;
static struct db *look_for(void *self)
{
    (void)self;
    asked_for++;
    return now_back;
}

static void without_a_database_every_page_is_503_until_it_is_back(void **state)
{
    (void)state;
    struct site away;
    int64_t live = mem_live();
    now_back = NULL;
    asked_for = 0;
    log_descriptor_set(-1);
    site_open(&away, &(struct site_options){ .routes = routes,
                                             .routes_n = sizeof routes / sizeof *routes,
                                             .no_database = true,
                                             .reopen = look_for });
    for (int i = 0; i < 20; i++) {
        get(&away, i % 2 ? "/page" : "/open", &reply);
        assert_int_equal(reply.status, 503);
        assert_true(reply.retry_after > 0);
        reply_free(&reply);
    }
    assert_int_equal(asked_for, 1); /* once a second */
    get(&away, "/healthz", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "ok\n");
    reply_free(&reply);
    char asset[128];
    snprintf(asset, sizeof asset, "%.*s", STR_ARG(web_asset(STR("candour.css")).s));
    get(&away, asset, &reply);
    assert_int_equal(reply.status, 200);
    reply_free(&reply);
    now_back = &away.db;
    away.web->reopen_ns -= REOPEN_NS;
    get(&away, "/page", &reply);
    assert_int_equal(reply.status, 200);
    reply_free(&reply);

    atomic_store(&away.db.away, true);
    db_publish(&away.db);
    now_back = NULL;
    get(&away, "/page", &reply);
    assert_int_equal(reply.status, 503);
    reply_free(&reply);
    atomic_store(&away.db.away, false);
    get(&away, "/page", &reply);
    assert_int_equal(reply.status, 503); /* nobody has found it yet */
    reply_free(&reply);
    now_back = &away.db;
    away.web->reopen_ns -= REOPEN_NS;
    get(&away, "/page", &reply);
    assert_int_equal(reply.status, 200);
    reply_free(&reply);

    /* Another database may have the same number: nothing of the old one is shown. */
    get(&away, "/page", &reply);
    assert_int_equal(reply.by, BY_LOOP);
    reply_free(&reply);
    web_database_lost(away.web);
    away.web->reopen_ns -= REOPEN_NS;
    int made = pages_made;
    get(&away, "/page", &reply);
    assert_int_equal(reply.status, 200);
    assert_int_equal(pages_made, made + 1);
    reply_free(&reply);
    web_free(away.web);
    arena_free(away.arena);
    assert_int_equal(mem_live(), live);
}

/* ---- Words ---- */

static void times_are_written_as_govuk_does(void **state)
{
    (void)state;
    struct request *req = (struct request *)&(struct serving){ .request = { .arena = site.arena } };
    static const struct {
        const char *utc;
        int64_t ms;
        const char *words;
    } times[] = {
        { "2022-10-16T18:11", 1665943860000, "16 October 2022 at 7:11pm" },
        { "2026-03-02T09:00", 1772442000000, "2 March 2026 at 9am" },
        { "2026-03-02T12:00", 1772452800000, "2 March 2026 at midday" },
        { "2026-07-01T23:00", 1782946800000, "2 July 2026 at midnight" },
        { "2026-03-02T00:05", 1772409900000, "2 March 2026 at 12:05am" },
    };
    assert_int_equal(zone_use(STR("Europe/London"), NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct str words = web_time_words(req, times[i].ms);
        assert_string_equal(str_z(site.arena, words), times[i].words);
    }
    assert_string_equal(str_z(site.arena, web_day_words(req, 1665943860000)), "16 October 2022");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
    const struct CMUnitTest tests[] = {
        T(every_kind_of_answer_carries_all_headers),
        T(a_public_page_sets_no_cookie_and_asks_to_be_looked_at_again),
        T(head_says_what_get_says),
        T(a_tag_that_still_fits_is_answered_304),
        T(a_page_that_is_not_the_wanted_one_is_412),
        T(what_needs_a_date_or_a_range_changes_nothing),
        T(an_asset_is_for_ever_under_its_hash_and_nowhere_else),
        T(a_redirect_cannot_be_split),
        T(words_of_a_fault_are_shown_as_text),
        T(a_page_that_ran_out_of_memory_is_a_500_and_not_half_a_page),
        T(every_allocation_may_fail_once_and_the_answer_is_whole),
        T(the_snapshot_ends_before_the_view_and_with_the_handler),
        T(nothing_that_a_visitor_sent_is_logged),
        T(a_view_runs_once_after_the_commit),
        T(a_public_act_during_a_write_does_not_do_it_again),
        T(a_view_never_runs_for_an_act_that_failed),
        T(a_get_cannot_write),
        T(without_a_database_every_page_is_503_until_it_is_back),
        T(times_are_written_as_govuk_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
