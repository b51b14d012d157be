/*
 * Typed bytes into a page.
 *
 * Promise: whatever a visitor or an author wrote, what leaves here as text or
 * attribute holds no character that ends the place it stands in, no control
 * character, and only valid UTF-8 that XML 1.0 takes too. An attacker chooses every byte of `s`.
 */
#include "html/html.h"

#include "base/banned.h"

/* What stands for a byte: NULL where it stands for itself. Bytes from 0x80 on are looked at as sequences. */
static const struct str replaced[128] = {
    ['&'] = STR_INIT("&amp;"),  ['<'] = STR_INIT("&lt;"),   ['>'] = STR_INIT("&gt;"),
    ['"'] = STR_INIT("&quot;"), ['\''] = STR_INIT("&#39;"),
};

static bool is_dropped(unsigned char c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
}

/* The length of the valid sequence at p, or 0; the first byte is 0x80 or more. */
static size_t sequence(const unsigned char *p, size_t n)
{
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

void html_text(struct buf *out, struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t plain = 0; /* from here to i nothing needs a change */
    size_t i = 0;
    while (i < s.n) {
        unsigned char c = p[i];
        struct str instead = STR("");
        size_t used = 1;
        if (c < 0x80) {
            if (!is_dropped(c)) {
                if (!replaced[c].p) {
                    i++;
                    continue;
                }
                instead = replaced[c];
            }
        } else {
            used = sequence(p + i, s.n - i);
            bool is_control = used == 2 && c == 0xC2 && p[i + 1] < 0xA0; /* U+0080 to U+009F */
            bool is_noncharacter = used == 3 && c == 0xEF && p[i + 1] == 0xBF && p[i + 2] >= 0xBE; /* U+FFFE, U+FFFF */
            if (used != 0 && !is_control && !is_noncharacter) {
                i += used;
                continue;
            }
            if (used == 0) {
                used = 1;
                instead = STR("\xEF\xBF\xBD"); /* U+FFFD */
            }
        }
        buf_add(out, str_slice(s, plain, i - plain));
        buf_add(out, instead);
        i += used;
        plain = i;
    }
    buf_add(out, str_slice(s, plain, i - plain));
}

void html_attribute(struct buf *out, struct str s)
{
    html_text(out, s);
}

void html_address(struct buf *out, struct url u)
{
    html_text(out, u.s);
}

void html_markup(struct buf *out, struct html h)
{
    buf_add(out, h.s);
}

void html_escaped(struct buf *out, struct html h)
{
    html_text(out, h.s);
}

void html_json(struct buf *out, struct json_text j)
{
    for (size_t i = 0; i < j.s.n; i++) {
        char c = j.s.p[i];
        if (c == '<' || c == '>' || c == '&')
            buf_format(out, "\\u%04x", (unsigned)(unsigned char)c);
        else
            buf_add_byte(out, c);
    }
}

void html_int(struct buf *out, int64_t v)
{
    buf_add_i64(out, v);
}

void html_literal(struct buf *out, struct str s)
{
    buf_add(out, s);
}
