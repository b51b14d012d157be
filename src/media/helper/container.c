/*
 * What a file is, by its bytes: format, size, whether it moves, whether its
 * outer structure is whole. And the place in a finished JPEG or WebP where our
 * own words go.
 *
 * This comes before any decoder sees a byte: a file that claims 50,000 x 50,000
 * pixels, or is something else than it seems, is refused for the price of its
 * header. JPEG: ITU T.81 annex B; PNG: W3C, third edition, with APNG; WebP:
 * RFC 9649.
 */
#include <string.h>

#include "media/helper/helper.h"
#include "base/banned.h"

static unsigned byte_at(struct str s, size_t at)
{
    return at < s.n ? (unsigned char)s.p[at] : 0;
}

static int64_t big(struct str s, size_t at, int bytes)
{
    int64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | byte_at(s, at + (size_t)i);
    return v;
}

static int64_t little(struct str s, size_t at, int bytes)
{
    int64_t v = 0;
    for (int i = bytes; i-- > 0;)
        v = v << 8 | byte_at(s, at + (size_t)i);
    return v;
}

static bool has(struct str s, size_t at, struct str piece)
{
    return at <= s.n && str_starts(str_slice(s, at, s.n), piece);
}

static struct media_verdict verdict(enum media_trouble trouble)
{
    return (struct media_verdict){ .trouble = trouble };
}

/* ---- The three that are taken ---- */

static enum media_trouble jpeg_look(struct str s, struct container *out)
{
    size_t at = 2;
    for (;;) {
        if (at + 4 > s.n)
            return MEDIA_CUT;
        if (byte_at(s, at) != 0xff)
            return MEDIA_BROKEN;
        unsigned marker = byte_at(s, at + 1);
        if (marker == 0xff) { /* a filler */
            at++;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
            at += 2;
            continue;
        }
        if (marker == 0xda || marker == 0xd9 || marker == 0xd8 || marker == 0)
            return MEDIA_BROKEN;
        int64_t length = big(s, at + 2, 2);
        if (length < 2)
            return MEDIA_BROKEN;
        if ((int64_t)(s.n - at - 2) < length)
            return MEDIA_CUT;
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
            if (length < 8)
                return MEDIA_BROKEN;
            out->height = big(s, at + 5, 2);
            out->width = big(s, at + 7, 2);
            return MEDIA_FINE;
        }
        at += 2 + (size_t)length;
    }
}

static enum media_trouble png_look(struct str s, struct container *out)
{
    enum { SIGNATURE = 8, AROUND = 12 };
    if (s.n < SIGNATURE + AROUND + 13)
        return MEDIA_CUT;
    if (!has(s, SIGNATURE + 4, STR("IHDR")) || big(s, SIGNATURE, 4) != 13)
        return MEDIA_BROKEN;
    out->width = big(s, 16, 4);
    out->height = big(s, 20, 4);
    bool moves = false;
    for (size_t at = SIGNATURE; at < s.n;) {
        if (s.n - at < AROUND)
            return MEDIA_CUT;
        int64_t length = big(s, at, 4);
        if (length > INT32_MAX)
            return MEDIA_BROKEN;
        if ((int64_t)(s.n - at - AROUND) < length)
            return MEDIA_CUT;
        moves = moves || has(s, at + 4, STR("acTL"));
        if (has(s, at + 4, STR("IEND")))
            return moves ? MEDIA_MOVES : MEDIA_FINE;
        at += AROUND + (size_t)length;
    }
    return MEDIA_CUT;
}

static enum media_trouble webp_look(struct str s, struct container *out)
{
    enum { VP8X_MOVES = 0x02 };
    int64_t length = little(s, 4, 4);
    if (s.n < 30 || length + 8 > (int64_t)s.n)
        return MEDIA_CUT;
    if (has(s, 12, STR("VP8X"))) {
        if (byte_at(s, 20) & VP8X_MOVES)
            return MEDIA_MOVES;
        out->width = little(s, 24, 3) + 1;
        out->height = little(s, 27, 3) + 1;
    } else if (has(s, 12, STR("VP8L")) && byte_at(s, 20) == 0x2f) {
        int64_t bits = little(s, 21, 4);
        out->width = (bits & 0x3fff) + 1;
        out->height = (bits >> 14 & 0x3fff) + 1;
    } else if (has(s, 12, STR("VP8 ")) && has(s, 23, STR("\x9d\x01\x2a"))) {
        out->width = little(s, 26, 2) & 0x3fff;
        out->height = little(s, 28, 2) & 0x3fff;
    } else {
        return MEDIA_BROKEN;
    }
    return MEDIA_FINE;
}

/* ---- Those that are not ---- */

/* Of text that begins with a tag it need not be known which. */
static bool is_xml(struct str s)
{
    s = str_slice(s, 0, 1024);
    if (str_starts(s, STR("\xef\xbb\xbf")))
        s = str_slice(s, 3, s.n);
    return str_starts(str_trim(s), STR("<"));
}

static enum media_other brand_of(struct str s)
{
    struct str brand = str_slice(s, 8, 4);
    if (str_equal(brand, STR("avif")) || str_equal(brand, STR("avis")))
        return MEDIA_AVIF;
    if (str_starts(brand, STR("he")) || str_equal(brand, STR("mif1")) || str_equal(brand, STR("msf1")))
        return MEDIA_HEIC;
    return MEDIA_VIDEO;
}

static enum media_other other_of(struct str s)
{
    static const struct {
        struct str head;
        enum media_other other;
    } heads[] = {
        { STR_INIT("GIF8"), MEDIA_GIF },
        { STR_INIT("II*\0"), MEDIA_TIFF },
        { STR_INIT("MM\0*"), MEDIA_TIFF },
        { STR_INIT("II+\0"), MEDIA_TIFF },
        { STR_INIT("MM\0+"), MEDIA_TIFF },
        { STR_INIT("%PDF"), MEDIA_PDF },
        { STR_INIT("BM"), MEDIA_BMP },
        { STR_INIT("\xff\x0a"), MEDIA_JXL },
        { STR_INIT("\0\0\0\x0cJXL "), MEDIA_JXL },
        { STR_INIT("\0\0\0\x0cjP  "), MEDIA_JP2 },
        { STR_INIT("\xff\x4f\xff\x51"), MEDIA_JP2 },
        { STR_INIT("8BPS"), MEDIA_PSD },
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (str_starts(s, heads[i].head))
            return heads[i].other;
    if (has(s, 4, STR("ftyp")))
        return brand_of(s);
    return is_xml(s) ? MEDIA_SVG : MEDIA_UNKNOWN;
}

struct media_verdict container_look(struct str s, struct container *out)
{
    enum media_trouble trouble = MEDIA_FINE;
    *out = (struct container){ 0 };
    if (s.n == 0)
        return verdict(MEDIA_EMPTY);
    if (str_starts(s, STR("\xff\xd8\xff"))) {
        out->format = MEDIA_JPEG;
        trouble = jpeg_look(s, out);
    } else if (str_starts(s, STR("\x89PNG\r\n\x1a\n"))) {
        out->format = MEDIA_PNG;
        trouble = png_look(s, out);
    } else if (str_starts(s, STR("RIFF")) && has(s, 8, STR("WEBP"))) {
        out->format = MEDIA_WEBP;
        trouble = webp_look(s, out);
    } else {
        return (struct media_verdict){ .trouble = MEDIA_OTHER, .a = other_of(s) };
    }
    /* A size that was read counts even where the rest is missing. */
    if (out->width > MEDIA_SIDE_MAX || out->height > MEDIA_SIDE_MAX || out->width * out->height > MEDIA_PIXELS_MAX)
        return (struct media_verdict){ .trouble = MEDIA_HUGE, .a = out->width, .b = out->height };
    if (trouble == MEDIA_FINE && (out->width < 1 || out->height < 1))
        trouble = MEDIA_NO_SIZE;
    return verdict(trouble);
}

/* ---- Our words in our own files ---- */

static void put_number(struct buf *out, int64_t v, int bytes, bool big_first)
{
    for (int i = 0; i < bytes; i++)
        buf_add_byte(out, (char)(v >> 8 * (big_first ? bytes - 1 - i : i) & 0xff));
}

static bool segment(struct buf *out, unsigned marker, struct str name, struct str data)
{
    if (data.n == 0)
        return true;
    if (name.n + data.n + 2 > 0xffff)
        return false;
    buf_add_byte(out, (char)0xff);
    buf_add_byte(out, (char)marker);
    put_number(out, (int64_t)(name.n + data.n + 2), 2, true);
    buf_add(out, name);
    buf_add(out, data);
    return true;
}

/* Segments of JPEG that are the picture itself, or say no more than that it is one (JFIF, Adobe's transform). */
static bool jpeg_needs(unsigned marker, struct str data)
{
    if (marker == 0xe0)
        return str_starts(data, STR("JFIF\0"));
    if (marker == 0xee)
        return str_starts(data, STR("Adobe"));
    return !(marker >= 0xe0 && marker <= 0xef) && marker != 0xfe;
}

bool container_jpeg_write(struct buf *out, struct str bytes, struct str xmp, struct str iim)
{
    bool said = false;
    size_t at = 2;
    buf_add(out, str_slice(bytes, 0, 2));
    while (at + 4 <= bytes.n && byte_at(bytes, at) == 0xff) {
        unsigned marker = byte_at(bytes, at + 1);
        size_t length = (size_t)big(bytes, at + 2, 2) + 2;
        if (length < 4 || length > bytes.n - at)
            return false;
        if (!said && marker != 0xe0) {
            said = true;
            if (!segment(out, 0xe1, STR("http://ns.adobe.com/xap/1.0/\0"), xmp) ||
                !segment(out, 0xed, STR("Photoshop 3.0\0"), iim))
                return false;
        }
        if (marker == 0xda) {
            buf_add(out, str_slice(bytes, at, bytes.n));
            return buf_ok(out);
        }
        if (jpeg_needs(marker, str_slice(bytes, at + 4, length - 4)))
            buf_add(out, str_slice(bytes, at, length));
        at += length;
    }
    return false;
}

/* libvips writes EXIF of its own into WebP, also where it was told not to: so only the chunks of pixels are taken. */
static bool webp_pixels(struct buf *out, struct str bytes, bool *alpha)
{
    size_t at = 12;
    bool found = false;
    while (at + 8 <= bytes.n) {
        size_t length = (size_t)little(bytes, at + 4, 4);
        if (length > bytes.n - at - 8)
            return false;
        size_t whole = 8 + length + (length & 1);
        bool is_alpha = has(bytes, at, STR("ALPH"));
        bool is_picture = has(bytes, at, STR("VP8 ")) || has(bytes, at, STR("VP8L"));
        if (is_alpha || is_picture) {
            buf_add(out, str_slice(bytes, at, 8 + length));
            if (length & 1)
                buf_add_byte(out, '\0');
        }
        *alpha = *alpha || is_alpha;
        found = found || is_picture;
        at += whole;
    }
    return found && buf_ok(out);
}

bool container_webp_write(struct buf *out, struct str bytes, struct str xmp, int64_t width, int64_t height, bool alpha)
{
    enum { VP8X_WHOLE = 18, VP8X_ALPHA = 0x10, VP8X_XMP = 0x04 };
    struct buf pixels;
    bool has_alpha = false;
    buf_init(&pixels, NULL, out->limit);
    if (!webp_pixels(&pixels, bytes, &has_alpha)) {
        buf_free(&pixels);
        return false;
    }
    /* A lossless picture with alpha has no chunk for it. */
    bool extended = xmp.n > 0 || has_alpha;
    size_t odd = xmp.n & 1;
    buf_add(out, STR("RIFF"));
    size_t whole = 4 + pixels.n;
    whole += extended ? VP8X_WHOLE : 0U;
    whole += xmp.n > 0 ? 8 + xmp.n + odd : 0;
    put_number(out, (int64_t)whole, 4, false);
    buf_add(out, STR("WEBP"));
    if (extended) {
        buf_add(out, STR("VP8X"));
        put_number(out, 10, 4, false);
        put_number(out, (xmp.n ? VP8X_XMP : 0) | (alpha || has_alpha ? VP8X_ALPHA : 0), 4, false);
        put_number(out, width - 1, 3, false);
        put_number(out, height - 1, 3, false);
    }
    buf_add(out, buf_str(&pixels));
    buf_free(&pixels);
    if (xmp.n > 0) {
        buf_add(out, STR("XMP "));
        put_number(out, (int64_t)xmp.n, 4, false);
        buf_add(out, xmp);
        if (odd)
            buf_add_byte(out, '\0');
    }
    return buf_ok(out);
}
