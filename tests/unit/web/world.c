/* The front and the database of the tests; what they promise stands in http.h and db.h. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

#include "base/banned.h"

/* ---- The database ---- */

static _Thread_local struct db_tx reading;

enum status db_read_begin(struct db *db, struct db_tx **out, struct fault *fault)
{
    if (atomic_load(&db->away))
        return fault_set(fault, STATUS_UNAVAILABLE, "the database is away");
    assert_null(reading.db);
    reading = (struct db_tx){ .db = db, .generation = atomic_load(&db->committed) };
    atomic_fetch_add(&db->reads_open, 1);
    *out = &reading;
    return STATUS_OK;
}

void db_read_end(struct db_tx *tx)
{
    struct db *db = tx->db;
    tx->db = NULL;
    atomic_fetch_sub(&db->reads_open, 1);
    if (db->after_read)
        db->after_read(db);
}

uint64_t db_generation(const struct db *db)
{
    return atomic_load(&db->shown);
}

enum status db_generation_read(struct db_tx *tx, uint64_t *out)
{
    *out = tx->writing ? atomic_load(&tx->db->committed) : tx->generation;
    return STATUS_OK;
}

enum status db_generation_raise(struct db_tx *tx)
{
    db_publish(tx->db);
    return STATUS_OK;
}

void db_publish(struct db *db)
{
    uint64_t next = atomic_load(&db->shown) + 1;
    atomic_store(&db->shown, next);
    atomic_store(&db->committed, next);
}

enum status db_write_later(struct db *db, db_write_fn *fn, void *arg, db_done_fn *done, void *self)
{
    if (db->later_fails)
        return STATUS_UNAVAILABLE;
    struct db_tx tx = { .db = db, .writing = true };
    enum status status = fn(&tx, arg);
    if (status == STATUS_OK)
        status = db->write_fails;
    atomic_fetch_add(&db->writes, 1);
    if (status != STATUS_OK && !tx.fault.text[0])
        fault_set(&tx.fault, status, "the act was not done");
    done(self, status, &tx.fault);
    return STATUS_OK;
}

enum status db_refuse(struct db_tx *tx, enum status status, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    tx->fault.status = status;
    vsnprintf(tx->fault.text, sizeof tx->fault.text, format, ap);
    va_end(ap);
    return status;
}

/* ---- The front ---- */

struct http_exchange {
    struct site *site;
    struct http_head head;
    struct http_field fields[HTTP_FIELDS_MAX];
    char bytes[2 * HTTP_HEAD_MAX];
    char path[HTTP_TARGET_MAX];
    char host[HTTP_HOST_MAX];
    char *body;
    bool sinks;  /* the body went into a sink */
    void *state; /* what that left */
    uint64_t mark;
    int status; /* of the answer that waits to go out */
    int64_t began_ns;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    struct reply reply;
};

const struct http_head *http_exchange_head(const struct http_exchange *x)
{
    return &x->head;
}

struct str http_exchange_body(const struct http_exchange *x)
{
    return x->body && !x->sinks ? str_of(x->body) : STR("");
}

void *http_exchange_state(const struct http_exchange *x)
{
    return x->state;
}

void http_exchange_mark(struct http_exchange *x, uint64_t mark)
{
    x->mark = mark;
}

uint64_t http_exchange_marked(const struct http_exchange *x)
{
    return x->mark;
}

static char *copy(struct str s)
{
    char *p = malloc(s.n + 1);
    assert_non_null(p);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

static void keep(struct http_exchange *x, const struct http_answer *answer, enum answered_by by)
{
    pthread_mutex_lock(&x->lock);
    assert_false(x->answered);
    x->answered = true;
    x->reply.by = by;
    x->reply.status = answer->status;
    x->reply.fields = copy(answer->fields);
    x->reply.body = copy(answer->body);
    x->reply.body_n = answer->body.n;
    x->reply.head_only = answer->head_only;
    x->reply.no_length = answer->no_length;
    x->reply.retry_after = answer->retry_after;
    if (answer->release)
        answer->release(answer->owner);
    pthread_cond_signal(&x->done);
    pthread_mutex_unlock(&x->lock);
}

static void take(struct http_exchange *x)
{
    x->reply.tries++;
    assert_true(x->reply.tries < 100);
    x->site->app->take(x->site->app->self, x);
}

int http_exchange_status(const struct http_exchange *x)
{
    return x->status;
}

int64_t http_exchange_began_ns(const struct http_exchange *x)
{
    return x->began_ns;
}

void http_answer(struct http_exchange *x, const struct http_answer *answer)
{
    x->status = answer->status;
    const struct http_app *app = x->site->app;
    if (app->still_good(app->self, x)) {
        keep(x, answer, BY_POOL);
        return;
    }
    if (answer->release)
        answer->release(answer->owner);
    take(x);
}

void http_resume(struct http_exchange *x, void (*run)(struct http_exchange *x, void *arg), void *arg)
{
    run(x, arg);
}

/* ---- Asking ---- */

static int status_of_sink(enum status status)
{
    if (status == STATUS_LIMIT)
        return 413;
    if (status == STATUS_INVALID)
        return 400;
    if (status == STATUS_DENIED)
        return 403;
    return status == STATUS_IO ? 500 : 503;
}

static void refuse(struct http_exchange *x, int error, enum answered_by by)
{
    const struct http_app *app = x->site->app;
    struct http_answer answer = { 0 };
    app->error_page(app->self, error, &x->head, &answer);
    keep(x, &answer, by);
}

/* As the front does it: begin, pieces, and an end, or an abort. */
static void pour(struct http_exchange *x, const struct http_sink *sink, const struct ask *q)
{
    struct str rest = str_of(x->body);
    size_t piece = q->piece ? q->piece : rest.n;
    bool gone = q->gone && q->gone < rest.n;
    x->sinks = true;
    if (gone)
        rest.n = q->gone;
    enum status status = sink->begin(x->site->app->self, x, &x->state);
    if (status != STATUS_OK) {
        refuse(x, status_of_sink(status), BY_SINK);
        return;
    }
    while (rest.n > 0 && status == STATUS_OK) {
        status = sink->piece(x->state, str_slice(rest, 0, piece));
        rest = str_slice(rest, piece, rest.n);
    }
    if (status == STATUS_OK && !gone)
        status = sink->end(x->state);
    if (status == STATUS_OK && !gone) {
        take(x);
        return;
    }
    sink->abort(x->state);
    if (status != STATUS_OK)
        refuse(x, status_of_sink(status), BY_SINK);
    else
        keep(x, &(struct http_answer){ .fields = STR(""), .body = STR("") }, BY_NOBODY);
}

struct http_exchange *exchange_begin(struct site *site, const struct ask *q)
{
    struct http_exchange *x = calloc(1, sizeof *x);
    assert_non_null(x);
    x->site = site;
    pthread_mutex_init(&x->lock, NULL);
    pthread_cond_init(&x->done, NULL);
    const char *form = "Content-Type: application/x-www-form-urlencoded\r\n";
    int n = snprintf(
        x->bytes, sizeof x->bytes, "%s %s HTTP/1.1\r\nHost: %s\r\n%s%sContent-Length: %zu\r\n\r\n",
        q->method ? q->method : "GET", q->target, q->host ? q->host : "localhost:8080", q->fields ? q->fields : "",
        q->body && !(q->fields && strstr(q->fields, "Content-Type")) ? form : "", q->body ? strlen(q->body) : 0);
    struct http_parse parsed =
        http_parse_head((struct str){ x->bytes, (size_t)n }, &x->head, x->fields, x->path, x->host);
    if (parsed.result != HTTP_PARSED_HEAD)
        fail_msg("the front refuses %s %s with %d", q->method ? q->method : "GET", q->target, parsed.error);
    x->head.secure = q->secure;
    x->body = q->body ? copy(str_of(q->body)) : NULL;

    const struct http_app *app = site->app;
    struct http_answer answer = { 0 };
    struct http_verdict verdict = app->judge(app->self, &x->head);
    if (verdict.error == 0 && x->head.length > verdict.body_max)
        verdict.error = 413;
    if (verdict.error) {
        refuse(x, verdict.error, BY_JUDGE);
    } else if (verdict.sink && x->body) {
        pour(x, verdict.sink, q);
    } else if (x->head.length == 0 && app->cached(app->self, &x->head, &answer)) {
        keep(x, &answer, BY_LOOP);
    } else {
        take(x);
    }
    return x;
}

void exchange_wait(struct http_exchange *x, struct reply *out)
{
    pthread_mutex_lock(&x->lock);
    while (!x->answered)
        pthread_cond_wait(&x->done, &x->lock);
    pthread_mutex_unlock(&x->lock);
    *out = x->reply;
    pthread_mutex_destroy(&x->lock);
    pthread_cond_destroy(&x->done);
    free(x->body);
    free(x);
}

void ask(struct site *site, const struct ask *question, struct reply *out)
{
    exchange_wait(exchange_begin(site, question), out);
}

void get(struct site *site, const char *target, struct reply *out)
{
    ask(site, &(struct ask){ .target = target }, out);
}

void reply_free(struct reply *reply)
{
    free(reply->fields);
    free(reply->body);
    *reply = (struct reply){ 0 };
}

const char *header(const struct reply *reply, const char *name)
{
    static _Thread_local char value[4096];
    struct str rest = str_of(reply->fields);
    struct str line;
    value[0] = '\0';
    while (str_cut(&rest, '\n', &line)) {
        struct str field;
        if (str_cut(&line, ':', &field) && str_equal_nocase(field, str_of(name))) {
            struct str v = str_trim(line);
            assert_true(v.n < sizeof value);
            memcpy(value, v.p, v.n);
            value[v.n] = '\0';
            break;
        }
    }
    return value;
}

const char *cookie(const struct reply *reply)
{
    static char value[512];
    snprintf(value, sizeof value, "%s", header(reply, "Set-Cookie"));
    value[strcspn(value, ";")] = '\0';
    return value;
}

/* ---- The site ---- */

void site_open(struct site *site, const struct site_options *o)
{
    *site = (struct site){ .arena = arena_new(1024 * 1024) };
    assert_non_null(site->arena);
    atomic_store(&site->db.shown, 1);
    atomic_store(&site->db.committed, 1);
    const struct setting_table tables[] = { web_settings, { NULL, 0 } };
    const struct settings *settings;
    struct setting_fault faults[SETTINGS_MAX_FAULTS];
    size_t faults_n = 0;
    assert_int_equal(
        settings_read(site->arena, tables, str_of(o->settings ? o->settings : ""), &settings, faults, &faults_n),
        STATUS_OK);
    struct web_options options = { .db = o->no_database ? NULL : &site->db,
                                   .settings = settings,
                                   .routes = o->routes,
                                   .routes_n = o->routes_n,
                                   .auth = o->auth,
                                   .key = STR("0123456789abcdef0123456789abcdef"),
                                   .demonstration = o->demonstration,
                                   .reopen = o->reopen,
                                   .reopen_self = o->reopen_self };
    struct fault fault = { 0 };
    if (web_new(&site->web, &options, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    site->app = web_http_app(site->web);
}

void site_close(struct site *site)
{
    assert_int_equal(atomic_load(&site->db.reads_open), 0);
    web_free(site->web);
    arena_free(site->arena);
    assert_int_equal(mem_live(), 0);
}

/* ---- The log ---- */

static int log_file = -1;

void log_catch(void)
{
    log_file = memfd_create("log", MFD_CLOEXEC);
    assert_true(log_file >= 0);
    log_descriptor_set(log_file);
}

const char *log_caught(void)
{
    static char text[64 * 1024];
    ssize_t n = pread(log_file, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    log_descriptor_set(-1);
    close(log_file);
    return text;
}
