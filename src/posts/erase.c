/*
 * Erasure inside an act: which rows go, what is left in their place, and what
 * is not taken in again. See erase.h; what is around the act is in erasure.c.
 *
 * What an attacker with a copy of the database could try: guess what was
 * erased and compare. All that is left are HMACs under a key that no backup
 * holds.
 */
#include "posts/erase.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/entropy.h"
#include "base/json.h"
#include "posts/promise.h"
#include "posts/searched.h"

#include "base/banned.h"

enum {
    MAC = 32,
    ROOM = 4 * 1024 * 1024,
    PAGE = 500,
    PICTURES_MAX = 1000,
    SETS_MAX = 1000,
    PROMISES_MAX = 500,
    TAIL = 20, /* digits of a random key and address */
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

void erase_id_common(const unsigned char id[ERASURE_BYTES], unsigned char out[ERASURE_BYTES])
{
    memcpy(out, id, ERASURE_BYTES);
    out[ERASURE_BYTES - 1] = 0;
}

bool erase_id_read(const unsigned char id[ERASURE_BYTES], enum erase_what *what, enum post_ground *ground)
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

static enum status unseen(struct db_tx *tx, struct arena *arena, struct str key)
{
    unsigned char id[ERASURE_BYTES];
    unsigned char common[ERASURE_BYTES];
    struct posts_erasure_unseen row;
    erase_id(ERASE_WITHDRAWN, GROUND_SAFETY, key, id);
    erase_id_common(id, common);
    return sql_posts_erasure_unseen(tx, arena, mac_str(common), &row);
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
    if (status == STATUS_NOT_FOUND)
        status = unseen(tx, arena, key);
    if (status == STATUS_OK)
        return db_refuse(tx, STATUS_REFUSED,
                         "A post named %.*s was erased after the backup was made that this site was restored from. If "
                         "this file is what was erased, delete it; otherwise give it another name.",
                         STR_ARG(key));
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
        status = sql_posts_erase_answer(tx, post, kept, NULL);
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
    if (of->kept == 0)
        status = searched_drop(tx, arena, of->post);
    if (status == STATUS_OK)
        status = editions_refuse(tx, arena, of);
    if (status == STATUS_OK)
        status = promises_erase(tx, arena, of);
    if (status == STATUS_OK)
        status = words_erase(tx, act, of);
    return status == STATUS_OK ? rename_post(tx, arena, of, act->now) : status;
}
