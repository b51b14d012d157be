/*
 * Style sheets, scripts and icons that are in the binary, and those of the force's
 * own look, under addresses that hold their hash. A browser may keep them for ever: another content has
 * another address. Answered on the loop from bytes made, and compressed, at start.
 */
#include "web/inside.h"
#include "web/assets_table.h"

#include "base/alloc.h"
#include "base/banned.h"

enum { ASSETS_MAX = 64, SCHEMES = 2 };

struct assets {
    size_t n;
    struct page *pages[SCHEMES][ASSETS_MAX]; /* the key is the address */
};

enum status assets_new(struct assets **out, const struct asset *list, size_t list_n, const struct asset *more,
                       size_t more_n, struct fault *fault)
{
    size_t n = list_n + more_n;
    if (n > ASSETS_MAX)
        return fault_set(fault, STATUS_LIMIT, "more than %d assets are built in", ASSETS_MAX);
    struct assets *assets = mem_zero(1, sizeof *assets);
    if (!assets)
        return fault_no_memory(fault);
    assets->n = n;
    struct encoded encoded; /* made for the first scheme, used for both */
    for (size_t i = 0; i < n * SCHEMES; i++) {
        const struct asset *a = i / SCHEMES < list_n ? &list[i / SCHEMES] : &more[i / SCHEMES - list_n];
        bool secure = i % SCHEMES;
        struct str body = { (const char *)a->bytes, a->n };
        bool worth = encoding_worth(str_of(a->type), a->n);
        if (worth && !secure)
            encoded_make(&encoded, body);
        struct page *page = page_new(&(struct page_parts){ .key = str_of(a->address),
                                                           .content_type = str_of(a->type),
                                                           .body = body,
                                                           .location = STR_NONE,
                                                           .cookies = STR_NONE,
                                                           .varies = worth,
                                                           .encoded = worth ? &encoded : NULL,
                                                           .status = HTTP_OK,
                                                           .caching = CACHING_IMMUTABLE,
                                                           .secure = secure,
                                                           .valid_until = INT64_MAX });
        assets->pages[secure][i / SCHEMES] = page;
        if (worth && (secure || !page))
            encoded_free(&encoded);
        if (!page) {
            assets_free(assets);
            return fault_no_memory(fault);
        }
    }
    *out = assets;
    return STATUS_OK;
}

void assets_free(struct assets *assets)
{
    if (!assets)
        return;
    for (size_t i = 0; i < assets->n * SCHEMES; i++)
        page_unref(assets->pages[i % SCHEMES][i / SCHEMES]);
    mem_free(assets);
}

bool assets_answer(const struct assets *assets, const struct http_head *head, struct http_answer *out)
{
    if ((head->method != HTTP_GET && head->method != HTTP_HEAD) || !str_starts(head->path, STR("/a/")))
        return false;
    for (size_t i = 0; i < assets->n; i++) {
        struct page *page = assets->pages[head->secure][i];
        if (!str_equal(page->key, head->path))
            continue;
        page_ref(page);
        page_answer(page, head, out);
        return true;
    }
    return false;
}

static const struct asset *find(struct str name)
{
    for (size_t i = 0; i < candour_assets_n; i++)
        if (str_equal(str_of(candour_assets[i].name), name))
            return &candour_assets[i];
    bug("no asset %.*s is built in", STR_ARG(name));
}

struct url web_asset(struct str name)
{
    return (struct url){ str_of(find(name)->address) };
}

struct str web_asset_bytes(struct str name)
{
    const struct asset *asset = find(name);
    return (struct str){ (const char *)asset->bytes, asset->n };
}
