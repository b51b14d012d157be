/*
 * The feedback form.
 *
 * Promises: what was typed is shown again whenever it was not kept, and stands in no log and in no address; nothing but
 * the words, the page they are about and the day is handed on. Sent twice, it is kept once.
 */
#include "site/feedback.h"

#include "base/arena.h"
#include "base/entropy.h"
#include "base/zone.h"
#include "site/site.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum feedback_field { FIELD_WORDS, FIELD_PAGE, FIELD_ONCE, FEEDBACK_FIELDS };

static const struct form_field fields[FEEDBACK_FIELDS] = {
    [FIELD_WORDS] = { .name = "words", .type = FIELD_LINES, .min = 1, .max = FEEDBACK_POINTS, .required = true },
    [FIELD_PAGE] = { .name = "page", .type = FIELD_TEXT, .min = 1, .max = FEEDBACK_PAGE_POINTS },
    [FIELD_ONCE] = { .name = "once", .type = FIELD_TEXT, .min = FEEDBACK_ONCE, .max = FEEDBACK_ONCE, .required = true },
};

/* A new number for the form, which it brings back. */
static struct str once_new(struct request *req)
{
    unsigned char bytes[FEEDBACK_ONCE / 2];
    struct buf out;
    entropy_fill(bytes, sizeof bytes);
    buf_init(&out, req->arena, FEEDBACK_ONCE + 1);
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_format(&out, "%02x", bytes[i]);
    return buf_ok(&out) ? buf_str(&out) : STR_NONE;
}

/* The form as it was sent: its values, and what is wrong with them. */
struct sent_form {
    struct feedback_sent sent; /* first: what is written and what is shown come by one pointer */
    struct value values[FEEDBACK_FIELDS];
    struct str mistakes[FEEDBACK_FIELDS]; /* STR_NONE: none */
};

static struct str too_long(struct request *req, struct str text, int64_t most)
{
    return t_feedback_too_long(req->language, req->arena, most, (int64_t)str_code_points(text) - most);
}

/* False where there is a mistake. */
static bool find_mistakes(struct request *req, struct sent_form *form)
{
    const struct value *words = &form->values[FIELD_WORDS], *page = &form->values[FIELD_PAGE];
    if (words->state == VALUE_ABSENT || (words->state == VALUE_OK && !str_is_visible(words->text)))
        form->mistakes[FIELD_WORDS] = t_feedback_empty(req->language);
    else if (words->state == VALUE_INVALID && str_code_points(words->text) > FEEDBACK_POINTS)
        form->mistakes[FIELD_WORDS] = too_long(req, words->text, FEEDBACK_POINTS);
    else if (words->state == VALUE_INVALID)
        form->mistakes[FIELD_WORDS] = t_feedback_unreadable(req->language);
    if (page->state == VALUE_INVALID && str_code_points(page->text) > FEEDBACK_PAGE_POINTS)
        form->mistakes[FIELD_PAGE] = too_long(req, page->text, FEEDBACK_PAGE_POINTS);
    else if (page->state == VALUE_INVALID)
        form->mistakes[FIELD_PAGE] = t_feedback_unreadable(req->language);
    return form->mistakes[FIELD_WORDS].p == NULL && form->mistakes[FIELD_PAGE].p == NULL;
}

/* The form, empty or as it was sent. */
static enum http_status show(struct request *req, struct response *res, const struct sent_form *form,
                             enum http_status status)
{
    struct error_item *items = ARENA_ARRAY(req->arena, 2, struct error_item);
    struct feedback_form view = { .action = request_own(req, STR("/feedback")),
                                  .token = form_token(req, res),
                                  .once = form->values[FIELD_ONCE].state == VALUE_OK ? form->values[FIELD_ONCE].text
                                                                                     : once_new(req),
                                  .words = form->values[FIELD_WORDS].text,
                                  .words_mistake = form->mistakes[FIELD_WORDS],
                                  .page = form->values[FIELD_PAGE].text,
                                  .page_mistake = form->mistakes[FIELD_PAGE],
                                  .mistakes = items };
    if (!items)
        return response_error(req, res, HTTP_SERVER_ERROR);
    if (view.words_mistake.n > 0)
        items[view.mistakes_n++] = (struct error_item){ .words = view.words_mistake, .field = URL_OWN("#words") };
    if (view.page_mistake.n > 0)
        items[view.mistakes_n++] = (struct error_item){ .words = view.page_mistake, .field = URL_OWN("#page") };
    struct str title = t_feedback_title(req->language);
    web_layout(req, &view.layout, view.mistakes_n > 0 ? t_form_title_error(req->language, req->arena, title) : title);
    view.layout.away = req->db == NULL; /* then what needs it is not offered */
    feedback_form_write(&res->body, req->language, &view);
    return status;
}

/*
 * route: GET /feedback
 * permission: public
 * cache: no-store
 * help: A form for what somebody wants to say about the site; not for reports.
 */
enum http_status site_feedback(struct request *req, struct response *res)
{
    struct sent_form *form = ARENA_NEW(req->arena, struct sent_form);
    if (!form)
        return response_error(req, res, HTTP_SERVER_ERROR);
    *form = (struct sent_form){ 0 };
    return show(req, res, form, HTTP_OK);
}

static enum http_status kept(struct request *req, struct response *res, void *arg)
{
    (void)arg;
    return response_see_other(req, res, request_own(req, STR("/feedback/sent")));
}

/* Nothing was kept: the form comes back as it was sent, with the reason. */
static enum http_status not_kept(struct request *req, struct response *res, void *arg)
{
    struct sent_form *form = arg;
    bool full = res->fault.status == STATUS_LIMIT;
    form->mistakes[FIELD_WORDS] = full ? t_feedback_full(req->language) : t_feedback_not_kept(req->language);
    return show(req, res, form, full ? HTTP_TOO_MANY : http_status_of(res->fault.status));
}

/*
 * route: POST /feedback
 * permission: public
 * body: form 65536
 * csrf: again
 * cache: no-store
 * help: Keeps what was said about the site, for 90 days.
 */
enum http_status site_feedback_send(struct request *req, struct response *res)
{
    struct sent_form *form = ARENA_NEW(req->arena, struct sent_form);
    bool all_good = false;
    if (!form)
        return response_error(req, res, HTTP_SERVER_ERROR);
    *form = (struct sent_form){ 0 };
    enum status status = form_read(req, fields, FEEDBACK_FIELDS, form->values, &all_good);
    if (status != STATUS_OK)
        return response_error(req, res, status == STATUS_INVALID ? HTTP_BAD_REQUEST : HTTP_SERVER_ERROR);
    if (form_stale(req)) {
        bool away = req->db == NULL;
        form->mistakes[FIELD_WORDS] = away ? t_feedback_not_kept(req->language) : t_feedback_stale(req->language);
        return show(req, res, form, away ? HTTP_UNAVAILABLE : HTTP_FORBIDDEN);
    }
    if (!find_mistakes(req, form))
        return show(req, res, form, HTTP_UNPROCESSABLE);
    if (!all_good)
        return response_error(req, res, HTTP_BAD_REQUEST); /* the hidden number is none that we made */
    form->sent =
        (struct feedback_sent){ .arena = req->arena,
                                .once = form->values[FIELD_ONCE].text,
                                .words = form->values[FIELD_WORDS].text,
                                .page = form->values[FIELD_PAGE].state == VALUE_OK ? form->values[FIELD_PAGE].text
                                                                                   : STR_NONE,
                                .day = zone_day(req->arena, req->now) };
    return write_then(req, res, feedback_send_write, form, kept, not_kept);
}

/*
 * route: GET /feedback/sent
 * permission: public
 * cache: public
 * help: What happens with feedback that was sent.
 */
enum http_status site_feedback_sent(struct request *req, struct response *res)
{
    struct feedback_thanks view = { 0 };
    web_layout(req, &view.layout, t_feedback_sent_heading(req->language));
    view.layout.hidden = true;
    view.layout.canonical = (struct url){ STR_NONE };
    feedback_thanks_write(&res->body, req->language, &view);
    return HTTP_OK;
}
