/* See world.h. Folders are made under TMPDIR and removed again. */
#include "world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/zone.h"
#include "db/faulty.h"
#include "migrations.h"

#include "policy/pack.h"

#include "base/banned.h"

struct world world;
static int64_t live;

static const struct {
    const char *user;
    uint32_t roles;
} accounts[] = {
    { "press-officer-1", 1U << ROLE_AUTHOR },
    { "press-officer-2", 1U << ROLE_AUTHOR },
    { "hate-crime-adviser", 1U << ROLE_AUTHOR },
    { "head-of-communications", 1U << ROLE_AUTHOR | 1U << ROLE_APPROVER },
    { "chief-officer", 1U << ROLE_AUTHOR },
    { "approver", 1U << ROLE_APPROVER },
    { "everything", 1U << ROLE_AUTHOR | 1U << ROLE_APPROVER | 1U << ROLE_DUTY_COMMUNICATIONS },
    { "duty-communications", 1U << ROLE_DUTY_COMMUNICATIONS },
};

/* A connection knows a statement by its address for as long as it is open, so one text has one statement. */
enum { TEXTS_MAX = 512 };
static struct db_statement *texts[TEXTS_MAX];
static size_t texts_n;

static const struct db_statement *statement_of(const char *sql, bool writes)
{
    for (size_t i = 0; i < texts_n; i++)
        if (texts[i]->writes == writes && strcmp(texts[i]->sqlite, sql) == 0)
            return texts[i];
    struct db_statement *statement = ARENA_NEW(world.arena, struct db_statement);
    assert_non_null(statement);
    assert_true(texts_n < TEXTS_MAX);
    const char *text = str_copy(world.arena, str_of(sql)).p;
    *statement = (struct db_statement){ .name = "test.own", .sqlite = text, .postgres = text, .writes = writes };
    texts[texts_n++] = statement;
    return statement;
}

struct run {
    const struct db_statement *statement;
};

static enum status run_tx(struct db_tx *tx, void *arg)
{
    const struct run *run = arg;
    struct db_cursor *c = NULL;
    bool row = true;
    enum status status = db_start(tx, run->statement, &c);
    if (status != STATUS_OK)
        return status;
    while (status == STATUS_OK && row)
        status = db_step(c, &row);
    db_finish(c);
    return status;
}

void world_run(const char *sql)
{
    struct fault fault = { 0 };
    struct run run = { statement_of(sql, true) };
    if (db_write(world.db, run_tx, &run, &fault) != STATUS_OK)
        fail_msg("%s: %s", sql, fault.text);
}

static bool serves(void *self, struct str path)
{
    (void)self;
    return str_equal(path, STR("/report")) || str_equal(path, STR("/support"));
}

static int make(const struct db_backend *backend)
{
    const struct check_site site = { .force = STR("Midshire Police"), .serves = serves };
    static const unsigned char key[POST_ERASURE_KEY] = "a key for the tests of erasures";
    posts_checks_site(&site);
    posts_erasure_key(key);
    const char *tmp = getenv("TMPDIR");
    const struct policy_pack *pack; /* read once for the life of a process: not what is counted here */
    if (policy_pack_shipped(&pack, &world.fault) != STATUS_OK)
        return -1;
    live = mem_live();
    world.now = WORLD_NOW;
    texts_n = 0;
    world.arena = arena_new(256 << 20);
    world.faults.arena = world.arena;
    snprintf(world.folder, sizeof world.folder, "%s/candour-posts-XXXXXX", tmp ? tmp : "/tmp");
    if (!world.arena || !mkdtemp(world.folder) || zone_use(STR("Europe/London"), &world.fault) != STATUS_OK)
        return -1;
    struct db_options options = { .folder = world.folder,
                                  .migrations = candour_migrations,
                                  .migrations_n = candour_migrations_n,
                                  .create = true,
                                  .backend = backend };
    if (db_open(&world.db, &options, &world.fault) != STATUS_OK) {
        print_error("%s\n", world.fault.text);
        return -1;
    }
    /* Rows of accounts without the 130 ms that each passphrase would take. */
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        char sql[400];
        snprintf(sql, sizeof sql,
                 "INSERT INTO account (login, name, passphrase, roles, demonstration, made) "
                 "VALUES ('%s', '%s', 'none', %u, 1, 0)",
                 accounts[i].user, strcmp(accounts[i].user, "chief-officer") == 0 ? WORLD_SPEAKER : "Somebody",
                 accounts[i].roles);
        world_run(sql);
    }
    /* Empty registers: a test that wants to be asked takes them away. */
    world_run("INSERT INTO roll (word, imported) VALUES ('orders', 0), ('elections', 0), ('references', 0)");
    return 0;
}

int world_make(void **state)
{
    (void)state;
    return make(NULL);
}

int world_make_faulty(void **state)
{
    (void)state;
    return make(&db_faulty);
}

static int take(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

int world_end(void **state)
{
    (void)state;
    mem_fail_at(0);
    db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
    db_close(world.db);
    world.db = NULL;
    arena_free(world.arena);
    if (mem_live() != live) {
        print_error("%lld blocks were not given back\n", (long long)(mem_live() - live));
        return -1;
    }
    return nftw(world.folder, take, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- Reading ---- */

static struct db_tx *begin(void)
{
    struct db_tx *tx = NULL;
    if (db_read_begin(world.db, &tx, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    return tx;
}

struct actor world_actor(const char *user)
{
    struct actor actor = { 0 };
    struct db_tx *tx = begin();
    assert_int_equal(account_find(tx, world.arena, str_of(user), &actor), STATUS_OK);
    db_read_end(tx);
    return actor;
}

struct str world_file(const char *path)
{
    struct str text;
    if (file_read(world.arena, path, 1 << 20, &text, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    return text;
}

struct post_entry world_entry(const char *key)
{
    struct post_entry entry = { 0 };
    struct db_tx *tx = begin();
    enum status status = posts_entry(tx, world.arena, str_of(key), &entry);
    db_read_end(tx);
    assert_int_equal(status, STATUS_OK);
    return entry;
}

struct post_view world_view(struct post_address address)
{
    struct post_view view = { 0 };
    struct db_tx *tx = begin();
    enum status status = posts_find(tx, world.arena, address, &view);
    db_read_end(tx);
    assert_int_equal(status, STATUS_OK);
    return view;
}

uint64_t world_generation(void)
{
    uint64_t n = 0;
    struct db_tx *tx = begin();
    assert_int_equal(db_generation_read(tx, &n), STATUS_OK);
    db_read_end(tx);
    return n;
}

int64_t world_number(const char *sql)
{
    const struct db_statement *statement = statement_of(sql, false);
    struct db_cursor *c = NULL;
    bool row = false;
    struct db_tx *tx = begin();
    assert_int_equal(db_start(tx, statement, &c), STATUS_OK);
    assert_int_equal(db_step(c, &row), STATUS_OK);
    assert_true(row);
    int64_t n = db_column_int(c, 0);
    db_finish(c);
    db_read_end(tx);
    return n;
}

void world_check_whole(void)
{
    static const char *const none_of[] = {
        "SELECT count(*) FROM post p WHERE NOT EXISTS (SELECT 1 FROM post_edition e WHERE e.post = p.id)",
        "SELECT count(*) FROM post_edition e WHERE NOT EXISTS (SELECT 1 FROM post_record r WHERE r.edition = e.id)",
        "SELECT count(*) FROM post_edition e WHERE NOT EXISTS "
        "(SELECT 1 FROM post_hand h WHERE h.edition = e.id AND h.how = 'author')",
        "SELECT count(*) FROM post_edition e WHERE NOT EXISTS "
        "(SELECT 1 FROM post_hand h WHERE h.edition = e.id AND h.how = 'import')",
        "SELECT count(*) FROM post_public u WHERE NOT EXISTS "
        "(SELECT 1 FROM post_presence s WHERE s.post = u.post AND s.channel = 'site')",
        "SELECT count(*) FROM post_presence s WHERE NOT EXISTS (SELECT 1 FROM post_public u WHERE u.post = s.post)",
        "SELECT count(*) FROM post_public u JOIN post_presence s ON s.post = u.post AND s.channel = 'site' "
        "WHERE s.state <> CASE WHEN u.ground IN ('court-order', 'personal-data', 'safety') THEN 'gone' "
        "WHEN u.withdrawn IS NOT NULL THEN 'withdrawn' WHEN u.ended IS NOT NULL THEN 'ended' "
        "WHEN u.corrected IS NOT NULL THEN 'corrected' ELSE 'live' END",
        "SELECT count(*) FROM post_edition e WHERE NOT EXISTS (SELECT 1 FROM post_work w WHERE w.edition = e.id)",
        "SELECT count(*) FROM post_work w JOIN post_public u ON u.edition = w.edition WHERE w.state <> 'published'",
        "SELECT count(*) FROM post_work w WHERE w.state = 'published' AND NOT EXISTS "
        "(SELECT 1 FROM post_public u WHERE u.edition = w.edition)",
        "SELECT count(*) FROM post_edition e JOIN post_work w ON w.edition = e.id WHERE w.state NOT IN "
        "('superseded', 'published', 'discarded') AND e.number < (SELECT max(x.number) FROM post_edition x "
        "WHERE x.post = e.post)",
        "SELECT count(*) FROM post_promise q WHERE NOT EXISTS "
        "(SELECT 1 FROM post_register g WHERE g.promise = q.id AND g.what = 'promise')",
        "SELECT (SELECT count(*) FROM post_correction) - "
        "(SELECT count(*) FROM post_register WHERE what = 'correction')",
        "SELECT (SELECT count(*) FROM post_emergency) - (SELECT count(*) FROM post_register WHERE what = 'emergency')",
        "SELECT (SELECT count(*) FROM post_edition) - (SELECT count(*) FROM post_event WHERE what = 'imported')",
        "SELECT (SELECT count(*) FROM post_approval) - (SELECT count(*) FROM post_event WHERE what = 'approved')",
        "SELECT (SELECT count(*) FROM post_public) - "
        "(SELECT count(*) FROM post_event WHERE what IN ('published', 'copied'))",
        "SELECT (SELECT count(*) FROM post_public WHERE withdrawn IS NOT NULL) + "
        "(SELECT count(*) FROM post_event WHERE what = 'restored') - "
        "(SELECT count(*) FROM post_event WHERE what = 'withdrawn')",
        "SELECT (SELECT count(*) FROM post_register WHERE what = 'withdrawal') - "
        "(SELECT count(*) FROM post_event WHERE what = 'withdrawn')",
        "SELECT (SELECT count(*) FROM post_event) - (SELECT count(*) FROM audit WHERE act LIKE 'post.%')",
        "SELECT (SELECT count(*) FROM audit) - (SELECT n FROM audit_head)",
        /* What is counted as it happens is what counting gives. */
        "SELECT count(*) FROM post_month m WHERE published <> (SELECT count(*) FROM post_public u WHERE "
        "strftime('%Y-%m', u.published / 1000, 'unixepoch') = m.month AND NOT EXISTS "
        "(SELECT 1 FROM post_elsewhere o WHERE o.post = u.post)) OR copied <> (SELECT count(*) FROM post_public u "
        "JOIN post_elsewhere o ON o.post = u.post WHERE strftime('%Y-%m', u.published / 1000, 'unixepoch') = m.month) "
        "OR console <> (SELECT count(*) FROM post_approval a WHERE a.place = 'console' AND "
        "strftime('%Y-%m', a.made / 1000, 'unixepoch') = m.month) OR overdue <> (SELECT count(*) FROM post_emergency x "
        "WHERE strftime('%Y-%m', x.made / 1000, 'unixepoch') = m.month AND x.reviewed > x.due)",
        "SELECT count(*) FROM post_month m LEFT JOIN (SELECT strftime('%Y-%m', made / 1000, 'unixepoch') AS month, "
        "sum(what = 'correction') AS a, sum(what = 'withdrawal') AS b, sum(what = 'restoration') AS c, "
        "sum(what = 'ending') AS d, sum(what = 'emergency') AS e, sum(what = 'promise') AS f, sum(what = 'kept') AS g "
        "FROM post_register GROUP BY 1) r ON r.month = m.month WHERE corrections <> coalesce(a, 0) OR "
        "withdrawals <> coalesce(b, 0) OR restorations <> coalesce(c, 0) OR endings <> coalesce(d, 0) OR "
        "emergencies <> coalesce(e, 0) OR promises <> coalesce(f, 0) OR kept <> coalesce(g, 0)",
        "SELECT (SELECT count(*) FROM post_register) + (SELECT count(*) FROM post_public) + "
        "(SELECT count(*) FROM post_approval WHERE place = 'console') - coalesce((SELECT sum(published + copied + "
        "console "
        "+ corrections + withdrawals + restorations + endings + emergencies + promises + kept) FROM post_month), 0)",
    };
    for (size_t i = 0; i < sizeof none_of / sizeof none_of[0]; i++) {
        int64_t n = world_number(none_of[i]);
        if (n != 0)
            fail_msg("%lld where there should be none: %s", (long long)n, none_of[i]);
    }
}

/* ---- Acts ---- */

struct str world_post(const char *title, const char *authors, const char *head, const char *body)
{
    struct str text =
        str_format(world.arena, "---\nkind: update\ntitle: %s\nchannels: [site]\nauthors: [%s]\n%s---\n%s\n", title,
                   authors ? authors : "press-officer-1", head ? head : "", body);
    assert_non_null(text.p);
    return text;
}

static enum status import_source(const char *user, const struct post_source *source, bool submit, const char *elsewhere)
{
    struct post_import import;
    struct actor actor = world_actor(user);
    struct act act = { .by = &actor, .now = world.now };
    world.fault = (struct fault){ 0 };
    enum status status = posts_import_read(world.arena, source, 1, &act, &world.faults, &import, &world.fault);
    import.submit = submit;
    import.elsewhere = elsewhere ? str_of(elsewhere) : STR_NONE;
    import.elsewhere_at = world.now - 86400000;
    if (status == STATUS_OK)
        status = db_write(world.db, posts_import_write, &import, &world.fault);
    if (status == STATUS_OK)
        world.last = import.results[0];
    return status;
}

enum status world_import(const char *user, const char *name, struct str text)
{
    struct post_source source = { .name = str_of(name), .text = text };
    return import_source(user, &source, true, NULL);
}

enum status world_draft(const char *user, const char *name, struct str text)
{
    struct post_source source = { .name = str_of(name), .text = text };
    return import_source(user, &source, false, NULL);
}

enum status world_elsewhere(const char *user, const char *name, struct str text, const char *url)
{
    struct post_source source = { .name = str_of(name), .text = text };
    return import_source(user, &source, false, url);
}

enum status world_import_case(const char *user, const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/posts/%s", CASES, name);
    struct post_source source = { .name = str_of(name), .text = world_file(path), .folder = CASES "/posts" };
    return import_source(user, &source, false, NULL);
}

static struct post_step step_of(struct actor *actor, struct act *act, const char *key, struct str hash_hex,
                                const char *words)
{
    act->by = actor;
    world.fault = (struct fault){ 0 };
    return (struct post_step){ .arena = world.arena,
                               .act = act,
                               .key = str_of(key),
                               .hash_hex = hash_hex,
                               .words = words ? str_of(words) : STR_NONE };
}

enum status world_step(const char *user, const char *key, db_write_fn *fn, const char *words)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_step step = step_of(&actor, &act, key, world_entry(key).hash_hex, words);
    return db_write(world.db, fn, &step, &world.fault);
}

enum status world_submit(const char *user, const char *key)
{
    return world_step(user, key, posts_submit_write, NULL);
}

/* What a check asks a person of every post of a campaign, so that each test need not say it. */
static void answer_note(const char *key)
{
    (void)world_confirm("hate-crime-adviser", key, "equality-note", "We asked those whom it reaches.");
    world.fault = (struct fault){ 0 };
}

enum status world_approve_hash(const char *user, const char *key, struct str hash_hex)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_step step = step_of(&actor, &act, key, hash_hex, NULL);
    return db_write(world.db, posts_approve_write, &step, &world.fault);
}

enum status world_approve(const char *user, const char *key)
{
    answer_note(key);
    return world_approve_hash(user, key, world_entry(key).hash_hex);
}

enum status world_publish_at(const char *user, const char *key, int64_t now, struct post_address *address)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = now };
    struct post_release release = { .step = step_of(&actor, &act, key, world_entry(key).hash_hex, NULL) };
    enum status status = db_write(world.db, posts_publish_write, &release, &world.fault);
    if (address)
        *address = release.step.address;
    return status;
}

enum status world_publish(const char *user, const char *key)
{
    return world_publish_at(user, key, world.now, NULL);
}

enum status world_confirm(const char *user, const char *key, const char *check, const char *words)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_confirmation answer = { .step = step_of(&actor, &act, key, world_entry(key).hash_hex, words),
                                        .check = str_of(check) };
    return db_write(world.db, posts_confirm_write, &answer, &world.fault);
}

enum status world_emergency(const char *user, const char *key, const char *reason, const char *told)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_release release = { .step = step_of(&actor, &act, key, world_entry(key).hash_hex, reason),
                                    .emergency = true,
                                    .told = str_of(told) };
    return db_write(world.db, posts_publish_write, &release, &world.fault);
}

enum status world_correct(const char *user, const char *key, enum post_correction_kind kind, const char *words)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_correct correct = { .step = step_of(&actor, &act, key, world_entry(key).hash_hex, words),
                                    .kind = kind };
    return db_write(world.db, posts_correct_write, &correct, &world.fault);
}

enum status world_schedule(const char *user, const char *key, int64_t at, bool cancel)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_schedule schedule = { .step = step_of(&actor, &act, key, world_entry(key).hash_hex, NULL),
                                      .at = at,
                                      .cancel = cancel };
    return db_write(world.db, posts_schedule_write, &schedule, &world.fault);
}

struct post_due world_due(const char *key, int64_t at, int64_t now)
{
    char sql[300];
    snprintf(sql, sizeof sql, "SELECT max(e.id) FROM post_edition e JOIN post p ON p.id = e.post WHERE p.key = '%s'",
             key);
    struct post_due due = { .arena = world.arena, .edition = world_number(sql), .at = at, .now = now };
    world.fault = (struct fault){ 0 };
    if (db_write(world.db, posts_due_write, &due, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    return due;
}

enum status world_end_post(const char *user, const char *key, enum post_ending ending)
{
    struct actor actor = world_actor(user);
    struct act act = { .now = world.now };
    struct post_end end = { .step = step_of(&actor, &act, key, world_entry(key).hash_hex, NULL), .ending = ending };
    return db_write(world.db, posts_end_write, &end, &world.fault);
}

enum status world_withdraw_all(const char *user, const char *const *keys, size_t n, enum post_ground ground,
                               const char *reason)
{
    struct actor actor = world_actor(user);
    struct act act = { .by = &actor, .now = world.now + 1000 };
    struct str list[POST_WITHDRAWALS_MAX];
    struct post_address addresses[POST_WITHDRAWALS_MAX];
    struct str keys_now[POST_WITHDRAWALS_MAX];
    assert_true(n <= POST_WITHDRAWALS_MAX);
    for (size_t i = 0; i < n; i++)
        list[i] = str_of(keys[i]);
    struct post_withdrawal withdrawal = { .arena = world.arena,
                                          .act = &act,
                                          .keys = list,
                                          .keys_n = n,
                                          .addresses = addresses,
                                          .keys_now = keys_now,
                                          .ground = ground,
                                          .reason = str_of(reason) };
    world.fault = (struct fault){ 0 };
    enum status status = posts_withdraw(world.db, world.folder, &withdrawal, &world.fault);
    if (status == STATUS_OK) {
        snprintf(world.key_now, sizeof world.key_now, "%.*s", STR_ARG(keys_now[0]));
        world.address_now = addresses[0];
    }
    return status;
}

enum status world_withdraw(const char *user, const char *key, enum post_ground ground, const char *reason)
{
    return world_withdraw_all(user, &key, 1, ground, reason);
}

enum status world_keep(const char *user, const char *key, int64_t position, const char *followup)
{
    struct actor actor = world_actor(user);
    struct act act = { .by = &actor, .now = world.now };
    struct promise_keep keep = {
        .arena = world.arena, .act = &act, .key = str_of(key), .position = position, .followup = str_of(followup)
    };
    world.fault = (struct fault){ 0 };
    return db_write(world.db, posts_promise_keep_write, &keep, &world.fault);
}
