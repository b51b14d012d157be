/*
 * candour register: court orders, elections and the force's own references, as
 * tables that checks look up.
 *
 * Promise: names of the register of orders come out of "list" and "show" alone,
 * for whoever may publish; everything else says numbers and counts.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "main/post_call.h"
#include "main/posts_said.h"
#include "posts/rolls.h"
#include "base/banned.h"

enum {
    REGISTER_DATA,
    REGISTER_AS,
    REGISTER_USER,
    REGISTER_CHECK,
    REGISTER_REPLACE,
    REGISTER_CSV,
    REGISTER_JSON,
    REGISTER_OPTIONS
};
enum { REGISTER_ARENA = 512 * 1024 * 1024 };

struct register_call {
    struct installation in;
    struct arena *arena; /* of its own: a register is larger than most things */
    const struct option *options;
    enum roll roll;
    const char *what; /* a file or a number */
    struct actor actor;
    struct act act;
};

static int begin_act(struct register_call *call)
{
    int code = command_actor(&call->in, &call->options[REGISTER_AS], &call->options[REGISTER_USER], &call->actor);
    call->act = (struct act){ .by = &call->actor, .now = clock_now_ms() };
    return code;
}

/* ---- Import ---- */

static int say_counts(const struct register_call *call, const struct roll_import *in)
{
    struct buf out;
    struct json_writer w;
    const struct {
        const char *name;
        size_t n;
    } rows[] = { { "added", in->added },
                 { "changed", in->changed },
                 { "unchanged", in->unchanged },
                 { "removed", in->removed },
                 { "left", in->left } };
    buf_init(&out, call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    post_call_put(&w, "register", roll_word(call->roll));
    json_name(&w, STR("checked_only"));
    json_put_bool(&w, in->looks);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_name(&w, str_of(rows[i].name));
        json_put_i64(&w, (int64_t)rows[i].n);
    }
    json_close_object(&w);
    if (call->options[REGISTER_JSON].seen) {
        post_call_say(&out);
        return EXIT_DONE;
    }
    printf("%.*s: %s%zu added, %zu changed, %zu unchanged", STR_ARG(roll_word(call->roll)),
           in->looks ? "nothing was changed; an import would make it " : "", in->added, in->changed, in->unchanged);
    if (in->replaces)
        printf(", %zu removed\n", in->removed);
    else if (in->left > 0)
        printf("; %zu that the file does not name %s (--replace removes what it does not name)\n", in->left,
               in->looks ? "would stay" : "stay");
    else
        printf("\n");
    return EXIT_DONE;
}

static int import(struct register_call *call)
{
    struct fault fault;
    struct db_tx *tx = NULL;
    struct str text;
    struct post_faults *faults = ARENA_NEW(call->arena, struct post_faults);
    struct roll_entry *entries = NULL;
    size_t n = 0;
    struct roll_import in = {
        .arena = call->arena, .act = &call->act, .roll = call->roll, .replaces = call->options[REGISTER_REPLACE].seen
    };
    if (faults == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    enum status status = file_read(call->arena, call->what, ROLL_BYTES_MAX, &text, &fault);
    if (status == STATUS_OK)
        status = rolls_read(call->arena, call->roll, str_of(call->what), text, faults, &entries, &n, &fault);
    if (status != STATUS_OK) {
        posts_said_faults(faults);
        return command_fail(&fault);
    }
    in.entries = entries;
    in.n = n;
    if (call->options[REGISTER_CHECK].seen) {
        status = db_read_begin(call->in.db, &tx, &fault);
        if (status != STATUS_OK)
            return command_fail(&fault);
        status = rolls_import_look(tx, &in);
        db_read_end(tx);
        if (status == STATUS_LIMIT)
            fault_set(&fault, status, "The register would have more than %d entries: take away what is over.",
                      (int)ROLL_ROWS_MAX);
        else if (status != STATUS_OK)
            fault_set(&fault, status, "The register could not be read (%s): run candour doctor.", status_name(status));
        return status == STATUS_OK ? say_counts(call, &in) : command_fail(&fault);
    }
    int code = begin_act(call);
    if (code != EXIT_DONE)
        return code;
    status = db_write(call->in.db, rolls_import_write, &in, &fault);
    return status == STATUS_OK ? say_counts(call, &in) : command_fail(&fault);
}

/* ---- Reading ---- */

static void put_entry(struct json_writer *w, enum roll roll, const struct roll_entry *entry)
{
    size_t columns;
    const struct roll_column *column = roll_columns(roll, &columns);
    json_open_object(w);
    for (size_t i = 0; i < columns; i++) {
        json_name(w, column[i].name);
        if (entry->fields[i].n == 0)
            json_put_null(w);
        else
            json_put_str(w, entry->fields[i]);
    }
    json_close_object(w);
}

static void say_entry(enum roll roll, const struct roll_entry *entry, bool whole)
{
    size_t columns;
    const struct roll_column *column = roll_columns(roll, &columns);
    for (size_t i = 0; i < columns; i++) {
        if (entry->fields[i].n == 0)
            continue;
        if (whole)
            printf("%.*s: %.*s\n", STR_ARG(column[i].name), STR_ARG(entry->fields[i]));
        else
            printf("%s%.*s", i == 0 ? "" : "  ", STR_ARG(entry->fields[i]));
    }
    if (!whole)
        putchar('\n');
}

/* The same table as an import takes. */
static int say_csv(struct register_call *call, const struct roll_step *step)
{
    size_t columns;
    const struct roll_column *column = roll_columns(call->roll, &columns);
    size_t formulas = 0;
    struct buf out;
    buf_init(&out, call->arena, SAID_MAX);
    for (size_t i = 0; i < columns; i++) {
        buf_add(&out, column[i].name);
        buf_add(&out, i + 1 == columns ? STR("\r\n") : STR(","));
    }
    for (size_t row = 0; row < step->n; row++) {
        for (size_t i = 0; i < columns; i++) {
            formulas += csv_is_formula(step->entries[row].fields[i]);
            csv_put(&out, step->entries[row].fields[i]);
            buf_add(&out, i + 1 == columns ? STR("\r\n") : STR(","));
        }
        if (!post_call_flush(&out)) {
            struct fault fault;
            fault_no_memory(&fault);
            return command_fail(&fault);
        }
    }
    if (step->n == 0)
        post_call_flush(&out);
    if (formulas > 0)
        options_say("%zu cell%s with a sign that a spreadsheet takes for the beginning of a formula, and runs: open "
                    "the file as text, not with a double click.",
                    formulas, formulas == 1 ? " begins" : "s begin");
    return EXIT_DONE;
}

static int say_json(struct register_call *call, const struct roll_step *step, bool one)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, call->arena, SAID_MAX * 8);
    json_writer_init(&w, &out);
    if (!one)
        json_open_array(&w);
    for (size_t i = 0; i < step->n; i++)
        put_entry(&w, call->roll, &step->entries[i]);
    if (!one)
        json_close_array(&w);
    if (!buf_ok(&out)) {
        struct fault fault;
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    post_call_say(&out);
    return EXIT_DONE;
}

/* What an empty list means depends on whether there is a register. */
static int say_none(struct register_call *call)
{
    struct fault fault;
    struct db_tx *tx = NULL;
    struct db_opt_int imported = { 0 };
    enum status status = db_read_begin(call->in.db, &tx, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    status = rolls_imported(tx, call->arena, call->roll, &imported);
    db_read_end(tx);
    if (status != STATUS_OK) {
        fault_set(&fault, status, "The register could not be read (%s): run candour doctor.", status_name(status));
        return command_fail(&fault);
    }
    printf(imported.set ? "The register of %.*s is empty.\n"
                        : "There is no register of %.*s: checks ask a person until one is imported.\n",
           STR_ARG(roll_word(call->roll)));
    return EXIT_DONE;
}

static int show(struct register_call *call, bool one)
{
    struct fault fault;
    struct roll_step step = {
        .arena = call->arena, .act = &call->act, .roll = call->roll, .number = one ? str_of(call->what) : STR_NONE
    };
    enum status status = STATUS_OK;
    if (call->roll == ROLL_ORDERS) {
        int code = begin_act(call);
        if (code != EXIT_DONE)
            return code;
        status = db_write(call->in.db, rolls_show_write, &step, &fault);
    } else {
        struct db_tx *tx = NULL;
        status = db_read_begin(call->in.db, &tx, &fault);
        if (status == STATUS_OK) {
            status = rolls_show_write(tx, &step);
            if (status != STATUS_OK && db_fault(tx)->text[0] != '\0')
                fault = *db_fault(tx);
            else if (status != STATUS_OK)
                fault_set(&fault, status, "The register could not be read (%s): run candour doctor.",
                          status_name(status));
            db_read_end(tx);
        }
    }
    if (status != STATUS_OK)
        return command_fail(&fault);
    if (call->options[REGISTER_JSON].seen)
        return say_json(call, &step, one);
    if (call->options[REGISTER_CSV].seen)
        return say_csv(call, &step);
    for (size_t i = 0; i < step.n; i++)
        say_entry(call->roll, &step.entries[i], one);
    return step.n == 0 ? say_none(call) : EXIT_DONE;
}

static int take_away(struct register_call *call)
{
    struct fault fault;
    struct roll_step step = {
        .arena = call->arena, .act = &call->act, .roll = call->roll, .number = str_of(call->what)
    };
    int code = begin_act(call);
    if (code != EXIT_DONE)
        return code;
    if (db_write(call->in.db, rolls_remove_write, &step, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("%.*s: removed; checks do not look for it any more\n", STR_ARG(roll_word(call->roll)));
    return EXIT_DONE;
}

/* ---- The command line ---- */

#define BIT(option) (1U << (option))
#define BY          (BIT(REGISTER_AS) | BIT(REGISTER_USER))

enum what { WHAT_IMPORT, WHAT_LIST, WHAT_SHOW, WHAT_REMOVE, WHATS };
static const struct {
    const char *name, *needs;
    int rest;
    unsigned options;
} whats[WHATS] = {
    [WHAT_IMPORT] = { "import", "one file", 3, BY | BIT(REGISTER_CHECK) | BIT(REGISTER_REPLACE) | BIT(REGISTER_JSON) },
    [WHAT_LIST] = { "list", "nothing more", 2, BY | BIT(REGISTER_JSON) | BIT(REGISTER_CSV) },
    [WHAT_SHOW] = { "show", "one number", 3, BY | BIT(REGISTER_JSON) },
    [WHAT_REMOVE] = { "remove", "one number", 3, BY },
};

static int do_one(struct register_call *call, enum what what)
{
    switch (what) {
    case WHAT_IMPORT: return import(call);
    case WHAT_LIST: return show(call, false);
    case WHAT_SHOW: return show(call, true);
    case WHAT_REMOVE: return take_away(call);
    case WHATS: break;
    }
    return EXIT_CANNOT;
}

static int run(int argc, char **argv)
{
    struct option options[REGISTER_OPTIONS] = {
        [REGISTER_DATA] = { .name = "--data", .takes_value = true },
        [REGISTER_AS] = { .name = "--as", .takes_value = true },
        [REGISTER_USER] = { .name = "--user", .takes_value = true },
        [REGISTER_CHECK] = { .name = "--check" },
        [REGISTER_REPLACE] = { .name = "--replace" },
        [REGISTER_CSV] = { .name = "--csv" },
        [REGISTER_JSON] = { .name = "--json" },
    };
    struct register_call call = { .options = options };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_register, argc, argv, options, REGISTER_OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest < 1 || !roll_of_word(str_of(argv[1]), &call.roll))
        return options_wrong(&command_register, "Say which register: orders, elections or references.");
    enum what what = WHATS;
    for (int i = 0; rest > 1 && i < WHATS; i++)
        if (strcmp(argv[2], whats[i].name) == 0)
            what = (enum what)i;
    if (what == WHATS)
        return options_wrong(&command_register, "Say what to do: import, list, show or remove.");
    if (rest != whats[what].rest)
        return options_wrong(&command_register, "register %s %s needs %s.", argv[1], whats[what].name,
                             whats[what].needs);
    for (unsigned i = REGISTER_AS; i < REGISTER_OPTIONS; i++)
        if (options[i].seen && (whats[what].options & BIT(i)) == 0)
            return options_wrong(&command_register, "register %s %s takes no %s.", argv[1], whats[what].name,
                                 options[i].name);
    if (options[REGISTER_CSV].seen && options[REGISTER_JSON].seen)
        return options_wrong(&command_register, "Either --csv or --json.");
    call.what = rest > 2 ? argv[3] : NULL;
    int code = installation_open(&call.in, options[REGISTER_DATA].value);
    if (code != EXIT_DONE)
        return code;
    call.arena = arena_new(REGISTER_ARENA);
    if (call.arena == NULL) {
        struct fault fault;
        fault_no_memory(&fault);
        code = command_fail(&fault);
    } else {
        code = do_one(&call, what);
    }
    arena_free(call.arena);
    installation_close(&call.in);
    return code;
}

const struct command command_register = {
    .name = "register",
    .usage = "register orders|elections|references import FILE.csv [--check] [--replace] [--json] [--as USER | --user "
             "USER]\n"
             "register orders|elections|references list [--csv | --json] [--as USER | --user USER]\n"
             "register orders|elections|references show NUMBER [--json] [--as USER | --user USER]\n"
             "register orders|elections|references remove NUMBER [--as USER | --user USER]",
    .help =
        "Keeps what checks look up: court orders, elections, and the force's own case and crime numbers. A register "
        "comes as a table of comma-separated values in UTF-8 whose first line names the columns; all of it is taken or "
        "nothing, and each fault is told with line and column. What the file does not name stays, unless --replace is "
        "given; --check only says what an import would do. Importing and removing take the role duty-communications, "
        "and so does reading the register of orders, which the audit keeps. Until a register is imported, the checks "
        "ask a person.",
    .run = run,
};
