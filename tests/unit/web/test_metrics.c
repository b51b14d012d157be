/* Figures: what is counted, that counting costs no memory, and what happens where there is none. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

static struct site site;
static struct web_metrics *metrics;
static struct reply reply;
static _Atomic uint64_t counted = 41;

/* The front's and the database's, which are not there. */
void http_server_load(struct http_server *s, struct http_load *out)
{
    (void)s;
    *out = (struct http_load){ .connections = 12, .queued = 34 };
}

const char *http_reason(int status)
{
    return status == 404 ? "Not Found" : "Other";
}

void db_counts(const struct db *db, struct db_counts *out)
{
    (void)db;
    *out = (struct db_counts){ .acts = 56, .groups = 7, .failures = 8 };
}

static enum http_status page(struct request *req, struct response *res)
{
    struct db_tx *tx;
    if (request_read(req, &tx, &res->fault) != STATUS_OK)
        return response_error(req, res, HTTP_UNAVAILABLE);
    buf_add(&res->body, STR("words"));
    return HTTP_OK;
}

static enum http_status closed(struct request *req, struct response *res)
{
    return response_error(req, res, HTTP_NOT_FOUND);
}

enum http_status web_exit(struct request *req, struct response *res);

#define ROUTE .method = "GET", .help = "", .where = "test"
static const struct route routes[] = {
    { ROUTE, .path = "/news/{slug}", .permission = PERMISSION_PUBLIC, .cached = true, .handler = page },
    { ROUTE, .path = "/exit", .permission = PERMISSION_PUBLIC, .handler = web_exit },
    { ROUTE, .path = "/form", .permission = PERMISSION_PUBLIC, .handler = page },
    { ROUTE, .path = "/desk", .permission = PERMISSION_SIGNED_IN, .handler = page },
    { ROUTE, .path = "/closed", .permission = PERMISSION_PUBLIC, .cached = true, .handler = closed },
};

static const struct web_metric more[] = {
    { "test_total", "Of the test.", "kind=\"a\"", &counted },
    { "test_total", "Of the test.", "kind=\"b\"", &counted },
};

static int open_site(void **state)
{
    (void)state;
    site_open(&site, &(struct site_options){ .routes = routes, .routes_n = sizeof routes / sizeof routes[0] });
    assert_int_equal(web_metrics_new(&metrics, site.web, STR("9.8.7"), more, 2, NULL), STATUS_OK);
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    reply_free(&reply);
    web_metrics_free(metrics);
    assert_null(site.web->metrics);
    site_close(&site);
    return 0;
}

static bool always(void *self, const struct http_exchange *x)
{
    (void)self;
    (void)x;
    return true;
}

static void ask_figures(const char *method, const char *target)
{
    struct http_app app = *web_metrics_app(metrics);
    struct site own = { .app = &app };
    app.still_good = always;
    reply_free(&reply);
    ask(&own, &(struct ask){ .method = method, .target = target }, &reply);
}

static bool figures_say(const char *line)
{
    ask_figures("GET", "/metrics");
    assert_int_equal(reply.status, 200);
    char whole[200];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    return strstr(reply.body, whole) != NULL;
}

static void load(const char *target)
{
    reply_free(&reply);
    get(&site, target, &reply);
}

static void each_answer_is_counted_once_under_its_class(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        load("/news/a-name");
    load("/news/another-name");
    load("/form");
    load("/desk");
    load("/closed");
    load("/nowhere/a-name");
    assert_true(figures_say("candour_requests_total{route=\"page\",status=\"2xx\"} 6"));
    assert_true(figures_say("candour_requests_total{route=\"page\",status=\"4xx\"} 1"));
    assert_true(figures_say("candour_requests_total{route=\"form\",status=\"2xx\"} 1"));
    assert_true(figures_say("candour_requests_total{route=\"none\",status=\"4xx\"} 1"));
    assert_true(figures_say("candour_requests_total{route=\"none\",status=\"2xx\"} 0"));
    assert_true(figures_say("candour_page_cache_total{result=\"hit\"} 4"));
    assert_true(figures_say("candour_page_cache_total{result=\"miss\"} 3"));
    assert_true(figures_say("candour_page_renders_total 3"));
    assert_true(figures_say("candour_request_duration_seconds_count 6"));
    assert_null(strstr(reply.body, "name\""));
    assert_null(strstr(reply.body, "/"));
}

static void who_leaves_is_not_counted(void **state)
{
    (void)state;
    load("/form");
    ask_figures("GET", "/metrics");
    struct reply before = reply;
    reply = (struct reply){ 0 };
    for (int i = 0; i < 3; i++) {
        ask(&site, &(struct ask){ .target = "/exit", .fields = i ? "Cookie: candour-session=x\r\n" : NULL }, &reply);
        assert_int_equal(reply.status, 303);
        reply_free(&reply);
    }
    struct http_head head = { .method = HTTP_GET, .path = STR("/exit") };
    struct http_answer answer;
    site.app->error_page(site.app->self, 503, &head, &answer);
    answer.release(answer.owner);
    ask_figures("GET", "/metrics");
    assert_string_equal(reply.body, before.body);
    reply_free(&before);
}

static void figures_of_others_stand_under_their_names(void **state)
{
    (void)state;
    assert_true(figures_say("candour_connections 0"));
    web_metrics_watch(metrics, (struct http_server *)&site);
    assert_true(figures_say("candour_connections 12"));
    assert_true(figures_say("candour_queue_requests 34"));
    web_metrics_watch(metrics, NULL);
    assert_true(figures_say("candour_queue_requests 0"));
    assert_true(figures_say("candour_database_acts_total 56"));
    assert_true(figures_say("candour_database_write_groups_total 7"));
    assert_true(figures_say("candour_database_write_failures_total 8"));
    assert_true(figures_say("candour_build_info{version=\"9.8.7\"} 1"));
    assert_true(figures_say("test_total{kind=\"a\"} 41"));
    assert_true(figures_say("test_total{kind=\"b\"} 41"));
    const char *first = strstr(reply.body, "# TYPE test_total counter");
    assert_non_null(first);
    assert_null(strstr(first + 1, "# TYPE test_total"));
}

static void counting_an_answer_from_memory_allocates_nothing(void **state)
{
    (void)state;
    static struct http_field fields[HTTP_FIELDS_MAX];
    static char path[HTTP_TARGET_MAX];
    static char host[HTTP_HOST_MAX];
    struct http_head head;
    struct str bytes = STR("GET /news/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_int_equal(http_parse_head(bytes, &head, fields, path, host).result, HTTP_PARSED_HEAD);
    load("/news/x");
    mem_fail_at(1);
    for (int i = 0; i < 1000; i++) {
        struct http_answer answer = { 0 };
        assert_true(site.app->cached(site.app->self, &head, &answer));
        answer.release(answer.owner);
    }
    assert_int_equal(mem_calls(), 0);
    mem_fail_at(0);
    assert_true(figures_say("candour_page_cache_total{result=\"hit\"} 1000"));
}

static void *asks_often(void *arg)
{
    (void)arg;
    struct http_answer answer;
    for (int i = 0; i < 25000; i++) {
        site.app->error_page(site.app->self, 404, NULL, &answer);
        answer.release(answer.owner);
    }
    return NULL;
}

static void a_hundred_thousand_counts_of_many_threads_are_all_there(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, asks_often, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_true(figures_say("candour_requests_total{route=\"none\",status=\"4xx\"} 100000"));
}

static void there_is_one_address_and_one_way_to_ask(void **state)
{
    (void)state;
    ask_figures("GET", "/");
    assert_int_equal(reply.status, 404);
    ask_figures("GET", "/metrics/x");
    assert_int_equal(reply.status, 404);
    ask_figures("POST", "/metrics");
    assert_int_equal(reply.status, 405);
    assert_string_equal(header(&reply, "Allow"), "GET, HEAD");
    ask_figures("GET", "/metrics");
    assert_string_equal(header(&reply, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_string_equal(header(&reply, "Cache-Control"), "no-store");
}

static void without_memory_the_figures_are_503_and_nothing_leaks(void **state)
{
    (void)state;
    int64_t live = mem_live();
    int failed = 0;
    for (uint64_t k = 1;; k++) {
        mem_fail_at(k);
        ask_figures("GET", "/metrics");
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        assert_int_equal(mem_live(), live);
        assert_int_equal(reply.status, reached ? 503 : 200);
        if (!reached)
            break;
        failed++;
    }
    assert_true(failed > 0);
    mem_fail_at(1);
    struct web_metrics *none = metrics;
    assert_int_equal(web_metrics_new(&none, site.web, STR("1"), NULL, 0, NULL), STATUS_NO_MEMORY);
    mem_fail_at(0);
    assert_null(none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_answer_is_counted_once_under_its_class),
        TEST(who_leaves_is_not_counted),
        TEST(figures_of_others_stand_under_their_names),
        TEST(counting_an_answer_from_memory_allocates_nothing),
        TEST(a_hundred_thousand_counts_of_many_threads_are_all_there),
        TEST(there_is_one_address_and_one_way_to_ask),
        TEST(without_memory_the_figures_are_503_and_nothing_leaks),
    };
    return cmocka_run_group_tests_name("web metrics", tests, NULL, NULL);
}
