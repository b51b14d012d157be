/* Models made by chance, and what they come to by trying every value of every input. For test_unknown.c. */
#ifndef CANDOUR_TESTS_UNIT_DMN_UNKNOWN_MADE_H
#define CANDOUR_TESTS_UNIT_DMN_UNKNOWN_MADE_H

#include "base/arena.h"
#include "base/buf.h"
#include "dmn/dmn.h"

struct chance {
    uint64_t state;
};
/* From 0 to n - 1. */
unsigned chance_of(struct chance *chance, unsigned n);

enum { LEAVES_MAX = 6, ITEMS = 2, MEMBERS = 3, OUTCOMES_MAX = 600 };
enum domain_kind { DOMAIN_BOOLEAN, DOMAIN_WORDS, DOMAIN_NUMBER };
struct domain {
    struct str name;
    enum domain_kind kind;
    unsigned cuts; /* words, or whole numbers from 0 on at which cells cut */
    struct feel_value *samples;
    size_t n;
};
struct made {
    struct str xml, decision;
    struct domain leaves[LEAVES_MAX];
    size_t leaves_n;
    bool list;   /* the leaves are members of the items of one input, a list; one with one sample is known */
    bool inside; /* the leaves are members of one input */
};

struct made_shape {
    const char *policy; /* "UNIQUE", or "COLLECT" aggregation="SUM" as it is written */
    unsigned leaves, rules;
    unsigned dense; /* cells of ten that say something */
    bool apart;     /* the rules are parts of a whole: no two overlap; some are left out */
    bool preset;
    bool few;        /* outputs, so that rules agree */
    unsigned cuts;   /* of numbers, and there is nothing else; 0: by chance */
    unsigned values; /* how many outputs; 0: two or five */
    bool several;    /* tables and expressions that need each other */
    bool inside;     /* the inputs are members of one */
};
struct made made_model(struct arena *arena, struct chance *chance, const struct made_shape *shape);

/* An expression over a list of contexts, of which chance says what is known. */
struct made made_list(struct arena *arena, struct chance *chance);
/* The inputs where each leaf has the sample that `at` says; SIZE_MAX: it is not known. */
size_t made_inputs(struct arena *arena, const struct made *made, const size_t at[LEAVES_MAX],
                   struct dmn_input inputs[LEAVES_MAX]);

struct tried {
    struct feel_value results[OUTCOMES_MAX];
    size_t n;
    bool by_leaf[LEAVES_MAX][OUTCOMES_MAX]; /* the leaf could make it this */
};
/* Every value of every leaf. Values are in the arena. */
void tried_all(struct arena *arena, const struct dmn_model *model, const struct made *made, struct tried *out);

#endif
