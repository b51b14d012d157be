/*
 * Memory that is given back all at once: one arena for a request, one for a
 * job, one for the configuration. Nobody frees single things inside one.
 *
 * An arena belongs to one thread at a time. Its cap counts what callers asked
 * for; when the cap or the machine's memory is reached, `arena_alloc` returns
 * NULL and the arena remembers (`arena_failed`), so that code which builds
 * many small things may ask once at its end.
 */
#ifndef CANDOUR_BASE_ARENA_H
#define CANDOUR_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* NULL when there is no memory. `cap` in bytes. */
struct arena *arena_new(size_t cap);
/* Runs the hooks, newest first, and frees everything. NULL is allowed. */
void arena_free(struct arena *arena);
/* The same, but the arena stays, empty, with its first block kept. */
void arena_reset(struct arena *arena);

/* Zeroed bytes; `align` is a power of two, at most 64. */
void *arena_alloc(struct arena *arena, size_t size, size_t align);
/* `count` things of `size`; NULL also where the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size, size_t align);
#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type), _Alignof(type)))

/*
 * Room for one more at the end of a list of `n`, which has room for *cap and moves where that is used up; the old room
 * stays in the arena. NULL when memory is gone. ARENA_PUSH then leaves an empty list, so that nobody reads what is not
 * there.
 */
void *arena_grown(struct arena *arena, void *list, size_t n, size_t *cap, size_t size, size_t align);
#define ARENA_PUSH(arena, list, n, cap)                                                                                \
    ((list) = arena_grown((arena), (list), (n), &(cap), sizeof *(list), _Alignof(max_align_t)),                        \
     (list) ? &(list)[(n)++] : ((n) = 0, (cap) = 0, NULL))

/*
 * `run(self)` when the arena ends. Hooks run newest first. False when there
 * is no memory: then the caller still owns what the hook should have freed.
 */
bool arena_hook(struct arena *arena, void (*run)(void *self), void *self);

/* Whether any allocation has failed since the start or the last reset. */
bool arena_failed(const struct arena *arena);
size_t arena_used(const struct arena *arena);

#endif
