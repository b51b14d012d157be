/*
 * The posts and pictures of the demonstration, as the build takes them from
 * demonstration/. Inside this room only.
 *
 * In a post <day -5> stands for the local day five days before the set-up,
 * "2026-11-22", and <on +9> for a day in words, "6 December": a post may not
 * hold HTML, so neither can mean anything else.
 */
#ifndef CANDOUR_POSTS_DEMONSTRATION_H
#define CANDOUR_POSTS_DEMONSTRATION_H

#include <stddef.h>

#include "posts/posts.h"

struct demonstration_file {
    struct str name, text;
};

extern const struct demonstration_file demonstration_files[];
extern const size_t demonstration_files_n;

extern const struct post_picture_bytes demonstration_pictures[];
extern const size_t demonstration_pictures_n;

/*
 * A moment of the demonstration's clock: so many days after `now` (before it where negative), at "19:11" local time.
 * STATUS_INVALID for a time that there is not.
 */
enum status demonstration_moment(int64_t now, int64_t days, struct str time, int64_t *at);
/* A text with its days put in; STR_NONE when memory is gone, or for a mark that is none. */
struct str demonstration_text(struct arena *arena, struct str text, int64_t now);

#endif
