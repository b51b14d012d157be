/* What of backups the command line cannot show yet: erasures that are done again, sessions, a blob that went meanwhile.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "main/backup.h"
#include "main/wiring.h"
#include "media/media.h"
#include "base/banned.h"

static char work[64], data[80], there[80], new_folder[80];
static struct arena *arena;
static struct installation in;
static struct fault fault;

static const char *path_of(const char *folder, const char *name)
{
    return place_path(arena, folder, name);
}

static enum status add_account(struct db *db, int64_t *id)
{
    struct act act = { .now = clock_now_ms() };
    struct account_new account = { .user = STR("a-writer"),
                                   .name = STR("Made Up"),
                                   .passphrase = STR("a long enough passphrase"),
                                   .roles = 1u << ROLE_AUTHOR };
    return account_add(db, &account, &act, id, &fault);
}

static unsigned char replayed[8];
static size_t replayed_n, fail_at;

static enum status replay(struct db *db, const unsigned char key[32], const struct erasure *e, struct fault *f)
{
    struct db_tx *tx = NULL;
    assert_int_equal(key[0], 7);
    assert_int_equal(db_read_begin(db, &tx, f), STATUS_OK); /* it is the new database, open for work */
    db_read_end(tx);
    assert_int_equal(access(new_folder, F_OK), -1); /* before anybody sees it */
    if (++replayed_n == fail_at)
        return fault_set(f, STATUS_IO, "It could not be erased.");
    replayed[replayed_n - 1] = e->id[0];
    return STATUS_OK;
}

static enum status known_none(struct db_tx *tx, int64_t *n)
{
    (void)tx;
    *n = 0;
    return STATUS_OK;
}

static enum status replayed_all(struct db *db, struct arena *room, struct fault *f)
{
    (void)db;
    (void)room;
    (void)f;
    return STATUS_OK;
}

static int make(void **state)
{
    (void)state;
    log_descriptor_set(-1);
    wiring_erasure_replay = replay;
    wiring_erasures_replayed = replayed_all;
    wiring_erasures_known = known_none;
    snprintf(work, sizeof work, "/tmp/candour-backup-XXXXXX");
    assert_non_null(mkdtemp(work));
    snprintf(data, sizeof data, "%s/data", work);
    snprintf(there, sizeof there, "%s/there", work);
    snprintf(new_folder, sizeof new_folder, "%s/new", work);
    arena = arena_new(BACKUP_ARENA_MAX);
    in = (struct installation){ .arena = arena, .folder = data };
    memset(in.key, 7, sizeof in.key);
    assert_int_equal(mkdir(data, 0700), 0);
    assert_int_equal(file_write(path_of(data, PLACE_SETTINGS), STR(""), 0600, &fault), STATUS_OK);
    assert_int_equal(
        file_write(path_of(data, PLACE_KEY), (struct str){ (const char *)in.key, sizeof in.key }, 0600, &fault),
        STATUS_OK);
    struct db_options options = wiring_database(data, true);
    assert_int_equal(db_open(&in.db, &options, &fault), STATUS_OK);
    return 0;
}

static int take(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static int end(void **state)
{
    (void)state;
    db_close(in.db);
    arena_free(arena);
    return nftw(work, take, 8, FTW_DEPTH | FTW_PHYS);
}

static void back_up(void)
{
    struct backup made;
    if (backup_make(&in, arena, there, &made, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

static enum status restore(const char *list, int64_t *newer)
{
    struct backup found;
    struct restore_options options = { there, new_folder, list, path_of(data, PLACE_KEY) };
    return backup_restore(arena, &options, &found, newer, &fault);
}

static void erase(unsigned char mark)
{
    struct erasure e;
    unsigned char id[ERASURE_BYTES];
    memset(id, mark, sizeof id);
    assert_int_equal(erasures_append(data, 0, id, 1772442000000, &e, &fault), STATUS_OK);
}

static enum status known_one(struct db_tx *tx, int64_t *n)
{
    (void)tx;
    *n = 1;
    return STATUS_OK;
}

static void every_erasure_of_the_newest_list_is_done_again_in_its_order(void **state)
{
    (void)state;
    int64_t newer = 0;
    struct erasures list;
    wiring_erasures_known = known_one;
    erase(1);
    back_up();
    erase(2);
    erase(3);
    replayed_n = fail_at = 0;
    if (restore(path_of(data, ERASURES_FILE), &newer) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(newer, 2);
    assert_int_equal(replayed_n, 3); /* the first, too: the backup may have been made in the middle of it */
    assert_memory_equal(replayed, "\1\2\3", 3);
    assert_int_equal(erasures_of_folder(arena, new_folder, &list, &fault), STATUS_OK);
    assert_int_equal(list.n, 3);
}

static enum status known_two(struct db_tx *tx, int64_t *n)
{
    (void)tx;
    *n = 2;
    return STATUS_OK;
}

static void a_list_that_lost_what_the_database_knows_is_not_backed_up(void **state)
{
    (void)state;
    struct backup made;
    wiring_erasures_known = known_two;
    erase(1);
    assert_int_equal(backup_make(&in, arena, there, &made, &fault), STATUS_DAMAGED);
    assert_non_null(strstr(fault.text, "ends at entry 1"));
    assert_int_equal(access(there, F_OK), -1);
    erase(2);
    back_up();
}

static void a_torn_last_line_is_not_in_the_backup(void **state)
{
    (void)state;
    struct str text;
    struct backup made;
    erase(1);
    erase(2);
    assert_int_equal(file_read(arena, path_of(data, ERASURES_FILE), 10000, &text, &fault), STATUS_OK);
    assert_int_equal(file_write(path_of(data, ERASURES_FILE), str_slice(text, 0, text.n - 40), 0600, &fault),
                     STATUS_OK);
    back_up();
    assert_int_equal(backup_verify(arena, there, &made, &fault), STATUS_OK);
    assert_int_equal(made.erasures, 1);
}

static void an_erasure_that_cannot_be_done_again_leaves_no_folder(void **state)
{
    (void)state;
    char unfinished[100];
    int64_t newer = 0;
    back_up();
    erase(2);
    erase(3);
    replayed_n = 0;
    fail_at = 2;
    assert_int_equal(restore(path_of(data, ERASURES_FILE), &newer), STATUS_IO);
    assert_int_equal(access(new_folder, F_OK), -1);
    snprintf(unfinished, sizeof unfinished, "%s" BACKUP_UNFINISHED, new_folder);
    assert_int_equal(access(unfinished, F_OK), -1);
}

static enum status session_of(const char *folder, const unsigned char token[32], int64_t now)
{
    unsigned char hash[32];
    struct principal who;
    struct db *db = NULL;
    struct db_tx *tx = NULL;
    crypto_hash_sha256(hash, token, 32);
    assert_int_equal(place_database_open(folder, &db, &fault), STATUS_OK);
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    enum status status =
        staff_auth.find(staff_auth.self, tx, arena, (struct str){ (const char *)hash, sizeof hash }, now, &who);
    db_read_end(tx);
    db_close(db);
    return status;
}

static void nobody_is_signed_in_after_a_restore(void **state)
{
    (void)state;
    int64_t id = 0, newer = 0, now = clock_now_ms();
    unsigned char token[32];
    if (add_account(in.db, &id) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(session_start(in.db, id, now, now + 3600000, token, &fault), STATUS_OK);
    assert_int_equal(session_of(data, token, now), STATUS_OK);
    back_up();
    if (restore(path_of(there, ERASURES_FILE), &newer) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(session_of(new_folder, token, now), STATUS_NOT_FOUND);
}

/* What was refused, or erased a moment ago, and not swept yet. */
static void a_file_that_no_row_names_is_not_in_the_backup(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    struct backup found;
    int64_t newer = 0;
    struct db *db = NULL;
    struct str text;
    assert_int_equal(blob_put(in.db, STR("a picture that no row names"), hash, &fault), STATUS_OK);
    back_up();
    assert_int_equal(backup_verify(arena, there, &found, &fault), STATUS_OK);
    assert_int_equal(found.blobs_n, 0);
    assert_int_equal(restore(path_of(there, ERASURES_FILE), &newer), STATUS_OK);
    assert_int_equal(place_database_open(new_folder, &db, &fault), STATUS_OK);
    assert_int_equal(blob_read(db, arena, hash, &text, &fault), STATUS_NOT_FOUND);
    db_close(db);
}

/* A picture's row, and no more. */
static enum status picture_add(struct db_tx *tx, void *hash)
{
    static const struct db_statement add = {
        .name = "test.picture",
        .sqlite = "INSERT INTO picture (sha256, bytes, format, width, height, facts, name, made)"
                  " VALUES (?1, 9, 'jpeg', 1, 1, '{}', 'a.jpg', 0)",
        .writes = true,
    };
    struct db_cursor *c = NULL;
    bool row = false;
    enum status status = db_start(tx, &add, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_bytes(c, 1, (struct str){ hash, BLOB_HASH });
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

static enum status picture_drop(struct db_tx *tx, void *arg)
{
    static const struct db_statement drop = { .name = "test.drop", .sqlite = "DELETE FROM picture", .writes = true };
    struct db_cursor *c = NULL;
    bool row = false;
    (void)arg;
    enum status status = db_start(tx, &drop, &c);
    if (status != STATUS_OK)
        return status;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

static void a_picture_whose_bytes_are_lost_is_named_and_there_is_no_backup(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    struct backup made;
    assert_int_equal(blob_put(in.db, STR("a picture"), hash, &fault), STATUS_OK);
    assert_int_equal(db_write(in.db, picture_add, hash, &fault), STATUS_OK);
    back_up();
    assert_int_equal(backup_verify(arena, there, &made, &fault), STATUS_OK);
    assert_int_equal(nftw(there, take, 8, FTW_DEPTH | FTW_PHYS), 0);
    assert_int_equal(blob_delete(in.db, hash, &fault), STATUS_OK);
    assert_int_equal(backup_make(&in, arena, there, &made, &fault), STATUS_DAMAGED);
    assert_non_null(strstr(fault.text, "is gone, and a picture needs it"));
    assert_int_equal(access(there, F_OK), -1);
}

static const char *erased_at;

/* As another process would: the row first, then the bytes, between the copy of the database and that of the blobs. */
static enum status erase_meanwhile(struct db_tx *tx, int64_t *n)
{
    unsigned char hash[BLOB_HASH];
    (void)tx;
    *n = 0;
    if (!erased_at)
        return STATUS_OK;
    crypto_hash_sha256(hash, (const unsigned char *)erased_at, strlen(erased_at));
    erased_at = NULL;
    assert_int_equal(db_write(in.db, picture_drop, NULL, &fault), STATUS_OK);
    return blob_delete(in.db, hash, &fault);
}

static void a_picture_that_is_erased_meanwhile_begins_the_backup_anew(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    struct backup made;
    struct db *db = NULL;
    struct db_tx *tx = NULL;
    bool wanted = true;
    assert_int_equal(blob_put(in.db, STR("a picture"), hash, &fault), STATUS_OK);
    assert_int_equal(db_write(in.db, picture_add, hash, &fault), STATUS_OK);
    wiring_erasures_known = erase_meanwhile;
    erased_at = "a picture";
    back_up();
    assert_null(erased_at);
    assert_int_equal(backup_verify(arena, there, &made, &fault), STATUS_OK);
    assert_int_equal(made.blobs_n, 0);
    struct db_options options = wiring_database(there, false);
    options.sealed = true;
    assert_int_equal(db_open(&db, &options, &fault), STATUS_OK);
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(media_blob_wanted(tx, arena, (struct str){ (const char *)hash, sizeof hash }, &wanted), STATUS_OK);
    db_read_end(tx);
    db_close(db);
    assert_false(wanted); /* the row is not in it, either */
}

static bool is_gone(const char *path)
{
    char unfinished[100];
    snprintf(unfinished, sizeof unfinished, "%s" BACKUP_UNFINISHED, path);
    return access(path, F_OK) != 0 && access(unfinished, F_OK) != 0;
}

static void take_all(const char *path)
{
    assert_int_equal(nftw(path, take, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Some answers are the database's own words for it; what counts is that there is one, and nothing half made. */
static void an_allocation_that_fails_leaves_nothing_half_made(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    unsigned failed = 0;
    assert_int_equal(blob_put(in.db, STR("a picture"), hash, &fault), STATUS_OK);
    erase(1);
    for (uint64_t k = 1; k < 20000; k += 1 + k / 12) {
        struct backup made;
        struct arena *own = arena_new(BACKUP_ARENA_MAX);
        int64_t newer = 0;
        mem_fail_at(k);
        enum status status = backup_make(&in, own, there, &made, &fault);
        mem_fail_at(0);
        if (status != STATUS_OK) {
            failed++;
            assert_true(is_gone(there));
            arena_free(own);
            continue;
        }
        assert_int_equal(backup_verify(own, there, &made, &fault), STATUS_OK);
        struct restore_options options = { there, new_folder, path_of(data, ERASURES_FILE), path_of(data, PLACE_KEY) };
        mem_fail_at(k);
        status = backup_restore(own, &options, &made, &newer, &fault);
        mem_fail_at(0);
        if (status == STATUS_OK)
            take_all(new_folder);
        assert_true(is_gone(new_folder));
        take_all(there);
        arena_free(own);
    }
    assert_true(failed > 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)
    const struct CMUnitTest tests[] = {
        TEST(every_erasure_of_the_newest_list_is_done_again_in_its_order),
        TEST(a_list_that_lost_what_the_database_knows_is_not_backed_up),
        TEST(a_torn_last_line_is_not_in_the_backup),
        TEST(an_erasure_that_cannot_be_done_again_leaves_no_folder),
        TEST(nobody_is_signed_in_after_a_restore),
        TEST(a_file_that_no_row_names_is_not_in_the_backup),
        TEST(a_picture_whose_bytes_are_lost_is_named_and_there_is_no_backup),
        TEST(a_picture_that_is_erased_meanwhile_begins_the_backup_anew),
        TEST(an_allocation_that_fails_leaves_nothing_half_made),
    };
    wiring_begin();
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
