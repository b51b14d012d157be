/*
 * XMP of a file: RDF in XML, read with libxml2 as a stream.
 *
 * An attacker could try entities that grow (refused with their document type,
 * before they are used), external ones (never loaded), depth and length
 * (bounded). Of the RDF only this is looked for: a property of facts.h as an
 * element or an attribute, anywhere, with its text, the items of its list, or
 * what its rdf:resource names. ISO 16684-1; names: facts.h.
 */
#include <libxml/xmlreader.h>
#include <string.h>

#include "base/arena.h"
#include "media/helper/helper.h"
#include "base/banned.h"

#define NS_DC        "http://purl.org/dc/elements/1.1/"
#define NS_PHOTOSHOP "http://ns.adobe.com/photoshop/1.0/"
#define NS_RIGHTS    "http://ns.adobe.com/xap/1.0/rights/"
#define NS_PLUS      "http://ns.useplus.org/ldf/xmp/1.0/"
#define NS_EXT       "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
#define NS_EXIF      "http://ns.adobe.com/exif/1.0/"
#define NS_TIFF      "http://ns.adobe.com/tiff/1.0/"
#define NS_RDF       "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

enum property {
    CREATOR,
    CREDIT,
    SOURCE,
    RIGHTS,
    LICENSOR,
    USAGE_TERMS,
    WEB_STATEMENT,
    SOURCE_TYPE,
    MODEL_RELEASE,
    PERSON_SHOWN,
    POSITION,
    NO_PROPERTY,
};

static const struct {
    const char *space, *name;
    enum property property;
} names[] = {
    { NS_DC, "creator", CREATOR },
    { NS_PHOTOSHOP, "Credit", CREDIT },
    { NS_PHOTOSHOP, "Source", SOURCE },
    { NS_DC, "rights", RIGHTS },
    { NS_PLUS, "LicensorName", LICENSOR },
    { NS_RIGHTS, "UsageTerms", USAGE_TERMS },
    { NS_RIGHTS, "WebStatement", WEB_STATEMENT },
    { NS_EXT, "DigitalSourceType", SOURCE_TYPE },
    { NS_PLUS, "ModelReleaseStatus", MODEL_RELEASE },
    { NS_EXT, "PersonInImage", PERSON_SHOWN },
    { NS_EXIF, "GPSLatitude", POSITION },
    { NS_EXIF, "GPSLongitude", POSITION },
};

struct reading {
    xmlTextReaderPtr reader;
    struct arena *arena;
    struct buf values[NO_PROPERTY]; /* what was found of each, items of a list separated by ", " */
    enum property open;             /* the element that we are in */
    int open_depth;
    struct buf text; /* of the item that we are in */
};

static struct str of_xml(const xmlChar *z)
{
    return z ? str_of((const char *)z) : STR_NONE;
}

static enum property property_of(struct str space, struct str name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal(name, str_of(names[i].name)) && str_equal(space, str_of(names[i].space)))
            return names[i].property;
    return NO_PROPERTY;
}

static bool is_list(enum property p)
{
    return p == CREATOR || p == PERSON_SHOWN;
}

/* The first counts; of a list all do. */
static void found(struct reading *r, enum property p, struct str value)
{
    struct str line = said_line(r->arena, value);
    struct buf *b = &r->values[p];
    if (line.p == NULL || (b->n > 0 && !is_list(p)) || b->n + line.n + 2 > b->limit)
        return;
    if (b->n > 0)
        buf_add(b, STR(", "));
    buf_add(b, line);
}

static void item_end(struct reading *r)
{
    if (r->open != NO_PROPERTY && r->text.n > 0)
        found(r, r->open, buf_str(&r->text));
    buf_clear(&r->text);
}

static void attributes(struct reading *r, enum property element)
{
    for (int i = 0; i < HELPER_ITEMS_MAX && xmlTextReaderMoveToNextAttribute(r->reader) == 1; i++) {
        struct str space = of_xml(xmlTextReaderConstNamespaceUri(r->reader));
        struct str name = of_xml(xmlTextReaderConstLocalName(r->reader));
        struct str value = of_xml(xmlTextReaderConstValue(r->reader));
        enum property p = property_of(space, name);
        if (p != NO_PROPERTY)
            found(r, p, value);
        else if (element != NO_PROPERTY && str_equal(name, STR("resource")) && str_equal(space, STR(NS_RDF)))
            found(r, element, value);
    }
    xmlTextReaderMoveToElement(r->reader);
}

static void element_begin(struct reading *r)
{
    int depth = xmlTextReaderDepth(r->reader);
    bool empty = xmlTextReaderIsEmptyElement(r->reader) == 1;
    enum property p =
        property_of(of_xml(xmlTextReaderConstNamespaceUri(r->reader)), of_xml(xmlTextReaderConstLocalName(r->reader)));
    item_end(r);
    /* A list's item may carry the value as its rdf:resource. */
    attributes(r, p != NO_PROPERTY ? p : r->open);
    if (p != NO_PROPERTY && !empty) {
        r->open = p;
        r->open_depth = depth;
    }
}

static void element_end(struct reading *r)
{
    item_end(r);
    if (r->open != NO_PROPERTY && xmlTextReaderDepth(r->reader) <= r->open_depth)
        r->open = NO_PROPERTY;
}

/* False: this document is not one. */
static bool node(struct reading *r)
{
    if (xmlTextReaderDepth(r->reader) > HELPER_DEPTH_MAX)
        return false;
    switch (xmlTextReaderNodeType(r->reader)) {
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY:
    case XML_READER_TYPE_ENTITY_REFERENCE: return false;
    case XML_READER_TYPE_ELEMENT: element_begin(r); return true;
    case XML_READER_TYPE_END_ELEMENT: element_end(r); return true;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        if (r->open != NO_PROPERTY)
            buf_add(&r->text, said_cut(of_xml(xmlTextReaderConstValue(r->reader)), r->text.limit - r->text.n));
        return true;
    default: /* comments, spaces and their kind */ return true;
    }
}

static struct str behind_slash(struct str s)
{
    for (size_t i = s.n; i-- > 0;)
        if (s.p[i] == '/')
            return str_slice(s, i + 1, s.n);
    return s;
}

static void settle(struct reading *r, struct said *out)
{
    struct str *texts[MEDIA_FACTS_TEXTS];
    media_facts_texts(&out->facts, texts);
    for (int p = CREATOR; p < POSITION; p++) {
        struct str value = r->values[p].n ? buf_str(&r->values[p]) : STR_NONE;
        if (p == SOURCE_TYPE || p == MODEL_RELEASE)
            value = behind_slash(value);
        if (value.n > 0 && texts[p]->p == NULL)
            *texts[p] = said_line(r->arena, value);
    }
    out->facts.position = out->facts.position || r->values[POSITION].n > 0;
}

/*
 * Whether anything is declared: what begins with "<!" and is neither a comment nor CDATA. Entities in attributes are
 * put in by libxml2 itself, so a document type must not even be begun. A NUL: it is no UTF-8, and would be read
 * otherwise.
 */
static bool declares(struct str s)
{
    if (memchr(s.p, 0, s.n) != NULL)
        return true;
    for (ptrdiff_t at = 0; (at = str_find(s, STR("<!"))) >= 0;) {
        s = str_slice(s, (size_t)at + 2, s.n);
        if (!str_starts(s, STR("--")) && !str_starts(s, STR("[CDATA[")))
            return true;
    }
    return false;
}

bool xmp_read(struct arena *arena, struct str bytes, struct said *out)
{
    while (bytes.n > 0 && (bytes.p[bytes.n - 1] == '\0' || bytes.p[bytes.n - 1] == '\n'))
        bytes.n--;
    if (bytes.n == 0)
        return true;
    if (bytes.n > HELPER_XMP_MAX || declares(bytes))
        return false;
    struct reading r = { .arena = arena, .open = NO_PROPERTY };
    r.reader = xmlReaderForMemory(bytes.p, (int)bytes.n, NULL, "UTF-8",
                                  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (r.reader == NULL)
        return false;
    /* Longer lists are cut: facts.h has room for one line. */
    for (int p = 0; p < NO_PROPERTY; p++)
        buf_init(&r.values[p], arena, 2 * MEDIA_TEXT_MAX);
    buf_init(&r.text, arena, 4 * MEDIA_TEXT_MAX);
    int got = 0;
    bool fine = true;
    while (fine && (got = xmlTextReaderRead(r.reader)) == 1)
        fine = node(&r);
    fine = fine && got == 0;
    xmlFreeTextReader(r.reader);
    if (fine)
        settle(&r, out);
    return fine;
}
