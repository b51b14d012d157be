/* Functions of texts (DMN 1.5, tables 67 and 71). Places and lengths are counted in code points. */
#include <stdlib.h>
#include <string.h>
#include <unicase.h>

#include "base/arena.h"
#include "dmn/builtin.h"
#include "dmn/limits.h"
#include "dmn/parse.h"
#include "dmn/regex.h"
#include "base/banned.h"

static bool text_at(const struct builtin_call *call, size_t i, struct str *out, struct feel_value *null)
{
    struct feel_value value;
    if (!builtin_argument(call, i, FEEL_STRING, &value, null))
        return false;
    *out = value.string;
    return true;
}

static bool two_texts(const struct builtin_call *call, struct str *a, struct str *b, struct feel_value *null)
{
    return text_at(call, 0, a, null) && text_at(call, 1, b, null);
}

/* ---- Numbers and texts ---- */

static bool one_of(struct str text, const char *const *allowed)
{
    for (; *allowed; allowed++)
        if (str_equal(text, str_of(*allowed)))
            return true;
    return false;
}

/* The separator that is given, or none. False for what is no separator. */
static bool separator_at(const struct builtin_call *call, size_t i, const char *const *allowed, struct str *out)
{
    struct feel_value null;
    *out = STR("");
    if (i >= call->n || call->arguments[i].kind == FEEL_NULL)
        return true;
    return text_at(call, i, out, &null) && one_of(*out, allowed);
}

struct feel_value builtin_number(const struct builtin_call *call)
{
    static const char *const groups[] = { " ", ",", ".", NULL }, *const points[] = { ".", ",", NULL };
    struct str text, group, point;
    struct feel_value null;
    struct number out;
    struct buf plain;
    bool plain_number = call->arguments[0].kind == FEEL_NUMBER;
    for (size_t i = 1; i < call->n; i++)
        plain_number = plain_number && call->arguments[i].kind == FEEL_NULL;
    if (plain_number)
        return call->arguments[0];
    if (!text_at(call, 0, &text, &null))
        return null;
    if (!separator_at(call, 1, groups, &group) || !separator_at(call, 2, points, &point) ||
        (group.n > 0 && str_equal(group, point)))
        return run_null(call->run,
                        "\"number\" wants a space, a comma or a point as its separators, and not the same twice.");
    buf_init(&plain, call->run->arena, text.n + 1);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (group.n > 0 && c == group.p[0])
            continue;
        buf_add_byte(&plain, point.n > 0 && c == point.p[0] ? '.' : c);
    }
    if (!number_parse(buf_ok(&plain) ? buf_str(&plain) : STR_NONE, &out))
        return run_null(call->run, "\"%.*s\" is no number.", STR_ARG(str_slice(text, 0, 60)));
    return feel_number(out);
}

struct feel_value builtin_string(const struct builtin_call *call)
{
    struct buf text;
    if (call->arguments[0].kind == FEEL_NULL)
        return builtin_wrong(call, 0, "a value");
    if (call->arguments[0].kind == FEEL_STRING)
        return call->arguments[0];
    buf_init(&text, call->run->arena, DMN_STRING_MAX);
    feel_write(&text, call->arguments[0]);
    return builtin_text(call, &text);
}

/* ---- Parts of a text ---- */

/* The byte where the code point with this number begins, from 0; the end where there are fewer. */
static size_t byte_of(struct str text, size_t point)
{
    size_t at = 0;
    while (at < text.n && point > 0) {
        at++;
        while (at < text.n && ((unsigned char)text.p[at] & 0xC0U) == 0x80)
            at++;
        point--;
    }
    return at;
}

struct feel_value builtin_substring(const struct builtin_call *call)
{
    struct str text;
    int64_t start, length = INT64_MAX;
    struct feel_value null;
    if (!text_at(call, 0, &text, &null) || !builtin_integer(call, 1, &start, &null) ||
        (call->n > 2 && call->arguments[2].kind != FEEL_NULL && !builtin_integer(call, 2, &length, &null)))
        return null;
    int64_t points = (int64_t)str_code_points(text);
    if (start == 0 || start > points || start < -points || length < 1)
        return run_null(call->run, "The text has no such part.");
    start = start > 0 ? start - 1 : points + start;
    length = length > points - start ? points - start : length;
    size_t from = byte_of(text, (size_t)start);
    size_t to = from + byte_of(str_slice(text, from, text.n), (size_t)length);
    return feel_string(str_slice(text, from, to - from));
}

struct feel_value builtin_string_length(const struct builtin_call *call)
{
    struct str text;
    struct feel_value null;
    return text_at(call, 0, &text, &null) ? feel_integer((int64_t)str_code_points(text)) : null;
}

static struct feel_value in_case(const struct builtin_call *call, bool upper)
{
    struct str text;
    struct feel_value null;
    size_t n = 0;
    if (!text_at(call, 0, &text, &null))
        return null;
    uint8_t *made = upper ? u8_toupper((const uint8_t *)text.p, text.n, "", NULL, NULL, &n)
                          : u8_tolower((const uint8_t *)text.p, text.n, "", NULL, NULL, &n);
    if (!made)
        return text.n == 0 ? feel_string(STR("")) : run_no_memory(call->run);
    struct str kept = str_copy(call->run->arena, (struct str){ (const char *)made, n });
    free(made);
    return kept.p ? feel_string(kept) : run_no_memory(call->run);
}

struct feel_value builtin_upper(const struct builtin_call *call)
{
    return in_case(call, true);
}

struct feel_value builtin_lower(const struct builtin_call *call)
{
    return in_case(call, false);
}

/* Where `match` begins in `text`; -1: nowhere. Counted: each byte of the text may be compared with a long match. */
static ptrdiff_t found_in(const struct builtin_call *call, struct str text, struct str match)
{
    enum { BYTES_OF_STEP = 2048, LONG_MATCH = 256 };
    if (!run_spend(call->run, text.n / BYTES_OF_STEP * (match.n < LONG_MATCH ? match.n : LONG_MATCH)))
        return -1;
    return match.n == 0 ? 0 : str_find(text, match);
}

struct feel_value builtin_substring_before(const struct builtin_call *call)
{
    struct str text, match;
    struct feel_value null;
    if (!two_texts(call, &text, &match, &null))
        return null;
    ptrdiff_t at = found_in(call, text, match);
    return feel_string(at > 0 ? str_slice(text, 0, (size_t)at) : STR(""));
}

struct feel_value builtin_substring_after(const struct builtin_call *call)
{
    struct str text, match;
    struct feel_value null;
    if (!two_texts(call, &text, &match, &null))
        return null;
    ptrdiff_t at = found_in(call, text, match);
    return feel_string(at >= 0 ? str_slice(text, (size_t)at + match.n, text.n) : STR(""));
}

struct feel_value builtin_contains(const struct builtin_call *call)
{
    struct str text, match;
    struct feel_value null;
    if (!two_texts(call, &text, &match, &null))
        return null;
    return feel_boolean(found_in(call, text, match) >= 0);
}

struct feel_value builtin_starts(const struct builtin_call *call)
{
    struct str text, match;
    struct feel_value null;
    return two_texts(call, &text, &match, &null) ? feel_boolean(str_starts(text, match)) : null;
}

struct feel_value builtin_ends(const struct builtin_call *call)
{
    struct str text, match;
    struct feel_value null;
    return two_texts(call, &text, &match, &null) ? feel_boolean(str_ends(text, match)) : null;
}

/* ---- Patterns ---- */

/* Text 0, and the pattern of text 1 with the flags at `flags`. */
static struct regex *pattern_of(const struct builtin_call *call, size_t flags, struct str *text,
                                struct feel_value *null)
{
    struct str pattern, how = STR("");
    if (!two_texts(call, text, &pattern, null))
        return NULL;
    if (flags < call->n && call->arguments[flags].kind != FEEL_NULL && !text_at(call, flags, &how, null))
        return NULL;
    bool no_memory;
    if (!run_spend(call->run, 100 + pattern.n))
        return NULL;
    struct regex *regex = regex_new(call->run->arena, pattern, how, &no_memory);
    if (no_memory)
        run_no_memory(call->run);
    else if (!regex)
        *null =
            run_null(call->run, "\"%.*s\" is no pattern, or its flags are none.", STR_ARG(str_slice(pattern, 0, 60)));
    return regex;
}

/* A match has a price: by the text, and by its time where it took long, so that many of them end as one does. */
static enum regex_answer find(const struct builtin_call *call, const struct regex *regex, struct str text, size_t at,
                              struct regex_span *spans, size_t *groups)
{
    enum { LONG_US = 100, STEPS_OF_US = 2 };
    int64_t begun = regex_spent_us();
    enum regex_answer answer = regex_find(regex, text, at, spans, groups);
    int64_t us = regex_spent_us() - begun;
    if (!run_spend(call->run, us > LONG_US ? (size_t)us * STEPS_OF_US : 10))
        return REGEX_LIMIT;
    return answer;
}

/* What ended a match before it had an answer. */
static struct feel_value ended(const struct builtin_call *call, enum regex_answer answer)
{
    if (answer == REGEX_NO_MEMORY)
        return run_no_memory(call->run);
    return run_stop(call->run, "a pattern takes more than %d steps", (int)DMN_MATCH_STEPS_MAX);
}

struct feel_value builtin_matches(const struct builtin_call *call)
{
    struct str text;
    struct feel_value null;
    struct regex_span spans[REGEX_GROUPS_MAX];
    size_t groups;
    struct regex *regex = pattern_of(call, 2, &text, &null);
    if (!regex)
        return null;
    enum regex_answer answer = find(call, regex, text, 0, spans, &groups);
    return answer >= REGEX_LIMIT ? ended(call, answer) : feel_boolean(answer == REGEX_YES);
}

/* "$1" is what the first group found, "\$" a dollar. False for what is neither. */
static bool add_replacement(struct buf *out, struct str replacement, struct str text, const struct regex_span *spans,
                            size_t groups)
{
    for (size_t i = 0; i < replacement.n; i++) {
        char c = replacement.p[i];
        if (c == '\\') {
            if (++i == replacement.n || (replacement.p[i] != '\\' && replacement.p[i] != '$'))
                return false;
            buf_add_byte(out, replacement.p[i]);
        } else if (c == '$') {
            size_t group = 0;
            if (++i == replacement.n || replacement.p[i] < '0' || replacement.p[i] > '9')
                return false;
            group = (size_t)(replacement.p[i] - '0');
            while (i + 1 < replacement.n && replacement.p[i + 1] >= '0' && replacement.p[i + 1] <= '9' &&
                   group * 10 + (size_t)(replacement.p[i + 1] - '0') <= groups)
                group = group * 10 + (size_t)(replacement.p[++i] - '0');
            if (group <= groups && spans[group].from != SIZE_MAX)
                buf_add(out, str_slice(text, spans[group].from, spans[group].to - spans[group].from));
        } else {
            buf_add_byte(out, c);
        }
    }
    return true;
}

struct feel_value builtin_replace(const struct builtin_call *call)
{
    struct str text, replacement;
    struct feel_value null;
    struct regex_span spans[REGEX_GROUPS_MAX];
    size_t groups, at = 0;
    struct buf out;
    enum regex_answer answer;
    struct regex *regex = pattern_of(call, 3, &text, &null);
    if (!regex || !text_at(call, 2, &replacement, &null))
        return null;
    if (find(call, regex, STR(""), 0, spans, &groups) == REGEX_YES)
        return run_null(call->run, "\"replace\" wants a pattern that an empty text does not fit.");
    buf_init(&out, call->run->arena, DMN_STRING_MAX);
    while ((answer = find(call, regex, text, at, spans, &groups)) == REGEX_YES) {
        buf_add(&out, str_slice(text, at, spans[0].from - at));
        if (regex_is_literal(regex))
            buf_add(&out, replacement);
        else if (!add_replacement(&out, replacement, text, spans, groups))
            return run_null(call->run,
                            "\"replace\" has a dollar or a backslash in its replacement that means nothing.");
        at = spans[0].to;
        if (spans[0].to == spans[0].from) { /* it fits nothing at this place: one character on */
            size_t next = at + byte_of(str_slice(text, at, text.n), 1);
            buf_add(&out, str_slice(text, at, next - at));
            if (next == at)
                break;
            at = next;
        }
    }
    if (answer >= REGEX_LIMIT)
        return ended(call, answer);
    buf_add(&out, str_slice(text, at, text.n));
    return builtin_text(call, &out);
}

static bool add_piece(const struct builtin_call *call, struct feel_value **items, size_t *n, size_t *cap,
                      struct str piece)
{
    struct feel_value *room = *n < DMN_ITEMS_MAX ? ARENA_PUSH(call->run->arena, *items, *n, *cap) : NULL;
    if (room)
        *room = feel_string(piece);
    return room != NULL;
}

struct feel_value builtin_split(const struct builtin_call *call)
{
    struct str text;
    struct feel_value null, *items = NULL;
    struct regex_span spans[REGEX_GROUPS_MAX];
    size_t groups, at = 0, from = 0, n = 0, cap = 0;
    enum regex_answer answer;
    struct regex *regex = pattern_of(call, 2, &text, &null);
    if (!regex)
        return null;
    while ((answer = find(call, regex, text, from, spans, &groups)) == REGEX_YES) {
        if (spans[0].to == spans[0].from) { /* between two characters */
            from = spans[0].to + byte_of(str_slice(text, spans[0].to, text.n), 1);
            if (spans[0].to == at || spans[0].to >= text.n) {
                if (from == spans[0].to)
                    break;
                continue;
            }
        } else {
            from = spans[0].to;
        }
        if (!add_piece(call, &items, &n, &cap, str_slice(text, at, spans[0].from - at)))
            return run_stop(call->run, "a list has more than %d items", (int)DMN_ITEMS_MAX);
        at = spans[0].to;
    }
    if (answer >= REGEX_LIMIT)
        return ended(call, answer);
    if (!add_piece(call, &items, &n, &cap, str_slice(text, at, text.n)))
        return run_stop(call->run, "a list has more than %d items", (int)DMN_ITEMS_MAX);
    return builtin_list(call, items, n);
}

struct feel_value builtin_string_join(const struct builtin_call *call)
{
    struct feel_list list = run_items(&call->arguments[0]);
    struct str delimiter = STR("");
    struct feel_value null;
    struct buf out;
    bool first = true;
    if (call->arguments[0].kind == FEEL_NULL)
        return builtin_wrong(call, 0, "a list of texts");
    if (call->n > 1 && call->arguments[1].kind != FEEL_NULL && !text_at(call, 1, &delimiter, &null))
        return null;
    buf_init(&out, call->run->arena, DMN_STRING_MAX);
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].kind == FEEL_NULL)
            continue;
        if (list.items[i].kind != FEEL_STRING)
            return run_null(call->run, "\"string join\" wants texts only.");
        if (!first)
            buf_add(&out, delimiter);
        buf_add(&out, list.items[i].string);
        first = false;
    }
    return builtin_text(call, &out);
}
