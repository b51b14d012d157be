/* Addresses to listen on, the question to one, and values in a message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc/proc.h"
#include "base/banned.h"

static void only_literal_addresses_with_a_port_are_taken(void **state)
{
    (void)state;
    const char *const good[] = { "localhost:8080",
                                 "LOCALHOST:0",
                                 "127.0.0.1:80",
                                 "0.0.0.0:65535",
                                 "[::1]:1",
                                 "[::]:8080",
                                 "unix:/run/candour/web.sock" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(proc_listen_check(str_of(good[i]), NULL), STATUS_OK);
    const char *const bad[] = { "",
                                ":",
                                "8080",
                                ":8080",
                                "localhost",
                                "localhost:",
                                "localhost:65536",
                                "localhost:-1",
                                "localhost:80a",
                                "localhost: 80",
                                "::1:80",
                                "[::1]",
                                "[::1]80",
                                "[127.0.0.1]:80",
                                "127.0.0.1.:80",
                                "127.1:80",
                                "example.org:80",
                                "[]:80",
                                "[:80",
                                "unix:",
                                "unix:x",
                                "unix:/",
                                "unix:/x/",
                                "unix:@name",
                                "127.0.0.1:000000080",
                                "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:80" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct fault fault = { .status = STATUS_OK };
        assert_int_equal(proc_listen_check(str_of(bad[i]), &fault), STATUS_INVALID);
        assert_non_null(strstr(fault.text, strncmp(bad[i], "unix:", 5) == 0 ? "unix:/" : "localhost:8080"));
    }
}

static void only_loop_back_is_local(void **state)
{
    (void)state;
    assert_true(proc_listen_is_local(STR("localhost:80")));
    assert_true(proc_listen_is_local(STR("127.3.2.1:80")));
    assert_true(proc_listen_is_local(STR("[::1]:80")));
    assert_true(proc_listen_is_local(STR("unix:/run/x")));
    assert_false(proc_listen_is_local(STR("0.0.0.0:80")));
    assert_false(proc_listen_is_local(STR("[::]:80")));
    assert_false(proc_listen_is_local(STR("10.0.0.1:80")));
    assert_false(proc_listen_is_local(STR("localhost.example:80")));
}

static const char *port_of(const struct proc_listener *l)
{
    return strrchr(l->where, ':');
}

static void localhost_is_both_families_on_one_port(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct fault fault;
    assert_int_equal(proc_listen(STR("localhost:0"), l, &n, &fault), STATUS_OK);
    assert_true(n == 2 || n == 1); /* a machine may have no IPv6 */
    assert_int_equal(strncmp(l[0].where, "127.0.0.1:", 10), 0);
    assert_string_not_equal(port_of(&l[0]), ":0");
    if (n == 2) {
        assert_int_equal(strncmp(l[1].where, "[::1]:", 6), 0);
        assert_string_equal(port_of(&l[0]), port_of(&l[1]));
    }
    proc_listeners_close(l, n);
    assert_int_equal(l[0].fd, -1);
}

static void a_port_that_is_taken_is_named_and_nothing_stays_bound(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    assert_int_equal(proc_listen(STR("127.0.0.1:0"), l, &n, NULL), STATUS_OK);
    char again[PROC_WHERE_MAX];
    snprintf(again, sizeof again, "localhost%s", port_of(&l[0]));
    struct fault fault;
    assert_int_equal(proc_listen(str_of(again), l, &n, &fault), STATUS_CONFLICT);
    assert_int_equal(n, 1);
    assert_non_null(strstr(fault.text, l[0].where));
    assert_non_null(strstr(fault.text, "--listen"));
    proc_listeners_close(l, n);
}

static void an_address_of_another_machine_is_refused(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    struct fault fault;
    assert_int_equal(proc_listen(STR("192.0.2.1:0"), l, &n, &fault), STATUS_UNAVAILABLE);
    assert_non_null(strstr(fault.text, "not an address of this machine"));
}

static void there_is_a_limit_of_listeners(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    for (int i = 0; i < PROC_LISTENERS_MAX; i++)
        assert_int_equal(proc_listen(STR("127.0.0.1:0"), l, &n, NULL), STATUS_OK);
    struct fault fault;
    assert_int_equal(proc_listen(STR("127.0.0.1:0"), l, &n, &fault), STATUS_LIMIT);
    proc_listeners_close(l, n);
}

static void a_question_gets_the_whole_answer_or_none(void **state)
{
    (void)state;
    struct proc_listener l[PROC_LISTENERS_MAX];
    size_t n = 0;
    assert_int_equal(proc_listen(STR("127.0.0.1:0"), l, &n, NULL), STATUS_OK);
    struct buf out;
    buf_init(&out, NULL, 1024);
    /* Bound, but nobody takes the connection. */
    assert_int_equal(proc_ask(str_of(l[0].where), STR("hello"), 150, &out, NULL), STATUS_UNAVAILABLE);
    pid_t pid = fork();
    if (pid == 0) {
        struct proc_listener *mine = &l[0];
        for (int i = 0; i < 2; i++) { /* the first one is the question that was given up */
            int fd = -1;
            while ((fd = accept(mine->fd, NULL, NULL)) < 0)
                usleep(1000);
            char got[16];
            while (recv(fd, got, sizeof got, 0) < 5 && i)
                ;
            send(fd, "world", 5, MSG_NOSIGNAL);
            close(fd);
        }
        _exit(0);
    }
    buf_clear(&out);
    assert_int_equal(proc_ask(str_of(l[0].where), STR("hello"), 10000, &out, NULL), STATUS_OK);
    assert_true(str_equal(buf_str(&out), STR("world")));
    int ended = 0;
    waitpid(pid, &ended, 0);
    char where[PROC_WHERE_MAX];
    memcpy(where, l[0].where, sizeof where);
    proc_listeners_close(l, n);
    struct fault fault;
    assert_int_equal(proc_ask(str_of(where), STR("hello"), 1000, &out, &fault), STATUS_UNAVAILABLE);
    buf_free(&out);
}

static void a_message_cut_at_any_byte_is_noticed(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, NULL, 1024);
    proc_put_i64(&b, -7);
    proc_put_str(&b, STR("words"));
    proc_put_str(&b, STR(""));
    proc_put_i64(&b, INT64_MAX);
    struct str whole = buf_str(&b);
    for (size_t cut = 0; cut <= whole.n; cut++) {
        struct str rest = str_slice(whole, 0, cut), first = STR_NONE, second = STR_NONE;
        int64_t a = 0, z = 0;
        bool all = proc_take_i64(&rest, &a) && proc_take_str(&rest, &first) && proc_take_str(&rest, &second) &&
                   proc_take_i64(&rest, &z);
        assert_int_equal(all, cut == whole.n);
        if (all) {
            assert_int_equal(a, -7);
            assert_true(str_equal(first, STR("words")) && second.n == 0);
            assert_int_equal(z, INT64_MAX);
            assert_int_equal(rest.n, 0);
        }
    }
    buf_clear(&b);
    proc_put_i64(&b, -1); /* a length below nothing */
    struct str rest = buf_str(&b), out = STR_NONE;
    assert_false(proc_take_str(&rest, &out));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_literal_addresses_with_a_port_are_taken),
        cmocka_unit_test(only_loop_back_is_local),
        cmocka_unit_test(localhost_is_both_families_on_one_port),
        cmocka_unit_test(a_port_that_is_taken_is_named_and_nothing_stays_bound),
        cmocka_unit_test(an_address_of_another_machine_is_refused),
        cmocka_unit_test(there_is_a_limit_of_listeners),
        cmocka_unit_test(a_question_gets_the_whole_answer_or_none),
        cmocka_unit_test(a_message_cut_at_any_byte_is_noticed),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
