/*
 * The parent and its children, tried with real processes: this program is
 * executed again under a role word, as the server's own children are.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "proc/proc.h"
#include "base/banned.h"

/* ---- Roles that this program plays ---- */

static void note(const struct proc_self *self, const char *words)
{
    char line[128];
    int n = snprintf(line, sizeof line, "%s %d %d\n", words, (int)self->starts, (int)getpid());
    if (write(self->descriptors[0], line, (size_t)n) != n)
        _exit(99);
}

#define STEP(name)                                                                                                     \
    static enum status step_##name(struct proc_self *s, struct fault *f)                                               \
    {                                                                                                                  \
        (void)f;                                                                                                       \
        note(s, #name);                                                                                                \
        return STATUS_OK;                                                                                              \
    }
STEP(forget)
STEP(open)
STEP(drop)
STEP(signals)
STEP(peers)

static enum status step_sandbox(struct proc_self *s, struct fault *f)
{
    (void)f;
    note(s, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "sandbox" : "sandbox-open");
    return STATUS_OK;
}

static int loop_wait(struct proc_self *s)
{
    note(s, "loop");
    proc_self_ready(s);
    while (!proc_self_wait(s, -1))
        ;
    return 0;
}

static void farewell(struct proc_self *s)
{
    note(s, "farewell");
}

static int loop_crash(struct proc_self *s)
{
    note(s, "crash");
    abort();
}

static int loop_final(struct proc_self *s)
{
    proc_self_final(s);
    return 3;
}

static _Noreturn int loop_stubborn(struct proc_self *s)
{
    note(s, "stubborn");
    proc_self_ready(s);
    for (;;)
        pause();
}

static enum status open_fails(struct proc_self *s, struct fault *f)
{
    note(s, "open");
    return fault_set(f, STATUS_IO, "It is not there.");
}

/* Says what it was told, which descriptors it has and what is in its environment. */
static int loop_look(struct proc_self *s)
{
    char told[64];
    snprintf(told, sizeof told, "told=%.*s", STR_ARG(s->told));
    note(s, told);
    for (int fd = 0; fd < 100; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            continue;
        char words[32];
        snprintf(words, sizeof words, "fd=%d%s", fd, fcntl(fd, F_GETFD) & FD_CLOEXEC ? "c" : "");
        note(s, words);
    }
    for (char **e = environ; *e; e++)
        if (strncmp(*e, "PROC_", 5) == 0)
            note(s, *e);
    note(s, "looked");
    return loop_wait(s);
}

/* Ready only where it was told a word that says so. */
static int loop_told(struct proc_self *s)
{
    char words[64];
    if (str_equal(s->told, STR("unable")))
        return 7;
    if (str_equal(s->told, STR("final"))) {
        proc_self_final(s);
        return 3;
    }
    snprintf(words, sizeof words, "told-%.*s", STR_ARG(s->told));
    note(s, words);
    proc_self_ready(s);
    while (!proc_self_wait(s, -1))
        ;
    note(s, "left");
    return 0;
}

static const struct proc_role roles[] = {
    { "steps", step_forget, step_open, step_drop, step_sandbox, step_signals, step_peers, loop_wait, farewell },
    { .word = "wait", .loop = loop_wait },
    { .word = "crash", .loop = loop_crash },
    { .word = "final", .loop = loop_final },
    { .word = "stubborn", .loop = loop_stubborn },
    { .word = "unable", .open = open_fails, .loop = loop_wait },
    { .word = "look", .loop = loop_look },
    { .word = "told", .loop = loop_told },
};

/* ---- A parent in a process of its own, and a pipe in which its children write ---- */

struct house {
    pid_t pid;
    int from; /* what children wrote */
    char text[8192];
    size_t n;
};

static void on_ready(void *self, const char *role, bool first)
{
    char line[64];
    int n = snprintf(line, sizeof line, "ready-%s-%s 0 0\n", role, first ? "first" : "again");
    if (write(*(const int *)self, line, (size_t)n) != n)
        _exit(99);
}

/* The words of one reload after another, in a parent that has children by them. */
struct reloads {
    const char *const *words;
    int at;
    int to;
    struct proc_child children[2][PROC_CHILDREN_MAX];
};

static void say_to(int fd, const char *words)
{
    if (write(fd, words, strlen(words)) != (ssize_t)strlen(words))
        _exit(99);
}

static const struct proc_child *on_reload(void *self)
{
    struct reloads *r = self;
    const char *word = r->words[r->at];
    struct proc_child *next = r->children[r->at++ % 2];
    if (!word) {
        say_to(r->to, "kept 0 0\n");
        return NULL;
    }
    next[0] = (struct proc_child){ "told", str_of(word), &r->to, 1 };
    next[1] = (struct proc_child){ "wait", str_of(word), &r->to, 1 };
    return next;
}

static void on_reloaded(void *self, bool taken)
{
    struct reloads *r = self;
    say_to(r->to, taken ? "taken 0 0\n" : "refused 0 0\n");
}

static bool house_says(struct house *h, const char *words, int times, int ms);

static void house_open_reloading(struct house *h, const char *const *words)
{
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    *h = (struct house){ .from = pair[0] };
    h->pid = fork();
    assert_true(h->pid >= 0);
    if (h->pid == 0) {
        static struct reloads r;
        struct proc_child children[] = { { "told", STR("old"), &pair[1], 1 }, { "wait", STR("old"), &pair[1], 1 } };
        static const char *const kept[] = { "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", NULL };
        int fd = -1;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        r = (struct reloads){ .words = words, .to = pair[1] };
        close(pair[0]);
        log_descriptor_set(-1);
        struct proc_counts *counts = proc_counts_new(&fd, NULL);
        int code = proc_parent_run(&(struct proc_parent){ .children = children,
                                                          .children_n = 2,
                                                          .environment = kept,
                                                          .drain_seconds = 20,
                                                          .reload = on_reload,
                                                          .reloaded = on_reloaded,
                                                          .counts = counts,
                                                          .self = &r });
        char line[64];
        snprintf(line, sizeof line, "counts %d %d\n", (int)counts->reloads, (int)counts->reloads_refused);
        say_to(pair[1], line);
        _exit(code);
    }
    close(pair[1]);
    assert_true(house_says(h, "told-old", 1, 20000));
    assert_true(house_says(h, "loop ", 1, 20000));
}

static void house_open(struct house *h, const char *const *words, size_t n, int drain_seconds)
{
    int pair[2];
    assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
    *h = (struct house){ .from = pair[0] };
    h->pid = fork();
    assert_true(h->pid >= 0);
    if (h->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
        struct proc_child children[PROC_CHILDREN_MAX] = { 0 };
        for (size_t i = 0; i < n; i++)
            children[i] = (struct proc_child){ words[i], STR("secret word"), &pair[1], 1 };
        static const char *const kept[] = { "PROC_KEPT_*", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", NULL };
        close(pair[0]);
        log_descriptor_set(-1);
        _exit(proc_parent_run(&(struct proc_parent){ .children = children,
                                                     .children_n = n,
                                                     .environment = kept,
                                                     .drain_seconds = drain_seconds,
                                                     .ready = on_ready,
                                                     .self = &pair[1] }));
    }
    close(pair[1]);
}

/* Reads until `words` were written `times` times or the time is over; whether they were. */
static bool house_says(struct house *h, const char *words, int times, int ms)
{
    int64_t end = clock_steady_ns() / 1000000 + ms;
    for (;;) {
        int seen = 0;
        for (const char *at = h->text; (at = strstr(at, words)); at++)
            seen++;
        if (seen >= times)
            return true;
        int64_t left = end - clock_steady_ns() / 1000000;
        struct pollfd one = { .fd = h->from, .events = POLLIN };
        if (left <= 0 || poll(&one, 1, (int)left) != 1)
            return false;
        ssize_t got = read(h->from, h->text + h->n, sizeof h->text - 1 - h->n);
        if (got <= 0)
            return false;
        h->n += (size_t)got;
        h->text[h->n] = '\0';
    }
}

/* Every process that could write has ended. */
static bool house_is_empty(struct house *h, int ms)
{
    int64_t end = clock_steady_ns() / 1000000 + ms;
    for (;;) {
        char sink[512];
        int64_t left = end - clock_steady_ns() / 1000000;
        struct pollfd one = { .fd = h->from, .events = POLLIN };
        if (left <= 0 || poll(&one, 1, (int)left) != 1)
            return false;
        ssize_t got = read(h->from, sink, sizeof sink);
        if (got == 0)
            return true;
        if (got < 0)
            return false;
    }
}

static int house_end(struct house *h)
{
    int state = 0;
    assert_int_equal(waitpid(h->pid, &state, 0), h->pid);
    assert_true(house_is_empty(h, 20000));
    close(h->from);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -WTERMSIG(state);
}

static int house_pid_of(const struct house *h, const char *words)
{
    const char *at = strstr(h->text, words);
    int starts = 0, pid = 0;
    assert_non_null(at);
    char format[64];
    snprintf(format, sizeof format, "%s %%d %%d", words);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    assert_int_equal(sscanf(at, format, &starts, &pid), 2);
#pragma GCC diagnostic pop
    return pid;
}

static void the_eight_steps_come_in_their_order_and_the_end_is_clean(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "steps" }, 1, 0);
    assert_true(house_says(&h, "ready-steps-first", 1, 20000));
    kill(h.pid, SIGTERM);
    assert_true(house_says(&h, "farewell", 1, 20000));
    const char *const order[] = { "forget ", "open ", "drop ", "sandbox ", "signals ", "peers ", "loop ", "farewell " };
    const char *at = h.text;
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const char *found = strstr(at, order[i]);
        assert_non_null(found);
        at = found;
    }
    assert_int_equal(house_end(&h), 0);
}

static void a_crashed_child_is_back_at_once_then_after_a_second(void **state)
{
    (void)state;
    struct house h;
    int64_t begun = clock_steady_ns();
    house_open(&h, (const char *const[]){ "crash", "wait" }, 2, 0);
    assert_true(house_says(&h, "crash 1 ", 1, 20000));
    assert_true(house_says(&h, "crash 2 ", 1, 20000));
    /* From the beginning: when this process heard of the second crash depends on how busy the machine is. */
    assert_true(clock_steady_ns() - begun > 950 * INT64_C(1000000));
    assert_true(house_says(&h, "ready-wait-first", 1, 20000));
    kill(h.pid, SIGTERM);
    assert_int_equal(house_end(&h), 0);
}

static void a_killed_child_is_ready_again_and_its_sibling_never_noticed(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "wait", "steps" }, 2, 0);
    assert_true(house_says(&h, "ready-wait-first", 1, 20000));
    assert_true(house_says(&h, "ready-steps-first", 1, 20000));
    kill(house_pid_of(&h, "peers"), SIGKILL);
    assert_true(house_says(&h, "ready-steps-again", 1, 20000));
    assert_null(strstr(h.text, "ready-wait-again"));
    kill(h.pid, SIGINT);
    assert_int_equal(house_end(&h), 0);
}

static void a_child_whose_step_fails_is_tried_again(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "unable" }, 1, 0);
    assert_true(house_says(&h, "open 1 ", 1, 20000));
    assert_null(strstr(h.text, "loop"));
    kill(h.pid, SIGTERM);
    assert_int_equal(house_end(&h), 0);
}

static void children_end_when_the_parent_was_killed(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "wait", "steps" }, 2, 0);
    assert_true(house_says(&h, "ready-wait-first", 1, 20000));
    assert_true(house_says(&h, "ready-steps-first", 1, 20000));
    kill(h.pid, SIGKILL);
    assert_true(house_says(&h, "farewell", 1, 20000));
    assert_int_equal(house_end(&h), -SIGKILL);
}

static void a_second_interrupt_ends_at_once(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "stubborn" }, 1, 0);
    assert_true(house_says(&h, "ready-stubborn-first", 1, 20000));
    int64_t begun = clock_steady_ns();
    /* Two that wait together are one, and a busy machine may let them wait long: until one of them was the second. */
    kill(h.pid, SIGINT);
    siginfo_t ended = { 0 };
    for (int i = 0; i < 100 && !ended.si_pid; i++) {
        usleep(100 * 1000);
        kill(h.pid, SIGINT);
        assert_int_equal(waitid(P_PID, (id_t)h.pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    assert_int_equal(house_end(&h), PROC_EXIT_INTERRUPTED);
    assert_true(clock_steady_ns() - begun < 10 * INT64_C(1000000000));
}

static void one_that_does_not_end_is_killed_at_the_deadline_and_the_code_says_so(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "stubborn" }, 1, 1);
    assert_true(house_says(&h, "ready-stubborn-first", 1, 20000));
    int64_t begun = clock_steady_ns();
    kill(h.pid, SIGTERM);
    assert_int_equal(house_end(&h), PROC_EXIT_CUT);
    int64_t took = clock_steady_ns() - begun;
    assert_true(took > 900 * INT64_C(1000000) && took < 10 * INT64_C(1000000000));
}

static void a_final_child_ends_all_with_its_code(void **state)
{
    (void)state;
    struct house h;
    house_open(&h, (const char *const[]){ "wait", "final" }, 2, 0);
    assert_int_equal(house_end(&h), 3);
}

static void a_child_has_what_it_was_given_and_nothing_else(void **state)
{
    (void)state;
    setenv("PROC_KEPT_A", "yes", 1);
    setenv("PROC_SECRET", "no", 1);
    int stray = open("/dev/null", O_RDONLY); /* not close-on-exec on purpose */
    struct house h;
    house_open(&h, (const char *const[]){ "look" }, 1, 0);
    close(stray);
    assert_true(house_says(&h, "looked", 1, 20000));
    assert_non_null(strstr(h.text, "told=secret word"));
    assert_non_null(strstr(h.text, "PROC_KEPT_A=yes"));
    assert_null(strstr(h.text, "PROC_SECRET"));
    assert_non_null(strstr(h.text, "fd=3c "));
    assert_non_null(strstr(h.text, "fd=4c "));
    assert_non_null(strstr(h.text, "fd=5c ")); /* its own signals */
    assert_null(strstr(h.text, "fd=6"));
    kill(h.pid, SIGTERM);
    assert_int_equal(house_end(&h), 0);
}

static void new_children_are_ready_before_the_old_ones_leave(void **state)
{
    (void)state;
    struct house h;
    house_open_reloading(&h, (const char *const[]){ "one", "two" });
    int old = house_pid_of(&h, "told-old");
    kill(h.pid, SIGHUP);
    assert_true(house_says(&h, "left", 1, 20000));
    /* It left because the new ones were taken, but may have said so before the parent came to say "taken". */
    assert_true(house_says(&h, "taken", 1, 20000));
    const char *ready = strstr(h.text, "told-one 1 "), *taken = strstr(h.text, "taken"), *left = strstr(h.text, "left");
    assert_true(ready && ready < taken && ready < left);
    assert_int_equal(house_pid_of(&h, "left"), old);
    kill(h.pid, SIGHUP);
    assert_true(house_says(&h, "told-two 2 ", 1, 20000));
    assert_true(house_says(&h, "left", 2, 20000));
    /* What crashes now comes back with the newest words. */
    kill(house_pid_of(&h, "told-two"), SIGKILL);
    assert_true(house_says(&h, "told-two 3 ", 1, 20000));
    kill(h.pid, SIGTERM);
    assert_true(house_says(&h, "counts 2 0", 1, 20000));
    assert_int_equal(house_end(&h), 0);
}

static void where_a_new_child_is_never_ready_the_old_ones_stay(void **state)
{
    (void)state;
    struct house h;
    house_open_reloading(&h, (const char *const[]){ "unable", "final", NULL, "good" });
    int old = house_pid_of(&h, "told-old");
    kill(h.pid, SIGHUP);
    assert_true(house_says(&h, "refused", 1, 20000));
    kill(h.pid, SIGHUP); /* one that says that there is no use: that ends nothing either */
    assert_true(house_says(&h, "refused", 2, 20000));
    kill(h.pid, SIGHUP);
    assert_true(house_says(&h, "kept", 1, 20000));
    assert_int_equal(kill(old, 0), 0);
    assert_null(strstr(h.text, "left"));
    /* And what crashes comes back with the old words. */
    kill(old, SIGKILL);
    assert_true(house_says(&h, "told-old ", 2, 20000));
    kill(h.pid, SIGHUP);
    assert_true(house_says(&h, "taken", 1, 20000));
    kill(h.pid, SIGTERM);
    assert_true(house_says(&h, "counts 1 3", 1, 20000));
    assert_int_equal(house_end(&h), 0);
}

static void hang_ups_that_come_together_are_done_one_after_the_other(void **state)
{
    (void)state;
    struct house h;
    static const char *words[32];
    for (size_t i = 0; i < 32; i++)
        words[i] = "next";
    house_open_reloading(&h, words);
    for (int i = 0; i < 30; i++) {
        kill(h.pid, SIGHUP);
        usleep(1000);
    }
    assert_true(house_says(&h, "taken", 2, 20000));
    kill(h.pid, SIGTERM);
    assert_int_equal(house_end(&h), 0);
}

static void a_role_started_by_hand_refuses(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        char name[] = "test", word[] = "@wait";
        close_range(3, ~0U, 0);
        int nothing = open("/dev/null", O_WRONLY);
        dup2(nothing, 2);
        close(nothing);
        execv("/proc/self/exe", (char *[]){ name, word, NULL });
        _exit(99);
    }
    int ended = 0;
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), PROC_EXIT_ORPHAN);
}

static void the_wait_before_a_start_grows_to_thirty_seconds(void **state)
{
    (void)state;
    const int64_t expected[] = { 0, 1000, 2000, 4000, 8000, 16000, 30000, 30000 };
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(proc_backoff_ms(i), expected[i]);
    assert_int_equal(proc_backoff_ms(4000000000U), 30000);
}

static void root_is_given_up_for_good(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t pid = fork();
    if (pid == 0) {
        struct fault fault;
        if (proc_drop_to(65534, 65534, &fault) != STATUS_OK)
            _exit(1);
        if (geteuid() != 65534 || getuid() != 65534 || getegid() != 65534 || getgroups(0, NULL) != 0)
            _exit(2);
        _exit(setuid(0) == 0 ? 3 : 0);
    }
    int ended = 0;
    assert_int_equal(waitpid(pid, &ended, 0), pid);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
}

int main(int argc, char **argv)
{
    const char *word = proc_role_word(argc, argv);
    for (size_t i = 0; word && i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i].word, word) == 0) {
            log_descriptor_set(-1);
            return proc_role_run(&roles[i], NULL);
        }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_eight_steps_come_in_their_order_and_the_end_is_clean),
        cmocka_unit_test(a_crashed_child_is_back_at_once_then_after_a_second),
        cmocka_unit_test(a_killed_child_is_ready_again_and_its_sibling_never_noticed),
        cmocka_unit_test(a_child_whose_step_fails_is_tried_again),
        cmocka_unit_test(children_end_when_the_parent_was_killed),
        cmocka_unit_test(a_second_interrupt_ends_at_once),
        cmocka_unit_test(one_that_does_not_end_is_killed_at_the_deadline_and_the_code_says_so),
        cmocka_unit_test(a_final_child_ends_all_with_its_code),
        cmocka_unit_test(a_child_has_what_it_was_given_and_nothing_else),
        cmocka_unit_test(new_children_are_ready_before_the_old_ones_leave),
        cmocka_unit_test(where_a_new_child_is_never_ready_the_old_ones_stay),
        cmocka_unit_test(hang_ups_that_come_together_are_done_one_after_the_other),
        cmocka_unit_test(a_role_started_by_hand_refuses),
        cmocka_unit_test(the_wait_before_a_start_grows_to_thirty_seconds),
        cmocka_unit_test(root_is_given_up_for_good),
    };
    return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
