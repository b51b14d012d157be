/*
 * One render in flight for a key and number: whoever asks for the same page
 * meanwhile is parked here, without a thread, and gets the same answer.
 *
 * Promise: every exchange that was parked is answered when its flight ends,
 * whatever the render came to. There are never more flights than pool threads,
 * so a list serves.
 */
#include "web/inside.h"

#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

struct parked {
    struct parked *next;
    struct http_exchange *exchange;
};

struct flight {
    struct flight *next;
    uint64_t number;
    struct parked *parked;
    size_t key_n;
    char key[];
};

enum flight_kind flight_enter(struct flights *flights, struct page_cache *cache, struct http_exchange *x,
                              struct str key, uint64_t number, int64_t now, struct flight **ours, struct page **cached)
{
    enum flight_kind kind = FLIGHT_OURS;
    pthread_mutex_lock(&flights->lock);
    struct flight *f = flights->first;
    while (f && !(f->number == number && str_equal((struct str){ f->key, f->key_n }, key)))
        f = f->next;
    /* A flight puts its page into the cache before it ends, so nothing falls between the two looks. */
    *cached = f ? NULL : page_cache_get(cache, key, number, now);
    if (f) {
        struct parked *parked = mem_alloc(sizeof *parked);
        if (parked) {
            *parked = (struct parked){ .next = f->parked, .exchange = x };
            f->parked = parked;
            flights->parked++;
        }
        kind = parked ? FLIGHT_PARKED : FLIGHT_NO_MEMORY;
    } else if (*cached) {
        kind = FLIGHT_CACHED;
    } else {
        f = mem_alloc(sizeof *f + key.n);
        if (f) {
            f->next = flights->first;
            f->number = number;
            f->parked = NULL;
            f->key_n = key.n;
            memcpy(f->key, key.p, key.n);
            flights->first = f;
            flights->begun++;
            *ours = f;
        }
        kind = f ? FLIGHT_OURS : FLIGHT_NO_MEMORY;
    }
    pthread_mutex_unlock(&flights->lock);
    return kind;
}

void flight_end(struct flights *flights, struct flight *flight, void (*answer)(void *self, struct http_exchange *x),
                void *self)
{
    pthread_mutex_lock(&flights->lock);
    struct flight **at = &flights->first;
    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    pthread_mutex_unlock(&flights->lock);
    /* Nobody can reach it any more. */
    for (struct parked *p = flight->parked; p;) {
        struct parked *next = p->next;
        answer(self, p->exchange);
        mem_free(p);
        p = next;
    }
    mem_free(flight);
}
