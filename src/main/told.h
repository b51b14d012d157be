/* What the parent tells a child at its start. For this room only. */
#ifndef CANDOUR_MAIN_TOLD_H
#define CANDOUR_MAIN_TOLD_H

#include "main/place.h"

/*
 * The parent reads settings and key once; a child needs no right to read them, and one that starts again works with
 * the same. The key goes only to those who may know it.
 */
struct buf;
void told_write(struct buf *out, const struct place *place, bool with_key);
/* The strings lie in the arena. `*key_known` says whether the key was told. */
enum status told_read(struct arena *arena, struct str told, struct place *out, bool *key_known, struct fault *fault);

#endif
