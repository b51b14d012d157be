/*
 * What the power-cut replay and the kill loops run before there is anything
 * larger: acts through db.h that write a row in each of two tables, from
 * several threads, so that they share commits.
 *
 *     torture_driver FOLDER FIRST ACTS THREADS
 *
 * Makes the database where there is none. Says "opened" when db_open has
 * come back, and "act N" when act N was answered STATUS_OK; each with one
 * write(2), so that a trace shows exactly when something was promised.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"
#include "base/banned.h"

enum { THREADS_MAX = 64, BODY_SIZE = 600 };

static char queue_sql[8192];

static struct db_migration migrations[] = {
    { 1, "0001_queue", queue_sql },
    { 2, "0002_torture",
      "CREATE TABLE left_side (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
      "CREATE TABLE right_side (n INTEGER PRIMARY KEY REFERENCES left_side (n), body TEXT NOT NULL) STRICT" },
};

static const struct db_statement insert_left = { .name = "torture.left",
                                                 .sqlite = "INSERT INTO left_side (n, body) VALUES (?1, ?2)",
                                                 .writes = true };
static const struct db_statement insert_right = { .name = "torture.right",
                                                  .sqlite = "INSERT INTO right_side (n, body) VALUES (?1, ?2)",
                                                  .writes = true };

/* One word, and the number of an act where there is one. */
static void say(const char *word, int64_t n)
{
    char line[64];
    int size =
        n ? snprintf(line, sizeof line, "%s %lld\n", word, (long long)n) : snprintf(line, sizeof line, "%s\n", word);
    if (write(STDOUT_FILENO, line, (size_t)size) != size)
        bug("the answer could not be written");
}

/* The number again and again: a row that is torn or mixed up shows. */
static struct str body_of(int64_t n, char *out)
{
    char piece[32];
    int size = snprintf(piece, sizeof piece, "%lld.", (long long)n);
    for (int i = 0; i < BODY_SIZE; i++)
        out[i] = piece[i % size];
    return (struct str){ out, BODY_SIZE };
}

static enum status insert(struct db_tx *tx, const struct db_statement *statement, int64_t n)
{
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, statement, &c);
    if (status != STATUS_OK)
        return status;
    char body[BODY_SIZE];
    db_bind_int(c, 1, n);
    db_bind_text(c, 2, body_of(n, body));
    bool row = false;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

static enum status act(struct db_tx *tx, void *arg)
{
    int64_t n = *(int64_t *)arg;
    enum status status = insert(tx, &insert_left, n);
    if (status == STATUS_OK && n % 3 == 0)
        status = db_generation_raise(tx);
    return status == STATUS_OK ? insert(tx, &insert_right, n) : status;
}

static struct db *db;
static _Atomic int64_t next, end;
static _Atomic int failed;

static void *run(void *arg)
{
    (void)arg;
    for (int64_t n = next++; n < end; n = next++) {
        struct fault fault = { 0 };
        if (db_write(db, act, &n, &fault) == STATUS_OK) {
            say("act", n);
        } else {
            fprintf(stderr, "%s\n", fault.text);
            failed = 1;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int64_t first = 0, acts = 0, n = 0;
    if (argc != 5 || !str_to_i64(str_of(argv[2]), &first) || !str_to_i64(str_of(argv[3]), &acts) ||
        !str_to_i64(str_of(argv[4]), &n) || n < 1 || n > THREADS_MAX) {
        fprintf(stderr, "usage: torture_driver FOLDER FIRST ACTS THREADS\n");
        return 2;
    }
    FILE *f = fopen(QUEUE_SQL, "re");
    size_t size = f ? fread(queue_sql, 1, sizeof queue_sql - 1, f) : 0;
    if (f)
        fclose(f);
    if (!size)
        return 2;
    struct db_options options = { .folder = argv[1], .migrations = migrations, .migrations_n = 2, .create = true };
    struct fault fault = { 0 };
    if (db_open(&db, &options, &fault) != STATUS_OK) {
        fprintf(stderr, "%s\n", fault.text);
        return 1;
    }
    say("opened", 0);
    next = first;
    end = first + acts;
    pthread_t threads[THREADS_MAX];
    for (int64_t i = 0; i < n; i++) {
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            bug("a thread could not be started");
    }
    for (int64_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    db_close(db);
    say("closed", 0);
    return failed;
}
