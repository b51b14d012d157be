/*
 * Roles and what each may. A role has one permission of its own; who needs two
 * has two roles. That nobody approves what they wrote is not a matter of roles:
 * the rules of posts see to it.
 */
#include "staff/inside.h"

#include "base/buf.h"
#include "base/banned.h"

static const struct {
    struct str word;
    enum permission permission;
} rows[ROLES] = {
    [ROLE_AUTHOR] = { STR_INIT("author"), PERMISSION_POST_WRITE },
    [ROLE_APPROVER] = { STR_INIT("approver"), PERMISSION_POST_APPROVE },
    [ROLE_DUTY_COMMUNICATIONS] = { STR_INIT("duty-communications"), PERMISSION_POST_PUBLISH },
    [ROLE_REGISTRAR] = { STR_INIT("registrar"), PERMISSION_POLICY_SIGN },
    [ROLE_ADMINISTRATOR] = { STR_INIT("administrator"), PERMISSION_ADMINISTER },
};

struct str role_word(enum role role)
{
    return (unsigned)role < ROLES ? rows[role].word : STR_NONE;
}

bool role_of_word(struct str word, enum role *out)
{
    for (int role = 0; role < ROLES; role++) {
        if (str_equal(rows[role].word, word)) {
            *out = (enum role)role;
            return true;
        }
    }
    return false;
}

struct str role_words(struct arena *arena, uint32_t roles)
{
    struct buf words;
    buf_init(&words, arena, 256);
    for (int role = 0; role < ROLES; role++) {
        if ((roles & 1u << role) == 0)
            continue;
        if (words.n)
            buf_add(&words, STR(", "));
        buf_add(&words, rows[role].word);
    }
    return buf_str(&words);
}

uint32_t permissions_of_roles(uint32_t roles)
{
    uint32_t permissions = 1u << PERMISSION_PUBLIC;
    for (int role = 0; role < ROLES; role++)
        if (roles & 1u << role)
            permissions |= 1u << PERMISSION_SIGNED_IN | 1u << rows[role].permission;
    return permissions;
}

bool actor_may(const struct actor *actor, enum permission permission)
{
    return !actor->disabled && (permissions_of_roles(actor->roles) & 1u << permission) != 0;
}
