/* What the two files of "candour post import" share. For this room only. */
#ifndef CANDOUR_MAIN_POST_IMPORT_H
#define CANDOUR_MAIN_POST_IMPORT_H

#include <stddef.h>

#include "base/status.h"

struct arena;

enum { IMPORT_PATHS_MAX = 500 * 1000 };

struct import_paths {
    const char **list; /* in the order in which they are taken in */
    size_t n;
};

/*
 * The files that the arguments name; a folder stands for the files in it that end in .md, by name. STATUS_NOT_FOUND for
 * a folder without any, STATUS_LIMIT, STATUS_IO, STATUS_NO_MEMORY. An argument that is not there is a path like others.
 */
enum status import_paths(struct arena *arena, char *const *arguments, size_t n, struct import_paths *out,
                         struct fault *fault);

/*
 * Takes out every path whose last part another one has too: which of them a post's edition came from would be a matter
 * of their order. `each` is told of each, with another one that has it. STATUS_NO_MEMORY.
 */
typedef void import_twice_fn(void *self, const char *path, const char *other);
enum status import_twice(struct arena *arena, struct import_paths *paths, import_twice_fn *each, void *self,
                         struct fault *fault);

#endif
