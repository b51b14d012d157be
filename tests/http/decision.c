/*
 * A page of the test build that shows a decision model (decision.dmn) as policy pages will, with the rules that
 * matched.
 */
#include "base/arena.h"
#include "dmn/dmn.h"
#include "dmn/limits.h"
#include "http/http_pages.h"
#include "http/http_routes.h"
#include "site/site.h"
#include "site/site_pages.h"
#include "web/web.h"

#include "base/banned.h"

extern const char http_test_model[]; /* decision.dmn */
extern const size_t http_test_model_n;

enum { INPUTS = 7 };

/* What each input is, in the order in which the model has them. */
static void fill_inputs(const struct dmn_model *model, struct dmn_input *inputs)
{
    const struct feel_value values[INPUTS] = {
        feel_boolean(false),
        feel_integer(3),
        feel_boolean(true),
        feel_string(STR("street")),
        { .kind = FEEL_DATE, .date = { 2026, 3, 1 } },
        feel_boolean(true),
        feel_integer(5),
    };
    for (size_t i = 0; i < INPUTS; i++)
        inputs[i] = (struct dmn_input){ STR_NONE, dmn_element_name(dmn_model_element(model, i)), values[i] };
}

/*
 * route: GET /test/decision
 * permission: public
 * cache: no-store
 * help: Test build: a decision model as a page.
 */
enum http_status test_decision(struct request *req, struct response *res)
{
    const struct dmn_file file = { STR("decision.dmn"), { http_test_model, http_test_model_n } };
    struct test_decision view = { 0 };
    struct decision_model shown;
    struct dmn_model *model;
    struct dmn_result result;
    struct dmn_input inputs[INPUTS];
    struct fault fault;
    if (dmn_model_read(req->arena, &file, 1, &model, &fault) != STATUS_OK || dmn_model_elements(model) < INPUTS)
        return HTTP_SERVER_ERROR;
    fill_inputs(model, inputs);
    if (dmn_evaluate(model, dmn_model_find(model, STR_NONE, STR("all of it")), req->arena, 0, inputs, INPUTS, &result,
                     &fault) != STATUS_OK ||
        !site_decision_fill(req->arena, req->language, model, result.trace, &shown))
        return HTTP_SERVER_ERROR;
    view.elements = shown.elements;
    view.elements_n = shown.elements_n;
    web_layout(req, &view.layout, STR("Decision"));
    test_decision_write(&res->body, req->language, &view);
    return HTTP_OK;
}
