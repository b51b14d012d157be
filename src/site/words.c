/* From the records of posts to the words of pages; every sentence is the catalogue's. */
#include "site/site.h"

#include "base/arena.h"
#include "site/site_pages.h"
#include "base/banned.h"

struct url site_post_address(struct request *req, struct post_address address)
{
    struct str year = str_format(req->arena, "%lld", (long long)address.year);
    return url_path(req->arena, url_path(req->arena, request_own(req, STR("/news")), year), address.slug);
}

struct str site_kind_words(enum language language, enum post_kind kind)
{
    switch (kind) {
    case POST_AWARENESS: return t_kind_awareness(language);
    case POST_STATEMENT: return t_kind_statement(language);
    case POST_APPEAL: return t_kind_appeal(language);
    case POST_UPDATE: return t_kind_update(language);
    case POST_ADVICE: return t_kind_advice(language);
    case POST_EVENT: return t_kind_event(language);
    case POST_KINDS: break;
    }
    return STR_NONE;
}

bool site_label_words(struct request *req, uint32_t labels, const struct str **words, size_t *n)
{
    struct str *list = ARENA_ARRAY(req->arena, LABELS, struct str);
    if (!list)
        return false;
    *words = list;
    *n = 0;
    for (enum post_label label = 0; label < LABELS; label++)
        if (post_labelled(labels, label))
            list[(*n)++] = post_label_words(req->language, labels, label);
    return true;
}

struct str site_post_title(enum language language, struct str title, bool hidden, bool ended)
{
    if (!hidden)
        return title;
    return ended ? t_ended_heading(language) : t_gone_heading(language);
}

struct str site_ground_words(enum language language, enum post_ground ground)
{
    switch (ground) {
    case GROUND_COURT_ORDER: return t_ground_court_order(language);
    case GROUND_PERSONAL_DATA: return t_ground_personal_data(language);
    case GROUND_SAFETY: return t_ground_safety(language);
    case GROUND_ERROR:
    case GROUND_DISCLOSURE:
    case GROUND_POLICY:
    case GROUND_LICENCE_OR_CONSENT:
    case GROUND_OTHER:
    case GROUNDS: break;
    }
    return STR_NONE;
}

bool site_rows_fill(struct request *req, const struct post_row *rows, size_t n, const struct news_row **out)
{
    struct news_row *list = ARENA_ARRAY(req->arena, n, struct news_row);
    if (!list)
        return false;
    *out = list;
    for (size_t i = 0; i < n; i++, list++) {
        list->title = site_post_title(req->language, rows[i].title, rows[i].hidden, false);
        if (!rows[i].hidden) {
            list->address = site_post_address(req, rows[i].address);
            list->kind = site_kind_words(req->language, rows[i].kind);
            list->published = web_time_words(req, rows[i].published);
        }
        if (rows[i].copy)
            list->copy = t_post_elsewhere_heading(req->language);
        if (rows[i].withdrawn.set) {
            list->withdrawn = t_withdrawn_on(req->language, req->arena, web_time_words(req, rows[i].withdrawn.value));
            list->reason = rows[i].hidden ? site_ground_words(req->language, rows[i].ground) : rows[i].reason;
        }
        if (!site_label_words(req, rows[i].hidden ? 0 : rows[i].labels, &list->labels, &list->labels_n))
            return false;
    }
    return true;
}
