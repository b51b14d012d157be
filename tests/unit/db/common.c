/* See common.h. Folders are made under TMPDIR and removed again. */
#include "common.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

static char queue_sql[8192];

struct db_migration test_migrations[2] = {
    { 1, "0001_queue", queue_sql },
    { 2, "0002_pairs",
      "CREATE TABLE left_side (n INTEGER PRIMARY KEY) STRICT;"
      "CREATE TABLE right_side (n INTEGER PRIMARY KEY REFERENCES left_side (n)) STRICT;"
      /* A row that takes the whole transaction with it. */
      "CREATE TABLE undoing (n INTEGER) STRICT;"
      "CREATE TRIGGER undo BEFORE INSERT ON undoing BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END" },
};

const struct db_statement insert_left = { .name = "test.insert_left",
                                          .sqlite = "INSERT INTO left_side (n) VALUES (?1)",
                                          .writes = true };
const struct db_statement insert_right = { .name = "test.insert_right",
                                           .sqlite = "INSERT INTO right_side (n) VALUES (?1)",
                                           .writes = true };
const struct db_statement undo_all = { .name = "test.undo_all",
                                       .sqlite = "INSERT INTO undoing (n) VALUES (?1)",
                                       .writes = true };
static const struct db_statement count_left = { .name = "test.left", .sqlite = "SELECT count(*) FROM left_side" };
static const struct db_statement count_right = { .name = "test.right", .sqlite = "SELECT count(*) FROM right_side" };
static const struct db_statement count_one = { .name = "test.one",
                                               .sqlite = "SELECT count(*) FROM left_side WHERE n = ?1" };

void place_schema(void)
{
    FILE *f = fopen(QUEUE_SQL, "re");
    assert_non_null(f);
    size_t n = fread(queue_sql, 1, sizeof queue_sql - 1, f);
    assert_true(n > 0 && n < sizeof queue_sql - 1);
    fclose(f);
    queue_sql[n] = '\0';
}

void place_path(const struct place *p, const char *file, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", p->folder, file);
}

enum status place_open(struct place *p, const struct db_backend *backend, bool create, struct fault *fault)
{
    struct db_options options = {
        .folder = p->folder, .migrations = test_migrations, .migrations_n = 2, .create = create, .backend = backend
    };
    return db_open(&p->db, &options, fault);
}

void place_make(struct place *p, const struct db_backend *backend)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(p->folder, sizeof p->folder, "%s/candour-db-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(p->folder));
    struct fault fault = { 0 };
    if (place_open(p, backend, true, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

void place_end(struct place *p)
{
    db_close(p->db);
    p->db = NULL;
    DIR *d = opendir(p->folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
    }
    closedir(d);
    assert_int_equal(rmdir(p->folder), 0);
}

enum status run_one(struct db_tx *tx, const struct db_statement *statement, int64_t n)
{
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, statement, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, n);
    bool row = false;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

enum status pair_write(struct db_tx *tx, void *arg)
{
    const struct pair *pair = arg;
    enum status status = run_one(tx, &insert_left, pair->n);
    if (status == STATUS_OK && pair->raise)
        status = db_generation_raise(tx);
    if (status == STATUS_OK)
        status = run_one(tx, &insert_right, pair->n);
    return status == STATUS_OK ? pair->answer : status;
}

int64_t ask_number(struct db_tx *tx, const struct db_statement *statement)
{
    struct db_cursor *c = NULL;
    assert_int_equal(db_start(tx, statement, &c), STATUS_OK);
    bool row = false;
    assert_int_equal(db_step(c, &row), STATUS_OK);
    assert_true(row);
    int64_t n = db_column_int(c, 0);
    db_finish(c);
    return n;
}

int64_t pairs_count(struct db *db)
{
    struct db_tx *tx = NULL;
    struct fault fault = { 0 };
    if (db_read_begin(db, &tx, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    int64_t n = ask_number(tx, &count_left);
    assert_int_equal(n, ask_number(tx, &count_right));
    db_read_end(tx);
    return n;
}

bool pair_is_there(struct db *db, int64_t n)
{
    struct db_tx *tx = NULL;
    struct fault fault = { 0 };
    if (db_read_begin(db, &tx, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    struct db_cursor *c = NULL;
    assert_int_equal(db_start(tx, &count_one, &c), STATUS_OK);
    db_bind_int(c, 1, n);
    bool row = false;
    assert_int_equal(db_step(c, &row), STATUS_OK);
    bool there = db_column_int(c, 0) == 1;
    db_finish(c);
    db_read_end(tx);
    return there;
}
