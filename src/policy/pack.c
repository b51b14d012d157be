/*
 * Packs: the models that a manifest names, read once, and which of them is in force on a day.
 *
 * Promises: see pack.h. A pack may come from somebody's folder: sizes are bounded, and a model is handed only the files
 * of its own version, so that no file can slip in through an import.
 */
#include "policy/pack.h"

#include <sodium.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "policy/manifest.h"
#include "policy/names.h"
#include "base/banned.h"

/* Of a file, made when the first version names it: most have many of them in common. */
struct digest {
    char hex[2 * crypto_hash_sha256_BYTES + 1]; /* empty: not yet */
};
struct building {
    struct arena *arena;
    struct fault *fault;
    const struct policy_file *files;
    size_t files_n;
    struct digest *digests;       /* of the files */
    struct policy_model **models; /* of all versions so far */
    size_t models_n;
};

/* ---- Days ---- */

int policy_day(struct feel_date date)
{
    return date.year * 10000 + date.month * 100 + date.day;
}

bool policy_day_parse(struct str text, int *out)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year, month, day;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !str_to_i64(str_slice(text, 0, 4), &year) ||
        !str_to_i64(str_slice(text, 5, 2), &month) || !str_to_i64(str_slice(text, 8, 2), &day))
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 ||
        day > days[month - 1] + (month == 2 && leap))
        return false;
    *out = (int)(year * 10000 + month * 100 + day);
    return true;
}

struct str policy_day_text(struct arena *arena, int day)
{
    return str_format(arena, "%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

const char *policy_kind_name(enum policy_kind kind)
{
    static const char *const names[] = { "law", "recording", "publication" };
    return names[kind];
}

/* ---- Files ---- */

static const struct policy_file *file_of(const struct building *b, struct str path)
{
    for (size_t i = 0; i < b->files_n; i++)
        if (str_equal(b->files[i].path, path))
            return &b->files[i];
    return NULL;
}

static struct str bytes_of(const struct building *b, struct str path)
{
    const struct policy_file *file = file_of(b, path);
    return file ? file->bytes : STR_NONE;
}

static enum status check_file(const struct building *b, const struct manifest_file *named,
                              const struct policy_file **out)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    *out = file_of(b, named->path);
    if (!*out)
        return fault_set(b->fault, STATUS_NOT_FOUND, "manifest.yaml:%d: %.*s is not in the folder of the pack.",
                         named->line, STR_ARG(named->path));
    char *hex = b->digests[*out - b->files].hex;
    if (!hex[0]) {
        crypto_hash_sha256(hash, (const unsigned char *)(*out)->bytes.p, (*out)->bytes.n);
        sodium_bin2hex(hex, sizeof b->digests->hex, hash, sizeof hash);
    }
    if (!str_equal(str_of(hex), named->sha256))
        return fault_set(b->fault, STATUS_DAMAGED,
                         "manifest.yaml:%d: %.*s is not the file that the manifest means: its sha256 is %s, "
                         "and %.*s stands there. Put the file back, or make a new version.",
                         named->line, STR_ARG(named->path), hex, STR_ARG(named->sha256));
    return STATUS_OK;
}

/* What stands in quotes behind the first ` namespace=`, which is the file's own. */
static struct str namespace_of(struct str bytes)
{
    ptrdiff_t at = str_find(bytes, STR(" namespace="));
    if (at < 0)
        return STR_NONE;
    struct str rest = str_slice(bytes, (size_t)at + sizeof " namespace=" - 1, bytes.n);
    ptrdiff_t end = rest.n ? str_find_byte(str_slice(rest, 1, rest.n), rest.p[0]) : -1;
    return end > 0 ? str_slice(rest, 1, (size_t)end) : STR_NONE;
}

/* The model and those files of its version that it names, or that these name. */
static size_t files_for(const struct building *b, const struct manifest_version *version, struct str path,
                        struct dmn_file *out)
{
    size_t n = 0;
    out[n++] = (struct dmn_file){ path, bytes_of(b, path) };
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < version->files_n && n < DMN_IMPORTS_MAX; j++) {
            struct str other = version->files[j].path;
            struct str space = namespace_of(bytes_of(b, other));
            bool there = false;
            for (size_t k = 0; k < n; k++)
                there = there || str_equal(out[k].name, other);
            if (!there && space.p && str_find(out[i].bytes, space) >= 0)
                out[n++] = (struct dmn_file){ other, bytes_of(b, other) };
        }
    return n;
}

/* ---- Models ---- */

static bool flag(const struct feel_context *row, struct str name)
{
    const struct feel_value *value = feel_context_get(row, name);
    return value && value->kind == FEEL_BOOLEAN && value->boolean;
}

static struct str text(const struct feel_context *row, struct str name)
{
    const struct feel_value *value = feel_context_get(row, name);
    return value && value->kind == FEEL_STRING ? value->string : STR_NONE;
}

static enum status read_offence(struct building *b, struct policy_model *model, struct feel_value row,
                                struct policy_offence *out)
{
    if (row.kind != FEEL_CONTEXT)
        return fault_set(b->fault, STATUS_INVALID, "%.*s: \"offences\" is a table with a row for each offence.",
                         STR_ARG(model->path));
    struct str notifiable = text(row.context, STR("notifiable"));
    *out = (struct policy_offence){
        .id = text(row.context, STR("id")),
        .name = text(row.context, STR("name")),
        .provision = text(row.context, STR("provision")),
        .against_person = flag(row.context, STR("against person")),
        .words_only = flag(row.context, STR("words only")),
        .section_5 = flag(row.context, STR("section 5")),
        .stirring_up = flag(row.context, STR("stirring up")),
        .possible_only = flag(row.context, STR("possible only")),
        .notifiable = str_equal(notifiable, STR("yes"))  ? POLICY_NOTIFIABLE_YES
                      : str_equal(notifiable, STR("no")) ? POLICY_NOTIFIABLE_NO
                                                         : POLICY_NOTIFIABLE_UNKNOWN,
        .made_out = { .model = model },
    };
    if (!out->id.n || !out->name.n || !out->provision.n)
        return fault_set(b->fault, STATUS_INVALID, "%.*s: a row of \"offences\" needs an id, a name and a provision.",
                         STR_ARG(model->path));
    out->made_out.decision = dmn_model_find(model->model, STR_NONE, out->id);
    if (!out->made_out.decision || dmn_element_kind(out->made_out.decision) != DMN_DECISION)
        return fault_set(b->fault, STATUS_INVALID, "%.*s: there is no decision \"%.*s\", which \"offences\" names.",
                         STR_ARG(model->path), STR_ARG(out->id));
    out->made_out.names = policy_names_of(b->arena, model->model, out->made_out.decision);
    if (!out->made_out.names)
        return fault_no_memory(b->fault);
    out->ways = policy_ways_of(b->arena, out->made_out.decision);
    return STATUS_OK;
}

/* In the model, or in what it imports. */
static const struct dmn_element *decision_of(const struct dmn_model *model, struct str name)
{
    for (size_t i = 0; i < dmn_model_elements(model); i++) {
        const struct dmn_element *element = dmn_model_element(model, i);
        if (dmn_element_kind(element) == DMN_DECISION && str_equal(dmn_element_name(element), name))
            return element;
    }
    return NULL;
}

static enum status read_offences(struct building *b, struct policy_model *model)
{
    const struct dmn_element *decision = decision_of(model->model, STR("offences"));
    struct dmn_result result;
    if (!decision)
        return STATUS_OK;
    enum status status = dmn_evaluate(model->model, decision, b->arena, 0, NULL, 0, &result, b->fault);
    if (status != STATUS_OK)
        return status;
    if (result.value.kind != FEEL_LIST || result.value.list.n > POLICY_OFFENCES_MAX)
        return fault_set(b->fault, STATUS_INVALID, "%.*s: \"offences\" is a table of at most %d rows.",
                         STR_ARG(model->path), (int)POLICY_OFFENCES_MAX);
    struct policy_offence *offences = ARENA_ARRAY(b->arena, result.value.list.n + 1, struct policy_offence);
    if (!offences)
        return fault_no_memory(b->fault);
    bool *names = ARENA_ARRAY(b->arena, policy_vocabulary_n, bool);
    if (!names)
        return fault_no_memory(b->fault);
    for (size_t i = 0; i < result.value.list.n && status == STATUS_OK; i++) {
        status = read_offence(b, model, result.value.list.items[i], &offences[i]);
        for (size_t j = 0; j < policy_vocabulary_n && status == STATUS_OK; j++)
            names[j] = names[j] || offences[i].made_out.names[j];
    }
    model->names = names;
    model->offences = offences;
    model->offences_n = result.value.list.n;
    return status;
}

static struct str stem_of(struct str path)
{
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    return str_slice(path, from, path.n - from - (sizeof ".dmn" - 1));
}

/* Of its path; another version may have read it before. */
static enum status read_model(struct building *b, const struct manifest_version *version, struct str path,
                              const struct policy_model **out)
{
    struct dmn_file files[DMN_IMPORTS_MAX];
    struct dmn_model *read;
    size_t faults_n;
    for (size_t i = 0; i < b->models_n; i++)
        if (str_equal(b->models[i]->path, path)) {
            *out = b->models[i];
            return STATUS_OK;
        }
    struct policy_model *model = ARENA_NEW(b->arena, struct policy_model);
    if (!model)
        return fault_no_memory(b->fault);
    size_t n = files_for(b, version, path, files);
    enum status status = dmn_model_read(b->arena, files, n, &read, b->fault);
    if (status != STATUS_OK)
        return status;
    const struct dmn_fault *faults = dmn_model_faults(read, &faults_n);
    if (faults_n > 0)
        return fault_set(b->fault, STATUS_INVALID, "%.*s:%d: %.*s: %.*s", STR_ARG(faults[0].file), faults[0].line,
                         STR_ARG(faults[0].where), STR_ARG(faults[0].words));
    *model = (struct policy_model){ .path = path, .name = stem_of(path), .model = read };
    if ((status = read_offences(b, model)) != STATUS_OK)
        return status;
    b->models[b->models_n++] = model;
    *out = model;
    return STATUS_OK;
}

static bool has_decisions(const struct dmn_model *model)
{
    for (size_t i = 0; i < dmn_model_elements(model); i++)
        if (dmn_element_kind(dmn_model_element(model, i)) == DMN_DECISION &&
            str_equal(dmn_element_namespace(dmn_model_element(model, i)), dmn_model_namespace(model)))
            return true;
    return false;
}

/* ---- Versions ---- */

static enum status gather_offences(struct building *b, struct policy_version *version)
{
    const struct policy_offence **all = ARENA_ARRAY(b->arena, POLICY_OFFENCES_MAX, const struct policy_offence *);
    if (!all)
        return fault_no_memory(b->fault);
    for (size_t i = 0; i < version->models_n; i++)
        for (size_t j = 0; j < version->models[i]->offences_n; j++) {
            const struct policy_offence *offence = &version->models[i]->offences[j];
            for (size_t k = 0; k < version->offences_n; k++)
                if (str_equal(all[k]->id, offence->id))
                    return fault_set(b->fault, STATUS_INVALID,
                                     "manifest.yaml:%d: %.*s has the offence %.*s twice, in %.*s and %.*s.",
                                     version->line, STR_ARG(version->id), STR_ARG(offence->id),
                                     STR_ARG(all[k]->made_out.model->path), STR_ARG(offence->made_out.model->path));
            if (version->offences_n == POLICY_OFFENCES_MAX)
                return fault_set(b->fault, STATUS_LIMIT, "manifest.yaml:%d: a version has at most %d offences.",
                                 version->line, (int)POLICY_OFFENCES_MAX);
            all[version->offences_n++] = offence;
        }
    version->offences = all;
    return STATUS_OK;
}

/* Of this name in one of the version's models, or in what they import. */
static struct policy_decision decision_in(const struct policy_version *version, struct str name)
{
    for (size_t i = 0; i < version->models_n; i++) {
        const struct dmn_element *found = decision_of(version->models[i]->model, name);
        if (found)
            return (struct policy_decision){ version->models[i], found, NULL };
    }
    return (struct policy_decision){ NULL, NULL, NULL };
}

static enum status read_version(struct building *b, const struct manifest_version *named, struct policy_version *out)
{
    const struct policy_model **models = ARENA_ARRAY(b->arena, named->files_n, const struct policy_model *);
    struct policy_version_file *files = ARENA_ARRAY(b->arena, named->files_n, struct policy_version_file);
    if (!models || !files)
        return fault_no_memory(b->fault);
    *out = (struct policy_version){ .id = named->id,
                                    .kind = named->kind,
                                    .from = named->from,
                                    .to = named->to,
                                    .enabled = named->enabled,
                                    .instruments = named->instruments,
                                    .instruments_n = named->instruments_n,
                                    .note = named->note,
                                    .models = models,
                                    .files = files,
                                    .files_n = named->files_n,
                                    .line = named->line };
    for (size_t i = 0; i < named->files_n; i++) {
        const struct policy_file *file;
        enum status status = check_file(b, &named->files[i], &file);
        if (status != STATUS_OK)
            return status;
        files[i] = (struct policy_version_file){ named->files[i].path, named->files[i].sha256 };
    }
    out->sha256 = policy_version_sum(b->arena, out);
    if (!out->sha256.p)
        return fault_no_memory(b->fault);
    /* Every module of the law is one model; of the others the first file is, and the rest is what it imports. */
    for (size_t i = 0; i < (named->kind == POLICY_LAW ? named->files_n : 1); i++) {
        const struct policy_model *model;
        enum status status = read_model(b, named, named->files[i].path, &model);
        if (status != STATUS_OK)
            return status;
        if (has_decisions(model->model))
            models[out->models_n++] = model;
    }
    bool law = named->kind == POLICY_LAW, recording = named->kind == POLICY_RECORDING;
    if (law) {
        out->can_be_a_crime = decision_in(out, STR("can be a crime"));
        out->aggravated = decision_in(out, STR("aggravated"));
        out->uplift = decision_in(out, STR("uplift"));
    }
    if (recording) {
        out->outcome = decision_in(out, STR("outcome"));
        out->perception = decision_in(out, STR("perception"));
        out->personal_data = decision_in(out, STR("personal data"));
    }
    if (out->outcome.decision &&
        !(out->outcome.names = policy_names_of(b->arena, out->outcome.model->model, out->outcome.decision)))
        return fault_no_memory(b->fault);
    if (recording && !out->outcome.decision)
        return fault_set(b->fault, STATUS_INVALID, "manifest.yaml:%d: %.*s has no decision \"outcome\".", named->line,
                         STR_ARG(named->id));
    return gather_offences(b, out);
}

enum status policy_pack_read(struct arena *arena, const struct policy_file *files, size_t files_n,
                             const struct policy_pack **out, struct fault *fault)
{
    struct building b = { .arena = arena, .fault = fault, .files = files, .files_n = files_n };
    struct manifest manifest;
    const struct policy_file *first = file_of(&b, STR("manifest.yaml"));
    if (!first)
        return fault_set(fault, STATUS_NOT_FOUND, "The pack has no manifest.yaml.");
    enum status status = manifest_read(arena, first->bytes, &manifest, fault);
    if (status != STATUS_OK)
        return status;
    struct policy_pack *pack = ARENA_NEW(arena, struct policy_pack);
    struct policy_version *versions = ARENA_ARRAY(arena, manifest.versions_n, struct policy_version);
    b.models = ARENA_ARRAY(arena, files_n + 1, struct policy_model *);
    b.digests = ARENA_ARRAY(arena, files_n + 1, struct digest);
    if (!pack || !versions || !b.models || !b.digests)
        return fault_no_memory(fault);
    for (size_t i = 0; i < manifest.versions_n; i++)
        if ((status = read_version(&b, &manifest.versions[i], &versions[i])) != STATUS_OK)
            return status;
    *pack = (struct policy_pack){ .nation = manifest.nation,
                                  .versions = versions,
                                  .versions_n = manifest.versions_n,
                                  .models = (const struct policy_model *const *)b.models,
                                  .models_n = b.models_n };
    *out = pack;
    return arena_failed(arena) ? fault_no_memory(fault) : STATUS_OK;
}

/* ---- Choice ---- */

const struct policy_version *policy_pack_on(const struct policy_pack *pack, enum policy_kind kind, int day)
{
    for (size_t i = 0; i < pack->versions_n; i++) {
        const struct policy_version *version = &pack->versions[i];
        if (version->kind == kind && version->enabled && version->from <= day && day < version->to)
            return version;
    }
    return NULL;
}

const struct policy_version *policy_pack_find(const struct policy_pack *pack, struct str id)
{
    for (size_t i = 0; i < pack->versions_n; i++)
        if (str_equal(pack->versions[i].id, id))
            return &pack->versions[i];
    return NULL;
}

struct str policy_decision_home(const struct policy_model *model, struct str decision)
{
    const struct dmn_element *element = decision_of(model->model, decision);
    struct str space = element ? dmn_element_namespace(element) : STR_NONE;
    if (!element || str_equal(space, dmn_model_namespace(model->model)))
        return model->name;
    size_t from = space.n;
    while (from > 0 && space.p[from - 1] != '/')
        from--;
    return str_slice(space, from, space.n);
}
