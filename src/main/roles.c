/* From a word to a part of the server, and what the parts share. */
#include "main/roles.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "main/command.h"
#include "main/wiring.h"
#include "base/banned.h"

int roles_run(const char *word)
{
    static const struct proc_role *const roles[] = { &role_web, &role_worker };
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i]->word, word) == 0)
            return proc_role_run(roles[i], NULL);
    fprintf(stderr, "candour: There is no such part of the server. Start it with candour serve.\n");
    return EXIT_CANNOT;
}

void roles_log_level(const struct settings *settings)
{
    static const struct {
        struct str word;
        enum log_level level;
    } levels[] = { { STR_INIT("debug"), LOG_DEBUG },
                   { STR_INIT("info"), LOG_INFO },
                   { STR_INIT("warn"), LOG_WARN },
                   { STR_INIT("error"), LOG_ERROR } };
    struct str wanted = settings_get(settings, main_setting_log)->text;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (str_equal(levels[i].word, wanted))
            log_level_set(levels[i].level);
}
