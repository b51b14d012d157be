/*
 * JSON from outside (read with json-c) and to the outside (written here).
 *
 * Reading: at most `JSON_MAX_BYTES`, depth `JSON_MAX_DEPTH`, valid UTF-8, no
 * NUL in strings, no member twice, nothing after the value. Numbers keep their
 * text; a whole number that does not fit into int64_t is refused.
 * Writing: `json_put_*` into a `struct buf`; commas come by themselves. For a
 * hash, `json_canonical` gives RFC 8785 (members by UTF-16 code units, numbers
 * as ECMAScript writes them).
 */
#ifndef CANDOUR_BASE_JSON_H
#define CANDOUR_BASE_JSON_H

#include "base/buf.h"
#include "base/status.h"

enum { JSON_MAX_BYTES = 1024 * 1024, JSON_MAX_DEPTH = 32 };

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    bool boolean;
    struct str text;    /* string: its text; number: as it was written */
    size_t n;           /* array, object: how many */
    struct json *items; /* array: values; object: values, in the order of the text */
    struct str *names;  /* object: as many as values */
};

/* The tree lives in the arena. The fault names line and column. */
enum status json_read(struct arena *arena, struct str text, const struct json **out, struct fault *fault);
/* A member of an object, or NULL (also where `object` is NULL or not an object). */
const struct json *json_get(const struct json *object, struct str name);
/* The number as an integer; false where it is none, or has a fraction or exponent. */
bool json_i64(const struct json *number, int64_t *out);

/*
 * RFC 8785 of a tree. STATUS_INVALID for a number that a double cannot hold: one that overflows, or a whole number
 * beyond 2^53 that is not exactly a double. STATUS_NO_MEMORY; STATUS_LIMIT where the buffer failed.
 */
enum status json_canonical(struct buf *out, const struct json *value);

/* For building: each adds one value or member. Nothing is checked but the buffer's error. */
struct json_writer {
    struct buf *out;
    unsigned depth;
    bool first[JSON_MAX_DEPTH + 1];
    bool after_name;
};
void json_writer_init(struct json_writer *w, struct buf *out);
void json_open_object(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w);
void json_close_array(struct json_writer *w);
void json_name(struct json_writer *w, struct str name);
void json_put_str(struct json_writer *w, struct str text);
void json_put_i64(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
/* A value that is JSON already (a number's own text, a stored document). */
void json_put_raw(struct json_writer *w, struct str json);

#endif
