/* The characters of FEEL. Promises: see scan.h. */
#include "dmn/scan.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/banned.h"

/* The code point at a place of valid UTF-8, and its bytes; 0 at the end. */
static uint32_t point_at(struct str s, size_t at, size_t *n)
{
    if (at >= s.n) {
        *n = 0;
        return 0;
    }
    unsigned char c = (unsigned char)s.p[at];
    *n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (at + *n > s.n)
        *n = 1;
    uint32_t point = *n == 1 ? c : *n == 2 ? c & 0x1FU : *n == 3 ? c & 0x0FU : c & 0x07U;
    for (size_t i = 1; i < *n; i++)
        point = point << 6 | ((unsigned char)s.p[at + i] & 0x3FU);
    return point;
}

/* Rules 61 and 62: white space. */
static bool is_space(uint32_t c)
{
    return c == 0x20 || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x180E ||
           (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 ||
           c == 0xFEFF;
}

struct points {
    uint32_t first, last;
};

/* Rule 28: a name begins with one of these. */
static bool begins_name(uint32_t c)
{
    static const struct points ranges[] = { { '?', '?' },        { 'A', 'Z' },       { '_', '_' },
                                            { 'a', 'z' },        { 0xC0, 0xD6 },     { 0xD8, 0xF6 },
                                            { 0xF8, 0x2FF },     { 0x370, 0x37D },   { 0x37F, 0x1FFF },
                                            { 0x200C, 0x200D },  { 0x2070, 0x218F }, { 0x2C00, 0x2FEF },
                                            { 0x3001, 0xD7FF },  { 0xF900, 0xFDCF }, { 0xFDF0, 0xFFFD },
                                            { 0x10000, 0xEFFFF } };
    if (is_space(c))
        return false;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Rule 29: and goes on with these too. */
static bool goes_on(uint32_t c)
{
    return begins_name(c) || (c >= '0' && c <= '9') || c == 0xB7 || (c >= 0x300 && c <= 0x36F) || c == 0x203F ||
           c == 0x2040;
}

/* Rule 30 */
static bool joins_name(uint32_t c)
{
    return c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*' || c == 0x2019;
}

static size_t after_space(struct str s, size_t at)
{
    for (;;) {
        size_t n;
        uint32_t c = point_at(s, at, &n);
        if (n > 0 && is_space(c)) {
            at += n;
        } else if (c == '/' && at + 1 < s.n && s.p[at + 1] == '/') {
            while (at < s.n && s.p[at] != '\n')
                at++;
        } else if (c == '/' && at + 1 < s.n && s.p[at + 1] == '*') {
            ptrdiff_t end = str_find(str_slice(s, at + 2, s.n), STR("*/"));
            if (end < 0)
                return at; /* it has no end: what comes next is a fault there */
            at += (size_t)end + 4;
        } else {
            return at;
        }
    }
}

void scan_space(struct scan *scan)
{
    scan->at = after_space(scan->text, scan->at);
}

/* Where `piece` does not stand any more; *whole: all of it stands there. Its spaces are each one or more of the text.
 */
static size_t piece_reach(struct str s, size_t at, struct str piece, bool *whole)
{
    *whole = false;
    for (size_t i = 0; i < piece.n; i++) {
        if (piece.p[i] == ' ') {
            size_t next = after_space(s, at);
            if (next == at)
                return at;
            at = next;
        } else if (at >= s.n || s.p[at++] != piece.p[i]) {
            return at;
        }
    }
    *whole = true;
    return at;
}

/* Where the piece ends, 0 where it does not stand there. */
static size_t piece_end(struct str s, size_t at, struct str piece)
{
    bool whole;
    at = piece_reach(s, at, piece, &whole);
    if (!whole)
        return 0;
    size_t n, last = piece.n - 1;
    while (last > 0 && ((unsigned char)piece.p[last] & 0xC0U) == 0x80)
        last--;
    bool word = goes_on(point_at(piece, last, &n));
    return word && goes_on(point_at(s, at, &n)) && n > 0 ? 0 : at;
}

bool scan_sees(const struct scan *scan, const char *piece)
{
    return piece_end(scan->text, after_space(scan->text, scan->at), str_of(piece)) > 0;
}

bool scan_take(struct scan *scan, const char *piece)
{
    size_t end = piece_end(scan->text, after_space(scan->text, scan->at), str_of(piece));
    if (end == 0)
        return false;
    scan->at = end;
    return true;
}

struct str scan_word(const struct scan *scan)
{
    size_t n, at = scan->at;
    uint32_t c = point_at(scan->text, at, &n);
    if (n == 0 || !begins_name(c))
        return STR_NONE;
    do {
        at += n;
        c = point_at(scan->text, at, &n);
    } while (n > 0 && goes_on(c));
    return str_slice(scan->text, scan->at, at - scan->at);
}

size_t scan_name(const struct scan *scan, struct str name, size_t *looked)
{
    bool whole;
    if (name.n == 0)
        return 0;
    *looked += piece_reach(scan->text, scan->at, name, &whole) - scan->at;
    size_t end = whole ? piece_end(scan->text, scan->at, name) : 0;
    return end > 0 ? end - scan->at : 0;
}

struct str scan_name_before(const struct scan *scan, const char *end)
{
    size_t n, from = after_space(scan->text, scan->at), at = from, last = from;
    uint32_t c = point_at(scan->text, at, &n);
    if (n == 0 || !begins_name(c))
        return STR_NONE;
    for (;;) {
        size_t next = after_space(scan->text, at);
        if (at > from && (next > at || !goes_on(point_at(scan->text, at, &n))) &&
            piece_end(scan->text, next, str_of(end)) > 0)
            return str_slice(scan->text, from, last - from);
        at = next;
        c = point_at(scan->text, at, &n);
        if (n == 0 || (!goes_on(c) && !joins_name(c)))
            return STR_NONE;
        at += n;
        last = at;
    }
}

static bool digit_at(struct str s, size_t at)
{
    return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

struct str scan_number(struct scan *scan)
{
    struct str s = scan->text;
    size_t at = scan->at;
    while (digit_at(s, at))
        at++;
    if (at < s.n && s.p[at] == '.' && digit_at(s, at + 1)) {
        at++;
        while (digit_at(s, at))
            at++;
    }
    if (at == scan->at)
        return STR_NONE;
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < s.n && (s.p[exponent] == '+' || s.p[exponent] == '-'))
            exponent++;
        if (digit_at(s, exponent)) {
            at = exponent;
            while (digit_at(s, at))
                at++;
        }
    }
    struct str number = str_slice(s, scan->at, at - scan->at);
    scan->at = at;
    return number;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool take_hex(struct scan *scan, size_t digits, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = scan->at < scan->text.n ? hex_value(scan->text.p[scan->at]) : -1;
        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
        scan->at++;
    }
    *out = value;
    return true;
}

static void add_point(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_add_byte(out, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned heads[] = { 0, 0xC0, 0xE0, 0xF0 };
    buf_add_byte(out, (char)(heads[more] | c >> (6 * more)));
    for (int i = more - 1; i >= 0; i--)
        buf_add_byte(out, (char)(0x80U | (c >> (6 * i) & 0x3FU)));
}

/*
 * After the backslash. A pair of surrogates is one character, as Java writes it. Before another letter a backslash is
 * one (rule 64), so that a pattern such as "\s" may be written.
 */
static bool take_escape(struct scan *scan, struct buf *out)
{
    uint32_t c, low;
    char letter = scan->at < scan->text.n ? scan->text.p[scan->at] : '\0';
    scan->at += letter != '\0';
    switch (letter) {
    case 'n': buf_add_byte(out, '\n'); return true;
    case 'r': buf_add_byte(out, '\r'); return true;
    case 't': buf_add_byte(out, '\t'); return true;
    case '"':
    case '\'':
    case '\\': buf_add_byte(out, letter); return true;
    case 'u':
        if (!take_hex(scan, 4, &c))
            return false;
        if (c >= 0xD800 && c <= 0xDBFF) {
            if (scan->at + 1 >= scan->text.n || scan->text.p[scan->at] != '\\' || scan->text.p[scan->at + 1] != 'u')
                return false;
            scan->at += 2;
            if (!take_hex(scan, 4, &low) || low < 0xDC00 || low > 0xDFFF)
                return false;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
        break;
    case 'U':
        if (!take_hex(scan, 6, &c))
            return false;
        break;
    default:
        buf_add_byte(out, '\\');
        scan->at -= letter != '\0';
        return true;
    }
    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return false;
    add_point(out, c);
    return true;
}

bool scan_string(struct scan *scan, struct buf *out)
{
    while (scan->at < scan->text.n) {
        char c = scan->text.p[scan->at++];
        if (c == '"')
            return buf_ok(out);
        if (c != '\\')
            buf_add_byte(out, c);
        else if (!take_escape(scan, out))
            return false;
    }
    return false;
}

struct str scan_name_of(struct arena *arena, struct str written)
{
    char *p = ARENA_ARRAY(arena, written.n + 1, char);
    size_t n = 0, at = 0, bytes;
    if (!p)
        return STR_NONE;
    while (at < written.n) {
        uint32_t c = point_at(written, at, &bytes);
        if (is_space(c)) {
            if (n > 0 && p[n - 1] != ' ')
                p[n++] = ' ';
        } else {
            for (size_t i = 0; i < bytes; i++)
                p[n++] = written.p[at + i];
        }
        at += bytes;
    }
    if (n > 0 && p[n - 1] == ' ')
        n--;
    return (struct str){ p, n };
}

int scan_lines(struct str text, size_t from, size_t to)
{
    int lines = 0;
    for (size_t i = from; i < to && i < text.n; i++)
        lines += text.p[i] == '\n';
    return lines;
}
