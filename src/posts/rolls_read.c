/*
 * A register as a file: from comma-separated values to entries. See rolls.h.
 *
 * Promise: every fault is told with its line and column, and what to do; and
 * none repeats a name.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/csv.h"
#include "posts/content.h"
#include "posts/names.h"
#include "posts/rolls.h"

#include "base/banned.h"

static const struct roll_column orders[] = {
    { STR_INIT("order"), ROLL_LINE, true },     { STR_INIT("name"), ROLL_NAME, false },
    { STR_INIT("aliases"), ROLL_NAMES, false }, { STR_INIT("case"), ROLL_LINE, false },
    { STR_INIT("kind"), ROLL_LINE, true },      { STR_INIT("court"), ROLL_LINE, true },
    { STR_INIT("from"), ROLL_DAY, true },       { STR_INIT("to"), ROLL_DAY, false },
    { STR_INIT("note"), ROLL_LINE, false },
};
static const struct roll_column elections[] = {
    { STR_INIT("election"), ROLL_LINE, true },  { STR_INIT("area"), ROLL_LINE, true },
    { STR_INIT("kind"), ROLL_LINE, true },      { STR_INIT("from"), ROLL_DAY, true },
    { STR_INIT("to"), ROLL_DAY, true },         { STR_INIT("candidates"), ROLL_NAMES, false },
    { STR_INIT("parties"), ROLL_NAMES, false },
};
static const struct roll_column references[] = {
    { STR_INIT("reference"), ROLL_LINE, true },
    { STR_INIT("status"), ROLL_STATUS, true },
    { STR_INIT("note"), ROLL_LINE, false },
};

static const struct {
    struct str word;
    const struct roll_column *columns;
    size_t n;
} rolls[ROLLS] = {
    [ROLL_ORDERS] = { STR_INIT("orders"), orders, sizeof orders / sizeof orders[0] },
    [ROLL_ELECTIONS] = { STR_INIT("elections"), elections, sizeof elections / sizeof elections[0] },
    [ROLL_REFERENCES] = { STR_INIT("references"), references, sizeof references / sizeof references[0] },
};
_Static_assert(sizeof orders / sizeof orders[0] <= ROLL_COLUMNS_MAX, "fields of an entry have room for its columns");

struct str roll_word(enum roll roll)
{
    return rolls[roll].word;
}

bool roll_of_word(struct str word, enum roll *out)
{
    for (unsigned i = 0; i < ROLLS; i++)
        if (str_equal(rolls[i].word, word)) {
            *out = (enum roll)i;
            return true;
        }
    return false;
}

const struct roll_column *roll_columns(enum roll roll, size_t *n)
{
    *n = rolls[roll].n;
    return rolls[roll].columns;
}

size_t roll_column(enum roll roll, const char *name)
{
    size_t i = 0;
    while (i + 1 < rolls[roll].n && !str_equal(rolls[roll].columns[i].name, str_of(name)))
        i++;
    return i;
}

enum status roll_names(struct arena *arena, struct str field, struct str **names, size_t *n)
{
    struct str rest = field;
    struct str piece;
    size_t room = 1;
    for (size_t i = 0; i < field.n; i++)
        room += field.p[i] == ';';
    *n = 0;
    *names = ARENA_ARRAY(arena, room, struct str);
    if (*names == NULL)
        return STATUS_NO_MEMORY;
    while (str_cut(&rest, ';', &piece)) {
        piece = str_trim(piece);
        if (piece.n > 0)
            (*names)[(*n)++] = piece;
    }
    return STATUS_OK;
}

/* ---- Reading ---- */

struct reader {
    struct arena *arena;
    enum roll roll;
    struct str file;
    struct post_faults *faults;
    const struct csv *csv;
    size_t places[ROLL_COLUMNS_MAX]; /* of each column in the file; SIZE_MAX: it is not there */
};

static void wrong_at(struct reader *r, const struct csv_field *field, struct str what)
{
    post_faults_add(r->faults, r->file, field->line, field->column, "%.*s", STR_ARG(what));
}

static struct str column_list(struct reader *r)
{
    struct str names[ROLL_COLUMNS_MAX];
    size_t n;
    const struct roll_column *columns = roll_columns(r->roll, &n);
    for (size_t i = 0; i < n; i++)
        names[i] = columns[i].name;
    struct word_set set = { names, n };
    return word_list(r->arena, &set);
}

static void read_header(struct reader *r)
{
    size_t n;
    const struct roll_column *columns = roll_columns(r->roll, &n);
    for (size_t i = 0; i < n; i++)
        r->places[i] = SIZE_MAX;
    for (size_t j = 0; j < r->csv->columns; j++) {
        const struct csv_field *field = csv_at(r->csv, 0, j);
        struct str name = str_trim(field->text);
        size_t i = 0;
        while (i < n && !str_equal_nocase(columns[i].name, name))
            i++;
        if (i == n)
            wrong_at(r, field,
                     str_format(r->arena,
                                "\"%.*s\" is no column of this register: its columns are %.*s. Mend the "
                                "header row.",
                                STR_ARG(post_quote(r->arena, name)), STR_ARG(column_list(r))));
        else if (r->places[i] != SIZE_MAX)
            wrong_at(r, field,
                     str_format(r->arena, "The column %.*s stands there twice: leave one out.", STR_ARG(name)));
        else
            r->places[i] = j;
    }
    for (size_t i = 0; i < n; i++)
        if (columns[i].needed && r->places[i] == SIZE_MAX)
            post_faults_add(r->faults, r->file, csv_at(r->csv, 0, 0)->line, 1,
                            "The header row has no column %.*s: the columns of this register are %.*s.",
                            STR_ARG(columns[i].name), STR_ARG(column_list(r)));
}

static struct str line_wrong(struct reader *r, struct str text, size_t most)
{
    struct str wrong = post_line_wrong(r->arena, text);
    if (wrong.p == NULL && str_code_points(text) > most)
        wrong = str_format(r->arena, "has %zu characters; at most %zu fit. Shorten it.", str_code_points(text), most);
    return wrong;
}

/* A name with nothing to find in it would be on the register and never found. */
static struct str name_wrong(struct reader *r, struct str text)
{
    struct name name;
    struct str wrong = line_wrong(r, text, ROLL_LINE_MAX);
    if (wrong.p != NULL)
        return wrong;
    if (names_read(r->arena, text, &name) && (name.forms_n == 0 || str_code_points(name.forms[0]) < 2))
        return STR("must be a name with at least two letters.");
    return STR_NONE;
}

static struct str names_wrong(struct reader *r, struct str text)
{
    struct str *names;
    size_t n = 0;
    if (roll_names(r->arena, text, &names, &n) != STATUS_OK)
        return STR_NONE;
    if (n > ROLL_LIST_MAX)
        return str_format(r->arena, "has %zu names; at most %d fit.", n, (int)ROLL_LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        struct str wrong = name_wrong(r, names[i]);
        if (wrong.p != NULL)
            return str_format(r->arena, "must hold names separated by \";\"; number %zu %.*s", i + 1, STR_ARG(wrong));
    }
    return STR_NONE;
}

static struct str field_wrong(struct reader *r, const struct roll_column *column, struct str text, bool first)
{
    struct post_date date;
    switch (column->kind) {
    case ROLL_LINE: return line_wrong(r, text, first ? ROLL_NUMBER_MAX : ROLL_LINE_MAX);
    case ROLL_NAME: return name_wrong(r, text);
    case ROLL_NAMES: return names_wrong(r, text);
    case ROLL_DAY:
        if (!post_date_read(text, &date) || date.has_time)
            return STR("must be a day such as 2026-10-10.");
        break;
    case ROLL_STATUS:
        if (word_find(&case_status_words, text) < 0)
            return str_format(r->arena, "must be %.*s.", STR_ARG(word_list(r->arena, &case_status_words)));
        break;
    }
    return STR_NONE;
}

static void read_row(struct reader *r, size_t row, struct roll_entry *out)
{
    size_t n;
    const struct roll_column *columns = roll_columns(r->roll, &n);
    const struct csv_field *begin = csv_at(r->csv, row, 0);
    *out = (struct roll_entry){ .line = begin->line };
    for (size_t i = 0; i < n; i++) {
        out->fields[i] = STR("");
        if (r->places[i] == SIZE_MAX)
            continue;
        const struct csv_field *field = csv_at(r->csv, row, r->places[i]);
        struct str text = str_trim(field->text);
        struct str wrong = STR_NONE;
        if (text.n > 0)
            wrong = field_wrong(r, &columns[i], text, i == 0);
        else if (columns[i].needed)
            wrong = STR("is missing: every entry needs it.");
        if (wrong.p != NULL)
            wrong_at(r, field, str_format(r->arena, "%.*s %.*s", STR_ARG(columns[i].name), STR_ARG(wrong)));
        else if (text.n > 0)
            out->fields[i] = text;
    }
    if (out->fields[0].n > 0 && names_reference(r->arena, out->fields[0]).n == 0)
        wrong_at(r, begin, STR("The number must have a letter or a figure in it."));
    if (r->roll == ROLL_REFERENCES)
        return;
    struct str from = out->fields[roll_column(r->roll, "from")];
    struct str to = out->fields[roll_column(r->roll, "to")];
    if (from.n > 0 && to.n > 0 && str_compare(from, to) > 0)
        wrong_at(r, csv_at(r->csv, row, r->places[roll_column(r->roll, "to")]),
                 STR("\"to\" lies before \"from\": look at both days."));
    if (r->roll == ROLL_ORDERS && out->fields[roll_column(r->roll, "name")].n == 0 &&
        out->fields[roll_column(r->roll, "aliases")].n == 0 && out->fields[roll_column(r->roll, "case")].n == 0)
        wrong_at(r, begin, STR("An order needs a name, an alias or a case: there would be nothing to look for."));
}

struct numbered {
    struct str key;
    int64_t line;
};

static int compare(const void *a, const void *b)
{
    const struct numbered *x = a;
    const struct numbered *y = b;
    int order = str_compare(x->key, y->key);
    return order != 0 ? order : x->line < y->line ? -1 : x->line > y->line;
}

static enum status find_twice(struct reader *r, const struct roll_entry *entries, size_t n)
{
    struct numbered *keys = ARENA_ARRAY(r->arena, n + 1, struct numbered);
    if (keys == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct numbered){ names_reference(r->arena, entries[i].fields[0]), entries[i].line };
    qsort(keys, n, sizeof *keys, compare);
    for (size_t i = 1; i < n; i++)
        if (keys[i].key.n > 0 && str_equal(keys[i - 1].key, keys[i].key))
            post_faults_add(r->faults, r->file, keys[i].line, 1,
                            "This number stands on line %lld already: each entry has its own.",
                            (long long)keys[i - 1].line);
    return STATUS_OK;
}

enum status rolls_read(struct arena *arena, enum roll roll, struct str name, struct str text,
                       struct post_faults *faults, struct roll_entry **entries, size_t *n, struct fault *fault)
{
    static const struct csv_limits limits = {
        .bytes = ROLL_BYTES_MAX, .rows = ROLL_ROWS_MAX + 1, .columns = ROLL_COLUMNS_MAX, .field = ROLL_FIELD_MAX
    };
    struct csv csv;
    struct csv_fault wrong;
    struct reader r = { .arena = arena, .roll = roll, .file = name, .faults = faults, .csv = &csv };
    faults->arena = arena;
    faults->n = 0;
    faults->more = false;
    *n = 0;
    enum status status = csv_read(arena, text, &limits, &csv, &wrong);
    if (status == STATUS_INVALID)
        post_faults_add(faults, name, wrong.line, wrong.column, "%.*s", STR_ARG(wrong.what));
    else if (status != STATUS_OK)
        return fault_no_memory(fault);
    else if (csv.rows == 0)
        post_faults_add(faults, name, 1, 1, "The file is empty: its first line names the columns, which are %.*s.",
                        STR_ARG(column_list(&r)));
    else
        read_header(&r);
    if (faults->n == 0) {
        *n = csv.rows - 1;
        *entries = ARENA_ARRAY(arena, *n + 1, struct roll_entry);
        if (*entries == NULL)
            return fault_no_memory(fault);
        for (size_t i = 0; i < *n; i++)
            read_row(&r, i + 1, &(*entries)[i]);
        if (find_twice(&r, *entries, *n) != STATUS_OK)
            return fault_no_memory(fault);
    }
    if (arena_failed(arena))
        return fault_no_memory(fault);
    return faults->n == 0 ? STATUS_OK
                          : fault_set(fault, STATUS_INVALID, "Nothing was imported: mend the faults and try again.");
}
