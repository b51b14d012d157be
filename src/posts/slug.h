/*
 * From a title to the last part of a permanent address.
 */
#ifndef CANDOUR_POSTS_SLUG_H
#define CANDOUR_POSTS_SLUG_H

#include "base/str.h"

/*
 * Letters a-z, digits and single hyphens, 1 to POST_SLUG_MAX bytes; accents of
 * Latin letters are dropped, "post" where nothing is left. STR_NONE when memory is gone.
 */
struct str slug_of_title(struct arena *arena, struct str title);

#endif
