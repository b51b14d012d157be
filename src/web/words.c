/* What every page says of the site, and dates and times as GOV.UK writes them: "16 October 2022 at 7:11pm". */
#include "web/inside.h"
#include "web/web_pages.h"

#include "base/arena.h"
#include "base/zone.h"
#include "base/banned.h"

static bool is_desk(const struct request *req)
{
    return req->route && req->route->permission != PERMISSION_PUBLIC;
}

static struct str exit_words(const struct request *req)
{
    const struct setting_value *words = web_setting_get(req->settings, WEB_EXIT_WORDS);
    return words->given ? words->text : t_exit_words(req->language);
}

/* The foot of every page: what needs no database, and so stands on the page that says it is away, too. */
static const struct page_of_advice {
    struct str (*words)(enum language language);
    struct str path;
} pages[] = {
    { t_hate_crime_title, STR_INIT("/hate-crime") }, { t_law_title, STR_INIT("/law") },
    { t_policy_title, STR_INIT("/how-we-decide") },  { t_pictures_title, STR_INIT("/pictures-and-names") },
    { t_about_title, STR_INIT("/about") },           { t_accessibility_title, STR_INIT("/accessibility") },
    { t_privacy_title, STR_INIT("/privacy") },       { t_cookies_title, STR_INIT("/cookies") },
    { t_contact_title, STR_INIT("/contact") },
};
enum { PAGES = sizeof pages / sizeof *pages };

static void fill_pages(struct request *req, struct layout *out)
{
    struct page_link *links = ARENA_ARRAY(req->arena, PAGES, struct page_link);
    if (!links)
        return; /* the arena has failed, and the page with it */
    for (size_t i = 0; i < PAGES; i++)
        links[i] =
            (struct page_link){ .words = pages[i].words(req->language), .address = request_own(req, pages[i].path) };
    out->pages = links;
    out->pages_n = PAGES;
}

void web_layout(struct request *req, struct layout *out, struct str title)
{
    request_read_end(req);
    const struct serving *s = (const struct serving *)req;
    struct str site = web_setting_get(req->settings, WEB_SITE_NAME)->text;
    *out = (struct layout){
        .title = title.n ? t_page_title(req->language, req->arena, title, site) : site,
        .site_name = site,
        .headline = title.n ? title : site,
        .style = req->web->look.style,
        .theme = req->web->look.colour,
        .logo = req->web->look.logo,
        .logo_width = req->web->look.logo_width,
        .logo_height = req->web->look.logo_height,
        .icon = web_asset(STR("favicon.svg")),
        .home = request_own(req, STR("/")),
        .news = request_own(req, STR("/news")),
        .report = request_own(req, STR("/report")),
        .support = request_own(req, STR("/support")),
        .campaigns = request_own(req, STR("/campaigns")),
        .corrections = request_own(req, STR("/corrections")),
        .withdrawn = request_own(req, STR("/withdrawn")),
        .search = request_own(req, STR("/search")),
        .topics = request_own(req, STR("/topics")),
        .feed = request_own(req, STR("/news.atom")),
        .feedback = request_own(req, STR("/feedback")),
        .beta = str_equal(web_setting_get(req->settings, WEB_SITE_PHASE)->text, STR("beta")),
        .script = web_asset(STR("exit.js")),
        /* At the desk, where nobody has to flee from what they read, Escape and Shift mean other things. */
        .exit = is_desk(req) ? (struct url){ STR_NONE } : request_own(req, STR("/exit")),
        .exit_words = exit_words(req),
        .leaving = request_own(req, STR("/leaving")),
        .demonstration = req->web->options.demonstration,
        /* Only what everybody may read has an address to be found under. */
        .canonical = s->head && req->route->cached ? request_address(req) : (struct url){ STR_NONE },
        .printed_from = s->head && req->route->cached ? request_address(req).s : STR_NONE,
        .hidden = !s->head || !req->route->cached,
    };
    fill_pages(req, out);
}

struct str web_month_words(enum language language, int month)
{
    static struct str (*const months[])(enum language language) = {
        t_month_1, t_month_2, t_month_3, t_month_4,  t_month_5,  t_month_6,
        t_month_7, t_month_8, t_month_9, t_month_10, t_month_11, t_month_12,
    };
    return months[month - 1](language);
}

static struct str day_words(struct request *req, const struct civil *c)
{
    return t_date_words(req->language, req->arena, c->day, web_month_words(req->language, c->month), c->year);
}

static struct str clock_words(struct request *req, const struct civil *c)
{
    if (c->minute == 0 && c->hour == 0)
        return t_time_midnight(req->language);
    if (c->minute == 0 && c->hour == 12)
        return t_time_midday(req->language);
    int hour = c->hour % 12 ? c->hour % 12 : 12;
    struct str clock =
        c->minute ? str_format(req->arena, "%d:%02d", hour, c->minute) : str_format(req->arena, "%d", hour);
    return c->hour < 12 ? t_time_am(req->language, req->arena, clock) : t_time_pm(req->language, req->arena, clock);
}

struct str web_time_words(struct request *req, int64_t ms)
{
    struct civil c;
    zone_local(ms, &c);
    return t_time_at(req->language, req->arena, day_words(req, &c), clock_words(req, &c));
}

struct str web_day_words(struct request *req, int64_t ms)
{
    struct civil c;
    zone_local(ms, &c);
    return day_words(req, &c);
}
