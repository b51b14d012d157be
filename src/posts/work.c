/*
 * The work on an edition before the public sees it: handing it in, sending it
 * back, answering for what only a person can know, giving it up; and the
 * speaker's own word.
 *
 * Promises: each act holds for the edition that the actor saw, and leaves who,
 * when and why. What could be tried: confirming a speaker's words from another
 * account (the name of the account is the administrator's to give), answering
 * a check that asks nobody (refused, so that no answer lies in store for a
 * text that changes).
 */
#include "base/arena.h"
#include "posts/act.h"

#include "base/banned.h"

static enum status wrong_state(struct db_tx *tx, const struct posts_head *head, struct str key, const char *what)
{
    return db_refuse(tx, STATUS_REFUSED, "Edition %lld of %.*s is %.*s: %s", (long long)head->number, STR_ARG(key),
                     STR_ARG(head->state), what);
}

enum status posts_submit_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    struct check_result results[CHECKS];
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_begin(tx, step, PERMISSION_POST_WRITE, "hand in posts", &actor, &head);
    if (status == STATUS_OK)
        status = act_not_over(tx, &head, step->key);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (state != EDITION_DRAFT && state != EDITION_CHANGES_REQUESTED)
        return wrong_state(tx, &head, step->key, "only a draft, or what was sent back, is handed in.");
    status = act_whole(tx, step->arena, &head, step->key, &content);
    if (status == STATUS_OK)
        status = act_check(tx, step->arena, head.edition, &content, edition_labels(&content), actor.account,
                           step->act->now, results);
    /* The speaker may read while the approver does; the approval waits for both. */
    if (status == STATUS_OK && content.speaker.name.p != NULL && content.speaker.office.p != NULL)
        results[CHECK_STATEMENT_SPEAKER].outcome = CHECK_PASS;
    if (status == STATUS_OK)
        status = act_unblocked(tx, step->arena, results, step->key);
    if (status == STATUS_OK)
        status = act_work(tx, head.edition, EDITION_IN_REVIEW, step->act->now, STR_NONE);
    return status != STATUS_OK
               ? status
               : act_trace_head(tx, step->arena, step->act, &actor, "submitted", step->key, &head, STR(""));
}

enum status posts_changes_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct str words = step->words;
    struct actor actor;
    struct posts_head head;
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_begin(tx, step, PERMISSION_POST_APPROVE, "send posts back", &actor, &head);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status == STATUS_OK)
        status = act_words(tx, "What is to be changed", true, &words);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (state != EDITION_IN_REVIEW && state != EDITION_APPROVED)
        return wrong_state(tx, &head, step->key, "only what was handed in, or is approved and waits, is sent back.");
    status = act_work(tx, head.edition, EDITION_CHANGES_REQUESTED, step->act->now, words);
    return status != STATUS_OK
               ? status
               : act_trace_head(tx, step->arena, step->act, &actor, "sent-back", step->key, &head, words);
}

enum status posts_discard_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct str words = step->words;
    struct actor actor;
    struct posts_head head;
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_begin(tx, step, PERMISSION_POST_WRITE, "give up editions", &actor, &head);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status == STATUS_OK)
        status = act_words(tx, "The reason", false, &words);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (state == EDITION_PUBLISHED)
        return wrong_state(tx, &head, step->key, "what is public is corrected or withdrawn, in public.");
    if (state == EDITION_SCHEDULED || state == EDITION_PUBLISHING)
        return wrong_state(tx, &head, step->key, "take the release back first, with --cancel.");
    if (state == EDITION_DISCARDED)
        return wrong_state(tx, &head, step->key, "there is nothing to give up.");
    status = act_work(tx, head.edition, EDITION_DISCARDED, step->act->now, words.n > 0 ? words : STR_NONE);
    return status != STATUS_OK
               ? status
               : act_trace_head(tx, step->arena, step->act, &actor, "discarded", step->key, &head, words);
}

enum status posts_confirm_write(struct db_tx *tx, void *arg)
{
    struct post_confirmation *confirmation = arg;
    struct post_step *step = &confirmation->step;
    struct str words = step->words;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    struct check_result results[CHECKS];
    enum check_id check = CHECKS;
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_begin(tx, step, PERMISSION_POST_WRITE, "answer checks", &actor, &head);
    if (status == STATUS_DENIED) /* an approver may as well */
        status = act_begin(tx, step, PERMISSION_POST_APPROVE, "answer checks", &actor, &head);
    if (status == STATUS_DENIED && check_id_of_word(confirmation->check, &check) && act_never_unanswered(check))
        status = act_begin(tx, step, PERMISSION_POST_PUBLISH, "answer checks", &actor, &head);
    if (status == STATUS_OK)
        status = act_not_over(tx, &head, step->key);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status == STATUS_OK)
        status = act_words(tx, "The reason", true, &words);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (!check_id_of_word(confirmation->check, &check))
        return db_refuse(tx, STATUS_INVALID, "There is no check \"%.*s\": \"candour post check %.*s\" names them.",
                         STR_ARG(post_quote(step->arena, confirmation->check)), STR_ARG(step->key));
    if (state == EDITION_PUBLISHED || state == EDITION_DISCARDED)
        return wrong_state(tx, &head, step->key, "there is nothing to answer any more.");
    status = act_whole(tx, step->arena, &head, step->key, &content);
    if (status == STATUS_OK)
        status = act_check(tx, step->arena, head.edition, &content, edition_labels(&content), actor.account,
                           step->act->now, results);
    if (status != STATUS_OK)
        return status;
    if (results[check].outcome == CHECK_BLOCK)
        return db_refuse(tx, STATUS_REFUSED, "The check %.*s blocks, and no answer lifts that: %.*s",
                         STR_ARG(check_id_word(check)), STR_ARG(results[check].why));
    if (results[check].outcome != CHECK_CONFIRM)
        return db_refuse(tx, STATUS_REFUSED, "The check %.*s asks nobody: it says \"%.*s\".",
                         STR_ARG(check_id_word(check)), STR_ARG(check_outcome_word(results[check].outcome)));
    struct str finding = act_finding(step->arena, &results[check]);
    if (finding.p == NULL)
        return STATUS_NO_MEMORY;
    status = sql_posts_confirmation_put(tx, head.edition, check_id_word(check), actor.account, step->act->now, words,
                                        finding, NULL);
    if (status != STATUS_OK)
        return status;
    struct str said = str_format(step->arena, "%.*s: %.*s", STR_ARG(check_id_word(check)), STR_ARG(words));
    return said.p == NULL ? STATUS_NO_MEMORY
                          : act_trace_head(tx, step->arena, step->act, &actor, "confirmed", step->key, &head, said);
}

enum status posts_speaker_write(struct db_tx *tx, void *arg)
{
    struct post_step *step = arg;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    struct posts_speaker_of known;
    enum status status = act_begin(tx, step, PERMISSION_SIGNED_IN, "confirm words", &actor, &head);
    if (status == STATUS_OK)
        status = act_not_over(tx, &head, step->key);
    if (status == STATUS_OK)
        status = act_whole(tx, step->arena, &head, step->key, &content);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (!content.speaker.set || content.speaker.name.p == NULL)
        return db_refuse(tx, STATUS_REFUSED, "%.*s has no speaker: give \"speaker\" a name and an office.",
                         STR_ARG(step->key));
    if (!str_equal_nocase(str_trim(actor.name), str_trim(content.speaker.name)))
        return db_refuse(tx, STATUS_DENIED,
                         "Only the speaker confirms these words, from an account in their own name: %.*s. %.*s is in "
                         "the name of %.*s.",
                         STR_ARG(content.speaker.name), STR_ARG(actor.user), STR_ARG(actor.name));
    status = sql_posts_speaker_of(tx, step->arena, head.edition, &known);
    if (status == STATUS_OK)
        return db_refuse(tx, STATUS_REFUSED, "Edition %lld of %.*s is confirmed already.", (long long)head.number,
                         STR_ARG(step->key));
    if (status != STATUS_NOT_FOUND)
        return status;
    status = sql_posts_speaker_put(tx, head.edition, actor.account, step->act->now, NULL);
    return status != STATUS_OK
               ? status
               : act_trace_head(tx, step->arena, step->act, &actor, "spoken", step->key, &head, STR(""));
}
