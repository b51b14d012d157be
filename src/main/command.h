/*
 * The command line: one file a command, one table, one way to fail.
 *
 * Errors go to standard error as one line in plain words with what to do,
 * beginning with "candour: ". Results go to standard output.
 */
#ifndef CANDOUR_MAIN_COMMAND_H
#define CANDOUR_MAIN_COMMAND_H

#include "base/settings.h"
#include "db/db.h"
#include "staff/staff.h"

/* What every command may end with; docs/commands.md. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* the answer is no: a rule forbids it, the file has faults, the check blocks */
    EXIT_CANNOT = 2,  /* could not run: wrong argument, missing file, no database, no room on the disk */
    EXIT_DATA = 3,    /* the data is damaged, or written by a newer candour */
};

struct command {
    const char *name;
    const char *usage; /* "post import FILE.md… [--as USER]" — one line for each form, separated by \n */
    const char *help;  /* a few plain sentences */
    int (*run)(int argc, char **argv); /* argv[0] is the command's own name */
};

extern const struct command command_init, command_serve, command_check_config, command_dmn, command_policy,
    command_doctor, command_user, command_campaign, command_image, command_post, command_promise, command_register,
    command_speaker_confirm, command_check, command_audit, command_feedback, command_backup, command_restore,
    command_routes, command_version;

/* Options of a command: "--data DIR", "--json"; everything else is a positional argument. */
struct option {
    const char *name; /* "--data" */
    bool takes_value;
    bool seen;
    const char *value; /* the first */
    /* Not NULL: it may stand up to `values_max` times, and each value is put there. */
    const char **values;
    size_t values_max, values_n;
};
/*
 * Fills `options`, moves positional arguments to the front of argv and counts them in `*rest`.
 * `--help` prints usage and help of `command` and sets *help. False after an unknown or incomplete option (said on
 * standard error).
 */
bool command_options(const struct command *command, int argc, char **argv, struct option *options, size_t n, int *rest,
                     bool *help);

/* An installation that a command works on: the data folder, its settings, its key, its database. */
struct installation {
    struct arena *arena;
    const char *folder;
    const struct settings *settings;
    struct db *db;
    unsigned char key[32];
    bool demonstration; /* the folder was made by init --demonstration */
};
/* Opens all of it; on failure says why on standard error and gives the exit code. `folder` NULL: ./data. */
int installation_open(struct installation *out, const char *folder);
void installation_close(struct installation *in);

/*
 * Who acts: `--as USER` (demonstration data only), else user and passphrase: from the terminal, or with
 * `--user USER` and the passphrase on standard input. Says why not, and gives the exit code.
 */
int command_actor(struct installation *in, const struct option *as, const struct option *user, struct actor *out);

/* Prints "candour: " and the fault's words on standard error; gives the exit code for its status. */
int command_fail(const struct fault *fault);

#endif
