/*
 * The audit: a chain of hashes over every act.
 *
 * An entry's hash is the SHA-256 of: the line "candour audit 1\n", the hash of
 * the entry before (32 zero bytes for the first), n, time in ms, actor and post
 * as 64-bit numbers (highest byte first), the length of the act's word likewise
 * and the word, and the SHA-256 of 32 bytes of salt followed by the words.
 *
 * Promises: no entry can be changed, left out, moved or cut off the end without
 * `audit_verify` naming the first place; salt and words of an entry can be
 * erased and the chain still verifies, and without the salt nobody can test a
 * guess of the words. What it cannot show: that somebody who may write to the
 * database made the whole chain anew. For that its head is noted elsewhere.
 */
#include "staff/inside.h"

#include <string.h>

#include "base/arena.h"
#include "base/entropy.h"
#include "staff/staff_sql.h"
#include "base/banned.h"

enum { PAGE = 200, PAGE_ARENA = 16 * 1024 * 1024, LIST_MAX = 500 };

struct entry {
    int64_t n, made, actor, post;
    struct str act, previous, salted;
};

static struct str bytes_of(const unsigned char hash[HASH_BYTES])
{
    return (struct str){ (const char *)hash, HASH_BYTES };
}

static void hash_number(crypto_hash_sha256_state *state, int64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (56 - 8 * i));
    crypto_hash_sha256_update(state, bytes, sizeof bytes);
}

static void hash_bytes(crypto_hash_sha256_state *state, struct str s)
{
    crypto_hash_sha256_update(state, (const unsigned char *)s.p, s.n);
}

static void hash_entry(const struct entry *e, unsigned char out[HASH_BYTES])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    hash_bytes(&state, STR("candour audit 1\n"));
    hash_bytes(&state, e->previous);
    hash_number(&state, e->n);
    hash_number(&state, e->made);
    hash_number(&state, e->actor);
    hash_number(&state, e->post);
    hash_number(&state, (int64_t)e->act.n);
    hash_bytes(&state, e->act);
    hash_bytes(&state, e->salted);
    crypto_hash_sha256_final(&state, out);
}

static void hash_words(struct str salt, struct str words, unsigned char out[HASH_BYTES])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    hash_bytes(&state, salt);
    hash_bytes(&state, words);
    crypto_hash_sha256_final(&state, out);
}

/* ---- Adding ---- */

static enum status add(struct db_tx *tx, struct arena *arena, const struct act *act, struct str what, int64_t post,
                       struct str words)
{
    struct staff_audit_head head;
    unsigned char salt[SALT_BYTES], salted[HASH_BYTES], hash[HASH_BYTES];
    int64_t changed = 0;
    enum status status = sql_staff_audit_head(tx, arena, &head);
    if (status != STATUS_OK)
        return status;
    entropy_fill(salt, sizeof salt);
    hash_words(bytes_of(salt), words, salted);
    struct entry e = { head.n + 1, act->now, act->by ? act->by->account : 0, post, what, head.hash, bytes_of(salted) };
    hash_entry(&e, hash);
    status = sql_staff_audit_add(tx, e.n, e.made, e.actor, e.act, e.post, e.salted, e.previous, bytes_of(hash), NULL);
    if (status == STATUS_OK)
        status = sql_staff_audit_words_add(tx, e.n, bytes_of(salt), words, NULL);
    if (status == STATUS_OK)
        status = sql_staff_audit_head_set(tx, e.n, bytes_of(hash), head.n, &changed);
    if (status == STATUS_OK && changed != 1)
        bug("the end of the audit moved inside a transaction");
    return status;
}

enum status audit_add(struct db_tx *tx, const struct act *act, struct str what, int64_t post, struct str words)
{
    if (what.n == 0 || what.n > AUDIT_ACT_MAX)
        bug("an act without a word of its own");
    if (!words.p)
        words = STR("");
    if (words.n > AUDIT_WORDS_MAX || !str_is_text(words))
        return db_refuse(tx, STATUS_LIMIT, "The words of this act are longer than %d bytes; make them shorter.",
                         AUDIT_WORDS_MAX);
    struct arena *arena = arena_new(4096);
    if (!arena)
        return STATUS_NO_MEMORY;
    enum status status = add(tx, arena, act, what, post, words);
    arena_free(arena);
    return status;
}

enum status audit_erase(struct db_tx *tx, const struct act *act, int64_t post)
{
    if (post == 0)
        bug("words are erased of a post, not of none");
    enum status status = sql_staff_audit_words_erase(tx, post, NULL);
    return status == STATUS_OK ? audit_add(tx, act, STR("audit.words-erased"), post, STR("")) : status;
}

/* ---- Reading ---- */

enum status audit_list(struct db_tx *tx, struct arena *arena, int64_t before, size_t most, struct audit_entry **out,
                       size_t *n)
{
    struct staff_audit_shown *rows;
    enum status status = sql_staff_audit_shown(tx, arena, before, most < LIST_MAX ? (int64_t)most : LIST_MAX, &rows, n);
    if (status != STATUS_OK)
        return status;
    *out = ARENA_ARRAY(arena, *n, struct audit_entry);
    if (!*out)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*out)[i] =
            (struct audit_entry){ rows[i].n, rows[i].made, rows[i].login, rows[i].act, rows[i].post, rows[i].words };
    return STATUS_OK;
}

/* ---- Verifying ---- */

struct walk {
    struct audit_report *report;
    int64_t n; /* of the last entry seen */
    unsigned char hash[HASH_BYTES];
};

static void wrong_at(struct walk *w, int64_t n)
{
    if (w->report->first_wrong == 0)
        w->report->first_wrong = n;
}

/* The words fit their hash, or are erased. */
static bool words_fit(const struct staff_audit_page *row)
{
    unsigned char salted[HASH_BYTES];
    if (!row->salt.p)
        return true;
    hash_words(row->salt, row->words, salted);
    return str_equal(bytes_of(salted), row->salted);
}

static void look_at(struct walk *w, const struct staff_audit_page *row)
{
    unsigned char hash[HASH_BYTES];
    struct entry e = { row->n, row->made, row->actor, row->post, row->act, row->previous, row->salted };
    hash_entry(&e, hash);
    if (row->n != w->n + 1)
        wrong_at(w, w->n + 1); /* the one that is missing */
    if (!str_equal(row->previous, bytes_of(w->hash)) || !str_equal(row->hash, bytes_of(hash)) || !words_fit(row))
        wrong_at(w, row->n);
    w->report->entries++;
    w->report->erased += row->salt.p == NULL;
    w->n = row->n;
    if (row->hash.n == HASH_BYTES)
        memcpy(w->hash, row->hash.p, HASH_BYTES);
    else
        wrong_at(w, row->n);
}

/* One page in one snapshot; the end of the chain is compared with the head in the snapshot that saw it. */
static enum status walk_page(struct walk *w, struct db *db, struct arena *arena, bool *end, struct fault *fault)
{
    struct db_tx *tx;
    struct staff_audit_page *rows;
    struct staff_audit_head head;
    size_t n;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = sql_staff_audit_page(tx, arena, w->n, PAGE, &rows, &n);
    if (status == STATUS_OK)
        status = sql_staff_audit_head(tx, arena, &head);
    db_read_end(tx);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY
                   ? fault_no_memory(fault)
                   : fault_set(fault, status, "The audit could not be read; \"candour doctor\" says why.");
    for (size_t i = 0; i < n; i++)
        look_at(w, &rows[i]);
    *end = n < PAGE;
    if (*end && (head.n != w->n || !str_equal(head.hash, bytes_of(w->hash))))
        wrong_at(w, head.n > w->n || w->n == 0 ? w->n + 1 : w->n);
    return STATUS_OK;
}

enum status audit_verify(struct db *db, struct arena *arena, struct audit_report *out, struct fault *fault)
{
    struct walk w = { .report = out };
    *out = (struct audit_report){ 0 };
    struct arena *page = arena_new(PAGE_ARENA);
    if (!page)
        return fault_no_memory(fault);
    enum status status = STATUS_OK;
    for (bool end = false; status == STATUS_OK && !end;) {
        arena_reset(page);
        status = walk_page(&w, db, page, &end, fault);
    }
    arena_free(page);
    if (status != STATUS_OK)
        return status;
    char *hex = arena_alloc(arena, 2 * HASH_BYTES + 1, 1);
    if (!hex)
        return fault_no_memory(fault);
    sodium_bin2hex(hex, 2 * HASH_BYTES + 1, w.hash, HASH_BYTES);
    out->head_hex = (struct str){ hex, 2 * HASH_BYTES };
    return STATUS_OK;
}
