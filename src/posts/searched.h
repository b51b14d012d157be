/* What acts write into the index of words, inside their own transaction. Inside this room only. */
#ifndef CANDOUR_POSTS_SEARCHED_H
#define CANDOUR_POSTS_SEARCHED_H

#include "posts/content.h"
#include "posts/search.h"

/* The words of the edition that is public from this act on, in the place of any before. */
enum status searched_put(struct db_tx *tx, struct arena *arena, int64_t post, const struct post_content *content);
/* Nothing of it may be shown any more. Nothing happens where it was never public. */
enum status searched_drop(struct db_tx *tx, struct arena *arena, int64_t post);

#endif
