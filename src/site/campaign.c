/* Campaigns: all of them, and one with its posts and what was corrected in it. */
#include "posts/campaign.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "site/site.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

struct url site_campaign_address(struct request *req, struct str slug)
{
    return url_path(req->arena, request_own(req, STR("/campaigns")), slug);
}

/* A local day in words; STR_NONE for what is no day. */
static struct str day_words(struct request *req, struct str day)
{
    struct civil c;
    bool has_time = false;
    int64_t at = 0;
    if (zone_parse(day, &c, &has_time) != STATUS_OK || zone_moment(&c, &at) != STATUS_OK)
        return STR_NONE;
    return web_day_words(req, at);
}

static struct str days_words(struct request *req, const struct campaign *campaign)
{
    struct str first = day_words(req, campaign->first_day);
    if (str_equal(campaign->first_day, campaign->last_day))
        return first;
    return t_campaign_days(req->language, req->arena, first, day_words(req, campaign->last_day));
}

bool site_campaigns_fill(struct request *req, const struct campaign *rows, size_t n, const struct campaign_item **out)
{
    struct campaign_item *list = ARENA_ARRAY(req->arena, n + 1, struct campaign_item);
    if (list == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        list[i] = (struct campaign_item){ .name = rows[i].name,
                                          .address = site_campaign_address(req, rows[i].slug),
                                          .days = days_words(req, &rows[i]),
                                          .purpose = rows[i].purpose };
    *out = list;
    return true;
}

/* Those that stand so today, in the order of `rows`. */
static bool fill_when(struct request *req, const struct campaign *rows, size_t n, struct str today,
                      enum campaign_when when, const struct campaign_item **out, size_t *out_n)
{
    struct campaign *some = ARENA_ARRAY(req->arena, n + 1, struct campaign);
    *out_n = 0;
    if (some == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (campaign_when(&rows[i], today) == when)
            some[(*out_n)++] = rows[i];
    return site_campaigns_fill(req, some, *out_n, out);
}

/*
 * route: GET /campaigns
 * permission: public
 * cache: public
 * help: Campaigns that are running, to come and over.
 */
enum http_status site_campaigns(struct request *req, struct response *res)
{
    struct db_tx *tx;
    struct campaign *rows;
    size_t n;
    int64_t now = clock_now_ms();
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_campaigns(tx, req->arena, &rows, &n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));

    struct campaigns view = { .any = n > 0 };
    struct str today = zone_day(req->arena, now);
    if (today.p == NULL || !fill_when(req, rows, n, today, CAMPAIGN_RUNNING, &view.running, &view.running_n) ||
        !fill_when(req, rows, n, today, CAMPAIGN_COMING, &view.coming, &view.coming_n) ||
        !fill_when(req, rows, n, today, CAMPAIGN_OVER, &view.over, &view.over_n))
        return response_error(req, res, HTTP_SERVER_ERROR);
    site_until_midnight(res, now);
    web_layout(req, &view.layout, t_campaigns_title(req->language));
    view.layout.description = t_campaigns_words(req->language);
    campaigns_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/* ---- One ---- */

static struct str when_words(struct request *req, const struct campaign *campaign, struct str today)
{
    switch (campaign_when(campaign, today)) {
    case CAMPAIGN_RUNNING: return t_campaign_running(req->language);
    case CAMPAIGN_COMING: return t_campaign_coming(req->language);
    case CAMPAIGN_OVER: return t_campaign_over(req->language);
    }
    return STR_NONE;
}

/* What is read of a campaign: its posts, what was corrected, or both on its first page. */
struct parts {
    struct post_cursor posts_after;
    struct register_cursor acts_after;
    bool posts, acts, first;
    struct post_row *rows;
    struct register_row *entries;
    size_t rows_n, entries_n;
    struct campaign_counts counts;
};

static bool read_parts(const struct value *posts, const struct value *acts, struct parts *out)
{
    *out = (struct parts){ 0 };
    if (posts->state == VALUE_INVALID || acts->state == VALUE_INVALID)
        return false;
    bool posts_given = posts->state == VALUE_OK;
    bool acts_given = acts->state == VALUE_OK;
    if (posts_given && acts_given)
        return false;
    out->first = !posts_given && !acts_given;
    out->posts = !acts_given;
    out->acts = !posts_given;
    return (!posts_given || post_cursor_read(posts->text, &out->posts_after)) &&
           (!acts_given || register_cursor_read(acts->text, &out->acts_after));
}

static enum status read_campaign(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                 struct parts *p)
{
    enum status status = posts_campaign_counts(tx, arena, campaign, &p->counts);
    if (status == STATUS_OK && p->posts)
        status = posts_campaign_list(tx, arena, campaign, p->first ? NULL : &p->posts_after, SITE_NEWS_POSTS + 1,
                                     &p->rows, &p->rows_n);
    if (status == STATUS_OK && p->acts)
        status = posts_campaign_register(tx, arena, campaign, p->first ? NULL : &p->acts_after, SITE_NEWS_POSTS + 1,
                                         &p->entries, &p->entries_n);
    return status;
}

static bool fill_campaign(struct request *req, struct response *res, const struct parts *p, int64_t now,
                          struct campaign_page *view)
{
    struct url here = view->here;
    view->first = p->first;
    view->with_posts = p->posts;
    view->with_acts = p->acts;
    view->rows_n = p->rows_n > SITE_NEWS_POSTS ? SITE_NEWS_POSTS : p->rows_n;
    view->acts_n = p->entries_n > SITE_NEWS_POSTS ? SITE_NEWS_POSTS : p->entries_n;
    if (p->rows_n > SITE_NEWS_POSTS)
        view->older = url_query(req->arena, here, STR("after"),
                                post_cursor_text(req->arena, p->rows[SITE_NEWS_POSTS - 1].cursor));
    if (p->entries_n > SITE_NEWS_POSTS)
        view->acts_older = url_query(req->arena, here, STR("acts"),
                                     register_cursor_text(req->arena, p->entries[SITE_NEWS_POSTS - 1].cursor));
    view->published = p->counts.published;
    view->copied = p->counts.copied;
    view->corrected = p->counts.corrections;
    view->withdrawn = p->counts.withdrawals;
    view->restored = p->counts.restorations;
    view->ended = p->counts.endings;
    view->emergencies = p->counts.emergencies;
    view->promises = p->counts.promises;
    view->kept = p->counts.kept;
    return site_rows_fill(req, p->rows, view->rows_n, &view->rows) &&
           site_register_fill(req, res, p->entries, view->acts_n, now, &view->acts);
}

/*
 * route: GET /campaigns/{slug}
 * permission: public
 * query: after text 100, acts text 40
 * cache: public
 * help: One campaign: its days, its posts, and what was corrected in it.
 */
enum http_status site_campaign(struct request *req, struct response *res)
{
    struct str slug = request_param(req, SITE_CAMPAIGN_PARAM_SLUG);
    struct campaign campaign;
    struct parts parts;
    struct db_tx *tx;
    int64_t now = clock_now_ms();
    if (!read_parts(request_query(req, SITE_CAMPAIGN_QUERY_AFTER), request_query(req, SITE_CAMPAIGN_QUERY_ACTS),
                    &parts))
        return response_error(req, res, HTTP_NOT_FOUND);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_campaign(tx, req->arena, slug, &campaign);
    if (status == STATUS_OK && !str_equal(campaign.slug, slug))
        status = STATUS_NOT_FOUND; /* a campaign has one address, and its name is none */
    if (status == STATUS_OK)
        status = read_campaign(tx, req->arena, &campaign, &parts);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));

    struct str today = zone_day(req->arena, now);
    if (today.p == NULL)
        return response_error(req, res, HTTP_SERVER_ERROR);
    struct campaign_page view = { .name = campaign.name,
                                  .days = days_words(req, &campaign),
                                  .when = when_words(req, &campaign, today),
                                  .purpose = campaign.purpose,
                                  .here = site_campaign_address(req, campaign.slug),
                                  .atom = site_feed_address(req, STR("/news.atom"), STR_NONE, campaign.slug),
                                  .json = site_feed_address(req, STR("/news.json"), STR_NONE, campaign.slug),
                                  .register_address = request_own(req, STR("/corrections")),
                                  .all = request_own(req, STR("/campaigns")) };
    if (!fill_campaign(req, res, &parts, now, &view))
        return response_error(req, res, HTTP_SERVER_ERROR);
    site_until_midnight(res, now);
    web_layout(req, &view.layout, campaign.name);
    view.layout.description = campaign.purpose;
    campaign_page_write(&res->body, req->language, &view);
    return HTTP_OK;
}
