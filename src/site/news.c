/* The list of posts, and one post. */
#include "site/site.h"

#include "base/arena.h"
#include "db/blob.h"
#include "media/media.h"
#include "posts/acts.h"
#include "posts/checks.h"
#include "posts/erasure.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

/* A page of a list: rows from a cursor on, and whether there are more. */
struct listing {
    const struct news_row *rows;
    size_t rows_n;
    struct url older, newest;
};

typedef enum status list_fn(struct db_tx *tx, struct arena *arena, const struct post_cursor *after, int64_t limit,
                            struct post_row **rows, size_t *n);

/* HTTP_OK, or the status of an error that has been answered in `res`. */
static enum http_status fill_listing(struct request *req, struct response *res, list_fn *list,
                                     const struct value *after, struct str path, struct listing *out)
{
    *out = (struct listing){ 0 };
    struct post_cursor cursor;
    if (after->state == VALUE_INVALID || (after->state == VALUE_OK && !post_cursor_read(after->text, &cursor)))
        return response_error(req, res, HTTP_NOT_FOUND);

    struct db_tx *tx;
    struct post_row *rows;
    size_t n;
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = list(tx, req->arena, after->state == VALUE_OK ? &cursor : NULL, SITE_NEWS_POSTS + 1, &rows, &n);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));

    struct url here = request_own(req, path);
    out->rows_n = n > SITE_NEWS_POSTS ? SITE_NEWS_POSTS : n;
    if (n > SITE_NEWS_POSTS)
        out->older =
            url_query(req->arena, here, STR("after"), post_cursor_text(req->arena, rows[SITE_NEWS_POSTS - 1].cursor));
    if (after->state == VALUE_OK)
        out->newest = here;
    if (!site_rows_fill(req, rows, out->rows_n, &out->rows))
        return response_error(req, res, HTTP_SERVER_ERROR);
    return HTTP_OK;
}

static bool fill_feeds(struct request *req, struct news *view)
{
    struct news_feed *list = ARENA_ARRAY(req->arena, POST_KINDS, struct news_feed);
    if (list == NULL)
        return false;
    for (enum post_kind kind = 0; kind < POST_KINDS; kind++) {
        struct str word = post_kind_word(kind);
        list[kind] = (struct news_feed){
            .title = t_feed_news_of(req->language, req->arena, site_kind_words(req->language, kind)),
            .atom = site_feed_address(req, STR("/news.atom"), word, STR_NONE),
            .json = site_feed_address(req, STR("/news.json"), word, STR_NONE),
        };
    }
    view->feeds = list;
    view->feeds_n = POST_KINDS;
    view->json = site_feed_address(req, STR("/news.json"), STR_NONE, STR_NONE);
    return true;
}

/*
 * route: GET /news
 * permission: public
 * query: after text 100
 * cache: public
 * help: Posts and statements, newest first, a page at a time.
 */
enum http_status site_news(struct request *req, struct response *res)
{
    struct listing list;
    enum http_status answer =
        fill_listing(req, res, posts_list, request_query(req, SITE_NEWS_QUERY_AFTER), STR("/news"), &list);
    if (answer != HTTP_OK)
        return answer;
    struct news view = { .rows = list.rows, .rows_n = list.rows_n, .older = list.older, .newest = list.newest };
    web_layout(req, &view.layout, t_news_title(req->language));
    view.atom = view.layout.feed;
    if (!fill_feeds(req, &view))
        return response_error(req, res, HTTP_SERVER_ERROR);
    view.topics = request_own(req, STR("/topics"));
    view.search = request_own(req, STR("/search"));
    view.layout.at_news = true;
    view.layout.description = t_news_description(req->language);
    news_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /withdrawn
 * permission: public
 * query: after text 100
 * cache: public
 * help: Posts that were withdrawn, with the reason, newest withdrawal first.
 */
enum http_status site_withdrawn(struct request *req, struct response *res)
{
    struct listing list;
    enum http_status answer = fill_listing(req, res, posts_withdrawn, request_query(req, SITE_WITHDRAWN_QUERY_AFTER),
                                           STR("/withdrawn"), &list);
    if (answer != HTTP_OK)
        return answer;
    struct withdrawn view = { .rows = list.rows, .rows_n = list.rows_n, .older = list.older, .newest = list.newest };
    web_layout(req, &view.layout, t_withdrawn_title(req->language));
    view.layout.description = t_withdrawn_words(req->language);
    withdrawn_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/* It is over: when, and why, and none of its words. */
static enum http_status ended_view(struct request *req, struct response *res, const struct post_view *post)
{
    struct gone view = { .heading = t_ended_heading(req->language),
                         .words = t_ended_on(req->language, req->arena, web_day_words(req, post->ended.value)),
                         .ground = site_ending_words(req->language, post->ending) };
    web_layout(req, &view.layout, t_ended_heading(req->language));
    view.layout.hidden = true;
    view.layout.canonical = (struct url){ STR_NONE };
    gone_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/* No title, no text, in no form: only when, and on which ground; and where the corrected post is, if there is one. */
static enum http_status gone_view(struct request *req, struct response *res, const struct post_gone *gone)
{
    bool corrected = gone->now.year != 0;
    struct str day = web_day_words(req, gone->made);
    struct gone view = { .heading = corrected ? t_gone_corrected_heading(req->language) : t_gone_heading(req->language),
                         .words = corrected ? t_gone_corrected_on(req->language, req->arena, day)
                                            : t_gone_on(req->language, req->arena, day),
                         .ground = site_ground_words(req->language, gone->ground) };
    if (corrected)
        view.now = site_post_address(req, gone->now);
    web_layout(req, &view.layout, view.heading);
    view.layout.hidden = true;
    view.layout.canonical = (struct url){ STR_NONE };
    gone_write(&res->body, req->language, &view);
    return HTTP_GONE;
}

static bool fill_mentions(struct request *req, const struct post_link *links, size_t n, const struct post_mention **out)
{
    struct post_mention *list = ARENA_ARRAY(req->arena, n, struct post_mention);
    if (!list)
        return false;
    for (size_t i = 0; i < n; i++) {
        list[i].title = site_post_title(req->language, links[i].title, links[i].hidden, links[i].ended);
        list[i].withdrawn = links[i].withdrawn.set;
        list[i].copy = links[i].copy;
        if (links[i].hidden)
            continue;
        list[i].address = site_post_address(req, links[i].address);
        list[i].kind = site_kind_words(req->language, links[i].kind);
        list[i].published = web_time_words(req, links[i].published);
    }
    *out = list;
    return true;
}

/* Kept, late, or nothing to say; what becomes late does so without anybody's act. */
static struct str promise_state(struct request *req, struct response *res, const struct post_promise *promise)
{
    struct promise_row row = { .due = promise->due, .kept = promise->kept };
    if (promise->kept.set)
        return t_register_promise_kept(req->language, req->arena, web_day_words(req, promise->kept.value));
    site_until_midnight(res, req->now);
    if (promise->due.has_time && promise->due.at > req->now && promise->due.at < res->valid_until)
        res->valid_until = promise->due.at + 1;
    return promise->due.set && promise_is_late(&row, req->now) ? t_post_promise_late(req->language) : STR_NONE;
}

static bool fill_promises(struct request *req, struct response *res, const struct post_view *post, struct post *view)
{
    struct post_promised *list = ARENA_ARRAY(req->arena, post->promises_n, struct post_promised);
    if (!list)
        return false;
    for (size_t i = 0; i < post->promises_n; i++) {
        struct post_date due = post->promises[i].due;
        list[i].what = post->promises[i].what;
        list[i].state = promise_state(req, res, &post->promises[i]);
        if (due.set)
            list[i].due = t_post_promise_due(req->language, req->arena, web_day_words(req, due.at));
    }
    view->promises = list;
    view->promises_n = post->promises_n;
    return true;
}

/* Title, text and text alternative, each where a reader sees a change; explained once. */
static bool fill_changes(struct request *req, const struct post_corrected *c, bool explained,
                         struct post_change *change)
{
    enum { PARTS = 3 };
    const struct str before[PARTS] = { c->title_before, c->body_before, c->alt_before };
    const struct str after[PARTS] = { c->title_after, c->body_after, c->alt_after };
    const struct str captions[PARTS] = { t_difference_title(req->language), t_difference_text(req->language),
                                         t_difference_alt(req->language) };
    struct post_part *list = ARENA_ARRAY(req->arena, PARTS, struct post_part);
    size_t n = 0;
    if (!list)
        return false;
    for (size_t i = 0; i < PARTS; i++) {
        struct word_difference difference;
        if (site_difference_fill(req->arena, before[i], after[i], &difference) != STATUS_OK)
            return false;
        if (difference.runs_n == 0)
            continue;
        list[n] = (struct post_part){ .caption = captions[i],
                                      .explained = explained && n == 0,
                                      .runs = difference.runs,
                                      .runs_n = difference.runs_n };
        n++;
    }
    change->parts = list;
    change->parts_n = n;
    return true;
}

static bool fill_corrections(struct request *req, const struct post_view *post, struct post *view)
{
    struct post_change *list = ARENA_ARRAY(req->arena, post->corrections_n, struct post_change);
    if (!list)
        return false;
    for (size_t i = 0; i < post->corrections_n; i++) {
        const struct post_corrected *c = &post->corrections[i];
        list[i].time = web_time_words(req, c->made);
        list[i].kind =
            c->hidden ? site_ground_words(req->language, c->ground) : site_correction_words(req->language, c->kind);
        list[i].words = c->words.p != NULL && c->words.n == 0 ? t_register_words_erased(req->language) : c->words;
        if (!c->hidden && !fill_changes(req, c, i == 0, &list[i]))
            return false;
    }
    if (post->corrections_n > 0)
        view->corrected = list[0].time;
    view->corrections = list;
    view->corrections_n = post->corrections_n;
    return true;
}

struct url site_picture_address(struct request *req, const struct media_rendition_row *row)
{
    struct buf name;
    buf_init(&name, req->arena, 100);
    for (size_t i = 0; i < row->sha256.n; i++)
        buf_format(&name, "%02x", (unsigned)(unsigned char)row->sha256.p[i]);
    buf_add(&name, row->format == MEDIA_WEBP ? STR(".webp") : STR(".jpg"));
    if (!buf_ok(&name))
        return (struct url){ STR_NONE };
    return url_path(req->arena, request_own(req, STR("/pictures")), buf_str(&name));
}

static bool fill_picture(struct request *req, const struct post_shown *picture, struct post *view)
{
    struct url urls[2][MEDIA_RENDITIONS_MAX];
    int64_t widths[2][MEDIA_RENDITIONS_MAX];
    size_t n[2] = { 0, 0 };
    if (picture->renditions_n == 0 || picture->renditions_n > MEDIA_RENDITIONS_MAX)
        return true;
    for (size_t i = 0; i < picture->renditions_n; i++) {
        const struct media_rendition_row *row = &picture->renditions[i];
        size_t of = row->format == MEDIA_WEBP ? 0 : 1;
        urls[of][n[of]] = site_picture_address(req, row);
        widths[of][n[of]++] = row->width;
        if (row->format == MEDIA_JPEG && n[1] == 1) { /* the smaller one, for who takes no srcset; its shape for all */
            view->picture_url = urls[1][0];
            view->picture_width = row->width;
            view->picture_height = row->height;
        }
    }
    view->picture = true;
    view->picture_phone = n[0] > 0 ? urls[0][0] : (struct url){ STR_NONE }; /* however fine its screen is */
    view->picture_webp = url_srcset(req->arena, urls[0], widths[0], n[0]);
    view->picture_jpeg = url_srcset(req->arena, urls[1], widths[1], n[1]);
    view->picture_alt = picture->decorative ? STR("") : picture->alt;
    if (picture->credit.p != NULL)
        view->picture_credit = t_post_picture_credit(req->language, req->arena, picture->credit);
    return view->picture_url.s.p != NULL && view->picture_jpeg.s.p != NULL;
}

static bool read_picture_name(struct str name, unsigned char hash[BLOB_HASH], enum media_format *format)
{
    struct str hex = str_slice(name, 0, (size_t)2 * BLOB_HASH);
    struct str ending = str_slice(name, hex.n, name.n);
    if (str_equal(ending, STR(".webp")))
        *format = MEDIA_WEBP;
    else if (str_equal(ending, STR(".jpg")))
        *format = MEDIA_JPEG;
    else
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        char c = hex.p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        hash[i / 2] = (unsigned char)(i % 2 == 0 ? digit << 4 : hash[i / 2] | digit);
    }
    return hex.n == (size_t)2 * BLOB_HASH;
}

/*
 * route: GET /pictures/{name}
 * permission: public
 * cache: public
 * help: A picture of a post, as it was made anew for the page; it goes with its post.
 */
enum http_status site_picture(struct request *req, struct response *res)
{
    unsigned char hash[BLOB_HASH] = { 0 };
    enum media_format asked = MEDIA_JPEG;
    enum media_format format = MEDIA_JPEG;
    struct str bytes;
    struct db_tx *tx;
    struct fault fault; /* its words name a file of ours, and are for no reader */
    if (!read_picture_name(request_param(req, SITE_PICTURE_PARAM_NAME), hash, &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_rendition(tx, req->arena, (struct str){ (const char *)hash, sizeof hash }, &format);
    if (status == STATUS_OK && format != asked)
        status = STATUS_NOT_FOUND;
    request_read_end(req);
    if (status == STATUS_OK)
        status = blob_read(req->db, req->arena, hash, &bytes, &fault);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    buf_add(&res->body, bytes);
    res->content_type = media_format_type(format);
    return HTTP_OK;
}

static struct str blocked_words(enum language language, struct str id)
{
    enum check_id check = CHECKS;
    if (!check_id_of_word(id, &check))
        return t_post_elsewhere_other(language);
    switch (check) {
    case CHECK_SCENARIO_POLICY: return t_post_elsewhere_story(language);
    case CHECK_CALL_TO_ACTION: return t_post_elsewhere_call(language);
    case CHECK_WITNESS_APPEAL: return t_post_elsewhere_witness(language);
    case CHECK_STATEMENT_SPEAKER: return t_post_elsewhere_speaker(language);
    case CHECK_PERSON_KIND: return t_post_elsewhere_person(language);
    case CHECK_FICTITIOUS_LABEL:
    case CHECK_STOCK_LABEL:
    case CHECK_AI_LABEL:
    case CHECK_POSED_LABEL: return t_post_elsewhere_label(language);
    case CHECK_IMAGE_CLAIM: return t_post_elsewhere_image(language);
    case CHECK_IMAGE_LICENCE: return t_post_elsewhere_licence(language);
    case CHECK_ALT_TEXT: return t_post_elsewhere_alt(language);
    case CHECK_REPORTING_ROUTE: return t_post_elsewhere_route(language);
    case CHECK_MODEL_RELEASE:
    case CHECK_ACTIVE_PROCEEDINGS:
    case CHECK_UNDER_18:
    case CHECK_LIFELONG_ANONYMITY:
    case CHECK_NAMING_ON_ARREST:
    case CHECK_NAMING_ON_CHARGE:
    case CHECK_CUSTODY_IMAGE:
    case CHECK_WANTED_IMAGE:
    case CHECK_PERSONAL_DATA:
    case CHECK_EQUALITY_NOTE:
    case CHECK_REPORT_WORDING:
    case CHECK_PLAIN_LANGUAGE:
    case CHECK_CAPTIONS:
    case CHECK_WELSH_PAIR:
    case CHECK_IMAGE_REUSE:
    case CHECK_COURT_ORDER: /* that a name is on it is said to nobody */
    case CHECK_PRE_ELECTION:
    case CHECK_LAW_WORDING:
    case CHECK_HASHTAG_CASE:
    case CHECK_PACK_SIGNED:
    case CHECKS: break;
    }
    return t_post_elsewhere_other(language);
}

static bool fill_blocked(struct request *req, const struct post_view *post, struct post *view)
{
    struct str *list = ARENA_ARRAY(req->arena, post->blocked_n, struct str);
    if (!list)
        return false;
    for (size_t i = 0; i < post->blocked_n; i++) {
        struct str words = blocked_words(req->language, post->blocked[i]);
        bool said = false; /* two checks may have the same words */
        for (size_t j = 0; j < view->blocked_n; j++)
            said = said || str_equal(list[j], words);
        if (!said)
            list[view->blocked_n++] = words;
    }
    view->blocked = list;
    return true;
}

static bool fill_post(struct request *req, struct response *res, const struct post_view *post, struct post *view)
{
    view->kind = site_kind_words(req->language, post->kind);
    view->heading = post->title;
    view->published = web_time_words(req, post->published);
    view->campaign = post->campaign;
    if (post->campaign_slug.p != NULL)
        view->campaign_address = site_campaign_address(req, post->campaign_slug);
    if (post->dated.set) {
        struct str day = web_day_words(req, post->dated.at);
        if (!str_equal(day, web_day_words(req, post->published)))
            view->dated = post->dated.has_time ? web_time_words(req, post->dated.at) : day;
    }
    if (post->withdrawn.set) {
        view->withdrawn =
            t_post_withdrawn_heading(req->language, req->arena, web_time_words(req, post->withdrawn.value));
        if (post->reason.p != NULL) /* not known any more where a restore did the withdrawal again */
            view->withdrawn_reason = t_post_withdrawn_reason(req->language, req->arena, post->reason);
        view->withdrawn_more = t_post_withdrawn_below(req->language);
    }
    if (post->speaker.set)
        view->speaker = t_post_speaker(req->language, req->arena, post->speaker.name, post->speaker.office);
    if (post->speaker.set && post->spoken.set)
        view->spoken = t_post_spoken(req->language, req->arena, web_time_words(req, post->spoken.value));
    if (post->elsewhere.p != NULL) {
        view->copy = t_post_elsewhere_words(req->language, req->arena, web_time_words(req, post->elsewhere_made.value));
        if (!fill_blocked(req, post, view))
            return false;
        if (post->elsewhere.n > 0) /* erased otherwise */
            view->copied_from = str_format(req->arena, "%.*s %.*s", STR_ARG(t_post_elsewhere_address(req->language)),
                                           STR_ARG(post->elsewhere));
    }
    view->about_n = post->about_n;
    view->about_by_n = post->about_by_n;
    return site_label_words(req, post->labels, &view->labels, &view->labels_n) && fill_promises(req, res, post, view) &&
           fill_corrections(req, post, view) && fill_picture(req, &post->picture, view) &&
           fill_mentions(req, post->about, post->about_n, &view->about) &&
           fill_mentions(req, post->about_by, post->about_by_n, &view->about_by);
}

/*
 * route: GET /news/{year}/{slug}
 * permission: public
 * cache: public
 * help: One post, also a withdrawn one.
 */
enum http_status site_post(struct request *req, struct response *res)
{
    struct post_address address = { .slug = request_param(req, SITE_POST_PARAM_SLUG) };
    struct str year = request_param(req, SITE_POST_PARAM_YEAR);
    /* Four digits and no more: a post has one address, not one for each number of zeros before it. */
    if (year.n != 4 || !str_to_i64(year, &address.year))
        return response_error(req, res, HTTP_NOT_FOUND);

    struct db_tx *tx;
    struct post_view post;
    enum status status = request_read(req, &tx, &res->fault);
    if (status == STATUS_OK)
        status = posts_find(tx, req->arena, address, &post);
    struct post_gone gone;
    if (status == STATUS_NOT_FOUND) {
        status = posts_gone(tx, req->arena, address, &gone);
        if (status == STATUS_OK)
            return gone_view(req, res, &gone);
    }
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    if (post.hidden) {
        gone = (struct post_gone){ .ground = post.ground, .made = post.withdrawn.value };
        return gone_view(req, res, &gone);
    }
    if (post.ended.set)
        return ended_view(req, res, &post);

    struct post view = { 0 };
    struct markdown_fault fault;
    if (!fill_post(req, res, &post, &view) || markdown_html(req->arena, post.body, &view.body, &fault) != STATUS_OK)
        return response_error(req, res, HTTP_SERVER_ERROR);
    web_layout(req, &view.layout, post.title);
    view.layout.at_news = true;
    view.layout.canonical = request_address(req);
    if (!site_preview(req, &post, &view, &view.layout) || !site_linked(req, &post, &view))
        return response_error(req, res, HTTP_SERVER_ERROR);
    post_write(&res->body, req->language, &view);
    return HTTP_OK;
}
