/*
 * The register of corrections: every correction, withdrawal, restoration,
 * ending, emergency publication and promise, for everybody to read.
 *
 * Promises: nothing that was public and changed is missing from it. Where a
 * ground forbids the words of a post, or a post has ended, its row says when and
 * why and no more. Rows are in the order of their acts, newest first.
 */
#ifndef CANDOUR_POSTS_REGISTER_H
#define CANDOUR_POSTS_REGISTER_H

#include "posts/acts.h"

/* A place in the register; its text form may stand in an address. */
struct register_cursor {
    int64_t made, id;
};
struct str register_cursor_text(struct arena *arena, struct register_cursor cursor);
bool register_cursor_read(struct str text, struct register_cursor *out);

struct register_filter {
    bool one; /* `what` alone */
    enum register_what what;
    int64_t since, until; /* ms UTC, the second excluded; 0 and INT64_MAX: all */
};

struct register_row {
    struct register_cursor cursor;
    int64_t made;
    enum register_what what;
    struct post_link post; /* hidden where no word of it may be shown */
    struct str words;      /* what the public was told; STR_NONE where there is nothing, or it may not be shown */
    bool erased;           /* it was told something, which has been erased */
    bool grounded;         /* of a correction: only its ground may be told, and `correction` is not set */
    enum post_correction_kind correction; /* of a correction */
    enum post_ground ground;              /* of a withdrawal, and of a correction that is `grounded` */
    enum post_ending ending;              /* of an ending */
    struct promise_row promise;           /* of a promise, and of one that was kept; `what` STR_NONE where hidden */
    struct post_link followup;            /* of one that was kept */
    int64_t review_due;                   /* of an emergency */
    struct db_opt_int reviewed;
};

/* At most `limit` (1 to POST_LIST_MAX) behind `after` (NULL: from the newest). */
enum status posts_register(struct db_tx *tx, struct arena *arena, const struct register_filter *filter,
                           const struct register_cursor *after, int64_t limit, struct register_row **rows, size_t *n);

/*
 * When what a row says last changed: when it was made, reviewed or kept, became late by `now`, or ceased to show words.
 * For programs that keep what they were told until they hear of a change.
 */
enum status posts_register_changed(struct db_tx *tx, struct arena *arena, const struct register_row *row, int64_t now,
                                   int64_t *out);

/* The promises that nothing has closed yet, by their day; at most `limit`. */
enum status posts_register_open(struct db_tx *tx, struct arena *arena, int64_t limit, struct register_row **rows,
                                size_t *n);

/* What happened in a span of time. */
struct register_counts {
    int64_t since, until;
    int64_t published; /* for the first time, and made here */
    int64_t copied;    /* made elsewhere and taken in */
    int64_t console;   /* approvals that were given at the console */
    int64_t corrections, withdrawals, restorations, endings;
    int64_t emergencies, overdue; /* overdue: reviewed late, or not yet and its time is past */
    int64_t promises, kept;
};
enum { REGISTER_QUARTERS_MAX = 8 };
/* The quarters of the local year, the current one first, back to the first act; at most REGISTER_QUARTERS_MAX. */
enum status posts_register_counts(struct db_tx *tx, struct arena *arena, int64_t now,
                                  struct register_counts out[REGISTER_QUARTERS_MAX], size_t *n);

#endif
