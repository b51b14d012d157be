/*
 * The text of a post sentence by sentence, as words that can be looked for:
 * for the checks that ask what a sentence says. Inside this room only.
 *
 * `flat` is the sentence in small ASCII letters, each word with one space
 * before and one behind, without marks: an apostrophe inside a word stays, "’"
 * is "'", and what parts clauses (a comma, a dash, a bracket, a quotation mark)
 * is the word "|". A hyphen and "#" part words: "#hate-crime" is " hate crime ".
 */
#ifndef CANDOUR_POSTS_CHECK_SENTENCE_H
#define CANDOUR_POSTS_CHECK_SENTENCE_H

#include "posts/check_inside.h"
#include "posts/content.h"

struct sentence {
    const struct text_block *block;
    size_t at, n; /* where it stands in the block's text */
    struct str flat;
    bool question; /* ends with "?" */
};
struct sentences {
    struct check_run *run;
    size_t block, at; /* of the next */
};
/* False behind the last one, and where memory is gone. The words live in run->scratch. */
bool sentence_next(struct sentences *s, struct sentence *out);
/* Text as one sentence: names, titles. STR_NONE where memory is gone. */
struct str sentence_flat(struct arena *arena, struct str text);

/* Text in small ASCII letters, otherwise the same: to be looked for. STR_NONE where memory is gone. */
struct str sentence_lower(struct arena *arena, struct str text);

/* Where `phrase` stands as whole words in `flat`, from `from` on: of its first letter; -1. */
ptrdiff_t sentence_find(struct str flat, struct str phrase, size_t from);
/* Whether one of the phrases stands in it. */
bool sentence_has(struct str flat, const struct word_set *phrases);
/* The word that ends before `at` (a place where a word begins); empty at the beginning. */
struct str sentence_word_before(struct str flat, size_t at);
/* Whether what follows `at` (a place behind a word) begins with one of the phrases. */
bool sentence_goes_on(struct str flat, size_t at, const struct word_set *phrases);
/* The clause around `at`: from the "|" before to that behind. */
struct str sentence_clause(struct str flat, size_t at);
/* The sentence becomes evidence. */
void sentence_tell(struct check_run *run, const struct sentence *sentence);

#endif
