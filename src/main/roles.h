/* The parts of a running server. For this room only. */
#ifndef CANDOUR_MAIN_ROLES_H
#define CANDOUR_MAIN_ROLES_H

#include "base/settings.h"
#include "proc/proc.h"

extern const struct proc_role role_web, role_worker;

/* The life of the role of that word; EXIT_CANNOT with a sentence where there is none. */
int roles_run(const char *word);
/* From the setting server.log. */
void roles_log_level(const struct settings *settings);

#endif
