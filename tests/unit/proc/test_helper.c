/*
 * Starting a helper: what it gets, and that nothing it does (silence, floods,
 * death, staying on) costs the caller more than was agreed.
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
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "proc/helper.h"
#include "base/banned.h"

static char folder[200];
static char path[300];
static struct buf answer;
static struct fault fault;

static int begin(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/candour-helper-XXXXXX", tmp ? tmp : "/tmp");
    buf_init(&answer, NULL, 1 << 20);
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    unlink(path);
    rmdir(folder);
    buf_free(&answer);
    return mem_live() == 0 ? 0 : -1;
}

static size_t descriptors(void)
{
    size_t n = 0;
    DIR *all = opendir("/proc/self/fd");
    assert_non_null(all);
    while (readdir(all))
        n++;
    closedir(all);
    return n;
}

/* Asks a helper that is this shell script; nothing of it is left afterwards. */
static enum status ask(const char *script, struct str question, size_t limit, int64_t ms)
{
    char text[1000];
    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
    snprintf(path, sizeof path, "%s/helper", folder);
    assert_int_equal(file_write(path, str_of(text), 0700, &fault), STATUS_OK);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t before = descriptors();
    struct proc_helper helper = { .path = path, .question = question, .file = fd, .ms = ms, .limit = limit };
    enum status status = proc_helper_ask(&helper, &answer, &fault);
    assert_int_equal(descriptors(), before);
    close(fd);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return status;
}

static void it_gets_the_question_and_the_file_and_nothing_else(void **state)
{
    (void)state;
    setenv("CANDOUR_SECRET", "must not be seen", 1);
    int stray = open("/dev/null", O_RDONLY);
    assert_int_equal(ask("cat; head -n 1 <&3; ls /proc/self/fd | tr '\\n' ' '; env | grep -c CANDOUR_SECRET", STR("Q."),
                         1000, 20000),
                     STATUS_DAMAGED); /* grep counts 0 and says so by its code */
    close(stray);
    /* The fourth is what ls looks through. */
    assert_true(str_equal(buf_str(&answer), STR("Q.#!/bin/sh\n0 1 2 3 4 0\n")));
}

static void a_long_question_arrives_whole(void **state)
{
    (void)state;
    static char many[PROC_HELPER_QUESTION_MAX];
    memset(many, 'q', sizeof many);
    assert_int_equal(ask("wc -c", (struct str){ many, sizeof many }, 100, 20000), STATUS_OK);
    assert_true(str_equal(str_trim(buf_str(&answer)), STR("65536")));
}

static void one_that_says_nothing_is_killed_in_time(void **state)
{
    (void)state;
    int64_t begun = clock_steady_ns();
    assert_int_equal(ask("exec sleep 60", STR(""), 100, 300), STATUS_BUSY);
    assert_int_equal(ask("exec >&-; exec sleep 60", STR(""), 100, 300), STATUS_BUSY); /* answered, and stays */
    assert_true(clock_steady_ns() - begun < INT64_C(20000000000));
}

static void one_that_never_stops_talking_is_cut_off(void **state)
{
    (void)state;
    assert_int_equal(ask("exec cat /dev/zero", STR(""), 5000, 20000), STATUS_LIMIT);
    assert_true(answer.n <= 5000);
}

static void exactly_the_limit_is_taken(void **state)
{
    (void)state;
    assert_int_equal(ask("printf 12345", STR(""), 5, 20000), STATUS_OK);
    assert_true(str_equal(buf_str(&answer), STR("12345")));
    buf_clear(&answer);
    assert_int_equal(ask("printf 123456", STR(""), 5, 20000), STATUS_LIMIT);
}

static void one_that_dies_or_fails_is_damaged(void **state)
{
    (void)state;
    assert_int_equal(ask("printf half; kill -SEGV $$", STR(""), 100, 20000), STATUS_DAMAGED);
    assert_int_equal(ask("exit 3", STR(""), 100, 20000), STATUS_DAMAGED);
}

static void one_that_is_not_there_or_is_no_program_is_not_found(void **state)
{
    (void)state;
    struct proc_helper helper = { .path = "/nonexistent/helper", .file = 0, .ms = 1000, .limit = 10 };
    assert_int_equal(proc_helper_ask(&helper, &answer, &fault), STATUS_NOT_FOUND);
    snprintf(path, sizeof path, "%s/helper", folder);
    assert_int_equal(file_write(path, STR("no program"), 0700, &fault), STATUS_OK);
    helper.path = path;
    assert_int_equal(proc_helper_ask(&helper, &answer, &fault), STATUS_NOT_FOUND);
}

static void it_is_looked_for_beside_this_program(void **state)
{
    (void)state;
    char found[4096], self[4096];
    assert_true(proc_helper_beside("a-helper", found, sizeof found));
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);
    assert_true(n > 0);
    struct str name = str_of(strrchr(found, '/'));
    assert_true(str_equal(name, STR("/a-helper")));
    assert_memory_equal(found, self, strlen(found) - name.n);
    assert_false(proc_helper_beside("a-helper", found, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_gets_the_question_and_the_file_and_nothing_else, begin, end),
        cmocka_unit_test_setup_teardown(a_long_question_arrives_whole, begin, end),
        cmocka_unit_test_setup_teardown(one_that_says_nothing_is_killed_in_time, begin, end),
        cmocka_unit_test_setup_teardown(one_that_never_stops_talking_is_cut_off, begin, end),
        cmocka_unit_test_setup_teardown(exactly_the_limit_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(one_that_dies_or_fails_is_damaged, begin, end),
        cmocka_unit_test_setup_teardown(one_that_is_not_there_or_is_no_program_is_not_found, begin, end),
        cmocka_unit_test_setup_teardown(it_is_looked_for_beside_this_program, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
