/*
 * Which word of the new text is which of the old: words that stand once on both
 * sides hold the texts together, and what lies between is compared in full.
 *
 * First stretches of four, then two, then single words that are the only ones
 * of their kind in both; the longest row of them that keeps its order stands.
 * Between them, where the two sides are small, the heaviest common row of words
 * is found with a table: long words weigh more than short ones, signs least,
 * and neighbours that stay neighbours count extra.
 *
 * What could be tried: texts that cost much. Tables are at most CELLS_MAX each
 * and DIFFERENCE_CELLS in one call, cuts go DEPTH_MAX deep, nothing calls
 * itself, and a stretch beyond that is one that changed whole.
 */
#include "posts/difference_inside.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

enum {
    CELLS_MAX = 32 * 1024,
    TABLE_MAX = 2 * CELLS_MAX + 2, /* with the row and the column before the first words */
    DEPTH_MAX = 8,
    STRETCH_MAX = 4, /* then half of it, and half of that */
    PROBES_MAX = 64,
    LETTERS_COUNTED = 8,
    NEIGHBOURS = 2, /* what two words weigh extra that stay side by side */
    NEVER = INT32_MIN / 2,
};

struct segment {
    uint32_t a0;
    uint32_t a1;
    uint32_t b0;
    uint32_t b1;
    uint32_t depth;
    uint32_t length; /* of the stretches that hold it together: longer ones were looked for already */
};

/* A stretch of words and where it stands; counts stop at 2. */
struct stretch {
    uint64_t hash; /* 0: free */
    uint32_t a;
    uint32_t b;
    uint8_t in_a;
    uint8_t in_b;
};

struct matcher {
    const struct difference_word *a;
    const struct difference_word *b;
    uint32_t *match;
    size_t cells_left;
    /* the segments still to be looked at: apart from each other, so at most one for each word */
    struct segment *segments;
    size_t segments_n;
    /* stretches of a segment */
    struct stretch *stretches;
    /* the longest rising row */
    uint32_t *pair_a;
    uint32_t *pair_b;
    uint32_t *before; /* of each pair the one before it in the row, or NO_MATCH */
    uint32_t *tails;  /* the pair with which a row of this length ends lowest */
    /* the table */
    int32_t *apart;    /* best for the first words of both, as they come */
    int32_t *together; /* best where the last two of them are a pair */
    uint8_t *steps;
};

/* ---- Words that stand once ---- */

static uint64_t stretch_hash(const struct difference_word *words, size_t length)
{
    uint64_t h = 0x9E3779B97F4A7C15U;
    for (size_t i = 0; i < length; i++) {
        h = (h ^ words[i].id) * 0xFF51AFD7ED558CCDU;
        h ^= h >> 32;
    }
    return h == 0 ? 1 : h;
}

static bool stretch_same(const struct difference_word *x, const struct difference_word *y, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (x[i].id != y[i].id)
            return false;
    return true;
}

/* The slot of a hash, or a free one; NULL after too many steps. */
static struct stretch *stretch_slot(struct matcher *m, size_t size, uint64_t hash)
{
    size_t at = (size_t)hash & (size - 1);
    for (size_t probes = 0; probes < PROBES_MAX; probes++) {
        struct stretch *s = &m->stretches[at];
        if (s->hash == 0 || s->hash == hash)
            return s;
        at = (at + 1) & (size - 1);
    }
    return NULL;
}

/* Pairs of stretches that stand once on either side, in the order of a. */
static size_t pairs_find(struct matcher *m, const struct segment *s, size_t length)
{
    size_t a_n = s->a1 - s->a0;
    size_t b_n = s->b1 - s->b0;
    size_t size = 16;
    size_t n = 0;
    if (a_n < length || b_n < length)
        return 0;
    while (size < 2 * a_n)
        size *= 2;
    memset(m->stretches, 0, size * sizeof *m->stretches);
    for (uint32_t i = s->a0; i + length <= s->a1; i++) {
        uint64_t hash = stretch_hash(m->a + i, length);
        struct stretch *slot = stretch_slot(m, size, hash);
        if (slot) {
            slot->hash = hash;
            slot->a = i;
            slot->in_a = slot->in_a < 2 ? slot->in_a + 1 : 2;
        }
    }
    for (uint32_t j = s->b0; j + length <= s->b1; j++) {
        struct stretch *slot = stretch_slot(m, size, stretch_hash(m->b + j, length));
        if (slot && slot->hash != 0) {
            slot->b = j;
            slot->in_b = slot->in_b < 2 ? slot->in_b + 1 : 2;
        }
    }
    for (uint32_t i = s->a0; i + length <= s->a1; i++) {
        struct stretch *slot = stretch_slot(m, size, stretch_hash(m->a + i, length));
        if (slot && slot->a == i && slot->in_a == 1 && slot->in_b == 1 &&
            stretch_same(m->a + i, m->b + slot->b, length)) {
            m->pair_a[n] = i;
            m->pair_b[n] = slot->b;
            n++;
        }
    }
    return n;
}

/* Keeps of the pairs the longest row that rises in b too, in place. */
static size_t pairs_rise(struct matcher *m, size_t n)
{
    size_t longest = 0;
    for (uint32_t i = 0; i < n; i++) {
        size_t low = 0;
        size_t high = longest;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (m->pair_b[m->tails[middle]] < m->pair_b[i])
                low = middle + 1;
            else
                high = middle;
        }
        m->before[i] = low == 0 ? DIFFERENCE_NO_MATCH : m->tails[low - 1];
        m->tails[low] = i;
        if (low == longest)
            longest++;
    }
    if (longest == 0)
        return 0;
    uint32_t at = m->tails[longest - 1];
    for (size_t k = longest; k-- > 0; at = m->before[at])
        m->tails[k] = at;
    for (size_t k = 0; k < longest; k++) {
        m->pair_a[k] = m->pair_a[m->tails[k]];
        m->pair_b[k] = m->pair_b[m->tails[k]];
    }
    return longest;
}

static void segment_push(struct matcher *m, struct segment s)
{
    if (s.a0 < s.a1 && s.b0 < s.b1)
        m->segments[m->segments_n++] = s;
}

/* Where nothing holds the two sides together, all of it changed. */
static void segment_cut(struct matcher *m, const struct segment *s)
{
    for (uint32_t length = s->length; length > 0; length /= 2) {
        size_t n = pairs_rise(m, pairs_find(m, s, length));
        if (n == 0)
            continue;
        struct segment part = { .a0 = s->a0, .b0 = s->b0, .depth = s->depth + 1, .length = length };
        for (size_t i = 0; i < n; i++) {
            part.a1 = m->pair_a[i];
            part.b1 = m->pair_b[i];
            m->match[part.a1] = part.b1;
            segment_push(m, part);
            part.a0 = part.a1 + 1;
            part.b0 = part.b1 + 1;
        }
        part.a1 = s->a1;
        part.b1 = s->b1;
        segment_push(m, part);
        return;
    }
}

/* ---- The table ---- */

static int32_t weight(const struct difference_word *word)
{
    if (word->sign)
        return 1;
    return word->value <= 3 ? 2 : 2 + (word->value < LETTERS_COUNTED ? word->value : LETTERS_COUNTED);
}

/* How the best for (i, j) came about where its last words are no pair, and one bit for where they are. */
enum step { FROM_APART_A, FROM_TOGETHER_A, FROM_APART_B, FROM_TOGETHER_B, PAIR_AFTER_PAIR = 4 };

static void segment_compare(struct matcher *m, const struct segment *s)
{
    const struct difference_word *a = m->a + s->a0;
    const struct difference_word *b = m->b + s->b0;
    size_t a_n = s->a1 - s->a0;
    size_t b_n = s->b1 - s->b0;
    size_t row = b_n + 1;
    for (size_t j = 0; j <= b_n; j++) {
        m->apart[j] = 0;
        m->together[j] = NEVER;
    }
    for (size_t i = 1; i <= a_n; i++) {
        int32_t corner_apart = 0; /* of (i - 1, j - 1) */
        int32_t corner_together = NEVER;
        uint8_t *steps = m->steps + i * row;
        int32_t w = weight(&a[i - 1]);
        for (size_t j = 1; j <= b_n; j++) {
            uint8_t step = FROM_APART_A;
            int32_t best = m->apart[j];
            int32_t pair = NEVER;
            if (m->together[j] > best) {
                best = m->together[j];
                step = FROM_TOGETHER_A;
            }
            if (m->apart[j - 1] > best) {
                best = m->apart[j - 1];
                step = FROM_APART_B;
            }
            if (m->together[j - 1] > best) {
                best = m->together[j - 1];
                step = FROM_TOGETHER_B;
            }
            if (a[i - 1].id == b[j - 1].id) {
                bool side_by_side = corner_together + NEIGHBOURS > corner_apart;
                pair = w + (side_by_side ? corner_together + NEIGHBOURS : corner_apart);
                step |= side_by_side ? PAIR_AFTER_PAIR : 0;
            }
            corner_apart = m->apart[j];
            corner_together = m->together[j];
            m->apart[j] = best;
            m->together[j] = pair;
            steps[j] = step;
        }
    }
    bool pair = m->together[b_n] > m->apart[b_n];
    for (size_t i = a_n, j = b_n; i > 0 && j > 0;) {
        uint8_t step = m->steps[i * row + j];
        if (pair) {
            m->match[s->a0 + i - 1] = s->b0 + (uint32_t)j - 1;
            pair = (step & PAIR_AFTER_PAIR) != 0;
            i--;
            j--;
            continue;
        }
        enum step from = (enum step)(step & 3U);
        pair = from == FROM_TOGETHER_A || from == FROM_TOGETHER_B;
        if (from == FROM_APART_A || from == FROM_TOGETHER_A)
            i--;
        else
            j--;
    }
}

/* ---- All of it ---- */

static void segment_do(struct matcher *m, struct segment s)
{
    while (s.a0 < s.a1 && s.b0 < s.b1 && m->a[s.a0].id == m->b[s.b0].id)
        m->match[s.a0++] = s.b0++;
    while (s.a0 < s.a1 && s.b0 < s.b1 && m->a[s.a1 - 1].id == m->b[s.b1 - 1].id)
        m->match[--s.a1] = --s.b1;
    if (s.a0 == s.a1 || s.b0 == s.b1)
        return;
    size_t cells = (size_t)(s.a1 - s.a0) * (s.b1 - s.b0);
    if (cells <= CELLS_MAX) {
        if (cells <= m->cells_left) {
            m->cells_left -= cells;
            segment_compare(m, &s);
        }
        return;
    }
    if (s.depth < DEPTH_MAX)
        segment_cut(m, &s);
}

uint32_t *difference_match(struct arena *scratch, const struct difference_words *a, const struct difference_words *b)
{
    size_t least = (a->n < b->n ? a->n : b->n) + 1;
    size_t row = (b->n < CELLS_MAX ? b->n : CELLS_MAX) + 1;
    size_t table = (a->n + 1) * (b->n + 1);
    size_t size = 16;
    while (size < 2 * a->n)
        size *= 2;
    struct matcher m = {
        .a = a->list,
        .b = b->list,
        .match = ARENA_ARRAY(scratch, a->n + 1, uint32_t),
        .cells_left = DIFFERENCE_CELLS,
        .segments = ARENA_ARRAY(scratch, least, struct segment),
        .stretches = ARENA_ARRAY(scratch, size, struct stretch),
        .pair_a = ARENA_ARRAY(scratch, least, uint32_t),
        .pair_b = ARENA_ARRAY(scratch, least, uint32_t),
        .before = ARENA_ARRAY(scratch, least, uint32_t),
        .tails = ARENA_ARRAY(scratch, least, uint32_t),
        .apart = ARENA_ARRAY(scratch, row, int32_t),
        .together = ARENA_ARRAY(scratch, row, int32_t),
        .steps = ARENA_ARRAY(scratch, table < TABLE_MAX ? table : TABLE_MAX, uint8_t),
    };
    if (arena_failed(scratch))
        return NULL;
    for (size_t i = 0; i < a->n; i++)
        m.match[i] = DIFFERENCE_NO_MATCH;
    segment_push(&m, (struct segment){ .a1 = (uint32_t)a->n, .b1 = (uint32_t)b->n, .length = STRETCH_MAX });
    while (m.segments_n > 0)
        segment_do(&m, m.segments[--m.segments_n]);
    return m.match;
}
