/*
 * Erasure: a post, or what it was before a correction, goes from the database,
 * its files, and every backup that is restored.
 *
 * On the grounds court-order, personal-data and safety a withdrawal takes
 * everything, a correction everything but the new edition. What goes: editions,
 * records, what checks found, reasons, the words of the audit and the register,
 * key, address, and pictures that no other post shows. The post gets a random
 * key and address; its old address answers that it is gone; the same file, the
 * same name and the same picture are not taken in again. On the ground
 * licence-or-consent a withdrawal takes the pictures alone. What stays: that
 * there was a post, when its acts were, who did them, and the ground.
 *
 * Promises:
 *  - STATUS_OK only when the list of erasures has the entry, the act is safe on
 *    disk, the files of the pictures are gone and no page of the database's
 *    files holds a word of it any more.
 *  - Broken off in between, the act is whole or absent, and `posts_erasures_finish`
 *    does the rest.
 *  - What names what was erased is an HMAC under a key that is not in the
 *    database: without it nobody can test a guess.
 *
 * Sources: docs/posts.md, "What is erased".
 */
#ifndef CANDOUR_POSTS_ERASURE_H
#define CANDOUR_POSTS_ERASURE_H

#include "db/erasures.h"
#include "posts/acts.h"

enum {
    POST_ERASURE_SCHEMA = 6, /* the step of the schema from which on a database knows of erasures */
    POST_ERASURE_KEY = 32,
    POST_ERASURE_WAIT_MS = 60 * 1000,
};

/*
 * The key for what is erased, which follows from the key of the site, and from which nothing of that follows. It is
 * copied; once, before threads. Acts that publish, import or erase, and whoever looks for an address, need it.
 */
void posts_erasure_derive(const unsigned char site_key[POST_ERASURE_KEY], unsigned char out[POST_ERASURE_KEY]);
void posts_erasure_key(const unsigned char key[POST_ERASURE_KEY]);

/* Whether a withdrawal on this ground takes something for good, and so goes through posts_withdraw. */
bool post_ground_erases(enum post_ground ground);

/*
 * The acts of acts.h whole, for a ground that erases: asks all guards first, notes the erasure in the list of the data
 * folder, acts, and takes the bytes away; for at most POST_ERASURE_WAIT_MS, since a backup that is being made still
 * reads the pages as they were. Blocking. STATUS_BUSY: all is done but the last of it, which the worker will do; the
 * fault says so. Other faults are those of the acts, and nothing was changed; an entry in the list may be left without
 * an act, which a restore then does.
 */
enum status posts_withdraw(struct db *db, const char *folder, struct post_withdrawal *withdrawal, struct fault *fault);
enum status posts_correct(struct db *db, const char *folder, struct post_correct *correct, struct fault *fault);

/*
 * What a broken off erasure has left: deletes the files of its pictures, moves the database's log as often as it takes
 * within `wait_ms`, and notes that it is done. `left`: how many are not. Blocking.
 */
enum status posts_erasures_finish(struct db *db, struct arena *arena, int64_t now, int64_t wait_ms, int64_t *left,
                                  struct fault *fault);
/* How many are not done; for the doctor. */
enum status posts_erasures_unfinished(struct db_tx *tx, struct arena *arena, int64_t *n);

/* The number of the newest erasure that this database knows of; 0: none. */
enum status posts_erasures_known(struct db_tx *tx, int64_t *n);
/*
 * Does an entry of the list in a database that is older than it. Whatever was corrected then is withdrawn now, since
 * the corrected text is not there; of one whose post is not there (not yet, or gone already) the name is not taken in.
 * The bytes go with `posts_erasures_finish`, the caller's. One that this database has done is STATUS_OK, and changes
 * nothing.
 */
enum status posts_erasure_replay(struct db *db, const unsigned char site_key[POST_ERASURE_KEY],
                                 const struct erasure *erasure, struct fault *fault);

/* What the public is told at an address that an erased post had. */
struct post_gone {
    enum post_ground ground;
    int64_t made;
    struct post_address now; /* year 0: there is nothing to be seen any more; else the corrected post is there */
};
/* STATUS_NOT_FOUND: no post was ever erased from there. */
enum status posts_gone(struct db_tx *tx, struct arena *arena, struct post_address address, struct post_gone *out);

#endif
