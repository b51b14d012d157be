/*
 * candour check: one post file, looked at without a data folder.
 *
 * Prints the faults of format, or the edition's hash, which is the one that an
 * import of the same file gives. It answers nothing about the checks of
 * content: there are none in this version, and none is made up.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/options.h"
#include "main/posts_said.h"
#include "posts/posts.h"
#include "base/banned.h"

enum { CHECK_ARENA_MAX = POST_IMPORT_ARENA, CHECK_SAID_MAX = 1024 * 1024 };
enum { OPTION_DATA, OPTION_JSON, OPTIONS };

static void say_json(struct arena *arena, const struct post_checked *checked, const struct post_faults *faults)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, CHECK_SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("edition"));
    if (checked->hash_hex.p == NULL)
        json_put_null(&w);
    else
        json_put_str(&w, checked->hash_hex);
    json_name(&w, STR("labels"));
    posts_said_labels(&w, checked->labels);
    json_name(&w, STR("faults"));
    posts_said_faults_json(&w, faults);
    json_close_object(&w);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

static int check(struct arena *arena, char *path, bool json)
{
    struct fault fault;
    struct post_faults *faults = ARENA_NEW(arena, struct post_faults);
    struct post_source source;
    if (faults == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    enum status status = zone_use(STR("Europe/London"), &fault);
    if (status == STATUS_OK)
        status = posts_said_source(arena, path, &source, &fault);
    if (status != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    struct post_checked checked;
    status = posts_check_file(arena, &source, faults, &checked, &fault);
    if (status != STATUS_OK && status != STATUS_INVALID)
        return command_fail(&fault);
    if (json)
        say_json(arena, &checked, faults);
    else if (status == STATUS_OK)
        printf("%.*s: the format is right; edition %.*s\n", STR_ARG(source.name), STR_ARG(checked.hash_hex));
    if (status == STATUS_OK)
        return EXIT_DONE;
    if (!json)
        posts_said_faults(faults);
    return command_fail(&fault);
}

static int run(int argc, char **argv)
{
    /* A data folder is not needed; who gives one as with every other command is not sent away. */
    struct option options[OPTIONS] = {
        [OPTION_DATA] = { .name = "--data", .takes_value = true }, [OPTION_JSON] = { .name = "--json" }
    };
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
    int code = arena == NULL ? command_fail(&fault) : check(arena, argv[1], options[OPTION_JSON].seen);
    arena_free(arena);
    return code;
}

const struct command command_check = {
    .name = "check",
    .usage = "check FILE.md [--json]",
    .help =
        "Looks at the file of a post and prints every fault with line and column, or the hash of its edition. No data "
        "folder is needed. "
        "The picture is looked for beside the post and in ../images. Accounts are not looked up, and the checks of "
        "what a post says are not part of this version. Exit code 0: no fault of format; 1: faults; 2: could not run.",
    .run = run,
};
