/*
 * Addresses that may stand in href and src.
 *
 * Promise: what `url_outside` lets through is http, https, mailto or tel, or a
 * path of our own site, and every browser reads it so. An attacker tries
 * other schemes behind control characters, entities or escapes, "//host",
 * backslashes that browsers read as slashes, and "https://us@them".
 */
#include "html/html.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

enum { URL_PORT_DIGITS = 5, URL_PORT_MAX = 65535 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986 2.3 */
static bool is_unreserved(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void encode_byte(struct buf *out, char c)
{
    static const char hex[] = "0123456789ABCDEF";
    unsigned char u = (unsigned char)c;
    char three[3] = { '%', hex[u >> 4], hex[u & 15] };
    buf_add(out, (struct str){ three, sizeof three });
}

static void encode_all(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.p[i]))
            buf_add_byte(out, s.p[i]);
        else
            encode_byte(out, s.p[i]);
    }
}

/* Leaves what an address may hold, escapes included, and encodes the rest. */
static void encode_rest(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_escape = c == '%' && i + 2 < s.n && is_hex(s.p[i + 1]) && is_hex(s.p[i + 2]);
        if (is_escape || is_unreserved(c) || (c != '\0' && strchr("/?#:@!$&'()*+,;=", c)))
            buf_add_byte(out, c);
        else
            encode_byte(out, c);
    }
}

static struct url url_done(const struct buf *b)
{
    return (struct url){ buf_str(b) };
}

struct url url_path(struct arena *arena, struct url head, struct str segment)
{
    /* Browsers resolve these, also when they are encoded. */
    if (!head.s.p || segment.n == 0 || str_equal(segment, STR(".")) || str_equal(segment, STR("..")))
        return (struct url){ STR_NONE };
    struct buf b;
    buf_init(&b, arena, URL_MAX_BYTES);
    buf_add(&b, head.s);
    if (!str_ends(head.s, STR("/")))
        buf_add_byte(&b, '/');
    encode_all(&b, segment);
    return url_done(&b);
}

struct url url_query(struct arena *arena, struct url head, struct str name, struct str value)
{
    if (!head.s.p)
        return head;
    ptrdiff_t fragment = str_find_byte(head.s, '#');
    size_t before = fragment < 0 ? head.s.n : (size_t)fragment;
    struct buf b;
    buf_init(&b, arena, URL_MAX_BYTES);
    buf_add(&b, str_slice(head.s, 0, before));
    buf_add_byte(&b, str_find_byte(str_slice(head.s, 0, before), '?') < 0 ? '?' : '&');
    encode_all(&b, name);
    buf_add_byte(&b, '=');
    encode_all(&b, value);
    buf_add(&b, str_slice(head.s, before, head.s.n));
    return url_done(&b);
}

/* No control character, no backslash, not U+0080 to U+009F, and no space at an end. */
static bool is_clean(struct str s)
{
    if (s.n == 0 || s.n > URL_MAX_BYTES || !str_is_text(s) || s.p[0] == ' ' || s.p[s.n - 1] == ' ')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7F || c == '\\')
            return false;
        if (c == 0xC2 && (unsigned char)s.p[i + 1] < 0xA0)
            return false;
    }
    return true;
}

/* "host" or "host:port" in ASCII letters, digits, hyphens and dots; no userinfo, no IPv6. */
static bool is_authority(struct str s)
{
    struct str host = s;
    ptrdiff_t colon = str_find_byte(s, ':');
    if (colon >= 0) {
        struct str port = str_slice(s, (size_t)colon + 1, s.n);
        int64_t number = 0;
        host = str_slice(s, 0, (size_t)colon);
        if (port.n == 0 || port.n > URL_PORT_DIGITS || !is_digit(port.p[0]) || !str_to_i64(port, &number) ||
            number < 1 || number > URL_PORT_MAX)
            return false;
    }
    if (host.n == 0 || host.n > 253 || host.p[0] == '.' || host.p[0] == '-')
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.' && c != '_')
            return false;
        if (c == '.' && i + 1 < host.n && host.p[i + 1] == '.')
            return false;
    }
    return true;
}

static bool is_web(struct str rest)
{
    if (!str_starts(rest, STR("//")))
        return false;
    rest = str_slice(rest, 2, rest.n);
    size_t end = 0;
    while (end < rest.n && !strchr("/?#", rest.p[end]))
        end++;
    return is_authority(str_slice(rest, 0, end));
}

static bool is_mail(struct str rest)
{
    ptrdiff_t query = str_find_byte(rest, '?');
    struct str to = query < 0 ? rest : str_slice(rest, 0, (size_t)query);
    ptrdiff_t at = str_find_byte(to, '@');
    if (at <= 0 || !is_authority(str_slice(to, (size_t)at + 1, to.n)))
        return false;
    for (size_t i = 0; i < (size_t)at; i++)
        if (to.p[i] == '/' || to.p[i] == '#' || to.p[i] == ' ')
            return false;
    return true;
}

static bool is_telephone(struct str rest)
{
    size_t digits = 0;
    for (size_t i = 0; i < rest.n; i++) {
        char c = rest.p[i];
        digits += is_digit(c);
        if (!is_digit(c) && !strchr("+-.()", c))
            return false;
    }
    return digits >= 2;
}

enum status url_outside(struct arena *arena, struct str text, struct url *out)
{
    static const struct {
        struct str scheme;
        bool (*holds)(struct str rest);
    } schemes[] = {
        { STR_INIT("https:"), is_web },
        { STR_INIT("http:"), is_web },
        { STR_INIT("mailto:"), is_mail },
        { STR_INIT("tel:"), is_telephone },
    };
    *out = (struct url){ STR_NONE };
    if (!is_clean(text))
        return STATUS_INVALID;
    struct buf b;
    buf_init(&b, arena, 3 * URL_MAX_BYTES);
    bool is_path = text.p[0] == '/' && !str_starts(text, STR("//"));
    bool found = is_path;
    for (size_t i = 0; !found && i < sizeof schemes / sizeof schemes[0]; i++) {
        struct str rest = str_slice(text, schemes[i].scheme.n, text.n);
        if (!str_equal_nocase(str_slice(text, 0, schemes[i].scheme.n), schemes[i].scheme))
            continue;
        if (!schemes[i].holds(rest))
            return STATUS_INVALID;
        buf_add(&b, schemes[i].scheme);
        text = rest;
        found = true;
    }
    if (!found)
        return STATUS_INVALID;
    encode_rest(&b, text);
    if (!buf_ok(&b))
        return STATUS_NO_MEMORY;
    *out = url_done(&b);
    return STATUS_OK;
}

struct url url_srcset(struct arena *arena, const struct url *urls, const int64_t *widths, size_t n)
{
    struct url none = { STR_NONE };
    struct buf out;
    buf_init(&out, arena, URL_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        struct str url = urls[i].s;
        if (url.n == 0 || str_find_byte(url, ',') >= 0 || str_find_byte(url, ' ') >= 0)
            return none;
        if (i > 0)
            buf_add(&out, STR(", "));
        buf_add(&out, url);
        buf_format(&out, " %lldw", (long long)widths[i]);
    }
    return n > 0 && buf_ok(&out) ? (struct url){ buf_str(&out) } : none;
}
