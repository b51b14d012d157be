/* Functions of contexts (DMN 1.5, table 80). */
#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/limits.h"
#include "base/banned.h"

struct feel_value builtin_get_value(const struct builtin_call *call)
{
    struct feel_value context, null;
    if (!builtin_argument(call, 0, FEEL_CONTEXT, &context, &null))
        return null;
    if (call->arguments[1].kind == FEEL_LIST && call->arguments[1].list.n > 0) {
        /* A path of keys. */
        struct feel_list keys = call->arguments[1].list;
        struct feel_value at = context;
        for (size_t i = 0; i < keys.n; i++) {
            const struct feel_value *entry = at.kind == FEEL_CONTEXT && keys.items[i].kind == FEEL_STRING
                                                 ? feel_context_get(at.context, keys.items[i].string)
                                                 : NULL;
            if (!entry)
                return run_null(call->run, "The context has no entry at the end of these keys.");
            at = *entry;
        }
        return at;
    }
    struct feel_value key;
    if (!builtin_argument(call, 1, FEEL_STRING, &key, &null))
        return null;
    const struct feel_value *entry = feel_context_get(context.context, key.string);
    return entry ? *entry : run_null(call->run, "The context has no entry \"%.*s\".", STR_ARG(key.string));
}

struct feel_value builtin_get_entries(const struct builtin_call *call)
{
    struct feel_value value, null;
    if (!builtin_argument(call, 0, FEEL_CONTEXT, &value, &null))
        return null;
    const struct feel_context *context = value.context;
    struct feel_value *items = ARENA_ARRAY(call->run->arena, context->n + 1, struct feel_value);
    struct feel_entry *pairs = ARENA_ARRAY(call->run->arena, 2 * context->n + 1, struct feel_entry);
    if (!items || !pairs)
        return run_no_memory(call->run);
    for (size_t i = 0; i < context->n; i++) {
        pairs[2 * i] = (struct feel_entry){ STR("key"), feel_string(context->entries[i].name) };
        pairs[2 * i + 1] = (struct feel_entry){ STR("value"), context->entries[i].value };
        items[i] = run_context(call->run, pairs + 2 * i, 2);
    }
    return builtin_list(call, items, context->n);
}

/* Entries that grow; a name that is there already is set anew. */
struct entries {
    struct feel_entry *list;
    size_t n, cap;
};

/* With those of a context, or with none. */
static bool begin(const struct builtin_call *call, struct entries *entries, const struct feel_context *first,
                  size_t cap)
{
    *entries = (struct entries){ ARENA_ARRAY(call->run->arena, cap + 1, struct feel_entry), first ? first->n : 0, cap };
    if (!entries->list)
        run_no_memory(call->run);
    else if (entries->n > 0)
        memcpy(entries->list, first->entries, first->n * sizeof *entries->list);
    return entries->list != NULL;
}

/* False where the name was there. One more than a context may have is dropped: run_context stops the run. */
static bool set(struct run *run, struct entries *entries, struct str name, struct feel_value value)
{
    if (!run_spend(run, 1 + entries->n / RUN_NAMES_OF_STEP))
        return true;
    for (size_t i = 0; i < entries->n; i++)
        if (str_equal(entries->list[i].name, name)) {
            entries->list[i].value = value;
            return false;
        }
    if (entries->n <= DMN_ENTRIES_MAX)
        entries->list[entries->n++] = (struct feel_entry){ name, value };
    return true;
}

struct feel_value builtin_context(const struct builtin_call *call)
{
    struct entries entries;
    struct feel_list list = run_items(&call->arguments[0]);
    if (call->arguments[0].kind == FEEL_NULL)
        return builtin_wrong(call, 0, "a list of contexts with key and value");
    if (!begin(call, &entries, NULL, list.n))
        return FEEL_NONE;
    for (size_t i = 0; i < list.n; i++) {
        const struct feel_value *key = NULL, *value = NULL;
        if (list.items[i].kind == FEEL_CONTEXT) {
            key = feel_context_get(list.items[i].context, STR("key"));
            value = feel_context_get(list.items[i].context, STR("value"));
        }
        if (!key || !value || key->kind != FEEL_STRING)
            return run_null(call->run, "\"context\" wants contexts with a text as key, and a value.");
        if (!set(call->run, &entries, key->string, *value))
            return run_null(call->run, "\"context\" has the key \"%.*s\" twice.", STR_ARG(key->string));
    }
    return run_context(call->run, entries.list, entries.n);
}

/* The context with one entry set, along a path of keys. */
static struct feel_value put(const struct builtin_call *call, struct feel_value into, struct feel_list keys,
                             struct feel_value value)
{
    struct entries entries;
    if (keys.n == 0)
        return value;
    if (into.kind != FEEL_CONTEXT || keys.items[0].kind != FEEL_STRING)
        return run_null(call->run, "\"context put\" wants contexts along its keys, and texts as keys.");
    if (!begin(call, &entries, into.context, into.context->n + 1))
        return FEEL_NONE;
    if (keys.n > 1) {
        const struct feel_value *below = feel_context_get(into.context, keys.items[0].string);
        value = put(call, below ? *below : FEEL_NONE, (struct feel_list){ keys.items + 1, keys.n - 1 }, value);
        if (!below || call->run->stopped)
            return value;
        if (value.kind == FEEL_NULL && value.why)
            return value;
    }
    set(call->run, &entries, keys.items[0].string, value);
    return run_context(call->run, entries.list, entries.n);
}

/* By its position the second argument may be a key, or a list of keys. */
struct feel_value builtin_context_put(const struct builtin_call *call)
{
    struct feel_value context, null, key;
    if (call->arguments[1].kind == FEEL_LIST && !call->named)
        return builtin_context_put_keys(call);
    if (!builtin_argument(call, 0, FEEL_CONTEXT, &context, &null))
        return null;
    key = call->arguments[1];
    if (key.kind != FEEL_STRING)
        return builtin_wrong(call, 1, "a text");
    return put(call, context, (struct feel_list){ &key, 1 }, call->arguments[2]);
}

struct feel_value builtin_context_put_keys(const struct builtin_call *call)
{
    struct feel_value context, null;
    struct feel_list keys = call->arguments[1].list;
    if (!builtin_argument(call, 0, FEEL_CONTEXT, &context, &null))
        return null;
    if (call->arguments[1].kind != FEEL_LIST)
        return builtin_wrong(call, 1, "a list of texts");
    if (keys.n == 0)
        return run_null(call->run, "\"context put\" wants at least one key.");
    return put(call, context, keys, call->arguments[2]);
}

struct feel_value builtin_context_merge(const struct builtin_call *call)
{
    struct entries entries;
    size_t most = 0;
    struct feel_list list = run_items(&call->arguments[0]);
    if (call->arguments[0].kind == FEEL_NULL)
        return builtin_wrong(call, 0, "a list of contexts");
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].kind != FEEL_CONTEXT)
            return run_null(call->run, "\"context merge\" wants contexts only.");
        most += list.items[i].context->n;
    }
    if (!begin(call, &entries, list.n > 0 ? list.items[0].context : NULL, most))
        return FEEL_NONE;
    for (size_t i = 1; i < list.n; i++)
        for (size_t j = 0; j < list.items[i].context->n && !call->run->stopped; j++)
            set(call->run, &entries, list.items[i].context->entries[j].name, list.items[i].context->entries[j].value);
    return run_context(call->run, entries.list, entries.n);
}
