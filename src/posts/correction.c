/*
 * What can happen to a public post beside its withdrawal: a correction that
 * says what was wrong, an end because it is over, and a way back.
 *
 * Promises: the words change only by a new edition that a second person
 * approved, and the register keeps what it was before; the address stays. The
 * two hashes of a correction are kept salted, so that both can be erased.
 */
#include "base/arena.h"
#include "posts/erase.h"
#include "posts/picture.h"
#include "posts/promise.h"
#include "posts/searched.h"

#include "base/banned.h"

static enum status correctable(struct db_tx *tx, const struct posts_head *head, struct str key)
{
    if (!head->public_edition.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is not public: there is nothing to correct. Publish it.",
                         STR_ARG(key));
    if (head->public_edition.value == head->edition)
        return db_refuse(tx, STATUS_REFUSED,
                         "The newest edition of %.*s is the public one: import the corrected text first, and have it "
                         "approved.",
                         STR_ARG(key));
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_state(head, &state);
    if (status == STATUS_OK && state != EDITION_APPROVED)
        return db_refuse(tx, STATUS_REFUSED,
                         "Edition %lld of %.*s is %.*s, and a correction, too, is approved by a second person first.",
                         (long long)head->number, STR_ARG(key), STR_ARG(head->state));
    return status;
}

static enum status keep_correction(struct db_tx *tx, const struct post_correct *correct, const struct actor *actor,
                                   const struct posts_head *head, struct str words)
{
    struct arena *arena = correct->step.arena;
    int64_t now = correct->step.act->now;
    unsigned char salted[2][EDITION_HASH];
    struct posts_edition_hash before;
    struct posts_correction_add row;
    enum status status = sql_posts_edition_hash(tx, arena, head->public_edition.value, &before);
    if (status != STATUS_OK)
        return status;
    edition_salted(before.salt, before.hash, salted[0]);
    edition_salted(head->salt, head->hash, salted[1]);
    struct str ground = correct->erases ? post_ground_word(correct->ground) : STR_NONE;
    status = sql_posts_correction_add(tx, arena, head->post, post_correction_word(correct->kind), ground, words,
                                      head->public_edition.value, head->edition,
                                      (struct str){ (const char *)salted[0], EDITION_HASH },
                                      (struct str){ (const char *)salted[1], EDITION_HASH }, actor->account, now, &row);
    return status != STATUS_OK ? status
                               : register_add(tx, now, REGISTER_CORRECTION, head->post,
                                              correct->erases ? ground : post_correction_word(correct->kind), words,
                                              (struct register_of){ .correction = { true, row.id } });
}

enum status posts_correct_write(struct db_tx *tx, void *arg)
{
    struct post_correct *correct = arg;
    struct post_step *step = &correct->step;
    struct arena *arena = step->arena;
    int64_t now = step->act->now;
    struct str words = step->words;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    struct check_result results[CHECKS];
    step->address = (struct post_address){ 0 };
    if (correct->erases != (correct->erasing != NULL) || (correct->erases && !post_ground_hides(correct->ground)))
        bug("a correction that erases has a ground that hides, and goes through posts_correct");
    if (correct->erases)
        erase_begin(correct->erasing);
    enum status status = act_begin(tx, step, PERMISSION_POST_PUBLISH, "correct posts", &actor, &head);
    if (status == STATUS_OK)
        status = act_not_over(tx, &head, step->key);
    if (status == STATUS_OK)
        status = correctable(tx, &head, step->key);
    if (status == STATUS_OK)
        status = act_words(tx, "What was wrong and is right now", !correct->erases, &words);
    if (correct->erases)
        words = STR_NONE;
    if (status == STATUS_OK)
        status = act_approved(tx, arena, &head, step->key);
    if (status == STATUS_OK)
        status = act_whole(tx, arena, &head, step->key, &content);
    if (status == STATUS_OK)
        status = act_spoken(tx, arena, head.edition, &content, step->key);
    if (status == STATUS_OK)
        status = picture_ready(tx, arena, head.edition, &content, step->key);
    if (status == STATUS_OK)
        status = act_check(tx, arena, head.edition, &content, edition_labels(&content), actor.account, now, results);
    if (status == STATUS_OK)
        status = act_answered(tx, arena, head.edition, results, step->key);
    if (status == STATUS_OK)
        status = keep_correction(tx, correct, &actor, &head, words);
    if (status == STATUS_OK)
        status = act_work(tx, head.public_edition.value, EDITION_SUPERSEDED, now, STR_NONE);
    if (status == STATUS_OK)
        status = act_work(tx, head.edition, EDITION_PUBLISHED, now, STR_NONE);
    if (status == STATUS_OK)
        status = sql_posts_correct(tx, head.post, head.edition, now, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_put(tx, head.post, post_channel_word(CHANNEL_SITE),
                                        presence_state_word(PRESENCE_CORRECTED), false, now, NULL);
    if (status == STATUS_OK)
        status = searched_put(tx, arena, head.post, &content);
    if (status == STATUS_OK)
        status = promises_take(tx, arena, head.post, &content, now);
    struct erase_of of = { .what = ERASE_CORRECTED,
                           .ground = correct->ground,
                           .post = head.post,
                           .kept = head.edition,
                           .stays = &content,
                           .key = step->key,
                           .address = { head.year.value, head.slug } };
    if (status == STATUS_OK && correct->erases)
        status = erase_post(tx, arena, step->act, correct->erasing, &of);
    if (status == STATUS_OK)
        status = act_trace_head(tx, arena, step->act, &actor, "corrected", of.key, &head,
                                correct->erases ? post_ground_word(correct->ground) : words);
    if (status == STATUS_OK && correct->erases)
        status = erase_end(tx, correct->erasing);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    step->address = of.address;
    correct->key_now = of.key;
    return db_generation_raise(tx);
}

enum status posts_end_write(struct db_tx *tx, void *arg)
{
    struct post_end *end = arg;
    struct post_step *step = &end->step;
    int64_t now = step->act->now;
    struct actor actor;
    struct posts_head head;
    struct str word = post_ending_word(end->ending);
    step->address = (struct post_address){ 0 };
    enum status status = act_begin(tx, step, PERMISSION_POST_PUBLISH, "end posts", &actor, &head);
    if (status == STATUS_OK)
        status = act_not_over(tx, &head, step->key);
    if (status != STATUS_OK)
        return status;
    if (!head.public_edition.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is not public: there is nothing to end.", STR_ARG(step->key));
    status = sql_posts_end(tx, head.post, now, word, NULL);
    if (status == STATUS_OK)
        status = searched_drop(tx, step->arena, head.post);
    if (status == STATUS_OK)
        status = sql_posts_presence_put(tx, head.post, post_channel_word(CHANNEL_SITE),
                                        presence_state_word(PRESENCE_ENDED), false, now, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_end(tx, head.post, now, NULL);
    if (status == STATUS_OK)
        status = register_add(tx, now, REGISTER_ENDING, head.post, word, STR_NONE, (struct register_of){ 0 });
    if (status == STATUS_OK)
        status = act_trace_head(tx, step->arena, step->act, &actor, "ended", step->key, &head, word);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    step->address = (struct post_address){ head.year.value, head.slug };
    return db_generation_raise(tx);
}

/* The edition that was public, which need not be the newest. */
static enum status still_publishable(struct db_tx *tx, struct arena *arena, const struct posts_head *head,
                                     struct str key, int64_t account, int64_t now)
{
    struct posts_public row;
    struct post_content content;
    struct check_result results[CHECKS];
    uint32_t labels = 0;
    enum status status = sql_posts_public(tx, arena, head->year.value, head->slug, &row);
    if (status == STATUS_OK)
        status = edition_read(arena, row.document, row.beside, &content);
    if (status == STATUS_OK)
        status = edition_labels_read(row.labels, &labels);
    if (status == STATUS_OK)
        status = act_check(tx, arena, row.edition, &content, labels, account, now, results);
    return status == STATUS_OK ? act_answered(tx, arena, row.edition, results, key) : status;
}

enum status posts_restore_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct arena *arena = step->arena;
    int64_t now = step->act->now;
    struct str words = step->words;
    struct actor actor;
    struct posts_head head;
    enum post_ground ground = GROUND_OTHER;
    step->address = (struct post_address){ 0 };
    enum status status = act_begin(tx, step, PERMISSION_POST_PUBLISH, "restore posts", &actor, &head);
    if (status == STATUS_OK)
        status = act_words(tx, "The reason for the public", true, &words);
    if (status != STATUS_OK)
        return status;
    if (!head.withdrawn.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s was not withdrawn: there is nothing to restore.",
                         STR_ARG(step->key));
    if (!post_ground_of_word(head.ground, &ground))
        return STATUS_DAMAGED;
    if (post_ground_hides(ground))
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s was withdrawn on the ground %.*s, and such a post does not come "
                         "back.",
                         STR_ARG(step->key), STR_ARG(head.ground));
    if (ground == GROUND_LICENCE_OR_CONSENT)
        return db_refuse(
            tx, STATUS_REFUSED,
            "The pictures of %.*s went for good with its withdrawal: import the text with another picture, "
            "or without one, under another name.",
            STR_ARG(step->key));
    status = still_publishable(tx, arena, &head, step->key, actor.account, now);
    if (status == STATUS_OK)
        status = sql_posts_restore(tx, head.post, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_put(tx, head.post, post_channel_word(CHANNEL_SITE),
                                        presence_state_word(head.ended.set       ? PRESENCE_ENDED
                                                            : head.corrected.set ? PRESENCE_CORRECTED
                                                                                 : PRESENCE_LIVE),
                                        false, now, NULL);
    if (status == STATUS_OK)
        status = register_add(tx, now, REGISTER_RESTORATION, head.post, STR_NONE, words, (struct register_of){ 0 });
    if (status == STATUS_OK)
        status = act_trace_head(tx, arena, step->act, &actor, "restored", step->key, &head, words);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    step->address = (struct post_address){ head.year.value, head.slug };
    return db_generation_raise(tx);
}
