/*
 * Writing: groups, members that fail or take the transaction with them, order,
 * and the public generation as the writer shows it.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "common.h"
#include "db/backend.h"
#include "db/faulty.h"
#include "base/banned.h"

/* ---- A group made on purpose: the writer is held until everything is queued ---- */

struct gate {
    sem_t entered, go;
};

static enum status hold_writer(struct db_tx *tx, void *arg)
{
    (void)tx;
    struct gate *gate = arg;
    sem_post(&gate->entered);
    while (sem_wait(&gate->go) != 0)
        continue;
    return STATUS_REFUSED;
}

enum { MEMBERS = 8 };

struct member {
    struct pair pair;
    bool undo;   /* takes the transaction with it */
    int runs;    /* how often fn ran */
    int answers; /* how often done was called */
    enum status status;
    int order; /* which answer this was */
    struct fault fault;
};

static _Atomic int answered;

static enum status member_write(struct db_tx *tx, void *arg)
{
    struct member *m = arg;
    m->runs++;
    enum status status = pair_write(tx, &m->pair);
    if (m->undo && status == STATUS_OK) {
        status = run_one(tx, &undo_all, 1);
        /* Careless: goes on after the transaction is gone. Nothing of this may stay. */
        if (run_one(tx, &insert_left, 1000 + m->pair.n) == STATUS_OK)
            status = STATUS_OK;
    }
    return status;
}

static void member_done(void *self, enum status status, const struct fault *fault)
{
    struct member *m = self;
    m->status = status;
    m->fault = *fault;
    m->answers++;
    m->order = atomic_fetch_add(&answered, 1);
}

static void ignore(void *self, enum status status, const struct fault *fault)
{
    (void)self;
    (void)status;
    (void)fault;
}

static enum status nothing(struct db_tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return STATUS_OK;
}

/* Queues all members behind a held writer, lets go, and waits for the end of all. */
static void run_together(struct db *db, struct member *members, int n)
{
    struct gate gate;
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.go, 0, 0);
    atomic_store(&answered, 0);
    assert_int_equal(db_write_later(db, hold_writer, &gate, ignore, NULL), STATUS_OK);
    sem_wait(&gate.entered);
    /* The held act is a group of its own only after its time is over. */
    int64_t end = clock_steady_ns() + DB_GROUP_NS + 1000000;
    for (int i = 0; i < n; i++)
        assert_int_equal(db_write_later(db, member_write, &members[i], member_done, &members[i]), STATUS_OK);
    while (clock_steady_ns() < end)
        sched_yield();
    sem_post(&gate.go);
    struct fault fault;
    assert_int_equal(db_write(db, nothing, NULL, &fault), STATUS_OK);
    sem_destroy(&gate.entered);
    sem_destroy(&gate.go);
}

static void members_make(struct member *members)
{
    for (int i = 0; i < MEMBERS; i++)
        members[i] = (struct member){ .pair = { .n = i + 1 }, .status = STATUS_LIMIT };
}

static void acts_that_wait_together_share_one_commit(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    struct member members[MEMBERS];
    members_make(members);
    db_faulty_at(0, DB_FAULTY_COMMIT, STATUS_IO);
    run_together(p.db, members, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        assert_int_equal(members[i].status, STATUS_OK);
        assert_int_equal(members[i].answers, 1);
        assert_int_equal(members[i].runs, 1);
    }
    assert_int_equal(pairs_count(p.db), MEMBERS);
    assert_true(db_faulty_calls() <= 2); /* the eight, and perhaps the one that waited for them */
    place_end(&p);
}

static void a_refused_member_leaves_the_others_whole(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct member members[MEMBERS];
    members_make(members);
    members[3].pair.answer = STATUS_REFUSED;
    members[5].pair.n = 1; /* is there already */
    run_together(p.db, members, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        enum status wanted = i == 3 ? STATUS_REFUSED : i == 5 ? STATUS_CONFLICT : STATUS_OK;
        assert_int_equal(members[i].status, wanted);
        /* Those up to the one that failed once more; the others joined them then. */
        assert_int_equal(members[i].runs, i <= 3 ? 2 : 1);
        if (wanted != STATUS_OK)
            assert_true(strlen(members[i].fault.text) > 0);
    }
    assert_int_equal(pairs_count(p.db), MEMBERS - 2);
    assert_false(pair_is_there(p.db, 4));
    place_end(&p);
}

static void a_refusal_costs_no_commit(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    struct member members[MEMBERS];
    members_make(members);
    for (int i = 1; i < MEMBERS; i += 2)
        members[i].pair.answer = STATUS_REFUSED;
    db_faulty_at(0, DB_FAULTY_COMMIT, STATUS_IO);
    run_together(p.db, members, MEMBERS);
    assert_int_equal(pairs_count(p.db), MEMBERS / 2);
    assert_true(db_faulty_calls() <= 2); /* the four, and perhaps the one that waited for them */
    place_end(&p);
}

static void a_member_that_ends_the_transaction_makes_each_run_alone(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct member members[MEMBERS];
    members_make(members);
    members[4].undo = true;
    run_together(p.db, members, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        assert_int_equal(members[i].answers, 1);
        assert_int_equal(members[i].runs, i <= 4 ? 3 : 1); /* bare, kept apart, alone */
        if (i == 4)
            assert_int_not_equal(members[i].status, STATUS_OK);
        else
            assert_int_equal(members[i].status, STATUS_OK);
    }
    /* Neither the pair of the fifth nor what it did after the transaction was gone. */
    assert_int_equal(pairs_count(p.db), MEMBERS - 1);
    assert_false(pair_is_there(p.db, 5));
    assert_false(pair_is_there(p.db, 1005));
    place_end(&p);
}

static void a_failed_commit_runs_all_of_them_again(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    struct member members[MEMBERS];
    members_make(members);
    db_faulty_at(1, DB_FAULTY_COMMIT, STATUS_FULL);
    run_together(p.db, members, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        assert_int_equal(members[i].status, STATUS_OK);
        assert_int_equal(members[i].runs, 2);
        assert_int_equal(members[i].answers, 1);
    }
    assert_int_equal(pairs_count(p.db), MEMBERS);
    place_end(&p);
}

static void a_failed_commit_after_a_refusal_makes_each_run_alone(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    struct member members[MEMBERS];
    members_make(members);
    members[2].pair.answer = STATUS_REFUSED;
    db_faulty_at(1, DB_FAULTY_COMMIT, STATUS_FULL);
    run_together(p.db, members, MEMBERS);
    for (int i = 0; i < MEMBERS; i++) {
        assert_int_equal(members[i].status, i == 2 ? STATUS_REFUSED : STATUS_OK);
        assert_int_equal(members[i].runs, i <= 2 ? 3 : 2);
        assert_int_equal(members[i].answers, 1);
    }
    assert_int_equal(pairs_count(p.db), MEMBERS - 1);
    place_end(&p);
}

static void each_savepoint_may_fail_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    uint64_t k = 0;
    do {
        k++;
        struct member members[MEMBERS];
        members_make(members);
        for (int i = 0; i < MEMBERS; i++)
            members[i].pair.n += (int64_t)k * MEMBERS;
        members[2].pair.answer = STATUS_REFUSED;
        db_faulty_at(k, DB_FAULTY_SAVEPOINT, STATUS_IO);
        run_together(p.db, members, MEMBERS);
        for (int i = 0; i < MEMBERS; i++)
            assert_int_equal(members[i].status, i == 2 ? STATUS_REFUSED : STATUS_OK);
        assert_int_equal(pairs_count(p.db), (int64_t)k * (MEMBERS - 1));
    } while (db_faulty_calls() >= k);
    /* Without a failure: two for each, and perhaps for the one that waited for them. */
    assert_in_range(db_faulty_calls(), 2 * MEMBERS, 2 * MEMBERS + 2);
    place_end(&p);
}

static void answers_come_in_the_order_of_the_acts(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    for (int round = 0; round < 2; round++) {
        struct member members[MEMBERS];
        members_make(members);
        for (int i = 0; i < MEMBERS; i++)
            members[i].pair.n += round * MEMBERS;
        members[6].undo = round == 1;
        run_together(p.db, members, MEMBERS);
        for (int i = 0; i < MEMBERS; i++)
            assert_int_equal(members[i].order, i);
    }
    assert_int_equal(pairs_count(p.db), 2 * MEMBERS - 1);
    place_end(&p);
}

static enum status reads_own_write(struct db_tx *tx, void *arg)
{
    static const struct db_statement count = { .name = "test.count", .sqlite = "SELECT count(*) FROM left_side" };
    int64_t *seen = arg;
    assert_true(db_is_writing(tx));
    enum status status = run_one(tx, &insert_left, 77);
    if (status == STATUS_OK)
        *seen = ask_number(tx, &count);
    return db_refuse(tx, STATUS_REFUSED, "Not %s.", "today");
}

static void a_refusal_carries_its_words_and_undoes_the_act(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct fault fault = { 0 };
    int64_t seen = 0;
    assert_int_equal(db_write(p.db, reads_own_write, &seen, &fault), STATUS_REFUSED);
    assert_int_equal(seen, 1);
    assert_int_equal(fault.status, STATUS_REFUSED);
    assert_string_equal(fault.text, "Not today.");
    assert_int_equal(pairs_count(p.db), 0);
    place_end(&p);
}

static void what_is_queued_is_finished_before_the_end(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    enum { MANY = 200 };
    static struct member members[MANY];
    for (int i = 0; i < MANY; i++) {
        members[i] = (struct member){ .pair = { .n = i + 1 } };
        assert_int_equal(db_write_later(p.db, member_write, &members[i], member_done, &members[i]), STATUS_OK);
    }
    db_close(p.db);
    for (int i = 0; i < MANY; i++)
        assert_true(members[i].answers == 1 && members[i].status == STATUS_OK);
    struct fault fault;
    assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK);
    assert_int_equal(pairs_count(p.db), MANY);
    place_end(&p);
}

/* ---- The public generation ---- */

struct seen_inside {
    struct db *db;
    uint64_t shown, row;
};

static enum status raise_and_look(struct db_tx *tx, void *arg)
{
    struct seen_inside *seen = arg;
    enum status status = db_generation_raise(tx);
    seen->shown = db_generation(seen->db);
    if (status == STATUS_OK)
        status = db_generation_read(tx, &seen->row);
    return status;
}

static uint64_t row_of(struct db *db)
{
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    uint64_t n = 0;
    assert_int_equal(db_generation_read(tx, &n), STATUS_OK);
    db_read_end(tx);
    return n;
}

static void the_generation_rises_with_the_act(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    uint64_t before = db_generation(p.db);
    assert_int_equal(row_of(p.db), before);
    struct seen_inside seen = { .db = p.db };
    struct fault fault;
    assert_int_equal(db_write(p.db, raise_and_look, &seen, &fault), STATUS_OK);
    assert_int_equal(seen.row, before + 1);
    assert_int_equal(db_generation(p.db), before + 1);
    assert_int_equal(row_of(p.db), before + 1);
    struct pair refused = { .n = 1, .answer = STATUS_REFUSED, .raise = true };
    assert_int_equal(db_write(p.db, pair_write, &refused, &fault), STATUS_REFUSED);
    assert_int_equal(db_generation(p.db), before + 1);
    place_end(&p);
}

static void a_failed_commit_costs_only_misses_and_heals(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, &db_faulty);
    uint64_t before = db_generation(p.db);
    struct pair pair = { .n = 1, .raise = true };
    struct fault fault;
    db_faulty_at(1, DB_FAULTY_COMMIT, STATUS_IO);
    assert_int_equal(db_write(p.db, pair_write, &pair, &fault), STATUS_IO);
    assert_int_equal(pairs_count(p.db), 0);
    assert_int_equal(db_generation(p.db), before + 1); /* shown before the commit that failed */
    assert_int_equal(db_write(p.db, nothing, NULL, &fault), STATUS_OK);
    assert_int_equal(row_of(p.db), before + 1); /* the writer caught the row up */
    assert_int_equal(db_write(p.db, pair_write, &pair, &fault), STATUS_OK);
    assert_int_equal(db_generation(p.db), before + 2);
    assert_int_equal(row_of(p.db), before + 2);
    place_end(&p);
}

static void a_number_shown_by_a_process_that_died_is_taken_over_at_opening(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    uint64_t before = db_generation(p.db);
    atomic_store(p.db->place->generation, before + 5);
    db_close(p.db);
    struct fault fault;
    assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK);
    assert_int_equal(db_generation(p.db), before + 5);
    assert_int_equal(row_of(p.db), before + 5);
    /* And the other way: the file was lost in a power cut. */
    atomic_store(p.db->place->generation, 0);
    db_close(p.db);
    assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK);
    assert_int_equal(db_generation(p.db), before + 5);
    place_end(&p);
}

static void a_row_that_stays_behind_is_caught_up_by_readers(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    uint64_t before = db_generation(p.db);
    atomic_store(p.db->place->generation, before + 3);
    assert_int_equal(row_of(p.db), before);
    /* As if the first to see it had looked a while ago. */
    atomic_fetch_sub(&p.db->behind_since, (int64_t)(DB_BEHIND_MS + 1) * 1000 * 1000);
    assert_int_equal(row_of(p.db), before);
    struct fault fault;
    assert_int_equal(db_write(p.db, nothing, NULL, &fault), STATUS_OK);
    assert_int_equal(row_of(p.db), before + 3);
    place_end(&p);
}

/* ---- Many threads ---- */

struct crowd {
    struct db *db;
    int64_t first;
    int failed;
};

enum { CROWD = 8, EACH = 25 };

static void *crowd_run(void *arg)
{
    struct crowd *crowd = arg;
    for (int64_t i = 0; i < EACH; i++) {
        struct pair pair = { .n = crowd->first + i, .raise = i % 5 == 0 };
        struct fault fault;
        crowd->failed += db_write(crowd->db, pair_write, &pair, &fault) != STATUS_OK;
        struct db_tx *tx = NULL;
        if (db_read_begin(crowd->db, &tx, &fault) == STATUS_OK) {
            uint64_t row = 0;
            crowd->failed += db_generation_read(tx, &row) != STATUS_OK || row > db_generation(crowd->db);
            db_read_end(tx);
        } else {
            crowd->failed++;
        }
    }
    return NULL;
}

static void threads_write_and_read_beside_each_other(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    pthread_t threads[CROWD];
    struct crowd crowd[CROWD];
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = (struct crowd){ .db = p.db, .first = 1 + (int64_t)i * EACH };
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_run, &crowd[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(crowd[i].failed, 0);
    }
    assert_int_equal(pairs_count(p.db), CROWD * EACH);
    place_end(&p);
}

int main(void)
{
    place_schema();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acts_that_wait_together_share_one_commit),
        cmocka_unit_test(a_refused_member_leaves_the_others_whole),
        cmocka_unit_test(a_refusal_costs_no_commit),
        cmocka_unit_test(a_member_that_ends_the_transaction_makes_each_run_alone),
        cmocka_unit_test(a_failed_commit_runs_all_of_them_again),
        cmocka_unit_test(a_failed_commit_after_a_refusal_makes_each_run_alone),
        cmocka_unit_test(each_savepoint_may_fail_once),
        cmocka_unit_test(answers_come_in_the_order_of_the_acts),
        cmocka_unit_test(a_refusal_carries_its_words_and_undoes_the_act),
        cmocka_unit_test(what_is_queued_is_finished_before_the_end),
        cmocka_unit_test(the_generation_rises_with_the_act),
        cmocka_unit_test(a_failed_commit_costs_only_misses_and_heals),
        cmocka_unit_test(a_number_shown_by_a_process_that_died_is_taken_over_at_opening),
        cmocka_unit_test(a_row_that_stays_behind_is_caught_up_by_readers),
        cmocka_unit_test(threads_write_and_read_beside_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
