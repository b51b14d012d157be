/*
 * Parts out of a stream of bytes. See multipart.h for what is taken.
 *
 * How it stays bounded: only the first byte of the delimiter is a CR, so bytes
 * that looked like a delimiter and were not are the delimiter's own head, and
 * need not be kept; a new delimiter cannot begin inside them.
 *
 * An attacker sends a delimiter cut anywhere, nearly a delimiter for megabytes,
 * heads without end, names in two spellings. Each byte is looked at a bounded
 * number of times, and a head as a whole only when its empty line has come.
 */
#include "web/multipart.h"

#include <string.h>

#include "base/banned.h"

/* ---- Pieces of a head ---- */

/* RFC 9110 5.6.2, also for MIME, whose tokens are a little wider (RFC 2045 5.1) than anybody uses. */
static bool is_token_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct str take_token(struct str *rest)
{
    size_t n = 0;
    while (n < rest->n && is_token_byte(rest->p[n]))
        n++;
    struct str token = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return token;
}

static bool take_byte(struct str *rest, char c)
{
    if (rest->n == 0 || rest->p[0] != c)
        return false;
    *rest = str_slice(*rest, 1, rest->n);
    return true;
}

static void skip_space(struct str *rest)
{
    while (take_byte(rest, ' ') || take_byte(rest, '\t'))
        ;
}

/* Between quotes, undone into `room`, which has as many bytes as are left. */
static bool take_quoted(struct str *rest, char *room, struct str *out)
{
    size_t n = 0;
    if (!take_byte(rest, '"'))
        return false;
    for (size_t i = 0; i < rest->n; i++) {
        char c = rest->p[i];
        if (c == '"') {
            *out = (struct str){ room, n };
            *rest = str_slice(*rest, i + 1, rest->n);
            return true;
        }
        if (c == '\\' && i + 1 < rest->n && (rest->p[i + 1] == '"' || rest->p[i + 1] == '\\'))
            c = rest->p[++i];
        room[n++] = c;
    }
    return false;
}

/* ';' name '=' value, as often as it stands there; false at the end, or where it is none of these. */
static bool take_parameter(struct str *rest, char *room, struct str *name, struct str *value)
{
    skip_space(rest);
    if (!take_byte(rest, ';'))
        return false;
    skip_space(rest);
    *name = take_token(rest);
    if (name->n == 0 || !take_byte(rest, '='))
        return false;
    if (rest->n && rest->p[0] == '"')
        return take_quoted(rest, room, value);
    *value = take_token(rest);
    return value->n > 0;
}

/* ---- The boundary ---- */

/* RFC 2046 5.1.1: bchars, the last of them no space. */
static bool boundary_good(struct str boundary)
{
    if (boundary.n == 0 || boundary.n > MULTIPART_BOUNDARY_MAX || boundary.p[boundary.n - 1] == ' ')
        return false;
    for (size_t i = 0; i < boundary.n; i++) {
        char c = boundary.p[i];
        bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alphanumeric && (c == '\0' || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return true;
}

enum status multipart_begin(struct multipart *m, struct str content_type, const struct multipart_events *events,
                            void *self)
{
    *m = (struct multipart){ .events = events, .self = self, .matched = 2, .implied = true };
    m->state = MULTIPART_FAILED;
    m->failed = STATUS_INVALID;
    static const struct str kind = STR_INIT("multipart/form-data");
    /* Quotes and escapes at most double a boundary; the rest is a parameter's name. */
    char room[4 * MULTIPART_BOUNDARY_MAX];
    if (content_type.n > sizeof room || !str_equal_nocase(str_slice(content_type, 0, kind.n), kind))
        return m->failed;
    struct str rest = str_slice(content_type, kind.n, content_type.n);
    struct str name;
    struct str boundary;
    if (!take_parameter(&rest, room, &name, &boundary) || !str_equal_nocase(name, STR("boundary")))
        return m->failed;
    skip_space(&rest);
    if (rest.n > 0 || !boundary_good(boundary))
        return m->failed;
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.p, boundary.n);
    m->delimiter_n = 4 + boundary.n;
    m->state = MULTIPART_START;
    m->failed = STATUS_OK;
    return STATUS_OK;
}

/* ---- A part's head ---- */

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return true;
    return false;
}

/* Values undone from their quotes lie in `room`, one behind the other. */
static enum status read_disposition(struct str value, char *room, struct multipart_part *part)
{
    if (!str_equal_nocase(take_token(&value), STR("form-data")))
        return STATUS_INVALID;
    struct str name;
    struct str text;
    while (value.n > 0) {
        if (!take_parameter(&value, room, &name, &text) || !str_is_text(text) || has_control(text))
            return STATUS_INVALID;
        room += text.n;
        bool is_name = str_equal_nocase(name, STR("name"));
        struct str *place = is_name ? &part->name : &part->file_name;
        if ((!is_name && !str_equal_nocase(name, STR("filename"))) || place->p)
            return STATUS_INVALID;
        if (text.n > (is_name ? (size_t)MULTIPART_NAME_MAX : (size_t)MULTIPART_FILE_NAME_MAX))
            return STATUS_LIMIT;
        *place = text;
    }
    return part->name.n > 0 ? STATUS_OK : STATUS_INVALID;
}

static bool encoding_is_none(struct str value)
{
    return str_equal_nocase(value, STR("binary")) || str_equal_nocase(value, STR("8bit")) ||
           str_equal_nocase(value, STR("7bit"));
}

static bool type_is_good(struct str value)
{
    struct str rest = value;
    struct str kind = take_token(&rest);
    return kind.n > 0 && take_byte(&rest, '/') && take_token(&rest).n > 0 && str_is_text(value) &&
           !has_control(value) && !str_equal_nocase(kind, STR("multipart"));
}

/* One line of a head, without its CRLF. */
static enum status read_field(struct str line, char *room, struct multipart_part *part, bool *disposed, bool *encoded)
{
    struct str name = take_token(&line);
    if (name.n == 0 || !take_byte(&line, ':'))
        return STATUS_INVALID;
    struct str value = str_trim(line);
    if (str_equal_nocase(name, STR("Content-Disposition"))) {
        if (*disposed)
            return STATUS_INVALID;
        *disposed = true;
        return read_disposition(value, room, part);
    }
    if (str_equal_nocase(name, STR("Content-Type"))) {
        if (part->content_type.p || !type_is_good(value))
            return STATUS_INVALID;
        part->content_type = value;
    } else if (str_equal_nocase(name, STR("Content-Transfer-Encoding"))) {
        if (*encoded || !encoding_is_none(value))
            return STATUS_INVALID;
        *encoded = true;
    }
    return STATUS_OK;
}

/* A head is whole: m->head ends in its empty line. */
static enum status read_head(struct multipart *m)
{
    struct multipart_part part = { STR_NONE, STR_NONE, STR_NONE };
    bool disposed = false;
    bool encoded = false;
    char room[MULTIPART_HEAD_MAX];
    struct str rest = { m->head, m->head_n - 2 };
    for (size_t fields = 0; rest.n > 0; fields++) {
        size_t n = (size_t)str_find(rest, STR("\r\n"));
        if (fields == MULTIPART_FIELDS_MAX)
            return STATUS_LIMIT;
        enum status status = read_field(str_slice(rest, 0, n), room, &part, &disposed, &encoded);
        if (status != STATUS_OK)
            return status;
        rest = str_slice(rest, n + 2, rest.n);
    }
    if (!disposed)
        return STATUS_INVALID;
    if (++m->parts > MULTIPART_PARTS_MAX)
        return STATUS_LIMIT;
    m->state = MULTIPART_BODY;
    m->matched = 2;
    m->implied = true;
    return m->events->part_begin(m->self, &part);
}

/* Bytes of a head, up to its end; gives how many were taken. */
static size_t take_head(struct multipart *m, struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        char c = bytes.p[i];
        char before = m->head_n ? m->head[m->head_n - 1] : '\n';
        bool control = ((unsigned char)c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7F;
        if (control || (c == '\n') != (before == '\r')) {
            m->failed = STATUS_INVALID;
            return i;
        }
        if (m->head_n == MULTIPART_HEAD_MAX) {
            m->failed = STATUS_LIMIT;
            return i;
        }
        m->head[m->head_n++] = c;
        if (c == '\n' && str_ends((struct str){ m->head, m->head_n }, STR("\r\n\r\n"))) {
            m->failed = read_head(m);
            return i + 1;
        }
    }
    return bytes.n;
}

/* ---- Delimiters ---- */

/* Bytes that are part of a body. Outside of one there are none that may be. */
static enum status give(struct multipart *m, struct str bytes)
{
    if (bytes.n == 0)
        return STATUS_OK;
    if (m->state == MULTIPART_BODY)
        return m->events->part_bytes(m->self, bytes);
    if (m->state == MULTIPART_START)
        return STATUS_INVALID;
    m->epilogue += bytes.n;
    return m->epilogue > MULTIPART_EPILOGUE_MAX ? STATUS_LIMIT : STATUS_OK;
}

/* A whole delimiter stands there. */
static enum status meet(struct multipart *m)
{
    bool implied = m->implied;
    m->matched = 0;
    m->implied = false;
    if (m->state == MULTIPART_EPILOGUE || (m->state == MULTIPART_BODY && implied))
        return STATUS_INVALID; /* a part behind the last, or a head whose empty line is also the boundary's */
    enum status status = m->state == MULTIPART_BODY ? m->events->part_end(m->self) : STATUS_OK;
    m->state = MULTIPART_BEHIND;
    return status;
}

/* Goes on with a delimiter that began in earlier bytes; gives how many bytes belong to it. */
static size_t match_on(struct multipart *m, struct str bytes)
{
    size_t n = m->delimiter_n - m->matched < bytes.n ? m->delimiter_n - m->matched : bytes.n;
    size_t same = 0;
    while (same < n && bytes.p[same] == m->delimiter[m->matched + same])
        same++;
    m->matched += same;
    if (m->matched == m->delimiter_n) {
        m->failed = meet(m);
    } else if (same < n) {
        size_t from = m->implied ? 2 : 0;
        struct str was = { m->delimiter + from, m->matched - from };
        m->matched = 0;
        m->implied = false;
        m->failed = m->state == MULTIPART_START ? STATUS_INVALID : give(m, was);
    }
    return same;
}

/* Bytes of a body or of the epilogue, up to a delimiter; gives how many were taken. */
static size_t take_body(struct multipart *m, struct str bytes)
{
    if (m->matched > 0)
        return match_on(m, bytes);
    for (size_t at = 0; at < bytes.n;) {
        const char *cr = memchr(bytes.p + at, '\r', bytes.n - at);
        if (!cr)
            break;
        at = (size_t)(cr - bytes.p);
        size_t n = bytes.n - at < m->delimiter_n ? bytes.n - at : m->delimiter_n;
        if (memcmp(cr, m->delimiter, n) != 0) {
            at++;
            continue;
        }
        m->failed = give(m, str_slice(bytes, 0, at));
        m->matched = n;
        if (m->failed == STATUS_OK && n == m->delimiter_n)
            m->failed = meet(m);
        return at + n;
    }
    m->failed = give(m, bytes);
    return bytes.n;
}

/* Behind a delimiter: CRLF and a head, or two hyphens and the end. */
static enum status take_behind(struct multipart *m, char c)
{
    if (m->behind == 0) {
        m->behind = c;
        return c == '\r' || (c == '-' && m->state == MULTIPART_BEHIND && m->parts > 0) ? STATUS_OK : STATUS_INVALID;
    }
    char first = m->behind;
    m->behind = 0;
    if (first == '-') {
        m->state = MULTIPART_CLOSED;
        return c == '-' ? STATUS_OK : STATUS_INVALID;
    }
    m->state = m->state == MULTIPART_CLOSED ? MULTIPART_EPILOGUE : MULTIPART_HEAD;
    m->head_n = 0;
    /* A boundary right behind this CRLF would be one, too. */
    m->matched = m->state == MULTIPART_EPILOGUE ? 2 : 0;
    m->implied = m->matched > 0;
    return c == '\n' ? STATUS_OK : STATUS_INVALID;
}

enum status multipart_take(struct multipart *m, struct str bytes)
{
    while (bytes.n > 0 && m->state != MULTIPART_FAILED) {
        size_t taken = 1;
        switch (m->state) {
        case MULTIPART_BEHIND:
        case MULTIPART_CLOSED: m->failed = take_behind(m, bytes.p[0]); break;
        case MULTIPART_HEAD: taken = take_head(m, bytes); break;
        case MULTIPART_START:
        case MULTIPART_BODY:
        case MULTIPART_EPILOGUE: taken = take_body(m, bytes); break;
        case MULTIPART_FAILED: break;
        }
        if (m->failed != STATUS_OK)
            m->state = MULTIPART_FAILED;
        bytes = str_slice(bytes, taken, bytes.n);
    }
    return m->failed;
}

enum status multipart_end(struct multipart *m)
{
    bool whole = m->state == MULTIPART_EPILOGUE || (m->state == MULTIPART_CLOSED && m->behind == 0);
    if (m->state != MULTIPART_FAILED && !whole) {
        m->state = MULTIPART_FAILED;
        m->failed = STATUS_INVALID;
    }
    return m->failed;
}
