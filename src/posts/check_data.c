/*
 * Personal data in a text: numbers to ring, addresses of e-mail, plates,
 * postcodes, dates of birth, addresses of homes and numbers of crimes.
 *
 * Each block is gone through once, byte by byte; each finding looks at a fixed
 * number of bytes around it. The text was made plain before, so that digits
 * with something unseen between them are together.
 *
 * What could be tried: a number that is not seen because of how it is written.
 * So spaces, hyphens, dots and brackets between digits do not part a number,
 * and digits of other scripts count.
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

/* Digits of other scripts and the full-width ones as ASCII; each takes the place of its bytes, filled up in front. */
static struct str plain_digits(struct arena *arena, struct str s)
{
    static const uint32_t zeros[] = { 0x660, 0x6F0, 0x966, 0x9E6, 0xFF10 };
    char *p = arena_alloc(arena, s.n + 1, 1);
    if (p == NULL)
        return STR_NONE;
    memcpy(p, s.p, s.n);
    for (size_t i = 0; i < s.n;) {
        size_t n = 1;
        uint32_t c = check_point_at(s, i, &n);
        for (size_t z = 0; n > 1 && z < sizeof zeros / sizeof zeros[0]; z++)
            if (c >= zeros[z] && c <= zeros[z] + 9) {
                memset(p + i, '.', n - 1); /* one of the marks that stand inside a number */
                p[i + n - 1] = (char)('0' + (c - zeros[z]));
            }
        i += n;
    }
    return (struct str){ p, s.n };
}

struct finder {
    struct check_run *run;
    struct data_facts *f;
    const struct text_block *block;
    struct str s; /* with plain digits; the same places */
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
    if (at(s, i) == '+') {
        if (at(s, i + 1) != '4' || at(s, i + 2) != '4')
            return i;
        digits[(*n)++] = '0';
        i += 3;
    } else if (at(s, i) == '0' && at(s, i + 1) == '0' && at(s, i + 2) == '4' && at(s, i + 3) == '4') {
        digits[(*n)++] = '0';
        i += 4;
    }
    for (; i < s.n && *n < 15 && marks < 4; i++) {
        char c = s.p[i];
        if (digit(c)) {
            /* "+44 (0)7700" */
            if (!(*n == 1 && c == '0' && digits[0] == '0' && marks > 0))
                digits[(*n)++] = c;
            end = i + 1;
            marks = 0;
        } else if (strchr(" -.()\n", c) != NULL && c != '\0') {
            marks++;
        } else {
            break;
        }
    }
    return end;
}

static size_t look_at_number(struct finder *d, size_t i)
{
    char digits[16];
    size_t n = 0;
    size_t end = number_end(d->s, i, digits, &n);
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
    return letter(c) || digit(c) || strchr(".-_+'%", c) != NULL;
}

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

static size_t look_at_mail(struct finder *d, size_t i)
{
    struct str s = d->s;
    size_t from = i, to = i + 1;
    while (from > 0 && i - from < 64 && mail_byte(s.p[from - 1]) && s.p[from - 1] != '\0')
        from--;
    while (to < s.n && to - i < 128 && (letter(s.p[to]) || digit(s.p[to]) || s.p[to] == '.' || s.p[to] == '-'))
        to++;
    while (to > i + 1 && (s.p[to - 1] == '.' || s.p[to - 1] == '-'))
        to--;
    struct str host = str_slice(s, i + 1, to - i - 1);
    if (from == i || str_find_byte(host, '.') <= 0)
        return i;
    struct str own = own_host(d->run->input);
    bool force = ends_nocase(host, STR(".police.uk")) || ends_nocase(host, STR(".pnn.police.uk")) ||
                 (own.n > 0 && ends_nocase(host, own) && (host.n == own.n || host.p[host.n - own.n - 1] == '.'));
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
            if (c == ' ' || c == '\n' || c == '-')
                i++;
            continue;
        }
        bool fits = *shape == '9' ? digit(c) : any_case ? letter(c) : upper(c);
        if (i >= s.n || !fits)
            return 0;
        i++;
    }
    return word_byte(at(s, i)) ? 0 : i;
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
    if (end == 0)
        return i;
    found(d, i, end, true);
    return end;
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
        if (end > 0) {
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

/* A whole date at `i`: day, month and year in some order; 0. */
static size_t date_end(struct str s, size_t i)
{
    size_t end = 0, parts = 0, words = 0;
    bool year = false;
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
        if (at(s, i) == 'o' && at(s, i + 1) == 'f' && at(s, i + 2) == ' ')
            i += 3;
    }
    return parts + words == 3 && words <= 1 && year ? end : 0;
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
            for (size_t most = i + 24; i < d->s.n && i < most && d->s.p[i] != '\0'; i++) {
                if (!word_begins(d->s, i))
                    continue;
                size_t end = date_end(d->s, i);
                if (end > 0) {
                    found(d, begin, end, true);
                    i = end;
                    break;
                }
            }
            from = i > begin ? i : begin + 1;
        }
    }
}

/* ---- Homes ---- */

/* "12 Mill Lane", "Flat 3, 12a Mill Lane": from the number to the word for a street; 0. */
static size_t street_end(struct str s, size_t i)
{
    size_t end = digits_end(s, i);
    if (end == i || end - i > 4)
        return 0;
    if (letter(at(s, end)) && !word_byte(at(s, end + 1)))
        end++;
    for (int words = 0; words < 5; words++) {
        size_t begin = skip_gap(s, end);
        if (begin == end || begin - end > 2 || begin >= s.n)
            return 0;
        bool full_stop = false;
        for (size_t k = end; k < begin; k++)
            full_stop = full_stop || s.p[k] == '.';
        size_t to = begin;
        while (to < s.n && (word_byte(s.p[to]) || s.p[to] == '\''))
            to++;
        struct str word = str_slice(s, begin, to - begin);
        if (word.n == 0 || full_stop)
            return 0;
        bool street = false;
        for (size_t k = 0; k < words_street.n; k++)
            street = street || str_equal_nocase(word, words_street.words[k]);
        if (street && words > 0)
            return to;
        if (!upper(word.p[0]) && (unsigned char)word.p[0] < 0x80)
            return 0;
        end = to;
    }
    return 0;
}

static size_t look_at_home(struct finder *d, size_t i)
{
    size_t end = street_end(d->s, i);
    if (end == 0)
        return i;
    found(d, i, end, near_before(d, i, &words_lives_at));
    return end;
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
        if (c == '@') {
            next = look_at_mail(d, i);
        } else if (word_begins(d->s, i) && (digit(c) || c == '+' || letter(c))) {
            if (digit(c) || upper(c))
                next = look_at_crime_number(d, i);
            if (next == i && (digit(c) || c == '+'))
                next = look_at_number(d, i);
            if (next == i && digit(c))
                next = look_at_home(d, i);
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
        struct finder d = { .run = run, .f = f, .block = &run->text.blocks[b] };
        d.s = plain_digits(run->scratch, run->text.blocks[b].text);
        if (d.s.p == NULL)
            return; /* the run sees that memory is gone */
        look_at_block(&d);
    }
    for (size_t i = 0; i < run->text.links_n; i++) {
        struct str href = run->text.links[i].href;
        char digits[16];
        size_t n = 0;
        bool tel = str_starts(href, STR("tel:")), mail = str_starts(href, STR("mailto:"));
        struct text_block block = { .part = TEXT_BODY, .line = run->text.links[i].line, .text = href };
        struct finder d = { .run = run, .f = f, .block = &block, .s = href };
        if (tel && number_end(href, 4, digits, &n) > 4)
            (void)look_at_number(&d, 4);
        ptrdiff_t sign = mail ? str_find_byte(href, '@') : -1;
        if (sign > 0)
            (void)look_at_mail(&d, (size_t)sign);
    }
    if (f->position)
        check_evidence_add(run, STR("picture:position"), STR("The file says where it was taken."));
}
