/*
 * The grammar of a request's head (RFC 9112 2 to 6, RFC 9110 5 and 7), as a
 * pure function of bytes.
 *
 * Promise: bytes are looked at from left to right and the first byte that
 * cannot stand where it stands decides the answer. So the result is the same
 * however the bytes arrive, and nothing is guessed, mended or skipped.
 *
 * An attacker sends anything: two lengths, folded lines, bare line ends, NUL,
 * dot segments, a head without end. What another reader could understand
 * differently is refused; what is accepted has one meaning only.
 */
#include <arpa/inet.h>
#include <string.h>

#include "http/http.h"

#include "base/banned.h"

enum { METHOD_MAX = 20 };

/* What a byte may be a part of. */
enum {
    MAY_METHOD = 1,
    MAY_PATH = 2,  /* unescaped, RFC 3986 3.3 with "/" */
    MAY_QUERY = 4, /* unescaped, RFC 3986 3.4, and what browsers leave bare there */
    MAY_NAME = 8,  /* RFC 9110 5.6.2 */
    MAY_VALUE = 16,
    IS_PLAIN = 32, /* of a field name that we look at */
    IS_HEX = 64,
};

enum {
    DIGIT = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE | IS_PLAIN | IS_HEX,
    LETTER = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE | IS_PLAIN,
    CAPITAL = LETTER | MAY_METHOD,
};
#define SEVEN(at, kind)                                                                                                \
    [at] = (kind), [(at) + 1] = (kind), [(at) + 2] = (kind), [(at) + 3] = (kind), [(at) + 4] = (kind),                 \
    [(at) + 5] = (kind), [(at) + 6] = (kind)
#define SIXTEEN(at, kind) SEVEN(at, kind), SEVEN((at) + 7, kind), [(at) + 14] = (kind), [(at) + 15] = (kind)

static const unsigned char kinds[256] = {
    ['\t'] = MAY_VALUE,
    [' '] = MAY_VALUE,
    ['!'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['"'] = MAY_VALUE,
    ['#'] = MAY_NAME | MAY_VALUE,
    ['$'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['%'] = MAY_NAME | MAY_VALUE,
    ['&'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['\''] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['('] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    [')'] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    ['*'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['+'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    [','] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    ['-'] = MAY_METHOD | MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE | IS_PLAIN,
    ['.'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['/'] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    SEVEN('0', DIGIT),
    ['7'] = DIGIT,
    ['8'] = DIGIT,
    ['9'] = DIGIT,
    [':'] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    [';'] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    ['<'] = MAY_VALUE,
    ['='] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    ['>'] = MAY_VALUE,
    ['?'] = MAY_QUERY | MAY_VALUE,
    ['@'] = MAY_PATH | MAY_QUERY | MAY_VALUE,
    ['A'] = CAPITAL | IS_HEX,
    ['B'] = CAPITAL | IS_HEX,
    ['C'] = CAPITAL | IS_HEX,
    ['D'] = CAPITAL | IS_HEX,
    ['E'] = CAPITAL | IS_HEX,
    ['F'] = CAPITAL | IS_HEX,
    SEVEN('G', CAPITAL),
    SEVEN('N', CAPITAL),
    ['U'] = CAPITAL,
    ['V'] = CAPITAL,
    ['W'] = CAPITAL,
    ['X'] = CAPITAL,
    ['Y'] = CAPITAL,
    ['Z'] = CAPITAL,
    ['['] = MAY_QUERY | MAY_VALUE,
    ['\\'] = MAY_QUERY | MAY_VALUE,
    [']'] = MAY_QUERY | MAY_VALUE,
    ['^'] = MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['_'] = MAY_METHOD | MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['`'] = MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['a'] = LETTER | IS_HEX,
    ['b'] = LETTER | IS_HEX,
    ['c'] = LETTER | IS_HEX,
    ['d'] = LETTER | IS_HEX,
    ['e'] = LETTER | IS_HEX,
    ['f'] = LETTER | IS_HEX,
    SEVEN('g', LETTER),
    SEVEN('n', LETTER),
    ['u'] = LETTER,
    ['v'] = LETTER,
    ['w'] = LETTER,
    ['x'] = LETTER,
    ['y'] = LETTER,
    ['z'] = LETTER,
    ['{'] = MAY_QUERY | MAY_VALUE,
    ['|'] = MAY_QUERY | MAY_NAME | MAY_VALUE,
    ['}'] = MAY_QUERY | MAY_VALUE,
    ['~'] = MAY_PATH | MAY_QUERY | MAY_NAME | MAY_VALUE,
    SIXTEEN(0x80, MAY_VALUE),
    SIXTEEN(0x90, MAY_VALUE),
    SIXTEEN(0xA0, MAY_VALUE),
    SIXTEEN(0xB0, MAY_VALUE),
    SIXTEEN(0xC0, MAY_VALUE),
    SIXTEEN(0xD0, MAY_VALUE),
    SIXTEEN(0xE0, MAY_VALUE),
    SIXTEEN(0xF0, MAY_VALUE),
};

/* Where the reading stands. `error` is 0 while all is well, MORE where the bytes end too early, else the answer. */
enum { MORE = -1 };
struct scan {
    const unsigned char *p;
    size_t n; /* at most HTTP_HEAD_MAX */
    size_t at;
    int error;
};

struct reading {
    struct scan scan;
    struct http_head *head;
    struct http_field *fields;
    char *path;
    char *host;
    bool has_length;
    bool closes;
    unsigned singles; /* which fields of is_second have come */
};

static bool stop(struct scan *s, int error)
{
    s->error = error;
    return false;
}

/* The next byte, not yet taken; false at the end of what is there. */
static bool peek(struct scan *s, unsigned char *c)
{
    if (s->at == s->n)
        return stop(s, s->n == HTTP_HEAD_MAX ? 431 : MORE);
    *c = s->p[s->at];
    return true;
}

/* Takes exactly this byte. */
static bool take(struct scan *s, char wanted)
{
    unsigned char c;
    if (!peek(s, &c))
        return false;
    if (c != (unsigned char)wanted)
        return stop(s, 400);
    s->at++;
    return true;
}

/* Takes bytes while they may stand there. False only where the bytes end. */
static bool take_run(struct scan *s, unsigned char kind, struct str *out)
{
    size_t from = s->at;
    while (s->at < s->n && (kinds[s->p[s->at]] & kind))
        s->at++;
    unsigned char c;
    *out = (struct str){ (const char *)s->p + from, s->at - from };
    return peek(s, &c);
}

static unsigned hex_value(unsigned char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

/* "%" and two hexadecimal digits. */
static bool take_escape(struct scan *s, unsigned char *out)
{
    unsigned value = 0;
    s->at++;
    for (int i = 0; i < 2; i++) {
        unsigned char c;
        if (!peek(s, &c))
            return false;
        if (!(kinds[c] & IS_HEX))
            return stop(s, 400);
        value = value * 16 + hex_value(c);
        s->at++;
    }
    *out = (unsigned char)value;
    return true;
}

/* Whether the target, of which `c` is the next byte or the space behind it, goes past its limit. */
static bool is_too_long(const struct scan *s, size_t target_ends, unsigned char c)
{
    return s->at > target_ends || (s->at == target_ends && c != ' ');
}

static bool is_dots(const char *segment, size_t n)
{
    return (n == 1 && segment[0] == '.') || (n == 2 && segment[0] == '.' && segment[1] == '.');
}

/*
 * The path, decoded once. Refused: what would decode to NUL, a control byte,
 * "/" or "\" (a reader behind us could see another path), dot segments plain
 * or escaped, and what is not UTF-8.
 */
static bool read_path(struct reading *r, size_t target_ends)
{
    struct scan *s = &r->scan;
    size_t from = s->at;
    size_t n = 0;
    size_t segment = 1;
    for (;;) {
        unsigned char c;
        if (!peek(s, &c))
            return false;
        if (is_too_long(s, target_ends, c))
            return stop(s, 414);
        if (c == '%') {
            if (!take_escape(s, &c))
                return false;
            if (c < 0x20 || c == 0x7F || c == '/' || c == '\\')
                return stop(s, 400);
            r->path[n++] = (char)c;
            continue;
        }
        if (c == '/' || c == '?' || c == ' ') {
            if (n > segment && is_dots(r->path + segment, n - segment))
                return stop(s, 400);
            segment = n + 1;
        }
        if (!(kinds[c] & MAY_PATH)) {
            if (c != '?' && c != ' ')
                return stop(s, 400);
            break;
        }
        r->path[n++] = (char)c;
        s->at++;
    }
    r->head->raw_path = (struct str){ (const char *)s->p + from, s->at - from };
    r->head->path = (struct str){ r->path, n };
    return str_is_text(r->head->path) || stop(s, 400);
}

static bool read_query(struct reading *r, size_t target_ends)
{
    struct scan *s = &r->scan;
    size_t from = ++s->at;
    for (;;) {
        unsigned char c;
        if (!peek(s, &c))
            return false;
        if (is_too_long(s, target_ends, c))
            return stop(s, 414);
        if (c == ' ')
            break;
        if (c == '%') {
            if (!take_escape(s, &c))
                return false;
        } else if (kinds[c] & MAY_QUERY) {
            s->at++;
        } else {
            return stop(s, 400);
        }
    }
    r->head->query = (struct str){ (const char *)s->p + from, s->at - from };
    return true;
}

static bool read_method(struct reading *r)
{
    struct scan *s = &r->scan;
    struct http_head *head = r->head;
    size_t from = s->at;
    for (;;) {
        unsigned char c;
        if (!peek(s, &c))
            return false;
        if (c == ' ' && s->at > from)
            break;
        if (!(kinds[c] & MAY_METHOD) || s->at - from == METHOD_MAX)
            return stop(s, 400);
        s->at++;
    }
    head->method_name = (struct str){ (const char *)s->p + from, s->at - from };
    if (str_equal(head->method_name, STR("GET")))
        head->method = HTTP_GET;
    else if (str_equal(head->method_name, STR("HEAD")))
        head->method = HTTP_HEAD;
    else if (str_equal(head->method_name, STR("POST")))
        head->method = HTTP_POST;
    else
        head->method = HTTP_OTHER;
    s->at++;
    return true;
}

static bool read_version(struct reading *r)
{
    struct scan *s = &r->scan;
    unsigned char major;
    unsigned char minor;
    for (const char *c = "HTTP/"; *c; c++)
        if (!take(s, *c))
            return false;
    if (!peek(s, &major))
        return false;
    if (major < '0' || major > '9')
        return stop(s, 400);
    s->at++;
    if (!take(s, '.') || !peek(s, &minor))
        return false;
    if (minor < '0' || minor > '9')
        return stop(s, 400);
    s->at++;
    if (major != '1' || minor > '1')
        return stop(s, 505);
    r->head->minor_0 = minor == '0';
    return take(s, '\r') && take(s, '\n');
}

/* RFC 9112 3; one empty line before it is passed over (2.2). */
static bool read_request_line(struct reading *r)
{
    struct scan *s = &r->scan;
    unsigned char c;
    if (!peek(s, &c))
        return false;
    if (c == '\r' && !(take(s, '\r') && take(s, '\n')))
        return false;
    if (!read_method(r) || !peek(s, &c))
        return false;
    if (c != '/')
        return stop(s, 400);
    size_t target_ends = s->at + HTTP_TARGET_MAX;
    if (!read_path(r, target_ends) || !peek(s, &c))
        return false;
    if (c == '?' && !read_query(r, target_ends))
        return false;
    return take(s, ' ') && read_version(r);
}

/* Digits and nothing else (RFC 9110 8.6): no sign, no list, no space within. */
static int read_length(struct str value, uint64_t *out)
{
    uint64_t length = 0;
    bool too_large = false;
    if (value.n == 0)
        return 400;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return 400;
        too_large |= __builtin_mul_overflow(length, 10, &length);
        too_large |= __builtin_add_overflow(length, (unsigned)(value.p[i] - '0'), &length);
    }
    *out = length;
    return too_large ? 413 : 0;
}

static bool is_port(struct str s)
{
    unsigned port = 0;
    if (s.n == 0 || s.n > 5)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        port = port * 10 + (unsigned)(s.p[i] - '0');
    }
    return port <= 65535;
}

static bool is_ipv6(struct str s)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

/* RFC 3986 3.2.2 without percent signs: a name of letters, digits, "-", "_" and single dots; or an address. */
static bool is_host(struct str host)
{
    struct str rest;
    if (host.n > 0 && host.p[0] == '[') {
        ptrdiff_t end = str_find_byte(host, ']');
        if (end < 0 || !is_ipv6(str_slice(host, 1, (size_t)end - 1)))
            return false;
        rest = str_slice(host, (size_t)end + 1, host.n);
    } else {
        size_t n = 0;
        while (n < host.n && host.p[n] != ':') {
            unsigned char c = (unsigned char)host.p[n];
            if (c == '.' ? n == 0 || host.p[n - 1] == '.' : !(kinds[c] & IS_PLAIN) && c != '_')
                return false;
            n++;
        }
        if (n == 0)
            return false;
        rest = str_slice(host, n, host.n);
    }
    return rest.n == 0 || (rest.p[0] == ':' && is_port(str_slice(rest, 1, rest.n)));
}

static bool read_host(struct reading *r, struct str value)
{
    if (r->head->host.p || value.n > HTTP_HOST_MAX || !is_host(value))
        return false;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        r->host[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    r->head->host = (struct str){ r->host, value.n };
    return true;
}

/* Whether a comma-separated list has this member (RFC 9110 5.6.1). */
static bool list_has(struct str list, struct str member)
{
    struct str piece;
    while (str_cut(&list, ',', &piece))
        if (str_equal_nocase(str_trim(piece), member))
            return true;
    return false;
}

/* RFC 9110 10.1.1: a list, of which we know one member. */
static int read_expectation(struct str value, bool *expects)
{
    struct str piece;
    while (str_cut(&value, ',', &piece)) {
        piece = str_trim(piece);
        if (piece.n > 0 && !str_equal_nocase(piece, STR("100-continue")))
            return 417;
        *expects |= piece.n > 0;
    }
    return 0;
}

/* Whether the last coding is "chunked": only then does the body have an end that somebody could find (RFC 9112 6.3). */
static bool ends_chunked(struct str value)
{
    struct str last = STR("");
    struct str piece;
    while (str_cut(&value, ',', &piece))
        if (str_trim(piece).n > 0)
            last = str_trim(piece);
    return str_equal_nocase(last, STR("chunked"));
}

/* Of which RFC 9110 knows one value only: of two, one reader would take the first, another the last (5.3). */
static bool is_second(struct reading *r, struct str name)
{
    static const struct str singles[] = {
        STR_INIT("Content-Type"), STR_INIT("Content-Range"),     STR_INIT("Authorization"),       STR_INIT("Range"),
        STR_INIT("If-Range"),     STR_INIT("If-Modified-Since"), STR_INIT("If-Unmodified-Since"),
    };
    for (unsigned i = 0; i < sizeof singles / sizeof singles[0]; i++) {
        if (name.n != singles[i].n || !str_equal_nocase(name, singles[i]))
            continue;
        bool before = r->singles & 1U << i;
        r->singles |= 1U << i;
        return before;
    }
    return false;
}

/* Without the spaces around it. A tab stays, and spoils what is read here: nginx sees no space in it. */
static struct str without_spaces(struct str value)
{
    while (value.n > 0 && value.p[0] == ' ')
        value = str_slice(value, 1, value.n);
    while (value.n > 0 && value.p[value.n - 1] == ' ')
        value = str_slice(value, 0, value.n - 1);
    return value;
}

/* What a field means for the head itself; 0 or the error. `raw` has the space around it still. */
static int weigh_field(struct reading *r, struct str name, struct str value, struct str raw)
{
    struct http_head *head = r->head;
    switch (name.n) {
    case 4:
        if (str_equal_nocase(name, STR("Host")) && !read_host(r, without_spaces(raw)))
            return 400;
        return 0;
    case 6:
        if (!str_equal_nocase(name, STR("Expect")) || head->minor_0)
            return 0;
        return read_expectation(value, &head->expects);
    case 10:
        if (str_equal_nocase(name, STR("Connection")) && list_has(value, STR("close")))
            r->closes = true;
        return 0;
    case 14:
        if (!str_equal_nocase(name, STR("Content-Length")))
            return 0;
        if (r->has_length)
            return 400;
        r->has_length = true;
        return read_length(without_spaces(raw), &head->length);
    case 17:
        if (str_equal_nocase(name, STR("Transfer-Encoding")))
            return ends_chunked(value) ? 501 : 400;
        return is_second(r, name) ? 400 : 0;
    /* The lengths of the names there. */
    case 5:
    case 8:
    case 12:
    case 13:
    case 19: return is_second(r, name) ? 400 : 0;
    default: return 0;
    }
}

static bool is_plain(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!(kinds[(unsigned char)name.p[i]] & IS_PLAIN))
            return false;
    return true;
}

/* RFC 9112 5: name, colon, value, CRLF. A line that begins with a space (folding, 5.2) is no name: 400. */
static bool read_field(struct reading *r)
{
    struct scan *s = &r->scan;
    struct str name;
    struct str value;
    if (!take_run(s, MAY_NAME, &name))
        return false;
    if (name.n == 0)
        return stop(s, 400);
    if (!take(s, ':') || !take_run(s, MAY_VALUE, &value) || !take(s, '\r') || !take(s, '\n'))
        return false;
    if (!is_plain(name))
        return true;
    struct http_field *field = &r->fields[r->head->fields_n++];
    *field = (struct http_field){ name, str_trim(value) };
    int error = weigh_field(r, name, field->value, value);
    return error == 0 || stop(s, error);
}

static bool read_head(struct reading *r)
{
    struct scan *s = &r->scan;
    if (!read_request_line(r))
        return false;
    for (size_t lines = 0;; lines++) {
        unsigned char c;
        if (!peek(s, &c))
            return false;
        if (c == '\r')
            break;
        if (lines == HTTP_FIELDS_MAX)
            return stop(s, 431);
        if (!read_field(r))
            return false;
    }
    if (!take(s, '\r') || !take(s, '\n'))
        return false;
    return r->head->host.p || stop(s, 400);
}

struct http_parse http_parse_head(struct str bytes, struct http_head *head, struct http_field *fields, char *path,
                                  char *host)
{
    struct reading r = {
        .scan = { .p = (const unsigned char *)bytes.p, .n = bytes.n < HTTP_HEAD_MAX ? bytes.n : HTTP_HEAD_MAX },
        .head = head,
        .fields = fields,
        .path = path,
        .host = host,
    };
    *head = (struct http_head){ .fields = fields };
    if (read_head(&r))
        return (
            struct http_parse){ .result = HTTP_PARSED_HEAD, .used = r.scan.at, .closes = r.closes || head->minor_0 };
    if (r.scan.error == MORE)
        return (struct http_parse){ .result = HTTP_PARSED_MORE };
    return (struct http_parse){ .result = HTTP_PARSED_ERROR, .error = r.scan.error, .closes = true };
}

struct str http_field(const struct http_head *head, struct str name)
{
    for (size_t i = 0; i < head->fields_n; i++)
        if (str_equal_nocase(head->fields[i].name, name))
            return head->fields[i].value;
    return STR_NONE;
}
