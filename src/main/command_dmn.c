/*
 * candour dmn: decision models in a terminal: evaluate, look for faults, print as tables, run test cases.
 *
 * Needs no data folder. A model, and what it imports, is read from files; imports are looked for beside it, by their
 * namespace. Files are hostile; the engine bounds them (src/dmn/limits.h).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/zone.h"
#include "dmn/dmn.h"
#include "dmn/limits.h"
#include "main/dmn_said.h"
#include "main/options.h"
#include "base/banned.h"

enum { SAID_MAX = DMN_SAID_MAX, FILES_MAX = DMN_IMPORTS_MAX, PATH_SIZE = 4096 };
enum { OPTION_DECISION, OPTION_INPUT, OPTION_TRACE, OPTION_UNKNOWN, OPTION_JSON, OPTION_CSV, OPTION_IMPORTS, OPTIONS };

/* ---- Files ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool dmn_said_names(struct arena *arena, const char *folder, const char *ending, const char ***out, size_t *n)
{
    enum { NAMES_MAX = 10000 };
    const char **names = ARENA_ARRAY(arena, NAMES_MAX, const char *);
    DIR *dir = names ? opendir(folder) : NULL;
    struct dirent *entry;
    *n = 0;
    if (!dir)
        return false;
    while (*n < NAMES_MAX && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && str_ends(str_of(entry->d_name), str_of(ending)))
            names[(*n)++] = str_z(arena, str_of(entry->d_name));
    closedir(dir);
    if (*n > 0)
        qsort(names, *n, sizeof *names, by_name);
    *out = names;
    return !arena_failed(arena);
}

/*
 * The .dmn files of one folder, behind those that are there. What cannot be read is not imported, and the model says
 * what is missing; what is there already is one file.
 */
static bool gather(struct arena *arena, const char *folder, struct dmn_file *files, size_t *files_n)
{
    const char **names;
    size_t n;
    if (!dmn_said_names(arena, folder, ".dmn", &names, &n))
        return false;
    for (size_t i = 0; i < n && *files_n < FILES_MAX; i++) {
        char path[PATH_SIZE];
        struct fault ignored;
        struct dmn_file file = { .name = str_of(names[i]) };
        bool there = false;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (file_read(arena, path, DMN_MODEL_MAX, &file.bytes, &ignored) != STATUS_OK)
            continue;
        for (size_t j = 0; j < *files_n && !there; j++)
            there = str_equal(files[j].name, file.name) && str_equal(files[j].bytes, file.bytes);
        if (!there)
            files[(*files_n)++] = file;
    }
    return true;
}

enum status dmn_said_files(struct arena *arena, const char *path, const char *imports, struct dmn_file *files,
                           size_t *files_n, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    struct str folder = slash ? str_slice(str_of(path), 0, (size_t)(slash - path)) : STR(".");
    enum status status = file_read(arena, path, DMN_MODEL_MAX, &files[0].bytes, fault);
    if (status != STATUS_OK)
        return status;
    files[0].name = str_of(slash ? slash + 1 : path);
    *files_n = 1;
    if (str_find(files[0].bytes, STR("import")) < 0)
        return STATUS_OK;
    gather(arena, folder.n ? str_z(arena, folder) : "/", files, files_n);
    if (imports && !gather(arena, imports, files, files_n))
        return fault_set(fault, STATUS_NOT_FOUND, "%s: this folder cannot be read.", imports);
    return STATUS_OK;
}

static enum status read_model(struct arena *arena, const char *path, const struct option options[OPTIONS],
                              struct dmn_model **out, struct fault *fault)
{
    struct dmn_file files[FILES_MAX];
    size_t n;
    enum status status = dmn_said_files(arena, path, options[OPTION_IMPORTS].value, files, &n, fault);
    return status == STATUS_OK ? dmn_model_read(arena, files, n, out, fault) : status;
}

/* ---- eval ---- */

/* An input that is not of its type is no input: it would be null, and nobody would know why. */
static enum status check_input(const struct dmn_model *model, const struct dmn_element *element,
                               const struct dmn_input *input, const char *path, struct fault *fault)
{
    struct arena *arena = arena_new(DMN_RUN_MEMORY_MAX);
    struct dmn_result result;
    if (!arena)
        return fault_no_memory(fault);
    enum status status = dmn_evaluate(model, element, arena, 0, input, 1, &result, fault);
    if (status == STATUS_OK && result.value.kind == FEEL_NULL && input->value.kind != FEEL_NULL)
        status = fault_set(fault, STATUS_INVALID, "%s: \"%.*s\": %.*s", path, STR_ARG(input->name),
                           STR_ARG(result.value.why ? result.value.why->words : STR("it is not of its type.")));
    arena_free(arena);
    return status;
}

/* The inputs of the model, from the members of one JSON object. */
static enum status read_inputs(struct arena *arena, const struct dmn_model *model, const char *path,
                               struct dmn_input **out, size_t *n, struct fault *fault)
{
    struct str text;
    const struct json *json;
    enum status status = file_read(arena, path, JSON_MAX_BYTES, &text, fault);
    if (status == STATUS_OK)
        status = json_read(arena, text, &json, fault);
    if (status != STATUS_OK)
        return status;
    if (json->kind != JSON_OBJECT)
        return fault_set(fault, STATUS_INVALID, "%s: write one object with a member for each input.", path);
    struct dmn_input *inputs = ARENA_ARRAY(arena, json->n + 1, struct dmn_input);
    if (!inputs)
        return fault_no_memory(fault);
    for (size_t i = 0; i < json->n; i++) {
        const struct dmn_element *element = NULL;
        for (size_t j = 0; j < dmn_model_elements(model) && !element; j++) {
            const struct dmn_element *other = dmn_model_element(model, j);
            enum dmn_element_kind kind = dmn_element_kind(other);
            if ((kind == DMN_INPUT_DATA || kind == DMN_DECISION) && str_equal(dmn_element_name(other), json->names[i]))
                element = other;
        }
        if (!element)
            return fault_set(fault, STATUS_INVALID, "%s: the model has no input \"%.*s\".", path,
                             STR_ARG(json->names[i]));
        inputs[i] =
            (struct dmn_input){ STR_NONE, json->names[i], dmn_value_from_json(arena, &json->items[i], element) };
        if (arena_failed(arena))
            return fault_no_memory(fault);
        status = check_input(model, element, &inputs[i], path, fault);
        if (status != STATUS_OK)
            return status;
    }
    if (arena_failed(arena))
        return fault_no_memory(fault);
    *out = inputs;
    *n = json->n;
    return STATUS_OK;
}

static bool wanted(const struct dmn_model *model, const struct dmn_element *element, const char *name)
{
    enum dmn_element_kind kind = dmn_element_kind(element);
    if (name)
        return str_equal(dmn_element_name(element), str_of(name));
    return kind == DMN_DECISION && str_equal(dmn_element_namespace(element), dmn_model_namespace(model));
}

struct evaluating {
    const struct dmn_model *model;
    struct dmn_input *inputs;
    size_t inputs_n;
    const struct option *options;
    struct json_writer *w; /* NULL: in words */
    int64_t steps_left;    /* for all that is asked together */
};

/* One decision, said. False, and the fault says why, where a bound was hit. */
static bool evaluate_one(struct evaluating *e, const struct dmn_element *element, struct fault *fault)
{
    struct dmn_result result = { 0 };
    struct dmn_unknowns unknowns = { 0 };
    bool trace = e->options[OPTION_TRACE].seen, unknown = e->options[OPTION_UNKNOWN].seen;
    int64_t now = clock_now_ms();
    struct arena *run = arena_new(DMN_RUN_MEMORY_MAX);
    bool good = run != NULL;
    if (!good)
        fault_no_memory(fault);
    good = good && dmn_evaluate(e->model, element, run, now, e->inputs, e->inputs_n, &result, fault) == STATUS_OK;
    good = good && (!unknown ||
                    dmn_unknown(e->model, element, run, now, e->inputs, e->inputs_n, &unknowns, fault) == STATUS_OK);
    e->steps_left -= result.steps + unknowns.steps;
    if (good && e->w)
        dmn_said_result_json(e->w, element, &result, trace, unknown ? &unknowns : NULL);
    if (good && !e->w) {
        dmn_said_result(element, &result, trace);
        if (unknown)
            dmn_said_unknown(&result, &unknowns);
    }
    arena_free(run);
    return good;
}

static int evaluate(struct arena *arena, const char *path, const struct option options[OPTIONS])
{
    struct dmn_model *model;
    struct fault fault;
    struct buf out;
    struct json_writer w;
    struct evaluating e = { .options = options, .steps_left = DMN_STEPS_MAX };
    size_t found = 0;
    int code = EXIT_DONE;
    enum status status = read_model(arena, path, options, &model, &fault);
    if (status == STATUS_OK)
        dmn_said_faults(model); /* first: an input is missing where a file is */
    if (status == STATUS_OK && options[OPTION_INPUT].seen)
        status = read_inputs(arena, model, options[OPTION_INPUT].value, &e.inputs, &e.inputs_n, &fault);
    if (status != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    buf_init(&out, NULL, SAID_MAX);
    json_writer_init(&w, &out);
    e.model = model;
    e.w = options[OPTION_JSON].seen ? &w : NULL;
    if (e.w)
        json_open_object(&w);
    for (size_t i = 0; i < dmn_model_elements(model); i++) {
        const struct dmn_element *element = dmn_model_element(model, i);
        if (!wanted(model, element, options[OPTION_DECISION].value))
            continue;
        if (found++ > 0 && e.steps_left < 0) {
            options_say("the decisions of %s take more than %d steps together; ask for one with --decision.", path,
                        (int)DMN_STEPS_MAX);
            code = EXIT_REFUSED;
            break;
        }
        if (!evaluate_one(&e, element, &fault)) {
            command_fail(&fault);
            code = EXIT_REFUSED;
        }
    }
    if (e.w) {
        json_close_object(&w);
        if (buf_ok(&out)) {
            printf("%.*s\n", STR_ARG(buf_str(&out)));
        } else {
            options_say("the answer has more than %d MB; ask for one decision with --decision.",
                        SAID_MAX / 1024 / 1024);
            code = EXIT_REFUSED;
        }
    }
    buf_free(&out);
    if (found > 0)
        return code;
    options_say("the model has no decision \"%s\"; candour dmn show %s lists them.",
                options[OPTION_DECISION].seen ? options[OPTION_DECISION].value : "", path);
    return EXIT_CANNOT;
}

/* ---- check, show ---- */

static int check(struct arena *arena, const char *path, const struct option options[OPTIONS])
{
    bool json = options[OPTION_JSON].seen;
    struct dmn_model *model;
    struct fault fault;
    const struct dmn_finding *findings;
    size_t n;
    enum status status = read_model(arena, path, options, &model, &fault);
    if (status == STATUS_OK)
        status = dmn_check(arena, model, &findings, &n, &fault);
    if (status != STATUS_OK) {
        command_fail(&fault);
        return status == STATUS_INVALID || status == STATUS_LIMIT ? EXIT_REFUSED : EXIT_CANNOT;
    }
    if (json && !dmn_said_findings_json(findings, n)) {
        options_say("%s: the findings are more than fit into %d MB.", path, SAID_MAX / 1024 / 1024);
        return EXIT_CANNOT;
    }
    if (!json)
        dmn_said_findings(path, findings, n);
    for (size_t i = 0; i < n; i++)
        if (findings[i].severity == DMN_ERROR)
            return EXIT_REFUSED;
    return EXIT_DONE;
}

static int show(struct arena *arena, const char *path, const struct option options[OPTIONS])
{
    const char *decision = options[OPTION_DECISION].value;
    struct dmn_model *model;
    struct fault fault;
    if (read_model(arena, path, options, &model, &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    if (dmn_said_model(arena, model, decision))
        return EXIT_DONE;
    options_say("the model has no decision \"%s\".", decision);
    return EXIT_CANNOT;
}

/* ---- The command ---- */

static int act(struct arena *arena, int rest, char **argv, const struct option options[OPTIONS])
{
    const char *what = argv[1];
    if (strcmp(what, "eval") == 0 && rest == 2)
        return evaluate(arena, argv[2], options);
    if (strcmp(what, "check") == 0 && rest == 2)
        return check(arena, argv[2], options);
    if (strcmp(what, "show") == 0 && rest == 2)
        return show(arena, argv[2], options);
    if (strcmp(what, "tck") == 0 && rest == 2)
        return dmn_said_tck(argv[2], options[OPTION_CSV].value);
    return options_wrong(&command_dmn, "Write dmn eval, check, show or tck, and one file or folder.");
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_DECISION] = { .name = "--decision", .takes_value = true },
                                       [OPTION_INPUT] = { .name = "--input", .takes_value = true },
                                       [OPTION_TRACE] = { .name = "--trace" },
                                       [OPTION_UNKNOWN] = { .name = "--unknown" },
                                       [OPTION_JSON] = { .name = "--json" },
                                       [OPTION_CSV] = { .name = "--csv", .takes_value = true },
                                       [OPTION_IMPORTS] = { .name = "--imports", .takes_value = true } };
    int rest = 0;
    bool help = false;
    struct fault fault;
    if (!command_options(&command_dmn, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest < 1)
        return options_wrong(&command_dmn, "Write dmn eval, check, show or tck, and one file or folder.");
    if (zone_use(STR("Europe/London"), &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    struct arena *arena = arena_new(DMN_MODEL_MEMORY_MAX);
    fault_no_memory(&fault);
    int code = arena ? act(arena, rest, argv, options) : command_fail(&fault);
    arena_free(arena);
    return code;
}

const struct command command_dmn = {
    .name = "dmn",
    .usage = "dmn eval MODEL.dmn [--decision NAME] [--input FILE.json] [--trace] [--unknown] [--json] "
             "[--imports FOLDER]\n"
             "dmn check MODEL.dmn [--json] [--imports FOLDER]\n"
             "dmn show MODEL.dmn [--decision NAME] [--imports FOLDER]\n"
             "dmn tck FOLDER [--csv FILE]",
    .help =
        "Decision models (DMN 1.2 to 1.5). eval says what each decision of a model, or the one that is named, "
        "comes to; the inputs are the members of one JSON object, and dates and durations in it are texts. With "
        "--trace also which rules matched, and why; with --unknown also which inputs that are not given could still "
        "change it, and to what; with --json all of it as JSON. check says what is wrong with "
        "a model: errors (exit code 1), warnings (inputs that no rule of a table matches, rules that never count) "
        "and what it did not examine; with --json as JSON. show prints the decisions and their tables. tck runs "
        "the test cases "
        "of the DMN TCK in a folder, and in the folders inside it; with --csv it writes the TCK's own table of "
        "results. What a model imports is looked for beside it, and in the folder of --imports; nowhere else, whatever "
        "the "
        "model says. Needs no data folder.",
    .run = run,
};
