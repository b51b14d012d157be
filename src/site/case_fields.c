/* The fields of a made-up case as the page has them: each fact of the vocabulary with what was typed, and its question.
 */
#include "site/case_form.h"

#include "base/arena.h"
#include "base/buf.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { RADIOS_MAX = 6, GROUPS_MAX = 64, LINE_MAX_LETTERS = 200, LINES_MAX_LETTERS = 4200, WORDS_BYTES = 8192 };

static bool has_mistake(const struct case_form *form, const struct policy_fact *fact, size_t entry)
{
    return form->mistakes[case_form_place(fact, entry)].n > 0;
}

/* ---- Words ---- */

struct str case_form_words(const struct case_form *form, const struct policy_fact *fact, size_t entry)
{
    const struct policy_known *known = policy_draft_at(form->draft, fact, entry);
    enum language language = form->req->language;
    struct buf out;
    buf_init(&out, form->req->arena, WORDS_BYTES);
    if (known->words_n == 0)
        return t_case_none(language);
    for (size_t i = 0; i < known->words_n; i++) {
        struct str words = known->words[i];
        for (size_t j = 0; j < fact->values_n; j++)
            if (str_equal(fact->values[j].word, words))
                words = fact->values[j].label;
        if (fact->type == POLICY_BOOLEAN)
            words = str_equal(words, STR("true")) ? t_case_yes(language) : t_case_no(language);
        if (fact->type == POLICY_DATE) {
            int64_t year, month, day;
            if (str_to_i64(str_slice(words, 0, 4), &year) && str_to_i64(str_slice(words, 5, 2), &month) &&
                str_to_i64(str_slice(words, 8, 2), &day))
                words = t_date_words(language, form->req->arena, day, web_month_words(language, (int)month), year);
        }
        buf_add(&out, i ? STR("; ") : STR(""));
        buf_add(&out, words);
    }
    return buf_ok(&out) ? buf_str(&out) : STR("…");
}

static struct str heading_of(const struct case_form *form, struct str group, size_t entry)
{
    static const struct {
        struct str group;
        struct str (*words)(enum language language);
    } headings[] = {
        { STR_INIT("dates"), t_case_group_dates },       { STR_INIT("place"), t_case_group_place },
        { STR_INIT("victim"), t_case_group_victim },     { STR_INIT("reporter"), t_case_group_reporter },
        { STR_INIT("conduct[]"), t_case_group_conduct }, { STR_INIT("hostility"), t_case_group_hostility },
        { STR_INIT("context"), t_case_group_context },   { STR_INIT("risk"), t_case_group_risk },
        { STR_INIT("evidence"), t_case_group_evidence }, { STR_INIT("evidence.court"), t_case_group_court },
    };
    size_t all = form->draft->conduct_n;
    if (str_ends(group, STR("[]")) && all > 1)
        return t_case_group_conduct_of(form->req->language, form->req->arena, (int64_t)entry + 1, (int64_t)all);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (str_equal(headings[i].group, group))
            return headings[i].words(form->req->language);
    return group; /* a group that the vocabulary has won: its own name, until somebody finds words */
}

/* ---- One field ---- */

static bool fill_choices(const struct case_form *form, const struct policy_fact *fact, size_t entry,
                         struct facts_field *out)
{
    enum language language = form->req->language;
    struct arena *arena = form->req->arena;
    bool boolean = fact->type == POLICY_BOOLEAN;
    size_t n = boolean ? 2 : fact->values_n;
    struct str typed = case_form_typed(form, fact, entry, 0);
    struct choice_item *items = ARENA_ARRAY(arena, n + 1, struct choice_item);
    bool any = false;
    if (!items)
        return false;
    out->select = n > RADIOS_MAX;
    out->radios = !out->select;
    out->in_a_row = boolean;
    size_t shift = out->select; /* in a select what is not known stands first */
    for (size_t i = 0; i < n; i++) {
        struct str word = boolean ? (i == 0 ? STR("yes") : STR("no")) : fact->values[i].word;
        bool chosen = str_equal(word, typed);
        any = any || chosen;
        items[i + shift] = (struct choice_item){
            .id = i == 0 ? out->id : str_format(arena, "%.*s-%zu", STR_ARG(out->id), i + 1),
            .name = out->id,
            .value = word,
            .words = !boolean ? fact->values[i].label
                     : i == 0 ? t_case_yes(language)
                              : t_case_no(language),
            .chosen = chosen,
        };
    }
    items[shift ? 0 : n] = (struct choice_item){ .id = str_format(arena, "%.*s-%zu", STR_ARG(out->id), n + 1),
                                                 .name = out->id,
                                                 .value = STR(""),
                                                 .words = t_case_not_known(language),
                                                 .chosen = !any };
    out->items = items;
    out->items_n = n + 1;
    return true;
}

static bool fill_ticks(const struct case_form *form, const struct policy_fact *fact, size_t entry,
                       struct facts_field *out)
{
    struct arena *arena = form->req->arena;
    struct choice_item *items = ARENA_ARRAY(arena, fact->values_n + 1, struct choice_item);
    if (!items)
        return false;
    out->ticks = true;
    for (size_t i = 0; i <= fact->values_n; i++) {
        bool none = i == fact->values_n;
        struct str word = none ? STR("none") : fact->values[i].word;
        items[i] = (struct choice_item){
            .id = i == 0 ? out->id : str_format(arena, "%.*s-%.*s", STR_ARG(out->id), STR_ARG(word)),
            .name = str_format(arena, "%.*s-%.*s", STR_ARG(out->id), STR_ARG(word)),
            .value = STR("yes"),
            .words = none ? t_case_none(form->req->language) : fact->values[i].label,
            .chosen = case_form_typed(form, fact, entry, i).n > 0,
        };
    }
    out->items = items;
    out->items_n = fact->values_n;
    out->none = items + fact->values_n;
    out->none_n = 1;
    return true;
}

static bool fill_kind(const struct case_form *form, const struct policy_fact *fact, size_t entry,
                      struct facts_field *out)
{
    struct request *req = form->req;
    switch (fact->type) {
    case POLICY_BOOLEAN:
    case POLICY_ONE_OF: return fill_choices(form, fact, entry, out);
    case POLICY_SOME_OF: return fill_ticks(form, fact, entry, out);
    case POLICY_DATE:
        out->date = true;
        out->hint = t_case_date_hint(req->language, req->arena, fact->help);
        out->day = case_form_typed(form, fact, entry, 0);
        out->month = case_form_typed(form, fact, entry, 1);
        out->year = case_form_typed(form, fact, entry, 2);
        return true;
    case POLICY_NUMBER:
    case POLICY_TEXT:
        out->line = true;
        out->most = LINE_MAX_LETTERS;
        out->typed = case_form_typed(form, fact, entry, 0);
        return true;
    case POLICY_TEXTS:
        out->lines = true;
        out->most = LINES_MAX_LETTERS;
        out->hint = t_case_lines_hint(req->language, req->arena, fact->help);
        out->typed = case_form_typed(form, fact, entry, 0);
        return true;
    }
    return true;
}

/* The place of the question about this fact in the answer, from 1; 0: none. */
static size_t question_of(const struct case_form *form, const struct policy_answer *answer,
                          const struct policy_fact *fact, size_t entry)
{
    for (size_t i = 0; answer && i < answer->questions_n; i++) {
        const struct policy_fact *about;
        size_t of = 0;
        if (policy_draft_find(form->draft, answer->questions[i].fact, &about, &of) && about == fact &&
            (of == entry || !policy_fact_repeats(fact)))
            return i + 1;
    }
    return 0;
}

static bool fill_field(const struct case_form *form, const struct policy_answer *answer, const struct policy_fact *fact,
                       size_t entry, struct facts_field *out)
{
    struct request *req = form->req;
    size_t question = question_of(form, answer, fact, entry);
    *out =
        (struct facts_field){ .id = case_form_id(req->arena, fact, entry), .label = fact->label, .hint = fact->help };
    out->describes = str_format(req->arena, "%.*s-hint", STR_ARG(out->id));
    if (has_mistake(form, fact, entry)) {
        out->mistake = form->mistakes[case_form_place(fact, entry)];
        out->describes = str_format(req->arena, "%.*s %.*s-error", STR_ARG(out->describes), STR_ARG(out->id));
    }
    if (question) {
        out->asked = fact->question;
        out->asked_mark = t_case_question(req->language, req->arena, (int64_t)question);
    }
    return fill_kind(form, fact, entry, out);
}

/* ---- Groups ---- */

static bool fill_group(const struct case_form *form, const struct policy_answer *answer, size_t from, size_t to,
                       size_t entry, struct facts_group *out)
{
    struct request *req = form->req;
    struct facts_field *fields = ARENA_ARRAY(req->arena, to - from + 1, struct facts_field);
    struct str group = policy_vocabulary[from].group;
    bool repeats = policy_fact_repeats(&policy_vocabulary[from]);
    size_t entries = form->draft->conduct_n;
    struct str here = request_own(req, STR("/how-we-decide/try")).s;
    if (!fields)
        return false;
    *out = (struct facts_group){ .id = str_format(req->arena, "group-%zu-%zu", from + 1, entry + 1),
                                 .heading = heading_of(form, group, entry),
                                 .fields = fields,
                                 .fields_n = to - from };
    for (size_t i = from; i < to; i++)
        if (!fill_field(form, answer, &policy_vocabulary[i], entry, &fields[i - from]))
            return false;
    out->answer_to.s = str_format(req->arena, "%.*s#answer", STR_ARG(here));
    if (repeats && entries > 1) {
        out->remove = str_format(req->arena, "remove-%zu", entry + 1);
        out->remove_words = t_case_remove(req->language, req->arena, (int64_t)entry + 1);
        out->remove_to.s = str_format(req->arena, "%.*s#group-%zu-1", STR_ARG(here), from + 1);
    }
    if (repeats && entry + 1 == entries && entries < CASE_CONDUCT_MAX) {
        out->add = STR("add");
        out->add_words = t_case_add(req->language);
        out->add_to.s = str_format(req->arena, "%.*s#group-%zu-%zu", STR_ARG(here), from + 1, entries + 1);
    }
    return true;
}

bool case_form_fill(const struct case_form *form, const struct policy_answer *answer, const struct facts_group **out,
                    size_t *n)
{
    struct facts_group *groups = ARENA_ARRAY(form->req->arena, GROUPS_MAX, struct facts_group);
    *n = 0;
    if (!groups)
        return false;
    for (size_t from = 0, to; from < policy_vocabulary_n; from = to) {
        const struct policy_fact *fact = &policy_vocabulary[from];
        for (to = from + 1; to < policy_vocabulary_n && str_equal(policy_vocabulary[to].group, fact->group); to++)
            ;
        size_t entries = policy_fact_repeats(fact) ? form->draft->conduct_n : 1;
        for (size_t e = 0; e < entries && *n < GROUPS_MAX; e++)
            if (!fill_group(form, answer, from, to, e, &groups[(*n)++]))
                return false;
    }
    *out = groups;
    return !arena_failed(form->req->arena);
}

bool case_form_mistakes(const struct case_form *form, const struct error_item **out, size_t *n)
{
    struct error_item *items = ARENA_ARRAY(form->req->arena, form->mistakes_n + 1, struct error_item);
    *n = 0;
    *out = items;
    for (size_t from = 0, to; items && from < policy_vocabulary_n; from = to) {
        const struct policy_fact *fact = &policy_vocabulary[from];
        for (to = from + 1; to < policy_vocabulary_n && str_equal(policy_vocabulary[to].group, fact->group); to++)
            ;
        size_t entries = policy_fact_repeats(fact) ? form->draft->conduct_n : 1;
        for (size_t e = 0; e < entries; e++)
            for (size_t i = from; i < to && *n < form->mistakes_n; i++)
                if (has_mistake(form, &policy_vocabulary[i], e))
                    items[(*n)++] =
                        (struct error_item){ .words = form->mistakes[case_form_place(&policy_vocabulary[i], e)],
                                             .field = case_form_link(form->req->arena, &policy_vocabulary[i], e) };
    }
    return items != NULL;
}
