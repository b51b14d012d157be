/* Counts by quarter: kept as acts happen, by month of UTC; shown by local quarter. */
#include "world.h"

#include <stdio.h>

#include "base/zone.h"
#include "posts/register.h"
#include "base/banned.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* Midnight of UTC. */
#define JANUARY_2026 1767225600000
#define APRIL_2026   1775001600000
#define JULY_2026    1782864000000
#define AUGUST_2026  1785542400000

static struct register_counts counts[REGISTER_QUARTERS_MAX];
static size_t counts_n;

static void count(int64_t now)
{
    struct db_tx *tx = NULL;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_register_counts(tx, world.arena, now, counts, &counts_n), STATUS_OK);
    db_read_end(tx);
}

static void fine(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%s", world.fault.text);
}

static void publish(const char *key, int64_t at)
{
    char name[64];
    char title[64];
    snprintf(name, sizeof name, "%s.md", key);
    snprintf(title, sizeof title, "Notice %s", key);
    world.now = at - 2 * SECOND;
    fine(world_import("press-officer-1", name, world_post(title, NULL, NULL, "The lamps are mended.")));
    fine(world_approve("approver", key));
    fine(world_publish_at("duty-communications", key, at, NULL));
}

/* A number of one quarter by counting its rows: of a table where something holds, by the time in a column. */
static int64_t counted(const char *what, const char *column, const struct register_counts *c)
{
    char sql[400];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s AND %s >= %lld AND %s < %lld", what, column, (long long)c->since,
             column, (long long)c->until);
    return world_number(sql);
}

static void each_is_what_counting_gives(int64_t now)
{
    char overdue[100];
    snprintf(overdue, sizeof overdue, "post_emergency WHERE coalesce(reviewed, %lld) > due", (long long)now);
    count(now);
    for (size_t i = 0; i < counts_n; i++) {
        const struct register_counts *c = &counts[i];
        assert_int_equal(c->published,
                         counted("post_public WHERE post NOT IN (SELECT post FROM post_elsewhere)", "published", c));
        assert_int_equal(c->copied,
                         counted("post_public WHERE post IN (SELECT post FROM post_elsewhere)", "published", c));
        assert_int_equal(c->console, counted("post_approval WHERE place = 'console'", "made", c));
        assert_int_equal(c->withdrawals, counted("post_register WHERE what = 'withdrawal'", "made", c));
        assert_int_equal(c->emergencies, counted("post_register WHERE what = 'emergency'", "made", c));
        assert_int_equal(c->overdue, counted(overdue, "made", c));
    }
}

static void some_posts(void)
{
    publish("a", JANUARY_2026 - 30 * MINUTE);
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "It was wrong."));
    publish("b", JANUARY_2026 + 30 * MINUTE);
    publish("c", APRIL_2026 - 90 * MINUTE);
    publish("d", APRIL_2026 - 30 * MINUTE);
    publish("e", APRIL_2026 + 30 * MINUTE);
    publish("f", JULY_2026 - HOUR);
    publish("g", JULY_2026 - HOUR - 1);
}

static void an_act_counts_in_the_quarter_of_its_local_day(void **state)
{
    (void)state;
    some_posts();
    count(AUGUST_2026);
    assert_int_equal(counts_n, 4);
    assert_int_equal(counts[0].published, 1); /* f: 1 July, 00:00 in London */
    assert_int_equal(counts[1].published, 3); /* d, e and, a millisecond before July, g */
    assert_int_equal(counts[2].published, 2); /* b, c */
    assert_int_equal(counts[3].published, 1); /* a */
    assert_int_equal(counts[3].since, JANUARY_2026 - INT64_C(92) * 24 * HOUR - HOUR);
    world_check_whole();
}

static void quarters_of_any_zone_are_what_counting_gives(void **state)
{
    (void)state;
    static const char *const zones[] = { "Europe/London", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu" };
    some_posts();
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        assert_int_equal(zone_use(str_of(zones[i]), &world.fault), STATUS_OK);
        each_is_what_counting_gives(AUGUST_2026);
        assert_true(counts_n >= 3);
    }
    assert_int_equal(zone_use(STR("Europe/London"), &world.fault), STATUS_OK);
}

static void an_emergency_counts_as_late_from_its_time_on_reviewed_or_not(void **state)
{
    (void)state;
    struct str text = world_post("A road gives way", NULL, NULL, "Keep away from the bridge.");
    world.now = APRIL_2026;
    fine(world_import("press-officer-1", "late.md", text));
    fine(world_emergency("duty-communications", "late", "It gives way now.", "A. Officer, the duty office"));
    fine(world_import("press-officer-1", "open.md", text));
    fine(world_emergency("duty-communications", "open", "It gives way now.", "A. Officer, the duty office"));
    count(APRIL_2026 + HOUR);
    assert_int_equal(counts[0].overdue, 0);
    count(APRIL_2026 + 5 * HOUR);
    assert_int_equal(counts[0].overdue, 2);
    world.now = APRIL_2026 + 6 * HOUR;
    fine(world_step("approver", "late", posts_review_late_write, NULL));
    each_is_what_counting_gives(APRIL_2026 + 7 * HOUR);
    assert_int_equal(counts[0].overdue, 2);
    assert_int_equal(counts[0].emergencies, 2);
    world_check_whole();
}

/* As an erasure would. */
static void what_is_taken_away_counts_no_more(void **state)
{
    (void)state;
    some_posts();
    world.now = APRIL_2026;
    fine(world_elsewhere("everything", "copy.md", world_post("A copy", NULL, NULL, "It was elsewhere."),
                         "https://social.example/1"));
    each_is_what_counting_gives(AUGUST_2026);
    assert_int_equal(counts[1].copied, 1);
    world_run("DELETE FROM post_approval WHERE edition = 1");
    world_run("DELETE FROM post_elsewhere");
    each_is_what_counting_gives(AUGUST_2026);
    assert_int_equal(counts[1].copied, 0);
    world_run("DELETE FROM post_public WHERE post = (SELECT id FROM post WHERE key = 'copy')");
    each_is_what_counting_gives(AUGUST_2026);
    assert_int_equal(counts[3].withdrawals, 1);
    world_run("DELETE FROM post_register WHERE what = 'withdrawal'");
    assert_int_equal(world_number("SELECT sum(withdrawals) FROM post_month"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_act_counts_in_the_quarter_of_its_local_day, world_make, world_end),
        cmocka_unit_test_setup_teardown(quarters_of_any_zone_are_what_counting_gives, world_make, world_end),
        cmocka_unit_test_setup_teardown(an_emergency_counts_as_late_from_its_time_on_reviewed_or_not, world_make,
                                        world_end),
        cmocka_unit_test_setup_teardown(what_is_taken_away_counts_no_more, world_make, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
