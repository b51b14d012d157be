/* What candour policy prints, and its tests of a pack. For this room only. */
#ifndef CANDOUR_MAIN_POLICY_SAID_H
#define CANDOUR_MAIN_POLICY_SAID_H

#include "policy/evaluate.h"

/* One line on standard output, clean whatever stands in a pack. */
void policy_said_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void policy_said_answer(struct arena *arena, const struct policy_answer *answer);
/* Days on which nothing of a kind is in force, between its versions or behind them; nothing where there are none. */
void policy_said_holes(struct arena *arena, const struct policy_pack *pack);
void policy_said_versions(struct arena *arena, const struct policy_pack *pack);
/* As one JSON array: who signed them off, what is refused. The exit code. */
int policy_said_versions_json(struct arena *arena, const struct policy_version *versions, size_t n);
/* Head, then the tables of every model. */
void policy_said_version(struct arena *arena, const struct policy_version *version);
void policy_said_facts(void);

/* The exit code. `folder` has the manifest, and the fixtures below. */
int policy_test_pack(struct arena *arena, const char *folder);
int policy_test_difference(struct arena *arena, const char *folder, const char *first, const char *second);

#endif
