/*
 * The one place where all rooms are known.
 *
 * Promises: a setting that a room reads has a row in a table here; a route
 * that is served stands in the generated table.
 */
#include "main/wiring.h"

#include <string.h>

#include "migrations.h"
#include "routes.h"
#include "base/clock.h"
#include "posts/acts.h"
#include "posts/erasure.h"
#include "posts/search.h"
#include "site/site.h"
#include "staff/staff.h"
#include "base/banned.h"

static const struct setting rows[] = {
    { .name = "server.listen",
      .type = SETTING_LIST,
      .min = 3,
      .max = 112,
      .preset = "",
      .help = "Addresses to listen on, such as localhost:8080, 127.0.0.1:8080, \"[::1]:8080\" or "
              "unix:/run/candour/web.sock; none: localhost:8080. The option --listen takes precedence." },
    { .name = "server.behind_proxy",
      .type = SETTING_BOOL,
      .preset = "false",
      .help = "True where only a reverse proxy reaches these addresses: then its X-Forwarded-For and "
              "X-Forwarded-Proto are believed. A unix socket is always a proxy's." },
    { .name = "server.proxy_listen",
      .type = SETTING_LIST,
      .min = 3,
      .max = 112,
      .preset = "",
      .help = "Further addresses to listen on, which only a reverse proxy reaches: it is believed there, and there "
              "alone." },
    { .name = "server.proxies",
      .type = SETTING_LIST,
      .min = 2,
      .max = 50,
      .preset = "",
      .help = "Addresses or networks of the reverse proxies, such as 10.0.0.7 or \"fd00::/8\": the visitor is the last "
              "in X-Forwarded-For that is none of them. Where there are any, nobody else but this machine is "
              "believed." },
    { .name = "server.metrics",
      .type = SETTING_TEXT,
      .min = 0,
      .max = 112,
      .preset = "",
      .help = "Where /metrics is read, such as 127.0.0.1:9464 or unix:/run/candour/metrics.sock: an address that only "
              "this machine reaches; empty: nowhere." },
    { .name = "server.log",
      .type = SETTING_CHOICE,
      .choices = "debug info warn error",
      .preset = "info",
      .help = "The least serious events that are logged." },
    { .name = "site.time_zone",
      .type = SETTING_TEXT,
      .min = 1,
      .max = 64,
      .preset = "Europe/London",
      .help = "The zone in which days and hours are read and shown, a name of the tz database." },
};
const struct setting *const main_setting_listen = &rows[0], *const main_setting_proxy = &rows[1],
                            *const main_setting_proxy_listen = &rows[2], *const main_setting_proxies = &rows[3],
                            *const main_setting_metrics = &rows[4], *const main_setting_log = &rows[5],
                            *const main_setting_time_zone = &rows[6];

static const struct setting_table main_settings = { rows, sizeof rows / sizeof rows[0] };

/* Filled at the start: the tables of other rooms are no constants to this file. */
static struct setting_table tables[8];
const struct setting_table *const wiring_settings = tables;

static const struct setting_table *const of_rooms[] = { &web_settings, &site_settings, &staff_settings,
                                                        &main_settings };

void wiring_begin(void)
{
    for (size_t i = 0; i < sizeof of_rooms / sizeof of_rooms[0]; i++)
        tables[i] = *of_rooms[i];
}

const struct setting *wiring_setting(const char *name)
{
    for (const struct setting_table *t = wiring_settings; t->rows; t++)
        for (size_t i = 0; i < t->n; i++)
            if (strcmp(t->rows[i].name, name) == 0)
                return &t->rows[i];
    bug("no setting %s", name);
}

struct db_options wiring_database(const char *folder, bool create)
{
    return (struct db_options){
        .folder = folder, .migrations = candour_migrations, .migrations_n = candour_migrations_n, .create = create
    };
}

void wiring_web(struct web_options *out)
{
    out->routes = candour_routes;
    out->routes_n = candour_routes_n;
    out->auth = &staff_auth;
}

static bool route_takes(struct str route, struct str path)
{
    struct str wanted;
    struct str segment;
    while (str_cut(&route, '/', &wanted)) {
        if (!str_cut(&path, '/', &segment))
            return false;
        bool parameter = str_starts(wanted, STR("{")) && segment.n > 0;
        if (!parameter && !str_equal(wanted, segment))
            return false;
    }
    return !str_cut(&path, '/', &segment);
}

bool wiring_serves(void *self, struct str path)
{
    (void)self;
    for (size_t i = 0; i < candour_routes_n; i++)
        if (strcmp(candour_routes[i].method, "GET") == 0 && route_takes(str_of(candour_routes[i].path), path))
            return true;
    return false;
}

bool wiring_address_is_local(struct str url)
{
    if (!url.n)
        return true;
    ptrdiff_t from = str_find(url, STR("://"));
    struct str host = from < 0 ? url : str_slice(url, (size_t)from + 3, url.n);
    ptrdiff_t end = str_find_byte(host, '/');
    host = end < 0 ? host : str_slice(host, 0, (size_t)end);
    static const struct str local[] = { STR_INIT("localhost"), STR_INIT("127.0.0.1"), STR_INIT("[::1]") };
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if (str_equal_nocase(str_slice(host, 0, local[i].n), local[i]) &&
            (host.n == local[i].n || host.p[local[i].n] == ':'))
            return true;
    return false;
}

void wiring_checks(const struct settings *settings)
{
    struct check_site site = { .force = settings_get(settings, wiring_setting("site.name"))->text,
                               .address = settings_get(settings, wiring_setting("site.address"))->text,
                               .serves = wiring_serves };
    posts_checks_site(&site);
}

void wiring_key(const unsigned char key[32])
{
    unsigned char erasures[POST_ERASURE_KEY];
    posts_erasure_derive(key, erasures);
    posts_erasure_key(erasures);
}

restore_replay_fn *wiring_erasure_replay = posts_erasure_replay;
restore_replayed_fn *wiring_erasures_replayed = posts_search_forget;
erasures_known_fn *wiring_erasures_known = posts_erasures_known;

enum status wiring_demonstration(struct db *db, struct fault *fault)
{
    return posts_demonstration(db, clock_now_ms(), fault);
}

void wiring_demonstration_accounts(FILE *to)
{
    fprintf(to, "Accounts to try it with (they work on demonstration data only):\n");
    for (size_t i = 0; i < posts_demonstration_accounts_n; i++) {
        const struct demonstration_account *a = &posts_demonstration_accounts[i];
        fprintf(to, "  %-22s  passphrase: %-34s  %s\n", a->user, a->passphrase, a->does);
    }
}
