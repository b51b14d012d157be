/* Facts that are gathered: kept as words, written as JSON, and read as any JSON is. */
#include "policy/draft.h"

#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

/* The longest is all texts of all entries at their full length. */
enum { DRAFT_JSON_MAX = JSON_MAX_BYTES };

static size_t place_of(const struct policy_fact *fact)
{
    return (size_t)(fact - policy_vocabulary);
}

bool policy_fact_repeats(const struct policy_fact *fact)
{
    return str_ends(fact->group, STR("[]"));
}

struct policy_draft *policy_draft_new(struct arena *arena)
{
    struct policy_draft *draft = ARENA_NEW(arena, struct policy_draft);
    struct policy_known *values =
        ARENA_ARRAY(arena, policy_vocabulary_n * (size_t)POLICY_CONDUCT_MAX, struct policy_known);
    if (!draft || !values)
        return NULL;
    *draft = (struct policy_draft){ .arena = arena, .conduct_n = 1, .values = values };
    return draft;
}

struct policy_known *policy_draft_at(struct policy_draft *draft, const struct policy_fact *fact, size_t entry)
{
    if (!policy_fact_repeats(fact) || entry >= POLICY_CONDUCT_MAX)
        entry = 0;
    return &draft->values[entry * policy_vocabulary_n + place_of(fact)];
}

static const struct policy_known *value_at(const struct policy_draft *draft, const struct policy_fact *fact,
                                           size_t entry)
{
    return &draft->values[(policy_fact_repeats(fact) ? entry : 0) * policy_vocabulary_n + place_of(fact)];
}

struct policy_known *policy_draft_find(struct policy_draft *draft, struct str path, const struct policy_fact **fact,
                                       size_t *entry)
{
    int64_t number = 0;
    ptrdiff_t from = str_find_byte(path, '['), to = str_find_byte(path, ']');
    *fact = policy_fact_find(path);
    if (!*fact)
        return NULL;
    if (policy_fact_repeats(*fact) && from >= 0 && to > from &&
        !str_to_i64(str_slice(path, (size_t)from + 1, (size_t)(to - from - 1)), &number))
        return NULL;
    if (number < 0 || number >= (int64_t)draft->conduct_n)
        return NULL;
    *entry = (size_t)number;
    return policy_draft_at(draft, *fact, *entry);
}

bool policy_draft_set(struct policy_draft *draft, const struct policy_fact *fact, size_t entry, struct str word)
{
    struct str *words = ARENA_NEW(draft->arena, struct str);
    if (!words)
        return false;
    *words = str_copy(draft->arena, word);
    *policy_draft_at(draft, fact, entry) = (struct policy_known){ true, words, 1 };
    draft->conduct_none = draft->conduct_none && !policy_fact_repeats(fact);
    return words->p != NULL;
}

void policy_draft_remove(struct policy_draft *draft, size_t entry)
{
    if (entry >= draft->conduct_n)
        return;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        if (!policy_fact_repeats(fact))
            continue;
        for (size_t e = entry; e + 1 < draft->conduct_n; e++)
            *policy_draft_at(draft, fact, e) = *policy_draft_at(draft, fact, e + 1);
        *policy_draft_at(draft, fact, draft->conduct_n - 1) = (struct policy_known){ 0 };
    }
    if (draft->conduct_n > 1)
        draft->conduct_n--;
}

/* ---- To JSON ---- */

static bool is_list(const struct policy_fact *fact)
{
    return fact->type == POLICY_TEXTS || fact->type == POLICY_SOME_OF;
}

static bool is_inside(struct str group, struct str outer)
{
    return str_equal(group, outer) || (str_starts(group, outer) && group.n > outer.n && group.p[outer.n] == '.');
}

static void write_value(const struct policy_fact *fact, const struct policy_known *value, struct json_writer *w)
{
    json_name(w, fact->name);
    if (is_list(fact))
        json_open_array(w);
    for (size_t i = 0; i < value->words_n; i++) {
        int64_t number;
        if (fact->type == POLICY_BOOLEAN &&
            (str_equal(value->words[i], STR("true")) || str_equal(value->words[i], STR("false"))))
            json_put_bool(w, str_equal(value->words[i], STR("true")));
        else if (fact->type == POLICY_NUMBER && str_to_i64(value->words[i], &number))
            json_put_i64(w, number);
        else
            json_put_str(w, value->words[i]);
    }
    if (is_list(fact))
        json_close_array(w);
    else if (value->words_n == 0)
        json_put_null(w);
}

static bool any_known(const struct policy_draft *draft, struct str group, size_t entry)
{
    for (size_t i = 0; i < policy_vocabulary_n; i++)
        if (is_inside(policy_vocabulary[i].group, group) && value_at(draft, &policy_vocabulary[i], entry)->known)
            return true;
    return false;
}

/* The members of an object; the facts of a group inside it stand together. */
static void write_members(const struct policy_draft *draft, struct str group, size_t entry, struct json_writer *w)
{
    struct str inner = STR_NONE;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        const struct policy_known *value = value_at(draft, fact, entry);
        if (!is_inside(fact->group, group) || !value->known)
            continue;
        if (inner.p && !str_equal(inner, fact->group)) {
            json_close_object(w);
            inner = STR_NONE;
        }
        if (!inner.p && !str_equal(fact->group, group)) {
            inner = fact->group;
            json_name(w, str_slice(inner, group.n + 1, inner.n));
            json_open_object(w);
        }
        write_value(fact, value, w);
    }
    if (inner.p)
        json_close_object(w);
}

static void write_entries(const struct policy_draft *draft, struct str group, struct json_writer *w)
{
    bool any = draft->conduct_n > 1 || draft->conduct_none;
    for (size_t e = 0; e < draft->conduct_n; e++)
        any = any || any_known(draft, group, e);
    if (!any)
        return;
    json_name(w, str_slice(group, 0, group.n - 2));
    json_open_array(w);
    for (size_t e = 0; e < draft->conduct_n && !draft->conduct_none; e++) {
        json_open_object(w);
        write_members(draft, group, e, w);
        json_close_object(w);
    }
    json_close_array(w);
}

void policy_draft_to_json(const struct policy_draft *draft, struct json_writer *w)
{
    struct str before = STR_NONE;
    json_open_object(w);
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        struct str group = policy_vocabulary[i].group;
        ptrdiff_t dot = str_find_byte(group, '.');
        group = dot < 0 ? group : str_slice(group, 0, (size_t)dot);
        if (before.p && str_equal(before, group))
            continue;
        before = group;
        if (policy_fact_repeats(&policy_vocabulary[i])) {
            write_entries(draft, group, w);
        } else if (any_known(draft, group, 0)) {
            json_name(w, group);
            json_open_object(w);
            write_members(draft, group, 0, w);
            json_close_object(w);
        }
    }
    json_close_object(w);
}

/* ---- And back ---- */

enum status policy_draft_facts(const struct policy_draft *draft, struct policy_facts *out, struct fault *fault)
{
    struct buf text;
    struct json_writer w;
    const struct json *json;
    buf_init(&text, draft->arena, DRAFT_JSON_MAX);
    json_writer_init(&w, &text);
    policy_draft_to_json(draft, &w);
    if (!buf_ok(&text))
        return fault_set(fault, STATUS_LIMIT, "The facts are longer than %d bytes; leave some out.", DRAFT_JSON_MAX);
    enum status status = json_read(draft->arena, buf_str(&text), &json, fault);
    return status == STATUS_OK ? policy_facts_read(draft->arena, json, out, fault) : status;
}

enum status policy_draft_check(const struct policy_draft *draft, const struct policy_fact *fact, size_t entry,
                               struct fault *fault)
{
    struct policy_facts unused;
    struct policy_known value = *value_at(draft, fact, entry);
    struct policy_draft alone = { .arena = draft->arena, .conduct_n = 1 };
    /* In a draft of its own, so that the path of a fault is that of a single entry. */
    alone.values = ARENA_ARRAY(draft->arena, policy_vocabulary_n, struct policy_known);
    if (!alone.values)
        return fault_no_memory(fault);
    alone.values[place_of(fact)] = value;
    return policy_draft_facts(&alone, &unused, fault);
}

static bool take_value(struct policy_draft *draft, const struct policy_fact *fact, size_t entry,
                       const struct json *json)
{
    size_t n = json->kind == JSON_ARRAY ? json->n : 1;
    const struct json *items = json->kind == JSON_ARRAY ? json->items : json;
    struct str *words = ARENA_ARRAY(draft->arena, n + 1, struct str);
    if (!words)
        return false;
    for (size_t i = 0; i < n; i++)
        words[i] = items[i].kind == JSON_BOOL ? (items[i].boolean ? STR("true") : STR("false")) : items[i].text;
    *policy_draft_at(draft, fact, entry) = (struct policy_known){ true, words, n };
    return true;
}

/* A member by the path of its group, "evidence.court". */
static const struct json *object_of(const struct json *json, struct str group)
{
    struct str name;
    while (json && str_cut(&group, '.', &name))
        json = json_get(json, name);
    return json;
}

struct policy_draft *policy_draft_of(struct arena *arena, const struct json *json)
{
    struct policy_draft *draft = policy_draft_new(arena);
    for (size_t i = 0; draft && i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        bool repeats = policy_fact_repeats(fact);
        struct str group = repeats ? str_slice(fact->group, 0, fact->group.n - 2) : fact->group;
        const struct json *object = object_of(json, group);
        size_t n = !object || object->kind == JSON_NULL ? 0 : repeats && object->kind == JSON_ARRAY ? object->n : 1;
        for (size_t e = 0; e < n && e < POLICY_CONDUCT_MAX; e++) {
            const struct json *member = json_get(repeats ? &object->items[e] : object, fact->name);
            if (member && member->kind != JSON_NULL && !take_value(draft, fact, e, member))
                return NULL;
        }
        if (repeats && object && object->kind == JSON_ARRAY && n == 0)
            draft->conduct_none = true;
        if (repeats && n > draft->conduct_n)
            draft->conduct_n = n < POLICY_CONDUCT_MAX ? n : POLICY_CONDUCT_MAX;
    }
    return draft;
}
