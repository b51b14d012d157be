/* Literals, lists, ranges and contexts of FEEL's grammar: what begins with a sign that says what it is. */
#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/parse_inside.h"
#include "dmn/temporal.h"
#include "base/banned.h"

static const struct node *value_node(struct parser *p, struct feel_value value)
{
    struct node *node = parser_node(p, NODE_VALUE);
    if (node)
        node->value = value;
    return node;
}

static bool read_string(struct parser *p, struct str *out)
{
    struct buf text;
    buf_init(&text, p->in->arena, DMN_STRING_MAX);
    if (!scan_string(&p->scan, &text)) {
        parser_complain(p, "the text in quotes has no end, or a character after a backslash that there is not");
        return false;
    }
    *out = text.n > 0 ? buf_str(&text) : STR("");
    return true;
}

/* @"…": a date, a time, both, or a duration. */
static const struct node *at_literal(struct parser *p)
{
    struct str text;
    struct feel_moment moment;
    struct feel_value value = { 0 };
    bool is_months;
    if (!read_string(p, &text))
        return NULL;
    if (temporal_date_parse(text, &value.date)) {
        value.kind = FEEL_DATE;
    } else if (temporal_time_parse(p->in->arena, text, &value.time)) {
        value.kind = FEEL_TIME;
    } else if (temporal_duration_parse(text, &is_months, &value.days, &value.months)) {
        value.kind = is_months ? FEEL_MONTHS : FEEL_DAYS;
    } else if (temporal_moment_parse(p->in->arena, text, &moment)) {
        struct feel_moment *kept = ARENA_NEW(p->in->arena, struct feel_moment);
        if (!kept)
            return NULL;
        *kept = moment;
        value.kind = FEEL_DATE_AND_TIME;
        value.moment = kept;
    } else {
        return parse_fault(p->in, parser_line(p), "@\"%.*s\" is no date, time or duration", STR_ARG(text));
    }
    return value_node(p, value);
}

static const struct node *number_literal(struct parser *p)
{
    struct number number;
    struct str digits = scan_number(&p->scan);
    if (!number_parse(digits, &number)) {
        parser_complain(p, "that is no number, or too large");
        return NULL;
    }
    return value_node(p, feel_number(number));
}

/* ---- Lists, ranges, contexts ---- */

static const struct node *range_node(struct parser *p, enum feel_range_form form, const struct node *start,
                                     const struct node *end, bool start_in, bool end_in)
{
    struct node *node = parser_node(p, NODE_RANGE);
    if (!node)
        return NULL;
    node->range.form = form;
    node->range.start = start;
    node->range.end = end;
    node->range.start_in = start_in;
    node->range.end_in = end_in;
    return node;
}

const struct node *parser_range_end(struct parser *p, const struct node *start, bool start_in)
{
    bool outside = p->ends_range;
    p->ends_range = true;
    const struct node *end = parser_expression(p);
    p->ends_range = outside;
    if (!end)
        return NULL;
    bool end_in = scan_take(&p->scan, "]");
    if (!end_in && !scan_take(&p->scan, ")") && !scan_take(&p->scan, "[")) {
        parser_complain(p, "a range ends in \"]\", \")\" or \"[\"");
        return NULL;
    }
    return range_node(p, RANGE_INTERVAL, start, end, start_in, end_in);
}

const struct node *parser_open_range(struct parser *p, enum node_operator operation, const struct node *end)
{
    if (!end)
        return NULL;
    switch (operation) {
    case OPERATOR_LESS: return range_node(p, RANGE_LESS, NULL, end, false, false);
    case OPERATOR_LESS_EQUAL: return range_node(p, RANGE_LESS, NULL, end, false, true);
    case OPERATOR_GREATER: return range_node(p, RANGE_GREATER, end, NULL, false, false);
    case OPERATOR_GREATER_EQUAL: return range_node(p, RANGE_GREATER, end, NULL, true, false);
    case OPERATOR_EQUAL: return range_node(p, RANGE_EQUAL, end, end, true, true);
    case OPERATOR_UNEQUAL: return range_node(p, RANGE_UNEQUAL, end, end, false, false);
    case OPERATOR_ADD:
    case OPERATOR_SUBTRACT:
    case OPERATOR_MULTIPLY:
    case OPERATOR_DIVIDE:
    case OPERATOR_POWER:
    case OPERATOR_AND:
    case OPERATOR_OR: break;
    }
    return NULL;
}

static const struct node *parenthesis(struct parser *p)
{
    enum node_operator operation;
    bool outside = p->ends_range;
    p->ends_range = false;
    const struct node *inside = NULL;
    if (parser_comparison(p, &operation)) {
        inside = parser_open_range(p, operation, parser_expression(p));
        if (inside && !parser_want(p, ")"))
            inside = NULL;
    } else if ((inside = parser_expression(p)) && scan_take(&p->scan, ".."))
        inside = parser_range_end(p, inside, false);
    else if (inside && !parser_want(p, ")"))
        inside = NULL;
    p->ends_range = outside;
    return inside;
}

static const struct node *list_or_range(struct parser *p)
{
    struct node *node = parser_node(p, NODE_LIST);
    const struct node **items = NULL;
    size_t n = 0, cap = 0;
    bool outside = p->ends_range;
    if (!node || scan_take(&p->scan, "]"))
        return node;
    p->ends_range = false;
    do {
        const struct node *item = parser_expression(p);
        const struct node **room = item ? ARENA_PUSH(p->in->arena, items, n, cap) : NULL;
        if (!room)
            return NULL;
        *room = item;
        if (n == 1 && scan_take(&p->scan, "..")) {
            item = parser_range_end(p, item, true);
            p->ends_range = outside;
            return item;
        }
    } while (scan_take(&p->scan, ","));
    p->ends_range = outside;
    node->list.items = items;
    node->list.n = n;
    return parser_want(p, "]") ? node : NULL;
}

static bool entry_name(struct parser *p, struct str *out)
{
    if (scan_take(&p->scan, "\""))
        return read_string(p, out);
    struct str name = scan_name_before(&p->scan, ":");
    if (name.n == 0) {
        parser_complain(p, "an entry of a context has a name and a colon before its value");
        return false;
    }
    scan_space(&p->scan);
    p->scan.at += name.n;
    *out = scan_name_of(p->in->arena, name);
    return true;
}

static const struct node *context(struct parser *p)
{
    const struct scope *outside = p->scope;
    bool ends_range = p->ends_range;
    struct node *node = parser_node(p, NODE_CONTEXT);
    struct node_entry *entries = NULL;
    size_t n = 0, cap = 0;
    bool good = node != NULL;
    p->ends_range = false;
    if (good && !scan_take(&p->scan, "}")) {
        do {
            struct node_entry entry = { .slot = maker_slot(p->in->maker) };
            good = entry_name(p, &entry.name) && parser_want(p, ":") && (entry.value = parser_expression(p)) != NULL;
            struct node_entry *room = good ? ARENA_PUSH(p->in->arena, entries, n, cap) : NULL;
            good = room && parser_enter(p, entry.name, entry.slot);
            if (room)
                *room = entry;
            members_add(p->in->members, entry.name);
        } while (good && scan_take(&p->scan, ","));
        good = good && parser_want(p, "}");
    }
    p->scope = outside;
    p->ends_range = ends_range;
    if (!good)
        return NULL;
    return parse_entries(p->in, node, entries, n) ? node : NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const struct node *parser_literal(struct parser *p, bool *is)
{
    struct scan *s = &p->scan;
    scan_space(s);
    char c = s->at < s->text.n ? s->text.p[s->at] : '\0', next = s->at + 1 < s->text.n ? s->text.p[s->at + 1] : '\0';
    *is = true;
    if (is_digit(c) || (c == '.' && is_digit(next)))
        return number_literal(p);
    if (scan_take(s, "@\""))
        return at_literal(p);
    if (scan_take(s, "\"")) {
        struct str text;
        return read_string(p, &text) ? value_node(p, feel_string(text)) : NULL;
    }
    if (scan_take(s, "("))
        return parenthesis(p);
    if (scan_take(s, "["))
        return list_or_range(p);
    if (scan_take(s, "]")) {
        const struct node *start = parser_expression(p);
        return start && parser_want(p, "..") ? parser_range_end(p, start, false) : NULL;
    }
    if (scan_take(s, "{"))
        return context(p);
    if (parser_keyword(p, "null"))
        return value_node(p, FEEL_NONE);
    if (parser_keyword(p, "true"))
        return value_node(p, feel_boolean(true));
    if (parser_keyword(p, "false"))
        return value_node(p, feel_boolean(false));
    *is = false;
    return NULL;
}
