/* The page cache: what may be sent, when, and that threads may read it while others change it. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include "base/banned.h"

static struct site site;
static struct reply reply;
static _Atomic int renders;
static int64_t ends = INT64_MAX;
static int64_t time_now = 1772442000000;

static int64_t test_time(void *self)
{
    (void)self;
    return time_now;
}
static const struct clock test_clock = { test_time, NULL };

/* Lets a test stop a render in the middle. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_turn = PTHREAD_COND_INITIALIZER;
static int gate_waiting, gate_open = 1;

static void gate_set(int open)
{
    pthread_mutex_lock(&gate_lock);
    gate_open = open;
    pthread_cond_broadcast(&gate_turn);
    pthread_mutex_unlock(&gate_lock);
}

static void gate_pass(void)
{
    pthread_mutex_lock(&gate_lock);
    gate_waiting++;
    pthread_cond_broadcast(&gate_turn);
    while (!gate_open)
        pthread_cond_wait(&gate_turn, &gate_lock);
    gate_waiting--;
    pthread_mutex_unlock(&gate_lock);
}

static void gate_await(int n)
{
    pthread_mutex_lock(&gate_lock);
    while (gate_waiting < n)
        pthread_cond_wait(&gate_turn, &gate_lock);
    pthread_mutex_unlock(&gate_lock);
}

/* A page that says under which number it was read. */
static enum http_status numbered(struct request *req, struct response *res)
{
    struct db_tx *tx;
    uint64_t number;
    atomic_fetch_add(&renders, 1);
    if (request_read(req, &tx, &res->fault) != STATUS_OK)
        return response_error(req, res, HTTP_UNAVAILABLE);
    db_generation_read(tx, &number);
    request_read_end(req);
    gate_pass();
    res->valid_until = ends;
    buf_format(&res->body, "number %d %.*s", (int)number, STR_ARG(request_address(req).s));
    return HTTP_OK;
}

static enum http_status missing(struct request *req, struct response *res)
{
    atomic_fetch_add(&renders, 1);
    gate_pass();
    return response_error(req, res, HTTP_NOT_FOUND);
}

static enum http_status large(struct request *req, struct response *res)
{
    (void)req;
    atomic_fetch_add(&renders, 1);
    for (int i = 0; i < 1024; i++)
        buf_add(&res->body, STR("0123456789012345678901234567890123456789012345678901234567890123"));
    return HTTP_OK;
}

#define PUBLIC .permission = PERMISSION_PUBLIC, .cached = true, .help = "", .where = "test"
static const struct query_field query[] = { { "after", QUERY_TEXT, 0, 100 }, { "page", QUERY_INT, 1, 9 } };
static const struct route routes[] = {
    { .method = "GET", .path = "/news", PUBLIC, .handler = numbered, .query = query, .query_n = 2 },
    { .method = "GET", .path = "/news/{slug}", PUBLIC, .handler = numbered },
    { .method = "GET", .path = "/missing", PUBLIC, .handler = missing },
    { .method = "GET", .path = "/large/{n}", PUBLIC, .handler = large },
    { .method = "GET",
      .path = "/open",
      .permission = PERMISSION_PUBLIC,
      .help = "",
      .where = "test",
      .handler = numbered },
};
enum { ROUTES = sizeof routes / sizeof *routes };

static int open_site(void **state)
{
    (void)state;
    atomic_store(&renders, 0);
    ends = INT64_MAX;
    clock_use(&test_clock);
    site_open(&site, &(struct site_options){
                         .settings = "site:\n  page_cache_bytes: 1048576\n", .routes = routes, .routes_n = ROUTES });
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    gate_set(1);
    reply_free(&reply);
    site_close(&site);
    clock_use(NULL);
    return 0;
}

static void load(const char *target)
{
    reply_free(&reply);
    get(&site, target, &reply);
}

static void a_page_is_rendered_once_and_then_comes_from_the_loop_without_an_allocation(void **state)
{
    (void)state;
    load("/news");
    assert_int_equal(reply.by, BY_POOL);
    for (int i = 0; i < 5; i++) {
        load("/news");
        assert_int_equal(reply.by, BY_LOOP);
    }
    assert_int_equal(atomic_load(&renders), 1);
    static struct http_field fields[HTTP_FIELDS_MAX];
    static char path[HTTP_TARGET_MAX];
    static char host[HTTP_HOST_MAX];
    struct http_head head;
    struct str bytes = STR("GET /news?page=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_int_equal(http_parse_head(bytes, &head, fields, path, host).result, HTTP_PARSED_HEAD);
    load("/news?page=1");
    mem_fail_at(1);
    for (int i = 0; i < 1000; i++) {
        struct http_answer answer = { 0 };
        assert_int_equal(site.app->judge(site.app->self, &head).error, 0);
        assert_true(site.app->cached(site.app->self, &head, &answer));
        answer.release(answer.owner);
    }
    assert_int_equal(mem_calls(), 0);
    mem_fail_at(0);
}

static void a_raise_makes_the_next_answer_new(void **state)
{
    (void)state;
    load("/news");
    assert_non_null(strstr(reply.body, "number 1 "));
    db_publish(&site.db);
    load("/news");
    assert_int_equal(reply.by, BY_POOL);
    assert_non_null(strstr(reply.body, "number 2 "));
    load("/news");
    assert_int_equal(reply.by, BY_LOOP);
    assert_non_null(strstr(reply.body, "number 2 "));
}

static void a_page_ends_when_its_promise_ends(void **state)
{
    (void)state;
    ends = time_now + 1000;
    load("/news");
    load("/news");
    assert_int_equal(reply.by, BY_LOOP);
    time_now += 999;
    load("/news");
    assert_int_equal(reply.by, BY_LOOP);
    time_now += 1;
    ends = INT64_MAX;
    load("/news");
    assert_int_equal(reply.by, BY_POOL);
    assert_int_equal(atomic_load(&renders), 2);
}

static void unknown_fields_and_their_order_are_no_part_of_the_key(void **state)
{
    (void)state;
    load("/news?page=2&after=x");
    static const char *const same[] = { "/news?after=x&page=2", "/news?page=02&after=%78",
                                        "/news?utm=1&page=2&after=x&z" };
    for (size_t i = 0; i < 3; i++) {
        load(same[i]);
        assert_int_equal(reply.by, BY_LOOP);
        assert_non_null(strstr(reply.body, "http://localhost:8080/news?after=x&page=2"));
    }
    static const char *const others[] = { "/news", "/news?page=2", "/news?after=x", "/news?page=3&after=x", "/news/x" };
    for (size_t i = 0; i < 5; i++) {
        load(others[i]);
        assert_int_equal(reply.by, BY_POOL);
    }
    load("/news?");
    assert_int_equal(reply.by, BY_LOOP);
    load("/news?junk=1");
    assert_int_equal(reply.by, BY_LOOP);
    load("/news/x%3Fpage=2");
    assert_int_equal(reply.by, BY_POOL);
}

static void an_invalid_query_and_a_missing_page_are_never_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        load("/news?page=10");
        assert_int_equal(reply.by, BY_POOL);
        load("/news?page=1&page=1");
        assert_int_equal(reply.by, BY_POOL);
        load("/missing");
        assert_int_equal(reply.by, BY_POOL);
    }
    assert_int_equal(page_cache_bytes(site.web->cache), 0);
}

static void the_scheme_is_part_of_the_key(void **state)
{
    (void)state;
    load("/news");
    reply_free(&reply);
    ask(&site, &(struct ask){ .target = "/news", .secure = true }, &reply);
    assert_int_equal(reply.by, BY_POOL);
    assert_true(header(&reply, "Strict-Transport-Security")[0] != '\0');
    load("/news");
    assert_int_equal(reply.by, BY_LOOP);
    assert_string_equal(header(&reply, "Strict-Transport-Security"), "");
}

static void the_cache_stays_within_its_bytes_and_keeps_what_is_read(void **state)
{
    (void)state;
    load("/news");
    for (int i = 0; i < 100; i++) {
        char target[32];
        snprintf(target, sizeof target, "/large/%d", i);
        load(target);
        assert_true(page_cache_bytes(site.web->cache) <= 1024 * 1024);
        load("/news");
        assert_int_equal(reply.by, BY_LOOP);
    }
    assert_true(page_cache_bytes(site.web->cache) > 512 * 1024);
    db_publish(&site.db);
    for (int i = 0; i < 40; i++) {
        char target[32];
        snprintf(target, sizeof target, "/large/%d", i);
        load(target);
    }
    assert_true(page_cache_bytes(site.web->cache) <= 1024 * 1024);
}

static void a_cache_of_no_bytes_is_off(void **state)
{
    (void)state;
    struct site off;
    site_open(&off, &(struct site_options){
                        .settings = "site:\n  page_cache_bytes: 0\n", .routes = routes, .routes_n = ROUTES });
    for (int i = 0; i < 2; i++) {
        get(&off, "/news", &reply);
        assert_int_equal(reply.by, BY_POOL);
        assert_int_equal(reply.status, 200);
        reply_free(&reply);
    }
    web_free(off.web);
    arena_free(off.arena);
}

/* ---- Acts in the middle of a render ---- */

static int acts_left;
static void act_after_read(struct db *db)
{
    if (acts_left > 0) {
        acts_left--;
        db_publish(db);
    }
}

static void a_page_rendered_before_a_raise_is_never_sent_after_it(void **state)
{
    (void)state;
    static const char *const pages[] = { "/news", "/open" };
    for (size_t i = 0; i < 2; i++) {
        acts_left = 2;
        site.db.after_read = act_after_read;
        int before = (int)atomic_load(&site.db.shown);
        load(pages[i]);
        assert_int_equal(reply.status, 200);
        assert_int_equal(reply.tries, 3);
        char words[32];
        snprintf(words, sizeof words, "number %d ", before + 2);
        assert_non_null(strstr(reply.body, words));
        site.db.after_read = NULL;
    }
}

static void a_number_that_no_act_stands_behind_is_mended(void **state)
{
    (void)state;
    load("/news");
    atomic_store(&site.db.shown, 5); /* shown, and then the act was lost */
    load("/news");
    assert_int_equal(reply.status, 200);
    assert_int_equal(atomic_load(&site.db.committed), atomic_load(&site.db.shown));
    load("/news");
    assert_int_equal(reply.by, BY_LOOP);
}

static void endless_acts_end_in_503(void **state)
{
    (void)state;
    acts_left = 1000;
    site.db.after_read = act_after_read;
    load("/news");
    assert_int_equal(reply.status, 503);
    assert_true(reply.retry_after > 0);
    assert_true(reply.tries <= STALE_TRIES_MAX + 2);
    acts_left = 0;
    load("/news");
    assert_int_equal(reply.status, 200);
}

/* ---- Threads ---- */

enum { VISITORS = 6 };
static const char *visited;
static struct reply seen[VISITORS];

static void *visit(void *arg)
{
    size_t i = (size_t)(uintptr_t)arg;
    exchange_wait(exchange_begin(&site, &(struct ask){ .target = visited }), &seen[i]);
    return NULL;
}

/* The first renders and stands at the gate; the others come meanwhile. */
static void visit_together(const char *target, bool raise)
{
    pthread_t threads[VISITORS];
    visited = target;
    gate_set(0);
    pthread_create(&threads[0], NULL, visit, NULL);
    gate_await(1);
    /* Parked without a thread: each of these calls comes back at once. */
    struct http_exchange *parked[VISITORS];
    for (size_t i = 1; i < VISITORS; i++)
        parked[i] = exchange_begin(&site, &(struct ask){ .target = target, .method = i % 2 ? "GET" : "HEAD" });
    assert_int_equal(atomic_load(&renders), 1);
    if (raise)
        db_publish(&site.db);
    gate_set(1);
    pthread_join(threads[0], NULL);
    for (size_t i = 1; i < VISITORS; i++)
        exchange_wait(parked[i], &seen[i]);
}

static void one_render_is_in_flight_for_a_key_and_all_get_its_answer(void **state)
{
    (void)state;
    visit_together("/news", false);
    assert_int_equal(atomic_load(&renders), 1);
    for (size_t i = 0; i < VISITORS; i++) {
        assert_int_equal(seen[i].status, 200);
        assert_string_equal(seen[i].body, seen[0].body);
        assert_int_equal(seen[i].head_only, i > 0 && i % 2 == 0);
    }
    for (size_t i = 0; i < VISITORS; i++)
        reply_free(&seen[i]);
}

static void what_the_one_render_refuses_is_refused_to_all(void **state)
{
    (void)state;
    visit_together("/missing", false);
    assert_int_equal(atomic_load(&renders), 1);
    for (size_t i = 0; i < VISITORS; i++) {
        assert_int_equal(seen[i].status, 404);
        reply_free(&seen[i]);
    }
}

static void a_withdrawal_during_a_stalled_render_reaches_everybody_who_waits(void **state)
{
    (void)state;
    visit_together("/news", true);
    for (size_t i = 0; i < VISITORS; i++) {
        assert_non_null(strstr(seen[i].body, "number 2 "));
        reply_free(&seen[i]);
    }
    assert_true(atomic_load(&renders) >= 2);
}

static void another_number_is_another_flight(void **state)
{
    (void)state;
    pthread_t threads[2];
    visited = "/news";
    gate_set(0);
    pthread_create(&threads[0], NULL, visit, (void *)0);
    gate_await(1);
    db_publish(&site.db);
    pthread_create(&threads[1], NULL, visit, (void *)(uintptr_t)1);
    gate_await(2); /* it renders itself and does not wait for the old one */
    gate_set(1);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_non_null(strstr(seen[i].body, "number 2 "));
        reply_free(&seen[i]);
    }
}

enum { READERS = 4, ROUNDS = 3000 };
static _Atomic bool over;

/* No page may be older than what was public before it was asked for. */
static void *read_on(void *arg)
{
    unsigned turn = (unsigned)(uintptr_t)arg;
    for (int i = 0; i < ROUNDS; i++) {
        char target[32];
        snprintf(target, sizeof target, "/news/%u", (turn + (unsigned)i) % 7);
        uint64_t before = atomic_load(&site.db.committed);
        struct reply r;
        exchange_wait(exchange_begin(&site, &(struct ask){ .target = target }), &r);
        unsigned long long number = 0;
        assert_true(r.status == 200 || r.status == 503);
        if (r.status == 200) {
            assert_int_equal(sscanf(r.body, "number %llu ", &number), 1);
            assert_true(number >= before);
        }
        reply_free(&r);
    }
    return NULL;
}

static void *publish_on(void *arg)
{
    (void)arg;
    while (!atomic_load(&over)) {
        db_publish(&site.db);
        for (int i = 0; i < 7 && !atomic_load(&over); i++) {
            char target[32];
            snprintf(target, sizeof target, "/large/%d", i);
            struct reply r;
            exchange_wait(exchange_begin(&site, &(struct ask){ .target = target }), &r);
            reply_free(&r);
        }
    }
    return NULL;
}

static void threads_read_while_pages_come_and_go(void **state)
{
    (void)state;
    pthread_t readers[READERS];
    pthread_t publisher;
    atomic_store(&over, false);
    pthread_create(&publisher, NULL, publish_on, NULL);
    for (size_t i = 0; i < READERS; i++)
        pthread_create(&readers[i], NULL, read_on, (void *)(uintptr_t)i);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    atomic_store(&over, true);
    pthread_join(publisher, NULL);
}

static struct page *page_of_key(struct str key)
{
    struct page *page = page_new(&(struct page_parts){ .key = key,
                                                       .content_type = STR("text/plain"),
                                                       .body = STR("words"),
                                                       .status = 200,
                                                       .number = 1,
                                                       .valid_until = INT64_MAX });
    assert_non_null(page);
    return page;
}

static void two_keys_of_one_hash_are_two_pages(void **state)
{
    (void)state;
    struct page_cache *cache = page_cache_new(1024 * 1024);
    struct page *page = page_of_key(STR("one"));
    page->hash = hash_bytes(STR("two"));
    page_cache_put(cache, page, 1);
    assert_null(page_cache_get(cache, STR("two"), 1, 0));
    page_unref(page);
    page = page_of_key(STR("two"));
    page_cache_put(cache, page, 1);
    struct page *found = page_cache_get(cache, STR("two"), 1, 0);
    assert_ptr_equal(found, page);
    page_unref(found);
    page_unref(page);
    page_cache_free(cache);
}

enum { REPLACINGS = 40000 };

static void *take_in_hand(void *arg)
{
    struct page_cache *cache = arg;
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        struct page *page = page_cache_get(cache, STR("key"), 1, 0);
        if (!page)
            continue;
        assert_true(str_equal(page->variants[ENCODING_NONE].body, STR("words")));
        page_unref(page);
    }
    return NULL;
}

static void a_page_is_not_freed_while_a_reader_takes_it_in_hand(void **state)
{
    (void)state;
    struct page_cache *cache = page_cache_new(1024 * 1024);
    pthread_t readers[READERS];
    atomic_store(&over, false);
    for (size_t i = 0; i < READERS; i++)
        pthread_create(&readers[i], NULL, take_in_hand, cache);
    for (int i = 0; i < REPLACINGS; i++) {
        struct page *page = page_of_key(STR("key"));
        page_cache_put(cache, page, 1);
        page_unref(page);
    }
    atomic_store(&over, true);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    page_cache_free(cache);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
    const struct CMUnitTest tests[] = {
        T(a_page_is_rendered_once_and_then_comes_from_the_loop_without_an_allocation),
        T(a_raise_makes_the_next_answer_new),
        T(a_page_ends_when_its_promise_ends),
        T(unknown_fields_and_their_order_are_no_part_of_the_key),
        T(an_invalid_query_and_a_missing_page_are_never_kept),
        T(the_scheme_is_part_of_the_key),
        T(the_cache_stays_within_its_bytes_and_keeps_what_is_read),
        T(a_cache_of_no_bytes_is_off),
        T(a_page_rendered_before_a_raise_is_never_sent_after_it),
        T(a_number_that_no_act_stands_behind_is_mended),
        T(endless_acts_end_in_503),
        T(one_render_is_in_flight_for_a_key_and_all_get_its_answer),
        T(what_the_one_render_refuses_is_refused_to_all),
        T(a_withdrawal_during_a_stalled_render_reaches_everybody_who_waits),
        T(another_number_is_another_flight),
        T(threads_read_while_pages_come_and_go),
        T(two_keys_of_one_hash_are_two_pages),
        T(a_page_is_not_freed_while_a_reader_takes_it_in_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
