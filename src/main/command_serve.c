/*
 * candour serve: the parent of the server.
 *
 * Promises: one server a data folder; addresses are bound before anything is
 * started and closed after everything has ended; demonstration accounts, whose
 * passphrases everybody knows, are not served under a real name or beyond this
 * machine; settings are read anew on SIGHUP, and a file with a fault changes
 * nothing.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "main/listening.h"
#include "main/options.h"
#include "main/roles.h"
#include "main/start_message.h"
#include "main/briefing.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { SERVE_ARENA_MAX = 8 * 1024 * 1024 };

enum { OPTION_DATA, OPTION_LISTEN, OPTIONS };

struct serving {
    struct arena *arena;
    struct place place; /* as it was at the start */
    struct place_lock lock;
    struct listening listening;
    struct briefing_descriptors descriptors;
    struct proc_counts *counts;
    struct briefing briefings[2]; /* what children are told, and what they are to be told or were told before */
    unsigned now;
};

/* Where a person should look: the public address, or the first listener under the name that browsers treat as safe. */
static struct str address_of(struct serving *s)
{
    const struct setting_value *address = settings_get(s->place.settings, wiring_setting("site.address"));
    if (address->given && address->text.n && !wiring_address_is_local(address->text))
        return address->text;
    const struct proc_listener *first = listening_first(&s->listening);
    if (first->is_unix)
        return address->text;
    struct str where = str_of(first->where);
    static const struct str known[] = { STR_INIT("127.0.0.1:"), STR_INIT("[::1]:"), STR_INIT("localhost:") };
    bool by_name = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        by_name |= str_starts(where, known[i]);
    if (by_name) {
        size_t colon = where.n;
        while (colon && where.p[colon - 1] != ':')
            colon--;
        return str_format(s->arena, "http://localhost:%.*s", STR_ARG(str_slice(where, colon, where.n)));
    }
    return str_format(s->arena, "http://%.*s", STR_ARG(where));
}

static void on_ready(void *self, const char *role, bool first)
{
    struct serving *s = self;
    if (!first || strcmp(role, role_web.word) != 0)
        return;
    struct str name = settings_get(s->place.settings, wiring_setting("site.name"))->text;
    const struct proc_listener *where = listening_first(&s->listening);
    printf("%.*s%s is at %.*s\n", STR_ARG(name),
           s->place.demonstration ? " (a demonstration: this force does not exist)" : "", STR_ARG(address_of(s)));
    if (where->is_unix)
        printf("It listens on %s alone; a reverse proxy leads there.\n", where->where);
    if (s->place.demonstration)
        wiring_demonstration_accounts(stdout);
    printf("Ctrl-C ends it.\n");
    fflush(stdout);
}

static const struct proc_child *on_reload(void *self)
{
    struct serving *s = self;
    struct briefing *next = &s->briefings[!s->now];
    return briefing_make_again(next, &s->briefings[s->now], &s->listening, &s->descriptors) ? next->children : NULL;
}

static void on_reloaded(void *self, bool taken)
{
    struct serving *s = self;
    if (taken)
        s->now = !s->now;
    briefing_free(&s->briefings[!s->now]);
    if (!taken)
        return;
    roles_log_level(s->briefings[s->now].place.settings);
    briefing_needs_restart(&s->place, &s->briefings[s->now].place);
}

static enum status may_be_served(const struct serving *s, const struct option *listen, struct fault *fault)
{
    struct str reached = listening_reached_by_others(&s->listening);
    for (size_t i = 0; i < listen->values_n && !reached.n; i++) {
        struct str asked = str_of(listen->values[i]);
        reached = place_reached_by_others(&asked, 1);
    }
    if (!reached.n && !listen->seen)
        reached = place_listener_of_others(s->place.settings);
    return briefing_may_be_served(&s->place, reached, fault);
}

static void descriptor_add(struct briefing_descriptors *d, int fd, char kind)
{
    d->fds[d->n] = fd;
    d->kinds[d->n++] = kind;
}

static int run_parent(struct serving *s)
{
    struct fault fault;
    int fd = -1;
    s->counts = proc_counts_new(&fd, &fault);
    if (!s->counts)
        return command_fail(&fault);
    for (size_t i = 0; i < s->listening.n; i++)
        descriptor_add(&s->descriptors, s->listening.listeners[i].fd, s->listening.kinds[i]);
    descriptor_add(&s->descriptors, fd, START_COUNTS);
    /* To be tried on any port: its links lead to where it is, unless somebody wrote another address. */
    bool moves = s->place.demonstration && !settings_get(s->place.settings, wiring_setting("site.address"))->given;
    if (briefing_make(&s->briefings[0], &s->place, moves ? address_of(s) : STR(""), &s->descriptors, &fault) !=
        STATUS_OK)
        return command_fail(&fault);
    static const char *const environment[] = { "TZDIR",        "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                               "TSAN_OPTIONS", "LSAN_OPTIONS", NULL };
    const struct proc_parent parent = { .children = s->briefings[0].children,
                                        .children_n = BRIEFING_CHILDREN,
                                        .environment = environment,
                                        .listeners = s->listening.listeners,
                                        .listeners_n = s->listening.n,
                                        .ready = on_ready,
                                        .reload = on_reload,
                                        .reloaded = on_reloaded,
                                        .counts = s->counts,
                                        .self = s };
    return proc_parent_run(&parent);
}

static int serve(struct serving *s, const char *folder, const struct option *listen)
{
    struct fault fault;
    int code = place_read(&s->place, s->arena, folder);
    if (code != EXIT_DONE)
        return code;
    if (may_be_served(s, listen, &fault) != STATUS_OK ||
        place_lock_take(&s->lock, s->arena, s->place.folder, &fault) != STATUS_OK)
        return command_fail(&fault);
    if (listening_open(&s->listening, listen, &s->place, &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    place_lock_say(&s->lock, str_of(listening_first(&s->listening)->where));
    log_role_set("parent");
    roles_log_level(s->place.settings);
    for (size_t i = 0; i < s->listening.n; i++)
        log_event(LOG_INFO, "serve.listening", LOG_STR(LOG_WHERE, str_of(s->listening.listeners[i].where)));
    return run_parent(s);
}

static int run(int argc, char **argv)
{
    const char *values[PROC_LISTENERS_MAX];
    struct option options[OPTIONS] = { [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_LISTEN] = { .name = "--listen",
                                                           .takes_value = true,
                                                           .values = values,
                                                           .values_max = PROC_LISTENERS_MAX } };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_serve, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest)
        return options_wrong(&command_serve, "serve takes no argument but its options.");
    struct serving s = { .lock = { .fd = -1 }, .arena = arena_new(SERVE_ARENA_MAX) };
    struct fault fault;
    int code = EXIT_CANNOT;
    if (!s.arena)
        fault_no_memory(&fault);
    if (!s.arena || listening_take(&s.listening, &fault) != STATUS_OK)
        command_fail(&fault);
    else
        code = serve(&s, options[OPTION_DATA].value, &options[OPTION_LISTEN]);
    /* Last of all: until now a client that came could wait for a child that starts again. */
    listening_close(&s.listening);
    place_lock_give(&s.lock);
    briefing_free(&s.briefings[0]);
    briefing_free(&s.briefings[1]);
    explicit_bzero(s.place.key, sizeof s.place.key);
    arena_free(s.arena);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .usage = "serve [--data DIR] [--listen ADDR:PORT|unix:PATH …]",
    .help =
        "Serves the site until SIGTERM or Ctrl-C. --listen takes localhost:8080 (the default: 127.0.0.1 and ::1), "
        "127.0.0.1:8080, [::1]:8080 or unix:/path, may stand several times, and stands above the setting "
        "server.listen; port 0 takes a free one. SIGHUP reads the settings anew. A second Ctrl-C ends at once, without "
        "answering what is under way.",
    .run = run,
};
