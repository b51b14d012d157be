/*
 * What is new in a version: rows that stand in its tables and not in those of the version before, and the other way
 * round, each as one line of words. Files that both have are the same, byte for byte, and are not looked at.
 */
#include "site/policy_pages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "dmn/view.h"
#include "base/banned.h"

enum { LINE_BYTES = 4096, LINES_MAX = 4000 };

/* A row of a table, in words; rows of one decision stand together. */
struct row_line {
    struct str decision, words;
    const struct policy_model *model;
    bool both; /* the other version has it too */
};
struct lines {
    struct arena *arena;
    struct row_line *rows;
    size_t n;
};

/* "Threatening or abusive?: true; made out: true. It was threatening. (Public Order Act 1986, section 5, verified: no)"
 */
static struct str line_of(struct arena *arena, const struct dmn_view_table *table, const struct dmn_view_row *row)
{
    struct buf out;
    bool asks = false;
    int notes = 0;
    buf_init(&out, arena, LINE_BYTES);
    for (size_t c = 0; c < table->columns_n; c++) {
        const struct dmn_view_column *column = &table->columns[c];
        struct str cell = row->cells[c];
        if (cell.n == 0 || (column->kind == DMN_COLUMN_INPUT && str_equal(cell, STR("-"))))
            continue;
        if (column->kind == DMN_COLUMN_ANNOTATION) {
            bool verified = str_equal(column->head, STR("verified"));
            if (str_equal(cell, STR("yes")) && verified)
                continue;
            buf_add(&out, notes == 0 ? STR(". ") : notes == 1 ? STR(" (") : STR(", "));
            if (verified)
                buf_add(&out, STR("verified: "));
            notes++;
        } else {
            buf_add(&out, asks ? STR("; ") : STR(""));
            buf_add(&out, column->head);
            buf_add(&out, str_ends(column->head, STR("?")) ? STR(" ") : STR(": "));
            asks = true;
        }
        buf_add(&out, cell);
    }
    buf_add(&out, notes > 1 ? STR(")") : STR(""));
    return buf_ok(&out) ? buf_str(&out) : STR("…");
}

static void add_table(struct lines *lines, const struct policy_model *model, struct str decision,
                      const struct dmn_view_table *table)
{
    for (size_t r = 0; r < table->rows_n && lines->n < LINES_MAX; r++)
        lines->rows[lines->n++] =
            (struct row_line){ decision, line_of(lines->arena, table, &table->rows[r]), model, false };
}

static bool has_model(const struct policy_version *version, const struct policy_model *model)
{
    for (size_t i = 0; i < version->models_n; i++)
        if (version->models[i] == model)
            return true;
    return false;
}

/* The rows of the models that `other` does not have. */
static bool collect(struct arena *arena, const struct policy_version *version, const struct policy_version *other,
                    struct lines *out)
{
    *out = (struct lines){ arena, ARENA_ARRAY(arena, LINES_MAX, struct row_line), 0 };
    for (size_t m = 0; out->rows && m < version->models_n; m++) {
        const struct policy_model *model = version->models[m];
        for (size_t i = 0; !has_model(other, model) && i < dmn_model_elements(model->model); i++) {
            const struct dmn_element *element = dmn_model_element(model->model, i);
            struct dmn_view view;
            if (!str_equal(dmn_element_namespace(element), dmn_model_namespace(model->model)))
                continue;
            if (!dmn_view(arena, element, NULL, &view))
                return false;
            for (size_t p = 0; p < view.parts_n; p++)
                if (view.parts[p].table)
                    add_table(out, model, view.name, view.parts[p].table);
        }
    }
    return out->rows != NULL;
}

static void cross_out(struct lines *a, struct lines *b)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n && !a->rows[i].both; j++)
            if (!b->rows[j].both && str_equal(a->rows[i].decision, b->rows[j].decision) &&
                str_equal(a->rows[i].words, b->rows[j].words))
                a->rows[i].both = b->rows[j].both = true;
}

/* The lines of one decision that only this version has. */
static bool only_here(struct arena *arena, const struct lines *lines, struct str decision, const struct str **out,
                      size_t *n)
{
    struct str *words = ARENA_ARRAY(arena, lines->n + 1, struct str);
    *n = 0;
    for (size_t i = 0; words && i < lines->n; i++)
        if (!lines->rows[i].both && str_equal(lines->rows[i].decision, decision))
            words[(*n)++] = lines->rows[i].words;
    *out = words;
    return words != NULL;
}

static bool seen(const struct policy_change *changes, size_t n, struct str decision)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(changes[i].decision, decision))
            return true;
    return false;
}

bool policy_page_changes(struct request *req, const struct policy_version *before, const struct policy_version *version,
                         const struct policy_change **out, size_t *n)
{
    struct lines was, is;
    if (!collect(req->arena, before, version, &was) || !collect(req->arena, version, before, &is))
        return false;
    cross_out(&was, &is);
    struct policy_change *changes = ARENA_ARRAY(req->arena, was.n + is.n + 1, struct policy_change);
    *n = 0;
    for (int late = 0; changes && late <= 1; late++) {
        const struct lines *lines = late ? &was : &is;
        for (size_t i = 0; i < lines->n; i++) {
            const struct row_line *row = &lines->rows[i];
            if (row->both || seen(changes, *n, row->decision))
                continue;
            struct policy_change *change = &changes[(*n)++];
            *change = (struct policy_change){ .decision = row->decision,
                                              .address = policy_page_decision(req, row->model, row->decision) };
            if (!only_here(req->arena, &is, row->decision, &change->added, &change->added_n) ||
                !only_here(req->arena, &was, row->decision, &change->dropped, &change->dropped_n))
                return false;
        }
    }
    *out = changes;
    return changes != NULL;
}
