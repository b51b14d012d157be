/*
 * Randomness as a seam: ids, salts, tokens. From the kernel; in a test from a
 * counter, so that golden files stay the same. Never falls back to something
 * weaker: where the kernel gives none, the process ends.
 */
#ifndef CANDOUR_BASE_ENTROPY_H
#define CANDOUR_BASE_ENTROPY_H

#include <stddef.h>

#include "base/str.h"

struct entropy {
    void (*fill)(void *self, void *out, size_t n);
    void *self;
};

/* NULL puts the kernel's back. */
void entropy_use(const struct entropy *entropy);
void entropy_fill(void *out, size_t n);
/* `chars` characters of [a-z2-7] (5 bits each) in the arena: for random addresses and ids. */
struct str entropy_id(struct arena *arena, size_t chars);

#endif
