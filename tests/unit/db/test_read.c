/*
 * Reading: snapshots, values as they were written, statements used inside
 * their own loop, connections of threads, and the log moved into the database.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "common.h"
#include "db/backend.h"
#include "db/faulty.h"
#include "base/banned.h"

static const struct db_statement count_left = { .name = "test.count", .sqlite = "SELECT count(*) FROM left_side" };

struct put {
    struct db *db;
    int64_t n;
};

static void *put(void *arg)
{
    struct put *p = arg;
    struct pair pair = { .n = p->n };
    struct fault fault = { 0 };
    if (db_write(p->db, pair_write, &pair, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return NULL;
}

/* On a thread of its own: this one may have a snapshot. */
static void write_pair(struct db *db, int64_t n)
{
    struct put p = { db, n };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, put, &p), 0);
    pthread_join(thread, NULL);
}

static void a_snapshot_does_not_see_later_acts(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(p.db, 1);
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    write_pair(p.db, 2); /* before the first statement of the snapshot */
    assert_int_equal(ask_number(tx, &count_left), 1);
    write_pair(p.db, 3);
    assert_int_equal(ask_number(tx, &count_left), 1);
    db_read_end(tx);
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    assert_int_equal(ask_number(tx, &count_left), 3);
    db_read_end(tx);
    place_end(&p);
}

static void a_snapshot_that_is_held_too_long_gets_no_more_rows(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    struct db_cursor *c = NULL;
    assert_int_equal(db_start(tx, &count_left, &c), STATUS_OK);
    tx->began_ns -= (int64_t)(DB_SNAPSHOT_MS + 1) * 1000 * 1000;
    bool row = true;
    assert_int_equal(db_step(c, &row), STATUS_LIMIT);
    assert_false(row);
    assert_int_equal(db_fault(tx)->status, STATUS_LIMIT);
    db_finish(c);
    db_read_end(tx);
    place_end(&p);
}

/* ---- Values ---- */

static const struct db_statement values_make = {
    .name = "test.values",
    .sqlite = "INSERT INTO job (kind, key, argument, state, step, first_at, run_at, lease, again, why)"
              " VALUES (?1, ?2, ?3, 'held', 0, ?4, ?5, NULL, 1, NULL)",
    .writes = true
};
static const struct db_statement values_read = {
    .name = "test.values_read",
    .sqlite = "SELECT kind, key, first_at, lease, again, CAST(argument AS BLOB), why FROM job WHERE id = ?1"
};

struct values {
    struct str kind, key, argument;
    int64_t id, changed;
};

static enum status values_write(struct db_tx *tx, void *arg)
{
    struct values *v = arg;
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &values_make, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_text(c, 1, v->kind);
    db_bind_text(c, 2, v->key);
    db_bind_text(c, 3, v->argument);
    db_bind_int(c, 4, INT64_MIN);
    db_bind_int(c, 5, INT64_MAX);
    bool row = true;
    status = db_step(c, &row);
    assert_false(row);
    v->changed = db_changed(c);
    v->id = db_last_id(tx);
    db_finish(c);
    return status;
}

static void values_come_back_as_they_were_written(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct values v = { .kind = STR("w\xC3\xB6rd"), .key = STR(""), .argument = STR("{}") };
    struct fault fault = { 0 };
    assert_int_equal(db_write(p.db, values_write, &v, &fault), STATUS_OK);
    assert_int_equal(v.changed, 1);
    assert_true(v.id > 0);
    struct arena *arena = arena_new(4096);
    struct db_tx *tx = NULL;
    struct db_cursor *c = NULL;
    bool row = false;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    assert_false(db_is_writing(tx));
    assert_int_equal(db_start(tx, &values_read, &c), STATUS_OK);
    db_bind_int(c, 1, v.id);
    assert_int_equal(db_step(c, &row), STATUS_OK);
    assert_true(row);
    struct str kind = db_column_text(c, 0, arena), key = db_column_text(c, 1, arena);
    assert_true(str_equal(kind, v.kind));
    assert_true(key.p != NULL && key.n == 0); /* empty is not absent */
    assert_int_equal(db_column_int(c, 2), INT64_MIN);
    assert_true(db_column_null(c, 3));
    assert_null(db_column_text(c, 6, arena).p);
    assert_true(str_equal(db_column_bytes(c, 5, arena), STR("{}")));
    assert_true(db_column_fits(c, 0, DB_TEXT, false));
    assert_false(db_column_fits(c, 0, DB_INT, false));
    assert_true(db_column_fits(c, 2, DB_TIME, false));
    assert_false(db_column_fits(c, 2, DB_BOOL, false));
    assert_true(db_column_fits(c, 4, DB_BOOL, false));
    assert_false(db_column_fits(c, 3, DB_INT, false));
    assert_true(db_column_fits(c, 3, DB_INT, true));
    assert_true(db_column_fits(c, 5, DB_BYTES, false));
    assert_false(db_column_fits(c, 5, DB_TEXT, false));
    assert_int_equal(db_step(c, &row), STATUS_OK);
    assert_false(row);
    assert_int_equal(db_step(c, &row), STATUS_OK); /* does not begin anew */
    assert_false(row);
    db_finish(c);
    db_read_end(tx);
    arena_free(arena);
    place_end(&p);
}

static void an_arena_that_is_full_is_told_and_not_a_short_value(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    static char long_text[5000];
    memset(long_text, 'x', sizeof long_text);
    struct values v = { .kind = STR("k"), .key = { long_text, sizeof long_text }, .argument = STR("{}") };
    struct fault fault = { 0 };
    assert_int_equal(db_write(p.db, values_write, &v, &fault), STATUS_OK);
    struct arena *arena = arena_new(1024);
    struct db_tx *tx = NULL;
    struct db_cursor *c = NULL;
    bool row = false;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    assert_int_equal(db_start(tx, &values_read, &c), STATUS_OK);
    db_bind_int(c, 1, v.id);
    assert_int_equal(db_step(c, &row), STATUS_OK);
    assert_null(db_column_text(c, 1, arena).p);
    assert_true(arena_failed(arena));
    db_finish(c);
    db_read_end(tx);
    arena_free(arena);
    place_end(&p);
}

static void a_statement_may_run_inside_its_own_loop(void **state)
{
    (void)state;
    static const struct db_statement all = { .name = "test.all", .sqlite = "SELECT n FROM left_side ORDER BY n" };
    struct place p;
    place_make(&p, NULL);
    for (int64_t n = 1; n <= 3; n++)
        write_pair(p.db, n);
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    struct db_cursor *outer = NULL, *inner = NULL;
    bool row = false;
    int64_t sum = 0;
    assert_int_equal(db_start(tx, &all, &outer), STATUS_OK);
    while (db_step(outer, &row) == STATUS_OK && row) {
        bool more = false;
        assert_int_equal(db_start(tx, &all, &inner), STATUS_OK);
        while (db_step(inner, &more) == STATUS_OK && more)
            sum += db_column_int(outer, 0) * db_column_int(inner, 0);
        db_finish(inner);
    }
    db_finish(outer);
    assert_int_equal(sum, 36);
    db_read_end(tx);
    place_end(&p);
}

static void an_unfinished_statement_does_not_keep_the_snapshot(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(p.db, 1);
    struct db_tx *tx = NULL;
    struct fault fault;
    struct db_cursor *c = NULL;
    bool row = false, whole = false;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    assert_int_equal(db_start(tx, &count_left, &c), STATUS_OK);
    assert_int_equal(db_step(c, &row), STATUS_OK);
    db_read_end(tx); /* without db_finish */
    write_pair(p.db, 2);
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    assert_true(whole);
    place_end(&p);
}

/* ---- Threads ---- */

static void *read_once(void *arg)
{
    return pairs_count(arg) == 1 ? arg : NULL;
}

static void a_thread_that_ends_gives_its_connection_back(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(p.db, 1);
    int64_t live = 0;
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        void *result = NULL;
        assert_int_equal(pthread_create(&thread, NULL, read_once, p.db), 0);
        pthread_join(thread, &result);
        assert_ptr_equal(result, p.db);
        if (i == 0)
            live = mem_live();
    }
    assert_int_equal(mem_live(), live);
    place_end(&p);
}

/* ---- The log ---- */

static off_t log_size(const struct place *p)
{
    char path[128];
    place_path(p, "candour.db-wal", path, sizeof path);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void a_truncating_checkpoint_says_whether_it_is_whole(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(p.db, 1);
    struct db_tx *tx = NULL;
    struct fault fault;
    bool whole = true;
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_OK);
    write_pair(p.db, 2);
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    assert_false(whole); /* the snapshot holds it up, and is not waited for */
    db_read_end(tx);
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    assert_true(whole);
    assert_int_equal(log_size(&p), 0);
    write_pair(p.db, 3);
    assert_int_equal(pairs_count(p.db), 3);
    place_end(&p);
}

static enum status write_many(struct db_tx *tx, void *arg)
{
    int64_t first = *(int64_t *)arg;
    static char argument[3500];
    memset(argument, 'a', sizeof argument);
    for (int64_t i = 0; i < 20; i++) {
        char key[32];
        int n = snprintf(key, sizeof key, "%lld", (long long)(first + i));
        enum status status = db_job_put(tx, STR("test.fill"), (struct str){ key, (size_t)n },
                                        (struct str){ argument, sizeof argument }, INT64_MAX);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void the_log_does_not_grow_without_end(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct fault fault;
    for (int64_t i = 0; i < 300; i++) {
        int64_t first = i * 20;
        assert_int_equal(db_write(p.db, write_many, &first, &fault), STATUS_OK);
    }
    /* About 6,000 pages were written; the log begins anew after each thousand. */
    assert_true(log_size(&p) < (off_t)2 * DB_LOG_PAGES * 4200);
    place_end(&p);
}

static void the_log_is_moved_when_nothing_is_written(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    db_faulty_at(0, DB_FAULTY_CHECKPOINT, STATUS_IO);
    write_pair(p.db, 1);
    assert_int_equal(db_faulty_calls(), 0);
    for (int i = 0; i < 50 && !db_faulty_calls(); i++)
        nanosleep(&(struct timespec){ .tv_nsec = 100 * 1000 * 1000 }, NULL);
    assert_int_equal(db_faulty_calls(), 1);
    nanosleep(&(struct timespec){ .tv_sec = 1, .tv_nsec = 300 * 1000 * 1000 }, NULL);
    assert_int_equal(db_faulty_calls(), 1); /* and then there is nothing to move */
    place_end(&p);
}

int main(void)
{
    place_schema();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_does_not_see_later_acts),
        cmocka_unit_test(a_snapshot_that_is_held_too_long_gets_no_more_rows),
        cmocka_unit_test(values_come_back_as_they_were_written),
        cmocka_unit_test(an_arena_that_is_full_is_told_and_not_a_short_value),
        cmocka_unit_test(a_statement_may_run_inside_its_own_loop),
        cmocka_unit_test(an_unfinished_statement_does_not_keep_the_snapshot),
        cmocka_unit_test(a_thread_that_ends_gives_its_connection_back),
        cmocka_unit_test(a_truncating_checkpoint_says_whether_it_is_whole),
        cmocka_unit_test(the_log_does_not_grow_without_end),
        cmocka_unit_test(the_log_is_moved_when_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
