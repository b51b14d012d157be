/*
 * A bare file, looked at without a database: its faults of format, or its
 * hash and what the checks answer. The hash is the one that an import of the
 * same file gives, because both come out of the same two functions.
 *
 * Promise: nothing that only a database knows is held against a bare file, and
 * nothing that could not be found out is taken for good.
 */
#include <unistd.h>

#include "base/arena.h"
#include "posts/check_inside.h"
#include "posts/edition.h"
#include "posts/file.h"

#include "base/banned.h"

static enum status read_file(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                             struct import_file *file, struct post_checked *out, struct fault *fault)
{
    *out = (struct post_checked){ 0 };
    faults->arena = arena;
    faults->n = 0;
    faults->more = false;
    enum status status = post_file_read(arena, source, faults, file);
    if (status == STATUS_INVALID)
        return fault_set(fault, status, "The file has faults: mend them and try again.");
    if (status == STATUS_NO_MEMORY)
        return fault_no_memory(fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%.*s could not be read: try again.", STR_ARG(source->name));
    out->hash_hex = edition_hex(arena, file->hash);
    out->labels = edition_labels(&file->content);
    out->document = file->document;
    return out->hash_hex.p == NULL ? fault_no_memory(fault) : STATUS_OK;
}

enum status posts_check_file(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                             struct post_checked *out, struct fault *fault)
{
    struct import_file file;
    return read_file(arena, source, faults, &file, out, fault);
}

/* The picture where the reader of files found it: beside the post, or in ../images. */
static const char *picture_path(struct arena *arena, const struct post_source *source, struct str name)
{
    struct str beside = str_format(arena, "%s/%.*s", source->folder, STR_ARG(name));
    if (beside.p != NULL && access(beside.p, F_OK) != 0)
        beside = str_format(arena, "%s/../images/%.*s", source->folder, STR_ARG(name));
    return beside.p;
}

enum status posts_check_bare(struct arena *arena, const struct post_source *source, const struct check_site *site,
                             struct post_faults *faults, struct post_checked *out, struct check_result results[CHECKS],
                             struct check_story *story, struct fault *fault)
{
    struct import_file file;
    enum status status = read_file(arena, source, faults, &file, out, fault);
    if (status != STATUS_OK)
        return status;
    struct check_input input = { .content = &file.content,
                                 .labels = out->labels,
                                 .pack = site->pack,
                                 .force = site->force,
                                 .address = site->address,
                                 .serves = site->serves,
                                 .serves_self = site->serves_self,
                                 .bare = true,
                                 .now = site->now };
    if (file.content.picture.set) {
        const char *path = picture_path(arena, source, file.content.picture.file);
        if (path == NULL)
            return fault_no_memory(fault);
        input.picture = picture_look(arena, path, &input.facts, &input.why);
    }
    status = posts_checks(arena, &input, results, story);
    return status == STATUS_OK ? status : fault_no_memory(fault);
}
