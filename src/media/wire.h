/*
 * What candour and candour-media say to each other: one question, one answer,
 * in the values of proc.h. For this room only.
 *
 * The answer holds no sentence: a closed number says what is wrong, and candour
 * has the words. So a helper that was taken over can lie about the picture, and
 * nothing else: every length, number and text is looked at again here.
 */
#ifndef CANDOUR_MEDIA_WIRE_H
#define CANDOUR_MEDIA_WIRE_H

#include "media/media.h"

enum {
    MEDIA_WIRE_VERSION = 1,
    MEDIA_QUESTION_MAX = 32 * 1024,
    MEDIA_FACTS_ANSWER_MAX = 32 * 1024,
    MEDIA_RENDER_ANSWER_MAX = MEDIA_RENDITIONS_MAX * MEDIA_RENDITION_MAX + 4096,
};

enum media_question { MEDIA_ASK_FACTS = 1, MEDIA_ASK_RENDITIONS = 2 };

/* What is wrong with a picture. */
enum media_trouble {
    MEDIA_FINE,
    MEDIA_EMPTY,
    MEDIA_OTHER,     /* `a`: enum media_other */
    MEDIA_MOVES,     /* an animation */
    MEDIA_FILE_HUGE, /* `a` bytes */
    MEDIA_HUGE,      /* `a` x `b` pixels */
    MEDIA_NO_SIZE,   /* a width or height of 0 */
    MEDIA_CUT,
    MEDIA_BROKEN,
    MEDIA_SAYS_BADLY, /* its XMP cannot be read, or declares a document type */
    MEDIA_HEAVY,      /* a rendition grew over MEDIA_RENDITION_MAX */
    MEDIA_MEMORY,
    MEDIA_UNREADABLE, /* the descriptor gave no bytes */
    MEDIA_QUESTION_BAD,
    MEDIA_TROUBLES,
};

/* What a file is that is not taken. */
enum media_other {
    MEDIA_UNKNOWN,
    MEDIA_GIF,
    MEDIA_TIFF,
    MEDIA_SVG,
    MEDIA_PDF,
    MEDIA_HEIC,
    MEDIA_AVIF,
    MEDIA_BMP,
    MEDIA_JXL,
    MEDIA_JP2,
    MEDIA_PSD,
    MEDIA_VIDEO,
    MEDIA_OTHERS,
};

struct media_verdict {
    enum media_trouble trouble;
    int64_t a, b;
};

/* ---- Written by one side, read by the other ---- */

void media_question_put(struct buf *out, enum media_question question, const struct media_wish *wish);
/* False: not such a question. */
bool media_question_take(struct str bytes, enum media_question *question, struct media_wish *wish);

void media_verdict_put(struct buf *out, const struct media_verdict *verdict);
bool media_verdict_take(struct str *rest, struct media_verdict *verdict);
void media_facts_put(struct buf *out, const struct media_facts *facts);
/* The texts lie in the message. */
bool media_facts_take(struct str *rest, struct media_facts *facts);
void media_renditions_put(struct buf *out, const struct media_renditions *renditions);
bool media_renditions_take(struct str *rest, struct media_renditions *out);

/* Whether each text is text and within its bound. */
bool media_wish_fits(const struct media_wish *wish);

/* The texts of the facts, in the order of the struct. */
enum { MEDIA_FACTS_TEXTS = 10 };
void media_facts_texts(struct media_facts *facts, struct str *out[MEDIA_FACTS_TEXTS]);
extern const char *const media_facts_names[MEDIA_FACTS_TEXTS];
/* Whether they are what facts.h says: sizes, lines of text. */
bool media_facts_fit(const struct media_facts *facts);

#endif
