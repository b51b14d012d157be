/*
 * Staff: accounts, roles, passphrases, sessions, and the audit of every act.
 *
 * The audit is a hash chain from the first day over {n, time, actor id, act,
 * post id, SHA-256(salt || words)}; salt and words are a row of their own that
 * can be erased, and the chain still verifies. No name stands in the chain.
 */
#ifndef CANDOUR_STAFF_STAFF_H
#define CANDOUR_STAFF_STAFF_H

#include "base/settings.h"
#include "db/db.h"
#include "web/web.h"

enum role {
    ROLE_AUTHOR,
    ROLE_APPROVER,
    ROLE_DUTY_COMMUNICATIONS,
    ROLE_REGISTRAR,
    ROLE_ADMINISTRATOR,
    ROLES
};

enum { USER_NAME_MAX = 32, PASSPHRASE_MIN = 12, PASSPHRASE_MAX = 256 };

/* Somebody who acts. The strings live in the arena that the finder was given. */
struct actor {
    int64_t account;
    struct str user; /* [a-z][a-z0-9-]*, what authors: names */
    struct str name; /* as people read it */
    uint32_t roles;  /* bit 1 << enum role */
    bool demonstration;
    bool disabled;
};

/* An act: who, and when as the clock says (only the demonstration sets acts in the past). */
struct act {
    const struct actor *by;
    int64_t now;
};

struct str role_word(enum role role);                       /* "duty-communications" */
bool role_of_word(struct str word, enum role *out);
uint32_t permissions_of_roles(uint32_t roles);
bool actor_may(const struct actor *actor, enum permission permission);

/* ---- Accounts ---- */

struct account_new {
    struct str user, name, passphrase;
    uint32_t roles;
    bool demonstration;
};

/* STATUS_CONFLICT: the name is taken. STATUS_INVALID: name, roles or passphrase are not as they must be. `by` NULL: at the console. */
enum status account_add(struct db *db, const struct account_new *account, const struct act *act, int64_t *id,
                        struct fault *fault);
enum status account_passphrase(struct db *db, struct str user, struct str passphrase, const struct act *act,
                               struct fault *fault);
/* Ends its sessions too. Acts of the past stay. */
enum status account_disable(struct db *db, struct str user, const struct act *act, struct fault *fault);
/* STATUS_NOT_FOUND. A disabled one is found. */
enum status account_find(struct db_tx *tx, struct arena *arena, struct str user, struct actor *out);
enum status account_find_id(struct db_tx *tx, struct arena *arena, int64_t id, struct actor *out);
enum status account_list(struct db_tx *tx, struct arena *arena, struct actor **out, size_t *n);
/*
 * Argon2id (64 MiB, 3 passes: about 130 ms). STATUS_DENIED with the same words and about
 * the same time for an unknown account, a disabled one and a wrong passphrase.
 */
enum status account_check(struct db *db, struct arena *arena, struct str user, struct str passphrase,
                          struct actor *out, struct fault *fault);

/* ---- Sessions ---- */

enum { SESSION_MS = 8 * 60 * 60 * 1000 };
/* A new session; `token` gets 32 random bytes, of which the database keeps the SHA-256. */
enum status session_start(struct db *db, int64_t account, int64_t now, unsigned char token[32], struct fault *fault);
enum status session_end(struct db_tx *tx, struct str token_sha256);
/* For web: looks sessions up. */
extern const struct auth staff_auth;

/* ---- Audit ---- */

/* In the transaction of the act itself. `post` 0: none. `words` may be empty; they can be erased later. */
enum status audit_add(struct db_tx *tx, const struct act *act, struct str what, int64_t post, struct str words);

struct audit_report {
    int64_t entries;
    int64_t erased;      /* entries whose words were erased */
    int64_t first_wrong; /* 0: the chain is whole */
    struct str head_hex; /* SHA-256 of the last entry */
};
enum status audit_verify(struct db *db, struct arena *arena, struct audit_report *out, struct fault *fault);

extern const struct setting_table staff_settings;

#endif
