/*
 * What was deleted is in no byte of the database's file after a truncating checkpoint: also where SQLite had moved it
 * about before, and left it behind between the cells of a page.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "common.h"
#include "db/backend.h"
#include "base/banned.h"

enum { ROWS = 3000, ROUNDS = 10, KEY_MAX = 90 };

static const struct db_statement job_delete = { .name = "test.delete",
                                                .sqlite = "DELETE FROM job WHERE id = ?1",
                                                .writes = true };
static const struct db_statement job_newest = { .name = "test.newest",
                                                .sqlite = "SELECT coalesce(max(id), 0) FROM job" };
static const struct db_statement job_count = { .name = "test.count", .sqlite = "SELECT count(*) FROM job" };

static uint32_t dice = 1;

static uint32_t rolled(uint32_t most)
{
    dice = dice * 1664525U + 1013904223U;
    return (dice >> 8) % most;
}

struct rows {
    int64_t first, n;
    const char *word;
};

static enum status rows_put(struct db_tx *tx, void *arg)
{
    const struct rows *r = arg;
    for (int64_t i = 0; i < r->n; i++) {
        char key[KEY_MAX + 40];
        int n =
            snprintf(key, sizeof key, "%s%u-%.*s-%lld", i % 2 ? r->word : "other", rolled(100000), (int)rolled(KEY_MAX),
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                     (long long)(r->first + i));
        enum status status = db_job_put(tx, STR("test.fill"), (struct str){ key, (size_t)n }, str_of(key), INT64_MAX);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status row_delete(struct db_tx *tx, void *arg)
{
    return db_run(tx, &job_delete, arg);
}

static void write_all(struct db *db, db_write_fn *fn, void *arg)
{
    struct fault fault = { 0 };
    if (db_write(db, fn, arg, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

/* How often the file has the word. */
static int held(const struct place *p, const char *word)
{
    char path[128];
    struct stat st;
    int found = 0;
    place_path(p, "candour.db", path, sizeof path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    size_t size = (size_t)st.st_size, n = strlen(word);
    char *bytes = mem_alloc(size);
    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, size, 0), st.st_size);
    for (size_t i = 0; i + n <= size; i++)
        found += memcmp(bytes + i, word, n) == 0;
    mem_free(bytes);
    return found;
}

static int64_t jobs(struct db *db)
{
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    int64_t n = ask_number(tx, &job_count);
    db_read_end(tx);
    return n;
}

/* Rows of this word and others in turn, of which those go again in no order, so that pages shrink and are joined. */
static int64_t put_and_delete(struct place *p, int64_t round)
{
    int64_t ids[ROWS / 2], put = ROWS / 2;
    struct rows rows = { round * 10 * ROWS, ROWS, "zyxwvut" };
    struct db_tx *tx = NULL;
    struct fault fault;
    assert_int_equal(db_read_begin(p->db, &tx, &fault), STATUS_OK);
    int64_t first = ask_number(tx, &job_newest) + 1;
    db_read_end(tx);
    write_all(p->db, rows_put, &rows);
    for (int64_t i = 0; i < ROWS / 2; i++)
        ids[i] = first + 2 * i + 1;
    for (uint32_t n = ROWS / 2; n > 0; n--) {
        uint32_t at = rolled(n);
        write_all(p->db, row_delete, &ids[at]);
        ids[at] = ids[n - 1];
        if (n % 5 == 0) {
            struct rows more = { round * 10 * ROWS + ROWS + n, 1, "other" };
            write_all(p->db, rows_put, &more);
            put++;
        }
    }
    return put;
}

static void what_moved_cells_left_behind_goes_with_a_truncating_checkpoint(void **state)
{
    (void)state;
    struct place p;
    struct fault fault;
    bool whole = false;
    int before = 0;
    int64_t rows = 0;
    place_make(&p, NULL);
    for (int64_t round = 0; round < ROUNDS && before == 0; round++) {
        rows += put_and_delete(&p, round);
        assert_int_equal(db_checkpoint(p.db, false, &whole, &fault), STATUS_OK);
        assert_true(whole);
        before = held(&p, "zyxwvut");
    }
    int others = held(&p, "other");
    assert_true(before > 0); /* else this shows nothing: secure_delete would be enough */
    assert_int_equal(db_checkpoint(p.db, true, &whole, &fault), STATUS_OK);
    assert_true(whole);
    assert_int_equal(held(&p, "zyxwvut"), 0);
    assert_true(held(&p, "other") > others / 2);
    assert_int_equal(jobs(p.db), rows);
    assert_int_equal(db_check(p.db, &fault), STATUS_OK);

    /* Nor does it come back from what this connection had kept of the pages. */
    for (int64_t i = 0; i < ROWS; i++) {
        struct rows more = { -i - 1, 1, "other" };
        write_all(p.db, rows_put, &more);
    }
    assert_int_equal(db_checkpoint(p.db, false, &whole, &fault), STATUS_OK);
    assert_int_equal(held(&p, "zyxwvut"), 0);
    assert_int_equal(db_check(p.db, &fault), STATUS_OK);
    place_end(&p);
}

int main(void)
{
    place_schema();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_moved_cells_left_behind_goes_with_a_truncating_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
