/*
 * The page cache: a table of pointers to immutable pages that loops read
 * without a lock and without an allocation.
 *
 * A page is found only while the public number is still the one that it was
 * rendered under and its valid_until has not come. The cache is told nothing
 * about what changed: an older number is a miss.
 *
 * How a reader is safe: it writes the pointer that it is about to use into a
 * hazard slot, looks again whether the table still holds it, and then counts
 * itself into the page. Writers (one at a time, under a lock, on pool threads)
 * take a page out of the table first and drop the table's own reference only
 * when no hazard slot holds the page; until then it waits among the retired.
 * All of these accesses are sequentially consistent: either the writer sees
 * the hazard or the reader sees that the pointer went.
 *
 * An attacker can ask for many addresses, but only pages that exist with
 * canonical queries come in; what is not read goes out first (a clock hand).
 */
#include "web/inside.h"

#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

enum { SETS = 1024, WAYS = 4, HAZARDS = 64, LINE = 64 };

struct slot {
    _Atomic uint64_t hash; /* a hint, so that most slots are passed without touching their page */
    _Atomic(struct page *) page;
};

struct hazard {
    _Atomic(struct page *) page;
    char apart[LINE - sizeof(void *)]; /* threads do not share a line of the processor's cache */
};

struct page_cache {
    struct hazard hazards[HAZARDS];
    struct slot slots[SETS][WAYS];
    size_t bytes_max;
    pthread_mutex_t lock; /* for what follows, and for every change of a slot */
    size_t bytes;
    size_t hand;
    struct page *retired;
};

/* Marks a hazard slot as taken before it holds a pointer. */
static struct page taken;

struct page_cache *page_cache_new(size_t bytes_max)
{
    struct page_cache *cache = mem_zero(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->bytes_max = bytes_max;
    pthread_mutex_init(&cache->lock, NULL);
    return cache;
}

static struct slot *slot_at(struct page_cache *cache, size_t i)
{
    return &cache->slots[i / WAYS][i % WAYS];
}

static bool in_hand(struct page_cache *cache, const struct page *page)
{
    for (size_t i = 0; i < HAZARDS; i++)
        if (atomic_load(&cache->hazards[i].page) == page)
            return true;
    return false;
}

/* Drops the table's reference of every retired page that no reader holds in hand. */
static void sweep(struct page_cache *cache)
{
    struct page **at = &cache->retired;
    while (*at) {
        struct page *page = *at;
        if (in_hand(cache, page)) {
            at = &page->next;
            continue;
        }
        *at = page->next;
        page_unref(page);
    }
}

static void empty_slot(struct page_cache *cache, struct slot *slot)
{
    struct page *old = atomic_exchange(&slot->page, NULL);
    if (!old)
        return;
    atomic_store_explicit(&slot->hash, 0, memory_order_relaxed);
    cache->bytes -= old->size;
    old->next = cache->retired;
    cache->retired = old;
}

void page_cache_free(struct page_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < (size_t)SETS * WAYS; i++)
        empty_slot(cache, slot_at(cache, i));
    sweep(cache);
    pthread_mutex_destroy(&cache->lock);
    mem_free(cache);
}

/* A hazard slot of this thread's own for a moment. NULL when all are in use: then the read is a miss. */
static struct hazard *hazard_take(struct page_cache *cache)
{
    static _Atomic unsigned threads;
    static _Thread_local unsigned mine; /* from 1 */
    if (mine == 0)
        mine = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) + 1;
    for (unsigned i = 0; i < HAZARDS; i++) {
        struct hazard *h = &cache->hazards[(mine + i) % HAZARDS];
        struct page *none = NULL;
        if (atomic_compare_exchange_strong(&h->page, &none, &taken))
            return h;
    }
    return NULL;
}

/* The page in this slot if it is the one that is meant, with one reference more. */
static struct page *slot_read(struct slot *slot, struct hazard *hazard, struct str key, uint64_t number, int64_t now)
{
    struct page *page = atomic_load(&slot->page);
    if (!page)
        return NULL;
    atomic_store(&hazard->page, page);
    if (atomic_load(&slot->page) != page)
        return NULL; /* it went this very moment: a miss */
    if (page->number != number || now >= page->valid_until || !str_equal(page->key, key))
        return NULL;
    page_ref(page);
    if (!atomic_load_explicit(&page->used, memory_order_relaxed))
        atomic_store_explicit(&page->used, true, memory_order_relaxed);
    return page;
}

struct page *page_cache_get(struct page_cache *cache, struct str key, uint64_t number, int64_t now)
{
    struct hazard *hazard = hazard_take(cache);
    if (!hazard)
        return NULL;
    uint64_t hash = hash_bytes(key);
    struct slot *set = cache->slots[hash % SETS];
    struct page *found = NULL;
    for (size_t i = 0; i < WAYS && !found; i++)
        if (atomic_load_explicit(&set[i].hash, memory_order_relaxed) == hash)
            found = slot_read(&set[i], hazard, key, number, now);
    atomic_store(&hazard->page, NULL);
    return found;
}

/* The slot to use: the same key's, a free one, one whose page is out of date, or the one least lately read. */
static struct slot *slot_choose(struct page_cache *cache, const struct page *page, uint64_t number)
{
    struct slot *set = cache->slots[page->hash % SETS];
    struct slot *empty = NULL;
    struct slot *stale = NULL;
    struct slot *unread = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        const struct page *there = atomic_load(&set[i].page);
        if (!there)
            empty = &set[i];
        else if (there->hash == page->hash && str_equal(there->key, page->key))
            return &set[i];
        else if (there->number != number)
            stale = &set[i];
        else if (!atomic_load_explicit(&there->used, memory_order_relaxed))
            unread = &set[i];
    }
    return empty ? empty : stale ? stale : unread ? unread : &set[cache->hand % WAYS];
}

/* Takes pages out until `size` more bytes fit: out-of-date ones, then those not read since the hand last came by. */
static void make_room(struct page_cache *cache, size_t size, uint64_t number)
{
    enum { ALL = SETS * WAYS };
    for (size_t steps = 0; cache->bytes + size > cache->bytes_max && steps < 3 * (size_t)ALL; steps++) {
        struct slot *slot = slot_at(cache, cache->hand++ % ALL);
        struct page *page = atomic_load(&slot->page);
        if (!page)
            continue;
        if (page->number != number || !atomic_exchange_explicit(&page->used, false, memory_order_relaxed))
            empty_slot(cache, slot);
    }
}

void page_cache_put(struct page_cache *cache, struct page *page, uint64_t number)
{
    if (page->size > cache->bytes_max / 4 || page->number != number)
        return;
    pthread_mutex_lock(&cache->lock);
    struct slot *slot = slot_choose(cache, page, number);
    empty_slot(cache, slot);
    make_room(cache, page->size, number);
    if (cache->bytes + page->size <= cache->bytes_max) {
        page_ref(page);
        cache->bytes += page->size;
        atomic_store_explicit(&slot->hash, page->hash, memory_order_relaxed);
        atomic_store(&slot->page, page);
    }
    sweep(cache);
    pthread_mutex_unlock(&cache->lock);
}

size_t page_cache_bytes(struct page_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    size_t bytes = cache->bytes;
    pthread_mutex_unlock(&cache->lock);
    return bytes;
}
