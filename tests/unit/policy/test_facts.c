/* What is taken as a fact, and what is refused with its path. */
#include "world.h"

#include <string.h>

#include "base/buf.h"
#include "base/banned.h"

static void what_is_left_out_or_null_is_not_known(void **state)
{
    static const char *const texts[] = { "{}", "null", "{\"victim\":null,\"conduct\":null}",
                                         "{\"victim\":{\"kind\":null},\"evidence\":{\"court\":null}}" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct policy_facts facts;
        assert_int_equal(world_facts(texts[i], &facts), STATUS_OK);
        assert_int_equal(policy_facts_get(&facts, STR("victim.kind")).kind, FEEL_NULL);
        assert_int_equal(policy_facts_get(&facts, STR("evidence.court.offence")).kind, FEEL_NULL);
        assert_false(facts.conduct_known);
        assert_int_equal(facts.conduct_n, 1);
    }
}

static void a_doubt_counts_as_false_until_it_is_known(void **state)
{
    struct policy_facts facts;
    (void)state;
    assert_int_equal(world_facts("{\"context\":{\"trivial\":true}}", &facts), STATUS_OK);
    assert_true(policy_facts_get(&facts, STR("context.trivial")).boolean);
    struct feel_value other = policy_facts_get(&facts, STR("context.irrational"));
    assert_int_equal(other.kind, FEEL_BOOLEAN);
    assert_false(other.boolean);
    assert_int_equal(policy_facts_get(&facts, STR("context.debate")).kind, FEEL_NULL);
    same_text(policy_facts_get(&facts, STR("evidence.court.hostility")).string, "not-tried");
}

static void an_empty_list_is_complete(void **state)
{
    struct policy_facts facts;
    (void)state;
    assert_int_equal(world_facts("{\"hostility\":{\"perceived_by\":[]},\"conduct\":[]}", &facts), STATUS_OK);
    assert_int_equal(policy_facts_get(&facts, STR("hostility.perceived_by")).kind, FEEL_LIST);
    assert_true(facts.conduct_known);
    assert_int_equal(facts.conduct_n, 0);
}

/* One value that each type takes. */
static void put_value(struct buf *b, const struct policy_fact *fact)
{
    static const char *const values[] = { [POLICY_BOOLEAN] = "true",
                                          [POLICY_NUMBER] = "2",
                                          [POLICY_DATE] = "\"2022-10-16\"",
                                          [POLICY_TEXT] = "\"a text\"",
                                          [POLICY_TEXTS] = "[\"age\"]" };
    if (fact->values_n == 0)
        buf_format(b, "%s", values[fact->type]);
    for (size_t i = 0; i < fact->values_n && (i == 0 || fact->type == POLICY_SOME_OF); i++)
        buf_format(b, "%s\"%.*s\"", i ? "," : fact->type == POLICY_SOME_OF ? "[" : "", STR_ARG(fact->values[i].word));
    if (fact->type == POLICY_SOME_OF)
        buf_add(b, STR("]"));
}

static void every_fact_of_the_vocabulary_is_taken_at_its_path(void **state)
{
    (void)state;
    assert_true(policy_vocabulary_n > 50);
    for (size_t i = 0; i < policy_vocabulary_n; i++) {
        const struct policy_fact *fact = &policy_vocabulary[i];
        struct str group = fact->group;
        struct policy_facts facts;
        struct buf b;
        buf_init(&b, world.arena, 4096);
        bool list = str_ends(group, STR("[]"));
        ptrdiff_t dot = str_find_byte(group, '.');
        if (list)
            buf_format(&b, "{\"%.*s\":[{", STR_ARG(str_slice(group, 0, group.n - 2)));
        else if (dot > 0)
            buf_format(&b, "{\"%.*s\":{\"%.*s\":{", STR_ARG(str_slice(group, 0, (size_t)dot)),
                       STR_ARG(str_slice(group, (size_t)dot + 1, group.n)));
        else
            buf_format(&b, "{\"%.*s\":{", STR_ARG(group));
        buf_format(&b, "\"%.*s\":", STR_ARG(fact->name));
        put_value(&b, fact);
        buf_add(&b, list ? STR("}]}") : dot > 0 ? STR("}}}") : STR("}}"));
        buf_add_byte(&b, '\0');
        if (world_facts(b.p, &facts) != STATUS_OK)
            fail_msg("%s: %s", b.p, world.fault.text);
        struct feel_value value =
            list ? *feel_context_get(facts.conduct[0].context, fact->name) : policy_facts_get(&facts, fact->path);
        assert_int_not_equal(value.kind, FEEL_NULL);
        assert_ptr_equal(policy_fact_find(fact->path), fact);
    }
}

static void what_is_wrong_is_refused_with_its_path(void **state)
{
    static const struct {
        const char *facts, *words;
    } cases[] = {
        { "[]", "The facts are one object" },
        { "{\"weather\":1}", "weather: there is no fact of this name; candour policy facts" },
        { "{\"victims\":{}}", "victims: there is no fact of this name; did you mean \"victim\"?" },
        { "{\"conduct\":[{\"act\":\"words\"},{\"acts\":\"words\"}]}",
          "conduct[1].acts: there is no fact of this name; did you mean \"act\"?" },
        { "{\"evidence\":{\"court\":{\"hostile\":true}}}", "evidence.court.hostile: there is no fact" },
        { "{\"conduct\":[{\"act\":\"shouting\"}]}", "conduct[0].act: write one of: words, gesture," },
        { "{\"conduct\":[{\"act\":[\"words\"]}]}", "conduct[0].act: write one of" },
        { "{\"conduct\":{\"act\":\"words\"}}", "conduct: write a list in square brackets" },
        { "{\"conduct\":[\"words\"]}", "conduct[0]: write an object" },
        { "{\"victim\":[]}", "victim: write an object" },
        { "{\"evidence\":{\"court\":\"proved\"}}", "evidence.court: write an object" },
        { "{\"conduct\":[{\"threatening\":\"true\"}]}", "conduct[0].threatening: write true or false" },
        { "{\"conduct\":[{\"threatening\":1}]}", "conduct[0].threatening: write true or false" },
        { "{\"conduct\":[{\"occasions\":\"2\"}]}", "conduct[0].occasions: write a whole number" },
        { "{\"conduct\":[{\"occasions\":1.5}]}", "conduct[0].occasions: write a whole number" },
        { "{\"conduct\":[{\"occasions\":0}]}", "conduct[0].occasions: write a whole number" },
        { "{\"conduct\":[{\"occasions\":-3}]}", "conduct[0].occasions: write a whole number" },
        { "{\"dates\":{\"incident\":\"2022-02-29\"}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":\"2022-13-01\"}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":\"2022-1-1\"}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":\"16.10.2022\"}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":\"2022--1-01\"}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":\"0022-10-16\"}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":20221016}}", "dates.incident: there is no such day" },
        { "{\"dates\":{\"incident\":\"2022-10-17\",\"recorded\":\"2022-10-16\"}}",
          "dates.incident: this day is after" },
        { "{\"hostility\":{\"strands\":\"race\"}}", "hostility.strands: write a list" },
        { "{\"hostility\":{\"strands\":[\"race\",\"age\"]}}", "hostility.strands[1]: write one of: race, religion" },
        { "{\"hostility\":{\"strands\":[\"race\",\"race\"]}}", "hostility.strands[1]: this stands in the list twice" },
        { "{\"hostility\":{\"strands\":[null]}}", "hostility.strands[0]: write one of" },
        { "{\"hostility\":{\"other_characteristics\":[\"\"]}}", "hostility.other_characteristics[0]: write one line" },
        { "{\"evidence\":{\"court\":{\"offence\":\"a\\nb\"}}}", "evidence.court.offence: write one line" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct policy_facts facts;
        if (world_facts(cases[i].facts, &facts) != STATUS_INVALID)
            fail_msg("%s is taken", cases[i].facts);
        if (strncmp(world.fault.text, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("%s: \"%s\"", cases[i].facts, world.fault.text);
    }
}

static void a_hostile_name_does_not_reach_the_message(void **state)
{
    struct policy_facts facts;
    (void)state;
    assert_int_equal(world_facts("{\"\\u001b[31m\":1}", &facts), STATUS_INVALID);
    assert_null(strchr(world.fault.text, 0x1b));
    assert_int_equal(world_facts("{\"a\\u202eb\":1}", &facts), STATUS_INVALID);
    assert_null(strstr(world.fault.text, "\xe2\x80\xae"));
}

static void too_many_entries_are_refused(void **state)
{
    struct policy_facts facts;
    struct buf b;
    (void)state;
    for (int n = POLICY_CONDUCT_MAX; n <= POLICY_CONDUCT_MAX + 1; n++) {
        buf_init(&b, world.arena, 4096);
        buf_add(&b, STR("{\"conduct\":["));
        for (int i = 0; i < n; i++)
            buf_add(&b, i ? STR(",{}") : STR("{}"));
        buf_add(&b, STR("]}"));
        buf_add_byte(&b, '\0');
        assert_int_equal(world_facts(b.p, &facts), n > POLICY_CONDUCT_MAX ? STATUS_LIMIT : STATUS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_left_out_or_null_is_not_known, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_doubt_counts_as_false_until_it_is_known, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_empty_list_is_complete, world_begin, world_end),
        cmocka_unit_test_setup_teardown(every_fact_of_the_vocabulary_is_taken_at_its_path, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_refused_with_its_path, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_hostile_name_does_not_reach_the_message, world_begin, world_end),
        cmocka_unit_test_setup_teardown(too_many_entries_are_refused, world_begin, world_end),
    };
    return cmocka_run_group_tests_name("policy facts", tests, NULL, NULL);
}
