/* A table over sets of values, between unknown_table.c and unknown_column.c; for nobody else. */
#ifndef CANDOUR_DMN_UNKNOWN_TABLE_H
#define CANDOUR_DMN_UNKNOWN_TABLE_H

#include "dmn/unknown.h"

struct column {
    struct set regions;  /* the parts, one after the other; kinds: two more, null and what is left */
    size_t n, at, words; /* its bits: from `at` on */
    bool has_null, has_rest;
    uint64_t **reach; /* for each leaf the regions that it could lead to, and from; NULL: to all, as far as is known */
};
struct box {
    size_t first; /* rule that matches; rules_n: none */
    uint64_t *bits;
    struct set outcome;
    uint64_t *matters; /* leaves that lead from here to another outcome */
};
struct deciding {
    struct unknown *u;
    struct frame *frame;
    const struct decision_table *table;
    struct column *columns;
    size_t words;
    int64_t word_share;     /* of a column, on the average, in eights */
    uint64_t **may, **must; /* of each rule */
    bool constant;          /* the results look at nothing unknown */
    bool vague;             /* a cell, somewhere */
    bool barred_vague;
    bool cells_seen;
    const uint64_t *cell_leaves; /* that cells look at, once cells_seen */
    size_t *possible, possible_n;
    struct box *boxes;
    size_t boxes_n, boxes_cap, boxes_max;
    bool given_up;
};

/* Bits for all regions of all columns, as those of `from`, or none. NULL, and given up, when memory is gone. */
uint64_t *column_bits(struct deciding *d, const uint64_t *from);
void column_bit(uint64_t *bits, size_t i);
/* The column's values, cut where its cells cut; takes its words. */
void column_make(struct deciding *d, size_t i);
/* The regions of which the table allows the value, and the others. */
void column_bar(struct deciding *d, size_t i, uint64_t *all, uint64_t *barred);
/* Which regions the tests hold for: in `may`, and for certain in `must`. */
void column_test(struct deciding *d, const struct column *column, const struct node *tests, uint64_t *may,
                 uint64_t *must);

#endif
