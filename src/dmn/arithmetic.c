/* Sums and products of numbers, texts, dates and durations (DMN 1.5, tables 57 to 60). Promises: see run.h. */
#include <string.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/run.h"
#include "dmn/temporal.h"
#include "base/banned.h"

static struct feel_value cannot(struct run *run, enum node_operator operation, struct feel_value a, struct feel_value b)
{
    static const char *const words[] = {
        [OPERATOR_ADD] = "added to",
        [OPERATOR_SUBTRACT] = "subtracted with",
        [OPERATOR_MULTIPLY] = "multiplied by",
        [OPERATOR_DIVIDE] = "divided by",
        [OPERATOR_POWER] = "raised to the power of",
    };
    if (a.kind == FEEL_NULL && a.why)
        return a; /* the reason for it is the reason for this */
    if (b.kind == FEEL_NULL && b.why)
        return b;
    return run_null(run, "A %s is not %s a %s.", feel_kind_name(a.kind), words[operation], feel_kind_name(b.kind));
}

static struct feel_value too_large(struct run *run)
{
    return run_null(run, "The result is not a number, or too large.");
}

static struct feel_value numbers(struct run *run, enum node_operator operation, struct number a, struct number b)
{
    struct number out = { { 0 } };
    bool good = false;
    switch (operation) {
    case OPERATOR_ADD: good = number_add(a, b, &out); break;
    case OPERATOR_SUBTRACT: good = number_subtract(a, b, &out); break;
    case OPERATOR_MULTIPLY: good = number_multiply(a, b, &out); break;
    case OPERATOR_DIVIDE:
        if (number_sign(b) == 0)
            return run_null(run, "Nothing is divided by 0.");
        good = number_divide(a, b, &out);
        break;
    case OPERATOR_POWER: good = number_power(a, b, &out); break;
    case OPERATOR_EQUAL:
    case OPERATOR_UNEQUAL:
    case OPERATOR_LESS:
    case OPERATOR_LESS_EQUAL:
    case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL:
    case OPERATOR_AND:
    case OPERATOR_OR: break;
    }
    return good ? feel_number(out) : too_large(run);
}

static struct feel_value days_value(struct run *run, bool good, struct feel_days days)
{
    if (!good)
        return run_null(run, "The result is larger than a duration can be.");
    return (struct feel_value){ .kind = FEEL_DAYS, .days = days };
}

static struct feel_value months_value(int64_t months)
{
    return (struct feel_value){ .kind = FEEL_MONTHS, .months = months };
}

static struct feel_value moment_value(struct run *run, bool good, const struct feel_moment *moment)
{
    if (!good)
        return run_null(run, "The result is no date that there is.");
    struct feel_moment *kept = ARENA_NEW(run->arena, struct feel_moment);
    if (!kept)
        return run_no_memory(run);
    *kept = *moment;
    return (struct feel_value){ .kind = FEEL_DATE_AND_TIME, .moment = kept };
}

static struct feel_value concatenated(struct run *run, struct str a, struct str b)
{
    if (a.n + b.n > DMN_STRING_MAX)
        return run_stop(run, "a text has more than %d bytes", (int)DMN_STRING_MAX);
    char *p = ARENA_ARRAY(run->arena, a.n + b.n + 1, char);
    if (!p)
        return run_no_memory(run);
    memcpy(p, a.p, a.n);
    memcpy(p + a.n, b.p, b.n);
    return feel_string((struct str){ p, a.n + b.n });
}

/* A date, a time or a moment, and a duration that goes on from it. */
static struct feel_value moved(struct run *run, struct feel_value from, struct feel_value by)
{
    struct feel_moment there = { 0 };
    if (from.kind == FEEL_DATE_AND_TIME) {
        bool good = by.kind == FEEL_DAYS ? temporal_moment_add(from.moment, by.days, &there)
                                         : temporal_moment_add_months(from.moment, by.months, &there);
        return moment_value(run, good, &there);
    }
    if (from.kind == FEEL_TIME && by.kind == FEEL_DAYS)
        return (struct feel_value){ .kind = FEEL_TIME, .time = temporal_time_add(from.time, by.days) };
    if (from.kind != FEEL_DATE)
        return cannot(run, OPERATOR_ADD, from, by);
    struct feel_moment midnight = { .date = from.date };
    bool good = by.kind == FEEL_DAYS ? temporal_moment_add(&midnight, by.days, &there)
                                     : temporal_add_months(from.date, by.months, &there.date);
    if (!good)
        return run_null(run, "The result is no date that there is.");
    return (struct feel_value){ .kind = FEEL_DATE, .date = there.date };
}

static bool is_duration(struct feel_value value)
{
    return value.kind == FEEL_DAYS || value.kind == FEEL_MONTHS;
}

static bool is_point(struct feel_value value)
{
    return value.kind == FEEL_DATE || value.kind == FEEL_TIME || value.kind == FEEL_DATE_AND_TIME;
}

static struct feel_value added(struct run *run, struct feel_value a, struct feel_value b)
{
    struct feel_days days = { 0 };
    int64_t months;
    if (a.kind == FEEL_STRING && b.kind == FEEL_STRING)
        return concatenated(run, a.string, b.string);
    if (a.kind == FEEL_DAYS && b.kind == FEEL_DAYS)
        return days_value(run, temporal_days_sum(a.days, b.days, &days), days);
    if (a.kind == FEEL_MONTHS && b.kind == FEEL_MONTHS)
        return __builtin_add_overflow(a.months, b.months, &months) ? too_large(run) : months_value(months);
    if (is_point(a) && is_duration(b))
        return moved(run, a, b);
    if (is_duration(a) && is_point(b))
        return moved(run, b, a);
    return cannot(run, OPERATOR_ADD, a, b);
}

/* Beside a moment a date stands for its midnight in UTC (10.3.2.9.4); two dates are in no zone. */
static struct feel_moment midnight_of(struct feel_value value, const struct feel_value *other)
{
    static const struct feel_zone utc = { .form = FEEL_OFFSET };
    if (value.kind == FEEL_DATE_AND_TIME)
        return *value.moment;
    return (struct feel_moment){ .date = value.date, .time.zone = other->kind == FEEL_DATE_AND_TIME ? &utc : NULL };
}

static struct feel_value subtracted(struct run *run, struct feel_value a, struct feel_value b)
{
    struct feel_days days = { 0 };
    int64_t months;
    if (a.kind == FEEL_DAYS && b.kind == FEEL_DAYS)
        return days_value(run, temporal_days_sum(a.days, temporal_days_negate(b.days), &days), days);
    if (a.kind == FEEL_MONTHS && b.kind == FEEL_MONTHS)
        return __builtin_sub_overflow(a.months, b.months, &months) ? too_large(run) : months_value(months);
    if (is_point(a) && b.kind == FEEL_DAYS) {
        b.days = temporal_days_negate(b.days);
        return moved(run, a, b);
    }
    if (is_point(a) && b.kind == FEEL_MONTHS) {
        b.months = -b.months;
        return moved(run, a, b);
    }
    if (a.kind == FEEL_TIME && b.kind == FEEL_TIME) {
        if (!temporal_time_between(a.time, b.time, &days))
            return run_null(run, "One of the two times has a zone and the other has none.");
        return days_value(run, true, days);
    }
    if (is_point(a) && is_point(b) && a.kind != FEEL_TIME && b.kind != FEEL_TIME) {
        struct feel_moment left = midnight_of(a, &b), right = midnight_of(b, &a);
        if (!temporal_moment_between(&left, &right, &days))
            return run_null(run, "One of the two has a zone and the other has none.");
        return days_value(run, true, days);
    }
    return cannot(run, OPERATOR_SUBTRACT, a, b);
}

static struct feel_value scaled(struct run *run, enum node_operator operation, struct feel_value duration,
                                struct number by)
{
    struct number amount;
    struct feel_days days = { 0 };
    int64_t months;
    bool good = duration.kind == FEEL_DAYS ? temporal_days_number(duration.days, &amount)
                                           : (amount = number_of(duration.months), true);
    if (operation == OPERATOR_DIVIDE && number_sign(by) == 0)
        return run_null(run, "Nothing is divided by 0.");
    good = good &&
           (operation == OPERATOR_MULTIPLY ? number_multiply(amount, by, &amount) : number_divide(amount, by, &amount));
    if (duration.kind == FEEL_DAYS)
        return days_value(run, good && temporal_days_of(amount, &days), days);
    good = good && number_round(amount, 0, NUMBER_DOWN, &amount) && number_to_i64(amount, &months);
    return good ? months_value(months) : too_large(run);
}

static struct feel_value multiplied(struct run *run, struct feel_value a, struct feel_value b)
{
    if (is_duration(a) && b.kind == FEEL_NUMBER)
        return scaled(run, OPERATOR_MULTIPLY, a, b.number);
    if (a.kind == FEEL_NUMBER && is_duration(b))
        return scaled(run, OPERATOR_MULTIPLY, b, a.number);
    return cannot(run, OPERATOR_MULTIPLY, a, b);
}

static struct feel_value divided(struct run *run, struct feel_value a, struct feel_value b)
{
    struct number x, y;
    if (is_duration(a) && b.kind == FEEL_NUMBER)
        return scaled(run, OPERATOR_DIVIDE, a, b.number);
    if (a.kind == FEEL_MONTHS && b.kind == FEEL_MONTHS)
        return numbers(run, OPERATOR_DIVIDE, number_of(a.months), number_of(b.months));
    if (a.kind == FEEL_DAYS && b.kind == FEEL_DAYS && temporal_days_number(a.days, &x) &&
        temporal_days_number(b.days, &y))
        return numbers(run, OPERATOR_DIVIDE, x, y);
    return cannot(run, OPERATOR_DIVIDE, a, b);
}

struct feel_value run_arithmetic(struct run *run, enum node_operator operation, struct feel_value a,
                                 struct feel_value b)
{
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
        return numbers(run, operation, a.number, b.number);
    switch (operation) {
    case OPERATOR_ADD: return added(run, a, b);
    case OPERATOR_SUBTRACT: return subtracted(run, a, b);
    case OPERATOR_MULTIPLY: return multiplied(run, a, b);
    case OPERATOR_DIVIDE: return divided(run, a, b);
    case OPERATOR_POWER: return cannot(run, operation, a, b);
    case OPERATOR_EQUAL:
    case OPERATOR_UNEQUAL:
    case OPERATOR_LESS:
    case OPERATOR_LESS_EQUAL:
    case OPERATOR_GREATER:
    case OPERATOR_GREATER_EQUAL:
    case OPERATOR_AND:
    case OPERATOR_OR: break;
    }
    return FEEL_NONE;
}

struct feel_value run_negate(struct run *run, struct feel_value value)
{
    if (value.kind == FEEL_NUMBER)
        return feel_number(number_negate(value.number));
    if (value.kind == FEEL_DAYS)
        return days_value(run, true, temporal_days_negate(value.days));
    if (value.kind == FEEL_MONTHS)
        return months_value(-value.months);
    if (value.kind == FEEL_NULL && value.why)
        return value;
    return run_null(run, "A %s has no minus.", feel_kind_name(value.kind));
}

/* ---- Properties (tables 61 to 65) ---- */

static struct feel_value offset_of(struct run *run, bool good, int32_t offset)
{
    if (!good)
        return run_null(run, "The time has no offset from UTC.");
    return days_value(run, true, (struct feel_days){ .seconds = offset });
}

static struct feel_value of_date(struct run *run, struct feel_date date, struct str name, bool *found)
{
    *found = true;
    if (str_equal(name, STR("year")))
        return feel_integer(date.year);
    if (str_equal(name, STR("month")))
        return feel_integer(date.month);
    if (str_equal(name, STR("day")))
        return feel_integer(date.day);
    if (str_equal(name, STR("weekday")))
        return feel_integer(temporal_weekday(date));
    *found = false;
    return run_null(run, "A date has no \"%.*s\".", STR_ARG(name));
}

static struct feel_value of_time(struct run *run, struct feel_time time, struct str name, bool *found)
{
    *found = true;
    if (str_equal(name, STR("hour")))
        return feel_integer(time.hour);
    if (str_equal(name, STR("minute")))
        return feel_integer(time.minute);
    if (str_equal(name, STR("second")))
        return feel_integer(time.second);
    if (str_equal(name, STR("timezone")))
        return time.zone && time.zone->form == FEEL_ZONE ? feel_string(time.zone->name)
                                                         : run_null(run, "The time is in no zone with a name.");
    *found = false;
    return run_null(run, "A time has no \"%.*s\".", STR_ARG(name));
}

static struct feel_value of_moment(struct run *run, const struct feel_moment *moment, struct str name)
{
    bool found;
    int32_t offset = 0;
    if (str_equal(name, STR("time offset"))) {
        bool good = temporal_offset(moment, &offset);
        return offset_of(run, good, offset);
    }
    struct feel_value value = of_date(run, moment->date, name, &found);
    return found ? value : of_time(run, moment->time, name, &found);
}

static struct feel_value of_duration(struct run *run, struct feel_value value, struct str name)
{
    static const struct {
        struct str name;
        int64_t unit, most;
    } parts[] = { { STR_INIT("days"), 86400, INT64_MAX },
                  { STR_INIT("hours"), 3600, 24 },
                  { STR_INIT("minutes"), 60, 60 },
                  { STR_INIT("seconds"), 1, 60 } };
    if (value.kind == FEEL_MONTHS) {
        if (str_equal(name, STR("years")))
            return feel_integer(value.months / 12);
        if (str_equal(name, STR("months")))
            return feel_integer(value.months % 12);
    } else {
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            if (str_equal(parts[i].name, name))
                return feel_integer(value.days.seconds / parts[i].unit % parts[i].most);
    }
    return run_null(run, "A %s has no \"%.*s\".", feel_kind_name(value.kind), STR_ARG(name));
}

static struct feel_value of_range(struct run *run, const struct feel_range *range, struct str name)
{
    if (str_equal(name, STR("start")))
        return range->start;
    if (str_equal(name, STR("end")))
        return range->end;
    if (str_equal(name, STR("start included")))
        return feel_boolean(range->start_in);
    if (str_equal(name, STR("end included")))
        return feel_boolean(range->end_in);
    return run_null(run, "A range has no \"%.*s\".", STR_ARG(name));
}

struct feel_value run_property(struct run *run, struct feel_value value, struct str name)
{
    bool found;
    int32_t offset = 0;
    const struct feel_value *entry;
    switch (value.kind) {
    case FEEL_CONTEXT:
        if (!run_spend(run, value.context->n / RUN_WEIGHT_OF_STEP))
            return FEEL_NONE;
        entry = feel_context_get(value.context, name);
        return entry ? *entry : run_null(run, "The context has no entry \"%.*s\".", STR_ARG(name));
    case FEEL_DATE: return of_date(run, value.date, name, &found);
    case FEEL_TIME:
        if (str_equal(name, STR("time offset"))) {
            bool good = temporal_time_offset(value.time, &offset);
            return offset_of(run, good, offset);
        }
        return of_time(run, value.time, name, &found);
    case FEEL_DATE_AND_TIME: return of_moment(run, value.moment, name);
    case FEEL_DAYS:
    case FEEL_MONTHS: return of_duration(run, value, name);
    case FEEL_RANGE: return of_range(run, value.range, name);
    case FEEL_NULL:
        if (value.why)
            return value;
        break;
    case FEEL_BOOLEAN:
    case FEEL_NUMBER:
    case FEEL_STRING:
    case FEEL_LIST:
    case FEEL_FUNCTION: break;
    }
    return run_null(run, "A %s has no \"%.*s\".", feel_kind_name(value.kind), STR_ARG(name));
}
