/* All checks of a post, timed: the second row of bench/policy. */
#ifndef CANDOUR_BENCH_POLICY_CHECKS_H
#define CANDOUR_BENCH_POLICY_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* The best of so many rounds for each post of the folder, as a JSON object on a line; `data`: a data folder whose
 * registers are asked, or NULL. False where no post could be read.
 */
bool bench_checks(struct arena *arena, const char *folder, int64_t rounds, const char *data);

#endif
