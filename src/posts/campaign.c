/*
 * Setting campaigns, and finding them. What is read of their posts stands in
 * public.c and register.c, beside what decides which words may come out.
 *
 * Promises: one slug or name means one campaign; a campaign that posts name is
 * not taken from under them, neither by a new name nor by a removal.
 */
#include "posts/campaign.h"

#include "base/arena.h"
#include "base/zone.h"
#include "posts/act.h"

#include "base/banned.h"

enum { SLUG_SHORTEST = 2 };

enum campaign_when campaign_when(const struct campaign *campaign, struct str today)
{
    if (str_compare(today, campaign->first_day) < 0)
        return CAMPAIGN_COMING;
    return str_compare(today, campaign->last_day) > 0 ? CAMPAIGN_OVER : CAMPAIGN_RUNNING;
}

/* ---- Reading ---- */

enum status posts_campaign(struct db_tx *tx, struct arena *arena, struct str words, struct campaign *out)
{
    struct posts_campaign_named row;
    enum status status = sql_posts_campaign_named(tx, arena, words, &row);
    if (status == STATUS_OK)
        *out = (struct campaign){ row.slug, row.name, row.purpose, row.first_day, row.last_day, row.version };
    return status;
}

enum status posts_campaigns(struct db_tx *tx, struct arena *arena, struct campaign **rows, size_t *n)
{
    struct posts_campaigns *found;
    enum status status = sql_posts_campaigns(tx, arena, CAMPAIGNS_MAX, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct campaign);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*rows)[i] = (struct campaign){ found[i].slug,      found[i].name,     found[i].purpose,
                                        found[i].first_day, found[i].last_day, found[i].version };
    return STATUS_OK;
}

enum status posts_campaigns_running(struct db_tx *tx, struct arena *arena, struct str today, int64_t limit,
                                    struct campaign **rows, size_t *n)
{
    struct posts_campaigns_running *found;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_campaigns_running(tx, arena, today, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct campaign);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*rows)[i] = (struct campaign){ found[i].slug,      found[i].name,     found[i].purpose,
                                        found[i].first_day, found[i].last_day, found[i].version };
    return STATUS_OK;
}

enum status posts_campaign_counts(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                  struct campaign_counts *out)
{
    struct posts_campaign_counts row;
    enum status status = sql_posts_campaign_counts(tx, arena, campaign->slug, campaign->name, &row);
    if (status == STATUS_OK)
        *out = (struct campaign_counts){ .published = row.published,
                                         .copied = row.copied,
                                         .corrections = row.corrections,
                                         .withdrawals = row.withdrawals,
                                         .restorations = row.restorations,
                                         .endings = row.endings,
                                         .emergencies = row.emergencies,
                                         .promises = row.promises,
                                         .kept = row.kept };
    return status;
}

/* ---- Setting one ---- */

static bool slug_good(struct str slug)
{
    bool hyphen = true; /* none at the beginning, and no two together */
    for (size_t i = 0; i < slug.n; i++) {
        char c = slug.p[i];
        if (c == '-' && hyphen)
            return false;
        hyphen = c == '-';
        if (!hyphen && !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            return false;
    }
    return slug.n >= SLUG_SHORTEST && slug.n <= CAMPAIGN_SLUG_MAX && !hyphen;
}

static bool day_good(struct str day)
{
    struct post_date date;
    struct civil c;
    if (day.p == NULL || !post_date_read(day, &date) || date.has_time)
        return false;
    zone_local(date.at, &c);
    return c.year >= POST_YEAR_FIRST && c.year <= POST_YEAR_LAST;
}

static enum status look(struct db_tx *tx, const struct campaign_act *set, struct campaign *wanted)
{
    if (!slug_good(wanted->slug))
        return db_refuse(tx, STATUS_INVALID,
                         "\"%.*s\" cannot stand in the address of a campaign: take %d to %d small letters, digits and "
                         "single hyphens, such as lights-on.",
                         STR_ARG(post_quote(set->arena, wanted->slug)), SLUG_SHORTEST, CAMPAIGN_SLUG_MAX);
    if (wanted->name.p == NULL || wanted->name.n == 0)
        return db_refuse(tx, STATUS_INVALID, "A campaign has a name: give it with --name.");
    struct str wrong = post_line_wrong(set->arena, wanted->name);
    if (wrong.p != NULL)
        return db_refuse(tx, STATUS_INVALID, "The name %.*s", STR_ARG(wrong));
    if (str_code_points(wanted->name) > CAMPAIGN_NAME_MAX)
        return db_refuse(tx, STATUS_INVALID, "The name has %zu characters; at most %d fit. Shorten it.",
                         str_code_points(wanted->name), CAMPAIGN_NAME_MAX);
    if (!day_good(wanted->first_day) || !day_good(wanted->last_day))
        return db_refuse(
            tx, STATUS_INVALID,
            "A campaign has a first and a last day, such as --from 2026-10-10 --to 2026-10-17, between %d and %d.",
            POST_YEAR_FIRST, POST_YEAR_LAST);
    if (str_compare(wanted->first_day, wanted->last_day) > 0)
        return db_refuse(tx, STATUS_INVALID, "The campaign would end before it begins: look at --from and --to.");
    return act_words(tx, "What the campaign is for", true, &wanted->purpose);
}

/* One word means one campaign: neither slug nor name may be the slug or the name of another. */
static enum status look_for_others(struct db_tx *tx, const struct campaign_act *set, const struct campaign *wanted)
{
    const struct str words[] = { wanted->slug, wanted->name };
    for (size_t i = 0; i < 2; i++) {
        struct campaign other;
        enum status status = posts_campaign(tx, set->arena, words[i], &other);
        if (status == STATUS_NOT_FOUND)
            continue;
        if (status != STATUS_OK)
            return status;
        if (!str_equal(other.slug, wanted->slug))
            return db_refuse(tx, STATUS_CONFLICT,
                             "\"%.*s\" means the campaign %.*s already: take another name, or one with the year.",
                             STR_ARG(post_quote(set->arena, words[i])), STR_ARG(other.slug));
    }
    return STATUS_OK;
}

static enum status changed_meanwhile(struct db_tx *tx, const struct campaign *wanted)
{
    return db_refuse(
        tx, STATUS_CONFLICT,
        "The campaign %.*s was changed by somebody else since you looked at it: look again, with \"candour "
        "campaign show %.*s\".",
        STR_ARG(wanted->slug), STR_ARG(wanted->slug));
}

static enum status make(struct db_tx *tx, const struct campaign_act *set, const struct campaign *wanted)
{
    struct posts_campaign_count count;
    enum status status = sql_posts_campaign_count(tx, set->arena, &count);
    if (status != STATUS_OK)
        return status;
    if (count.campaigns >= CAMPAIGNS_MAX)
        return db_refuse(tx, STATUS_LIMIT, "There are %d campaigns already, which is as many as there can be.",
                         CAMPAIGNS_MAX);
    return sql_posts_campaign_add(tx, wanted->slug, wanted->name, wanted->purpose, wanted->first_day, wanted->last_day,
                                  set->act->now, NULL);
}

static enum status change(struct db_tx *tx, const struct campaign_act *set, const struct campaign *wanted,
                          const struct campaign *now)
{
    struct posts_campaign_naming naming = { 0 };
    int64_t changed = 0;
    enum status status = STATUS_OK;
    if (!str_equal(now->name, wanted->name))
        status = sql_posts_campaign_naming(tx, set->arena, now->name, &naming);
    if (status == STATUS_OK && naming.editions > 0)
        return db_refuse(tx, STATUS_REFUSED,
                         "Posts name this campaign as \"%.*s\", and would not be found any more under another name: "
                         "leave its name.",
                         STR_ARG(now->name));
    if (status == STATUS_OK)
        status = sql_posts_campaign_change(tx, wanted->slug, wanted->name, wanted->purpose, wanted->first_day,
                                           wanted->last_day, wanted->version, set->act->now, &changed);
    return status == STATUS_OK && changed == 0 ? changed_meanwhile(tx, wanted) : status;
}

static enum status trace(struct db_tx *tx, const struct campaign_act *set, const struct actor *actor, const char *what,
                         const struct campaign *campaign)
{
    struct act now = { .by = actor, .now = set->act->now };
    struct str words =
        str_format(set->arena, "%.*s, \"%.*s\", %.*s to %.*s: %.*s", STR_ARG(campaign->slug), STR_ARG(campaign->name),
                   STR_ARG(campaign->first_day), STR_ARG(campaign->last_day), STR_ARG(campaign->purpose));
    enum status status = words.p == NULL ? STATUS_NO_MEMORY : audit_add(tx, &now, str_of(what), 0, words);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

enum status posts_campaign_set_write(struct db_tx *tx, void *arg)
{
    const struct campaign_act *set = arg;
    struct campaign wanted = set->campaign;
    struct campaign now = { 0 };
    struct actor actor;
    enum status status = act_may(tx, set->arena, set->act, PERMISSION_POST_PUBLISH, "set campaigns", &actor);
    if (status == STATUS_OK)
        status = look(tx, set, &wanted);
    if (status == STATUS_OK)
        status = look_for_others(tx, set, &wanted);
    if (status != STATUS_OK)
        return status;
    status = posts_campaign(tx, set->arena, wanted.slug, &now);
    bool known = status == STATUS_OK;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (known ? now.version != wanted.version : wanted.version != 0)
        return changed_meanwhile(tx, &wanted);
    status = known ? change(tx, set, &wanted, &now) : make(tx, set, &wanted);
    return status == STATUS_OK ? trace(tx, set, &actor, known ? "campaign.changed" : "campaign.made", &wanted) : status;
}

enum status posts_campaign_remove_write(struct db_tx *tx, void *arg)
{
    const struct campaign_act *set = arg;
    struct posts_campaign_naming by_slug;
    struct posts_campaign_naming by_name;
    struct campaign now;
    struct actor actor;
    int64_t changed = 0;
    enum status status = act_may(tx, set->arena, set->act, PERMISSION_POST_PUBLISH, "set campaigns", &actor);
    if (status == STATUS_OK)
        status = posts_campaign(tx, set->arena, set->campaign.slug, &now);
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && now.version != set->campaign.version))
        return changed_meanwhile(tx, &set->campaign);
    if (status == STATUS_OK)
        status = sql_posts_campaign_naming(tx, set->arena, now.slug, &by_slug);
    if (status == STATUS_OK)
        status = sql_posts_campaign_naming(tx, set->arena, now.name, &by_name);
    if (status != STATUS_OK)
        return status;
    if (by_slug.editions > 0 || by_name.editions > 0)
        return db_refuse(tx, STATUS_REFUSED,
                         "Posts name this campaign, so it stays, with what was corrected in it: set its last day "
                         "instead.");
    status = sql_posts_campaign_remove(tx, now.slug, now.version, &changed);
    if (status == STATUS_OK && changed == 0)
        return changed_meanwhile(tx, &now);
    return status == STATUS_OK ? trace(tx, set, &actor, "campaign.removed", &now) : status;
}
