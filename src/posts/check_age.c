/*
 * Ages that are told in other words than check_person.c knows: in Welsh ("un ar
 * bymtheg oed"), by the tens ("in her thirties"), for several ("both 15", "15
 * and 16"), "a girl of 15", "who turned 16 last week". And somebody's name
 * behind a dash, at the end of what they say.
 *
 * Promise: each word looks at a fixed number of its neighbours. Beside a name
 * that is not known nothing is found here, so that a place with a count is none.
 */
#include "posts/check_person.h"

#include "base/banned.h"

static int age_at(const struct people *p, size_t i)
{
    int64_t age = 0;
    bool is_one = i < p->words_n && p->words[i].kind == WORD_NUMBER && p->words[i].n <= 3 &&
                  str_to_i64(people_text(p, i, i + 1), &age) && age >= 1 && age <= 119;
    return is_one ? (int)age : 0;
}

/* ---- Welsh ---- */

static const struct {
    const char *words;
    int value;
} welsh_numbers[] = {
    { "un blwydd", 1 },
    { "dau dwy ddau ddwy", 2 },
    { "tri tair dair thri", 3 },
    { "pedwar pedair", 4 },
    { "pump pum bum", 5 },
    { "chwech chwe", 6 },
    { "saith", 7 },
    { "wyth", 8 },
    { "naw", 9 },
    { "deg ddeg deng", 10 },
    { "deuddeg ddeuddeg", 12 },
    { "pymtheg bymtheg", 15 },
    { "deunaw ddeunaw", 18 },
    { "ugain hugain", 20 },
    { "deugain ddeugain", 40 },
    { "hanner", 50 },
    { "trigain", 60 },
};

static int welsh_number(const struct people *p, size_t i)
{
    for (size_t k = 0; k < sizeof welsh_numbers / sizeof welsh_numbers[0]; k++)
        if (people_word_is(p, i, welsh_numbers[k].words))
            return welsh_numbers[k].value;
    return 0;
}

/* The age that ends before word `end`: "15", "pymtheg", "un ar bymtheg"; 0. Its first word is `*begin`. */
static int welsh_age(const struct people *p, size_t end, size_t *begin)
{
    if (end == 0)
        return 0;
    *begin = end - 1;
    int age = age_at(p, end - 1);
    if (age > 0)
        return age;
    age = welsh_number(p, end - 1);
    if (age > 0 && end >= 3 && people_word_is(p, end - 2, "ar a")) {
        int more = welsh_number(p, end - 3);
        *begin = more > 0 ? end - 3 : *begin;
        age += more;
    }
    return age;
}

/* ---- Whose it is ---- */

/* A name that is known, a few words before `i`: "Sam, who is", "Sam (", "Sam and Joan Hale, both". */
static bool name_a_little_before(const struct people *p, size_t i, struct name *out)
{
    enum { REACH = 4 };
    size_t end = i;
    while (end > 0 && i - end < REACH &&
           (people_mark_is(p, end - 1, ",(-|") ||
            people_word_is(p, end - 1, "who is was are were both all each aged turned turns just only now sy'n sydd")))
        end--;
    if (end == 0 || !p->words[end - 1].capital)
        return false;
    size_t begin = people_capitals_begin(p, end);
    return begin < end && people_name(p, begin, end, out) && (out->known || people_name_recorded(p, out));
}

static void found_age(struct people *p, size_t from, size_t to, size_t at, int age)
{
    struct name name;
    if (name_a_little_before(p, from, &name))
        people_found_name(p, &name, to);
    else
        people_found_unnamed(p, from, to);
    people_keep_young(p, at, age);
}

static bool months(const struct people *p, size_t i)
{
    return people_word_is(p, i,
                          "january february march april may june july august september october november december");
}

/* ---- All of it ---- */

static void look_at_welsh(struct people *p, size_t i)
{
    size_t end = i, begin = 0;
    if (people_word_is(p, i - 1, "mlwydd blwydd flwydd"))
        end = i - 1;
    int age = welsh_age(p, end, &begin);
    bool group = people_word_is(p, i + 1, "neu a ac i") ||
                 (begin > 0 && people_word_is(p, begin - 1, "dan dros rhwng i hyd a neu"));
    if (age > 0 && !group)
        found_age(p, begin, i + 1, begin, age);
}

static void look_at_tens(struct people *p, size_t i)
{
    size_t from = i;
    if (people_word_is(p, from - 1, "early mid late mid-"))
        from--;
    struct name name;
    if (from >= 2 && people_word_is(p, from - 1, "his her their") && people_word_is(p, from - 2, "in") &&
        name_a_little_before(p, from - 2, &name))
        people_found_name(p, &name, i + 1);
}

static void look_at_number(struct people *p, size_t i)
{
    int age = age_at(p, i);
    if (age == 0)
        return;
    if (i >= 2 && people_word_is(p, i - 1, "of") &&
        people_word_is(p, i - 2, "boy girl man woman lad child teenager youth")) {
        found_age(p, i - 2, i + 1, i, age);
        return;
    }
    bool several = people_word_is(p, i + 1, "and") && age_at(p, i + 2) > 0 && !months(p, i + 3);
    bool both = i > 0 && people_word_is(p, i - 1, "both each") && !months(p, i + 1);
    bool turned = i > 0 && people_word_is(p, i - 1, "turned turns") &&
                  people_word_is(p, i + 1, "last this yesterday today recently in on just two three");
    struct name name;
    bool years = people_word_is(p, i + 1, "yrs yr yo") ||
                 (people_word_is(p, i + 1, "y") && people_mark_is(p, i + 2, "/") && people_word_is(p, i + 3, "o"));
    if ((several || both || turned || years) && name_a_little_before(p, i, &name)) {
        people_found_name(p, &name, i + 1);
        people_keep_young(p, i, age);
        if (several)
            people_keep_young(p, i + 2, age_at(p, i + 2));
    }
}

/* "They call me names. – Sam" */
static void look_at_end(struct people *p)
{
    size_t end = p->words_n;
    if (end > 0 && people_mark_is(p, end - 1, "."))
        end--;
    size_t begin = end > 0 && p->words[end - 1].capital ? people_capitals_begin(p, end) : end;
    struct name name;
    if (begin >= 2 && begin < end && people_mark_is(p, begin - 1, "-") &&
        (people_sentence_ends(p, begin - 2) || p->words[begin - 2].kind == WORD_CLOSE) &&
        people_name(p, begin, end, &name) && name.known)
        people_found_name(p, &name, end);
}

/* "Sam: I cried every night.", and "she told us that …" without a name */
static void look_at_speech(struct people *p)
{
    struct name name;
    size_t end = p->words_n > 0 && p->words[0].capital ? people_capitals_end(p, 0) : 0;
    bool speaks = end > 0 && people_mark_is(p, end, ":") && people_name(p, 0, end, &name) && name.known;
    for (size_t i = end; i < p->words_n && speaks; i++)
        if (people_word_is(p, i, "i i'm i’m i've i’ve my me")) {
            people_found_name(p, &name, end);
            break;
        }
    for (size_t i = 0; i + 2 < p->words_n; i++)
        if (people_word_is(p, i, "he she") && people_word_is(p, i + 1, "said says recalled recalls explained told") &&
            (!people_word_is(p, i + 1, "told") || people_word_is(p, i + 2, "us officers police me")))
            people_found_unnamed(p, i, i + 2);
}

/* "Mae Siân o Gaerdydd", "dywedodd Siân" */
static void look_at_welsh_name(struct people *p, size_t i)
{
    struct name name;
    size_t end = people_capitals_end(p, i);
    if (!people_name(p, i, end, &name) || !name.known)
        return;
    bool place = false;
    for (size_t at = name.from + 1; at + 1 < end; at++)
        place = place || people_word_is(p, at, "o");
    bool said = name.from > 0 && people_word_is(p, name.from - 1, "meddai dywedodd ddywedodd dywed");
    if (!place && !said)
        return;
    if (place)
        for (size_t at = name.from + 1; at + 1 < end; at++)
            if (people_word_is(p, at, "o")) {
                name.to = at;
                break;
            }
    people_found_name(p, &name, end);
}

void people_look_at_ages(struct people *p)
{
    for (size_t i = 1; i < p->words_n; i++) {
        if (people_word_is(p, i, "oed"))
            look_at_welsh(p, i);
        else if (people_word_is(p, i,
                                "teens twenties thirties forties fifties sixties seventies eighties nineties 20s 30s "
                                "40s 50s 60s 70s 80s 90s"))
            look_at_tens(p, i);
        else if (p->words[i].kind == WORD_NUMBER)
            look_at_number(p, i);
    }
    for (size_t i = 0; i < p->words_n; i++) {
        if (p->words[i].kind != WORD_LETTERS || !p->words[i].capital)
            continue;
        look_at_welsh_name(p, i);
        size_t end = people_capitals_end(p, i);
        i = end > i ? end - 1 : i;
    }
    look_at_end(p);
    look_at_speech(p);
}
