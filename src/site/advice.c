/*
 * Pages of prose: how to report, what a hate crime is, where the law comes from, what the exit button does, and what
 * the site says of itself. They need no database, so that they stand when it is away. What is the force's own comes
 * from the settings.
 */
#include "site/services.h"
#include "site/site.h"

#include "base/arena.h"
#include "site/site_pages.h"
#include "site/site_routes.h"
#include "web/web_pages.h"
#include "base/banned.h"

static struct str setting_text(struct request *req, enum site_setting which)
{
    return settings_get(req->settings, &site_settings.rows[which])->text;
}

/* The frame of such a page. */
static void lay_out(struct request *req, struct layout *out, struct str title, struct str description)
{
    web_layout(req, out, title);
    out->description = description;
}

/*
 * route: GET /report
 * permission: public
 * cache: public
 * help: How to report hate crime, and what to do in danger.
 */
enum http_status site_report(struct request *req, struct response *res)
{
    struct report view = { 0 };
    lay_out(req, &view.layout, t_report_title(req->language), t_report_description(req->language));
    view.layout.at_report = true;
    view.address = setting_text(req, SITE_CONTACT_ADDRESS);
    view.telephone = setting_text(req, SITE_CONTACT_TELEPHONE);
    view.telephone_link = service_telephone(req->arena, view.telephone);
    view.transport = service_checked_words(req, STR("british-transport-police"));
    view.crimestoppers = service_checked_words(req, STR("crimestoppers"));
    view.crimestoppers_website = service_website(req, STR("crimestoppers"));
    view.true_vision = service_website(req, STR("true-vision"));
    report_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /hate-crime
 * permission: public
 * cache: public
 * help: What a hate crime is, and what the police can and cannot do.
 */
enum http_status site_hate_crime(struct request *req, struct response *res)
{
    struct hate_crime view = { 0 };
    lay_out(req, &view.layout, t_hate_crime_title(req->language), t_hate_crime_description(req->language));
    hate_crime_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /law
 * permission: public
 * cache: public
 * help: Where the law and the rules for recording come from.
 */
enum http_status site_law(struct request *req, struct response *res)
{
    struct law view = { 0 };
    lay_out(req, &view.layout, t_law_title(req->language), t_law_description(req->language));
    law_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /pictures-and-names
 * permission: public
 * cache: public
 * help: What the labels on posts mean, and why they are there.
 */
enum http_status site_pictures_and_names(struct request *req, struct response *res)
{
    struct pictures_and_names view = { 0 };
    lay_out(req, &view.layout, t_pictures_title(req->language), t_pictures_description(req->language));
    pictures_and_names_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /about
 * permission: public
 * cache: public
 * help: Who runs the site, and how a post comes about.
 */
enum http_status site_about(struct request *req, struct response *res)
{
    struct about view = { 0 };
    lay_out(req, &view.layout, t_about_title(req->language), t_about_description(req->language));
    about_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /accessibility
 * permission: public
 * cache: public
 * help: The accessibility statement.
 */
enum http_status site_accessibility(struct request *req, struct response *res)
{
    struct accessibility view = { 0 };
    lay_out(req, &view.layout, t_accessibility_title(req->language), t_accessibility_description(req->language));
    view.site_address = request_absolute(req, URL_OWN("/")).s;
    accessibility_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /privacy
 * permission: public
 * cache: public
 * help: What the site keeps about its visitors.
 */
enum http_status site_privacy(struct request *req, struct response *res)
{
    struct privacy view = { 0 };
    lay_out(req, &view.layout, t_privacy_title(req->language), t_privacy_description(req->language));
    struct str notice = setting_text(req, SITE_CONTACT_PRIVACY);
    if (notice.n > 0 && url_outside(req->arena, notice, &view.notice) != STATUS_OK)
        return response_error(req, res, HTTP_SERVER_ERROR);
    privacy_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /cookies
 * permission: public
 * cache: public
 * help: The cookies that there are.
 */
enum http_status site_cookies(struct request *req, struct response *res)
{
    struct cookies view = { 0 };
    lay_out(req, &view.layout, t_cookies_title(req->language), t_cookies_description(req->language));
    cookies_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /contact
 * permission: public
 * cache: public
 * help: How to reach the force.
 */
enum http_status site_contact(struct request *req, struct response *res)
{
    struct contact view = { 0 };
    lay_out(req, &view.layout, t_contact_title(req->language), t_contact_description(req->language));
    view.telephone = setting_text(req, SITE_CONTACT_TELEPHONE);
    view.telephone_link = service_telephone(req->arena, view.telephone);
    view.hours = setting_text(req, SITE_CONTACT_HOURS);
    view.address = setting_text(req, SITE_CONTACT_ADDRESS);
    view.email = setting_text(req, SITE_CONTACT_EMAIL);
    if (view.email.n > 0 && url_outside(req->arena, str_format(req->arena, "mailto:%.*s", STR_ARG(view.email)),
                                        &view.email_link) != STATUS_OK)
        return response_error(req, res, HTTP_SERVER_ERROR);
    contact_write(&res->body, req->language, &view);
    return HTTP_OK;
}

/*
 * route: GET /leaving
 * permission: public
 * cache: public
 * help: What the exit button does and does not do.
 */
enum http_status site_leaving(struct request *req, struct response *res)
{
    struct leaving view = { 0 };
    lay_out(req, &view.layout, t_leaving_title(req->language), t_leaving_description(req->language));
    view.words = view.layout.exit_words;
    leaving_write(&res->body, req->language, &view);
    return HTTP_OK;
}
