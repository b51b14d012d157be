/* See register.h. Every statement here joins post_public, so that nothing unpublished can come out of them. */
#include "posts/register.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/zone.h"
#include "posts/campaign.h"
#include "posts/content.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { MONTH_NAME = 32 };

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

static enum status take_promise(const struct posts_register *found, struct register_row *row)
{
    row->promise = (struct promise_row){ .id = found->promise.value,
                                         .due = { true, found->due_has_time.value != 0, found->due.value },
                                         .first_due = { true, found->due_has_time.value != 0, found->first_due.value },
                                         .kept = found->kept };
    /* Of one that was erased no word is left. */
    if (!row->post.hidden && found->promised.n > 0) {
        row->promise.what = found->promised;
        /* The name of the account that sees to it, where the post names one; else what it says. */
        row->promise.owner = found->owner_name.p != NULL ? found->owner_name : found->owner;
    }
    if (!found->due.set || found->kept.set != found->kept_year.set)
        return STATUS_DAMAGED;
    return found->kept.set ? take_link(found->kept_kind, found->kept_title, found->kept_year.value, found->kept_slug,
                                       found->kept_ground, found->kept_ended, &row->followup)
                           : STATUS_OK;
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

static enum status take_row(const struct posts_register *found, struct register_row *row)
{
    *row = (struct register_row){ .cursor = { found->made, found->id }, .made = found->made };
    enum status status = register_what_of_word(found->what, &row->what) ? STATUS_OK : STATUS_DAMAGED;
    if (status == STATUS_OK)
        status = take_link(found->kind, found->title, found->year.value, found->slug, found->ground, found->ended,
                           &row->post);
    if (status == STATUS_OK)
        status = take_word(found->word, row);
    if (status != STATUS_OK)
        return status;
    row->erased = !row->post.hidden && found->words.p != NULL && found->words.n == 0;
    row->words = row->post.hidden || row->erased ? STR_NONE : found->words;
    row->review_due = found->review_due.value;
    row->reviewed = found->reviewed;
    return found->promise.set ? take_promise(found, row) : STATUS_OK;
}

static enum status take_rows(struct arena *arena, const struct posts_register *found, size_t n,
                             struct register_row **rows)
{
    enum status status = STATUS_OK;
    *rows = ARENA_ARRAY(arena, n + 1, struct register_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = take_row(&found[i], &(*rows)[i]);
    return status;
}

/* The same columns, under the name of another statement. */
#define SAME_COLUMNS(r)                                                                                                \
    {                                                                                                                  \
        (r).id, (r).made, (r).what, (r).word, (r).words, (r).kind, (r).title, (r).year, (r).slug, (r).ground,          \
            (r).ended, (r).promise, (r).promised, (r).owner, (r).owner_name, (r).due, (r).due_has_time, (r).first_due, \
            (r).kept, (r).kept_year, (r).kept_slug, (r).kept_kind, (r).kept_title, (r).kept_ground, (r).kept_ended,    \
            (r).review_due, (r).reviewed                                                                               \
    }

enum status posts_register(struct db_tx *tx, struct arena *arena, const struct register_filter *filter,
                           const struct register_cursor *after, int64_t limit, struct register_row **rows, size_t *n)
{
    struct register_cursor from = after == NULL ? (struct register_cursor){ INT64_MAX, INT64_MAX } : *after;
    /* The database seeks by the time alone: one page far on must not read all before it. */
    int64_t until = from.made < filter->until ? from.made + 1 : filter->until;
    struct posts_register *found = NULL;
    struct posts_register_of *of = NULL;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status =
        filter->one ? sql_posts_register_of(tx, arena, register_what_word(filter->what), filter->since, until,
                                            from.made, from.id, limit, &of, n)
                    : sql_posts_register(tx, arena, filter->since, until, from.made, from.id, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    if (filter->one) {
        found = ARENA_ARRAY(arena, *n + 1, struct posts_register);
        if (found == NULL)
            return STATUS_NO_MEMORY;
        for (size_t i = 0; i < *n; i++)
            found[i] = (struct posts_register)SAME_COLUMNS(of[i]);
    }
    return take_rows(arena, found, *n, rows);
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
        found[i] = (struct posts_register)SAME_COLUMNS(of[i]);
    return take_rows(arena, found, *n, rows);
}

enum status posts_campaign_register(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                    const struct register_cursor *after, int64_t limit, struct register_row **rows,
                                    size_t *n)
{
    struct register_cursor from = after == NULL ? (struct register_cursor){ INT64_MAX, INT64_MAX } : *after;
    struct posts_campaign_register *of;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status =
        sql_posts_campaign_register(tx, arena, campaign->slug, campaign->name, from.made, from.id, limit, &of, n);
    if (status != STATUS_OK)
        return status;
    struct posts_register *found = ARENA_ARRAY(arena, *n + 1, struct posts_register);
    if (found == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        found[i] = (struct posts_register)SAME_COLUMNS(of[i]);
    return take_rows(arena, found, *n, rows);
}

/*
 * ---- Counts ----
 *
 * Months are counted in UTC as acts happen (the triggers of the schema); the quarters of the public are local. So a
 * quarter is its three months, without what happened between the beginning of the first in UTC and here, and with what
 * happened between the beginning of the next in UTC and here: an hour at most in London.
 */

/* The beginning of a quarter, here and in UTC, and what was counted between the two. */
struct beginning {
    int64_t at;
    struct civil month; /* in which it begins */
    struct posts_counts from_utc;
};

/* "2026-11"; `later` months later in the same year. */
static void month_name(const struct civil *c, int later, char out[MONTH_NAME])
{
    snprintf(out, MONTH_NAME, "%04d-%02d", c->year, c->month + later);
}

static void add_months(struct posts_counts *to, const struct posts_months *m)
{
    to->published += m->published;
    to->copied += m->copied;
    to->console += m->console;
    to->corrections += m->corrections;
    to->withdrawals += m->withdrawals;
    to->restorations += m->restorations;
    to->endings += m->endings;
    to->emergencies += m->emergencies;
    to->overdue += m->overdue;
    to->promises += m->promises;
    to->kept += m->kept;
}

static void add_counts(struct posts_counts *to, const struct posts_counts *c, int64_t times)
{
    to->published += times * c->published;
    to->copied += times * c->copied;
    to->console += times * c->console;
    to->corrections += times * c->corrections;
    to->withdrawals += times * c->withdrawals;
    to->restorations += times * c->restorations;
    to->endings += times * c->endings;
    to->emergencies += times * c->emergencies;
    to->overdue += times * c->overdue;
    to->promises += times * c->promises;
    to->kept += times * c->kept;
}

/* Of the quarter `back` quarters before the one of `now`. */
static enum status find_beginning(struct db_tx *tx, struct arena *arena, int64_t now, int back, struct beginning *out)
{
    struct civil c;
    struct posts_counts counts = { 0 };
    enum status status = STATUS_OK;
    zone_local(now, &c);
    int quarters = c.year * 4 + (c.month - 1) / 3 - back;
    *out = (struct beginning){ .month = { .year = quarters / 4, .month = quarters % 4 * 3 + 1, .day = 1 } };
    /* Where the clocks go forward at midnight the day begins at one. */
    while (zone_moment(&out->month, &out->at) != STATUS_OK)
        if (++out->month.hour > 2)
            return STATUS_DAMAGED;
    zone_local(out->at, &c);
    int64_t utc = out->at + (int64_t)(c.offset_minutes - 60 * c.hour) * 60 * 1000;
    if (utc < out->at)
        status = sql_posts_counts(tx, arena, utc, out->at, &counts);
    else if (utc > out->at)
        status = sql_posts_counts(tx, arena, out->at, utc, &counts);
    if (status == STATUS_OK)
        add_counts(&out->from_utc, &counts, utc < out->at ? 1 : -1);
    return status;
}

/* The months of the quarter that begins there, of all that were read. */
static void add_quarter(struct posts_counts *to, const struct posts_months *months, size_t n, const struct civil *first)
{
    char names[3][MONTH_NAME];
    for (int i = 0; i < 3; i++)
        month_name(first, i, names[i]);
    for (size_t i = 0; i < n; i++)
        if (str_equal(months[i].month, str_of(names[0])) || str_equal(months[i].month, str_of(names[1])) ||
            str_equal(months[i].month, str_of(names[2])))
            add_months(to, &months[i]);
}

enum status posts_register_counts(struct db_tx *tx, struct arena *arena, int64_t now,
                                  struct register_counts out[REGISTER_QUARTERS_MAX], size_t *n)
{
    struct posts_register_first first;
    struct posts_months *months;
    struct beginning next;
    struct beginning begins;
    size_t months_n = 0;
    char names[2][MONTH_NAME];
    *n = 0;
    enum status status = sql_posts_register_first(tx, arena, &first);
    if (status == STATUS_NOT_FOUND)
        first.made = now;
    else if (status != STATUS_OK)
        return status;
    status = find_beginning(tx, arena, now, -1, &next);
    month_name(&next.month, 0, names[1]);
    struct civil oldest = { .year = next.month.year - REGISTER_QUARTERS_MAX / 4, .month = next.month.month };
    month_name(&oldest, 0, names[0]);
    if (status == STATUS_OK)
        status = sql_posts_months(tx, arena, str_of(names[0]), str_of(names[1]), 3 * REGISTER_QUARTERS_MAX + 1, &months,
                                  &months_n);
    for (int back = 0; back < REGISTER_QUARTERS_MAX && status == STATUS_OK && next.at > first.made; back++) {
        struct posts_counts c = { 0 };
        struct posts_unreviewed open = { 0 };
        status = find_beginning(tx, arena, now, back, &begins);
        if (status == STATUS_OK)
            status = sql_posts_unreviewed(tx, arena, begins.at, next.at, now, &open);
        if (status != STATUS_OK)
            break;
        add_quarter(&c, months, months_n, &begins.month);
        add_counts(&c, &next.from_utc, 1);
        add_counts(&c, &begins.from_utc, -1);
        out[(*n)++] = (struct register_counts){ .since = begins.at,
                                                .until = next.at,
                                                .published = c.published,
                                                .copied = c.copied,
                                                .console = c.console,
                                                .corrections = c.corrections,
                                                .withdrawals = c.withdrawals,
                                                .restorations = c.restorations,
                                                .endings = c.endings,
                                                .emergencies = c.emergencies,
                                                .overdue = c.overdue + open.overdue,
                                                .promises = c.promises,
                                                .kept = c.kept };
        next = begins;
    }
    return status;
}
