/*
 * What people say about the site.
 *
 * Promises: no address, browser or time of day is kept with it, and nothing of it is in a log; all of it is deleted
 * FEEDBACK_DAYS days after the day on which it came, whatever was done with it. A form that is sent twice is kept once;
 * one that was changed in between, twice.
 */
#ifndef CANDOUR_SITE_FEEDBACK_H
#define CANDOUR_SITE_FEEDBACK_H

#include "base/str.h"
#include "db/db.h"
#include "staff/staff.h"

enum {
    FEEDBACK_POINTS = 2000,     /* code points of its words */
    FEEDBACK_PAGE_POINTS = 200, /* of the page that it is about */
    FEEDBACK_NOTE_POINTS = 500, /* of a note beside what was decided */
    FEEDBACK_ONCE = 32,         /* digits, each 0 to f */
    FEEDBACK_A_DAY = 200,       /* of all visitors together; more are asked to come back */
    FEEDBACK_DAYS = 90,
    FEEDBACK_LIST_MAX = 100,
};

enum feedback_outcome { FEEDBACK_DONE, FEEDBACK_NO_ACTION, FEEDBACK_MAY_BE_A_REPORT, FEEDBACK_OUTCOMES };
struct str feedback_outcome_word(enum feedback_outcome outcome);
bool feedback_outcome_of_word(struct str word, enum feedback_outcome *out);

/* STATUS_LIMIT where FEEDBACK_A_DAY of them came on that day. */
struct feedback_sent {
    struct arena *arena;
    struct str once, words;
    struct str page; /* STR_NONE: of no page in particular */
    struct str day;  /* local */
};
enum status feedback_send_write(struct db_tx *tx, void *arg);

struct feedback {
    int64_t number;
    struct str day, words;
    struct str page; /* may be STR_NONE, as the next two */
    struct str outcome, note;
};
/* Newest first, at most FEEDBACK_LIST_MAX before a number; INT64_MAX: from the newest. */
enum status feedback_list(struct db_tx *tx, struct arena *arena, int64_t before, struct feedback **rows, size_t *n);
/* STATUS_NOT_FOUND. */
enum status feedback_find(struct db_tx *tx, struct arena *arena, int64_t number, struct feedback *out);

/*
 * What was done with it. Whoever acts may publish posts. The audit says which one and what was decided, and no word of
 * it. STATUS_DENIED, STATUS_NOT_FOUND and STATUS_INVALID with words.
 */
struct feedback_act {
    struct arena *arena;
    const struct act *act;
    int64_t number;
    enum feedback_outcome outcome;
    struct str note; /* STR_NONE: none */
};
enum status feedback_act_write(struct db_tx *tx, void *arg);

/* Deletes what is too old; the worker does so. `removed` may be NULL. */
enum status feedback_sweep(struct db *db, int64_t now, int64_t *removed, struct fault *fault);

#endif
