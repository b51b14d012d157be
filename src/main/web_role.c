/*
 * The web child: takes connections on the listeners that it inherited and
 * answers from the database.
 *
 * Promises: it starts and stays up without a database and looks for it again;
 * a request that was accepted before SIGTERM is answered. Where the database
 * is damaged or newer at the very first start, or the settings are refused
 * there, the whole server ends and says so; later the 503 page is shown
 * instead, or the start tried again, because somebody may be reading.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "http/http.h"
#include "main/options.h"
#include "main/roles.h"
#include "main/start_message.h"
#include "main/briefing.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { WEB_ARENA_MAX = 4 * 1024 * 1024 };

struct web_role {
    struct arena *arena;
    struct place place;
    struct db *db;
    struct web *web;
    struct http_server *server;
    struct http_listener listeners[HTTP_LISTENERS_MAX];
    size_t listeners_n;
    struct http_listener metrics_listeners[HTTP_LISTENERS_MAX];
    size_t metrics_listeners_n;
    const struct proc_counts *counts; /* NULL: nobody measures */
    struct web_metric figures[4];
    struct web_metrics *metrics;
    struct http_server *metrics_server;
    struct http_network *proxies;
    size_t proxies_n;
    const char *hopeless; /* not NULL: why no start of this program can do better */
    int hopeless_code;
    bool cut; /* the drain came to its end before every answer */
};

static struct web_role here;

static enum status web_forget(struct proc_self *self, struct fault *fault)
{
    (void)fault;
    /* The parent gave it listeners and words; it has nothing else to forget. */
    self->state = &here;
    return STATUS_OK;
}

/* At the first start somebody waits for an answer: the whole server ends and says why. */
static void give_up(const char *what, int code, const struct fault *fault)
{
    options_say("%s", fault->text);
    here.hopeless = what;
    here.hopeless_code = code;
}

static enum status take_descriptors(const struct proc_self *self, struct str kinds, struct fault *fault)
{
    int counts = -1;
    bool proxy = settings_get(here.place.settings, main_setting_proxy)->boolean;
    for (size_t i = 0; i < kinds.n; i++) {
        struct http_listener one = { self->descriptors[i], proxy || kinds.p[i] == START_PROXY };
        switch (kinds.p[i]) {
        case START_VISITORS:
        case START_PROXY:
            if (here.listeners_n < HTTP_LISTENERS_MAX)
                here.listeners[here.listeners_n++] = one;
            break;
        case START_METRICS:
            if (here.metrics_listeners_n < HTTP_LISTENERS_MAX)
                here.metrics_listeners[here.metrics_listeners_n++] = (struct http_listener){ one.fd, false };
            break;
        case START_COUNTS: counts = one.fd; break;
        default: return fault_set(fault, STATUS_DAMAGED, "The parent gave something that is not known here.");
        }
    }
    if (!here.metrics_listeners_n)
        return STATUS_OK;
    here.counts = proc_counts_map(counts, fault);
    return here.counts ? STATUS_OK : STATUS_IO;
}

static enum status take_proxies(struct fault *fault)
{
    const struct setting_value *named = settings_get(here.place.settings, main_setting_proxies);
    here.proxies = ARENA_ARRAY(here.arena, named->list_n, struct http_network);
    if (!here.proxies)
        return fault_no_memory(fault);
    /* All were found good when the settings were read. */
    for (size_t i = 0; i < named->list_n; i++)
        if (http_network_read(named->list[i], &here.proxies[here.proxies_n]))
            here.proxies_n++;
    return STATUS_OK;
}

static enum status web_open(struct proc_self *self, struct fault *fault)
{
    here.arena = arena_new(WEB_ARENA_MAX);
    if (!here.arena)
        return fault_no_memory(fault);
    bool key = false;
    struct str kinds;
    enum status status = start_message_read(here.arena, self->told, &kinds, &here.place, &key, fault);
    if (status == STATUS_INVALID && self->starts == 0) {
        give_up("the settings cannot be used", EXIT_CANNOT, fault);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    status = kinds.n == self->descriptors_n ? take_descriptors(self, kinds, fault) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (!key || here.listeners_n == 0)
        return fault_set(fault, STATUS_DAMAGED, "The parent gave no key, or no listeners.");
    roles_log_level(here.place.settings);
    status = take_proxies(fault);
    if (status != STATUS_OK)
        return status;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0)
            log_event(LOG_WARN, "web.few_files", LOG_I64(LOG_CODE, errno));
    }
    return STATUS_OK;
}

static enum status web_drop(struct proc_self *self, struct fault *fault)
{
    (void)self;
    return proc_drop_to(here.place.owner, here.place.group, fault);
}

static struct db *database_open(struct fault *fault)
{
    struct db *db = NULL;
    if (place_database_open(here.place.folder, &db, fault) == STATUS_OK)
        return db;
    log_event(LOG_ERROR, "web.database_closed", LOG_STR(LOG_STATUS, str_of(status_name(fault->status))),
              LOG_STR(LOG_WHAT, str_of(fault->text)));
    return NULL;
}

/* On a thread of the pool, one at a time. A database that was open once mends its connections itself. */
static struct db *database_again(void *self)
{
    (void)self;
    struct fault fault;
    if (here.db)
        return db_ping(here.db, &fault) == STATUS_OK ? here.db : NULL;
    here.db = database_open(&fault);
    return here.db;
}

static enum status measure(struct fault *fault)
{
    static const char restarts[] = "candour_child_restarts_total", reloads[] = "candour_reloads_total";
    static const char restarts_help[] = "Processes of the server that ended by themselves and were started again.";
    static const char reloads_help[] = "Times that the settings were to be read anew.";
    const struct web_metric figures[] = {
        { restarts, restarts_help, "role=\"web\"", &here.counts->restarts[BRIEFING_WEB] },
        { restarts, restarts_help, "role=\"worker\"", &here.counts->restarts[BRIEFING_WORKER] },
        { reloads, reloads_help, "result=\"taken\"", &here.counts->reloads },
        { reloads, reloads_help, "result=\"refused\"", &here.counts->reloads_refused },
    };
    memcpy(here.figures, figures, sizeof figures);
    return web_metrics_new(&here.metrics, here.web, STR(CANDOUR_VERSION), here.figures,
                           sizeof figures / sizeof figures[0], fault);
}

static enum status web_peers(struct proc_self *self, struct fault *fault)
{
    if (here.hopeless)
        return STATUS_OK;
    struct fault away = { .status = STATUS_OK };
    here.db = database_open(&away);
    if (!here.db && self->starts == 0 && (away.status == STATUS_DAMAGED || away.status == STATUS_NEWER)) {
        give_up("the database cannot be used", EXIT_DATA, &away);
        return STATUS_OK;
    }
    struct web_options options = {
        .db = here.db,
        .settings = here.place.settings,
        .key = { (const char *)here.place.key, PLACE_KEY_SIZE },
        .demonstration = here.place.demonstration,
        .address = here.place.address,
        .folder = here.place.folder,
        .reopen = database_again,
    };
    wiring_web(&options);
    enum status status = web_new(&here.web, &options, fault);
    if (status == STATUS_OK && here.metrics_listeners_n)
        return measure(fault);
    if (status != STATUS_INVALID || self->starts != 0)
        return status;
    give_up("the settings cannot be used", EXIT_CANNOT, fault);
    return STATUS_OK;
}

/* A server of its own, so that figures come also when the site's is full. */
static enum status metrics_serve(struct fault *fault)
{
    if (!here.metrics)
        return STATUS_OK;
    const struct http_options options = {
        .listeners = here.metrics_listeners, .listeners_n = here.metrics_listeners_n, .loops = 1, .threads = 1
    };
    return http_server_start(&here.metrics_server, &options, web_metrics_app(here.metrics), fault);
}

/* First: another process may have the listener now, and its figures are the ones to be read. */
static void metrics_leave(void)
{
    if (here.metrics_server)
        http_server_drain(here.metrics_server);
}

static void metrics_end(void)
{
    if (!here.metrics_server)
        return;
    web_metrics_watch(here.metrics, NULL);
    here.cut |= !http_server_wait(here.metrics_server);
    http_server_free(here.metrics_server);
    here.metrics_server = NULL;
}

static int web_loop(struct proc_self *self)
{
    if (here.hopeless) {
        self->why = here.hopeless;
        proc_self_final(self);
        return here.hopeless_code;
    }
    struct fault fault;
    const struct http_options options = {
        .listeners = here.listeners,
        .listeners_n = here.listeners_n,
        .proxies = here.proxies,
        .proxies_n = here.proxies_n,
        .limit_addresses = true, /* the front leaves a proxy's listeners out */
    };
    if (metrics_serve(&fault) != STATUS_OK ||
        http_server_start(&here.server, &options, web_http_app(here.web), &fault) != STATUS_OK) {
        log_event(LOG_ERROR, "web.start_failed", LOG_STR(LOG_WHAT, str_of(fault.text)));
        self->why = "the front could not start";
        metrics_leave();
        metrics_end();
        return PROC_EXIT_FAILED;
    }
    if (here.metrics)
        web_metrics_watch(here.metrics, here.server);
    proc_self_ready(self);
    while (!proc_self_wait(self, -1))
        ;
    metrics_leave();
    http_server_drain(here.server);
    here.cut = !http_server_wait(here.server);
    metrics_end();
    if (!here.cut)
        return EXIT_DONE;
    self->why = "not every request could be answered in time";
    return PROC_EXIT_CUT;
}

static void web_farewell(struct proc_self *self)
{
    (void)self;
    /* A thread may still be inside a handler: what it uses ends with the process. */
    if (here.cut)
        return;
    if (here.server)
        http_server_free(here.server);
    web_metrics_free(here.metrics);
    if (here.web)
        web_free(here.web);
    db_close(here.db);
    explicit_bzero(here.place.key, sizeof here.place.key);
    arena_free(here.arena);
}

const struct proc_role role_web = {
    .word = "web",
    .forget = web_forget,
    .open = web_open,
    .drop = web_drop,
    .peers = web_peers,
    .loop = web_loop,
    .farewell = web_farewell,
};
