/*
 * How a test makes durability worse, to show that it would notice. In a
 * library of tests: the shipped program cannot reach it.
 *
 * A test build that is linked with the whole library also listens to
 * CANDOUR_TEST_SYNCHRONOUS (FULL, NORMAL, OFF), CANDOUR_TEST_FOLDER_SYNC
 * (yes, no) and CANDOUR_TEST_LOG_PAGES (a number) at its start.
 */
#ifndef CANDOUR_DB_TEST_SEAM_H
#define CANDOUR_DB_TEST_SEAM_H

#include "db/seam.h"

/* Before the first database is opened. */
void db_seam_use(const struct db_seam *seam);

#endif
