/*
 * Pictures of posts.
 *
 * Promises: the original is kept as it came and never served; what is served
 * was made anew and carries the words that the record gives it, the labels
 * first. An edition whose picture has no renditions does not go out.
 */
#include "posts/picture.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "db/blob.h"
#include "media/media.h"
#include "posts/edition.h"
#include "posts/erase.h"
#include "posts/posts_sql.h"
#include "web/catalogue.h"

#include "base/banned.h"

enum { ALT_MAX = MEDIA_ALT_MAX };

static enum status read_bytes(struct arena *room, const struct post_picture *picture, struct str *bytes,
                              struct fault *fault)
{
    *bytes = picture->bytes;
    if (bytes->p != NULL)
        return STATUS_OK;
    const char *path = str_z(room, picture->path);
    return path == NULL ? fault_no_memory(fault) : file_read(room, path, POST_PICTURE_MAX, bytes, fault);
}

static bool raw_hash(struct str hex, unsigned char out[BLOB_HASH])
{
    size_t n = 0;
    return hex.n == (size_t)2 * BLOB_HASH && sodium_hex2bin(out, BLOB_HASH, hex.p, hex.n, NULL, &n, NULL) == 0 &&
           n == BLOB_HASH;
}

static enum status was_erased(struct db *db, struct arena *arena, struct str hex, bool *had, struct fault *fault)
{
    struct db_tx *tx = NULL;
    *had = false;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = erase_had_picture(tx, arena, hex, had);
    db_read_end(tx);
    return status == STATUS_OK ? status
                               : fault_set(fault, status, "The database could not be read: run candour doctor.");
}

/* What was erased is not even put: a backup copies whatever lies there. */
static enum status put(struct db *db, struct arena *arena, const struct import_file *file, struct str bytes,
                       unsigned char hash[BLOB_HASH], struct fault *fault)
{
    bool had = false;
    enum status status = was_erased(db, arena, file->content.picture.sha256_hex, &had, fault);
    if (status == STATUS_OK && had)
        return fault_set(fault, STATUS_REFUSED,
                         "%.*s is a picture that was erased with a post, and is not taken in again: use another.",
                         STR_ARG(file->content.picture.file));
    return status == STATUS_OK ? blob_put(db, bytes, hash, fault) : status;
}

struct forgetting {
    struct db *db;
    const struct post_import *import;
};

/* As an act: no import puts a row on a file between the look and the deletion. */
static enum status forget(struct db_tx *tx, void *arg)
{
    const struct forgetting *f = arg;
    for (size_t i = 0; i < f->import->files_n; i++) {
        const struct import_file *file = &f->import->files[i];
        unsigned char hash[BLOB_HASH];
        struct fault fault;
        bool wanted = false, gone = f->import->files_n == 1;
        if (!file->kept || !raw_hash(file->content.picture.sha256_hex, hash))
            continue;
        enum status status =
            media_blob_wanted(tx, f->import->arena, (struct str){ (const char *)hash, sizeof hash }, &wanted);
        if (status == STATUS_OK && !gone)
            status = erase_had_picture(tx, f->import->arena, file->content.picture.sha256_hex, &gone);
        if (status == STATUS_OK && gone && !wanted)
            status = blob_delete(f->db, hash, &fault);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

void posts_import_forget(struct db *db, const struct post_import *import)
{
    struct forgetting f = { db, import };
    struct fault fault;
    (void)db_write(db, forget, &f, &fault); /* else the sweep of files that no row names does it */
}

/* One picture at a time: its bytes go with the arena made here. */
static enum status keep_one(struct db *db, struct post_import *import, struct import_file *file, struct fault *fault)
{
    unsigned char hash[BLOB_HASH];
    struct str bytes;
    struct str hex = file->content.picture.sha256_hex;
    struct arena *room = arena_new(POST_PICTURE_MAX + 1024 * 1024);
    if (room == NULL)
        return fault_no_memory(fault);
    enum status status = read_bytes(room, &file->content.picture, &bytes, fault);
    if (status == STATUS_OK)
        status = media_facts_read_bytes(import->arena, bytes, file->content.picture.file, &file->facts, fault);
    if (status == STATUS_OK)
        status = put(db, room, file, bytes, hash, fault);
    if (status == STATUS_OK) {
        struct str now = edition_hex(room, (struct str){ (const char *)hash, sizeof hash });
        file->kept = now.p != NULL && str_equal(now, hex);
        file->picture_bytes = (int64_t)bytes.n;
        if (!file->kept)
            status = fault_set(fault, STATUS_CONFLICT, "%.*s changed while it was read: try again.",
                               STR_ARG(file->content.picture.file));
    }
    arena_free(room);
    return status;
}

enum status posts_import_keep(struct db *db, struct post_import *import, struct fault *fault)
{
    bool wrong = false;
    for (size_t i = 0; i < import->files_n; i++) {
        struct import_file *file = &import->files[i];
        struct fault why = { 0 };
        if (!file->content.picture.set)
            continue;
        enum status status = keep_one(db, import, file, &why);
        if (status == STATUS_INVALID || status == STATUS_LIMIT || status == STATUS_DAMAGED) {
            post_faults_add(import->faults, file->name, 1, 1, "%.*s: %s", STR_ARG(file->content.picture.file),
                            why.text);
            wrong = true;
        } else if (status != STATUS_OK) {
            *fault = why;
            return status;
        }
    }
    return wrong ? fault_set(fault, STATUS_INVALID, "Nothing was imported: mend the faults and try again.") : STATUS_OK;
}

static enum status keep_again(struct db *db, const struct import_file *file, struct fault *fault)
{
    unsigned char hash[BLOB_HASH];
    struct str bytes;
    struct arena *room = arena_new(POST_PICTURE_MAX + 1024 * 1024);
    if (room == NULL)
        return fault_no_memory(fault);
    enum status status = read_bytes(room, &file->content.picture, &bytes, fault);
    if (status == STATUS_OK)
        status = put(db, room, file, bytes, hash, fault);
    if (status == STATUS_OK) {
        struct str now = edition_hex(room, (struct str){ (const char *)hash, sizeof hash });
        if (now.p == NULL || !str_equal(now, file->content.picture.sha256_hex))
            status = fault_set(fault, STATUS_CONFLICT, "%.*s was changed meanwhile: try again.",
                               STR_ARG(file->content.picture.file));
    }
    arena_free(room);
    return status;
}

enum status posts_import_keep_again(struct db *db, const struct post_import *import, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < import->files_n && status == STATUS_OK; i++)
        if (import->files[i].kept)
            status = keep_again(db, &import->files[i], fault);
    return status;
}

enum status posts_import_kept(struct db *db, const struct post_import *import, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < import->files_n && status == STATUS_OK; i++) {
        unsigned char hash[BLOB_HASH];
        int64_t size = 0;
        int fd = -1;
        if (!import->files[i].kept || !raw_hash(import->files[i].content.picture.sha256_hex, hash))
            continue;
        status = blob_open(db, hash, &fd, &size, fault);
        if (status == STATUS_OK)
            close(fd);
        else if (status == STATUS_NOT_FOUND)
            status = keep_again(db, &import->files[i], fault);
    }
    return status;
}

bool posts_import_has_picture(const struct post_import *import, size_t file)
{
    return import->files[file].content.picture.set;
}

struct str post_label_words(enum language language, uint32_t labels, enum post_label label)
{
    bool nobody = (labels & POST_NOBODY_SHOWN) != 0;
    switch (label) {
    case LABEL_AI: return nobody ? t_label_ai(language) : t_label_ai_person(language);
    case LABEL_COMPOSITE: return t_label_composite(language);
    case LABEL_FICTITIOUS: return t_label_fictitious(language);
    case LABEL_ILLUSTRATION: return t_label_illustration(language);
    case LABEL_POSED: return t_label_posed(language);
    case LABEL_STOCK: return nobody ? t_label_stock(language) : t_label_stock_person(language);
    case LABELS: break;
    }
    return STR_NONE;
}

/* The text alternative with every disclosure at its head, as it is read and as the file itself carries it. */
static struct str alt_with_labels(struct arena *arena, const struct post_content *content)
{
    struct buf out;
    uint32_t labels = edition_labels(content);
    buf_init(&out, arena, ALT_MAX);
    for (enum post_label label = 0; label < LABELS; label++)
        if (post_labelled(labels, label)) {
            buf_add(&out, post_label_words(LANGUAGE_EN, labels, label));
            buf_add_byte(&out, ' ');
        }
    buf_add(&out, content->picture.alt.p == NULL ? STR("") : content->picture.alt);
    if (!buf_ok(&out))
        return STR_NONE;
    return out.n == 0 ? STR("") : str_trim(buf_str(&out));
}

/* IPTC's word for how a picture came to be; what the file says of it, where the record does not know better. */
static struct str source_type(const struct post_picture *picture, const struct media_facts *facts)
{
    switch (picture->made) {
    case PICTURE_AI: return STR("trainedAlgorithmicMedia");
    case PICTURE_PHOTOGRAPH:
    case PICTURE_POSED:
    case PICTURE_CUSTODY: return STR("digitalCapture");
    case PICTURE_STOCK:
    case PICTURE_ILLUSTRATION:
    case PICTURE_CCTV:
    case PICTURE_SUPPLIED_BY_FAMILY:
    case PICTURES_MADE: break;
    }
    return facts->source_type;
}

enum status picture_take(struct db_tx *tx, struct arena *arena, const struct import_file *file, int64_t edition,
                         int64_t now)
{
    const struct post_picture *picture = &file->content.picture;
    unsigned char hash[BLOB_HASH];
    int64_t set = 0;
    if (!picture->set || !file->kept)
        return STATUS_OK;
    if (!raw_hash(picture->sha256_hex, hash))
        return STATUS_DAMAGED;
    struct str sha256 = { (const char *)hash, sizeof hash };
    struct media_wish wish = { .creator = file->facts.creator,
                               .credit = picture->credit,
                               .rights = file->facts.rights,
                               .alt = alt_with_labels(arena, &file->content),
                               .source_type = source_type(picture, &file->facts) };
    if (wish.alt.p == NULL)
        return STATUS_NO_MEMORY;
    enum status status = media_picture_add(tx, arena, sha256, file->picture_bytes, picture->file, &file->facts, now);
    if (status == STATUS_OK)
        status = media_set_want(tx, arena, sha256, &wish, now, &set);
    return status == STATUS_OK ? sql_posts_picture_put(tx, edition, set, NULL) : status;
}

enum status picture_facts(struct db_tx *tx, struct arena *arena, const struct post_content *content, bool *found,
                          struct media_facts *facts)
{
    unsigned char hash[BLOB_HASH];
    struct media_picture picture;
    *found = false;
    if (!raw_hash(content->picture.sha256_hex, hash))
        return STATUS_OK;
    enum status status = media_picture_find(tx, arena, (struct str){ (const char *)hash, sizeof hash }, &picture);
    *found = status == STATUS_OK;
    if (*found)
        *facts = picture.facts;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status picture_ready(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                          struct str key)
{
    struct posts_picture_of row;
    enum media_state state = MEDIA_WAITING;
    struct str why = STR_NONE;
    if (!content->picture.set)
        return STATUS_OK;
    enum status status = sql_posts_picture_of(tx, arena, edition, &row);
    if (status == STATUS_OK)
        status = media_set_state(tx, arena, row.picture_set, &state, &why);
    if (status == STATUS_NOT_FOUND)
        return db_refuse(tx, STATUS_REFUSED, "%.*s has a picture that was not kept: import the post again.",
                         STR_ARG(key));
    if (status != STATUS_OK)
        return status;
    switch (state) {
    case MEDIA_READY: return STATUS_OK;
    case MEDIA_FAILED:
        return db_refuse(tx, STATUS_REFUSED, "The picture of %.*s could not be made ready for the page: %.*s",
                         STR_ARG(key), STR_ARG(why));
    case MEDIA_WAITING: break;
    }
    return db_refuse(tx, STATUS_REFUSED,
                     "The picture of %.*s is not ready for the page yet: the server makes it within a minute of the "
                     "import. Try again; where it stays so, run candour doctor.",
                     STR_ARG(key));
}

enum status picture_shown(struct db_tx *tx, struct arena *arena, int64_t edition, const struct post_content *content,
                          struct post_shown *out)
{
    struct posts_picture_of row;
    struct media_rendition_row *rows;
    struct media_wish wish = { 0 };
    *out = (struct post_shown){ 0 };
    if (!content->picture.set)
        return STATUS_OK;
    enum status status = sql_posts_picture_of(tx, arena, edition, &row);
    if (status == STATUS_OK)
        status = media_set_wish(tx, arena, row.picture_set, &wish);
    if (status == STATUS_OK)
        status = media_renditions(tx, arena, row.picture_set, &rows, &out->renditions_n);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    out->renditions = rows;
    out->credit = content->picture.credit;
    out->creator = wish.creator;
    out->rights = wish.rights;
    out->source_type = wish.source_type;
    out->decorative = content->picture.decorative && edition_labels(content) == 0;
    if (!out->decorative)
        out->alt = alt_with_labels(arena, content);
    return !out->decorative && out->alt.p == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status posts_rendition(struct db_tx *tx, struct arena *arena, struct str sha256, enum media_format *format)
{
    struct posts_rendition_shown *rows;
    size_t n = 0;
    enum status status = sql_posts_rendition_shown(tx, arena, sha256, 1, &rows, &n);
    if (status != STATUS_OK)
        return status;
    if (n == 0)
        return STATUS_NOT_FOUND;
    return media_format_read(rows[0].format, format) ? STATUS_OK : STATUS_DAMAGED;
}
