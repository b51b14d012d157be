/* Names on registers: what is the same however it is written, what is only alike, and what is neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "posts/check_inside.h"
#include "posts/names.h"

#include "base/banned.h"

static struct arena *arena;

static int make(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return arena == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

struct keys {
    struct str list[4096];
    size_t n;
};

static bool keep(void *self, struct str key)
{
    struct keys *k = self;
    assert_true(k->n < 4096);
    k->list[k->n++] = str_copy(arena, key);
    return true;
}

/* And what is found has a key in common with the text, or no database would be asked for it. */
static enum name_match match(const char *written, const char *words)
{
    struct name name;
    struct folded text;
    size_t from = 0;
    size_t to = 0;
    assert_true(names_read(arena, str_of(written), &name));
    assert_true(names_fold(arena, check_plain(arena, str_of(words)), &text));
    enum name_match found = names_find(&text, &name, &from, &to);
    if (found != NAME_NOT) {
        struct keys *a = ARENA_NEW(arena, struct keys);
        struct keys *b = ARENA_NEW(arena, struct keys);
        bool common = false;
        assert_true(from < to && to <= text.n);
        assert_true(names_keys_of_name(&name, keep, a) && names_keys_of_text(&text, keep, b));
        for (size_t i = 0; i < a->n; i++)
            for (size_t j = 0; j < b->n; j++)
                common = common || str_equal(a->list[i], b->list[j]);
        if (!common)
            fail_msg("%s in \"%s\": no key leads there", written, words);
    }
    return found;
}

static void is(enum name_match wanted, const char *written, const char *words)
{
    enum name_match found = match(written, words);
    if (found != wanted)
        fail_msg("%s in \"%s\": %d and not %d", written, words, (int)found, (int)wanted);
}

static void the_same(void **state)
{
    (void)state;
    static const char *const words[] = {
        "John Smith was there.",
        "JOHN SMITH",
        "Police spoke to john smith.",
        "SMITH, John",
        "Smith John",
        "John  \t Smith",
        "John\nSmith",
        "John-Smith",
        "J o h n S m i t h",
        "John's friend. John Smith's car.",
        "John Smith’s car",
        "Jo\u200Bhn Sm\u00ADith", /* no width; a soft hyphen */
        "\u202EJohn Smith\u202C", /* turned round */
        "Jоhn Ѕmith",             /* Cyrillic o and S */
        "Ｊｏｈｎ Ｓｍｉｔｈ",    /* of full width */
        "𝐉𝐨𝐡𝐧 𝐒𝐦𝐢𝐭𝐡",             /* bold of mathematics */
        "Jóhn Smíth",
        "Jo\u0301hn Smith", /* a mark of its own */
        "#JohnSmith",
        "@john_smith",
        "https://example.org/news/john-smith-2026",
        "John\u00A0Smith",
        "(John “Smith”)",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        is(NAME_SAME, "John Smith", words[i]);
        is(NAME_SAME, "SMITH, John", words[i]);
        is(NAME_SAME, "Mr John SMITH", words[i]);
    }
    is(NAME_SAME, "Siân O'Neil-Łukasz", "Sian Oneil Lukasz");
    is(NAME_SAME, "Siân O'Neil-Łukasz", "O’NEIL-ŁUKASZ, SIAN");
    is(NAME_SAME, "Jürgen Groß", "Jurgen Gross");
    is(NAME_SAME, "José Núñez", "jose nunez");
    is(NAME_SAME, "Anna van der Berg", "Anna Van Der Berg");
    is(NAME_SAME, "VAN DER BERG, Anna", "Anna van der Berg");
    is(NAME_SAME, "محمد علي", "قال محمد علي اليوم");
    is(NAME_SAME, "مُحَمَّد علي", "محمد علي");
    is(NAME_SAME, "王伟", "警方与王伟谈话");
    is(NAME_SAME, "Ολυμπία Παπαδοπούλου", "ΟΛΥΜΠΙΑ ΠΑΠΑΔΟΠΟΥΛΟΥ");
    is(NAME_SAME, "Иван Петров", "ПЕТРОВ, Иван");
    is(NAME_SAME, "Li Ng", "Ng Li");
    is(NAME_SAME, "Smudge", "He is called Smudge.");
}

static void alike(void **state)
{
    (void)state;
    is(NAME_ALIKE, "John Smith", "Mr Smith of Hartley");
    is(NAME_ALIKE, "John Smith", "Jon Smyth");
    is(NAME_ALIKE, "John Smith", "Jane Smith");
    is(NAME_ALIKE, "John Smith", "J. Smith");
    is(NAME_ALIKE, "John Paul Smith", "John Smith");
    is(NAME_ALIKE, "John Smith", "John Paul Smith");
    is(NAME_ALIKE, "Sean O'Brien-Smith", "Sean O’Brien of Hartley");
    is(NAME_ALIKE, "O'BRIEN-SMITH, Sean", "Sean O'Brien");
    is(NAME_ALIKE, "O'BRIEN-SMITH, Sean", "Mr Smith");
    is(NAME_ALIKE, "Catherine Philips", "Katherine Phillips");
    is(NAME_ALIKE, "Smudge", "There was a smudge on it.");
}

static void neither(void **state)
{
    (void)state;
    is(NAME_NOT, "John Smith", "John Jones");
    is(NAME_NOT, "John Smith", "a smith at work");
    is(NAME_NOT, "John Smith", "Smithson John");
    is(NAME_NOT, "John Smith", "Johnny Smithers");
    is(NAME_NOT, "John Smith", "");
    is(NAME_NOT, "Jean-Luc Moreau", "Jean Hale");
    is(NAME_NOT, "VAN DER BERG, Anna", "A berg was seen");
    is(NAME_NOT, "Ann Ash", "Joann Ashton");
    is(NAME_NOT, "", "John Smith");
    is(NAME_NOT, "...", "John Smith ...");
}

static void references(void **state)
{
    (void)state;
    static const char *const same[] = { "22/1234/56", "22 1234 56", "22-1234-56", "22\u200B/1234/56" };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_true(str_equal(names_reference(arena, str_of(same[i])), STR("22123456")));
    assert_true(str_equal(names_reference(arena, STR("T20267001")), names_reference(arena, STR("t2026 7001"))));
}

/* Time and memory grow with the text, whatever it is made of; and no bytes make it fall. */
static void hostile(void **state)
{
    (void)state;
    enum { LARGE = 1 << 20 };
    static const char *const pieces[] = { "John ", "A", "A ", "'", "'s", "\u0301", "\u200B", "ﷺ", "Smith,", "王", "9" };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct arena *room = arena_new(512 << 20);
        struct folded text;
        struct name name;
        size_t from;
        size_t to;
        size_t n = strlen(pieces[i]);
        char *p = room == NULL ? NULL : arena_alloc(room, LARGE, 1);
        assert_non_null(p);
        for (size_t at = 0; at + n <= LARGE; at += n)
            memcpy(p + at, pieces[i], n);
        struct str large = { p, LARGE / n * n };
        assert_true(names_fold(room, check_plain(room, large), &text));
        assert_true(names_read(room, STR("John Smith"), &name));
        names_find(&text, &name, &from, &to);
        arena_free(room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same, make, end), cmocka_unit_test_setup_teardown(alike, make, end),
        cmocka_unit_test_setup_teardown(neither, make, end),  cmocka_unit_test_setup_teardown(references, make, end),
        cmocka_unit_test_setup_teardown(hostile, make, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
