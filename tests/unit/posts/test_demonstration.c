/* Midshire Police: what the set-up makes, and that it is made once. */
#include "world.h"

#include <string.h>
#include <time.h>

#include "base/zone.h"
#include "posts/campaign.h"
#include "posts/demonstration.h"

#include "base/banned.h"

enum { POSTS = 13, COPIES = 3 };

static int64_t now_of_machine(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &t), 0);
    return (int64_t)t.tv_sec * 1000;
}

static void make_demonstration(int64_t now)
{
    world_run("DELETE FROM account");
    if (posts_demonstration(world.db, now, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    world_check_whole();
}

/* Of the facts that only look at it: it is made once for all of them, since its pictures take long. */
static int world_with_demonstration(void **state)
{
    int made = world_make(state);
    if (made == 0)
        make_demonstration(world.now);
    return made;
}

static void the_demonstration_has_a_dozen_posts_of_all_kinds_and_tells_the_failure(void **state)
{
    (void)state;
    assert_int_equal(world_number("SELECT count(*) FROM post"), POSTS);
    assert_int_equal(world_number("SELECT count(*) FROM post_public"), POSTS);
    assert_int_equal(world_number("SELECT count(DISTINCT e.kind) FROM post_public u "
                                  "JOIN post_edition e ON e.id = u.edition"),
                     POST_KINDS);
    assert_int_equal(world_number("SELECT count(*) FROM account WHERE demonstration = 1"),
                     (int64_t)posts_demonstration_accounts_n);
    assert_int_equal(world_number("SELECT count(*) FROM account WHERE demonstration = 0"), 0);

    /* Made elsewhere, each with what was wrong with it; withdrawn in one act; one statement is about all of them. */
    struct post_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_withdrawn(tx, world.arena, NULL, 10, &rows, &n), STATUS_OK);
    db_read_end(tx);
    assert_int_equal(n, COPIES);
    for (size_t i = 0; i < n; i++) {
        struct post_view view = world_view(rows[i].address);
        assert_true(rows[i].copy);
        assert_true(rows[i].withdrawn.value == rows[0].withdrawn.value);
        assert_true(view.reason.n > 0);
        assert_true(view.elsewhere.p != NULL && view.elsewhere_made.value < view.published);
        assert_true(view.blocked_n >= 3);
        assert_int_equal(view.picture.renditions_n, 0);
        assert_int_equal(view.about_by_n, 1);
        assert_int_equal(view.about_by[0].kind, POST_STATEMENT);
        struct post_view statement = world_view(view.about_by[0].address);
        assert_true(statement.spoken.set);
        assert_int_equal(statement.about_n, COPIES);
        assert_true(statement.about[i].copy);
        assert_int_equal(statement.promises_n, 4);
        struct civil c;
        zone_local(statement.published, &c);
        assert_int_equal(c.hour * 100 + c.minute, 1911);
    }
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE kept IS NOT NULL"), 1);
    struct posts_troubles troubles;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_troubles(tx, world.arena, world.now, &troubles), STATUS_OK);
    db_read_end(tx);
    assert_int_equal(troubles.late, 1);
    assert_int_equal(troubles.overdue + troubles.held, 0);

    assert_int_equal(posts_demonstration(world.db, world.now, &world.fault), STATUS_CONFLICT);
    assert_int_equal(world_number("SELECT count(*) FROM post"), POSTS);
}

static void its_pictures_are_ready_and_say_that_they_are_drawn(void **state)
{
    (void)state;
    assert_int_equal(world_number("SELECT count(*) FROM picture_set WHERE state <> 'ready'"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM post_public u JOIN post_edition e ON e.id = u.edition "
                                  "JOIN post_picture p ON p.edition = e.id WHERE e.labels LIKE '%illustration%'"),
                     4);
    assert_int_equal(world_number("SELECT count(*) FROM post_picture p JOIN post_edition e ON e.id = p.edition "
                                  "WHERE e.labels NOT LIKE '%illustration%' AND NOT EXISTS "
                                  "(SELECT 1 FROM post_elsewhere o WHERE o.post = e.post)"),
                     0);
    assert_int_equal(world_number("SELECT count(*) FROM post_edition WHERE labels LIKE '%fictitious%'"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_edition WHERE labels LIKE '%composite%'"), 1);
}

static void one_of_its_campaigns_is_running_and_one_is_over(void **state)
{
    (void)state;
    struct campaign *rows;
    struct campaign_counts counts;
    size_t n = 0;
    struct db_tx *tx;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_campaigns(tx, world.arena, &rows, &n), STATUS_OK);
    assert_int_equal(n, 2);
    struct str today = zone_day(world.arena, world.now);
    assert_int_equal(campaign_when(&rows[0], today), CAMPAIGN_OVER);
    assert_int_equal(campaign_when(&rows[1], today), CAMPAIGN_RUNNING);
    assert_int_equal(posts_campaign_counts(tx, world.arena, &rows[0], &counts), STATUS_OK);
    assert_int_equal(counts.copied, COPIES);
    assert_int_equal(counts.withdrawals, COPIES);
    assert_int_equal(posts_campaign_counts(tx, world.arena, &rows[1], &counts), STATUS_OK);
    assert_int_equal(counts.corrections, 1);
    db_read_end(tx);
}

/* Whenever it is set up: on the days when the clocks change, at the turn of a year, a minute after midnight, today. */
static void all_its_acts_lie_in_the_past(void **state)
{
    static const char *const days[] = { "2025-03-30T03:30", "2025-10-26T01:30", "2026-01-01T00:01",
                                        "2024-02-29T23:59" };
    enum { DAYS = sizeof days / sizeof days[0] };
    for (size_t i = 0; i <= DAYS; i++) {
        struct civil c;
        bool has_time = false;
        int64_t now = now_of_machine();
        if (i < DAYS) {
            assert_int_equal(zone_parse(str_of(days[i]), &c, &has_time), STATUS_OK);
            assert_int_equal(zone_moment(&c, &now), STATUS_OK);
        }
        if (i > 0)
            assert_int_equal(world_make(state), 0);
        make_demonstration(now);
        assert_true(world_number("SELECT max(made) FROM audit") < now);
        assert_true(world_number("SELECT max(published) FROM post_public") < now);
        assert_int_equal(world_number("SELECT count(*) FROM audit a JOIN audit b ON b.n = a.n + 1 "
                                      "WHERE b.made < a.made"),
                         0);
        if (i < DAYS)
            assert_int_equal(world_end(state), 0);
    }
}

static void a_day_of_its_text_is_counted_from_the_set_up(void **state)
{
    (void)state;
    static const struct {
        struct str text, said;
    } rows[] = {
        { STR_INIT("date: <day -5>\n"), STR_INIT("date: 2026-02-25\n") },
        { STR_INIT("<on +1>, <on -2>."), STR_INIT("3 March, 28 February.") },
        { STR_INIT("no mark"), STR_INIT("no mark") },
        { STR_INIT("<day x>"), { NULL, 0 } },
        { STR_INIT("<b>"), { NULL, 0 } },
        { STR_INIT("a < b"), { NULL, 0 } },
    };
    int64_t now = 0;
    struct civil c;
    bool has_time = false;
    assert_int_equal(zone_parse(STR("2026-03-02T00:10"), &c, &has_time), STATUS_OK);
    assert_int_equal(zone_moment(&c, &now), STATUS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str said = demonstration_text(world.arena, rows[i].text, now);
        if (!str_equal(said, rows[i].said) || (said.p == NULL) != (rows[i].said.p == NULL))
            fail_msg("row %zu: %.*s", i, STR_ARG(said));
    }
}

static void its_accounts_can_do_what_they_are_there_for(void **state)
{
    (void)state;
    uint32_t roles = 0;
    for (size_t i = 0; i < posts_demonstration_accounts_n; i++) {
        const struct demonstration_account *account = &posts_demonstration_accounts[i];
        assert_true(strlen(account->passphrase) >= PASSPHRASE_MIN);
        roles |= account->roles;
    }
    assert_int_equal(roles, (1U << ROLES) - 1);
}

#define IN_A_WORLD(name) cmocka_unit_test_setup_teardown(name, world_make, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_demonstration_has_a_dozen_posts_of_all_kinds_and_tells_the_failure,
                               world_with_demonstration),
        cmocka_unit_test(its_pictures_are_ready_and_say_that_they_are_drawn),
        cmocka_unit_test_teardown(one_of_its_campaigns_is_running_and_one_is_over, world_end),
        IN_A_WORLD(all_its_acts_lie_in_the_past),
        IN_A_WORLD(a_day_of_its_text_is_counted_from_the_set_up),
        cmocka_unit_test(its_accounts_can_do_what_they_are_there_for),
    };
    return cmocka_run_group_tests_name("posts demonstration", tests, NULL, NULL);
}
