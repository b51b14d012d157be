/*
 * A block cut into words, for finding the people in it. For check_person.c,
 * check_names.c, check_age.c, check_person_words.c and check_quote.c only.
 */
#ifndef CANDOUR_POSTS_CHECK_PERSON_H
#define CANDOUR_POSTS_CHECK_PERSON_H

#include "posts/check_inside.h"

enum word_kind {
    WORD_LETTERS, /* may hold digits, hyphens and apostrophes inside */
    WORD_NUMBER,  /* digits alone */
    WORD_OPEN,    /* a quotation mark that opens, and one that closes */
    WORD_CLOSE,
    WORD_MARK, /* any other sign; every dash is '-', "…" is '.' */
};

struct word {
    uint32_t at;
    uint16_t n;
    uint8_t kind;
    char mark;
    bool capital; /* begins with a capital, or in a script that has none */
    bool single;  /* a quotation mark of one stroke */
};

struct name {
    size_t from, to; /* words, without titles */
    bool known;      /* by a list or a title */
    bool first;      /* begins a sentence, so that its capital says little */
    bool several;
};

struct people {
    struct check_run *run;
    struct person_facts *facts;
    struct str *records; /* folded */
    size_t records_n;
    bool recorded; /* there is a record, or a speaker */
    const struct text_block *block;
    struct word *words; /* of the block; room for the longest */
    size_t words_n;
    bool block_has_person;
    enum known block_covered; /* somebody who is recorded stands in it */
    const struct text_block *told_block, *uncertain_block;
    size_t told_to;
};

/* Cuts the block into words. */
void people_read(struct people *p, const struct text_block *block);
/* Whether word `i` is one of `list`: small letters, separated by one space. */
bool people_word_is(const struct people *p, size_t i, const char *list);

/* The text from word `from` to the one before `to`. */
struct str people_text(const struct people *p, size_t from, size_t to);
/* Whether the word, without "'s", is in a list of check_lists.c. */
bool people_in_list(const struct people *p, size_t i, bool (*list)(struct str));
/* Whether word `i` is one of these marks. */
bool people_mark_is(const struct people *p, size_t i, const char *marks);
bool people_sentence_ends(const struct people *p, size_t i);
bool people_all_capitals(const struct people *p, size_t i);

/* The end of the run of capital words that begins at `i`; `i` where there is none. */
size_t people_capitals_end(const struct people *p, size_t i);
/* The beginning of the run of capital words that ends before `end`; `end` where there is none. */
size_t people_capitals_begin(const struct people *p, size_t end);
/* What may be a person's name among the capital words from `i` to `end`. */
bool people_name(const struct people *p, size_t i, size_t end, struct name *out);
/* Whether a record holds the whole of the name. */
bool people_name_recorded(const struct people *p, const struct name *name);
/* Whether a record, as it is written, stands in this block. */
bool people_record_in_block(const struct people *p);

/* Counts a finding; where nobody is recorded for it, it is evidence. */
void people_found(struct people *p, size_t from, size_t to, bool covered);
void people_found_name(struct people *p, const struct name *name, size_t to);
/* Somebody without a name: it is enough that somebody is recorded. */
void people_found_unnamed(struct people *p, size_t from, size_t to);
/* It cannot be told whether this is a person: a person is asked. */
void people_found_uncertain(struct people *p, size_t from, size_t to);

/* Keeps the age at word `i` for the check of children, where it is under 18. */
void people_keep_young(struct people *p, size_t i, int age);

/* check_age.c: ages in other words, and a name behind a dash that ends the block. */
void people_look_at_ages(struct people *p);

/* check_quote.c: quotations in this block; blocks `b` to `end` that are one quotation of Markdown. */
void people_look_at_spans(struct people *p);
void people_look_at_quotation(struct people *p, size_t b, size_t end);

#endif
