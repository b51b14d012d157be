/* One model and many threads: each gets what a thread alone gets, of everything that a run may share with another. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dmn/dmn.h"
#include "dmn/limits.h"

#include "base/banned.h"

enum { THREADS = 8, ROUNDS = 60, TEXT_MAX = 64 * 1024 };
/* 2026-03-02T19:11:00Z */
#define NOW INT64_C(1772478660000)

/* A table, a knowledge model that calls itself, a pattern, a zone, a sort with a function, case, a random-looking sum.
 */
static const char MODEL[] =
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" name=\"m\" namespace=\"urn:m\">"
    "<inputData id=\"n\" name=\"n\"><variable name=\"n\" typeRef=\"number\"/></inputData>"
    "<businessKnowledgeModel id=\"f\" name=\"f\"><encapsulatedLogic><formalParameter "
    "name=\"k\"/><literalExpression><text>"
    "if k &lt;= 1 then 1 else k * f(k - 1)</text></literalExpression></encapsulatedLogic>"
    "<knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement></businessKnowledgeModel>"
    "<decision id=\"size\" name=\"size\"><informationRequirement><requiredInput href=\"#n\"/></informationRequirement>"
    "<decisionTable hitPolicy=\"UNIQUE\"><input><inputExpression "
    "typeRef=\"number\"><text>n</text></inputExpression></input>"
    "<output/><rule><inputEntry><text>&lt; "
    "10</text></inputEntry><outputEntry><text>\"small\"</text></outputEntry></rule>"
    "<rule><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>\"large\"</text></outputEntry></rule>"
    "</decisionTable></decision>"
    "<decision id=\"d\" name=\"d\"><informationRequirement><requiredInput href=\"#n\"/></informationRequirement>"
    "<informationRequirement><requiredDecision href=\"#size\"/></informationRequirement>"
    "<knowledgeRequirement><requiredKnowledge href=\"#f\"/></knowledgeRequirement><literalExpression><text>"
    "[size, f(n), matches(string(n), \"^[0-9]+$\"), replace(size, \"(l+)\", \"[$1]\"), upper case(size), "
    "string(@\"2026-03-29T00:30:00@Europe/London\" + duration(\"PT\" + string(n) + \"H\")), "
    "sort(for i in 1..n return modulo(i * 7, 11), function(a, b) a &lt; b), sqrt(n) / 3, today(), number(size)]"
    "</text></literalExpression></decision></definitions>";

struct asked {
    const struct dmn_model *model;
    int first;
    size_t wrong;
    char texts[20][TEXT_MAX / 16];
};

/* What d is of n, and what it could still be where n is not known, as a text. */
static void answer(const struct dmn_model *model, int n, char *out, size_t size)
{
    struct arena *arena = arena_new(DMN_RUN_MEMORY_MAX);
    struct dmn_result result;
    struct dmn_unknowns unknowns;
    struct fault fault;
    struct buf text;
    buf_init(&text, NULL, TEXT_MAX);
    struct dmn_input input = { STR_NONE, STR("n"), feel_number(number_of(n)) };
    if (dmn_evaluate(model, dmn_model_find(model, STR_NONE, STR("d")), arena, NOW, &input, 1, &result, &fault) !=
        STATUS_OK)
        buf_add(&text, str_of(fault.text));
    else
        feel_write(&text, result.value);
    if (dmn_unknown(model, dmn_model_find(model, STR_NONE, STR("size")), arena, NOW, NULL, 0, &unknowns, &fault) !=
        STATUS_OK)
        buf_add(&text, str_of(fault.text));
    else
        for (size_t i = 0; i < unknowns.results.n; i++)
            feel_write(&text, unknowns.results.values[i]);
    struct str all = buf_ok(&text) ? buf_str(&text) : STR("(too long)");
    size_t length = all.n < size - 1 ? all.n : size - 1;
    memcpy(out, all.p, length);
    out[length] = '\0';
    buf_free(&text);
    arena_free(arena);
}

static void *ask(void *argument)
{
    struct asked *asked = argument;
    for (int round = 0; round < ROUNDS; round++) {
        int n = (asked->first + round) % 20;
        char text[TEXT_MAX / 16];
        answer(asked->model, n, text, sizeof text);
        asked->wrong += strcmp(text, asked->texts[n]) != 0;
    }
    return NULL;
}

static void one_model_answers_many_threads_as_it_answers_one(void **state)
{
    (void)state;
    static struct asked asked[THREADS];
    struct arena *arena = arena_new(DMN_MODEL_MEMORY_MAX);
    struct dmn_file file = { STR("m.dmn"), str_of(MODEL) };
    struct dmn_model *model;
    struct fault fault;
    pthread_t threads[THREADS];
    size_t faults;
    assert_int_equal(dmn_model_read(arena, &file, 1, &model, &fault), STATUS_OK);
    dmn_model_faults(model, &faults);
    assert_int_equal(faults, 0);
    for (int i = 0; i < THREADS; i++)
        asked[i] = (struct asked){ .model = model, .first = i * 3 };
    /* The first alone: what the others have to say too. */
    for (int n = 0; n < 20; n++)
        answer(model, n, asked[0].texts[n], sizeof asked[0].texts[n]);
    assert_non_null(strstr(asked[0].texts[12], "large"));
    assert_non_null(strstr(asked[0].texts[12], "479001600"));
    assert_non_null(strstr(asked[0].texts[12], "[l]arge"));
    assert_non_null(strstr(asked[0].texts[12], "13:30:00@Europe/London"));
    for (int i = 1; i < THREADS; i++)
        memcpy(asked[i].texts, asked[0].texts, sizeof asked[0].texts);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &asked[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(asked[i].wrong, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_model_answers_many_threads_as_it_answers_one),
    };
    return cmocka_run_group_tests_name("dmn threads", tests, NULL, NULL);
}
