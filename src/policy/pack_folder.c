/*
 * A pack from a folder, as an author has it: manifest.yaml and every .dmn file below, to a depth of two folders.
 *
 * The folder is somebody's own: links are followed as the system does, names and sizes are bounded, and nothing is
 * written.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "policy/pack.h"
#include "base/banned.h"

enum { DEPTH_MAX = 2 };

struct finding {
    struct arena *arena;
    struct fault *fault;
    const char *folder;
    struct policy_file *files;
    size_t n;
};

static enum status take(struct finding *f, struct str path)
{
    const char *whole = str_z(f->arena, str_format(f->arena, "%s/%.*s", f->folder, STR_ARG(path)));
    if (!whole)
        return fault_no_memory(f->fault);
    if (f->n == POLICY_FILES_MAX)
        return fault_set(f->fault, STATUS_LIMIT, "%s: a pack has at most %d files.", f->folder, (int)POLICY_FILES_MAX);
    enum status status = file_read(f->arena, whole, POLICY_FILE_MAX, &f->files[f->n].bytes, f->fault);
    if (status == STATUS_OK)
        f->files[f->n++].path = path;
    return status;
}

static enum status look_in(struct finding *f, struct str below, int depth)
{
    const char *whole =
        below.n ? str_z(f->arena, str_format(f->arena, "%s/%.*s", f->folder, STR_ARG(below))) : f->folder;
    DIR *dir = whole ? opendir(whole) : NULL;
    struct dirent *entry;
    enum status status = STATUS_OK;
    if (!dir)
        return whole ? fault_set(f->fault, STATUS_NOT_FOUND, "%s: this folder cannot be read.", whole)
                     : fault_no_memory(f->fault);
    while (status == STATUS_OK && (entry = readdir(dir))) {
        struct str name = str_copy(f->arena, str_of(entry->d_name));
        if (name.n == 0 || name.p[0] == '.')
            continue;
        struct str path = below.n ? str_format(f->arena, "%.*s/%.*s", STR_ARG(below), STR_ARG(name)) : name;
        if (str_ends(name, STR(".dmn")) || (below.n == 0 && str_equal(name, STR("manifest.yaml"))))
            status = take(f, path);
        else if (entry->d_type == DT_DIR && depth < DEPTH_MAX)
            status = look_in(f, path, depth + 1);
    }
    closedir(dir);
    return status;
}

static int by_path(const void *a, const void *b)
{
    return str_compare(((const struct policy_file *)a)->path, ((const struct policy_file *)b)->path);
}

enum status policy_pack_files(struct arena *arena, const char *folder, const struct policy_file **out, size_t *n,
                              struct fault *fault)
{
    struct finding f = { .arena = arena, .fault = fault, .folder = folder };
    f.files = ARENA_ARRAY(arena, POLICY_FILES_MAX, struct policy_file);
    if (!f.files)
        return fault_no_memory(fault);
    enum status status = look_in(&f, STR(""), 0);
    if (status != STATUS_OK)
        return status;
    if (f.n > 1)
        qsort(f.files, f.n, sizeof *f.files, by_path);
    *out = f.files;
    *n = f.n;
    return STATUS_OK;
}

enum status policy_pack_open(struct arena *arena, const char *folder, const struct policy_pack **out,
                             struct fault *fault)
{
    const struct policy_file *files;
    size_t n;
    enum status status = policy_pack_files(arena, folder, &files, &n, fault);
    return status == STATUS_OK ? policy_pack_read(arena, files, n, out, fault) : status;
}
