/* See topics.h. The table is kept by triggers, so that a page costs the same however many posts there are. */
#include "posts/topics.h"

#include "base/arena.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum status posts_topics(struct db_tx *tx, struct arena *arena, int year, int month, struct post_topic **rows,
                         size_t *n)
{
    struct str months[POST_TOPIC_MONTHS];
    struct posts_topics *found;
    *n = 0;
    for (int i = 0; i < POST_TOPIC_MONTHS; i++) {
        int at = year * 12 + month - 1 - (POST_TOPIC_MONTHS - 1 - i);
        months[i] = str_format(arena, "%04d-%02d", at / 12, at % 12 + 1);
        if (months[i].p == NULL)
            return STATUS_NO_MEMORY;
    }
    enum status status =
        sql_posts_topics(tx, arena, months[0], months[POST_TOPIC_MONTHS - 1], POST_TOPICS_MAX, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct post_topic);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++) {
        (*rows)[i] = (struct post_topic){ .topic = found[i].topic, .all = found[i].posts };
        for (int m = 0; m < POST_TOPIC_MONTHS; m++) {
            struct posts_topic_month row;
            status = sql_posts_topic_month(tx, arena, months[m], found[i].topic, &row);
            if (status != STATUS_OK && status != STATUS_NOT_FOUND)
                return status;
            (*rows)[i].posts[m] = status == STATUS_OK ? row.posts : 0;
        }
    }
    return STATUS_OK;
}
