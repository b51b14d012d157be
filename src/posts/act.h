/*
 * What every act of this room does: ask who acts, look at the newest edition,
 * and leave its trace in the audit and in the events. Inside this room only.
 */
#ifndef CANDOUR_POSTS_ACT_H
#define CANDOUR_POSTS_ACT_H

#include "posts/acts.h"
#include "posts/checks.h"
#include "posts/content.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

/*
 * The actor as the database knows it now, in this transaction: an account that
 * was disabled a moment ago acts no more. STATUS_DENIED with words.
 */
enum status act_may(struct db_tx *tx, struct arena *arena, const struct act *act, enum permission permission,
                    const char *what, struct actor *out);

/* The post with its newest edition; STATUS_NOT_FOUND with words. */
enum status act_head(struct db_tx *tx, struct arena *arena, struct str key, struct posts_head *out);
/* STATUS_CONFLICT where the newest edition is not the one that was looked at. STR_NONE is never equal. */
enum status act_same(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str hash_hex);

/* The three above for one step, in this order. */
enum status act_begin(struct db_tx *tx, const struct post_step *step, enum permission permission, const char *what,
                      struct actor *actor, struct posts_head *head);
/* Where the work on the newest edition stands. STATUS_DAMAGED for a word that is none. */
enum status act_state(const struct posts_head *head, enum edition_state *out);
/* STATUS_REFUSED where the post was withdrawn or has ended. */
enum status act_not_over(struct db_tx *tx, const struct posts_head *head, struct str key);
enum status act_work(struct db_tx *tx, int64_t edition, enum edition_state state, int64_t now, struct str why);

/*
 * The edition's content, after it was hashed again and its labels were derived again. STATUS_DAMAGED and
 * STATUS_REFUSED with words where they are not what was saved.
 */
enum status act_whole(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key,
                      struct post_content *content);
/* Whether it is approved by somebody who has no hand in it now; STATUS_REFUSED with words where not. */
enum status act_approved(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key);
/* Asks all checks by the pack in force, and keeps nothing. `story` may be NULL. */
struct act_asked {
    int64_t edition, now, published; /* published 0: not public */
    const struct post_content *content;
    uint32_t labels;
    const struct policy_pack *pack;               /* NULL: that of the database */
    const struct policy_version *law, *recording; /* see struct check_input */
};
enum status act_ask(struct db_tx *tx, struct arena *arena, const struct act_asked *asked,
                    struct check_result results[CHECKS], struct check_story *story);
/* The same, and keeps what they said. `account` 0: nobody, a release by the clock. */
enum status act_check(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                      uint32_t labels, int64_t account, int64_t now, struct check_result results[CHECKS]);
/*
 * What a check asks now, as 64 hexadecimal digits: others where its words or anything that it names is another. An
 * answer holds for this alone. STR_NONE: no memory.
 */
struct str act_finding(struct arena *arena, const struct check_result *result);
/* STATUS_REFUSED with words where one blocks. */
enum status act_unblocked(struct db_tx *tx, struct arena *arena, const struct check_result results[CHECKS],
                          struct str key);
/* And where one that asks a person has no answer for this edition. */
enum status act_answered(struct db_tx *tx, struct arena *arena, int64_t edition,
                         const struct check_result results[CHECKS], struct str key);
/*
 * An order of a court, and who is never named: what these checks ask of a person no emergency does without, and whoever
 * may publish in one may answer it.
 */
bool act_never_unanswered(enum check_id id);
/* Nobody speaks in public who has not confirmed the words of this edition: STATUS_REFUSED. No speaker: STATUS_OK. */
enum status act_spoken(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                       struct str key);
/*
 * Address, presence and promises of a first publication; the state becomes published. A copy of a post made elsewhere
 * is on the site alone. In release.c.
 */
enum status act_go_out(struct db_tx *tx, struct arena *arena, const struct posts_head *head,
                       const struct post_content *content, int64_t now, struct post_address *address);
/* Words for the public or for the record: `what` begins the sentence of a refusal ("The reason"). STATUS_INVALID. */
enum status act_words(struct db_tx *tx, const char *what, bool needed, struct str *words);
/* Somebody with a hand in the post since it was last approved may not; STATUS_REFUSED. */
enum status act_no_hand(struct db_tx *tx, struct arena *arena, const struct posts_head *head,
                        const struct actor *actor);

/* The trace: audit and event. `what` is one word: "approved". */
enum status act_trace(struct db_tx *tx, struct arena *arena, const struct act *act, const struct actor *actor,
                      const char *what, int64_t post, struct str key, int64_t number, struct str salt, struct str hash,
                      struct str words);
/* The same of the newest edition. */
enum status act_trace_head(struct db_tx *tx, struct arena *arena, const struct act *act, const struct actor *actor,
                           const char *what, struct str key, const struct posts_head *head, struct str words);

#endif
