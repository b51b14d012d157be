/*
 * candour speaker-confirm: the speaker stands behind the words of one edition,
 * from their own account. A file's "confirmed" is only what somebody claimed.
 */
#include <stdio.h>

#include "base/arena.h"
#include "main/post_call.h"
#include "base/banned.h"

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = {
        [OPTION_DATA] = { .name = "--data", .takes_value = true },
        [OPTION_AS] = { .name = "--as", .takes_value = true },
        [OPTION_USER] = { .name = "--user", .takes_value = true },
        [OPTION_EDITION] = { .name = "--edition", .takes_value = true },
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_speaker_confirm, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest != 1)
        return options_wrong(&command_speaker_confirm, "Give the name of one post.");
    struct call call = { .command = &command_speaker_confirm, .options = options, .argc = 1, .argv = argv + 1 };
    int code = installation_open(&call.in, options[OPTION_DATA].value);
    if (code != EXIT_DONE)
        return code;
    call.arena = call.in.arena;
    code = post_speaker(&call);
    installation_close(&call.in);
    return code;
}

const struct command command_speaker_confirm = {
    .name = "speaker-confirm",
    .usage = "speaker-confirm KEY [--edition HASH] [--as USER | --user USER]",
    .help =
        "Records that the speaker of a post stands behind the words of exactly this edition. Only an account in the "
        "speaker's own name may: the name that \"candour user list\" shows must be the one that the post gives its "
        "speaker. A new edition is confirmed anew. Without it a statement does not go out.",
    .run = run,
};
