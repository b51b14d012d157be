/* Local time in London: the two nights of the clocks, and the forms that are read and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/zone.h"
#include "base/banned.h"

static struct arena *arena;

static int use_london(void **state)
{
    (void)state;
    arena = arena_new(100000);
    return arena && zone_use(STR("Europe/London"), NULL) == STATUS_OK ? 0 : -1;
}

static int end_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int64_t moment_of(const char *text)
{
    struct civil c;
    bool has_time;
    int64_t ms = 0;
    assert_int_equal(zone_parse(str_of(text), &c, &has_time), STATUS_OK);
    assert_int_equal(zone_moment(&c, &ms), STATUS_OK);
    return ms;
}

static void summer_and_winter_have_their_offsets(void **state)
{
    (void)state;
    assert_true(moment_of("2026-03-02T19:11") == 1772478660000);
    assert_true(str_equal(zone_utc(arena, moment_of("2026-07-01T12:00:05")), STR("2026-07-01T11:00:05Z")));
    struct civil c;
    zone_local(1782903605000, &c);
    assert_int_equal(c.hour, 12);
    assert_int_equal(c.offset_minutes, 60);
    assert_int_equal(c.weekday, 3);
}

static void the_hour_that_is_left_out_does_not_exist(void **state)
{
    (void)state;
    struct civil c;
    bool has_time;
    assert_int_equal(zone_parse(STR("2026-03-29T01:30"), &c, &has_time), STATUS_INVALID);
    c = (struct civil){ .year = 2026, .month = 3, .day = 29, .hour = 1, .minute = 0 };
    int64_t ms;
    assert_int_equal(zone_moment(&c, &ms), STATUS_INVALID);
    assert_true(moment_of("2026-03-29T02:00") - moment_of("2026-03-29T00:59") == 60 * 1000);
}

static void of_an_hour_that_comes_twice_the_earlier_is_taken(void **state)
{
    (void)state;
    assert_true(str_equal(zone_utc(arena, moment_of("2026-10-25T01:30")), STR("2026-10-25T00:30:00Z")));
    assert_true(str_equal(zone_utc(arena, moment_of("2026-10-25T00:59:59")), STR("2026-10-24T23:59:59Z")));
    assert_true(str_equal(zone_utc(arena, moment_of("2026-10-25T02:00")), STR("2026-10-25T02:00:00Z")));
}

static void every_hour_of_two_years_comes_back(void **state)
{
    (void)state;
    for (int64_t ms = 1735689600000; ms < 1735689600000 + 2LL * 365 * 86400000; ms += 3600000) {
        struct civil c;
        int64_t back;
        zone_local(ms, &c);
        assert_int_equal(zone_moment(&c, &back), STATUS_OK);
        assert_true(back == ms || back == ms - 3600000); /* the hour that comes twice */
    }
}

static void a_day_is_the_local_one(void **state)
{
    (void)state;
    assert_true(str_equal(zone_day(arena, moment_of("2026-07-01T00:30")), STR("2026-07-01")));
    assert_true(str_equal(zone_utc(arena, moment_of("2026-07-01T00:30")), STR("2026-06-30T23:30:00Z")));
}

static void only_the_exact_forms_are_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026-3-02",
        "2026-03-2",
        "26-03-02",
        "2026/03/02",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-04-31",
        "2026-03-02 19:11",
        "2026-03-02T24:00",
        "2026-03-02T19",
        "2026-03-02T19:60",
        "2026-03-02T19:11:60",
        "2026-03-02T19:11Z",
        "2026-03-02T19:11:00+01:00",
        " 2026-03-02",
        "2026-03-02 ",
        "2026-03-02T",
        "-026-03-02",
        "0000-01-01",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct civil c;
        bool has_time;
        if (zone_parse(str_of(wrong[i]), &c, &has_time) != STATUS_INVALID)
            fail_msg("%s was taken", wrong[i]);
    }
    struct civil c;
    bool has_time = true;
    assert_int_equal(zone_parse(STR("2024-02-29"), &c, &has_time), STATUS_OK);
    assert_false(has_time);
    assert_int_equal(c.weekday, 4);
    assert_int_equal(zone_parse(STR("2024-02-29T23:59:58"), &c, &has_time), STATUS_OK);
    assert_true(has_time);
    assert_int_equal(c.second, 58);
}

static const char *http_date(int64_t ms)
{
    static char date[ZONE_HTTP_SIZE];
    zone_http(ms, date);
    return date;
}

static void dates_for_http_are_in_english_and_greenwich(void **state)
{
    (void)state;
    assert_string_equal(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_string_equal(http_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    assert_string_equal(http_date(951782400000), "Tue, 29 Feb 2000 00:00:00 GMT");
}

/* The C library is the other opinion. */
static void every_day_of_the_calendar_is_that_of_the_c_library(void **state)
{
    (void)state;
    int64_t first = -62135596800, last = 253402300799;
    for (int64_t t = first; t <= last; t += 86400 - 1) {
        time_t at = (time_t)t;
        struct tm tm = { 0 };
        char expected[64], day[16], hour[16];
        gmtime_r(&at, &tm);
        assert_true(strftime(day, sizeof day, "%a, %d %b", &tm) && strftime(hour, sizeof hour, "%H:%M:%S", &tm));
        snprintf(expected, sizeof expected, "%s %04d %s GMT", day, tm.tm_year + 1900, hour);
        assert_string_equal(http_date(t * 1000), expected);
    }
}

static void moments_beyond_the_calendar_are_the_nearest_inside(void **state)
{
    (void)state;
    assert_true(str_equal(zone_utc(arena, INT64_MAX), STR("9999-12-31T23:59:59Z")));
    assert_true(str_equal(zone_utc(arena, INT64_MIN), STR("0001-01-01T00:00:00Z")));
    assert_int_equal(zone_day(arena, INT64_MAX).n, 10);
}

static void an_unknown_zone_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",       "Europe/Londno",  "../../etc/passwd", "Europe/../Europe/London",
                                         "Europe", "/etc/localtime", "europe/london",    ":UTC" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fault fault;
        assert_int_equal(zone_use(str_of(wrong[i]), &fault), STATUS_NOT_FOUND);
        assert_non_null(strstr(fault.text, "Europe/London"));
    }
    assert_true(moment_of("2026-07-01T12:00") == 1782903600000);
}

static void another_zone_may_be_set(void **state)
{
    (void)state;
    assert_int_equal(zone_use(STR("America/St_Johns"), NULL), STATUS_OK);
    assert_true(str_equal(zone_utc(arena, moment_of("2026-01-01T00:00")), STR("2026-01-01T03:30:00Z")));
    assert_int_equal(zone_use(STR("Europe/London"), NULL), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summer_and_winter_have_their_offsets),
        cmocka_unit_test(the_hour_that_is_left_out_does_not_exist),
        cmocka_unit_test(of_an_hour_that_comes_twice_the_earlier_is_taken),
        cmocka_unit_test(every_hour_of_two_years_comes_back),
        cmocka_unit_test(a_day_is_the_local_one),
        cmocka_unit_test(only_the_exact_forms_are_read),
        cmocka_unit_test(dates_for_http_are_in_english_and_greenwich),
        cmocka_unit_test(every_day_of_the_calendar_is_that_of_the_c_library),
        cmocka_unit_test(moments_beyond_the_calendar_are_the_nearest_inside),
        cmocka_unit_test(an_unknown_zone_is_refused_and_changes_nothing),
        cmocka_unit_test(another_zone_may_be_set),
    };
    return cmocka_run_group_tests(tests, use_london, end_arena);
}
