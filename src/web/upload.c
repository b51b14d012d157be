/*
 * Files that come in with a form, from the front's pieces to descriptors.
 *
 * Promises:
 *  - session, permission and Sec-Fetch-Site are looked at before the body is
 *    read, the form's token before a byte of anything else is kept; all are
 *    looked at again when the upload is whole;
 *  - a file has no name on the disk: when its descriptor is closed, by the
 *    answer, by an abort or by the end of the process, it is gone;
 *  - a thread is held for a piece, memory for the words of the form alone.
 *
 * An attacker sends much (each file, each form, all uploads together and their
 * number have a bound), sends slowly (the front's pace), goes away in the
 * middle (abort), or gives a file a name that is a path (it names nothing here).
 */
#include "web/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/banned.h"

/* ---- Files without a name ---- */

static int file_open(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
        return fd;
    /* A file system that cannot (NFS, older overlays): a name for a moment. */
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/.upload-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0 && unlink(path) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool upload_folder_good(const char *folder)
{
    int fd = file_open(folder);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static enum status status_of_errno(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return STATUS_FULL;
    case EMFILE:
    case ENFILE: return STATUS_BUSY;
    case ENOMEM: return STATUS_NO_MEMORY;
    default: return STATUS_IO;
    }
}

/* What is ours to mend comes into the log; what the visitor did wrong does not. */
static enum status answer_with(const struct upload *u, enum status status, int code)
{
    bool ours = status != STATUS_OK && status != STATUS_INVALID && status != STATUS_LIMIT && status != STATUS_DENIED;
    if (ours)
        log_event(LOG_ERROR, "web.upload_failed", LOG_STR(LOG_ROUTE, str_of(u->route->path)),
                  LOG_STR(LOG_STATUS, str_of(status_name(status))), LOG_I64(LOG_CODE, code));
    return status;
}

static void kept_none(struct upload *u, uint64_t bytes)
{
    atomic_fetch_sub(&u->web->upload_bytes, bytes);
    u->kept -= bytes;
}

/* Nothing of it stays; its bytes are only counted from now on. */
static void file_drop(struct upload *u, struct upload_file *file)
{
    if (file->fd < 0)
        return;
    close(file->fd);
    file->fd = -1;
    kept_none(u, file->size);
}

static enum status file_write_piece(struct upload *u, struct upload_file *file, struct str bytes)
{
    if (atomic_fetch_add(&u->web->upload_bytes, bytes.n) + bytes.n > UPLOADS_BYTES_MAX) {
        atomic_fetch_sub(&u->web->upload_bytes, bytes.n);
        return answer_with(u, STATUS_FULL, 0);
    }
    u->kept += bytes.n;
    file->size += bytes.n;
    while (bytes.n > 0) {
        ssize_t n = write(file->fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return answer_with(u, status_of_errno(errno), errno);
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
    return STATUS_OK;
}

/* ---- Parts ---- */

static const struct form_field *field_of(const struct upload *u)
{
    return &u->route->upload->fields[u->field];
}

static size_t files_of(const struct upload *u, size_t field)
{
    size_t n = 0;
    for (size_t i = 0; i < u->files_n; i++)
        n += u->file_fields[i] == field;
    return n;
}

/* A text part says nothing, or that it is what it must be. */
static bool type_is_plain(struct str type)
{
    struct str kind;
    if (!type.p)
        return true;
    if (!str_cut(&type, ';', &kind) || !str_equal_nocase(str_trim(kind), STR("text/plain")))
        return false;
    struct str charset = str_trim(type);
    return !type.p || str_equal_nocase(charset, STR("charset=utf-8")) ||
           str_equal_nocase(charset, STR("charset=\"utf-8\""));
}

/* RFC 7578 4.2: of a path only the last name, and nothing that could deceive who reads it. */
static struct str last_name(struct str name)
{
    for (size_t i = name.n; i > 0; i--)
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
            return str_slice(name, i, name.n);
    return name;
}

static enum status keep_text(struct upload *u, struct upload_text *text, struct str bytes)
{
    if (bytes.n > UPLOAD_TEXT_MAX - u->text.n)
        return STATUS_LIMIT;
    buf_add(&u->text, bytes);
    text->n += bytes.n;
    return buf_ok(&u->text) ? STATUS_OK : STATUS_NO_MEMORY;
}

static struct str text_at(const struct upload *u, const struct upload_text *text)
{
    return text->n ? (struct str){ u->text.p + text->from, text->n } : STR("");
}

static enum status begin_file(struct upload *u, struct str name)
{
    size_t most = field_of(u)->files ? field_of(u)->files : 1;
    u->part = UPLOAD_FILE;
    if (u->files_n == UPLOAD_FILES_MAX)
        return STATUS_LIMIT;
    bool fits = files_of(u, u->field) < most;
    struct upload_file *file = &u->files[u->files_n];
    struct upload_text *kept = &u->file_names[u->files_n];
    *file = (struct upload_file){ .fd = -1 };
    *kept = (struct upload_text){ .from = u->text.n, .sent = name.n > 0 };
    u->file_fields[u->files_n++] = u->field;
    struct str last = last_name(name);
    enum status status = str_is_line(last) ? keep_text(u, kept, last) : STATUS_OK;
    if (status != STATUS_OK || !fits || name.n == 0)
        return status;
    file->fd = file_open(u->web->upload_folder);
    return file->fd >= 0 ? STATUS_OK : answer_with(u, status_of_errno(errno), errno);
}

static enum status part_begin(void *self, const struct multipart_part *part)
{
    struct upload *u = self;
    const struct upload_form *form = u->route->upload;
    bool first = u->began++ == 0;
    bool is_file = part->file_name.p != NULL;
    if (str_equal(part->name, STR(FORM_TOKEN_FIELD))) {
        u->part = UPLOAD_TOKEN;
        return first && !is_file ? STATUS_OK : STATUS_INVALID;
    }
    if (u->route->csrf && !u->token_good)
        return STATUS_DENIED;
    u->field = 0;
    while (u->field < form->n && !str_equal(part->name, str_of(form->fields[u->field].name)))
        u->field++;
    if (u->field == form->n || is_file != (field_of(u)->type == FIELD_FILE))
        return STATUS_INVALID;
    if (is_file)
        return begin_file(u, part->file_name);
    struct upload_text *text = &u->texts[u->field];
    u->part = UPLOAD_TEXT;
    if (text->sent || !type_is_plain(part->content_type))
        return STATUS_INVALID;
    *text = (struct upload_text){ .from = u->text.n, .sent = true };
    return STATUS_OK;
}

static enum status take_file(struct upload *u, struct str bytes)
{
    struct upload_file *file = &u->files[u->files_n - 1];
    if (!u->file_names[u->files_n - 1].sent)
        return STATUS_INVALID; /* bytes of a file that was not chosen */
    if (file->fd >= 0 && file->size + bytes.n > (uint64_t)field_of(u)->max)
        file_drop(u, file);
    if (file->fd >= 0)
        return file_write_piece(u, file, bytes);
    file->size += bytes.n;
    return STATUS_OK;
}

static enum status part_bytes(void *self, struct str bytes)
{
    struct upload *u = self;
    switch (u->part) {
    case UPLOAD_TOKEN:
        /* It is the first part: nothing else stands there, and nothing stays of it. */
        if (bytes.n > FORM_TOKEN_MAX - u->text.n)
            return STATUS_DENIED;
        buf_add(&u->text, bytes);
        return buf_ok(&u->text) ? STATUS_OK : STATUS_NO_MEMORY;
    case UPLOAD_TEXT: return keep_text(u, &u->texts[u->field], bytes);
    case UPLOAD_FILE: return take_file(u, bytes);
    }
    return STATUS_INVALID;
}

static enum status part_end(void *self)
{
    struct upload *u = self;
    switch (u->part) {
    case UPLOAD_TOKEN:
        u->token_good = form_token_fits(u->web, &u->binding, buf_str(&u->text));
        buf_clear(&u->text);
        return u->token_good || !u->route->csrf ? STATUS_OK : STATUS_DENIED;
    case UPLOAD_TEXT: return str_is_text(text_at(u, &u->texts[u->field])) ? STATUS_OK : STATUS_INVALID;
    case UPLOAD_FILE: {
        struct upload_file *file = &u->files[u->files_n - 1];
        if (!u->file_names[u->files_n - 1].sent)
            u->files_n--; /* a browser's way to say that no file was chosen */
        else if (file->fd >= 0 && lseek(file->fd, 0, SEEK_SET) != 0)
            return answer_with(u, STATUS_IO, errno);
        return STATUS_OK;
    }
    }
    return STATUS_INVALID;
}

static const struct multipart_events events = { part_begin, part_bytes, part_end };

/* ---- The sink ---- */

void upload_free(struct upload *upload)
{
    if (!upload)
        return;
    for (size_t i = 0; i < upload->files_n; i++)
        if (upload->files[i].fd >= 0)
            close(upload->files[i].fd);
    kept_none(upload, upload->kept);
    atomic_fetch_sub(&upload->web->uploads, 1);
    buf_free(&upload->text);
    mem_free(upload);
}

static enum status status_of_gate(enum http_status status)
{
    if (status == HTTP_OK)
        return STATUS_OK;
    if (status == HTTP_FORBIDDEN)
        return STATUS_DENIED;
    return status == HTTP_UNAVAILABLE ? STATUS_UNAVAILABLE : STATUS_IO;
}

/* Who is it, and may they? Holds nothing of it but what the token must be bound to. */
static enum status enter(struct upload *u, struct http_exchange *x, const struct route_found *found,
                         enum language language)
{
    struct db *db = web_database(u->web);
    if (!db)
        return STATUS_UNAVAILABLE;
    struct serving *s = serving_open(u->web, x, found, language, db);
    if (!s)
        return STATUS_NO_MEMORY;
    enum status status = status_of_gate(gate_enter(s));
    u->binding = form_binding_of(s);
    serving_close(s);
    return status;
}

static enum status upload_begin(void *self, struct http_exchange *x, void **state)
{
    struct web *web = self;
    const struct http_head *head = http_exchange_head(x);
    struct str path = head->path;
    enum language language = path_language(&path);
    struct route_found found;
    route_find(web->tree, head->method, path, &found);
    struct upload *u = mem_zero(1, sizeof *u);
    if (!u)
        return STATUS_NO_MEMORY;
    u->web = web;
    u->route = found.route;
    buf_init(&u->text, NULL, UPLOAD_TEXT_MAX);
    enum status status = atomic_fetch_add(&web->uploads, 1) < UPLOADS_MAX ? STATUS_OK : STATUS_BUSY;
    if (status == STATUS_OK)
        status = multipart_begin(&u->multipart, http_field(head, STR("Content-Type")), &events, u);
    if (status == STATUS_OK)
        status = enter(u, x, &found, language);
    if (status != STATUS_OK) {
        answer_with(u, status, 0);
        upload_free(u);
        return status;
    }
    *state = u;
    return STATUS_OK;
}

static enum status upload_piece(void *state, struct str bytes)
{
    struct upload *u = state;
    return multipart_take(&u->multipart, bytes);
}

static enum status upload_end(void *state)
{
    struct upload *u = state;
    enum status status = multipart_end(&u->multipart);
    for (size_t i = 0; i < u->files_n; i++)
        u->files[i].name = text_at(u, &u->file_names[i]);
    return status;
}

static void upload_abort(void *state)
{
    upload_free(state);
}

const struct http_sink upload_sink = { upload_begin, upload_piece, upload_end, upload_abort };

/* ---- What handlers ask ---- */

const struct upload_file *request_file(const struct request *req, size_t field, size_t at)
{
    const struct serving *s = (const struct serving *)req;
    if (!req->route->upload || field >= req->route->upload->n || req->route->upload->fields[field].type != FIELD_FILE)
        bug("%s has no field %zu for files", req->route->path, field);
    const struct upload *u = s->upload;
    for (size_t i = 0; u && i < u->files_n; i++)
        if (u->file_fields[i] == field && at-- == 0)
            return &u->files[i];
    return NULL;
}
