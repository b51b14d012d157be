/* The audit: whole after every act and after an erasure, and not after any other change. */
#include "common.h"

#include <stdio.h>
#include <string.h>

#include "base/entropy.h"
#include "staff/inside.h"
#include "base/banned.h"

/* The actor is an id of the test's own, so that no passphrase must be made. */
static const struct actor seven = { .account = 7 };

struct one {
    int64_t at, post;
    struct str what, words;
    bool erase;
    enum status answer;
};

static enum status write_one(struct db_tx *tx, void *arg)
{
    struct one *one = arg;
    struct act act = { .by = one->at % 2 ? &seven : NULL, .now = one->at };
    one->answer = one->erase ? audit_erase(tx, &act, one->post) : audit_add(tx, &act, one->what, one->post, one->words);
    return one->answer;
}

static void put(int64_t at, int64_t post, const char *words)
{
    struct one one = { .at = at, .post = post, .what = STR("post.approved"), .words = str_of(words) };
    assert_int_equal(db_write(db, write_one, &one, &fault), STATUS_OK);
}

static struct audit_report verify(void)
{
    struct audit_report report;
    assert_int_equal(audit_verify(db, arena, &report, &fault), STATUS_OK);
    return report;
}

/* Five entries: of the posts 1, 2, 1, 2 and none. */
static int make_chain(void **state)
{
    if (place_make(state) != 0)
        return -1;
    put(1001, 1, "the first reason");
    put(1002, 2, "");
    put(1003, 1, "caf\xC3\xA9");
    put(1004, 2, "a reason");
    put(1005, 0, "sam as author");
    return 0;
}

static void an_empty_chain_is_whole(void **state)
{
    (void)state;
    struct audit_report report = verify();
    assert_int_equal(report.entries, 0);
    assert_int_equal(report.first_wrong, 0);
    assert_true(str_equal(report.head_hex, STR("0000000000000000000000000000000000000000000000000000000000000000")));
}

static void a_chain_of_acts_is_whole(void **state)
{
    (void)state;
    struct audit_report report = verify();
    assert_int_equal(report.entries, 5);
    assert_int_equal(report.erased, 0);
    assert_int_equal(report.first_wrong, 0);
    assert_int_equal(report.head_hex.n, 64);
}

static void count_up(void *self, void *out, size_t n)
{
    unsigned char *next = self;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)out)[i] = (*next)++;
}

/* Worked out by hand with another program from the words at the head of audit.c. */
static void the_hash_is_what_its_description_says(void **state)
{
    (void)state;
    unsigned char next = 0;
    struct entropy entropy = { count_up, &next };
    entropy_use(&entropy);
    put(1772478660001, 3, "a reason");
    entropy_use(NULL);
    assert_true(str_equal(verify().head_hex, STR("1cad0e5336809f9afbfbd54f53683418d0ee5cbad928ea0b6ba63d9a1c6d5ffd")));
}

static void the_chain_is_whole_after_words_were_erased(void **state)
{
    (void)state;
    struct str head = verify().head_hex;
    struct one erase = { .at = 2001, .post = 1, .erase = true };
    assert_int_equal(db_write(db, write_one, &erase, &fault), STATUS_OK);
    struct audit_report report = verify();
    assert_int_equal(report.first_wrong, 0);
    assert_int_equal(report.entries, 6);
    assert_int_equal(report.erased, 2);
    assert_false(str_equal(report.head_hex, head));
    assert_int_equal(ask("SELECT count(*) FROM audit_words WHERE instr(words, 'first') > 0"), 0);
    assert_int_equal(ask("SELECT count(*) FROM audit_words"), 4);
    put(2002, 1, "more");
    assert_int_equal(verify().first_wrong, 0);
}

static void any_changed_column_of_any_entry_is_found(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "made = made + 1",  "actor = actor + 1",     "post = post + 1",           "act = 'post.approvee'",
        "act = act || ' '", "salted = zeroblob(32)", "previous = randomblob(32)", "hash = randomblob(32)",
    };
    run("CREATE TABLE kept AS SELECT * FROM audit");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        for (int n = 1; n <= 5; n++) {
            char sql[200];
            snprintf(sql, sizeof sql, "UPDATE audit SET %s WHERE n = %d", changes[i], n);
            run(sql);
            int64_t wrong = verify().first_wrong;
            if (wrong != n)
                fail_msg("%s: the first wrong entry is %lld", sql, (long long)wrong);
            snprintf(sql, sizeof sql,
                     "UPDATE audit SET (made, actor, act, post, salted, previous, hash) = (SELECT made, actor, act, "
                     "post, salted, previous, hash FROM kept WHERE n = %d) WHERE n = %d",
                     n, n);
            run(sql);
            assert_int_equal(verify().first_wrong, 0);
        }
    }
}

static void any_changed_byte_of_words_salt_and_hashes_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        int bytes;
    } blobs[] = { { "salted", 32 }, { "previous", 32 }, { "hash", 32 } };
    for (size_t i = 0; i < sizeof blobs / sizeof blobs[0]; i++) {
        for (int at = 1; at <= blobs[i].bytes; at++) {
            char sql[400];
            const char *c = blobs[i].column;
            snprintf(sql, sizeof sql, "CREATE TABLE kept AS SELECT %s AS b FROM audit WHERE n = 3", c);
            run(sql);
            /* The byte becomes another one: 00, or ff where it was 00. */
            snprintf(
                sql, sizeof sql,
                "UPDATE audit SET %s = CAST(substr(%s, 1, %d) || CASE substr(%s, %d, 1) WHEN x'00' THEN x'ff' ELSE "
                "x'00' END || substr(%s, %d) AS BLOB) WHERE n = 3",
                c, c, at - 1, c, at, c, at + 1);
            run(sql);
            assert_int_equal(verify().first_wrong, 3);
            snprintf(sql, sizeof sql, "UPDATE audit SET %s = (SELECT b FROM kept) WHERE n = 3", c);
            run(sql);
            run("DROP TABLE kept");
        }
    }
    assert_int_equal(verify().first_wrong, 0);
    run("UPDATE audit_words SET words = 'The first reason' WHERE n = 1");
    assert_int_equal(verify().first_wrong, 1);
    run("UPDATE audit_words SET words = 'the first reason' WHERE n = 1");
    run("UPDATE audit_words SET salt = randomblob(32) WHERE n = 4");
    assert_int_equal(verify().first_wrong, 4);
}

static void words_that_moved_to_another_entry_are_found(void **state)
{
    (void)state;
    run("UPDATE audit_words SET (salt, words) = (SELECT salt, words FROM audit_words WHERE n = 3) WHERE n = 1");
    assert_int_equal(verify().first_wrong, 1);
}

static void a_removed_entry_is_found_wherever_it_stood(void **state)
{
    (void)state;
    run("CREATE TABLE kept AS SELECT * FROM audit");
    run("CREATE TABLE kept_words AS SELECT * FROM audit_words");
    for (int n = 1; n <= 5; n++) {
        char sql[100];
        snprintf(sql, sizeof sql, "DELETE FROM audit_words WHERE n = %d", n);
        run(sql);
        snprintf(sql, sizeof sql, "DELETE FROM audit WHERE n = %d", n);
        run(sql);
        struct audit_report report = verify();
        assert_int_equal(report.first_wrong, n);
        assert_int_equal(report.entries, 4);
        run("INSERT INTO audit SELECT * FROM kept WHERE n NOT IN (SELECT n FROM audit)");
        run("INSERT INTO audit_words SELECT * FROM kept_words WHERE n NOT IN (SELECT n FROM audit_words)");
        assert_int_equal(verify().first_wrong, 0);
    }
    run("DELETE FROM audit_words");
    run("DELETE FROM audit");
    assert_int_equal(verify().first_wrong, 1);
}

static void a_removed_entry_whose_followers_were_renumbered_is_found(void **state)
{
    (void)state;
    run("DELETE FROM audit_words");
    run("DELETE FROM audit WHERE n = 2");
    run("UPDATE audit SET n = n - 1 WHERE n = 3");
    run("UPDATE audit SET n = n - 1 WHERE n = 4");
    run("UPDATE audit SET n = n - 1 WHERE n = 5");
    assert_int_equal(verify().first_wrong, 2);
}

static void reordered_entries_are_found(void **state)
{
    (void)state;
    run("DELETE FROM audit_words");
    assert_int_equal(verify().first_wrong, 0);
    run("UPDATE audit SET n = 100 WHERE n = 2");
    run("UPDATE audit SET n = 2 WHERE n = 3");
    run("UPDATE audit SET n = 3 WHERE n = 100");
    assert_int_equal(verify().first_wrong, 2);
}

static void a_head_that_does_not_fit_is_found(void **state)
{
    (void)state;
    run("UPDATE audit_head SET hash = randomblob(32)");
    assert_int_equal(verify().first_wrong, 5);
    run("DELETE FROM audit_words");
    run("DELETE FROM audit");
    run("UPDATE audit_head SET n = 0");
    assert_int_equal(verify().first_wrong, 1);
}

static void a_chain_longer_than_a_page_is_read_whole(void **state)
{
    (void)state;
    for (int i = 0; i < 450; i++)
        put(3000 + i, 9, "again");
    struct audit_report report = verify();
    assert_int_equal(report.entries, 455);
    assert_int_equal(report.first_wrong, 0);
    run("UPDATE audit SET made = 0 WHERE n = 401");
    assert_int_equal(verify().first_wrong, 401);
}

static void entries_are_listed_newest_first_and_erased_words_are_none(void **state)
{
    (void)state;
    struct one erase = { .at = 2001, .post = 2, .erase = true };
    assert_int_equal(db_write(db, write_one, &erase, &fault), STATUS_OK);
    struct db_tx *tx;
    struct audit_entry *entries;
    size_t n;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(audit_list(tx, arena, INT64_MAX, 3, &entries, &n), STATUS_OK);
    assert_int_equal(n, 3);
    assert_int_equal(entries[0].n, 6);
    assert_true(str_equal(entries[0].act, STR("audit.words-erased")));
    assert_true(str_equal(entries[1].words, STR("sam as author")));
    assert_int_equal(entries[2].post, 2);
    assert_null(entries[2].words.p);
    assert_null(entries[2].user.p);
    assert_int_equal(audit_list(tx, arena, entries[2].n, 100, &entries, &n), STATUS_OK);
    assert_int_equal(n, 3);
    assert_int_equal(entries[2].n, 1);
    db_read_end(tx);
}

static void words_beyond_their_bound_are_refused(void **state)
{
    (void)state;
    static char many[AUDIT_WORDS_MAX + 1];
    memset(many, 'x', sizeof many);
    struct one one = { .at = 1, .post = 1, .what = STR("post.approved"), .words = { many, AUDIT_WORDS_MAX } };
    assert_int_equal(db_write(db, write_one, &one, &fault), STATUS_OK);
    one.words.n++;
    assert_int_equal(db_write(db, write_one, &one, &fault), STATUS_LIMIT);
    one.words = STR("not \xFF text");
    assert_int_equal(db_write(db, write_one, &one, &fault), STATUS_LIMIT);
    assert_int_equal(verify().entries, 1);
}

#define CHAIN_TEST(f) cmocka_unit_test_setup_teardown(f, make_chain, place_end)
#define EMPTY_TEST(f) cmocka_unit_test_setup_teardown(f, place_make, place_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(an_empty_chain_is_whole),
        EMPTY_TEST(the_hash_is_what_its_description_says),
        CHAIN_TEST(a_chain_of_acts_is_whole),
        CHAIN_TEST(the_chain_is_whole_after_words_were_erased),
        CHAIN_TEST(any_changed_column_of_any_entry_is_found),
        CHAIN_TEST(any_changed_byte_of_words_salt_and_hashes_is_found),
        CHAIN_TEST(words_that_moved_to_another_entry_are_found),
        CHAIN_TEST(a_removed_entry_is_found_wherever_it_stood),
        CHAIN_TEST(a_removed_entry_whose_followers_were_renumbered_is_found),
        CHAIN_TEST(reordered_entries_are_found),
        CHAIN_TEST(a_head_that_does_not_fit_is_found),
        CHAIN_TEST(a_chain_longer_than_a_page_is_read_whole),
        CHAIN_TEST(entries_are_listed_newest_first_and_erased_words_are_none),
        EMPTY_TEST(words_beyond_their_bound_are_refused),
    };
    return cmocka_run_group_tests(tests, place_warm, NULL);
}
