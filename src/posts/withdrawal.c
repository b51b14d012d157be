/*
 * Withdrawal: public posts stop being live, in public and with a reason; one
 * or several in one act.
 *
 * Promises: the address stays and carries a notice. Where the ground is a court
 * order, personal data or safety, the public is given the date and the ground
 * only, the officer's words are not kept, and the post is erased (erasure.h).
 */
#include "base/arena.h"
#include "posts/erase.h"
#include "posts/promise.h"

#include "base/banned.h"

/* What was withdrawn because it was wrong can have to go for good later, by the order of a court. */
static bool takes_more(const struct posts_head *head, enum post_ground ground)
{
    enum post_ground before = GROUND_OTHER;
    return post_ground_of_word(head->ground, &before) && !post_ground_hides(before) && before != ground &&
           post_ground_erases(ground);
}

static enum status withdraw_one(struct db_tx *tx, const struct post_withdrawal *withdrawal, const struct actor *actor,
                                struct str key, struct str reason, struct post_address *address, struct str *key_now)
{
    struct arena *arena = withdrawal->arena;
    int64_t now = withdrawal->act->now;
    bool hides = post_ground_hides(withdrawal->ground);
    struct posts_head head;
    struct posts_edition_hash edition;
    enum status status = act_head(tx, arena, key, &head);
    if (status != STATUS_OK)
        return status;
    if (!head.public_edition.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is not public: there is nothing to withdraw.", STR_ARG(key));
    if (head.withdrawn.set && !takes_more(&head, withdrawal->ground))
        return db_refuse(tx, STATUS_REFUSED, "%.*s was withdrawn already.", STR_ARG(key));
    status = sql_posts_edition_hash(tx, arena, head.public_edition.value, &edition);
    if (status != STATUS_OK)
        return status;
    struct str hex = edition_hex(arena, edition.hash);
    if (hex.p == NULL)
        return STATUS_NO_MEMORY;
    if (withdrawal->hash_hex.p != NULL && !str_equal_nocase(withdrawal->hash_hex, hex))
        return db_refuse(tx, STATUS_CONFLICT,
                         "Another edition of %.*s is public than the one you looked at: look again.", STR_ARG(key));
    struct str word = post_ground_word(withdrawal->ground);
    struct str kept = hides ? STR_NONE : reason;
    status = head.withdrawn.set ? sql_posts_withdraw_again(tx, head.post, now, word, kept, NULL)
                                : sql_posts_withdraw(tx, head.post, now, word, kept, NULL);
    if (status == STATUS_OK)
        status =
            sql_posts_presence_put(tx, head.post, post_channel_word(CHANNEL_SITE),
                                   presence_state_word(hides ? PRESENCE_GONE : PRESENCE_WITHDRAWN), false, now, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_end(tx, head.post, now, NULL);
    if (status == STATUS_OK)
        status = register_add(tx, now, REGISTER_WITHDRAWAL, head.post, word, kept, (struct register_of){ 0 });
    struct erase_of of = { .what = hides ? ERASE_WITHDRAWN : ERASE_PICTURES,
                           .ground = withdrawal->ground,
                           .post = head.post,
                           .key = key,
                           .address = { head.year.value, head.slug } };
    if (status == STATUS_OK && withdrawal->erasing != NULL)
        status = erase_post(tx, arena, withdrawal->act, withdrawal->erasing, &of);
    if (status == STATUS_OK)
        status = act_trace(tx, arena, withdrawal->act, actor, "withdrawn", head.post, of.key, edition.number,
                           edition.salt, edition.hash, word);
    *address = of.address;
    if (key_now != NULL)
        *key_now = of.key;
    return status;
}

enum status posts_withdraw_write(struct db_tx *tx, void *arg)
{
    struct post_withdrawal *withdrawal = arg;
    struct str reason = withdrawal->reason;
    struct actor actor;
    if (post_ground_erases(withdrawal->ground) != (withdrawal->erasing != NULL))
        bug("a ground that erases goes through posts_withdraw");
    if (withdrawal->erasing != NULL)
        erase_begin(withdrawal->erasing);
    enum status status =
        act_may(tx, withdrawal->arena, withdrawal->act, PERMISSION_POST_PUBLISH, "withdraw posts", &actor);
    if (status != STATUS_OK)
        return status;
    if (withdrawal->keys_n == 0 || withdrawal->keys_n > POST_WITHDRAWALS_MAX)
        return db_refuse(tx, STATUS_LIMIT, "From 1 to %d posts are withdrawn in one act.", POST_WITHDRAWALS_MAX);
    status = act_words(tx, "The reason for the public", !post_ground_hides(withdrawal->ground), &reason);
    for (size_t i = 0; i < withdrawal->keys_n && status == STATUS_OK; i++)
        status = withdraw_one(tx, withdrawal, &actor, withdrawal->keys[i], reason, &withdrawal->addresses[i],
                              withdrawal->keys_now == NULL ? NULL : &withdrawal->keys_now[i]);
    if (status == STATUS_OK && withdrawal->erasing != NULL)
        status = erase_end(tx, withdrawal->erasing);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}
