/*
 * HTML as typed bytes. What may stand where is a type: `struct str` is text,
 * `struct url` an address that was checked, `struct html` markup that only the
 * Markdown renderer with its sanitiser (or a template) has made. Templates
 * write through these functions and nothing else; they are generated from the
 * rooms' *.html files.
 */
#ifndef CANDOUR_HTML_HTML_H
#define CANDOUR_HTML_HTML_H

#include "base/buf.h"
#include "base/status.h"

struct url {
    struct str s;
};
struct html {
    struct str s;
};
/* A whole JSON text (RFC 8259), as base/json.h writes one. */
struct json_text {
    struct str s;
};

/*
 * Text between tags, and inside a double-quoted attribute: & < > " ' are escaped, control characters dropped. What
 * stands there then may stand in XML 1.0 too (section 2.2).
 */
void html_text(struct buf *out, struct str s);
void html_attribute(struct buf *out, struct str s);
void html_address(struct buf *out, struct url u);
void html_markup(struct buf *out, struct html h);
void html_int(struct buf *out, int64_t v);
/* Markup as the text of another format, which escapes it (Atom's type="html"). */
void html_escaped(struct buf *out, struct html h);
/*
 * JSON as the content of a <script> that is data: < > & become \u003c and so on, which JSON allows in strings and has
 * nowhere else, so that no value can end the element.
 */
void html_json(struct buf *out, struct json_text j);
/* Only for generated code: bytes of a template. */
void html_literal(struct buf *out, struct str s);

/*
 * Addresses. `url_own` takes a literal path of our own site ("/news").
 * `url_path` joins a head and one segment, which is percent-encoded.
 * `url_query` adds "?name=value" or "&name=value", encoded.
 * Both give STR_NONE when memory is gone, when the address would be longer
 * than URL_MAX_BYTES, and for the segments "", "." and "..".
 * `url_outside` takes http, https, mailto and tel, and a path on our own site
 * that begins with one "/"; anything else is STATUS_INVALID. Host names are
 * ASCII; user names in addresses are refused.
 */
enum { URL_MAX_BYTES = 2048 };
#define URL_OWN(literal) ((struct url){ STR(literal) })
struct url url_path(struct arena *arena, struct url head, struct str segment);
struct url url_query(struct arena *arena, struct url head, struct str name, struct str value);
enum status url_outside(struct arena *arena, struct str text, struct url *out);
/* "URL 800w, URL 1600w" for srcset, of addresses of our own without a comma or a blank; STR_NONE where one has. */
struct url url_srcset(struct arena *arena, const struct url *urls, const int64_t *widths, size_t n);

/* ---- Markdown ---- */

enum {
    MARKDOWN_MAX_BYTES = 128 * 1024,
    MARKDOWN_MAX_DEPTH = 32,   /* of quotes, lists, emphasis inside one another */
    MARKDOWN_MAX_MARKS = 1000, /* brackets, stars, backticks and so on in one paragraph */
    MARKDOWN_MAX_MEMORY = 16 * 1024 * 1024,
    MARKDOWN_MAX_HTML = 1024 * 1024,
};

struct markdown_fault {
    int line; /* of the text, from 1 */
    struct fault fault;
};

/*
 * CommonMark with cmark-gfm (tables, strikethrough and autolinks of GFM): raw
 * HTML is refused with its line, headings begin at h2, images are refused
 * (pictures have a record of their own), links go through `url_outside`.
 * The result is sanitised: only p h2-h4 ul ol li blockquote em strong del code
 * pre a table thead tbody tr th td hr br, with the classes of GOV.UK Frontend.
 *
 * STATUS_INVALID with the line for what the author must change, STATUS_LIMIT
 * for the bounds above. The result lives in `arena`; the parser's memory is an
 * arena of its own, given back on return; an allocation that fails leaves by
 * one exit with STATUS_NO_MEMORY. Renderings follow one another: the library
 * keeps state for the whole process, so a lock is held.
 */
enum status markdown_html(struct arena *arena, struct str text, struct html *out, struct markdown_fault *fault);
/* The words alone, one space between blocks; for descriptions and search. */
enum status markdown_words(struct arena *arena, struct str text, struct str *out, struct markdown_fault *fault);

/*
 * The text as people read it, block by block, for those who look for something in it. Marks are gone, character
 * references are resolved. A line end inside a block is a line end in `text`, so that the n-th line of the block
 * stands on line + n of what was read. A row of a table is one block, its cells separated by ", ".
 */
struct markdown_block {
    int line;    /* from 1 */
    bool quoted; /* inside a quotation (>) */
    bool heading;
    bool table;      /* a row of one */
    struct str text; /* may be empty */
};
struct markdown_link {
    int line; /* of the block that it stands in, or of the link where the parser knows it */
    struct str href;
};
struct markdown_reading {
    struct markdown_block *blocks;
    size_t blocks_n;
    struct markdown_link *links; /* written as links; bare addresses stand in the text alone */
    size_t links_n;
};
/* All of it in `arena`; the same faults as `markdown_html`, but for addresses, which are not looked at. */
enum status markdown_read(struct arena *arena, struct str text, struct markdown_reading *out,
                          struct markdown_fault *fault);

#endif
