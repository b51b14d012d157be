/* Pictures of posts: kept at import, looked into by checks, shown with the post. Inside this room only. */
#ifndef CANDOUR_POSTS_PICTURE_H
#define CANDOUR_POSTS_PICTURE_H

#include "posts/file.h"
#include "posts/posts.h"

/* The rows of an edition's picture, and the job that makes its renditions. Nothing where it has none, or was not kept.
 */
enum status picture_take(struct db_tx *tx, struct arena *arena, const struct import_file *file, int64_t edition,
                         int64_t now);
/* What the checks are told. `why` where it cannot be said. */
enum status picture_facts(struct db_tx *tx, struct arena *arena, const struct post_content *content, bool *found,
                          struct media_facts *facts);
/* STATUS_REFUSED with words while an edition's picture has no renditions. */
enum status picture_ready(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                          struct str key);
/* What the public is shown; none where it is not ready. */
enum status picture_shown(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                          struct post_shown *out);

#endif
