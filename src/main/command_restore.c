/*
 * candour restore: makes a data folder from a backup.
 */
#include <stdio.h>

#include "base/arena.h"
#include "main/backup.h"
#include "main/options.h"
#include "base/banned.h"

enum { OPTION_DATA, OPTION_ERASURES, OPTION_KEY, OPTION_NEW_KEY, OPTIONS };

static int restore(struct arena *arena, const struct restore_options *options)
{
    struct backup found;
    struct fault fault;
    int64_t replayed = 0;
    if (backup_restore(arena, options, &found, &replayed, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("%s is ready, as of %.*s; %lld erasures since were done again and everybody is signed out.\n",
           options->folder, STR_ARG(found.made), (long long)replayed);
    printf("Accounts and passphrases are those of that time: look at candour user list --data %s, then at candour "
           "doctor --data %s\n",
           options->folder, options->folder);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_ERASURES] = { .name = "--erasures", .takes_value = true },
                                       [OPTION_KEY] = { .name = "--key", .takes_value = true },
                                       [OPTION_NEW_KEY] = { .name = "--new-key" } };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_restore, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest != 1)
        return options_wrong(&command_restore, "Give the folder of one backup.");
    if (!options[OPTION_DATA].seen)
        return options_wrong(&command_restore, "Say with --data which new folder shall be made.");
    if (!options[OPTION_ERASURES].seen)
        return options_wrong(
            &command_restore,
            "Give the newest list of erasures with --erasures, lest what was erased comes back: the file " ERASURES_FILE
            " of the data folder, or its newest copy; if nothing newer is left, %s/" ERASURES_FILE ".",
            argv[1]);
    if (options[OPTION_KEY].seen == options[OPTION_NEW_KEY].seen)
        return options_wrong(&command_restore, "Give the key file of the site with --key, or --new-key if it is lost.");
    struct restore_options how = { argv[1], options[OPTION_DATA].value, options[OPTION_ERASURES].value,
                                   options[OPTION_KEY].value };
    struct arena *arena = arena_new(BACKUP_ARENA_MAX);
    struct fault fault;
    fault_no_memory(&fault);
    int code = arena ? restore(arena, &how) : command_fail(&fault);
    arena_free(arena);
    return code;
}

const struct command command_restore = {
    .name = "restore",
    .usage = "restore BACKUP --data DIR --erasures FILE --key FILE\n"
             "restore BACKUP --data DIR --erasures FILE --new-key",
    .help = "Makes a new data folder from a backup. The backup is read whole first; the folder is there whole or not "
            "at all, and one with something in it is refused. --erasures is the newest list of erasures: the file "
            "erasures of the data folder, or its newest copy. What it has and the backup has not is erased again. "
            "--key is the key file of the site; with --new-key everything is restored but what the key was for.",
    .run = run,
};
