/*
 * Who is quoted: words between quotation marks, and quotations of Markdown.
 *
 * Promise: words that somebody says block where nobody is recorded; a term, a
 * title or the text of a law does not; where a sentence may be either, a
 * person is asked. Who says "I" is a person, and so is whoever stands beside a
 * verb of speech, unless that is an organisation or a document.
 */
#include "posts/check_person.h"

#include "base/banned.h"

/* ---- Quotation marks ---- */

static const char we[] = "we we're we’re we've we’ve our us ours";
static const char first_persons[] = "i i'm i've i'd i'll i’m i’ve i’d i’ll my me mine myself";
static const char documents[] =
    "law laws guidance policy act section sign signs poster posters leaflet definition means mean meaning defined "
    "define "
    "defines defining code website page called titled entitled headline headed campaign hashtag term terms phrase word "
    "words slogan film book song play known button form box option marked labelled title named theme motto category "
    "statute legislation rules standard article heading question message reads read";

struct span {
    size_t open, close; /* indexes of the marks; close is words_n where the quotation runs to the end of its block */
    size_t letters;     /* words inside */
    bool first_person, ended; /* somebody says "I"; a sentence ends inside */
    bool we;                  /* "we" may be a slogan's, too */
};

static bool any_in(const struct people *p, size_t from, size_t to, bool (*list)(struct str), size_t *at)
{
    for (size_t i = from; i < to; i++)
        if (people_in_list(p, i, list)) {
            *at = i;
            return true;
        }
    return false;
}

/* The sentence around a quotation, as far as it is looked at. */
static void around(const struct people *p, const struct span *s, size_t *before, size_t *after)
{
    enum { REACH = 10 };
    size_t i = s->open;
    while (i > 0 && s->open - i < REACH && !people_sentence_ends(p, i - 1) && p->words[i - 1].kind != WORD_CLOSE)
        i--;
    *before = i;
    i = s->close + 1;
    size_t from = i;
    while (i < p->words_n && i - from < REACH && !people_sentence_ends(p, i) && p->words[i].kind != WORD_OPEN)
        i++;
    *after = i < p->words_n ? i : p->words_n;
    if (from > p->words_n)
        *after = p->words_n;
}

/* A name in this stretch that is a person's; how many were found. */
static size_t names_in(struct people *p, size_t from, size_t to, struct name *out, size_t most)
{
    size_t n = 0;
    for (size_t i = from; i < to && n < most; i++) {
        if (p->words[i].kind != WORD_LETTERS || !p->words[i].capital)
            continue;
        size_t end = people_capitals_end(p, i);
        struct name name;
        if (end > to)
            end = to;
        if (people_name(p, i, end, &name) && (name.known || name.several || !people_all_capitals(p, name.from)))
            out[n++] = name;
        i = end > i ? end - 1 : i;
    }
    return n;
}

static bool known_name_in(struct people *p, size_t from, size_t to)
{
    struct name name;
    return names_in(p, from, to, &name, 1) > 0 && name.known;
}

/* Somebody is quoted: the nearest name, or nobody named. */
static void found_speaker(struct people *p, const struct span *s, size_t before, size_t after)
{
    enum { MOST = 4 };
    struct name names[MOST];
    size_t close = s->close < p->words_n ? s->close + 1 : p->words_n;
    size_t n = names_in(p, before, s->open, names, MOST);
    n += names_in(p, close, after, names + n, MOST - n);
    for (size_t i = 0; i < n; i++)
        if (people_name_recorded(p, &names[i])) {
            people_found(p, s->open, close, true);
            return;
        }
    /* A place or a word that looks like a name is no reason to hold a post whose people are recorded. */
    bool sure = false;
    for (size_t i = 0; i < n; i++)
        sure = sure || names[i].known || names[i].several || people_in_list(p, names[i].to, list_speech) ||
               (names[i].from > 0 && people_in_list(p, names[i].from - 1, list_speech));
    if (n > 0 && sure)
        people_found(p, s->open, close, false);
    else
        people_found_unnamed(p, s->open, close);
}

/* A sentence of which it cannot be told whether a person says it. */
static void uncertain(struct people *p, const struct span *s, size_t close)
{
    if (p->recorded) {
        p->facts->found++;
        return;
    }
    people_found_uncertain(p, s->open, close);
}

static void look_at_span(struct people *p, const struct span *s)
{
    enum { TERM = 3, SENTENCE = 5 };
    size_t before = 0;
    size_t after = 0;
    size_t verb = 0;
    around(p, s, &before, &after);
    size_t close = s->close < p->words_n ? s->close + 1 : p->words_n;
    bool document = false;
    for (size_t i = before; i < s->open; i++)
        document = document || people_word_is(p, i, documents);
    for (size_t i = close; !s->ended && i < after && i < close + 2; i++)
        document = document || people_word_is(p, i, "means mean is are meaning");
    /* "In Joan's words", "Joan's message": hers, whatever the word. */
    if (known_name_in(p, before, s->open))
        document = false;
    bool spoken = any_in(p, before, s->open, list_speech, &verb) || any_in(p, close, after, list_speech, &verb);
    if (spoken && !s->first_person && s->letters <= TERM && !s->ended) {
        /* A short term beside a verb is speech only where the verb is next to it. */
        size_t next = people_mark_is(p, close, ",-") ? close + 1 : close;
        size_t last = s->open > 0 && people_mark_is(p, s->open - 1, ":,") ? s->open - 1 : s->open;
        spoken = (last > 0 && people_in_list(p, last - 1, list_speech)) || people_in_list(p, next, list_speech) ||
                 (people_in_list(p, next + 1, list_speech) && !document);
    }
    if (document && !s->first_person)
        return;
    if (document && !spoken) {
        /* "I", in what may be a title */
        uncertain(p, s, close);
        return;
    }
    size_t at = 0;
    bool body = any_in(p, before, s->open, list_organisation, &at) || any_in(p, close, after, list_organisation, &at);
    if (spoken) {
        struct name name;
        bool named = names_in(p, before, s->open, &name, 1) + names_in(p, close, after, &name, 1) > 0;
        if (body && !named && !people_word_is(p, verb + 1, "a the") && !s->first_person)
            return; /* an organisation says it */
        found_speaker(p, s, before, after);
        return;
    }
    struct name name;
    bool dashed = people_mark_is(p, close, "-") && names_in(p, close, after, &name, 1) > 0;
    bool whole = s->open == 0 && close >= p->words_n;
    /* Some words beside somebody's name: "“They laughed every day” was how Joan put it." */
    bool beside = (s->letters > TERM && (known_name_in(p, before, s->open) || known_name_in(p, close, after))) ||
                  (s->open > 0 && people_mark_is(p, s->open - 1, ":") && known_name_in(p, before, s->open));
    if ((s->first_person && (s->letters >= TERM || (s->ended && s->letters > 1))) || dashed || beside ||
        (whole && (s->ended ? s->letters > 1 : s->letters > TERM) && !p->block->heading))
        found_speaker(p, s, before, after);
    else if (s->letters >= SENTENCE && s->ended)
        uncertain(p, s, close);
}

void people_look_at_spans(struct people *p)
{
    struct span s = { 0 };
    bool open = false;
    for (size_t i = 0; i <= p->words_n; i++) {
        const struct word *w = i < p->words_n ? &p->words[i] : NULL;
        bool ends = w == NULL ? open && !p->words[s.open].single
                              : open && w->kind == WORD_CLOSE && w->single == p->words[s.open].single;
        if (ends) {
            s.close = i;
            s.ended = s.ended || w == NULL || people_mark_is(p, i - 1, ".!?,-");
            if (s.letters > 0)
                look_at_span(p, &s);
            open = false;
        } else if (w != NULL && w->kind == WORD_OPEN && (!open || (p->words[s.open].single && !w->single))) {
            open = true;
            s = (struct span){ .open = i };
        } else if (w != NULL && open && w->kind == WORD_LETTERS) {
            s.letters++;
            s.first_person = s.first_person || people_word_is(p, i, first_persons);
            s.we = s.we || people_word_is(p, i, we);
        } else if (w != NULL && open && people_sentence_ends(p, i)) {
            s.ended = true;
        }
    }
}

/* ---- Quotations of Markdown ---- */

static bool first_person_in(const struct people *p)
{
    for (size_t i = 0; i < p->words_n; i++)
        if (people_word_is(p, i, first_persons) || people_word_is(p, i, we))
            return true;
    return false;
}

static bool short_line(const struct people *p)
{
    enum { ATTRIBUTION = 14 };
    if (p->words_n == 0 || p->words_n > ATTRIBUTION)
        return false;
    for (size_t i = 0; i + 1 < p->words_n; i++)
        if (people_sentence_ends(p, i))
            return false;
    return !people_sentence_ends(p, p->words_n - 1) || people_mark_is(p, 0, "-");
}

/* `b` to `end`: blocks of one quotation. */
void people_look_at_quotation(struct people *p, size_t b, size_t end)
{
    const struct check_text *text = &p->run->text;
    bool personal = false;
    bool law = false;
    struct name name = { 0 };
    for (size_t i = b; i < end; i++) {
        people_read(p, &text->blocks[i]);
        personal = personal || first_person_in(p);
    }
    if (b > 0 && text->blocks[b - 1].part == TEXT_BODY) {
        people_read(p, &text->blocks[b - 1]);
        for (size_t i = 0; i < p->words_n; i++)
            law = law || people_word_is(p, i, documents);
        law = law && people_mark_is(p, p->words_n - 1, ":");
    }
    /* Whose words they are stands in the last block, or below. */
    const struct text_block *at = &text->blocks[end - 1];
    people_read(p, at);
    bool last =
        short_line(p) && (people_mark_is(p, 0, "-") || (end - b > 1 && names_in(p, 0, p->words_n, &name, 1) > 0));
    if (!last && end < text->n) {
        people_read(p, &text->blocks[end]);
        last = short_line(p);
        at = &text->blocks[end];
    }
    size_t word = 0;
    if (last) {
        people_read(p, at);
        size_t n = names_in(p, 0, p->words_n, &name, 1);
        if (n > 0 && !name.known && name.from > 0 && people_word_is(p, name.from - 1, "from in of near at"))
            n = 0; /* "a teacher from Hartley" */
        if (n == 0 && !personal && any_in(p, 0, p->words_n, list_organisation, &word))
            return; /* an organisation is quoted */
        if (n > 0 && (name.known || name.several || people_mark_is(p, name.to, ",-(|") || name.to == p->words_n) &&
            !people_record_in_block(p)) {
            people_found_name(p, &name, p->words_n);
            return;
        }
    }
    people_read(p, &text->blocks[b]);
    if (p->words_n == 0)
        return;
    if (law && !personal && !p->recorded) {
        people_found_uncertain(p, 0, p->words_n);
        return;
    }
    people_found_unnamed(p, 0, p->words_n);
}
