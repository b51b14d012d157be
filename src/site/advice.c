/* Pages of prose: how to report, who helps, what the exit button does. They need no database, so that they stand when
 * it is away. */
#include "site/site.h"

#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

/*
 * route: GET /report
 * permission: public
 * cache: public
 * help: How to report hate crime, and what to do in danger.
 */
enum http_status site_report(struct request *req, struct response *res)
{
    struct report view = { 0 };
    web_layout(req, &view.layout, t_report_title(req->language));
    view.layout.at_report = true;
    report_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /support
 * permission: public
 * cache: public
 * help: Who helps, whether or not somebody reports.
 */
enum http_status site_support(struct request *req, struct response *res)
{
    struct support view = { 0 };
    web_layout(req, &view.layout, t_support_title(req->language));
    view.layout.at_support = true;
    support_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /leaving
 * permission: public
 * cache: public
 * help: What the exit button does and does not do.
 */
enum http_status site_leaving(struct request *req, struct response *res)
{
    struct leaving view = { 0 };
    web_layout(req, &view.layout, t_leaving_title(req->language));
    view.words = view.layout.exit_words;
    leaving_write(&res->body, req->language, &view);
    return HTTP_OK;
}
