/*
 * Who stands in a post: people who are quoted, given an age, or named with an
 * age or a place, and whether the record says of each what they are.
 *
 * Promise: each block is cut into words once, and each word looks at a fixed
 * number of its neighbours. Where a sentence in quotation marks may be a title
 * as well as somebody's words, that is said, and a person decides.
 *
 * What could be tried: a made-up person whom the check does not see. So a name
 * need not be one that is known, any quotation marks count, a quotation may be
 * Markdown's own, and title and text alternative are read too. What is
 * recorded covers a name only where the record holds the whole of it.
 */
#include <string.h>

#include "base/arena.h"
#include "posts/check_person.h"

#include "base/banned.h"

/* ---- Records ---- */

/* As a reader takes it in, in small ASCII letters, with one kind of apostrophe: how names are compared. */
static struct str fold(struct arena *arena, struct str name)
{
    struct str s = check_plain(arena, name);
    char *p = arena_alloc(arena, s.n + 1, 1);
    if (p == NULL || s.p == NULL)
        return STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (i + 2 < s.n && memcmp(s.p + i, "\xE2\x80\x99", 3) == 0) {
            c = '\'';
            i += 2;
        } else if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        } else if (c == '\n' || c == '\t') {
            c = ' ';
        }
        p[n++] = c;
    }
    return (struct str){ p, n };
}

static bool read_records(struct people *p)
{
    const struct post_content *content = p->run->input->content;
    p->records = ARENA_ARRAY(p->run->arena, content->people_n + 2, struct str);
    if (p->records == NULL)
        return false;
    for (size_t i = 0; i < content->people_n; i++)
        p->records[p->records_n++] = fold(p->run->arena, content->people[i].as_written);
    p->recorded = content->people_n > 0;
    if (content->speaker.set) {
        /* A statement's speaker is typed by its record. */
        p->recorded = true;
        if (content->speaker.name.p != NULL)
            p->records[p->records_n++] = fold(p->run->arena, content->speaker.name);
        if (content->speaker.office.p != NULL)
            p->records[p->records_n++] = fold(p->run->arena, content->speaker.office);
    }
    return !arena_failed(p->run->arena);
}

static bool record_holds(const struct people *p, struct str folded)
{
    for (size_t i = 0; folded.n > 0 && i < p->records_n; i++)
        if (check_has_words(p->records[i], folded))
            return true;
    return false;
}

/* Whether a record, as it is written, stands in this block. */
bool people_record_in_block(const struct people *p)
{
    for (size_t i = 0; i < p->records_n; i++)
        if (check_has_words(p->block->text, p->records[i]))
            return true;
    return false;
}

/* ---- Words of a block ---- */

struct str people_text(const struct people *p, size_t from, size_t to)
{
    if (from >= to)
        return STR("");
    const struct word *first = &p->words[from];
    const struct word *last = &p->words[to - 1];
    return str_slice(p->block->text, first->at, last->at + last->n - first->at);
}

bool people_word_is(const struct people *p, size_t i, const char *list)
{
    if (i >= p->words_n || p->words[i].kind != WORD_LETTERS)
        return false;
    struct str rest = str_of(list);
    struct str one;
    struct str word = str_slice(p->block->text, p->words[i].at, p->words[i].n);
    while (str_cut(&rest, ' ', &one))
        if (str_equal_nocase(one, word))
            return true;
    return false;
}

bool people_in_list(const struct people *p, size_t i, bool (*list)(struct str))
{
    char flat[24];
    if (i >= p->words_n || p->words[i].kind != WORD_LETTERS)
        return false;
    struct str word = str_slice(p->block->text, p->words[i].at, p->words[i].n);
    if (str_ends(word, STR("'s")))
        word.n -= 2;
    else if (str_ends(word, STR("’s")))
        word.n -= 4;
    if (word.n > sizeof flat)
        return false;
    for (size_t j = 0; j < word.n; j++)
        flat[j] = word.p[j] >= 'A' && word.p[j] <= 'Z' ? (char)(word.p[j] - 'A' + 'a') : word.p[j];
    return list((struct str){ flat, word.n });
}

bool people_mark_is(const struct people *p, size_t i, const char *marks)
{
    return i < p->words_n && p->words[i].kind == WORD_MARK && strchr(marks, p->words[i].mark) != NULL;
}

bool people_sentence_ends(const struct people *p, size_t i)
{
    return people_mark_is(p, i, ".!?");
}

static bool begins_sentence(const struct people *p, size_t i)
{
    return i == 0 || people_sentence_ends(p, i - 1) || people_mark_is(p, i - 1, ":-|") ||
           p->words[i - 1].kind == WORD_OPEN || p->words[i - 1].kind == WORD_CLOSE;
}

/* ---- Names ---- */

static const char titles[] = "mr mrs ms miss mx dr prof professor rev reverend sir dame lady lord pc dc ds di dci pcso "
                             "sgt sergeant insp inspector superintendent constable councillor cllr imam rabbi father "
                             "detective";
/* Offices, which are no names by themselves and may stand before one. */
static const char offices[] =
    "chief assistant deputy temporary acting senior superintendent commissioner minister prime secretary mayor mp "
    "judge "
    "justice king queen president chair chairman chairwoman head director officer officer's adviser coordinator "
    "manager "
    "lead liaison spokesperson spokesman spokeswoman custody investigating station duty hate crime community "
    "schoolboy schoolgirl teenager pupil student toddler pensioner shopkeeper";
static const char particles[] = "de da di del der den van von bin ibn al el la le du dos ap o";
static const char place_words[] =
    "road lane street avenue close drive way park square bridge market green estate hill terrace crescent place court "
    "gardens row walk grove town village village's junction motorway roundabout beach canal river";

static bool plural(const struct people *p, size_t i)
{
    struct str word = str_slice(p->block->text, p->words[i].at, p->words[i].n);
    bool figures = word.n > 2 && word.p[0] >= '0' && word.p[0] <= '9'; /* "Under-18s" */
    return (word.n > 3 || figures) && str_ends(word, STR("s")) && !str_ends(word, STR("ss")) &&
           !str_ends(word, STR("'s")) && !str_ends(word, STR("’s"));
}

bool people_all_capitals(const struct people *p, size_t i)
{
    struct str word = str_slice(p->block->text, p->words[i].at, p->words[i].n);
    for (size_t j = 0; j < word.n; j++)
        if (word.p[j] >= 'a' && word.p[j] <= 'z')
            return false;
    return word.n > 1;
}

/* What may be a person's name among the capital words from `i` to `end`. `known`: by a list or a title. */
bool people_name(const struct people *p, size_t i, size_t end, struct name *out)
{
    bool first = begins_sentence(p, i);
    bool titled = false;
    /* "Yesterday Joan", "Temporary Chief Constable Alex Morgan", "Hate Crime Officer Priya Example" */
    for (; i < end; i++) {
        bool title = people_word_is(p, i, titles);
        bool other = people_word_is(p, i, offices) ||
                     (!titled && people_in_list(p, i, list_no_person) && !people_in_list(p, i, list_given_name));
        if (!title && !other)
            break;
        titled = titled || title;
        first = false;
    }
    if (i >= end)
        return false;
    size_t last = end - 1;
    bool known = titled || people_in_list(p, i, list_given_name);
    if (people_in_list(p, last, list_organisation) || people_word_is(p, last, place_words))
        return false;
    if (!known && last == i && (people_in_list(p, i, list_no_person) || plural(p, i)))
        return false;
    if (!known && people_in_list(p, last, list_no_person))
        return false;
    *out = (struct name){ .from = i, .to = end, .known = known, .first = first, .several = end - i > 1 };
    return true;
}

/* The end of the run of capital words that begins at `i`. */
size_t people_capitals_end(const struct people *p, size_t i)
{
    enum { LONGEST = 6 };
    size_t end = i;
    while (end < p->words_n && end - i < LONGEST && p->words[end].kind == WORD_LETTERS) {
        bool particle =
            end > i && people_word_is(p, end, particles) && end + 1 < p->words_n && p->words[end + 1].capital;
        if (!p->words[end].capital && !particle)
            break;
        end++;
        struct str word = people_text(p, end - 1, end);
        if (str_ends(word, STR("'s")) || str_ends(word, STR("’s")))
            break;
    }
    return end;
}

/* The run of capital words that ends before `end`. */
size_t people_capitals_begin(const struct people *p, size_t end)
{
    enum { LONGEST = 6 };
    size_t i = end;
    while (i > 0 && end - i < LONGEST && p->words[i - 1].kind == WORD_LETTERS &&
           (p->words[i - 1].capital ||
            (i < end && people_word_is(p, i - 1, particles) && i > 1 && p->words[i - 2].capital)))
        i--;
    return i;
}

bool people_name_recorded(const struct people *p, const struct name *name)
{
    if (p->facts->untyped >= CHECK_EVIDENCE_MAX)
        return false; /* the answer is there: no text shall make it slow */
    struct str folded = fold(p->run->arena, people_text(p, name->from, name->to));
    if (str_ends(folded, STR("'s")))
        folded.n -= 2;
    if (record_holds(p, folded))
        return true;
    /* "Shopkeeper Joan": the word that begins the sentence need not be hers. */
    ptrdiff_t space = name->first && name->several && !name->known ? str_find_byte(folded, ' ') : -1;
    return space > 0 && record_holds(p, str_slice(folded, (size_t)space + 1, folded.n));
}

/* ---- Findings ---- */

void people_found(struct people *p, size_t from, size_t to, bool covered)
{
    /* Of what one place says twice (an age, and speech) one evidence is enough; counting is not. */
    p->facts->found++;
    if (covered)
        return;
    p->facts->untyped++;
    if (p->told_to > from && p->told_block == p->block)
        return;
    p->told_to = to;
    p->told_block = p->block;
    check_evidence_text(p->run, p->block, p->words[from].at, people_text(p, from, to));
}

void people_found_name(struct people *p, const struct name *name, size_t to)
{
    people_found(p, name->from, to, people_name_recorded(p, name));
}

/* Somebody without a name: it is enough that somebody is recorded. */
void people_found_unnamed(struct people *p, size_t from, size_t to)
{
    people_found(p, from, to, p->recorded);
}

void people_found_uncertain(struct people *p, size_t from, size_t to)
{
    p->facts->uncertain++;
    p->uncertain_block = p->block;
    check_evidence_text(p->run, p->block, p->words[from].at, people_text(p, from, to));
}

/* Whether somebody who is recorded stands in this block; found out once for each. */
static bool block_is_covered(struct people *p)
{
    if (p->block_covered != KNOWN_NOT)
        return p->block_covered == KNOWN_YES;
    bool covered = people_record_in_block(p);
    for (size_t i = 0; i < p->words_n && !covered; i++) {
        struct name name;
        if (p->words[i].kind != WORD_LETTERS || !p->words[i].capital)
            continue;
        size_t end = people_capitals_end(p, i);
        covered = people_name(p, i, end, &name) && people_name_recorded(p, &name);
        i = end > i ? end - 1 : i;
    }
    p->block_covered = covered ? KNOWN_YES : KNOWN_NO;
    return covered;
}

/* An age without a name: a record with that age, or one that stands in the same block. */
static void people_found_age(struct people *p, size_t from, size_t to, struct str age)
{
    bool decided = p->facts->untyped >= CHECK_EVIDENCE_MAX;
    people_found(p, from, to, p->recorded && !decided && (block_is_covered(p) || record_holds(p, age)));
}

/* ---- Ages ---- */

/* "seventeen", "fifty-seven"; `small`: "one" to "ten" too, which stand for more than ages. */
static bool number_word(struct str s, bool small)
{
    static const char upto_ten[] = "one two three four five six seven eight nine ten";
    static const char words[] = "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
                                "thirty forty fifty sixty seventy eighty ninety";
    struct str rest = small ? str_of(upto_ten) : STR("");
    struct str one;
    while (str_cut(&rest, ' ', &one))
        if (str_equal_nocase(one, s))
            return true;
    rest = str_of(words);
    while (str_cut(&rest, ' ', &one))
        if (str_equal_nocase(str_slice(s, 0, one.n), one) && (s.n == one.n || s.p[one.n] == '-'))
            return true;
    return false;
}

static bool an_age(struct str s)
{
    int64_t years = 0;
    return s.n <= 3 && str_to_i64(s, &years) && years >= 1 && years <= 119;
}

static const char counts[] = "two three four five six seven eight nine ten several both";
static const char things[] =
    "car van lorry bus dog cat horse building house home tradition case law church tree bridge record crime murder "
    "campaign charity scheme phone bike bicycle company mystery investigation festival school ban order sentence "
    "contract agreement partnership history appeal programme plan project rule sewer pipe wall hedge footpath statue "
    "boat "
    "caravan motorbike scooter tractor trailer laptop watch bag";

/* "30-year-old", "30-year-olds", "nineteen-year-old" */
static bool look_at_year_old(struct people *p, size_t i)
{
    struct str word = people_text(p, i, i + 1);
    ptrdiff_t at = str_find(word, STR("-year-old"));
    if (at < 0)
        at = str_find(word, STR("-yr-old"));
    size_t to = i + 1;
    struct str age;
    if (at > 0) {
        age = str_slice(word, 0, (size_t)at);
    } else if (people_word_is(p, i + 1, "year yr") && people_word_is(p, i + 2, "old olds")) {
        age = word; /* "30 year old" */
        to = i + 3;
    } else if (people_word_is(p, i + 1, "year-old year-olds")) {
        age = word;
        to = i + 2;
    } else {
        return false;
    }
    if (!an_age(age) && !number_word(age, true))
        return false;
    struct str all = people_text(p, i, to);
    bool group = str_ends(all, STR("s")) && !(i > 0 && people_word_is(p, i - 1, counts));
    if (group || people_word_is(p, to, things) || (i > 0 && people_word_is(p, i - 1, "any every each no")))
        return true;
    /* "30-year-old Joan Smith" */
    struct name name;
    size_t end = people_capitals_end(p, to);
    if (end > to && people_name(p, to, end, &name))
        people_found(p, i, end, people_name_recorded(p, &name));
    else
        people_found_age(p, i, to, age);
    return true;
}

/* What follows an age: an end, a mark, or what people do. */
static bool after_age(const struct people *p, size_t i)
{
    if (i >= p->words_n)
        return true;
    const struct word *w = &p->words[i];
    if (w->kind == WORD_OPEN || w->kind == WORD_CLOSE)
        return true;
    bool joined = w->at == p->words[i - 1].at + p->words[i - 1].n; /* "30°" */
    if (w->kind == WORD_MARK)
        return w->mark != '%' && !(w->mark == '*' && joined) &&
               !((w->mark == ':' || w->mark == '.' || w->mark == '/') && i + 1 < p->words_n &&
                 p->words[i + 1].kind == WORD_NUMBER && p->words[i + 1].at == w->at + w->n);
    if (w->kind != WORD_LETTERS)
        return false;
    if (people_word_is(p, i, "and"))
        return i + 1 < p->words_n && p->words[i + 1].capital;
    return people_in_list(p, i, list_speech) ||
           people_word_is(p, i,
                          "of from was is has had who whose died lives lived appeared pleaded admitted denied will "
                          "would also felt thought heard saw got went never knows knew remembers with did does years "
                          "thinks loves works worked came found got wants");
}

static bool group_after(const struct people *p, size_t i)
{
    if (people_word_is(p, i, "or and") && people_word_is(p, i + 1, "over under above older younger up below more"))
        return true;
    if (people_word_is(p, i, "to plus upwards"))
        return true;
    if (people_word_is(p, i, "or") && i + 1 < p->words_n && p->words[i + 1].kind == WORD_NUMBER)
        return true; /* "aged 16 or 17" */
    return (people_mark_is(p, i, "-+/") &&
            (p->words[i].mark == '+' || (i + 1 < p->words_n && p->words[i + 1].kind == WORD_NUMBER)));
}

/* "aged 30", "age 30", "at the age of 30" */
static bool look_at_aged(struct people *p, size_t i, struct str age)
{
    size_t word = i;
    if (i >= 1 && people_word_is(p, i - 1, "aged age"))
        word = i - 1;
    else if (i >= 2 && people_mark_is(p, i - 1, ":,|") && people_word_is(p, i - 2, "age aged"))
        word = i - 2;
    else if (i >= 2 && people_word_is(p, i - 1, "of") && people_word_is(p, i - 2, "age"))
        word = i - 2;
    else
        return false;
    if (group_after(p, i + 1))
        return true;
    size_t before = word;
    if (before > 0 && people_word_is(p, before - 1, "the"))
        before--;
    if (before > 0 &&
        people_word_is(p, before - 1, "under over below above minimum any until reach reaches from between"))
        return true;
    if (people_word_is(p, word, "age") && people_word_is(p, word + 1, "of") && !p->block_has_person)
        return true; /* the age of criminal responsibility */
    if (before > 0 && people_mark_is(p, before - 1, ",("))
        before--;
    if (before > 0 && p->words[before - 1].capital) {
        struct name name;
        size_t begin = people_capitals_begin(p, before);
        if (people_name(p, begin, before, &name)) {
            people_found_name(p, &name, i + 1);
            return true;
        }
    }
    /* "children aged 10": a group, unless they are counted */
    if (before > 0 && p->words[before - 1].kind == WORD_LETTERS &&
        (plural(p, before - 1) || people_word_is(p, before - 1,
                                                 "people children men women anyone everyone anybody "
                                                 "everybody someone those")) &&
        !(before > 1 && (people_word_is(p, before - 2, counts) || p->words[before - 2].kind == WORD_NUMBER)))
        return true;
    people_found_age(p, word, i + 1, age);
    return true;
}

static const char months[] =
    "january february march april may june july august september october november december jan "
    "feb mar apr jun jul aug sep sept oct nov dec";

static const char persons[] = "man woman boy girl teenager victim suspect driver student pupil pensioner mother father "
                              "grandmother grandfather son daughter child toddler baby passenger cyclist pedestrian "
                              "motorcyclist shopkeeper resident caller witness male female person defendant offender";

/* Where a name, or a word for a person, ends before the age at `i`; 0: there is none. `tight`: it has to be a known
 * one. */
static size_t name_end(const struct people *p, size_t i, bool *verb, bool *tight)
{
    size_t at = i;
    *verb = false;
    *tight = false;
    while (at > 1 && people_word_is(p, at - 1, "now just only then currently nearly almost")) {
        at--;
        *tight = true;
    }
    if (at >= 3 && people_word_is(p, at - 1, "is was turned turns") && people_word_is(p, at - 2, "who")) {
        at -= 2;
        *tight = true;
    }
    if (at >= 2 && people_word_is(p, at - 1, "is was turned turns")) {
        *verb = true;
        return at - 1;
    }
    if (at >= 2 && people_mark_is(p, at - 1, ",(-|:;/*")) {
        *tight = *tight || people_mark_is(p, at - 1, "*");
        at--;
        /* "Joan (not her name), 57" */
        if (at > 2 && people_mark_is(p, at - 1, ")"))
            for (size_t back = at - 1; back > 0 && at - back < 8; back--)
                if (people_mark_is(p, back, "("))
                    return back;
        return at;
    }
    /* "Sam 30 from Hartley", "Sam 30, Hartley", and each on a line */
    if (i >= 1 && at == i && p->words[i - 1].capital) {
        *tight = true;
        return i;
    }
    return 0;
}

/*
 * Whether the words around tell that it is a person: "Xiomara (30) was …", "Xiomara, 30, felt …", or a line of its own.
 * "Hartley (57), Northford (34)" and the row of a table are counts as well.
 */
static bool told_of_person(const struct people *p, const struct name *name, size_t i)
{
    enum { LINE = 10 };
    bool comma = people_mark_is(p, i - 1, ",");
    size_t next = i + 1;
    if (people_mark_is(p, next, ")"))
        next++;
    if (next < p->words_n && p->words[next].kind == WORD_LETTERS && !p->words[next].capital &&
        !people_word_is(p, next, "and years of in"))
        return true;
    if (comma && people_mark_is(p, next, ",") && next + 1 < p->words_n && !p->words[next + 1].capital &&
        p->words[next + 1].kind != WORD_NUMBER)
        return true;
    return comma && name->from == 0 && p->words_n <= LINE && !p->block->table &&
           (next == p->words_n || people_mark_is(p, next, ",-("));
}

/* "Joan from Hartley, 57", "Joan Smith, Hartley (57)": what stands right before the age is where she lives. */
static bool name_before(const struct people *p, const struct name *place, struct name *out)
{
    size_t end = place->from;
    while (end > 0 && place->from - end < 3 &&
           (people_word_is(p, end - 1, "of from in near at") || people_mark_is(p, end - 1, ",-")))
        end--;
    if (end == 0 || end == place->from || !p->words[end - 1].capital)
        return false;
    size_t begin = people_capitals_begin(p, end);
    return people_name(p, begin, end, out) && (out->known || out->several);
}

/* "Sam, 30", "Sam (30)", "Sam – 30", "Sam is 30", "a woman, 30," */
static bool look_at_name_before(struct people *p, size_t i)
{
    bool verb = false;
    bool tight = false;
    struct str age = people_text(p, i, i + 1);
    if (i > 0 && people_word_is(p, i - 1, "he's she's i'm he’s she’s i’m")) {
        people_found_age(p, i - 1, i + 1, age);
        return true;
    }
    size_t end = name_end(p, i, &verb, &tight);
    if (end == 0 || people_word_is(p, i + 1, months))
        return false;
    bool capital_next = end == i && i + 1 < p->words_n && p->words[i + 1].capital;
    bool turned = verb && people_word_is(p, i - 1, "turned turns") && i + 1 < p->words_n &&
                  p->words[i + 1].kind == WORD_LETTERS && !plural(p, i + 1);
    bool now = verb && people_word_is(p, i + 1, "and now years");
    if (!after_age(p, i + 1) && !capital_next && !turned && !now)
        return false;
    if (verb && !turned && !now && i + 1 < p->words_n && !people_mark_is(p, i + 1, ".,;!?"))
        return false;
    if ((verb && people_word_is(p, end - 1, "he she")) || (!verb && people_word_is(p, end - 1, persons))) {
        people_found_age(p, end - 1, i + 1, age);
        return true;
    }
    size_t begin = people_capitals_begin(p, end);
    struct name name;
    if (begin == end) {
        /* "joan, 57" alone on its line */
        bool alone = end <= 2 && p->words_n <= 8 && !verb && p->words[0].kind == WORD_LETTERS && !p->block->heading;
        if (!alone || people_in_list(p, end - 1, list_no_person) || people_in_list(p, end - 1, list_organisation) ||
            plural(p, end - 1))
            return false;
        name = (struct name){ .from = 0, .to = end };
    } else if (!people_name(p, begin, end, &name)) {
        return false;
    }
    if (name.from > 0 && people_word_is(p, name.from - 1, "dog dogs horse horses cat puppy pony"))
        return true; /* "police dog Rex (8)" */
    if (!name.known && name.from > 0 &&
        people_word_is(p, name.from - 1, "in at on near around since until outside inside across"))
        return false;
    if ((verb || tight) && !name.known)
        return false;
    struct name before;
    if (!name.known && name_before(p, &name, &before)) {
        people_found(p, before.from, i + 1, people_name_recorded(p, &before));
        return true;
    }
    bool counts_here = p->uncertain_block == p->block; /* one of several counts */
    if (!name.known && (counts_here || !told_of_person(p, &name, i)) && !people_name_recorded(p, &name))
        people_found_uncertain(p, name.from, i + 1);
    else
        people_found_name(p, &name, i + 1);
    return true;
}

/* "57yrs" */
static bool years_behind(struct str word)
{
    size_t digits = 0;
    while (digits < word.n && word.p[digits] >= '0' && word.p[digits] <= '9')
        digits++;
    struct str rest = str_slice(word, digits, word.n);
    return digits > 0 && an_age(str_slice(word, 0, digits)) &&
           (str_equal_nocase(rest, STR("yrs")) || str_equal_nocase(rest, STR("yr")) ||
            str_equal_nocase(rest, STR("yo")) || str_equal(rest, STR("岁")) || str_equal(rest, STR("歳")));
}

static void look_at_number(struct people *p, size_t i)
{
    struct str number = people_text(p, i, i + 1);
    bool figures = p->words[i].kind == WORD_NUMBER;
    if (figures ? !an_age(number) : !number_word(number, false) && !years_behind(number))
        return;
    if (look_at_year_old(p, i) || look_at_aged(p, i, number) || look_at_name_before(p, i))
        return;
    /* "she is 30 years old", "the boy is 12 years old"; not a station that is */
    if (people_word_is(p, i + 1, "years") && people_word_is(p, i + 2, "old") && i >= 2 &&
        (people_word_is(p, i - 2, "he she i") || people_word_is(p, i - 2, persons)))
        people_found_age(p, i, i + 3, number);
}

/* ---- Places, and speech without quotation marks ---- */

/* Where a place would begin after a name that ends at `to`; 0: none is said. */
static size_t place_after(const struct people *p, const struct name *name)
{
    size_t i = name->to;
    bool comma = people_mark_is(p, i, ",");
    if (comma)
        i++;
    if (people_word_is(p, i, "who"))
        i++;
    /* "Joan, a teacher from Hartley" */
    if (comma && name->known && people_word_is(p, i, "a an the"))
        for (size_t at = i + 1; at < i + 5 && at < p->words_n && p->words[at].kind == WORD_LETTERS; at++)
            if (people_word_is(p, at, "from in of at near"))
                return at + 1;
    if (people_word_is(p, i, "lives lived living") && people_word_is(p, i + 1, "in at on near"))
        return i + 2;
    if (people_word_is(p, i, "from") || (people_word_is(p, i, "of") && (comma || name->known)))
        return i + 1;
    if (people_word_is(p, i, "in at near") && name->known && !comma)
        return i + 1;
    return 0;
}

static bool is_place(const struct people *p, size_t i, size_t *end)
{
    while (people_word_is(p, i, "the"))
        i++;
    if (i >= p->words_n || !p->words[i].capital || people_word_is(p, i, months) ||
        people_word_is(p, i, "monday tuesday wednesday thursday friday saturday sunday"))
        return false;
    *end = people_capitals_end(p, i);
    return *end > i &&
           (!people_in_list(p, *end - 1, list_organisation) || people_word_is(p, *end - 1, "school hospital"));
}

static void look_at_name(struct people *p, size_t i, size_t end)
{
    struct name name;
    if (!people_name(p, i, end, &name) || (!name.known && !name.several && people_all_capitals(p, i)))
        return;
    size_t place_end = 0;
    size_t place = place_after(p, &name);
    if (place > 0 && is_place(p, place, &place_end)) {
        people_found_name(p, &name, place_end);
        return;
    }
    /* "Joan, Hartley" and "Joan – Hartley" alone on a line */
    if ((name.from == 0 || (name.from == 1 && people_mark_is(p, 0, "-"))) && name.known &&
        people_mark_is(p, name.to, ",-|(") && is_place(p, name.to + 1, &place_end) &&
        (place_end == p->words_n || (place_end + 1 == p->words_n && people_mark_is(p, place_end, ".)")))) {
        people_found_name(p, &name, place_end);
        return;
    }
    size_t verb = name.to;
    if (people_mark_is(p, verb, ",") && people_word_is(p, verb + 1, "who"))
        verb += 2;
    bool behind = name.from > 0 && people_word_is(p, name.from - 1, "from in at of near on across around");
    bool speaks = people_word_is(p, verb,
                                 "said says told tells recalls recalled explains explained remembers remembered "
                                 "adds added describes described") &&
                  (name.known || !behind);
    bool according =
        name.from >= 2 && people_word_is(p, name.from - 1, "to") && people_word_is(p, name.from - 2, "according");
    bool said = name.from > 0 && people_word_is(p, name.from - 1, "said says explains explained adds added recalls") &&
                (name.to == p->words_n || people_mark_is(p, name.to, ".,;"));
    bool own_words = people_word_is(p, name.to, "own words") && name.from > 0 && people_word_is(p, name.from - 1, "in");
    if (speaks || according || said || own_words)
        people_found_name(p, &name, speaks ? verb + 1 : name.to);
}

/* ---- All of it ---- */

void people_keep_young(struct people *p, size_t i, int age)
{
    if (age >= 1 && age <= 17 && p->run->young_n < CHECK_YOUNG_MAX)
        p->run->young[p->run->young_n++] =
            (struct check_young){ .block = p->block, .at = p->words[i].at, .n = p->words[i].n, .age = age };
}

/* An age under 18 that belongs to somebody is kept for the check of children. */
static void keep_young(struct people *p, size_t i)
{
    static const char *const words[] = { "one",      "two",      "three",   "four",    "five",     "six",
                                         "seven",    "eight",    "nine",    "ten",     "eleven",   "twelve",
                                         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen" };
    struct str word = people_text(p, i, i + 1);
    size_t n = 0;
    int age = 0;
    while (n < word.n && n < 3 && word.p[n] >= '0' && word.p[n] <= '9')
        age = age * 10 + (word.p[n++] - '0');
    for (size_t w = 0; n == 0 && w < sizeof words / sizeof words[0]; w++) {
        struct str spelt = str_of(words[w]);
        if (str_equal_nocase(str_slice(word, 0, spelt.n), spelt) && (word.n == spelt.n || word.p[spelt.n] == '-'))
            age = (int)w + 1;
    }
    people_keep_young(p, i, age);
}

static void look_at_block(struct people *p)
{
    p->block_has_person = false;
    p->block_covered = KNOWN_NOT;
    for (size_t i = 0; i < p->words_n && !p->block_has_person; i++)
        p->block_has_person = people_word_is(p, i, "he she his her him i my") ||
                              (p->words[i].capital && people_in_list(p, i, list_given_name));
    for (size_t i = 0; i < p->words_n; i++) {
        size_t before = p->facts->found + p->facts->uncertain;
        if (p->words[i].kind == WORD_NUMBER)
            look_at_number(p, i);
        else if (p->words[i].kind == WORD_LETTERS && !look_at_year_old(p, i) && !p->words[i].capital)
            look_at_number(p, i);
        if (p->facts->found + p->facts->uncertain > before)
            keep_young(p, i);
    }
    for (size_t i = 0; i < p->words_n; i++) {
        if (p->words[i].kind != WORD_LETTERS || !p->words[i].capital)
            continue;
        size_t end = people_capitals_end(p, i);
        if (end == i)
            continue;
        look_at_name(p, i, end);
        i = end - 1;
    }
    people_look_at_spans(p);
    people_look_at_ages(p);
}

void check_gather_person(struct check_run *run, struct check_facts *facts)
{
    const struct check_text *text = &run->text;
    struct people p = { .run = run, .facts = &facts->person };
    facts->person = (struct person_facts){ .text_read = text->read };
    size_t longest = 0;
    for (size_t i = 0; i < text->n; i++)
        longest = text->blocks[i].text.n > longest ? text->blocks[i].text.n : longest;
    p.words = ARENA_ARRAY(run->arena, longest + 1, struct word);
    if (p.words == NULL || !read_records(&p))
        return; /* the run sees that memory is gone */
    for (size_t b = 0; b < text->n; b++) {
        if (text->blocks[b].quoted && text->blocks[b].part == TEXT_BODY) {
            size_t end = b + 1;
            while (end < text->n && text->blocks[end].quoted)
                end++;
            people_look_at_quotation(&p, b, end);
            for (; b < end; b++) {
                people_read(&p, &text->blocks[b]);
                look_at_block(&p);
            }
            b = end - 1;
            continue;
        }
        people_read(&p, &text->blocks[b]);
        look_at_block(&p);
    }
}
