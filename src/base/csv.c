/*
 * Comma-separated values. See csv.h.
 *
 * One pass over the bytes. Each field knows where it began, because a person
 * has to find the fault in a file that a spreadsheet wrote.
 */
#include "base/csv.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#include "base/banned.h"

struct reader {
    struct arena *arena;
    const struct csv_limits *limits;
    struct csv_fault *wrong;
    struct str text;
    size_t at;
    int64_t line, column;
    struct csv_field *fields;
    size_t n, room;
};

static enum status refuse(struct reader *r, int64_t line, int64_t column, struct str what)
{
    if (what.p == NULL)
        return STATUS_NO_MEMORY;
    *r->wrong = (struct csv_fault){ line, column, what };
    return STATUS_INVALID;
}

static enum status refuse_here(struct reader *r, struct str what)
{
    return refuse(r, r->line, r->column, what);
}

/* One byte further; the second and later ones of a character take no column. */
static void step(struct reader *r)
{
    unsigned char c = (unsigned char)r->text.p[r->at++];
    if (c == '\n') {
        r->line++;
        r->column = 1;
    } else if (r->at >= r->text.n || ((unsigned char)r->text.p[r->at] & 0xC0U) != 0x80U) {
        r->column++;
    }
}

static char now(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\n';
}

/* A line end at this place: its bytes, 0 where there is none. The end of the text is one of no bytes: 1 is given. */
static size_t line_end(const struct reader *r)
{
    if (r->at >= r->text.n || r->text.p[r->at] == '\n')
        return 1;
    return r->text.p[r->at] == '\r' && r->at + 1 < r->text.n && r->text.p[r->at + 1] == '\n' ? 2 : 0;
}

static enum status put(struct reader *r, struct str text, int64_t line, int64_t column)
{
    if (text.n > r->limits->field)
        return refuse(
            r, line, column,
            str_format(r->arena, "This field has %zu bytes; at most %zu fit. Shorten it.", text.n, r->limits->field));
    if (r->n == r->room) {
        size_t room = r->room == 0 ? 64 : r->room * 2;
        struct csv_field *fields = ARENA_ARRAY(r->arena, room, struct csv_field);
        if (fields == NULL)
            return STATUS_NO_MEMORY;
        if (r->n > 0)
            memcpy(fields, r->fields, r->n * sizeof *fields);
        r->fields = fields;
        r->room = room;
    }
    r->fields[r->n++] = (struct csv_field){ text, line, column };
    return STATUS_OK;
}

/* Between two quotation marks, of which the first stands here. */
static enum status read_quoted(struct reader *r)
{
    int64_t line = r->line;
    int64_t column = r->column;
    size_t twice = 0;
    step(r);
    size_t from = r->at;
    for (;; step(r)) {
        if (r->at >= r->text.n)
            return refuse(r, line, column,
                          STR("The quotation mark that opens here is never closed: write \" at the end of the field, "
                              "and \"\" for one inside it."));
        if (r->text.p[r->at] != '"')
            continue;
        if (r->at + 1 >= r->text.n || r->text.p[r->at + 1] != '"')
            break;
        twice++;
        step(r);
    }
    struct str text = str_slice(r->text, from, r->at - from);
    step(r);
    if (now(r) != ',' && line_end(r) == 0)
        return refuse_here(r,
                           STR("Only a comma or the end of the line may stand behind a closing quotation mark: write "
                               "\"\" for one inside the field."));
    if (twice > 0) {
        char *p = arena_alloc(r->arena, text.n, 1);
        size_t n = 0;
        if (p == NULL)
            return STATUS_NO_MEMORY;
        for (size_t i = 0; i < text.n; i++) {
            p[n++] = text.p[i];
            i += text.p[i] == '"';
        }
        text = (struct str){ p, n };
    }
    return put(r, text, line, column);
}

static enum status read_plain(struct reader *r)
{
    int64_t line = r->line;
    int64_t column = r->column;
    size_t from = r->at;
    for (; r->at < r->text.n && now(r) != ',' && line_end(r) == 0; step(r)) {
        if (now(r) == '"')
            return refuse_here(r,
                               STR("A quotation mark in the middle of a field: put the whole field in quotation marks "
                                   "and write \"\" for this one."));
        if (now(r) == '\r')
            return refuse_here(r, STR("A carriage return alone ends no line: save the file with the line ends of "
                                      "Windows or Unix."));
    }
    return put(r, str_slice(r->text, from, r->at - from), line, column);
}

static enum status read_row(struct reader *r, struct csv *out)
{
    size_t first = r->n;
    int64_t line = r->line;
    for (;;) {
        enum status status = now(r) == '"' && r->at < r->text.n ? read_quoted(r) : read_plain(r);
        if (status != STATUS_OK)
            return status;
        if (r->n - first > r->limits->columns)
            return refuse(r, line, r->fields[r->n - 1].column,
                          str_format(r->arena, "This row has more than %zu fields, which is as many as fit.",
                                     r->limits->columns));
        if (r->at >= r->text.n || r->text.p[r->at] != ',')
            break;
        step(r);
    }
    for (size_t n = r->at < r->text.n ? line_end(r) : 0; n > 0; n--)
        step(r);
    size_t columns = r->n - first;
    if (out->rows == 0)
        out->columns = columns;
    if (columns != out->columns)
        return refuse(r, line, 1,
                      str_format(r->arena,
                                 "This row has %zu field%s, and the header row has %zu: give each row as many, and put "
                                 "fields that hold a comma in quotation marks.",
                                 columns, columns == 1 ? "" : "s", out->columns));
    if (++out->rows > r->limits->rows)
        return refuse(r, line, 1,
                      str_format(r->arena, "The file has more than %zu rows, which is as many as fit: divide it.",
                                 r->limits->rows));
    return STATUS_OK;
}

/* The first byte that is no text. */
static enum status find_bad(struct reader *r)
{
    while (r->at < r->text.n) {
        size_t n = 1;
        while (r->at + n < r->text.n && n < 4 && ((unsigned char)r->text.p[r->at + n] & 0xC0U) == 0x80U)
            n++;
        if (!str_is_text(str_slice(r->text, r->at, n)))
            break;
        while (n-- > 0)
            step(r);
    }
    return refuse_here(r, STR("This is not UTF-8: save the file as \"CSV UTF-8\"."));
}

enum status csv_read(struct arena *arena, struct str text, const struct csv_limits *limits, struct csv *out,
                     struct csv_fault *wrong)
{
    struct reader r = { .arena = arena, .limits = limits, .wrong = wrong, .text = text, .line = 1, .column = 1 };
    *out = (struct csv){ 0 };
    if (text.n > limits->bytes)
        return refuse_here(
            &r, str_format(arena, "The file has %zu bytes; at most %zu fit: divide it.", text.n, limits->bytes));
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        r.text = str_slice(text, 3, text.n - 3);
    if (r.text.n > 0 && !str_is_text(r.text))
        return find_bad(&r);
    while (r.at < r.text.n) {
        size_t empty = line_end(&r);
        if (empty > 0) {
            while (empty-- > 0)
                step(&r);
            continue;
        }
        enum status status = read_row(&r, out);
        if (status != STATUS_OK)
            return status;
    }
    out->fields = r.fields;
    return STATUS_OK;
}

const struct csv_field *csv_at(const struct csv *csv, size_t row, size_t column)
{
    return &csv->fields[row * csv->columns + column];
}

void csv_put(struct buf *out, struct str field)
{
    bool quoted = field.n > 0 && (field.p[0] == ' ' || field.p[field.n - 1] == ' ');
    for (size_t i = 0; i < field.n && !quoted; i++)
        quoted = field.p[i] == '"' || field.p[i] == ',' || field.p[i] == '\n' || field.p[i] == '\r';
    if (!quoted) {
        buf_add(out, field);
        return;
    }
    buf_add_byte(out, '"');
    for (size_t i = 0; i < field.n; i++) {
        if (field.p[i] == '"')
            buf_add_byte(out, '"');
        buf_add_byte(out, field.p[i]);
    }
    buf_add_byte(out, '"');
}

bool csv_is_formula(struct str field)
{
    /* The wide forms, U+FF1D, U+FF0B, U+FF0D and U+FF20, which some programs make narrow when they open a file. */
    static const struct str signs[] = {
        STR_INIT("="),  STR_INIT("+"),  STR_INIT("-"),  STR_INIT("@"),  STR_INIT("\t"),
        STR_INIT("\r"), STR_INIT("＝"), STR_INIT("＋"), STR_INIT("－"), STR_INIT("＠")
    };
    size_t at = 0;
    while (at < field.n && field.p[at] == ' ')
        at++;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (str_starts(str_slice(field, at, field.n - at), signs[i]))
            return true;
    return false;
}
