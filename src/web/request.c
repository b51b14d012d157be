/*
 * What a handler may ask of its request, and how it answers.
 *
 * Promise: a read snapshot never outlives the reading. web_layout ends it, so
 * that a page is rendered, and waits for its reader, without one.
 */
#include "web/inside.h"

#include <string.h>

#include "base/banned.h"

static struct serving *serving_of(struct request *req)
{
    return (struct serving *)req;
}

static const struct serving *serving_of_const(const struct request *req)
{
    return (const struct serving *)req;
}

struct str request_param(const struct request *req, size_t at)
{
    if (at >= ROUTE_PARAMS_MAX)
        bug("no route has a parameter %zu", at);
    return serving_of_const(req)->params[at];
}

const struct value *request_query(const struct request *req, size_t at)
{
    if (at >= req->route->query_n)
        bug("%s has no query field %zu", req->route->path, at);
    return &serving_of_const(req)->query[at];
}

struct str request_session(const struct request *req)
{
    const struct serving *s = serving_of_const(req);
    return s->session_sent ? (struct str){ (const char *)s->session, sizeof s->session } : STR_NONE;
}

/* RFC 3986, 3.3: what may stand in a path as it is. */
static bool path_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~/", c) != NULL;
}

static void add_path(struct buf *out, struct str path)
{
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] && path_plain(path.p[i]))
            buf_add_byte(out, path.p[i]);
        else
            buf_format(out, "%%%02X", (unsigned)(unsigned char)path.p[i]);
    }
}

static struct str site_address(const struct request *req)
{
    struct str address = web_address(req->web);
    return str_ends(address, STR("/")) ? str_slice(address, 0, address.n - 1) : address;
}

struct url request_address(struct request *req)
{
    const struct serving *s = serving_of(req);
    struct buf out;
    buf_init(&out, req->arena, 4 * HTTP_TARGET_MAX);
    buf_add(&out, site_address(req));
    if (s->head)
        add_path(&out, s->head->path);
    if (s->canonical.n) {
        buf_add_byte(&out, '?');
        buf_add(&out, s->canonical);
    }
    return (struct url){ buf_str(&out) };
}

struct url request_absolute(struct request *req, struct url own)
{
    if (own.s.n == 0)
        return own;
    struct str whole = str_format(req->arena, "%.*s%.*s", STR_ARG(site_address(req)), STR_ARG(own.s));
    return (struct url){ whole };
}

struct str request_host(struct request *req)
{
    struct str host = serving_of(req)->request.web->host;
    ptrdiff_t colon = str_find_byte(host, ':');
    if (host.n > 0 && host.p[0] == '[') /* a name holds no brackets */
        return STR("localhost");
    return colon < 0 ? host : str_slice(host, 0, (size_t)colon);
}

struct url request_own(struct request *req, struct str path)
{
    if (req->language == LANGUAGE_EN)
        return (struct url){ path };
    struct str code = t_language_code(req->language);
    if (str_equal(path, STR("/")))
        path = STR("");
    return (struct url){ str_format(req->arena, "/%.*s%.*s", STR_ARG(code), STR_ARG(path)) };
}

enum status request_read(struct request *req, struct db_tx **out, struct fault *fault)
{
    struct serving *s = serving_of(req);
    *out = s->snapshot;
    if (s->snapshot)
        return STATUS_OK;
    if (!req->db)
        return fault_set(fault, STATUS_UNAVAILABLE, "the database is away; candour doctor says why");
    uint64_t epoch = web_number_epoch(req->web);
    uint64_t generation;
    enum status status = db_read_begin(req->db, &s->snapshot, fault);
    if (status == STATUS_OK)
        status = db_generation_read(s->snapshot, &generation);
    if (status != STATUS_OK) {
        request_read_end(req);
        if (fault && !fault->text[0])
            fault_set(fault, status, "the database did not answer; candour doctor says why");
        if (status == STATUS_UNAVAILABLE)
            web_database_lost(req->web);
        return status;
    }
    /* What was read first is what the page may be out of date by. */
    uint64_t number = web_number_make(epoch, generation);
    if (!s->read || number < s->number)
        s->number = number;
    s->read = true;
    *out = s->snapshot;
    return STATUS_OK;
}

void request_read_end(struct request *req)
{
    struct serving *s = serving_of(req);
    if (s->snapshot)
        db_read_end(s->snapshot);
    s->snapshot = NULL;
}

enum http_status response_error(struct request *req, struct response *res, enum http_status status)
{
    request_read_end(req);
    buf_clear(&res->body);
    /* Without words of its own the page made at start is sent. What went wrong inside is for the log alone. */
    struct str more = str_of(res->fault.text);
    if (more.n && status < HTTP_SERVER_ERROR)
        error_page_fill(req, res, (int)status, more);
    return status;
}

enum http_status response_see_other(struct request *req, struct response *res, struct url to)
{
    (void)req;
    buf_clear(&res->body);
    res->location = to;
    return HTTP_SEE_OTHER;
}

enum http_status http_status_of(enum status status)
{
    switch (status) {
    case STATUS_OK: return HTTP_OK;
    case STATUS_NOT_FOUND: return HTTP_NOT_FOUND;
    case STATUS_INVALID: return HTTP_BAD_REQUEST;
    case STATUS_DENIED: return HTTP_FORBIDDEN;
    case STATUS_CONFLICT: return HTTP_CONFLICT;
    case STATUS_REFUSED: return HTTP_UNPROCESSABLE;
    case STATUS_LIMIT: return HTTP_TOO_LARGE;
    case STATUS_BUSY:
    case STATUS_UNAVAILABLE:
    case STATUS_FULL: return HTTP_UNAVAILABLE;
    case STATUS_DAMAGED:
    case STATUS_NEWER:
    case STATUS_IO:
    case STATUS_NO_MEMORY: return HTTP_SERVER_ERROR;
    }
    return HTTP_SERVER_ERROR;
}
