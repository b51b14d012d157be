/*
 * The briefing of the children: the settings as they stood when they were read,
 * in one version after another. For this room only.
 */
#ifndef CANDOUR_MAIN_BRIEFING_H
#define CANDOUR_MAIN_BRIEFING_H

#include "base/buf.h"
#include "main/listening.h"

enum { BRIEFING_WEB, BRIEFING_WORKER, BRIEFING_CHILDREN }; /* their order */

struct briefing {
    struct arena *arena; /* NULL: there is none */
    struct place place;
    struct buf for_web, for_worker;
    struct proc_child children[BRIEFING_CHILDREN];
};

/* Descriptors of the web child with a letter each; the same as long as the parent runs. */
struct briefing_descriptors {
    int fds[PROC_LISTENERS_MAX + 1];
    char kinds[PROC_LISTENERS_MAX + 1];
    size_t n;
};

/* A version of this place, which must live as long; `address` as in struct place. */
enum status briefing_make(struct briefing *out, const struct place *place, struct str address,
                          const struct briefing_descriptors *descriptors, struct fault *fault);
/*
 * A version of the settings as they stand in the folder of `before` now. Where they have a fault, or are not to be
 * served on these listeners, every fault is logged with its line.
 */
bool briefing_make_again(struct briefing *out, const struct briefing *before, const struct listening *listening,
                         const struct briefing_descriptors *descriptors);
void briefing_free(struct briefing *briefing);

/* Whether the demonstration is served where everybody knows that it is one. */
enum status briefing_may_be_served(const struct place *place, struct str reached, struct fault *fault);
/* Logs the settings that count at the start only and are not as they were there. */
void briefing_needs_restart(const struct place *start, const struct place *now);

#endif
