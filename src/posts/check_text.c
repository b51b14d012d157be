/*
 * The text of a post as people read it, for all checks: title, the picture's
 * text alternative, and the body without its marks, in blocks with their lines.
 *
 * Promise: time and memory grow with the text and no faster. Whole words are
 * compared without regard to case, line ends, or the kind of space or hyphen
 * between them, so that "Hate-Crime" and "hate" at the end of a line with
 * "crime" on the next are the same words.
 */
#include "posts/check_inside.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

/* The code point that begins at `at`; its bytes go to `*n`. Text was checked to be UTF-8. */
uint32_t check_point_at(struct str s, size_t at, size_t *n)
{
    unsigned char c = (unsigned char)s.p[at];
    size_t width = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (at + width > s.n)
        width = 1;
    uint32_t point = width == 1 ? c : width == 2 ? c & 0x1FU : width == 3 ? c & 0x0FU : c & 0x07U;
    for (size_t i = 1; i < width; i++)
        point = point << 6 | ((unsigned char)s.p[at + i] & 0x3FU);
    *n = width;
    return point;
}

static bool is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) &&
           !(c >= 0xFE00 && c <= 0xFE0F);
}

static bool letter_before(struct str s, size_t at)
{
    if (at == 0)
        return false;
    size_t begin = at - 1;
    while (begin > 0 && ((unsigned char)s.p[begin] & 0xC0U) == 0x80U)
        begin--;
    size_t n;
    return is_letter(check_point_at(s, begin, &n));
}

static bool letter_at(struct str s, size_t at)
{
    size_t n;
    return at < s.n && is_letter(check_point_at(s, at, &n));
}

/* Bytes of one space, line end or hyphen at `at`; 0: there is none. */
static size_t between(struct str s, size_t at)
{
    if (at >= s.n)
        return 0;
    char c = s.p[at];
    if (c == ' ' || c == '\n' || c == '\t' || c == '-')
        return 1;
    size_t n;
    uint32_t point = check_point_at(s, at, &n);
    bool is_one = point == 0xA0 || point == 0x2010 || point == 0x2011 || point == 0x202F || point == 0x2009;
    return is_one ? n : 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Bytes of `text` from `at` on that are `word`; 0: they are not. */
static size_t same_at(struct str text, size_t at, struct str word)
{
    size_t i = at;
    for (size_t j = 0; j < word.n; j++) {
        if (word.p[j] == ' ') {
            size_t gap = between(text, i);
            if (gap == 0)
                return 0;
            /* Some, not any number: no text may make this slow. */
            for (int k = 0; k < 4 && gap != 0; k++) {
                i += gap;
                gap = between(text, i);
            }
        } else if (i < text.n && lower(text.p[i]) == word.p[j]) {
            i++;
        } else {
            return 0;
        }
    }
    return i - at;
}

ptrdiff_t check_find_words(struct str text, struct str word)
{
    if (word.n == 0)
        return -1;
    for (size_t i = 0; i < text.n; i++) {
        if (lower(text.p[i]) != word.p[0])
            continue;
        size_t n = same_at(text, i, word);
        if (n > 0 && !letter_before(text, i) && !letter_at(text, i + n))
            return (ptrdiff_t)i;
    }
    return -1;
}

bool check_has_words(struct str text, struct str word)
{
    return check_find_words(text, word) >= 0;
}

bool check_has_any(struct str text, const struct str *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (check_has_words(text, words[i]))
            return true;
    return false;
}

/* ---- Places ---- */

/* At most this much of what was found is shown. */
enum { SHOWN_MAX = 160 };

static struct str one_line(struct arena *arena, struct str text)
{
    struct str s = str_trim(text);
    size_t n = s.n > SHOWN_MAX ? SHOWN_MAX : s.n;
    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xC0U) == 0x80U)
        n--;
    if (!str_is_text(str_slice(s, 0, n)))
        return STR("(not UTF-8)");
    char *p = arena_alloc(arena, n + sizeof "…", 1);
    if (p == NULL)
        return STR_NONE;
    for (size_t i = 0; i < n; i++)
        p[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F ? ' ' : s.p[i];
    /* What nobody sees, or what turns the direction, could make one line look like another. */
    uint32_t unfit = 0;
    for (ptrdiff_t from = 0, at; (at = str_find_unfit((struct str){ p + from, n - (size_t)from }, &unfit)) >= 0;) {
        size_t width = unfit < 0x80 ? 1 : unfit < 0x800 ? 2 : unfit < 0x10000 ? 3 : 4;
        memset(p + from + at, ' ', width);
        from += at;
    }
    if (n < s.n) {
        memcpy(p + n, "…", sizeof "…" - 1);
        n += sizeof "…" - 1;
    }
    return (struct str){ p, n };
}

void check_evidence_add(struct check_run *run, struct str where, struct str text)
{
    if (run->evidence_n == CHECK_EVIDENCE_MAX)
        return;
    run->evidence[run->evidence_n++] =
        (struct check_evidence){ .where = where, .text = one_line(run->arena, text.p == NULL ? STR("") : text) };
}

void check_evidence_text(struct check_run *run, const struct text_block *block, size_t at, struct str found)
{
    if (run->evidence_n == CHECK_EVIDENCE_MAX)
        return;
    struct str where = STR_NONE;
    switch (block->part) {
    case TEXT_TITLE: where = STR("title"); break;
    case TEXT_ALT: where = STR("image.alt"); break;
    case TEXT_BODY: {
        int line = block->line;
        for (size_t i = 0; i < at && i < block->text.n; i++)
            line += block->text.p[i] == '\n';
        where = str_format(run->arena, "body:%d", line);
        break;
    }
    }
    check_evidence_add(run, where, found);
}

/* ---- Reading ---- */

enum status check_text_read(struct check_run *run)
{
    const struct post_content *content = run->input->content;
    struct check_text *text = &run->text;
    struct markdown_reading reading = { 0 };
    enum status status = markdown_read(run->arena, content->body, &reading, NULL);
    if (status == STATUS_NO_MEMORY)
        return status;
    text->read = status == STATUS_OK;
    text->blocks = ARENA_ARRAY(run->arena, reading.blocks_n + 2, struct text_block);
    if (text->blocks == NULL)
        return STATUS_NO_MEMORY;
    text->blocks[text->n++] =
        (struct text_block){ .part = TEXT_TITLE, .heading = true, .text = check_plain(run->arena, content->title) };
    if (content->picture.set && content->picture.alt.p != NULL)
        text->blocks[text->n++] =
            (struct text_block){ .part = TEXT_ALT, .text = check_plain(run->arena, content->picture.alt) };
    for (size_t i = 0; i < reading.blocks_n; i++)
        text->blocks[text->n++] = (struct text_block){ .part = TEXT_BODY,
                                                       .line = reading.blocks[i].line,
                                                       .quoted = reading.blocks[i].quoted,
                                                       .heading = reading.blocks[i].heading,
                                                       .table = reading.blocks[i].table,
                                                       .text = check_plain(run->arena, reading.blocks[i].text) };
    text->links = reading.links;
    text->links_n = reading.links_n;
    return arena_failed(run->arena) ? STATUS_NO_MEMORY : STATUS_OK;
}
