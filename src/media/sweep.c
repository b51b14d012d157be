/*
 * Blobs that no row names: a picture whose import was refused, or cut short. And those that rows name, all of them.
 *
 * Promise: what cannot be looked up is kept. A blob is younger than its row by
 * less than BLOB_ORPHAN_MS, and only older ones are looked at.
 */
#include <string.h>

#include "base/arena.h"
#include "db/blob.h"
#include "media/media.h"
#include "media/media_sql.h"
#include "base/banned.h"

enum { SWEEP_ARENA_MAX = 1024 * 1024, NAMED_AT_ONCE = 1000 };

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

enum status media_blobs_named(struct db *db, media_named_fn *each, void *self, struct fault *fault)
{
    char after[BLOB_HASH];
    struct str last = { after, 0 };
    struct arena *arena = arena_new(SWEEP_ARENA_MAX);
    if (arena == NULL)
        return fault_no_memory(fault);
    enum status status = STATUS_OK;
    for (size_t n = NAMED_AT_ONCE; status == STATUS_OK && n == NAMED_AT_ONCE;) {
        struct media_blobs_named *rows = NULL;
        struct db_tx *tx = NULL;
        arena_reset(arena);
        status = db_read_begin(db, &tx, fault);
        if (status != STATUS_OK)
            break;
        status = sql_media_blobs_named(tx, arena, last, NAMED_AT_ONCE, &rows, &n);
        if (status != STATUS_OK)
            fault_set(fault, status, "The pictures could not be read (%s).", status_name(status));
        db_read_end(tx);
        for (size_t i = 0; status == STATUS_OK && i < n; i++)
            status = each(self, rows[i].sha256);
        if (status == STATUS_OK && n) {
            last.n = rows[n - 1].sha256.n;
            memcpy(after, rows[n - 1].sha256.p, last.n); /* 32 bytes, as the table wants them */
        }
    }
    arena_free(arena);
    return status;
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
