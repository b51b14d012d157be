/* The outcome of a case: law and recording put together, with reasons and questions. */
#include "world.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/banned.h"

#define CONFIRMED "\"victim\":{\"confirms\":true},\"context\":{\"debate\":false}"
#define BY_VICTIM "\"hostility\":{\"strands\":[\"race\"],\"perceived_by\":[\"victim\"]}"

static void a_crime_that_the_victim_perceives_so_is_a_hate_crime(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"act\":\"assault\"}],"
                     "\"context\":{\"debate\":false}," BY_VICTIM "}");
    assert_int_equal(answer.outcome, POLICY_HATE_CRIME);
    assert_int_equal(answer.strands_n, 1);
    same_text(answer.strands[0], "race");
    const struct policy_offence_answer *blow = world_offence(&answer, "small-blow");
    assert_int_equal(blow->status, POLICY_MADE_OUT);
    same_text(blow->aggravated, "small-blow-aggravated");
    same_text(answer.law->id, "law-2020");
    same_text(answer.recording->id, "recording-2015");
    assert_false(answer.signed_off);
}

static void a_strand_outside_the_closed_list_aggravates_nothing(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer(
        "{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"act\":\"assault\"}],\"context\":{\"debate\":false},"
        "\"hostility\":{\"strands\":[\"disability\"],\"perceived_by\":[\"victim\"]}}");
    assert_int_equal(answer.outcome, POLICY_HATE_CRIME);
    assert_null(world_offence(&answer, "small-blow")->aggravated.p);
}

static void a_remote_reporter_flags_nothing(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"reporter\":{\"role\":\"remote\"}," CONFIRMED ",\"conduct\":[{\"act\":\"assault\"}],"
                     "\"hostility\":{\"strands\":[\"race\"],\"perceived_by\":[\"other\"]}}");
    assert_int_equal(answer.outcome, POLICY_CRIME);
    assert_int_equal(answer.strands_n, 0);
    assert_null(world_offence(&answer, "small-blow")->aggravated.p);
    answer = world_answer("{\"reporter\":{\"role\":\"remote\"},\"conduct\":[],"
                          "\"hostility\":{\"strands\":[\"race\"],\"perceived_by\":[\"other\"]}}");
    assert_int_equal(answer.outcome, POLICY_NOT_RECORDED);
}

static void a_crime_with_perception_unknown_asks_who_perceives_it(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"act\":\"spitting\"}]," CONFIRMED "}");
    assert_int_equal(answer.outcome, POLICY_CRIME);
    const struct policy_question *question = world_question(&answer, "hostility.perceived_by");
    assert_non_null(question);
    assert_int_equal(question->could_become_n, 1);
    assert_int_equal(question->could_become[0], POLICY_HATE_CRIME);
}

static void what_nobody_with_knowledge_stands_behind_is_reviewed(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"reporter\":{\"role\":\"witness\"},\"conduct\":[{\"act\":\"assault\"}]," BY_VICTIM "}");
    assert_int_equal(answer.outcome, POLICY_REVIEW);
    assert_non_null(world_question(&answer, "victim.confirms"));
    assert_null(world_question(&answer, "reporter.role"));
}

static void what_could_still_be_a_crime_lacks_facts_and_says_which(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"conduct\":[{\"act\":\"misnaming\"},{\"act\":\"words\","
                     "\"threatening\":true}],\"reporter\":{\"role\":\"victim\"}," BY_VICTIM "}");
    assert_int_equal(answer.outcome, POLICY_INSUFFICIENT);
    const struct policy_offence_answer *words = world_offence(&answer, "small-words");
    assert_int_equal(words->status, POLICY_POSSIBLE);
    assert_int_equal(words->missing_n, 3);
    same_text(words->missing[0], "conduct[0].threatening");
    same_text(words->missing[1], "conduct[0].intended_distress");
    same_text(words->missing[2], "conduct[1].intended_distress");
    assert_int_equal(world_offence(&answer, "small-blow")->status, POLICY_NOT_MADE_OUT);
    const struct policy_question *question = world_question(&answer, "conduct[1].intended_distress");
    assert_non_null(question);
    assert_int_equal(question->could_become[0], POLICY_HATE_CRIME);
    assert_null(world_question(&answer, "conduct[1].threatening"));
    same_text(question->text, "What do you think the person wanted to happen?");
}

static void what_could_only_add_the_same_sort_of_crime_is_not_asked(void **state)
{
    static const char end[] = "</text></literalExpression>\n        <literalExpression><text>";
    char before[400], after[400];
    (void)state;
    snprintf(before, sizeof before, "\"Small Act, section 2\"%strue%sfalse", end, end);
    snprintf(after, sizeof after, "\"Small Act, section 2\"%strue%strue", end, end);
    world_replace(2, before, after); /* a blow counts as words too */
    assert_int_equal(world_read(WORLD_MANIFEST), STATUS_OK);
    struct policy_answer answer = world_answer(
        "{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"threatening\":true,\"intended_distress\":true}]," BY_VICTIM
        "}");
    assert_int_equal(answer.outcome, POLICY_HATE_CRIME);
    assert_int_equal(world_offence(&answer, "small-blow")->status, POLICY_POSSIBLE);
    assert_non_null(world_question(&answer, "context.debate"));
    assert_null(world_question(&answer, "conduct[0].act"));
}

static void without_conduct_one_entry_is_unknown(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer("{}");
    assert_int_equal(answer.outcome, POLICY_INSUFFICIENT);
    assert_int_equal(world_offence(&answer, "small-blow")->status, POLICY_POSSIBLE);
    assert_non_null(world_question(&answer, "conduct[0].act"));
    answer = world_answer("{\"conduct\":[]}");
    assert_int_equal(world_offence(&answer, "small-blow")->status, POLICY_NOT_MADE_OUT);
}

static void a_defence_counts_only_when_it_is_known(void **state)
{
    static const struct {
        const char *facts;
        enum policy_made_out status;
    } cases[] = {
        { "{\"conduct\":[{\"threatening\":true,\"intended_distress\":true}]}", POLICY_MADE_OUT },
        { "{\"conduct\":[{\"threatening\":true,\"intended_distress\":true,\"defence_reasonable\":false}]}",
          POLICY_MADE_OUT },
        { "{\"conduct\":[{\"threatening\":true,\"intended_distress\":true,\"defence_reasonable\":true}]}",
          POLICY_NOT_MADE_OUT },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct policy_answer answer = world_answer(cases[i].facts);
        assert_int_equal(world_offence(&answer, "small-words")->status, cases[i].status);
        assert_null(world_question(&answer, "conduct[0].defence_reasonable"));
    }
}

static void a_child_under_ten_commits_no_crime(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"conduct\":[{\"act\":\"assault\",\"threatening\":true,\"intended_distress\":true}],"
                     "\"context\":{\"offender_under_10\":true},\"reporter\":{\"role\":\"victim\"}," BY_VICTIM "}");
    assert_int_equal(world_offence(&answer, "small-blow")->status, POLICY_NOT_MADE_OUT);
    assert_int_equal(world_offence(&answer, "small-words")->status, POLICY_NOT_MADE_OUT);
    assert_int_equal(answer.outcome, POLICY_NCHI);
    assert_int_equal(answer.personal_data, POLICY_KEEP_OUT);
    const struct policy_reason *reason = world_reason(&answer, "small/can be a crime/1");
    assert_non_null(reason);
    same_text(reason->text, "A child did it.");
}

static void personal_data_is_decided_apart(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer("{\"conduct\":[],\"risk\":{\"significant_harm\":true}," BY_VICTIM "}");
    assert_int_equal(answer.outcome, POLICY_NCHI_WITH_PERSONAL_DATA);
    assert_int_equal(answer.personal_data, POLICY_ALLOWED);
    answer = world_answer("{\"conduct\":[{\"act\":\"assault\"}],\"reporter\":{\"role\":\"victim\"}," BY_VICTIM "}");
    assert_int_equal(answer.personal_data, POLICY_NOT_APPLICABLE);
}

static void an_offence_that_is_only_ever_possible_is_never_made_out(void **state)
{
    (void)state;
    struct policy_answer answer =
        world_answer("{\"conduct\":[{\"act\":\"refusal-of-service\",\"assistance_dog\":true}]," BY_VICTIM "}");
    assert_int_equal(world_offence(&answer, "small-taxi")->status, POLICY_POSSIBLE);
    assert_int_equal(world_offence(&answer, "small-taxi")->missing_n, 0);
    assert_int_equal(answer.outcome, POLICY_INSUFFICIENT);
}

static void uplift_is_evidence_to_gather_and_never_a_finding(void **state)
{
    static const struct {
        const char *facts;
        enum policy_truth uplift;
    } cases[] = {
        { "\"demonstrated\":true,\"strands\":[\"race\"]", POLICY_YES },
        { "\"motivated\":true,\"strands\":[\"transgender\",\"disability\"]", POLICY_YES },
        { "\"demonstrated\":false,\"motivated\":false,\"strands\":[\"race\"]", POLICY_NO },
        { "\"demonstrated\":false,\"strands\":[\"race\"]", POLICY_UNKNOWN },
        { "\"demonstrated\":true,\"strands\":[\"transgender\"]", POLICY_NO },
        { "\"demonstrated\":true", POLICY_UNKNOWN },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        buf_init(&b, world.arena, 1024);
        buf_format(&b, "{\"conduct\":[{\"act\":\"assault\"}],\"hostility\":{%s}}", cases[i].facts);
        buf_add_byte(&b, '\0');
        struct policy_answer answer = world_answer(b.p);
        if (answer.uplift_available != cases[i].uplift)
            fail_msg("%s: %d", cases[i].facts, (int)answer.uplift_available);
    }
    struct policy_answer none =
        world_answer("{\"conduct\":[],\"hostility\":{\"strands\":[\"race\"],\"demonstrated\":true}}");
    assert_int_equal(none.uplift_available, POLICY_NO);
}

static void an_answer_cites_the_rows_that_it_rests_on(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer(
        "{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"threatening\":true,\"intended_distress\":true}],"
        "\"context\":{\"debate\":false}," BY_VICTIM "}");
    assert_int_equal(answer.outcome, POLICY_HATE_CRIME);
    same_text(answer.reasons[0].rule, "small-recording/3");
    same_text(answer.reasons[0].text, "A crime, perceived so.");
    same_text(answer.reasons[0].instrument, "Small Policy");
    same_text(answer.reasons[0].place, "paragraph 12");
    assert_true(policy_reason_verified(&answer.reasons[0]));
    const struct policy_reason *perception = world_reason(&answer, "small-recording/perception/1");
    assert_non_null(perception);
    const struct policy_reason *words = world_reason(&answer, "small/small-words/3");
    assert_non_null(words);
    same_text(words->address, "https://candour.invalid/act");
    answer =
        world_answer("{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"act\":\"harassment\",\"occasions\":2}]}");
    assert_false(policy_reason_verified(world_reason(&answer, "small/small-blow/3")));
    answer = world_answer("{\"reporter\":{\"role\":\"victim\"},\"conduct\":[{\"act\":\"assault\"}]}");
    assert_true(policy_reason_verified(world_reason(&answer, "small/small-blow/2")));
}

static void law_is_of_the_incident_and_policy_of_the_recording(void **state)
{
    static const struct {
        const char *dates, *law, *recording;
    } cases[] = {
        { "\"incident\":\"2019-12-31\",\"recorded\":\"2022-01-01\"", "law-2010", "recording-2015" },
        { "\"incident\":\"2020-01-01\",\"recorded\":\"2022-01-01\"", "law-2020", "recording-2015" },
        { "\"recorded\":\"2016-01-01\"", "law-2010", "recording-2015" },
        { "\"incident\":\"2010-01-01\"", "law-2010", "recording-2015" },
        { "\"incident\":\"2009-12-31\"", NULL, "recording-2015" },
        { "\"recorded\":\"2015-05-31\"", "law-2010", NULL },
        { "\"recorded\":\"2015-06-01\"", "law-2010", "recording-2015" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        buf_init(&b, world.arena, 1024);
        buf_format(&b, "{\"dates\":{%s},\"conduct\":[{\"act\":\"assault\"}],\"reporter\":{\"role\":\"victim\"}}",
                   cases[i].dates);
        buf_add_byte(&b, '\0');
        struct policy_answer answer = world_answer(b.p);
        assert_int_equal(answer.law != NULL, cases[i].law != NULL);
        assert_int_equal(answer.recording != NULL, cases[i].recording != NULL);
        if (cases[i].law)
            same_text(answer.law->id, cases[i].law);
        if (cases[i].recording)
            same_text(answer.recording->id, cases[i].recording);
        if (!cases[i].law || !cases[i].recording) {
            assert_int_equal(answer.outcome, POLICY_REVIEW);
            assert_true(answer.reasons_n > 0);
            assert_false(policy_reason_verified(&answer.reasons[0]));
        }
    }
}

static void another_nation_is_reviewed(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer(
        "{\"place\":{\"nation\":\"scotland\"},\"conduct\":[{\"act\":\"assault\"}],\"reporter\":{\"role\":\"victim\"}}");
    assert_int_equal(answer.outcome, POLICY_REVIEW);
    assert_int_equal(answer.offences_n, 0);
    assert_null(answer.law);
}

static void what_is_no_outcome_is_reviewed(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer("{\"conduct\":[]}"); /* perception not known: no row of the small pack */
    assert_int_equal(answer.outcome, POLICY_REVIEW);
    assert_non_null(world_reason(&answer, "candour/no-rule"));
}

static void the_most_decisive_question_comes_first(void **state)
{
    (void)state;
    struct policy_answer answer = world_answer("{\"conduct\":[{\"act\":\"words\"},{}]," BY_VICTIM
                                               ",\"reporter\":{\"role\":\"victim\"},\"context\":{\"debate\":false}}");
    static const enum policy_outcome order[] = { POLICY_HATE_CRIME,  POLICY_CRIME,  POLICY_NCHI_WITH_PERSONAL_DATA,
                                                 POLICY_NCHI,        POLICY_REVIEW, POLICY_NOT_RECORDED,
                                                 POLICY_INSUFFICIENT };
    size_t at = 0;
    assert_true(answer.questions_n > 3);
    same_text(answer.questions[0].fact, "conduct[1].act"); /* it bears on three offences */
    for (size_t i = 0; i < answer.questions_n; i++) {
        assert_true(answer.questions[i].could_become_n > 0);
        for (size_t j = 0; j < answer.questions[i].could_become_n; j++)
            assert_int_not_equal(answer.questions[i].could_become[j], answer.outcome);
        while (order[at] != answer.questions[i].could_become[0])
            at++;
        assert_true(at < sizeof order / sizeof order[0]);
    }
}

/* With each cap of the arena: an answer, whole, or none. */
static void an_answer_without_memory_is_none(void **state)
{
    enum { STEP = 40, ENOUGH = 5, CAP_MAX = 1 << 20 };
    struct policy_facts facts;
    unsigned without = 0, with = 0;
    (void)state;
    const struct policy_pack *shipped;
    assert_int_equal(policy_pack_shipped(&shipped, &world.fault), STATUS_OK);
    assert_int_equal(
        world_facts("{\"dates\":{\"incident\":\"2024-06-01\",\"recorded\":\"2024-06-01\"},\"conduct\":["
                    "{\"act\":\"assault\",\"injury\":\"actual\"},{\"act\":\"strangulation\"},{\"act\":\"damage\","
                    "\"property_damaged\":true},{\"act\":\"words\",\"threatening\":true,\"towards_person\":true,"
                    "\"fear_of_immediate_violence\":true,\"intended_distress\":true,\"caused_distress\":true,"
                    "\"person_likely_distressed_present\":true,\"occasions\":3,\"same_offender\":true}],"
                    "\"hostility\":{\"strands\":[\"religion\"],\"perceived_by\":[\"victim\"]},"
                    "\"reporter\":{\"role\":\"victim\"}}",
                    &facts),
        STATUS_OK);
    struct policy_case asked = { .pack = shipped, .facts = &facts, .today = 20240601 };
    struct policy_answer whole, answer;
    assert_int_equal(policy_evaluate(world.arena, &asked, &whole, &world.fault), STATUS_OK);
    assert_true(whole.reasons_n > 10);
    for (size_t cap = 300; with < ENOUGH && cap < CAP_MAX; cap += STEP) {
        struct arena *small = arena_new(cap);
        assert_non_null(small);
        enum status status = policy_evaluate(small, &asked, &answer, &world.fault);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        if (status == STATUS_OK) {
            assert_int_equal(answer.outcome, whole.outcome);
            assert_int_equal(answer.reasons_n, whole.reasons_n);
            assert_int_equal(answer.questions_n, whole.questions_n);
        }
        with += status == STATUS_OK;
        without += status == STATUS_NO_MEMORY;
        arena_free(small);
    }
    assert_int_equal(with, ENOUGH);
    assert_true(without > 100);
}

static void the_json_has_every_member(void **state)
{
    static const char *const members[] = { "outcome", "strands",   "offences", "uplift_available", "personal_data",
                                           "reasons", "questions", "versions", "signed_off",       "sign_offs" };
    static const char *const offence[] = { "id",      "name",       "provision",   "status",
                                           "missing", "aggravated", "stirring_up", "notifiable" };
    struct policy_answer answer =
        world_answer("{\"conduct\":[{\"act\":\"assault\"}],\"reporter\":{\"role\":\"victim\"}," BY_VICTIM "}");
    struct json_writer w;
    struct buf out;
    (void)state;
    buf_init(&out, world.arena, 1 << 20);
    json_writer_init(&w, &out);
    policy_answer_to_json(&w, &answer);
    buf_add_byte(&out, '\0');
    const struct json *json = world_json(out.p);
    assert_int_equal(json->n, sizeof members / sizeof members[0]);
    for (size_t i = 0; i < json->n; i++)
        same_text(json->names[i], members[i]);
    const struct json *offences = json_get(json, STR("offences"));
    assert_int_equal(offences->n, 3);
    for (size_t i = 0; i < sizeof offence / sizeof offence[0]; i++)
        same_text(offences->items[1].names[i], offence[i]);
    same_text(json_get(&offences->items[1], STR("aggravated"))->text, "small-blow-aggravated");
    assert_true(json_get(&offences->items[1], STR("notifiable"))->boolean);
    assert_int_equal(json_get(&offences->items[2], STR("notifiable"))->kind, JSON_NULL);
    assert_int_equal(json_get(json, STR("uplift_available"))->kind, JSON_NULL);
    const struct json *reason = &json_get(json, STR("reasons"))->items[0];
    assert_int_equal(json_get(json_get(reason, STR("citation")), STR("verified"))->kind, JSON_BOOL);
    assert_int_equal(json_get(json, STR("versions"))->n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_crime_that_the_victim_perceives_so_is_a_hate_crime, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_strand_outside_the_closed_list_aggravates_nothing, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_remote_reporter_flags_nothing, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_crime_with_perception_unknown_asks_who_perceives_it, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_nobody_with_knowledge_stands_behind_is_reviewed, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_could_still_be_a_crime_lacks_facts_and_says_which, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_could_only_add_the_same_sort_of_crime_is_not_asked, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(without_conduct_one_entry_is_unknown, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_defence_counts_only_when_it_is_known, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_child_under_ten_commits_no_crime, world_begin, world_end),
        cmocka_unit_test_setup_teardown(personal_data_is_decided_apart, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_offence_that_is_only_ever_possible_is_never_made_out, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(uplift_is_evidence_to_gather_and_never_a_finding, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_answer_cites_the_rows_that_it_rests_on, world_begin, world_end),
        cmocka_unit_test_setup_teardown(law_is_of_the_incident_and_policy_of_the_recording, world_begin, world_end),
        cmocka_unit_test_setup_teardown(another_nation_is_reviewed, world_begin, world_end),
        cmocka_unit_test_setup_teardown(what_is_no_outcome_is_reviewed, world_begin, world_end),
        cmocka_unit_test_setup_teardown(the_most_decisive_question_comes_first, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_answer_without_memory_is_none, world_begin, world_end),
        cmocka_unit_test_setup_teardown(the_json_has_every_member, world_begin, world_end),
    };
    return cmocka_run_group_tests_name("policy evaluate", tests, NULL, NULL);
}
