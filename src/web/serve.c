/*
 * The life of a request, on the pool.
 *
 * Finds the route; a page that may be cached is rendered once for all who ask
 * meanwhile (flight.c); everything else goes through the gate to its handler.
 * A handler that writes ends before its act begins: the connection waits,
 * no thread does, and its view runs after the commit.
 *
 * Promises:
 *  - an answer that shows public things leaves only while the number that its
 *    snapshot had is still the public one; else it is made again;
 *  - a handler whose memory or buffer failed never answers with half a page;
 *  - nothing that a visitor sent comes into the log.
 */
#include "web/upload.h"
#include "web/web_routes.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

/* What stays with an exchange: how often it was taken, and the number of its answer (0: may always go out). */
enum { MARK_NUMBER_BITS = 56 };
static const uint64_t mark_number_mask = (UINT64_C(1) << MARK_NUMBER_BITS) - 1;

static uint64_t mark_of(unsigned tries, uint64_t number)
{
    return (uint64_t)tries << MARK_NUMBER_BITS | (number & mark_number_mask);
}

static unsigned mark_tries(const struct http_exchange *x)
{
    return (unsigned)(http_exchange_marked(x) >> MARK_NUMBER_BITS);
}

bool serve_still_good(void *self, const struct http_exchange *x)
{
    struct web *web = self;
    uint64_t number = http_exchange_marked(x) & mark_number_mask;
    return number == 0 || number == web_number(web);
}

/* ---- Workspaces ---- */

struct workspace *workspace_take(struct web *web)
{
    pthread_mutex_lock(&web->spare_lock);
    struct workspace *space = web->spare;
    if (space) {
        web->spare = space->next;
        web->spares--;
    }
    pthread_mutex_unlock(&web->spare_lock);
    if (space)
        return space;
    space = mem_zero(1, sizeof *space);
    if (!space)
        return NULL;
    space->web = web;
    space->arena = arena_new(REQUEST_ARENA_MAX);
    if (!space->arena) {
        mem_free(space);
        return NULL;
    }
    buf_init(&space->body, NULL, RESPONSE_BODY_MAX);
    return space;
}

static void workspace_free(struct workspace *space)
{
    buf_free(&space->body);
    arena_free(space->arena);
    mem_free(space);
}

void workspace_give(struct workspace *space)
{
    struct web *web = space->web;
    arena_reset(space->arena);
    if (space->body.cap > WORKSPACE_BODY_KEPT)
        buf_free(&space->body);
    buf_clear(&space->body);
    pthread_mutex_lock(&web->spare_lock);
    bool keep = web->spares < WORKSPACES_KEPT;
    if (keep) {
        space->next = web->spare;
        web->spare = space;
        web->spares++;
    }
    pthread_mutex_unlock(&web->spare_lock);
    if (!keep)
        workspace_free(space);
}

void workspaces_free(struct web *web)
{
    for (struct workspace *space = web->spare; space;) {
        struct workspace *next = space->next;
        workspace_free(space);
        space = next;
    }
}

/* ---- Answers ---- */

/* Takes over one reference. */
static void answer_page(struct http_exchange *x, struct page *page)
{
    struct http_answer answer;
    page_answer(page, http_exchange_head(x), &answer);
    http_exchange_mark(x, mark_of(mark_tries(x), page->number));
    /* Only a POST has one, and its answer may always go out: it is not asked for again. */
    upload_free(http_exchange_state(x));
    http_answer(x, &answer);
}

static void answer_error(struct web *web, struct http_exchange *x, int status, enum language language, unsigned allowed)
{
    answer_page(x, error_page_of(web, status, language, http_exchange_head(x)->secure, allowed));
}

static void answer_parked(void *self, struct http_exchange *x)
{
    struct page *page = self;
    page_ref(page);
    answer_page(x, page);
}

static void log_failure(const struct serving *s, int status)
{
    struct str what = str_of(s->response.fault.text);
    log_event(LOG_ERROR, "web.failed", LOG_STR(LOG_ROUTE, str_of(s->request.route->path)), LOG_I64(LOG_STATUS, status),
              LOG_STR(LOG_WHAT, what.n ? what : STR("no more is known")));
}

/* Only what a private person cannot stand in may be kept by a browser; errors may not be kept at all. */
static enum caching caching_of(const struct serving *s, int status)
{
    const struct route *route = s->request.route;
    bool open = route->permission == PERMISSION_PUBLIC && !route->no_store && route->body == BODY_NONE &&
                s->head->method != HTTP_POST;
    bool personal = s->request.who != NULL || s->response.cookies.n > 0;
    return open && !personal && (status == HTTP_OK || status == HTTP_GONE) ? CACHING_REVALIDATE : CACHING_NO_STORE;
}

static bool location_good(struct str location)
{
    for (size_t i = 0; i < location.n; i++)
        if (location.p[i] <= ' ' || location.p[i] >= 0x7F)
            return false;
    return location.n > 0;
}

static struct page *page_of(struct serving *s, int status, struct str key)
{
    struct web *web = s->request.web;
    struct response *res = &s->response;
    if (s->request.route->handler == web_exit)
        return exit_page(web, s->head->secure);
    bool whole = !arena_failed(s->request.arena) && buf_ok(&res->body) && !s->broken &&
                 (status != HTTP_SEE_OTHER || location_good(res->location.s));
    if (!whole) {
        status = HTTP_SERVER_ERROR;
        if (!s->broken || !res->fault.text[0])
            fault_set(&res->fault, STATUS_LIMIT,
                      "the page could not be made: its memory or its length reached a limit");
    }
    /* That the database is away was said when it went: not again by every visitor. */
    if (status >= HTTP_SERVER_ERROR && !(status == HTTP_UNAVAILABLE && atomic_load(&web->away)))
        log_failure(s, status);
    if (!whole || (status >= HTTP_BAD_REQUEST && res->body.n == 0))
        return error_page_of(web, status, s->request.language, s->head->secure, 0);
    bool shows_public = s->request.route->permission == PERMISSION_PUBLIC && s->head->method != HTTP_POST;
    enum caching caching = caching_of(s, status);
    /* The same for everybody, and without a secret: so also where a browser is told to keep nothing. */
    bool shared = s->request.route->cached &&
                  (caching == CACHING_REVALIDATE || (s->request.route->no_store && status == HTTP_OK));
    struct page *page = page_new(&(struct page_parts){
        .key = key,
        .content_type = res->content_type,
        .body = buf_str(&res->body),
        /* What is for one person alone is never compressed: its length would tell of its secrets. */
        .varies = shared && encoding_worth(res->content_type, res->body.n),
        .location = status == HTTP_SEE_OTHER ? res->location.s : STR_NONE,
        .cookies = res->cookies,
        .status = status,
        .retry_after = res->retry_after             ? res->retry_after
                       : status == HTTP_UNAVAILABLE ? RETRY_AFTER_SECONDS
                                                    : 0,
        .caching = caching,
        .secure = s->head->secure,
        .number = shows_public && status < HTTP_SERVER_ERROR ? s->number : 0,
        .valid_until = res->valid_until,
    });
    return page ? page : error_page_of(web, HTTP_SERVER_ERROR, s->request.language, s->head->secure, 0);
}

static void finish(struct serving *s, enum http_status status)
{
    request_read_end(&s->request);
    struct web *web = s->request.web;
    struct http_exchange *x = s->exchange;
    struct flight *flight = s->flight;
    char room[PAGE_KEY_MAX];
    struct str key = STR_NONE;
    bool keep = flight && (status == HTTP_OK || status == HTTP_GONE) && serve_key(web, s->head, room, &key);
    struct page *page = page_of(s, (int)status, key);
    bool plain_key = s->canonical.n == 0;
    serving_close(s);
    if (keep && page->number && page->status == (int)status) {
        /*
         * One with a query waits until somebody asks for it again: there are as many of them as anybody cares to
         * ask for, and compressing takes longer than rendering.
         */
        if (plain_key)
            page = page_encode(page, http_exchange_head(x));
        page_cache_put(web->cache, page, web_number(web));
    }
    if (flight)
        flight_end(&web->flights, flight, answer_parked, page);
    answer_page(x, page);
}

/* ---- Writes ---- */

enum http_status write_then(struct request *req, struct response *res, db_write_fn *fn, void *arg, web_view_fn *view,
                            web_view_fn *refused)
{
    (void)res;
    struct serving *s = (struct serving *)req;
    s->later = (struct write_later){ .fn = fn, .arg = arg, .view = view, .refused = refused };
    return HTTP_ANSWERS_LATER;
}

static void after_write(struct http_exchange *x, void *arg)
{
    (void)x;
    struct serving *s = arg;
    struct write_later later = s->later;
    s->later.fn = NULL;
    enum http_status status;
    if (later.status == STATUS_OK) {
        status = later.view(&s->request, &s->response, later.arg);
    } else {
        s->response.fault = later.fault;
        status = later.refused ? later.refused(&s->request, &s->response, later.arg)
                               : response_error(&s->request, &s->response, http_status_of(later.status));
    }
    if (status == HTTP_ANSWERS_LATER) {
        fault_set(&s->response.fault, STATUS_INVALID, "a view began another write");
        s->broken = true;
        status = HTTP_SERVER_ERROR;
    }
    finish(s, status);
}

static void written(void *self, enum status status, const struct fault *fault)
{
    struct serving *s = self;
    s->later.status = status;
    if (fault)
        s->later.fault = *fault;
    http_resume(s->exchange, after_write, s);
}

static void begin_write(struct serving *s)
{
    bool may = s->head->method == HTTP_POST && !s->stale && s->later.fn && s->later.view;
    if (!may) {
        fault_set(&s->response.fault, STATUS_INVALID, "a handler promised a write that it may not or did not make");
        s->broken = true;
        finish(s, HTTP_SERVER_ERROR);
        return;
    }
    if (!s->request.db) {
        finish(s, response_error(&s->request, &s->response, HTTP_UNAVAILABLE));
        return;
    }
    if (arena_failed(s->request.arena)) { /* what it would write may be half of what was sent */
        finish(s, HTTP_SERVER_ERROR);
        return;
    }
    enum status status = db_write_later(s->request.db, s->later.fn, s->later.arg, written, s);
    if (status == STATUS_OK)
        return;
    s->later.status = status;
    fault_set(&s->later.fault, status, "the act could not be begun; try again");
    after_write(s->exchange, s);
}

/* ---- Requests ---- */

bool serve_key(struct web *web, const struct http_head *head, char room[PAGE_KEY_MAX], struct str *key)
{
    if ((head->method != HTTP_GET && head->method != HTTP_HEAD) || head->path.n + 2 > PAGE_KEY_MAX)
        return false;
    size_t n = 0;
    room[n++] = head->secure ? 's' : 'h';
    memcpy(room + n, head->path.p, head->path.n);
    n += head->path.n;
    if (head->query.n) {
        struct str path = head->path;
        path_language(&path);
        struct route_found found;
        route_find(web->tree, head->method, path, &found);
        char decoded[HTTP_TARGET_MAX];
        struct value values[QUERY_FIELDS_MAX];
        struct str canonical;
        if (!found.route || !found.route->cached || head->query.n > sizeof decoded ||
            !query_read(found.route, head->query, decoded, values))
            return false;
        room[n++] = '\0'; /* no path holds one, so a path that ends in "?x=1" is not a query */
        if (!query_canonical(found.route, values, room + n, PAGE_KEY_MAX - n, &canonical))
            return false;
        n = canonical.n ? n + canonical.n : n - 1;
    }
    *key = (struct str){ room, n };
    return true;
}

static bool fill_query(struct serving *s)
{
    const struct route *route = s->request.route;
    s->query = ARENA_ARRAY(s->request.arena, route->query_n, struct value);
    char *room = arena_alloc(s->request.arena, s->head->query.n, 1);
    size_t canonical_max = 3 * s->head->query.n + 32 * route->query_n;
    char *canonical = arena_alloc(s->request.arena, canonical_max, 1);
    if (!s->query || !room || !canonical)
        return false;
    query_read(route, s->head->query, room, s->query);
    return query_canonical(route, s->query, canonical, canonical_max, &s->canonical);
}

struct serving *serving_open(struct web *web, struct http_exchange *x, const struct route_found *found,
                             enum language language, struct db *db)
{
    const struct http_head *head = http_exchange_head(x);
    struct workspace *space = workspace_take(web);
    struct serving *s = space ? ARENA_NEW(space->arena, struct serving) : NULL;
    if (!s) {
        if (space)
            workspace_give(space);
        return NULL;
    }
    s->request = (struct request){ .arena = space->arena,
                                   .web = web,
                                   .db = db,
                                   .settings = web->options.settings,
                                   .route = found->route,
                                   .language = language,
                                   .now = clock_now_ms() };
    s->response = (struct response){ .content_type = STR("text/html; charset=utf-8"), .valid_until = INT64_MAX };
    s->response.body = space->body;
    s->exchange = x;
    s->head = head;
    s->space = space;
    s->secure = head->secure || web->https;
    memcpy(s->params, found->params, sizeof s->params);
    return s;
}

void serving_close(struct serving *s)
{
    request_read_end(&s->request);
    s->space->body = s->response.body; /* it may have moved */
    workspace_give(s->space);
}

/* A handler, alone or as the one render in flight. */
static void serve_handler(struct web *web, struct http_exchange *x, const struct route_found *found,
                          enum language language, struct db *db, uint64_t number, struct flight *flight)
{
    struct serving *s = serving_open(web, x, found, language, db);
    if (!s) {
        bool secure = http_exchange_head(x)->secure;
        struct page *page = found->route->handler == web_exit
                                ? exit_page(web, secure)
                                : error_page_of(web, HTTP_UNAVAILABLE, language, secure, 0);
        if (flight)
            flight_end(&web->flights, flight, answer_parked, page);
        answer_page(x, page);
        return;
    }
    s->flight = flight;
    s->number = number;
    s->upload = http_exchange_state(x);

    enum http_status status = fill_query(s) ? gate_check(s) : HTTP_SERVER_ERROR;
    if (status == HTTP_OK)
        status = found->route->handler(&s->request, &s->response);
    request_read_end(&s->request);
    if (status == HTTP_ANSWERS_LATER)
        begin_write(s);
    else
        finish(s, status);
}

/* From the cache, but not from the loop: it may be here to be compressed. Takes over one reference. */
static void answer_encoded(struct web *web, struct http_exchange *x, struct page *page)
{
    struct page *better = page_encode(page, http_exchange_head(x));
    if (better != page)
        page_cache_put(web->cache, better, web_number(web));
    answer_page(x, better);
}

static void serve_cached(struct web *web, struct http_exchange *x, const struct route_found *found,
                         enum language language, struct db *db, uint64_t number)
{
    char room[PAGE_KEY_MAX];
    struct str key;
    if (!serve_key(web, http_exchange_head(x), room, &key)) {
        serve_handler(web, x, found, language, db, number, NULL);
        return;
    }
    struct flight *ours = NULL;
    struct page *page = NULL;
    switch (flight_enter(&web->flights, web->cache, x, key, number, clock_now_ms(), &ours, &page)) {
    case FLIGHT_CACHED: answer_encoded(web, x, page); break;
    case FLIGHT_PARKED: break;
    case FLIGHT_OURS: serve_handler(web, x, found, language, db, number, ours); break;
    case FLIGHT_NO_MEMORY: answer_error(web, x, HTTP_UNAVAILABLE, language, 0); break;
    }
}

static void serve(struct web *web, struct http_exchange *x)
{
    const struct http_head *head = http_exchange_head(x);
    struct str path = head->path;
    enum language language = path_language(&path);
    struct route_found found;
    route_find(web->tree, head->method, path, &found);
    if (!found.route) {
        int status = found.allowed ? HTTP_METHOD_NOT_ALLOWED : HTTP_NOT_FOUND;
        answer_error(web, x, status, language, found.allowed);
        return;
    }
    /* The number first: a database that comes back in between makes the answer out of date, not the other way round. */
    uint64_t number = web_number(web);
    struct db *db = web_database(web);
    /*
     * Without a database a public page may still stand (how to report, who helps): its handler is asked, and one that
     * wants to read answers 503 itself. Nothing is kept of it. A form that shows again what was typed does so now too,
     * and one that needs no token, because it may change nothing, is answered.
     */
    bool changes_nothing = found.route->body == BODY_FORM && !found.route->csrf;
    if (!db && !found.route->cached && !found.route->csrf_again && !changes_nothing &&
        found.route->handler != web_healthz && found.route->handler != web_exit)
        answer_error(web, x, HTTP_UNAVAILABLE, language, 0);
    else if (db && found.route->cached)
        serve_cached(web, x, &found, language, db, number);
    else
        serve_handler(web, x, &found, language, db, 0, NULL);
}

/* ---- Taken again ---- */

struct waiting {
    struct web *web;
    struct http_exchange *exchange;
};

/*
 * With the lock between processes in hand: a shown number that no act stands behind was left by one that
 * died or failed. A new one puts both together again.
 */
static enum status settle_number(struct db_tx *tx, void *arg)
{
    struct waiting *waiting = arg;
    struct db *db = atomic_load(&waiting->web->db);
    uint64_t number;
    enum status status = db_generation_read(tx, &number);
    return status == STATUS_OK && number < db_generation(db) ? db_generation_raise(tx) : status;
}

static void serve_waited(struct http_exchange *x, void *arg)
{
    serve(arg, x);
}

static void settled(void *self, enum status status, const struct fault *fault)
{
    (void)status; /* whatever it was, the next try shows whether it helped; tries are counted */
    (void)fault;
    struct waiting waiting = *(struct waiting *)self;
    mem_free(self);
    http_resume(waiting.exchange, serve_waited, waiting.web);
}

/* An answer was out of date twice: an act is being committed this moment. Waits behind it, without a thread. */
static bool wait_for_writer(struct web *web, struct http_exchange *x)
{
    struct db *db = web_database(web);
    struct waiting *waiting = db ? mem_alloc(sizeof *waiting) : NULL;
    if (!waiting)
        return false;
    *waiting = (struct waiting){ .web = web, .exchange = x };
    if (db_write_later(db, settle_number, waiting, settled, waiting) == STATUS_OK)
        return true;
    mem_free(waiting);
    return false;
}

void serve_take(void *self, struct http_exchange *x)
{
    struct web *web = self;
    uint64_t mark = http_exchange_marked(x);
    unsigned tries = mark_tries(x) + ((mark & mark_number_mask) != 0);
    http_exchange_mark(x, mark_of(tries, 0));
    if (tries > STALE_TRIES_MAX)
        answer_error(web, x, HTTP_UNAVAILABLE, LANGUAGE_EN, 0);
    else if (tries <= STALE_TRIES_AT_ONCE || !wait_for_writer(web, x))
        serve(web, x);
}
