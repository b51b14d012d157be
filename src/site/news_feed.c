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

/* ---- Which posts, and what the feed is called ---- */

struct asked {
    struct feed_choice choice;
    struct str campaign_words; /* as they were asked for; STR_NONE: all */
    struct campaign campaign;
};

static bool read_asked(const struct value *kind, const struct value *campaign, struct asked *out)
{
    *out = (struct asked){ .campaign_words = campaign->state == VALUE_OK ? campaign->text : STR_NONE };
    out->choice.one = kind->state == VALUE_OK;
    return kind->state != VALUE_INVALID && campaign->state != VALUE_INVALID &&
           (!out->choice.one || post_kind_of_word(kind->text, &out->choice.kind));
}

struct url site_feed_address(struct request *req, struct str path, struct str kind, struct str campaign)
{
    struct url url = request_own(req, path);
    if (kind.p != NULL)
        url = url_query(req->arena, url, STR("kind"), kind);
    return campaign.p == NULL ? url : url_query(req->arena, url, STR("campaign"), campaign);
}

/* Under its slug also where it was asked for by its name: it is one feed, and has one name. */
static void name_feed(struct request *req, const struct asked *asked, struct str path, struct feed_about *out)
{
    struct str name = asked->choice.campaign != NULL ? asked->campaign.name : STR_NONE;
    *out = (struct feed_about){ .title = t_news_title(req->language),
                                .words = t_feed_news_words(req->language),
                                .page = request_own(req, STR("/news")),
                                .whole = site_feed_address(
                                    req, path, asked->choice.one ? post_kind_word(asked->choice.kind) : STR_NONE,
                                    name.p == NULL ? STR_NONE : asked->campaign.slug) };
    if (asked->choice.one)
        out->title = t_feed_news_of(req->language, req->arena, site_kind_words(req->language, asked->choice.kind));
    if (name.p == NULL)
        return;
    out->title = asked->choice.one ? t_feed_kind_of(req->language, req->arena, name,
                                                    site_kind_words(req->language, asked->choice.kind))
                                   : name;
    out->page = site_campaign_address(req, asked->campaign.slug);
}

static enum status read_posts(struct request *req, struct response *res, struct asked *asked, struct post_fed **posts,
                              size_t *n)
{
    struct db_tx *tx;
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK && asked->campaign_words.p != NULL) {
        status = posts_campaign(tx, req->arena, asked->campaign_words, &asked->campaign);
        asked->choice.campaign = &asked->campaign;
    }
    if (status == STATUS_OK)
        status = posts_feed(tx, req->arena, &asked->choice, POST_FEED_MAX, posts, n);
    request_read_end(req);
    return status;
}

typedef enum http_status feed_writer(struct request *req, struct response *res, const struct feed_about *about,
                                     struct feed_entry *entries, size_t n);

static enum http_status answer(struct request *req, struct response *res, struct asked *asked, struct str path,
                               feed_writer *write)
{
    struct post_fed *posts;
    struct feed_about about;
    size_t n = 0;
    struct room room = { .left = SITE_FEED_BYTES };
    enum status status = read_posts(req, res, asked, &posts, &n);
    struct feed_entry *entries = ARENA_ARRAY(req->arena, n + 1, struct feed_entry);
    if (entries == NULL)
        return response_error(req, res, HTTP_SERVER_ERROR);
    name_feed(req, asked, path, &about);
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
    return write(req, res, &about, entries, n);
}

/*
 * route: GET /news.atom
 * permission: public
 * query: kind word 20, campaign text 400
 * cache: public
 * help: Posts as an Atom feed: the 50 of which there was news last, of all, of a kind or of a campaign.
 */
enum http_status site_news_atom(struct request *req, struct response *res)
{
    struct asked asked;
    if (!read_asked(request_query(req, SITE_NEWS_ATOM_QUERY_KIND), request_query(req, SITE_NEWS_ATOM_QUERY_CAMPAIGN),
                    &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    return answer(req, res, &asked, STR("/news.atom"), feed_answer);
}

/*
 * route: GET /news.json
 * permission: public
 * query: kind word 20, campaign text 400
 * cache: public
 * help: The same posts as JSON Feed 1.1.
 */
enum http_status site_news_json(struct request *req, struct response *res)
{
    struct asked asked;
    if (!read_asked(request_query(req, SITE_NEWS_JSON_QUERY_KIND), request_query(req, SITE_NEWS_JSON_QUERY_CAMPAIGN),
                    &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    return answer(req, res, &asked, STR("/news.json"), feed_answer_json);
}
