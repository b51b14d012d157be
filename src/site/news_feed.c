/*
 * Posts for programs that ask again.
 *
 * An entry is told once (struct entry) and then written; a further format needs a writer, not a further reading.
 * Promises: title and text begin with the disclosures that are due, as a preview does; a withdrawn post is its
 * withdrawal and no more; one of which no word may be shown has none, under the name that it always had, so that
 * readers put it in the place of what they kept.
 */
#include "site/feed.h"
#include "site/site.h"

#include "base/arena.h"
#include "base/zone.h"
#include "posts/feed.h"
#include "site/site_routes.h"
#include "base/banned.h"

/* What an entry says, apart from its form. */
struct entry {
    struct str title;
    struct url address; /* own */
    struct feed_told told;
};

/* Nothing of what it said: when, and why. */
static void tell_hidden(struct request *req, const struct post_fed *post, struct entry *out)
{
    enum language l = req->language;
    if (!post->ended.set || (post->withdrawn.set && post_ground_hides(post->ground))) {
        out->title = t_gone_heading(l);
        out->address = request_own(req, STR("/withdrawn"));
        out->told.notice =
            t_gone_on(l, req->arena, web_day_words(req, post->withdrawn.set ? post->withdrawn.value : post->changed));
        out->told.reason = site_ground_words(l, post->ground);
        return;
    }
    out->title = t_ended_heading(l);
    out->address = request_own(req, STR("/corrections"));
    out->told.notice = t_ended_on(l, req->arena, web_day_words(req, post->ended.value));
    out->told.reason = site_ending_words(l, post->ending);
}

static bool tell_corrections(struct request *req, const struct post_fed *post, struct feed_told *out)
{
    struct feed_correction *list = ARENA_ARRAY(req->arena, post->corrections_n + 1, struct feed_correction);
    if (list == NULL)
        return false;
    for (size_t i = 0; i < post->corrections_n; i++) {
        const struct post_corrected *c = &post->corrections[i];
        list[i] = (struct feed_correction){
            .time = web_time_words(req, c->made),
            .kind =
                c->hidden ? site_ground_words(req->language, c->ground) : site_correction_words(req->language, c->kind),
            .words = c->words.p != NULL && c->words.n == 0 ? t_register_words_erased(req->language) : c->words,
        };
    }
    out->corrections = list;
    out->corrections_n = post->corrections_n;
    return true;
}

/* Bytes of markup that may still come, and those that were made in vain. */
struct room {
    size_t left, vain;
};

/* A text that has no room is left out: its page shows it, and shorter ones behind it still come. */
static enum status tell_text(struct request *req, const struct post_fed *post, struct room *room, struct feed_told *out)
{
    struct markdown_fault fault;
    out->left_out = post->left_out || post->body.n > room->left || room->vain > SITE_FEED_BYTES;
    if (post->speaker.set)
        out->speaker = t_post_speaker(req->language, req->arena, post->speaker.name, post->speaker.office);
    if (post->body.p == NULL || out->left_out)
        return STATUS_OK;
    enum status status = markdown_html(req->arena, post->body, &out->body, &fault);
    if (status != STATUS_OK)
        return status;
    out->left_out = out->body.s.n > room->left;
    if (!out->left_out) {
        room->left -= out->body.s.n;
        return STATUS_OK;
    }
    room->vain += out->body.s.n;
    out->body = (struct html){ STR("") };
    return STATUS_OK;
}

static enum status tell(struct request *req, const struct post_fed *post, struct room *room, struct entry *out)
{
    *out = (struct entry){ 0 };
    if (post->hidden) {
        tell_hidden(req, post, out);
        return STATUS_OK;
    }
    struct site_told told = { .title = post->title,
                              .labels = post->labels,
                              .withdrawn = post->withdrawn,
                              .reason = post->reason,
                              .copy = post->elsewhere.set };
    out->title = site_headline(req, &told);
    out->address = site_post_address(req, post->address);
    if (post->withdrawn.set) {
        out->told.notice = t_withdrawn_on(req->language, req->arena, web_time_words(req, post->withdrawn.value));
        out->told.reason = post->reason;
    }
    if (post->elsewhere.set)
        out->told.copy = t_post_elsewhere_words(req->language, req->arena, web_time_words(req, post->elsewhere.value));
    if (!site_label_words(req, post->labels, &out->told.labels, &out->told.labels_n) ||
        !tell_corrections(req, post, &out->told))
        return STATUS_NO_MEMORY;
    return tell_text(req, post, room, &out->told);
}

static bool write_entry(struct request *req, const struct post_fed *post, const struct entry *entry,
                        struct feed_entry *out)
{
    struct buf text;
    buf_init(&text, req->arena, (size_t)2 * SITE_FEED_BYTES);
    feed_post_write(&text, req->language, &(struct feed_post){ .told = entry->told });
    *out = (struct feed_entry){
        .id = feed_entry_name(req, STR("news"), post->number, post->published),
        .title = entry->title,
        .address = entry->address,
        .published = zone_utc(req->arena, post->published),
        .updated = zone_utc(req->arena, post->changed),
        .content = feed_markup(&text),
    };
    if (!post->hidden) {
        out->term = post_kind_word(post->kind);
        out->label = site_kind_words(req->language, post->kind);
    }
    return out->content.s.p != NULL;
}

/*
 * route: GET /news.atom
 * permission: public
 * cache: public
 * help: Posts as an Atom feed: the 50 of which there was news last.
 */
enum http_status site_news_atom(struct request *req, struct response *res)
{
    struct db_tx *tx;
    struct post_fed *posts;
    size_t n = 0;
    struct room room = { .left = SITE_FEED_BYTES };
    struct feed_about about = { .title = t_news_title(req->language),
                                .words = t_feed_news_words(req->language),
                                .page = request_own(req, STR("/news")),
                                .whole = request_own(req, STR("/news.atom")) };
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_feed(tx, req->arena, POST_FEED_MAX, &posts, &n);
    request_read_end(req);
    struct feed_entry *entries = ARENA_ARRAY(req->arena, n + 1, struct feed_entry);
    if (entries == NULL)
        return response_error(req, res, HTTP_SERVER_ERROR);
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        struct entry entry;
        status = tell(req, &posts[i], &room, &entry);
        if (status == STATUS_OK && !write_entry(req, &posts[i], &entry, &entries[i]))
            status = STATUS_NO_MEMORY;
        if (posts[i].changed > about.updated)
            about.updated = posts[i].changed;
    }
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    return feed_answer(req, res, &about, entries, n);
}
