/*
 * Files in, faults out: the same for "post import" and "check".
 *
 * A file's name may hold anything; on a terminal its control characters become
 * question marks, so that it cannot write lines of its own.
 */
#include "main/posts_said.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/banned.h"

enum status posts_said_source(struct arena *arena, const char *path, struct post_source *out, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    struct str folder = slash == NULL   ? STR(".")
                        : slash == path ? STR("/")
                                        : (struct str){ path, (size_t)(slash - path) };
    *out = (struct post_source){ .name = str_of(path), .folder = str_z(arena, folder) };
    if (out->folder == NULL)
        return fault_no_memory(fault);
    /* One byte more than a post may have, so that too long a file is a fault of the file with its own words. */
    enum status status = file_read(arena, path, POST_FILE_MAX + 1, &out->text, fault);
    if (status == STATUS_LIMIT)
        return fault_set(fault, status, "%s is too large for a post; at most %d bytes fit. Shorten it.", path,
                         POST_FILE_MAX);
    return status;
}

void posts_said_faults(const struct post_faults *faults)
{
    for (size_t i = 0; i < faults->n; i++) {
        const struct post_fault *f = &faults->list[i];
        for (size_t j = 0; j < f->file.n; j++) {
            unsigned char c = (unsigned char)f->file.p[j];
            fputc(c < ' ' || c == 0x7F ? '?' : c, stderr);
        }
        fprintf(stderr, ":%lld:%lld: %.*s\n", (long long)f->line, (long long)f->column, STR_ARG(f->text));
    }
    if (faults->more)
        fprintf(stderr, "There are more faults; these are the first %d.\n", POST_FAULTS_MAX);
}

void posts_said_faults_json(struct json_writer *w, const struct post_faults *faults)
{
    json_open_array(w);
    for (size_t i = 0; i < faults->n; i++) {
        const struct post_fault *f = &faults->list[i];
        json_open_object(w);
        json_name(w, STR("file"));
        json_put_str(w, str_is_text(f->file) ? f->file : STR("(a name that is not UTF-8)"));
        json_name(w, STR("line"));
        json_put_i64(w, f->line);
        json_name(w, STR("column"));
        json_put_i64(w, f->column);
        json_name(w, STR("text"));
        json_put_str(w, f->text);
        json_close_object(w);
    }
    json_close_array(w);
}

void posts_said_labels(struct json_writer *w, uint32_t labels)
{
    json_open_array(w);
    for (unsigned i = 0; i < LABELS; i++)
        if (post_labelled(labels, (enum post_label)i))
            json_put_str(w, post_label_word((enum post_label)i));
    json_close_array(w);
}
