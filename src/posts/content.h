/*
 * The content of a post as one typed value: what a file's head and text say,
 * and what stands in an edition's document. Inside this room only.
 *
 * The room's own ways to words, dates and faults stand here too, because the
 * reader of files, the edition and the acts all need them.
 */
#ifndef CANDOUR_POSTS_CONTENT_H
#define CANDOUR_POSTS_CONTENT_H

#include "posts/posts.h"

enum picture_made {
    PICTURE_PHOTOGRAPH, /* the force's own */
    PICTURE_STOCK,
    PICTURE_POSED,
    PICTURE_AI,
    PICTURE_ILLUSTRATION,
    PICTURE_CUSTODY,
    PICTURE_CCTV,
    PICTURE_SUPPLIED_BY_FAMILY,
    PICTURES_MADE
};

enum case_status {
    CASE_INVESTIGATION,
    CASE_WANTED,
    CASE_MISSING,
    CASE_ARRESTED,
    CASE_BAILED,
    CASE_RELEASED_UNDER_INVESTIGATION,
    CASE_NO_FURTHER_ACTION,
    CASE_CHARGED,
    CASE_SUMMONSED,
    CASE_CONVICTED_UNSENTENCED,
    CASE_SENTENCED,
    CASE_ACQUITTED,
    CASE_DISCONTINUED,
    CASE_APPEAL,
    CASE_STATUSES
};

enum { PERSONS_NONE, PERSONS_SHOWN }; /* in the order of picture_persons_words */

struct post_picture {
    bool set;
    struct str file;  /* its name */
    struct str path;  /* where it was found at an import; not kept */
    struct str bytes; /* STR_NONE, or the picture itself where it came in memory; not kept */
    struct str sha256_hex;
    enum picture_made made;
    struct str alt; /* STR_NONE: none */
    bool decorative;
    bool nobody; /* its record says that no person is shown; otherwise it is taken that one is */
    /* Beside the hash: */
    struct str source, credit, release;
    bool licensed;
    struct str licence_id, licensor;
    struct post_date licence_expires;
    bool sensitive_use_set, sensitive_use;
};

struct post_case {
    bool set;
    bool status_set;
    enum case_status status;
    struct str reference, naming_decision, decision, reason, ends;
};

struct post_content {
    enum post_kind kind;
    struct str language, title, body, campaign;
    struct post_date dated;
    const struct str *topics;
    size_t topics_n;
    const enum post_channel *channels;
    size_t channels_n;
    struct post_picture picture;
    const struct post_person *people;
    size_t people_n;
    struct post_case crime;
    struct post_speaker speaker;
    const struct post_promise *promises;
    size_t promises_n;
    const struct str *about; /* keys */
    size_t about_n;
    struct str scenario; /* JSON in the vocabulary of facts; STR_NONE: none */
    bool claims_set;
    enum post_claim claims;
    bool replies_set, replies_closed;
};

/* ---- Words ---- */

struct word_set {
    const struct str *words;
    size_t n;
};
extern const struct word_set post_kind_words, post_label_ids, person_kind_words, post_channel_words,
    edition_state_words, presence_state_words, post_ground_words, post_claim_words, picture_made_words,
    case_status_words, picture_persons_words, post_correction_words, post_ending_words, register_what_words;
/* Index of the word, or -1. */
int word_find(const struct word_set *set, struct str word);
/* "awareness, statement or appeal": for messages. */
struct str word_list(struct arena *arena, const struct word_set *set);
/* The known word that differs least; STR_NONE where none is near. */
struct str word_nearest(const struct str *words, size_t n, struct str word);

/* ---- Dates ---- */

/* "2026-03-02" or "2026-03-02T19:11:00" in local time. STR_NONE where it is not set, or memory is gone. */
struct str post_date_text(struct arena *arena, const struct post_date *date);
/* False where it is no date, or no such moment. */
bool post_date_read(struct str text, struct post_date *out);

/* ---- Faults ---- */

void post_faults_add(struct post_faults *faults, struct str file, int64_t line, int64_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* What is wrong with `s` as a single line for people, as the end of a sentence with what to do; STR_NONE: nothing. */
struct str post_line_wrong(struct arena *arena, struct str s);
/* Bytes of `s` fit to stand in a message: one line, at most 60 bytes; in the arena. */
struct str post_quote(struct arena *arena, struct str s);

#endif
