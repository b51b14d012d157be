/*
 * Time as a seam. Times are milliseconds since 1970 in UTC, as int64_t.
 *
 * The process has one clock; a test, or the set-up of the demonstration,
 * may put another in its place before threads start.
 */
#ifndef CANDOUR_BASE_CLOCK_H
#define CANDOUR_BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*now_ms)(void *self);
    void *self;
};

/* NULL puts the system's clock back. The clock must outlive its use. */
void clock_use(const struct clock *clock);
int64_t clock_now_ms(void);
/* Never goes back; for deadlines and measuring. Not under the seam's control. */
int64_t clock_steady_ns(void);

#endif
