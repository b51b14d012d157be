/*
 * What the rules of publication say of one thing that is looked at before a post goes out.
 *
 * A version of publication has one decision for each check, named by the check's id, over one input: the facts that
 * were gathered for it (docs/checks.md). The decision is a table whose output is the outcome; the row that matched says
 * in its annotations why, what to do, and what it rests on.
 */
#ifndef CANDOUR_POLICY_PUBLICATION_H
#define CANDOUR_POLICY_PUBLICATION_H

#include "policy/pack.h"

struct arena;
struct policy_coverage;

/* Texts live in the pack; `rule` in the arena. Where a row has no such annotation, it is empty. */
struct policy_verdict {
    struct str outcome; /* as the table has it; STR_NONE: it came to nothing */
    struct str why, fix;
    struct str instrument, place, address;
    struct str verified; /* "yes", "yes, from a secondary source", "no" */
    struct str rule;     /* "publication-2026-01/alt-text/3": file, decision, row */
};

/* The decision of a check; all NULL: the version has none. */
struct policy_decision policy_publication_find(const struct policy_version *version, struct str check);
/* Whether the citation was verified, in whatever source. */
bool policy_verdict_verified(const struct policy_verdict *verdict);
/*
 * `facts`: the one input, named as the model names it. `scratch` is for the run of the engine, has a cap of
 * DMN_RUN_MEMORY_MAX, and may be emptied afterwards. STATUS_NOT_FOUND: the version has no such decision. STATUS_LIMIT:
 * a bound of the engine. STATUS_NO_MEMORY.
 */
enum status policy_publication(struct arena *arena, struct arena *scratch, const struct policy_version *version,
                               struct str check, const struct dmn_input *facts, int64_t now_ms,
                               struct policy_coverage *coverage, struct policy_verdict *out, struct fault *fault);

#endif
