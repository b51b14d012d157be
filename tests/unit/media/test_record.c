/*
 * Rows of pictures and the job that renders: idempotent, whole or absent, a
 * failure with its sentence, an erasure that leaves nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "blob_twin.h"
#include "media/media.h"
#include "migrations.h"
#include "base/banned.h"

enum { NOW = 1772478660 };

static char folder[200];
static struct arena *arena;
static struct arena *job_arena;
static struct db *db;
static struct fault fault;
static int64_t live;

static const struct media_wish wish = { .creator = STR_INIT("Jane Doe"), .alt = STR_INIT("A lamp") };

static int begin(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/candour-media-XXXXXX", tmp ? tmp : "/tmp");
    live = mem_live();
    arena = arena_new(8 << 20);
    job_arena = arena_new(1 << 20);
    if (!arena || !job_arena || !mkdtemp(folder))
        return -1;
    struct db_options options = {
        .folder = folder, .migrations = candour_migrations, .migrations_n = candour_migrations_n, .create = true
    };
    return db_open(&db, &options, &fault) == STATUS_OK ? 0 : -1;
}

static void remove_folder(void)
{
    static const char *const names[] = { "candour.db", "candour.db-wal", "candour.db-shm", "write.lock", "generation" };
    char path[300];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static int end(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    arena_free(job_arena);
    blob_twin_clear();
    remove_folder();
    return mem_live() == live ? 0 : -1;
}

/* ---- Acts ---- */

struct acting {
    struct str sha256;
    struct str name;
    int64_t bytes;
    struct media_facts facts;
    struct media_wish wish;
    int64_t set;
    struct str *blobs;
    size_t blobs_n;
};

static enum status add_write(struct db_tx *tx, void *arg)
{
    struct acting *a = arg;
    return media_picture_add(tx, arena, a->sha256, a->bytes, a->name, &a->facts, NOW);
}

static enum status want_write(struct db_tx *tx, void *arg)
{
    struct acting *a = arg;
    return media_set_want(tx, arena, a->sha256, &a->wish, NOW, &a->set);
}

static enum status erase_write(struct db_tx *tx, void *arg)
{
    struct acting *a = arg;
    return media_erase(tx, arena, a->sha256, &a->blobs, &a->blobs_n);
}

/* Puts the bytes, and a row that says it is a picture of 900 x 500. */
static struct acting added(struct str bytes)
{
    unsigned char hash[BLOB_HASH];
    struct acting a = { .bytes = (int64_t)bytes.n,
                        .name = STR("folder/lamps.jpg"),
                        .facts = { .format = MEDIA_JPEG, .width = 900, .height = 500, .credit = STR("A & \"B\"") },
                        .wish = wish };
    assert_int_equal(blob_put(db, bytes, hash, &fault), STATUS_OK);
    a.sha256 = str_copy(arena, (struct str){ (const char *)hash, sizeof hash });
    assert_int_equal(db_write(db, add_write, &a, &fault), STATUS_OK);
    return a;
}

static struct acting lamps(void)
{
    struct str bytes;
    assert_int_equal(file_read(arena, IMAGES "/street-lamps.jpg", 1 << 20, &bytes, &fault), STATUS_OK);
    return added(bytes);
}

static int64_t wanted(struct acting *a)
{
    assert_int_equal(db_write(db, want_write, a, &fault), STATUS_OK);
    return a->set;
}

static enum media_state state_of(int64_t set, struct str *why)
{
    struct db_tx *tx;
    enum media_state state = MEDIA_WAITING;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(media_set_state(tx, arena, set, &state, why), STATUS_OK);
    db_read_end(tx);
    return state;
}

static size_t renditions_of(int64_t set, struct media_rendition_row **rows)
{
    struct db_tx *tx;
    size_t n = 0;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    assert_int_equal(media_renditions(tx, arena, set, rows, &n), STATUS_OK);
    db_read_end(tx);
    return n;
}

static enum status find(struct str sha256, struct media_picture *out)
{
    struct db_tx *tx;
    assert_int_equal(db_read_begin(db, &tx, &fault), STATUS_OK);
    enum status status = media_picture_find(tx, arena, sha256, out);
    db_read_end(tx);
    return status;
}

/* Does the next job as the worker would; STATUS_NOT_FOUND: there is none. */
static enum status work(struct job *job)
{
    enum status status = db_job_take(db, arena, job, &fault);
    if (status != STATUS_OK)
        return status;
    assert_true(str_equal(job->kind, STR(MEDIA_RENDER_JOB)));
    arena_reset(job_arena);
    return media_render_job(db, NULL, job_arena, job, &fault);
}

/* ---- Facts ---- */

static void a_picture_is_found_with_what_it_says(void **state)
{
    (void)state;
    struct media_picture p;
    struct acting a = lamps();
    assert_int_equal(find(a.sha256, &p), STATUS_OK);
    assert_int_equal(p.bytes, a.bytes);
    assert_int_equal(p.made, NOW);
    assert_true(str_equal(p.name, STR("lamps.jpg")));
    assert_int_equal(p.facts.width, 900);
    assert_true(str_equal(p.facts.credit, STR("A & \"B\"")));
    assert_null(p.facts.creator.p);
    a.name = STR("other.jpg");
    assert_int_equal(db_write(db, add_write, &a, &fault), STATUS_OK);
    assert_int_equal(find(a.sha256, &p), STATUS_OK);
    assert_true(str_equal(p.name, STR("lamps.jpg")));
    assert_int_equal(find(STR("01234567890123456789012345678901"), &p), STATUS_NOT_FOUND);
}

static void facts_that_are_not_what_was_written_are_damaged(void **state)
{
    (void)state;
    static const struct str wrong[] = {
        STR_INIT(""),
        STR_INIT("{}"),
        STR_INIT("[]"),
        STR_INIT("{\"format\":\"gif\",\"height\":1,\"position\":false,\"width\":1}"),
        STR_INIT("{\"format\":\"png\",\"height\":0,\"position\":false,\"width\":1}"),
        STR_INIT("{\"format\":\"png\",\"height\":1,\"position\":0,\"width\":1}"),
        STR_INIT("{\"format\":\"png\",\"height\":1,\"position\":false,\"rights\":7,\"width\":1}"),
        STR_INIT("{\"format\":\"png\",\"height\":1,\"position\":false,\"rights\":\"a\\nb\",\"width\":1}")
    };
    struct media_facts facts;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(media_facts_from_json(arena, wrong[i], &facts), STATUS_DAMAGED);
}

static void the_same_wish_is_the_same_set_with_one_job(void **state)
{
    (void)state;
    struct job job;
    struct acting a = lamps();
    int64_t first = wanted(&a);
    assert_int_equal(wanted(&a), first);
    a.wish.alt = STR("Another lamp");
    assert_int_not_equal(wanted(&a), first);
    assert_int_equal(db_job_take(db, arena, &job, &fault), STATUS_OK);
    assert_int_equal(db_job_take(db, arena, &job, &fault), STATUS_OK);
    assert_int_equal(db_job_take(db, arena, &job, &fault), STATUS_NOT_FOUND);
}

static void a_wish_for_a_picture_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct acting a = { .sha256 = STR("01234567890123456789012345678901"), .wish = wish };
    assert_int_equal(db_write(db, want_write, &a, &fault), STATUS_NOT_FOUND);
    a = lamps();
    a.wish.source_type = STR("no word/");
    assert_int_equal(db_write(db, want_write, &a, &fault), STATUS_INVALID);
}

static void the_job_makes_the_renditions_and_the_set_ready(void **state)
{
    (void)state;
    struct job job;
    struct str why;
    struct media_rendition_row *rows;
    struct acting a = lamps();
    int64_t set = wanted(&a);
    uint64_t generation = db_generation(db);
    assert_int_equal(state_of(set, &why), MEDIA_WAITING);
    assert_int_equal(renditions_of(set, &rows), 0);
    assert_int_equal(work(&job), STATUS_OK);
    assert_int_equal(state_of(set, &why), MEDIA_READY);
    assert_true(db_generation(db) > generation);
    assert_int_equal(renditions_of(set, &rows), 4);
    static const struct media_rendition_row want[] = { { MEDIA_WEBP, 800, 444, 0, { NULL, 0 } },
                                                       { MEDIA_JPEG, 800, 444, 0, { NULL, 0 } },
                                                       { MEDIA_WEBP, 900, 500, 0, { NULL, 0 } },
                                                       { MEDIA_JPEG, 900, 500, 0, { NULL, 0 } } };
    for (size_t i = 0; i < 4; i++) {
        int fd = -1;
        int64_t size = 0;
        assert_int_equal(rows[i].format, want[i].format);
        assert_int_equal(rows[i].width, want[i].width);
        assert_int_equal(rows[i].height, want[i].height);
        assert_int_equal(blob_open(db, (const unsigned char *)rows[i].sha256.p, &fd, &size, &fault), STATUS_OK);
        assert_int_equal(size, rows[i].bytes);
        close(fd);
    }
    assert_int_equal(work(&job), STATUS_NOT_FOUND);
    assert_int_equal(wanted(&a), set);
    assert_int_equal(work(&job), STATUS_NOT_FOUND);
}

static void the_job_run_twice_changes_nothing(void **state)
{
    (void)state;
    struct job job;
    struct str why;
    struct media_rendition_row *rows;
    struct acting a = lamps();
    int64_t set = wanted(&a);
    assert_int_equal(work(&job), STATUS_OK);
    uint64_t generation = db_generation(db);
    size_t blobs = blob_twin.n;
    /* Somebody else's by now: its end is refused, and with it all that it wrote. */
    assert_int_equal(media_render_job(db, NULL, job_arena, &job, &fault), STATUS_CONFLICT);
    assert_int_equal(state_of(set, &why), MEDIA_READY);
    assert_int_equal(renditions_of(set, &rows), 4);
    assert_int_equal(blob_twin.n, blobs);
    assert_int_equal(db_generation(db), generation);
}

static void a_broken_picture_fails_its_own_set_with_the_sentence(void **state)
{
    (void)state;
    struct job job;
    struct str why;
    struct media_rendition_row *rows;
    struct acting good = lamps(), bad = added(STR("\xff\xd8\xff\xe0 and then nothing"));
    int64_t broken = wanted(&bad), fine = wanted(&good);
    assert_int_equal(work(&job), STATUS_OK);
    assert_int_equal(work(&job), STATUS_OK);
    assert_int_equal(work(&job), STATUS_NOT_FOUND);
    assert_int_equal(state_of(broken, &why), MEDIA_FAILED);
    assert_true(str_ends(why, STR("again.")));
    assert_int_equal(renditions_of(broken, &rows), 0);
    assert_int_equal(state_of(fine, &why), MEDIA_READY);
    assert_null(why.p);
    /* Wanted again it is tried again. */
    assert_int_equal(wanted(&bad), broken);
    assert_int_equal(state_of(broken, &why), MEDIA_WAITING);
    assert_int_equal(work(&job), STATUS_OK);
    assert_int_equal(state_of(broken, &why), MEDIA_FAILED);
}

static void an_original_that_is_gone_or_changed_fails_with_the_sentence(void **state)
{
    (void)state;
    struct job job;
    struct str why;
    struct acting a = lamps();
    int64_t set = wanted(&a);
    blob_twin.each[0].bytes[1000] ^= 1;
    assert_int_equal(work(&job), STATUS_DAMAGED); /* tried once more */
    assert_int_equal(state_of(set, &why), MEDIA_WAITING);
    job.step = 1;
    assert_int_equal(media_render_job(db, NULL, job_arena, &job, &fault), STATUS_OK);
    assert_int_equal(state_of(set, &why), MEDIA_FAILED);
    assert_true(str_find(why, STR("not what was given")) > 0);
    assert_int_equal(wanted(&a), set);
    blob_twin_clear();
    assert_int_equal(work(&job), STATUS_OK);
    assert_int_equal(state_of(set, &why), MEDIA_FAILED);
    assert_true(str_find(why, STR("gone from the disk")) > 0);
}

static void a_full_disk_leaves_the_set_waiting_until_the_last_try(void **state)
{
    (void)state;
    struct job job;
    struct str why;
    struct acting a = lamps();
    int64_t set = wanted(&a);
    blob_twin.put_fails = STATUS_FULL;
    assert_int_equal(work(&job), STATUS_FULL);
    assert_int_equal(state_of(set, &why), MEDIA_WAITING);
    job.step = JOB_MAX_STEPS - 1;
    assert_int_equal(media_render_job(db, NULL, job_arena, &job, &fault), STATUS_OK);
    assert_int_equal(state_of(set, &why), MEDIA_FAILED);
}

static void an_erasure_leaves_no_row_and_names_every_blob(void **state)
{
    (void)state;
    struct job job;
    struct media_picture p;
    struct acting a = lamps(), other = added(STR("\xff\xd8\xff other"));
    wanted(&a);
    assert_int_equal(work(&job), STATUS_OK);
    a.wish.alt = STR("waits");
    wanted(&a);
    assert_int_equal(db_write(db, erase_write, &a, &fault), STATUS_OK);
    assert_int_equal(a.blobs_n, 5);
    assert_int_equal(find(a.sha256, &p), STATUS_NOT_FOUND);
    assert_int_equal(find(other.sha256, &p), STATUS_OK);
    /* The job that waited finds nothing to do. */
    assert_int_equal(work(&job), STATUS_OK);
    assert_int_equal(work(&job), STATUS_NOT_FOUND);
    assert_int_equal(db_write(db, erase_write, &a, &fault), STATUS_OK);
    assert_int_equal(a.blobs_n, 0);
}

static void a_failing_allocation_leaves_the_set_waiting_or_ready(void **state)
{
    (void)state;
    struct job job;
    struct str why;
    struct acting a = lamps();
    int64_t set = wanted(&a);
    assert_int_equal(db_job_take(db, arena, &job, &fault), STATUS_OK);
    job.step = 0; /* else the last tries would be final */
    bool reached = true;
    for (uint64_t k = 1; reached; k++) {
        assert_true(k < 500);
        arena_reset(job_arena);
        mem_fail_at(k);
        enum status status = media_render_job(db, NULL, job_arena, &job, &fault);
        reached = mem_calls() >= k;
        mem_fail_at(0);
        arena_reset(job_arena);
        if (status == STATUS_OK)
            break;
        assert_int_equal(state_of(set, &why), MEDIA_WAITING);
    }
    assert_int_equal(state_of(set, &why), MEDIA_READY);
}

int main(void)
{
    log_descriptor_set(-1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_picture_is_found_with_what_it_says, begin, end),
        cmocka_unit_test_setup_teardown(facts_that_are_not_what_was_written_are_damaged, begin, end),
        cmocka_unit_test_setup_teardown(the_same_wish_is_the_same_set_with_one_job, begin, end),
        cmocka_unit_test_setup_teardown(a_wish_for_a_picture_that_is_not_there_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(the_job_makes_the_renditions_and_the_set_ready, begin, end),
        cmocka_unit_test_setup_teardown(the_job_run_twice_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_broken_picture_fails_its_own_set_with_the_sentence, begin, end),
        cmocka_unit_test_setup_teardown(an_original_that_is_gone_or_changed_fails_with_the_sentence, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_set_waiting_until_the_last_try, begin, end),
        cmocka_unit_test_setup_teardown(an_erasure_leaves_no_row_and_names_every_blob, begin, end),
        cmocka_unit_test_setup_teardown(a_failing_allocation_leaves_the_set_waiting_or_ready, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
