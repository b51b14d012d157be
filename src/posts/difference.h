/*
 * What changed between two editions of a text, word by word, as a reader is
 * shown it under a correction.
 *
 * Pure: two texts in, runs out; no clock, no database, no words of our own.
 * The runs rebuild both texts byte for byte: removed and kept together are the
 * old text, kept and added together the new one. What is called the change is
 * chosen for people: rare words hold the two texts together, short common
 * words between two changes belong to them, signs are apart from words, and a
 * character is never taken from the marks that stand on it.
 *
 * Cost: at most DIFFERENCE_CELLS comparisons of two words beside some passes
 * over the texts, whatever they say; a stretch that would cost more is removed
 * and added whole, paragraph by paragraph where both have as many. Memory
 * beside the result is given back before the answer.
 */
#ifndef CANDOUR_POSTS_DIFFERENCE_H
#define CANDOUR_POSTS_DIFFERENCE_H

#include "base/status.h"
#include "base/str.h"
#include "posts/limits.h"

struct arena;

enum {
    DIFFERENCE_TEXT_MAX = POST_BODY_MAX,      /* bytes of either text */
    DIFFERENCE_RUNS_MAX = 16 * 1024,          /* runs of one answer; beyond, all between the ends is one change */
    DIFFERENCE_CELLS = 3 * 1024 * 1024,       /* pairs of words compared in one call */
    DIFFERENCE_MEMORY_MAX = 64 * 1024 * 1024, /* bytes of memory while it works */
    DIFFERENCE_CONTEXT = 12,                  /* words on either side of a change that a page shows */
};

enum difference_kind {
    DIFFERENCE_KEPT,
    DIFFERENCE_REMOVED,
    DIFFERENCE_ADDED,
    DIFFERENCE_LEFT_OUT, /* only of difference_fold: kept words that are not shown */
};

struct difference_run {
    enum difference_kind kind;
    struct str text; /* bytes of one of the two texts, never empty; kept ones are the new text's */
};

struct difference {
    const struct difference_run *runs; /* no two neighbours of one kind */
    size_t n;
};

/*
 * The runs from `old_text` to `new_text`, in the arena; they point into the
 * texts. Any bytes are taken, text is meant; STR_NONE is an empty text.
 * STATUS_LIMIT where a text has more than DIFFERENCE_TEXT_MAX bytes,
 * STATUS_NO_MEMORY; then `out` is empty.
 */
enum status difference_of(struct arena *arena, struct str old_text, struct str new_text, struct difference *out);

/*
 * The same for a page: of what was kept, `context` words stand on either side
 * of a change and the rest is LEFT_OUT, where that leaves out more than a word
 * or two. A change that moves line ends or blanks alone is no change to a
 * reader and is shown as kept; one that makes or joins paragraphs is. Nothing
 * is left out of a change. Without any change the answer is empty. `out` may be
 * `difference`.
 * STATUS_NO_MEMORY; then `out` is empty.
 */
enum status difference_fold(struct arena *arena, const struct difference *difference, size_t context,
                            struct difference *out);

/* Whether a run has no word or sign, only blanks and line ends. */
bool difference_is_blank(struct str text);

#endif
