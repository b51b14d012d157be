/* Item definitions (DMN 1.5, 7.3.2): from elements to types, each when it is first asked for. */
#include "base/arena.h"
#include "dmn/model.h"
#include "dmn/scan.h"
#include "base/banned.h"

/* Any where it cannot be made. */
static const struct feel_type *make(struct compiling *c, const struct xml *xml, int depth);

enum { TYPE_DEPTH_MAX = 50 };

static const struct feel_type *in_file(struct compiling *c, struct model_file *file, struct str name)
{
    for (size_t i = 0; i < file->types_n && members_look(&c->model->members, 1); i++) {
        struct model_type *type = &file->types[i];
        if (!str_equal(type->name, name))
            continue;
        if (type->state == TYPE_NOT_MADE && c->type_depth >= TYPE_DEPTH_MAX) {
            model_complain(c->model, file, type->name, type->xml->line, "types are too deep in each other");
            return &feel_type_any;
        }
        if (type->state == TYPE_NOT_MADE) {
            struct model_file *before = c->file;
            type->state = TYPE_IN_HAND;
            c->file = file;
            c->type_depth++;
            type->type = *make(c, type->xml, 0);
            type->type.name = type->name;
            c->file = before;
            c->type_depth--;
            type->state = TYPE_MADE;
        }
        return &type->type; /* also while it is in hand, and not filled yet: a type may hold lists of itself */
    }
    return NULL;
}

static struct model_file *file_of(struct compiling *c, struct str space)
{
    for (size_t i = 0; i < c->model->files_n; i++)
        if (str_equal(c->model->files[i].space, space))
            return &c->model->files[i];
    return NULL;
}

const struct feel_type *model_type_named(struct compiling *c, struct str name)
{
    const struct feel_type *type = in_file(c, c->file, name);
    if (!type)
        type = feel_type_named(name);
    for (size_t i = 0; !type && i < c->file->imports_n; i++) {
        const struct model_import *import = &c->file->imports[i];
        struct model_file *file = file_of(c, import->space);
        if (file && import->name.n == 0 && (type = in_file(c, file, name)))
            break;
        if (!file || import->name.n == 0 || !str_starts(name, import->name) || name.n <= import->name.n ||
            name.p[import->name.n] != '.')
            continue;
        type = in_file(c, file, str_slice(name, import->name.n + 1, name.n));
    }
    return type;
}

/* "feel:string" and "tns:tName" of older files: the prefix says nothing that the name does not. */
static const struct feel_type *by_words(struct compiling *c, struct str words)
{
    struct str name = scan_name_of(c->model->arena, words);
    const struct feel_type *type = model_type_named(c, name);
    ptrdiff_t colon = str_find_byte(name, ':');
    if (!type && colon > 0)
        type = model_type_named(c, str_trim(str_slice(name, (size_t)colon + 1, name.n)));
    return type;
}

const struct feel_type *model_type_of(struct compiling *c, const struct xml *xml)
{
    struct str words = xml_attribute(xml, "typeRef");
    const struct xml *child = xml_child(xml, "typeRef");
    if (!words.p && child)
        words = child->text;
    if (!words.p || str_trim(words).n == 0)
        return NULL;
    const struct feel_type *type = by_words(c, words);
    if (!type)
        model_complain(c->model, c->file, c->parsing.where, xml->line,
                       "there is no type \"%.*s\": a type is an item definition of the model, string, number, boolean, "
                       "date, time, "
                       "date and time, days and time duration, years and months duration, or Any",
                       STR_ARG(words));
    return type;
}

/* The tests in an element, with "?" in slot 0, for a type that has none yet. */
static void take_tests(struct compiling *c, const struct xml *holder, struct feel_type *type)
{
    const struct xml *text = holder ? xml_child(holder, "text") : NULL;
    if (!text)
        return;
    struct maker maker = { .arena = c->model->arena };
    struct parsing before = c->parsing;
    int slot = maker_slot(&maker);
    c->parsing.maker = &maker;
    c->parsing.scope = NULL;
    c->parsing.line = text->line;
    parse_unary_tests(&c->parsing, text->text, slot, &type->allowed);
    type->slots = maker.slots;
    c->parsing = before;
}

/* The type with the tests of one element more: what it narrows holds besides. */
static struct feel_type *narrowed(struct compiling *c, struct feel_type *type, const struct xml *holder)
{
    if (!holder)
        return type;
    if (type->allowed || type->narrows) {
        struct feel_type *narrower = ARENA_NEW(c->model->arena, struct feel_type);
        if (!narrower)
            return type;
        *narrower = *type;
        narrower->allowed = NULL;
        narrower->narrows = type;
        type = narrower;
    }
    take_tests(c, holder, type);
    return type;
}

static bool take_fields(struct compiling *c, const struct xml *xml, struct feel_type *type, const char *child_name,
                        int depth)
{
    struct feel_field *fields = NULL;
    size_t n = 0, cap = 0;
    for (const struct xml *child = xml_child(xml, child_name); child; child = xml_again(child)) {
        struct str name = xml_attribute(child, "name");
        const struct feel_type *inner = make(c, child, depth + 1);
        struct feel_field *room = ARENA_PUSH(c->model->arena, fields, n, cap);
        if (!room)
            return false;
        *room = (struct feel_field){ name.p ? scan_name_of(c->model->arena, name) : STR(""), inner };
        members_add(&c->model->members, room->name);
    }
    type->fields = fields;
    type->n = n;
    return true;
}

/* Of one item: with entries, a function, or another type. */
static const struct feel_type *make_item(struct compiling *c, const struct xml *xml, int depth)
{
    const struct xml *function = xml_child(xml, "functionItem");
    bool components = xml_child(xml, "itemComponent") != NULL;
    /* Of a list, allowed values are those of its items, and a constraint is one of the list. */
    bool is_list = str_equal(xml_attribute(xml, "isCollection"), STR("true"));
    const struct xml *values = xml_child(xml, "allowedValues");
    const struct xml *constraint = is_list ? NULL : xml_child(xml, "typeConstraint");
    const struct feel_type *base = components || function ? NULL : model_type_of(c, xml);
    if (!components && !function && !values && !constraint)
        return base ? base : &feel_type_any;
    struct feel_type *type = ARENA_NEW(c->model->arena, struct feel_type);
    if (!type)
        return &feel_type_any;
    *type = base ? *base : feel_type_any;
    type->name = STR_NONE;
    if (components) {
        type->form = TYPE_CONTEXT;
        take_fields(c, xml, type, "itemComponent", depth);
    } else if (function) {
        struct str result = xml_attribute(function, "outputTypeRef");
        type->form = TYPE_FUNCTION;
        take_fields(c, function, type, "parameters", depth);
        type->of = result.p ? by_words(c, result) : NULL;
        if (!type->of)
            type->of = &feel_type_any;
    }
    return narrowed(c, narrowed(c, type, values), constraint);
}

static const struct feel_type *make(struct compiling *c, const struct xml *xml, int depth)
{
    if (depth > TYPE_DEPTH_MAX) {
        model_complain(c->model, c->file, c->parsing.where, xml->line, "types are too deep in each other");
        return &feel_type_any;
    }
    const struct feel_type *item = make_item(c, xml, depth);
    if (!str_equal(xml_attribute(xml, "isCollection"), STR("true")))
        return item;
    struct feel_type *list = ARENA_NEW(c->model->arena, struct feel_type);
    if (!list)
        return item;
    *list = (struct feel_type){ .form = TYPE_LIST, .of = item };
    return narrowed(c, list, xml_child(xml, "typeConstraint"));
}
