/*
 * A growing run of bytes with a sticky error: write on, ask once at the end.
 *
 * After the first failure (limit or memory) every further write does nothing
 * and `buf_ok` is false. With an arena the bytes live as long as the arena;
 * without one they are on the heap and `buf_free` gives them back.
 */
#ifndef CANDOUR_BASE_BUF_H
#define CANDOUR_BASE_BUF_H

#include "base/str.h"

struct buf {
    char *p;
    size_t n;
    size_t cap;
    size_t limit;
    struct arena *arena;
    bool failed;
};

/* `arena` may be NULL (heap). `limit` is the largest length in bytes. */
void buf_init(struct buf *b, struct arena *arena, size_t limit);
void buf_free(struct buf *b);
/* Empties it and forgets the error; keeps the room. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, struct str s);
void buf_add_byte(struct buf *b, char c);
/* In double quotes, a backslash before each quote and backslash: as FEEL writes a string, and YAML one of a single
 * line. */
void buf_add_quoted(struct buf *b, struct str s);
void buf_add_i64(struct buf *b, int64_t v);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes, to be filled by the caller and counted with `buf_grew`; NULL on failure. */
char *buf_room(struct buf *b, size_t n);
void buf_grew(struct buf *b, size_t n);

bool buf_ok(const struct buf *b);
/* What stands in it: valid until the next write. STR_NONE after a failure. */
struct str buf_str(const struct buf *b);

#endif
