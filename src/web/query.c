/*
 * Bytes of a query or a form field to values, and back to the one canonical
 * query of a page.
 *
 * An attacker chooses all of it. Unknown fields are dropped and are no part of
 * an address or of a cache key, so nobody can fill the cache with "?x=1",
 * "?x=2". A declared field that comes twice or does not fit its type is
 * invalid, and then there is no canonical query and nothing is cached.
 */
#include "web/inside.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool form_decode(struct str s, char *room, struct str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '+') {
            room[n++] = ' ';
        } else if (s.p[i] == '%') {
            int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
            if (low < 0)
                return false;
            room[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            room[n++] = s.p[i];
        }
    }
    *out = (struct str){ room, n };
    return true;
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
              c == '.'))
            return false;
    }
    return true;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return true;
    return false;
}

static void check(const struct query_field *field, struct value *value)
{
    value->state = VALUE_INVALID;
    switch (field->type) {
    case QUERY_INT:
        if (str_to_i64(value->text, &value->number) && value->number >= field->min && value->number <= field->max)
            value->state = VALUE_OK;
        break;
    case QUERY_WORD:
        if ((int64_t)value->text.n <= field->max && is_word(value->text))
            value->state = VALUE_OK;
        break;
    case QUERY_TEXT:
        if ((int64_t)value->text.n <= field->max && !has_control(value->text))
            value->state = VALUE_OK;
        break;
    }
}

bool query_read(const struct route *route, struct str raw, char *room, struct value *out)
{
    bool good = true;
    bool seen[QUERY_FIELDS_MAX] = { false };
    for (size_t i = 0; i < route->query_n; i++)
        out[i] = (struct value){ .state = VALUE_ABSENT, .text = STR_NONE };
    struct str pair;
    while (route->query_n && str_cut(&raw, '&', &pair)) {
        struct str rest = pair;
        struct str name;
        if (!str_cut(&rest, '=', &name))
            continue;
        for (size_t i = 0; i < route->query_n; i++) {
            struct value *value = &out[i];
            if (!str_equal(name, str_of(route->query[i].name)))
                continue;
            struct str text = STR_NONE;
            bool decoded = form_decode(rest, room, &text) && str_is_text(text);
            if (decoded)
                room += text.n;
            if (seen[i] || !decoded) {
                value->state = VALUE_INVALID;
            } else if (text.n) { /* "?after=" says the same as nothing */
                value->text = text;
                check(&route->query[i], value);
            }
            seen[i] = true;
            good = good && value->state != VALUE_INVALID;
        }
    }
    return good;
}

struct writer {
    char *p;
    size_t n, size;
    bool failed;
};

static void put(struct writer *w, char c)
{
    if (w->n == w->size) {
        w->failed = true;
        return;
    }
    w->p[w->n++] = c;
}

static void put_encoded(struct writer *w, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        struct str one = str_slice(s, i, 1);
        if (is_word(one) || one.p[0] == '~') {
            put(w, one.p[0]);
            continue;
        }
        unsigned char u = (unsigned char)one.p[0];
        put(w, '%');
        put(w, digits[u >> 4]);
        put(w, digits[u & 15]);
    }
}

bool query_canonical(const struct route *route, const struct value *values, char *room, size_t size, struct str *out)
{
    struct writer w = { .p = room, .size = size };
    for (size_t i = 0; i < route->query_n; i++) {
        if (values[i].state != VALUE_OK)
            continue;
        if (w.n)
            put(&w, '&');
        put_encoded(&w, str_of(route->query[i].name));
        put(&w, '=');
        if (route->query[i].type == QUERY_INT) {
            char digits[24];
            int n = snprintf(digits, sizeof digits, "%lld", (long long)values[i].number);
            put_encoded(&w, (struct str){ digits, (size_t)n });
        } else {
            put_encoded(&w, values[i].text);
        }
    }
    *out = (struct str){ room, w.n };
    return !w.failed;
}
