/* What the files of this room share. */
#ifndef CANDOUR_STAFF_INSIDE_H
#define CANDOUR_STAFF_INSIDE_H

#include <sodium.h>

#include "staff/staff.h"

enum { SALT_BYTES = 32, HASH_BYTES = 32, STAFF_ARENA = 64 * 1024 };

/* Text of PASSPHRASE_MIN to PASSPHRASE_MAX code points that is not the user name over and over. STATUS_INVALID. */
enum status passphrase_fits(struct str passphrase, struct str user, struct fault *fault);
/* Argon2id with a new salt, as text that holds its own parameters. STATUS_NO_MEMORY. */
enum status passphrase_hash(struct str passphrase, char out[crypto_pwhash_STRBYTES], struct fault *fault);
/* `stored` NULL: no such account; takes as long and is false. */
bool passphrase_matches(const char *stored, struct str passphrase);

#endif
