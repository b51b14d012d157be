/*
 * Names as people write them, for finding one in a text: folded, so that "SMITH,
 * John", "John  Smith", "Jóhn-Smith" and "J o h n Smith" are one. Inside this
 * room only.
 *
 * Folded is: letters small, without accents and other marks, of one form where
 * Unicode has several; without apostrophes and what takes no room; anything
 * else between letters is a gap. What looks like a Latin letter in a Latin word
 * is that letter (check_plain, which goes before).
 *
 * Promise: exact is exact in every order of given name and surname, across any
 * gap; alike is a question and never an answer. What this does not do: figures
 * for letters, and nicknames that are not on the register.
 */
#ifndef CANDOUR_POSTS_NAMES_H
#define CANDOUR_POSTS_NAMES_H

#include "base/str.h"

struct arena;

/* A run of letters and digits; a sign of a script that writes no gaps is one of its own. */
struct fold_word {
    uint32_t from, to; /* in the text */
    uint32_t at, end;  /* in the letters */
    bool capital;      /* begins with a capital, or in a script that has none */
    bool digit;        /* holds a figure */
};

enum { SOUND_MAX = 24 };
/* What two to four words sound like together, where the first and the last have a capital. */
struct fold_sound {
    size_t from, to; /* words */
    unsigned char n;
    char bytes[SOUND_MAX];
};

struct folded {
    struct str letters; /* all words without their gaps */
    struct fold_word *words;
    size_t n;
    struct fold_sound *sounds; /* in the order of their bytes */
    size_t sounds_n;
};

/* `text` as check_plain gives it. False when memory is gone. */
bool names_fold(struct arena *arena, struct str text, struct folded *out);

enum { NAME_FORMS = 3, NAME_PARTS = 3 };
struct name {
    struct str forms[NAME_FORMS]; /* folded: as written, surname first, surname last */
    size_t forms_n;               /* 0: there is no letter in it */
    struct str surname;           /* what stands before a comma, else the last word; STR_NONE: of one word alone */
    struct str parts[NAME_PARTS]; /* of a surname with hyphens, for who goes by one of them */
    size_t parts_n;
};
/* A name as a register has it, "John Smith" or "SMITH, John"; titles such as "Mr" do not count. */
bool names_read(struct arena *arena, struct str text, struct name *out);

enum name_match {
    NAME_NOT,
    NAME_ALIKE, /* the surname alone, or a part of it, with a capital; or all of the name, and it sounds like this */
    NAME_SAME,
};
/* The first that fits best; words `*from` to the one before `*to`. */
enum name_match names_find(const struct folded *text, const struct name *name, size_t *from, size_t *to);

/*
 * What leads from a text to the names that may stand in it: each name that names_find finds has a key that the text
 * has too. `put` gets each, perhaps several times; false from it ends it, and is given back.
 */
typedef bool names_key_fn(void *self, struct str key);
bool names_keys_of_name(const struct name *name, names_key_fn *put, void *self);
bool names_keys_of_text(const struct folded *text, names_key_fn *put, void *self);

/* A number or reference as one word, "22 / 1234-56" as "22123456"; STR_NONE when memory is gone. */
struct str names_reference(struct arena *arena, struct str text);
/* Where these folded letters stand in the text, from the beginning of a word to the end of one. */
bool names_find_letters(const struct folded *text, struct str letters, size_t *from, size_t *to);

#endif
