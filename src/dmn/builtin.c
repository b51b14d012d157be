/* The table of FEEL's functions, and how arguments find their parameters. Promises: see builtin.h. */
#include "dmn/builtin.h"

#include "base/arena.h"
#include "base/banned.h"

#define FORM(name_, least_, most_, work_, ...)                                                                         \
    {                                                                                                                  \
        .function = { .form = FUNCTION_BUILTIN, .name = STR_INIT(name_) }, .parameters = { __VA_ARGS__ },              \
        .least = (least_), .most = (most_), .work = (work_)                                                            \
    }
#define RANGES(name, work)           FORM(name, 2, 2, work, "range1", "range2")
#define POINT_IN_RANGE(name, work)   FORM(name, 2, 2, work, "point", "range"), RANGES(name, work)
#define RANGE_WITH_POINT(name, work) FORM(name, 2, 2, work, "range", "point"), RANGES(name, work)
#define POINTS_AND_RANGES(name, work)                                                                                  \
    FORM(name, 2, 2, work, "point1", "point2"), FORM(name, 2, 2, work, "point", "range"),                              \
        FORM(name, 2, 2, work, "range", "point"), RANGES(name, work)

/* The forms of a name stand together. */
static const struct builtin table[] = {
    FORM("date", 1, 1, builtin_date, "from"),
    FORM("date", 3, 3, builtin_date_of, "year", "month", "day"),
    FORM("time", 1, 1, builtin_time, "from"),
    FORM("time", 3, 4, builtin_time_of, "hour", "minute", "second", "offset"),
    FORM("date and time", 1, 1, builtin_moment, "from"),
    FORM("date and time", 2, 2, builtin_moment_of, "date", "time"),
    FORM("duration", 1, 1, builtin_duration, "from"),
    FORM("years and months duration", 2, 2, builtin_months_between, "from", "to"),
    FORM("number", 1, 3, builtin_number, "from", "grouping separator", "decimal separator"),
    FORM("string", 1, 1, builtin_string, "from"),
    FORM("not", 1, 1, builtin_not, "negand"),
    FORM("substring", 2, 3, builtin_substring, "string", "start position", "length"),
    FORM("string length", 1, 1, builtin_string_length, "string"),
    FORM("upper case", 1, 1, builtin_upper, "string"),
    FORM("lower case", 1, 1, builtin_lower, "string"),
    FORM("substring before", 2, 2, builtin_substring_before, "string", "match"),
    FORM("substring after", 2, 2, builtin_substring_after, "string", "match"),
    FORM("replace", 3, 4, builtin_replace, "input", "pattern", "replacement", "flags"),
    FORM("contains", 2, 2, builtin_contains, "string", "match"),
    FORM("starts with", 2, 2, builtin_starts, "string", "match"),
    FORM("ends with", 2, 2, builtin_ends, "string", "match"),
    FORM("matches", 2, 3, builtin_matches, "input", "pattern", "flags"),
    FORM("split", 2, 2, builtin_split, "string", "delimiter"),
    FORM("string join", 1, 2, builtin_string_join, "list", "delimiter"),
    FORM("list contains", 2, 2, builtin_list_contains, "list", "element"),
    FORM("count", 1, BUILTIN_ANY, builtin_count, "list"),
    FORM("min", 1, BUILTIN_ANY, builtin_min, "list"),
    FORM("max", 1, BUILTIN_ANY, builtin_max, "list"),
    FORM("sum", 1, BUILTIN_ANY, builtin_sum, "list"),
    FORM("product", 1, BUILTIN_ANY, builtin_product, "list"),
    FORM("mean", 1, BUILTIN_ANY, builtin_mean, "list"),
    FORM("median", 1, BUILTIN_ANY, builtin_median, "list"),
    FORM("stddev", 1, BUILTIN_ANY, builtin_stddev, "list"),
    FORM("mode", 1, BUILTIN_ANY, builtin_mode, "list"),
    FORM("all", 1, BUILTIN_ANY, builtin_all, "list"),
    FORM("any", 1, BUILTIN_ANY, builtin_any, "list"),
    FORM("sublist", 2, 3, builtin_sublist, "list", "start position", "length"),
    FORM("append", 2, BUILTIN_ANY, builtin_append, "list", "item"),
    FORM("concatenate", 1, BUILTIN_ANY, builtin_concatenate, "list"),
    FORM("insert before", 3, 3, builtin_insert_before, "list", "position", "newItem"),
    FORM("remove", 2, 2, builtin_remove, "list", "position"),
    FORM("list replace", 3, 3, builtin_list_replace, "list", "position", "newItem"),
    FORM("list replace", 3, 3, builtin_list_replace, "list", "match", "newItem"),
    FORM("reverse", 1, 1, builtin_reverse, "list"),
    FORM("index of", 2, 2, builtin_index_of, "list", "match"),
    FORM("union", 1, BUILTIN_ANY, builtin_union, "list"),
    FORM("distinct values", 1, 1, builtin_distinct, "list"),
    FORM("flatten", 1, 1, builtin_flatten, "list"),
    FORM("sort", 2, 2, builtin_sort, "list", "precedes"),
    FORM("decimal", 2, 2, builtin_decimal, "n", "scale"),
    FORM("floor", 1, 2, builtin_floor, "n", "scale"),
    FORM("ceiling", 1, 2, builtin_ceiling, "n", "scale"),
    FORM("round up", 2, 2, builtin_round_up, "n", "scale"),
    FORM("round down", 2, 2, builtin_round_down, "n", "scale"),
    FORM("round half up", 2, 2, builtin_round_half_up, "n", "scale"),
    FORM("round half down", 2, 2, builtin_round_half_down, "n", "scale"),
    FORM("abs", 1, 1, builtin_abs, "n"),
    FORM("modulo", 2, 2, builtin_modulo, "dividend", "divisor"),
    FORM("sqrt", 1, 1, builtin_sqrt, "number"),
    FORM("log", 1, 1, builtin_log, "number"),
    FORM("exp", 1, 1, builtin_exp, "number"),
    FORM("odd", 1, 1, builtin_odd, "number"),
    FORM("even", 1, 1, builtin_even, "number"),
    { .function = { .form = FUNCTION_BUILTIN, .name = STR_INIT("is") },
      .parameters = { "value1", "value2" },
      .least = 2,
      .most = 2,
      .least_named = 1,
      .work = builtin_is },
    FORM("today", 0, 0, builtin_today, NULL),
    FORM("now", 0, 0, builtin_now, NULL),
    FORM("day of year", 1, 1, builtin_day_of_year, "date"),
    FORM("day of week", 1, 1, builtin_day_of_week, "date"),
    FORM("month of year", 1, 1, builtin_month_of_year, "date"),
    FORM("week of year", 1, 1, builtin_week_of_year, "date"),
    FORM("get value", 2, 2, builtin_get_value, "m", "key"),
    FORM("get value", 2, 2, builtin_get_value, "context", "key"),
    FORM("get entries", 1, 1, builtin_get_entries, "m"),
    FORM("get entries", 1, 1, builtin_get_entries, "context"),
    FORM("context", 1, 1, builtin_context, "entries"),
    FORM("context put", 3, 3, builtin_context_put, "context", "key", "value"),
    FORM("context put", 3, 3, builtin_context_put_keys, "context", "keys", "value"),
    FORM("context merge", 1, 1, builtin_context_merge, "contexts"),
    FORM("range", 1, 1, builtin_range, "from"),
    POINTS_AND_RANGES("before", builtin_before),
    POINTS_AND_RANGES("after", builtin_after),
    RANGES("meets", builtin_meets),
    RANGES("met by", builtin_met_by),
    RANGES("overlaps", builtin_overlaps),
    RANGES("overlaps before", builtin_overlaps_before),
    RANGES("overlaps after", builtin_overlaps_after),
    POINT_IN_RANGE("finishes", builtin_finishes),
    RANGE_WITH_POINT("finished by", builtin_finished_by),
    RANGE_WITH_POINT("includes", builtin_includes),
    POINT_IN_RANGE("during", builtin_during),
    POINT_IN_RANGE("starts", builtin_starts_range),
    RANGE_WITH_POINT("started by", builtin_started_by),
    FORM("coincides", 2, 2, builtin_coincides, "point1", "point2"),
    RANGES("coincides", builtin_coincides),
};
enum { FORMS = sizeof table / sizeof table[0] };

const struct str builtin_names[] = {
    STR_INIT("date"),
    STR_INIT("time"),
    STR_INIT("date and time"),
    STR_INIT("duration"),
    STR_INIT("years and months duration"),
    STR_INIT("number"),
    STR_INIT("string"),
    STR_INIT("not"),
    STR_INIT("substring"),
    STR_INIT("string length"),
    STR_INIT("upper case"),
    STR_INIT("lower case"),
    STR_INIT("substring before"),
    STR_INIT("substring after"),
    STR_INIT("replace"),
    STR_INIT("contains"),
    STR_INIT("starts with"),
    STR_INIT("ends with"),
    STR_INIT("matches"),
    STR_INIT("split"),
    STR_INIT("string join"),
    STR_INIT("list contains"),
    STR_INIT("count"),
    STR_INIT("min"),
    STR_INIT("max"),
    STR_INIT("sum"),
    STR_INIT("product"),
    STR_INIT("mean"),
    STR_INIT("median"),
    STR_INIT("stddev"),
    STR_INIT("mode"),
    STR_INIT("all"),
    STR_INIT("any"),
    STR_INIT("sublist"),
    STR_INIT("append"),
    STR_INIT("concatenate"),
    STR_INIT("insert before"),
    STR_INIT("remove"),
    STR_INIT("list replace"),
    STR_INIT("reverse"),
    STR_INIT("index of"),
    STR_INIT("union"),
    STR_INIT("distinct values"),
    STR_INIT("flatten"),
    STR_INIT("sort"),
    STR_INIT("decimal"),
    STR_INIT("floor"),
    STR_INIT("ceiling"),
    STR_INIT("round up"),
    STR_INIT("round down"),
    STR_INIT("round half up"),
    STR_INIT("round half down"),
    STR_INIT("abs"),
    STR_INIT("modulo"),
    STR_INIT("sqrt"),
    STR_INIT("log"),
    STR_INIT("exp"),
    STR_INIT("odd"),
    STR_INIT("even"),
    STR_INIT("is"),
    STR_INIT("today"),
    STR_INIT("now"),
    STR_INIT("day of year"),
    STR_INIT("day of week"),
    STR_INIT("month of year"),
    STR_INIT("week of year"),
    STR_INIT("get value"),
    STR_INIT("get entries"),
    STR_INIT("context"),
    STR_INIT("context put"),
    STR_INIT("context merge"),
    STR_INIT("range"),
    STR_INIT("before"),
    STR_INIT("after"),
    STR_INIT("meets"),
    STR_INIT("met by"),
    STR_INIT("overlaps"),
    STR_INIT("overlaps before"),
    STR_INIT("overlaps after"),
    STR_INIT("finishes"),
    STR_INIT("finished by"),
    STR_INIT("includes"),
    STR_INIT("during"),
    STR_INIT("starts"),
    STR_INIT("started by"),
    STR_INIT("coincides"),
};
const size_t builtin_names_n = sizeof builtin_names / sizeof builtin_names[0];

const struct feel_function *builtin_find(struct str name)
{
    for (size_t i = 0; i < FORMS; i++)
        if (str_equal(table[i].function.name, name))
            return &table[i].function;
    return NULL;
}

static size_t parameters_of(const struct builtin *form)
{
    size_t n = 0;
    while (n < BUILTIN_PARAMETERS_MAX && form->parameters[n])
        n++;
    return n;
}

/* Into the order of the parameters; false where they do not fit this form. */
static bool fit(const struct builtin *form, const struct feel_value *arguments, const struct str *names, size_t n,
                struct feel_value *out, size_t *out_n)
{
    size_t parameters = parameters_of(form);
    bool filled[BUILTIN_PARAMETERS_MAX] = { false }, some = names && form->least_named > 0;
    *out_n = 0;
    if (n < (some ? form->least_named : form->least) || n > (form->most == BUILTIN_ANY ? parameters : form->most))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        if (names)
            for (at = 0; at < parameters && !str_equal(str_of(form->parameters[at]), names[i]); at++)
                ;
        if (at == parameters || filled[at])
            return false;
        filled[at] = true;
        out[at] = arguments[i];
        *out_n = at + 1 > *out_n ? at + 1 : *out_n;
    }
    for (size_t i = 0; i < form->least && !some; i++)
        if (!filled[i])
            return false;
    return true;
}

/* Two forms may differ only in the order of their parameters: that of the names says which. */
static bool in_order(const struct builtin *form, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i >= parameters_of(form) || !str_equal(str_of(form->parameters[i]), names[i]))
            return false;
    return true;
}

static const struct builtin *form_in_order(const struct builtin *first, const struct str *names, size_t n)
{
    for (const struct builtin *form = first;
         form < table + FORMS && str_equal(form->function.name, first->function.name); form++)
        if (n >= form->least && in_order(form, names, n))
            return form;
    return first;
}

struct feel_value builtin_call(struct run *run, const struct builtin *first, const struct feel_value *arguments,
                               const struct str *names, size_t n)
{
    struct str name = first->function.name;
    size_t weight = 0;
    for (size_t i = 0; i < n; i++)
        weight += arguments[i].weight;
    if (!run_spend(run, weight / RUN_WEIGHT_OF_STEP))
        return FEEL_NONE;
    if (names)
        first = form_in_order(first, names, n);
    for (const struct builtin *form = first; form < table + FORMS && str_equal(form->function.name, name); form++) {
        struct feel_value bound[BUILTIN_PARAMETERS_MAX] = { 0 };
        struct builtin_call call = { run, name, bound, names != NULL, n };
        if (fit(form, arguments, names, n, bound, &call.n))
            return form->work(&call);
        if (names || form->most != BUILTIN_ANY || n < form->least)
            continue;
        call.arguments = arguments; /* any number: as they came */
        call.n = n;
        return form->work(&call);
    }
    return run_null(run, "The function \"%.*s\" does not take these %zu arguments.", STR_ARG(name), n);
}

bool builtin_takes(const struct builtin *first, const struct str *names, size_t n)
{
    static const struct feel_value nothing[BUILTIN_PARAMETERS_MAX];
    struct str name = first->function.name;
    for (const struct builtin *form = first; form < table + FORMS && str_equal(form->function.name, name); form++) {
        struct feel_value bound[BUILTIN_PARAMETERS_MAX];
        size_t bound_n;
        if (n <= BUILTIN_PARAMETERS_MAX && fit(form, nothing, names, n, bound, &bound_n))
            return true;
        if (!names && form->most == BUILTIN_ANY && n >= form->least)
            return true;
    }
    return false;
}

/* ---- For the files that do the work ---- */

struct feel_value builtin_wrong(const struct builtin_call *call, size_t i, const char *wanted)
{
    struct feel_value value = call->arguments[i];
    if (value.kind == FEEL_NULL && value.why)
        return value;
    return run_null(call->run, "\"%.*s\" wants %s as its argument %zu, and has a %s.", STR_ARG(call->name), wanted,
                    i + 1, feel_kind_name(value.kind));
}

bool builtin_argument(const struct builtin_call *call, size_t i, enum feel_kind kind, struct feel_value *out,
                      struct feel_value *null)
{
    struct feel_value value = i < call->n ? call->arguments[i] : FEEL_NONE;
    if (value.kind == FEEL_LIST && kind != FEEL_LIST && value.list.n == 1)
        value = value.list.items[0];
    if (value.kind == FEEL_NULL || value.kind != kind) {
        *null = i < call->n ? builtin_wrong(call, i, feel_kind_name(kind)) : FEEL_NONE;
        return false;
    }
    *out = value;
    return true;
}

bool builtin_integer(const struct builtin_call *call, size_t i, int64_t *out, struct feel_value *null)
{
    struct feel_value value;
    struct number whole;
    if (!builtin_argument(call, i, FEEL_NUMBER, &value, null))
        return false;
    if (number_round(value.number, 0, NUMBER_DOWN, &whole) && number_to_i64(whole, out))
        return true;
    *null = builtin_wrong(call, i, "a smaller number");
    return false;
}

struct feel_value builtin_list(const struct builtin_call *call, const struct feel_value *items, size_t n)
{
    return run_list(call->run, items, n);
}

struct feel_value builtin_text(const struct builtin_call *call, const struct buf *text)
{
    if (!buf_ok(text))
        return run_stop(call->run, "a text is longer than it may be");
    return feel_string(text->n > 0 ? buf_str(text) : STR(""));
}
