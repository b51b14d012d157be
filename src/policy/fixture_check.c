/* Cases of the rules of publication. Promises: see fixture.h. A name that the model does not know is refused, since a
 * misspelt fact would count as not known. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "dmn/type.h"
#include "policy/fixture.h"
#include "policy/publication.h"
#include "base/banned.h"

struct reading {
    struct arena *arena;
    struct fault *fault;
    const struct policy_pack *pack;
    const char *file;
    struct policy_check_fixture *out;
    size_t n;
};

static enum status refuse(const struct reading *r, const char *words, struct str what)
{
    return fault_set(r->fault, STATUS_INVALID, "publication/%s: %s%.*s", r->file, words,
                     STR_ARG(str_is_line(what) ? what : STR("?")));
}

static const struct policy_version *last_enabled(const struct policy_pack *pack)
{
    const struct policy_version *last = NULL;
    for (size_t i = 0; i < pack->versions_n; i++)
        if (pack->versions[i].kind == POLICY_PUBLICATION && pack->versions[i].enabled)
            last = &pack->versions[i];
    return last;
}

static bool has_field(const struct feel_type *type, struct str name)
{
    for (size_t i = 0; type && type->form == TYPE_CONTEXT && i < type->n; i++)
        if (str_equal(type->fields[i].name, name))
            return true;
    return false;
}

/* Every member of the input's type: from the case, else from all cases, else null. */
static enum status read_facts(struct reading *r, const struct dmn_element *input, const struct json *all,
                              const struct json *own, struct policy_check_fixture *out)
{
    const struct feel_type *type = dmn_element_type(input);
    const struct json *both[] = { all, own };
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; both[i] && j < both[i]->n; j++)
            if (both[i]->kind != JSON_OBJECT || !has_field(type, both[i]->names[j]))
                return refuse(r, "the input of this check has no such fact: ",
                              both[i]->kind == JSON_OBJECT ? both[i]->names[j] : STR("(a list)"));
    size_t n = type && type->form == TYPE_CONTEXT ? type->n : 0;
    struct json whole = { .kind = JSON_OBJECT };
    whole.names = ARENA_ARRAY(r->arena, n + 1, struct str);
    whole.items = ARENA_ARRAY(r->arena, n + 1, struct json);
    if (!whole.names || !whole.items)
        return fault_no_memory(r->fault);
    for (size_t i = 0; i < n; i++) {
        const struct json *value = json_get(own, type->fields[i].name);
        if (!value)
            value = json_get(all, type->fields[i].name);
        if (value) {
            whole.names[whole.n] = type->fields[i].name;
            whole.items[whole.n++] = *value;
        }
    }
    out->facts = (struct dmn_input){ STR_NONE, dmn_element_name(input), dmn_value_from_json(r->arena, &whole, input) };
    return arena_failed(r->arena) ? fault_no_memory(r->fault) : STATUS_OK;
}

static enum status read_case(struct reading *r, struct str check, const struct policy_version *version,
                             const struct dmn_element *input, const struct json *all, const struct json *one)
{
    const struct json *expect = json_get(one, STR("expect"));
    if (!expect || expect->kind != JSON_STRING)
        return refuse(r, "a case needs the outcome that it expects.", STR(""));
    if (r->n == POLICY_FIXTURES_MAX)
        return refuse(r, "there are too many cases.", STR(""));
    struct policy_check_fixture *out = &r->out[r->n++];
    *out = (struct policy_check_fixture){ .check = check, .version = version, .expect = expect->text };
    return read_facts(r, input, all, json_get(one, STR("facts")), out);
}

static enum status read_cases(struct reading *r, const struct json *json)
{
    const struct json *check = json_get(json, STR("check")), *version = json_get(json, STR("version"));
    const struct json *cases = json_get(json, STR("cases"));
    if (!check || check->kind != JSON_STRING || !str_is_line(check->text) || !cases || cases->kind != JSON_ARRAY)
        return refuse(r, "write \"check\" with its id, and \"cases\" with a list.", STR(""));
    const struct policy_version *meant = version ? policy_pack_find(r->pack, version->text) : last_enabled(r->pack);
    if (!meant || meant->kind != POLICY_PUBLICATION)
        return refuse(r, "there is no such version of publication.", STR(""));
    struct policy_decision what = policy_publication_find(meant, check->text);
    const struct dmn_element *input = what.decision ? dmn_element_need(what.decision, 0) : NULL;
    if (!input)
        return refuse(r, "the version has no decision of this name, or it has no input: ", check->text);
    for (size_t i = 0; i < cases->n; i++) {
        enum status status = read_case(r, check->text, meant, input, json_get(json, STR("facts")), &cases->items[i]);
        if (status != STATUS_OK)
            return status;
        r->out[r->n - 1].id = str_format(r->arena, "%.*s/%zu", STR_ARG(check->text), i + 1);
    }
    return STATUS_OK;
}

static enum status read_file(struct reading *r, const char *folder)
{
    struct str text;
    const struct json *json;
    struct fault inner;
    const char *path = str_z(r->arena, str_format(r->arena, "%s/%s", folder, r->file));
    if (!path)
        return fault_no_memory(r->fault);
    enum status status = file_read(r->arena, path, JSON_MAX_BYTES, &text, r->fault);
    if (status != STATUS_OK)
        return status;
    if ((status = json_read(r->arena, text, &json, &inner)) != STATUS_OK)
        return fault_set(r->fault, status, "publication/%s: %s", r->file, inner.text);
    return read_cases(r, json);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum status policy_check_fixtures_read(struct arena *arena, const char *folder, const struct policy_pack *pack,
                                       const struct policy_check_fixture **out, size_t *n, struct fault *fault)
{
    enum { FILES_MAX = 500 };
    struct reading r = { .arena = arena, .fault = fault, .pack = pack };
    const char **names = ARENA_ARRAY(arena, FILES_MAX, const char *);
    const char *path = str_z(arena, str_format(arena, "%s/fixtures/publication", folder));
    struct dirent *entry;
    size_t found = 0;
    r.out = ARENA_ARRAY(arena, POLICY_FIXTURES_MAX, struct policy_check_fixture);
    if (!names || !path || !r.out)
        return fault_no_memory(fault);
    *out = r.out;
    *n = 0;
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? STATUS_OK
                               : fault_set(fault, STATUS_NOT_FOUND, "%s: this folder cannot be read.", path);
    while ((entry = readdir(dir)) && found < FILES_MAX)
        if (entry->d_name[0] != '.' && str_ends(str_of(entry->d_name), STR(".json")))
            names[found++] = str_z(arena, str_of(entry->d_name));
    closedir(dir);
    if (arena_failed(arena))
        return fault_no_memory(fault);
    if (found > 1)
        qsort(names, found, sizeof *names, by_name);
    for (size_t i = 0; i < found; i++) {
        r.file = names[i];
        enum status status = read_file(&r, path);
        if (status != STATUS_OK)
            return status;
    }
    *n = r.n;
    return STATUS_OK;
}
