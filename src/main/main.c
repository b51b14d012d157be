/*
 * The beginning: a command by its name, or a part of the server by its role.
 *
 * Promise: what a command wrote has arrived when it answers 0; a full disk
 * behind standard output is an error like any other.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "main/options.h"
#include "main/roles.h"
#include "main/wiring.h"
#include "base/banned.h"

/* In the order in which an administrator meets them. */
static const struct command *const commands[] = {
    &command_init,
    &command_serve,
    &command_check_config,
    &command_dmn,
    &command_policy,
    &command_doctor,
    &command_user,
    &command_post,
    &command_image,
    &command_promise,
    &command_campaign,
    &command_register,
    &command_speaker_confirm,
    &command_check,
    &command_audit,
    &command_feedback,
    &command_backup,
    &command_restore,
    &command_routes,
    &command_version,
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *command_of(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void first_sentence(const char *help)
{
    const char *end = strstr(help, ". ");
    const char *line = strchr(help, '\n');
    if (line && (!end || line < end))
        end = line - 1;
    printf("%.*s\n", end ? (int)(end - help) + 1 : (int)strlen(help), help);
}

static void overview(FILE *to)
{
    fprintf(to, "usage: candour COMMAND [--data DIR] …\n");
    if (to != stdout)
        return;
    printf("\nThe public front desk of a police force.\n\n");
    for (size_t i = 0; i < COMMANDS; i++) {
        printf("  %-16s", commands[i]->name);
        first_sentence(commands[i]->help);
    }
    printf("\n\"candour COMMAND --help\" says more. The data folder is ./data, or the one given with --data DIR.\n"
           "Exit codes: 0 done, 1 refused, 2 could not run, 3 the data is damaged or newer.\n");
}

static int unknown(const char *word)
{
    const char *names[COMMANDS + 1] = { NULL };
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *nearest = options_nearest(word, names);
    char shown[64];
    snprintf(shown, sizeof shown, "%s", word);
    options_one_line(shown);
    if (nearest)
        fprintf(stderr, "candour: There is no command %s; did you mean %s? See candour --help.\n", shown, nearest);
    else
        fprintf(stderr, "candour: There is no command %s. See candour --help.\n", shown);
    return EXIT_CANNOT;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        overview(stderr);
        fprintf(stderr, "candour: Give a command: init, serve, …; see candour --help.\n");
        return EXIT_CANNOT;
    }
    bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0;
    if (help && argc == 2) {
        overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0 && argc == 2)
        return command_version.run(1, argv + 1);
    const struct command *command = command_of(help ? argv[2] : argv[1]);
    if (!command)
        return unknown(help ? argv[2] : argv[1]);
    if (help) {
        options_help(command);
        return EXIT_DONE;
    }
    /* A command says what went wrong in one line of its own; serve has its log. */
    log_role_set("command");
    if (command != &command_serve)
        log_descriptor_set(-1);
    return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    /* A file that is opened later must never become standard output or error. */
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= 2)
        fd = fcntl(fd, F_DUPFD, 0);
    if (fd > 2)
        close(fd);

    /* A limit on file sizes is then a fault of the disk like any other, and not the end in the middle of an act. */
    signal(SIGXFSZ, SIG_IGN);

    mem_keep();
    wiring_begin();
    const char *role = proc_role_word(argc, argv);
    if (role)
        return roles_run(role);
    int code = dispatch(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
        fprintf(stderr, "candour: Standard output could not be written (%s): make room there and try again.\n",
                strerror(errno));
        code = EXIT_CANNOT;
    }
    return code;
}
