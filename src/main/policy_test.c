/* A pack held against its fixtures: which answers are not as expected, which rules nothing reaches, what two versions
 * answer differently. */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "dmn/limits.h"
#include "main/options.h"
#include "main/policy_said.h"
#include "policy/coverage.h"
#include "policy/fixture.h"
#include "policy/publication.h"
#include "base/banned.h"

enum { ANSWER_MEMORY_MAX = 16 * 1024 * 1024, WRONG_MAX = 64 * 1024 };

/* ---- The models themselves ---- */

/* How many errors the engine finds in them; each is said. */
static size_t check_models(struct arena *arena, const struct policy_pack *pack)
{
    size_t errors = 0;
    for (size_t i = 0; i < pack->models_n; i++) {
        const struct dmn_finding *findings;
        size_t n;
        struct fault fault;
        if (dmn_check(arena, pack->models[i]->model, &findings, &n, &fault) != STATUS_OK) {
            policy_said_line("FAILED %.*s: %s", STR_ARG(pack->models[i]->path), fault.text);
            errors++;
            continue;
        }
        for (size_t j = 0; j < n; j++) {
            if (findings[j].severity != DMN_ERROR)
                continue;
            policy_said_line("FAILED %.*s:%d: %.*s: %.*s", STR_ARG(findings[j].file), findings[j].line,
                             STR_ARG(findings[j].where), STR_ARG(findings[j].words));
            errors++;
        }
    }
    return errors;
}

/* ---- Fixtures ---- */

static bool answer_one(struct arena *arena, const struct policy_pack *pack, const struct policy_fixture *fixture,
                       struct policy_coverage *coverage, struct policy_answer *out)
{
    struct fault fault;
    struct policy_case asked = { .pack = pack,
                                 .facts = &fixture->facts,
                                 .now_ms = clock_now_ms(),
                                 .law = fixture->law,
                                 .recording = fixture->recording,
                                 .coverage = coverage };
    if (policy_evaluate(arena, &asked, out, &fault) == STATUS_OK)
        return true;
    policy_said_line("FAILED %.*s: %s", STR_ARG(fixture->id), fault.text);
    return false;
}

static bool test_one(struct arena *arena, const struct policy_pack *pack, const struct policy_fixture *fixture,
                     struct policy_coverage *coverage)
{
    struct policy_answer answer;
    struct buf wrong;
    struct str line;
    if (!answer_one(arena, pack, fixture, coverage, &answer))
        return false;
    buf_init(&wrong, arena, WRONG_MAX);
    policy_fixture_compare(fixture, &answer, &wrong);
    bool good = buf_ok(&wrong) && wrong.n == 0;
    struct str rest = buf_str(&wrong);
    while (!good && str_cut(&rest, '\n', &line))
        if (line.n)
            policy_said_line("FAILED %.*s: %.*s", STR_ARG(fixture->id), STR_ARG(line));
    return good;
}

static bool test_check(struct arena *arena, struct arena *scratch, const struct policy_check_fixture *fixture,
                       struct policy_coverage *coverage)
{
    struct policy_verdict verdict;
    struct fault fault;
    if (policy_publication(arena, scratch, fixture->version, fixture->check, &fixture->facts, clock_now_ms(), coverage,
                           &verdict, &fault) != STATUS_OK) {
        policy_said_line("FAILED %.*s: %s", STR_ARG(fixture->id), fault.text);
        return false;
    }
    struct str is = verdict.outcome.p ? verdict.outcome : STR("nothing");
    bool good = str_equal(is, fixture->expect);
    if (!good)
        policy_said_line("FAILED %.*s: %.*s, not %.*s", STR_ARG(fixture->id), STR_ARG(is), STR_ARG(fixture->expect));
    return good;
}

static enum status say_unreached(struct arena *arena, const struct policy_pack *pack, struct policy_coverage *coverage,
                                 struct fault *fault)
{
    const struct policy_unreached *unreached;
    size_t n, rows;
    enum status status = policy_coverage_report(coverage, arena, pack, &unreached, &n, &rows, fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        policy_said_line("not reached: %.*s:%d: %.*s, row %zu, %.*s: %.*s", STR_ARG(unreached[i].model->path),
                         unreached[i].line, STR_ARG(unreached[i].decision), unreached[i].row,
                         STR_ARG(unreached[i].output), STR_ARG(unreached[i].reason));
    printf("%zu of %zu rows of rules reached\n", rows - n, rows);
    return STATUS_OK;
}

int policy_test_pack(struct arena *arena, const char *folder)
{
    const struct policy_pack *pack;
    const struct policy_fixture *fixtures;
    const struct policy_check_fixture *checks;
    size_t n, checks_n, passed = 0;
    struct fault fault;
    enum status status = policy_pack_open(arena, folder, &pack, &fault);
    if (status == STATUS_OK)
        status = policy_fixtures_read(arena, folder, pack, &fixtures, &n, &fault);
    if (status == STATUS_OK)
        status = policy_check_fixtures_read(arena, folder, pack, &checks, &checks_n, &fault);
    struct policy_coverage *coverage = status == STATUS_OK ? policy_coverage_new(arena) : NULL;
    struct arena *run = coverage ? arena_new(ANSWER_MEMORY_MAX) : NULL;
    struct arena *scratch = run ? arena_new(DMN_RUN_MEMORY_MAX) : NULL;
    if (status == STATUS_OK && !scratch)
        status = fault_no_memory(&fault);
    if (status != STATUS_OK) {
        command_fail(&fault);
        return status == STATUS_INVALID || status == STATUS_DAMAGED || status == STATUS_LIMIT ? EXIT_REFUSED
                                                                                              : EXIT_CANNOT;
    }
    size_t errors = check_models(arena, pack);
    for (size_t i = 0; i < n; i++) {
        arena_reset(run);
        passed += test_one(run, pack, &fixtures[i], coverage);
    }
    for (size_t i = 0; i < checks_n; i++) {
        arena_reset(run);
        arena_reset(scratch);
        passed += test_check(run, scratch, &checks[i], coverage);
    }
    arena_free(scratch);
    arena_free(run);
    n += checks_n;
    if (say_unreached(arena, pack, coverage, &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    printf("%zu passed, %zu failed\n", passed, n - passed + errors);
    return passed == n && errors == 0 ? EXIT_DONE : EXIT_REFUSED;
}

/* ---- Two versions ---- */

static void compare_one(struct arena *arena, const struct policy_pack *pack, const struct policy_fixture *fixture,
                        const struct policy_version *const versions[2], size_t *changed)
{
    struct policy_answer answers[2];
    for (int i = 0; i < 2; i++) {
        struct policy_fixture as_if = *fixture;
        if (versions[i]->kind == POLICY_LAW)
            as_if.law = versions[i];
        else
            as_if.recording = versions[i];
        if (!answer_one(arena, pack, &as_if, NULL, &answers[i]))
            return;
    }
    if (answers[0].outcome == answers[1].outcome)
        return;
    policy_said_line("%.*s: %s, then %s", STR_ARG(fixture->id), policy_outcome_name(answers[0].outcome),
                     policy_outcome_name(answers[1].outcome));
    ++*changed;
}

int policy_test_difference(struct arena *arena, const char *folder, const char *first, const char *second)
{
    const char *const names[2] = { first, second };
    const struct policy_version *versions[2];
    const struct policy_pack *pack;
    const struct policy_fixture *fixtures;
    size_t n, changed = 0;
    struct fault fault;
    if (policy_pack_open(arena, folder, &pack, &fault) != STATUS_OK ||
        policy_fixtures_read(arena, folder, pack, &fixtures, &n, &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    for (int i = 0; i < 2; i++)
        if (!(versions[i] = policy_pack_find(pack, str_of(names[i])))) {
            options_say("there is no version %s; candour policy list has them.", names[i]);
            return EXIT_CANNOT;
        }
    if (versions[0]->kind != versions[1]->kind || versions[0]->kind == POLICY_PUBLICATION) {
        options_say("compare two versions of the law, or two of recording.");
        return EXIT_CANNOT;
    }
    struct arena *run = arena_new(ANSWER_MEMORY_MAX);
    if (!run) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    for (size_t i = 0; i < n; i++) {
        arena_reset(run);
        compare_one(run, pack, &fixtures[i], versions, &changed);
    }
    arena_free(run);
    printf("%zu of %zu fixtures change\n", changed, n);
    return EXIT_DONE;
}
