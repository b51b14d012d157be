/* See register.h. Every statement here joins post_public, so that nothing unpublished can come out of them. */
#include "posts/register.h"

#include "base/arena.h"
#include "base/zone.h"
#include "posts/content.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

struct str register_cursor_text(struct arena *arena, struct register_cursor cursor)
{
    return str_format(arena, "%lld.%lld", (long long)cursor.made, (long long)cursor.id);
}

bool register_cursor_read(struct str text, struct register_cursor *out)
{
    struct str made;
    struct str rest = text;
    return str_cut(&rest, '.', &made) && rest.p != NULL && rest.n > 0 && rest.n <= 15 && made.n <= 15 &&
           str_to_i64(made, &out->made) && str_to_i64(rest, &out->id) && out->made >= 0 && out->id >= 0;
}

/* Whether no word of the post may be shown. STATUS_DAMAGED for a ground that is none. */
static enum status hides(struct str ground, bool *out)
{
    enum post_ground which = GROUND_OTHER;
    if (ground.p != NULL && !post_ground_of_word(ground, &which))
        return STATUS_DAMAGED;
    *out = ground.p != NULL && post_ground_hides(which);
    return STATUS_OK;
}

static enum status take_link(struct str kind, struct str title, int64_t year, struct str slug, struct str ground,
                             struct db_opt_int ended, struct post_link *out)
{
    int at = word_find(&post_kind_words, kind);
    *out = (struct post_link){ .kind = (enum post_kind)(at < 0 ? 0 : at), .title = title, .address = { year, slug } };
    enum status status = hides(ground, &out->hidden);
    out->ended = ended.set && !out->hidden;
    out->hidden |= ended.set;
    if (out->hidden) {
        out->title = STR_NONE;
        out->address = (struct post_address){ 0, STR_NONE };
    }
    return at < 0 ? STATUS_DAMAGED : status;
}

/* The name of the account that sees to it, where the post names one; else what it says. */
static enum status owner_of(struct db_tx *tx, struct arena *arena, struct str owner, struct str *out)
{
    struct actor actor;
    enum status status = account_find(tx, arena, owner, &actor);
    *out = status == STATUS_OK ? actor.name : owner;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status take_promise(struct db_tx *tx, struct arena *arena, int64_t id, struct register_row *row)
{
    struct posts_promise_of found;
    struct posts_link_to link;
    enum status status = sql_posts_promise_of(tx, arena, id, &found);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
    row->promise = (struct promise_row){ .id = id,
                                         .what = row->post.hidden || found.what.n == 0 ? STR_NONE : found.what,
                                         .due = { true, found.due_has_time, found.due },
                                         .first_due = { true, found.due_has_time, found.first_due },
                                         .kept = found.kept };
    if (row->promise.what.p != NULL)
        status = owner_of(tx, arena, found.owner, &row->promise.owner);
    if (!found.kept_by.set || status != STATUS_OK)
        return status;
    status = sql_posts_link_to(tx, arena, found.kept_by.value, &link);
    return status != STATUS_OK
               ? status
               : take_link(link.kind, link.title, link.year, link.slug, link.ground, link.ended, &row->followup);
}

static enum status take_word(struct str word, struct register_row *row)
{
    switch (row->what) {
    case REGISTER_CORRECTION:
        row->grounded = post_ground_of_word(word, &row->ground) && post_ground_hides(row->ground);
        return row->grounded || post_correction_of_word(word, &row->correction) ? STATUS_OK : STATUS_DAMAGED;
    case REGISTER_WITHDRAWAL: return post_ground_of_word(word, &row->ground) ? STATUS_OK : STATUS_DAMAGED;
    case REGISTER_ENDING: return post_ending_of_word(word, &row->ending) ? STATUS_OK : STATUS_DAMAGED;
    case REGISTER_RESTORATION:
    case REGISTER_EMERGENCY:
    case REGISTER_PROMISE:
    case REGISTER_KEPT:
    case REGISTER_WHATS: break;
    }
    return STATUS_OK;
}

static enum status take_row(struct db_tx *tx, struct arena *arena, const struct posts_register *found,
                            struct register_row *row)
{
    *row = (struct register_row){ .cursor = { found->made, found->id }, .made = found->made };
    enum status status = register_what_of_word(found->what, &row->what) ? STATUS_OK : STATUS_DAMAGED;
    if (status == STATUS_OK)
        status =
            take_link(found->kind, found->title, found->year, found->slug, found->ground, found->ended, &row->post);
    if (status == STATUS_OK)
        status = take_word(found->word, row);
    if (status != STATUS_OK)
        return status;
    row->erased = !row->post.hidden && found->words.p != NULL && found->words.n == 0;
    row->words = row->post.hidden || row->erased ? STR_NONE : found->words;
    if (found->promise.set)
        status = take_promise(tx, arena, found->promise.value, row);
    if (found->emergency.set && status == STATUS_OK) {
        struct posts_emergency_of emergency;
        status = sql_posts_emergency_of(tx, arena, found->emergency.value, &emergency);
        row->review_due = emergency.due;
        row->reviewed = emergency.reviewed;
    }
    return status;
}

static enum status take_rows(struct db_tx *tx, struct arena *arena, const struct posts_register *found, size_t n,
                             struct register_row **rows)
{
    enum status status = STATUS_OK;
    *rows = ARENA_ARRAY(arena, n + 1, struct register_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = take_row(tx, arena, &found[i], &(*rows)[i]);
    return status;
}

enum status posts_register(struct db_tx *tx, struct arena *arena, const struct register_filter *filter,
                           const struct register_cursor *after, int64_t limit, struct register_row **rows, size_t *n)
{
    struct register_cursor from = after == NULL ? (struct register_cursor){ INT64_MAX, INT64_MAX } : *after;
    struct posts_register *found = NULL;
    struct posts_register_of *of = NULL;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status =
        filter->one ? sql_posts_register_of(tx, arena, register_what_word(filter->what), filter->since, filter->until,
                                            from.made, from.id, limit, &of, n)
                    : sql_posts_register(tx, arena, filter->since, filter->until, from.made, from.id, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    if (filter->one) { /* the same columns, under the name of the other statement */
        found = ARENA_ARRAY(arena, *n + 1, struct posts_register);
        if (found == NULL)
            return STATUS_NO_MEMORY;
        for (size_t i = 0; i < *n; i++)
            found[i] = (struct posts_register){ of[i].id,    of[i].made,    of[i].what,     of[i].word, of[i].words,
                                                of[i].kind,  of[i].title,   of[i].year,     of[i].slug, of[i].ground,
                                                of[i].ended, of[i].promise, of[i].emergency };
    }
    return take_rows(tx, arena, found, *n, rows);
}

static void later(int64_t *at, struct db_opt_int other)
{
    if (other.set && other.value > *at)
        *at = other.value;
}

enum status posts_register_changed(struct db_tx *tx, struct arena *arena, const struct register_row *row, int64_t now,
                                   int64_t *out)
{
    struct posts_register_hid hid;
    *out = row->made;
    later(out, row->reviewed);
    if (row->what == REGISTER_EMERGENCY)
        later(out, (struct db_opt_int){ !row->reviewed.set && now > row->review_due, row->review_due });
    if (row->what == REGISTER_PROMISE) {
        later(out, row->promise.kept);
        later(out, (struct db_opt_int){ promise_is_late(&row->promise, now), row->promise.due.at });
    }
    bool promised = row->what == REGISTER_PROMISE || row->what == REGISTER_KEPT;
    if (!row->post.hidden && !row->erased && (!promised || row->promise.what.p != NULL))
        return STATUS_OK;
    enum status status = sql_posts_register_hid(tx, arena, row->cursor.id, &hid);
    if (status == STATUS_OK) {
        later(out, hid.withdrawn);
        later(out, hid.ended);
        later(out, hid.corrected);
    }
    return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

enum status posts_register_open(struct db_tx *tx, struct arena *arena, int64_t limit, struct register_row **rows,
                                size_t *n)
{
    struct posts_register_open *of;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_register_open(tx, arena, limit, &of, n);
    if (status != STATUS_OK)
        return status;
    struct posts_register *found = ARENA_ARRAY(arena, *n + 1, struct posts_register);
    if (found == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        found[i] = (struct posts_register){ of[i].id,    of[i].made,    of[i].what,     of[i].word, of[i].words,
                                            of[i].kind,  of[i].title,   of[i].year,     of[i].slug, of[i].ground,
                                            of[i].ended, of[i].promise, of[i].emergency };
    return take_rows(tx, arena, found, *n, rows);
}

/* The first moment of the quarter `back` quarters before the one of `now`. */
static int64_t quarter_begins(int64_t now, int back)
{
    struct civil c;
    int64_t begins = 0;
    zone_local(now, &c);
    int quarters = c.year * 4 + (c.month - 1) / 3 - back;
    c = (struct civil){ .year = quarters / 4, .month = quarters % 4 * 3 + 1, .day = 1 };
    return zone_moment(&c, &begins) == STATUS_OK ? begins : 0;
}

enum status posts_register_counts(struct db_tx *tx, struct arena *arena, int64_t now,
                                  struct register_counts out[REGISTER_QUARTERS_MAX], size_t *n)
{
    struct posts_register_first first;
    *n = 0;
    enum status status = sql_posts_register_first(tx, arena, &first);
    if (status == STATUS_NOT_FOUND)
        first.made = now;
    else if (status != STATUS_OK)
        return status;
    for (int back = 0; back < REGISTER_QUARTERS_MAX; back++) {
        struct posts_counts row;
        int64_t since = quarter_begins(now, back);
        int64_t until = quarter_begins(now, back - 1);
        if (until <= first.made)
            break;
        status = sql_posts_counts(tx, arena, since, until, now, &row);
        if (status != STATUS_OK)
            return status;
        out[(*n)++] = (struct register_counts){ .since = since,
                                                .until = until,
                                                .published = row.published,
                                                .copied = row.copied,
                                                .console = row.console,
                                                .corrections = row.corrections,
                                                .withdrawals = row.withdrawals,
                                                .restorations = row.restorations,
                                                .endings = row.endings,
                                                .emergencies = row.emergencies,
                                                .overdue = row.overdue,
                                                .promises = row.promises,
                                                .kept = row.kept };
    }
    return STATUS_OK;
}
