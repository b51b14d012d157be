/*
 * candour doctor: what is wrong with an installation, and how to mend it.
 *
 * Promises: it changes nothing but what opening the database changes (the
 * schema of an older candour is brought up to date); each line is "ok" or
 * "problem" with what to do; a check that could not run is a problem.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/zone.h"
#include "db/erasures.h"
#include "main/options.h"
#include "main/place.h"
#include "main/wiring.h"
#include "media/media.h"
#include "posts/acts.h"
#include "posts/erasure.h"
#include "posts/policy.h"
#include "proc/proc.h"
#include "base/banned.h"

enum {
    DOCTOR_ARENA_MAX = 64 * 1024 * 1024,
    DOCTOR_ANSWER_MAX = 64 * 1024,
    DOCTOR_ASK_MS = 5000,
    DOCTOR_DISK_MIN_MB = 200, /* below this a busy day can fill the disk */
    DOCTOR_CLOCK_SLACK_MS = 24 * 60 * 60 * 1000,
};

struct doctor {
    struct arena *arena;
    const char *folder;
    const struct settings *settings; /* NULL: they could not be read */
    unsigned problems;
};

__attribute__((format(printf, 3, 0))) static void row(const char *verdict, const char *what, const char *format,
                                                      va_list ap)
{
    char words[2 * PATH_MAX];
    vsnprintf(words, sizeof words, format, ap);
    options_one_line(words);
    printf("%-7s  %-14s  %s\n", verdict, what, words);
}

__attribute__((format(printf, 2, 3))) static void line(const char *what, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    row("ok", what, format, ap);
    va_end(ap);
}

__attribute__((format(printf, 3, 4))) static void problem(struct doctor *d, const char *what, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    row("problem", what, format, ap);
    va_end(ap);
    d->problems++;
}

/* False: there is nothing to look at. */
static bool look_at_folder(struct doctor *d)
{
    struct stat st;
    if (stat(d->folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
        problem(d, "folder", "There is no data folder %s: make one with candour init --data %s, or give the right one.",
                d->folder, d->folder);
        return false;
    }
    if (place_has(d->arena, d->folder, PLACE_UNFINISHED))
        problem(d, "folder", "%s was not set up to its end: run candour init --data %s again.", d->folder, d->folder);
    else if (st.st_mode & 077)
        problem(d, "folder", "Others on this machine may read %s (mode %04o): chmod 700 %s", d->folder,
                (unsigned)(st.st_mode & 07777), d->folder);
    else if (geteuid() != 0 && st.st_uid != geteuid())
        problem(d, "folder", "%s belongs to user %u and you are user %u: run candour as that user.", d->folder,
                (unsigned)st.st_uid, (unsigned)geteuid());
    else if (access(d->folder, R_OK | W_OK | X_OK) != 0)
        problem(d, "folder", "%s cannot be written (%s): mend its mode or the file system's.", d->folder,
                strerror(errno));
    else
        line("folder", "%s, mode %04o", d->folder, (unsigned)(st.st_mode & 07777));
    return true;
}

static void look_at_key(struct doctor *d)
{
    const char *path = place_path(d->arena, d->folder, PLACE_KEY);
    struct stat st;
    if (!path || lstat(path, &st) != 0)
        problem(d, "key file", "%s/" PLACE_KEY " is missing: put your copy of it in its place.", d->folder);
    else if (!S_ISREG(st.st_mode) || st.st_size != PLACE_KEY_SIZE)
        problem(d, "key file", "%s is not a file of %d bytes: put your copy of the key file in its place.", path,
                PLACE_KEY_SIZE);
    else if (st.st_mode & 077)
        problem(d, "key file", "Others on this machine may read %s (mode %04o): chmod 600 %s", path,
                (unsigned)(st.st_mode & 07777), path);
    else if (access(path, R_OK) != 0)
        problem(d, "key file", "%s cannot be read (%s): mend its owner.", path, strerror(errno));
    else
        line("key file", "%s, mode %04o", path, (unsigned)(st.st_mode & 07777));
}

static void look_at_settings(struct doctor *d)
{
    const char *path = place_path(d->arena, d->folder, PLACE_SETTINGS);
    struct setting_fault *faults = ARENA_ARRAY(d->arena, SETTINGS_MAX_FAULTS, struct setting_fault);
    struct fault fault;
    struct str text;
    size_t n = 0;
    if (path && !place_has(d->arena, d->folder, PLACE_SETTINGS)) {
        problem(d, "settings",
                "%s is missing: put the one of your backup in its place, or an empty file, with which every setting "
                "has its default.",
                path);
        return;
    }
    if (!path || !faults || file_read(d->arena, path, PLACE_SETTINGS_MAX, &text, &fault) != STATUS_OK) {
        problem(d, "settings", "%s", path && faults ? fault.text : "There was not enough memory.");
        return;
    }
    if (place_settings_read(d->arena, text, &d->settings, faults, &n) == STATUS_OK &&
        place_files_check(d->arena, text, d->settings, d->folder, faults, &n) == STATUS_OK) {
        line("settings", "%s has no faults", path);
        return;
    }
    d->settings = NULL;
    for (size_t i = 0; i < n; i++)
        problem(d, "settings", "%s:%d:%d: %s", path, faults[i].line, faults[i].column, faults[i].text);
    if (!n)
        problem(d, "settings", "%s could not be read.", path);
}

/* Without a whole list a backup cannot be restored without what was erased since. */
static void look_at_erasures(struct doctor *d)
{
    struct fault fault;
    struct erasures list;
    if (erasures_of_folder(d->arena, d->folder, &list, &fault) != STATUS_OK)
        problem(d, "erasures", "%s", fault.text);
    else if (list.n == 0)
        line("erasures", "none so far");
    else
        line("erasures", "%zu; keep the newest copy of %s/" ERASURES_FILE " on another machine", list.n, d->folder);
}

static void look_at_demonstration(struct doctor *d)
{
    if (!place_has(d->arena, d->folder, PLACE_DEMONSTRATION) || !d->settings)
        return;
    struct str address = settings_get(d->settings, wiring_setting("site.address"))->text;
    struct str reached = place_listener_of_others(d->settings);
    if (reached.n)
        problem(d, "demonstration",
                "This folder holds the demonstration, whose passphrases everybody knows, and others than this machine "
                "reach %.*s of server.listen: listen on localhost, or make another folder with candour init.",
                STR_ARG(reached));
    else if (wiring_address_is_local(address))
        line("demonstration", "this folder holds the demonstration; it is served on localhost only");
    else
        problem(
            d, "demonstration",
            "This folder holds the demonstration, whose passphrases everybody knows, and site.address is no localhost "
            "address: make another folder with candour init.");
}

static void look_at_time_zone(struct doctor *d)
{
    struct fault fault;
    const struct setting *row = main_setting_time_zone;
    struct str name = d->settings ? settings_get(d->settings, row)->text : str_of(row->preset);
    if (zone_use(name, &fault) == STATUS_OK)
        line("time zones", "the rules of %.*s are there", STR_ARG(name));
    else
        problem(d, "time zones", "%s", fault.text);
}

/* Nothing here knows the right time; a clock that is behind what it wrote itself is wrong. */
static void look_at_clock(struct doctor *d)
{
    const char *path = place_path(d->arena, d->folder, PLACE_DATABASE);
    struct stat st;
    if (!path || stat(path, &st) != 0)
        return;
    int64_t written = (int64_t)st.st_mtim.tv_sec * 1000, now = clock_now_ms();
    struct str today = zone_utc(d->arena, now);
    if (written > now + DOCTOR_CLOCK_SLACK_MS)
        problem(d, "clock", "It says %.*s, but the database was written later than that: set the machine's clock.",
                STR_ARG(today));
    else
        line("clock", "%.*s", STR_ARG(today));
}

static void look_at_disk(struct doctor *d)
{
    struct statvfs fs;
    if (statvfs(d->folder, &fs) != 0) {
        problem(d, "disk", "%s cannot be looked at (%s): look at the disk.", d->folder, strerror(errno));
        return;
    }
    unsigned long long mb = (unsigned long long)fs.f_bavail * fs.f_frsize / (1024 * 1024);
    if (fs.f_flag & ST_RDONLY)
        problem(d, "disk", "%s lies on a file system that is mounted read-only: look at the disk and mount it again.",
                d->folder);
    else if (mb < DOCTOR_DISK_MIN_MB)
        problem(d, "disk", "Only %llu MB are free where %s lies; keep %d MB free: make room.", mb, d->folder,
                DOCTOR_DISK_MIN_MB);
    else if (fs.f_files && fs.f_favail < 100)
        problem(d, "disk", "Only %llu more files fit where %s lies: make room.", (unsigned long long)fs.f_favail,
                d->folder);
    else
        line("disk", "%llu MB free", mb);
}

static void look_at_pictures(struct doctor *d)
{
    struct fault fault;
    if (media_helper_look(&fault) == STATUS_OK)
        line("pictures", "candour-media is beside candour");
    else
        problem(d, "pictures", "%s", fault.text);
}

/* What waits for a person: a release that failed in silence is the fault that everybody knows of schedulers. */
static void look_at_posts(struct doctor *d, struct db *db)
{
    struct fault fault;
    struct db_tx *tx = NULL;
    struct posts_troubles t = { 0 };
    int64_t unfinished = 0;
    enum status status = db_read_begin(db, &tx, &fault);
    if (status == STATUS_OK) {
        status = posts_troubles(tx, d->arena, clock_now_ms(), &t);
        if (status == STATUS_OK)
            status = posts_erasures_unfinished(tx, d->arena, &unfinished);
        db_read_end(tx);
    }
    if (status != STATUS_OK)
        problem(d, "posts", "They could not be read (%s).", status_name(status));
    if (unfinished > 0)
        problem(d, "erasures",
                "%lld are not finished: files of the data folder may still hold what was erased. The server does it "
                "within a minute; a backup that is being made holds it up.",
                (long long)unfinished);
    if (t.held > 0)
        problem(d, "posts",
                "%lld scheduled release%s did not go out: candour post list shows them as failed, candour post "
                "show KEY says why.",
                (long long)t.held, t.held == 1 ? "" : "s");
    if (t.overdue > 0)
        problem(d, "posts",
                "%lld emergency publication%s wait%s for a review whose time is past: candour post review-late "
                "KEY.",
                (long long)t.overdue, t.overdue == 1 ? "" : "s", t.overdue == 1 ? "s" : "");
    if (t.late > 0) /* the desk's matter, and no fault of the installation */
        line("posts", "the day of %lld promise%s is past: candour promise list shows which", (long long)t.late,
             t.late == 1 ? "" : "s");
    if (status == STATUS_OK && t.held + t.overdue + t.late == 0)
        line("posts", "nothing waits for a person");
}

/* Answers that changed are for a person to look at, and no fault of the installation. */
static void look_at_policy(struct doctor *d, struct db *db)
{
    struct fault fault;
    struct db_tx *tx = NULL;
    struct policy_recheck r = { 0 };
    enum status status = db_read_begin(db, &tx, &fault);
    if (status == STATUS_OK) {
        status = posts_recheck_look(tx, d->arena, clock_now_ms(), &r, &fault);
        db_read_end(tx);
    }
    if (status != STATUS_OK)
        problem(d, "policy", "%s", fault.text);
    else if (r.broken)
        problem(d, "policy", "The re-check of the live posts did not come to its end: run candour policy recheck.");
    else if (r.due)
        line("policy", "the live posts wait for a re-check: the server does it, or candour policy recheck");
    else if (!r.finished)
        line("policy", "%lld of %lld live posts are checked again; the server goes on, or candour policy recheck",
             (long long)r.done, (long long)r.total);
    else if (r.failed > 0)
        problem(d, "policy", "%lld live posts could not be checked again: run candour policy recheck --again.",
                (long long)r.failed);
    else if (r.changed > 0)
        line("policy", "%lld of %lld live posts are answered differently: candour policy recheck says which",
             (long long)r.changed, (long long)r.done);
    else
        line("policy", "%lld live posts were held against it, none is answered differently", (long long)r.done);
}

static void look_at_database(struct doctor *d)
{
    struct fault fault;
    struct db *db = NULL;
    enum status status = place_database_open(d->folder, &db, &fault);
    if (status == STATUS_OK)
        status = db_check(db, &fault);
    if (status == STATUS_OK)
        line("database", "%s/" PLACE_DATABASE " is whole", d->folder);
    else
        problem(d, "database", "%s", fault.text);
    if (status == STATUS_OK) {
        look_at_posts(d, db);
        look_at_policy(d, db);
    }
    db_close(db);
}

/* The name under which the server takes a request: that of site.address, or the listener's own. */
static struct str host_of(const struct doctor *d, struct str where)
{
    struct str address = d->settings ? settings_get(d->settings, wiring_setting("site.address"))->text : STR_NONE;
    if (wiring_address_is_local(address))
        return proc_listen_is_unix(where) ? STR("localhost") : where;
    ptrdiff_t from = str_find(address, STR("://"));
    struct str host = from < 0 ? STR_NONE : str_slice(address, (size_t)from + 3, address.n);
    ptrdiff_t end = str_find_byte(host, '/');
    return end < 0 ? host : str_slice(host, 0, (size_t)end);
}

static void look_at_server(struct doctor *d)
{
    struct str where;
    pid_t holder = place_lock_holder(d->arena, d->folder, &where);
    if (!holder) {
        line("server", "not running");
        return;
    }
    if (!where.n) {
        line("server", "process %d holds " PLACE_LOCK " and does not listen yet", (int)holder);
        return;
    }
    struct buf answer;
    buf_init(&answer, NULL, DOCTOR_ANSWER_MAX);
    struct str request = str_format(d->arena, "GET /healthz HTTP/1.1\r\nHost: %.*s\r\nConnection: close\r\n\r\n",
                                    STR_ARG(host_of(d, where)));
    struct fault fault;
    enum status status = request.p ? proc_ask(where, request, DOCTOR_ASK_MS, &answer, &fault) : fault_no_memory(&fault);
    struct str head = buf_str(&answer);
    if (status != STATUS_OK)
        problem(d, "server",
                "Process %d has " PLACE_LOCK " but does not answer at %.*s: look at its log, or end it with "
                "kill %d and start it again.",
                (int)holder, STR_ARG(where), (int)holder);
    else if (!str_starts(head, STR("HTTP/1.1 200 ")))
        problem(d, "server", "Process %d answers at %.*s, but not that it is well (%.*s): look at its log.",
                (int)holder, STR_ARG(where), STR_ARG(str_slice(head, 9, 3)));
    else
        line("server", "process %d answers at %.*s", (int)holder, STR_ARG(where));
    buf_free(&answer);
}

static int look(struct doctor *d)
{
    if (look_at_folder(d)) {
        look_at_settings(d);
        look_at_key(d);
        look_at_erasures(d);
        look_at_demonstration(d);
        look_at_time_zone(d);
        look_at_clock(d);
        look_at_disk(d);
        look_at_pictures(d);
        look_at_database(d);
        look_at_server(d);
    }
    if (!d->problems)
        return EXIT_DONE;
    fflush(stdout);
    fprintf(stderr, "candour: %u problem%s; each line above says how to mend it.\n", d->problems,
            d->problems == 1 ? "" : "s");
    return EXIT_REFUSED;
}

static int run(int argc, char **argv)
{
    struct option data = { .name = "--data", .takes_value = true };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_doctor, argc, argv, &data, 1, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    if (rest)
        return options_wrong(&command_doctor, "doctor takes no argument; give the folder with --data.");
    struct doctor d = { .arena = arena_new(DOCTOR_ARENA_MAX), .folder = data.seen ? data.value : PLACE_DEFAULT };
    struct fault fault;
    fault_no_memory(&fault);
    int code = d.arena ? look(&d) : command_fail(&fault);
    arena_free(d.arena);
    return code;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "doctor [--data DIR]",
    .help = "Looks at an installation and says what is wrong and how to mend it. Folder, key, settings, list of "
            "erasures, database, disk, "
            "clock, time zones, the program that reads pictures, and whether a server runs; reads the whole database, "
            "which takes a while for a large one. "
            "Answers 0 where all is well, 1 where there is a problem.",
    .run = run,
};
