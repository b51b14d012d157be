/*
 * Strings with a length.
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
    va_list ap;
    va_list again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1, 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return p ? (struct str){ p, (size_t)n } : STR_NONE;
}
