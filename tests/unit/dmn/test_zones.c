/*
 * base/zone_rules against the C library: for zones of every kind of rule, at random moments and around every change of
 * the clocks, the offset is the library's; a broken file of rules, and a name that leads elsewhere, are no zone.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/zone_rules.h"

#include "base/banned.h"

static const char *const zones[] = {
    "Europe/London",
    "Europe/Dublin",
    "Europe/Paris",
    "Europe/Moscow",
    "Europe/Istanbul",
    "Europe/Lisbon",
    "Europe/Chisinau",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Africa/Cairo",
    "Africa/Lagos",
    "Africa/Monrovia",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Caracas",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "America/Nuuk",
    "America/Scoresbysund",
    "America/Argentina/Buenos_Aires",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Pyongyang",
    "Asia/Tokyo",
    "Asia/Famagusta",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Australia/Eucla",
    "Antarctica/Troll",
    "Antarctica/Casey",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Norfolk",
    "Pacific/Easter",
    "Pacific/Marquesas",
    "Etc/UTC",
    "Etc/GMT+12",
    "UTC",
    "Etc/GMT-14",
};

/* 1900 to 2100. */
#define FROM INT64_C(-2208988800)
#define TO   INT64_C(4102444800)

static int differs(const char *zone, int64_t utc)
{
    time_t t = (time_t)utc;
    struct tm tm;
    int32_t offset;
    localtime_r(&t, &tm);
    if (!zone_rules_offset(str_of(zone), utc, &offset))
        offset = -1000000;
    if (offset == tm.tm_gmtoff)
        return 0;
    fprintf(stderr, "%s at %lld: %d, and the library has %ld\n", zone, (long long)utc, offset, tm.tm_gmtoff);
    return 1;
}

/* A day's steps, and each change down to the second on both sides. */
static int compare(const char *zone)
{
    int wrong = 0;
    long before = 0;
    setenv("TZ", zone, 1);
    tzset();
    for (int64_t utc = FROM; utc < TO && wrong < 5; utc += 12 * 60 * 60) {
        time_t t = (time_t)utc;
        struct tm tm;
        localtime_r(&t, &tm);
        if (utc > FROM && tm.tm_gmtoff != before) {
            int64_t low = utc - 12 * 60 * 60, high = utc;
            while (high - low > 1) {
                time_t middle = (time_t)((low + high) / 2);
                struct tm at;
                localtime_r(&middle, &at);
                if (at.tm_gmtoff == before)
                    low = middle;
                else
                    high = middle;
            }
            wrong += differs(zone, low) + differs(zone, high);
        }
        before = tm.tm_gmtoff;
        wrong += differs(zone, utc);
    }
    return wrong;
}

/* The C library has one zone a process: each has a child. */
static void the_offset_of_every_zone_is_the_librarys_from_1900_to_2100(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        int status;
        assert_true(zone_rules_known(str_of(zones[i])));
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(compare(zones[i]) > 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (status != 0)
            print_error("%s\n", zones[i]);
        assert_int_equal(status, 0);
    }
}

static int32_t local(const char *zone, int64_t at)
{
    int32_t offset = -1;
    assert_true(zone_rules_offset_local(str_of(zone), at, &offset));
    return offset;
}

static void an_hour_that_comes_twice_is_the_first_and_one_that_never_comes_has_the_offset_before(void **state)
{
    (void)state;
    /* London: 2026-03-29 01:00 to 02:00 never comes, 2026-10-25 01:00 to 02:00 comes twice. */
    assert_int_equal(local("Europe/London", 1774745999), 0);    /* 00:59:59 */
    assert_int_equal(local("Europe/London", 1774747800), 0);    /* 01:30, which never comes */
    assert_int_equal(local("Europe/London", 1774749600), 3600); /* 02:00 */
    assert_int_equal(local("Europe/London", 1792891800), 3600); /* 01:30, the first */
    assert_int_equal(local("Europe/London", 1792893600), 0);    /* 02:00 */
    /* Samoa left out 30 December 2011. */
    assert_int_equal(local("Pacific/Apia", 1325203200), -10 * 3600); /* that day, at 00:00 */
    assert_int_equal(local("Pacific/Apia", 1325289600), 14 * 3600);
    /* Half an hour of summer time. */
    assert_int_equal(local("Australia/Lord_Howe", 1767225600), 11 * 3600);
    assert_int_equal(local("Australia/Lord_Howe", 1782864000), 10 * 3600 + 1800);
    /* Ireland's summer is its standard time, and its winter is one hour less. */
    assert_int_equal(local("Europe/Dublin", 1782864000), 3600);
    assert_int_equal(local("Europe/Dublin", 1767225600), 0);
}

static void years_far_away_follow_the_last_rule(void **state)
{
    (void)state;
    int32_t offset;
    assert_true(
        zone_rules_offset(STR("Europe/London"), INT64_C(31556889864403199), &offset)); /* 31 December 999,999,999 */
    assert_int_equal(offset, 0);
    assert_true(zone_rules_offset(STR("Europe/London"), INT64_C(-31557014167219200), &offset));
    assert_int_equal(offset, -75);
    assert_true(zone_rules_offset(STR("Europe/London"), INT64_C(253386748800), &offset)); /* July 9999 */
    assert_int_equal(offset, 3600);
}

static void only_a_zone_of_one_offset_is_fixed(void **state)
{
    (void)state;
    int32_t offset = -1;
    assert_true(zone_rules_fixed(STR("Etc/UTC"), &offset));
    assert_int_equal(offset, 0);
    assert_true(zone_rules_fixed(STR("Etc/GMT+12"), &offset));
    assert_int_equal(offset, -12 * 3600);
    assert_false(zone_rules_fixed(STR("Europe/London"), &offset));
    assert_false(zone_rules_fixed(STR("Asia/Kathmandu"), &offset)); /* it had another until 1986 */
}

static void a_name_that_leads_elsewhere_is_no_zone(void **state)
{
    (void)state;
    static const char *const names[] = { "",
                                         ".",
                                         "..",
                                         "../../etc/passwd",
                                         "/etc/passwd",
                                         "Europe",
                                         "Europe/",
                                         "Europe/Nowhere",
                                         "europe/london",
                                         "Europe/London/",
                                         "posix/../Europe/London",
                                         "zone.tab",
                                         "tzdata.zi",
                                         "Europe//London\n",
                                         "A" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(zone_rules_known(str_of(names[i])));
    assert_false(zone_rules_known((struct str){ "Europe/London\0x", 15 }));
    char longest[200];
    memset(longest, 'A', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(zone_rules_known(str_of(longest)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_offset_of_every_zone_is_the_librarys_from_1900_to_2100),
        cmocka_unit_test(an_hour_that_comes_twice_is_the_first_and_one_that_never_comes_has_the_offset_before),
        cmocka_unit_test(years_far_away_follow_the_last_rule),
        cmocka_unit_test(only_a_zone_of_one_offset_is_fixed),
        cmocka_unit_test(a_name_that_leads_elsewhere_is_no_zone),
    };
    return cmocka_run_group_tests_name("dmn zones", tests, NULL, NULL);
}
