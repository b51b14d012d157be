/*
 * GET and POST /how-we-decide/try: a made-up case on the rules, whole without scripts.
 *
 * Promises: nothing is stored and nothing is logged; what was filled in stands in the answer to the POST alone, which
 * no browser keeps, and in no address. The form needs no token, because nothing can be changed by it: who sends it from
 * elsewhere shows the visitor a page. No database is needed.
 */
#include "site/case_form.h"
#include "site/policy_pages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { WORDS_BYTES = 4096 };

/* ---- The answer in words ---- */

typedef struct str said(enum language language);
static const struct {
    said *name, *means;
} outcomes[POLICY_OUTCOMES] = {
    [POLICY_HATE_CRIME] = { t_case_hate_crime, t_case_hate_crime_means },
    [POLICY_CRIME] = { t_case_crime, t_case_crime_means },
    [POLICY_NCHI] = { t_case_nchi, t_case_nchi_means },
    [POLICY_NCHI_WITH_PERSONAL_DATA] = { t_case_nchi_data, t_case_nchi_data_means },
    [POLICY_NOT_RECORDED] = { t_case_not_recorded, t_case_not_recorded_means },
    [POLICY_INSUFFICIENT] = { t_case_insufficient, t_case_insufficient_means },
    [POLICY_REVIEW] = { t_case_review, t_case_review_means },
};

static struct str uplift_words(enum language language, enum policy_truth truth)
{
    switch (truth) {
    case POLICY_UNKNOWN: return t_case_uplift_unknown(language);
    case POLICY_NO: return t_case_uplift_no(language);
    case POLICY_YES: return t_case_uplift_yes(language);
    }
    return STR("");
}

static struct str data_words(enum language language, enum policy_personal_data decision)
{
    switch (decision) {
    case POLICY_NOT_APPLICABLE: return t_case_data_none(language);
    case POLICY_KEEP_OUT: return t_case_data_keep_out(language);
    case POLICY_ALLOWED: return t_case_data_allowed(language);
    }
    return STR("");
}

/* "Race; Religion", as the vocabulary has their labels. */
static struct str strands_words(struct arena *arena, const struct policy_answer *answer)
{
    const struct policy_fact *fact = policy_fact_find(STR("hostility.strands"));
    struct buf out;
    buf_init(&out, arena, WORDS_BYTES);
    for (size_t i = 0; i < answer->strands_n; i++) {
        struct str words = answer->strands[i];
        for (size_t j = 0; fact && j < fact->values_n; j++)
            if (str_equal(fact->values[j].word, words))
                words = fact->values[j].label;
        buf_add(&out, i ? STR("; ") : STR(""));
        buf_add(&out, words);
    }
    return buf_ok(&out) && out.n ? buf_str(&out) : STR_NONE;
}

static struct str could_words(struct request *req, const struct policy_question *question)
{
    struct buf out;
    buf_init(&out, req->arena, WORDS_BYTES);
    for (size_t i = 0; i < question->could_become_n; i++) {
        buf_add(&out, i ? STR(", ") : STR(""));
        buf_add(&out, outcomes[question->could_become[i]].name(req->language));
    }
    return buf_ok(&out) ? buf_str(&out) : STR("");
}

static bool fill_versions(struct request *req, const struct policy_answer *answer, struct case_answer *out)
{
    struct case_version *rows = ARENA_ARRAY(req->arena, 2, struct case_version);
    const struct policy_version *versions[] = { answer->law, answer->recording };
    if (!rows)
        return false;
    for (size_t i = 0; i < 2; i++)
        if (versions[i])
            rows[out->versions_n++] =
                (struct case_version){ policy_page_title(req, versions[i]), policy_page_version(req, versions[i]),
                                       policy_page_signed(req, versions[i]) };
    out->versions = rows;
    return true;
}

static bool fill_questions(const struct case_form *form, const struct policy_answer *answer, struct case_answer *out)
{
    struct request *req = form->req;
    struct case_question *rows = ARENA_ARRAY(req->arena, answer->questions_n + 1, struct case_question);
    if (!rows)
        return false;
    for (size_t i = 0; i < answer->questions_n; i++) {
        const struct policy_fact *fact;
        size_t entry = 0;
        if (policy_draft_find(form->draft, answer->questions[i].fact, &fact, &entry))
            rows[out->questions_n++] = (struct case_question){ .text = answer->questions[i].text,
                                                               .about = case_form_label(form, fact, entry),
                                                               .address = case_form_link(req->arena, fact, entry),
                                                               .could = could_words(req, &answer->questions[i]) };
    }
    out->questions = rows;
    return true;
}

static bool fill_offence(const struct case_form *form, const struct policy_offence_answer *one,
                         struct case_offence *out)
{
    struct request *req = form->req;
    struct case_link *missing = ARENA_ARRAY(req->arena, one->missing_n + 1, struct case_link);
    struct str *more = ARENA_ARRAY(req->arena, 2, struct str);
    if (!missing || !more)
        return false;
    *out = (struct case_offence){
        .name = one->offence->name,
        .provision = one->offence->provision,
        .address = policy_page_decision(req, one->offence->made_out.model, one->offence->id),
        .status = one->status == POLICY_MADE_OUT ? t_case_made_out(req->language) : t_case_possible(req->language),
        .missing = missing,
        .more = more,
    };
    if (one->aggravated.p)
        out->aggravated = t_case_aggravated(req->language, req->arena, one->aggravated);
    if (one->offence->stirring_up)
        more[out->more_n++] = t_case_stirring_up(req->language);
    if (one->aggravated.p && one->offence->notifiable == POLICY_NOTIFIABLE_YES)
        more[out->more_n++] = t_case_notifiable(req->language);
    for (size_t i = 0; i < one->missing_n; i++) {
        const struct policy_fact *fact;
        size_t entry = 0;
        if (policy_draft_find(form->draft, one->missing[i], &fact, &entry))
            missing[out->missing_n++] =
                (struct case_link){ case_form_label(form, fact, entry), case_form_link(req->arena, fact, entry) };
    }
    return true;
}

/* Those that are made out, then those that are possible. */
static bool fill_offences(const struct case_form *form, const struct policy_answer *answer, struct case_answer *out)
{
    struct case_offence *rows = ARENA_ARRAY(form->req->arena, answer->offences_n + 1, struct case_offence);
    if (!rows)
        return false;
    for (int status = POLICY_MADE_OUT; status <= POLICY_POSSIBLE; status++)
        for (size_t i = 0; i < answer->offences_n; i++)
            if (answer->offences[i].status == (enum policy_made_out)status &&
                !fill_offence(form, &answer->offences[i], &rows[out->offences_n++]))
                return false;
    out->offences = rows;
    out->of_all = (int64_t)answer->offences_n;
    out->others = (int64_t)(answer->offences_n - out->offences_n);
    return true;
}

static bool fill_reasons(struct request *req, const struct policy_answer *answer, struct case_answer *out)
{
    const struct policy_version *versions[] = { answer->recording, answer->law };
    struct case_reason *rows = ARENA_ARRAY(req->arena, answer->reasons_n + 1, struct case_reason);
    if (!rows)
        return false;
    for (size_t i = 0; i < answer->reasons_n; i++) {
        const struct policy_reason *reason = &answer->reasons[i];
        bool own = str_starts(reason->rule, STR("candour/")); /* no row says it */
        rows[i] = (struct case_reason){ .text = reason->text,
                                        .cited = own ? STR("") : reason->instrument,
                                        .mark = own ? STR_NONE : site_verified_mark(req->language, reason->verified),
                                        .row = policy_page_rule(req, versions, 2, reason->rule),
                                        .rule = reason->rule };
        if (!own && reason->place.n > 0)
            rows[i].cited = str_format(req->arena, "%.*s, %.*s", STR_ARG(reason->instrument), STR_ARG(reason->place));
        if (reason->address.n > 0 && url_outside(req->arena, reason->address, &rows[i].address) != STATUS_OK)
            rows[i].address = (struct url){ STR_NONE };
        out->unverified = out->unverified || rows[i].mark.n > 0;
    }
    out->reasons = rows;
    out->reasons_n = answer->reasons_n;
    return true;
}

static bool fill_known(const struct case_form *form, struct case_answer *out)
{
    struct request *req = form->req;
    struct case_known *rows =
        ARENA_ARRAY(req->arena, policy_vocabulary_n * (size_t)CASE_CONDUCT_MAX, struct case_known);
    if (!rows)
        return false;
    for (size_t e = 0; e < form->draft->conduct_n; e++)
        for (size_t i = 0; i < policy_vocabulary_n; i++) {
            const struct policy_fact *fact = &policy_vocabulary[i];
            if ((e > 0 && !policy_fact_repeats(fact)) || !policy_draft_at(form->draft, fact, e)->known)
                continue;
            rows[out->known_n++] = (struct case_known){ case_form_label(form, fact, e), case_form_words(form, fact, e),
                                                        case_form_link(req->arena, fact, e) };
        }
    out->known = rows;
    return true;
}

static bool fill_answer(const struct case_form *form, const struct policy_answer *answer, struct case_answer *out)
{
    struct request *req = form->req;
    *out = (struct case_answer){ .outcome = outcomes[answer->outcome].name(req->language),
                                 .meaning = outcomes[answer->outcome].means(req->language),
                                 .strands = strands_words(req->arena, answer),
                                 .uplift = uplift_words(req->language, answer->uplift_available),
                                 .personal_data = data_words(req->language, answer->personal_data),
                                 .not_signed = !answer->signed_off };
    return fill_versions(req, answer, out) && fill_questions(form, answer, out) && fill_offences(form, answer, out) &&
           fill_reasons(req, answer, out) && fill_known(form, out);
}

/* ---- The page ---- */

/* `refused`: the rules that this case needs were changed after they were signed off or taken in. */
static enum http_status show(struct case_form *form, struct response *res, const struct policy_answer *answer,
                             bool refused)
{
    struct request *req = form->req;
    struct try view = { .all = request_own(req, STR("/how-we-decide")),
                        .action = request_own(req, STR("/how-we-decide/try")),
                        .start = request_own(req, STR("/how-we-decide/try")),
                        .entries = (int64_t)form->draft->conduct_n,
                        .answered = answer != NULL,
                        .refused = refused };
    struct str title = t_case_title(req->language);
    if ((answer && !fill_answer(form, answer, &view.answer)) ||
        !case_form_fill(form, answer, &view.groups, &view.groups_n) ||
        !case_form_mistakes(form, &view.mistakes, &view.mistakes_n))
        return response_error(req, res, HTTP_SERVER_ERROR);
    web_layout(req, &view.layout, view.mistakes_n > 0 ? t_form_title_error(req->language, req->arena, title) : title);
    view.layout.description = t_case_description(req->language);
    view.layout.away = req->db == NULL; /* then what needs it is not offered */
    try_write(&res->body, req->language, &view);
    return view.mistakes_n > 0 ? HTTP_UNPROCESSABLE : refused ? HTTP_UNAVAILABLE : HTTP_OK;
}

/*
 * route: GET /how-we-decide/try
 * permission: public
 * cache: public no-store
 * help: A form for a made-up case, to be tried on the rules.
 */
enum http_status site_try(struct request *req, struct response *res)
{
    struct case_form form;
    if (!case_form_new(req, &form))
        return response_error(req, res, HTTP_SERVER_ERROR);
    return show(&form, res, NULL, false);
}

/*
 * route: POST /how-we-decide/try
 * permission: public
 * body: form 65536
 * csrf: none: nothing is changed or kept by it, and no cookie is set for a form that has nothing to guard
 * cache: no-store
 * help: What a made-up case would be recorded as, and why. Nothing is kept.
 */
enum http_status site_try_answer(struct request *req, struct response *res)
{
    struct case_form form;
    struct policy_facts facts;
    struct policy_answer answer;
    struct policy_case asked = { .facts = &facts, .today = policy_page_today(req), .now_ms = req->now };
    enum status status = case_form_read(req, &form);
    if (status != STATUS_OK)
        return response_error(req, res, status == STATUS_INVALID ? HTTP_BAD_REQUEST : HTTP_SERVER_ERROR);
    /* Who adds or takes away is not told yet what else is wrong. */
    if (form.act != CASE_ANSWER) {
        for (size_t i = 0; i < policy_vocabulary_n * (size_t)CASE_CONDUCT_MAX; i++)
            form.mistakes[i] = STR_NONE;
        form.mistakes_n = 0;
        return show(&form, res, NULL, false);
    }
    if (form.mistakes_n > 0)
        return show(&form, res, NULL, false);
    status = policy_draft_facts(form.draft, &facts, &res->fault);
    if (status == STATUS_OK)
        status = policy_page_pack(req, &asked.pack, &res->fault);
    if (status == STATUS_OK)
        status = policy_evaluate(req->arena, &asked, &answer, &res->fault);
    if (status == STATUS_DAMAGED) /* a version, or a pack, is not what it was: the log says which */
        return show(&form, res, NULL, true);
    return status == STATUS_OK ? show(&form, res, &answer, false) : response_error(req, res, HTTP_SERVER_ERROR);
}
