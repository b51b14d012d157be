/*
 * What a file says of itself: EXIF, IIM and XMP in every shape that is lawful,
 * and cut or twisted at every byte. Our own words come back as they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "media/helper/helper.h"
#include "base/banned.h"

static struct arena *arena;
static struct said said;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(8 << 20);
    said = (struct said){ .orientation = 1 };
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define RDF_BEGINS                                                                                                     \
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"            \
    "<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/'"                                        \
    " xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmlns:g='http://ns.adobe.com/exif/1.0/'"                   \
    " xmlns:p='http://ns.useplus.org/ldf/xmp/1.0/' xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'"
#define RDF_ENDS "</rdf:Description></rdf:RDF></x:xmpmeta>"

static void xmp(const char *text)
{
    said = (struct said){ .orientation = 1 };
    assert_true(xmp_read(arena, str_of(text), &said));
}

#define assert_says(field, text) assert_true(str_equal(said.facts.field, STR(text)))

static void xmp_is_read_in_each_of_its_shapes(void **state)
{
    (void)state;
    xmp(RDF_BEGINS "><dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>" RDF_ENDS);
    assert_says(creator, "A, B");
    xmp(RDF_BEGINS " photoshop:Credit='as attribute' e:DigitalSourceType='http://x/y/compositeCapture'>" RDF_ENDS);
    assert_says(credit, "as attribute");
    assert_says(source_type, "compositeCapture");
    xmp(RDF_BEGINS "><e:DigitalSourceType rdf:resource='http://x/trainedAlgorithmicMedia'/>" RDF_ENDS);
    assert_says(source_type, "trainedAlgorithmicMedia");
    xmp(RDF_BEGINS "><p:Licensor><rdf:Seq><rdf:li rdf:parseType='Resource'><p:LicensorURL>u</p:LicensorURL>"
                   "<p:LicensorName>A &amp; <![CDATA[<B>]]></p:LicensorName></rdf:li></rdf:Seq></p:Licensor>" RDF_ENDS);
    assert_says(licensor, "A & <B>");
    xmp(RDF_BEGINS "><p:Licensor><rdf:Bag><rdf:li><rdf:Description p:LicensorName='L'/></rdf:li></rdf:Bag></p:Licensor>"
                   "<!-- a comment --><dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>one</rdf:li>"
                   "<rdf:li xml:lang='de'>eins</rdf:li></rdf:Alt></dc:rights>" RDF_ENDS);
    assert_says(licensor, "L");
    assert_says(rights, "one");
    assert_false(said.facts.position);
    xmp(RDF_BEGINS " g:GPSLatitude='53,28.8N'>" RDF_ENDS);
    assert_true(said.facts.position);
}

static void a_name_of_another_namespace_says_nothing(void **state)
{
    (void)state;
    xmp("<a xmlns:dc='http://elsewhere.example/'><dc:creator>A</dc:creator><creator>B</creator></a>");
    assert_null(said.facts.creator.p);
}

static void what_declares_anything_is_no_xmp(void **state)
{
    (void)state;
    static const struct str wrong[] = { STR_INIT("<!DOCTYPE a><a/>"),
                                        STR_INIT("<a/><!ENTITY x 'y'>"),
                                        STR_INIT("<!doctype a><a/>"),
                                        STR_INIT("<a>&x;</a>"),
                                        STR_INIT("<a b='&x;'/>"),
                                        STR_INIT("<a>"),
                                        STR_INIT("no"),
                                        STR_INIT("\0<\0a\0/\0>") };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(xmp_read(arena, wrong[i], &said));
    assert_true(xmp_read(arena, STR("<a/>\n\n\0\0\0"), &said));
    assert_true(xmp_read(arena, STR(""), &said));
}

static void a_list_that_never_ends_is_cut(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, arena, 1 << 20);
    buf_add(&b, STR(RDF_BEGINS "><e:PersonInImage><rdf:Bag>"));
    for (int i = 0; i < 5000; i++)
        buf_add(&b, STR("<rdf:li>Person</rdf:li>"));
    buf_add(&b, STR("</rdf:Bag></e:PersonInImage>" RDF_ENDS));
    assert_true(xmp_read(arena, buf_str(&b), &said));
    assert_in_range(said.facts.person_shown.n, 900, MEDIA_TEXT_MAX);
    assert_true(
        media_facts_fit(&(struct media_facts){ .width = 1, .height = 1, .person_shown = said.facts.person_shown }));
}

/* Little-endian: Artist inside its entry, Copyright behind, orientation, GPS with a latitude. */
static const struct str exif = STR_INIT("Exif\0\0II*\0\x08\0\0\0"
                                        "\x04\0"
                                        "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
                                        "\x3b\x01\x02\0\x04\0\0\0Ann\0"
                                        "\x98\x82\x02\0\x08\0\0\0\x3e\0\0\0"
                                        "\x25\x88\x04\0\x01\0\0\0\x46\0\0\0"
                                        "\0\0\0\0"
                                        "(c) Ann\0"
                                        "\x01\0"
                                        "\x02\0\x05\0\x03\0\0\0\0\0\0\0"
                                        "\0\0\0\0");

static void exif_says_who_whose_where_and_which_way_is_up(void **state)
{
    (void)state;
    exif_read(arena, exif, &said);
    assert_says(creator, "Ann");
    assert_says(rights, "(c) Ann");
    assert_int_equal(said.orientation, 6);
    assert_true(said.facts.position);
}

static const struct str iim = STR_INIT("Photoshop 3.0\0"
                                       "8BIM\x03\xed\x03"
                                       "abc\0\0\0\x03xyz\0"
                                       "8BIM\x04\x04\0\0\0\0\0\x1e"
                                       "\x1c\x02\x50\0\x03"
                                       "Ann"
                                       "\x1c\x02\x6e\0\x04"
                                       "Cr\xe9"
                                       "d"
                                       "\x1c\x02\x74\0\x08"
                                       "(c) 2026");

static void iim_says_who_and_whose_in_latin_1_too(void **state)
{
    (void)state;
    iim_read(arena, iim, &said);
    assert_says(creator, "Ann");
    assert_says(credit, "Cr\xC3\xA9"
                        "d");
    assert_says(rights, "(c) 2026");
}

static void twist(struct str whole, void (*reads)(struct arena *, struct str, struct said *))
{
    unsigned char copy[256];
    assert_in_range(whole.n, 1, sizeof copy);
    for (size_t at = 0; at < whole.n; at++)
        for (unsigned value = 0; value < 256; value += 5) {
            /* In memory of exactly its size, so that a sanitiser sees a byte too far. */
            char *exact = mem_alloc(whole.n);
            assert_non_null(exact);
            memcpy(exact, whole.p, whole.n);
            exact[at] = (char)value;
            said = (struct said){ .orientation = 1 };
            reads(arena, (struct str){ exact, whole.n }, &said);
            reads(arena, (struct str){ exact, at }, &said);
            said.facts.width = said.facts.height = 1;
            assert_true(media_facts_fit(&said.facts));
            assert_in_range(said.orientation, 1, 8);
            mem_free(exact);
            arena_reset(arena);
        }
}

static void exif_and_iim_that_are_twisted_anywhere_stay_within_their_bounds(void **state)
{
    (void)state;
    twist(exif, exif_read);
    twist(iim, iim_read);
}

static void our_own_words_come_back_as_they_were(void **state)
{
    (void)state;
    const struct media_wish wish = { .creator = STR_INIT("A <b> & \"c\" ]]>"),
                                     .credit = STR_INIT("Cr\xC3\xA9"
                                                        "dit"),
                                     .rights = STR_INIT("\xC2\xA9 2026"),
                                     .alt = STR_INIT("two\nlines\xEF\xBF\xBE"),
                                     .source_type = STR_INIT("humanEdits") };
    struct buf x, i;
    buf_init(&x, arena, 60000);
    buf_init(&i, arena, 1024);
    xmp_write(&x, &wish);
    iim_write(&i, &wish);
    assert_true(xmp_read(arena, buf_str(&x), &said));
    assert_says(creator, "A <b> & \"c\" ]]>");
    assert_says(credit, "Cr\xC3\xA9"
                        "dit");
    assert_says(rights, "\xC2\xA9 2026");
    assert_says(source_type, "humanEdits");
    assert_true(str_find(buf_str(&x), STR("two lines<")) > 0);
    said = (struct said){ .orientation = 1 };
    iim_read(arena, buf_str(&i), &said);
    assert_says(creator, "A <b> & \"c\" ]]>");
    assert_says(credit, "Cr\xC3\xA9"
                        "dit");
    assert_says(rights, "\xC2\xA9 2026");
}

static void an_empty_wish_writes_nothing(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, arena, 1024);
    xmp_write(&b, &(struct media_wish){ 0 });
    iim_write(&b, &(struct media_wish){ .alt = STR_INIT("IIM has no place for it") });
    assert_int_equal(b.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(xmp_is_read_in_each_of_its_shapes, begin, end),
        cmocka_unit_test_setup_teardown(a_name_of_another_namespace_says_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_declares_anything_is_no_xmp, begin, end),
        cmocka_unit_test_setup_teardown(a_list_that_never_ends_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(exif_says_who_whose_where_and_which_way_is_up, begin, end),
        cmocka_unit_test_setup_teardown(iim_says_who_and_whose_in_latin_1_too, begin, end),
        cmocka_unit_test_setup_teardown(exif_and_iim_that_are_twisted_anywhere_stay_within_their_bounds, begin, end),
        cmocka_unit_test_setup_teardown(our_own_words_come_back_as_they_were, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_wish_writes_nothing, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
