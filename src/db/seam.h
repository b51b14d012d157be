/*
 * What tests of durability make worse on purpose. The shipped program has the
 * variable and nothing that sets it: `db_seam_use` is in a library of tests
 * (test_seam.h).
 */
#ifndef CANDOUR_DB_SEAM_H
#define CANDOUR_DB_SEAM_H

#include <stdbool.h>

struct db_seam {
    const char *synchronous; /* "FULL"; "NORMAL" and "OFF" lose answered acts */
    bool no_folder_sync;     /* new files may be gone after a power cut */
    unsigned log_pages;      /* the log is moved after so many pages; 0: as always */
};

extern struct db_seam db_seam;

#endif
