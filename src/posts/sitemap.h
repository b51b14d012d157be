/*
 * Posts that have a page with their words: what a sitemap lists.
 *
 * Promises: none that has ended, that was erased, or that was withdrawn on a ground that hides it. A post stands in the
 * part of its number for ever, so that a part changes only with its own posts.
 */
#ifndef CANDOUR_POSTS_SITEMAP_H
#define CANDOUR_POSTS_SITEMAP_H

#include "posts/posts.h"

enum { POST_LISTED_MAX = 10000, POST_PARTS_MAX = 1000 };

struct post_listed {
    struct post_address address;
    int64_t changed; /* the newest of all acts that the public is told of */
};

/* Part 1 and on: the posts with the numbers 1 to POST_LISTED_MAX, and on. It may be empty. */
enum status posts_listed(struct db_tx *tx, struct arena *arena, int64_t part, struct post_listed **rows, size_t *n);
/* The parts that are not empty, in their order. */
enum status posts_listed_parts(struct db_tx *tx, struct arena *arena, int64_t parts[POST_PARTS_MAX], size_t *n);

#endif
