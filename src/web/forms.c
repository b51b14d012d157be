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
#include "web/upload.h"

#include <sodium.h>
#include <string.h>

#include "base/entropy.h"
#include "base/banned.h"

enum { SALT_BYTES = 16, TOKEN_SIZE = SALT_BYTES + MAC_BYTES };

struct form_binding form_binding_of(const struct serving *s)
{
    struct form_binding binding = { .signed_in = s->request.who != NULL };
    binding.there = binding.signed_in || s->form_cookie;
    if (binding.signed_in)
        memcpy(binding.to, s->session, sizeof s->session);
    else if (s->form_cookie)
        memcpy(binding.to, s->form_nonce, sizeof s->form_nonce);
    return binding;
}

static void token_mac(const struct web *web, const struct form_binding *binding, const unsigned char salt[SALT_BYTES],
                      unsigned char mac[MAC_BYTES])
{
    static const unsigned char before[] = "candour form token 1";
    static const unsigned char within[] = "candour form token 1, signed in";
    struct str key = web->options.key;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
    if (binding->signed_in)
        crypto_auth_hmacsha256_update(&state, within, sizeof within);
    else
        crypto_auth_hmacsha256_update(&state, before, sizeof before);
    crypto_auth_hmacsha256_update(&state, binding->to, binding->signed_in ? TOKEN_BYTES : COOKIE_NONCE);
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
    struct form_binding binding = form_binding_of(s);
    entropy_fill(token, SALT_BYTES);
    token_mac(req->web, &binding, token, token + SALT_BYTES);
    return base64url(req->arena, token, sizeof token);
}

bool form_token_fits(const struct web *web, const struct form_binding *binding, struct str sent)
{
    unsigned char token[TOKEN_SIZE];
    unsigned char mac[MAC_BYTES];
    if (!binding->there || !base64url_read(sent, token, sizeof token))
        return false;
    token_mac(web, binding, token, mac);
    return sodium_memcmp(mac, token + SALT_BYTES, MAC_BYTES) == 0;
}

/* Of the same visitor who began it: a session may have ended or begun meanwhile. */
static bool upload_token_good(const struct upload *upload, const struct form_binding *binding)
{
    return upload && upload->token_good && binding->there && upload->binding.signed_in == binding->signed_in &&
           sodium_memcmp(upload->binding.to, binding->to, sizeof binding->to) == 0;
}

bool form_token_good(const struct serving *s)
{
    struct form_binding binding = form_binding_of(s);
    if (s->request.route->body == BODY_UPLOAD)
        return upload_token_good(s->upload, &binding);
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
    return form_token_fits(s->request.web, &binding, sent);
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
    case FIELD_FILE: return false; /* files_fit */
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
    if (at == n || fields[at].type == FIELD_FILE || out[at].text.p || !room || !form_decode(pair, room, &text) ||
        !str_is_text(text))
        return false;
    text = lines_of(room, text.n);
    out[at].text = fields[at].type == FIELD_LINES ? text : str_trim(text);
    return true;
}

static bool take_pairs(struct request *req, struct str body, const struct form_field *fields, size_t n,
                       struct value *out)
{
    size_t pairs = 0;
    struct str pair;
    while (body.n && str_cut(&body, '&', &pair))
        if (++pairs > FORM_FIELDS_MAX + 1 || !take_pair(req, pair, fields, n, out))
            return false;
    return true;
}

/* What came with an upload was looked at as it came: these are the declared fields, each once, all of them text. */
static void take_upload(struct request *req, const struct upload *upload, const struct form_field *fields, size_t n,
                        struct value *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct upload_text *text = &upload->texts[i];
        char *room = text->sent ? arena_alloc(req->arena, text->n + 1, 1) : NULL;
        if (!room)
            continue;
        if (text->n)
            memcpy(room, upload->text.p + text->from, text->n);
        out[i].text = lines_of(room, text->n);
        if (fields[i].type != FIELD_LINES)
            out[i].text = str_trim(out[i].text);
    }
    for (size_t i = 0; i < upload->files_n; i++) {
        struct value *value = &out[upload->file_fields[i]];
        if (value->number++ == 0)
            value->text = str_copy(req->arena, upload->files[i].name);
    }
}

static bool files_fit(const struct upload *upload, const struct form_field *fields, size_t at)
{
    for (size_t i = 0; i < upload->files_n; i++)
        if (upload->file_fields[i] == at &&
            (upload->files[i].fd < 0 || upload->files[i].size < (uint64_t)fields[at].min))
            return false;
    return true;
}

enum status form_read(struct request *req, const struct form_field *fields, size_t n, struct value *out, bool *all_good)
{
    const struct serving *s = (const struct serving *)req;
    *all_good = false;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct value){ .state = VALUE_ABSENT, .text = STR_NONE };
    bool uploads = req->route->body == BODY_UPLOAD;
    if (uploads && (fields != req->route->upload->fields || n != req->route->upload->n))
        bug("%s reads another form than it declares", req->route->path);
    if (n > FORM_FIELDS_MAX || (uploads ? !s->upload : !is_form(s->head)))
        return STATUS_INVALID;
    if (uploads)
        take_upload(req, s->upload, fields, n, out);
    else if (!take_pairs(req, http_exchange_body(s->exchange), fields, n, out))
        return STATUS_INVALID;
    if (arena_failed(req->arena))
        return STATUS_NO_MEMORY;
    *all_good = true;
    for (size_t i = 0; i < n; i++) {
        bool is_file = fields[i].type == FIELD_FILE;
        bool empty = is_file ? out[i].number == 0 : str_trim(out[i].text).n == 0;
        bool good = !empty && (is_file ? files_fit(s->upload, fields, i) : fits(&fields[i], &out[i]));
        if (!empty)
            out[i].state = good ? VALUE_OK : VALUE_INVALID;
        if (out[i].state == VALUE_INVALID || (empty && fields[i].required))
            *all_good = false;
    }
    return STATUS_OK;
}
