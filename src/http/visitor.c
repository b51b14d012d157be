/*
 * Who asks, and over what: the address and the scheme of the visitor.
 *
 * Promises: what a request says about its own origin is believed on a proxy's
 * listener only; there the last address that no proxy of ours added counts, so
 * that a visitor who sends an X-Forwarded-For of their own only puts words
 * before it. No room above sees these fields, so none can believe them by
 * mistake.
 *
 * An attacker sends a chain of thousands of our own proxies' addresses: after
 * HOPS_MAX of them the walk ends with the one that it has reached.
 */
#include <arpa/inet.h>
#include <string.h>

#include "http/front.h"

#include "base/banned.h"

enum { HOPS_MAX = 16, BITS_V4 = 32, BITS_ALL = 128, MAPPED_BYTES = 12 };

static bool address_read(struct str s, unsigned char out[16], bool *v4)
{
    static const unsigned char mapped[MAPPED_BYTES] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };
    char text[ADDRESS_TEXT];
    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    memcpy(out, mapped, sizeof mapped);
    *v4 = inet_pton(AF_INET, text, out + MAPPED_BYTES) == 1;
    return *v4 || inet_pton(AF_INET6, text, out) == 1;
}

static bool bit_of(const unsigned char bytes[16], unsigned at)
{
    return (bytes[at / 8] >> (7 - at % 8) & 1) != 0;
}

bool http_network_read(struct str text, struct http_network *out)
{
    ptrdiff_t slash = str_find_byte(text, '/');
    struct str address = slash < 0 ? text : str_slice(text, 0, (size_t)slash);
    bool v4 = false;
    int64_t bits = 0;
    if (!address_read(address, out->bytes, &v4))
        return false;
    int64_t most = v4 ? BITS_V4 : BITS_ALL;
    if (slash < 0)
        bits = most;
    else if (!str_to_i64(str_slice(text, (size_t)slash + 1, text.n), &bits) || bits < 0 || bits > most)
        return false;
    out->bits = (unsigned)(v4 ? bits + BITS_ALL - BITS_V4 : bits);
    for (unsigned i = out->bits; i < BITS_ALL; i++)
        if (bit_of(out->bytes, i))
            return false;
    return true;
}

static bool is_in(const unsigned char bytes[16], const struct http_network *network)
{
    unsigned whole = network->bits / 8;
    if (memcmp(bytes, network->bytes, whole) != 0)
        return false;
    for (unsigned i = whole * 8; i < network->bits; i++)
        if (bit_of(bytes, i) != bit_of(network->bytes, i))
            return false;
    return true;
}

static bool is_proxy(const struct http_server *s, const unsigned char bytes[16])
{
    for (size_t i = 0; i < s->proxies_n; i++)
        if (is_in(bytes, &s->proxies[i]))
            return true;
    return false;
}

/* Where the proxies have names, who else reaches the listener is a visitor like any other; this machine is not else. */
static bool is_believed(const struct connection *c)
{
    const struct http_server *s = c->loop->server;
    unsigned char bytes[16];
    bool v4;
    if (!c->proxy || s->proxies_n == 0 || c->address_n == 0)
        return c->proxy;
    if (!address_read((struct str){ c->address, c->address_n }, bytes, &v4))
        return false;
    const struct http_network loopback_v4 = { { [10] = 0xFF, [11] = 0xFF, [12] = 127 }, BITS_ALL - BITS_V4 + 8 };
    const struct http_network loopback_v6 = { { [15] = 1 }, BITS_ALL };
    return is_in(bytes, &loopback_v4) || is_in(bytes, &loopback_v6) || is_proxy(s, bytes);
}

static bool is_forwarding(struct str name)
{
    return str_equal_nocase(name, STR("Forwarded")) ||
           (name.n > 12 && str_equal_nocase(str_slice(name, 0, 12), STR("X-Forwarded-")));
}

/* Takes the last member off a comma-separated value; false when nothing is left. */
static bool cut_last(struct str *rest, struct str *member)
{
    if (!rest->p)
        return false;
    size_t from = rest->n;
    while (from && rest->p[from - 1] != ',')
        from--;
    *member = str_trim(str_slice(*rest, from, rest->n));
    *rest = from ? str_slice(*rest, 0, from - 1) : STR_NONE;
    return true;
}

/* Fields of one name are one list (RFC 9110 5.3), walked from its end: what the proxy next to us added comes first. */
struct walk {
    const struct http_head *head;
    struct str name;
    size_t left; /* fields before this one have not been looked at */
    struct str rest;
};

static bool walk_on(struct walk *w, struct str *member)
{
    while (!cut_last(&w->rest, member)) {
        do {
            if (w->left == 0)
                return false;
        } while (!str_equal_nocase(w->head->fields[--w->left].name, w->name));
        w->rest = w->head->fields[w->left].value;
    }
    return true;
}

static struct walk walk_begin(const struct http_head *head, struct str name)
{
    return (struct walk){ head, name, head->fields_n, STR_NONE };
}

static struct str forwarded_for(const struct connection *c, const struct http_head *head)
{
    struct walk walk = walk_begin(head, STR("X-Forwarded-For"));
    struct str visitor = { c->address, c->address_n }, member;
    for (int hops = 0; hops < HOPS_MAX && walk_on(&walk, &member); hops++) {
        unsigned char bytes[16];
        bool v4;
        if (!address_read(member, bytes, &v4))
            break;
        visitor = member;
        if (!is_proxy(c->loop->server, bytes))
            break;
    }
    return visitor;
}

void http_visitor_know(const struct connection *c, struct http_head *head, struct http_field *fields)
{
    head->address = (struct str){ c->address, c->address_n };
    if (is_believed(c)) {
        struct walk walk = walk_begin(head, STR("X-Forwarded-Proto"));
        struct str scheme;
        head->address = forwarded_for(c, head);
        head->secure = walk_on(&walk, &scheme) && str_equal_nocase(scheme, STR("https"));
    }
    size_t kept = 0;
    for (size_t i = 0; i < head->fields_n; i++)
        if (!is_forwarding(fields[i].name))
            fields[kept++] = fields[i];
    head->fields_n = kept;
}
