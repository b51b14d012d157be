/*
 * A page of the test build that shows a decision model as policy pages will: with a wide table, the rule that matched,
 * a context, a relation, a function, and names that look like markup.
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

#define CELL(text)    "<inputEntry><text>" text "</text></inputEntry>"
#define OUT(text)     "<outputEntry><text>" text "</text></outputEntry>"
#define NOTE(text)    "<annotationEntry><text>" text "</text></annotationEntry>"
#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define INPUT(name, type)                                                                                              \
    "<inputData id=\"" name "\" name=\"" name "\"><variable name=\"" name "\" typeRef=\"" type "\"/></inputData>"
#define NEEDS(name) "<informationRequirement><requiredInput href=\"#" name "\"/></informationRequirement>"
#define COLUMN(name, type)                                                                                             \
    "<d:input><inputExpression typeRef=\"" type "\"><text>" name "</text></inputExpression></d:input>"

static const char model_text[] =
    "<definitions xmlns:d=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" "
    "xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"page\" namespace=\"page\">" INPUT("danger",
                                                                                                     "boolean")
        INPUT("days", "number") INPUT("before", "boolean") INPUT(
            "place",
            "string") "<decision id=\"p\" name=\"priority &lt;b&gt;\"><question>How soon does somebody call "
                      "back?</question>"
                      "<variable name=\"priority\" typeRef=\"string\"/>" NEEDS("danger") NEEDS("days") NEEDS(
                          "before") NEEDS("place") "<decisionTable hitPolicy=\"FIRST\">" COLUMN("danger", "boolean")
                          COLUMN("days", "number") COLUMN(
                              "before",
                              "boolean") "<d:input label=\"Where it happened\"><inputExpression typeRef=\"string\">"
                                         "<text>place</text></inputExpression></d:input><output "
                                         "name=\"priority\"><outputValues><text>\"now\", \"today\", "
                                         "\"this week\"</text></outputValues><defaultOutputEntry><text>\"this "
                                         "week\"</text></defaultOutputEntry></output>"
                                         "<annotation name=\"why\"/><annotation name=\"source\"/>"
                                         "<rule>" CELL("true") CELL("-") CELL("-") CELL("-") OUT("\"now\"")
                                             NOTE("Somebody may be hurt") NOTE(
                                                 "Our own rule, "
                                                 "which has a long sentence so that the table is wider than a small "
                                                 "screen") "</rule>"
                                                           "<rule>" CELL("false") CELL("&lt;= 1") CELL("-") CELL(
                                                               "not(\"online\")") OUT("\"today\"") NOTE("Still fresh")
                                                               NOTE("") "</rule><rule>" CELL("-") CELL("-") CELL("true")
                                                                   CELL("-") OUT("\"today\"") NOTE("Again") NOTE(
                                                                       "") "</rule>"
                                                                           "</decisionTable></decision>"
                                                                           "<decision id=\"h\" "
                                                                           "name=\"hours\"><variable "
                                                                           "name=\"hours\" "
                                                                           "typeRef=\"number\"/>"
                                                                           "<informationRequirement><"
                                                                           "requiredDecision "
                                                                           "href=\"#p\"/></"
                                                                           "informationRequirement>"
                                                                           "<knowledgeRequirement><"
                                                                           "requiredKnowledge "
                                                                           "href=\"#f\"/></"
                                                                           "knowledgeRequirement>"
                                                                           "<context><contextEntry><variable "
                                                                           "name=\"days\"/>" LITERAL(
                                                                               "if 1 &lt; 2\n  then 3\n  else "
                                                                               "4") "</contextEntry>"
                                                                                    "<contextEntry><variable "
                                                                                    "name=\"table\"/"
                                                                                    "><relation><column "
                                                                                    "name=\"name\"/><column "
                                                                                    "name=\"hours\"/"
                                                                                    "><row>" LITERAL("\"now\"") LITERAL(
                                                                                        "1") "</row><row>" LITERAL("\"t"
                                                                                                                   "oda"
                                                                                                                   "y"
                                                                                                                   "\"")
                                                                                        LITERAL(
                                                                                            "24") "</row></"
                                                                                                  "relation></"
                                                                                                  "contextEntry>"
                                                                                                  "<contextEntry"
                                                                                                  ">" LITERAL(
                                                                                                      "twice("
                                                                                                      "days)") "</"
                                                                                                               "co"
                                                                                                               "nt"
                                                                                                               "ex"
                                                                                                               "tE"
                                                                                                               "nt"
                                                                                                               "ry"
                                                                                                               "><"
                                                                                                               "/c"
                                                                                                               "on"
                                                                                                               "te"
                                                                                                               "xt"
                                                                                                               "><"
                                                                                                               "/d"
                                                                                                               "ec"
                                                                                                               "is"
                                                                                                               "io"
                                                                                                               "n>"
                                                                                                               "<b"
                                                                                                               "us"
                                                                                                               "in"
                                                                                                               "es"
                                                                                                               "sK"
                                                                                                               "no"
                                                                                                               "wl"
                                                                                                               "ed"
                                                                                                               "ge"
                                                                                                               "Mo"
                                                                                                               "de"
                                                                                                               "l "
                                                                                                               "id"
                                                                                                               "="
                                                                                                               "\""
                                                                                                               "f"
                                                                                                               "\""
                                                                                                               " n"
                                                                                                               "am"
                                                                                                               "e="
                                                                                                               "\""
                                                                                                               "tw"
                                                                                                               "ic"
                                                                                                               "e"
                                                                                                               "\""
                                                                                                               "><"
                                                                                                               "va"
                                                                                                               "ri"
                                                                                                               "ab"
                                                                                                               "le"
                                                                                                               " n"
                                                                                                               "am"
                                                                                                               "e="
                                                                                                               "\""
                                                                                                               "tw"
                                                                                                               "ic"
                                                                                                               "e"
                                                                                                               "\""
                                                                                                               "/>"
                                                                                                               "<e"
                                                                                                               "nc"
                                                                                                               "ap"
                                                                                                               "su"
                                                                                                               "la"
                                                                                                               "te"
                                                                                                               "dL"
                                                                                                               "og"
                                                                                                               "ic"
                                                                                                               ">"
                                                                                                               "<f"
                                                                                                               "or"
                                                                                                               "ma"
                                                                                                               "lP"
                                                                                                               "ar"
                                                                                                               "am"
                                                                                                               "et"
                                                                                                               "er"
                                                                                                               " n"
                                                                                                               "am"
                                                                                                               "e="
                                                                                                               "\""
                                                                                                               "n"
                                                                                                               "\""
                                                                                                               " t"
                                                                                                               "yp"
                                                                                                               "eR"
                                                                                                               "ef"
                                                                                                               "="
                                                                                                               "\""
                                                                                                               "nu"
                                                                                                               "mb"
                                                                                                               "er"
                                                                                                               "\""
                                                                                                               "/"
                                                                                                               ">" LITERAL(
                                                                                                                   "n "
                                                                                                                   "* "
                                                                                                                   "2") "</encapsulatedLogic></businessKnowledgeModel>"
                                                                                                                        "</definitions>";

/*
 * route: GET /test/decision
 * permission: public
 * cache: no-store
 * help: Test build: a decision model as a page.
 */
enum http_status test_decision(struct request *req, struct response *res)
{
    static const struct dmn_file file = { STR_INIT("page.dmn"), { model_text, sizeof model_text - 1 } };
    struct test_decision view = { 0 };
    struct decision_model shown;
    struct dmn_model *model;
    struct dmn_result result;
    struct fault fault;
    const struct dmn_input inputs[] = { { STR_NONE, STR("danger"), feel_boolean(false) },
                                        { STR_NONE, STR("days"), feel_integer(3) },
                                        { STR_NONE, STR("before"), feel_boolean(true) },
                                        { STR_NONE, STR("place"), feel_string(STR("street")) } };
    if (dmn_model_read(req->arena, &file, 1, &model, &fault) != STATUS_OK ||
        dmn_evaluate(model, dmn_model_find(model, STR_NONE, STR("hours")), req->arena, 0, inputs, 4, &result, &fault) !=
            STATUS_OK ||
        !site_decision_fill(req->arena, req->language, model, result.trace, &shown))
        return HTTP_SERVER_ERROR;
    view.elements = shown.elements;
    view.elements_n = shown.elements_n;
    web_layout(req, &view.layout, STR("Decision"));
    test_decision_write(&res->body, req->language, &view);
    return HTTP_OK;
}
