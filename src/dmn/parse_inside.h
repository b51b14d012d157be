/* What the files of the parser share; for nobody else. */
#ifndef CANDOUR_DMN_PARSE_INSIDE_H
#define CANDOUR_DMN_PARSE_INSIDE_H

#include "dmn/parse.h"
#include "dmn/scan.h"

struct parser {
    const struct parsing *in;
    struct scan scan;
    size_t lines_at; /* up to where lines were counted */
    int lines;
    const struct scope *scope; /* of where it reads */
    int depth;
    int input;       /* slot of "?"; -1: there is none */
    bool input_used; /* "?" was read since this was last set to false */
    bool ends_range; /* what it reads is the end of a range */
    bool quiet;      /* only tried: nothing is said */
    bool failed;     /* a fault was said; the rest is not read */
};

/* A node at this place; NULL when memory is gone. */
struct node *parser_node(struct parser *p, enum node_kind kind);
/* Of the file, where it reads; 0: not known. */
int parser_line(struct parser *p);
/* A fault at this place, once: the first is the one that helps. */
void parser_complain(struct parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes of the longest name here that means something. */
size_t parser_known(struct parser *p);
/* The name here, as a place; one that nothing has is a complaint. */
const struct node *parser_reference(struct parser *p);
/* The name after a dot; STR_NONE where none begins. */
struct str parser_member(struct parser *p);
/* The type here; NULL after a fault, and when memory is gone. */
const struct feel_type *parser_type(struct parser *p);

/* ---- parse.c ---- */

/* NULL after a fault, and when memory is gone. */
const struct node *parser_expression(struct parser *p);
/* Takes the piece; a fault where it is missing. */
bool parser_want(struct parser *p, const char *piece);
/* A word of the grammar; where a known name that is longer begins with it, the name is meant. */
bool parser_keyword(struct parser *p, const char *word);
/* A name for what is read from here on, until the caller puts the scope back. False when memory is gone. */
bool parser_enter(struct parser *p, struct str name, int slot);
/* < <= > >= = != */
bool parser_comparison(struct parser *p, enum node_operator *out);

/* ---- parse_literal.c ---- */

/* What a sign or a literal begins; *is: whether one does. */
const struct node *parser_literal(struct parser *p, bool *is);
/* "< 5": a range that is open to one side. NULL where `end` is. */
const struct node *parser_open_range(struct parser *p, enum node_operator operation, const struct node *end);
/* After "..": the end of the range, and its bracket. */
const struct node *parser_range_end(struct parser *p, const struct node *start, bool start_in);

#endif
