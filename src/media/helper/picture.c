/*
 * The picture itself: decoded once with libvips, made small, upright and sRGB,
 * and encoded four times.
 *
 * Promises: only the loader that the bytes name is called, and it fails on
 * what is not whole. Between decoding and encoding there is nothing but
 * pixels: the encoder gets a fresh image made of memory, so that nothing that
 * the file said can come along. The library's own messages are thrown away.
 */
#include <string.h>
#include <vips/vips.h>
#include <vips/vector.h>

#include "base/arena.h"
#include "media/helper/helper.h"
#include "base/banned.h"

enum {
    JPEG_QUALITY = 80,
    WEBP_QUALITY = 78,
    WEBP_QUALITY_LEAST = 42, /* below it a face or a poster cannot be read: then rather more bytes */
    WEBP_QUALITY_STEP = 12,
    WEBP_EFFORT = 2,        /* 4 saves 4 to 8 % and costs a quarter more for all four together */
    ORIENTATION_TURNED = 5, /* from here on width and height change places */
};

static void nobody_hears(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer self)
{
    (void)domain;
    (void)level;
    (void)message;
    (void)self;
}

bool picture_start(const char *program)
{
    g_log_set_default_handler(nobody_hears, NULL);
    /* Its loaders of other formats are modules: they are not even looked for. */
    g_setenv("VIPSHOME", "/nonexistent", TRUE);
    vips_vector_set_enabled(FALSE);
    vips_concurrency_set(1);
    if (VIPS_INIT(program) != 0)
        return false;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    return true;
}

static struct media_verdict verdict(enum media_trouble trouble)
{
    return (struct media_verdict){ .trouble = trouble };
}

static struct media_verdict broken(void)
{
    static const char *const cut[] = { "premature end", "Premature end", "ended",      "end of file",
                                       "EOF",           "truncated",     "not enough", "end of stream" };
    static const char *const memory[] = { "out of memory", "unable to allocate", "Insufficient memory" };
    const char *said = vips_error_buffer();
    enum media_trouble trouble = MEDIA_BROKEN;
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
        if (strstr(said, cut[i]))
            trouble = MEDIA_CUT;
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (strstr(said, memory[i]))
            trouble = MEDIA_MEMORY;
    vips_error_clear();
    return verdict(trouble);
}

/* ---- Loading ---- */

/* `shrink` is 1, 2, 4 or 8, for JPEG alone. */
static int load(struct str bytes, enum media_format format, int shrink, VipsImage **out)
{
    void *p = (void *)(uintptr_t)bytes.p;
    switch (format) {
    case MEDIA_JPEG:
        return vips_jpegload_buffer(p, bytes.n, out, "shrink", shrink, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                    VIPS_FAIL_ON_WARNING, NULL);
    case MEDIA_PNG: /* its warnings are about colour profiles that harm nobody */
        return vips_pngload_buffer(p, bytes.n, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR,
                                   NULL);
    case MEDIA_WEBP:
        return vips_webpload_buffer(p, bytes.n, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR,
                                    NULL);
    case MEDIA_FORMATS: break;
    }
    return -1;
}

static struct str blob(VipsImage *image, const char *name)
{
    const void *p = NULL;
    size_t n = 0;
    if (vips_image_get_typeof(image, name) == 0 || vips_image_get_blob(image, name, &p, &n) != 0)
        return STR_NONE;
    return (struct str){ p, n };
}

static bool says(struct arena *arena, VipsImage *image, const struct container *container, struct said *out)
{
    *out = (struct said){ .orientation = 1 };
    bool fine = xmp_read(arena, blob(image, VIPS_META_XMP_NAME), out);
    iim_read(arena, blob(image, VIPS_META_IPTC_NAME), out);
    exif_read(arena, blob(image, VIPS_META_EXIF_NAME), out);
    bool turned = out->orientation >= ORIENTATION_TURNED;
    out->facts.format = container->format;
    out->facts.width = turned ? container->height : container->width;
    out->facts.height = turned ? container->width : container->height;
    return fine;
}

/* A header that the decoder reads otherwise than we did is a trick. */
static struct media_verdict open_picture(struct arena *arena, struct str bytes, VipsImage **image, struct said *said,
                                         struct container *container)
{
    struct media_verdict v = container_look(bytes, container);
    if (v.trouble != MEDIA_FINE)
        return v;
    if (load(bytes, container->format, 1, image) != 0)
        return broken();
    if ((*image)->Xsize != container->width || (*image)->Ysize != container->height)
        return verdict(MEDIA_BROKEN);
    return verdict(says(arena, *image, container, said) ? MEDIA_FINE : MEDIA_SAYS_BADLY);
}

struct media_verdict picture_read(struct arena *arena, struct str bytes, struct media_facts *out)
{
    struct container container;
    struct said said;
    VipsImage *image = NULL, *small = NULL;
    double average = 0;
    struct media_verdict v = open_picture(arena, bytes, &image, &said, &container);
    /* Every pixel is decoded; of a JPEG only as many as its own arithmetic needs. */
    if (v.trouble == MEDIA_FINE &&
        (load(bytes, container.format, 8, &small) != 0 || vips_avg(small, &average, NULL) != 0))
        v = broken();
    if (small)
        g_object_unref(small);
    if (image)
        g_object_unref(image);
    *out = said.facts;
    return v;
}

/* ---- Pixels ---- */

/* Takes `*image` and puts what comes of it there; false: it failed, and `*image` is what it was. */
static bool becomes(VipsImage **image, VipsImage **next, int failed)
{
    if (failed)
        return false;
    g_object_unref(*image);
    *image = *next;
    *next = NULL;
    return true;
}

static double scale_of(int64_t width, int64_t height, int64_t most)
{
    double scale = width > most ? (double)most / (double)width : 1.0;
    double low = height > MEDIA_HEIGHT_MAX ? (double)MEDIA_HEIGHT_MAX / (double)height : 1.0;
    return low < scale ? low : scale;
}

/* To exactly this size; transparent pixels do not colour their neighbours. */
static bool resize(VipsImage **image, int64_t width, int64_t height)
{
    VipsImage *next = NULL;
    VipsBandFormat format = (*image)->BandFmt;
    if ((*image)->Xsize == width && (*image)->Ysize == height)
        return true;
    bool alpha = vips_image_hasalpha(*image);
    if (alpha && !becomes(image, &next, vips_premultiply(*image, &next, NULL)))
        return false;
    double across = (double)width / (*image)->Xsize, down = (double)height / (*image)->Ysize;
    if (!becomes(image, &next, vips_resize(*image, &next, across, "vscale", down, NULL)))
        return false;
    return !alpha || (becomes(image, &next, vips_unpremultiply(*image, &next, NULL)) &&
                      becomes(image, &next, vips_cast(*image, &next, format, NULL)));
}

/* sRGB, 8 bits, 3 bands or 4. */
static bool colours(VipsImage **image)
{
    VipsImage *next = NULL;
    bool cmyk = (*image)->Type == VIPS_INTERPRETATION_CMYK;
    bool profile = vips_image_get_typeof(*image, VIPS_META_ICC_NAME) != 0;
    if (cmyk || profile) {
        int failed = vips_icc_transform(*image, &next, "srgb", "embedded", TRUE, "input_profile",
                                        cmyk ? "cmyk" : "srgb", "intent", VIPS_INTENT_RELATIVE, NULL);
        /* A profile that does not fit its picture is passed over, as browsers do. */
        if (!becomes(image, &next, failed) && cmyk)
            return false;
        vips_error_clear();
    }
    if ((*image)->Type != VIPS_INTERPRETATION_sRGB &&
        !becomes(image, &next, vips_colourspace(*image, &next, VIPS_INTERPRETATION_sRGB, NULL)))
        return false;
    if ((*image)->BandFmt != VIPS_FORMAT_UCHAR &&
        !becomes(image, &next, vips_cast(*image, &next, VIPS_FORMAT_UCHAR, NULL)))
        return false;
    if ((*image)->Bands > 4 && !becomes(image, &next, vips_extract_band(*image, &next, 0, "n", 4, NULL)))
        return false;
    return (*image)->Bands >= 3;
}

/* EXIF's orientations, by a turn and a flip. */
static bool upright(VipsImage **image, int64_t orientation)
{
    static const struct {
        VipsAngle angle;
        bool flips;
    } ways[9] = {
        [1] = { VIPS_ANGLE_D0, false },  [2] = { VIPS_ANGLE_D0, true },    [3] = { VIPS_ANGLE_D180, false },
        [4] = { VIPS_ANGLE_D180, true }, [5] = { VIPS_ANGLE_D90, true },   [6] = { VIPS_ANGLE_D90, false },
        [7] = { VIPS_ANGLE_D270, true }, [8] = { VIPS_ANGLE_D270, false },
    };
    VipsImage *next = NULL;
    if (ways[orientation].angle != VIPS_ANGLE_D0 &&
        !becomes(image, &next, vips_rot(*image, &next, ways[orientation].angle, NULL)))
        return false;
    return !ways[orientation].flips || becomes(image, &next, vips_flip(*image, &next, VIPS_DIRECTION_HORIZONTAL, NULL));
}

/* A fresh image of these pixels that knows nothing else; its memory goes with it. */
static bool pixels_alone(VipsImage **image)
{
    size_t n = 0;
    int width = (*image)->Xsize, height = (*image)->Ysize, bands = (*image)->Bands;
    void *p = vips_image_write_to_memory(*image, &n);
    if (p == NULL)
        return false;
    VipsImage *fresh = vips_image_new_from_memory_copy(p, n, width, height, bands, VIPS_FORMAT_UCHAR);
    g_free(p);
    VipsImage *next = NULL;
    if (fresh == NULL)
        return false;
    int failed = vips_copy(fresh, &next, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    g_object_unref(fresh);
    return becomes(image, &next, failed);
}

/* ---- Encoding ---- */

struct making {
    struct arena *arena;
    struct str xmp, iim;
    struct media_renditions *out;
};

static struct media_verdict add(struct making *m, enum media_format format, VipsImage *image, struct str encoded)
{
    struct media_rendition *r = &m->out->each[m->out->n];
    struct buf whole;
    *r = (struct media_rendition){ .format = format, .width = image->Xsize, .height = image->Ysize };
    if (encoded.n + m->xmp.n + m->iim.n + 256 > MEDIA_RENDITION_MAX)
        return verdict(MEDIA_HEAVY);
    buf_init(&whole, m->arena, MEDIA_RENDITION_MAX);
    bool made = format == MEDIA_JPEG
                    ? container_jpeg_write(&whole, encoded, m->xmp, m->iim)
                    : container_webp_write(&whole, encoded, m->xmp, r->width, r->height, vips_image_hasalpha(image));
    r->bytes = buf_str(&whole);
    if (!made || !buf_ok(&whole))
        return verdict(MEDIA_MEMORY);
    m->out->n++;
    return verdict(MEDIA_FINE);
}

/* As WebP: the small one as good as it can be within what a telephone is to load. False: vips says why. */
static bool encode_webp(const struct making *m, VipsImage *image, void **p, size_t *n)
{
    int quality = WEBP_QUALITY;
    for (;; quality -= WEBP_QUALITY_STEP) {
        if (vips_webpsave_buffer(image, p, n, "Q", quality, "effort", WEBP_EFFORT, "strip", TRUE, NULL) != 0)
            return false;
        bool fits = image->Xsize > MEDIA_WIDTH_SMALL || *n + m->xmp.n <= MEDIA_PHONE_BYTES;
        if (fits || quality - WEBP_QUALITY_STEP < WEBP_QUALITY_LEAST)
            return true;
        g_free(*p);
        *p = NULL;
    }
}

static struct media_verdict encode(struct making *m, VipsImage *image)
{
    void *p = NULL;
    size_t n = 0;
    struct media_verdict v;
    if (!encode_webp(m, image, &p, &n))
        return broken();
    v = add(m, MEDIA_WEBP, image, (struct str){ p, n });
    g_free(p);
    p = NULL;
    if (v.trouble != MEDIA_FINE)
        return v;
    VipsImage *flat = image;
    g_object_ref(flat);
    if (vips_image_hasalpha(image)) {
        VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
        VipsImage *next = NULL;
        bool done = becomes(&flat, &next, vips_flatten(image, &next, "background", white, NULL));
        vips_area_unref(VIPS_AREA(white));
        if (!done) {
            g_object_unref(flat);
            return broken();
        }
    }
    if (vips_jpegsave_buffer(flat, &p, &n, "Q", JPEG_QUALITY, "optimize_coding", TRUE, "strip", TRUE, NULL) != 0)
        v = broken();
    else
        v = add(m, MEDIA_JPEG, flat, (struct str){ p, n });
    g_free(p);
    g_object_unref(flat);
    return v;
}

/* How far a JPEG may be made smaller while it is decoded, and still have all pixels that are wanted. */
static int shrink_of(const struct container *c, double scale)
{
    int shrink = 1;
    while (c->format == MEDIA_JPEG && shrink < 8 && scale * shrink * 2 <= 1.0)
        shrink *= 2;
    return shrink;
}

static int64_t scaled(int64_t side, double scale)
{
    int64_t v = (int64_t)((double)side * scale + 0.5);
    return v < 1 ? 1 : v;
}

static struct media_verdict make(struct making *m, VipsImage **image, const struct said *said)
{
    int64_t width = said->facts.width, height = said->facts.height;
    double scale = scale_of(width, height, MEDIA_WIDTH_LARGE);
    double less = scale_of(width, height, MEDIA_WIDTH_SMALL);
    bool turned = said->orientation >= ORIENTATION_TURNED;
    int64_t w = scaled(width, scale), h = scaled(height, scale);
    /* The decoder gives lines in their order, once; what turns a picture wants them in another. */
    if (!resize(image, turned ? h : w, turned ? w : h) || !colours(image) || !pixels_alone(image) ||
        (said->orientation > 1 && (!upright(image, said->orientation) || !pixels_alone(image))))
        return broken();
    if (scaled(width, less) == w)
        return encode(m, *image);
    VipsImage *small = *image;
    g_object_ref(small);
    bool done = resize(&small, scaled(width, less), scaled(height, less)) && pixels_alone(&small);
    struct media_verdict v = done ? encode(m, small) : broken();
    g_object_unref(small);
    return v.trouble == MEDIA_FINE ? encode(m, *image) : v;
}

struct media_verdict picture_render(struct arena *arena, struct str bytes, const struct media_wish *wish,
                                    struct media_renditions *out)
{
    struct container container;
    struct said said;
    struct buf xmp, iim;
    VipsImage *image = NULL;
    *out = (struct media_renditions){ 0 };
    buf_init(&xmp, arena, 60 * 1024);
    buf_init(&iim, arena, 1024);
    xmp_write(&xmp, wish);
    iim_write(&iim, wish);
    struct making m = { .arena = arena, .xmp = buf_str(&xmp), .iim = buf_str(&iim), .out = out };
    if (!buf_ok(&xmp) || !buf_ok(&iim))
        return verdict(MEDIA_QUESTION_BAD);
    struct media_verdict v = open_picture(arena, bytes, &image, &said, &container);
    if (v.trouble == MEDIA_FINE) {
        int shrink = shrink_of(&container, scale_of(said.facts.width, said.facts.height, MEDIA_WIDTH_LARGE));
        VipsImage *next = NULL;
        if (shrink > 1 && !becomes(&image, &next, load(bytes, container.format, shrink, &next)))
            v = broken();
    }
    if (v.trouble == MEDIA_FINE)
        v = make(&m, &image, &said);
    if (image)
        g_object_unref(image);
    return v;
}
