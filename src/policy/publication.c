/* One decision of a version of publication, and the row that answered. Promises: see publication.h. */
#include "policy/publication.h"

#include "base/arena.h"
#include "dmn/trace.h"
#include "policy/coverage.h"
#include "base/banned.h"

struct policy_decision policy_publication_find(const struct policy_version *version, struct str check)
{
    for (size_t i = 0; i < version->models_n; i++) {
        const struct dmn_element *found = dmn_model_find(version->models[i]->model, STR_NONE, check);
        if (found && dmn_element_kind(found) == DMN_DECISION)
            return (struct policy_decision){ version->models[i], found, NULL };
    }
    return (struct policy_decision){ NULL, NULL, NULL };
}

static struct str note(const struct decision_table *table, size_t row, struct str name)
{
    for (size_t i = 0; i < table->annotations_n; i++)
        if (str_equal(table->annotation_names[i], name) && table->rules[row].annotations[i].p)
            return table->rules[row].annotations[i];
    return STR("");
}

static void explain(struct arena *arena, struct policy_decision what, struct str check, const struct dmn_trace *trace,
                    struct policy_verdict *out)
{
    while (trace && !str_equal(trace->name, check))
        trace = trace->next;
    const struct table_decided *done = trace ? trace->tables : NULL;
    if (!done || done->rules_n == 0)
        return;
    const struct decision_table *table = done->table;
    size_t row = done->rules[0];
    out->why = note(table, row, STR("why"));
    out->fix = note(table, row, STR("fix"));
    out->instrument = note(table, row, STR("instrument"));
    out->place = note(table, row, STR("place"));
    out->address = note(table, row, STR("address"));
    out->verified = note(table, row, STR("verified"));
    out->rule = str_format(arena, "%.*s/%.*s/%zu", STR_ARG(what.model->name), STR_ARG(check), row + 1);
}

bool policy_verdict_verified(const struct policy_verdict *verdict)
{
    return str_equal(verdict->verified, STR("yes")) || str_starts(verdict->verified, STR("yes,"));
}

enum status policy_publication(struct arena *arena, struct arena *scratch, const struct policy_version *version,
                               struct str check, const struct dmn_input *facts, int64_t now_ms,
                               struct policy_coverage *coverage, struct policy_verdict *out, struct fault *fault)
{
    struct dmn_result result;
    struct policy_decision what = policy_publication_find(version, check);
    *out = (struct policy_verdict){ .rule = STR("") };
    if (version->refused.p)
        return fault_set(fault, STATUS_DAMAGED, "%.*s", STR_ARG(version->refused));
    if (!what.decision)
        return fault_set(fault, STATUS_NOT_FOUND, "%.*s has no decision \"%.*s\".", STR_ARG(version->id),
                         STR_ARG(check));
    enum status status = dmn_evaluate(what.model->model, what.decision, scratch, now_ms, facts, 1, &result, fault);
    status = policy_run_status(scratch, status, fault);
    if (status != STATUS_OK)
        return status;
    if (coverage)
        policy_coverage_add(coverage, what.model, result.trace);
    if (result.value.kind == FEEL_STRING)
        out->outcome = str_copy(arena, result.value.string);
    explain(arena, what, check, result.trace, out);
    return arena_failed(arena) ? fault_no_memory(fault) : STATUS_OK;
}
