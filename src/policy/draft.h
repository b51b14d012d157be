/*
 * Facts while they are gathered one by one, by a form or a conversation; in the end they are facts like any other.
 *
 * A value is held in the words of the JSON ("true", "2", "2022-10-16", "race"), so that one check says of all of them
 * what they may be: policy_facts_read.
 */
#ifndef CANDOUR_POLICY_DRAFT_H
#define CANDOUR_POLICY_DRAFT_H

#include "base/json.h"
#include "policy/facts.h"

/* What is known of a fact. A list may be known and empty. */
struct policy_known {
    bool known;
    const struct str *words; /* one, or those of a list */
    size_t words_n;
};
/* Entries of conduct stand in a row; there is always one, of which nothing may be known. */
struct policy_draft {
    struct arena *arena; /* of all that it holds */
    size_t conduct_n;
    bool conduct_none;           /* nothing was done: an empty list, until a fact of conduct is set */
    struct policy_known *values; /* of each fact of the vocabulary, for each entry */
};

/* Nothing is known. NULL: no memory. */
struct policy_draft *policy_draft_new(struct arena *arena);
/* From JSON that policy_facts_read has taken. NULL: no memory. */
struct policy_draft *policy_draft_of(struct arena *arena, const struct json *json);

/* Whether there is one of these for each entry of conduct. */
bool policy_fact_repeats(const struct policy_fact *fact);
/* `entry` counts for facts of conduct alone; it is below POLICY_CONDUCT_MAX. */
struct policy_known *policy_draft_at(struct policy_draft *draft, const struct policy_fact *fact, size_t entry);
/* The same by a path as an answer has it, "conduct[3].act"; NULL: no such. */
struct policy_known *policy_draft_find(struct policy_draft *draft, struct str path, const struct policy_fact **fact,
                                       size_t *entry);
/* One text, copied; it becomes known. False when memory is gone. */
bool policy_draft_set(struct policy_draft *draft, const struct policy_fact *fact, size_t entry, struct str word);
/* Takes an entry of conduct away, those behind it move up; of the only one everything is forgotten. */
void policy_draft_remove(struct policy_draft *draft, size_t entry);

/* One object; what is not known is not in it. */
void policy_draft_to_json(const struct policy_draft *draft, struct json_writer *w);
/* Whether the fact's value is one that it may have; STATUS_INVALID with the words of policy_facts_read. */
enum status policy_draft_check(const struct policy_draft *draft, const struct policy_fact *fact, size_t entry,
                               struct fault *fault);
/* All of it, as policy_facts_read; in the draft's arena. */
enum status policy_draft_facts(const struct policy_draft *draft, struct policy_facts *out, struct fault *fault);

#endif
