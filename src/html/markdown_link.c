/*
 * Bare addresses in running text become links, as in GitHub's Markdown.
 *
 * Promise: time that grows with the text alone, bounded steps back;
 * an address ends at the first byte that is not visible ASCII, so quotation
 * marks and words of any script stay words. What is found went through
 * `url_outside` like every other address.
 */
#include "html/markdown.h"

#include <string.h>

#include "base/arena.h"

#include "base/banned.h"

enum { MAIL_NAME_MAX = 64, MAIL_HOST_MAX = 253 };

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_mail_name(char c)
{
    return is_word(c) || c == '.' || c == '_' || c == '+' || c == '-';
}

/* From `at` up to a space, a bracket of HTML, a quote or anything beyond ASCII. */
static size_t run_end(struct str s, size_t at)
{
    while (at < s.n && s.p[at] > ' ' && s.p[at] < 0x7F && !strchr("<>\"`", s.p[at]))
        at++;
    return at;
}

/* Without the full stop, bracket or comma of the sentence around it. */
static size_t trim_end(struct str s, size_t from, size_t end)
{
    size_t opened = 0;
    size_t closed = 0;
    for (size_t i = from; i < end; i++) {
        opened += s.p[i] == '(';
        closed += s.p[i] == ')';
    }
    while (end > from) {
        char c = s.p[end - 1];
        if (c == ')' && closed > opened)
            closed--;
        else if (c == ')' || !strchr("?!.,:;*_~'", c))
            break;
        end--;
    }
    return end;
}

static bool has_dot(struct str host)
{
    size_t end = 0;
    while (end < host.n && !strchr("/?#:", host.p[end]))
        end++;
    ptrdiff_t dot = str_find_byte(str_slice(host, 0, end), '.');
    return dot > 0 && (size_t)dot + 1 < end;
}

static const struct str heads[] = { STR_INIT("https://"), STR_INIT("http://"), STR_INIT("www.") };

static bool has_head(struct str s, size_t at)
{
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (str_equal_nocase(str_slice(s, at, heads[i].n), heads[i]))
            return true;
    return false;
}

static bool web_address(struct arena *scratch, struct str s, size_t at, size_t end, struct str *found, struct url *href)
{
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (!str_equal_nocase(str_slice(s, at, heads[i].n), heads[i]))
            continue;
        bool is_bare = i == 2;
        struct str whole = str_slice(s, at, trim_end(s, at, end) - at);
        if (whole.n <= heads[i].n || whole.n > URL_MAX_BYTES ||
            !has_dot(is_bare ? whole : str_slice(whole, heads[i].n, whole.n)))
            return false;
        struct str full = is_bare ? str_format(scratch, "http://%.*s", STR_ARG(whole)) : whole;
        *found = whole;
        return url_outside(scratch, full, href) == STATUS_OK;
    }
    return false;
}

static bool mail_address(struct arena *scratch, struct str s, size_t from, size_t sign, struct str *found,
                         struct url *href)
{
    size_t start = sign;
    while (start > from && sign - start < MAIL_NAME_MAX && is_mail_name(s.p[start - 1]))
        start--;
    size_t end = sign + 1;
    while (end < s.n && end - sign <= MAIL_HOST_MAX && (is_word(s.p[end]) || s.p[end] == '.' || s.p[end] == '-'))
        end++;
    while (end > sign + 1 && !is_word(s.p[end - 1]))
        end--;
    struct str host = str_slice(s, sign + 1, end - sign - 1);
    if (start == sign || !has_dot(host) || !is_word(host.p[0]) || str_find(host, STR("..")) >= 0)
        return false;
    *found = str_slice(s, start, end - start);
    return url_outside(scratch, str_format(scratch, "mailto:%.*s", STR_ARG(*found)), href) == STATUS_OK;
}

bool markdown_autolink(struct arena *scratch, struct str text, size_t from, struct str *found, struct url *href)
{
    size_t end = from; /* of the run that was tried; an address is looked for once in each, so that all stays linear */
    for (size_t i = from; i < text.n; i++) {
        if (text.p[i] == '@' && mail_address(scratch, text, from, i, found, href))
            return true;
        bool begins = i >= end && (i == 0 || !is_word(text.p[i - 1]));
        if (begins && has_head(text, i)) {
            end = run_end(text, i);
            if (web_address(scratch, text, i, end, found, href))
                return true;
        }
    }
    return false;
}
