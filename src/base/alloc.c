/*
 * The heap behind one door: malloc and its kin give NULL where there is no
 * memory, the live blocks are counted (tests for leaks rest on that), and a
 * test can have the k-th allocation fail.
 *
 * Promise: outside tests a call costs one of the C library and a few relaxed
 * atomic steps.
 */
#include "base/alloc.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/banned.h"

static _Atomic uint64_t calls;
static _Atomic uint64_t fail_at;
static _Atomic int64_t live;

void mem_keep(void)
{
    enum { KEPT = 1024 * 1024, OF_ITS_OWN = 1024 * 1024 };
    (void)mallopt(M_TRIM_THRESHOLD, KEPT);
    (void)mallopt(M_MMAP_THRESHOLD, OF_ITS_OWN); /* what is larger is mapped by itself, and goes back */
}

static bool must_fail(void)
{
    uint64_t n = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) + 1;
    uint64_t k = atomic_load_explicit(&fail_at, memory_order_relaxed);
    return k != 0 && n == k;
}

static void *counted(void *p)
{
    if (p)
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return p;
}

void *mem_alloc(size_t size)
{
    return must_fail() ? NULL : counted(malloc(size ? size : 1));
}

void *mem_zero(size_t count, size_t size)
{
    size_t bytes; /* checked here: AddressSanitizer ends the program where calloc would say no */
    if (must_fail() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return counted(calloc(bytes ? bytes : 1, 1));
}

void *mem_resize(void *old, size_t size)
{
    if (must_fail())
        return NULL;
    void *p = realloc(old, size ? size : 1);
    return old ? p : counted(p);
}

void mem_free(void *p)
{
    if (!p)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(p);
}

void mem_fail_at(uint64_t k)
{
    atomic_store(&calls, 0);
    atomic_store(&fail_at, k);
}

uint64_t mem_calls(void)
{
    return atomic_load(&calls);
}

int64_t mem_live(void)
{
    return atomic_load(&live);
}
