/*
 * Decisions of a model: each is evaluated once a run, when it is first needed. Promises: see dmn.h.
 */
#include <string.h>

#include "base/arena.h"
#include "dmn/limits.h"
#include "dmn/model.h"
#include "dmn/trace.h"
#include "base/banned.h"

enum state { NOT_YET, IN_HAND, DONE };

/* One for a run, and one for each call of a decision service, which has its own inputs. */
struct model_run {
    struct run *run;
    const struct dmn_model *model;
    struct feel_value *values; /* one for each element */
    unsigned char *states;
    const struct dmn_trace **trace; /* where the next goes; NULL: it is not asked for */
};

static struct feel_value value_of(struct model_run *m, const struct dmn_element *element);

static bool begin(struct run *run, const struct dmn_model *model, struct model_run *m)
{
    *m = (struct model_run){ .run = run, .model = model };
    m->values = ARENA_ARRAY(run->arena, model->elements_n + 1, struct feel_value);
    m->states = ARENA_ARRAY(run->arena, model->elements_n + 1, unsigned char);
    if (!m->values || !m->states)
        run_no_memory(run);
    return run_spend(run, model->elements_n / RUN_NAMES_OF_STEP);
}

static void set(struct model_run *m, const struct dmn_element *element, struct feel_value value)
{
    m->values[element->at] = value;
    m->states[element->at] = DONE;
}

static bool take_requirements(struct model_run *m, const struct dmn_element *element, struct feel_value *slots)
{
    for (size_t i = 0; i < element->requirements_n && !m->run->stopped; i++)
        slots[element->requirements[i].slot] = value_of(m, element->requirements[i].element);
    return !m->run->stopped;
}

static struct feel_value decide(struct run *run, const struct node *node, struct feel_value *slots)
{
    struct dmn_trace *trace = run->trace;
    struct table_decided *decided = trace ? ARENA_NEW(run->arena, struct table_decided) : NULL;
    if (trace && !decided)
        return run_no_memory(run);
    struct feel_value value = table_decide(run, node->table, slots, decided);
    if (trace && decided->table) {
        decided->before = trace->tables;
        trace->tables = decided;
    }
    return value;
}

static struct feel_value decision(struct model_run *m, const struct dmn_element *element)
{
    struct run *run = m->run;
    struct feel_value local[RUN_LOCAL_SLOTS];
    struct feel_value *slots = run_frame(run, element->body, local);
    struct str where = run->where;
    struct dmn_trace *outside = run->trace, *trace = NULL;
    if (!slots || !take_requirements(m, element, slots))
        return FEEL_NONE;
    if (m->trace && !(trace = ARENA_NEW(run->arena, struct dmn_trace)))
        return run_no_memory(run);
    run->where = element->name;
    run->line = element->line;
    run->trace = trace;
    struct feel_value value = run_convert(run, element->body->result, run_node(run, element->body->root, slots));
    run->where = where;
    run->trace = outside;
    if (trace) {
        trace->name = element->name;
        trace->value = value;
        *m->trace = trace;
        m->trace = &trace->next;
    }
    return value;
}

/* The function's value may be needed by itself: it is known before what it takes along is. */
static struct feel_value knowledge(struct model_run *m, const struct dmn_element *element)
{
    struct run *run = m->run;
    struct feel_function *function = ARENA_NEW(run->arena, struct feel_function);
    struct feel_value *captured = ARENA_ARRAY(run->arena, element->requirements_n + 1, struct feel_value);
    struct node_capture *captures = ARENA_ARRAY(run->arena, element->requirements_n + 1, struct node_capture);
    struct body *body = ARENA_NEW(run->arena, struct body);
    if (!function || !captured || !captures || !body)
        return run_no_memory(run);
    *body = *element->body;
    *function =
        (struct feel_function){ .form = FUNCTION_BODY, .name = element->name, .body = body, .captured = captured };
    struct feel_value value = { .kind = FEEL_FUNCTION, .function = function };
    set(m, element, value);
    for (size_t i = 0; i < element->requirements_n && !run->stopped; i++) {
        captures[i].to = element->requirements[i].slot;
        captured[i] = value_of(m, element->requirements[i].element);
    }
    body->captures = captures;
    body->captures_n = element->requirements_n;
    return value;
}

static struct feel_value service(struct model_run *m, const struct dmn_element *element)
{
    struct feel_function *function = ARENA_NEW(m->run->arena, struct feel_function);
    if (!function)
        return run_no_memory(m->run);
    *function = (struct feel_function){
        .form = FUNCTION_DECISION_SERVICE, .name = element->name, .service = &element->service, .model = m
    };
    return (struct feel_value){ .kind = FEEL_FUNCTION, .function = function };
}

static struct feel_value value_of(struct model_run *m, const struct dmn_element *element)
{
    struct feel_value value = FEEL_NONE;
    struct run *run = m->run;
    if (m->states[element->at] == DONE || run->stopped)
        return m->values[element->at];
    if (m->states[element->at] == IN_HAND)
        return run_null(run, "The decision \"%.*s\" needs itself.", STR_ARG(element->name));
    if (!run_deeper(run) || !run_spend(run, 1))
        return FEEL_NONE;
    m->states[element->at] = IN_HAND;
    switch (element->kind) {
    case DMN_INPUT_DATA: value = run_null(run, "The input \"%.*s\" is not known.", STR_ARG(element->name)); break;
    case DMN_DECISION: value = decision(m, element); break;
    case DMN_BUSINESS_KNOWLEDGE_MODEL: value = knowledge(m, element); break;
    case DMN_DECISION_SERVICE: value = service(m, element); break;
    }
    run->depth--;
    set(m, element, value);
    return value;
}

/* The outputs of a service: one value, or a context of several. */
static struct feel_value outputs_of(struct model_run *m, const struct dmn_service *service)
{
    if (service->outputs_n == 1)
        return run_convert(m->run, service->result, value_of(m, service->outputs[0]));
    struct feel_entry *entries = ARENA_ARRAY(m->run->arena, service->outputs_n + 1, struct feel_entry);
    if (!entries)
        return run_no_memory(m->run);
    for (size_t i = 0; i < service->outputs_n; i++)
        entries[i] = (struct feel_entry){ service->outputs[i]->variable, value_of(m, service->outputs[i]) };
    return run_convert(m->run, service->result, run_context(m->run, entries, service->outputs_n));
}

/* The parameter that this argument is for; SIZE_MAX: none, or one that has its value already. */
static size_t parameter_of(const struct model_run *m, const struct dmn_service *service, const struct str *names,
                           size_t i)
{
    size_t at = i;
    if (names)
        for (at = 0; at < service->parameters_n; at++)
            if (str_equal(service->parameters[at]->variable, names[i]) ||
                str_equal(service->parameters[at]->name, names[i]))
                break;
    return at < service->parameters_n && m->states[service->parameters[at]->at] == NOT_YET ? at : SIZE_MAX;
}

static struct feel_value call_service(struct run *run, const struct feel_function *function,
                                      const struct feel_value *arguments, const struct str *names, size_t n)
{
    const struct dmn_service *service = function->service;
    struct model_run inside;
    if (n != service->parameters_n)
        return run_null(run, "The decision service \"%.*s\" has %zu parameters.", STR_ARG(function->name),
                        service->parameters_n);
    if ((names && !run_spend(run, n * n / RUN_NAMES_OF_STEP)) || !begin(run, function->model->model, &inside))
        return FEEL_NONE;
    for (size_t i = 0; i < n; i++) {
        size_t at = parameter_of(&inside, service, names, i);
        if (at == SIZE_MAX)
            return run_null(run, "The decision service \"%.*s\" has no parameter \"%.*s\", or has it twice.",
                            STR_ARG(function->name), STR_ARG(names ? names[i] : STR("")));
        struct feel_value value = run_convert(run, service->parameters[at]->type, arguments[i]);
        if (value.kind == FEEL_NULL && arguments[i].kind != FEEL_NULL)
            return value;
        set(&inside, service->parameters[at], value);
    }
    return outputs_of(&inside, service);
}

/* Each input is held against each element: names that end differently, as x1 and x2 do, are told apart without a call.
 */
static bool is_called(struct str name, struct str asked)
{
    return name.n == asked.n && (name.n == 0 || name.p[name.n - 1] == asked.p[asked.n - 1]) && str_equal(name, asked);
}

bool model_run_is_input(const struct dmn_element *element, const struct dmn_input *input)
{
    return (element->kind == DMN_INPUT_DATA || element->kind == DMN_DECISION) &&
           is_called(element->name, input->name) && (!input->space.p || str_equal(element->file->space, input->space));
}

/* `decisions`: only those that are decisions. */
static void take_inputs(struct model_run *m, const struct dmn_input *inputs, size_t inputs_n, bool decisions)
{
    if (!run_spend(m->run, inputs_n * m->model->elements_n / RUN_NAMES_OF_STEP))
        return;
    for (size_t i = 0; i < inputs_n; i++)
        for (size_t j = 0; j < m->model->elements_n; j++) {
            const struct dmn_element *element = &m->model->elements[j];
            if (!model_run_is_input(element, &inputs[i]))
                continue;
            m->run->where = element->name;
            m->run->line = element->line;
            if (!run_takes(m->run, inputs[i].value))
                return;
            if (!decisions || element->kind == DMN_DECISION)
                set(m, element, run_convert(m->run, element->type, inputs[i].value));
        }
}

/* Input decisions are parameters as inputs are (DMN 1.5, 10.4): their own logic is none of the service. */
static void take_no_more(struct model_run *m, const struct dmn_service *service)
{
    for (size_t i = 0; i < service->parameters_n; i++) {
        const struct dmn_element *parameter = service->parameters[i];
        if (m->states[parameter->at] == NOT_YET)
            set(m, parameter, run_null(m->run, "The input \"%.*s\" is not known.", STR_ARG(parameter->name)));
    }
}

enum status dmn_evaluate(const struct dmn_model *model, const struct dmn_element *element, struct arena *arena,
                         int64_t now_ms, const struct dmn_input *inputs, size_t inputs_n, struct dmn_result *out,
                         struct fault *fault)
{
    struct run run = { .arena = arena,
                       .steps_left = DMN_STEPS_MAX,
                       .now_ms = now_ms,
                       .where = element->name,
                       .line = element->line,
                       .call_service = call_service,
                       .decide = decide };
    struct model_run m;
    *out = (struct dmn_result){ .value = FEEL_NONE };
    if (begin(&run, model, &m)) {
        m.trace = &out->trace;
        take_inputs(&m, inputs, inputs_n, false);
        if (element->kind == DMN_DECISION_SERVICE)
            take_no_more(&m, &element->service);
        out->value = element->kind == DMN_DECISION_SERVICE ? outputs_of(&m, &element->service) : value_of(&m, element);
    }
    out->steps = DMN_STEPS_MAX - run.steps_left;
    if (!run.stopped)
        return STATUS_OK;
    if (fault)
        *fault = run.fault;
    *out = (struct dmn_result){ .value = FEEL_NONE, .steps = out->steps };
    return STATUS_LIMIT;
}

struct model_run *model_run_begin(struct run *run, const struct dmn_model *model, const struct dmn_input *inputs,
                                  size_t inputs_n)
{
    struct model_run *m = ARENA_NEW(run->arena, struct model_run);
    run->call_service = call_service;
    run->decide = decide;
    if (!m) {
        run_no_memory(run);
        return NULL;
    }
    if (!begin(run, model, m))
        return NULL;
    model_run_take(m, inputs, inputs_n);
    return m;
}

void model_run_take(struct model_run *m, const struct dmn_input *inputs, size_t inputs_n)
{
    take_inputs(m, inputs, inputs_n, true);
}

bool model_run_given(const struct model_run *m, const struct dmn_element *element)
{
    return m->states[element->at] == DONE;
}

struct feel_value model_run_value(struct model_run *m, const struct dmn_element *element)
{
    return value_of(m, element);
}
