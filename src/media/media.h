/*
 * Pictures: what a file says of itself, what is served instead of it, and the
 * rows that remember both.
 *
 * Promises:
 *  - No picture is decoded in this process. A helper, candour-media, is started
 *    for one picture and gone afterwards; a picture that is broken, huge, slow
 *    or made to take over a decoder costs the helper alone. What the helper
 *    answers is read as if an enemy had written it.
 *  - What is served is made anew from the pixels and holds nothing of what the
 *    original file said; only the words of a `struct media_wish` stand in it.
 *  - A refusal is a sentence that says what is wrong and what to do.
 *
 * Taken are JPEG, PNG and WebP that stand still. Colours become sRGB by the
 * file's own profile, the picture is turned upright, transparent parts stay so
 * in WebP and become white in JPEG.
 */
#ifndef CANDOUR_MEDIA_MEDIA_H
#define CANDOUR_MEDIA_MEDIA_H

#include "base/settings.h"
#include "db/db.h"
#include "media/facts.h"

enum {
    MEDIA_FILE_MAX = 32 * 1024 * 1024,      /* bytes of a file */
    MEDIA_PIXELS_MAX = 50 * 1000 * 1000,    /* width x height */
    MEDIA_SIDE_MAX = 20 * 1000,             /* pixels on one side */
    MEDIA_MS_MAX = 20 * 1000,               /* the helper has so long for one picture */
    MEDIA_WIDTH_SMALL = 800,                /* pixels; a picture is never enlarged */
    MEDIA_WIDTH_LARGE = 1600,               /* pixels */
    MEDIA_HEIGHT_MAX = 8000,                /* pixels of a rendition: a taller one is made narrower */
    MEDIA_RENDITIONS_MAX = 4,               /* two widths in WebP and JPEG */
    MEDIA_PHONE_BYTES = 44 * 1000,          /* of the small WebP, which a telephone gets: with its head 45 KB */
    MEDIA_RENDITION_MAX = 10 * 1024 * 1024, /* bytes of one */
    MEDIA_WISH_MAX = 2000,                  /* bytes of a wish */
    MEDIA_ALT_MAX = 10 * 1000,              /* bytes of a text alternative */
    MEDIA_NAME_MAX = 255,                   /* bytes of a file name that is kept */
    MEDIA_HASH = 32,                        /* SHA-256 */
};

/* "jpeg", "png", "webp"; their types and the endings of their names. */
struct str media_format_word(enum media_format format);
struct str media_format_type(enum media_format format);
bool media_format_read(struct str word, enum media_format *out);

/* ---- Through the helper; blocking, up to MEDIA_MS_MAX; neither on a loop nor inside an act ---- */

/*
 * What the file says of itself. `fd` can be read from its beginning (its position is not moved); `name` is compared
 * with the content where it has an ending (STR_NONE: not). The texts lie in the arena.
 * STATUS_INVALID: this is no picture that is taken, broken, cut short, mislabelled. STATUS_LIMIT: too large, too many
 * pixels, too slow. STATUS_DAMAGED: the helper died of it. STATUS_UNAVAILABLE: there is no helper.
 * STATUS_NO_MEMORY, STATUS_IO: the machine; try again.
 */
enum status media_facts_read(struct arena *arena, int fd, struct str name, struct media_facts *out,
                             struct fault *fault);
/* The same for bytes in memory. */
enum status media_facts_read_bytes(struct arena *arena, struct str bytes, struct str name, struct media_facts *out,
                                   struct fault *fault);

/* What a rendition says of itself. STR_NONE or empty: nothing. Control characters become spaces. */
struct media_wish {
    struct str creator;     /* dc:creator */
    struct str credit;      /* photoshop:Credit */
    struct str rights;      /* dc:rights */
    struct str alt;         /* Iptc4xmpCore:AltTextAccessibility */
    struct str source_type; /* the word behind the last "/" of Iptc4xmpExt:DigitalSourceType */
};

struct media_rendition {
    enum media_format format; /* MEDIA_WEBP or MEDIA_JPEG */
    int64_t width, height;
    struct str bytes;
};

struct media_renditions {
    struct media_rendition each[MEDIA_RENDITIONS_MAX];
    size_t n; /* 4, or 2 where the original is not wider than MEDIA_WIDTH_SMALL; smaller ones first */
};

/*
 * Makes the renditions, each with exactly the wish in it as XMP (and as IPTC IIM in JPEG, where it fits whole). Their
 * bytes live as long as the arena and are not counted by its cap. Errors as above; STATUS_INVALID also for a wish that
 * is too long or no text.
 */
enum status media_render(struct arena *arena, int fd, const struct media_wish *wish, struct media_renditions *out,
                         struct fault *fault);

/* Where the helper stands; for the doctor. STATUS_UNAVAILABLE with what to do where there is none. */
enum status media_helper_look(struct fault *fault);

/* ---- Rows; inside a transaction of the caller ---- */

/* RFC 8785 of the facts, and back. STATUS_DAMAGED: it is not what was written. */
struct str media_facts_json(struct arena *arena, const struct media_facts *facts);
enum status media_facts_from_json(struct arena *arena, struct str json, struct media_facts *out);

/*
 * Remembers an original, whose blob was put before. A picture with these bytes that is known already stays as it is.
 * `name` is the file's name as it was first given, without folders.
 */
enum status media_picture_add(struct db_tx *tx, struct arena *arena, struct str sha256, int64_t bytes, struct str name,
                              const struct media_facts *facts, int64_t now);

/* Another name for it, such as that under which a post has it which stays. Without folders, likewise. */
enum status media_picture_rename(struct db_tx *tx, int64_t picture, struct str name);

struct media_picture {
    int64_t id;
    int64_t bytes;
    struct str name;
    int64_t made;
    struct media_facts facts;
};
/* STATUS_NOT_FOUND */
enum status media_picture_find(struct db_tx *tx, struct arena *arena, struct str sha256, struct media_picture *out);

/* One picture with one wish: the renditions that a post shows. */
enum media_state { MEDIA_WAITING, MEDIA_READY, MEDIA_FAILED };

/*
 * The set of this picture and wish; made where there is none. While it is not ready there is a job that makes it, also
 * for one that had failed. STATUS_NOT_FOUND: no such picture. STATUS_INVALID: the wish is too long or no text.
 */
enum status media_set_want(struct db_tx *tx, struct arena *arena, struct str sha256, const struct media_wish *wish,
                           int64_t now, int64_t *set);
/* `why` is the sentence of a failure; STR_NONE otherwise. STATUS_NOT_FOUND. */
enum status media_set_state(struct db_tx *tx, struct arena *arena, int64_t set, enum media_state *state,
                            struct str *why);

/* The words that its renditions carry. STATUS_NOT_FOUND. */
enum status media_set_wish(struct db_tx *tx, struct arena *arena, int64_t set, struct media_wish *out);

struct media_rendition_row {
    enum media_format format;
    int64_t width, height, bytes;
    struct str sha256; /* its blob */
};
/* By width, WebP before JPEG. None where the set is not ready. */
enum status media_renditions(struct db_tx *tx, struct arena *arena, int64_t set, struct media_rendition_row **rows,
                             size_t *n);

/*
 * Forgets a picture with its sets and renditions. `blobs` are the hashes that no row names any more: the caller gives
 * them to blob_delete after the commit. STATUS_OK with none where there is no such picture.
 */
enum status media_erase(struct db_tx *tx, struct arena *arena, struct str sha256, struct str **blobs, size_t *n);
/* The same for one set of a picture that stays. */
enum status media_set_erase(struct db_tx *tx, struct arena *arena, int64_t set, struct str **blobs, size_t *n);
/* Whether a row names this blob; for blob_sweep. */
enum status media_blob_wanted(struct db_tx *tx, struct arena *arena, struct str sha256, bool *wanted);

/* Calls `each` for every blob that a row names, by hash, some in one snapshot; a call that is not STATUS_OK ends it. */
typedef enum status media_named_fn(void *self, struct str sha256);
enum status media_blobs_named(struct db *db, media_named_fn *each, void *self, struct fault *fault);

/* Removes the blobs that no row names and that are old enough; blocking, outside an act. */
enum status media_sweep(struct db *db, int64_t now, int64_t *removed, struct fault *fault);

/* ---- The job ---- */

#define MEDIA_RENDER_JOB "media.render"

/*
 * Makes the renditions of the set that the job's key names; fits `struct job_kind`. Twice is harmless. A picture that
 * cannot be rendered leaves its set as failed, with the sentence. The public generation is raised when a set becomes
 * ready.
 */
enum status media_render_job(struct db *db, const struct settings *settings, struct arena *arena, const struct job *job,
                             struct fault *fault);

#endif
