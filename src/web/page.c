/*
 * A whole answer that many visitors may get: status, header lines and body in
 * each content coding, and what decides whether it may still be sent.
 * Immutable and counted.
 *
 * Promises: one block of memory a page, which is what the cache counts; a page
 * is freed when the last answer that shows it has left, and never before; each
 * coding has a strong tag of its own, made of its bytes; what is not marked as
 * the same for everybody (`varies`) never has a compressed body.
 */
#include "web/inside.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

uint64_t hash_bytes(struct str s)
{
    /* FNV-1a. Only finds the slot: pages are compared by their whole key, and a slot's neighbours share it. */
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static struct str allow_line(unsigned allowed)
{
    switch (allowed) {
    case ROUTE_GET: return STR("Allow: GET, HEAD\r\n");
    case ROUTE_POST: return STR("Allow: POST\r\n");
    case ROUTE_GET | ROUTE_POST: return STR("Allow: GET, HEAD, POST\r\n");
    default: return STR("");
    }
}

static char *place(char *at, struct str s, struct str *out)
{
    if (s.n)
        memcpy(at, s.p, s.n);
    if (out)
        *out = (struct str){ at, s.n };
    return at + s.n;
}

/* The pieces of a page that are the same in every coding; its head lines are two runs around those of the coding. */
struct pieces {
    const struct str *type; /* Content-Type; not in a 304 */
    const struct str *rest;
    size_t type_n, rest_n;
    bool tagged;
    struct str bodies[ENCODINGS];
};

/* `name`, `value`, end of line; nothing where there is no value. */
static void line(struct str out[3], struct str name, struct str value)
{
    out[0] = value.p ? name : STR("");
    out[1] = value.p ? value : STR("");
    out[2] = value.p ? STR("\r\n") : STR("");
}

static size_t length(const struct str *pieces, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pieces[i].n;
    return sum;
}

static char *place_all(char *at, const struct str *pieces, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at = place(at, pieces[i], NULL);
    return at;
}

static char *place_variant(char *at, const struct pieces *from, const struct str coding[3], const struct str tag[3],
                           struct str body, struct variant *out)
{
    char *start = at;
    at = place_all(at, from->type, from->type_n);
    at = place_all(at, coding, 3);
    char *start_304 = at;
    *out = (struct variant){ .etag = tag[1].n ? (struct str){ at + tag[0].n, tag[1].n } : STR_NONE };
    at = place_all(at, tag, 3);
    at = place_all(at, from->rest, from->rest_n);
    out->fields = (struct str){ start, (size_t)(at - start) };
    out->fields_304 = (struct str){ start_304, (size_t)(at - start_304) };
    return place(at, body, &out->body);
}

/* One block: the page, its key, and each variant's head lines and body. `like` has the rest of its words. */
static struct page *make(const struct page *like, const struct pieces *from)
{
    char tags[ENCODINGS][ETAG_SIZE];
    struct str codings[ENCODINGS][3];
    struct str etags[ENCODINGS][3];
    unsigned have = 0;
    size_t size = sizeof(struct page) + like->key.n;
    for (unsigned e = 0; e < ENCODINGS; e++) {
        struct str body = from->bodies[e];
        if (!body.p)
            continue;
        have |= 1U << e;
        line(codings[e], STR("Content-Encoding: "), e == ENCODING_NONE ? STR_NONE : encoding_name((enum encoding)e));
        line(etags[e], STR("ETag: "), from->tagged ? etag_of(body, tags[e]) : STR_NONE);
        size += length(from->type, from->type_n) + length(codings[e], 3) + length(etags[e], 3) +
                length(from->rest, from->rest_n) + body.n;
    }
    struct page *page = mem_alloc(size);
    if (!page)
        return NULL;
    *page = (struct page){ .refs = 1,
                           .hash = like->hash,
                           .number = like->number,
                           .valid_until = like->valid_until,
                           .status = like->status,
                           .retry_after = like->retry_after,
                           .varies = like->varies,
                           .encoded = have != 1U << ENCODING_NONE,
                           .have = have,
                           .size = size };
    char *at = place((char *)(page + 1), like->key, &page->key);
    for (unsigned e = 0; e < ENCODINGS; e++)
        if (have & 1U << e)
            at = place_variant(at, from, codings[e], etags[e], from->bodies[e], &page->variants[e]);
    return page;
}

static void take_bodies(struct str bodies[ENCODINGS], struct str plain, const struct encoded *encoded)
{
    for (unsigned e = 0; e < ENCODINGS; e++)
        bodies[e] = encoded ? encoded->bodies[e] : STR_NONE;
    bodies[ENCODING_NONE] = plain.p ? plain : STR("");
}

struct page *page_new(const struct page_parts *parts)
{
    struct str type[3];
    struct str location[3];
    line(type, STR("Content-Type: "), parts->content_type);
    line(location, STR("Location: "), parts->location);
    const struct str rest[] = {
        headers_security(parts->secure),
        headers_caching(parts->caching),
        parts->varies ? STR("Vary: Accept-Encoding\r\n") : STR(""),
        allow_line(parts->allowed),
        location[0],
        location[1],
        location[2],
        parts->cookies,
        parts->clears ? headers_clear() : STR(""),
    };
    struct pieces from = { .type = type,
                           .type_n = 3,
                           .rest = rest,
                           .rest_n = sizeof rest / sizeof *rest,
                           .tagged = parts->status == HTTP_OK && parts->caching != CACHING_NO_STORE };
    take_bodies(from.bodies, parts->body, parts->varies ? parts->encoded : NULL);
    return make(&(struct page){ .key = parts->key,
                                .hash = hash_bytes(parts->key),
                                .number = parts->number,
                                .valid_until = parts->valid_until,
                                .status = parts->status,
                                .retry_after = parts->retry_after,
                                .varies = parts->varies },
                &from);
}

bool page_wants_encoding(const struct page *page, const struct http_head *head)
{
    enum { ALL = (1U << ENCODINGS) - 1 };
    return page->varies && !atomic_load_explicit(&page->encoded, memory_order_relaxed) &&
           encoding_choose(head, ALL) != ENCODING_NONE;
}

struct page *page_encode(struct page *page, const struct http_head *head)
{
    if (!page_wants_encoding(page, head) || atomic_exchange(&page->encoded, true))
        return page;
    const struct variant *plain = &page->variants[ENCODING_NONE];
    size_t type_n = plain->fields.n - plain->fields_304.n;
    size_t tag_n = plain->etag.p ? (size_t)(plain->etag.p + plain->etag.n - plain->fields_304.p) + 2 : 0;
    const struct str type = str_slice(plain->fields, 0, type_n);
    const struct str rest = str_slice(plain->fields_304, tag_n, plain->fields_304.n);
    struct pieces from = { .type = &type, .type_n = 1, .rest = &rest, .rest_n = 1, .tagged = plain->etag.p != NULL };
    struct encoded encoded;
    encoded_make(&encoded, plain->body);
    take_bodies(from.bodies, plain->body, &encoded);
    struct page *better = make(page, &from);
    encoded_free(&encoded);
    if (!better)
        return page;
    atomic_store(&better->encoded, true);
    page_unref(page);
    return better;
}

void page_ref(struct page *page)
{
    atomic_fetch_add_explicit(&page->refs, 1, memory_order_relaxed);
}

void page_unref(struct page *page)
{
    if (page && atomic_fetch_sub_explicit(&page->refs, 1, memory_order_acq_rel) == 1)
        mem_free(page);
}

void page_release(void *page)
{
    page_unref(page);
}

/* RFC 9110 13.1.1, of which a list may come in several fields: none of its tags is this one. A weak tag never is. */
static bool is_other_wanted(const struct http_head *head, struct str etag)
{
    bool asked = false;
    for (size_t i = 0; i < head->fields_n; i++) {
        struct str rest = head->fields[i].value;
        struct str piece;
        if (!str_equal_nocase(head->fields[i].name, STR("If-Match")))
            continue;
        asked = true;
        while (str_cut(&rest, ',', &piece)) {
            piece = str_trim(piece);
            if (str_equal(piece, STR("*")) || (etag.p && str_equal(piece, etag)))
                return false;
        }
    }
    return asked;
}

void page_answer(struct page *page, const struct http_head *head, struct http_answer *out)
{
    bool only_plain = page->have == 1U << ENCODING_NONE || !head;
    const struct variant *v = &page->variants[only_plain ? ENCODING_NONE : encoding_choose(head, page->have)];
    *out = (struct http_answer){ .status = page->status,
                                 .fields = v->fields,
                                 .body = v->body,
                                 .head_only = head && head->method == HTTP_HEAD,
                                 .release = page_release,
                                 .owner = page };
    out->retry_after = page->retry_after;
    /* Conditions are for what a GET would bring (13.2.1), If-Match before If-None-Match (13.2.2). */
    if (!head || page->status != HTTP_OK || (head->method != HTTP_GET && head->method != HTTP_HEAD))
        return;
    if (is_other_wanted(head, v->etag)) {
        out->status = 412;
        out->fields = v->fields_304;
        out->body = STR_NONE;
    } else if (etag_matches(head, v->etag)) {
        out->status = HTTP_NOT_MODIFIED;
        out->fields = v->fields_304;
        out->body = STR_NONE;
        out->no_length = true;
        out->head_only = false;
    }
}
