/*
 * Facts that a decision names, found in the words of its expressions.
 *
 * Promise: never one too few. A name counts wherever it stands, in a text or a comment too; a group that stands
 * anywhere without a member behind it counts whole; and where an element cannot be looked at, everything counts.
 */
#include "policy/names.h"

#include <string.h>

#include "base/arena.h"
#include "dmn/view.h"
#include "base/banned.h"

enum { DEPTH_MAX = 40 };

struct looking {
    struct arena *arena;
    const struct dmn_model *model;
    struct str *heads; /* of each fact, see head_of */
    bool *names;
    bool *seen; /* elements */
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The group of a fact as an expression names it: "conduct" of conduct[], "evidence" of evidence.court. */
static struct str head_of(const struct policy_fact *fact)
{
    size_t n = 0;
    while (n < fact->path.n && is_name(fact->path.p[n]))
        n++;
    return str_slice(fact->path, 0, n);
}

size_t policy_group_at(struct str name)
{
    size_t at = 0;
    for (; at < policy_vocabulary_n; at++) {
        struct str path = policy_vocabulary[at].path;
        if (path.n > name.n && !is_name(path.p[name.n]) && str_starts(path, name))
            return at;
    }
    return at;
}

static struct str skip_spaces(struct str text)
{
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t' || text.p[0] == '\n' || text.p[0] == '\r'))
        text = str_slice(text, 1, text.n);
    return text;
}

/* What follows the group: one of its members, or all of it. */
static void take_group(struct looking *l, struct str head, struct str rest)
{
    size_t n = 0;
    rest = skip_spaces(rest);
    bool member = rest.n > 0 && rest.p[0] == '.';
    rest = skip_spaces(str_slice(rest, 1, rest.n));
    while (n < rest.n && is_name(rest.p[n]))
        n++;
    struct str name = str_slice(rest, 0, n);
    bool found = false;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        if (!str_equal(l->heads[i], head))
            continue;
        /* Of a group inside another all counts where its own name stands. */
        struct str inner = str_slice(fact->path, fact->path.n - fact->name.n - 1 - name.n, name.n);
        bool same = str_equal(fact->name, name);
        bool inside =
            name.n > 0 && fact->group.n > head.n + name.n && str_ends(fact->group, name) && str_equal(inner, name);
        if (member && (same || inside))
            l->names[i] = found = true;
    }
    for (size_t i = 0; !found && i < policy_vocabulary_n; i++)
        if (str_equal(l->heads[i], head))
            l->names[i] = true;
}

static void take_text(struct looking *l, struct str text)
{
    struct str last = STR_NONE;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        struct str head = l->heads[i], rest = text;
        if (str_equal(head, last))
            continue;
        last = head;
        for (ptrdiff_t at; (at = str_find(rest, head)) >= 0;) {
            struct str after = str_slice(rest, (size_t)at + head.n, rest.n);
            bool begins = at == 0 || !is_name(rest.p[at - 1]), ends = after.n == 0 || !is_name(after.p[0]);
            if (begins && ends)
                take_group(l, head, after);
            rest = after;
        }
    }
}

static void take_all(struct looking *l)
{
    memset(l->names, true, policy_vocabulary_n * sizeof *l->names);
}

static void take_element(struct looking *l, size_t at, int depth)
{
    struct dmn_view view;
    if (l->seen[at])
        return;
    l->seen[at] = true;
    if (depth > DEPTH_MAX || !dmn_view(l->arena, dmn_model_element(l->model, at), NULL, &view)) {
        take_all(l);
        return;
    }
    for (size_t i = 0; i < view.parts_n; i++) {
        const struct dmn_view_table *table = view.parts[i].table;
        take_text(l, view.parts[i].label);
        take_text(l, view.parts[i].text);
        for (size_t j = 0; table && j < table->columns_n; j++) {
            if (table->columns[j].kind == DMN_COLUMN_ANNOTATION)
                continue;
            take_text(l, table->columns[j].head);
            take_text(l, table->columns[j].expression);
            for (size_t row = 0; row < table->rows_n; row++)
                take_text(l, table->rows[row].cells[j]);
        }
    }
    for (size_t i = 0; i < view.needs_n; i++)
        take_element(l, view.needs[i].at, depth + 1);
}

const bool *policy_names_of(struct arena *arena, const struct dmn_model *model, const struct dmn_element *decision)
{
    struct looking l = { .arena = arena, .model = model };
    l.heads = ARENA_ARRAY(arena, policy_vocabulary_n, struct str);
    l.names = ARENA_ARRAY(arena, policy_vocabulary_n, bool);
    l.seen = ARENA_ARRAY(arena, dmn_model_elements(model) + 1, bool);
    if (!l.heads || !l.names || !l.seen)
        return NULL;
    for (size_t i = 0; i < policy_vocabulary_n; i++)
        l.heads[i] = head_of(&policy_vocabulary[i]);
    for (size_t i = 0; i < dmn_model_elements(model); i++)
        if (dmn_model_element(model, i) == decision)
            take_element(&l, i, 0);
    return l.names;
}

/* ---- Only those ---- */

static struct feel_value some_value(const struct policy_fact *fact)
{
    switch (fact->type) {
    case POLICY_BOOLEAN: return feel_boolean(false);
    case POLICY_NUMBER: return feel_integer(1);
    case POLICY_DATE: return (struct feel_value){ .kind = FEEL_DATE, .date = { 2000, 1, 1 } };
    case POLICY_TEXT: return feel_string(STR(""));
    case POLICY_TEXTS:
    case POLICY_SOME_OF: return feel_list(NULL, 0);
    case POLICY_ONE_OF: return feel_string(fact->values[0].word);
    }
    return FEEL_NONE;
}

/* Entries stand in the order of the vocabulary, so `at` goes through it beside them. */
static struct feel_value only(struct arena *arena, const bool *names, struct feel_value value, size_t *at)
{
    if (value.kind != FEEL_CONTEXT)
        return value;
    size_t n = value.context->n;
    struct feel_entry *entries = ARENA_ARRAY(arena, n + 1, struct feel_entry);
    if (!entries)
        return FEEL_NONE;
    for (size_t i = 0; i < n; i++) {
        entries[i] = value.context->entries[i];
        if (entries[i].value.kind == FEEL_CONTEXT) {
            entries[i].value = only(arena, names, entries[i].value, at);
            continue;
        }
        if (*at < policy_vocabulary_n && !names[*at] && entries[i].value.kind == FEEL_NULL)
            entries[i].value = some_value(&policy_vocabulary[*at]);
        ++*at;
    }
    return feel_context(arena, entries, n);
}

enum status policy_names_only(struct arena *arena, const bool *names, const struct dmn_input *inputs, size_t n,
                              struct dmn_input *out, struct fault *fault)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = policy_group_at(inputs[i].name);
        out[i] = inputs[i];
        if (inputs[i].value.kind == FEEL_CONTEXT)
            out[i].value = only(arena, names, inputs[i].value, &at);
    }
    return arena_failed(arena) ? fault_no_memory(fault) : STATUS_OK;
}
