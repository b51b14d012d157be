/* Comma-separated values: what is taken, what is refused and where, and that what is written is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"

#include "base/banned.h"

static const struct csv_limits limits = { .bytes = 400, .rows = 5, .columns = 4, .field = 40 };
static struct arena *arena;

static int make(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Fields between "|", rows between "/". */
static struct str shown(const struct csv *csv)
{
    struct buf out;
    buf_init(&out, arena, 1 << 16);
    buf_add(&out, STR(""));
    for (size_t i = 0; i < csv->rows; i++)
        for (size_t j = 0; j < csv->columns; j++) {
            buf_add(&out, csv_at(csv, i, j)->text);
            buf_add_byte(&out, j + 1 == csv->columns ? '/' : '|');
        }
    return buf_ok(&out) && out.n > 0 ? buf_str(&out) : STR("");
}

static void takes(struct str text, const char *wanted)
{
    struct csv csv;
    struct csv_fault wrong;
    assert_int_equal(csv_read(arena, text, &limits, &csv, &wrong), STATUS_OK);
    struct str got = shown(&csv);
    if (!str_equal(got, str_of(wanted)))
        fail_msg("%.*s and not %s", STR_ARG(got), wanted);
}

static void refuses(struct str text, int64_t line, int64_t column, const char *words)
{
    struct csv csv;
    struct csv_fault wrong = { 0 };
    assert_int_equal(csv_read(arena, text, &limits, &csv, &wrong), STATUS_INVALID);
    if (wrong.line != line || wrong.column != column || str_find(wrong.what, str_of(words)) < 0)
        fail_msg("%lld:%lld: %.*s", (long long)wrong.line, (long long)wrong.column, STR_ARG(wrong.what));
}

static void what_is_taken(void **state)
{
    (void)state;
    takes(STR(""), "");
    takes(STR("\n\r\n\n"), "");
    takes(STR("a,b\n1,2\n"), "a|b/1|2/");
    takes(STR("a,b\r\n1,2"), "a|b/1|2/");
    takes(STR("\xEF\xBB\xBF"
              "a\r\n\r\n1\r\n"),
          "a/1/");
    takes(STR("a,b\n,\n"), "a|b/|/");
    takes(STR("a,b\n\"1,\"\"2\"\"\",\"x\ny\"\n"), "a|b/1,\"2\"|x\ny/");
    takes(STR("a,\"\"\n\"\",\"\"\"\"\n"), "a|/|\"/");
}

static void what_is_refused(void **state)
{
    (void)state;
    refuses(STR("a,b\n1,\"2\n3"), 2, 3, "never closed");
    refuses(STR("a,b\n1,x\"2\n"), 2, 4, "in the middle");
    refuses(STR("a,b\n\"1\"x,2\n"), 2, 4, "behind a closing");
    refuses(STR("a,b\n1\n"), 2, 1, "1 field, and the header row has 2");
    refuses(STR("a,b\n1,2,3\n"), 2, 1, "3 fields");
    refuses(STR("a\r1\n"), 1, 2, "carriage return");
    refuses(STR("a,b\né,\xFF\n"), 2, 3, "not UTF-8");
    refuses(((struct str){ "a\n\0", 3 }), 2, 1, "not UTF-8");
    refuses(STR("a\n\"x\ny\",z\"\n"), 3, 5, "in the middle");
    refuses(STR("a,b,c,d,e\n"), 1, 9, "more than 4 fields");
    refuses(STR("a\n1\n2\n3\n4\n5\n"), 6, 1, "more than 5 rows");
    refuses(STR("a\n01234567890123456789012345678901234567890\n"), 2, 1, "41 bytes");
    char large[401];
    memset(large, 'a', sizeof large);
    refuses((struct str){ large, sizeof large }, 1, 1, "401 bytes");
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const char *const fields[] = { "", "a", "a,b", "\"", "a\nb", "a\r\nb", " a ", "Zoë \"Z\" O’Neil, 3" };
    struct buf out;
    buf_init(&out, arena, 4096);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        buf_clear(&out);
        buf_add(&out, STR("x,"));
        csv_put(&out, str_of(fields[i]));
        buf_add(&out, STR("\r\n"));
        struct csv csv;
        struct csv_fault wrong;
        assert_int_equal(csv_read(arena, buf_str(&out), &limits, &csv, &wrong), STATUS_OK);
        assert_int_equal(csv.rows, 1);
        assert_true(str_equal(csv_at(&csv, 0, 1)->text, str_of(fields[i])));
    }
}

static void formulas(void **state)
{
    (void)state;
    static const char *const are[] = { "=1+1", "+44", "-x", "@SUM(A1)", "\tx", "\rx", "  =x", "＝1" };
    static const char *const are_not[] = { "", " ", "a=b", "O’Neil", "'=x", "1-2" };
    for (size_t i = 0; i < sizeof are / sizeof are[0]; i++)
        assert_true(csv_is_formula(str_of(are[i])));
    for (size_t i = 0; i < sizeof are_not / sizeof are_not[0]; i++)
        assert_false(csv_is_formula(str_of(are_not[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_taken, make, end),
        cmocka_unit_test_setup_teardown(what_is_refused, make, end),
        cmocka_unit_test_setup_teardown(what_is_written_is_read, make, end),
        cmocka_unit_test_setup_teardown(formulas, make, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
