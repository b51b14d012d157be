/*
 * The one way to memory from the heap.
 *
 * Everything that candour allocates itself, and every library that lets the
 * caller choose (SQLite, cmark-gfm), comes through here, so that a test can
 * make the k-th allocation fail and see that the act still ends cleanly.
 */
#ifndef CANDOUR_BASE_ALLOC_H
#define CANDOUR_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/* All three return NULL when there is no memory; `mem_zero` also on overflow. */
void *mem_alloc(size_t size);
void *mem_zero(size_t count, size_t size);
void *mem_resize(void *old, size_t size);
void mem_free(void *p);

/*
 * Once, before the first thread: up to 1 MB of what is given back stays with the process. A page of memory that the
 * kernel gives anew costs more time than what is computed on it, and by itself the C library returns what a request has
 * used at the end of each.
 */
void mem_keep(void);

/*
 * The seam for tests. After `mem_fail_at(k)` the k-th call of an allocating
 * function fails, once, in whichever thread it comes; 0 means never. The
 * count of calls starts anew.
 */
void mem_fail_at(uint64_t k);
uint64_t mem_calls(void);
/* Blocks that are allocated now. */
int64_t mem_live(void);

#endif
