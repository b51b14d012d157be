/* Asking for a passphrase at the command line. For this room only. */
#ifndef CANDOUR_MAIN_ASK_H
#define CANDOUR_MAIN_ASK_H

#include "base/status.h"
#include "staff/staff.h"

enum { ASK_BYTES = 4 * PASSPHRASE_MAX + 2 };

/*
 * One line into `out`, without its end: from the terminal without echo where standard input is one (`question` goes to
 * standard error; `twice` asks again and compares), else from standard input as it is. Wipe `out` after use.
 * STATUS_INVALID: too long, or the two differ. STATUS_UNAVAILABLE: there was none, or it was broken off.
 */
enum status ask_passphrase(const char *question, bool twice, char out[ASK_BYTES], struct str *answer,
                           struct fault *fault);

#endif
