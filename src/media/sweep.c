/*
 * Blobs that no row names: a picture whose import was refused, or cut short.
 *
 * Promise: what cannot be looked up is kept. A blob is younger than its row by
 * less than BLOB_ORPHAN_MS, and only older ones are looked at.
 */
#include "base/arena.h"
#include "db/blob.h"
#include "media/media.h"
#include "base/banned.h"

enum { SWEEP_ARENA_MAX = 1024 * 1024 };

struct sweep {
    struct db *db;
    struct arena *arena;
};

static bool wanted(void *self, const unsigned char hash[BLOB_HASH])
{
    struct sweep *s = self;
    struct db_tx *tx = NULL;
    struct fault fault;
    bool named = true;
    arena_reset(s->arena);
    if (db_read_begin(s->db, &tx, &fault) != STATUS_OK)
        return true;
    enum status status = media_blob_wanted(tx, s->arena, (struct str){ (const char *)hash, BLOB_HASH }, &named);
    db_read_end(tx);
    return status != STATUS_OK || named;
}

enum status media_sweep(struct db *db, int64_t now, int64_t *removed, struct fault *fault)
{
    struct sweep s = { db, arena_new(SWEEP_ARENA_MAX) };
    *removed = 0;
    if (s.arena == NULL)
        return fault_no_memory(fault);
    enum status status = blob_sweep(db, wanted, &s, now, removed, fault);
    arena_free(s.arena);
    return status;
}
