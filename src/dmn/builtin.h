/*
 * The functions that FEEL brings (DMN 1.5, 10.3.4): a table of names,
 * parameters and what does the work. One name may have several forms, which
 * differ in their parameters.
 */
#ifndef CANDOUR_DMN_BUILTIN_H
#define CANDOUR_DMN_BUILTIN_H

#include "dmn/run.h"

enum { BUILTIN_PARAMETERS_MAX = 5, BUILTIN_ANY = 255 };

/* Values in the order of the parameters; FEEL_NONE where none came. */
struct builtin_call {
    struct run *run;
    struct str name;
    const struct feel_value *arguments;
    bool named; /* by their names */
    size_t n;   /* how many came: never fewer than `least`; those after it are FEEL_NONE up to the parameters' number */
};
typedef struct feel_value builtin_work(const struct builtin_call *call);
struct builtin {
    struct feel_function function; /* its value: FUNCTION_BUILTIN, and the name */
    const char *parameters[BUILTIN_PARAMETERS_MAX];
    unsigned char least, most; /* most BUILTIN_ANY: the last may come any number of times */
    unsigned char least_named; /* not 0: so few do by name, and the others are null */
    builtin_work *work;
};

/* Every name once. */
extern const struct str builtin_names[];
extern const size_t builtin_names_n;
/* NULL where FEEL has no function of this name. Static. */
const struct feel_function *builtin_find(struct str name);
/* Of the function's forms the first that the arguments fit. `names` NULL: by position. */
struct feel_value builtin_call(struct run *run, const struct builtin *first, const struct feel_value *arguments,
                               const struct str *names, size_t n);

/* Whether any form of the function takes so many arguments, or arguments of these names. */
bool builtin_takes(const struct builtin *first, const struct str *names, size_t n);

/* ---- For the files that do the work ---- */

/* The argument, which has to be of this kind; a list of one is its item. False, and *null says why, where it is none.
 */
bool builtin_argument(const struct builtin_call *call, size_t i, enum feel_kind kind, struct feel_value *out,
                      struct feel_value *null);
/* A whole number that fits; the fraction of another is cut off. */
bool builtin_integer(const struct builtin_call *call, size_t i, int64_t *out, struct feel_value *null);
/* The reason of an argument that is null already, or that this one does not fit. */
struct feel_value builtin_wrong(const struct builtin_call *call, size_t i, const char *wanted);
struct feel_value builtin_list(const struct builtin_call *call, const struct feel_value *items, size_t n);
struct feel_value builtin_text(const struct builtin_call *call, const struct buf *text);

builtin_work builtin_date, builtin_date_of, builtin_time, builtin_time_of, builtin_moment, builtin_moment_of,
    builtin_duration, builtin_months_between, builtin_is, builtin_today, builtin_now, builtin_day_of_year,
    builtin_day_of_week, builtin_month_of_year, builtin_week_of_year;
builtin_work builtin_number, builtin_string, builtin_substring, builtin_string_length, builtin_upper, builtin_lower,
    builtin_substring_before, builtin_substring_after, builtin_contains, builtin_starts, builtin_ends, builtin_matches,
    builtin_replace, builtin_split, builtin_string_join;
builtin_work builtin_list_contains, builtin_count, builtin_min, builtin_max, builtin_sum, builtin_product, builtin_mean,
    builtin_median, builtin_stddev, builtin_mode, builtin_all, builtin_any, builtin_sublist, builtin_append,
    builtin_concatenate, builtin_insert_before, builtin_remove, builtin_list_replace, builtin_reverse, builtin_index_of,
    builtin_union, builtin_distinct, builtin_flatten, builtin_sort;
builtin_work builtin_not, builtin_decimal, builtin_floor, builtin_ceiling, builtin_round_up, builtin_round_down,
    builtin_round_half_up, builtin_round_half_down, builtin_abs, builtin_modulo, builtin_sqrt, builtin_log, builtin_exp,
    builtin_odd, builtin_even;
builtin_work builtin_get_value, builtin_get_entries, builtin_context, builtin_context_put, builtin_context_put_keys,
    builtin_context_merge;
builtin_work builtin_range, builtin_before, builtin_after, builtin_meets, builtin_met_by, builtin_overlaps,
    builtin_overlaps_before, builtin_overlaps_after, builtin_finishes, builtin_finished_by, builtin_includes,
    builtin_during, builtin_starts_range, builtin_started_by, builtin_coincides;

#endif
