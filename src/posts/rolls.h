/*
 * Registers that checks look up: court orders, elections, and the force's own
 * references. ("Roll" in our code: the register of corrections, register.h, is
 * another thing, and public.) For staff; docs/registers.md is for those who keep
 * them.
 *
 * A register comes as a table of comma-separated values, all of it or nothing,
 * and each fault has its place. Until one was imported it is not configured, and
 * the checks ask a person; an empty one says that there is nothing to find.
 *
 * Promises:
 *  - Who is on the register of orders is told to nobody but whoever may publish,
 *    who asks for it, and is in the audit for having asked. No name of any
 *    register comes into a log, an audit, a fault, or what a check says: a check
 *    names the entry's number and the words of the post.
 *  - Names stand in the clear in the database, because likeness cannot be told
 *    from a hash, a person has to be shown what was found, and a key that lies
 *    beside the database would protect nothing; the folder is readable by its
 *    owner alone. What is removed is blanked as everything that is deleted.
 *  - Looking one up takes time by what may be meant and not by its size.
 */
#ifndef CANDOUR_POSTS_ROLLS_H
#define CANDOUR_POSTS_ROLLS_H

#include "posts/posts.h"

enum roll { ROLL_ORDERS, ROLL_ELECTIONS, ROLL_REFERENCES, ROLLS };

struct str roll_word(enum roll roll); /* "orders" */
bool roll_of_word(struct str word, enum roll *out);

enum {
    ROLL_BYTES_MAX = 8 * 1024 * 1024, /* of a file */
    ROLL_ROWS_MAX = 20000,            /* entries, in a file and in all */
    ROLL_FOUND_MAX = 5000,            /* that one post may lead to; more is no answer */
    ROLL_COLUMNS_MAX = 9,
    ROLL_FIELD_MAX = 4000, /* bytes */
    ROLL_LIST_MAX = 20,    /* names in one field */
    ROLL_NUMBER_MAX = 60,  /* code points of what names an entry */
    ROLL_LINE_MAX = 300,   /* of anything else */
};

enum roll_kind {
    ROLL_LINE,
    ROLL_NAME,   /* a line with a letter in it */
    ROLL_NAMES,  /* separated by ";" */
    ROLL_DAY,    /* 2026-10-10 */
    ROLL_STATUS, /* of a case: a word of case_status_words */
};
struct roll_column {
    struct str name; /* as in the header row */
    enum roll_kind kind;
    bool needed;
};
/* The first is what names an entry. */
const struct roll_column *roll_columns(enum roll roll, size_t *n);
/* Where a column of that name is; it is there. */
size_t roll_column(enum roll roll, const char *name);

struct roll_entry {
    int64_t line;                        /* of the file; 0: from the database */
    struct str fields[ROLL_COLUMNS_MAX]; /* in the order of the columns; empty where nothing is said, never STR_NONE */
};
/* The names in a field, without blanks around them. */
enum status roll_names(struct arena *arena, struct str field, struct str **names, size_t *n);

/*
 * A file as entries. Every fault is added to `faults`, of which one may be for what is no table; STATUS_INVALID where
 * there was one. `name` is what faults call the file.
 */
enum status rolls_read(struct arena *arena, enum roll roll, struct str name, struct str text,
                       struct post_faults *faults, struct roll_entry **entries, size_t *n, struct fault *fault);

struct roll_import {
    struct arena *arena;
    const struct act *act;
    enum roll roll;
    const struct roll_entry *entries;
    size_t n;
    bool replaces;                                   /* takes away what the file does not name; otherwise it stays */
    bool looks;                                      /* only counts */
    size_t added, changed, unchanged, removed, left; /* out */
};
/* A db_write_fn; whoever imports may publish (STATUS_DENIED). STATUS_LIMIT. */
enum status rolls_import_write(struct db_tx *tx, void *import);
/* The same with `looks` set, in a read snapshot, by anybody. */
enum status rolls_import_look(struct db_tx *tx, struct roll_import *import);

struct roll_step {
    struct arena *arena;
    const struct act *act;
    enum roll roll;
    struct str number;          /* STR_NONE: all */
    struct roll_entry *entries; /* out of a reading */
    size_t n;
};
/* Takes one away. STATUS_NOT_FOUND with words. */
enum status rolls_remove_write(struct db_tx *tx, void *step);
/* All entries, or one. The orders by whoever may publish, who is in the audit for it. STATUS_NOT_FOUND with words. */
enum status rolls_show_write(struct db_tx *tx, void *step);

/* When it was last imported; not set: never, and it is not configured. */
enum status rolls_imported(struct db_tx *tx, struct arena *arena, enum roll roll, struct db_opt_int *out);

/*
 * For the checks. Orders: those that a key leads to (names.h). Elections: those whose days hold `today`, and keys are
 * not looked at. References: those whose folded number is among the keys. STATUS_NOT_FOUND: it is not configured.
 */
enum status rolls_find(struct db_tx *tx, struct arena *arena, enum roll roll, struct str today, const struct str *keys,
                       size_t keys_n, struct roll_entry **entries, size_t *n);

#endif
