/*
 * Files of posts: what is taken, what is refused and where, and the hash that
 * a content has. The vectors are computed a second time by vectors.py.
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "posts/edition.h"
#include "posts/file.h"
#include "posts/slug.h"

#include "base/banned.h"

static struct post_faults faults;

static enum status check(const char *name, struct str text, const char *folder, struct post_checked *out)
{
    struct post_source source = { .name = str_of(name), .text = text, .folder = folder };
    world.fault = (struct fault){ 0 };
    return posts_check_file(world.arena, &source, &faults, out, &world.fault);
}

static enum status check_text(const char *text, struct post_checked *out)
{
    return check("a-post.md", str_of(text), NULL, out);
}

#define HEAD "---\nkind: update\ntitle: A title\nchannels: [site]\nauthors: [press-officer-1]\n"

static void every_case_has_a_hash(void **state)
{
    (void)state;
    static const char *const names[] = { "01-former-name.md",  "02-former-name-mended.md",
                                         "03-brick.md",        "04-ai-portrait.md",
                                         "05-county-lines.md", "06-diwali.md",
                                         "07-charge.md",       "08-wanted.md",
                                         "09-statement.md",    "10-composite-witness.md",
                                         "11-missing-girl.md", "12-convicted.md" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[400];
        struct post_checked out;
        snprintf(path, sizeof path, CASES "/posts/%s", names[i]);
        enum status status = check(names[i], world_file(path), CASES "/posts", &out);
        if (status != STATUS_OK)
            fail_msg("%s:%d: %.*s", names[i], (int)faults.list[0].line, STR_ARG(faults.list[0].text));
        assert_int_equal(out.hash_hex.n, 64);
    }
}

static void every_fault_of_the_broken_files_is_named_where_it_stands(void **state)
{
    (void)state;
    struct str table = world_file(CASES "/broken/expected.txt");
    struct str line;
    struct str now = STR_NONE;
    size_t next = 0;
    size_t files = 0;
    while (str_cut(&table, '\n', &line)) {
        struct str rest = line;
        struct str file;
        struct str number;
        struct str column;
        if (line.n == 0)
            continue;
        assert_true(str_cut(&rest, ':', &file) && str_cut(&rest, ':', &number) && str_cut(&rest, ':', &column));
        if (!now.p || !str_equal(now, file)) {
            if (now.p && next != faults.n)
                fail_msg("%.*s has faults that the table does not name", STR_ARG(now));
            char path[400];
            char name[100];
            struct post_checked out;
            snprintf(path, sizeof path, CASES "/broken/%.*s", STR_ARG(file));
            snprintf(name, sizeof name, "%.*s", STR_ARG(file));
            if (check(name, world_file(path), CASES "/broken", &out) != STATUS_INVALID)
                fail_msg("%s was taken", name);
            assert_null(out.hash_hex.p);
            now = file;
            next = 0;
            files++;
        }
        if (next >= faults.n)
            fail_msg("%.*s: the fault was not found", STR_ARG(line));
        struct str said =
            str_format(world.arena, "%.*s:%lld:%lld: %.*s", STR_ARG(file), (long long)faults.list[next].line,
                       (long long)faults.list[next].column, STR_ARG(faults.list[next].text));
        if (!str_starts(said, line))
            fail_msg("said:     %.*s\nexpected: %.*s", STR_ARG(said), STR_ARG(line));
        next++;
    }
    assert_int_equal(next, faults.n);
    assert_true(files >= 15);
}

static void names_that_are_no_key_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "post.txt", ".md", "a b.md", ".hidden.md", "caf\xC3\xA9.md", "a\nb.md", "" };
    struct post_checked out;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(check(names[i], STR(HEAD "---\nText.\n"), NULL, &out), STATUS_INVALID);
    assert_int_equal(check("deep/folder/07-x_Y.z.md", STR(HEAD "---\nText.\n"), NULL, &out), STATUS_OK);
}

static void a_file_that_is_too_long_is_refused(void **state)
{
    (void)state;
    struct post_checked out;
    size_t n = POST_FILE_MAX + 1;
    char *text = arena_alloc(world.arena, n, 1);
    assert_non_null(text);
    memset(text, 'a', n);
    memcpy(text, HEAD "---\n", sizeof HEAD "---\n" - 1);
    assert_int_equal(check("a.md", (struct str){ text, n }, NULL, &out), STATUS_INVALID);
    assert_int_equal(faults.n, 1);
    assert_int_equal(check("a.md", (struct str){ text, POST_BODY_MAX + 200 }, NULL, &out), STATUS_INVALID);
    assert_int_equal(faults.n, 1);
    assert_int_equal(faults.list[0].line, 7);
}

static void windows_line_ends_and_a_byte_order_mark_are_taken(void **state)
{
    (void)state;
    struct post_checked out;
    assert_int_equal(check_text("\xEF\xBB\xBF---\r\nkind: update\r\ntitle: A title\r\nchannels: [site]\r\n"
                                "authors: [press-officer-1]\r\n---\r\nText.\r\n",
                                &out),
                     STATUS_OK);
    assert_true(str_find(out.document, STR("\"body\":\"Text.\\r\\n\"")) >= 0);
}

static void the_head_may_be_written_in_any_order_and_style(void **state)
{
    (void)state;
    struct post_checked one;
    struct post_checked two;
    assert_int_equal(check_text(HEAD "topics: [a, b]\ndate: 2026-03-02T19:11\n---\nText.\n", &one), STATUS_OK);
    assert_int_equal(
        check_text("---\ndate:   2026-03-02T19:11:00\nauthors:\n  - press-officer-2\ntopics:\n- a\n- \"b\"\n"
                   "channels: [\"site\"]\ntitle: 'A title'\nkind: update\n---\nText.\n",
                   &two),
        STATUS_OK);
    assert_true(str_equal(one.hash_hex, two.hash_hex));
}

/* One byte, or one value, of whatever a reader or a check would see. */
static void whatever_is_seen_changes_the_hash(void **state)
{
    (void)state;
    static const char base[] = HEAD "---\nText.\n";
    static const char *const others[] = {
        HEAD "---\nText!\n",
        HEAD "---\nText.\n\n",
        HEAD "---\n Text.\n",
        "---\nkind: advice\ntitle: A title\nchannels: [site]\nauthors: [press-officer-1]\n---\nText.\n",
        "---\nkind: update\ntitle: A Title\nchannels: [site]\nauthors: [press-officer-1]\n---\nText.\n",
        "---\nkind: update\ntitle: A title\nchannels: [site, feed]\nauthors: [press-officer-1]\n---\nText.\n",
        HEAD "date: 2026-03-02\n---\nText.\n",
        HEAD "date: 2026-03-02T00:00\n---\nText.\n",
        HEAD "campaign: Week\n---\nText.\n",
        HEAD "topics: [a]\n---\nText.\n",
        HEAD "topics: [a, b]\n---\nText.\n",
        HEAD "topics: [b, a]\n---\nText.\n",
        HEAD "people: [{ as_written: Sam, kind: real }]\n---\nText.\n",
        HEAD "people: [{ as_written: Sam, kind: fictitious }]\n---\nText.\n",
        HEAD "case: { status: charged }\n---\nText.\n",
        HEAD "case: { reference: charged }\n---\nText.\n",
        HEAD "speaker: { name: Alex, office: Chief }\n---\nText.\n",
        HEAD "speaker: { name: Chief, office: Alex }\n---\nText.\n",
        HEAD "promises: [{ what: a, owner: b, due: 2026-01-01 }]\n---\nText.\n",
        HEAD "about: [one]\n---\nText.\n",
        HEAD "claims: none\n---\nText.\n",
        HEAD "claims: crime\n---\nText.\n",
        HEAD "scenario: {}\n---\nText.\n",
        HEAD "scenario: { conduct: [] }\n---\nText.\n",
        HEAD "scenario: { conduct: [{ act: words }] }\n---\nText.\n",
        HEAD "scenario: { conduct: [{ act: words, occasions: 2 }] }\n---\nText.\n",
    };
    enum { N = sizeof others / sizeof others[0] };
    struct post_checked seen[N + 1];
    assert_int_equal(check_text(base, &seen[N]), STATUS_OK);
    for (size_t i = 0; i < N; i++) {
        if (check_text(others[i], &seen[i]) != STATUS_OK)
            fail_msg("%s\n%.*s", others[i], STR_ARG(faults.list[0].text));
        assert_false(str_equal(seen[i].hash_hex, seen[N].hash_hex));
        for (size_t j = 0; j < i; j++)
            if (str_equal(seen[i].hash_hex, seen[j].hash_hex))
                fail_msg("one hash for two contents:\n%s\n%s", others[i], others[j]);
    }
}

static void what_is_checked_at_release_does_not_change_the_hash(void **state)
{
    (void)state;
    struct post_checked one;
    struct post_checked two;
    assert_int_equal(check_text(HEAD "speaker: { name: A, office: B }\npeople: [{ as_written: Sam, kind: real }]\n"
                                     "---\nText.\n",
                                &one),
                     STATUS_OK);
    assert_int_equal(check_text(HEAD "replies: closed\nspeaker: { name: A, office: B, confirmed: 2026-01-01T10:00 }\n"
                                     "people: [{ as_written: Sam, kind: real, consent: C-1 }]\n---\nText.\n",
                                &two),
                     STATUS_OK);
    assert_true(str_equal(one.hash_hex, two.hash_hex));
}

static void a_speaker_has_a_name_and_an_office(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t faults;
        const char *words;
    } rows[] = {
        { HEAD "speaker: {}\n---\nText.\n", 2, "\"speaker.name\" is missing" },
        { HEAD "speaker: { name: Alex }\n---\nText.\n", 1, "\"speaker.office\" is missing" },
        { HEAD "speaker: { office: Chief, confirmed: 2026-03-01 }\n---\nText.\n", 1, "\"speaker.name\" is missing" },
        { HEAD "speaker: { name: null, office: Chief }\n---\nText.\n", 1, "\"speaker.name\" is missing" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct post_checked out;
        assert_int_equal(check_text(rows[i].text, &out), STATUS_INVALID);
        assert_int_equal(faults.n, rows[i].faults);
        assert_true(str_starts(faults.list[0].text, str_of(rows[i].words)));
        assert_int_equal(faults.list[0].line, 6);
        assert_int_equal(faults.list[0].column, 10);
    }
}

static void labels_follow_from_people_and_picture(void **state)
{
    (void)state;
    struct post_checked out;
    assert_int_equal(
        check("02-former-name-mended.md", world_file(CASES "/posts/02-former-name-mended.md"), CASES "/posts", &out),
        STATUS_OK);
    assert_int_equal(out.labels, 1U << LABEL_STOCK | 1U << LABEL_FICTITIOUS);
    assert_true(str_find(out.document, STR("\"labels\":[\"fictitious\",\"stock\"]")) >= 0);
    assert_int_equal(check("04-ai-portrait.md", world_file(CASES "/posts/04-ai-portrait.md"), CASES "/posts", &out),
                     STATUS_OK);
    assert_int_equal(out.labels, 1U << LABEL_FICTITIOUS);
    assert_int_equal(check_text(HEAD "people: [{ as_written: Sam, kind: real }]\n---\nText.\n", &out), STATUS_OK);
    assert_int_equal(out.labels, 0);
}

#define IMAGE(words) HEAD "image: { file: street-lamps.jpg, alt: A lamp, " words " }\n---\nText.\n"

static void a_picture_shows_a_person_unless_its_record_says_that_nobody_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t labels;
        const char *words;
    } rows[] = {
        { IMAGE("made: stock"), 1U << LABEL_STOCK, "Stock image. The person shown has nothing to do with this story." },
        { IMAGE("made: stock, persons: shown"), 1U << LABEL_STOCK,
          "Stock image. The person shown has nothing to do with this story." },
        { IMAGE("made: stock, persons: none"), 1U << LABEL_STOCK | POST_NOBODY_SHOWN, "Stock image." },
        { IMAGE("made: ai"), 1U << LABEL_AI, "Made with AI. This is not a real person." },
        { IMAGE("made: ai, persons: none"), 1U << LABEL_AI | POST_NOBODY_SHOWN, "Made with AI." },
        { IMAGE("made: illustration, persons: none"), 1U << LABEL_ILLUSTRATION, "Illustration." },
        { IMAGE("made: photograph, persons: none"), 0, NULL },
    };
    struct str hashes[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct post_checked out;
        uint32_t again = 0;
        assert_int_equal(check("a-post.md", str_of(rows[i].text), CASES "/posts", &out), STATUS_OK);
        assert_int_equal(out.labels, rows[i].labels);
        for (enum post_label label = 0; label < LABELS; label++)
            if (post_labelled(out.labels, label))
                assert_true(str_equal(post_label_words(LANGUAGE_EN, out.labels, label), str_of(rows[i].words)));
        /* What is stored beside the document, and what the document says, come to the same. */
        assert_int_equal(edition_labels_read(edition_labels_text(world.arena, out.labels), &again), STATUS_OK);
        assert_int_equal(again, out.labels);
        assert_int_equal(edition_document_labels(world.arena, out.document, &again), STATUS_OK);
        assert_int_equal(again, out.labels);
        hashes[i] = out.hash_hex;
    }
    assert_true(str_equal(hashes[0], hashes[1]));
    assert_false(str_equal(hashes[0], hashes[2]));
    assert_false(str_equal(hashes[3], hashes[4]));
}

static void a_posed_picture_cannot_be_said_to_show_nobody(void **state)
{
    (void)state;
    struct post_checked out;
    static const char *const texts[] = { IMAGE("made: posed, persons: none"), IMAGE("made: custody, persons: none"),
                                         IMAGE("made: stock, persons: some"), IMAGE("made: stock, persons: 0") };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(check("a-post.md", str_of(texts[i]), CASES "/posts", &out), STATUS_INVALID);
        assert_int_equal(faults.n, 1);
        assert_int_equal(faults.list[0].line, 6);
    }
}

static void a_document_read_back_gives_the_same_document(void **state)
{
    (void)state;
    static const char *const names[] = { "02-former-name-mended.md", "07-charge.md", "09-statement.md",
                                         "11-missing-girl.md" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[400];
        struct import_file file;
        struct post_content content;
        struct str again;
        struct str beside;
        snprintf(path, sizeof path, CASES "/posts/%s", names[i]);
        struct post_source source = { .name = str_of(names[i]), .text = world_file(path), .folder = CASES "/posts" };
        faults.n = 0;
        assert_int_equal(post_file_read(world.arena, &source, &faults, &file), STATUS_OK);
        assert_int_equal(edition_read(world.arena, file.document, file.beside, &content), STATUS_OK);
        assert_int_equal(edition_document(world.arena, &content, &again), STATUS_OK);
        assert_true(str_equal(file.document, again));
        assert_int_equal(edition_beside(world.arena, &content, &beside), STATUS_OK);
        assert_true(str_equal(file.beside, beside));
    }
}

static void a_document_that_is_not_ours_is_damaged(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"kind\":\"update\"}",
        "{\"body\":\"a\",\"channels\":[\"site\"],\"kind\":\"news\",\"language\":\"en\",\"title\":\"t\",\"v\":1}",
        "{\"body\":\"a\",\"channels\":[\"moon\"],\"kind\":\"update\",\"language\":\"en\",\"title\":\"t\",\"v\":1}",
        "{\"body\":1,\"channels\":[\"site\"],\"kind\":\"update\",\"language\":\"en\",\"title\":\"t\",\"v\":1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct post_content content;
        assert_int_equal(edition_read(world.arena, str_of(texts[i]), STR_NONE, &content), STATUS_DAMAGED);
    }
}

static void three_vectors_have_the_hashes_that_stand_beside_them(void **state)
{
    (void)state;
    for (int i = 1; i <= 3; i++) {
        char path[400];
        char name[40];
        struct post_checked out;
        const struct json *tree;
        struct buf canonical;
        snprintf(path, sizeof path, VECTORS "/vector-%d.md", i);
        snprintf(name, sizeof name, "vector-%d.md", i);
        if (check(name, world_file(path), VECTORS, &out) != STATUS_OK)
            fail_msg("%s:%d: %.*s", path, (int)faults.list[0].line, STR_ARG(faults.list[0].text));
        snprintf(path, sizeof path, VECTORS "/vector-%d.sha256", i);
        assert_true(str_equal(str_trim(world_file(path)), out.hash_hex));
        snprintf(path, sizeof path, VECTORS "/vector-%d.json", i);
        buf_init(&canonical, world.arena, 1 << 20);
        assert_int_equal(json_read(world.arena, world_file(path), &tree, &world.fault), STATUS_OK);
        assert_int_equal(json_canonical(&canonical, tree), STATUS_OK);
        assert_true(str_equal(buf_str(&canonical), out.document));
    }
}

static void an_address_is_made_of_what_people_can_type(void **state)
{
    (void)state;
    static const struct {
        const char *title, *slug;
    } rows[] = {
        { "When a joke is not a joke", "when-a-joke-is-not-a-joke" },
        { "  Café — “Crème” & Œuvre!  ", "cafe-creme-oeuvre" },
        { "Tŷ Ŵyl Llanfair’s men's", "ty-wyl-llanfairs-mens" },
        { "Straße, Łódź, Þór", "strasse-lodz-thor" },
        { "Решение", "post" },
        { "…", "post" },
        { "101 & 999", "101-999" },
        { "e\xCC\x81t\xCC\x82", "et" },
        { "A title that goes on for so long that no address could hold it all without a break",
          "a-title-that-goes-on-for-so-long-that-no-address-could-hold" },
        { "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str slug = slug_of_title(world.arena, str_of(rows[i].title));
        if (!str_equal(slug, str_of(rows[i].slug)))
            fail_msg("%s became %.*s", rows[i].title, STR_ARG(slug));
    }
}

static void a_cursor_comes_back_and_nothing_else_does(void **state)
{
    (void)state;
    struct post_cursor out;
    struct str text = post_cursor_text(world.arena, (struct post_cursor){ 1772366400000, STR("a-title-2") });
    assert_true(post_cursor_read(text, &out));
    assert_int_equal(out.time, 1772366400000);
    assert_true(str_equal(out.slug, STR("a-title-2")));
    static const char *const bad[] = { "",           ".",   "1.",    ".a",    "1",
                                       "-1.a",       "1.A", "1.a/b", "1.a b", "99999999999999999999.a",
                                       "1.\xC3\xA9", "x.a", "1.a.b" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(post_cursor_read(str_of(bad[i]), &out));
}

static void no_line_of_the_head_holds_what_nobody_sees(void **state)
{
    (void)state;
    /* %s is where the line stands; each on line 6, so that the place can be asked for. */
    static const char *const heads[] = {
        "campaign: \"%s\"\n",
        "topics: [\"%s\"]\n",
        "people: [{ as_written: \"%s\", kind: real }]\n",
        "speaker: { name: \"%s\", office: Chief }\n",
        "speaker: { name: Alex, office: \"%s\" }\n",
        "promises: [{ what: \"%s\", owner: a, due: 2026-04-01 }]\n",
        "promises: [{ what: a, owner: \"%s\", due: 2026-04-01 }]\n",
        "case: { reference: \"%s\" }\n",
        "scenario: { evidence: { court: { offence: \"%s\" } } }\n",
        "scenario: { hostility: { other_characteristics: [\"%s\"] } }\n",
    };
    static const struct {
        const char *value, *words;
    } rows[] = {
        { "\\u202Eabc", "holds U+202E" }, { "a\u202Eb", "holds U+202E" },    { "a\u200Bb", "holds U+200B" },
        { "a\\u2028b", "holds U+2028" },  { "\u200F", "holds U+200F" },      { "\\u0007a", "holds U+0007" },
        { "\u2066a\u2069", "U+2066" },    { "\u00A0", "shows nothing" },     { "\u00A0\u2003", "shows nothing" },
        { "\u00AD", "shows nothing" },    { "\U000E0067", "shows nothing" }, { "a\\uFEFF", "holds U+FEFF" },
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        const char *at = strchr(heads[i], '%');
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            struct post_checked out;
            struct str text = str_format(world.arena, HEAD "%.*s%s%s---\nText.\n", (int)(at - heads[i]), heads[i],
                                         rows[j].value, at + 2);
            assert_int_equal(check("a-post.md", text, NULL, &out), STATUS_INVALID);
            assert_int_equal(faults.n, 1);
            if (str_find(faults.list[0].text, str_of(rows[j].words)) < 0)
                fail_msg("%.*s: %.*s", STR_ARG(text), STR_ARG(faults.list[0].text));
            assert_int_equal(faults.list[0].line, 6);
            assert_int_equal(faults.list[0].column, at - heads[i]); /* the quotation mark before it */
        }
    }
}

static void a_title_is_seen(void **state)
{
    (void)state;
    static const char *const titles[] = { "\\u200B", "\\u00A0", "\\u200F", "\\u2028", "\\u202E", "\u200B", "\u00A0" };
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        struct post_checked out;
        struct str text = str_format(
            world.arena, "---\nkind: update\ntitle: \"%s\"\nchannels: [site]\nauthors: [press-officer-1]\n---\nText.\n",
            titles[i]);
        assert_int_equal(check("a-post.md", text, NULL, &out), STATUS_INVALID);
        assert_int_equal(faults.n, 1);
        assert_int_equal(faults.list[0].line, 3);
        assert_int_equal(faults.list[0].column, 8);
    }
}

static void a_text_does_not_turn_its_direction(void **state)
{
    (void)state;
    struct post_checked out;
    static const char *const marks[] = { "\u061C", "\u200E", "\u200F", "\u202A", "\u202E", "\u2066", "\u2069" };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct str text = str_format(world.arena, HEAD "---\nText.\n\n> caf\u00E9 %shere\n", marks[i]);
        assert_int_equal(check("a-post.md", text, NULL, &out), STATUS_INVALID);
        assert_int_equal(faults.n, 1);
        assert_int_equal(faults.list[0].line, 9);
        assert_int_equal(faults.list[0].column, 8);
        assert_true(str_starts(faults.list[0].text, STR("Here stands U+")));
    }
    /* Right-to-left words need no marks, and joiners are letters' own. */
    assert_int_equal(check_text(HEAD "---\n\u05E9\u05DC\u05D5\u05DD, \u0645\u06CC\u200C\u062E\n", &out), STATUS_OK);
}

static void a_text_of_which_nothing_is_seen_is_none(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[lamps]: /news/2026/lamps\n",
                                          "&nbsp;\n",
                                          "&nbsp;\n\n&#8203;\n",
                                          "---\n",
                                          "\\\n",
                                          "> &nbsp;\n",
                                          "- &nbsp;\n- \n",
                                          "\u00A0\n",
                                          "\u200B\n" };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct post_checked out;
        struct str text = str_format(world.arena, HEAD "---\n%s", bodies[i]);
        enum status status = check("a-post.md", text, NULL, &out);
        if (i == 4) { /* the backslash itself is seen */
            assert_int_equal(status, STATUS_OK);
            continue;
        }
        if (status != STATUS_INVALID || faults.n != 1 || faults.list[0].line != 7)
            fail_msg("%s", bodies[i]);
        assert_true(str_find(faults.list[0].text, STR("no text that can be seen")) >= 0);
    }
}

static void a_reference_does_not_bring_in_what_turns_the_text(void **state)
{
    (void)state;
    static const char *const bodies[] = { "Text &#x202E; here.\n", "Text &rlm; here.\n", "[a&#8238;b](/report)\n" };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct post_checked out;
        struct str text = str_format(world.arena, HEAD "---\n%s", bodies[i]);
        assert_int_equal(check("a-post.md", text, NULL, &out), STATUS_INVALID);
        assert_int_equal(faults.n, 1);
        assert_true(str_starts(faults.list[0].text, STR("A character reference")));
    }
    struct post_checked out;
    assert_int_equal(check_text(HEAD "---\nWrite `&#x202E;`.\n", &out), STATUS_OK); /* as code it is its own letters */
}

static void a_post_is_not_about_itself(void **state)
{
    (void)state;
    struct post_checked out;
    assert_int_equal(check("posts/lamps.md", STR(HEAD "about: [river, lamps]\n---\nText.\n"), NULL, &out),
                     STATUS_INVALID);
    assert_int_equal(faults.n, 1);
    assert_int_equal(faults.list[0].line, 6);
    assert_int_equal(faults.list[0].column, 16);
    assert_int_equal(check("lamps.md", STR(HEAD "about: [river, lamps-2]\n---\nText.\n"), NULL, &out), STATUS_OK);
}

static void a_message_never_carries_what_steers_a_terminal(void **state)
{
    (void)state;
    struct post_checked out;
    assert_int_equal(
        check_text("---\n\"ki\\x1b[31mnd\": update\n\"\\u009bx\": 1\ntitle: \"\\u202Eabc\"\n---\nText.\n", &out),
        STATUS_INVALID);
    assert_true(faults.n >= 3);
    for (size_t i = 0; i < faults.n; i++)
        for (size_t j = 0; j < faults.list[i].text.n; j++) {
            unsigned char c = (unsigned char)faults.list[i].text.p[j];
            assert_true(c >= 0x20 && c != 0x7F);
            if (c == 0xC2)
                assert_true((unsigned char)faults.list[i].text.p[j + 1] >= 0xA0);
        }
    assert_int_equal(check_text(HEAD "---\nText \xC2\x9B here.\n", &out), STATUS_INVALID);
    assert_int_equal(faults.list[0].line, 7);
    assert_int_equal(faults.list[0].column, 6);
}

static void more_faults_than_are_kept_are_said_to_be_more(void **state)
{
    (void)state;
    struct buf text;
    struct post_checked out;
    buf_init(&text, world.arena, 1 << 16);
    buf_add(&text, STR("---\n"));
    for (int i = 0; i < POST_FAULTS_MAX + 10; i++)
        buf_format(&text, "unknown_%d: x\n", i);
    buf_add(&text, STR("---\nText.\n"));
    assert_int_equal(check("a.md", buf_str(&text), NULL, &out), STATUS_INVALID);
    assert_int_equal(faults.n, POST_FAULTS_MAX);
    assert_true(faults.more);
}

static void a_date_far_from_our_time_is_a_slip_and_said_so(void **state)
{
    (void)state;
    static const char *const wrong[] = { "date: 1066-10-14", "date: 9999-12-31", "date: 1969-12-31", "date: 2100-01-01",
                                         "promises: [{ what: a, owner: b, due: 9999-12-31 }]" };
    struct post_checked out;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct str text = str_format(world.arena, HEAD "%s\n---\nText.\n", wrong[i]);
        assert_int_equal(check_text(text.p, &out), STATUS_INVALID);
        assert_int_equal(faults.n, 1);
        assert_true(str_find(faults.list[0].text, STR("must lie between 1970 and 2099")) >= 0);
    }
    assert_int_equal(check_text(HEAD "date: 1970-01-01\n---\nText.\n", &out), STATUS_OK);
    assert_int_equal(check_text(HEAD "date: 2099-12-31\n---\nText.\n", &out), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_far_from_our_time_is_a_slip_and_said_so),
        cmocka_unit_test(every_case_has_a_hash),
        cmocka_unit_test(every_fault_of_the_broken_files_is_named_where_it_stands),
        cmocka_unit_test(names_that_are_no_key_are_refused),
        cmocka_unit_test(a_file_that_is_too_long_is_refused),
        cmocka_unit_test(windows_line_ends_and_a_byte_order_mark_are_taken),
        cmocka_unit_test(the_head_may_be_written_in_any_order_and_style),
        cmocka_unit_test(whatever_is_seen_changes_the_hash),
        cmocka_unit_test(what_is_checked_at_release_does_not_change_the_hash),
        cmocka_unit_test(a_speaker_has_a_name_and_an_office),
        cmocka_unit_test(labels_follow_from_people_and_picture),
        cmocka_unit_test(a_picture_shows_a_person_unless_its_record_says_that_nobody_is),
        cmocka_unit_test(a_posed_picture_cannot_be_said_to_show_nobody),
        cmocka_unit_test(a_document_read_back_gives_the_same_document),
        cmocka_unit_test(a_document_that_is_not_ours_is_damaged),
        cmocka_unit_test(three_vectors_have_the_hashes_that_stand_beside_them),
        cmocka_unit_test(an_address_is_made_of_what_people_can_type),
        cmocka_unit_test(a_cursor_comes_back_and_nothing_else_does),
        cmocka_unit_test(no_line_of_the_head_holds_what_nobody_sees),
        cmocka_unit_test(a_title_is_seen),
        cmocka_unit_test(a_text_does_not_turn_its_direction),
        cmocka_unit_test(a_text_of_which_nothing_is_seen_is_none),
        cmocka_unit_test(a_reference_does_not_bring_in_what_turns_the_text),
        cmocka_unit_test(a_post_is_not_about_itself),
        cmocka_unit_test(a_message_never_carries_what_steers_a_terminal),
        cmocka_unit_test(more_faults_than_are_kept_are_said_to_be_more),
    };
    return cmocka_run_group_tests_name("posts file", tests, world_make, world_end);
}
