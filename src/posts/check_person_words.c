/*
 * A block of text as words and marks. Quotation marks are told from
 * apostrophes here: one stroke opens where a word begins behind it and none
 * ends before it, and closes where a word or a mark ends before it and none
 * goes on behind it.
 */
#include <string.h>

#include "posts/check_person.h"

#include "base/banned.h"

static uint32_t point_at(struct str s, size_t at, size_t *n)
{
    if (at >= s.n) {
        *n = 0;
        return ' ';
    }
    unsigned char c = (unsigned char)s.p[at];
    size_t width = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (at + width > s.n)
        width = 1;
    uint32_t point = width == 1 ? c : width == 2 ? c & 0x1FU : width == 3 ? c & 0x0FU : c & 0x07U;
    for (size_t i = 1; i < width; i++)
        point = point << 6 | ((unsigned char)s.p[at + i] & 0x3FU);
    *n = width;
    return point;
}

static bool digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* Of Arabic and of Armenian; those of Chinese are no letters by their place. */
static bool comma(uint32_t c)
{
    return c == 0x060C || c == 0x061B || c == 0x055D || c == 0x3001;
}

static bool letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) &&
           !(c >= 0xFE00 && c <= 0xFE0F) && !(c >= 0x1F000 && c <= 0x1FAFF) && !comma(c) && c != 0x06D4 && c != 0x061F;
}

/* Scripts without capitals count as capital, so that a name in them is seen. */
static bool capital(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    if (c <= 0xFF)
        return c <= 0xDE;
    if (c <= 0x24F)
        return true; /* pairs of both; seldom begins a word of English */
    if (c >= 0x370 && c <= 0x3FF)
        return c < 0x3AC;
    if (c >= 0x400 && c <= 0x52F)
        return c < 0x430;
    return true;
}

static bool dash(uint32_t c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

static bool apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019 || c == 0x02BC;
}

/* Letters and digits with hyphens and apostrophes inside: "O'Brien", "30-year-old", "don’t". */
static size_t word_end(struct str s, size_t at, bool *number)
{
    size_t n = 0;
    *number = true;
    while (at < s.n) {
        uint32_t c = point_at(s, at, &n);
        if (letter(c))
            *number = false;
        if (letter(c) || digit(c)) {
            at += n;
            continue;
        }
        size_t after = 0;
        uint32_t next = point_at(s, at + n, &after);
        bool inside = (c == '-' || c == 0x2010 || c == 0x2011 || apostrophe(c)) && letter(next);
        if (!inside)
            break;
        *number = false;
        at += n;
    }
    return at;
}

/* What kind of quotation mark; false: it is none. */
static bool quotation(struct str s, size_t at, uint32_t c, uint32_t before, bool double_open, bool single_open,
                      bool low_open, struct word *w)
{
    size_t n = 0;
    size_t after_n = 0;
    (void)point_at(s, at, &n);
    uint32_t after = point_at(s, at + n, &after_n);
    bool behind = letter(after) || digit(after);
    bool ends_before = before != ' ' && before != '\n' && before != '(' && before != '[';
    switch (c) {
    case 0x201C: /* opens, and closes after the low one */ w->kind = low_open ? WORD_CLOSE : WORD_OPEN; return true;
    case 0x201E: w->kind = WORD_OPEN; return true;
    case 0x201D: w->kind = double_open || !behind ? WORD_CLOSE : WORD_OPEN; return true;
    case 0xAB: w->kind = double_open ? WORD_CLOSE : WORD_OPEN; return true;
    case 0xBB: w->kind = double_open ? WORD_CLOSE : WORD_OPEN; return true;
    case 0x300C: /* Japanese corners */
    case 0x300E: w->kind = WORD_OPEN; return true;
    case 0x300D:
    case 0x300F: w->kind = WORD_CLOSE; return true;
    case '"':
    case 0x201F:
    case 0xFF02:
        if (!double_open && digit(before) && !behind)
            return false; /* inches */
        w->kind = double_open ? WORD_CLOSE : WORD_OPEN;
        return true;
    case 0x2018:
    case 0x201A:
    case 0x2039:
        w->single = true;
        w->kind = WORD_OPEN;
        return true;
    case 0x203A:
        w->single = true;
        w->kind = WORD_CLOSE;
        return true;
    case '\'':
    case 0x2019:
        w->single = true;
        if (single_open && ends_before && !letter(after)) {
            w->kind = WORD_CLOSE;
            return true;
        }
        if (c == '\'' && (!ends_before || before == '\'') && letter(after)) {
            w->kind = WORD_OPEN;
            return true;
        }
        return false;
    default: return false;
    }
}

/* "al-Rashid", "d'Arcy": a name all the same. */
static bool capital_inside(struct str word)
{
    static const char *const particles[] = { "al", "el",  "ad",  "an",  "ar",  "as", "ash", "at",
                                             "az", "bin", "ibn", "ben", "abu", "d",  "l",   "de" };
    for (size_t i = 0; i < sizeof particles / sizeof particles[0]; i++) {
        struct str one = str_of(particles[i]);
        if (!str_starts(word, one) || word.n < one.n + 3)
            continue;
        size_t n = 1;
        uint32_t mark = point_at(word, one.n, &n);
        uint32_t next = point_at(word, one.n + n, &n);
        if ((mark == '-' || mark == 0x2010 || mark == 0x2011 || apostrophe(mark)) && next < 0x80 && capital(next))
            return true;
    }
    return false;
}

void people_read(struct people *p, const struct text_block *block)
{
    struct str s = block->text;
    bool double_open = false;
    bool single_open = false;
    bool low_open = false;
    uint32_t before = ' ';
    p->block = block;
    p->words_n = 0;
    for (size_t at = 0; at < s.n;) {
        size_t n = 0;
        uint32_t c = point_at(s, at, &n);
        struct word *w = &p->words[p->words_n];
        *w = (struct word){ .at = (uint32_t)at, .n = (uint16_t)n, .kind = WORD_MARK };
        if (letter(c) || digit(c)) {
            bool number = false;
            size_t end = word_end(s, at, &number);
            w->n = end - at > UINT16_MAX ? UINT16_MAX : (uint16_t)(end - at);
            w->kind = number ? WORD_NUMBER : WORD_LETTERS;
            w->capital = (capital(c) && letter(c)) || (!number && capital_inside(str_slice(s, at, end - at)));
            p->words_n++;
            at = end;
            before = number ? '0' : 'a';
            continue;
        }
        if (quotation(s, at, c, before, double_open, single_open, low_open, w)) {
            if (w->single)
                single_open = w->kind == WORD_OPEN;
            else
                double_open = w->kind == WORD_OPEN;
            low_open = c == 0x201E || (low_open && w->kind != WORD_CLOSE);
            p->words_n++;
        } else if (c != ' ' && c != '\n' && c != '\t' && c != 0xA0 && c != '*' && c != '_') {
            w->mark = dash(c)                                     ? '-'
                      : comma(c)                                  ? ','
                      : c == 0x2026 || c == 0x3002 || c == 0x06D4 ? '.'
                      : c < 0x80                                  ? (char)c
                                                                  : '*';
            p->words_n++;
        }
        before = c;
        at += n;
    }
}
