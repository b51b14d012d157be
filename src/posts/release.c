/*
 * Release: an approved edition becomes public.
 *
 * Promises: only the edition that was approved, by somebody with no hand in it
 * when it goes out, goes out, byte for byte: the document is hashed again, its labels are derived again from its
 * records, and a difference holds the post. Address, presence, audit, event and the public generation are one
 * transaction. What this version cannot examine (a picture, a scenario, a claim about a crime) it does not let out.
 */
#include <string.h>

#include "base/arena.h"
#include "base/zone.h"
#include "posts/act.h"
#include "posts/slug.h"

#include "base/banned.h"

enum { SLUG_TRIES = 1000 };

static enum status approved(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key)
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

/* The rows say what the document says, and the document is what was hashed. */
static enum status whole(struct db_tx *tx, struct arena *arena, const struct posts_head *head, struct str key,
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

static enum status may_go_out(struct db_tx *tx, const struct post_content *content, struct str key, int64_t now)
{
    bool site = false;
    for (size_t i = 0; i < content->channels_n; i++)
        site = site || content->channels[i] == CHANNEL_SITE;
    if (!site)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s does not name the site among its channels, and this version publishes nowhere else: add "
                         "site to \"channels\".",
                         STR_ARG(key));
    const char *what = content->picture.set          ? "a picture"
                       : content->scenario.p != NULL ? "a scenario"
                       : content->claims_set         ? "\"claims\""
                                                     : NULL;
    if (what != NULL)
        return db_refuse(
            tx, STATUS_REFUSED,
            "%.*s has %s, and the checks that this needs do not exist yet: it cannot be published with this "
            "version.",
            STR_ARG(key), what);
    const struct post_speaker *speaker = &content->speaker;
    if (!speaker->set)
        return content->kind != POST_STATEMENT
                   ? STATUS_OK
                   : db_refuse(
                         tx, STATUS_REFUSED,
                         "%.*s is a statement and nobody stands behind it: give \"speaker\" a name and an office.",
                         STR_ARG(key));
    if (speaker->name.p == NULL || speaker->office.p == NULL)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s has a speaker without a name or an office: give \"speaker\" both, or leave it out.",
                         STR_ARG(key));
    if (!speaker->confirmed.set)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s has a speaker who has not confirmed the words: ask them, then add \"confirmed\" with "
                         "date and time to \"speaker\" and import it again.",
                         STR_ARG(key));
    if (speaker->confirmed.at > now)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s says that its speaker confirmed the words at a time that is still to come: write in "
                         "\"confirmed\" when they did, and import it again.",
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
        enum status status = sql_posts_address_taken(tx, arena, out->year, out->slug, &row);
        if (status == STATUS_NOT_FOUND)
            return STATUS_OK;
        if (status != STATUS_OK)
            return status;
        if (i > SLUG_TRIES)
            return db_refuse(tx, STATUS_LIMIT, "Too many posts of this year have that title: give it another one.");
        out->slug = str_format(arena, "%.*s-%d", STR_ARG(head), i);
    }
    return STATUS_NO_MEMORY;
}

enum status posts_publish_write(struct db_tx *tx, void *arg)
{
    struct post_release *release = arg;
    struct arena *arena = release->arena;
    int64_t now = release->act->now;
    struct actor actor;
    struct posts_head head;
    struct post_content content;
    release->address = (struct post_address){ 0 };
    enum status status = act_may(tx, arena, release->act, PERMISSION_POST_PUBLISH, "publish posts", &actor);
    if (status == STATUS_OK)
        status = act_head(tx, arena, release->key, &head);
    if (status == STATUS_OK)
        status = act_same(tx, arena, &head, release->hash_hex);
    if (status != STATUS_OK)
        return status;
    if (head.withdrawn.set)
        return db_refuse(tx, STATUS_REFUSED,
                         "%.*s was withdrawn and does not come back: give the text another name and begin anew.",
                         STR_ARG(release->key));
    if (head.public_edition.set && head.public_edition.value == head.edition)
        return db_refuse(tx, STATUS_REFUSED, "%.*s is public already.", STR_ARG(release->key));
    if (head.public_edition.set)
        return db_refuse(
            tx, STATUS_REFUSED,
            "An earlier edition of %.*s is public, and a public text is only changed by a correction that "
            "says so, which this version cannot make: withdraw the post and publish the text under another "
            "name.",
            STR_ARG(release->key));
    status = approved(tx, arena, &head, release->key);
    if (status == STATUS_OK)
        status = whole(tx, arena, &head, release->key, &content);
    if (status == STATUS_OK)
        status = may_go_out(tx, &content, release->key, now);
    if (status == STATUS_OK)
        status = take_address(tx, arena, content.title, now, &release->address);
    if (status == STATUS_OK)
        status =
            sql_posts_publish(tx, head.post, head.edition, release->address.year, release->address.slug, now, NULL);
    for (size_t i = 0; i < content.channels_n && status == STATUS_OK; i++) {
        bool here = content.channels[i] == CHANNEL_SITE;
        status = sql_posts_presence_put(tx, head.post, post_channel_word(content.channels[i]),
                                        presence_state_word(here ? PRESENCE_LIVE : PRESENCE_ABSENT), !here, now, NULL);
    }
    if (status == STATUS_OK)
        status = act_trace(tx, arena, release->act, &actor, "published", head.post, release->key, head.number,
                           head.salt, head.hash, STR(""));
    return status == STATUS_OK ? db_generation_raise(tx) : status;
}
