/*
 * Bringing a backup back, as a new data folder.
 *
 * Promises: the backup is read whole before anything is made, and is not
 * changed; the new folder is there whole or not at all; what was erased since
 * the backup was made is erased in it before it gets its name, and where that
 * cannot be done there is no new folder. Sessions of that time are ended: one of
 * them may have been ended since. What it cannot know is whether the list of
 * erasures that was given is the newest one: the person must say so by giving
 * it.
 */
#include "main/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/file.h"
#include "main/wiring.h"
#include "posts/erasure.h"
#include "base/banned.h"

struct restoring {
    struct arena *arena;
    const struct restore_options *options;
    struct backup *backup;
    struct backup_folder to;
    struct erasures list;
    unsigned char key[PLACE_KEY_SIZE];
    int from;
    struct backup_progress progress;
    int64_t done;
};

static enum status list_look(struct restoring *r, int64_t *newer, struct fault *fault)
{
    const char *path = r->options->erasures;
    const struct backup *b = r->backup;
    enum status status = erasures_read(r->arena, path, &r->list, fault);
    if (status != STATUS_OK)
        return status;
    if (r->list.torn)
        return fault_set(fault, STATUS_DAMAGED,
                         "The last line of %s is cut: copy the list again. If it is so in the data folder itself, that "
                         "erasure was never done: take the line away.",
                         path);
    if ((int64_t)r->list.n < b->erasures)
        return fault_set(fault, STATUS_REFUSED,
                         "%s is older than the backup: it has %zu entries, the backup knew %lld. Give the newest list: "
                         "the file " ERASURES_FILE " of the data folder, or the newest copy of it.",
                         path, r->list.n, (long long)b->erasures);
    if (!erasures_hold(&r->list, b->erasures, b->erasures_hash))
        return fault_set(fault, STATUS_REFUSED,
                         "%s is the list of another site: it does not go on from the one in the backup. Give the "
                         "newest list of this one.",
                         path);
    /* What its database has not done: an entry that it lists may have come between the copy and the list. */
    *newer = (int64_t)r->list.n - b->known;
    return STATUS_OK;
}

static enum status key_look(struct restoring *r, int64_t newer, struct fault *fault)
{
    const char *path = r->options->key;
    unsigned char mark[BACKUP_HASH];
    struct str text = STR_NONE;
    if (!path) {
        if (newer > 0)
            return fault_set(
                fault, STATUS_REFUSED,
                "Erasures that the backup has not done: %lld. Finding their posts needs the key of the site: "
                "give it with --key.",
                (long long)newer);
        entropy_fill(r->key, sizeof r->key);
        return STATUS_OK;
    }
    enum status status = file_read(r->arena, path, PLACE_KEY_SIZE, &text, fault);
    if (status != STATUS_OK && status != STATUS_LIMIT)
        return status;
    if (status == STATUS_LIMIT || text.n != PLACE_KEY_SIZE)
        return fault_set(fault, STATUS_INVALID, "%s is not %d bytes long: give the key file of the site.", path,
                         PLACE_KEY_SIZE);
    memcpy(r->key, text.p, PLACE_KEY_SIZE);
    explicit_bzero((char *)(uintptr_t)text.p, text.n);
    backup_key_mark(r->key, mark);
    if (memcmp(mark, r->backup->key_mark, sizeof mark) != 0)
        return fault_set(fault, STATUS_REFUSED, "%s is not the key that this backup belongs to: give the right one.",
                         path);
    return STATUS_OK;
}

static enum status copy_one(struct restoring *r, const char *path, const unsigned char hash[BACKUP_HASH], int64_t size,
                            struct fault *fault)
{
    unsigned char now[BACKUP_HASH];
    int64_t copied = 0;
    int fd = backup_open(r->from, path);
    if (fd < 0)
        return backup_fault(fault, r->options->backup, path, errno);
    enum status status = backup_copy(fd, r->to.fd, r->to.unfinished, path, now, &copied, fault);
    close(fd);
    if (status == STATUS_OK && (copied != size || memcmp(now, hash, sizeof now) != 0))
        status = fault_set(fault, STATUS_DAMAGED, "%s of the backup %s changed while it was read: try again.", path,
                           r->options->backup);
    r->done += copied;
    backup_progress(&r->progress, r->done, r->backup->bytes);
    return status;
}

static enum status files_copy(struct restoring *r, struct fault *fault)
{
    const struct backup *b = r->backup;
    char hex[BACKUP_HEX + 1], path[sizeof BACKUP_BLOBS + 4 + BACKUP_HEX + 1];
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < b->files_n; i++) {
        snprintf(path, sizeof path, "%.*s", STR_ARG(b->files[i].name));
        if (strcmp(path, BACKUP_LIST) != 0 && strcmp(path, ERASURES_FILE) != 0)
            status = copy_one(r, path, b->files[i].hash, b->files[i].size, fault);
    }
    for (size_t i = 0; status == STATUS_OK && i < b->blobs_n; i++) {
        sodium_bin2hex(hex, sizeof hex, b->blobs[i].hash, BLOB_HASH);
        snprintf(path, sizeof path, BACKUP_BLOBS "/%.2s/%s", hex, hex);
        status = backup_shelf(r->to.fd, r->to.unfinished, hex, fault);
        if (status == STATUS_OK)
            status = copy_one(r, path, b->blobs[i].hash, b->blobs[i].size, fault);
    }
    return status;
}

static enum status own_files(struct restoring *r, struct fault *fault)
{
    const char *key = place_path(r->arena, r->to.unfinished, PLACE_KEY);
    const char *list = place_path(r->arena, r->to.unfinished, ERASURES_FILE);
    if (!key || !list)
        return fault_no_memory(fault);
    enum status status = file_write(key, (struct str){ (const char *)r->key, sizeof r->key }, 0600, fault);
    return status == STATUS_OK ? erasures_write(list, &r->list, fault) : status;
}

static enum status write_restored(struct db_tx *tx, void *arg)
{
    const struct restoring *r = arg;
    struct act act = { .now = clock_now_ms() };
    enum status status = sessions_end_all(tx);
    if (status == STATUS_OK)
        status = db_generation_raise(tx);
    return status == STATUS_OK ? audit_add(tx, &act, STR("backup.restored"), 0, r->backup->made) : status;
}

/* Every entry, not only the newer ones: one that was written just before the copy may not have been done in it yet. */
static enum status replay(struct restoring *r, struct db *db, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < r->list.n; i++)
        status = wiring_erasure_replay(db, r->key, &r->list.items[i], fault);
    if (status == STATUS_OK && r->list.n > 0)
        status = wiring_erasures_replayed(db, r->arena, fault);
    return status;
}

static enum status database_ready(struct restoring *r, struct fault *fault)
{
    struct db *db = NULL;
    struct audit_report report;
    bool whole = false;
    int64_t left = 0;
    enum status status = place_database_open(r->to.unfinished, &db, fault);
    if (status == STATUS_OK)
        status = replay(r, db, fault);
    if (status == STATUS_OK)
        status = db_write(db, write_restored, r, fault);
    if (status == STATUS_OK)
        status = audit_verify(db, r->arena, &report, fault);
    if (status == STATUS_OK && report.first_wrong)
        status = fault_set(fault, STATUS_DAMAGED, "The audit of the restored database is not whole at entry %lld.",
                           (long long)report.first_wrong);
    if (status == STATUS_OK)
        status = posts_erasures_finish(db, r->arena, clock_now_ms(), 0, &left, fault);
    if (status == STATUS_OK)
        status = db_checkpoint(db, true, &whole, fault);
    db_close(db);
    if (status == STATUS_OK && (!whole || left > 0))
        status = fault_set(fault, STATUS_BUSY, "Another program reads the new database: close it and try again.");
    return status;
}

static enum status restore_all(struct restoring *r, struct fault *fault)
{
    enum status status = files_copy(r, fault);
    if (status == STATUS_OK)
        status = own_files(r, fault);
    if (status == STATUS_OK)
        status = database_ready(r, fault);
    return status == STATUS_OK ? backup_folder_finish(&r->to, fault) : status;
}

enum status backup_restore(struct arena *arena, const struct restore_options *options, struct backup *out,
                           int64_t *replayed, struct fault *fault)
{
    struct restoring r = { .arena = arena, .options = options, .backup = out, .progress = { .verb = "restored" } };
    *replayed = 0;
    enum status status = backup_target_look(options->folder, fault);
    if (status == STATUS_OK)
        status = backup_verify(arena, options->backup, out, fault);
    if (status == STATUS_OK)
        status = list_look(&r, replayed, fault);
    if (status == STATUS_OK)
        status = key_look(&r, *replayed, fault);
    if (status == STATUS_OK)
        status = backup_folder_make(&r.to, arena, options->folder, fault);
    if (status == STATUS_OK) {
        r.from = open(options->backup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        status = r.from < 0 ? backup_fault(fault, options->backup, "it", errno) : restore_all(&r, fault);
        if (r.from >= 0)
            close(r.from);
        backup_folder_end(&r.to);
    }
    explicit_bzero(r.key, sizeof r.key);
    return status;
}
