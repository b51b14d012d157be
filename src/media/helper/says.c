/*
 * EXIF and IPTC IIM of a file: the few tags that facts.h knows.
 *
 * Both are old binary formats full of offsets that a stranger chose. Every
 * offset is looked at before it is followed, no list is followed further than
 * HELPER_ITEMS_MAX, and what is broken ends the reading without a word: cameras
 * write such things. EXIF 2.32; IIM 4.2 in Photoshop's resource blocks.
 */
#include <string.h>

#include "base/arena.h"
#include "media/helper/helper.h"
#include "base/banned.h"

/* ---- Lines ---- */

static bool is_space(unsigned char c)
{
    return c <= 0x20 || c == 0x7f;
}

/* One character of valid UTF-8 in bytes. */
static size_t character(struct str s, size_t at)
{
    unsigned char c = (unsigned char)s.p[at];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n < s.n - at ? n : s.n - at;
}

/* Without NUL; what is no UTF-8 is taken for Latin-1, as such files mean it. */
static struct str as_text(struct arena *arena, struct str s)
{
    struct buf out;
    bool latin = false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0') {
            s = str_slice(s, 0, i);
            break;
        }
    latin = !str_is_text(s);
    buf_init(&out, arena, 2 * s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!latin || c < 0x80) {
            buf_add_byte(&out, (char)c);
        } else if (c >= 0xa0) {
            buf_add_byte(&out, (char)(0xc0 | c >> 6));
            buf_add_byte(&out, (char)(0x80 | (c & 0x3f)));
        }
    }
    return buf_str(&out);
}

struct str said_cut(struct str s, size_t most)
{
    if (s.n <= most)
        return s;
    while (most > 0 && ((unsigned char)s.p[most] & 0xc0) == 0x80)
        most--;
    return str_slice(s, 0, most);
}

struct str said_line(struct arena *arena, struct str text)
{
    struct buf out;
    /* Longer ones are cut at the end of a character; what is beyond is not even looked at. */
    text = as_text(arena, said_cut(text, 4 * MEDIA_TEXT_MAX));
    buf_init(&out, arena, MEDIA_TEXT_MAX);
    bool gap = false;
    for (size_t i = 0; i < text.n;) {
        struct str one = str_slice(text, i, character(text, i));
        uint32_t unfit = 0;
        i += one.n;
        if (one.n == 1 && is_space((unsigned char)*one.p)) {
            gap = out.n > 0;
            continue;
        }
        /* A joiner alone is unfit, so it goes as well: a picture's own word is compared, not set in type. */
        if (str_find_unfit(one, &unfit) >= 0)
            continue;
        if (out.n + one.n + (gap ? 1 : 0) > MEDIA_TEXT_MAX)
            break;
        if (gap)
            buf_add_byte(&out, ' ');
        gap = false;
        buf_add(&out, one);
    }
    struct str line = buf_str(&out);
    return line.n > 0 && str_is_line(line) ? line : STR_NONE;
}

static void keep(struct arena *arena, struct str *where, struct str text)
{
    if (where->p == NULL)
        *where = said_line(arena, text);
}

/* ---- EXIF ---- */

struct tiff {
    struct str bytes;
    bool big;
};

static uint32_t number(const struct tiff *t, size_t at, size_t bytes)
{
    uint32_t v = 0;
    if (at > t->bytes.n || bytes > t->bytes.n - at)
        return 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)t->bytes.p[at + (t->big ? i : bytes - 1 - i)];
    return v;
}

/* An entry of a directory: its value as text. */
static struct str text_of(const struct tiff *t, size_t entry)
{
    enum { ASCII = 2 };
    uint32_t count = number(t, entry + 4, 4);
    if (number(t, entry + 2, 2) != ASCII || count == 0)
        return STR_NONE;
    size_t at = count <= 4 ? entry + 8 : number(t, entry + 8, 4);
    if (at > t->bytes.n || count > t->bytes.n - at)
        return STR_NONE;
    return str_slice(t->bytes, at, count);
}

/* Calls `each` with every entry of the directory at `at`. */
static void directory(const struct tiff *t, size_t at, struct arena *arena, struct said *out,
                      void (*each)(const struct tiff *, size_t, struct arena *, struct said *))
{
    uint32_t n = number(t, at, 2);
    for (uint32_t i = 0; i < n && i < HELPER_ITEMS_MAX; i++) {
        size_t entry = at + 2 + 12 * (size_t)i;
        if (entry > t->bytes.n || t->bytes.n - entry < 12)
            return;
        each(t, entry, arena, out);
    }
}

static void gps_entry(const struct tiff *t, size_t entry, struct arena *arena, struct said *out)
{
    enum { LATITUDE = 2, LONGITUDE = 4 };
    uint32_t tag = number(t, entry, 2);
    (void)arena;
    if (tag == LATITUDE || tag == LONGITUDE)
        out->facts.position = true;
}

static void main_entry(const struct tiff *t, size_t entry, struct arena *arena, struct said *out)
{
    enum { ORIENTATION = 0x0112, ARTIST = 0x013b, COPYRIGHT = 0x8298, GPS = 0x8825 };
    uint32_t tag = number(t, entry, 2);
    if (tag == ARTIST) {
        keep(arena, &out->facts.creator, text_of(t, entry));
    } else if (tag == COPYRIGHT) {
        keep(arena, &out->facts.rights, text_of(t, entry));
    } else if (tag == ORIENTATION) {
        uint32_t v = number(t, entry + 8, 2);
        out->orientation = v >= 1 && v <= 8 ? (int64_t)v : 1;
    } else if (tag == GPS) {
        directory(t, number(t, entry + 8, 4), arena, out, gps_entry);
    }
}

void exif_read(struct arena *arena, struct str bytes, struct said *out)
{
    if (str_starts(bytes, STR("Exif\0\0")))
        bytes = str_slice(bytes, 6, bytes.n);
    struct tiff t = { .bytes = bytes, .big = str_starts(bytes, STR("MM\0*")) };
    if (!t.big && !str_starts(bytes, STR("II*\0")))
        return;
    directory(&t, number(&t, 4, 4), arena, out, main_entry);
}

/* ---- IIM ---- */

static void dataset(struct arena *arena, unsigned number, struct str value, struct said *out)
{
    enum { BY_LINE = 80, CREDIT = 110, SOURCE = 115, COPYRIGHT = 116 };
    if (number == BY_LINE)
        keep(arena, &out->facts.creator, value);
    else if (number == CREDIT)
        keep(arena, &out->facts.credit, value);
    else if (number == SOURCE)
        keep(arena, &out->facts.source, value);
    else if (number == COPYRIGHT)
        keep(arena, &out->facts.rights, value);
}

static void datasets(struct arena *arena, struct str s, struct said *out)
{
    enum { MARK = 0x1c, HEAD = 5, EXTENDED = 0x8000 };
    const unsigned char *p = (const unsigned char *)s.p;
    size_t at = 0;
    for (int i = 0; i < HELPER_ITEMS_MAX && at < s.n && s.n - at >= HEAD && p[at] == MARK; i++) {
        size_t n = (size_t)p[at + 3] << 8 | p[at + 4];
        if (n >= EXTENDED || n > s.n - at - HEAD)
            return;
        if (p[at + 1] == 2)
            dataset(arena, p[at + 2], str_slice(s, at + HEAD, n), out);
        at += HEAD + n;
    }
}

void iim_read(struct arena *arena, struct str bytes, struct said *out)
{
    enum { IIM = 0x0404 };
    if (str_starts(bytes, STR("\x1c"))) {
        datasets(arena, bytes, out);
        return;
    }
    if (str_starts(bytes, STR("Photoshop 3.0\0")))
        bytes = str_slice(bytes, 14, bytes.n);
    size_t at = 0;
    const unsigned char *p = (const unsigned char *)bytes.p;
    for (int i = 0; i < HELPER_ITEMS_MAX && bytes.n - at >= 12; i++) {
        if (!str_starts(str_slice(bytes, at, 4), STR("8BIM")))
            return;
        unsigned id = (unsigned)p[at + 4] << 8 | p[at + 5];
        size_t name = ((size_t)p[at + 6] + 2) & ~(size_t)1; /* length byte and name, padded to even */
        if (bytes.n - at - 6 < name + 4)
            return;
        at += 6 + name;
        size_t n = (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 | (size_t)p[at + 2] << 8 | p[at + 3];
        at += 4;
        if (n > bytes.n - at)
            return;
        if (id == IIM)
            datasets(arena, str_slice(bytes, at, n), out);
        at += n + (n & 1 && n < bytes.n - at ? 1 : 0);
    }
}
