/*
 * The common part of acts. The permission is asked for inside the transaction,
 * of the account as it stands there: what a caller believed about roles a
 * moment ago counts for nothing.
 */
#include "posts/act.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "posts/check_look.h"
#include "posts/picture.h"
#include "posts/policy.h"

#include "base/banned.h"

enum { CONFIRMATIONS_MAX = 64, RESULTS_MAX = 256 * 1024, FINDING_MAX = 4 * 1024 * 1024, SITE_NAME_MAX = 512 };

/* What posts_checks_site was told. */
static struct check_site site;
static char site_force[SITE_NAME_MAX];
static char site_address[SITE_NAME_MAX];

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
    if (status == STATUS_OK && out->erased.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s was erased: nothing is left of it, and nothing can be done with it.",
                         STR_ARG(key));
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

enum status act_trace_head(struct db_tx *tx, struct arena *arena, const struct act *act, const struct actor *actor,
                           const char *what, struct str key, const struct posts_head *head, struct str words)
{
    return act_trace(tx, arena, act, actor, what, head->post, key, head->number, head->salt, head->hash, words);
}

enum status act_begin(struct db_tx *tx, const struct post_step *step, enum permission permission, const char *what,
                      struct actor *actor, struct posts_head *head)
{
    enum status status = act_may(tx, step->arena, step->act, permission, what, actor);
    if (status == STATUS_OK)
        status = act_head(tx, step->arena, step->key, head);
    if (status == STATUS_OK)
        status = act_same(tx, step->arena, head, step->hash_hex);
    return status;
}

enum status act_state(const struct posts_head *head, enum edition_state *out)
{
    int at = word_find(&edition_state_words, head->state);
    *out = (enum edition_state)(at < 0 ? 0 : at);
    return at < 0 ? STATUS_DAMAGED : STATUS_OK;
}

enum status act_not_over(struct db_tx *tx, const struct posts_head *head, struct str key)
{
    if (head->withdrawn.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s was withdrawn: restore it first, or give the text another name.",
                         STR_ARG(key));
    if (head->ended.set)
        return db_refuse(tx, STATUS_REFUSED, "%.*s has ended: give a new text another name.", STR_ARG(key));
    return STATUS_OK;
}

enum status act_work(struct db_tx *tx, int64_t edition, enum edition_state state, int64_t now, struct str why)
{
    struct db_opt_int none = { 0 };
    return sql_posts_work_put(tx, edition, edition_state_word(state), now, none, none, why, NULL);
}

enum status act_whole(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key,
                      struct post_content *content)
{
    unsigned char hash[EDITION_HASH];
    edition_hash(head->document, hash);
    enum status status = edition_read(arena, head->document, head->beside, content);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK || !str_equal(head->hash, (struct str){ (const char *)hash, sizeof hash }) ||
        !str_equal(head->title, content->title))
        return db_refuse(tx, STATUS_DAMAGED,
                         "Edition %lld of %.*s is not what was saved: do not publish it; run \"candour doctor\".",
                         (long long)head->number, STR_ARG(key));
    uint32_t stored = 0;
    uint32_t written = 0;
    status = edition_document_labels(arena, head->document, &written);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK || edition_labels_read(head->labels, &stored) != STATUS_OK || stored != written ||
        stored != edition_labels(content))
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s is held: the labels that its records ask for are no longer those it was approved with. "
                         "Import it again and have it approved.",
                         STR_ARG(key));
    return STATUS_OK;
}

enum status act_approved(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key)
{
    unsigned char salted[EDITION_HASH];
    edition_salted(head->salt, head->hash, salted);
    struct posts_approval_of *rows;
    size_t n = 0;
    enum status status = sql_posts_approval_of(tx, arena, head->edition, 1, &rows, &n);
    if (status != STATUS_OK)
        return status;
    if (n == 1 && str_equal(rows[0].salted, (struct str){ (const char *)salted, sizeof salted }))
        return STATUS_OK;
    return db_refuse(
        tx, STATUS_REFUSED,
        "Edition %lld of %.*s has not been approved: an approver who did not write it must read and approve "
        "it first.",
        (long long)head->number, STR_ARG(key));
}

enum status act_no_hand(struct db_tx *tx, struct arena *arena, const struct posts_head *head, const struct actor *actor)
{
    struct posts_hands_on hands;
    enum status status = sql_posts_hands_on(tx, arena, head->post, actor->account, &hands);
    if (status != STATUS_OK || hands.hands == 0)
        return status;
    return db_refuse(tx, STATUS_REFUSED,
                     "%.*s wrote this post or brought it in, and nobody approves their own work: ask another approver.",
                     STR_ARG(actor->user));
}

/* ---- Checks ---- */

static struct str results_json(struct arena *arena, const struct check_result results[CHECKS])
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, arena, RESULTS_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    for (int i = 0; i < CHECKS; i++) {
        json_open_object(&w);
        json_name(&w, STR("id"));
        json_put_str(&w, check_id_word(results[i].id));
        json_name(&w, STR("outcome"));
        json_put_str(&w, check_outcome_word(results[i].outcome));
        if (results[i].rule.p != NULL) {
            json_name(&w, STR("version"));
            json_put_str(&w, results[i].version);
            json_name(&w, STR("rule"));
            json_put_str(&w, results[i].rule);
        }
        json_name(&w, STR("why"));
        json_put_str(&w, results[i].why);
        json_close_object(&w);
    }
    json_close_array(&w);
    return buf_ok(&out) ? buf_str(&out) : STR_NONE;
}

struct str act_finding(struct arena *arena, const struct check_result *result)
{
    struct buf out;
    struct json_writer w;
    unsigned char hash[EDITION_HASH];
    buf_init(&out, arena, FINDING_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    json_put_str(&w, result->why);
    for (size_t i = 0; i < result->evidence_n; i++) {
        json_put_str(&w, result->evidence[i].where);
        json_put_str(&w, result->evidence[i].text);
    }
    json_close_array(&w);
    if (!buf_ok(&out))
        return STR_NONE;
    edition_hash(buf_str(&out), hash);
    return edition_hex(arena, (struct str){ (const char *)hash, sizeof hash });
}

static struct str keep_name(char to[SITE_NAME_MAX], struct str name)
{
    if (name.p == NULL || name.n >= SITE_NAME_MAX)
        return STR_NONE;
    memcpy(to, name.p, name.n);
    return (struct str){ to, name.n };
}

void posts_checks_site(const struct check_site *now)
{
    site = *now;
    site.force = keep_name(site_force, now->force);
    site.address = keep_name(site_address, now->address);
}

enum status act_ask(struct db_tx *tx, struct arena *arena, const struct act_asked *asked,
                    struct check_result results[CHECKS], struct check_story *story)
{
    const struct post_content *content = asked->content;
    struct check_input input = { .content = content,
                                 .labels = asked->labels,
                                 .pack = asked->pack != NULL ? asked->pack : site.pack,
                                 .published = asked->published,
                                 .law = asked->law,
                                 .recording = asked->recording,
                                 .force = site.force,
                                 .address = site.address,
                                 .serves = site.serves,
                                 .serves_self = site.serves_self,
                                 .now = asked->now,
                                 .speaker = SPEAKER_PENDING };
    struct posts_speaker_of speaker;
    struct fault fault;
    enum status status = input.pack != NULL ? STATUS_OK : posts_pack(tx, arena, &input.pack, &fault);
    bool wrong =
        status == STATUS_INVALID || status == STATUS_REFUSED || status == STATUS_LIMIT || status == STATUS_DAMAGED;
    if (status != STATUS_OK && !wrong)
        return status;
    if (wrong) {
        input.pack_wrong = str_copy(arena, str_of(fault.text));
        if (input.pack_wrong.p == NULL)
            return STATUS_NO_MEMORY;
    }
    status = sql_posts_speaker_of(tx, arena, asked->edition, &speaker);
    if (status == STATUS_OK)
        input.speaker = SPEAKER_CONFIRMED;
    else if (status != STATUS_NOT_FOUND)
        return status;
    input.picture = PICTURE_NONE;
    if (content->picture.set) {
        bool found = false;
        status = picture_facts(tx, arena, content, &found, &input.facts);
        if (status != STATUS_OK)
            return status;
        input.picture = found ? PICTURE_READ : PICTURE_UNREADABLE;
        input.why = found ? STR_NONE : STR("its bytes were not kept: import the post again");
    }
    struct check_looking looking;
    status = check_looking_begin(&looking, tx, arena, asked->edition, content, asked->now);
    input.registers = &looking.registers;
    if (status == STATUS_OK)
        status = posts_checks(arena, &input, results, story);
    return looking.failed != STATUS_OK ? looking.failed : status;
}

enum status act_check(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                      uint32_t labels, int64_t account, int64_t now, struct check_result results[CHECKS])
{
    struct act_asked asked = { .edition = edition, .content = content, .labels = labels, .now = now };
    enum status status = act_ask(tx, arena, &asked, results, NULL);
    if (status != STATUS_OK)
        return status;
    struct str said = results_json(arena, results);
    return said.p == NULL ? STATUS_NO_MEMORY : sql_posts_check_add(tx, edition, account, now, said, NULL);
}

/* Whether somebody answered what this check asks now; an answer to something else is none. */
static enum status find_answer(struct arena *arena, const struct posts_confirmations *rows, size_t n,
                               const struct check_result *result, bool *answered)
{
    struct str word = check_id_word(result->id);
    *answered = false;
    for (size_t i = 0; i < n; i++) {
        if (!str_equal(rows[i].check_id, word))
            continue;
        struct str finding = act_finding(arena, result);
        if (finding.p == NULL)
            return STATUS_NO_MEMORY;
        *answered = str_equal(rows[i].finding, finding);
    }
    return STATUS_OK;
}

enum status posts_checks_of(struct db_tx *tx, struct arena *arena, struct str key, int64_t now, struct post_checks *out)
{
    struct posts_head head;
    struct post_content content;
    struct posts_confirmations *rows;
    size_t n = 0;
    *out = (struct post_checks){ 0 };
    enum status status = sql_posts_head(tx, arena, key, &head);
    if (status == STATUS_OK && head.erased.set)
        return STATUS_REFUSED;
    if (status == STATUS_OK)
        status = edition_read(arena, head.document, head.beside, &content);
    if (status == STATUS_OK)
        status = edition_labels_read(head.labels, &out->labels);
    if (status == STATUS_OK)
        status = act_ask(
            tx, arena,
            &(struct act_asked){ .edition = head.edition, .content = &content, .labels = out->labels, .now = now },
            out->results, &out->story);
    if (status == STATUS_OK)
        status = sql_posts_confirmations(tx, arena, head.edition, CONFIRMATIONS_MAX, &rows, &n);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < CHECKS && status == STATUS_OK; i++)
        status = find_answer(arena, rows, n, &out->results[i], &out->answered[i]);
    if (status != STATUS_OK)
        return status;
    out->hash_hex = edition_hex(arena, head.hash);
    out->publishable = posts_checks_publishable(out->results);
    return out->hash_hex.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

bool act_never_unanswered(enum check_id id)
{
    return id == CHECK_COURT_ORDER || id == CHECK_LIFELONG_ANONYMITY;
}

enum status act_unblocked(struct db_tx *tx, struct arena *arena, const struct check_result results[CHECKS],
                          struct str key)
{
    for (int i = 0; i < CHECKS; i++) {
        const struct check_result *r = &results[i];
        if (r->outcome != CHECK_BLOCK)
            continue;
        struct str where = r->evidence_n > 0 ? str_format(arena, " (%.*s)", STR_ARG(r->evidence[0].where)) : STR("");
        if (where.p == NULL)
            return STATUS_NO_MEMORY;
        return db_refuse(tx, STATUS_REFUSED, "%.*s is held by the check %.*s%.*s: %.*s %.*s", STR_ARG(key),
                         STR_ARG(check_id_word(r->id)), STR_ARG(where), STR_ARG(r->why),
                         STR_ARG(r->fix.p == NULL ? STR("") : r->fix));
    }
    return STATUS_OK;
}

enum status act_answered(struct db_tx *tx, struct arena *arena, int64_t edition,
                         const struct check_result results[CHECKS], struct str key)
{
    struct posts_confirmations *rows;
    size_t n = 0;
    enum status status = act_unblocked(tx, arena, results, key);
    if (status == STATUS_OK)
        status = sql_posts_confirmations(tx, arena, edition, CONFIRMATIONS_MAX, &rows, &n);
    for (int i = 0; i < CHECKS && status == STATUS_OK; i++) {
        if (results[i].outcome != CHECK_CONFIRM)
            continue;
        struct str word = check_id_word(results[i].id);
        bool answered = false;
        status = find_answer(arena, rows, n, &results[i], &answered);
        if (status != STATUS_OK)
            return status;
        if (!answered)
            return db_refuse(tx, STATUS_REFUSED,
                             "%.*s waits for an answer to the check %.*s: %.*s Somebody who knows answers it with "
                             "\"candour post confirm %.*s --check %.*s --reason TEXT\".",
                             STR_ARG(key), STR_ARG(word), STR_ARG(results[i].why), STR_ARG(key), STR_ARG(word));
    }
    return status;
}

/* Text for people, more than one line allowed, nothing that steers a screen or that nobody sees. */
static bool words_good(struct str words)
{
    uint32_t character;
    struct str rest = words;
    struct str line;
    if (!str_is_text(words))
        return false;
    while (str_cut(&rest, '\n', &line))
        if (str_find_unfit(line, &character) >= 0)
            return false;
    return true;
}

enum status act_words(struct db_tx *tx, const char *what, bool needed, struct str *words)
{
    struct str trimmed = words->p == NULL ? STR("") : str_trim(*words);
    bool shows = trimmed.n > 0 && (!str_is_text(trimmed) || str_is_visible(trimmed));
    *words = trimmed;
    if (needed && !shows)
        return db_refuse(tx, STATUS_INVALID, "%s is missing: write it in plain words.", what);
    if (!words_good(trimmed))
        return db_refuse(tx, STATUS_INVALID,
                         "%s must be plain words in UTF-8, without control characters and without what nobody sees.",
                         what);
    if (str_code_points(trimmed) > POST_REASON_MAX)
        return db_refuse(tx, STATUS_INVALID, "%s has %zu characters; at most %d fit. Shorten it.", what,
                         str_code_points(trimmed), POST_REASON_MAX);
    return STATUS_OK;
}

enum status act_spoken(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                       struct str key)
{
    struct posts_speaker_of row;
    if (!content->speaker.set)
        return STATUS_OK;
    if (content->speaker.name.p == NULL || content->speaker.office.p == NULL)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s has a speaker without a name or an office: give \"speaker\" both, or leave it out.",
                         STR_ARG(key));
    enum status status = sql_posts_speaker_of(tx, arena, edition, &row);
    if (status != STATUS_NOT_FOUND)
        return status;
    return db_refuse(tx, STATUS_REFUSED,
                     "%.*s has a speaker, %.*s, who has not confirmed the words of this edition: they do it from their "
                     "own account, with \"candour speaker-confirm %.*s\".",
                     STR_ARG(key), STR_ARG(content->speaker.name), STR_ARG(key));
}
