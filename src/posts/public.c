/*
 * What the public may read. Every statement here joins post_public, so a draft
 * cannot come out; and one function decides what a withdrawal still lets be
 * said, for lists, links and the page alike.
 */
#include "base/arena.h"
#include "base/json.h"
#include "posts/campaign.h"
#include "posts/edition.h"
#include "posts/picture.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { PROMISES_MAX = 500, LINKS_MAX = 50, CORRECTIONS_MAX = 50, CORRECTIONS_COMPARED = 3 };

struct str post_cursor_text(struct arena *arena, struct post_cursor cursor)
{
    return str_format(arena, "%lld.%.*s", (long long)cursor.time, STR_ARG(cursor.slug));
}

bool post_cursor_read(struct str text, struct post_cursor *out)
{
    struct str time;
    struct str rest = text;
    if (!str_cut(&rest, '.', &time) || rest.p == NULL || rest.n == 0 || rest.n > POST_SLUG_MAX + 8 || time.n > 15)
        return false;
    for (size_t i = 0; i < rest.n; i++) {
        char c = rest.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    out->slug = rest;
    return str_to_i64(time, &out->time) && out->time >= 0;
}

/* A withdrawal as rows hold it, told apart. STATUS_DAMAGED for a ground that is none. */
static enum status take_withdrawal(struct db_opt_int withdrawn, struct str word, enum post_ground *ground, bool *hidden)
{
    *ground = GROUND_OTHER;
    *hidden = false;
    if (!withdrawn.set)
        return STATUS_OK;
    if (!post_ground_of_word(word, ground))
        return STATUS_DAMAGED;
    *hidden = post_ground_hides(*ground);
    return STATUS_OK;
}

static enum status take_kind(struct str word, enum post_kind *out)
{
    int at = word_find(&post_kind_words, word);
    *out = (enum post_kind)(at < 0 ? 0 : at);
    return at < 0 ? STATUS_DAMAGED : STATUS_OK;
}

static enum status take_row(struct post_row *row, struct str kind, struct str labels, struct str ground)
{
    enum status status = take_kind(kind, &row->kind);
    if (status == STATUS_OK)
        status = edition_labels_read(labels, &row->labels);
    if (status == STATUS_OK)
        status = take_withdrawal(row->withdrawn, ground, &row->ground, &row->hidden);
    if (row->hidden) {
        /* The address holds words of the title; a cursor without them passes over what was withdrawn in the same ms. */
        row->address = (struct post_address){ 0, STR_NONE };
        row->cursor.slug = STR("0");
        row->title = row->reason = STR_NONE;
        row->labels = 0;
        row->copy = false;
        row->dated = (struct post_date){ 0 };
    }
    return status;
}

/* Where a list begins: behind everything that there could be. */
static const struct post_cursor from_newest = { INT64_MAX, { "", 0 } };

static enum status take_live(struct arena *arena, const struct posts_live *found, size_t n, struct post_row **rows)
{
    enum status status = STATUS_OK;
    *rows = ARENA_ARRAY(arena, n + 1, struct post_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        (*rows)[i] = (struct post_row){
            .address = { found[i].year, found[i].slug },
            .title = found[i].title,
            .dated = { found[i].dated.set, found[i].dated_has_time, found[i].dated.value },
            .published = found[i].published,
            .copy = found[i].copy,
            .cursor = { found[i].published, found[i].slug },
        };
        status = take_row(&(*rows)[i], found[i].kind, found[i].labels, STR_NONE);
    }
    return status;
}

enum status posts_list(struct db_tx *tx, struct arena *arena, const struct post_cursor *after, int64_t limit,
                       struct post_row **rows, size_t *n)
{
    const struct post_cursor *from = after == NULL ? &from_newest : after;
    struct posts_live *found;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_live(tx, arena, from->time, from->slug, limit, &found, n);
    return status == STATUS_OK ? take_live(arena, found, *n, rows) : status;
}

enum status posts_campaign_list(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                const struct post_cursor *after, int64_t limit, struct post_row **rows, size_t *n)
{
    const struct post_cursor *from = after == NULL ? &from_newest : after;
    struct posts_campaign_live *of;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status =
        sql_posts_campaign_live(tx, arena, campaign->slug, campaign->name, from->time, from->slug, limit, &of, n);
    if (status != STATUS_OK)
        return status;
    struct posts_live *found = ARENA_ARRAY(arena, *n + 1, struct posts_live);
    if (found == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        found[i] = (struct posts_live){ of[i].year,   of[i].slug,  of[i].published,      of[i].kind, of[i].title,
                                        of[i].labels, of[i].dated, of[i].dated_has_time, of[i].copy };
    return take_live(arena, found, *n, rows);
}

enum status posts_withdrawn(struct db_tx *tx, struct arena *arena, const struct post_cursor *after, int64_t limit,
                            struct post_row **rows, size_t *n)
{
    const struct post_cursor *from = after == NULL ? &from_newest : after;
    struct posts_gone *found;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_gone(tx, arena, from->time, from->slug, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct post_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n && status == STATUS_OK; i++) {
        (*rows)[i] = (struct post_row){
            .address = { found[i].year, found[i].slug },
            .title = found[i].title,
            .dated = { found[i].dated.set, found[i].dated_has_time, found[i].dated.value },
            .published = found[i].published,
            .withdrawn = found[i].withdrawn,
            .reason = found[i].reason,
            .copy = found[i].copy,
            .cursor = { found[i].withdrawn.value, found[i].slug },
        };
        status = take_row(&(*rows)[i], found[i].kind, found[i].labels, found[i].ground);
    }
    return status;
}

static enum status take_link(struct post_link *link, struct str kind, struct str ground, struct db_opt_int ended)
{
    enum post_ground which;
    enum status status = take_kind(kind, &link->kind);
    if (status == STATUS_OK)
        status = take_withdrawal(link->withdrawn, ground, &which, &link->hidden);
    link->ended = ended.set && !link->hidden;
    link->hidden |= ended.set;
    if (link->hidden) {
        link->copy = false;
        link->title = STR_NONE;
        link->address = (struct post_address){ 0, STR_NONE };
    }
    return status;
}

static enum status find_links(struct db_tx *tx, struct arena *arena, int64_t edition, struct str key,
                              struct post_view *out)
{
    struct posts_about *about;
    struct posts_about_by *about_by;
    enum status status = sql_posts_about(tx, arena, edition, LINKS_MAX, &about, &out->about_n);
    if (status == STATUS_OK)
        status = sql_posts_about_by(tx, arena, key, LINKS_MAX, &about_by, &out->about_by_n);
    if (status != STATUS_OK)
        return status;
    struct post_link *to = ARENA_ARRAY(arena, out->about_n + 1, struct post_link);
    struct post_link *from = ARENA_ARRAY(arena, out->about_by_n + 1, struct post_link);
    if (to == NULL || from == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < out->about_n && status == STATUS_OK; i++) {
        to[i] = (struct post_link){ .address = { about[i].year, about[i].slug },
                                    .title = about[i].title,
                                    .published = about[i].published,
                                    .withdrawn = about[i].withdrawn,
                                    .copy = about[i].copy };
        status = take_link(&to[i], about[i].kind, about[i].ground, about[i].ended);
    }
    for (size_t i = 0; i < out->about_by_n && status == STATUS_OK; i++) {
        from[i] = (struct post_link){ .address = { about_by[i].year, about_by[i].slug },
                                      .title = about_by[i].title,
                                      .published = about_by[i].published,
                                      .withdrawn = about_by[i].withdrawn,
                                      .copy = about_by[i].copy };
        status = take_link(&from[i], about_by[i].kind, about_by[i].ground, about_by[i].ended);
    }
    out->about = to;
    out->about_by = from;
    return status;
}

static enum status take_correction(const struct posts_corrections_of *row, struct post_corrected *out)
{
    *out = (struct post_corrected){ .made = row->made, .hidden = row->ground.p != NULL, .words = row->words };
    if (!post_correction_of_word(row->kind, &out->kind) ||
        (out->hidden && !post_ground_of_word(row->ground, &out->ground)))
        return STATUS_DAMAGED;
    return STATUS_OK;
}

static enum status take_texts(struct db_tx *tx, struct arena *arena, int64_t id, struct post_corrected *out)
{
    struct posts_correction_texts row;
    struct post_content before;
    struct post_content after;
    enum status status = sql_posts_correction_texts(tx, arena, id, &row);
    if (status == STATUS_OK)
        status = edition_read(arena, row.before_document, STR_NONE, &before);
    if (status == STATUS_OK)
        status = edition_read(arena, row.after_document, STR_NONE, &after);
    if (status != STATUS_OK)
        return status;
    out->title_before = before.title;
    out->title_after = after.title;
    out->body_before = before.body;
    out->body_after = after.body;
    out->alt_before = before.picture.alt;
    out->alt_after = after.picture.alt;
    return STATUS_OK;
}

/*
 * The texts of the newest few stand on the page, so that no number of large corrections makes it too large; and none
 * that is older than a correction whose ground forbids what it took out, since the editions before hold that too.
 */
static enum status find_corrections(struct db_tx *tx, struct arena *arena, int64_t post, struct post_view *out)
{
    struct posts_corrections_of *rows;
    enum status status = sql_posts_corrections_of(tx, arena, post, CORRECTIONS_MAX, &rows, &out->corrections_n);
    if (status != STATUS_OK)
        return status;
    struct post_corrected *list = ARENA_ARRAY(arena, out->corrections_n + 1, struct post_corrected);
    if (list == NULL)
        return STATUS_NO_MEMORY;
    bool may = true;
    for (size_t i = 0; i < out->corrections_n && status == STATUS_OK; i++) {
        status = take_correction(&rows[i], &list[i]);
        may = may && !list[i].hidden && i < CORRECTIONS_COMPARED;
        if (may && status == STATUS_OK)
            status = take_texts(tx, arena, rows[i].id, &list[i]);
    }
    out->corrections = list;
    return status;
}

/* Its record, where there is one: the post may name it by its slug. */
static enum status find_campaign(struct db_tx *tx, struct arena *arena, struct post_view *out)
{
    struct campaign campaign;
    enum status status = posts_campaign(tx, arena, out->campaign, &campaign);
    if (status == STATUS_OK) {
        out->campaign = campaign.name;
        out->campaign_slug = campaign.slug;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What the checks said when a copy was taken in: a copy is held back by none of them, and the public is told which. */
static enum status find_blocked(struct db_tx *tx, struct arena *arena, int64_t edition, struct post_view *out)
{
    struct posts_check_last row;
    const struct json *results = NULL;
    struct fault fault;
    enum status status = sql_posts_check_last(tx, arena, edition, &row);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = json_read(arena, row.results, &results, &fault);
    if (status != STATUS_OK)
        return status;
    if (results->kind != JSON_ARRAY)
        return STATUS_DAMAGED;
    struct str *list = ARENA_ARRAY(arena, results->n + 1, struct str);
    if (list == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < results->n; i++) {
        const struct json *id = json_get(&results->items[i], STR("id"));
        const struct json *outcome = json_get(&results->items[i], STR("outcome"));
        if (id == NULL || outcome == NULL)
            return STATUS_DAMAGED;
        if (str_equal(outcome->text, STR("block")))
            list[out->blocked_n++] = id->text;
    }
    out->blocked = list;
    return STATUS_OK;
}

/* What the post promises, and whether a follow-up has shown it. */
static enum status find_promises(struct db_tx *tx, struct arena *arena, int64_t post,
                                 const struct post_content *content, struct post_view *out)
{
    struct posts_promises_of *rows;
    size_t n = 0;
    if (content->promises_n == 0)
        return STATUS_OK;
    struct post_promise *list = ARENA_ARRAY(arena, content->promises_n, struct post_promise);
    if (list == NULL)
        return STATUS_NO_MEMORY;
    enum status status = sql_posts_promises_of(tx, arena, post, PROMISES_MAX, &rows, &n);
    for (size_t i = 0; i < content->promises_n && status == STATUS_OK; i++) {
        list[i] = content->promises[i];
        for (size_t j = 0; j < n; j++)
            if (str_equal(rows[j].what, list[i].what))
                list[i].kept = rows[j].kept;
    }
    out->promises = list;
    out->promises_n = content->promises_n;
    return status;
}

enum status posts_find(struct db_tx *tx, struct arena *arena, struct post_address address, struct post_view *out)
{
    struct posts_public row;
    struct post_content content;
    *out = (struct post_view){ .address = address };
    enum status status = sql_posts_public(tx, arena, address.year, address.slug, &row);
    if (status == STATUS_OK && !row.erased.set)
        status = edition_read(arena, row.document, row.beside, &content);
    if (status == STATUS_OK)
        status = take_kind(row.kind, &out->kind);
    if (status != STATUS_OK)
        return status;
    out->language = row.erased.set ? STR("en") : content.language;
    out->published = row.published;
    out->withdrawn = row.withdrawn;
    out->ended = row.ended;
    if (row.ended.set && !post_ending_of_word(row.ending, &out->ending))
        return STATUS_DAMAGED;
    status = take_withdrawal(row.withdrawn, row.ground, &out->ground, &out->hidden);
    if (status == STATUS_OK)
        status = edition_labels_read(row.labels, &out->labels);
    if (status == STATUS_OK)
        status = find_links(tx, arena, row.edition, row.key, out);
    if (status != STATUS_OK)
        return status;
    if (out->hidden || row.ended.set || row.erased.set) {
        out->hidden |= row.erased.set;
        out->labels = 0;
        out->about = NULL; /* what it was about could tell what it said */
        out->about_n = 0;
        return STATUS_OK;
    }
    struct post_person *people = ARENA_ARRAY(arena, content.people_n + 1, struct post_person);
    if (people == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < content.people_n; i++)
        people[i] = (struct post_person){ .as_written = content.people[i].as_written, .kind = content.people[i].kind };
    status = find_corrections(tx, arena, row.post, out);
    if (status != STATUS_OK)
        return status;
    /* As in the statement rendition_shown. */
    bool licence_ended = row.withdrawn.set && out->ground == GROUND_LICENCE_OR_CONSENT;
    if (!licence_ended && (row.elsewhere.p == NULL || row.corrected.set))
        status = picture_shown(tx, arena, row.edition, &content, &out->picture);
    if (status != STATUS_OK)
        return status;
    if (row.elsewhere.p != NULL)
        status = find_blocked(tx, arena, row.edition, out);
    if (status != STATUS_OK)
        return status;
    out->elsewhere = row.elsewhere;
    out->elsewhere_made = row.elsewhere_made;
    out->spoken = row.confirmed;
    out->reason = row.reason;
    out->title = content.title;
    out->body = content.body;
    out->dated = content.dated;
    out->people = people;
    out->people_n = content.people_n;
    out->speaker = content.speaker;
    status = find_promises(tx, arena, row.post, &content, out);
    if (status != STATUS_OK)
        return status;
    out->campaign = content.campaign;
    if (content.campaign.p != NULL)
        status = find_campaign(tx, arena, out);
    out->topics = content.topics;
    out->topics_n = content.topics_n;
    out->replies_closed = content.replies_closed;
    return status;
}
