/* The queue of jobs: one open job of a kind and key, leases, retries, ends, and acts that come in between. */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "common.h"
#include "base/banned.h"

static int64_t now;

static int64_t now_ms(void *self)
{
    (void)self;
    return now;
}

static const struct clock test_clock = { .now_ms = now_ms };

struct put {
    const char *key, *argument;
    int64_t run_at;
};

static enum status put_job(struct db_tx *tx, void *arg)
{
    const struct put *put = arg;
    return db_job_put(tx, STR("test.kind"), str_of(put->key), str_of(put->argument), put->run_at);
}

static enum status put_other(struct db_tx *tx, void *arg)
{
    (void)arg;
    return db_job_put(tx, STR("test.other"), STR("key"), STR("{}"), 0);
}

struct end {
    struct job *job;
    enum job_outcome outcome;
};

static enum status end_job(struct db_tx *tx, void *arg)
{
    const struct end *end = arg;
    return db_job_end(tx, end->job, end->outcome, STR("because of the test"));
}

struct queue {
    struct place place;
    struct arena *arena;
};

static void begin(struct queue *q)
{
    now = 1000000000;
    clock_use(&test_clock);
    place_make(&q->place, NULL);
    q->arena = arena_new(1 << 20);
}

static void end(struct queue *q)
{
    arena_free(q->arena);
    place_end(&q->place);
    clock_use(NULL);
}

static void put(struct queue *q, const char *key, const char *argument, int64_t run_at)
{
    struct put p = { key, argument, run_at };
    struct fault fault = { 0 };
    assert_int_equal(db_write(q->place.db, put_job, &p, &fault), STATUS_OK);
}

static enum status take(struct queue *q, struct job *job)
{
    struct fault fault = { 0 };
    return db_job_take(q->place.db, q->arena, job, &fault);
}

static enum status finish(struct queue *q, struct job *job, enum job_outcome outcome)
{
    struct end e = { job, outcome };
    struct fault fault = { 0 };
    return db_write(q->place.db, end_job, &e, &fault);
}

static int64_t next(struct queue *q)
{
    int64_t at = 0;
    struct fault fault = { 0 };
    assert_int_equal(db_job_next(q->place.db, &at, &fault), STATUS_OK);
    return at;
}

static int64_t count(struct queue *q, const struct db_statement *statement)
{
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(q->place.db, &tx, &fault), STATUS_OK);
    int64_t n = ask_number(tx, statement);
    db_read_end(tx);
    return n;
}

static const struct db_statement count_all = { .name = "test.all", .sqlite = "SELECT count(*) FROM job" };
static const struct db_statement count_failed = {
    .name = "test.failed", .sqlite = "SELECT count(*) FROM job WHERE state = 'failed' AND why IS NOT NULL"
};
static const struct db_statement count_held = { .name = "test.held",
                                                .sqlite = "SELECT count(*) FROM job WHERE state = 'held'" };

static void a_job_is_taken_when_it_is_due_and_leaves_no_row(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    struct job job;
    assert_int_equal(next(&q), INT64_MAX);
    assert_int_equal(take(&q, &job), STATUS_NOT_FOUND);
    put(&q, "later", "{\"b\":2}", now + 5000);
    put(&q, "now", "{\"a\":1}", 0);
    assert_int_equal(next(&q), now);
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_true(str_equal(job.kind, STR("test.kind")));
    assert_true(str_equal(job.key, STR("now")));
    assert_true(str_equal(job.argument, STR("{\"a\":1}")));
    assert_int_equal(job.step, 0);
    struct job none;
    assert_int_equal(take(&q, &none), STATUS_NOT_FOUND);
    assert_int_equal(finish(&q, &job, JOB_OK), STATUS_OK);
    assert_int_equal(count(&q, &count_all), 1);
    now += 5000;
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_true(str_equal(job.key, STR("later")));
    end(&q);
}

static void a_job_of_a_kind_is_taken_before_others_that_wait_longer(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    struct job job;
    struct fault fault = { 0 };
    put(&q, "first", "{}", now);
    assert_int_equal(db_job_take_kind(q.place.db, q.arena, STR("test.other"), &job, &fault), STATUS_NOT_FOUND);
    now += 1000;
    assert_int_equal(db_write(q.place.db, put_other, NULL, &fault), STATUS_OK);
    assert_int_equal(db_job_take_kind(q.place.db, q.arena, STR("test.other"), &job, &fault), STATUS_OK);
    assert_true(str_equal(job.kind, STR("test.other")));
    assert_int_equal(db_job_take_kind(q.place.db, q.arena, STR("test.other"), &job, &fault), STATUS_NOT_FOUND);
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_true(str_equal(job.key, STR("first")));
    end(&q);
}

static void one_job_of_a_kind_and_key_is_open(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{\"first\":true}", 0);
    put(&q, "k", "{\"second\":true}", 0);
    assert_int_equal(count(&q, &count_all), 1);
    struct job job;
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_true(str_equal(job.argument, STR("{\"first\":true}")));
    assert_int_equal(finish(&q, &job, JOB_OK), STATUS_OK);
    put(&q, "k", "{}", 0);
    assert_int_equal(take(&q, &job), STATUS_OK);
    end(&q);
}

static void an_act_during_its_job_has_the_job_done_once_more(void **state)
{
    (void)state;
    const enum job_outcome outcomes[] = { JOB_OK, JOB_PERMFAIL };
    for (size_t i = 0; i < 2; i++) {
        struct queue q;
        begin(&q);
        put(&q, "k", "{\"n\":1}", 0);
        struct job job;
        assert_int_equal(take(&q, &job), STATUS_OK);
        put(&q, "k", "{\"n\":2}", 0);
        assert_int_equal(finish(&q, &job, outcomes[i]), STATUS_OK);
        assert_int_equal(take(&q, &job), STATUS_OK);
        assert_true(str_equal(job.argument, STR("{\"n\":2}")));
        assert_int_equal(job.step, 0);
        assert_int_equal(finish(&q, &job, JOB_OK), STATUS_OK);
        assert_int_equal(count(&q, &count_all), 0);
        end(&q);
    }
}

static void a_lease_that_ended_gives_the_job_to_the_next(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{}", 0);
    struct job first, second;
    assert_int_equal(take(&q, &first), STATUS_OK);
    now += JOB_LEASE_MS - 1;
    assert_int_equal(take(&q, &second), STATUS_NOT_FOUND);
    assert_int_equal(next(&q), now + 1);
    now += 1;
    assert_int_equal(take(&q, &second), STATUS_OK);
    assert_int_equal(second.step, 1);
    assert_int_not_equal(first.lease, second.lease);
    assert_int_equal(finish(&q, &first, JOB_OK), STATUS_CONFLICT);
    assert_int_equal(finish(&q, &first, JOB_TEMPFAIL), STATUS_CONFLICT);
    assert_int_equal(finish(&q, &second, JOB_OK), STATUS_OK);
    assert_int_equal(count(&q, &count_all), 0);
    end(&q);
}

static void a_job_that_fails_for_now_waits_longer_each_time(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    int64_t t0 = now;
    put(&q, "k", "{}", 0);
    for (int64_t step = 0; step < JOB_MAX_STEPS; step++) {
        struct job job;
        assert_int_equal(take(&q, &job), STATUS_OK);
        assert_int_equal(job.step, step);
        assert_int_equal(finish(&q, &job, JOB_TEMPFAIL), STATUS_OK);
        if (step + 1 == JOB_MAX_STEPS)
            break;
        int64_t due = t0 + JOB_RETRY_BASE_MS * (step + 1) * (step + 1);
        assert_int_equal(next(&q), due);
        now = due;
    }
    assert_int_equal(next(&q), INT64_MAX);
    assert_int_equal(count(&q, &count_failed), 1);
    end(&q);
}

static void a_late_retry_is_not_at_once(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{}", 0);
    now += 24 * 3600 * 1000; /* nobody worked for a day */
    struct job job;
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_int_equal(finish(&q, &job, JOB_TEMPFAIL), STATUS_OK);
    assert_int_equal(next(&q), now + JOB_RETRY_BASE_MS);
    end(&q);
}

static void a_job_that_kills_its_worker_is_given_up(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{}", 0);
    struct job job;
    for (int i = 0; i < JOB_MAX_STEPS; i++) {
        assert_int_equal(take(&q, &job), STATUS_OK);
        now += JOB_LEASE_MS;
    }
    assert_int_equal(take(&q, &job), STATUS_NOT_FOUND);
    assert_int_equal(count(&q, &count_failed), 1);
    end(&q);
}

static void a_held_job_stays_and_is_not_put_twice(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{}", 0);
    struct job job;
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_int_equal(finish(&q, &job, JOB_HOLD), STATUS_OK);
    put(&q, "k", "{}", 0);
    assert_int_equal(count(&q, &count_held), 1);
    assert_int_equal(count(&q, &count_all), 1);
    assert_int_equal(next(&q), INT64_MAX);
    end(&q);
}

static void an_act_during_a_job_that_is_held_has_it_done_once_more(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{\"n\":1}", 0);
    struct job job;
    assert_int_equal(take(&q, &job), STATUS_OK);
    put(&q, "k", "{\"n\":2}", 0);
    assert_int_equal(finish(&q, &job, JOB_HOLD), STATUS_OK);
    assert_int_equal(count(&q, &count_held), 0);
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_true(str_equal(job.argument, STR("{\"n\":2}")));
    assert_int_equal(finish(&q, &job, JOB_HOLD), STATUS_OK);
    assert_int_equal(count(&q, &count_held), 1);
    end(&q);
}

static void an_act_during_the_last_try_is_not_given_up_with_it(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{}", 0);
    struct job job;
    for (int i = 0; i < JOB_MAX_STEPS; i++) {
        assert_int_equal(take(&q, &job), STATUS_OK);
        now += i == JOB_MAX_STEPS - 1 ? 0 : JOB_LEASE_MS;
    }
    put(&q, "k", "{}", 0);
    now += JOB_LEASE_MS;
    assert_int_equal(take(&q, &job), STATUS_OK);
    assert_int_equal(job.step, 0);
    assert_int_equal(count(&q, &count_failed), 0);
    end(&q);
}

static enum status end_and_refuse(struct db_tx *tx, void *arg)
{
    enum status status = end_job(tx, arg);
    return status == STATUS_OK ? STATUS_REFUSED : status;
}

static void the_end_of_a_job_is_undone_with_its_act(void **state)
{
    (void)state;
    struct queue q;
    begin(&q);
    put(&q, "k", "{}", 0);
    struct job job;
    assert_int_equal(take(&q, &job), STATUS_OK);
    struct end e = { &job, JOB_OK };
    struct fault fault;
    assert_int_equal(db_write(q.place.db, end_and_refuse, &e, &fault), STATUS_REFUSED);
    assert_int_equal(count(&q, &count_all), 1);
    assert_int_equal(finish(&q, &job, JOB_OK), STATUS_OK);
    end(&q);
}

int main(void)
{
    place_schema();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_taken_when_it_is_due_and_leaves_no_row),
        cmocka_unit_test(a_job_of_a_kind_is_taken_before_others_that_wait_longer),
        cmocka_unit_test(one_job_of_a_kind_and_key_is_open),
        cmocka_unit_test(an_act_during_its_job_has_the_job_done_once_more),
        cmocka_unit_test(a_lease_that_ended_gives_the_job_to_the_next),
        cmocka_unit_test(a_job_that_fails_for_now_waits_longer_each_time),
        cmocka_unit_test(a_late_retry_is_not_at_once),
        cmocka_unit_test(a_job_that_kills_its_worker_is_given_up),
        cmocka_unit_test(a_held_job_stays_and_is_not_put_twice),
        cmocka_unit_test(an_act_during_a_job_that_is_held_has_it_done_once_more),
        cmocka_unit_test(an_act_during_the_last_try_is_not_given_up_with_it),
        cmocka_unit_test(the_end_of_a_job_is_undone_with_its_act),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
