/*
 * candour check-config: every fault of a settings file, with file, line,
 * column and what to write instead.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "main/options.h"
#include "main/place.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { CHECK_ARENA_MAX = 16 * 1024 * 1024, DESCRIPTION_MAX = 256 * 1024 };

enum { OPTION_DATA, OPTION_DESCRIBE, OPTIONS };

static int describe(void)
{
    struct buf out;
    buf_init(&out, NULL, DESCRIPTION_MAX);
    settings_describe(&out, wiring_settings);
    bool good = buf_ok(&out);
    if (good)
        printf("%.*s", STR_ARG(buf_str(&out)));
    buf_free(&out);
    if (good)
        return EXIT_DONE;
    struct fault fault;
    fault_no_memory(&fault);
    return command_fail(&fault);
}

/* The folder that a file is in. */
static const char *folder_of(struct arena *arena, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] != '/')
        n--;
    return n > 1 || path[0] == '/' ? str_z(arena, (struct str){ path, n }) : ".";
}

static int check(struct arena *arena, const char *path)
{
    struct fault fault;
    struct str text;
    if (file_read(arena, path, PLACE_SETTINGS_MAX, &text, &fault) != STATUS_OK)
        return command_fail(&fault);
    struct setting_fault *faults = ARENA_ARRAY(arena, SETTINGS_MAX_FAULTS, struct setting_fault);
    const struct settings *settings = NULL;
    size_t n = 0;
    if (!faults) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    enum status status = place_settings_read(arena, text, &settings, faults, &n);
    if (status == STATUS_OK)
        status = place_files_check(arena, text, settings, folder_of(arena, path), faults, &n);
    char shown[PATH_MAX];
    snprintf(shown, sizeof shown, "%s", path);
    options_one_line(shown);
    for (size_t i = 0; i < n; i++)
        printf("%s:%d:%d: %s\n", shown, faults[i].line, faults[i].column, faults[i].text);
    if (status == STATUS_OK) {
        printf("%s: no faults\n", shown);
        return EXIT_DONE;
    }
    if (n) {
        options_say("%s has %zu fault%s; mend %s and check again.", path, n, n == 1 ? "" : "s", n == 1 ? "it" : "them");
        return EXIT_REFUSED;
    }
    fault_set(&fault, status, "%s could not be read (%s).", path, status_name(status));
    return command_fail(&fault);
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = {
        [OPTION_DATA] = { .name = "--data", .takes_value = true }, [OPTION_DESCRIBE] = { .name = "--describe" }
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_check_config, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest > 1 || (rest && options[OPTION_DATA].seen))
        return options_wrong(&command_check_config, "check-config takes one file, or a folder with --data.");
    if (options[OPTION_DESCRIBE].seen)
        return describe();
    struct arena *arena = arena_new(CHECK_ARENA_MAX);
    const char *path = NULL;
    if (arena && rest)
        path = argv[1];
    else if (arena)
        path =
            place_path(arena, options[OPTION_DATA].seen ? options[OPTION_DATA].value : PLACE_DEFAULT, PLACE_SETTINGS);
    struct fault fault;
    fault_no_memory(&fault);
    int code = path ? check(arena, path) : command_fail(&fault);
    arena_free(arena);
    return code;
}

const struct command command_check_config = {
    .name = "check-config",
    .usage = "check-config [--data DIR | FILE]\ncheck-config --describe",
    .help =
        "Checks a settings file. Prints every fault with file, line and column and what to write instead; without FILE "
        "it is candour.yaml in the data folder. --describe prints all settings as a Markdown table.",
    .run = run,
};
