/*
 * Deciding: what was gathered in, an outcome out, and the words of each
 * answer. Nothing here looks at a post; each function can become a decision
 * table row by row.
 *
 * Promise: what is not known is never taken as well. The rules are those of
 * docs/checks.md; the first that fits is the answer, the most severe first.
 */
#include "posts/check_inside.h"

#include "base/banned.h"

static struct check_decision answer(enum check_outcome outcome, enum check_reason reason)
{
    return (struct check_decision){ outcome, reason };
}

struct check_decision check_decide_speaker(const struct check_facts *facts)
{
    const struct speaker_facts *f = &facts->speaker;
    if (!f->statement && !f->named && f->confirmed == KNOWN_NOT)
        return answer(CHECK_NOT_APPLICABLE, REASON_NO_STATEMENT);
    if (!f->named)
        return answer(CHECK_BLOCK, f->statement ? REASON_NO_SPEAKER : REASON_SPEAKER_UNNAMED);
    if (f->asked)
        return answer(CHECK_BLOCK, REASON_SPEAKER_ASKED);
    if (f->too_early)
        return answer(CHECK_BLOCK, REASON_SPEAKER_EARLY);
    if (f->confirmed != KNOWN_YES)
        return answer(CHECK_BLOCK, REASON_SPEAKER_SILENT);
    if (f->file_alone)
        return answer(CHECK_CONFIRM, REASON_SPEAKER_FILE);
    return answer(CHECK_PASS, REASON_SPEAKER_STANDS);
}

struct check_decision check_decide_person(const struct check_facts *facts)
{
    const struct person_facts *f = &facts->person;
    if (!f->text_read)
        return answer(CHECK_BLOCK, REASON_TEXT_UNREAD);
    if (f->untyped > 0)
        return answer(CHECK_BLOCK, REASON_PERSON_UNTYPED);
    if (f->uncertain > 0)
        return answer(CHECK_CONFIRM, REASON_PERSON_UNCERTAIN);
    if (f->found > 0)
        return answer(CHECK_PASS, REASON_PERSON_TYPED);
    return answer(CHECK_NOT_APPLICABLE, REASON_NOBODY);
}

struct check_decision check_decide_label(const struct check_facts *facts)
{
    const struct label_facts *f = &facts->label;
    if (!f->due)
        return answer(CHECK_NOT_APPLICABLE, REASON_LABEL_NOT_DUE);
    if (!f->has)
        return answer(CHECK_BLOCK, REASON_LABEL_MISSING);
    if (f->composite)
        return answer(CHECK_CONFIRM, REASON_LABEL_COMPOSITE);
    return answer(CHECK_PASS, REASON_LABEL_THERE);
}

struct check_decision check_decide_claim(const struct check_facts *facts)
{
    const struct claim_facts *f = &facts->claim;
    switch (f->picture) {
    case PICTURE_NONE: return answer(CHECK_NOT_APPLICABLE, REASON_NO_PICTURE);
    case PICTURE_MISSING: return answer(CHECK_BLOCK, REASON_PICTURE_MISSING);
    case PICTURE_READ:
    case PICTURE_UNREADABLE: break;
    }
    if (f->generated)
        return answer(CHECK_BLOCK, REASON_CLAIM_GENERATED);
    if (f->contradicted == KNOWN_YES)
        return answer(CHECK_BLOCK, REASON_CLAIM_CONTRADICTED);
    if (f->picture != PICTURE_READ || f->contradicted == KNOWN_NOT)
        return answer(CHECK_BLOCK, REASON_PICTURE_UNREADABLE);
    if (f->doubtful)
        return answer(CHECK_CONFIRM, REASON_CLAIM_DOUBTFUL);
    return answer(CHECK_PASS, REASON_CLAIM_HOLDS);
}

struct check_decision check_decide_licence(const struct check_facts *facts)
{
    const struct licence_facts *f = &facts->licence;
    if (f->picture == PICTURE_NONE)
        return answer(CHECK_NOT_APPLICABLE, REASON_NO_PICTURE);
    if (f->exempt)
        return answer(CHECK_NOT_APPLICABLE, REASON_LICENCE_EXEMPT);
    if (f->licensed == KNOWN_YES) {
        if (!f->has_id)
            return answer(CHECK_BLOCK, REASON_LICENCE_MISSING);
        if (!f->has_licensor)
            return answer(CHECK_BLOCK, REASON_LICENCE_LICENSOR);
        if (f->sensitive && f->sensitive_use != KNOWN_YES)
            return answer(CHECK_BLOCK, REASON_LICENCE_SENSITIVE);
    }
    if (f->expired)
        return answer(CHECK_BLOCK, REASON_LICENCE_EXPIRED);
    if (f->editorial && f->campaign)
        return answer(CHECK_BLOCK, REASON_LICENCE_EDITORIAL);
    if (f->picture == PICTURE_MISSING)
        return answer(CHECK_BLOCK, REASON_PICTURE_MISSING);
    if (f->picture == PICTURE_UNREADABLE || f->licensed == KNOWN_NOT)
        return answer(CHECK_BLOCK, REASON_LICENCE_UNKNOWN);
    if (f->editorial)
        return answer(CHECK_CONFIRM, REASON_LICENCE_ASK_EDITORIAL);
    if (f->tool)
        return answer(CHECK_CONFIRM, REASON_LICENCE_ASK_TOOL);
    if (f->licensed == KNOWN_NO)
        return f->doubtful ? answer(CHECK_CONFIRM, REASON_LICENCE_DOUBTFUL) : answer(CHECK_PASS, REASON_LICENCE_OWN);
    if (f->sensitive_use != KNOWN_YES)
        return answer(CHECK_CONFIRM, REASON_LICENCE_ASK_SENSITIVE);
    return answer(CHECK_PASS, REASON_LICENCE_GOOD);
}

struct check_decision check_decide_alt(const struct check_facts *facts)
{
    const struct alt_facts *f = &facts->alt;
    if (!f->picture)
        return answer(CHECK_NOT_APPLICABLE, REASON_NO_PICTURE);
    if (!f->has && !f->decorative)
        return answer(CHECK_BLOCK, REASON_ALT_MISSING);
    if (!f->has)
        return answer(CHECK_PASS, REASON_ALT_DECORATIVE);
    if (f->says_image || f->file_name || f->too_long)
        return answer(CHECK_WARN, REASON_ALT_WORDS);
    return answer(CHECK_PASS, REASON_ALT_GOOD);
}

struct check_decision check_decide_route(const struct check_facts *facts)
{
    const struct route_facts *f = &facts->route;
    if (!f->text_read || f->hate_crime == KNOWN_NOT)
        return answer(CHECK_BLOCK, REASON_TEXT_UNREAD);
    if (f->hate_crime == KNOWN_NO)
        return answer(CHECK_NOT_APPLICABLE, REASON_ROUTE_NOT_HATE_CRIME);
    if ((!f->report || !f->help) && f->unsolved)
        return answer(CHECK_BLOCK, REASON_ROUTE_UNSOLVED);
    if (!f->report)
        return answer(CHECK_BLOCK, f->help ? REASON_ROUTE_NO_REPORT : REASON_ROUTE_NEITHER);
    if (!f->help)
        return answer(CHECK_BLOCK, REASON_ROUTE_NO_HELP);
    if (f->dead)
        return answer(CHECK_WARN, REASON_ROUTE_DEAD);
    return answer(CHECK_PASS, REASON_ROUTE_GOOD);
}

struct check_decision check_decide_hashtag(const struct check_facts *facts)
{
    enum { MANY = 3 };
    const struct hashtag_facts *f = &facts->hashtag;
    if (!f->text_read)
        return answer(CHECK_BLOCK, REASON_TEXT_UNREAD);
    if (f->tags == 0)
        return answer(CHECK_NOT_APPLICABLE, REASON_NO_HASHTAG);
    if (f->wrong > 0)
        return answer(CHECK_WARN, REASON_HASHTAG_CASE);
    if (f->tags > MANY)
        return answer(CHECK_WARN, REASON_HASHTAG_MANY);
    return answer(CHECK_PASS, REASON_HASHTAG_GOOD);
}

#define SAY(reason, said, mend) [reason] = { STR_INIT(said), STR_INIT(mend) }
#define TELL(reason, said)      [reason] = { STR_INIT(said), { 0, 0 } }

const struct check_words check_reasons[CHECK_REASONS] = {
    TELL(REASON_NO_STATEMENT, "This is no statement, and nobody is named as its speaker."),
    SAY(REASON_NO_SPEAKER, "This is a statement, and nobody stands behind its words.",
        "Add \"speaker\" with \"name\", \"office\" and, once they have confirmed the words, \"confirmed\"."),
    SAY(REASON_SPEAKER_UNNAMED, "The speaker has no name or no office.", "Give \"speaker\" both a name and an office."),
    SAY(REASON_SPEAKER_SILENT, "The speaker has not confirmed these words.",
        "Ask them to read the final text, then add \"confirmed\" with date and time to \"speaker\"."),
    SAY(REASON_SPEAKER_ASKED, "The speaker was asked to confirm these words and has not answered for this edition.",
        "Wait for the speaker's answer, or ask again."),
    SAY(REASON_SPEAKER_EARLY, "The speaker is said to confirm these words at a time that is still to come.",
        "Write in \"confirmed\" when they did confirm them."),
    SAY(REASON_SPEAKER_FILE, "That the speaker confirmed the words is said by the file alone.",
        "Ask the speaker, and write down how they confirmed."),
    TELL(REASON_SPEAKER_STANDS, "The speaker is named and has confirmed the words."),
    SAY(REASON_TEXT_UNREAD, "The text could not be read, so it could not be looked at.",
        "Mend the text: \"candour check\" names the line."),
    TELL(REASON_NOBODY, "Nobody is quoted, given an age, or named with an age or a place."),
    SAY(REASON_PERSON_UNTYPED,
        "Somebody is quoted, given an age, or named with an age or a place, and the post does not "
        "record whether they are real or made up.",
        "Add them to \"people\": \"as_written\" as the post writes them, and \"kind\": real, fictitious or composite."),
    SAY(REASON_PERSON_UNCERTAIN, "It cannot be told whether these are a person's words, or a person's name and age.",
        "If it is a person, add them to \"people\". If it is a title, a term or a count, confirm that nobody is "
        "meant."),
    TELL(REASON_PERSON_TYPED, "Everybody who is quoted, given an age, or named with a place is recorded."),
    TELL(REASON_LABEL_NOT_DUE, "No record asks for the label \"%\"."),
    SAY(REASON_LABEL_MISSING, "The records ask for the label \"%\", and this edition does not carry it.",
        "Import the post again, so that the label comes from its records."),
    SAY(REASON_LABEL_COMPOSITE,
        "A person is made of several accounts. The label is there; that the accounts are real, only "
        "an officer can say.",
        "An officer who knows the accounts confirms that they are real."),
    TELL(REASON_LABEL_THERE, "The label \"%\" is there."),
    TELL(REASON_NO_PICTURE, "The post has no picture."),
    SAY(REASON_PICTURE_MISSING, "The picture's file is not there.",
        "Put the file beside the post, or take the picture out."),
    SAY(REASON_PICTURE_UNREADABLE, "The picture could not be looked into, so what it says of itself is not known.",
        "Save the picture anew as JPEG, PNG or WebP and check again; until it can be read, the post cannot go out with "
        "it."),
    SAY(REASON_CLAIM_GENERATED, "The file says that the picture was made with AI, and the record does not.",
        "If it was, write \"made: ai\". If not, use another picture."),
    SAY(REASON_CLAIM_CONTRADICTED, "What is said of the picture and what else is known of it contradict one another.",
        "Find out where the picture comes from and write that in \"made\" and \"source\" (a library picture is \"made: "
        "stock\"), or use another picture."),
    SAY(REASON_CLAIM_DOUBTFUL, "The picture names somebody, or a way of making, that the record does not explain.",
        "Find out who made the picture and how, and confirm it."),
    TELL(REASON_CLAIM_HOLDS, "Nothing that the picture says of itself contradicts the record."),
    TELL(REASON_LICENCE_EXEMPT, "A custody, CCTV or family picture needs no licence."),
    TELL(REASON_LICENCE_OWN, "The picture was made by the force's own staff."),
    SAY(REASON_LICENCE_UNKNOWN,
        "The picture could not be looked into, so whether its terms allow this use is not known.",
        "Save the picture anew as JPEG, PNG or WebP and check again."),
    SAY(REASON_LICENCE_MISSING, "The picture was not made by the force's staff, and no licence is recorded.",
        "Add \"licence\" with \"id\", \"licensor\", \"expires\" and \"sensitive_use\". If staff made it, say so in "
        "\"source\"."),
    SAY(REASON_LICENCE_LICENSOR, "The licence does not say who gave it.", "Add \"licensor\" to \"licence\"."),
    SAY(REASON_LICENCE_SENSITIVE, "The topic is a sensitive one, and no permission for sensitive use is recorded.",
        "Ask the licensor for it and write \"sensitive_use: true\", or use another picture."),
    SAY(REASON_LICENCE_EXPIRED, "The licence has ended.",
        "Renew it and write the new day in \"expires\", or use another picture."),
    SAY(REASON_LICENCE_EDITORIAL, "The picture may be used for editorial purposes only, and this is a campaign.",
        "Use another picture, or a licence that allows campaigns."),
    SAY(REASON_LICENCE_DOUBTFUL, "It is not clear whether whoever is credited works for the force.",
        "If they do, confirm it. If not, add \"licence\"."),
    SAY(REASON_LICENCE_ASK_TOOL, "A picture made with AI has no photographer, and nobody is named who made it.",
        "Confirm that staff made it and that the program's terms allow this use. If it came from elsewhere, add "
        "\"licence\"."),
    SAY(REASON_LICENCE_ASK_EDITORIAL, "The picture may be used for editorial purposes only.",
        "Confirm that this post is an editorial use."),
    SAY(REASON_LICENCE_ASK_SENSITIVE, "The licence gives no permission for sensitive use.",
        "Confirm that this post's subject is not a sensitive one in the sense of the licence."),
    TELL(REASON_LICENCE_GOOD, "The licence is recorded and has not ended."),
    SAY(REASON_ALT_MISSING, "The picture has no text alternative and is not marked as decorative.",
        "Add \"alt\" with what the picture shows, or \"decorative: true\" where it adds nothing to the text."),
    SAY(REASON_ALT_WORDS,
        "The text alternative begins with \"image of\", is a file's name, or is longer than 1,000 "
        "characters.",
        "Say in a sentence or two what the picture shows, without \"image of\"."),
    TELL(REASON_ALT_DECORATIVE, "The picture is marked as decorative."),
    TELL(REASON_ALT_GOOD, "The picture has a text alternative."),
    TELL(REASON_ROUTE_NOT_HATE_CRIME, "The post does not deal with hate crime."),
    SAY(REASON_ROUTE_NEITHER,
        "The post deals with hate crime and names no working way to report it, and none to get help.",
        "Add a link to /report or the number 101, and a link to /support. 999 alone is not enough."),
    SAY(REASON_ROUTE_NO_REPORT, "The post deals with hate crime and names no working way to report it.",
        "Add a link to /report, the number 101, True Vision or Crimestoppers. 999 alone is not enough."),
    SAY(REASON_ROUTE_NO_HELP, "The post deals with hate crime and names no working way to get help.",
        "Add a link to /support, or name a service that helps, such as Victim Support."),
    SAY(REASON_ROUTE_UNSOLVED, "It could not be found out whether the links on our own site lead anywhere.",
        "Try again; if it stays so, tell whoever runs the site."),
    SAY(REASON_ROUTE_DEAD, "A link on our own site leads nowhere.", "Mend the link."),
    TELL(REASON_ROUTE_GOOD, "The post says how to report and where to get help."),
    TELL(REASON_NO_HASHTAG, "The post has no hashtag."),
    SAY(REASON_HASHTAG_CASE,
        "A hashtag does not begin each of its words with a capital letter, so that a screen reader "
        "cannot tell them apart.",
        "Write each word with a capital letter, such as #HateCrimeAwarenessWeek."),
    SAY(REASON_HASHTAG_MANY, "There are more than three hashtags.", "Keep two or three."),
    TELL(REASON_HASHTAG_GOOD, "Each word of a hashtag begins with a capital letter."),
};
