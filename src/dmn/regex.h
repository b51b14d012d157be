/*
 * Regular expressions of XPath (XQuery and XPath Functions 3.1, 5.6), run by
 * PCRE2. The two languages differ: a pattern is read by XPath's grammar and
 * written anew in PCRE2's, and what XPath does not have is refused, so that no
 * pattern gets at PCRE2's own features. Every match has a limit of steps.
 */
#ifndef CANDOUR_DMN_REGEX_H
#define CANDOUR_DMN_REGEX_H

#include "base/str.h"

struct arena;
struct regex;

enum regex_answer { REGEX_NO, REGEX_YES, REGEX_LIMIT, REGEX_NO_MEMORY };
struct regex_span {
    size_t from, to; /* SIZE_MAX: the group has no part in the match */
};
enum { REGEX_GROUPS_MAX = 100 };

/* Of "simxq", each at most once. NULL for a pattern or flags that are none, and when memory is gone. The arena frees
 * it. */
struct regex *regex_new(struct arena *arena, struct str pattern, struct str flags, bool *no_memory);
/* Processor time of this thread, in microseconds: what a match has cost. */
int64_t regex_spent_us(void);
/* The first match from `at` on; spans[0] is all of it, then the groups, *groups of them. */
enum regex_answer regex_find(const struct regex *regex, struct str text, size_t at, struct regex_span *spans,
                             size_t *groups);
/* Whether the flags had a "q": then a replacement is taken as it is. */
bool regex_is_literal(const struct regex *regex);

#endif
