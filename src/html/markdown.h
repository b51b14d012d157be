/*
 * What the two halves of the Markdown renderer share: markdown.c owns the
 * guarded run of cmark-gfm, markdown_write.c reads its tree. For this room only.
 */
#ifndef CANDOUR_HTML_MARKDOWN_H
#define CANDOUR_HTML_MARKDOWN_H

#include <cmark-gfm.h>

#include "html/html.h"

/*
 * Both run while cmark's allocator may leave by the guarded exit, so they own
 * nothing but what stands in `scratch`.
 */
enum status markdown_tree_check(cmark_node *document, struct markdown_fault *fault);
enum status markdown_tree_html(cmark_node *document, struct arena *scratch, struct buf *out,
                               struct markdown_fault *fault);
void markdown_tree_words(cmark_node *document, struct buf *out);
/*
 * Blocks and links with their texts one after another in `out`: each `p` is NULL and `n` the length, in the order of
 * `out`, the blocks first. STATUS_NO_MEMORY.
 */
enum status markdown_tree_read(cmark_node *document, struct arena *arena, struct buf *out,
                               struct markdown_reading *reading);

/*
 * The next bare address in running text ("https://…", "www.…", "name@host.example"),
 * from byte `from` on. False where there is none; `*href` then is unset.
 */
bool markdown_autolink(struct arena *scratch, struct str text, size_t from, struct str *found, struct url *href);

#endif
