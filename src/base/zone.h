/*
 * Local time: from milliseconds UTC to the day and hour that people read, and back.
 *
 * One zone a process, Europe/London unless the setting says otherwise; rules
 * from Debian's tzdata.
 */
#ifndef CANDOUR_BASE_ZONE_H
#define CANDOUR_BASE_ZONE_H

#include "base/status.h"
#include "base/str.h"

struct civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
    int weekday;        /* 0 is Sunday */
    int offset_minutes; /* east of UTC */
};

/* STATUS_NOT_FOUND where tzdata has no such zone. Call once, before threads. */
enum status zone_use(struct str name, struct fault *fault);

void zone_local(int64_t ms, struct civil *out);
/*
 * The moment of a local day and time. STATUS_INVALID where there is no such
 * date, or no such hour on the day the clocks go forward; where an hour comes
 * twice the earlier one is taken.
 */
enum status zone_moment(const struct civil *civil, int64_t *ms);
/*
 * "2026-03-02" or "2026-03-02T19:11" (also with seconds), local.
 * `has_time` says which it was. STATUS_INVALID for anything else.
 */
enum status zone_parse(struct str text, struct civil *out, bool *has_time);

/* "2026-03-02"; "2026-03-02T19:11:00Z". */
struct str zone_day(struct arena *arena, int64_t ms);
struct str zone_utc(struct arena *arena, int64_t ms);
/* "Mon, 02 Mar 2026 19:11:00 GMT" (RFC 9110 5.6.7), with its NUL. Takes no lock: for threads that never wait. */
enum { ZONE_HTTP_SIZE = 30 };
void zone_http(int64_t ms, char out[static ZONE_HTTP_SIZE]);

#endif
