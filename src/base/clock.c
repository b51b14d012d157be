/* The system's clock, and the place where another can be put. */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

#include "base/banned.h"

static const struct clock *used;

void clock_use(const struct clock *clock)
{
    used = clock;
}

int64_t clock_now_ms(void)
{
    if (used)
        return used->now_ms(used->self);
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_steady_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
