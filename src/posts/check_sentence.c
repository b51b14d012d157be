/*
 * Sentences and their words. Promise: a sentence has at most SENTENCE_MAX
 * bytes, so that what is done with each word of it takes no longer in a text
 * without full stops. A longer one is told in pieces, each of which begins some
 * words before the end of the one before: no phrase falls between two.
 */
#include "posts/check_sentence.h"

#include "base/arena.h"

#include "base/banned.h"

enum { SENTENCE_MAX = 1200, SENTENCE_AGAIN = 200 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Marks of more than one byte that part words or clauses: how many bytes, and what becomes of them. */
static size_t wide_mark(struct str s, size_t at, char *out)
{
    unsigned char first = (unsigned char)s.p[at];
    if (first == 0xC2 && at + 1 < s.n && ((unsigned char)s.p[at + 1] == 0xAB || (unsigned char)s.p[at + 1] == 0xBB)) {
        *out = '|'; /* « » */
        return 2;
    }
    if (first != 0xE2 || at + 2 >= s.n || (unsigned char)s.p[at + 1] != 0x80)
        return 0;
    unsigned char last = (unsigned char)s.p[at + 2];
    if (last == 0x99) {
        *out = '\''; /* an apostrophe, or the end of a quotation */
        return 3;
    }
    if (last == 0x90 || last == 0x91) {
        *out = ' '; /* hyphens */
        return 3;
    }
    if (last >= 0x92 && last <= 0x9F) {
        *out = '|'; /* dashes and quotation marks */
        return 3;
    }
    if (last >= 0xA0 && last <= 0xBA) {
        *out = last == 0xA6 ? '|' : ' '; /* "…" and others */
        return 3;
    }
    return 0;
}

struct str sentence_flat(struct arena *arena, struct str text)
{
    char *p = arena_alloc(arena, 3 * text.n + 3, 1); /* every byte could be a mark, and then a word of its own */
    size_t n = 0;
    if (p == NULL || text.p == NULL)
        return STR_NONE;
    p[n++] = ' ';
    for (size_t i = 0; i < text.n;) {
        char c = text.p[i];
        size_t width = wide_mark(text, i, &c);
        if (width == 0 && word_byte(c)) {
            p[n++] = lower(c);
            i++;
            continue;
        }
        size_t next = i + (width == 0 ? 1 : width);
        bool inside = p[n - 1] != ' ' && next < text.n && word_byte(text.p[next]);
        bool parts = c == '\'' ? !inside : str_find_byte(STR(",;:()[]{}<>\"|"), c) >= 0;
        if (c == '\'' && inside) {
            p[n++] = '\'';
        } else {
            if (p[n - 1] != ' ')
                p[n++] = ' ';
            if (parts && (n < 2 || p[n - 2] != '|')) {
                p[n++] = '|';
                p[n++] = ' ';
            }
        }
        i = next;
    }
    if (p[n - 1] != ' ')
        p[n++] = ' ';
    return (struct str){ p, n };
}

struct str sentence_lower(struct arena *arena, struct str text)
{
    char *p = arena_alloc(arena, text.n + 1, 1);
    if (p == NULL || text.p == NULL)
        return STR_NONE;
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] == '\n' ? ' ' : lower(text.p[i]);
    return (struct str){ p, text.n };
}

static bool stop(char c)
{
    return c == '.' || c == '?' || c == '!';
}

/*
 * Behind a sentence that begins at `at`: a full stop, "?" or "!" with nothing of a word behind it. Behind SENTENCE_MAX
 * bytes it looks no further, so that a text without full stops is gone through once.
 */
static size_t sentence_end(struct str s, size_t at, bool *question)
{
    size_t last = s.n - at > SENTENCE_MAX ? at + SENTENCE_MAX + 1 : s.n;
    *question = false;
    for (; at < last; at++) {
        if (!stop(s.p[at]))
            continue;
        *question = s.p[at] == '?';
        while (at + 1 < last && stop(s.p[at + 1]))
            *question = s.p[++at] == '?' || *question;
        if (at + 1 == s.n || !word_byte(s.p[at + 1]) || (unsigned char)s.p[at + 1] >= 0x80)
            return at + 1;
    }
    *question = false;
    return last;
}

/* Where a word begins, at `at` or at most `most` bytes before; where none does, `at`, or before it in one letter. */
static size_t word_begin(struct str s, size_t at, size_t most)
{
    for (size_t i = at; i > at - most; i--)
        if (s.p[i - 1] == ' ' || s.p[i - 1] == '\n')
            return i;
    while ((unsigned char)s.p[at] >= 0x80 && (unsigned char)s.p[at] < 0xC0)
        at--;
    return at;
}

bool sentence_next(struct sentences *s, struct sentence *out)
{
    const struct check_text *text = &s->run->text;
    while (s->block < text->n && s->at >= text->blocks[s->block].text.n) {
        s->block++;
        s->at = 0;
    }
    if (s->block >= text->n)
        return false;
    const struct text_block *block = &text->blocks[s->block];
    bool question = false;
    size_t end = sentence_end(block->text, s->at, &question);
    size_t again = end;
    if (end - s->at > SENTENCE_MAX) {
        end = word_begin(block->text, s->at + SENTENCE_MAX, SENTENCE_AGAIN / 2);
        again = word_begin(block->text, end - SENTENCE_AGAIN, SENTENCE_AGAIN / 2);
    }
    struct str piece = str_slice(block->text, s->at, end - s->at);
    *out = (struct sentence){
        .block = block, .at = s->at, .n = piece.n, .flat = sentence_flat(s->run->scratch, piece), .question = question
    };
    s->at = again;
    return out->flat.p != NULL;
}

ptrdiff_t sentence_find(struct str flat, struct str phrase, size_t from)
{
    while (from + phrase.n + 1 < flat.n) {
        ptrdiff_t at = str_find(str_slice(flat, from, flat.n - from), phrase);
        if (at < 0)
            return -1;
        size_t place = from + (size_t)at;
        if (place > 0 && flat.p[place - 1] == ' ' && place + phrase.n < flat.n && flat.p[place + phrase.n] == ' ')
            return (ptrdiff_t)place;
        from = place + 1;
    }
    return -1;
}

bool sentence_has(struct str flat, const struct word_set *phrases)
{
    for (size_t i = 0; i < phrases->n; i++)
        if (sentence_find(flat, phrases->words[i], 0) >= 0)
            return true;
    return false;
}

struct str sentence_word_before(struct str flat, size_t at)
{
    if (at < 2)
        return STR("");
    size_t end = at - 1; /* the space */
    size_t from = end;
    while (from > 0 && flat.p[from - 1] != ' ')
        from--;
    return str_slice(flat, from, end - from);
}

bool sentence_goes_on(struct str flat, size_t at, const struct word_set *phrases)
{
    struct str rest = str_slice(flat, at, flat.n - at);
    for (size_t i = 0; i < phrases->n; i++)
        if (sentence_find(str_slice(rest, 0, phrases->words[i].n + 2), phrases->words[i], 0) == 1)
            return true;
    return false;
}

struct str sentence_clause(struct str flat, size_t at)
{
    size_t from = at, end = at;
    while (from > 0 && flat.p[from] != '|')
        from--;
    while (end < flat.n && flat.p[end] != '|')
        end++;
    return str_slice(flat, from, end - from);
}

void sentence_tell(struct check_run *run, const struct sentence *sentence)
{
    struct str text = str_slice(sentence->block->text, sentence->at, sentence->n);
    size_t lead = 0;
    while (lead < text.n && (text.p[lead] == ' ' || text.p[lead] == '\n' || text.p[lead] == '\t'))
        lead++;
    check_evidence_text(run, sentence->block, sentence->at + lead, str_slice(text, lead, text.n - lead));
}
