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

static enum status add_approval(struct db_tx *tx, const struct posts_head *head, const struct actor *actor, int64_t now)
{
    unsigned char salted[EDITION_HASH];
    edition_salted(head->salt, head->hash, salted);
    return sql_posts_approval_add(tx, head->edition, (struct str){ (const char *)salted, sizeof salted },
                                  actor->account, now, STR("console"), NULL);
}

enum status posts_approve_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct arena *arena = step->arena;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    struct check_result results[CHECKS];
    enum edition_state state = EDITION_DRAFT;
    step->number = 0;
    enum status status = act_begin(tx, step, PERMISSION_POST_APPROVE, "approve posts", &actor, &head);
    if (status == STATUS_OK)
        status = act_not_over(tx, &head, step->key);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status == STATUS_OK)
        status = act_no_hand(tx, arena, &head, &actor);
    if (status != STATUS_OK)
        return status;
    if (state == EDITION_APPROVED || state == EDITION_SCHEDULED)
        return db_refuse(tx, STATUS_REFUSED, "Edition %lld of %.*s is approved already.", (long long)head.number,
                         STR_ARG(step->key));
    if (state == EDITION_PUBLISHED)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s is public already: an emergency is looked at with \"candour post review-late\".",
                         STR_ARG(step->key));
    if (state != EDITION_IN_REVIEW && state != EDITION_FAILED)
        return db_refuse(tx, STATUS_REFUSED,
                         "Edition %lld of %.*s is %.*s: it is approved once its author has handed it in, with "
                         "\"candour post submit\".",
                         (long long)head.number, STR_ARG(step->key), STR_ARG(head.state));
    status = act_whole(tx, arena, &head, step->key, &content);
    if (status == STATUS_OK)
        status = act_spoken(tx, arena, head.edition, &content, step->key);
    if (status == STATUS_OK)
        status = act_check(tx, arena, head.edition, &content, edition_labels(&content), actor.account, step->act->now,
                           results);
    if (status == STATUS_OK)
        status = act_answered(tx, arena, head.edition, results, step->key);
    if (status == STATUS_OK)
        status = add_approval(tx, &head, &actor, step->act->now);
    if (status == STATUS_OK)
        status = act_work(tx, head.edition, EDITION_APPROVED, step->act->now, STR_NONE);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    return act_trace_head(tx, arena, step->act, &actor, "approved", step->key, &head, STR(""));
}

/*
 * After an emergency. The edition that went out is the one that is looked at, also where a newer one is in work.
 */
enum status posts_review_late_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct arena *arena = step->arena;
    struct str words = step->words;
    struct actor actor;
    struct posts_head head;
    struct posts_emergency_open open;
    struct posts_edition_hash edition;
    struct posts_author_on hands;
    enum status status = act_may(tx, arena, step->act, PERMISSION_POST_APPROVE, "review posts", &actor);
    if (status == STATUS_OK)
        status = act_head(tx, arena, step->key, &head);
    if (status == STATUS_OK)
        status = act_words(tx, "What you found", false, &words);
    if (status != STATUS_OK)
        return status;
    status = sql_posts_emergency_open(tx, arena, head.post, &open);
    if (status == STATUS_NOT_FOUND)
        return db_refuse(tx, STATUS_REFUSED, "%.*s has no emergency publication that waits for a review.",
                         STR_ARG(step->key));
    if (status == STATUS_OK)
        status = sql_posts_edition_hash(tx, arena, open.edition, &edition);
    if (status != STATUS_OK)
        return status;
    struct str hex = edition_hex(arena, edition.hash);
    if (hex.p == NULL)
        return STATUS_NO_MEMORY;
    if (step->hash_hex.p == NULL || !str_equal_nocase(step->hash_hex, hex))
        return db_refuse(tx, STATUS_CONFLICT,
                         "The edition that went out is number %lld, %.*s: read that one and review it.",
                         (long long)edition.number, STR_ARG(hex));
    if (open.account == actor.account)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s published it, and nobody reviews their own act: ask another approver.",
                         STR_ARG(actor.user));
    status = sql_posts_author_on(tx, arena, head.post, actor.account, edition.number, &hands);
    if (status != STATUS_OK)
        return status;
    if (hands.hands > 0)
        return db_refuse(
            tx, STATUS_REFUSED,
            "%.*s wrote this post or brought it in, and nobody reviews their own work: ask another approver.",
            STR_ARG(actor.user));
    status =
        sql_posts_emergency_review(tx, open.id, step->act->now, actor.account, words.n > 0 ? words : STR_NONE, NULL);
    if (status == STATUS_OK)
        status = act_trace(tx, arena, step->act, &actor, "reviewed-late", head.post, step->key, edition.number,
                           edition.salt, edition.hash, words);
    step->number = edition.number;
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}
