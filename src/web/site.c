/*
 * The site as a whole: what http asks of us, whether the database is there,
 * and the settings of this room.
 *
 * Promises: judge, cached and still_good never block, lock or allocate. A Host
 * that is not ours gets 421 before anything else is looked at, so no page can
 * be made to carry, or be reached under, a name that an attacker chose.
 */
#include "web/upload.h"
#include "web/assets_table.h"

#include <sodium.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/banned.h"

/* ---- Settings ---- */

const struct setting web_setting_rows[] = {
    [WEB_SITE_NAME] = { .name = "site.name",
                        .type = SETTING_TEXT,
                        .min = 1,
                        .max = 80,
                        .preset = "A police force",
                        .help = "The name of the force, as it stands on every page." },
    [WEB_SITE_COLOUR] = { .name = "site.colour",
                          .type = SETTING_COLOUR,
                          .preset = "#0b0c0c",
                          .help = "The force's own colour, on which white words must be readable: the ground of the "
                                  "header, "
                                  "lines and bars. Where it is not given, lines and bars are blue." },
    [WEB_SITE_LOGO] = { .name = "site.logo",
                        .type = SETTING_TEXT,
                        .min = 0,
                        .max = 255,
                        .preset = "",
                        .help =
                            "A PNG of at most 32 KB that stands in the header in place of the name: a path in the data "
                            "folder, or a whole one. Empty: the name." },
    [WEB_SITE_ADDRESS] = { .name = "site.address",
                           .type = SETTING_URL,
                           .preset = "http://localhost:8080",
                           .help = "The public address of the site, without a path: https and the host name." },
    [WEB_CACHE_BYTES] = { .name = "site.page_cache_bytes",
                          .type = SETTING_INT,
                          .min = 0,
                          .max = 1024 * 1024 * 1024,
                          .unit = "bytes",
                          .preset = "16777216",
                          .help = "Memory for finished public pages; 0 switches the page cache off." },
    [WEB_UPLOAD_FOLDER] = { .name = "site.upload_folder",
                            .type = SETTING_TEXT,
                            .min = 0,
                            .max = 255,
                            .preset = "",
                            .help = "The folder for files while a form that brings them is in hand; they have no name "
                                    "there. Empty: the data folder." },
    [WEB_SITE_PHASE] = { .name = "site.phase",
                         .type = SETTING_CHOICE,
                         .choices = "beta none",
                         .preset = "beta",
                         .help =
                             "beta: every public page says that the site is new and asks for feedback; none: only the "
                             "foot of the page does." },
    [WEB_EXIT_WORDS] = { .name = "exit.words",
                         .type = SETTING_TEXT,
                         .min = 1,
                         .max = 30,
                         .preset = "Leave this site",
                         .help = "What the exit button of every public page says. Where it is not given, it is said in "
                                 "the language of the page." },
    [WEB_EXIT_TARGET] = { .name = "exit.target",
                          .type = SETTING_URL,
                          .preset = "https://www.bbc.co.uk/weather",
                          .help = "Where the exit button leads: a harmless page of another site, with https." },
};
const struct setting_table web_settings = { web_setting_rows, WEB_SETTINGS };

const struct setting_value *web_setting_get(const struct settings *settings, enum web_setting which)
{
    return settings_get(settings, &web_setting_rows[which]);
}

struct str web_address(const struct web *web)
{
    if (web->options.address.n)
        return web->options.address;
    return web_setting_get(web->options.settings, WEB_SITE_ADDRESS)->text;
}

/* ---- The database, which may be away ---- */

uint64_t web_number_epoch(struct web *web)
{
    return atomic_load(&web->epoch);
}

uint64_t web_number_make(uint64_t epoch, uint64_t generation)
{
    enum { EPOCH_BITS = 16, GENERATION_BITS = 40 };
    uint64_t generations = (UINT64_C(1) << GENERATION_BITS) - 1;
    uint64_t epochs = (UINT64_C(1) << EPOCH_BITS) - 1;
    /* Never 0, which means "may always go out". */
    return (1 + epoch % epochs) << GENERATION_BITS | (generation & generations);
}

uint64_t web_number(struct web *web)
{
    /* The count first: whoever sees the old count with the new database has something that is out of date. */
    uint64_t epoch = web_number_epoch(web);
    const struct db *db = atomic_load(&web->db);
    return web_number_make(epoch, db ? db_generation(db) : 0);
}

struct db *web_database(struct web *web)
{
    if (!atomic_load(&web->away))
        return atomic_load(&web->db);
    if (!web->options.reopen || pthread_mutex_trylock(&web->reopen_lock) != 0)
        return NULL;
    struct db *db = NULL;
    if (!atomic_load(&web->away)) {
        db = atomic_load(&web->db);
    } else if (clock_steady_ns() - web->reopen_ns >= REOPEN_NS) {
        db = web->options.reopen(web->options.reopen_self);
        web->reopen_ns = clock_steady_ns();
        if (db) {
            atomic_store(&web->db, db);
            atomic_fetch_add(&web->epoch, 1);
            atomic_store(&web->away, false);
            log_event(LOG_INFO, "web.database_back", LOG_NOTHING);
        }
    }
    pthread_mutex_unlock(&web->reopen_lock);
    return db;
}

void web_database_lost(struct web *web)
{
    /* Without somebody who looks for it the database is asked anew by every request. */
    if (web->options.reopen && !atomic_exchange(&web->away, true))
        log_event(LOG_ERROR, "web.database_away", LOG_NOTHING);
}

/* ---- What http asks ---- */

static struct str host_name(struct str host)
{
    ptrdiff_t end = host.n && host.p[0] == '[' ? str_find_byte(host, ']') + 1 : str_find_byte(host, ':');
    return end > 0 ? str_slice(host, 0, (size_t)end) : host;
}

static bool is_loopback(struct str name)
{
    return str_equal(name, STR("localhost")) || str_equal(name, STR("127.0.0.1")) || str_equal(name, STR("[::1]"));
}

static bool digits_after(struct str host, size_t from)
{
    if (host.n == from)
        return true;
    if (host.p[from] != ':' || host.n == from + 1)
        return false;
    for (size_t i = from + 1; i < host.n; i++)
        if (host.p[i] < '0' || host.p[i] > '9')
            return false;
    return true;
}

static bool host_is_ours(const struct web *web, struct str host)
{
    if (str_equal(host, web->host))
        return true;
    /* A port that the scheme implies anyway may be named. */
    if (str_starts(host, web->host) &&
        str_equal(str_slice(host, web->host.n, host.n), web->https ? STR(":443") : STR(":80")))
        return str_find_byte(web->host, ':') < 0;
    struct str name = host_name(host);
    return web->loopback && is_loopback(name) && digits_after(host, name.n);
}

static struct http_verdict judge(void *self, const struct http_head *head)
{
    struct web *web = self;
    if (!host_is_ours(web, head->host))
        return (struct http_verdict){ .error = HTTP_MISDIRECTED };
    if (head->length == 0)
        return (struct http_verdict){ 0 };
    struct str path = head->path;
    path_language(&path);
    struct route_found found;
    route_find(web->tree, head->method, path, &found);
    if (!found.route)
        return (struct http_verdict){ .error = found.allowed ? HTTP_METHOD_NOT_ALLOWED : HTTP_NOT_FOUND };
    return (struct http_verdict){ .body_max = found.route->body_max,
                                  .sink = found.route->body == BODY_UPLOAD ? &upload_sink : NULL };
}

static bool cached(void *self, const struct http_head *head, struct http_answer *out)
{
    struct web *web = self;
    if (assets_answer(web->assets, head, out))
        return true;
    /* Who sends a cookie may have a session, which a thread has to end. */
    if (exit_asked(head) && !http_field(head, STR("Cookie")).p) {
        exit_answer(web, head, out);
        return true;
    }
    char room[PAGE_KEY_MAX];
    struct str key;
    if (atomic_load(&web->away) || !serve_key(web, head, room, &key))
        return false;
    struct page *page = page_cache_get(web->cache, key, web_number(web), clock_now_ms());
    if (!page)
        return false;
    if (page_wants_encoding(page, head)) { /* once a page: a thread has to compress it */
        page_unref(page);
        return false;
    }
    page_answer(page, head, out);
    return true;
}

static void error_page(void *self, int status, const struct http_head *head, struct http_answer *out)
{
    struct web *web = self;
    if (status == HTTP_UNAVAILABLE && head && exit_asked(head)) { /* too full for anything else */
        exit_answer(web, head, out);
        return;
    }
    enum language language = LANGUAGE_EN;
    unsigned allowed = 0;
    if (head) {
        struct str path = head->path;
        language = path_language(&path);
        if (status == HTTP_METHOD_NOT_ALLOWED) {
            struct route_found found;
            route_find(web->tree, head->method, path, &found);
            allowed = found.allowed;
        }
    }
    struct page *page = error_page_of(web, status, language, head && head->secure, allowed);
    page_answer(page, head, out);
    out->status = status;
}

/* ---- Beginning and end ---- */

/* scheme://host[:port][/]; anything more is not an address of a whole site. Host fields come in small letters. */
static bool read_address(struct str address, bool *https, char room[HTTP_HOST_MAX], struct str *out)
{
    *https = str_starts(address, STR("https://"));
    size_t head = *https ? 8 : 7;
    if (!*https && !str_starts(address, STR("http://")))
        return false;
    struct str host = str_slice(address, head, address.n);
    if (str_ends(host, STR("/")))
        host.n--;
    struct str implied = *https ? STR(":443") : STR(":80");
    if (str_ends(host, implied) && host_name(host).n == host.n - implied.n)
        host.n -= implied.n;
    if (host.n == 0 || host.n > HTTP_HOST_MAX)
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (c <= ' ' || strchr("/?#@", c))
            return false;
        room[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    *out = (struct str){ room, host.n };
    return true;
}

static enum status address_wrong(struct fault *fault)
{
    return fault_set(fault, STATUS_INVALID,
                     "site.address is not the address of a whole site; write http:// or https://, a host name and, if "
                     "need be, a port, and nothing behind it.");
}

enum status web_address_check(struct str address, struct fault *fault)
{
    bool https;
    char room[HTTP_HOST_MAX];
    struct str host;
    return read_address(address, &https, room, &host) ? STATUS_OK : address_wrong(fault);
}

/* A setting that cannot be used is said at the start, not to the first visitor with a file. */
static enum status find_upload_folder(struct web *web, struct fault *fault)
{
    struct str folder = web_setting_get(web->options.settings, WEB_UPLOAD_FOLDER)->text;
    web->upload_folder = web->options.folder ? web->options.folder : "/tmp";
    if (folder.n == 0)
        return STATUS_OK;
    char *copy = mem_zero(folder.n + 1, 1);
    if (!copy)
        return fault_no_memory(fault);
    memcpy(copy, folder.p, folder.n);
    web->upload_folder_given = copy;
    web->upload_folder = copy;
    if (folder.p[0] == '/' && upload_folder_good(copy))
        return STATUS_OK;
    return fault_set(fault, STATUS_INVALID,
                     "site.upload_folder is not a folder in which files can be made; give the whole path of one that "
                     "the server may write to.");
}

enum status web_new(struct web **out, const struct web_options *options, struct fault *fault)
{
    *out = NULL;
    if (sodium_init() < 0)
        return fault_set(fault, STATUS_IO, "libsodium could not be started");
    struct web *web = mem_zero(1, sizeof *web);
    if (!web)
        return fault_no_memory(fault);
    web->options = *options;
    atomic_store(&web->db, options->db);
    atomic_store(&web->away, options->db == NULL);
    web->reopen_ns = INT64_MIN / 2;
    pthread_mutex_init(&web->reopen_lock, NULL);
    pthread_mutex_init(&web->spare_lock, NULL);
    pthread_mutex_init(&web->flights.lock, NULL);
    web->app = (struct http_app){ .self = web,
                                  .judge = judge,
                                  .cached = cached,
                                  .error_page = error_page,
                                  .take = serve_take,
                                  .still_good = serve_still_good };
    enum status status = STATUS_OK;
    if (options->key.n != crypto_auth_hmacsha256_KEYBYTES)
        status = fault_set(fault, STATUS_INVALID, "the key file must hold 32 bytes");
    else if (!read_address(web_address(web), &web->https, web->host_room, &web->host))
        status = address_wrong(fault);
    web->loopback = options->demonstration || is_loopback(host_name(web->host));
    if (status == STATUS_OK)
        status = find_upload_folder(web, fault);
    if (status == STATUS_OK)
        status = route_tree_new(&web->tree, options->routes, options->routes_n, fault);
    if (status == STATUS_OK)
        status = look_make(web, fault);
    if (status == STATUS_OK)
        status =
            assets_new(&web->assets, candour_assets, candour_assets_n, web->look.assets, web->look.assets_n, fault);
    if (status == STATUS_OK)
        status = exit_make(web, fault);
    if (status == STATUS_OK)
        status = errors_make(web, fault);
    if (status == STATUS_OK) {
        web->cache = page_cache_new((size_t)web_setting_get(options->settings, WEB_CACHE_BYTES)->number);
        if (!web->cache)
            status = fault_no_memory(fault);
    }
    if (status != STATUS_OK) {
        web_free(web);
        return status;
    }
    *out = web;
    return STATUS_OK;
}

void web_free(struct web *web)
{
    if (!web)
        return;
    page_cache_free(web->cache);
    errors_free(web);
    exit_free(web);
    assets_free(web->assets);
    look_free(web);
    route_tree_free(web->tree);
    workspaces_free(web);
    mem_free(web->upload_folder_given);
    pthread_mutex_destroy(&web->reopen_lock);
    pthread_mutex_destroy(&web->spare_lock);
    pthread_mutex_destroy(&web->flights.lock);
    mem_free(web);
}

const struct http_app *web_http_app(struct web *web)
{
    return &web->app;
}
