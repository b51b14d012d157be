/*
 * Markdown: bounds before the parser, the parser under guard, then our own
 * reading of its tree.
 *
 * Promise: no text makes this slow, deep, large or fatal. cmark-gfm aborts
 * where an allocation fails, so its allocator does not return then but jumps
 * to one exit; everything it had is an arena that is freed there. An attacker
 * tries thousands of open brackets, quotes in quotes, tables with one row that
 * is filled up to thousands of cells, and definitions that are used again and
 * again: what would be slow is refused before (marks in a paragraph, depth on
 * a line), what would be large runs into the memory bound.
 *
 * The library's own autolinks are not used: in Debian 12's version they read
 * before the start of the text (CVE-2023-22485). markdown_link.c finds them.
 */
#include "html/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <pthread.h>
#include <setjmp.h>
#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

struct run {
    struct arena *scratch;
    struct arena *arena;              /* RESULT_READING: where the lists go */
    struct markdown_reading *reading; /* likewise */
    bool over_limit;
    jmp_buf leave;
};

/* cmark's hooks have no argument of their own. */
static _Thread_local struct run *current;

/* cmark keeps its table of special characters for the whole process and changes it during a parse. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t registered = PTHREAD_ONCE_INIT;

/* `realloc` is not told the old size. */
struct piece {
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

static _Noreturn void leave(bool over_limit)
{
    current->over_limit = over_limit;
    longjmp(current->leave, 1);
}

static void *piece_new(size_t size)
{
    struct arena *scratch = current->scratch;
    if (size > MARKDOWN_MAX_MEMORY || arena_used(scratch) + size > MARKDOWN_MAX_MEMORY)
        leave(true);
    struct piece *p = arena_alloc(scratch, sizeof *p + size, _Alignof(struct piece));
    if (!p)
        leave(false);
    p->size = size;
    return p->bytes;
}

static void *hook_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        leave(true);
    return piece_new(bytes);
}

static void *hook_realloc(void *old, size_t size)
{
    if (!old)
        return piece_new(size);
    unsigned char *bytes = old;
    struct piece *before = (struct piece *)(void *)(bytes - offsetof(struct piece, bytes));
    if (size <= before->size)
        return old;
    void *p = piece_new(size);
    memcpy(p, old, before->size);
    return p;
}

static void hook_free(void *p)
{
    (void)p; /* the arena ends with the run */
}

static cmark_mem hooks = { hook_calloc, hook_realloc, hook_free };

static enum status invalid(struct markdown_fault *fault, int line, enum status status, const char *words)
{
    fault->line = line;
    return fault_set(&fault->fault, status, "%s", words);
}

/* ---- Bounds that are known without parsing ---- */

/* How many quotes and list items one line opens. */
static int depth_opened(struct str line)
{
    int depth = 0;
    size_t i = 0;
    while (i < line.n) {
        while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
            i++;
        if (i == line.n)
            break;
        size_t digits = 0;
        while (digits < 9 && i + digits < line.n && line.p[i + digits] >= '0' && line.p[i + digits] <= '9')
            digits++;
        size_t mark = i + digits;
        if (line.p[i] == '>')
            i++;
        else if (mark < line.n && strchr(digits ? ".)" : "-+*", line.p[mark]) && line.p[mark] != '\0' &&
                 (mark + 1 == line.n || line.p[mark + 1] == ' ' || line.p[mark + 1] == '\t'))
            i = mark + 1;
        else
            break;
        depth++;
    }
    return depth;
}

static size_t marks(struct str line)
{
    size_t n = 0;
    for (size_t i = 0; i < line.n; i++)
        n += line.p[i] != '\0' && strchr("[]*_~`<", line.p[i]) != NULL;
    return n;
}

static enum status bounds_check(struct str text, struct markdown_fault *fault)
{
    if (text.n > MARKDOWN_MAX_BYTES) {
        fault->line = 1;
        return fault_set(&fault->fault, STATUS_LIMIT, "the text is longer than %d bytes: shorten it or split it",
                         MARKDOWN_MAX_BYTES);
    }
    struct str rest = text;
    struct str line;
    size_t paragraph = 0;
    for (int number = 1; str_cut(&rest, '\n', &line); number++) {
        if (!str_is_text(line))
            return invalid(fault, number, STATUS_INVALID, "this line is not UTF-8 text: save the file as UTF-8");
        if (depth_opened(line) > MARKDOWN_MAX_DEPTH)
            return invalid(fault, number, STATUS_LIMIT,
                           "too many quotes or lists inside one another: use fewer levels");
        paragraph = str_trim(line).n == 0 ? 0 : paragraph + marks(line);
        if (paragraph > MARKDOWN_MAX_MARKS)
            return invalid(fault, number, STATUS_LIMIT,
                           "too many brackets, stars, underscores and backticks without an empty line: split the text");
    }
    return STATUS_OK;
}

/* ---- The run ---- */

enum result_kind { RESULT_HTML, RESULT_WORDS, RESULT_READING };

static enum status parse_and_read(struct str text, enum result_kind kind, struct buf *out, struct markdown_fault *fault)
{
    static const char *const extensions[] = { "table", "strikethrough" };
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, &hooks);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        cmark_syntax_extension *extension = cmark_find_syntax_extension(extensions[i]);
        if (!extension)
            bug("cmark-gfm has no extension %s", extensions[i]);
        cmark_parser_attach_syntax_extension(parser, extension);
    }
    if (text.n)
        cmark_parser_feed(parser, text.p, text.n);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_consolidate_text_nodes(document);
    enum status status = markdown_tree_check(document, fault);
    if (status != STATUS_OK)
        return status;
    if (kind == RESULT_HTML)
        return markdown_tree_html(document, current->scratch, out, fault);
    if (kind == RESULT_READING)
        return markdown_tree_read(document, current->arena, out, current->reading);
    markdown_tree_words(document, out);
    return STATUS_OK;
}

static enum status too_many_parts(struct markdown_fault *fault)
{
    return invalid(fault, 1, STATUS_LIMIT, "the text has too many small parts: shorten it or split it");
}

/* The one exit: setjmp stands here, and nothing of cmark's lives outside `scratch`. */
static enum status guarded(struct run *run, struct str text, enum result_kind kind, struct buf *out,
                           struct markdown_fault *fault)
{
    if (setjmp(run->leave) == 0)
        return parse_and_read(text, kind, out, fault);
    if (run->over_limit)
        return too_many_parts(fault);
    return fault_no_memory(&fault->fault);
}

static enum status run(struct arena *arena, struct str text, enum result_kind kind, struct str *out,
                       struct markdown_reading *reading, struct markdown_fault *fault)
{
    struct markdown_fault unused;
    if (!fault)
        fault = &unused;
    *fault = (struct markdown_fault){ .line = 1 };
    *out = STR_NONE;
    enum status status = bounds_check(text, fault);
    if (status != STATUS_OK)
        return status;
    struct run r = { .scratch = arena_new((size_t)MARKDOWN_MAX_MEMORY + 4 * (size_t)MARKDOWN_MAX_HTML) };
    r.arena = arena;
    r.reading = reading;
    if (!r.scratch)
        return fault_no_memory(&fault->fault);
    struct buf made;
    buf_init(&made, r.scratch, MARKDOWN_MAX_HTML);
    pthread_once(&registered, cmark_gfm_core_extensions_ensure_registered);
    pthread_mutex_lock(&turn);
    current = &r;
    status = guarded(&r, text, kind, &made, fault);
    current = NULL;
    pthread_mutex_unlock(&turn);
    if (status == STATUS_NO_MEMORY || (status == STATUS_OK && arena_failed(r.scratch)))
        status = arena_used(r.scratch) > MARKDOWN_MAX_MEMORY ? too_many_parts(fault) : fault_no_memory(&fault->fault);
    if (status == STATUS_OK && !buf_ok(&made))
        status = invalid(fault, 1, STATUS_LIMIT, "the text becomes too large a page: shorten it");
    if (status == STATUS_OK) {
        *out = str_copy(arena, buf_str(&made));
        if (!out->p)
            status = fault_no_memory(&fault->fault);
    }
    arena_free(r.scratch);
    return status;
}

enum status markdown_html(struct arena *arena, struct str text, struct html *out, struct markdown_fault *fault)
{
    return run(arena, text, RESULT_HTML, &out->s, NULL, fault);
}

enum status markdown_words(struct arena *arena, struct str text, struct str *out, struct markdown_fault *fault)
{
    return run(arena, text, RESULT_WORDS, out, NULL, fault);
}

enum status markdown_read(struct arena *arena, struct str text, struct markdown_reading *out,
                          struct markdown_fault *fault)
{
    struct str all = STR_NONE;
    *out = (struct markdown_reading){ 0 };
    enum status status = run(arena, text, RESULT_READING, &all, out, fault);
    if (status != STATUS_OK) {
        *out = (struct markdown_reading){ 0 };
        return status;
    }
    /* The texts stand one after another; each is cut off the front. */
    size_t at = 0;
    for (size_t i = 0; i < out->blocks_n; i++) {
        out->blocks[i].text = str_slice(all, at, out->blocks[i].text.n);
        at += out->blocks[i].text.n;
    }
    for (size_t i = 0; i < out->links_n; i++) {
        out->links[i].href = str_slice(all, at, out->links[i].href.n);
        at += out->links[i].href.n;
    }
    return STATUS_OK;
}
