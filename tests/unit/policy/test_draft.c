/* Facts that are gathered one by one are the facts of a file. */
#include "world.h"

#include "base/buf.h"
#include "policy/draft.h"
#include "base/banned.h"

static const char *text_of(const struct policy_draft *draft)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, world.arena, JSON_MAX_BYTES);
    json_writer_init(&w, &out);
    policy_draft_to_json(draft, &w);
    assert_true(buf_ok(&out));
    return str_z(world.arena, buf_str(&out));
}

static void what_is_read_is_written_again(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"conduct\":[]}",
        "{\"conduct\":[{},{\"act\":\"words\",\"occasions\":2}]}",
        "{\"dates\":{\"incident\":\"2022-10-10\"},\"victim\":{\"confirms\":false},\"conduct\":[{\"act\":\"words\","
        "\"threatening\":true}],"
        "\"hostility\":{\"strands\":[],\"other_characteristics\":[\"age\",\"\\\"x\\\"\"],\"perceived_by\":[\"victim\","
        "\"other\"]},"
        "\"evidence\":{\"credible_contrary\":true,\"court\":{\"offence\":\"true\",\"hostility\":\"proved\"}}}",
        "{\"evidence\":{\"court\":{\"hostility\":\"not-tried\"}}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct policy_facts facts;
        struct fault fault;
        const struct json *json = world_json(texts[i]);
        assert_int_equal(policy_facts_read(world.arena, json, &facts, &fault), STATUS_OK);
        struct policy_draft *draft = policy_draft_of(world.arena, json);
        assert_non_null(draft);
        assert_string_equal(text_of(draft), texts[i]);
        assert_int_equal(policy_draft_facts(draft, &facts, &fault), STATUS_OK);
    }
    assert_string_equal(text_of(policy_draft_of(world.arena, world_json("{\"conduct\":null,\"victim\":null,"
                                                                        "\"place\":{\"nation\":null}}"))),
                        "{}");
    assert_string_equal(text_of(policy_draft_of(world.arena, NULL)), "{}");
}

static void an_entry_that_goes_takes_its_facts_along(void **state)
{
    const struct policy_fact *act, *damaged;
    size_t entry = 9;
    (void)state;
    struct policy_draft *draft = policy_draft_of(
        world.arena, world_json("{\"conduct\":[{\"act\":\"words\"},{\"act\":\"threat\"},{\"act\":\"damage\","
                                "\"property_damaged\":true}]}"));
    assert_non_null(policy_draft_find(draft, STR("conduct[2].property_damaged"), &damaged, &entry));
    assert_int_equal(entry, 2);
    assert_null(policy_draft_find(draft, STR("conduct[3].act"), &act, &entry));
    assert_null(policy_draft_find(draft, STR("conduct[0].nothing"), &act, &entry));
    assert_non_null(policy_draft_find(draft, STR("conduct[0].act"), &act, &entry));
    policy_draft_remove(draft, 1);
    assert_string_equal(text_of(draft),
                        "{\"conduct\":[{\"act\":\"words\"},{\"act\":\"damage\",\"property_damaged\":true}]}");
    policy_draft_remove(draft, 0);
    policy_draft_remove(draft, 0);
    assert_string_equal(text_of(draft), "{}");
    policy_draft_remove(draft, 7);
    assert_int_equal(draft->conduct_n, 1);
    assert_true(policy_draft_set(draft, act, 0, STR("words")));
    assert_string_equal(text_of(draft), "{\"conduct\":[{\"act\":\"words\"}]}");
}

static void one_value_is_checked_by_itself(void **state)
{
    static const struct {
        const char *path, *word;
        enum status status;
    } table[] = {
        { "conduct[4].occasions", "2", STATUS_OK },
        { "conduct[4].occasions", "0", STATUS_INVALID },
        { "conduct[4].occasions", "two", STATUS_INVALID },
        { "conduct[4].occasions", "99999999999999999999", STATUS_INVALID },
        { "conduct[0].act", "words", STATUS_OK },
        { "conduct[0].act", "shouting", STATUS_INVALID },
        { "dates.incident", "2024-02-29", STATUS_OK },
        { "dates.incident", "2023-02-29", STATUS_INVALID },
        { "victim.confirms", "true", STATUS_OK },
        { "victim.confirms", "yes", STATUS_INVALID },
        { "evidence.court.offence", "true", STATUS_OK },
        { "evidence.court.offence", "a\nb", STATUS_INVALID },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct policy_fact *fact;
        struct fault fault;
        size_t entry = 0;
        struct policy_draft *draft = policy_draft_new(world.arena);
        draft->conduct_n = 5;
        assert_non_null(policy_draft_find(draft, str_of(table[i].path), &fact, &entry));
        assert_true(policy_draft_set(draft, fact, entry, str_of(table[i].word)));
        assert_int_equal(policy_draft_check(draft, fact, entry, &fault), table[i].status);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_is_read_is_written_again),
        T(an_entry_that_goes_takes_its_facts_along),
        T(one_value_is_checked_by_itself),
    };
    return cmocka_run_group_tests_name("policy draft", tests, NULL, NULL);
}
