/* What the tests of staff share: a database of their own with the whole schema, and short ways to act. */
#ifndef CANDOUR_TESTS_STAFF_COMMON_H
#define CANDOUR_TESTS_STAFF_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "staff/staff.h"

enum { NOW = 1772478660 };

extern struct arena *arena;
extern struct db *db;
extern struct fault fault;
/* At the console, at a moment of its own. */
extern const struct act console;

/* Once before all tests: what the libraries keep for themselves is there afterwards. */
int place_warm(void **state);
int place_make(void **state);
int place_make_faulty(void **state);
/* Fails where anything is left on the heap. */
int place_end(void **state);

/* An account whose passphrase is "correct horse battery". */
int64_t add(const char *user, uint32_t roles);
struct actor find(const char *user);

/* Runs one statement without parameters in a transaction of its own. */
void run(const char *sql);
/* The first column of its only row. */
int64_t ask(const char *sql);

#endif
