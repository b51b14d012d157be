/*
 * The services of the support page: who helps, for which strand, with what. A
 * table, because the page must stand when the database is away.
 *
 * Names and what they do are from public pages of police forces, True Vision,
 * Durham University, Malvern Hills council and the services themselves. What
 * none of them confirmed is in the table and never on a page. A number says
 * beside it that the force has not checked it, until the setting
 * support.checked gives the day on which it did. Websites are the force's own
 * words, in support.websites: none of the sources names one.
 */
#ifndef CANDOUR_SITE_SERVICES_H
#define CANDOUR_SITE_SERVICES_H

#include "web/web.h"

enum service_strand {
    STRAND_RACE,
    STRAND_RELIGION,
    STRAND_ORIENTATION,
    STRAND_DISABILITY,
    STRAND_TRANSGENDER,
    STRANDS
};
enum service_need { NEED_REPORT, NEED_TALK, NEED_ADVICE, NEED_CASEWORK, NEED_SIGN, NEEDS };

typedef struct str service_words(enum language language);
struct service {
    struct str key;      /* as support.checked and support.websites name it */
    struct str name;     /* a name of its own, in every language */
    unsigned strands;    /* bits 1 << enum service_strand; 0: everybody */
    unsigned needs;      /* bits 1 << enum service_need */
    service_words *what; /* one sentence */
    service_words *who;  /* NULL: its strands, or everybody */
    service_words *area; /* these four: NULL where nothing is known */
    service_words *hours;
    service_words *languages;
    service_words *tells; /* whether they tell the police */
    struct str telephone; /* as people write it; STR_NONE: none is known */
    struct str text;      /* a number for text messages */
    bool unconfirmed;     /* not public */
};

/* All of them, the unconfirmed too. */
extern const struct service site_services[];
extern const size_t site_services_n;

/* "race", as it stands in an address, and "Race". */
struct str service_strand_word(enum service_strand strand);
struct str service_strand_words(enum language language, enum service_strand strand);
struct str service_need_word(enum service_need need);
struct str service_need_words(enum language language, enum service_need need);

/* A day in the setting: "stop-hate-uk 2026-11-23". False where it is not one, or names no number of the table. */
bool service_checked_read(struct str entry, struct str *key, int64_t *day);
/* What stands behind a number: whether and when the force checked it. */
struct str service_checked_words(struct request *req, struct str key);
/* A website in the setting: "true-vision https://www.example.org". False where it is not one, or not of a public row.
 */
bool service_website_read(struct arena *arena, struct str entry, struct str *key, struct url *website);
/* Where the force says that a service is; STR_NONE: it says nothing. */
struct url service_website(struct request *req, struct str key);
/* "tel:0800555111"; STR_NONE for what holds no number or when memory is gone. */
struct url service_telephone(struct arena *arena, struct str telephone);

#endif
