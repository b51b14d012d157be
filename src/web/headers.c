/*
 * The header lines of our answers (the table is in docs/web.md).
 *
 * Promise: every answer that this room gives, an asset, a 304 and an error
 * page included, carries all of the security lines. They are constants: no
 * byte of a request ever stands in a header line, but for the address of a
 * redirect, which is percent-encoded.
 */
#include "web/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/banned.h"

#define SECURITY_LINES                                                                                                 \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "         \
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "               \
    "require-trusted-types-for 'script'\r\n"                                                                           \
    "Cross-Origin-Opener-Policy: same-origin\r\n"                                                                      \
    "Cross-Origin-Resource-Policy: same-origin\r\n"                                                                    \
    "Referrer-Policy: no-referrer\r\n"                                                                                 \
    "X-Content-Type-Options: nosniff\r\n"                                                                              \
    "Permissions-Policy: accelerometer=(), autoplay=(), bluetooth=(), camera=(), clipboard-read=(), "                  \
    "clipboard-write=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), "          \
    "gyroscope=(), hid=(), idle-detection=(), keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), "       \
    "midi=(), payment=(), picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), "      \
    "screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), usb=(), window-management=(), "                   \
    "xr-spatial-tracking=()\r\n"

/* Two years, and no word about other hosts of the same domain, which are not ours to decide for. */
#define TRANSPORT_LINE "Strict-Transport-Security: max-age=63072000\r\n"

struct str headers_security(bool secure)
{
    return secure ? STR(SECURITY_LINES TRANSPORT_LINE) : STR(SECURITY_LINES);
}

struct str headers_caching(enum caching caching)
{
    switch (caching) {
    case CACHING_REVALIDATE: return STR("Cache-Control: no-cache\r\n");
    case CACHING_NO_STORE: return STR("Cache-Control: no-store\r\n");
    case CACHING_IMMUTABLE: return STR("Cache-Control: public, max-age=31536000, immutable\r\n");
    }
    bug("no such caching: %d", (int)caching);
}

struct str headers_clear(void)
{
    return STR("Clear-Site-Data: \"cache\", \"cookies\", \"storage\"\r\n");
}

struct str etag_of(struct str body, char room[ETAG_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[ETAG_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    room[0] = '"';
    for (size_t i = 0; i < sizeof hash; i++) {
        room[1 + 2 * i] = digits[hash[i] >> 4];
        room[2 + 2 * i] = digits[hash[i] & 15];
    }
    room[ETAG_SIZE - 1] = '"';
    return (struct str){ room, ETAG_SIZE };
}

bool etag_matches(const struct http_head *head, struct str etag)
{
    for (size_t i = 0; i < head->fields_n; i++) {
        struct str sent = head->fields[i].value;
        if (!str_equal_nocase(head->fields[i].name, STR("If-None-Match")))
            continue;
        /* The quotes are part of it and cannot stand inside a tag, so a piece that is equal is a tag that is equal. */
        if (str_equal(str_trim(sent), STR("*")) || (etag.p && str_find(sent, etag) >= 0))
            return true;
    }
    return false;
}
