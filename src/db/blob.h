/*
 * Blobs: whole files by the SHA-256 of their bytes, beside the database in the
 * data folder. Pictures now; sealed files and a shared store later, behind the
 * same calls.
 *
 * Promises:
 *  - `blob_put` answers STATUS_OK only when bytes and name are safe on disk
 *    (written, synced, renamed, its folder synced), so a row that names the
 *    blob is committed after it and never points at nothing.
 *  - The same bytes twice are one file. What is read is what was put: the hash
 *    is compared on reading, and a difference is STATUS_DAMAGED.
 *  - A file that no row names is an orphan; `blob_sweep` removes those that are
 *    older than a running act could be.
 *
 * Blocking; not for a loop, not inside an act (put before, the row in it): but for
 * `blob_delete` of a few, where no row may come to name one between the look
 * and the deletion.
 */
#ifndef CANDOUR_DB_BLOB_H
#define CANDOUR_DB_BLOB_H

#include "db/db.h"

enum { BLOB_HASH = 32, BLOB_MAX = 64 * 1024 * 1024, BLOB_ORPHAN_MS = 60 * 60 * 1000 };

/* `hash` gets the SHA-256. STATUS_LIMIT over BLOB_MAX, STATUS_FULL, STATUS_IO. */
enum status blob_put(struct db *db, struct str bytes, unsigned char hash[BLOB_HASH], struct fault *fault);
/* The bytes, in the arena. STATUS_NOT_FOUND, STATUS_DAMAGED, STATUS_NO_MEMORY, STATUS_IO. */
enum status blob_read(struct db *db, struct arena *arena, const unsigned char hash[BLOB_HASH], struct str *out,
                      struct fault *fault);
/* A descriptor for reading, at the beginning, to be closed by the caller; the bytes are not compared. */
enum status blob_open(struct db *db, const unsigned char hash[BLOB_HASH], int *fd, int64_t *size, struct fault *fault);
/* The file and its name are gone from the disk when it returns. STATUS_OK also where there was none. */
enum status blob_delete(struct db *db, const unsigned char hash[BLOB_HASH], struct fault *fault);

/* Calls `each` for every blob there is. */
typedef enum status blob_each_fn(void *self, const unsigned char hash[BLOB_HASH], int64_t size);
enum status blob_each(struct db *db, blob_each_fn *each, void *self, struct fault *fault);
/* Removes what `wanted` says no to and what is half written, if older than BLOB_ORPHAN_MS; how many in `removed`. */
typedef bool blob_wanted_fn(void *self, const unsigned char hash[BLOB_HASH]);
enum status blob_sweep(struct db *db, blob_wanted_fn *wanted, void *self, int64_t now, int64_t *removed,
                       struct fault *fault);

#endif
