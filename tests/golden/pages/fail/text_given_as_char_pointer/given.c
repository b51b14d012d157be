/*
 * A handler that gives a field the wrong type does not compile, in whichever way it is written.
 * expect-compile: given.c:19: incompatible types when assigning to type
 * expect-compile: given.c:20: incompatible types when assigning to type
 * expect-compile: given.c:21: incompatible types when assigning to type
 * expect-compile: given.c:22: incompatible types when assigning to type
 * expect-compile: given.c:23: incompatible types when assigning to type
 * expect-compile: given.c:25: missing braces around initializer
 * expect-compile: given.c:26: missing braces around initializer
 * expect-compile: given.c:27: missing braces around initializer
 */
#include "golden/golden_pages.h"

void give(struct buf *out, const char *words, struct str text, struct html markup);

void give(struct buf *out, const char *words, struct str text, struct html markup)
{
    struct x page = { 0 };
    page.a = words;
    page.u = text;
    page.h = text;
    page.a = markup;
    page.u = markup;
    x_write(out, LANGUAGE_EN, &page);
    x_write(out, LANGUAGE_EN, &(struct x){ .a = words });
    x_write(out, LANGUAGE_EN, &(struct x){ .u = text });
    x_write(out, LANGUAGE_EN, &(struct x){ .h = text });
}
