/* Values: what is equal, what comes before what, and how they are written. Promises: see value.h. */
#include "dmn/value.h"

#include <stdlib.h>

#include "base/arena.h"
#include "dmn/temporal.h"
#include "base/banned.h"

/* So many are looked at one after the other; more are found by their names' order. */
enum { FEW_ENTRIES = 32 };

struct feel_value feel_boolean(bool value)
{
    return (struct feel_value){ .kind = FEEL_BOOLEAN, .boolean = value };
}

struct feel_value feel_number(struct number value)
{
    return (struct feel_value){ .kind = FEEL_NUMBER, .number = value };
}

struct feel_value feel_integer(int64_t value)
{
    return feel_number(number_of(value));
}

static void weigh(struct feel_value *value, size_t weight)
{
    value->weight = weight < FEEL_WEIGHT_MOST ? (uint32_t)weight & FEEL_WEIGHT_MOST : FEEL_WEIGHT_MOST;
}

struct feel_value feel_string(struct str value)
{
    enum { BYTES_OF_WEIGHT = 64 };
    struct feel_value string = { .kind = FEEL_STRING, .string = value };
    weigh(&string, value.n / BYTES_OF_WEIGHT);
    return string;
}

/* `whole` has one part more. */
static void hold(struct feel_value *whole, struct feel_value part)
{
    weigh(whole, (size_t)whole->weight + part.weight + 1);
    if (part.depth >= whole->depth)
        whole->depth = part.depth < FEEL_DEPTH_MOST ? (part.depth + 1U) & FEEL_DEPTH_MOST : FEEL_DEPTH_MOST;
}

struct feel_value feel_list(const struct feel_value *items, size_t n)
{
    struct feel_value list = { .kind = FEEL_LIST, .depth = 1, .list = { items, n } };
    for (size_t i = 0; i < n; i++)
        hold(&list, items[i]);
    return list;
}

struct feel_value feel_list_longer(struct feel_value list, const struct feel_value *items)
{
    hold(&list, items[list.list.n]);
    list.list = (struct feel_list){ items, list.list.n + 1 };
    return list;
}

static int by_name(const void *a, const void *b, void *entries)
{
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct feel_entry *list = entries;
    int order = str_compare(list[i].name, list[j].name);
    return order != 0 ? order : (i > j) - (i < j);
}

struct feel_value feel_context(struct arena *arena, const struct feel_entry *entries, size_t n)
{
    struct feel_context *context = ARENA_NEW(arena, struct feel_context);
    uint32_t *places = n > FEW_ENTRIES && n <= UINT32_MAX ? ARENA_ARRAY(arena, n, uint32_t) : NULL;
    struct feel_value value = { .kind = FEEL_CONTEXT, .depth = 1, .context = context };
    if (!context || (n > FEW_ENTRIES && !places))
        return FEEL_NONE;
    if (places) {
        for (size_t i = 0; i < n; i++)
            places[i] = (uint32_t)i;
        qsort_r(places, n, sizeof *places, by_name, (void *)(uintptr_t)entries);
    }
    *context = (struct feel_context){ entries, n, places };
    for (size_t i = 0; i < n; i++)
        hold(&value, entries[i].value);
    return value;
}

struct feel_value feel_range(const struct feel_range *range)
{
    struct feel_value value = { .kind = FEEL_RANGE, .range = range };
    weigh(&value, (size_t)range->start.weight + range->end.weight);
    return value;
}

const char *feel_kind_name(enum feel_kind kind)
{
    static const char *const names[FEEL_KINDS] = {
        [FEEL_NULL] = "null",
        [FEEL_BOOLEAN] = "boolean",
        [FEEL_NUMBER] = "number",
        [FEEL_STRING] = "string",
        [FEEL_DATE] = "date",
        [FEEL_TIME] = "time",
        [FEEL_DATE_AND_TIME] = "date and time",
        [FEEL_DAYS] = "days and time duration",
        [FEEL_MONTHS] = "years and months duration",
        [FEEL_LIST] = "list",
        [FEEL_CONTEXT] = "context",
        [FEEL_RANGE] = "range",
        [FEEL_FUNCTION] = "function",
    };
    return names[kind];
}

const struct feel_entry *feel_context_entry(const struct feel_context *context, struct str name, size_t at)
{
    size_t low = 0, high = context->n;
    if (at < context->n && str_equal(context->entries[at].name, name))
        return &context->entries[at];
    for (size_t i = 0; !context->by_name && i < context->n; i++)
        if (str_equal(context->entries[i].name, name))
            return &context->entries[i];
    while (context->by_name && low < high) {
        size_t middle = low + (high - low) / 2;
        const struct feel_entry *entry = &context->entries[context->by_name[middle]];
        int order = str_compare(entry->name, name);
        if (order == 0)
            return entry;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct feel_value *feel_context_get(const struct feel_context *context, struct str name)
{
    const struct feel_entry *entry = feel_context_entry(context, name, 0);
    return entry ? &entry->value : NULL;
}

const struct feel_value *feel_context_get_near(const struct feel_context *context, struct str name, size_t at)
{
    const struct feel_entry *entry = feel_context_entry(context, name, at);
    return entry ? &entry->value : NULL;
}

static enum feel_truth truth(bool value)
{
    return value ? FEEL_TRUE : FEEL_FALSE;
}

static enum feel_truth lists_equal(struct feel_list a, struct feel_list b)
{
    if (a.n != b.n)
        return FEEL_FALSE;
    for (size_t i = 0; i < a.n; i++)
        if (feel_equal(a.items[i], b.items[i]) != FEEL_TRUE)
            return FEEL_FALSE;
    return FEEL_TRUE;
}

static enum feel_truth contexts_equal(const struct feel_context *a, const struct feel_context *b)
{
    if (a->n != b->n)
        return FEEL_FALSE;
    for (size_t i = 0; i < a->n; i++) {
        const struct feel_entry *one = &a->entries[a->by_name ? a->by_name[i] : i];
        const struct feel_entry *same = &b->entries[b->by_name ? b->by_name[i] : i];
        const struct feel_value *other = str_equal(one->name, same->name) ? &same->value
                                         : a->by_name                     ? NULL
                                                                          : feel_context_get(b, one->name);
        if (!other || feel_equal(one->value, *other) != FEEL_TRUE)
            return FEEL_FALSE;
    }
    return FEEL_TRUE;
}

static enum feel_truth ranges_equal(const struct feel_range *a, const struct feel_range *b)
{
    return truth(a->form == b->form && a->start_in == b->start_in && a->end_in == b->end_in &&
                 feel_equal(a->start, b->start) == FEEL_TRUE && feel_equal(a->end, b->end) == FEEL_TRUE);
}

enum feel_truth feel_equal(struct feel_value a, struct feel_value b)
{
    if (a.kind == FEEL_NULL || b.kind == FEEL_NULL)
        return truth(a.kind == b.kind);
    if (a.kind != b.kind)
        return FEEL_UNKNOWN;
    switch (a.kind) {
    case FEEL_NULL: return FEEL_TRUE;
    case FEEL_BOOLEAN: return truth(a.boolean == b.boolean);
    case FEEL_NUMBER: return truth(number_compare(a.number, b.number) == 0);
    case FEEL_STRING: return truth(str_equal(a.string, b.string));
    case FEEL_DATE: return truth(temporal_date_compare(a.date, b.date) == 0);
    case FEEL_TIME: return truth(temporal_time_equal(a.time, b.time));
    case FEEL_DATE_AND_TIME: return truth(temporal_moment_equal(a.moment, b.moment));
    case FEEL_DAYS: return truth(a.days.seconds == b.days.seconds && a.days.nanos == b.days.nanos);
    case FEEL_MONTHS: return truth(a.months == b.months);
    case FEEL_LIST: return lists_equal(a.list, b.list);
    case FEEL_CONTEXT: return contexts_equal(a.context, b.context);
    case FEEL_RANGE: return ranges_equal(a.range, b.range);
    case FEEL_FUNCTION: return truth(a.function == b.function);
    }
    return FEEL_UNKNOWN;
}

bool feel_same(struct feel_value a, struct feel_value b)
{
    return feel_equal(a, b) == FEEL_TRUE;
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

bool feel_order(struct feel_value a, struct feel_value b, int *out)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case FEEL_NUMBER: *out = number_compare(a.number, b.number); return true;
    case FEEL_STRING: *out = str_compare(a.string, b.string); return true; /* UTF-8 sorts as its code points do */
    case FEEL_DATE: *out = temporal_date_compare(a.date, b.date); return true;
    case FEEL_TIME: return temporal_time_compare(a.time, b.time, out);
    case FEEL_DATE_AND_TIME: return temporal_moment_compare(a.moment, b.moment, out);
    case FEEL_DAYS:
        *out = order_of(a.days.seconds, b.days.seconds);
        if (*out == 0)
            *out = order_of(a.days.nanos, b.days.nanos);
        return true;
    case FEEL_MONTHS: *out = order_of(a.months, b.months); return true;
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION: return false;
    }
    return false;
}

enum feel_truth feel_within(const struct feel_range *range, struct feel_value value)
{
    enum feel_truth in = FEEL_TRUE;
    int order;
    if (range->form == RANGE_UNEQUAL) {
        enum feel_truth equal = feel_equal(range->start, value);
        return equal == FEEL_UNKNOWN ? equal : truth(equal == FEEL_FALSE);
    }
    if (range->form != RANGE_LESS) {
        if (!feel_order(range->start, value, &order))
            in = FEEL_UNKNOWN;
        else if (order > 0 || (order == 0 && !range->start_in))
            return FEEL_FALSE;
    }
    if (range->form != RANGE_GREATER) {
        if (!feel_order(value, range->end, &order))
            in = FEEL_UNKNOWN;
        else if (order > 0 || (order == 0 && !range->end_in))
            return FEEL_FALSE;
    }
    return in;
}

/* ---- As text ---- */

static void write_inner(struct buf *out, struct feel_value value)
{
    if (value.kind == FEEL_STRING)
        buf_add_quoted(out, value.string);
    else if (value.kind == FEEL_NULL)
        buf_add(out, STR("null"));
    else
        feel_write(out, value);
}

static bool plain_key(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '{' || name.p[i] == '}' || name.p[i] == ':' || name.p[i] == ',' || name.p[i] == '"' ||
            name.p[i] == '\\')
            return false;
    return name.n > 0;
}

static void write_context(struct buf *out, const struct feel_context *context)
{
    buf_add_byte(out, '{');
    for (size_t i = 0; i < context->n; i++) {
        if (i > 0)
            buf_add(out, STR(", "));
        if (plain_key(context->entries[i].name))
            buf_add(out, context->entries[i].name);
        else
            buf_add_quoted(out, context->entries[i].name);
        buf_add(out, STR(": "));
        write_inner(out, context->entries[i].value);
    }
    buf_add_byte(out, '}');
}

static void write_range(struct buf *out, const struct feel_range *range)
{
    static const char *const signs[] = {
        [RANGE_LESS] = "<", [RANGE_GREATER] = ">", [RANGE_EQUAL] = "", [RANGE_UNEQUAL] = "!="
    };
    if (range->form != RANGE_INTERVAL) {
        bool below = range->form == RANGE_LESS;
        buf_format(out, "(%s%s ", signs[range->form],
                   range->form != RANGE_UNEQUAL && (below ? range->end_in : range->start_in) ? "=" : "");
        write_inner(out, below ? range->end : range->start);
        buf_add_byte(out, ')');
        return;
    }
    buf_add_byte(out, range->start_in ? '[' : '(');
    write_inner(out, range->start);
    buf_add(out, STR(".."));
    write_inner(out, range->end);
    buf_add_byte(out, range->end_in ? ']' : ')');
}

void feel_write(struct buf *out, struct feel_value value)
{
    switch (value.kind) {
    case FEEL_NULL: buf_add(out, STR("null")); return;
    case FEEL_BOOLEAN: buf_add(out, value.boolean ? STR("true") : STR("false")); return;
    case FEEL_NUMBER: number_write(out, value.number); return;
    case FEEL_STRING: buf_add(out, value.string); return;
    case FEEL_DATE: temporal_date_write(out, value.date); return;
    case FEEL_TIME: temporal_time_write(out, value.time); return;
    case FEEL_DATE_AND_TIME: temporal_moment_write(out, value.moment); return;
    case FEEL_DAYS: temporal_days_write(out, value.days); return;
    case FEEL_MONTHS: temporal_months_write(out, value.months); return;
    case FEEL_LIST:
        buf_add_byte(out, '[');
        for (size_t i = 0; i < value.list.n; i++) {
            if (i > 0)
                buf_add(out, STR(", "));
            write_inner(out, value.list.items[i]);
        }
        buf_add_byte(out, ']');
        return;
    case FEEL_CONTEXT: write_context(out, value.context); return;
    case FEEL_RANGE: write_range(out, value.range); return;
    case FEEL_FUNCTION: buf_add(out, STR("function")); return;
    }
}
