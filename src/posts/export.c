/*
 * An edition as the file that it could have come from, to be changed and
 * imported again.
 *
 * Promise: what is written is read back as the same content. The head's values
 * are JSON, which YAML takes as it is, so that no text of a post can end a value
 * or begin a name of its own.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { AUTHORS_MAX = POST_LIST_ITEMS_MAX };

struct writer {
    struct arena *arena;
    struct buf *out;
    struct json_writer json;
};

/* "name: " and a value in JSON behind it. */
static struct json_writer *begin(struct writer *w, const char *name)
{
    buf_format(w->out, "%s: ", name);
    json_writer_init(&w->json, w->out);
    return &w->json;
}

static void end(struct writer *w)
{
    buf_add_byte(w->out, '\n');
}

static void line(struct writer *w, const char *name, struct str value)
{
    if (value.p == NULL)
        return;
    json_put_str(begin(w, name), value);
    end(w);
}

static void member(struct json_writer *json, const char *name, struct str value)
{
    if (value.p == NULL)
        return;
    json_name(json, str_of(name));
    json_put_str(json, value);
}

static void texts(struct writer *w, const char *name, const struct str *list, size_t n)
{
    if (n == 0)
        return;
    struct json_writer *json = begin(w, name);
    json_open_array(json);
    for (size_t i = 0; i < n; i++)
        json_put_str(json, list[i]);
    json_close_array(json);
    end(w);
}

static void put_image(struct writer *w, const struct post_picture *picture)
{
    if (!picture->set)
        return;
    struct json_writer *json = begin(w, "image");
    json_open_object(json);
    member(json, "file", picture->file);
    member(json, "made", picture_made_words.words[picture->made]);
    if (picture->nobody)
        member(json, "persons", picture_persons_words.words[PERSONS_NONE]);
    member(json, "source", picture->source);
    if (picture->licensed) {
        json_name(json, STR("licence"));
        json_open_object(json);
        member(json, "id", picture->licence_id);
        member(json, "licensor", picture->licensor);
        member(json, "expires", post_date_text(w->arena, &picture->licence_expires));
        if (picture->sensitive_use_set) {
            json_name(json, STR("sensitive_use"));
            json_put_bool(json, picture->sensitive_use);
        }
        json_close_object(json);
    }
    member(json, "release", picture->release);
    member(json, "credit", picture->credit);
    member(json, "alt", picture->alt);
    if (picture->decorative) {
        json_name(json, STR("decorative"));
        json_put_bool(json, true);
    }
    json_close_object(json);
    end(w);
}

static void put_people(struct writer *w, const struct post_content *content)
{
    if (content->people_n == 0)
        return;
    struct json_writer *json = begin(w, "people");
    json_open_array(json);
    for (size_t i = 0; i < content->people_n; i++) {
        json_open_object(json);
        member(json, "as_written", content->people[i].as_written);
        member(json, "kind", person_kind_word(content->people[i].kind));
        member(json, "consent", content->people[i].consent);
        json_close_object(json);
    }
    json_close_array(json);
    end(w);
}

static void put_case(struct writer *w, const struct post_case *crime)
{
    if (!crime->set)
        return;
    struct json_writer *json = begin(w, "case");
    json_open_object(json);
    if (crime->status_set)
        member(json, "status", case_status_words.words[crime->status]);
    member(json, "reference", crime->reference);
    member(json, "naming_decision", crime->naming_decision);
    member(json, "decision", crime->decision);
    member(json, "reason", crime->reason);
    member(json, "ends", crime->ends);
    json_close_object(json);
    end(w);
}

static void put_speaker(struct writer *w, const struct post_speaker *speaker)
{
    if (!speaker->set)
        return;
    struct json_writer *json = begin(w, "speaker");
    json_open_object(json);
    member(json, "name", speaker->name);
    member(json, "office", speaker->office);
    member(json, "confirmed", post_date_text(w->arena, &speaker->confirmed));
    json_close_object(json);
    end(w);
}

static void put_promises(struct writer *w, const struct post_content *content)
{
    if (content->promises_n == 0)
        return;
    struct json_writer *json = begin(w, "promises");
    json_open_array(json);
    for (size_t i = 0; i < content->promises_n; i++) {
        json_open_object(json);
        member(json, "what", content->promises[i].what);
        member(json, "owner", content->promises[i].owner);
        member(json, "due", post_date_text(w->arena, &content->promises[i].due));
        json_close_object(json);
    }
    json_close_array(json);
    end(w);
}

static enum status put_authors(struct db_tx *tx, struct writer *w, int64_t edition)
{
    struct posts_authors *rows;
    size_t n = 0;
    enum status status = sql_posts_authors(tx, w->arena, edition, AUTHORS_MAX, &rows, &n);
    struct str *users = ARENA_ARRAY(w->arena, n + 1, struct str);
    if (users == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        struct actor actor;
        status = account_find_id(tx, w->arena, rows[i].account, &actor);
        users[i] = actor.user;
    }
    if (status == STATUS_OK)
        texts(w, "authors", users, n);
    return status;
}

static void put_head(struct writer *w, const struct post_content *content)
{
    struct str channels[CHANNELS];
    for (size_t i = 0; i < content->channels_n && i < CHANNELS; i++)
        channels[i] = post_channel_word(content->channels[i]);
    line(w, "kind", post_kind_word(content->kind));
    line(w, "title", content->title);
    line(w, "date", post_date_text(w->arena, &content->dated));
    line(w, "campaign", content->campaign);
    texts(w, "topics", content->topics, content->topics_n);
    texts(w, "channels", channels, content->channels_n);
    put_image(w, &content->picture);
    put_people(w, content);
    put_case(w, &content->crime);
    if (content->replies_set)
        line(w, "replies", content->replies_closed ? STR("closed") : STR("open"));
    put_speaker(w, &content->speaker);
    put_promises(w, content);
    texts(w, "about", content->about, content->about_n);
    if (content->scenario.p != NULL) {
        json_put_raw(begin(w, "scenario"), content->scenario);
        end(w);
    }
    if (content->claims_set)
        line(w, "claims", post_claim_word(content->claims));
}

enum status posts_export(struct db_tx *tx, struct arena *arena, struct str key, struct str *out)
{
    struct posts_head head;
    struct post_content content;
    struct buf text;
    struct writer w = { .arena = arena, .out = &text };
    *out = STR_NONE;
    enum status status = sql_posts_head(tx, arena, key, &head);
    if (status == STATUS_OK && head.erased.set)
        return STATUS_REFUSED;
    if (status == STATUS_OK)
        status = edition_read(arena, head.document, head.beside, &content);
    if (status != STATUS_OK)
        return status;
    buf_init(&text, arena, (size_t)4 * POST_FILE_MAX);
    buf_add(&text, STR("---\n"));
    put_head(&w, &content);
    status = put_authors(tx, &w, head.edition);
    buf_add(&text, STR("---\n"));
    buf_add(&text, content.body);
    if (status != STATUS_OK)
        return status;
    *out = buf_str(&text);
    return buf_ok(&text) ? STATUS_OK : STATUS_LIMIT;
}
