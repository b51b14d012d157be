/* The first page. */
#include "site/site.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

/*
 * route: GET /
 * permission: public
 * cache: public
 * help: The first page: how to report, who helps, campaigns that are running, the newest posts.
 */
enum http_status site_home(struct request *req, struct response *res)
{
    struct db_tx *tx;
    struct post_row *rows;
    struct campaign *running;
    size_t n;
    size_t running_n;
    int64_t now = clock_now_ms();
    struct str today = zone_day(req->arena, now);
    if (today.p == NULL)
        return response_error(req, res, HTTP_SERVER_ERROR);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_list(tx, req->arena, NULL, SITE_HOME_POSTS, &rows, &n);
    if (status == STATUS_OK)
        status = posts_campaigns_running(tx, req->arena, today, SITE_HOME_CAMPAIGNS, &running, &running_n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));

    struct home view = { .report = request_own(req, STR("/report")),
                         .support = request_own(req, STR("/support")),
                         .hate_crime = request_own(req, STR("/hate-crime")),
                         .all_news = request_own(req, STR("/news")),
                         .search = request_own(req, STR("/search")),
                         .all_campaigns = request_own(req, STR("/campaigns")),
                         .running_n = running_n,
                         .newest_n = n };
    if (!site_rows_fill(req, rows, n, &view.newest) || !site_campaigns_fill(req, running, running_n, &view.running))
        return response_error(req, res, HTTP_SERVER_ERROR);
    site_until_midnight(res, now);
    web_layout(req, &view.layout, STR_NONE);
    view.layout.description = t_home_description(req->language, req->arena, view.layout.site_name);
    home_write(&res->body, req->language, &view);
    return HTTP_OK;
}
