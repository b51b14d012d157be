/*
 * Whether the process serves: for a proxy and for a supervisor. It says
 * nothing of the database on purpose: a web process without one still has a
 * page to show, and is not to be taken out of service for it.
 */
#include "web/inside.h"
#include "web/web_routes.h"

#include "base/banned.h"

/*
 * route: GET /healthz
 * permission: public
 * cache: no-store
 * help: Answers "ok" while the process serves.
 */
enum http_status web_healthz(struct request *req, struct response *res)
{
    (void)req;
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add(&res->body, STR("ok\n"));
    return HTTP_OK;
}
