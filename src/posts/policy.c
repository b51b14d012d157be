/*
 * Which pack is in force, and who signed it off.
 *
 * Promises: an act is checked as the account stands in this transaction; what is signed is the version as this process
 * has read it, file by file. A pack of the force's own is read from its rows and its sum is compared each time a
 * process reads it. What could be tried: rows changed behind the program's back (the sum of a pack, and of a signed
 * version, no longer fits, and it is refused); an older pack that a process still keeps (it is kept by its sum).
 */
#include "posts/policy.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "posts/act.h"
#include "base/banned.h"

enum { KEPT_MAX = 32, SUM_MAX = 256 * 1024 };

/* ---- The pack ---- */

/* Packs that this process has read: never given back, since answers point into them. */
static struct {
    pthread_mutex_t turn;
    struct {
        char sha256[65];
        const struct policy_pack *pack;
    } kept[KEPT_MAX];
    size_t n;
} here = { .turn = PTHREAD_MUTEX_INITIALIZER };

static void hash_hex(struct str bytes, char hex[65])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    sodium_bin2hex(hex, 65, hash, sizeof hash);
}

/* Over path and sha256 of each file, in the order of their paths. */
static struct str files_sum(struct arena *arena, const struct policy_file *files, size_t n)
{
    struct buf text;
    char hex[65];
    buf_init(&text, arena, SUM_MAX);
    for (size_t i = 0; i < n; i++) {
        hash_hex(files[i].bytes, hex);
        buf_format(&text, "%s %.*s\n", hex, STR_ARG(files[i].path));
    }
    if (!buf_ok(&text))
        return STR_NONE;
    hash_hex(buf_str(&text), hex);
    return str_copy(arena, str_of(hex));
}

static enum status read_local(struct db_tx *tx, struct arena *kept, struct str sha256, const struct policy_pack **out,
                              struct fault *fault)
{
    struct posts_local_files *rows;
    size_t n = 0;
    enum status status = sql_posts_local_files(tx, kept, POLICY_FILES_MAX, &rows, &n);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The force's own pack could not be read (%s): run candour doctor.",
                         status_name(status));
    struct policy_file *files = ARENA_ARRAY(kept, n + 1, struct policy_file);
    if (files == NULL)
        return fault_no_memory(fault);
    for (size_t i = 0; i < n; i++)
        files[i] = (struct policy_file){ rows[i].path, rows[i].bytes };
    struct str is = files_sum(kept, files, n);
    if (is.p == NULL)
        return fault_no_memory(fault);
    if (!str_equal(is, sha256))
        return fault_set(
            fault, STATUS_DAMAGED,
            "The force's own pack is not the one that was taken in: its sha256 is %.*s, and %.*s was. Take "
            "it in again with candour policy use.",
            STR_ARG(is), STR_ARG(sha256));
    return policy_pack_read(kept, files, n, out, fault);
}

static enum status local_pack(struct db_tx *tx, struct str sha256, const struct policy_pack **out, struct fault *fault)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&here.turn);
    *out = NULL;
    for (size_t i = 0; i < here.n && *out == NULL; i++)
        if (str_equal(str_of(here.kept[i].sha256), sha256))
            *out = here.kept[i].pack;
    if (*out == NULL && (here.n == KEPT_MAX || sha256.n >= sizeof here.kept[0].sha256)) {
        status =
            fault_set(fault, STATUS_LIMIT, "The pack was changed too often while this process ran: start it anew.");
    } else if (*out == NULL) {
        struct arena *kept = arena_new(POLICY_PACK_MEMORY_MAX);
        status = kept == NULL ? fault_no_memory(fault) : read_local(tx, kept, sha256, out, fault);
        if (status == STATUS_OK) {
            memcpy(here.kept[here.n].sha256, sha256.p, sha256.n);
            here.kept[here.n++].pack = *out;
        } else {
            arena_free(kept);
            *out = NULL;
        }
    }
    pthread_mutex_unlock(&here.turn);
    return status;
}

static enum status unsigned_pack(struct db_tx *tx, struct arena *arena, const struct policy_pack **out,
                                 struct fault *fault)
{
    struct posts_local row;
    enum status status = sql_posts_local(tx, arena, &row);
    if (status == STATUS_NOT_FOUND)
        return policy_pack_shipped(out, fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "Which pack is in force could not be read (%s).", status_name(status));
    return local_pack(tx, row.sha256, out, fault);
}

/* ---- Sign-offs ---- */

static enum status take_files(struct db_tx *tx, struct arena *arena, int64_t id, struct policy_signature *out)
{
    struct posts_signature_files *rows;
    size_t n = 0;
    enum status status = sql_posts_signature_files(tx, arena, id, POLICY_FILES_MAX, &rows, &n);
    struct policy_version_file *files =
        status == STATUS_OK ? ARENA_ARRAY(arena, n + 1, struct policy_version_file) : NULL;
    if (files == NULL)
        return status == STATUS_OK ? STATUS_NO_MEMORY : status;
    for (size_t i = 0; i < n; i++)
        files[i] = (struct policy_version_file){ rows[i].path, rows[i].sha256 };
    out->files = files;
    out->files_n = n;
    return STATUS_OK;
}

enum status posts_pack_signed(struct db_tx *tx, struct arena *arena, const struct policy_pack *pack,
                              const struct policy_pack **out, struct fault *fault)
{
    struct posts_signatures *rows;
    size_t n = 0;
    enum status status = sql_posts_signatures(tx, arena, POLICY_SIGNATURES_MAX, &rows, &n);
    struct policy_signature *signatures =
        status == STATUS_OK ? ARENA_ARRAY(arena, n + 1, struct policy_signature) : NULL;
    if (status == STATUS_OK && signatures == NULL)
        return fault_no_memory(fault);
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        const struct policy_version *version = policy_pack_find(pack, rows[i].version);
        signatures[i] = (struct policy_signature){ .version = rows[i].version,
                                                   .sha256 = rows[i].sha256,
                                                   .at = rows[i].made,
                                                   .user = rows[i].login,
                                                   .name = rows[i].name,
                                                   .role = rows[i].role };
        if (version != NULL && !str_equal(version->sha256, rows[i].sha256))
            status = take_files(tx, arena, rows[i].id, &signatures[i]);
    }
    if (status != STATUS_OK)
        return fault_set(fault, status, "The sign-offs could not be read (%s): run candour doctor.",
                         status_name(status));
    return policy_pack_sign(arena, pack, signatures, n, out, fault);
}

enum status posts_pack(struct db_tx *tx, struct arena *arena, const struct policy_pack **out, struct fault *fault)
{
    const struct policy_pack *pack;
    enum status status = unsigned_pack(tx, arena, &pack, fault);
    return status == STATUS_OK ? posts_pack_signed(tx, arena, pack, out, fault) : status;
}

/* ---- Acts ---- */

static enum status want(struct db_tx *tx, int64_t now)
{
    return db_job_put(tx, STR(POLICY_RECHECK_JOB), STR("live"), STR(""), now);
}

static enum status add_signature(struct db_tx *tx, const struct policy_act *act, int64_t account,
                                 const struct policy_version *version, struct str reason)
{
    struct posts_signature_add added;
    enum status status = sql_posts_signature_add(tx, act->arena, version->id, version->sha256, act->act->now, account,
                                                 STR(POLICY_SIGNER), reason, &added);
    for (size_t i = 0; i < version->files_n && status == STATUS_OK; i++)
        status = sql_posts_signature_file_add(tx, added.id, (int64_t)i, version->files[i].path,
                                              version->files[i].sha256, NULL);
    return status;
}

enum status posts_policy_sign_write(struct db_tx *tx, void *arg)
{
    const struct policy_act *act = arg;
    const struct policy_pack *pack = act->pack;
    struct str reason = act->reason;
    struct actor actor;
    struct fault fault;
    enum status status =
        act_may(tx, act->arena, act->act, PERMISSION_POLICY_SIGN, "sign versions of the policy", &actor);
    if (status == STATUS_OK)
        status = act_words(tx, "The reason", false, &reason);
    if (status != STATUS_OK)
        return status;
    status = pack == NULL ? posts_pack(tx, act->arena, &pack, &fault)
                          : posts_pack_signed(tx, act->arena, pack, &pack, &fault);
    if (status != STATUS_OK)
        return db_refuse(tx, status, "%s", fault.text);
    const struct policy_version *version = policy_pack_find(pack, act->version);
    if (version == NULL)
        return db_refuse(tx, STATUS_NOT_FOUND, "There is no version %.*s; candour policy list has them.",
                         STR_ARG(post_quote(act->arena, act->version)));
    if (version->refused.p != NULL)
        return db_refuse(tx, STATUS_DAMAGED, "%.*s", STR_ARG(version->refused));
    if (version->signed_off)
        return db_refuse(tx, STATUS_CONFLICT, "%.*s is signed off already, as it is.", STR_ARG(version->id));
    status = add_signature(tx, act, actor.account, version, reason);
    struct str words = str_format(act->arena, "%.*s sha256 %.*s", STR_ARG(version->id), STR_ARG(version->sha256));
    if (words.p == NULL)
        return STATUS_NO_MEMORY;
    struct act traced = { .by = &actor, .now = act->act->now };
    if (status == STATUS_OK)
        status = audit_add(tx, &traced, STR("policy.signed"), 0, words);
    if (status == STATUS_OK)
        status = want(tx, act->act->now);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

enum status posts_policy_use_write(struct db_tx *tx, void *arg)
{
    const struct policy_act *act = arg;
    struct actor actor;
    struct str sum = STR_NONE;
    enum status status = act_may(tx, act->arena, act->act, PERMISSION_POLICY_SIGN, "say which pack counts", &actor);
    if (status == STATUS_OK)
        status = sql_posts_local_files_end(tx, NULL);
    if (status == STATUS_OK)
        status = sql_posts_local_end(tx, NULL);
    if (status == STATUS_OK && act->files != NULL) {
        sum = files_sum(act->arena, act->files, act->files_n);
        status = sum.p == NULL ? STATUS_NO_MEMORY : sql_posts_local_put(tx, sum, act->act->now, actor.account, NULL);
        for (size_t i = 0; i < act->files_n && status == STATUS_OK; i++)
            status = sql_posts_local_file_put(tx, act->files[i].path, act->files[i].bytes, NULL);
    }
    struct str words = str_format(act->arena, "%s%.*s", sum.p != NULL ? "own pack, sha256 " : "the pack of the program",
                                  STR_ARG(sum.p != NULL ? sum : STR("")));
    if (status == STATUS_OK && words.p == NULL)
        status = STATUS_NO_MEMORY;
    struct act traced = { .by = &actor, .now = act->act->now };
    if (status == STATUS_OK)
        status = audit_add(tx, &traced, STR("policy.used"), 0, words);
    if (status == STATUS_OK)
        status = want(tx, act->act->now);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}
