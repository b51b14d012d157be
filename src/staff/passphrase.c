/*
 * Passphrases: Argon2id (RFC 9106) as libsodium does it, 64 MiB and 3 passes.
 *
 * Promises: no passphrase is kept, logged or shown; a check takes the same
 * time whether there is such an account or not. What an attacker could try:
 * guess (the cost of each guess is the defence, and the limit on tries at the
 * door), learn user names from the time of an answer, or send a passphrase of
 * a megabyte.
 */
#include "staff/inside.h"

#include <string.h>

#include "base/status.h"
#include "base/banned.h"

enum { PASSES = 3, MEMORY = 64 * 1024 * 1024, MOST_BYTES = 4 * PASSPHRASE_MAX };

/* Of a random passphrase that nobody knows; its parameters are those above, which a test checks. */
static const char nobody[] =
    "$argon2id$v=19$m=65536,t=3,p=1$0jC40AKA4jtA5F4+Tp/0cw$jNX6Suth0vYBcqAoe5CJWYAkoS0mcb5n8iy8ScqwYd8";

static void ready(void)
{
    if (sodium_init() < 0)
        bug("libsodium does not start");
}

/* "admin", "adminadmin", "admin admin": what is tried first. */
static bool repeats_user(struct str passphrase, struct str user)
{
    size_t at = 0;
    if (user.n == 0)
        return false;
    while (at < passphrase.n) {
        if (str_equal_nocase(str_slice(passphrase, at, user.n), user))
            at += user.n;
        else if (strchr(" -_.0123456789!", passphrase.p[at]))
            at++;
        else
            return false;
    }
    return true;
}

static bool is_one_character(struct str s)
{
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] != s.p[0])
            return false;
    return true;
}

enum status passphrase_fits(struct str passphrase, struct str user, struct fault *fault)
{
    if (!str_is_text(passphrase))
        return fault_set(fault, STATUS_INVALID, "The passphrase is not UTF-8 text; type it again.");
    size_t n = str_code_points(passphrase);
    if (n < PASSPHRASE_MIN)
        return fault_set(fault, STATUS_INVALID,
                         "The passphrase is too short; take at least %d characters, such as four "
                         "words.",
                         PASSPHRASE_MIN);
    if (n > PASSPHRASE_MAX)
        return fault_set(fault, STATUS_INVALID, "The passphrase is too long; take at most %d characters.",
                         PASSPHRASE_MAX);
    for (size_t i = 0; i < passphrase.n; i++)
        if ((unsigned char)passphrase.p[i] < 0x20 || passphrase.p[i] == 0x7F)
            return fault_set(fault, STATUS_INVALID,
                             "The passphrase holds a control character; take letters, digits, "
                             "signs and spaces.");
    if (repeats_user(passphrase, user) || is_one_character(passphrase))
        return fault_set(fault, STATUS_INVALID,
                         "The passphrase is the user name or one character over and over; take "
                         "another, such as four words.");
    return STATUS_OK;
}

enum status passphrase_hash(struct str passphrase, char out[crypto_pwhash_STRBYTES], struct fault *fault)
{
    ready();
    if (crypto_pwhash_str_alg(out, passphrase.p, passphrase.n, PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fault_no_memory(fault);
    return STATUS_OK;
}

bool passphrase_matches(const char *stored, struct str passphrase)
{
    ready();
    bool known = stored != NULL && passphrase.n <= MOST_BYTES;
    bool same = crypto_pwhash_str_verify(known ? stored : nobody, passphrase.p ? passphrase.p : "",
                                         passphrase.n <= MOST_BYTES ? passphrase.n : 0) == 0;
    return known && same;
}
