/* What live posts are about, by month. Withdrawn, ended and erased posts count nowhere. */
#ifndef CANDOUR_POSTS_TOPICS_H
#define CANDOUR_POSTS_TOPICS_H

#include "posts/posts.h"

enum { POST_TOPICS_MAX = 15, POST_TOPIC_MONTHS = 12 };

struct post_topic {
    struct str topic;
    int64_t posts[POST_TOPIC_MONTHS]; /* the oldest month first */
    int64_t all;
};
/*
 * The topics of most posts in twelve months of UTC that end with this one, at most POST_TOPICS_MAX; of as many posts in
 * the order of their names. `month` counts from 1.
 */
enum status posts_topics(struct db_tx *tx, struct arena *arena, int year, int month, struct post_topic **rows,
                         size_t *n);

#endif
