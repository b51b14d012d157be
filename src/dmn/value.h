/*
 * Values of FEEL. A value is small and copied; what it points at lives in the
 * arena of the run, or of the model, that made it, and never changes.
 */
#ifndef CANDOUR_DMN_VALUE_H
#define CANDOUR_DMN_VALUE_H

#include "dmn/number.h"

struct arena;

enum feel_kind {
    FEEL_NULL,
    FEEL_BOOLEAN,
    FEEL_NUMBER,
    FEEL_STRING,
    FEEL_DATE,
    FEEL_TIME,
    FEEL_DATE_AND_TIME,
    FEEL_DAYS,   /* days and time duration */
    FEEL_MONTHS, /* years and months duration */
    FEEL_LIST,
    FEEL_CONTEXT,
    FEEL_RANGE,
    FEEL_FUNCTION,
};
enum { FEEL_KINDS = FEEL_FUNCTION + 1 };

/* Where a time stands: nowhere, at an offset from UTC, or in a zone of tzdata. */
enum feel_zone_form { FEEL_LOCAL, FEEL_OFFSET, FEEL_ZONE };
struct feel_zone {
    enum feel_zone_form form;
    int32_t offset;  /* seconds east of UTC, only FEEL_OFFSET */
    struct str name; /* "Europe/London", only FEEL_ZONE */
};
/* Years from -999,999,999 to 999,999,999 (XML Schema's, as DMN 1.5 10.3.2.3.4 takes them). */
struct feel_date {
    int32_t year;
    uint8_t month, day; /* from 1 */
};
struct feel_time {
    uint8_t hour, minute, second;
    int32_t nanos;
    const struct feel_zone *zone; /* NULL: local */
};
struct feel_moment {
    struct feel_date date;
    struct feel_time time;
};
/* Both have the sign of the whole; |nanos| below 10^9. */
struct feel_days {
    int64_t seconds;
    int32_t nanos;
};

struct feel_value;
struct feel_list {
    const struct feel_value *items;
    size_t n;
};
struct feel_context; /* below */
struct feel_range;
struct feel_function; /* run.h */
/* Why there is null and not something else: words for the author of the model, and where. */
struct feel_why {
    struct str words;
    int line; /* in the file of the model; 0: not known */
};

struct feel_value {
    enum feel_kind kind;
    uint32_t depth : 8; /* of lists and contexts inside each other; 0: it holds none */
    uint32_t
        weight : 24; /* the work of looking at all of it: values inside, and what is long; FEEL_WEIGHT_MOST: or more */
    union {
        const struct feel_why *why; /* FEEL_NULL; NULL: it was said to be null */
        bool boolean;
        struct number number;
        struct str string;
        struct feel_date date;
        struct feel_time time;
        const struct feel_moment *moment;
        struct feel_days days;
        int64_t months;
        struct feel_list list;
        const struct feel_context *context;
        const struct feel_range *range;
        const struct feel_function *function;
    };
};
struct feel_entry {
    struct str name;
    struct feel_value value;
};
/* In the order in which they were written, each name once. */
struct feel_context {
    const struct feel_entry *entries;
    size_t n;
    const uint32_t *by_name; /* the places of the entries in the order of their names; NULL: there are few */
};
/* How it was said: "[1..5]", or by one comparison, "(< 5)". Two that were said differently are not equal. */
enum feel_range_form { RANGE_INTERVAL, RANGE_LESS, RANGE_GREATER, RANGE_EQUAL, RANGE_UNEQUAL };
struct feel_range {
    enum feel_range_form form;
    struct feel_value start, end; /* null where open to that side, which only one comparison is; an interval that has
                                     null there was given it. RANGE_UNEQUAL: both are the value that is left out */
    bool start_in, end_in;        /* whether the end itself belongs to it */
};

enum { FEEL_WEIGHT_MOST = (1 << 24) - 1, FEEL_DEPTH_MOST = 255 };
#define FEEL_NONE ((struct feel_value){ .kind = FEEL_NULL })

struct feel_value feel_boolean(bool value);
struct feel_value feel_number(struct number value);
struct feel_value feel_integer(int64_t value);
struct feel_value feel_string(struct str value);
/* These count how deep and heavy they are; the caller compares with its bound (limits.h). */
struct feel_value feel_list(const struct feel_value *items, size_t n);
/* The entries stay where they are. Null where the arena is full. */
struct feel_value feel_context(struct arena *arena, const struct feel_entry *entries, size_t n);
struct feel_value feel_range(const struct feel_range *range);
/* The list with one more item, which stands there already: the first n + 1 of `items`. */
struct feel_value feel_list_longer(struct feel_value list, const struct feel_value *items);

/* "days and time duration", as FEEL names the type. */
const char *feel_kind_name(enum feel_kind kind);
/* The entry of this name, or NULL; looked for at the place `at` first. */
const struct feel_entry *feel_context_entry(const struct feel_context *context, struct str name, size_t at);
const struct feel_value *feel_context_get(const struct feel_context *context, struct str name);
/* The same, looked for at this place first: where a type and a value have their members in one order. */
const struct feel_value *feel_context_get_near(const struct feel_context *context, struct str name, size_t at);

/* What FEEL's three-valued logic says. */
enum feel_truth { FEEL_FALSE, FEEL_TRUE, FEEL_UNKNOWN };
/*
 * `=` of DMN 1.5 table 53: unknown where the two are of different kinds and neither is null. Lists and contexts are
 * compared whole.
 */
enum feel_truth feel_equal(struct feel_value a, struct feel_value b);
/* The same, and unknown is different: for distinct values, index of, list contains. */
bool feel_same(struct feel_value a, struct feel_value b);
/* -1, 0, 1 in *out; false where the two have no order. */
bool feel_order(struct feel_value a, struct feel_value b, int *out);
/* Whether a range holds a value: both comparisons are true (DMN 1.5, table 55). Unknown where one cannot be said. */
enum feel_truth feel_within(const struct feel_range *range, struct feel_value value);

/* As the function string() writes it; strings inside lists and contexts in quotes. */
void feel_write(struct buf *out, struct feel_value value);

#endif
