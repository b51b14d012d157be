/*
 * Files of zones that are broken, cut, hostile or somewhere else, and names that nobody should ask for: each is no
 * zone, nothing is read outside of the folder, and nothing waits. Under the sanitisers this finds what reads beside a
 * file.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/zone_rules.h"

#include "base/banned.h"

enum { ROOM = 80 * 1024, PATH_ROOM = 300, HEADER = 44 };

static char top[] = "/tmp/candour-zones-XXXXXX", zones[PATH_ROOM / 2];
static unsigned char real[ROOM];
static size_t real_n;

static const char *path_of(const char *name)
{
    static char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", zones, name);
    return path;
}

static void write_at(const char *path, const unsigned char *bytes, size_t n)
{
    remove(path); /* a file system may wait for the disk when one is cut to nothing */
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* What any caller asks of a zone, at moments near and far. Whether there is one of this name. */
static bool asked(const char *name)
{
    static const int64_t moments[] = { 0,          1,           -1,           1700000000,         1720000000,
                                       4102444800, -5000000000, 253402300799, -31556889864403199, 31556889864403199 };
    struct str zone = str_of(name);
    int32_t offset = 0;
    bool known = zone_rules_known(zone);
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        assert_int_equal(zone_rules_offset(zone, moments[i], &offset), known);
        assert_true(offset > -26 * 3600 && offset < 26 * 3600);
        assert_int_equal(zone_rules_offset_local(zone, moments[i], &offset), known);
        assert_true(offset > -26 * 3600 && offset < 26 * 3600);
    }
    zone_rules_fixed(zone, &offset);
    return known;
}

/* A file of this name with these bytes. */
static bool asked_of(const unsigned char *bytes, size_t n)
{
    write_at(path_of("Made"), bytes, n);
    zone_rules_folder(zones); /* forgets the one before */
    return asked("Made");
}

static int set_up(void **state)
{
    (void)state;
    FILE *f = fopen("/usr/share/zoneinfo/Europe/London", "rb");
    if (!f || !mkdtemp(top))
        return -1;
    real_n = fread(real, 1, sizeof real, f);
    fclose(f);
    snprintf(zones, sizeof zones, "%s/zones", top);
    return mkdir(zones, 0700);
}

static int gone(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    zone_rules_folder(NULL);
    return nftw(top, gone, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- Files ---- */

static void put_32(unsigned char *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* Two changes, two offsets, and a rule for the years after. */
struct made {
    uint32_t times, types;  /* what the header says */
    uint32_t first, second; /* seconds east */
    int64_t at[2];
    unsigned char index[2];
    const char *end;
};
static const struct made good = { 2, 2, 0, 3600, { 1000, 2000 }, { 1, 0 }, "\nGMT0BST,M3.5.0/1,M10.5.0\n" };

static bool asked_made(struct made m)
{
    unsigned char file[512] = { 0 }, *p = file + HEADER;
    memcpy(file, "TZif2", 5);
    memcpy(p, "TZif2", 5);
    put_32(p + 32, m.times);
    put_32(p + 36, m.types);
    put_32(p + 40, 4);
    p += HEADER;
    for (size_t i = 0; i < 2; i++, p += 8) {
        put_32(p, (uint32_t)((uint64_t)m.at[i] >> 32));
        put_32(p + 4, (uint32_t)m.at[i]);
    }
    memcpy(p, m.index, 2);
    put_32(p + 2, m.first);
    put_32(p + 8, m.second);
    p += 2 + 12;
    memcpy(p, "GMT", 4);
    p += 4;
    memcpy(p, m.end, strlen(m.end));
    return asked_of(file, (size_t)(p - file) + strlen(m.end));
}

static void a_file_of_the_form_is_a_zone(void **state)
{
    (void)state;
    int32_t offset = 0;
    assert_true(asked_made(good));
    assert_true(zone_rules_offset(STR("Made"), 1500, &offset));
    assert_int_equal(offset, 3600);
    assert_true(zone_rules_offset(STR("Made"), 2000, &offset));
    assert_int_equal(offset, 0);
    assert_true(asked_of(real, real_n));
}

static void a_file_that_contradicts_itself_is_no_zone(void **state)
{
    struct made m;
    (void)state;
#define REFUSED(...)                                                                                                   \
    m = good;                                                                                                          \
    __VA_ARGS__;                                                                                                       \
    assert_false(asked_made(m))
    REFUSED(m.at[1] = 1000); /* two changes at once */
    REFUSED(m.at[1] = 500);  /* back in time */
    REFUSED(m.index[1] = 2); /* an offset that is not there */
    REFUSED(m.types = 0);
    REFUSED(m.times = 3); /* more than there are: the rest is taken for something else */
    REFUSED(m.times = UINT32_MAX);
    REFUSED(m.types = UINT32_MAX);
    REFUSED(m.times = 0x20000000); /* times 8 it is 0 in 32 bits */
    REFUSED(m.first = 0x80000000); /* the least number: its negative is none */
    REFUSED(m.second = 26 * 3600);
    REFUSED(m.second = (uint32_t)-26 * 3600);
    REFUSED(m.end = "");
    REFUSED(m.end = "\n");
    REFUSED(m.end = "\nGMT0"); /* no line end */
    REFUSED(m.end = "GMT0\n");
    REFUSED(m.end = "\n0\n");
    REFUSED(m.end = "\nG\n");
    REFUSED(m.end = "\n<+\n");
    REFUSED(m.end = "\nGMT\n");
    REFUSED(m.end = "\nGMT168\n");
    REFUSED(m.end = "\nGMT27\n"); /* more than a day */
    REFUSED(m.end = "\nGMT0BST,M13.5.0,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,M3.6.0,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,M3.0.0,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,M3.5.7,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,J366,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,999999999999999999,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,M3.5.0/200,M10.5.0\n");
    REFUSED(m.end = "\nGMT0BST,M3.5.0\n");
    REFUSED(m.end = "\nGMT0BST,M3.5.0,M10.5.0,\n");
    REFUSED(m.end = "\nGMT0BST\n");
    m = good;
    m.end = "\n\n"; /* no rule: the last offset holds */
    assert_true(asked_made(m));
}

static void a_file_that_ends_too_soon_is_no_zone(void **state)
{
    (void)state;
    for (size_t n = 0; n + 1 < real_n; n++)
        assert_false(asked_of(real, n));
}

static void a_file_with_one_byte_changed_is_read_within_its_ends(void **state)
{
    static const unsigned char bytes[] = { 0x00, 0x01, 0x7F, 0x80, 0xFF };
    unsigned char copy[ROOM];
    size_t refused = 0;
    (void)state;
    for (size_t at = 0; at < real_n; at += at < 2 * HEADER || at + 60 > real_n ? 1 : 7)
        for (size_t i = 0; i < sizeof bytes; i++) {
            memcpy(copy, real, real_n);
            copy[at] = bytes[i];
            refused += !asked_of(copy, real_n);
        }
    assert_true(refused > 100);
}

static void any_bytes_behind_a_head_are_read_within_their_ends(void **state)
{
    unsigned char bytes[600];
    uint64_t seed = 88172645463325252U;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            bytes[i] = (unsigned char)(seed >> 32);
        }
        memcpy(bytes, "TZif2", 5);
        for (size_t i = 20; i < HEADER; i++) /* counts that could be */
            bytes[i] = i % 4 == 3 ? bytes[i] % 8 : 0;
        n = HEADER + bytes[600 - 1] % (sizeof bytes - HEADER);
        asked_of(bytes, n);
    }
}

static void a_file_that_is_too_long_is_no_zone(void **state)
{
    static unsigned char bytes[ROOM];
    (void)state;
    memcpy(bytes, real, real_n);
    assert_false(asked_of(bytes, 64 * 1024));
    assert_false(asked_of(bytes, sizeof bytes));
    assert_false(asked_of((const unsigned char *)"TZif1", 5));
}

/* ---- Names ---- */

static void no_name_leads_out_of_the_folder(void **state)
{
    static const char *const names[] = { "../Secret",
                                         "/etc/passwd",
                                         "./Made",
                                         "Inner/../Made",
                                         "Inner/../../Secret",
                                         "Inner//Made",
                                         "Inner/Made/",
                                         "Inner/",
                                         "Inner",
                                         "",
                                         "/",
                                         "made",
                                         "Made\n",
                                         "Made ",
                                         ("M\xC3\xA4"
                                          "de"),
                                         "Made%00",
                                         "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    char secret[PATH_ROOM];
    (void)state;
    snprintf(secret, sizeof secret, "%s/Secret", top);
    write_at(secret, real, real_n);
    mkdir(path_of("Inner"), 0700);
    write_at(path_of("Inner/Made"), real, real_n);
    write_at(path_of("Made"), real, real_n);
    zone_rules_folder(zones);
    assert_true(asked("Made"));
    assert_true(asked("Inner/Made"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (asked(names[i]))
            fail_msg("\"%s\" is a zone", names[i]);
    assert_false(zone_rules_known((struct str){ "Made\0Made", 9 }));
}

static void a_link_leads_to_another_zone_and_nowhere_else(void **state)
{
    char secret[PATH_ROOM];
    (void)state;
    snprintf(secret, sizeof secret, "%s/Secret", top);
    write_at(secret, real, real_n);
    write_at(path_of("Made"), real, real_n);
    mkdir(path_of("Linked"), 0700);
    assert_int_equal(symlink("../Made", path_of("Linked/Beside")), 0);
    assert_int_equal(symlink("../../Secret", path_of("Linked/Above")), 0);
    assert_int_equal(symlink(secret, path_of("Linked/Absolute")), 0);
    assert_int_equal(symlink("/etc", path_of("Linked/Folder")), 0);
    assert_int_equal(symlink("/proc/self/fd/0", path_of("Linked/Magic")), 0);
    assert_int_equal(symlink("Loop", path_of("Linked/Loop")), 0);
    assert_int_equal(symlink("Nothing", path_of("Linked/Dangling")), 0);
    zone_rules_folder(zones);
    assert_true(asked("Linked/Beside"));
    static const char *const names[] = { "Linked/Above", "Linked/Absolute", "Linked/Folder/passwd", "Linked/Folder",
                                         "Linked/Magic", "Linked/Loop",     "Linked/Dangling" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (asked(names[i]))
            fail_msg("\"%s\" is a zone", names[i]);
}

static void what_is_no_file_is_no_zone_and_nothing_waits_for_it(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path_of("Pipe"), 0600), 0);
    alarm(20); /* a read that waits would wait for ever */
    zone_rules_folder(zones);
    assert_false(asked("Pipe"));
    alarm(0);
    zone_rules_folder("/nowhere/at/all");
    assert_false(asked("Made"));
}

static void names_that_are_not_there_leave_room_for_those_that_are(void **state)
{
    char name[32];
    (void)state;
    write_at(path_of("Made"), real, real_n);
    zone_rules_folder(zones);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "Nothing/N%d", i);
        assert_false(zone_rules_known(str_of(name)));
    }
    for (int slashes = 2; slashes < 20; slashes++) {
        snprintf(name, sizeof name, "Inner%.*sMade", slashes, "////////////////////");
        assert_false(zone_rules_known(str_of(name)));
    }
    assert_true(asked("Made"));
}

int main(void)
{
    const struct CMUnitTest facts[] = {
        cmocka_unit_test(a_file_of_the_form_is_a_zone),
        cmocka_unit_test(a_file_that_contradicts_itself_is_no_zone),
        cmocka_unit_test(a_file_that_ends_too_soon_is_no_zone),
        cmocka_unit_test(a_file_with_one_byte_changed_is_read_within_its_ends),
        cmocka_unit_test(any_bytes_behind_a_head_are_read_within_their_ends),
        cmocka_unit_test(a_file_that_is_too_long_is_no_zone),
        cmocka_unit_test(no_name_leads_out_of_the_folder),
        cmocka_unit_test(a_link_leads_to_another_zone_and_nowhere_else),
        cmocka_unit_test(what_is_no_file_is_no_zone_and_nothing_waits_for_it),
        cmocka_unit_test(names_that_are_not_there_leave_room_for_those_that_are),
    };
    return cmocka_run_group_tests(facts, set_up, tear_down);
}
