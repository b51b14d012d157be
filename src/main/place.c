/*
 * The data folder without its database: settings, key, marks and the lock of a
 * running server.
 *
 * Promises: nothing is taken from a settings file with a fault; a folder whose
 * set-up did not come to its end is refused; the lock cannot be left behind by
 * a process that died, since the kernel holds it.
 */
#include "main/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/yaml.h"
#include "base/zone.h"
#include "http/http.h"
#include "main/options.h"
#include "main/wiring.h"
#include "proc/proc.h"
#include "site/site.h"
#include "base/banned.h"

const char *place_path(struct arena *arena, const char *folder, const char *name)
{
    return str_format(arena, "%s/%s", folder, name).p;
}

bool place_has(struct arena *arena, const char *folder, const char *name)
{
    const char *path = place_path(arena, folder, name);
    struct stat st;
    return path && lstat(path, &st) == 0;
}

/* ---- Settings ---- */

/* Where a setting's value stands; the beginning of the file where it stands nowhere. */
static void place_of_row(struct arena *arena, struct str text, const char *name, int *line, int *column)
{
    const struct yaml *node = NULL;
    struct yaml_fault fault;
    *line = *column = 1;
    if (yaml_read(arena, text, 1, &node, &fault) != STATUS_OK)
        return;
    struct str rest = str_of(name), piece;
    while (node && str_cut(&rest, '.', &piece))
        node = yaml_get(node, piece);
    if (!node)
        return;
    *line = node->line;
    *column = node->column;
}

struct checking {
    struct arena *arena;
    struct str text;
    struct setting_fault *faults;
    size_t *n;
};

static void also_wrong(struct checking *c, const struct setting *row, const struct fault *fault)
{
    if (*c->n == SETTINGS_MAX_FAULTS)
        return;
    struct setting_fault *f = &c->faults[(*c->n)++];
    *f = (struct setting_fault){ 0 };
    place_of_row(c->arena, c->text, row->name, &f->line, &f->column);
    memcpy(f->text, fault->text, sizeof f->text);
}

static void check_proxies(struct checking *c, const struct setting_value *proxies)
{
    struct fault fault;
    struct http_network network;
    for (size_t i = 0; i < proxies->list_n; i++) {
        if (http_network_read(proxies->list[i], &network))
            continue;
        fault_set(&fault, STATUS_INVALID,
                  "\"%.*s\" is no address or network of a proxy: write 10.0.0.7, 10.0.0.0/8 or fd00::/8, with no bits "
                  "behind the length.",
                  STR_ARG(proxies->list[i]));
        also_wrong(c, main_setting_proxies, &fault);
    }
}

static void check_metrics(struct checking *c, struct str where)
{
    struct fault fault;
    if (!where.n)
        return;
    if (proc_listen_check(where, &fault) != STATUS_OK) {
        also_wrong(c, main_setting_metrics, &fault);
    } else if (!proc_listen_is_local(where)) {
        fault_set(&fault, STATUS_INVALID,
                  "server.metrics is for this machine alone: write localhost:9464, 127.0.0.1:9464 or "
                  "unix:/run/candour/metrics.sock.");
        also_wrong(c, main_setting_metrics, &fault);
    }
}

enum status place_settings_read(struct arena *arena, struct str text, const struct settings **out,
                                struct setting_fault *faults, size_t *faults_n)
{
    enum status status = settings_read(arena, wiring_settings, text, out, faults, faults_n);
    if (status != STATUS_OK)
        return status;
    struct checking c = { arena, text, faults, faults_n };
    struct fault fault;
    const struct setting *const listening[] = { main_setting_listen, main_setting_proxy_listen };
    for (size_t i = 0; i < sizeof listening / sizeof listening[0]; i++) {
        const struct setting_value *listen = settings_get(*out, listening[i]);
        for (size_t k = 0; k < listen->list_n; k++)
            if (proc_listen_check(listen->list[k], &fault) != STATUS_OK)
                also_wrong(&c, listening[i], &fault);
    }
    check_proxies(&c, settings_get(*out, main_setting_proxies));
    check_metrics(&c, settings_get(*out, main_setting_metrics)->text);
    const struct setting *address = wiring_setting("site.address");
    if (web_address_check(settings_get(*out, address)->text, &fault) != STATUS_OK)
        also_wrong(&c, address, &fault);
    const struct setting *colour = wiring_setting("site.colour");
    if (web_colour_check(settings_get(*out, colour)->text, &fault) != STATUS_OK)
        also_wrong(&c, colour, &fault);
    const struct setting *target = wiring_setting("exit.target");
    if (web_exit_check(settings_get(*out, target)->text, settings_get(*out, address)->text, &fault) != STATUS_OK)
        also_wrong(&c, target, &fault);
    const struct setting *zone = main_setting_time_zone;
    if (zone_use(settings_get(*out, zone)->text, &fault) != STATUS_OK)
        also_wrong(&c, zone, &fault);
    for (size_t i = 0; i < site_settings.n; i++)
        if (site_setting_check(arena, (enum site_setting)i, settings_get(*out, &site_settings.rows[i]), &fault) !=
            STATUS_OK)
            also_wrong(&c, &site_settings.rows[i], &fault);
    wiring_checks(*out);
    return *faults_n ? STATUS_INVALID : STATUS_OK;
}

enum status place_files_check(struct arena *arena, struct str text, const struct settings *settings, const char *folder,
                              struct setting_fault *faults, size_t *faults_n)
{
    struct checking c = { arena, text, faults, faults_n };
    struct fault fault;
    const struct setting *logo = wiring_setting("site.logo");
    if (web_logo_check(settings_get(settings, logo)->text, folder, &fault) != STATUS_OK)
        also_wrong(&c, logo, &fault);
    return *faults_n ? STATUS_INVALID : STATUS_OK;
}

struct str place_reached_by_others(const struct str *listeners, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (proc_listen_check(listeners[i], NULL) == STATUS_OK && !proc_listen_is_local(listeners[i]))
            return listeners[i];
    return STR_NONE;
}

struct str place_listener_of_others(const struct settings *settings)
{
    const struct setting_value *listen = settings_get(settings, main_setting_listen);
    const struct setting_value *proxy = settings_get(settings, main_setting_proxy_listen);
    struct str reached = place_reached_by_others(listen->list, listen->list_n);
    return reached.n ? reached : place_reached_by_others(proxy->list, proxy->list_n);
}

enum status place_settings(struct place *p, struct arena *arena, struct setting_fault **faults, size_t *n,
                           struct fault *fault)
{
    *n = 0;
    const char *path = place_path(arena, p->folder, PLACE_SETTINGS);
    *faults = ARENA_ARRAY(arena, SETTINGS_MAX_FAULTS, struct setting_fault);
    if (!path || !*faults)
        return fault_no_memory(fault);
    enum status status = file_read(arena, path, PLACE_SETTINGS_MAX, &p->text, fault);
    if (status != STATUS_OK)
        return status;
    status = place_settings_read(arena, p->text, &p->settings, *faults, n);
    if (status != STATUS_OK)
        fault_set(fault, status, "%s could not be read (%s).", path, status_name(status));
    return status;
}

static int settings_of_folder(struct place *p, struct arena *arena)
{
    struct fault fault;
    struct setting_fault *faults;
    size_t n = 0;
    if (place_settings(p, arena, &faults, &n, &fault) == STATUS_OK)
        return EXIT_DONE;
    for (size_t i = 0; i < n; i++)
        options_say("%s/" PLACE_SETTINGS ":%d:%d: %s", p->folder, faults[i].line, faults[i].column, faults[i].text);
    return n ? EXIT_REFUSED : command_fail(&fault);
}

static int key_of_folder(struct place *p, struct arena *arena)
{
    struct fault fault;
    struct str key = STR_NONE;
    const char *path = place_path(arena, p->folder, PLACE_KEY);
    enum status status = path ? file_read(arena, path, PLACE_KEY_SIZE, &key, &fault) : fault_no_memory(&fault);
    if (status == STATUS_OK && key.n != PLACE_KEY_SIZE)
        status = STATUS_LIMIT;
    if (status == STATUS_LIMIT)
        fault_set(&fault, STATUS_DAMAGED, "%s is not %d bytes long: put your copy of the key file in its place.", path,
                  PLACE_KEY_SIZE);
    if (status != STATUS_OK)
        return command_fail(&fault);
    memcpy(p->key, key.p, PLACE_KEY_SIZE);
    return EXIT_DONE;
}

static enum status gone(const char *folder, const char *name, struct fault *fault)
{
    if (strcmp(name, PLACE_SETTINGS) == 0)
        return fault_set(fault, STATUS_NOT_FOUND,
                         "%s/%s is missing: put the one of your backup in its place, or an empty file, with which "
                         "every setting has its default.",
                         folder, name);
    if (strcmp(name, PLACE_KEY) == 0)
        return fault_set(fault, STATUS_NOT_FOUND,
                         "%s/%s is missing: put your copy of it in its place, which lies apart from the backups.",
                         folder, name);
    return fault_set(fault, STATUS_NOT_FOUND, "%s/%s is missing: restore %s from a backup.", folder, name, name);
}

enum status place_whole(struct arena *arena, const char *folder, struct fault *fault)
{
    static const char *const parts[] = { PLACE_SETTINGS, PLACE_KEY, PLACE_DATABASE };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!place_has(arena, folder, parts[i]))
            return gone(folder, parts[i], fault);
    return STATUS_OK;
}

enum status place_database_open(const char *folder, struct db **out, struct fault *fault)
{
    struct db_options options = wiring_database(folder, false);
    enum status status = db_open(out, &options, fault);
    return status == STATUS_NOT_FOUND ? gone(folder, PLACE_DATABASE, fault) : status;
}

int place_read(struct place *out, struct arena *arena, const char *folder)
{
    *out = (struct place){ .folder = folder ? folder : PLACE_DEFAULT };
    struct fault fault;
    struct stat st;
    if (stat(out->folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
        fault_set(&fault, STATUS_NOT_FOUND, "There is no data folder %s: make one with candour init --data %s.",
                  out->folder, out->folder);
        return command_fail(&fault);
    }
    out->owner = st.st_uid;
    out->group = st.st_gid;
    if (place_has(arena, out->folder, PLACE_UNFINISHED)) {
        fault_set(&fault, STATUS_UNAVAILABLE, "%s was not set up to its end: run candour init --data %s again.",
                  out->folder, out->folder);
        return command_fail(&fault);
    }
    bool settings = place_has(arena, out->folder, PLACE_SETTINGS), key = place_has(arena, out->folder, PLACE_KEY);
    if (!settings && !key && !place_has(arena, out->folder, PLACE_DATABASE)) {
        fault_set(&fault, STATUS_NOT_FOUND, "%s is not a data folder of candour: make one with candour init --data %s.",
                  out->folder, out->folder);
        return command_fail(&fault);
    }
    if (!settings || !key) {
        gone(out->folder, settings ? PLACE_KEY : PLACE_SETTINGS, &fault);
        return command_fail(&fault);
    }
    out->demonstration = place_has(arena, out->folder, PLACE_DEMONSTRATION);
    int code = settings_of_folder(out, arena);
    return code == EXIT_DONE ? key_of_folder(out, arena) : code;
}

/* ---- The lock ---- */

static struct flock whole_file(void)
{
    return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

pid_t place_lock_holder(struct arena *arena, const char *folder, struct str *where)
{
    *where = STR_NONE;
    const char *path = place_path(arena, folder, PLACE_LOCK);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return 0;
    struct flock asked = whole_file();
    pid_t holder = fcntl(fd, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK ? asked.l_pid : 0;
    char text[PROC_WHERE_MAX];
    ssize_t n = holder ? pread(fd, text, sizeof text, 0) : 0;
    if (n > 0)
        *where = str_copy(arena, str_trim((struct str){ text, (size_t)n }));
    close(fd);
    return holder;
}

enum status place_lock_take(struct place_lock *lock, struct arena *arena, const char *folder, struct fault *fault)
{
    lock->fd = -1;
    const char *path = place_path(arena, folder, PLACE_LOCK);
    if (!path)
        return fault_no_memory(fault);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fault_set(fault, STATUS_IO, "%s cannot be opened (%s): mend the folder's owner or mode.", path,
                         strerror(errno));
    struct flock wanted = whole_file();
    if (fcntl(fd, F_SETLK, &wanted) == 0) {
        lock->fd = fd;
        return STATUS_OK;
    }
    close(fd);
    struct str where;
    pid_t holder = place_lock_holder(arena, folder, &where);
    return fault_set(fault, STATUS_BUSY,
                     "%s is served already by process %d%s%.*s: stop that one first, or give another folder with "
                     "--data.",
                     folder, (int)holder, where.n ? " at " : "", STR_ARG(where));
}

void place_lock_say(struct place_lock *lock, struct str where)
{
    /* For people only: where it cannot be written (a full disk) the lock itself still holds. */
    if (ftruncate(lock->fd, 0) == 0 && pwrite(lock->fd, where.p, where.n, 0) == (ssize_t)where.n)
        return;
    (void)!ftruncate(lock->fd, 0);
}

void place_lock_give(struct place_lock *lock)
{
    if (lock->fd < 0)
        return;
    (void)!ftruncate(lock->fd, 0);
    close(lock->fd);
    lock->fd = -1;
}
