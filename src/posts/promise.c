/*
 * Promises: made with a post, kept by a follow-up that the public can read.
 *
 * Promises of this file: a promise stays on the register until a public post
 * shows that it was kept. Neither a correction nor a withdrawal takes it away;
 * a correction can move its day, and then both days are told.
 */
#include "posts/promise.h"

#include "base/arena.h"
#include "base/zone.h"
#include "posts/act.h"

#include "base/banned.h"

enum { PROMISES_MAX = 500 };

enum status register_add(struct db_tx *tx, int64_t now, enum register_what what, int64_t post, struct str word,
                         struct str words, struct register_of of)
{
    return sql_posts_register_add(tx, now, register_what_word(what), post, word, words, of.correction, of.emergency,
                                  of.promise, NULL);
}

static enum status take_one(struct db_tx *tx, struct arena *arena, int64_t post, const struct post_promise *promise,
                            const struct posts_promises_of *known, size_t known_n, int64_t position, int64_t now,
                            bool *added)
{
    *added = false;
    for (size_t i = 0; i < known_n; i++) {
        if (!str_equal(known[i].what, promise->what))
            continue;
        if (known[i].due == promise->due.at && str_equal(known[i].owner, promise->owner))
            return STATUS_OK;
        return sql_posts_promise_move(tx, known[i].id, promise->owner, promise->due.at, promise->due.has_time, NULL);
    }
    struct posts_promise_add row;
    enum status status = sql_posts_promise_add(tx, arena, post, position, promise->what, promise->owner,
                                               promise->due.at, promise->due.has_time, now, &row);
    if (status != STATUS_OK)
        return status;
    *added = true;
    return register_add(tx, now, REGISTER_PROMISE, post, STR_NONE, STR_NONE,
                        (struct register_of){ .promise = { true, row.id } });
}

enum status promises_take(struct db_tx *tx, struct arena *arena, int64_t post, const struct post_content *content,
                          int64_t now)
{
    struct posts_promises_of *known = NULL;
    size_t n = 0;
    if (content->promises_n == 0)
        return STATUS_OK;
    enum status status = sql_posts_promises_of(tx, arena, post, PROMISES_MAX, &known, &n);
    int64_t position = n == 0 ? 0 : known[n - 1].position + 1;
    for (size_t i = 0; i < content->promises_n && status == STATUS_OK; i++) {
        bool added = false;
        status = take_one(tx, arena, post, &content->promises[i], known, n, position, now, &added);
        position += added;
    }
    return status;
}

/* The beginning of the local day: a promise for a day is late when that day is over. */
static int64_t today(int64_t now)
{
    struct civil c;
    int64_t begins = now;
    zone_local(now, &c);
    c.hour = c.minute = c.second = 0;
    return zone_moment(&c, &begins) == STATUS_OK ? begins : now;
}

bool promise_is_late(const struct promise_row *row, int64_t now)
{
    return !row->kept.set && row->due.at < (row->due.has_time ? now : today(now));
}

enum status posts_troubles(struct db_tx *tx, struct arena *arena, int64_t now, struct posts_troubles *out)
{
    struct posts_trouble row;
    enum status status = sql_posts_trouble(tx, arena, now, today(now), &row);
    if (status == STATUS_OK)
        *out = (struct posts_troubles){ .held = row.held, .overdue = row.overdue, .late = row.late };
    return status;
}

enum status posts_promises(struct db_tx *tx, struct arena *arena, const struct promise_row *after, int64_t limit,
                           struct promise_row **rows, size_t *n)
{
    struct posts_promises *found;
    int64_t kept = after == NULL ? 0 : after->kept.set;
    int64_t due = after == NULL ? INT64_MIN : after->due.at;
    int64_t id = after == NULL ? 0 : after->id;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_promises(tx, arena, kept, due, id, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct promise_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++)
        (*rows)[i] = (struct promise_row){
            .id = found[i].id,
            .key = found[i].key,
            .position = found[i].position + 1,
            .what = found[i].what,
            .owner = found[i].owner,
            .due = { true, found[i].due_has_time, found[i].due },
            .first_due = { true, found[i].due_has_time, found[i].first_due },
            .made = found[i].made,
            .kept = found[i].kept,
            .kept_key = found[i].kept_key,
        };
    return STATUS_OK;
}

enum status posts_promise_keep_write(struct db_tx *tx, void *arg)
{
    struct promise_keep *keep = arg;
    struct arena *arena = keep->arena;
    struct actor actor;
    struct posts_head head;
    struct posts_head followup;
    struct posts_promises_of *known;
    size_t n = 0;
    enum status status = act_may(tx, arena, keep->act, PERMISSION_POST_PUBLISH, "close promises", &actor);
    if (status == STATUS_OK)
        status = act_head(tx, arena, keep->key, &head);
    if (status == STATUS_OK)
        status = act_head(tx, arena, keep->followup, &followup);
    if (status == STATUS_OK)
        status = sql_posts_promises_of(tx, arena, head.post, PROMISES_MAX, &known, &n);
    if (status != STATUS_OK)
        return status;
    const struct posts_promises_of *promise = NULL;
    for (size_t i = 0; i < n; i++)
        if (known[i].position + 1 == keep->position)
            promise = &known[i];
    if (promise == NULL)
        return db_refuse(tx, STATUS_NOT_FOUND, "%.*s has no promise number %lld: \"candour promise list\" names them.",
                         STR_ARG(keep->key), (long long)keep->position);
    if (promise->kept.set)
        return db_refuse(tx, STATUS_REFUSED, "That promise is closed already.");
    if (followup.post == head.post)
        return db_refuse(tx, STATUS_REFUSED,
                         "A promise is closed by another post that shows it was kept: publish a follow-up first.");
    if (!followup.public_edition.set || followup.withdrawn.set || followup.ended.set)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s is not public, and only a post that everybody can read closes a promise: publish it "
                         "first.",
                         STR_ARG(keep->followup));
    status = sql_posts_promise_keep(tx, promise->id, keep->act->now, followup.post, NULL);
    if (status == STATUS_OK)
        status = register_add(tx, keep->act->now, REGISTER_KEPT, head.post, STR_NONE, STR_NONE,
                              (struct register_of){ .promise = { true, promise->id } });
    /* Not the other post's name, which could have to go from here when that post is erased. */
    struct str words = str_format(arena, "promise %lld", (long long)keep->position);
    if (words.p == NULL)
        return STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = act_trace_head(tx, arena, keep->act, &actor, "promise-kept", keep->key, &head, words);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}
