/* Doing jobs by a table, against a real database in a folder of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "main/jobs.h"
#include "main/wiring.h"
#include "base/banned.h"

static char folder[] = "/tmp/candour-jobs-XXXXXX";
static struct db *db;
static struct arena *arena;
static int64_t now = 1700000000000;
static unsigned runs;

static int64_t now_ms(void *self)
{
    (void)self;
    return now;
}

static enum status end_well(struct db_tx *tx, void *arg)
{
    return db_job_end(tx, arg, JOB_OK, STR(""));
}

static enum status run_well(struct db *d, const struct settings *settings, struct arena *a, const struct job *job,
                            struct fault *fault)
{
    (void)settings;
    (void)a;
    runs++;
    struct job copy = *job;
    return db_write(d, end_well, &copy, fault);
}

static enum status run_badly(struct db *d, const struct settings *settings, struct arena *a, const struct job *job,
                             struct fault *fault)
{
    (void)d;
    (void)settings;
    (void)a;
    (void)job;
    runs++;
    return fault_set(fault, STATUS_UNAVAILABLE, "The other side is away.");
}

static const struct job_kind table[] = { { "test.well", run_well }, { "test.badly", run_badly }, { NULL, NULL } };

static enum status put(struct db_tx *tx, void *arg)
{
    return db_job_put(tx, str_of(arg), STR("key"), STR("{}"), now);
}

static void put_job(const char *kind)
{
    char copy[32];
    snprintf(copy, sizeof copy, "%s", kind);
    assert_int_equal(db_write(db, put, copy, NULL), STATUS_OK);
}

static enum status next(void)
{
    struct fault fault;
    return jobs_do_next(db, NULL, arena, table, &fault);
}

static void a_job_of_a_known_kind_is_done_once(void **state)
{
    (void)state;
    put_job("test.well");
    runs = 0;
    assert_int_equal(next(), STATUS_OK);
    assert_int_equal(runs, 1);
    now += 1000 * 60 * 60;
    assert_int_equal(next(), STATUS_NOT_FOUND);
    assert_int_equal(runs, 1);
}

static void a_job_that_could_not_is_tried_again_later_and_ends_as_failed(void **state)
{
    (void)state;
    put_job("test.badly");
    runs = 0;
    assert_int_equal(next(), STATUS_OK);
    assert_int_equal(next(), STATUS_NOT_FOUND); /* not at once */
    int64_t due = 0;
    assert_int_equal(db_job_next(db, &due, NULL), STATUS_OK);
    assert_true(due >= now + JOB_RETRY_BASE_MS);
    for (int i = 0; i < 3 * JOB_MAX_STEPS; i++) {
        assert_int_equal(db_job_next(db, &due, NULL), STATUS_OK);
        if (due == INT64_MAX)
            break;
        now = due > now ? due : now;
        enum status status = next();
        assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
    }
    assert_int_equal(due, INT64_MAX);
    assert_int_equal(runs, JOB_MAX_STEPS);
}

static void a_job_that_nobody_knows_is_held_and_the_next_is_done(void **state)
{
    (void)state;
    put_job("test.unknown");
    now += 1;
    put_job("test.well");
    runs = 0;
    assert_int_equal(next(), STATUS_OK);
    assert_int_equal(runs, 0);
    assert_int_equal(next(), STATUS_OK);
    assert_int_equal(runs, 1);
    now += 1000 * 60 * 60 * INT64_C(24);
    assert_int_equal(next(), STATUS_NOT_FOUND);
}

static int begin(void **state)
{
    (void)state;
    static const struct clock clock = { now_ms, NULL };
    log_descriptor_set(-1);
    clock_use(&clock);
    arena = arena_new(1024 * 1024);
    struct fault fault;
    struct db_options options = wiring_database(mkdtemp(folder), true);
    return arena && db_open(&db, &options, &fault) == STATUS_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    static const char *const names[] = { "candour.db", "candour.db-wal", "candour.db-shm", "write.lock", "generation" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_of_a_known_kind_is_done_once),
        cmocka_unit_test(a_job_that_could_not_is_tried_again_later_and_ends_as_failed),
        cmocka_unit_test(a_job_that_nobody_knows_is_held_and_the_next_is_done),
    };
    return cmocka_run_group_tests_name("jobs", tests, begin, finish);
}
