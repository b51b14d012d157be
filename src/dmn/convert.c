/* Values as a type wants them (DMN 1.5, 10.3.2.9.4). Promises: see run.h. */
#include "base/arena.h"
#include "dmn/run.h"
#include "base/banned.h"

enum { TYPE_WORDS_MAX = 120 };

static bool allowed(struct run *run, const struct feel_type *type, struct feel_value value)
{
    struct feel_value *slots;
    if (type->narrows && !allowed(run, type->narrows, value))
        return false;
    if (!type->allowed || value.kind == FEEL_NULL)
        return true;
    slots = ARENA_ARRAY(run->arena, (size_t)type->slots + 1, struct feel_value);
    if (!slots) {
        run_no_memory(run);
        return false;
    }
    return run_tests(run, type->allowed, value, slots) == FEEL_TRUE;
}

/* Whether the value is one of the type, looking at what is allowed in every part of it. */
static bool fits(struct run *run, const struct feel_type *type, struct feel_value value)
{
    if (!run_type_has(run, type, value))
        return false;
    if (!allowed(run, type, value))
        return false;
    if (type->form == TYPE_LIST)
        for (size_t i = 0; i < value.list.n; i++)
            if (value.list.items[i].kind != FEEL_NULL && !fits(run, type->of, value.list.items[i]))
                return false;
    if (type->form == TYPE_CONTEXT)
        for (size_t i = 0; i < type->n; i++) {
            const struct feel_value *entry = feel_context_get_near(value.context, type->fields[i].name, i);
            if (entry && entry->kind != FEEL_NULL && !fits(run, type->fields[i].type, *entry))
                return false;
        }
    return true;
}

static bool wants_list(const struct feel_type *type)
{
    return type->form == TYPE_LIST || (type->form == TYPE_KIND && type->kind == FEEL_LIST);
}

static struct feel_value not_of_type(struct run *run, const struct feel_type *type, struct feel_value value)
{
    struct buf name;
    if (run->stopped)
        return FEEL_NONE;
    buf_init(&name, NULL, TYPE_WORDS_MAX);
    feel_type_write(&name, type);
    struct str written = buf_ok(&name) ? buf_str(&name) : STR("that is wanted");
    struct feel_value null = run_null(run, "A %s is not of the type %.*s, or not one of its allowed values.",
                                      feel_kind_name(value.kind), STR_ARG(written));
    buf_free(&name);
    return null;
}

struct feel_value run_convert(struct run *run, const struct feel_type *type, struct feel_value value)
{
    static const struct feel_zone utc = { .form = FEEL_OFFSET };
    if (!type || type->form == TYPE_ANY || value.kind == FEEL_NULL || run->stopped)
        return value;
    if (fits(run, type, value))
        return value;
    if (type->form == TYPE_KIND && type->kind == FEEL_DATE_AND_TIME && value.kind == FEEL_DATE) {
        struct feel_moment *midnight = ARENA_NEW(run->arena, struct feel_moment);
        if (!midnight)
            return run_no_memory(run);
        *midnight = (struct feel_moment){ .date = value.date, .time.zone = &utc };
        return (struct feel_value){ .kind = FEEL_DATE_AND_TIME, .moment = midnight };
    }
    if (wants_list(type) && value.kind != FEEL_LIST) {
        struct feel_value *items = ARENA_NEW(run->arena, struct feel_value);
        if (!items)
            return run_no_memory(run);
        *items = value;
        struct feel_value list = run_list(run, items, 1);
        return fits(run, type, list) ? list : not_of_type(run, type, value);
    }
    if (!wants_list(type) && value.kind == FEEL_LIST && value.list.n == 1 && fits(run, type, value.list.items[0]))
        return value.list.items[0];
    return not_of_type(run, type, value);
}
