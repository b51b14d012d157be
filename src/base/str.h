/*
 * A string that carries its length: bytes that somebody else owns.
 *
 * A `struct str` never owns and is never required to end in NUL. The absent
 * string is `STR_NONE` (p == NULL), which is not the same as an empty one.
 * Text means valid UTF-8 without NUL; where a function asks for text it says so.
 */
#ifndef CANDOUR_BASE_STR_H
#define CANDOUR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){ "" literal "", sizeof(literal) - 1 })
/* For tables with static storage, where a compound literal is not constant. */
#define STR_INIT(literal)                                                                                              \
    {                                                                                                                  \
        "" literal "", sizeof(literal) - 1                                                                             \
    }
#define STR_NONE ((struct str){ NULL, 0 })

/* For printf: `"%.*s", STR_ARG(s)`. */
#define STR_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

/* The bytes up to the NUL of a C string that came from outside our code. */
struct str str_of(const char *z);

bool str_equal(struct str a, struct str b);
/* Letters (bytes) to change, add or leave out to make b of a; SIZE_MAX where one has more than 40 bytes. */
size_t str_distance(struct str a, struct str b);
/* ASCII letters without regard to case; for field names, not for people's words. */
bool str_equal_nocase(struct str a, struct str b);
/* Order of bytes, the shorter first where one is the head of the other: <0, 0, >0. */
int str_compare(struct str a, struct str b);
bool str_starts(struct str s, struct str head);
bool str_ends(struct str s, struct str tail);
/* Position of the first byte or piece, or -1. */
ptrdiff_t str_find_byte(struct str s, char c);
ptrdiff_t str_find(struct str s, struct str piece);
/* From `from` on, at most `n` bytes; both are cut to what is there. */
struct str str_slice(struct str s, size_t from, size_t n);
/* Without spaces, tabs and line ends at both sides. */
struct str str_trim(struct str s);
/*
 * Takes the piece before the first `at` off the front of `*rest` (and drops
 * the separator). False when `*rest` was already used up (p == NULL).
 */
bool str_cut(struct str *rest, char at, struct str *piece);

/* Decimal digits with an optional minus, nothing else, no overflow. */
bool str_to_i64(struct str s, int64_t *out);
/* Valid UTF-8 (no surrogates, nothing overlong, at most U+10FFFF) without NUL. */
bool str_is_text(struct str s);
/* Code points in valid UTF-8. */
size_t str_code_points(struct str s);

/*
 * For lines that people are shown, in valid UTF-8. Where the first character
 * stands that such a line must not hold, or -1; the character goes to
 * `*character`. Refused are controls, line and paragraph separators, what turns
 * the direction of text, and what has no width. The two joiners U+200C and
 * U+200D, which some scripts and signs need, may stand between two characters
 * that are no spaces.
 */
ptrdiff_t str_find_unfit(struct str s, uint32_t *character);
/* The same for the marks that turn the direction of text alone. */
ptrdiff_t str_find_turning(struct str s, uint32_t *character);
/* Whether valid UTF-8 has a character that is seen: not only spaces, joiners, selectors and fillers. */
bool str_is_visible(struct str s);
/* Valid UTF-8 that is seen and holds nothing unfit. */
bool str_is_line(struct str s);

/* A copy in the arena, ending in NUL (not counted). STR_NONE when memory is gone. */
struct str str_copy(struct arena *arena, struct str s);
/* The same as a C string for a library that wants one; NULL when memory is gone or s holds a NUL. */
const char *str_z(struct arena *arena, struct str s);
/* printf into the arena; STR_NONE when memory is gone. */
struct str str_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
