/*
 * The grammar of FEEL (DMN 1.5, 10.3.1.2 and 10.3.1.3), by descent. Promises: see parse.h.
 *
 * What binds least is read first: or, and, comparison, sum, product, power, minus, `instance of`, then what follows a
 * value: path, filter, call.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/parse_inside.h"
#include "base/banned.h"

static const struct node *unary(struct parser *p);

struct node *parser_node(struct parser *p, enum node_kind kind)
{
    struct node *node = ARENA_NEW(p->in->arena, struct node);
    if (node) {
        node->kind = kind;
        node->line = parser_line(p);
    }
    return node;
}

int parser_line(struct parser *p)
{
    size_t at = p->scan.at;
    p->lines +=
        at >= p->lines_at ? scan_lines(p->scan.text, p->lines_at, at) : -scan_lines(p->scan.text, at, p->lines_at);
    p->lines_at = at;
    return p->in->line > 0 ? p->in->line + p->lines : 0;
}

void parser_complain(struct parser *p, const char *format, ...)
{
    char words[300];
    va_list arguments;
    if (p->failed)
        return;
    p->failed = true;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (!p->quiet)
        complaints_add(p->in->complaints, p->in->where, parser_line(p), "%s", words);
}

const struct node *parse_fault(const struct parsing *parsing, int line, const char *format, ...)
{
    char words[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    complaints_add(parsing->complaints, parsing->where, line, "%s", words);
    struct node *node = ARENA_NEW(parsing->arena, struct node);
    if (node) {
        node->kind = NODE_UNKNOWN;
        node->line = line;
        node->unknown = str_copy(parsing->arena, str_of(words));
    }
    return node;
}

bool parser_want(struct parser *p, const char *piece)
{
    if (scan_take(&p->scan, piece))
        return true;
    parser_complain(p, "\"%s\" is missing", piece);
    return false;
}

/* Words of the grammar; where a known name that is longer begins with one, the name is meant. */
bool parser_keyword(struct parser *p, const char *word)
{
    if (!scan_sees(&p->scan, word))
        return false;
    scan_space(&p->scan);
    return parser_known(p) <= str_of(word).n && scan_take(&p->scan, word);
}

static const struct node *binary(struct parser *p, enum node_operator operation, const struct node *left,
                                 const struct node *right)
{
    struct node *node = parser_node(p, NODE_BINARY);
    if (!node || !left || !right)
        return NULL;
    node->binary.operation = operation;
    node->binary.left = left;
    node->binary.right = right;
    return node;
}

/* A name for what is inside, until the caller puts the scope back. False when memory is gone. */
bool parser_enter(struct parser *p, struct str name, int slot)
{
    struct scope *scope = ARENA_NEW(p->in->arena, struct scope);
    if (!scope)
        return false;
    *scope = (struct scope){ p->scope, name, slot, p->in->maker };
    p->scope = scope;
    return true;
}

bool parser_comparison(struct parser *p, enum node_operator *out)
{
    static const struct {
        const char *piece;
        enum node_operator operation;
    } pieces[] = { { "<=", OPERATOR_LESS_EQUAL }, { ">=", OPERATOR_GREATER_EQUAL }, { "!=", OPERATOR_UNEQUAL },
                   { "<", OPERATOR_LESS },        { ">", OPERATOR_GREATER },        { "=", OPERATOR_EQUAL } };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        if (scan_take(&p->scan, pieces[i].piece)) {
            *out = pieces[i].operation;
            return true;
        }
    return false;
}

/* ---- for, some, every, if, function ---- */

static bool iterator(struct parser *p, struct node_iterator *out)
{
    struct str name = scan_name_before(&p->scan, "in");
    if (name.n == 0) {
        parser_complain(p, "a name and \"in\" are missing");
        return false;
    }
    scan_space(&p->scan);
    p->scan.at += name.n;
    scan_take(&p->scan, "in");
    *out = (struct node_iterator){ .slot = maker_slot(p->in->maker), .start = parser_expression(p) };
    if (!out->start)
        return false;
    if (scan_take(&p->scan, "..") && !(out->end = parser_expression(p)))
        return false;
    return parser_enter(p, scan_name_of(p->in->arena, name), out->slot);
}

static const struct node *loop(struct parser *p, enum node_kind kind)
{
    const struct scope *outside = p->scope;
    struct node *node = parser_node(p, kind);
    struct node_iterator *iterators = NULL;
    size_t n = 0, cap = 0;
    bool good = node != NULL;
    if (good && kind == NODE_FOR) {
        node->loop.partial = maker_slot(p->in->maker);
        good = parser_enter(p, STR("partial"), node->loop.partial);
    }
    while (good) {
        struct node_iterator *room = ARENA_PUSH(p->in->arena, iterators, n, cap);
        good = room && iterator(p, room);
        if (!scan_take(&p->scan, ","))
            break;
    }
    good = good && parser_want(p, kind == NODE_FOR ? "return" : "satisfies");
    if (good) {
        node->loop.iterators = iterators;
        node->loop.n = n;
        node->loop.body = parser_expression(p);
        good = node->loop.body != NULL;
    }
    p->scope = outside;
    return good ? node : NULL;
}

static const struct node *choice(struct parser *p)
{
    struct node *node = parser_node(p, NODE_IF);
    if (!node || !(node->choice.condition = parser_expression(p)) || !parser_want(p, "then") ||
        !(node->choice.yes = parser_expression(p)) || !parser_want(p, "else") ||
        !(node->choice.no = parser_expression(p)))
        return NULL;
    return node;
}

static bool parameter(struct parser *p, struct node_parameter *out)
{
    struct str name = scan_name_before(&p->scan, ":");
    bool typed = name.n > 0;
    if (!typed)
        name = scan_name_before(&p->scan, ",");
    if (name.n == 0)
        name = scan_name_before(&p->scan, ")");
    if (name.n == 0) {
        parser_complain(p, "a parameter of a function has a name");
        return false;
    }
    scan_space(&p->scan);
    p->scan.at += name.n;
    *out = (struct node_parameter){ scan_name_of(p->in->arena, name), &feel_type_any };
    if (typed) {
        scan_take(&p->scan, ":");
        out->type = parser_type(p);
    }
    return out->type != NULL;
}

static const struct node *function(struct parser *p)
{
    struct node *node = parser_node(p, NODE_FUNCTION);
    struct body *body = ARENA_NEW(p->in->arena, struct body);
    struct maker maker = { .outside = p->in->maker, .arena = p->in->arena };
    struct parsing inside = *p->in;
    struct parser inner = *p;
    struct node_parameter *parameters = NULL;
    size_t n = 0, cap = 0;
    if (!node || !body || !parser_want(&inner, "("))
        return p->failed = inner.failed, NULL;
    inside.maker = &maker;
    inner.in = &inside;
    if (!scan_take(&inner.scan, ")")) {
        do {
            struct node_parameter *room = ARENA_PUSH(p->in->arena, parameters, n, cap);
            if (!room || !parameter(&inner, room) || !parser_enter(&inner, room->name, maker_slot(&maker)))
                return p->failed = inner.failed, NULL;
        } while (scan_take(&inner.scan, ","));
        parser_want(&inner, ")");
    }
    bool external = !inner.failed && parser_keyword(&inner, "external");
    const struct node *root = inner.failed ? NULL : parser_expression(&inner);
    p->scan = inner.scan;
    p->failed = inner.failed;
    if (!root)
        return NULL;
    *body = (struct body){ .root = external ? NULL : root,
                           .slots = maker.slots,
                           .parameters = parameters,
                           .parameters_n = n,
                           .captures = maker.captures,
                           .captures_n = maker.captures_n };
    node->function = body;
    return node;
}

/* What begins with a word of the grammar goes on as far as it can, wherever it stands: "1 + if a then b else c". */
static const struct node *worded(struct parser *p, bool *is)
{
    *is = true;
    if (parser_keyword(p, "if"))
        return choice(p);
    if (parser_keyword(p, "for"))
        return loop(p, NODE_FOR);
    if (parser_keyword(p, "some"))
        return loop(p, NODE_SOME);
    if (parser_keyword(p, "every"))
        return loop(p, NODE_EVERY);
    if (parser_keyword(p, "function"))
        return function(p);
    *is = false;
    return NULL;
}

/* ---- What follows a value ---- */

static const struct node *call(struct parser *p, const struct node *called)
{
    struct node *node = parser_node(p, NODE_CALL);
    struct node_argument *arguments = NULL;
    size_t n = 0, cap = 0;
    if (!node)
        return NULL;
    node->call.function = called;
    if (!scan_take(&p->scan, ")")) {
        do {
            struct str name = scan_name_before(&p->scan, ":");
            struct node_argument *room = ARENA_PUSH(p->in->arena, arguments, n, cap);
            if (!room)
                return NULL;
            *room = (struct node_argument){ 0 };
            if (name.n > 0) {
                scan_space(&p->scan);
                p->scan.at += name.n;
                scan_take(&p->scan, ":");
                room->name = scan_name_of(p->in->arena, name);
                node->call.named = true;
            }
            struct node_argument *mine = &arguments[n - 1];
            if (!(mine->value = parser_expression(p)))
                return NULL;
            if (node->call.named != (mine->name.n > 0)) {
                parser_complain(p, "either all arguments have a name, or none");
                return NULL;
            }
        } while (scan_take(&p->scan, ","));
        if (!parser_want(p, ")"))
            return NULL;
    }
    node->call.arguments = arguments;
    node->call.n = n;
    return node;
}

static const struct node *filter(struct parser *p, const struct node *target)
{
    const struct scope *outside = p->scope;
    struct node *node = parser_node(p, NODE_FILTER);
    if (!node)
        return NULL;
    node->filter.target = target;
    node->filter.slot = maker_slot(p->in->maker);
    bool ends_range = p->ends_range;
    p->ends_range = false;
    /* An entry of the item that is called "item" comes before the item itself. */
    bool good = parser_enter(p, STR("item"), node->filter.slot) && parser_enter(p, STR_NONE, node->filter.slot) &&
                (node->filter.condition = parser_expression(p)) != NULL && parser_want(p, "]");
    p->scope = outside;
    p->ends_range = ends_range;
    node->filter.uses_item = good && node->filter.condition->kind != NODE_VALUE;
    return good ? node : NULL;
}

static const struct node *path(struct parser *p, const struct node *target)
{
    struct node *node = parser_node(p, NODE_PATH);
    if (!node)
        return NULL;
    node->path.target = target;
    node->path.name = parser_member(p);
    if (node->path.name.n > 0)
        return node;
    parser_complain(p, "a name is missing after the dot");
    return NULL;
}

/* A dot that a range has two of is none. */
static bool take_dot(struct parser *p)
{
    return !scan_sees(&p->scan, "..") && scan_take(&p->scan, ".");
}

static const struct node *sum(struct parser *p);

static const struct node *primary(struct parser *p)
{
    bool is;
    enum node_operator operation;
    const struct node *node = parser_literal(p, &is);
    if (!is)
        node = worded(p, &is);
    if (is)
        return node;
    struct scan *s = &p->scan;
    char c = s->at < s->text.n ? s->text.p[s->at] : '\0';
    if (c == '?' && p->input >= 0 && scan_word(s).n == 1) {
        struct node *slot = parser_node(p, NODE_SLOT);
        s->at++;
        p->input_used = true;
        if (slot)
            slot->slot = p->input;
        return slot;
    }
    if (scan_word(s).n > 0)
        return parser_reference(p);
    if (parser_comparison(p, &operation)) { /* of no value before it: "[< 3, > 5]" (grammar rules 2 and 7) */
        const struct node *end = NULL;
        if (++p->depth > DMN_EXPRESSION_DEPTH_MAX)
            parser_complain(p, "it is nested too deeply");
        else
            end = sum(p);
        p->depth--;
        return parser_open_range(p, operation, end);
    }
    if (s->at < s->text.n)
        parser_complain(p, "something that is no value stands at \"%.*s\"", STR_ARG(str_slice(s->text, s->at, 20)));
    else
        parser_complain(p, "it ends where a value is missing");
    return NULL;
}

/*
 * "[1..5[" ends in a bracket that opens no filter: behind a literal, and where no filter follows. What was tried and is
 * one is kept, so that no text is read twice for each bracket around it.
 */
static const struct node *filter_or_end(struct parser *p, const struct node *target)
{
    struct parser trial = *p;
    size_t complaints = p->in->complaints->n;
    if (p->ends_range && target->kind == NODE_VALUE)
        return NULL;
    if (!scan_take(&trial.scan, "["))
        return NULL;
    const struct node *node = filter(&trial, target);
    if (node || !p->ends_range)
        *p = trial;
    else
        p->in->complaints->n = complaints;
    return node;
}

static const struct node *postfix(struct parser *p)
{
    const struct node *node = primary(p);
    for (int more = 0; node && !p->failed; more++) {
        if (more > DMN_EXPRESSION_DEPTH_MAX) {
            parser_complain(p, "it is nested too deeply");
            return NULL;
        }
        const struct node *filtered;
        if (take_dot(p))
            node = path(p, node);
        else if ((filtered = filter_or_end(p, node)))
            node = filtered;
        else if (p->failed)
            node = NULL;
        else if (scan_take(&p->scan, "("))
            node = call(p, node);
        else
            break;
    }
    return p->failed ? NULL : node;
}

static const struct node *instance(struct parser *p)
{
    const struct node *value = postfix(p);
    if (!value || !scan_take(&p->scan, "instance of"))
        return value;
    struct node *node = parser_node(p, NODE_INSTANCE_OF);
    if (!node)
        return NULL;
    node->typed.value = value;
    node->typed.type = parser_type(p);
    return node->typed.type ? node : NULL;
}

static const struct node *unary(struct parser *p)
{
    if (!scan_take(&p->scan, "-"))
        return instance(p);
    const struct node *operand = NULL;
    struct node *node = parser_node(p, NODE_NEGATE);
    if (++p->depth > DMN_EXPRESSION_DEPTH_MAX)
        parser_complain(p, "it is nested too deeply");
    else
        operand = unary(p);
    p->depth--;
    if (!node || !operand)
        return NULL;
    node->operand = operand;
    return node;
}

/* ---- Operators, from those that bind most ---- */

static const struct node *power(struct parser *p)
{
    const struct node *left = unary(p);
    while (left && scan_take(&p->scan, "**"))
        left = binary(p, OPERATOR_POWER, left, unary(p));
    return left;
}

static const struct node *product(struct parser *p)
{
    const struct node *left = power(p);
    while (left) {
        if (scan_take(&p->scan, "*"))
            left = binary(p, OPERATOR_MULTIPLY, left, power(p));
        else if (scan_take(&p->scan, "/"))
            left = binary(p, OPERATOR_DIVIDE, left, power(p));
        else
            break;
    }
    return left;
}

static const struct node *sum(struct parser *p)
{
    const struct node *left = product(p);
    while (left) {
        if (scan_take(&p->scan, "+"))
            left = binary(p, OPERATOR_ADD, left, product(p));
        else if (scan_take(&p->scan, "-"))
            left = binary(p, OPERATOR_SUBTRACT, left, product(p));
        else
            break;
    }
    return left;
}

static const struct node *test(struct parser *p)
{
    enum node_operator operation;
    if (!parser_comparison(p, &operation))
        return parser_expression(p);
    struct node *node = parser_node(p, NODE_TEST);
    if (!node)
        return NULL;
    node->test.operation = operation;
    node->test.end = sum(p);
    return node->test.end ? node : NULL;
}

/* Tests with commas between them; what one of them says of "?" is noted beside it. */
static struct node *tests(struct parser *p, const struct node *first)
{
    struct node *node = parser_node(p, NODE_TESTS);
    const struct node **items = NULL;
    bool *uses = NULL;
    size_t n = 0, cap = 0, uses_n = 0, uses_cap = 0;
    if (!node)
        return NULL;
    do {
        const struct node *item = first;
        bool before = p->input_used;
        p->input_used = false;
        if (!item && !(item = test(p)))
            return NULL;
        first = NULL;
        const struct node **room = ARENA_PUSH(p->in->arena, items, n, cap);
        bool *use = ARENA_PUSH(p->in->arena, uses, uses_n, uses_cap);
        if (!room || !use)
            return NULL;
        *room = item;
        *use = p->input_used;
        p->input_used = p->input_used || before;
    } while (scan_take(&p->scan, ","));
    node->tests.items = items;
    node->tests.uses_input = uses;
    node->tests.n = n;
    node->tests.slot = -1;
    return node;
}

static struct node *single_test(struct parser *p, const struct node *test_node)
{
    struct node *node = parser_node(p, NODE_TESTS);
    const struct node **items = ARENA_NEW(p->in->arena, const struct node *);
    bool *uses = ARENA_NEW(p->in->arena, bool);
    if (!node || !items || !uses)
        return NULL;
    *items = test_node;
    node->tests.items = items;
    node->tests.uses_input = uses;
    node->tests.n = 1;
    node->tests.slot = -1;
    return node;
}

/* After `in`: a test, or several in parentheses. */
static const struct node *in_node(struct parser *p, const struct node *value)
{
    struct node *node = parser_node(p, NODE_IN);
    enum node_operator operation;
    if (!node)
        return NULL;
    node->in.value = value;
    scan_space(&p->scan);
    if (scan_take(&p->scan, "(")) {
        /* Several tests; or one value, whose parentheses are its own; or a range that is open at its start. */
        const struct node *first = test(p);
        if (!first)
            return NULL;
        if (scan_take(&p->scan, "..")) {
            first = parser_range_end(p, first, false);
            node->in.tests = first ? single_test(p, first) : NULL;
        } else {
            node->in.tests = tests(p, first);
            parser_want(p, ")");
        }
        return node->in.tests && !p->failed ? node : NULL;
    }
    if (scan_sees(&p->scan, "<") || scan_sees(&p->scan, ">") || scan_sees(&p->scan, "=") || scan_sees(&p->scan, "!=")) {
        struct node *single = parser_node(p, NODE_TEST);
        if (!single || !parser_comparison(p, &operation))
            return NULL;
        single->test.operation = operation;
        single->test.end = sum(p);
        node->in.tests = single->test.end ? single_test(p, single) : NULL;
    } else {
        const struct node *single = sum(p);
        node->in.tests = single ? single_test(p, single) : NULL;
    }
    return node->in.tests ? node : NULL;
}

static const struct node *between(struct parser *p, const struct node *value)
{
    struct node *node = parser_node(p, NODE_BETWEEN);
    if (!node)
        return NULL;
    node->between.value = value;
    if (!(node->between.low = sum(p)) || !parser_want(p, "and") || !(node->between.high = sum(p)))
        return NULL;
    return node;
}

static const struct node *comparison(struct parser *p)
{
    const struct node *left = sum(p);
    enum node_operator operation;
    while (left && !p->failed) {
        if (scan_take(&p->scan, "between"))
            left = between(p, left);
        else if (scan_take(&p->scan, "in"))
            left = in_node(p, left);
        else if (parser_comparison(p, &operation))
            left = binary(p, operation, left, sum(p));
        else
            break;
    }
    return left;
}

static const struct node *conjunction(struct parser *p)
{
    const struct node *left = comparison(p);
    while (left && scan_take(&p->scan, "and"))
        left = binary(p, OPERATOR_AND, left, comparison(p));
    return left;
}

const struct node *parser_expression(struct parser *p)
{
    const struct node *node = NULL;
    if (p->failed)
        return NULL;
    if (++p->depth > DMN_EXPRESSION_DEPTH_MAX) {
        parser_complain(p, "it is nested too deeply");
    } else {
        node = conjunction(p);
        while (node && scan_take(&p->scan, "or"))
            node = binary(p, OPERATOR_OR, node, conjunction(p));
    }
    p->depth--;
    return p->failed ? NULL : node;
}

/* ---- Whole texts ---- */

static struct parser begin(const struct parsing *parsing, struct str text, int input)
{
    return (struct parser){ .in = parsing, .scan = { .text = text }, .scope = parsing->scope, .input = input };
}

static bool ends(struct parser *p)
{
    scan_space(&p->scan);
    if (!p->failed && p->scan.at < p->scan.text.n)
        parser_complain(p, "it goes on after its end: \"%.*s\"", STR_ARG(str_slice(p->scan.text, p->scan.at, 30)));
    return !p->failed;
}

/* What a text with a fault becomes; the fault is said already. */
static const struct node *faulty(const struct parsing *parsing)
{
    struct node *node = ARENA_NEW(parsing->arena, struct node);
    if (node) {
        node->kind = NODE_UNKNOWN;
        node->line = parsing->line;
        const struct complaints *said = parsing->complaints;
        node->unknown = said->n > 0 ? str_format(parsing->arena, "Its expression has a fault: %.*s.",
                                                 STR_ARG(said->list[said->n - 1].words))
                                    : STR("Its expression has a fault.");
    }
    return node;
}

static bool too_long(const struct parsing *parsing, struct str text)
{
    if (text.n <= DMN_TEXT_MAX && str_is_text(text))
        return false;
    complaints_add(parsing->complaints, parsing->where, parsing->line,
                   "an expression has at most %d bytes, and is text in UTF-8", (int)DMN_TEXT_MAX);
    return true;
}

const struct node *parse_expression(const struct parsing *parsing, struct str text)
{
    if (too_long(parsing, text))
        return faulty(parsing);
    struct parser p = begin(parsing, text, -1);
    const struct node *node = parser_expression(&p);
    return node && ends(&p) ? node : faulty(parsing);
}

static bool take_negation(struct parser *p)
{
    return scan_take(&p->scan, "not(") || scan_take(&p->scan, "not (");
}

/* not(…) may also begin an expression, "not(a) and b": the parenthesis has to be the last thing. */
static bool is_negation(struct parser p)
{
    p.quiet = true;
    return take_negation(&p) && tests(&p, NULL) && scan_take(&p.scan, ")") && ends(&p);
}

bool parse_unary_tests(const struct parsing *parsing, struct str text, int slot, const struct node **out)
{
    struct str whole = str_trim(text);
    *out = NULL;
    if (whole.n == 0 || str_equal(whole, STR("-")))
        return true;
    if (too_long(parsing, text))
        return (*out = faulty(parsing)) != NULL;
    struct parser p = begin(parsing, text, slot);
    bool negated = is_negation(p);
    if (negated)
        take_negation(&p);
    struct node *node = tests(&p, NULL);
    if (node && negated)
        parser_want(&p, ")");
    if (!node || !ends(&p))
        return (*out = faulty(parsing)) != NULL;
    node->tests.negated = negated;
    node->tests.slot = slot;
    *out = node;
    return true;
}
