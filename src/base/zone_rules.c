/*
 * The rules of zones, from the files of tzdata. Promises: see zone_rules.h.
 *
 * The name may come from anybody; the files are the machine's own, and are read with every bound checked all the same,
 * because a broken file must not stop the program.
 */
#include "base/zone_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/banned.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
enum {
    NAME_MAX_BYTES = 64,
    FILE_MAX = 64 * 1024,
    ZONES_MAX = 700, /* tzdata has about 600 names */
    HEADER = 44,
    DAY = 24 * 60 * 60,
    OFFSET_MAX = 26 * 60 * 60, /* RFC 8536 3.2: none should be more than a day and two hours */
};

/* One half of a rule such as "M3.5.0/1": when the clocks change every year. */
struct change {
    enum { CHANGE_WEEKDAY, CHANGE_DAY_NO_LEAP, CHANGE_DAY } form;
    int month, week, weekday; /* CHANGE_WEEKDAY: the week-th (5: last) weekday of the month */
    int day;                  /* of the year */
    int32_t seconds;          /* after midnight of the day, by the clock before */
};
struct rules {
    char name[NAME_MAX_BYTES + 1];
    bool there;
    size_t n;
    int64_t *times;   /* UTC, rising */
    int32_t *offsets; /* from times[i] on */
    int32_t first;    /* before the first */
    /* After the last: a standard offset and, perhaps, summer time. */
    bool has_end, has_summer;
    int32_t standard, summer;
    struct change begins, ends;
};

/* ---- The calendar, in days since 1970 ---- */

static int64_t day_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t in_era = year - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int64_t year_of(int64_t utc)
{
    int64_t day = utc / DAY - (utc % DAY < 0);
    int64_t year = 1970 + day * 400 / 146097; /* right to a year or two, however far away */
    while (day_of(year, 1, 1) > day)
        year--;
    while (day_of(year + 1, 1, 1) <= day)
        year++;
    return year;
}

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Seconds since 1970 by the clock that stands there before the change. */
static int64_t change_in(const struct change *change, int64_t year)
{
    int64_t day = 0;
    switch (change->form) {
    case CHANGE_WEEKDAY: {
        int64_t first = day_of(year, change->month, 1);
        int weekday = (int)(((first + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
        day = first + (change->weekday - weekday + 7) % 7 + (int64_t)(change->week - 1) * 7;
        int64_t next = change->month == 12 ? day_of(year + 1, 1, 1) : day_of(year, change->month + 1, 1);
        while (day >= next)
            day -= 7;
        break;
    }
    case CHANGE_DAY_NO_LEAP: day = day_of(year, 1, 1) + change->day - 1 + (leap(year) && change->day >= 60); break;
    case CHANGE_DAY: day = day_of(year, 1, 1) + change->day; break;
    }
    return day * DAY + change->seconds;
}

/* ---- The rule at the end of a file: "GMT0BST,M3.5.0/1,M10.5.0" (RFC 8536 3.3) ---- */

static bool take_int(struct str *s, int *out)
{
    size_t i = 0;
    int value = 0;
    for (; i < s->n && i < 6 && s->p[i] >= '0' && s->p[i] <= '9'; i++)
        value = value * 10 + (s->p[i] - '0');
    *s = str_slice(*s, i, s->n);
    *out = value;
    return i > 0;
}

static bool take_char(struct str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_slice(*s, 1, s->n);
    return true;
}

static bool take_name(struct str *s)
{
    size_t i = 0;
    if (s->n > 0 && s->p[0] == '<') {
        while (i < s->n && s->p[i] != '>')
            i++;
        i++;
    } else {
        while (i < s->n && ((s->p[i] >= 'A' && s->p[i] <= 'Z') || (s->p[i] >= 'a' && s->p[i] <= 'z')))
            i++;
    }
    if (i < 3 || i > s->n)
        return false;
    *s = str_slice(*s, i, s->n);
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool take_seconds(struct str *s, int32_t *out)
{
    int hours, minutes = 0, seconds = 0;
    bool minus = take_char(s, '-');
    if (!minus)
        take_char(s, '+');
    if (!take_int(s, &hours) || hours > 167 || (take_char(s, ':') && !take_int(s, &minutes)) || minutes > 59 ||
        (take_char(s, ':') && !take_int(s, &seconds)) || seconds > 59)
        return false;
    *out = (hours * 60 + minutes) * 60 + seconds;
    if (minus)
        *out = -*out;
    return true;
}

static bool take_change(struct str *s, struct change *out)
{
    *out = (struct change){ .seconds = 2 * 60 * 60 };
    if (!take_char(s, ','))
        return false;
    if (take_char(s, 'M')) {
        out->form = CHANGE_WEEKDAY;
        if (!take_int(s, &out->month) || !take_char(s, '.') || !take_int(s, &out->week) || !take_char(s, '.') ||
            !take_int(s, &out->weekday) || out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 ||
            out->weekday > 6)
            return false;
    } else {
        out->form = take_char(s, 'J') ? CHANGE_DAY_NO_LEAP : CHANGE_DAY;
        if (!take_int(s, &out->day) || out->day > 365)
            return false;
    }
    return !take_char(s, '/') || take_seconds(s, &out->seconds);
}

static bool read_end(struct rules *rules, struct str s)
{
    int32_t west;
    if (!take_name(&s) || !take_seconds(&s, &west))
        return false;
    rules->standard = -west;
    if (s.n == 0)
        return rules->has_end = true;
    if (!take_name(&s))
        return false;
    rules->summer = rules->standard + 60 * 60;
    if (s.n > 0 && s.p[0] != ',') {
        if (!take_seconds(&s, &west))
            return false;
        rules->summer = -west;
    }
    if (!take_change(&s, &rules->begins) || !take_change(&s, &rules->ends) || s.n != 0)
        return false;
    return rules->has_end = rules->has_summer = true;
}

/* ---- The file ---- */

static uint32_t big_32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t big_64(const unsigned char *p)
{
    return (int64_t)((uint64_t)big_32(p) << 32 | big_32(p + 4));
}

/* Bytes of the data after a header whose times have `size` bytes; SIZE_MAX for what cannot be. */
static size_t block_bytes(const unsigned char *header, size_t size)
{
    size_t total = 0;
    size_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        counts[i] = big_32(header + 20 + 4 * i);
        if (counts[i] > FILE_MAX)
            return SIZE_MAX;
    }
    /* isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt */
    total = counts[0] + counts[1] + counts[2] * (size + 4) + counts[3] * (size + 1) + counts[4] * 6 + counts[5];
    return total;
}

static bool is_offset(int32_t offset)
{
    return offset > -OFFSET_MAX && offset < OFFSET_MAX;
}

static bool read_block(struct rules *rules, const unsigned char *header, const unsigned char *data)
{
    size_t times = big_32(header + 32), types = big_32(header + 36);
    const unsigned char *index = data + 8 * times, *type = index + times;
    if (types == 0)
        return false;
    rules->times = calloc(times + 1, sizeof *rules->times);
    rules->offsets = calloc(times + 1, sizeof *rules->offsets);
    if (!rules->times || !rules->offsets)
        return false;
    rules->n = times;
    for (size_t i = 0; i < types; i++)
        if (!is_offset((int32_t)big_32(type + 6 * i)))
            return false;
    rules->first = (int32_t)big_32(type);
    for (size_t i = 0; i < times; i++) {
        if (index[i] >= types || (i > 0 && big_64(data + 8 * i) <= rules->times[i - 1]))
            return false;
        rules->times[i] = big_64(data + 8 * i);
        rules->offsets[i] = (int32_t)big_32(type + (size_t)6 * index[i]);
    }
    return true;
}

static bool read_rules(struct rules *rules, const unsigned char *p, size_t n)
{
    if (n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false; /* files of the first version have no times after 2037, and no tzdata has them any more */
    size_t skip = block_bytes(p, 4);
    if (skip > n - HEADER || n - HEADER - skip < HEADER)
        return false;
    const unsigned char *header = p + HEADER + skip, *data = header + HEADER;
    size_t left = n - (size_t)(data - p), size = block_bytes(header, 8);
    if (memcmp(header, "TZif", 4) != 0 || size > left || !read_block(rules, header, data))
        return false;
    struct str end = { (const char *)data + size, left - size };
    if (end.n < 2 || end.p[0] != '\n' || end.p[end.n - 1] != '\n')
        return false;
    end = str_slice(end, 1, end.n - 2);
    return end.n == 0 || (read_end(rules, end) && is_offset(rules->standard) && is_offset(rules->summer));
}

static const char *folder = ZONE_FOLDER;

/*
 * tzdata has links from one name to another, and they stay inside of the folder. Nothing waits for a pipe that somebody
 * put there.
 */
static int open_zone(const char *name)
{
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
    int there = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (there < 0)
        return -1;
    int fd = (int)syscall(SYS_openat2, there, name, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* an older kernel, or a filter that does not know it */
        fd = openat(there, name, (int)how.flags);
    close(there);
    return fd;
}

static void load(struct rules *rules)
{
    struct stat st;
    unsigned char *bytes = malloc(FILE_MAX);
    ssize_t n = 0;
    if (!bytes)
        return;
    int fd = open_zone(rules->name);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < FILE_MAX)
        n = read(fd, bytes, FILE_MAX);
    if (fd >= 0)
        close(fd);
    rules->there = n > 0 && read_rules(rules, bytes, (size_t)n);
    free(bytes);
}

/* ---- What is known, for all threads ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rules *known[ZONES_MAX];
static size_t known_n;

/*
 * Letters, digits and what joins them; no dot, so that no path leads up, and no two slashes, so that a zone has one
 * name and nobody fills the table with others for it.
 */
static bool is_name(struct str name)
{
    if (str_find(name, STR("//")) >= 0 || name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] < 'A' || name.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
              c == '+' || c == '/'))
            return false;
    }
    return true;
}

static void forget(struct rules *rules)
{
    free(rules->times);
    free(rules->offsets);
    free(rules);
}

/* Names that are not there are not kept, so that nobody fills the table with them. */
static const struct rules *find(struct str name)
{
    struct rules *found = NULL;
    if (!is_name(name))
        return NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < known_n && !found; i++)
        if (str_equal(str_of(known[i]->name), name))
            found = known[i];
    if (!found && known_n < ZONES_MAX && (found = calloc(1, sizeof *found))) {
        memcpy(found->name, name.p, name.n);
        load(found);
        if (found->there) {
            known[known_n++] = found;
        } else {
            forget(found);
            found = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void zone_rules_folder(const char *other)
{
    pthread_mutex_lock(&lock);
    while (known_n > 0)
        forget(known[--known_n]);
    folder = other ? other : ZONE_FOLDER;
    pthread_mutex_unlock(&lock);
}

static int32_t after_last(const struct rules *rules, int64_t utc)
{
    if (!rules->has_summer)
        return rules->has_end ? rules->standard : rules->n > 0 ? rules->offsets[rules->n - 1] : rules->first;
    int64_t year = year_of(utc + rules->standard);
    int64_t begins = change_in(&rules->begins, year) - rules->standard;
    int64_t ends = change_in(&rules->ends, year) - rules->summer;
    bool summer = begins < ends ? utc >= begins && utc < ends : utc >= begins || utc < ends;
    return summer ? rules->summer : rules->standard;
}

static int32_t offset_at(const struct rules *rules, int64_t utc)
{
    size_t low = 0, high = rules->n; /* how many times are not after it */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rules->times[middle] <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == rules->n)
        return after_last(rules, utc);
    return low == 0 ? rules->first : rules->offsets[low - 1];
}

bool zone_rules_known(struct str name)
{
    return find(name) != NULL;
}

bool zone_rules_offset(struct str name, int64_t utc, int32_t *offset)
{
    const struct rules *rules = find(name);
    if (!rules)
        return false;
    *offset = offset_at(rules, utc);
    return true;
}

bool zone_rules_offset_local(struct str name, int64_t local, int32_t *offset)
{
    const struct rules *rules = find(name);
    if (!rules)
        return false;
    /* No two changes are nearer than a day: one of the offsets on either side holds. */
    int32_t before = offset_at(rules, local - DAY), after = offset_at(rules, local + DAY);
    bool before_holds = offset_at(rules, local - before) == before;
    bool after_holds = offset_at(rules, local - after) == after;
    /* Both: the hour comes twice, and the offset from before is the first of them. Neither: it is left out. */
    *offset = before_holds || !after_holds ? before : after;
    return true;
}

bool zone_rules_fixed(struct str name, int32_t *offset)
{
    const struct rules *rules = find(name);
    if (!rules || rules->n > 0 || rules->has_summer)
        return false;
    *offset = rules->has_end ? rules->standard : rules->first;
    return true;
}
