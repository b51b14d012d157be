/* A growing run of bytes; the limit is what keeps hostile input from growing it for ever. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/banned.h"

void buf_init(struct buf *b, struct arena *arena, size_t limit)
{
    *b = (struct buf){ .arena = arena, .limit = limit };
}

void buf_free(struct buf *b)
{
    if (!b->arena)
        mem_free(b->p);
    buf_init(b, b->arena, b->limit);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
}

/* Room for n bytes that count towards the limit, and for `spare` behind them that do not. */
static char *grow(struct buf *b, size_t n, size_t spare)
{
    if (b->failed || n > b->limit || b->n > b->limit - n || b->n + n > SIZE_MAX / 2 - spare) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->n + n + spare;
    if (b->p && need <= b->cap)
        return b->p + b->n;
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need)
        cap *= 2;
    if (cap > b->limit && cap > need)
        cap = b->limit > need ? b->limit : need;
    char *p = b->arena ? arena_alloc(b->arena, cap, 1) : mem_resize(b->p, cap);
    if (!p) {
        b->failed = true;
        return NULL;
    }
    if (b->arena && b->n)
        memcpy(p, b->p, b->n);
    b->p = p;
    b->cap = cap;
    return p + b->n;
}

char *buf_room(struct buf *b, size_t n)
{
    return grow(b, n, 0);
}

void buf_grew(struct buf *b, size_t n)
{
    b->n += n;
}

void buf_add(struct buf *b, struct str s)
{
    if (s.n == 0)
        return;
    char *room = buf_room(b, s.n);
    if (!room)
        return;
    memcpy(room, s.p, s.n);
    b->n += s.n;
}

void buf_add_byte(struct buf *b, char c)
{
    buf_add(b, (struct str){ &c, 1 });
}

void buf_add_quoted(struct buf *b, struct str s)
{
    buf_add_byte(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_add_byte(b, '\\');
        buf_add_byte(b, s.p[i]);
    }
    buf_add_byte(b, '"');
}

void buf_add_i64(struct buf *b, int64_t v)
{
    buf_format(b, "%lld", (long long)v);
}

void buf_format(struct buf *b, const char *format, ...)
{
    va_list ap;
    va_list again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *room = n < 0 ? NULL : grow(b, (size_t)n, 1); /* vsnprintf ends in a NUL */
    if (room) {
        vsnprintf(room, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    } else {
        b->failed = true;
    }
    va_end(again);
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

struct str buf_str(const struct buf *b)
{
    if (b->failed)
        return STR_NONE;
    return (struct str){ b->p ? b->p : "", b->n };
}
