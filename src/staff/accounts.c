/*
 * Accounts: who may act.
 *
 * Promises: every act on an account stands in the audit, in the same
 * transaction; a name of a person does not. The permission is asked for inside
 * the transaction. There is always an administrator, once there was one. For a
 * wrong user name, a disabled account and a wrong passphrase the words and the
 * work are the same, so that nobody learns who works here.
 */
#include "staff/inside.h"

#include "base/arena.h"
#include "staff/staff_sql.h"
#include "base/banned.h"

/* ---- Reading ---- */

enum status account_find(struct db_tx *tx, struct arena *arena, struct str user, struct actor *out)
{
    struct staff_account_by_login row;
    enum status status = sql_staff_account_by_login(tx, arena, user, &row);
    if (status == STATUS_OK)
        *out = (struct actor){ row.id, row.login, row.name, (uint32_t)row.roles, row.demonstration, row.disabled.set };
    return status;
}

enum status account_find_id(struct db_tx *tx, struct arena *arena, int64_t id, struct actor *out)
{
    struct staff_account_by_id row;
    enum status status = sql_staff_account_by_id(tx, arena, id, &row);
    if (status == STATUS_OK)
        *out = (struct actor){ row.id, row.login, row.name, (uint32_t)row.roles, row.demonstration, row.disabled.set };
    return status;
}

enum status account_list(struct db_tx *tx, struct arena *arena, struct actor **out, size_t *n)
{
    struct staff_account_all *rows;
    enum status status = sql_staff_account_all(tx, arena, ACCOUNTS_MAX, &rows, n);
    if (status != STATUS_OK)
        return status;
    *out = ARENA_ARRAY(arena, *n, struct actor);
    if (!*out)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct actor){
            rows[i].id,          rows[i].login, rows[i].name, (uint32_t)rows[i].roles, rows[i].demonstration,
            rows[i].disabled.set
        };
    return STATUS_OK;
}

/* ---- What every act asks ---- */

/* Whether the actor, as the database knows it now, may change accounts. */
static enum status may_administer(struct db_tx *tx, struct arena *arena, const struct act *act)
{
    struct actor actor;
    if (!act->by)
        return STATUS_OK;
    enum status status = account_find_id(tx, arena, act->by->account, &actor);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (status == STATUS_NOT_FOUND || !actor_may(&actor, PERMISSION_ADMINISTER))
        return db_refuse(tx, STATUS_DENIED, "Only an administrator may change accounts; ask one.");
    return STATUS_OK;
}

static enum status find_to_change(struct db_tx *tx, struct arena *arena, struct str user, struct actor *out)
{
    enum status status = account_find(tx, arena, user, out);
    if (status == STATUS_NOT_FOUND)
        return db_refuse(tx, status, "There is no such account; \"candour user list\" names those there are.");
    return status;
}

/* ---- Adding ---- */

static bool is_user_name(struct str s)
{
    if (s.n == 0 || s.n > USER_NAME_MAX || s.p[0] < 'a' || s.p[0] > 'z' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && s.p[i - 1] != '-')))
            return false;
    }
    return true;
}

static bool is_person_name(struct str s)
{
    /* Names are shown on terminals and beside what was done: what nobody sees, or what steers, has no place in one. */
    return str_is_line(s) && str_trim(s).n == s.n && str_code_points(s) <= PERSON_NAME_MAX;
}

static enum status fits(const struct account_new *account, struct fault *fault)
{
    if (!is_user_name(account->user))
        return fault_set(
            fault, STATUS_INVALID,
            "That cannot be a user name; take at most %d small letters, digits and single hyphens, beginning "
            "with a letter.",
            USER_NAME_MAX);
    if (!is_person_name(account->name))
        return fault_set(fault, STATUS_INVALID,
                         "The person's name must be one line of 1 to %d characters without spaces at its ends.",
                         PERSON_NAME_MAX);
    if (account->roles == 0 || account->roles >> ROLES != 0)
        return fault_set(fault, STATUS_INVALID,
                         "An account needs at least one role: author, approver, duty-communications, registrar or "
                         "administrator.");
    return passphrase_fits(account->passphrase, account->user, fault);
}

struct adding {
    const struct account_new *account;
    const struct act *act;
    struct arena *arena;
    struct str secret;
    int64_t id;
};

static enum status write_account(struct db_tx *tx, void *arg)
{
    struct adding *a = arg;
    const struct account_new *account = a->account;
    struct staff_account_taken exists;
    struct staff_account_add row;
    arena_reset(a->arena);
    enum status status = may_administer(tx, a->arena, a->act);
    if (status == STATUS_OK)
        status = sql_staff_account_taken(tx, a->arena, account->user, &exists);
    if (status == STATUS_OK && exists.taken)
        return db_refuse(tx, STATUS_CONFLICT, "There is an account with that user name already; choose another.");
    if (status == STATUS_OK)
        status = sql_staff_account_add(tx, a->arena, account->user, account->name, a->secret, account->roles,
                                       account->demonstration, a->act->now, &row);
    if (status != STATUS_OK)
        return status;
    a->id = row.id;
    struct str words =
        str_format(a->arena, "%.*s as %.*s", STR_ARG(account->user), STR_ARG(role_words(a->arena, account->roles)));
    return words.p ? audit_add(tx, a->act, STR("account.added"), 0, words) : STATUS_NO_MEMORY;
}

enum status account_add(struct db *db, const struct account_new *account, const struct act *act, int64_t *id,
                        struct fault *fault)
{
    char secret[crypto_pwhash_STRBYTES];
    enum status status = fits(account, fault);
    if (status == STATUS_OK)
        status = passphrase_hash(account->passphrase, secret, fault);
    if (status != STATUS_OK)
        return status;
    struct adding adding = { account, act, arena_new(STAFF_ARENA), str_of(secret), 0 };
    if (!adding.arena)
        return fault_no_memory(fault);
    status = db_write(db, write_account, &adding, fault);
    arena_free(adding.arena);
    if (status == STATUS_OK)
        *id = adding.id;
    return status;
}

/* ---- Changing ---- */

struct changing {
    struct str user;
    const struct act *act;
    struct arena *arena;
    struct str secret;
};

static enum status write_passphrase(struct db_tx *tx, void *arg)
{
    struct changing *c = arg;
    struct actor actor = { 0 };
    arena_reset(c->arena);
    enum status status = may_administer(tx, c->arena, c->act);
    if (status == STATUS_OK)
        status = find_to_change(tx, c->arena, c->user, &actor);
    if (status == STATUS_OK && actor.disabled)
        return db_refuse(tx, STATUS_REFUSED, "That account is disabled; add a new one instead.");
    if (status == STATUS_OK)
        status = sql_staff_account_secret_set(tx, actor.account, c->secret, NULL);
    if (status == STATUS_OK)
        status = sql_staff_session_remove_all(tx, actor.account, NULL);
    return status == STATUS_OK ? audit_add(tx, c->act, STR("account.passphrase-changed"), 0, c->user) : status;
}

static enum status run_change(struct db *db, struct changing *c, db_write_fn *fn, struct fault *fault)
{
    c->arena = arena_new(STAFF_ARENA);
    if (!c->arena)
        return fault_no_memory(fault);
    enum status status = db_write(db, fn, c, fault);
    arena_free(c->arena);
    return status;
}

enum status account_passphrase(struct db *db, struct str user, struct str passphrase, const struct act *act,
                               struct fault *fault)
{
    char secret[crypto_pwhash_STRBYTES];
    enum status status = passphrase_fits(passphrase, user, fault);
    if (status == STATUS_OK)
        status = passphrase_hash(passphrase, secret, fault);
    if (status != STATUS_OK)
        return status;
    struct changing changing = { .user = user, .act = act, .secret = str_of(secret) };
    return run_change(db, &changing, write_passphrase, fault);
}

static enum status write_disabled(struct db_tx *tx, void *arg)
{
    struct changing *c = arg;
    struct actor actor;
    struct staff_account_others others = { 0 };
    arena_reset(c->arena);
    enum status status = may_administer(tx, c->arena, c->act);
    if (status == STATUS_OK)
        status = find_to_change(tx, c->arena, c->user, &actor);
    if (status == STATUS_OK && actor.disabled)
        return db_refuse(tx, STATUS_CONFLICT, "That account is disabled already.");
    if (status == STATUS_OK)
        status = sql_staff_account_others(tx, c->arena, actor.account, 1 << ROLE_ADMINISTRATOR, &others);
    if (status == STATUS_OK && (actor.roles & 1u << ROLE_ADMINISTRATOR) && others.others == 0)
        return db_refuse(tx, STATUS_REFUSED,
                         "That is the last administrator; add another one first, then disable this one.");
    if (status == STATUS_OK)
        status = sql_staff_account_disable(tx, actor.account, c->act->now, NULL);
    if (status == STATUS_OK)
        status = sql_staff_session_remove_all(tx, actor.account, NULL);
    return status == STATUS_OK ? audit_add(tx, c->act, STR("account.disabled"), 0, c->user) : status;
}

enum status account_disable(struct db *db, struct str user, const struct act *act, struct fault *fault)
{
    struct changing changing = { .user = user, .act = act };
    return run_change(db, &changing, write_disabled, fault);
}

/* ---- The door ---- */

/* The account and its secret, where there are any; the snapshot is over before the slow part. */
static enum status read_secret(struct db *db, struct arena *arena, struct str user, struct actor *out,
                               const char **secret, struct fault *fault)
{
    struct db_tx *tx;
    struct staff_account_secret row;
    *secret = NULL;
    if (!is_user_name(user))
        return STATUS_OK;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = account_find(tx, arena, user, out);
    if (status == STATUS_OK)
        status = sql_staff_account_secret(tx, arena, user, &row);
    db_read_end(tx);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_NO_MEMORY)
        return fault_no_memory(fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The accounts could not be read; \"candour doctor\" says why.");
    *secret = str_z(arena, row.passphrase);
    return *secret ? STATUS_OK : fault_no_memory(fault);
}

enum status account_check(struct db *db, struct arena *arena, struct str user, struct str passphrase, struct actor *out,
                          struct fault *fault)
{
    const char *secret;
    struct actor found = { 0 };
    enum status status = read_secret(db, arena, user, &found, &secret, fault);
    if (status != STATUS_OK)
        return status;
    bool matches = passphrase_matches(secret, passphrase);
    if (!matches || found.disabled)
        return fault_set(fault, STATUS_DENIED,
                         "The user name or the passphrase is wrong; try again, or ask an "
                         "administrator.");
    *out = found;
    return STATUS_OK;
}
