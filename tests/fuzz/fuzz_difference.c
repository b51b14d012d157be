/*
 * Any two texts, the first up to a byte FF: what was removed and kept is the
 * old one, what was kept and added the new one, byte for byte; a page that
 * leaves something out leaves out only what was kept; and nothing is left on
 * the heap.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "posts/difference.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool inside_character(struct str run, struct str text)
{
    return run.p > text.p && run.p < text.p + text.n && ((unsigned char)run.p[0] & 0xC0U) == 0x80U;
}

static void check(const struct difference *d, struct str text, enum difference_kind without)
{
    bool is_text = str_is_text(text);
    size_t at = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct str run = d->runs[i].text;
        must(run.n > 0 && (i == 0 || d->runs[i].kind != d->runs[i - 1].kind));
        if (d->runs[i].kind == without)
            continue;
        must(run.n <= text.n - at && memcmp(run.p, text.p + at, run.n) == 0);
        must(!is_text || !inside_character(str_slice(text, at, run.n), text));
        at += run.n;
    }
    must(at == text.n);
}

/* Bytes of changed words; a page does not mark every blank. */
static size_t weight(const struct difference_run *run)
{
    struct str s = run->text;
    if (run->kind == DIFFERENCE_KEPT || run->kind == DIFFERENCE_LEFT_OUT || difference_is_blank(s))
        return 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] != ' ';
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str all = { (const char *)bytes, n };
    ptrdiff_t cut = str_find_byte(all, '\xFF');
    struct str old_text = str_slice(all, 0, cut < 0 ? n / 2 : (size_t)cut);
    struct str new_text = str_slice(all, cut < 0 ? n / 2 : (size_t)cut + 1, n);
    struct arena *arena = arena_new(8 << 20);
    struct difference d;
    struct difference folded;
    if (!arena)
        return 0;
    enum status status = difference_of(arena, old_text, new_text, &d);
    must(status == (old_text.n > DIFFERENCE_TEXT_MAX || new_text.n > DIFFERENCE_TEXT_MAX ? STATUS_LIMIT : STATUS_OK));
    if (status == STATUS_OK) {
        check(&d, old_text, DIFFERENCE_ADDED);
        check(&d, new_text, DIFFERENCE_REMOVED);
        must(difference_fold(arena, &d, n % 7, &folded) == STATUS_OK);
        size_t changed = 0;
        size_t shown = 0;
        for (size_t i = 0; i < d.n; i++)
            changed += weight(&d.runs[i]);
        for (size_t i = 0; i < folded.n; i++)
            shown += weight(&folded.runs[i]);
        must(changed == shown);
    }
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
