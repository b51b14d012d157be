/* Types: what belongs to which. Promises: see type.h. */
#include "dmn/run.h"

#include "base/banned.h"

enum { CONFORMS_DEPTH_MAX = 20 };

const struct feel_type feel_type_any = { .form = TYPE_ANY };
const struct feel_type feel_type_boolean = { .form = TYPE_KIND, .kind = FEEL_BOOLEAN };
const struct feel_type feel_type_number = { .form = TYPE_KIND, .kind = FEEL_NUMBER };
const struct feel_type feel_type_string = { .form = TYPE_KIND, .kind = FEEL_STRING };
static const struct feel_type type_null = { .form = TYPE_NULL };
static const struct feel_type type_date = { .form = TYPE_KIND, .kind = FEEL_DATE };
static const struct feel_type type_time = { .form = TYPE_KIND, .kind = FEEL_TIME };
static const struct feel_type type_moment = { .form = TYPE_KIND, .kind = FEEL_DATE_AND_TIME };
static const struct feel_type type_days = { .form = TYPE_KIND, .kind = FEEL_DAYS };
static const struct feel_type type_months = { .form = TYPE_KIND, .kind = FEEL_MONTHS };
static const struct feel_type type_duration = { .form = TYPE_DURATION };
static const struct feel_type type_list = { .form = TYPE_KIND, .kind = FEEL_LIST };
static const struct feel_type type_context = { .form = TYPE_KIND, .kind = FEEL_CONTEXT };
static const struct feel_type type_range = { .form = TYPE_KIND, .kind = FEEL_RANGE };
static const struct feel_type type_function = { .form = TYPE_KIND, .kind = FEEL_FUNCTION };

static const struct {
    struct str name;
    const struct feel_type *type;
} own[] = {
    { STR_INIT("Any"), &feel_type_any },
    { STR_INIT("Null"), &type_null },
    { STR_INIT("boolean"), &feel_type_boolean },
    { STR_INIT("number"), &feel_type_number },
    { STR_INIT("string"), &feel_type_string },
    { STR_INIT("date"), &type_date },
    { STR_INIT("time"), &type_time },
    { STR_INIT("date and time"), &type_moment },
    { STR_INIT("dateTime"), &type_moment }, /* as older models write it */
    { STR_INIT("days and time duration"), &type_days },
    { STR_INIT("dayTimeDuration"), &type_days },
    { STR_INIT("years and months duration"), &type_months },
    { STR_INIT("yearMonthDuration"), &type_months },
    { STR_INIT("duration"), &type_duration },
    { STR_INIT("list"), &type_list },
    { STR_INIT("context"), &type_context },
    { STR_INIT("range"), &type_range },
    { STR_INIT("function"), &type_function },
};

const struct feel_type *feel_type_named(struct str name)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (str_equal(own[i].name, name))
            return own[i].type;
    return NULL;
}

/* A member is looked for by its name in the time of so many values. */
enum { VALUES_OF_NAME = 4 };

static bool look(size_t *left, size_t values)
{
    *left -= values < *left ? values : *left;
    return *left > 0;
}

static bool context_has(const struct feel_type *type, const struct feel_context *context, size_t *left)
{
    for (size_t i = 0; i < type->n; i++) {
        const struct feel_value *entry =
            look(left, VALUES_OF_NAME) ? feel_context_get_near(context, type->fields[i].name, i) : NULL;
        if (!entry || (entry->kind != FEEL_NULL && !feel_type_has(type->fields[i].type, *entry, left)))
            return false;
    }
    return true;
}

/* Whether every value of `a` is one of `b` (DMN 1.5, 10.3.2.9.3). Types may hold themselves: not looked at forever. */
static bool conforms(const struct feel_type *a, const struct feel_type *b, int depth, size_t *left)
{
    if (!look(left, 1))
        return false;
    if (a == b || b->form == TYPE_ANY || a->form == TYPE_NULL || depth > CONFORMS_DEPTH_MAX)
        return true;
    if (b->form == TYPE_KIND) {
        static const enum feel_kind kinds[] = { [TYPE_LIST] = FEEL_LIST,
                                                [TYPE_CONTEXT] = FEEL_CONTEXT,
                                                [TYPE_RANGE] = FEEL_RANGE,
                                                [TYPE_FUNCTION] = FEEL_FUNCTION };
        return a->form == TYPE_KIND ? a->kind == b->kind : a->form >= TYPE_LIST && kinds[a->form] == b->kind;
    }
    if (b->form == TYPE_DURATION)
        return a->form == TYPE_DURATION || (a->form == TYPE_KIND && (a->kind == FEEL_DAYS || a->kind == FEEL_MONTHS));
    if (a->form != b->form)
        return false;
    if (b->form == TYPE_LIST || b->form == TYPE_RANGE)
        return conforms(a->of, b->of, depth + 1, left);
    if (b->form == TYPE_FUNCTION) {
        bool good = a->n == b->n && conforms(a->of, b->of, depth + 1, left);
        for (size_t i = 0; i < b->n && good; i++)
            good = conforms(b->fields[i].type, a->fields[i].type, depth + 1, left);
        return good;
    }
    for (size_t i = 0; i < b->n; i++) {
        size_t j = 0;
        while (j < a->n && look(left, 1) && !str_equal(a->fields[j].name, b->fields[i].name))
            j++;
        if (j == a->n || !conforms(a->fields[j].type, b->fields[i].type, depth + 1, left))
            return false;
    }
    return true;
}

/* By its parameters, and by its result where that is said: nobody knows what another expression gives. */
static bool function_has(const struct feel_type *type, const struct feel_function *function, size_t *left)
{
    const struct body *body = function->form == FUNCTION_BODY ? function->body : NULL;
    if (!body)
        return true;
    bool good = body->parameters_n == type->n && (!body->result || conforms(body->result, type->of, 0, left));
    for (size_t i = 0; i < type->n && good; i++)
        good = !body->parameters[i].type || conforms(type->fields[i].type, body->parameters[i].type, 0, left);
    return good;
}

bool feel_type_has(const struct feel_type *type, struct feel_value value, size_t *left)
{
    if (!look(left, 1))
        return false;
    switch (type->form) {
    case TYPE_ANY: return value.kind != FEEL_NULL;
    case TYPE_NULL: return value.kind == FEEL_NULL;
    case TYPE_KIND: return value.kind == type->kind;
    case TYPE_DURATION: return value.kind == FEEL_DAYS || value.kind == FEEL_MONTHS;
    case TYPE_LIST:
        if (value.kind != FEEL_LIST)
            return false;
        for (size_t i = 0; i < value.list.n; i++)
            if (value.list.items[i].kind != FEEL_NULL && !feel_type_has(type->of, value.list.items[i], left))
                return false;
        return true;
    case TYPE_CONTEXT: return value.kind == FEEL_CONTEXT && context_has(type, value.context, left);
    case TYPE_RANGE:
        return value.kind == FEEL_RANGE &&
               (value.range->start.kind == FEEL_NULL || feel_type_has(type->of, value.range->start, left)) &&
               (value.range->end.kind == FEEL_NULL || feel_type_has(type->of, value.range->end, left));
    case TYPE_FUNCTION: return value.kind == FEEL_FUNCTION && function_has(type, value.function, left);
    }
    return false;
}

static void write_fields(struct buf *out, const struct feel_type *type, bool names)
{
    for (size_t i = 0; i < type->n; i++) {
        if (i > 0)
            buf_add(out, STR(", "));
        if (names) {
            buf_add(out, type->fields[i].name);
            buf_add(out, STR(": "));
        }
        feel_type_write(out, type->fields[i].type);
    }
}

void feel_type_write(struct buf *out, const struct feel_type *type)
{
    if (type->name.n > 0) {
        buf_add(out, type->name);
        return;
    }
    switch (type->form) {
    case TYPE_ANY: buf_add(out, STR("Any")); return;
    case TYPE_NULL: buf_add(out, STR("Null")); return;
    case TYPE_KIND: buf_add(out, str_of(feel_kind_name(type->kind))); return;
    case TYPE_DURATION: buf_add(out, STR("duration")); return;
    case TYPE_LIST:
    case TYPE_RANGE:
        buf_add(out, type->form == TYPE_LIST ? STR("list<") : STR("range<"));
        feel_type_write(out, type->of);
        buf_add_byte(out, '>');
        return;
    case TYPE_CONTEXT:
        buf_add(out, STR("context<"));
        write_fields(out, type, true);
        buf_add_byte(out, '>');
        return;
    case TYPE_FUNCTION:
        buf_add(out, STR("function<"));
        write_fields(out, type, false);
        buf_add(out, STR("> -> "));
        feel_type_write(out, type->of);
        return;
    }
}
