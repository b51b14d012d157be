/*
 * Several processes on one data folder: both get on, the generation of one is
 * seen by the other at once, and a process that is killed frees the lock.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "common.h"
#include "base/banned.h"

static const char *helper;

struct child {
    pid_t pid;
    int out;
};

static struct child start(const struct place *p, int64_t first, int acts, int ms)
{
    char text[3][32];
    snprintf(text[0], sizeof text[0], "%lld", (long long)first);
    snprintf(text[1], sizeof text[1], "%d", acts);
    snprintf(text[2], sizeof text[2], "%d", ms);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(helper, helper, p->folder, text[0], text[1], text[2], (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    close(ends[1]);
    return (struct child){ pid, ends[0] };
}

struct result {
    long long acts, p50, p99, max;
};

static struct result finish(struct child child)
{
    char line[256] = { 0 };
    ssize_t n = read(child.out, line, sizeof line - 1);
    close(child.out);
    int how = 0;
    assert_int_equal(waitpid(child.pid, &how, 0), child.pid);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    assert_true(n > 0);
    struct result r = { 0 };
    assert_int_equal(sscanf(line, "%lld %lld %lld %lld", &r.acts, &r.p50, &r.p99, &r.max), 4);
    return r;
}

static void two_processes_write_beside_each_other(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    struct child a = start(&p, 1, 20000, 1500), b = start(&p, 1000000, 20000, 1500);
    struct result ra = finish(a), rb = finish(b);
    print_message("a: %lld acts, p50 %lld us, p99 %lld us, max %lld us\n", ra.acts, ra.p50, ra.p99, ra.max);
    print_message("b: %lld acts, p50 %lld us, p99 %lld us, max %lld us\n", rb.acts, rb.p50, rb.p99, rb.max);
    assert_int_equal(pairs_count(p.db), ra.acts + rb.acts);
    assert_true(ra.acts > 20);
    assert_true(rb.acts > 20);
    place_end(&p);
}

/* Keeps the writer of this process in groups as large as they get. */
static void again(void *self, enum status status, const struct fault *fault)
{
    (void)fault;
    _Atomic int *count = self;
    if (status == STATUS_OK)
        (*count)++;
}

static void a_small_writer_gets_on_beside_a_busy_one(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    static struct pair pairs[200000];
    static _Atomic int done;
    size_t queued = 0;
    struct child child = start(&p, 1000000, 200, 20000);
    struct pollfd answered = { .fd = child.out, .events = POLLIN };
    int64_t end = clock_steady_ns() + (int64_t)20 * 1000 * 1000 * 1000;
    while (poll(&answered, 1, 0) == 0 && clock_steady_ns() < end && queued < 200000) {
        if (queued - (size_t)done > 256) {
            nanosleep(&(struct timespec){ .tv_nsec = 200 * 1000 }, NULL);
            continue;
        }
        pairs[queued] = (struct pair){ .n = (int64_t)queued + 1 };
        assert_int_equal(db_write_later(p.db, pair_write, &pairs[queued], again, &done), STATUS_OK);
        queued++;
    }
    struct result r = finish(child);
    print_message("small: %lld acts, p50 %lld us, p99 %lld us, max %lld us; busy: %d acts\n", r.acts, r.p50, r.p99,
                  r.max, done);
    assert_int_equal(r.acts, 200);
    assert_true(done > 200);
    place_end(&p);
}

static void a_generation_raised_by_another_process_is_seen(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    uint64_t before = db_generation(p.db);
    struct result r = finish(start(&p, 1, 20, 20000)); /* four of twenty raise it */
    assert_int_equal(r.acts, 20);
    assert_int_equal(db_generation(p.db), before + 4);
    place_end(&p);
}

static void a_killed_process_leaves_the_lock_free_and_acts_whole(void **state)
{
    (void)state;
    struct place p;
    place_make(&p, NULL);
    for (int i = 0; i < 10; i++) {
        int64_t there = pairs_count(p.db);
        struct child child = start(&p, 1 + (int64_t)i * 100000, 20000, 20000);
        while (i % 2 == 0 && pairs_count(p.db) == there) /* some are killed before their first act, by chance */
            nanosleep(&(struct timespec){ .tv_nsec = 1000 * 1000 }, NULL);
        nanosleep(&(struct timespec){ .tv_nsec = (20 + i * 7) * 1000 * 1000 }, NULL);
        kill(child.pid, SIGKILL);
        int how = 0;
        waitpid(child.pid, &how, 0);
        close(child.out);
        assert_true(WIFSIGNALED(how));
        int64_t seen = pairs_count(p.db); /* both tables agree */
        struct pair pair = { .n = 90000000 + i, .raise = true };
        struct fault fault;
        assert_int_equal(db_write(p.db, pair_write, &pair, &fault), STATUS_OK);
        assert_int_equal(pairs_count(p.db), seen + 1);
    }
    assert_true(pairs_count(p.db) > 10);
    place_end(&p);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    helper = argv[1];
    place_schema();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_processes_write_beside_each_other),
        cmocka_unit_test(a_small_writer_gets_on_beside_a_busy_one),
        cmocka_unit_test(a_generation_raised_by_another_process_is_seen),
        cmocka_unit_test(a_killed_process_leaves_the_lock_free_and_acts_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
