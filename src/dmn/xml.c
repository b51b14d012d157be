/* XML into a tree. Promises: see xml.h. */
#include "dmn/xml.h"

#include <libxml/xmlreader.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dmn/limits.h"
#include "dmn/parse.h"
#include "base/banned.h"

struct open_element {
    struct xml *xml;
    struct xml *last; /* of its children */
    struct buf text;  /* on the heap; only that of an element without others inside is kept */
};
struct reading {
    struct arena *arena;
    xmlTextReaderPtr reader;
    struct open_element stack[DMN_XML_DEPTH_MAX];
    int depth;
    struct xml *root;
    bool failed; /* a text, or the parser, did not fit into memory */
};

/* The parser has names and values of everything, but where its memory is gone. */
static struct str copy(struct reading *r, const xmlChar *z)
{
    if (!z)
        r->failed = true;
    return z ? str_copy(r->arena, str_of((const char *)z)) : STR_NONE;
}

/* The same as a neighbour's, where it is: most elements of a file have few names and one namespace. */
static struct str copy_or(struct reading *r, const xmlChar *z, struct str other)
{
    return z && other.p && str_equal(other, str_of((const char *)z)) ? other : copy(r, z);
}

static bool take_attributes(struct reading *r, struct xml *xml)
{
    struct xml_attribute *list = NULL;
    size_t cap = 0;
    while (xmlTextReaderMoveToNextAttribute(r->reader) == 1) {
        if (xmlTextReaderIsNamespaceDecl(r->reader) == 1)
            continue;
        struct xml_attribute *room = ARENA_PUSH(r->arena, list, xml->attributes_n, cap);
        if (!room)
            return false;
        room->name = copy(r, xmlTextReaderConstLocalName(r->reader));
        room->value = copy(r, xmlTextReaderConstValue(r->reader));
        room->foreign = xmlTextReaderConstNamespaceUri(r->reader) != NULL;
    }
    xml->attributes = list;
    xmlTextReaderMoveToElement(r->reader);
    return true;
}

static void close_element(struct reading *r)
{
    struct open_element *open = &r->stack[--r->depth];
    bool leaf = !open->xml->children && open->text.n > 0 && buf_ok(&open->text);
    open->xml->text = leaf ? str_copy(r->arena, buf_str(&open->text)) : STR("");
    if (open->text.failed)
        r->failed = true;
    buf_free(&open->text);
}

/* Where the tag ends: the parser itself may be further on already. A node has no lines above 65,534. */
static int line_of(struct reading *r)
{
    enum { LINES_OF_NODES = 65534 };
    xmlNodePtr node = xmlTextReaderCurrentNode(r->reader);
    long line = node ? xmlGetLineNo(node) : 0;
    return line > 0 && line <= LINES_OF_NODES ? (int)line : xmlTextReaderGetParserLineNumber(r->reader);
}

static enum status open_element(struct reading *r, struct fault *fault)
{
    struct xml *xml = ARENA_NEW(r->arena, struct xml);
    bool empty = xmlTextReaderIsEmptyElement(r->reader) == 1;
    if (r->depth == DMN_XML_DEPTH_MAX)
        return fault_set(fault, STATUS_LIMIT, "line %d: elements are more than %d deep in each other.",
                         xmlTextReaderGetParserLineNumber(r->reader), (int)DMN_XML_DEPTH_MAX);
    if (!xml)
        return fault_no_memory(fault);
    struct open_element *outside = r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
    struct str name = outside && outside->last ? outside->last->name : STR_NONE;
    struct str space = outside ? outside->xml->space : STR_NONE;
    xml->name = copy_or(r, xmlTextReaderConstLocalName(r->reader), name);
    const xmlChar *uri = xmlTextReaderConstNamespaceUri(r->reader);
    xml->space = uri ? copy_or(r, uri, space) : STR_NONE;
    xml->line = line_of(r);
    if (!take_attributes(r, xml))
        return fault_no_memory(fault);
    if (!outside) {
        r->root = xml;
    } else {
        if (outside->last)
            outside->last->next = xml;
        else
            outside->xml->children = xml;
        outside->last = xml;
    }
    r->stack[r->depth] = (struct open_element){ .xml = xml };
    buf_init(&r->stack[r->depth++].text, NULL, DMN_MODEL_MAX);
    if (empty)
        close_element(r);
    return STATUS_OK;
}

static void add_text(struct reading *r, struct buf *text, const xmlChar *z)
{
    if (z)
        buf_add(text, str_of((const char *)z));
    else
        r->failed = true;
}

static enum status take_node(struct reading *r, struct fault *fault)
{
    switch (xmlTextReaderNodeType(r->reader)) {
    case XML_READER_TYPE_ELEMENT: return open_element(r, fault);
    case XML_READER_TYPE_END_ELEMENT:
        if (r->depth > 0)
            close_element(r);
        return STATUS_OK;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        if (r->depth > 0)
            add_text(r, &r->stack[r->depth - 1].text, xmlTextReaderConstValue(r->reader));
        return STATUS_OK;
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return fault_set(fault, STATUS_REFUSED, "line %d: a document type and its entities are not taken.",
                         xmlTextReaderGetParserLineNumber(r->reader));
    default: return STATUS_OK; /* comments, instructions */
    }
}

/* Nothing of libxml2 is printed; where it stopped is said by the caller. */
static void say_nothing(void *self, xmlErrorPtr error)
{
    struct reading *r = self;
    if (error && error->code == XML_ERR_NO_MEMORY)
        r->failed = true;
}

static void print_nothing(void *self, const char *format, ...)
{
    (void)self;
    (void)format;
}

/* Both are this thread's; before there is a reader, and where it cannot be made, they are what would be printed. */
static void be_quiet(struct reading *r)
{
    xmlSetStructuredErrorFunc(r, say_nothing);
    xmlSetGenericErrorFunc(NULL, print_nothing);
}

/* As it was; and the library forgets its last error, which has memory. */
static void be_loud(void)
{
    xmlSetStructuredErrorFunc(NULL, NULL);
    xmlSetGenericErrorFunc(NULL, NULL);
    xmlResetLastError();
}

enum status xml_read(struct arena *arena, struct str bytes, struct xml **out, struct fault *fault)
{
    enum status status = STATUS_OK;
    int more;
    struct reading *r = ARENA_NEW(arena, struct reading);
    if (!r)
        return fault_no_memory(fault);
    if (bytes.n > DMN_MODEL_MAX)
        return fault_set(fault, STATUS_LIMIT, "The file has more than %d MB.", DMN_MODEL_MAX / 1024 / 1024);
    if (!str_is_text(bytes))
        return fault_set(fault, STATUS_INVALID, "The file is not in UTF-8.");
    /* Before the parser reads it: what a document type could do is not even begun. */
    if (str_find(bytes, STR("!DOCTYPE")) >= 0)
        return fault_set(fault, STATUS_REFUSED, "A file with a document type is not taken.");
    r->arena = arena;
    be_quiet(r);
    r->reader = xmlReaderForMemory(bytes.p, (int)bytes.n, NULL, "UTF-8",
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES |
                                       XML_PARSE_NOCDATA);
    if (!r->reader) {
        be_loud();
        return fault_no_memory(fault);
    }
    xmlTextReaderSetStructuredErrorHandler(r->reader, say_nothing, r);
    while (status == STATUS_OK && (more = xmlTextReaderRead(r->reader)) == 1)
        status = take_node(r, fault);
    int line = xmlTextReaderGetParserLineNumber(r->reader);
    xmlFreeTextReader(r->reader);
    be_loud();
    for (int i = 0; i < r->depth; i++)
        buf_free(&r->stack[i].text);
    if (status != STATUS_OK)
        return status;
    if (arena_failed(arena) || r->failed)
        return fault_no_memory(fault);
    if (more != 0 || !r->root || r->depth != 0)
        return fault_set(fault, STATUS_INVALID, "line %d: the file is not well-formed XML.", line);
    *out = r->root;
    return STATUS_OK;
}

struct str xml_attribute(const struct xml *xml, const char *name)
{
    for (size_t i = 0; i < xml->attributes_n; i++)
        if (!xml->attributes[i].foreign && str_equal(xml->attributes[i].name, str_of(name)))
            return xml->attributes[i].value;
    return STR_NONE;
}

struct str xml_foreign_attribute(const struct xml *xml, const char *name)
{
    for (size_t i = 0; i < xml->attributes_n; i++)
        if (xml->attributes[i].foreign && str_equal(xml->attributes[i].name, str_of(name)))
            return xml->attributes[i].value;
    return STR_NONE;
}

bool xml_is(const struct xml *xml, const char *name)
{
    return str_equal(xml->name, str_of(name));
}

const struct xml *xml_child(const struct xml *xml, const char *name)
{
    for (const struct xml *child = xml->children; child; child = child->next)
        if (xml_is(child, name))
            return child;
    return NULL;
}

const struct xml *xml_again(const struct xml *xml)
{
    for (const struct xml *other = xml->next; other; other = other->next)
        if (str_equal(other->name, xml->name))
            return other;
    return NULL;
}
