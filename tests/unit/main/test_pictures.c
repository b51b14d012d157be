/*
 * A picture's way as the worker goes it: the real table of jobs, the real
 * helper, blobs on the disk. What is served is read back; twice is harmless.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "db/blob.h"
#include "main/jobs.h"
#include "main/wiring.h"
#include "media/media.h"
#include "base/banned.h"

enum { NOW = 1772478660 };

static char folder[] = "/tmp/candour-pictures-XXXXXX";
static struct db *db;
static struct arena *arena, *job_arena;
static struct fault fault;

static int removed(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static int begin(void **state)
{
    (void)state;
    log_descriptor_set(-1);
    arena = arena_new(8 << 20);
    job_arena = arena_new(16 << 20);
    struct db_options options = wiring_database(mkdtemp(folder), true);
    return arena && job_arena && db_open(&db, &options, &fault) == STATUS_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    arena_free(job_arena);
    return nftw(folder, removed, 8, FTW_DEPTH | FTW_PHYS);
}

struct wanting {
    struct str sha256, bytes;
    struct media_facts facts;
    struct media_wish wish;
    int64_t set;
};

/* As an import does it: the row, and the set with its job, in one transaction. */
static enum status want(struct db_tx *tx, void *arg)
{
    struct wanting *w = arg;
    enum status status = media_picture_add(tx, arena, w->sha256, (int64_t)w->bytes.n, STR("lamps.jpg"), &w->facts, NOW);
    return status == STATUS_OK ? media_set_want(tx, arena, w->sha256, &w->wish, NOW, &w->set) : status;
}

static struct media_rendition_row *renditions(int64_t set, size_t *n)
{
    struct db_tx *tx;
    struct media_rendition_row *rows;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(media_renditions(tx, arena, set, &rows, n), STATUS_OK);
    db_read_end(tx);
    return rows;
}

static void an_original_becomes_what_is_served_by_the_workers_own_table(void **state)
{
    (void)state;
    static unsigned char hash[BLOB_HASH];
    struct wanting w = { .wish = { .creator = STR_INIT("Jane Doe"), .source_type = STR_INIT("digitalCapture") } };
    assert_int_equal(file_read(arena, IMAGES "/street-lamps.jpg", 1 << 20, &w.bytes, &fault), STATUS_OK);
    assert_int_equal(media_facts_read_bytes(arena, w.bytes, STR("street-lamps.jpg"), &w.facts, &fault), STATUS_OK);
    assert_int_equal(blob_put(db, w.bytes, hash, &fault), STATUS_OK);
    w.sha256 = (struct str){ (const char *)hash, sizeof hash };
    assert_int_equal(db_write(db, want, &w, &fault), STATUS_OK);
    assert_int_equal(jobs_do_next(db, NULL, job_arena, jobs_known, &fault), STATUS_OK);
    assert_int_equal(db_write(db, want, &w, &fault), STATUS_OK); /* again: nothing to do */
    assert_int_equal(jobs_do_next(db, NULL, job_arena, jobs_known, &fault), STATUS_NOT_FOUND);
    size_t n = 0;
    struct media_rendition_row *rows = renditions(w.set, &n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        struct str served;
        struct media_facts facts;
        assert_int_equal(blob_read(db, arena, (const unsigned char *)rows[i].sha256.p, &served, &fault), STATUS_OK);
        assert_int_equal(served.n, rows[i].bytes);
        assert_int_equal(media_facts_read_bytes(arena, served, STR_NONE, &facts, &fault), STATUS_OK);
        assert_int_equal(facts.format, rows[i].format);
        assert_int_equal(facts.width, rows[i].width);
        assert_true(str_equal(facts.creator, STR("Jane Doe")));
        assert_true(str_equal(facts.source_type, STR("digitalCapture")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_original_becomes_what_is_served_by_the_workers_own_table),
    };
    return cmocka_run_group_tests_name("pictures", tests, begin, finish);
}
