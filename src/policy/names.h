/* Which facts a decision can hang on at all, by what its expressions name. For this room only. */
#ifndef CANDOUR_POLICY_NAMES_H
#define CANDOUR_POLICY_NAMES_H

#include "policy/facts.h"
#include "policy/pack.h"

/*
 * One for each fact of the vocabulary: true where an expression of the decision, or of one that it needs, names it
 * ("place.setting"), and for all of a group that one names as a whole ("place"). NULL: no memory.
 */
const bool *policy_names_of(struct arena *arena, const struct dmn_model *model, const struct dmn_element *decision);

/*
 * The inputs with every unknown fact that is not named made known, as some value of its type: so that the engine, which
 * takes every unknown member of an input for a question, looks only at what can matter. `out` has room for `n`.
 */
enum status policy_names_only(struct arena *arena, const bool *names, const struct dmn_input *inputs, size_t n,
                              struct dmn_input *out, struct fault *fault);

/*
 * The ways in which a decision can be true at all: the rows of its table that do not say false, as far as their cells
 * ask for one fact, or for one of several. Where known facts close every way, it is false, and the engine need not be
 * asked. NULL where that cannot be told from the table: then any way is open. Only memory can fail.
 */
const struct policy_ways *policy_ways_of(struct arena *arena, const struct dmn_element *decision);

/* The first fact of a group as inputs are called ("conduct", "evidence"); policy_vocabulary_n: there is none. */
size_t policy_group_at(struct str name);
/* For each fact of the vocabulary the values that it may have, a bit each: one where it is known, else all. */
void policy_bits_of(struct feel_value group, struct str name, uint64_t *bits);
bool policy_ways_open(const struct policy_ways *ways, const uint64_t *bits);

#endif
