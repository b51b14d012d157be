/*
 * What the children are told: the settings as they stood when they were read,
 * in one version after another. For this room only.
 */
#ifndef CANDOUR_MAIN_TOLD_H
#define CANDOUR_MAIN_TOLD_H

#include "base/buf.h"
#include "main/listening.h"

enum { TOLD_WEB, TOLD_WORKER, TOLD_CHILDREN }; /* their order */

struct told {
    struct arena *arena; /* NULL: there is none */
    struct place place;
    struct buf for_web, for_worker;
    struct proc_child children[TOLD_CHILDREN];
};

/* Descriptors of the web child with a letter each; the same as long as the parent runs. */
struct told_descriptors {
    int fds[PROC_LISTENERS_MAX + 1];
    char kinds[PROC_LISTENERS_MAX + 1];
    size_t n;
};

/* A version of this place, which must live as long; `address` as in struct place. */
enum status told_make(struct told *out, const struct place *place, struct str address,
                      const struct told_descriptors *descriptors, struct fault *fault);
/*
 * A version of the settings as they stand in the folder of `before` now. Where they have a fault, or are not to be
 * served on these listeners, every fault is logged with its line.
 */
bool told_make_again(struct told *out, const struct told *before, const struct listening *listening,
                     const struct told_descriptors *descriptors);
void told_free(struct told *told);

/* Whether the demonstration is served where everybody knows that it is one. */
enum status told_may_be_served(const struct place *place, struct str reached, struct fault *fault);
/* Logs the settings that count at the start only and are not as they were there. */
void told_needs_restart(const struct place *start, const struct place *now);

#endif
