/* Blobs: what was put is read, what was changed is noticed, what nobody wants goes. */
#include "common.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/clock.h"
#include "db/blob.h"

#include "base/banned.h"

static struct arena *arena;
static struct place place;
static struct fault fault;
static int64_t live;

static int make(void **state)
{
    (void)state;
    place_schema();
    live = mem_live();
    place_make(&place, NULL);
    arena = arena_new(80 << 20);
    return arena ? 0 : -1;
}

static enum status delete_one(void *self, const unsigned char hash[BLOB_HASH], int64_t size)
{
    (void)self, (void)size;
    return blob_delete(place.db, hash, &fault);
}

static int end(void **state)
{
    (void)state;
    char path[400];
    assert_int_equal(blob_each(place.db, delete_one, NULL, &fault), STATUS_OK);
    for (unsigned i = 0; i < 256; i++) {
        snprintf(path, sizeof path, "%s/blobs/%02x", place.folder, i);
        rmdir(path);
    }
    snprintf(path, sizeof path, "%s/blobs", place.folder);
    rmdir(path);
    arena_free(arena);
    place_end(&place);
    return mem_live() == live ? 0 : -1;
}

static void path_of(const unsigned char hash[BLOB_HASH], char out[400])
{
    char hex[2 * BLOB_HASH + 1];
    for (size_t i = 0; i < BLOB_HASH; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    snprintf(out, 400, "%s/blobs/%.2s/%s", place.folder, hex, hex);
}

static void put(const char *text, unsigned char hash[BLOB_HASH])
{
    if (blob_put(place.db, str_of(text), hash, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

static enum status count_one(void *self, const unsigned char hash[BLOB_HASH], int64_t size)
{
    (void)hash, (void)size;
    ++*(int *)self;
    return STATUS_OK;
}

static int count(void)
{
    int n = 0;
    assert_int_equal(blob_each(place.db, count_one, &n, &fault), STATUS_OK);
    return n;
}

static void what_was_put_is_read_and_twice_is_one_file(void **state)
{
    (void)state;
    unsigned char first[BLOB_HASH], second[BLOB_HASH], empty[BLOB_HASH];
    struct str text;
    char path[400];
    struct stat st;
    assert_int_equal(count(), 0);
    put("some bytes", first);
    put("some bytes", second);
    put("", empty);
    assert_memory_equal(first, second, BLOB_HASH);
    assert_int_equal(count(), 2);
    assert_int_equal(blob_read(place.db, arena, first, &text, &fault), STATUS_OK);
    assert_true(str_equal(text, STR("some bytes")));
    assert_int_equal(blob_read(place.db, arena, empty, &text, &fault), STATUS_OK);
    assert_int_equal(text.n, 0);
    path_of(first, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    int fd = -1;
    int64_t size = 0;
    assert_int_equal(blob_open(place.db, first, &fd, &size, &fault), STATUS_OK);
    assert_int_equal(size, 10);
    close(fd);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH] = { 1 };
    struct str text;
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_NOT_FOUND);
    assert_int_equal(blob_delete(place.db, hash, &fault), STATUS_OK);
    put("x", hash);
    assert_int_equal(blob_delete(place.db, hash, &fault), STATUS_OK);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_NOT_FOUND);
    assert_int_equal(count(), 0);
}

static void a_changed_byte_a_cut_and_a_link_are_noticed(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    struct str text;
    char path[400];
    put("some bytes", hash);
    path_of(hash, path);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "S", 1, 0), 1);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_DAMAGED);
    assert_int_equal(ftruncate(fd, 3), 0);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_DAMAGED);
    close(fd);
    put("some bytes", hash); /* what is damaged is written anew, whatever its length */
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_DAMAGED);
    assert_int_equal(unlink(path), 0);
}

static void a_damaged_blob_is_made_whole_by_the_next_put(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    struct str text;
    char path[400];
    put("some bytes", hash);
    path_of(hash, path);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "S", 1, 0), 1);
    close(fd);
    put("some bytes", hash);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/null", path), 0);
    put("some bytes", hash); /* the link goes, what it shows is not touched */
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_OK);
}

static void a_link_in_place_of_a_folder_is_not_followed(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    struct str text;
    char path[400], shelf[400], aside[500];
    int fd = -1;
    int64_t size = 0;
    put("some bytes", hash);
    path_of(hash, path);
    snprintf(shelf, sizeof shelf, "%.*s", (int)(strrchr(path, '/') - path), path);
    snprintf(aside, sizeof aside, "%s-aside", shelf);
    assert_int_equal(rename(shelf, aside), 0);
    assert_int_equal(symlink(aside, shelf), 0);
    assert_int_equal(blob_put(place.db, STR("some bytes"), hash, &fault), STATUS_DAMAGED);
    assert_int_equal(blob_open(place.db, hash, &fd, &size, &fault), STATUS_DAMAGED);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_DAMAGED);
    assert_int_equal(blob_delete(place.db, hash, &fault), STATUS_DAMAGED);
    assert_int_equal(unlink(shelf), 0);
    assert_int_equal(rename(aside, shelf), 0);
    assert_int_equal(blob_read(place.db, arena, hash, &text, &fault), STATUS_OK);
}

static void more_than_fits_is_refused(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    char *p = arena_alloc(arena, BLOB_MAX + 1, 1);
    assert_non_null(p);
    memset(p, 'a', BLOB_MAX + 1);
    struct str all = { p, BLOB_MAX + 1 };
    assert_int_equal(blob_put(place.db, all, hash, &fault), STATUS_LIMIT);
    assert_int_equal(count(), 0);
}

static void a_write_that_is_cut_leaves_no_blob(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    char text[5000];
    struct rlimit before;
    memset(text, 'a', sizeof text);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = { 4096, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status status = blob_put(place.db, (struct str){ text, sizeof text }, hash, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_FULL);
    assert_int_equal(count(), 0);
    struct str read;
    assert_int_equal(blob_read(place.db, arena, hash, &read, &fault), STATUS_NOT_FOUND);
}

static unsigned char kept[BLOB_HASH];

static bool wanted(void *self, const unsigned char hash[BLOB_HASH])
{
    (void)self;
    return memcmp(hash, kept, BLOB_HASH) == 0;
}

static void a_sweep_takes_old_orphans_and_halves_and_nothing_else(void **state)
{
    (void)state;
    unsigned char orphan[BLOB_HASH];
    char path[400];
    char half[440];
    int64_t removed = 0;
    put("kept", kept);
    put("orphan", orphan);
    path_of(orphan, path);
    snprintf(half, sizeof half, "%s.0123456789abcdef.new", path);
    close(open(half, O_WRONLY | O_CREAT, 0600));
    int64_t now = clock_now_ms();
    assert_int_equal(blob_sweep(place.db, wanted, NULL, now, &removed, &fault), STATUS_OK);
    assert_int_equal(removed, 0); /* too young: an act may be about to name them */
    assert_int_equal(blob_sweep(place.db, wanted, NULL, now + BLOB_ORPHAN_MS + 60000, &removed, &fault), STATUS_OK);
    assert_int_equal(removed, 2);
    assert_int_equal(count(), 1);
    assert_int_equal(access(half, F_OK), -1);
}

static void a_blob_that_is_put_again_is_young_again(void **state)
{
    (void)state;
    unsigned char hash[BLOB_HASH];
    char path[400];
    int64_t removed = 0;
    struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    memset(kept, 0, sizeof kept);
    put("again", hash);
    path_of(hash, path);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    put("again", hash);
    assert_int_equal(blob_sweep(place.db, wanted, NULL, clock_now_ms(), &removed, &fault), STATUS_OK);
    assert_int_equal(removed, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_is_read_and_twice_is_one_file),  TEST(what_is_not_there_is_not_found),
        TEST(a_changed_byte_a_cut_and_a_link_are_noticed), TEST(more_than_fits_is_refused),
        TEST(a_write_that_is_cut_leaves_no_blob),          TEST(a_sweep_takes_old_orphans_and_halves_and_nothing_else),
        TEST(a_blob_that_is_put_again_is_young_again),     TEST(a_damaged_blob_is_made_whole_by_the_next_put),
        TEST(a_link_in_place_of_a_folder_is_not_followed),
    };
    return cmocka_run_group_tests_name("db blob", tests, NULL, NULL);
}
