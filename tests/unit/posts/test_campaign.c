/* Campaigns: who sets them, what they show, and what they may not show. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "db/faulty.h"
#include "posts/campaign.h"

#include "base/banned.h"

static enum status set(const char *user, const char *slug, const char *name, const char *from, const char *to,
                       int64_t version)
{
    struct actor actor = world_actor(user);
    struct act act = { .by = &actor, .now = world.now };
    struct campaign_act one = { .arena = world.arena,
                                .act = &act,
                                .campaign = { .slug = str_of(slug),
                                              .name = str_of(name),
                                              .purpose = STR("So that somebody looks."),
                                              .first_day = str_of(from),
                                              .last_day = str_of(to),
                                              .version = version } };
    world.fault = (struct fault){ 0 };
    return db_write(world.db, posts_campaign_set_write, &one, &world.fault);
}

static enum status take_away(const char *user, const char *slug, int64_t version)
{
    struct actor actor = world_actor(user);
    struct act act = { .by = &actor, .now = world.now };
    struct campaign_act one = { .arena = world.arena,
                                .act = &act,
                                .campaign = { .slug = str_of(slug), .version = version } };
    world.fault = (struct fault){ 0 };
    return db_write(world.db, posts_campaign_remove_write, &one, &world.fault);
}

static enum status make_lights(void)
{
    return set("duty-communications", "lights-on", "Lights on", "2026-02-01", "2026-04-30", 0);
}

static struct post_address publish(const char *key, const char *head)
{
    struct post_address address = { 0 };
    char name[80];
    snprintf(name, sizeof name, "%s.md", key);
    assert_int_equal(world_import("press-officer-1", name, world_post(key, NULL, head, "The lamp is red.")), STATUS_OK);
    assert_int_equal(world_approve("approver", key), STATUS_OK);
    assert_int_equal(world_publish_at("duty-communications", key, world.now, &address), STATUS_OK);
    world.now += 1000;
    return address;
}

static struct campaign read_one(const char *words)
{
    struct campaign campaign = { 0 };
    struct db_tx *tx = NULL;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_campaign(tx, world.arena, str_of(words), &campaign), STATUS_OK);
    db_read_end(tx);
    return campaign;
}

struct page {
    struct post_row *rows;
    struct register_row *acts;
    size_t rows_n, acts_n;
    struct campaign_counts counts;
};

static struct page look(const char *slug)
{
    struct page page = { 0 };
    struct campaign campaign = read_one(slug);
    struct db_tx *tx = NULL;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_campaign_list(tx, world.arena, &campaign, NULL, 20, &page.rows, &page.rows_n), STATUS_OK);
    assert_int_equal(posts_campaign_register(tx, world.arena, &campaign, NULL, 20, &page.acts, &page.acts_n),
                     STATUS_OK);
    assert_int_equal(posts_campaign_counts(tx, world.arena, &campaign, &page.counts), STATUS_OK);
    db_read_end(tx);
    return page;
}

static void a_campaign_takes_the_role_that_publishes_and_stands_in_the_audit(void **state)
{
    (void)state;
    static const char *const others[] = { "press-officer-1", "approver", "head-of-communications" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(set(others[i], "lights-on", "Lights on", "2026-02-01", "2026-04-30", 0), STATUS_DENIED);
    uint64_t before = world_generation();
    assert_int_equal(make_lights(), STATUS_OK);
    assert_true(world_generation() > before);
    assert_int_equal(world_number("SELECT count(*) FROM audit WHERE act = 'campaign.made'"), 1);
    assert_int_equal(take_away("approver", "lights-on", 1), STATUS_DENIED);
    assert_int_equal(take_away("duty-communications", "lights-on", 1), STATUS_OK);
    assert_int_equal(world_number("SELECT count(*) FROM audit WHERE act = 'campaign.removed'"), 1);
    world_check_whole();
}

static void what_is_wrong_with_a_campaign_is_said_and_nothing_is_set(void **state)
{
    (void)state;
    static const struct {
        const char *slug, *name, *from, *to;
    } wrong[] = {
        { "Lights", "Lights", "2026-02-01", "2026-04-30" },
        { "a--b", "Lights", "2026-02-01", "2026-04-30" },
        { "-a", "Lights", "2026-02-01", "2026-04-30" },
        { "a-", "Lights", "2026-02-01", "2026-04-30" },
        { "a/b", "Lights", "2026-02-01", "2026-04-30" },
        { "", "Lights", "2026-02-01", "2026-04-30" },
        { "lights", "", "2026-02-01", "2026-04-30" },
        { "lights", "Li\xe2\x80\xaeghts", "2026-02-01", "2026-04-30" },
        { "lights", "\xe2\x80\x8b", "2026-02-01", "2026-04-30" },
        { "lights", "Lights", "1066-10-14", "2026-04-30" },
        { "lights", "Lights", "2026-02-01", "9999-04-30" },
        { "lights", "Lights", "2026-02-30", "2026-04-30" },
        { "lights", "Lights", "2026-02-01T10:00", "2026-04-30" },
        { "lights", "Lights", "2026-04-30", "2026-02-01" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (set("duty-communications", wrong[i].slug, wrong[i].name, wrong[i].from, wrong[i].to, 0) != STATUS_INVALID)
            fail_msg("row %zu: %s", i, world.fault.text);
        assert_true(strlen(world.fault.text) > 20);
    }
    assert_int_equal(world_number("SELECT count(*) FROM campaign"), 0);
}

static void one_word_means_one_campaign(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    assert_int_equal(set("duty-communications", "other", "Lights on", "2026-02-01", "2026-04-30", 0), STATUS_CONFLICT);
    assert_int_equal(set("duty-communications", "other", "lights-on", "2026-02-01", "2026-04-30", 0), STATUS_CONFLICT);
    assert_int_equal(set("duty-communications", "week", "other", "2026-02-01", "2026-04-30", 0), STATUS_OK);
    assert_int_equal(set("duty-communications", "other", "Week", "2026-02-01", "2026-04-30", 0), STATUS_CONFLICT);
}

static void a_change_to_a_campaign_that_somebody_else_changed_is_refused(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    assert_int_equal(make_lights(), STATUS_CONFLICT);
    assert_int_equal(set("duty-communications", "lights-on", "Lights on", "2026-02-01", "2026-05-31", 1), STATUS_OK);
    assert_int_equal(set("duty-communications", "lights-on", "Lights on", "2026-02-01", "2026-06-30", 1),
                     STATUS_CONFLICT);
    assert_int_equal(set("duty-communications", "gone", "Gone", "2026-02-01", "2026-06-30", 1), STATUS_CONFLICT);
    assert_int_equal(take_away("duty-communications", "lights-on", 1), STATUS_CONFLICT);
    assert_true(str_equal(read_one("Lights on").last_day, STR("2026-05-31")));
}

static void a_campaign_that_posts_name_keeps_its_name_and_stays(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    assert_int_equal(world_draft("press-officer-1", "lamp.md",
                                 world_post("Lamp", NULL, "campaign: Lights on\n", "The lamp is red.")),
                     STATUS_OK);
    assert_int_equal(set("duty-communications", "lights-on", "Light", "2026-02-01", "2026-04-30", 1), STATUS_REFUSED);
    assert_int_equal(take_away("duty-communications", "lights-on", 1), STATUS_REFUSED);
    assert_int_equal(set("duty-communications", "lights-on", "Lights on", "2026-02-01", "2026-05-31", 1), STATUS_OK);
}

static void a_post_shows_its_campaign_by_slug_or_name_and_an_unknown_one_by_its_words(void **state)
{
    (void)state;
    struct post_address early = publish("early", "campaign: Lights on\n");
    assert_true(str_equal(world.last.campaign, STR("Lights on"))); /* whoever imports is told */
    struct post_view view = world_view(early);
    assert_true(str_equal(view.campaign, STR("Lights on")));
    assert_null(view.campaign_slug.p);
    assert_int_equal(make_lights(), STATUS_OK);
    view = world_view(early);
    assert_true(str_equal(view.campaign_slug, STR("lights-on")));
    view = world_view(publish("late", "campaign: lights-on\n"));
    assert_null(world.last.campaign.p);
    assert_true(str_equal(view.campaign, STR("Lights on")));
    assert_true(str_equal(view.campaign_slug, STR("lights-on")));
    assert_int_equal(look("lights-on").rows_n, 2);
    assert_true(str_equal(look("lights-on").rows[0].title, STR("late"))); /* newest first */
}

static void only_what_is_public_stands_in_a_campaign(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    assert_int_equal(world_import("press-officer-1", "a.md", world_post("a", NULL, "campaign: Lights on\n", "A lamp.")),
                     STATUS_OK);
    struct page page = look("lights-on");
    assert_int_equal(page.rows_n + page.acts_n, 0);
    assert_int_equal(page.counts.published, 0);
}

static void what_was_withdrawn_corrected_or_ended_is_counted_and_told(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    publish("one", "campaign: Lights on\n");
    publish("two", "campaign: Lights on\n");
    publish("three", "campaign: Lights on\n");
    publish("alien", "");
    assert_int_equal(world_withdraw("duty-communications", "one", GROUND_ERROR, "It was green."), STATUS_OK);
    assert_int_equal(world_withdraw("duty-communications", "two", GROUND_COURT_ORDER, ""), STATUS_OK);
    assert_int_equal(world_end_post("duty-communications", "three", ENDING_EVENT_OVER), STATUS_OK);
    assert_int_equal(world_withdraw("duty-communications", "alien", GROUND_ERROR, "It was blue."), STATUS_OK);
    struct page page = look("lights-on");
    assert_int_equal(page.rows_n, 0);
    assert_int_equal(page.counts.published, 3);
    assert_int_equal(page.counts.withdrawals, 2);
    assert_int_equal(page.counts.endings, 1);
    assert_int_equal(page.acts_n, 3);
    for (size_t i = 0; i < page.acts_n; i++) {
        bool shown = page.acts[i].what == REGISTER_WITHDRAWAL && page.acts[i].ground == GROUND_ERROR;
        assert_int_equal(page.acts[i].post.title.p != NULL, shown);
        assert_int_equal(page.acts[i].post.address.slug.p != NULL, shown);
        assert_int_equal(page.acts[i].words.p != NULL, shown);
    }
}

static void a_correction_takes_no_post_out_of_what_was_corrected(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    publish("one", "campaign: Lights on\n");
    assert_int_equal(world_import("press-officer-1", "one.md", world_post("one", NULL, "", "The lamp is green.")),
                     STATUS_OK);
    assert_int_equal(world_approve("approver", "one"), STATUS_OK);
    assert_int_equal(world_correct("duty-communications", "one", CORRECTION_FACTUAL, "It is green."), STATUS_OK);
    struct page page = look("lights-on");
    assert_int_equal(page.rows_n, 0);
    assert_int_equal(page.counts.published, 1);
    assert_int_equal(page.counts.corrections, 1);
    assert_int_equal(page.acts_n, 1);
    /* Unless what it said before may not be told, and that it was in the campaign is a part of that. */
    world_run("UPDATE post_correction SET ground = 'court-order', words = NULL");
    page = look("lights-on");
    assert_int_equal(page.counts.corrections + page.counts.published, 0);
    assert_int_equal(page.acts_n, 0);
}

static void its_first_and_its_last_day_belong_to_a_campaign(void **state)
{
    (void)state;
    const struct campaign one = { .first_day = STR("2026-02-01"), .last_day = STR("2026-02-03") };
    assert_int_equal(campaign_when(&one, STR("2026-01-31")), CAMPAIGN_COMING);
    assert_int_equal(campaign_when(&one, STR("2026-02-01")), CAMPAIGN_RUNNING);
    assert_int_equal(campaign_when(&one, STR("2026-02-03")), CAMPAIGN_RUNNING);
    assert_int_equal(campaign_when(&one, STR("2026-02-04")), CAMPAIGN_OVER);
    assert_int_equal(make_lights(), STATUS_OK);
    static const struct {
        struct str day;
        size_t n;
    } days[] = {
        { STR_INIT("2026-01-31"), 0 },
        { STR_INIT("2026-02-01"), 1 },
        { STR_INIT("2026-04-30"), 1 },
        { STR_INIT("2026-05-01"), 0 },
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct campaign *rows;
        size_t n = 9;
        struct db_tx *tx = NULL;
        assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
        assert_int_equal(posts_campaigns_running(tx, world.arena, days[i].day, 3, &rows, &n), STATUS_OK);
        db_read_end(tx);
        assert_int_equal(n, days[i].n);
    }
}

static enum status read_page(void)
{
    struct campaign campaign;
    struct post_row *rows;
    struct register_row *acts;
    struct campaign_counts counts;
    size_t n = 0;
    struct db_tx *tx = NULL;
    struct arena *arena = arena_new(1 << 20);
    enum status status = arena ? db_read_begin(world.db, &tx, &world.fault) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = posts_campaign(tx, arena, STR("lights-on"), &campaign);
    if (status == STATUS_OK)
        status = posts_campaign_list(tx, arena, &campaign, NULL, 20, &rows, &n);
    if (status == STATUS_OK)
        status = posts_campaign_register(tx, arena, &campaign, NULL, 20, &acts, &n);
    if (status == STATUS_OK)
        status = posts_campaign_counts(tx, arena, &campaign, &counts);
    if (tx)
        db_read_end(tx);
    arena_free(arena);
    return status;
}

/* Each allocation and each call of the database fails once: a campaign is set whole or not, and a page is read or not.
 */
static void a_campaign_is_set_whole_or_not_at_all_wherever_anything_fails(void **state)
{
    (void)state;
    assert_int_equal(make_lights(), STATUS_OK);
    publish("one", "campaign: Lights on\n");
    assert_int_equal(world_withdraw("duty-communications", "one", GROUND_ERROR, "It was green."), STATUS_OK);
    int64_t version = 1;
    for (int what = 0; what < 4; what++) {
        bool memory = what % 2 == 1;
        bool reads = what >= 2;
        for (uint64_t k = 1;; k++) {
            struct actor actor = world_actor("duty-communications");
            struct act act = { .by = &actor, .now = world.now };
            struct campaign_act one = { .arena = world.arena, .act = &act, .campaign = read_one("lights-on") };
            one.campaign.purpose = str_format(world.arena, "Purpose %d %llu.", what, (unsigned long long)k);
            if (memory)
                mem_fail_at(k);
            else
                db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
            enum status status = reads ? read_page() : db_write(world.db, posts_campaign_set_write, &one, &world.fault);
            uint64_t calls = memory ? mem_calls() : db_faulty_calls();
            mem_fail_at(0);
            db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
            struct campaign now = read_one("lights-on");
            bool set_whole = now.version == version + 1 && str_equal(now.purpose, one.campaign.purpose);
            assert_true(set_whole || now.version == version);
            if (status == STATUS_OK)
                assert_int_equal(set_whole, !reads);
            version = now.version;
            world_check_whole();
            if (calls < k) {
                assert_int_equal(status, STATUS_OK);
                assert_true(k > 2);
                break;
            }
        }
    }
}

#define IN_A_WORLD(name) cmocka_unit_test_setup_teardown(name, world_make, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(a_campaign_takes_the_role_that_publishes_and_stands_in_the_audit),
        IN_A_WORLD(what_is_wrong_with_a_campaign_is_said_and_nothing_is_set),
        IN_A_WORLD(one_word_means_one_campaign),
        IN_A_WORLD(a_change_to_a_campaign_that_somebody_else_changed_is_refused),
        IN_A_WORLD(a_campaign_that_posts_name_keeps_its_name_and_stays),
        IN_A_WORLD(a_post_shows_its_campaign_by_slug_or_name_and_an_unknown_one_by_its_words),
        IN_A_WORLD(only_what_is_public_stands_in_a_campaign),
        IN_A_WORLD(what_was_withdrawn_corrected_or_ended_is_counted_and_told),
        IN_A_WORLD(a_correction_takes_no_post_out_of_what_was_corrected),
        IN_A_WORLD(its_first_and_its_last_day_belong_to_a_campaign),
        cmocka_unit_test_setup_teardown(a_campaign_is_set_whole_or_not_at_all_wherever_anything_fails,
                                        world_make_faulty, world_end),
    };
    return cmocka_run_group_tests_name("posts campaign", tests, NULL, NULL);
}
