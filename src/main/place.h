/*
 * The data folder: which files stand in it, and what can be read without the
 * database. For this room only.
 */
#ifndef CANDOUR_MAIN_PLACE_H
#define CANDOUR_MAIN_PLACE_H

#include <sys/types.h>

#include "base/settings.h"
#include "db/db.h"
#include "main/command.h"

#define PLACE_DEFAULT "data"

/* Files in the folder. The database's own names belong to the room db. */
#define PLACE_SETTINGS      "candour.yaml"
#define PLACE_KEY           "key"
#define PLACE_DEMONSTRATION "demonstration"   /* it is there: made by init --demonstration */
#define PLACE_UNFINISHED    "init.unfinished" /* it is there: init did not come to its end */
#define PLACE_LOCK          "serve.lock"
#define PLACE_DATABASE      "candour.db"

enum { PLACE_KEY_SIZE = 32, PLACE_SETTINGS_MAX = 64 * 1024 };

/* "FOLDER/name"; NULL when memory is gone. */
const char *place_path(struct arena *arena, const char *folder, const char *name);
bool place_has(struct arena *arena, const char *folder, const char *name);

struct place {
    const char *folder;
    struct str text; /* of the settings file */
    const struct settings *settings;
    unsigned char key[PLACE_KEY_SIZE];
    bool demonstration;
    struct str address; /* what serve found to be the site's, above site.address; empty: that one */
    uid_t owner;        /* of the folder */
    gid_t group;
};

/* Settings, key and marks. Says why not on standard error, each fault with its place; gives the exit code. */
int place_read(struct place *out, struct arena *arena, const char *folder);

/*
 * The settings alone, anew: text and settings of `p`, whose folder is known. Where it fails there are `n` faults of the
 * file, or, where that is 0, one in `fault`.
 */
enum status place_settings(struct place *p, struct arena *arena, struct setting_fault **faults, size_t *n,
                           struct fault *fault);

/* Opens the database of the folder, which is never made here. Where it is gone, the words say what to do. */
enum status place_database_open(const char *folder, struct db **out, struct fault *fault);
/* The first of settings, key and database that is gone, where others are there, with what to do; STATUS_NOT_FOUND. */
enum status place_whole(struct arena *arena, const char *folder, struct fault *fault);

/* Settings of one text: the rows' faults, then those that only all rows together show. */
enum status place_settings_read(struct arena *arena, struct str text, const struct settings **out,
                                struct setting_fault *faults, size_t *faults_n);

/* Of settings without a fault: whether the files that they name, in `folder` or elsewhere, can be used. */
enum status place_files_check(struct arena *arena, struct str text, const struct settings *settings, const char *folder,
                              struct setting_fault *faults, size_t *faults_n);

/* The first of these listeners that others than this machine may reach; STR_NONE: none. What is no address is none. */
struct str place_reached_by_others(const struct str *listeners, size_t n);
/* The same of the settings server.listen and server.proxy_listen. */
struct str place_listener_of_others(const struct settings *settings);

/*
 * The lock of a running server. One process holds it; it is free when that
 * process ends, however it ends. `where` is written into it for the doctor.
 */
struct place_lock {
    int fd;
};
/* STATUS_BUSY: another holds it; its process id is in the fault. */
enum status place_lock_take(struct place_lock *lock, struct arena *arena, const char *folder, struct fault *fault);
void place_lock_say(struct place_lock *lock, struct str where);
void place_lock_give(struct place_lock *lock);
/* Who holds it: 0 for nobody; and what was said. */
pid_t place_lock_holder(struct arena *arena, const char *folder, struct str *where);

#endif
