/*
 * An XML file as a small tree in an arena: elements, attributes, text, lines.
 *
 * Read by libxml2 with entities, document types, network and other files off:
 * a file with a document type is refused. UTF-8 only. Namespaces are looked
 * at only as far as the caller asks (the namespace of an element).
 */
#ifndef CANDOUR_DMN_XML_H
#define CANDOUR_DMN_XML_H

#include "base/status.h"
#include "base/str.h"

struct arena;

struct xml_attribute {
    struct str name, value; /* without a prefix */
    bool foreign;           /* of a namespace of its own */
};
struct xml {
    struct str name, space; /* the local name, and the address of its namespace */
    int line;
    struct str text; /* all text directly inside, joined */
    const struct xml_attribute *attributes;
    size_t attributes_n;
    const struct xml *children; /* the first */
    const struct xml *next;     /* beside it */
};

enum status xml_read(struct arena *arena, struct str bytes, struct xml **out, struct fault *fault);
/* The value of an attribute without a namespace; STR_NONE where there is none. */
struct str xml_attribute(const struct xml *xml, const char *name);
/* The same of one with a namespace: xsi:type. */
struct str xml_foreign_attribute(const struct xml *xml, const char *name);
/* The first child of this name, or NULL. */
const struct xml *xml_child(const struct xml *xml, const char *name);
bool xml_is(const struct xml *xml, const char *name);
/* The next beside it that has the same name, or NULL. */
const struct xml *xml_again(const struct xml *xml);

#endif
