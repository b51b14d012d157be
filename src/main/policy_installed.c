/*
 * candour policy with a data folder.
 *
 * Promises: a command that is told of a data folder never answers without its sign-offs; a folder that is there and
 * cannot be read is an error, not "not signed off". Nothing is printed of a post but its key, outcomes, versions and
 * checks.
 */
#include "main/policy_installed.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "main/options.h"
#include "main/place.h"
#include "main/policy_said.h"
#include "main/wiring.h"
#include "posts/policy.h"
#include "base/banned.h"

enum { STEP_ARENA_MAX = 64 * 1024 * 1024, PAGE_JSON_MAX = 4 * 1024 * 1024 };

static enum status read_signed(struct arena *arena, const struct policy_pack *pack, struct db *db,
                               const struct policy_pack **out, struct fault *fault)
{
    struct db_tx *tx = NULL;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = pack ? posts_pack_signed(tx, arena, pack, out, fault) : posts_pack(tx, arena, out, fault);
    db_read_end(tx);
    return status;
}

/* A pack that was not named, while nobody has named or made a data folder: that of the program. */
enum status policy_installed_pack(struct arena *arena, const char *pack, const char *data,
                                  const struct policy_pack **out, struct fault *fault)
{
    struct db *db = NULL;
    const struct policy_pack *read = NULL;
    enum status status = pack ? policy_pack_open(arena, pack, &read, fault) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (!data && !place_has(arena, PLACE_DEFAULT, PLACE_DATABASE)) {
        *out = read;
        return read ? STATUS_OK : policy_pack_shipped(out, fault);
    }
    status = place_database_open(data ? data : PLACE_DEFAULT, &db, fault);
    if (status == STATUS_OK)
        status = read_signed(arena, read, db, out, fault);
    db_close(db);
    return status;
}

/* ---- Acts ---- */

static int begin(const struct policy_call *call, struct installation *in, struct actor *actor)
{
    int code = installation_open(in, call->data);
    if (code != EXIT_DONE)
        return code;
    code = command_actor(in, call->as, call->user, actor);
    if (code != EXIT_DONE)
        installation_close(in);
    return code;
}

int policy_installed_sign(const struct policy_call *call, const char *version)
{
    struct installation in;
    struct actor actor;
    struct fault fault;
    const struct policy_pack *pack = NULL;
    if (call->pack && policy_pack_open(call->arena, call->pack, &pack, &fault) != STATUS_OK)
        return command_fail(&fault);
    int code = begin(call, &in, &actor);
    if (code != EXIT_DONE)
        return code;
    struct act act = { .by = &actor, .now = clock_now_ms() };
    struct policy_act row = {
        .arena = call->arena, .act = &act, .pack = pack, .version = str_of(version), .reason = call->reason
    };
    if (db_write(in.db, posts_policy_sign_write, &row, &fault) != STATUS_OK)
        code = command_fail(&fault);
    else
        printf("%s is signed off by %.*s, " POLICY_SIGNER "; the live posts are checked again\n", version,
               STR_ARG(actor.user));
    installation_close(&in);
    return code;
}

int policy_installed_use(const struct policy_call *call, const char *folder)
{
    struct installation in;
    struct actor actor;
    struct fault fault;
    const struct policy_pack *pack = NULL;
    struct policy_act row = { .arena = call->arena };
    if (folder && (policy_pack_files(call->arena, folder, &row.files, &row.files_n, &fault) != STATUS_OK ||
                   policy_pack_read(call->arena, row.files, row.files_n, &pack, &fault) != STATUS_OK))
        return command_fail(&fault);
    int code = begin(call, &in, &actor);
    if (code != EXIT_DONE)
        return code;
    struct act act = { .by = &actor, .now = clock_now_ms() };
    row.act = &act;
    if (db_write(in.db, posts_policy_use_write, &row, &fault) != STATUS_OK)
        code = command_fail(&fault);
    else if (folder)
        printf("%zu versions of %s count from now on, instead of those in the program; the live posts are checked "
               "again\n",
               pack->versions_n, folder);
    else
        printf("the versions in the program count from now on; the live posts are checked again\n");
    if (code == EXIT_DONE && pack)
        policy_said_holes(call->arena, pack);
    installation_close(&in);
    return code;
}

/* ---- The re-check ---- */

static void put(struct json_writer *w, const char *name, struct str text)
{
    json_name(w, str_of(name));
    if (text.p)
        json_put_str(w, text);
    else
        json_put_null(w);
}

static void put_changed(struct json_writer *w, const struct policy_changed *row)
{
    json_open_object(w);
    put(w, "post", row->key);
    put(w, "outcome", row->answer);
    put(w, "versions", row->versions);
    put(w, "outcome_today", row->answer_today);
    put(w, "versions_today", row->versions_today);
    put(w, "held_by", row->held);
    put(w, "outcome_before", row->before_answer);
    put(w, "outcome_today_before", row->before_today);
    put(w, "held_by_before", row->before_held);
    json_close_object(w);
}

static void say_part(const char *what, struct str before, struct str now, struct str versions)
{
    if (before.p && !str_equal(before, now))
        policy_said_line("  %s: %.*s, before: %.*s%s%.*s", what, STR_ARG(now.n ? now : STR("none")),
                         STR_ARG(before.n ? before : STR("none")), versions.n ? "; " : "", STR_ARG(versions));
    else if (now.n)
        policy_said_line("  %s: %.*s%s%.*s", what, STR_ARG(now), versions.n ? "; " : "", STR_ARG(versions));
}

static void say_changed(const struct policy_changed *row)
{
    policy_said_line("%.*s", STR_ARG(row->key));
    say_part("as it was recorded", row->before_answer, row->answer, row->versions);
    say_part("if it were recorded today", row->before_today, row->answer_today, row->versions_today);
    say_part("held by", row->before_held, row->held, STR(""));
}

static enum status say_all_changed(struct db *db, struct arena *arena, struct json_writer *w, struct fault *fault)
{
    struct policy_changed *rows;
    size_t n = POLICY_CHANGED_MAX;
    int64_t after = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && n == POLICY_CHANGED_MAX) {
        struct db_tx *tx = NULL;
        arena_reset(arena);
        status = db_read_begin(db, &tx, fault);
        if (status != STATUS_OK)
            return status;
        status = posts_recheck_changed(tx, arena, after, &rows, &n);
        db_read_end(tx);
        if (status != STATUS_OK)
            return fault_set(fault, status, "What changed could not be read (%s).", status_name(status));
        for (size_t i = 0; i < n; i++) {
            if (w)
                put_changed(w, &rows[i]);
            else
                say_changed(&rows[i]);
            after = rows[i].post;
        }
    }
    return status;
}

static int say_end(struct db *db, struct arena *arena, const struct policy_recheck *recheck, bool json)
{
    struct fault fault;
    struct buf out;
    struct json_writer w;
    enum status status;
    buf_init(&out, NULL, PAGE_JSON_MAX);
    json_writer_init(&w, &out);
    if (json) {
        json_open_object(&w);
        json_name(&w, STR("posts"));
        json_put_i64(&w, recheck->done);
        json_name(&w, STR("changed"));
        json_open_array(&w);
    }
    status = say_all_changed(db, arena, json ? &w : NULL, &fault);
    if (json) {
        json_close_array(&w);
        json_name(&w, STR("not_checked"));
        json_put_i64(&w, recheck->failed);
        json_close_object(&w);
        if (status == STATUS_OK && !buf_ok(&out))
            status = fault_set(&fault, STATUS_LIMIT, "So many posts changed that they do not fit: leave out --json.");
        if (status == STATUS_OK)
            printf("%.*s\n", STR_ARG(buf_str(&out)));
    } else if (status == STATUS_OK) {
        printf("%lld live posts checked, %lld answered differently", (long long)recheck->done,
               (long long)recheck->changed);
        if (recheck->failed)
            printf(", %lld could not be checked", (long long)recheck->failed);
        printf("\n");
    }
    buf_free(&out);
    if (status != STATUS_OK)
        return command_fail(&fault);
    return recheck->failed ? EXIT_REFUSED : EXIT_DONE;
}

int policy_installed_recheck(const struct policy_call *call, bool again)
{
    struct installation in;
    struct policy_recheck recheck = { 0 };
    struct fault fault;
    struct arena *arena = arena_new(STEP_ARENA_MAX);
    int64_t said = clock_now_ms();
    if (!arena) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    int code = installation_open(&in, call->data);
    if (code != EXIT_DONE) {
        arena_free(arena);
        return code;
    }
    enum status status = again ? db_write(in.db, posts_recheck_again_write, NULL, &fault) : STATUS_OK;
    while (status == STATUS_OK && !recheck.finished) {
        status = posts_recheck_step(in.db, arena, clock_now_ms(), &recheck, &fault);
        if (status == STATUS_OK && !recheck.due && !recheck.finished && clock_now_ms() - said >= 1000) {
            said = clock_now_ms();
            fprintf(stderr, "%lld of %lld live posts\n", (long long)recheck.done, (long long)recheck.total);
        }
    }
    code = status == STATUS_OK ? say_end(in.db, arena, &recheck, call->json) : command_fail(&fault);
    installation_close(&in);
    arena_free(arena);
    return code;
}

/* ---- Two versions ---- */

static void say_post(void *self, struct str key, enum policy_outcome first, enum policy_outcome second)
{
    (void)self;
    policy_said_line("live post %.*s: %s, then %s", STR_ARG(key), policy_outcome_name(first),
                     policy_outcome_name(second));
}

int policy_installed_difference(struct arena *arena, const char *data, const char *first, const char *second)
{
    struct installation in;
    struct fault fault;
    struct policy_compare compare = { .now = clock_now_ms(), .each = say_post };
    if (!data && !place_has(arena, PLACE_DEFAULT, PLACE_DATABASE))
        return EXIT_DONE;
    int code = installation_open(&in, data);
    if (code != EXIT_DONE)
        return code;
    struct arena *step = arena_new(STEP_ARENA_MAX);
    enum status status = step ? read_signed(arena, NULL, in.db, &compare.pack, &fault) : fault_no_memory(&fault);
    const char *const ids[] = { first, second };
    for (int i = 0; i < 2 && status == STATUS_OK; i++)
        if (!(compare.versions[i] = policy_pack_find(compare.pack, str_of(ids[i]))))
            status = fault_set(
                &fault, STATUS_NOT_FOUND,
                "The pack in force has no version %s, so live posts cannot be compared: candour policy list --data "
                "has those that there are.",
                ids[i]);
    if (status == STATUS_OK &&
        (compare.versions[0]->kind != compare.versions[1]->kind || compare.versions[0]->kind == POLICY_PUBLICATION))
        status = fault_set(&fault, STATUS_INVALID, "Compare two versions of the law, or two of recording.");
    if (status == STATUS_OK)
        status = posts_policy_compare(in.db, step, &compare, &fault);
    if (status != STATUS_OK)
        code = command_fail(&fault);
    else
        printf("%lld of %lld live posts with a story change\n", (long long)compare.changed, (long long)compare.told);
    if (status == STATUS_OK && compare.failed) {
        options_say("%lld live posts could not be compared.", (long long)compare.failed);
        code = EXIT_REFUSED;
    }
    arena_free(step);
    installation_close(&in);
    return code;
}
