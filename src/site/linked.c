/*
 * A post as data of schema.org (JSON-LD), for search engines and whoever else reads pages by machine.
 *
 * Promises: it says what the page says, in the words of a preview: a headline begins with what a reader must know, and
 * of a withdrawn post there is neither picture nor text. A picture for which a label is due stands by itself, with the
 * label before its caption and with its credit, and never as the picture of the article, which others show bare. What a
 * picture says of itself is what the served file carries. A page of which no word may be shown has no such data.
 * What could be tried: ending the script by a title; html_json writes no "<".
 */
#include "site/site.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/zone.h"
#include "site/site_pages.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { LINKED_MAX = 1024 * 1024 };

static const char source_types[] = "http://cv.iptc.org/newscodes/digitalsourcetype/";

/* Nothing where there is no text. */
static void put(struct json_writer *w, struct str name, struct str text)
{
    if (text.n == 0)
        return;
    json_name(w, name);
    json_put_str(w, text);
}

static void open_typed(struct json_writer *w, struct str type)
{
    json_open_object(w);
    put(w, STR("@type"), type);
}

static void put_force(struct request *req, struct json_writer *w, struct str name, const struct layout *layout)
{
    json_name(w, name);
    open_typed(w, STR("Organization"));
    put(w, STR("name"), layout->site_name);
    put(w, STR("url"), request_absolute(req, layout->home).s);
    put(w, STR("correctionsPolicy"), request_absolute(req, layout->corrections).s);
    json_close_object(w);
}

static void put_picture(struct request *req, struct json_writer *w, const struct post_shown *picture,
                        struct str site_name)
{
    const struct media_rendition_row *large = NULL;
    for (size_t i = 0; i < picture->renditions_n; i++)
        if (picture->renditions[i].format == MEDIA_JPEG)
            large = &picture->renditions[i];
    open_typed(w, STR("ImageObject"));
    if (large != NULL) {
        put(w, STR("contentUrl"), request_absolute(req, site_picture_address(req, large)).s);
        json_name(w, STR("width"));
        json_put_i64(w, large->width);
        json_name(w, STR("height"));
        json_put_i64(w, large->height);
    }
    put(w, STR("caption"), picture->alt);
    put(w, STR("creditText"), picture->credit);
    put(w, STR("copyrightNotice"), picture->rights);
    if (picture->source_type.n > 0)
        put(w, STR("digitalSourceType"), str_format(req->arena, "%s%.*s", source_types, STR_ARG(picture->source_type)));
    if (picture->creator.n > 0) {
        bool known = str_equal(picture->creator, picture->credit) || str_equal(picture->creator, site_name);
        json_name(w, STR("creator"));
        open_typed(w, known ? STR("Organization") : STR("Person"));
        put(w, STR("name"), picture->creator);
        json_close_object(w);
    }
    json_close_object(w);
}

static void put_corrections(struct request *req, struct json_writer *w, const struct post_view *post,
                            const struct post *view)
{
    if (view->corrections_n == 0)
        return;
    json_name(w, STR("correction"));
    json_open_array(w);
    for (size_t i = 0; i < view->corrections_n; i++) {
        const struct post_change *change = &view->corrections[i];
        open_typed(w, STR("CorrectionComment"));
        put(w, STR("text"),
            change->words.n == 0 ? change->kind
                                 : str_format(req->arena, "%.*s %.*s", STR_ARG(change->kind), STR_ARG(change->words)));
        put(w, STR("datePublished"), zone_utc(req->arena, post->corrections[i].made));
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_article(struct request *req, struct json_writer *w, const struct post_view *post,
                        const struct post *view)
{
    const struct layout *layout = &view->layout;
    open_typed(w, STR("NewsArticle"));
    put(w, STR("@id"), layout->canonical.s);
    put(w, STR("url"), layout->canonical.s);
    put(w, STR("mainEntityOfPage"), layout->canonical.s);
    put(w, STR("headline"), layout->headline);
    put(w, STR("description"), layout->description);
    put(w, STR("datePublished"), layout->published);
    put(w, STR("dateModified"), layout->changed);
    put(w, STR("inLanguage"), post->language);
    put(w, STR("articleSection"), view->kind);
    if (post->withdrawn.set)
        put(w, STR("creativeWorkStatus"), STR("Withdrawn"));
    if (post->elsewhere.n > 0)
        put(w, STR("isBasedOn"), post->elsewhere);
    put_force(req, w, STR("author"), layout);
    put_force(req, w, STR("publisher"), layout);
    if (layout->image.s.n > 0) {
        json_name(w, STR("image"));
        put_picture(req, w, &post->picture, layout->site_name);
    }
    put_corrections(req, w, post, view);
    json_close_object(w);
}

static void put_crumb(struct json_writer *w, int64_t position, struct str name, struct str address)
{
    open_typed(w, STR("ListItem"));
    json_name(w, STR("position"));
    json_put_i64(w, position);
    put(w, STR("name"), name);
    put(w, STR("item"), address);
    json_close_object(w);
}

static void put_crumbs(struct request *req, struct json_writer *w, const struct layout *layout)
{
    open_typed(w, STR("BreadcrumbList"));
    json_name(w, STR("itemListElement"));
    json_open_array(w);
    put_crumb(w, 1, t_breadcrumb_home(req->language), request_absolute(req, layout->home).s);
    put_crumb(w, 2, t_breadcrumb_news(req->language), request_absolute(req, layout->news).s);
    put_crumb(w, 3, layout->headline, layout->canonical.s);
    json_close_array(w);
    json_close_object(w);
}

bool site_linked(struct request *req, const struct post_view *post, struct post *view)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, req->arena, LINKED_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    put(&w, STR("@context"), STR("https://schema.org"));
    json_name(&w, STR("@graph"));
    json_open_array(&w);
    put_article(req, &w, post, view);
    put_crumbs(req, &w, &view->layout);
    if (view->picture && view->layout.image.s.n == 0 && !post->withdrawn.set)
        put_picture(req, &w, &post->picture, view->layout.site_name);
    json_close_array(&w);
    json_close_object(&w);
    view->linked = (struct json_text){ buf_str(&out) };
    return buf_ok(&out) && !arena_failed(req->arena);
}
