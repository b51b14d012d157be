/*
 * Deciding: the rules of publication are asked for one check, with the facts
 * that were gathered for it. Nothing here looks at a post, and no rule stands
 * here but one: what has no answer blocks.
 *
 * What could be tried: rules of somebody's own that answer nothing, or
 * something that is no outcome, or that run into a bound of the engine. Each
 * of these blocks, and says that the rules are what has to be mended.
 */
#include "base/arena.h"
#include "policy/publication.h"
#include "posts/check_inside.h"

#include "base/banned.h"

static struct str or_none(struct str s)
{
    return s.n == 0 ? STR_NONE : s;
}

static enum status cannot(struct check_result *out, struct str why)
{
    out->outcome = CHECK_BLOCK;
    out->why = why;
    out->fix = STR("Nothing in the post has to change: tell whoever runs the site, and name the check.");
    return out->why.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static bool outcome_of(struct str word, enum check_outcome *out)
{
    for (int i = 0; i < CHECK_OUTCOMES; i++)
        if (str_equal(check_outcome_word((enum check_outcome)i), word)) {
            *out = (enum check_outcome)i;
            return true;
        }
    return false;
}

enum status check_decide(struct check_run *run, struct str id, const struct check_group *group,
                         const struct check_facts *facts, struct check_result *out)
{
    struct policy_verdict verdict;
    struct fault fault;
    if (run->rules == NULL)
        return cannot(out, run->why_none);
    out->version = run->rules->id;
    struct dmn_input input = { STR_NONE, group->name, check_facts_value(run->scratch, group, facts) };
    enum status status = arena_failed(run->scratch)
                             ? STATUS_NO_MEMORY
                             : policy_publication(run->arena, run->scratch, run->rules, id, &input, run->input->now,
                                                  NULL, &verdict, &fault);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK)
        return cannot(out, str_format(run->arena, "The rules of publication could not answer: %s", fault.text));
    if (!outcome_of(verdict.outcome, &out->outcome) || verdict.why.n == 0)
        return cannot(out, STR("The rules of publication have no answer to what was found out."));
    out->rule = verdict.rule;
    out->why = verdict.why;
    out->fix = or_none(verdict.fix);
    out->citation = (struct check_citation){ .instrument = verdict.instrument,
                                             .place = verdict.place,
                                             .address = verdict.address,
                                             .verified = policy_verdict_verified(&verdict) };
    return STATUS_OK;
}
