/*
 * candour backup: makes a backup beside a server that runs, and reads one to
 * see whether it is whole.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "main/backup.h"
#include "main/options.h"
#include "base/banned.h"

static void said(const char *folder, const struct backup *b)
{
    printf("%s is a whole backup of %.*s: database, settings, %zu pictures and their like, %lld MB. The audit has %lld "
           "entries, its head is %.*s. The newest erasure in it is number %lld.\n",
           folder, STR_ARG(b->made), b->blobs_n, (long long)((b->bytes + 999999) / 1000000), (long long)b->entries,
           STR_ARG(b->head_hex), (long long)b->erasures);
}

static int make(struct arena *arena, const char *data, const char *folder)
{
    struct installation in;
    struct backup made;
    struct fault fault;
    int code = installation_open(&in, data);
    if (code != EXIT_DONE)
        return code;
    if (backup_make(&in, arena, folder, &made, &fault) == STATUS_OK) {
        said(folder, &made);
        printf("The key is not in it: keep a copy of %s/" PLACE_KEY " elsewhere, once.\n", in.folder);
    } else {
        code = command_fail(&fault);
    }
    installation_close(&in);
    return code;
}

static int verify(struct arena *arena, const char *folder)
{
    struct backup found;
    struct fault fault;
    if (backup_verify(arena, folder, &found, &fault) != STATUS_OK)
        return command_fail(&fault);
    said(folder, &found);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct option data = { .name = "--data", .takes_value = true };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_backup, argc, argv, &data, 1, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    bool verifies = rest >= 1 && strcmp(argv[1], "verify") == 0;
    if (verifies && data.seen)
        return options_wrong(&command_backup, "backup verify reads the backup alone: leave --data out.");
    if (rest != (verifies ? 2 : 1))
        return options_wrong(&command_backup, "Give one folder: candour backup%s DIR.", verifies ? " verify" : "");
    struct arena *arena = arena_new(BACKUP_ARENA_MAX);
    struct fault fault;
    fault_no_memory(&fault);
    int code = EXIT_CANNOT;
    if (!arena)
        code = command_fail(&fault);
    else
        code = verifies ? verify(arena, argv[2]) : make(arena, data.seen ? data.value : NULL, argv[1]);
    arena_free(arena);
    return code;
}

const struct command command_backup = {
    .name = "backup",
    .usage = "backup DIR [--data DIR]\nbackup verify DIR",
    .help = "Makes a backup in a new folder while the server runs, and reads it back. Database, settings, pictures and "
            "the list of erasures are in it; the key is not: keep a copy of that file elsewhere, once. verify reads a "
            "backup again: each byte, the database, the audit. Nothing that was cut short passes for a backup.",
    .run = run,
};
