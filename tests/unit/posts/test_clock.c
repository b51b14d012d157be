/*
 * Acts whose clock jumps, and licences that end tonight: nothing is public by
 * accident, and nothing that was done is lost.
 */
#include "world.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "media/media.h"
#include "posts/register.h"

#include "base/banned.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };
static const int64_t DAY = 24 * (int64_t)HOUR;

static void refused(enum status status, enum status expected, const char *words)
{
    if (status != expected || !strstr(world.fault.text, words))
        fail_msg("%d instead of %d, \"%s\" instead of \"%s\"", (int)status, (int)expected, world.fault.text, words);
    world_check_whole();
}

static void fine(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%s", world.fault.text);
    world_check_whole();
}

static void approved(const char *key)
{
    char name[60];
    snprintf(name, sizeof name, "%s.md", key);
    fine(world_import("press-officer-1", name, world_post(key, NULL, NULL, "Text.")));
    fine(world_approve("approver", key));
}

static int64_t public_posts(void)
{
    return world_number("SELECT count(*) FROM post_public");
}

static int64_t jobs(void)
{
    return world_number("SELECT count(*) FROM job WHERE kind = 'posts.release' AND state = 'open'");
}

/* ---- The clock ---- */

static void a_release_waits_where_the_clock_was_put_back_since_its_job_was_taken(void **state)
{
    (void)state;
    int64_t at = world.now + HOUR;
    approved("a");
    fine(world_schedule("duty-communications", "a", at, false));
    struct post_due due = world_due("a", at, at - 1);
    assert_true(!due.released && !due.held);
    assert_int_equal(world_entry("a").state, EDITION_SCHEDULED);
    assert_int_equal(public_posts(), 0);
    assert_int_equal(jobs(), 1); /* and it is taken up again at its time */
    due = world_due("a", at, at - 3650 * DAY);
    assert_true(!due.released && !due.held);
    assert_true(world_due("a", at, at).released);
    world_check_whole();
}

static int64_t moved;

static int64_t moved_now(void *self)
{
    (void)self;
    return moved;
}

static enum status end_job(struct db_tx *tx, void *arg)
{
    return db_job_end(tx, arg, JOB_OK, STR(""));
}

static void a_job_that_came_too_early_by_the_clock_comes_again_at_its_time(void **state)
{
    (void)state;
    static const struct clock clock = { .now_ms = moved_now };
    struct job job;
    int64_t at = world.now + HOUR;
    int64_t next = 0;
    approved("a");
    moved = world.now;
    clock_use(&clock);
    fine(world_schedule("duty-communications", "a", at, false));
    moved = at + 1; /* it jumps ahead, and back once the job is taken */
    assert_int_equal(db_job_take(world.db, world.arena, &job, &world.fault), STATUS_OK);
    moved = world.now;
    struct post_due due = world_due("a", at, moved);
    assert_true(!due.released && !due.held);
    fine(db_write(world.db, end_job, &job, &world.fault));
    assert_int_equal(db_job_next(world.db, &next, &world.fault), STATUS_OK);
    assert_int_equal(next, at);
    clock_use(NULL);
}

static void a_clock_that_jumps_a_year_ahead_puts_nothing_out(void **state)
{
    (void)state;
    int64_t at = world.now + HOUR;
    approved("a");
    approved("b");
    fine(world_schedule("duty-communications", "a", at, false));
    struct post_due due = world_due("a", at, at + 365 * DAY);
    assert_true(due.held && !due.released);
    assert_int_equal(world_entry("a").state, EDITION_FAILED); /* loudly, and a person decides */
    world.now += 365 * DAY;
    fine(world_schedule("duty-communications", "b", world.now + HOUR, false));
    world.now -= 365 * DAY;
    /* Back again: what is due in a year waits for it; who sees the slip takes it back. */
    due = world_due("b", world.now + 365 * DAY + HOUR, world.now + HOUR);
    assert_true(!due.released && !due.held);
    assert_int_equal(public_posts(), 0);
    fine(world_schedule("duty-communications", "b", 0, true));
    fine(world_schedule("duty-communications", "b", world.now + HOUR, false));
    fine(world_publish("duty-communications", "a"));
    assert_int_equal(public_posts(), 1);
}

static struct db_opt_int reviewed_of(const char *key)
{
    struct register_row *rows;
    size_t n = 0;
    struct db_tx *tx = NULL;
    struct db_opt_int out = { 0 };
    struct register_filter all = { .what = REGISTER_WHATS, .until = INT64_MAX };
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_register(tx, world.arena, &all, NULL, POST_LIST_MAX, &rows, &n), STATUS_OK);
    db_read_end(tx);
    for (size_t i = 0; i < n; i++)
        if (rows[i].what == REGISTER_EMERGENCY && str_equal(rows[i].post.title, str_of(key)))
            out = rows[i].reviewed;
    return out;
}

/* In all quarters, as they stand at `now`. */
static int64_t overdue(int64_t now)
{
    struct register_counts counts[REGISTER_QUARTERS_MAX];
    size_t n = 0;
    int64_t sum = 0;
    struct db_tx *tx = NULL;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_register_counts(tx, world.arena, now, counts, &n), STATUS_OK);
    db_read_end(tx);
    for (size_t i = 0; i < n; i++)
        sum += counts[i].overdue;
    return sum;
}

static void the_four_hours_of_a_review_are_counted_by_the_clock_of_the_act(void **state)
{
    (void)state;
    static const struct {
        int64_t after;
        bool late;
    } rows[] = { { 4 * HOUR, false }, { 4 * HOUR + 1, true }, { -HOUR, false } }; /* the last: it was put back */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char key[8];
        char name[16];
        snprintf(key, sizeof key, "e%zu", i);
        snprintf(name, sizeof name, "%s.md", key);
        int64_t before = overdue(world.now);
        fine(world_import("press-officer-1", name, world_post(key, NULL, NULL, "Text.")));
        fine(world_emergency("duty-communications", key, "It cannot wait.", "Somebody, office"));
        assert_int_equal(overdue(world.now + 4 * HOUR), before);
        assert_int_equal(overdue(world.now + 4 * HOUR + 1), before + 1);
        int64_t made = world.now;
        world.now += rows[i].after;
        fine(world_step("approver", key, posts_review_late_write, NULL));
        assert_int_equal(reviewed_of(key).value, world.now);
        world.now = made;
        assert_int_equal(overdue(world.now + DAY), before + (rows[i].late ? 1 : 0));
    }
}

static void what_was_done_while_the_clock_was_wrong_stands_in_the_register_once(void **state)
{
    (void)state;
    static const int64_t jumps[] = { 0, 2 * HOUR, -HOUR, 0, 400 * (int64_t)HOUR, -400 * (int64_t)HOUR, 0 };
    enum { N = sizeof jumps / sizeof jumps[0] };
    for (size_t i = 0; i < N; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        approved(key);
        fine(world_publish("duty-communications", key));
    }
    int64_t true_now = world.now;
    for (size_t i = 0; i < N; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        world.now = true_now + jumps[i];
        fine(world_withdraw("duty-communications", key, GROUND_ERROR, "It was wrong."));
    }
    /* Read a row at a time, as a reader who goes from page to page does. */
    struct register_filter all = { .what = REGISTER_WHATS, .until = INT64_MAX };
    struct register_cursor after;
    bool seen[N] = { false };
    int64_t last = INT64_MAX;
    for (size_t i = 0;; i++) {
        struct register_row *rows;
        size_t n = 0;
        struct db_tx *tx = NULL;
        assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
        assert_int_equal(posts_register(tx, world.arena, &all, i == 0 ? NULL : &after, 1, &rows, &n), STATUS_OK);
        db_read_end(tx);
        if (n == 0) {
            assert_int_equal(i, N);
            break;
        }
        assert_true(rows[0].made <= last); /* newest first, by the times that stand beside them */
        last = rows[0].made;
        after = rows[0].cursor;
        int64_t at = 0;
        assert_true(str_to_i64(str_slice(rows[0].post.title, 1, rows[0].post.title.n), &at) && at < N && !seen[at]);
        seen[at] = true;
    }
    /* The audit is in the order in which it was done, whatever the clock said. */
    assert_int_equal(world_number("SELECT count(*) FROM audit a JOIN post p ON p.id = a.post "
                                  "WHERE a.act = 'post.withdrawn' AND p.key <> 'k' || ((SELECT count(*) FROM audit b "
                                  "WHERE b.act = 'post.withdrawn' AND b.n < a.n))"),
                     0);
}

/* ---- A licence that ends tonight ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int end_with_pictures(void **state)
{
    char path[200];
    snprintf(path, sizeof path, "%s/blobs", world.folder);
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return world_end(state);
}

/* Imported with its picture, whose renditions are made, and handed in. */
static void licensed(const char *key, const char *until)
{
    struct post_import import;
    struct actor actor = world_actor("press-officer-1");
    struct act act = { .by = &actor, .now = world.now };
    struct job job;
    struct str name = str_format(world.arena, "%s.md", key);
    struct str head = str_format(
        world.arena,
        "image: { file: portrait-a.jpg, made: stock, source: Northlight Stock, licence: { id: \"88123\", "
        "licensor: Northlight Stock, expires: %s, sensitive_use: true }, release: MR-UMR, credit: Northlight "
        "Stock, alt: \"A woman in a studio, %s\" }\n",
        until, key);
    struct post_source source = { .name = name,
                                  .text = world_post(key, NULL, head.p, "Text."),
                                  .folder = CASES "/posts" };
    fine(posts_import_read(world.arena, &source, 1, &act, &world.faults, &import, &world.fault));
    import.submit = true;
    fine(posts_import_keep(world.db, &import, &world.fault));
    fine(db_write(world.db, posts_import_write, &import, &world.fault));
    assert_int_equal(db_job_take(world.db, world.arena, &job, &world.fault), STATUS_OK);
    assert_true(str_equal(job.kind, STR(MEDIA_RENDER_JOB)));
    fine(media_render_job(world.db, NULL, world.arena, &job, &world.fault));
}

static void a_licence_that_ends_tonight(const char *until, int64_t midnight)
{
    /* Passes until the last moment of the day, local time … */
    world.now = midnight - MINUTE;
    licensed("now", until);
    fine(world_approve("approver", "now"));
    licensed("slow", until);
    fine(world_approve("approver", "slow"));
    licensed("never", until);
    world.now = midnight - 1;
    fine(world_publish("duty-communications", "now"));
    /* … and blocks from the next one on, whatever was approved before. */
    world.now = midnight;
    refused(world_publish("duty-communications", "slow"), STATUS_REFUSED, "licence");
    refused(world_approve("approver", "never"), STATUS_REFUSED, "licence");
    assert_int_equal(public_posts(), 1);
    /* At fire time too: scheduled while it held, for a moment when it does not. */
    world.now = midnight - 2 * HOUR;
    licensed("before", until);
    licensed("after", until);
    fine(world_approve("approver", "before"));
    fine(world_approve("approver", "after"));
    fine(world_schedule("duty-communications", "before", midnight - MINUTE, false));
    fine(world_schedule("duty-communications", "after", midnight - MINUTE, false));
    assert_true(world_due("before", midnight - MINUTE, midnight - 1).released);
    struct post_due due = world_due("after", midnight - MINUTE, midnight); /* a minute late is not too late */
    assert_true(due.held && !due.released);
    assert_non_null(strstr(str_z(world.arena, world_entry("after").why), "licence"));
    assert_int_equal(public_posts(), 2);
    world_check_whole();
}

static void a_licence_that_ends_tonight_in_winter(void **state)
{
    (void)state;
    a_licence_that_ends_tonight("2026-01-15", INT64_C(1768521600000)); /* 2026-01-16T00:00 in London and in UTC */
}

static void a_licence_that_ends_tonight_in_summer(void **state)
{
    (void)state;
    a_licence_that_ends_tonight("2026-07-01", INT64_C(1782946800000)); /* 2026-07-02T00:00 in London, 23:00 in UTC */
}

static void a_licence_that_ends_on_the_day_that_has_25_hours(void **state)
{
    (void)state;
    a_licence_that_ends_tonight("2026-10-25",
                                INT64_C(1792972800000)); /* 2026-10-26T00:00; the day began at 23:00 UTC */
}

int main(void)
{
#define TEST(name)          cmocka_unit_test_setup_teardown(name, world_make, world_end)
#define PICTURED_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, end_with_pictures)
    const struct CMUnitTest tests[] = {
        TEST(a_release_waits_where_the_clock_was_put_back_since_its_job_was_taken),
        TEST(a_job_that_came_too_early_by_the_clock_comes_again_at_its_time),
        TEST(a_clock_that_jumps_a_year_ahead_puts_nothing_out),
        TEST(the_four_hours_of_a_review_are_counted_by_the_clock_of_the_act),
        TEST(what_was_done_while_the_clock_was_wrong_stands_in_the_register_once),
        PICTURED_TEST(a_licence_that_ends_tonight_in_winter),
        PICTURED_TEST(a_licence_that_ends_tonight_in_summer),
        PICTURED_TEST(a_licence_that_ends_on_the_day_that_has_25_hours),
    };
    return cmocka_run_group_tests_name("posts clock", tests, NULL, NULL);
}
