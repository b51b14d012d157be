/*
 * Site search: words looked for in the titles and texts of what is public.
 *
 * Promises: what was typed is in no log and in no title; what it finds is what the public may read, with labels and
 * withdrawals first. Not cached, and a browser is told to keep nothing: who shares a computer may have looked for help.
 *
 * An attacker chooses the words, and each page is made anew: their length is bounded, and a page costs the same however
 * many posts there are (posts/search.h).
 */
#include "site/site.h"

#include "base/arena.h"
#include "posts/search.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

static bool fill_pieces(struct request *req, struct str marked, const struct search_piece **out, size_t *n)
{
    const struct post_found_piece *pieces = NULL;
    if (!post_found_pieces(req->arena, marked, &pieces, n))
        return false;
    struct search_piece *list = ARENA_ARRAY(req->arena, *n + 1, struct search_piece);
    if (!list)
        return false;
    for (size_t i = 0; i < *n; i++)
        list[i] = (struct search_piece){ .text = pieces[i].text, .found = pieces[i].found };
    *out = list;
    return true;
}

static bool fill_rows(struct request *req, const struct post_found *found, size_t n, struct search *view)
{
    struct search_row *list = ARENA_ARRAY(req->arena, n + 1, struct search_row);
    if (!list)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct post_row *row = &found[i].row;
        /* The title behind it comes in pieces. */
        struct site_told told = {
            .title = STR(""), .labels = row->labels, .withdrawn = row->withdrawn, .copy = row->copy
        };
        struct str when = web_time_words(req, row->published);
        list[i] = (struct search_row){ .address = site_post_address(req, row->address),
                                       .lead = str_trim(site_headline(req, &told)),
                                       .kind = site_kind_words(req->language, row->kind),
                                       .published = row->copy ? t_news_taken_in(req->language, req->arena, when)
                                                              : t_news_published(req->language, req->arena, when) };
        if (row->withdrawn.set)
            list[i].reason =
                row->reason.n == 0
                    ? t_headline_withdrawn_bare(req->language, req->arena, web_time_words(req, row->withdrawn.value))
                    : t_headline_withdrawn_words(req->language, req->arena, web_time_words(req, row->withdrawn.value),
                                                 row->reason);
        if (!fill_pieces(req, found[i].title, &list[i].title, &list[i].title_n) ||
            !fill_pieces(req, found[i].part, &list[i].part, &list[i].part_n))
            return false;
    }
    view->rows = list;
    view->rows_n = n;
    return true;
}

/* The words could not be looked for: said as GOV.UK says it, with what was typed kept. */
static enum http_status mistaken(struct request *req, struct response *res, struct search *view, struct str words)
{
    struct error_item *item = ARENA_NEW(req->arena, struct error_item);
    if (!item)
        return response_error(req, res, HTTP_SERVER_ERROR);
    *item = (struct error_item){ .words = words, .field = URL_OWN("#q") };
    view->mistakes = item;
    view->mistakes_n = 1;
    view->mistake = words;
    web_layout(req, &view->layout, t_form_title_error(req->language, req->arena, t_search_title(req->language)));
    search_write(&res->body, req->language, view);
    return HTTP_BAD_REQUEST;
}

/*
 * route: GET /search
 * permission: public
 * query: after text 100, q text 1000
 * cache: no-store
 * help: Posts that hold the words looked for, newest first, a page at a time.
 */
enum http_status site_search(struct request *req, struct response *res)
{
    const struct value *after = request_query(req, SITE_SEARCH_QUERY_AFTER);
    const struct value *words = request_query(req, SITE_SEARCH_QUERY_Q);
    struct post_cursor cursor;
    struct search view = { .action = request_own(req, STR("/search")) };
    if (after->state == VALUE_INVALID || (after->state == VALUE_OK && !post_cursor_read(after->text, &cursor)))
        return response_error(req, res, HTTP_NOT_FOUND);
    if (words->text.p != NULL)
        view.typed = words->text;
    if (words->text.p != NULL && str_code_points(words->text) > POST_SEARCH_POINTS)
        return mistaken(req, res, &view, t_search_too_long(req->language, req->arena, POST_SEARCH_POINTS));
    if (words->state == VALUE_INVALID)
        return mistaken(req, res, &view, t_search_unreadable(req->language));
    struct str asked = words->state == VALUE_OK ? str_trim(words->text) : STR("");
    if (asked.n > 0) {
        struct db_tx *tx;
        struct post_found *rows;
        size_t n;
        enum status status = request_read(req, &tx, &res->fault);
        if (status == STATUS_OK)
            status = posts_search(tx, req->arena, asked, after->state == VALUE_OK ? &cursor : NULL, SITE_NEWS_POSTS + 1,
                                  &rows, &n);
        if (status != STATUS_OK)
            return response_error(req, res, http_status_of(status));
        size_t shown = n > SITE_NEWS_POSTS ? SITE_NEWS_POSTS : n;
        struct url here = url_query(req->arena, view.action, STR("q"), asked);
        if (n > SITE_NEWS_POSTS)
            view.older =
                url_query(req->arena, here, STR("after"), post_cursor_text(req->arena, rows[shown - 1].row.cursor));
        if (after->state == VALUE_OK)
            view.newest = here;
        if (!fill_rows(req, rows, shown, &view))
            return response_error(req, res, HTTP_SERVER_ERROR);
        view.results = shown == 0 ? t_search_none(req->language) : t_search_results(req->language);
    }
    web_layout(req, &view.layout, asked.n > 0 ? t_search_results_title(req->language) : t_search_title(req->language));
    search_write(&res->body, req->language, &view);
    return HTTP_OK;
}
