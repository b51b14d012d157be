/*
 * Forms: declared fields with validators, and the token that shows that a
 * form was sent from a page of ours to this visitor.
 *
 * The token is salt ‖ HMAC-SHA256(key, purpose ‖ binding ‖ salt). The binding
 * is the session's hash, or before sign-in the nonce of the form's cookie. The
 * salt is new in every page, so that a compressed page gives nothing away of
 * it. Origin is not looked at: under our referrer policy browsers send "null"
 * with our own forms too.
 *
 * An attacker sends what no browser would: undeclared fields, fields twice,
 * bytes that are not text. Each refuses the whole form.
 */
#include "web/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/entropy.h"
#include "base/banned.h"

enum { SALT_BYTES = 16, TOKEN_SIZE = SALT_BYTES + MAC_BYTES };

static void token_mac(const struct serving *s, const unsigned char salt[SALT_BYTES], unsigned char mac[MAC_BYTES])
{
    static const unsigned char before[] = "candour form token 1";
    static const unsigned char within[] = "candour form token 1, signed in";
    struct str key = s->request.web->options.key;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
    if (s->request.who) {
        crypto_auth_hmacsha256_update(&state, within, sizeof within);
        crypto_auth_hmacsha256_update(&state, s->session, sizeof s->session);
    } else {
        crypto_auth_hmacsha256_update(&state, before, sizeof before);
        crypto_auth_hmacsha256_update(&state, s->form_nonce, sizeof s->form_nonce);
    }
    crypto_auth_hmacsha256_update(&state, salt, SALT_BYTES);
    crypto_auth_hmacsha256_final(&state, mac);
}

struct str form_token(struct request *req, struct response *res)
{
    (void)res;
    struct serving *s = (struct serving *)req;
    if (req->route->cached) {
        s->broken = true;
        return STR_NONE;
    }
    if (!req->who && !s->form_cookie)
        form_cookie_make(s);
    unsigned char token[TOKEN_SIZE];
    entropy_fill(token, SALT_BYTES);
    token_mac(s, token, token + SALT_BYTES);
    return base64url(req->arena, token, sizeof token);
}

bool form_token_good(const struct serving *s)
{
    if (!s->request.who && !s->form_cookie)
        return false;
    struct str rest = http_exchange_body(s->exchange);
    struct str sent = STR_NONE;
    struct str pair;
    while (str_cut(&rest, '&', &pair)) {
        struct str name;
        if (!str_cut(&pair, '=', &name) || !str_equal(name, STR(FORM_TOKEN_FIELD)))
            continue;
        if (sent.p)
            return false;
        sent = pair;
    }
    unsigned char token[TOKEN_SIZE];
    unsigned char mac[MAC_BYTES];
    if (!base64url_read(sent, token, sizeof token))
        return false;
    token_mac(s, token, mac);
    return sodium_memcmp(mac, token + SALT_BYTES, MAC_BYTES) == 0;
}

/* ---- Fields ---- */

/* Browsers send line ends as CRLF; inside there is only LF. In place: it only gets shorter. */
static struct str lines_of(char *p, size_t n)
{
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\r') {
            if (i + 1 < n && p[i + 1] == '\n')
                continue;
            p[out++] = '\n';
        } else {
            p[out++] = p[i];
        }
    }
    return (struct str){ p, out };
}

static bool has_control(struct str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char u = (unsigned char)s.p[i];
        if (u == 0x7F || (u < 0x20 && !(lines && (u == '\n' || u == '\t'))))
            return true;
    }
    return false;
}

static bool is_choice(const char *choices, struct str text)
{
    struct str rest = str_of(choices);
    struct str word;
    while (str_cut(&rest, ' ', &word))
        if (word.n && str_equal(word, text))
            return true;
    return false;
}

static bool length_fits(const struct form_field *field, struct str text)
{
    int64_t n = (int64_t)str_code_points(text);
    return n >= field->min && n <= field->max;
}

static bool fits(const struct form_field *field, struct value *value)
{
    switch (field->type) {
    case FIELD_TEXT: return !has_control(value->text, false) && length_fits(field, value->text);
    case FIELD_LINES: return !has_control(value->text, true) && length_fits(field, value->text);
    case FIELD_INT:
        return str_to_i64(value->text, &value->number) && value->number >= field->min && value->number <= field->max;
    case FIELD_CHOICE: return is_choice(field->choices, value->text);
    case FIELD_TICK: value->number = 1; return str_equal(value->text, STR("yes"));
    }
    return false;
}

static bool is_form(const struct http_head *head)
{
    struct str type = http_field(head, STR("Content-Type"));
    struct str first;
    return str_cut(&type, ';', &first) && str_equal_nocase(str_trim(first), STR("application/x-www-form-urlencoded"));
}

/* One "name=value" into its place; false where the form is not one of ours. */
static bool take_pair(struct request *req, struct str pair, const struct form_field *fields, size_t n,
                      struct value *out)
{
    struct str name;
    if (!str_cut(&pair, '=', &name) || !pair.p)
        return false;
    if (str_equal(name, STR(FORM_TOKEN_FIELD)))
        return true;
    size_t at = 0;
    while (at < n && !str_equal(name, str_of(fields[at].name)))
        at++;
    char *room = arena_alloc(req->arena, pair.n, 1);
    struct str text;
    if (at == n || out[at].text.p || !room || !form_decode(pair, room, &text) || !str_is_text(text))
        return false;
    text = lines_of(room, text.n);
    out[at].text = fields[at].type == FIELD_LINES ? text : str_trim(text);
    return true;
}

enum status form_read(struct request *req, const struct form_field *fields, size_t n, struct value *out, bool *all_good)
{
    const struct serving *s = (const struct serving *)req;
    *all_good = false;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct value){ .state = VALUE_ABSENT, .text = STR_NONE };
    struct str rest = http_exchange_body(s->exchange);
    size_t pairs = 0;
    struct str pair;
    if (n > FORM_FIELDS_MAX || !is_form(s->head))
        return STATUS_INVALID;
    while (rest.n && str_cut(&rest, '&', &pair))
        if (++pairs > FORM_FIELDS_MAX + 1 || !take_pair(req, pair, fields, n, out))
            return STATUS_INVALID;
    if (arena_failed(req->arena))
        return STATUS_NO_MEMORY;
    *all_good = true;
    for (size_t i = 0; i < n; i++) {
        bool empty = str_trim(out[i].text).n == 0;
        if (!empty)
            out[i].state = fits(&fields[i], &out[i]) ? VALUE_OK : VALUE_INVALID;
        if (out[i].state == VALUE_INVALID || (empty && fields[i].required))
            *all_good = false;
    }
    return STATUS_OK;
}
