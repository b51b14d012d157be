/*
 * Names folded and found. See names.h.
 *
 * A text is its letters without gaps, and a list of where its words begin and
 * end among them; a name is found where its letters stand from the beginning
 * of one word to the end of another. So no gap, of whatever kind, hides it.
 */
#include "posts/names.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/arena.h"
#include "base/buf.h"
#include "posts/check_inside.h"

#include "base/banned.h"

enum {
    KEY_POINTS = 8,     /* of the beginning of a name */
    SOUND_LEAST = 4,    /* less says too little */
    SOUND_WORDS = 4,    /* a name of more words is found by its surname */
    SURNAME_LEAST = 2,  /* letters */
    ALIKE_DISTANCE = 3, /* letters that may differ, where it sounds the same */
    FOLD_ROOM = 3,      /* bytes that a byte may become: "㎏" and the like; held below */
};

/* ---- Folding ---- */

struct folder {
    char *letters;
    size_t n, room;
    struct fold_word *words;
    size_t words_n;
};

/* Letters that Unicode does not take apart, and that people leave the stroke out of. */
static struct str plain_of(ucs4_t c)
{
    switch (c) {
    case 0xDF: return STR("ss");
    case 0xE6: return STR("ae");
    case 0xF0: return STR("d");
    case 0xF8: return STR("o");
    case 0xFE: return STR("th");
    case 0x111: return STR("d");
    case 0x127: return STR("h");
    case 0x131: return STR("i");
    case 0x138: return STR("k");
    case 0x142: return STR("l");
    case 0x14B: return STR("n");
    case 0x153: return STR("oe");
    case 0x167: return STR("t");
    case 0x3C2: return STR("σ");
    default: return STR_NONE;
    }
}

static bool is_apostrophe(ucs4_t c)
{
    return c == '\'' || c == '`' || c == 0xB4 || c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x2BB ||
           c == 0x2BC || c == 0x2BD || c == 0x2032 || c == 0xFF07;
}

static bool is_mark(ucs4_t c)
{
    return uc_is_general_category(c, UC_CATEGORY_M) || uc_is_general_category(c, UC_CATEGORY_Cf);
}

static bool is_letter(ucs4_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return uc_is_general_category(c, UC_CATEGORY_L) || uc_is_general_category(c, UC_CATEGORY_N);
}

/* Scripts that write no gaps between words. */
static bool stands_alone(ucs4_t c)
{
    return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
           (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

static bool is_capital(ucs4_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z';
    return uc_tolower(c) != c || uc_toupper(c) == c;
}

static void add(struct folder *f, ucs4_t c)
{
    struct str plain = plain_of(c);
    uint8_t bytes[6];
    if (plain.p == NULL) {
        int n = u8_uctomb(bytes, c, sizeof bytes);
        plain = (struct str){ (const char *)bytes, n > 0 ? (size_t)n : 0 };
    }
    if (f->n + plain.n <= f->room) {
        memcpy(f->letters + f->n, plain.p, plain.n);
        f->n += plain.n;
    }
}

/* One letter, taken apart as far as Unicode does, without its marks. */
static void add_apart(struct folder *f, ucs4_t c, int depth)
{
    ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
    int tag;
    if (c < 0x80) {
        add(f, c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        return;
    }
    int n = depth < 8 && !(c >= 0xAC00 && c <= 0xD7A3) ? uc_decomposition(c, &tag, parts) : -1;
    for (int i = 0; i < n; i++)
        add_apart(f, parts[i], depth + 1);
    if (n <= 0 && is_letter(c))
        add(f, uc_tolower(c));
}

/* ---- Sound ---- */

/* Consonants as they are heard, roughly, and the first letter; less than SOUND_LEAST where it says too little. */
static size_t sound_of(struct str letters, char out[SOUND_MAX])
{
    size_t n = 0;
    out[n++] = '~';
    for (size_t i = 0; i < letters.n; i++) {
        char c = letters.p[i];
        char next = i + 1 < letters.n ? letters.p[i + 1] : 0;
        char heard = c;
        switch (c) {
        case 'a':
        case 'e':
        case 'i':
        case 'o':
        case 'u':
        case 'y': heard = i == 0 ? 'a' : 0; break;
        case 'h':
        case 'w': heard = i == 0 ? c : 0; break;
        case 'c':
        case 'q': heard = 'k'; break;
        case 'z': heard = 's'; break;
        case 'p': heard = next == 'h' ? 'f' : 'p'; break;
        case 'v': heard = 'f'; break;
        default: break;
        }
        if (heard == 0 || out[n - 1] == heard)
            continue;
        if (n == SOUND_MAX)
            return 0;
        out[n++] = heard;
    }
    return n > SOUND_LEAST ? n : 0;
}

static int compare_sounds(const void *a, const void *b)
{
    const struct fold_sound *x = a;
    const struct fold_sound *y = b;
    return str_compare((struct str){ x->bytes, x->n }, (struct str){ y->bytes, y->n });
}

/* The sounds of all runs of words that may be a name. */
static bool hear(struct arena *arena, struct folded *text)
{
    size_t room = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        text->sounds_n = 0;
        for (size_t i = 0; i < text->n; i++)
            for (size_t n = 2; text->words[i].capital && n <= SOUND_WORDS && i + n <= text->n; n++) {
                if (!text->words[i + n - 1].capital)
                    continue;
                if (pass == 0) {
                    room++;
                    continue;
                }
                struct fold_sound *sound = &text->sounds[text->sounds_n];
                size_t at = text->words[i].at;
                sound->n = (unsigned char)sound_of(str_slice(text->letters, at, text->words[i + n - 1].end - at),
                                                   sound->bytes);
                sound->from = i;
                sound->to = i + n;
                text->sounds_n += sound->n > 0;
            }
        if (pass == 0 && (text->sounds = ARENA_ARRAY(arena, room + 1, struct fold_sound)) == NULL)
            return false;
    }
    qsort(text->sounds, text->sounds_n, sizeof *text->sounds, compare_sounds);
    return true;
}

bool names_fold(struct arena *arena, struct str text, struct folded *out)
{
    /* A letter becomes at most a handful; what would not fit is cut, on both sides alike. */
    struct folder f = { .room = text.n * FOLD_ROOM };
    *out = (struct folded){ 0 };
    f.letters = arena_alloc(arena, f.room + 1, 1);
    f.words = ARENA_ARRAY(arena, text.n / 2 + 2, struct fold_word);
    if (f.letters == NULL || f.words == NULL)
        return false;
    struct fold_word *word = NULL;
    for (size_t at = 0, width; at < text.n; at += width) {
        ucs4_t c = check_point_at(text, at, &width);
        if (is_apostrophe(c)) {
            /* "Smith's" is Smith; "O'Neil" is Oneil. */
            size_t next = at + width;
            bool genitive = next < text.n && (text.p[next] == 's' || text.p[next] == 'S');
            size_t behind;
            if (genitive && (next + 1 >= text.n || !is_letter(check_point_at(text, next + 1, &behind)))) {
                width += 1;
                word = NULL;
            }
            continue;
        }
        if (c >= 0x80 && is_mark(c))
            continue;
        if (!is_letter(c)) {
            word = NULL;
            continue;
        }
        size_t before = f.n;
        bool alone = stands_alone(c);
        add_apart(&f, c, 0);
        if (f.n == before)
            continue;
        if (word == NULL || alone) {
            word = &f.words[f.words_n++];
            *word = (struct fold_word){ .from = (uint32_t)at, .at = (uint32_t)before, .capital = is_capital(c) };
        }
        word->to = (uint32_t)(at + width);
        word->end = (uint32_t)f.n;
        word->digit = word->digit || uc_is_general_category(c, UC_CATEGORY_N);
        if (alone)
            word = NULL;
    }
    *out = (struct folded){ .letters = { f.letters, f.n }, .words = f.words, .n = f.words_n };
    return hear(arena, out);
}

static struct str word_text(const struct folded *text, size_t i)
{
    return str_slice(text->letters, text->words[i].at, text->words[i].end - text->words[i].at);
}

/* ---- Names ---- */

static bool is_title(struct str word)
{
    static const struct str titles[] = { STR_INIT("mr"),   STR_INIT("mrs"),  STR_INIT("ms"),  STR_INIT("miss"),
                                         STR_INIT("mx"),   STR_INIT("dr"),   STR_INIT("sir"), STR_INIT("prof"),
                                         STR_INIT("dame"), STR_INIT("lady"), STR_INIT("lord") };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (str_equal(titles[i], word))
            return true;
    return false;
}

/* Words `first` to `n`, then those before: the whole once around. */
static struct str joined(struct arena *arena, const struct str *words, size_t n, size_t first)
{
    struct buf out;
    buf_init(&out, arena, SIZE_MAX / 2);
    for (size_t i = 0; i < n; i++)
        buf_add(&out, words[(first + i) % n]);
    return buf_str(&out);
}

/* The words of a surname that hyphens hold together: `bound[i]` where one stands before the word. */
static void take_parts(struct name *out, const struct str *words, const bool *bound, size_t from, size_t to)
{
    for (size_t i = from; i < to && out->parts_n < NAME_PARTS; i++)
        if (bound[i] || (i + 1 < to && bound[i + 1]))
            out->parts[out->parts_n++] = words[i];
}

bool names_read(struct arena *arena, struct str text, struct name *out)
{
    struct folded folded;
    *out = (struct name){ .surname = STR_NONE };
    struct str plain = check_plain(arena, text);
    if ((plain.p == NULL && text.n > 0) || !names_fold(arena, plain, &folded))
        return false;
    ptrdiff_t comma = str_find_byte(plain, ',');
    struct str *words = ARENA_ARRAY(arena, folded.n + 1, struct str);
    bool *bound = ARENA_ARRAY(arena, folded.n + 1, bool);
    if (words == NULL || bound == NULL)
        return false;
    size_t n = 0;
    size_t surname_to = 0; /* words before the comma */
    for (size_t i = 0; i < folded.n; i++) {
        struct str word = word_text(&folded, i);
        if (folded.n > 1 && is_title(word))
            continue;
        bound[n] =
            n > 0 && folded.words[i].from == folded.words[i - 1].to + 1 && plain.p[folded.words[i].from - 1] == '-';
        words[n++] = word;
        if (comma >= 0 && folded.words[i].from < (size_t)comma)
            surname_to = n;
    }
    if (n == 0)
        return true;
    size_t surname_from = surname_to > 0 && surname_to < n ? 0 : n - 1;
    if (surname_from > 0 || n == 1)
        surname_to = n;
    /* As written, then once around at each end: given names and surname change places. */
    size_t firsts[NAME_FORMS] = { 0, surname_from == 0 ? surname_to % n : surname_from, n > 1 ? 1 : 0 };
    for (size_t i = 0; i < NAME_FORMS; i++) {
        struct str form = joined(arena, words, n, firsts[i]);
        bool new = true;
        if (form.p == NULL)
            return false;
        for (size_t j = 0; j < out->forms_n; j++)
            new = new && !str_equal(out->forms[j], form);
        if (new)
            out->forms[out->forms_n++] = form;
    }
    if (n > 1) {
        out->surname = joined(arena, words + surname_from, surname_to - surname_from, 0);
        if (out->surname.p == NULL)
            return false;
        while (surname_from > 1 && bound[surname_from]) /* the first word is a given name */
            surname_from--;
        take_parts(out, words, bound, surname_from, surname_to);
    }
    return true;
}

/* ---- Finding ---- */

/* The word that begins, or with `ends` that ends, at `at` in the letters; n where there is none. */
static size_t word_at(const struct folded *text, size_t at, bool ends)
{
    size_t low = 0;
    size_t high = text->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        size_t there = ends ? text->words[middle].end : text->words[middle].at;
        if (there == at)
            return middle;
        if (there < at)
            low = middle + 1;
        else
            high = middle;
    }
    return text->n;
}

static bool find_from(const struct folded *text, struct str letters, size_t begin, size_t *from, size_t *to)
{
    if (letters.n == 0)
        return false;
    for (size_t at = begin; at + letters.n <= text->letters.n; at++) {
        const char *p = memmem(text->letters.p + at, text->letters.n - at, letters.p, letters.n);
        if (p == NULL)
            return false;
        at = (size_t)(p - text->letters.p);
        *from = word_at(text, at, false);
        *to = word_at(text, at + letters.n, true);
        if (*from < text->n && *to < text->n) {
            ++*to;
            return true;
        }
    }
    return false;
}

bool names_find_letters(const struct folded *text, struct str letters, size_t *from, size_t *to)
{
    return find_from(text, letters, 0, from, to);
}

static bool find_capital(const struct folded *text, struct str letters, size_t *from, size_t *to)
{
    for (size_t begin = 0; find_from(text, letters, begin, from, to); begin = text->words[*from].at + 1)
        if (text->words[*from].capital)
            return true;
    return false;
}

static bool find_sound(const struct folded *text, const struct name *name, size_t *from, size_t *to)
{
    for (size_t f = 0; f < name->forms_n; f++) {
        struct fold_sound wanted = { 0 };
        wanted.n = (unsigned char)sound_of(name->forms[f], wanted.bytes);
        size_t low = 0;
        size_t high = wanted.n > 0 ? text->sounds_n : 0;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (compare_sounds(&text->sounds[middle], &wanted) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (; wanted.n > 0 && low < text->sounds_n && compare_sounds(&text->sounds[low], &wanted) == 0; low++) {
            const struct fold_sound *heard = &text->sounds[low];
            size_t at = text->words[heard->from].at;
            struct str letters = str_slice(text->letters, at, text->words[heard->to - 1].end - at);
            if (str_distance(letters, name->forms[f]) <= ALIKE_DISTANCE) {
                *from = heard->from;
                *to = heard->to;
                return true;
            }
        }
    }
    return false;
}

enum name_match names_find(const struct folded *text, const struct name *name, size_t *from, size_t *to)
{
    for (size_t f = 0; f < name->forms_n; f++) {
        if (name->surname.p != NULL ? names_find_letters(text, name->forms[f], from, to)
                                    : find_capital(text, name->forms[f], from, to))
            return NAME_SAME;
    }
    if (name->surname.p == NULL) /* one word, in small letters: it may be any word */
        return name->forms_n > 0 && names_find_letters(text, name->forms[0], from, to) ? NAME_ALIKE : NAME_NOT;
    if (name->surname.n >= SURNAME_LEAST && find_capital(text, name->surname, from, to))
        return NAME_ALIKE;
    for (size_t i = 0; i < name->parts_n; i++)
        if (name->parts[i].n >= SURNAME_LEAST && find_capital(text, name->parts[i], from, to))
            return NAME_ALIKE;
    return find_sound(text, name, from, to) ? NAME_ALIKE : NAME_NOT;
}

/* ---- Keys ---- */

/* The first characters, at most KEY_POINTS. */
static struct str key_of(struct str letters, size_t points)
{
    size_t n = 0;
    size_t width;
    for (size_t i = 0; i < points && n < letters.n; i++) {
        check_point_at(letters, n, &width);
        n += width;
    }
    return str_slice(letters, 0, n);
}

bool names_keys_of_name(const struct name *name, names_key_fn *put, void *self)
{
    char sound[SOUND_MAX];
    for (size_t f = 0; f < name->forms_n; f++) {
        if (!put(self, key_of(name->forms[f], KEY_POINTS)))
            return false;
        size_t n = sound_of(name->forms[f], sound);
        if (n > 0 && !put(self, (struct str){ sound, n }))
            return false;
    }
    for (size_t i = 0; i < name->parts_n; i++)
        if (!put(self, key_of(name->parts[i], KEY_POINTS)))
            return false;
    return name->surname.p == NULL || put(self, key_of(name->surname, KEY_POINTS));
}

bool names_keys_of_text(const struct folded *text, names_key_fn *put, void *self)
{
    for (size_t i = 0; i < text->n; i++) {
        struct str rest = str_slice(text->letters, text->words[i].at, text->letters.n - text->words[i].at);
        /* A name that is shorter than a key ends with a word. */
        for (size_t points = 1; points <= KEY_POINTS; points++) {
            struct str key = key_of(rest, points);
            if ((points == KEY_POINTS || word_at(text, text->words[i].at + key.n, true) < text->n) && !put(self, key))
                return false;
        }
    }
    for (size_t i = 0; i < text->sounds_n; i++)
        if ((i == 0 || compare_sounds(&text->sounds[i - 1], &text->sounds[i]) != 0) &&
            !put(self, (struct str){ text->sounds[i].bytes, text->sounds[i].n }))
            return false;
    return true;
}

struct str names_reference(struct arena *arena, struct str text)
{
    struct folded folded;
    struct str plain = check_plain(arena, text);
    if ((plain.p == NULL && text.n > 0) || !names_fold(arena, plain, &folded))
        return STR_NONE;
    return folded.letters;
}
