/*
 * Any bytes as comma-separated values: every field has a place inside the text
 * and is valid, the bounds hold, and what is written again is read as the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct csv_limits limits = { .bytes = 64 * 1024, .rows = 500, .columns = 9, .field = 1000 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void look_at(struct arena *arena, const struct csv *csv, int64_t lines)
{
    struct buf out;
    struct csv again;
    struct csv_fault wrong;
    buf_init(&out, arena, 1 << 20);
    buf_add(&out, STR("\xEF\xBB\xBF")); /* or a field that begins with one would lose it */
    must(csv->rows <= limits.rows && csv->columns <= limits.columns);
    for (size_t i = 0; i < csv->rows; i++)
        for (size_t j = 0; j < csv->columns; j++) {
            const struct csv_field *field = csv_at(csv, i, j);
            must(field->line >= 1 && field->line <= lines && field->column >= 1);
            must(field->text.n <= limits.field && (field->text.n == 0 || str_is_text(field->text)));
            csv_is_formula(field->text);
            /* A row of one empty field would be an empty line, which is none. */
            if (csv->columns == 1 && field->text.n == 0)
                buf_add(&out, STR("\"\""));
            else
                csv_put(&out, field->text);
            buf_add(&out, j + 1 == csv->columns ? STR("\r\n") : STR(","));
        }
    if (csv->rows == 0 || out.n > limits.bytes)
        return;
    must(buf_ok(&out) && csv_read(arena, buf_str(&out), &limits, &again, &wrong) == STATUS_OK);
    must(again.rows == csv->rows && again.columns == csv->columns);
    for (size_t i = 0; i < csv->rows * csv->columns; i++)
        must(str_equal(again.fields[i].text, csv->fields[i].text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new(64 << 20);
    struct csv csv;
    struct csv_fault wrong = { 0 };
    if (!arena)
        return 0;
    int64_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += bytes[i] == '\n';
    enum status status = csv_read(arena, (struct str){ (const char *)bytes, n }, &limits, &csv, &wrong);
    must(status == STATUS_OK || status == STATUS_INVALID);
    if (status == STATUS_OK)
        look_at(arena, &csv, lines);
    else
        must(wrong.line >= 1 && wrong.line <= lines && wrong.column >= 1 && str_is_text(wrong.what));
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
