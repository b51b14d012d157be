/*
 * What a decision could still come to, and what is to be asked for. Promises: see dmn.h.
 *
 * A model is hostile as any file is: each step is counted, and where the steps are used up, or a set grows too large,
 * the answer gets wider and stays true.
 */
#include "dmn/unknown.h"

#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

enum { NOT_YET, IN_HAND, DONE };
enum { LEAF_DEPTH_MAX = 20 };

/* ---- Leaves ---- */

/* Where a value stands in the inputs. Written out only where it is a leaf: most are known. */
struct place {
    const struct place *outside; /* NULL: the input itself */
    struct str name;             /* STR_NONE: of an item */
    size_t item;
};

static struct str path_of(struct unknown *u, const struct place *place)
{
    if (!place->outside)
        return place->name;
    struct str path = path_of(u, place->outside);
    if (!place->name.p)
        return path.p ? str_format(u->run->arena, "%.*s[%zu]", STR_ARG(path), place->item) : path;
    size_t n = path.n + 1 + place->name.n;
    char *room = path.p ? ARENA_ARRAY(u->run->arena, n, char) : NULL;
    if (!room)
        return STR_NONE;
    memcpy(room, path.p, path.n);
    room[path.n] = '.';
    memcpy(room + path.n + 1, place->name.p, place->name.n);
    return (struct str){ room, n };
}

static struct set leaf_of(struct unknown *u, const struct feel_type *type, const struct place *place)
{
    struct set like = { 0 };
    uint64_t *own = leaves_none(u);
    struct str path = path_of(u, place);
    if (u->leaves_n == u->leaves_most) {
        run_stop(u->run, "more than %d inputs and members of inputs are not known", (int)DMN_UNKNOWN_LEAVES_MAX);
        return like;
    }
    struct leaf *room = ARENA_PUSH(u->run->arena, u->leaves, u->leaves_n, u->leaves_cap);
    if (!room || !own || !path.p) {
        run_no_memory(u->run);
        return like;
    }
    room->path = path;
    if (u->fixed && u->fixed_leaf == u->leaves_n - 1)
        return set_one(u, *u->fixed);
    own[(u->leaves_n - 1) / 64] |= UINT64_C(1) << (u->leaves_n - 1) % 64;
    like.leaves = own;
    struct set set = set_settled(set_of_type(u, type, &like));
    set.untyped = !type || type->form == TYPE_ANY;
    if (set.n == 0 && set.kinds == 0) /* its type allows nothing: it will be null */
        return set_one(u, FEEL_NONE);
    u->leaves[u->leaves_n - 1].set = set_shared(&set);
    return set;
}

static struct set input_of(struct unknown *u, const struct feel_type *type, struct feel_value value,
                           const struct place *place, int depth);

static struct set composed(struct unknown *u, enum part_form form, const struct set_entry *entries, size_t n)
{
    struct set out = { 0 };
    if (u->run->stopped)
        return out;
    for (size_t i = 0; i < n; i++)
        set_contain(u, &out, entries[i].set->leaves);
    set_add(u, &out, (struct part){ .form = form, .entries = entries, .n = n });
    return out;
}

static struct set context_of(struct unknown *u, const struct feel_type *type, const struct feel_context *given,
                             const struct place *place, int depth)
{
    size_t n = type->n, most = n + (given ? given->n : 0);
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, most + 1, struct set_entry);
    struct set *sets = ARENA_ARRAY(u->run->arena, most + 1, struct set), none = { 0 };
    bool *named = ARENA_ARRAY(u->run->arena, most + 1, bool);
    if (!entries || !sets || !named) {
        run_no_memory(u->run);
        return none;
    }
    for (size_t i = 0; i < n && !u->run->stopped; i++) {
        const struct feel_field *field = &type->fields[i];
        const struct feel_entry *entry = given ? feel_context_entry(given, field->name, i) : NULL;
        const struct feel_value *value = entry ? &entry->value : NULL;
        if (entry)
            named[entry - given->entries] = true;
        const struct place inner = { .outside = place, .name = field->name };
        sets[i] = input_of(u, field->type, value ? *value : FEEL_NONE, &inner, depth + 1);
        entries[i] = (struct set_entry){ field->name, &sets[i] };
    }
    if (u->run->stopped)
        return none;                                 /* not every entry is there */
    for (size_t i = 0; given && i < given->n; i++) { /* what the type does not name */
        if (named[i])
            continue;
        sets[n] = set_one(u, given->entries[i].value);
        entries[n] = (struct set_entry){ given->entries[i].name, &sets[n] };
        n++;
    }
    return composed(u, PART_CONTEXT, entries, n);
}

static struct set list_of(struct unknown *u, const struct feel_type *type, struct feel_list given,
                          const struct place *place, int depth)
{
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, given.n + 1, struct set_entry);
    struct set *sets = ARENA_ARRAY(u->run->arena, given.n + 1, struct set), none = { 0 };
    if (!entries || !sets) {
        run_no_memory(u->run);
        return none;
    }
    for (size_t i = 0; i < given.n && !u->run->stopped; i++) {
        const struct place inner = { .outside = place, .item = i };
        sets[i] = input_of(u, type->of, given.items[i], &inner, depth + 1);
        entries[i].set = &sets[i];
    }
    if (u->run->stopped)
        return none;
    return composed(u, PART_LIST, entries, given.n);
}

/* An input, or a member of one, as far as it is known; what is not becomes a leaf. */
static struct set input_of(struct unknown *u, const struct feel_type *type, struct feel_value value,
                           const struct place *place, int depth)
{
    struct set none = { 0 };
    size_t before = u->leaves_n;
    if (u->run->stopped)
        return none;
    bool deep = depth > LEAF_DEPTH_MAX || !type;
    if (value.kind == FEEL_NULL)
        return !deep && type->form == TYPE_CONTEXT && type->n > 0 && !type->allowed
                   ? context_of(u, type, NULL, place, depth)
                   : leaf_of(u, type, place);
    if (!deep && value.kind == FEEL_CONTEXT && type->form == TYPE_CONTEXT && type->n > 0) {
        struct set set = context_of(u, type, value.context, place, depth);
        if (u->leaves_n > before)
            return set;
    }
    if (!deep && value.kind == FEEL_LIST && type->form == TYPE_LIST) {
        struct set set = list_of(u, type, value.list, place, depth);
        if (u->leaves_n > before)
            return set;
    }
    if (!deep && value.kind == FEEL_CONTEXT && type->form == TYPE_CONTEXT && type->n > 0 && !type->allowed &&
        !type->narrows && !u->unfit)
        return set_one(u, value); /* each member is there, and was taken as it is */
    struct feel_value converted = run_convert(u->run, type, value);
    u->unfit = u->unfit || (depth > 0 && converted.kind != value.kind);
    return set_one(u, converted);
}

/* ---- Elements ---- */

static struct set *value_of(struct unknown *u, const struct dmn_element *element);

/* Which of the inputs is this element's, the last of several; inputs_n: none. */
static size_t given_at(const struct unknown *u, const struct dmn_element *element)
{
    size_t at = u->inputs_n;
    for (size_t i = 0; i < u->inputs_n; i++)
        if (model_run_is_input(element, &u->inputs[i]))
            at = i;
    return at;
}

static struct feel_value given(const struct unknown *u, const struct dmn_element *element)
{
    size_t at = given_at(u, element);
    return at < u->inputs_n ? u->inputs[at].value : FEEL_NONE;
}

/* The most leaves that input_of makes of a value; beyond the bound any number will do. */
static size_t most_leaves(const struct feel_type *type, struct feel_value value, int depth)
{
    bool deep = depth > LEAF_DEPTH_MAX || !type;
    size_t n = value.kind == FEEL_NULL;
    if (!deep && type->form == TYPE_CONTEXT && (value.kind == FEEL_NULL || value.kind == FEEL_CONTEXT))
        for (size_t i = 0; i < type->n && n <= DMN_UNKNOWN_LEAVES_MAX; i++) {
            const struct feel_value *inner =
                value.kind == FEEL_CONTEXT ? feel_context_get_near(value.context, type->fields[i].name, i) : NULL;
            n += most_leaves(type->fields[i].type, inner ? *inner : FEEL_NONE, depth + 1);
        }
    if (!deep && type->form == TYPE_LIST && value.kind == FEEL_LIST)
        for (size_t i = 0; i < value.list.n && n <= DMN_UNKNOWN_LEAVES_MAX; i++)
            n += most_leaves(type->of, value.list.items[i], depth + 1);
    return n;
}

/* What a service that was asked for takes: an input decision is as good as an input. */
static bool is_parameter(const struct unknown *u, const struct dmn_element *element)
{
    for (size_t i = 0; u->service && i < u->service->parameters_n; i++)
        if (u->service->parameters[i] == element)
            return true;
    return false;
}

/* How many leaves there are at most: the bound is far more than most models need. */
static size_t leaves_most(const struct unknown *u, const struct dmn_model *model)
{
    size_t n = 1;
    for (size_t i = 0; i < model->elements_n && n <= DMN_UNKNOWN_LEAVES_MAX; i++)
        if (model->elements[i].kind == DMN_INPUT_DATA || is_parameter(u, &model->elements[i]))
            n += most_leaves(model->elements[i].type, given(u, &model->elements[i]), 0);
    return n;
}

/* Inputs first, so that every leaf is known before anything is evaluated. */
static void take_input(struct unknown *u, const struct dmn_element *element)
{
    size_t at = given_at(u, element);
    struct feel_value value = at < u->inputs_n ? u->inputs[at].value : FEEL_NONE;
    const struct dmn_element *same = at < u->inputs_n ? u->taken[at] : NULL;
    if (same && same != element &&
        same->type == element->type) { /* two files that name one input: what is unknown in it is the same */
        u->elements[element->at] = u->elements[same->at];
        u->states[element->at] = DONE;
        return;
    }
    if (at < u->inputs_n)
        u->taken[at] = element;
    u->run->where = element->name;
    u->run->line = element->line;
    u->unfit = false;
    const struct place place = { .name = element->name };
    struct set set = input_of(u, element->type, value, &place, 0);
    if (u->unfit) /* a known part that is not of its type makes all of it none, whatever the rest is */
        set = set_one(u, FEEL_NONE);
    u->elements[element->at] = set;
    u->states[element->at] = DONE;
}

static void take_inputs(struct unknown *u, const struct dmn_element *element, unsigned char *seen, int depth)
{
    enum { REQUIREMENTS_OF_STEP = 4 };
    if (!element || seen[element->at] || !run_spend(u->run, 1 + element->requirements_n / REQUIREMENTS_OF_STEP))
        return;
    seen[element->at] = 1;
    if (depth > DMN_RUN_DEPTH_MAX) {
        run_stop(u->run, "decisions need each other too deeply");
        return;
    }
    if (element->kind == DMN_INPUT_DATA || is_parameter(u, element)) {
        take_input(u, element);
        return;
    }
    if (element->kind == DMN_DECISION && model_run_given(u->model, element))
        return;
    for (size_t i = 0; i < element->requirements_n; i++)
        take_inputs(u, element->requirements[i].element, seen, depth + 1);
    if (element->kind == DMN_DECISION_SERVICE && depth == 0)
        for (size_t i = 0; i < element->service.outputs_n; i++)
            take_inputs(u, element->service.outputs[i], seen, depth + 1);
}

static struct set decision(struct unknown *u, const struct dmn_element *element)
{
    struct frame frame;
    struct set set = { 0 };
    for (size_t i = 0; i < element->requirements_n; i++)
        value_of(u, element->requirements[i].element);
    if (u->run->stopped || !frame_make(u, &frame, (size_t)element->body->slots))
        return set;
    for (size_t i = 0; i < element->requirements_n; i++)
        frame_set(&frame, element->requirements[i].slot, value_of(u, element->requirements[i].element));
    struct str where = u->run->where;
    u->run->where = element->name;
    u->run->line = element->line;
    set = unknown_node(u, &frame, element->body->root);
    set = set_convert(u, element->body->result, &set);
    u->run->where = where;
    return set;
}

static struct set outputs(struct unknown *u, const struct dmn_service *service)
{
    struct set_entry *entries = ARENA_ARRAY(u->run->arena, service->outputs_n + 1, struct set_entry);
    struct set none = { 0 };
    if (service->outputs_n == 1)
        return set_shared(value_of(u, service->outputs[0]));
    if (!entries) {
        run_no_memory(u->run);
        return none;
    }
    for (size_t i = 0; i < service->outputs_n; i++)
        entries[i] = (struct set_entry){ service->outputs[i]->variable, value_of(u, service->outputs[i]) };
    return composed(u, PART_CONTEXT, entries, service->outputs_n);
}

/* A function may not look at inputs (DMN 1.5, 5.2.2), but a file may say that it does. */
static bool looks_at_inputs(struct unknown *u, const struct dmn_element *element, int depth)
{
    if (!element || element->kind == DMN_DECISION_SERVICE)
        return false; /* it has inputs of its own */
    if (element->kind != DMN_BUSINESS_KNOWLEDGE_MODEL || depth > DMN_EXPRESSION_DEPTH_MAX || !unknown_step(u, 1))
        return true;
    for (size_t i = 0; i < element->requirements_n; i++)
        if (element->requirements[i].element != element &&
            looks_at_inputs(u, element->requirements[i].element, depth + 1))
            return true;
    return false;
}

static struct set make_value(struct unknown *u, const struct dmn_element *element)
{
    if (element->kind == DMN_DECISION && !model_run_given(u->model, element))
        return decision(u, element);
    if (element->kind == DMN_INPUT_DATA) /* one beyond what was taken */
        return set_kinds(u, SET_ANY, NULL);
    if (element->kind == DMN_BUSINESS_KNOWLEDGE_MODEL && looks_at_inputs(u, element, 0))
        return set_kinds(u, 1 << FEEL_FUNCTION, NULL);
    return set_one(u, model_run_value(u->model, element));
}

static struct set *value_of(struct unknown *u, const struct dmn_element *element)
{
    static struct set nothing = { .kinds = SET_NULL };
    if (!element)
        return &nothing;
    struct set *set = &u->elements[element->at];
    if (u->states[element->at] == DONE || u->run->stopped)
        return set;
    if (u->states[element->at] == IN_HAND || u->depth >= DMN_UNKNOWN_DEPTH_MAX) {
        *set = set_kinds(u, SET_ANY, NULL);
        return set;
    }
    u->depth++;
    u->states[element->at] = IN_HAND;
    struct set made = make_value(u, element);
    u->depth--;
    *set = made;
    u->states[element->at] = DONE;
    return set;
}

/* ---- The answer ---- */

static bool could_change(const struct set *set, const struct dmn_outcomes *results, size_t leaf)
{
    bool settled = results->n <= 1 && !results->anything;
    return !settled && set->leaves && (set->leaves[leaf / 64] >> leaf % 64 & 1);
}

/* `every`: leaves too that change nothing. */
static struct dmn_unknown_leaf *answer(struct unknown *u, const struct set *set, bool every, struct dmn_unknowns *out)
{
    size_t n = 0;
    out->results = set_outcomes(u, set);
    for (size_t i = 0; i < u->leaves_n; i++)
        n += every || could_change(set, &out->results, i);
    struct dmn_unknown_leaf *leaves = ARENA_ARRAY(u->run->arena, n + 1, struct dmn_unknown_leaf);
    if (!leaves) {
        run_no_memory(u->run);
        return NULL;
    }
    for (size_t i = 0; i < u->leaves_n; i++) {
        bool could = could_change(set, &out->results, i);
        if (!every && !could)
            continue;
        struct dmn_unknown_leaf *leaf = &leaves[out->n++];
        *leaf = (struct dmn_unknown_leaf){ .path = u->leaves[i].path, .could_change = could };
        if (could && !set->by_leaf)
            leaf->could_become = out->results;
        else if (could && set->by_leaf[i])
            leaf->could_become = set_outcomes(u, set->by_leaf[i]);
    }
    out->leaves = leaves;
    return u->run->stopped ? NULL : leaves;
}

/* `spare`: leaves beyond those that these inputs have. */
static bool begin(struct unknown *u, const struct dmn_model *model, const struct dmn_input *inputs, size_t inputs_n,
                  size_t spare)
{
    enum { ELEMENTS_OF_STEP = 8 };
    struct arena *arena = u->run->arena;
    size_t n = model->elements_n;
    u->inputs = inputs;
    u->inputs_n = inputs_n;
    u->leaves_most = leaves_most(u, model) + spare;
    if (u->leaves_most > DMN_UNKNOWN_LEAVES_MAX)
        u->leaves_most = DMN_UNKNOWN_LEAVES_MAX;
    u->leaf_words = (u->leaves_most + 63) / 64;
    u->elements = ARENA_ARRAY(arena, n + 1, struct set);
    u->states = ARENA_ARRAY(arena, n + 1, unsigned char);
    u->taken = ARENA_ARRAY(arena, inputs_n + 1, const struct dmn_element *);
    if (!u->elements || !u->states || !u->taken)
        run_no_memory(u->run);
    else if (run_spend(u->run, n / ELEMENTS_OF_STEP))
        u->model = model_run_begin(u->run, model, inputs, inputs_n);
    return u->model != NULL;
}

/* What was asked: a model, a decision, and what is known. */
struct question {
    const struct dmn_model *model;
    const struct dmn_element *element;
    int64_t now_ms;
    const struct dmn_input *inputs;
    size_t inputs_n;
};

/* What the decision could be. False, and the run says why, where a bound was hit. */
static bool reached(struct unknown *u, const struct question *question, struct set *out)
{
    const struct dmn_element *element = question->element;
    unsigned char *seen = ARENA_ARRAY(u->run->arena, question->model->elements_n + 1, unsigned char);
    u->service = element->kind == DMN_DECISION_SERVICE ? &element->service : NULL;
    if (!seen)
        run_no_memory(u->run);
    if (!seen || !begin(u, question->model, question->inputs, question->inputs_n, 0))
        return false;
    take_inputs(u, element, seen, 0);
    u->leaves_most = u->leaves_n + 1; /* no more come */
    u->run->where = element->name;
    *out = element->kind == DMN_DECISION_SERVICE ? outputs(u, &element->service) : set_shared(value_of(u, element));
    return !u->run->stopped;
}

static struct run run_of(struct arena *arena, const struct question *question)
{
    return (struct run){ .arena = arena,
                         .steps_left = DMN_STEPS_MAX,
                         .now_ms = question->now_ms,
                         .where = question->element->name,
                         .line = question->element->line };
}

/* What was made without memory somewhere is only wider, but nobody should take it for an answer. */
static bool ended_well(struct run *run)
{
    if (!run->stopped && arena_failed(run->arena))
        run_no_memory(run);
    return !run->stopped;
}

static int64_t cost_of(const struct unknown *u)
{
    return DMN_STEPS_MAX - u->run->steps_left + u->looks;
}

/* ---- One leaf at a time ---- */

/*
 * A leaf that stands in several places is there the same: taking each of its values by itself says so. Only what leaves
 * a leaf of few values could make is narrowed by this; what cannot be done for want of steps or memory stays wide.
 */
enum { FIXED_MAX = 8, FEW_RESULTS = 64 };

/* Which of the results a set holds, one bit each; 0 where it holds something else. */
static uint64_t among_results(struct unknown *u, const struct dmn_outcomes *results, const struct set *set)
{
    struct dmn_outcomes outcomes = set_outcomes(u, set);
    uint64_t mask = 0;
    if (outcomes.anything || u->run->stopped)
        return 0;
    for (size_t i = 0; i < outcomes.n; i++) {
        size_t at = 0;
        while (at < results->n && !feel_same(results->values[at], outcomes.values[i]))
            at++;
        if (at == results->n)
            return 0;
        mask |= UINT64_C(1) << at;
    }
    return mask;
}

/* The results where one leaf has one value; 0 where that cannot be told. The arena is emptied first. */
static uint64_t results_with(const struct question *question, const struct dmn_outcomes *results, size_t leaf,
                             const struct feel_value *value, struct arena *arena, int64_t *cost)
{
    uint64_t mask = 0;
    arena_reset(arena);
    struct run run = run_of(arena, question);
    struct unknown u = { .run = &run, .fixed = value, .fixed_leaf = leaf };
    struct set set;
    if (reached(&u, question, &set))
        mask = among_results(&u, results, &set);
    *cost += cost_of(&u);
    return mask;
}

static void keep(struct dmn_outcomes *outcomes, const struct dmn_outcomes *results, uint64_t mask,
                 struct feel_value *room)
{
    size_t n = 0;
    for (size_t i = 0; i < outcomes->n; i++)
        for (size_t at = 0; at < results->n; at++)
            if ((mask >> at & 1) && feel_same(results->values[at], outcomes->values[i])) {
                room[n++] = outcomes->values[i];
                break;
            }
    outcomes->values = room;
    outcomes->n = n;
}

/* Of a leaf, what it could make by one of its values and not by each other; *any: what there is at all. */
static uint64_t changes_of(const uint64_t *masks, size_t n, uint64_t *any)
{
    uint64_t changes = 0;
    for (size_t i = 0; i < n; i++)
        *any |= masks[i];
    for (size_t bit = 0; bit < FEW_RESULTS; bit++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                if (i != j && (masks[i] >> bit & 1) && masks[j] != UINT64_C(1) << bit)
                    changes |= UINT64_C(1) << bit;
    return changes;
}

static void narrow(struct unknown *u, const struct question *question, struct dmn_unknowns *out,
                   struct dmn_unknown_leaf *leaves)
{
    int64_t base = cost_of(u), cost = 0;
    uint64_t left = ~UINT64_C(0);
    const struct dmn_outcomes results = out->results;
    struct feel_value *room = ARENA_ARRAY(u->run->arena, (results.n + 1) * (out->n + 1), struct feel_value);
    uint64_t *could = ARENA_ARRAY(u->run->arena, out->n + 1, uint64_t);
    if (!room || !could)
        run_no_memory(u->run);
    if (!room || !could || results.anything || results.n < 2 || results.n > FEW_RESULTS)
        return;
    struct arena *arena = arena_new(DMN_UNKNOWN_MORE_MEMORY_MAX);
    if (!arena)
        return; /* it stays wide */
    for (size_t i = 0; i < out->n; i++) {
        struct feel_value *values;
        uint64_t masks[FIXED_MAX], any = 0;
        size_t n = 0, done = 0;
        could[i] = ~UINT64_C(0);
        if (!leaves[i].could_change || leaves[i].could_become.anything ||
            !set_values(u, &u->leaves[i].set, FIXED_MAX, &values, &n) ||
            cost + base * (int64_t)n > DMN_UNKNOWN_STEPS_MAX)
            continue;
        while (done < n && (masks[done] = results_with(question, &results, i, &values[done], arena, &cost)))
            done++;
        if (done < n)
            continue;
        could[i] = changes_of(masks, n, &any);
        left &= any;
    }
    arena_free(arena);
    for (size_t i = 0; i < out->n; i++) {
        if (!leaves[i].could_change || leaves[i].could_become.anything)
            continue;
        keep(&leaves[i].could_become, &results, could[i] & left, room + (i + 1) * (results.n + 1));
        leaves[i].could_change = leaves[i].could_become.n > 0;
    }
    keep(&out->results, &results, left, room);
    out->steps += cost;
}

static enum status unknowns_of(const struct question *question, struct arena *arena, bool each,
                               struct dmn_unknowns *out, struct fault *fault)
{
    struct run run = run_of(arena, question);
    struct unknown u = { .run = &run };
    struct set set;
    *out = (struct dmn_unknowns){ 0 };
    if (reached(&u, question, &set)) {
        struct dmn_unknown_leaf *leaves = answer(&u, &set, true, out);
        if (leaves && each)
            narrow(&u, question, out, leaves);
    }
    out->steps += cost_of(&u);
    if (ended_well(&run))
        return STATUS_OK;
    if (fault)
        *fault = run.fault;
    *out = (struct dmn_unknowns){ 0 };
    return STATUS_LIMIT;
}

enum status dmn_unknown(const struct dmn_model *model, const struct dmn_element *element, struct arena *arena,
                        int64_t now_ms, const struct dmn_input *inputs, size_t inputs_n, struct dmn_unknowns *out,
                        struct fault *fault)
{
    const struct question question = { model, element, now_ms, inputs, inputs_n };
    return unknowns_of(&question, arena, true, out, fault);
}

enum status dmn_unknown_wide(const struct dmn_model *model, const struct dmn_element *element, struct arena *arena,
                             int64_t now_ms, const struct dmn_input *inputs, size_t inputs_n, struct dmn_unknowns *out,
                             struct fault *fault)
{
    const struct question question = { model, element, now_ms, inputs, inputs_n };
    return unknowns_of(&question, arena, false, out, fault);
}

/* ---- Several decisions, and inputs that change ---- */

enum hangs { NOT_LOOKED_AT, NO, YES };

struct dmn_asking {
    struct run run;
    struct unknown u;
    const struct dmn_model *model;
    struct dmn_input *inputs; /* those that stay, then those that change */
    size_t inputs_n, stay_n;
    unsigned char *hangs; /* of each element: on one that changes */
    size_t stay_leaves;
};

static bool changes(const struct dmn_asking *asking, const struct dmn_element *element)
{
    for (size_t i = asking->stay_n; i < asking->inputs_n; i++)
        if (model_run_is_input(element, &asking->inputs[i]))
            return true;
    return false;
}

/* An element that needs itself, or is too deep, is taken to hang on what changes. */
static bool find_hanging(struct dmn_asking *asking, const struct dmn_element *element, int depth)
{
    if (asking->hangs[element->at] != NOT_LOOKED_AT)
        return asking->hangs[element->at] == YES;
    bool deep = depth > DMN_EXPRESSION_DEPTH_MAX && element->kind != DMN_INPUT_DATA;
    bool hangs = deep || !run_spend(&asking->run, 1) || changes(asking, element);
    asking->hangs[element->at] = YES;
    for (size_t i = 0; i < element->requirements_n && !hangs; i++)
        hangs = element->requirements[i].element && find_hanging(asking, element->requirements[i].element, depth + 1);
    asking->hangs[element->at] = hangs ? YES : NO;
    return hangs;
}

static void take_all(struct dmn_asking *asking, enum hangs those)
{
    for (size_t i = 0; i < asking->model->elements_n && !asking->run.stopped; i++)
        if (asking->model->elements[i].kind == DMN_INPUT_DATA && asking->hangs[i] == those)
            take_input(&asking->u, &asking->model->elements[i]);
}

/* The most leaves of the inputs that change, as they are now, or if nothing of them were known. */
static size_t changing_leaves(const struct dmn_asking *asking, bool known)
{
    size_t n = 0;
    for (size_t i = 0; i < asking->model->elements_n && n <= DMN_UNKNOWN_LEAVES_MAX; i++) {
        const struct dmn_element *element = &asking->model->elements[i];
        if (element->kind == DMN_INPUT_DATA && asking->hangs[i] == YES)
            n += most_leaves(element->type, known ? given(&asking->u, element) : FEEL_NONE, 0);
    }
    return n;
}

/* With room for the leaves of the inputs as they are now, and as most of them will be. */
static void begin_asking(struct dmn_asking *asking)
{
    asking->u = (struct unknown){ .run = &asking->run, .inputs = asking->inputs, .inputs_n = asking->inputs_n };
    size_t now = changing_leaves(asking, true), unknown = changing_leaves(asking, false);
    if (!begin(&asking->u, asking->model, asking->inputs, asking->inputs_n, unknown > now ? unknown - now : 0))
        return;
    take_all(asking, NO);
    asking->stay_leaves = asking->u.leaves_n;
    take_all(asking, YES);
}

enum status dmn_asking_begin(const struct dmn_model *model, struct arena *arena, int64_t now_ms,
                             const struct dmn_input *inputs, size_t inputs_n, size_t changing, struct dmn_asking **out,
                             struct fault *fault)
{
    struct dmn_asking *asking = ARENA_NEW(arena, struct dmn_asking);
    struct dmn_input *copy = ARENA_ARRAY(arena, inputs_n + 1, struct dmn_input);
    unsigned char *hangs = ARENA_ARRAY(arena, model->elements_n + 1, unsigned char);
    *out = NULL;
    if (!asking || !copy || !hangs)
        return fault_no_memory(fault);
    for (size_t i = 0; i < inputs_n; i++)
        copy[i] = inputs[i];
    *asking = (struct dmn_asking){
        .run = { .arena = arena, .steps_left = DMN_STEPS_MAX, .now_ms = now_ms, .where = STR("") },
        .model = model,
        .inputs = copy,
        .inputs_n = inputs_n,
        .stay_n = inputs_n - changing,
        .hangs = hangs,
    };
    for (size_t i = 0; i < model->elements_n; i++)
        find_hanging(asking, &model->elements[i], 0);
    begin_asking(asking);
    *out = asking;
    return STATUS_OK;
}

/* Each question, and each change, has the steps and the stack of a run. */
static void run_anew(struct dmn_asking *asking)
{
    asking->run.steps_left = DMN_STEPS_MAX;
    asking->run.depth = asking->u.depth = 0;
    asking->run.stack = 0;
    asking->u.looks = asking->u.words = 0;
}

void dmn_asking_change(struct dmn_asking *asking, const struct feel_value *values)
{
    struct unknown *u = &asking->u;
    if (asking->run.stopped)
        return;
    run_anew(asking);
    for (size_t i = asking->stay_n; i < asking->inputs_n; i++) {
        asking->inputs[i].value = values[i - asking->stay_n];
        u->taken[i] = NULL;
    }
    if (asking->stay_leaves + changing_leaves(asking, true) >= u->leaves_most) {
        begin_asking(asking);
        return;
    }
    for (size_t i = 0; i < asking->model->elements_n; i++)
        if (asking->hangs[i] == YES)
            u->states[i] = NOT_YET;
    u->leaves_n = asking->stay_leaves;
    model_run_take(u->model, asking->inputs + asking->stay_n, asking->inputs_n - asking->stay_n);
    take_all(asking, YES);
}

enum status dmn_asking_wide(struct dmn_asking *asking, const struct dmn_element *element, struct dmn_unknowns *out,
                            struct fault *fault)
{
    struct unknown *u = &asking->u;
    *out = (struct dmn_unknowns){ 0 };
    if (!asking->run.stopped) {
        run_anew(asking);
        asking->run.where = element->name;
        asking->run.line = element->line;
        struct set set = set_shared(value_of(u, element));
        if (!asking->run.stopped)
            answer(u, &set, false, out);
        out->steps = cost_of(u);
    }
    if (ended_well(&asking->run))
        return STATUS_OK;
    if (fault)
        *fault = asking->run.fault;
    *out = (struct dmn_unknowns){ 0 };
    return STATUS_LIMIT;
}
