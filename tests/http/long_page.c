/*
 * A page of 12 KB in the test build: what bench/pages.py asks for, and nginx serves as a file.
 */
#include "http/http_routes.h"

#include "base/banned.h"

enum { LONG_PAGE_BYTES = 12 * 1024, LONG_PAGE_LINE = 64 };

/*
 * route: GET /test/page
 * permission: public
 * cache: public
 * help: Test build: 12 KB of text, cached.
 */
enum http_status test_page(struct request *req, struct response *res)
{
    struct db_tx *tx;
    /* Read under a snapshot, as every page that is kept: without one it has no public number. */
    enum status status = request_read(req, &tx, &res->fault);
    request_read_end(req);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    res->content_type = STR("text/html; charset=utf-8");
    for (int i = 0; i < LONG_PAGE_BYTES / LONG_PAGE_LINE; i++)
        buf_format(&res->body, "%-*d\n", LONG_PAGE_LINE - 1, i * i);
    return HTTP_OK;
}
