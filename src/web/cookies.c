/*
 * Our two cookies: the session's, and the one that a form is bound to before
 * there is a session.
 *
 * The form's cookie is a random nonce with our HMAC over it, so nothing is
 * stored for it and nobody can make one up. Behind https both have the prefix
 * __Host- (RFC 6265bis 4.1.3.2): a neighbouring host cannot set them. A cookie
 * that comes twice is taken as none: somebody planted one of the two.
 */
#include "web/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/entropy.h"
#include "base/banned.h"

#define SESSION_NAME "candour-session"
#define FORM_NAME    "candour-form"

struct str base64url(struct arena *arena, const unsigned char *bytes, size_t n)
{
    size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(arena, size, 1);
    if (!text)
        return STR_NONE;
    sodium_bin2base64(text, size, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return (struct str){ text, size - 1 };
}

bool base64url_read(struct str text, unsigned char *out, size_t n)
{
    size_t got = 0;
    const char *end = NULL;
    return text.n > 0 &&
           sodium_base642bin(out, n, text.p, text.n, NULL, &got, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           got == n && end == text.p + text.n;
}

static void nonce_mac(const struct serving *s, const unsigned char nonce[COOKIE_NONCE], unsigned char mac[MAC_BYTES])
{
    static const unsigned char purpose[] = "candour form cookie 1";
    struct str key = s->request.web->options.key;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
    crypto_auth_hmacsha256_update(&state, purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&state, nonce, COOKIE_NONCE);
    crypto_auth_hmacsha256_final(&state, mac);
}

/* The value of our cookie, STR_NONE where it is not there or comes twice. */
static struct str cookie_find(const struct serving *s, struct str name)
{
    struct str found = STR_NONE;
    for (size_t i = 0; i < s->head->fields_n; i++) {
        const struct http_field *field = &s->head->fields[i];
        if (!str_equal_nocase(field->name, STR("Cookie")))
            continue;
        struct str rest = field->value;
        struct str pair;
        while (str_cut(&rest, ';', &pair)) {
            struct str value = str_trim(pair);
            struct str its_name;
            if (!str_cut(&value, '=', &its_name) || !str_equal(its_name, name) || !value.p)
                continue;
            if (found.p)
                return STR_NONE;
            found = value;
        }
    }
    return found;
}

void cookies_read(struct serving *s)
{
    struct str session = cookie_find(s, s->secure ? STR("__Host-" SESSION_NAME) : STR(SESSION_NAME));
    unsigned char token[TOKEN_BYTES];
    if (base64url_read(session, token, sizeof token)) {
        crypto_hash_sha256(s->session, token, sizeof token);
        s->session_sent = true;
    }
    struct str form = cookie_find(s, s->secure ? STR("__Host-" FORM_NAME) : STR(FORM_NAME));
    unsigned char both[COOKIE_NONCE + MAC_BYTES];
    unsigned char mac[MAC_BYTES];
    if (!base64url_read(form, both, sizeof both))
        return;
    nonce_mac(s, both, mac);
    s->form_cookie = sodium_memcmp(mac, both + COOKIE_NONCE, MAC_BYTES) == 0;
    if (s->form_cookie)
        memcpy(s->form_nonce, both, COOKIE_NONCE);
}

static void cookie_add(struct serving *s, const char *name, struct str value, bool ends_now)
{
    struct response *res = &s->response;
    if (s->request.route->cached || !value.p) {
        s->broken = true; /* a page that all may get must not hold what belongs to one */
        return;
    }
    res->cookies = str_format(s->request.arena, "%.*sSet-Cookie: %s%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s\r\n",
                              STR_ARG(res->cookies), s->secure ? "__Host-" : "", name, STR_ARG(value),
                              s->secure ? "; Secure" : "", ends_now ? "; Max-Age=0" : "");
}

void form_cookie_make(struct serving *s)
{
    unsigned char both[COOKIE_NONCE + MAC_BYTES];
    entropy_fill(both, COOKIE_NONCE);
    nonce_mac(s, both, both + COOKIE_NONCE);
    memcpy(s->form_nonce, both, COOKIE_NONCE);
    s->form_cookie = true;
    cookie_add(s, FORM_NAME, base64url(s->request.arena, both, sizeof both), false);
}

struct str cookies_expired(bool secure)
{
#define GONE(prefix, name, more)                                                                                       \
    "Set-Cookie: " prefix name "=; Path=/; HttpOnly; SameSite=Strict" more "; Max-Age=0\r\n"
    return secure ? STR(GONE("__Host-", SESSION_NAME, "; Secure") GONE("__Host-", FORM_NAME, "; Secure"))
                  : STR(GONE("", SESSION_NAME, "") GONE("", FORM_NAME, ""));
#undef GONE
}

void response_session_start(struct request *req, struct response *res, const unsigned char token[32])
{
    (void)res;
    cookie_add((struct serving *)req, SESSION_NAME, base64url(req->arena, token, TOKEN_BYTES), false);
}

void response_session_end(struct request *req, struct response *res)
{
    (void)res;
    cookie_add((struct serving *)req, SESSION_NAME, STR(""), true);
}
