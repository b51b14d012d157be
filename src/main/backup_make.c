/*
 * Making a backup beside a server that runs.
 *
 * Promises: the order makes it whole. First the database, at one moment; then
 * the blobs that a row names, since a blob is on the disk before its row; the list of
 * erasures after both, so that the number in the manifest is never older than
 * what the copy holds; the manifest last. Then everything is read back from the
 * disk, and only then does it get its name. Where an erasure took a blob away
 * meanwhile, the backup is begun anew.
 */
#include "main/backup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/zone.h"
#include "main/wiring.h"
#include "media/media.h"
#include "base/banned.h"

enum { TRIES = 5 };

struct making {
    struct installation *in;
    struct arena *arena;
    struct backup_folder to;
    struct backup *out;
    struct backup_progress progress;
    size_t room; /* for blobs */
    bool anew;   /* something that the copy names was erased meanwhile */
    int64_t blob_bytes;
};

/* A backup in the folder that it is of would be lost with it. */
static enum status apart(const char *data, const char *target, struct fault *fault)
{
    char at[PATH_MAX], ours[PATH_MAX], there[PATH_MAX];
    size_t n = strlen(target);
    while (n > 1 && target[n - 1] == '/')
        n--;
    while (n && target[n - 1] != '/')
        n--;
    if (n >= sizeof at)
        return backup_fault(fault, target, "it", ENAMETOOLONG);
    snprintf(at, sizeof at, "%.*s", n ? (int)n : 1, n ? target : ".");
    if (!realpath(at, there))
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
                         "There is no folder %s to make the backup in: make it first, or give another path.", at);
    if (!realpath(data, ours))
        return backup_fault(fault, data, "it", errno);
    n = strlen(ours);
    if (strncmp(there, ours, n) == 0 && (there[n] == '/' || !there[n]))
        return fault_set(fault, STATUS_REFUSED,
                         "%s lies in the data folder, with which it would be lost: give a path outside of it.", target);
    return STATUS_OK;
}

static void copied(void *self, int64_t done, int64_t all)
{
    struct making *m = self;
    backup_progress(&m->progress, done, all);
}

static enum status blob_note(void *self, const unsigned char hash[BLOB_HASH], int64_t size)
{
    struct making *m = self;
    struct backup *b = m->out;
    if (b->blobs_n == m->room) {
        size_t room = m->room ? 2 * m->room : 1024;
        struct backup_blob *more = ARENA_ARRAY(m->arena, room, struct backup_blob);
        if (!more)
            return STATUS_NO_MEMORY;
        if (b->blobs_n)
            memcpy(more, b->blobs, b->blobs_n * sizeof *more);
        b->blobs = more;
        m->room = room;
    }
    memcpy(b->blobs[b->blobs_n].hash, hash, BLOB_HASH);
    b->blobs[b->blobs_n++].size = size;
    m->blob_bytes += size;
    return STATUS_OK;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const struct backup_blob *)a)->hash, ((const struct backup_blob *)b)->hash, BLOB_HASH);
}

static enum status blob_copy(struct making *m, struct backup_blob *blob, bool *gone, struct fault *fault)
{
    char hex[BACKUP_HEX + 1], path[sizeof BACKUP_BLOBS + 4 + BACKUP_HEX + 1];
    unsigned char hash[BACKUP_HASH];
    int fd = -1;
    int64_t size = 0;
    enum status status = blob_open(m->in->db, blob->hash, &fd, &size, fault);
    *gone = status == STATUS_NOT_FOUND;
    if (status != STATUS_OK)
        return *gone ? STATUS_OK : status;
    sodium_bin2hex(hex, sizeof hex, blob->hash, BLOB_HASH);
    snprintf(path, sizeof path, BACKUP_BLOBS "/%.2s/%s", hex, hex);
    status = backup_shelf(m->to.fd, m->to.unfinished, hex, fault);
    if (status == STATUS_OK)
        status = backup_copy(fd, m->to.fd, m->to.unfinished, path, hash, &blob->size, fault);
    close(fd);
    if (status == STATUS_OK && memcmp(hash, blob->hash, BLOB_HASH) != 0)
        status = fault_set(fault, STATUS_DAMAGED,
                           "%s/%s is not what was put there: bring it back from an older backup, then try again.",
                           m->in->folder, path);
    return status;
}

/* Whether a row names it: what was erased, or belongs to an import that was refused, may lie there a while longer. */
static enum status blob_is_named(struct making *m, const unsigned char hash[BLOB_HASH], bool *named,
                                 struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(m->in->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = media_blob_wanted(tx, m->arena, (struct str){ (const char *)hash, BLOB_HASH }, named);
    db_read_end(tx);
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The pictures could not be read: run candour doctor.");
}

static enum status blobs_copy(struct making *m, struct fault *fault)
{
    struct backup *b = m->out;
    enum status status = blob_each(m->in->db, blob_note, m, fault);
    if (status == STATUS_NO_MEMORY)
        return fault_no_memory(fault);
    if (b->blobs_n)
        qsort(b->blobs, b->blobs_n, sizeof *b->blobs, by_hash);
    size_t kept = 0;
    int64_t done = 0, all = m->blob_bytes;
    for (size_t i = 0; status == STATUS_OK && i < b->blobs_n; i++) {
        bool gone = false, named = false;
        status = blob_is_named(m, b->blobs[i].hash, &named, fault);
        if (status == STATUS_OK && named)
            status = blob_copy(m, &b->blobs[i], &gone, fault);
        if (status == STATUS_OK && named && !gone) {
            done += b->blobs[i].size;
            b->blobs[kept++] = b->blobs[i];
        }
        backup_progress(&m->progress, done, all);
    }
    b->blobs_n = kept;
    b->bytes += done;
    return status;
}

/*
 * What the copy names and is not there was lost; or it was erased after the moment of the copy, and then the backup is
 * begun anew, lest it holds the words of a post that is gone.
 */
static enum status named_look(struct making *m, struct fault *fault)
{
    unsigned char hash[BLOB_HASH];
    char hex[BACKUP_HEX + 1];
    bool missing = false, wanted = false;
    struct db_tx *tx = NULL;
    enum status status = backup_blobs_look(m->to.unfinished, m->out, hash, &missing, fault);
    if (status != STATUS_OK || !missing)
        return status;
    status = db_read_begin(m->in->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = media_blob_wanted(tx, m->arena, (struct str){ (const char *)hash, sizeof hash }, &wanted);
    db_read_end(tx);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    m->anew = status == STATUS_OK && !wanted;
    if (m->anew)
        return fault_set(fault, STATUS_BUSY, "Something is erased each time a backup is made: try again later.");
    return fault_set(fault, STATUS_DAMAGED,
                     "%s/" BACKUP_BLOBS "/%.2s/%s is gone, and a picture needs it: bring it back from an older backup, "
                     "then try again.",
                     m->in->folder, hex, hex);
}

static enum status small_write(struct making *m, const char *name, struct str text, struct fault *fault)
{
    const char *path = place_path(m->arena, m->to.unfinished, name);
    return path && text.p ? file_write(path, text, 0600, fault) : fault_no_memory(fault);
}

static enum status settings_copy(struct making *m, struct fault *fault)
{
    struct str text = STR_NONE;
    const char *path = place_path(m->arena, m->in->folder, PLACE_SETTINGS);
    enum status status = path ? file_read(m->arena, path, PLACE_SETTINGS_MAX, &text, fault) : fault_no_memory(fault);
    if (status == STATUS_OK)
        status = small_write(m, PLACE_SETTINGS, text, fault);
    if (status == STATUS_OK && m->out->demonstration)
        status = small_write(m, PLACE_DEMONSTRATION, STR(""), fault);
    return status;
}

static enum status erasures_copy(struct making *m, struct fault *fault)
{
    struct erasures list;
    const char *path = place_path(m->arena, m->to.unfinished, ERASURES_FILE);
    if (!path)
        return fault_no_memory(fault);
    enum status status = erasures_of_folder(m->arena, m->in->folder, &list, fault);
    if (status == STATUS_OK && (int64_t)list.n < m->out->known)
        status =
            fault_set(fault, STATUS_DAMAGED,
                      "%s/" ERASURES_FILE " ends at entry %zu, and %lld erasures were done: put the newest copy of "
                      "it in its place, then try again.",
                      m->in->folder, list.n, (long long)m->out->known);
    if (status == STATUS_OK)
        status = erasures_write(path, &list, fault);
    m->out->erasures = (int64_t)list.n;
    if (list.n)
        memcpy(m->out->erasures_hash, list.items[list.n - 1].hash, ERASURE_BYTES);
    return status;
}

/* What the manifest says of the files that have names of their own. */
static enum status files_note(struct making *m, struct fault *fault)
{
    static const char *const names[] = { PLACE_DATABASE, PLACE_SETTINGS, ERASURES_FILE, BACKUP_LIST,
                                         PLACE_DEMONSTRATION };
    struct backup *b = m->out;
    size_t n = b->demonstration ? 5 : 4;
    for (size_t i = 0; i < n; i++) {
        struct backup_file *f = &b->files[b->files_n++];
        f->name = str_of(names[i]);
        enum status status = backup_hash(m->to.fd, m->to.unfinished, names[i], f->hash, &f->size, fault);
        if (status != STATUS_OK)
            return status;
        b->bytes += f->size;
    }
    return STATUS_OK;
}

static enum status make_all(struct making *m, struct fault *fault)
{
    struct backup *b = m->out;
    const char *database = place_path(m->arena, m->to.unfinished, PLACE_DATABASE);
    if (!database)
        return fault_no_memory(fault);
    enum status status = db_copy(m->in->db, database, copied, m, fault);
    if (status == STATUS_OK)
        status = backup_database(m->arena, m->to.unfinished, b, fault);
    if (status == STATUS_OK)
        status = blobs_copy(m, fault);
    if (status == STATUS_OK)
        status = named_look(m, fault);
    if (status == STATUS_OK)
        status = small_write(m, BACKUP_LIST, backup_list_text(m->arena, b), fault);
    if (status == STATUS_OK)
        status = settings_copy(m, fault);
    if (status == STATUS_OK)
        status = erasures_copy(m, fault);
    if (status == STATUS_OK)
        status = files_note(m, fault);
    if (status == STATUS_OK)
        status = backup_folder_sync(&m->to, fault);
    if (status == STATUS_OK)
        status = small_write(m, BACKUP_MANIFEST, backup_manifest_text(m->arena, b), fault);
    struct backup again;
    if (status == STATUS_OK)
        status = backup_verify(m->arena, m->to.unfinished, &again, fault);
    return status == STATUS_OK ? backup_folder_finish(&m->to, fault) : status;
}

static enum status make_once(struct making *m, const char *target, struct fault *fault)
{
    m->anew = false;
    m->room = 0;
    m->blob_bytes = 0;
    *m->out = (struct backup){ .program = STR(CANDOUR_VERSION),
                               .made = zone_utc(m->arena, clock_now_ms()),
                               .demonstration = m->in->demonstration };
    backup_key_mark(m->in->key, m->out->key_mark);
    enum status status = backup_folder_make(&m->to, m->arena, target, fault);
    if (status != STATUS_OK)
        return status;
    status = make_all(m, fault);
    backup_folder_end(&m->to);
    return status;
}

enum status backup_make(struct installation *in, struct arena *arena, const char *target, struct backup *out,
                        struct fault *fault)
{
    struct making m = { .in = in, .arena = arena, .out = out, .progress = { .verb = "copied" } };
    enum status status = apart(in->folder, target, fault);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < TRIES; i++) {
        status = make_once(&m, target, fault);
        if (!m.anew)
            break;
    }
    return status;
}
