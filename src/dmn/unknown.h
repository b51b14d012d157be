/*
 * Sets of values: what an expression could come to while some inputs are not
 * known. For the files of dmn_unknown; the contract is in dmn.h.
 *
 * A set may hold a value too many, and never lacks one: where a file here is
 * in doubt, it widens.
 */
#ifndef CANDOUR_DMN_UNKNOWN_H
#define CANDOUR_DMN_UNKNOWN_H

#include "dmn/limits.h"
#include "dmn/model.h"
#include "dmn/table.h"

enum part_form {
    PART_VALUE,   /* one value */
    PART_BETWEEN, /* all values of one kind that has an order, between two that do not belong to it */
    PART_CONTEXT, /* a context whose entries are sets */
    PART_LIST,    /* a list whose items are sets */
};
struct set;
struct set_entry {
    struct str name;
    const struct set *set;
};
struct part {
    enum part_form form;
    enum feel_kind kind;          /* PART_BETWEEN */
    struct feel_value value, end; /* PART_VALUE: value. PART_BETWEEN: from value to end; null where open to that side */
    const struct set_entry *entries; /* of a context, or the items of a list */
    size_t n;
};
struct set {
    struct part *parts;
    size_t n, cap;
    uint32_t kinds;         /* all values of these kinds (1 << kind) too */
    const uint64_t *leaves; /* that the value may depend on: one bit each; NULL: on none */
    const uint64_t *choice; /* of these: that which of the parts it is may depend on, not what stands inside */
    bool untyped;           /* all of an input whose model says no type */
    /* For each leaf what it could make of it, NULL: nothing; all NULL: each of `leaves` may make all of it. */
    struct set *const *by_leaf;
};
enum { SET_ANY = (1 << FEEL_KINDS) - 1, SET_NULL = 1 << FEEL_NULL };
/* What a value may be as a truth. */
enum { MAY_TRUE = 1, MAY_FALSE = 2, MAY_OTHER = 4, MAY_ANY = 7 };

struct leaf {
    struct str path;
    struct set set; /* all that it may be */
};
enum { LEAF_WORDS = DMN_UNKNOWN_LEAVES_MAX / 64 }; /* of a set of leaves, at most */
struct unknown {
    struct run *run;
    struct model_run *model;
    const struct dmn_input *inputs;
    size_t inputs_n;
    const struct dmn_service *service; /* that was asked for; NULL: a decision was */
    struct leaf *leaves;
    size_t leaves_n, leaves_cap;
    size_t leaves_most;               /* that there can be with these inputs: what by_leaf has room for */
    size_t leaf_words;                /* of 64 leaves, in a set of leaves */
    const struct dmn_element **taken; /* of each input the element that it was taken for first */
    struct set *elements;             /* one for each element of the model */
    unsigned char *states;
    const struct feel_value *fixed; /* one leaf that is taken to be this; NULL: none is */
    size_t fixed_leaf;
    bool unfit; /* of an input in hand: a known member is not of its type */
    int depth;
    int64_t looks; /* at two boxes of a table in one column */
    int64_t words; /* the same, as what they take */
};
/* Where a body is evaluated: for each slot its value, or the set of them. */
struct frame {
    struct feel_value *values;
    struct set *sets;
    bool *unknown; /* the set counts */
    size_t n;
};

/* ---- unknown_set.c ---- */

/* Counts one step. False once they are used up: then everything is widened. */
bool unknown_step(struct unknown *u, int64_t steps);
struct set set_one(struct unknown *u, struct feel_value value);
/* All values of the kinds; of kinds with an order as intervals. `like` says what they depend on; NULL: on every leaf.
 */
struct set set_kinds(struct unknown *u, uint32_t kinds, const struct set *like);
/* All values that the type allows. */
struct set set_of_type(struct unknown *u, const struct feel_type *type, const struct set *like);
/* One in the arena; NULL, and the run stops, when memory is gone. */
struct set *set_kept(struct unknown *u, struct set set);
void set_add(struct unknown *u, struct set *set, struct part part);
void set_add_value(struct unknown *u, struct set *set, struct feel_value value);
void set_join(struct unknown *u, struct set *set, const struct set *other);
/* The value may depend on these, and so which part it is. */
void set_depend(struct unknown *u, struct set *set, const uint64_t *leaves);
/* What stands inside of its parts may depend on these. */
void set_contain(struct unknown *u, struct set *set, const uint64_t *leaves);
/* A set of one value depends on nothing. */
struct set set_settled(struct set set);
bool set_is_one(const struct set *set, struct feel_value *out);
unsigned set_truth(const struct set *set);
unsigned part_truth(const struct part *part);
struct set set_of_truth(struct unknown *u, unsigned truth, const uint64_t *leaves);
/* Another one with the same parts, which may grow by itself. */
struct set set_shared(const struct set *set);
struct set set_of_part(const struct part *part, const struct set *of);
/* The set as values, at most `max`: false where it is more, or is not finite. */
bool set_values(struct unknown *u, const struct set *set, size_t max, struct feel_value **out, size_t *n);
/* Whether set_cut would find anything to cut. */
bool set_has_intervals(const struct set *set);
/* The set with its intervals cut at these values, so that each is a part of its own. */
struct set set_cut(struct unknown *u, const struct set *set, struct feel_value *at, size_t n);
struct set set_convert(struct unknown *u, const struct feel_type *type, const struct set *set);
/* What `a operation b` may be: a comparison. */
unsigned part_compare(enum node_operator operation, const struct part *a, const struct part *b);
unsigned set_compare(struct unknown *u, enum node_operator operation, const struct set *a, const struct set *b);
struct dmn_outcomes set_outcomes(struct unknown *u, const struct set *set);
uint64_t *leaves_none(struct unknown *u);

/* ---- unknown_walk.c ---- */

bool frame_make(struct unknown *u, struct frame *frame, size_t n);
void frame_set(struct frame *frame, int slot, const struct set *set);
/* Whether the expression looks at a slot whose value is not known. */
bool node_is_unknown(const struct frame *frame, const struct node *node);
/* What an expression looks at: a slot, or of a slot that is one context, of which not all is known, one entry. */
struct place_seen {
    int slot;
    struct str entry; /* STR_NONE: all of the slot */
    const struct set *set;
};
enum { UNKNOWN_PLACES_MAX = 32 };
/* The places in slots whose values are not known that it looks at, each once; false where they are more. */
bool unknown_places(const struct frame *frame, const struct node *node, struct place_seen places[UNKNOWN_PLACES_MAX],
                    size_t *n);
/* The set depends on all that the expression looks at. */
void unknown_depend(struct unknown *u, struct frame *frame, const struct node *node, struct set *set);
/* The values in the text of the tests, where intervals are to be cut. */
struct constants {
    struct feel_value *values;
    size_t n, cap;
};
void constants_of(struct unknown *u, struct constants *constants, struct frame *frame, const struct node *node);

/* ---- unknown_node.c ---- */

struct set unknown_node(struct unknown *u, struct frame *frame, const struct node *node);
/* What the tests may say of a value of the set. */
unsigned unknown_tests(struct unknown *u, struct frame *frame, const struct node *tests, const struct set *set);

/* ---- unknown_try.c ---- */

/* False where there are too many combinations, or they cannot be said. */
bool unknown_try(struct unknown *u, struct frame *frame, const struct node *node, struct set *out);

/* ---- unknown_list.c ---- */

/* A filter, or a loop, item by item; false where it has to be anything. */
bool unknown_filter(struct unknown *u, struct frame *frame, const struct node *node, struct set *out);
bool unknown_loop(struct unknown *u, struct frame *frame, const struct node *node, struct set *out);
/* A name inside a filter. */
struct set unknown_field(struct unknown *u, struct frame *frame, const struct node *node);

/* ---- unknown_table.c ---- */

struct set unknown_table(struct unknown *u, struct frame *frame, const struct decision_table *table);

#endif
