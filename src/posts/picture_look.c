/*
 * Looking into a picture, for the check of a bare file. Pictures are read by a
 * process of their own, which is not part of this version; so nothing is known
 * of any picture, and what is not known blocks.
 */
#include <unistd.h>

#include "posts/check_inside.h"

#include "base/banned.h"

enum picture_found picture_look(struct arena *arena, const char *path, struct media_facts *facts, struct str *why)
{
    (void)arena;
    *facts = (struct media_facts){ 0 };
    if (access(path, F_OK) != 0) {
        *why = STR("there is no such file");
        return PICTURE_MISSING;
    }
    *why = STR("this version cannot look into pictures");
    return PICTURE_UNREADABLE;
}
