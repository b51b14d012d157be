/*
 * What the checks answer: for each post of tests/cases as expected.json has
 * it, and for small posts of one sentence each, one fact a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/zone.h"
#include "posts/checks.h"
#include "posts/edition.h"
#include "posts/file.h"

#include "check_sentences.h"

#include "base/banned.h"

/* Local noon of 1 March 2026. */
#define NOW 1772366400000

static struct arena *arena;
static struct post_faults faults;
static struct check_result results[CHECKS];

static int begin(void **state)
{
    (void)state;
    struct fault fault;
    arena = arena_new(64 << 20);
    return arena == NULL || zone_use(STR("Europe/London"), &fault) != STATUS_OK;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* The pages of this test's site. */
static bool serves(void *self, struct str path)
{
    (void)self;
    return str_equal(path, STR("/report")) || str_equal(path, STR("/support")) || str_equal(path, STR("/cy/report")) ||
           str_equal(path, STR("/")) || str_starts(path, STR("/news"));
}

static struct check_input input_of(const struct post_content *content)
{
    return (struct check_input){ .content = content,
                                 .labels = edition_labels(content),
                                 .picture = content->picture.set ? PICTURE_READ : PICTURE_NONE,
                                 .force = STR("Midshire Police"),
                                 .address = STR("https://midshire.example"),
                                 .serves = serves,
                                 .bare = true,
                                 .now = NOW };
}

static const struct check_result *run(const struct check_input *input, enum check_id id)
{
    assert_int_equal(posts_checks(arena, input, results, NULL), STATUS_OK);
    for (unsigned i = 0; i < CHECKS; i++) {
        assert_int_equal(results[i].id, i);
        assert_true(results[i].why.n > 0 && str_is_text(results[i].why));
        /* Who has to act is told what to do. */
        assert_true((results[i].outcome >= CHECK_WARN) == (results[i].fix.n > 0));
        for (size_t j = 0; j < results[i].evidence_n; j++) {
            assert_true(results[i].evidence[j].where.n > 0);
            assert_true(str_is_text(results[i].evidence[j].text));
            assert_int_equal(str_find_byte(results[i].evidence[j].text, '\n'), -1);
        }
    }
    return &results[id];
}

static void say(const char *what, const struct check_result *r, enum check_outcome wanted)
{
    print_error("%s: %.*s is %.*s, not %.*s: %.*s\n", what, STR_ARG(check_id_word(r->id)),
                STR_ARG(check_outcome_word(r->outcome)), STR_ARG(check_outcome_word(wanted)), STR_ARG(r->why));
    for (size_t i = 0; i < r->evidence_n; i++)
        print_error("    %.*s: %.*s\n", STR_ARG(r->evidence[i].where), STR_ARG(r->evidence[i].text));
}

static struct post_content content_of(const char *what, struct str text, const char *folder)
{
    struct import_file file = { 0 };
    struct post_source source = { .name = STR("a.md"), .text = text, .folder = folder };
    faults = (struct post_faults){ .arena = arena };
    if (post_file_read(arena, &source, &faults, &file) != STATUS_OK)
        fail_msg("%s: %.*s", what, STR_ARG(faults.n > 0 ? faults.list[0].text : STR("?")));
    return file.content;
}

/* ---- The posts of tests/cases ---- */

/* What the pictures of tests/cases/images say of themselves. */
static struct media_facts facts_of(struct str file)
{
    struct media_facts facts = { .format = MEDIA_JPEG, .width = 800, .height = 600 };
    if (str_equal(file, STR("portrait-a.jpg"))) {
        facts.creator = STR("Northlight contributor 4471");
        facts.credit = STR("Northlight Stock");
        facts.rights = STR("Northlight Stock Ltd, licensed");
        facts.licensor = STR("Northlight Stock");
        facts.model_release = STR("MR-UMR");
        facts.web_statement = STR("https://stock.example/licence/88123");
    } else if (str_equal(file, STR("portrait-b.jpg"))) {
        facts.source_type = STR("trainedAlgorithmicMedia");
    } else if (str_equal(file, STR("portrait-c.jpg"))) {
        facts.source_type = STR("digitalCapture");
        facts.position = true;
    } else if (str_equal(file, STR("portrait-d.jpg"))) {
        facts.credit = STR("Northlight Stock");
        facts.usage_terms = STR("Editorial use only. No advertising, no sensitive use.");
    }
    return facts;
}

static size_t look_at_list(const char *post, const struct json *list, enum check_outcome wanted)
{
    size_t bad = 0;
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        enum check_id id;
        if (!check_id_of_word(list->items[i].text, &id) || results[id].outcome == wanted)
            continue; /* a check that is not built yet */
        say(post, &results[id], wanted);
        bad++;
    }
    return bad;
}

static void each_case_has_the_outcomes_that_it_must_have(void **state)
{
    (void)state;
    struct fault fault;
    struct str text;
    const struct json *expected;
    assert_int_equal(file_read(arena, CASES "/posts/expected.json", 1 << 20, &text, &fault), STATUS_OK);
    assert_int_equal(json_read(arena, text, &expected, &fault), STATUS_OK);
    size_t bad = 0;
    for (size_t i = 0; i < expected->n; i++) {
        char path[300];
        char post[100];
        const struct json *wanted = &expected->items[i];
        snprintf(post, sizeof post, "%.*s", STR_ARG(expected->names[i]));
        snprintf(path, sizeof path, "%s/posts/%s.md", CASES, post);
        assert_int_equal(file_read(arena, path, 1 << 20, &text, &fault), STATUS_OK);
        struct post_content content = content_of(post, text, CASES "/posts");
        struct check_input input = input_of(&content);
        input.facts = facts_of(content.picture.file);
        run(&input, CHECK_STATEMENT_SPEAKER);
        bad += look_at_list(post, json_get(wanted, STR("block")), CHECK_BLOCK);
        bad += look_at_list(post, json_get(wanted, STR("confirm")), CHECK_CONFIRM);
        bad += look_at_list(post, json_get(wanted, STR("warn")), CHECK_WARN);
        bad += look_at_list(post, json_get(wanted, STR("pass")), CHECK_PASS);
        bad += look_at_list(post, json_get(wanted, STR("not_applicable")), CHECK_NOT_APPLICABLE);
        for (unsigned id = 0; json_get(wanted, STR("publishable"))->boolean && id < CHECKS; id++)
            if (results[id].outcome == CHECK_BLOCK) {
                say(post, &results[id], CHECK_PASS);
                bad++;
            }
    }
    assert_int_equal(expected->n, 12);
    assert_int_equal(bad, 0);
}

/* ---- One sentence a line ---- */

static struct post_content small_content(const struct small_case *c)
{
    const char *head = c->head != NULL ? c->head : "";
    struct str text = str_format(arena, "---\n%s%s%schannels: [site]\nauthors: [press-officer-1]\n---\n%s\n",
                                 strstr(head, "kind: statement") == NULL ? "kind: awareness\n" : "",
                                 strstr(head, "title:") == NULL ? "title: A title\n" : "", head, c->body);
    return content_of(c->body, text, NULL);
}

static bool has_evidence(const struct check_result *r, const char *wanted)
{
    for (size_t i = 0; i < r->evidence_n; i++)
        if (str_equal(str_format(arena, "%.*s: %.*s", STR_ARG(r->evidence[i].where), STR_ARG(r->evidence[i].text)),
                      str_of(wanted)))
            return true;
    return false;
}

static void a_sentence_has_the_outcome_that_it_must_have(void **state)
{
    (void)state;
    size_t bad = 0;
    for (size_t i = 0; i < sizeof small_cases / sizeof small_cases[0]; i++) {
        const struct small_case *c = &small_cases[i];
        struct post_content content = small_content(c);
        struct check_input input = input_of(&content);
        const struct check_result *r = run(&input, c->id);
        if (r->outcome != c->outcome || (c->evidence != NULL && !has_evidence(r, c->evidence))) {
            say(c->body, r, c->outcome);
            if (c->evidence != NULL)
                print_error("    wanted: %s\n", c->evidence);
            bad++;
        }
    }
    print_message("           %zu sentences\n", sizeof small_cases / sizeof small_cases[0]);
    assert_int_equal(bad, 0);
}

/* What nobody sees, and letters of other scripts that look the same: what a reader reads is what is looked at. */
static void letters_that_look_the_same_and_what_nobody_sees_hide_no_name(void **state)
{
    (void)state;
    static const struct {
        const char *body, *evidence;
    } rows[] = {
        { "Sam 30 from Hartley was followed.", "body:1: Sam 30" }, /* as it is, to compare with */
        { "\u0405am 30 from Hartley was followed.", "body:1: Sam 30" },
        { "S\u0430\u043C 30 from Hartley was followed.", "body:1: Sam 30" },
        { "S\u200Bam 30 from Hartley was followed.", "body:1: Sam 30" },
        { "Sa\u2060m\uFEFF 30 from Hartley was followed.", "body:1: Sam 30" },
        { "Sa\u00ADm 3\u200B0 from Hartley was followed.", "body:1: Sam 30" },
        { "Sa\u200Dm 30 from Hartley was followed.", "body:1: Sam 30" },
        { "Sam\u2003\uFF13\uFF10 from Hartley was followed.", "body:1: Sam 30" },
        { "\uFF33\uFF41\uFF4D 30 from Hartley was followed.", "body:1: Sam 30" },
        { "\U0001D412\U0001D41A\U0001D426 \U0001D7D1\U0001D7CE from Hartley was followed.", "body:1: Sam 30" },
        { "\u24C8\u24D0\u24DC 30 from Hartley was followed.", "body:1: Sam 30" },
        { "J\u03BFan s\u0430id it was a bad night.", "body:1: Joan said" },
        { "J&#x200B;oan s&#x430;id it was a bad night.", "body:1: Joan said" },
        { "J\u0585an told us of a bad night.", "body:1: Joan told" },
        { "\u0410\u043D\u043D\u0430, 30, was followed.", "body:1: \u0410\u043D\u043D\u0430, 30" }, /* a name as it is */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct small_case c = { .body = rows[i].body };
        struct post_content content = small_content(&c);
        struct check_input input = input_of(&content);
        const struct check_result *r = run(&input, CHECK_PERSON_KIND);
        if (r->outcome != CHECK_BLOCK || !has_evidence(r, rows[i].evidence)) {
            say(rows[i].body, r, CHECK_BLOCK);
            fail();
        }
    }
    /* In the title and the record too: who is recorded is recorded in either writing, and nobody else is. */
    static const struct small_case covered[] = {
        { .head = "people: [{ as_written: Sam, kind: fictitious }]\n", .body = "\u0405am, 30, was followed." },
        { .head = "people: [{ as_written: \"\u0405am\", kind: fictitious }]\n", .body = "Sam, 30, was followed." },
        { .head = "title: \"\u0405am, 30\"\npeople: [{ as_written: Sam, kind: fictitious }]\n", .body = "Text." },
    };
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++) {
        struct post_content content = small_content(&covered[i]);
        struct check_input input = input_of(&content);
        const struct check_result *r = run(&input, CHECK_PERSON_KIND);
        if (r->outcome == CHECK_BLOCK) {
            say(covered[i].body, r, CHECK_PASS);
            fail();
        }
    }
    struct small_case other = { .head = "people: [{ as_written: Sam, kind: fictitious }]\n",
                                .body = "Z\u043Ee 30 from Hartley was followed." };
    struct post_content content = small_content(&other);
    struct check_input input = input_of(&content);
    assert_int_equal(run(&input, CHECK_PERSON_KIND)->outcome, CHECK_BLOCK);
}

/* ---- Pictures ---- */

/* A post with a picture that everything is right with; each test changes one thing. */
static struct post_content pictured(enum picture_made made)
{
    struct post_content content = content_of(
        "a post", STR("---\nkind: advice\ntitle: A title\nchannels: [site]\nauthors: [a]\n---\nMark your bike.\n"),
        NULL);
    content.picture = (struct post_picture){
        .set = true, .file = STR("street.jpg"), .sha256_hex = STR("00"), .made = made, .alt = STR("A street at night")
    };
    return content;
}

static struct post_content licensed(enum picture_made made)
{
    struct post_content content = pictured(made);
    struct post_picture *p = &content.picture;
    p->source = STR("Northlight Stock");
    p->licensed = true;
    p->licence_id = STR("88123");
    p->licensor = STR("Northlight Stock");
    p->sensitive_use_set = p->sensitive_use = true;
    assert_true(post_date_read(STR("2030-01-01"), &p->licence_expires));
    return content;
}

static enum check_outcome outcome(const struct check_input *input, enum check_id id)
{
    return run(input, id)->outcome;
}

static void a_photograph_is_contradicted_by_any_other_creator_credit_or_licensor(void **state)
{
    (void)state;
    struct post_content content = pictured(PICTURE_PHOTOGRAPH);
    struct check_input input = input_of(&content);
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_PASS); /* no metadata contradicts nothing */
    assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_PASS);
    static const struct {
        const char *said;
        enum check_outcome outcome;
    } names[] = {
        { "Midshire Police", CHECK_PASS },
        { "\xC2\xA9 MIDSHIRE POLICE 2026", CHECK_PASS },
        { "Force photographer", CHECK_PASS },
        { "Northlight Stock", CHECK_BLOCK },
        { "Northlight Stock for Midshire Police", CHECK_BLOCK },
        { "Jo Example", CHECK_BLOCK },
        { "Othershire Police", CHECK_BLOCK },
        { "Not Midshire Policeman", CHECK_BLOCK },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int field = 0; field < 3; field++) {
            input.facts = (struct media_facts){ 0 };
            *(field == 0   ? &input.facts.creator
              : field == 1 ? &input.facts.credit
                           : &input.facts.licensor) = str_of(names[i].said);
            const struct check_result *r = run(&input, CHECK_IMAGE_CLAIM);
            if (r->outcome != names[i].outcome)
                say(names[i].said, r, names[i].outcome);
            assert_int_equal(r->outcome, names[i].outcome);
            if (names[i].outcome == CHECK_BLOCK) {
                /* Both sides stand there. */
                assert_true(has_evidence(r, "image.made: photograph: the force's own"));
                assert_true(has_evidence(r, str_z(arena, str_format(arena, "picture:%s: %s",
                                                                    field == 0   ? "dc:creator"
                                                                    : field == 1 ? "photoshop:Credit"
                                                                                 : "plus:LicensorName",
                                                                    names[i].said))));
                /* By its metadata a licensed picture, without a licence. */
                assert_int_equal(results[CHECK_IMAGE_LICENCE].outcome, CHECK_BLOCK);
            }
        }
    /* The force's name is not known: whether a force is ours only a person knows; anybody else is another. */
    input.force = STR_NONE;
    input.facts = (struct media_facts){ .credit = STR("Midshire Police") };
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_CONFIRM);
    content.picture.credit = STR("Midshire Police");
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_PASS);
    assert_int_equal(results[CHECK_IMAGE_LICENCE].outcome, CHECK_PASS);
    content.picture.credit = STR("Othershire Constabulary");
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_BLOCK);
    input.facts.credit = STR("Northlight Stock");
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_BLOCK);
}

static void a_photograph_from_a_library_contradicts_itself(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        enum check_outcome outcome;
    } sources[] = {
        { "image library, considered reliable", CHECK_BLOCK },
        { "Getty", CHECK_BLOCK },
        { "iStock", CHECK_BLOCK },
        { "a stock agency", CHECK_BLOCK },
        { "force photographer", CHECK_PASS },
        { "custody", CHECK_PASS },
        { "PC Roe", CHECK_PASS },
        { "Northlight Images", CHECK_BLOCK },
        { "found online", CHECK_BLOCK },
        { "Hartley Council", CHECK_CONFIRM },
        { "images from a police drone", CHECK_PASS },
        { "Midshire Police picture library", CHECK_BLOCK },
    };
    struct post_content content = pictured(PICTURE_PHOTOGRAPH);
    struct check_input input = input_of(&content);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        content.picture.source = str_of(sources[i].source);
        const struct check_result *r = run(&input, CHECK_IMAGE_CLAIM);
        if (r->outcome != sources[i].outcome)
            say(sources[i].source, r, sources[i].outcome);
        assert_int_equal(r->outcome, sources[i].outcome);
    }
    content.picture.source = STR_NONE;
    content.picture.licensor = STR("Northlight Stock");
    content.picture.licensed = true;
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_BLOCK);
    /* A person who is credited: only a person knows whether they are staff. */
    content.picture.licensor = STR_NONE;
    content.picture.licensed = false;
    content.picture.credit = STR("Jo Example");
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_CONFIRM);
    assert_int_equal(results[CHECK_IMAGE_LICENCE].outcome, CHECK_CONFIRM);
    content.picture.credit = STR("Jo Example, Midshire Police");
    input.facts.creator = STR("Jo Example");
    assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_CONFIRM);
}

static void what_a_machine_made_is_nothing_but_ai(void **state)
{
    (void)state;
    for (unsigned made = 0; made < PICTURES_MADE; made++) {
        struct post_content content = licensed((enum picture_made)made);
        if (made == PICTURE_PHOTOGRAPH || made == PICTURE_CUSTODY || made == PICTURE_CCTV ||
            made == PICTURE_SUPPLIED_BY_FAMILY)
            content = pictured((enum picture_made)made);
        struct check_input input = input_of(&content);
        assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), CHECK_PASS);
        input.facts.source_type = STR("trainedAlgorithmicMedia");
        assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), made == PICTURE_AI ? CHECK_PASS : CHECK_BLOCK);
        input.facts.source_type = STR("compositeWithTrainedAlgorithmicMedia");
        assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), made == PICTURE_AI ? CHECK_PASS : CHECK_BLOCK);
        assert_true(made == PICTURE_AI ||
                    has_evidence(&results[CHECK_IMAGE_CLAIM],
                                 "picture:Iptc4xmpExt:DigitalSourceType: compositeWithTrainedAlgorithmicMedia"));
        input.facts.source_type = STR("digitalCapture");
        assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), made == PICTURE_AI ? CHECK_BLOCK : CHECK_PASS);
    }
}

static void a_picture_that_nobody_looked_into_blocks(void **state)
{
    (void)state;
    struct post_content content = pictured(PICTURE_PHOTOGRAPH);
    struct check_input input = input_of(&content);
    for (enum picture_found found = PICTURE_NONE; found <= PICTURE_UNREADABLE; found++) {
        input.picture = found;
        bool blocks = found != PICTURE_READ;
        assert_int_equal(outcome(&input, CHECK_IMAGE_CLAIM), blocks ? CHECK_BLOCK : CHECK_PASS);
        assert_int_equal(results[CHECK_IMAGE_LICENCE].outcome, blocks ? CHECK_BLOCK : CHECK_PASS);
        assert_int_equal(posts_checks_publishable(results), !blocks);
    }
}

static void a_licensed_picture_needs_id_licensor_permission_and_time(void **state)
{
    (void)state;
    static const enum picture_made mades[] = { PICTURE_STOCK, PICTURE_POSED, PICTURE_AI, PICTURE_ILLUSTRATION };
    static const struct str hate[] = { STR_INIT("hate-crime") };
    for (size_t i = 0; i < 4; i++) {
        struct post_content content = pictured(mades[i]);
        struct check_input input = input_of(&content);
        /* Who made a picture with a program may be nobody but the staff: a person says so. */
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), mades[i] == PICTURE_AI ? CHECK_CONFIRM : CHECK_BLOCK);
        input.facts.credit = STR("Northlight Stock");
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
        input.facts.credit = STR_NONE;
        if (mades[i] != PICTURE_STOCK) {
            content.picture.source = STR("force designer");
            assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_PASS);
        }
        content = licensed(mades[i]);
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_PASS);
        content.picture.licence_id = STR_NONE;
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
        content = licensed(mades[i]);
        content.picture.licensor = STR_NONE;
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
        /* No permission: a sensitive topic blocks, of any other a person says whether it is one. */
        content = licensed(mades[i]);
        content.picture.sensitive_use = false;
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_CONFIRM);
        content.picture.sensitive_use_set = false;
        content.topics = hate;
        content.topics_n = 1;
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
        content.topics_n = 0;
        content.campaign = STR("Hate Crime Awareness Week");
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
        content.picture.sensitive_use_set = content.picture.sensitive_use = true;
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_PASS);
        /* The file's own terms take the permission away. */
        input.facts.usage_terms = STR("No sensitive use.");
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
    }
    for (unsigned made = PICTURE_CUSTODY; made < PICTURES_MADE; made++) {
        struct post_content content = pictured((enum picture_made)made);
        struct check_input input = input_of(&content);
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_NOT_APPLICABLE);
    }
}

static void a_licence_that_ends_tonight_holds_today_and_not_tomorrow(void **state)
{
    (void)state;
    struct post_content content = licensed(PICTURE_STOCK);
    struct check_input input = input_of(&content);
    struct post_date at;
    assert_true(post_date_read(STR("2026-07-01"), &content.picture.licence_expires)); /* in summer time */
    assert_true(post_date_read(STR("2026-07-01T23:59:59"), &at));
    input.now = at.at;
    assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_PASS);
    assert_true(has_evidence(&results[CHECK_IMAGE_LICENCE], "image.licence.expires: ends on 2026-07-01"));
    input.now = at.at + 1000;
    assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
    assert_true(post_date_read(STR("2026-07-01T12:00"), &content.picture.licence_expires));
    input.now = content.picture.licence_expires.at - 1;
    assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_PASS);
    input.now++;
    assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
}

static void an_editorial_picture_stands_in_no_campaign(void **state)
{
    (void)state;
    for (int by = 0; by < 2; by++) {
        struct post_content content = licensed(PICTURE_STOCK);
        struct check_input input = input_of(&content);
        if (by == 0)
            input.facts.usage_terms = STR("Editorial use only. No advertising.");
        else
            content.picture.licence_id = STR("88123 (editorial only)");
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_CONFIRM);
        content.campaign = STR("Mark your bike");
        assert_int_equal(outcome(&input, CHECK_IMAGE_LICENCE), CHECK_BLOCK);
    }
}

static void a_label_that_is_due_and_was_not_saved_blocks(void **state)
{
    (void)state;
    static const struct {
        enum picture_made made;
        enum check_id id;
    } rows[] = { { PICTURE_STOCK, CHECK_STOCK_LABEL },
                 { PICTURE_AI, CHECK_AI_LABEL },
                 { PICTURE_POSED, CHECK_POSED_LABEL } };
    for (size_t i = 0; i < 3; i++) {
        struct post_content content = licensed(rows[i].made);
        struct check_input input = input_of(&content);
        assert_int_equal(outcome(&input, rows[i].id), CHECK_PASS);
        for (size_t j = 0; j < 3; j++)
            assert_true(i == j || results[rows[j].id].outcome == CHECK_NOT_APPLICABLE);
        assert_true(posts_checks_publishable(results));
        input.labels = 0;
        assert_int_equal(outcome(&input, rows[i].id), CHECK_BLOCK);
        assert_false(posts_checks_publishable(results));
    }
    static const struct post_person person = { .as_written = STR_INIT("Joan"), .kind = PERSON_COMPOSITE };
    struct post_content content = pictured(PICTURE_PHOTOGRAPH);
    content.people = &person;
    content.people_n = 1;
    struct check_input input = input_of(&content);
    input.labels = 1U << LABEL_FICTITIOUS;
    assert_int_equal(outcome(&input, CHECK_FICTITIOUS_LABEL), CHECK_BLOCK);
}

static void a_picture_has_words_or_is_decorative(void **state)
{
    (void)state;
    char *longer = ARENA_ARRAY(arena, 1002, char);
    memset(longer, 'a', 1001);
    static const struct {
        const char *alt;
        enum check_outcome outcome;
    } alts[] = {
        { NULL, CHECK_BLOCK },
        { "  ", CHECK_BLOCK },
        { "A street at night", CHECK_PASS },
        { "Image of a street", CHECK_WARN },
        { "A picture of it", CHECK_WARN },
        { "IMAGE OF A STREET", CHECK_WARN },
        { "Imageofastreet", CHECK_PASS },
        { "The image of the city", CHECK_PASS },
        { "street.jpg", CHECK_WARN },
        { "other.PNG", CHECK_WARN },
        { "street", CHECK_WARN },
        { "IMG_2041", CHECK_WARN },
        { "Pictures of us", CHECK_PASS },
    };
    struct post_content content = pictured(PICTURE_PHOTOGRAPH);
    struct check_input input = input_of(&content);
    for (size_t i = 0; i < sizeof alts / sizeof alts[0]; i++) {
        content.picture.alt = alts[i].alt == NULL ? STR_NONE : str_of(alts[i].alt);
        const struct check_result *r = run(&input, CHECK_ALT_TEXT);
        if (r->outcome != alts[i].outcome)
            say(alts[i].alt ? alts[i].alt : "(none)", r, alts[i].outcome);
        assert_int_equal(r->outcome, alts[i].outcome);
    }
    content.picture.alt = (struct str){ longer, 1000 };
    assert_int_equal(outcome(&input, CHECK_ALT_TEXT), CHECK_PASS);
    content.picture.alt.n = 1001;
    assert_int_equal(outcome(&input, CHECK_ALT_TEXT), CHECK_WARN);
    content.picture.alt = STR_NONE;
    content.picture.decorative = true;
    assert_int_equal(outcome(&input, CHECK_ALT_TEXT), CHECK_PASS);
    content.picture.set = false;
    assert_int_equal(outcome(&input, CHECK_ALT_TEXT), CHECK_NOT_APPLICABLE);
    /* A person in the text alternative is published too. */
    content = pictured(PICTURE_PHOTOGRAPH);
    content.picture.alt = STR("Joan, 57, in her kitchen");
    assert_int_equal(outcome(&input, CHECK_PERSON_KIND), CHECK_BLOCK);
    assert_true(has_evidence(&results[CHECK_PERSON_KIND], "image.alt: Joan, 57"));
}

/* ---- What is not known, and what ends ---- */

static void a_speaker_who_was_asked_is_waited_for(void **state)
{
    (void)state;
    static const struct small_case c = { .head = SPEAKER, .body = "Words." };
    struct post_content content = small_content(&c);
    struct check_input input = input_of(&content);
    input.speaker = SPEAKER_PENDING;
    assert_int_equal(outcome(&input, CHECK_STATEMENT_SPEAKER), CHECK_BLOCK);
    assert_true(str_find(results[CHECK_STATEMENT_SPEAKER].why, STR("was asked")) >= 0);
    input.speaker = SPEAKER_CONFIRMED;
    content.speaker.confirmed.set = false;
    assert_int_equal(outcome(&input, CHECK_STATEMENT_SPEAKER), CHECK_PASS);
    input.speaker = SPEAKER_CLAIMED;
    assert_int_equal(outcome(&input, CHECK_STATEMENT_SPEAKER), CHECK_BLOCK);
    content.speaker.confirmed.set = true;
    assert_int_equal(outcome(&input, CHECK_STATEMENT_SPEAKER), CHECK_PASS);
    /* Where accounts could be asked, what the file alone says is confirmed by a person. */
    input.bare = false;
    assert_int_equal(outcome(&input, CHECK_STATEMENT_SPEAKER), CHECK_CONFIRM);
}

static void what_could_not_be_found_out_blocks(void **state)
{
    (void)state;
    static const struct small_case c = { .head = HATE, .body = "[Tell us](/report). [Support](/support)." };
    struct post_content content = small_content(&c);
    struct check_input input = input_of(&content);
    input.serves = NULL;
    assert_int_equal(outcome(&input, CHECK_REPORTING_ROUTE), CHECK_BLOCK);
    content.body = STR("<b>No Markdown of ours</b>");
    input.serves = serves;
    assert_int_equal(outcome(&input, CHECK_PERSON_KIND), CHECK_BLOCK);
    assert_int_equal(results[CHECK_REPORTING_ROUTE].outcome, CHECK_BLOCK);
    assert_int_equal(results[CHECK_HASHTAG_CASE].outcome, CHECK_BLOCK);
}

/* Processor time, so that a busy machine changes nothing. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void no_text_makes_the_checks_slow_or_large(void **state)
{
    (void)state;
    static const char *const units[] = {
        "Joan, 57, ",
        "Joan, 57\n\n",
        "Joan Smith ",
        "Joan Zed, 57, ",
        "“I said it.” ",
        "\"a ",
        "“",
        "'a ",
        "A ",
        "Aa ",
        "A",
        "a-",
        "a'",
        "> I\n\nJoan\n\n",
        "#hatecrimeawarenessweek ",
        "#a",
        "call 101 cases ",
        "1 2 ",
        "(Joan), 57 ",
        "hate - - - ",
        "hate ",
        "https://midshire.example/report ",
        "[a](/x)\n\n",
        "(((( 5 ",
        "said ",
        "a 30-year-old ",
        "de la ",
        "\n\n",
    };
    struct post_person people[POST_LIST_ITEMS_MAX];
    char *name = ARENA_ARRAY(arena, POST_LINE_MAX + 1, char);
    for (size_t i = 0; i < POST_LINE_MAX; i++)
        name[i] = "Joan "[i % 5];
    for (size_t i = 0; i < POST_LIST_ITEMS_MAX; i++)
        people[i] = (struct post_person){ .as_written = { name, POST_LINE_MAX }, .kind = PERSON_REAL };
    char *text = ARENA_ARRAY(arena, POST_BODY_MAX, char);
    static const struct small_case c = { .head = HATE, .body = "Words." };
    struct post_content content = small_content(&c);
    content.people = people;
    content.people_n = POST_LIST_ITEMS_MAX;
    struct check_input input = input_of(&content);
    size_t largest = 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t width = strlen(units[i]);
        for (size_t j = 0; j < POST_BODY_MAX; j++)
            text[j] = units[i][j % width];
        content.body = (struct str){ text, POST_BODY_MAX / width * width };
        /* Somebody recorded at the very end. */
        memcpy(text + content.body.n - 10, " Joan Joan", 10);
        struct arena *room = arena_new(16 << 20);
        double before = seconds();
        assert_int_equal(posts_checks(room, &input, results, NULL), STATUS_OK);
        double took = seconds() - before;
        if (took >
            30.0) /* far beyond what a busy machine with sanitizers takes: it grows with the square of the text */
            fail_msg("%.2f s for '%s'", took, units[i]);
        largest = arena_used(room) > largest ? arena_used(room) : largest;
        arena_free(room);
    }
    print_message("           at most %zu KB\n", largest / 1024);
}

static void every_answer_is_there_or_none_wherever_memory_fails(void **state)
{
    (void)state;
    static const struct small_case c = {
        .head = JOAN HATE,
        .body = "> They laughed at me.\n\n**Joan, 57**\n\n“I was scared,” said Sam, 30. #hatecrime "
                "[Tell us](/reprot). https://midshire.example/report"
    };
    struct post_content content = small_content(&c);
    content.picture = licensed(PICTURE_STOCK).picture;
    struct check_input input = input_of(&content);
    input.facts = (struct media_facts){ .licensor = STR("Somebody"),
                                        .credit = STR("Somebody"),
                                        .usage_terms = STR("Editorial use only") };
    struct check_result wanted[CHECKS];
    assert_int_equal(posts_checks(arena, &input, wanted, NULL), STATUS_OK);
    for (size_t cap = 64;; cap += 64) {
        struct arena *small = arena_new(cap);
        enum status status = posts_checks(small, &input, results, NULL);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        for (unsigned i = 0; status == STATUS_OK && i < CHECKS; i++) {
            assert_int_equal(results[i].outcome, wanted[i].outcome);
            assert_int_equal(results[i].evidence_n, wanted[i].evidence_n);
        }
        arena_free(small);
        if (status == STATUS_OK)
            break;
        assert_true(cap < 1 << 20);
    }
    for (uint64_t k = 1;; k++) {
        int64_t before = mem_live();
        mem_fail_at(k);
        struct arena *room = arena_new(4 << 20);
        enum status status = room == NULL ? STATUS_NO_MEMORY : posts_checks(room, &input, results, NULL);
        uint64_t calls = mem_calls();
        mem_fail_at(0);
        arena_free(room);
        assert_int_equal(mem_live(), before);
        if (calls < k) {
            assert_int_equal(status, STATUS_OK);
            assert_true(k > 3);
            break;
        }
        assert_int_equal(status, STATUS_NO_MEMORY);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_case_has_the_outcomes_that_it_must_have),
        TEST(a_sentence_has_the_outcome_that_it_must_have),
        TEST(letters_that_look_the_same_and_what_nobody_sees_hide_no_name),
        TEST(a_photograph_is_contradicted_by_any_other_creator_credit_or_licensor),
        TEST(a_photograph_from_a_library_contradicts_itself),
        TEST(what_a_machine_made_is_nothing_but_ai),
        TEST(a_picture_that_nobody_looked_into_blocks),
        TEST(a_licensed_picture_needs_id_licensor_permission_and_time),
        TEST(a_licence_that_ends_tonight_holds_today_and_not_tomorrow),
        TEST(an_editorial_picture_stands_in_no_campaign),
        TEST(a_label_that_is_due_and_was_not_saved_blocks),
        TEST(a_picture_has_words_or_is_decorative),
        TEST(a_speaker_who_was_asked_is_waited_for),
        TEST(what_could_not_be_found_out_blocks),
        TEST(no_text_makes_the_checks_slow_or_large),
        TEST(every_answer_is_there_or_none_wherever_memory_fails),
    };
    return cmocka_run_group_tests_name("posts checks", tests, NULL, NULL);
}
