/*
 * Import, approval, release and withdrawal with the k-th allocation, or the
 * k-th thing asked of the database, failing once: a clean answer, the act
 * whole or absent, nothing left on the heap, and the next try goes through.
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "db/faulty.h"

#include "base/banned.h"

enum act_kind {
    ACT_IMPORT,
    ACT_RECORD,
    ACT_SPEAK,
    ACT_SUBMIT,
    ACT_CHANGES,
    ACT_SUBMIT_AGAIN,
    ACT_APPROVE,
    ACT_SCHEDULE,
    ACT_CANCEL,
    ACT_PUBLISH,
    ACT_NEW_EDITION, /* handed in by the same act */
    ACT_SPEAK_AGAIN,
    ACT_APPROVE_AGAIN,
    ACT_CORRECT,
    ACT_KEEP,
    ACT_WITHDRAW,
    ACT_RESTORE,
    ACT_END,
    ACTS
};

static const struct {
    const char *name, *user;
} acts[ACTS] = {
    [ACT_IMPORT] = { "import", "press-officer-1" },
    [ACT_RECORD] = { "record", "press-officer-2" },
    [ACT_SPEAK] = { "speak", "chief-officer" },
    [ACT_SUBMIT] = { "submit", "press-officer-1" },
    [ACT_CHANGES] = { "changes", "approver" },
    [ACT_SUBMIT_AGAIN] = { "submit again", "press-officer-1" },
    [ACT_APPROVE] = { "approve", "approver" },
    [ACT_SCHEDULE] = { "schedule", "duty-communications" },
    [ACT_CANCEL] = { "cancel", "duty-communications" },
    [ACT_PUBLISH] = { "publish", "duty-communications" },
    [ACT_NEW_EDITION] = { "new edition", "press-officer-1" },
    [ACT_SPEAK_AGAIN] = { "speak again", "chief-officer" },
    [ACT_APPROVE_AGAIN] = { "approve again", "approver" },
    [ACT_CORRECT] = { "correct", "duty-communications" },
    [ACT_KEEP] = { "keep", "duty-communications" },
    [ACT_WITHDRAW] = { "withdraw", "duty-communications" },
    [ACT_RESTORE] = { "restore", "duty-communications" },
    [ACT_END] = { "end", "duty-communications" },
};

#define HEAD                                                                                                           \
    "---\nkind: statement\ntitle: A title\nchannels: [site, fediverse]\nauthors: [press-officer-1, chief-officer]\n"   \
    "date: 2026-03-01\ntopics: [one, two]\nabout: [other, p]\npeople: [{ as_written: Sam, kind: fictitious }]\n"       \
    "promises: [{ what: to look, owner: chief-officer, due: 2026-04-01 }]\n"

static const char first_text[] = HEAD "speaker: { name: Alex Morgan, office: Chief }\n---\nText.\n";
static const char record_text[] =
    HEAD "speaker: { name: Alex Morgan, office: Chief, confirmed: 2026-03-01T10:00 }\n---\nText.\n";
static const char second_text[] = HEAD "speaker: { name: Alex Morgan, office: Chief }\n---\nOther text.\n";

struct attempt {
    struct arena *arena;
    struct actor actor; /* found before anything fails */
    struct str hash_hex;
    struct fault fault;
};

/* One act from its beginning, in an arena of its own. */
static enum status attempt(enum act_kind kind, const char *key, struct attempt *a)
{
    char name[40];
    struct post_faults *faults = NULL;
    struct act act = { .by = &a->actor, .now = WORLD_NOW };
    struct post_import import;
    snprintf(name, sizeof name, "%s.md", key);
    struct post_source source = { .name = str_of(name),
                                  .text = kind == ACT_RECORD        ? str_of(record_text)
                                          : kind == ACT_NEW_EDITION ? str_of(second_text)
                                                                    : str_of(first_text) };
    a->fault = (struct fault){ 0 };
    a->arena = arena_new(4 << 20);
    if (!a->arena)
        return fault_no_memory(&a->fault);
    struct str name_of = str_of(key);
    struct post_address address;
    struct post_step step = {
        .arena = a->arena, .act = &act, .key = name_of, .hash_hex = a->hash_hex, .words = STR("Because.")
    };
    struct post_release release = { .step = step };
    struct post_schedule schedule = { .step = step, .at = WORLD_NOW + 3600000, .cancel = kind == ACT_CANCEL };
    struct post_correct correct = { .step = step, .kind = CORRECTION_FACTUAL };
    struct post_end end = { .step = step, .ending = ENDING_EVENT_OVER };
    struct promise_keep keep = {
        .arena = a->arena, .act = &act, .key = name_of, .position = 1, .followup = STR("followup")
    };
    struct post_withdrawal withdrawal = { .arena = a->arena,
                                          .act = &act,
                                          .keys = &name_of,
                                          .keys_n = 1,
                                          .addresses = &address,
                                          .ground = GROUND_ERROR,
                                          .reason = STR("It was wrong.") };
    enum status status = STATUS_OK;
    switch (kind) {
    case ACT_IMPORT:
    case ACT_RECORD:
    case ACT_NEW_EDITION:
        faults = ARENA_NEW(a->arena, struct post_faults);
        if (!faults) {
            status = fault_no_memory(&a->fault);
            break;
        }
        status = posts_import_read(a->arena, &source, 1, &act, faults, &import, &a->fault);
        import.submit = kind == ACT_NEW_EDITION;
        if (status == STATUS_OK)
            status = db_write(world.db, posts_import_write, &import, &a->fault);
        break;
    case ACT_SPEAK:
    case ACT_SPEAK_AGAIN: status = db_write(world.db, posts_speaker_write, &step, &a->fault); break;
    case ACT_SUBMIT:
    case ACT_SUBMIT_AGAIN: status = db_write(world.db, posts_submit_write, &step, &a->fault); break;
    case ACT_CHANGES: status = db_write(world.db, posts_changes_write, &step, &a->fault); break;
    case ACT_APPROVE:
    case ACT_APPROVE_AGAIN: status = db_write(world.db, posts_approve_write, &step, &a->fault); break;
    case ACT_SCHEDULE:
    case ACT_CANCEL: status = db_write(world.db, posts_schedule_write, &schedule, &a->fault); break;
    case ACT_CORRECT: status = db_write(world.db, posts_correct_write, &correct, &a->fault); break;
    case ACT_KEEP: status = db_write(world.db, posts_promise_keep_write, &keep, &a->fault); break;
    case ACT_RESTORE: status = db_write(world.db, posts_restore_write, &step, &a->fault); break;
    case ACT_END: status = db_write(world.db, posts_end_write, &end, &a->fault); break;
    case ACT_PUBLISH: status = db_write(world.db, posts_publish_write, &release, &a->fault); break;
    case ACT_WITHDRAW: status = db_write(world.db, posts_withdraw_write, &withdrawal, &a->fault); break;
    case ACTS: break;
    }
    arena_free(a->arena);
    return status;
}

/* A post of its own, brought as far as the act needs it; what the act is to be done with. */
static struct attempt prepare(enum act_kind kind, char key[20])
{
    static int posts;
    snprintf(key, 20, "p%d", posts++);
    for (unsigned before = 0; before < kind; before++) {
        struct attempt clean = { .actor = world_actor(acts[before].user) };
        if (before > ACT_RECORD)
            clean.hash_hex = world_entry(key).hash_hex;
        if (attempt((enum act_kind)before, key, &clean) != STATUS_OK)
            fail_msg("%s", clean.fault.text);
    }
    struct attempt a = { .actor = world_actor(acts[kind].user) };
    if (kind > ACT_RECORD)
        a.hash_hex = world_entry(key).hash_hex;
    return a;
}

/* The number of places at which something could fail. */
static uint64_t fail_at_each_place(enum act_kind kind, bool memory)
{
    char key[20];
    struct attempt a = prepare(kind, key);
    for (uint64_t k = 1;; k++) {
        int64_t events = world_number("SELECT count(*) FROM post_event");
        if (memory)
            mem_fail_at(k);
        else
            db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
        enum status status = attempt(kind, key, &a);
        uint64_t calls = memory ? mem_calls() : db_faulty_calls();
        mem_fail_at(0);
        db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
        world_check_whole();
        int64_t now = world_number("SELECT count(*) FROM post_event");
        if (status == STATUS_OK) {
            assert_int_equal(now, events + (kind == ACT_NEW_EDITION ? 2 : 1));
            if (calls < k)
                return k - 1;
            a = prepare(kind, key); /* mended on the way (a group that ran again): the next place needs another post */
        } else {
            assert_true(status == STATUS_NO_MEMORY ||
                        (!memory && (status == STATUS_IO || status == STATUS_UNAVAILABLE)));
            assert_true(a.fault.text[0] != 0 && !strchr(a.fault.text, '\n'));
            assert_int_equal(now, events);
        }
    }
}

static void all_acts(bool memory)
{
    assert_int_equal(world_import("press-officer-1", "followup.md", world_post("Kept", NULL, NULL, "It was kept.")),
                     STATUS_OK);
    assert_int_equal(world_approve("approver", "followup"), STATUS_OK);
    assert_int_equal(world_publish("duty-communications", "followup"), STATUS_OK);
    for (unsigned kind = 0; kind < ACTS; kind++) {
        uint64_t places = fail_at_each_place((enum act_kind)kind, memory);
        print_message("           %s: %llu places\n", acts[kind].name, (unsigned long long)places);
        assert_true(places > (memory ? 2 : 10));
    }
}

static void an_act_ends_cleanly_wherever_memory_fails(void **state)
{
    (void)state;
    all_acts(true);
}

static void an_act_is_whole_or_absent_wherever_the_database_fails(void **state)
{
    (void)state;
    all_acts(false);
}

struct due_job {
    struct post_due due;
    struct job job;
};

/* As the worker does it: the release and the end of its job in one write. */
static enum status due_write(struct db_tx *tx, void *arg)
{
    struct due_job *d = arg;
    enum status status = posts_due_write(tx, &d->due);
    return status == STATUS_OK ? db_job_end(tx, &d->job, JOB_OK, STR("")) : status;
}

/* A scheduled post and its job, taken. */
static struct due_job due_of(const char *key, int64_t at)
{
    char name[40];
    struct due_job d = { .due = { .now = at, .at = at } };
    snprintf(name, sizeof name, "%s.md", key);
    assert_int_equal(world_import("press-officer-1", name, world_post(key, NULL, NULL, "Text.")), STATUS_OK);
    assert_int_equal(world_approve("approver", key), STATUS_OK);
    assert_int_equal(world_schedule("duty-communications", key, at, false), STATUS_OK);
    assert_int_equal(db_job_take(world.db, world.arena, &d.job, &world.fault), STATUS_OK);
    d.due.edition = world_number("SELECT max(id) FROM post_edition");
    return d;
}

static void a_release_by_the_clock_is_whole_or_absent_wherever_something_fails(void **state)
{
    (void)state;
    for (int memory = 0; memory < 2; memory++) {
        int posts = 0;
        char key[20];
        snprintf(key, sizeof key, "d%d-%d", memory, posts++);
        struct due_job d = due_of(key, WORLD_NOW + 3600000);
        uint64_t places = 0;
        for (uint64_t k = 1; places == 0; k++) {
            int64_t out = world_number("SELECT count(*) FROM post_public");
            int64_t jobs = world_number("SELECT count(*) FROM job WHERE kind = 'posts.release'");
            struct fault fault = { 0 };
            if (memory)
                mem_fail_at(k);
            else
                db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
            d.due.arena = arena_new(4 << 20);
            enum status status = STATUS_NO_MEMORY;
            if (d.due.arena)
                status = db_write(world.db, due_write, &d, &fault);
            else
                fault_no_memory(&fault);
            uint64_t calls = memory ? mem_calls() : db_faulty_calls();
            mem_fail_at(0);
            db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
            arena_free(d.due.arena);
            world_check_whole();
            bool done = status == STATUS_OK;
            /* Out once and its job gone, or neither; a fault of the machine never holds it for a person. */
            assert_int_equal(world_number("SELECT count(*) FROM post_public"), out + done);
            assert_int_equal(world_number("SELECT count(*) FROM job WHERE kind = 'posts.release'"), jobs - done);
            assert_int_equal(world_number("SELECT count(*) FROM post_work WHERE state = 'failed'"), 0);
            if (!done) {
                assert_true(fault.text[0] != 0 && !strchr(fault.text, '\n'));
            } else if (calls < k) {
                places = k - 1;
            } else {
                snprintf(key, sizeof key, "d%d-%d", memory, posts++);
                d = due_of(key, WORLD_NOW + 3600000);
            }
        }
        print_message("           %llu places\n", (unsigned long long)places);
        assert_true(places > (memory ? 2 : 10));
    }
}

/* Three files, one of them with a picture: nothing of the call stays where anything fails. */
static void an_import_of_several_files_is_one_act(void **state)
{
    (void)state;
    struct actor actor = world_actor("press-officer-1");
    struct act act = { .by = &actor, .now = WORLD_NOW };
    struct str pictured = world_file(CASES "/posts/03-brick.md");
    for (uint64_t k = 1;; k++) {
        struct arena *arena = arena_new(POST_IMPORT_ARENA);
        struct post_faults *faults = ARENA_NEW(arena, struct post_faults);
        struct post_import import;
        struct post_source sources[3] = { { .name = STR("a.md"), .text = str_of(first_text) },
                                          { .name = STR("03-brick.md"), .text = pictured, .folder = CASES "/posts" },
                                          { .name = STR("c.md"), .text = str_of(first_text) } };
        struct fault fault = { 0 };
        assert_non_null(faults);
        enum status status = posts_import_read(arena, sources, 3, &act, faults, &import, &fault);
        assert_int_equal(status, STATUS_OK);
        db_faulty_at(k, DB_FAULTY_ANY, STATUS_FULL);
        status = db_write(world.db, posts_import_write, &import, &fault);
        uint64_t calls = db_faulty_calls();
        db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
        arena_free(arena);
        int64_t posts = world_number("SELECT count(*) FROM post");
        assert_true(status == STATUS_OK ? posts == 3 : posts == 0);
        world_check_whole();
        if (status == STATUS_OK) {
            assert_true(k > 40 || calls >= k);
            return;
        }
        assert_true(fault.text[0] != 0);
    }
}

/* Reading a file alone, with its picture: every allocation. */
static void a_file_is_read_or_refused_wherever_memory_fails(void **state)
{
    (void)state;
    static const char *const paths[] = { CASES "/posts/02-former-name-mended.md", CASES "/broken/wrong-words.md",
                                         CASES "/broken/scenario.md" };
    for (size_t i = 0; i < 3; i++) {
        struct str text = world_file(paths[i]);
        for (uint64_t k = 1;; k++) {
            static struct post_faults faults;
            struct post_checked out;
            struct fault fault = { 0 };
            struct post_source source = { .name = STR("a.md"), .text = text, .folder = CASES "/posts" };
            int64_t before = mem_live();
            mem_fail_at(k);
            struct arena *arena = arena_new(POST_IMPORT_ARENA);
            enum status status = STATUS_NO_MEMORY;
            if (arena)
                status = posts_check_file(arena, &source, &faults, &out, &fault);
            uint64_t calls = mem_calls();
            mem_fail_at(0);
            arena_free(arena);
            assert_int_equal(mem_live(), before);
            if (calls < k) {
                assert_int_equal(status, i == 0 ? STATUS_OK : STATUS_INVALID);
                assert_true(k > 4);
                break;
            }
            /* A fault may have its words lost, never its meaning: what has faults is not taken. */
            assert_true(status == STATUS_NO_MEMORY || (i == 0 ? status == STATUS_OK : status == STATUS_INVALID));
        }
    }
}

static void a_page_is_read_or_not_wherever_the_database_fails(void **state)
{
    (void)state;
    struct post_address address;
    struct post_address other;
    /* Two that are about each other, so that the links of both directions are read. */
    assert_int_equal(world_import("press-officer-1", "b.md", world_post("Two", NULL, "about: [a]\n", "Text.")),
                     STATUS_OK);
    assert_int_equal(world_approve("approver", "b"), STATUS_OK);
    assert_int_equal(world_publish_at("duty-communications", "b", WORLD_NOW, &other), STATUS_OK);
    assert_int_equal(world_import("press-officer-1", "a.md", world_post("One", NULL, "about: [b]\n", "Text.")),
                     STATUS_OK);
    assert_int_equal(world_approve("approver", "a"), STATUS_OK);
    assert_int_equal(world_publish_at("duty-communications", "a", WORLD_NOW, &address), STATUS_OK);
    for (int memory = 0; memory < 2; memory++)
        for (uint64_t k = 1;; k++) {
            struct arena *arena = arena_new(1 << 20);
            struct db_tx *tx = NULL;
            struct post_view view;
            struct post_detail detail;
            struct post_row *rows;
            size_t n = 0;
            struct fault fault = { 0 };
            if (memory)
                mem_fail_at(k);
            else
                db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
            enum status status = db_read_begin(world.db, &tx, &fault);
            if (status == STATUS_OK)
                status = posts_list(tx, arena, NULL, 10, &rows, &n);
            if (status == STATUS_OK)
                status = posts_find(tx, arena, address, &view);
            if (status == STATUS_OK)
                status = posts_detail(tx, arena, STR("a"), &detail);
            if (tx)
                db_read_end(tx);
            uint64_t calls = memory ? mem_calls() : db_faulty_calls();
            mem_fail_at(0);
            db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
            arena_free(arena);
            if (calls < k) {
                assert_int_equal(status, STATUS_OK);
                break;
            }
            /* Never "there is no such post", which a reader would believe; a cache of SQLite may do without. */
            assert_true(status == STATUS_NO_MEMORY || status == STATUS_IO || status == STATUS_UNAVAILABLE ||
                        (memory && status == STATUS_OK));
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_make_faulty, world_end)
    const struct CMUnitTest tests[] = {
        TEST(an_act_ends_cleanly_wherever_memory_fails),
        TEST(an_act_is_whole_or_absent_wherever_the_database_fails),
        TEST(a_release_by_the_clock_is_whole_or_absent_wherever_something_fails),
        TEST(an_import_of_several_files_is_one_act),
        TEST(a_file_is_read_or_refused_wherever_memory_fails),
        TEST(a_page_is_read_or_not_wherever_the_database_fails),
    };
    return cmocka_run_group_tests_name("posts fault", tests, NULL, NULL);
}
