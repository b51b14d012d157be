/* See feed.h. What could be tried: markup in a title (the template's types), a name that changes (it holds no word). */
#include "site/feed.h"

#include "base/arena.h"
#include "base/zone.h"
#include "web/web_pages.h"
#include "base/banned.h"

struct str feed_entry_name(struct request *req, struct str list, int64_t number, int64_t made)
{
    struct str day = str_slice(zone_utc(req->arena, made), 0, 10); /* in UTC: the zone is a setting */
    return str_format(req->arena, "tag:%.*s,%.*s:%.*s/%lld", STR_ARG(request_host(req)), STR_ARG(day), STR_ARG(list),
                      (long long)number);
}

struct html feed_markup(const struct buf *written)
{
    return (struct html){ buf_str(written) };
}

enum http_status feed_answer(struct request *req, struct response *res, const struct feed_about *about,
                             struct feed_entry *entries, size_t n)
{
    struct layout layout;
    web_layout(req, &layout, STR_NONE);
    struct url whole = request_absolute(req, about->whole);
    struct feed view = { .id = whole.s,
                         .title = t_page_title(req->language, req->arena, about->title, layout.site_name),
                         .words = about->words,
                         .updated = zone_utc(req->arena, about->updated),
                         .author = layout.site_name,
                         .home = request_absolute(req, layout.home),
                         .address = request_address(req),
                         .page = request_absolute(req, about->page),
                         .next = request_absolute(req, about->next),
                         .entries = entries,
                         .entries_n = n };
    if (about->later)
        view.first = whole;
    for (size_t i = 0; i < n; i++)
        entries[i].address = request_absolute(req, entries[i].address);
    feed_write(&res->body, req->language, &view);
    res->content_type = STR("application/atom+xml");
    return HTTP_OK;
}
