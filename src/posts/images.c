/* The register of pictures: rows of media's pictures beside what the editions that show them claimed. See images.h. */
#include "posts/images.h"

#include "base/arena.h"
#include "posts/edition.h"
#include "posts/posts_sql.h"

#include "base/banned.h"

enum { USES_MAX = 200 };

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
