/*
 * Every k-th allocation and every k-th call of the back-end fails once: a
 * clean status with words, nothing leaked, the act whole or absent, and the
 * next act goes through.
 */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "common.h"
#include "db/faulty.h"
#include "base/banned.h"

/* An act with everything in it: two tables, the generation, a job. */
static enum status everything(struct db_tx *tx, void *arg)
{
    struct pair *pair = arg;
    enum status status = pair_write(tx, pair);
    char key[32];
    int n = snprintf(key, sizeof key, "%lld", (long long)pair->n);
    if (status == STATUS_OK)
        status = db_job_put(tx, STR("test.act"), (struct str){ key, (size_t)n }, STR("{}"), 0);
    return status;
}

static const struct db_statement count_jobs = { .name = "test.jobs",
                                                .sqlite = "SELECT count(*) FROM job WHERE kind = 'test.act'" };

static int64_t acts_count(struct db *db)
{
    struct db_tx *tx = NULL;
    struct fault fault = { 0 };
    if (db_read_begin(db, &tx, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    int64_t n = ask_number(tx, &count_jobs);
    db_read_end(tx);
    assert_int_equal(n, pairs_count(db));
    return n;
}

static void told(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK) {
        assert_int_equal(fault->status, status);
        assert_true(strlen(fault->text) > 10);
    }
}

struct later {
    enum status status;
    struct fault fault;
    int answers;
};

static void later_done(void *self, enum status status, const struct fault *fault)
{
    struct later *later = self;
    later->status = status;
    later->fault = *fault;
    later->answers++;
}

static enum status nothing(struct db_tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return STATUS_OK;
}

/*
 * A write that waits and one that does not, each whole or absent; a read; a
 * job taken and ended. True where all went well.
 */
static bool round_of_acts(struct db *db, int64_t *n, int64_t *kept)
{
    bool well = true;
    struct fault fault = { 0 };
    struct pair first = { .n = ++*n, .raise = true }, second = { .n = ++*n };
    enum status status = db_write(db, everything, &first, &fault);
    told(status, &fault);
    *kept += status == STATUS_OK;
    well &= status == STATUS_OK;

    struct later later = { 0 };
    status = db_write_later(db, everything, &second, later_done, &later);
    if (status == STATUS_OK) {
        while (db_write(db, nothing, NULL, NULL) != STATUS_OK)
            continue; /* behind it in the queue; the one failure may be this one's */
        assert_int_equal(later.answers, 1);
        told(later.status, &later.fault);
        status = later.status;
    }
    *kept += status == STATUS_OK;
    well &= status == STATUS_OK;

    struct db_tx *tx = NULL;
    status = db_read_begin(db, &tx, &fault);
    told(status, &fault);
    if (status == STATUS_OK) {
        struct db_cursor *c = NULL;
        bool row = false;
        status = db_start(tx, &count_jobs, &c);
        if (status == STATUS_OK)
            status = db_step(c, &row);
        told(status, db_fault(tx));
        db_finish(c);
        db_read_end(tx);
    }
    well &= status == STATUS_OK;

    struct arena *arena = arena_new(1 << 16);
    struct job job;
    status = arena ? db_job_take(db, arena, &job, &fault) : STATUS_NO_MEMORY;
    if (arena)
        told(status, &fault);
    well &= status == STATUS_OK || status == STATUS_NOT_FOUND;
    arena_free(arena);
    bool whole = false;
    status = db_checkpoint(db, false, &whole, &fault);
    told(status, &fault);
    well &= status == STATUS_OK;
    return well;
}

static void every_allocation_may_fail_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    int64_t n = 0, kept = 0;
    assert_true(round_of_acts(p.db, &n, &kept));
    db_close(p.db);
    struct fault fault;
    int64_t live = mem_live();
    uint64_t k = 1;
    int refused = 0;
    for (;; k += k < 200 ? 1 : 3) {
        /* Opened anew, so that compiling and connecting are among the acts. */
        mem_fail_at(0);
        assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK);
        mem_fail_at(k);
        bool well = round_of_acts(p.db, &n, &kept);
        bool over = mem_calls() < k;
        mem_fail_at(0);
        refused += !well;
        assert_true(well || !over);
        assert_int_equal(acts_count(p.db), kept);
        db_close(p.db);
        assert_int_equal(mem_live(), live);
        if (over)
            break;
    }
    print_message("%llu allocations, %d rounds with a refusal\n", (unsigned long long)k, refused);
    assert_true(k > 100);
    assert_true(refused > 20);
    p.db = NULL;
    place_end(&p);
}

static void every_allocation_of_opening_may_fail_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    db_close(p.db);
    struct fault fault = { 0 };
    int64_t live = mem_live();
    uint64_t k = 1;
    int refused = 0;
    for (;; k += k < 200 ? 1 : 3) {
        mem_fail_at(k);
        enum status status = place_open(&p, NULL, false, &fault);
        bool over = mem_calls() < k;
        mem_fail_at(0);
        told(status, &fault);
        if (status != STATUS_OK) {
            assert_int_equal(status, STATUS_NO_MEMORY);
            assert_null(p.db);
            refused++;
        }
        db_close(p.db);
        p.db = NULL;
        assert_int_equal(mem_live(), live);
        if (over)
            break;
    }
    print_message("%llu allocations, %d refused\n", (unsigned long long)k, refused);
    assert_true(refused > 20);
    assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK);
    place_end(&p);
}

static void every_call_fails(unsigned what, enum status status)
{
    struct place p;
    place_make(&p, &db_faulty);
    int64_t n = 0, kept = 0;
    int refused = 0;
    db_faulty_at(0, what, status);
    assert_true(round_of_acts(p.db, &n, &kept));
    uint64_t k = 1;
    for (;; k++) {
        db_faulty_at(k, what, status);
        bool well = round_of_acts(p.db, &n, &kept);
        bool over = db_faulty_calls() < k;
        db_faulty_at(0, 0, STATUS_OK);
        refused += !well;
        assert_true(well || !over);
        assert_int_equal(acts_count(p.db), kept);
        if (over)
            break;
    }
    assert_true(k > 2);
    assert_true(refused > 0);
    place_end(&p);
}

static void every_call_of_the_database_may_fail_once(void **state)
{
    (void)state;
    int64_t live = mem_live();
    const enum status statuses[] = { STATUS_IO, STATUS_FULL, STATUS_BUSY, STATUS_NO_MEMORY };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        every_call_fails(DB_FAULTY_ANY, statuses[i]);
    every_call_fails(DB_FAULTY_COMMIT, STATUS_FULL);
    every_call_fails(DB_FAULTY_STEP_GONE, STATUS_IO);
    assert_int_equal(mem_live(), live);
}

int main(void)
{
    place_schema();
    log_descriptor_set(-1);
    struct place p; /* what SQLite and the C library keep for the process is no leak */
    place_make(&p, NULL);
    place_end(&p);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail_once),
        cmocka_unit_test(every_allocation_of_opening_may_fail_once),
        cmocka_unit_test(every_call_of_the_database_may_fail_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
