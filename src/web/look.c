/*
 * The force's own look, from the settings: its colour, and its logo.
 *
 * Promises: a colour that white words could not be read on is refused at the start, and the colour of lines on dark
 * pages is derived from it until it holds there. The style sheet stays one file under an address that holds its hash,
 * so that a page needs no further request and no inline style for them; the logo is one picture of known size.
 *
 * The logo is a PNG: one format whose size stands in one place, which every browser shows, and in which nothing runs.
 * An SVG would be a document of its own at our address. Of the PNG only the chunks that make the picture are served: a
 * name, a place or an animation in the others stays behind. Who writes the settings chooses the file; what could come
 * in by it is a picture that is too large or none at all, which is refused with the reason.
 */
#include "web/inside.h"
#include "web/assets_table.h"

#include <limits.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/banned.h"

enum {
    LOGO_BYTES_MAX = 32 * 1024, /* it comes with every first page */
    LOGO_HEIGHT_MAX = 400,      /* pixels of the file; shown at LOGO_HEIGHT */
    LOGO_SHAPE_MAX = 8,         /* widths to a height: at most 320 px are shown */
    LOGO_HEIGHT = 40,
    LOOK_ARENA_MAX = 1024 * 1024,
    HASH_DIGITS = 16,
};

/* ---- Colours ---- */

static const struct colour {
    int red, green, blue;
} white = { 255, 255, 255 }, dark_ground = { 0x14, 0x18, 0x1c } /* --govuk-body-background-colour of dark pages */;

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* `#rrggbb`, as the settings were read. */
static struct colour colour_read(struct str s)
{
    int channel[3];
    for (size_t i = 0; i < 3; i++)
        channel[i] = hex_digit(s.p[1 + 2 * i]) * 16 + hex_digit(s.p[2 + 2 * i]);
    return (struct colour){ channel[0], channel[1], channel[2] };
}

static double linear(int channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* WCAG 2.2, "relative luminance" and "contrast ratio". */
static double luminance(struct colour c)
{
    return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
}

static double contrast(struct colour a, struct colour b)
{
    double one = luminance(a) + 0.05;
    double other = luminance(b) + 0.05;
    return one > other ? one / other : other / one;
}

#define CONTRAST_MIN 4.5

static struct colour lighter(struct colour c, int percent)
{
    return (struct colour){ c.red + (255 - c.red) * percent / 100, c.green + (255 - c.green) * percent / 100,
                            c.blue + (255 - c.blue) * percent / 100 };
}

/* The colour itself where it can be seen on dark pages, else the least white mixed in with which it can. */
static struct colour for_dark_pages(struct colour c)
{
    int percent = 0;
    while (percent < 100 && contrast(lighter(c, percent), dark_ground) < CONTRAST_MIN)
        percent++;
    return lighter(c, percent);
}

enum status web_colour_check(struct str colour, struct fault *fault)
{
    double ratio = contrast(colour_read(colour), white);
    if (ratio >= CONTRAST_MIN)
        return STATUS_OK;
    /* Cut, not rounded: 4.49 is not 4.5. */
    int tenths = (int)(ratio * 10);
    return fault_set(
        fault, STATUS_INVALID,
        "site.colour %.*s is too light: white words on it have a contrast of %d.%d to 1, and need 4.5; write "
        "a darker colour.",
        STR_ARG(colour), tenths / 10, tenths % 10);
}

/* ---- The logo ---- */

struct logo {
    struct str bytes;
    int64_t width, height; /* of the file, in pixels */
};

static uint32_t number_at(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* What makes the picture: the critical chunks (PNG, 3rd edition, 5.6), transparency and colour space. */
static bool is_kept(struct str type)
{
    static const char kept[][5] = { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB" };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (str_equal(type, str_of(kept[i])))
            return true;
    return false;
}

/* Goes through the chunks of a whole PNG, and adds what is kept to `out`. False: it is none. */
static bool png_take(struct str png, struct buf *out, int64_t *width, int64_t *height)
{
    enum { SIGNATURE = 8, AROUND = 12, IHDR_SIZE = 13 };
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    bool picture = false;
    if (!str_starts(png, (struct str){ signature, SIGNATURE }))
        return false;
    buf_add(out, (struct str){ signature, SIGNATURE });
    for (size_t at = SIGNATURE; at + AROUND <= png.n;) {
        size_t n = number_at(png, at);
        if (n > png.n - at - AROUND)
            return false;
        struct str chunk = str_slice(png, at, n + AROUND);
        struct str type = str_slice(chunk, 4, 4);
        struct str checked = str_slice(chunk, 4, 4 + n);
        bool first = at == SIGNATURE;
        if (crc32(0, (const unsigned char *)checked.p, (unsigned)checked.n) != number_at(chunk, 8 + n) ||
            first != str_equal(type, STR("IHDR")))
            return false;
        if (first) {
            if (n != IHDR_SIZE)
                return false;
            *width = number_at(chunk, 8);
            *height = number_at(chunk, 12);
        }
        picture = picture || str_equal(type, STR("IDAT"));
        if (is_kept(type))
            buf_add(out, chunk);
        at += chunk.n;
        if (str_equal(type, STR("IEND")))
            return picture && n == 0 && at == png.n;
    }
    return false;
}

/* A name in a setting is of the data folder, where it does not begin with '/'. */
static enum status logo_read(struct arena *arena, const char *folder, struct str name, struct logo *out,
                             struct fault *fault)
{
    char path[PATH_MAX];
    int n = name.p[0] == '/' ? snprintf(path, sizeof path, "%.*s", STR_ARG(name))
                             : snprintf(path, sizeof path, "%s/%.*s", folder ? folder : ".", STR_ARG(name));
    if (n < 0 || (size_t)n >= sizeof path)
        return fault_set(fault, STATUS_INVALID, "site.logo is a path that is too long.");
    struct str png;
    struct fault why;
    enum status status = file_read(arena, path, LOGO_BYTES_MAX, &png, &why);
    if (status == STATUS_LIMIT)
        return fault_set(
            fault, STATUS_INVALID,
            "site.logo is larger than %d bytes, which every first visit would wait for; write a smaller PNG.",
            LOGO_BYTES_MAX);
    if (status != STATUS_OK)
        return fault_set(fault, STATUS_INVALID, "site.logo: %s", why.text);
    struct buf kept;
    buf_init(&kept, arena, LOGO_BYTES_MAX);
    if (!png_take(png, &kept, &out->width, &out->height))
        return fault_set(fault, STATUS_INVALID,
                         "site.logo is not a whole PNG; save the logo as PNG. No other format is taken.");
    if (out->width < 1 || out->height < 1 || out->height > LOGO_HEIGHT_MAX || out->width > out->height * LOGO_SHAPE_MAX)
        return fault_set(
            fault, STATUS_INVALID,
            "site.logo has %lld × %lld pixels; it may be at most %d high, and %d times as wide as it is high.",
            (long long)out->width, (long long)out->height, LOGO_HEIGHT_MAX, LOGO_SHAPE_MAX);
    out->bytes = buf_str(&kept);
    return out->bytes.p ? STATUS_OK : fault_no_memory(fault);
}

enum status web_logo_check(struct str name, const char *folder, struct fault *fault)
{
    if (name.n == 0)
        return STATUS_OK;
    struct arena *arena = arena_new(LOOK_ARENA_MAX);
    struct logo logo;
    enum status status = arena ? logo_read(arena, folder, name, &logo, fault) : fault_no_memory(fault);
    arena_free(arena);
    return status;
}

/* ---- What is served ---- */

static enum status add(struct look *look, const char *name, const char *type, struct str bytes, struct str *address,
                       struct fault *fault)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char digits[2 * sizeof hash + 1];
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    sodium_bin2hex(digits, sizeof digits, hash, sizeof hash);
    *address = str_format(look->arena, "/a/%.*s/%s", HASH_DIGITS, digits, name);
    if (!address->p)
        return fault_no_memory(fault);
    look->assets[look->assets_n++] = (struct asset){ .name = name,
                                                     .address = str_z(look->arena, *address),
                                                     .type = type,
                                                     .bytes = (const unsigned char *)bytes.p,
                                                     .n = bytes.n };
    return look->assets[look->assets_n - 1].address ? STATUS_OK : fault_no_memory(fault);
}

static enum status use_colour(struct look *look, struct str text, struct fault *fault)
{
    enum status status = web_colour_check(text, fault);
    if (status != STATUS_OK)
        return status;
    struct colour colour = colour_read(text);
    struct colour dark = for_dark_pages(colour);
    struct str sheet = web_asset_bytes(STR("candour.css"));
    struct buf css;
    buf_init(&css, look->arena, LOOK_ARENA_MAX / 2);
    buf_add(&css, sheet);
    buf_format(&css,
               ":root{--candour-header-colour:#%02x%02x%02x;--govuk-brand-colour:#%02x%02x%02x}@media screen and "
               "(prefers-color-scheme:dark){:root{--govuk-brand-colour:#%02x%02x%02x}}\n",
               (unsigned)colour.red, (unsigned)colour.green, (unsigned)colour.blue, (unsigned)colour.red,
               (unsigned)colour.green, (unsigned)colour.blue, (unsigned)dark.red, (unsigned)dark.green,
               (unsigned)dark.blue);
    if (!buf_ok(&css))
        return fault_no_memory(fault);
    look->colour = text;
    return add(look, "candour.css", "text/css; charset=utf-8", buf_str(&css), &look->style.s, fault);
}

static enum status use_logo(struct look *look, const char *folder, struct str name, struct fault *fault)
{
    struct logo logo;
    enum status status = logo_read(look->arena, folder, name, &logo, fault);
    if (status != STATUS_OK)
        return status;
    look->logo_height = LOGO_HEIGHT;
    look->logo_width = (logo.width * LOGO_HEIGHT + logo.height / 2) / logo.height;
    if (look->logo_width < 1)
        look->logo_width = 1;
    return add(look, "logo.png", "image/png", logo.bytes, &look->logo.s, fault);
}

enum status look_make(struct web *web, struct fault *fault)
{
    struct look *look = &web->look;
    *look = (struct look){ .arena = arena_new(LOOK_ARENA_MAX),
                           .style = web_asset(STR("candour.css")),
                           .logo = { STR_NONE } };
    if (!look->arena)
        return fault_no_memory(fault);
    const struct setting_value *colour = web_setting_get(web->options.settings, WEB_SITE_COLOUR);
    struct str logo = web_setting_get(web->options.settings, WEB_SITE_LOGO)->text;
    look->colour = colour->text;
    enum status status = colour->given ? use_colour(look, colour->text, fault) : STATUS_OK;
    if (status == STATUS_OK && logo.n > 0)
        status = use_logo(look, web->options.folder, logo, fault);
    return status;
}

void look_free(struct web *web)
{
    arena_free(web->look.arena);
}
