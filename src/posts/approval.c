/*
 * Approval: a second pair of eyes on exactly one edition.
 *
 * Promises: the approver had no hand in the post since it was last approved,
 * saw the edition that is approved (its hash is asked for), and the approval
 * ends with the edition: a new one, by one byte, has none. It ends too when its
 * approver gets a hand in that edition afterwards. Old approvals stay as history.
 */
#include "base/arena.h"
#include "posts/act.h"

#include "base/banned.h"

enum status posts_approve_write(struct db_tx *tx, void *arg)
{
    struct post_approval *approval = arg;
    struct arena *arena = approval->arena;
    struct actor actor;
    struct posts_head head;
    approval->number = 0;
    enum status status = act_may(tx, arena, approval->act, PERMISSION_POST_APPROVE, "approve posts", &actor);
    if (status == STATUS_OK)
        status = act_head(tx, arena, approval->key, &head);
    if (status == STATUS_OK)
        status = act_same(tx, arena, &head, approval->hash_hex);
    if (status != STATUS_OK)
        return status;
    if (head.withdrawn.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s was withdrawn: there is nothing to approve.",
                         STR_ARG(approval->key));
    struct posts_hands_on hands;
    status = sql_posts_hands_on(tx, arena, head.post, actor.account, &hands);
    if (status != STATUS_OK)
        return status;
    if (hands.hands > 0)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s wrote this post or brought it in, and nobody approves their own work: ask another "
                         "approver.",
                         STR_ARG(actor.user));
    struct posts_approval_of *rows;
    size_t n = 0;
    status = sql_posts_approval_of(tx, arena, head.edition, 1, &rows, &n);
    if (status != STATUS_OK)
        return status;
    if (n > 0)
        return db_refuse(tx, STATUS_REFUSED, "Edition %lld of %.*s is approved already: it can be published.",
                         (long long)head.number, STR_ARG(approval->key));
    unsigned char salted[EDITION_HASH];
    edition_salted(head.salt, head.hash, salted);
    status = sql_posts_approval_add(tx, head.edition, (struct str){ (const char *)salted, sizeof salted },
                                    actor.account, approval->act->now, NULL);
    if (status != STATUS_OK)
        return status;
    approval->number = head.number;
    return act_trace(tx, arena, approval->act, &actor, "approved", head.post, approval->key, head.number, head.salt,
                     head.hash, STR(""));
}
