/*
 * Promises and the register's rows, for the acts that make them. Inside this
 * room only; what others may read stands in posts/acts.h and posts/register.h.
 */
#ifndef CANDOUR_POSTS_PROMISE_H
#define CANDOUR_POSTS_PROMISE_H

#include "posts/content.h"

/*
 * What an edition that becomes public promises. New promises are added; one whose words are known gets the new day and
 * owner, and keeps the first day; none is ever taken away.
 */
enum status promises_take(struct db_tx *tx, struct arena *arena, int64_t post, const struct post_content *content,
                          int64_t now);

/* What a row of the register belongs to, beside its post. */
struct register_of {
    struct db_opt_int correction, emergency, promise;
};
/* `word` and `words` may be STR_NONE. */
enum status register_add(struct db_tx *tx, int64_t now, enum register_what what, int64_t post, struct str word,
                         struct str words, struct register_of of);

#endif
