/*
 * Figures for Prometheus: what was answered, how fast, from where; in its text
 * format, version 0.0.4.
 *
 * Promises: names and labels come from the lists in this file and from the
 * program's own code, so nothing that a visitor sent, no path and no name of
 * anybody can stand among them. Counting neither locks nor allocates: each
 * thread adds to a line of memory of its own. Who leaves by the exit button
 * (/exit) is not counted at all.
 *
 * An attacker who reads them learns how busy the site is, so they are served on
 * a listener of this machine alone, by a server of its own that a busy site does
 * not hold up.
 */
#include "web/inside.h"
#include "web/web_routes.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/banned.h"

enum kind { CLASS_ASSET, CLASS_PAGE, CLASS_FORM, CLASS_STAFF, CLASS_HEALTH, CLASS_NONE, CLASSES };
static const char *const class_words[CLASSES] = { "asset", "page", "form", "staff", "health", "none" };

enum { STATUS_FIRST = 2, STATUS_CLASSES = 4, SHARDS = 16, BOUNDS = 14, METRICS_MAX = 64 * 1024 };

/* Seconds as they are written, and as they are compared. */
static const struct {
    const char *words;
    int64_t ns;
} bounds[BOUNDS] = {
    { "0.0005", 500 * INT64_C(1000) },  { "0.001", INT64_C(1000000) },      { "0.0025", INT64_C(2500000) },
    { "0.005", 5 * INT64_C(1000000) },  { "0.01", 10 * INT64_C(1000000) },  { "0.025", 25 * INT64_C(1000000) },
    { "0.05", 50 * INT64_C(1000000) },  { "0.1", 100 * INT64_C(1000000) },  { "0.25", 250 * INT64_C(1000000) },
    { "0.5", 500 * INT64_C(1000000) },  { "1", INT64_C(1000000000) },       { "2.5", INT64_C(2500000000) },
    { "10", 10 * INT64_C(1000000000) }, { "60", 60 * INT64_C(1000000000) },
};

/* What one thread counts, apart from the others' lines. */
struct shard {
    _Atomic uint64_t answers[CLASSES][STATUS_CLASSES];
    _Atomic uint64_t hits, misses;
    _Atomic uint64_t durations[BOUNDS + 1]; /* not yet summed up; the last is beyond all bounds */
    _Atomic uint64_t duration_ns;
    char apart[64];
};

struct web_metrics {
    struct web *web;
    struct http_app site; /* as it was before it counted */
    struct http_app own;
    struct str version;
    const struct web_metric *more;
    size_t more_n;
    double started; /* seconds since 1970 */
    _Atomic(struct http_server *) server;
    struct shard shards[SHARDS];
};

/* ---- Counting ---- */

static void add(_Atomic uint64_t *n, uint64_t more)
{
    atomic_fetch_add_explicit(n, more, memory_order_relaxed);
}

static struct shard *shard_of_thread(struct web_metrics *m)
{
    static _Atomic unsigned threads;
    static _Thread_local unsigned mine; /* from 1 */
    if (mine == 0)
        mine = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) + 1;
    return &m->shards[mine % SHARDS];
}

static void count_answer(struct shard *s, enum kind which, int status)
{
    int at = status / 100 - STATUS_FIRST;
    if (at >= 0 && at < STATUS_CLASSES)
        add(&s->answers[which][at], 1);
}

static const struct route *route_of(struct web *web, const struct http_head *head)
{
    struct str path = head->path;
    struct route_found found;
    path_language(&path);
    route_find(web->tree, head->method, path, &found);
    return found.route;
}

static enum kind class_of(const struct route *route)
{
    if (!route)
        return CLASS_NONE;
    if (route->permission != PERMISSION_PUBLIC)
        return CLASS_STAFF;
    if (route->handler == web_healthz)
        return CLASS_HEALTH;
    return route->cached ? CLASS_PAGE : CLASS_FORM;
}

static bool cached(void *self, const struct http_head *head, struct http_answer *out)
{
    struct web_metrics *m = ((struct web *)self)->metrics;
    if (!m->site.cached(self, head, out))
        return false;
    if (exit_asked(head))
        return true;
    struct shard *s = shard_of_thread(m);
    bool asset = str_starts(head->path, STR("/a/"));
    count_answer(s, asset ? CLASS_ASSET : CLASS_PAGE, out->status);
    if (!asset)
        add(&s->hits, 1);
    return true;
}

static void error_page(void *self, int status, const struct http_head *head, struct http_answer *out)
{
    struct web_metrics *m = ((struct web *)self)->metrics;
    m->site.error_page(self, status, head, out);
    if (head && exit_asked(head))
        return;
    count_answer(shard_of_thread(m), head ? class_of(route_of(m->web, head)) : CLASS_NONE, status);
}

static void count_duration(struct shard *s, int64_t ns)
{
    size_t at = 0;
    while (at < BOUNDS && ns > bounds[at].ns)
        at++;
    add(&s->durations[at], 1);
    add(&s->duration_ns, ns > 0 ? (uint64_t)ns : 0);
}

/* The last question before an answer of the pool goes out. */
static bool still_good(void *self, const struct http_exchange *x)
{
    struct web_metrics *m = ((struct web *)self)->metrics;
    if (!m->site.still_good(self, x))
        return false;
    if (exit_asked(http_exchange_head(x)))
        return true;
    struct shard *s = shard_of_thread(m);
    const struct route *route = route_of(m->web, http_exchange_head(x));
    count_answer(s, class_of(route), http_exchange_status(x));
    count_duration(s, clock_steady_ns() - http_exchange_began_ns(x));
    if (route && route->cached)
        add(&s->misses, 1);
    return true;
}

/* ---- Writing ---- */

static void head_of(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_format(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void sample(struct buf *b, const char *name, const char *labels, uint64_t value)
{
    if (labels && labels[0])
        buf_format(b, "%s{%s} %llu\n", name, labels, (unsigned long long)value);
    else
        buf_format(b, "%s %llu\n", name, (unsigned long long)value);
}

static void alone(struct buf *b, const char *name, const char *type, const char *help, uint64_t value)
{
    head_of(b, name, type, help);
    sample(b, name, NULL, value);
}

/* The sum of a counter that stands `offset` bytes into each shard. */
static uint64_t total(const struct web_metrics *m, size_t offset)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SHARDS; i++) {
        const char *at = (const char *)&m->shards[i] + offset;
        sum += atomic_load_explicit((const _Atomic uint64_t *)(const void *)at, memory_order_relaxed);
    }
    return sum;
}
#define TOTAL(m, member) total((m), offsetof(struct shard, member))

static void write_answers(struct buf *b, const struct web_metrics *m)
{
    static const char name[] = "candour_requests_total";
    head_of(b, name, "counter", "Answers, by class of route (none: no route of ours) and of status.");
    for (size_t c = 0; c < CLASSES; c++)
        for (size_t s = 0; s < STATUS_CLASSES; s++)
            buf_format(b, "%s{route=\"%s\",status=\"%zuxx\"} %llu\n", name, class_words[c], s + STATUS_FIRST,
                       (unsigned long long)total(m, offsetof(struct shard, answers) +
                                                        (c * STATUS_CLASSES + s) * sizeof(_Atomic uint64_t)));
}

static void write_durations(struct buf *b, const struct web_metrics *m)
{
    static const char name[] = "candour_request_duration_seconds";
    uint64_t sum = 0, ns = TOTAL(m, duration_ns);
    head_of(b, name, "histogram",
            "From the whole head of a request to its answer, of those that a thread answered and not the cache.");
    for (size_t i = 0; i <= BOUNDS; i++) {
        sum += total(m, offsetof(struct shard, durations) + i * sizeof(_Atomic uint64_t));
        buf_format(b, "%s_bucket{le=\"%s\"} %llu\n", name, i < BOUNDS ? bounds[i].words : "+Inf",
                   (unsigned long long)sum);
    }
    buf_format(b, "%s_sum %llu.%09llu\n", name, (unsigned long long)(ns / 1000000000),
               (unsigned long long)(ns % 1000000000));
    buf_format(b, "%s_count %llu\n", name, (unsigned long long)sum);
}

static void write_cache(struct buf *b, struct web_metrics *m)
{
    struct flights *flights = &m->web->flights;
    pthread_mutex_lock(&flights->lock);
    uint64_t begun = flights->begun, parked = flights->parked;
    pthread_mutex_unlock(&flights->lock);
    head_of(b, "candour_page_cache_total", "counter", "Pages that may be cached, by whether they were.");
    sample(b, "candour_page_cache_total", "result=\"hit\"", TOTAL(m, hits));
    sample(b, "candour_page_cache_total", "result=\"miss\"", TOTAL(m, misses));
    alone(b, "candour_page_renders_total", "counter", "Pages made for the cache.", begun);
    alone(b, "candour_page_parked_total", "counter", "Requests that waited for a page which was being made.", parked);
    alone(b, "candour_page_cache_bytes", "gauge", "Memory of finished pages.", page_cache_bytes(m->web->cache));
}

static void write_load(struct buf *b, struct web_metrics *m)
{
    struct http_load load = { 0 };
    struct http_server *server = atomic_load(&m->server);
    if (server)
        http_server_load(server, &load);
    alone(b, "candour_connections", "gauge", "Open connections.",
          load.connections > 0 ? (uint64_t)load.connections : 0);
    alone(b, "candour_connections_limit", "gauge", "Connections that are possible.", HTTP_CONNECTIONS_MAX);
    alone(b, "candour_queue_requests", "gauge", "Requests that wait for a thread.", load.queued);
    alone(b, "candour_queue_requests_limit", "gauge", "Requests that may wait before new ones are refused.",
          HTTP_QUEUE_MAX);
}

static void write_database(struct buf *b, struct web_metrics *m)
{
    struct db_counts counts = { 0 };
    const struct db *db = atomic_load(&m->web->db);
    if (db)
        db_counts(db, &counts);
    alone(b, "candour_database_up", "gauge", "1 while the database is there.", !atomic_load(&m->web->away));
    alone(b, "candour_database_acts_total", "counter", "Acts that were written, by this process.", counts.acts);
    alone(b, "candour_database_write_groups_total", "counter", "Commits that held them.", counts.groups);
    alone(b, "candour_database_write_failures_total", "counter", "Commits that failed, and tries to have the database.",
          counts.failures);
}

static void write_all(struct buf *b, struct web_metrics *m)
{
    head_of(b, "candour_build_info", "gauge", "The version of the program.");
    buf_format(b, "candour_build_info{version=\"%.*s\"} 1\n", STR_ARG(m->version));
    head_of(b, "candour_start_time_seconds", "gauge", "When this web process was started, in seconds since 1970.");
    buf_format(b, "candour_start_time_seconds %.3f\n", m->started);
    write_answers(b, m);
    write_durations(b, m);
    write_cache(b, m);
    write_load(b, m);
    write_database(b, m);
    for (size_t i = 0; i < m->more_n; i++) {
        const struct web_metric *one = &m->more[i];
        if (i == 0 || strcmp(m->more[i - 1].name, one->name) != 0)
            head_of(b, one->name, "counter", one->help);
        sample(b, one->name, one->labels, atomic_load_explicit(one->value, memory_order_relaxed));
    }
}

/* ---- The server of the figures ---- */

#define FIELDS "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"

static struct http_verdict own_judge(void *self, const struct http_head *head)
{
    (void)self;
    if (!str_equal(head->path, STR("/metrics")))
        return (struct http_verdict){ .error = HTTP_NOT_FOUND };
    bool reads = head->method == HTTP_GET || head->method == HTTP_HEAD;
    return (struct http_verdict){ .error = reads ? 0 : HTTP_METHOD_NOT_ALLOWED };
}

static bool own_cached(void *self, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    (void)out;
    return false;
}

static void own_error(void *self, int status, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    *out = (struct http_answer){ .status = status,
                                 .fields = STR("Content-Type: text/plain; charset=utf-8\r\n" FIELDS),
                                 .body = str_of(http_reason(status)) };
    if (status == HTTP_METHOD_NOT_ALLOWED)
        out->fields = STR("Content-Type: text/plain; charset=utf-8\r\nAllow: GET, HEAD\r\n" FIELDS);
}

static void own_take(void *self, struct http_exchange *x)
{
    struct http_answer answer;
    struct buf b;
    buf_init(&b, NULL, METRICS_MAX);
    write_all(&b, self);
    if (buf_ok(&b)) {
        answer =
            (struct http_answer){ .status = HTTP_OK,
                                  .fields = STR("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n" FIELDS),
                                  .body = buf_str(&b),
                                  .release = mem_free,
                                  .owner = b.p };
    } else {
        buf_free(&b);
        own_error(self, HTTP_UNAVAILABLE, NULL, &answer);
    }
    http_answer(x, &answer);
}

const struct http_app *web_metrics_app(struct web_metrics *m)
{
    return &m->own;
}

void web_metrics_watch(struct web_metrics *m, struct http_server *server)
{
    atomic_store(&m->server, server);
}

enum status web_metrics_new(struct web_metrics **out, struct web *web, struct str version,
                            const struct web_metric *more, size_t more_n, struct fault *fault)
{
    struct web_metrics *m = mem_zero(1, sizeof *m);
    *out = m;
    if (!m)
        return fault_no_memory(fault);
    m->web = web;
    m->site = web->app;
    m->version = version;
    m->more = more;
    m->more_n = more_n;
    m->started = (double)clock_now_ms() / 1000;
    m->own = (struct http_app){ m, own_judge, own_cached, own_error, own_take, NULL };
    web->metrics = m;
    web->app.cached = cached;
    web->app.error_page = error_page;
    web->app.still_good = still_good;
    return STATUS_OK;
}

void web_metrics_free(struct web_metrics *m)
{
    if (!m)
        return;
    m->web->app = m->site;
    m->web->metrics = NULL;
    mem_free(m);
}
