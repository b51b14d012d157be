/*
 * What a post tells of a case: arrests and charges, words that presume guilt,
 * who is named with what, victims who stay anonymous, and children.
 *
 * Nothing here says what follows: the rules of publication do. Where words
 * alone cannot tell, the fact says "perhaps", and a person is asked.
 */
#include "base/arena.h"
#include "base/zone.h"
#include "posts/check_sentence.h"
#include "posts/posts_words.h"

#include "base/banned.h"

enum case_stage check_case_stage(const struct check_run *run)
{
    const struct post_case *crime = &run->input->content->crime;
    if (!crime->set || !crime->status_set)
        return STAGE_NONE;
    switch (crime->status) {
    case CASE_INVESTIGATION:
    case CASE_WANTED:
    case CASE_MISSING: return STAGE_OPEN;
    case CASE_ARRESTED:
    case CASE_BAILED:
    case CASE_RELEASED_UNDER_INVESTIGATION: return STAGE_ARREST;
    case CASE_CHARGED:
    case CASE_SUMMONSED:
    case CASE_CONVICTED_UNSENTENCED:
    case CASE_SENTENCED:
    case CASE_APPEAL:
    case CASE_ACQUITTED:
    case CASE_DISCONTINUED: return STAGE_CHARGE;
    case CASE_NO_FURTHER_ACTION: return STAGE_OVER;
    case CASE_STATUSES: break;
    }
    return STAGE_NONE;
}

static bool has_text(struct str s)
{
    return s.p != NULL && str_trim(s).n > 0;
}

/* ---- active-proceedings ---- */

static bool case_active(const struct post_case *crime)
{
    if (!crime->set || !crime->status_set)
        return false;
    switch (crime->status) {
    case CASE_WANTED:
    case CASE_ARRESTED:
    case CASE_BAILED:
    case CASE_RELEASED_UNDER_INVESTIGATION:
    case CASE_CHARGED:
    case CASE_SUMMONSED:
    case CASE_CONVICTED_UNSENTENCED: return true;
    case CASE_INVESTIGATION:
    case CASE_MISSING:
    case CASE_NO_FURTHER_ACTION:
    case CASE_SENTENCED:
    case CASE_ACQUITTED:
    case CASE_DISCONTINUED:
    case CASE_APPEAL:
    case CASE_STATUSES: break;
    }
    return false;
}

/* The year behind one of these phrases, as in "jailed in 2019"; 0: there is none. */
static int year_after(struct str flat, const struct word_set *phrases)
{
    for (size_t i = 0; i < phrases->n; i++) {
        ptrdiff_t at = sentence_find(flat, phrases->words[i], 0);
        struct str rest = at < 0 ? STR("") : str_slice(flat, (size_t)at + phrases->words[i].n + 1, flat.n);
        int64_t year = 0;
        if (rest.n > 4 && rest.p[4] == ' ' && str_to_i64(str_slice(rest, 0, 4), &year) && year >= 1900)
            return (int)year;
    }
    return 0;
}

static void look_at_guilt(struct check_run *run, const struct sentence *sentence, bool convicted,
                          struct proceedings_facts *f)
{
    if (sentence_has(sentence->flat, &words_earlier_convictions) ||
        year_after(sentence->flat, &words_convicted_in) > 0) {
        f->convictions++;
        sentence_tell(run, sentence);
    }
    bool always = sentence_has(sentence->flat, &words_guilt_always);
    bool guilt = always || sentence_has(sentence->flat, &words_guilt);
    if (convicted || (!guilt && !sentence_has(sentence->flat, &words_guilt_perhaps)))
        return;
    bool perhaps = !guilt || (!always && sentence_has(sentence->flat, &words_guilt_in_general));
    f->guilt += !perhaps;
    f->guilt_perhaps += perhaps;
    sentence_tell(run, sentence);
}

void check_gather_proceedings(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    const struct post_case *crime = &content->crime;
    struct proceedings_facts *f = &facts->proceedings;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    bool convicted = crime->set && crime->status_set && crime->status == CASE_CONVICTED_UNSENTENCED;
    *f = (struct proceedings_facts){ .text_read = run->text.read,
                                     .status = crime->set && crime->status_set,
                                     .active = case_active(crime) };
    f->replies_open = content->replies_set && !content->replies_closed;
    for (size_t i = 0; i < content->channels_n; i++)
        f->cannot_close = f->cannot_close || content->channels[i] == CHANNEL_FEDIVERSE ||
                          content->channels[i] == CHANNEL_MASTODON || content->channels[i] == CHANNEL_BLUESKY;
    while (sentence_next(&sentences, &sentence)) {
        if (f->active)
            look_at_guilt(run, &sentence, convicted, f);
        if (f->status || !sentence_has(sentence.flat, &words_arrest_made))
            continue;
        bool general = sentence_has(sentence.flat, &words_arrest_in_general);
        f->arrests += !general;
        f->general += general;
        sentence_tell(run, &sentence);
    }
    if (f->active && f->replies_open)
        check_evidence_add(run, STR("replies"), STR("open"));
}

/* ---- naming-on-arrest, naming-on-charge ---- */

static void tell_name(struct check_run *run, const struct check_name *name)
{
    check_evidence_text(run, name->block, name->at, str_slice(name->block->text, name->at, name->n));
}

/* A record that no name of the text stands for: in another script, or without capitals. */
static size_t records_unseen(struct check_run *run)
{
    const struct post_content *content = run->input->content;
    size_t n = 0;
    for (size_t i = 0; i < content->people_n; i++) {
        bool seen = content->people[i].kind != PERSON_REAL;
        struct str written = check_plain(run->scratch, content->people[i].as_written);
        for (size_t j = 0; j < run->names->n && !seen; j++) {
            const struct check_name *name = &run->names->list[j];
            struct str text = sentence_lower(run->scratch, str_slice(name->block->text, name->at, name->n));
            seen = check_find_words(written, text) >= 0;
        }
        struct str flat = sentence_flat(run->scratch, written);
        if (seen || sentence_has(flat, &words_unnamed_person) || sentence_has(flat, &words_office_before_a_name))
            continue;
        n++;
        check_evidence_add(run, STR("people"), content->people[i].as_written);
    }
    return n;
}

/* Whether the post tells of an arrest; so teachers are looked for where it does. */
static void look_at_attributes(struct check_run *run, struct naming_facts *f)
{
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    while (sentence_next(&sentences, &sentence)) {
        bool sure = false, perhaps = sentence_has(sentence.flat, &words_immigration);
        for (size_t i = 0; i < words_nationality.n; i++) {
            ptrdiff_t at = sentence_find(sentence.flat, words_nationality.words[i], 0);
            if (at < 0)
                continue;
            perhaps = true;
            sure = sure || sentence_goes_on(sentence.flat, (size_t)at + words_nationality.words[i].n,
                                            &words_person_behind_nationality);
        }
        sure = sure || sentence_has(sentence.flat, &words_ethnicity);
        f->attributes += sure;
        f->perhaps += perhaps && !sure;
        bool teacher = sentence_has(sentence.flat, &words_teacher);
        f->teachers += teacher;
        if (sure || perhaps || teacher)
            sentence_tell(run, &sentence);
    }
}

void check_gather_naming(struct check_run *run, struct check_facts *facts)
{
    struct naming_facts *f = &facts->naming;
    enum case_stage stage = check_case_stage(run);
    *f = (struct naming_facts){ .text_read = run->text.read,
                                .stage = (int)stage,
                                .decision = has_text(run->input->content->crime.naming_decision) };
    if (stage != STAGE_ARREST && stage != STAGE_CHARGE)
        return;
    for (size_t i = 0; i < run->names->n; i++) {
        const struct check_name *name = &run->names->list[i];
        if (name->office || name->made_up)
            continue;
        f->named += !name->other;
        f->perhaps += name->other;
        tell_name(run, name);
    }
    f->perhaps += run->names->more;
    f->named += records_unseen(run);
    look_at_attributes(run, f);
}

/* ---- lifelong-anonymity ---- */

static bool named_in(const struct check_run *run, const struct sentence *s, bool others)
{
    for (size_t i = 0; i < run->names->n; i++) {
        const struct check_name *name = &run->names->list[i];
        if (name->block == s->block && name->at >= s->at && name->at < s->at + s->n && !name->office &&
            !name->made_up && (!others || name->other))
            return true;
    }
    return false;
}

void check_gather_victim(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    struct victim_facts *f = &facts->victim;
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    size_t names = 0;
    *f = (struct victim_facts){ .text_read = run->text.read, .real_case = content->crime.set };
    while (sentence_next(&sentences, &sentence)) {
        bool offence = sentence_has(sentence.flat, &words_listed_offence);
        f->offences += offence;
        if (offence)
            sentence_tell(run, &sentence);
    }
    if (f->offences == 0)
        return;
    for (size_t i = 0; i < run->names->n; i++)
        names += !run->names->list[i].office && !run->names->list[i].made_up;
    sentences = (struct sentences){ .run = run };
    while (sentence_next(&sentences, &sentence)) {
        bool about = sentence_has(sentence.flat, &words_victim);
        bool offence = sentence_has(sentence.flat, &words_listed_offence);
        bool told = sentence_has(sentence.flat, &words_general_advice);
        /* Her own name, her place of work, her school, her home. */
        bool identified =
            ((about || offence) && named_in(run, &sentence, true) && !told) ||
            (about && !told && (content->crime.set || names > 0) &&
             sentence_has(sentence.flat, &words_victim_known_by)) ||
            (names > 0 && sentence_has(sentence.flat, &words_victim_related) && !told && (about || offence));
        f->identified += identified;
        if (identified)
            sentence_tell(run, &sentence);
    }
    f->named = names + run->names->more;
    for (size_t i = 0; i < run->names->n; i++)
        if (!run->names->list[i].office && !run->names->list[i].made_up)
            tell_name(run, &run->names->list[i]);
}

/* ---- under-18 ---- */

static bool recorded_as_made_up(struct check_run *run, const struct check_young *young)
{
    const struct post_content *content = run->input->content;
    struct str age = str_slice(young->block->text, young->at, young->n);
    bool made_up = false;
    for (size_t i = 0; i < content->people_n; i++) {
        if (check_find_words(content->people[i].as_written, sentence_lower(run->scratch, age)) < 0)
            continue;
        if (content->people[i].kind == PERSON_REAL)
            return false;
        made_up = true;
    }
    return made_up;
}

/* A school by its name: a capital word before "School", "Academy", "College". */
static bool school_named(const struct text_block *block)
{
    struct str s = block->text;
    for (size_t i = 0; i < words_school.n; i++) {
        size_t from = 0;
        ptrdiff_t found = -1;
        while (from < s.n && (found = check_find_words(str_slice(s, from, s.n - from), words_school.words[i])) >= 0) {
            size_t at = from + (size_t)found;
            size_t end = at;
            while (end > 0 && (s.p[end - 1] == ' ' || s.p[end - 1] == '\n'))
                end--;
            size_t begin = end;
            while (begin > 0 && s.p[begin - 1] != ' ' && s.p[begin - 1] != '\n')
                begin--;
            bool capital = s.p[at] >= 'A' && s.p[at] <= 'Z';
            if (capital && begin < end && s.p[begin] >= 'A' && s.p[begin] <= 'Z')
                return true;
            from = at + 1;
        }
    }
    for (size_t i = 0; i < words_school_welsh.n; i++) {
        ptrdiff_t at = check_find_words(s, words_school_welsh.words[i]);
        size_t behind = at < 0 ? s.n : (size_t)at + words_school_welsh.words[i].n + 1;
        if (behind < s.n && s.p[behind] >= 'A' && s.p[behind] <= 'Z')
            return true;
    }
    return false;
}

static bool adult_there(const struct check_run *run)
{
    for (size_t i = 0; i < run->names->n; i++)
        if (run->names->list[i].age >= 18)
            return true;
    return false;
}

static void look_at_young(struct check_run *run, const struct check_young *young, struct young_facts *f)
{
    bool known = school_named(young->block), perhaps = false;
    for (size_t i = 0; i < run->names->n; i++) {
        const struct check_name *name = &run->names->list[i];
        if (name->block != young->block || name->office || name->made_up)
            continue;
        bool own = name->age == young->age || (name->age < 0 && !name->other);
        known = known || own;
        perhaps = perhaps || !own;
    }
    f->found++;
    f->known_by += known;
    f->perhaps += perhaps && !known;
    size_t end = young->at + young->n;
    while (end < young->block->text.n && end < young->at + 80 && young->block->text.p[end] != '.')
        end++;
    while (end < young->block->text.n && ((unsigned char)young->block->text.p[end] & 0xC0U) == 0x80U)
        end++;
    check_evidence_text(run, young->block, young->at, str_slice(young->block->text, young->at, end - young->at));
}

/* "born in 2012" */
static bool born_a_child(const struct check_run *run, struct str flat)
{
    static const struct str born[] = { STR_INIT("born in"), STR_INIT("ganed yn"), STR_INIT("ganwyd yn") };
    static const struct word_set phrases = { born, sizeof born / sizeof born[0] };
    struct civil today;
    zone_local(run->input->now, &today);
    int year = year_after(flat, &phrases);
    return year > 0 && year >= today.year - 18 && year <= today.year;
}

/* "schoolboy", "Year 9 pupil": an age is told without a number. */
static void look_at_child_words(struct check_run *run, struct young_facts *f)
{
    struct sentences sentences = { .run = run };
    struct sentence sentence;
    while (sentence_next(&sentences, &sentence)) {
        bool child = sentence_has(sentence.flat, &words_child) || born_a_child(run, sentence.flat);
        bool perhaps = !child && sentence_has(sentence.flat, &words_child_perhaps);
        if ((!child && !perhaps) || sentence_has(sentence.flat, &words_general_advice))
            continue;
        bool known = child && school_named(sentence.block) && run->input->content->crime.set;
        bool named = false;
        for (size_t i = 0; i < run->names->n; i++) {
            const struct check_name *name = &run->names->list[i];
            named = named || (name->block == sentence.block && name->at >= sentence.at &&
                              name->at < sentence.at + sentence.n && !name->office && !name->made_up && name->age < 18);
        }
        if (perhaps && !named)
            continue;
        f->found++;
        f->known_by += known;
        f->perhaps += named && !known;
        sentence_tell(run, &sentence);
    }
}

void check_gather_young(struct check_run *run, struct check_facts *facts)
{
    const struct post_content *content = run->input->content;
    const struct post_case *crime = &content->crime;
    struct young_facts *f = &facts->young;
    *f = (struct young_facts){ .text_read = run->text.read };
    for (size_t i = 0; i < run->young_n; i++)
        if (!recorded_as_made_up(run, &run->young[i]))
            look_at_young(run, &run->young[i], f);
    look_at_child_words(run, f);
    if (content->picture.set && !content->picture.nobody && f->found > 0) {
        switch (content->picture.made) {
        case PICTURE_SUPPLIED_BY_FAMILY:
        case PICTURE_CUSTODY:
            f->pictured = !adult_there(run);
            f->may_show = !f->pictured;
            break;
        case PICTURE_PHOTOGRAPH:
        case PICTURE_CCTV: f->may_show = true; break;
        case PICTURE_STOCK:
        case PICTURE_POSED:
        case PICTURE_AI:
        case PICTURE_ILLUSTRATION:
        case PICTURES_MADE: break;
        }
    }
    struct str reason = sentence_flat(run->scratch, crime->reason.p == NULL ? STR("") : crime->reason);
    f->lifted = crime->set && has_text(crime->naming_decision) && sentence_has(reason, &words_order_lifted);
    enum case_stage stage = check_case_stage(run);
    f->sought = crime->set && has_text(crime->decision) && has_text(crime->reason) && has_text(crime->ends) &&
                (stage == STAGE_OPEN || stage == STAGE_NONE);
}
