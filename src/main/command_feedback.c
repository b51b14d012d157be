/*
 * candour feedback: what people say about the site, and what was done with it.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "main/post_call.h"
#include "main/rows_said.h"
#include "site/feedback.h"
#include "base/banned.h"

enum { LIST_ARENA = 4 * 1024 * 1024 };
enum {
    FEEDBACK_OPT_DATA,
    FEEDBACK_OPT_AS,
    FEEDBACK_OPT_USER,
    FEEDBACK_OPT_OUTCOME,
    FEEDBACK_OPT_NOTE,
    FEEDBACK_OPT_JSON,
    FEEDBACK_OPTIONS
};

static void put_row(struct json_writer *w, const struct feedback *row)
{
    json_open_object(w);
    json_name(w, STR("number"));
    json_put_i64(w, row->number);
    post_call_put(w, "day", row->day);
    post_call_put(w, "page", row->page);
    post_call_put(w, "outcome", row->outcome);
    post_call_put(w, "words", row->words);
    post_call_put(w, "note", row->note);
    json_close_object(w);
}

/* What a stranger wrote, on a terminal: nothing in it moves the cursor or turns the direction. */
static void say_line(struct str line)
{
    uint32_t character = 0;
    for (ptrdiff_t at; (at = str_find_unfit(line, &character)) >= 0;) {
        size_t width = character < 0x80 ? 1 : character < 0x800 ? 2 : 3; /* all of them are below U+10000 */
        printf("%.*s ", STR_ARG(str_slice(line, 0, (size_t)at)));
        line = str_slice(line, (size_t)at + width, line.n);
    }
    printf("%.*s", STR_ARG(line));
}

static void say_lines(struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        say_line(line);
        putchar('\n');
    }
}

static void say_row(const struct feedback *row)
{
    printf("%lld  %.*s  ", (long long)row->number, STR_ARG(row->day));
    if (row->outcome.p != NULL)
        printf("%.*s", STR_ARG(row->outcome));
    else
        printf("NEW");
    if (row->page.p != NULL) {
        printf("  about ");
        say_line(row->page);
    }
    putchar('\n');
}

struct listing {
    struct installation *in;
    int64_t before;
};

static enum status list_page(void *self, struct arena *arena, struct json_writer *w, size_t *n, struct fault *fault)
{
    struct listing *l = self;
    struct feedback *rows = NULL;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(l->in->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = feedback_list(tx, arena, l->before, &rows, n);
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The feedback could not be read (%s): run candour doctor.",
                         status_name(status));
    for (size_t i = 0; i < *n; i++) {
        if (w != NULL)
            put_row(w, &rows[i]);
        else
            say_row(&rows[i]);
        l->before = rows[i].number;
    }
    return STATUS_OK;
}

static int list(struct installation *in, bool json)
{
    struct fault fault;
    struct listing l = { in, INT64_MAX };
    struct arena *arena = arena_new(LIST_ARENA);
    if (arena == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    int code = rows_say(arena, json, FEEDBACK_LIST_MAX, list_page, &l, "There is no feedback.");
    arena_free(arena);
    return code;
}

static int show(struct installation *in, int64_t number, bool json)
{
    struct fault fault;
    struct feedback row = { 0 };
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(in->db, &tx, &fault);
    if (status == STATUS_OK) {
        status = feedback_find(tx, in->arena, number, &row);
        db_read_end(tx);
        if (status == STATUS_NOT_FOUND)
            fault_set(&fault, status,
                      "There is no feedback %lld; it is deleted after %d days. \"candour feedback list\" names what "
                      "there is.",
                      (long long)number, FEEDBACK_DAYS);
        else if (status != STATUS_OK)
            fault_set(&fault, status, "The feedback could not be read (%s): run candour doctor.", status_name(status));
    }
    if (status != STATUS_OK)
        return command_fail(&fault);
    if (json) {
        struct buf out;
        struct json_writer w;
        buf_init(&out, NULL, SAID_MAX);
        json_writer_init(&w, &out);
        put_row(&w, &row);
        post_call_say(&out);
        buf_free(&out);
        return EXIT_DONE;
    }
    say_row(&row);
    putchar('\n');
    say_lines(row.words);
    if (row.note.p != NULL) {
        printf("\nnote: ");
        say_lines(row.note);
    }
    return EXIT_DONE;
}

static int act_on(struct installation *in, const struct option *options, int64_t number)
{
    struct fault fault;
    struct actor actor;
    struct act act = { .by = &actor };
    struct feedback_act row = { .arena = in->arena, .act = &act, .number = number };
    if (!options[FEEDBACK_OPT_OUTCOME].seen ||
        !feedback_outcome_of_word(str_of(options[FEEDBACK_OPT_OUTCOME].value), &row.outcome))
        return options_wrong(&command_feedback,
                             "Say what was done: --outcome done, --outcome no-action or --outcome may-be-a-report.");
    if (options[FEEDBACK_OPT_NOTE].seen)
        row.note = str_of(options[FEEDBACK_OPT_NOTE].value);
    int code = command_actor(in, &options[FEEDBACK_OPT_AS], &options[FEEDBACK_OPT_USER], &actor);
    if (code != EXIT_DONE)
        return code;
    act.now = clock_now_ms();
    if (db_write(in->db, feedback_act_write, &row, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("feedback %lld: %.*s\n", (long long)number, STR_ARG(feedback_outcome_word(row.outcome)));
    if (row.outcome == FEEDBACK_MAY_BE_A_REPORT)
        printf("Read it out to whoever takes reports now: it is deleted %d days after it came, and no report has been "
               "made of it.\n",
               FEEDBACK_DAYS);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    enum { LIST, SHOW, ACT, SUBCOMMANDS };
    static const char *const words[SUBCOMMANDS] = { "list", "show", "act" };
    struct option options[FEEDBACK_OPTIONS] = {
        [FEEDBACK_OPT_DATA] = { .name = "--data", .takes_value = true },
        [FEEDBACK_OPT_AS] = { .name = "--as", .takes_value = true },
        [FEEDBACK_OPT_USER] = { .name = "--user", .takes_value = true },
        [FEEDBACK_OPT_OUTCOME] = { .name = "--outcome", .takes_value = true },
        [FEEDBACK_OPT_NOTE] = { .name = "--note", .takes_value = true },
        [FEEDBACK_OPT_JSON] = { .name = "--json" },
    };
    int rest = 0, what = 0;
    bool help = false;
    int64_t number = 0;
    if (!command_options(&command_feedback, argc, argv, options, FEEDBACK_OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    while (what < SUBCOMMANDS && (rest == 0 || strcmp(argv[1], words[what]) != 0))
        what++;
    if (what == SUBCOMMANDS)
        return options_wrong(&command_feedback, "Say what to do: list, show or act.");
    if (rest != (what == LIST ? 1 : 2))
        return options_wrong(&command_feedback, what == LIST ? "feedback list takes no number."
                                                             : "Say which one, by its number: feedback list names it.");
    if (what != LIST && (!str_to_i64(str_of(argv[2]), &number) || number < 1))
        return options_wrong(&command_feedback, "Feedback has a number, from 1: feedback list names it.");
    if (what != ACT && (options[FEEDBACK_OPT_AS].seen || options[FEEDBACK_OPT_USER].seen ||
                        options[FEEDBACK_OPT_OUTCOME].seen || options[FEEDBACK_OPT_NOTE].seen))
        return options_wrong(&command_feedback, "--as, --user, --outcome and --note belong to feedback act.");
    if (what == ACT && options[FEEDBACK_OPT_JSON].seen)
        return options_wrong(&command_feedback, "feedback act takes no --json.");
    struct installation in;
    int code = installation_open(&in, options[FEEDBACK_OPT_DATA].value);
    if (code != EXIT_DONE)
        return code;
    switch (what) {
    case LIST: code = list(&in, options[FEEDBACK_OPT_JSON].seen); break;
    case SHOW: code = show(&in, number, options[FEEDBACK_OPT_JSON].seen); break;
    case ACT: code = act_on(&in, options, number); break;
    }
    installation_close(&in);
    return code;
}

const struct command command_feedback = {
    .name = "feedback",
    .usage = "feedback list [--json]\n"
             "feedback show NUMBER [--json]\n"
             "feedback act NUMBER --outcome done|no-action|may-be-a-report [--note TEXT] [--as USER | --user USER]",
    .help =
        "Lists what people said about the site, newest first; shows one; and says what was done with it, which takes "
        "the role duty-communications and stands in the audit, without a word of it. Nobody knows who wrote it. "
        "Everything is deleted 90 days after it came.",
    .run = run,
};
