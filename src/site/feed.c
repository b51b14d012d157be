/* See feed.h. What could be tried: markup in a title (the template's types; a title of JSON Feed is plain text), a name
 * that changes (it holds no word). */
#include "site/feed.h"

#include "base/arena.h"
#include "base/json.h"
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
                         .address = about->later ? request_address(req) : whole,
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

static void put_text(struct json_writer *w, struct str name, struct str text)
{
    json_name(w, name);
    json_put_str(w, text);
}

/*
 * Markup whose own addresses are whole: JSON Feed has no xml:base. In what the renderer writes a quote stands only
 * around the value of an attribute, so that these bytes are always the beginning of one.
 */
static struct str whole_addresses(struct request *req, struct str markup)
{
    static const char own[] = " href=\"/";
    struct buf out;
    struct str rest = markup;
    struct str site = request_absolute(req, (struct url){ STR("/") }).s;
    buf_init(&out, req->arena, (size_t)4 * SITE_FEED_BYTES);
    for (ptrdiff_t at = str_find(rest, str_of(own)); at >= 0; at = str_find(rest, str_of(own))) {
        size_t end = (size_t)at + sizeof own - 1;
        buf_add(&out, str_slice(rest, 0, end - 1));
        buf_add(&out, site);
        rest = str_slice(rest, end, rest.n);
    }
    buf_add(&out, rest);
    return buf_str(&out);
}

static bool put_entry(struct request *req, struct json_writer *w, const struct feed_entry *entry)
{
    struct str content = whole_addresses(req, entry->content.s);
    json_open_object(w);
    put_text(w, STR("id"), entry->id);
    put_text(w, STR("url"), request_absolute(req, entry->address).s);
    put_text(w, STR("title"), entry->title);
    put_text(w, STR("content_html"), content);
    put_text(w, STR("date_published"), entry->published);
    put_text(w, STR("date_modified"), entry->updated);
    if (entry->label.n > 0) {
        json_name(w, STR("tags"));
        json_open_array(w);
        json_put_str(w, entry->label);
        json_close_array(w);
    }
    json_close_object(w);
    return content.p != NULL;
}

enum http_status feed_answer_json(struct request *req, struct response *res, const struct feed_about *about,
                                  struct feed_entry *entries, size_t n)
{
    struct layout layout;
    struct json_writer w;
    web_layout(req, &layout, STR_NONE);
    struct str home = request_absolute(req, layout.home).s;
    json_writer_init(&w, &res->body);
    json_open_object(&w);
    put_text(&w, STR("version"), STR("https://jsonfeed.org/version/1.1"));
    put_text(&w, STR("title"), t_page_title(req->language, req->arena, about->title, layout.site_name));
    put_text(&w, STR("description"), about->words);
    put_text(&w, STR("home_page_url"), request_absolute(req, about->page).s);
    put_text(&w, STR("feed_url"), request_absolute(req, about->whole).s);
    put_text(&w, STR("favicon"), request_absolute(req, request_own(req, STR("/favicon.ico"))).s);
    put_text(&w, STR("language"), t_language_code(req->language));
    json_name(&w, STR("authors"));
    json_open_array(&w);
    json_open_object(&w);
    put_text(&w, STR("name"), layout.site_name);
    put_text(&w, STR("url"), home);
    json_close_object(&w);
    json_close_array(&w);
    json_name(&w, STR("items"));
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        if (!put_entry(req, &w, &entries[i]))
            return response_error(req, res, HTTP_SERVER_ERROR);
    json_close_array(&w);
    json_close_object(&w);
    res->content_type = STR("application/feed+json");
    return HTTP_OK;
}
