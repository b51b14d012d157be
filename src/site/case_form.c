/*
 * A form for the facts of a case: one field for each fact of the vocabulary, and for conduct one for each entry.
 *
 * Promises: what was typed is shown again, also where it cannot be taken; nothing of it is kept or logged. What is sent
 * is hostile: only fields of the vocabulary are read, each once, and what they may hold is decided by policy_facts_read
 * alone.
 */
#include "site/case_form.h"

#include "base/arena.h"
#include "base/buf.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum {
    TYPED_MAX = 5000, /* letters of a field, so that what is too long can be shown again */
    DATE_FIELDS = 3,
    OWN_FIELDS = 2, /* entries, do */
    LINE_BYTES = 4096,
};

static size_t facts_all(void)
{
    return policy_vocabulary_n * (size_t)CASE_CONDUCT_MAX;
}

size_t case_form_place(const struct policy_fact *fact, size_t entry)
{
    return (policy_fact_repeats(fact) ? entry : 0) * policy_vocabulary_n + (size_t)(fact - policy_vocabulary);
}

/* How many entries of it the form may have. */
static size_t entries_of(const struct policy_fact *fact)
{
    return policy_fact_repeats(fact) ? CASE_CONDUCT_MAX : 1;
}

static size_t fields_of(const struct policy_fact *fact)
{
    switch (fact->type) {
    case POLICY_DATE: return DATE_FIELDS;
    case POLICY_SOME_OF: return fact->values_n + 1; /* and none of them */
    case POLICY_BOOLEAN:
    case POLICY_NUMBER:
    case POLICY_TEXT:
    case POLICY_TEXTS:
    case POLICY_ONE_OF: return 1;
    }
    return 1;
}

/* ---- Names ---- */

struct str case_form_id(struct arena *arena, const struct policy_fact *fact, size_t entry)
{
    struct buf out;
    buf_init(&out, arena, LINE_BYTES);
    for (size_t i = 0; i < fact->path.n; i++) {
        char c = fact->path.p[i];
        if (c == '[')
            buf_format(&out, "-%zu", entry + 1);
        else if (c == '.' || c == '_')
            buf_add_byte(&out, '-');
        else if (c != ']')
            buf_add_byte(&out, c);
    }
    return buf_str(&out);
}

struct url case_form_link(struct arena *arena, const struct policy_fact *fact, size_t entry)
{
    return (struct url){ str_format(arena, "#%.*s%s", STR_ARG(case_form_id(arena, fact, entry)),
                                    fact->type == POLICY_DATE ? "-day" : "") };
}

struct str case_form_label(const struct case_form *form, const struct policy_fact *fact, size_t entry)
{
    if (!policy_fact_repeats(fact) || form->draft->conduct_n == 1)
        return fact->label;
    return str_format(form->req->arena, "%.*s (%zu)", STR_ARG(fact->label), entry + 1);
}

/* The name of a field of several: "dates-incident-month", "hostility-strands-race", "hostility-strands-none". */
static struct str name_of(struct arena *arena, const struct policy_fact *fact, size_t entry, size_t at)
{
    static const struct str parts[] = { STR_INIT("day"), STR_INIT("month"), STR_INIT("year") };
    struct str id = case_form_id(arena, fact, entry);
    if (fact->type == POLICY_DATE)
        return str_format(arena, "%.*s-%.*s", STR_ARG(id), STR_ARG(parts[at]));
    if (fact->type == POLICY_SOME_OF)
        return str_format(arena, "%.*s-%.*s", STR_ARG(id),
                          STR_ARG(at < fact->values_n ? fact->values[at].word : STR("none")));
    return id;
}

/* ---- What was sent ---- */

struct str case_form_typed(const struct case_form *form, const struct policy_fact *fact, size_t entry, size_t at)
{
    const struct value *value = form->sent ? &form->sent[form->first[case_form_place(fact, entry)] + at] : NULL;
    return value && value->text.p ? value->text : STR("");
}

static bool take_word(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str *mistake)
{
    struct str typed = case_form_typed(form, fact, entry, 0);
    if (typed.n == 0)
        return true;
    for (size_t i = 0; i < fact->values_n; i++)
        if (str_equal(fact->values[i].word, typed))
            return policy_draft_set(form->draft, fact, entry, typed);
    if (fact->type == POLICY_BOOLEAN && (str_equal(typed, STR("yes")) || str_equal(typed, STR("no"))))
        return policy_draft_set(form->draft, fact, entry, str_equal(typed, STR("yes")) ? STR("true") : STR("false"));
    *mistake = t_case_mistake_choice(form->req->language, form->req->arena, fact->label);
    return true;
}

/* A number without zeros in front and spaces, as JSON has it; else as it is, to be refused. */
static struct str whole_number(struct arena *arena, struct str typed)
{
    int64_t number;
    return str_to_i64(typed, &number) ? str_format(arena, "%lld", (long long)number) : typed;
}

/* What policy_facts_read thinks of a value that is set; where it refuses, `words` say it, and nothing is known. */
static bool checked(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str words,
                    struct str *mistake)
{
    struct fault fault;
    enum status status = policy_draft_check(form->draft, fact, entry, &fault);
    if (status == STATUS_OK)
        return true;
    *policy_draft_at(form->draft, fact, entry) = (struct policy_known){ 0 };
    *mistake = words;
    return status != STATUS_NO_MEMORY;
}

static bool take_number(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str *mistake)
{
    struct str typed = case_form_typed(form, fact, entry, 0);
    if (typed.n == 0)
        return true;
    return policy_draft_set(form->draft, fact, entry, whole_number(form->req->arena, typed)) &&
           checked(form, fact, entry, t_case_mistake_number(form->req->language, form->req->arena, fact->label),
                   mistake);
}

static bool take_date(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str *mistake)
{
    struct request *req = form->req;
    int64_t parts[DATE_FIELDS];
    size_t given = 0, numbers = 0;
    for (size_t i = 0; i < DATE_FIELDS; i++) {
        struct str typed = case_form_typed(form, fact, entry, i);
        given += typed.n > 0;
        numbers += str_to_i64(typed, &parts[i]) && parts[i] > 0 && parts[i] < 10000;
    }
    if (given == 0)
        return true;
    if (given < DATE_FIELDS) {
        *mistake = t_case_mistake_date_part(req->language, req->arena, fact->label);
        return true;
    }
    struct str day = numbers == DATE_FIELDS
                         ? str_format(req->arena, "%04d-%02d-%02d", (int)parts[2], (int)parts[1], (int)parts[0])
                         : STR("?");
    return policy_draft_set(form->draft, fact, entry, day) &&
           checked(form, fact, entry, t_case_mistake_date(req->language, req->arena, fact->label), mistake);
}

static bool take_text(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str *mistake)
{
    struct str typed = case_form_typed(form, fact, entry, 0);
    if (typed.n == 0)
        return true;
    return policy_draft_set(form->draft, fact, entry, typed) &&
           checked(form, fact, entry, t_case_mistake_text(form->req->language, form->req->arena, fact->label), mistake);
}

static bool take_lines(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str *mistake)
{
    struct str rest = case_form_typed(form, fact, entry, 0), line;
    size_t most = 1;
    for (size_t i = 0; i < rest.n; i++)
        most += rest.p[i] == '\n';
    struct str *words = ARENA_ARRAY(form->req->arena, most, struct str);
    size_t n = 0;
    if (!words)
        return false;
    while (str_cut(&rest, '\n', &line))
        if (str_trim(line).n > 0)
            words[n++] = str_trim(line);
    if (n == 0)
        return true;
    *policy_draft_at(form->draft, fact, entry) = (struct policy_known){ true, words, n };
    return checked(form, fact, entry, t_case_mistake_lines(form->req->language, form->req->arena, fact->label),
                   mistake);
}

static bool take_ticks(struct case_form *form, const struct policy_fact *fact, size_t entry, struct str *mistake)
{
    struct str *words = ARENA_ARRAY(form->req->arena, fact->values_n + 1, struct str);
    size_t n = 0;
    bool none = case_form_typed(form, fact, entry, fact->values_n).n > 0;
    if (!words)
        return false;
    for (size_t i = 0; i < fact->values_n; i++)
        if (case_form_typed(form, fact, entry, i).n > 0)
            words[n++] = fact->values[i].word;
    for (size_t i = 0; i <= fact->values_n; i++) {
        struct str typed = case_form_typed(form, fact, entry, i);
        if (typed.n > 0 && !str_equal(typed, STR("yes")))
            *mistake = t_case_mistake_choice(form->req->language, form->req->arena, fact->label);
    }
    if (none && n > 0)
        *mistake = t_case_mistake_none(form->req->language, form->req->arena, fact->label);
    else if (mistake->n == 0 && (none || n > 0))
        *policy_draft_at(form->draft, fact, entry) = (struct policy_known){ true, words, n };
    return true;
}

static bool take(struct case_form *form, const struct policy_fact *fact, size_t entry)
{
    struct str *mistake = &form->mistakes[case_form_place(fact, entry)];
    bool good = true;
    switch (fact->type) {
    case POLICY_BOOLEAN:
    case POLICY_ONE_OF: good = take_word(form, fact, entry, mistake); break;
    case POLICY_NUMBER: good = take_number(form, fact, entry, mistake); break;
    case POLICY_DATE: good = take_date(form, fact, entry, mistake); break;
    case POLICY_TEXT: good = take_text(form, fact, entry, mistake); break;
    case POLICY_TEXTS: good = take_lines(form, fact, entry, mistake); break;
    case POLICY_SOME_OF: good = take_ticks(form, fact, entry, mistake); break;
    }
    form->mistakes_n += mistake->n > 0;
    return good;
}

/* What is good by itself and not together: the fault of policy_facts_read begins with the path. */
static bool check_together(struct case_form *form)
{
    struct policy_facts facts;
    struct fault fault;
    enum status status = policy_draft_facts(form->draft, &facts, &fault);
    if (status == STATUS_OK || status == STATUS_NO_MEMORY)
        return status == STATUS_OK;
    const struct policy_fact *fact = NULL;
    size_t entry = 0;
    struct str rest = str_of(fault.text), path;
    if (!str_cut(&rest, ':', &path) || !policy_draft_find(form->draft, path, &fact, &entry))
        return false;
    form->mistakes[case_form_place(fact, entry)] =
        t_case_mistake_order(form->req->language, form->req->arena, fact->label);
    form->mistakes_n++;
    return true;
}

/* ---- Reading ---- */

bool case_form_new(struct request *req, struct case_form *out)
{
    *out = (struct case_form){ .req = req,
                               .draft = policy_draft_new(req->arena),
                               .mistakes = ARENA_ARRAY(req->arena, facts_all(), struct str) };
    return out->draft && out->mistakes;
}

/* Every field that the form may have. False when memory is gone, or when the vocabulary has outgrown the form. */
static bool declare(struct request *req, struct form_field **out, size_t **first, size_t *n)
{
    struct form_field *fields = ARENA_ARRAY(req->arena, FORM_FIELDS_MAX, struct form_field);
    *first = ARENA_ARRAY(req->arena, facts_all(), size_t);
    *n = 0;
    if (!fields || !*first)
        return false;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        for (size_t e = 0; e < entries_of(fact); e++) {
            (*first)[case_form_place(fact, e)] = *n;
            for (size_t at = 0; at < fields_of(fact); at++) {
                if (*n + OWN_FIELDS >= FORM_FIELDS_MAX)
                    return false;
                fields[(*n)++] = (struct form_field){ .name = str_z(req->arena, name_of(req->arena, fact, e, at)),
                                                      .type = fact->type == POLICY_SOME_OF ? FIELD_TICK
                                                              : fact->type == POLICY_TEXTS ? FIELD_LINES
                                                                                           : FIELD_TEXT,
                                                      .min = 1,
                                                      .max = TYPED_MAX };
            }
        }
    }
    fields[(*n)++] = (struct form_field){ .name = "entries", .type = FIELD_INT, .min = 1, .max = CASE_CONDUCT_MAX };
    fields[(*n)++] = (struct form_field){ .name = "do", .type = FIELD_TEXT, .min = 1, .max = LINE_BYTES };
    *out = fields;
    return !arena_failed(req->arena);
}

static bool read_act(struct case_form *form, const struct value *pressed)
{
    int64_t number;
    struct str head = STR("remove-");
    if (pressed->state == VALUE_ABSENT || str_equal(pressed->text, STR("answer")))
        return true;
    if (str_equal(pressed->text, STR("add"))) {
        form->act = CASE_ADD;
        return true;
    }
    if (!str_starts(pressed->text, head) || !str_to_i64(str_slice(pressed->text, head.n, pressed->text.n), &number) ||
        number < 1 || number > (int64_t)form->draft->conduct_n)
        return false;
    form->act = CASE_REMOVE;
    form->removed = (size_t)number - 1;
    return true;
}

/* The entry goes, with what was typed and what was wrong in it. */
static void take_away(struct case_form *form, struct value *values)
{
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        for (size_t e = form->removed; policy_fact_repeats(fact) && e < CASE_CONDUCT_MAX; e++)
            for (size_t at = 0; at < fields_of(fact); at++)
                values[form->first[case_form_place(fact, e)] + at] =
                    e + 1 < CASE_CONDUCT_MAX ? values[form->first[case_form_place(fact, e + 1)] + at]
                                             : (struct value){ .state = VALUE_ABSENT, .text = STR_NONE };
    }
    if (form->draft->conduct_n > 1)
        form->draft->conduct_n--;
}

enum status case_form_read(struct request *req, struct case_form *out)
{
    struct form_field *fields = NULL;
    size_t *first = NULL, n = 0;
    bool all_good = false;
    if (!case_form_new(req, out) || !declare(req, &fields, &first, &n))
        return STATUS_NO_MEMORY;
    struct value *values = ARENA_ARRAY(req->arena, n, struct value);
    if (!values)
        return STATUS_NO_MEMORY;
    enum status status = form_read(req, fields, n, values, &all_good);
    const struct value *entries = &values[n - OWN_FIELDS];
    if (status != STATUS_OK)
        return status;
    if (entries->state == VALUE_INVALID)
        return STATUS_INVALID;
    out->sent = values;
    out->first = first;
    out->draft->conduct_n = entries->state == VALUE_OK ? (size_t)entries->number : 1;
    if (!read_act(out, &values[n - 1]))
        return STATUS_INVALID;
    if (out->act == CASE_REMOVE)
        take_away(out, values);
    if (out->act == CASE_ADD && out->draft->conduct_n < CASE_CONDUCT_MAX)
        out->draft->conduct_n++;
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        size_t shown = policy_fact_repeats(fact) ? out->draft->conduct_n : 1;
        for (size_t e = 0; e < shown; e++)
            if (!take(out, fact, e))
                return STATUS_NO_MEMORY;
    }
    if (out->mistakes_n == 0 && !check_together(out))
        return STATUS_NO_MEMORY;
    return arena_failed(req->arena) ? STATUS_NO_MEMORY : STATUS_OK;
}
