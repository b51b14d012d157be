/*
 * Pages for errors. All are made when the site starts, because they are needed
 * most when there is no memory, no database and no thread to make them.
 */
#include "web/inside.h"
#include "web/web_pages.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/banned.h"

struct error_words {
    int status;
    unsigned allowed;
    struct str (*heading)(enum language language);
    struct str (*words)(enum language language);
};

static const struct error_words table[] = {
    { HTTP_SERVER_ERROR, 0, t_error_500_heading, t_error_500_words }, /* first: what stands in for the others */
    { HTTP_BAD_REQUEST, 0, t_error_400_heading, t_error_400_words },
    { HTTP_FORBIDDEN, 0, t_error_403_heading, t_error_403_words },
    { HTTP_NOT_FOUND, 0, t_error_404_heading, t_error_404_words },
    { HTTP_METHOD_NOT_ALLOWED, ROUTE_GET, t_error_405_heading, t_error_405_words },
    { HTTP_METHOD_NOT_ALLOWED, ROUTE_POST, t_error_405_heading, t_error_405_words },
    { HTTP_METHOD_NOT_ALLOWED, ROUTE_GET | ROUTE_POST, t_error_405_heading, t_error_405_words },
    { 408, 0, t_error_408_heading, t_error_408_words },
    { HTTP_CONFLICT, 0, t_error_409_heading, t_error_409_words },
    { HTTP_GONE, 0, t_error_410_heading, t_error_410_words },
    { HTTP_TOO_LARGE, 0, t_error_413_heading, t_error_413_words },
    { HTTP_URI_TOO_LONG, 0, t_error_414_heading, t_error_414_words },
    { 417, 0, t_error_400_heading, t_error_400_words },
    { HTTP_MISDIRECTED, 0, t_error_421_heading, t_error_421_words },
    { HTTP_UNPROCESSABLE, 0, t_error_422_heading, t_error_422_words },
    { HTTP_TOO_MANY, 0, t_error_429_heading, t_error_429_words },
    { 431, 0, t_error_431_heading, t_error_431_words },
    { 501, 0, t_error_501_heading, t_error_501_words },
    { HTTP_UNAVAILABLE, 0, t_error_503_heading, t_error_503_words },
    { 505, 0, t_error_501_heading, t_error_501_words },
};
enum { ERRORS = sizeof table / sizeof *table, SCHEMES = 2 };

static size_t error_at(enum language language, bool secure, size_t i)
{
    return ((size_t)language * SCHEMES + secure) * ERRORS + i;
}

static const struct error_words *words_of(int status)
{
    for (size_t i = 0; i < ERRORS; i++)
        if (table[i].status == status)
            return &table[i];
    return &table[0];
}

static void fill(struct request *req, struct response *res, int status, struct str heading, struct str words,
                 struct str more)
{
    struct error_page view = { .heading = heading, .words = words, .more = more };
    if (status == HTTP_NOT_FOUND || status == HTTP_GONE || status == HTTP_URI_TOO_LONG)
        view.search = request_own(req, STR("/search"));
    web_layout(req, &view.layout, heading);
    view.layout.hidden = true;
    view.layout.canonical = (struct url){ STR_NONE };
    /* Where the fault is ours the database may be away: what needs it is not offered. */
    if (status >= HTTP_SERVER_ERROR) {
        view.layout.away = true;
        view.layout.beta = false;
        view.layout.feed = (struct url){ STR_NONE };
    }
    res->content_type = STR("text/html; charset=utf-8");
    buf_clear(&res->body);
    error_page_write(&res->body, req->language, &view);
}

void error_page_fill(struct request *req, struct response *res, int status, struct str more)
{
    const struct error_words *e = words_of(status);
    fill(req, res, status, e->heading(req->language), e->words(req->language), more);
}

void error_page_fill_form(struct request *req, struct response *res)
{
    fill(req, res, HTTP_FORBIDDEN, t_error_form_heading(req->language), t_error_form_words(req->language), STR_NONE);
}

static struct page *make_one(struct serving *s, size_t i, bool secure)
{
    error_page_fill(&s->request, &s->response, table[i].status, STR_NONE);
    if (arena_failed(s->request.arena) || !buf_ok(&s->response.body))
        return NULL;
    return page_new(&(struct page_parts){
        .key = STR(""),
        .content_type = s->response.content_type,
        .body = buf_str(&s->response.body),
        .location = STR_NONE,
        .cookies = STR_NONE,
        .status = table[i].status,
        .retry_after = table[i].status == HTTP_UNAVAILABLE ? RETRY_AFTER_SECONDS : 0,
        .caching = CACHING_NO_STORE,
        .secure = secure,
        .allowed = table[i].allowed,
        .valid_until = INT64_MAX,
    });
}

enum status errors_make(struct web *web, struct fault *fault)
{
    web->errors = mem_zero((size_t)LANGUAGES * SCHEMES * ERRORS, sizeof *web->errors);
    struct workspace *space = workspace_take(web);
    bool whole = web->errors && space;
    for (unsigned language = 0; whole && language < LANGUAGES; language++) {
        for (size_t i = 0; whole && i < ERRORS; i++) {
            struct serving *s = ARENA_NEW(space->arena, struct serving);
            if (!s) {
                whole = false;
                break;
            }
            s->request = (struct request){ .arena = space->arena,
                                           .web = web,
                                           .settings = web->options.settings,
                                           .language = (enum language)language,
                                           .now = clock_now_ms() };
            s->response.body = space->body;
            for (unsigned secure = 0; whole && secure < SCHEMES; secure++) {
                struct page *page = make_one(s, i, secure);
                web->errors[error_at(s->request.language, secure, i)] = page;
                whole = page != NULL;
            }
            space->body = s->response.body;
            arena_reset(space->arena);
        }
    }
    if (space)
        workspace_give(space);
    return whole ? STATUS_OK : fault_no_memory(fault);
}

void errors_free(struct web *web)
{
    for (size_t i = 0; web->errors && i < (size_t)LANGUAGES * SCHEMES * ERRORS; i++)
        page_unref(web->errors[i]);
    mem_free(web->errors);
    web->errors = NULL;
}

struct page *error_page_of(struct web *web, int status, enum language language, bool secure, unsigned allowed)
{
    size_t at = 0;
    for (size_t i = 0; i < ERRORS; i++)
        if (table[i].status == status && (status != HTTP_METHOD_NOT_ALLOWED || table[i].allowed == allowed))
            at = i;
    struct page *page = web->errors[error_at(language, secure, at)];
    page_ref(page);
    return page;
}
