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

static void say_check(const struct check_result *r, bool answered)
{
    struct str outcome = check_outcome_word(r->outcome);
    printf("%-8.*s %.*s: %.*s\n", STR_ARG(outcome), STR_ARG(check_id_word(r->id)), STR_ARG(r->why));
    for (size_t i = 0; i < r->evidence_n; i++)
        printf("         %.*s: %.*s\n", STR_ARG(r->evidence[i].where), STR_ARG(r->evidence[i].text));
    if (answered && r->outcome == CHECK_CONFIRM)
        printf("         A person has answered it for this edition.\n");
    else if (r->fix.p != NULL)
        printf("         %.*s\n", STR_ARG(r->fix));
}

void posts_said_checks(const struct post_checks *checks)
{
    static const enum check_outcome order[] = { CHECK_BLOCK, CHECK_CONFIRM, CHECK_WARN };
    size_t said[CHECK_OUTCOMES] = { 0 };
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (int i = 0; i < CHECKS; i++)
            if (checks->results[i].outcome == order[o]) {
                say_check(&checks->results[i], checks->answered[i]);
                said[order[o]]++;
            }
    if (said[CHECK_BLOCK] > 0)
        printf("It cannot go out: %zu %s.\n", said[CHECK_BLOCK],
               said[CHECK_BLOCK] == 1 ? "check holds it" : "checks hold it");
    else if (said[CHECK_CONFIRM] > 0)
        printf("No check holds it; %zu %s a person before it is approved.\n", said[CHECK_CONFIRM],
               said[CHECK_CONFIRM] == 1 ? "asks" : "ask");
    else
        printf("No check holds it.\n");
}

void posts_said_checks_json(struct json_writer *w, const struct post_checks *checks)
{
    json_open_object(w);
    json_name(w, STR("publishable"));
    json_put_bool(w, checks->publishable);
    json_name(w, STR("edition"));
    json_put_str(w, checks->hash_hex);
    json_name(w, STR("labels"));
    posts_said_labels(w, checks->labels);
    json_name(w, STR("checks"));
    json_open_array(w);
    for (int i = 0; i < CHECKS; i++) {
        const struct check_result *r = &checks->results[i];
        json_open_object(w);
        json_name(w, STR("id"));
        json_put_str(w, check_id_word(r->id));
        json_name(w, STR("outcome"));
        json_put_str(w, check_outcome_word(r->outcome));
        json_name(w, STR("answered"));
        json_put_bool(w, checks->answered[i]);
        json_name(w, STR("why"));
        json_put_str(w, r->why);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}
