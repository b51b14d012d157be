/* A decision table from its elements (DMN 1.5, 8.3). */
#include "base/arena.h"
#include "dmn/model.h"
#include "dmn/scan.h"
#include "base/banned.h"

static const struct {
    const char *name;
    enum table_hit_policy policy;
} policies[] = { { "UNIQUE", HIT_UNIQUE },
                 { "ANY", HIT_ANY },
                 { "PRIORITY", HIT_PRIORITY },
                 { "FIRST", HIT_FIRST },
                 { "COLLECT", HIT_COLLECT },
                 { "RULE ORDER", HIT_RULE_ORDER },
                 { "OUTPUT ORDER", HIT_OUTPUT_ORDER } };
static const struct {
    const char *name;
    enum table_aggregation aggregation;
} aggregations[] = {
    { "SUM", AGGREGATE_SUM }, { "COUNT", AGGREGATE_COUNT }, { "MIN", AGGREGATE_MIN }, { "MAX", AGGREGATE_MAX }
};

bool model_policy(const struct xml *table, enum table_hit_policy *policy, enum table_aggregation *aggregation)
{
    struct str said = xml_attribute(table, "hitPolicy"), sum = xml_attribute(table, "aggregation");
    bool known = !said.p, aggregated = !sum.p;
    *policy = HIT_UNIQUE;
    *aggregation = AGGREGATE_NOT;
    for (size_t i = 0; said.p && i < sizeof policies / sizeof policies[0]; i++)
        if (str_equal(said, str_of(policies[i].name))) {
            *policy = policies[i].policy;
            known = true;
        }
    for (size_t i = 0; sum.p && i < sizeof aggregations / sizeof aggregations[0]; i++)
        if (str_equal(sum, str_of(aggregations[i].name))) {
            *aggregation = aggregations[i].aggregation;
            aggregated = true;
        }
    return known && aggregated;
}

static bool take_policy(struct compiling *c, const struct xml *xml, struct decision_table *table)
{
    struct str aggregation = xml_attribute(xml, "aggregation");
    bool known = model_policy(xml, &table->policy, &table->aggregation);
    if (!known)
        complaints_add(c->parsing.complaints, c->parsing.where, xml->line,
                       "there is no hit policy \"%.*s\"%s%.*s%s; there are UNIQUE, ANY, PRIORITY, FIRST, RULE ORDER, "
                       "OUTPUT ORDER, and COLLECT with or without SUM, COUNT, MIN or MAX",
                       STR_ARG(xml_attribute(xml, "hitPolicy")), aggregation.n > 0 ? " with the aggregation \"" : "",
                       STR_ARG(aggregation), aggregation.n > 0 ? "\"" : "");
    return known;
}

/* Tests in a <text> inside an element. False when memory is gone. */
static bool take_tests(struct compiling *c, const struct xml *holder, int slot, const struct node **out)
{
    const struct xml *text = holder ? xml_child(holder, "text") : NULL;
    *out = NULL;
    if (!text)
        return true;
    c->parsing.line = text->line;
    return parse_unary_tests(&c->parsing, text->text, slot, out);
}

static bool take_input(struct compiling *c, const struct xml *xml, int slot, struct table_input *out)
{
    const struct xml *expression = xml_child(xml, "inputExpression");
    const struct xml *text = expression ? xml_child(expression, "text") : NULL;
    struct str label = xml_attribute(xml, "label");
    *out = (struct table_input){ .label = label };
    if (!text) {
        out->expression = parse_fault(&c->parsing, xml->line, "an input of the table has no expression");
        return out->expression != NULL;
    }
    out->label = model_words(c, text);
    c->parsing.line = text->line;
    out->expression = parse_expression(&c->parsing, text->text);
    out->type = model_type_of(c, expression);
    return out->expression && take_tests(c, xml_child(xml, "inputValues"), slot, &out->values);
}

/* The values that a type names; NULL where it names none. Constants only: they are evaluated in the table's frame. */
static const struct node *allowed_by(const struct feel_type *type)
{
    const struct node *tests = type ? type->allowed : NULL;
    if (!tests || tests->kind != NODE_TESTS)
        return NULL;
    for (size_t i = 0; i < tests->tests.n; i++)
        if (tests->tests.items[i]->kind != NODE_VALUE)
            return NULL;
    return tests;
}

static bool take_output(struct compiling *c, const struct xml *xml, int slot, struct table_output *out)
{
    struct str name = xml_attribute(xml, "name");
    const struct xml *preset = xml_child(xml, "defaultOutputEntry"), *text = preset ? xml_child(preset, "text") : NULL;
    *out = (struct table_output){ .name = name.p ? scan_name_of(c->model->arena, name) : STR_NONE,
                                  .type = model_type_of(c, xml) };
    if (out->name.n > 0)
        members_add(&c->model->members, out->name);
    if (text) {
        c->parsing.line = text->line;
        out->preset = parse_expression(&c->parsing, text->text);
        if (!out->preset)
            return false;
    }
    if (!take_tests(c, xml_child(xml, "outputValues"), slot, &out->values))
        return false;
    out->order = out->values ? out->values : allowed_by(out->type);
    return true;
}

static size_t count(const struct xml *xml, const char *name)
{
    size_t n = 0;
    for (const struct xml *child = xml_child(xml, name); child; child = xml_again(child))
        n++;
    return n;
}

static struct str written(struct compiling *c, const struct xml *entry)
{
    const struct xml *text = xml_child(entry, "text");
    return text ? model_words(c, text) : STR("");
}

static bool take_rule(struct compiling *c, const struct xml *xml, const struct decision_table *table,
                      struct table_rule *out)
{
    struct arena *arena = c->model->arena;
    const struct node **tests = ARENA_ARRAY(arena, table->inputs_n + 1, const struct node *);
    const struct node **results = ARENA_ARRAY(arena, table->outputs_n + 1, const struct node *);
    struct str *words = ARENA_ARRAY(arena, table->inputs_n + table->outputs_n + table->annotations_n + 1, struct str);
    size_t i = 0;
    if (!tests || !results || !words)
        return false;
    *out = (struct table_rule){
        tests, results, words + table->inputs_n + table->outputs_n, words, words + table->inputs_n, xml->line
    };
    if (count(xml, "inputEntry") != table->inputs_n || count(xml, "outputEntry") != table->outputs_n)
        complaints_add(c->parsing.complaints, c->parsing.where, xml->line,
                       "the rule does not have as many cells as the table has columns");
    for (const struct xml *cell = xml_child(xml, "inputEntry"); cell && i < table->inputs_n; cell = xml_again(cell)) {
        words[i] = written(c, cell);
        if (!take_tests(c, cell, table->input_slot, &tests[i++]))
            return false;
    }
    i = 0;
    for (const struct xml *cell = xml_child(xml, "outputEntry"); cell && i < table->outputs_n; cell = xml_again(cell)) {
        words[table->inputs_n + i] = written(c, cell);
        results[i++] = model_literal(c, cell);
    }
    for (i = 0; i < table->outputs_n; i++)
        if (!results[i] && !(results[i] = model_node(c, NODE_VALUE, xml)))
            return false;
    i = table->inputs_n + table->outputs_n;
    for (const struct xml *cell = xml_child(xml, "annotationEntry");
         cell && i < table->inputs_n + table->outputs_n + table->annotations_n; cell = xml_again(cell))
        words[i++] = written(c, cell);
    return true;
}

/* The rooms for what a table has; false when memory is gone. */
static bool make_room(struct compiling *c, const struct xml *xml, struct decision_table *table,
                      struct table_input **inputs, struct table_output **outputs, struct table_rule **rules,
                      struct str **annotations)
{
    struct arena *arena = c->model->arena;
    table->inputs_n = count(xml, "input");
    table->outputs_n = count(xml, "output");
    table->rules_n = count(xml, "rule");
    table->annotations_n = count(xml, "annotation");
    *inputs = ARENA_ARRAY(arena, table->inputs_n + 1, struct table_input);
    *outputs = ARENA_ARRAY(arena, table->outputs_n + 1, struct table_output);
    *rules = ARENA_ARRAY(arena, table->rules_n + 1, struct table_rule);
    *annotations = ARENA_ARRAY(arena, table->annotations_n + 1, struct str);
    table->inputs = *inputs;
    table->outputs = *outputs;
    table->rules = *rules;
    table->annotation_names = *annotations;
    return *inputs && *outputs && *rules && *annotations;
}

const struct node *model_table(struct compiling *c, const struct xml *xml)
{
    struct node *node = model_node(c, NODE_DECISION_TABLE, xml);
    struct decision_table *table = ARENA_NEW(c->model->arena, struct decision_table);
    struct table_input *inputs;
    struct table_output *outputs;
    struct table_rule *rules;
    struct str *annotations;
    size_t i = 0;
    if (!node || !table || !make_room(c, xml, table, &inputs, &outputs, &rules, &annotations))
        return NULL;
    table->where = c->parsing.where;
    table->line = xml->line;
    table->input_slot = maker_slot(c->parsing.maker);
    if (!take_policy(c, xml, table))
        return parse_fault(&c->parsing, xml->line, "the table cannot be decided");
    if (table->outputs_n == 0)
        return parse_fault(&c->parsing, xml->line, "the table has no output");
    for (const struct xml *child = xml_child(xml, "input"); child; child = xml_again(child))
        if (!take_input(c, child, table->input_slot, &inputs[i++]))
            return NULL;
    i = 0;
    for (const struct xml *child = xml_child(xml, "output"); child; child = xml_again(child))
        if (!take_output(c, child, table->input_slot, &outputs[i++]))
            return NULL;
    i = 0;
    for (const struct xml *child = xml_child(xml, "annotation"); child; child = xml_again(child))
        annotations[i++] = xml_attribute(child, "name");
    i = 0;
    for (const struct xml *child = xml_child(xml, "rule"); child; child = xml_again(child))
        if (!take_rule(c, child, table, &rules[i++]))
            return NULL;
    node->table = table;
    return node;
}
