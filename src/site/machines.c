/*
 * What programs ask every site for: which pages there are, what they may read, whom to tell of a weakness, and an icon.
 *
 * Promises: a sitemap names no page that has no words any more; robots.txt names nothing that is not linked from a
 * page, because everybody reads it; a security.txt is never older than its own word (RFC 9116 2.5.5).
 */
#include "site/site.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "posts/sitemap.h"
#include "site/policy_pages.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "base/banned.h"

enum { PAGES_MAX = 200, DAY_MS = 24 * 60 * 60 * 1000, EXPIRES_DAYS = 180 };

/* ---- Sitemap ---- */

/* The pages that are always there, those of the rules of recording, and the campaigns. */
static enum status add_pages(struct request *req, struct db_tx *tx, struct sitemap_entry *list, size_t *n)
{
    struct str pages[PAGES_MAX];
    struct campaign *campaigns;
    size_t campaigns_n = 0;
    size_t pages_n = web_pages(req, pages, PAGES_MAX);
    enum status status = posts_campaigns(tx, req->arena, &campaigns, &campaigns_n);
    for (size_t i = 0; i < pages_n; i++)
        list[(*n)++].address = request_absolute(req, request_own(req, pages[i]));
    for (size_t i = 0; i < campaigns_n && status == STATUS_OK; i++)
        list[(*n)++].address = request_absolute(req, site_campaign_address(req, campaigns[i].slug));
    const struct policy_pack *pack = NULL;
    struct fault fault;
    if (status == STATUS_OK)
        status = policy_page_pack(req, &pack, &fault);
    if (status == STATUS_DAMAGED) /* candour doctor says so; everything else is still to be found */
        return STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < pack->versions_n; i++)
        list[(*n)++].address = request_absolute(req, policy_page_version(req, &pack->versions[i]));
    for (size_t i = 0; status == STATUS_OK && i < pack->models_n; i++)
        if (policy_page_used(pack, pack->models[i]))
            list[(*n)++].address = request_absolute(req, policy_page_model(req, pack->models[i]));
    return status;
}

/*
 * As site_post_address, whole: for ten thousand of them, whose room would not do. A slug that is listed holds letters,
 * digits and hyphens alone (posts/slug.h), so that nothing has to be encoded.
 */
static struct url post_address(struct request *req, struct url news, struct post_address address)
{
    return (struct url){ str_format(req->arena, "%.*s/%lld/%.*s", STR_ARG(news.s), (long long)address.year,
                                    STR_ARG(address.slug)) };
}

static enum http_status answer_part(struct request *req, struct response *res, struct db_tx *tx, int64_t part)
{
    struct post_listed *posts;
    struct sitemap view = { 0 };
    size_t n = 0;
    size_t posts_n = 0;
    enum status status = posts_listed(tx, req->arena, part, &posts, &posts_n);
    if (status == STATUS_OK && part > 1 && posts_n == 0)
        status = STATUS_NOT_FOUND;
    struct sitemap_entry *list = ARENA_ARRAY(
        req->arena, posts_n + PAGES_MAX + CAMPAIGNS_MAX + POLICY_VERSIONS_MAX + POLICY_FILES_MAX, struct sitemap_entry);
    if (list == NULL)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK && part == 1)
        status = add_pages(req, tx, list, &n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    request_read_end(req);
    struct url news = request_absolute(req, request_own(req, STR("/news")));
    for (size_t i = 0; i < posts_n; i++)
        list[n++] =
            (struct sitemap_entry){ post_address(req, news, posts[i].address), zone_utc(req->arena, posts[i].changed) };
    view.entries = list;
    view.entries_n = n;
    if (arena_failed(req->arena))
        return response_error(req, res, HTTP_SERVER_ERROR);
    sitemap_write(&res->body, req->language, &view);
    res->content_type = STR("application/xml");
    return HTTP_OK;
}

static enum http_status answer_index(struct request *req, struct response *res, const int64_t *parts, size_t n)
{
    struct url whole = request_absolute(req, request_own(req, STR("/sitemap.xml")));
    struct sitemap_part *list = ARENA_ARRAY(req->arena, n + 1, struct sitemap_part);
    size_t parts_n = 0;
    request_read_end(req);
    if (list == NULL)
        return response_error(req, res, HTTP_SERVER_ERROR);
    if (parts[0] != 1) /* the pages that are always there */
        list[parts_n++].address = url_query(req->arena, whole, STR("part"), STR("1"));
    for (size_t i = 0; i < n; i++)
        list[parts_n++].address =
            url_query(req->arena, whole, STR("part"), str_format(req->arena, "%lld", (long long)parts[i]));
    if (arena_failed(req->arena))
        return response_error(req, res, HTTP_SERVER_ERROR);
    sitemap_index_write(&res->body, req->language, &(struct sitemap_index){ .parts = list, .parts_n = parts_n });
    res->content_type = STR("application/xml");
    return HTTP_OK;
}

/*
 * route: GET /sitemap.xml
 * permission: public
 * query: part int 1..1000
 * cache: public
 * help: The pages that search engines may show; with more than 10,000 posts a list of such lists.
 */
enum http_status site_sitemap(struct request *req, struct response *res)
{
    const struct value *part = request_query(req, SITE_SITEMAP_QUERY_PART);
    int64_t parts[POST_PARTS_MAX];
    size_t n = 0;
    struct db_tx *tx;
    if (part->state == VALUE_INVALID)
        return response_error(req, res, HTTP_NOT_FOUND);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK && part->state == VALUE_OK)
        return answer_part(req, res, tx, part->number);
    if (status == STATUS_OK)
        status = posts_listed_parts(tx, req->arena, parts, &n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    return n == 0 || (n == 1 && parts[0] == 1) ? answer_part(req, res, tx, 1) : answer_index(req, res, parts, n);
}

/* ---- Texts ---- */

static enum http_status answer_text(struct response *res)
{
    res->content_type = STR("text/plain; charset=utf-8");
    return HTTP_OK;
}

static void add_line(struct buf *out, struct str name, struct str value)
{
    buf_add(out, name);
    buf_add(out, value);
    buf_add_byte(out, '\n');
}

/*
 * route: GET /robots.txt
 * permission: public
 * cache: public
 * help: What search engines may read (RFC 9309): everything but what people look for; and where the sitemap is.
 */
enum http_status site_robots(struct request *req, struct response *res)
{
    add_line(&res->body, STR("User-agent: "), STR("*"));
    add_line(&res->body, STR("Disallow: "), request_own(req, STR("/search")).s);
    buf_add_byte(&res->body, '\n');
    add_line(&res->body, STR("Sitemap: "), request_absolute(req, request_own(req, STR("/sitemap.xml"))).s);
    return answer_text(res);
}

/*
 * route: GET /.well-known/security.txt
 * permission: public
 * cache: public
 * help: Whom to tell of a weakness of the site (RFC 9116); not there without the setting security.contact.
 */
enum http_status site_security(struct request *req, struct response *res)
{
    struct str contact = settings_get(req->settings, &site_settings.rows[SITE_SECURITY_CONTACT])->text;
    int64_t today = clock_now_ms() / DAY_MS * DAY_MS;
    struct str own = request_absolute(req, request_own(req, STR("/.well-known/security.txt"))).s;
    if (contact.n == 0)
        return response_error(req, res, HTTP_NOT_FOUND);
    add_line(&res->body, STR("Contact: "), contact);
    add_line(&res->body, STR("Expires: "), zone_utc(req->arena, today + (int64_t)EXPIRES_DAYS * DAY_MS));
    add_line(&res->body, STR("Preferred-Languages: "), t_language_code(req->language));
    if (str_starts(own, STR("https://"))) /* RFC 9116 2.5.2 takes no other */
        add_line(&res->body, STR("Canonical: "), own);
    res->valid_until = today + DAY_MS;
    return answer_text(res);
}

/*
 * route: GET /favicon.ico
 * permission: public
 * cache: public
 * help: The icon, for programs that do not read which one a page names.
 */
enum http_status site_favicon(struct request *req, struct response *res)
{
    (void)req;
    buf_add(&res->body, web_asset_bytes(STR("favicon.ico")));
    res->content_type = STR("image/x-icon");
    return HTTP_OK;
}
