/*
 * The table of the checks: for each its name, what gathers, and the group of
 * facts that the decision of that name takes. The run goes through it once, row
 * by row, with the text read once before.
 *
 * Promise: every row gives an answer. Where memory ends there is none at all,
 * so that no half of the answers can be taken for all of them.
 */
#include "posts/checks.h"

#include <string.h>

#include "base/arena.h"
#include "base/zone.h"
#include "dmn/limits.h"
#include "posts/check_inside.h"
#include "posts/edition.h"

#include "base/banned.h"

static void gather_speaker(struct check_run *run, struct check_facts *facts)
{
    const struct check_input *input = run->input;
    const struct post_speaker *speaker = &input->content->speaker;
    struct speaker_facts *f = &facts->speaker;
    *f = (struct speaker_facts){ .statement = input->content->kind == POST_STATEMENT };
    if (!speaker->set)
        return;
    f->named = str_trim(speaker->name.p == NULL ? STR("") : speaker->name).n > 0 &&
               str_trim(speaker->office.p == NULL ? STR("") : speaker->office).n > 0;
    f->confirmed = KNOWN_NO;
    switch (input->speaker) {
    case SPEAKER_CONFIRMED: f->confirmed = KNOWN_YES; break;
    case SPEAKER_PENDING: f->asked = true; break;
    case SPEAKER_CLAIMED:
        if (!speaker->confirmed.set)
            break;
        f->too_early = speaker->confirmed.at > input->now;
        f->confirmed = f->too_early ? KNOWN_NO : KNOWN_YES;
        f->file_alone = !input->bare;
        check_evidence_add(run, STR("speaker.confirmed"), post_date_text(run->arena, &speaker->confirmed));
        break;
    }
    check_evidence_add(run, STR("speaker.office"), speaker->office);
}

/* What the records ask for is compared with what was saved, so that a label cannot be lost on the way. */
static void gather_label(struct check_run *run, struct check_facts *facts, uint32_t asked)
{
    uint32_t due = edition_labels(run->input->content) & asked;
    facts->label = (struct label_facts){ .due = due != 0,
                                         .has = (run->input->labels & due) == due,
                                         .composite = post_labelled(due, LABEL_COMPOSITE) };
    const struct post_content *content = run->input->content;
    for (size_t i = 0; due != 0 && (asked & 1U << LABEL_FICTITIOUS) != 0 && i < content->people_n; i++)
        if (content->people[i].kind != PERSON_REAL)
            check_evidence_add(run, STR("people"), content->people[i].as_written);
    if (due != 0 && (asked & 1U << LABEL_FICTITIOUS) == 0)
        check_evidence_add(run, STR("image.made"), picture_made_words.words[content->picture.made]);
}

static void gather_fictitious(struct check_run *run, struct check_facts *facts)
{
    gather_label(run, facts, 1U << LABEL_FICTITIOUS | 1U << LABEL_COMPOSITE);
}

static void gather_stock(struct check_run *run, struct check_facts *facts)
{
    gather_label(run, facts, 1U << LABEL_STOCK);
}

static void gather_ai(struct check_run *run, struct check_facts *facts)
{
    gather_label(run, facts, 1U << LABEL_AI);
}

static void gather_posed(struct check_run *run, struct check_facts *facts)
{
    gather_label(run, facts, 1U << LABEL_POSED);
}

/* Found once, before the story. */
static void gather_people(struct check_run *run, struct check_facts *facts)
{
    facts->person = run->people;
    memcpy(run->evidence, run->people_evidence, run->people_evidence_n * sizeof *run->people_evidence);
    run->evidence_n = run->people_evidence_n;
}

static enum status find_people(struct check_run *run)
{
    struct check_facts facts = { 0 };
    run->evidence_n = 0;
    check_gather_person(run, &facts);
    struct check_evidence *kept = ARENA_ARRAY(run->arena, run->evidence_n + 1, struct check_evidence);
    if (kept == NULL || arena_failed(run->arena))
        return STATUS_NO_MEMORY;
    memcpy(kept, run->evidence, run->evidence_n * sizeof *kept);
    run->people = facts.person;
    run->people_evidence = kept;
    run->people_evidence_n = run->evidence_n;
    return STATUS_OK;
}

static enum status find_names(struct check_run *run)
{
    run->names = ARENA_NEW(run->arena, struct check_names);
    if (run->names == NULL)
        return STATUS_NO_MEMORY;
    check_find_names(run);
    return arena_failed(run->arena) ? STATUS_NO_MEMORY : STATUS_OK;
}

static const struct check_row {
    struct str id; /* and the name of the decision */
    void (*gather)(struct check_run *run, struct check_facts *facts);
    const struct check_group *group;
} rows[CHECKS] = {
    [CHECK_SCENARIO_POLICY] = { STR_INIT("scenario-policy"), check_gather_scenario, &check_group_story },
    [CHECK_CALL_TO_ACTION] = { STR_INIT("call-to-action"), check_gather_call, &check_group_call },
    [CHECK_WITNESS_APPEAL] = { STR_INIT("witness-appeal"), check_gather_appeal, &check_group_appeal },
    [CHECK_LAW_WORDING] = { STR_INIT("law-wording"), check_gather_definition, &check_group_definition },
    [CHECK_STATEMENT_SPEAKER] = { STR_INIT("statement-speaker"), gather_speaker, &check_group_speaker },
    [CHECK_PERSON_KIND] = { STR_INIT("person-kind"), gather_people, &check_group_people },
    [CHECK_FICTITIOUS_LABEL] = { STR_INIT("fictitious-label"), gather_fictitious, &check_group_label },
    [CHECK_STOCK_LABEL] = { STR_INIT("stock-label"), gather_stock, &check_group_label },
    [CHECK_AI_LABEL] = { STR_INIT("ai-label"), gather_ai, &check_group_label },
    [CHECK_POSED_LABEL] = { STR_INIT("posed-label"), gather_posed, &check_group_label },
    [CHECK_IMAGE_CLAIM] = { STR_INIT("image-claim"), check_gather_claim, &check_group_claim },
    [CHECK_IMAGE_LICENCE] = { STR_INIT("image-licence"), check_gather_licence, &check_group_licence },
    [CHECK_MODEL_RELEASE] = { STR_INIT("model-release"), check_gather_release, &check_group_release },
    [CHECK_IMAGE_REUSE] = { STR_INIT("image-reuse"), check_gather_reuse, &check_group_reuse },
    [CHECK_ALT_TEXT] = { STR_INIT("alt-text"), check_gather_alt, &check_group_alternative },
    [CHECK_ACTIVE_PROCEEDINGS] = { STR_INIT("active-proceedings"), check_gather_proceedings, &check_group_proceedings },
    [CHECK_COURT_ORDER] = { STR_INIT("court-order"), check_gather_order, &check_group_order },
    [CHECK_UNDER_18] = { STR_INIT("under-18"), check_gather_young, &check_group_young },
    [CHECK_LIFELONG_ANONYMITY] = { STR_INIT("lifelong-anonymity"), check_gather_victim, &check_group_victim },
    [CHECK_NAMING_ON_ARREST] = { STR_INIT("naming-on-arrest"), check_gather_naming, &check_group_naming },
    [CHECK_NAMING_ON_CHARGE] = { STR_INIT("naming-on-charge"), check_gather_naming, &check_group_naming },
    [CHECK_CUSTODY_IMAGE] = { STR_INIT("custody-image"), check_gather_custody, &check_group_shown },
    [CHECK_WANTED_IMAGE] = { STR_INIT("wanted-image"), check_gather_wanted, &check_group_shown },
    [CHECK_PERSONAL_DATA] = { STR_INIT("personal-data"), check_gather_data, &check_group_data },
    [CHECK_PRE_ELECTION] = { STR_INIT("pre-election"), check_gather_election, &check_group_election },
    [CHECK_EQUALITY_NOTE] = { STR_INIT("equality-note"), check_gather_note, &check_group_note },
    [CHECK_REPORTING_ROUTE] = { STR_INIT("reporting-route"), check_gather_route, &check_group_ways },
    [CHECK_REPORT_WORDING] = { STR_INIT("report-wording"), check_gather_wording, &check_group_wording },
    [CHECK_HASHTAG_CASE] = { STR_INIT("hashtag-case"), check_gather_hashtag, &check_group_hashtags },
    [CHECK_PLAIN_LANGUAGE] = { STR_INIT("plain-language"), check_gather_plain_words, &check_group_plain },
    [CHECK_CAPTIONS] = { STR_INIT("captions"), check_gather_video, &check_group_video },
    [CHECK_WELSH_PAIR] = { STR_INIT("welsh-pair"), check_gather_pair, &check_group_pair },
    [CHECK_PACK_SIGNED] = { STR_INIT("pack-signed"), check_gather_pack, &check_group_pack },
};

static const struct str outcome_words[CHECK_OUTCOMES] = {
    [CHECK_NOT_APPLICABLE] = STR_INIT("not-applicable"),
    [CHECK_PASS] = STR_INIT("pass"),
    [CHECK_WARN] = STR_INIT("warn"),
    [CHECK_CONFIRM] = STR_INIT("confirm"),
    [CHECK_BLOCK] = STR_INIT("block"),
};

struct str check_id_word(enum check_id id)
{
    return rows[id].id;
}

bool check_id_of_word(struct str word, enum check_id *out)
{
    for (unsigned i = 0; i < CHECKS; i++)
        if (str_equal(rows[i].id, word)) {
            *out = (enum check_id)i;
            return true;
        }
    return false;
}

struct str check_outcome_word(enum check_outcome outcome)
{
    return outcome_words[outcome];
}

const struct check_group *check_group_of(enum check_id id)
{
    return rows[id].group;
}

static enum status check_run_row(struct check_run *run, enum check_id id, struct check_result *out)
{
    const struct check_row *row = &rows[id];
    struct check_facts facts = { 0 };
    run->evidence_n = 0;
    arena_reset(run->scratch);
    row->gather(run, &facts);
    *out = (struct check_result){ .id = id };
    enum status status = check_decide(run, row->id, row->group, &facts, out);
    struct check_evidence *kept = ARENA_ARRAY(run->arena, run->evidence_n + 1, struct check_evidence);
    if (status != STATUS_OK || kept == NULL || arena_failed(run->arena))
        return STATUS_NO_MEMORY;
    /* Where a check does not apply, or nobody needs to act, no places are told that nobody asked for. */
    memcpy(kept, run->evidence, run->evidence_n * sizeof *kept);
    out->evidence = kept;
    out->evidence_n = run->evidence_n;
    return STATUS_OK;
}

/* Which rules are in force on the day of the check; without any every check blocks, and says why. */
static enum status find_rules(struct check_run *run)
{
    struct civil today;
    struct fault fault;
    run->why_none = run->input->pack_wrong;
    if (run->why_none.p != NULL)
        return STATUS_OK;
    run->pack = run->input->pack;
    enum status status = run->pack != NULL ? STATUS_OK : policy_pack_shipped(&run->pack, &fault);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK) {
        run->why_none = str_format(run->arena, "The policy pack could not be read: %s", fault.text);
        return run->why_none.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    zone_local(run->input->now, &today);
    run->rules = policy_pack_on(run->pack, POLICY_PUBLICATION, today.year * 10000 + today.month * 100 + today.day);
    if (run->rules == NULL)
        run->why_none = STR("No rules of publication are in force on this day.");
    else if (run->rules->refused.p != NULL) {
        run->why_none = run->rules->refused;
        run->rules = NULL;
    }
    run->told.rules = run->rules;
    return STATUS_OK;
}

static enum status check_all(struct check_run *run, struct check_result out[CHECKS])
{
    enum status status = find_rules(run);
    if (status == STATUS_OK)
        status = check_text_read(run);
    if (status != STATUS_OK)
        return status;
    check_gather_topic(run);
    status = find_people(run);
    if (status == STATUS_OK)
        status = find_names(run);
    if (status == STATUS_OK)
        status = check_gather_story(run);
    for (unsigned id = 0; id < CHECKS && status == STATUS_OK; id++)
        status = check_run_row(run, (enum check_id)id, &out[id]);
    return status;
}

enum status posts_checks(struct arena *arena, const struct check_input *input, struct check_result out[CHECKS],
                         struct check_story *story)
{
    struct check_run *run = ARENA_NEW(arena, struct check_run);
    if (run == NULL)
        return STATUS_NO_MEMORY;
    run->arena = arena;
    run->input = input;
    run->scratch = arena_new(DMN_RUN_MEMORY_MAX);
    enum status status = run->scratch == NULL ? STATUS_NO_MEMORY : check_all(run, out);
    if (status == STATUS_OK && story != NULL)
        *story = run->told;
    arena_free(run->scratch);
    return status;
}

bool posts_checks_publishable(const struct check_result results[CHECKS])
{
    for (unsigned id = 0; id < CHECKS; id++)
        if (results[id].outcome == CHECK_BLOCK)
            return false;
    return true;
}
