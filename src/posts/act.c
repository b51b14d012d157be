/*
 * The common part of acts. The permission is asked for inside the transaction,
 * of the account as it stands there: what a caller believed about roles a
 * moment ago counts for nothing.
 */
#include "posts/act.h"

#include "base/arena.h"

#include "base/banned.h"

enum status act_may(struct db_tx *tx, struct arena *arena, const struct act *act, enum permission permission,
                    const char *what, struct actor *out)
{
    if (act->by == NULL)
        return db_refuse(tx, STATUS_DENIED, "Somebody must act: say who you are.");
    enum status status = account_find_id(tx, arena, act->by->account, out);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    if (status == STATUS_NOT_FOUND || out->disabled)
        return db_refuse(tx, STATUS_DENIED, "This account may not act any more: ask an administrator.");
    if (!actor_may(out, permission))
        return db_refuse(tx, STATUS_DENIED, "%.*s has no role that may %s: ask an administrator for it.",
                         STR_ARG(out->user), what);
    return STATUS_OK;
}

enum status act_head(struct db_tx *tx, struct arena *arena, struct str key, struct posts_head *out)
{
    enum status status = sql_posts_head(tx, arena, key, out);
    if (status == STATUS_NOT_FOUND)
        return db_refuse(tx, status, "There is no post \"%.*s\": \"candour post list\" names those there are.",
                         STR_ARG(post_quote(arena, key)));
    return status;
}

enum status act_same(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str hash_hex)
{
    struct str now = edition_hex(arena, head->hash);
    if (now.p == NULL)
        return STATUS_NO_MEMORY;
    if (hash_hex.p != NULL && str_equal_nocase(hash_hex, now))
        return STATUS_OK;
    return db_refuse(
        tx, STATUS_CONFLICT,
        "The post has changed since you looked at it: its newest edition is number %lld. Read that one and "
        "try again.",
        (long long)head->number);
}

enum status act_trace(struct db_tx *tx, struct arena *arena, const struct act *act, const struct actor *actor,
                      const char *what, int64_t post, struct str key, int64_t number, struct str salt, struct str hash,
                      struct str words)
{
    unsigned char salted[EDITION_HASH];
    edition_salted(salt, hash, salted);
    struct str bytes = { (const char *)salted, sizeof salted };
    struct str hex = edition_hex(arena, bytes);
    struct str said = str_format(arena, "%.*s, edition %lld, %.*s%s%.*s", STR_ARG(key), (long long)number, STR_ARG(hex),
                                 words.n > 0 ? ": " : "", STR_ARG(words));
    struct str name = str_format(arena, "post.%s", what);
    if (hex.p == NULL || said.p == NULL || name.p == NULL)
        return STATUS_NO_MEMORY;
    struct act now = { .by = actor, .now = act->now };
    enum status status = audit_add(tx, &now, name, post, said);
    if (status != STATUS_OK)
        return status;
    return sql_posts_event_add(tx, act->now, str_of(what), post, number, bytes, NULL);
}
