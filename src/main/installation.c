/*
 * An installation as a command finds it, and who acts in it.
 *
 * Promises: `--as` works on demonstration data alone, and only for accounts
 * that came with it; a passphrase is never an argument (arguments are seen by
 * everybody on the machine) and is wiped after it was checked.
 */
#include "main/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "main/place.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { INSTALLATION_ARENA_MAX = 64 * 1024 * 1024, LINE_MAX_BYTES = 4 * PASSPHRASE_MAX + 2 };

int installation_open(struct installation *out, const char *folder)
{
    *out = (struct installation){ 0 };
    struct fault fault;
    out->arena = arena_new(INSTALLATION_ARENA_MAX);
    if (!out->arena) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    struct place place;
    int code = place_read(&place, out->arena, folder);
    if (code == EXIT_DONE) {
        out->folder = place.folder;
        out->settings = place.settings;
        out->demonstration = place.demonstration;
        memcpy(out->key, place.key, sizeof out->key);
        struct db_options options = wiring_database(place.folder, false);
        if (db_open(&out->db, &options, &fault) != STATUS_OK)
            code = command_fail(&fault);
    }
    explicit_bzero(place.key, sizeof place.key);
    if (code != EXIT_DONE)
        installation_close(out);
    return code;
}

void installation_close(struct installation *in)
{
    db_close(in->db);
    arena_free(in->arena);
    explicit_bzero(in->key, sizeof in->key);
    *in = (struct installation){ 0 };
}

/* ---- Who acts ---- */

/* One line without its end. False at the end of the input, or where the line is too long. */
static bool line_read(int fd, char out[LINE_MAX_BYTES], size_t *n)
{
    for (*n = 0; *n < LINE_MAX_BYTES - 1;) {
        ssize_t got = read(fd, out + *n, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || out[*n] == '\n') {
            bool whole = got > 0 || *n > 0;
            if (*n && out[*n - 1] == '\r')
                (*n)--;
            out[*n] = '\0';
            return whole;
        }
        (*n)++;
    }
    return false;
}

/* From the terminal itself, so that standard input may be a file. `hidden`: what is typed is not shown. */
static bool terminal_ask(const char *question, bool hidden, char out[LINE_MAX_BYTES], size_t *n)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    struct termios before, quiet;
    bool changed = hidden && tcgetattr(fd, &before) == 0;
    if (changed) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        changed = tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
    }
    bool good = dprintf(fd, "%s", question) > 0 && line_read(fd, out, n);
    if (changed) {
        tcsetattr(fd, TCSAFLUSH, &before);
        dprintf(fd, "\n");
    }
    close(fd);
    return good;
}

static enum status actor_as(struct installation *in, struct str user, struct actor *out, struct fault *fault)
{
    if (!in->demonstration)
        return fault_set(fault, STATUS_DENIED,
                         "--as works on demonstration data only: use --user and give the passphrase.");
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(in->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = account_find(tx, in->arena, user, out);
    db_read_end(tx);
    if (status == STATUS_NOT_FOUND)
        return fault_set(fault, status, "There is no account of that name: candour user list shows them.");
    if (status != STATUS_OK)
        return fault_set(fault, status, "The account could not be read (%s).", status_name(status));
    if (!out->demonstration || out->disabled)
        return fault_set(fault, STATUS_DENIED, "--as takes demonstration accounts only, and none that was disabled.");
    return STATUS_OK;
}

static enum status actor_asked(struct installation *in, const struct option *user, struct actor *out,
                               struct fault *fault)
{
    char name[LINE_MAX_BYTES], passphrase[LINE_MAX_BYTES];
    size_t name_n = 0, passphrase_n = 0;
    struct str who = str_of(user->value);
    bool good = true;
    if (!user->seen) {
        good = terminal_ask("User: ", false, name, &name_n);
        who = (struct str){ name, name_n };
    }
    if (good && user->seen && !isatty(STDIN_FILENO))
        good = line_read(STDIN_FILENO, passphrase, &passphrase_n);
    else if (good)
        good = terminal_ask("Passphrase: ", true, passphrase, &passphrase_n);
    enum status status =
        good
            ? account_check(in->db, in->arena, who, (struct str){ passphrase, passphrase_n }, out, fault)
            : fault_set(fault, STATUS_UNAVAILABLE,
                        "There is no terminal to ask who acts: give --user USER and the passphrase on standard input.");
    explicit_bzero(passphrase, sizeof passphrase);
    return status;
}

int command_actor(struct installation *in, const struct option *as, const struct option *user, struct actor *out)
{
    struct fault fault;
    enum status status;
    if (as->seen && user->seen)
        status = fault_set(&fault, STATUS_INVALID, "--as and --user cannot stand together: leave one out.");
    else if (as->seen)
        status = actor_as(in, str_of(as->value), out, &fault);
    else
        status = actor_asked(in, user, out, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    int code = command_fail(&fault);
    return status == STATUS_INVALID ? EXIT_CANNOT : code;
}
