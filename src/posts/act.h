/*
 * What every act of this room does: ask who acts, look at the newest edition,
 * and leave its trace in the audit and in the events. Inside this room only.
 */
#ifndef CANDOUR_POSTS_ACT_H
#define CANDOUR_POSTS_ACT_H

#include "posts/content.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

/*
 * The actor as the database knows it now, in this transaction: an account that
 * was disabled a moment ago acts no more. STATUS_DENIED with words.
 */
enum status act_may(struct db_tx *tx, struct arena *arena, const struct act *act, enum permission permission,
                    const char *what, struct actor *out);

/* The post with its newest edition; STATUS_NOT_FOUND with words. */
enum status act_head(struct db_tx *tx, struct arena *arena, struct str key, struct posts_head *out);
/* STATUS_CONFLICT where the newest edition is not the one that was looked at. STR_NONE is never equal. */
enum status act_same(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str hash_hex);

/* The trace: audit and event. `what` is a word of post_event. */
enum status act_trace(struct db_tx *tx, struct arena *arena, const struct act *act, const struct actor *actor,
                      const char *what, int64_t post, struct str key, int64_t number, struct str salt, struct str hash,
                      struct str words);

#endif
