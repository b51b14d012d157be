/* What live posts are about, by month: what the triggers keep is what counting the posts would give. */
#include "world.h"

#include <stdio.h>

#include "posts/topics.h"

#include "base/banned.h"

#define DUTY "duty-communications"

static void fine(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%d: %s", (int)status, world.fault.text);
}

static void publish(const char *key, const char *topics)
{
    char name[40], head[100];
    struct post_address address;
    snprintf(name, sizeof name, "%s.md", key);
    snprintf(head, sizeof head, "topics: [%s]\n", topics);
    fine(world_import("press-officer-1", name, world_post(key, NULL, head, "Text.")));
    fine(world_approve("approver", key));
    fine(world_publish_at(DUTY, key, world.now, &address));
}

static struct post_topic *topics(size_t *n)
{
    struct db_tx *tx;
    struct post_topic *rows;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_topics(tx, world.arena, 2026, 3, &rows, n));
    db_read_end(tx);
    return rows;
}

static void kept_is_counted(void)
{
    static const char counted[] =
        "SELECT strftime('%Y-%m', u.published / 1000, 'unixepoch') AS month, j.value AS topic, count(DISTINCT u.post) "
        "AS posts FROM post_public u JOIN post_edition e ON e.id = u.edition, json_each(e.document, '$.topics') j "
        "WHERE u.withdrawn IS NULL AND u.ended IS NULL GROUP BY 1, 2";
    char sql[1200];
    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM (SELECT month, topic, posts FROM post_topic_month EXCEPT %s)) + (SELECT "
             "count(*) FROM (%s EXCEPT SELECT month, topic, posts FROM post_topic_month))",
             counted, counted);
    assert_int_equal(world_number(sql), 0);
}

static void posts_are_counted_by_topic_and_month_while_they_are_live(void **state)
{
    (void)state;
    size_t n = 0;
    int64_t now = world.now;
    publish("a", "theft, race");
    publish("b", "theft");
    world.now = now - INT64_C(40) * 24 * 3600 * 1000;
    publish("c", "theft");
    world.now = now - INT64_C(500) * 24 * 3600 * 1000;
    publish("d", "long-ago");
    world.now = now;
    kept_is_counted();
    struct post_topic *rows = topics(&n);
    assert_int_equal(n, 2);
    assert_true(str_equal(rows[0].topic, STR("theft")) && str_equal(rows[1].topic, STR("race")));
    assert_int_equal(rows[0].all, 3);
    assert_int_equal(rows[0].posts[POST_TOPIC_MONTHS - 1], 2);
    assert_int_equal(rows[0].posts[POST_TOPIC_MONTHS - 3], 1);
    assert_int_equal(rows[0].posts[0], 0);

    fine(world_withdraw(DUTY, "a", GROUND_ERROR, "It was wrong."));
    kept_is_counted();
    rows = topics(&n);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].all, 2);
    fine(world_step(DUTY, "a", posts_restore_write, "It was right."));
    kept_is_counted();
    topics(&n);
    assert_int_equal(n, 2);

    fine(world_import("press-officer-1", "a.md", world_post("a", NULL, "topics: [cycling]\n", "Other text.")));
    fine(world_approve("approver", "a"));
    fine(world_correct(DUTY, "a", CORRECTION_FACTUAL, "It was about something else."));
    kept_is_counted();
    rows = topics(&n);
    assert_int_equal(n, 2);
    assert_true(str_equal(rows[0].topic, STR("theft")) && str_equal(rows[1].topic, STR("cycling")));

    fine(world_end_post(DUTY, "a", ENDING_FOUND));
    fine(world_withdraw(DUTY, "b", GROUND_SAFETY, ""));
    kept_is_counted();
    rows = topics(&n);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].all, 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_topic_month WHERE posts <= 0"), 0);
}

static void no_more_topics_come_than_a_page_shows(void **state)
{
    (void)state;
    size_t n = 0;
    publish("a", "t01, t02, t03, t04, t05, t06, t07, t08, t09, t10, t11, t12");
    publish("b", "t12, t13, t14, t15, t16, t17");
    struct post_topic *rows = topics(&n);
    assert_int_equal(n, POST_TOPICS_MAX);
    assert_true(str_equal(rows[0].topic, STR("t12")));
    assert_true(str_equal(rows[1].topic, STR("t01")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_end)
    const struct CMUnitTest tests[] = {
        TEST(posts_are_counted_by_topic_and_month_while_they_are_live),
        TEST(no_more_topics_come_than_a_page_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
