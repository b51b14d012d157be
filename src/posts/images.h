/*
 * The register of pictures: every picture that ever came with a post, where it
 * is used, what was claimed of it and what its file says of itself.
 *
 * The same bytes are one picture: one that comes again stands here with all of
 * its uses, under whatever name it came. For staff.
 */
#ifndef CANDOUR_POSTS_IMAGES_H
#define CANDOUR_POSTS_IMAGES_H

#include "posts/posts.h"

struct image_row {
    struct media_picture picture; /* with what the file says of itself */
    struct str sha256_hex;
    int64_t used;                  /* posts whose editions show it */
    int64_t seen;                  /* those of them that are public now */
    struct post_date licence_ends; /* the earliest that any use names */
    uint32_t labels;               /* of all uses */
};
/* In the order in which they came, behind the id `after` (0: from the first); at most `limit`, 1 to POST_LIST_MAX. */
enum status posts_images(struct db_tx *tx, struct arena *arena, int64_t after, int64_t limit, struct image_row **rows,
                         size_t *n);

enum { IMAGE_HASH_SHORTEST = 8 }; /* hex digits that name a picture */

/*
 * The picture that is meant by its name, or by IMAGE_HASH_SHORTEST or more of the first hex digits of its hash, in any
 * letter case. `found` is how many are; only where it is 1 is `id` the one.
 */
enum status posts_image_find(struct db_tx *tx, struct arena *arena, struct str what, int64_t *id, int64_t *found);

struct image_use {
    struct str key, title;
    int64_t number, made; /* of the edition, and when it came */
    enum edition_state state;
    bool seen; /* the public sees this edition now */
    uint32_t labels;
    /* What was claimed: how it was made, where it comes from, whom it is credited to, and its licence. */
    struct str made_word, source, credit, release, licence, licensor, alt;
    struct post_date licence_ends;
};
/* Newest first, at most 200. */
enum status posts_image_uses(struct db_tx *tx, struct arena *arena, int64_t picture, struct image_use **uses,
                             size_t *n);

#endif
