/*
 * Checks: each one question asked of an edition, with an outcome.
 *
 * Promises: a check gathers facts in C, and the rules of publication of the
 * policy pack decide from them: the version that is in force on the day of the
 * check. A check that could not run blocks; a fact that could not be gathered is
 * unknown, never false. The same function answers for a bare file, for an
 * approval and at the moment of release.
 *
 * Pure: everything that it needs stands in `struct check_input`.
 */
#ifndef CANDOUR_POSTS_CHECKS_H
#define CANDOUR_POSTS_CHECKS_H

#include "media/facts.h"
#include "policy/evaluate.h"
#include "posts/content.h"
#include "posts/rolls.h"

enum check_id {
    CHECK_SCENARIO_POLICY,
    CHECK_CALL_TO_ACTION,
    CHECK_WITNESS_APPEAL,
    CHECK_LAW_WORDING,
    CHECK_STATEMENT_SPEAKER,
    CHECK_PERSON_KIND,
    CHECK_FICTITIOUS_LABEL,
    CHECK_STOCK_LABEL,
    CHECK_AI_LABEL,
    CHECK_POSED_LABEL,
    CHECK_IMAGE_CLAIM,
    CHECK_IMAGE_LICENCE,
    CHECK_MODEL_RELEASE,
    CHECK_IMAGE_REUSE,
    CHECK_ALT_TEXT,
    CHECK_ACTIVE_PROCEEDINGS,
    CHECK_COURT_ORDER,
    CHECK_UNDER_18,
    CHECK_LIFELONG_ANONYMITY,
    CHECK_NAMING_ON_ARREST,
    CHECK_NAMING_ON_CHARGE,
    CHECK_CUSTODY_IMAGE,
    CHECK_WANTED_IMAGE,
    CHECK_PERSONAL_DATA,
    CHECK_PRE_ELECTION,
    CHECK_EQUALITY_NOTE,
    CHECK_REPORTING_ROUTE,
    CHECK_REPORT_WORDING,
    CHECK_HASHTAG_CASE,
    CHECK_PLAIN_LANGUAGE,
    CHECK_CAPTIONS,
    CHECK_WELSH_PAIR,
    CHECK_PACK_SIGNED,
    CHECKS
};

enum check_outcome { CHECK_NOT_APPLICABLE, CHECK_PASS, CHECK_WARN, CHECK_CONFIRM, CHECK_BLOCK, CHECK_OUTCOMES };

/* What the program could find out about the picture. */
enum picture_found {
    PICTURE_NONE,       /* the post has none */
    PICTURE_READ,       /* `facts` holds what it says of itself */
    PICTURE_MISSING,    /* the file is not there */
    PICTURE_UNREADABLE, /* broken, too large, not what its name says, or nobody could look: `why` */
};

/* Whether the speaker stands behind the words. */
enum speaker_word {
    SPEAKER_CLAIMED,   /* by the file alone, or not at all: as `content` says */
    SPEAKER_CONFIRMED, /* by the speaker's own account, for this edition */
    SPEAKER_PENDING,   /* an account is asked, and has not answered for this edition */
};

/* Another post that shows the same picture: the same bytes, or one is a rendition of the other. */
struct picture_elsewhere {
    struct str key;
    const struct str *people; /* as they are written there */
    size_t people_n;
    bool withdrawn;
};

/* What only a database knows. What a function cannot find out is no answer: the check then blocks. */
struct check_registers {
    void *self;
    /* As rolls_find, for the day of the check. */
    enum status (*find)(void *self, struct arena *arena, enum roll roll, const struct str *keys, size_t keys_n,
                        struct roll_entry **entries, size_t *n);
    /* Asked where the post has a picture. */
    enum status (*elsewhere)(void *self, struct arena *arena, struct picture_elsewhere **posts, size_t *n);
    struct str campaign_begins; /* the first day of the post's campaign; STR_NONE: it has none, or there is no record */
};

struct check_input {
    const struct post_content *content;
    uint32_t labels; /* as they were saved; compared with what the records ask for now */
    enum picture_found picture;
    struct media_facts facts;
    struct str why;
    enum speaker_word speaker;
    struct str
        force; /* the site's name, "Midshire Police": whose own photograph a photograph is; STR_NONE: not known */
    struct str address; /* the site's own, "https://police.example"; STR_NONE: not known */
    /* Whether our own site serves this path ("/report"). NULL: not known, and no link on our own site counts as a way.
     */
    bool (*serves)(void *self, struct str path);
    void *serves_self;
    const struct policy_pack *pack; /* NULL: the one in the program */
    struct str pack_wrong;          /* why no pack may be used: every check blocks and says so; STR_NONE */
    int64_t published;              /* when it went out: its day of recording where nothing else says one; 0: not yet */
    const struct policy_version *law, *recording; /* as if these were in force for its story; NULL: by date */
    const struct check_registers *registers;      /* NULL: a bare file, for which there are none */
    bool bare; /* a bare file: no database was asked, and a claim of the file counts as such */
    int64_t now;
};

struct check_evidence {
    struct str where; /* "title", "body:12", "image.alt", "picture:dc:creator" */
    struct str text;  /* one line */
};

/* What an answer rests on, as the rule that gave it says. */
struct check_citation {
    struct str instrument, place, address; /* place and address may be empty */
    bool verified;
};

struct check_result {
    enum check_id id;
    enum check_outcome outcome;
    struct str version; /* of the rules, "ew-publication-2026-01"; STR_NONE: none is in force */
    struct str rule;    /* "publication-2026-01/alt-text/3"; STR_NONE: no rule answered, and there is no citation */
    struct str why;     /* one sentence */
    struct str fix;     /* what to do; STR_NONE where there is nothing to do */
    struct check_citation citation;
    const struct check_evidence *evidence;
    size_t evidence_n;
};

struct str check_id_word(enum check_id id); /* "stock-label" */
bool check_id_of_word(struct str word, enum check_id *out);
struct str check_outcome_word(enum check_outcome outcome);

/*
 * What law and recording policy make of the story that the post tells. The day of recording is the scenario's own, else
 * the post's date, else today; the law is that of the day it happened, else of the day of recording.
 */
struct check_story {
    const struct policy_version *rules; /* of publication; NULL: none is in force */
    bool evaluated;                     /* false: no story about hate crime, a real case, or it could not be */
    struct policy_answer answer;        /* in the arena and the pack */
    /* Of what is public: the same as if it were recorded on the day of the check. The law stays that of its day. */
    bool today_evaluated;
    struct policy_answer today;
};

/*
 * One result an id, in the order of the ids; the most severe finding is the outcome. `story` may be NULL.
 * STATUS_NO_MEMORY.
 */
enum status posts_checks(struct arena *arena, const struct check_input *input, struct check_result out[CHECKS],
                         struct check_story *story);
/* True where no outcome blocks. */
bool posts_checks_publishable(const struct check_result results[CHECKS]);

/* What a bare file is checked against; the members are those of `struct check_input`. */
struct check_site {
    const struct policy_pack *pack;
    struct str force, address;
    bool (*serves)(void *self, struct str path);
    void *serves_self;
    int64_t now;
};

/*
 * A bare file with all checks. As posts_check_file, and where it gives
 * STATUS_OK `results` are filled; elsewhere there are none.
 */
enum status posts_check_bare(struct arena *arena, const struct post_source *source, const struct check_site *site,
                             struct post_faults *faults, struct post_checked *out, struct check_result results[CHECKS],
                             struct check_story *story, struct fault *fault);

#endif
