/*
 * Erasure: see erasure.h. The rows go inside the act; the list of erasures is
 * written before it, the files go and the log is moved after it.
 *
 * What an attacker with a copy of the database could try: guess what was
 * erased and compare. All that is left are HMACs under a key that no backup
 * holds.
 */
#include "posts/erasure.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "db/blob.h"
#include "posts/erase.h"
#include "posts/promise.h"

#include "base/banned.h"

enum {
    MAC = 32,
    ROOM = 4 * 1024 * 1024,
    PAGE = 500,
    PICTURES_MAX = 1000,
    SETS_MAX = 1000,
    PROMISES_MAX = 500,
    FILES_AT_ONCE = 64,
    TAIL = 20, /* digits of a random key and address */
    WAIT_FIRST_MS = 10,
    WAIT_LONGEST_MS = 500,
    WHAT_CODES = 16,
};

static unsigned char mac_key[POST_ERASURE_KEY];
static bool mac_key_set;

_Static_assert((int)POST_ERASURE_KEY == (int)crypto_auth_hmacsha256_KEYBYTES &&
                   (int)POST_ERASURE_KEY == (int)crypto_auth_hmacsha256_BYTES,
               "a key is a MAC");

void posts_erasure_derive(const unsigned char site_key[POST_ERASURE_KEY], unsigned char out[POST_ERASURE_KEY])
{
    static const char what[] = "candour erasure key 1";
    crypto_auth_hmacsha256(out, (const unsigned char *)what, sizeof what - 1, site_key);
}

void posts_erasure_key(const unsigned char key[POST_ERASURE_KEY])
{
    memcpy(mac_key, key, sizeof mac_key);
    mac_key_set = true;
}

bool post_ground_erases(enum post_ground ground)
{
    return post_ground_hides(ground) || ground == GROUND_LICENCE_OR_CONSENT;
}

/* ---- What names something without saying it ---- */

static void mac(const char *label, struct str bytes, unsigned char out[MAC])
{
    static const char what[] = "candour erasure 1\n";
    crypto_auth_hmacsha256_state state;
    if (!mac_key_set)
        bug("the key for what is erased was not set");
    crypto_auth_hmacsha256_init(&state, mac_key, sizeof mac_key);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)what, sizeof what - 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)label, strlen(label) + 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)bytes.p, bytes.n);
    crypto_auth_hmacsha256_final(&state, out);
}

static struct str mac_str(const unsigned char m[MAC])
{
    return (struct str){ (const char *)m, MAC };
}

static bool mac_address(struct arena *arena, int64_t year, struct str slug, unsigned char out[MAC])
{
    struct str path = str_format(arena, "/news/%lld/%.*s", (long long)year, STR_ARG(slug));
    if (path.p == NULL)
        return false;
    mac("address", path, out);
    return true;
}

/* Not to be guessed, and the same when a restore does the erasure again. */
static struct str random_word(struct arena *arena, const char *label, struct str key)
{
    unsigned char m[MAC];
    mac(label, key, m);
    struct str hex = edition_hex(arena, mac_str(m));
    return hex.p == NULL ? hex : str_slice(hex, 0, TAIL);
}

/* The last byte says what and why, both of which the public register tells; the rest ties it to the post. */
void erase_id(enum erase_what what, enum post_ground ground, struct str key, unsigned char out[ERASURE_BYTES])
{
    _Static_assert((int)MAC == (int)ERASURE_BYTES && (int)GROUNDS <= (int)WHAT_CODES, "an id is a MAC and a code");
    mac("entry", key, out);
    out[ERASURE_BYTES - 1] = (unsigned char)((int)what * WHAT_CODES + (int)ground);
}

static bool id_read(const unsigned char id[ERASURE_BYTES], enum erase_what *what, enum post_ground *ground)
{
    int code = id[ERASURE_BYTES - 1];
    if (code / WHAT_CODES >= ERASE_WHATS || code % WHAT_CODES >= GROUNDS)
        return false;
    *what = (enum erase_what)(code / WHAT_CODES);
    *ground = (enum post_ground)(code % WHAT_CODES);
    return post_ground_erases(*ground);
}

/* ---- What is not taken in again ---- */

static enum status refused(struct db_tx *tx, struct arena *arena, const char *what, struct str bytes,
                           struct posts_refused *row)
{
    unsigned char m[MAC];
    mac(what, bytes, m);
    return sql_posts_refused(tx, arena, mac_str(m), row);
}

enum status erase_refuses(struct db_tx *tx, struct arena *arena, struct str key, struct str hash, struct str sha256_hex,
                          const struct str *about, size_t about_n)
{
    struct posts_refused row;
    enum status status = refused(tx, arena, "edition", hash, &row);
    if (status == STATUS_OK)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is the text of a post that was erased, and is not taken in again.",
                         STR_ARG(key));
    if (status == STATUS_NOT_FOUND)
        status = refused(tx, arena, "key", key, &row);
    if (status == STATUS_OK)
        return db_refuse(tx, STATUS_REFUSED,
                         "A post named %.*s was erased, and its name is not used again: give the file another name%s",
                         STR_ARG(key),
                         row.erased.set ? "."
                                        : ", or, where it is the corrected post that you mean, the name that it has "
                                          "now (\"candour post list\").");
    if (status == STATUS_NOT_FOUND && sha256_hex.p != NULL)
        status = refused(tx, arena, "picture", sha256_hex, &row);
    if (status == STATUS_OK)
        return db_refuse(tx, STATUS_REFUSED,
                         "The picture of %.*s was erased with a post, and is not taken in again: use another.",
                         STR_ARG(key));
    for (size_t i = 0; i < about_n && status == STATUS_NOT_FOUND; i++) {
        status = refused(tx, arena, "key", about[i], &row);
        if (status == STATUS_OK)
            return db_refuse(tx, STATUS_REFUSED,
                             "%.*s is about a post that was erased: in \"about\" write %.*s, the name that is left of "
                             "it, or leave it out.",
                             STR_ARG(key), STR_ARG(row.key));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status erase_had_picture(struct db_tx *tx, struct arena *arena, struct str sha256_hex, bool *had)
{
    struct posts_refused row;
    enum status status = refused(tx, arena, "picture", sha256_hex, &row);
    *had = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status erase_had_address(struct db_tx *tx, struct arena *arena, int64_t year, struct str slug, bool *had)
{
    unsigned char m[MAC];
    struct posts_gone_at row;
    *had = false;
    if (!mac_address(arena, year, slug, m))
        return STATUS_NO_MEMORY;
    enum status status = sql_posts_gone_at(tx, arena, mac_str(m), &row);
    *had = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status posts_gone(struct db_tx *tx, struct arena *arena, struct post_address address, struct post_gone *out)
{
    unsigned char m[MAC];
    struct posts_gone_at row;
    if (!mac_address(arena, address.year, address.slug, m))
        return STATUS_NO_MEMORY;
    enum status status = sql_posts_gone_at(tx, arena, mac_str(m), &row);
    if (status != STATUS_OK)
        return status;
    *out = (struct post_gone){ .made = row.made };
    if (row.slug.p != NULL)
        out->now = (struct post_address){ row.year.value, row.slug };
    return post_ground_of_word(row.ground, &out->ground) ? STATUS_OK : STATUS_DAMAGED;
}

/* ---- Inside the act ---- */

void erase_begin(struct post_erasing *erasing)
{
    erasing->at = 0;
    erasing->asked = false;
}

enum status erase_end(struct db_tx *tx, struct post_erasing *erasing)
{
    if (erasing->entries != NULL)
        return STATUS_OK;
    erasing->asked = true;
    return db_refuse(tx, STATUS_BUSY, "The act was only tried: nothing has changed.");
}

/* Files that no row names any more: they go when the act is safe. */
static enum status blobs_note(struct db_tx *tx, const struct str *blobs, size_t n)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = sql_posts_erasure_file_add(tx, blobs[i], NULL);
    return status;
}

/* It came with a name that may be one of the words that go; whoever shows it now has given it one, too. */
static enum status picture_rename(struct db_tx *tx, struct arena *arena, int64_t picture)
{
    struct posts_image_uses *rows = NULL;
    struct post_content content = { 0 };
    size_t n = 0;
    enum status status = sql_posts_image_uses(tx, arena, picture, 1, &rows, &n);
    if (status == STATUS_OK && n > 0)
        status = edition_read(arena, rows[0].document, rows[0].beside, &content);
    return status == STATUS_OK ? media_picture_rename(tx, picture, content.picture.file) : status;
}

/* What of a picture no edition shows any more: all of it, or renditions that carry the words of one that is gone. */
static enum status picture_erase(struct db_tx *tx, struct arena *arena, const struct erase_of *of,
                                 const struct posts_pictures_of *picture)
{
    struct posts_picture_uses uses;
    struct posts_sets_unused *sets = NULL;
    struct str *blobs = NULL;
    size_t n = 0, sets_n = 0;
    enum status status = sql_posts_picture_uses(tx, arena, picture->picture, &uses);
    if (status != STATUS_OK)
        return status;
    if (uses.n == 0) {
        unsigned char m[MAC];
        struct str hex = edition_hex(arena, picture->sha256);
        if (hex.p == NULL)
            return STATUS_NO_MEMORY;
        mac("picture", hex, m);
        status = media_erase(tx, arena, picture->sha256, &blobs, &n);
        if (status == STATUS_OK)
            status = blobs_note(tx, blobs, n);
        /* A licence can be bought again, a consent given. */
        return status != STATUS_OK || of->what == ERASE_PICTURES
                   ? status
                   : sql_posts_refused_add(tx, mac_str(m), STR("picture"), of->post, NULL);
    }
    status = of->what == ERASE_PICTURES ? STATUS_OK : picture_rename(tx, arena, picture->picture);
    if (status == STATUS_OK)
        status = sql_posts_sets_unused(tx, arena, picture->picture, SETS_MAX, &sets, &sets_n);
    for (size_t i = 0; i < sets_n && status == STATUS_OK; i++) {
        status = media_set_erase(tx, arena, sets[i].picture_set, &blobs, &n);
        if (status == STATUS_OK)
            status = blobs_note(tx, blobs, n);
    }
    return status;
}

static enum status pictures_erase(struct db_tx *tx, struct arena *arena, const struct erase_of *of)
{
    struct posts_pictures_of *pictures;
    size_t n = 0;
    enum status status = sql_posts_pictures_of(tx, arena, of->post, of->kept, PICTURES_MAX, &pictures, &n);
    if (status == STATUS_OK && n == PICTURES_MAX)
        return STATUS_LIMIT;
    if (status == STATUS_OK)
        status = sql_posts_erase_pictures(tx, of->post, of->kept, NULL);
    for (size_t i = 0; i < n && status == STATUS_OK; i++)
        status = picture_erase(tx, arena, of, &pictures[i]);
    return status;
}

static enum status editions_refuse(struct db_tx *tx, struct arena *arena, const struct erase_of *of)
{
    struct posts_hashes_of *rows;
    size_t n = PAGE;
    int64_t after = 0;
    enum status status = STATUS_OK;
    while (n == PAGE && status == STATUS_OK) {
        status = sql_posts_hashes_of(tx, arena, of->post, of->kept, after, PAGE, &rows, &n);
        for (size_t i = 0; i < n && status == STATUS_OK; i++) {
            unsigned char m[MAC];
            mac("edition", rows[i].hash, m);
            after = rows[i].edition;
            status = sql_posts_refused_add(tx, mac_str(m), STR("edition"), of->post, NULL);
        }
    }
    return status;
}

static enum status promises_erase(struct db_tx *tx, struct arena *arena, const struct erase_of *of)
{
    struct posts_promises_of *rows;
    size_t n = 0;
    enum status status = sql_posts_promises_of(tx, arena, of->post, PROMISES_MAX, &rows, &n);
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        const struct post_promise *stays = NULL;
        for (size_t j = 0; of->stays != NULL && j < of->stays->promises_n; j++)
            if (str_equal(of->stays->promises[j].what, rows[i].what))
                stays = &of->stays->promises[j];
        status = stays == NULL ? sql_posts_erase_promise(tx, rows[i].id, NULL)
                               : sql_posts_erase_promise_owner(tx, rows[i].id, stays->owner, NULL);
    }
    return status;
}

static enum status words_erase(struct db_tx *tx, const struct act *act, const struct erase_of *of)
{
    int64_t post = of->post, kept = of->kept;
    enum status status = sql_posts_erase_records(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_about(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_checks(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_confirmations(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_work(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_emergencies(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_editions(tx, post, kept, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_corrections(tx, post, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_register(tx, post, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_elsewhere(tx, post, NULL);
    return status == STATUS_OK ? audit_erase(tx, act, post) : status;
}

/* ---- Editions of other posts that are about it ---- */

/* The document with another key in its list "about". */
static enum status document_renamed(struct arena *arena, struct str document, struct str from, struct str to,
                                    struct str *out)
{
    struct fault fault;
    const struct json *tree = NULL;
    struct buf canonical;
    enum status status = json_read(arena, document, &tree, &fault);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;
    const struct json *about = json_get(tree, STR("about"));
    if (about == NULL || about->kind != JSON_ARRAY)
        return STATUS_DAMAGED;
    for (size_t i = 0; i < about->n; i++)
        if (str_equal(about->items[i].text, from))
            about->items[i].text = to;
    buf_init(&canonical, arena, document.n + about->n * POST_KEY_MAX + 1);
    status = json_canonical(&canonical, tree);
    *out = status == STATUS_OK ? buf_str(&canonical) : STR_NONE;
    return status;
}

static enum status mention_rename(struct db_tx *tx, struct arena *arena, const struct posts_mention *mention,
                                  struct str from, struct str to)
{
    unsigned char hash[EDITION_HASH], before[EDITION_HASH], after[EDITION_HASH], salt[EDITION_SALT];
    struct str document;
    enum status status = document_renamed(arena, mention->document, from, to, &document);
    if (status != STATUS_OK)
        return status;
    edition_hash(document, hash);
    struct str raw = { (const char *)hash, sizeof hash };
    struct str fresh = { (const char *)salt, sizeof salt };
    /* Another salt: with the one from before, what the audit holds would tell whether the old key was guessed. */
    entropy_fill(salt, sizeof salt);
    edition_salted(mention->salt, mention->hash, before);
    edition_salted(fresh, raw, after);
    struct str salted[2] = { { (const char *)before, sizeof before }, { (const char *)after, sizeof after } };
    status = sql_posts_mention_write(tx, mention->edition, document, raw, fresh, NULL);
    if (status == STATUS_OK)
        status = sql_posts_mention_move(tx, mention->edition, from, to, NULL);
    if (status == STATUS_OK)
        status = sql_posts_mention_approvals(tx, mention->edition, salted[0], salted[1], NULL);
    if (status == STATUS_OK)
        status = sql_posts_mention_corrections(tx, mention->edition, salted[0], salted[1], NULL);
    return status;
}

/* The old key stands in what other posts are about; it is put there anew, with hash and approvals. */
static enum status mentions_rename(struct db_tx *tx, struct str from, struct str to)
{
    struct posts_mention mention = { 0 };
    enum status status = STATUS_OK;
    struct arena *room = arena_new(ROOM);
    if (room == NULL)
        return STATUS_NO_MEMORY;
    while (status == STATUS_OK) {
        arena_reset(room);
        status = sql_posts_mention(tx, room, from, mention.edition, &mention);
        if (status == STATUS_OK)
            status = mention_rename(tx, room, &mention, from, to);
    }
    arena_free(room);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- Key and address ---- */

static enum status rename_post(struct db_tx *tx, struct arena *arena, struct erase_of *of, int64_t now)
{
    unsigned char m[MAC];
    struct str tail = random_word(arena, "new key", of->key);
    struct str slug = random_word(arena, "new address", of->key);
    struct str key = str_format(arena, "erased-%.*s", STR_ARG(tail));
    struct db_opt_int erased = { .set = of->kept == 0, .value = now };
    if (tail.p == NULL || slug.p == NULL || key.p == NULL)
        return STATUS_NO_MEMORY;
    mac("key", of->key, m);
    enum status status = sql_posts_refused_add(tx, mac_str(m), STR("key"), of->post, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_key(tx, of->post, key, erased, NULL);
    if (status == STATUS_OK)
        status = mentions_rename(tx, of->key, key);
    of->key = key;
    if (status != STATUS_OK || of->address.year == 0)
        return status;
    if (!mac_address(arena, of->address.year, of->address.slug, m))
        return STATUS_NO_MEMORY;
    status = sql_posts_gone_add(tx, mac_str(m), of->post, post_ground_word(of->ground), now, NULL);
    if (status == STATUS_OK)
        status = sql_posts_erase_address(tx, of->post, slug, NULL);
    of->address.slug = slug;
    return status;
}

enum status erase_post(struct db_tx *tx, struct arena *arena, const struct act *act, struct post_erasing *erasing,
                       struct erase_of *of)
{
    if (erasing->entries == NULL)
        return STATUS_OK;
    const struct erasure *entry = &erasing->entries[erasing->at++];
    enum status status = sql_posts_erasure_add(tx, entry->n, of->post, post_ground_word(of->ground), act->now, NULL);
    if (status == STATUS_OK)
        status = pictures_erase(tx, arena, of);
    if (of->what == ERASE_PICTURES || status != STATUS_OK)
        return status;
    status = editions_refuse(tx, arena, of);
    if (status == STATUS_OK)
        status = promises_erase(tx, arena, of);
    if (status == STATUS_OK)
        status = words_erase(tx, act, of);
    return status == STATUS_OK ? rename_post(tx, arena, of, act->now) : status;
}

/* ---- Around the act ---- */

struct files {
    struct posts_erasure_files *rows;
    size_t n;
    bool wanted[FILES_AT_ONCE];
};

static enum status files_forget(struct db_tx *tx, void *arg)
{
    const struct files *f = arg;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < f->n && status == STATUS_OK; i++)
        status = sql_posts_erasure_file_gone(tx, f->rows[i].sha256, NULL);
    return status;
}

/* The next files that are to go. `wanted`: somebody may have brought the picture in meanwhile. */
static enum status files_next(struct db *db, struct arena *arena, struct files *f, struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_posts_erasure_files(tx, arena, FILES_AT_ONCE, &f->rows, &f->n);
    for (size_t i = 0; i < f->n && status == STATUS_OK; i++)
        status = media_blob_wanted(tx, arena, f->rows[i].sha256, &f->wanted[i]);
    db_read_end(tx);
    return status == STATUS_OK
               ? status
               : fault_set(fault, status, "The files of the pictures could not be looked up: run candour doctor.");
}

static enum status files_delete(struct db *db, struct arena *arena, struct fault *fault)
{
    struct files f = { .n = FILES_AT_ONCE };
    enum status status = STATUS_OK;
    while (status == STATUS_OK && f.n == FILES_AT_ONCE) {
        status = files_next(db, arena, &f, fault);
        for (size_t i = 0; i < f.n && status == STATUS_OK; i++)
            if (!f.wanted[i])
                status = blob_delete(db, (const unsigned char *)f.rows[i].sha256.p, fault);
        if (status == STATUS_OK && f.n > 0)
            status = db_write(db, files_forget, &f, fault);
    }
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
    struct fault why = { 0 };
    enum status status = posts_erasures_finish(db, a->arena, a->now, POST_ERASURE_WAIT_MS, &left, &why);
    if (status != STATUS_OK)
        return fault_set(fault, STATUS_BUSY,
                         "It is erased, but bytes of it are still in the data folder. %s The server takes them away as "
                         "soon as it can, and candour doctor says when that is done.",
                         why.text);
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
    if (!id_read(erasure->id, &r.what, &r.ground))
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
    arena_free(r.arena);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
