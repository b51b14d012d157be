/* Rows that matched, by file, decision and line, so that a file that many models import is counted once. */
#include "policy/coverage.h"

#include "base/arena.h"
#include "dmn/trace.h"
#include "dmn/view.h"
#include "base/banned.h"

enum { SLOTS = 1 << 14 }; /* twice the rows that a pack may have, and more */

struct policy_coverage {
    struct arena *arena;
    struct str *seen; /* SLOTS, open addressing; keys */
    size_t n;
};

struct policy_coverage *policy_coverage_new(struct arena *arena)
{
    struct policy_coverage *coverage = ARENA_NEW(arena, struct policy_coverage);
    if (!coverage)
        return NULL;
    coverage->arena = arena;
    coverage->seen = ARENA_ARRAY(arena, SLOTS, struct str);
    return coverage->seen ? coverage : NULL;
}

static size_t slot_of(const struct policy_coverage *coverage, struct str key)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * UINT64_C(1099511628211);
    size_t at = (size_t)(hash % SLOTS);
    while (coverage->seen[at].p && !str_equal(coverage->seen[at], key))
        at = (at + 1) % SLOTS;
    return at;
}

static struct str key_of(struct buf *room, struct str home, struct str decision, int line, size_t row)
{
    buf_clear(room);
    buf_format(room, "%.*s/%.*s/%d/%zu", STR_ARG(home), STR_ARG(decision), line, row);
    return buf_str(room);
}

void policy_coverage_add(struct policy_coverage *coverage, const struct policy_model *model,
                         const struct dmn_trace *trace)
{
    struct buf room;
    buf_init(&room, NULL, 4096);
    for (; trace; trace = trace->next)
        for (const struct table_decided *done = trace->tables; done; done = done->before)
            for (size_t i = 0; i < done->rules_n; i++) {
                struct str home = policy_decision_home(model, trace->name);
                struct str key = key_of(&room, home, trace->name, done->table->line, done->rules[i]);
                size_t at = key.p ? slot_of(coverage, key) : 0;
                if (key.p && !coverage->seen[at].p && coverage->n < SLOTS / 2) {
                    coverage->seen[at] = str_copy(coverage->arena, key);
                    coverage->n++;
                }
            }
    buf_free(&room);
}

static struct str output_of(const struct dmn_view_table *table, size_t row, bool reason)
{
    for (size_t i = 0; i < table->columns_n; i++)
        if (table->columns[i].kind == (reason ? DMN_COLUMN_ANNOTATION : DMN_COLUMN_OUTPUT))
            return table->rows[row].cells[i];
    return STR("");
}

/* Only decisions that stand in the model's own file: an import is looked at as a model of its own, or here once. */
static enum status look(struct policy_coverage *coverage, struct arena *arena, const struct policy_model *model,
                        const struct dmn_element *element, struct policy_unreached *found, size_t *n, size_t *rows)
{
    struct dmn_view view;
    struct buf room;
    struct str name = dmn_element_name(element), home = policy_decision_home(model, name);
    if (!dmn_view(arena, element, NULL, &view))
        return STATUS_NO_MEMORY;
    buf_init(&room, NULL, 4096);
    for (size_t p = 0; p < view.parts_n; p++) {
        const struct dmn_view_table *table = view.parts[p].table;
        if (!table || table->relation)
            continue;
        for (size_t row = 0; row < table->rows_n; row++) {
            struct str key = key_of(&room, home, name, table->line, row);
            struct str listed = str_format(arena, "listed %.*s", STR_ARG(key));
            if (!listed.p || coverage->n >= SLOTS / 2 || coverage->seen[slot_of(coverage, listed)].p)
                continue;
            coverage->seen[slot_of(coverage, listed)] = listed;
            coverage->n++;
            ++*rows;
            if (!coverage->seen[slot_of(coverage, key)].p)
                found[(*n)++] = (struct policy_unreached){ model,
                                                           name,
                                                           output_of(table, row, false),
                                                           output_of(table, row, true),
                                                           row + 1,
                                                           table->rows[row].line };
        }
    }
    buf_free(&room);
    return STATUS_OK;
}

enum status policy_coverage_report(struct policy_coverage *coverage, struct arena *arena,
                                   const struct policy_pack *pack, const struct policy_unreached **out, size_t *n,
                                   size_t *rows, struct fault *fault)
{
    struct policy_unreached *found = ARENA_ARRAY(arena, SLOTS / 2, struct policy_unreached);
    *n = *rows = 0;
    if (!found)
        return fault_no_memory(fault);
    for (size_t i = 0; i < pack->models_n; i++)
        for (size_t j = 0; j < dmn_model_elements(pack->models[i]->model); j++) {
            const struct dmn_element *element = dmn_model_element(pack->models[i]->model, j);
            if (dmn_element_kind(element) == DMN_DECISION &&
                look(coverage, arena, pack->models[i], element, found, n, rows) != STATUS_OK)
                return fault_no_memory(fault);
        }
    if (coverage->n >= SLOTS / 2)
        return fault_set(fault, STATUS_LIMIT, "A pack has at most %d rows of tables.", SLOTS / 4);
    *out = found;
    return STATUS_OK;
}
