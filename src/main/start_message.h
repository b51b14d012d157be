/*
 * The start message: what the parent tells a child, once a start. For this room only.
 *
 * Its fields, in this order: what each inherited descriptor is, a letter each; the folder; the text of the settings;
 * whether it is a demonstration; the address of the site, where it is not that of the settings; owner and group of the
 * folder, who the child becomes where it is root; the key for what is erased, which follows from the key; the key, or
 * nothing.
 *
 * Only web gets the key: it signs cookies and the tokens of forms with it. The worker signs nothing, and one that was
 * taken over must not be able to make a form token of somebody else.
 */
#ifndef CANDOUR_MAIN_START_MESSAGE_H
#define CANDOUR_MAIN_START_MESSAGE_H

#include "main/place.h"

/* What a descriptor is that a child inherits. */
enum {
    START_VISITORS = 'v', /* a listener */
    START_PROXY = 'p',    /* a listener that only a proxy reaches, whatever server.behind_proxy says */
    START_METRICS = 'm',  /* the listener of /metrics */
    START_COUNTS = 'c',   /* what the parent counts */
};

/* The parent reads settings and key; a child needs no right to read them, and starts again with the same. */
struct buf;
void start_message_write(struct buf *out, struct str kinds, const struct place *place, bool with_key);
/* The strings lie in the arena. `*key_known` says whether the key was told. */
enum status start_message_read(struct arena *arena, struct str told, struct str *kinds, struct place *out,
                               bool *key_known, struct fault *fault);

#endif
