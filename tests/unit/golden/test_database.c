/*
 * The C of sql.py against the real database: what goes in comes out, of each
 * type, absent or not, and a broken rule of the schema is STATUS_CONFLICT.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "golden/golden_sql.h"
#include "migrations.h"
#include "base/banned.h"

static char folder[] = "/tmp/candour-golden-XXXXXX";
static struct db *db;
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    struct fault fault;
    struct str schema;
    arena = arena_new(1024 * 1024);
    assert_non_null(arena);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(file_read(arena, GOLDEN_SCHEMA, 64 * 1024, &schema, &fault), STATUS_OK);
    const struct db_migration steps[] = {
        candour_migrations[0],
        { .number = 2, .name = "0002_golden", .sql = str_z(arena, schema) },
    };
    const struct db_options options = { .folder = folder, .migrations = steps, .migrations_n = 2, .create = true };
    assert_int_equal(db_open(&db, &options, &fault), STATUS_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    static const char *const files[] = { "candour.db", "candour.db-wal", "candour.db-shm", "write.lock", "generation" };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        unlink(path);
    }
    /* Where the database keeps another file, this fails and says so. */
    return rmdir(folder);
}

struct post {
    struct str key;
    struct db_opt_int withdrawn;
    int64_t id;
};

static enum status add(struct db_tx *tx, void *arg)
{
    struct post *post = arg;
    struct golden_post_add added;
    enum status status = sql_golden_post_add(tx, arena, post->key, STR("Title – ✓"), post->withdrawn, STR("live"),
                                             STR("\0\xff\1"), INT64_C(1700000000123), &added);
    post->id = status == STATUS_OK ? added.id : 0;
    return status;
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    struct fault fault;
    struct post first = { .key = STR("first") };
    struct post second = { .key = STR("second"), .withdrawn = { .set = true, .value = 1 } };
    assert_int_equal(db_write(db, add, &first, &fault), STATUS_OK);
    assert_int_equal(db_write(db, add, &second, &fault), STATUS_OK);
    assert_int_not_equal(first.id, second.id);

    struct db_tx *tx;
    struct golden_post_by_key post;
    struct golden_post_list *rows;
    struct golden_post_count count;
    struct db_opt_int none = { 0 }, later = { .set = true, .value = INT64_C(1700000000124) };
    size_t n;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(sql_golden_post_by_key(tx, arena, STR("first"), none, &post), STATUS_OK);
    assert_int_equal(post.id, first.id);
    assert_true(str_equal(post.title, STR("Title – ✓")));
    assert_false(post.withdrawn.set);
    assert_true(post.live);
    assert_true(str_equal(post.body, STR("\0\xff\1")));
    assert_int_equal(sql_golden_post_by_key(tx, arena, STR("second"), none, &post), STATUS_OK);
    assert_true(post.withdrawn.set);
    assert_int_equal(post.withdrawn.value, 1);
    assert_int_equal(sql_golden_post_by_key(tx, arena, STR("second"), later, &post), STATUS_NOT_FOUND);
    assert_int_equal(sql_golden_post_is(tx, arena, first.id), STATUS_OK);
    assert_int_equal(sql_golden_post_is(tx, arena, 999), STATUS_NOT_FOUND);
    assert_int_equal(sql_golden_post_list(tx, arena, 1, &rows, &n), STATUS_OK);
    assert_int_equal(n, 1);
    assert_null(rows[0].label.p);
    assert_int_equal(sql_golden_post_count(tx, arena, &count), STATUS_OK);
    assert_int_equal(count.posts, 2);
    assert_int_equal(count.newest, INT64_C(1700000000123));
    db_read_end(tx);
}

static void the_same_key_twice_is_a_conflict(void **state)
{
    (void)state;
    struct fault fault;
    struct post post = { .key = STR("once") };
    assert_int_equal(db_write(db, add, &post, &fault), STATUS_OK);
    assert_int_equal(db_write(db, add, &post, &fault), STATUS_CONFLICT);
}

static enum status rename_state(struct db_tx *tx, void *arg)
{
    return sql_golden_post_state(tx, *(int64_t *)arg, STR("held"), (int64_t *)arg);
}

static void a_change_counts_its_rows(void **state)
{
    (void)state;
    struct fault fault;
    struct post post = { .key = STR("changed") };
    assert_int_equal(db_write(db, add, &post, &fault), STATUS_OK);
    int64_t number = post.id;
    assert_int_equal(db_write(db, rename_state, &number, &fault), STATUS_OK);
    assert_int_equal(number, 1);
    number = 12345;
    assert_int_equal(db_write(db, rename_state, &number, &fault), STATUS_OK);
    assert_int_equal(number, 0);
}

static enum status see_day(void *self, const struct golden_post_each *row)
{
    *(struct str *)self = row->day;
    return row->facts.p || row->live.set ? STATUS_DAMAGED : STATUS_OK;
}

static void an_expression_has_the_type_it_was_cast_to(void **state)
{
    (void)state;
    struct fault fault;
    struct db_tx *tx;
    struct post post = { .key = STR("a day") };
    struct str day = STR_NONE;
    assert_int_equal(db_write(db, add, &post, &fault), STATUS_OK);
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(sql_golden_post_each(tx, arena, see_day, &day), STATUS_OK);
    db_read_end(tx);
    assert_true(str_equal(day, STR("2023-11-14")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(the_same_key_twice_is_a_conflict),
        cmocka_unit_test(a_change_counts_its_rows),
        cmocka_unit_test(an_expression_has_the_type_it_was_cast_to),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
