/*
 * From cmark's tree to blocks of plain text with their lines: what people read,
 * for the checks that look for something in it.
 *
 * Promise: every word that the page shows stands in exactly one block, in the
 * order of the page; nothing that it does not show stands in one. What could
 * be tried: to hide words from a check in a mark (a link, a code span, a cell
 * of a table), or across the two sides of one. Text on both sides of a mark is
 * one text here, as it is on the page.
 */
#include <string.h>

#include "base/arena.h"
#include "html/markdown.h"

#include "base/banned.h"

struct reader {
    struct buf *out;
    struct markdown_block *blocks;
    struct markdown_link *links;
    size_t blocks_n, links_n;
    size_t begun; /* where the open block's text begins in `out` */
    bool open;
    int quotes;
    int cells; /* of the open row */
};

static bool is(cmark_node *node, const char *type)
{
    return strcmp(cmark_node_get_type_string(node), type) == 0;
}

/* Blocks that hold text themselves. */
static bool holds_text(cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    return type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING || type == CMARK_NODE_CODE_BLOCK ||
           is(node, "table_row") || is(node, "table_header");
}

static int line_above(cmark_node *node)
{
    for (; node; node = cmark_node_parent(node))
        if (cmark_node_get_start_line(node) > 0)
            return cmark_node_get_start_line(node);
    return 1;
}

static void add_text(struct reader *r, const char *literal)
{
    if (literal)
        buf_add(r->out, str_of(literal));
}

static void begin(struct reader *r, cmark_node *node)
{
    r->blocks[r->blocks_n] = (struct markdown_block){ .line = line_above(node),
                                                      .quoted = r->quotes > 0,
                                                      .heading = cmark_node_get_type(node) == CMARK_NODE_HEADING,
                                                      .table = is(node, "table_row") || is(node, "table_header") };
    r->begun = r->out->n;
    r->open = true;
    r->cells = 0;
}

static void end(struct reader *r)
{
    if (!r->open)
        return;
    r->blocks[r->blocks_n].text.n = r->out->n - r->begun;
    r->blocks_n++;
    r->open = false;
}

static void enter(struct reader *r, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (holds_text(node))
        begin(r, node);
    if (type == CMARK_NODE_BLOCK_QUOTE)
        r->quotes++;
    else if (type == CMARK_NODE_CODE_BLOCK) {
        add_text(r, cmark_node_get_literal(node));
        end(r); /* a leaf: it is never left */
    } else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
        add_text(r, cmark_node_get_literal(node));
    else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
        buf_add_byte(r->out, '\n');
    else if (is(node, "table_cell") && r->cells++ > 0)
        buf_add(r->out, STR(", "));
}

static void leave(struct reader *r, cmark_node *node)
{
    if (cmark_node_get_type(node) == CMARK_NODE_BLOCK_QUOTE)
        r->quotes--;
    else if (holds_text(node))
        end(r);
}

static void count(cmark_node *document, size_t *blocks, size_t *links)
{
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        if (event != CMARK_EVENT_ENTER)
            continue;
        *blocks += holds_text(cmark_iter_get_node(iter));
        *links += cmark_node_get_type(cmark_iter_get_node(iter)) == CMARK_NODE_LINK;
    }
    cmark_iter_free(iter);
}

/* The addresses come behind the texts, so that what people read stays in one piece. */
static void read_links(struct reader *r, cmark_node *document)
{
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (event != CMARK_EVENT_ENTER || cmark_node_get_type(node) != CMARK_NODE_LINK)
            continue;
        /* The parser gives a link the line of its block; breaks before it in that block count. */
        int line = 0;
        for (cmark_node *before = cmark_node_previous(node); before; before = cmark_node_previous(before))
            line += cmark_node_get_type(before) == CMARK_NODE_SOFTBREAK ||
                    cmark_node_get_type(before) == CMARK_NODE_LINEBREAK;
        cmark_node *block = node;
        while (block && !holds_text(block))
            block = cmark_node_parent(block);
        struct markdown_link *link = &r->links[r->links_n++];
        link->line = line_above(block ? block : node) + line;
        size_t at = r->out->n;
        add_text(r, cmark_node_get_url(node));
        link->href.n = r->out->n - at;
    }
    cmark_iter_free(iter);
}

enum status markdown_tree_read(cmark_node *document, struct arena *arena, struct buf *out,
                               struct markdown_reading *reading)
{
    size_t blocks = 0;
    size_t links = 0;
    count(document, &blocks, &links);
    struct reader r = { .out = out,
                        .blocks = ARENA_ARRAY(arena, blocks + 1, struct markdown_block),
                        .links = ARENA_ARRAY(arena, links + 1, struct markdown_link) };
    if (!r.blocks || !r.links)
        return STATUS_NO_MEMORY;
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE && buf_ok(out)) {
        if (event == CMARK_EVENT_ENTER)
            enter(&r, cmark_iter_get_node(iter));
        else
            leave(&r, cmark_iter_get_node(iter));
    }
    cmark_iter_free(iter);
    read_links(&r, document);
    *reading =
        (struct markdown_reading){ .blocks = r.blocks, .blocks_n = r.blocks_n, .links = r.links, .links_n = r.links_n };
    return STATUS_OK;
}
