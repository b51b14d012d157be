/*
 * A model of decisions in the shape of a page's component: tables with the rules that matched, expressions, what needs
 * what.
 *
 * What could be tried: a model whose names and cells look like markup; they stay text, and the component escapes them.
 * Addresses are made of numbers alone.
 */
#include "base/arena.h"
#include "dmn/trace.h"
#include "dmn/view.h"
#include "site/site.h"
#include "site/site_pages.h"

#include "base/banned.h"

enum { VALUE_MAX = 4096, LABEL_MAX = 1024 };

struct filling {
    struct arena *arena;
    enum language language;
    const struct dmn_model *model;
    const struct dmn_trace *trace;
    const struct dmn_view *view; /* of the element in hand */
    size_t at, tables;           /* its place, and how many tables of it were filled */
};

static struct str value_words(struct arena *arena, struct feel_value value)
{
    struct buf text;
    buf_init(&text, arena, VALUE_MAX);
    feel_write(&text, feel_list(&value, 1)); /* texts in quotes, as in the cells */
    return buf_ok(&text) ? str_slice(buf_str(&text), 1, text.n - 2) : STR("…");
}

static struct str policy_words(enum language language, const struct dmn_view_table *table)
{
    switch (table->aggregation) {
    case AGGREGATE_SUM: return t_decision_sum(language);
    case AGGREGATE_COUNT: return t_decision_count(language);
    case AGGREGATE_MIN: return t_decision_least(language);
    case AGGREGATE_MAX: return t_decision_greatest(language);
    case AGGREGATE_NOT: break;
    }
    switch (table->policy) {
    case HIT_UNIQUE: return t_decision_unique(language);
    case HIT_ANY: return t_decision_any_policy(language);
    case HIT_PRIORITY: return t_decision_priority(language);
    case HIT_FIRST: return t_decision_first(language);
    case HIT_COLLECT: return t_decision_collect(language);
    case HIT_RULE_ORDER: return t_decision_rule_order(language);
    case HIT_OUTPUT_ORDER: return t_decision_output_order(language);
    }
    return STR("");
}

/* ---- The trace ---- */

/* The next time that this table was decided, after `before` of the decision `*t`; NULL after the last. */
static const struct table_decided *next_decided(const struct filling *f, const struct dmn_view_table *table,
                                                const struct dmn_trace **t, const struct table_decided *before)
{
    const struct table_decided *decided = before ? before->before : NULL;
    for (;;) {
        for (; decided; decided = decided->before)
            if (decided->table->line == table->line && str_equal(decided->table->where, f->view->name))
                return decided;
        *t = *t ? (*t)->next : f->trace;
        if (!*t)
            return NULL;
        decided = (*t)->tables;
    }
}

/* Marks what matched, whenever it was decided, and puts what the inputs were the last time into the heads. */
static void mark(struct filling *f, const struct dmn_view_table *table, struct decision_shown *shown,
                 struct decision_head *heads, struct decision_rule *rules)
{
    const struct dmn_trace *t = NULL;
    const struct table_decided *decided = NULL;
    bool any = false, matched = false;
    while ((decided = next_decided(f, table, &t, decided))) {
        any = true;
        for (size_t i = 0; i < decided->rules_n; i++)
            if (decided->rules[i] < table->rows_n)
                rules[decided->rules[i]].matched = matched = true;
        for (size_t i = 0; i < decided->table->inputs_n && i < table->columns_n; i++)
            heads[i].value = value_words(f->arena, decided->inputs[i]);
    }
    shown->decided = any;
    shown->none_matched = any && !matched;
}

static const struct dmn_trace *traced(const struct filling *f)
{
    for (const struct dmn_trace *t = f->view->kind == DMN_DECISION ? f->trace : NULL; t; t = t->next)
        if (str_equal(t->name, f->view->name))
            return t;
    return NULL;
}

/* ---- Tables ---- */

struct str site_verified_mark(enum language language, struct str verified)
{
    if (str_equal(verified, STR("yes")))
        return STR_NONE;
    return str_starts(verified, STR("yes,")) ? t_mark_second_hand(language) : t_mark_not_confirmed(language);
}

static struct decision_head head_of(const struct filling *f, const struct dmn_view_table *table, size_t at)
{
    const struct dmn_view_column *column = &table->columns[at];
    struct decision_head head = {
        .words = column->head, .expression = column->expression, .values = column->values, .preset = column->preset
    };
    if (head.words.n == 0) /* a head says something: its place */
        head.words = str_format(f->arena, "%zu", at + 1);
    if (!table->relation)
        head.kind = column->kind == DMN_COLUMN_INPUT ? t_decision_input(f->language) : t_decision_output(f->language);
    return head;
}

/* What a note cites can be followed, and what nobody verified says so (docs/policy-packs.md has the notes). */
static struct decision_note note_of(const struct filling *f, struct str head, struct str words)
{
    struct decision_note note = { .head = head, .words = words };
    if (str_equal(head, STR("verified")))
        note.mark = site_verified_mark(f->language, words);
    else if (str_starts(words, STR("https://")) && url_outside(f->arena, words, &note.address) != STATUS_OK)
        note.address = (struct url){ STR_NONE };
    return note;
}

static bool fill_rule(const struct filling *f, const struct dmn_view_table *table, size_t at, struct str id,
                      struct decision_rule *rule)
{
    struct decision_cell *cells = ARENA_ARRAY(f->arena, table->columns_n + 1, struct decision_cell);
    struct decision_note *notes = ARENA_ARRAY(f->arena, table->columns_n + 1, struct decision_note);
    if (!cells || !notes)
        return false;
    *rule = (struct decision_rule){ .number = (int64_t)at + 1,
                                    .id = str_format(f->arena, "%.*s-row-%zu", STR_ARG(id), at + 1),
                                    .cells = cells,
                                    .notes = notes };
    for (size_t i = 0; i < table->columns_n; i++) {
        struct str words = table->rows[at].cells[i];
        bool any = table->columns[i].kind == DMN_COLUMN_INPUT && str_equal(words, STR("-"));
        if (table->columns[i].kind != DMN_COLUMN_ANNOTATION)
            cells[rule->cells_n++] = (struct decision_cell){ .words = words, .any = any, .code = words.n > 0 };
        else if (words.n > 0)
            notes[rule->notes_n++] = note_of(f, head_of(f, table, i).words, words);
    }
    return true;
}

static bool fill_table(struct filling *f, const struct dmn_view_table *table, struct str label,
                       struct decision_shown *out)
{
    struct decision_head *heads = ARENA_ARRAY(f->arena, table->columns_n + 1, struct decision_head);
    struct decision_rule *rules = ARENA_ARRAY(f->arena, table->rows_n + 1, struct decision_rule);
    if (!heads || !rules)
        return false;
    struct str caption = table->relation ? t_decision_relation_caption(f->language, f->arena, f->view->name)
                                         : t_decision_table_caption(f->language, f->arena, f->view->name);
    *out = (struct decision_shown){
        .id = str_format(f->arena, "decision-%zu-table-%zu", f->at, ++f->tables),
        .caption = label.n > 0 ? t_decision_caption_part(f->language, f->arena, caption, label) : caption,
        .policy = table->relation ? STR_NONE : policy_words(f->language, table),
        .relation = table->relation,
        .heads = heads,
        .rules = rules,
        .rules_n = table->rows_n,
    };
    for (size_t i = 0; i < table->columns_n; i++) {
        struct decision_head head = head_of(f, table, i);
        if (table->columns[i].kind == DMN_COLUMN_ANNOTATION)
            continue; /* it stands beside each note */
        heads[out->heads_n++] = head;
        out->has_values = out->has_values || head.values.n > 0;
        out->has_preset = out->has_preset || head.preset.n > 0;
    }
    out->columns = (int64_t)out->heads_n + 1;
    for (size_t i = 0; i < table->rows_n; i++)
        if (!fill_rule(f, table, i, out->id, &rules[i]))
            return false;
    if (!table->relation)
        mark(f, table, out, heads, rules);
    return true;
}

/* ---- Expressions ---- */

/* The labels of what a part is inside of, and its own: "address › rate". */
static struct str label_of(struct filling *f, size_t part)
{
    struct buf text;
    struct str labels[2] = { f->view->parts[part].label, STR_NONE };
    int depth = f->view->parts[part].depth;
    for (size_t i = part; i-- > 0 && depth > 0;) {
        if (f->view->parts[i].depth >= depth)
            continue;
        depth = f->view->parts[i].depth;
        if (f->view->parts[i].label.n == 0)
            continue;
        buf_init(&text, f->arena, LABEL_MAX);
        buf_add(&text, f->view->parts[i].label);
        buf_add(&text, labels[0].n > 0 ? STR(" › ") : STR(""));
        buf_add(&text, labels[0]);
        if (buf_ok(&text))
            labels[0] = buf_str(&text);
    }
    return labels[0];
}

/* Spaces at the front of a line stand on a page only where they are no-break spaces. */
static struct str indented(struct arena *arena, struct str line)
{
    struct buf text;
    size_t n = 0;
    while (n < line.n && line.p[n] == ' ')
        n++;
    if (n == 0)
        return line;
    buf_init(&text, arena, 3 * line.n);
    for (size_t i = 0; i < n; i++)
        buf_add(&text, STR("\u00A0"));
    buf_add(&text, str_slice(line, n, line.n));
    return buf_str(&text);
}

static bool fill_part(struct filling *f, size_t at, struct decision_part *out)
{
    const struct dmn_view_part *part = &f->view->parts[at];
    struct str rest = part->text, line;
    size_t n = 0;
    for (size_t i = 0; i < part->text.n; i++)
        n += part->text.p[i] == '\n';
    struct decision_line *lines = ARENA_ARRAY(f->arena, n + 1, struct decision_line);
    struct decision_shown *shown = part->table ? ARENA_NEW(f->arena, struct decision_shown) : NULL;
    if (!lines || (part->table && !shown))
        return false;
    *out = (struct decision_part){ .label = label_of(f, at), .lines = lines };
    while (part->text.n > 0 && str_cut(&rest, '\n', &line)) {
        lines[out->lines_n] = (struct decision_line){ indented(f->arena, line), out->lines_n > 0 };
        out->lines_n++;
    }
    if (!part->table)
        return true;
    struct str label = out->label;
    out->label = STR_NONE; /* the caption says it */
    out->tables = shown;
    out->tables_n = 1;
    return fill_table(f, part->table, label, shown);
}

/* ---- Elements ---- */

static struct str kind_words(enum language language, enum dmn_element_kind kind)
{
    switch (kind) {
    case DMN_INPUT_DATA: return t_decision_kind_input(language);
    case DMN_DECISION: return t_decision_kind_decision(language);
    case DMN_BUSINESS_KNOWLEDGE_MODEL: return t_decision_kind_function(language);
    case DMN_DECISION_SERVICE: return t_decision_kind_service(language);
    }
    return STR("");
}

/* Of an imported model with what its namespace ends in, as two models may use one name: "shared.perception". */
static struct str name_of(const struct filling *f, size_t at)
{
    const struct dmn_element *element = dmn_model_element(f->model, at);
    struct str space = dmn_element_namespace(element), name = dmn_element_name(element);
    size_t from = space.n;
    if (str_equal(space, dmn_model_namespace(f->model)))
        return name;
    while (from > 0 && space.p[from - 1] != '/')
        from--;
    return str_format(f->arena, "%.*s.%.*s", STR_ARG(str_slice(space, from, space.n)), STR_ARG(name));
}

static bool fill_element(struct filling *f, struct decision_element *out)
{
    const struct dmn_view *view = f->view;
    struct decision_need *needs = ARENA_ARRAY(f->arena, view->needs_n + 1, struct decision_need);
    struct decision_part *parts = ARENA_ARRAY(f->arena, view->parts_n + 1, struct decision_part);
    const struct dmn_trace *trace = traced(f);
    if (!needs || !parts)
        return false;
    for (size_t i = 0; i < view->needs_n; i++)
        needs[i] = (struct decision_need){ name_of(f, view->needs[i].at),
                                           { str_format(f->arena, "#decision-%zu", view->needs[i].at) } };
    for (size_t i = 0; i < view->parts_n; i++)
        if (!fill_part(f, i, &parts[i]))
            return false;
    *out = (struct decision_element){
        .id = str_format(f->arena, "decision-%zu", f->at),
        .kind = kind_words(f->language, view->kind),
        .name = name_of(f, f->at),
        .type = view->type,
        .question = view->question,
        .description = view->description,
        .result = trace ? value_words(f->arena, trace->value) : STR_NONE,
        .needs = needs,
        .needs_n = view->needs_n,
        .parts = parts,
        .parts_n = view->parts_n,
    };
    return true;
}

bool site_decision_fill(struct arena *arena, enum language language, const struct dmn_model *model,
                        const struct dmn_trace *trace, struct decision_model *out)
{
    const struct dmn_view_words words = {
        .result = t_decision_word_result(language),
        .calls = t_decision_word_calls(language),
        .function_of = t_decision_word_function_of(language),
        .not_run = t_decision_word_not_run(language),
        .where = t_decision_word_where(language),
        .filter = t_decision_word_filter(language),
        .list = t_decision_word_list(language),
        .gives = t_decision_word_gives(language),
        .takes = t_decision_word_takes(language),
        .too_long = t_decision_word_too_long(language),
    };
    size_t n = dmn_model_elements(model);
    struct decision_element *elements = ARENA_ARRAY(arena, n + 1, struct decision_element);
    if (!elements)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct dmn_view view;
        struct filling f = {
            .arena = arena, .language = language, .model = model, .trace = trace, .view = &view, .at = i
        };
        if (!dmn_view(arena, dmn_model_element(model, i), &words, &view) || !fill_element(&f, &elements[i]))
            return false;
    }
    *out = (struct decision_model){ .elements = elements, .elements_n = n };
    return !arena_failed(arena);
}
