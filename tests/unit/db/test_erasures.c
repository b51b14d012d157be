/* The list of erasures: what was added is read, and what was changed, cut or torn is seen. */
#include "common.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "db/erasures.h"

#include "base/banned.h"

static struct arena *arena;
static struct fault fault;
static char folder[64], path[100];

static int make(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/candour-list-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/" ERASURES_FILE, folder);
    arena = arena_new(16 << 20);
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    unlink(path);
    arena_free(arena);
    return rmdir(folder);
}

static enum status append(int64_t known, unsigned char mark, struct erasure *out)
{
    unsigned char id[ERASURE_BYTES];
    memset(id, mark, sizeof id);
    return erasures_append(folder, known, id, 1772442000000 + mark, out, &fault);
}

static void three(void)
{
    struct erasure e;
    for (unsigned char i = 1; i <= 3; i++)
        if (append(i - 1, i, &e) != STATUS_OK)
            fail_msg("%s", fault.text);
}

static struct str whole_file(void)
{
    struct str text;
    assert_int_equal(file_read(arena, path, 1 << 20, &text, &fault), STATUS_OK);
    return text;
}

static void put_file(struct str text)
{
    assert_int_equal(file_write(path, text, 0600, &fault), STATUS_OK);
}

static void what_was_added_is_read_in_its_order(void **state)
{
    (void)state;
    struct erasures list;
    struct stat st;
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_NOT_FOUND);
    assert_int_equal(erasures_of_folder(arena, folder, &list, &fault), STATUS_OK);
    assert_int_equal(list.n, 0);
    three();
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
    assert_int_equal(list.n, 3);
    assert_false(list.torn);
    for (unsigned char i = 1; i <= 3; i++) {
        assert_int_equal(list.items[i - 1].n, i);
        assert_int_equal(list.items[i - 1].at, 1772442000000 + i);
        assert_int_equal(list.items[i - 1].id[31], i);
    }
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(erasures_hold(&list, 0, list.items[0].hash));
    assert_true(erasures_hold(&list, 2, list.items[1].hash));
    assert_false(erasures_hold(&list, 2, list.items[0].hash));
    assert_false(erasures_hold(&list, 4, list.items[2].hash));
}

static void a_copy_is_the_same_file(void **state)
{
    (void)state;
    struct erasures list;
    char other[120];
    struct str text;
    three();
    snprintf(other, sizeof other, "%s.copy", path);
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
    assert_int_equal(erasures_write(other, &list, &fault), STATUS_OK);
    assert_int_equal(file_read(arena, other, 1 << 20, &text, &fault), STATUS_OK);
    assert_true(str_equal(text, whole_file()));
    unlink(other);
}

/* Whatever byte is another, and whatever line is gone from the middle. */
static void any_changed_byte_is_seen(void **state)
{
    (void)state;
    three();
    struct str text = whole_file();
    for (size_t i = 0; i < text.n; i++) {
        struct erasures list;
        char *changed = (char *)(uintptr_t)str_copy(arena, text).p;
        changed[i] = (char)(changed[i] ^ 1);
        put_file((struct str){ changed, text.n });
        enum status status = erasures_read(arena, path, &list, &fault);
        if (status == STATUS_OK && i == text.n - 1)
            assert_true(list.torn); /* the end of the last line */
        else if (status != STATUS_DAMAGED && status != STATUS_NEWER)
            fail_msg("byte %zu: %s", i, status_name(status));
    }
}

static void a_line_that_is_gone_from_the_middle_is_seen(void **state)
{
    (void)state;
    struct erasures list;
    three();
    struct str text = whole_file(), rest = text, head, first, second;
    str_cut(&rest, '\n', &head);
    str_cut(&rest, '\n', &first);
    str_cut(&rest, '\n', &second);
    put_file(str_format(arena, "%.*s\n%.*s\n%.*s", STR_ARG(head), STR_ARG(first), STR_ARG(rest)));
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_DAMAGED);
    put_file(
        str_format(arena, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(head), STR_ARG(second), STR_ARG(first), STR_ARG(rest)));
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_DAMAGED);
}

static void a_list_that_ends_before_what_is_known_gets_nothing_added(void **state)
{
    (void)state;
    struct erasure e;
    struct erasures list;
    three();
    assert_int_equal(append(4, 9, &e), STATUS_DAMAGED);
    assert_int_equal(append(3, 9, &e), STATUS_OK);
    assert_int_equal(e.n, 4);
    assert_int_equal(append(0, 10, &e), STATUS_OK); /* one that was added and never committed */
    assert_int_equal(e.n, 5);
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
    assert_int_equal(list.n, 5);
}

static void a_torn_last_line_is_told_and_the_next_takes_its_place(void **state)
{
    (void)state;
    three();
    struct str text = whole_file();
    for (size_t cut = 0; cut < text.n; cut++) {
        struct erasures list;
        struct erasure e;
        put_file(str_slice(text, 0, cut));
        assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
        assert_int_equal(list.torn, cut > 0 && text.p[cut - 1] != '\n');
        size_t n = list.n;
        assert_int_equal(append((int64_t)n, 7, &e), STATUS_OK);
        assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
        assert_false(list.torn);
        assert_int_equal(list.n, n + 1);
        assert_int_equal(list.items[n].id[0], 7);
        arena_reset(arena);
        text = STR_NONE;
        unlink(path);
        three();
        text = whole_file();
    }
}

static void nothing_is_left_of_a_torn_line_that_is_longer(void **state)
{
    (void)state;
    struct erasure e;
    struct erasures list;
    three();
    put_file(str_format(arena, "%.*s%0400d", STR_ARG(whole_file()), 4));
    assert_int_equal(append(3, 7, &e), STATUS_OK);
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
    assert_false(list.torn);
    assert_int_equal(list.n, 4);
}

static void a_full_disk_adds_nothing(void **state)
{
    (void)state;
    struct erasure e;
    struct erasures list;
    struct rlimit before;
    three();
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = { whole_file().n + 20, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status status = append(3, 4, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_FULL);
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
    assert_int_equal(list.n, 3);
    assert_false(list.torn);
}

static void processes_that_add_at_once_make_one_chain(void **state)
{
    (void)state;
    enum { PROCESSES = 4, EACH = 25 };
    struct erasures list;
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            struct erasure e;
            for (unsigned char k = 0; k < EACH; k++)
                if (append(0, k, &e) != STATUS_OK)
                    _exit(1);
            _exit(0);
        }
    for (int i = 0; i < PROCESSES; i++) {
        int ended = 0;
        assert_true(wait(&ended) > 0);
        assert_int_equal(ended, 0);
    }
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_OK);
    assert_int_equal(list.n, PROCESSES * EACH);
}

static void a_link_is_not_followed(void **state)
{
    (void)state;
    struct erasure e;
    struct erasures list;
    char other[120];
    snprintf(other, sizeof other, "%s.other", path);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(append(0, 1, &e), STATUS_IO);
    assert_int_equal(erasures_read(arena, path, &list, &fault), STATUS_IO);
    assert_int_equal(access(other, F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)
    const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_read_in_its_order),
        TEST(a_copy_is_the_same_file),
        TEST(any_changed_byte_is_seen),
        TEST(a_line_that_is_gone_from_the_middle_is_seen),
        TEST(a_list_that_ends_before_what_is_known_gets_nothing_added),
        TEST(a_torn_last_line_is_told_and_the_next_takes_its_place),
        TEST(nothing_is_left_of_a_torn_line_that_is_longer),
        TEST(a_full_disk_adds_nothing),
        TEST(processes_that_add_at_once_make_one_chain),
        TEST(a_link_is_not_followed),
    };
    return cmocka_run_group_tests_name("db erasures", tests, NULL, NULL);
}
