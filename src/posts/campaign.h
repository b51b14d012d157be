/*
 * Campaigns: what several posts are part of, from its first day to its last.
 *
 * A post names its campaign in its head, by name or by slug. One that names a
 * campaign of which there is no record shows that name and no more.
 *
 * Promises: what was corrected or withdrawn in a campaign is counted and told
 * there as the register tells it, and no word comes out that the register
 * would not show. Whoever sets a campaign may publish, and is in the audit.
 * Days are local, "2026-10-10".
 */
#ifndef CANDOUR_POSTS_CAMPAIGN_H
#define CANDOUR_POSTS_CAMPAIGN_H

#include "posts/register.h"

enum {
    CAMPAIGN_SLUG_MAX = 60,  /* bytes: [a-z0-9] and single hyphens between them */
    CAMPAIGN_NAME_MAX = 100, /* code points */
    CAMPAIGNS_MAX = 500,
};

enum campaign_when { CAMPAIGN_RUNNING, CAMPAIGN_COMING, CAMPAIGN_OVER };

struct campaign {
    struct str slug; /* its address: /campaigns/SLUG */
    struct str name;
    struct str purpose; /* for the public, in a sentence or two */
    struct str first_day, last_day;
    int64_t version; /* raised by every change */
};

/* Where it stands on that day. */
enum campaign_when campaign_when(const struct campaign *campaign, struct str today);

/* ---- Reading, for the public ---- */

/* The one that these words name, as its slug or its name. STATUS_NOT_FOUND. */
enum status posts_campaign(struct db_tx *tx, struct arena *arena, struct str words, struct campaign *out);
/* All of them; the one that begins last first. */
enum status posts_campaigns(struct db_tx *tx, struct arena *arena, struct campaign **rows, size_t *n);
/* Those that are running on that day; at most `limit` (1 to POST_LIST_MAX). */
enum status posts_campaigns_running(struct db_tx *tx, struct arena *arena, struct str today, int64_t limit,
                                    struct campaign **rows, size_t *n);

/* As posts_list, of one campaign. */
enum status posts_campaign_list(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                const struct post_cursor *after, int64_t limit, struct post_row **rows, size_t *n);
/*
 * What the register has of its posts, newest first; as posts_register. A post that a correction took out of the
 * campaign keeps its entries here, unless a ground forbids what it said before.
 */
enum status posts_campaign_register(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                    const struct register_cursor *after, int64_t limit, struct register_row **rows,
                                    size_t *n);

/* The same posts and entries, counted. */
struct campaign_counts {
    int64_t published; /* made here */
    int64_t copied;    /* made elsewhere and taken in */
    int64_t corrections, withdrawals, restorations, endings, emergencies, promises, kept;
};
enum status posts_campaign_counts(struct db_tx *tx, struct arena *arena, const struct campaign *campaign,
                                  struct campaign_counts *out);

/* ---- Acts; each is a db_write_fn, its argument the struct above it ---- */

struct campaign_act {
    struct arena *arena;
    const struct act *act;
    struct campaign campaign; /* `version` 0: a new one; else the version that was looked at */
};

/*
 * A new campaign, or another name, purpose or days for one that there is. STATUS_DENIED: no role that may publish.
 * STATUS_INVALID: words or days are not as they must be. STATUS_CONFLICT: there is one of that slug or name, or it was
 * changed meanwhile. STATUS_REFUSED: posts name it by the name that it would lose. STATUS_LIMIT.
 */
enum status posts_campaign_set_write(struct db_tx *tx, void *act);
/* One that no post names. STATUS_REFUSED where one does. Only `slug` and `version` are read. */
enum status posts_campaign_remove_write(struct db_tx *tx, void *act);

#endif
