/*
 * A helper: another program of ours, started for one question and gone after
 * its answer. For work that is too dangerous for the process that needs it.
 *
 * Promises to who asks: it never waits longer than it says, never takes more
 * bytes than it says, and leaves no process, no zombie and no descriptor
 * behind, whatever the helper does. What comes back is bytes that somebody
 * hostile may have written: the caller reads them so.
 *
 * Promises about the helper: it has the question on descriptor 0, its answer on
 * 1, one file on 3, no other descriptor, no environment but what makes it
 * quiet, and it dies with the thread that asked.
 */
#ifndef CANDOUR_PROC_HELPER_H
#define CANDOUR_PROC_HELPER_H

#include "base/buf.h"
#include "base/status.h"

enum { PROC_HELPER_FILE = 3, PROC_HELPER_QUESTION_MAX = 64 * 1024 };

struct proc_helper {
    const char *path; /* absolute; its last part is the name of the process */
    struct str question;
    int file;     /* descriptor that becomes PROC_HELPER_FILE */
    int64_t ms;   /* from the start to the end of the answer */
    bool loud;    /* it may write to our standard error; else nobody hears it */
    size_t limit; /* bytes of the answer */
};

/*
 * Blocking. Adds the answer to `out`. STATUS_NOT_FOUND: there is no such program, or it may not be run.
 * STATUS_BUSY: it had not answered in time, and was killed. STATUS_LIMIT: it said too much. STATUS_DAMAGED: it ended
 * by a signal or with another code than 0. STATUS_NO_MEMORY, STATUS_IO: the machine. The fault has no words for a
 * person: who asks knows what it was about.
 */
enum status proc_helper_ask(const struct proc_helper *helper, struct buf *out, struct fault *fault);

/* The path of a program that stands in the same folder as this one; false where that cannot be told. */
bool proc_helper_beside(const char *name, char *out, size_t size);

#endif
