/*
 * The back-end that fails on purpose: SQLite's, where the k-th thing that it
 * is asked for fails once with a status of the test's choice. For tests; the
 * shipped program does not hold it.
 *
 *     for (uint64_t k = 1;; k++) {
 *         db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
 *         … the act, on a database opened with .backend = &db_faulty …
 *         if (db_faulty_calls() < k)
 *             break;
 *     }
 */
#ifndef CANDOUR_DB_FAULTY_H
#define CANDOUR_DB_FAULTY_H

#include "db/db.h"

extern const struct db_backend db_faulty;

/* What counts; any sum of them. */
enum db_faulty_what {
    DB_FAULTY_START = 1,     /* a statement is prepared or taken */
    DB_FAULTY_STEP = 2,      /* a step */
    DB_FAULTY_BEGIN = 4,     /* a snapshot or a group begins */
    DB_FAULTY_SAVEPOINT = 8, /* a member of a group begins, stays, or is taken back */
    DB_FAULTY_COMMIT = 16,   /* the commit of a group, after the generation was shown */
    DB_FAULTY_CONNECT = 32,  /* a further connection */
    DB_FAULTY_CHECKPOINT = 64,
    DB_FAULTY_ANY = 127,
    DB_FAULTY_STEP_GONE = 128, /* a step that takes the whole transaction with it, as an interrupt does; alone only */
};

/* The k-th call from now on fails, once; 0: none. The count starts anew. */
void db_faulty_at(uint64_t k, unsigned what, enum status status);
uint64_t db_faulty_calls(void);

#endif
