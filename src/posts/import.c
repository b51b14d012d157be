/*
 * Import: files become editions, all of one call or none.
 *
 * Promises: reading and hashing come before the transaction; inside it only
 * rows are looked at and written, so it may be run again. The same file twice
 * changes nothing. Whoever brings a file in counts as having had a hand in it:
 * otherwise one person could write a post in others' names and approve it.
 */
#include <string.h>

#include "base/arena.h"
#include "html/html.h"
#include "posts/act.h"
#include "posts/campaign.h"
#include "posts/erase.h"
#include "posts/file.h"
#include "posts/picture.h"

#include "base/banned.h"

/* A file stays with its text, its document (twice the text at most) and, at the write, the document that was there. */
_Static_assert(POST_IMPORT_ARENA / 6 >= POST_IMPORT_BYTES_MAX, "an import at its bound fits into its memory");

enum status posts_import_read(struct arena *arena, const struct post_source *sources, size_t n, const struct act *act,
                              struct post_faults *faults, struct post_import *out, struct fault *fault)
{
    *out = (struct post_import){ .arena = arena, .act = act, .faults = faults };
    faults->arena = arena;
    faults->n = 0;
    faults->more = false;
    if (n == 0 || n > POST_IMPORT_FILES_MAX)
        return fault_set(fault, STATUS_LIMIT, "Give from 1 to %d files at once.", POST_IMPORT_FILES_MAX);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += sources[i].text.n;
    if (bytes > POST_IMPORT_BYTES_MAX)
        return fault_set(fault, STATUS_LIMIT,
                         "The files have %zu bytes together; at most %d fit into one import. Import them in parts.",
                         bytes, POST_IMPORT_BYTES_MAX);
    struct import_file *files = ARENA_ARRAY(arena, n, struct import_file);
    struct import_result *results = ARENA_ARRAY(arena, n, struct import_result);
    if (files == NULL || results == NULL)
        return fault_no_memory(fault);
    bool wrong = false;
    for (size_t i = 0; i < n; i++) {
        enum status status = post_file_read(arena, &sources[i], faults, &files[i]);
        if (status == STATUS_INVALID)
            wrong = true;
        else if (status == STATUS_LIMIT)
            return fault_set(fault, status, "%.*s is too large for one post: shorten it.", STR_ARG(sources[i].name));
        else if (status == STATUS_NO_MEMORY)
            return fault_no_memory(fault);
        else if (status != STATUS_OK)
            return fault_set(fault, status, "%.*s could not be read: try again.", STR_ARG(sources[i].name));
        for (size_t j = 0; j < i; j++)
            if (files[i].key.p != NULL && files[j].key.p != NULL && str_equal(files[i].key, files[j].key)) {
                post_faults_add(faults, files[i].name, 1, 1,
                                "The same name stands twice in this import (%.*s); a post's name is its file's. Rename "
                                "one, or leave it out.",
                                STR_ARG(files[j].name));
                wrong = true;
            }
    }
    if (wrong)
        return fault_set(fault, STATUS_INVALID, "Nothing was imported: mend the faults and try again.");
    out->files = files;
    out->files_n = n;
    out->results = results;
    return STATUS_OK;
}

/* Ids of the accounts that the head names. A fault for each that there is not. */
static enum status find_authors(struct db_tx *tx, const struct post_import *import, const struct import_file *file,
                                int64_t *accounts)
{
    for (size_t i = 0; i < file->authors_n; i++) {
        struct actor author;
        enum status status = account_find(tx, import->arena, file->authors[i].user, &author);
        if (status == STATUS_OK) {
            accounts[i] = author.account;
            continue;
        }
        if (status != STATUS_NOT_FOUND)
            return status;
        post_faults_add(
            import->faults, file->name, file->authors[i].line, file->authors[i].column,
            "There is no account \"%.*s\": write an author as \"candour user list\" shows them, or have the "
            "account added.",
            STR_ARG(post_quote(import->arena, file->authors[i].user)));
    }
    return STATUS_OK;
}

static enum status add_hands(struct db_tx *tx, int64_t edition, const struct import_file *file, const int64_t *accounts,
                             int64_t importer, int64_t *added)
{
    int64_t changed = 0;
    *added = 0;
    for (size_t i = 0; i < file->authors_n; i++) {
        enum status status = sql_posts_hand_add(tx, edition, accounts[i], STR("author"), &changed);
        if (status != STATUS_OK)
            return status;
        *added += changed;
    }
    return importer == 0 ? STATUS_OK : sql_posts_hand_add(tx, edition, importer, STR("import"), NULL);
}

/* Where the work on a new edition stands: what was being reviewed, or was approved, is to be reviewed again. */
static enum edition_state state_after(struct str before)
{
    int at = word_find(&edition_state_words, before);
    switch ((enum edition_state)at) {
    case EDITION_IN_REVIEW:
    case EDITION_APPROVED:
    case EDITION_SCHEDULED:
    case EDITION_FAILED: return EDITION_IN_REVIEW;
    case EDITION_DRAFT:
    case EDITION_CHANGES_REQUESTED:
    case EDITION_PUBLISHING:
    case EDITION_PUBLISHED:
    case EDITION_DISCARDED:
    case EDITION_SUPERSEDED:
    case EDITION_STATES: break;
    }
    return EDITION_DRAFT;
}

static enum status move_work(struct db_tx *tx, const struct posts_head *head, bool is_new, int64_t edition, int64_t now)
{
    enum status status = STATUS_OK;
    bool is_public = !is_new && head->public_edition.set && head->public_edition.value == head->edition;
    if (!is_new && !is_public)
        status = act_work(tx, head->edition, EDITION_SUPERSEDED, now, STR_NONE);
    return status == STATUS_OK ? act_work(tx, edition, is_new ? EDITION_DRAFT : state_after(head->state), now, STR_NONE)
                               : status;
}

static enum status add_edition(struct db_tx *tx, const struct post_import *import, const struct import_file *file,
                               const struct actor *actor, int64_t post, int64_t number, const int64_t *accounts,
                               const struct posts_head *head, bool is_new)
{
    const struct post_content *content = &file->content;
    struct db_opt_int dated = { .set = content->dated.set, .value = content->dated.at };
    struct str labels = edition_labels_text(import->arena, edition_labels(content));
    if (labels.p == NULL)
        return STATUS_NO_MEMORY;
    struct posts_edition_add row;
    enum status status = sql_posts_edition_add(
        tx, import->arena, post, number, file->hash, file->salt, post_kind_word(content->kind), content->title, labels,
        dated, content->dated.has_time, content->campaign, file->document, import->act->now, actor->account, &row);
    if (status == STATUS_OK)
        status = sql_posts_record_put(tx, row.id, file->beside, import->act->now, NULL);
    int64_t added = 0;
    if (status == STATUS_OK)
        status = add_hands(tx, row.id, file, accounts, actor->account, &added);
    if (status == STATUS_OK)
        status = move_work(tx, head, is_new, row.id, import->act->now);
    if (status == STATUS_OK)
        status = picture_take(tx, import->arena, file, row.id, import->act->now);
    for (size_t i = 0; i < content->about_n && status == STATUS_OK; i++)
        status = sql_posts_about_add(tx, row.id, (int64_t)i, content->about[i], NULL);
    return status;
}

/* The same hash: nothing, or what stands beside it is brought up to date. */
static enum status keep_edition(struct db_tx *tx, const struct post_import *import, const struct import_file *file,
                                const struct actor *actor, const struct posts_head *head, const int64_t *accounts,
                                enum import_outcome *outcome)
{
    int64_t added = 0;
    enum status status = add_hands(tx, head->edition, file, accounts, 0, &added);
    if (status != STATUS_OK)
        return status;
    bool changed = !str_equal(file->beside, head->beside);
    *outcome = changed || added > 0 ? IMPORT_RECORD : IMPORT_SAME;
    if (*outcome == IMPORT_RECORD && (head->withdrawn.set || head->ended.set))
        return db_refuse(tx, STATUS_REFUSED, "%.*s %s, and nothing about it is changed any more.", STR_ARG(file->key),
                         head->withdrawn.set ? "was withdrawn" : "has ended");
    if (changed)
        status = sql_posts_record_put(tx, head->edition, file->beside, import->act->now, NULL);
    /* The words in the renditions follow the record; a picture that was lost is kept again, but not one that went. */
    if (status == STATUS_OK && !head->withdrawn.set && !head->ended.set)
        status = picture_take(tx, import->arena, file, head->edition, import->act->now);
    if (*outcome == IMPORT_SAME || status != STATUS_OK)
        return status;
    status = sql_posts_hand_add(tx, head->edition, actor->account, STR("import"), NULL);
    if (status == STATUS_OK && (str_equal(head->state, edition_state_word(EDITION_APPROVED)) ||
                                str_equal(head->state, edition_state_word(EDITION_SCHEDULED)))) {
        status = act_approved(tx, import->arena, head, file->key);
        if (status == STATUS_REFUSED) /* who approved it has a hand in it now */
            status = act_work(tx, head->edition, EDITION_IN_REVIEW, import->act->now, STR_NONE);
    }
    if (status != STATUS_OK)
        return status;
    if (changed && head->public_edition.set && head->public_edition.value == head->edition) {
        status = db_generation_raise(tx); /* whether replies are open is seen by the public */
        if (status != STATUS_OK)
            return status;
    }
    return act_trace(tx, import->arena, import->act, actor, "recorded", head->post, file->key, head->number, head->salt,
                     head->hash, STR(""));
}

/* A campaign without a record is no fault: the page shows its name. But whoever imports is told. */
static enum status look_for_campaign(struct db_tx *tx, const struct post_import *import, const struct import_file *file,
                                     struct import_result *result)
{
    struct campaign campaign;
    if (file->content.campaign.p == NULL)
        return STATUS_OK;
    enum status status = posts_campaign(tx, import->arena, file->content.campaign, &campaign);
    if (status != STATUS_NOT_FOUND)
        return status;
    result->campaign = file->content.campaign;
    return STATUS_OK;
}

static enum status write_file(struct db_tx *tx, const struct post_import *import, const struct import_file *file,
                              const struct actor *actor, const int64_t *accounts, struct import_result *result)
{
    struct posts_head head = { 0 };
    enum status status = erase_refuses(tx, import->arena, file->key, file->hash, file->content.picture.sha256_hex,
                                       file->content.about, file->content.about_n);
    if (status == STATUS_OK)
        status = sql_posts_head(tx, import->arena, file->key, &head);
    bool is_new = status == STATUS_NOT_FOUND;
    if (status != STATUS_OK && !is_new)
        return status;
    if (file->base != 0 && file->base != head.number)
        return db_refuse(tx, STATUS_CONFLICT,
                         "%.*s has been changed by somebody else since you began: its newest edition is number %lld. "
                         "Compare with it and try again.",
                         STR_ARG(file->key), (long long)head.number);
    *result = (struct import_result){ .key = file->key, .hash_hex = edition_hex(import->arena, file->hash) };
    if (result->hash_hex.p == NULL)
        return STATUS_NO_MEMORY;
    if (!is_new && str_equal(head.hash, file->hash)) {
        result->number = head.number;
        return keep_edition(tx, import, file, actor, &head, accounts, &result->outcome);
    }
    if (head.withdrawn.set || head.ended.set)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s %s, and such a post takes no new edition: give the file another name.",
                         STR_ARG(file->key), head.withdrawn.set ? "was withdrawn" : "has ended");
    if (!is_new && import->elsewhere.p != NULL)
        return db_refuse(
            tx, STATUS_CONFLICT,
            "There is a post %.*s already, and a copy of one made elsewhere begins a new one: give the file "
            "another name.",
            STR_ARG(file->key));
    int64_t post = head.post;
    if (is_new) {
        struct posts_post_add row;
        status = sql_posts_post_add(tx, import->arena, file->key, import->act->now, &row);
        if (status != STATUS_OK)
            return status;
        post = row.id;
    }
    result->number = head.number + 1;
    result->outcome = is_new ? IMPORT_POST : IMPORT_EDITION;
    status = add_edition(tx, import, file, actor, post, result->number, accounts, &head, is_new);
    if (status != STATUS_OK)
        return status;
    return act_trace(tx, import->arena, import->act, actor, "imported", post, file->key, result->number, file->salt,
                     file->hash, STR(""));
}

/* Hands in what is a draft; what is further already stays where it is. */
static enum status submit(struct db_tx *tx, const struct post_import *import, const struct import_result *result)
{
    struct posts_head head;
    struct post_step step = {
        .arena = import->arena, .act = import->act, .key = result->key, .hash_hex = result->hash_hex
    };
    enum status status = sql_posts_head(tx, import->arena, result->key, &head);
    if (status != STATUS_OK)
        return status;
    bool draft = str_equal(head.state, edition_state_word(EDITION_DRAFT)) ||
                 str_equal(head.state, edition_state_word(EDITION_CHANGES_REQUESTED));
    return draft ? posts_submit_write(tx, &step) : STATUS_OK;
}

/* Public already, and not by us: nothing is held back, so that what was wrong can be said where everybody finds it. */
static enum status copy_elsewhere(struct db_tx *tx, const struct post_import *import, const struct import_file *file)
{
    int64_t now = import->act->now;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    struct post_address address;
    struct check_result results[CHECKS];
    enum status status =
        act_may(tx, import->arena, import->act, PERMISSION_POST_PUBLISH, "take in posts made elsewhere", &actor);
    struct url address_elsewhere;
    if (status == STATUS_OK &&
        (url_outside(import->arena, import->elsewhere, &address_elsewhere) != STATUS_OK ||
         (!str_starts(import->elsewhere, STR("https://")) && !str_starts(import->elsewhere, STR("http://")))))
        return db_refuse(tx, STATUS_INVALID,
                         "\"%.*s\" is no address of a post: write it as a browser shows it, such as "
                         "https://social.example/1.",
                         STR_ARG(post_quote(import->arena, import->elsewhere)));
    if (status == STATUS_OK && import->elsewhere_at < 0)
        return db_refuse(tx, STATUS_INVALID, "A post that was made elsewhere was made after 1970: look at --at.");
    if (status == STATUS_OK && import->elsewhere_at > now)
        return db_refuse(tx, STATUS_INVALID, "A post that was made elsewhere was made before now: look at --at.");
    if (status == STATUS_OK)
        status = act_head(tx, import->arena, file->key, &head);
    if (status == STATUS_OK)
        status = act_whole(tx, import->arena, &head, file->key, &content);
    if (status == STATUS_OK)
        status = sql_posts_elsewhere_add(tx, head.post, import->elsewhere, import->elsewhere_at, NULL);
    head.elsewhere = import->elsewhere;
    if (status == STATUS_OK)
        status =
            act_check(tx, import->arena, head.edition, &content, edition_labels(&content), actor.account, now, results);
    if (status == STATUS_OK)
        status = act_go_out(tx, import->arena, &head, &content, now, &address);
    if (status == STATUS_OK)
        status = act_trace_head(tx, import->arena, import->act, &actor, "copied", file->key, &head, import->elsewhere);
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}

enum status posts_import_write(struct db_tx *tx, void *arg)
{
    struct post_import *import = arg;
    struct actor actor;
    import->faults->n = 0;
    import->faults->more = false;
    enum status status = act_may(tx, import->arena, import->act, PERMISSION_POST_WRITE, "import posts", &actor);
    if (status != STATUS_OK)
        return status;
    int64_t **accounts = ARENA_ARRAY(import->arena, import->files_n, int64_t *);
    if (accounts == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < import->files_n; i++) {
        accounts[i] = ARENA_ARRAY(import->arena, import->files[i].authors_n, int64_t);
        if (accounts[i] == NULL)
            return STATUS_NO_MEMORY;
        status = find_authors(tx, import, &import->files[i], accounts[i]);
        if (status != STATUS_OK)
            return status;
    }
    if (import->faults->n > 0)
        return db_refuse(tx, STATUS_INVALID, "Nothing was imported: mend the faults and try again.");
    for (size_t i = 0; i < import->files_n && status == STATUS_OK; i++) {
        status = write_file(tx, import, &import->files[i], &actor, accounts[i], &import->results[i]);
        if (status == STATUS_OK)
            status = look_for_campaign(tx, import, &import->files[i], &import->results[i]);
        if (status == STATUS_OK && import->elsewhere.p != NULL)
            status = copy_elsewhere(tx, import, &import->files[i]);
        else if (status == STATUS_OK && import->submit)
            status = submit(tx, import, &import->results[i]);
    }
    return status;
}
