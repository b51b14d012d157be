/*
 * Withdrawal: a public post stops being live, in public and with a reason.
 *
 * Promises: the address stays and carries a notice. Where the ground is a court
 * order, personal data or safety, the public is given the date and the ground
 * only, and the officer's words are not kept: they could hold what must go.
 * (What the database itself still holds of such a post is not erased by this
 * act; the command says so.)
 */
#include "base/arena.h"
#include "posts/act.h"

#include "base/banned.h"

/* Text for the public, more than one line allowed, nothing that steers a screen or that nobody sees. */
static bool reason_good(struct str reason)
{
    uint32_t character;
    struct str rest = reason;
    struct str line;
    if (!str_is_text(reason))
        return false;
    while (str_cut(&rest, '\n', &line))
        if (str_find_unfit(line, &character) >= 0)
            return false;
    return true;
}

enum status posts_withdraw_write(struct db_tx *tx, void *arg)
{
    struct post_withdrawal *withdrawal = arg;
    struct arena *arena = withdrawal->arena;
    int64_t now = withdrawal->act->now;
    bool hides = post_ground_hides(withdrawal->ground);
    struct str reason = str_trim(withdrawal->reason);
    struct actor actor;
    struct posts_head head;
    withdrawal->address = (struct post_address){ 0 };
    enum status status = act_may(tx, arena, withdrawal->act, PERMISSION_POST_PUBLISH, "withdraw posts", &actor);
    if (status == STATUS_OK)
        status = act_head(tx, arena, withdrawal->key, &head);
    if (status != STATUS_OK)
        return status;
    if (!head.public_edition.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is not public: there is nothing to withdraw.",
                         STR_ARG(withdrawal->key));
    if (head.withdrawn.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s was withdrawn already.", STR_ARG(withdrawal->key));
    if (!hides && (reason.n == 0 || (str_is_text(reason) && !str_is_visible(reason))))
        return db_refuse(tx, STATUS_INVALID, "A withdrawal has a reason for the public: write it in plain words.");
    if (!reason_good(reason))
        return db_refuse(
            tx, STATUS_INVALID,
            "The reason must be plain words in UTF-8, without control characters and without what nobody sees.");
    if (str_code_points(reason) > POST_REASON_MAX)
        return db_refuse(tx, STATUS_INVALID, "The reason has %zu characters; at most %d fit. Shorten it.",
                         str_code_points(reason), POST_REASON_MAX);
    struct posts_edition_hash edition;
    status = sql_posts_edition_hash(tx, arena, head.public_edition.value, &edition);
    if (status != STATUS_OK)
        return status;
    struct str hex = edition_hex(arena, edition.hash);
    if (hex.p == NULL)
        return STATUS_NO_MEMORY;
    if (withdrawal->hash_hex.p != NULL && !str_equal_nocase(withdrawal->hash_hex, hex))
        return db_refuse(tx, STATUS_CONFLICT,
                         "Another edition of %.*s is public than the one you looked at: look again.",
                         STR_ARG(withdrawal->key));
    struct str word = post_ground_word(withdrawal->ground);
    struct str kept = hides ? STR_NONE : reason;
    status = sql_posts_withdraw(tx, head.post, now, word, kept, NULL);
    if (status == STATUS_OK)
        status =
            sql_posts_presence_put(tx, head.post, post_channel_word(CHANNEL_SITE),
                                   presence_state_word(hides ? PRESENCE_GONE : PRESENCE_WITHDRAWN), false, now, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_end(tx, head.post, now, NULL);
    if (status == STATUS_OK)
        status = act_trace(tx, arena, withdrawal->act, &actor, "withdrawn", head.post, withdrawal->key, edition.number,
                           edition.salt, edition.hash, word);
    if (status != STATUS_OK)
        return status;
    withdrawal->address = (struct post_address){ .year = head.year.value, .slug = head.slug };
    return db_generation_raise(tx);
}
