/* Types as FEEL writes them: "list<number>", "function<string> -> boolean" (DMN 1.5, grammar rule 54). */
#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/parse_inside.h"
#include "base/banned.h"

static const struct feel_type *named(struct parser *p, struct str name)
{
    const struct feel_type *type = feel_type_named(name);
    if (!type && p->in->type_named)
        type = p->in->type_named(p->in->self, name);
    return type;
}

/* The longest run of words, from here, that is the name of a type. */
static const struct feel_type *longest_name(struct parser *p)
{
    const struct feel_type *found = NULL;
    struct scan scan = p->scan;
    size_t from, end = 0;
    scan_space(&scan);
    from = scan.at;
    for (int words = 0; words < 20; words++) {
        struct str word = scan_word(&scan);
        if (word.n == 0)
            break;
        scan.at += word.n;
        struct str name = scan_name_of(p->in->arena, str_slice(scan.text, from, scan.at - from));
        const struct feel_type *type = named(p, name);
        if (type) {
            found = type;
            end = scan.at;
        }
        size_t joined = scan.at;
        while (joined < scan.text.n && (scan.text.p[joined] == '.' || scan.text.p[joined] == '-' ||
                                        scan.text.p[joined] == '/' || scan.text.p[joined] == '+'))
            joined++;
        if (joined > scan.at)
            scan.at = joined;
        else
            scan_space(&scan);
    }
    if (found)
        p->scan.at = end;
    return found;
}

static bool take_of(struct parser *p, struct feel_type *type)
{
    type->of = parser_type(p);
    if (type->of && !scan_take(&p->scan, ">"))
        parser_complain(p, "\">\" is missing after the type");
    return type->of && !p->failed;
}

static bool take_fields(struct parser *p, struct feel_type *type, bool names)
{
    struct feel_field *fields = NULL;
    size_t cap = 0;
    if (!scan_sees(&p->scan, ">"))
        do {
            struct feel_field *field = ARENA_PUSH(p->in->arena, fields, type->n, cap);
            if (!field)
                return false;
            if (names) {
                struct str name = scan_name_before(&p->scan, ":");
                if (name.n == 0) {
                    parser_complain(p, "a context's type names its entries: context<name: string>");
                    return false;
                }
                scan_space(&p->scan);
                p->scan.at += name.n;
                scan_take(&p->scan, ":");
                field->name = scan_name_of(p->in->arena, name);
            }
            field->type = parser_type(p);
            if (!field->type)
                return false;
        } while (scan_take(&p->scan, ","));
    type->fields = fields;
    if (!scan_take(&p->scan, ">"))
        parser_complain(p, "\">\" is missing after the type");
    return !p->failed;
}

const struct feel_type *parser_type(struct parser *p)
{
    const struct feel_type *result = NULL;
    struct feel_type *type = ARENA_NEW(p->in->arena, struct feel_type);
    if (!type || p->failed)
        return NULL;
    if (++p->depth > DMN_EXPRESSION_DEPTH_MAX) {
        parser_complain(p, "it is nested too deeply");
    } else if (scan_take(&p->scan, "list<") || scan_take(&p->scan, "list <")) {
        type->form = TYPE_LIST;
        result = take_of(p, type) ? type : NULL;
    } else if (scan_take(&p->scan, "range<") || scan_take(&p->scan, "range <")) {
        type->form = TYPE_RANGE;
        result = take_of(p, type) ? type : NULL;
    } else if (scan_take(&p->scan, "context<") || scan_take(&p->scan, "context <")) {
        type->form = TYPE_CONTEXT;
        result = take_fields(p, type, true) ? type : NULL;
    } else if (scan_take(&p->scan, "function<") || scan_take(&p->scan, "function <")) {
        type->form = TYPE_FUNCTION;
        if (take_fields(p, type, false) && !scan_take(&p->scan, "->"))
            parser_complain(p, "a function's type says what it gives: function<number> -> string");
        type->of = p->failed ? NULL : parser_type(p);
        result = type->of ? type : NULL;
    } else {
        result = longest_name(p);
        if (!result)
            parser_complain(p, "there is no type of this name");
    }
    p->depth--;
    return result;
}
