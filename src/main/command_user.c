/*
 * candour user: accounts of staff, at the console.
 *
 * Whoever may read the data folder may do this; the audit says "the console".
 * Arguments are looked at before a passphrase is asked for, and the passphrase
 * is wiped whatever happens.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "main/ask.h"
#include "main/options.h"
#include "base/banned.h"

enum { OPTION_DATA, OPTION_NAME, OPTION_ROLE, OPTIONS };

/* ---- Arguments ---- */

/* "author,approver"; false for a word that is no role, which is given back. */
static bool roles_of(const char *words, uint32_t *roles, struct str *wrong)
{
    struct str rest = str_of(words);
    *roles = 0;
    while (str_cut(&rest, ',', wrong)) {
        enum role role;
        *wrong = str_trim(*wrong);
        if (!role_of_word(*wrong, &role))
            return false;
        *roles |= 1u << role;
    }
    return *roles != 0;
}

static const char *folder_of(const struct option *options)
{
    return options[OPTION_DATA].seen ? options[OPTION_DATA].value : NULL;
}

/* The console acts, now. */
static struct act console(void)
{
    return (struct act){ .by = NULL, .now = clock_now_ms() };
}

/* ---- The acts ---- */

static int add(const struct option *options, struct account_new *account)
{
    struct installation in;
    char passphrase[ASK_BYTES];
    struct fault fault;
    int64_t id;
    int code = installation_open(&in, folder_of(options));
    if (code != EXIT_DONE)
        return code;
    struct act act = console();
    enum status status =
        ask_passphrase("Passphrase for the new account: ", true, passphrase, &account->passphrase, &fault);
    if (status == STATUS_OK)
        status = account_add(in.db, account, &act, &id, &fault);
    explicit_bzero(passphrase, sizeof passphrase);
    if (status == STATUS_OK) {
        struct str roles = role_words(in.arena, account->roles);
        printf("The account %.*s was added: %.*s.\n", STR_ARG(account->user), STR_ARG(roles));
    } else {
        code = command_fail(&fault);
    }
    installation_close(&in);
    return code;
}

static int add_asked(const struct option *options, int argc, char **argv)
{
    struct account_new account = { .name = str_of(options[OPTION_NAME].value) };
    struct str wrong;
    if (argc != 1)
        return options_wrong(&command_user, "user add takes one user name.");
    if (!options[OPTION_NAME].seen || !options[OPTION_ROLE].seen)
        return options_wrong(&command_user, "user add needs --name and --role.");
    if (!roles_of(options[OPTION_ROLE].value, &account.roles, &wrong))
        return options_wrong(&command_user,
                             "\"%.*s\" is no role; write author, approver, duty-communications, registrar or "
                             "administrator, several with commas between them.",
                             STR_ARG(str_slice(wrong, 0, 40)));
    account.user = str_of(argv[0]);
    return add(options, &account);
}

static int passphrase(const struct option *options, struct str user)
{
    struct installation in;
    char typed[ASK_BYTES];
    struct str answer;
    struct fault fault;
    int code = installation_open(&in, folder_of(options));
    if (code != EXIT_DONE)
        return code;
    struct act act = console();
    enum status status = ask_passphrase("New passphrase: ", true, typed, &answer, &fault);
    if (status == STATUS_OK)
        status = account_passphrase(in.db, user, answer, &act, &fault);
    explicit_bzero(typed, sizeof typed);
    if (status == STATUS_OK)
        printf("The passphrase of %.*s was changed, and its sessions were ended.\n", STR_ARG(user));
    else
        code = command_fail(&fault);
    installation_close(&in);
    return code;
}

static int disable(const struct option *options, struct str user)
{
    struct installation in;
    struct fault fault;
    int code = installation_open(&in, folder_of(options));
    if (code != EXIT_DONE)
        return code;
    struct act act = console();
    if (account_disable(in.db, user, &act, &fault) == STATUS_OK)
        printf("The account %.*s was disabled, and its sessions were ended. Its acts of the past stay.\n",
               STR_ARG(user));
    else
        code = command_fail(&fault);
    installation_close(&in);
    return code;
}

static int list(const struct option *options)
{
    struct installation in;
    struct fault fault;
    struct db_tx *tx;
    struct actor *actors = NULL;
    size_t n = 0;
    int code = installation_open(&in, folder_of(options));
    if (code != EXIT_DONE)
        return code;
    enum status status = db_read_begin(in.db, &tx, &fault);
    if (status == STATUS_OK) {
        status = account_list(tx, in.arena, &actors, &n);
        db_read_end(tx);
        if (status != STATUS_OK)
            fault_set(&fault, status, "The accounts could not be read (%s); candour doctor says more.",
                      status_name(status));
    }
    if (status != STATUS_OK)
        code = command_fail(&fault);
    for (size_t i = 0; i < n; i++) {
        struct str roles = role_words(in.arena, actors[i].roles);
        printf("%-*.*s %s  %.*s (%.*s)\n", USER_NAME_MAX, STR_ARG(actors[i].user),
               actors[i].disabled ? "disabled" : "in use  ", STR_ARG(roles), STR_ARG(actors[i].name));
    }
    if (status == STATUS_OK && n == 0)
        printf("There are no accounts yet. candour user add makes one.\n");
    installation_close(&in);
    return code;
}

/* ---- Which of them ---- */

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_NAME] = { .name = "--name", .takes_value = true },
                                       [OPTION_ROLE] = { .name = "--role", .takes_value = true } };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_user, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    const char *what = rest ? argv[1] : "";
    if (strcmp(what, "add") == 0)
        return add_asked(options, rest - 1, argv + 2);
    if (options[OPTION_NAME].seen || options[OPTION_ROLE].seen)
        return options_wrong(&command_user, "--name and --role belong to user add.");
    if (strcmp(what, "list") == 0 && rest == 1)
        return list(options);
    if (strcmp(what, "passphrase") == 0 && rest == 2)
        return passphrase(options, str_of(argv[2]));
    if (strcmp(what, "disable") == 0 && rest == 2)
        return disable(options, str_of(argv[2]));
    return options_wrong(&command_user, "user takes add USER, list, passphrase USER or disable USER.");
}

const struct command command_user = {
    .name = "user",
    .usage = "user add USER --name NAME --role ROLE[,ROLE] [--data DIR]\n"
             "user list [--data DIR]\n"
             "user passphrase USER [--data DIR]\n"
             "user disable USER [--data DIR]",
    .help = "Accounts of staff. USER is at most 32 small letters, digits and hyphens; ROLE is author, approver, "
            "duty-communications, registrar or administrator. The passphrase is asked for on the terminal, or taken as "
            "one line from standard input; it is never an argument. An account is disabled, never deleted, because "
            "acts of the past name it.",
    .run = run,
};
