/*
 * A model from its files: elements of the requirements graph, what each needs, and their logic as trees. Promises: see
 * dmn.h.
 *
 * Files are hostile: sizes and depths are bounded (limits.h). A requirement that leads nowhere, an expression with a
 * fault, a circle: each is a fault with its line, and null where it is asked for; the rest of the model works.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/model.h"
#include "dmn/scan.h"
#include "base/banned.h"

enum { COMPLAINT_MAX = 400 };

void model_complain(struct dmn_model *model, const struct model_file *file, struct str where, int line,
                    const char *format, ...)
{
    char words[COMPLAINT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct dmn_fault *room = ARENA_PUSH(model->arena, model->faults, model->faults_n, model->faults_cap);
    if (room)
        *room = (struct dmn_fault){ file->given.name, where, str_copy(model->arena, str_of(words)), line };
}

static bool is_dmn(struct str space)
{
    return str_find(space, STR("www.omg.org/spec/DMN/")) >= 0;
}

static struct str attribute_name(struct dmn_model *model, const struct xml *xml, const char *attribute)
{
    struct str value = xml_attribute(xml, attribute);
    return value.p ? scan_name_of(model->arena, value) : STR("");
}

/* ---- Files ---- */

static enum status open_file(struct dmn_model *model, struct model_file *file, struct fault *fault)
{
    struct xml *xml;
    struct fault inner;
    enum status status = xml_read(model->arena, file->given.bytes, &xml, &inner);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%.*s: %s", STR_ARG(file->given.name), inner.text);
    if (!xml_is(xml, "definitions") || !is_dmn(xml->space))
        return fault_set(fault, STATUS_INVALID, "%.*s: line %d: this is not a DMN file; its first element is <%.*s>.",
                         STR_ARG(file->given.name), xml->line, STR_ARG(xml->name));
    file->xml = xml;
    file->name = attribute_name(model, xml, "name");
    file->space = xml_attribute(xml, "namespace");
    return STATUS_OK;
}

static struct model_file *file_of(struct dmn_model *model, struct str space)
{
    for (size_t i = 0; i < model->files_n; i++)
        if (str_equal(model->files[i].space, space))
            return &model->files[i];
    return NULL;
}

static void complain_of_import(struct dmn_model *model, struct model_file *file, const struct model_import *import,
                               const struct xml *xml)
{
    struct str place = xml_attribute(xml, "locationURI");
    for (size_t i = 0; i + 1 < file->imports_n && i < DMN_IMPORTS_MAX; i++)
        if (str_equal(file->imports[i].name, import->name) && import->name.n > 0)
            model_complain(model, file, import->name, xml->line,
                           "another import of this file has this name too: a name leads to one of them");
    if (import->file == file)
        model_complain(model, file, import->name, xml->line, "the file imports itself: take the import out");
    else if (import->file && import->file->also.p)
        model_complain(
            model, file, import->name, xml->line,
            "the namespace \"%.*s\" is that of %.*s and of %.*s: it leads to the first; take the other away, "
            "or give it another namespace",
            STR_ARG(import->space), STR_ARG(import->file->given.name), STR_ARG(import->file->also));
    else if (!import->file)
        model_complain(
            model, file, import->name, xml->line,
            "no file with the namespace \"%.*s\" was found beside this one: put it into the same folder%s%.*s%s"
            "%s%.*s",
            STR_ARG(import->space), place.n > 0 ? " (its location \"" : "", STR_ARG(place),
            place.n > 0 ? "\" is not followed)" : "", model->unread.p ? "; left out was " : "", STR_ARG(model->unread));
}

static bool find_imports(struct dmn_model *model, struct model_file *file)
{
    size_t cap = 0;
    for (const struct xml *child = xml_child(file->xml, "import"); child; child = xml_again(child)) {
        struct str type = xml_attribute(child, "importType");
        if (type.p && !is_dmn(type))
            continue;
        struct model_import *room = ARENA_PUSH(model->arena, file->imports, file->imports_n, cap);
        if (!room)
            return false;
        *room = (struct model_import){ attribute_name(model, child, "name"), xml_attribute(child, "namespace"), NULL };
        room->file = file_of(model, room->space);
        complain_of_import(model, file, room, child);
    }
    return true;
}

static bool find_types(struct dmn_model *model, struct model_file *file)
{
    size_t cap = 0;
    for (const struct xml *child = xml_child(file->xml, "itemDefinition"); child; child = xml_again(child)) {
        struct model_type *room = ARENA_PUSH(model->arena, file->types, file->types_n, cap);
        if (!room)
            return false;
        *room = (struct model_type){ .name = attribute_name(model, child, "name"), .xml = child };
    }
    return true;
}

static bool find_elements(struct dmn_model *model, struct model_file *file, size_t *cap)
{
    static const struct {
        const char *name;
        enum dmn_element_kind kind;
    } kinds[] = { { "inputData", DMN_INPUT_DATA },
                  { "decision", DMN_DECISION },
                  { "businessKnowledgeModel", DMN_BUSINESS_KNOWLEDGE_MODEL },
                  { "decisionService", DMN_DECISION_SERVICE } };
    for (const struct xml *child = file->xml->children; child; child = child->next)
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            if (!xml_is(child, kinds[i].name))
                continue;
            struct dmn_element *room = ARENA_PUSH(model->arena, model->elements, model->elements_n, *cap);
            if (!room)
                return false;
            const struct xml *variable = xml_child(child, "variable");
            *room = (struct dmn_element){ .kind = kinds[i].kind,
                                          .at = model->elements_n - 1,
                                          .file = file,
                                          .id = xml_attribute(child, "id"),
                                          .name = attribute_name(model, child, "name"),
                                          .line = child->line,
                                          .xml = child };
            room->variable = variable ? attribute_name(model, variable, "name") : room->name;
            if (room->variable.n == 0)
                room->variable = room->name;
            if (model->elements_n > DMN_ELEMENTS_MAX)
                return true; /* build() refuses it */
            members_add(&model->members, room->variable);
        }
    return true;
}

/* ---- Requirements ---- */

/* "#id" of this file, or "namespace#id". */
static const struct dmn_element *referred(struct compiling *c, const struct xml *xml)
{
    struct str href = xml_attribute(xml, "href"), space;
    if (!href.p || !str_cut(&href, '#', &space))
        return NULL;
    if (space.n == 0)
        space = c->file->space;
    for (size_t i = 0; i < c->model->elements_n && members_look(&c->model->members, 1); i++) {
        const struct dmn_element *element = &c->model->elements[i];
        if (str_equal(element->id, href) && str_equal(element->file->space, space))
            return element;
    }
    model_complain(c->model, c->file, c->parsing.where, xml->line, "it needs \"%.*s\", and nothing has this id",
                   STR_ARG(xml_attribute(xml, "href")));
    return NULL;
}

struct str model_qualified(struct compiling *c, const struct dmn_element *element)
{
    if (element->file == c->file)
        return element->variable;
    for (size_t i = 0; i < c->file->imports_n; i++)
        if (c->file->imports[i].file == element->file && c->file->imports[i].name.n > 0)
            return str_format(c->model->arena, "%.*s.%.*s", STR_ARG(c->file->imports[i].name),
                              STR_ARG(element->variable));
    return element->variable;
}

/* Each element that is needed has a slot of the body, and its name leads there. False when memory is gone. */
static bool take_requirements(struct compiling *c, const char *holder_name)
{
    static const char *const kinds[] = { "requiredInput", "requiredDecision", "requiredKnowledge", NULL };
    struct dmn_element *element = c->element;
    size_t n = element->requirements_n, cap = n;
    struct requirement *list = n > 0 ? ARENA_ARRAY(c->model->arena, n, struct requirement) : NULL;
    if (n > 0 && !list)
        return false;
    for (size_t i = 0; i < n; i++)
        list[i] = element->requirements[i];
    for (const struct xml *holder = xml_child(element->xml, holder_name); holder; holder = xml_again(holder))
        for (size_t i = 0; kinds[i]; i++) {
            const struct xml *reference = xml_child(holder, kinds[i]);
            const struct dmn_element *needed = reference ? referred(c, reference) : NULL;
            if (!needed)
                continue;
            struct requirement *room = ARENA_PUSH(c->model->arena, list, n, cap);
            if (!room)
                return false;
            *room = (struct requirement){ needed, maker_slot(c->parsing.maker) };
            if (!model_enter(c, model_qualified(c, needed), room->slot))
                return false;
        }
    element->requirements = list;
    element->requirements_n = n;
    return true;
}

/* ---- Logic ---- */

static const struct feel_type *variable_type(struct compiling *c, const struct dmn_element *element)
{
    const struct xml *variable = xml_child(element->xml, "variable");
    return variable ? model_type_of(c, variable) : NULL;
}

static bool compile_decision(struct compiling *c)
{
    struct body *body = ARENA_NEW(c->model->arena, struct body);
    const struct xml *expression = model_expression_in(c->element->xml);
    if (!body || !take_requirements(c, "informationRequirement") || !take_requirements(c, "knowledgeRequirement"))
        return false;
    body->root = expression ? model_expression(c, expression)
                            : parse_fault(&c->parsing, c->element->line, "the decision has no expression");
    body->result = c->element->type;
    body->slots = c->parsing.maker->slots;
    c->element->body = body;
    return body->root != NULL;
}

/* The parameters are the first slots; then come the functions that it needs. */
static bool compile_knowledge(struct compiling *c)
{
    struct body *body = ARENA_NEW(c->model->arena, struct body);
    const struct xml *logic = xml_child(c->element->xml, "encapsulatedLogic");
    const struct xml *expression = logic ? model_expression_in(logic) : NULL;
    struct node_parameter *parameters = NULL;
    size_t n = 0, cap = 0;
    if (!body)
        return false;
    for (const struct xml *child = logic ? xml_child(logic, "formalParameter") : NULL; child;
         child = xml_again(child)) {
        struct node_parameter *room = ARENA_PUSH(c->model->arena, parameters, n, cap);
        if (!room)
            return false;
        const struct feel_type *type = model_type_of(c, child);
        *room = (struct node_parameter){ attribute_name(c->model, child, "name"), type ? type : &feel_type_any };
        maker_slot(c->parsing.maker);
    }
    /* It may call itself; names of what it needs stand outside of the parameters' names. */
    struct requirement *itself = ARENA_NEW(c->model->arena, struct requirement);
    if (!itself)
        return false;
    *itself = (struct requirement){ c->element, maker_slot(c->parsing.maker) };
    c->element->requirements = itself;
    c->element->requirements_n = 1;
    if (!model_enter(c, c->element->variable, itself->slot))
        return false;
    if (!take_requirements(c, "knowledgeRequirement"))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!model_enter(c, parameters[i].name, (int)i))
            return false;
    struct str kind = logic ? xml_attribute(logic, "kind") : STR_NONE;
    bool ours = !kind.p || str_equal(kind, STR("FEEL"));
    if (!ours)
        model_complain(c->model, c->file, c->element->name, c->element->line,
                       "a function of the kind %.*s is not run; it gives null", STR_ARG(kind));
    else
        body->root = expression ? model_expression(c, expression)
                                : parse_fault(&c->parsing, c->element->line, "the knowledge model has no expression");
    body->parameters = parameters;
    body->parameters_n = n;
    /* The type of the variable is that of the function, or, in older files, of what it gives. */
    body->result =
        c->element->type && c->element->type->form == TYPE_FUNCTION ? c->element->type->of : c->element->type;
    body->slots = c->parsing.maker->slots;
    c->element->body = body;
    return !ours || body->root;
}

static bool collect(struct compiling *c, const char *name, const struct dmn_element ***list, size_t *n, size_t *cap)
{
    for (const struct xml *child = xml_child(c->element->xml, name); child; child = xml_again(child)) {
        const struct dmn_element *element = referred(c, child);
        if (!element)
            continue;
        const struct dmn_element **room = ARENA_PUSH(c->model->arena, *list, *n, *cap);
        if (!room)
            return false;
        *room = element;
    }
    return true;
}

static bool compile_service(struct compiling *c)
{
    struct dmn_service *service = &c->element->service;
    const struct dmn_element **outputs = NULL, **parameters = NULL;
    size_t outputs_cap = 0, parameters_cap = 0;
    if (!collect(c, "outputDecision", &outputs, &service->outputs_n, &outputs_cap) ||
        !collect(c, "inputData", &parameters, &service->parameters_n, &parameters_cap) ||
        !collect(c, "inputDecision", &parameters, &service->parameters_n, &parameters_cap))
        return false;
    const struct feel_type *type = c->element->type;
    service->result = type && type->form == TYPE_FUNCTION ? type->of : type;
    service->outputs = outputs;
    service->parameters = parameters;
    return true;
}

static const struct feel_type *type_by_name(void *self, struct str name)
{
    return model_type_named(self, name);
}

static bool compile(struct dmn_model *model, struct dmn_element *element, struct model_file *file)
{
    struct maker maker = { .arena = model->arena };
    struct complaints complaints = { .arena = model->arena };
    struct compiling c = { .model = model, .file = file, .element = element };
    bool good = true;
    c.parsing = (struct parsing){ .arena = model->arena,
                                  .members = &model->members,
                                  .complaints = &complaints,
                                  .type_named = type_by_name,
                                  .self = &c,
                                  .maker = &maker,
                                  .where = element->name };
    element->type = variable_type(&c, element);
    switch (element->kind) {
    case DMN_INPUT_DATA: break;
    case DMN_DECISION: good = compile_decision(&c); break;
    case DMN_BUSINESS_KNOWLEDGE_MODEL: good = compile_knowledge(&c); break;
    case DMN_DECISION_SERVICE: good = compile_service(&c); break;
    }
    for (size_t i = 0; i < complaints.n; i++)
        model_complain(model, file, complaints.list[i].where, complaints.list[i].line, "%.*s",
                       STR_ARG(complaints.list[i].words));
    return good;
}

/* Every type is made before any expression is read: the names of its fields may stand in one. */
static void make_types(struct dmn_model *model, struct model_file *file)
{
    struct complaints complaints = { .arena = model->arena };
    struct compiling c = { .model = model, .file = file };
    c.parsing = (struct parsing){ .arena = model->arena,
                                  .members = &model->members,
                                  .complaints = &complaints,
                                  .type_named = type_by_name,
                                  .self = &c,
                                  .where = STR("types") };
    for (size_t i = 0; i < file->types_n; i++)
        model_type_named(&c, file->types[i].name);
    for (size_t i = 0; i < complaints.n; i++)
        model_complain(model, file, complaints.list[i].where, complaints.list[i].line, "%.*s",
                       STR_ARG(complaints.list[i].words));
}

/* False when memory is gone. *too_many: a bound was hit, and what is there is not whole. */
static bool build(struct dmn_model *model, bool *too_many)
{
    static const char *const properties[] = {
        "year",        "month",    "day",   "weekday",        "hour",         "minute", "second",
        "time offset", "timezone", "years", "months",         "days",         "hours",  "minutes",
        "seconds",     "start",    "end",   "start included", "end included", "key",    "value"
    };
    size_t cap = 0;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
        members_add(&model->members, str_of(properties[i]));
    for (size_t i = 0; i < model->files_n; i++)
        if (!find_imports(model, &model->files[i]) || !find_types(model, &model->files[i]) ||
            !find_elements(model, &model->files[i], &cap))
            return false;
    for (size_t i = 0; i < model->files_n; i++)
        *too_many =
            *too_many || model->files[i].imports_n > DMN_ELEMENTS_MAX || model->files[i].types_n > DMN_ELEMENTS_MAX;
    *too_many = *too_many || model->elements_n > DMN_ELEMENTS_MAX;
    if (*too_many)
        return true;
    for (size_t i = 0; i < model->files_n; i++)
        make_types(model, &model->files[i]);
    for (size_t i = 0; i < model->elements_n; i++) {
        struct model_file *file = file_of(model, model->elements[i].file->space);
        if (!file || !compile(model, &model->elements[i], file))
            return false;
    }
    return !arena_failed(model->arena);
}

/* The files that are imported from the first one, directly or not; the others, and what cannot be read, are left out.
 */
static void keep_imported(struct dmn_model *model, bool *wanted)
{
    size_t kept = 0;
    wanted[0] = true;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < model->files_n; i++)
            for (const struct xml *child = wanted[i] ? xml_child(model->files[i].xml, "import") : NULL; child;
                 child = xml_again(child)) {
                struct model_file *file = file_of(model, xml_attribute(child, "namespace"));
                if (!file || wanted[file - model->files])
                    continue;
                wanted[file - model->files] = more = true;
            }
    }
    for (size_t i = 0; i < model->files_n; i++)
        if (wanted[i])
            model->files[kept++] = model->files[i];
    model->files_n = kept;
}

/* The machine's memory is gone, or, much more likely, the arena's. */
static enum status no_memory(const struct arena *arena, struct fault *fault)
{
    if (arena_used(arena) < DMN_MODEL_MEMORY_MAX / 2)
        return fault_no_memory(fault);
    return fault_set(fault, STATUS_LIMIT, "The model needs more memory than the %d MB that one may have: split it.",
                     DMN_MODEL_MEMORY_MAX / 1024 / 1024);
}

enum status dmn_model_read(struct arena *arena, const struct dmn_file *files, size_t files_n, struct dmn_model **out,
                           struct fault *fault)
{
    bool wanted[DMN_IMPORTS_MAX] = { false }, too_many = false;
    struct dmn_model *model = ARENA_NEW(arena, struct dmn_model);
    if (files_n == 0 || files_n > DMN_IMPORTS_MAX)
        return fault_set(fault, STATUS_LIMIT, "A model has at most %d files.", (int)DMN_IMPORTS_MAX);
    if (!model || !(model->files = ARENA_ARRAY(arena, files_n, struct model_file)))
        return fault_no_memory(fault);
    model->arena = arena;
    model->members.arena = arena;
    for (size_t i = 0; i < files_n; i++) {
        struct model_file *file = &model->files[model->files_n];
        struct fault other;
        file->given = (struct dmn_file){ str_copy(arena, files[i].name), files[i].bytes };
        enum status status = open_file(model, file, i == 0 ? fault : &other);
        if (status == STATUS_NO_MEMORY)
            return no_memory(arena, fault);
        if (status != STATUS_OK && i == 0)
            return status;
        struct model_file *same = status == STATUS_OK ? file_of(model, file->space) : NULL;
        if (status == STATUS_OK && !same)
            model->files_n++;
        else if (same && !same->also.p)
            same->also = file->given.name;
        else if (status != STATUS_OK && !model->unread.p)
            model->unread = str_copy(arena, str_of(other.text));
    }
    keep_imported(model, wanted);
    if (!build(model, &too_many))
        return no_memory(arena, fault);
    if (too_many || model->members.full)
        return fault_set(fault, STATUS_LIMIT,
                         "The model has more than %d elements, types or imports, or more than %d names of entries.",
                         (int)DMN_ELEMENTS_MAX, (int)DMN_MEMBERS_MAX);
    if (model->members.looks == DMN_NAME_LOOKS_MAX)
        return fault_set(fault, STATUS_LIMIT,
                         "The model has too many names that lead to too many others (more than %d looks): split it.",
                         (int)DMN_NAME_LOOKS_MAX);
    *out = model;
    return STATUS_OK;
}

const struct dmn_fault *dmn_model_faults(const struct dmn_model *model, size_t *n)
{
    *n = model->faults_n;
    return model->faults;
}

struct str dmn_model_name(const struct dmn_model *model)
{
    return model->files[0].name;
}

struct str dmn_model_namespace(const struct dmn_model *model)
{
    return model->files[0].space;
}

size_t dmn_model_elements(const struct dmn_model *model)
{
    return model->elements_n;
}

const struct dmn_element *dmn_model_element(const struct dmn_model *model, size_t i)
{
    return &model->elements[i];
}

const struct dmn_element *dmn_model_find(const struct dmn_model *model, struct str space, struct str name)
{
    for (size_t i = 0; i < model->elements_n; i++) {
        const struct dmn_element *element = &model->elements[i];
        if (str_equal(element->name, name) &&
            (space.p ? str_equal(element->file->space, space) : element->file == &model->files[0]))
            return element;
    }
    return NULL;
}

enum dmn_element_kind dmn_element_kind(const struct dmn_element *element)
{
    return element->kind;
}

struct str dmn_element_name(const struct dmn_element *element)
{
    return element->name;
}

const struct feel_type *dmn_element_type(const struct dmn_element *element)
{
    return element->type;
}

const struct dmn_element *dmn_element_need(const struct dmn_element *element, size_t i)
{
    return i < element->requirements_n ? element->requirements[i].element : NULL;
}

struct str dmn_element_namespace(const struct dmn_element *element)
{
    return element->file->space;
}
