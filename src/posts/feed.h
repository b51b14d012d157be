/*
 * Posts as feeds tell them: the newest, and those of which there was news, also when they are old. Who keeps what a
 * feed told them has to hear that it was wrong.
 *
 * Promises: what may not be shown on a page is not here either; a post has one number for ever, through corrections,
 * withdrawals and another address.
 */
#ifndef CANDOUR_POSTS_FEED_H
#define CANDOUR_POSTS_FEED_H

#include "posts/campaign.h"
#include "posts/posts.h"

enum {
    POST_FEED_MAX = 50,
    POST_FEED_BYTES = 256 * 1024, /* of the texts that one reading gives; behind them `left_out` */
};

struct post_fed {
    int64_t number;
    struct post_address address; /* year 0 where `hidden` */
    enum post_kind kind;
    struct str title; /* STR_NONE where `hidden` */
    uint32_t labels;
    int64_t published, changed; /* changed: the newest of all acts that the public is told of */
    struct db_opt_int withdrawn;
    enum post_ground ground; /* only where withdrawn */
    struct str reason;       /* the public reason; STR_NONE where not withdrawn or `hidden` */
    struct db_opt_int ended;
    enum post_ending ending;     /* only where ended */
    bool hidden;                 /* no word of it may be shown: on its ground (withdrawn), or it has ended */
    struct db_opt_int elsewhere; /* a copy of a post that was made elsewhere, then */
    bool left_out;               /* its text is too long for here */
    struct str body;             /* Markdown; STR_NONE where `hidden`, withdrawn or `left_out` */
    struct post_speaker speaker; /* as body */
    const struct post_corrected *corrections; /* newest first, without the texts; none where `hidden` or withdrawn */
    size_t corrections_n;
};

/*
 * Which posts. One of which no word may be shown stays in the feeds of its kind and of its campaign, under its number
 * and with no word: whoever has read it there has to hear of it there.
 */
struct feed_choice {
    bool one; /* only those of `kind` */
    enum post_kind kind;
    const struct campaign *campaign; /* NULL: all; else those that its page tells of */
};

/* At most `limit` (1 to POST_FEED_MAX): those with the newest `changed`, in the order of their publication, newest
 * first. */
enum status posts_feed(struct db_tx *tx, struct arena *arena, const struct feed_choice *choice, int64_t limit,
                       struct post_fed **rows, size_t *n);

#endif
