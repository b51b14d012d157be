/*
 * Local time over the C library and Debian's tzdata: the only file that may
 * ask either of them.
 *
 * Promises: no call here changes the zone but `zone_use`; a moment outside the
 * years 1 to 9999 is shown as the nearest one inside. Text comes from people
 * and from files: only the exact forms of the header are taken.
 */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/banned.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
enum { ZONE_NAME_MAX = 64, DAY_SECONDS = 24 * 60 * 60 };
static const int64_t first_ms = -62135596800000; /* 0001-01-01T00:00:00Z */
static const int64_t last_ms = 253402300799999;  /* 9999-12-31T23:59:59.999Z */

static const char *const day_words[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const month_words[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* A name goes into a path and into the environment. */
static bool is_zone_name(struct str name)
{
    if (name.n == 0 || name.n > ZONE_NAME_MAX || name.p[0] < 'A' || name.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr("_-+/", c)))
            return false;
    }
    return true;
}

enum status zone_use(struct str name, struct fault *fault)
{
    char path[sizeof ZONE_FOLDER + ZONE_NAME_MAX];
    char value[ZONE_NAME_MAX + 2];
    if (!is_zone_name(name))
        return fault_set(fault, STATUS_NOT_FOUND,
                         "That is not the name of a time zone; write one like \"Europe/London\".");
    snprintf(path, sizeof path, ZONE_FOLDER "%.*s", STR_ARG(name));
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return fault_set(fault, STATUS_NOT_FOUND,
                         "There is no time zone \"%.*s\" on this machine; write one like \"Europe/London\", or install "
                         "the package tzdata.",
                         STR_ARG(name));
    snprintf(value, sizeof value, ":%.*s", STR_ARG(name));
    if (setenv("TZ", value, 1) != 0)
        return fault_no_memory(fault);
    tzset();
    return STATUS_OK;
}

static int64_t inside(int64_t ms)
{
    return ms < first_ms ? first_ms : ms > last_ms ? last_ms : ms;
}

static time_t seconds_of(int64_t ms)
{
    ms = inside(ms);
    return (time_t)(ms / 1000 - (ms % 1000 < 0));
}

static void civil_of_tm(const struct tm *tm, struct civil *out)
{
    *out = (struct civil){ .year = tm->tm_year + 1900,
                           .month = tm->tm_mon + 1,
                           .day = tm->tm_mday,
                           .hour = tm->tm_hour,
                           .minute = tm->tm_min,
                           .second = tm->tm_sec,
                           .weekday = tm->tm_wday,
                           .offset_minutes = (int)(tm->tm_gmtoff / 60) };
}

static struct tm tm_of_civil(const struct civil *c)
{
    return (struct tm){ .tm_year = c->year - 1900,
                        .tm_mon = c->month - 1,
                        .tm_mday = c->day,
                        .tm_hour = c->hour,
                        .tm_min = c->minute,
                        .tm_sec = c->second };
}

void zone_local(int64_t ms, struct civil *out)
{
    time_t t = seconds_of(ms);
    struct tm tm = { 0 };
    localtime_r(&t, &tm);
    civil_of_tm(&tm, out);
}

static bool same_moment(const struct tm *tm, const struct civil *c)
{
    return tm->tm_year == c->year - 1900 && tm->tm_mon == c->month - 1 && tm->tm_mday == c->day &&
           tm->tm_hour == c->hour && tm->tm_min == c->minute && tm->tm_sec == c->second;
}

/* The seconds that a clock at Greenwich would show this date and time at; false where there is no such date. */
static bool seconds_as_utc(const struct civil *c, time_t *out)
{
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 || c->day > 31 || c->hour < 0 ||
        c->hour > 23 || c->minute < 0 || c->minute > 59 || c->second < 0 || c->second > 59)
        return false;
    struct tm tm = tm_of_civil(c);
    *out = timegm(&tm);
    return same_moment(&tm, c); /* timegm makes 30 February into 2 March */
}

enum status zone_moment(const struct civil *c, int64_t *ms)
{
    time_t utc;
    if (!seconds_as_utc(c, &utc))
        return STATUS_INVALID;
    /* Rules change at most once in two days: the offset is that of the day before or of the day after. */
    bool found = false;
    time_t best = 0;
    for (int side = -1; side <= 1; side += 2) {
        time_t near = utc + (time_t)side * DAY_SECONDS;
        struct tm tm = { 0 };
        localtime_r(&near, &tm);
        time_t candidate = utc - tm.tm_gmtoff;
        localtime_r(&candidate, &tm);
        if (same_moment(&tm, c) && (!found || candidate < best)) {
            best = candidate;
            found = true;
        }
    }
    if (!found)
        return STATUS_INVALID;
    *ms = (int64_t)best * 1000;
    return STATUS_OK;
}

/* Exactly `digits` digits at the front of *rest. */
static bool take_number(struct str *rest, size_t digits, int *out)
{
    if (rest->n < digits)
        return false;
    int v = 0;
    for (size_t i = 0; i < digits; i++) {
        char c = rest->p[i];
        if (c < '0' || c > '9')
            return false;
        v = v * 10 + (c - '0');
    }
    *out = v;
    *rest = str_slice(*rest, digits, rest->n);
    return true;
}

static bool take_byte(struct str *rest, char c)
{
    if (rest->n == 0 || rest->p[0] != c)
        return false;
    *rest = str_slice(*rest, 1, rest->n);
    return true;
}

enum status zone_parse(struct str text, struct civil *out, bool *has_time)
{
    struct civil c = { 0 };
    bool time_given = false;
    if (!take_number(&text, 4, &c.year) || !take_byte(&text, '-') || !take_number(&text, 2, &c.month) ||
        !take_byte(&text, '-') || !take_number(&text, 2, &c.day))
        return STATUS_INVALID;
    if (take_byte(&text, 'T')) {
        time_given = true;
        if (!take_number(&text, 2, &c.hour) || !take_byte(&text, ':') || !take_number(&text, 2, &c.minute))
            return STATUS_INVALID;
        if (take_byte(&text, ':') && !take_number(&text, 2, &c.second))
            return STATUS_INVALID;
    }
    time_t utc;
    if (text.n != 0 || !seconds_as_utc(&c, &utc))
        return STATUS_INVALID;
    struct tm tm = tm_of_civil(&c);
    timegm(&tm); /* for the day of the week */
    c.weekday = tm.tm_wday;
    int64_t ms;
    if (zone_moment(&c, &ms) == STATUS_OK) {
        struct civil there;
        zone_local(ms, &there);
        c.offset_minutes = there.offset_minutes;
    } else if (time_given) {
        return STATUS_INVALID; /* the hour that the clocks leave out */
    }
    *out = c;
    *has_time = time_given;
    return STATUS_OK;
}

struct str zone_day(struct arena *arena, int64_t ms)
{
    struct civil c;
    zone_local(ms, &c);
    return str_format(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

/*
 * Without the C library, whose gmtime_r takes a lock of the whole process: two threads that meet there sleep. Years are
 * counted from a March, so that a leap day is the last of its year; four centuries have the same days each.
 */
static struct civil utc_of(int64_t ms)
{
    enum { CENTURIES_DAYS = 146097, MARCH_OF_YEAR_0 = 719468, EPOCH_WEEKDAY = 4 };
    int64_t seconds = seconds_of(ms);
    int64_t day = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
    int second = (int)(seconds - day * DAY_SECONDS);
    int64_t since = day + MARCH_OF_YEAR_0; /* 0000-03-01 is day 0; the calendar begins after it */
    int cycle = (int)(since / CENTURIES_DAYS), in_cycle = (int)(since % CENTURIES_DAYS);
    int leap_days = in_cycle / 1460 - in_cycle / 36524 + in_cycle / (CENTURIES_DAYS - 1);
    int year = (in_cycle - leap_days) / 365;
    int in_year = in_cycle - (365 * year + year / 4 - year / 100);
    int month = (5 * in_year + 2) / 153; /* from March: five months have 153 days */
    return (struct civil){ .year = cycle * 400 + year + (month >= 10),
                           .month = month < 10 ? month + 3 : month - 9,
                           .day = in_year - (153 * month + 2) / 5 + 1,
                           .hour = second / 3600,
                           .minute = second / 60 % 60,
                           .second = second % 60,
                           .weekday = (int)((day % 7 + 7 + EPOCH_WEEKDAY) % 7) };
}

struct str zone_utc(struct arena *arena, int64_t ms)
{
    struct civil c = utc_of(ms);
    return str_format(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

void zone_http(int64_t ms, char out[static ZONE_HTTP_SIZE])
{
    struct civil c = utc_of(ms);
    snprintf(out, ZONE_HTTP_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_words[c.weekday], c.day,
             month_words[c.month - 1], c.year, c.hour, c.minute, c.second);
}
