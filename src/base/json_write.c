/*
 * Writing JSON, and the one form of a document that is hashed (RFC 8785).
 *
 * Promises: the same tree gives the same bytes on every machine. Numbers are
 * written as ECMAScript writes them (ECMA-262, Number::toString): the fewest
 * digits that read back as the same double, and of those the nearest. A whole
 * number that a double cannot hold exactly is refused, because two documents
 * that differ would then have one hash.
 */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

/* ---- Texts ---- */

/* Only what must be escaped is (RFC 8785 3.2.2.2). */
static void put_text(struct buf *out, struct str s)
{
    static const char short_form[] = "btn?fr"; /* 0x08 to 0x0D */
    buf_add_byte(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, str_slice(s, from, i - from));
        from = i + 1;
        if (c == '"' || c == '\\')
            buf_format(out, "\\%c", c);
        else if (c >= 0x08 && c <= 0x0D && c != 0x0B)
            buf_format(out, "\\%c", short_form[c - 0x08]);
        else
            buf_format(out, "\\u%04x", c);
    }
    buf_add(out, str_slice(s, from, s.n));
    buf_add_byte(out, '"');
}

/* ---- Numbers ---- */

enum { DIGITS_MAX = 17 };

/* value = 0.DIGITS * 10^point */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int n;
    int point;
};

static double value_of(const struct decimal *d)
{
    char text[DIGITS_MAX + 32];
    snprintf(text, sizeof text, "0.%.*se%d", d->n, d->digits, d->point);
    return strtod(text, NULL);
}

/* One more in the last place. */
static void step_up(struct decimal *d)
{
    int i = d->n - 1;
    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
        return;
    }
    d->digits[0] = '1'; /* 99 became 100: the same length, one place to the left */
    d->point++;
}

/* `v` is finite and above 0. */
static struct decimal shortest(double v)
{
    struct decimal d = { .n = 0 };
    for (int n = 1; n <= DIGITS_MAX; n++) {
        char text[40];
        snprintf(text, sizeof text, "%.*e", n - 1, v);
        d.n = n;
        d.digits[0] = text[0];
        if (n > 1)
            memcpy(d.digits + 1, text + 2, (size_t)n - 1);
        d.point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
        if (value_of(&d) == v)
            break;
        /* Above a power of two the gap is twice the one below: the nearest may miss where the next one up fits. */
        struct decimal up = d;
        step_up(&up);
        if (value_of(&up) == v) {
            d = up;
            break;
        }
    }
    while (d.n > 1 && d.digits[d.n - 1] == '0')
        d.n--;
    return d;
}

static void put_zeros(struct buf *out, int n)
{
    while (n-- > 0)
        buf_add_byte(out, '0');
}

static void put_double(struct buf *out, double v)
{
    if (v == 0) {
        buf_add_byte(out, '0'); /* of either sign */
        return;
    }
    if (v < 0)
        buf_add_byte(out, '-');
    struct decimal d = shortest(fabs(v));
    struct str digits = { d.digits, (size_t)d.n };
    if (d.point >= d.n && d.point <= 21) {
        buf_add(out, digits);
        put_zeros(out, d.point - d.n);
    } else if (d.point > 0 && d.point <= 21) {
        buf_add(out, str_slice(digits, 0, (size_t)d.point));
        buf_add_byte(out, '.');
        buf_add(out, str_slice(digits, (size_t)d.point, digits.n));
    } else if (d.point > -6 && d.point <= 0) {
        buf_add(out, STR("0."));
        put_zeros(out, -d.point);
        buf_add(out, digits);
    } else {
        buf_add_byte(out, d.digits[0]);
        if (d.n > 1) {
            buf_add_byte(out, '.');
            buf_add(out, str_slice(digits, 1, digits.n));
        }
        buf_format(out, "e%c%d", d.point > 0 ? '+' : '-', abs(d.point - 1));
    }
}

/* Whether a double is exactly this whole number. */
static bool double_holds(int64_t v)
{
    double d = (double)v;
    return d < 0x1p63 && (int64_t)d == v;
}

static enum status put_number(struct buf *out, struct str text)
{
    int64_t whole;
    if (str_to_i64(text, &whole) && !double_holds(whole))
        return STATUS_INVALID;
    char *z = mem_alloc(text.n + 1); /* strtod wants a NUL, and a number may have any length */
    if (!z)
        return STATUS_NO_MEMORY;
    if (text.n)
        memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    char *end;
    double v = strtod(z, &end);
    bool good = text.n != 0 && end == z + text.n && isfinite(v);
    mem_free(z);
    if (!good)
        return STATUS_INVALID;
    put_double(out, v);
    return STATUS_OK;
}

/* ---- RFC 8785 ---- */

/*
 * UTF-8 sorts by code point, UTF-16 puts what needs a surrogate pair before
 * U+E000 to U+FFFF. The lead bytes of those are EE and EF, of the others F0 to F4.
 */
static int unit_rank(char c)
{
    unsigned char u = (unsigned char)c;
    return u == 0xEE || u == 0xEF ? u + 0x10 : u;
}

static int compare_utf16(struct str a, struct str b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++)
        if (a.p[i] != b.p[i])
            return unit_rank(a.p[i]) - unit_rank(b.p[i]);
    return a.n < b.n ? -1 : a.n > b.n;
}

static int compare_members(const void *a, const void *b, void *names)
{
    const struct str *n = names;
    return compare_utf16(n[*(const size_t *)a], n[*(const size_t *)b]);
}

static enum status put_object(struct buf *out, const struct json *value)
{
    size_t *order = mem_zero(value->n, sizeof *order);
    if (!order)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < value->n; i++)
        order[i] = i;
    qsort_r(order, value->n, sizeof *order, compare_members, value->names);
    enum status status = STATUS_OK;
    buf_add_byte(out, '{');
    for (size_t i = 0; i < value->n && status == STATUS_OK; i++) {
        if (i)
            buf_add_byte(out, ',');
        put_text(out, value->names[order[i]]);
        buf_add_byte(out, ':');
        status = json_canonical(out, &value->items[order[i]]);
    }
    buf_add_byte(out, '}');
    mem_free(order);
    return status;
}

static enum status put_array(struct buf *out, const struct json *value)
{
    enum status status = STATUS_OK;
    buf_add_byte(out, '[');
    for (size_t i = 0; i < value->n && status == STATUS_OK; i++) {
        if (i)
            buf_add_byte(out, ',');
        status = json_canonical(out, &value->items[i]);
    }
    buf_add_byte(out, ']');
    return status;
}

enum status json_canonical(struct buf *out, const struct json *value)
{
    enum status status = STATUS_OK;
    switch (value->kind) {
    case JSON_NULL: buf_add(out, STR("null")); break;
    case JSON_BOOL: buf_add(out, value->boolean ? STR("true") : STR("false")); break;
    case JSON_NUMBER: status = put_number(out, value->text); break;
    case JSON_STRING: put_text(out, value->text); break;
    case JSON_ARRAY: status = put_array(out, value); break;
    case JSON_OBJECT: status = put_object(out, value); break;
    }
    return status != STATUS_OK || buf_ok(out) ? status : STATUS_LIMIT;
}

/* ---- The writer ---- */

void json_writer_init(struct json_writer *w, struct buf *out)
{
    *w = (struct json_writer){ .out = out, .first = { true } };
}

static void before_value(struct json_writer *w)
{
    if (w->after_name)
        w->after_name = false;
    else if (!w->first[w->depth])
        buf_add_byte(w->out, ',');
    w->first[w->depth] = false;
}

static void open(struct json_writer *w, char bracket)
{
    before_value(w);
    buf_add_byte(w->out, bracket);
    if (w->depth == JSON_MAX_DEPTH)
        bug("JSON is written deeper than it may be read");
    w->first[++w->depth] = true;
}

static void close(struct json_writer *w, char bracket)
{
    if (w->depth == 0)
        bug("JSON is closed that was not opened");
    w->depth--;
    buf_add_byte(w->out, bracket);
}

void json_open_object(struct json_writer *w)
{
    open(w, '{');
}

void json_close_object(struct json_writer *w)
{
    close(w, '}');
}

void json_open_array(struct json_writer *w)
{
    open(w, '[');
}

void json_close_array(struct json_writer *w)
{
    close(w, ']');
}

void json_name(struct json_writer *w, struct str name)
{
    before_value(w);
    put_text(w->out, name);
    buf_add_byte(w->out, ':');
    w->after_name = true;
}

void json_put_str(struct json_writer *w, struct str text)
{
    before_value(w);
    put_text(w->out, text);
}

void json_put_i64(struct json_writer *w, int64_t v)
{
    before_value(w);
    buf_add_i64(w->out, v);
}

void json_put_bool(struct json_writer *w, bool v)
{
    before_value(w);
    buf_add(w->out, v ? STR("true") : STR("false"));
}

void json_put_null(struct json_writer *w)
{
    before_value(w);
    buf_add(w->out, STR("null"));
}

void json_put_raw(struct json_writer *w, struct str json)
{
    before_value(w);
    buf_add(w->out, json);
}
