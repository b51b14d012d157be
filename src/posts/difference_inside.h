/*
 * Between the files of the word-by-word difference: texts cut into words, and
 * the stretches of them that changed.
 */
#ifndef CANDOUR_POSTS_DIFFERENCE_INSIDE_H
#define CANDOUR_POSTS_DIFFERENCE_INSIDE_H

#include <stdint.h>

#include "posts/difference.h"

/* A run of letters, or of one sign; what stands between two of them is blanks and line ends, or nothing. */
struct difference_word {
    uint32_t start; /* byte */
    uint32_t end;
    uint32_t id;   /* two words are the same where this is; given by difference_words_compare */
    uint8_t value; /* code points, at most 60 */
    bool sign;     /* punctuation */
};

struct difference_words {
    struct str text;
    struct difference_word *list;
    size_t n;
};

/* The next word from byte `at` on. False where there is none. */
bool difference_word_next(struct str text, size_t at, struct difference_word *word);
/* False when memory is gone, as below. */
bool difference_words_split(struct arena *scratch, struct str text, struct difference_words *out);
/* Gives every word of both its id, below `*ids`. */
bool difference_words_compare(struct arena *scratch, struct difference_words *a, struct difference_words *b,
                              size_t *ids);
/* What stands before word i, or behind the last one. */
struct str difference_gap(const struct difference_words *words, size_t i);
/* Whether these blanks end a paragraph: two line ends or more. */
bool difference_is_paragraph(struct str blanks);

/* Words a0 to a1 (without) of the old text became b0 to b1 of the new one. */
struct difference_change {
    size_t a0;
    size_t a1;
    size_t b0;
    size_t b1;
};

#define DIFFERENCE_NO_MATCH UINT32_MAX

/* For each word of a the word of b that it is, rising, or DIFFERENCE_NO_MATCH. NULL when memory is gone. */
uint32_t *difference_match(struct arena *scratch, const struct difference_words *a, const struct difference_words *b);
/* The changes in order, at least one kept word between two, as a person would call them. */
bool difference_changes(struct arena *scratch, const struct difference_words *a, const struct difference_words *b,
                        const uint32_t *match, struct difference_change **out, size_t *n);

#endif
