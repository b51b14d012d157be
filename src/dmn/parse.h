/*
 * From the text of FEEL to a tree (DMN 1.5, 10.3.1.2). Names are looked up
 * while the text is read, because a name with spaces ends where the names that
 * there are say so: the longest that stands there is meant.
 *
 * Text is hostile: depth and size are bounded (limits.h), and what is wrong is
 * a fault with its line, and a tree that evaluates to null.
 */
#ifndef CANDOUR_DMN_PARSE_H
#define CANDOUR_DMN_PARSE_H

#include "dmn/node.h"

/* Names of entries and fields anywhere in the model: what may stand after a dot and in a filter. */
struct members {
    struct arena *arena;
    struct str *names;
    size_t n, cap;
    uint32_t *places; /* by hash: 1 + where in names, 0 where nothing is */
    size_t places_n;  /* a power of two, more than twice n */
    bool full;        /* one more came than there may be (DMN_MEMBERS_MAX) */
    size_t looks;     /* how often a name was looked at, of any sort; at DMN_NAME_LOOKS_MAX none is found any more */
};
void members_add(struct members *members, struct str name);
/* Counts looks at names, types, elements: DMN_NAME_LOOKS_MAX of one model. False where it was too much. */
bool members_look(struct members *members, size_t names);

/* Of the body that is being made. */
struct maker {
    struct maker *outside; /* NULL: the logic of a decision or of a business knowledge model */
    struct arena *arena;
    int slots;
    struct node_capture *captures;
    size_t captures_n, captures_cap;
};
/* One name, and those that stood there before it. */
struct scope {
    const struct scope *before;
    struct str name; /* STR_NONE: here begins a filter, whose item has entries of any name */
    int slot;
    struct maker *maker;
};
/* The next free place. */
int maker_slot(struct maker *maker);

/* What is wrong with a model: words for its author. */
struct complaint {
    struct str where; /* the decision, or another element, by name */
    int line;
    struct str words;
};
struct complaints {
    struct arena *arena;
    struct complaint *list;
    size_t n, cap;
};
void complaints_add(struct complaints *complaints, struct str where, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct parsing {
    struct arena *arena;
    struct members *members;
    struct complaints *complaints;
    /* Types by name; may be NULL. */
    const struct feel_type *(*type_named)(void *self, struct str name);
    void *self;
    struct maker *maker;
    const struct scope *scope;
    struct str where; /* for complaints */
    int line;         /* of the text's first character in the file; 0: not known */
};

/* NULL only when memory is gone. */
const struct node *parse_expression(const struct parsing *parsing, struct str text);
/*
 * The tests of a cell. NULL in *out for "-" and for nothing: whatever is there fits. `slot` is the place of "?". False
 * when memory is gone.
 */
bool parse_unary_tests(const struct parsing *parsing, struct str text, int slot, const struct node **out);
/* A node that is null and says why. */
const struct node *parse_fault(const struct parsing *parsing, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A name as parse.c would find it: a slot, a capture, or NULL. */
const struct node *parse_name(const struct parsing *parsing, struct str name);

/* Gives a NODE_CONTEXT its entries, and finds a name that two of them have. False when memory is gone. */
bool parse_entries(const struct parsing *parsing, struct node *node, const struct node_entry *entries, size_t n);

#endif
