/*
 * What the helper can no longer do once it is shut in: each thing is tried in
 * a process of its own, which could do it before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/helper/helper.h"
#include "base/banned.h"

enum { COULD = 0, COULD_NOT = 1, BROKEN = 2 };

static int opens(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? COULD : COULD_NOT;
}

static int makes_file(void)
{
    return open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) >= 0 ? COULD : COULD_NOT;
}

static int calls_out(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 ? COULD : COULD_NOT;
}

static int forks(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid > 0 ? COULD : COULD_NOT;
}

static int runs(void)
{
    char *argv[] = { NULL, NULL };
    static char name[] = "true";
    argv[0] = name;
    execv("/bin/true", argv);
    return COULD_NOT;
}

static int changes_mode(void)
{
    char name[] = "/tmp/candour-sandbox-XXXXXX";
    int fd = mkstemp(name);
    return fd >= 0 && unlink(name) == 0 && fchmod(fd, 0600) == 0 ? COULD : COULD_NOT;
}

static int signals_another(void)
{
    return kill(getppid(), 0) == 0 ? COULD : COULD_NOT;
}

static int makes_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED || mprotect(q, 4096, PROT_READ | PROT_EXEC) == 0 ? COULD : COULD_NOT;
}

static int aborts(void)
{
    abort();
}

static void *nothing(void *self)
{
    return self;
}

static int has_threads(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0 ? COULD : COULD_NOT;
}

static int takes_two_gigabytes(void)
{
    void *p = mmap(NULL, (size_t)2 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED ? COULD : COULD_NOT;
}

/* The code, or 128 and the signal. */
static int tried(int (*act)(void), bool shut)
{
    int how = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(shut && (!sandbox_limits() || !sandbox_shut()) ? BROKEN : act());
    assert_int_equal(waitpid(pid, &how, 0), pid);
    return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
}

static void the_network_other_programs_and_processes_are_death(void **state)
{
    (void)state;
    int (*const acts[])(void) = { calls_out, forks, runs };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        assert_int_equal(tried(acts[i], false), COULD);
        assert_int_equal(tried(acts[i], true), 128 + SIGSYS);
    }
}

static void no_file_can_be_opened_or_made(void **state)
{
    (void)state;
    assert_int_equal(tried(opens, false), COULD);
    assert_int_equal(tried(opens, true), COULD_NOT);
    assert_int_equal(tried(makes_file, false), COULD);
    assert_int_equal(tried(makes_file, true), COULD_NOT);
}

static void no_code_can_be_made_and_nobody_signalled(void **state)
{
    (void)state;
    int (*const acts[])(void) = { changes_mode, signals_another, makes_code };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        assert_int_equal(tried(acts[i], false), COULD);
        assert_int_equal(tried(acts[i], true), COULD_NOT);
    }
}

static void threads_are_left_to_it(void **state)
{
    (void)state;
    assert_int_equal(tried(has_threads, true), COULD);
    assert_int_equal(tried(aborts, true), 128 + SIGABRT);
}

static void memory_is_bounded(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    skip();
#endif
    assert_int_equal(tried(takes_two_gigabytes, false), COULD);
    assert_int_equal(tried(takes_two_gigabytes, true), COULD_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_other_programs_and_processes_are_death),
        cmocka_unit_test(no_file_can_be_opened_or_made),
        cmocka_unit_test(no_code_can_be_made_and_nobody_signalled),
        cmocka_unit_test(threads_are_left_to_it),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
