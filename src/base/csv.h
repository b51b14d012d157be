/*
 * Tables as text, as spreadsheets save them: comma-separated values of RFC
 * 4180, in UTF-8.
 *
 * Taken: lines that end in LF or CRLF, the last with or without; a byte order
 * mark; fields in double quotes, in which a quotation mark is written twice.
 * Lines in which nothing stands are left out. Refused, with its place: what is
 * not UTF-8 or holds NUL, a carriage return alone, a quotation mark in the
 * middle of a field, text behind a closing one, one that is never closed, a row
 * with more or fewer fields than the first, and what is larger than the limits.
 *
 * Time and memory grow with the text and no faster. Source: RFC 4180.
 */
#ifndef CANDOUR_BASE_CSV_H
#define CANDOUR_BASE_CSV_H

#include "base/status.h"
#include "base/str.h"

struct arena;
struct buf;

struct csv_limits {
    size_t bytes, rows, columns; /* rows: with the header */
    size_t field;                /* bytes of one field */
};

struct csv_field {
    struct str text;      /* in the text that was read, or in the arena where quotation marks were written twice */
    int64_t line, column; /* where it begins, both from 1; columns in characters */
};

struct csv {
    struct csv_field *fields; /* rows * columns */
    size_t rows, columns;
};

struct csv_fault {
    int64_t line, column;
    struct str what; /* a sentence, and what to do; in the arena or static */
};

/* STATUS_INVALID with `wrong`; STATUS_NO_MEMORY. No text is no table: 0 rows. */
enum status csv_read(struct arena *arena, struct str text, const struct csv_limits *limits, struct csv *out,
                     struct csv_fault *wrong);

/* The field at row and column, from 0. */
const struct csv_field *csv_at(const struct csv *csv, size_t row, size_t column);

/* One field, in quotation marks where it needs them. */
void csv_put(struct buf *out, struct str field);
/*
 * Whether a spreadsheet would take this field for a formula and run it: it begins with =, +, -, @, a tab or a carriage
 * return, also behind spaces or in the wide form of these signs.
 */
bool csv_is_formula(struct str field);

#endif
