/*
 * A whole answer that many visitors may get: status, header lines, body and
 * what decides whether it may still be sent. Immutable and counted.
 *
 * Promise: one block of memory a page; a page is freed when the last answer
 * that shows it has left, and never before.
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

struct page *page_new(const struct page_parts *parts)
{
    char tag[ETAG_SIZE];
    struct str etag =
        parts->status == HTTP_OK && parts->caching != CACHING_NO_STORE ? etag_of(parts->body, tag) : STR_NONE;
    const struct str shared[] = {
        headers_security(parts->secure),
        headers_caching(parts->caching),
        allow_line(parts->allowed),
        etag.p ? STR("ETag: ") : STR(""),
        etag,
        etag.p ? STR("\r\n") : STR(""),
        parts->location.n ? STR("Location: ") : STR(""),
        parts->location,
        parts->location.n ? STR("\r\n") : STR(""),
        parts->cookies,
    };
    const struct str typed[] = { STR("Content-Type: "), parts->content_type, STR("\r\n") };
    enum { SHARED = sizeof shared / sizeof *shared, TYPED = sizeof typed / sizeof *typed };
    size_t lines = 0;
    for (size_t i = 0; i < SHARED; i++)
        lines += shared[i].n;
    size_t type = 0;
    for (size_t i = 0; i < TYPED; i++)
        type += typed[i].n;
    size_t size = sizeof(struct page) + parts->key.n + etag.n + type + lines + parts->body.n;
    struct page *page = mem_alloc(size);
    if (!page)
        return NULL;
    *page = (struct page){ .refs = 1,
                           .number = parts->number,
                           .valid_until = parts->valid_until,
                           .status = parts->status,
                           .retry_after = parts->retry_after,
                           .size = size,
                           .hash = hash_bytes(parts->key),
                           .etag = STR_NONE };
    char *at = (char *)(page + 1);
    at = place(at, parts->key, &page->key);
    if (etag.p)
        at = place(at, etag, &page->etag);
    page->fields = (struct str){ at, type + lines };
    for (size_t i = 0; i < TYPED; i++)
        at = place(at, typed[i], NULL);
    page->fields_304 = (struct str){ at, lines };
    for (size_t i = 0; i < SHARED; i++)
        at = place(at, shared[i], NULL);
    place(at, parts->body, &page->body);
    return page;
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

void page_answer(struct page *page, const struct http_head *head, struct http_answer *out)
{
    *out = (struct http_answer){ .status = page->status,
                                 .fields = page->fields,
                                 .body = page->body,
                                 .head_only = head && head->method == HTTP_HEAD,
                                 .release = page_release,
                                 .owner = page };
    out->retry_after = page->retry_after;
    if (head && etag_matches(head, page->etag)) {
        out->status = HTTP_NOT_MODIFIED;
        out->fields = page->fields_304;
        out->body = STR_NONE;
        out->no_length = true;
        out->head_only = false;
    }
}
