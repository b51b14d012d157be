/*
 * Dates, times and durations: the calendar and its arithmetic. Promises: see temporal.h. How they are read and written
 * is in temporal_text.c.
 */
#include "dmn/temporal.h"

#include "base/zone_rules.h"
#include "base/banned.h"

enum {
    DAY = 24 * 60 * 60,
    NANOS = 1000 * 1000 * 1000,
    YEAR_MOST = 999999999,
    CYCLE_YEARS = 400,
    CYCLE_DAYS = 146097,
    MARCH_YEAR_0 = 719468, /* days from 0000-03-01 to 1970-01-01 */
};

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool temporal_date_valid(int64_t year, int64_t month, int64_t day)
{
    return year >= -YEAR_MOST && year <= YEAR_MOST && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, (int)month);
}

/* Years from March, so that a leap day ends one; a cycle of 400 years is always as long. */
int64_t temporal_day_number(struct feel_date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t cycle = (year >= 0 ? year : year - (CYCLE_YEARS - 1)) / CYCLE_YEARS;
    int64_t in_cycle = year - cycle * CYCLE_YEARS;
    int64_t in_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return cycle * CYCLE_DAYS + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + in_year - MARCH_YEAR_0;
}

bool temporal_date_of(int64_t day_number, struct feel_date *out)
{
    if (day_number > (int64_t)YEAR_MOST * 366 || day_number < -(int64_t)YEAR_MOST * 367)
        return false;
    int64_t day = day_number + MARCH_YEAR_0;
    int64_t cycle = (day >= 0 ? day : day - (CYCLE_DAYS - 1)) / CYCLE_DAYS;
    int64_t in_cycle = day - cycle * CYCLE_DAYS;
    int64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / (CYCLE_DAYS - 1)) / 365;
    int64_t in_year = in_cycle - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    int64_t full = cycle * CYCLE_YEARS + year + (month >= 10);
    if (full > YEAR_MOST || full < -YEAR_MOST)
        return false;
    *out = (struct feel_date){ .year = (int32_t)full,
                               .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
                               .day = (uint8_t)(in_year - (153 * month + 2) / 5 + 1) };
    return true;
}

int temporal_weekday(struct feel_date date)
{
    int64_t since = (temporal_day_number(date) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(since < 0 ? since + 7 : since) + 1;
}

int temporal_day_of_year(struct feel_date date)
{
    struct feel_date first = { date.year, 1, 1 };
    return (int)(temporal_day_number(date) - temporal_day_number(first)) + 1;
}

/* The week of the year that has its Thursday (ISO 8601). */
int temporal_week(struct feel_date date)
{
    int64_t thursday = temporal_day_number(date) - temporal_weekday(date) + 4;
    struct feel_date there;
    if (!temporal_date_of(thursday, &there))
        return 1; /* beside the last day that there is */
    return (temporal_day_of_year(there) - 1) / 7 + 1;
}

bool temporal_add_months(struct feel_date date, int64_t months, struct feel_date *out)
{
    if (months > (int64_t)YEAR_MOST * 24 || months < -(int64_t)YEAR_MOST * 24)
        return false;
    int64_t since = (int64_t)date.year * 12 + date.month - 1 + months;
    int64_t year = since / 12 - (since % 12 < 0);
    int month = (int)(since - year * 12) + 1;
    if (year > YEAR_MOST || year < -YEAR_MOST)
        return false;
    int last = days_in_month(year, month);
    *out = (struct feel_date){ (int32_t)year, (uint8_t)month, (uint8_t)(date.day > last ? last : date.day) };
    return true;
}

/* ---- Order ---- */

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int temporal_date_compare(struct feel_date a, struct feel_date b)
{
    if (a.year != b.year)
        return order_of(a.year, b.year);
    return order_of(a.month * 32 + a.day, b.month * 32 + b.day);
}

static int64_t seconds_in(struct feel_time time)
{
    return ((int64_t)time.hour * 60 + time.minute) * 60 + time.second;
}

bool temporal_time_offset(struct feel_time time, int32_t *offset)
{
    if (!time.zone || time.zone->form == FEEL_LOCAL)
        return false;
    if (time.zone->form == FEEL_ZONE)
        return zone_rules_fixed(time.zone->name, offset);
    *offset = time.zone->offset;
    return true;
}

bool temporal_offset(const struct feel_moment *moment, int32_t *offset)
{
    const struct feel_zone *zone = moment->time.zone;
    if (!zone || zone->form == FEEL_LOCAL)
        return false;
    if (zone->form == FEEL_ZONE)
        return zone_rules_offset_local(zone->name, temporal_local_seconds(moment), offset);
    *offset = zone->offset;
    return true;
}

int64_t temporal_local_seconds(const struct feel_moment *moment)
{
    return temporal_day_number(moment->date) * DAY + seconds_in(moment->time);
}

bool temporal_utc_seconds(const struct feel_moment *moment, int64_t *utc)
{
    int32_t offset;
    if (!temporal_offset(moment, &offset))
        return false;
    *utc = temporal_local_seconds(moment) - offset;
    return true;
}

static bool same_zone(const struct feel_zone *a, const struct feel_zone *b)
{
    return a && b && a->form == FEEL_ZONE && b->form == FEEL_ZONE && str_equal(a->name, b->name);
}

/* How far apart two times are on one scale; false where there is none. */
static bool times_on_scale(struct feel_time a, struct feel_time b, int64_t *sa, int64_t *sb)
{
    int32_t oa = 0, ob = 0;
    if (!!a.zone != !!b.zone)
        return false;
    if (a.zone && !same_zone(a.zone, b.zone) && (!temporal_time_offset(a, &oa) || !temporal_time_offset(b, &ob)))
        return false;
    *sa = seconds_in(a) - oa;
    *sb = seconds_in(b) - ob;
    return true;
}

bool temporal_time_compare(struct feel_time a, struct feel_time b, int *out)
{
    int64_t sa, sb;
    if (!times_on_scale(a, b, &sa, &sb))
        return false;
    *out = order_of(sa, sb);
    return true;
}

static bool moments_on_scale(const struct feel_moment *a, const struct feel_moment *b, int64_t *sa, int64_t *sb)
{
    if (!!a->time.zone != !!b->time.zone)
        return false;
    if (!a->time.zone) {
        *sa = temporal_local_seconds(a);
        *sb = temporal_local_seconds(b);
        return true;
    }
    return temporal_utc_seconds(a, sa) && temporal_utc_seconds(b, sb);
}

bool temporal_moment_compare(const struct feel_moment *a, const struct feel_moment *b, int *out)
{
    int64_t sa, sb;
    if (!moments_on_scale(a, b, &sa, &sb))
        return false;
    *out = order_of(sa, sb);
    return true;
}

bool temporal_time_equal(struct feel_time a, struct feel_time b)
{
    int order;
    return temporal_time_compare(a, b, &order) && order == 0;
}

bool temporal_moment_equal(const struct feel_moment *a, const struct feel_moment *b)
{
    int order;
    return temporal_moment_compare(a, b, &order) && order == 0;
}

/* ---- Sums ---- */

/* Seconds and nanoseconds with one sign; what a carry makes of them. */
static bool days_of(int64_t seconds, int64_t nanos, struct feel_days *out)
{
    seconds += nanos / NANOS;
    nanos %= NANOS;
    if (seconds > 0 && nanos < 0) {
        seconds--;
        nanos += NANOS;
    } else if (seconds < 0 && nanos > 0) {
        seconds++;
        nanos -= NANOS;
    }
    *out = (struct feel_days){ seconds, (int32_t)nanos };
    return true;
}

static bool fits(int64_t seconds)
{
    const int64_t most = (int64_t)YEAR_MOST * 366 * 2 * DAY;
    return seconds <= most && seconds >= -most;
}

bool temporal_days_sum(struct feel_days a, struct feel_days b, struct feel_days *out)
{
    return days_of(a.seconds + b.seconds, (int64_t)a.nanos + b.nanos, out) && fits(out->seconds);
}

struct feel_days temporal_days_negate(struct feel_days days)
{
    return (struct feel_days){ -days.seconds, -days.nanos };
}

bool temporal_days_number(struct feel_days days, struct number *out)
{
    struct number nanos;
    return number_divide(number_of(days.nanos), number_of(NANOS), &nanos) &&
           number_add(number_of(days.seconds), nanos, out);
}

bool temporal_days_of(struct number seconds, struct feel_days *out)
{
    struct number whole, rest;
    int64_t s, n;
    return number_round(seconds, 0, NUMBER_DOWN, &whole) && number_to_i64(whole, &s) && fits(s) &&
           number_subtract(seconds, whole, &rest) && number_multiply(rest, number_of(NANOS), &rest) &&
           number_round(rest, 0, NUMBER_DOWN, &rest) && number_to_i64(rest, &n) && days_of(s, n, out);
}

/* A day and what is left of it, of seconds that may be below zero. */
static int64_t split(int64_t seconds, int64_t *rest)
{
    int64_t day = seconds / DAY - (seconds % DAY < 0);
    *rest = seconds - day * DAY;
    return day;
}

static struct feel_time time_of(int64_t in_day, int32_t nanos, const struct feel_zone *zone)
{
    return (struct feel_time){ .hour = (uint8_t)(in_day / 3600),
                               .minute = (uint8_t)(in_day / 60 % 60),
                               .second = (uint8_t)(in_day % 60),
                               .nanos = nanos,
                               .zone = zone };
}

bool temporal_moment_add_months(const struct feel_moment *moment, int64_t months, struct feel_moment *out)
{
    out->time = moment->time;
    return temporal_add_months(moment->date, months, &out->date);
}

bool temporal_moment_add(const struct feel_moment *moment, struct feel_days days, struct feel_moment *out)
{
    const struct feel_zone *zone = moment->time.zone;
    bool named = zone && zone->form == FEEL_ZONE;
    int64_t seconds = temporal_local_seconds(moment), rest;
    int64_t nanos = (int64_t)moment->time.nanos + days.nanos;
    if (named && !temporal_utc_seconds(moment, &seconds))
        return false;
    if (!fits(days.seconds))
        return false;
    seconds += days.seconds + nanos / NANOS - (nanos % NANOS < 0);
    nanos = (nanos % NANOS + NANOS) % NANOS;
    int32_t offset = 0;
    if (named && !zone_rules_offset(zone->name, seconds, &offset))
        return false;
    if (!temporal_date_of(split(seconds + offset, &rest), &out->date))
        return false;
    out->time = time_of(rest, (int32_t)nanos, zone);
    return true;
}

struct feel_time temporal_time_add(struct feel_time time, struct feel_days days)
{
    int64_t rest;
    int64_t nanos = (int64_t)time.nanos + days.nanos;
    split(seconds_in(time) + days.seconds % DAY + nanos / NANOS - (nanos % NANOS < 0), &rest);
    return time_of(rest, (int32_t)((nanos % NANOS + NANOS) % NANOS), time.zone);
}

bool temporal_moment_between(const struct feel_moment *a, const struct feel_moment *b, struct feel_days *out)
{
    int64_t sa, sb;
    return moments_on_scale(a, b, &sa, &sb) && days_of(sa - sb, (int64_t)a->time.nanos - b->time.nanos, out);
}

bool temporal_time_between(struct feel_time a, struct feel_time b, struct feel_days *out)
{
    int64_t sa, sb;
    return times_on_scale(a, b, &sa, &sb) && days_of(sa - sb, (int64_t)a.nanos - b.nanos, out);
}

int64_t temporal_months_between(struct feel_date from, struct feel_date to)
{
    int64_t months = ((int64_t)to.year - from.year) * 12 + to.month - from.month;
    if (months > 0 && to.day < from.day)
        return months - 1;
    if (months < 0 && to.day > from.day)
        return months + 1;
    return months;
}
