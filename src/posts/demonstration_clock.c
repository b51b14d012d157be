/*
 * The clock of the demonstration: days counted from the day of its set-up, so
 * that a campaign runs and a promise is open whenever somebody tries it.
 */
#include "posts/demonstration.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "posts/content.h"
#include "web/web.h"

#include "base/banned.h"

#define DAY_MS (24LL * 60 * 60 * 1000)

enum { MARK_MAX = 10, TEXT_MAX = 16 * 1024 };

/* At midday of the day: an hour more or less in spring and autumn leaves the day what it is. */
static void day_of(int64_t now, int64_t days, struct civil *out)
{
    struct civil c;
    int64_t midday = now;
    zone_local(now, &c);
    c.hour = 12;
    c.minute = c.second = 0;
    if (zone_moment(&c, &midday) != STATUS_OK)
        bug("a day has no midday");
    zone_local(midday + days * DAY_MS, out);
}

enum status demonstration_moment(int64_t now, int64_t days, struct str time, int64_t *at)
{
    struct civil c;
    struct str hour;
    int64_t h = 0;
    int64_t m = 0;
    if (!str_cut(&time, ':', &hour) || !str_to_i64(hour, &h) || !str_to_i64(time, &m))
        return STATUS_INVALID;
    day_of(now, days, &c);
    c.hour = (int)h;
    c.minute = (int)m;
    c.second = 0;
    return zone_moment(&c, at);
}

/* "<day -5>" or "<on +9>" at the front of `rest`; what it is in `words`. False: it is none. */
static bool take_mark(struct arena *arena, struct str *rest, int64_t now, struct str *words)
{
    static const struct str kinds[] = { STR_INIT("<day "), STR_INIT("<on ") };
    ptrdiff_t end = str_find_byte(*rest, '>');
    for (size_t i = 0; i < 2; i++) {
        struct civil c;
        int64_t days = 0;
        if (!str_starts(*rest, kinds[i]) || end < 0 || end > MARK_MAX)
            continue;
        struct str number = str_slice(*rest, kinds[i].n, (size_t)end - kinds[i].n);
        bool later = str_starts(number, STR("+"));
        if (!str_to_i64(later ? str_slice(number, 1, number.n) : number, &days))
            return false;
        day_of(now, days, &c);
        *rest = str_slice(*rest, (size_t)end + 1, rest->n);
        *words = i == 0 ? str_format(arena, "%04d-%02d-%02d", c.year, c.month, c.day)
                        : str_format(arena, "%d %.*s", c.day, STR_ARG(web_month_words(LANGUAGE_EN, c.month)));
        return true;
    }
    return false;
}

struct str demonstration_text(struct arena *arena, struct str text, int64_t now)
{
    struct buf out;
    struct str words = STR_NONE;
    buf_init(&out, arena, TEXT_MAX);
    for (struct str rest = text; rest.n > 0;) {
        ptrdiff_t mark = str_find_byte(rest, '<');
        buf_add(&out, str_slice(rest, 0, mark < 0 ? rest.n : (size_t)mark));
        rest = str_slice(rest, mark < 0 ? rest.n : (size_t)mark, rest.n);
        if (mark < 0)
            break;
        if (!take_mark(arena, &rest, now, &words))
            return STR_NONE;
        buf_add(&out, words);
    }
    return buf_ok(&out) ? buf_str(&out) : STR_NONE;
}
