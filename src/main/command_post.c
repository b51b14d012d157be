/*
 * candour post: from a file to the public and back. Here: the table of its
 * subcommands. The import stands in post_import.c, the other acts in
 * post_acts.c, what only reads in post_reading.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "main/post_call.h"
#include "base/banned.h"

/* ---- The command ---- */

struct subcommand {
    const char *name;
    int least, most; /* positional arguments */
    int (*run)(struct call *call);
    unsigned options; /* bits of those it takes beside --data */
};

#define BIT(option)   (1U << (option))
#define ACTOR_OPTIONS (BIT(OPTION_AS) | BIT(OPTION_USER))
#define ACT_OPTIONS   (ACTOR_OPTIONS | BIT(OPTION_EDITION))

static const struct subcommand subcommands[] = {
    { "import", 1, 1 << 20, post_import,
      ACTOR_OPTIONS | BIT(OPTION_SUBMIT) | BIT(OPTION_ELSEWHERE) | BIT(OPTION_AT) | BIT(OPTION_JSON) },
    { "list", 0, 0, post_list, BIT(OPTION_JSON) },
    { "show", 1, 1, post_show, BIT(OPTION_JSON) },
    { "check", 1, 1, post_check, BIT(OPTION_JSON) },
    { "export", 1, 1, post_export, 0 },
    { "submit", 1, 1, post_submit, ACT_OPTIONS },
    { "changes", 1, 1, post_changes, ACT_OPTIONS | BIT(OPTION_REASON) },
    { "confirm", 1, 1, post_confirm, ACT_OPTIONS | BIT(OPTION_CHECK) | BIT(OPTION_REASON) },
    { "approve", 1, 1, post_approve, ACT_OPTIONS },
    { "schedule", 1, 1, post_schedule, ACT_OPTIONS | BIT(OPTION_AT) | BIT(OPTION_CANCEL) },
    { "publish", 1, 1, post_publish, ACT_OPTIONS | BIT(OPTION_EMERGENCY) | BIT(OPTION_REASON) | BIT(OPTION_TOLD) },
    { "review-late", 1, 1, post_review_late, ACT_OPTIONS | BIT(OPTION_REASON) },
    { "correct", 1, 1, post_correct, ACT_OPTIONS | BIT(OPTION_KIND) | BIT(OPTION_REASON) | BIT(OPTION_GROUND) },
    { "withdraw", 1, POST_WITHDRAWALS_MAX, post_withdraw, ACTOR_OPTIONS | BIT(OPTION_REASON) | BIT(OPTION_GROUND) },
    { "end", 1, 1, post_end, ACT_OPTIONS | BIT(OPTION_REASON) },
    { "restore", 1, 1, post_restore, ACT_OPTIONS | BIT(OPTION_REASON) },
    { "discard", 1, 1, post_discard, ACT_OPTIONS | BIT(OPTION_REASON) },
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static int wrong_subcommand(const char *word)
{
    const char *names[SUBCOMMANDS + 1] = { NULL };
    char words[SUBCOMMANDS * 20];
    size_t n = 0;
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        names[i] = subcommands[i].name;
        const char *before = i == 0 ? "" : i + 1 < SUBCOMMANDS ? ", " : " or ";
        n += (size_t)snprintf(words + n, sizeof words - n, "%s%s", before, names[i]);
    }
    if (word == NULL)
        return options_wrong(&command_post, "Say what to do: %s.", words);
    const char *nearest = options_nearest(word, names);
    if (nearest != NULL)
        return options_wrong(&command_post, "post cannot %.40s; did you mean %s?", word, nearest);
    return options_wrong(&command_post, "post cannot %.40s: say %s.", word, words);
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = {
        [OPTION_DATA] = { .name = "--data", .takes_value = true },
        [OPTION_AS] = { .name = "--as", .takes_value = true },
        [OPTION_USER] = { .name = "--user", .takes_value = true },
        [OPTION_REASON] = { .name = "--reason", .takes_value = true },
        [OPTION_GROUND] = { .name = "--ground", .takes_value = true },
        [OPTION_EDITION] = { .name = "--edition", .takes_value = true },
        [OPTION_CHECK] = { .name = "--check", .takes_value = true },
        [OPTION_AT] = { .name = "--at", .takes_value = true },
        [OPTION_CANCEL] = { .name = "--cancel" },
        [OPTION_EMERGENCY] = { .name = "--emergency" },
        [OPTION_TOLD] = { .name = "--told", .takes_value = true },
        [OPTION_KIND] = { .name = "--kind", .takes_value = true },
        [OPTION_SUBMIT] = { .name = "--submit" },
        [OPTION_ELSEWHERE] = { .name = "--published-elsewhere", .takes_value = true },
        [OPTION_JSON] = { .name = "--json" },
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_post, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    const struct subcommand *sub = NULL;
    for (size_t i = 0; rest > 0 && i < SUBCOMMANDS; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            sub = &subcommands[i];
    if (sub == NULL)
        return wrong_subcommand(rest > 0 ? argv[1] : NULL);
    for (unsigned i = OPTION_AS; i < OPTIONS; i++)
        if (options[i].seen && (sub->options & BIT(i)) == 0)
            return options_wrong(&command_post, "post %s takes no %s.", sub->name, options[i].name);
    if (rest - 1 < sub->least)
        return options_wrong(&command_post, "post %s needs %s.", sub->name,
                             sub->run == post_import ? "at least one file" : "the name of a post");
    if (rest - 1 > sub->most)
        return options_wrong(&command_post, "post %s takes %s.", sub->name,
                             sub->most == 0   ? "no name"
                             : sub->most == 1 ? "one name"
                                              : "at most 100 names");
    struct call call = { .command = &command_post,
                         .options = options,
                         .argc = rest - 1,
                         .argv = argv + 2,
                         .json = options[OPTION_JSON].seen };
    int code = installation_open(&call.in, options[OPTION_DATA].value);
    if (code != EXIT_DONE)
        return code;
    struct fault fault;
    fault_no_memory(&fault);
    call.arena = arena_new(POST_IMPORT_ARENA);
    code = call.arena == NULL ? command_fail(&fault) : sub->run(&call);
    arena_free(call.arena);
    installation_close(&call.in);
    return code;
}

const struct command command_post = {
    .name = "post",
    .usage = "post import FILE.md|FOLDER… [--submit] [--as USER | --user USER] [--json]\n"
             "post import FILE.md --published-elsewhere URL --at TIME [--as USER | --user USER] [--json]\n"
             "post list [--json]\n"
             "post show KEY [--json]\n"
             "post check KEY [--json]\n"
             "post export KEY\n"
             "post submit KEY [--edition HASH] [--as USER | --user USER]\n"
             "post changes KEY --reason TEXT [--edition HASH] [--as USER | --user USER]\n"
             "post confirm KEY --check ID --reason TEXT [--edition HASH] [--as USER | --user USER]\n"
             "post approve KEY [--edition HASH] [--as USER | --user USER]\n"
             "post schedule KEY --at TIME | --cancel [--edition HASH] [--as USER | --user USER]\n"
             "post publish KEY [--edition HASH] [--as USER | --user USER]\n"
             "post publish KEY --emergency --reason TEXT --told TEXT [--edition HASH] [--as USER | --user USER]\n"
             "post review-late KEY [--reason TEXT] [--edition HASH] [--as USER | --user USER]\n"
             "post correct KEY --kind KIND --reason TEXT | --ground GROUND [--edition HASH] [--as USER | --user USER]\n"
             "post withdraw KEY… --reason TEXT [--ground GROUND] [--as USER | --user USER]\n"
             "post end KEY --reason ENDING [--edition HASH] [--as USER | --user USER]\n"
             "post restore KEY --reason TEXT [--edition HASH] [--as USER | --user USER]\n"
             "post discard KEY [--reason TEXT] [--edition HASH] [--as USER | --user USER]",
    .help =
        "Brings posts in from files, shows them, and takes them to the public and back. A post's key is its file's "
        "name without .md; a folder stands for its files that end in .md. Up to 200 files of together 12 MB are one "
        "act: "
        "with a fault in any, nothing is imported. More are taken in act by act, and a file with a fault is named and "
        "left "
        "out; what was interrupted goes on with the same command. --submit hands them in with the act. The way of a "
        "post: import, submit, approve, publish; candour post check says what holds it. Who "
        "approves must be none of those who wrote or imported the post; an approval holds for one edition. Name it "
        "with "
        "--edition, as post show gives it: without it the newest one is taken, whatever it says by then. An emergency "
        "publication goes out without approval, never without its labels, and is counted in public; somebody else "
        "reviews it within 4 hours. A correction puts a new, approved edition in the place of the public one; kinds: "
        "factual, clarification, label-added, picture-replaced, policy. An ending takes the words away because it is "
        "over: found, arrested, trial-over, event-over. The reasons of corrections, withdrawals and restorations are "
        "shown to the public. The reason of a withdrawal may begin with its ground and a colon, as in \"error: the day "
        "was wrong\"; the ground and the colon are not shown as words of the reason; one word and a colon that is no "
        "ground is refused, unless --ground is given. Grounds: error, disclosure, policy, licence-or-consent, "
        "court-order, personal-data, safety, other. With court-order, personal-data and safety no reason is shown, "
        "the ground alone will do, and what is withdrawn, or was there before a correction, is erased for good; with "
        "licence-or-consent the pictures are. Times are local: 2026-03-02T19:11. Without --as or --user the terminal "
        "is asked for "
        "user and passphrase; with --user the passphrase is read from standard input; --as works on demonstration data "
        "only.",
    .run = run,
};
