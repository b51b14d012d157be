/* The register of pictures: rows of media's pictures beside what the editions that show them claimed. See images.h. */
#include "posts/images.h"

#include <string.h>

#include "base/arena.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { USES_MAX = 200, HEX = 64 };

static enum status take_use(struct arena *arena, const struct posts_image_uses *row, struct image_use *out)
{
    struct post_content content;
    int state = word_find(&edition_state_words, row->state);
    bool seen =
        row->public_edition.set && row->public_edition.value == row->edition && !row->withdrawn.set && !row->ended.set;
    *out = (struct image_use){ .key = row->key,
                               .title = row->title,
                               .number = row->number,
                               .made = row->made,
                               .state = (enum edition_state)(state < 0 ? 0 : state),
                               .seen = seen };
    enum status status = state < 0 ? STATUS_DAMAGED : edition_labels_read(row->labels, &out->labels);
    if (status == STATUS_OK)
        status = edition_read(arena, row->document, row->beside, &content);
    if (status != STATUS_OK)
        return status;
    const struct post_picture *picture = &content.picture;
    out->made_word = picture_made_words.words[picture->made];
    out->source = picture->source;
    out->credit = picture->credit;
    out->release = picture->release;
    out->licence = picture->licence_id;
    out->licensor = picture->licensor;
    out->licence_ends = picture->licence_expires;
    out->alt = picture->alt;
    return STATUS_OK;
}

enum status posts_image_uses(struct db_tx *tx, struct arena *arena, int64_t picture, struct image_use **uses, size_t *n)
{
    struct posts_image_uses *rows;
    enum status status = sql_posts_image_uses(tx, arena, picture, USES_MAX, &rows, n);
    if (status != STATUS_OK)
        return status;
    *uses = ARENA_ARRAY(arena, *n + 1, struct image_use);
    if (*uses == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n && status == STATUS_OK; i++)
        status = take_use(arena, &rows[i], &(*uses)[i]);
    return status;
}

static enum status take_row(struct db_tx *tx, struct arena *arena, const struct posts_images *row,
                            struct image_row *out)
{
    struct image_use *uses;
    size_t n = 0;
    *out = (struct image_row){ .sha256_hex = edition_hex(arena, row->sha256), .used = row->used, .seen = row->seen };
    if (out->sha256_hex.p == NULL)
        return STATUS_NO_MEMORY;
    enum status status = media_picture_find(tx, arena, row->sha256, &out->picture);
    if (status == STATUS_OK)
        status = posts_image_uses(tx, arena, row->id, &uses, &n);
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
        const struct post_date *ends = &uses[i].licence_ends;
        out->labels |= uses[i].labels;
        if (ends->set && (!out->licence_ends.set || ends->at < out->licence_ends.at))
            out->licence_ends = *ends;
    }
    return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
}

enum status posts_images(struct db_tx *tx, struct arena *arena, int64_t after, int64_t limit, struct image_row **rows,
                         size_t *n)
{
    struct posts_images *found;
    *n = 0;
    if (limit < 1 || limit > POST_LIST_MAX)
        return STATUS_LIMIT;
    enum status status = sql_posts_images(tx, arena, after, limit, &found, n);
    if (status != STATUS_OK)
        return status;
    *rows = ARENA_ARRAY(arena, *n + 1, struct image_row);
    if (*rows == NULL)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < *n && status == STATUS_OK; i++)
        status = take_row(tx, arena, &found[i], &(*rows)[i]);
    return status;
}

/* The least and the greatest hash that begin with these digits; false where they are none. */
static bool hash_range(struct str digits, unsigned char low[HEX / 2], unsigned char high[HEX / 2])
{
    memset(low, 0, HEX / 2);
    memset(high, 0xFF, HEX / 2);
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        int value = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (value < 0)
            return false;
        unsigned shift = i % 2 == 0 ? 4 : 0;
        low[i / 2] = (unsigned char)(low[i / 2] | (unsigned)value << shift);
        high[i / 2] = (unsigned char)((high[i / 2] & ~(0xFU << shift)) | (unsigned)value << shift);
    }
    return digits.n >= IMAGE_HASH_SHORTEST && digits.n <= HEX;
}

enum status posts_image_find(struct db_tx *tx, struct arena *arena, struct str what, int64_t *id, int64_t *found)
{
    unsigned char low[HEX / 2];
    unsigned char high[HEX / 2];
    struct posts_image_find row;
    if (what.n > HEX || !hash_range(what, low, high)) {
        memset(low, 0xFF, sizeof low); /* none lies between the two */
        memset(high, 0, sizeof high);
    }
    enum status status = sql_posts_image_find(tx, arena, what, (struct str){ (const char *)low, sizeof low },
                                              (struct str){ (const char *)high, sizeof high }, &row);
    *id = row.id;
    *found = row.found;
    return status;
}
