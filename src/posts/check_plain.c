/*
 * A text as its reader takes it in: without the characters that nobody sees,
 * with one kind of space, and with Latin letters where a word of Latin ones has
 * letters of another script that look the same.
 *
 * Promise: what the checks look for is found in whatever letters it is written.
 * A word wholly in another script stays as it is, unless each of its letters has
 * a Latin twin; then no reader could tell, and it is taken for the Latin word.
 *
 * What could be tried: a made-up "Sam" whose S is Cyrillic, or who has a space
 * of no width inside, so that no list knows the name. What this does not do:
 * figures for letters ("J0an") and letters for each other ("rn" for "m"), which
 * a reader who looks can see. The letters are ours to list: those whose shapes
 * agree in the typefaces of browsers.
 */
#include <string.h>

#include "base/arena.h"
#include "posts/check_inside.h"

#include "base/banned.h"

struct twin {
    uint32_t point;
    char latin;
};

/* In the order of the code points. */
static const struct twin twins[] = {
    { 0x0131, 'i' }, { 0x017F, 's' }, { 0x0237, 'j' }, { 0x0251, 'a' }, { 0x0261, 'g' }, /* Latin, of their own */
    { 0x0391, 'A' }, { 0x0392, 'B' }, { 0x0395, 'E' }, { 0x0396, 'Z' }, { 0x0397, 'H' }, { 0x0399, 'I' },
    { 0x039A, 'K' }, { 0x039C, 'M' }, { 0x039D, 'N' }, { 0x039F, 'O' }, { 0x03A1, 'P' }, { 0x03A4, 'T' },
    { 0x03A5, 'Y' }, { 0x03A7, 'X' }, { 0x03B1, 'a' }, { 0x03B3, 'y' }, { 0x03B9, 'i' }, { 0x03BA, 'k' },
    { 0x03BD, 'v' }, { 0x03BF, 'o' }, { 0x03C1, 'p' }, { 0x03C4, 't' }, { 0x03C5, 'u' }, { 0x03F2, 'c' },
    { 0x03F3, 'j' }, { 0x03F9, 'C' }, /* Greek */
    { 0x0405, 'S' }, { 0x0406, 'I' }, { 0x0408, 'J' }, { 0x0410, 'A' }, { 0x0412, 'B' }, { 0x0415, 'E' },
    { 0x041A, 'K' }, { 0x041C, 'M' }, { 0x041D, 'H' }, { 0x041E, 'O' }, { 0x0420, 'P' }, { 0x0421, 'C' },
    { 0x0422, 'T' }, { 0x0423, 'Y' }, { 0x0425, 'X' }, { 0x0430, 'a' }, { 0x0432, 'b' }, { 0x0435, 'e' },
    { 0x043A, 'k' }, { 0x043C, 'm' }, { 0x043E, 'o' }, { 0x0440, 'p' }, { 0x0441, 'c' }, { 0x0442, 't' },
    { 0x0443, 'y' }, { 0x0445, 'x' }, { 0x0455, 's' }, { 0x0456, 'i' }, { 0x0458, 'j' }, { 0x0475, 'v' },
    { 0x04AE, 'Y' }, { 0x04BB, 'h' }, { 0x04C0, 'I' }, { 0x04CF, 'l' }, { 0x0501, 'd' }, { 0x050C, 'G' },
    { 0x051A, 'Q' }, { 0x051B, 'q' }, { 0x051C, 'W' }, { 0x051D, 'w' },                                   /* Cyrillic */
    { 0x054D, 'U' }, { 0x0555, 'O' }, { 0x0570, 'h' }, { 0x0578, 'n' }, { 0x057D, 'u' }, { 0x0585, 'o' }, /* Armenian */
};

/* A figure of another script, or one that is raised, lowered or in a circle. */
static bool is_digit(uint32_t point, char *out)
{
    static const uint32_t zeros[] = { 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66,
                                      0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040,
                                      0x17E0, 0x1810, 0x2070, 0x2080, 0x245F, 0x2775, 0x277F, 0x2789 };
    static const uint32_t raised[] = { 0xB9, 0xB2, 0xB3 }; /* 1, 2 and 3 stand apart */
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++)
        if (point >= zeros[i] + (zeros[i] > 0x2100) && point <= zeros[i] + 9) {
            *out = (char)('0' + (point - zeros[i]));
            return true;
        }
    for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++)
        if (point == raised[i]) {
            *out = (char)('1' + i);
            return true;
        }
    *out = '0';
    return point == 0x24EA || point == 0x24FF; /* nought in a circle */
}

/* The Latin letter or figure that `point` looks like; 0: none. `dressed`: it is that letter, in another dress. */
static char twin_of(uint32_t point, bool *dressed)
{
    char digit;
    *dressed = true;
    if (point >= 0xFF01 && point <= 0xFF5E) /* of full width */
        return (char)(point - 0xFEE0);
    if (point >= 0x1D400 && point <= 0x1D6A3) { /* bold, italic, script and other alphabets of mathematics */
        uint32_t at = (point - 0x1D400) % 52;
        return (char)(at < 26 ? 'A' + at : 'a' + at - 26);
    }
    if (point >= 0x1D7CE && point <= 0x1D7FF)
        return (char)('0' + (point - 0x1D7CE) % 10);
    if (is_digit(point, &digit))
        return digit;
    if (point >= 0x24B6 && point <= 0x24E9) /* in circles */
        return (char)(point < 0x24D0 ? 'A' + point - 0x24B6 : 'a' + point - 0x24D0);
    *dressed = false;
    size_t low = 0;
    size_t high = sizeof twins / sizeof twins[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (twins[middle].point == point)
            return twins[middle].latin;
        if (twins[middle].point < point)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static bool latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) ||
           (c >= 0x1E00 && c <= 0x1EFF);
}

/* A letter with its marks, of any script. */
static bool letter(uint32_t c)
{
    bool dressed;
    return latin(c) || (c >= 0x0250 && c <= 0x1FFF) || (c >= 0x2C00 && c <= 0x2DFF) || (c >= 0xA640 && c <= 0xABFF) ||
           (c >= 0x3040 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7FF) || (twin_of(c, &dressed) != 0 && dressed);
}

/* What takes room and shows nothing. */
static bool blank(uint32_t c)
{
    return c == 0xA0 || c == 0x115F || c == 0x1160 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2800 || c == 0x3000 || c == 0x3164 || c == 0xFFA0;
}

/* What takes no room. */
static bool hidden(uint32_t c)
{
    return c == 0xAD || c == 0x034F || c == 0x061C || c == 0x17B4 || c == 0x17B5 || (c >= 0x180B && c <= 0x180F) ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) ||
           (c >= 0x1BCA0 && c <= 0x1BCA3) || (c >= 0x1D173 && c <= 0x1D17A) || (c >= 0xE0000 && c <= 0xE0FFF);
}

/* The first character at or behind `at` that shows, and where it ends; 0 at the end. */
static uint32_t shown(struct str s, size_t *at, size_t *width)
{
    while (*at < s.n) {
        uint32_t c = check_point_at(s, *at, width);
        if (!hidden(c))
            return c;
        *at += *width;
    }
    *width = 0;
    return 0;
}

/* One word from `at` on, whose end is given back. */
static size_t copy_word(struct str s, size_t at, char *out, size_t *n)
{
    size_t width;
    size_t end = at;
    bool mixed = false;
    bool all = true;
    bool dressed;
    for (uint32_t c; (c = shown(s, &end, &width)) != 0 && letter(c); end += width) {
        mixed = mixed || latin(c);
        all = all && twin_of(c, &dressed) != 0;
    }
    while (at < end) {
        uint32_t c = shown(s, &at, &width);
        if (at >= end)
            break;
        char twin = twin_of(c, &dressed);
        if (twin != 0 && (dressed || mixed || all)) {
            out[(*n)++] = twin;
        } else {
            memcpy(out + *n, s.p + at, width);
            *n += width;
        }
        at += width;
    }
    return end;
}

struct str check_plain(struct arena *arena, struct str s)
{
    size_t plain = 0;
    while (plain < s.n && (unsigned char)s.p[plain] < 0x80)
        plain++;
    if (plain == s.n)
        return s;
    char *out = arena_alloc(arena, s.n, 1); /* nothing grows */
    if (out == NULL)
        return STR_NONE;
    size_t n = 0;
    size_t width;
    for (size_t at = 0; at < s.n;) {
        uint32_t c = shown(s, &at, &width);
        bool dressed;
        char twin = 0;
        if (width == 0)
            break;
        if (letter(c)) {
            at = copy_word(s, at, out, &n);
            continue;
        }
        if (blank(c)) {
            out[n++] = ' ';
        } else if ((twin = twin_of(c, &dressed)) != 0) {
            out[n++] = twin;
        } else {
            memcpy(out + n, s.p + at, width);
            n += width;
        }
        at += width;
    }
    return (struct str){ out, n };
}
