/*
 * The runs of a word-by-word difference: changed words with the blanks that
 * belong to them, and everything else kept.
 *
 * Promise: every byte of the old text is in exactly one removed or kept run,
 * every byte of the new one in exactly one kept or added run, in order. What
 * could be tried: texts of very many small changes; beyond DIFFERENCE_RUNS_MAX
 * all between the first and the last of them is one.
 */
#include "posts/difference.h"

#include "base/arena.h"
#include "posts/difference_inside.h"

#include "base/banned.h"

struct writer {
    const struct difference_words *a;
    const struct difference_words *b;
    size_t at_a; /* bytes that were written */
    size_t at_b;
    struct difference_run *runs; /* NULL: only counted */
    size_t n;
    struct difference_run last;
};

static void write_run(struct writer *w, enum difference_kind kind, struct str text)
{
    if (text.n == 0)
        return;
    if (w->n > 0 && w->last.kind == kind && w->last.text.p + w->last.text.n == text.p) {
        w->last.text.n += text.n;
    } else {
        w->n++;
        w->last = (struct difference_run){ kind, text };
    }
    if (w->runs)
        w->runs[w->n - 1] = w->last;
}

static size_t blanks_before(struct str s)
{
    struct difference_word word;
    return difference_word_next(s, 0, &word) ? word.start : s.n;
}

/* Bytes of blanks behind the last word of a text that begins where a word or a gap begins. */
static size_t blanks_behind(struct str s)
{
    struct difference_word word = { 0 };
    while (difference_word_next(s, word.end, &word))
        ;
    return s.n - word.end;
}

/* The bytes of the next paragraph with the blanks behind it; all that is left where it is the last. */
static size_t paragraph(struct str s, size_t *words_end)
{
    struct difference_word word = { 0 };
    size_t end = 0;
    while (difference_word_next(s, end, &word)) {
        if (end > 0 && difference_is_paragraph(str_slice(s, end, word.start - end))) {
            *words_end = end;
            return word.start;
        }
        end = word.end;
    }
    *words_end = end;
    return s.n;
}

static size_t paragraphs(struct str s)
{
    size_t n = 0;
    size_t end;
    for (size_t at = 0; at < s.n; at += paragraph(str_slice(s, at, s.n), &end))
        n++;
    return n;
}

/* Old words became new ones: each paragraph beside its own where there are as many, with the same blanks between. */
static void write_words(struct writer *w, struct str a, struct str b)
{
    size_t pairs = paragraphs(a);
    if (pairs > 1 && pairs == paragraphs(b)) {
        for (; pairs > 1; pairs--) {
            size_t end_a;
            size_t end_b;
            size_t n_a = paragraph(a, &end_a);
            size_t n_b = paragraph(b, &end_b);
            if (!str_equal(str_slice(a, end_a, n_a - end_a), str_slice(b, end_b, n_b - end_b)))
                break;
            write_run(w, DIFFERENCE_REMOVED, str_slice(a, 0, end_a));
            write_run(w, DIFFERENCE_ADDED, str_slice(b, 0, end_b));
            write_run(w, DIFFERENCE_KEPT, str_slice(b, end_b, n_b - end_b));
            a = str_slice(a, n_a, a.n);
            b = str_slice(b, n_b, b.n);
        }
    }
    write_run(w, DIFFERENCE_REMOVED, a);
    write_run(w, DIFFERENCE_ADDED, b);
}

/* From where the writing stands to bytes a and b, words or blanks that are not the same. */
static void write_change(struct writer *w, size_t to_a, size_t to_b)
{
    struct str a = str_slice(w->a->text, w->at_a, to_a - w->at_a);
    struct str b = str_slice(w->b->text, w->at_b, to_b - w->at_b);
    w->at_a = to_a;
    w->at_b = to_b;
    size_t head = blanks_before(a);
    if (str_equal(str_slice(a, 0, head), str_slice(b, 0, blanks_before(b)))) {
        write_run(w, DIFFERENCE_KEPT, str_slice(b, 0, head));
        a = str_slice(a, head, a.n);
        b = str_slice(b, head, b.n);
    }
    size_t tail = blanks_behind(a);
    if (tail > 0 && str_equal(str_slice(a, a.n - tail, tail), str_slice(b, b.n - blanks_behind(b), b.n))) {
        write_words(w, str_slice(a, 0, a.n - tail), str_slice(b, 0, b.n - tail));
        write_run(w, DIFFERENCE_KEPT, str_slice(b, b.n - tail, tail));
    } else {
        write_words(w, a, b);
    }
}

/* Kept words from where the writing stands to word a (without) of the old text. */
static void write_kept(struct writer *w, size_t from_a, size_t to_a, size_t from_b)
{
    for (size_t i = from_a; i < to_a; i++) {
        const struct difference_word *a = &w->a->list[i];
        const struct difference_word *b = &w->b->list[from_b + (i - from_a)];
        write_change(w, a->start, b->start);
        write_run(w, DIFFERENCE_KEPT, str_slice(w->b->text, b->start, b->end - b->start));
        w->at_a = a->end;
        w->at_b = b->end;
    }
}

static size_t write_all(const struct difference_words *a, const struct difference_words *b,
                        const struct difference_change *changes, size_t n, struct difference_run *runs)
{
    struct writer w = { .a = a, .b = b, .runs = runs };
    size_t at_a = 0;
    size_t at_b = 0;
    for (size_t i = 0; i < n; i++) {
        const struct difference_change *c = &changes[i];
        write_kept(&w, at_a, c->a0, at_b);
        write_change(&w, c->a1 < a->n ? a->list[c->a1].start : a->text.n,
                     c->b1 < b->n ? b->list[c->b1].start : b->text.n);
        at_a = c->a1;
        at_b = c->b1;
    }
    write_kept(&w, at_a, a->n, at_b);
    write_change(&w, a->text.n, b->text.n);
    return w.n;
}

static enum status make(struct arena *arena, struct arena *scratch, struct str old_text, struct str new_text,
                        struct difference *out)
{
    struct difference_words a;
    struct difference_words b;
    struct difference_change *changes = NULL;
    size_t n = 0;
    size_t ids = 0;
    if (!difference_words_split(scratch, old_text, &a) || !difference_words_split(scratch, new_text, &b) ||
        !difference_words_compare(scratch, &a, &b, &ids))
        return STATUS_NO_MEMORY;
    uint32_t *match = difference_match(scratch, &a, &b);
    if (!match || !difference_changes(scratch, &a, &b, match, &changes, &n))
        return STATUS_NO_MEMORY;
    struct difference_change whole = { 0, a.n, 0, b.n };
    size_t count = write_all(&a, &b, changes, n, NULL);
    if (count > DIFFERENCE_RUNS_MAX) {
        changes = &whole;
        n = 1;
        count = write_all(&a, &b, changes, n, NULL);
    }
    struct difference_run *runs = ARENA_ARRAY(arena, count, struct difference_run);
    if (!runs && count > 0)
        return STATUS_NO_MEMORY;
    out->runs = runs;
    out->n = write_all(&a, &b, changes, n, runs);
    return STATUS_OK;
}

enum status difference_of(struct arena *arena, struct str old_text, struct str new_text, struct difference *out)
{
    *out = (struct difference){ NULL, 0 };
    if (old_text.n > DIFFERENCE_TEXT_MAX || new_text.n > DIFFERENCE_TEXT_MAX)
        return STATUS_LIMIT;
    struct arena *scratch = arena_new(DIFFERENCE_MEMORY_MAX);
    if (!scratch)
        return STATUS_NO_MEMORY;
    enum status status = make(arena, scratch, old_text, new_text, out);
    arena_free(scratch);
    return status;
}
