/*
 * What a post tells, and what law and recording policy make of it.
 *
 * Promises: a story without facts is one thing done of which nothing is known,
 * so that the answer says what would have to be asked. Facts that the policy
 * refuses leave the outcome not known, and say why; they are never taken for
 * none.
 *
 * What could be tried: a story that passes for none. A reference makes a real
 * case only where nobody in the post is made up; a rank before a name makes an
 * office-holder only where the record says that the person is real.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/zone.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

static int day_of(int64_t ms)
{
    struct civil day;
    zone_local(ms, &day);
    return day.year * 10000 + day.month * 100 + day.day;
}

/* ---- What is told ---- */

bool check_person_by_office(struct arena *arena, const struct post_person *person)
{
    if (person->kind != PERSON_REAL)
        return false;
    struct str flat = sentence_flat(arena, person->as_written);
    return flat.p != NULL && (sentence_goes_on(flat, 0, &words_offices) || sentence_has(flat, &words_roles));
}

static bool somebody_made_up(const struct post_content *content)
{
    for (size_t i = 0; i < content->people_n; i++)
        if (content->people[i].kind != PERSON_REAL)
            return true;
    return false;
}

static void what_is_told(struct check_run *run)
{
    const struct post_content *content = run->input->content;
    struct story_facts *f = &run->story;
    struct str reference = content->crime.reference.p == NULL ? STR("") : str_trim(content->crime.reference);
    size_t typed = 0, by_office = 0;
    for (size_t i = 0; i < content->people_n; i++) {
        bool office = check_person_by_office(run->arena, &content->people[i]);
        by_office += office;
        typed += !office;
    }
    *f = (struct story_facts){ .hate_crime = run->hate_crime,
                               .claims = content->claims_set,
                               .scenario = content->scenario.p != NULL,
                               .outcome = -1 };
    f->real_case = content->crime.set && reference.n > 0 && !somebody_made_up(content);
    bool told = f->claims || f->scenario || typed > 0 || run->people.untyped > 0;
    f->told = f->real_case ? KNOWN_NO : told ? KNOWN_YES : run->text.read ? KNOWN_NO : KNOWN_NOT;
    f->office = !told && by_office > 0;
}

/* ---- What it is recorded as ---- */

/* A time of day in "dates" is taken off: law and policy know days. */
static enum status only_days(struct arena *arena, const struct json *facts, const struct json **out)
{
    const struct json *dates = json_get(facts, STR("dates"));
    *out = facts;
    if (dates == NULL || dates->kind != JSON_OBJECT)
        return STATUS_OK;
    enum { DAY = sizeof "2022-10-10" - 1 };
    struct json *whole = ARENA_NEW(arena, struct json);
    struct json *members = ARENA_ARRAY(arena, facts->n, struct json);
    struct json *days = ARENA_ARRAY(arena, dates->n + 1, struct json);
    if (whole == NULL || members == NULL || days == NULL)
        return STATUS_NO_MEMORY;
    *whole = *facts;
    whole->items = members;
    memcpy(members, facts->items, facts->n * sizeof *members);
    if (dates->n > 0)
        memcpy(days, dates->items, dates->n * sizeof *days);
    for (size_t i = 0; i < dates->n; i++)
        if (days[i].kind == JSON_STRING && days[i].text.n > DAY && days[i].text.p[DAY] == 'T')
            days[i].text = str_slice(days[i].text, 0, DAY);
    for (size_t i = 0; i < facts->n; i++)
        if (str_equal(facts->names[i], STR("dates")))
            members[i].items = days;
    *out = whole;
    return STATUS_OK;
}

static enum status read_facts(struct check_run *run, struct policy_facts *out, struct fault *fault)
{
    const struct post_content *content = run->input->content;
    const struct json *json = NULL;
    enum status status = STATUS_OK;
    if (content->scenario.p != NULL)
        status = json_read(run->arena, content->scenario, &json, fault);
    if (status == STATUS_OK && json != NULL)
        status = only_days(run->arena, json, &json);
    return status == STATUS_OK ? policy_facts_read(run->arena, json, out, fault) : status;
}

static int recorded_on(const struct check_input *input)
{
    const struct post_content *content = input->content;
    return day_of(content->dated.set ? content->dated.at : input->published ? input->published : input->now);
}

/* What is public, as if it were recorded today: the law that counted still does. */
static enum status as_of_today(struct check_run *run, struct policy_case asked, struct fault *fault)
{
    const struct policy_answer *then = &run->told.answer;
    if (run->input->published == 0 || run->input->recording != NULL)
        return STATUS_OK;
    asked.today = day_of(run->input->now);
    asked.law = then->law;
    asked.recording = policy_pack_on(run->pack, POLICY_RECORDING, asked.today);
    if (asked.recording == then->recording) {
        run->told.today = *then;
        run->told.today_evaluated = true;
        return STATUS_OK;
    }
    if (asked.recording == NULL)
        return STATUS_OK; /* no policy is in force today: there is no answer */
    enum status status = policy_evaluate(run->arena, &asked, &run->told.today, fault);
    run->told.today_evaluated = status == STATUS_OK;
    return status;
}

enum status check_gather_story(struct check_run *run)
{
    struct story_facts *f = &run->story;
    struct policy_facts facts;
    struct fault fault;
    what_is_told(run);
    if (f->told != KNOWN_YES || run->pack == NULL || !(f->claims || f->scenario || f->hate_crime == KNOWN_YES))
        return STATUS_OK;
    struct policy_case asked = { .pack = run->pack,
                                 .facts = &facts,
                                 .today = recorded_on(run->input),
                                 .law = run->input->law,
                                 .recording = run->input->recording,
                                 .now_ms = run->input->now };
    enum status status = read_facts(run, &facts, &fault);
    if (status == STATUS_OK)
        status = policy_evaluate(run->arena, &asked, &run->told.answer, &fault);
    if (status == STATUS_OK)
        status = as_of_today(run, asked, &fault);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK) {
        run->story_fault = str_format(run->arena, "%s", fault.text);
        return run->story_fault.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    run->told.evaluated = true;
    f->policy_held = run->told.answer.recording != NULL ? KNOWN_YES : KNOWN_NO;
    f->outcome = (int)run->told.answer.outcome;
    return STATUS_OK;
}

/* The outcome as evidence, and what it rests on first. */
static void tell_outcome(struct check_run *run)
{
    const struct policy_answer *answer = &run->told.answer;
    if (run->story_fault.p != NULL)
        check_evidence_add(run, STR("scenario"), run->story_fault);
    if (!run->told.evaluated)
        return;
    check_evidence_add(run, STR("scenario"), str_of(policy_outcome_name(answer->outcome)));
    if (answer->reasons_n > 0)
        check_evidence_add(run, answer->reasons[0].rule, answer->reasons[0].text);
}

void check_gather_scenario(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    facts->story = run->story;
    if (run->story.real_case)
        check_evidence_add(run, STR("case.reference"), content->crime.reference);
    else
        tell_outcome(run);
    for (size_t i = 0; run->story.office && i < content->people_n; i++)
        check_evidence_add(run, STR("people"), content->people[i].as_written);
}

/* ---- Sign-off ---- */

static enum known signed_off(const struct policy_version *version)
{
    return version == NULL ? KNOWN_NOT : version->signed_off ? KNOWN_YES : KNOWN_NO;
}

void check_gather_pack(struct check_run *run, struct check_facts *facts)
{
    const struct policy_version *used[] = { run->rules, NULL, NULL };
    if (run->told.evaluated) {
        used[1] = run->told.answer.recording;
        used[2] = run->told.answer.law;
    }
    facts->pack = (struct pack_facts){ signed_off(used[0]), signed_off(used[1]), signed_off(used[2]) };
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        if (used[i] != NULL && !used[i]->signed_off)
            check_evidence_add(run, STR("version"), used[i]->id);
}
