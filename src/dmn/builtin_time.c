/* Functions that make dates, times and durations, and of what they are made (DMN 1.5, tables 67, 74, 75). */
#include "base/arena.h"
#include "base/zone.h"
#include "dmn/builtin.h"
#include "dmn/temporal.h"
#include "base/banned.h"

static const struct feel_zone utc = { .form = FEEL_OFFSET };

static struct feel_value date_value(struct feel_date date)
{
    return (struct feel_value){ .kind = FEEL_DATE, .date = date };
}

static struct feel_value time_value(struct feel_time time)
{
    return (struct feel_value){ .kind = FEEL_TIME, .time = time };
}

static struct feel_value moment_value(struct run *run, struct feel_moment moment)
{
    struct feel_moment *kept = ARENA_NEW(run->arena, struct feel_moment);
    if (!kept)
        return run_no_memory(run);
    *kept = moment;
    return (struct feel_value){ .kind = FEEL_DATE_AND_TIME, .moment = kept };
}

static struct feel_value single(const struct builtin_call *call, size_t i)
{
    struct feel_value value = call->arguments[i];
    return value.kind == FEEL_LIST && value.list.n == 1 ? value.list.items[0] : value;
}

static struct feel_value no_form(const struct builtin_call *call, struct str text)
{
    return run_null(call->run, "\"%.*s\" is no %.*s.", STR_ARG(str_slice(text, 0, 60)), STR_ARG(call->name));
}

struct feel_value builtin_date(const struct builtin_call *call)
{
    struct feel_value from = single(call, 0);
    struct feel_date date;
    if (from.kind == FEEL_STRING)
        return temporal_date_parse(from.string, &date) ? date_value(date) : no_form(call, from.string);
    if (from.kind == FEEL_DATE)
        return from;
    if (from.kind == FEEL_DATE_AND_TIME)
        return date_value(from.moment->date);
    return builtin_wrong(call, 0, "a text, a date or a moment");
}

struct feel_value builtin_date_of(const struct builtin_call *call)
{
    int64_t year, month, day;
    struct feel_value null;
    if (!builtin_integer(call, 0, &year, &null) || !builtin_integer(call, 1, &month, &null) ||
        !builtin_integer(call, 2, &day, &null))
        return null;
    if (!temporal_date_valid(year, month, day))
        return run_null(call->run, "There is no such day.");
    return date_value((struct feel_date){ (int32_t)year, (uint8_t)month, (uint8_t)day });
}

struct feel_value builtin_time(const struct builtin_call *call)
{
    struct feel_value from = single(call, 0);
    struct feel_time time;
    if (from.kind == FEEL_STRING)
        return temporal_time_parse(call->run->arena, from.string, &time) ? time_value(time)
                                                                         : no_form(call, from.string);
    if (from.kind == FEEL_TIME)
        return from;
    if (from.kind == FEEL_DATE_AND_TIME)
        return time_value(from.moment->time);
    if (from.kind == FEEL_DATE)
        return time_value((struct feel_time){ .zone = &utc });
    return builtin_wrong(call, 0, "a text, a time or a moment");
}

struct feel_value builtin_time_of(const struct builtin_call *call)
{
    enum { OFFSET_MOST = 18 * 60 * 60 };
    int64_t hour, minute;
    struct feel_value null, second, offset;
    struct number whole, rest;
    int64_t seconds, nanos;
    struct feel_zone *zone = NULL;
    if (!builtin_integer(call, 0, &hour, &null) || !builtin_integer(call, 1, &minute, &null) ||
        !builtin_argument(call, 2, FEEL_NUMBER, &second, &null))
        return null;
    if (!number_round(second.number, 0, NUMBER_DOWN, &whole) || !number_to_i64(whole, &seconds) ||
        !number_subtract(second.number, whole, &rest) || !number_multiply(rest, number_of(1000000000), &rest) ||
        !number_round(rest, 0, NUMBER_DOWN, &rest) || !number_to_i64(rest, &nanos) || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || seconds < 0 || seconds > 59 || nanos < 0)
        return run_null(call->run, "There is no such time.");
    if (call->n > 3 && call->arguments[3].kind != FEEL_NULL) {
        if (!builtin_argument(call, 3, FEEL_DAYS, &offset, &null))
            return null;
        zone = ARENA_NEW(call->run->arena, struct feel_zone);
        if (!zone)
            return run_no_memory(call->run);
        if (offset.days.seconds > OFFSET_MOST || offset.days.seconds < -OFFSET_MOST)
            return run_null(call->run, "An offset from UTC is at most 18 hours.");
        *zone = (struct feel_zone){ .form = FEEL_OFFSET, .offset = (int32_t)offset.days.seconds };
    }
    return time_value((struct feel_time){ (uint8_t)hour, (uint8_t)minute, (uint8_t)seconds, (int32_t)nanos, zone });
}

struct feel_value builtin_moment(const struct builtin_call *call)
{
    struct feel_value from = single(call, 0);
    struct feel_moment moment;
    if (from.kind == FEEL_STRING)
        return temporal_moment_parse(call->run->arena, from.string, &moment) ? moment_value(call->run, moment)
                                                                             : no_form(call, from.string);
    if (from.kind == FEEL_DATE_AND_TIME)
        return from;
    if (from.kind == FEEL_DATE)
        return moment_value(call->run, (struct feel_moment){ .date = from.date, .time.zone = &utc });
    return builtin_wrong(call, 0, "a text, a date or a moment");
}

struct feel_value builtin_moment_of(const struct builtin_call *call)
{
    struct feel_value date = single(call, 0), time, null;
    if (date.kind != FEEL_DATE && date.kind != FEEL_DATE_AND_TIME)
        return builtin_wrong(call, 0, "a date");
    if (!builtin_argument(call, 1, FEEL_TIME, &time, &null))
        return null;
    struct feel_date day = date.kind == FEEL_DATE ? date.date : date.moment->date;
    return moment_value(call->run, (struct feel_moment){ day, time.time });
}

struct feel_value builtin_duration(const struct builtin_call *call)
{
    struct feel_value from = single(call, 0);
    bool is_months;
    struct feel_days days;
    int64_t months;
    if (from.kind == FEEL_DAYS || from.kind == FEEL_MONTHS)
        return from;
    if (from.kind != FEEL_STRING)
        return builtin_wrong(call, 0, "a text");
    if (!temporal_duration_parse(from.string, &is_months, &days, &months))
        return no_form(call, from.string);
    if (is_months)
        return (struct feel_value){ .kind = FEEL_MONTHS, .months = months };
    return (struct feel_value){ .kind = FEEL_DAYS, .days = days };
}

static bool as_moment(const struct builtin_call *call, size_t i, struct feel_moment *out)
{
    struct feel_value value = single(call, i);
    if (value.kind == FEEL_DATE)
        *out = (struct feel_moment){ .date = value.date };
    else if (value.kind == FEEL_DATE_AND_TIME)
        *out = *value.moment;
    else
        return false;
    return true;
}

struct feel_value builtin_months_between(const struct builtin_call *call)
{
    struct feel_moment from, to;
    if (!as_moment(call, 0, &from))
        return builtin_wrong(call, 0, "a date or a moment");
    if (!as_moment(call, 1, &to))
        return builtin_wrong(call, 1, "a date or a moment");
    /* Of moments the dates alone count, as the TCK has it: the time of the day is no part of a month. */
    return (struct feel_value){ .kind = FEEL_MONTHS, .months = temporal_months_between(from.date, to.date) };
}

/* ---- The same in every part ---- */

static bool same_zone(const struct feel_zone *a, const struct feel_zone *b)
{
    if (!a || !b)
        return a == b;
    return a->form == b->form && a->offset == b->offset && str_equal(a->name, b->name);
}

static bool same_time(struct feel_time a, struct feel_time b)
{
    return a.hour == b.hour && a.minute == b.minute && a.second == b.second && a.nanos == b.nanos &&
           same_zone(a.zone, b.zone);
}

struct feel_value builtin_is(const struct builtin_call *call)
{
    struct feel_value a = call->arguments[0], b = call->arguments[1];
    if (a.kind != b.kind)
        return feel_boolean(false);
    if (a.kind == FEEL_TIME)
        return feel_boolean(same_time(a.time, b.time));
    if (a.kind == FEEL_DATE_AND_TIME)
        return feel_boolean(temporal_date_compare(a.moment->date, b.moment->date) == 0 &&
                            same_time(a.moment->time, b.moment->time));
    return feel_boolean(feel_same(a, b));
}

/* ---- Now ---- */

struct feel_value builtin_today(const struct builtin_call *call)
{
    struct civil now;
    zone_local(call->run->now_ms, &now);
    return date_value((struct feel_date){ now.year, (uint8_t)now.month, (uint8_t)now.day });
}

struct feel_value builtin_now(const struct builtin_call *call)
{
    struct civil now;
    struct feel_zone *zone = ARENA_NEW(call->run->arena, struct feel_zone);
    if (!zone)
        return run_no_memory(call->run);
    zone_local(call->run->now_ms, &now);
    *zone = (struct feel_zone){ .form = FEEL_OFFSET, .offset = now.offset_minutes * 60 };
    struct feel_time time = { (uint8_t)now.hour, (uint8_t)now.minute, (uint8_t)now.second,
                              (int32_t)(call->run->now_ms % 1000) * 1000000, zone };
    return moment_value(call->run, (struct feel_moment){ { now.year, (uint8_t)now.month, (uint8_t)now.day }, time });
}

/* ---- Of a day ---- */

static bool as_date(const struct builtin_call *call, struct feel_date *out, struct feel_value *null)
{
    struct feel_moment moment;
    if (as_moment(call, 0, &moment)) {
        *out = moment.date;
        return true;
    }
    *null = builtin_wrong(call, 0, "a date");
    return false;
}

struct feel_value builtin_day_of_year(const struct builtin_call *call)
{
    struct feel_date date;
    struct feel_value null;
    return as_date(call, &date, &null) ? feel_integer(temporal_day_of_year(date)) : null;
}

struct feel_value builtin_day_of_week(const struct builtin_call *call)
{
    static const struct str names[] = { STR_INIT("Monday"),   STR_INIT("Tuesday"), STR_INIT("Wednesday"),
                                        STR_INIT("Thursday"), STR_INIT("Friday"),  STR_INIT("Saturday"),
                                        STR_INIT("Sunday") };
    struct feel_date date;
    struct feel_value null;
    return as_date(call, &date, &null) ? feel_string(names[temporal_weekday(date) - 1]) : null;
}

struct feel_value builtin_month_of_year(const struct builtin_call *call)
{
    static const struct str names[] = { STR_INIT("January"), STR_INIT("February"), STR_INIT("March"),
                                        STR_INIT("April"),   STR_INIT("May"),      STR_INIT("June"),
                                        STR_INIT("July"),    STR_INIT("August"),   STR_INIT("September"),
                                        STR_INIT("October"), STR_INIT("November"), STR_INIT("December") };
    struct feel_date date;
    struct feel_value null;
    return as_date(call, &date, &null) ? feel_string(names[date.month - 1]) : null;
}

struct feel_value builtin_week_of_year(const struct builtin_call *call)
{
    struct feel_date date;
    struct feel_value null;
    return as_date(call, &date, &null) ? feel_integer(temporal_week(date)) : null;
}
