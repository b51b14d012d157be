/*
 * GET /support: who helps, by strand and by need. It needs no database, so that it stands when that is away.
 *
 * What is asked for is one of two closed lists of words; an attacker can ask for no more pages than these make.
 */
#include "site/services.h"
#include "site/site.h"

#include "base/arena.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

/* What is asked for; STRANDS and NEEDS: anything. */
struct support_asked {
    enum service_strand strand;
    enum service_need need;
};

static bool read_asked(const struct value *strand, const struct value *need, struct support_asked *out)
{
    *out = (struct support_asked){ STRANDS, NEEDS };
    for (unsigned i = 0; strand->state == VALUE_OK && i < STRANDS; i++)
        if (str_equal(strand->text, service_strand_word((enum service_strand)i)))
            out->strand = (enum service_strand)i;
    for (unsigned i = 0; need->state == VALUE_OK && i < NEEDS; i++)
        if (str_equal(need->text, service_need_word((enum service_need)i)))
            out->need = (enum service_need)i;
    return (strand->state == VALUE_ABSENT || out->strand != STRANDS) &&
           (need->state == VALUE_ABSENT || out->need != NEEDS);
}

static struct url address_of(struct request *req, enum service_strand strand, enum service_need need)
{
    struct url url = request_own(req, STR("/support"));
    if (strand != STRANDS)
        url = url_query(req->arena, url, STR("for"), service_strand_word(strand));
    if (need != NEEDS)
        url = url_query(req->arena, url, STR("need"), service_need_word(need));
    return url;
}

static bool fill_choices(struct request *req, const struct support_asked *asked, struct support *view)
{
    struct register_choice *strands = ARENA_ARRAY(req->arena, STRANDS + 1, struct register_choice);
    struct register_choice *needs = ARENA_ARRAY(req->arena, NEEDS + 1, struct register_choice);
    if (!strands || !needs)
        return false;
    for (unsigned i = 0; i <= STRANDS; i++) { /* the first is "anything", which STRANDS stands for */
        enum service_strand strand = (enum service_strand)((i + STRANDS) % (STRANDS + 1));
        strands[i].words =
            strand == STRANDS ? t_support_everything(req->language) : service_strand_words(req->language, strand);
        if (strand != asked->strand)
            strands[i].address = address_of(req, strand, asked->need);
    }
    for (unsigned i = 0; i <= NEEDS; i++) {
        enum service_need need = (enum service_need)((i + NEEDS) % (NEEDS + 1));
        needs[i].words = need == NEEDS ? t_support_everything(req->language) : service_need_words(req->language, need);
        if (need != asked->need)
            needs[i].address = address_of(req, asked->strand, need);
    }
    view->strands = strands;
    view->strands_n = STRANDS + 1;
    view->needs = needs;
    view->needs_n = NEEDS + 1;
    return true;
}

/* "For: Race, Religion"; STR_NONE where it is for everybody. */
static struct str who_words(struct request *req, const struct service *service)
{
    struct buf out;
    if (service->who)
        return service->who(req->language);
    if (service->strands == 0)
        return STR_NONE;
    buf_init(&out, req->arena, 200);
    for (unsigned i = 0; i < STRANDS; i++) {
        if (!(service->strands & 1U << i))
            continue;
        if (buf_str(&out).n > 0)
            buf_add(&out, STR(", "));
        buf_add(&out, service_strand_words(req->language, (enum service_strand)i));
    }
    return t_support_for(req->language, req->arena, buf_str(&out));
}

static struct str said(struct request *req, service_words *words)
{
    return words ? words(req->language) : STR_NONE;
}

static void fill_item(struct request *req, const struct service *service, struct service_item *out)
{
    *out = (struct service_item){ .name = service->name,
                                  .what = said(req, service->what),
                                  .who = who_words(req, service),
                                  .area = said(req, service->area),
                                  .hours = said(req, service->hours),
                                  .telephone = service->telephone,
                                  .telephone_link = service_telephone(req->arena, service->telephone),
                                  .text_number = service->text,
                                  .website = service_website(req, service->key),
                                  .languages = said(req, service->languages),
                                  .tells = said(req, service->tells) };
    if (service->telephone.n > 0 || service->text.n > 0)
        out->checked = service_checked_words(req, service->key);
    out->more = out->who.n > 0 || out->checked.n > 0 || out->website.s.n > 0 || out->hours.n > 0 || out->area.n > 0 ||
                out->languages.n > 0 || out->tells.n > 0;
}

/* Those for everybody, or those for a strand (the one that is asked for, or any). */
static bool fill_section(struct request *req, const struct support_asked *asked, bool everybody,
                         struct service_section *out)
{
    struct service_item *items = ARENA_ARRAY(req->arena, site_services_n, struct service_item);
    if (!items)
        return false;
    *out = (struct service_section){ .services = items };
    for (size_t i = 0; i < site_services_n; i++) {
        const struct service *service = &site_services[i];
        bool wanted = everybody == (service->strands == 0) &&
                      (everybody || asked->strand == STRANDS || service->strands & 1U << asked->strand) &&
                      (asked->need == NEEDS || service->needs & 1U << asked->need);
        if (wanted && !service->unconfirmed)
            fill_item(req, service, &items[out->services_n++]);
    }
    if (everybody)
        out->heading = t_support_for_everybody(req->language);
    else
        out->heading = asked->strand == STRANDS ? t_support_for_some(req->language)
                                                : service_strand_words(req->language, asked->strand);
    return true;
}

/*
 * route: GET /support
 * permission: public
 * query: for word 20, need word 20
 * cache: public
 * help: Who helps, by strand and by need, whether or not somebody reports.
 */
enum http_status site_support(struct request *req, struct response *res)
{
    struct support view = { 0 };
    struct support_asked asked;
    struct service_section *sections = ARENA_ARRAY(req->arena, 2, struct service_section);
    if (!read_asked(request_query(req, SITE_SUPPORT_QUERY_FOR), request_query(req, SITE_SUPPORT_QUERY_NEED), &asked))
        return response_error(req, res, HTTP_NOT_FOUND);
    if (!sections || !fill_choices(req, &asked, &view))
        return response_error(req, res, HTTP_SERVER_ERROR);
    /* Who named a strand sees its own services first. */
    for (int i = 0; i < 2; i++) {
        bool everybody = (i == 0) == (asked.strand == STRANDS);
        if (!fill_section(req, &asked, everybody, &sections[view.sections_n]))
            return response_error(req, res, HTTP_SERVER_ERROR);
        view.sections_n += sections[view.sections_n].services_n > 0;
    }
    view.sections = sections;
    web_layout(req, &view.layout, t_support_title(req->language));
    view.layout.description = t_support_description(req->language);
    view.layout.at_support = true;
    support_write(&res->body, req->language, &view);
    return HTTP_OK;
}
