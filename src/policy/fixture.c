/* Cases whose answer is known, and whether an answer is that one. Promises: see fixture.h. */
#include "policy/fixture.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/banned.h"

struct reading {
    struct arena *arena;
    struct fault *fault;
    const struct policy_pack *pack;
    const char *folder;
};

static const char *const members[] = { "id", "origin", "facts", "from_verdict", "note", "as_if", "expect", NULL };
static const char *const expected[] = { "outcome",       "strands",          "offences", "aggravated",
                                        "personal_data", "uplift_available", NULL };

/* ---- Reading ---- */

static enum status only(struct reading *r, const char *file, const struct json *object, const char *const *allowed)
{
    if (!object || object->kind != JSON_OBJECT)
        return fault_set(r->fault, STATUS_INVALID, "%s: a fixture is an object, and so is what it expects.", file);
    for (size_t i = 0; i < object->n; i++) {
        bool found = false;
        for (size_t j = 0; allowed[j] && !found; j++)
            found = str_equal(object->names[i], str_of(allowed[j]));
        if (!found)
            return fault_set(r->fault, STATUS_INVALID, "%s: \"%.*s\" is no member of a fixture.", file,
                             STR_ARG(str_is_line(object->names[i]) ? object->names[i] : STR("?")));
    }
    return STATUS_OK;
}

static enum status read_as_if(struct reading *r, const char *file, const struct json *list, struct policy_fixture *out)
{
    for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->n; i++) {
        const struct policy_version *version = policy_pack_find(r->pack, list->items[i].text);
        if (!version || version->kind == POLICY_PUBLICATION)
            return fault_set(r->fault, STATUS_INVALID, "%s: as_if names no version of the law or of recording.", file);
        if (version->kind == POLICY_LAW)
            out->law = version;
        else
            out->recording = version;
    }
    return STATUS_OK;
}

static enum status read_one(struct reading *r, const char *file, struct policy_fixture *out)
{
    struct str text;
    const struct json *json;
    struct fault inner;
    const char *path = str_z(r->arena, str_format(r->arena, "%s/fixtures/%s", r->folder, file));
    if (!path)
        return fault_no_memory(r->fault);
    enum status status = file_read(r->arena, path, JSON_MAX_BYTES, &text, r->fault);
    if (status != STATUS_OK)
        return status;
    if ((status = json_read(r->arena, text, &json, &inner)) != STATUS_OK)
        return fault_set(r->fault, status, "%s: %s", file, inner.text);
    if ((status = only(r, file, json, members)) != STATUS_OK)
        return status;
    const struct json *id = json_get(json, STR("id")), *origin = json_get(json, STR("origin"));
    out->expect = json_get(json, STR("expect"));
    if ((status = only(r, file, out->expect, expected)) != STATUS_OK)
        return status;
    if (!id || id->kind != JSON_STRING || !str_is_line(id->text) || !json_get(out->expect, STR("outcome")))
        return fault_set(r->fault, STATUS_INVALID, "%s: a fixture needs an id, and an outcome that it expects.", file);
    out->file = str_copy(r->arena, str_of(file));
    out->id = id->text;
    out->origin = origin && origin->kind == JSON_STRING ? origin->text : STR("");
    if ((status = policy_facts_read(r->arena, json_get(json, STR("facts")), &out->facts, &inner)) != STATUS_OK)
        return fault_set(r->fault, status, "%s: %s", file, inner.text);
    if (policy_facts_get(&out->facts, STR("dates.incident")).kind != FEEL_DATE ||
        policy_facts_get(&out->facts, STR("dates.recorded")).kind != FEEL_DATE)
        return fault_set(r->fault, STATUS_INVALID, "%s: the facts of a fixture have both dates.", file);
    return read_as_if(r, file, json_get(json, STR("as_if")), out);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status policy_fixtures_read(struct arena *arena, const char *folder, const struct policy_pack *pack,
                                 const struct policy_fixture **out, size_t *n, struct fault *fault)
{
    struct reading r = { arena, fault, pack, folder };
    const char **names = ARENA_ARRAY(arena, POLICY_FIXTURES_MAX, const char *);
    const char *path = str_z(arena, str_format(arena, "%s/fixtures", folder));
    struct dirent *entry;
    size_t found = 0;
    if (!names || !path)
        return fault_no_memory(fault);
    DIR *dir = opendir(path);
    if (!dir)
        return fault_set(fault, STATUS_NOT_FOUND, "%s: this folder cannot be read; fixtures stand in it.", path);
    while ((entry = readdir(dir)) && found < POLICY_FIXTURES_MAX)
        if (entry->d_name[0] != '.' && str_ends(str_of(entry->d_name), STR(".json")))
            names[found++] = str_z(arena, str_of(entry->d_name));
    closedir(dir);
    struct policy_fixture *fixtures = ARENA_ARRAY(arena, found + 1, struct policy_fixture);
    if (!fixtures || arena_failed(arena))
        return fault_no_memory(fault);
    if (found > 1)
        qsort(names, found, sizeof *names, by_name);
    for (size_t i = 0; i < found; i++) {
        enum status status = read_one(&r, names[i], &fixtures[i]);
        if (status != STATUS_OK)
            return status;
    }
    *out = fixtures;
    *n = found;
    return STATUS_OK;
}

/* ---- Comparing ---- */

static void differ(struct buf *wrong, const char *what, struct str is, struct str wanted)
{
    buf_format(wrong, "%s is %.*s, not %.*s\n", what, STR_ARG(is), STR_ARG(wanted));
}

static void compare_word(struct buf *wrong, const struct json *expect, const char *member, const char *is)
{
    const struct json *wanted = json_get(expect, str_of(member));
    if (wanted && !(wanted->kind == JSON_STRING && str_equal(wanted->text, str_of(is))))
        differ(wrong, member, str_of(is), wanted->kind == JSON_STRING ? wanted->text : STR("a word"));
}

static void compare_strands(struct buf *wrong, const struct json *wanted, const struct policy_answer *answer)
{
    bool same = wanted->kind == JSON_ARRAY && wanted->n == answer->strands_n;
    for (size_t i = 0; same && i < wanted->n; i++) {
        bool found = false;
        for (size_t j = 0; j < answer->strands_n; j++)
            found = found || str_equal(wanted->items[i].text, answer->strands[j]);
        same = found;
    }
    if (same)
        return;
    buf_add(wrong, STR("strands are"));
    for (size_t i = 0; i < answer->strands_n; i++)
        buf_format(wrong, "%s %.*s", i ? "," : "", STR_ARG(answer->strands[i]));
    buf_add(wrong, answer->strands_n ? STR("\n") : STR(" none\n"));
}

static void compare_offences(struct buf *wrong, const struct json *wanted, const struct policy_answer *answer)
{
    for (size_t i = 0; wanted->kind == JSON_OBJECT && i < wanted->n; i++) {
        const char *is = "no offence of the law in force";
        for (size_t j = 0; j < answer->offences_n; j++)
            if (str_equal(answer->offences[j].offence->id, wanted->names[i]))
                is = policy_made_out_name(answer->offences[j].status);
        if (!str_equal(wanted->items[i].text, str_of(is)))
            buf_format(wrong, "%.*s is %s, not %.*s\n", STR_ARG(wanted->names[i]), is, STR_ARG(wanted->items[i].text));
    }
}

/* By offence: the id of its aggravated form, or null. */
static void compare_aggravated(struct buf *wrong, const struct json *wanted, const struct policy_answer *answer)
{
    for (size_t i = 0; wanted->kind == JSON_OBJECT && i < wanted->n; i++) {
        struct str is = STR_NONE, want = wanted->items[i].kind == JSON_STRING ? wanted->items[i].text : STR_NONE;
        for (size_t j = 0; j < answer->offences_n; j++)
            if (str_equal(answer->offences[j].offence->id, wanted->names[i]))
                is = answer->offences[j].aggravated;
        if (!str_equal(is, want) || !is.p != !want.p)
            buf_format(wrong, "aggravated form of %.*s is %.*s, not %.*s\n", STR_ARG(wanted->names[i]),
                       STR_ARG(is.p ? is : STR("none")), STR_ARG(want.p ? want : STR("none")));
    }
}

void policy_fixture_compare(const struct policy_fixture *fixture, const struct policy_answer *answer, struct buf *wrong)
{
    static const char *const truths[] = { "null", "false", "true" };
    const struct json *strands = json_get(fixture->expect, STR("strands"));
    const struct json *offences = json_get(fixture->expect, STR("offences"));
    const struct json *aggravated = json_get(fixture->expect, STR("aggravated"));
    const struct json *uplift = json_get(fixture->expect, STR("uplift_available"));
    compare_word(wrong, fixture->expect, "outcome", policy_outcome_name(answer->outcome));
    compare_word(wrong, fixture->expect, "personal_data", policy_personal_data_name(answer->personal_data));
    if (strands)
        compare_strands(wrong, strands, answer);
    if (offences)
        compare_offences(wrong, offences, answer);
    if (aggravated)
        compare_aggravated(wrong, aggravated, answer);
    if (uplift) {
        enum policy_truth wanted = uplift->kind != JSON_BOOL ? POLICY_UNKNOWN
                                   : uplift->boolean         ? POLICY_YES
                                                             : POLICY_NO;
        if (wanted != answer->uplift_available)
            differ(wrong, "uplift_available", str_of(truths[answer->uplift_available]), str_of(truths[wanted]));
    }
}
