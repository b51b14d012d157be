/*
 * Facts of the checks that look at cases, at people who have to be protected,
 * and at what a picture or a contact tells of somebody. Inside this room only,
 * and only through check_inside.h, whose struct check_facts holds them.
 *
 * What counts as what: section by section in docs/checks.md. Words that are
 * looked for stand in words/, one list a file.
 */
#ifndef CANDOUR_POSTS_CHECK_CASE_H
#define CANDOUR_POSTS_CHECK_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct text_block;
struct check_run;

/* Where a case stands, as far as it matters who may be named. */
enum case_stage { STAGE_NONE, STAGE_OPEN, STAGE_ARREST, STAGE_CHARGE, STAGE_OVER };
/* The stage that the head gives; STAGE_NONE: it gives none. */
enum case_stage check_case_stage(const struct check_run *run);

struct release_facts {
    bool picture;
    bool other;    /* custody, CCTV, wanted and missing: other checks decide those */
    bool nobody;   /* its record says that nobody is shown, or it was made with AI */
    bool released; /* a release or a consent is recorded */
    bool named;    /* the file names who is shown */
};

struct proceedings_facts {
    bool text_read, status, active;
    size_t arrests;       /* sentences that tell of an arrest, a charge or a court */
    size_t general;       /* sentences that speak of arrests in general */
    size_t guilt;         /* words that presume guilt */
    size_t guilt_perhaps; /* the same in a sentence that may mean others */
    size_t convictions;   /* words of earlier convictions */
    bool replies_open;
    bool cannot_close; /* a channel where replies stay open */
};

struct young_facts {
    bool text_read;
    size_t found;    /* ages under 18, and words for children that are met as one person */
    size_t known_by; /* of them: beside their name or their school */
    size_t perhaps;  /* beside somebody else's name */
    bool pictured;   /* a family's picture of a child */
    bool may_show;   /* a picture of which only a person can know */
    bool lifted;     /* the head cites that the order was lifted */
    bool sought;     /* missing or at risk: decision, reason and an end */
};

struct victim_facts {
    bool text_read;
    size_t offences;   /* words of offences whose victims stay anonymous */
    size_t identified; /* a name, place of work, school, home or relation beside the victim */
    size_t named;      /* names of which only a person can know whose they are */
    bool real_case;
};

struct naming_facts {
    bool text_read;
    int stage; /* enum case_stage */
    bool decision;
    size_t named, attributes; /* names, nationality, ethnicity */
    size_t perhaps;           /* of somebody else, or no such word */
    size_t teachers;
};

struct shown_facts {
    bool applies; /* it is such a picture */
    bool decision, ends;
};

struct data_facts {
    bool text_read;
    size_t found;
    size_t perhaps;
    bool position; /* the picture's file says where it was taken */
};

struct note_facts {
    bool campaign; /* the post is part of a campaign */
};

struct wording_facts {
    bool text_read;
    size_t found;
};

struct plain_facts {
    bool text_read;
    size_t long_sentences, fancy, emoji, links;
};

struct video_facts {
    bool text_read;
    size_t files, elsewhere;
    bool words; /* a transcript or captions are named */
};

struct pair_facts {
    bool welsh; /* a Welsh force */
    bool bare;
    bool about; /* the post names another one */
};

/* ---- Names ---- */

enum { CHECK_NAMES_MAX = 200, CHECK_YOUNG_MAX = 64 };

struct check_name {
    const struct text_block *block;
    size_t at, n; /* in the block */
    int age;      /* that stands beside it; less than 0: none */
    bool office;  /* named by an office: staff, a councillor, a judge; or the speaker */
    bool made_up; /* recorded as such */
    bool other;   /* words before or behind it make it a victim's, a relative's or a witness's */
};
struct check_names {
    struct check_name list[CHECK_NAMES_MAX];
    size_t n;
    bool more; /* there are others */
};
/* All people who are named in the text, once a run: in run->names. */
void check_find_names(struct check_run *run);

/* A real person under 18: where the age stands. */
struct check_young {
    const struct text_block *block;
    size_t at, n;
    int age;
};

#endif
