/*
 * Values from JSON and to JSON (dmn.h). JSON knows neither dates nor durations: a text becomes one where the type of
 * the input wants it, and any of them is written as its text.
 */
#include "base/arena.h"
#include "base/json.h"
#include "dmn/model.h"
#include "dmn/temporal.h"
#include "base/banned.h"

static const struct feel_type *item_type(const struct feel_type *type)
{
    return type && type->form == TYPE_LIST ? type->of : NULL;
}

static const struct feel_type *field_type(const struct feel_type *type, struct str name)
{
    if (type && type->form == TYPE_LIST)
        type = type->of; /* one is a list of itself */
    for (size_t i = 0; type && type->form == TYPE_CONTEXT && i < type->n; i++)
        if (str_equal(type->fields[i].name, name))
            return type->fields[i].type;
    return NULL;
}

/* A text, or the date, time or duration that the type wants, where it is one. */
static struct feel_value typed_text(struct arena *arena, struct feel_value text, const struct feel_type *type)
{
    struct feel_value value = { .kind = FEEL_NULL };
    struct feel_moment moment;
    bool is_months;
    bool duration = type->form == TYPE_DURATION ||
                    (type->form == TYPE_KIND && (type->kind == FEEL_DAYS || type->kind == FEEL_MONTHS));
    if (duration && temporal_duration_parse(text.string, &is_months, &value.days, &value.months)) {
        value.kind = is_months ? FEEL_MONTHS : FEEL_DAYS;
    } else if (type->form != TYPE_KIND) {
        return text;
    } else if (type->kind == FEEL_DATE && temporal_date_parse(text.string, &value.date)) {
        value.kind = FEEL_DATE;
    } else if (type->kind == FEEL_TIME && temporal_time_parse(arena, text.string, &value.time)) {
        value.kind = FEEL_TIME;
    } else if (type->kind == FEEL_DATE_AND_TIME && temporal_moment_parse(arena, text.string, &moment)) {
        struct feel_moment *kept = ARENA_NEW(arena, struct feel_moment);
        if (!kept)
            return text;
        *kept = moment;
        value.kind = FEEL_DATE_AND_TIME;
        value.moment = kept;
    }
    return value.kind == FEEL_NULL ? text : value;
}

static struct feel_value typed(struct arena *arena, struct feel_value value, const struct feel_type *type)
{
    if (!type)
        return value;
    if (value.kind == FEEL_STRING)
        return typed_text(arena, value, type->form == TYPE_LIST ? type->of : type);
    if (value.kind == FEEL_LIST) {
        struct feel_value *items = ARENA_ARRAY(arena, value.list.n + 1, struct feel_value);
        for (size_t i = 0; items && i < value.list.n; i++)
            items[i] = typed(arena, value.list.items[i], item_type(type));
        return items ? feel_list(items, value.list.n) : FEEL_NONE;
    }
    if (value.kind != FEEL_CONTEXT)
        return value;
    size_t n = value.context->n;
    struct feel_entry *entries = ARENA_ARRAY(arena, n + 1, struct feel_entry);
    if (!entries)
        return FEEL_NONE;
    for (size_t i = 0; i < n; i++) {
        entries[i] = value.context->entries[i];
        entries[i].value = typed(arena, entries[i].value, field_type(type, entries[i].name));
    }
    return feel_context(arena, entries, n);
}

struct feel_value dmn_value_typed(struct arena *arena, struct feel_value value, const struct dmn_element *element)
{
    return typed(arena, value, element->type);
}

static struct feel_value from(struct arena *arena, const struct json *json)
{
    struct number number;
    struct feel_value *items;
    struct feel_entry *entries;
    switch (json->kind) {
    case JSON_NULL: return FEEL_NONE;
    case JSON_BOOL: return feel_boolean(json->boolean);
    case JSON_NUMBER: return number_parse(json->text, &number) ? feel_number(number) : FEEL_NONE;
    case JSON_STRING: return feel_string(json->text);
    case JSON_ARRAY:
        items = ARENA_ARRAY(arena, json->n + 1, struct feel_value);
        for (size_t i = 0; items && i < json->n; i++)
            items[i] = from(arena, &json->items[i]);
        return items ? feel_list(items, json->n) : FEEL_NONE;
    case JSON_OBJECT:
        entries = ARENA_ARRAY(arena, json->n + 1, struct feel_entry);
        if (!entries)
            return FEEL_NONE;
        for (size_t i = 0; i < json->n; i++)
            entries[i] = (struct feel_entry){ json->names[i], from(arena, &json->items[i]) };
        return feel_context(arena, entries, json->n);
    }
    return FEEL_NONE;
}

/* Members that the type has and the object has not are null: not known. */
static struct feel_value filled(struct arena *arena, struct feel_value value, const struct feel_type *type)
{
    if (type && value.kind == FEEL_LIST) {
        struct feel_value *items = ARENA_ARRAY(arena, value.list.n + 1, struct feel_value);
        for (size_t i = 0; items && i < value.list.n; i++)
            items[i] = filled(arena, value.list.items[i], item_type(type));
        return items ? feel_list(items, value.list.n) : FEEL_NONE;
    }
    if (type && type->form == TYPE_LIST)
        type = type->of; /* one is a list of itself */
    if (!type || value.kind != FEEL_CONTEXT || type->form != TYPE_CONTEXT)
        return value;
    size_t n = value.context->n;
    struct feel_entry *entries = ARENA_ARRAY(arena, n + type->n + 1, struct feel_entry);
    if (!entries)
        return FEEL_NONE;
    for (size_t i = 0; i < n; i++) {
        entries[i] = value.context->entries[i];
        entries[i].value = filled(arena, entries[i].value, field_type(type, entries[i].name));
    }
    for (size_t i = 0; i < type->n; i++)
        if (!feel_context_get(value.context, type->fields[i].name))
            entries[n++] = (struct feel_entry){ type->fields[i].name, FEEL_NONE };
    return feel_context(arena, entries, n);
}

struct feel_value dmn_value_from_json(struct arena *arena, const struct json *json, const struct dmn_element *element)
{
    struct feel_value value = from(arena, json);
    return element ? filled(arena, typed(arena, value, element->type), element->type) : value;
}

void dmn_value_to_json(struct json_writer *w, struct feel_value value)
{
    struct buf text;
    switch (value.kind) {
    case FEEL_NULL: json_put_null(w); return;
    case FEEL_BOOLEAN: json_put_bool(w, value.boolean); return;
    case FEEL_LIST:
        if (w->depth >= JSON_MAX_DEPTH)
            break;
        json_open_array(w);
        for (size_t i = 0; i < value.list.n; i++)
            dmn_value_to_json(w, value.list.items[i]);
        json_close_array(w);
        return;
    case FEEL_CONTEXT:
        if (w->depth >= JSON_MAX_DEPTH)
            break;
        json_open_object(w);
        for (size_t i = 0; i < value.context->n; i++) {
            json_name(w, value.context->entries[i].name);
            dmn_value_to_json(w, value.context->entries[i].value);
        }
        json_close_object(w);
        return;
    case FEEL_STRING: json_put_str(w, value.string); return;
    case FEEL_NUMBER:
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_AND_TIME:
    case FEEL_DAYS:
    case FEEL_MONTHS:
    case FEEL_RANGE:
    case FEEL_FUNCTION: break;
    }
    /* A number's own digits; anything else, and what is too deep for JSON, as its text. */
    buf_init(&text, NULL, w->out->limit);
    feel_write(&text, value);
    struct str written = buf_ok(&text) ? buf_str(&text) : STR("");
    if (!buf_ok(&text))
        w->out->failed = true; /* as if it had not fitted there */
    else if (value.kind == FEEL_NUMBER)
        json_put_raw(w, written);
    else
        json_put_str(w, written);
    buf_free(&text);
}
