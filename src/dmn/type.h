/*
 * Types of FEEL and of item definitions (DMN 1.5, 7.3.2 and 10.3.2.9).
 */
#ifndef CANDOUR_DMN_TYPE_H
#define CANDOUR_DMN_TYPE_H

#include "dmn/value.h"

enum feel_type_form {
    TYPE_ANY,
    TYPE_NULL,
    TYPE_KIND,     /* one of the kinds of values, with nothing said of what is inside */
    TYPE_DURATION, /* either of the two: what "duration" meant once */
    TYPE_LIST,
    TYPE_CONTEXT,
    TYPE_RANGE,
    TYPE_FUNCTION,
};

struct node;
struct feel_field {
    struct str name;
    const struct feel_type *type;
};
struct feel_type {
    enum feel_type_form form;
    enum feel_kind kind;             /* TYPE_KIND */
    struct str name;                 /* of an item definition; STR_NONE: one of FEEL's own */
    const struct feel_type *of;      /* of a list or a range; the result of a function */
    const struct feel_field *fields; /* of a context; the parameters of a function */
    size_t n;
    /* What values it may have besides, or NULL: a NODE_TESTS whose "?" is slot 0 of a frame of `slots`. */
    const struct node *allowed;
    int slots;
    const struct feel_type *narrows; /* another whose allowed values hold besides, or NULL */
};

extern const struct feel_type feel_type_any, feel_type_boolean, feel_type_number, feel_type_string;

/* FEEL's own types by name: "date and time"; NULL where there is none. */
const struct feel_type *feel_type_named(struct str name);
/*
 * Whether the value is one of the type: `instance of`. Allowed values are not looked at. *left is how many values and
 * types may be looked at, and is counted down; where it comes to 0 the answer is false, and says nothing.
 */
bool feel_type_has(const struct feel_type *type, struct feel_value value, size_t *left);
/* "list<number>", or the name of the item definition */
void feel_type_write(struct buf *out, const struct feel_type *type);

#endif
