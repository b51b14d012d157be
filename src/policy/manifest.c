/*
 * The manifest of a pack: which versions there are, from when to when, and of which files.
 *
 * Promises: see manifest.h. It may come from somebody's folder: an unknown key is a fault, so that a slip of the pen
 * never leaves a date out.
 */
#include "policy/manifest.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/yaml.h"
#include "base/banned.h"

enum { ID_MAX = 60, WORDS_MAX = 300, SHA256_DIGITS = 64 };

struct reading {
    struct arena *arena;
    struct fault *fault;
    const struct yaml *sha256; /* the map of the whole manifest, or NULL */
};

static enum status refuse(struct reading *r, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static enum status refuse(struct reading *r, int line, const char *format, ...)
{
    char words[FAULT_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return fault_set(r->fault, STATUS_INVALID, "manifest.yaml:%d: %s", line, words);
}

static enum status only_keys(struct reading *r, const struct yaml *map, const char *const *allowed)
{
    if (map->kind != YAML_MAP)
        return refuse(r, map->line, "Write \"key: words\" lines here.");
    for (size_t i = 0; i < map->n; i++) {
        bool found = false;
        for (size_t j = 0; allowed[j] && !found; j++)
            found = str_equal(map->keys[i].text, str_of(allowed[j]));
        if (!found)
            return refuse(r, map->keys[i].line, "\"%.*s\" is no key here.",
                          STR_ARG(str_is_line(map->keys[i].text) ? map->keys[i].text : STR("?")));
    }
    return STATUS_OK;
}

static enum status read_text(struct reading *r, const struct yaml *map, const char *key, bool needed, size_t most,
                             struct str *out)
{
    const struct yaml *node = yaml_get(map, str_of(key));
    *out = STR("");
    if (!node || node->kind == YAML_NULL)
        return needed ? refuse(r, map->line, "\"%s\" is missing.", key) : STATUS_OK;
    if (node->kind != YAML_SCALAR || !str_is_line(node->text) || node->text.n > most)
        return refuse(r, node->line, "\"%s\" is one line of at most %zu bytes.", key, most);
    *out = node->text;
    return STATUS_OK;
}

static enum status read_day(struct reading *r, const struct yaml *map, const char *key, int missing, int *out)
{
    const struct yaml *node = yaml_get(map, str_of(key));
    *out = missing;
    if (!node || node->kind == YAML_NULL)
        return STATUS_OK;
    if (node->kind != YAML_SCALAR || !policy_day_parse(node->text, out))
        return refuse(r, node->line, "\"%s\" is a day as 2022-10-16.", key);
    return STATUS_OK;
}

static enum status read_kind(struct reading *r, const struct yaml *map, enum policy_kind *out)
{
    struct str text;
    enum status status = read_text(r, map, "kind", true, ID_MAX, &text);
    if (status != STATUS_OK)
        return status;
    for (int kind = POLICY_LAW; kind <= POLICY_PUBLICATION; kind++)
        if (str_equal(text, str_of(policy_kind_name((enum policy_kind)kind)))) {
            *out = (enum policy_kind)kind;
            return STATUS_OK;
        }
    return refuse(r, yaml_get(map, STR("kind"))->line, "\"kind\" is law, recording or publication.");
}

static enum status read_enabled(struct reading *r, const struct yaml *map, bool *out)
{
    const struct yaml *node = yaml_get(map, STR("enabled"));
    *out = true;
    if (node && !yaml_bool(node, out))
        return refuse(r, node->line, "\"enabled\" is true or false.");
    return STATUS_OK;
}

static enum status read_instruments(struct reading *r, const struct yaml *map, struct manifest_version *out)
{
    const struct yaml *node = yaml_get(map, STR("instruments"));
    if (!node)
        return STATUS_OK;
    if (node->kind != YAML_LIST)
        return refuse(r, node->line, "\"instruments\" is a list.");
    struct str *names = ARENA_ARRAY(r->arena, node->n + 1, struct str);
    if (!names)
        return fault_no_memory(r->fault);
    for (size_t i = 0; i < node->n; i++) {
        if (node->items[i].kind != YAML_SCALAR || !str_is_line(node->items[i].text))
            return refuse(r, node->items[i].line, "An instrument is one line.");
        names[i] = node->items[i].text;
    }
    out->instruments = names;
    out->instruments_n = node->n;
    return STATUS_OK;
}

/* A file below the folder of the pack, and nothing above it. */
static bool is_path(struct str path)
{
    if (path.n == 0 || path.n > WORDS_MAX || path.p[0] == '/' || !str_ends(path, STR(".dmn")) ||
        str_find(path, STR("..")) >= 0)
        return false;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/'))
            return false;
    }
    return true;
}

static bool is_sha256(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
            return false;
    return text.n == SHA256_DIGITS;
}

static enum status read_file(struct reading *r, const struct yaml *node, struct manifest_file *out)
{
    static const char *const keys[] = { "file", "sha256", NULL };
    *out = (struct manifest_file){ .line = node->line };
    if (node->kind == YAML_SCALAR) { /* its sha256 stands once for all, at the top */
        const struct yaml *sha256 = r->sha256 ? yaml_get(r->sha256, node->text) : NULL;
        out->path = node->text;
        out->sha256 = sha256 && sha256->kind == YAML_SCALAR ? sha256->text : STR_NONE;
        out->line = sha256 ? sha256->line : node->line;
    } else {
        enum status status = only_keys(r, node, keys);
        if (status == STATUS_OK)
            status = read_text(r, node, "file", true, WORDS_MAX, &out->path);
        if (status == STATUS_OK)
            status = read_text(r, node, "sha256", true, SHA256_DIGITS, &out->sha256);
        if (status != STATUS_OK)
            return status;
    }
    if (!is_path(out->path))
        return refuse(r, node->line, "A file is a path below the folder of the pack that ends in .dmn.");
    if (!is_sha256(out->sha256))
        return refuse(r, out->line, "%.*s needs its sha256: 64 digits, with small letters.", STR_ARG(out->path));
    return STATUS_OK;
}

static enum status read_files(struct reading *r, const struct yaml *map, struct manifest_version *out)
{
    const struct yaml *node = yaml_get(map, STR("files"));
    if (!node || node->kind != YAML_LIST || node->n == 0)
        return refuse(r, node ? node->line : map->line, "A version has a list of \"files\".");
    struct manifest_file *files = ARENA_ARRAY(r->arena, node->n, struct manifest_file);
    if (!files)
        return fault_no_memory(r->fault);
    for (size_t i = 0; i < node->n; i++) {
        enum status status = read_file(r, &node->items[i], &files[i]);
        if (status != STATUS_OK)
            return status;
        for (size_t j = 0; j < i; j++)
            if (str_equal(files[j].path, files[i].path))
                return refuse(r, node->items[i].line, "This file stands in the version twice.");
    }
    out->files = files;
    out->files_n = node->n;
    return STATUS_OK;
}

static enum status read_version(struct reading *r, const struct yaml *map, struct manifest_version *out)
{
    static const char *const keys[] = { "id", "kind", "from", "to", "enabled", "instruments", "note", "files", NULL };
    *out = (struct manifest_version){ .line = map->line };
    enum status status = only_keys(r, map, keys);
    if (status == STATUS_OK)
        status = read_text(r, map, "id", true, ID_MAX, &out->id);
    if (status == STATUS_OK)
        status = read_kind(r, map, &out->kind);
    if (status == STATUS_OK)
        status = read_day(r, map, "from", POLICY_DAY_NONE, &out->from);
    if (status == STATUS_OK)
        status = read_day(r, map, "to", POLICY_DAY_OPEN, &out->to);
    if (status == STATUS_OK)
        status = read_enabled(r, map, &out->enabled);
    if (status == STATUS_OK)
        status = read_text(r, map, "note", false, 4 * (size_t)WORDS_MAX, &out->note);
    if (status == STATUS_OK)
        status = read_instruments(r, map, out);
    if (status == STATUS_OK)
        status = read_files(r, map, out);
    if (status != STATUS_OK)
        return status;
    if (out->enabled && out->from == POLICY_DAY_NONE && out->kind != POLICY_PUBLICATION)
        return refuse(r, out->line, "%.*s is enabled, so it needs a day in \"from\".", STR_ARG(out->id));
    if (out->from >= out->to)
        return refuse(r, out->line, "%.*s ends before it begins.", STR_ARG(out->id));
    return STATUS_OK;
}

static enum status compare(struct reading *r, const struct manifest_version *a, const struct manifest_version *b)
{
    if (str_equal(a->id, b->id))
        return refuse(r, b->line, "The version %.*s stands twice.", STR_ARG(b->id));
    if (a->kind == b->kind && a->enabled && b->enabled && a->from < b->to && b->from < a->to)
        return refuse(r, b->line, "%.*s and %.*s are in force on the same day.", STR_ARG(b->id), STR_ARG(a->id));
    return STATUS_OK;
}

enum status manifest_read(struct arena *arena, struct str text, struct manifest *out, struct fault *fault)
{
    static const char *const keys[] = { "nation", "sha256", "versions", NULL };
    struct reading r = { arena, fault, NULL };
    struct yaml_fault wrong = { 0 };
    const struct yaml *root;
    *out = (struct manifest){ 0 };
    if (yaml_read(arena, text, 1, &root, &wrong) != STATUS_OK)
        return fault_set(fault, wrong.fault.status, "manifest.yaml:%d: %s", wrong.line, wrong.fault.text);
    enum status status = only_keys(&r, root, keys);
    if (status == STATUS_OK)
        status = read_text(&r, root, "nation", true, ID_MAX, &out->nation);
    if (status != STATUS_OK)
        return status;
    const struct yaml *list = yaml_get(root, STR("versions"));
    r.sha256 = yaml_get(root, STR("sha256"));
    if (r.sha256 && r.sha256->kind != YAML_MAP)
        return refuse(&r, r.sha256->line, "\"sha256\" has a line for each file.");
    if (!list || list->kind != YAML_LIST || list->n == 0 || list->n > POLICY_VERSIONS_MAX)
        return refuse(&r, list ? list->line : 1, "\"versions\" is a list of 1 to %d.", (int)POLICY_VERSIONS_MAX);
    struct manifest_version *versions = ARENA_ARRAY(arena, list->n, struct manifest_version);
    if (!versions)
        return fault_no_memory(fault);
    for (size_t i = 0; i < list->n; i++) {
        if ((status = read_version(&r, &list->items[i], &versions[i])) != STATUS_OK)
            return status;
        for (size_t j = 0; j < i; j++)
            if ((status = compare(&r, &versions[j], &versions[i])) != STATUS_OK)
                return status;
    }
    out->versions = versions;
    out->versions_n = list->n;
    return arena_failed(arena) ? fault_no_memory(fault) : STATUS_OK;
}
