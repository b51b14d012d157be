/*
 * Sign-off: what the force crime registrar has put their name to. Where it is kept is another room's matter.
 *
 * A sign-off is of one version as it was: its id, its kind, the day it begins and the bytes of its files. When it ends
 * and whether it is enabled is not part of it, since a successor ends a version. A version that was signed off and is
 * no longer what was signed is refused, wherever it would be used; it never counts as merely "not signed off".
 */
#ifndef CANDOUR_POLICY_SIGN_H
#define CANDOUR_POLICY_SIGN_H

#include "policy/pack.h"

struct policy_signature {
    struct str version;
    struct str sha256; /* of the version as it was signed, as policy_version has it */
    int64_t at;        /* ms UTC */
    struct str user, name, role;
    const struct policy_version_file *files; /* as they were; may be empty where sha256 is the version's own */
    size_t files_n;
};

/*
 * The pack with these sign-offs, the oldest first: the last of a version counts. What is in it lives in `arena`, in
 * `pack` and in `signatures`; `pack` itself is not changed. A sign-off of a version that the pack does not have changes
 * nothing.
 */
enum status policy_pack_sign(struct arena *arena, const struct policy_pack *pack,
                             const struct policy_signature *signatures, size_t n, const struct policy_pack **out,
                             struct fault *fault);
/*
 * What is in force on a day, as 64 hexadecimal digits: other ones where a version, its files, its dates, its sign-off
 * or what is in force on that day is another. STR_NONE: no memory.
 */
struct str policy_pack_state(struct arena *arena, const struct policy_pack *pack, int day);

struct json_writer;
/* { "by": name, "role", "on": day } of a version that is signed off; else null. */
void policy_sign_off_to_json(struct json_writer *w, const struct policy_version *version);

#endif
