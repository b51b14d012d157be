/*
 * The acts on a post between its import and its end.
 *
 *     draft -> in-review -> approved -> (scheduled) -> published
 *                 |  ^          any new edition: back to review
 *                 v  |
 *           changes-requested        public: corrected, withdrawn, restored, ended
 *
 * Promises:
 *  - Each act names the edition that the actor saw (`hash_hex`); where another
 *    is the newest by now it is STATUS_CONFLICT and nothing happens. STR_NONE
 *    is never the right one, but for a withdrawal.
 *  - Nobody approves, or reviews late, what they wrote, brought in or released.
 *  - Whatever lets text out asks all checks again in the same transaction. A
 *    check that blocks holds it; one that asks a person needs that person's
 *    recorded answer for this very edition.
 *  - An emergency can go out without a second pair of eyes, never without its
 *    disclosures, and the public is told that it did.
 *
 * Every function is a db_write_fn; its argument is the struct that stands
 * above it. STATUS_DENIED: no role for it. STATUS_REFUSED: a rule forbids it;
 * the fault says which, and what to do. STATUS_INVALID: words or times are not
 * as they must be. Sources: the guards of docs/posts.md, "The way of a post".
 */
#ifndef CANDOUR_POSTS_ACTS_H
#define CANDOUR_POSTS_ACTS_H

#include "posts/checks.h"
#include "posts/posts.h"

enum {
    POST_SCHEDULE_LEAST_MS = 5 * 60 * 1000, /* from now to a release */
    POST_SCHEDULE_DAYS_MAX = 366,
    POST_RELEASE_LATE_MS = 15 * 60 * 1000,    /* later than this a person releases it */
    POST_LATE_REVIEW_MS = 4 * 60 * 60 * 1000, /* an emergency's second pair of eyes */
    POST_WITHDRAWALS_MAX = 100,               /* posts in one act */
};

struct post_erasing;

/* One post, and what somebody says of it. */
struct post_step {
    struct arena *arena;
    const struct act *act;
    struct str key, hash_hex;
    struct str words;            /* see each function */
    int64_t number;              /* out: of the edition */
    struct post_address address; /* out: where it is public */
};

/* Hands it to the approvers. Refused while a check blocks. */
enum status posts_submit_write(struct db_tx *tx, void *step);
/* An approver sends it back; `words` says what is asked for. */
enum status posts_changes_write(struct db_tx *tx, void *step);
/* A second pair of eyes on exactly this edition. */
enum status posts_approve_write(struct db_tx *tx, void *step);
/* Gives up an edition that is not public. `words` may be empty. */
enum status posts_discard_write(struct db_tx *tx, void *step);
/* The speaker's own account stands behind the words of this edition. */
enum status posts_speaker_write(struct db_tx *tx, void *step);
/* The second pair of eyes after an emergency: none of its authors, not who released it. `words`: what was found wrong.
 */
enum status posts_review_late_write(struct db_tx *tx, void *step);
/* A withdrawn post is public again; `words` tells the public why. Never one whose ground hides it. */
enum status posts_restore_write(struct db_tx *tx, void *step);

/* A person's answer to a check that asked for one. */
struct post_confirmation {
    struct post_step step; /* words: the reason, for the record */
    struct str check;      /* "alt-text" */
};
enum status posts_confirm_write(struct db_tx *tx, void *confirmation);

/*
 * What the checks of every act of this process know of the site. Once, before threads; the strings are copied, `now` is
 * not used. Without it no photograph is known to be the force's own, and no link on its site counts.
 */
void posts_checks_site(const struct check_site *site);

/* What the checks say of a post's newest edition now; only read. */
struct post_checks {
    struct str hash_hex;
    uint32_t labels;
    struct check_result results[CHECKS];
    struct check_story story;
    bool answered[CHECKS]; /* a person answered it for this edition */
    bool publishable;      /* none blocks */
};
/* STATUS_NOT_FOUND, STATUS_DAMAGED; STATUS_REFUSED: it was erased. */
enum status posts_checks_of(struct db_tx *tx, struct arena *arena, struct str key, int64_t now,
                            struct post_checks *out);

struct post_schedule {
    struct post_step step;
    int64_t at;
    bool cancel; /* takes the release back; the approval stays */
};
enum status posts_schedule_write(struct db_tx *tx, void *schedule);

/* To the public, for the first time. */
struct post_release {
    struct post_step step; /* emergency: words says why it cannot wait */
    bool emergency;
    struct str told; /* emergency: who was told, a person and their office */
};
enum status posts_publish_write(struct db_tx *tx, void *release);

/* What the worker does when a release is due. */
struct post_due {
    struct arena *arena;
    int64_t edition, at; /* id, and when it was due: another of either by now means nothing to do */
    int64_t now;
    struct str key;      /* out */
    bool released, held; /* out; neither: it was not scheduled any more, or its time has not come by this clock */
};
enum status posts_due_write(struct db_tx *tx, void *due);

/* The newest, approved edition takes the place of the public one, and says so. */
struct post_correct {
    struct post_step step; /* words: what was wrong and is right now, for the public; not kept where it erases */
    enum post_correction_kind kind;
    bool erases; /* on a ground that hides: what was there before goes for good. Only through posts_correct */
    enum post_ground ground;
    struct str key_now; /* out: another than before where it erased */
    struct post_erasing *erasing;
};
enum status posts_correct_write(struct db_tx *tx, void *correct);

/* One act on several posts: all or none. */
struct post_withdrawal {
    struct arena *arena;
    const struct act *act;
    const struct str *keys;
    size_t keys_n;       /* at most POST_WITHDRAWALS_MAX */
    struct str hash_hex; /* of the edition that is public, where there is one key; STR_NONE: whichever it is */
    enum post_ground ground;
    struct str
        reason; /* for the public: at most POST_REASON_MAX code points; may be empty only where the ground hides */
    struct post_address *addresses; /* out: as many as keys */
    struct str *keys_now;           /* out: as many as keys, others where they were erased; NULL: not asked for */
    struct post_erasing *erasing;   /* NULL; for a ground that erases see posts/erasure.h, posts_withdraw */
};
enum status posts_withdraw_write(struct db_tx *tx, void *withdrawal);

/* It was right and is over. */
struct post_end {
    struct post_step step;
    enum post_ending ending;
};
enum status posts_end_write(struct db_tx *tx, void *end);

/* What waits for a person. */
struct posts_troubles {
    int64_t held;    /* releases that did not go out */
    int64_t overdue; /* emergencies that nobody has looked at in time */
    int64_t late;    /* promises whose day is past */
};
enum status posts_troubles(struct db_tx *tx, struct arena *arena, int64_t now, struct posts_troubles *out);

/* ---- Promises ---- */

struct promise_row {
    int64_t id; /* for the cursor only */
    struct str key;
    int64_t position; /* from 1, in its post */
    struct str what, owner;
    struct post_date due, first_due;
    int64_t made;
    struct db_opt_int kept;
    struct str kept_key; /* STR_NONE where open */
};
/* Open ones first, by their day; at most POST_LIST_MAX, behind `after` (NULL: from the first). */
enum status posts_promises(struct db_tx *tx, struct arena *arena, const struct promise_row *after, int64_t limit,
                           struct promise_row **rows, size_t *n);

/* A day's promise is late when its day is over, one with a time when that is past; a kept one never. */
bool promise_is_late(const struct promise_row *row, int64_t now);

struct promise_keep {
    struct arena *arena;
    const struct act *act;
    struct str key;      /* of the post that made it */
    int64_t position;    /* from 1 */
    struct str followup; /* key of a public post that shows it was kept */
};
enum status posts_promise_keep_write(struct db_tx *tx, void *keep);

#endif
