/*
 * Relations between points and ranges (DMN 1.5, table 78), and range().
 *
 * A point is any value with an order. Every rule is the specification's own; where two values have no order the answer
 * is null.
 */
#include "dmn/builtin.h"

#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/parse.h"
#include "base/banned.h"

struct pair {
    const struct builtin_call *call;
    const struct feel_range *a, *b; /* NULL: a point */
    struct feel_value p, q;
    bool odd; /* two things that have no order were compared */
};

static bool is_point(struct feel_value value)
{
    int order;
    return feel_order(value, value, &order);
}

static bool begin(const struct builtin_call *call, struct pair *pair, struct feel_value *null)
{
    *pair = (struct pair){ .call = call, .p = call->arguments[0], .q = call->arguments[1] };
    for (size_t i = 0; i < 2; i++) {
        struct feel_value value = call->arguments[i];
        if (value.kind == FEEL_RANGE)
            *(i == 0 ? &pair->a : &pair->b) = value.range;
        else if (!is_point(value)) {
            *null = builtin_wrong(call, i, "a range or a value with an order");
            return false;
        }
    }
    return true;
}

static int order(struct pair *pair, struct feel_value a, struct feel_value b)
{
    int out = 0;
    if (!feel_order(a, b, &out))
        pair->odd = true;
    return out;
}

static bool less(struct pair *pair, struct feel_value a, struct feel_value b)
{
    return order(pair, a, b) < 0;
}

static bool same(struct pair *pair, struct feel_value a, struct feel_value b)
{
    return order(pair, a, b) == 0 && !pair->odd;
}

static struct feel_value answer(struct pair *pair, bool value)
{
    return pair->odd ? run_null(pair->call->run, "\"%.*s\" cannot compare these two.", STR_ARG(pair->call->name))
                     : feel_boolean(value);
}

static struct feel_value wrong_form(struct pair *pair)
{
    return run_null(pair->call->run, "\"%.*s\" does not take these two.", STR_ARG(pair->call->name));
}

static bool is_before(struct pair *pair, const struct feel_range *a, struct feel_value p, const struct feel_range *b,
                      struct feel_value q)
{
    struct feel_value end = a ? a->end : p, start = b ? b->start : q;
    bool touching = (!a || a->end_in) && (!b || b->start_in);
    return less(pair, end, start) || (!touching && same(pair, end, start));
}

struct feel_value builtin_before(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!begin(call, &p, &null))
        return null;
    bool value = is_before(&p, p.a, p.p, p.b, p.q);
    return answer(&p, value);
}

struct feel_value builtin_after(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!begin(call, &p, &null))
        return null;
    bool value = is_before(&p, p.b, p.q, p.a, p.p);
    return answer(&p, value);
}

/* Both have to be ranges. */
static bool ranges(const struct builtin_call *call, struct pair *p, struct feel_value *null)
{
    if (!begin(call, p, null))
        return false;
    if (p->a && p->b)
        return true;
    *null = wrong_form(p);
    return false;
}

struct feel_value builtin_meets(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!ranges(call, &p, &null))
        return null;
    bool value = p.a->end_in && p.b->start_in && same(&p, p.a->end, p.b->start);
    return answer(&p, value);
}

struct feel_value builtin_met_by(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!ranges(call, &p, &null))
        return null;
    bool value = p.a->start_in && p.b->end_in && same(&p, p.a->start, p.b->end);
    return answer(&p, value);
}

/* Whether the end of `a` is not before the start of `b`. */
static bool reaches(struct pair *p, const struct feel_range *a, const struct feel_range *b)
{
    int o = order(p, a->end, b->start);
    return o > 0 || (o == 0 && a->end_in && b->start_in);
}

struct feel_value builtin_overlaps(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!ranges(call, &p, &null))
        return null;
    bool value = reaches(&p, p.a, p.b) && reaches(&p, p.b, p.a);
    return answer(&p, value);
}

/* `a` begins first, and ends inside of `b`. */
static bool overlaps_before(struct pair *p, const struct feel_range *a, const struct feel_range *b)
{
    int start = order(p, a->start, b->start), end = order(p, a->end, b->end);
    bool begins_first = start < 0 || (start == 0 && a->start_in && !b->start_in);
    bool ends_first = end < 0 || (end == 0 && (!a->end_in || b->end_in));
    return begins_first && reaches(p, a, b) && ends_first;
}

struct feel_value builtin_overlaps_before(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!ranges(call, &p, &null))
        return null;
    bool value = overlaps_before(&p, p.a, p.b);
    return answer(&p, value);
}

struct feel_value builtin_overlaps_after(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!ranges(call, &p, &null))
        return null;
    const struct feel_range *a = p.a, *b = p.b;
    int start = order(&p, b->start, a->start), end = order(&p, b->end, a->end);
    bool begins_later = start < 0 || (start == 0 && b->start_in && !a->start_in);
    bool ends_later = end < 0 || (end == 0 && (!b->end_in || a->end_in));
    bool value = begins_later && reaches(&p, b, a) && ends_later;
    return answer(&p, value);
}

static bool ends_with_it(struct pair *p, const struct feel_range *a, struct feel_value point,
                         const struct feel_range *b)
{
    if (!a)
        return b->end_in && same(p, b->end, point);
    int start = order(p, a->start, b->start);
    return a->end_in == b->end_in && same(p, a->end, b->end) &&
           (start > 0 || (start == 0 && (!a->start_in || b->start_in)));
}

static bool starts_with_it(struct pair *p, const struct feel_range *a, struct feel_value point,
                           const struct feel_range *b)
{
    if (!a)
        return b->start_in && same(p, b->start, point);
    int end = order(p, a->end, b->end);
    return a->start_in == b->start_in && same(p, a->start, b->start) &&
           (end < 0 || (end == 0 && (!a->end_in || b->end_in)));
}

static bool is_inside(struct pair *p, const struct feel_range *a, struct feel_value point, const struct feel_range *b)
{
    struct feel_value start = a ? a->start : point, end = a ? a->end : point;
    bool start_in = !a || a->start_in, end_in = !a || a->end_in;
    int from = order(p, b->start, start), to = order(p, end, b->end);
    return (from < 0 || (from == 0 && (b->start_in || !start_in))) && (to < 0 || (to == 0 && (b->end_in || !end_in)));
}

typedef bool relation(struct pair *p, const struct feel_range *a, struct feel_value point, const struct feel_range *b);

/* The second is the range that the first stands in relation to; the other way round where `turned`. */
static struct feel_value related(const struct builtin_call *call, relation *work, bool turned)
{
    struct pair p;
    struct feel_value null;
    if (!begin(call, &p, &null))
        return null;
    const struct feel_range *a = turned ? p.b : p.a, *b = turned ? p.a : p.b;
    if (!b)
        return wrong_form(&p);
    bool value = work(&p, a, turned ? p.q : p.p, b);
    return answer(&p, value);
}

struct feel_value builtin_finishes(const struct builtin_call *call)
{
    return related(call, ends_with_it, false);
}

struct feel_value builtin_finished_by(const struct builtin_call *call)
{
    return related(call, ends_with_it, true);
}

struct feel_value builtin_starts_range(const struct builtin_call *call)
{
    return related(call, starts_with_it, false);
}

struct feel_value builtin_started_by(const struct builtin_call *call)
{
    return related(call, starts_with_it, true);
}

struct feel_value builtin_during(const struct builtin_call *call)
{
    return related(call, is_inside, false);
}

struct feel_value builtin_includes(const struct builtin_call *call)
{
    return related(call, is_inside, true);
}

struct feel_value builtin_coincides(const struct builtin_call *call)
{
    struct pair p;
    struct feel_value null;
    if (!begin(call, &p, &null))
        return null;
    if (!p.a != !p.b)
        return wrong_form(&p);
    bool value = !p.a ? same(&p, p.p, p.q)
                      : p.a->start_in == p.b->start_in && p.a->end_in == p.b->end_in &&
                            same(&p, p.a->start, p.b->start) && same(&p, p.a->end, p.b->end);
    return answer(&p, value);
}

/* ---- From a text ---- */

/* A literal, or a call of a function that FEEL brings with a literal: nothing else may stand in a range that is read.
 */
static bool is_constant(const struct node *node)
{
    if (!node || node->kind == NODE_VALUE)
        return true;
    if (node->kind == NODE_NEGATE)
        return node->operand->kind == NODE_VALUE;
    if (node->kind != NODE_CALL || node->call.function->kind != NODE_VALUE)
        return false;
    for (size_t i = 0; i < node->call.n; i++)
        if (node->call.arguments[i].value->kind != NODE_VALUE)
            return false;
    return true;
}

struct feel_value builtin_range(const struct builtin_call *call)
{
    struct feel_value text, null, slots[4] = { 0 };
    struct arena *arena = call->run->arena;
    struct members members = { .arena = arena };
    struct complaints complaints = { .arena = arena };
    struct maker maker = { .arena = arena };
    struct parsing parsing = { .arena = arena, .members = &members, .complaints = &complaints, .maker = &maker };
    if (!builtin_argument(call, 0, FEEL_STRING, &text, &null))
        return null;
    struct str first = str_slice(str_trim(text.string), 0, 1);
    const struct node *node = parse_expression(&parsing, text.string);
    if (!node)
        return run_no_memory(call->run);
    bool in_brackets = str_equal(first, STR("[")) || str_equal(first, STR("(")) || str_equal(first, STR("]"));
    if (!in_brackets || node->kind != NODE_RANGE || complaints.n > 0 || maker.slots > 4 ||
        !is_constant(node->range.start) || !is_constant(node->range.end))
        return run_null(call->run, "\"%.*s\" is no range with two ends that are said.",
                        STR_ARG(str_slice(text.string, 0, 60)));
    struct feel_value range = run_node(call->run, node, slots);
    int order_of_ends;
    if (range.kind != FEEL_RANGE || range.range->form != RANGE_INTERVAL)
        return range;
    const struct feel_range *made = range.range;
    bool start_null = made->start.kind == FEEL_NULL, end_null = made->end.kind == FEEL_NULL;
    if ((start_null && (made->start_in || end_null)) || (end_null && made->end_in) ||
        (!start_null && !end_null && (!feel_order(made->start, made->end, &order_of_ends) || order_of_ends > 0)))
        return run_null(call->run, "\"%.*s\" is no range whose start comes before its end.",
                        STR_ARG(str_slice(text.string, 0, 60)));
    return range;
}
