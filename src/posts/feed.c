/* See feed.h. Every statement joins post_public, so that nothing unpublished can come out of them. */
#include "posts/feed.h"

#include "base/arena.h"
#include "posts/content.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { CORRECTIONS_TOLD = 20 };

static enum status take_corrections(struct db_tx *tx, struct arena *arena, int64_t post, struct post_fed *out)
{
    struct posts_corrections_of *rows;
    enum status status = sql_posts_corrections_of(tx, arena, post, CORRECTIONS_TOLD, &rows, &out->corrections_n);
    if (status != STATUS_OK)
        return status;
    struct post_corrected *list = ARENA_ARRAY(arena, out->corrections_n + 1, struct post_corrected);
    if (list == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < out->corrections_n; i++) {
        list[i] =
            (struct post_corrected){ .made = rows[i].made, .hidden = rows[i].ground.p != NULL, .words = rows[i].words };
        if (!post_correction_of_word(rows[i].kind, &list[i].kind) ||
            (list[i].hidden && !post_ground_of_word(rows[i].ground, &list[i].ground)))
            return STATUS_DAMAGED;
    }
    out->corrections = list;
    return STATUS_OK;
}

static enum status take_text(struct db_tx *tx, struct arena *arena, int64_t edition, struct post_fed *out)
{
    struct posts_feed_text row;
    struct post_content content;
    enum status status = sql_posts_feed_text(tx, arena, edition, &row);
    if (status == STATUS_OK)
        status = edition_read(arena, row.document, STR_NONE, &content);
    if (status != STATUS_OK)
        return status;
    out->body = content.body;
    out->speaker = content.speaker;
    return STATUS_OK;
}

static enum status take(struct db_tx *tx, struct arena *arena, const struct posts_feed *row, int64_t *room,
                        struct post_fed *out)
{
    int kind = word_find(&post_kind_words, row->kind);
    *out = (struct post_fed){ .number = row->post,
                              .published = row->published,
                              .changed = row->changed,
                              .withdrawn = row->withdrawn,
                              .ended = row->ended };
    if (kind < 0 || (row->withdrawn.set && !post_ground_of_word(row->ground, &out->ground)) ||
        (row->ended.set && !post_ending_of_word(row->ending, &out->ending)))
        return STATUS_DAMAGED;
    out->hidden = row->erased.set || row->ended.set || (row->withdrawn.set && post_ground_hides(out->ground));
    if (out->hidden)
        return STATUS_OK;
    out->kind = (enum post_kind)kind;
    out->address = (struct post_address){ row->year, row->slug };
    out->title = row->title;
    out->reason = row->reason;
    out->elsewhere = row->elsewhere;
    enum status status = edition_labels_read(row->labels, &out->labels);
    if (row->withdrawn.set || status != STATUS_OK)
        return status;
    status = take_corrections(tx, arena, row->post, out);
    out->left_out = row->bytes > *room;
    if (out->left_out || status != STATUS_OK)
        return status;
    *room -= row->bytes;
    return take_text(tx, arena, row->edition, out);
}

static bool stands_before(const struct posts_feed *a, const struct posts_feed *b)
{
    return a->published > b->published || (a->published == b->published && a->post > b->post);
}

/* The posts of a feed by their numbers, those with the newest news first. */
static enum status choose(struct db_tx *tx, struct arena *arena, const struct feed_choice *choice, int64_t limit,
                          int64_t posts[POST_FEED_MAX], size_t *n)
{
    struct posts_feed_newest *newest = NULL;
    struct posts_feed_kind *of_kind = NULL;
    struct posts_feed_campaign *of_campaign = NULL;
    struct str kind = choice->one ? post_kind_word(choice->kind) : STR("");
    enum status status = choice->campaign != NULL
                             ? sql_posts_feed_campaign(tx, arena, choice->campaign->slug, choice->campaign->name, kind,
                                                       limit, &of_campaign, n)
                         : choice->one ? sql_posts_feed_kind(tx, arena, kind, limit, &of_kind, n)
                                       : sql_posts_feed_newest(tx, arena, limit, &newest, n);
    for (size_t i = 0; i < *n && status == STATUS_OK; i++)
        posts[i] = of_campaign != NULL ? of_campaign[i].post : of_kind != NULL ? of_kind[i].post : newest[i].post;
    return status;
}

enum status posts_feed(struct db_tx *tx, struct arena *arena, const struct feed_choice *choice, int64_t limit,
                       struct post_fed **rows, size_t *n)
{
    int64_t posts[POST_FEED_MAX] = { 0 };
    struct posts_feed found[POST_FEED_MAX];
    int64_t room = POST_FEED_BYTES;
    *n = 0;
    if (limit < 1 || limit > POST_FEED_MAX)
        return STATUS_LIMIT;
    enum status status = choose(tx, arena, choice, limit, posts, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct post_fed);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n && status == STATUS_OK; i++) {
        struct posts_feed row;
        size_t to = i;
        status = sql_posts_feed(tx, arena, posts[i], &row);
        for (; status == STATUS_OK && to > 0 && stands_before(&row, &found[to - 1]); to--)
            found[to] = found[to - 1];
        if (status == STATUS_OK)
            found[to] = row;
    }
    for (size_t i = 0; i < *n && status == STATUS_OK; i++)
        status = take(tx, arena, &found[i], &room, &(*rows)[i]);
    return status;
}
