/*
 * The axis of an input (check.h): cut at the ends of its cells, so that between two cuts no cell changes what it says.
 * Whether a cell holds there is asked of the evaluation itself, with one value of each part.
 *
 * Cells are hostile: how many there are is bounded by the size of the file.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "dmn/check.h"
#include "dmn/temporal.h"
#include "base/banned.h"

enum { CELL_MAX = 64 * 1024, TRIES_MAX = 1000, ALLOWED = 3 };

/* The constants of a column. */
struct points {
    struct arena *arena;
    struct feel_value *list;
    size_t n, cap;
    bool null;    /* one of them is null */
    bool ordered; /* one of them is the end of a range or of a comparison */
};

static bool gather(struct points *points, struct feel_value value)
{
    struct feel_value *room;
    switch (value.kind) {
    case FEEL_NULL: points->null = points->null || !value.why; return true;
    case FEEL_LIST:
        for (size_t i = 0; i < value.list.n; i++)
            if (!gather(points, value.list.items[i]))
                return false;
        return true;
    case FEEL_RANGE:
        points->ordered = points->ordered || value.range->form != RANGE_UNEQUAL;
        return (value.range->start.kind == FEEL_NULL || gather(points, value.range->start)) &&
               (value.range->end.kind == FEEL_NULL || gather(points, value.range->end));
    case FEEL_BOOLEAN:
    case FEEL_NUMBER:
    case FEEL_STRING:
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_AND_TIME:
    case FEEL_DAYS:
    case FEEL_MONTHS:
    case FEEL_CONTEXT:
    case FEEL_FUNCTION:
        room = ARENA_PUSH(points->arena, points->list, points->n, points->cap);
        if (room)
            *room = value;
        return room != NULL;
    }
    return true;
}

/* ---- Cells ---- */

static const struct node *value_node(struct checking *c, struct feel_value value)
{
    struct node *node = ARENA_NEW(c->scratch, struct node);
    if (node) {
        node->kind = NODE_VALUE;
        node->value = value;
    }
    return node;
}

/* One test of a cell with its constant worked out; NULL where it is of another form. */
static const struct node *folded_test(struct checking *c, const struct node *test, struct points *points)
{
    const struct node *constant = test->kind == NODE_TEST ? test->test.end : test;
    if (!check_is_constant(constant))
        return NULL;
    struct feel_value value = check_value(c, constant);
    if (test->kind != NODE_TEST && test->kind != NODE_VALUE && value.kind == FEEL_BOOLEAN)
        return NULL; /* the engine takes it for a condition */
    if (!gather(points, value))
        return NULL;
    const struct node *folded = value_node(c, value);
    if (test->kind != NODE_TEST || !folded)
        return folded;
    struct node *same = ARENA_NEW(c->scratch, struct node);
    if (!same)
        return NULL;
    *same = *test;
    same->test.end = folded;
    points->ordered =
        points->ordered || (test->test.operation != OPERATOR_EQUAL && test->test.operation != OPERATOR_UNEQUAL);
    return same;
}

static const struct node *folded(struct checking *c, const struct node *tests, struct points *points)
{
    if (tests->kind != NODE_TESTS)
        return NULL;
    struct node *same = ARENA_NEW(c->scratch, struct node);
    const struct node **items = ARENA_ARRAY(c->scratch, tests->tests.n + 1, const struct node *);
    if (!same || !items)
        return NULL;
    for (size_t i = 0; i < tests->tests.n; i++)
        if (tests->tests.uses_input[i] || !(items[i] = folded_test(c, tests->tests.items[i], points)))
            return NULL;
    *same = *tests;
    same->tests.items = items;
    same->tests.slot = -1;
    return same;
}

static struct str written(const struct table_rule *rule, size_t column)
{
    return rule->written_tests[column].p ? rule->written_tests[column] : STR("");
}

/* ---- Examples ---- */

static bool strictly_between(struct feel_value low, struct feel_value value, struct feel_value high)
{
    int order;
    return (low.kind == FEEL_NULL || (feel_order(low, value, &order) && order < 0)) &&
           (high.kind == FEEL_NULL || (feel_order(value, high, &order) && order < 0));
}

/* The value at this place of a list of those that are tried; false after the last. */
static bool number_tried(struct feel_value low, struct feel_value high, int which, struct number *out)
{
    struct number one = number_of(1), floor, sum;
    if (low.kind == FEEL_NULL)
        return which == 0 &&
               (high.kind == FEEL_NULL ? (*out = number_of(0), true) : number_subtract(high.number, one, out));
    if (which == 0 && number_round(low.number, 0, NUMBER_FLOOR, &floor) && number_add(floor, one, out))
        return true;
    if (high.kind == FEEL_NULL)
        return which == 0 ? number_add(low.number, one, out)
                          : which == 1 && number_multiply(low.number, number_of(2), out);
    return which <= 1 && number_add(low.number, high.number, &sum) && number_divide(sum, number_of(2), out);
}

static bool text_tried(struct checking *c, struct feel_value low, int which, struct str *out)
{
    static const char *const tails[] = { "a", "0", " ", "\x01" };
    if (low.kind == FEEL_NULL) {
        *out = STR("");
        return which == 0;
    }
    if (which >= (int)(sizeof tails / sizeof tails[0]))
        return false;
    *out = str_format(c->scratch, "%.*s%s", STR_ARG(low.string), tails[which]);
    return out->p != NULL;
}

static bool days_tried(struct feel_value low, struct feel_value high, int which, struct feel_days *out)
{
    enum { SECOND = 1000000000 };
    struct feel_days at = low.kind != FEEL_NULL ? low.days : high.days;
    int64_t step = low.kind != FEEL_NULL ? 1 : -1;
    if (which > 1 || at.seconds > INT64_MAX - 1 || at.seconds < INT64_MIN + 1)
        return false;
    if (which == 0 || low.kind == FEEL_NULL)
        *out = (struct feel_days){ at.seconds + step, 0 };
    else if (at.nanos == 0 && at.seconds < 0)
        *out = (struct feel_days){ at.seconds + 1, 1 - SECOND };
    else
        *out = at.nanos + 1 == SECOND ? (struct feel_days){ at.seconds + 1, 0 }
                                      : (struct feel_days){ at.seconds, at.nanos + 1 };
    return true;
}

static bool tried(struct checking *c, enum feel_kind kind, struct feel_value low, struct feel_value high, int which,
                  struct feel_value *out)
{
    struct feel_value near = low.kind != FEEL_NULL ? low : high;
    int64_t step = low.kind != FEEL_NULL ? 1 : -1;
    struct feel_days second = { step, 0 };
    struct feel_moment *moment;
    *out = (struct feel_value){ .kind = kind };
    switch (kind) {
    case FEEL_NUMBER: return number_tried(low, high, which, &out->number);
    case FEEL_STRING: return text_tried(c, low, which, &out->string);
    case FEEL_DATE: return which == 0 && temporal_date_of(temporal_day_number(near.date) + step, &out->date);
    case FEEL_TIME: out->time = temporal_time_add(near.time, second); return which == 0;
    case FEEL_DATE_AND_TIME:
        moment = ARENA_NEW(c->scratch, struct feel_moment);
        out->moment = moment;
        return which == 0 && moment && temporal_moment_add(near.moment, second, moment);
    case FEEL_DAYS: return days_tried(low, high, which, &out->days);
    case FEEL_MONTHS:
        if (which > 0 || near.months > INT64_MAX - 1 || near.months < INT64_MIN + 1)
            return false;
        out->months = near.months + step;
        return true;
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION: return false;
    }
    return false;
}

/* A value between two points of the column, or beyond one; false where there is none. */
static bool example_between(struct checking *c, enum feel_kind kind, struct feel_value low, struct feel_value high,
                            struct feel_value *out)
{
    for (int which = 0; tried(c, kind, low, high, which, out); which++)
        if (strictly_between(low, *out, high))
            return true;
    return false;
}

static struct feel_value other_text(struct checking *c, const struct points *points)
{
    for (int i = 1; i < TRIES_MAX; i++) {
        struct str text = i == 1 ? STR("other") : str_format(c->scratch, "other %d", i);
        bool taken = false;
        for (size_t j = 0; j < points->n && !taken; j++)
            taken = str_equal(points->list[j].string, text);
        if (!taken)
            return feel_string(text);
    }
    return FEEL_NONE;
}

/* ---- Atoms ---- */

struct cutting {
    struct checking *c;
    struct axis *axis;
    struct points points;
    enum feel_kind kind;                 /* of the input; FEEL_NULL: not known */
    const struct node *allowed[ALLOWED]; /* what the input may be, as the table and its types say it */
    bool left_out;                       /* a part that is not allowed was left out just before */
};

static bool is_allowed(struct cutting *cut, struct feel_value value)
{
    for (size_t i = 0; i < ALLOWED; i++)
        if (cut->allowed[i] && value.kind != FEEL_NULL &&
            run_tests(&cut->c->run, cut->allowed[i], value, NULL) != FEEL_TRUE)
            return false;
    return true;
}

static void add_atom(struct cutting *cut, struct axis_atom atom)
{
    if (!is_allowed(cut, atom.example)) {
        cut->left_out = true;
        return;
    }
    atom.apart = cut->left_out;
    cut->left_out = false;
    cut->axis->atoms[cut->axis->atoms_n++] = atom;
}

static void add_point(struct cutting *cut, struct feel_value value)
{
    add_atom(cut, (struct axis_atom){ .low = value, .high = value, .point = true, .example = value });
}

static void add_between(struct cutting *cut, struct feel_value low, struct feel_value high)
{
    struct axis_atom atom = { .low = low, .high = high };
    if (example_between(cut->c, cut->kind, low, high, &atom.example))
        add_atom(cut, atom);
}

static int by_order(const void *a, const void *b, void *failed)
{
    int order = 0;
    if (!feel_order(*(const struct feel_value *)a, *(const struct feel_value *)b, &order))
        *(bool *)failed = true;
    return order;
}

/* In their order, each once. False where two have no order. */
static bool sort_points(struct points *points)
{
    bool failed = false;
    size_t kept = 0;
    int order;
    if (points->n < 2)
        return true;
    qsort_r(points->list, points->n, sizeof *points->list, by_order, &failed);
    for (size_t i = 0; i < points->n && !failed; i++) {
        if (kept > 0 && !feel_order(points->list[kept - 1], points->list[i], &order))
            failed = true;
        else if (kept == 0 || order < 0)
            points->list[kept++] = points->list[i];
    }
    points->n = kept;
    return !failed;
}

/* Some value of the input's kind that is not null. */
static struct feel_value sample_of(const struct cutting *cut)
{
    static const struct feel_moment moment = { .date = { 2000, 1, 1 } };
    struct feel_value value = { .kind = cut->kind };
    switch (cut->kind) {
    case FEEL_NUMBER: value.number = number_of(0); break;
    case FEEL_DATE: value.date = moment.date; break;
    case FEEL_DATE_AND_TIME: value.moment = &moment; break;
    case FEEL_TIME:
    case FEEL_DAYS:
    case FEEL_MONTHS: break;
    case FEEL_STRING:
    case FEEL_BOOLEAN:
    case FEEL_NULL:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
    case FEEL_FUNCTION: return feel_string(STR("any"));
    }
    return value;
}

/* Of the points, and of what lies between them. False where they cannot be put in order. */
static bool make_atoms(struct cutting *cut)
{
    struct points *points = &cut->points;
    if (cut->kind == FEEL_BOOLEAN) {
        add_point(cut, feel_boolean(true));
        add_point(cut, feel_boolean(false));
    } else if (points->n > 0) {
        bool sorted = sort_points(points), parts = cut->kind != FEEL_STRING || points->ordered;
        if (!sorted)
            return false;
        for (size_t i = 0; i < points->n; i++) {
            if (parts)
                add_between(cut, i == 0 ? FEEL_NONE : points->list[i - 1], points->list[i]);
            add_point(cut, points->list[i]);
        }
        if (parts)
            add_between(cut, points->list[points->n - 1], FEEL_NONE);
        else
            add_atom(cut, (struct axis_atom){ .other = true, .example = other_text(cut->c, points) });
    } else { /* whatever there is, or whatever is not null */
        struct axis_atom *atom = &cut->axis->atoms[cut->axis->atoms_n++];
        *atom = (struct axis_atom){ .other = true };
        if (points->null)
            atom->example = sample_of(cut);
    }
    if (points->null)
        add_point(cut, FEEL_NONE);
    return true;
}

/* ---- The column ---- */

/* Nothing is known of the column but which cells are "-". */
static void all_opaque(struct cutting *cut, const struct decision_table *table, size_t column)
{
    struct axis *axis = cut->axis;
    for (size_t r = 0; r < table->rules_n; r++) {
        axis->opaque[r] = table->rules[r].tests[column] != NULL;
        axis->any_opaque = axis->any_opaque || axis->opaque[r];
    }
    axis->atoms[0] = (struct axis_atom){ .other = true };
    axis->atoms_n = 1;
}

static bool has_order(enum feel_kind kind)
{
    return kind == FEEL_NUMBER || kind == FEEL_STRING || (kind >= FEEL_DATE && kind <= FEEL_MONTHS);
}

/* The constants of one cell against the kind of the input; those of another kind are dropped. */
static void match_kinds(struct cutting *cut, const struct decision_table *table, size_t column, size_t rule,
                        size_t from)
{
    struct points *points = &cut->points;
    size_t kept = from;
    for (size_t i = from; i < points->n; i++) {
        if (points->list[i].kind == cut->kind) {
            points->list[kept++] = points->list[i];
            continue;
        }
        if (!cut->axis->wrong[rule])
            check_found(cut->c, DMN_ERROR, DMN_FOUND_TYPE, table->rules[rule].line,
                        "rule %zu: \"%.*s\" has a %s, and the input \"%.*s\" is a %s: the two are never compared",
                        rule + 1, STR_ARG(written(&table->rules[rule], column)), feel_kind_name(points->list[i].kind),
                        STR_ARG(cut->axis->label), feel_kind_name(cut->kind));
        cut->axis->wrong[rule] = true;
    }
    points->n = kept;
}

/* Cells with their constants worked out. False where they are of several kinds. */
static bool take_cells(struct cutting *cut, const struct decision_table *table, size_t column)
{
    struct axis *axis = cut->axis;
    struct points *points = &cut->points;
    bool known = cut->kind != FEEL_NULL;
    for (size_t r = 0; r < table->rules_n; r++) {
        const struct node *tests = table->rules[r].tests[column];
        size_t from = points->n;
        if (!tests)
            continue;
        axis->cells[r] = folded(cut->c, tests, points);
        if (!axis->cells[r]) {
            points->n = from;
            axis->opaque[r] = axis->any_opaque = true;
            continue;
        }
        if (!known && points->n > from && cut->kind == FEEL_NULL)
            cut->kind = points->list[from].kind;
        if (known)
            match_kinds(cut, table, column, r, from);
        for (size_t i = from; i < points->n; i++)
            if (points->list[i].kind != cut->kind)
                return false;
    }
    return cut->kind == FEEL_NULL || cut->kind == FEEL_BOOLEAN || has_order(cut->kind);
}

static void take_allowed(struct cutting *cut, const struct node *tests, int line, size_t which)
{
    struct points *points = &cut->points;
    size_t from = points->n, kept;
    if (!tests)
        return;
    cut->allowed[which] = folded(cut->c, tests, points);
    if (!cut->allowed[which]) {
        points->n = from;
        check_found(
            cut->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, line,
            "the allowed values of the input \"%.*s\": they are no literals, ranges or lists of them; gaps may lie "
            "outside of them",
            STR_ARG(cut->axis->label));
        return;
    }
    if (cut->kind == FEEL_NULL && points->n > from)
        cut->kind = points->list[from].kind;
    kept = from;
    for (size_t i = from; i < points->n; i++)
        if (points->list[i].kind == cut->kind)
            points->list[kept++] = points->list[i];
    points->n = kept;
}

/* Says by name what the check leaves out of a column. */
static void say_opaque(struct cutting *cut, const struct decision_table *table, size_t column)
{
    size_t n = 0, first = 0;
    for (size_t r = 0; r < table->rules_n; r++)
        if (cut->axis->opaque[r] && n++ == 0)
            first = r;
    if (n > 0)
        check_found(
            cut->c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, table->rules[first].line,
            "the input \"%.*s\" where a cell is no literal, range, list of them or not(...): \"%.*s\" of rule %zu%s",
            STR_ARG(cut->axis->label), STR_ARG(written(&table->rules[first], column)), first + 1,
            n > 1 ? ", and cells of other rules" : "");
}

bool axis_make(struct checking *c, const struct decision_table *table, size_t column, struct axis *out)
{
    const struct table_input *input = &table->inputs[column];
    /* The table may say less of its input than what it is made from does. */
    const struct feel_type *known = check_type_of(c, input->expression), *type = input->type ? input->type : known;
    struct cutting cut = { .c = c, .axis = out, .points.arena = c->scratch, .kind = check_kind_of(type) };
    *out = (struct axis){ .label = input->label,
                          .cells = ARENA_ARRAY(c->scratch, table->rules_n + 1, const struct node *),
                          .opaque = ARENA_ARRAY(c->scratch, table->rules_n + 1, bool),
                          .wrong = ARENA_ARRAY(c->scratch, table->rules_n + 1, bool) };
    if (!out->cells || !out->opaque || !out->wrong)
        return false;
    bool good = cut.kind == FEEL_NULL || cut.kind == FEEL_BOOLEAN || has_order(cut.kind);
    if (good) {
        take_allowed(&cut, input->values, table->line, 0);
        if (type)
            take_allowed(&cut, type->allowed, table->line, 1);
        if (known && known != type && check_kind_of(known) == cut.kind)
            take_allowed(&cut, known->allowed, table->line, 2);
        good = take_cells(&cut, table, column);
    }
    out->atoms = ARENA_ARRAY(c->scratch, 2 * cut.points.n + 4, struct axis_atom);
    if (!out->atoms || arena_failed(c->scratch))
        return false;
    if (!good || !make_atoms(&cut) || out->atoms_n == 0)
        all_opaque(&cut, table, column);
    say_opaque(&cut, table, column);
    return !arena_failed(c->scratch);
}

bool axis_holds(struct checking *c, const struct axis *axis, size_t rule, struct feel_value value, bool unsure)
{
    if (axis->opaque[rule])
        return unsure;
    if (!axis->cells[rule])
        return true;
    c->run.stopped = false;
    c->run.depth = 0;
    c->run.steps_left = 1000 * 1000;
    return run_tests(&c->run, axis->cells[rule], value, NULL) == FEEL_TRUE;
}

/* ---- As a cell says it ---- */

static void write_literal(struct buf *out, struct feel_value value)
{
    static const char *const makers[FEEL_KINDS] = { [FEEL_DATE] = "date",
                                                    [FEEL_TIME] = "time",
                                                    [FEEL_DATE_AND_TIME] = "date and time",
                                                    [FEEL_DAYS] = "duration",
                                                    [FEEL_MONTHS] = "duration" };
    struct buf text;
    if (makers[value.kind]) {
        buf_format(out, "%s(\"", makers[value.kind]);
        feel_write(out, value);
        buf_add(out, STR("\")"));
        return;
    }
    buf_init(&text, NULL, CELL_MAX);
    feel_write(&text, feel_list(&value, 1)); /* texts in quotes, and null as a word */
    buf_add(out, buf_ok(&text) ? str_slice(buf_str(&text), 1, text.n - 2) : STR("..."));
    buf_free(&text);
}

static void write_run(struct buf *out, const struct axis_atom *first, const struct axis_atom *last)
{
    if (out->n > 0)
        buf_add(out, STR(", "));
    if (first == last && first->point) {
        write_literal(out, first->low);
    } else if (first->low.kind == FEEL_NULL) {
        buf_add(out, last->point ? STR("<= ") : STR("< "));
        write_literal(out, last->high);
    } else if (last->high.kind == FEEL_NULL) {
        buf_add(out, first->point ? STR(">= ") : STR("> "));
        write_literal(out, first->low);
    } else {
        buf_add_byte(out, first->point ? '[' : '(');
        write_literal(out, first->low);
        buf_add(out, STR(".."));
        write_literal(out, last->high);
        buf_add_byte(out, last->point ? ']' : ')');
    }
}

static bool is_null(const struct axis_atom *atom)
{
    return atom->point && atom->low.kind == FEEL_NULL;
}

/* Whether two beside each other may be written as one range. */
static bool joins(const struct axis_atom *a, const struct axis_atom *b)
{
    return !b->apart && !a->other && !b->other && !is_null(b) && a->example.kind != FEEL_BOOLEAN &&
           !(a->point && b->point && a->low.kind == FEEL_STRING);
}

/* not(...) where all that is left out are points, and that is shorter. */
static bool write_not(struct buf *out, const struct axis *axis, const bool *atoms, size_t runs)
{
    size_t out_n = 0;
    for (size_t i = 0; i < axis->atoms_n; i++) {
        if (axis->atoms[i].apart)
            return false;
        if (atoms[i])
            continue;
        if (!axis->atoms[i].point || axis->atoms[i].low.kind == FEEL_BOOLEAN)
            return false;
        out_n++;
    }
    bool other = false;
    for (size_t i = 0; i < axis->atoms_n; i++)
        other = other || (axis->atoms[i].other && atoms[i]);
    if (!other && out_n >= runs)
        return false;
    buf_add(out, STR("not("));
    for (size_t i = 0, n = 0; i < axis->atoms_n; i++)
        if (!atoms[i]) {
            if (n++ > 0)
                buf_add(out, STR(", "));
            write_literal(out, axis->atoms[i].low);
        }
    buf_add_byte(out, ')');
    return true;
}

struct str axis_cell(struct checking *c, const struct axis *axis, const bool *atoms)
{
    struct buf text;
    size_t runs = 0, in = 0;
    buf_init(&text, c->arena, CELL_MAX);
    for (size_t i = 0; i < axis->atoms_n; i++) {
        in += atoms[i];
        runs += atoms[i] && (i == 0 || !atoms[i - 1] || !joins(&axis->atoms[i - 1], &axis->atoms[i]));
    }
    if (in == axis->atoms_n)
        return STR("-");
    if (write_not(&text, axis, atoms, runs))
        return buf_ok(&text) ? buf_str(&text) : STR("(too long to write)");
    for (size_t i = 0; i < axis->atoms_n; i++) {
        size_t last = i;
        if (!atoms[i])
            continue;
        while (last + 1 < axis->atoms_n && atoms[last + 1] && joins(&axis->atoms[last], &axis->atoms[last + 1]))
            last++;
        if (axis->atoms[i].other)
            buf_add(&text, text.n > 0 ? STR(", any other") : STR("any other"));
        else
            write_run(&text, &axis->atoms[i], &axis->atoms[last]);
        i = last;
    }
    return buf_ok(&text) ? buf_str(&text) : STR("(too long to write)");
}
