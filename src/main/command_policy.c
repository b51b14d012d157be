/*
 * candour policy: the packs in force, a case held against them, a pack tested.
 *
 * Needs no data folder: the pack is in the program, or in a folder that is named. Facts are hostile and are checked
 * against the vocabulary; nothing is stored.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/options.h"
#include "main/place.h"
#include "main/policy_ask.h"
#include "main/policy_installed.h"
#include "main/policy_said.h"
#include "base/banned.h"

enum {
    OPTION_FACTS,
    OPTION_ON,
    OPTION_PACK,
    OPTION_SAVE,
    OPTION_JSON,
    OPTION_DATA,
    OPTION_AS,
    OPTION_USER,
    OPTION_REASON,
    OPTION_SHIPPED,
    OPTION_AGAIN,
    OPTIONS
};
enum { ANSWER_JSON_MAX = 4 * 1024 * 1024, FACTS_MODE = 0600 };
#define PACK_FOLDER "policy/england-wales"
#define FORMS                                                                                                          \
    "Write policy list, show VERSION, eval --facts FILE.json, ask, facts, test FOLDER, diff VERSION VERSION, sign "    \
    "VERSION, use FOLDER or recheck."

static enum status read_facts(struct arena *arena, const char *path, struct policy_facts *out, struct fault *fault)
{
    struct str text;
    const struct json *json;
    enum status status = file_read(arena, path, JSON_MAX_BYTES, &text, fault);
    if (status == STATUS_OK)
        status = json_read(arena, text, &json, fault);
    return status == STATUS_OK ? policy_facts_read(arena, json, out, fault) : status;
}

static int today(void)
{
    struct civil civil;
    zone_local(clock_now_ms(), &civil);
    return civil.year * 10000 + civil.month * 100 + civil.day;
}

static int say_answer(struct arena *arena, const struct policy_answer *answer, bool json)
{
    struct buf out;
    struct json_writer w;
    if (!json) {
        policy_said_answer(arena, answer);
        return EXIT_DONE;
    }
    buf_init(&out, arena, ANSWER_JSON_MAX);
    json_writer_init(&w, &out);
    policy_answer_to_json(&w, answer);
    if (!buf_ok(&out)) {
        options_say("the answer has more than %d MB; give fewer entries of conduct.", ANSWER_JSON_MAX / 1024 / 1024);
        return EXIT_CANNOT;
    }
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    return EXIT_DONE;
}

static int evaluate(struct arena *arena, const struct option options[OPTIONS])
{
    struct fault fault;
    struct policy_facts facts;
    struct policy_answer answer;
    struct policy_case asked = { .facts = &facts, .today = today(), .now_ms = clock_now_ms() };
    if (!options[OPTION_FACTS].seen)
        return options_wrong(&command_policy, "Write --facts and the file of the facts.");
    if (options[OPTION_ON].seen && !policy_day_parse(str_of(options[OPTION_ON].value), &asked.today))
        return options_wrong(&command_policy, "Write a day that there is behind --on, as 2022-10-16.");
    enum status status = read_facts(arena, options[OPTION_FACTS].value, &facts, &fault);
    if (status == STATUS_OK)
        status =
            policy_installed_pack(arena, options[OPTION_PACK].value, options[OPTION_DATA].value, &asked.pack, &fault);
    if (status == STATUS_OK)
        status = policy_evaluate(arena, &asked, &answer, &fault);
    if (status == STATUS_OK)
        return say_answer(arena, &answer, options[OPTION_JSON].seen);
    command_fail(&fault);
    return EXIT_CANNOT;
}

/* ---- Asking ---- */

static enum status begin_draft(struct arena *arena, const char *path, struct policy_draft **out, struct fault *fault)
{
    struct policy_facts facts;
    const struct json *json = NULL;
    struct str text;
    enum status status = path ? file_read(arena, path, JSON_MAX_BYTES, &text, fault) : STATUS_OK;
    if (status == STATUS_OK && path)
        status = json_read(arena, text, &json, fault);
    if (status == STATUS_OK)
        status = policy_facts_read(arena, json, &facts, fault);
    if (status != STATUS_OK)
        return status;
    *out = policy_draft_of(arena, json);
    return *out ? STATUS_OK : fault_no_memory(fault);
}

static enum status save(struct arena *arena, const struct policy_draft *draft, const char *path, struct fault *fault)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, JSON_MAX_BYTES);
    json_writer_init(&w, &out);
    policy_draft_to_json(draft, &w);
    buf_add(&out, STR("\n"));
    if (!buf_ok(&out))
        return fault_no_memory(fault);
    enum status status = file_write(path, buf_str(&out), FACTS_MODE, fault);
    if (status == STATUS_OK)
        fprintf(stderr, "The facts are in %s.\n", path);
    return status;
}

static int ask(struct arena *arena, const struct option options[OPTIONS])
{
    struct fault fault;
    struct policy_draft *draft = NULL;
    struct policy_facts facts;
    struct policy_answer answer;
    struct policy_case asked = { .today = today(), .now_ms = clock_now_ms() };
    if (options[OPTION_ON].seen && !policy_day_parse(str_of(options[OPTION_ON].value), &asked.today))
        return options_wrong(&command_policy, "Write a day that there is behind --on, as 2022-10-16.");
    enum status status = begin_draft(arena, options[OPTION_FACTS].value, &draft, &fault);
    if (status == STATUS_OK)
        status =
            policy_installed_pack(arena, options[OPTION_PACK].value, options[OPTION_DATA].value, &asked.pack, &fault);
    if (status == STATUS_OK)
        status = policy_ask(draft, &asked, &facts, &answer, &fault);
    int code = status == STATUS_OK ? say_answer(arena, &answer, options[OPTION_JSON].seen) : EXIT_CANNOT;
    if (status == STATUS_OK && options[OPTION_SAVE].seen)
        status = save(arena, draft, options[OPTION_SAVE].value, &fault);
    if (status == STATUS_OK)
        return code;
    command_fail(&fault);
    return EXIT_CANNOT;
}

/* ---- Packs ---- */

static int show(struct arena *arena, const struct policy_pack *pack, const char *id, bool json)
{
    const struct policy_version *version = policy_pack_find(pack, str_of(id));
    if (!version) {
        options_say("there is no version %s; candour policy list has them.", id);
        return EXIT_CANNOT;
    }
    if (json)
        return policy_said_versions_json(arena, version, 1);
    policy_said_version(arena, version);
    if (!version->refused.p)
        return EXIT_DONE;
    options_say("%.*s", STR_ARG(version->refused));
    return EXIT_CANNOT;
}

static int difference(struct arena *arena, const struct option options[OPTIONS], char **argv)
{
    const char *folder = options[OPTION_PACK].value;
    const char *data = options[OPTION_DATA].value;
    /* The program holds no fixtures: where their folder is not at hand, the live posts alone are compared. */
    bool fixtures = folder || access(PACK_FOLDER, F_OK) == 0;
    if (!fixtures && !data && !place_has(arena, PLACE_DEFAULT, PLACE_DATABASE)) {
        options_say("There is no %s here: name the folder of the pack with --pack, or a data folder with --data.",
                    PACK_FOLDER);
        return EXIT_CANNOT;
    }
    int code = fixtures ? policy_test_difference(arena, folder ? folder : PACK_FOLDER, argv[2], argv[3]) : EXIT_DONE;
    return code == EXIT_DONE ? policy_installed_difference(arena, data, argv[2], argv[3]) : code;
}

/* Acts on an installation; -1: it is none of these. */
static int act_installed(struct arena *arena, int rest, char **argv, const struct option options[OPTIONS])
{
    const char *what = argv[1];
    struct policy_call call = { .arena = arena,
                                .data = options[OPTION_DATA].value,
                                .pack = options[OPTION_PACK].value,
                                .as = &options[OPTION_AS],
                                .user = &options[OPTION_USER],
                                .reason = options[OPTION_REASON].seen ? str_of(options[OPTION_REASON].value) : STR(""),
                                .json = options[OPTION_JSON].seen };
    if (strcmp(what, "sign") == 0 && rest == 2)
        return policy_installed_sign(&call, argv[2]);
    if (strcmp(what, "use") == 0 && rest == (options[OPTION_SHIPPED].seen ? 1 : 2))
        return policy_installed_use(&call, options[OPTION_SHIPPED].seen ? NULL : argv[2]);
    if (strcmp(what, "recheck") == 0 && rest == 1)
        return policy_installed_recheck(&call, options[OPTION_AGAIN].seen);
    return -1;
}

static int act(struct arena *arena, int rest, char **argv, const struct option options[OPTIONS])
{
    const struct policy_pack *pack;
    struct fault fault;
    const char *what = argv[1];
    if (strcmp(what, "eval") == 0 && rest == 1)
        return evaluate(arena, options);
    if (strcmp(what, "ask") == 0 && rest == 1)
        return ask(arena, options);
    if (strcmp(what, "facts") == 0 && rest == 1) {
        policy_said_facts();
        return EXIT_DONE;
    }
    if (strcmp(what, "test") == 0 && rest == 2)
        return policy_test_pack(arena, argv[2]);
    if (strcmp(what, "diff") == 0 && rest == 3)
        return difference(arena, options, argv);
    int code = act_installed(arena, rest, argv, options);
    if (code >= 0)
        return code;
    bool list = strcmp(what, "list") == 0 && rest == 1;
    if (!list && !(strcmp(what, "show") == 0 && rest == 2))
        return options_wrong(&command_policy, FORMS);
    if (policy_installed_pack(arena, options[OPTION_PACK].value, options[OPTION_DATA].value, &pack, &fault) !=
        STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    if (!list)
        return show(arena, pack, argv[2], options[OPTION_JSON].seen);
    if (options[OPTION_JSON].seen)
        return policy_said_versions_json(arena, pack->versions, pack->versions_n);
    policy_said_versions(arena, pack);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_FACTS] = { .name = "--facts", .takes_value = true },
                                       [OPTION_ON] = { .name = "--on", .takes_value = true },
                                       [OPTION_PACK] = { .name = "--pack", .takes_value = true },
                                       [OPTION_SAVE] = { .name = "--save", .takes_value = true },
                                       [OPTION_JSON] = { .name = "--json" },
                                       [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_AS] = { .name = "--as", .takes_value = true },
                                       [OPTION_USER] = { .name = "--user", .takes_value = true },
                                       [OPTION_REASON] = { .name = "--reason", .takes_value = true },
                                       [OPTION_SHIPPED] = { .name = "--shipped" },
                                       [OPTION_AGAIN] = { .name = "--again" } };
    int rest = 0;
    bool help = false;
    struct fault fault;
    if (!command_options(&command_policy, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest < 1)
        return options_wrong(&command_policy, FORMS);
    if (zone_use(STR("Europe/London"), &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    struct arena *arena = arena_new(POLICY_PACK_MEMORY_MAX);
    fault_no_memory(&fault);
    int code = arena ? act(arena, rest, argv, options) : command_fail(&fault);
    arena_free(arena);
    return code;
}

const struct command command_policy = {
    .name = "policy",
    .usage = "policy list [--pack FOLDER] [--data DIR] [--json]\n"
             "policy show VERSION [--pack FOLDER] [--data DIR] [--json]\n"
             "policy eval --facts FILE.json [--on DATE] [--pack FOLDER] [--data DIR] [--json]\n"
             "policy ask [--facts FILE.json] [--save FILE.json] [--on DATE] [--pack FOLDER] [--data DIR] [--json]\n"
             "policy facts\n"
             "policy test FOLDER\n"
             "policy diff VERSION VERSION [--pack FOLDER] [--data DIR]\n"
             "policy sign VERSION [--reason TEXT] [--pack FOLDER] [--as USER | --user USER] [--data DIR]\n"
             "policy use FOLDER | --shipped [--as USER | --user USER] [--data DIR]\n"
             "policy recheck [--again] [--json] [--data DIR]",
    .help =
        "Law and recording policy by date, and a case held against them. list says which versions there are, from "
        "when to when, and who signed them off; show prints one with its tables. eval holds facts (one JSON object, "
        "see facts) against the law of the day it happened and the policy of the day it is recorded: --on is the day "
        "of recording where the facts have none, else it is today. ask puts the questions that are open, the most "
        "decisive first, one at a time, and ends with the same answer; --facts begins from a file, --save keeps the "
        "facts in one. facts lists every fact, its values and its "
        "question. test runs the fixtures of a pack and names the rows of its tables that none of them reached. diff "
        "says which fixtures, and which live posts, two versions answer differently; it looks for the pack "
        "in " PACK_FOLDER
        " unless --pack names another folder. sign is the force crime registrar's: it keeps who, when and "
        "the sha256 of all files of the version; what is changed afterwards is refused. use takes a pack of the "
        "force's own into the data folder, to count instead of the one in the program. recheck holds every live post "
        "against what is in force and says which answers changed; the server does the same by itself. Sign-offs "
        "come from the data folder, ./data unless --data names one; list, show, eval, ask and test work without any.",
    .run = run,
};
