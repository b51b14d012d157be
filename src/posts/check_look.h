/* What the checks ask a database for. Inside this room only. */
#ifndef CANDOUR_POSTS_CHECK_LOOK_H
#define CANDOUR_POSTS_CHECK_LOOK_H

#include "posts/checks.h"

struct check_looking {
    struct check_registers registers; /* for check_input */
    struct db_tx *tx;
    struct str today;
    struct str sha256; /* of the picture, raw; STR_NONE: none */
    int64_t edition;
    enum status failed; /* the first that the database could not do; STATUS_OK: nothing */
};

/*
 * Fills it for one edition; it and `content` outlive the checks, and the snapshot stays open until then.
 * Fails where the database does; what fails later is in `failed`, and the checks' answers count for nothing then.
 */
enum status check_looking_begin(struct check_looking *looking, struct db_tx *tx, struct arena *arena, int64_t edition,
                                const struct post_content *content, int64_t now);

#endif
