/*
 * GET /exit: where the exit button of every public page leads. It takes the
 * visitor to a harmless site that the force names (setting exit.target) and
 * has the browser forget this one: cookies, what it stored, what it kept.
 *
 * Promises: the answer is made when the site starts and goes out without a
 * database, a free thread or memory; it is never counted and never logged; it
 * is the same for everybody, so that it tells nothing of who left. A session
 * ends with it where there is one: the one GET that writes. Nobody waits for
 * that act: where it fails the session ends at its own time, and the browser
 * has no cookie for it any more.
 *
 * An attacker could send somebody here from another site, and so sign them
 * out; the session itself stays then, because browsers keep its cookie back
 * from what others begin (SameSite=Strict).
 */
#include "web/inside.h"
#include "web/web_routes.h"

#include <string.h>

#include "base/alloc.h"
#include "base/banned.h"

enum { SCHEMES = 2, TARGET_MAX = 2000 };

/* ---- Where it leads ---- */

/* "Example.org:443" of "https://Example.org:443/weather" is "Example.org". */
static struct str authority_of(struct str address)
{
    ptrdiff_t from = str_find(address, STR("://"));
    if (from < 0)
        return STR_NONE;
    struct str rest = str_slice(address, (size_t)from + 3, address.n);
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
        n++;
    struct str host = str_slice(rest, 0, n);
    struct str implied = str_starts(address, STR("https://")) ? STR(":443") : STR(":80");
    return str_ends(host, implied) ? str_slice(host, 0, host.n - implied.n) : host;
}

enum status web_exit_check(struct str target, struct str site, struct fault *fault)
{
    struct str host = authority_of(target);
    bool good = str_starts(target, STR("https://")) && host.n > 0 && target.n <= TARGET_MAX &&
                str_find_byte(host, '@') < 0 && str_find_byte(target, '#') < 0;
    for (size_t i = 0; good && i < target.n; i++)
        good = target.p[i] > ' ' && target.p[i] < 0x7F;
    if (!good)
        return fault_set(fault, STATUS_INVALID,
                         "exit.target is not an address to leave for; write https://, the host name and the path of a "
                         "harmless page, in letters without accents.");
    if (str_equal_nocase(host, authority_of(site)))
        return fault_set(fault, STATUS_INVALID,
                         "exit.target leads back to this site; write the address of a harmless page of another one.");
    return STATUS_OK;
}

/* ---- The answer ---- */

enum status exit_make(struct web *web, struct fault *fault)
{
    struct str target = web_setting_get(web->options.settings, WEB_EXIT_TARGET)->text;
    enum status status = web_exit_check(target, web_address(web), fault);
    for (unsigned secure = 0; status == STATUS_OK && secure < SCHEMES; secure++) {
        web->exits[secure] = page_new(&(struct page_parts){ .key = STR(""),
                                                            .content_type = STR_NONE,
                                                            .body = STR(""),
                                                            .location = target,
                                                            .cookies = cookies_expired(secure || web->https),
                                                            .status = HTTP_SEE_OTHER,
                                                            .caching = CACHING_NO_STORE,
                                                            .secure = secure,
                                                            .clears = true,
                                                            .valid_until = INT64_MAX });
        if (!web->exits[secure])
            status = fault_no_memory(fault);
    }
    return status;
}

void exit_free(struct web *web)
{
    for (unsigned secure = 0; secure < SCHEMES; secure++)
        page_unref(web->exits[secure]);
}

struct page *exit_page(struct web *web, bool secure)
{
    page_ref(web->exits[secure]);
    return web->exits[secure];
}

bool exit_asked(const struct http_head *head)
{
    struct str path = head->path;
    path_language(&path);
    return (head->method == HTTP_GET || head->method == HTTP_HEAD) && str_equal(path, STR("/exit"));
}

void exit_answer(struct web *web, const struct http_head *head, struct http_answer *out)
{
    page_answer(exit_page(web, head->secure), head, out);
}

/* ---- The session ---- */

struct ending {
    const struct auth *auth;
    unsigned char token_sha256[TOKEN_BYTES];
};

static enum status end_session(struct db_tx *tx, void *arg)
{
    struct ending *ending = arg;
    struct str token = { (const char *)ending->token_sha256, sizeof ending->token_sha256 };
    return ending->auth->end(ending->auth->self, tx, token);
}

static void session_ended(void *self, enum status status, const struct fault *fault)
{
    (void)status;
    (void)fault;
    mem_free(self);
}

/*
 * route: GET /exit
 * permission: public
 * cache: no-store
 * help: Leaves the site: ends the session, has the browser forget this site, and goes on to exit.target.
 */
enum http_status web_exit(struct request *req, struct response *res)
{
    (void)res; /* what is sent stands ready (exit_page) */
    const struct serving *s = (const struct serving *)req;
    const struct auth *auth = req->web->options.auth;
    /* Only for who was found to have one: else anybody could have us write with cookies that they made up. */
    if (!req->who || !req->db || !auth->end || s->head->method != HTTP_GET)
        return HTTP_SEE_OTHER;
    struct ending *ending = mem_alloc(sizeof *ending);
    if (!ending)
        return HTTP_SEE_OTHER;
    ending->auth = auth;
    memcpy(ending->token_sha256, s->session, sizeof ending->token_sha256);
    if (db_write_later(req->db, end_session, ending, session_ended, ending) != STATUS_OK)
        mem_free(ending);
    return HTTP_SEE_OTHER;
}
