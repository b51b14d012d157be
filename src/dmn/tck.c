/* The TCK's cases. Promises: see tck.h. */
#include "dmn/tck.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "dmn/limits.h"
#include "dmn/model.h"
#include "dmn/parse.h"
#include "dmn/scan.h"
#include "dmn/temporal.h"
#include "dmn/xml.h"
#include "base/banned.h"

enum { WORDS_MAX = 400 };

/* ---- Values of a case ---- */

static struct feel_value value_in(struct arena *arena, const struct xml *xml);

static struct feel_value moment(struct arena *arena, struct str text)
{
    struct feel_moment *kept = ARENA_NEW(arena, struct feel_moment);
    if (!kept || !temporal_moment_parse(arena, text, kept))
        return FEEL_NONE;
    return (struct feel_value){ .kind = FEEL_DATE_AND_TIME, .moment = kept };
}

static struct feel_value of_type(struct arena *arena, struct str type, struct str text)
{
    struct feel_value value = { .kind = FEEL_NULL };
    bool is_months;
    ptrdiff_t colon = str_find_byte(type, ':');
    type = str_slice(type, (size_t)(colon + 1), type.n);
    if (str_equal(type, STR("string")))
        return feel_string(text);
    text = str_trim(text);
    if (str_equal(type, STR("boolean")))
        return feel_boolean(str_equal(text, STR("true")) || str_equal(text, STR("1")));
    if (str_equal(type, STR("date")) && temporal_date_parse(text, &value.date))
        value.kind = FEEL_DATE;
    else if (str_equal(type, STR("time")) && temporal_time_parse(arena, text, &value.time))
        value.kind = FEEL_TIME;
    else if (str_equal(type, STR("dateTime")))
        return moment(arena, text);
    else if (str_equal(type, STR("duration")) && temporal_duration_parse(text, &is_months, &value.days, &value.months))
        value.kind = is_months ? FEEL_MONTHS : FEEL_DAYS;
    else if (number_parse(text, &value.number))
        value.kind = FEEL_NUMBER;
    return value;
}

/* Without a type: what it looks like. */
static struct feel_value untyped(struct str text)
{
    struct number number;
    struct str trimmed = str_trim(text);
    if (number_parse(trimmed, &number))
        return feel_number(number);
    if (str_equal(trimmed, STR("true")) || str_equal(trimmed, STR("false")))
        return feel_boolean(trimmed.n == 4);
    return feel_string(text);
}

static bool is_nil(const struct xml *xml)
{
    struct str nil = xml_foreign_attribute(xml, "nil");
    return str_equal(nil, STR("true"));
}

static struct feel_value list_in(struct arena *arena, const struct xml *xml)
{
    struct feel_value *items = NULL;
    size_t n = 0, cap = 0;
    for (const struct xml *item = xml_child(xml, "item"); item; item = xml_again(item)) {
        struct feel_value value = value_in(arena, item);
        struct feel_value *room = ARENA_PUSH(arena, items, n, cap);
        if (room)
            *room = value;
    }
    return feel_list(items, n);
}

static struct feel_value context_in(struct arena *arena, const struct xml *xml)
{
    struct feel_entry *entries = NULL;
    size_t n = 0, cap = 0;
    for (const struct xml *child = xml_child(xml, "component"); child; child = xml_again(child)) {
        struct feel_value value = is_nil(child) ? FEEL_NONE : value_in(arena, child);
        struct feel_entry *room = ARENA_PUSH(arena, entries, n, cap);
        if (room)
            *room = (struct feel_entry){ scan_name_of(arena, xml_attribute(child, "name")), value };
    }
    return feel_context(arena, entries, n);
}

/* <value>, <list> or <component>s inside an element. */
static struct feel_value value_in(struct arena *arena, const struct xml *xml)
{
    const struct xml *value = xml_child(xml, "value"), *list = xml_child(xml, "list");
    if (list)
        return is_nil(list) ? FEEL_NONE : list_in(arena, list);
    if (xml_child(xml, "component"))
        return context_in(arena, xml);
    if (!value || is_nil(value))
        return FEEL_NONE;
    struct str type = xml_foreign_attribute(value, "type");
    return type.p ? of_type(arena, type, value->text) : untyped(value->text);
}

/* ---- Comparing ---- */

/* Numbers of a case may be rounded: as many digits as it has are looked at, at least eight. */
static bool numbers_agree(struct number expected, struct number actual)
{
    struct number difference, bound;
    if (number_compare(expected, actual) == 0)
        return true;
    return number_subtract(expected, actual, &difference) &&
           number_multiply(number_absolute(actual), number_of(1), &bound) &&
           number_divide(bound, number_of(100000000), &bound) &&
           number_compare(number_absolute(difference), bound) <= 0;
}

/* An expected value without a type is a text: then it is how the value is written. */
static bool written_so(struct str expected, struct feel_value actual)
{
    struct buf text;
    buf_init(&text, NULL, WORDS_MAX);
    feel_write(&text, actual);
    bool same = buf_ok(&text) && str_equal(buf_str(&text), expected);
    buf_free(&text);
    return same;
}

static bool agree(struct feel_value expected, struct feel_value actual)
{
    if (expected.kind == FEEL_STRING && actual.kind >= FEEL_DATE && actual.kind <= FEEL_MONTHS)
        return written_so(str_trim(expected.string), actual);
    if (expected.kind != actual.kind)
        return false;
    if (expected.kind == FEEL_NUMBER)
        return numbers_agree(expected.number, actual.number);
    if (expected.kind == FEEL_LIST) {
        if (expected.list.n != actual.list.n)
            return false;
        for (size_t i = 0; i < expected.list.n; i++)
            if (!agree(expected.list.items[i], actual.list.items[i]))
                return false;
        return true;
    }
    if (expected.kind == FEEL_CONTEXT) {
        if (expected.context->n != actual.context->n)
            return false;
        for (size_t i = 0; i < expected.context->n; i++) {
            const struct feel_value *other = feel_context_get(actual.context, expected.context->entries[i].name);
            if (!other || !agree(expected.context->entries[i].value, *other))
                return false;
        }
        return true;
    }
    return feel_same(expected, actual);
}

/* ---- Running ---- */

struct running {
    struct arena *arena;
    const struct dmn_model *model;
    void (*report)(void *self, const struct tck_result *result);
    void *self;
};

static struct str words_of(struct arena *arena, struct feel_value expected, struct feel_value actual)
{
    struct buf words;
    buf_init(&words, arena, 64 * 1024);
    buf_add(&words, STR("expected "));
    feel_write(&words, expected);
    buf_add(&words, STR(", got "));
    feel_write(&words, actual);
    if (actual.kind == FEEL_NULL && actual.why)
        buf_format(&words, " (line %d: %.*s)", actual.why->line, STR_ARG(actual.why->words));
    struct str whole = buf_str(&words);
    return whole.n > WORDS_MAX ? str_slice(whole, 0, WORDS_MAX) : whole;
}

static const struct dmn_element *input_named(const struct dmn_model *model, const struct dmn_input *input)
{
    for (size_t i = 0; i < dmn_model_elements(model); i++) {
        const struct dmn_element *element = dmn_model_element(model, i);
        if (str_equal(dmn_element_name(element), input->name) &&
            (!input->space.p || str_equal(dmn_element_namespace(element), input->space)))
            return element;
    }
    return NULL;
}

/* What has no type of its own is what the model's input is. */
static size_t inputs_of(struct arena *arena, const struct dmn_model *model, const struct xml *test,
                        struct dmn_input **out)
{
    size_t n = 0, cap = 0;
    *out = NULL;
    for (const struct xml *node = xml_child(test, "inputNode"); node; node = xml_again(node)) {
        struct dmn_input input = { xml_attribute(node, "namespace"), scan_name_of(arena, xml_attribute(node, "name")),
                                   value_in(arena, node) };
        const struct dmn_element *element = input_named(model, &input);
        if (element)
            input.value = dmn_value_typed(arena, input.value, element);
        struct dmn_input *room = ARENA_PUSH(arena, *out, n, cap);
        if (room)
            *room = input;
    }
    return n;
}

/* Of a service with several outputs a result may name one, instead of the service. */
static struct feel_value one_output(const struct dmn_element *element, struct str name, struct feel_value value)
{
    if (element->kind != DMN_DECISION_SERVICE || element->service.outputs_n < 2 || value.kind != FEEL_CONTEXT ||
        str_equal(name, element->name))
        return value;
    const struct feel_value *output = feel_context_get(value.context, name);
    return output ? *output : value;
}

static struct tck_result run_result(struct running *r, struct arena *scratch, const struct xml *test,
                                    const struct xml *result)
{
    struct tck_result out = { .id = xml_attribute(test, "id") };
    struct str invocable = xml_attribute(test, "invocableName"), name = xml_attribute(result, "name");
    const struct xml *expected_in = xml_child(result, "expected");
    struct feel_value expected = expected_in ? value_in(scratch, expected_in) : FEEL_NONE;
    struct dmn_input *inputs;
    struct dmn_result got;
    struct fault fault;
    size_t n = inputs_of(scratch, r->model, test, &inputs);
    name = scan_name_of(scratch, name);
    struct str asked = invocable.p ? scan_name_of(scratch, invocable) : name;
    const struct dmn_element *element = dmn_model_find(r->model, xml_attribute(result, "namespace"), asked);
    if (!element) {
        out.words = str_format(scratch, "there is nothing called \"%.*s\"", STR_ARG(asked));
        return out;
    }
    if (dmn_evaluate(r->model, element, scratch, clock_now_ms(), inputs, n, &got, &fault) != STATUS_OK) {
        out.words = str_format(scratch, "%s", fault.text);
        return out;
    }
    struct feel_value value = one_output(element, name, got.value);
    out.passed = agree(expected, value);
    if (!out.passed)
        out.words = words_of(scratch, expected, value);
    return out;
}

static struct tck_result run_case(struct running *r, struct arena *scratch, const struct xml *test)
{
    struct tck_result out = { .id = xml_attribute(test, "id"), .words = STR("it expects nothing") };
    for (const struct xml *result = xml_child(test, "resultNode"); result; result = xml_again(result)) {
        out = run_result(r, scratch, test, result);
        if (!out.passed)
            break;
    }
    return out;
}

static enum status open_cases(struct arena *arena, struct str bytes, struct xml **out, struct fault *fault)
{
    enum status status = xml_read(arena, bytes, out, fault);
    if (status == STATUS_OK && !xml_is(*out, "testCases"))
        status = fault_set(fault, STATUS_INVALID, "These are no test cases; the first element is <%.*s>.",
                           STR_ARG((*out)->name));
    return status;
}

enum status tck_model_name(struct arena *arena, struct str cases, struct str *out, struct fault *fault)
{
    struct xml *xml;
    enum status status = open_cases(arena, cases, &xml, fault);
    if (status != STATUS_OK)
        return status;
    const struct xml *name = xml_child(xml, "modelName");
    *out = name ? str_trim(name->text) : STR_NONE;
    return STATUS_OK;
}

enum status tck_run(struct arena *arena, struct str cases, const struct dmn_file *files, size_t files_n,
                    void (*report)(void *self, const struct tck_result *result), void *self, struct fault *fault)
{
    struct xml *xml;
    struct dmn_model *model;
    enum status status = open_cases(arena, cases, &xml, fault);
    if (status == STATUS_OK)
        status = dmn_model_read(arena, files, files_n, &model, fault);
    struct arena *scratch = status == STATUS_OK ? arena_new(DMN_RUN_MEMORY_MAX) : NULL;
    if (status == STATUS_OK && !scratch)
        status = fault_no_memory(fault);
    if (status != STATUS_OK)
        return status;
    struct running r = { arena, model, report, self };
    for (const struct xml *test = xml_child(xml, "testCase"); test; test = xml_again(test)) {
        struct tck_result result = run_case(&r, scratch, test);
        report(self, &result);
        arena_reset(scratch);
    }
    arena_free(scratch);
    return STATUS_OK;
}
