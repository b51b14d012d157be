/*
 * What a post says of hate crime: whether it presents a story as one, what it
 * invites readers to do, whether it asks who saw it, and how it says what hate
 * crime is. The words stand in src/posts/words/.
 *
 * Promise: what cannot be told is "perhaps", and a person decides. A sentence
 * that takes back what it says ("not a hate crime", "whether it is one") is
 * never taken for saying it, nor for saying nothing.
 */
#include "base/arena.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

/* ---- Where hate crime is named ---- */

struct mention {
    size_t at, end;  /* in the flat sentence */
    bool taken_back; /* denied, left open, or asked */
    bool said;       /* something is said to be one */
};

/* From `from` on; false where there is none. A campaign's name is none. */
static bool next_mention(const struct sentence *sentence, size_t from, struct mention *out)
{
    for (;;) {
        ptrdiff_t first = -1;
        size_t n = 0;
        for (size_t i = 0; i < words_hate_crime.n; i++) {
            ptrdiff_t at = sentence_find(sentence->flat, words_hate_crime.words[i], from);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
                n = words_hate_crime.words[i].n;
            }
        }
        if (first < 0)
            return false;
        *out = (struct mention){ .at = (size_t)first, .end = (size_t)first + n };
        if (!sentence_goes_on(sentence->flat, out->end, &words_hate_crime_name))
            break;
        from = out->end;
    }
    struct str clause = sentence_clause(sentence->flat, out->at);
    out->taken_back = sentence->question || sentence_has(clause, &words_not_sure);
    size_t at = out->at;
    for (int between = 0; between < 5; between++) {
        struct str word = sentence_word_before(sentence->flat, at);
        if (word.n == 0)
            break;
        at -= word.n + 1;
        bool says = false, goes_on = false;
        for (size_t i = 0; i < words_says_it_is.n; i++)
            says = says || str_equal(word, words_says_it_is.words[i]);
        for (size_t i = 0; i < words_says_it_is_between.n; i++)
            goes_on = goes_on || str_equal(word, words_says_it_is_between.words[i]);
        out->said = out->said || says;
        if (says || !goes_on)
            break;
    }
    return true;
}

/* ---- call-to-action ---- */

/* "report" as a thing ("our report") invites to nothing. */
static bool invites(struct str flat)
{
    for (size_t i = 0; i < words_report_verbs.n; i++) {
        struct str verb = words_report_verbs.words[i];
        ptrdiff_t at = -1;
        size_t from = 0;
        while ((at = sentence_find(flat, verb, from)) >= 0) {
            struct str before = sentence_word_before(flat, (size_t)at);
            bool noun = false;
            for (size_t j = 0; j < words_report_as_noun.n && str_equal(verb, STR("report")); j++)
                noun = noun || str_equal(before, words_report_as_noun.words[j]);
            if (!noun)
                return true;
            from = (size_t)at + 1;
        }
    }
    return false;
}

/* Not the name of a site, "report-it.org.uk". */
static bool says_report_it(struct str flat)
{
    static const struct str address[] = { STR_INIT("org") };
    static const struct word_set site = { address, 1 };
    for (size_t i = 0; i < words_report_it.n; i++) {
        size_t from = 0;
        ptrdiff_t at = -1;
        while ((at = sentence_find(flat, words_report_it.words[i], from)) >= 0) {
            if (!sentence_goes_on(flat, (size_t)at + words_report_it.words[i].n, &site))
                return true;
            from = (size_t)at + 1;
        }
    }
    return false;
}

static enum how at_least(enum how a, enum how b)
{
    return a > b ? a : b;
}

static void look_at_call(struct check_run *run, const struct sentence *sentence, bool held, struct call_facts *f,
                         bool *invited)
{
    struct mention mention;
    enum how presented = HOW_NO;
    bool invitation = held && says_report_it(sentence->flat);
    bool asks = invites(sentence->flat);
    for (size_t from = 0; next_mention(sentence, from, &mention); from = mention.end) {
        /* A headline or a picture's words without more say what the story is. */
        bool said = mention.said || sentence->block->part != TEXT_BODY;
        invitation = invitation || (asks && !mention.taken_back);
        presented = at_least(presented, said && !mention.taken_back ? HOW_YES : HOW_PERHAPS);
    }
    if (presented != HOW_NO || invitation)
        sentence_tell(run, sentence);
    f->presented = at_least(f->presented, presented);
    *invited = *invited || invitation;
}

void check_gather_call(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    const struct story_facts *story = &run->story;
    struct call_facts *f = &facts->call;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    bool invited = false;
    *f = (struct call_facts){ .told = story->told, .presented = HOW_NO, .outcome = story->outcome };
    if (content->claims_set && content->claims == CLAIM_HATE_CRIME && story->told == KNOWN_YES) {
        f->presented = HOW_YES;
        check_evidence_add(run, STR("claims"), post_claim_word(content->claims));
    }
    /* "Report it" means hate crime where the story has to do with it. */
    bool held = story->told == KNOWN_YES && (story->claims || story->scenario || story->hate_crime == KNOWN_YES);
    while (sentence_next(&sentences, &sentence))
        look_at_call(run, &sentence, held, f, &invited);
    f->invited = invited ? KNOWN_YES : run->text.read ? KNOWN_NO : KNOWN_NOT;
}

/* ---- witness-appeal ---- */

/* A number as forces give to crimes: "MP/22/10001". */
static bool has_crime_number(struct str text)
{
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] != '/')
            continue;
        size_t before = 0, after = 0;
        while (before < i && text.p[i - before - 1] >= '0' && text.p[i - before - 1] <= '9')
            before++;
        while (i + 1 + after < text.n && text.p[i + 1 + after] >= '0' && text.p[i + 1 + after] <= '9')
            after++;
        bool letters = i > before && text.p[i - before - 1] == '/' && i - before > 1 && text.p[i - before - 2] >= 'A' &&
                       text.p[i - before - 2] <= 'Z';
        if ((before == 2 || before == 4) && after >= 4 && letters)
            return true;
        /* "12345/22", and not the year "2025/26" */
        bool year = before == 4 && (text.p[i - 4] == '1' || text.p[i - 4] == '2') &&
                    (text.p[i - 3] == '9' || text.p[i - 3] == '0');
        if (before >= 4 && (after == 2 || after == 4) && !letters && !year)
            return true;
    }
    return false;
}

void check_gather_appeal(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    struct appeal_facts *f = &facts->appeal;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    *f = (struct appeal_facts){ .text_read = run->text.read, .asks = HOW_NO };
    for (size_t i = 0; i < content->people_n; i++)
        f->made_up = f->made_up || content->people[i].kind != PERSON_REAL;
    while (f->made_up && sentence_next(&sentences, &sentence)) {
        enum how asks = HOW_NO;
        if (has_crime_number(str_slice(sentence.block->text, sentence.at, sentence.n)))
            asks = HOW_YES;
        else if (sentence_has(sentence.flat, &words_asks_generally))
            continue;
        else if (sentence_has(sentence.flat, &words_asks_who_saw))
            asks = HOW_YES;
        else if (sentence_has(sentence.flat, &words_asks_for_information))
            asks = HOW_PERHAPS;
        if (asks != HOW_NO)
            sentence_tell(run, &sentence);
        f->asks = at_least(f->asks, asks);
    }
}

/* ---- law-wording ---- */

void check_gather_definition(struct check_run *run, struct check_facts *facts)
{
    struct definition_facts *f = &facts->definition;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    *f = (struct definition_facts){ .text_read = run->text.read };
    while (sentence_next(&sentences, &sentence)) {
        struct mention mention;
        bool defines = false;
        if (sentence.question)
            continue;
        for (size_t from = 0; !defines && next_mention(&sentence, from, &mention); from = mention.end)
            defines = sentence_goes_on(sentence.flat, mention.end, &words_is_defined);
        if (!defines)
            continue;
        /* "crime" of "hate crime" itself is no word of the definition. */
        struct str rest = str_slice(sentence.flat, mention.end, sentence.flat.n - mention.end);
        bool right = sentence_has(rest, &words_defines_offence) && sentence_has(rest, &words_defines_perceived) &&
                     sentence_has(rest, &words_defines_hostility) && !sentence_has(rest, &words_defines_too_much);
        f->given++;
        f->wrong += !right;
        if (!right)
            sentence_tell(run, &sentence);
    }
}
