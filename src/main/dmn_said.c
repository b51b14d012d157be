/* Decision models in a terminal: values, traces, tables. What a model says is one clean line wherever it is printed. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "dmn/model.h"
#include "dmn/trace.h"
#include "main/dmn_said.h"
#include "main/options.h"
#include "base/banned.h"

enum { VALUE_MAX = 1024 * 1024, OUTCOMES_MOST = 8 };

void dmn_said_clean(struct str text)
{
    uint32_t character;
    for (ptrdiff_t at; (at = str_find_unfit(text, &character)) >= 0;) {
        size_t n = (size_t)at + 1;
        while (n < text.n && ((unsigned char)text.p[n] & 0xC0U) == 0x80)
            n++;
        printf("%.*s ", (int)at, text.p);
        text = str_slice(text, n, text.n);
    }
    printf("%.*s", STR_ARG(text));
}

static void print_value(struct feel_value value)
{
    struct buf text;
    buf_init(&text, NULL, VALUE_MAX);
    if (value.kind == FEEL_STRING) { /* in quotes, as in a list */
        struct feel_value list = feel_list(&value, 1);
        feel_write(&text, list);
        if (buf_ok(&text))
            dmn_said_clean(str_slice(buf_str(&text), 1, text.n - 2));
    } else {
        feel_write(&text, value);
        dmn_said_clean(buf_ok(&text) ? buf_str(&text) : STR("(too long to print)"));
    }
    buf_free(&text);
}

void dmn_said_faults(const struct dmn_model *model)
{
    size_t n;
    const struct dmn_fault *faults = dmn_model_faults(model, &n);
    for (size_t i = 0; i < n; i++)
        options_say("%.*s:%d: %.*s: %.*s", STR_ARG(faults[i].file), faults[i].line, STR_ARG(faults[i].where),
                    STR_ARG(faults[i].words));
}

/* ---- Results ---- */

/* The last table stands first: from the first on. */
static void print_table_trace(const struct table_decided *decided)
{
    if (decided->before)
        print_table_trace(decided->before);
    const struct decision_table *table = decided->table;
    for (size_t i = 0; i < table->inputs_n; i++) {
        printf("    ");
        dmn_said_clean(table->inputs[i].label);
        printf(" = ");
        print_value(decided->inputs[i]);
        printf("\n");
    }
    for (size_t i = 0; i < decided->rules_n; i++) {
        const struct table_rule *rule = &table->rules[decided->rules[i]];
        printf("    rule %zu (line %d) matches", decided->rules[i] + 1, rule->line);
        for (size_t j = 0; j < table->annotations_n; j++)
            if (rule->annotations[j].n > 0) {
                printf("; ");
                dmn_said_clean(table->annotation_names[j]);
                printf(": ");
                dmn_said_clean(rule->annotations[j]);
            }
        printf("\n");
    }
    if (decided->rules_n == 0)
        printf("    no rule matches\n");
}

void dmn_said_result(const struct dmn_element *element, const struct dmn_result *result, bool trace)
{
    for (const struct dmn_trace *t = trace ? result->trace : NULL; t; t = t->next) {
        printf("  ");
        dmn_said_clean(t->name);
        printf(": ");
        print_value(t->value);
        printf("\n");
        if (t->tables)
            print_table_trace(t->tables);
    }
    dmn_said_clean(dmn_element_name(element));
    printf(" = ");
    print_value(result->value);
    if (result->value.kind == FEEL_NULL && result->value.why) {
        printf("  (line %d: ", result->value.why->line);
        dmn_said_clean(result->value.why->words);
        printf(")");
    }
    printf("\n");
}

/* ---- What is still to be known ---- */

/* What it may become besides what it is: "a", "b" or null. */
static void print_outcomes(const struct dmn_outcomes *outcomes, const struct feel_value *but)
{
    size_t n = 0, said = 0;
    for (size_t i = 0; i < outcomes->n; i++)
        n += !(but && feel_same(outcomes->values[i], *but));
    if (outcomes->anything || n > OUTCOMES_MOST) {
        printf(outcomes->anything ? "something that cannot be listed" : "one of %zu values", n);
        return;
    }
    for (size_t i = 0; i < outcomes->n; i++) {
        if (but && feel_same(outcomes->values[i], *but))
            continue;
        printf("%s", said == 0 ? "" : said + 1 == n ? " or " : ", ");
        print_value(outcomes->values[i]);
        said++;
    }
}

void dmn_said_unknown(const struct dmn_result *result, const struct dmn_unknowns *unknowns)
{
    bool any = false;
    for (size_t i = 0; i < unknowns->n; i++) {
        const struct dmn_unknown_leaf *leaf = &unknowns->leaves[i];
        if (!leaf->could_change)
            continue;
        any = true;
        printf("  Still to be known: ");
        dmn_said_clean(leaf->path);
        printf(": could make it ");
        print_outcomes(&leaf->could_become, &result->value);
        printf(".\n");
    }
    if (any)
        return;
    if (unknowns->n == 0) {
        printf("  All that it needs is known.\n");
        return;
    }
    printf("  Whatever is still unknown, it will be ");
    print_outcomes(&unknowns->results, NULL);
    printf(".\n");
}

static void json_outcomes(struct json_writer *w, const char *name, const struct dmn_outcomes *outcomes)
{
    json_name(w, str_of(name));
    json_open_array(w);
    for (size_t i = 0; i < outcomes->n; i++)
        dmn_value_to_json(w, outcomes->values[i]);
    json_close_array(w);
    json_name(w, STR("anything"));
    json_put_bool(w, outcomes->anything);
}

static void json_unknowns(struct json_writer *w, const struct dmn_unknowns *unknowns)
{
    json_name(w, STR("unknown"));
    json_open_object(w);
    json_outcomes(w, "could_be", &unknowns->results);
    json_name(w, STR("inputs"));
    json_open_array(w);
    for (size_t i = 0; i < unknowns->n; i++) {
        json_open_object(w);
        json_name(w, STR("input"));
        json_put_str(w, unknowns->leaves[i].path);
        json_name(w, STR("could_change"));
        json_put_bool(w, unknowns->leaves[i].could_change);
        json_outcomes(w, "could_become", &unknowns->leaves[i].could_become);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

static void json_tables(struct json_writer *w, const struct table_decided *decided)
{
    if (decided->before)
        json_tables(w, decided->before);
    const struct decision_table *table = decided->table;
    json_open_object(w);
    json_name(w, STR("inputs"));
    json_open_array(w);
    for (size_t i = 0; i < table->inputs_n; i++)
        dmn_value_to_json(w, decided->inputs[i]);
    json_close_array(w);
    json_name(w, STR("rules"));
    json_open_array(w);
    for (size_t i = 0; i < decided->rules_n; i++) {
        const struct table_rule *rule = &table->rules[decided->rules[i]];
        json_open_object(w);
        json_name(w, STR("rule"));
        json_put_i64(w, (int64_t)decided->rules[i] + 1);
        json_name(w, STR("line"));
        json_put_i64(w, rule->line);
        json_name(w, STR("annotations"));
        json_open_array(w);
        for (size_t j = 0; j < table->annotations_n; j++)
            json_put_str(w, rule->annotations[j].p ? rule->annotations[j] : STR(""));
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
    json_name(w, STR("output"));
    dmn_value_to_json(w, decided->output);
    json_close_object(w);
}

static void json_trace(struct json_writer *w, const struct dmn_trace *trace)
{
    json_name(w, STR("trace"));
    json_open_array(w);
    for (; trace; trace = trace->next) {
        json_open_object(w);
        json_name(w, STR("decision"));
        json_put_str(w, trace->name);
        json_name(w, STR("value"));
        dmn_value_to_json(w, trace->value);
        json_name(w, STR("tables"));
        json_open_array(w);
        if (trace->tables)
            json_tables(w, trace->tables);
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
}

void dmn_said_result_json(struct json_writer *w, const struct dmn_element *element, const struct dmn_result *result,
                          bool trace, const struct dmn_unknowns *unknowns)
{
    json_name(w, dmn_element_name(element));
    json_open_object(w);
    json_name(w, STR("value"));
    dmn_value_to_json(w, result->value);
    if (result->value.kind == FEEL_NULL && result->value.why) {
        json_name(w, STR("why"));
        json_put_str(w, result->value.why->words);
        json_name(w, STR("line"));
        json_put_i64(w, result->value.why->line);
    }
    if (trace)
        json_trace(w, result->trace);
    if (unknowns)
        json_unknowns(w, unknowns);
    json_close_object(w);
}
