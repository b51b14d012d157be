/*
 * What an expression gives against what it is declared as (check.h): of a decision, of an entry, of a function, of the
 * column of a table. Only what is known for certain is a fault: a value that can never be of the type.
 */
#include "dmn/check.h"

#include "base/arena.h"
#include "base/banned.h"

enum { WORDS_MAX = 400 };

static struct str type_words(struct checking *c, const struct feel_type *type)
{
    struct buf words;
    buf_init(&words, c->scratch, WORDS_MAX);
    feel_type_write(&words, type);
    return buf_ok(&words) ? buf_str(&words) : STR("what is declared");
}

/* Whether a value of this kind can become one of the type, as run_convert does it; true where that is not known. */
static bool kind_fits(enum feel_kind kind, const struct feel_type *type)
{
    enum feel_kind wanted = check_kind_of(type);
    if (kind == FEEL_NULL || kind == FEEL_LIST || wanted == FEEL_LIST)
        return true;
    if (type->form == TYPE_DURATION)
        return kind == FEEL_DAYS || kind == FEEL_MONTHS;
    return wanted == FEEL_NULL || kind == wanted || (kind == FEEL_DATE && wanted == FEEL_DATE_AND_TIME);
}

static void say_kind(struct checking *c, int line, const char *what, enum feel_kind kind, const struct feel_type *type)
{
    check_found(c, DMN_ERROR, DMN_FOUND_TYPE, line, "%s gives a %s, and its type is %.*s: this is always null", what,
                feel_kind_name(kind), STR_ARG(type_words(c, type)));
}

/* `inside`: a member or an item, which is not converted by itself. False where it was complained of. */
static bool check_one(struct checking *c, const struct node *node, const struct feel_type *type, bool inside, int line,
                      const char *what)
{
    struct feel_value value, typed;
    if (!node || !type)
        return true;
    if (!check_is_constant(node)) {
        enum feel_kind kind = check_kind_of(check_type_of(c, node));
        if (kind_fits(kind, type))
            return true;
        say_kind(c, line, what, kind, type);
        return false;
    }
    value = check_value(c, node);
    if (value.kind == FEEL_NULL)
        return true;
    typed = run_convert(&c->run, type, value);
    if (typed.kind != FEEL_NULL && (!inside || typed.kind == value.kind))
        return true;
    if (c->run.stopped)
        return true;
    if (!kind_fits(value.kind, type))
        say_kind(c, line, what, value.kind, type);
    else
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, line,
                    "%s gives a value that is not of its type, %.*s, or not one of its allowed values", what,
                    STR_ARG(type_words(c, type)));
    return false;
}

/* ---- Contexts ---- */

static const struct feel_type *field_of(const struct feel_type *type, struct str name)
{
    for (size_t i = 0; i < type->n; i++)
        if (str_equal(type->fields[i].name, name))
            return type->fields[i].type;
    return NULL;
}

static void check_context(struct checking *c, const struct node *node, const struct feel_type *type, int line,
                          const char *what)
{
    for (size_t i = 0; i < type->n; i++) {
        size_t at = 0;
        while (at < node->context.n && !str_equal(node->context.entries[at].name, type->fields[i].name))
            at++;
        if (at == node->context.n)
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, line,
                        "%s has no entry \"%.*s\", and its type %.*s has one: this is always null", what,
                        STR_ARG(type->fields[i].name), STR_ARG(type_words(c, type)));
        else
            check_one(c, node->context.entries[at].value, type->fields[i].type, true, node->context.entries[at].line,
                      "the entry");
    }
}

/* ---- Tables ---- */

/* The value of one output for the type of all of it; `of_rule` NULL: the default. */
static void check_cell(struct checking *c, const struct decision_table *table, size_t output,
                       const struct table_rule *rule, const struct feel_type *type, bool inside)
{
    const struct table_output *out = &table->outputs[output];
    const struct node *node = rule ? rule->results[output] : out->preset;
    int line = rule ? rule->line : table->line;
    struct str what = rule ? str_format(c->scratch, "rule %zu", (size_t)(rule - table->rules) + 1) : STR("the default");
    if (table->outputs_n > 1)
        what = str_format(c->scratch, "%.*s, output \"%.*s\",", STR_ARG(what), STR_ARG(out->name));
    /* What is not of the output's own type was said already. */
    if (!node || !what.p ||
        (check_is_constant(node) && run_convert(&c->run, out->type, check_value(c, node)).kind == FEEL_NULL))
        return;
    check_one(c, node, type, inside, line, what.p);
}

static void check_cells(struct checking *c, const struct decision_table *table, size_t output,
                        const struct feel_type *type, bool inside)
{
    const struct table_output *out = &table->outputs[output];
    enum feel_kind kind = check_kind_of(out->type);
    if (!kind_fits(kind, type)) {
        say_kind(c, table->line, "the output of the table", kind, type);
        return;
    }
    for (size_t r = 0; r < table->rules_n; r++)
        check_cell(c, table, output, &table->rules[r], type, inside);
    check_cell(c, table, output, NULL, type, inside);
}

/* What one rule gives, or one item of a list of them. */
static void check_result(struct checking *c, const struct decision_table *table, const struct feel_type *type,
                         bool inside)
{
    if (table->outputs_n == 1) {
        check_cells(c, table, 0, type, inside);
        return;
    }
    if (type->form != TYPE_CONTEXT) {
        if (!kind_fits(FEEL_CONTEXT, type))
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, table->line,
                        "the table has %zu outputs, so it gives a context, and its type is %.*s: this is always null",
                        table->outputs_n, STR_ARG(type_words(c, type)));
        return;
    }
    for (size_t i = 0; i < type->n; i++) {
        size_t at = 0;
        while (at < table->outputs_n && !str_equal(table->outputs[at].name, type->fields[i].name))
            at++;
        if (at == table->outputs_n)
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, table->line,
                        "the table has no output \"%.*s\", and its type %.*s has a member of that name: this is always "
                        "null",
                        STR_ARG(type->fields[i].name), STR_ARG(type_words(c, type)));
        else
            check_cells(c, table, at, field_of(type, table->outputs[at].name), true);
    }
}

static void check_table_gives(struct checking *c, const struct decision_table *table, const struct feel_type *type)
{
    bool many = (table->policy == HIT_COLLECT && table->aggregation == AGGREGATE_NOT) ||
                table->policy == HIT_RULE_ORDER || table->policy == HIT_OUTPUT_ORDER;
    if (table->aggregation == AGGREGATE_COUNT) {
        if (!kind_fits(FEEL_NUMBER, type))
            say_kind(c, table->line, "COUNT", FEEL_NUMBER, type);
    } else if (many && type->form == TYPE_LIST) {
        check_result(c, table, type->of, true);
    } else if (many && check_kind_of(type) != FEEL_NULL && check_kind_of(type) != FEEL_LIST) {
        check_found(
            c, DMN_WARNING, DMN_FOUND_TYPE, table->line,
            "the table gives a list of the outputs of all rules that match, and its type %.*s is no list: it is "
            "null where more than one matches",
            STR_ARG(type_words(c, type)));
    } else if (!many && type->form != TYPE_LIST && check_kind_of(type) != FEEL_LIST) {
        check_result(c, table, type, false);
    }
}

/* ---- All kinds ---- */

void check_gives(struct checking *c, const struct node *node, const struct feel_type *type, int line, const char *what)
{
    if (!node || !type || type->form == TYPE_ANY)
        return;
    if (node->kind == NODE_IF && !check_is_constant(node)) {
        check_gives(c, node->choice.yes, type, line, "then");
        check_gives(c, node->choice.no, type, line, "else");
    } else if (node->kind == NODE_DECISION_TABLE) {
        check_table_gives(c, node->table, type);
    } else if (node->kind == NODE_CONTEXT && node->context.result) {
        check_gives(c, node->context.result, type, line, what);
    } else if (node->kind == NODE_CONTEXT && type->form == TYPE_CONTEXT) {
        check_context(c, node, type, line, what);
    } else if (node->kind == NODE_CONTEXT) {
        if (!kind_fits(FEEL_CONTEXT, type))
            say_kind(c, line, what, FEEL_CONTEXT, type);
    } else {
        check_one(c, node, type, false, line, what);
    }
}

void check_table_types(struct checking *c, const struct decision_table *table)
{
    for (size_t i = 0; i < table->inputs_n; i++) {
        enum feel_kind is = check_kind_of(check_type_of(c, table->inputs[i].expression));
        if (table->inputs[i].type && !kind_fits(is, table->inputs[i].type))
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, table->line,
                        "the input \"%.*s\" is a %s, and its column says %.*s: it is always null",
                        STR_ARG(table->inputs[i].label), feel_kind_name(is),
                        STR_ARG(type_words(c, table->inputs[i].type)));
    }
    for (size_t i = 0; i < table->outputs_n && table->outputs_n > 1; i++) {
        size_t other = 0;
        while (other < i && !str_equal(table->outputs[other].name, table->outputs[i].name))
            other++;
        if (table->outputs[i].name.n == 0)
            check_found(c, DMN_ERROR, DMN_FOUND_NAME, table->line,
                        "the output %zu of %zu has no name: the decision gives a context of them by their names", i + 1,
                        table->outputs_n);
        else if (other < i)
            check_found(c, DMN_ERROR, DMN_FOUND_NAME, table->line,
                        "two outputs are called \"%.*s\": the decision gives a context of them by their names",
                        STR_ARG(table->outputs[i].name));
    }
    if (table->aggregation == AGGREGATE_NOT || table->aggregation == AGGREGATE_COUNT)
        return;
    if (table->outputs_n > 1)
        check_found(c, DMN_ERROR, DMN_FOUND_TYPE, table->line,
                    "SUM, MIN and MAX are for one output, and the table has %zu", table->outputs_n);
    for (size_t r = 0; table->aggregation == AGGREGATE_SUM && table->outputs_n == 1 && r < table->rules_n; r++) {
        enum feel_kind kind = check_kind_of(check_type_of(c, table->rules[r].results[0]));
        if (kind == FEEL_STRING || kind == FEEL_BOOLEAN || kind == FEEL_CONTEXT ||
            (kind >= FEEL_DATE && kind <= FEEL_DATE_AND_TIME))
            check_found(c, DMN_ERROR, DMN_FOUND_TYPE, table->rules[r].line, "rule %zu: SUM cannot add up a %s", r + 1,
                        feel_kind_name(kind));
    }
}
