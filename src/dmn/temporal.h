/*
 * Dates, times, moments and durations of FEEL (DMN 1.5, 10.3.2.3.4 to
 * 10.3.2.3.8, and the arithmetic of table 59): reading, writing, order, sums.
 *
 * A time in a zone is read with the rules of tzdata for its day (base/zone.h);
 * a time without a date in a zone has no fixed offset, and is compared only
 * with another in the same zone. What leaves the years that a date has is
 * answered false.
 */
#ifndef CANDOUR_DMN_TEMPORAL_H
#define CANDOUR_DMN_TEMPORAL_H

#include "dmn/value.h"

bool temporal_date_valid(int64_t year, int64_t month, int64_t day);
/* "2026-03-02", "-0044-03-15" */
bool temporal_date_parse(struct str text, struct feel_date *out);
/* "19:11:00", with a fraction, and with "Z", "+01:00" or "@Europe/London". The zone is made in the arena. */
bool temporal_time_parse(struct arena *arena, struct str text, struct feel_time *out);
/* Date, "T" and time; a date alone is its midnight. */
bool temporal_moment_parse(struct arena *arena, struct str text, struct feel_moment *out);
/* "P1DT2H", "-PT0.5S" into `days`; "P1Y2M" into `months`. *is_months says which. */
bool temporal_duration_parse(struct str text, bool *is_months, struct feel_days *days, int64_t *months);

void temporal_date_write(struct buf *out, struct feel_date date);
void temporal_time_write(struct buf *out, struct feel_time time);
void temporal_moment_write(struct buf *out, const struct feel_moment *moment);
void temporal_days_write(struct buf *out, struct feel_days days);
void temporal_months_write(struct buf *out, int64_t months);

int temporal_date_compare(struct feel_date a, struct feel_date b);
/*
 * In whole seconds: the value that DMN 1.5 10.3.2.3.4 compares has no fraction. False where one has a zone and the
 * other has none, or their zones leave it open.
 */
bool temporal_time_compare(struct feel_time a, struct feel_time b, int *out);
bool temporal_moment_compare(const struct feel_moment *a, const struct feel_moment *b, int *out);
bool temporal_time_equal(struct feel_time a, struct feel_time b);
bool temporal_moment_equal(const struct feel_moment *a, const struct feel_moment *b);

/* Seconds since 1970-01-01T00:00:00 as a clock at the place shows it; *utc too where it has a zone. */
int64_t temporal_local_seconds(const struct feel_moment *moment);
bool temporal_utc_seconds(const struct feel_moment *moment, int64_t *utc);
/* Seconds east of UTC at this moment. False for a local one. */
bool temporal_offset(const struct feel_moment *moment, int32_t *offset);
/* Of a time alone: false for a local one and for one in a zone whose offset changes. */
bool temporal_time_offset(struct feel_time time, int32_t *offset);

/* Days since 1970-01-01, and back. */
int64_t temporal_day_number(struct feel_date date);
bool temporal_date_of(int64_t day_number, struct feel_date *out);
/* 1 is Monday. */
int temporal_weekday(struct feel_date date);
int temporal_day_of_year(struct feel_date date);
/* ISO 8601 week. */
int temporal_week(struct feel_date date);
/* The last day of the month where the month is shorter. */
bool temporal_add_months(struct feel_date date, int64_t months, struct feel_date *out);
bool temporal_moment_add_months(const struct feel_moment *moment, int64_t months, struct feel_moment *out);
bool temporal_moment_add(const struct feel_moment *moment, struct feel_days days, struct feel_moment *out);
/* Round the clock; whole days do nothing. */
struct feel_time temporal_time_add(struct feel_time time, struct feel_days days);
/* a - b. False where one has a zone and the other has none. */
bool temporal_moment_between(const struct feel_moment *a, const struct feel_moment *b, struct feel_days *out);
bool temporal_time_between(struct feel_time a, struct feel_time b, struct feel_days *out);
/* Whole months from one to the other, towards zero. */
int64_t temporal_months_between(struct feel_date from, struct feel_date to);

bool temporal_days_sum(struct feel_days a, struct feel_days b, struct feel_days *out);
struct feel_days temporal_days_negate(struct feel_days days);
/* As a number of seconds, and back; false where it does not fit. */
bool temporal_days_number(struct feel_days days, struct number *out);
bool temporal_days_of(struct number seconds, struct feel_days *out);

#endif
