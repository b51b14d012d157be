/*
 * Expressions over sets of values (unknown.h). What looks at nothing unknown is evaluated as ever. Where the unknown
 * things that an expression looks at have few values, each combination is tried: that is exact. Else it goes operator
 * by operator, and what cannot be told is anything.
 */
#include "dmn/unknown.h"

#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "base/banned.h"

enum { DEPTH_SHARE = 5 }; /* what one level here takes of the stack, in those of a run */

/* The expression may be anything of these kinds. */
static struct set wide(struct unknown *u, struct frame *frame, const struct node *node, uint32_t kinds)
{
    struct set none = { 0 }, set = set_kinds(u, kinds, &none);
    unknown_depend(u, frame, node, &set);
    return set;
}

/* ---- Logic ---- */

static struct set logic(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set left = unknown_node(u, frame, node->binary.left), right = unknown_node(u, frame, node->binary.right);
    unsigned a = set_truth(&left), b = set_truth(&right), truth = 0;
    unsigned ends = node->binary.operation == OPERATOR_AND ? MAY_FALSE : MAY_TRUE;
    unsigned goes = ends == MAY_FALSE ? MAY_TRUE : MAY_FALSE;
    if ((a | b) & ends)
        truth |= ends;
    if (a & b & goes)
        truth |= goes;
    if (((a & MAY_OTHER) && (b & (goes | MAY_OTHER))) || ((b & MAY_OTHER) && (a & (goes | MAY_OTHER))))
        truth |= MAY_OTHER;
    if (a == ends || b == ends)
        truth = ends;
    struct set both = left;
    set_depend(u, &both, right.leaves);
    return set_of_truth(u, truth, both.leaves);
}

/* Each value of one with each of the other, where there are few; else a number or whatever else there may be. */
static struct set arithmetic(struct unknown *u, const struct node *node, const struct set *a, const struct set *b)
{
    struct feel_value *as, *bs;
    size_t an, bn;
    struct set out = { 0 };
    if (set_values(u, a, DMN_UNKNOWN_TRIES_MAX, &as, &an) && set_values(u, b, DMN_UNKNOWN_TRIES_MAX, &bs, &bn) &&
        an * bn <= DMN_UNKNOWN_TRIES_MAX) {
        for (size_t i = 0; i < an; i++)
            for (size_t j = 0; j < bn; j++) {
                u->run->line = node->line;
                set_add_value(u, &out, run_arithmetic(u->run, node->binary.operation, as[i], bs[j]));
            }
    } else {
        struct set none = { 0 };
        out = set_kinds(u, SET_ANY, &none);
    }
    set_depend(u, &out, a->leaves);
    set_depend(u, &out, b->leaves);
    return set_settled(out);
}

static struct set binary(struct unknown *u, struct frame *frame, const struct node *node)
{
    enum node_operator operation = node->binary.operation;
    if (operation == OPERATOR_AND || operation == OPERATOR_OR)
        return logic(u, frame, node);
    struct set a = unknown_node(u, frame, node->binary.left), b = unknown_node(u, frame, node->binary.right);
    if (operation < OPERATOR_EQUAL)
        return arithmetic(u, node, &a, &b);
    unsigned truth = set_compare(u, operation, &a, &b);
    set_depend(u, &a, b.leaves);
    return set_of_truth(u, truth, a.leaves);
}

static struct set between(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set value = unknown_node(u, frame, node->between.value), low = unknown_node(u, frame, node->between.low),
               high = unknown_node(u, frame, node->between.high);
    unsigned truth = 0;
    for (size_t i = 0; i < value.n; i++) {
        struct set one = set_of_part(&value.parts[i], &value);
        unsigned from = set_compare(u, OPERATOR_GREATER_EQUAL, &one, &low);
        unsigned to = set_compare(u, OPERATOR_LESS_EQUAL, &one, &high);
        if ((from | to) & MAY_FALSE)
            truth |= MAY_FALSE;
        if (from & to & MAY_TRUE)
            truth |= MAY_TRUE;
        if ((from | to) & MAY_OTHER)
            truth |= MAY_OTHER;
    }
    if (value.kinds)
        truth = MAY_ANY;
    set_depend(u, &value, low.leaves);
    set_depend(u, &value, high.leaves);
    return set_of_truth(u, truth, value.leaves);
}

/* ---- Tests ---- */

/* One of what a test gave: itself, in a range, in a list (run.c, is_among). */
static unsigned among(struct unknown *u, const struct part *value, struct feel_value given)
{
    struct part end = { .form = PART_VALUE, .value = given };
    unsigned truth = 0, low = MAY_TRUE, high = MAY_TRUE;
    if (!unknown_step(u, 1))
        return MAY_ANY;
    if (given.kind == FEEL_RANGE) {
        const struct feel_range *range = given.range;
        if (range->form == RANGE_UNEQUAL) {
            end.value = range->start;
            return part_compare(OPERATOR_UNEQUAL, value, &end);
        }
        if (range->form != RANGE_LESS) {
            end.value = range->start;
            low = part_compare(range->start_in ? OPERATOR_GREATER_EQUAL : OPERATOR_GREATER, value, &end);
        }
        if (range->form != RANGE_GREATER) {
            end.value = range->end;
            high = part_compare(range->end_in ? OPERATOR_LESS_EQUAL : OPERATOR_LESS, value, &end);
        }
        if ((low | high) & MAY_FALSE)
            truth |= MAY_FALSE;
        if (low & high & MAY_TRUE)
            truth |= MAY_TRUE;
        return truth | ((low | high) & MAY_OTHER);
    }
    if (given.kind != FEEL_LIST)
        return part_compare(OPERATOR_EQUAL, value, &end);
    truth = MAY_FALSE;
    for (size_t i = 0; i < given.list.n; i++) {
        unsigned one =
            given.list.items[i].kind == FEEL_LIST ? MAY_TRUE | MAY_FALSE : among(u, value, given.list.items[i]);
        if (one == MAY_TRUE)
            return MAY_TRUE;
        truth |= one & MAY_TRUE;
    }
    return truth;
}

static unsigned one_test(struct unknown *u, struct frame *frame, const struct node *test, bool uses_input,
                         const struct part *part, const struct set *value)
{
    struct feel_value given;
    if (test->kind == NODE_TEST) {
        struct set end = unknown_node(u, frame, test->test.end);
        return set_compare(u, test->test.operation, value, &end);
    }
    struct set all = unknown_node(u, frame, test);
    if (uses_input)
        return set_truth(&all);
    /* Of a value that is no interval run.c has more to say than is repeated here. */
    if (part->form != PART_BETWEEN || !set_is_one(&all, &given))
        return MAY_ANY;
    unsigned truth = among(u, part, given);
    if (truth != MAY_TRUE && given.kind == FEEL_BOOLEAN && test->kind != NODE_VALUE)
        truth |= given.boolean ? MAY_TRUE : MAY_FALSE;
    return truth;
}

static unsigned tests_of_part(struct unknown *u, struct frame *frame, const struct node *tests, const struct part *part,
                              const struct set *of)
{
    struct set one = set_of_part(part, of);
    unsigned truth = MAY_FALSE;
    if (tests->kind != NODE_TESTS)
        return MAY_OTHER;
    frame_set(frame, tests->tests.slot, &one);
    if (part->form == PART_VALUE && !node_is_unknown(frame, tests)) {
        enum feel_truth exact = run_tests(u->run, tests, part->value, frame->values);
        return exact == FEEL_TRUE ? MAY_TRUE : exact == FEEL_FALSE ? MAY_FALSE : MAY_OTHER;
    }
    for (size_t i = 0; i < tests->tests.n && truth != MAY_TRUE; i++) {
        unsigned each_truth = one_test(u, frame, tests->tests.items[i], tests->tests.uses_input[i], part, &one);
        unsigned before = truth & ~(unsigned)MAY_TRUE, after = truth & MAY_TRUE;
        if (each_truth & MAY_FALSE)
            after |= before;
        after |= each_truth & (MAY_TRUE | MAY_OTHER);
        truth = after;
    }
    if (tests->tests.slot >= 0)
        frame->unknown[tests->tests.slot] = false;
    if (tests->tests.negated)
        truth = (truth & MAY_OTHER) | (truth & MAY_TRUE ? MAY_FALSE : 0U) | (truth & MAY_FALSE ? MAY_TRUE : 0U);
    return truth;
}

unsigned unknown_tests(struct unknown *u, struct frame *frame, const struct node *tests, const struct set *set)
{
    unsigned truth = 0;
    if (set->kinds & ~(uint32_t)SET_NULL)
        return MAY_ANY;
    for (size_t i = 0; i < set->n && truth != MAY_ANY; i++) {
        if (!unknown_step(u, 1))
            return MAY_ANY;
        truth |= tests_of_part(u, frame, tests, &set->parts[i], set);
    }
    if (set->kinds & SET_NULL) {
        struct part null = { .form = PART_VALUE };
        truth |= tests_of_part(u, frame, tests, &null, set);
    }
    return truth;
}

static struct set in_tests(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct constants constants = { 0 };
    struct set value = unknown_node(u, frame, node->in.value), none = { 0 };
    constants_of(u, &constants, frame, node->in.tests);
    struct set cut = set_cut(u, &value, constants.values, constants.n);
    unsigned truth = unknown_tests(u, frame, node->in.tests, &cut);
    unknown_depend(u, frame, node->in.tests, &none);
    set_depend(u, &none, value.leaves);
    return set_of_truth(u, truth, none.leaves);
}

/* ---- Paths, contexts, lists ---- */

static struct set property_of_part(struct unknown *u, const struct part *part, const struct set *of,
                                   const struct node *node)
{
    struct set out = { 0 };
    struct str name = node->path.name;
    u->run->line = node->line;
    switch (part->form) {
    case PART_VALUE:
        if (part->value.kind == FEEL_LIST) {
            struct feel_value *items = ARENA_ARRAY(u->run->arena, part->value.list.n + 1, struct feel_value);
            for (size_t i = 0; items && i < part->value.list.n; i++)
                items[i] = run_property(u->run, part->value.list.items[i], name);
            return set_one(u, items ? run_list(u->run, items, part->value.list.n) : run_no_memory(u->run));
        }
        return set_one(u, run_property(u->run, part->value, name));
    case PART_CONTEXT:
        for (size_t i = 0; i < part->n; i++)
            if (str_equal(part->entries[i].name, name))
                return set_shared(part->entries[i].set);
        return set_one(u, run_null(u->run, "The context has no entry \"%.*s\".", STR_ARG(name)));
    case PART_LIST: {
        struct set_entry *entries = ARENA_ARRAY(u->run->arena, part->n + 1, struct set_entry);
        struct set *sets = ARENA_ARRAY(u->run->arena, part->n + 1, struct set);
        if (!entries || !sets) {
            run_no_memory(u->run);
            return out;
        }
        for (size_t i = 0; i < part->n; i++) {
            const struct set *item = part->entries[i].set;
            if (item->kinds)
                sets[i] = set_kinds(u, SET_ANY, item);
            for (size_t j = 0; j < item->n; j++) {
                struct part *p = &item->parts[j];
                struct set one = { 0 };
                if (p->form == PART_LIST || (p->form == PART_VALUE && p->value.kind == FEEL_LIST))
                    set_add_value(u, &one, FEEL_NONE); /* a list in a list has no such name */
                else
                    one = property_of_part(u, p, item, node);
                set_join(u, &sets[i], &one);
            }
            set_depend(u, &sets[i], item->kinds ? item->leaves : item->choice);
            entries[i].set = &sets[i];
            set_contain(u, &out, sets[i].leaves);
        }
        set_add(u, &out, (struct part){ .form = PART_LIST, .entries = entries, .n = part->n });
        return out;
    }
    case PART_BETWEEN: break;
    }
    return set_kinds(u, SET_ANY, of);
}

static struct set path(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set target = unknown_node(u, frame, node->path.target), out = { 0 };
    bool whole = target.n == 1 && !target.kinds && target.parts[0].form == PART_CONTEXT;
    if (whole) /* it depends on what the entry does, not on what the others do */
        return property_of_part(u, &target.parts[0], &target, node);
    for (size_t i = 0; i < target.n; i++) {
        struct set one = property_of_part(u, &target.parts[i], &target, node);
        set_join(u, &out, &one);
    }
    if (target.kinds & ~(uint32_t)SET_NULL)
        out = set_kinds(u, SET_ANY, &target);
    else if (target.kinds)
        set_add_value(u, &out, FEEL_NONE);
    set_depend(u, &out, target.kinds ? target.leaves : target.choice);
    return set_settled(out);
}

/* One part of entries, or the value that it is where each entry is one. */
static struct set composed(struct unknown *u, enum part_form form, const struct set_entry *entries, size_t n)
{
    struct set out = { 0 };
    struct feel_value *items = ARENA_ARRAY(u->run->arena, n + 1, struct feel_value);
    struct feel_entry *known = ARENA_ARRAY(u->run->arena, n + 1, struct feel_entry);
    bool all = true;
    if (!items || !known) {
        run_no_memory(u->run);
        return out;
    }
    for (size_t i = 0; i < n; i++) {
        all = set_is_one(entries[i].set, &items[i]) && all;
        known[i] = (struct feel_entry){ entries[i].name, items[i] };
        set_contain(u, &out, entries[i].set->leaves);
    }
    if (!all)
        set_add(u, &out, (struct part){ .form = form, .entries = entries, .n = n });
    else
        set_add_value(u, &out, form == PART_LIST ? run_list(u->run, items, n) : run_context(u->run, known, n));
    return out;
}

static struct set context(struct unknown *u, struct frame *frame, const struct node *node)
{
    size_t n = node->context.n;
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, n + 1, struct set_entry);
    struct set *sets = ARENA_ARRAY(u->run->arena, n + 1, struct set), out = { 0 };
    if (!entries || !sets) {
        run_no_memory(u->run);
        return out;
    }
    if (node->context.twice.p)
        return set_one(u, run_null(u->run, "The context has two entries of one name."));
    for (size_t i = 0; i < n; i++) {
        sets[i] = unknown_node(u, frame, node->context.entries[i].value);
        frame_set(frame, node->context.entries[i].slot, &sets[i]);
        entries[i] = (struct set_entry){ node->context.entries[i].name, &sets[i] };
    }
    out = node->context.result ? unknown_node(u, frame, node->context.result) : composed(u, PART_CONTEXT, entries, n);
    for (size_t i = 0; i < n; i++)
        if (node->context.entries[i].slot >= 0)
            frame->unknown[node->context.entries[i].slot] = false;
    return out;
}

static struct set list(struct unknown *u, struct frame *frame, const struct node *node)
{
    size_t n = node->list.n;
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, n + 1, struct set_entry);
    struct set *sets = ARENA_ARRAY(u->run->arena, n + 1, struct set), none = { 0 };
    if (!entries || !sets) {
        run_no_memory(u->run);
        return none;
    }
    for (size_t i = 0; i < n; i++) {
        sets[i] = unknown_node(u, frame, node->list.items[i]);
        entries[i].set = &sets[i];
    }
    return composed(u, PART_LIST, entries, n);
}

/* ---- Choices and calls ---- */

static bool has_leaf(const struct set *set, size_t leaf)
{
    return set->leaves && (set->leaves[leaf / 64] >> leaf % 64 & 1);
}

/* What a leaf does by one branch alone: it is not in the condition, so the branch stays. */
static void by_branch(struct unknown *u, const struct set *branch, size_t leaf, struct set *out)
{
    const struct set *own = branch->by_leaf ? branch->by_leaf[leaf] : branch;
    if (has_leaf(branch, leaf) && own)
        set_join(u, out, own);
}

static struct set choice(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set condition = unknown_node(u, frame, node->choice.condition), out = { 0 }, yes = { 0 }, no = { 0 };
    unsigned truth = set_truth(&condition);
    if (truth & MAY_TRUE) {
        yes = set_settled(unknown_node(u, frame, node->choice.yes));
        set_join(u, &out, &yes);
    }
    if ((truth & MAY_FALSE) || ((truth & MAY_OTHER) && !node->choice.strict)) {
        no = set_settled(unknown_node(u, frame, node->choice.no));
        set_join(u, &out, &no);
    }
    if ((truth & MAY_OTHER) && node->choice.strict)
        set_add_value(u, &out, FEEL_NONE);
    set_depend(u, &out, condition.leaves);
    struct set **by_leaf = ARENA_ARRAY(u->run->arena, u->leaves_most, struct set *);
    struct set *whole = set_kept(u, out);
    for (size_t leaf = 0; by_leaf && leaf < u->leaves_n; leaf++) {
        struct set one = { 0 };
        if (has_leaf(&condition, leaf)) {
            by_leaf[leaf] = whole;
            continue;
        }
        by_branch(u, &yes, leaf, &one);
        by_branch(u, &no, leaf, &one);
        if (one.n > 0 || one.kinds)
            by_leaf[leaf] = set_kept(u, one);
    }
    out.by_leaf = unknown_step(u, (int64_t)u->leaves_n) ? by_leaf : NULL;
    return set_settled(out);
}

static bool may_be_null(const struct set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->parts[i].form == PART_VALUE && set->parts[i].value.kind == FEEL_NULL)
            return true;
    return set->kinds & SET_NULL;
}

static struct set call_body(struct unknown *u, const struct feel_function *function, const struct node *node,
                            struct set *arguments)
{
    const struct body *body = function->body;
    struct frame inside;
    struct set none = { 0 }, anything = set_kinds(u, SET_ANY, &none);
    for (size_t i = 0; i < node->call.n; i++)
        set_depend(u, &anything, arguments[i].leaves);
    if (!body->root || node->call.n != body->parameters_n || !frame_make(u, &inside, (size_t)body->slots))
        return anything;
    bool null = false;
    for (size_t i = 0; i < node->call.n; i++) {
        size_t at = i;
        if (node->call.named)
            for (at = 0; at < node->call.n && !str_equal(body->parameters[at].name, node->call.arguments[i].name); at++)
                ;
        if (at == node->call.n)
            return anything;
        struct set converted = set_convert(u, body->parameters[at].type, &arguments[i]);
        null = null || (body->parameters[at].type && may_be_null(&converted));
        frame_set(&inside, (int)at, &converted);
    }
    for (size_t i = 0; i < body->captures_n; i++)
        inside.values[body->captures[i].to] = function->captured[i];
    struct set out = unknown_node(u, &inside, body->root);
    if (body->result)
        out = set_convert(u, body->result, &out);
    if (null) { /* an argument that is none of its type makes all of it null */
        set_add_value(u, &out, FEEL_NONE);
        for (size_t i = 0; i < node->call.n; i++)
            set_depend(u, &out, arguments[i].leaves);
        out.by_leaf = NULL;
    }
    return out;
}

/* The builtin functions that say true or false, or null. */
static bool says_truth(struct str name)
{
    static const char *const names[] = { "not",    "contains", "starts with", "ends with", "matches", "list contains",
                                         "all",    "any",      "odd",         "even",      "before",  "after",
                                         "during", "includes", "overlaps",    "meets",     "is" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_equal(name, str_of(names[i])))
            return true;
    return false;
}

static bool is_list(const struct part *part)
{
    return part->form == PART_LIST || (part->form == PART_VALUE && part->value.kind == FEEL_LIST);
}

/* How many there are is known where the items are not; and whether one is there is true or false. */
static bool about_lists(struct unknown *u, struct str name, const struct set *arguments, size_t n, struct set *out)
{
    bool lists = n > 0 && !(arguments[0].kinds & ~(UINT32_C(1) << FEEL_LIST));
    bool one = n == 1 && arguments[0].n == 1 && !arguments[0].kinds;
    *out = (struct set){ 0 };
    for (size_t i = 0; lists && i < arguments[0].n; i++)
        lists = is_list(&arguments[0].parts[i]);
    if (!lists)
        return false;
    if (n == 1 && str_equal(name, STR("count")) && !arguments[0].kinds) {
        for (size_t i = 0; i < arguments[0].n; i++) {
            const struct part *part = &arguments[0].parts[i];
            set_add_value(u, out, feel_integer((int64_t)(part->form == PART_LIST ? part->n : part->value.list.n)));
        }
        if (!one)
            set_depend(u, out, arguments[0].choice);
        *out = set_settled(*out);
        return true;
    }
    struct set item = { 0 };
    if (n == 2 && str_equal(name, STR("list contains")) && arguments[0].n == 1 && !arguments[0].kinds &&
        arguments[0].parts[0].form == PART_LIST) {
        unsigned truth = MAY_FALSE;
        for (size_t i = 0; i < arguments[0].parts[0].n && truth != MAY_TRUE; i++) {
            unsigned same = set_compare(u, OPERATOR_EQUAL, arguments[0].parts[0].entries[i].set, &arguments[1]);
            truth = same == MAY_TRUE ? (unsigned)MAY_TRUE : truth | (same & MAY_TRUE);
        }
        set_depend(u, &item, arguments[0].leaves);
        set_depend(u, &item, arguments[1].leaves);
        *out = set_of_truth(u, truth, item.leaves);
        return true;
    }
    if (n != 2 || !str_equal(name, STR("list contains")) || !arguments[0].kinds)
        return false;
    item = set_kinds(u, 1 << FEEL_BOOLEAN, &arguments[0]);
    set_depend(u, &item, arguments[1].leaves);
    *out = item;
    return true;
}

static struct set call(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set function = unknown_node(u, frame, node->call.function);
    struct feel_value value;
    size_t n = node->call.n;
    struct set *arguments = ARENA_ARRAY(u->run->arena, n + 1, struct set);
    if (!arguments || !set_is_one(&function, &value) || value.kind != FEEL_FUNCTION)
        return wide(u, frame, node, SET_ANY);
    for (size_t i = 0; i < n; i++)
        arguments[i] = unknown_node(u, frame, node->call.arguments[i].value);
    if (value.function->form == FUNCTION_BODY)
        return call_body(u, value.function, node, arguments);
    struct set lists;
    bool builtin = value.function->form == FUNCTION_BUILTIN;
    if (builtin && str_equal(value.function->name, STR("not")) && n == 1) {
        unsigned truth = set_truth(&arguments[0]);
        truth = (truth & MAY_OTHER) | (truth & MAY_TRUE ? MAY_FALSE : 0U) | (truth & MAY_FALSE ? MAY_TRUE : 0U);
        return set_of_truth(u, truth, arguments[0].leaves);
    }
    if (builtin && about_lists(u, value.function->name, arguments, n, &lists))
        return lists;
    /* Each combination of the arguments, in a list of them, where there are few. */
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, n + 1, struct set_entry);
    struct str *names = ARENA_ARRAY(u->run->arena, n + 1, struct str);
    struct feel_value *tuples;
    size_t tuples_n;
    if (!entries || !names)
        return wide(u, frame, node, SET_ANY);
    for (size_t i = 0; i < n; i++) {
        entries[i].set = &arguments[i];
        names[i] = node->call.arguments[i].name;
    }
    struct set all = composed(u, PART_LIST, entries, n), out = { 0 };
    if (!set_values(u, &all, DMN_UNKNOWN_TRIES_MAX, &tuples, &tuples_n)) {
        bool truth = builtin && says_truth(value.function->name);
        out = set_kinds(u, truth ? SET_NULL | 1 << FEEL_BOOLEAN : SET_ANY, &all);
        return out;
    }
    for (size_t i = 0; i < tuples_n && unknown_step(u, 1); i++) {
        u->run->line = node->line;
        set_add_value(u, &out, run_call(u->run, value, tuples[i].list.items, node->call.named ? names : NULL, n));
    }
    if (!unknown_step(u, 0))
        out.kinds = SET_ANY;
    set_depend(u, &out, all.leaves);
    return set_settled(out);
}

static struct set instance_of(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set value = unknown_node(u, frame, node->typed.value);
    unsigned truth = value.kinds ? MAY_TRUE | MAY_FALSE : 0U;
    for (size_t i = 0; i < value.n; i++) {
        const struct part *part = &value.parts[i];
        if (part->form == PART_VALUE)
            truth |= run_type_has(u->run, node->typed.type, part->value) ? MAY_TRUE : MAY_FALSE;
        else
            truth |= MAY_TRUE | MAY_FALSE;
    }
    return set_of_truth(u, truth, value.leaves);
}

static struct set negate(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set value = unknown_node(u, frame, node->operand), out = { 0 };
    struct feel_value *values;
    size_t n;
    if (!set_values(u, &value, DMN_UNKNOWN_TRIES_MAX, &values, &n))
        return set_kinds(u, SET_ANY, &value);
    for (size_t i = 0; i < n; i++)
        set_add_value(u, &out, run_negate(u->run, values[i]));
    set_depend(u, &out, value.leaves);
    return set_settled(out);
}

/* ---- All kinds ---- */

static struct set by_kind(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set value;
    switch (node->kind) {
    case NODE_SLOT: return set_shared(&frame->sets[node->slot]);
    case NODE_PATH: return path(u, frame, node);
    case NODE_CALL: return call(u, frame, node);
    case NODE_BINARY: return binary(u, frame, node);
    case NODE_NEGATE: return negate(u, frame, node);
    case NODE_BETWEEN: return between(u, frame, node);
    case NODE_IN: return in_tests(u, frame, node);
    case NODE_IF: return choice(u, frame, node);
    case NODE_LIST: return list(u, frame, node);
    case NODE_CONTEXT: return context(u, frame, node);
    case NODE_INSTANCE_OF: return instance_of(u, frame, node);
    case NODE_CONVERT:
        value = unknown_node(u, frame, node->typed.value);
        return set_convert(u, node->typed.type, &value);
    case NODE_DECISION_TABLE: return unknown_table(u, frame, node->table);
    case NODE_FIELD: return unknown_field(u, frame, node);
    case NODE_FILTER:
        if (unknown_filter(u, frame, node, &value))
            return value;
        break;
    case NODE_SOME:
    case NODE_EVERY:
        if (unknown_loop(u, frame, node, &value))
            return value;
        return wide(u, frame, node, SET_NULL | 1 << FEEL_BOOLEAN);
    case NODE_FOR:
        if (unknown_loop(u, frame, node, &value))
            return value;
        return wide(u, frame, node, SET_NULL | 1 << FEEL_LIST);
    case NODE_RANGE: return wide(u, frame, node, SET_NULL | 1 << FEEL_RANGE);
    case NODE_VALUE:
    case NODE_UNKNOWN:
    case NODE_FUNCTION:
    case NODE_TEST:
    case NODE_TESTS: break;
    }
    return wide(u, frame, node, SET_ANY);
}

struct set unknown_node(struct unknown *u, struct frame *frame, const struct node *node)
{
    struct set set;
    if (!node_is_unknown(frame, node))
        return set_one(u, run_node(u->run, node, frame->values));
    if (!unknown_step(u, 1) || u->depth > DMN_UNKNOWN_DEPTH_MAX)
        return set_kinds(u, SET_ANY, NULL);
    u->depth++;
    u->run->depth += DEPTH_SHARE;
    /* A table looks at its own parts; a name, or an entry of one, is what it is. */
    bool direct = node->kind == NODE_DECISION_TABLE || node->kind == NODE_SLOT || node->kind == NODE_PATH ||
                  node->kind == NODE_CONVERT;
    if (direct || !unknown_try(u, frame, node, &set))
        set = by_kind(u, frame, node);
    u->depth--;
    u->run->depth -= DEPTH_SHARE;
    return set;
}
