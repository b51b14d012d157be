/*
 * The facts of the checks by name: what the rules of publication call each
 * member that a gatherer fills in.
 *
 * What a fact means stands once, in the types of the model
 * (policy/england-wales/publication/); a test holds names, kinds and words of
 * both sides together. What is not known becomes null, never false.
 */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "posts/check_inside.h"

#include "base/banned.h"

#define FACT(kind, member, called)                                                                                     \
    {                                                                                                                  \
        STR_INIT(called), kind, offsetof(struct check_facts, member), NULL                                             \
    }
#define WORD(member, called, set)                                                                                      \
    {                                                                                                                  \
        STR_INIT(called), CHECK_WORD, offsetof(struct check_facts, member), set                                        \
    }
#define GROUP(member, called, list)                                                                                    \
    const struct check_group check_group_##member = { STR_INIT(called), list, sizeof list / sizeof list[0] }

static const struct str picture_list[] = { STR_INIT("none"), STR_INIT("read"), STR_INIT("missing"),
                                           STR_INIT("unreadable") };
static const struct word_set picture_words = { picture_list, sizeof picture_list / sizeof picture_list[0] };

/* In the order of enum policy_outcome, which a test holds. */
static const struct str outcome_list[] = { STR_INIT("hate-crime"),
                                           STR_INIT("crime"),
                                           STR_INIT("nchi"),
                                           STR_INIT("nchi-with-personal-data"),
                                           STR_INIT("not-recorded-as-hate"),
                                           STR_INIT("insufficient-facts"),
                                           STR_INIT("review") };
static const struct word_set outcome_words = { outcome_list, sizeof outcome_list / sizeof outcome_list[0] };
_Static_assert(sizeof outcome_list / sizeof outcome_list[0] == POLICY_OUTCOMES, "one word an outcome");

static const struct str how_list[] = { STR_INIT("no"), STR_INIT("perhaps"), STR_INIT("yes") };
static const struct word_set how_words = { how_list, sizeof how_list / sizeof how_list[0] };

static const struct check_fact story[] = {
    FACT(CHECK_KNOWN, story.told, "told"),
    FACT(CHECK_TRUTH, story.real_case, "real case"),
    FACT(CHECK_TRUTH, story.office, "office"),
    FACT(CHECK_KNOWN, story.hate_crime, "hate crime"),
    FACT(CHECK_TRUTH, story.claims, "claims"),
    FACT(CHECK_TRUTH, story.scenario, "scenario"),
    FACT(CHECK_KNOWN, story.policy_held, "policy held"),
    WORD(story.outcome, "outcome", &outcome_words),
};
GROUP(story, "story", story);

static const struct check_fact call[] = {
    FACT(CHECK_KNOWN, call.told, "told"),
    WORD(call.presented, "presented", &how_words),
    FACT(CHECK_KNOWN, call.invited, "invited"),
    WORD(call.outcome, "outcome", &outcome_words),
};
GROUP(call, "call", call);

static const struct check_fact appeal[] = {
    FACT(CHECK_TRUTH, appeal.text_read, "text read"),
    FACT(CHECK_TRUTH, appeal.made_up, "made up"),
    WORD(appeal.asks, "asks", &how_words),
};
GROUP(appeal, "appeal", appeal);

static const struct check_fact definition[] = {
    FACT(CHECK_TRUTH, definition.text_read, "text read"),
    FACT(CHECK_COUNT, definition.given, "given"),
    FACT(CHECK_COUNT, definition.wrong, "wrong"),
};
GROUP(definition, "definition", definition);

static const struct check_fact pack[] = {
    FACT(CHECK_KNOWN, pack.publication, "publication signed"),
    FACT(CHECK_KNOWN, pack.recording, "recording signed"),
    FACT(CHECK_KNOWN, pack.law, "law signed"),
};
GROUP(pack, "pack", pack);

static const struct check_fact speaker[] = {
    FACT(CHECK_TRUTH, speaker.statement, "statement"), FACT(CHECK_TRUTH, speaker.named, "named"),
    FACT(CHECK_KNOWN, speaker.confirmed, "confirmed"), FACT(CHECK_TRUTH, speaker.asked, "asked"),
    FACT(CHECK_TRUTH, speaker.too_early, "too early"), FACT(CHECK_TRUTH, speaker.file_alone, "file alone"),
};
GROUP(speaker, "speaker", speaker);

static const struct check_fact people[] = {
    FACT(CHECK_TRUTH, person.text_read, "text read"),
    FACT(CHECK_COUNT, person.found, "found"),
    FACT(CHECK_COUNT, person.untyped, "untyped"),
    FACT(CHECK_COUNT, person.uncertain, "uncertain"),
};
GROUP(people, "people", people);

static const struct check_fact label[] = {
    FACT(CHECK_TRUTH, label.due, "due"),
    FACT(CHECK_TRUTH, label.has, "has"),
    FACT(CHECK_TRUTH, label.composite, "composite"),
};
GROUP(label, "label", label);

static const struct check_fact claim[] = {
    WORD(claim.picture, "picture", &picture_words),
    FACT(CHECK_KNOWN, claim.contradicted, "contradicted"),
    FACT(CHECK_TRUTH, claim.doubtful, "doubtful"),
    FACT(CHECK_TRUTH, claim.generated, "generated"),
};
GROUP(claim, "claim", claim);

static const struct check_fact licence[] = {
    WORD(licence.picture, "picture", &picture_words),
    FACT(CHECK_TRUTH, licence.exempt, "exempt"),
    FACT(CHECK_KNOWN, licence.licensed, "licensed"),
    FACT(CHECK_TRUTH, licence.doubtful, "doubtful"),
    FACT(CHECK_TRUTH, licence.tool, "tool"),
    FACT(CHECK_TRUTH, licence.has_id, "has id"),
    FACT(CHECK_TRUTH, licence.has_licensor, "has licensor"),
    FACT(CHECK_TRUTH, licence.sensitive, "sensitive"),
    FACT(CHECK_KNOWN, licence.sensitive_use, "sensitive use"),
    FACT(CHECK_TRUTH, licence.expired, "expired"),
    FACT(CHECK_TRUTH, licence.editorial, "editorial"),
    FACT(CHECK_TRUTH, licence.campaign, "campaign"),
};
GROUP(licence, "licence", licence);

static const struct check_fact reuse[] = {
    FACT(CHECK_TRUTH, reuse.picture, "picture"),
    FACT(CHECK_KNOWN, reuse.index, "index"),
    FACT(CHECK_COUNT, reuse.others, "others"),
    FACT(CHECK_COUNT, reuse.withdrawn, "withdrawn"),
};
GROUP(reuse, "reuse", reuse);

static const struct check_fact order[] = {
    FACT(CHECK_TRUTH, order.text_read, "text read"), FACT(CHECK_KNOWN, order.reg, "register"),
    FACT(CHECK_KNOWN, order.named, "named"),         FACT(CHECK_COUNT, order.same, "same"),
    FACT(CHECK_COUNT, order.alike, "alike"),
};
GROUP(order, "order", order);

static const struct check_fact election[] = {
    FACT(CHECK_TRUTH, election.text_read, "text read"), FACT(CHECK_KNOWN, election.reg, "register"),
    FACT(CHECK_KNOWN, election.named, "named"),         FACT(CHECK_KNOWN, election.running, "running"),
    FACT(CHECK_KNOWN, election.campaign, "campaign"),   FACT(CHECK_COUNT, election.names, "names"),
};
GROUP(election, "election", election);

static const struct check_fact alternative[] = {
    FACT(CHECK_TRUTH, alt.picture, "picture"),       FACT(CHECK_TRUTH, alt.has, "has"),
    FACT(CHECK_TRUTH, alt.decorative, "decorative"), FACT(CHECK_TRUTH, alt.says_image, "says image"),
    FACT(CHECK_TRUTH, alt.file_name, "file name"),   FACT(CHECK_TRUTH, alt.too_long, "too long"),
};
GROUP(alternative, "alternative", alternative);

static const struct check_fact ways[] = {
    FACT(CHECK_TRUTH, route.text_read, "text read"), FACT(CHECK_KNOWN, route.hate_crime, "hate crime"),
    FACT(CHECK_TRUTH, route.report, "report"),       FACT(CHECK_TRUTH, route.help, "help"),
    FACT(CHECK_TRUTH, route.dead, "dead"),           FACT(CHECK_TRUTH, route.unsolved, "unsolved"),
};
GROUP(ways, "ways", ways);

static const struct check_fact hashtags[] = {
    FACT(CHECK_TRUTH, hashtag.text_read, "text read"),
    FACT(CHECK_COUNT, hashtag.tags, "tags"),
    FACT(CHECK_COUNT, hashtag.wrong, "wrong"),
};
GROUP(hashtags, "hashtags", hashtags);

static const struct check_fact release[] = {
    FACT(CHECK_TRUTH, release.picture, "picture"), FACT(CHECK_TRUTH, release.other, "other"),
    FACT(CHECK_TRUTH, release.nobody, "nobody"),   FACT(CHECK_TRUTH, release.released, "released"),
    FACT(CHECK_TRUTH, release.named, "named"),
};
GROUP(release, "release", release);

static const struct check_fact proceedings[] = {
    FACT(CHECK_TRUTH, proceedings.text_read, "text read"),
    FACT(CHECK_TRUTH, proceedings.status, "status"),
    FACT(CHECK_TRUTH, proceedings.active, "active"),
    FACT(CHECK_COUNT, proceedings.arrests, "arrests"),
    FACT(CHECK_COUNT, proceedings.general, "arrests in general"),
    FACT(CHECK_COUNT, proceedings.guilt, "guilt"),
    FACT(CHECK_COUNT, proceedings.guilt_perhaps, "guilt perhaps"),
    FACT(CHECK_COUNT, proceedings.convictions, "convictions"),
    FACT(CHECK_TRUTH, proceedings.replies_open, "replies open"),
    FACT(CHECK_TRUTH, proceedings.cannot_close, "cannot close"),
};
GROUP(proceedings, "proceedings", proceedings);

static const struct check_fact young[] = {
    FACT(CHECK_TRUTH, young.text_read, "text read"), FACT(CHECK_COUNT, young.found, "found"),
    FACT(CHECK_COUNT, young.known_by, "known by"),   FACT(CHECK_COUNT, young.perhaps, "perhaps"),
    FACT(CHECK_TRUTH, young.pictured, "pictured"),   FACT(CHECK_TRUTH, young.may_show, "may show"),
    FACT(CHECK_TRUTH, young.lifted, "lifted"),       FACT(CHECK_TRUTH, young.sought, "sought"),
};
GROUP(young, "young", young);

static const struct check_fact victim[] = {
    FACT(CHECK_TRUTH, victim.text_read, "text read"),   FACT(CHECK_COUNT, victim.offences, "offences"),
    FACT(CHECK_COUNT, victim.identified, "identified"), FACT(CHECK_COUNT, victim.named, "named"),
    FACT(CHECK_TRUTH, victim.real_case, "real case"),
};
GROUP(victim, "protected", victim);

static const struct str stage_list[] = { STR_INIT("none"), STR_INIT("open"), STR_INIT("arrest"), STR_INIT("charge"),
                                         STR_INIT("over") };
static const struct word_set stage_words = { stage_list, sizeof stage_list / sizeof stage_list[0] };

static const struct check_fact naming[] = {
    FACT(CHECK_TRUTH, naming.text_read, "text read"),   WORD(naming.stage, "stage", &stage_words),
    FACT(CHECK_TRUTH, naming.decision, "decision"),     FACT(CHECK_COUNT, naming.named, "named"),
    FACT(CHECK_COUNT, naming.attributes, "attributes"), FACT(CHECK_COUNT, naming.perhaps, "perhaps"),
    FACT(CHECK_COUNT, naming.teachers, "teachers"),
};
GROUP(naming, "naming", naming);

static const struct check_fact shown[] = {
    FACT(CHECK_TRUTH, shown.applies, "applies"),
    FACT(CHECK_TRUTH, shown.decision, "decision"),
    FACT(CHECK_TRUTH, shown.ends, "ends"),
};
GROUP(shown, "shown", shown);

static const struct check_fact data[] = {
    FACT(CHECK_TRUTH, data.text_read, "text read"),
    FACT(CHECK_COUNT, data.found, "found"),
    FACT(CHECK_COUNT, data.perhaps, "perhaps"),
    FACT(CHECK_TRUTH, data.position, "position"),
};
GROUP(data, "personal", data);

static const struct check_fact note[] = {
    FACT(CHECK_TRUTH, note.campaign, "campaign"),
};
GROUP(note, "note", note);

static const struct check_fact wording[] = {
    FACT(CHECK_TRUTH, wording.text_read, "text read"),
    FACT(CHECK_COUNT, wording.found, "found"),
};
GROUP(wording, "wording", wording);

static const struct check_fact plain[] = {
    FACT(CHECK_TRUTH, plain.text_read, "text read"), FACT(CHECK_COUNT, plain.long_sentences, "long sentences"),
    FACT(CHECK_COUNT, plain.fancy, "fancy"),         FACT(CHECK_COUNT, plain.emoji, "emoji"),
    FACT(CHECK_COUNT, plain.links, "links"),
};
GROUP(plain, "language", plain);

static const struct check_fact video[] = {
    FACT(CHECK_TRUTH, video.text_read, "text read"),
    FACT(CHECK_COUNT, video.files, "files"),
    FACT(CHECK_COUNT, video.elsewhere, "elsewhere"),
    FACT(CHECK_TRUTH, video.words, "words"),
};
GROUP(video, "video", video);

static const struct check_fact pair[] = {
    FACT(CHECK_TRUTH, pair.welsh, "welsh"),
    FACT(CHECK_TRUTH, pair.bare, "bare"),
    FACT(CHECK_TRUTH, pair.about, "about"),
};
GROUP(pair, "pair", pair);

static struct feel_value value_of(const struct check_fact *fact, const char *at)
{
    bool truth = false;
    enum known known = KNOWN_NOT;
    size_t count = 0;
    int word = -1;
    switch (fact->kind) {
    case CHECK_TRUTH: memcpy(&truth, at, sizeof truth); return feel_boolean(truth);
    case CHECK_KNOWN:
        memcpy(&known, at, sizeof known);
        return known == KNOWN_NOT ? FEEL_NONE : feel_boolean(known == KNOWN_YES);
    case CHECK_COUNT: memcpy(&count, at, sizeof count); return feel_integer((int64_t)count);
    case CHECK_WORD:
        memcpy(&word, at, sizeof word);
        return word < 0 || (size_t)word >= fact->words->n ? FEEL_NONE : feel_string(fact->words->words[word]);
    }
    return FEEL_NONE;
}

struct feel_value check_facts_value(struct arena *arena, const struct check_group *group,
                                    const struct check_facts *facts)
{
    struct feel_entry *entries = ARENA_ARRAY(arena, group->n, struct feel_entry);
    if (entries == NULL)
        return FEEL_NONE;
    for (size_t i = 0; i < group->n; i++)
        entries[i] = (struct feel_entry){ group->facts[i].name,
                                          value_of(&group->facts[i], (const char *)facts + group->facts[i].at) };
    return feel_context(arena, entries, group->n);
}
