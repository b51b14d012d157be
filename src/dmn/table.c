/* Deciding by a table (DMN 1.5, 8.2.8 to 8.3). Promises: see table.h. */
#include "dmn/table.h"

#include <string.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "base/banned.h"

struct deciding {
    struct run *run;
    const struct decision_table *table;
    struct feel_value *slots;
    struct feel_value *inputs;
    size_t *hits; /* rules that matched */
    size_t hits_n;
};

/* The values of the inputs; false, and *null says why, where one may not be. */
static bool take_inputs(struct deciding *d, struct feel_value *null)
{
    for (size_t i = 0; i < d->table->inputs_n && !d->run->stopped; i++) {
        const struct table_input *input = &d->table->inputs[i];
        struct feel_value value = run_node(d->run, input->expression, d->slots);
        if (input->type && value.kind != FEEL_NULL)
            value = run_convert(d->run, input->type, value);
        d->inputs[i] = value;
        d->run->line = d->table->line;
        if (value.kind == FEEL_NULL || !input->values || run_tests(d->run, input->values, value, d->slots) == FEEL_TRUE)
            continue;
        *null =
            run_null(d->run, "The input \"%.*s\" has a value that the table does not allow.", STR_ARG(input->label));
        return false;
    }
    return !d->run->stopped;
}

static bool matches(struct deciding *d, const struct table_rule *rule)
{
    run_spend(d->run, 1 + d->table->inputs_n / RUN_WEIGHT_OF_STEP);
    for (size_t i = 0; i < d->table->inputs_n && !d->run->stopped; i++)
        if (rule->tests[i] && run_tests(d->run, rule->tests[i], d->inputs[i], d->slots) != FEEL_TRUE)
            return false;
    return !d->run->stopped;
}

static struct feel_value one_result(struct deciding *d, size_t rule, size_t output)
{
    const struct table_output *out = &d->table->outputs[output];
    struct feel_value value = run_node(d->run, d->table->rules[rule].results[output], d->slots);
    return out->type ? run_convert(d->run, out->type, value) : value;
}

/* The output of one rule: a value, or a context where there are several outputs. */
static struct feel_value result_of(struct deciding *d, size_t rule)
{
    size_t n = d->table->outputs_n;
    if (n == 1)
        return one_result(d, rule, 0);
    struct feel_entry *entries = ARENA_ARRAY(d->run->arena, n, struct feel_entry);
    if (!entries)
        return run_no_memory(d->run);
    for (size_t i = 0; i < n; i++)
        entries[i] = (struct feel_entry){ d->table->outputs[i].name, one_result(d, rule, i) };
    return run_context(d->run, entries, n);
}

static struct feel_value preset(struct deciding *d)
{
    size_t n = d->table->outputs_n;
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any = any || d->table->outputs[i].preset;
    if (!any) {
        if (d->table->policy == HIT_COLLECT && d->table->aggregation == AGGREGATE_COUNT)
            return feel_integer(0);
        return run_null(d->run, "No rule of the table matches.");
    }
    struct feel_entry *entries = ARENA_ARRAY(d->run->arena, n, struct feel_entry);
    if (!entries)
        return run_no_memory(d->run);
    for (size_t i = 0; i < n; i++) {
        const struct table_output *out = &d->table->outputs[i];
        struct feel_value value = out->preset ? run_node(d->run, out->preset, d->slots) : FEEL_NONE;
        entries[i] = (struct feel_entry){ out->name, out->type ? run_convert(d->run, out->type, value) : value };
    }
    return n == 1 ? entries[0].value : run_context(d->run, entries, n);
}

/* ---- Which of several ---- */

/* The place of a value among the output's values; those that are not there come last. */
static size_t priority(struct deciding *d, size_t output, struct feel_value value)
{
    const struct node *values = d->table->outputs[output].order;
    if (!values || values->kind != NODE_TESTS)
        return 0;
    for (size_t i = 0; i < values->tests.n && !d->run->stopped; i++) {
        if (values->tests.items[i]->kind == NODE_TEST)
            continue;
        struct feel_value one = run_node(d->run, values->tests.items[i], d->slots);
        if (run_looks_at(d->run, one, value) && feel_same(one, value))
            return i;
    }
    return values->tests.n;
}

static struct feel_value part(struct feel_value result, size_t output, size_t n)
{
    return n == 1 ? result : result.kind == FEEL_CONTEXT ? result.context->entries[output].value : FEEL_NONE;
}

/* Whether a's outputs come before b's, looked at from the first output on. */
static bool comes_first(struct deciding *d, struct feel_value a, struct feel_value b)
{
    size_t n = d->table->outputs_n;
    for (size_t i = 0; i < n; i++) {
        size_t pa = priority(d, i, part(a, i, n)), pb = priority(d, i, part(b, i, n));
        if (pa != pb)
            return pa < pb;
    }
    return false;
}

static struct feel_value *results(struct deciding *d)
{
    struct feel_value *list = ARENA_ARRAY(d->run->arena, d->hits_n + 1, struct feel_value);
    if (!list) {
        run_no_memory(d->run);
        return NULL;
    }
    for (size_t i = 0; i < d->hits_n; i++)
        list[i] = result_of(d, d->hits[i]);
    return list;
}

static struct feel_value aggregated(struct deciding *d, struct feel_value *list)
{
    struct run *run = d->run;
    struct feel_value total = list[0];
    int order;
    switch (d->table->aggregation) {
    case AGGREGATE_NOT: return run_list(run, list, d->hits_n);
    case AGGREGATE_COUNT: return feel_integer((int64_t)d->hits_n);
    case AGGREGATE_SUM:
        for (size_t i = 1; i < d->hits_n; i++)
            total = run_arithmetic(run, OPERATOR_ADD, total, list[i]);
        if (total.kind == FEEL_NUMBER || total.kind == FEEL_DAYS || total.kind == FEEL_MONTHS)
            return total;
        return run_null(run, "The results of the table are no numbers or durations that have a sum.");
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
        for (size_t i = 1; i < d->hits_n; i++) {
            if (!run_looks_at(run, list[i], total) || !feel_order(list[i], total, &order))
                return run_null(run, "The results of the table have no order.");
            if (d->table->aggregation == AGGREGATE_MIN ? order < 0 : order > 0)
                total = list[i];
        }
        return total;
    }
    return FEEL_NONE;
}

static struct feel_value by_policy(struct deciding *d)
{
    struct run *run = d->run;
    struct feel_value *list = d->hits_n > 0 ? results(d) : NULL;
    if (d->hits_n == 0)
        return preset(d);
    if (!list)
        return FEEL_NONE;
    switch (d->table->policy) {
    case HIT_UNIQUE:
        if (d->hits_n > 1)
            return run_null(run, "Rules %zu and %zu match, and the table allows one (UNIQUE).", d->hits[0] + 1,
                            d->hits[1] + 1);
        return list[0];
    case HIT_ANY:
        for (size_t i = 1; i < d->hits_n; i++)
            if (!run_looks_at(run, list[0], list[i]) || !feel_same(list[0], list[i]))
                return run_null(run, "Rules %zu and %zu match and differ (ANY).", d->hits[0] + 1, d->hits[i] + 1);
        return list[0];
    case HIT_FIRST: return list[0];
    case HIT_PRIORITY: {
        size_t best = 0;
        for (size_t i = 1; i < d->hits_n; i++)
            if (comes_first(d, list[i], list[best]))
                best = i;
        return list[best];
    }
    case HIT_COLLECT: return aggregated(d, list);
    case HIT_RULE_ORDER: return run_list(run, list, d->hits_n);
    case HIT_OUTPUT_ORDER:
        for (size_t i = 1; i < d->hits_n; i++) { /* few match; what is equal keeps its order */
            struct feel_value moved = list[i];
            size_t at = i;
            for (; at > 0 && comes_first(d, moved, list[at - 1]); at--)
                list[at] = list[at - 1];
            list[at] = moved;
        }
        return run_list(run, list, d->hits_n);
    }
    return FEEL_NONE;
}

struct feel_value table_by_policy(struct run *run, const struct decision_table *table, struct feel_value *slots,
                                  size_t *hits, size_t hits_n)
{
    struct deciding d = { .run = run, .table = table, .slots = slots, .hits = hits, .hits_n = hits_n };
    return by_policy(&d);
}

struct feel_value table_result(struct run *run, const struct decision_table *table, struct feel_value *slots,
                               size_t rule)
{
    struct deciding d = { .run = run, .table = table, .slots = slots };
    return result_of(&d, rule);
}

struct feel_value table_decide(struct run *run, const struct decision_table *table, struct feel_value *slots,
                               struct table_decided *out)
{
    struct feel_value null = FEEL_NONE;
    struct deciding d = { .run = run, .table = table, .slots = slots };
    d.inputs = ARENA_ARRAY(run->arena, table->inputs_n + 1, struct feel_value);
    d.hits = ARENA_ARRAY(run->arena, table->rules_n + 1, size_t);
    if (!d.inputs || !d.hits)
        return run_no_memory(run);
    bool good = take_inputs(&d, &null);
    bool first = table->policy == HIT_FIRST;
    for (size_t i = 0; good && i < table->rules_n && !(first && d.hits_n > 0); i++)
        if (matches(&d, &table->rules[i]))
            d.hits[d.hits_n++] = i;
    if (run->stopped)
        return FEEL_NONE;
    run->line = table->line;
    struct feel_value value = good ? by_policy(&d) : null;
    if (out)
        *out = (struct table_decided){ table, d.inputs, d.hits, d.hits_n, value, NULL };
    return value;
}
