/*
 * candour post: from a file to the public and back, one act a call. Here: the
 * table of its subcommands, and the import.
 *
 * Promises: an import of several files is one act. The other acts stand in
 * post_acts.c, what only reads in post_reading.c.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "main/jobs.h"
#include "main/post_call.h"
#include "main/posts_said.h"
#include "base/banned.h"

/* ---- Import ---- */

enum { JOB_ARENA_MAX = 16 * 1024 * 1024 };

static const char *outcome_words(enum import_outcome outcome)
{
    switch (outcome) {
    case IMPORT_POST: return "new post";
    case IMPORT_EDITION: return "new edition";
    case IMPORT_RECORD: return "same edition, its record brought up to date";
    case IMPORT_SAME: return "nothing changed";
    }
    return "";
}

static const char *outcome_word(enum import_outcome outcome)
{
    switch (outcome) {
    case IMPORT_POST: return "post";
    case IMPORT_EDITION: return "edition";
    case IMPORT_RECORD: return "record";
    case IMPORT_SAME: return "same";
    }
    return "";
}

static void say_import(const struct call *call, const struct post_import *import, const struct post_faults *faults)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("imported"));
    json_open_array(&w);
    for (size_t i = 0; import != NULL && i < import->files_n; i++) {
        const struct import_result *r = &import->results[i];
        json_open_object(&w);
        post_call_put(&w, "key", r->key);
        post_call_put(&w, "outcome", str_of(outcome_word(r->outcome)));
        json_name(&w, STR("number"));
        json_put_i64(&w, r->number);
        post_call_put(&w, "edition", r->hash_hex);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_name(&w, STR("faults"));
    posts_said_faults_json(&w, faults);
    json_close_object(&w);
    post_call_say(&out);
}

/*
 * Makes the pictures of an import ready for the page, unless a server is at it: a job is taken by one of them alone.
 * What cannot be made is said by "post publish", and by the job's own end.
 */
static void do_jobs(struct call *call, const struct post_import *import)
{
    struct fault fault;
    size_t pictures = 0;
    for (size_t i = 0; i < import->files_n; i++)
        pictures += import->results[i].outcome != IMPORT_SAME && posts_import_has_picture(import, i);
    struct arena *arena = pictures == 0 ? NULL : arena_new(JOB_ARENA_MAX);
    while (arena != NULL && pictures-- > 0 &&
           jobs_do_next(call->in.db, call->in.settings, arena, jobs_known, &fault) == STATUS_OK)
        continue;
    arena_free(arena);
}

static int import(struct call *call)
{
    struct fault fault;
    struct actor actor = { 0 };
    struct act act = { .by = &actor };
    struct post_import import;
    struct post_faults *faults = ARENA_NEW(call->arena, struct post_faults);
    size_t n = (size_t)call->argc;
    struct post_source *sources = ARENA_ARRAY(call->arena, n + 1, struct post_source);
    if (faults == NULL || sources == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    if (n > POST_IMPORT_FILES_MAX)
        return options_wrong(&command_post, "Give at most %d files at once.", POST_IMPORT_FILES_MAX);
    for (size_t i = 0; i < n; i++)
        if (posts_said_source(call->arena, call->argv[i], &sources[i], &fault) != STATUS_OK) {
            command_fail(&fault);
            return EXIT_CANNOT;
        }
    bool elsewhere = call->options[OPTION_ELSEWHERE].seen;
    int64_t elsewhere_at = 0;
    if (elsewhere != call->options[OPTION_AT].seen ||
        (elsewhere && !post_call_at(&call->options[OPTION_AT], &elsewhere_at)))
        return options_wrong(&command_post, "A post that was made elsewhere has an address and a time: "
                                            "--published-elsewhere https://… --at 2026-03-02T19:11.");
    if (elsewhere && (n != 1 || call->options[OPTION_SUBMIT].seen))
        return options_wrong(&command_post, "A post that was made elsewhere is taken in alone, and not handed in.");
    enum status status = posts_import_read(call->arena, sources, n, &act, faults, &import, &fault);
    if (status == STATUS_OK) {
        import.submit = call->options[OPTION_SUBMIT].seen;
        import.elsewhere = elsewhere ? str_of(call->options[OPTION_ELSEWHERE].value) : STR_NONE;
        import.elsewhere_at = elsewhere_at;
    }
    if (status == STATUS_OK)
        status = posts_import_keep(call->in.db, &import, &fault);
    if (status == STATUS_OK) { /* nobody types a passphrase for a file that has faults */
        int code = command_actor(&call->in, &call->options[OPTION_AS], &call->options[OPTION_USER], &actor);
        if (code != EXIT_DONE)
            return code;
        if (!call->options[OPTION_AS].seen) /* who types a passphrase may have been away */
            status = posts_import_keep_again(call->in.db, &import, &fault);
        act.now = clock_now_ms();
        if (status == STATUS_OK)
            status = db_write(call->in.db, posts_import_write, &import, &fault);
    }
    if (call->json && (status == STATUS_OK || status == STATUS_INVALID))
        say_import(call, status == STATUS_OK ? &import : NULL, faults);
    if (status != STATUS_OK) {
        if (!call->json)
            posts_said_faults(faults);
        return command_fail(&fault);
    }
    do_jobs(call, &import);
    for (size_t i = 0; i < import.files_n && !call->json; i++)
        printf("%.*s: %s, edition %lld %.*s\n", STR_ARG(import.results[i].key),
               outcome_words(import.results[i].outcome), (long long)import.results[i].number,
               STR_ARG(import.results[i].hash_hex));
    return EXIT_DONE;
}

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
    { "import", 1, 1 << 20, import,
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
                             sub->run == import ? "at least one file" : "the name of a post");
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
    .usage = "post import FILE.md… [--submit] [--as USER | --user USER] [--json]\n"
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
        "name without .md. Several files are one act: with a fault in any, nothing is imported; --submit hands them in "
        "with it. The way of a post: import, submit, approve, publish; candour post check says what holds it. Who "
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
