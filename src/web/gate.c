/*
 * The gate: nothing reaches a handler before it.
 *
 * Order: who is it (only where a cookie can matter: a cached route reads
 * none), may they, and was the form sent from a page of ours. Whoever is not
 * signed in gets the same 403 as who may not, so the answer tells nothing of
 * what lies behind.
 */
#include "web/inside.h"

#include "base/banned.h"

static enum http_status find_session(struct serving *s)
{
    const struct auth *auth = s->request.web->options.auth;
    if (!s->session_sent || !auth)
        return HTTP_OK;
    struct response *res = &s->response;
    struct db_tx *tx;
    enum status status = request_read(&s->request, &tx, &res->fault);
    if (status == STATUS_OK) {
        status = auth->find(auth->self, tx, s->request.arena, request_session(&s->request), s->request.now, &s->who);
        request_read_end(&s->request);
        s->read = false; /* what public things the handler reads counts, not who reads them */
    }
    if (status == STATUS_OK)
        s->request.who = &s->who;
    return status == STATUS_OK || status == STATUS_NOT_FOUND ? HTTP_OK : http_status_of(status);
}

static bool may(const struct serving *s)
{
    enum permission permission = s->request.route->permission;
    if (permission == PERMISSION_PUBLIC)
        return true;
    if (!s->request.who)
        return false;
    return permission == PERMISSION_SIGNED_IN || (s->who.permissions & (1u << permission)) != 0;
}

/* A second line only: the token is what counts. Browsers before 2023 send no such field. */
static bool from_elsewhere(const struct http_head *head)
{
    struct str site = http_field(head, STR("Sec-Fetch-Site"));
    return site.p && !str_equal(site, STR("same-origin")) && !str_equal(site, STR("none"));
}

enum http_status gate_enter(struct serving *s)
{
    const struct route *route = s->request.route;
    if (!route->cached && s->request.db)
        cookies_read(s);
    enum http_status status = find_session(s);
    if (status != HTTP_OK)
        return response_error(&s->request, &s->response, status);
    if (!may(s))
        return HTTP_FORBIDDEN;
    if (route->csrf && from_elsewhere(s->head)) {
        error_page_fill_form(&s->request, &s->response);
        return HTTP_FORBIDDEN;
    }
    return HTTP_OK;
}

bool form_stale(const struct request *req)
{
    return ((const struct serving *)req)->stale;
}

enum http_status gate_check(struct serving *s)
{
    enum http_status status = gate_enter(s);
    /* Without a database nothing may be written, whoever sent it. */
    bool away = s->request.route->csrf_again && !s->request.db;
    if (status == HTTP_OK && s->request.route->csrf && (away || !form_token_good(s))) {
        s->stale = s->request.route->csrf_again;
        if (s->stale)
            return HTTP_OK;
        error_page_fill_form(&s->request, &s->response);
        return HTTP_FORBIDDEN;
    }
    return status;
}
