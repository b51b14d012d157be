/*
 * The characters of FEEL: spaces, comments, names, numbers, strings (DMN 1.5,
 * 10.3.1.2, grammar rules 28 to 37). A name may hold spaces; where it ends is
 * known only to who knows the names that there are.
 */
#ifndef CANDOUR_DMN_SCAN_H
#define CANDOUR_DMN_SCAN_H

#include "base/str.h"

struct buf;

struct scan {
    struct str text; /* valid UTF-8 */
    size_t at;
};

/* Spaces and comments. */
void scan_space(struct scan *scan);
/* After spaces: takes `piece` if it stands there. A piece that ends in a letter is taken only as a whole word. */
bool scan_take(struct scan *scan, const char *piece);
/* The same without taking it. */
bool scan_sees(const struct scan *scan, const char *piece);
/* The word at this place, STR_NONE where none begins: "a1" of "a1-b". Takes nothing. */
struct str scan_word(const struct scan *scan);
/*
 * How many bytes of the text at this place are the name, where runs of space are one; 0: it does not stand there. Adds
 * to *looked how many were looked at.
 */
size_t scan_name(const struct scan *scan, struct str name, size_t *looked);
/* What stands before the next `end` ("in", ":") and can be a name; STR_NONE where there is none. Takes nothing. */
struct str scan_name_before(const struct scan *scan, const char *end);
/* The digits of a number; STR_NONE where none begins. Takes it. */
struct str scan_number(struct scan *scan);
/* The text of a string, after its first quote; takes the last one. False where it has no end or a wrong escape. */
bool scan_string(struct scan *scan, struct buf *out);

/* With one space where there were several, and none at its sides. */
struct str scan_name_of(struct arena *arena, struct str written);
/* Lines that begin in the text from a place to a later one. */
int scan_lines(struct str text, size_t from, size_t to);

#endif
