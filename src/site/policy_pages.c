/*
 * How it is decided: the packs in force, each version with what is new in it, each table with what its rows rest on.
 *
 * The pack in force and its sign-offs are read in the request's snapshot; while the database is away the pack in the
 * program is shown. Names in addresses are looked up in the pack, so that nobody can ask for more pages than it has.
 */
#include "site/policy_pages.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/zone.h"
#include "dmn/view.h"
#include "posts/policy.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

/* ---- Words and addresses ---- */

struct str policy_page_day(struct request *req, int day)
{
    if (day == POLICY_DAY_NONE)
        return t_policy_no_day(req->language);
    if (day == POLICY_DAY_OPEN)
        return t_policy_no_end(req->language);
    return t_date_words(req->language, req->arena, day % 100, web_month_words(req->language, day / 100 % 100),
                        day / 10000);
}

int policy_page_today(const struct request *req)
{
    struct civil civil;
    zone_local(req->now, &civil);
    return civil.year * 10000 + civil.month * 100 + civil.day;
}

static struct str kind_words(enum language language, enum policy_kind kind)
{
    switch (kind) {
    case POLICY_LAW: return t_policy_kind_law(language);
    case POLICY_RECORDING: return t_policy_kind_recording(language);
    case POLICY_PUBLICATION: return t_policy_kind_publication(language);
    }
    return STR("");
}

struct str policy_page_title(struct request *req, const struct policy_version *version)
{
    struct str kind = kind_words(req->language, version->kind);
    if (version->from != POLICY_DAY_NONE)
        return t_policy_version_title(req->language, req->arena, kind, policy_page_day(req, version->from));
    return version->enabled ? t_policy_version_always(req->language, req->arena, kind, version->id)
                            : t_policy_version_open(req->language, req->arena, kind, version->id);
}

struct url policy_page_version(struct request *req, const struct policy_version *version)
{
    return url_path(req->arena, request_own(req, STR("/how-we-decide/versions")), version->id);
}

struct url policy_page_model(struct request *req, const struct policy_model *model)
{
    return url_path(req->arena, request_own(req, STR("/how-we-decide/tables")), model->name);
}

enum status policy_page_pack(struct request *req, const struct policy_pack **out, struct fault *fault)
{
    struct db_tx *tx;
    enum status status = request_read(req, &tx, fault);
    if (status == STATUS_UNAVAILABLE)
        return policy_pack_shipped(out, fault);
    return status == STATUS_OK ? posts_pack(tx, req->arena, out, fault) : status;
}

struct str policy_page_signed(struct request *req, const struct policy_version *version)
{
    struct db_tx *tx;
    struct fault fault;
    if (version->refused.p)
        return t_policy_refused(req->language);
    if (version->signature)
        return t_policy_signed_by(req->language, req->arena,
                                  version->signature->name.p ? version->signature->name : version->signature->role,
                                  web_day_words(req, version->signature->at));
    return request_read(req, &tx, &fault) == STATUS_OK ? t_policy_not_signed(req->language)
                                                       : t_policy_signed_away(req->language);
}

static struct str state_words(struct request *req, const struct policy_version *version)
{
    int today = policy_page_today(req);
    if (!version->enabled)
        return t_policy_disabled(req->language);
    if (today < version->from)
        return t_policy_comes(req->language);
    if (today >= version->to)
        return t_policy_was_in_force(req->language);
    return version->refused.p ? t_policy_disabled(req->language) : t_policy_in_force(req->language);
}

void policy_page_row(struct request *req, const struct policy_version *version, struct policy_row *out)
{
    *out = (struct policy_row){ .kind = kind_words(req->language, version->kind),
                                .name = policy_page_title(req, version),
                                .id = version->id,
                                .address = policy_page_version(req, version),
                                .note = version->note,
                                .from = policy_page_day(req, version->from),
                                .to = policy_page_day(req, version->to),
                                .state = state_words(req, version),
                                .signed_off = policy_page_signed(req, version) };
    if (version->enabled && version->from == POLICY_DAY_NONE)
        out->from = t_policy_no_first_day(req->language);
    if (version->to != POLICY_DAY_OPEN && version->to != POLICY_DAY_NONE)
        out->to = t_policy_until(req->language, req->arena, out->to);
}

/* ---- Where a row stands ---- */

/* The place of a decision in its model's list; the model's size where it has none of this name. */
static size_t place_of(const struct policy_model *model, struct str decision)
{
    size_t n = dmn_model_elements(model->model);
    for (size_t i = 0; i < n; i++) {
        const struct dmn_element *element = dmn_model_element(model->model, i);
        if (dmn_element_kind(element) == DMN_DECISION && str_equal(dmn_element_name(element), decision))
            return i;
    }
    return n;
}

struct url policy_page_decision(struct request *req, const struct policy_model *model, struct str decision)
{
    size_t at = place_of(model, decision);
    if (at == dmn_model_elements(model->model))
        return (struct url){ STR_NONE };
    struct url page = policy_page_model(req, model);
    return page.s.p ? (struct url){ str_format(req->arena, "%.*s#decision-%zu", STR_ARG(page.s), at) } : page;
}

/* "recording-2023-06/7": the seventh row of its outcome. False where the rule is none of a table. */
static bool cut_rule(struct str rule, struct str *home, struct str *decision, int64_t *row)
{
    size_t last = rule.n;
    while (last > 0 && rule.p[last - 1] != '/')
        last--;
    ptrdiff_t first = str_find_byte(rule, '/');
    if (first < 0 || !str_to_i64(str_slice(rule, last, rule.n), row) || *row < 1)
        return false;
    *home = str_slice(rule, 0, (size_t)first);
    *decision =
        last > (size_t)first + 1 ? str_slice(rule, (size_t)first + 1, last - (size_t)first - 2) : STR("outcome");
    return true;
}

struct url policy_page_rule(struct request *req, const struct policy_version *const *versions, size_t n,
                            struct str rule)
{
    struct str home, decision;
    int64_t row;
    const struct policy_model *found = NULL;
    if (!cut_rule(rule, &home, &decision, &row))
        return (struct url){ STR_NONE };
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; versions[i] && j < versions[i]->models_n; j++) {
            const struct policy_model *model = versions[i]->models[j];
            if (place_of(model, decision) == dmn_model_elements(model->model) ||
                !str_equal(policy_decision_home(model, decision), home))
                continue;
            if (!found || str_equal(model->name, home)) /* its own page, where it has one */
                found = model;
        }
    if (!found)
        return (struct url){ STR_NONE };
    struct url page = policy_page_model(req, found);
    if (!page.s.p)
        return page;
    return (struct url){ str_format(req->arena, "%.*s#decision-%zu-table-1-row-%lld", STR_ARG(page.s),
                                    place_of(found, decision), (long long)row) };
}

/* ---- All of them ---- */

static bool fill_kind(struct request *req, const struct policy_pack *pack, enum policy_kind kind,
                      const struct policy_row **out, size_t *n)
{
    struct policy_row *rows = ARENA_ARRAY(req->arena, pack->versions_n + 1, struct policy_row);
    if (!rows)
        return false;
    *n = 0;
    for (size_t i = pack->versions_n; i-- > 0;)
        if (pack->versions[i].kind == kind)
            policy_page_row(req, &pack->versions[i], &rows[(*n)++]);
    *out = rows;
    return true;
}

static enum http_status no_pack(struct request *req, struct response *res)
{
    return response_error(req, res, HTTP_SERVER_ERROR);
}

/*
 * route: GET /how-we-decide
 * permission: public
 * cache: public
 * help: The rules of recording in force, what is confirmed, who signed them off, and every version.
 */
enum http_status site_policy(struct request *req, struct response *res)
{
    const struct policy_pack *pack;
    struct how_we_decide view = { 0 };
    struct policy_row *now = ARENA_ARRAY(req->arena, POLICY_PUBLICATION + 1, struct policy_row);
    int today = policy_page_today(req);
    if (policy_page_pack(req, &pack, &res->fault) != STATUS_OK || !now)
        return no_pack(req, res);
    for (int kind = POLICY_LAW; kind <= POLICY_PUBLICATION; kind++) {
        const struct policy_version *version = policy_pack_on(pack, (enum policy_kind)kind, today);
        if (version)
            policy_page_row(req, version, &now[view.in_force_n++]);
    }
    view.in_force = now;
    if (!fill_kind(req, pack, POLICY_LAW, &view.laws, &view.laws_n) ||
        !fill_kind(req, pack, POLICY_RECORDING, &view.recordings, &view.recordings_n) ||
        !fill_kind(req, pack, POLICY_PUBLICATION, &view.publications, &view.publications_n))
        return response_error(req, res, HTTP_SERVER_ERROR);
    view.today = policy_page_day(req, today);
    view.try_it = request_own(req, STR("/how-we-decide/try"));
    view.law = request_own(req, STR("/law"));
    site_until_midnight(res, req->now);
    web_layout(req, &view.layout, t_policy_title(req->language));
    view.layout.description = t_policy_description(req->language);
    how_we_decide_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/* ---- One version ---- */

struct counted {
    int64_t rows, second_hand, not_confirmed;
};

static void count_table(const struct dmn_view_table *table, struct counted *out)
{
    for (size_t c = 0; c < table->columns_n; c++) {
        if (table->columns[c].kind != DMN_COLUMN_ANNOTATION || !str_equal(table->columns[c].head, STR("verified")))
            continue;
        for (size_t r = 0; r < table->rows_n; r++) {
            struct str mark = site_verified_mark(LANGUAGE_EN, table->rows[r].cells[c]);
            bool second = str_equal(mark, t_mark_second_hand(LANGUAGE_EN));
            out->rows++;
            out->second_hand += second;
            out->not_confirmed += mark.n > 0 && !second;
        }
    }
}

/* Rows of its own tables; what it takes from another file is counted there. */
static bool count_model(struct arena *arena, const struct policy_model *model, struct counted *out)
{
    *out = (struct counted){ 0 };
    for (size_t i = 0; i < dmn_model_elements(model->model); i++) {
        const struct dmn_element *element = dmn_model_element(model->model, i);
        struct dmn_view view;
        if (!str_equal(dmn_element_namespace(element), dmn_model_namespace(model->model)))
            continue;
        if (!dmn_view(arena, element, NULL, &view))
            return false;
        for (size_t p = 0; p < view.parts_n; p++)
            if (view.parts[p].table && !view.parts[p].table->relation)
                count_table(view.parts[p].table, out);
    }
    return true;
}

static bool fill_models(struct request *req, const struct policy_version *version, struct policy_version_page *view)
{
    struct policy_model_row *rows = ARENA_ARRAY(req->arena, version->models_n + 1, struct policy_model_row);
    if (!rows)
        return false;
    for (size_t i = 0; i < version->models_n; i++) {
        struct counted counted;
        if (!count_model(req->arena, version->models[i], &counted))
            return false;
        rows[i] = (struct policy_model_row){ version->models[i]->name, policy_page_model(req, version->models[i]),
                                             counted.rows, counted.not_confirmed };
        view->rows += counted.rows;
        view->second_hand += counted.second_hand;
        view->not_confirmed += counted.not_confirmed;
    }
    view->models = rows;
    view->models_n = version->models_n;
    return true;
}

static bool fill_offences(struct request *req, const struct policy_version *version, struct policy_version_page *view)
{
    struct policy_offence_row *rows = ARENA_ARRAY(req->arena, version->offences_n + 1, struct policy_offence_row);
    if (!rows)
        return false;
    for (size_t i = 0; i < version->offences_n; i++) {
        const struct policy_offence *offence = version->offences[i];
        rows[i] = (struct policy_offence_row){ offence->name, offence->provision,
                                               policy_page_decision(req, offence->made_out.model, offence->id) };
    }
    view->offences = rows;
    view->offences_n = version->offences_n;
    return true;
}

/* The one of its kind beside it, in the order of the manifest; NULL: none. */
static const struct policy_version *neighbour(const struct policy_pack *pack, const struct policy_version *version,
                                              bool before)
{
    const struct policy_version *last = NULL;
    for (size_t i = 0; i < pack->versions_n; i++) {
        const struct policy_version *one = &pack->versions[i];
        if (one->kind != version->kind)
            continue;
        if (before && one == version)
            return last;
        if (!before && last == version)
            return one;
        last = one;
    }
    return NULL;
}

/*
 * route: GET /how-we-decide/versions/{version}
 * permission: public
 * cache: public
 * help: One version of the law or of the rules: its tables, and what is new in it.
 */
enum http_status site_policy_version(struct request *req, struct response *res)
{
    const struct policy_pack *pack;
    struct policy_version_page view = { 0 };
    if (policy_page_pack(req, &pack, &res->fault) != STATUS_OK)
        return no_pack(req, res);
    const struct policy_version *version =
        policy_pack_find(pack, request_param(req, SITE_POLICY_VERSION_PARAM_VERSION));
    if (!version)
        return response_error(req, res, HTTP_NOT_FOUND);
    const struct policy_version *before = neighbour(pack, version, true), *after = neighbour(pack, version, false);
    view.heading = policy_page_title(req, version);
    policy_page_row(req, version, &view.row);
    view.instruments = version->instruments;
    view.instruments_n = version->instruments_n;
    if (before) {
        view.before = policy_page_title(req, before);
        view.before_address = policy_page_version(req, before);
    }
    if (after) {
        view.after = policy_page_title(req, after);
        view.after_address = policy_page_version(req, after);
    }
    if (!fill_models(req, version, &view) || !fill_offences(req, version, &view) ||
        (before && !policy_page_changes(req, before, version, &view.changes, &view.changes_n)))
        return response_error(req, res, HTTP_SERVER_ERROR);
    view.all = request_own(req, STR("/how-we-decide"));
    view.try_it = request_own(req, STR("/how-we-decide/try"));
    site_until_midnight(res, req->now); /* the page says whether it is in force */
    web_layout(req, &view.layout, view.heading);
    view.layout.description = t_policy_version_description(req->language, req->arena, view.heading);
    policy_version_page_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/* ---- One file of tables ---- */

bool policy_page_used(const struct policy_pack *pack, const struct policy_model *model)
{
    for (size_t i = 0; i < pack->versions_n; i++)
        for (size_t j = 0; j < pack->versions[i].models_n; j++)
            if (pack->versions[i].models[j] == model)
                return true;
    return false;
}

static const struct policy_model *model_of(const struct policy_pack *pack, struct str name)
{
    for (size_t i = 0; i < pack->models_n; i++)
        if (str_equal(pack->models[i]->name, name) && policy_page_used(pack, pack->models[i]))
            return pack->models[i];
    return NULL;
}

static bool fill_used(struct request *req, const struct policy_pack *pack, const struct policy_model *model,
                      struct policy_tables *view)
{
    struct policy_used *rows = ARENA_ARRAY(req->arena, pack->versions_n + 1, struct policy_used);
    if (!rows)
        return false;
    for (size_t i = 0; i < pack->versions_n; i++)
        for (size_t j = 0; j < pack->versions[i].models_n; j++)
            if (pack->versions[i].models[j] == model)
                rows[view->versions_n++] = (struct policy_used){ policy_page_title(req, &pack->versions[i]),
                                                                 policy_page_version(req, &pack->versions[i]) };
    view->versions = rows;
    return true;
}

/* What decides stands first; what is handed to it, behind. */
static bool decisions_first(struct request *req, const struct policy_model *model, const struct decision_model *shown,
                            struct policy_tables *view)
{
    struct decision_element *elements = ARENA_ARRAY(req->arena, shown->elements_n + 1, struct decision_element);
    struct decision_need *contents = ARENA_ARRAY(req->arena, shown->elements_n + 1, struct decision_need);
    if (!elements || !contents)
        return false;
    for (size_t i = 0; i < shown->elements_n; i++)
        if (dmn_element_kind(dmn_model_element(model->model, i)) != DMN_INPUT_DATA)
            contents[view->contents_n++] =
                (struct decision_need){ shown->elements[i].question.n
                                            ? str_format(req->arena, "%.*s: %.*s", STR_ARG(shown->elements[i].name),
                                                         STR_ARG(shown->elements[i].question))
                                            : shown->elements[i].name,
                                        { str_format(req->arena, "#%.*s", STR_ARG(shown->elements[i].id)) } };
    for (int inputs = 0; inputs <= 1; inputs++)
        for (size_t i = 0; i < shown->elements_n; i++)
            if ((dmn_element_kind(dmn_model_element(model->model, i)) == DMN_INPUT_DATA) == (inputs == 1))
                elements[view->elements_n++] = shown->elements[i];
    view->elements = elements;
    view->contents = contents;
    return true;
}

/*
 * route: GET /how-we-decide/tables/{model}
 * permission: public
 * cache: public
 * help: The tables of one file of rules, row by row, with what each rests on.
 */
enum http_status site_policy_tables(struct request *req, struct response *res)
{
    const struct policy_pack *pack;
    struct policy_tables view = { 0 };
    struct decision_model shown;
    if (policy_page_pack(req, &pack, &res->fault) != STATUS_OK)
        return no_pack(req, res);
    const struct policy_model *model = model_of(pack, request_param(req, SITE_POLICY_TABLES_PARAM_MODEL));
    if (!model)
        return response_error(req, res, HTTP_NOT_FOUND);
    if (!fill_used(req, pack, model, &view) ||
        !site_decision_fill(req->arena, req->language, model->model, NULL, &shown) ||
        !decisions_first(req, model, &shown, &view))
        return response_error(req, res, HTTP_SERVER_ERROR);
    view.heading = t_policy_tables_title(req->language, req->arena, model->name);
    view.all = request_own(req, STR("/how-we-decide"));
    view.read = (struct url){ str_format(req->arena, "%.*s#read", STR_ARG(view.all.s)) };
    web_layout(req, &view.layout, view.heading);
    view.layout.description = t_policy_tables_description(req->language, req->arena, model->name);
    policy_tables_write(&res->body, req->language, &view);
    return HTTP_OK;
}
