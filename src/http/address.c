/*
 * How many connections each address has, so that one visitor cannot hold all.
 *
 * Promise: memory is fixed at the start; entering and leaving cost one short
 * lock when a connection begins and ends, none while it is served.
 *
 * An attacker chooses addresses: the table is seeded at random, so that they
 * cannot be chosen to fall into one bucket.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "http/front.h"

#include "base/banned.h"

enum { BUCKETS = 2 * HTTP_CONNECTIONS_MAX, NOBODY = -1 };

struct entry {
    struct address_key key;
    int count;
    int next;
};

struct http_addresses {
    pthread_mutex_t lock;
    uint64_t seed[2];
    int unused;
    int buckets[BUCKETS];
    struct entry entries[HTTP_CONNECTIONS_MAX];
};

struct http_addresses *http_addresses_new(void)
{
    struct http_addresses *a = mem_zero(1, sizeof *a);
    if (!a)
        return NULL;
    pthread_mutex_init(&a->lock, NULL);
    entropy_fill(a->seed, sizeof a->seed);
    for (int i = 0; i < BUCKETS; i++)
        a->buckets[i] = NOBODY;
    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        a->entries[i].next = i + 1 < HTTP_CONNECTIONS_MAX ? i + 1 : NOBODY;
    return a;
}

void http_addresses_free(struct http_addresses *a)
{
    if (!a)
        return;
    pthread_mutex_destroy(&a->lock);
    mem_free(a);
}

static uint64_t mixed(uint64_t v)
{
    v ^= v >> 32;
    v *= UINT64_C(0xD6E8FEB86659FD93);
    v ^= v >> 32;
    v *= UINT64_C(0xD6E8FEB86659FD93);
    return v ^ (v >> 32);
}

static int *bucket(struct http_addresses *a, const struct address_key *key)
{
    uint64_t half[2];
    memcpy(half, key->bytes, sizeof half);
    return &a->buckets[mixed(mixed(half[0] ^ a->seed[0]) ^ half[1] ^ a->seed[1]) % BUCKETS];
}

/* The place that holds the number of its entry, or the end of its bucket. */
static int *find(struct http_addresses *a, const struct address_key *key)
{
    int *at = bucket(a, key);
    while (*at != NOBODY && memcmp(a->entries[*at].key.bytes, key->bytes, sizeof key->bytes) != 0)
        at = &a->entries[*at].next;
    return at;
}

bool http_addresses_enter(struct http_addresses *a, const struct address_key *key)
{
    bool fits = true;
    pthread_mutex_lock(&a->lock);
    int *at = find(a, key);
    if (*at == NOBODY && a->unused == NOBODY) {
        fits = false;
    } else if (*at == NOBODY) {
        struct entry *e = &a->entries[a->unused];
        *at = a->unused;
        a->unused = e->next;
        *e = (struct entry){ .key = *key, .count = 1, .next = NOBODY };
    } else if (a->entries[*at].count == HTTP_CONNECTIONS_PER_ADDRESS_MAX) {
        fits = false;
    } else {
        a->entries[*at].count++;
    }
    pthread_mutex_unlock(&a->lock);
    return fits;
}

void http_addresses_leave(struct http_addresses *a, const struct address_key *key)
{
    pthread_mutex_lock(&a->lock);
    int *at = find(a, key);
    if (*at == NOBODY)
        bug("an address leaves that never came");
    struct entry *e = &a->entries[*at];
    if (--e->count == 0) {
        int here = *at;
        *at = e->next;
        e->next = a->unused;
        a->unused = here;
    }
    pthread_mutex_unlock(&a->lock);
}
