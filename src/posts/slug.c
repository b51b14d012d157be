/*
 * Addresses that people can read out and type: ASCII, no accents, bounded.
 *
 * A title may hold anything; what comes out holds nothing that an address
 * would have to escape. Latin letters with accents (Welsh, French, Polish …)
 * keep their letter; every other script leaves only what it has in ASCII.
 */
#include "posts/slug.h"

#include "base/arena.h"
#include "base/buf.h"
#include "posts/limits.h"

#include "base/banned.h"

/* U+00C0 to U+017F without their accents; "" where there is no letter. */
static const char folded[][3] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  /* C0 */
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss", /* D0 */
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  /* E0 */
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",  /* F0 */
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",  /* 100 */
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",  /* 110 */
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",  /* 120 */
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",  /* 130 */
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",  /* 140 */
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",  /* 150 */
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",  /* 160 */
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",  /* 170 */
};
_Static_assert(sizeof folded / sizeof folded[0] == 0x180 - 0xC0, "one entry for each letter");

/* One code point off the front of valid UTF-8. */
static uint32_t take_point(struct str s, size_t *at)
{
    unsigned char c = (unsigned char)s.p[(*at)++];
    if (c < 0x80)
        return c;
    unsigned more = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    uint32_t point = c & (0x3FU >> more);
    while (more-- > 0 && *at < s.n)
        point = point << 6 | ((unsigned char)s.p[(*at)++] & 0x3FU);
    return point;
}

struct str slug_of_title(struct arena *arena, struct str title)
{
    struct buf out;
    buf_init(&out, arena, title.n * 2 + 8);
    bool gap = false;
    size_t at = 0;
    while (at < title.n) {
        uint32_t point = take_point(title, &at);
        char one[2] = { 0 };
        const char *letters = "";
        if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9'))
            one[0] = (char)point;
        else if (point >= 'A' && point <= 'Z')
            one[0] = (char)(point + ('a' - 'A'));
        else if (point >= 0xC0 && point < 0x180)
            letters = folded[point - 0xC0];
        else if (point == '\'' || point == 0x2019 || (point >= 0x300 && point < 0x370))
            continue; /* apostrophes and accents of their own part no word */
        if (one[0] != 0)
            letters = one;
        if (letters[0] == 0) {
            gap = true;
            continue;
        }
        if (gap && out.n > 0)
            buf_add_byte(&out, '-');
        gap = false;
        buf_add(&out, str_of(letters));
    }
    if (!buf_ok(&out))
        return STR_NONE;
    struct str slug = out.n == 0 ? STR("post") : buf_str(&out);
    if (slug.n <= POST_SLUG_MAX)
        return slug;
    size_t end = POST_SLUG_MAX; /* cut between words where one ends in the second half */
    if (slug.p[end] != '-')
        while (end > POST_SLUG_MAX / 2 && slug.p[end] != '-')
            end--;
    if (slug.p[end] != '-')
        end = POST_SLUG_MAX;
    return str_slice(slug, 0, end);
}
