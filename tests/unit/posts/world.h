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
#include "posts/posts.h"

/* Local noon of 1 March 2026. */
#define WORLD_NOW 1772366400000

struct world {
    char folder[128];
    struct db *db;
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

enum status world_import(const char *user, const char *name, struct str text);
/* One file of tests/cases/posts, with its picture. */
enum status world_import_case(const char *user, const char *name);
/* The newest edition as it stands; the hash is that of what the actor read. */
enum status world_approve(const char *user, const char *key);
enum status world_approve_hash(const char *user, const char *key, struct str hash_hex);
enum status world_publish(const char *user, const char *key);
enum status world_publish_at(const char *user, const char *key, int64_t now, struct post_address *address);
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
