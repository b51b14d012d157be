/* Functions of lists (DMN 1.5, table 72), and sort (table 76). */
#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/limits.h"
#include "dmn/parse.h"
#include "base/banned.h"

/* The list that is meant: the one argument, where it is a list, or all of them. */
static struct feel_list meant(const struct builtin_call *call)
{
    if (call->n == 1)
        return run_items(&call->arguments[0]);
    return (struct feel_list){ call->arguments, call->n };
}

static bool is_null_argument(const struct builtin_call *call)
{
    return call->n == 1 && call->arguments[0].kind == FEEL_NULL;
}

/* Argument `i` as a list; one value is a list of itself. */
static bool list_at(const struct builtin_call *call, size_t i, struct feel_list *out, struct feel_value *null)
{
    *out = run_items(&call->arguments[i]);
    if (call->arguments[i].kind != FEEL_NULL)
        return true;
    *null = builtin_wrong(call, i, "a list");
    return false;
}

static struct feel_value *room(const struct builtin_call *call, size_t n)
{
    struct feel_value *items = n <= DMN_ITEMS_MAX ? ARENA_ARRAY(call->run->arena, n + 1, struct feel_value) : NULL;
    if (!items) {
        if (n > DMN_ITEMS_MAX)
            run_stop(call->run, "a list has more than %d items", (int)DMN_ITEMS_MAX);
        else
            run_no_memory(call->run);
    }
    return items;
}

struct feel_value builtin_list_contains(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    if (!list_at(call, 0, &list, &null))
        return null;
    for (size_t i = 0; i < list.n; i++)
        if (feel_same(list.items[i], call->arguments[1]))
            return feel_boolean(true);
    return feel_boolean(false);
}

struct feel_value builtin_count(const struct builtin_call *call)
{
    if (is_null_argument(call))
        return builtin_wrong(call, 0, "a list");
    return feel_integer((int64_t)meant(call).n);
}

static struct feel_value extreme(const struct builtin_call *call, int sign)
{
    struct feel_list list = meant(call);
    if (list.n == 0)
        return run_null(call->run, "An empty list has no \"%.*s\".", STR_ARG(call->name));
    struct feel_value best = list.items[0];
    int order;
    for (size_t i = 0; i < list.n; i++) {
        if (!feel_order(list.items[i], best, &order))
            return run_null(call->run, "\"%.*s\" cannot compare all items of the list.", STR_ARG(call->name));
        if (order * sign > 0)
            best = list.items[i];
    }
    return best;
}

struct feel_value builtin_min(const struct builtin_call *call)
{
    return extreme(call, -1);
}

struct feel_value builtin_max(const struct builtin_call *call)
{
    return extreme(call, 1);
}

/* All items are numbers, and there is one. */
static bool all_numbers(const struct builtin_call *call, struct feel_list list, struct feel_value *null)
{
    bool good = list.n > 0;
    for (size_t i = 0; i < list.n; i++)
        good = good && list.items[i].kind == FEEL_NUMBER;
    if (!good)
        *null = run_null(call->run, "\"%.*s\" wants numbers, and at least one.", STR_ARG(call->name));
    return good;
}

static struct feel_value too_large(const struct builtin_call *call)
{
    return run_null(call->run, "\"%.*s\" gives a number that is too large.", STR_ARG(call->name));
}

static bool add_all(struct feel_list list, struct number *out)
{
    *out = number_of(0);
    for (size_t i = 0; i < list.n; i++)
        if (!number_add(*out, list.items[i].number, out))
            return false;
    return true;
}

/* Durations are added, too, as "+" does. */
struct feel_value builtin_sum(const struct builtin_call *call)
{
    struct feel_value null;
    struct number sum;
    struct feel_list list = meant(call);
    if (list.n > 0 && (list.items[0].kind == FEEL_DAYS || list.items[0].kind == FEEL_MONTHS)) {
        struct feel_value total = list.items[0];
        for (size_t i = 1; i < list.n && total.kind != FEEL_NULL; i++)
            total = run_arithmetic(call->run, OPERATOR_ADD, total, list.items[i]);
        return total;
    }
    if (!all_numbers(call, list, &null))
        return null;
    return add_all(list, &sum) ? feel_number(sum) : too_large(call);
}

struct feel_value builtin_product(const struct builtin_call *call)
{
    struct feel_value null;
    struct number product = number_of(1);
    struct feel_list list = meant(call);
    if (!all_numbers(call, list, &null))
        return null;
    for (size_t i = 0; i < list.n; i++)
        if (!number_multiply(product, list.items[i].number, &product))
            return too_large(call);
    return feel_number(product);
}

struct feel_value builtin_mean(const struct builtin_call *call)
{
    struct feel_value null;
    struct number sum;
    struct feel_list list = meant(call);
    if (!all_numbers(call, list, &null))
        return null;
    return add_all(list, &sum) && number_divide(sum, number_of((int64_t)list.n), &sum) ? feel_number(sum)
                                                                                       : too_large(call);
}

/* ---- Sorting ---- */

struct sorting {
    const struct builtin_call *call;
    /* Whether a comes before b. */
    bool (*before)(struct sorting *sorting, struct feel_value a, struct feel_value b);
    bool odd; /* the function that is asked gave something that is neither true nor false */
};

static bool number_before(struct sorting *sorting, struct feel_value a, struct feel_value b)
{
    (void)sorting;
    return number_compare(a.number, b.number) < 0;
}

static bool function_before(struct sorting *sorting, struct feel_value a, struct feel_value b)
{
    struct feel_value both[2] = { a, b };
    struct feel_value answer = run_call(sorting->call->run, sorting->call->arguments[1], both, NULL, 2);
    sorting->odd = sorting->odd || answer.kind != FEEL_BOOLEAN;
    return answer.kind == FEEL_BOOLEAN && answer.boolean;
}

/* What is equal keeps its order. From `items`, merged through `other`; the answer is one of the two. */
static struct feel_value *sorted(struct sorting *sorting, struct feel_value *items, struct feel_value *other, size_t n)
{
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t from = 0; from < n; from += 2 * run) {
            size_t middle = from + run < n ? from + run : n, end = from + 2 * run < n ? from + 2 * run : n;
            size_t a = from, b = middle;
            for (size_t to = from; to < end && !sorting->call->run->stopped; to++) {
                bool second = b < end && (a == middle || sorting->before(sorting, items[b], items[a]));
                other[to] = second ? items[b++] : items[a++];
            }
        }
        struct feel_value *swap = items;
        items = other;
        other = swap;
    }
    return items;
}

static struct feel_value *sorted_copy(struct sorting *sorting, struct feel_list list)
{
    struct feel_value *items = room(sorting->call, list.n), *other = room(sorting->call, list.n);
    if (!items || !other)
        return NULL;
    if (list.n > 0)
        memcpy(items, list.items, list.n * sizeof *items);
    return sorted(sorting, items, other, list.n);
}

struct feel_value builtin_sort(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    if (!list_at(call, 0, &list, &null))
        return null;
    if (call->arguments[1].kind != FEEL_FUNCTION)
        return builtin_wrong(call, 1, "a function");
    struct sorting sorting = { .call = call, .before = function_before };
    struct feel_value *items = sorted_copy(&sorting, list);
    if (items && sorting.odd)
        return run_null(call->run, "The function that \"sort\" asks gave something that is neither true nor false.");
    return items ? builtin_list(call, items, list.n) : FEEL_NONE;
}

struct feel_value builtin_median(const struct builtin_call *call)
{
    struct feel_value null;
    struct number middle;
    struct feel_list list = meant(call);
    if (!all_numbers(call, list, &null))
        return null;
    struct sorting sorting = { .call = call, .before = number_before };
    struct feel_value *items = sorted_copy(&sorting, list);
    if (!items)
        return FEEL_NONE;
    middle = items[list.n / 2].number;
    if (list.n % 2 == 0 &&
        (!number_add(items[list.n / 2 - 1].number, middle, &middle) || !number_divide(middle, number_of(2), &middle)))
        return too_large(call);
    return feel_number(middle);
}

/* Of a sample: divided by one less than there are. */
struct feel_value builtin_stddev(const struct builtin_call *call)
{
    struct feel_value null;
    struct number mean, difference, squares = number_of(0);
    struct feel_list list = meant(call);
    if (!all_numbers(call, list, &null))
        return null;
    if (list.n < 2)
        return run_null(call->run, "\"stddev\" wants at least two numbers.");
    if (!run_spend(call->run, list.n / RUN_WEIGHT_OF_STEP)) /* each number is taken twice */
        return FEEL_NONE;
    bool good = add_all(list, &mean) && number_divide(mean, number_of((int64_t)list.n), &mean);
    for (size_t i = 0; i < list.n && good; i++)
        good = number_subtract(list.items[i].number, mean, &difference) &&
               number_multiply(difference, difference, &difference) && number_add(squares, difference, &squares);
    good = good && number_divide(squares, number_of((int64_t)list.n - 1), &squares) && number_root(squares, &squares);
    return good ? feel_number(squares) : too_large(call);
}

struct feel_value builtin_mode(const struct builtin_call *call)
{
    struct feel_value null;
    struct feel_list list = meant(call);
    if (is_null_argument(call))
        return builtin_wrong(call, 0, "a list");
    if (list.n == 0)
        return builtin_list(call, NULL, 0);
    if (!all_numbers(call, list, &null))
        return null;
    struct sorting sorting = { .call = call, .before = number_before };
    struct feel_value *items = sorted_copy(&sorting, list);
    if (!items)
        return FEEL_NONE;
    size_t most = 0, found = 0;
    struct feel_value *modes = room(call, list.n);
    for (size_t i = 0, end; modes && i < list.n; i = end) {
        for (end = i; end < list.n && number_compare(items[end].number, items[i].number) == 0; end++)
            ;
        if (end - i > most) {
            most = end - i;
            found = 0;
        }
        if (end - i == most)
            modes[found++] = items[i];
    }
    return modes ? builtin_list(call, modes, found) : FEEL_NONE;
}

/* ---- Logic ---- */

static struct feel_value over_all(const struct builtin_call *call, bool ends)
{
    bool odd = false;
    struct feel_list list = meant(call);
    if (is_null_argument(call))
        return builtin_wrong(call, 0, "a list");
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].kind != FEEL_BOOLEAN)
            odd = true;
        else if (list.items[i].boolean == ends)
            return feel_boolean(ends);
    }
    return odd ? run_null(call->run, "An item of the list is neither true nor false.") : feel_boolean(!ends);
}

struct feel_value builtin_all(const struct builtin_call *call)
{
    return over_all(call, false);
}

struct feel_value builtin_any(const struct builtin_call *call)
{
    return over_all(call, true);
}

/* ---- Parts and changes ---- */

/* A place from 1, or from the end below zero, as one from 0. */
static bool place_at(const struct builtin_call *call, size_t i, size_t n, size_t *out, struct feel_value *null)
{
    int64_t place;
    if (!builtin_integer(call, i, &place, null))
        return false;
    if (place == 0 || place > (int64_t)n || place < -(int64_t)n) {
        *null = run_null(call->run, "The list has no place %lld.", (long long)place);
        return false;
    }
    *out = (size_t)(place > 0 ? place - 1 : (int64_t)n + place);
    return true;
}

struct feel_value builtin_sublist(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    size_t from;
    int64_t length;
    if (!list_at(call, 0, &list, &null) || !place_at(call, 1, list.n, &from, &null))
        return null;
    if (call->n < 3)
        return builtin_list(call, list.items + from, list.n - from);
    if (!builtin_integer(call, 2, &length, &null))
        return null;
    if (length < 0 || length > (int64_t)(list.n - from))
        return run_null(call->run, "The list is not as long as the part that is asked for.");
    return builtin_list(call, list.items + from, (size_t)length);
}

/* `n` items of others into `to`. */
static void put(struct feel_value *to, const struct feel_value *from, size_t n)
{
    if (n > 0)
        memcpy(to, from, n * sizeof *to);
}

struct feel_value builtin_append(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    if (!list_at(call, 0, &list, &null))
        return null;
    struct feel_value *items = room(call, list.n + call->n - 1);
    if (!items)
        return FEEL_NONE;
    put(items, list.items, list.n);
    put(items + list.n, call->arguments + 1, call->n - 1);
    return builtin_list(call, items, list.n + call->n - 1);
}

struct feel_value builtin_concatenate(const struct builtin_call *call)
{
    size_t n = 0;
    struct feel_value null;
    struct feel_list list;
    for (size_t i = 0; i < call->n; i++) {
        if (!list_at(call, i, &list, &null))
            return null;
        n += list.n;
    }
    struct feel_value *items = room(call, n);
    if (!items)
        return FEEL_NONE;
    n = 0;
    for (size_t i = 0; i < call->n; i++) {
        list = run_items(&call->arguments[i]);
        put(items + n, list.items, list.n);
        n += list.n;
    }
    return builtin_list(call, items, n);
}

struct feel_value builtin_insert_before(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    size_t at;
    if (!list_at(call, 0, &list, &null) || !place_at(call, 1, list.n, &at, &null))
        return null;
    struct feel_value *items = room(call, list.n + 1);
    if (!items)
        return FEEL_NONE;
    put(items, list.items, at);
    items[at] = call->arguments[2];
    put(items + at + 1, list.items + at, list.n - at);
    return builtin_list(call, items, list.n + 1);
}

struct feel_value builtin_remove(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    size_t at;
    if (!list_at(call, 0, &list, &null) || !place_at(call, 1, list.n, &at, &null))
        return null;
    struct feel_value *items = room(call, list.n);
    if (!items)
        return FEEL_NONE;
    put(items, list.items, at);
    put(items + at, list.items + at + 1, list.n - at - 1);
    return builtin_list(call, items, list.n - 1);
}

/* The item at a place; or every item of which the function says so. */
struct feel_value builtin_list_replace(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    size_t at;
    bool function = call->arguments[1].kind == FEEL_FUNCTION;
    if (!list_at(call, 0, &list, &null) || (!function && !place_at(call, 1, list.n, &at, &null)))
        return null;
    struct feel_value *items = room(call, list.n);
    if (!items)
        return FEEL_NONE;
    put(items, list.items, list.n);
    if (!function) {
        items[at] = call->arguments[2];
        return builtin_list(call, items, list.n);
    }
    for (size_t i = 0; i < list.n && !call->run->stopped; i++) {
        struct feel_value both[2] = { list.items[i], call->arguments[2] };
        struct feel_value answer = run_call(call->run, call->arguments[1], both, NULL, 2);
        if (answer.kind != FEEL_BOOLEAN)
            return answer.kind == FEEL_NULL && answer.why
                       ? answer
                       : run_null(call->run, "\"list replace\" wants a function that is "
                                             "true or false for each item.");
        if (answer.boolean)
            items[i] = call->arguments[2];
    }
    return builtin_list(call, items, list.n);
}

struct feel_value builtin_reverse(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    if (!list_at(call, 0, &list, &null))
        return null;
    struct feel_value *items = room(call, list.n);
    if (!items)
        return FEEL_NONE;
    for (size_t i = 0; i < list.n; i++)
        items[i] = list.items[list.n - 1 - i];
    return builtin_list(call, items, list.n);
}

struct feel_value builtin_index_of(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    size_t n = 0;
    if (!list_at(call, 0, &list, &null))
        return null;
    struct feel_value *items = room(call, list.n);
    if (!items)
        return FEEL_NONE;
    for (size_t i = 0; i < list.n; i++)
        if (feel_same(list.items[i], call->arguments[1]))
            items[n++] = feel_integer((int64_t)i + 1);
    return builtin_list(call, items, n);
}

/* The first of each; every comparison counts as a step, as there may be many. */
static struct feel_value distinct(const struct builtin_call *call, struct feel_list list)
{
    size_t n = 0;
    struct feel_value *items = room(call, list.n);
    if (!items)
        return FEEL_NONE;
    for (size_t i = 0; i < list.n; i++) {
        bool seen = false;
        for (size_t j = 0; j < n && !seen; j++)
            seen = feel_same(items[j], list.items[i]);
        if (!run_spend(call->run, n + list.items[i].weight))
            return FEEL_NONE;
        if (!seen)
            items[n++] = list.items[i];
    }
    return builtin_list(call, items, n);
}

struct feel_value builtin_distinct(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    return list_at(call, 0, &list, &null) ? distinct(call, list) : null;
}

struct feel_value builtin_union(const struct builtin_call *call)
{
    struct feel_value all = builtin_concatenate(call);
    return all.kind == FEEL_LIST ? distinct(call, all.list) : all;
}

/* How many items there are inside all lists. Depth is bounded where lists are made. */
static size_t flat_count(struct feel_list list)
{
    size_t n = 0;
    for (size_t i = 0; i < list.n && n <= DMN_ITEMS_MAX; i++)
        n += list.items[i].kind == FEEL_LIST ? flat_count(list.items[i].list) : 1;
    return n;
}

static void flatten(struct feel_list list, struct feel_value *out, size_t *n)
{
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].kind == FEEL_LIST)
            flatten(list.items[i].list, out, n);
        else
            out[(*n)++] = list.items[i];
    }
}

struct feel_value builtin_flatten(const struct builtin_call *call)
{
    struct feel_list list;
    struct feel_value null;
    size_t n = 0;
    if (!list_at(call, 0, &list, &null))
        return null;
    struct feel_value *items = room(call, flat_count(list));
    if (!items)
        return FEEL_NONE;
    flatten(list, items, &n);
    return builtin_list(call, items, n);
}
