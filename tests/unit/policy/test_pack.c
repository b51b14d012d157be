/* What a pack has to be, and which version counts on a day. */
#include "world.h"

#include <string.h>

#include "base/banned.h"

static void refused(const char *manifest, enum status status, const char *words)
{
    if (world_read(manifest) != status)
        fail_msg("%s\n%d, not %d: %s", manifest, (int)world.fault.status, (int)status, world.fault.text);
    if (!strstr(world.fault.text, words))
        fail_msg("\"%s\", not \"%s\"", world.fault.text, words);
}

static void the_day_chooses_the_version(void **state)
{
    (void)state;
    same_text(policy_pack_on(world.pack, POLICY_LAW, 20100101)->id, "law-2010");
    same_text(policy_pack_on(world.pack, POLICY_LAW, 20191231)->id, "law-2010");
    same_text(policy_pack_on(world.pack, POLICY_LAW, 20200101)->id, "law-2020");
    same_text(policy_pack_on(world.pack, POLICY_LAW, 21991231)->id, "law-2020");
    assert_null(policy_pack_on(world.pack, POLICY_LAW, 20091231));
    assert_null(policy_pack_on(world.pack, POLICY_PUBLICATION, 20200101));
}

static void a_version_that_is_not_enabled_is_found_only_by_its_id(void **state)
{
    (void)state;
    assert_non_null(policy_pack_find(world.pack, STR("law-later")));
    assert_null(policy_pack_find(world.pack, STR("law")));
    for (int year = 1950; year < 2199; year++)
        assert_ptr_not_equal(policy_pack_on(world.pack, POLICY_LAW, year * 10000 + 601),
                             policy_pack_find(world.pack, STR("law-later")));
}

static void a_file_is_read_once_for_all_versions(void **state)
{
    (void)state;
    const struct policy_version *first = policy_pack_find(world.pack, STR("law-2010"));
    const struct policy_version *second = policy_pack_find(world.pack, STR("law-2020"));
    assert_int_equal(first->models_n, 1);
    assert_ptr_equal(first->models[0], second->models[0]);
    assert_int_equal(world.pack->models_n, 3); /* facts.dmn has no decision, and is no model of a version */
}

static void an_altered_file_is_refused(void **state)
{
    (void)state;
    struct str hash = world.files[0].bytes;
    world_replace(2, "Force was used.", "Force was used!");
    world.files[0].bytes = hash;
    assert_int_equal(policy_pack_read(world.arena, world.files, 4, &world.pack, &world.fault), STATUS_DAMAGED);
    assert_non_null(strstr(world.fault.text, "law/small.dmn is not the file that the manifest means"));
}

static void a_file_that_is_not_there_is_refused(void **state)
{
    (void)state;
    assert_int_equal(policy_pack_read(world.arena, world.files, 3, &world.pack, &world.fault), STATUS_NOT_FOUND);
    assert_non_null(strstr(world.fault.text, "recording/small-recording.dmn"));
    assert_int_equal(policy_pack_read(world.arena, world.files + 1, 3, &world.pack, &world.fault), STATUS_NOT_FOUND);
}

static void a_broken_model_is_refused_with_its_line(void **state)
{
    (void)state;
    world_replace(2, "<text>conduct.act</text>", "<text>conduct.act +</text>");
    refused(WORLD_MANIFEST, STATUS_INVALID, "law/small.dmn:");
}

static void an_offence_without_its_decision_is_refused(void **state)
{
    (void)state;
    world_replace(2, "<text>\"small-taxi\"</text>", "<text>\"small-cab\"</text>");
    refused(WORLD_MANIFEST, STATUS_INVALID, "there is no decision \"small-cab\"");
}

static void a_recording_policy_without_an_outcome_is_refused(void **state)
{
    (void)state;
    refused("nation: england-and-wales\nsha256: {facts.dmn: FACTS, law/small.dmn: LAW}\nversions:\n"
            "  - {id: a, kind: recording, from: 2010-01-01, files: [law/small.dmn, facts.dmn]}\n",
            STATUS_INVALID, "has no decision \"outcome\"");
}

#define ONE(inner)                                                                                                     \
    "nation: england-and-wales\nsha256: {facts.dmn: FACTS, law/small.dmn: LAW}\nversions:\n  - {" inner "}\n"
#define FILES "files: [law/small.dmn, facts.dmn]"

static void a_manifest_says_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *manifest, *words;
    } cases[] = {
        { "", "manifest.yaml:" },
        { "nation: [\n", "manifest.yaml:" },
        { "versions: []\n", "\"nation\" is missing" },
        { "nation: x\nversions: []\n", "\"versions\" is a list" },
        { "nation: x\ncolour: y\nversions: []\n", "manifest.yaml:2: \"colour\" is no key here" },
        { ONE("kind: law, from: 2010-01-01, " FILES), "manifest.yaml:4: \"id\" is missing" },
        { ONE("id: a, from: 2010-01-01, " FILES), "\"kind\" is missing" },
        { ONE("id: a, kind: custom, from: 2010-01-01, " FILES), "\"kind\" is law, recording or publication" },
        { ONE("id: a, kind: law, " FILES), "it needs a day in \"from\"" },
        { ONE("id: a, kind: law, from: 2010-02-30, " FILES), "\"from\" is a day" },
        { ONE("id: a, kind: law, from: soon, " FILES), "\"from\" is a day" },
        { ONE("id: a, kind: law, from: 2010-01-01, to: 2010-01-01, " FILES), "ends before it begins" },
        { ONE("id: a, kind: law, from: 2010-01-01, till: 2011-01-01, " FILES), "\"till\" is no key here" },
        { ONE("id: a, kind: law, from: 2010-01-01, enabled: perhaps, " FILES), "\"enabled\" is true or false" },
        { ONE("id: a, kind: law, from: 2010-01-01"), "has a list of \"files\"" },
        { ONE("id: a, kind: law, from: 2010-01-01, files: [../law.dmn]"), "below the folder of the pack" },
        { ONE("id: a, kind: law, from: 2010-01-01, files: [/etc/law.dmn]"), "below the folder of the pack" },
        { ONE("id: a, kind: law, from: 2010-01-01, files: [law/other.dmn]"), "law/other.dmn needs its sha256" },
        { ONE("id: a, kind: law, from: 2010-01-01, files: [facts.dmn, facts.dmn]"), "in the version twice" },
        { ONE("id: a, kind: law, from: 2010-01-01, " FILES "}\n  - {id: a, kind: recording, from: 2010-01-01, " FILES),
          "manifest.yaml:5: The version a stands twice" },
        { ONE("id: a, kind: law, from: 2010-01-01, " FILES "}\n  - {id: b, kind: law, from: 2011-01-01, " FILES),
          "b and a are in force on the same day" },
        { ONE("id: a, kind: recording, " FILES), "it needs a day in \"from\"" },
        { ONE("id: a, kind: publication, " FILES "}\n  - {id: b, kind: publication, " FILES),
          "b and a are in force on the same day" },
        { ONE("id: a, kind: publication, to: 2020-01-01, " FILES "}\n  - {id: b, kind: publication, " FILES),
          "b and a are in force on the same day" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].manifest, STATUS_INVALID, cases[i].words);
    assert_int_equal(world_read(ONE("id: a, kind: law, from: 2010-01-01, to: 2010-01-02, " FILES)), STATUS_OK);
}

/* The rules of publication are the force's own: where they have no first day, a check on any day has rules. */
static void a_version_of_publication_may_have_no_first_day(void **state)
{
    (void)state;
    if (world_read(ONE("id: a, kind: publication, to: 2026-05-01, " FILES
                       "}\n  - {id: b, kind: publication, from: 2026-05-01, " FILES)) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    for (int year = 1900; year < 2026; year++)
        same_text(policy_pack_on(world.pack, POLICY_PUBLICATION, year * 10000 + 101)->id, "a");
    same_text(policy_pack_on(world.pack, POLICY_PUBLICATION, 20260430)->id, "a");
    same_text(policy_pack_on(world.pack, POLICY_PUBLICATION, 20260501)->id, "b");
    assert_int_equal(policy_pack_find(world.pack, STR("a"))->from, POLICY_DAY_NONE);
    struct str none = policy_pack_find(world.pack, STR("a"))->sha256;
    assert_int_equal(none.n, 64);
    /* What is signed is that there is no first day: one that is put in later is another sum. Its end is not in it. */
    assert_int_equal(world_read(ONE("id: a, kind: publication, " FILES)), STATUS_OK);
    assert_true(str_equal(policy_pack_find(world.pack, STR("a"))->sha256, none));
    assert_int_equal(world_read(ONE("id: a, kind: publication, from: 2026-01-01, " FILES)), STATUS_OK);
    assert_false(str_equal(policy_pack_find(world.pack, STR("a"))->sha256, none));
    assert_int_equal(world_read(ONE("id: a, kind: publication, enabled: false, " FILES)), STATUS_OK);
    assert_null(policy_pack_on(world.pack, POLICY_PUBLICATION, 20200101));
}

static void the_pack_in_the_program_reads(void **state)
{
    (void)state;
    const struct policy_pack *pack;
    if (policy_england_wales_n == 0)
        skip();
    if (policy_pack_read(world.arena, policy_england_wales, policy_england_wales_n, &pack, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    same_text(pack->nation, "england-and-wales");
    for (int day = 20140501; day <= 20261123; day += 10000)
        assert_non_null(policy_pack_on(pack, POLICY_RECORDING, day));
    for (int day = 19991231; day <= 20261231; day += 10000)
        assert_non_null(policy_pack_on(pack, POLICY_LAW, day));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_day_chooses_the_version, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_version_that_is_not_enabled_is_found_only_by_its_id, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_version_of_publication_may_have_no_first_day, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_file_is_read_once_for_all_versions, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_altered_file_is_refused, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there_is_refused, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_broken_model_is_refused_with_its_line, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_offence_without_its_decision_is_refused, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_recording_policy_without_an_outcome_is_refused, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_manifest_says_what_is_wrong_and_where, world_begin, world_end),
        cmocka_unit_test_setup_teardown(the_pack_in_the_program_reads, world_begin, world_end),
    };
    return cmocka_run_group_tests_name("policy pack", tests, NULL, NULL);
}
