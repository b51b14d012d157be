/*
 * What connects the rooms: tables of all their settings, routes and steps
 * of the schema. For this room only.
 */
#ifndef CANDOUR_MAIN_WIRING_H
#define CANDOUR_MAIN_WIRING_H

#include <stdio.h>

#include "base/settings.h"
#include "db/db.h"
#include "db/erasures.h"
#include "web/web.h"

/* Joins the tables; once, first thing in main. */
void wiring_begin(void);

/* Settings of every room; ends where `rows` is NULL. */
extern const struct setting_table *const wiring_settings;
/* Of this room. */
extern const struct setting *const main_setting_listen,
    *const main_setting_proxy, *const main_setting_proxy_listen, *const main_setting_proxies,
                                                                     *const main_setting_metrics,
                                                                         *const main_setting_log,
                                                                             *const main_setting_time_zone;
/* A row of any room by its name; an unknown name is a bug. */
const struct setting *wiring_setting(const char *name);

/* The database of a folder, with the schema of all rooms. */
struct db_options wiring_database(const char *folder, bool create);

/* Fills routes, auth and their like; the rest is the caller's. */
void wiring_web(struct web_options *out);

/*
 * Whether a GET of this path of our own site finds a route: literal segments as they stand, a parameter for any segment
 * that is not empty. Whether there is a post at an address is not asked. `self` is not used.
 */
bool wiring_serves(void *self, struct str path);

/* Whether this is no address, or one that only this machine reaches: localhost, 127.0.0.1, [::1], with any port. */
bool wiring_address_is_local(struct str url);

/* Fills an empty database with the demonstration; prints the accounts that came with it. */
enum status wiring_demonstration(struct db *db, struct fault *fault);
void wiring_demonstration_accounts(FILE *to);

/*
 * Erases once more what an entry of the list names, in a database that was restored from a backup. Called for every
 * entry of the newest list, in its order, before anybody sees the data: one whose post is gone already is STATUS_OK. A
 * variable, so that a test can put another in its place.
 */
typedef enum status restore_replay_fn(struct db *db, const unsigned char key[32], const struct erasure *erasure,
                                      struct fault *fault);
extern restore_replay_fn *wiring_erasure_replay;
/* After the last of them, before the checkpoint. */
typedef enum status restore_replayed_fn(struct db *db, struct arena *arena, struct fault *fault);
extern restore_replayed_fn *wiring_erasures_replayed;
/*
 * The number of the newest erasure that was done in this database; a list that ends before it has lost something, and
 * is not backed up. Not for a database older than POST_ERASURE_SCHEMA.
 */
typedef enum status erasures_known_fn(struct db_tx *tx, int64_t *n);
extern erasures_known_fn *wiring_erasures_known;

/* Tells the rooms that need it what follows from the key of the site. */
void wiring_key(const unsigned char key[32]);

/* Tells the checks of posts what the site is called and what it serves. */
void wiring_checks(const struct settings *settings);

#endif
