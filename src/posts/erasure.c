/*
 * Erasure around the act: see erasure.h. The list of erasures is written before
 * it, the files go and the log is moved after it; and once more, in a database
 * that is older.
 */
#include "posts/erasure.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "db/blob.h"
#include "posts/erase.h"
#include "posts/promise.h"
#include "posts/searched.h"

#include "base/banned.h"

enum {
    ROOM = 4 * 1024 * 1024,
    PAGE = 500,
    FILES_AT_ONCE = 64,
    WAIT_FIRST_MS = 10,
    WAIT_LONGEST_MS = 500,
};

/* ---- Around the act ---- */

struct files {
    struct db *db;
    struct arena *arena;
    struct posts_erasure_files *rows;
    size_t n;
};

/*
 * Files go inside an act, and it may run again: so no import puts a row on one between the look and the deletion. Who
 * had put the picture before that, and its row afterwards, puts it again (posts_import_kept).
 */
static enum status files_go(struct db_tx *tx, void *arg)
{
    struct files *f = arg;
    struct fault fault = { 0 };
    enum status status = sql_posts_erasure_files(tx, f->arena, FILES_AT_ONCE, &f->rows, &f->n);
    for (size_t i = 0; i < f->n && status == STATUS_OK; i++) {
        struct str sha256 = f->rows[i].sha256;
        bool wanted = false;
        status = media_blob_wanted(tx, f->arena, sha256, &wanted);
        if (status == STATUS_OK && !wanted && blob_delete(f->db, (const unsigned char *)sha256.p, &fault) != STATUS_OK)
            return db_refuse(tx, fault.status, "%s", fault.text);
        if (status == STATUS_OK)
            status = sql_posts_erasure_file_gone(tx, sha256, NULL);
    }
    return status;
}

static enum status files_delete(struct db *db, struct arena *arena, struct fault *fault)
{
    struct files f = { .db = db, .arena = arena, .n = FILES_AT_ONCE };
    enum status status = STATUS_OK;
    while (status == STATUS_OK && f.n == FILES_AT_ONCE)
        status = db_write(db, files_go, &f, fault);
    return status;
}

static enum status numbers_read(struct db *db, struct arena *arena, int64_t *newest, int64_t *unfinished,
                                struct fault *fault)
{
    struct db_tx *tx = NULL;
    struct posts_erasure_newest last = { 0 };
    struct posts_erasures_unfinished open = { 0 };
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_posts_erasure_newest(tx, arena, &last);
    if (status == STATUS_OK)
        status = sql_posts_erasures_unfinished(tx, arena, &open);
    db_read_end(tx);
    *newest = last.n;
    *unfinished = open.n;
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The database could not be read: run candour doctor.");
}

struct finishing {
    int64_t now, newest;
};

static enum status finish_write(struct db_tx *tx, void *arg)
{
    const struct finishing *f = arg;
    return sql_posts_erasures_finish(tx, f->now, f->newest, NULL);
}

static void wait_ms(int64_t ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    nanosleep(&t, NULL);
}

/* Until the log is empty: whatever it held stands in the database's own file then, where the erased pages are blank. */
static enum status log_empty(struct db *db, int64_t most, bool *whole, struct fault *fault)
{
    int64_t deadline = clock_steady_ns() / 1000000 + most;
    int64_t pause = WAIT_FIRST_MS;
    for (;;) {
        enum status status = db_checkpoint(db, true, whole, fault);
        if (status != STATUS_OK && status != STATUS_BUSY)
            return status;
        if (status == STATUS_OK && *whole)
            return STATUS_OK;
        *whole = false;
        if (clock_steady_ns() / 1000000 + pause > deadline)
            return STATUS_OK;
        wait_ms(pause);
        pause = pause * 2 > WAIT_LONGEST_MS ? WAIT_LONGEST_MS : pause * 2;
    }
}

enum status posts_erasures_finish(struct db *db, struct arena *arena, int64_t now, int64_t most, int64_t *left,
                                  struct fault *fault)
{
    struct finishing f = { .now = now };
    bool whole = false;
    enum status status = numbers_read(db, arena, &f.newest, left, fault);
    if (status != STATUS_OK || *left == 0)
        return status;
    status = files_delete(db, arena, fault);
    if (status == STATUS_OK)
        status = posts_search_forget(db, arena, fault);
    if (status != STATUS_OK)
        return status;
    status = log_empty(db, most, &whole, fault);
    if (status != STATUS_OK || !whole)
        return status;
    *left = 0;
    return db_write(db, finish_write, &f, fault);
}

enum status posts_erasures_unfinished(struct db_tx *tx, struct arena *arena, int64_t *n)
{
    struct posts_erasures_unfinished row;
    enum status status = sql_posts_erasures_unfinished(tx, arena, &row);
    *n = status == STATUS_OK ? row.n : 0;
    return status;
}

enum status posts_erasures_known(struct db_tx *tx, int64_t *n)
{
    struct posts_erasure_newest row;
    struct arena *arena = arena_new(4096);
    if (arena == NULL)
        return STATUS_NO_MEMORY;
    enum status status = sql_posts_erasure_newest(tx, arena, &row);
    *n = status == STATUS_OK ? row.n : 0;
    arena_free(arena);
    return status;
}

struct erasing_act {
    const char *folder;
    struct arena *arena;
    db_write_fn *fn;
    void *arg;
    struct post_erasing erasing;
    enum erase_what what;
    enum post_ground ground;
    const struct str *keys;
    size_t keys_n;
    int64_t now;
};

/* STATUS_BUSY is kept for what is done but for its last bytes. */
static enum status not_done(enum status status, struct fault *fault)
{
    if (status != STATUS_BUSY)
        return status;
    if (fault != NULL)
        fault->status = STATUS_UNAVAILABLE;
    return STATUS_UNAVAILABLE;
}

static enum status entries_add(struct db *db, struct erasing_act *a, struct erasure *entries, struct fault *fault)
{
    int64_t known = 0, open = 0;
    enum status status = numbers_read(db, a->arena, &known, &open, fault);
    for (size_t i = 0; i < a->keys_n && status == STATUS_OK; i++) {
        unsigned char id[ERASURE_BYTES];
        erase_id(a->what, a->ground, a->keys[i], id);
        status = erasures_append(a->folder, known, id, a->now, &entries[i], fault);
        known = entries[i].n;
    }
    return status;
}

/* After the act: whatever fails now, it is erased, and the worker goes on with what is left. */
static enum status bytes_go(struct db *db, const struct erasing_act *a, struct fault *fault)
{
    int64_t left = 0;
    struct fault why = { 0 }; /* it may say that nothing was changed, which holds for its part alone */
    enum status status = posts_erasures_finish(db, a->arena, a->now, POST_ERASURE_WAIT_MS, &left, &why);
    if (status != STATUS_OK)
        return fault_set(fault, STATUS_BUSY,
                         "It is erased, but bytes of it are still in the data folder%s The server takes them away as "
                         "soon as it can, and candour doctor says when that is done.",
                         status == STATUS_FULL ? ": the disk is full, make room."
                                               : ", which could not be read or written: look at the disk.");
    if (left > 0)
        return fault_set(fault, STATUS_BUSY,
                         "It is erased, but for pages that somebody still reads, such as a backup that is being "
                         "made: the server takes them away afterwards, and candour doctor says when that is done.");
    return STATUS_OK;
}

/* The whole of it: asked, noted, done, gone. */
static enum status erase(struct db *db, struct erasing_act *a, struct fault *fault)
{
    struct erasure *entries = ARENA_ARRAY(a->arena, a->keys_n + 1, struct erasure);
    if (entries == NULL)
        return fault_no_memory(fault);
    enum status status = db_write(db, a->fn, a->arg, fault);
    if (status == STATUS_OK)
        return fault_set(fault, STATUS_DAMAGED, "An erasure did not wait for its entry.");
    if (status != STATUS_BUSY || !a->erasing.asked)
        return not_done(status, fault);
    status = entries_add(db, a, entries, fault);
    if (status == STATUS_OK) {
        a->erasing.entries = entries;
        status = db_write(db, a->fn, a->arg, fault);
    }
    return status == STATUS_OK ? bytes_go(db, a, fault) : not_done(status, fault);
}

enum status posts_withdraw(struct db *db, const char *folder, struct post_withdrawal *withdrawal, struct fault *fault)
{
    struct erasing_act a = { .folder = folder,
                             .arena = withdrawal->arena,
                             .fn = posts_withdraw_write,
                             .arg = withdrawal,
                             .what = post_ground_hides(withdrawal->ground) ? ERASE_WITHDRAWN : ERASE_PICTURES,
                             .ground = withdrawal->ground,
                             .keys = withdrawal->keys,
                             .keys_n = withdrawal->keys_n,
                             .now = withdrawal->act->now };
    if (!post_ground_erases(withdrawal->ground))
        return db_write(db, posts_withdraw_write, withdrawal, fault);
    withdrawal->erasing = &a.erasing;
    enum status status = erase(db, &a, fault);
    withdrawal->erasing = NULL;
    return status;
}

enum status posts_correct(struct db *db, const char *folder, struct post_correct *correct, struct fault *fault)
{
    struct erasing_act a = { .folder = folder,
                             .arena = correct->step.arena,
                             .fn = posts_correct_write,
                             .arg = correct,
                             .what = ERASE_CORRECTED,
                             .ground = correct->ground,
                             .keys = &correct->step.key,
                             .keys_n = 1,
                             .now = correct->step.act->now };
    if (!correct->erases)
        return db_write(db, posts_correct_write, correct, fault);
    correct->erasing = &a.erasing;
    enum status status = erase(db, &a, fault);
    correct->erasing = NULL;
    return status;
}

/* ---- Once more, in a database that is older ---- */

struct replaying {
    struct arena *arena;
    const struct erasure *erasure;
    struct post_erasing erasing;
    enum erase_what what;
    enum post_ground ground;
    struct str key;
};

static enum status replay_public(struct db_tx *tx, const struct replaying *r, const struct posts_head *head)
{
    struct str word = post_ground_word(r->ground);
    enum presence_state state = post_ground_hides(r->ground) ? PRESENCE_GONE : PRESENCE_WITHDRAWN;
    int64_t at = r->erasure->at;
    enum status status = sql_posts_withdraw_again(tx, head->post, at, word, STR_NONE, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_put(tx, head->post, post_channel_word(CHANNEL_SITE), presence_state_word(state),
                                        false, at, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_end(tx, head->post, at, NULL);
    if (status == STATUS_OK)
        status = register_add(tx, at, REGISTER_WITHDRAWAL, head->post, word, STR_NONE, (struct register_of){ 0 });
    return status;
}

static enum status replay_write(struct db_tx *tx, void *arg)
{
    struct replaying *r = arg;
    struct act act = { .now = r->erasure->at };
    struct posts_head head;
    struct posts_erasure_done done;
    erase_begin(&r->erasing);
    enum status status = sql_posts_erasure_done(tx, r->arena, r->erasure->n, &done);
    if (status != STATUS_NOT_FOUND)
        return status; /* it knows of this one already */
    status = sql_posts_head(tx, r->arena, r->key, &head);
    if (status == STATUS_OK && head.public_edition.set)
        status = replay_public(tx, r, &head);
    if (status != STATUS_OK)
        return status;
    struct erase_of of = { .what = r->what == ERASE_PICTURES ? ERASE_PICTURES : ERASE_WITHDRAWN,
                           .ground = r->ground,
                           .post = head.post,
                           .key = r->key,
                           .address = { head.year.value, head.slug } };
    status = erase_post(tx, r->arena, &act, &r->erasing, &of);
    if (status == STATUS_OK)
        status = audit_add(tx, &act, STR("erasure.again"), head.post, of.key);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

/* No post has the key: it came after the backup, and its file may be brought in once more. */
static enum status unseen_write(struct db_tx *tx, void *arg)
{
    const struct replaying *r = arg;
    unsigned char common[ERASURE_BYTES];
    struct posts_erasure_done done;
    enum status status = sql_posts_erasure_done(tx, r->arena, r->erasure->n, &done);
    if (status != STATUS_NOT_FOUND)
        return status;
    erase_id_common(r->erasure->id, common);
    return sql_posts_erasure_unseen_add(tx, (struct str){ (const char *)common, sizeof common }, NULL);
}

/* The post whose key the entry was made of; STATUS_NOT_FOUND. */
static enum status replay_find(struct db *db, struct replaying *r, struct fault *fault)
{
    unsigned char id[ERASURE_BYTES];
    struct posts_keys *rows = NULL;
    struct db_tx *tx = NULL;
    char last[POST_KEY_MAX + 1] = "";
    size_t n = PAGE;
    while (n == PAGE) {
        arena_reset(r->arena);
        enum status status = db_read_begin(db, &tx, fault);
        if (status != STATUS_OK)
            return status;
        status = sql_posts_keys(tx, r->arena, str_of(last), PAGE, &rows, &n);
        db_read_end(tx);
        if (status != STATUS_OK)
            return fault_set(fault, status, "The posts of the database could not be read: run candour doctor.");
        for (size_t i = 0; i < n; i++) {
            erase_id(r->what, r->ground, rows[i].key, id);
            if (memcmp(id, r->erasure->id, sizeof id) == 0) {
                r->key = rows[i].key;
                return STATUS_OK;
            }
        }
        if (n > 0) {
            if (rows[n - 1].key.n >= sizeof last)
                return fault_set(fault, STATUS_DAMAGED, "A post has a name that is longer than names may be.");
            memcpy(last, rows[n - 1].key.p, rows[n - 1].key.n);
            last[rows[n - 1].key.n] = '\0';
        }
    }
    return STATUS_NOT_FOUND;
}

enum status posts_erasure_replay(struct db *db, const unsigned char site_key[POST_ERASURE_KEY],
                                 const struct erasure *erasure, struct fault *fault)
{
    struct replaying r = { .erasure = erasure, .erasing = { .entries = erasure } };
    unsigned char key[POST_ERASURE_KEY];
    posts_erasure_derive(site_key, key);
    posts_erasure_key(key);
    if (!erase_id_read(erasure->id, &r.what, &r.ground))
        return fault_set(fault, STATUS_NEWER,
                         "Entry %lld of the list of erasures is of a kind that this candour does not know: install the "
                         "version that wrote it.",
                         (long long)erasure->n);
    r.arena = arena_new(2 * ROOM);
    if (r.arena == NULL)
        return fault_no_memory(fault);
    enum status status = replay_find(db, &r, fault);
    if (status == STATUS_OK)
        status = db_write(db, replay_write, &r, fault);
    if (status == STATUS_NOT_FOUND) /* of pictures alone the text may come again, and its licence be renewed */
        status = r.what == ERASE_PICTURES ? STATUS_OK : db_write(db, unseen_write, &r, fault);
    arena_free(r.arena);
    return status;
}
