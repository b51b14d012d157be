/*
 * Everybody who is named in a post, for the checks that ask whose name it is:
 * a suspect's, a victim's, a child's, or that of somebody who is named by their
 * office.
 *
 * A name is one by the list of given names, by a title ("Mr"), or by an age or
 * a place beside it. Promise: each block is cut into words once and each name
 * looks at a fixed number of its neighbours, so that time grows with the text.
 *
 * What could be tried: a suspect who is taken for an officer. So an office only
 * counts in front of the name, and a name of which the same words say that it
 * was arrested or charged is one that a person has to look at.
 */
#include "base/arena.h"
#include "posts/check_person.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

static bool in_set(const struct people *p, size_t i, const struct word_set *set)
{
    struct str word = i < p->words_n && p->words[i].kind == WORD_LETTERS ? people_text(p, i, i + 1) : STR("");
    for (size_t j = 0; word.n > 0 && j < set->n; j++)
        if (str_equal_nocase(word, set->words[j]))
            return true;
    return false;
}

static int number_at(const struct people *p, size_t i)
{
    struct str word = i < p->words_n ? people_text(p, i, i + 1) : STR("");
    size_t n = 0;
    int age = 0;
    while (n < word.n && n < 3 && word.p[n] >= '0' && word.p[n] <= '9')
        age = age * 10 + (word.p[n++] - '0');
    bool alone = n == word.n || word.p[n] == '-';
    return n > 0 && alone && age >= 1 && age <= 119 ? age : -1;
}

/* "Sam, 30" "Sam (30)" "Sam, aged 30" "30-year-old Sam" */
static int age_beside(const struct people *p, const struct name *name)
{
    size_t i = name->to;
    if (people_mark_is(p, i, ",(-"))
        i++;
    if (people_word_is(p, i, "aged age"))
        i++;
    if (i > name->to && i < p->words_n && p->words[i].kind == WORD_NUMBER && !people_mark_is(p, i + 1, "%:/"))
        return number_at(p, i);
    if (name->from > 0 && p->words[name->from - 1].kind == WORD_LETTERS) {
        struct str before = people_text(p, name->from - 1, name->from);
        if (str_find(before, STR("-year-old")) > 0)
            return number_at(p, name->from - 1);
    }
    if (name->from > 2 && people_word_is(p, name->from - 1, "old") && people_word_is(p, name->from - 2, "year"))
        return number_at(p, name->from - 3);
    return -1;
}

/* "Sam Hale, of Mill Lane", "Sam Hale from Hartley" */
static bool place_beside(const struct people *p, const struct name *name)
{
    size_t i = name->to;
    for (int skipped = 0; skipped < 4 && (people_mark_is(p, i, ",(") || (i < p->words_n && number_at(p, i) > 0));
         skipped++)
        i++;
    return people_word_is(p, i, "of from") && i + 1 < p->words_n && p->words[i + 1].capital;
}

static bool said_to_be_held(const struct people *p, const struct name *name)
{
    for (size_t i = name->to; i < name->to + 10 && i < p->words_n && !people_sentence_ends(p, i); i++)
        if (in_set(p, i, &words_held) && i > 0 &&
            people_word_is(p, i - 1, "been is was were be being has have also now remains"))
            return true;
    return false;
}

/* Words a little before the name that make it somebody else's than the suspect's. */
static bool is_other(const struct people *p, const struct name *name)
{
    for (size_t back = 1; back <= 4 && back <= name->from; back++) {
        size_t i = name->from - back;
        if (people_sentence_ends(p, i))
            break;
        if (in_set(p, i, &words_before_a_victim))
            return true;
    }
    return people_in_list(p, name->to, list_speech) || people_word_is(p, name->to, "died");
}

static bool by_record(struct people *p, struct str text, bool *made_up)
{
    const struct post_content *content = p->run->input->content;
    for (size_t i = 0; i < content->people_n; i++) {
        struct str written = check_plain(p->run->scratch, content->people[i].as_written);
        if (written.p == NULL || check_find_words(written, sentence_lower(p->run->scratch, text)) < 0)
            continue;
        *made_up = content->people[i].kind != PERSON_REAL;
        return true;
    }
    return false;
}

static void keep(struct people *p, size_t begin, const struct name *name)
{
    struct check_names *names = p->run->names;
    const struct post_content *content = p->run->input->content;
    struct str text = people_text(p, name->from, name->to);
    int age = age_beside(p, name);
    bool made_up = false;
    bool recorded = by_record(p, text, &made_up);
    /* "34-year-old man from Hartley": the place stands in the record too. */
    if (!name->known && !name->several && name->from > 0 &&
        people_word_is(p, name->from - 1, "from in of near at o yn yng"))
        recorded = false;
    bool sure = recorded || (name->known && (name->several || !name->first || age > 0)) ||
                ((age > 0 || place_beside(p, name)) && name->several);
    if (!sure)
        return;
    if (names->n == CHECK_NAMES_MAX) {
        names->more = true;
        return;
    }
    bool office = false;
    for (size_t i = begin; i < name->from; i++)
        office = office || in_set(p, i, &words_office_before_a_name);
    if (begin > 0 && begin == name->from)
        office = in_set(p, begin - 1, &words_office_before_a_name);
    if (content->speaker.set && content->speaker.name.p != NULL) {
        struct str speaker = check_plain(p->run->scratch, content->speaker.name);
        office = office || (speaker.p != NULL && check_find_words(speaker, sentence_lower(p->run->scratch, text)) >= 0);
    }
    bool held = said_to_be_held(p, name);
    names->list[names->n++] = (struct check_name){ .block = p->block,
                                                   .at = p->words[name->from].at,
                                                   .n = text.n,
                                                   .age = age,
                                                   .office = office && !held,
                                                   .made_up = made_up,
                                                   .other = (office && held) || is_other(p, name) };
}

void check_find_names(struct check_run *run)
{
    const struct check_text *text = &run->text;
    struct person_facts unused = { 0 };
    struct people p = { .run = run, .facts = &unused };
    size_t longest = 0;
    for (size_t i = 0; i < text->n; i++)
        longest = text->blocks[i].text.n > longest ? text->blocks[i].text.n : longest;
    arena_reset(run->scratch);
    p.words = ARENA_ARRAY(run->arena, longest + 1, struct word);
    if (p.words == NULL)
        return; /* the run sees that memory is gone */
    for (size_t b = 0; b < text->n && !run->names->more; b++) {
        people_read(&p, &text->blocks[b]);
        for (size_t i = 0; i < p.words_n; i++) {
            struct name name;
            if (p.words[i].kind != WORD_LETTERS || !p.words[i].capital)
                continue;
            size_t end = people_capitals_end(&p, i);
            if (end == i)
                continue;
            if (people_name(&p, i, end, &name))
                keep(&p, i, &name);
            i = end - 1;
        }
        arena_reset(run->scratch);
    }
}
