/*
 * From cmark's tree to our markup, and to words alone.
 *
 * Promise: the elements and classes below are all there is; text goes through
 * `html_text`, addresses through `url_outside`. Nothing is cleaned afterwards:
 * what is not in the list is never written. A node that we do not know, raw
 * HTML and images are faults with their line.
 */
#include "html/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

enum { TABLE_NAME_MAX = 1000 }; /* bytes */

enum part {
    PART_DOCUMENT,
    PART_QUOTE,
    PART_LIST,
    PART_ITEM,
    PART_CODE_BLOCK,
    PART_PARAGRAPH,
    PART_HEADING,
    PART_BREAK,
    PART_TABLE,
    PART_TABLE_HEAD,
    PART_TABLE_ROW,
    PART_TABLE_CELL,
    PART_TEXT,
    PART_SOFT_BREAK,
    PART_LINE_BREAK,
    PART_CODE,
    PART_EMPHASIS,
    PART_STRONG,
    PART_DELETED,
    PART_LINK,
    PART_HTML,
    PART_IMAGE,
    PART_UNKNOWN,
};

/* Types of extensions are numbers given at run time; their names are fixed. */
static enum part part_of(cmark_node *node)
{
    static const struct {
        struct str name;
        enum part part;
    } parts[] = {
        { STR_INIT("document"), PART_DOCUMENT },
        { STR_INIT("block_quote"), PART_QUOTE },
        { STR_INIT("list"), PART_LIST },
        { STR_INIT("item"), PART_ITEM },
        { STR_INIT("code_block"), PART_CODE_BLOCK },
        { STR_INIT("paragraph"), PART_PARAGRAPH },
        { STR_INIT("heading"), PART_HEADING },
        { STR_INIT("thematic_break"), PART_BREAK },
        { STR_INIT("table"), PART_TABLE },
        { STR_INIT("table_header"), PART_TABLE_HEAD },
        { STR_INIT("table_row"), PART_TABLE_ROW },
        { STR_INIT("table_cell"), PART_TABLE_CELL },
        { STR_INIT("text"), PART_TEXT },
        { STR_INIT("softbreak"), PART_SOFT_BREAK },
        { STR_INIT("linebreak"), PART_LINE_BREAK },
        { STR_INIT("code"), PART_CODE },
        { STR_INIT("emph"), PART_EMPHASIS },
        { STR_INIT("strong"), PART_STRONG },
        { STR_INIT("strikethrough"), PART_DELETED },
        { STR_INIT("link"), PART_LINK },
        { STR_INIT("html_block"), PART_HTML },
        { STR_INIT("html_inline"), PART_HTML },
        { STR_INIT("image"), PART_IMAGE },
    };
    struct str name = str_of(cmark_node_get_type_string(node));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (str_equal(name, parts[i].name))
            return parts[i].part;
    return PART_UNKNOWN;
}

/* Inline nodes do not always know their line; a block does. */
static int line_of(cmark_node *node)
{
    for (; node; node = cmark_node_parent(node))
        if (cmark_node_get_start_line(node) > 0)
            return cmark_node_get_start_line(node);
    return 1;
}

static struct str literal_of(cmark_node *node)
{
    return str_of(cmark_node_get_literal(node));
}

static enum status refuse(struct markdown_fault *fault, cmark_node *node, enum status status, const char *words)
{
    fault->line = line_of(node);
    return fault_set(&fault->fault, status, "%s", words);
}

/* ---- What may stand in a text at all ---- */

static bool has_words(cmark_node *link)
{
    bool found = false;
    cmark_iter *iter = cmark_iter_new(link);
    while (cmark_iter_next(iter) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        enum part part = part_of(node);
        if ((part == PART_TEXT || part == PART_CODE) && str_trim(literal_of(node)).n > 0)
            found = true;
    }
    cmark_iter_free(iter);
    return found;
}

static enum status node_check(cmark_node *node, struct markdown_fault *fault)
{
    enum part part = part_of(node);
    if (part == PART_HTML)
        return refuse(fault, node, STATUS_INVALID,
                      "HTML cannot stand here: write Markdown, or \\< for the sign itself");
    if (part == PART_IMAGE)
        return refuse(fault, node, STATUS_INVALID, "a picture cannot stand in the text: it has a record of its own");
    if (part == PART_UNKNOWN)
        return refuse(fault, node, STATUS_INVALID, "this kind of Markdown is not known here: write it more simply");
    if (part == PART_LINK && !has_words(node))
        return refuse(fault, node, STATUS_INVALID, "this link has no words: put what it leads to between the brackets");
    return STATUS_OK;
}

/* cmark's iterator leaves these without having told so. */
static bool is_leaf(enum part part)
{
    return part == PART_TEXT || part == PART_SOFT_BREAK || part == PART_LINE_BREAK || part == PART_CODE ||
           part == PART_CODE_BLOCK || part == PART_BREAK || part == PART_HTML;
}

enum status markdown_tree_check(cmark_node *document, struct markdown_fault *fault)
{
    int depth = 0;
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (event == CMARK_EVENT_EXIT) {
            depth--;
            continue;
        }
        enum status status = node_check(node, fault);
        if (status != STATUS_OK)
            return status;
        depth += !is_leaf(part_of(node));
        if (depth > MARKDOWN_MAX_DEPTH)
            return refuse(fault, node, STATUS_LIMIT, "too many things inside one another: use fewer levels");
    }
    return STATUS_OK;
}

/* ---- HTML ---- */

struct renderer {
    struct buf *out;
    struct arena *scratch;
    struct markdown_fault *fault;
    int least_level; /* of the text's own headings */
    int heading;     /* the last one written, as h2 to h4; 1 before any */
    bool in_table_body;
    size_t column;
    int links; /* open ones */
};

static void put(struct renderer *r, const char *literal)
{
    html_literal(r->out, str_of(literal));
}

static int least_level(cmark_node *document)
{
    int least = 6;
    cmark_iter *iter = cmark_iter_new(document);
    while (cmark_iter_next(iter) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (part_of(node) == PART_HEADING && cmark_node_get_heading_level(node) < least)
            least = cmark_node_get_heading_level(node);
    }
    cmark_iter_free(iter);
    return least;
}

/* The page has its h1; below it no level is skipped, so that a screen reader's list of headings has no hole. */
static void heading(struct renderer *r, cmark_node *node, bool enters)
{
    static const char *const opened[] = { "<h2 class=\"govuk-heading-m\">", "<h3 class=\"govuk-heading-s\">",
                                          "<h4 class=\"govuk-heading-s\">" };
    static const char *const closed[] = { "</h2>\n", "</h3>\n", "</h4>\n" };
    if (enters) {
        int level = cmark_node_get_heading_level(node) - r->least_level + 2;
        if (level > r->heading + 1)
            level = r->heading + 1;
        r->heading = level > 4 ? 4 : level;
    }
    put(r, (enters ? opened : closed)[r->heading - 2]);
}

static bool is_tight(cmark_node *paragraph)
{
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *list = item ? cmark_node_parent(item) : NULL;
    return list && part_of(item) == PART_ITEM && part_of(list) == PART_LIST && cmark_node_get_list_tight(list) != 0;
}

static void list(struct renderer *r, cmark_node *node, bool enters)
{
    bool numbered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    if (!enters) {
        put(r, numbered ? "</ol>\n" : "</ul>\n");
        return;
    }
    if (!numbered) {
        put(r, "<ul class=\"govuk-list govuk-list--bullet\">\n");
        return;
    }
    put(r, "<ol class=\"govuk-list govuk-list--number\"");
    if (cmark_node_get_list_start(node) != 1) {
        put(r, " start=\"");
        html_int(r->out, cmark_node_get_list_start(node));
        put(r, "\"");
    }
    put(r, ">\n");
}

/*
 * A table stands in a frame that scrolls when it is wider than the screen: reached by keyboard, and named by the words
 * of the table's own head, so that it has a name in the language of the text.
 */
static void table(struct renderer *r, cmark_node *node, bool enters)
{
    struct buf name;
    if (!enters) {
        put(r, r->in_table_body ? "</tbody>\n</table>\n</div>\n" : "</table>\n</div>\n");
        return;
    }
    r->in_table_body = false;
    buf_init(&name, r->scratch, TABLE_NAME_MAX);
    cmark_node *head = cmark_node_first_child(node);
    if (head)
        markdown_tree_words(head, &name);
    /* A head that is empty, or longer than a name is listened to, names nothing. */
    if (buf_ok(&name) && buf_str(&name).n > 0) {
        put(r, "<div class=\"candour-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
        html_attribute(r->out, buf_str(&name));
        put(r, "\">\n");
    } else {
        put(r, "<div class=\"candour-scroll\">\n");
    }
    put(r, "<table class=\"govuk-table\">\n");
}

static void table_row(struct renderer *r, bool is_head, bool enters)
{
    r->column = 0;
    if (!enters) {
        put(r, is_head ? "</tr>\n</thead>\n" : "</tr>\n");
        return;
    }
    if (is_head) {
        put(r, "<thead class=\"govuk-table__head\">\n");
    } else if (!r->in_table_body) {
        put(r, "<tbody class=\"govuk-table__body\">\n");
        r->in_table_body = true;
    }
    put(r, "<tr class=\"govuk-table__row\">\n");
}

static void table_cell(struct renderer *r, cmark_node *node, bool enters)
{
    cmark_node *row = cmark_node_parent(node);
    bool is_head = row && part_of(row) == PART_TABLE_HEAD;
    if (!enters) {
        put(r, is_head ? "</th>\n" : "</td>\n");
        return;
    }
    cmark_node *whole = row ? cmark_node_parent(row) : NULL;
    const uint8_t *alignments = whole ? cmark_gfm_extensions_get_table_alignments(whole) : NULL;
    bool numeric =
        alignments && r->column < cmark_gfm_extensions_get_table_columns(whole) && alignments[r->column] == 'r';
    r->column++;
    put(r, is_head ? "<th scope=\"col\" class=\"govuk-table__header" : "<td class=\"govuk-table__cell");
    if (numeric)
        put(r, is_head ? " govuk-table__header--numeric" : " govuk-table__cell--numeric");
    put(r, "\">");
}

static void link_open(struct renderer *r, struct url href)
{
    put(r, "<a class=\"govuk-link\" href=\"");
    html_address(r->out, href);
    put(r, "\">");
}

static enum status link(struct renderer *r, cmark_node *node, bool enters)
{
    if (!enters) {
        r->links--;
        put(r, "</a>");
        return STATUS_OK;
    }
    struct url href;
    enum status status = url_outside(r->scratch, str_of(cmark_node_get_url(node)), &href);
    if (status == STATUS_NO_MEMORY)
        return fault_no_memory(&r->fault->fault);
    if (status != STATUS_OK)
        return refuse(
            r->fault, node, STATUS_INVALID,
            "the address of a link cannot be used: give http, https, mailto, tel, or a path that begins with one /");
    r->links++;
    link_open(r, href);
    return STATUS_OK;
}

static void text(struct renderer *r, struct str words)
{
    size_t at = 0;
    struct str found;
    struct url href;
    while (r->links == 0 && buf_ok(r->out) && markdown_autolink(r->scratch, words, at, &found, &href)) {
        size_t from = (size_t)(found.p - words.p);
        html_text(r->out, str_slice(words, at, from - at));
        link_open(r, href);
        html_text(r->out, found);
        put(r, "</a>");
        at = from + found.n;
    }
    html_text(r->out, str_slice(words, at, words.n));
}

static void code_block(struct renderer *r, cmark_node *node)
{
    /* The line end after the tag is the parser's; without it the code's own first empty line would be lost. */
    put(r, "<pre>\n<code>");
    html_text(r->out, literal_of(node));
    put(r, "</code></pre>\n");
}

static enum status node_html(struct renderer *r, cmark_node *node, bool enters)
{
    switch (part_of(node)) {
    case PART_DOCUMENT: break;
    case PART_QUOTE: put(r, enters ? "<blockquote class=\"govuk-inset-text\">\n" : "</blockquote>\n"); break;
    case PART_LIST: list(r, node, enters); break;
    case PART_ITEM: put(r, enters ? "<li>" : "</li>\n"); break;
    case PART_CODE_BLOCK: code_block(r, node); break;
    case PART_PARAGRAPH:
        if (!is_tight(node))
            put(r, enters ? "<p class=\"govuk-body\">" : "</p>\n");
        break;
    case PART_HEADING: heading(r, node, enters); break;
    case PART_BREAK:
        put(r, "<hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">\n");
        break;
    case PART_TABLE: table(r, node, enters); break;
    case PART_TABLE_HEAD: table_row(r, true, enters); break;
    case PART_TABLE_ROW: table_row(r, false, enters); break;
    case PART_TABLE_CELL: table_cell(r, node, enters); break;
    case PART_TEXT: text(r, literal_of(node)); break;
    case PART_SOFT_BREAK: put(r, "\n"); break;
    case PART_LINE_BREAK: put(r, "<br>\n"); break;
    case PART_CODE:
        put(r, "<code>");
        html_text(r->out, literal_of(node));
        put(r, "</code>");
        break;
    case PART_EMPHASIS: put(r, enters ? "<em>" : "</em>"); break;
    case PART_STRONG: put(r, enters ? "<strong>" : "</strong>"); break;
    case PART_DELETED: put(r, enters ? "<del>" : "</del>"); break;
    case PART_LINK: return link(r, node, enters);
    case PART_HTML:
    case PART_IMAGE:
    case PART_UNKNOWN: return node_check(node, r->fault);
    }
    return STATUS_OK;
}

enum status markdown_tree_html(cmark_node *document, struct arena *scratch, struct buf *out,
                               struct markdown_fault *fault)
{
    struct renderer r = {
        .out = out, .scratch = scratch, .fault = fault, .heading = 1, .least_level = least_level(document)
    };
    cmark_iter *iter = cmark_iter_new(document);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        enum status status = node_html(&r, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER);
        if (status != STATUS_OK)
            return status;
        if (!buf_ok(out))
            break;
    }
    return STATUS_OK;
}

/* ---- Words ---- */

static bool is_inline(enum part part)
{
    return part == PART_TEXT || part == PART_CODE || part == PART_EMPHASIS || part == PART_STRONG ||
           part == PART_DELETED || part == PART_LINK;
}

/* Adds words with single spaces; `*space` says that one is due before the next word. */
static void words_add(struct buf *out, struct str words, bool *space)
{
    for (size_t i = 0; i < words.n; i++) {
        unsigned char c = (unsigned char)words.p[i];
        if (c <= ' ' || c == 0x7F) {
            *space = true;
            continue;
        }
        if (*space && out->n > 0)
            buf_add_byte(out, ' ');
        *space = false;
        buf_add_byte(out, words.p[i]);
    }
}

void markdown_tree_words(cmark_node *document, struct buf *out)
{
    bool space = false;
    cmark_iter *iter = cmark_iter_new(document);
    while (cmark_iter_next(iter) != CMARK_EVENT_DONE && buf_ok(out)) {
        cmark_node *node = cmark_iter_get_node(iter);
        enum part part = part_of(node);
        if (part == PART_TEXT || part == PART_CODE || part == PART_CODE_BLOCK)
            words_add(out, literal_of(node), &space);
        if (!is_inline(part))
            space = true;
    }
}
