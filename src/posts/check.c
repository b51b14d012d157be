/*
 * A bare file, looked at without a database: its faults of format, or its
 * hash. The hash is the one that an import of the same file gives, because
 * both come out of the same two functions.
 */
#include "base/arena.h"
#include "posts/edition.h"
#include "posts/file.h"

#include "base/banned.h"

enum status posts_check_file(struct arena *arena, const struct post_source *source, struct post_faults *faults,
                             struct post_checked *out, struct fault *fault)
{
    struct import_file file;
    *out = (struct post_checked){ 0 };
    faults->arena = arena;
    faults->n = 0;
    faults->more = false;
    enum status status = post_file_read(arena, source, faults, &file);
    if (status == STATUS_INVALID)
        return fault_set(fault, status, "The file has faults: mend them and try again.");
    if (status == STATUS_NO_MEMORY)
        return fault_no_memory(fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%.*s could not be read: try again.", STR_ARG(source->name));
    out->hash_hex = edition_hex(arena, file.hash);
    out->labels = edition_labels(&file.content);
    out->document = file.document;
    return out->hash_hex.p == NULL ? fault_no_memory(fault) : STATUS_OK;
}
