/* Every bound of the engine, in one place. A bound that is hit is an error that names it, never a wrong value. */
#ifndef CANDOUR_DMN_LIMITS_H
#define CANDOUR_DMN_LIMITS_H

enum {
    DMN_MODEL_MAX = 4 * 1024 * 1024,         /* bytes of one file */
    DMN_TEXT_MAX = 64 * 1024,                /* bytes of one expression */
    DMN_XML_DEPTH_MAX = 100,                 /* elements inside each other */
    DMN_EXPRESSION_DEPTH_MAX = 100,          /* parts of an expression inside each other */
    DMN_VALUE_DEPTH_MAX = 100,               /* lists and contexts inside each other */
    DMN_VALUE_WEIGHT_MAX = 1000 * 1000,      /* values in one value, all counted: a list twice in a list counts twice */
    DMN_ENTRIES_MAX = 4000,                  /* of one context */
    DMN_RUN_DEPTH_MAX = 4000,                /* parts of expressions that wait for another: how deep the stack gets */
    DMN_RUN_STACK_MAX = 3 * 1024 * 1024,     /* bytes of the thread's stack, of which there are 8 MB */
    DMN_STEPS_MAX = 2 * 1000 * 1000,         /* parts of expressions that one run evaluates */
    DMN_ITEMS_MAX = 200 * 1000,              /* items of one list, also of what a `for` makes */
    DMN_STRING_MAX = 1024 * 1024,            /* bytes of one string */
    DMN_MODEL_MEMORY_MAX = 28 * 1024 * 1024, /* bytes of the arena of a model and its files */
    DMN_RUN_MEMORY_MAX = 28 * 1024 * 1024,   /* bytes of the arena of one run */
    DMN_MATCH_STEPS_MAX = 200 * 1000,        /* steps of one regular expression from one place of the text */
    DMN_MATCH_MILLISECONDS_MAX = 300,        /* processor time of one search through a text */
    DMN_MATCH_KILOBYTES_MAX = 4 * 1024,      /* memory of one match */
    DMN_IMPORTS_MAX = 64,                    /* files that a model is made of */
    DMN_ELEMENTS_MAX = 10 * 1000,            /* elements of all files; also types, and imports of one file */
    DMN_MEMBERS_MAX = 20 * 1000,             /* different names of entries and fields */
    DMN_NAME_LOOKS_MAX = 100 * 1000 * 1000,  /* names that are looked at to find those of a model */
};
/* Of what is asked about unknown inputs (dmn_unknown): beyond them the answer gets wider, but for the first. */
enum {
    DMN_UNKNOWN_LEAVES_MAX = 2048,                 /* inputs, or members of inputs, that are not known */
    DMN_UNKNOWN_VALUES_MAX = 1024,                 /* values of one set that are told apart */
    DMN_UNKNOWN_TRIES_MAX = 256,                   /* combinations of known values tried for one expression */
    DMN_UNKNOWN_DEPTH_MAX = 400,                   /* expressions inside each other, functions' too */
    DMN_UNKNOWN_STEPS_MAX = DMN_STEPS_MAX / 2,     /* of the steps of a run: the rest is for what is known */
    DMN_UNKNOWN_LOOKS_MAX = 16 * 1000 * 1000,      /* comparisons of two rules in one column */
    DMN_UNKNOWN_BITS_MAX = 4 * 1024 * 1024,        /* bytes of one table's cells over the parts of its columns */
    DMN_UNKNOWN_MORE_MEMORY_MAX = 7 * 1024 * 1024, /* bytes beside the arena, to take one leaf at one of its values */
};
/* Of what `check` looks at. */
enum {
    DMN_CHECK_BOXES_MAX = 200 * 1000,       /* parts into which the check of one table cuts its inputs */
    DMN_CHECK_WORK_MAX = 200 * 1000 * 1000, /* steps of the check of all tables */
    DMN_CHECK_TABLE_MAX = 6 * 1024 * 1024,  /* bytes of what the check of one table notes of its cells */
    DMN_CHECK_INPUTS_MAX = 100,             /* inputs of a table whose gaps are looked for */
    DMN_CHECK_REPORTS_MAX = 100,            /* gaps, and overlaps, of one table that are told one by one */
    DMN_CHECK_PRIORITY_MAX = 200, /* rules of a PRIORITY table of which those that never count are looked for */
};

#endif
