/*
 * Opening: what is missing, damaged, newer, not ours, or does not fit on the
 * disk; steps of the schema; and a database that goes away while it is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common.h"
#include "db/sqlite.h"
#include "db/test_seam.h"
#include "base/banned.h"

static void write_pair(struct place *p, int64_t n)
{
    struct pair pair = { .n = n };
    struct fault fault = { 0 };
    if (db_write(p->db, pair_write, &pair, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

/* Opens, expects this answer and words with this in them; nothing is open afterwards. */
static void expect_refusal(struct place *p, bool create, enum status status, const char *words)
{
    struct fault fault = { 0 };
    assert_int_equal(place_open(p, NULL, create, &fault), status);
    assert_null(p->db);
    assert_int_equal(fault.status, status);
    if (!strstr(fault.text, words))
        fail_msg("\"%s\" does not say \"%s\"", fault.text, words);
}

static void close_place(struct place *p)
{
    db_close(p->db);
    p->db = NULL;
}

/* Runs SQL past our own code, as somebody with sqlite3 would. */
static void by_hand(const struct place *p, const char *sql)
{
    char path[128];
    place_path(p, "candour.db", path, sizeof path);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

static void a_missing_database_is_not_made_by_accident(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    close_place(&p);
    char path[128];
    place_path(&p, "candour.db", path, sizeof path);
    assert_int_equal(unlink(path), 0);
    expect_refusal(&p, false, STATUS_NOT_FOUND, "candour init");
    assert_int_equal(access(path, F_OK), -1);
    place_end(&p);
    struct place nowhere = { .folder = "/tmp/there-is-no-such-folder" };
    expect_refusal(&nowhere, true, STATUS_NOT_FOUND, "/tmp/there-is-no-such-folder");
}

static void files_are_for_their_owner_alone(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(&p, 1);
    const char *files[] = { "candour.db", "candour.db-wal", "candour.db-shm", "write.lock", "generation" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[128];
        place_path(&p, files[i], path, sizeof path);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    place_end(&p);
}

static void scratch(const struct place *p, off_t at, size_t n)
{
    char path[128], junk[4096];
    place_path(p, "candour.db", path, sizeof path);
    memset(junk, 0x5A, sizeof junk);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, junk, n, at), (ssize_t)n);
    close(fd);
}

static void a_damaged_database_is_refused(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(&p, 1);
    struct fault fault;
    bool whole = false;
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    close_place(&p);
    scratch(&p, 0, 100); /* the header */
    expect_refusal(&p, false, STATUS_DAMAGED, "backup");
    expect_refusal(&p, true, STATUS_DAMAGED, "backup");
    place_end(&p);

    place_make(&p, NULL);
    write_pair(&p, 1);
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    assert_int_equal(db_check(p.db, &fault), STATUS_OK);
    close_place(&p);
    scratch(&p, 2 * 4096, 4096); /* a page in the middle */
    expect_refusal(&p, false, STATUS_DAMAGED, "backup");
    place_end(&p);

    place_make(&p, NULL);
    write_pair(&p, 1);
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    close_place(&p);
    char path[128];
    place_path(&p, "candour.db", path, sizeof path);
    assert_int_equal(truncate(path, 3 * 4096), 0);
    expect_refusal(&p, false, STATUS_DAMAGED, "backup");
    assert_int_equal(truncate(path, 0), 0);
    expect_refusal(&p, false, STATUS_DAMAGED, "is empty");
    place_end(&p);
}

static void an_interrupted_first_opening_is_finished_by_the_next(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    close_place(&p);
    char path[128];
    const char *files[] = { "candour.db-wal", "candour.db-shm", "generation" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        place_path(&p, files[i], path, sizeof path);
        assert_int_equal(unlink(path), 0);
    }
    place_path(&p, "candour.db", path, sizeof path);
    assert_int_equal(truncate(path, 0), 0);
    struct fault fault = { 0 };
    assert_int_equal(place_open(&p, NULL, true, &fault), STATUS_OK);
    write_pair(&p, 1);
    place_end(&p);
}

static void a_newer_database_is_left_as_it_is(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    close_place(&p);
    by_hand(&p, "PRAGMA user_version = 3; CREATE TABLE of_the_future (n INTEGER) STRICT");
    expect_refusal(&p, false, STATUS_NEWER, "Install that version");
    by_hand(&p, "INSERT INTO of_the_future VALUES (1)");
    place_end(&p);
}

static void a_database_of_another_program_is_refused(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    close_place(&p);
    by_hand(&p, "PRAGMA application_id = 42");
    expect_refusal(&p, true, STATUS_DAMAGED, "not a database of candour");
    place_end(&p);
}

static void a_database_that_another_program_writes_to_is_busy(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    char path[128];
    place_path(&p, "candour.db", path, sizeof path);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct pair pair = { .n = 1 };
    struct fault fault = { 0 };
    assert_int_equal(db_write(p.db, pair_write, &pair, &fault), STATUS_BUSY);
    assert_non_null(strstr(fault.text, "Another program"));
    assert_int_equal(sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    assert_int_equal(db_write(p.db, pair_write, &pair, &fault), STATUS_OK);
    place_end(&p);
}

/* ---- Steps of the schema ---- */

static char *schema_of(const struct place *p)
{
    char path[128];
    place_path(p, "candour.db", path, sizeof path);
    sqlite3 *handle = NULL;
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle,
                                        "SELECT group_concat(name || ':' || coalesce(sql, ''), ';') FROM"
                                        " (SELECT name, sql FROM sqlite_schema ORDER BY name)",
                                        -1, &s, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    char *out = malloc((size_t)sqlite3_column_bytes(s, 0) + 1);
    assert_non_null(out);
    memcpy(out, sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0) + 1);
    sqlite3_finalize(s);
    sqlite3_close(handle);
    return out;
}

static void a_migrated_schema_equals_a_fresh_one(void **state)
{
    (void)state;
    struct place fresh, old;
    place_make(&fresh, NULL);
    place_make(&old, NULL);
    close_place(&old);
    char path[128];
    const char *files[] = { "candour.db-wal", "candour.db-shm", "generation", "candour.db" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        place_path(&old, files[i], path, sizeof path);
        assert_int_equal(unlink(path), 0);
    }
    struct db_options options = {
        .folder = old.folder, .migrations = test_migrations, .migrations_n = 1, .create = true
    };
    struct fault fault = { 0 };
    assert_int_equal(db_open(&old.db, &options, &fault), STATUS_OK);
    close_place(&old);
    assert_int_equal(place_open(&old, NULL, false, &fault), STATUS_OK);
    char *a = schema_of(&fresh), *b = schema_of(&old);
    assert_string_equal(a, b);
    assert_non_null(strstr(a, "left_side"));
    free(a);
    free(b);
    place_end(&fresh);
    place_end(&old);
}

static void a_step_that_fails_leaves_nothing_of_itself(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    write_pair(&p, 1);
    close_place(&p);
    struct db_migration three[3] = { test_migrations[0],
                                     test_migrations[1],
                                     { 3, "0003_bad",
                                       "CREATE TABLE half (n INTEGER) STRICT; INSERT INTO no_such_table VALUES (1)" } };
    struct db_options options = { .folder = p.folder, .migrations = three, .migrations_n = 3 };
    struct fault fault = { 0 };
    assert_int_not_equal(db_open(&p.db, &options, &fault), STATUS_OK);
    assert_null(p.db);
    char *schema = schema_of(&p);
    assert_null(strstr(schema, "half"));
    free(schema);
    assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK); /* the step number did not move either */
    assert_int_equal(pairs_count(p.db), 1);
    place_end(&p);
}

/* ---- Gone later ---- */

static void move(const struct place *p, const char *from, const char *to)
{
    char a[128], b[128];
    place_path(p, from, a, sizeof a);
    place_path(p, to, b, sizeof b);
    assert_int_equal(rename(a, b), 0);
}

static void expect_away(struct place *p, int64_t n)
{
    struct pair pair = { .n = n };
    struct fault fault = { 0 };
    struct db_tx *tx = NULL;
    bool whole = true;
    assert_int_equal(db_write(p->db, pair_write, &pair, &fault), STATUS_UNAVAILABLE);
    assert_non_null(strstr(fault.text, "removed or replaced"));
    assert_int_equal(db_read_begin(p->db, &tx, &fault), STATUS_UNAVAILABLE);
    assert_null(tx);
    assert_int_equal(db_ping(p->db, &fault), STATUS_UNAVAILABLE);
    assert_int_equal(db_checkpoint(p->db, false, &whole, &fault), STATUS_UNAVAILABLE);
    assert_false(whole);
}

static void a_file_that_was_removed_is_noticed_and_its_return_too(void **state)
{
    (void)state;
    const char *files[] = { "candour.db", "candour.db-wal", "generation", "write.lock" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct place p;
        place_make(&p, NULL);
        write_pair(&p, 1);
        assert_int_equal(pairs_count(p.db), 1);
        move(&p, files[i], "away");
        expect_away(&p, 2);
        move(&p, "away", files[i]);
        write_pair(&p, 3);
        assert_int_equal(pairs_count(p.db), 2);
        place_end(&p);
    }
}

static void a_database_that_was_replaced_is_noticed(void **state)
{
    (void)state;
    struct place p, other;
    place_make(&p, NULL);
    write_pair(&p, 1);
    place_make(&other, NULL);
    close_place(&other);
    char from[128], to[128];
    place_path(&other, "candour.db", from, sizeof from);
    place_path(&p, "candour.db", to, sizeof to);
    assert_int_equal(rename(from, to), 0);
    expect_away(&p, 2);
    place_end(&p);
    place_end(&other);
}

/* SQLite removes the log beside a database that it finds empty, and what was committed last with it. */
static void an_empty_file_in_its_place_does_not_cost_the_log(void **state)
{
    (void)state;
    struct place p;
    struct fault fault = { 0 };
    struct db_tx *tx = NULL;
    place_make(&p, NULL);
    write_pair(&p, 1);
    move(&p, "candour.db", "away");
    char path[128];
    place_path(&p, "candour.db", path, sizeof path);
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(db_read_begin(p.db, &tx, &fault), STATUS_UNAVAILABLE); /* a connection that is made now */
    move(&p, "away", "candour.db");
    assert_int_equal(pairs_count(p.db), 1);
    write_pair(&p, 2);
    assert_int_equal(pairs_count(p.db), 2);
    place_end(&p);
}

/* ---- A full disk ---- */

/* A file system of `size` in a folder of its own; false where this test may not mount. */
static bool small_disk(char *folder, const char *size)
{
    if (geteuid() != 0 || !mkdtemp(folder))
        return false;
    char options[64];
    snprintf(options, sizeof options, "size=%s,mode=0700", size);
    if (mount("candour-test", folder, "tmpfs", 0, options) == 0)
        return true;
    rmdir(folder);
    return false;
}

static void no_disk(const char *folder)
{
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
    assert_int_equal(rmdir(folder), 0);
}

static enum status fill(struct db_tx *tx, void *arg)
{
    static char argument[60000];
    memset(argument, 'a', sizeof argument);
    char key[32];
    int n = snprintf(key, sizeof key, "%d", *(int *)arg);
    return db_job_put(tx, STR("test.fill"), (struct str){ key, (size_t)n }, (struct str){ argument, sizeof argument },
                      INT64_MAX);
}

static int64_t jobs_count(struct db *db)
{
    static const struct db_statement count = { .name = "test.jobs", .sqlite = "SELECT count(*) FROM job" };
    struct db_tx *tx = NULL;
    struct fault fault = { 0 };
    if (db_read_begin(db, &tx, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    int64_t n = ask_number(tx, &count);
    db_read_end(tx);
    return n;
}

static void a_full_disk_refuses_acts_and_keeps_the_others(void **state)
{
    (void)state;
    struct place p = { .folder = "/tmp/candour-disk-XXXXXX" };
    if (!small_disk(p.folder, "1500k")) {
        print_message("skipped: mounting a small disk needs root\n");
        skip();
    }
    struct fault fault = { 0 };
    assert_int_equal(place_open(&p, NULL, true, &fault), STATUS_OK);
    int kept = 0;
    enum status status = STATUS_OK;
    for (int i = 0; i < 200 && status == STATUS_OK; i++) {
        status = db_write(p.db, fill, &i, &fault);
        kept += status == STATUS_OK;
    }
    assert_int_equal(status, STATUS_FULL);
    assert_non_null(strstr(fault.text, "make room"));
    assert_true(kept > 3);
    assert_int_equal(jobs_count(p.db), kept);
    db_close(p.db);
    assert_int_equal(mount("candour-test", p.folder, "tmpfs", MS_REMOUNT, "size=16m"), 0);
    assert_int_equal(place_open(&p, NULL, false, &fault), STATUS_OK);
    assert_int_equal(jobs_count(p.db), kept);
    int next = 1000;
    assert_int_equal(db_write(p.db, fill, &next, &fault), STATUS_OK);
    db_close(p.db);
    no_disk(p.folder);
}

static void a_full_disk_at_the_first_opening_leaves_no_half_database(void **state)
{
    (void)state;
    const char *sizes[] = { "4k", "8k", "16k", "32k", "48k", "64k", "96k", "128k", "160k", "192k" };
    int full = 0, made = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct place p = { .folder = "/tmp/candour-disk-XXXXXX" };
        if (!small_disk(p.folder, sizes[i])) {
            print_message("skipped: mounting a small disk needs root\n");
            skip();
        }
        struct fault fault = { 0 };
        enum status status = place_open(&p, NULL, true, &fault);
        char path[128];
        place_path(&p, "candour.db", path, sizeof path);
        if (status == STATUS_OK) {
            made++;
            db_close(p.db);
        } else {
            full++;
            assert_int_equal(status, STATUS_FULL);
            assert_int_equal(access(path, F_OK), -1);
        }
        no_disk(p.folder);
    }
    assert_true(full > 0);
    assert_true(made > 0);
}

static void a_folder_that_was_unmounted_is_noticed(void **state)
{
    (void)state;
    struct place p = { .folder = "/tmp/candour-disk-XXXXXX" };
    if (!small_disk(p.folder, "8m")) {
        print_message("skipped: mounting a small disk needs root\n");
        skip();
    }
    struct fault fault = { 0 };
    assert_int_equal(place_open(&p, NULL, true, &fault), STATUS_OK);
    write_pair(&p, 1);
    assert_int_equal(umount2(p.folder, MNT_DETACH), 0);
    expect_away(&p, 2);
    db_close(p.db);
    assert_int_equal(rmdir(p.folder), 0);
}

int main(void)
{
    place_schema();
    db_seam_use(&(struct db_seam){ .synchronous = "FULL" }); /* our memory, before the tests use SQLite by hand */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_database_is_not_made_by_accident),
        cmocka_unit_test(files_are_for_their_owner_alone),
        cmocka_unit_test(a_damaged_database_is_refused),
        cmocka_unit_test(an_interrupted_first_opening_is_finished_by_the_next),
        cmocka_unit_test(a_newer_database_is_left_as_it_is),
        cmocka_unit_test(a_database_of_another_program_is_refused),
        cmocka_unit_test(a_database_that_another_program_writes_to_is_busy),
        cmocka_unit_test(a_migrated_schema_equals_a_fresh_one),
        cmocka_unit_test(a_step_that_fails_leaves_nothing_of_itself),
        cmocka_unit_test(a_file_that_was_removed_is_noticed_and_its_return_too),
        cmocka_unit_test(a_database_that_was_replaced_is_noticed),
        cmocka_unit_test(an_empty_file_in_its_place_does_not_cost_the_log),
        cmocka_unit_test(a_full_disk_refuses_acts_and_keeps_the_others),
        cmocka_unit_test(a_full_disk_at_the_first_opening_leaves_no_half_database),
        cmocka_unit_test(a_folder_that_was_unmounted_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
