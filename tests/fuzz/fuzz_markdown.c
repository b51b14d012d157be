/*
 * Any bytes as Markdown: what comes out holds only our elements with our
 * attributes, each closed in its order, no address but http, https, mailto,
 * tel or a path, no control character; and nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "html/html.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { OPEN_MAX = 4 * MARKDOWN_MAX_DEPTH };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Everything that a start tag may be; an address, a number or words stand for its '?'. */
static const char *const tags[] = {
    "p class=\"govuk-body\"",
    "h2 class=\"govuk-heading-m\"",
    "h3 class=\"govuk-heading-s\"",
    "h4 class=\"govuk-heading-s\"",
    "ul class=\"govuk-list govuk-list--bullet\"",
    "ol class=\"govuk-list govuk-list--number\"",
    "ol class=\"govuk-list govuk-list--number\" start=\"?\"",
    "li",
    "blockquote class=\"govuk-inset-text\"",
    "em",
    "strong",
    "del",
    "code",
    "pre",
    "a class=\"govuk-link\" href=\"?\"",
    "div class=\"candour-scroll\"",
    "div class=\"candour-scroll\" role=\"group\" tabindex=\"0\" aria-label=\"?\"",
    "table class=\"govuk-table\"",
    "thead class=\"govuk-table__head\"",
    "tbody class=\"govuk-table__body\"",
    "tr class=\"govuk-table__row\"",
    "th scope=\"col\" class=\"govuk-table__header\"",
    "th scope=\"col\" class=\"govuk-table__header govuk-table__header--numeric\"",
    "td class=\"govuk-table__cell\"",
    "td class=\"govuk-table__cell govuk-table__cell--numeric\"",
    "hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\"",
    "br",
};

/* As long as the own words of an address hold no quote, the '?' can stand for it only. */
static bool fits(struct str tag, struct str form)
{
    ptrdiff_t hole = str_find_byte(form, '?');
    if (hole < 0)
        return str_equal(tag, form);
    struct str head = str_slice(form, 0, (size_t)hole);
    if (tag.n < form.n || !str_starts(tag, head) || !str_ends(tag, STR("\"")))
        return false;
    struct str value = str_slice(tag, head.n, tag.n - head.n - 1);
    if (str_find_byte(value, '"') >= 0)
        return false;
    int64_t number;
    if (str_starts(form, STR("div")))
        return value.n > 0; /* the words of a table's head */
    if (str_starts(form, STR("ol")))
        return str_to_i64(value, &number);
    return str_starts(value, STR("https://")) || str_starts(value, STR("http://")) ||
           str_starts(value, STR("mailto:")) || str_starts(value, STR("tel:")) ||
           (str_starts(value, STR("/")) && !str_starts(value, STR("//")));
}

static struct str name_of(struct str tag)
{
    size_t n = 0;
    while (n < tag.n && tag.p[n] != ' ')
        n++;
    return str_slice(tag, 0, n);
}

static void check_html(struct str html)
{
    struct str open[OPEN_MAX];
    size_t depth = 0;
    must(str_is_text(html));
    for (size_t i = 0; i < html.n; i++) {
        unsigned char c = (unsigned char)html.p[i];
        must((c >= ' ' && c != 0x7F) || c == '\n' || c == '\t');
        must(c != '>');
        if (c != '<')
            continue;
        ptrdiff_t end = str_find_byte(str_slice(html, i, html.n), '>');
        must(end > 0);
        struct str tag = str_slice(html, i + 1, (size_t)end - 1);
        i += (size_t)end;
        if (str_starts(tag, STR("/"))) {
            must(depth > 0 && str_equal(str_slice(tag, 1, tag.n), open[depth - 1]));
            depth--;
            continue;
        }
        bool known = false;
        for (size_t k = 0; !known && k < sizeof tags / sizeof tags[0]; k++)
            known = fits(tag, str_of(tags[k]));
        must(known);
        struct str name = name_of(tag);
        if (!str_equal(name, STR("br")) && !str_equal(name, STR("hr"))) {
            must(depth < OPEN_MAX);
            open[depth++] = name;
        }
    }
    must(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new(16 << 20);
    if (!arena)
        return 0;
    struct html html;
    struct str words;
    struct url url;
    struct markdown_fault fault;
    struct str text = { (const char *)bytes, n };
    enum status status = markdown_html(arena, text, &html, &fault);
    must((status == STATUS_OK) == (html.s.p != NULL));
    if (status == STATUS_OK) {
        check_html(html.s);
        must(markdown_words(arena, text, &words, &fault) == STATUS_OK && str_is_text(words));
    } else {
        must(status == STATUS_INVALID || status == STATUS_LIMIT);
        must(fault.fault.text[0] != '\0' && fault.line >= 1);
    }
    if (url_outside(arena, text, &url) == STATUS_OK)
        must(str_is_text(url.s) && str_find_byte(url.s, '"') < 0 && str_find_byte(url.s, ' ') < 0);
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
