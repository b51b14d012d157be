/*
 * A backup as it lies there: its manifest, and whether everything is what it
 * says.
 *
 * Promises: nothing in the folder is changed, so that it may lie on something
 * that cannot be written; every byte is read. The manifest ends in the hash of
 * all that stands before it.
 */
#include "main/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "main/wiring.h"
#include "posts/erasure.h"
#include "media/media.h"
#include "base/banned.h"

enum { MANIFEST_MAX = 64 * 1024 };

#define SEAL     ",\"sha256\":\""
#define KEY_MARK "candour key 1\n"

void backup_key_mark(const unsigned char key[PLACE_KEY_SIZE], unsigned char mark[BACKUP_HASH])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)KEY_MARK, sizeof KEY_MARK - 1);
    crypto_hash_sha256_update(&state, key, PLACE_KEY_SIZE);
    crypto_hash_sha256_final(&state, mark);
}

/* ---- Writing ---- */

static void put_hash(struct json_writer *w, struct str name, const unsigned char hash[BACKUP_HASH])
{
    char hex[BACKUP_HEX + 1];
    sodium_bin2hex(hex, sizeof hex, hash, BACKUP_HASH);
    json_name(w, name);
    json_put_str(w, str_of(hex));
}

static void put_number(struct json_writer *w, struct str name, int64_t v)
{
    json_name(w, name);
    json_put_i64(w, v);
}

struct str backup_manifest_text(struct arena *arena, const struct backup *b)
{
    struct buf out;
    struct json_writer w;
    unsigned char hash[BACKUP_HASH];
    char hex[BACKUP_HEX + 1];
    buf_init(&out, arena, MANIFEST_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    put_number(&w, STR("candour_backup"), BACKUP_FORMAT);
    json_name(&w, STR("program"));
    json_put_str(&w, b->program);
    json_name(&w, STR("made"));
    json_put_str(&w, b->made);
    put_number(&w, STR("schema"), b->schema);
    json_name(&w, STR("demonstration"));
    json_put_bool(&w, b->demonstration);
    put_hash(&w, STR("key_mark"), b->key_mark);
    json_name(&w, STR("audit"));
    json_open_object(&w);
    put_number(&w, STR("entries"), b->entries);
    json_name(&w, STR("head"));
    json_put_str(&w, b->head_hex);
    json_close_object(&w);
    json_name(&w, STR("erasures"));
    json_open_object(&w);
    put_number(&w, STR("newest"), b->erasures);
    put_hash(&w, STR("hash"), b->erasures_hash);
    json_close_object(&w);
    json_name(&w, STR("files"));
    json_open_array(&w);
    for (size_t i = 0; i < b->files_n; i++) {
        json_open_object(&w);
        json_name(&w, STR("name"));
        json_put_str(&w, b->files[i].name);
        put_number(&w, STR("size"), b->files[i].size);
        put_hash(&w, STR("sha256"), b->files[i].hash);
        json_close_object(&w);
    }
    json_close_array(&w);
    put_number(&w, STR("blobs"), (int64_t)b->blobs_n);
    put_number(&w, STR("bytes"), b->bytes);
    struct str body = buf_str(&out);
    if (!body.p)
        return STR_NONE;
    crypto_hash_sha256(hash, (const unsigned char *)body.p, body.n);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    buf_format(&out, SEAL "%s\"}\n", hex);
    return buf_str(&out);
}

struct str backup_list_text(struct arena *arena, const struct backup *b)
{
    struct buf out;
    char hex[BACKUP_HEX + 1];
    buf_init(&out, arena, BACKUP_LIST_MAX);
    buf_add(&out, STR(""));
    for (size_t i = 0; i < b->blobs_n; i++) {
        sodium_bin2hex(hex, sizeof hex, b->blobs[i].hash, BLOB_HASH);
        buf_format(&out, "%s %lld\n", hex, (long long)b->blobs[i].size);
    }
    if (!buf_ok(&out))
        return STR_NONE;
    return out.n ? buf_str(&out) : STR("");
}

/* ---- Reading ---- */

static bool hex_of(struct str s, unsigned char out[BACKUP_HASH])
{
    size_t n = 0;
    return s.n == BACKUP_HEX && sodium_hex2bin(out, BACKUP_HASH, s.p, s.n, NULL, &n, NULL) == 0 && n == BACKUP_HASH;
}

static bool get_hash(const struct json *object, struct str name, unsigned char out[BACKUP_HASH])
{
    const struct json *v = json_get(object, name);
    return v && v->kind == JSON_STRING && hex_of(v->text, out);
}

static bool get_number(const struct json *object, struct str name, int64_t *out)
{
    const struct json *v = json_get(object, name);
    return v && json_i64(v, out) && *out >= 0;
}

static bool get_text(const struct json *object, struct str name, struct str *out)
{
    const struct json *v = json_get(object, name);
    if (!v || v->kind != JSON_STRING || !str_is_line(v->text))
        return false;
    *out = v->text;
    return true;
}

static bool get_files(const struct json *array, struct backup *out)
{
    static const char *const names[] = { PLACE_DATABASE, PLACE_SETTINGS, ERASURES_FILE, BACKUP_LIST,
                                         PLACE_DEMONSTRATION };
    if (!array || array->kind != JSON_ARRAY || array->n != (out->demonstration ? 5u : 4u))
        return false;
    for (size_t i = 0; i < array->n; i++) {
        struct backup_file *f = &out->files[i];
        if (!get_text(&array->items[i], STR("name"), &f->name) || !str_equal(f->name, str_of(names[i])) ||
            !get_number(&array->items[i], STR("size"), &f->size) || !get_hash(&array->items[i], STR("sha256"), f->hash))
            return false;
    }
    out->files_n = array->n;
    return true;
}

static bool manifest_get(const struct json *m, struct backup *out)
{
    const struct json *audit = json_get(m, STR("audit")), *erasures = json_get(m, STR("erasures"));
    const struct json *demonstration = json_get(m, STR("demonstration"));
    int64_t blobs = 0;
    if (!demonstration || demonstration->kind != JSON_BOOL)
        return false;
    out->demonstration = demonstration->boolean;
    bool whole = get_text(m, STR("program"), &out->program) && get_text(m, STR("made"), &out->made) &&
                 get_number(m, STR("schema"), &out->schema) && get_hash(m, STR("key_mark"), out->key_mark) &&
                 get_number(audit, STR("entries"), &out->entries) && get_text(audit, STR("head"), &out->head_hex) &&
                 get_number(erasures, STR("newest"), &out->erasures) &&
                 get_hash(erasures, STR("hash"), out->erasures_hash) && get_files(json_get(m, STR("files")), out) &&
                 get_number(m, STR("blobs"), &blobs) && get_number(m, STR("bytes"), &out->bytes);
    out->blobs_n = (size_t)blobs;
    return whole;
}

static enum status damaged(struct fault *fault, const char *folder, const char *what)
{
    return fault_set(fault, STATUS_DAMAGED,
                     "The backup %s is damaged: %s is not what was written. Take another backup.", folder, what);
}

static enum status manifest_read(struct arena *arena, const char *folder, struct backup *out, struct fault *fault)
{
    struct str text;
    struct stat st;
    unsigned char hash[BACKUP_HASH], said[BACKUP_HASH];
    const struct json *m = NULL;
    const char *path = place_path(arena, folder, BACKUP_MANIFEST);
    if (!path)
        return fault_no_memory(fault);
    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
        return fault_set(fault, STATUS_NOT_FOUND, "There is no folder %s: give the folder of a backup.", folder);
    if (!place_has(arena, folder, BACKUP_MANIFEST))
        return fault_set(
            fault, STATUS_DAMAGED,
            "%s is no backup, or one that was not finished: it has no " BACKUP_MANIFEST ". Take another one.", folder);
    enum status status = file_read(arena, path, MANIFEST_MAX, &text, fault);
    if (status != STATUS_OK)
        return status == STATUS_LIMIT ? damaged(fault, folder, BACKUP_MANIFEST) : status;
    size_t tail = sizeof SEAL - 1 + BACKUP_HEX + 3;
    if (text.n < tail || !str_equal(str_slice(text, text.n - tail, sizeof SEAL - 1), STR(SEAL)) ||
        !hex_of(str_slice(text, text.n - BACKUP_HEX - 3, BACKUP_HEX), said) || !str_ends(text, STR("\"}\n")))
        return damaged(fault, folder, BACKUP_MANIFEST);
    crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n - tail);
    int64_t format = 0;
    if (memcmp(hash, said, sizeof hash) != 0 || json_read(arena, text, &m, fault) != STATUS_OK ||
        !get_number(m, STR("candour_backup"), &format))
        return damaged(fault, folder, BACKUP_MANIFEST);
    if (format > BACKUP_FORMAT)
        return fault_set(fault, STATUS_NEWER, "The backup %s was made by a newer candour. Install that version.",
                         folder);
    if (!manifest_get(m, out))
        return damaged(fault, folder, BACKUP_MANIFEST);
    size_t known = wiring_database(folder, false).migrations_n;
    if (out->schema > (int64_t)known)
        return fault_set(fault, STATUS_NEWER,
                         "The backup %s was made by candour %.*s, which is newer than this one (schema %lld, this one "
                         "knows %zu). Install that version.",
                         folder, STR_ARG(out->program), (long long)out->schema, known);
    return STATUS_OK;
}

/* "HASH SIZE" a line, by hash. */
static bool list_get(struct arena *arena, struct str text, struct backup *out)
{
    size_t lines = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    if (lines != out->blobs_n || (text.n && text.p[text.n - 1] != '\n'))
        return false;
    out->blobs = ARENA_ARRAY(arena, lines, struct backup_blob);
    for (size_t i = 0; i < lines; i++) {
        struct str line, hash;
        struct backup_blob *b = &out->blobs[i];
        if (!out->blobs || !str_cut(&text, '\n', &line) || !str_cut(&line, ' ', &hash) || !line.p ||
            !hex_of(hash, b->hash) || !str_to_i64(line, &b->size) || b->size < 0)
            return false;
        if (i && memcmp(out->blobs[i - 1].hash, b->hash, BLOB_HASH) >= 0)
            return false;
    }
    return true;
}

static enum status known_read(struct db *db, int64_t *known, struct fault *fault)
{
    struct db_tx *tx = NULL;
    *known = 0;
    if (db_schema(db) < POST_ERASURE_SCHEMA)
        return STATUS_OK;
    enum status status = db_read_begin(db, &tx, fault);
    if (status != STATUS_OK)
        return status;
    status = wiring_erasures_known(tx, known);
    if (status != STATUS_OK)
        fault_set(fault, status, "Which erasures the database knows could not be read (%s).", status_name(status));
    db_read_end(tx);
    return status;
}

enum status backup_database(struct arena *arena, const char *folder, struct backup *out, struct fault *fault)
{
    struct db *db = NULL;
    struct audit_report report;
    struct db_options options = wiring_database(folder, false);
    options.sealed = true;
    enum status status = db_open(&db, &options, fault);
    if (status == STATUS_OK)
        status = db_check(db, fault);
    if (status == STATUS_OK)
        status = audit_verify(db, arena, &report, fault);
    if (status == STATUS_OK && report.first_wrong)
        status = fault_set(fault, STATUS_DAMAGED,
                           "The audit in %s is not whole: entry %lld was changed, left out or moved. Keep the data "
                           "folder as it is, and ask who may write to it.",
                           folder, (long long)report.first_wrong);
    if (status == STATUS_OK)
        status = known_read(db, &out->known, fault);
    if (status == STATUS_OK) {
        out->schema = db_schema(db);
        out->entries = report.entries;
        out->head_hex = report.head_hex;
    }
    db_close(db);
    return status;
}

struct looking {
    const struct backup *b;
    unsigned char *hash;
    bool *missing;
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, ((const struct backup_blob *)b)->hash, BLOB_HASH);
}

static enum status is_listed(void *self, struct str sha256)
{
    struct looking *l = self;
    const struct backup *b = l->b;
    if (sha256.n != BLOB_HASH)
        return STATUS_DAMAGED;
    if (b->blobs_n && bsearch(sha256.p, b->blobs, b->blobs_n, sizeof *b->blobs, by_hash))
        return STATUS_OK;
    memcpy(l->hash, sha256.p, BLOB_HASH);
    *l->missing = true;
    return STATUS_NOT_FOUND; /* one is enough */
}

enum status backup_blobs_look(const char *folder, const struct backup *b, unsigned char hash[BLOB_HASH], bool *missing,
                              struct fault *fault)
{
    struct db *db = NULL;
    struct looking l = { b, hash, missing };
    struct db_options options = wiring_database(folder, false);
    options.sealed = true;
    *missing = false;
    if (b->schema != (int64_t)options.migrations_n)
        return STATUS_OK;
    enum status status = db_open(&db, &options, fault);
    if (status == STATUS_OK)
        status = media_blobs_named(db, is_listed, &l, fault);
    db_close(db);
    return *missing ? STATUS_OK : status;
}

static enum status files_look(int fd, const char *folder, const struct backup *b, struct backup_progress *progress,
                              int64_t *done, struct fault *fault)
{
    unsigned char hash[BACKUP_HASH];
    char path[sizeof BACKUP_BLOBS + 4 + BACKUP_HEX + 1], hex[BACKUP_HEX + 1];
    int64_t size = 0;
    for (size_t i = 0; i < b->files_n + b->blobs_n; i++) {
        const struct backup_file *f = i < b->files_n ? &b->files[i] : NULL;
        const struct backup_blob *blob = f ? NULL : &b->blobs[i - b->files_n];
        if (f) {
            snprintf(path, sizeof path, "%.*s", STR_ARG(f->name));
        } else {
            sodium_bin2hex(hex, sizeof hex, blob->hash, BLOB_HASH);
            snprintf(path, sizeof path, BACKUP_BLOBS "/%.2s/%s", hex, hex);
        }
        enum status status = backup_hash(fd, folder, path, hash, &size, fault);
        if (status != STATUS_OK)
            return status == STATUS_NOT_FOUND ? damaged(fault, folder, path) : status;
        if (size != (f ? f->size : blob->size) || memcmp(hash, f ? f->hash : blob->hash, BACKUP_HASH) != 0)
            return damaged(fault, folder, path);
        *done += size;
        backup_progress(progress, *done, b->bytes);
    }
    return STATUS_OK;
}

static enum status erasures_look(struct arena *arena, const char *folder, const struct backup *b, struct fault *fault)
{
    struct erasures list;
    const char *path = place_path(arena, folder, ERASURES_FILE);
    if (!path)
        return fault_no_memory(fault);
    enum status status = erasures_read(arena, path, &list, fault);
    if (status != STATUS_OK)
        return status;
    if (list.torn || (int64_t)list.n != b->erasures || !erasures_hold(&list, b->erasures, b->erasures_hash))
        return damaged(fault, folder, ERASURES_FILE);
    return STATUS_OK;
}

static enum status all_look(struct arena *arena, int fd, const char *folder, struct backup *out, struct fault *fault)
{
    struct backup_progress progress = { .verb = "read" };
    struct backup files = *out;
    struct str text = STR_NONE;
    int64_t done = 0;
    const char *list = place_path(arena, folder, BACKUP_LIST);
    files.blobs_n = 0; /* first what the manifest itself names */
    enum status status = files_look(fd, folder, &files, &progress, &done, fault);
    if (status == STATUS_OK)
        status = list ? file_read(arena, list, BACKUP_LIST_MAX, &text, fault) : fault_no_memory(fault);
    if (status == STATUS_OK && !list_get(arena, text, out))
        status = arena_failed(arena) ? fault_no_memory(fault) : damaged(fault, folder, BACKUP_LIST);
    struct backup blobs = *out;
    blobs.files_n = 0;
    if (status == STATUS_OK)
        status = files_look(fd, folder, &blobs, &progress, &done, fault);
    if (status == STATUS_OK && done != out->bytes)
        status = damaged(fault, folder, BACKUP_MANIFEST);
    if (status == STATUS_OK)
        status = erasures_look(arena, folder, out, fault);
    unsigned char hash[BLOB_HASH];
    bool missing = false;
    if (status == STATUS_OK)
        status = backup_blobs_look(folder, out, hash, &missing, fault);
    if (status == STATUS_OK && missing)
        status = damaged(fault, folder, BACKUP_LIST);
    struct backup found = *out;
    if (status == STATUS_OK)
        status = backup_database(arena, folder, &found, fault);
    if (status == STATUS_OK && (found.known > out->erasures || found.schema != out->schema ||
                                found.entries != out->entries || !str_equal(found.head_hex, out->head_hex)))
        status = damaged(fault, folder, PLACE_DATABASE);
    out->known = found.known;
    return status;
}

enum status backup_verify(struct arena *arena, const char *folder, struct backup *out, struct fault *fault)
{
    *out = (struct backup){ 0 };
    enum status status = manifest_read(arena, folder, out, fault);
    if (status != STATUS_OK)
        return status;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return backup_fault(fault, folder, "it", errno);
    status = all_look(arena, fd, folder, out, fault);
    close(fd);
    return status;
}
