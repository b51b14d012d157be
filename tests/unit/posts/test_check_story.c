/*
 * Stories in posts: what is one, what law and recording policy make of it, and
 * what a post says of it. One fact a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "posts/checks.h"
#include "posts/edition.h"
#include "posts/file.h"
#include "posts/limits.h"

#include "base/banned.h"

/* Local noon of 1 March 2026. */
#define NOW 1772366400000

static struct arena *arena;
static struct check_result results[CHECKS];
static struct check_story story;

static int begin(void **state)
{
    (void)state;
    struct fault fault;
    const struct policy_pack *pack;
    arena = arena_new(256 << 20);
    return arena == NULL || zone_use(STR("Europe/London"), &fault) != STATUS_OK ||
           policy_pack_shipped(&pack, &fault) != STATUS_OK;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool serves(void *self, struct str path)
{
    (void)self;
    return str_equal(path, STR("/report")) || str_equal(path, STR("/support"));
}

#define MADE_UP   "people: [{ as_written: Joan, kind: fictitious }]\n"
#define COMPOSITE "people: [{ as_written: Joan, kind: composite }]\n"
#define REAL      "people: [{ as_written: Joan, kind: real }]\n"
#define HATE      "topics: [hate-crime]\n"
#define WHERE     "place: { nation: england-and-wales, setting: workplace }, "
/* Misnaming, and nothing else is known. */
#define HURT                                                                                                           \
    "scenario: { " WHERE                                                                                               \
    "conduct: [{ act: misnaming }], hostility: { strands: [transgender], perceived_by: [victim] } }\n"
#define BRICK                                                                                                          \
    "scenario: { " WHERE "reporter: { role: victim }, conduct: [{ act: damage, property_damaged: true }], "            \
    "hostility: { strands: [race], perceived_by: [victim] } }\n"
#define CASE "case: { status: sentenced, reference: MP/26/00077 }\n"

/* A post with this head and text; `title` NULL: one that says nothing. */
static void check(const char *title, const char *head, const char *body)
{
    struct import_file file = { 0 };
    struct post_faults faults = { .arena = arena };
    struct str text =
        str_format(arena, "---\ntitle: \"%s\"\nkind: awareness\nchannels: [site]\nauthors: [a]\n%s---\n%s",
                   title ? title : "A title", head, body);
    struct post_source source = { .name = STR("a.md"), .text = text, .folder = "." };
    if (post_file_read(arena, &source, &faults, &file) != STATUS_OK)
        fail_msg("%s: %.*s", head, STR_ARG(faults.n > 0 ? faults.list[0].text : STR("?")));
    struct check_input input = { .content = &file.content,
                                 .labels = edition_labels(&file.content),
                                 .force = STR("Midshire Police"),
                                 .serves = serves,
                                 .bare = true,
                                 .now = NOW };
    assert_int_equal(posts_checks(arena, &input, results, &story), STATUS_OK);
}

struct row {
    enum check_outcome outcome;
    const char *head, *body;
};

static void look_at(enum check_id id, const struct row *rows, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        check(NULL, rows[i].head, rows[i].body);
        const struct check_result *r = &results[id];
        if (r->outcome == rows[i].outcome)
            continue;
        bad++;
        print_error("%s\n%s\n    %.*s, not %.*s: %.*s\n", rows[i].head, rows[i].body,
                    STR_ARG(check_outcome_word(r->outcome)), STR_ARG(check_outcome_word(rows[i].outcome)),
                    STR_ARG(r->why));
        for (size_t j = 0; j < r->evidence_n; j++)
            print_error("        %.*s: %.*s\n", STR_ARG(r->evidence[j].where), STR_ARG(r->evidence[j].text));
    }
    assert_int_equal(bad, 0);
}
#define LOOK_AT(id, rows) look_at(id, rows, sizeof rows / sizeof rows[0])

static void a_story_is_one_where_somebody_is_told_of(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { CHECK_BLOCK, HATE, "“They laughed at me,” said Sam." },
        { CHECK_BLOCK, HATE, "> They laughed at me.\n\n**Sam, 57**" },
        { CHECK_BLOCK, HATE, "Sam, 30, was followed." },
        { CHECK_BLOCK, HATE, "Sam from Hartley was followed." },
        { CHECK_BLOCK, HATE MADE_UP, "Joan was followed." },
        { CHECK_BLOCK, HATE REAL, "Joan was followed." },
        { CHECK_BLOCK, "claims: none\n", "Words." },
        { CHECK_BLOCK, "claims: incident\n", "Words." },
        { CHECK_BLOCK, MADE_UP, "Joan was the victim of a hate crime." },
        { CHECK_PASS, HURT, "Words." },
        { CHECK_PASS, "scenario: {}\n", "Words." },
        { CHECK_NOT_APPLICABLE, HATE, "Words." },
        { CHECK_NOT_APPLICABLE, MADE_UP, "Joan lost her bike." },
        { CHECK_NOT_APPLICABLE, REAL, "Joan, 30, lost her bike. Report it on 101." },
        /* A real case, whose record has decided; but nobody in it can be made up. */
        { CHECK_NOT_APPLICABLE, HATE REAL CASE, "Joan was jailed." },
        { CHECK_NOT_APPLICABLE, HATE CASE, "Sam, 30, was jailed." },
        { CHECK_NOT_APPLICABLE, HATE REAL CASE "claims: hate-crime\n", "Joan was jailed." },
        { CHECK_BLOCK, HATE MADE_UP CASE, "Joan was followed." },
        { CHECK_BLOCK, HATE REAL "case: { status: sentenced }\n", "Joan was followed." },
        /* Who speaks for an office tells no story; whether they do, a person says. */
        { CHECK_NOT_APPLICABLE,
          HATE "speaker: { name: Alex Morgan, office: Chief Constable, confirmed: 2026-02-01T10:00 }\n",
          "“We are sorry,” said Alex Morgan." },
        { CHECK_CONFIRM, HATE "people: [{ as_written: PC Alex Lee, kind: real }]\n",
          "PC Alex Lee said: “Come and talk to us.”" },
        { CHECK_CONFIRM, HATE "people: [{ as_written: \"Cllr Lee\", kind: real }]\n", "“Come,” said Cllr Lee." },
        { CHECK_CONFIRM, HATE "people: [{ as_written: \"Alex Lee, hate crime officer\", kind: real }]\n",
          "“Come,” said Alex Lee, hate crime officer." },
        { CHECK_BLOCK, HATE "people: [{ as_written: \"Alex Lee, teacher\", kind: real }]\n", "“Come,” said Alex Lee." },
        { CHECK_NOT_APPLICABLE, "people: [{ as_written: PC Alex Lee, kind: real }]\n", "PC Alex Lee said: “Come.”" },
        { CHECK_BLOCK, HATE "people: [{ as_written: PC Alex Lee, kind: fictitious }]\n", "PC Alex Lee said: “Come.”" },
        { CHECK_BLOCK, HATE "people: [{ as_written: PC Alex Lee, kind: real }, { as_written: Joan, kind: real }]\n",
          "PC Alex Lee and Joan came." },
        { CHECK_BLOCK, HATE "people: [{ as_written: PC Alex Lee, kind: real }]\n", "PC Alex Lee met Sam, 30." },
    };
    LOOK_AT(CHECK_SCENARIO_POLICY, rows);
}

static void a_story_is_held_against_the_versions_of_its_days(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        bool evaluated;
        enum policy_outcome outcome;
        const char *law, *recording;
    } rows[] = {
        { HATE MADE_UP, true, POLICY_INSUFFICIENT, "ew-law-2024-01", "ew-recording-2023-06" },
        { "date: 2022-10-13\n" HATE MADE_UP, true, POLICY_INSUFFICIENT, "ew-law-2022-06", "ew-recording-2022-07" },
        { "date: 2022-10-13T09:00\n" HURT, true, POLICY_INSUFFICIENT, "ew-law-2022-06", "ew-recording-2022-07" },
        /* The scenario's own days come first; a time of day does not matter. */
        { "date: 2022-10-13\nscenario: { dates: { recorded: 2014-05-02 } }\n", true, POLICY_INSUFFICIENT,
          "ew-law-2014-02", "ew-recording-2014-05" },
        { "date: 2022-10-13\nscenario: { dates: { incident: 2013-01-01T23:59, recorded: 2014-05-02T10:00 } }\n", true,
          POLICY_INSUFFICIENT, "ew-law-2012-12", "ew-recording-2014-05" },
        { "date: 2022-10-13\n" BRICK, true, POLICY_HATE_CRIME, "ew-law-2022-06", "ew-recording-2022-07" },
        { "date: 2022-01-10\n" HURT, true, POLICY_INSUFFICIENT, "ew-law-2020-12", "ew-recording-2021-12" },
        { "scenario: { place: { nation: scotland } }\n", true, POLICY_REVIEW, NULL, "ew-recording-2023-06" },
        { "date: 2010-01-01\n" HURT, true, POLICY_REVIEW, "ew-law-2007-10", NULL },
        { MADE_UP, false, POLICY_REVIEW, NULL, NULL },
        { HATE CASE, false, POLICY_REVIEW, NULL, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(NULL, rows[i].head, "Joan was there.");
        const struct policy_answer *a = &story.answer;
        if (story.evaluated != rows[i].evaluated)
            fail_msg("%s: evaluated %d", rows[i].head, story.evaluated);
        if (!story.evaluated)
            continue;
        struct str law = a->law ? a->law->id : STR("none"), recording = a->recording ? a->recording->id : STR("none");
        if (a->outcome != rows[i].outcome || !str_equal(law, str_of(rows[i].law ? rows[i].law : "none")) ||
            !str_equal(recording, str_of(rows[i].recording ? rows[i].recording : "none")))
            fail_msg("%s: %s, %.*s, %.*s", rows[i].head, policy_outcome_name(a->outcome), STR_ARG(law),
                     STR_ARG(recording));
    }
    check(NULL, "date: 2010-01-01\n" HURT, "Words.");
    assert_int_equal(results[CHECK_SCENARIO_POLICY].outcome, CHECK_BLOCK);
    assert_true(str_find(results[CHECK_SCENARIO_POLICY].why, STR("No recording policy is held")) >= 0);
    /* Facts that contradict themselves are no facts that are not known. */
    check(NULL, "scenario: { dates: { incident: 2026-02-02, recorded: 2026-01-01 } }\n", "Words.");
    assert_int_equal(results[CHECK_SCENARIO_POLICY].outcome, CHECK_BLOCK);
    assert_true(str_find(results[CHECK_SCENARIO_POLICY].evidence[0].text, STR("dates.incident")) >= 0);
    assert_false(story.evaluated);
}

static void a_story_without_facts_asks_for_them(void **state)
{
    (void)state;
    static const char *const wanted[] = { "conduct[0].occasions", "conduct[0].same_offender", "conduct[0].threatening",
                                          "conduct[0].abusive" };
    check(NULL, HATE "date: 2022-10-13\n", "> They use my old name.\n\n**Joan, 57 – Hartley**\n\nReport #hatecrime.");
    assert_true(story.evaluated);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        bool found = false;
        for (size_t j = 0; j < story.answer.questions_n; j++)
            found = found || str_equal(story.answer.questions[j].fact, str_of(wanted[i]));
        if (!found)
            fail_msg("nothing asks for %s", wanted[i]);
    }
    assert_int_equal(results[CHECK_CALL_TO_ACTION].outcome, CHECK_BLOCK);
}

#define HURT_STORY MADE_UP HURT

static void a_story_that_is_no_hate_crime_is_not_called_one(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { CHECK_PASS, HURT_STORY, "It hurts. [Tell us](/report). Talk to us." },
        { CHECK_PASS, HURT_STORY "campaign: National Hate Crime Awareness Week 2026\n" HATE, "It hurts. Tell us." },
        { CHECK_PASS, HURT_STORY, "It is Hate Crime Awareness Week. #HateCrimeAwarenessWeek" },
        { CHECK_PASS, HURT_STORY, "True Vision: report-it.org.uk" },
        { CHECK_PASS, HURT_STORY, "Not everything hurtful is a crime. Call 101." },
        { CHECK_PASS, MADE_UP BRICK, "That is a hate crime. Report hate crime." },
        { CHECK_PASS, BRICK "claims: hate-crime\n", "Words." },
        { CHECK_BLOCK, HURT_STORY "claims: hate-crime\n", "Words." },
        { CHECK_BLOCK, HURT_STORY, "That is a hate crime." },
        { CHECK_BLOCK, HURT_STORY, "That's hate crime." },
        { CHECK_BLOCK, HURT_STORY, "This was a clear and plain thing: it was a serious hate-crime!" },
        { CHECK_BLOCK, HURT_STORY, "It is not a joke, it is a hate crime." },
        { CHECK_BLOCK, HURT_STORY, "It is not a joke \u2013 it is a hate crime." },
        { CHECK_BLOCK, HURT_STORY, "Joan experienced a transphobic hate crime at work." },
        { CHECK_BLOCK, HURT_STORY, "This is #HateCrime" },
        { CHECK_BLOCK, HURT_STORY, "This is **hate\ncrime**." },
        { CHECK_BLOCK, HURT_STORY, "This is h\u0430te crime." },
        { CHECK_BLOCK, HURT_STORY, "This is ha\u200Bte cri\u00ADme." },
        { CHECK_BLOCK, HURT_STORY, "This is HATE\u00A0CRIME" },
        { CHECK_BLOCK, HURT_STORY, "Mae hyn yn drosedd: fel trosedd gasineb." },
        { CHECK_BLOCK, HURT_STORY, "You can report #hatecrime to us." },
        { CHECK_BLOCK, HURT_STORY, "Report hate crime." },
        { CHECK_BLOCK, HURT_STORY, "If you are a victim of hate crime, tell us." },
        { CHECK_BLOCK, HURT_STORY, "[Report a hate crime](/report)" },
        { CHECK_BLOCK, HURT_STORY, "Call 101 about hate crimes." },
        { CHECK_BLOCK, HURT_STORY, "If it happens to you, report it." },
        { CHECK_BLOCK, HURT_STORY, "[Report it](/report) or talk to us." },
        { CHECK_BLOCK, HURT_STORY, "Rhowch wybod am droseddau casineb." },
        { CHECK_BLOCK, HATE MADE_UP, "Joan was laughed at. Report it." },
        /* What cannot be told, a person says. */
        { CHECK_CONFIRM, HURT_STORY, "Not everything hurtful is a hate crime." },
        { CHECK_CONFIRM, HURT_STORY, "Whether or not it is a hate crime, talk to us." },
        { CHECK_CONFIRM, HURT_STORY, "Is this a hate crime?" },
        { CHECK_CONFIRM, HURT_STORY, "It may be a hate crime. Tell us." },
        { CHECK_CONFIRM, HURT_STORY, "Our annual report on hate crime is out." },
        { CHECK_CONFIRM, HURT_STORY, "It hurts. #HateCrime" },
        /* Without a story nothing is claimed of one. */
        { CHECK_PASS, HATE, "Report hate crime." },
        { CHECK_PASS, HATE, "If you are a victim of hate crime, please tell us." },
        { CHECK_NOT_APPLICABLE, HATE, "Hate crime is serious. Talk to us." },
        { CHECK_NOT_APPLICABLE, "", "Come to the market." },
        { CHECK_NOT_APPLICABLE, "", "Report it on 101." },
        { CHECK_PASS, REAL, "Joan, 30, lost her bike. Report it on 101." },
        { CHECK_PASS, HATE CASE, "A man was jailed. Report hate crime." },
        { CHECK_NOT_APPLICABLE, HATE CASE, "A man was jailed. It was a hate crime." },
    };
    LOOK_AT(CHECK_CALL_TO_ACTION, rows);
}

static void a_headline_and_a_pictures_words_present_a_story_too(void **state)
{
    (void)state;
    static const struct {
        enum check_outcome outcome;
        const char *title;
    } rows[] = {
        { CHECK_BLOCK, "A hate crime in Hartley" },  { CHECK_BLOCK, "Hate crime: when a joke is no joke" },
        { CHECK_BLOCK, "Report hate crime" },        { CHECK_PASS, "Hate Crime Awareness Week" },
        { CHECK_CONFIRM, "Is it hate crime?" },      { CHECK_CONFIRM, "Not a hate crime" },
        { CHECK_PASS, "When a joke is not a joke" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(rows[i].title, HURT_STORY, "It hurts.");
        if (results[CHECK_CALL_TO_ACTION].outcome != rows[i].outcome)
            fail_msg("%s: %.*s", rows[i].title, STR_ARG(check_outcome_word(results[CHECK_CALL_TO_ACTION].outcome)));
    }
}

static void a_story_that_is_made_up_asks_for_no_witnesses(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { CHECK_NOT_APPLICABLE, "", "Were you there?" },
        { CHECK_NOT_APPLICABLE, REAL, "Were you there? Call 101 quoting MP/22/10001." },
        { CHECK_BLOCK, COMPOSITE, "Were you there?" },
        { CHECK_BLOCK, MADE_UP, "Did you see what happened?" },
        { CHECK_BLOCK, MADE_UP, "If you saw something, call 101." },
        { CHECK_BLOCK, MADE_UP, "We appeal for witnesses." },
        { CHECK_BLOCK, MADE_UP, "Any witnesses are asked to call 101." },
        { CHECK_BLOCK, MADE_UP, "Anyone who saw it should call 101." },
        { CHECK_BLOCK, MADE_UP, "Call 101 with MP/22/10001." },
        { CHECK_BLOCK, MADE_UP, "Ring 101, crime number 4471." },
        { CHECK_BLOCK, MADE_UP, "Call 101 quoting 12345/22." },
        { CHECK_BLOCK, MADE_UP, "Oeddech chi yno?" },
        { CHECK_BLOCK, MADE_UP, "Were y\u043Eu th\u200Bere?" },
        { CHECK_CONFIRM, MADE_UP, "If you have any information, call 101." },
        { CHECK_CONFIRM, MADE_UP, "Please come forward." },
        { CHECK_PASS, MADE_UP, "If something like this happens to you, or you see it, tell us." },
        { CHECK_PASS, MADE_UP, "For more information see our page." },
        { CHECK_PASS, MADE_UP, "Call 101, 24/7. Open 2025/26." },
        { CHECK_PASS, MADE_UP, "Talk to us." },
    };
    LOOK_AT(CHECK_WITNESS_APPEAL, rows);
}

static void what_hate_crime_is_is_said_as_agreed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { CHECK_NOT_APPLICABLE, "", "Hate crime is serious." },
        { CHECK_NOT_APPLICABLE, "", "What is a hate crime?" },
        { CHECK_NOT_APPLICABLE, "", "That is a hate crime." },
        { CHECK_NOT_APPLICABLE, "", "Come to the market." },
        { CHECK_PASS, "",
          "Hate crime is any criminal offence which is perceived by the victim or any other person to be motivated by "
          "hostility or prejudice based on race or religion." },
        { CHECK_PASS, "", "A hate crime is a crime that somebody believes was motivated by prejudice." },
        { CHECK_WARN, "", "Hate crimes are acts of violence or hostility directed at people because of who they are." },
        { CHECK_WARN, "", "Hate crime is any incident motivated by hostility." },
        { CHECK_WARN, "", "Hate crime is when somebody hurts your feelings." },
        { CHECK_WARN, "",
          "Hate crime is any criminal offence which is perceived by the victim to be motivated by hostility because of "
          "age." },
        { CHECK_WARN, "", "Hate crime can be anything that hurts." },
    };
    LOOK_AT(CHECK_LAW_WORDING, rows);
}

static void what_is_not_signed_off_is_said(void **state)
{
    (void)state;
    check(NULL, "", "Words.");
    assert_int_equal(results[CHECK_PACK_SIGNED].outcome, CHECK_WARN);
    assert_int_equal(results[CHECK_PACK_SIGNED].evidence_n, 1);
    check(NULL, HURT, "Words.");
    assert_int_equal(results[CHECK_PACK_SIGNED].outcome, CHECK_WARN);
    assert_int_equal(results[CHECK_PACK_SIGNED].evidence_n, 3);
}

/* A text as long as it may be, made of what the checks look for. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void the_longest_texts_take_no_longer_than_they_are_long(void **state)
{
    (void)state;
    double longest = 0;
    static const char *const pieces[] = { "hate crime ",  "Report it. ",      "is a a a ",
                                          "MP/22/10001 ", "were you there, ", "\xE2\x80\x99",
                                          "|,|",          "......",           "hate " };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf body;
        buf_init(&body, arena, POST_BODY_MAX);
        while (body.n + strlen(pieces[i]) + 1 < POST_BODY_MAX)
            buf_add(&body, str_of(pieces[i]));
        struct post_content content = { .kind = POST_AWARENESS, .title = STR("A"), .body = buf_str(&body) };
        struct post_person person = { .as_written = STR("Joan"), .kind = PERSON_COMPOSITE };
        content.people = &person;
        content.people_n = 1;
        struct check_input input = { .content = &content, .bare = true, .now = NOW };
        struct arena *room = arena_new(64 << 20);
        double before = seconds();
        assert_int_equal(posts_checks(room, &input, results, NULL), STATUS_OK);
        double took = seconds() - before;
        longest = took > longest ? took : longest;
        if (took > 30) /* short of a hang, as in test_checks.c */
            fail_msg("\"%s\" takes %.1f s", pieces[i], took);
        arena_free(room);
    }
    print_message("           at most %.0f ms\n", longest * 1e3);
}

/* Wherever a long sentence is cut, what stands there is found. */
static void nothing_falls_between_the_pieces_of_a_long_sentence(void **state)
{
    (void)state;
    static const char *const fill[] = { "a ", "word ", "\xC5\xB5", "x" };
    for (size_t f = 0; f < sizeof fill / sizeof fill[0]; f++)
        for (size_t long_ = 900; long_ < 2600; long_ += 23) {
            struct buf body;
            buf_init(&body, arena, POST_BODY_MAX);
            while (body.n < long_)
                buf_add(&body, str_of(fill[f]));
            buf_add(&body, STR(" that is a hate crime "));
            while (body.n < 3000)
                buf_add(&body, STR("and "));
            struct post_content content = { .kind = POST_AWARENESS, .title = STR("A"), .body = buf_str(&body) };
            content.claims_set = true;
            content.claims = CLAIM_INCIDENT;
            struct check_input input = { .content = &content, .bare = true, .now = NOW };
            struct arena *room = arena_new(64 << 20);
            assert_int_equal(posts_checks(room, &input, results, NULL), STATUS_OK);
            if (results[CHECK_CALL_TO_ACTION].outcome != CHECK_BLOCK)
                fail_msg("%zu of \"%s\": %.*s", long_, fill[f],
                         STR_ARG(check_outcome_word(results[CHECK_CALL_TO_ACTION].outcome)));
            arena_free(room);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_story_is_one_where_somebody_is_told_of),
        cmocka_unit_test(a_story_is_held_against_the_versions_of_its_days),
        cmocka_unit_test(a_story_without_facts_asks_for_them),
        cmocka_unit_test(a_story_that_is_no_hate_crime_is_not_called_one),
        cmocka_unit_test(a_headline_and_a_pictures_words_present_a_story_too),
        cmocka_unit_test(a_story_that_is_made_up_asks_for_no_witnesses),
        cmocka_unit_test(what_hate_crime_is_is_said_as_agreed),
        cmocka_unit_test(what_is_not_signed_off_is_said),
        cmocka_unit_test(the_longest_texts_take_no_longer_than_they_are_long),
        cmocka_unit_test(nothing_falls_between_the_pieces_of_a_long_sentence),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
