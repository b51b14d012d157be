/*
 * The facts of a story in a post's head, in the vocabulary of the policy packs
 * (policy/facts.h): names, types, values and bounds are its own.
 */
#ifndef CANDOUR_POSTS_FACTS_H
#define CANDOUR_POSTS_FACTS_H

#include "base/str.h"

struct arena;
struct yaml;
struct post_faults;

/*
 * Facts from YAML to canonical JSON (RFC 8785), members that are null left
 * out. Every wrong name, type or value is a fault that names its path.
 * STR_NONE where there was one, or memory is gone.
 */
struct str facts_read(struct arena *arena, struct str file, const struct yaml *node, struct post_faults *faults);

#endif
