/* How dates, times and durations are read and written (DMN 1.5, 10.3.2.3.4; XML Schema 2). Promises: see temporal.h. */
#include "dmn/temporal.h"

#include <string.h>

#include "base/arena.h"
#include "base/zone_rules.h"
#include "base/banned.h"

enum { DAY = 24 * 60 * 60, NANO_DIGITS = 9, YEAR_DIGITS_MOST = 9, OFFSET_HOURS_MOST = 18, DURATION_DIGITS_MOST = 18 };

static bool take(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_slice(*s, 1, s->n);
    return true;
}

/* Digits at the front; how many there were. More than `most` are none. */
static size_t take_digits(struct str *s, size_t most, int64_t *out)
{
    size_t n = 0;
    int64_t value = 0;
    for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++) {
        if (n == most)
            return 0;
        value = value * 10 + (s->p[n] - '0');
    }
    *out = value;
    *s = str_slice(*s, n, s->n);
    return n;
}

static bool take_two(struct str *s, int64_t *out)
{
    return take_digits(s, 2, out) == 2;
}

static bool take_date(struct str *s, struct feel_date *out)
{
    int64_t year, month, day;
    bool minus = take(s, '-');
    struct str written = *s;
    size_t digits = take_digits(s, YEAR_DIGITS_MOST, &year);
    if (digits < 4 || (digits > 4 && written.p[0] == '0') || !take(s, '-') || !take_two(s, &month) || !take(s, '-') ||
        !take_two(s, &day))
        return false;
    year = minus ? -year : year;
    if (!temporal_date_valid(year, month, day))
        return false;
    *out = (struct feel_date){ (int32_t)year, (uint8_t)month, (uint8_t)day };
    return true;
}

bool temporal_date_parse(struct str text, struct feel_date *out)
{
    return take_date(&text, out) && text.n == 0;
}

/* "Z", "+01:00", "@Europe/London"; nothing is a local time. */
static bool take_zone(struct arena *arena, struct str s, const struct feel_zone **out)
{
    struct feel_zone zone = { .form = FEEL_OFFSET };
    int64_t hours = 0, minutes = 0, seconds = 0;
    *out = NULL;
    if (s.n == 0)
        return true;
    if (take(&s, '@')) {
        zone.form = FEEL_ZONE;
        zone.name = str_copy(arena, s);
        if (!zone_rules_known(s))
            return false;
    } else if (!take(&s, 'Z')) {
        bool minus = s.p[0] == '-';
        if ((!take(&s, '+') && !take(&s, '-')) || !take_two(&s, &hours) || !take(&s, ':') || !take_two(&s, &minutes) ||
            (take(&s, ':') && !take_two(&s, &seconds)) || s.n != 0 || minutes > 59 || seconds > 59)
            return false;
        zone.offset = (int32_t)((hours * 60 + minutes) * 60 + seconds);
        if (zone.offset > OFFSET_HOURS_MOST * 3600)
            return false;
        zone.offset = minus ? -zone.offset : zone.offset;
    } else if (s.n != 0) {
        return false;
    }
    struct feel_zone *made = ARENA_NEW(arena, struct feel_zone);
    if (!made)
        return false;
    *made = zone;
    *out = made;
    return true;
}

bool temporal_time_parse(struct arena *arena, struct str s, struct feel_time *out)
{
    int64_t hour, minute, second, nanos = 0;
    if (!take_two(&s, &hour) || !take(&s, ':') || !take_two(&s, &minute) || !take(&s, ':') || !take_two(&s, &second) ||
        hour > 24 || minute > 59 || second > 59 || (hour == 24 && (minute > 0 || second > 0)))
        return false;
    if (hour < 24 && take(&s, '.')) {
        struct str digits = s;
        size_t n = 0;
        while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
            n++;
        if (n == 0)
            return false;
        s = str_slice(s, n, s.n);
        for (size_t i = 0; i < NANO_DIGITS; i++) /* what is finer than a nanosecond is cut off */
            nanos = nanos * 10 + (i < n ? digits.p[i] - '0' : 0);
    }
    *out = (struct feel_time){ (uint8_t)(hour % 24), (uint8_t)minute, (uint8_t)second, (int32_t)nanos, NULL };
    return take_zone(arena, s, &out->zone);
}

bool temporal_moment_parse(struct arena *arena, struct str text, struct feel_moment *out)
{
    *out = (struct feel_moment){ 0 };
    if (!take_date(&text, &out->date))
        return false;
    if (text.n == 0)
        return true;
    if (!take(&text, 'T') || !temporal_time_parse(arena, text, &out->time))
        return false;
    /* "24:00:00" is the midnight at the end of the day (XML Schema 2, 3.3.7). */
    return !str_starts(text, STR("24")) || temporal_date_of(temporal_day_number(out->date) + 1, &out->date);
}

/* One part of a duration: its digits before the letter `c`. What is not there stays 0. */
static bool take_part(struct str *s, char c, int64_t *out, bool *any)
{
    struct str before = *s;
    int64_t value;
    if (take_digits(s, DURATION_DIGITS_MOST, &value) > 0 && take(s, c)) {
        *out = value;
        return *any = true;
    }
    *s = before;
    return false;
}

static bool take_seconds(struct str *s, int64_t *seconds, int64_t *nanos, bool *any)
{
    struct str before = *s;
    if (take_part(s, 'S', seconds, any))
        return true;
    int64_t whole, fraction = 0;
    size_t n = 0;
    if (take_digits(s, DURATION_DIGITS_MOST, &whole) > 0 && take(s, '.')) {
        for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++)
            fraction = n < NANO_DIGITS ? fraction * 10 + (s->p[n] - '0') : fraction;
        *s = str_slice(*s, n, s->n);
        for (size_t i = n; i < NANO_DIGITS; i++)
            fraction *= 10;
        if (take(s, 'S')) { /* "0.S" too, which XML Schema has not and the TCK has */
            *seconds = whole;
            *nanos = fraction;
            return *any = true;
        }
    }
    *s = before;
    return false;
}

bool temporal_duration_parse(struct str s, bool *is_months, struct feel_days *days, int64_t *months)
{
    int64_t years = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0, nanos = 0;
    bool any_months = false, any_days = false, any_time = false;
    bool minus = take(&s, '-');
    if (!take(&s, 'P'))
        return false;
    take_part(&s, 'Y', &years, &any_months);
    take_part(&s, 'M', &month, &any_months);
    take_part(&s, 'D', &day, &any_days);
    if (take(&s, 'T')) {
        take_part(&s, 'H', &hours, &any_time);
        take_part(&s, 'M', &minutes, &any_time);
        take_seconds(&s, &seconds, &nanos, &any_time);
        if (!any_time)
            return false;
        any_days = true;
    }
    if (s.n != 0 || any_months == any_days) /* neither, or both: FEEL has no such duration */
        return false;
    *is_months = any_months;
    if (any_months) {
        if (__builtin_mul_overflow(years, 12, months) || __builtin_add_overflow(*months, month, months))
            return false;
        *months = minus ? -*months : *months;
        return true;
    }
    int64_t total, part;
    if (__builtin_mul_overflow(day, DAY, &total) || __builtin_mul_overflow(hours, 3600, &part) ||
        __builtin_add_overflow(total, part, &total) || __builtin_mul_overflow(minutes, 60, &part) ||
        __builtin_add_overflow(total, part, &total) || __builtin_add_overflow(total, seconds, &total))
        return false;
    *days = (struct feel_days){ total, (int32_t)nanos };
    if (minus)
        *days = temporal_days_negate(*days);
    struct feel_days same;
    return temporal_days_sum(*days, (struct feel_days){ 0 }, &same); /* not larger than any two moments are apart */
}

/* ---- Writing ---- */

void temporal_date_write(struct buf *out, struct feel_date date)
{
    int32_t year = date.year < 0 ? -date.year : date.year;
    buf_format(out, "%s%04d-%02d-%02d", date.year < 0 ? "-" : "", year, date.month, date.day);
}

static void write_fraction(struct buf *out, int32_t nanos)
{
    if (nanos == 0)
        return;
    int digits = NANO_DIGITS;
    for (; nanos % 10 == 0; digits--)
        nanos /= 10;
    buf_format(out, ".%0*d", digits, nanos);
}

static void write_zone(struct buf *out, const struct feel_zone *zone)
{
    if (!zone)
        return;
    switch (zone->form) {
    case FEEL_LOCAL: return;
    case FEEL_ZONE:
        buf_add_byte(out, '@');
        buf_add(out, zone->name);
        return;
    case FEEL_OFFSET:
        if (zone->offset == 0) {
            buf_add_byte(out, 'Z');
            return;
        }
        int32_t offset = zone->offset < 0 ? -zone->offset : zone->offset;
        buf_format(out, "%c%02d:%02d", zone->offset < 0 ? '-' : '+', offset / 3600, offset / 60 % 60);
        if (offset % 60 != 0)
            buf_format(out, ":%02d", offset % 60);
        return;
    }
}

void temporal_time_write(struct buf *out, struct feel_time time)
{
    buf_format(out, "%02d:%02d:%02d", time.hour, time.minute, time.second);
    write_fraction(out, time.nanos);
    write_zone(out, time.zone);
}

void temporal_moment_write(struct buf *out, const struct feel_moment *moment)
{
    temporal_date_write(out, moment->date);
    buf_add_byte(out, 'T');
    temporal_time_write(out, moment->time);
}

void temporal_days_write(struct buf *out, struct feel_days days)
{
    int64_t s = days.seconds < 0 ? -days.seconds : days.seconds;
    int32_t nanos = days.nanos < 0 ? -days.nanos : days.nanos;
    if (days.seconds < 0 || days.nanos < 0)
        buf_add_byte(out, '-');
    buf_add_byte(out, 'P');
    if (s == 0 && nanos == 0) {
        buf_add(out, STR("T0S"));
        return;
    }
    if (s / DAY > 0) {
        buf_add_i64(out, s / DAY);
        buf_add_byte(out, 'D');
    }
    if (s % DAY == 0 && nanos == 0)
        return;
    buf_add_byte(out, 'T');
    if (s % DAY / 3600 > 0)
        buf_format(out, "%dH", (int)(s % DAY / 3600));
    if (s % 3600 / 60 > 0)
        buf_format(out, "%dM", (int)(s % 3600 / 60));
    if (s % 60 > 0 || nanos > 0) {
        buf_format(out, "%d", (int)(s % 60));
        write_fraction(out, nanos);
        buf_add_byte(out, 'S');
    }
}

void temporal_months_write(struct buf *out, int64_t months)
{
    uint64_t m = months < 0 ? -(uint64_t)months : (uint64_t)months;
    if (months < 0)
        buf_add_byte(out, '-');
    buf_add_byte(out, 'P');
    if (m / 12 > 0)
        buf_format(out, "%lluY", (unsigned long long)(m / 12));
    if (m % 12 > 0 || m == 0)
        buf_format(out, "%lluM", (unsigned long long)(m % 12));
}
