/* A copy of the database while others write, and reading a copy in place. */
#include "common.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

#include "base/banned.h"

static struct place place;
static struct fault fault;
static char folder[80], copy[120];
static int64_t live;

static int make(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    place_schema();
    live = mem_live();
    place_make(&place, NULL);
    snprintf(folder, sizeof folder, "%s/candour #%%?copy-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(folder));
    snprintf(copy, sizeof copy, "%s/candour.db", folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    place_end(&place);
    unlink(copy);
    if (rmdir(folder) != 0)
        return -1; /* something was made beside the copy */
    return mem_live() == live ? 0 : -1;
}

static void write_pairs(int64_t from, int64_t n)
{
    for (int64_t i = from; i < from + n; i++) {
        struct pair pair = { .n = i };
        if (db_write(place.db, pair_write, &pair, &fault) != STATUS_OK)
            fail_msg("%s", fault.text);
    }
}

static struct db *sealed(void)
{
    struct db *db = NULL;
    struct db_options options = { .folder = folder, .migrations = test_migrations, .migrations_n = 2, .sealed = true };
    if (db_open(&db, &options, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return db;
}

static void a_copy_holds_what_was_committed_and_is_read_in_place(void **state)
{
    (void)state;
    struct stat st;
    write_pairs(1, 50);
    assert_int_equal(db_copy(place.db, copy, NULL, NULL, &fault), STATUS_OK);
    write_pairs(51, 5);
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct db *db = sealed();
    assert_int_equal(db_schema(db), 2);
    assert_int_equal(db_schema(place.db), 2);
    assert_int_equal(db_check(db, &fault), STATUS_OK);
    assert_int_equal(pairs_count(db), 50);
    db_close(db);
    assert_int_equal(pairs_count(place.db), 55);
}

static void what_is_there_is_not_overwritten(void **state)
{
    (void)state;
    assert_int_equal(db_copy(place.db, copy, NULL, NULL, &fault), STATUS_OK);
    assert_int_equal(db_copy(place.db, copy, NULL, NULL, &fault), STATUS_CONFLICT);
    assert_int_equal(access(copy, F_OK), 0);
    unlink(copy);
    assert_int_equal(symlink("/dev/null", copy), 0);
    assert_int_equal(db_copy(place.db, copy, NULL, NULL, &fault), STATUS_CONFLICT);
}

static atomic_bool stop;
static atomic_int written;

static void *write_on(void *self)
{
    (void)self;
    struct fault own;
    for (int64_t i = 1000000; !atomic_load(&stop); i++) {
        struct pair pair = { .n = i };
        if (db_write(place.db, pair_write, &pair, &own) != STATUS_OK)
            return (void *)1;
        atomic_fetch_add(&written, 1);
    }
    return NULL;
}

static void hear(void *self, int64_t done, int64_t all)
{
    int64_t *steps = self;
    assert_true(done <= all);
    ++*steps;
    /* Until others have written meanwhile; they never wait for the copy. */
    int before = atomic_load(&written);
    for (int i = 0; i < 2000 && atomic_load(&written) < before + 2; i++)
        usleep(1000);
    assert_true(atomic_load(&written) >= before + 2);
}

static enum status write_many(struct db_tx *tx, void *arg)
{
    enum status status = STATUS_OK;
    for (int64_t i = *(int64_t *)arg; i < 200000 && status == STATUS_OK; i++)
        status = pair_write(tx, &(struct pair){ .n = i });
    return status;
}

static void writers_go_on_and_the_copy_is_one_moment(void **state)
{
    (void)state;
    pthread_t thread;
    void *failed = NULL;
    int64_t steps = 0, from = 1;
    assert_int_equal(db_write(place.db, write_many, &from, &fault), STATUS_OK); /* several steps of pages */
    atomic_store(&stop, false);
    assert_int_equal(pthread_create(&thread, NULL, write_on, NULL), 0);
    enum status status = db_copy(place.db, copy, hear, &steps, &fault);
    atomic_store(&stop, true);
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(status, STATUS_OK);
    assert_true(steps >= 2);
    struct db *db = sealed();
    assert_int_equal(db_check(db, &fault), STATUS_OK);
    int64_t n = pairs_count(db); /* both tables have as many */
    assert_true(n >= 199999 && n < pairs_count(place.db));
    db_close(db);
}

static void a_full_disk_leaves_no_copy(void **state)
{
    (void)state;
    struct rlimit before;
    int64_t from = 1;
    bool whole = false;
    assert_int_equal(db_write(place.db, write_many, &from, &fault), STATUS_OK);
    assert_int_equal(db_checkpoint(place.db, true, &whole, &fault), STATUS_OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = { 300000, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status status = db_copy(place.db, copy, NULL, NULL, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_FULL);
    assert_int_equal(access(copy, F_OK), -1);
}

static void a_copy_that_is_newer_or_no_database_is_refused(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct db_options older = { .folder = folder, .migrations = test_migrations, .migrations_n = 1, .sealed = true };
    assert_int_equal(db_open(&db, &older, &fault), STATUS_NOT_FOUND);
    assert_int_equal(db_copy(place.db, copy, NULL, NULL, &fault), STATUS_OK);
    assert_int_equal(db_open(&db, &older, &fault), STATUS_NEWER);
    FILE *f = fopen(copy, "we");
    assert_non_null(f);
    for (int i = 0; i < 500; i++)
        fputs("no database at all ", f);
    fclose(f);
    older.migrations_n = 2;
    assert_int_equal(db_open(&db, &older, &fault), STATUS_DAMAGED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)
    const struct CMUnitTest tests[] = {
        TEST(a_copy_holds_what_was_committed_and_is_read_in_place),
        TEST(what_is_there_is_not_overwritten),
        TEST(writers_go_on_and_the_copy_is_one_moment),
        TEST(a_full_disk_leaves_no_copy),
        TEST(a_copy_that_is_newer_or_no_database_is_refused),
    };
    return cmocka_run_group_tests_name("db copy", tests, NULL, NULL);
}
