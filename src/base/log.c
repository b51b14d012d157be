/*
 * The log: one write(2) a line, so that lines of several threads and
 * processes do not mix.
 *
 * Promises: no line is longer than LINE_MAX, none holds a control character,
 * a line end or bytes that are not UTF-8, and a value never stands under a key
 * of another type. What an attacker could try: send bytes that end the line
 * and begin a false one, or that move a terminal's cursor; and a careless
 * caller could hand over an address instead of a route's pattern, so the
 * "word" keys take only the characters of our own words.
 */
#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

enum { LOG_LINE_MAX = 4096, LOG_TEXT_MAX = 200 };

/* What a key may hold. */
enum shape { SHAPE_NUMBER, SHAPE_WORD, SHAPE_WORD_OR_NUMBER, SHAPE_TEXT };

struct key_row {
    const char *name;
    enum shape shape;
};

static const struct key_row keys[] = {
    [LOG_ROLE] = { "role", SHAPE_WORD },         [LOG_PID] = { "pid", SHAPE_NUMBER },
    [LOG_CODE] = { "code", SHAPE_NUMBER },       [LOG_STATUS] = { "status", SHAPE_WORD_OR_NUMBER },
    [LOG_ROUTE] = { "route", SHAPE_WORD },       [LOG_COUNT] = { "count", SHAPE_NUMBER },
    [LOG_MS] = { "ms", SHAPE_NUMBER },           [LOG_AT] = { "at", SHAPE_WORD },
    [LOG_JOB] = { "job", SHAPE_WORD },           [LOG_STEP] = { "step", SHAPE_NUMBER },
    [LOG_CHANGED] = { "changed", SHAPE_NUMBER }, [LOG_FAILED] = { "failed", SHAPE_NUMBER },
    [LOG_FILE] = { "file", SHAPE_TEXT },         [LOG_WHAT] = { "what", SHAPE_TEXT },
    [LOG_WHERE] = { "where", SHAPE_TEXT },
};

enum { KEYS = sizeof keys / sizeof keys[0] };

static _Atomic int lowest = LOG_INFO;
static _Atomic int descriptor = STDERR_FILENO;
static _Atomic(const char *) role = "command";

/* The line being made. It is cut, never grown: the log must work when memory is gone. */
struct line {
    char p[LOG_LINE_MAX];
    size_t n;
};

static void put(struct line *line, struct str s)
{
    size_t room = sizeof line->p - 1 - line->n; /* one byte is kept for the line end */
    size_t n = s.n < room ? s.n : room;
    if (n)
        memcpy(line->p + line->n, s.p, n);
    line->n += n;
}

static void put_z(struct line *line, const char *z)
{
    put(line, str_of(z));
}

static void put_number(struct line *line, int64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)v);
    put(line, (struct str){ digits, (size_t)n });
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-_./:{}", c) != NULL);
}

static bool is_word(struct str s)
{
    if (s.n == 0 || s.n > LOG_TEXT_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_word_char(s.p[i]))
            return false;
    return true;
}

/* How many bytes from the front are one printable character; 0 where there is none. */
static size_t printable(struct str s)
{
    unsigned char c = (unsigned char)s.p[0];
    if (c < 0x80)
        return c >= 0x20 && c != 0x7F && c != '"' && c != '\\' ? 1 : 0;
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    struct str one = str_slice(s, 0, n);
    if (one.n != n || !str_is_text(one))
        return 0;
    /* C1 controls, and the marks that turn the direction of writing. */
    if (c == 0xC2 && (unsigned char)s.p[1] < 0xA0)
        return 0;
    if (c == 0xE2 && ((unsigned char)s.p[1] == 0x80 || (unsigned char)s.p[1] == 0x81) &&
        (unsigned char)s.p[2] >= 0xA6 && (unsigned char)s.p[2] <= 0xAF)
        return 0;
    if (c == 0xE2 && (unsigned char)s.p[1] == 0x80 && (unsigned char)s.p[2] >= 0xA8 && (unsigned char)s.p[2] <= 0xAE)
        return 0;
    return n;
}

static void put_text(struct line *line, struct str text)
{
    bool cut = text.n > LOG_TEXT_MAX;
    text = str_slice(text, 0, LOG_TEXT_MAX);
    while (cut && text.n && ((unsigned char)text.p[text.n - 1] & 0xC0) == 0x80)
        text.n--;
    if (cut && text.n && (unsigned char)text.p[text.n - 1] >= 0xC0)
        text.n--;
    put_z(line, "\"");
    while (text.n) {
        size_t n = printable(text);
        if (n) {
            put(line, str_slice(text, 0, n));
        } else {
            char escape[8];
            unsigned char c = (unsigned char)text.p[0];
            n = 1;
            if (c == '"' || c == '\\')
                snprintf(escape, sizeof escape, "\\%c", c);
            else if (c == '\n')
                snprintf(escape, sizeof escape, "\\n");
            else
                snprintf(escape, sizeof escape, "\\x%02x", c);
            put_z(line, escape);
        }
        text = str_slice(text, n, text.n);
    }
    put_z(line, cut ? "…\"" : "\"");
}

static void put_field(struct line *line, const struct log_field *f)
{
    if ((unsigned)f->key >= KEYS || !keys[f->key].name)
        return; /* a key that is not on the list has no name to stand under, so neither has its value */
    const struct key_row *row = &keys[f->key];
    put_z(line, " ");
    put_z(line, row->name);
    put_z(line, "=");
    bool number = row->shape == SHAPE_NUMBER || (row->shape == SHAPE_WORD_OR_NUMBER && !f->is_text);
    if (number && !f->is_text)
        put_number(line, f->number);
    else if (row->shape == SHAPE_TEXT && f->is_text)
        put_text(line, f->text);
    else if (!number && f->is_text && is_word(f->text))
        put(line, f->text);
    else
        put_z(line, "(withheld)");
}

static const char *level_word(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG: return "debug";
    case LOG_INFO: return "info";
    case LOG_WARN: return "warn";
    case LOG_ERROR: return "error";
    }
    return "error";
}

static bool names_role(const struct log_field *fields)
{
    for (; fields->key != LOG_KEY_END; fields++)
        if (fields->key == LOG_ROLE)
            return true;
    return false;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    int fd = atomic_load(&descriptor);
    if (fd < 0 || (int)level < atomic_load(&lowest))
        return;
    struct line line;
    line.n = 0;
    put_z(&line, "level=");
    put_z(&line, level_word(level));
    put_z(&line, " event=");
    put_z(&line, event);
    if (!names_role(fields)) {
        put_z(&line, " role=");
        put_z(&line, atomic_load(&role));
    }
    for (; fields->key != LOG_KEY_END; fields++)
        put_field(&line, fields);
    line.p[line.n++] = '\n';
    int saved = errno;
    size_t done = 0;
    while (done < line.n) {
        ssize_t n = write(fd, line.p + done, line.n - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            break; /* a log that cannot be written must not stop the service */
    }
    errno = saved;
}

void log_level_set(enum log_level level)
{
    atomic_store(&lowest, (int)level);
}

void log_role_set(const char *word)
{
    atomic_store(&role, word);
}

void log_descriptor_set(int fd)
{
    atomic_store(&descriptor, fd);
}
