/*
 * Any bytes as a form with files. The first line is the Content-Type, the rest
 * the body; its first byte says where else it is cut. However it is cut the
 * result is the same; parts are well formed, and their bytes are no more than
 * came. What was taken, written anew, is taken again and says the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "web/multipart.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What the parser says, written anew as the most usual form of the same parts. */
struct written {
    struct buf out;
    struct str boundary;
    uint64_t body;
    size_t parts;
    bool open;
};

static void must_be_line(struct str s, size_t most)
{
    must(s.n <= most && str_is_text(s));
    for (size_t i = 0; i < s.n; i++)
        must((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7F);
}

static void write_quoted(struct buf *out, const char *name, struct str value)
{
    buf_add(out, str_of(name));
    buf_add(out, STR("=\""));
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_add_byte(out, '\\');
        buf_add_byte(out, value.p[i]);
    }
    buf_add_byte(out, '"');
}

static void write_boundary(struct written *w)
{
    buf_add(&w->out, STR("--"));
    buf_add(&w->out, w->boundary);
}

static enum status part_begin(void *self, const struct multipart_part *part)
{
    struct written *w = self;
    must(!w->open && ++w->parts <= MULTIPART_PARTS_MAX);
    w->open = true;
    must(part->name.n > 0);
    must_be_line(part->name, MULTIPART_NAME_MAX);
    must_be_line(part->file_name, MULTIPART_FILE_NAME_MAX);
    must_be_line(part->content_type, MULTIPART_HEAD_MAX);
    write_boundary(w);
    buf_add(&w->out, STR("\r\nContent-Disposition: form-data; "));
    write_quoted(&w->out, "name", part->name);
    if (part->file_name.p) {
        buf_add(&w->out, STR("; "));
        write_quoted(&w->out, "filename", part->file_name);
    }
    if (part->content_type.p) {
        buf_add(&w->out, STR("\r\nContent-Type: "));
        buf_add(&w->out, part->content_type);
    }
    buf_add(&w->out, STR("\r\n\r\n"));
    return STATUS_OK;
}

static enum status part_bytes(void *self, struct str bytes)
{
    struct written *w = self;
    must(w->open && bytes.n > 0);
    w->body += bytes.n;
    buf_add(&w->out, bytes);
    return STATUS_OK;
}

static enum status part_end(void *self)
{
    struct written *w = self;
    must(w->open);
    w->open = false;
    buf_add(&w->out, STR("\r\n"));
    return STATUS_OK;
}

static const struct multipart_events events = { part_begin, part_bytes, part_end };

/* In room of just their size, so that ASan sees a read beyond a piece; and what stood there before is gone. */
static void take_pieces(struct multipart *m, struct str bytes, size_t step)
{
    size_t size = step < bytes.n ? step : bytes.n;
    char *room = malloc(size ? size : 1);
    must(room != NULL);
    for (size_t at = 0; at < bytes.n; at += size) {
        struct str piece = str_slice(bytes, at, size);
        memcpy(room + size - piece.n, piece.p, piece.n);
        multipart_take(m, (struct str){ room + size - piece.n, piece.n });
        memset(room, 'X', size);
    }
    free(room);
}

static enum status parse(struct str type, struct str body, size_t first, size_t step, struct written *w)
{
    static struct multipart m; /* large; and what an earlier one left must not matter */
    *w = (struct written){ 0 };
    buf_init(&w->out, NULL, SIZE_MAX / 4);
    enum status status = multipart_begin(&m, type, &events, w);
    must(status == STATUS_OK || status == STATUS_INVALID);
    if (status == STATUS_OK) {
        must(m.delimiter_n > 4 && m.delimiter_n <= 4 + MULTIPART_BOUNDARY_MAX);
        w->boundary = (struct str){ m.delimiter + 4, m.delimiter_n - 4 };
    }
    take_pieces(&m, str_slice(body, 0, first), first);
    take_pieces(&m, str_slice(body, first, body.n), step);
    status = multipart_end(&m);
    must(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_LIMIT);
    must(status != STATUS_OK || (!w->open && w->parts > 0));
    must(w->body <= body.n);
    must(buf_ok(&w->out));
    if (status == STATUS_OK) {
        write_boundary(w);
        buf_add(&w->out, STR("--\r\n"));
    }
    return status;
}

static void must_be_same(struct written *a, struct written *b)
{
    must(a->parts == b->parts && a->body == b->body && a->open == b->open);
    must(str_equal(buf_str(&a->out), buf_str(&b->out)));
    buf_free(&b->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str body = { (const char *)bytes, n };
    struct str type;
    if (!str_cut(&body, '\n', &type) || !body.p)
        return 0;
    struct written whole;
    struct written other;
    enum status status = parse(type, body, 0, body.n + 1, &whole);
    must(parse(type, body, 0, 1, &other) == status);
    must_be_same(&whole, &other);
    size_t first = body.n ? (unsigned char)body.p[0] * body.n / 256 : 0;
    must(parse(type, body, first, 1 + n % 13, &other) == status);
    must_be_same(&whole, &other);
    if (status == STATUS_OK && str_find(whole.boundary, STR(" ")) < 0) {
        struct str again = buf_str(&whole.out);
        /* Escapes may make a head longer than a head may be. */
        enum status second = parse(type, again, 0, again.n, &other);
        must(second == STATUS_OK || second == STATUS_LIMIT);
        if (second == STATUS_OK)
            must_be_same(&whole, &other);
        else
            buf_free(&other.out);
    }
    buf_free(&whole.out);
    return 0;
}
