/* Names and where they lead: scopes, captures, members. Promises: see parse.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/limits.h"
#include "dmn/parse_inside.h"
#include "base/banned.h"

enum { COMPLAINT_MAX = 400 };

bool members_look(struct members *members, size_t names)
{
    size_t left = DMN_NAME_LOOKS_MAX - members->looks;
    members->looks += names < left ? names : left;
    return names < left;
}

/* Where the name stands, or would; names that were chosen to stand in each other's way are looked at as others are. */
static uint32_t *member_place(struct members *members, struct str name)
{
    uint32_t hash = UINT32_C(0x811C9DC5); /* FNV-1a, 32 bits */
    for (size_t i = 0; i < name.n; i++)
        hash = (hash ^ (unsigned char)name.p[i]) * UINT32_C(0x01000193);
    size_t at = hash & (members->places_n - 1);
    while (members->places[at] != 0 && members_look(members, 1) &&
           !str_equal(members->names[members->places[at] - 1], name))
        at = (at + 1) & (members->places_n - 1);
    return &members->places[at];
}

/* Room for one more by its hash. False when memory is gone. */
static bool members_room(struct members *members)
{
    if (2 * (members->n + 1) < members->places_n)
        return true;
    size_t wanted = members->places_n == 0 ? 32 : members->places_n * 2;
    uint32_t *places = ARENA_ARRAY(members->arena, wanted, uint32_t);
    if (!places)
        return false;
    members->places = places;
    members->places_n = wanted;
    for (size_t i = 0; i < members->n; i++)
        *member_place(members, members->names[i]) = (uint32_t)i + 1;
    return true;
}

void members_add(struct members *members, struct str name)
{
    if (!members_room(members))
        return;
    uint32_t *place = member_place(members, name);
    if (*place != 0)
        return;
    if (members->n == DMN_MEMBERS_MAX) {
        members->full = true;
        return;
    }
    struct str *room = ARENA_PUSH(members->arena, members->names, members->n, members->cap);
    if (!room) {
        members->places_n = 0; /* the list is empty */
        return;
    }
    *room = name;
    *place = (uint32_t)members->n;
}

int maker_slot(struct maker *maker)
{
    return maker->slots++;
}

void complaints_add(struct complaints *complaints, struct str where, int line, const char *format, ...)
{
    char words[COMPLAINT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct complaint *room = ARENA_PUSH(complaints->arena, complaints->list, complaints->n, complaints->cap);
    if (room)
        *room = (struct complaint){ where, line, str_copy(complaints->arena, str_of(words)) };
}

/* The place in this body of a place in one outside of it. -1 when memory is gone. */
static int capture(struct members *members, struct maker *maker, const struct maker *owner, int slot)
{
    if (maker == owner)
        return slot;
    int from = capture(members, maker->outside, owner, slot);
    members_look(members, maker->captures_n);
    for (size_t i = 0; i < maker->captures_n && members->looks < DMN_NAME_LOOKS_MAX; i++)
        if (maker->captures[i].from == from)
            return maker->captures[i].to;
    struct node_capture *room = ARENA_PUSH(maker->arena, maker->captures, maker->captures_n, maker->captures_cap);
    if (!room)
        return -1;
    *room = (struct node_capture){ from, maker_slot(maker) };
    return room->to;
}

static const struct node *slot_node(struct parser *p, const struct scope *found)
{
    struct node *node = parser_node(p, NODE_SLOT);
    if (node)
        node->slot = capture(p->in->members, p->in->maker, found->maker, found->slot);
    return node;
}

static const struct node *resolve(struct parser *p, const struct scope *scope, struct str name)
{
    for (; scope && members_look(p->in->members, 1); scope = scope->before) {
        if (scope->name.p && str_equal(scope->name, name))
            return slot_node(p, scope);
        if (scope->name.p)
            continue;
        struct node *field = parser_node(p, NODE_FIELD);
        if (!field)
            return NULL;
        field->field.name = name;
        field->field.slot = capture(p->in->members, p->in->maker, scope->maker, scope->slot);
        field->field.outside = resolve(p, scope->before, name);
        return field;
    }
    const struct feel_function *function = builtin_find(name);
    if (!function)
        return NULL;
    struct node *node = parser_node(p, NODE_VALUE);
    if (node)
        node->value = (struct feel_value){ .kind = FEEL_FUNCTION, .function = function };
    return node;
}

static void longest(struct parser *p, struct str name, size_t *most, struct str *found)
{
    enum { NAMES_OF_LOOK = 12, BYTES_OF_NAME = 8 }; /* what it costs, beside a name that begins with another letter */
    const struct scan *scan = &p->scan;
    size_t looked = 0;
    bool begins = name.n > 0 && scan->at < scan->text.n && name.p[0] == scan->text.p[scan->at];
    if (!members_look(p->in->members, begins ? NAMES_OF_LOOK : 1) || !begins)
        return;
    size_t n = scan_name(scan, name, &looked);
    members_look(p->in->members, looked / BYTES_OF_NAME);
    if (n > *most) {
        *most = n;
        *found = name;
    }
}

static void longest_member(struct parser *p, size_t *most, struct str *found)
{
    for (size_t i = 0; i < p->in->members->n && p->in->members->looks < DMN_NAME_LOOKS_MAX; i++)
        longest(p, p->in->members->names[i], most, found);
}

/* The longest name that stands here and means something; STR_NONE: none does. *n is how many bytes it takes. */
static struct str known_name(struct parser *p, size_t *n)
{
    struct str found = STR_NONE;
    bool in_filter = false;
    *n = 0;
    for (const struct scope *scope = p->scope; scope && members_look(p->in->members, 1); scope = scope->before) {
        in_filter = in_filter || !scope->name.p;
        if (scope->name.p)
            longest(p, scope->name, n, &found);
    }
    for (size_t i = 0; i < builtin_names_n; i++)
        longest(p, builtin_names[i], n, &found);
    if (in_filter)
        longest_member(p, n, &found);
    return found;
}

size_t parser_known(struct parser *p)
{
    size_t n;
    known_name(p, &n);
    return n;
}

const struct node *parser_reference(struct parser *p)
{
    size_t n;
    struct str word = scan_word(&p->scan);
    struct str name = known_name(p, &n);
    if (n < word.n) { /* no name that there is begins with this word */
        name = word;
        n = word.n;
    }
    p->scan.at += n;
    const struct node *node = resolve(p, p->scope, name);
    if (node || arena_failed(p->in->arena))
        return node;
    if (!p->quiet)
        complaints_add(p->in->complaints, p->in->where, parser_line(p),
                       "nothing here is called \"%.*s\": a name is that of an input, decision or function that this "
                       "one requires, of "
                       "an entry before it, or of a parameter",
                       STR_ARG(name));
    struct node *unknown = parser_node(p, NODE_UNKNOWN);
    if (unknown)
        unknown->unknown = str_format(p->in->arena, "Nothing here is called \"%.*s\".", STR_ARG(name));
    return unknown;
}

struct str parser_member(struct parser *p)
{
    size_t n = 0;
    struct str name = STR_NONE, word;
    scan_space(&p->scan);
    word = scan_word(&p->scan);
    longest_member(p, &n, &name);
    if (n < word.n) {
        name = word;
        n = word.n;
    }
    p->scan.at += n;
    return n > 0 ? scan_name_of(p->in->arena, name) : STR_NONE;
}

const struct node *parse_name(const struct parsing *parsing, struct str name)
{
    struct parser p = { .in = parsing, .scope = parsing->scope };
    return resolve(&p, parsing->scope, name);
}

/* ---- Entries ---- */

static int by_name(const void *a, const void *b)
{
    return str_compare((*(const struct node_entry *const *)a)->name, (*(const struct node_entry *const *)b)->name);
}

bool parse_entries(const struct parsing *parsing, struct node *node, const struct node_entry *entries, size_t n)
{
    const struct node_entry **sorted = ARENA_ARRAY(parsing->arena, n + 1, const struct node_entry *);
    if (!sorted)
        return false;
    node->context.entries = entries;
    node->context.n = n;
    for (size_t i = 0; i < n; i++)
        sorted[i] = &entries[i];
    if (n > 0)
        qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 1; i < n && !node->context.twice.p; i++)
        if (str_equal(sorted[i - 1]->name, sorted[i]->name))
            node->context.twice = sorted[i]->name;
    return true;
}
