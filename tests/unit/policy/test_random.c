/*
 * Facts by chance: what is ruled out before the engine is asked is what the engine would rule out, and an offence is
 * made out, possible or not exactly as all ways to complete the facts say.
 */
#include "world.h"

#include <stdio.h>

#include "base/buf.h"
#include "policy/coverage.h"
#include "base/banned.h"

enum { CASES = 300 };
static uint32_t seed = 20221016;

static unsigned chance(unsigned n)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16) % n;
}

/* The members that the small law names, with values that matter to it and one that does not. */
static const struct {
    const char *name, *values[6];
    unsigned n;
} members[] = {
    { "act", { "\"assault\"", "\"harassment\"", "\"refusal-of-service\"", "\"words\"" }, 4 },
    { "occasions", { "1", "2", "3" }, 3 },
    { "threatening", { "true", "false" }, 2 },
    { "intended_distress", { "true", "false" }, 2 },
    { "assistance_dog", { "true", "false" }, 2 },
    { "defence_reasonable", { "true", "false" }, 2 },
};
enum { MEMBERS = sizeof members / sizeof members[0], NOT_KNOWN = 99, DEFENCE = MEMBERS - 1 };

static struct str written(const unsigned *values, unsigned under_10)
{
    struct buf b;
    buf_init(&b, world.arena, 4096);
    buf_add(&b, STR("{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{"));
    for (unsigned i = 0, first = 1; i < MEMBERS; i++)
        if (values[i] != NOT_KNOWN) {
            buf_format(&b, "%s\"%s\":%s", first ? "" : ",", members[i].name, members[i].values[values[i]]);
            first = 0;
        }
    buf_format(&b, "}]%s}", under_10 ? ",\"context\":{\"offender_under_10\":true}" : "");
    buf_add_byte(&b, '\0');
    return buf_str(&b);
}

/* Over each way to complete what is not known: a bit for false, one for true, for each offence. */
static void complete(unsigned *values, unsigned at, unsigned under_10, unsigned *found)
{
    if (at < MEMBERS) {
        unsigned known = values[at];
        for (unsigned i = 0; i < members[at].n; i++) {
            if (known == NOT_KNOWN && at == DEFENCE && i == 0)
                continue; /* a defence counts only when it is known */
            values[at] = known == NOT_KNOWN ? i : known;
            complete(values, at + 1, under_10, found);
            if (known != NOT_KNOWN)
                break;
        }
        values[at] = known;
        return;
    }
    struct policy_answer answer = world_answer(written(values, under_10).p);
    for (size_t i = 0; i < answer.offences_n; i++)
        found[i] |= answer.offences[i].status == POLICY_NOT_MADE_OUT ? 1 : 2;
}

static void an_offence_is_as_all_completions_say(void **state)
{
    (void)state;
    for (int n = 0; n < CASES / 10; n++) {
        unsigned values[MEMBERS], found[8] = { 0 }, under_10 = chance(6) == 0;
        for (unsigned i = 0; i < MEMBERS; i++)
            values[i] = chance(5) < 3 ? chance(members[i].n) : NOT_KNOWN;
        struct str facts = written(values, under_10);
        struct policy_answer answer = world_answer(facts.p);
        complete(values, 0, under_10, found);
        for (size_t i = 0; i < answer.offences_n; i++) {
            const struct policy_offence_answer *one = &answer.offences[i];
            enum policy_made_out wanted = found[i] == 1                 ? POLICY_NOT_MADE_OUT
                                          : one->offence->possible_only ? POLICY_POSSIBLE
                                          : found[i] == 2               ? POLICY_MADE_OUT
                                                                        : POLICY_POSSIBLE;
            if (one->status != wanted)
                fail_msg("%s: %.*s is %s", facts.p, STR_ARG(one->offence->id), policy_made_out_name(one->status));
        }
        assert_true(world_end(NULL) == 0 && world_begin(NULL) == 0);
    }
}

static void what_is_ruled_out_early_is_what_the_engine_rules_out(void **state)
{
    (void)state;
    struct policy_coverage *coverage = policy_coverage_new(world.arena);
    for (int n = 0; n < CASES; n++) {
        unsigned values[MEMBERS];
        struct policy_facts facts;
        struct policy_answer early, whole;
        for (unsigned i = 0; i < MEMBERS; i++)
            values[i] = chance(2) ? chance(members[i].n) : NOT_KNOWN;
        struct str text = written(values, chance(4) == 0);
        assert_int_equal(world_facts(text.p, &facts), STATUS_OK);
        struct policy_case asked = { .pack = world.pack, .facts = &facts, .today = 20221016 };
        assert_int_equal(policy_evaluate(world.arena, &asked, &early, &world.fault), STATUS_OK);
        asked.coverage = coverage; /* then every offence is asked for */
        assert_int_equal(policy_evaluate(world.arena, &asked, &whole, &world.fault), STATUS_OK);
        assert_int_equal(early.outcome, whole.outcome);
        assert_int_equal(early.questions_n, whole.questions_n);
        for (size_t i = 0; i < early.offences_n; i++)
            if (early.offences[i].status != whole.offences[i].status)
                fail_msg("%s: %.*s", text.p, STR_ARG(early.offences[i].offence->id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_offence_is_as_all_completions_say, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_is_ruled_out_early_is_what_the_engine_rules_out, world_begin, world_end),
    };
    return cmocka_run_group_tests_name("policy random", tests, NULL, NULL);
}
