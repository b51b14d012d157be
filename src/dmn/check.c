/*
 * What is wrong with a model (dmn_check in dmn.h): names, circles, and then the logic of each element, in the order of
 * the files. Kinds are in check_type.c, tables in check_table.c and check_axis.c.
 *
 * Models are hostile: nothing here follows requirements by calling itself, and every table has bounds.
 */
#include "dmn/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/limits.h"
#include "base/banned.h"

enum {
    FINDING_MAX = 1000,
    CONSTANT_DEPTH_MAX = 200,
    CONSTANT_STEPS = 100 * 1000,
    SCRATCH_MAX = 4 * DMN_CHECK_TABLE_MAX
};

struct dmn_finding *check_found(struct checking *c, enum dmn_severity severity, enum dmn_finding_kind kind, int line,
                                const char *format, ...)
{
    char words[FINDING_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct dmn_finding *room = ARENA_PUSH(c->arena, c->findings, c->n, c->cap);
    if (room)
        *room = (struct dmn_finding){ .severity = severity,
                                      .kind = kind,
                                      .file = c->element->file->given.name,
                                      .where = c->element->name,
                                      .words = str_copy(c->arena, str_of(words)),
                                      .line = line };
    return room;
}

void check_rules(struct checking *c, struct dmn_finding *finding, size_t a, size_t b)
{
    size_t *rules = ARENA_ARRAY(c->arena, 2, size_t);
    if (!rules)
        return;
    rules[0] = a;
    rules[1] = b;
    finding->rules = rules;
    finding->rules_n = b > 0 ? 2 : 1;
}

const char *dmn_finding_name(enum dmn_finding_kind kind)
{
    static const char *const names[] = { [DMN_FOUND_FAULT] = "fault",
                                         [DMN_FOUND_NAME] = "name",
                                         [DMN_FOUND_CYCLE] = "cycle",
                                         [DMN_FOUND_TYPE] = "type",
                                         [DMN_FOUND_GAP] = "gap",
                                         [DMN_FOUND_OVERLAP] = "overlap",
                                         [DMN_FOUND_UNREACHABLE] = "unreachable",
                                         [DMN_FOUND_LEFT_OUT] = "not-examined" };
    return names[kind];
}

/* ---- Constants ---- */

static bool is_constant(const struct node *node, int depth)
{
    if (!node || depth > CONSTANT_DEPTH_MAX)
        return false;
    if (node->kind == NODE_VALUE)
        return node->value.kind != FEEL_FUNCTION;
    if (node->kind == NODE_NEGATE)
        return is_constant(node->operand, depth + 1);
    if (node->kind == NODE_BINARY)
        return is_constant(node->binary.left, depth + 1) && is_constant(node->binary.right, depth + 1);
    if (node->kind == NODE_RANGE)
        return (!node->range.start || is_constant(node->range.start, depth + 1)) &&
               (!node->range.end || is_constant(node->range.end, depth + 1));
    if (node->kind == NODE_LIST) {
        for (size_t i = 0; i < node->list.n; i++)
            if (!is_constant(node->list.items[i], depth + 1))
                return false;
        return true;
    }
    if (node->kind != NODE_CALL || node->call.function->kind != NODE_VALUE ||
        node->call.function->value.kind != FEEL_FUNCTION)
        return false;
    const struct feel_function *function = node->call.function->value.function;
    if (function->form != FUNCTION_BUILTIN || str_equal(function->name, STR("today")) ||
        str_equal(function->name, STR("now")))
        return false;
    for (size_t i = 0; i < node->call.n; i++)
        if (!is_constant(node->call.arguments[i].value, depth + 1))
            return false;
    return true;
}

bool check_is_constant(const struct node *node)
{
    return is_constant(node, 0);
}

struct feel_value check_value(struct checking *c, const struct node *node)
{
    c->run.stopped = false;
    c->run.depth = 0;
    c->run.steps_left = CONSTANT_STEPS;
    struct feel_value value = run_node(&c->run, node, NULL);
    return c->run.stopped ? FEEL_NONE : value;
}

/* ---- Names ---- */

struct named {
    struct str name;
    const struct dmn_element *element;
    const struct xml *xml;
};

static int by_name(const void *a, const void *b)
{
    const struct named *na = a, *nb = b;
    int order = str_compare(na->name, nb->name);
    return order != 0 ? order : (na->xml->line > nb->xml->line) - (na->xml->line < nb->xml->line);
}

static void find_twice(struct checking *c, struct named *list, size_t n, const char *what)
{
    if (n > 1)
        qsort(list, n, sizeof *list, by_name);
    for (size_t i = 1; i < n; i++)
        if (str_equal(list[i - 1].name, list[i].name)) {
            c->element = list[i].element;
            struct dmn_finding *finding =
                check_found(c, DMN_ERROR, DMN_FOUND_NAME, list[i].xml->line,
                            "another %s of this file is called \"%.*s\" too (line %d): a name leads to one of them",
                            what, STR_ARG(list[i].name), list[i - 1].xml->line);
            if (finding)
                finding->where = list[i].name;
        }
}

/* Elements, and types, of one file by one name. */
static void check_names(struct checking *c)
{
    const struct dmn_model *model = c->model;
    size_t room = model->elements_n;
    for (size_t f = 0; f < model->files_n; f++)
        room = model->files[f].types_n > room ? model->files[f].types_n : room;
    struct named *list = ARENA_ARRAY(c->scratch, room + 1, struct named);
    for (size_t f = 0; list && f < model->files_n; f++) {
        const struct model_file *file = &model->files[f];
        /* What a type is said of: some element of the file, for the words; a file without one has no logic. */
        const struct dmn_element *any = NULL;
        size_t n = 0;
        for (size_t i = 0; i < model->elements_n; i++)
            if (model->elements[i].file == file) {
                any = &model->elements[i];
                list[n++] = (struct named){ any->name, any, any->xml };
            }
        find_twice(c, list, n, "element");
        n = 0;
        for (size_t i = 0; any && i < file->types_n; i++)
            list[n++] = (struct named){ file->types[i].name, any, file->types[i].xml };
        find_twice(c, list, n, "type");
    }
}

/* ---- Circles ---- */

enum colour { NOT_SEEN, OPEN, CLOSED };
struct way {
    size_t element, next; /* its next requirement */
};

static void say_circle(struct checking *c, const struct way *ways, size_t from, size_t to)
{
    struct buf words;
    bool decision = false;
    buf_init(&words, c->arena, FINDING_MAX);
    for (size_t i = from; i <= to; i++) {
        const struct dmn_element *element = &c->model->elements[ways[i].element];
        decision = decision || element->kind == DMN_DECISION;
        buf_format(&words, "%.*s needs ", STR_ARG(element->name));
    }
    if (!decision)
        return; /* functions may call each other */
    c->element = &c->model->elements[ways[from].element];
    struct dmn_finding *finding =
        check_found(c, DMN_ERROR, DMN_FOUND_CYCLE, c->element->line, "%s", "it needs itself, by way of others");
    buf_add(&words, c->element->name);
    if (finding && buf_ok(&words))
        finding->words = str_format(c->arena, "it needs itself: %.*s", STR_ARG(buf_str(&words)));
}

static void check_circles(struct checking *c)
{
    const struct dmn_model *model = c->model;
    struct way *ways = ARENA_ARRAY(c->scratch, model->elements_n + 1, struct way);
    unsigned char *colours = ARENA_ARRAY(c->scratch, model->elements_n + 1, unsigned char);
    for (size_t i = 0; ways && colours && i < model->elements_n; i++) {
        size_t depth = 0;
        if (colours[i] != NOT_SEEN)
            continue;
        ways[depth++] = (struct way){ i, 0 };
        colours[i] = OPEN;
        while (depth > 0) {
            struct way *way = &ways[depth - 1];
            const struct dmn_element *element = &model->elements[way->element];
            if (way->next == element->requirements_n) {
                colours[way->element] = CLOSED;
                depth--;
                continue;
            }
            size_t needed = element->requirements[way->next++].element->at;
            if (colours[needed] == OPEN && needed != way->element) {
                size_t from = depth - 1;
                while (ways[from].element != needed)
                    from--;
                say_circle(c, ways, from, depth - 1);
            } else if (colours[needed] == OPEN && element->kind == DMN_DECISION) {
                say_circle(c, ways, depth - 1, depth - 1);
            } else if (colours[needed] == NOT_SEEN) {
                colours[needed] = OPEN;
                ways[depth++] = (struct way){ needed, 0 };
            }
        }
    }
}

/* ---- Logic ---- */

static void check_element(struct checking *c, const struct dmn_element *element)
{
    const struct body *body = element->body;
    if (!body || !body->root)
        return;
    const struct feel_type **types = ARENA_ARRAY(c->scratch, (size_t)body->slots + 1, const struct feel_type *);
    if (!types)
        return;
    for (size_t i = 0; i < body->parameters_n; i++)
        types[i] = body->parameters[i].type;
    for (size_t i = 0; i < element->requirements_n; i++)
        if (element->requirements[i].element->kind == DMN_INPUT_DATA ||
            element->requirements[i].element->kind == DMN_DECISION)
            types[element->requirements[i].slot] = element->requirements[i].element->type;
    c->element = element;
    c->types = types;
    c->of_element = true;
    c->too_deep = false;
    check_body(c, body);
    check_gives(c, body->root, body->result, element->line, "the expression");
}

static bool take_faults(struct checking *c)
{
    for (size_t i = 0; i < c->model->faults_n; i++) {
        const struct dmn_fault *fault = &c->model->faults[i];
        struct dmn_finding *room = ARENA_PUSH(c->arena, c->findings, c->n, c->cap);
        if (!room)
            return false;
        *room = (struct dmn_finding){
            DMN_ERROR, DMN_FOUND_FAULT, fault->file, fault->where, fault->words, fault->line, NULL, 0, NULL, 0
        };
    }
    return true;
}

enum status dmn_check(struct arena *arena, const struct dmn_model *model, const struct dmn_finding **out, size_t *n,
                      struct fault *fault)
{
    struct checking c = {
        .model = model, .arena = arena, .scratch = arena_new(SCRATCH_MAX), .work_left = DMN_CHECK_WORK_MAX
    };
    if (!c.scratch)
        return fault_no_memory(fault);
    c.run = (struct run){ .arena = c.scratch, .where = STR("check") };
    bool good = take_faults(&c);
    if (good) {
        check_names(&c);
        check_circles(&c);
        good = !arena_failed(c.scratch);
    }
    for (size_t i = 0; good && i < model->elements_n; i++) {
        arena_reset(c.scratch);
        check_element(&c, &model->elements[i]);
        if (arena_failed(c.scratch) && !arena_failed(arena)) {
            c.element = &model->elements[i];
            check_found(&c, DMN_NOT_EXAMINED, DMN_FOUND_LEFT_OUT, c.element->line,
                        "parts of it: the check of one element takes at most %d MB", SCRATCH_MAX / 1024 / 1024);
        }
    }
    arena_free(c.scratch);
    if (arena_failed(arena) && arena_used(arena) > DMN_MODEL_MEMORY_MAX / 2)
        return fault_set(fault, STATUS_LIMIT, "The findings are more than the %d MB that a model may have: split it.",
                         DMN_MODEL_MEMORY_MAX / 1024 / 1024);
    if (!good || arena_failed(arena))
        return fault_no_memory(fault);
    *out = c.findings;
    *n = c.n;
    return STATUS_OK;
}
