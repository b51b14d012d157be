/*
 * What the files of the checks share: the text of a post in blocks, what was
 * gathered for each check, and what was decided. Inside this room only.
 *
 * A row gathers into its own small struct of facts and adds the places that it
 * looked at as evidence. A table of check_facts.c gives each fact its name in
 * the rules of publication, and their decision of the row's id sees those facts
 * alone: outcome and words come from there.
 */
#ifndef CANDOUR_POSTS_CHECK_INSIDE_H
#define CANDOUR_POSTS_CHECK_INSIDE_H

#include "dmn/value.h"
#include "html/html.h"
#include "policy/pack.h"
#include "posts/check_case.h"
#include "posts/checks.h"

/* More places than this are not told one by one; what is decided does not depend on them. */
enum { CHECK_EVIDENCE_MAX = 24 };

/* What is not known is neither. */
enum known { KNOWN_NOT, KNOWN_NO, KNOWN_YES };

/* ---- The text ---- */

enum text_part { TEXT_TITLE, TEXT_ALT, TEXT_BODY };

struct text_block {
    enum text_part part;
    int line; /* of the body */
    bool quoted, heading, table;
    struct str text;
};

struct check_text {
    bool read; /* the body could be parsed */
    struct text_block *blocks;
    size_t n;
    const struct markdown_link *links;
    size_t links_n;
};

struct check_run;

/* The blocks hold the text as check_plain gives it. */
enum status check_text_read(struct check_run *run);
/*
 * The text as a reader takes it in: without what nobody sees, with one kind of space, with Latin letters in the place
 * of those of other scripts that look the same in a word. Line ends stay. The same bytes where they are ASCII;
 * STR_NONE when memory is gone. Names are compared in this form on both sides.
 */
struct str check_plain(struct arena *arena, struct str s);
/* The code point that begins at `at`; its bytes go to `*n`. Text was checked to be UTF-8. */
uint32_t check_point_at(struct str s, size_t at, size_t *n);
/* Adds a place of the text: `at` bytes into the block, and `found`, of which one line is kept. */
void check_evidence_text(struct check_run *run, const struct text_block *block, size_t at, struct str found);
/* Adds another place. `text` is cut to one line. */
void check_evidence_add(struct check_run *run, struct str where, struct str text);

/* Whether `word` (small letters, may hold spaces) stands in `text` between characters that are no letters or digits. */
bool check_has_words(struct str text, struct str word);
/* The same, and where; -1. */
ptrdiff_t check_find_words(struct str text, struct str word);
bool check_has_any(struct str text, const struct str *words, size_t n);

/* ---- Facts ---- */

struct story_facts {
    enum known told;
    bool real_case, office;
    enum known hate_crime;
    bool claims, scenario;
    enum known policy_held;
    int outcome; /* enum policy_outcome; less than 0: nothing was evaluated, or it could not be */
};

/* What may be so, is so, or is not. */
enum how { HOW_NO, HOW_PERHAPS, HOW_YES };

struct call_facts {
    enum known told;
    enum how presented;
    enum known invited;
    int outcome;
};

struct appeal_facts {
    bool text_read, made_up;
    enum how asks;
};

struct definition_facts {
    bool text_read;
    size_t given, wrong;
};

struct pack_facts {
    enum known publication, recording, law; /* signed off; not known: not used */
};

struct speaker_facts {
    bool statement, named;
    enum known confirmed;
    bool asked;      /* an account is asked and has not answered */
    bool too_early;  /* the confirmation lies in the future */
    bool file_alone; /* only the file says so, and a database was there to ask */
};

struct person_facts {
    bool text_read;
    size_t found;     /* people quoted, given an age, or named with age or place */
    size_t untyped;   /* of them: without a record */
    size_t uncertain; /* words that a person may say, or a name and an age that may be a place and a count */
};

struct label_facts {
    bool due, has; /* asked for by the records; saved with the edition */
    bool composite;
};

struct claim_facts {
    enum picture_found picture;
    enum known contradicted;
    bool doubtful;  /* something that a person has to look at */
    bool generated; /* the file says that it was generated, the record does not */
};

struct licence_facts {
    enum picture_found picture;
    bool exempt;         /* custody, CCTV, supplied by family */
    enum known licensed; /* whether it is a licensed picture */
    bool doubtful;       /* somebody is credited of whom it is not known whether they are staff */
    bool tool;           /* made with AI, and nobody is named but perhaps a program */
    bool has_id, has_licensor;
    bool sensitive;           /* the topic is a sensitive one */
    enum known sensitive_use; /* permission */
    bool expired;
    bool editorial, campaign;
};

struct reuse_facts {
    bool picture;
    enum known index; /* other posts could be asked; no: a bare file */
    size_t others;    /* posts in which it stands for somebody else */
    size_t withdrawn; /* posts that were withdrawn */
};

struct order_facts {
    bool text_read;
    enum known reg;   /* there is a register; not known: it could not be asked */
    enum known named; /* somebody is named who is not made up and does not speak for the force */
    size_t same, alike;
};

struct election_facts {
    bool text_read;
    enum known reg;
    enum known named;
    enum known running;  /* this day lies in the period before an election */
    enum known campaign; /* the post is part of a campaign that begins in it, or nobody knows when */
    size_t names;        /* candidates and parties that it names */
};

struct alt_facts {
    bool picture, has, decorative;
    bool says_image, file_name, too_long;
};

struct route_facts {
    bool text_read;
    enum known hate_crime;
    bool report, help;
    bool dead;     /* a link on our own site that leads nowhere */
    bool unsolved; /* a link on our own site, and nobody to ask where it leads */
};

struct hashtag_facts {
    bool text_read;
    size_t tags, wrong;
};

struct check_facts {
    union {
        struct story_facts story;
        struct call_facts call;
        struct appeal_facts appeal;
        struct definition_facts definition;
        struct pack_facts pack;
        struct speaker_facts speaker;
        struct person_facts person;
        struct label_facts label;
        struct claim_facts claim;
        struct licence_facts licence;
        struct reuse_facts reuse;
        struct order_facts order;
        struct election_facts election;
        struct alt_facts alt;
        struct route_facts route;
        struct hashtag_facts hashtag;
        struct release_facts release;
        struct proceedings_facts proceedings;
        struct young_facts young;
        struct victim_facts victim;
        struct naming_facts naming;
        struct shown_facts shown;
        struct data_facts data;
        struct note_facts note;
        struct wording_facts wording;
        struct plain_facts plain;
        struct video_facts video;
        struct pair_facts pair;
    };
};

/* ---- One run ---- */

struct check_run {
    struct arena *arena;
    const struct check_input *input;
    const struct policy_pack *pack;     /* NULL: it could not be read */
    const struct policy_version *rules; /* of publication, in force on this day; NULL: none, and `why_none` says why */
    struct str why_none;
    struct arena *scratch; /* for what lasts one row; emptied before each */
    struct check_text text;
    enum known hate_crime; /* whether the post has to do with hate crime */
    /* Who stands in the post: gathered once, before the story, which asks for it too. */
    struct person_facts people;
    const struct check_evidence *people_evidence;
    size_t people_evidence_n;
    struct check_names *names;                 /* found once, behind the people */
    struct check_young young[CHECK_YOUNG_MAX]; /* found with the people */
    size_t young_n;
    struct story_facts story;
    struct check_story told;
    struct sources *sources; /* of names, read once (check_register.c); NULL: not yet */
    struct str story_fault;  /* why it could not be evaluated; STR_NONE */
    struct check_evidence evidence[CHECK_EVIDENCE_MAX];
    size_t evidence_n;
};

/* ---- Facts as the rules of publication take them (check_facts.c) ---- */

enum check_fact_kind {
    CHECK_TRUTH, /* bool */
    CHECK_KNOWN, /* enum known: KNOWN_NOT is null */
    CHECK_COUNT, /* size_t */
    CHECK_WORD,  /* an enum, or an int that is less than 0 where it is not known: one of `words` */
};
struct check_fact {
    struct str name; /* as the model has it */
    enum check_fact_kind kind;
    size_t at;                    /* in struct check_facts */
    const struct word_set *words; /* of CHECK_WORD */
};
/* The one input of a decision: each member of a struct of facts, by the name of a component of its type in the model.
 */
struct check_group {
    struct str name; /* of the input data */
    const struct check_fact *facts;
    size_t n;
};
extern const struct check_group check_group_story, check_group_call, check_group_appeal, check_group_definition,
    check_group_pack, check_group_speaker, check_group_people, check_group_label, check_group_claim,
    check_group_licence, check_group_reuse, check_group_order, check_group_election, check_group_alternative,
    check_group_ways, check_group_hashtags, check_group_release, check_group_proceedings, check_group_young,
    check_group_victim, check_group_naming, check_group_shown, check_group_data, check_group_note, check_group_wording,
    check_group_plain, check_group_video, check_group_pair;
/* The facts as one value in the arena; null where memory is gone. */
struct feel_value check_facts_value(struct arena *arena, const struct check_group *group,
                                    const struct check_facts *facts);

/* ---- Deciding (check_decide.c) ---- */

/*
 * What the decision `id` of the rules in force says of the facts: outcome, words, citation and version of `out`.
 * Nothing else is looked at. Where the rules have no answer, the check blocks and says so. STATUS_NO_MEMORY.
 */
enum status check_decide(struct check_run *run, struct str id, const struct check_group *group,
                         const struct check_facts *facts, struct check_result *out);
/* What `rows` has for an id, for tests: NULL where there is none. */
const struct check_group *check_group_of(enum check_id id);

/* ---- Gathering ---- */

/* What stands in the run is read, what is found goes to the facts and the evidence. */
void check_gather_person(struct check_run *run, struct check_facts *facts);
void check_gather_claim(struct check_run *run, struct check_facts *facts);
void check_gather_licence(struct check_run *run, struct check_facts *facts);
void check_gather_reuse(struct check_run *run, struct check_facts *facts);
void check_gather_order(struct check_run *run, struct check_facts *facts);
void check_gather_election(struct check_run *run, struct check_facts *facts);
/* Whether the force knows this case or crime number; not known: there is no register, or it could not be asked. */
enum known check_reference_known(struct check_run *run, struct str reference);
void check_gather_alt(struct check_run *run, struct check_facts *facts);
void check_gather_route(struct check_run *run, struct check_facts *facts);
void check_gather_hashtag(struct check_run *run, struct check_facts *facts);
/* Sets run->hate_crime. */
void check_gather_topic(struct check_run *run);
/*
 * Sets run->story and run->told: what is told, and what law and recording policy make of it. Behind the topic and the
 * people. STATUS_NO_MEMORY.
 */
enum status check_gather_story(struct check_run *run);
void check_gather_scenario(struct check_run *run, struct check_facts *facts);
/* Whether the record of a real person begins with an office or a rank, or says what office they have. */
bool check_person_by_office(struct arena *arena, const struct post_person *person);
void check_gather_call(struct check_run *run, struct check_facts *facts);
void check_gather_appeal(struct check_run *run, struct check_facts *facts);
void check_gather_definition(struct check_run *run, struct check_facts *facts);
void check_gather_pack(struct check_run *run, struct check_facts *facts);
void check_gather_release(struct check_run *run, struct check_facts *facts);
void check_gather_proceedings(struct check_run *run, struct check_facts *facts);
void check_gather_young(struct check_run *run, struct check_facts *facts);
void check_gather_victim(struct check_run *run, struct check_facts *facts);
void check_gather_naming(struct check_run *run, struct check_facts *facts);
void check_gather_custody(struct check_run *run, struct check_facts *facts);
void check_gather_wanted(struct check_run *run, struct check_facts *facts);
void check_gather_data(struct check_run *run, struct check_facts *facts);
void check_gather_note(struct check_run *run, struct check_facts *facts);
void check_gather_wording(struct check_run *run, struct check_facts *facts);
void check_gather_plain_words(struct check_run *run, struct check_facts *facts);
void check_gather_video(struct check_run *run, struct check_facts *facts);
void check_gather_pair(struct check_run *run, struct check_facts *facts);

/*
 * What the picture at `path` says of itself (picture_look.c). Where it is not PICTURE_READ, `*why` says why, in the
 * arena or static.
 */
enum picture_found picture_look(struct arena *arena, const char *path, struct media_facts *facts, struct str *why);

/* ---- Lists of words (check_lists.c), small ASCII letters ---- */

bool list_given_name(struct str word);   /* common given names of people in the United Kingdom */
bool list_no_person(struct str word);    /* begins a sentence or names a thing, a day, a place or an organisation */
bool list_organisation(struct str word); /* the last word of an organisation's name, or one of its own */
bool list_speech(struct str word);       /* says, told … */
bool list_hashtag_word(struct str word);

#endif
