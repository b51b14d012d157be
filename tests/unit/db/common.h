/*
 * What the tests of db share: a folder of their own, the schema (db's own
 * step, read from the tree, and one of the test with two tables that every
 * act writes), and short ways to write and count.
 */
#ifndef CANDOUR_TESTS_DB_COMMON_H
#define CANDOUR_TESTS_DB_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"

struct place {
    char folder[64];
    struct db *db;
};

extern struct db_migration test_migrations[2];

/* Reads the schema; call first. */
void place_schema(void);
/* A new folder with a new database in it, on this back-end (NULL: SQLite). */
void place_make(struct place *p, const struct db_backend *backend);
/* Closes and removes everything. */
void place_end(struct place *p);
enum status place_open(struct place *p, const struct db_backend *backend, bool create, struct fault *fault);
void place_path(const struct place *p, const char *file, char *out, size_t size);

/* The act of the tests: a row in `left_side` and one in `right_side`, with the same number. */
struct pair {
    int64_t n;
    enum status answer; /* what fn gives when both rows are there */
    bool raise;         /* the public generation too */
};
enum status pair_write(struct db_tx *tx, void *arg);

extern const struct db_statement insert_left, insert_right, undo_all;
/* Runs a statement with one number. */
enum status run_one(struct db_tx *tx, const struct db_statement *statement, int64_t n);

/* Rows in both tables, seen in one snapshot; they must be equal. Fails the test where the database does not answer. */
int64_t pairs_count(struct db *db);
bool pair_is_there(struct db *db, int64_t n);
int64_t ask_number(struct db_tx *tx, const struct db_statement *statement);

#endif
