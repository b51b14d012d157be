/*
 * The vocabulary of facts: what a story in a post, or an incident, may state.
 * One table, by path, with types and allowed values; it is to drive the forms
 * and the policy's inputs too.
 */
#ifndef CANDOUR_POSTS_FACTS_H
#define CANDOUR_POSTS_FACTS_H

#include "base/str.h"

enum fact_type {
    FACT_DATE, /* a day, or a day and time, local */
    FACT_BOOL,
    FACT_NUMBER, /* whole, 0 or more */
    FACT_TEXT,
    FACT_CHOICE,  /* one of `values` */
    FACT_CHOICES, /* a list of them, each once */
    FACT_TEXTS,   /* a list of text */
};

struct fact {
    struct str path; /* "conduct[].act": "[]" stands for each entry of a list */
    enum fact_type type;
    struct str values; /* separated by spaces */
};

extern const struct fact fact_table[];
extern const size_t fact_table_n;

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
