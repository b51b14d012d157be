/*
 * candour serve: the parent of the server.
 *
 * Promises: one server a data folder; addresses are bound before anything is
 * started and closed after everything has ended; demonstration accounts, whose
 * passphrases everybody knows, are not served under a real name or beyond this
 * machine.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "main/options.h"
#include "main/place.h"
#include "main/roles.h"
#include "main/start_message.h"
#include "main/wiring.h"
#include "proc/proc.h"
#include "base/banned.h"

enum { SERVE_ARENA_MAX = 8 * 1024 * 1024 };

enum { OPTION_DATA, OPTION_LISTEN, OPTIONS };

struct serving {
    struct arena *arena;
    struct place place;
    struct place_lock lock;
    struct proc_listener listeners[PROC_LISTENERS_MAX];
    size_t listeners_n;
    struct buf for_web, for_worker;
};

/* Where a person should look: the public address, or the first listener under the name that browsers treat as safe. */
static struct str address_of(struct serving *s)
{
    const struct setting_value *address = settings_get(s->place.settings, wiring_setting("site.address"));
    if (address->given && address->text.n && !wiring_address_is_local(address->text))
        return address->text;
    struct str where = str_of(s->listeners[0].where);
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
    printf("%.*s%s is at %.*s\n", STR_ARG(name),
           s->place.demonstration ? " (a demonstration: this force does not exist)" : "", STR_ARG(address_of(s)));
    if (s->place.demonstration)
        wiring_demonstration_accounts(stdout);
    printf("Ctrl-C ends it.\n");
    fflush(stdout);
}

static enum status listen_all(struct serving *s, const struct option *listen, struct fault *fault)
{
    if (listen->seen)
        return proc_listen(str_of(listen->value), s->listeners, &s->listeners_n, fault);
    const struct setting_value *given = settings_get(s->place.settings, main_setting_listen);
    enum status status = STATUS_OK;
    if (!given->list_n)
        return proc_listen(STR("localhost:8080"), s->listeners, &s->listeners_n, fault);
    for (size_t i = 0; i < given->list_n && status == STATUS_OK; i++)
        status = proc_listen(given->list[i], s->listeners, &s->listeners_n, fault);
    return status;
}

static enum status may_be_served(const struct place *place, const struct option *listen, struct fault *fault)
{
    struct str address = settings_get(place->settings, wiring_setting("site.address"))->text;
    if (place->demonstration && !wiring_address_is_local(address))
        return fault_set(fault, STATUS_REFUSED,
                         "%s holds the demonstration, whose passphrases everybody knows, and site.address is no "
                         "localhost address: serve a folder that candour init made without --demonstration, or take "
                         "site.address out of %s/" PLACE_SETTINGS ".",
                         place->folder, place->folder);
    if (!place->demonstration)
        return STATUS_OK;
    struct str asked = str_of(listen->value);
    struct str reached = listen->seen ? place_reached_by_others(&asked, 1) : place_listener_of_others(place->settings);
    if (reached.n)
        return fault_set(fault, STATUS_REFUSED,
                         "%s holds the demonstration, whose passphrases everybody knows, and others than this machine "
                         "reach %.*s: listen on localhost, 127.0.0.1 or [::1], or serve a folder that candour init "
                         "made without --demonstration.",
                         place->folder, STR_ARG(reached));
    return STATUS_OK;
}

static int run_parent(struct serving *s)
{
    buf_init(&s->for_web, s->arena, PROC_TOLD_MAX);
    buf_init(&s->for_worker, s->arena, PROC_TOLD_MAX);
    /* To be tried on any port: its links lead to where it is, unless somebody wrote another address. */
    if (s->place.demonstration && !settings_get(s->place.settings, wiring_setting("site.address"))->given)
        s->place.address = address_of(s);
    start_message_write(&s->for_web, &s->place, true);
    start_message_write(&s->for_worker, &s->place, false);
    int descriptors[PROC_LISTENERS_MAX];
    for (size_t i = 0; i < s->listeners_n; i++)
        descriptors[i] = s->listeners[i].fd;
    if (!buf_ok(&s->for_web) || !buf_ok(&s->for_worker)) {
        struct fault fault;
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    const struct proc_child children[] = {
        { role_web.word, buf_str(&s->for_web), descriptors, s->listeners_n },
        { role_worker.word, buf_str(&s->for_worker), NULL, 0 },
    };
    static const char *const environment[] = { "TZDIR",        "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                               "TSAN_OPTIONS", "LSAN_OPTIONS", NULL };
    const struct proc_parent parent = { .children = children,
                                        .children_n = sizeof children / sizeof children[0],
                                        .environment = environment,
                                        .ready = on_ready,
                                        .self = s };
    int code = proc_parent_run(&parent);
    explicit_bzero(s->for_web.p, s->for_web.n);
    return code;
}

static int serve(struct serving *s, const char *folder, const struct option *listen)
{
    struct fault fault;
    int code = place_read(&s->place, s->arena, folder);
    if (code != EXIT_DONE)
        return code;
    if (may_be_served(&s->place, listen, &fault) != STATUS_OK ||
        place_lock_take(&s->lock, s->arena, s->place.folder, &fault) != STATUS_OK)
        return command_fail(&fault);
    if (listen_all(s, listen, &fault) != STATUS_OK) {
        command_fail(&fault);
        return EXIT_CANNOT;
    }
    place_lock_say(&s->lock, str_of(s->listeners[0].where));
    log_role_set("parent");
    roles_log_level(s->place.settings);
    for (size_t i = 0; i < s->listeners_n; i++)
        log_event(LOG_INFO, "serve.listening", LOG_STR(LOG_WHERE, str_of(s->listeners[i].where)));
    return run_parent(s);
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_LISTEN] = { .name = "--listen", .takes_value = true } };
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
    fault_no_memory(&fault);
    int code = s.arena ? serve(&s, options[OPTION_DATA].value, &options[OPTION_LISTEN]) : command_fail(&fault);
    /* Last of all: until now a client that came could wait for a child that starts again. */
    proc_listeners_close(s.listeners, s.listeners_n);
    place_lock_give(&s.lock);
    explicit_bzero(s.place.key, sizeof s.place.key);
    arena_free(s.arena);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .usage = "serve [--data DIR] [--listen ADDR:PORT]",
    .help =
        "Serves the site until SIGTERM or Ctrl-C. --listen takes localhost:8080 (the default: 127.0.0.1 and ::1), "
        "127.0.0.1:8080 or [::1]:8080, and stands above the setting server.listen; port 0 takes a free one. A second "
        "Ctrl-C ends at once, without answering what is under way.",
    .run = run,
};
