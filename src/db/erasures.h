/*
 * The list of erasures: a file beside the database, so that a backup of the
 * database that is older than an erasure can be restored without what was
 * erased. It names nothing: each entry is a number, a time, and 32 bytes that
 * only the room that erases can tie to a post.
 *
 *   candour erasures 1
 *   1 1772442000000 <64 hex digits: id> <64 hex digits: hash>
 *   2 …
 *
 * The hash of an entry is SHA-256 over "candour erasure 1\n", the hash of the
 * entry before (32 zero bytes for the first), n and time as 64-bit numbers
 * (highest byte first), and the id.
 *
 * Promises:
 *  - `erasures_append` answers STATUS_OK when the entry is safe on disk. Who
 *    erases appends first, then commits, and says that it is done after both;
 *    an entry without a commit is harmless, since erasing twice is.
 *  - A change, or a cut in the middle, is STATUS_DAMAGED. A cut at the end is
 *    seen by whoever knows a number and a hash: the database, a backup.
 *  - A last line without an end was never acknowledged: `torn`.
 *
 * Whoever may write to the file can make another list; that is the owner of
 * the data folder alone.
 */
#ifndef CANDOUR_DB_ERASURES_H
#define CANDOUR_DB_ERASURES_H

#include "base/status.h"
#include "base/str.h"

#define ERASURES_FILE "erasures" /* in the data folder */

enum { ERASURE_BYTES = 32, ERASURES_MAX = 100000 };

struct erasure {
    int64_t n;  /* 1, 2, 3 … */
    int64_t at; /* ms UTC */
    unsigned char id[ERASURE_BYTES];
    unsigned char hash[ERASURE_BYTES]; /* of the chain, up to here */
};

struct erasures {
    struct erasure *items;
    size_t n;
    bool torn; /* the last line has no end; it is not among them */
};

/* No file is STATUS_NOT_FOUND. STATUS_DAMAGED, STATUS_NEWER, STATUS_LIMIT, STATUS_IO. */
enum status erasures_read(struct arena *arena, const char *path, struct erasures *out, struct fault *fault);
/* The list of a data folder; none yet is an empty one. */
enum status erasures_of_folder(struct arena *arena, const char *folder, struct erasures *out, struct fault *fault);
/* Writes the whole list into a new file, or over an old one, whole or not at all; 0600. */
enum status erasures_write(const char *path, const struct erasures *list, struct fault *fault);

/*
 * Adds an entry to the list of a data folder, which is made where there is none. `known` is the number of the newest
 * one that the caller has heard of; a list that ends before it has lost something: STATUS_DAMAGED, nothing is added.
 * A torn last line is taken away first. Blocking; one at a time over all processes.
 */
enum status erasures_append(const char *folder, int64_t known, const unsigned char id[ERASURE_BYTES], int64_t now,
                            struct erasure *out, struct fault *fault);

/* Whether entry n of the list has this hash; n 0 is always there. False also where the list ends before. */
bool erasures_hold(const struct erasures *list, int64_t n, const unsigned char hash[ERASURE_BYTES]);

#endif
