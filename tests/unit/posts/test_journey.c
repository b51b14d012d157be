/*
 * The journey: import, approval, release, withdrawal, and what the public is
 * given at each step; with every refusal that a person can meet.
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define NEWS 1772366400000

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
}

static void every_case_imports_and_the_same_again_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = { "01-former-name.md",  "02-former-name-mended.md",
                                         "03-brick.md",        "04-ai-portrait.md",
                                         "05-county-lines.md", "06-diwali.md",
                                         "07-charge.md",       "08-wanted.md",
                                         "09-statement.md",    "10-composite-witness.md",
                                         "11-missing-girl.md", "12-convicted.md" };
    enum { N = sizeof names / sizeof names[0] };
    for (size_t i = 0; i < N; i++) {
        fine(world_import_case("press-officer-1", names[i]));
        assert_int_equal(world.last.outcome, IMPORT_POST);
        assert_int_equal(world.last.number, 1);
    }
    int64_t audit = world_number("SELECT count(*) FROM audit");
    for (size_t i = 0; i < N; i++) {
        fine(world_import_case("press-officer-2", names[i]));
        assert_int_equal(world.last.outcome, IMPORT_SAME);
        assert_int_equal(world.last.number, 1);
    }
    assert_int_equal(world_number("SELECT count(*) FROM post"), N);
    assert_int_equal(world_number("SELECT count(*) FROM post_edition"), N);
    assert_int_equal(world_number("SELECT count(*) FROM audit"), audit);
    world_check_whole();
}

static void the_imported_edition_has_the_hash_of_the_bare_file(void **state)
{
    (void)state;
    struct post_checked checked;
    struct str text = world_file(CASES "/posts/02-former-name-mended.md");
    struct post_source source = { .name = STR("02-former-name-mended.md"), .text = text, .folder = CASES "/posts" };
    fine(posts_check_file(world.arena, &source, &world.faults, &checked, &world.fault));
    fine(world_import_case("press-officer-1", "02-former-name-mended.md"));
    assert_true(str_equal(world.last.hash_hex, checked.hash_hex));
    assert_true(str_equal(world_entry("02-former-name-mended").hash_hex, checked.hash_hex));
}

static void the_clean_cases_go_out_and_come_back(void **state)
{
    (void)state;
    static const char *const keys[] = { "07-charge", "09-statement", "12-convicted" };
    for (size_t i = 0; i < 3; i++) {
        char name[60];
        struct post_address address;
        snprintf(name, sizeof name, "%s.md", keys[i]);
        fine(world_import_case("press-officer-1", name));
        assert_int_equal(world_entry(keys[i]).state, EDITION_DRAFT);
        uint64_t before = world_generation();
        fine(world_submit("press-officer-1", keys[i]));
        assert_int_equal(world_entry(keys[i]).state, EDITION_IN_REVIEW);
        if (i == 1)
            fine(world_step("chief-officer", keys[i], posts_speaker_write, NULL));
        if (i == 0)
            fine(world_confirm("hate-crime-adviser", keys[i], "personal-data", "The court names the street."));
        fine(world_approve("approver", keys[i]));
        assert_int_equal(world_entry(keys[i]).state, EDITION_APPROVED);
        assert_int_equal(world_generation(), before); /* nothing that the public may see has changed */
        fine(world_publish_at("duty-communications", keys[i], NEWS, &address));
        assert_true(world_generation() > before);
        struct post_view view = world_view(address);
        assert_int_equal(view.published, NEWS);
        assert_false(view.withdrawn.set);
        assert_true(view.body.n > 0);
        assert_int_equal(world_entry(keys[i]).state, EDITION_PUBLISHED);
        before = world_generation();
        fine(world_withdraw("duty-communications", keys[i], GROUND_ERROR, "It was not right."));
        assert_true(world_generation() > before);
        view = world_view(address);
        assert_true(view.withdrawn.set && !view.hidden);
        assert_int_equal(view.ground, GROUND_ERROR);
        assert_true(str_equal(view.reason, STR("It was not right.")));
        assert_true(view.body.n > 0 && view.title.n > 0);
        world_check_whole();
    }
    struct post_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_list(tx, world.arena, NULL, 10, &rows, &n));
    assert_int_equal(n, 0);
    fine(posts_withdrawn(tx, world.arena, NULL, 10, &rows, &n));
    db_read_end(tx);
    assert_int_equal(n, 3);
}

static void a_new_edition_comes_with_each_changed_byte(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text!")));
    assert_int_equal(world.last.outcome, IMPORT_EDITION);
    assert_int_equal(world.last.number, 2);
    /* Going back to the old words is a third edition, not the first one. */
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    assert_int_equal(world.last.outcome, IMPORT_EDITION);
    assert_int_equal(world.last.number, 3);
    world_check_whole();
}

static void approval_dies_when_one_byte_changes(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_approve("approver", "a"));
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text!")));
    assert_int_equal(world_entry("a").state, EDITION_IN_REVIEW);
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "has not been approved");
    /* Not even the very words that were approved once: they are another edition now. */
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "has not been approved");
    assert_int_equal(world_number("SELECT count(*) FROM post_approval"), 1); /* kept as history */
    fine(world_approve("approver", "a"));
    fine(world_publish("duty-communications", "a"));
}

static void an_approval_is_bound_to_the_hash_and_not_to_the_row(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_import("press-officer-1", "b.md", world_post("Two", NULL, NULL, "Other.")));
    fine(world_approve("approver", "a"));
    world_run("UPDATE post_approval SET edition = (SELECT e.id FROM post_edition e JOIN post p ON p.id = e.post "
              "WHERE p.key = 'b')");
    refused(world_publish("duty-communications", "b"), STATUS_REFUSED, "has not been approved");
}

static void author_cannot_approve_own_post(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", "head-of-communications", NULL, "Text.")));
    refused(world_approve("head-of-communications", "a"), STATUS_REFUSED, "nobody approves their own work");
    fine(world_approve("approver", "a"));
}

static void who_brought_a_post_in_under_other_names_cannot_approve_it(void **state)
{
    (void)state;
    fine(world_import("head-of-communications", "a.md", world_post("One", "press-officer-1", NULL, "Text.")));
    refused(world_approve("head-of-communications", "a"), STATUS_REFUSED, "nobody approves their own work");
}

static void leaving_the_list_of_authors_does_not_make_an_approver(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", "head-of-communications", NULL, "Text.")));
    /* The same text with other authors, and then another text: the hand of before still counts. */
    fine(world_import("press-officer-1", "a.md", world_post("One", "press-officer-1", NULL, "Text.")));
    assert_int_equal(world.last.outcome, IMPORT_RECORD);
    refused(world_approve("head-of-communications", "a"), STATUS_REFUSED, "nobody approves their own work");
    fine(world_import("press-officer-1", "a.md", world_post("One", "press-officer-1", NULL, "Text!")));
    refused(world_approve("head-of-communications", "a"), STATUS_REFUSED, "nobody approves their own work");
    /* Once approved by somebody else, only hands since then count. */
    fine(world_approve("approver", "a"));
    fine(world_import("press-officer-1", "a.md", world_post("One", "press-officer-1", NULL, "Text again.")));
    fine(world_approve("head-of-communications", "a"));
}

static void an_approval_ends_when_the_approver_becomes_an_author(void **state)
{
    (void)state;
    /* Everything beside the authors is as it was: the edition, and so its hash, is the same. */
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_approve("approver", "a"));
    fine(world_import("press-officer-1", "a.md", world_post("One", "press-officer-1, approver", NULL, "Text.")));
    assert_int_equal(world.last.outcome, IMPORT_RECORD);
    assert_int_equal(world_entry("a").state, EDITION_IN_REVIEW);
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "has not been approved");
    refused(world_approve("approver", "a"), STATUS_REFUSED, "nobody approves their own work");
    /* Leaving the list again, or another text, does not make the hand undone. */
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "has not been approved");
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text!")));
    refused(world_approve("approver", "a"), STATUS_REFUSED, "nobody approves their own work");
    fine(world_approve("head-of-communications", "a"));
    fine(world_publish("duty-communications", "a"));
    assert_int_equal(world_number("SELECT count(*) FROM post_approval"), 2); /* the first is kept as history */
}

static void an_approval_ends_when_the_approver_brings_the_post_in(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_approve("head-of-communications", "a"));
    fine(world_import("head-of-communications", "a.md", world_post("One", NULL, "replies: closed\n", "Text.")));
    assert_int_equal(world.last.outcome, IMPORT_RECORD);
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "has not been approved");
    /* The same edition can be approved again, by somebody else. */
    fine(world_approve("approver", "a"));
    assert_int_equal(world_entry("a").state, EDITION_APPROVED);
    fine(world_publish("duty-communications", "a"));
    world_check_whole();
}

static void every_act_asks_for_its_role(void **state)
{
    (void)state;
    refused(world_import("approver", "a.md", world_post("One", NULL, NULL, "Text.")), STATUS_DENIED, "no role");
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    refused(world_approve("press-officer-2", "a"), STATUS_DENIED, "no role");
    refused(world_approve("duty-communications", "a"), STATUS_DENIED, "no role");
    fine(world_approve("approver", "a"));
    refused(world_publish("approver", "a"), STATUS_DENIED, "no role");
    refused(world_publish("press-officer-1", "a"), STATUS_DENIED, "no role");
    fine(world_publish("duty-communications", "a"));
    refused(world_withdraw("approver", "a", GROUND_ERROR, "Wrong."), STATUS_DENIED, "no role");
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "Wrong."));
}

static void a_disabled_account_acts_no_more(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    struct actor actor = world_actor("approver");
    struct act act = { .by = &actor, .now = WORLD_NOW };
    struct post_step approval = {
        .arena = world.arena, .act = &act, .key = STR("a"), .hash_hex = world_entry("a").hash_hex
    };
    /* The actor was found before; the account was disabled since. */
    world_run("UPDATE account SET disabled = 1 WHERE login = 'approver'");
    refused(db_write(world.db, posts_approve_write, &approval, &world.fault), STATUS_DENIED, "may not act any more");
    act.by = NULL;
    refused(db_write(world.db, posts_approve_write, &approval, &world.fault), STATUS_DENIED, "Somebody must act");
}

static void an_unknown_author_is_a_fault_with_its_place(void **state)
{
    (void)state;
    assert_int_equal(
        world_import("press-officer-1", "a.md", world_post("One", "press-officer-1, nobody-here", NULL, "T.")),
        STATUS_INVALID);
    assert_int_equal(world.faults.n, 1);
    assert_int_equal(world.faults.list[0].line, 5);
    assert_int_equal(world.faults.list[0].column, 28);
    assert_non_null(strstr(str_z(world.arena, world.faults.list[0].text), "\"nobody-here\""));
    assert_int_equal(world_number("SELECT count(*) FROM post"), 0);
}

static void one_bad_file_keeps_all_of_the_call_out(void **state)
{
    (void)state;
    struct actor actor = world_actor("press-officer-1");
    struct act act = { .by = &actor, .now = WORLD_NOW };
    struct post_import import;
    struct post_source sources[3] = {
        { .name = STR("a.md"), .text = world_post("One", NULL, NULL, "Text.") },
        { .name = STR("b.md"), .text = world_post("Two", "nobody-here", NULL, "Text.") },
        { .name = STR("c.md"), .text = world_post("Three", NULL, NULL, "Text.") },
    };
    fine(posts_import_read(world.arena, sources, 3, &act, &world.faults, &import, &world.fault));
    refused(db_write(world.db, posts_import_write, &import, &world.fault), STATUS_INVALID, "Nothing was imported");
    assert_int_equal(world.faults.n, 1);
    assert_true(str_equal(world.faults.list[0].file, STR("b.md")));
    sources[1].text = STR("no head");
    sources[2].text = world_post("Three", NULL, "clams: none\n", "Text.");
    refused(posts_import_read(world.arena, sources, 3, &act, &world.faults, &import, &world.fault), STATUS_INVALID,
            "Nothing was imported");
    assert_int_equal(world.faults.n, 2);
    sources[1] = (struct post_source){ .name = STR("other/a.md"), .text = sources[0].text };
    refused(posts_import_read(world.arena, sources, 2, &act, &world.faults, &import, &world.fault), STATUS_INVALID,
            "Nothing was imported");
    /* The third file is taken, the withdrawn one is not: nothing of the call stays. */
    fine(world_import("press-officer-1", "gone.md", world_post("Gone", NULL, NULL, "Text.")));
    fine(world_approve("approver", "gone"));
    fine(world_publish("duty-communications", "gone"));
    fine(world_withdraw("duty-communications", "gone", GROUND_OTHER, "Because."));
    sources[1] = (struct post_source){ .name = STR("gone.md"), .text = world_post("Gone", NULL, NULL, "Text!") };
    fine(posts_import_read(world.arena, sources, 2, &act, &world.faults, &import, &world.fault));
    refused(db_write(world.db, posts_import_write, &import, &world.fault), STATUS_REFUSED, "was withdrawn");
    assert_int_equal(world_number("SELECT count(*) FROM post"), 1);
}

/* As many files as one act takes, as large as their bound lets them be, of what grows most in a document. */
static void an_import_at_its_bound_fits_and_one_byte_more_is_told(void **state)
{
    (void)state;
    struct actor actor = world_actor("press-officer-1");
    struct act act = { .by = &actor, .now = WORLD_NOW };
    struct post_source *sources = ARENA_ARRAY(world.arena, POST_IMPORT_FILES_MAX, struct post_source);
    size_t all = 0;
    for (size_t i = 0; i < POST_IMPORT_FILES_MAX; i++) {
        size_t n = (POST_IMPORT_BYTES_MAX - all) / (POST_IMPORT_FILES_MAX - i);
        struct str head = world_post("One", NULL, NULL, "");
        char *text = arena_alloc(world.arena, n + 1, 1);
        assert_non_null(text);
        memcpy(text, head.p, head.n);
        for (size_t j = head.n; j <= n; j++)
            text[j] = j % 80 == 0 ? '\n' : '"';
        sources[i].name = str_format(world.arena, "p%03zu.md", i);
        sources[i].text = (struct str){ text, n };
        all += n;
    }
    assert_int_equal(all, POST_IMPORT_BYTES_MAX);
    for (int round = 0; round < 2; round++) { /* the second finds the documents of the first */
        struct post_import import;
        struct arena *arena =
            arena_new(POST_IMPORT_ARENA - POST_IMPORT_BYTES_MAX); /* the files themselves lie there too */
        assert_non_null(arena);
        fine(posts_import_read(arena, sources, POST_IMPORT_FILES_MAX, &act, &world.faults, &import, &world.fault));
        fine(db_write(world.db, posts_import_write, &import, &world.fault));
        assert_int_equal(import.results[POST_IMPORT_FILES_MAX - 1].outcome, round == 0 ? IMPORT_POST : IMPORT_SAME);
        arena_free(arena);
    }
    sources[7].text.n++;
    struct post_import import;
    refused(posts_import_read(world.arena, sources, POST_IMPORT_FILES_MAX, &act, &world.faults, &import, &world.fault),
            STATUS_LIMIT, "12582913 bytes together; at most 12582912 fit into one import. Import them in parts.");
}

static void who_looked_at_an_older_edition_is_told(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    struct str seen = world_entry("a").hash_hex;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text!")));
    refused(world_approve_hash("approver", "a", seen), STATUS_CONFLICT, "has changed since you looked");
    refused(world_approve_hash("approver", "a", STR_NONE), STATUS_CONFLICT, "has changed since you looked");
    struct actor actor = world_actor("press-officer-2");
    struct act act = { .by = &actor, .now = WORLD_NOW };
    struct post_import import;
    struct post_source source = { .name = STR("a.md"), .text = world_post("One", NULL, NULL, "Mine."), .base = 1 };
    fine(posts_import_read(world.arena, &source, 1, &act, &world.faults, &import, &world.fault));
    refused(db_write(world.db, posts_import_write, &import, &world.fault), STATUS_CONFLICT, "changed by somebody else");
    source.base = 2;
    fine(posts_import_read(world.arena, &source, 1, &act, &world.faults, &import, &world.fault));
    fine(db_write(world.db, posts_import_write, &import, &world.fault));
    assert_int_equal(import.results[0].number, 3);
}

static void what_cannot_go_out_here_does_not_go_out(void **state)
{
    (void)state;
    fine(world_import_case("press-officer-1", "06-diwali.md"));
    refused(world_emergency("duty-communications", "06-diwali", "It cannot wait.", "Somebody, an office"),
            STATUS_REFUSED, "was not kept");
    fine(world_import(
        "press-officer-1", "elsewhere.md",
        STR("---\nkind: update\ntitle: T\nchannels: [fediverse]\nauthors: [press-officer-1]\n---\nText.\n")));
    fine(world_approve("approver", "elsewhere"));
    refused(world_publish("duty-communications", "elsewhere"), STATUS_REFUSED, "does not name the site");
}

static struct str spoken(const char *kind, const char *speaker)
{
    return str_format(world.arena,
                      "---\nkind: %s\ntitle: T\nchannels: [site]\nauthors: [press-officer-1]\n%s---\nText.\n", kind,
                      speaker);
}

static void a_statement_needs_a_speaker(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "s.md", spoken("statement", "")));
    refused(world_submit("press-officer-1", "s"), STATUS_REFUSED, "statement-speaker");
}

static void nobody_speaks_in_public_who_has_not_confirmed_the_words(void **state)
{
    (void)state;
    for (int kind = 0; kind < POST_KINDS; kind++) {
        char key[40], name[60];
        const char *word = str_z(world.arena, post_kind_word((enum post_kind)kind));
        snprintf(key, sizeof key, "s-%s", word);
        snprintf(name, sizeof name, "%s.md", key);
        fine(world_import("press-officer-1", name, spoken(word, "speaker: { name: Alex Morgan, office: Chief }\n")));
        refused(world_approve("approver", key), STATUS_REFUSED, "has not confirmed the words");
        /* What a file says of it is a claim and changes nothing. */
        fine(
            world_import("press-officer-1", name,
                         spoken(word, "speaker: { name: Alex Morgan, office: Chief, confirmed: 2026-03-01T10:00 }\n")));
        assert_int_equal(world.last.outcome, IMPORT_RECORD);
        refused(world_approve("approver", key), STATUS_REFUSED, "has not confirmed the words");
        refused(world_step("everything", key, posts_speaker_write, NULL), STATUS_DENIED, "Only the speaker confirms");
        fine(world_step("chief-officer", key, posts_speaker_write, NULL));
        refused(world_step("chief-officer", key, posts_speaker_write, NULL), STATUS_REFUSED, "confirmed already");
        fine(world_approve("approver", key));
        fine(world_publish("duty-communications", key));
        /* Another word, and it must be confirmed anew. */
        fine(world_import("press-officer-1", name,
                          str_format(world.arena, "%.*sMore.\n",
                                     STR_ARG(spoken(word, "speaker: { name: Alex Morgan, office: Chief }\n")))));
        refused(world_approve("approver", key), STATUS_REFUSED, "has not confirmed the words");
    }
}

static void labels_that_changed_since_the_save_hold_the_post(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md",
                      world_post("One", NULL, "people: [{ as_written: Sam, kind: fictitious }]\n", "Sam said so.")));
    fine(world_approve("approver", "a"));
    world_run("UPDATE post_edition SET labels = ''");
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "is held");
    world_run("UPDATE post_edition SET labels = 'fictitious stock'");
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "is held");
    world_run("UPDATE post_edition SET labels = 'fictitious'");
    fine(world_publish("duty-communications", "a"));
}

static void a_row_that_is_not_what_was_saved_does_not_go_out(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_approve("approver", "a"));
    world_run("UPDATE post_edition SET document = replace(document, 'Text.', 'Test.')");
    refused(world_publish("duty-communications", "a"), STATUS_DAMAGED, "is not what was saved");
    world_run("UPDATE post_edition SET document = replace(document, 'Test.', 'Text.'), title = 'Two'");
    refused(world_publish("duty-communications", "a"), STATUS_DAMAGED, "is not what was saved");
}

static void what_is_out_does_not_go_out_again(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    refused(world_withdraw("duty-communications", "a", GROUND_ERROR, "Wrong."), STATUS_REFUSED, "is not public");
    fine(world_approve("approver", "a"));
    refused(world_approve("head-of-communications", "a"), STATUS_REFUSED, "approved already");
    fine(world_publish("duty-communications", "a"));
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "is public already");
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text!")));
    fine(world_approve("approver", "a"));
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "only changed by a correction");
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "Wrong."));
    refused(world_withdraw("duty-communications", "a", GROUND_ERROR, "Wrong."), STATUS_REFUSED, "withdrawn already");
    refused(world_publish("duty-communications", "a"), STATUS_REFUSED, "was withdrawn");
    refused(world_approve("approver", "a"), STATUS_REFUSED, "was withdrawn");
    refused(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Anew.")), STATUS_REFUSED,
            "takes no new edition");
    /* The same edition with another record is refused too, and the same file is simply the same. */
    refused(world_import("press-officer-1", "a.md", world_post("One", NULL, "replies: closed\n", "Text!")),
            STATUS_REFUSED, "nothing about it is changed");
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text!")));
    assert_int_equal(world.last.outcome, IMPORT_SAME);
}

static void a_post_that_is_not_there_is_said_so(void **state)
{
    (void)state;
    refused(world_approve_hash("approver", "nothing\nhere", STR("00")), STATUS_NOT_FOUND,
            "There is no post \"nothing here\"");
    struct db_tx *tx;
    struct post_view view;
    struct post_entry entry;
    struct post_detail detail;
    fine(db_read_begin(world.db, &tx, &world.fault));
    assert_int_equal(posts_find(tx, world.arena, (struct post_address){ 2026, STR("nothing") }, &view),
                     STATUS_NOT_FOUND);
    assert_int_equal(posts_entry(tx, world.arena, STR("nothing"), &entry), STATUS_NOT_FOUND);
    assert_int_equal(posts_detail(tx, world.arena, STR("nothing"), &detail), STATUS_NOT_FOUND);
    db_read_end(tx);
}

static void a_withdrawal_gives_the_public_a_reason(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_approve("approver", "a"));
    fine(world_publish("duty-communications", "a"));
    refused(world_withdraw("duty-communications", "a", GROUND_ERROR, "  \n "), STATUS_INVALID, "reason for the public");
    refused(world_withdraw("duty-communications", "a", GROUND_ERROR, "bell \x07"), STATUS_INVALID, "plain words");
    refused(world_withdraw("duty-communications", "a", GROUND_ERROR, "caf\xE9"), STATUS_INVALID, "plain words");
    char words[POST_REASON_MAX + 2];
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = 0;
    refused(world_withdraw("duty-communications", "a", GROUND_ERROR, words), STATUS_INVALID, "Shorten it");
    words[POST_REASON_MAX] = 0;
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, words));
}

static void a_withdrawal_that_hides_gives_date_and_ground_alone(void **state)
{
    (void)state;
    static const enum post_ground grounds[] = { GROUND_COURT_ORDER, GROUND_PERSONAL_DATA, GROUND_SAFETY };
    for (size_t i = 0; i < 3; i++) {
        char name[40];
        char key[20];
        struct post_address address;
        snprintf(key, sizeof key, "p%zu", i);
        snprintf(name, sizeof name, "%s.md", key);
        struct str head =
            str_format(world.arena, "people: [{ as_written: Sam, kind: fictitious }]\nabout: [later]\ntopics: [t]\n");
        fine(world_import("press-officer-1", name, world_post("A secret name", NULL, head.p, key)));
        fine(world_approve("approver", key));
        fine(world_publish_at("duty-communications", key, NEWS, &address));
        fine(world_withdraw("duty-communications", key, grounds[i], "because of the secret name"));
        struct post_view view = world_view(world.address_now);
        assert_true(view.hidden && view.withdrawn.set);
        assert_int_equal(view.ground, grounds[i]);
        assert_null(view.title.p);
        assert_null(view.body.p);
        assert_null(view.reason.p);
        assert_int_equal(view.labels, 0);
        assert_int_equal(view.people_n, 0);
        assert_int_equal(view.topics_n, 0);
        assert_int_equal(view.about_n, 0);
    }
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE reason IS NOT NULL"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM audit_words WHERE words LIKE '%secret%'"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM post_presence WHERE state = 'gone'"), 3);
    struct post_row *rows;
    size_t n = 0;
    struct db_tx *tx;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_withdrawn(tx, world.arena, NULL, 10, &rows, &n));
    db_read_end(tx);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++)
        assert_true(rows[i].hidden && !rows[i].title.p && !rows[i].reason.p && rows[i].labels == 0);
    /* A public statement about it names it without its title. */
    struct post_address address;
    struct str about = str_format(world.arena, "about: [%s]\n", world.key_now);
    fine(world_import("press-officer-1", "later.md", world_post("Later", NULL, about.p, "Text.")));
    fine(world_approve("approver", "later"));
    fine(world_publish_at("duty-communications", "later", NEWS + 5000, &address));
    struct post_view view = world_view(address);
    assert_int_equal(view.about_n, 1);
    assert_true(view.about[0].hidden && !view.about[0].title.p);
}

static void addresses_are_permanent_and_a_clash_gets_a_number(void **state)
{
    (void)state;
    static const char *const slugs[] = { "one-title", "one-title-2", "one-title-3" };
    struct post_address address;
    for (int i = 0; i < 3; i++) {
        char name[40];
        char key[20];
        snprintf(key, sizeof key, "p%d", i);
        snprintf(name, sizeof name, "%s.md", key);
        fine(world_import("press-officer-1", name, world_post("One title", NULL, NULL, "Text.")));
        fine(world_approve("approver", key));
        fine(world_publish_at("duty-communications", key, NEWS, &address));
        assert_int_equal(address.year, 2026);
        assert_true(str_equal(address.slug, str_of(slugs[i])));
    }
    /* The first second of a local year: UTC is an hour behind in no winter, so take a summer's end too. */
    fine(world_import("press-officer-1", "y.md", world_post("One title", NULL, NULL, "Text.")));
    fine(world_approve("approver", "y"));
    fine(world_publish_at("duty-communications", "y", 1798761600000, &address)); /* 2027-01-01T00:00Z */
    assert_int_equal(address.year, 2027);
    assert_true(str_equal(address.slug, STR("one-title")));
}

static void about_links_go_both_ways_and_only_to_what_was_public(void **state)
{
    (void)state;
    struct post_address first;
    struct post_address second;
    fine(world_import("press-officer-1", "draft.md", world_post("A draft", NULL, NULL, "Text.")));
    fine(world_import("press-officer-1", "first.md", world_post("First", NULL, NULL, "Text.")));
    fine(world_approve("approver", "first"));
    fine(world_publish_at("duty-communications", "first", NEWS, &first));
    fine(world_import("press-officer-1", "second.md",
                      world_post("Second", NULL, "about: [draft, first, nowhere]\n", "Text.")));
    assert_int_equal(world_view(first).about_by_n, 0);
    fine(world_approve("approver", "second"));
    fine(world_publish_at("duty-communications", "second", NEWS + 1000, &second));
    struct post_view view = world_view(second);
    assert_int_equal(view.about_n, 1);
    assert_true(str_equal(view.about[0].title, STR("First")));
    assert_true(str_equal(view.about[0].address.slug, first.slug));
    view = world_view(first);
    assert_int_equal(view.about_by_n, 1);
    assert_true(str_equal(view.about_by[0].title, STR("Second")));
    /* A new edition that is not public changes no link. */
    fine(world_import("press-officer-1", "second.md", world_post("Second", NULL, NULL, "Other.")));
    assert_int_equal(world_view(first).about_by_n, 1);
    fine(world_withdraw("duty-communications", "first", GROUND_ERROR, "Wrong."));
    view = world_view(second);
    assert_true(view.about[0].withdrawn.set && !view.about[0].hidden);
}

static void the_view_carries_what_a_page_shows(void **state)
{
    (void)state;
    struct post_address address;
    fine(world_import_case("press-officer-1", "09-statement.md"));
    fine(world_submit("press-officer-1", "09-statement"));
    fine(world_step("chief-officer", "09-statement", posts_speaker_write, NULL));
    fine(world_approve("approver", "09-statement"));
    fine(world_publish_at("duty-communications", "09-statement", NEWS, &address));
    struct post_view view = world_view(address);
    assert_int_equal(view.kind, POST_STATEMENT);
    assert_true(str_equal(view.language, STR("en")));
    assert_true(view.dated.set && view.dated.has_time);
    assert_int_equal(view.dated.at, 1665943860000); /* 2022-10-16T19:11 in British Summer Time */
    assert_true(view.speaker.set && str_equal(view.speaker.name, STR("Alex Morgan")));
    assert_true(view.speaker.confirmed.set);
    assert_int_equal(view.promises_n, 2);
    assert_true(str_equal(view.promises[1].what, STR("review how we use stock images")));
    assert_true(view.promises[0].due.set && !view.promises[0].due.has_time);
    assert_int_equal(view.topics_n, 2);
    assert_int_equal(view.labels, 0);
    assert_false(view.replies_closed);
    assert_int_equal(world_number("SELECT count(*) FROM post_presence WHERE channel = 'fediverse' AND wanted = 1 "
                                  "AND state = 'absent'"),
                     1);
    fine(world_withdraw("duty-communications", "09-statement", GROUND_OTHER, "Because."));
    assert_int_equal(world_number("SELECT count(*) FROM post_presence WHERE wanted = 1"), 0);

    fine(world_import(
        "press-officer-1", "p.md",
        world_post("Two people", NULL,
                   "replies: closed\npeople:\n  - { as_written: \"Sam, 30\", kind: fictitious, consent: C-1 }\n"
                   "  - { as_written: \"Ada\", kind: composite }\n",
                   "Sam, 30, and Ada.")));
    fine(world_confirm("press-officer-2", "p", "fictitious-label", "I read the accounts."));
    fine(world_approve("approver", "p"));
    fine(world_publish_at("duty-communications", "p", NEWS, &address));
    view = world_view(address);
    assert_int_equal(view.labels, 1U << LABEL_FICTITIOUS | 1U << LABEL_COMPOSITE);
    assert_int_equal(view.people_n, 2);
    assert_true(str_equal(view.people[0].as_written, STR("Sam, 30")));
    assert_int_equal(view.people[1].kind, PERSON_COMPOSITE);
    assert_null(view.people[0].consent.p); /* a record's reference is no matter of the public */
    assert_true(view.replies_closed);
}

static void lists_are_paged_by_key_without_a_gap(void **state)
{
    (void)state;
    enum { POSTS = 7 };
    for (int i = 0; i < POSTS; i++) {
        char name[40];
        char key[20];
        snprintf(key, sizeof key, "p%d", i);
        snprintf(name, sizeof name, "%s.md", key);
        fine(world_import("press-officer-1", name, world_post("Title", NULL, NULL, "Text.")));
        fine(world_approve("approver", key));
        fine(world_publish_at("duty-communications", key, NEWS + i / 3, NULL)); /* three at one moment */
    }
    fine(world_import("press-officer-1", "draft.md", world_post("Draft", NULL, NULL, "Text.")));
    char seen[POSTS][80];
    size_t seen_n = 0;
    struct post_cursor cursor;
    struct post_cursor *after = NULL;
    for (;;) {
        struct post_row *rows;
        size_t n = 0;
        struct db_tx *tx;
        fine(db_read_begin(world.db, &tx, &world.fault));
        fine(posts_list(tx, world.arena, after, 2, &rows, &n));
        db_read_end(tx);
        for (size_t i = 0; i < n; i++) {
            assert_true(seen_n < POSTS);
            snprintf(seen[seen_n++], sizeof seen[0], "%.*s", STR_ARG(rows[i].address.slug));
            assert_true(i == 0 || rows[i - 1].published >= rows[i].published);
        }
        if (n < 2)
            break;
        assert_true(post_cursor_read(post_cursor_text(world.arena, rows[n - 1].cursor), &cursor));
        after = &cursor;
    }
    assert_int_equal(seen_n, POSTS);
    for (size_t i = 0; i < POSTS; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(seen[i], seen[j]);
    struct db_tx *tx;
    struct post_row *rows;
    struct post_entry *entries;
    size_t n = 0;
    fine(db_read_begin(world.db, &tx, &world.fault));
    assert_int_equal(posts_list(tx, world.arena, NULL, 0, &rows, &n), STATUS_LIMIT);
    assert_int_equal(posts_list(tx, world.arena, NULL, POST_LIST_MAX + 1, &rows, &n), STATUS_LIMIT);
    fine(posts_entries(tx, world.arena, STR("draft"), 3, &entries, &n));
    db_read_end(tx);
    assert_int_equal(n, 3);
    assert_true(str_equal(entries[0].key, STR("p0")));
}

static void the_detail_tells_the_whole_history(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", "press-officer-2", NULL, "Text.")));
    fine(world_approve("approver", "a"));
    fine(world_import("press-officer-2", "a.md", world_post("One", "press-officer-1, chief-officer", NULL, "Text!")));
    fine(world_approve("head-of-communications", "a"));
    fine(world_publish("duty-communications", "a"));
    fine(world_withdraw("duty-communications", "a", GROUND_POLICY, "Against the policy."));
    struct post_detail detail;
    struct db_tx *tx;
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_detail(tx, world.arena, STR("a"), &detail));
    db_read_end(tx);
    assert_int_equal(detail.editions_n, 2);
    assert_int_equal(detail.editions[0].state, EDITION_PUBLISHED);
    assert_int_equal(detail.editions[1].state, EDITION_SUPERSEDED);
    assert_true(str_equal(detail.editions[0].by, STR("press-officer-2")));
    assert_true(str_equal(detail.editions[0].authors, STR("press-officer-1, chief-officer")));
    assert_true(str_equal(detail.editions[1].authors, STR("press-officer-2")));
    assert_int_equal(detail.approvals_n, 2);
    assert_true(str_equal(detail.approvals[0].by, STR("head-of-communications")));
    assert_int_equal(detail.presences_n, 1);
    assert_int_equal(detail.presences[0].state, PRESENCE_WITHDRAWN);
    assert_int_equal(detail.ground, GROUND_POLICY);
    assert_true(str_equal(detail.reason, STR("Against the policy.")));
    assert_true(str_find(detail.document, STR("Text!")) >= 0);
}

static void the_plain_hash_stands_in_the_editions_own_row_alone(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "a.md", world_post("One", NULL, NULL, "Text.")));
    fine(world_approve("approver", "a"));
    fine(world_publish("duty-communications", "a"));
    fine(world_withdraw("duty-communications", "a", GROUND_ERROR, "Wrong."));
    assert_int_equal(world_number("SELECT count(*) FROM post_event v, post_edition e WHERE v.salted = e.hash"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM post_approval v, post_edition e WHERE v.salted = e.hash"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM audit_words w, post_edition e "
                                  "WHERE instr(w.words, lower(hex(e.hash))) > 0"),
                     0);
    assert_int_equal(world_number("SELECT count(*) FROM audit_words w, post_event v "
                                  "WHERE instr(w.words, lower(hex(v.salted))) > 0"),
                     25); /* five entries of the chain, each with the same edition as five events */
    struct audit_report report;
    fine(audit_verify(world.db, world.arena, &report, &world.fault));
    assert_int_equal(report.first_wrong, 0);
    assert_int_equal(report.entries, 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_end)
    const struct CMUnitTest tests[] = {
        TEST(every_case_imports_and_the_same_again_changes_nothing),
        TEST(the_imported_edition_has_the_hash_of_the_bare_file),
        TEST(the_clean_cases_go_out_and_come_back),
        TEST(a_new_edition_comes_with_each_changed_byte),
        TEST(approval_dies_when_one_byte_changes),
        TEST(an_approval_is_bound_to_the_hash_and_not_to_the_row),
        TEST(author_cannot_approve_own_post),
        TEST(who_brought_a_post_in_under_other_names_cannot_approve_it),
        TEST(leaving_the_list_of_authors_does_not_make_an_approver),
        TEST(an_approval_ends_when_the_approver_becomes_an_author),
        TEST(an_approval_ends_when_the_approver_brings_the_post_in),
        TEST(every_act_asks_for_its_role),
        TEST(a_disabled_account_acts_no_more),
        TEST(an_unknown_author_is_a_fault_with_its_place),
        TEST(one_bad_file_keeps_all_of_the_call_out),
        TEST(an_import_at_its_bound_fits_and_one_byte_more_is_told),
        TEST(who_looked_at_an_older_edition_is_told),
        TEST(what_cannot_go_out_here_does_not_go_out),
        TEST(a_statement_needs_a_speaker),
        TEST(nobody_speaks_in_public_who_has_not_confirmed_the_words),
        TEST(labels_that_changed_since_the_save_hold_the_post),
        TEST(a_row_that_is_not_what_was_saved_does_not_go_out),
        TEST(what_is_out_does_not_go_out_again),
        TEST(a_post_that_is_not_there_is_said_so),
        TEST(a_withdrawal_gives_the_public_a_reason),
        TEST(a_withdrawal_that_hides_gives_date_and_ground_alone),
        TEST(addresses_are_permanent_and_a_clash_gets_a_number),
        TEST(about_links_go_both_ways_and_only_to_what_was_public),
        TEST(the_view_carries_what_a_page_shows),
        TEST(lists_are_paged_by_key_without_a_gap),
        TEST(the_detail_tells_the_whole_history),
        TEST(the_plain_hash_stands_in_the_editions_own_row_alone),
    };
    return cmocka_run_group_tests_name("posts journey", tests, NULL, NULL);
}
