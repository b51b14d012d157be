/*
 * Erasure: what goes, what stays, and that it does not come back. Every word that has to go holds MARK, and is looked
 * for in the bytes of every file of the data folder, not only in the rows.
 */
#include "world.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "db/blob.h"
#include "db/faulty.h"
#include "migrations.h"
#include "posts/policy.h"
#include "posts/posts_sql.h"
#include "posts/register.h"
#include "posts/search.h"

#include "base/banned.h"

#define MARK "Zyxwvut"
#define DUTY "duty-communications"

static void fine(enum status status)
{
    if (status != STATUS_OK)
        print_error("%s\n", world.fault.text);
    assert_int_equal(status, STATUS_OK);
}

static void refused(enum status status, enum status expected, const char *words)
{
    if (status != expected || !strstr(world.fault.text, words))
        fail_msg("%d: %s", (int)status, world.fault.text);
}

/* ---- What the files hold ---- */

static bool same_letters(const char *at, const char *word)
{
    for (; *word; at++, word++)
        if ((*at | 32) != (*word | 32))
            return false;
    return true;
}

static int folder_holds(const char *folder, const char *word)
{
    int found = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[400];
        struct stat st;
        struct str bytes;
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode)) {
            found += folder_holds(path, word);
            continue;
        }
        struct arena *room = arena_new(64 << 20);
        assert_int_equal(file_read(room, path, 60 << 20, &bytes, &world.fault), STATUS_OK);
        for (size_t i = 0; i + strlen(word) <= bytes.n; i++)
            if (same_letters(bytes.p + i, word)) {
                print_message("           %s holds %s at %zu\n", e->d_name, word, i);
                found++;
                break;
            }
        arena_free(room);
    }
    closedir(d);
    return found;
}

static void log_emptied(void)
{
    bool whole = false;
    fine(db_checkpoint(world.db, true, &whole, &world.fault));
    assert_true(whole);
}

/* ---- Posts that hold it in every place that there is ---- */

static const char marked_head[] = "campaign: " MARK " campaign\ntopics: [" MARK "]\nabout: [other, " MARK "-too]\n"
                                  "people: [{ as_written: " MARK " Sam, kind: fictitious, consent: " MARK "-7 }]\n"
                                  "promises: [{ what: to ask " MARK ", owner: " MARK " Smith, due: 2026-04-01 }]\n";

static struct post_address marked(const char *key)
{
    char file[60], title[60];
    struct post_address address;
    snprintf(file, sizeof file, "%s.md", key);
    snprintf(title, sizeof title, "The title of %s " MARK, key);
    fine(world_draft("press-officer-1", file, world_post(title, NULL, marked_head, MARK " first.")));
    fine(world_submit("press-officer-1", key));
    fine(world_step("approver", key, posts_changes_write, MARK " should be another word."));
    fine(world_import("press-officer-1", file, world_post(title, NULL, marked_head, MARK " second.")));
    fine(world_approve("approver", key));
    fine(world_publish_at(DUTY, key, world.now, &address));
    fine(world_import("press-officer-1", file, world_post(title, NULL, marked_head, MARK " third.")));
    fine(world_approve("approver", key));
    fine(world_correct(DUTY, key, CORRECTION_FACTUAL, "It was not " MARK "."));
    return address;
}

/* A picture with one set of renditions under the newest edition of a post. `bytes` are what its blob holds. */
static void pictured(const char *key, int64_t set, const char *bytes, const char *small)
{
    unsigned char hash[2][BLOB_HASH];
    char hex[2][2 * BLOB_HASH + 1], sql[900];
    fine(blob_put(world.db, str_of(bytes), hash[0], &world.fault));
    fine(blob_put(world.db, str_of(small), hash[1], &world.fault));
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < BLOB_HASH; k++)
            snprintf(hex[i] + 2 * k, 3, "%02x", hash[i][k]);
    snprintf(
        sql, sizeof sql,
        "INSERT INTO picture (sha256, bytes, format, width, height, facts, name, made) VALUES (x'%s', %zu, 'jpeg', "
        "1, 1, '{}', '%s.jpg', 0) ON CONFLICT DO NOTHING",
        hex[0], strlen(bytes), key);
    world_run(sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO picture_set (id, picture, wish_hash, wish, state, made) SELECT %lld, id, x'%064llx', "
             "'{\"alt\":\"of %s\"}', 'ready', 0 FROM picture WHERE sha256 = x'%s'",
             (long long)set, (unsigned long long)set, key, hex[0]);
    world_run(sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO picture_rendition (picture_set, format, width, height, bytes, sha256) VALUES (%lld, 'jpeg', "
             "1, 1, %zu, x'%s')",
             (long long)set, strlen(small), hex[1]);
    world_run(sql);
    snprintf(
        sql, sizeof sql,
        "INSERT INTO post_picture (edition, picture_set) SELECT max(e.id), %lld FROM post_edition e JOIN post p ON "
        "p.id = e.post WHERE p.key = '%s'",
        (long long)set, key);
    world_run(sql);
}

static struct post_gone gone_at(struct post_address address)
{
    struct post_gone gone = { 0 };
    struct post_view view;
    struct db_tx *tx;
    fine(db_read_begin(world.db, &tx, &world.fault));
    assert_int_equal(posts_find(tx, world.arena, address, &view), STATUS_NOT_FOUND);
    enum status status = posts_gone(tx, world.arena, address, &gone);
    db_read_end(tx);
    assert_int_equal(status, STATUS_OK);
    return gone;
}

static enum status correct_erasing(const char *key, enum post_ground ground, struct post_correct *correct)
{
    static struct actor actor;
    static struct act act;
    actor = world_actor(DUTY);
    act = (struct act){ .by = &actor, .now = world.now };
    *correct = (struct post_correct){
        .step = { .arena = world.arena, .act = &act, .key = str_of(key), .hash_hex = world_entry(key).hash_hex },
        .kind = CORRECTION_FACTUAL,
        .erases = true,
        .ground = ground
    };
    return posts_correct(world.db, world.folder, correct, &world.fault);
}

static size_t list_length(void)
{
    struct erasures list;
    fine(erasures_of_folder(world.arena, world.folder, &list, &world.fault));
    return list.n;
}

/* ---- Withdrawal ---- */

static size_t found(const char *words)
{
    struct db_tx *tx;
    struct post_found *rows;
    size_t n = 0;
    fine(db_read_begin(world.db, &tx, &world.fault));
    enum status status = posts_search(tx, world.arena, str_of(words), NULL, POST_LIST_MAX, &rows, &n);
    db_read_end(tx);
    fine(status);
    return n;
}

static void a_withdrawal_that_hides_leaves_no_word_in_any_file(void **state)
{
    (void)state;
    static const enum post_ground grounds[] = { GROUND_COURT_ORDER, GROUND_PERSONAL_DATA, GROUND_SAFETY };
    fine(world_import("press-officer-2", "other.md", world_post("Another post", NULL, NULL, "It stays.")));
    for (int i = 0; i < 3; i++) {
        char key[40];
        snprintf(key, sizeof key, MARK "-%d", i);
        marked(key);
        pictured(key, i + 1, i ? "original " MARK " 2" : "original " MARK, i ? "small " MARK " 2" : "small " MARK);
    }
    assert_int_equal(found(MARK), 3); /* they stand in the index of words, and were looked for */
    log_emptied();
    assert_true(folder_holds(world.folder, MARK) > 0);
    for (int i = 0; i < 3; i++) {
        char key[40];
        snprintf(key, sizeof key, MARK "-%d", i);
        fine(world_withdraw(DUTY, key, grounds[i], "because of " MARK));
    }
    assert_int_equal(folder_holds(world.folder, MARK), 0);
    assert_true(folder_holds(world.folder, "It stays.") > 0);
    assert_int_equal(world_number("SELECT count(*) FROM picture"), 0);
    assert_int_equal(world_number("SELECT count(*) FROM post WHERE erased IS NOT NULL"), 3);
    assert_int_equal(world_number("SELECT count(*) FROM post_erasure WHERE finished IS NOT NULL"), 3);
    assert_int_equal(list_length(), 3);
    world_check_whole();
}

static void recheck(void)
{
    struct policy_recheck at = { 0 };
    struct arena *room = arena_new(64 << 20);
    while (!at.finished)
        fine(posts_recheck_step(world.db, room, world.now, &at, &world.fault));
    arena_free(room);
}

struct late_answer {
    int64_t post, edition;
};

/* What a re-check writes that had read the post before it was erased. */
static enum status answer_late(struct db_tx *tx, void *arg)
{
    const struct late_answer *late = arg;
    struct str none = STR_NONE;
    return sql_posts_answer_put(tx, late->post, late->edition, STR("state"), STR("-"), STR(""), STR("-"), STR(""),
                                STR("court-order"), none, none, none, true, NULL);
}

static void what_the_re_check_answered_goes_too_and_does_not_come_back(void **state)
{
    (void)state;
    marked("a");
    fine(world_import("press-officer-2", "other.md", world_post("Another post", NULL, NULL, "It stays.")));
    fine(world_approve("approver", "other"));
    fine(world_publish(DUTY, "other"));
    recheck();
    assert_int_equal(world_number("SELECT count(*) FROM policy_post"), 2);
    struct late_answer late = { world_number("SELECT post FROM post_public ORDER BY post LIMIT 1"),
                                world_number("SELECT edition FROM post_public ORDER BY post LIMIT 1") };
    fine(world_withdraw(DUTY, "a", GROUND_PERSONAL_DATA, ""));
    assert_int_equal(world_number("SELECT count(*) FROM policy_post"), 1);
    fine(db_write(world.db, answer_late, &late, &world.fault));
    assert_int_equal(world_number("SELECT count(*) FROM policy_post"), 1);
}

static void what_was_counted_stays_counted(void **state)
{
    (void)state;
    struct register_counts before[REGISTER_QUARTERS_MAX], after[REGISTER_QUARTERS_MAX];
    struct db_tx *tx;
    size_t n = 0;
    marked("a");
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_register_counts(tx, world.arena, world.now, before, &n));
    db_read_end(tx);
    fine(world_withdraw(DUTY, "a", GROUND_SAFETY, ""));
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_register_counts(tx, world.arena, world.now, after, &n));
    db_read_end(tx);
    before[0].withdrawals++;
    assert_memory_equal(&before[0], &after[0], sizeof before[0]);
    assert_int_equal(after[0].corrections, 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_edition"), 3);
}

static void the_audit_still_verifies_and_says_that_words_went(void **state)
{
    (void)state;
    struct audit_report report;
    marked("a");
    fine(world_withdraw(DUTY, "a", GROUND_SAFETY, ""));
    fine(audit_verify(world.db, world.arena, &report, &world.fault));
    assert_int_equal(report.first_wrong, 0);
    assert_true(report.erased > 5);
    assert_int_equal(world_number("SELECT count(*) FROM audit WHERE act = 'audit.words-erased'"), 1);
}

static void the_old_address_says_gone_and_the_new_one_cannot_be_guessed(void **state)
{
    (void)state;
    struct post_address address = marked("a");
    fine(world_withdraw(DUTY, "a", GROUND_COURT_ORDER, ""));
    struct post_gone gone = gone_at(address);
    assert_int_equal(gone.ground, GROUND_COURT_ORDER);
    assert_int_equal(gone.made, world.now + 1000);
    assert_int_equal(gone.now.year, 0);
    struct post_view view = world_view(world.address_now);
    assert_true(view.hidden && view.title.p == NULL && view.body.p == NULL);
    assert_int_equal(world.address_now.slug.n, 20);
    assert_false(str_equal(address.slug, world.address_now.slug));
}

static void no_new_post_takes_the_address_of_one_that_was_erased(void **state)
{
    (void)state;
    struct post_address address, other;
    fine(world_import("press-officer-1", "a.md", world_post("One title", NULL, NULL, "Text.")));
    fine(world_approve("approver", "a"));
    fine(world_publish_at(DUTY, "a", world.now, &address));
    fine(world_withdraw(DUTY, "a", GROUND_SAFETY, ""));
    fine(world_import("press-officer-1", "b.md", world_post("One title", NULL, NULL, "Another text.")));
    fine(world_approve("approver", "b"));
    fine(world_publish_at(DUTY, "b", world.now, &other));
    assert_true(str_equal(other.slug, STR("one-title-2")));
    gone_at(address);
}

static void name_text_and_picture_are_not_taken_in_again(void **state)
{
    (void)state;
    fine(world_import_case("press-officer-1", "06-diwali.md"));
    fine(world_import("press-officer-1", "a.md", world_post("A title", NULL, NULL, "A text.")));
    fine(world_approve("approver", "a"));
    fine(world_publish(DUTY, "a"));
    fine(world_withdraw(DUTY, "a", GROUND_PERSONAL_DATA, ""));
    int64_t posts = world_number("SELECT count(*) FROM post");
    refused(world_draft("press-officer-1", "a.md", world_post("Another", NULL, NULL, "Another text.")), STATUS_REFUSED,
            "name is not used again");
    refused(world_draft("press-officer-1", "b.md", world_post("A title", NULL, NULL, "A text.")), STATUS_REFUSED,
            "text of a post that was erased");
    refused(world_draft("press-officer-1", "c.md", world_post("About", NULL, "about: [a]\n", "It is about it.")),
            STATUS_REFUSED, world.key_now);
    assert_int_equal(world_number("SELECT count(*) FROM post"), posts);
}

static void a_draft_that_waits_goes_with_its_post_and_nothing_releases_it(void **state)
{
    (void)state;
    char draft[POST_KEY_MAX + 1];
    marked("a");
    fine(world_import("press-officer-1", "a.md", world_post("Later", NULL, NULL, "A " MARK " of tomorrow.")));
    fine(world_approve("approver", "a"));
    fine(world_withdraw(DUTY, "a", GROUND_SAFETY, ""));
    snprintf(draft, sizeof draft, "%s", world.key_now);
    assert_int_equal(world_entry(draft).state, EDITION_DISCARDED);
    assert_true(world_entry(draft).erased);
    assert_int_equal(folder_holds(world.folder, MARK), 0);
    refused(world_publish(DUTY, draft), STATUS_REFUSED, "nothing is left of it");
    refused(world_approve("approver", draft), STATUS_REFUSED, "nothing is left of it");
}

static void a_guard_that_refuses_leaves_no_entry_in_the_list(void **state)
{
    (void)state;
    marked("a");
    const char *keys[] = { "a", "never-public" };
    fine(world_import("press-officer-1", "never-public.md", world_post("Draft", NULL, NULL, "Draft.")));
    refused(world_withdraw("approver", "a", GROUND_SAFETY, ""), STATUS_DENIED, "no role");
    refused(world_withdraw_all(DUTY, keys, 2, GROUND_SAFETY, ""), STATUS_REFUSED, "is not public");
    assert_int_equal(list_length(), 0);
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL"), 0);
    assert_false(world_entry("a").erased);
}

/* ---- Pictures ---- */

static void a_picture_that_another_post_shows_stays_without_the_words_of_the_first(void **state)
{
    (void)state;
    marked("a");
    fine(world_import("press-officer-1", "b.md", world_post("B", NULL, NULL, "B.")));
    pictured("a", 1, "the same original", "rendition " MARK " one");
    pictured("b", 2, "the same original", "rendition two");
    fine(world_withdraw(DUTY, "a", GROUND_SAFETY, ""));
    assert_int_equal(world_number("SELECT count(*) FROM picture"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM picture_set"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM picture_rendition"), 1);
    assert_int_equal(folder_holds(world.folder, MARK), 0);
    assert_true(folder_holds(world.folder, "the same original") > 0);
    assert_true(folder_holds(world.folder, "rendition two") > 0);
}

static void where_a_licence_or_consent_ended_the_picture_goes_and_the_text_stays(void **state)
{
    (void)state;
    struct post_address address = marked("a");
    pictured("a", 1, "the original", "the rendition");
    refused(world_withdraw(DUTY, "a", GROUND_LICENCE_OR_CONSENT, " "), STATUS_INVALID, "reason for the public");
    fine(world_withdraw(DUTY, "a", GROUND_LICENCE_OR_CONSENT, "The person took their consent back."));
    struct post_view view = world_view(address);
    assert_false(view.hidden);
    assert_true(str_equal(view.reason, STR("The person took their consent back.")));
    assert_true(view.body.n > 0 && view.picture.renditions_n == 0);
    assert_int_equal(folder_holds(world.folder, "the original") + folder_holds(world.folder, "the rendition"), 0);
    assert_string_equal(world.key_now, "a");
    assert_int_equal(list_length(), 1);
    refused(world_step(DUTY, "a", posts_restore_write, "It came back."), STATUS_REFUSED, "went for good");
}

/* ---- Correction ---- */

static void a_correction_that_erases_keeps_the_new_words_alone(void **state)
{
    (void)state;
    struct post_correct correct;
    struct post_address address = marked("a");
    pictured("a", 1, "original " MARK, "small " MARK);
    fine(world_import("press-officer-1", "a.md", world_post("A clean title", NULL, NULL, "Clean words.")));
    fine(world_approve("approver", "a"));
    fine(correct_erasing("a", GROUND_PERSONAL_DATA, &correct));
    assert_int_equal(folder_holds(world.folder, MARK), 0);
    struct post_view view = world_view(correct.step.address);
    assert_true(str_equal(view.title, STR("A clean title")));
    assert_int_equal(view.corrections_n, 2);
    assert_true(view.corrections[0].hidden && view.corrections[0].ground == GROUND_PERSONAL_DATA);
    assert_null(view.corrections[0].words.p);
    assert_null(view.corrections[0].body_before.p);
    assert_int_equal(view.corrections[1].words.n, 0);
    assert_null(view.corrections[1].body_before.p);
    struct post_gone gone = gone_at(address);
    assert_true(str_equal(gone.now.slug, correct.step.address.slug));
    assert_int_equal(gone.ground, GROUND_PERSONAL_DATA);
    world_check_whole();
    /* It lives on under its new name. */
    char key[60];
    snprintf(key, sizeof key, "%.*s", STR_ARG(correct.key_now));
    char file[70];
    snprintf(file, sizeof file, "%s.md", key);
    fine(world_import("press-officer-1", file, world_post("A clean title", NULL, NULL, "Clean words, more of them.")));
    fine(world_approve("approver", key));
    fine(world_correct(DUTY, key, CORRECTION_CLARIFICATION, "There are more words."));
    view = world_view(correct.step.address);
    assert_int_equal(view.corrections_n, 3);
    assert_true(view.corrections[0].body_before.n > 0);
    assert_null(view.corrections[1].body_before.p);
}

static void the_register_tells_day_and_ground_of_such_a_correction(void **state)
{
    (void)state;
    struct post_correct correct;
    struct register_filter filter = { .one = true, .what = REGISTER_CORRECTION, .until = INT64_MAX };
    struct register_row *rows;
    struct db_tx *tx;
    size_t n = 0;
    marked("a");
    fine(world_import("press-officer-1", "a.md", world_post("A clean title", NULL, NULL, "Clean words.")));
    fine(world_approve("approver", "a"));
    world.now += 1000;
    fine(correct_erasing("a", GROUND_SAFETY, &correct));
    fine(db_read_begin(world.db, &tx, &world.fault));
    fine(posts_register(tx, world.arena, &filter, NULL, 10, &rows, &n));
    db_read_end(tx);
    assert_int_equal(n, 2);
    assert_true(rows[0].grounded && rows[0].ground == GROUND_SAFETY && rows[0].words.p == NULL && !rows[0].erased);
    assert_true(!rows[1].grounded && rows[1].erased && rows[1].words.p == NULL);
    assert_true(str_equal(rows[0].post.title, STR("A clean title")));
}

static void a_promise_that_the_corrected_post_still_makes_keeps_its_words(void **state)
{
    (void)state;
    struct post_correct correct;
    static const char before[] = "promises: [{ what: to look again, owner: chief-officer, due: 2026-04-01 },\n"
                                 "  { what: to ask " MARK ", owner: chief-officer, due: 2026-04-02 }]\n";
    static const char after[] = "promises: [{ what: to look again, owner: chief-officer, due: 2026-04-01 }]\n";
    fine(world_import("press-officer-1", "a.md", world_post("A", NULL, before, "A.")));
    fine(world_approve("approver", "a"));
    fine(world_publish(DUTY, "a"));
    fine(world_import("press-officer-1", "a.md", world_post("A", NULL, after, "B.")));
    fine(world_approve("approver", "a"));
    fine(correct_erasing("a", GROUND_SAFETY, &correct));
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE what = 'to look again'"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_promise WHERE what = ''"), 1);
    assert_int_equal(folder_holds(world.folder, MARK), 0);
}

static void a_promise_that_was_kept_loses_an_owner_that_the_corrected_post_does_not_name(void **state)
{
    (void)state;
    struct post_correct correct;
    struct actor actor = world_actor(DUTY);
    struct act act = { .by = &actor, .now = world.now };
    static const char before[] = "promises: [{ what: to look again, owner: " MARK " Smith, due: 2026-04-01 }]\n";
    static const char after[] = "promises: [{ what: to look again, owner: chief-officer, due: 2026-04-01 }]\n";
    fine(world_import("press-officer-1", "a.md", world_post("A", NULL, before, "A.")));
    fine(world_approve("approver", "a"));
    fine(world_publish(DUTY, "a"));
    fine(world_import("press-officer-1", "f.md", world_post("F", NULL, NULL, "It was kept.")));
    fine(world_approve("approver", "f"));
    fine(world_publish(DUTY, "f"));
    struct promise_keep keep = {
        .arena = world.arena, .act = &act, .key = STR("a"), .position = 1, .followup = STR("f")
    };
    fine(db_write(world.db, posts_promise_keep_write, &keep, &world.fault));
    fine(world_import("press-officer-1", "a.md", world_post("A", NULL, after, "B.")));
    fine(world_approve("approver", "a"));
    fine(correct_erasing("a", GROUND_SAFETY, &correct));
    assert_int_equal(
        world_number("SELECT count(*) FROM post_promise WHERE owner = 'chief-officer' AND kept IS NOT NULL"), 1);
    assert_int_equal(folder_holds(world.folder, MARK), 0);
}

/* ---- Others ---- */

static void what_other_posts_are_about_follows_and_their_approvals_hold(void **state)
{
    (void)state;
    struct post_address statement;
    fine(world_import("press-officer-1", "s.md",
                      world_post("Statement", NULL, "about: [before, " MARK "-p, after]\n", "Words.")));
    fine(world_approve("approver", "s"));
    marked(MARK "-p");
    fine(world_withdraw(DUTY, MARK "-p", GROUND_SAFETY, ""));
    fine(world_publish_at(DUTY, "s", world.now + 5000, &statement)); /* on the approval from before */
    struct post_view view = world_view(statement);
    assert_int_equal(view.about_n, 1);
    assert_true(view.about[0].hidden && view.about[0].withdrawn.set);
    assert_int_equal(folder_holds(world.folder, MARK), 0);
    world_check_whole();
}

static void nothing_outside_of_such_a_post_tells_whether_the_old_name_was_guessed(void **state)
{
    (void)state;
    fine(world_import("press-officer-1", "s.md", world_post("Statement", NULL, "about: [p]\n", "Words.")));
    fine(world_approve("approver", "s"));
    marked("p");
    world_run(
        "CREATE TABLE before AS SELECT e.id, e.salt FROM post_edition e JOIN post_about a ON a.edition = e.id WHERE "
        "a.key = 'p'");
    assert_int_equal(world_number("SELECT count(*) FROM before"), 1);
    fine(world_withdraw(DUTY, "p", GROUND_SAFETY, ""));
    /* Events and audit hold SHA-256(salt || hash) of the document that named it: the salt is gone. */
    assert_int_equal(
        world_number("SELECT count(*) FROM post_edition e JOIN before b ON b.id = e.id AND b.salt <> e.salt"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM post_edition e JOIN before b ON b.salt = e.salt"), 0);
}

/* ---- Once more, after a restore ---- */

static void copy_file(const char *from, const char *to)
{
    char path[400];
    struct str bytes;
    snprintf(path, sizeof path, "%s/%s", world.folder, from);
    fine(file_read(world.arena, path, 50 << 20, &bytes, &world.fault));
    snprintf(path, sizeof path, "%s/%s", world.folder, to);
    fine(file_write(path, bytes, 0600, &world.fault));
}

static void an_older_database_is_erased_again_to_the_same_end(void **state)
{
    (void)state;
    static const unsigned char site_key[POST_ERASURE_KEY] = "a key of a site, 32 bytes long";
    unsigned char key[POST_ERASURE_KEY];
    struct post_correct correct;
    struct erasures list;
    char older[200], path[400];
    posts_erasure_derive(site_key, key);
    posts_erasure_key(key);
    marked("a");
    marked("b");
    fine(world_import("press-officer-1", "draft.md", world_post("D", NULL, NULL, "D.")));
    log_emptied();
    snprintf(older, sizeof older, "%s/older", world.folder);
    assert_int_equal(mkdir(older, 0700), 0);
    copy_file("candour.db", "older/candour.db");
    fine(world_withdraw(DUTY, "a", GROUND_COURT_ORDER, ""));
    char erased[POST_KEY_MAX + 1];
    snprintf(erased, sizeof erased, "%s", world.key_now);
    fine(world_import("press-officer-1", "b.md", world_post("Clean", NULL, NULL, "Clean.")));
    fine(world_approve("approver", "b"));
    fine(correct_erasing("b", GROUND_SAFETY, &correct));
    fine(erasures_of_folder(world.arena, world.folder, &list, &world.fault));
    assert_int_equal(list.n, 2);

    struct db *db = world.db;
    struct db_options options = { .folder = older,
                                  .migrations = candour_migrations,
                                  .migrations_n = candour_migrations_n };
    fine(db_open(&world.db, &options, &world.fault));
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i < list.n; i++)
            fine(posts_erasure_replay(world.db, site_key, &list.items[i], &world.fault));
    fine(posts_search_forget(world.db, world.arena, &world.fault));
    log_emptied();
    assert_int_equal(folder_holds(older, MARK), 0);
    assert_true(world_entry(erased).erased); /* under the same name as the first time */
    snprintf(path, sizeof path, "SELECT count(*) FROM post WHERE key = '%.*s' AND erased IS NOT NULL",
             STR_ARG(correct.key_now));
    assert_int_equal(world_number(path), 1); /* the corrected text is not there, so nothing is */
    assert_int_equal(world_number("SELECT count(*) FROM post_public WHERE ground = 'safety'"), 1);
    assert_int_equal(world_number("SELECT count(*) FROM post WHERE erased IS NULL"), 1);
    db_close(world.db);
    world.db = db;
    static const char *const left[] = { "candour.db", "candour.db-wal", "candour.db-shm", "write.lock", "generation" };
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", older, left[i]);
        unlink(path);
    }
    rmdir(older);
}

/* ---- Where something is in the way ---- */

struct reader {
    atomic_bool reads, over;
};

static void *read_on(void *arg)
{
    struct reader *r = arg;
    struct db_tx *tx;
    struct fault fault;
    uint64_t n = 0;
    enum status status = db_read_begin(world.db, &tx, &fault);
    if (status == STATUS_OK)
        status = db_generation_read(tx, &n);
    atomic_store(&r->reads, status == STATUS_OK);
    while (!atomic_load(&r->over))
        usleep(1000);
    if (status == STATUS_OK)
        db_read_end(tx);
    return NULL;
}

static void while_somebody_reads_the_pages_it_is_not_said_to_be_done(void **state)
{
    (void)state;
    struct reader r = { false, false };
    pthread_t thread;
    int64_t left = 0;
    marked("a");
    log_emptied();
    fine(world_import("press-officer-1", "b.md", world_post("B", NULL, NULL, "B.")));
    assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
    while (!atomic_load(&r.reads))
        usleep(1000);
    world_run("INSERT INTO post_erasure (n, post, ground, made) VALUES (1, 1, 'safety', 0)");
    enum status status = posts_erasures_finish(world.db, world.arena, world.now, 30, &left, &world.fault);
    int64_t during = left;
    atomic_store(&r.over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    fine(status);
    assert_int_equal(during, 1);
    fine(posts_erasures_finish(world.db, world.arena, world.now, 30, &left, &world.fault));
    assert_int_equal(left, 0);
    assert_int_equal(world_number("SELECT count(*) FROM post_erasure WHERE finished IS NULL"), 0);
}

static bool key_there(const char *key)
{
    struct post_entry entry;
    struct db_tx *tx;
    fine(db_read_begin(world.db, &tx, &world.fault));
    enum status status = posts_entry(tx, world.arena, str_of(key), &entry);
    db_read_end(tx);
    assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
    return status == STATUS_OK;
}

/* A post of its own: what failed has changed nothing, or everything but what is finished later. False: nothing failed.
 */
static bool erased_with_failure(bool memory, uint64_t k)
{
    char key[40], file[50];
    int64_t left = 0;
    struct arena *shared = world.arena;
    struct arena *arena = arena_new(32 << 20);
    assert_non_null(arena);
    world.arena = arena;
    snprintf(key, sizeof key, MARK "-%d-%llu", memory, (unsigned long long)k);
    snprintf(file, sizeof file, "%s.md", key);
    fine(world_import("press-officer-1", file, world_post(key, NULL, marked_head, key)));
    fine(world_approve("approver", key));
    fine(world_publish(DUTY, key));
    struct actor actor = world_actor(DUTY);
    struct act act = { .by = &actor, .now = world.now };
    struct str name = str_of(key);
    struct post_address address;
    struct post_withdrawal withdrawal = {
        .arena = arena, .act = &act, .keys = &name, .keys_n = 1, .addresses = &address, .ground = GROUND_SAFETY
    };
    if (memory)
        mem_fail_at(k);
    else
        db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
    enum status status = posts_withdraw(world.db, world.folder, &withdrawal, &world.fault);
    uint64_t calls = memory ? mem_calls() : db_faulty_calls();
    mem_fail_at(0);
    db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
    bool there = key_there(key);
    if (status == STATUS_OK)
        assert_false(there);
    else
        assert_true(world.fault.text[0] != 0);
    if (there)
        fine(posts_withdraw(world.db, world.folder, &withdrawal, &world.fault));
    fine(posts_erasures_finish(world.db, arena, world.now, 1000, &left, &world.fault));
    assert_int_equal(left, 0);
    world.arena = shared;
    arena_free(arena);
    return calls >= k;
}

static void failing(bool memory)
{
    uint64_t k = 1;
    while (erased_with_failure(memory, k))
        k++;
    print_message("           %llu places\n", (unsigned long long)k - 1);
    assert_true(k > 30);
    world_check_whole();
    assert_int_equal(folder_holds(world.folder, MARK), 0);
}

static void an_erasure_is_whole_or_absent_wherever_memory_fails(void **state)
{
    (void)state;
    failing(true);
}

static void an_erasure_is_whole_or_absent_wherever_the_database_fails(void **state)
{
    (void)state;
    failing(false);
}

int main(void)
{
#define TEST(name)   cmocka_unit_test_setup_teardown(name, world_make, world_end)
#define FAULTY(name) cmocka_unit_test_setup_teardown(name, world_make_faulty, world_end)
    const struct CMUnitTest tests[] = {
        TEST(a_withdrawal_that_hides_leaves_no_word_in_any_file),
        TEST(what_the_re_check_answered_goes_too_and_does_not_come_back),
        TEST(what_was_counted_stays_counted),
        TEST(the_audit_still_verifies_and_says_that_words_went),
        TEST(the_old_address_says_gone_and_the_new_one_cannot_be_guessed),
        TEST(no_new_post_takes_the_address_of_one_that_was_erased),
        TEST(name_text_and_picture_are_not_taken_in_again),
        TEST(a_draft_that_waits_goes_with_its_post_and_nothing_releases_it),
        TEST(a_guard_that_refuses_leaves_no_entry_in_the_list),
        TEST(a_picture_that_another_post_shows_stays_without_the_words_of_the_first),
        TEST(where_a_licence_or_consent_ended_the_picture_goes_and_the_text_stays),
        TEST(a_correction_that_erases_keeps_the_new_words_alone),
        TEST(the_register_tells_day_and_ground_of_such_a_correction),
        TEST(a_promise_that_the_corrected_post_still_makes_keeps_its_words),
        TEST(a_promise_that_was_kept_loses_an_owner_that_the_corrected_post_does_not_name),
        TEST(what_other_posts_are_about_follows_and_their_approvals_hold),
        TEST(nothing_outside_of_such_a_post_tells_whether_the_old_name_was_guessed),
        TEST(an_older_database_is_erased_again_to_the_same_end),
        TEST(while_somebody_reads_the_pages_it_is_not_said_to_be_done),
        FAULTY(an_erasure_is_whole_or_absent_wherever_memory_fails),
        FAULTY(an_erasure_is_whole_or_absent_wherever_the_database_fails),
    };
    return cmocka_run_group_tests_name("posts erasure", tests, NULL, NULL);
}
