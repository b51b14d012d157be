/*
 * What staff read of posts: the list, and one post with its history. Hashes
 * stand here because the desk compares them; they are never given to the public.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { ROWS_MAX = 200 };

static enum status take_entry(struct arena *arena, const struct posts_entries *row, struct post_entry *out)
{
    int kind = word_find(&post_kind_words, row->kind);
    int state = word_find(&edition_state_words, row->state);
    *out = (struct post_entry){
        .key = row->key,
        .number = row->number,
        .hash_hex = edition_hex(arena, row->hash),
        .kind = (enum post_kind)(kind < 0 ? 0 : kind),
        .title = row->title,
        .changed = row->made,
        .published = row->published,
        .withdrawn = row->withdrawn,
        .ended = row->ended,
        .state = (enum edition_state)(state < 0 ? 0 : state),
        .due = row->due,
        .why = row->why,
        .erased = row->erased.set,
    };
    if (row->year.set)
        out->address = (struct post_address){ row->year.value, row->slug };
    if (out->hash_hex.p == NULL)
        return STATUS_NO_MEMORY;
    return kind < 0 || state < 0 ? STATUS_DAMAGED : STATUS_OK;
}

enum status posts_entries(struct db_tx *tx, struct arena *arena, struct str after, int64_t limit,
                          struct post_entry **rows, size_t *n)
{
    struct posts_entries *found;
    struct str from = after.p == NULL ? STR("") : after;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_entries(tx, arena, from, from, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct post_entry);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n && status == STATUS_OK; i++)
        status = take_entry(arena, &found[i], &(*rows)[i]);
    return status;
}

/* The list's own query: from this key on, the key too, one row. */
enum status posts_entry(struct db_tx *tx, struct arena *arena, struct str key, struct post_entry *out)
{
    struct posts_entries *found;
    size_t n = 0;
    enum status status = sql_posts_entries(tx, arena, key, STR(""), 1, &found, &n);
    if (status != STATUS_OK)
        return status;
    if (n == 0 || !str_equal(found[0].key, key))
        return STATUS_NOT_FOUND;
    return take_entry(arena, &found[0], out);
}

/* What an erasure leaves of a hash. */
static bool is_zero(struct str hash)
{
    for (size_t i = 0; i < hash.n; i++)
        if (hash.p[i] != 0)
            return false;
    return true;
}

static enum status user_of(struct db_tx *tx, struct arena *arena, int64_t account, struct str *out)
{
    struct actor actor;
    enum status status = account_find_id(tx, arena, account, &actor);
    *out = status == STATUS_OK ? actor.user : STR("(nobody)");
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status authors_of(struct db_tx *tx, struct arena *arena, int64_t edition, struct str *out)
{
    struct posts_authors *rows;
    size_t n = 0;
    struct buf list;
    buf_init(&list, arena, 64 * 1024);
    enum status status = sql_posts_authors(tx, arena, edition, ROWS_MAX, &rows, &n);
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        struct str user;
        status = user_of(tx, arena, rows[i].account, &user);
        if (i > 0)
            buf_add(&list, STR(", "));
        buf_add(&list, user);
    }
    *out = buf_str(&list);
    return status == STATUS_OK && !buf_ok(&list) ? STATUS_NO_MEMORY : status;
}

static enum status find_editions(struct db_tx *tx, struct arena *arena, struct str key, struct post_detail *out)
{
    struct posts_editions *rows;
    struct posts_head head;
    enum status status = sql_posts_editions(tx, arena, key, ROWS_MAX, &rows, &out->editions_n);
    if (status == STATUS_OK)
        status = sql_posts_head(tx, arena, key, &head);
    if (status != STATUS_OK)
        return status;
    out->document = head.document;
    out->beside = head.beside;
    out->editions = ARENA_ARRAY(arena, out->editions_n + 1, struct post_edition_row);
    if (out->editions == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < out->editions_n && status == STATUS_OK; i++) {
        struct post_edition_row *row = &out->editions[i];
        int state = word_find(&edition_state_words, rows[i].state);
        if (state < 0)
            return STATUS_DAMAGED;
        *row = (struct post_edition_row){ .number = rows[i].number,
                                          .made = rows[i].made,
                                          .hash_hex = edition_hex(arena, rows[i].hash),
                                          .erased = is_zero(rows[i].hash),
                                          .state = (enum edition_state)state };
        status = user_of(tx, arena, rows[i].made_by, &row->by);
        if (status == STATUS_OK)
            status = authors_of(tx, arena, rows[i].edition, &row->authors);
    }
    return status;
}

static enum status find_approvals(struct db_tx *tx, struct arena *arena, struct str key, struct post_detail *out)
{
    struct posts_approvals *rows;
    enum status status = sql_posts_approvals(tx, arena, key, ROWS_MAX, &rows, &out->approvals_n);
    if (status != STATUS_OK)
        return status;
    out->approvals = ARENA_ARRAY(arena, out->approvals_n + 1, struct post_approval_row);
    if (out->approvals == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < out->approvals_n && status == STATUS_OK; i++) {
        out->approvals[i] = (struct post_approval_row){ .number = rows[i].number, .at = rows[i].made };
        status = user_of(tx, arena, rows[i].account, &out->approvals[i].by);
    }
    return status;
}

static enum status find_presences(struct db_tx *tx, struct arena *arena, struct str key, struct post_detail *out)
{
    struct posts_presences *rows;
    enum status status = sql_posts_presences(tx, arena, key, CHANNELS, &rows, &out->presences_n);
    if (status != STATUS_OK)
        return status;
    out->presences = ARENA_ARRAY(arena, out->presences_n + 1, struct post_presence_row);
    if (out->presences == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < out->presences_n; i++) {
        int channel = word_find(&post_channel_words, rows[i].channel);
        int state = word_find(&presence_state_words, rows[i].state);
        if (channel < 0 || state < 0)
            return STATUS_DAMAGED;
        out->presences[i] = (struct post_presence_row){ .channel = (enum post_channel)channel,
                                                        .state = (enum presence_state)state,
                                                        .wanted = rows[i].wanted,
                                                        .since = rows[i].since };
    }
    return STATUS_OK;
}

enum status posts_detail(struct db_tx *tx, struct arena *arena, struct str key, struct post_detail *out)
{
    struct posts_ground ground;
    *out = (struct post_detail){ .ground = GROUND_OTHER };
    enum status status = posts_entry(tx, arena, key, &out->entry);
    if (status == STATUS_OK)
        status = find_editions(tx, arena, key, out);
    if (status == STATUS_OK)
        status = find_approvals(tx, arena, key, out);
    if (status == STATUS_OK)
        status = find_presences(tx, arena, key, out);
    if (status != STATUS_OK)
        return status;
    status = sql_posts_ground(tx, arena, key, &ground);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (ground.ground.p != NULL && !post_ground_of_word(ground.ground, &out->ground))
        return STATUS_DAMAGED;
    out->reason = ground.reason;
    return STATUS_OK;
}
