/*
 * candour check: one post file, looked at without a database.
 *
 * Prints the faults of format, or the edition's hash, which is the one that an
 * import of the same file gives, and what each check answers. The name of the
 * force and its address come from the settings of a data folder where there is
 * one; none is needed.
 *
 * What could be tried: words of a post that write lines of their own onto a
 * terminal. Evidence is one clean line each before it comes here.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/options.h"
#include "main/place.h"
#include "main/policy_installed.h"
#include "main/posts_said.h"
#include "main/wiring.h"
#include "posts/checks.h"
#include "base/banned.h"

enum { CHECK_ARENA_MAX = POST_IMPORT_ARENA, CHECK_SAID_MAX = 1024 * 1024 };
enum { OPTION_ALL, OPTION_DATA, OPTION_JSON, OPTIONS };

/* What was found out about one file. */
struct answer {
    struct str name;
    struct post_checked checked;
    struct post_faults *faults;
    struct check_result results[CHECKS];
    struct check_story story;
    bool whole; /* there are results */
};

static bool can_go_out(const struct answer *a)
{
    return a->whole && posts_checks_publishable(a->results);
}

/* ---- As JSON ---- */

static void put_member(struct json_writer *w, struct str name, struct str text)
{
    json_name(w, name);
    if (text.p == NULL)
        json_put_null(w);
    else
        json_put_str(w, text);
}

static bool say_json(struct arena *arena, const struct answer *a)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, CHECK_SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("publishable"));
    json_put_bool(&w, can_go_out(a));
    put_member(&w, STR("edition"), a->checked.hash_hex);
    json_name(&w, STR("labels"));
    posts_said_labels(&w, a->checked.labels);
    posts_said_story_json(&w, &a->story);
    json_name(&w, STR("checks"));
    json_open_array(&w);
    for (unsigned i = 0; a->whole && i < CHECKS; i++)
        posts_said_result_json(&w, &a->results[i], NULL);
    json_close_array(&w);
    json_name(&w, STR("faults"));
    posts_said_faults_json(&w, a->faults);
    json_close_object(&w);
    if (!buf_ok(&out))
        return false;
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    return true;
}

/* ---- For people ---- */

static size_t count(const struct answer *a, enum check_outcome outcome)
{
    size_t n = 0;
    for (unsigned i = 0; i < CHECKS; i++)
        n += a->results[i].outcome == outcome;
    return n;
}

static void say(const struct answer *a, bool all)
{
    printf("%.*s: the format is right; edition %.*s\n", STR_ARG(a->name), STR_ARG(a->checked.hash_hex));
    /* The blocks first, then what a person is asked, then warnings. */
    for (int outcome = CHECK_BLOCK; outcome >= (all ? CHECK_NOT_APPLICABLE : CHECK_WARN); outcome--)
        for (unsigned i = 0; i < CHECKS; i++)
            if (a->results[i].outcome == (enum check_outcome)outcome)
                posts_said_result(&a->results[i]);
    posts_said_story(&a->story);
    size_t blocks = count(a, CHECK_BLOCK);
    size_t confirms = count(a, CHECK_CONFIRM);
    if (blocks > 0)
        printf("It cannot go out: %zu %s.", blocks, blocks == 1 ? "check blocks" : "checks block");
    else
        printf("It can go out: no check blocks.");
    if (confirms > 0)
        printf(" %zu %s to be confirmed by a person before approval.", confirms,
               confirms == 1 ? "answer is" : "answers are");
    printf("\n");
}

/* ---- What the site is ---- */

/* The settings of the data folder; where none is named and none is there, the site has no name yet. */
static int site_of(struct arena *arena, const char *folder, struct check_site *site)
{
    struct place place = { .folder = folder != NULL ? folder : PLACE_DEFAULT };
    struct setting_fault *faults = NULL;
    struct fault fault;
    size_t n = 0;
    enum status status = place_settings(&place, arena, &faults, &n, &fault);
    if (status == STATUS_OK) {
        const struct setting_value *name = settings_get(place.settings, wiring_setting("site.name"));
        site->force = name->given ? name->text : STR_NONE;
        site->address = settings_get(place.settings, wiring_setting("site.address"))->text;
        return EXIT_DONE;
    }
    if (folder == NULL && n == 0 && status != STATUS_NO_MEMORY)
        return EXIT_DONE; /* none is there, or it is somebody else's */
    for (size_t i = 0; i < n; i++)
        options_say("%s/candour.yaml:%d:%d: %s", place.folder, faults[i].line, faults[i].column, faults[i].text);
    if (n == 0)
        command_fail(&fault);
    return EXIT_CANNOT;
}

static int check(struct arena *arena, char *path, const struct option options[OPTIONS])
{
    struct fault fault;
    struct post_source source;
    struct answer *a = ARENA_NEW(arena, struct answer);
    if (a != NULL)
        a->faults = ARENA_NEW(arena, struct post_faults);
    if (a == NULL || a->faults == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    if (zone_use(STR("Europe/London"), &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    struct check_site site = { .serves = wiring_serves, .now = clock_now_ms() };
    int code = site_of(arena, options[OPTION_DATA].value, &site);
    if (code != EXIT_DONE)
        return code;
    /* With the sign-offs, and the pack of its own, of an installation that is there. */
    const char *folder = options[OPTION_DATA].seen ? options[OPTION_DATA].value : PLACE_DEFAULT;
    if ((place_has(arena, folder, PLACE_DATABASE) &&
         policy_installed_pack(arena, NULL, folder, &site.pack, &fault) != STATUS_OK) ||
        posts_said_source(arena, path, &source, &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    a->name = source.name;
    enum status status = posts_check_bare(arena, &source, &site, a->faults, &a->checked, a->results, &a->story, &fault);
    if (status != STATUS_OK && status != STATUS_INVALID)
        return command_fail(&fault);
    a->whole = status == STATUS_OK;
    if (options[OPTION_JSON].seen) {
        if (!say_json(arena, a)) {
            fault_no_memory(&fault);
            return command_fail(&fault);
        }
    } else if (a->whole)
        say(a, options[OPTION_ALL].seen);
    if (a->whole)
        return can_go_out(a) ? EXIT_DONE : EXIT_REFUSED;
    if (!options[OPTION_JSON].seen)
        posts_said_faults(a->faults);
    return command_fail(&fault);
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_ALL] = { .name = "--all" },
                                       [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_JSON] = { .name = "--json" } };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_check, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest != 1)
        return options_wrong(&command_check, "Give the file of one post.");
    struct arena *arena = arena_new(CHECK_ARENA_MAX);
    struct fault fault;
    fault_no_memory(&fault);
    int code = arena == NULL ? command_fail(&fault) : check(arena, argv[1], options);
    arena_free(arena);
    return code;
}

const struct command command_check = {
    .name = "check",
    .usage = "check FILE.md [--all] [--json] [--data DIR]",
    .help =
        "Looks at the file of a post. Prints every fault with line and column, or the hash of its edition and what the "
        "checks answer: what blocks, what a person is to confirm, and warnings, each with what to do; with --all also "
        "what passes or does not apply. No data folder is needed; where there is one, the force's name and address "
        "come from its settings, and the pack in force and its sign-offs from its database. The picture is looked for "
        "beside the post and in ../images. Accounts are not looked "
        "up. Exit code 0: it can go out; 1: a check blocks, or the file has faults; 2: could not run.",
    .run = run,
};
