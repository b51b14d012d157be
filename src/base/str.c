/*
 * Strings with a length; what is UTF-8; which characters a line for people may hold.
 *
 * An attacker chooses most bytes that come here: nothing reads past `n`, and
 * no function allocates except into the arena that the caller names.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

struct str str_of(const char *z)
{
    return z ? (struct str){ z, strlen(z) } : STR_NONE;
}

bool str_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0)
        return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

size_t str_distance(struct str a, struct str b)
{
    enum { LONGEST = 40 };
    size_t row[LONGEST + 1];
    if (a.n > LONGEST || b.n > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t keep = corner + (a.p[i - 1] == b.p[j - 1] ? 0 : 1);
            corner = row[j];
            size_t change = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = keep < change ? keep : change;
        }
    }
    return row[b.n];
}

bool str_starts(struct str s, struct str head)
{
    return s.n >= head.n && str_equal(str_slice(s, 0, head.n), head);
}

bool str_ends(struct str s, struct str tail)
{
    return s.n >= tail.n && str_equal(str_slice(s, s.n - tail.n, tail.n), tail);
}

ptrdiff_t str_find_byte(struct str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t str_find(struct str s, struct str piece)
{
    if (piece.n == 0)
        return 0;
    const char *at = s.n ? memmem(s.p, s.n, piece.p, piece.n) : NULL;
    return at ? at - s.p : -1;
}

struct str str_slice(struct str s, size_t from, size_t n)
{
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){ s.p ? s.p + from : NULL, n };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_cut(struct str *rest, char at, struct str *piece)
{
    if (!rest->p)
        return false;
    ptrdiff_t i = str_find_byte(*rest, at);
    if (i < 0) {
        *piece = *rest;
        *rest = STR_NONE;
        return true;
    }
    *piece = str_slice(*rest, 0, (size_t)i);
    *rest = str_slice(*rest, (size_t)i + 1, rest->n);
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool minus = s.n && s.p[0] == '-';
    size_t i = minus ? 1 : 0;
    int64_t v = 0;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        int digit = s.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v))
            return false;
        if (minus ? __builtin_sub_overflow(v, digit, &v) : __builtin_add_overflow(v, digit, &v))
            return false;
    }
    *out = v;
    return true;
}

/* The length of the sequence that starts here, or 0 where it is not valid. */
static size_t sequence(const unsigned char *p, size_t n)
{
    if (p[0] >= 0x01 && p[0] < 0x80)
        return 1;
    size_t need = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
    if (need == 0 || need > n)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
        (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return need;
}

bool str_is_text(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n;) {
        size_t k = sequence(p + i, s.n - i);
        if (k == 0)
            return false;
        i += k;
    }
    return true;
}

size_t str_code_points(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return count;
}

struct range {
    uint32_t first, last;
};

static const struct range turning[] = {
    { 0x061C, 0x061C }, { 0x200E, 0x200F }, { 0x202A, 0x202E }, { 0x2066, 0x2069 }
};

static const struct range unfit[] = {
    { 0x0001, 0x001F }, { 0x007F, 0x009F }, { 0x061C, 0x061C }, { 0x200B, 0x200B }, { 0x200E, 0x200F },
    { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB },
};

/* What shows nothing: all that is unfit, and what is fit beside others, such as the tags in a flag. */
static const struct range unseen[] = {
    { 0x0001, 0x0020 },   { 0x007F, 0x00A0 },   { 0x00AD, 0x00AD },   { 0x034F, 0x034F }, { 0x061C, 0x061C },
    { 0x115F, 0x1160 },   { 0x1680, 0x1680 },   { 0x17B4, 0x17B5 },   { 0x180B, 0x180F }, { 0x2000, 0x200F },
    { 0x2028, 0x202F },   { 0x205F, 0x206F },   { 0x2800, 0x2800 },   { 0x3000, 0x3000 }, { 0x3164, 0x3164 },
    { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
    { 0x1D159, 0x1D159 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
};

static const struct range spaces[] = { { 0x0009, 0x000D }, { 0x0020, 0x0020 }, { 0x0085, 0x0085 }, { 0x00A0, 0x00A0 },
                                       { 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
                                       { 0x205F, 0x205F }, { 0x3000, 0x3000 } };

#define IN(table, character) in_ranges(table, sizeof(table) / sizeof(table)[0], character)

static bool in_ranges(const struct range *table, size_t n, uint32_t character)
{
    for (size_t i = 0; i < n; i++)
        if (character >= table[i].first && character <= table[i].last)
            return true;
    return false;
}

/* The character at `*at` of valid UTF-8, and `*at` behind it. 0 at the end, and where it is not valid. */
static uint32_t next_character(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t k = *at < s.n ? sequence(p, s.n - *at) : 0;
    if (k == 0)
        return 0;
    *at += k;
    uint32_t character = k == 1 ? p[0] : p[0] & (0x7FU >> k);
    for (size_t i = 1; i < k; i++)
        character = character << 6 | (p[i] & 0x3FU);
    return character;
}

ptrdiff_t str_find_unfit(struct str s, uint32_t *character)
{
    uint32_t before = ' ';
    for (size_t at = 0, here = 0; (*character = next_character(s, &at)) != 0; here = at) {
        size_t peek = at;
        uint32_t next = next_character(s, &peek);
        bool joiner = *character == 0x200C || *character == 0x200D;
        if (IN(unfit, *character) || (joiner && (IN(spaces, before) || next == 0 || IN(spaces, next))))
            return (ptrdiff_t)here;
        before = *character;
    }
    return -1;
}

ptrdiff_t str_find_turning(struct str s, uint32_t *character)
{
    for (size_t at = 0, here = 0; (*character = next_character(s, &at)) != 0; here = at)
        if (IN(turning, *character))
            return (ptrdiff_t)here;
    return -1;
}

bool str_is_visible(struct str s)
{
    uint32_t character;
    for (size_t at = 0; (character = next_character(s, &at)) != 0;)
        if (!IN(unseen, character))
            return true;
    return false;
}

bool str_is_line(struct str s)
{
    uint32_t character;
    return str_is_text(s) && str_is_visible(s) && str_find_unfit(s, &character) < 0;
}

struct str str_copy(struct arena *arena, struct str s)
{
    if (s.n == SIZE_MAX)
        return STR_NONE;
    char *p = arena_alloc(arena, s.n + 1, 1);
    if (!p)
        return STR_NONE;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (struct str){ p, s.n };
}

const char *str_z(struct arena *arena, struct str s)
{
    if (str_find_byte(s, '\0') >= 0)
        return NULL;
    return str_copy(arena, s).p;
}

struct str str_format(struct arena *arena, const char *format, ...)
{
    char most[200]; /* are shorter, and need no second pass */
    va_list ap;
    va_list again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(most, sizeof most, format, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1, 1);
    if (p && (size_t)n < sizeof most)
        memcpy(p, most, (size_t)n + 1);
    else if (p)
        vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return p ? (struct str){ p, (size_t)n } : STR_NONE;
}
