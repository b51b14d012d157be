/* See sitemap.h. */
#include "posts/sitemap.h"

#include "base/arena.h"
#include "posts/posts_sql.h"
#include "base/banned.h"

enum { LOOKED_AT = 64 };

/* STATUS_DAMAGED for a ground that is none. */
static enum status shows(struct str word, bool *out)
{
    enum post_ground ground = GROUND_OTHER;
    if (word.p != NULL && !post_ground_of_word(word, &ground))
        return STATUS_DAMAGED;
    *out = word.p == NULL || !post_ground_hides(ground);
    return STATUS_OK;
}

enum status posts_listed(struct db_tx *tx, struct arena *arena, int64_t part, struct post_listed **rows, size_t *n)
{
    struct posts_sitemap *found;
    size_t found_n = 0;
    *n = 0;
    if (part < 1 || part > POST_PARTS_MAX)
        return STATUS_NOT_FOUND;
    enum status status = sql_posts_sitemap(tx, arena, (part - 1) * POST_LISTED_MAX, part * POST_LISTED_MAX,
                                           POST_LISTED_MAX, &found, &found_n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, found_n + 1, struct post_listed);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < found_n && status == STATUS_OK; i++) {
        bool shown = false;
        status = shows(found[i].ground, &shown);
        if (shown)
            (*rows)[(*n)++] = (struct post_listed){ { found[i].year, found[i].slug }, found[i].news };
    }
    return status;
}

/* The number of the first that is listed behind `after`; STATUS_NOT_FOUND. */
static enum status next(struct db_tx *tx, struct arena *arena, int64_t after, int64_t *out)
{
    struct posts_sitemap *found;
    size_t n = LOOKED_AT;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && n == LOOKED_AT) {
        status = sql_posts_sitemap(tx, arena, after, INT64_MAX, LOOKED_AT, &found, &n);
        for (size_t i = 0; i < n && status == STATUS_OK; i++) {
            bool shown = false;
            status = shows(found[i].ground, &shown);
            after = *out = found[i].post;
            if (shown && status == STATUS_OK)
                return STATUS_OK;
        }
    }
    return status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

enum status posts_listed_parts(struct db_tx *tx, struct arena *arena, int64_t parts[POST_PARTS_MAX], size_t *n)
{
    int64_t after = 0;
    int64_t post = 0;
    enum status status = STATUS_OK;
    for (*n = 0; *n < POST_PARTS_MAX; after = parts[(*n)++] * POST_LISTED_MAX) {
        status = next(tx, arena, after, &post);
        if (status != STATUS_OK)
            break;
        parts[*n] = (post - 1) / POST_LISTED_MAX + 1;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
