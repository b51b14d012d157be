/*
 * An installation as a command finds it, and who acts in it.
 *
 * Promises: `--as` works on demonstration data alone, and only for accounts
 * that came with it; a passphrase is never an argument (arguments are seen by
 * everybody on the machine) and is wiped after it was checked.
 */
#include "main/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "main/ask.h"
#include "main/place.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { INSTALLATION_ARENA_MAX = 64 * 1024 * 1024 };

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
        wiring_key(place.key);
        if (place_database_open(place.folder, &out->db, &fault) != STATUS_OK)
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
static bool line_read(char *out, size_t size, struct str *line)
{
    size_t n = 0;
    while (n < size) {
        ssize_t got = read(STDIN_FILENO, out + n, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (out[n] == '\n') {
            *line = str_trim((struct str){ out, n });
            return true;
        }
        n++;
    }
    return false;
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
    char name[USER_NAME_MAX + 2], passphrase[ASK_BYTES];
    struct str who = str_of(user->value), said = STR_NONE;
    if (!user->seen) {
        if (!isatty(STDIN_FILENO))
            return fault_set(fault, STATUS_UNAVAILABLE,
                             "There is no terminal to ask who acts: give --user USER and the passphrase on standard "
                             "input.");
        fprintf(stderr, "User: ");
        if (!line_read(name, sizeof name, &who))
            return fault_set(fault, STATUS_UNAVAILABLE, "No user was given. Nothing was changed.");
    }
    enum status status = ask_passphrase("Passphrase: ", false, passphrase, &said, fault);
    if (status == STATUS_OK)
        status = account_check(in->db, in->arena, who, said, out, fault);
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
