/* candour policy with a data folder: sign-offs, the force's own pack, the re-check of live posts. For this room only.
 */
#ifndef CANDOUR_MAIN_POLICY_INSTALLED_H
#define CANDOUR_MAIN_POLICY_INSTALLED_H

#include "main/command.h"
#include "policy/evaluate.h"

/*
 * The pack that a command means: of `pack` (a folder), else the one in force. With the sign-offs of the data folder
 * `data`; where none is named and none is there, of nobody. Without `pack` and data folder: the one in the program.
 */
enum status policy_installed_pack(struct arena *arena, const char *pack, const char *data,
                                  const struct policy_pack **out, struct fault *fault);

/* The live posts of the data folder whose outcome two versions answer differently; without a data folder a line. */
int policy_installed_difference(struct arena *arena, const char *data, const char *first, const char *second);

/* Who acts, and on what. */
struct policy_call {
    struct arena *arena;
    const char *data, *pack;
    const struct option *as, *user;
    struct str reason; /* may be empty */
    bool json;
};
int policy_installed_sign(const struct policy_call *call, const char *version);
/* `folder` NULL: back to the pack in the program. */
int policy_installed_use(const struct policy_call *call, const char *folder);
/* Goes on with the re-check to its end, and says what changed. */
int policy_installed_recheck(const struct policy_call *call, bool again);

#endif
