/* Reasons: the rows that matched, in the words of their annotations, with what they cite. */
#include "policy/evaluate_inside.h"

#include "base/arena.h"
#include "base/banned.h"

bool policy_reason_verified(const struct policy_reason *reason)
{
    return str_equal(reason->verified, STR("yes")) || str_starts(reason->verified, STR("yes,"));
}

static struct policy_reason *reason_room(struct evaluation *e)
{
    return e->reasons_n < EVALUATE_REASONS_MAX ? ARENA_PUSH(e->arena, e->reasons, e->reasons_n, e->reasons_cap) : NULL;
}

static struct str annotation(const struct decision_table *table, size_t rule, struct str name)
{
    for (size_t i = 0; i < table->annotations_n; i++)
        if (str_equal(table->annotation_names[i], name) && table->rules[rule].annotations[i].p)
            return table->rules[rule].annotations[i];
    return STR("");
}

static void explain_decision(struct evaluation *e, struct policy_decision what, const struct dmn_trace *trace)
{
    bool main = str_equal(trace->name, STR("outcome"));
    struct str home = policy_decision_home(what.model, trace->name);
    for (const struct table_decided *done = trace->tables; done; done = done->before)
        for (size_t i = 0; i < done->rules_n; i++) {
            size_t row = done->rules[i];
            struct str text = annotation(done->table, row, STR("reason"));
            struct policy_reason *reason = text.n ? reason_room(e) : NULL;
            if (!reason)
                continue;
            *reason = (struct policy_reason){
                .rule = main ? str_format(e->arena, "%.*s/%zu", STR_ARG(home), row + 1)
                             : str_format(e->arena, "%.*s/%.*s/%zu", STR_ARG(home), STR_ARG(trace->name), row + 1),
                .text = text,
                .instrument = annotation(done->table, row, STR("instrument")),
                .place = annotation(done->table, row, STR("place")),
                .address = annotation(done->table, row, STR("address")),
                .verified = annotation(done->table, row, STR("verified")),
            };
        }
}

void explain_trace(struct evaluation *e, struct policy_decision what, const struct dmn_trace *trace, bool whole)
{
    struct str own = dmn_element_name(what.decision);
    for (const struct dmn_trace *one = trace; one; one = one->next)
        if (str_equal(one->name, own))
            explain_decision(e, what, one);
    for (const struct dmn_trace *one = whole ? trace : NULL; one; one = one->next)
        if (!str_equal(one->name, own))
            explain_decision(e, what, one);
}

void explain_plain(struct evaluation *e, struct str rule, struct str text)
{
    struct policy_reason *reason = reason_room(e);
    if (reason)
        *reason = (struct policy_reason){ str_format(e->arena, "candour/%.*s", STR_ARG(rule)),
                                          text,
                                          STR("candour"),
                                          STR("docs/policy.md"),
                                          STR(""),
                                          STR("no") };
}
