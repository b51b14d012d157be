/*
 * Any bytes as a query, as a form and as a Cookie field. Values are text
 * without control characters, a good query has one canonical form that reads
 * back to the same, no stranger's bytes are a token of ours, and memory that
 * ends early gives a refusal.
 */
#include <stdlib.h>
#include <string.h>

#include "web/inside.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The front's part: a body. */
struct http_exchange {
    struct str body;
};

struct str http_exchange_body(const struct http_exchange *x)
{
    return x->body;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct query_field query_fields[] = {
    { "after", QUERY_TEXT, 0, 64 },
    { "kind", QUERY_WORD, 0, 20 },
    { "page", QUERY_INT, -5, 1000 },
};
enum { QUERY_FIELDS = sizeof query_fields / sizeof *query_fields };
static const struct route route = {
    .method = "GET", .path = "/", .query = query_fields, .query_n = QUERY_FIELDS, .where = "fuzz"
};

static void must_be_text(struct str s, bool lines)
{
    must(str_is_text(s));
    for (size_t i = 0; i < s.n; i++)
        must((unsigned char)s.p[i] >= 0x20 ? s.p[i] != 0x7F : lines && (s.p[i] == '\n' || s.p[i] == '\t'));
}

static void try_query(struct str raw)
{
    struct value values[QUERY_FIELDS];
    struct value again[QUERY_FIELDS];
    char *room = malloc(raw.n + 1);
    char *canonical_room = malloc(3 * raw.n + 64);
    must(room && canonical_room);
    bool good = query_read(&route, raw, room, values);
    for (size_t i = 0; i < QUERY_FIELDS; i++) {
        good = good && values[i].state != VALUE_INVALID;
        if (values[i].state == VALUE_OK)
            must_be_text(values[i].text, false);
    }
    struct str canonical;
    must(query_canonical(&route, values, canonical_room, 3 * raw.n + 64, &canonical));
    if (good) {
        char *second = malloc(canonical.n + 1);
        char *third = malloc(3 * canonical.n + 64);
        struct str same;
        must(second && third && query_read(&route, canonical, second, again));
        for (size_t i = 0; i < QUERY_FIELDS; i++) {
            must(again[i].state == values[i].state && again[i].number == values[i].number);
            if (values[i].state == VALUE_OK && query_fields[i].type != QUERY_INT)
                must(str_equal(again[i].text, values[i].text));
        }
        must(query_canonical(&route, again, third, 3 * canonical.n + 64, &same) && str_equal(same, canonical));
        free(second);
        free(third);
    }
    free(room);
    free(canonical_room);
}

enum { FORM_FIELDS = 5 };
static const struct form_field form_fields[FORM_FIELDS] = {
    { .name = "name", .type = FIELD_TEXT, .min = 1, .max = 20, .required = true },
    { .name = "story", .type = FIELD_LINES, .min = 0, .max = 50 },
    { .name = "age", .type = FIELD_INT, .min = 0, .max = 120 },
    { .name = "kind", .type = FIELD_CHOICE, .choices = "one two three" },
    { .name = "sure", .type = FIELD_TICK },
};

static void try_form(struct str body, struct str cookie, size_t memory)
{
    static struct web web = { .options = { .key = STR_INIT("0123456789abcdef0123456789abcdef") } };
    struct arena *arena = arena_new(memory);
    must(arena != NULL);
    struct http_exchange x = { body };
    const struct http_field fields[] = { { STR("Content-Type"), STR("application/x-www-form-urlencoded") },
                                         { STR("Cookie"), cookie } };
    const struct http_head head = { .method = HTTP_POST, .fields = fields, .fields_n = 2 };
    struct serving s = { .request = { .arena = arena, .web = &web, .route = &route }, .exchange = &x, .head = &head };
    cookies_read(&s);
    must(!s.form_cookie && !form_token_good(&s));
    struct value values[FORM_FIELDS];
    bool all_good;
    enum status status = form_read(&s.request, form_fields, FORM_FIELDS, values, &all_good);
    must(status == STATUS_OK || !all_good);
    for (size_t i = 0; status == STATUS_OK && i < FORM_FIELDS; i++) {
        must(str_is_text(values[i].text));
        must(!all_good || values[i].state != VALUE_INVALID);
        if (values[i].state == VALUE_OK)
            must_be_text(values[i].text, form_fields[i].type == FIELD_LINES);
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str all = { (const char *)bytes, n };
    struct str cookie;
    struct str rest = all;
    if (!str_cut(&rest, '\n', &cookie))
        return 0;
    try_query(all);
    try_form(rest.p ? rest : STR(""), cookie, 64 * 1024);
    try_form(rest.p ? rest : STR(""), cookie, 64);
    return 0;
}
