/* What the files of the rows share: the wish as it is kept. For this room only. */
#ifndef CANDOUR_MEDIA_INSIDE_H
#define CANDOUR_MEDIA_INSIDE_H

#include "media/media.h"

/* Members in order, absent where nothing is wished, so that equal wishes are equal bytes. STR_NONE: no memory. */
struct str media_wish_json(struct arena *arena, const struct media_wish *wish);
enum status media_wish_from_json(struct arena *arena, struct str json, struct media_wish *out);

#endif
