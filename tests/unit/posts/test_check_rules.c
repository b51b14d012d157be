/*
 * The checks and the rules of publication: that both mean the same facts, and
 * that rules which have no answer never let a post pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "dmn/limits.h"
#include "dmn/type.h"
#include "policy/publication.h"
#include "posts/check_inside.h"
#include "posts/edition.h"

#include "base/banned.h"

/* Local noon of 1 March 2026. */
#define NOW 1772366400000

static struct arena *arena;
static const struct policy_pack *shipped;
static struct fault fault;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return arena == NULL || zone_use(STR("Europe/London"), &fault) != STATUS_OK ||
           policy_pack_shipped(&shipped, &fault) != STATUS_OK;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- Facts ---- */

static const struct feel_type *field_of(const struct feel_type *type, struct str name)
{
    for (size_t i = 0; i < type->n; i++)
        if (str_equal(type->fields[i].name, name))
            return type->fields[i].type;
    return NULL;
}

/* The model's own text of the allowed values, as it stands in the file. */
static bool allows(struct str type, const struct word_set *words)
{
    struct buf wanted;
    buf_init(&wanted, arena, 4096);
    for (size_t i = 0; i < words->n; i++)
        buf_format(&wanted, "%s\"%.*s\"", i > 0 ? ", " : "", STR_ARG(words->words[i]));
    struct str head = str_format(arena, "<itemDefinition name=\"%.*s\">", STR_ARG(type));
    for (size_t i = 0; i < policy_england_wales_n; i++) {
        struct str bytes = policy_england_wales[i].bytes;
        ptrdiff_t at = str_starts(policy_england_wales[i].path, STR("publication/")) ? str_find(bytes, head) : -1;
        if (at < 0)
            continue;
        struct str rest = str_slice(bytes, (size_t)at, bytes.n);
        ptrdiff_t close = str_find(rest, STR("</itemDefinition>"));
        struct str text = str_format(arena, "<text>%.*s</text>", STR_ARG(buf_str(&wanted)));
        return close > 0 && str_find(str_slice(rest, 0, (size_t)close), text) >= 0;
    }
    return false;
}

static void look_at(enum check_id id, const struct policy_version *version)
{
    const struct check_group *group = check_group_of(id);
    struct policy_decision what = policy_publication_find(version, check_id_word(id));
    if (what.decision == NULL)
        fail_msg("%.*s has no decision %.*s", STR_ARG(version->id), STR_ARG(check_id_word(id)));
    const struct dmn_element *input = dmn_element_need(what.decision, 0);
    assert_non_null(input);
    assert_null(dmn_element_need(what.decision, 1));
    assert_true(str_equal(dmn_element_name(input), group->name));
    const struct feel_type *type = dmn_element_type(input);
    assert_non_null(type);
    for (size_t i = 0; i < group->n; i++) {
        const struct check_fact *fact = &group->facts[i];
        const struct feel_type *field = field_of(type, fact->name);
        if (field == NULL)
            fail_msg("the model has no fact %.*s.%.*s", STR_ARG(group->name), STR_ARG(fact->name));
        enum feel_kind kind = fact->kind == CHECK_COUNT  ? FEEL_NUMBER
                              : fact->kind == CHECK_WORD ? FEEL_STRING
                                                         : FEEL_BOOLEAN;
        if (field->kind != kind || (fact->kind == CHECK_WORD && !allows(field->name, fact->words)))
            fail_msg("%.*s.%.*s is another kind of fact in the model", STR_ARG(group->name), STR_ARG(fact->name));
    }
    for (size_t i = 0; i < type->n; i++) {
        bool found = false;
        for (size_t j = 0; j < group->n; j++)
            found = found || str_equal(type->fields[i].name, group->facts[j].name);
        if (!found)
            fail_msg("nothing gathers %.*s.%.*s", STR_ARG(group->name), STR_ARG(type->fields[i].name));
    }
}

static void every_fact_is_the_same_on_both_sides(void **state)
{
    (void)state;
    for (size_t i = 0; i < shipped->versions_n; i++)
        if (shipped->versions[i].kind == POLICY_PUBLICATION)
            for (unsigned id = 0; id < CHECKS; id++)
                look_at((enum check_id)id, &shipped->versions[i]);
}

static struct feel_value fact_of(const struct check_group *group, const struct check_facts *facts, const char *name)
{
    struct feel_value value = check_facts_value(arena, group, facts);
    assert_int_equal(value.kind, FEEL_CONTEXT);
    const struct feel_value *found = feel_context_get(value.context, str_of(name));
    assert_non_null(found);
    return *found;
}

static void what_is_not_known_is_null_and_never_false(void **state)
{
    (void)state;
    struct check_facts facts = { .route = { .text_read = true, .hate_crime = KNOWN_NOT } };
    assert_true(fact_of(&check_group_ways, &facts, "text read").boolean);
    assert_int_equal(fact_of(&check_group_ways, &facts, "hate crime").kind, FEEL_NULL);
    facts.route.hate_crime = KNOWN_NO;
    assert_int_equal(fact_of(&check_group_ways, &facts, "hate crime").kind, FEEL_BOOLEAN);
    assert_false(fact_of(&check_group_ways, &facts, "hate crime").boolean);
    facts.route.hate_crime = KNOWN_YES;
    assert_true(fact_of(&check_group_ways, &facts, "hate crime").boolean);
    facts = (struct check_facts){ .story = { .outcome = -1 } };
    assert_int_equal(fact_of(&check_group_story, &facts, "outcome").kind, FEEL_NULL);
    for (int i = 0; i < POLICY_OUTCOMES; i++) {
        facts.story.outcome = i;
        assert_true(str_equal(fact_of(&check_group_story, &facts, "outcome").string,
                              str_of(policy_outcome_name((enum policy_outcome)i))));
    }
    facts.story.outcome = POLICY_OUTCOMES;
    assert_int_equal(fact_of(&check_group_story, &facts, "outcome").kind, FEEL_NULL);
    facts = (struct check_facts){ .hashtag = { .tags = 7 } };
    int64_t tags = 0;
    assert_true(number_to_i64(fact_of(&check_group_hashtags, &facts, "tags").number, &tags));
    assert_int_equal(tags, 7);
}

static void every_decision_is_a_check(void **state)
{
    (void)state;
    const struct policy_version *version = policy_pack_find(shipped, STR("ew-publication-2026-01"));
    const struct dmn_model *model = version->models[0]->model;
    for (size_t i = 0; i < dmn_model_elements(model); i++) {
        const struct dmn_element *element = dmn_model_element(model, i);
        enum check_id id = CHECKS;
        if (dmn_element_kind(element) == DMN_DECISION && !check_id_of_word(dmn_element_name(element), &id))
            fail_msg("nothing asks for the decision %.*s", STR_ARG(dmn_element_name(element)));
    }
}

static void what_is_not_known_is_never_good(void **state)
{
    (void)state;
    const struct policy_version *version = policy_pack_find(shipped, STR("ew-publication-2026-01"));
    struct arena *scratch = arena_new(DMN_RUN_MEMORY_MAX);
    for (unsigned id = 0; id < CHECKS; id++) {
        const struct check_group *group = check_group_of((enum check_id)id);
        struct feel_entry *entries = ARENA_ARRAY(arena, group->n, struct feel_entry);
        struct policy_verdict verdict;
        assert_non_null(entries);
        for (size_t i = 0; i < group->n; i++)
            entries[i] = (struct feel_entry){ group->facts[i].name, FEEL_NONE };
        const struct dmn_input input = { STR_NONE, group->name, feel_context(arena, entries, group->n) };
        arena_reset(scratch);
        assert_int_equal(policy_publication(arena, scratch, version, check_id_word((enum check_id)id), &input, NOW,
                                            NULL, &verdict, &fault),
                         STATUS_OK);
        if (str_equal(verdict.outcome, STR("pass")) || str_equal(verdict.outcome, STR("not-applicable")))
            fail_msg("%.*s is %.*s where nothing is known", STR_ARG(check_id_word((enum check_id)id)),
                     STR_ARG(verdict.outcome));
    }
    arena_free(scratch);
}

/* ---- Rules that do not answer ---- */

static const struct post_content plain = { .kind = POST_ADVICE,
                                           .title = { "A title", 7 },
                                           .body = { "Mark your bike.", 15 } };

static struct check_result results[CHECKS];

static void check_with(const struct policy_pack *pack, int64_t now)
{
    struct check_input input = { .content = &plain, .pack = pack, .now = now, .bare = true };
    assert_int_equal(posts_checks(arena, &input, results, NULL), STATUS_OK);
}

static void all_block(const char *words)
{
    for (unsigned i = 0; i < CHECKS; i++) {
        assert_int_equal(results[i].outcome, CHECK_BLOCK);
        assert_true(str_find(results[i].why, str_of(words)) >= 0);
        assert_true(results[i].fix.n > 0);
        assert_null(results[i].rule.p);
    }
    assert_false(posts_checks_publishable(results));
}

static void an_answer_says_which_rule_gave_it(void **state)
{
    (void)state;
    check_with(NULL, NOW);
    assert_int_equal(results[CHECK_ALT_TEXT].outcome, CHECK_NOT_APPLICABLE);
    assert_true(str_equal(results[CHECK_ALT_TEXT].version, STR("ew-publication-2026-01")));
    assert_true(str_equal(results[CHECK_ALT_TEXT].rule, STR("publication-2026-01/alt-text/1")));
    assert_true(results[CHECK_ALT_TEXT].citation.instrument.n > 0);
    assert_false(results[CHECK_ALT_TEXT].citation.verified);
}

#define HEAD                                                                                                           \
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"own\" "                                \
    "namespace=\"https://own.invalid\">"
#define DECISION(answer)                                                                                               \
    "<decision name=\"alt-text\" id=\"a\"><variable name=\"alt-text\"/><literalExpression><text>" answer               \
    "</text></literalExpression></decision>"

static const struct policy_pack *own_pack(const char *model)
{
    static struct policy_file files[2];
    static const char manifest[] = "nation: england-and-wales\nsha256:\n  own.dmn: %s\nversions:\n  - id: own-1\n"
                                   "    kind: publication\n    from: 2000-01-01\n    enabled: true\n    files:\n"
                                   "      - own.dmn\n";
    const struct policy_pack *pack = NULL;
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof hash + 1];
    crypto_hash_sha256(hash, (const unsigned char *)model, strlen(model));
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    files[0] = (struct policy_file){ STR("own.dmn"), str_of(model) };
    files[1] = (struct policy_file){ STR("manifest.yaml"), str_format(arena, manifest, hex) };
    if (policy_pack_read(arena, files, 2, &pack, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return pack;
}

static void without_rules_on_that_day_everything_blocks(void **state)
{
    (void)state;
    check_with(own_pack(HEAD DECISION("\"pass\"") "</definitions>"), 0); /* 1970, before its first day */
    all_block("No rules of publication are in force");
    struct policy_pack empty = { .nation = shipped->nation };
    check_with(&empty, NOW);
    all_block("No rules of publication are in force");
}

/* The clock of a demonstration stands in the past. */
static void the_shipped_rules_count_on_any_day(void **state)
{
    (void)state;
    check_with(NULL, 0);
    assert_int_equal(results[CHECK_ALT_TEXT].outcome, CHECK_NOT_APPLICABLE);
    assert_true(str_equal(results[CHECK_ALT_TEXT].rule, STR("publication-2026-01/alt-text/1")));
}

static void rules_that_have_no_answer_block(void **state)
{
    (void)state;
    static const struct {
        const char *model, *words;
    } cases[] = {
        { HEAD "</definitions>", "could not answer" }, /* no such decision */
        { HEAD DECISION("null") "</definitions>", "no answer" },
        { HEAD DECISION("true") "</definitions>", "no answer" },
        { HEAD DECISION("\"PASS\"") "</definitions>", "no answer" },
        { HEAD DECISION("\"pass \"") "</definitions>", "no answer" },
        { HEAD DECISION("\"pass\"") "</definitions>", "no answer" }, /* without a reason */
        { HEAD DECISION("count(for i in 1..9999999 return for j in 1..9999999 return i)") "</definitions>",
          "could not answer" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_with(own_pack(cases[i].model), NOW);
        const struct check_result *r = &results[CHECK_ALT_TEXT];
        if (r->outcome != CHECK_BLOCK || str_find(r->why, str_of(cases[i].words)) < 0 || r->fix.n == 0)
            fail_msg("case %zu: %.*s, %.*s", i, STR_ARG(check_outcome_word(r->outcome)), STR_ARG(r->why));
        assert_true(str_equal(r->version, STR("own-1")));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_is_the_same_on_both_sides),
        cmocka_unit_test(what_is_not_known_is_null_and_never_false),
        cmocka_unit_test(every_decision_is_a_check),
        cmocka_unit_test(what_is_not_known_is_never_good),
        cmocka_unit_test(an_answer_says_which_rule_gave_it),
        cmocka_unit_test(without_rules_on_that_day_everything_blocks),
        cmocka_unit_test(the_shipped_rules_count_on_any_day),
        cmocka_unit_test(rules_that_have_no_answer_block),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
