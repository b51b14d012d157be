/*
 * From pairs of words to what a person calls the change: short common words
 * between two changes are part of them, and a change that could as well stand
 * a few words earlier or later begins where a paragraph or a sentence begins.
 *
 * Promise: only which words count as kept moves, never a byte; each step looks
 * at a word a bounded number of times.
 */
#include <string.h>

#include "base/arena.h"
#include "posts/difference_inside.h"

#include "base/banned.h"

enum { SHORT_WORD = 3, ISLAND_MAX = 60 };

static bool starts_with(const struct difference_words *words, size_t i, const char *any)
{
    return i < words->n && strchr(any, words->text.p[words->list[i].start]) != NULL;
}

/* Whether a paragraph, or a line of a list, a heading or a table, begins before word i. */
static bool begins_block(const struct difference_words *words, size_t i)
{
    struct str gap = difference_gap(words, i);
    return difference_is_paragraph(gap) || (str_find_byte(gap, '\n') >= 0 && starts_with(words, i, "-*+#>|"));
}

static bool begins_sentence(const struct difference_words *words, size_t i)
{
    return i > 0 && words->list[i - 1].sign && starts_with(words, i - 1, ".!?") && difference_gap(words, i).n > 0;
}

static size_t value_of(const struct difference_words *words, size_t from, size_t to)
{
    size_t value = 0;
    for (size_t i = from; i < to && value <= ISLAND_MAX; i++)
        value += words->list[i].value;
    return value;
}

static size_t change_value(const struct difference_words *a, const struct difference_words *b,
                           const struct difference_change *change)
{
    size_t removed = value_of(a, change->a0, change->a1);
    size_t added = value_of(b, change->b0, change->b1);
    return removed > added ? removed : added;
}

/* ---- Islands ---- */

/* Changes joined so far, with the first and the last of them as they were found. */
struct joined {
    struct difference_change all;
    struct difference_change first;
    struct difference_change last;
};

static size_t change_words(const struct difference_words *a, const struct difference_words *b,
                           const struct difference_change *change)
{
    enum { ENOUGH = 4 };
    size_t removed = 0;
    size_t added = 0;
    for (size_t i = change->a0; i < change->a1 && removed < ENOUGH; i++)
        removed += !a->list[i].sign;
    for (size_t i = change->b0; i < change->b1 && added < ENOUGH; i++)
        added += !b->list[i].sign;
    return removed > added ? removed : added;
}

static size_t least_value(const struct difference_words *a, const struct difference_words *b,
                          const struct difference_change *left, const struct difference_change *right)
{
    size_t before = change_value(a, b, left);
    size_t behind = change_value(a, b, right);
    return before < behind ? before : behind;
}

/*
 * Whether nobody would miss the kept words between two changes. One word for
 * another, twice, is two changes and not one; a phrase for another is one.
 */
static bool is_lost(const struct difference_words *a, const struct difference_words *b, const struct joined *left,
                    const struct joined *right)
{
    size_t value = 0;
    size_t words = 0;
    bool common = true;
    for (size_t i = left->all.b1; i <= right->all.b0; i++) {
        if (begins_block(b, i) || begins_block(a, left->all.a1 + (i - left->all.b1)))
            return false;
        if (i > left->all.b1 && begins_sentence(b, i))
            return false;
        if (i == right->all.b0)
            break;
        value += b->list[i].value;
        words += !b->list[i].sign;
        common = common && b->list[i].value <= SHORT_WORD;
        if (value > ISLAND_MAX)
            return false;
    }
    if (words <= 1 && common && change_words(a, b, &left->last) + change_words(a, b, &right->first) >= 4 &&
        value <= least_value(a, b, &left->last, &right->first))
        return true;
    return change_words(a, b, &left->all) >= 3 && change_words(a, b, &right->all) >= 3 &&
           2 * value <= least_value(a, b, &left->all, &right->all);
}

static size_t join_islands(const struct difference_words *a, const struct difference_words *b, struct joined *joined,
                           size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct joined now = joined[i];
        while (kept > 0 && is_lost(a, b, &joined[kept - 1], &now)) {
            const struct joined *left = &joined[--kept];
            now.all.a0 = left->all.a0;
            now.all.b0 = left->all.b0;
            now.first = left->first;
        }
        joined[kept++] = now;
    }
    return kept;
}

/* ---- Sentences ---- */

/* The first of words from..to that is the sign `id` and ends a sentence; `to` where there is none. */
static size_t sentence_end(const struct difference_words *words, size_t from, size_t to, uint32_t id)
{
    while (from < to && (words->list[from].id != id || !begins_sentence(words, from + 1)))
        from++;
    return from;
}

/*
 * A sentence was changed and others put behind it (or taken away): the kept
 * full stop is that of the changed sentence, not that of the last one.
 * `more` is set where the change became two; then the second is `rest`.
 */
static void split_sentences(const struct difference_words *a, const struct difference_words *b,
                            struct difference_change *change, struct difference_change *rest, bool *more)
{
    *more = false;
    if (change->a0 == change->a1 || change->b0 == change->b1 || change->a1 == a->n ||
        !starts_with(a, change->a1, ".!?"))
        return;
    uint32_t id = a->list[change->a1].id;
    size_t in_a = sentence_end(a, change->a0, change->a1, id);
    size_t in_b = sentence_end(b, change->b0, change->b1, id);
    if ((in_a == change->a1) == (in_b == change->b1))
        return;
    *rest = (struct difference_change){ in_a + 1, change->a1 + 1, in_b + 1, change->b1 + 1 };
    change->a1 = in_a;
    change->b1 = in_b;
    *more = true;
}

/* ---- Where a change begins ---- */

static int edge(const struct difference_words *words, size_t i)
{
    if (i == 0 || i == words->n || difference_is_paragraph(difference_gap(words, i)))
        return 5;
    if (begins_block(words, i))
        return 4;
    if (begins_sentence(words, i))
        return 3;
    if (difference_gap(words, i).n > 0)
        return 2;
    return words->list[i].sign || words->list[i - 1].sign ? 1 : 0;
}

/* Words from..to of one side alone changed; they may move `back` words to the front and `on` to the end. */
static ptrdiff_t best_move(const struct difference_words *words, size_t from, size_t to, size_t back, size_t on)
{
    size_t first = from;
    ptrdiff_t best = 0;
    int most = -1;
    while (back > 0 && words->list[first - 1].id == words->list[first - 1 + (to - from)].id) {
        first--;
        back--;
    }
    for (size_t at = first;; at++) {
        int found = edge(words, at) + edge(words, at + (to - from));
        if (found >= most) {
            most = found;
            best = (ptrdiff_t)at - (ptrdiff_t)from;
        }
        if (at >= from + on || at + (to - from) >= words->n || words->list[at].id != words->list[at + (to - from)].id)
            return best;
    }
}

static void move_changes(const struct difference_words *a, const struct difference_words *b,
                         struct difference_change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct difference_change *c = &changes[i];
        if (c->a0 != c->a1 && c->b0 != c->b1)
            continue;
        /* one kept word stays between neighbours */
        size_t back = i == 0 ? c->b0 : c->b0 - changes[i - 1].b1 - 1;
        size_t on = i + 1 == n ? b->n - c->b1 : changes[i + 1].b0 - c->b1 - 1;
        ptrdiff_t by = c->b0 != c->b1 ? best_move(b, c->b0, c->b1, back, on) : best_move(a, c->a0, c->a1, back, on);
        c->a0 = (size_t)((ptrdiff_t)c->a0 + by);
        c->a1 = (size_t)((ptrdiff_t)c->a1 + by);
        c->b0 = (size_t)((ptrdiff_t)c->b0 + by);
        c->b1 = (size_t)((ptrdiff_t)c->b1 + by);
    }
}

/* ---- All of it ---- */

/* The next change from the kept words before (a, b) on; false at the end. */
static bool change_next(const struct difference_words *a, const struct difference_words *b, const uint32_t *match,
                        size_t at_a, size_t at_b, struct difference_change *change)
{
    while (at_a < a->n && at_b < b->n && match[at_a] == at_b) {
        at_a++;
        at_b++;
    }
    *change = (struct difference_change){ at_a, at_a, at_b, at_b };
    while (change->a1 < a->n && match[change->a1] == DIFFERENCE_NO_MATCH)
        change->a1++;
    change->b1 = change->a1 < a->n ? match[change->a1] : b->n;
    return change->a1 > change->a0 || change->b1 > change->b0;
}

bool difference_changes(struct arena *scratch, const struct difference_words *a, const struct difference_words *b,
                        const uint32_t *match, struct difference_change **out, size_t *n)
{
    struct difference_change change = { 0 };
    size_t count = 0;
    while (change_next(a, b, match, change.a1, change.b1, &change))
        count++;
    struct joined *joined = ARENA_ARRAY(scratch, count + 1, struct joined);
    *n = 0;
    *out = ARENA_ARRAY(scratch, 2 * count + 1, struct difference_change);
    if (!joined || !*out)
        return false;
    change = (struct difference_change){ 0 };
    for (size_t i = 0; change_next(a, b, match, change.a1, change.b1, &change); i++)
        joined[i] = (struct joined){ change, change, change };
    count = join_islands(a, b, joined, count);
    for (size_t i = 0; i < count; i++) {
        struct difference_change rest;
        bool more;
        split_sentences(a, b, &joined[i].all, &rest, &more);
        (*out)[(*n)++] = joined[i].all;
        if (more && i + 1 < count && joined[i + 1].all.a0 == rest.a1 && joined[i + 1].all.b0 == rest.b1) {
            joined[i + 1].all.a0 = rest.a0; /* nothing was kept between the two */
            joined[i + 1].all.b0 = rest.b0;
        } else if (more) {
            (*out)[(*n)++] = rest;
        }
    }
    move_changes(a, b, *out, *n);
    return true;
}
