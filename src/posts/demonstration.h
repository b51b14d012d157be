/*
 * The posts of the demonstration, as the build takes them from
 * demonstration/. Inside this room only.
 */
#ifndef CANDOUR_POSTS_DEMONSTRATION_H
#define CANDOUR_POSTS_DEMONSTRATION_H

#include <stddef.h>

#include "base/str.h"

struct demonstration_file {
    struct str name, text;
};

extern const struct demonstration_file demonstration_files[];
extern const size_t demonstration_files_n;

#endif
