/* See common.h. Folders are made under TMPDIR and removed again. */
#include "common.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "db/faulty.h"
#include "migrations.h"
#include "base/banned.h"

struct arena *arena;
struct db *db;
struct fault fault;
const struct act console = { .by = NULL, .now = NOW };

static char folder[200];
static int64_t live; /* blocks on the heap before the database was opened */

static int make(const struct db_backend *backend)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/candour-staff-XXXXXX", tmp ? tmp : "/tmp");
    live = mem_live();
    arena = arena_new(8 << 20);
    if (!arena || !mkdtemp(folder))
        return -1;
    struct db_options options = { .folder = folder,
                                  .migrations = candour_migrations,
                                  .migrations_n = candour_migrations_n,
                                  .create = true,
                                  .backend = backend };
    if (db_open(&db, &options, &fault) != STATUS_OK) {
        print_error("%s\n", fault.text);
        return -1;
    }
    return 0;
}

int place_make(void **state)
{
    (void)state;
    return make(NULL);
}

int place_make_faulty(void **state)
{
    (void)state;
    return make(&db_faulty);
}

int place_end(void **state)
{
    (void)state;
    db_close(db);
    db = NULL;
    arena_free(arena);
    DIR *d = opendir(folder);
    if (!d)
        return -1;
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    if (mem_live() != live) {
        print_error("%lld blocks were not given back\n", (long long)(mem_live() - live));
        return -1;
    }
    return rmdir(folder);
}

int place_warm(void **state)
{
    return place_make(state) != 0 ? -1 : (place_end(state), 0);
}

int64_t add(const char *user, uint32_t roles)
{
    struct account_new account = {
        .user = str_of(user), .name = STR("Sam Example"), .passphrase = STR("correct horse battery"), .roles = roles
    };
    int64_t id = 0;
    if (account_add(db, &account, &console, &id, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_true(id > 0);
    return id;
}

struct actor find(const char *user)
{
    struct db_tx *tx;
    struct actor actor;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    enum status status = account_find(tx, arena, str_of(user), &actor);
    db_read_end(tx);
    assert_int_equal(status, STATUS_OK);
    return actor;
}

static enum status run_statement(struct db_tx *tx, void *arg)
{
    struct db_cursor *c;
    bool row;
    enum status status = db_start(tx, arg, &c);
    if (status != STATUS_OK)
        return status;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

/* A connection knows a statement by its address, so each has its own for as long as the database is open. */
static struct db_statement *statement_of(const char *sql, bool writes)
{
    struct db_statement *statement = ARENA_NEW(arena, struct db_statement);
    assert_non_null(statement);
    *statement = (struct db_statement){ .name = "test", .sqlite = str_copy(arena, str_of(sql)).p, .writes = writes };
    return statement;
}

void run(const char *sql)
{
    if (db_write(db, run_statement, statement_of(sql, true), &fault) != STATUS_OK)
        fail_msg("%s: %s", sql, fault.text);
}

int64_t ask(const char *sql)
{
    const struct db_statement *statement = statement_of(sql, false);
    struct db_tx *tx;
    struct db_cursor *c;
    bool row = false;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(db_start(tx, statement, &c), STATUS_OK);
    assert_int_equal(db_step(c, &row), STATUS_OK);
    assert_true(row);
    int64_t v = db_column_int(c, 0);
    db_finish(c);
    db_read_end(tx);
    return v;
}
