/* Which rows of which tables matched, over many evaluations: so that a test says which rules nothing reached. */
#ifndef CANDOUR_POLICY_COVERAGE_H
#define CANDOUR_POLICY_COVERAGE_H

#include "policy/evaluate.h"

struct policy_coverage; /* in the arena it was made in */
struct policy_coverage *policy_coverage_new(struct arena *arena);
/* What a run of a decision of this model did. */
void policy_coverage_add(struct policy_coverage *coverage, const struct policy_model *model,
                         const struct dmn_trace *trace);

struct policy_unreached {
    const struct policy_model *model;
    struct str decision, output; /* output: what the row says */
    struct str reason;           /* its first annotation */
    size_t row;                  /* from 1 */
    int line;
};
/* Every row of every table of the pack that never matched; `rows` is how many there are in all. */
enum status policy_coverage_report(struct policy_coverage *coverage, struct arena *arena,
                                   const struct policy_pack *pack, const struct policy_unreached **out, size_t *n,
                                   size_t *rows, struct fault *fault);

#endif
