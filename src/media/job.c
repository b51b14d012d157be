/*
 * The job "media.render": an original becomes the files that are served.
 *
 * Promises: blobs are safe on disk before the one write that names them, makes
 * the set ready and ends the job. A job that is run twice, or whose set was
 * erased meanwhile, changes nothing; what it had put goes again. A
 * picture that cannot be shown fails its own set, with the sentence for the
 * person, and is not tried again by itself; what the machine lacked is.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "db/blob.h"
#include "media/inside.h"
#include "media/media_sql.h"
#include "base/banned.h"

enum { JOB_PIECE = 64 * 1024, JOB_DEATHS_MAX = 2 };

_Static_assert((int)MEDIA_HASH == (int)BLOB_HASH && (int)MEDIA_FILE_MAX <= (int)BLOB_MAX, "a picture is a blob");

struct rendering {
    const struct job *job;
    struct arena *arena;
    int64_t set;
    const struct media_row_set *was;     /* the set as it was read before; `known` says whether there was one */
    bool known, gone;                    /* gone: out, it was erased meanwhile */
    const struct media_renditions *made; /* NULL: it failed */
    unsigned char hashes[MEDIA_RENDITIONS_MAX][BLOB_HASH];
    struct str why;
};

/* ---- The writes ---- */

static enum status rows_write(struct db_tx *tx, const struct rendering *r)
{
    enum status status = sql_media_renditions_drop(tx, r->set, NULL);
    for (size_t i = 0; i < r->made->n && status == STATUS_OK; i++) {
        const struct media_rendition *one = &r->made->each[i];
        status =
            sql_media_rendition_add(tx, r->set, media_format_word(one->format), one->width, one->height,
                                    (int64_t)one->bytes.n, (struct str){ (const char *)r->hashes[i], BLOB_HASH }, NULL);
    }
    if (status == STATUS_OK)
        status = sql_media_set_state(tx, r->set, STR("ready"), STR_NONE, NULL);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

static enum status end_write(struct db_tx *tx, void *arg)
{
    struct rendering *r = arg;
    struct media_row_set now;
    enum job_outcome outcome = JOB_OK;
    enum status status = sql_media_row_set(tx, r->arena, r->set, &now);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    /* The number of a set that was erased may be another's by now, which has a job of its own. */
    r->gone = status == STATUS_NOT_FOUND || !r->known || !str_equal(now.sha256, r->was->sha256) ||
              !str_equal(now.wish, r->was->wish);
    status = STATUS_OK;
    if (!r->gone && !str_equal(now.state, STR("ready"))) {
        if (r->made) {
            status = rows_write(tx, r);
        } else {
            outcome = JOB_PERMFAIL;
            status = sql_media_set_state(tx, r->set, STR("failed"), r->why, NULL);
        }
    }
    return status == STATUS_OK ? db_job_end(tx, r->job, outcome, r->why) : status;
}

/* ---- Before them ---- */

static enum status set_read(struct db *db, struct arena *arena, int64_t set, struct media_row_set *out,
                            struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_media_row_set(tx, arena, set, out);
    db_read_end(tx);
    return status;
}

/* Whether the file is what was put; a descriptor's bytes are compared by nobody else. */
static enum status original_check(int fd, struct str sha256, struct fault *fault)
{
    char piece[JOB_PIECE];
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    off_t at = 0;
    crypto_hash_sha256_init(&state);
    for (;;) {
        ssize_t n = pread(fd, piece, sizeof piece, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fault_set(fault, STATUS_IO, "The original could not be read: %s.", strerror(errno));
        if (n == 0)
            break;
        crypto_hash_sha256_update(&state, (const unsigned char *)piece, (size_t)n);
        at += n;
    }
    crypto_hash_sha256_final(&state, digest);
    if (str_equal(sha256, (struct str){ (const char *)digest, sizeof digest }))
        return STATUS_OK;
    return fault_set(fault, STATUS_DAMAGED,
                     "The original on the disk is not what was given: import the picture again.");
}

static enum status render(struct db *db, struct arena *arena, const struct media_row_set *set,
                          struct media_renditions *made, struct fault *fault)
{
    struct media_wish wish;
    int fd = -1;
    int64_t size = 0;
    if (set->sha256.n != BLOB_HASH || media_wish_from_json(arena, set->wish, &wish) != STATUS_OK)
        return fault_set(fault, STATUS_DAMAGED, "The row of the picture is not what was written: run candour doctor.");
    enum status status = blob_open(db, (const unsigned char *)set->sha256.p, &fd, &size, fault);
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, status, "The original is gone from the disk: import the picture again.");
    if (status != STATUS_OK)
        return status;
    status = original_check(fd, set->sha256, fault);
    if (status == STATUS_OK)
        status = media_render(arena, fd, &wish, made, fault);
    close(fd);
    return status;
}

/* Whether trying again is useless. */
static bool is_final(enum status status, const struct job *job)
{
    switch (status) {
    case STATUS_NOT_FOUND:
    case STATUS_INVALID:
    case STATUS_LIMIT: return true;
    case STATUS_DAMAGED: /* the helper may have been killed by somebody who needed memory */
        return job->step + 1 >= JOB_DEATHS_MAX;
    case STATUS_OK:
    case STATUS_DENIED:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_BUSY:
    case STATUS_UNAVAILABLE:
    case STATUS_NEWER:
    case STATUS_FULL:
    case STATUS_IO:
    case STATUS_NO_MEMORY: break;
    }
    return job->step + 1 >= JOB_MAX_STEPS;
}

/* What was made of a picture that was erased meanwhile is not left to the sweep. */
static enum status put_away(struct db *db, const struct rendering *r, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < r->made->n && status == STATUS_OK; i++) {
        struct db_tx *tx = NULL;
        bool wanted = false;
        status = db_read_begin(db, &tx, fault);
        if (status != STATUS_OK)
            break;
        status = media_blob_wanted(tx, r->arena, (struct str){ (const char *)r->hashes[i], BLOB_HASH }, &wanted);
        db_read_end(tx);
        if (status == STATUS_OK && !wanted)
            status = blob_delete(db, r->hashes[i], fault);
    }
    return status;
}

enum status media_render_job(struct db *db, const struct settings *settings, struct arena *arena, const struct job *job,
                             struct fault *fault)
{
    struct media_row_set set = { 0 };
    struct rendering r = { .job = job, .arena = arena, .was = &set };
    struct media_renditions made = { 0 };
    (void)settings;
    if (!str_to_i64(job->key, &r.set))
        return fault_set(fault, STATUS_DAMAGED, "The job's key is no number.");
    enum status status = set_read(db, arena, r.set, &set, fault);
    r.known = status == STATUS_OK;
    if (status == STATUS_OK && !str_equal(set.state, STR("ready"))) {
        status = render(db, arena, &set, &made, fault);
        for (size_t i = 0; i < made.n && status == STATUS_OK; i++)
            status = blob_put(db, made.each[i].bytes, r.hashes[i], fault);
        if (status != STATUS_OK) {
            if (!is_final(status, job))
                return status;
            log_event(LOG_WARN, "media.failed", LOG_STR(LOG_STATUS, str_of(status_name(status))));
            r.why = str_copy(arena, str_of(fault->text));
            if (r.why.p == NULL)
                return fault_no_memory(fault);
        } else {
            r.made = &made;
        }
    } else if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        return status;
    }
    status = db_write(db, end_write, &r, fault);
    if (status == STATUS_OK && r.gone && r.made)
        status = put_away(db, &r, fault);
    return status;
}
