/*
 * The rows of pictures, their sets and renditions.
 *
 * Promises: adding a picture and wanting a set are the same however often they
 * are done; a set that is not ready has a job, put in the same transaction; an
 * erasure leaves no row, and names only blobs that nothing else needs.
 */
#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "media/inside.h"
#include "media/wire.h"
#include "media/media_sql.h"
#include "base/banned.h"

enum { RECORD_JSON_MAX = 64 * 1024, RECORD_BLOBS_MAX = 16384 };

static const struct str state_words[] = {
    [MEDIA_WAITING] = STR_INIT("waiting"),
    [MEDIA_READY] = STR_INIT("ready"),
    [MEDIA_FAILED] = STR_INIT("failed"),
};

static bool state_read(struct str word, enum media_state *out)
{
    for (int i = MEDIA_WAITING; i <= MEDIA_FAILED; i++)
        if (str_equal(word, state_words[i])) {
            *out = (enum media_state)i;
            return true;
        }
    return false;
}

/* ---- As JSON ---- */

static void member(struct json_writer *w, const char *name, struct str text)
{
    if (text.n == 0)
        return;
    json_name(w, str_of(name));
    json_put_str(w, text);
}

/* Absent is STR_NONE; false: it is there and no text. */
static bool member_read(const struct json *object, const char *name, struct str *out)
{
    const struct json *value = json_get(object, str_of(name));
    *out = value && value->kind == JSON_STRING ? value->text : STR_NONE;
    return value == NULL || (value->kind == JSON_STRING && value->text.n > 0);
}

/* RFC 8785, whatever the order of members. */
static struct str canonical(struct arena *arena, struct str text)
{
    const struct json *tree;
    struct buf out;
    buf_init(&out, arena, RECORD_JSON_MAX);
    if (text.p == NULL || json_read(arena, text, &tree, NULL) != STATUS_OK || json_canonical(&out, tree) != STATUS_OK)
        return STR_NONE;
    return buf_str(&out);
}

struct str media_facts_json(struct arena *arena, const struct media_facts *facts)
{
    struct media_facts copy = *facts;
    struct str *texts[MEDIA_FACTS_TEXTS];
    struct json_writer w;
    struct buf out;
    buf_init(&out, arena, RECORD_JSON_MAX);
    json_writer_init(&w, &out);
    media_facts_texts(&copy, texts);
    json_open_object(&w);
    member(&w, "format", media_format_word(facts->format));
    json_name(&w, STR("width"));
    json_put_i64(&w, facts->width);
    json_name(&w, STR("height"));
    json_put_i64(&w, facts->height);
    json_name(&w, STR("position"));
    json_put_bool(&w, facts->position);
    for (size_t i = 0; i < MEDIA_FACTS_TEXTS; i++)
        member(&w, media_facts_names[i], *texts[i]);
    json_close_object(&w);
    return canonical(arena, buf_str(&out));
}

enum status media_facts_from_json(struct arena *arena, struct str json, struct media_facts *out)
{
    const struct json *tree;
    struct str *texts[MEDIA_FACTS_TEXTS];
    struct str format;
    *out = (struct media_facts){ 0 };
    enum status status = json_read(arena, json, &tree, NULL);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;
    const struct json *width = json_get(tree, STR("width")), *height = json_get(tree, STR("height"));
    const struct json *position = json_get(tree, STR("position"));
    bool fine = member_read(tree, "format", &format) && format.p && media_format_read(format, &out->format) && width &&
                json_i64(width, &out->width) && height && json_i64(height, &out->height) && position &&
                position->kind == JSON_BOOL;
    media_facts_texts(out, texts);
    for (size_t i = 0; fine && i < MEDIA_FACTS_TEXTS; i++)
        fine = member_read(tree, media_facts_names[i], texts[i]);
    if (!fine)
        return STATUS_DAMAGED;
    out->position = position->boolean;
    return media_facts_fit(out) ? STATUS_OK : STATUS_DAMAGED;
}

struct str media_wish_json(struct arena *arena, const struct media_wish *wish)
{
    struct json_writer w;
    struct buf out;
    buf_init(&out, arena, RECORD_JSON_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    member(&w, "alt", wish->alt);
    member(&w, "creator", wish->creator);
    member(&w, "credit", wish->credit);
    member(&w, "rights", wish->rights);
    member(&w, "source_type", wish->source_type);
    json_close_object(&w);
    return canonical(arena, buf_str(&out));
}

enum status media_wish_from_json(struct arena *arena, struct str json, struct media_wish *out)
{
    const struct json *tree;
    *out = (struct media_wish){ 0 };
    enum status status = json_read(arena, json, &tree, NULL);
    if (status != STATUS_OK)
        return status == STATUS_NO_MEMORY ? status : STATUS_DAMAGED;
    bool fine = tree->kind == JSON_OBJECT && member_read(tree, "alt", &out->alt) &&
                member_read(tree, "creator", &out->creator) && member_read(tree, "credit", &out->credit) &&
                member_read(tree, "rights", &out->rights) && member_read(tree, "source_type", &out->source_type);
    return fine && media_wish_fits(out) ? STATUS_OK : STATUS_DAMAGED;
}

/* ---- Originals ---- */

/* Without folders; empty where it is nothing that a line may hold. */
static struct str file_name(struct str name)
{
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = str_slice(name, i + 1, name.n);
            break;
        }
    return name.n > 0 && name.n <= MEDIA_NAME_MAX && str_is_text(name) && str_is_line(name) ? name : STR("");
}

enum status media_picture_add(struct db_tx *tx, struct arena *arena, struct str sha256, int64_t bytes, struct str name,
                              const struct media_facts *facts, int64_t now)
{
    struct str json = media_facts_json(arena, facts);
    if (json.p == NULL)
        return STATUS_NO_MEMORY;
    return sql_media_picture_add(tx, sha256, bytes, media_format_word(facts->format), facts->width, facts->height, json,
                                 file_name(name), now, NULL);
}

enum status media_picture_rename(struct db_tx *tx, int64_t picture, struct str name)
{
    return sql_media_picture_rename(tx, picture, file_name(name), NULL);
}

enum status media_picture_find(struct db_tx *tx, struct arena *arena, struct str sha256, struct media_picture *out)
{
    struct media_row_picture row;
    enum status status = sql_media_row_picture(tx, arena, sha256, &row);
    if (status != STATUS_OK)
        return status;
    *out = (struct media_picture){ .id = row.id, .bytes = row.bytes, .name = row.name, .made = row.made };
    return media_facts_from_json(arena, row.facts, &out->facts);
}

/* ---- Sets ---- */

static enum status put_job(struct db_tx *tx, struct arena *arena, int64_t set, int64_t now)
{
    struct str key = str_format(arena, "%lld", (long long)set);
    return key.p == NULL ? STATUS_NO_MEMORY : db_job_put(tx, STR(MEDIA_RENDER_JOB), key, STR("{}"), now);
}

/* The row, and whether it is ready already. */
static enum status set_find_or_add(struct db_tx *tx, struct arena *arena, int64_t picture,
                                   const struct media_wish *wish, int64_t now, int64_t *set, enum media_state *state)
{
    struct str json = media_wish_json(arena, wish);
    unsigned char digest[crypto_hash_sha256_BYTES];
    struct str hash = { (const char *)digest, sizeof digest };
    if (json.p == NULL)
        return STATUS_NO_MEMORY;
    crypto_hash_sha256(digest, (const unsigned char *)json.p, json.n);
    struct media_set_of row;
    enum status status = sql_media_set_of(tx, arena, picture, hash, &row);
    if (status == STATUS_OK) {
        *set = row.id;
        return state_read(row.state, state) ? STATUS_OK : STATUS_DAMAGED;
    }
    if (status != STATUS_NOT_FOUND)
        return status;
    struct media_set_add added;
    status = sql_media_set_add(tx, arena, picture, hash, json, now, &added);
    *set = added.id;
    *state = MEDIA_WAITING;
    return status;
}

enum status media_set_want(struct db_tx *tx, struct arena *arena, struct str sha256, const struct media_wish *wish,
                           int64_t now, int64_t *set)
{
    struct media_row_picture picture;
    enum media_state state = MEDIA_WAITING;
    if (!media_wish_fits(wish))
        return db_refuse(tx, STATUS_INVALID,
                         "The words for the picture are too long or no text: shorten creator, credit, rights and alt "
                         "text.");
    enum status status = sql_media_row_picture(tx, arena, sha256, &picture);
    if (status == STATUS_OK)
        status = set_find_or_add(tx, arena, picture.id, wish, now, set, &state);
    if (status != STATUS_OK || state == MEDIA_READY)
        return status;
    if (state == MEDIA_FAILED)
        status = sql_media_set_state(tx, *set, state_words[MEDIA_WAITING], STR_NONE, NULL);
    return status == STATUS_OK ? put_job(tx, arena, *set, now) : status;
}

enum status media_set_wish(struct db_tx *tx, struct arena *arena, int64_t set, struct media_wish *out)
{
    struct media_row_set row;
    enum status status = sql_media_row_set(tx, arena, set, &row);
    return status == STATUS_OK ? media_wish_from_json(arena, row.wish, out) : status;
}

enum status media_set_state(struct db_tx *tx, struct arena *arena, int64_t set, enum media_state *state,
                            struct str *why)
{
    struct media_row_set row;
    enum status status = sql_media_row_set(tx, arena, set, &row);
    if (status != STATUS_OK)
        return status;
    *why = row.why;
    return state_read(row.state, state) ? STATUS_OK : STATUS_DAMAGED;
}

enum status media_renditions(struct db_tx *tx, struct arena *arena, int64_t set, struct media_rendition_row **rows,
                             size_t *n)
{
    struct media_row_renditions *found;
    *n = 0;
    *rows = NULL;
    enum status status = sql_media_row_renditions(tx, arena, set, MEDIA_RENDITIONS_MAX, &found, n);
    if (status != STATUS_OK || *n == 0)
        return status;
    *rows = ARENA_ARRAY(arena, *n, struct media_rendition_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n; i++) {
        struct media_rendition_row *row = &(*rows)[i];
        *row = (struct media_rendition_row){
            .width = found[i].width, .height = found[i].height, .bytes = found[i].bytes, .sha256 = found[i].sha256
        };
        if (!media_format_read(found[i].format, &row->format))
            return STATUS_DAMAGED;
    }
    return STATUS_OK;
}

/* ---- Forgetting ---- */

enum status media_blob_wanted(struct db_tx *tx, struct arena *arena, struct str sha256, bool *wanted)
{
    struct media_wanted row = { 0 };
    enum status status = sql_media_wanted(tx, arena, sha256, &row);
    *wanted = row.wanted;
    return status;
}

static enum status drop_rows(struct db_tx *tx, int64_t picture)
{
    enum status status = sql_media_picture_renditions_drop(tx, picture, NULL);
    if (status == STATUS_OK)
        status = sql_media_picture_sets_drop(tx, picture, NULL);
    return status == STATUS_OK ? sql_media_picture_drop(tx, picture, NULL) : status;
}

/* Those of `all` that no row names now. */
static enum status unnamed(struct db_tx *tx, struct arena *arena, const struct media_blobs_of *all, size_t all_n,
                           struct str **blobs, size_t *n)
{
    *blobs = ARENA_ARRAY(arena, all_n + 1, struct str);
    if (*blobs == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < all_n; i++) {
        bool wanted = false;
        enum status status = media_blob_wanted(tx, arena, all[i].sha256, &wanted);
        if (status != STATUS_OK)
            return status;
        if (!wanted)
            (*blobs)[(*n)++] = all[i].sha256;
    }
    return STATUS_OK;
}

enum status media_erase(struct db_tx *tx, struct arena *arena, struct str sha256, struct str **blobs, size_t *n)
{
    struct media_row_picture picture;
    struct media_blobs_of *all = NULL;
    size_t all_n = 0;
    *blobs = NULL;
    *n = 0;
    enum status status = sql_media_row_picture(tx, arena, sha256, &picture);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status == STATUS_OK)
        status = sql_media_blobs_of(tx, arena, picture.id, RECORD_BLOBS_MAX, &all, &all_n);
    if (status == STATUS_OK && all_n == RECORD_BLOBS_MAX)
        status = STATUS_LIMIT;
    if (status == STATUS_OK)
        status = drop_rows(tx, picture.id);
    if (status != STATUS_OK)
        return status;
    return unnamed(tx, arena, all, all_n, blobs, n);
}

enum status media_set_erase(struct db_tx *tx, struct arena *arena, int64_t set, struct str **blobs, size_t *n)
{
    struct media_row_renditions *rows = NULL;
    size_t rows_n = 0;
    *blobs = NULL;
    *n = 0;
    enum status status = sql_media_row_renditions(tx, arena, set, MEDIA_RENDITIONS_MAX, &rows, &rows_n);
    struct media_blobs_of *all = ARENA_ARRAY(arena, rows_n + 1, struct media_blobs_of);
    if (all == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < rows_n; i++)
        all[i].sha256 = rows[i].sha256;
    if (status == STATUS_OK)
        status = sql_media_renditions_drop(tx, set, NULL);
    if (status == STATUS_OK)
        status = sql_media_set_drop(tx, set, NULL);
    return status == STATUS_OK ? unnamed(tx, arena, all, rows_n, blobs, n) : status;
}
