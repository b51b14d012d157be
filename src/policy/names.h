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
 * By which acts an offence can be made out at all: a bit for each value of conduct[].act. An act that rules it out
 * whatever else is known saves asking. All bits where that cannot be told.
 */
enum status policy_names_acts(struct arena *arena, const struct policy_decision *what, uint64_t *out,
                              struct fault *fault);
/* The bit of the act in an entry of conduct; all bits where it is not known. */
uint64_t policy_names_act(struct feel_value entry);

#endif
