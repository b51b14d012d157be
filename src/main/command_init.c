/*
 * candour init: makes a data folder.
 *
 * Promises: what was there is never overwritten, and a folder that is not ours
 * keeps its mode; until everything is made a
 * mark stands in the folder, so that an init that was cut short (power, a full
 * disk, kill) is seen by every command and is begun anew by the next init; the
 * key is 32 bytes of the kernel's randomness that only the owner may read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/entropy.h"
#include "base/file.h"
#include "main/backup.h"
#include "main/options.h"
#include "main/place.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { INIT_ARENA_MAX = 8 * 1024 * 1024, INIT_FILE_MAX = 64 * 1024 };

enum { OPTION_DATA, OPTION_NAME, OPTION_ADDRESS, OPTION_DEMONSTRATION, OPTIONS };

struct init {
    struct arena *arena;
    const char *folder;
    const char *name, *address; /* NULL: the defaults */
    bool demonstration;
    bool made_folder;
    bool finished; /* all was there, and in use, but for the mark */
    int mark;      /* the locked file of the mark */
};

/* Everything that init may have made; what else stands in the folder is somebody's own. */
static const char *const made[] = {
    PLACE_SETTINGS,        PLACE_KEY,    PLACE_DEMONSTRATION, PLACE_DATABASE, PLACE_DATABASE "-wal",
    PLACE_DATABASE "-shm", "write.lock", "generation",
};

enum { MADE = sizeof made / sizeof made[0] };

/* One of them, or what is left of writing one: "key.0123456789abcdef.new". */
static bool is_made(struct str name)
{
    for (size_t i = 0; i < MADE; i++) {
        struct str own = str_of(made[i]);
        if (str_equal(name, own))
            return true;
        if (str_starts(name, own) && str_ends(name, STR(".new")) && name.n > own.n && name.p[own.n] == '.')
            return true;
    }
    return false;
}

static void take_away(const struct init *in)
{
    DIR *folder = opendir(in->folder);
    if (!folder)
        return;
    const struct dirent *entry;
    while ((entry = readdir(folder)))
        if (is_made(str_of(entry->d_name)))
            unlinkat(dirfd(folder), entry->d_name, 0);
    backup_blobs_clear(dirfd(folder));
    closedir(folder);
}

/* ---- The settings file ---- */

static struct str value_of(const struct init *in, const struct setting *row)
{
    struct str name = str_of(row->name);
    if (str_equal(name, STR("site.name")))
        return str_of(in->name);
    if (str_equal(name, STR("site.address")))
        return str_of(in->address);
    return STR_NONE;
}

static void row_write(struct buf *out, const struct setting *row, struct str key, struct str value)
{
    buf_format(out, "  # %s\n", row->help);
    if (value.p) {
        buf_format(out, "  %.*s: ", STR_ARG(key));
        buf_add_quoted(out, value);
        buf_add(out, STR("\n"));
    } else if (row->type == SETTING_LIST) {
        buf_format(out, "  #%.*s: []\n", STR_ARG(key));
    } else if (row->type == SETTING_BOOL || row->type == SETTING_INT || row->type == SETTING_CHOICE) {
        buf_format(out, "  #%.*s: %s\n", STR_ARG(key), row->preset);
    } else {
        buf_format(out, "  #%.*s: ", STR_ARG(key));
        buf_add_quoted(out, str_of(row->preset));
        buf_add(out, STR("\n"));
    }
}

/* All rows of one section, whichever tables they stand in. */
static void section_write(struct buf *out, const struct init *in, struct str section)
{
    bool any = false;
    for (int pass = 0; pass < 2; pass++) {
        if (pass)
            buf_format(out, "\n%s%.*s:\n", any ? "" : "#", STR_ARG(section));
        for (const struct setting_table *t = wiring_settings; t->rows; t++)
            for (size_t i = 0; i < t->n; i++) {
                struct str key = str_of(t->rows[i].name), own;
                str_cut(&key, '.', &own);
                if (!str_equal(own, section))
                    continue;
                struct str value = value_of(in, &t->rows[i]);
                any |= value.p != NULL;
                if (pass)
                    row_write(out, &t->rows[i], key, value);
            }
    }
}

static bool first_of_section(const struct setting_table *table, size_t at, struct str section)
{
    for (const struct setting_table *t = wiring_settings; t->rows; t++)
        for (size_t i = 0; i < t->n; i++) {
            if (t == table && i == at)
                return true;
            struct str rest = str_of(t->rows[i].name), own;
            str_cut(&rest, '.', &own);
            if (str_equal(own, section))
                return false;
        }
    return true;
}

static struct str settings_text(const struct init *in)
{
    struct buf out;
    buf_init(&out, in->arena, INIT_FILE_MAX);
    buf_add(&out, STR("# Settings of candour. A line that begins with # shows a default: take the # away (that of the\n"
                      "# section, too) to change it. \"candour check-config\" says what is wrong with this file.\n"));
    for (const struct setting_table *t = wiring_settings; t->rows; t++)
        for (size_t i = 0; i < t->n; i++) {
            struct str rest = str_of(t->rows[i].name), section;
            str_cut(&rest, '.', &section);
            if (first_of_section(t, i, section))
                section_write(&out, in, section);
        }
    return buf_str(&out);
}

static enum status settings_try(const struct init *in, struct str *text, struct fault *fault)
{
    struct setting_fault *faults = ARENA_ARRAY(in->arena, SETTINGS_MAX_FAULTS, struct setting_fault);
    *text = settings_text(in);
    if (!text->p || !faults)
        return fault_no_memory(fault);
    const struct settings *settings = NULL;
    size_t n = 0;
    enum status status = place_settings_read(in->arena, *text, &settings, faults, &n);
    return status == STATUS_OK ? status : fault_set(fault, status, "%s", n ? faults[0].text : status_name(status));
}

/* The file was never seen by who runs us: what they gave is named, not a place in it. */
static enum status option_wrong(const struct init *in, struct fault *fault)
{
    struct init named = *in;
    named.address = NULL;
    struct str text;
    bool name = in->name && settings_try(&named, &text, NULL) != STATUS_OK;
    char what[FAULT_TEXT_SIZE];
    snprintf(what, sizeof what, "%s", fault->text);
    return fault_set(fault, fault->status, "%s cannot be used: %s", name ? "--name" : "--address", what);
}

static enum status settings_make(const struct init *in, struct fault *fault)
{
    struct str text;
    const char *path = place_path(in->arena, in->folder, PLACE_SETTINGS);
    if (!path)
        return fault_no_memory(fault);
    enum status status = settings_try(in, &text, fault);
    if (status == STATUS_INVALID && (in->name || in->address))
        return option_wrong(in, fault);
    return status == STATUS_OK ? file_write(path, text, 0600, fault) : status;
}

/* ---- The other files ---- */

static enum status key_make(const struct init *in, struct fault *fault)
{
    unsigned char key[PLACE_KEY_SIZE];
    const char *path = place_path(in->arena, in->folder, PLACE_KEY);
    if (!path)
        return fault_no_memory(fault);
    entropy_fill(key, sizeof key);
    enum status status = file_write(path, (struct str){ (const char *)key, sizeof key }, 0600, fault);
    wiring_key(key);
    explicit_bzero(key, sizeof key);
    return status;
}

static enum status database_make(const struct init *in, struct fault *fault)
{
    struct db *db = NULL;
    struct db_options options = wiring_database(in->folder, true);
    enum status status = db_open(&db, &options, fault);
    if (status == STATUS_OK && in->demonstration)
        status = wiring_demonstration(db, fault);
    bool whole = false;
    if (status == STATUS_OK)
        status = db_checkpoint(db, true, &whole, fault);
    db_close(db);
    return status;
}

static enum status demonstration_mark(const struct init *in, struct fault *fault)
{
    const char *path = place_path(in->arena, in->folder, PLACE_DEMONSTRATION);
    if (!path)
        return fault_no_memory(fault);
    return file_write(
        path,
        STR("This folder holds the demonstration of candour. Its force does not exist and its passphrases\n"
            "are known to everybody; it is served on localhost only.\n"),
        0600, fault);
}

/* ---- The folder ---- */

static enum status in_use(const struct init *in, struct fault *fault)
{
    struct fault gone;
    bool whole = place_whole(in->arena, in->folder, &gone) == STATUS_OK;
    for (size_t i = 0; i < 4; i++)
        if (place_has(in->arena, in->folder, made[i]) && !whole)
            return fault_set(fault, STATUS_CONFLICT,
                             "%s is a data folder already (it has %s): nothing was changed. But %s Or give another "
                             "folder with --data.",
                             in->folder, made[i], gone.text);
        else if (place_has(in->arena, in->folder, made[i]))
            return fault_set(fault, STATUS_CONFLICT,
                             "%s is a data folder already (it has %s): nothing was changed. Give another folder with "
                             "--data.",
                             in->folder, made[i]);
    return STATUS_OK;
}

static enum status is_empty(const struct init *in, struct fault *fault)
{
    DIR *folder = opendir(in->folder);
    if (!folder)
        return fault_set(fault, STATUS_IO, "%s cannot be read (%s): mend that first.", in->folder, strerror(errno));
    const struct dirent *entry;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && (entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            status = fault_set(fault, STATUS_CONFLICT,
                               "%s is not empty and is no data folder (it has %s): nothing was changed. Give a new "
                               "folder with --data, such as %s/candour.",
                               in->folder, entry->d_name, in->folder);
    closedir(folder);
    return status;
}

/* Before anything is changed. `*left`: the mark of an init that did not come to its end. */
static enum status folder_look(const struct init *in, bool *left, struct fault *fault)
{
    *left = place_has(in->arena, in->folder, PLACE_UNFINISHED);
    if (*left)
        return STATUS_OK;
    enum status status = in_use(in, fault);
    return status == STATUS_OK ? is_empty(in, fault) : status;
}

static void mark_give(struct init *in)
{
    const char *path = place_path(in->arena, in->folder, PLACE_UNFINISHED);
    if (in->mark >= 0 && path)
        unlink(path);
    if (in->mark >= 0)
        close(in->mark);
    in->mark = -1;
}

/*
 * After the mark is made, lest files of ours stand without it; and after it is gone, lest it come back and call
 * unfinished what was in use since.
 */
static enum status mark_sync(const struct init *in, struct fault *fault)
{
    int folder = open(in->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = folder >= 0 && fsync(folder) == 0;
    int why = errno;
    if (folder >= 0)
        close(folder);
    if (synced)
        return STATUS_OK;
    return fault_set(fault, STATUS_IO,
                     "The folder %s could not be synced (%s): look at the disk, then ask candour doctor --data %s.",
                     in->folder, strerror(why), in->folder);
}

/* Accounts that somebody made. Those of the demonstration came with it, perhaps half of them. */
static enum status accounts_look(const struct init *in, struct db *db, bool *any, struct fault *fault)
{
    struct db_tx *tx = NULL;
    struct actor *accounts = NULL;
    size_t n = 0;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = account_list(tx, in->arena, &accounts, &n);
    db_read_end(tx);
    if (status != STATUS_OK)
        return fault_set(fault, status, "Its accounts could not be read (%s).", status_name(status));
    for (size_t i = 0; i < n; i++)
        *any |= !accounts[i].demonstration;
    return STATUS_OK;
}

/* Whether the database beside a mark that was left is in use. One that cannot be read may be, too. */
static enum status in_use_after_all(const struct init *in, bool *used, struct fault *fault)
{
    const char *path = place_path(in->arena, in->folder, PLACE_DATABASE);
    struct stat st;
    *used = false;
    if (!path)
        return fault_no_memory(fault);
    if (lstat(path, &st) != 0 || (st.st_size == 0 && !place_has(in->arena, in->folder, PLACE_DATABASE "-wal")))
        return STATUS_OK;
    struct db *db = NULL;
    struct db_options options = wiring_database(in->folder, true); /* its schema may be half made */
    struct fault why;
    enum status status = db_open(&db, &options, &why);
    if (status == STATUS_OK)
        status = accounts_look(in, db, used, &why);
    db_close(db);
    if (status != STATUS_OK)
        return fault_set(fault, status,
                         "%s was not set up to its end, and whether its database is in use cannot be seen: %s Nothing "
                         "was taken away; move the folder aside and run candour init again.",
                         in->folder, why.text);
    return STATUS_OK;
}

/* The mark is locked by the init that works, so that a second one can tell it from one that died. */
static enum status mark_lock(struct init *in, const char *path, struct fault *fault)
{
    struct flock wanted = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    struct stat ours, there;
    if (fcntl(in->mark, F_SETLK, &wanted) == 0 && fstat(in->mark, &ours) == 0 && stat(path, &there) == 0 &&
        ours.st_ino == there.st_ino)
        return STATUS_OK;
    close(in->mark);
    in->mark = -1;
    return fault_set(fault, STATUS_BUSY, "Another candour init works on %s: wait for it.", in->folder);
}

static enum status mark_take(struct init *in, bool left, struct fault *fault)
{
    const char *path = place_path(in->arena, in->folder, PLACE_UNFINISHED);
    if (!path)
        return fault_no_memory(fault);
    /* Never another mark than the one that was seen: behind a new one nothing of the old may be taken away. */
    in->mark = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (left ? 0 : O_CREAT | O_EXCL), 0600);
    if (in->mark < 0 && (errno == EEXIST || errno == ENOENT))
        return fault_set(fault, STATUS_BUSY, "Another candour init works on %s: wait for it.", in->folder);
    if (in->mark < 0)
        return fault_set(fault, errno == ENOSPC ? STATUS_FULL : STATUS_IO,
                         "%s cannot be written (%s): mend that first.", in->folder, strerror(errno));
    enum status status = mark_lock(in, path, fault);
    if (status != STATUS_OK)
        return status;
    if (left) {
        status = in_use_after_all(in, &in->finished, fault);
        if (status != STATUS_OK) { /* the mark stays */
            close(in->mark);
            in->mark = -1;
        } else if (!in->finished) {
            take_away(in);
        }
        return status;
    }
    status = in_use(in, fault); /* another may have begun and ended since the look */
    if (status == STATUS_OK)
        status = mark_sync(in, fault);
    if (status != STATUS_OK)
        mark_give(in);
    return status;
}

static enum status folder_make(struct init *in, bool *left, struct fault *fault)
{
    struct stat st;
    in->made_folder = lstat(in->folder, &st) != 0;
    *left = false;
    enum status status = file_make_folder(in->folder, fault);
    if (status == STATUS_OK && in->made_folder)
        return status;
    in->made_folder = false;
    if (status == STATUS_OK)
        status = folder_look(in, left, fault);
    if (status != STATUS_OK)
        return status;
    if (stat(in->folder, &st) != 0)
        return fault_set(fault, STATUS_IO, "%s cannot be read (%s): mend that first.", in->folder, strerror(errno));
    if (st.st_uid != geteuid())
        return fault_set(fault, STATUS_DENIED,
                         "%s belongs to user %u and you are user %u: nothing was changed. Run candour init as that "
                         "user.",
                         in->folder, (unsigned)st.st_uid, (unsigned)geteuid());
    if ((st.st_mode & 077) != 0 && chmod(in->folder, 0700) != 0)
        return fault_set(fault, STATUS_IO,
                         "%s can be read by others and its mode cannot be changed (%s): mend that first.", in->folder,
                         strerror(errno));
    return STATUS_OK;
}

static enum status make_all(struct init *in, bool left, struct fault *fault)
{
    enum status status = mark_take(in, left, fault);
    if (status != STATUS_OK)
        return status;
    if (in->finished) {
        mark_give(in);
        return mark_sync(in, fault);
    }
    status = settings_make(in, fault);
    if (status == STATUS_OK)
        status = key_make(in, fault);
    if (status == STATUS_OK && in->demonstration)
        status = demonstration_mark(in, fault);
    if (status == STATUS_OK)
        status = database_make(in, fault);
    if (status != STATUS_OK)
        take_away(in);
    mark_give(in);
    return status == STATUS_OK ? mark_sync(in, fault) : status;
}

static int init(struct init *in)
{
    struct fault fault;
    bool left = false;
    enum status status = folder_make(in, &left, &fault);
    if (status == STATUS_OK) {
        status = make_all(in, left, &fault);
        if (status != STATUS_OK && in->made_folder)
            rmdir(in->folder);
    }
    if (status != STATUS_OK)
        return command_fail(&fault);
    if (in->finished) {
        printf("%s was in use already, with accounts: nothing in it was changed but the mark, which is gone.\n",
               in->folder);
        return EXIT_DONE;
    }
    printf("%s is ready. Its settings are in %s/" PLACE_SETTINGS "; serve it with candour serve --data %s\n",
           in->folder, in->folder, in->folder);
    if (in->demonstration)
        wiring_demonstration_accounts(stdout);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct option options[OPTIONS] = { [OPTION_DATA] = { .name = "--data", .takes_value = true },
                                       [OPTION_NAME] = { .name = "--name", .takes_value = true },
                                       [OPTION_ADDRESS] = { .name = "--address", .takes_value = true },
                                       [OPTION_DEMONSTRATION] = { .name = "--demonstration" } };
    int rest = 0;
    bool help = false;
    if (!command_options(&command_init, argc, argv, options, OPTIONS, &rest, &help))
        return EXIT_CANNOT;
    if (help)
        return EXIT_DONE;
    for (size_t i = OPTION_NAME; i <= OPTION_ADDRESS; i++)
        for (const char *c = options[i].value; c && *c; c++)
            if ((unsigned char)*c < ' ' || *c == 127) {
                struct fault fault;
                fault_set(&fault, STATUS_INVALID, "%s must be one line without control characters.", options[i].name);
                return command_fail(&fault);
            }
    if (rest)
        return options_wrong(&command_init, "init takes no argument but its options.");
    if (options[OPTION_DEMONSTRATION].seen && (options[OPTION_NAME].seen || options[OPTION_ADDRESS].seen))
        return options_wrong(&command_init, "The demonstration has its own name and address.");
    struct init in = { .arena = arena_new(INIT_ARENA_MAX),
                       .folder = options[OPTION_DATA].seen ? options[OPTION_DATA].value : PLACE_DEFAULT,
                       .name = options[OPTION_DEMONSTRATION].seen ? "Midshire Police" : options[OPTION_NAME].value,
                       .address = options[OPTION_ADDRESS].value,
                       .demonstration = options[OPTION_DEMONSTRATION].seen,
                       .mark = -1 };
    struct fault fault;
    fault_no_memory(&fault);
    int code = in.arena ? init(&in) : command_fail(&fault);
    arena_free(in.arena);
    return code;
}

const struct command command_init = {
    .name = "init",
    .usage = "init [--data DIR] [--name NAME] [--address URL]\ninit [--data DIR] --demonstration",
    .help =
        "Makes a data folder: settings, key and database. --name is the force's name and --address the public address "
        "of the site; both can be changed later in candour.yaml. --demonstration fills it with Midshire Police, a "
        "force that does not exist, with posts and accounts to try things on.",
    .run = run,
};
