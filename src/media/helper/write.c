/*
 * Our own word in a rendition: XMP with five properties, and IIM with those
 * three that it has a place for.
 *
 * Promises: nothing else than the wish is written, an empty wish writes
 * nothing, and the words cannot end their element: what XML may not hold or
 * would read as markup is written otherwise. IIM holds a value only where it
 * fits whole: half a name is not the name.
 */
#include "media/helper/helper.h"

#include "base/banned.h"

#define SOURCE_TYPES "http://cv.iptc.org/newscodes/digitalsourcetype/"

/* ---- XMP ---- */

static void escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '&')
            buf_add(out, STR("&amp;"));
        else if (c == '<')
            buf_add(out, STR("&lt;"));
        else if (c == '>')
            buf_add(out, STR("&gt;"));
        else if (c < 0x20 || c == 0x7f)
            buf_add_byte(out, ' ');
        /* U+FFFE and U+FFFF are no characters of XML. */
        else if (c == 0xef && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xbf && (unsigned char)s.p[i + 2] >= 0xbe)
            i += 2;
        else
            buf_add_byte(out, (char)c);
    }
}

static void property(struct buf *out, const char *name, struct str before, struct str value, struct str after)
{
    if (value.n == 0)
        return;
    buf_format(out, "  <%s>", name);
    buf_add(out, before);
    escaped(out, value);
    buf_add(out, after);
    buf_format(out, "</%s>\n", name);
}

static bool is_empty(const struct media_wish *w)
{
    return w->creator.n + w->credit.n + w->rights.n + w->alt.n + w->source_type.n == 0;
}

void xmp_write(struct buf *out, const struct media_wish *wish)
{
    const struct str alt_begins = STR_INIT("<rdf:Alt><rdf:li xml:lang=\"x-default\">");
    const struct str alt_ends = STR_INIT("</rdf:li></rdf:Alt>");
    if (is_empty(wish))
        return;
    buf_add(out, STR("<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                     "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                     "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                     " <rdf:Description rdf:about=\"\""
                     " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
                     " xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\""
                     " xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\""
                     " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\n"));
    property(out, "dc:creator", STR("<rdf:Seq><rdf:li>"), wish->creator, STR("</rdf:li></rdf:Seq>"));
    property(out, "photoshop:Credit", STR(""), wish->credit, STR(""));
    property(out, "dc:rights", alt_begins, wish->rights, alt_ends);
    property(out, "Iptc4xmpCore:AltTextAccessibility", alt_begins, wish->alt, alt_ends);
    property(out, "Iptc4xmpExt:DigitalSourceType", STR(SOURCE_TYPES), wish->source_type, STR(""));
    buf_add(out, STR(" </rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>"));
}

/* ---- IIM ---- */

static void dataset(struct buf *out, char record, char number, struct str value, size_t most)
{
    if (value.n == 0 || value.n > most)
        return;
    buf_add_byte(out, 0x1c);
    buf_add_byte(out, record);
    buf_add_byte(out, number);
    buf_add_byte(out, (char)(value.n >> 8));
    buf_add_byte(out, (char)(value.n & 0xff));
    buf_add(out, value);
}

void iim_write(struct buf *out, const struct media_wish *wish)
{
    enum { BY_LINE = 80, CREDIT = 110, COPYRIGHT = 116, BY_LINE_MAX = 32, CREDIT_MAX = 32, COPYRIGHT_MAX = 128 };
    char room[512];
    struct buf data = { .p = room, .cap = sizeof room, .limit = sizeof room };
    dataset(&data, 2, BY_LINE, wish->creator, BY_LINE_MAX);
    dataset(&data, 2, CREDIT, wish->credit, CREDIT_MAX);
    dataset(&data, 2, COPYRIGHT, wish->rights, COPYRIGHT_MAX);
    struct str sets = buf_str(&data);
    if (sets.n == 0)
        return;
    size_t n = 8 + sets.n;
    buf_add(out, STR("8BIM\x04\x04\0\0\0\0"));
    buf_add_byte(out, (char)(n >> 8));
    buf_add_byte(out, (char)(n & 0xff));
    dataset(out, 1, 90, STR("\x1b%G"), 3); /* UTF-8 */
    buf_add(out, sets);
    if (n & 1)
        buf_add_byte(out, '\0');
}
