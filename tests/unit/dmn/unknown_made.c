/* Models by chance, and brute force. See unknown_made.h. */
#include "unknown_made.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "dmn/limits.h"
#include "base/banned.h"

enum { XML_MAX = 4 * 1024 * 1024 };

unsigned chance_of(struct chance *chance, unsigned n)
{
    chance->state ^= chance->state << 13;
    chance->state ^= chance->state >> 7;
    chance->state ^= chance->state << 17;
    return (unsigned)((chance->state >> 11) % n);
}

/* ---- Domains ---- */

#define WHOLE "X" /* the one input, where the others are its members */

static const char *const words[] = { "a", "b", "c", "d" };

static void make_domain(struct arena *arena, struct chance *chance, struct domain *out, unsigned at,
                        const struct made_shape *shape)
{
    out->name = str_format(arena, shape->inside ? WHOLE ".In%u" : "In%u", at);
    out->kind = shape->cuts ? DOMAIN_NUMBER : (enum domain_kind)chance_of(chance, 3);
    out->cuts = out->kind == DOMAIN_WORDS ? 2 + chance_of(chance, 3) : 1 + chance_of(chance, shape->rules > 4 ? 4 : 2);
    if (shape->cuts)
        out->cuts = shape->cuts;
    out->samples = ARENA_ARRAY(arena, 2 * out->cuts + 4, struct feel_value);
    assert_non_null(out->samples);
    if (out->kind == DOMAIN_BOOLEAN)
        for (size_t i = 0; i < 2; i++)
            out->samples[out->n++] = feel_boolean(i == 1);
    if (out->kind == DOMAIN_WORDS)
        for (size_t i = 0; i < out->cuts; i++)
            out->samples[out->n++] = feel_string(str_of(words[i]));
    for (unsigned i = 0; out->kind == DOMAIN_NUMBER && i <= 2 * out->cuts; i++) {
        /* -0.5, 0, 0.5, 1, 1.5 … : at each cut and on both sides of it */
        struct number half;
        assert_true(number_divide(number_of((int64_t)i - 1), number_of(2), &half));
        out->samples[out->n++] = feel_number(half);
    }
}

/* Of a member the name that it has in the whole. */
static struct str own_name(const struct domain *domain)
{
    ptrdiff_t dot = str_find_byte(domain->name, '.');
    return str_slice(domain->name, (size_t)(dot + 1), domain->name.n);
}

static void add_type(struct buf *b, const struct domain *domain)
{
    if (domain->kind == DOMAIN_WORDS) {
        buf_format(b, "<itemDefinition name=\"t%.*s\"><typeRef>string</typeRef><allowedValues><text>",
                   STR_ARG(own_name(domain)));
        for (unsigned i = 0; i < domain->cuts; i++)
            buf_format(b, "%s\"%s\"", i ? "," : "", words[i]);
        buf_add(b, STR("</text></allowedValues></itemDefinition>"));
    }
}

static void add_inputs(struct buf *b, const struct made *made)
{
    static const char *const types[] = { "boolean", "t", "number" };
    for (size_t i = 0; i < made->leaves_n; i++)
        add_type(b, &made->leaves[i]);
    if (made->inside)
        buf_add(b, STR("<itemDefinition name=\"tWhole\">"));
    for (size_t i = 0; i < made->leaves_n; i++) {
        const struct domain *domain = &made->leaves[i];
        struct str name = own_name(domain), more = domain->kind == DOMAIN_WORDS ? name : STR("");
        if (made->inside)
            buf_format(b, "<itemComponent name=\"%.*s\"><typeRef>%s%.*s</typeRef></itemComponent>", STR_ARG(name),
                       types[domain->kind], STR_ARG(more));
        else
            buf_format(b,
                       "<inputData name=\"%.*s\" id=\"%.*s\"><variable name=\"%.*s\" typeRef=\"%s%.*s\"/>"
                       "</inputData>\n",
                       STR_ARG(name), STR_ARG(name), STR_ARG(name), types[domain->kind], STR_ARG(more));
    }
    if (made->inside)
        buf_add(b, STR("</itemDefinition><inputData name=\"" WHOLE "\" id=\"" WHOLE "\"><variable name=\"" WHOLE
                       "\" typeRef=\"tWhole\"/></inputData>\n"));
}

/* ---- Cells ---- */

static void number_cell(struct buf *b, struct chance *chance, unsigned cuts)
{
    unsigned low = chance_of(chance, cuts), high = low + chance_of(chance, cuts - low);
    switch (chance_of(chance, 6)) {
    case 0: buf_format(b, "&lt; %u", low); break;
    case 1: buf_format(b, "&gt;= %u", low); break;
    case 2: buf_format(b, "[%u..%u%s", low, high, low < high ? ")" : "]"); break;
    case 3: buf_format(b, "%u", low); break;
    case 4: buf_format(b, "not(%u)", low); break;
    default: buf_format(b, "&lt; %u, &gt; %u", low, high); break;
    }
}

static void cell(struct buf *b, struct chance *chance, const struct domain *domain, unsigned dense)
{
    if (chance_of(chance, 10) >= dense) {
        buf_add(b, STR("-"));
        return;
    }
    switch (domain->kind) {
    case DOMAIN_BOOLEAN: buf_add(b, chance_of(chance, 2) ? STR("true") : STR("false")); break;
    case DOMAIN_WORDS:
        if (chance_of(chance, 4) == 0)
            buf_format(b, "not(\"%s\")", words[chance_of(chance, domain->cuts)]);
        else if (chance_of(chance, 3) == 0)
            buf_format(b, "\"%s\", \"%s\"", words[chance_of(chance, domain->cuts)],
                       words[chance_of(chance, domain->cuts)]);
        else
            buf_format(b, "\"%s\"", words[chance_of(chance, domain->cuts)]);
        break;
    case DOMAIN_NUMBER: number_cell(b, chance, domain->cuts); break;
    }
}

/* A box as parts of each domain: samples from..to. */
struct region {
    unsigned from[LEAVES_MAX], to[LEAVES_MAX];
};

static void region_cell(struct buf *b, const struct domain *domain, unsigned from, unsigned to)
{
    if (from == 0 && to + 1 == domain->n) {
        buf_add(b, STR("-"));
        return;
    }
    for (unsigned i = from; i <= to && domain->kind != DOMAIN_NUMBER; i++)
        if (domain->kind == DOMAIN_BOOLEAN)
            buf_format(b, "%s%s", i > from ? "," : "", i ? "true" : "false");
        else
            buf_format(b, "%s\"%s\"", i > from ? "," : "", words[i]);
    if (domain->kind != DOMAIN_NUMBER)
        return;
    /* sample 2k is between k - 1 and k, sample 2k + 1 is k */
    if (from == 0)
        buf_format(b, to % 2 ? "&lt;= %u" : "&lt; %u", to / 2);
    else if (to + 1 == domain->n)
        buf_format(b, from % 2 ? "&gt;= %u" : "&gt; %u", from % 2 ? from / 2 : from / 2 - 1);
    else
        buf_format(b, "%s%u..%u%s", from % 2 ? "[" : "(", from % 2 ? from / 2 : from / 2 - 1, to / 2,
                   to % 2 ? "]" : ")");
}

/* Parts of the whole, halved where chance says. */
static size_t regions_of(struct chance *chance, const struct made *made, unsigned wanted, struct region *out)
{
    size_t n = 1;
    for (size_t i = 0; i < made->leaves_n; i++) {
        out[0].from[i] = 0;
        out[0].to[i] = (unsigned)made->leaves[i].n - 1;
    }
    for (unsigned tries = 0; n < wanted && tries < 10 * wanted; tries++) {
        struct region *one = &out[chance_of(chance, (unsigned)n)];
        unsigned leaf = chance_of(chance, (unsigned)made->leaves_n);
        if (one->from[leaf] == one->to[leaf])
            continue;
        unsigned at = one->from[leaf] + chance_of(chance, one->to[leaf] - one->from[leaf]);
        out[n] = *one;
        out[n++].from[leaf] = at + 1;
        one->to[leaf] = at;
    }
    return n;
}

/* ---- Tables ---- */

static void result(struct buf *b, struct chance *chance, bool numbers, unsigned values)
{
    if (numbers)
        buf_format(b, "%u", 1 + chance_of(chance, values));
    else
        buf_format(b, "\"%c\"", 'P' + (int)chance_of(chance, values));
}

static void table(struct buf *b, struct chance *chance, const struct made *made, const struct made_shape *shape,
                  const struct domain *columns, size_t columns_n, bool numbers)
{
    struct region *regions = calloc(shape->rules, sizeof *regions);
    unsigned values = shape->values ? shape->values : shape->few ? 2 : 5;
    assert_non_null(regions);
    size_t n = shape->apart ? regions_of(chance, made, shape->rules, regions) : shape->rules;
    buf_format(b, "<decisionTable hitPolicy=%s>", shape->policy);
    for (size_t i = 0; i < columns_n; i++)
        buf_format(b, "<input><inputExpression><text>%.*s</text></inputExpression></input>", STR_ARG(columns[i].name));
    buf_add(b, STR("<output>"));
    if (!numbers)
        buf_add(b, STR("<outputValues><text>\"R\",\"P\",\"T\",\"Q\",\"S\"</text></outputValues>"));
    if (shape->preset) {
        buf_add(b, STR("<defaultOutputEntry><text>"));
        result(b, chance, numbers, values);
        buf_add(b, STR("</text></defaultOutputEntry>"));
    }
    buf_add(b, STR("</output>"));
    for (size_t r = 0; r < n; r++) {
        if (shape->apart && chance_of(chance, 8) == 0)
            continue;
        buf_add(b, STR("<rule>"));
        for (size_t i = 0; i < columns_n; i++) {
            buf_add(b, STR("<inputEntry><text>"));
            if (shape->apart)
                region_cell(b, &columns[i], regions[r].from[i], regions[r].to[i]);
            else
                cell(b, chance, &columns[i], shape->dense);
            buf_add(b, STR("</text></inputEntry>"));
        }
        buf_add(b, STR("<outputEntry><text>"));
        result(b, chance, numbers, values);
        buf_add(b, STR("</text></outputEntry></rule>\n"));
    }
    buf_add(b, STR("</decisionTable>"));
    free(regions);
}

static void needs(struct buf *b, struct str name, bool decision)
{
    buf_format(b, "<informationRequirement><required%s href=\"#%.*s\"/></informationRequirement>",
               decision ? "Decision" : "Input", STR_ARG(name));
}

/* Of all leaves; of the whole, where they are its members. */
static void needs_all(struct buf *b, const struct made *made)
{
    for (size_t i = 0; i < made->leaves_n && !made->inside; i++)
        needs(b, made->leaves[i].name, false);
    if (made->inside)
        needs(b, STR(WHOLE), false);
}

/* A condition over one leaf, and what hangs on it. */
static void condition(struct buf *b, struct chance *chance, const struct domain *leaf)
{
    if (leaf->kind == DOMAIN_BOOLEAN)
        buf_format(b, chance_of(chance, 2) ? "not(%.*s)" : "%.*s", STR_ARG(leaf->name));
    else if (leaf->kind == DOMAIN_WORDS)
        buf_format(b, chance_of(chance, 2) ? "%.*s = \"%s\"" : "%.*s in (\"%s\", \"zz\")", STR_ARG(leaf->name),
                   words[chance_of(chance, leaf->cuts)]);
    else
        switch (chance_of(chance, 4)) {
        case 0: buf_format(b, "%.*s &gt; %u", STR_ARG(leaf->name), chance_of(chance, leaf->cuts)); break;
        case 1: buf_format(b, "%.*s + 1 &lt;= %u", STR_ARG(leaf->name), 1 + chance_of(chance, leaf->cuts)); break;
        case 2: buf_format(b, "%.*s in [0..%u)", STR_ARG(leaf->name), chance_of(chance, leaf->cuts)); break;
        default: buf_format(b, "%.*s between 0 and %u", STR_ARG(leaf->name), chance_of(chance, leaf->cuts)); break;
        }
}

static void expression(struct buf *b, struct chance *chance, const struct made *made)
{
    const struct domain *leaves = made->leaves;
    unsigned n = (unsigned)made->leaves_n;
    buf_add(b, STR("<literalExpression><text>"));
    switch (chance_of(chance, 4)) {
    case 0:
        buf_add(b, STR("if "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, chance_of(chance, 2) ? STR(" and ") : STR(" or "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, STR(" then \"P\" else \"Q\""));
        break;
    case 1:
        buf_add(b, STR("if "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, STR(" then \"P\" else if "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, STR(" then \"Q\" else null"));
        break;
    case 2:
        buf_add(b, STR("count([1, 2, 3][item &lt;= (if "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, STR(" then 1 else 2)]) + (if "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, STR(" then 0 else 1)"));
        break;
    default:
        buf_add(b, STR("{ x: "));
        condition(b, chance, &leaves[chance_of(chance, n)]);
        buf_add(b, STR(", y: if x then \"P\" else \"Q\" }.y"));
        break;
    }
    buf_add(b, STR("</text></literalExpression>"));
}

struct made made_model(struct arena *arena, struct chance *chance, const struct made_shape *shape)
{
    struct made made = { .decision = STR("Last"), .inside = shape->inside };
    struct buf b;
    bool numbers = strstr(shape->policy, "aggregation") != NULL;
    buf_init(&b, arena, XML_MAX);
    buf_add(&b, STR("<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" "
                    "namespace=\"urn:m\">\n"));
    made.leaves_n = shape->leaves;
    for (unsigned i = 0; i < shape->leaves; i++)
        make_domain(arena, chance, &made.leaves[i], i, shape);
    add_inputs(&b, &made);
    if (shape->several) {
        struct domain columns[LEAVES_MAX + 1];
        size_t n = 0;
        buf_add(&b, STR("<decision name=\"First\" id=\"First\"><variable name=\"First\"/>"));
        needs_all(&b, &made);
        if (chance_of(chance, 2))
            expression(&b, chance, &made);
        else
            table(&b, chance, &made, shape, made.leaves, made.leaves_n, numbers);
        buf_add(&b, STR("</decision>\n<decision name=\"Last\" id=\"Last\"><variable name=\"Last\"/>"));
        needs(&b, STR("First"), true);
        if (made.inside)
            needs(&b, STR(WHOLE), false);
        columns[n++] = (struct domain){ .name = STR("First = \"P\""), .kind = DOMAIN_BOOLEAN };
        if (chance_of(chance, 2))
            columns[n++] = (struct domain){ .name = STR("First = 1"), .kind = DOMAIN_BOOLEAN };
        for (size_t i = 0; i < made.leaves_n; i++)
            if (chance_of(chance, 2)) {
                if (!made.inside)
                    needs(&b, made.leaves[i].name, false);
                columns[n++] = made.leaves[i];
            }
        struct made_shape second = *shape;
        second.apart = false;
        table(&b, chance, &made, &second, columns, n, numbers);
    } else {
        buf_add(&b, STR("<decision name=\"Last\" id=\"Last\"><variable name=\"Last\"/>"));
        needs_all(&b, &made);
        table(&b, chance, &made, shape, made.leaves, made.leaves_n, numbers);
    }
    buf_add(&b, STR("</decision></definitions>\n"));
    assert_true(buf_ok(&b));
    made.xml = buf_str(&b);
    return made;
}

/* ---- Lists ---- */

static const char *const members[MEMBERS] = { "act", "open", "times" };

static void item_condition(struct buf *b, struct chance *chance, const char *before, int depth)
{
    switch (chance_of(chance, depth > 2 ? 3 : 6)) {
    case 0: buf_format(b, "%sact = \"%s\"", before, words[chance_of(chance, 3)]); break;
    case 1: buf_format(b, "%sopen", before); break;
    case 2: buf_format(b, "%stimes &gt; %u", before, chance_of(chance, 2)); break;
    case 3:
        buf_add(b, STR("not("));
        item_condition(b, chance, before, depth + 1);
        buf_add(b, STR(")"));
        break;
    default:
        buf_add(b, STR("("));
        item_condition(b, chance, before, depth + 1);
        buf_add(b, chance_of(chance, 2) ? STR(" and ") : STR(" or "));
        item_condition(b, chance, before, depth + 1);
        buf_add(b, STR(")"));
        break;
    }
}

static void list_condition(struct buf *b, struct chance *chance)
{
    static const char *const heads[] = { "(some c in conduct satisfies ",
                                         "(every c in conduct satisfies ",
                                         "count(conduct[",
                                         "conduct[",
                                         "sum(for c in conduct return if ",
                                         "exists(conduct[" };
    static const char *const tails[] = { ")", ")", "]) &gt; 1", "][1].times &gt;= 1", " then 1 else 0) = 1", "])" };
    unsigned which = chance_of(chance, 7);
    if (which == 5 || which == 6) {
        buf_format(b, which == 5 ? "list contains(conduct.act, \"%s\")" : "conduct[-1].act = \"%s\"",
                   words[chance_of(chance, 3)]);
        return;
    }
    bool inside = which == 2 || which == 3;
    buf_add(b, str_of(heads[which]));
    item_condition(b, chance, inside ? "" : "c.", 0);
    buf_add(b, str_of(tails[which]));
}

struct made made_list(struct arena *arena, struct chance *chance)
{
    struct made made = { .decision = STR("Last"), .list = true, .leaves_n = (size_t)ITEMS * MEMBERS };
    struct buf b;
    for (size_t i = 0; i < made.leaves_n; i++) {
        struct domain *leaf = &made.leaves[i];
        struct feel_value *samples = leaf->samples = ARENA_ARRAY(arena, 4, struct feel_value);
        assert_non_null(samples);
        leaf->name = str_format(arena, "conduct[%zu].%s", i / MEMBERS, members[i % MEMBERS]);
        leaf->n = i % MEMBERS == 1 ? 2 : 4; /* 0, 0.5, 1, 1.5; a, b, c and another text */
        for (size_t k = 0; k < leaf->n; k++) {
            struct number half;
            assert_true(number_divide(number_of((int64_t)k), number_of(2), &half));
            samples[k] = i % MEMBERS == 0   ? feel_string(str_of(words[k]))
                         : i % MEMBERS == 1 ? feel_boolean(k == 1)
                                            : feel_number(half);
        }
        if (chance_of(chance, 3) == 0) {
            samples[0] = samples[chance_of(chance, (unsigned)leaf->n)];
            leaf->n = 1;
        }
    }
    buf_init(&b, arena, XML_MAX);
    buf_add(&b,
            STR("<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" "
                "namespace=\"urn:m\"><itemDefinition name=\"tC\" isCollection=\"true\">"
                "<itemComponent name=\"act\"><typeRef>string</typeRef></itemComponent>"
                "<itemComponent name=\"open\"><typeRef>boolean</typeRef></itemComponent>"
                "<itemComponent name=\"times\"><typeRef>number</typeRef></itemComponent></itemDefinition>"
                "<inputData name=\"conduct\" id=\"conduct\"><variable name=\"conduct\" typeRef=\"tC\"/></inputData>\n"
                "<decision name=\"Last\" id=\"Last\"><variable name=\"Last\"/>"));
    needs(&b, STR("conduct"), false);
    buf_add(&b, STR("<literalExpression><text>if "));
    list_condition(&b, chance);
    buf_add(&b, STR(" then \"P\" else if "));
    list_condition(&b, chance);
    buf_add(&b, STR(" then \"Q\" else \"R\"</text></literalExpression></decision></definitions>\n"));
    assert_true(buf_ok(&b));
    made.xml = buf_str(&b);
    return made;
}

/* ---- Brute force ---- */

size_t made_inputs(struct arena *arena, const struct made *made, const size_t at[LEAVES_MAX],
                   struct dmn_input inputs[LEAVES_MAX])
{
    size_t n = 0;
    struct feel_value *items = ARENA_ARRAY(arena, ITEMS, struct feel_value);
    assert_non_null(items);
    if (made->inside) {
        struct feel_entry *entries = ARENA_ARRAY(arena, made->leaves_n, struct feel_entry);
        assert_non_null(entries);
        for (size_t i = 0; i < made->leaves_n; i++)
            entries[i] = (struct feel_entry){ own_name(&made->leaves[i]),
                                              at[i] == SIZE_MAX ? FEEL_NONE : made->leaves[i].samples[at[i]] };
        inputs[0] = (struct dmn_input){ STR_NONE, STR(WHOLE), feel_context(arena, entries, made->leaves_n) };
        return 1;
    }
    for (size_t i = 0; i < made->leaves_n && !made->list; i++)
        if (at[i] != SIZE_MAX)
            inputs[n++] = (struct dmn_input){ STR_NONE, made->leaves[i].name, made->leaves[i].samples[at[i]] };
    if (!made->list)
        return n;
    for (size_t i = 0; i < ITEMS; i++) {
        struct feel_entry *entries = ARENA_ARRAY(arena, MEMBERS, struct feel_entry);
        assert_non_null(entries);
        for (size_t m = 0; m < MEMBERS; m++) {
            size_t leaf = i * MEMBERS + m;
            entries[m] = (struct feel_entry){ str_of(members[m]),
                                              at[leaf] == SIZE_MAX ? FEEL_NONE : made->leaves[leaf].samples[at[leaf]] };
        }
        items[i] = feel_context(arena, entries, MEMBERS);
    }
    inputs[0] = (struct dmn_input){ STR_NONE, STR("conduct"), feel_list(items, ITEMS) };
    return 1;
}

static size_t place(struct tried *out, struct feel_value value)
{
    for (size_t i = 0; i < out->n; i++)
        if (feel_same(out->results[i], value))
            return i;
    assert_true(out->n < OUTCOMES_MAX);
    out->results[out->n] = value;
    return out->n++;
}

void tried_all(struct arena *arena, const struct dmn_model *model, const struct made *made, struct tried *out)
{
    size_t all = 1, step = 1;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < made->leaves_n; i++)
        all *= made->leaves[i].n;
    size_t *results = ARENA_ARRAY(arena, all, size_t);
    assert_non_null(results);
    for (size_t k = 0; k < all; k++) {
        struct dmn_input inputs[LEAVES_MAX];
        struct dmn_result result;
        struct fault fault;
        size_t rest = k, at[LEAVES_MAX];
        for (size_t i = 0; i < made->leaves_n; i++) {
            at[i] = rest % made->leaves[i].n;
            rest /= made->leaves[i].n;
        }
        size_t n = made_inputs(arena, made, at, inputs);
        const struct dmn_element *decision = dmn_model_find(model, STR_NONE, made->decision);
        assert_int_equal(dmn_evaluate(model, decision, arena, 0, inputs, n, &result, &fault), STATUS_OK);
        results[k] = place(out, result.value);
    }
    for (size_t i = 0; i < made->leaves_n; i++) {
        size_t n = made->leaves[i].n;
        for (size_t k = 0; k < all; k++) {
            if (k / step % n != 0)
                continue; /* the first of its line */
            bool differ = false;
            for (size_t j = 1; j < n; j++)
                differ = differ || results[k + j * step] != results[k];
            for (size_t j = 0; differ && j < n; j++)
                out->by_leaf[i][results[k + j * step]] = true;
        }
        step *= n;
    }
}
