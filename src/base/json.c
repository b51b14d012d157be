/*
 * Reading JSON: a strict scan of our own, then json-c, then a tree in the arena.
 *
 * json-c alone is too kind for what comes from outside: it takes comments,
 * NaN, control characters in strings, halves of surrogate pairs and "\u0000",
 * it clamps long integers, and of two members with one name it keeps the last
 * without a word (two readers of one document would see different things). The
 * scan goes over the tokens before and refuses all that; it also counts the
 * members, and a tree that has fewer holds a name twice. json-c does the
 * grammar and the strings. Numbers are taken from the text, in its order.
 *
 * Bounds: size, depth and the arena's cap. json-c hashes names with a random
 * seed, so names that collide cannot be prepared.
 */
#include "base/json.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/banned.h"

/* ---- Where in the text ---- */

static void place_of(struct str text, size_t at, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '\n') {
            ++*line;
            *column = 1;
        } else if ((c & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

static enum status fault_at(struct fault *fault, enum status status, struct str text, size_t at, const char *words)
{
    int line, column;
    place_of(text, at, &line, &column);
    return fault_set(fault, status, "Line %d, column %d: %s", line, column, words);
}

/* ---- The scan ---- */

struct scan {
    struct str text;
    size_t at;
    size_t members;
    const char *wrong; /* words of the first fault, which is at `at` */
    enum status status;
};

static bool refuse(struct scan *s, size_t at, const char *words)
{
    s->at = at;
    s->wrong = words;
    s->status = STATUS_INVALID;
    return false;
}

static int byte_at(const struct scan *s, size_t at)
{
    return at < s->text.n ? (unsigned char)s->text.p[at] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* The four hexadecimal digits at `at`, or -1. */
static int hex4(const struct scan *s, size_t at)
{
    int v = 0;
    for (size_t i = at; i < at + 4; i++) {
        int c = byte_at(s, i);
        int digit = is_digit(c)            ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

static bool scan_escape(struct scan *s)
{
    size_t start = s->at;
    int c = byte_at(s, start + 1);
    if (c != 'u') {
        if (c <= 0 || !strchr("\"\\/bfnrt", c))
            return refuse(s, start, "there is no such escape in JSON; write \\\\ for a backslash.");
        s->at += 2;
        return true;
    }
    int unit = hex4(s, start + 2);
    if (unit < 0)
        return refuse(s, start, "\\u must be followed by four hexadecimal digits.");
    if (unit == 0)
        return refuse(s, start, "\\u0000 is not taken; leave it out.");
    s->at += 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    int second = byte_at(s, s->at) == '\\' && byte_at(s, s->at + 1) == 'u' ? hex4(s, s->at + 2) : -1;
    if (unit > 0xDBFF || second < 0xDC00 || second > 0xDFFF)
        return refuse(s, start, "half of a surrogate pair; write both halves, or the character itself.");
    s->at += 6;
    return true;
}

/* From the quote to behind the closing one. */
static bool scan_string(struct scan *s)
{
    size_t start = s->at++;
    for (;;) {
        int c = byte_at(s, s->at);
        if (c < 0)
            return refuse(s, start, "this text in quotes has no end.");
        if (c < 0x20)
            return refuse(s, s->at, "a control character in a text; write it as an escape, such as \\n.");
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c != '\\')
            s->at++;
        else if (!scan_escape(s))
            return false;
    }
}

static bool scan_digits(struct scan *s)
{
    size_t start = s->at;
    while (is_digit(byte_at(s, s->at)))
        s->at++;
    return s->at > start;
}

static bool ends_token(int c)
{
    return c < 0 || strchr(" \t\r\n,]}", c) != NULL;
}

static bool scan_number(struct scan *s)
{
    size_t start = s->at;
    bool whole = true;
    if (byte_at(s, s->at) == '-')
        s->at++;
    bool zero = byte_at(s, s->at) == '0';
    size_t first = s->at;
    if (!scan_digits(s) || (zero && s->at > first + 1))
        return refuse(s, start, "a number begins with a digit, without zeros before it.");
    if (byte_at(s, s->at) == '.') {
        whole = false;
        s->at++;
        if (!scan_digits(s))
            return refuse(s, start, "a digit must follow the point of a number.");
    }
    int c = byte_at(s, s->at);
    if (c == 'e' || c == 'E') {
        whole = false;
        s->at++;
        c = byte_at(s, s->at);
        if (c == '+' || c == '-')
            s->at++;
        if (!scan_digits(s))
            return refuse(s, start, "a digit must follow the exponent sign of a number.");
    }
    if (!ends_token(byte_at(s, s->at)))
        return refuse(s, start, "this is not a number.");
    int64_t ignored;
    if (whole && !str_to_i64(str_slice(s->text, start, s->at - start), &ignored))
        return refuse(s, start, "this whole number does not fit into 64 bits; write it as a text in quotes.");
    return true;
}

static bool scan_word(struct scan *s)
{
    static const struct str words[] = { STR_INIT("true"), STR_INIT("false"), STR_INIT("null") };
    struct str rest = str_slice(s->text, s->at, s->text.n);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_starts(rest, words[i]) && ends_token(byte_at(s, s->at + words[i].n))) {
            s->at += words[i].n;
            return true;
        }
    }
    return refuse(s, s->at,
                  "this is not JSON; texts stand in double quotes, and the only words are true, false and null.");
}

/* Every token of the text; what order they may come in is json-c's. */
static bool scan_all(struct scan *s)
{
    size_t depth = 0;
    bool good = true;
    while (good && s->at < s->text.n) {
        int c = byte_at(s, s->at);
        if (c == '"') {
            good = scan_string(s);
        } else if (c == '-' || is_digit(c)) {
            good = scan_number(s);
        } else if (c >= 'a' && c <= 'z') {
            good = scan_word(s);
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_MAX_DEPTH) {
                refuse(s, s->at, "lists and objects are nested deeper than 32; make it flatter.");
                s->status = STATUS_LIMIT;
                return false;
            }
            s->at++;
        } else if (c > 0 && strchr("]},: \t\r\n", c)) {
            depth -= (c == ']' || c == '}') && depth > 0;
            s->members += c == ':';
            s->at++;
        } else {
            good = refuse(s, s->at, "this character has no place here; texts stand in double quotes.");
        }
    }
    return good;
}

/* The first byte that is not part of valid UTF-8, or is NUL. */
static size_t first_bad_byte(struct str text)
{
    size_t at = 0;
    while (at < text.n) {
        size_t n = 1;
        while (n <= 4 && !str_is_text(str_slice(text, at, n)))
            n++;
        if (n > 4)
            break;
        at += n;
    }
    return at;
}

/* ---- The name that stands twice ---- */

/* A string token as json-c reads it; NULL when there is no memory. */
static struct json_object *string_token(struct str token)
{
    struct json_tokener *tokener = json_tokener_new();
    if (!tokener)
        return NULL;
    struct json_object *text = json_tokener_parse_ex(tokener, token.p, (int)token.n);
    json_tokener_free(tokener);
    return text;
}

/*
 * Called only for a text that is whole JSON but for a name twice. One set of
 * names for each open object; the first that is in its set already is the place.
 */
static size_t second_place(struct str text)
{
    struct json_object *seen[JSON_MAX_DEPTH + 1] = { NULL };
    size_t depth = 0, found = 0;
    struct scan s = { .text = text };
    while (s.at < text.n && found == 0) {
        char c = text.p[s.at];
        size_t start = s.at;
        if (c == '{' || c == '[') {
            seen[++depth] = c == '{' ? json_object_new_object() : NULL;
        } else if (c == '}' || c == ']') {
            json_object_put(seen[depth]);
            seen[depth--] = NULL;
        }
        if (c != '"') {
            s.at++;
            continue;
        }
        scan_string(&s);
        size_t end = s.at;
        while (s.at < text.n && strchr(" \t\r\n", text.p[s.at]))
            s.at++;
        if (byte_at(&s, s.at) != ':' || !seen[depth])
            continue;
        struct json_object *name = string_token(str_slice(text, start, end - start));
        if (name && json_object_object_get_ex(seen[depth], json_object_get_string(name), NULL))
            found = start;
        else if (name)
            json_object_object_add(seen[depth], json_object_get_string(name), NULL);
        json_object_put(name);
    }
    while (depth)
        json_object_put(seen[depth--]);
    return found;
}

static size_t count_members(struct json_object *from)
{
    size_t n = 0;
    if (json_object_is_type(from, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(from); i++)
            n += count_members(json_object_array_get_idx(from, i));
    } else if (json_object_is_type(from, json_type_object)) {
        struct lh_entry *e;
        lh_foreach(json_object_get_object(from), e) n += 1 + count_members(lh_entry_v(e));
    }
    return n;
}

/* ---- The tree ---- */

struct taker {
    struct arena *arena;
    struct scan numbers; /* goes over the text once more, from number to number */
};

static struct str next_number(struct taker *t)
{
    struct scan *s = &t->numbers;
    for (;;) {
        int c = byte_at(s, s->at);
        if (c < 0)
            bug("the tree has more numbers than its text");
        if (c == '"') {
            scan_string(s);
        } else if (c == '-' || is_digit(c)) {
            size_t start = s->at;
            scan_number(s);
            return str_copy(t->arena, str_slice(s->text, start, s->at - start));
        } else {
            s->at++;
        }
    }
}

static bool take(struct taker *t, struct json_object *from, struct json *to);

static bool take_array(struct taker *t, struct json_object *from, struct json *to)
{
    to->n = json_object_array_length(from);
    to->items = ARENA_ARRAY(t->arena, to->n, struct json);
    bool good = to->items != NULL;
    for (size_t i = 0; good && i < to->n; i++)
        good = take(t, json_object_array_get_idx(from, i), &to->items[i]);
    return good;
}

static bool take_object(struct taker *t, struct json_object *from, struct json *to)
{
    to->n = (size_t)json_object_object_length(from);
    to->items = ARENA_ARRAY(t->arena, to->n, struct json);
    to->names = ARENA_ARRAY(t->arena, to->n, struct str);
    if (!to->items || !to->names)
        return false;
    size_t i = 0;
    struct lh_entry *e;
    lh_foreach(json_object_get_object(from), e)
    {
        to->names[i] = str_copy(t->arena, str_of(lh_entry_k(e)));
        if (!to->names[i].p || !take(t, lh_entry_v(e), &to->items[i]))
            return false;
        i++;
    }
    return true;
}

static bool take(struct taker *t, struct json_object *from, struct json *to)
{
    switch (json_object_get_type(from)) {
    case json_type_null: to->kind = JSON_NULL; return true;
    case json_type_boolean:
        to->kind = JSON_BOOL;
        to->boolean = json_object_get_boolean(from);
        return true;
    case json_type_double:
    case json_type_int:
        to->kind = JSON_NUMBER;
        to->text = next_number(t);
        return to->text.p != NULL;
    case json_type_string:
        to->kind = JSON_STRING;
        to->text =
            str_copy(t->arena, (struct str){ json_object_get_string(from), (size_t)json_object_get_string_len(from) });
        return to->text.p != NULL;
    case json_type_array: to->kind = JSON_ARRAY; return take_array(t, from, to);
    case json_type_object: to->kind = JSON_OBJECT; return take_object(t, from, to);
    }
    bug("json-c gives a type that it does not have");
}

/* ---- Together ---- */

static enum status read_parsed(struct arena *arena, const struct scan *scan, struct json_object *from,
                               const struct json **out, struct fault *fault)
{
    if (count_members(from) != scan->members)
        return fault_at(fault, STATUS_INVALID, scan->text, second_place(scan->text),
                        "this name stands twice in its object; keep one of them.");
    struct taker t = { .arena = arena, .numbers = { .text = scan->text } };
    struct json *tree = ARENA_NEW(arena, struct json);
    if (!tree || !take(&t, from, tree))
        return fault_no_memory(fault);
    *out = tree;
    return STATUS_OK;
}

static enum status read_scanned(struct arena *arena, const struct scan *scan, struct json_tokener *tokener,
                                const struct json **out, struct fault *fault)
{
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    struct json_object *from = json_tokener_parse_ex(tokener, scan->text.p, (int)scan->text.n);
    size_t at = json_tokener_get_parse_end(tokener);
    if (json_tokener_get_error(tokener) == json_tokener_continue) {
        /* A number has no end of its own: the NUL says that nothing follows. */
        from = json_tokener_parse_ex(tokener, "", 1);
        at = scan->text.n;
    }
    enum status status;
    switch (json_tokener_get_error(tokener)) {
    case json_tokener_success:
        if (at == scan->text.n)
            status = read_parsed(arena, scan, from, out, fault);
        else
            status =
                fault_at(fault, STATUS_INVALID, scan->text, at, "something follows the end of the JSON; take it out.");
        break;
    case json_tokener_continue:
    case json_tokener_error_parse_eof:
        status = fault_at(fault, STATUS_INVALID, scan->text, scan->text.n,
                          "the JSON is not complete; a value or a closing bracket is missing.");
        break;
    case json_tokener_error_depth:
    case json_tokener_error_parse_unexpected:
    case json_tokener_error_parse_null:
    case json_tokener_error_parse_boolean:
    case json_tokener_error_parse_number:
    case json_tokener_error_parse_array:
    case json_tokener_error_parse_object_key_name:
    case json_tokener_error_parse_object_key_sep:
    case json_tokener_error_parse_object_value_sep:
    case json_tokener_error_parse_string:
    case json_tokener_error_parse_comment:
    case json_tokener_error_parse_utf8_string:
    case json_tokener_error_size:
    default: /* later versions of json-c have more */
        status = fault_at(fault, STATUS_INVALID, scan->text, at,
                          "this is not JSON; look for a comma, a colon or a bracket too many or too few.");
        break;
    }
    json_object_put(from);
    return status;
}

enum status json_read(struct arena *arena, struct str text, const struct json **out, struct fault *fault)
{
    *out = NULL;
    if (text.n > JSON_MAX_BYTES)
        return fault_set(fault, STATUS_LIMIT, "This JSON is longer than %d bytes, the most that is read.",
                         JSON_MAX_BYTES);
    if (!str_is_text(text))
        return fault_at(fault, STATUS_INVALID, text, first_bad_byte(text),
                        "a byte that is not UTF-8; save the text as UTF-8.");
    if (str_trim(text).n == 0)
        return fault_set(fault, STATUS_INVALID, "Line 1, column 1: there is no JSON here.");
    struct scan scan = { .text = text };
    if (!scan_all(&scan))
        return fault_at(fault, scan.status, text, scan.at, scan.wrong);
    struct json_tokener *tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 2);
    if (!tokener)
        return fault_no_memory(fault);
    enum status status = read_scanned(arena, &scan, tokener, out, fault);
    json_tokener_free(tokener);
    return status;
}

const struct json *json_get(const struct json *object, struct str name)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    for (size_t i = 0; i < object->n; i++)
        if (str_equal(object->names[i], name))
            return &object->items[i];
    return NULL;
}

bool json_i64(const struct json *number, int64_t *out)
{
    return number && number->kind == JSON_NUMBER && str_to_i64(number->text, out);
}
