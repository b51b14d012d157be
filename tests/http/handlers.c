/*
 * Routes of the test build: a form, a write, a page that stalls, a page behind
 * a permission and a way to a session, so that the web room can be tried over
 * HTTP before there are pages that need it. The shipped program has none of
 * them; tests/http/test_web.py looks that it has not.
 */
#include <stdatomic.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "http/http_pages.h"
#include "http/http_routes.h"
#include "http/http_sql.h"
#include "staff/staff.h"
#include "web/inside.h"

#include "base/banned.h"

enum { FIELD_NAME, FIELD_AGE, FIELD_ANSWER, FIELDS };
static const struct form_field form_fields[FIELDS] = {
    [FIELD_NAME] = { .name = "name", .type = FIELD_TEXT, .min = 2, .max = 40, .required = true },
    [FIELD_AGE] = { .name = "age", .type = FIELD_INT, .min = 0, .max = 120 },
    [FIELD_ANSWER] = { .name = "answer", .type = FIELD_CHOICE, .choices = "yes no unsure", .required = true },
};

static void form_show(struct request *req, struct response *res, const struct value *values)
{
    struct test_form view = { .action = URL_OWN("/test/form"), .token = form_token(req, res) };
    if (values) {
        view.name = values[FIELD_NAME].text;
        view.age = values[FIELD_AGE].text;
        view.name_wrong = values[FIELD_NAME].state != VALUE_OK;
        view.age_wrong = values[FIELD_AGE].state == VALUE_INVALID;
        view.answer_wrong = values[FIELD_ANSWER].state != VALUE_OK;
    }
    web_layout(req, &view.layout, STR("Form"));
    test_form_write(&res->body, req->language, &view);
}

/*
 * route: GET /test/form
 * permission: public
 * cache: no-store
 * help: Test build: a form.
 */
enum http_status test_form(struct request *req, struct response *res)
{
    form_show(req, res, NULL);
    return HTTP_OK;
}

/*
 * route: POST /test/form
 * permission: public
 * body: form 2000
 * help: Test build: the form comes back with what is wrong, or says that all is well.
 */
enum http_status test_form_sent(struct request *req, struct response *res)
{
    struct value values[FIELDS];
    bool all_good;
    enum status status = form_read(req, form_fields, FIELDS, values, &all_good);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    if (!all_good) {
        form_show(req, res, values);
        return HTTP_UNPROCESSABLE;
    }
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add(&res->body, STR("good "));
    buf_add(&res->body, values[FIELD_NAME].text);
    return HTTP_OK;
}

/* ---- A write: a counter of rows in the job queue, of a kind that nobody does ---- */

enum { WRITE_PUBLIC, WRITE_REFUSE, WRITE_FIELDS };
static const struct form_field write_fields[WRITE_FIELDS] = {
    [WRITE_PUBLIC] = { .name = "public", .type = FIELD_TICK },
    [WRITE_REFUSE] = { .name = "refuse", .type = FIELD_TICK },
};

struct counting {
    struct arena *arena;
    struct str key;
    bool public, refuse;
    int64_t n;
};

static enum status count_one(struct db_tx *tx, void *arg)
{
    struct counting *c = arg;
    struct http_count count;
    /* Far in the future: no worker takes it. */
    enum status status = db_job_put(tx, STR("test.count"), c->key, STR("{}"), INT64_C(253370764800000));
    if (status == STATUS_OK && c->public)
        status = db_generation_raise(tx);
    if (status == STATUS_OK)
        status = sql_http_count(tx, c->arena, &count);
    if (status == STATUS_OK)
        c->n = count.n;
    return status == STATUS_OK && c->refuse ? db_refuse(tx, STATUS_REFUSED, "This was asked to be refused.") : status;
}

static enum http_status counted(struct request *req, struct response *res, void *arg)
{
    (void)req;
    const struct counting *c = arg;
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add_i64(&res->body, c->n);
    return HTTP_OK;
}

/*
 * route: POST /test/write
 * permission: public
 * body: form 1000
 * csrf: none: it is what loads and kills are tried with
 * help: Test build: adds one to the counter; answers when that is durable.
 */
enum http_status test_write(struct request *req, struct response *res)
{
    struct value values[WRITE_FIELDS];
    bool all_good;
    enum status status = form_read(req, write_fields, WRITE_FIELDS, values, &all_good);
    struct counting *c = ARENA_NEW(req->arena, struct counting);
    if (status != STATUS_OK || !all_good || !c)
        return response_error(req, res, c ? HTTP_BAD_REQUEST : HTTP_SERVER_ERROR);
    *c = (struct counting){ .arena = req->arena,
                            .key = entropy_id(req->arena, 26),
                            .public = values[WRITE_PUBLIC].state == VALUE_OK,
                            .refuse = values[WRITE_REFUSE].state == VALUE_OK };
    return write_then(req, res, count_one, c, counted, NULL);
}

static _Atomic int64_t renders;

static enum http_status count_show(struct request *req, struct response *res, int64_t stall_ms)
{
    struct db_tx *tx;
    struct http_count count;
    uint64_t number;
    atomic_fetch_add(&renders, 1);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = sql_http_count(tx, req->arena, &count);
    if (status == STATUS_OK)
        status = db_generation_read(tx, &number);
    request_read_end(req);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    struct timespec stall = { .tv_sec = stall_ms / 1000, .tv_nsec = stall_ms % 1000 * 1000 * 1000 };
    if (stall_ms)
        nanosleep(&stall, NULL);
    res->content_type = STR("text/plain; charset=utf-8");
    buf_format(&res->body, "%lld %llu", (long long)count.n, (unsigned long long)number);
    return HTTP_OK;
}

/*
 * route: GET /test/count
 * permission: public
 * cache: public
 * help: Test build: the counter and the public number under which it was read; cached.
 */
enum http_status test_count(struct request *req, struct response *res)
{
    return count_show(req, res, 0);
}

/*
 * route: GET /test/slow
 * permission: public
 * query: ms int 0..5000
 * cache: public
 * help: Test build: the same, with a stall between reading and answering.
 */
enum http_status test_slow(struct request *req, struct response *res)
{
    const struct value *ms = request_query(req, TEST_SLOW_QUERY_MS);
    return count_show(req, res, ms->state == VALUE_OK ? ms->number : 0);
}

/*
 * route: GET /test/renders
 * permission: public
 * cache: no-store
 * help: Test build: how often /test/count and /test/slow were rendered.
 */
enum http_status test_renders(struct request *req, struct response *res)
{
    (void)req;
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add_i64(&res->body, atomic_load(&renders));
    return HTTP_OK;
}

static _Atomic int64_t visits;

/*
 * route: GET /test/visitor
 * permission: public
 * cache: no-store
 * help: Test build: who asks and over what, as the front believes it, and how often this was asked since the start.
 */
enum http_status test_visitor(struct request *req, struct response *res)
{
    const struct http_head *head = ((struct serving *)req)->head;
    res->content_type = STR("text/plain; charset=utf-8");
    buf_format(&res->body, "%.*s %s %lld", STR_ARG(head->address), head->secure ? "https" : "http",
               (long long)(atomic_fetch_add(&visits, 1) + 1));
    return HTTP_OK;
}

/* ---- Sessions ---- */

static const struct form_field session_fields[] = {
    { .name = "user", .type = FIELD_TEXT, .min = 1, .max = USER_NAME_MAX, .required = true },
};

/*
 * route: POST /test/session
 * permission: public
 * body: form 200
 * csrf: none: it stands in for the sign-in page, which comes later
 * help: Test build: a session for an account, without its passphrase.
 */
enum http_status test_session(struct request *req, struct response *res)
{
    struct value user;
    bool all_good;
    if (form_read(req, session_fields, 1, &user, &all_good) != STATUS_OK || !all_good)
        return response_error(req, res, HTTP_BAD_REQUEST);
    struct db_tx *tx;
    struct actor actor;
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = account_find(tx, req->arena, user.text, &actor);
    request_read_end(req);
    unsigned char token[32];
    if (status == STATUS_OK)
        status = session_start(req->db, actor.account, req->now, req->now + 60 * 60 * 1000, token, &res->fault);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    response_session_start(req, res, token);
    return response_see_other(req, res, URL_OWN("/test/private"));
}

static enum status end_session(struct db_tx *tx, void *arg)
{
    return session_end(tx, *(const struct str *)arg);
}

static enum http_status ended(struct request *req, struct response *res, void *arg)
{
    (void)arg;
    response_session_end(req, res);
    return response_see_other(req, res, URL_OWN("/test/private"));
}

/*
 * route: POST /test/session/end
 * permission: signed-in
 * body: form 200
 * help: Test build: ends the session.
 */
enum http_status test_session_end(struct request *req, struct response *res)
{
    struct str *hash = ARENA_NEW(req->arena, struct str);
    if (!hash)
        return response_error(req, res, HTTP_SERVER_ERROR);
    *hash = request_session(req);
    return write_then(req, res, end_session, hash, ended, NULL);
}

static enum http_status private_show(struct request *req, struct response *res)
{
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add(&res->body, req->who->user);
    return HTTP_OK;
}

/*
 * route: GET /test/private
 * permission: signed-in
 * help: Test build: who is signed in.
 */
enum http_status test_private(struct request *req, struct response *res)
{
    return private_show(req, res);
}

/*
 * route: GET /test/desk
 * permission: signed-in
 * help: Test build: a page in the frame of every page, for staff alone.
 */
enum http_status test_desk(struct request *req, struct response *res)
{
    struct test_desk view = { 0 };
    web_layout(req, &view.layout, STR("Desk"));
    test_desk_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /test/private/write
 * permission: post-write
 * help: Test build: the same, for who may write posts.
 */
enum http_status test_private_write(struct request *req, struct response *res)
{
    return private_show(req, res);
}

/*
 * route: GET /test/private/approve
 * permission: post-approve
 * help: Test build: the same, for who may approve posts.
 */
enum http_status test_private_approve(struct request *req, struct response *res)
{
    return private_show(req, res);
}

/*
 * route: GET /test/fail/{name}
 * permission: public
 * help: Test build: a handler that takes all of its memory.
 */
enum http_status test_fail(struct request *req, struct response *res)
{
    buf_add(&res->body, request_param(req, TEST_FAIL_PARAM_NAME));
    while (arena_alloc(req->arena, 64 * 1024, 1))
        ;
    return HTTP_OK;
}
