/* The parts of an erasure that acts need inside their transaction. Inside this room only. */
#ifndef CANDOUR_POSTS_ERASE_H
#define CANDOUR_POSTS_ERASE_H

#include "posts/act.h"
#include "posts/erasure.h"

/* Which entry of the list an act makes; part of its id, and told apart again by a replay. */
enum erase_what {
    ERASE_WITHDRAWN, /* everything */
    ERASE_CORRECTED, /* everything but the edition that is public now */
    ERASE_PICTURES,  /* the pictures */
    ERASE_WHATS
};

/* What an act that erases works with; an act that may run again begins it anew with `erase_begin`. */
struct post_erasing {
    const struct erasure *entries; /* one for each post, in their order; NULL: the act only asks its guards */
    size_t at;                     /* the next of them */
    bool asked;                    /* out: all guards let it pass */
};

void erase_begin(struct post_erasing *erasing);
/* At the end of the act. STATUS_BUSY, which undoes it, and `asked`, where there are no entries. */
enum status erase_end(struct db_tx *tx, struct post_erasing *erasing);

/* The id of the entry for a post of this key. */
void erase_id(enum erase_what what, enum post_ground ground, struct str key, unsigned char out[ERASURE_BYTES]);
/* What all entries for a post of one key have in common, of one of their ids. */
void erase_id_common(const unsigned char id[ERASURE_BYTES], unsigned char out[ERASURE_BYTES]);
/* False: no version of ours wrote it. */
bool erase_id_read(const unsigned char id[ERASURE_BYTES], enum erase_what *what, enum post_ground *ground);

/* What is erased of a post. */
struct erase_of {
    enum erase_what what;
    enum post_ground ground;
    int64_t post, kept;               /* `kept`: the edition that stays, 0 for none */
    const struct post_content *stays; /* its content; NULL for none */
    struct str key;                   /* its key until now; out: from now on */
    struct post_address address;      /* likewise; year 0: it never had one */
};
/*
 * Nothing where `erasing` has no entries. The act has put before what the public is told, and leaves its trace
 * afterwards, under the new key: the words of the audit until now go.
 */
enum status erase_post(struct db_tx *tx, struct arena *arena, const struct act *act, struct post_erasing *erasing,
                       struct erase_of *of);

/* STATUS_REFUSED with words where a file has the key, the content or the picture of what was erased, or is about it. */
enum status erase_refuses(struct db_tx *tx, struct arena *arena, struct str key, struct str hash, struct str sha256_hex,
                          const struct str *about, size_t about_n);
/* Whether this picture was erased with a post. */
enum status erase_had_picture(struct db_tx *tx, struct arena *arena, struct str sha256_hex, bool *had);
/* Whether an erased post had this address. */
enum status erase_had_address(struct db_tx *tx, struct arena *arena, int64_t year, struct str slug, bool *had);

#endif
