/*
 * Cutting a text into words and signs, and telling which of them are the same.
 *
 * Promise: a word never begins or ends inside a character of UTF-8, nor between
 * a character and the marks, joiners and selectors that belong to it; all bytes
 * that are in no word are blanks. Bytes that are no UTF-8 are letters of one
 * byte each. What could be tried: many words made to share one slot of the
 * table; after some steps a word counts as one that stands nowhere else.
 */
#include "posts/difference_inside.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

enum { VALUE_MAX = 60, PROBES_MAX = 64 };

/* ---- Characters ---- */

/* Marks (categories Mn, Mc, Me of Unicode 14), the two joiners, skin tones and tags: they stand on what is before them.
 */
static const uint32_t marks[][2] = {
    { 0x300, 0x36F },     { 0x483, 0x489 },     { 0x591, 0x5BD },     { 0x5BF, 0x5BF },     { 0x5C1, 0x5C2 },
    { 0x5C4, 0x5C5 },     { 0x5C7, 0x5C7 },     { 0x610, 0x61A },     { 0x64B, 0x65F },     { 0x670, 0x670 },
    { 0x6D6, 0x6DC },     { 0x6DF, 0x6E4 },     { 0x6E7, 0x6E8 },     { 0x6EA, 0x6ED },     { 0x711, 0x711 },
    { 0x730, 0x74A },     { 0x7A6, 0x7B0 },     { 0x7EB, 0x7F3 },     { 0x7FD, 0x7FD },     { 0x816, 0x819 },
    { 0x81B, 0x823 },     { 0x825, 0x827 },     { 0x829, 0x82D },     { 0x859, 0x85B },     { 0x898, 0x89F },
    { 0x8CA, 0x8E1 },     { 0x8E3, 0x903 },     { 0x93A, 0x93C },     { 0x93E, 0x94F },     { 0x951, 0x957 },
    { 0x962, 0x963 },     { 0x981, 0x983 },     { 0x9BC, 0x9BC },     { 0x9BE, 0x9CD },     { 0x9D7, 0x9D7 },
    { 0x9E2, 0x9E3 },     { 0x9FE, 0xA03 },     { 0xA3C, 0xA51 },     { 0xA70, 0xA71 },     { 0xA75, 0xA75 },
    { 0xA81, 0xA83 },     { 0xABC, 0xABC },     { 0xABE, 0xACD },     { 0xAE2, 0xAE3 },     { 0xAFA, 0xB03 },
    { 0xB3C, 0xB3C },     { 0xB3E, 0xB57 },     { 0xB62, 0xB63 },     { 0xB82, 0xB82 },     { 0xBBE, 0xBCD },
    { 0xBD7, 0xBD7 },     { 0xC00, 0xC04 },     { 0xC3C, 0xC3C },     { 0xC3E, 0xC56 },     { 0xC62, 0xC63 },
    { 0xC81, 0xC83 },     { 0xCBC, 0xCBC },     { 0xCBE, 0xCD6 },     { 0xCE2, 0xCE3 },     { 0xD00, 0xD03 },
    { 0xD3B, 0xD3C },     { 0xD3E, 0xD4D },     { 0xD57, 0xD57 },     { 0xD62, 0xD63 },     { 0xD81, 0xD83 },
    { 0xDCA, 0xDDF },     { 0xDF2, 0xDF3 },     { 0xE31, 0xE31 },     { 0xE34, 0xE3A },     { 0xE47, 0xE4E },
    { 0xEB1, 0xEB1 },     { 0xEB4, 0xEBC },     { 0xEC8, 0xECD },     { 0xF18, 0xF19 },     { 0xF35, 0xF35 },
    { 0xF37, 0xF37 },     { 0xF39, 0xF39 },     { 0xF3E, 0xF3F },     { 0xF71, 0xF84 },     { 0xF86, 0xF87 },
    { 0xF8D, 0xFBC },     { 0xFC6, 0xFC6 },     { 0x102B, 0x103E },   { 0x1056, 0x1059 },   { 0x105E, 0x1060 },
    { 0x1062, 0x1064 },   { 0x1067, 0x106D },   { 0x1071, 0x1074 },   { 0x1082, 0x108D },   { 0x108F, 0x108F },
    { 0x109A, 0x109D },   { 0x135D, 0x135F },   { 0x1712, 0x1715 },   { 0x1732, 0x1734 },   { 0x1752, 0x1753 },
    { 0x1772, 0x1773 },   { 0x17B4, 0x17D3 },   { 0x17DD, 0x17DD },   { 0x180B, 0x180D },   { 0x180F, 0x180F },
    { 0x1885, 0x1886 },   { 0x18A9, 0x18A9 },   { 0x1920, 0x193B },   { 0x1A17, 0x1A1B },   { 0x1A55, 0x1A7F },
    { 0x1AB0, 0x1B04 },   { 0x1B34, 0x1B44 },   { 0x1B6B, 0x1B73 },   { 0x1B80, 0x1B82 },   { 0x1BA1, 0x1BAD },
    { 0x1BE6, 0x1BF3 },   { 0x1C24, 0x1C37 },   { 0x1CD0, 0x1CD2 },   { 0x1CD4, 0x1CE8 },   { 0x1CED, 0x1CED },
    { 0x1CF4, 0x1CF4 },   { 0x1CF7, 0x1CF9 },   { 0x1DC0, 0x1DFF },   { 0x200C, 0x200D },   { 0x20D0, 0x20F0 },
    { 0x2CEF, 0x2CF1 },   { 0x2D7F, 0x2D7F },   { 0x2DE0, 0x2DFF },   { 0x302A, 0x302F },   { 0x3099, 0x309A },
    { 0xA66F, 0xA672 },   { 0xA674, 0xA67D },   { 0xA69E, 0xA69F },   { 0xA6F0, 0xA6F1 },   { 0xA802, 0xA802 },
    { 0xA806, 0xA806 },   { 0xA80B, 0xA80B },   { 0xA823, 0xA827 },   { 0xA82C, 0xA82C },   { 0xA880, 0xA881 },
    { 0xA8B4, 0xA8C5 },   { 0xA8E0, 0xA8F1 },   { 0xA8FF, 0xA8FF },   { 0xA926, 0xA92D },   { 0xA947, 0xA953 },
    { 0xA980, 0xA983 },   { 0xA9B3, 0xA9C0 },   { 0xA9E5, 0xA9E5 },   { 0xAA29, 0xAA36 },   { 0xAA43, 0xAA43 },
    { 0xAA4C, 0xAA4D },   { 0xAA7B, 0xAA7D },   { 0xAAB0, 0xAAB0 },   { 0xAAB2, 0xAAB4 },   { 0xAAB7, 0xAAB8 },
    { 0xAABE, 0xAABF },   { 0xAAC1, 0xAAC1 },   { 0xAAEB, 0xAAEF },   { 0xAAF5, 0xAAF6 },   { 0xABE3, 0xABEA },
    { 0xABEC, 0xABED },   { 0xFB1E, 0xFB1E },   { 0xFE00, 0xFE0F },   { 0xFE20, 0xFE2F },   { 0x101FD, 0x101FD },
    { 0x102E0, 0x102E0 }, { 0x10376, 0x1037A }, { 0x10A01, 0x10A0F }, { 0x10A38, 0x10A3F }, { 0x10AE5, 0x10AE6 },
    { 0x10D24, 0x10D27 }, { 0x10EAB, 0x10EAC }, { 0x10F46, 0x10F50 }, { 0x10F82, 0x10F85 }, { 0x11000, 0x11002 },
    { 0x11038, 0x11046 }, { 0x11070, 0x11070 }, { 0x11073, 0x11074 }, { 0x1107F, 0x11082 }, { 0x110B0, 0x110BA },
    { 0x110C2, 0x110C2 }, { 0x11100, 0x11102 }, { 0x11127, 0x11134 }, { 0x11145, 0x11146 }, { 0x11173, 0x11173 },
    { 0x11180, 0x11182 }, { 0x111B3, 0x111C0 }, { 0x111C9, 0x111CC }, { 0x111CE, 0x111CF }, { 0x1122C, 0x11237 },
    { 0x1123E, 0x1123E }, { 0x112DF, 0x112EA }, { 0x11300, 0x11303 }, { 0x1133B, 0x1133C }, { 0x1133E, 0x1134D },
    { 0x11357, 0x11357 }, { 0x11362, 0x11374 }, { 0x11435, 0x11446 }, { 0x1145E, 0x1145E }, { 0x114B0, 0x114C3 },
    { 0x115AF, 0x115C0 }, { 0x115DC, 0x115DD }, { 0x11630, 0x11640 }, { 0x116AB, 0x116B7 }, { 0x1171D, 0x1172B },
    { 0x1182C, 0x1183A }, { 0x11930, 0x1193E }, { 0x11940, 0x11940 }, { 0x11942, 0x11943 }, { 0x119D1, 0x119E0 },
    { 0x119E4, 0x119E4 }, { 0x11A01, 0x11A0A }, { 0x11A33, 0x11A39 }, { 0x11A3B, 0x11A3E }, { 0x11A47, 0x11A47 },
    { 0x11A51, 0x11A5B }, { 0x11A8A, 0x11A99 }, { 0x11C2F, 0x11C3F }, { 0x11C92, 0x11CB6 }, { 0x11D31, 0x11D45 },
    { 0x11D47, 0x11D47 }, { 0x11D8A, 0x11D97 }, { 0x11EF3, 0x11EF6 }, { 0x16AF0, 0x16AF4 }, { 0x16B30, 0x16B36 },
    { 0x16F4F, 0x16F4F }, { 0x16F51, 0x16F92 }, { 0x16FE4, 0x16FF1 }, { 0x1BC9D, 0x1BC9E }, { 0x1CF00, 0x1CF46 },
    { 0x1D165, 0x1D169 }, { 0x1D16D, 0x1D172 }, { 0x1D17B, 0x1D182 }, { 0x1D185, 0x1D18B }, { 0x1D1AA, 0x1D1AD },
    { 0x1D242, 0x1D244 }, { 0x1DA00, 0x1DA36 }, { 0x1DA3B, 0x1DA6C }, { 0x1DA75, 0x1DA75 }, { 0x1DA84, 0x1DA84 },
    { 0x1DA9B, 0x1DAAF }, { 0x1E000, 0x1E02A }, { 0x1E130, 0x1E136 }, { 0x1E2AE, 0x1E2AE }, { 0x1E2EC, 0x1E2EF },
    { 0x1E8D0, 0x1E8D6 }, { 0x1E944, 0x1E94A }, { 0x1F3FB, 0x1F3FF }, { 0xE0020, 0xE01EF },
};

/* Punctuation outside ASCII, without what stands in a word: signs of money, fractions, raised digits. */
static const uint32_t signs[][2] = {
    { 0xA1, 0xA1 },     { 0xA7, 0xA8 },     { 0xAB, 0xAC },     { 0xAF, 0xAF },     { 0xB4, 0xB4 },
    { 0xB6, 0xB8 },     { 0xBB, 0xBB },     { 0xBF, 0xBF },     { 0x5BE, 0x5BE },   { 0x60C, 0x60D },
    { 0x61B, 0x61B },   { 0x61E, 0x61F },   { 0x6D4, 0x6D4 },   { 0x964, 0x965 },   { 0x2010, 0x2027 },
    { 0x2030, 0x205E }, { 0x3001, 0x3003 }, { 0x3008, 0x3011 }, { 0x3014, 0x301F }, { 0xFF01, 0xFF0F },
    { 0xFF1A, 0xFF20 }, { 0xFF3B, 0xFF3D }, { 0xFF5B, 0xFF65 },
};

/* Written without blanks between words: each is a word of its own. */
static const uint32_t alone[][2] = {
    { 0x2E80, 0x2FDF }, { 0x3040, 0x30FF }, { 0x31F0, 0x31FF }, { 0x3400, 0x4DBF },
    { 0x4E00, 0x9FFF }, { 0xF900, 0xFAFF }, { 0xFF66, 0xFF9F }, { 0x20000, 0x3FFFD },
};

#define IS_IN(table, c) is_in((table), sizeof(table) / sizeof(table)[0], (c))

static bool is_in(const uint32_t (*ranges)[2], size_t n, uint32_t c)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (c < ranges[middle][0])
            n = middle;
        else if (c > ranges[middle][1])
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* Its bytes; 1 with U+FFFD for a byte that begins no character. */
static size_t read_character(struct str s, size_t at, uint32_t *c)
{
    unsigned char first = (unsigned char)s.p[at];
    *c = first;
    if (first < 0x80)
        return 1;
    size_t n = first >= 0xC2 && first < 0xE0   ? 2
               : first >= 0xE0 && first < 0xF0 ? 3
               : first >= 0xF0 && first < 0xF5 ? 4
                                               : 1;
    uint32_t value = n == 2 ? first & 0x1FU : n == 3 ? first & 0xFU : first & 0x7U;
    for (size_t i = 1; i < n; i++) {
        if (at + i >= s.n || ((unsigned char)s.p[at + i] & 0xC0U) != 0x80U) {
            *c = 0xFFFD;
            return 1;
        }
        value = value << 6 | ((unsigned char)s.p[at + i] & 0x3FU);
    }
    *c = n == 1 ? 0xFFFD : value;
    return n;
}

enum class { CLASS_BLANK, CLASS_CONTROL, CLASS_MARK, CLASS_SIGN, CLASS_ALONE, CLASS_LETTER };

static enum class class_of(uint32_t c) {
    if (c < 0x80){ bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$';
                   return letter                     ? CLASS_LETTER
                          : c == ' '                 ? CLASS_BLANK
                          : (c >= '\t' && c <= '\r') ? CLASS_CONTROL
                                                     : CLASS_SIGN; }
if (c == 0x85 || c == 0x2028 || c == 0x2029) return CLASS_CONTROL;
if (c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000)
    return CLASS_BLANK;
if (c < 0xC0)
    return IS_IN(signs, c) ? CLASS_SIGN : CLASS_LETTER;
if (c < 0x300)
    return CLASS_LETTER;
return IS_IN(marks, c) ? CLASS_MARK : IS_IN(signs, c) ? CLASS_SIGN : IS_IN(alone, c) ? CLASS_ALONE : CLASS_LETTER;
}

static enum class class_at(struct str s, size_t at, uint32_t *c, size_t *width) {
        *c = 0; *width = 0; if (at >= s.n) return CLASS_CONTROL; *width = read_character(s, at, c); return class_of(*c);
}

/* ---- Words ---- */

static size_t behind_marks(struct str s, size_t at, uint8_t *value)
{
    uint32_t c;
    size_t width;
    while (class_at(s, at, &c, &width) == CLASS_MARK) {
        at += width;
        *value = *value < VALUE_MAX ? *value + 1 : VALUE_MAX;
    }
    return at;
}

/* A sign that holds two letters together: co-op, 7.30pm, 1,200, candour.test/news, don't. */
static bool joins(struct str s, size_t at, uint32_t sign, size_t width)
{
    uint32_t next;
    size_t next_width;
    if (class_at(s, at + width, &next, &next_width) != CLASS_LETTER)
        return false;
    if (sign == ',' || sign == ':')
        return s.p[at - 1] >= '0' && s.p[at - 1] <= '9' && next >= '0' && next <= '9';
    return sign == 0x2019 || sign == 0x2010 || sign == 0x2011 ||
           (sign < 0x80 && sign != 0 && strchr("'-./@_&=+%?", (int)sign));
}

bool difference_word_next(struct str text, size_t at, struct difference_word *word)
{
    uint32_t c;
    uint32_t other;
    size_t width;
    size_t other_width;
    enum class class;
    for (;; at += width) {
        if (at >= text.n)
            return false;
        class = class_at(text, at, &c, &width);
        if (class == CLASS_CONTROL)
            continue;
        if (class != CLASS_BLANK || class_at(text, at + width, &other, &other_width) == CLASS_MARK)
            break;
    }
    *word = (struct difference_word){ .start = (uint32_t)at, .value = 1, .sign = class == CLASS_SIGN };
    size_t end = behind_marks(text, at + width, &word->value);
    if (class == CLASS_SIGN) {
        while (class_at(text, end, &other, &other_width) == CLASS_SIGN && other == c)
            end = behind_marks(text, end + other_width, &word->value);
    } else if (class == CLASS_LETTER || class == CLASS_MARK) {
        for (;;) {
            enum class next = class_at(text, end, &other, &other_width);
            if (next != CLASS_LETTER && !(next == CLASS_SIGN && joins(text, end, other, other_width)))
                break;
            word->value = word->value < VALUE_MAX ? word->value + 1 : VALUE_MAX;
            end = behind_marks(text, end + other_width, &word->value);
        }
    }
    word->end = (uint32_t)end;
    return true;
}

bool difference_words_split(struct arena *scratch, struct str text, struct difference_words *out)
{
    struct difference_word word;
    size_t n = 0;
    for (size_t at = 0; difference_word_next(text, at, &word); at = word.end)
        n++;
    *out = (struct difference_words){ .text = text, .list = ARENA_ARRAY(scratch, n + 1, struct difference_word) };
    if (!out->list)
        return false;
    for (size_t at = 0; difference_word_next(text, at, &word); at = word.end)
        out->list[out->n++] = word;
    return true;
}

struct str difference_gap(const struct difference_words *words, size_t i)
{
    size_t from = i == 0 ? 0 : words->list[i - 1].end;
    size_t to = i == words->n ? words->text.n : words->list[i].start;
    return str_slice(words->text, from, to - from);
}

bool difference_is_paragraph(struct str blanks)
{
    size_t lines = 0;
    for (size_t i = 0; i < blanks.n; i++)
        lines += blanks.p[i] == '\n' || (blanks.p[i] == '\r' && (i + 1 == blanks.n || blanks.p[i + 1] != '\n'));
    return lines >= 2;
}

bool difference_is_blank(struct str text)
{
    struct difference_word word;
    return !difference_word_next(text, 0, &word);
}

/* ---- Which are the same ---- */

struct slot {
    const char *p; /* NULL: free */
    uint32_t n;
    uint32_t id;
};

static uint64_t hash_of(const char *p, size_t n)
{
    uint64_t h = 0xCBF29CE484222325U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 0x100000001B3U;
    return h ^ h >> 29;
}

bool difference_words_compare(struct arena *scratch, struct difference_words *a, struct difference_words *b,
                              size_t *ids)
{
    struct difference_words *both[2] = { a, b };
    size_t size = 16;
    uint32_t next = 0;
    while (size < 2 * (a->n + b->n))
        size *= 2;
    struct slot *slots = ARENA_ARRAY(scratch, size, struct slot);
    if (!slots)
        return false;
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < both[side]->n; i++) {
            struct difference_word *word = &both[side]->list[i];
            const char *p = both[side]->text.p + word->start;
            uint32_t n = word->end - word->start;
            size_t at = (size_t)hash_of(p, n) & (size - 1);
            size_t probes = 0;
            while (probes < PROBES_MAX && slots[at].p && (slots[at].n != n || memcmp(slots[at].p, p, n) != 0)) {
                at = (at + 1) & (size - 1);
                probes++;
            }
            if (probes < PROBES_MAX && slots[at].p) {
                word->id = slots[at].id;
                continue;
            }
            word->id = next++;
            if (probes < PROBES_MAX)
                slots[at] = (struct slot){ p, n, word->id };
        }
    }
    *ids = next;
    return true;
}
