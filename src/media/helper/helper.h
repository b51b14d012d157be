/*
 * What the files of candour-media share. For this folder only: nothing here is
 * linked into candour but the parsers' tests.
 *
 * Everything that comes in is a stranger's file; everything that is read of it
 * is bounded by what follows.
 */
#ifndef CANDOUR_MEDIA_HELPER_HELPER_H
#define CANDOUR_MEDIA_HELPER_HELPER_H

#include "base/buf.h"
#include "media/wire.h"

enum {
    HELPER_MEMORY_MAX = 1024 * 1024 * 1024, /* bytes of address space: RLIMIT_AS */
    HELPER_SECONDS_MAX = 15,                /* of processor time */
    HELPER_DEPTH_MAX = 32,                  /* elements within elements of XMP */
    HELPER_XMP_MAX = 1024 * 1024,           /* bytes of XMP that are looked at */
    HELPER_ITEMS_MAX = 4096,                /* chunks, datasets, tags of one list */
};

/* ---- container.c: what a file is, by its bytes alone ---- */

struct container {
    enum media_format format;
    int64_t width, height; /* as stored, not upright */
};
/* MEDIA_FINE, or the first thing that is wrong. Decodes nothing. */
struct media_verdict container_look(struct str bytes, struct container *out);
/* The bytes with our XMP and IIM in them; `bytes` is a file that our encoder made, without any. False: no memory. */
bool container_jpeg_write(struct buf *out, struct str bytes, struct str xmp, struct str iim);
bool container_webp_write(struct buf *out, struct str bytes, struct str xmp, int64_t width, int64_t height, bool alpha);

/* ---- What a file says of itself. Each adds to `out` what is not there yet; texts lie in the arena. ---- */

struct said {
    struct media_facts facts;
    int64_t orientation; /* EXIF: 1 to 8; 1 where it does not say */
};
/* A text as facts.h wants it: one line, without what a line must not hold, cut at a character; STR_NONE: nothing. */
struct str said_line(struct arena *arena, struct str text);
/* At most so many bytes, and no half character of UTF-8 at the end. */
struct str said_cut(struct str s, size_t most);

/* "Exif\0\0" and a TIFF structure, or that alone. Stops at what is broken. */
void exif_read(struct arena *arena, struct str bytes, struct said *out);
/* Photoshop's resource blocks, with or without their name, or IIM alone. Stops at what is broken. */
void iim_read(struct arena *arena, struct str bytes, struct said *out);
/* False: it is no XML, or declares a document type. */
bool xmp_read(struct arena *arena, struct str bytes, struct said *out);

/* The wish as an XMP packet and as Photoshop's resource block with IIM; empty where nothing is wished. */
void xmp_write(struct buf *out, const struct media_wish *wish);
void iim_write(struct buf *out, const struct media_wish *wish);

/* ---- sandbox.c ---- */

/* Memory, processor time, no files to be written, no core, no new privileges. First of all. */
bool sandbox_limits(void);
/* No file, no network, no program and no process any more; after all libraries have read what they need. */
bool sandbox_shut(void);

/* ---- picture.c: libvips ---- */

/* Once, before all else. */
bool picture_start(const char *program);
/* MEDIA_FINE and what it says; the whole picture is decoded, so that a broken one is known at once. */
struct media_verdict picture_read(struct arena *arena, struct str bytes, struct media_facts *out);
struct media_verdict picture_render(struct arena *arena, struct str bytes, const struct media_wish *wish,
                                    struct media_renditions *out);

#endif
