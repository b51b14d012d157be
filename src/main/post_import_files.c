/*
 * The files of an import: those named, and those of a folder that is named.
 *
 * Promises: nothing is opened but folders; of a folder the files that end in
 * .md are taken, by name, and no folder inside it. A name that leads to a pipe
 * or a device is refused where it is read.
 */
#include "main/post_import.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/banned.h"

static bool add(struct arena *arena, struct import_paths *out, size_t *room, const char *path)
{
    if (out->n == *room) {
        size_t more = *room == 0 ? 256 : *room * 2;
        const char **list = ARENA_ARRAY(arena, more, const char *);
        if (list == NULL)
            return false;
        if (out->n > 0)
            memcpy(list, out->list, out->n * sizeof *list);
        out->list = list;
        *room = more;
    }
    out->list[out->n] = path;
    return path != NULL && ++out->n <= IMPORT_PATHS_MAX;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum status add_folder(struct arena *arena, struct import_paths *out, size_t *room, const char *folder,
                              struct fault *fault)
{
    size_t first = out->n;
    size_t n = strlen(folder);
    const char *between = n > 0 && folder[n - 1] == '/' ? "" : "/";
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return fault_set(fault, STATUS_IO, "The folder %s cannot be read (%s): mend that first.", folder,
                         strerrordesc_np(errno));
    bool fits = true;
    errno = 0;
    for (const struct dirent *entry; fits && (entry = readdir(dir)) != NULL; errno = 0) {
        struct str name = str_of(entry->d_name);
        if (name.p[0] != '.' && str_ends(name, STR(".md")))
            fits = add(arena, out, room, str_format(arena, "%s%s%s", folder, between, entry->d_name).p);
    }
    int error = errno;
    closedir(dir);
    if (!fits && !arena_failed(arena))
        return fault_set(fault, STATUS_LIMIT, "At most %d files fit into one import: give them in parts.",
                         IMPORT_PATHS_MAX);
    if (!fits)
        return fault_no_memory(fault);
    if (error != 0)
        return fault_set(fault, STATUS_IO, "The folder %s cannot be read (%s): mend that first.", folder,
                         strerrordesc_np(error));
    if (out->n == first)
        return fault_set(fault, STATUS_NOT_FOUND, "In the folder %s there is no file that ends in .md.", folder);
    qsort(out->list + first, out->n - first, sizeof *out->list, by_name);
    return STATUS_OK;
}

enum status import_paths(struct arena *arena, char *const *arguments, size_t n, struct import_paths *out,
                         struct fault *fault)
{
    size_t room = 0;
    *out = (struct import_paths){ 0 };
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        if (stat(arguments[i], &st) == 0 && S_ISDIR(st.st_mode)) {
            enum status status = add_folder(arena, out, &room, arguments[i], fault);
            if (status != STATUS_OK)
                return status;
        } else if (!add(arena, out, &room, arguments[i])) {
            return arena_failed(arena)
                       ? fault_no_memory(fault)
                       : fault_set(fault, STATUS_LIMIT, "At most %d files fit into one import: give them in parts.",
                                   IMPORT_PATHS_MAX);
        }
    }
    return STATUS_OK;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static int by_key(const void *a, const void *b)
{
    const char *const *one = *(const char *const *const *)a;
    const char *const *other = *(const char *const *const *)b;
    int order = strcmp(last_part(*one), last_part(*other));
    return order != 0 ? order : one < other ? -1 : one > other;
}

enum status import_twice(struct arena *arena, struct import_paths *paths, import_twice_fn *each, void *self,
                         struct fault *fault)
{
    const char ***order = ARENA_ARRAY(arena, paths->n + 1, const char **);
    bool *twice = ARENA_ARRAY(arena, paths->n + 1, bool);
    if (order == NULL || twice == NULL)
        return fault_no_memory(fault);
    for (size_t i = 0; i < paths->n; i++)
        order[i] = &paths->list[i];
    qsort(order, paths->n, sizeof *order, by_key);
    for (size_t i = 0; i < paths->n; i++) {
        size_t other = i > 0 && strcmp(last_part(*order[i]), last_part(*order[i - 1])) == 0 ? i - 1 : i + 1;
        if (other == paths->n || strcmp(last_part(*order[i]), last_part(*order[other])) != 0)
            continue;
        twice[order[i] - paths->list] = true;
        each(self, *order[i], *order[other]);
    }
    size_t n = 0;
    for (size_t i = 0; i < paths->n; i++)
        if (!twice[i])
            paths->list[n++] = paths->list[i];
    paths->n = n;
    return STATUS_OK;
}
