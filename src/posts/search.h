/*
 * Finding words in titles and texts of what is public.
 *
 * Promises: what may not be shown on a page is not found; a post that was withdrawn and still has its page is found and
 * says so. Words that are looked for are words only: nothing in them is a command to the database.
 */
#ifndef CANDOUR_POSTS_SEARCH_H
#define CANDOUR_POSTS_SEARCH_H

#include "posts/posts.h"

enum {
    POST_SEARCH_POINTS = 200, /* code points that may be looked for at once */
    POST_SEARCH_PIECES = 64,  /* most pieces that `post_found_pieces` gives; the rest is one piece */
};

struct post_found {
    struct post_row row;    /* never `hidden` */
    struct str title, part; /* for `post_found_pieces`; `part`: where the words stand in the text, or its beginning */
};
/*
 * Posts that hold every one of `words` (separated by spaces), newest first, as `posts_list`. Ends of words and accents
 * do not count. Nothing to look for: none. STATUS_LIMIT for words longer than POST_SEARCH_POINTS.
 */
enum status posts_search(struct db_tx *tx, struct arena *arena, struct str words, const struct post_cursor *after,
                         int64_t limit, struct post_found **rows, size_t *n);

/* Text in pieces, those that were looked for marked. */
struct post_found_piece {
    struct str text;
    bool found;
};
bool post_found_pieces(struct arena *arena, struct str marked, const struct post_found_piece **out, size_t *n);

/*
 * After erasures: the index keeps words that were deleted until it is written anew. Does so in short writes, so that
 * others get between them. Done when it returns STATUS_OK. posts_erasures_finish does it; after erasures that were
 * replayed it is the caller's.
 */
enum status posts_search_forget(struct db *db, struct arena *arena, struct fault *fault);

#endif
