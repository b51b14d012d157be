/*
 * Personal data in a text: numbers to ring, addresses of e-mail, plates,
 * postcodes, dates of birth, addresses of homes and numbers of crimes.
 *
 * Each block is gone through once, byte by byte; each finding looks at a fixed
 * number of bytes around it. The text was made plain before, so that digits
 * with something unseen between them are together.
 *
 * What could be tried: a number that is not seen because of how it is written.
 * So spaces, dashes, dots, strokes and brackets between digits do not part a
 * number, and "(at)" is a sign. (Digits of other scripts were made plain.)
 */
#include <string.h>

#include "base/arena.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

enum { NEAR = 48 };

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool letter(char c)
{
    return upper(c) || (c >= 'a' && c <= 'z');
}

static bool word_byte(char c)
{
    return letter(c) || digit(c) || (unsigned char)c >= 0x80;
}

static char at(struct str s, size_t i)
{
    return i < s.n ? s.p[i] : ' ';
}

static bool word_begins(struct str s, size_t i)
{
    return i == 0 || !word_byte(s.p[i - 1]);
}

struct finder {
    struct check_run *run;
    struct data_facts *f;
    const struct text_block *block;
    struct str s; /* its text */
};

static void found(struct finder *d, size_t from, size_t end, bool sure)
{
    d->f->found += sure;
    d->f->perhaps += !sure;
    check_evidence_text(d->run, d->block, from, str_slice(d->block->text, from, end - from));
}

static bool near_before(const struct finder *d, size_t i, const struct word_set *words)
{
    size_t from = i > NEAR ? i - NEAR : 0;
    while (from > 0 && word_byte(d->s.p[from - 1]))
        from++;
    return from < i && check_has_any(str_slice(d->s, from, i - from), words->words, words->n);
}

/* Bytes of a space, a line end, a dash or a dot in the middle; 0: none stands at `i`. */
static size_t gap_at(struct str s, size_t i)
{
    if (i >= s.n)
        return 0;
    char c = s.p[i];
    if (c == ' ' || c == '\n' || c == '-')
        return 1;
    size_t n = 1;
    uint32_t point = (unsigned char)c < 0x80 ? 0 : check_point_at(s, i, &n);
    bool is_one = (point >= 0x2010 && point <= 0x2015) || point == 0x2212 || point == 0xB7 || point == 0x2022 ||
                  point == 0x2027 || point == 0x2219 || point == 0x22C5;
    return is_one ? n : 0;
}

/* ---- Numbers to ring ---- */

static bool number_public(const char *digits, size_t n)
{
    for (size_t i = 0; i < words_public_number.n; i++) {
        struct str one = words_public_number.words[i];
        size_t same = 0, j = 0;
        for (; j < one.n; j++)
            if (one.p[j] != ' ' && (same >= n || digits[same++] != one.p[j]))
                break;
        if (j == one.n && same == n)
            return true;
    }
    return false;
}

/* Behind the number that begins at `i`; `digits` holds at most 15 of it, "+44" as "0". */
static size_t number_end(struct str s, size_t i, char digits[16], size_t *n)
{
    size_t end = i, marks = 0;
    *n = 0;
    if (at(s, i) == '+' && at(s, i + 1) == '4' && at(s, i + 2) == '4') {
        digits[(*n)++] = '0';
        i += 3;
    } else if (at(s, i) == '+') {
        i++; /* of another country */
    } else if (str_equal(str_slice(s, i, 3), STR("447"))) {
        digits[(*n)++] = '+'; /* without the sign: it has to have twelve */
    } else if (at(s, i) == '0' && at(s, i + 1) == '0' && at(s, i + 2) == '4' && at(s, i + 3) == '4') {
        digits[(*n)++] = '0';
        i += 4;
    }
    while (i < s.n && *n < 15 && marks < 4) {
        char c = s.p[i];
        size_t gap = digit(c) ? 0 : strchr(".()/", c) != NULL && c != '\0' ? 1 : gap_at(s, i);
        if (digit(c)) {
            /* "+44 (0)7700" */
            if (!(*n == 1 && c == '0' && digits[0] == '0' && marks > 0))
                digits[(*n)++] = c;
            end = ++i;
            marks = 0;
        } else if (gap > 0) {
            marks++;
            i += gap;
        } else {
            break;
        }
    }
    return end;
}

/* "01.02.2026 10am" is no number to ring. */
static bool day_at(struct str s, size_t i)
{
    size_t day = 0, month = 0, year = 0;
    while (day < 3 && digit(at(s, i + day)))
        day++;
    char mark = at(s, i += day);
    while (month < 3 && digit(at(s, i + 1 + month)))
        month++;
    i += 1 + month;
    while (year < 5 && digit(at(s, i + 1 + year)))
        year++;
    return day >= 1 && day <= 2 && month >= 1 && month <= 2 && (year == 4 || year == 2) &&
           strchr("./-", mark) != NULL && at(s, i) == mark;
}

static size_t look_at_number(struct finder *d, size_t i)
{
    char digits[16];
    size_t n = 0;
    size_t end = number_end(d->s, i, digits, &n);
    bool abroad = digits[0] == '+' ? n == 13 : at(d->s, i) == '+' && digits[0] != '0' && n >= 9;
    if (end > i && abroad && !digit(at(d->s, end))) {
        found(d, i, end, true);
        return end;
    }
    if (day_at(d->s, i))
        return i;
    bool whole = end > i && !digit(at(d->s, end)) && n >= 10 && n <= 11 && digits[0] == '0' && digits[1] != '0';
    if (!whole || number_public(digits, n))
        return whole ? end : i;
    /* Numbers of organisations: freephone, 03, and premium ones. Whose it is, a person knows. */
    bool organisation = digits[1] == '8' || digits[1] == '3' || digits[1] == '9' || digits[1] == '5';
    found(d, i, end, !organisation);
    return end;
}

/* ---- E-mail ---- */

static bool mail_byte(char c)
{
    return letter(c) || digit(c) || (unsigned char)c >= 0x80 || (c != '\0' && strchr(".-_+'%", c) != NULL);
}

/* Bytes of one of `words` in brackets or between spaces, as "(at)" or " dot "; 0. */
static size_t written_out(struct str s, size_t i, const char *const *words)
{
    size_t from = i;
    bool spaced = at(s, i) == ' ';
    i += spaced;
    char close = at(s, i) == '(' ? ')' : at(s, i) == '[' ? ']' : at(s, i) == '{' ? '}' : at(s, i) == '<' ? '>' : '\0';
    i += close != '\0';
    i += close != '\0' && at(s, i) == ' ';
    for (; *words != NULL; words++) {
        struct str word = str_of(*words);
        size_t end = i + word.n;
        if (!str_equal_nocase(str_slice(s, i, word.n), word) || (close == '\0' && (!spaced || at(s, end) != ' ')))
            continue;
        end += close != '\0' && at(s, end) == ' ';
        if (close != '\0' && at(s, end) != close)
            continue;
        end += close != '\0';
        return end + (at(s, end) == ' ') - from;
    }
    return 0;
}

static const char *const sign_words[] = { "at", "a", "@", NULL };
static const char *const dot_words[] = { "dot", ".", NULL };

static bool ends_nocase(struct str s, struct str tail)
{
    return s.n >= tail.n && str_equal_nocase(str_slice(s, s.n - tail.n, tail.n), tail);
}

/* The host of our own address. */
static struct str own_host(const struct check_input *input)
{
    ptrdiff_t begin = input->address.p == NULL ? -1 : str_find(input->address, STR("://"));
    if (begin < 0)
        return STR_NONE;
    struct str rest = str_slice(input->address, (size_t)begin + 3, input->address.n);
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != ':')
        n++;
    return str_slice(rest, 0, n);
}

/* The sign of an address is the `n` bytes at `i`. Where it is a word, the host needs a dot that is one, or brackets. */
static size_t look_at_mail(struct finder *d, size_t i, size_t n)
{
    struct str s = d->s;
    char host[128];
    size_t from = i, to = i + n, host_n = 0, dots = 0, words = 0;
    bool word = at(s, i) == ' ' && letter(at(s, i + 1));
    while (from > 0 && i - from < 64 && mail_byte(s.p[from - 1]))
        from--;
    while (to < s.n && host_n < sizeof host - 1) {
        size_t dot = 0;
        if (word_byte(s.p[to]) || (s.p[to] == '-' && word_byte(at(s, to + 1)))) {
            host[host_n++] = s.p[to++];
        } else if (s.p[to] == '.' && word_byte(at(s, to + 1))) {
            host[host_n++] = s.p[to++];
            dots++;
        } else if ((dot = written_out(s, to, dot_words)) > 0 && word_byte(at(s, to + dot))) {
            host[host_n++] = '.';
            to += dot;
            dots++;
            words++;
        } else {
            break;
        }
    }
    if (from == i || dots == 0 || host[0] == '.' || (word && words == 0))
        return i;
    struct str name = { host, host_n };
    struct str own = own_host(d->run->input);
    bool force = ends_nocase(name, STR(".police.uk")) || ends_nocase(name, STR(".pnn.police.uk")) ||
                 (own.n > 0 && ends_nocase(name, own) && (name.n == own.n || name.p[name.n - own.n - 1] == '.'));
    if (!force)
        found(d, from, to, true);
    return to;
}

/* ---- Plates and postcodes ---- */

/* "AB12 CDE", "A123 BCD", "ABC 123D", and of Northern Ireland "ABZ 1234": letters and digits as `shape` has them. */
static size_t shape_end(struct str s, size_t i, const char *shape, bool any_case)
{
    for (; *shape != '\0'; shape++) {
        char c = at(s, i);
        if (*shape == ' ') {
            i += gap_at(s, i);
            i += gap_at(s, i);
            continue;
        }
        bool fits = *shape == '9' ? digit(c) : any_case ? letter(c) : upper(c);
        if (i >= s.n || !fits)
            return 0;
        i++;
    }
    return word_byte(at(s, i)) ? 0 : i;
}

/* The two letters before the figures tell the county. */
static bool of_northern_ireland(struct str s, size_t i)
{
    static const char counties[] =
        "IA IB IG IJ IL IW UI OI DI JI XI AZ BZ CZ DZ EZ FZ GZ HZ JZ KZ LZ MZ NZ OZ PZ RZ SZ "
        "TZ UZ VZ WZ XZ YZ";
    struct str rest = str_of(counties), one;
    while (str_cut(&rest, ' ', &one))
        if (str_equal(str_slice(s, i + 1, 2), one))
            return true;
    return false;
}

static size_t look_at_plate(struct finder *d, size_t i)
{
    static const char *const now[] = { "AA99 AAA" };
    static const char *const older[] = { "A999 AAA", "A99 AAA", "AAA 999A", "AAA 99A", "AAA 9999" };
    bool said = near_before(d, i, &words_plate);
    size_t end = 0;
    for (size_t k = 0; k < sizeof now / sizeof now[0] && end == 0; k++)
        end = shape_end(d->s, i, now[k], said);
    for (size_t k = 0; k < sizeof older / sizeof older[0] && end == 0 && said; k++)
        end = shape_end(d->s, i, older[k], true);
    /* Without a word in front an old one counts where it is written as plates are. */
    for (size_t k = 0; k < 4 && end == 0; k++)
        end = shape_end(d->s, i, older[k], false);
    bool sure = end > 0;
    if (!sure)
        end = shape_end(d->s, i, now[0], true); /* "ab12 cde": a person looks */
    if (end == 0 && of_northern_ireland(d->s, i))
        end = shape_end(d->s, i, older[4], false);
    if (end == 0)
        return i;
    found(d, i, end, sure);
    return end;
}

/* "Room A12, 3rd floor" */
static bool ordinal(struct str s)
{
    struct str letters = str_slice(s, 1, 2);
    return str_equal(letters, STR("st")) || str_equal(letters, STR("nd")) || str_equal(letters, STR("rd")) ||
           str_equal(letters, STR("th"));
}

static size_t look_at_postcode(struct finder *d, size_t i)
{
    static const char *const shapes[] = { "A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA" };
    bool said = near_before(d, i, &words_postcode);
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        size_t end = shape_end(d->s, i, shapes[k], said);
        /* In small letters where there is nothing else that it could be: "ab12 3cd". */
        if (end == 0 && k > 0)
            end = shape_end(d->s, i, shapes[k], true);
        if (end > 0 && !ordinal(str_slice(d->s, end - 3, 3))) {
            found(d, i, end, true);
            return end;
        }
    }
    return i;
}

/* ---- Dates of birth ---- */

static bool month_at(struct str s, size_t i, size_t *end)
{
    size_t to = i;
    while (to < s.n && word_byte(s.p[to]))
        to++;
    for (size_t k = 0; k < words_month.n; k++)
        if (str_equal_nocase(str_slice(s, i, to - i), words_month.words[k])) {
            *end = to;
            return true;
        }
    return false;
}

static size_t skip_gap(struct str s, size_t i)
{
    while (i < s.n && strchr(" ,./-\n", s.p[i]) != NULL && s.p[i] != '\0')
        i++;
    return i;
}

static size_t digits_end(struct str s, size_t i)
{
    while (i < s.n && digit(s.p[i]))
        i++;
    return i;
}

/* A whole date at `i`: day, month and year in some order, or eight figures; 0. */
static size_t date_end(struct str s, size_t i)
{
    size_t end = 0, parts = 0, words = 0;
    bool year = false;
    if (digits_end(s, i) - i == 8 && digits_end(s, i) > i)
        return word_byte(at(s, i + 8)) ? 0 : i + 8;
    for (size_t k = 0; k < 3; k++) {
        size_t to = digits_end(s, i);
        if (to > i && to - i <= 4) {
            year = year || to - i == 4 || k == 2;
            if (at(s, to) == 't' || at(s, to) == 's' || at(s, to) == 'n' || at(s, to) == 'r')
                to += letter(at(s, to + 1)) && !letter(at(s, to + 2)) ? 2 : 0; /* "12th" */
            parts++;
        } else if (month_at(s, i, &to)) {
            words++;
        } else {
            break;
        }
        end = to;
        i = skip_gap(s, to);
        if (str_equal(str_slice(s, i, 4), STR("day ")))
            i += 4;
        if (str_equal(str_slice(s, i, 3), STR("of ")))
            i += 3;
    }
    return parts + words == 3 && words <= 1 && year ? end : 0;
}

/* The year is one in which things happen that a post tells of: 2010 or later. */
static bool this_century(struct str date)
{
    for (size_t i = 0; i + 4 <= date.n; i++)
        if (date.p[i] == '2' && date.p[i + 1] == '0' && date.p[i + 2] != '0' && digit(date.p[i + 3]))
            return true;
    return false;
}

/* Where a date begins within a few words behind `i`; it ends at `*end`. */
static void look_at_birth(struct finder *d, size_t begin, size_t *i)
{
    for (size_t most = *i + 24; *i < d->s.n && *i < most && d->s.p[*i] != '\0'; ++*i) {
        size_t end = word_begins(d->s, *i) ? date_end(d->s, *i) : 0;
        if (end == 0)
            continue;
        found(d, begin, end, true);
        *i = end;
        return;
    }
}

/* "D.O.B. 12.3.90", "(b. 12 March 1990)" */
static size_t birth_shortened(struct str s, size_t i)
{
    if (str_equal_nocase(str_slice(s, i, 5), STR("d.o.b")))
        return 5;
    bool bracket = i > 0 && s.p[i - 1] == '(';
    return bracket && (str_equal(str_slice(s, i, 2), STR("b.")) || str_equal(str_slice(s, i, 2), STR("b "))) ? 2 : 0;
}

static void look_at_births(struct finder *d)
{
    for (size_t k = 0; k < words_birth.n; k++) {
        size_t from = 0;
        ptrdiff_t place = -1;
        while (from < d->s.n &&
               (place = check_find_words(str_slice(d->s, from, d->s.n - from), words_birth.words[k])) >= 0) {
            size_t begin = from + (size_t)place;
            size_t i = begin + words_birth.words[k].n;
            look_at_birth(d, begin, &i);
            from = i > begin ? i : begin + 1;
        }
    }
    for (size_t i = 0; i < d->s.n; i++) {
        size_t n = d->s.p[i] == 'b' || d->s.p[i] == 'd' || d->s.p[i] == 'D' ? birth_shortened(d->s, i) : 0;
        size_t behind = i + n;
        if (n > 0 && word_begins(d->s, i))
            look_at_birth(d, i, &behind);
    }
    /* "Sam Hale (12/03/1990)": no word says so, and a person looks. */
    for (size_t k = 0; k < d->run->names->n; k++) {
        const struct check_name *name = &d->run->names->list[k];
        size_t i = name->at + name->n;
        if (name->block != d->block || name->made_up || strchr(" ,", at(d->s, i)) == NULL)
            continue;
        while (i < d->s.n && (d->s.p[i] == ' ' || d->s.p[i] == ',' || d->s.p[i] == '('))
            i++;
        size_t end = date_end(d->s, i);
        if (end > 0 && !this_century(str_slice(d->s, i, end - i)))
            found(d, name->at, end, false);
    }
}

/* ---- Homes ---- */

static bool is_street(struct str word, const struct word_set *streets)
{
    for (size_t k = 0; k < streets->n; k++)
        if (str_equal_nocase(word, streets->words[k]))
            return true;
    return false;
}

/* "St Mary's Road", "St. Mary's Road" */
static bool is_saint(struct str s, size_t end)
{
    return end >= 2 && s.p[end - 1] == 't' && s.p[end - 2] == 'S' && word_begins(s, end - 2);
}

static struct str word_at(struct str s, size_t begin)
{
    size_t to = begin;
    while (to < s.n && (word_byte(s.p[to]) || s.p[to] == '\'' || (to > begin && s.p[to] == '-')))
        to++;
    return str_slice(s, begin, to - begin);
}

/*
 * "12 Mill Lane", "12a St. Mary's Road", "12-14 Heol y Bont": from the number to the end of the street's name; 0.
 * `home`: the words before say that a home follows, so that small letters do, and one word ("12 Kingsway").
 */
static size_t street_end(struct str s, size_t i, bool home)
{
    size_t end = digits_end(s, i);
    if (end == i || end - i > 4)
        return 0;
    if (letter(at(s, end)) && !word_byte(at(s, end + 1)))
        end++;
    size_t more = end + gap_at(s, end);
    if (more > end && at(s, end) != ' ' && digits_end(s, more) > more && digits_end(s, more) - more <= 4)
        end = digits_end(s, more);
    size_t alone = 0;
    for (int words = 0; words < 5; words++) {
        size_t begin = skip_gap(s, end);
        if (begin == end || begin - end > 2 || begin >= s.n)
            return alone;
        bool full_stop = false;
        for (size_t k = end; k < begin; k++)
            full_stop = full_stop || s.p[k] == '.';
        struct str word = word_at(s, begin);
        size_t to = begin + word.n;
        bool capital = word.n > 0 && (upper(word.p[0]) || (unsigned char)word.p[0] >= 0x80);
        if (word.n == 0 || (full_stop && !is_saint(s, end)))
            return alone;
        if (words == 0 && (capital || home) && is_street(word, &words_street_welsh)) {
            struct str next = word_at(s, to + 1);
            bool article = next.n > 0 && next.n <= 2 && next.p[0] == 'y';
            struct str name = article ? word_at(s, to + 2 + next.n) : next;
            if (name.n > 0 && (upper(name.p[0]) || (unsigned char)name.p[0] >= 0x80 || home))
                return (size_t)(name.p - s.p) + name.n;
        }
        if (words > 0 && is_street(word, &words_street))
            return to;
        if (!capital && !home)
            return 0;
        if (home && capital && words == 0)
            alone = to;
        end = to;
    }
    return alone;
}

/* Whether what stands right before `i` says that a home follows. */
static bool right_behind_home(struct str s, size_t i)
{
    enum { LONGEST = 24 };
    size_t from = i > LONGEST ? i - LONGEST : 0;
    struct str before = str_trim(str_slice(s, from, i - from));
    for (size_t k = 0; k < words_lives_right_at.n; k++) {
        struct str word = words_lives_right_at.words[k];
        size_t begin = before.n - word.n;
        if (before.n >= word.n && str_equal_nocase(str_slice(before, begin, word.n), word) &&
            word_begins(before, begin))
            return true;
    }
    return false;
}

static size_t look_at_home(struct finder *d, size_t i)
{
    bool home = right_behind_home(d->s, i);
    size_t end = street_end(d->s, i, home);
    if (end == 0)
        return i;
    found(d, i, end, home || near_before(d, i, &words_lives_at));
    return end;
}

/* "Flat 3, Mill House" */
static size_t look_at_flat(struct finder *d, size_t i)
{
    static const char *const words[] = { "flat ", "apartment ", "fflat " };
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        struct str word = str_of(words[k]);
        size_t end = digits_end(d->s, i + word.n);
        if (!str_equal_nocase(str_slice(d->s, i, word.n), word) || end == i + word.n)
            continue;
        size_t home = street_end(d->s, skip_gap(d->s, end), true);
        if (home == 0)
            found(d, i, end, false);
        return home == 0 ? end : i;
    }
    return i;
}

/* ", of Mill Lane": the street of somebody who is charged, without a number. */
static void look_at_streets(struct finder *d)
{
    for (size_t k = 0; k < d->run->names->n; k++) {
        const struct check_name *name = &d->run->names->list[k];
        if (name->block != d->block || name->made_up)
            continue;
        size_t i = name->at + name->n;
        for (size_t most = i + 24; i < most && i + 4 < d->s.n; i++) {
            struct str word = str_slice(d->s, i, 4);
            if (!str_equal(word, STR(" of ")) && !str_equal(str_slice(d->s, i, 6), STR(" from ")))
                continue;
            size_t begin = i + (d->s.p[i + 1] == 'o' ? 4 : 6), end = begin;
            bool street = false;
            for (int words = 0; words < 4 && end < d->s.n && upper(d->s.p[end]) && !street; words++) {
                size_t to = end;
                while (to < d->s.n && (word_byte(d->s.p[to]) || d->s.p[to] == '\''))
                    to++;
                for (size_t w = 0; w < words_street.n; w++)
                    street = street || str_equal_nocase(str_slice(d->s, end, to - end), words_street.words[w]);
                end = street || at(d->s, to) != ' ' ? to : to + 1;
            }
            if (street)
                found(d, begin, end, false);
            break;
        }
    }
}

/* ---- Crime numbers ---- */

/* "MP/26/00412", "12345/26", "26000412345" behind words for a crime number. */
static size_t crime_number_end(struct str s, size_t i)
{
    size_t to = i, slashes = 0, digits = 0, last = 0, first = 0;
    while (to < s.n && (upper(s.p[to]) || digit(s.p[to]) || s.p[to] == '/')) {
        slashes += s.p[to] == '/';
        digits += digit(s.p[to]);
        last = s.p[to] == '/' ? 0 : last + 1;
        first += slashes == 0;
        to++;
    }
    bool letters = slashes == 2 && upper(s.p[i]) && digits >= 6;
    bool year = slashes == 1 && first >= 4 && (last == 2 || last == 4) && digits == to - i - 1 &&
                !(first == 4 && (s.p[i] == '1' || s.p[i] == '2'));
    return (letters || year) && !word_byte(at(s, to)) ? to : 0;
}

/* The number of the post's own case, and every one that the force knows, are nobody's data. */
static size_t look_at_crime_number(struct finder *d, size_t i)
{
    size_t end = crime_number_end(d->s, i);
    struct str own = d->run->input->content->crime.set ? d->run->input->content->crime.reference : STR_NONE;
    if (end == 0)
        return i;
    struct str number = str_slice(d->s, i, end - i);
    if ((own.p == NULL || !str_equal_nocase(number, str_trim(own))) &&
        check_reference_known(d->run, number) != KNOWN_YES)
        found(d, i, end, false);
    return end;
}

/* ---- All of it ---- */

static void look_at_block(struct finder *d)
{
    for (size_t i = 0; i < d->s.n;) {
        char c = d->s.p[i];
        size_t next = i;
        size_t sign = c == '@' ? 1 : strchr(" ([{<", c) != NULL && c != '\0' ? written_out(d->s, i, sign_words) : 0;
        if (c == '@' && at(d->s, i + 1) == ' ')
            sign = 2;
        if (sign > 0) {
            next = look_at_mail(d, i, sign);
        } else if (word_begins(d->s, i) && (digit(c) || c == '+' || letter(c))) {
            if (digit(c) || upper(c))
                next = look_at_crime_number(d, i);
            if (next == i && (digit(c) || c == '+'))
                next = look_at_number(d, i);
            if (next == i && digit(c))
                next = look_at_home(d, i);
            if (next == i && letter(c))
                next = look_at_flat(d, i);
            if (next == i && letter(c))
                next = look_at_plate(d, i);
            if (next == i && letter(c))
                next = look_at_postcode(d, i);
        }
        i = next > i ? next : i + 1;
    }
    look_at_births(d);
    look_at_streets(d);
}

void check_gather_data(struct check_run *run, struct check_facts *facts)
{
    struct data_facts *f = &facts->data;
    *f = (struct data_facts){ .text_read = run->text.read,
                              .position = run->input->content->picture.set && run->input->facts.position };
    for (size_t b = 0; b < run->text.n; b++) {
        struct finder d = { .run = run, .f = f, .block = &run->text.blocks[b], .s = run->text.blocks[b].text };
        look_at_block(&d);
    }
    for (size_t i = 0; i < run->text.links_n; i++) {
        struct str href = run->text.links[i].href;
        char digits[16];
        size_t n = 0;
        bool tel = str_starts(href, STR("tel:")), mail = str_starts(href, STR("mailto:"));
        ptrdiff_t chat = str_find(href, STR("wa.me/"));
        struct text_block block = { .part = TEXT_BODY, .line = run->text.links[i].line, .text = href };
        struct finder d = { .run = run, .f = f, .block = &block, .s = href };
        if (tel && number_end(href, 4, digits, &n) > 4)
            (void)look_at_number(&d, 4);
        if (chat >= 0)
            (void)look_at_number(&d, (size_t)chat + sizeof "wa.me/" - 1);
        ptrdiff_t sign = mail ? str_find_byte(href, '@') : -1;
        if (sign > 0)
            (void)look_at_mail(&d, (size_t)sign, 1);
    }
    if (f->position)
        check_evidence_add(run, STR("picture:position"), STR("The file says where it was taken."));
}
