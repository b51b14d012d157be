/*
 * The guards of a post's way, each by its name: who may do what to which
 * edition, what the clock does, what an emergency may not, what the register
 * keeps. docs/posts.md, "The way of a post".
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static void refused(enum status status, enum status expected, const char *words)
{
    if (status != expected || !strstr(world.fault.text, words))
        fail_msg("%d instead of %d, \"%s\" instead of \"%s\"", (int)status, (int)expected, world.fault.text, words);
    assert_null(strchr(world.fault.text, '\n'));
    world_check_whole();
}

static void fine(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%s", world.fault.text);
    world_check_whole();
}

static void post(const char *key, const char *body)
{
    char name[60];
    snprintf(name, sizeof name, "%s.md", key);
    fine(world_import("press-officer-1", name, world_post("One title", NULL, NULL, body)));
}

static void approved(const char *key, const char *body)
{
    post(key, body);
    fine(world_approve("approver", key));
}

static struct post_address published(const char *key, const char *body)
{
    struct post_address address;
    approved(key, body);
    fine(world_publish_at("duty-communications", key, world.now, &address));
    return address;
}

/* ---- Work ---- */

static void a_draft_is_approved_only_after_it_was_handed_in(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    assert_int_equal(world_entry("a").state, EDITION_DRAFT);
    refused(world_approve("approver", "a"), STATUS_REFUSED, "is draft");
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "has not been approved");
    fine(world_submit("press-officer-2", "a"));
    refused(world_submit("press-officer-1", "a"), STATUS_REFUSED, "only a draft");
    fine(world_approve("approver", "a"));
}

static void what_is_sent_back_says_what_is_asked_for_and_is_handed_in_again(void **state)
{
    (void)state;
    post("a", "Text.");
    refused(world_step("approver", "a", posts_changes_write, " "), STATUS_INVALID, "What is to be changed is missing");
    refused(world_step("press-officer-2", "a", posts_changes_write, "Mend it."), STATUS_DENIED, "no role");
    fine(world_step("approver", "a", posts_changes_write, "Mend the second line."));
    assert_int_equal(world_entry("a").state, EDITION_CHANGES_REQUESTED);
    assert_true(str_equal(world_entry("a").why, STR("Mend the second line.")));
    refused(world_approve("approver", "a"), STATUS_REFUSED, "is changes-requested");
    /* A new edition is a draft again, and its author says when it is ready. */
    fine(world_draft("press-officer-1", "a.md", world_post("One title", NULL, NULL, "Text, mended.")));
    assert_int_equal(world_entry("a").state, EDITION_DRAFT);
    fine(world_submit("press-officer-1", "a"));
    fine(world_approve("approver", "a"));
    /* Also what was approved already. */
    fine(world_step("head-of-communications", "a", posts_changes_write, "Wait."));
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "is changes-requested");
}

static void any_change_after_approval_goes_back_to_review(void **state)
{
    (void)state;
    static const char *const heads[] = { "topics: [one]\n", "campaign: Light\n", "date: 2026-03-01\n",
                                         "replies: open\n" };
    for (size_t i = 0; i < 3; i++) {
        char name[20], key[20];
        snprintf(key, sizeof key, "p%zu", i);
        snprintf(name, sizeof name, "p%zu.md", i);
        approved(key, "Text.");
        fine(world_draft("press-officer-1", name, world_post("One title", NULL, heads[i], "Text.")));
        assert_int_equal(world_entry(key).state, EDITION_IN_REVIEW);
        refused(world_publish("duty-communications", key), STATUS_REFUSED, "has not been approved");
    }
    assert_int_equal(world_number("SELECT count(*) FROM post_approval"), 3); /* kept as history */
}

static void a_discarded_edition_does_not_go_out_and_a_new_one_begins_anew(void **state)
{
    (void)state;
    approved("a", "Text.");
    refused(world_step("approver", "a", posts_discard_write, NULL), STATUS_DENIED, "no role");
    fine(world_step("press-officer-2", "a", posts_discard_write, "Not needed."));
    assert_int_equal(world_entry("a").state, EDITION_DISCARDED);
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "is discarded");
    refused(world_emergency("duty-communications", "a", "Now.", "Somebody, office"), STATUS_REFUSED, "was given up");
    refused(world_submit("press-officer-1", "a"), STATUS_REFUSED, "only a draft");
    refused(world_step("press-officer-2", "a", posts_discard_write, NULL), STATUS_REFUSED, "nothing to give up");
    fine(world_draft("press-officer-1", "a.md", world_post("One title", NULL, NULL, "Anew.")));
    assert_int_equal(world_entry("a").state, EDITION_DRAFT);
    published("b", "Text.");
    refused(world_step("press-officer-2", "b", posts_discard_write, NULL), STATUS_REFUSED, "in public");
}

static void every_act_refuses_an_edition_that_is_not_the_newest(void **state)
{
    (void)state;
    static db_write_fn *const fns[] = { posts_submit_write,  posts_changes_write, posts_approve_write,
                                        posts_discard_write, posts_speaker_write, posts_restore_write };
    static const char *const users[] = { "press-officer-1", "approver",      "approver",
                                         "press-officer-1", "chief-officer", "duty-communications" };
    post("a", "Text.");
    struct str seen = world_entry("a").hash_hex;
    post("a", "Other text.");
    for (size_t i = 0; i < sizeof fns / sizeof fns[0]; i++) {
        struct actor actor = world_actor(users[i]);
        struct act act = { .by = &actor, .now = world.now };
        struct post_step step = {
            .arena = world.arena, .act = &act, .key = STR("a"), .hash_hex = seen, .words = STR("Because.")
        };
        refused(db_write(world.db, fns[i], &step, &world.fault), STATUS_CONFLICT, "has changed since you looked");
        step.hash_hex = STR_NONE;
        refused(db_write(world.db, fns[i], &step, &world.fault), STATUS_CONFLICT, "has changed since you looked");
    }
}

static void two_approvals_of_one_edition_are_one(void **state)
{
    (void)state;
    post("a", "Text.");
    fine(world_approve("approver", "a"));
    refused(world_approve("head-of-communications", "a"), STATUS_REFUSED, "is approved already");
    assert_int_equal(world_number("SELECT count(*) FROM post_approval"), 1);
}

static void an_answer_is_taken_only_where_a_check_asks(void **state)
{
    (void)state;
    post("a", "Text.");
    refused(world_confirm("press-officer-1", "a", "alt-text", "I asked."), STATUS_REFUSED, "asks nobody");
    refused(world_confirm("press-officer-1", "a", "no-such-check", "I asked."), STATUS_INVALID, "There is no check");
    fine(world_draft("press-officer-1", "b.md", world_post("B", NULL, NULL, "“I was afraid,” said Sam, 30.")));
    refused(world_confirm("press-officer-1", "b", "person-kind", "I know him."), STATUS_REFUSED,
            "no answer lifts that");
    assert_int_equal(world_number("SELECT count(*) FROM post_confirmation"), 0);
}

#define COMPOSITE "people: [{ as_written: \"Sam\", kind: composite }]\n"

static void what_asks_a_person_waits_for_their_answer_to_this_edition(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("A", NULL, COMPOSITE, "Sam was afraid.")));
    refused(world_approve("approver", "a"), STATUS_REFUSED, "waits for an answer to the check fictitious-label");
    refused(world_confirm("press-officer-2", "a", "fictitious-label", " "), STATUS_INVALID, "The reason is missing");
    refused(world_confirm("duty-communications", "a", "fictitious-label", "I read them."), STATUS_DENIED, "no role");
    fine(world_confirm("press-officer-2", "a", "fictitious-label", "I read the accounts."));
    fine(world_approve("approver", "a"));
    /* Another text is another question. */
    fine(world_draft("press-officer-1", "a.md", world_post("A", NULL, COMPOSITE, "Sam was afraid at night.")));
    refused(world_approve("approver", "a"), STATUS_REFUSED, "waits for an answer");
    fine(world_confirm("approver", "a", "fictitious-label", "I read them again."));
    fine(world_approve("approver", "a"));
    fine(world_publish("duty-communications", "a"));
}

static void what_a_check_blocks_is_not_handed_in(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "a.md", world_post("A", NULL, NULL, "“I was afraid,” said Sam, 30.")));
    refused(world_submit("press-officer-1", "a"), STATUS_REFUSED, "is held by the check person-kind");
    assert_int_equal(world_entry("a").state, EDITION_DRAFT);
}

static void a_story_goes_out_when_law_and_policy_were_asked(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "claims.md", world_post("One", NULL, "claims: none\n", "Text.")));
    refused(world_submit("press-officer-1", "claims"), STATUS_REFUSED, "is held by the check scenario-policy");
    static const struct {
        const char *key, *head;
    } rows[] = {
        { "story", "scenario: { conduct: [{ act: words }] }\n" },
        { "empty-story", "scenario: {}\n" },
        { "claimed-story", "scenario: {}\nclaims: incident\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s.md", rows[i].key);
        fine(world_import("press-officer-1", name, world_post("One", NULL, rows[i].head, "Text.")));
        fine(world_approve("approver", rows[i].key));
        fine(world_publish("duty-communications", rows[i].key));
    }
    fine(world_draft("press-officer-1", "over.md",
                     world_post("One", NULL, "scenario: {}\nclaims: hate-crime\n", "Text.")));
    refused(world_submit("press-officer-1", "over"), STATUS_REFUSED, "is held by the check call-to-action");
}

static void no_emergency_overrides_a_missing_disclosure(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "a.md", world_post("A", NULL, NULL, "“I was afraid,” said Sam, 30.")));
    refused(world_emergency("duty-communications", "a", "It cannot wait.", "Somebody, duty officer"), STATUS_REFUSED,
            "which no emergency overrides");
    /* What is only asked of a person, the story, and the way to report, it does; and the record says so. */
    fine(world_draft("press-officer-1", "b.md",
                     world_post("B", NULL, COMPOSITE "topics: [hate-crime]\n", "Sam was afraid.")));
    fine(world_emergency("duty-communications", "b", "It cannot wait.", "Somebody, duty officer"));
    assert_int_equal(world_number("SELECT count(*) FROM post_emergency "
                                  "WHERE overridden = 'scenario-policy fictitious-label reporting-route'"),
                     1);
}

/* ---- By the clock ---- */

static void a_release_is_at_least_five_minutes_ahead_and_at_most_a_year(void **state)
{
    (void)state;
    approved("a", "Text.");
    refused(world_schedule("duty-communications", "a", world.now + 5 * MINUTE - 1, false), STATUS_INVALID, "5 minutes");
    refused(world_schedule("duty-communications", "a", world.now - HOUR, false), STATUS_INVALID, "5 minutes");
    refused(world_schedule("duty-communications", "a", world.now + 367LL * 24 * HOUR, false), STATUS_INVALID,
            "366 days");
    refused(world_schedule("duty-communications", "a", 253402300799000, false), STATUS_INVALID, "366 days");
    refused(world_schedule("approver", "a", world.now + HOUR, false), STATUS_DENIED, "no role");
    fine(world_schedule("duty-communications", "a", world.now + 5 * MINUTE, false));
    assert_int_equal(world_entry("a").state, EDITION_SCHEDULED);
    assert_int_equal(world_entry("a").due.value, world.now + 5 * MINUTE);
    assert_int_equal(world_number("SELECT count(*) FROM job WHERE kind = 'posts.release'"), 1);
}

static void only_an_approved_edition_is_scheduled(void **state)
{
    (void)state;
    post("a", "Text.");
    refused(world_schedule("duty-communications", "a", world.now + HOUR, false), STATUS_REFUSED,
            "has not been approved");
}

static void what_is_due_goes_out_and_at_its_time(void **state)
{
    (void)state;
    int64_t at = world.now + HOUR;
    approved("a", "Text.");
    fine(world_schedule("duty-communications", "a", at, false));
    uint64_t before = world_generation();
    struct post_due due = world_due("a", at, at + 200);
    assert_true(due.released && !due.held);
    assert_int_equal(world_entry("a").state, EDITION_PUBLISHED);
    assert_int_equal(world_entry("a").published.value, at + 200);
    assert_true(world_generation() > before);
    world_check_whole();
    due = world_due("a", at, at + 300); /* the job a second time */
    assert_true(!due.released && !due.held);
}

static void a_release_that_was_taken_back_or_moved_does_not_go_out(void **state)
{
    (void)state;
    int64_t at = world.now + HOUR;
    approved("a", "Text.");
    refused(world_schedule("duty-communications", "a", 0, true), STATUS_REFUSED, "is not scheduled");
    fine(world_schedule("duty-communications", "a", at, false));
    fine(world_schedule("duty-communications", "a", 0, true));
    assert_int_equal(world_entry("a").state, EDITION_APPROVED);
    assert_false(world_due("a", at, at).released);
    fine(world_schedule("duty-communications", "a", at + HOUR, false));
    assert_false(world_due("a", at, at).released);
    assert_true(world_due("a", at + HOUR, at + HOUR).released);
}

static void a_release_more_than_fifteen_minutes_late_waits_for_a_person(void **state)
{
    (void)state;
    int64_t at = world.now + HOUR;
    approved("a", "Text.");
    approved("b", "Text.");
    fine(world_schedule("duty-communications", "a", at, false));
    fine(world_schedule("duty-communications", "b", at, false));
    assert_true(world_due("a", at, at + 15 * MINUTE).released);
    struct post_due due = world_due("b", at, at + 15 * MINUTE + 1);
    assert_true(!due.released && due.held);
    assert_int_equal(world_entry("b").state, EDITION_FAILED);
    assert_non_null(strstr(str_z(world.arena, world_entry("b").why), "Its time passed"));
    assert_false(world_entry("b").published.set);
    world_check_whole();
    fine(world_publish("duty-communications", "b"));
}

static void what_changed_between_schedule_and_release_is_held_loudly(void **state)
{
    (void)state;
    int64_t at = world.now + HOUR;
    approved("text", "Text.");
    approved("label", "Text.");
    approved("hand", "Text.");
    approved("account", "Text.");
    for (size_t i = 0; i < 4; i++)
        fine(world_schedule("duty-communications",
                            i == 0   ? "text"
                            : i == 1 ? "label"
                            : i == 2 ? "hand"
                                     : "account",
                            at, false));
    /* Another text: the schedule is the old edition's, and ends with it. */
    post("text", "Other text.");
    assert_false(world_due("text", at, at).released);
    assert_int_equal(world_entry("text").state, EDITION_IN_REVIEW);
    world_run("UPDATE post_edition SET labels = 'stock' WHERE post = (SELECT id FROM post WHERE key = 'label')");
    assert_true(world_due("label", at, at).held);
    assert_non_null(strstr(str_z(world.arena, world_entry("label").why), "labels"));
    /* Who approved it is among its authors now. */
    fine(
        world_draft("press-officer-1", "hand.md", world_post("One title", "press-officer-1, approver", NULL, "Text.")));
    assert_int_equal(world_entry("hand").state, EDITION_IN_REVIEW);
    assert_false(world_due("hand", at, at).released);
    world_run("UPDATE account SET disabled = 1 WHERE login = 'duty-communications'");
    assert_true(world_due("account", at, at).held);
    assert_non_null(strstr(str_z(world.arena, world_entry("account").why), "may not act any more"));
    world_check_whole();
    assert_int_equal(world_number("SELECT count(*) FROM post_public"), 0);
}

/* ---- Emergency ---- */

static void an_emergency_needs_role_reason_and_somebody_who_was_told(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    refused(world_emergency("approver", "a", "Now.", "Somebody, office"), STATUS_DENIED, "no role");
    refused(world_emergency("duty-communications", "a", " ", "Somebody, office"), STATUS_INVALID, "The reason");
    refused(world_emergency("duty-communications", "a", "Now.", "\n"), STATUS_INVALID, "Who was told");
    assert_int_equal(world_number("SELECT count(*) FROM post_public"), 0);
    fine(world_emergency("duty-communications", "a", "People must stay away now.", "Somebody, duty officer"));
    assert_int_equal(world_entry("a").state, EDITION_PUBLISHED);
    assert_int_equal(world_number("SELECT due - made FROM post_emergency"), 4 * HOUR);
    assert_int_equal(world_number("SELECT count(*) FROM post_register WHERE what = 'emergency' AND words IS NULL"), 1);
}

static void an_emergency_is_none_where_the_ordinary_way_is_open(void **state)
{
    (void)state;
    approved("a", "Text.");
    refused(world_emergency("duty-communications", "a", "Now.", "Somebody, office"), STATUS_REFUSED,
            "needs no emergency");
    published("b", "Text.");
    post("b", "Other.");
    refused(world_emergency("duty-communications", "b", "Now.", "Somebody, office"), STATUS_REFUSED, "is public");
}

static void the_late_review_is_by_nobody_who_wrote_or_released_it(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", "head-of-communications", NULL, "Text.")));
    refused(world_step("approver", "a", posts_review_late_write, NULL), STATUS_REFUSED, "no emergency publication");
    fine(world_emergency("everything", "a", "Now.", "Somebody, office"));
    refused(world_step("everything", "a", posts_review_late_write, NULL), STATUS_REFUSED,
            "nobody reviews their own act");
    refused(world_step("head-of-communications", "a", posts_review_late_write, NULL), STATUS_REFUSED,
            "nobody reviews their own work");
    refused(world_step("duty-communications", "a", posts_review_late_write, NULL), STATUS_DENIED, "no role");
    uint64_t before = world_generation();
    fine(world_step("approver", "a", posts_review_late_write, "It should have said where."));
    assert_true(world_generation() > before); /* the register counts it */
    refused(world_step("approver", "a", posts_review_late_write, NULL), STATUS_REFUSED, "no emergency publication");
}

static void a_late_review_is_of_the_edition_that_went_out(void **state)
{
    (void)state;
    post("a", "Text.");
    struct str out = world_entry("a").hash_hex;
    fine(world_emergency("duty-communications", "a", "Now.", "Somebody, office"));
    post("a", "Text, mended.");
    refused(world_step("approver", "a", posts_review_late_write, NULL), STATUS_CONFLICT, "The edition that went out");
    struct actor actor = world_actor("approver");
    struct act act = { .by = &actor, .now = world.now };
    struct post_step step = { .arena = world.arena, .act = &act, .key = STR("a"), .hash_hex = out };
    fine(db_write(world.db, posts_review_late_write, &step, &world.fault));
    assert_int_equal(step.number, 1);
}

/* ---- Correction, end, restoration ---- */

static void a_correction_is_approved_says_what_was_wrong_and_keeps_the_address(void **state)
{
    (void)state;
    struct post_address address = published("a", "The lamp is red.");
    refused(world_correct("duty-communications", "a", CORRECTION_FACTUAL, "It is green."), STATUS_REFUSED,
            "import the corrected text first");
    post("a", "The lamp is green.");
    refused(world_correct("duty-communications", "a", CORRECTION_FACTUAL, "It is green."), STATUS_REFUSED,
            "approved by a second person");
    fine(world_approve("approver", "a"));
    refused(world_correct("duty-communications", "a", CORRECTION_FACTUAL, ""), STATUS_INVALID, "is missing");
    refused(world_correct("approver", "a", CORRECTION_FACTUAL, "It is green."), STATUS_DENIED, "no role");
    world.now += HOUR;
    uint64_t before = world_generation();
    fine(world_correct("duty-communications", "a", CORRECTION_FACTUAL, "The lamp is green, not red."));
    assert_true(world_generation() > before);
    struct post_view view = world_view(address);
    assert_int_equal(view.published, WORLD_NOW);
    assert_true(str_starts(view.body, STR("The lamp is green.")));
    assert_int_equal(view.corrections_n, 1);
    assert_int_equal(view.corrections[0].made, WORLD_NOW + HOUR);
    assert_int_equal(view.corrections[0].kind, CORRECTION_FACTUAL);
    assert_true(str_equal(view.corrections[0].words, STR("The lamp is green, not red.")));
    assert_true(str_starts(view.corrections[0].body_before, STR("The lamp is red.")));
    assert_int_equal(world_number("SELECT count(*) FROM post_presence WHERE channel = 'site' AND state = 'corrected'"),
                     1);
    assert_int_equal(world_number("SELECT count(*) FROM post_correction c, post_edition e "
                                  "WHERE c.before_salted = e.hash OR c.after_salted = e.hash"),
                     0);
    refused(world_correct("duty-communications", "a", CORRECTION_FACTUAL, "Again."), STATUS_REFUSED,
            "import the corrected");
}

static void of_many_corrections_all_are_told_and_the_newest_compared(void **state)
{
    (void)state;
    enum { MANY = 6, COMPARED = 3 };
    struct post_address address = published("a", "Text 0.");
    for (int i = 1; i <= MANY; i++) {
        char body[40];
        snprintf(body, sizeof body, "Text %d.", i);
        post("a", body);
        fine(world_approve("approver", "a"));
        fine(world_correct("duty-communications", "a", CORRECTION_FACTUAL, body));
    }
    struct post_view view = world_view(address);
    assert_int_equal(view.corrections_n, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_non_null(view.corrections[i].words.p);
        assert_int_equal(view.corrections[i].body_before.p != NULL, i < COMPARED);
    }
    /* Behind a correction whose ground forbids what it took out, no older text is given. */
    world_run("UPDATE post_correction SET ground = 'personal-data', words = NULL "
              "WHERE id = (SELECT max(id) - 1 FROM post_correction)");
    view = world_view(address);
    assert_non_null(view.corrections[0].body_before.p);
    assert_true(view.corrections[1].hidden);
    for (size_t i = 1; i < MANY; i++)
        assert_null(view.corrections[i].body_before.p);
}

static void several_posts_are_withdrawn_in_one_act_or_none(void **state)
{
    (void)state;
    static const char *const keys[] = { "a", "b", "c" };
    published("a", "Text.");
    published("b", "Text.");
    post("c", "Text.");
    refused(world_withdraw_all("duty-communications", keys, 3, GROUND_DISCLOSURE, "Nobody said they were made up."),
            STATUS_REFUSED, "c is not public");
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL"), 0);
    fine(world_withdraw_all("duty-communications", keys, 2, GROUND_DISCLOSURE, "Nobody said they were made up."));
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL"), 2);
    assert_int_equal(world_number("SELECT count(*) FROM post_register WHERE what = 'withdrawal'"), 2);
    static const char *const twice[] = { "b", "b" };
    refused(world_withdraw_all("duty-communications", twice, 2, GROUND_ERROR, "Twice."), STATUS_REFUSED, "already");
}

static void a_withdrawn_post_comes_back_with_a_reason_and_never_from_a_hiding_ground(void **state)
{
    (void)state;
    struct post_address address = published("a", "Text.");
    refused(world_step("duty-communications", "a", posts_restore_write, "It was right."), STATUS_REFUSED,
            "was not withdrawn");
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "It looked wrong."));
    refused(world_step("duty-communications", "a", posts_restore_write, " "), STATUS_INVALID, "The reason");
    refused(world_step("approver", "a", posts_restore_write, "It was right."), STATUS_DENIED, "no role");
    fine(world_step("duty-communications", "a", posts_restore_write, "It was right after all."));
    struct post_view view = world_view(address);
    assert_false(view.withdrawn.set);
    assert_int_equal(world_number("SELECT count(*) FROM post_register"), 2); /* both stay on the register */
    published("b", "Text.");
    fine(world_withdraw("duty-communications", "b", GROUND_COURT_ORDER, ""));
    refused(world_step("duty-communications", world.key_now, posts_restore_write, "It may."), STATUS_REFUSED,
            "nothing is left of it");
}

static void what_has_ended_shows_none_of_its_words(void **state)
{
    (void)state;
    struct post_address address = published("a", "A secret name.");
    fine(world_import("press-officer-1", "b.md", world_post("Later", NULL, "about: [a]\n", "Text.")));
    fine(world_approve("approver", "b"));
    struct post_address later;
    fine(world_publish_at("duty-communications", "b", world.now, &later));
    fine(world_end_post("duty-communications", "a", ENDING_FOUND));
    struct post_view view = world_view(address);
    assert_true(view.ended.set && !view.withdrawn.set);
    assert_int_equal(view.ending, ENDING_FOUND);
    assert_null(view.title.p);
    assert_null(view.body.p);
    assert_true(world_view(later).about[0].hidden && world_view(later).about[0].ended);
    struct post_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_list(tx, world.arena, NULL, 10, &rows, &n), STATUS_OK);
    db_read_end(tx);
    assert_int_equal(n, 1);
    refused(world_end_post("duty-communications", "a", ENDING_FOUND), STATUS_REFUSED, "has ended");
    refused(world_draft("press-officer-1", "a.md", world_post("One title", NULL, "replies: open\n", "A secret name.")),
            STATUS_REFUSED, "nothing about it is changed");
    refused(world_import("press-officer-1", "a.md", world_post("One title", NULL, NULL, "New.")), STATUS_REFUSED,
            "has ended");
}

/* ---- Promises ---- */

#define PROMISE(what, due) "promises: [{ what: " what ", owner: chief-officer, due: " due " }]\n"

static void promise_in(const char *key, const char *head)
{
    char name[40];
    snprintf(name, sizeof name, "%s.md", key);
    fine(world_import("press-officer-1", name, world_post("We will", NULL, head, "Text.")));
    fine(world_approve("approver", key));
}

static void a_promise_stays_until_a_public_post_shows_it_was_kept(void **state)
{
    (void)state;
    promise_in("a", PROMISE("look into it", "2026-04-01"));
    assert_int_equal(world_number("SELECT count(*) FROM post_promise"), 0); /* not before it is public */
    fine(world_publish("duty-communications", "a"));
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE kept IS NULL"), 1);
    refused(world_keep("duty-communications", "a", 1, "a"), STATUS_REFUSED, "another post");
    post("b", "We looked.");
    refused(world_keep("duty-communications", "a", 1, "b"), STATUS_REFUSED, "is not public");
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "Wrong."));
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE kept IS NULL"), 1);
    fine(world_approve("approver", "b"));
    fine(world_publish("duty-communications", "b"));
    refused(world_keep("duty-communications", "a", 2, "b"), STATUS_NOT_FOUND, "no promise number 2");
    refused(world_keep("approver", "a", 1, "b"), STATUS_DENIED, "no role");
    fine(world_keep("duty-communications", "a", 1, "b"));
    refused(world_keep("duty-communications", "a", 1, "b"), STATUS_REFUSED, "closed already");
    struct promise_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    assert_int_equal(db_read_begin(world.db, &tx, &world.fault), STATUS_OK);
    assert_int_equal(posts_promises(tx, world.arena, NULL, 10, &rows, &n), STATUS_OK);
    db_read_end(tx);
    assert_int_equal(n, 1);
    assert_true(rows[0].kept.set && str_equal(rows[0].kept_key, STR("b")));
}

static void a_correction_moves_a_promise_and_takes_none_away(void **state)
{
    (void)state;
    promise_in("a", PROMISE("look into it", "2026-04-01"));
    fine(world_publish("duty-communications", "a"));
    promise_in("a", PROMISE("look into it", "2026-05-01"));
    fine(world_correct("duty-communications", "a", CORRECTION_CLARIFICATION, "It takes longer."));
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE due > first_due"), 1);
    promise_in("a", PROMISE("do something else", "2026-06-01"));
    fine(world_correct("duty-communications", "a", CORRECTION_CLARIFICATION, "Something else."));
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE kept IS NULL"), 2);
    assert_int_equal(world_number("SELECT count(*) FROM post_register WHERE what = 'promise'"), 2);
}

/* ---- Made elsewhere ---- */

static void a_post_made_elsewhere_is_public_as_a_copy_and_can_be_withdrawn(void **state)
{
    (void)state;
    struct str text = STR("---\nkind: update\ntitle: One title\nchannels: [mastodon, fediverse]\n"
                          "authors: [press-officer-1]\n---\nText.\n");
    refused(world_elsewhere("press-officer-1", "a.md", text, "https://social.example/1"), STATUS_DENIED, "no role");
    refused(world_elsewhere("duty-communications", "a.md", text, "https://social.example/1"), STATUS_DENIED, "no role");
    static const char *const wrong[] = { "social.example/1", "javascript:alert(1)", "/news", "https://a b", "" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        refused(world_elsewhere("everything", "a.md", text, wrong[i]), STATUS_INVALID, "is no address of a post");
    fine(world_elsewhere("everything", "a.md", text, "https://social.example/1"));
    struct post_entry entry = world_entry("a");
    assert_int_equal(entry.state, EDITION_PUBLISHED);
    struct post_view view = world_view(entry.address);
    assert_true(str_equal(view.elsewhere, STR("https://social.example/1")));
    assert_int_equal(view.elsewhere_made.value, world.now - 86400000);
    refused(world_elsewhere("everything", "a.md", text, "https://social.example/1"), STATUS_CONFLICT, "already");
    assert_int_equal(world_number("SELECT count(*) FROM post_presence WHERE channel = 'site' AND state = 'live'"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_presence WHERE wanted = 1"), 0);
    fine(world_withdraw("duty-communications", "a", GROUND_DISCLOSURE, "It did not say that the name is made up."));
    assert_int_equal(world_number("SELECT count(*) FROM post_approval"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_end)
    const struct CMUnitTest tests[] = {
        TEST(a_draft_is_approved_only_after_it_was_handed_in),
        TEST(what_is_sent_back_says_what_is_asked_for_and_is_handed_in_again),
        TEST(any_change_after_approval_goes_back_to_review),
        TEST(a_discarded_edition_does_not_go_out_and_a_new_one_begins_anew),
        TEST(every_act_refuses_an_edition_that_is_not_the_newest),
        TEST(two_approvals_of_one_edition_are_one),
        TEST(an_answer_is_taken_only_where_a_check_asks),
        TEST(what_asks_a_person_waits_for_their_answer_to_this_edition),
        TEST(what_a_check_blocks_is_not_handed_in),
        TEST(a_story_goes_out_when_law_and_policy_were_asked),
        TEST(a_release_is_at_least_five_minutes_ahead_and_at_most_a_year),
        TEST(only_an_approved_edition_is_scheduled),
        TEST(what_is_due_goes_out_and_at_its_time),
        TEST(a_release_that_was_taken_back_or_moved_does_not_go_out),
        TEST(a_release_more_than_fifteen_minutes_late_waits_for_a_person),
        TEST(what_changed_between_schedule_and_release_is_held_loudly),
        TEST(an_emergency_needs_role_reason_and_somebody_who_was_told),
        TEST(an_emergency_is_none_where_the_ordinary_way_is_open),
        TEST(no_emergency_overrides_a_missing_disclosure),
        TEST(the_late_review_is_by_nobody_who_wrote_or_released_it),
        TEST(a_late_review_is_of_the_edition_that_went_out),
        TEST(a_correction_is_approved_says_what_was_wrong_and_keeps_the_address),
        TEST(of_many_corrections_all_are_told_and_the_newest_compared),
        TEST(several_posts_are_withdrawn_in_one_act_or_none),
        TEST(a_withdrawn_post_comes_back_with_a_reason_and_never_from_a_hiding_ground),
        TEST(what_has_ended_shows_none_of_its_words),
        TEST(a_promise_stays_until_a_public_post_shows_it_was_kept),
        TEST(a_correction_moves_a_promise_and_takes_none_away),
        TEST(a_post_made_elsewhere_is_public_as_a_copy_and_can_be_withdrawn),
    };
    return cmocka_run_group_tests_name("posts acts", tests, NULL, NULL);
}
