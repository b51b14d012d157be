/* Midshire Police: what the set-up makes, and that it is made once. */
#include "world.h"

#include <string.h>

#include "base/banned.h"

static void the_demonstration_has_six_posts_one_withdrawn_and_the_statement(void **state)
{
    (void)state;
    world_run("DELETE FROM account");
    if (posts_demonstration(world.db, world.now, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    assert_int_equal(world_number("SELECT count(*) FROM post"), 7);
    assert_int_equal(world_number("SELECT count(*) FROM post_public"), 7);
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM account WHERE demonstration = 1"),
                     (int64_t)posts_demonstration_accounts_n);
    assert_int_equal(world_number("SELECT count(*) FROM account WHERE demonstration = 0"), 0);
    world_check_whole();

    struct post_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_withdrawn(tx, world.arena, NULL, 10, &rows, &n), STATUS_OK);
    db_read_end(tx);
    assert_int_equal(n, 1);
    struct post_view view = world_view(rows[0].address);
    assert_true(view.reason.n > 0);
    assert_int_equal(view.about_by_n, 1);
    assert_int_equal(view.about_by[0].kind, POST_STATEMENT);

    /* Made-up people carry their label; all acts lie in the past. */
    assert_int_equal(world_number("SELECT count(*) FROM post_edition WHERE labels = 'fictitious'"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_edition WHERE labels = 'composite'"), 1);
    assert_true(world_number("SELECT max(made) FROM audit") < 1767225600000);
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE year <> 2025"), 0);

    assert_int_equal(posts_demonstration(world.db, world.now, &world.fault), STATUS_CONFLICT);
    assert_int_equal(world_number("SELECT count(*) FROM post"), 7);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demonstration_has_six_posts_one_withdrawn_and_the_statement),
        cmocka_unit_test(its_accounts_can_do_what_they_are_there_for),
    };
    return cmocka_run_group_tests_name("posts demonstration", tests, world_make, world_end);
}
