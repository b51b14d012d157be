/*
 * SQLite's memory, through base/alloc.h, so that a test can fail the k-th
 * allocation inside SQLite too.
 *
 * Promise: every block knows its size (SQLite asks for it) in a head of 8
 * bytes, which is the alignment that SQLite asks for. Not 16: the pieces in
 * which SQLite keeps what a savepoint may have to give back have 1,024 bytes,
 * and glibc's fast lists end at 1,032.
 */
#include "db/sqlite.h"

#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

enum { HEAD = 8 };

static void *memory_get(int n)
{
    char *block = mem_alloc((size_t)n + HEAD);
    if (!block)
        return NULL;
    memcpy(block, &n, sizeof n);
    return block + HEAD;
}

static void memory_give(void *p)
{
    mem_free((char *)p - HEAD);
}

static int memory_size(void *p)
{
    int n = 0;
    if (p)
        memcpy(&n, (char *)p - HEAD, sizeof n);
    return n;
}

static void *memory_resize(void *p, int n)
{
    char *block = mem_resize((char *)p - HEAD, (size_t)n + HEAD);
    if (!block)
        return NULL;
    memcpy(block, &n, sizeof n);
    return block + HEAD;
}

static int memory_round(int n)
{
    return (n + 7) & ~7;
}

static int memory_begin(void *self)
{
    (void)self;
    return SQLITE_OK;
}

static void memory_end(void *self)
{
    (void)self;
}

enum status sqlite_memory_use(struct fault *fault)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static bool done;
    static const sqlite3_mem_methods methods = {
        .xMalloc = memory_get,
        .xFree = memory_give,
        .xRealloc = memory_resize,
        .xSize = memory_size,
        .xRoundup = memory_round,
        .xInit = memory_begin,
        .xShutdown = memory_end,
    };
    pthread_mutex_lock(&mutex);
    if (!done && (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
                  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK))
        bug("SQLite was in use before its memory was set");
    done = true;
    int rc = sqlite3_initialize();
    pthread_mutex_unlock(&mutex);
    return rc == SQLITE_OK ? STATUS_OK : fault_no_memory(fault);
}
