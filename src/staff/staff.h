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

enum role { ROLE_AUTHOR, ROLE_APPROVER, ROLE_DUTY_COMMUNICATIONS, ROLE_REGISTRAR, ROLE_ADMINISTRATOR, ROLES };

/* USER_NAME_MAX in bytes, the others in code points. */
enum { USER_NAME_MAX = 32, PERSON_NAME_MAX = 100, PASSPHRASE_MIN = 12, PASSPHRASE_MAX = 256, ACCOUNTS_MAX = 1000 };

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

struct str role_word(enum role role); /* "duty-communications" */
bool role_of_word(struct str word, enum role *out);
/* "author, approver"; STR_NONE when memory is gone. */
struct str role_words(struct arena *arena, uint32_t roles);
/* Bits 1 << enum permission. */
uint32_t permissions_of_roles(uint32_t roles);
/* A disabled one may nothing. */
bool actor_may(const struct actor *actor, enum permission permission);

/* ---- Accounts ---- */

struct account_new {
    struct str user, name, passphrase;
    uint32_t roles;
    bool demonstration;
};

/*
 * Acts on accounts. `act->by` NULL is the console, where whoever may read the data folder sits; anybody else must be an
 * administrator as the database knows it now (STATUS_DENIED).
 */

/* STATUS_CONFLICT: the user name is taken. STATUS_INVALID: name, roles or passphrase are not as they must be. */
enum status account_add(struct db *db, const struct account_new *account, const struct act *act, int64_t *id,
                        struct fault *fault);
/* Ends the account's sessions. STATUS_NOT_FOUND, STATUS_INVALID; STATUS_REFUSED for a disabled one. */
enum status account_passphrase(struct db *db, struct str user, struct str passphrase, const struct act *act,
                               struct fault *fault);
/*
 * Ends its sessions too. Acts of the past stay. STATUS_NOT_FOUND; STATUS_CONFLICT where it is disabled already;
 * STATUS_REFUSED for the last administrator.
 */
enum status account_disable(struct db *db, struct str user, const struct act *act, struct fault *fault);
/* STATUS_NOT_FOUND. A disabled one is found. */
enum status account_find(struct db_tx *tx, struct arena *arena, struct str user, struct actor *out);
enum status account_find_id(struct db_tx *tx, struct arena *arena, int64_t id, struct actor *out);
/* By user name, at most ACCOUNTS_MAX. */
enum status account_list(struct db_tx *tx, struct arena *arena, struct actor **out, size_t *n);
/*
 * Argon2id (64 MiB, 3 passes: about 130 ms). STATUS_DENIED with the same words and about
 * the same time for an unknown account, a disabled one and a wrong passphrase.
 */
enum status account_check(struct db *db, struct arena *arena, struct str user, struct str passphrase, struct actor *out,
                          struct fault *fault);

/* ---- Sessions ---- */

/* When a session that begins now ends: the setting staff.session_hours. */
int64_t session_ends(const struct settings *settings, int64_t now);
/*
 * A new session until `ends`; `token` gets 32 random bytes, of which the database keeps the SHA-256.
 * STATUS_DENIED: the account was disabled meanwhile.
 */
enum status session_start(struct db *db, int64_t account, int64_t now, int64_t ends, unsigned char token[32],
                          struct fault *fault);
enum status session_end(struct db_tx *tx, struct str token_sha256);
/* Of all accounts: after a restore, when one of them may have been ended since. */
enum status sessions_end_all(struct db_tx *tx);
/* For web: looks sessions up. */
extern const struct auth staff_auth;

/* ---- Audit ---- */

enum { AUDIT_ACT_MAX = 64, AUDIT_WORDS_MAX = 16 * 1024 }; /* bytes */

/*
 * In the transaction of the act itself. `what` is a word of our own such as "post.approved". `post` 0: none.
 * `words` may be empty; they can be erased later.
 */
enum status audit_add(struct db_tx *tx, const struct act *act, struct str what, int64_t post, struct str words);
/* Erases the words of every entry of a post, and adds an entry that says so. The chain stays whole. */
enum status audit_erase(struct db_tx *tx, const struct act *act, int64_t post);

struct audit_entry {
    int64_t n, at;
    struct str user; /* STR_NONE: the console */
    struct str act;
    int64_t post;
    struct str words; /* STR_NONE: erased */
};
/* Newest first, behind entry `before` (INT64_MAX: from the newest), at most `most` (up to 500). */
enum status audit_list(struct db_tx *tx, struct arena *arena, int64_t before, size_t most, struct audit_entry **out,
                       size_t *n);

struct audit_report {
    int64_t entries;
    int64_t erased;      /* entries whose words were erased */
    int64_t first_wrong; /* 0: the chain is whole */
    struct str head_hex; /* SHA-256 of the last entry */
};
/*
 * Reads the whole chain, page by page. STATUS_OK says only that it could be read; whether it is whole stands in the
 * report. Somebody who may write to the database can make a new chain: what shows that is a head noted elsewhere.
 */
enum status audit_verify(struct db *db, struct arena *arena, struct audit_report *out, struct fault *fault);

extern const struct setting_table staff_settings;

#endif
