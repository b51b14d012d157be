/*
 * Whole files: read with a bound, written whole or not at all. The linker
 * wraps the system calls (--wrap), so that one may fail and their order shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/banned.h"

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

static char order[64]; /* w: write, s: sync of a file, r: rename, d: sync of a folder */
static char fail_step; /* which of them fails */
static int fail_errno;
static size_t most; /* bytes that one write takes */

static int step(char c)
{
    size_t n = strlen(order);
    if (n + 1 < sizeof order) {
        order[n] = c;
        order[n + 1] = '\0';
    }
    if (c != fail_step)
        return 0;
    errno = fail_errno;
    return -1;
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (step('w') != 0)
        return -1;
    return __real_write(fd, p, n < most ? n : most);
}

int __wrap_fsync(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return -1;
    return step(S_ISDIR(st.st_mode) ? 'd' : 's') != 0 ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    return step('r') != 0 ? -1 : __real_rename(from, to);
}

static struct arena *arena;
static char folder[] = "/tmp/candour-file-XXXXXX";
static char path[100];

static int make_folder(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    if (!arena || !mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/a.txt", folder);
    return 0;
}

static int entries(void)
{
    DIR *d = opendir(folder);
    assert_non_null(d);
    int n = 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int remove_folder(void **state)
{
    (void)state;
    arena_free(arena);
    unlink(path);
    return rmdir(folder);
}

static int no_failures(void **state)
{
    (void)state;
    order[0] = '\0';
    fail_step = '\0';
    most = SIZE_MAX;
    unlink(path);
    return 0;
}

static struct str content(void)
{
    struct str s;
    assert_int_equal(file_read(arena, path, 1000, &s, NULL), STATUS_OK);
    return s;
}

static void a_file_is_written_synced_renamed_and_its_folder_synced(void **state)
{
    (void)state;
    assert_int_equal(file_write(path, STR("hello"), 0640, NULL), STATUS_OK);
    assert_string_equal(order, "wsrd");
    assert_true(str_equal(content(), STR("hello")));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(file_write(path, STR(""), 0600, NULL), STATUS_OK);
    assert_int_equal(content().n, 0);
    assert_int_equal(entries(), 1);
}

static void short_writes_are_continued(void **state)
{
    (void)state;
    most = 2;
    assert_int_equal(file_write(path, STR("hello"), 0600, NULL), STATUS_OK);
    assert_string_equal(order, "wwwsrd");
    assert_true(str_equal(content(), STR("hello")));
}

static void a_failed_step_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        char step;
        int error;
        enum status status;
    } cases[] = {
        { 'w', ENOSPC, STATUS_FULL }, { 'w', EDQUOT, STATUS_FULL }, { 'w', EIO, STATUS_IO },
        { 's', ENOSPC, STATUS_FULL }, { 's', EIO, STATUS_IO },      { 'r', EIO, STATUS_IO },
    };
    assert_int_equal(file_write(path, STR("old"), 0600, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault;
        fail_step = cases[i].step;
        fail_errno = cases[i].error;
        assert_int_equal(file_write(path, STR("new"), 0600, &fault), cases[i].status);
        assert_non_null(strstr(fault.text, path));
        fail_step = '\0';
        assert_true(str_equal(content(), STR("old")));
        assert_int_equal(entries(), 1);
    }
}

static void a_folder_that_cannot_be_synced_is_said(void **state)
{
    (void)state;
    struct fault fault;
    fail_step = 'd';
    fail_errno = EIO;
    assert_int_equal(file_write(path, STR("new"), 0600, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "is written, but its folder"));
}

static void a_full_disk_is_said_in_words(void **state)
{
    (void)state;
    struct fault fault;
    fail_step = 'w';
    fail_errno = ENOSPC;
    assert_int_equal(file_write(path, STR("new"), 0600, &fault), STATUS_FULL);
    assert_non_null(strstr(fault.text, "no room on the disk"));
    assert_int_equal(access(path, F_OK), -1);
}

static void reading_is_bounded_and_names_the_path(void **state)
{
    (void)state;
    struct fault fault;
    struct str s;
    assert_int_equal(file_read(arena, path, 10, &s, &fault), STATUS_NOT_FOUND);
    assert_non_null(strstr(fault.text, path));
    assert_int_equal(file_write(path, STR("0123456789"), 0600, NULL), STATUS_OK);
    assert_int_equal(file_read(arena, path, 10, &s, &fault), STATUS_OK);
    assert_int_equal(s.n, 10);
    assert_int_equal(file_read(arena, path, 9, &s, &fault), STATUS_LIMIT);
    assert_null(s.p);
    assert_int_equal(file_read(arena, folder, 10, &s, &fault), STATUS_IO);
}

static void a_pipe_in_the_place_of_a_file_does_not_hold_up(void **state)
{
    (void)state;
    struct fault fault;
    struct str s;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(file_read(arena, path, 10, &s, &fault), STATUS_IO);
    assert_non_null(strstr(fault.text, "is not a file"));
    assert_int_equal(file_read(arena, "/dev/zero", 10, &s, &fault), STATUS_IO);
}

static void a_folder_is_made_once_and_a_file_in_its_place_is_a_conflict(void **state)
{
    (void)state;
    char inside[120];
    struct stat st;
    struct fault fault;
    snprintf(inside, sizeof inside, "%s/made", folder);
    assert_int_equal(file_make_folder(inside, NULL), STATUS_OK);
    assert_string_equal(order, "d");
    assert_int_equal(stat(inside, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(file_make_folder(inside, NULL), STATUS_OK);
    assert_int_equal(rmdir(inside), 0);
    assert_int_equal(file_write(path, STR("x"), 0600, NULL), STATUS_OK);
    assert_int_equal(file_make_folder(path, &fault), STATUS_CONFLICT);
    snprintf(inside, sizeof inside, "%s/none/made", folder);
    assert_int_equal(file_make_folder(inside, &fault), STATUS_NOT_FOUND);
}

static void an_overlong_path_is_refused(void **state)
{
    (void)state;
    static char longest[5000];
    struct str s;
    memset(longest, 'a', sizeof longest - 1);
    assert_int_equal(file_write(longest, STR("x"), 0600, NULL), STATUS_IO);
    assert_int_equal(file_read(arena, longest, 10, &s, NULL), STATUS_IO);
}

#define FILE_TEST(f) cmocka_unit_test_setup(f, no_failures)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(a_file_is_written_synced_renamed_and_its_folder_synced),
        FILE_TEST(short_writes_are_continued),
        FILE_TEST(a_failed_step_leaves_the_old_file_and_nothing_else),
        FILE_TEST(a_folder_that_cannot_be_synced_is_said),
        FILE_TEST(a_full_disk_is_said_in_words),
        FILE_TEST(reading_is_bounded_and_names_the_path),
        FILE_TEST(a_pipe_in_the_place_of_a_file_does_not_hold_up),
        FILE_TEST(a_folder_is_made_once_and_a_file_in_its_place_is_a_conflict),
        FILE_TEST(an_overlong_path_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
