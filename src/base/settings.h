/*
 * Settings: one YAML file, and rows that rooms declare.
 *
 * A room exports a table of rows: name, type, range, default, help, secret or
 * not. `main` joins the tables. The file may hold only names that a row has;
 * each value is checked against its row, every fault is collected with file,
 * line, column and what to write instead, and nothing is taken from a file
 * with a fault. Values are read by the row, not by a string.
 */
#ifndef CANDOUR_BASE_SETTINGS_H
#define CANDOUR_BASE_SETTINGS_H

#include "base/status.h"
#include "base/str.h"

enum setting_type {
    SETTING_BOOL,
    SETTING_INT,     /* min..max in `unit` */
    SETTING_TEXT,    /* min..max code points, one line */
    SETTING_CHOICE,  /* one of `choices`, separated by spaces */
    SETTING_URL,     /* http or https, absolute, no fragment; may be empty where the default is */
    SETTING_COLOUR,  /* #rrggbb */
    SETTING_CONTACT, /* mailto:, tel: or an https address; may be empty where the default is */
    SETTING_LIST,    /* list of text, each min..max code points, at most 64 */
};

struct setting {
    const char *name; /* "site.name": a dotted path into the file */
    enum setting_type type;
    int64_t min, max;
    const char *choices;
    const char *unit;   /* for messages: "seconds", "bytes" */
    const char *preset; /* the default, written as in the file; a list's is empty */
    const char *help;   /* one line, for the documentation and for messages */
    bool secret;        /* never printed */
};

struct setting_value {
    bool boolean;
    int64_t number;
    struct str text;
    const struct str *list;
    size_t list_n;
    bool given; /* in the file, not the default */
};

/* A joined set of tables; ends where `rows` is NULL. */
struct setting_table {
    const struct setting *rows;
    size_t n;
};

struct settings;

struct setting_fault {
    int line, column;
    char text[FAULT_TEXT_SIZE]; /* what is wrong and what to write instead */
};

enum { SETTINGS_MAX_FAULTS = 64 };

/*
 * Reads `text` (may be empty: all defaults). On STATUS_INVALID `faults` holds
 * up to SETTINGS_MAX_FAULTS, in the order of the file. The result lives in the arena.
 */
enum status settings_read(struct arena *arena, const struct setting_table *tables, struct str text,
                          const struct settings **out, struct setting_fault *faults, size_t *faults_n);

/* `row` must be an element of a table that was given; anything else is a bug. */
const struct setting_value *settings_get(const struct settings *settings, const struct setting *row);

/* The documentation of all rows as a Markdown table. */
struct buf;
void settings_describe(struct buf *out, const struct setting_table *tables);

#endif
