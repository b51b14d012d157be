/*
 * Any bytes as a post's file: either every fault has a place inside the file
 * and words of one line, or the content has a document that reads back to
 * itself; and nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "posts/edition.h"
#include "posts/file.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__lsan_default_suppressions(void);

/*
 * libfyaml 0.7.12 loses up to 4 KB for a single-quoted scalar with five quotes
 * or more in it. Our own blocks are counted below.
 */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_faults(const struct post_faults *faults, struct str text)
{
    int64_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    must(faults->n > 0);
    for (size_t i = 0; i < faults->n; i++) {
        const struct post_fault *f = &faults->list[i];
        must(f->line >= 1 && f->line <= lines + 1 && f->column >= 1);
        must(f->text.n > 0 && str_is_text(f->text));
        for (size_t j = 0; j < f->text.n; j++)
            must((unsigned char)f->text.p[j] >= ' ' && f->text.p[j] != 0x7F);
    }
}

static void check_content(struct arena *arena, const struct import_file *file)
{
    struct post_content content;
    struct str again;
    uint32_t labels = 0;
    must(edition_read(arena, file->document, file->beside, &content) == STATUS_OK);
    must(edition_document(arena, &content, &again) == STATUS_OK && str_equal(again, file->document));
    must(edition_beside(arena, &content, &again) == STATUS_OK && str_equal(again, file->beside));
    must(edition_document_labels(arena, file->document, &labels) == STATUS_OK && labels == edition_labels(&content));
    must(content.title.n > 0 && content.channels_n > 0 && file->authors_n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct post_faults faults;
    struct arena *arena = arena_new(64 << 20);
    if (!arena)
        return 0;
    struct import_file file;
    struct post_source source = { .name = STR("a-post.md"), .text = { (const char *)bytes, n } };
    faults = (struct post_faults){ .arena = arena };
    enum status status = post_file_read(arena, &source, &faults, &file);
    if (status == STATUS_OK)
        check_content(arena, &file);
    else if (status == STATUS_INVALID)
        check_faults(&faults, source.text);
    else
        must(status == STATUS_NO_MEMORY);
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
