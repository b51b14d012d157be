/* What feeds are told of posts and of the register: what is new, when it changed, and nothing that a page hides. */
#include "world.h"

#include "base/alloc.h"
#include "db/faulty.h"
#include "posts/feed.h"
#include "posts/register.h"
#include "posts/sitemap.h"

#include "base/banned.h"

#define PROMISE "promises: [{ what: to look, owner: approver, due: 2026-04-01 }]\n"

static void fine(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%d: %s", (int)status, world.fault.text);
}

static void publish(const char *key, const char *title, const char *head, const char *body)
{
    struct post_address address;
    struct str name = str_format(world.arena, "%s.md", key);
    fine(world_import("press-officer-1", str_z(world.arena, name), world_post(title, NULL, head, body)));
    fine(world_approve("approver", key));
    fine(world_publish_at("duty-communications", key, world.now, &address));
}

static struct post_fed *feed(int64_t limit, size_t *n)
{
    struct db_tx *tx;
    struct post_fed *rows = NULL;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_feed(tx, world.arena, &(struct feed_choice){ 0 }, limit, &rows, n));
    db_read_end(tx);
    return rows;
}

static void a_feed_holds_what_is_public_and_no_edition_that_is_not(void **state)
{
    (void)state;
    size_t n = 0;
    publish("a", "One", NULL, "The public text.");
    fine(world_draft("press-officer-1", "b.md", world_post("A draft", NULL, NULL, "Nobody may see it.")));
    fine(world_draft("press-officer-1", "a.md", world_post("One, changed", NULL, NULL, "Not yet.")));
    struct post_fed *rows = feed(POST_FEED_MAX, &n);
    assert_int_equal(n, 1);
    assert_true(str_equal(rows[0].title, STR("One")));
    assert_true(str_equal(str_trim(rows[0].body), STR("The public text.")));
    assert_int_equal(rows[0].changed, rows[0].published);
}

static void the_newest_acts_choose_and_the_time_of_publication_sorts(void **state)
{
    (void)state;
    static const char *const keys[] = { "a", "b", "c" };
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        publish(keys[i], keys[i], NULL, "Text.");
        world.now += 1000;
    }
    struct post_fed *rows = feed(2, &n);
    assert_int_equal(n, 2);
    assert_true(str_equal(rows[0].title, STR("c")) && str_equal(rows[1].title, STR("b")));
    int64_t number = feed(3, &n)[2].number;
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "It was wrong."));
    rows = feed(2, &n);
    assert_true(str_equal(rows[0].title, STR("c")) && str_equal(rows[1].title, STR("a")));
    assert_int_equal(rows[1].number, number);
    assert_int_equal(rows[1].changed, rows[1].withdrawn.value);
    assert_null(rows[1].body.p);
    assert_true(str_equal(rows[1].reason, STR("It was wrong.")));
    world.now += 60000;
    fine(world_end_post("duty-communications", "c", ENDING_EVENT_OVER));
    rows = feed(1, &n);
    assert_true(rows[0].hidden && rows[0].ended.set && rows[0].title.p == NULL && rows[0].address.year == 0);
}

static struct register_row *newest(enum register_what what, int64_t now, int64_t *changed)
{
    struct db_tx *tx;
    struct register_row *rows = NULL;
    struct register_filter filter = { .one = true, .what = what, .until = INT64_MAX };
    size_t n = 0;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_register(tx, world.arena, &filter, NULL, 1, &rows, &n));
    assert_int_equal(n, 1);
    fine(posts_register_changed(tx, world.arena, &rows[0], now, changed));
    db_read_end(tx);
    return rows;
}

static void a_row_of_the_register_changes_when_it_becomes_late_and_when_its_words_go(void **state)
{
    (void)state;
    int64_t changed = 0;
    const int64_t day = 24LL * 60 * 60 * 1000;
    publish("a", "One", PROMISE, "Text.");
    struct register_row *row = newest(REGISTER_PROMISE, world.now, &changed);
    assert_int_equal(changed, row->made);
    row = newest(REGISTER_PROMISE, world.now + 400 * day, &changed);
    assert_int_equal(changed, row->promise.due.at);
    fine(world_draft("press-officer-1", "b.md", world_post("Two", NULL, NULL, "Text.")));
    fine(world_emergency("duty-communications", "b", "It cannot wait.", "Somebody"));
    row = newest(REGISTER_EMERGENCY, world.now, &changed);
    assert_int_equal(changed, row->made);
    row = newest(REGISTER_EMERGENCY, row->review_due + 1, &changed);
    assert_int_equal(changed, row->review_due);
    int64_t made = newest(REGISTER_PROMISE, world.now, &changed)->made;
    world.now += 1000;
    fine(world_end_post("duty-communications", "a", ENDING_FOUND));
    row = newest(REGISTER_PROMISE, world.now, &changed);
    assert_true(row->post.hidden && row->made == made);
    assert_int_equal(changed, world.now);
}

static enum status read_all(struct db_tx *tx, struct arena *arena)
{
    struct post_fed *posts;
    struct register_row *rows;
    struct register_filter filter = { .until = INT64_MAX };
    size_t n = 0;
    int64_t changed = 0;
    enum status status = posts_feed(tx, arena, &(struct feed_choice){ 0 }, POST_FEED_MAX, &posts, &n);
    if (status == STATUS_OK && n != 3)
        return STATUS_DAMAGED;
    struct campaign campaign = { .slug = STR("none"), .name = STR("None") };
    struct post_listed *listed;
    int64_t parts[POST_PARTS_MAX];
    if (status == STATUS_OK)
        status =
            posts_feed(tx, arena, &(struct feed_choice){ .one = true, .kind = POST_UPDATE }, POST_FEED_MAX, &posts, &n);
    if (status == STATUS_OK)
        status = posts_feed(tx, arena, &(struct feed_choice){ .campaign = &campaign }, POST_FEED_MAX, &posts, &n);
    if (status == STATUS_OK)
        status = posts_listed(tx, arena, 1, &listed, &n);
    if (status == STATUS_OK && n != 2)
        return STATUS_DAMAGED;
    if (status == STATUS_OK)
        status = posts_listed_parts(tx, arena, parts, &n);
    if (status == STATUS_OK && (n != 1 || parts[0] != 1))
        return STATUS_DAMAGED;
    if (status == STATUS_OK)
        status = posts_register(tx, arena, &filter, NULL, POST_LIST_MAX, &rows, &n);
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = posts_register_changed(tx, arena, &rows[i], world.now, &changed);
    return status;
}

static void a_feed_is_whole_or_not_there_wherever_anything_fails(void **state)
{
    (void)state;
    publish("a", "One", PROMISE, "Text.");
    publish("b", "Two", NULL, "Text.");
    fine(world_import("press-officer-1", "b.md", world_post("Two", NULL, NULL, "Other text.")));
    fine(world_approve("approver", "b"));
    fine(world_correct("duty-communications", "b", CORRECTION_FACTUAL, "It was wrong."));
    publish("c", "Three", NULL, "Text.");
    fine(world_end_post("duty-communications", "a", ENDING_FOUND));
    for (int memory = 0; memory < 2; memory++)
        for (uint64_t k = 1;; k++) {
            struct arena *arena = arena_new(1 << 20);
            struct db_tx *tx = NULL;
            struct fault fault = { 0 };
            if (memory)
                mem_fail_at(k);
            else
                db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
            enum status status = db_read_begin(world.db, &tx, &fault);
            if (status == STATUS_OK)
                status = read_all(tx, arena);
            if (tx)
                db_read_end(tx);
            uint64_t calls = memory ? mem_calls() : db_faulty_calls();
            mem_fail_at(0);
            db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
            arena_free(arena);
            if (calls < k) {
                assert_int_equal(status, STATUS_OK);
                break;
            }
            assert_true(status == STATUS_NO_MEMORY || status == STATUS_IO || status == STATUS_UNAVAILABLE ||
                        (memory && status == STATUS_OK)); /* a cache of SQLite may do without */
        }
}

static struct post_fed *chosen(struct feed_choice choice, size_t *n)
{
    struct db_tx *tx;
    struct post_fed *rows = NULL;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_feed(tx, world.arena, &choice, POST_FEED_MAX, &rows, n));
    db_read_end(tx);
    return rows;
}

static void a_feed_of_a_campaign_keeps_what_a_correction_took_out_and_nothing_that_a_ground_forbids(void **state)
{
    (void)state;
    struct campaign campaign = { .slug = STR("lamps"),
                                 .name = STR("Lamp Week"),
                                 .purpose = STR("More light."),
                                 .first_day = STR("2026-01-01"),
                                 .last_day = STR("2026-12-31") };
    struct actor actor = world_actor("duty-communications");
    struct act act = { .by = &actor, .now = world.now };
    struct campaign_act set = { .arena = world.arena, .act = &act, .campaign = campaign };
    size_t n = 0;
    fine(db_write(world.db, posts_campaign_set_write, &set, &world.fault));
    publish("a", "One", "campaign: lamps\n", "Text.");
    publish("b", "Two", "campaign: Lamp Week\n", "Text.");
    publish("c", "Three", NULL, "Text.");
    chosen((struct feed_choice){ .campaign = &campaign }, &n);
    assert_int_equal(n, 2);
    world.now += 60000;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Other text.")));
    fine(world_approve("approver", "a"));
    fine(world_correct("duty-communications", "a", CORRECTION_FACTUAL, "It was no part of it."));
    struct post_fed *rows = chosen((struct feed_choice){ .campaign = &campaign }, &n);
    assert_int_equal(n, 2);
    assert_true(str_equal(rows[0].title, STR("One")) || str_equal(rows[1].title, STR("One")));
    fine(world_withdraw("duty-communications", "b", GROUND_SAFETY, ""));
    rows = chosen((struct feed_choice){ .campaign = &campaign }, &n);
    assert_int_equal(n, 2);
    assert_true(rows[0].hidden != rows[1].hidden);
    rows = chosen((struct feed_choice){ .one = true, .kind = POST_STATEMENT, .campaign = &campaign }, &n);
    assert_int_equal(n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_end)
    const struct CMUnitTest tests[] = {
        TEST(a_feed_holds_what_is_public_and_no_edition_that_is_not),
        TEST(the_newest_acts_choose_and_the_time_of_publication_sorts),
        TEST(a_row_of_the_register_changes_when_it_becomes_late_and_when_its_words_go),
        TEST(a_feed_of_a_campaign_keeps_what_a_correction_took_out_and_nothing_that_a_ground_forbids),
        cmocka_unit_test_setup_teardown(a_feed_is_whole_or_not_there_wherever_anything_fails, world_make_faulty,
                                        world_end),
    };
    return cmocka_run_group_tests_name("posts feed", tests, NULL, NULL);
}
