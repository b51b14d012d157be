/*
 * candour promise: what was promised in public, by when, and what shows that it
 * was kept.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/zone.h"
#include "main/post_call.h"
#include "main/rows_said.h"
#include "base/banned.h"

enum { LIST_ARENA = 16 * 1024 * 1024 };
enum { PROMISE_DATA, PROMISE_AS, PROMISE_USER, PROMISE_BY, PROMISE_JSON, PROMISE_OPTIONS };

static struct str day_of(struct arena *arena, int64_t at)
{
    struct civil c;
    zone_local(at, &c);
    return str_format(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static void put_row(struct json_writer *w, struct arena *arena, const struct promise_row *row, int64_t now)
{
    json_open_object(w);
    post_call_put(w, "post", row->key);
    json_name(w, STR("number"));
    json_put_i64(w, row->position);
    post_call_put(w, "what", row->what);
    post_call_put(w, "owner", row->owner);
    post_call_put(w, "due", day_of(arena, row->due.at));
    post_call_put(w, "first_due", day_of(arena, row->first_due.at));
    post_call_put_time(w, arena, "made", (struct db_opt_int){ true, row->made });
    post_call_put_time(w, arena, "kept", row->kept);
    post_call_put(w, "kept_by", row->kept_key);
    json_name(w, STR("late"));
    json_put_bool(w, promise_is_late(row, now));
    json_close_object(w);
}

static void say_row(struct arena *arena, const struct promise_row *row, int64_t now)
{
    printf("%.*s %lld  %s %.*s  %.*s (%.*s)", STR_ARG(row->key), (long long)row->position,
           row->kept.set               ? "kept, was due"
           : promise_is_late(row, now) ? "LATE, was due"
                                       : "due",
           STR_ARG(day_of(arena, row->due.at)), STR_ARG(row->what), STR_ARG(row->owner));
    if (row->first_due.at != row->due.at)
        printf("; first promised for %.*s", STR_ARG(day_of(arena, row->first_due.at)));
    if (row->kept_key.p != NULL)
        printf("; see %.*s", STR_ARG(row->kept_key));
    putchar('\n');
}

struct listing {
    struct installation *in;
    struct promise_row last; /* only what a cursor needs of it */
    bool after;
    int64_t now;
};

static enum status list_page(void *self, struct arena *arena, struct json_writer *w, size_t *n, struct fault *fault)
{
    struct listing *l = self;
    struct promise_row *rows = NULL;
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(l->in->db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = posts_promises(tx, arena, l->after ? &l->last : NULL, POST_LIST_MAX, &rows, n);
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "The promises could not be read (%s): run candour doctor.",
                         status_name(status));
    for (size_t i = 0; i < *n; i++) {
        if (w != NULL)
            put_row(w, arena, &rows[i], l->now);
        else
            say_row(arena, &rows[i], l->now);
        l->last = (struct promise_row){ .id = rows[i].id, .due = rows[i].due, .kept = rows[i].kept };
        l->after = true;
    }
    return STATUS_OK;
}

static int list(struct installation *in, bool json)
{
    struct fault fault;
    struct listing l = { .in = in, .now = clock_now_ms() };
    struct arena *arena = arena_new(LIST_ARENA);
    if (arena == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    int code = rows_say(arena, json, POST_LIST_MAX, list_page, &l, "Nothing has been promised.");
    arena_free(arena);
    return code;
}

static int keep(struct installation *in, const struct option *options, const char *key, const char *number)
{
    struct fault fault;
    struct actor actor;
    struct act act = { .by = &actor };
    struct promise_keep row = { .arena = in->arena, .act = &act, .key = str_of(key) };
    if (!options[PROMISE_BY].seen)
        return options_wrong(&command_promise, "Say which public post shows that it was kept: --by KEY.");
    if (!str_to_i64(str_of(number), &row.position) || row.position < 1)
        return options_wrong(&command_promise, "A promise has a number in its post, from 1: promise list names them.");
    row.followup = str_of(options[PROMISE_BY].value);
    int code = command_actor(in, &options[PROMISE_AS], &options[PROMISE_USER], &actor);
    if (code != EXIT_DONE)
        return code;
    act.now = clock_now_ms();
    if (db_write(in->db, posts_promise_keep_write, &row, &fault) != STATUS_OK)
        return command_fail(&fault);
    printf("%s: promise %s is kept, as %s shows; the register says so\n", key, number, options[PROMISE_BY].value);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct option options[PROMISE_OPTIONS] = {
        [PROMISE_DATA] = { .name = "--data", .takes_value = true },
        [PROMISE_AS] = { .name = "--as", .takes_value = true },
        [PROMISE_USER] = { .name = "--user", .takes_value = true },
        [PROMISE_BY] = { .name = "--by", .takes_value = true },
        [PROMISE_JSON] = { .name = "--json" },
    };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_promise, argc, argv, options, PROMISE_OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    bool listing = rest > 0 && strcmp(argv[1], "list") == 0;
    if (!listing && (rest == 0 || strcmp(argv[1], "keep") != 0))
        return options_wrong(&command_promise, "Say what to do: list or keep.");
    if (rest != (listing ? 1 : 3))
        return options_wrong(&command_promise, listing ? "promise list takes no name."
                                                       : "promise keep needs a post and the number of its promise.");
    if (listing && (options[PROMISE_AS].seen || options[PROMISE_USER].seen || options[PROMISE_BY].seen))
        return options_wrong(&command_promise, "promise list takes no --as, --user or --by.");
    if (!listing && options[PROMISE_JSON].seen)
        return options_wrong(&command_promise, "promise keep takes no --json.");
    struct installation in;
    int code = installation_open(&in, options[PROMISE_DATA].value);
    if (code != EXIT_DONE)
        return code;
    code = listing ? list(&in, options[PROMISE_JSON].seen) : keep(&in, options, argv[2], argv[3]);
    installation_close(&in);
    return code;
}

const struct command command_promise = {
    .name = "promise",
    .usage = "promise list [--json]\n"
             "promise keep KEY NUMBER --by KEY [--as USER | --user USER]",
    .help =
        "Lists what was promised in public, the open promises first, by their day; and closes one with a public post "
        "that shows it was kept. Promises are made by posts, under \"promises\", when they go out; neither a "
        "correction nor a withdrawal takes one away.",
    .run = run,
};
