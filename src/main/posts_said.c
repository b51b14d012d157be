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

void posts_said_fault_objects(struct json_writer *w, const struct post_faults *faults)
{
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
}

void posts_said_faults_json(struct json_writer *w, const struct post_faults *faults)
{
    json_open_array(w);
    posts_said_fault_objects(w, faults);
    json_close_array(w);
}

void posts_said_labels(struct json_writer *w, uint32_t labels)
{
    static const enum post_label order[LABELS] = { LABEL_STOCK,      LABEL_POSED,     LABEL_AI,
                                                   LABEL_FICTITIOUS, LABEL_COMPOSITE, LABEL_ILLUSTRATION };
    json_open_array(w);
    for (size_t i = 0; i < LABELS; i++)
        if (post_labelled(labels, order[i]))
            json_put_str(w, post_label_word(order[i]));
    json_close_array(w);
}

void posts_said_result(const struct check_result *r)
{
    static const char *const heads[CHECK_OUTCOMES] = { [CHECK_NOT_APPLICABLE] = "not applicable",
                                                       [CHECK_PASS] = "pass",
                                                       [CHECK_WARN] = "warning",
                                                       [CHECK_CONFIRM] = "to confirm",
                                                       [CHECK_BLOCK] = "BLOCKS" };
    printf("%s: %.*s: %.*s", heads[r->outcome], STR_ARG(check_id_word(r->id)), STR_ARG(r->why));
    if (r->fix.p != NULL)
        printf(" %.*s", STR_ARG(r->fix));
    printf("\n");
    for (size_t i = 0; r->outcome >= CHECK_WARN && i < r->evidence_n; i++)
        printf("    %.*s: %.*s\n", STR_ARG(r->evidence[i].where), STR_ARG(r->evidence[i].text));
}

void posts_said_story(const struct check_story *story)
{
    enum { TOLD = 5 };
    const struct policy_answer *answer = &story->answer;
    if (!story->evaluated)
        return;
    printf("The story is recorded as: %s (%.*s; %s).\n", policy_outcome_name(answer->outcome),
           STR_ARG(answer->recording != NULL ? answer->recording->id : STR("no recording policy is held")),
           answer->signed_off ? "signed off" : "not signed off");
    for (size_t i = 0; i < answer->questions_n && i < TOLD; i++)
        printf("    to ask: %.*s (%.*s)\n", STR_ARG(answer->questions[i].text), STR_ARG(answer->questions[i].fact));
    if (answer->questions_n > TOLD)
        printf("    and %zu more: --json has them all\n", answer->questions_n - TOLD);
}

void posts_said_story_json(struct json_writer *w, const struct check_story *story)
{
    const struct policy_answer *answer = &story->answer;
    const struct policy_version *versions[] = { story->evaluated ? answer->law : NULL,
                                                story->evaluated ? answer->recording : NULL, story->rules };
    json_name(w, STR("scenario_outcome"));
    if (story->evaluated)
        json_put_str(w, str_of(policy_outcome_name(answer->outcome)));
    else
        json_put_null(w);
    json_name(w, STR("questions"));
    if (story->evaluated) {
        policy_questions_to_json(w, answer);
    } else {
        json_open_array(w);
        json_close_array(w);
    }
    json_name(w, STR("versions"));
    json_open_array(w);
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (versions[i] != NULL)
            json_put_str(w, versions[i]->id);
    json_close_array(w);
}

void posts_said_checks(const struct post_checks *checks)
{
    size_t said[CHECK_OUTCOMES] = { 0 };
    for (int outcome = CHECK_BLOCK; outcome >= CHECK_WARN; outcome--)
        for (int i = 0; i < CHECKS; i++)
            if (checks->results[i].outcome == (enum check_outcome)outcome) {
                bool answered = checks->answered[i] && outcome == CHECK_CONFIRM;
                posts_said_result(&checks->results[i]);
                if (answered)
                    printf("    A person has answered it for this edition.\n");
                said[outcome] += !answered;
            }
    posts_said_story(&checks->story);
    if (said[CHECK_BLOCK] > 0)
        printf("It cannot go out: %zu %s.\n", said[CHECK_BLOCK],
               said[CHECK_BLOCK] == 1 ? "check holds it" : "checks hold it");
    else if (said[CHECK_CONFIRM] > 0)
        printf("No check holds it; %zu %s a person before it is approved.\n", said[CHECK_CONFIRM],
               said[CHECK_CONFIRM] == 1 ? "asks" : "ask");
    else
        printf("No check holds it.\n");
}

static void put_member(struct json_writer *w, const char *name, struct str text)
{
    json_name(w, str_of(name));
    if (text.p == NULL)
        json_put_null(w);
    else
        json_put_str(w, text);
}

static void put_citation(struct json_writer *w, const struct check_result *r)
{
    if (r->rule.p == NULL) {
        json_put_null(w);
        return;
    }
    json_open_object(w);
    put_member(w, "rule", r->rule);
    put_member(w, "instrument", r->citation.instrument);
    put_member(w, "place", r->citation.place);
    if (r->citation.address.n > 0)
        put_member(w, "address", r->citation.address);
    json_name(w, STR("verified"));
    json_put_bool(w, r->citation.verified);
    json_close_object(w);
}

void posts_said_result_json(struct json_writer *w, const struct check_result *r, const bool *answered)
{
    json_open_object(w);
    put_member(w, "id", check_id_word(r->id));
    put_member(w, "version", r->version);
    put_member(w, "outcome", check_outcome_word(r->outcome));
    if (answered != NULL) {
        json_name(w, STR("answered"));
        json_put_bool(w, *answered);
    }
    put_member(w, "why", r->why);
    json_name(w, STR("evidence"));
    json_open_array(w);
    for (size_t i = 0; i < r->evidence_n; i++) {
        json_open_object(w);
        put_member(w, "where", r->evidence[i].where);
        put_member(w, "text", r->evidence[i].text);
        json_close_object(w);
    }
    json_close_array(w);
    put_member(w, "fix", r->fix);
    json_name(w, STR("citation"));
    put_citation(w, r);
    json_close_object(w);
}

void posts_said_checks_json(struct json_writer *w, const struct post_checks *checks)
{
    json_open_object(w);
    json_name(w, STR("publishable"));
    json_put_bool(w, checks->publishable);
    put_member(w, "edition", checks->hash_hex);
    json_name(w, STR("labels"));
    posts_said_labels(w, checks->labels);
    posts_said_story_json(w, &checks->story);
    json_name(w, STR("checks"));
    json_open_array(w);
    for (int i = 0; i < CHECKS; i++)
        posts_said_result_json(w, &checks->results[i], &checks->answered[i]);
    json_close_array(w);
    json_close_object(w);
}
