/*
 * A difference as a page shows it: changes with a few words around them.
 *
 * Promise: every removed and added word is still there, in order; what is left
 * out was kept.
 */
#include "base/arena.h"
#include "posts/difference_inside.h"

#include "base/banned.h"

enum { LEAST_LEFT_OUT = 3 }; /* leaving out fewer words than this helps nobody */

/* ---- Blanks ---- */

/* What a run is to a reader; `partner` is the change beside it, or NULL. */
static enum difference_kind seen_as(const struct difference_run *run, const struct difference_run *partner)
{
    if (run->kind == DIFFERENCE_KEPT || !difference_is_blank(run->text) ||
        (partner && !difference_is_blank(partner->text)))
        return run->kind;
    bool here = difference_is_paragraph(run->text);
    bool there = partner && difference_is_paragraph(partner->text);
    if (here && !there)
        return run->kind;
    return run->kind == DIFFERENCE_ADDED ? DIFFERENCE_KEPT : DIFFERENCE_LEFT_OUT;
}

/* Adds a run, or makes the last one longer. */
static void put(struct difference_run *runs, size_t *n, enum difference_kind kind, struct str text)
{
    struct difference_run *last = *n > 0 ? &runs[*n - 1] : NULL;
    if (text.n == 0)
        return;
    if (last && last->kind == kind && last->text.p + last->text.n == text.p)
        last->text.n += text.n;
    else
        runs[(*n)++] = (struct difference_run){ kind, text };
}

/* Changes of blanks alone gone; the new ones count as kept. False when memory is gone. */
static bool settle(struct arena *scratch, const struct difference *from, struct difference_run **out, size_t *n)
{
    struct difference_run *runs = ARENA_ARRAY(scratch, 2 * from->n + 1, struct difference_run);
    *out = runs;
    *n = 0;
    if (!runs)
        return false;
    for (size_t i = 0; i < from->n; i++) {
        struct difference_run run = from->runs[i];
        const struct difference_run *partner = NULL;
        if (run.kind == DIFFERENCE_REMOVED && i + 1 < from->n && from->runs[i + 1].kind == DIFFERENCE_ADDED)
            partner = &from->runs[i + 1];
        if (run.kind == DIFFERENCE_ADDED && i > 0 && from->runs[i - 1].kind == DIFFERENCE_REMOVED)
            partner = &from->runs[i - 1];
        run.kind = seen_as(&run, partner);
        if (run.kind == DIFFERENCE_LEFT_OUT)
            continue;
        if (run.kind == DIFFERENCE_ADDED) {
            /* the blanks before added words are nothing to mark */
            struct difference_word word = { 0 };
            size_t blanks = 0;
            (void)difference_word_next(run.text, 0, &word);
            while (blanks < word.start && run.text.p[blanks] == ' ')
                blanks++;
            put(runs, n, DIFFERENCE_KEPT, str_slice(run.text, 0, blanks));
            run.text = str_slice(run.text, blanks, run.text.n);
        }
        put(runs, n, run.kind, run.text);
    }
    return true;
}

/* ---- What is left out ---- */

/* Words between blanks; where the `at`-th of them (from 0) starts, and where the one before it ended. */
static size_t count_words(struct str text, size_t at, size_t *start, size_t *end_before)
{
    struct difference_word word = { 0 };
    size_t n = 0;
    size_t end = 0;
    *start = text.n;
    *end_before = text.n;
    while (difference_word_next(text, end, &word)) {
        if (n == 0 || word.start > end) {
            if (n == at) {
                *start = word.start;
                *end_before = end;
            }
            n++;
        }
        end = word.end;
    }
    return n;
}

static void fold_kept(struct str text, size_t before, size_t behind, struct difference_run *runs, size_t *n)
{
    size_t start;
    size_t end;
    size_t words = count_words(text, SIZE_MAX, &start, &end);
    if (words < before + behind + LEAST_LEFT_OUT) {
        put(runs, n, DIFFERENCE_KEPT, text);
        return;
    }
    size_t from = 0;
    size_t to = text.n;
    if (before > 0)
        (void)count_words(text, before, &start, &from);
    if (behind > 0)
        (void)count_words(text, words - behind, &to, &end);
    put(runs, n, DIFFERENCE_KEPT, str_slice(text, 0, from));
    put(runs, n, DIFFERENCE_LEFT_OUT, str_slice(text, from, to - from));
    put(runs, n, DIFFERENCE_KEPT, str_slice(text, to, text.n));
}

enum status difference_fold(struct arena *arena, const struct difference *difference, size_t context,
                            struct difference *out)
{
    struct difference_run *seen;
    size_t n;
    struct difference from = *difference; /* which may be `out` */
    *out = (struct difference){ NULL, 0 };
    if (!settle(arena, &from, &seen, &n))
        return STATUS_NO_MEMORY;
    if (n == 0 || (n == 1 && seen[0].kind == DIFFERENCE_KEPT))
        return STATUS_OK;
    struct difference_run *runs = ARENA_ARRAY(arena, 3 * n, struct difference_run);
    if (!runs)
        return STATUS_NO_MEMORY;
    size_t room = context < POST_BODY_MAX ? context : POST_BODY_MAX;
    for (size_t i = 0; i < n; i++) {
        if (seen[i].kind == DIFFERENCE_KEPT)
            fold_kept(seen[i].text, i == 0 ? 0 : room, i + 1 == n ? 0 : room, runs, &out->n);
        else
            runs[out->n++] = seen[i];
    }
    out->runs = runs;
    return STATUS_OK;
}
