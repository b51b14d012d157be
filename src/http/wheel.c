/*
 * Deadlines of one loop's connections: a ring of slots, one a tick.
 *
 * Promise: setting a deadline costs a few stores and no memory; a deadline
 * that only moves away is not moved in the ring until its slot comes by. A
 * deadline that was at least a tick away is kept at most a tick early, and
 * never late for want of a look.
 */
#include "http/front.h"

#include "base/banned.h"

static void unlink_slot(struct wheel *w, struct connection *c)
{
    *c->wheel_link = c->wheel_next;
    if (c->wheel_next)
        c->wheel_next->wheel_link = c->wheel_link;
    c->wheel_link = NULL;
    if (!w->slots[c->slot])
        w->taken[c->slot / 64] &= ~((uint64_t)1 << (c->slot % 64));
}

void http_wheel_set(struct wheel *w, struct connection *c, int64_t due)
{
    c->due = due;
    if (c->wheel_link) {
        if (c->slot_due <= due)
            return;
        unlink_slot(w, c);
    }
    int64_t tick = due / WHEEL_TICK_MS;
    if (tick <= w->tick)
        tick = w->tick + 1;
    if (tick >= w->tick + WHEEL_SLOTS)
        tick = w->tick + WHEEL_SLOTS - 1;
    c->slot = (unsigned)(tick % WHEEL_SLOTS);
    c->slot_due = tick * WHEEL_TICK_MS;
    c->wheel_next = w->slots[c->slot];
    c->wheel_link = &w->slots[c->slot];
    if (c->wheel_next)
        c->wheel_next->wheel_link = &c->wheel_next;
    w->slots[c->slot] = c;
    w->taken[c->slot / 64] |= (uint64_t)1 << (c->slot % 64);
}

void http_wheel_remove(struct wheel *w, struct connection *c)
{
    if (c->wheel_link)
        unlink_slot(w, c);
}

void http_wheel_run(struct wheel *w, int64_t now, void (*expire)(struct connection *c))
{
    int64_t last = now / WHEEL_TICK_MS;
    if (last - w->tick > WHEEL_SLOTS)
        w->tick = last - WHEEL_SLOTS;
    while (w->tick < last) {
        w->tick++;
        size_t slot = (size_t)(w->tick % WHEEL_SLOTS);
        /* What is set anew meanwhile never lands in this slot: it is a whole round away. */
        while (w->slots[slot]) {
            struct connection *c = w->slots[slot];
            unlink_slot(w, c);
            if (c->due / WHEEL_TICK_MS <= last)
                expire(c);
            else
                http_wheel_set(w, c, c->due);
        }
    }
}

int http_wheel_wait(const struct wheel *w, int64_t now)
{
    for (int64_t ahead = 1; ahead <= WHEEL_SLOTS;) {
        int64_t tick = w->tick + ahead;
        unsigned slot = (unsigned)(tick % WHEEL_SLOTS);
        uint64_t here = w->taken[slot / 64] >> (slot % 64);
        if (here) {
            tick += __builtin_ctzll(here);
            int64_t wait = tick * WHEEL_TICK_MS - now;
            return wait < 0 ? 0 : (int)wait;
        }
        ahead += 64 - slot % 64;
    }
    return -1;
}
