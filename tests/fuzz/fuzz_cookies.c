/*
 * Any bytes as Cookie fields, one a line, with a good cookie of ours among
 * them and without. A form's cookie that we did not sign is none; one of ours
 * counts exactly when no second of its name is there; and the same with the
 * prefix of https and without it.
 */
#include <stdlib.h>
#include <string.h>

#include "web/inside.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { LINES_MAX = 8 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct route route = { .method = "GET", .path = "/", .where = "fuzz" };
static struct web web = { .options = { .key = STR_INIT("0123456789abcdef0123456789abcdef") } };

static struct serving serving_of(struct arena *arena, const struct http_head *head, bool secure)
{
    return (struct serving){ .request = { .arena = arena, .web = &web, .route = &route },
                             .response = { .cookies = STR_NONE },
                             .head = head,
                             .secure = secure };
}

/* How often the name stands before a "=", found another way than the room does it. */
static size_t count(const struct http_field *fields, size_t n, struct str name)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        size_t from = 0;
        struct str value = fields[i].value;
        for (size_t at = 0; at <= value.n; at++) {
            if (at < value.n && value.p[at] != ';')
                continue;
            struct str piece = str_trim(str_slice(value, from, at - from));
            found += piece.n > name.n && str_starts(piece, name) && piece.p[name.n] == '=';
            from = at + 1;
        }
    }
    return found;
}

static void try_fields(struct arena *arena, const struct http_field *fields, size_t n, bool secure, size_t ours,
                       struct str good)
{
    const struct http_head head = { .method = HTTP_GET, .fields = fields, .fields_n = n };
    struct serving s = serving_of(arena, &head, secure);
    cookies_read(&s);
    struct str form = secure ? STR("__Host-candour-form") : STR("candour-form");
    struct str session = secure ? STR("__Host-candour-session") : STR("candour-session");
    must(count(fields, n, session) == 1 || !s.session_sent);
    if (s.form_cookie) {
        /* Nobody but us can sign one, so it is ours, and it stands alone. */
        unsigned char nonce[COOKIE_NONCE + MAC_BYTES];
        must(ours == 1 && count(fields, n, form) == 1);
        must(base64url_read(good, nonce, sizeof nonce) && memcmp(nonce, s.form_nonce, COOKIE_NONCE) == 0);
    } else {
        must(ours == 0 || count(fields, n, form) > 1);
    }
}

/* What form_cookie_make sets: "candour-form=VALUE". */
static struct str made(struct arena *arena, bool secure, struct str *value)
{
    const struct http_head head = { .method = HTTP_GET };
    struct serving s = serving_of(arena, &head, secure);
    form_cookie_make(&s);
    must(!s.broken && s.form_cookie);
    struct str rest = s.response.cookies;
    struct str pair;
    must(str_cut(&rest, ':', &pair) && str_cut(&rest, ';', &pair));
    pair = str_trim(pair);
    *value = pair;
    must(str_cut(value, '=', &rest));
    return pair;
}

static void try_both(const struct http_field *fields, size_t n, struct str last, bool secure)
{
    struct arena *arena = arena_new(64 * 1024);
    must(arena != NULL);
    struct http_field all[LINES_MAX + 1];
    struct str value;
    struct str pair = made(arena, secure, &value);
    try_fields(arena, fields, n, secure, 0, value);
    memcpy(all, fields, n * sizeof *fields);
    /* In a field of its own, behind the others. */
    all[n] = (struct http_field){ STR("cookie"), pair };
    try_fields(arena, all, n + 1, secure, 1, value);
    /* Within the last of the fields. */
    all[n].value = str_format(arena, "a=b; %.*s;%.*s", STR_ARG(pair), STR_ARG(last));
    must(all[n].value.p != NULL);
    /* The format ends at a NUL; the front lets none through. */
    if (!memchr(last.p, '\0', last.n))
        try_fields(arena, all, n + 1, secure, 1, value);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct http_field fields[LINES_MAX];
    struct str rest = { (const char *)bytes, n };
    struct str line;
    size_t fields_n = 0;
    if (n == 0 || n > HTTP_HEAD_MAX)
        return 0;
    while (fields_n < LINES_MAX && str_cut(&rest, '\n', &line))
        fields[fields_n++] = (struct http_field){ STR("Cookie"), line };
    for (int secure = 0; secure <= 1; secure++)
        try_both(fields, fields_n, fields[0].value, secure != 0);
    return 0;
}
