/*
 * Sessions of staff: a random token in the browser, its SHA-256 here.
 *
 * Promises: who reads the database cannot sign in with what stands in it; a
 * session ends at a fixed time, and at once when its account is disabled or
 * gets a new passphrase. The token is looked up by its hash, so the time of a
 * look-up says nothing about it.
 */
#include "staff/inside.h"

#include "base/arena.h"
#include "base/entropy.h"
#include "staff/staff_sql.h"
#include "base/banned.h"

static const struct setting rows[] = {
    { .name = "staff.session_hours",
      .type = SETTING_INT,
      .min = 1,
      .max = 12,
      .unit = "hours",
      .preset = "8",
      .help = "How long a member of staff stays signed in. It is a fixed time: work does not make it longer." },
};

const struct setting_table staff_settings = { rows, sizeof rows / sizeof rows[0] };

int64_t session_ends(const struct settings *settings, int64_t now)
{
    return now + settings_get(settings, &rows[0])->number * 60 * 60 * 1000;
}

struct starting {
    int64_t account, now, ends;
    struct str token_sha256;
    struct arena *arena;
};

static enum status write_session(struct db_tx *tx, void *arg)
{
    struct starting *s = arg;
    struct actor actor;
    arena_reset(s->arena);
    enum status status = account_find_id(tx, s->arena, s->account, &actor);
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && actor.disabled))
        return db_refuse(tx, STATUS_DENIED, "This account may not sign in any more; ask an administrator.");
    if (status == STATUS_OK)
        status = sql_staff_session_remove_ended(tx, s->now, NULL);
    if (status == STATUS_OK)
        status = sql_staff_session_add(tx, s->token_sha256, s->account, s->now, s->ends, NULL);
    struct act act = { &actor, s->now };
    return status == STATUS_OK ? audit_add(tx, &act, STR("session.started"), 0, STR("")) : status;
}

enum status session_start(struct db *db, int64_t account, int64_t now, int64_t ends, unsigned char token[32],
                          struct fault *fault)
{
    unsigned char hash[HASH_BYTES];
    entropy_fill(token, 32);
    crypto_hash_sha256(hash, token, 32);
    struct starting starting = { account, now, ends, { (const char *)hash, sizeof hash }, arena_new(STAFF_ARENA) };
    if (!starting.arena)
        return fault_no_memory(fault);
    enum status status = db_write(db, write_session, &starting, fault);
    arena_free(starting.arena);
    if (status != STATUS_OK)
        sodium_memzero(token, 32);
    return status;
}

enum status sessions_end_all(struct db_tx *tx)
{
    return sql_staff_session_remove_ended(tx, INT64_MAX, NULL);
}

enum status session_end(struct db_tx *tx, struct str token_sha256)
{
    return sql_staff_session_remove(tx, token_sha256, NULL);
}

static enum status find(void *self, struct db_tx *tx, struct arena *arena, struct str token_sha256, int64_t now,
                        struct principal *out)
{
    (void)self;
    struct staff_session_find row;
    enum status status = sql_staff_session_find(tx, arena, token_sha256, now, &row);
    if (status == STATUS_OK)
        *out = (struct principal){ .account = row.account,
                                   .user = row.login,
                                   .name = row.name,
                                   .permissions = permissions_of_roles((uint32_t)row.roles),
                                   .ends = row.ends };
    return status;
}

static enum status end(void *self, struct db_tx *tx, struct str token_sha256)
{
    (void)self;
    return session_end(tx, token_sha256);
}

const struct auth staff_auth = { NULL, find, end };
