/*
 * What the tests of posts share: a folder of their own with a database in it,
 * one account for each name that the cases use, and acts in one line.
 */
#ifndef CANDOUR_TESTS_POSTS_WORLD_H
#define CANDOUR_TESTS_POSTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "posts/acts.h"
#include "posts/erasure.h"

/* Local noon of 1 March 2026. */
#define WORLD_NOW 1772366400000
/* The name of the account chief-officer; the speaker of tests/cases/posts/09-statement.md. */
#define WORLD_SPEAKER "Alex Morgan"

struct world {
    char folder[128];
    char key_now[POST_KEY_MAX + 1]; /* of the first post of the last withdrawal, and where it is */
    struct post_address address_now;
    struct db *db;
    int64_t now;         /* when acts are done; WORLD_NOW at first */
    struct arena *arena; /* for what a test reads; reset by nobody */
    struct post_faults faults;
    struct fault fault;
    struct import_result last; /* of the last import of one file */
};

extern struct world world;

/* Setup and teardown of cmocka; the second fails where memory was not given back. */
int world_make(void **state);
int world_make_faulty(void **state);
int world_end(void **state);

struct actor world_actor(const char *user);
/* The whole file from tests/cases or the vectors; fails the test where there is none. */
struct str world_file(const char *path);

/* A small post with this text; authors is press-officer-1 where NULL. */
struct str world_post(const char *title, const char *authors, const char *head, const char *body);

/* Imported and handed in. */
enum status world_import(const char *user, const char *name, struct str text);
/* Imported and no more. */
enum status world_draft(const char *user, const char *name, struct str text);
/* Made elsewhere, a day ago. */
enum status world_elsewhere(const char *user, const char *name, struct str text, const char *url);
/* One file of tests/cases/posts, with its picture; a draft. */
enum status world_import_case(const char *user, const char *name);
/* The newest edition as it stands; the hash is that of what the actor read. */
enum status world_approve(const char *user, const char *key);
enum status world_approve_hash(const char *user, const char *key, struct str hash_hex);
enum status world_publish(const char *user, const char *key);
enum status world_publish_at(const char *user, const char *key, int64_t now, struct post_address *address);
enum status world_submit(const char *user, const char *key);
/* Any act that takes a post_step, on the newest edition. `words` may be NULL. */
enum status world_step(const char *user, const char *key, db_write_fn *fn, const char *words);
enum status world_confirm(const char *user, const char *key, const char *check, const char *words);
enum status world_emergency(const char *user, const char *key, const char *reason, const char *told);
enum status world_correct(const char *user, const char *key, enum post_correction_kind kind, const char *words);
enum status world_schedule(const char *user, const char *key, int64_t at, bool cancel);
/* What the worker does at `now` with the newest edition, as a job that was put for `at`. */
struct post_due world_due(const char *key, int64_t at, int64_t now);
enum status world_end_post(const char *user, const char *key, enum post_ending ending);
enum status world_keep(const char *user, const char *key, int64_t position, const char *followup);
enum status world_withdraw_all(const char *user, const char *const *keys, size_t n, enum post_ground ground,
                               const char *reason);
enum status world_withdraw(const char *user, const char *key, enum post_ground ground, const char *reason);

struct post_entry world_entry(const char *key);
struct post_view world_view(struct post_address address);
uint64_t world_generation(void);

/* A number that one SELECT gives. */
int64_t world_number(const char *sql);
/* A statement of a test's own, to do what no act can. */
void world_run(const char *sql);
/* Every edition, approval, publication and withdrawal has all of its rows, audit and event. */
void world_check_whole(void);

#endif
