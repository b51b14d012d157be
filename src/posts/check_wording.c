/*
 * How a post is worded: terms for a report, and whether everybody can read it.
 * None of this blocks; what is counted here is what is warned of.
 */
#include "base/arena.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

void check_gather_wording(struct check_run *run, struct check_facts *facts)
{
    struct wording_facts *f = &facts->wording;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    *f = (struct wording_facts){ .text_read = run->text.read };
    while (sentence_next(&sentences, &sentence)) {
        if (!sentence_has(sentence.flat, &words_report_wording))
            continue;
        f->found++;
        sentence_tell(run, &sentence);
    }
}

static size_t words_of(struct str flat)
{
    size_t n = 0;
    for (size_t i = 1; i < flat.n; i++)
        n += flat.p[i - 1] == ' ' && flat.p[i] != ' ' && flat.p[i] != '|';
    return n;
}

/* Letters of mathematics and enclosed ones, which some write for bold: a screen reader spells them or says nothing. */
static bool is_fancy(uint32_t c)
{
    return (c >= 0x1D400 && c <= 0x1D7FF) || (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F189) ||
           (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A);
}

static bool is_emoji(uint32_t c)
{
    return (c >= 0x1F300 && c <= 0x1FAFF && !(c >= 0x1F3FB && c <= 0x1F3FF)) || (c >= 0x2600 && c <= 0x27BF) ||
           (c >= 0x1F1E6 && c <= 0x1F1FF) || c == 0x2B50 || c == 0x231A || c == 0x23F0;
}

static void count_signs(struct str s, struct plain_facts *f)
{
    bool inside = false;
    for (size_t i = 0; i < s.n;) {
        size_t n = 1;
        uint32_t c = check_point_at(s, i, &n);
        bool fancy = is_fancy(c);
        f->fancy += fancy && !inside; /* one a run of them */
        inside = fancy;
        f->emoji += is_emoji(c);
        i += n;
    }
}

/* "[here](…)": the words of a link stand in Markdown's brackets. */
static void look_at_link_words(struct check_run *run, struct plain_facts *f)
{
    struct str body = run->input->content->body;
    int line = 1;
    size_t open = 0;
    bool is_open = false;
    for (size_t i = 0; i + 1 < body.n; i++) {
        line += body.p[i] == '\n';
        if (body.p[i] == '[') {
            open = i + 1;
            is_open = true;
        }
        if (body.p[i] != ']' || body.p[i + 1] != '(' || !is_open)
            continue;
        is_open = false;
        struct str words = sentence_flat(run->scratch, str_slice(body, open, i - open));
        for (size_t k = 0; words.n > 2 && k < words_link_words.n; k++)
            if (str_equal(str_trim(words), words_link_words.words[k])) {
                f->links++;
                check_evidence_add(run, str_format(run->arena, "body:%d", line), str_slice(body, open, i - open));
            }
    }
}

void check_gather_plain_words(struct check_run *run, struct check_facts *facts)
{
    enum { WORDS_MAX = 25 };
    struct plain_facts *f = &facts->plain;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    *f = (struct plain_facts){ .text_read = run->text.read };
    while (sentence_next(&sentences, &sentence)) {
        if (sentence.block->part == TEXT_ALT || sentence.block->table || words_of(sentence.flat) <= WORDS_MAX)
            continue;
        f->long_sentences++;
        sentence_tell(run, &sentence);
    }
    count_signs(run->input->content->title, f);
    count_signs(run->input->content->body, f);
    look_at_link_words(run, f);
}
