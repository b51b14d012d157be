/*
 * Release: an edition becomes public, by a person, by the clock, or in an emergency.
 *
 * Promises: only the edition that was approved, by somebody with no hand in it
 * when it goes out, goes out, byte for byte: the document is hashed again, its
 * labels are derived again from its records, every check is asked again, and a
 * difference holds the post. Address, presence, promises, register, audit,
 * event and the public generation are one transaction. What this version
 * cannot examine (a scenario, a claim about a crime) it does not let out.
 *
 * An emergency goes without the approval and without the checks that say how
 * to write, never without those of `never_overridden`: what is not disclosed
 * on the day is what this program is there to prevent.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "posts/erase.h"
#include "posts/picture.h"
#include "posts/promise.h"
#include "posts/searched.h"
#include "posts/slug.h"

#include "base/banned.h"

enum { SLUG_TRIES = 1000 };

static enum status may_go_out(struct db_tx *tx, const struct post_content *content, struct str key)
{
    bool site = false;
    for (size_t i = 0; i < content->channels_n; i++)
        site = site || content->channels[i] == CHANNEL_SITE;
    if (!site)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s does not name the site among its channels, and this version publishes nowhere else: add "
                         "site to \"channels\".",
                         STR_ARG(key));
    return STATUS_OK;
}

static enum status take_address(struct db_tx *tx, struct arena *arena, struct str title, int64_t now,
                                struct post_address *out)
{
    struct civil c;
    zone_local(now, &c);
    out->year = c.year;
    struct str head = slug_of_title(arena, title);
    out->slug = head;
    for (int i = 2; out->slug.p != NULL; i++) {
        struct posts_address_taken row;
        bool had = false; /* an erased post's address stays gone */
        enum status status = sql_posts_address_taken(tx, arena, out->year, out->slug, &row);
        if (status == STATUS_NOT_FOUND) {
            status = erase_had_address(tx, arena, out->year, out->slug, &had);
            if (status == STATUS_OK && !had)
                return STATUS_OK;
        }
        if (status != STATUS_OK)
            return status;
        if (i > SLUG_TRIES)
            return db_refuse(tx, STATUS_LIMIT, "Too many posts of this year have that title: give it another one.");
        out->slug = str_format(arena, "%.*s-%d", STR_ARG(head), i);
    }
    return STATUS_NO_MEMORY;
}

/* Address, presence and promises of a first publication. */
enum status act_go_out(struct db_tx *tx, struct arena *arena, const struct posts_head *head,
                       const struct post_content *content, int64_t now, struct post_address *address)
{
    enum status status = take_address(tx, arena, content->title, now, address);
    if (status == STATUS_OK)
        status = sql_posts_publish(tx, head->post, head->edition, address->year, address->slug, now, NULL);
    if (status == STATUS_OK)
        status = sql_posts_presence_put(tx, head->post, post_channel_word(CHANNEL_SITE),
                                        presence_state_word(PRESENCE_LIVE), false, now, NULL);
    /* Nobody is to bring a copy to where it was made, or anywhere else. */
    for (size_t i = 0; i < content->channels_n && head->elsewhere.p == NULL && status == STATUS_OK; i++)
        if (content->channels[i] != CHANNEL_SITE)
            status = sql_posts_presence_put(tx, head->post, post_channel_word(content->channels[i]),
                                            presence_state_word(PRESENCE_ABSENT), true, now, NULL);
    if (status == STATUS_OK)
        status = act_work(tx, head->edition, EDITION_PUBLISHED, now, STR_NONE);
    if (status == STATUS_OK)
        status = searched_put(tx, arena, head->post, content);
    return status == STATUS_OK ? promises_take(tx, arena, head->post, content, now) : status;
}

/* All that is asked of an edition before it goes out in the ordinary way. */
static enum status ready(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key,
                         int64_t account, int64_t now, struct post_content *content)
{
    struct check_result results[CHECKS];
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_not_over(tx, head, key);
    if (status == STATUS_OK)
        status = act_state(head, &state);
    if (status != STATUS_OK)
        return status;
    if (head->public_edition.set && head->public_edition.value == head->edition)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is public already.", STR_ARG(key));
    if (head->public_edition.set)
        return db_refuse(tx, STATUS_REFUSED,
                         "An earlier edition of %.*s is public, and a public text is only changed by a correction that "
                         "says so: use \"candour post correct\".",
                         STR_ARG(key));
    status = act_approved(tx, arena, head, key);
    if (status != STATUS_OK)
        return status;
    if (state != EDITION_APPROVED && state != EDITION_SCHEDULED && state != EDITION_FAILED)
        return db_refuse(tx, STATUS_REFUSED, "Edition %lld of %.*s is %.*s, and only an approved one goes out.",
                         (long long)head->number, STR_ARG(key), STR_ARG(head->state));
    status = act_whole(tx, arena, head, key, content);
    if (status == STATUS_OK)
        status = may_go_out(tx, content, key);
    if (status == STATUS_OK)
        status = picture_ready(tx, arena, head->edition, content, key);
    if (status == STATUS_OK)
        status = act_spoken(tx, arena, head->edition, content, key);
    if (status == STATUS_OK)
        status = act_check(tx, arena, head->edition, content, edition_labels(content), account, now, results);
    return status == STATUS_OK ? act_answered(tx, arena, head->edition, results, key) : status;
}

/* ---- Emergency ---- */

static bool never_overridden(enum check_id id)
{
    switch (id) {
    case CHECK_FICTITIOUS_LABEL:
    case CHECK_STOCK_LABEL:
    case CHECK_AI_LABEL:
    case CHECK_POSED_LABEL:
    case CHECK_COURT_ORDER: /* an order of a court is nobody's here to override */
    case CHECK_PERSON_KIND: /* who is not typed may need a label */
    case CHECK_LIFELONG_ANONYMITY:
    case CHECK_IMAGE_CLAIM: /* and so may a picture that is not what was said of it */ return true;
    case CHECK_SCENARIO_POLICY:
    case CHECK_CALL_TO_ACTION:
    case CHECK_WITNESS_APPEAL:
    case CHECK_LAW_WORDING:
    case CHECK_STATEMENT_SPEAKER:
    case CHECK_IMAGE_LICENCE:
    case CHECK_MODEL_RELEASE:
    case CHECK_IMAGE_REUSE:
    case CHECK_ALT_TEXT:
    case CHECK_ACTIVE_PROCEEDINGS:
    case CHECK_UNDER_18:
    case CHECK_NAMING_ON_ARREST:
    case CHECK_NAMING_ON_CHARGE:
    case CHECK_CUSTODY_IMAGE:
    case CHECK_WANTED_IMAGE:
    case CHECK_PERSONAL_DATA:
    case CHECK_PRE_ELECTION:
    case CHECK_EQUALITY_NOTE:
    case CHECK_REPORTING_ROUTE:
    case CHECK_REPORT_WORDING:
    case CHECK_HASHTAG_CASE:
    case CHECK_PLAIN_LANGUAGE:
    case CHECK_CAPTIONS:
    case CHECK_WELSH_PAIR:
    case CHECK_PACK_SIGNED:
    case CHECKS: break;
    }
    return false;
}

/* Ids of what was blocked or asked and is overridden, separated by a space; STATUS_REFUSED where one never is. */
static enum status overridden(struct db_tx *tx, struct arena *arena, const struct check_result results[CHECKS],
                              struct str key, struct str *out)
{
    struct buf list;
    buf_init(&list, arena, 1024);
    buf_add(&list, STR(""));
    for (int i = 0; i < CHECKS; i++) {
        const struct check_result *r = &results[i];
        if (r->outcome == CHECK_BLOCK && never_overridden(r->id))
            return db_refuse(tx, STATUS_REFUSED,
                             "%.*s is held by the check %.*s, which no emergency overrides: %.*s %.*s", STR_ARG(key),
                             STR_ARG(check_id_word(r->id)), STR_ARG(r->why),
                             STR_ARG(r->fix.p == NULL ? STR("") : r->fix));
        if ((r->outcome != CHECK_BLOCK && r->outcome != CHECK_CONFIRM) || act_never_unanswered(r->id))
            continue;
        if (list.n > 0)
            buf_add_byte(&list, ' ');
        buf_add(&list, check_id_word(r->id));
    }
    if (!buf_ok(&list))
        return STATUS_NO_MEMORY;
    *out = list.n == 0 ? STR("") : buf_str(&list);
    return STATUS_OK;
}

/* What may only be asked of a person about an order, or about somebody who is never named, is answered first. */
static enum status asked_and_answered(struct db_tx *tx, struct arena *arena, int64_t edition,
                                      const struct check_result results[CHECKS], struct str key)
{
    struct check_result asked[CHECKS];
    for (int i = 0; i < CHECKS; i++) {
        asked[i] = results[i];
        if (!act_never_unanswered(results[i].id))
            asked[i].outcome = CHECK_NOT_APPLICABLE;
    }
    return act_answered(tx, arena, edition, asked, key);
}

static enum status publish_in_emergency(struct db_tx *tx, struct post_release *release, const struct actor *actor,
                                        const struct posts_head *head)
{
    struct post_step *step = &release->step;
    struct arena *arena = step->arena;
    int64_t now = step->act->now;
    struct str reason = step->words;
    struct str told = release->told;
    struct str over;
    struct post_content content;
    struct check_result results[CHECKS];
    struct posts_emergency_add row;
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_not_over(tx, head, step->key);
    if (status == STATUS_OK)
        status = act_state(head, &state);
    if (status == STATUS_OK)
        status = act_words(tx, "The reason why it cannot wait", true, &reason);
    if (status == STATUS_OK)
        status = act_words(tx, "Who was told (a person and their office)", true, &told);
    if (status != STATUS_OK)
        return status;
    if (head->public_edition.set)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s is public: what is wrong with it is withdrawn at once, or corrected with a second pair "
                         "of eyes.",
                         STR_ARG(step->key));
    if (state == EDITION_DISCARDED)
        return db_refuse(tx, STATUS_REFUSED, "Edition %lld of %.*s was given up: import the text again.",
                         (long long)head->number, STR_ARG(step->key));
    status = act_approved(tx, arena, head, step->key);
    if (status == STATUS_OK)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is approved: it needs no emergency, publish it.",
                         STR_ARG(step->key));
    if (status == STATUS_REFUSED)
        status = act_whole(tx, arena, head, step->key, &content);
    if (status == STATUS_OK)
        status = may_go_out(tx, &content, step->key);
    if (status == STATUS_OK)
        status = picture_ready(tx, arena, head->edition, &content, step->key);
    if (status == STATUS_OK)
        status = act_spoken(tx, arena, head->edition, &content, step->key);
    if (status == STATUS_OK)
        status = act_check(tx, arena, head->edition, &content, edition_labels(&content), actor->account, now, results);
    if (status == STATUS_OK)
        status = overridden(tx, arena, results, step->key, &over);
    if (status == STATUS_OK)
        status = asked_and_answered(tx, arena, head->edition, results, step->key);
    if (status == STATUS_OK)
        status = act_go_out(tx, arena, head, &content, now, &step->address);
    if (status == STATUS_OK)
        status = sql_posts_emergency_add(tx, arena, head->post, head->edition, actor->account, now,
                                         now + POST_LATE_REVIEW_MS, reason, told, over, &row);
    if (status == STATUS_OK)
        status = register_add(tx, now, REGISTER_EMERGENCY, head->post, STR_NONE, STR_NONE,
                              (struct register_of){ .emergency = { true, row.id } });
    if (status != STATUS_OK)
        return status;
    struct str said = str_format(arena, "emergency; told: %.*s; %.*s", STR_ARG(told), STR_ARG(reason));
    if (said.p == NULL)
        return STATUS_NO_MEMORY;
    status = act_trace_head(tx, arena, step->act, actor, "published", step->key, head, said);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

enum status posts_publish_write(struct db_tx *tx, void *arg)
{
    struct post_release *release = arg;
    struct post_step *step = &release->step;
    int64_t now = step->act->now;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    step->address = (struct post_address){ 0 };
    enum status status = act_begin(tx, step, PERMISSION_POST_PUBLISH, "publish posts", &actor, &head);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (release->emergency)
        return publish_in_emergency(tx, release, &actor, &head);
    status = ready(tx, step->arena, &head, step->key, actor.account, now, &content);
    if (status == STATUS_OK)
        status = act_go_out(tx, step->arena, &head, &content, now, &step->address);
    if (status == STATUS_OK)
        status = act_trace_head(tx, step->arena, step->act, &actor, "published", step->key, &head, STR(""));
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

/* ---- By the clock ---- */

static enum status cancel(struct db_tx *tx, struct post_schedule *schedule, const struct actor *actor,
                          const struct posts_head *head, enum edition_state state)
{
    struct post_step *step = &schedule->step;
    if (state != EDITION_SCHEDULED && state != EDITION_FAILED)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is not scheduled: there is nothing to take back.",
                         STR_ARG(step->key));
    enum status status = act_work(tx, head->edition, EDITION_APPROVED, step->act->now, STR_NONE);
    return status != STATUS_OK
               ? status
               : act_trace_head(tx, step->arena, step->act, actor, "unscheduled", step->key, head, STR(""));
}

/* Taken up at `at`; where it is being done at this moment, once more then. */
static enum status put_job(struct db_tx *tx, struct arena *arena, int64_t edition, int64_t at)
{
    struct str key = str_format(arena, "%lld.%lld", (long long)edition, (long long)at);
    return key.p == NULL ? STATUS_NO_MEMORY : db_job_put(tx, STR("posts.release"), key, STR("{}"), at);
}

enum status posts_schedule_write(struct db_tx *tx, void *arg)
{
    struct post_schedule *schedule = arg;
    struct post_step *step = &schedule->step;
    struct arena *arena = step->arena;
    int64_t now = step->act->now;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    enum edition_state state = EDITION_DRAFT;
    enum status status = act_begin(tx, step, PERMISSION_POST_PUBLISH, "schedule posts", &actor, &head);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status != STATUS_OK)
        return status;
    step->number = head.number;
    if (schedule->cancel)
        return cancel(tx, schedule, &actor, &head, state);
    if (schedule->at < now + POST_SCHEDULE_LEAST_MS)
        return db_refuse(tx, STATUS_INVALID,
                         "A release is scheduled at least %d minutes ahead: choose a later time, "
                         "or publish it now.",
                         POST_SCHEDULE_LEAST_MS / 60000);
    if (schedule->at > now + (int64_t)POST_SCHEDULE_DAYS_MAX * 24 * 60 * 60 * 1000)
        return db_refuse(tx, STATUS_INVALID, "A release is scheduled at most %d days ahead: choose an earlier time.",
                         POST_SCHEDULE_DAYS_MAX);
    status = ready(tx, arena, &head, step->key, actor.account, now, &content);
    if (status != STATUS_OK)
        return status;
    struct db_opt_int due = { true, schedule->at };
    struct db_opt_int by = { true, actor.account };
    status = sql_posts_work_put(tx, head.edition, edition_state_word(EDITION_SCHEDULED), now, due, by, STR_NONE, NULL);
    struct str words = zone_utc(arena, schedule->at);
    if (words.p == NULL)
        return STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = put_job(tx, arena, head.edition, schedule->at);
    return status != STATUS_OK ? status
                               : act_trace_head(tx, arena, step->act, &actor, "scheduled", step->key, &head, words);
}

/* Holds the post where a rule forbids it, so that the refusal is seen and not tried for ever. */
static enum status hold(struct db_tx *tx, struct post_due *due, const struct posts_head *head,
                        const struct actor *actor, struct str why)
{
    struct act act = { .by = actor, .now = due->now };
    enum status status = act_work(tx, head->edition, EDITION_FAILED, due->now, why);
    if (status != STATUS_OK)
        return status;
    due->held = true;
    return act_trace_head(tx, due->arena, &act, actor, "held", due->key, head, why);
}

enum status posts_due_write(struct db_tx *tx, void *arg)
{
    struct post_due *due = arg;
    struct arena *arena = due->arena;
    struct posts_key_of key;
    struct posts_head head;
    struct post_content content;
    struct post_address address;
    struct actor actor = { 0 };
    enum edition_state state = EDITION_DRAFT;
    due->released = due->held = false;
    enum status status = sql_posts_key_of(tx, arena, due->edition, &key);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = sql_posts_head(tx, arena, key.key, &head);
    if (status == STATUS_OK)
        status = act_state(&head, &state);
    if (status != STATUS_OK)
        return status;
    due->key = key.key;
    if (head.edition != due->edition || state != EDITION_SCHEDULED || head.due.value != due->at)
        return STATUS_OK;
    if (due->now < due->at) /* the clock was put back since the job was taken */
        return put_job(tx, arena, due->edition, due->at);
    status = account_find_id(tx, arena, head.scheduled_by.value, &actor);
    if (status != STATUS_OK)
        return status;
    if (due->now > due->at + POST_RELEASE_LATE_MS)
        return hold(tx, due, &head, &actor,
                    STR("Its time passed while nothing ran that could release it: publish it now, or schedule it "
                        "anew."));
    struct act act = { .by = &actor, .now = due->now };
    status = act_may(tx, arena, &act, PERMISSION_POST_PUBLISH, "publish posts", &actor);
    if (status == STATUS_OK)
        status = ready(tx, arena, &head, due->key, 0, due->now, &content);
    if (status == STATUS_REFUSED || status == STATUS_DENIED || status == STATUS_INVALID || status == STATUS_DAMAGED) {
        struct str why = str_copy(arena, str_of(db_fault(tx)->text));
        return why.p == NULL ? STATUS_NO_MEMORY : hold(tx, due, &head, &actor, why);
    }
    if (status == STATUS_OK)
        status = act_go_out(tx, arena, &head, &content, due->now, &address);
    if (status == STATUS_OK)
        status = act_trace_head(tx, arena, &act, &actor, "published", due->key, &head, STR("scheduled"));
    if (status != STATUS_OK)
        return status;
    due->released = true;
    return db_generation_raise(tx);
}
