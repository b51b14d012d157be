/*
 * The wheel that finds deadlines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/front.h"

#include "base/banned.h"

static int64_t wheel_now;
static int expired;
static void on_expire(struct connection *c)
{
    /* At most one tick early, and found in the first round after. */
    assert_true(c->due < wheel_now + WHEEL_TICK_MS);
    c->due = -1;
    expired++;
}

static void wheel_finds_each_deadline_in_time(void **state)
{
    (void)state;
    enum { N = 300, ROUNDS = 4000 };
    static struct wheel wheel;
    static struct connection c[N];
    uint64_t seed = 7;
    wheel_now = 1000000;
    wheel.tick = wheel_now / WHEEL_TICK_MS;
    for (int i = 0; i < N; i++)
        c[i].due = -1;
    for (int round = 0; round < ROUNDS; round++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        struct connection *one = &c[(seed >> 33) % N];
        uint64_t dice = (seed >> 20) % 8;
        if (dice == 0) {
            http_wheel_remove(&wheel, one);
            one->due = -1;
        } else {
            http_wheel_set(&wheel, one,
                           wheel_now + WHEEL_TICK_MS + (int64_t)((seed >> 40) % (dice == 1 ? 500000 : 20000)));
        }
        int wait = http_wheel_wait(&wheel, wheel_now);
        int64_t soonest = INT64_MAX;
        for (int i = 0; i < N; i++)
            if (c[i].due >= 0 && c[i].due < soonest)
                soonest = c[i].due;
        if (soonest != INT64_MAX)
            assert_true(wait >= 0 && (wheel_now + wait <= soonest || wait == 0));
        wheel_now += (int64_t)((seed >> 36) % (round % 500 == 0 ? 200000 : 300));
        http_wheel_run(&wheel, wheel_now, on_expire);
        for (int i = 0; i < N; i++)
            assert_true(c[i].due == -1 || c[i].due >= wheel_now);
    }
    assert_true(expired > 100);
    for (int i = 0; i < N; i++)
        http_wheel_remove(&wheel, &c[i]);
    assert_int_equal(http_wheel_wait(&wheel, wheel_now), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wheel_finds_each_deadline_in_time),
    };
    return cmocka_run_group_tests_name("http wheel", tests, NULL, NULL);
}
