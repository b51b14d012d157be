/*
 * Memory that is freed as a whole, with its hooks: blocks in a chain, a pointer that goes up, up to the cap.
 *
 * Freed and unused space is poisoned under AddressSanitizer, so a pointer
 * that outlives its request is found by the tests. Sizes from outside may be
 * anything: every sum is checked.
 */
#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#endif
#include "base/banned.h"

#ifdef ARENA_ASAN
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ARENA_FIRST_BLOCK = 4096, ARENA_LARGEST_STEP = 256 * 1024, ARENA_MAX_ALIGN = 64 };

struct block {
    struct block *older;
    size_t size; /* of bytes */
    size_t used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct hook {
    struct hook *older;
    void (*run)(void *self);
    void *self;
};

struct arena {
    struct block *block;
    struct hook *hooks;
    size_t cap;
    size_t used;
    bool failed;
};

static struct block *block_new(size_t size)
{
    struct block *b = mem_alloc(sizeof(struct block) + size);
    if (!b)
        return NULL;
    b->older = NULL;
    b->size = size;
    b->used = 0;
    POISON(b->bytes, size);
    return b;
}

static void block_free(struct block *b)
{
    UNPOISON(b->bytes, b->size);
    mem_free(b);
}

struct arena *arena_new(size_t cap)
{
    struct arena *a = mem_zero(1, sizeof *a);
    if (!a)
        return NULL;
    a->cap = cap;
    a->block = block_new(ARENA_FIRST_BLOCK);
    if (!a->block) {
        mem_free(a);
        return NULL;
    }
    return a;
}

static void end(struct arena *a)
{
    while (a->hooks) {
        struct hook *h = a->hooks;
        a->hooks = h->older;
        h->run(h->self);
    }
    while (a->block->older) {
        struct block *b = a->block;
        a->block = b->older;
        block_free(b);
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    end(a);
    block_free(a->block);
    mem_free(a);
}

void arena_reset(struct arena *a)
{
    end(a);
    a->block->used = 0;
    POISON(a->block->bytes, a->block->size);
    a->used = 0;
    a->failed = false;
}

/* Where the next thing of this alignment may begin. By address: the heap aligns blocks to less than 64. */
static size_t next_place(const struct block *b, size_t align)
{
    uintptr_t at = (uintptr_t)(b->bytes + b->used);
    return b->used + (size_t)(-at & (align - 1));
}

static void *fail(struct arena *a)
{
    a->failed = true;
    return NULL;
}

void *arena_alloc(struct arena *a, size_t size, size_t align)
{
    size_t want = size ? size : 1;
    if (align == 0 || (align & (align - 1)) != 0 || align > ARENA_MAX_ALIGN || want > a->cap - a->used)
        return fail(a);
    struct block *b = a->block;
    size_t at = next_place(b, align);
    if (at > b->size || want > b->size - at) {
        size_t step = b->size * 2 < ARENA_LARGEST_STEP ? b->size * 2 : ARENA_LARGEST_STEP;
        if (want > SIZE_MAX - sizeof(struct block) - ARENA_MAX_ALIGN)
            return fail(a);
        size_t need = want + ARENA_MAX_ALIGN > step ? want + ARENA_MAX_ALIGN : step;
        b = block_new(need);
        if (!b)
            return fail(a);
        b->older = a->block;
        a->block = b;
        at = next_place(b, align);
    }
    void *p = b->bytes + at;
    UNPOISON(p, want);
    memset(p, 0, want);
    b->used = at + want;
    a->used += want;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size, size_t align)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return fail(a);
    return arena_alloc(a, bytes, align);
}

void *arena_grown(struct arena *a, void *list, size_t n, size_t *cap, size_t size, size_t align)
{
    if (n < *cap)
        return list;
    size_t wanted = *cap == 0 ? 4 : *cap * 2;
    void *more = arena_array(a, wanted, size, align);
    if (!more)
        return NULL;
    if (n > 0)
        memcpy(more, list, n * size);
    *cap = wanted;
    return more;
}

bool arena_hook(struct arena *a, void (*run)(void *self), void *self)
{
    struct hook *h = ARENA_NEW(a, struct hook);
    if (!h)
        return false;
    h->run = run;
    h->self = self;
    h->older = a->hooks;
    a->hooks = h;
    return true;
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
