/* Unix sockets to listen on, and what is said between this program and a service manager. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "proc/proc.h"
#include "base/banned.h"

static char folder[64], where[96], *path;

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/candour-proc-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(where, sizeof where, "unix:%s/socket", folder);
    path = where + 5;
    log_descriptor_set(-1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct sockaddr_un address_of(const char *at)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    snprintf(a.sun_path, sizeof a.sun_path, "%s", at);
    return a;
}

static int bound(int type, const char *at)
{
    struct sockaddr_un a = address_of(at);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void a_unix_socket_has_its_mode_from_the_first_moment_and_goes_at_the_end(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct stat st;
    mode_t before = umask(0);
    assert_int_equal(proc_listen(str_of(where), l, &n, NULL), STATUS_OK);
    assert_int_equal(umask(before), 0);
    assert_int_equal(n, 1);
    assert_string_equal(l[0].where, where);
    assert_true(l[0].is_unix && l[0].made);
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    struct fault fault;
    /* Twice is taken, also by ourselves. */
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "is taken"));
    proc_listeners_close(l, n);
    assert_int_equal(lstat(path, &st), -1);
}

static void only_a_socket_that_nobody_listens_on_is_taken_away(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct fault fault;
    int fd = bound(SOCK_STREAM, path);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    /* Its queue is full: it does not answer, and lives. */
    struct sockaddr_un a = address_of(path);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&a, sizeof a), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    close(client);
    close(fd);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_OK); /* dead now */
    proc_listeners_close(l, n);

    n = 0;
    fd = bound(SOCK_DGRAM, path);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    close(fd);
    unlink(path);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "no socket"));
    unlink(path);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    unlink(path);
    assert_int_equal(n, 0);
    assert_int_equal(proc_listen(STR("unix:/nowhere/at/all"), l, &n, &fault), STATUS_NOT_FOUND);
}

static void of_many_that_find_a_dead_socket_one_gets_it_and_keeps_it(void **state)
{
    (void)state;
    enum { MANY = 12, ROUNDS = 10 };
    for (int round = 0; round < ROUNDS; round++) {
        close(bound(SOCK_STREAM, path));
        int go[2], end[2];
        pid_t pids[MANY];
        assert_int_equal(pipe2(go, O_CLOEXEC) | pipe2(end, O_CLOEXEC), 0);
        for (int i = 0; i < MANY; i++) {
            pids[i] = fork();
            if (pids[i] == 0) {
                struct proc_listener l[PROC_LISTENERS_MAX];
                size_t n = 0;
                char byte;
                close(go[1]);
                close(end[1]);
                if (read(go[0], &byte, 1) != 0)
                    _exit(99);
                enum status status = proc_listen(str_of(where), l, &n, NULL);
                if (status != STATUS_OK)
                    _exit(status == STATUS_CONFLICT ? 1 : 2);
                /* Until all others have tried: whoever lost did not take it away. */
                if (read(end[0], &byte, 1) != 0)
                    _exit(99);
                struct stat st;
                _exit(lstat(path, &st) == 0 && st.st_ino == l[0].inode ? 0 : 3);
            }
        }
        close(go[0]);
        close(go[1]);
        int lost = 0, state_of = 0;
        while (lost < MANY - 1) {
            pid_t pid = wait(&state_of);
            assert_true(pid > 0);
            assert_int_equal(WEXITSTATUS(state_of), 1);
            lost++;
        }
        close(end[0]);
        close(end[1]);
        assert_true(wait(&state_of) > 0);
        assert_int_equal(WEXITSTATUS(state_of), 0);
        unlink(path);
    }
}

static void a_folder_that_another_holds_locked_is_named_after_a_while(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct fault fault;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(proc_listen(str_of(where), l, &n, &fault), STATUS_CONFLICT);
    assert_non_null(strstr(fault.text, "locked"));
    close(fd);
}

static void a_socket_of_another_in_its_place_is_not_removed(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct stat st;
    assert_int_equal(proc_listen(str_of(where), l, &n, NULL), STATUS_OK);
    unlink(path);
    /* Something else first, so that the number of the file is not simply used again. */
    int other = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600), fd = bound(SOCK_STREAM, path);
    proc_listeners_close(l, n);
    assert_int_equal(lstat(path, &st), 0);
    close(other);
    close(fd);
}

static void a_unix_socket_can_be_asked(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct buf out;
    assert_int_equal(proc_listen(str_of(where), l, &n, NULL), STATUS_OK);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = -1;
        while ((fd = accept(l[0].fd, NULL, NULL)) < 0)
            usleep(1000);
        char got[16];
        _exit(recv(fd, got, sizeof got, 0) == 5 && send(fd, "world", 5, MSG_NOSIGNAL) == 5 ? 0 : 1);
    }
    buf_init(&out, NULL, 1024);
    assert_int_equal(proc_ask(str_of(where), STR("hello"), 10000, &out, NULL), STATUS_OK);
    assert_true(str_equal(buf_str(&out), STR("world")));
    buf_free(&out);
    waitpid(pid, NULL, 0);
    proc_listeners_close(l, n);
    struct fault fault;
    buf_init(&out, NULL, 1024);
    assert_int_equal(proc_ask(STR("unix:@nobody-has-this-name"), STR("hello"), 100, &out, &fault), STATUS_UNAVAILABLE);
    buf_free(&out);
}

/* ---- The service manager ---- */

/* What a process says that was given `n` sockets from descriptor 3 on. */
static int taken(const int *fds, int n, const char *count, const char *names, bool other_pid,
                 int (*look)(enum status, const struct proc_listener *, size_t))
{
    pid_t pid = fork();
    if (pid == 0) {
        char number[16];
        int aside[8];
        for (int i = 0; i < n; i++)
            aside[i] = fcntl(fds[i], F_DUPFD, 200);
        for (int i = 0; i < n; i++)
            dup2(aside[i], 3 + i);
        snprintf(number, sizeof number, "%d", other_pid ? 1 : (int)getpid());
        setenv("LISTEN_PID", number, 1);
        setenv("LISTEN_FDS", count, 1);
        setenv("NOTIFY_SOCKET", path, 1);
        if (names)
            setenv("LISTEN_FDNAMES", names, 1);
        struct proc_listener l[PROC_LISTENERS_MAX];
        size_t got = 0;
        struct fault fault;
        enum status status = proc_service_listeners(l, &got, &fault);
        if (getenv("LISTEN_PID") || getenv("LISTEN_FDS") || getenv("LISTEN_FDNAMES") || getenv("NOTIFY_SOCKET"))
            _exit(90);
        _exit(look(status, l, got));
    }
    int ended = 0;
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 98;
}

static int as_named(enum status status, const struct proc_listener *l, size_t n)
{
    if (status != STATUS_OK || n != 2)
        return 1;
    if (strcmp(l[0].name, "proxy") != 0 || strcmp(l[1].name, "web") != 0)
        return 2;
    if (l[0].is_unix || !l[1].is_unix || l[1].made || strncmp(l[0].where, "127.0.0.1:", 10) != 0)
        return 3;
    if (l[0].fd != 3 || !(fcntl(3, F_GETFD) & FD_CLOEXEC) || !(fcntl(4, F_GETFL) & O_NONBLOCK))
        return 4;
    return strcmp(l[1].where, where) == 0 ? 0 : 5;
}

static int without_names(enum status status, const struct proc_listener *l, size_t n)
{
    return status == STATUS_OK && n == 2 && !l[0].name[0] && !l[1].name[0] ? 0 : 1;
}

static int none(enum status status, const struct proc_listener *l, size_t n)
{
    (void)l;
    return status == STATUS_OK && n == 0 ? 0 : 1;
}

static int invalid(enum status status, const struct proc_listener *l, size_t n)
{
    (void)l;
    return status == STATUS_INVALID && n == 0 ? 0 : 1;
}

static int too_many(enum status status, const struct proc_listener *l, size_t n)
{
    (void)l;
    return status == STATUS_LIMIT && n == 0 ? 0 : 1;
}

static void sockets_are_taken_where_they_are_meant_for_this_process(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    assert_int_equal(proc_listen(STR("127.0.0.1:0"), l, &n, NULL), STATUS_OK);
    assert_int_equal(proc_listen(str_of(where), l, &n, NULL), STATUS_OK);
    const int fds[] = { l[0].fd, l[1].fd };
    assert_int_equal(taken(fds, 2, "2", "proxy:web", false, as_named), 0);
    assert_int_equal(taken(fds, 2, "2", NULL, false, without_names), 0);
    assert_int_equal(taken(fds, 2, "2", "", false, without_names), 0);
    assert_int_equal(taken(fds, 2, "2", "proxy:web", true, none), 0);
    assert_int_equal(taken(fds, 2, "0", NULL, false, none), 0);
    assert_int_equal(taken(fds, 2, "two", NULL, false, none), 0);
    assert_int_equal(taken(fds, 2, "-1", NULL, false, too_many), 0);
    assert_int_equal(taken(fds, 2, "17", NULL, false, too_many), 0);
    proc_listeners_close(l, n);
    const int pipe_end[] = { open("/dev/null", O_RDONLY | O_CLOEXEC) };
    assert_int_equal(taken(pipe_end, 1, "1", NULL, false, invalid), 0);
    close(pipe_end[0]);
    const int unbound[] = { socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    assert_int_equal(taken(unbound, 1, "1", NULL, false, invalid), 0);
    close(unbound[0]);
}

static int says(enum status status, const struct proc_listener *l, size_t n)
{
    (void)l;
    (void)n;
    proc_service_say("READY=1");
    proc_service_say("STOPPING=1");
    return status == STATUS_OK ? 0 : 1;
}

static void the_service_manager_is_told_and_a_deaf_one_is_not_waited_for(void **state)
{
    (void)state;
    int fd = bound(SOCK_DGRAM, path);
    char got[64];
    assert_int_equal(taken(NULL, 0, "0", NULL, false, says), 0);
    assert_int_equal(recv(fd, got, sizeof got, MSG_DONTWAIT), 7);
    assert_memory_equal(got, "READY=1", 7);
    assert_int_equal(recv(fd, got, sizeof got, MSG_DONTWAIT), 10);
    /* Its queue is full. */
    struct sockaddr_un a = address_of(path);
    int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    while (sendto(client, "x", 1, 0, (struct sockaddr *)&a, sizeof a) == 1)
        ;
    assert_int_equal(errno, EAGAIN);
    alarm(20);
    assert_int_equal(taken(NULL, 0, "0", NULL, false, says), 0);
    alarm(0);
    close(client);
    close(fd);
    assert_int_equal(taken(NULL, 0, "0", NULL, false, says), 0);
}

static void a_child_reads_what_the_parent_counts_and_can_write_nothing_of_it(void **state)
{
    (void)state;
    int fd = -1;
    struct proc_counts *counts = proc_counts_new(&fd, NULL);
    assert_non_null(counts);
    const struct proc_counts *seen = proc_counts_map(fd, NULL);
    assert_non_null(seen);
    atomic_fetch_add(&counts->reloads, 3);
    assert_int_equal(atomic_load(&seen->reloads), 3);
    assert_ptr_equal(mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    assert_int_equal(mprotect((void *)(uintptr_t)seen, sizeof *counts, PROT_READ | PROT_WRITE), -1);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(atomic_load(&seen->reloads), 3);
    munmap((void *)(uintptr_t)seen, sizeof *seen);
    munmap(counts, sizeof *counts);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_unix_socket_has_its_mode_from_the_first_moment_and_goes_at_the_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(only_a_socket_that_nobody_listens_on_is_taken_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_many_that_find_a_dead_socket_one_gets_it_and_keeps_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_another_holds_locked_is_named_after_a_while, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_socket_of_another_in_its_place_is_not_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_unix_socket_can_be_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sockets_are_taken_where_they_are_meant_for_this_process, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_service_manager_is_told_and_a_deaf_one_is_not_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test(a_child_reads_what_the_parent_counts_and_can_write_nothing_of_it),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
