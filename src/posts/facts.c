/*
 * Facts from a post's head, held against the vocabulary.
 *
 * The vocabulary of the policy packs is the only list of names. A name that is
 * not in it is a fault, because a misspelt fact would silently count
 * as unknown and could change what the policy answers. Absent and null both
 * mean "not known"; nothing is filled in.
 */
#include "posts/facts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/yaml.h"
#include "policy/facts.h"
#include "posts/content.h"

#include "base/banned.h"

struct reader {
    struct arena *arena;
    struct str file;
    struct post_faults *faults;
    struct json_writer json;
};

static void fault_at(struct reader *r, const struct yaml *node, struct str path, struct str what)
{
    post_faults_add(r->faults, r->file, node->line, node->column, "scenario.%.*s %.*s", STR_ARG(path), STR_ARG(what));
}

/* The allowed values as a set of words in the arena. */
static struct word_set values_of(struct reader *r, const struct policy_fact *fact)
{
    struct word_set set = { NULL, 0 };
    struct str *words = ARENA_ARRAY(r->arena, fact->values_n, struct str);
    if (words == NULL)
        return set;
    for (size_t i = 0; i < fact->values_n; i++)
        words[i] = fact->values[i].word;
    set.words = words;
    set.n = fact->values_n;
    return set;
}

/* One line of words, as everywhere in the head. */
static void read_text(struct reader *r, const struct yaml *node, struct str path)
{
    struct str wrong = STR_NONE;
    if (node->kind != YAML_SCALAR || node->text.n == 0)
        wrong = STR("must be one line of words.");
    else if (str_code_points(node->text) > POLICY_TEXT_MAX)
        wrong = str_format(r->arena, "has %zu characters; at most %d fit. Shorten it.", str_code_points(node->text),
                           POLICY_TEXT_MAX);
    else
        wrong = post_line_wrong(r->arena, node->text);
    if (wrong.p != NULL)
        fault_at(r, node, path, wrong);
    else
        json_put_str(&r->json, node->text);
}

static void read_choice(struct reader *r, const struct policy_fact *fact, const struct yaml *node, struct str path)
{
    struct word_set set = values_of(r, fact);
    if (node->kind != YAML_SCALAR || word_find(&set, node->text) < 0) {
        struct str list = word_list(r->arena, &set);
        fault_at(r, node, path, str_format(r->arena, "must be %.*s.", STR_ARG(list)));
        return;
    }
    json_put_str(&r->json, node->text);
}

static void read_list(struct reader *r, const struct policy_fact *fact, const struct yaml *node, struct str path)
{
    if (node->kind != YAML_LIST) {
        fault_at(r, node, path, STR("must be a list: write it in square brackets."));
        return;
    }
    if (node->n > POLICY_TEXTS_MAX) {
        fault_at(r, node, path,
                 str_format(r->arena, "has %zu entries; at most %d fit.", node->n, (int)POLICY_TEXTS_MAX));
        return;
    }
    json_open_array(&r->json);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml *item = &node->items[i];
        struct str name = str_format(r->arena, "%.*s[%zu]", STR_ARG(path), i);
        for (size_t j = 0; j < i; j++)
            if (item->kind == YAML_SCALAR && node->items[j].kind == YAML_SCALAR &&
                str_equal(item->text, node->items[j].text)) {
                fault_at(r, item, name, STR("stands there twice; leave one out."));
                break;
            }
        if (fact->type == POLICY_SOME_OF)
            read_choice(r, fact, item, name);
        else
            read_text(r, item, name);
    }
    json_close_array(&r->json);
}

static void read_leaf(struct reader *r, const struct policy_fact *fact, const struct yaml *node, struct str path)
{
    bool truth = false;
    int64_t number = 0;
    struct post_date date;
    switch (fact->type) {
    case POLICY_BOOLEAN:
        if (!yaml_bool(node, &truth))
            fault_at(r, node, path, STR("must be true or false, without quotes."));
        else
            json_put_bool(&r->json, truth);
        return;
    case POLICY_NUMBER:
        if (!yaml_i64(node, &number) || number < 1 || number > POLICY_NUMBER_MAX)
            fault_at(r, node, path,
                     str_format(r->arena, "must be a whole number from 1 to %d.", (int)POLICY_NUMBER_MAX));
        else
            json_put_i64(&r->json, number);
        return;
    case POLICY_DATE:
        if (node->kind != YAML_SCALAR || !post_date_read(node->text, &date))
            fault_at(r, node, path, STR("must be a date such as 2022-10-10, or 2022-10-10T19:11 in local time."));
        else
            json_put_str(&r->json, post_date_text(r->arena, &date));
        return;
    case POLICY_TEXT: read_text(r, node, path); return;
    case POLICY_ONE_OF: read_choice(r, fact, node, path); return;
    case POLICY_SOME_OF:
    case POLICY_TEXTS: read_list(r, fact, node, path); return;
    }
}

static const struct policy_fact *fact_find(struct str path)
{
    for (size_t i = 0; i < policy_vocabulary_n; i++)
        if (str_equal(policy_vocabulary[i].path, path))
            return &policy_vocabulary[i];
    return NULL;
}

static bool fact_heads(struct str path)
{
    for (size_t i = 0; i < policy_vocabulary_n; i++)
        if (str_starts(policy_vocabulary[i].path, path))
            return true;
    return false;
}

/* The names that may stand directly under `path` ("" or "place." or "conduct[]."). */
static size_t names_under(struct str path, struct str *names, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        if (!str_starts(policy_vocabulary[i].path, path))
            continue;
        struct str name = str_slice(policy_vocabulary[i].path, path.n, policy_vocabulary[i].path.n);
        for (size_t j = 0; j < name.n; j++)
            if (name.p[j] == '.' || name.p[j] == '[')
                name.n = j;
        if ((n == 0 || !str_equal(names[n - 1], name)) && n < room)
            names[n++] = name;
    }
    return n;
}

static void unknown_name(struct reader *r, const struct yaml *key, struct str pattern, struct str path)
{
    struct str names[40];
    size_t n = names_under(pattern, names, sizeof names / sizeof names[0]);
    struct str near = word_nearest(names, n, key->text);
    struct str full = str_format(r->arena, "%.*s%.*s", STR_ARG(path), STR_ARG(post_quote(r->arena, key->text)));
    if (near.p != NULL) {
        fault_at(r, key, full, str_format(r->arena, "is no known fact; did you mean \"%.*s\"?", STR_ARG(near)));
        return;
    }
    struct word_set set = { names, n };
    fault_at(r, key, full,
             str_format(r->arena, "is no known fact; here may stand %.*s.", STR_ARG(word_list(r->arena, &set))));
}

/*
 * `pattern` is the path in the table's form with its closing ".", `path` the
 * same as the person sees it. Recursion is bounded by YAML_MAX_DEPTH.
 */
static void read_map(struct reader *r, const struct yaml *node, struct str pattern, struct str path)
{
    if (node->kind != YAML_MAP) {
        struct str name = path.n > 0 ? str_slice(path, 0, path.n - 1) : STR("");
        post_faults_add(r->faults, r->file, node->line, node->column,
                        "scenario%s%.*s must hold names with values, such as \"place: { nation: england-and-wales }\".",
                        name.n > 0 ? "." : "", STR_ARG(name));
        return;
    }
    json_open_object(&r->json);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml *key = &node->keys[i];
        const struct yaml *value = &node->items[i];
        struct str full = str_format(r->arena, "%.*s%.*s", STR_ARG(pattern), STR_ARG(key->text));
        struct str seen = str_format(r->arena, "%.*s%.*s", STR_ARG(path), STR_ARG(key->text));
        struct str below = str_format(r->arena, "%.*s.", STR_ARG(full));
        struct str each = str_format(r->arena, "%.*s[].", STR_ARG(full));
        if (each.p == NULL || below.p == NULL)
            return; /* memory is gone: the caller asks the arena */
        /* A key such as "place.nation" must not pass for a path. */
        bool is_name = str_find_byte(key->text, '.') < 0 && str_find_byte(key->text, '[') < 0;
        const struct policy_fact *fact = is_name ? fact_find(full) : NULL;
        if (!is_name || (fact == NULL && !fact_heads(below) && !fact_heads(each))) {
            unknown_name(r, key, pattern, path);
            continue;
        }
        if (value->kind == YAML_NULL)
            continue;
        json_name(&r->json, key->text);
        if (fact != NULL) {
            read_leaf(r, fact, value, seen);
        } else if (fact_heads(below)) {
            read_map(r, value, below, str_format(r->arena, "%.*s.", STR_ARG(seen)));
        } else if (value->kind != YAML_LIST) {
            fault_at(r, value, seen, STR("must be a list: begin each entry with a hyphen."));
        } else if (value->n > POLICY_CONDUCT_MAX) {
            fault_at(r, value, seen,
                     str_format(r->arena, "has %zu entries; at most %d fit.", value->n, (int)POLICY_CONDUCT_MAX));
        } else {
            json_open_array(&r->json);
            for (size_t j = 0; j < value->n; j++)
                read_map(r, &value->items[j], each, str_format(r->arena, "%.*s[%zu].", STR_ARG(seen), j));
            json_close_array(&r->json);
        }
    }
    json_close_object(&r->json);
}

struct str facts_read(struct arena *arena, struct str file, const struct yaml *node, struct post_faults *faults)
{
    struct buf raw;
    struct buf out;
    buf_init(&raw, arena, POST_HEAD_MAX * 8);
    buf_init(&out, arena, POST_HEAD_MAX * 8);
    struct reader r = { .arena = arena, .file = file, .faults = faults };
    json_writer_init(&r.json, &raw);
    size_t before = faults->n;
    read_map(&r, node, STR(""), STR(""));
    if (faults->n != before || faults->more || arena_failed(arena))
        return STR_NONE;
    const struct json *tree = NULL;
    struct fault why;
    if (json_read(arena, buf_str(&raw), &tree, &why) != STATUS_OK || json_canonical(&out, tree) != STATUS_OK)
        return STR_NONE;
    return buf_str(&out);
}
