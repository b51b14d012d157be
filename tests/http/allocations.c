/*
 * Counts every allocation of the process, whoever makes it: this room, the C
 * library, any other library. In the test build alone, and there not under a
 * sanitiser, which has its own malloc.
 *
 * The functions stand before those of the C library and pass on to them.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "http/http_routes.h"

#include "base/banned.h"

static _Atomic int64_t allocations;

#ifdef COUNT_ALLOCATIONS

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

static void count(void)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
}

void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    count();
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    count();
    return __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;
    count();
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t align, size_t size)
{
    count();
    return __libc_memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    count();
    void *p = __libc_memalign(align, size);
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

#endif

/*
 * route: GET /test/allocations
 * permission: public
 * cache: no-store
 * help: Test build: how many allocations the process has made; 0 under a sanitiser.
 */
enum http_status test_allocations(struct request *req, struct response *res)
{
    (void)req;
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add_i64(&res->body, atomic_load(&allocations));
    return HTTP_OK;
}
