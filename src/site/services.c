/* The table of services, and what is known of their numbers. Promises: see services.h. */
#include "site/services.h"

#include "base/zone.h"
#include "site/site.h"
#include "base/banned.h"

#define FOR(strand) (1U << STRAND_##strand)
#define WITH(need)  (1U << NEED_##need)

/* In the order in which they are shown. */
const struct service site_services[] = {
    { .key = STR_INIT("stop-hate-uk"),
      .name = STR_INIT("Stop Hate UK"),
      .needs = WITH(TALK),
      .what = t_support_what_talk,
      .hours = t_support_always,
      .tells = t_support_tells_agreed,
      .telephone = STR_INIT("0800 138 1625") },
    { .key = STR_INIT("victim-support"),
      .name = STR_INIT("Victim Support"),
      .needs = WITH(TALK),
      .what = t_support_what_victims },
    { .key = STR_INIT("citizens-advice"),
      .name = STR_INIT("Citizens Advice"),
      .needs = WITH(ADVICE),
      .what = t_support_what_advice },
    { .key = STR_INIT("catch"),
      .name = STR_INIT("CATCH"),
      .needs = WITH(CASEWORK),
      .what = t_support_what_casework,
      .area = t_support_london },
    { .key = STR_INIT("true-vision"),
      .name = STR_INIT("True Vision"),
      .needs = WITH(REPORT) | WITH(SIGN),
      .what = t_support_what_true_vision,
      .languages = t_support_many_languages },
    { .key = STR_INIT("crimestoppers"),
      .name = STR_INIT("Crimestoppers"),
      .needs = WITH(REPORT),
      .what = t_support_what_crimestoppers,
      .tells = t_support_tells_nameless,
      .telephone = STR_INIT("0800 555 111") },
    { .key = STR_INIT("british-transport-police"),
      .name = STR_INIT("British Transport Police"),
      .needs = WITH(REPORT),
      .what = t_support_what_transport,
      .who = t_support_for_travel,
      .tells = t_support_is_police,
      .text = STR_INIT("61016") },
    { .key = STR_INIT("british-deaf-association"),
      .name = STR_INIT("British Deaf Association"),
      .needs = WITH(SIGN),
      .what = t_support_what_sign,
      .who = t_support_for_deaf },
    { .key = STR_INIT("signvideo"),
      .name = STR_INIT("SignVideo"),
      .needs = WITH(SIGN),
      .what = t_support_what_sign,
      .who = t_support_for_deaf },
    { .key = STR_INIT("tell-mama"),
      .name = STR_INIT("Tell MAMA"),
      .strands = FOR(RELIGION),
      .needs = WITH(REPORT) | WITH(TALK),
      .what = t_support_what_report,
      .who = t_support_for_muslims },
    { .key = STR_INIT("community-security-trust"),
      .name = STR_INIT("Community Security Trust (CST)"),
      .strands = FOR(RELIGION),
      .needs = WITH(REPORT) | WITH(TALK),
      .what = t_support_what_report,
      .who = t_support_for_jews },
    { .key = STR_INIT("sari"),
      .name = STR_INIT("SARI"),
      .strands = FOR(RACE) | FOR(RELIGION),
      .needs = WITH(CASEWORK),
      .what = t_support_what_casework },
    { .key = STR_INIT("racial-equality-councils"),
      .name = STR_INIT("Local racial equality councils"),
      .strands = FOR(RACE) | FOR(RELIGION),
      .needs = WITH(CASEWORK),
      .what = t_support_what_casework },
    { .key = STR_INIT("traveller-movement"),
      .name = STR_INIT("The Traveller Movement"),
      .strands = FOR(RACE),
      .needs = WITH(ADVICE),
      .what = t_support_what_advice,
      .unconfirmed = true },
    { .key = STR_INIT("on-your-side"),
      .name = STR_INIT("On Your Side"),
      .strands = FOR(RACE),
      .needs = WITH(REPORT) | WITH(TALK),
      .what = t_support_what_report,
      .unconfirmed = true },
    { .key = STR_INIT("galop"),
      .name = STR_INIT("Galop"),
      .strands = FOR(ORIENTATION) | FOR(TRANSGENDER),
      .needs = WITH(TALK) | WITH(CASEWORK),
      .what = t_support_what_helpline_casework },
    { .key = STR_INIT("lgbt-foundation"),
      .name = STR_INIT("LGBT Foundation"),
      .strands = FOR(ORIENTATION) | FOR(TRANSGENDER),
      .needs = WITH(TALK),
      .what = t_support_what_helpline },
    { .key = STR_INIT("switchboard"),
      .name = STR_INIT("Switchboard"),
      .strands = FOR(ORIENTATION) | FOR(TRANSGENDER),
      .needs = WITH(TALK),
      .what = t_support_what_helpline },
    { .key = STR_INIT("dimensions"),
      .name = STR_INIT("Dimensions"),
      .strands = FOR(DISABILITY),
      .needs = WITH(ADVICE),
      .what = t_support_what_advocacy },
    { .key = STR_INIT("mencap"),
      .name = STR_INIT("Mencap"),
      .strands = FOR(DISABILITY),
      .needs = WITH(ADVICE),
      .what = t_support_what_advocacy },
    { .key = STR_INIT("inclusion-london"),
      .name = STR_INIT("Inclusion London"),
      .strands = FOR(DISABILITY),
      .needs = WITH(ADVICE),
      .what = t_support_what_advocacy },
};
const size_t site_services_n = sizeof site_services / sizeof *site_services;

static const struct {
    struct str word;
    service_words *words;
} strand_names[STRANDS] = { [STRAND_RACE] = { STR_INIT("race"), t_support_strand_race },
                            [STRAND_RELIGION] = { STR_INIT("religion"), t_support_strand_religion },
                            [STRAND_ORIENTATION] = { STR_INIT("sexual-orientation"), t_support_strand_orientation },
                            [STRAND_DISABILITY] = { STR_INIT("disability"), t_support_strand_disability },
                            [STRAND_TRANSGENDER] = { STR_INIT("transgender"), t_support_strand_transgender } },
  need_names[NEEDS] = { [NEED_REPORT] = { STR_INIT("report"), t_support_need_report },
                        [NEED_TALK] = { STR_INIT("talk"), t_support_need_talk },
                        [NEED_ADVICE] = { STR_INIT("advice"), t_support_need_advice },
                        [NEED_CASEWORK] = { STR_INIT("casework"), t_support_need_casework },
                        [NEED_SIGN] = { STR_INIT("sign-language"), t_support_need_sign } };

struct str service_strand_word(enum service_strand strand)
{
    return strand_names[strand].word;
}

struct str service_strand_words(enum language language, enum service_strand strand)
{
    return strand_names[strand].words(language);
}

struct str service_need_word(enum service_need need)
{
    return need_names[need].word;
}

struct str service_need_words(enum language language, enum service_need need)
{
    return need_names[need].words(language);
}

static bool read_day(struct str text, int64_t *out)
{
    struct str year, month;
    struct civil day = { 0 };
    int64_t y, m, d;
    if (text.n != 10 || !str_cut(&text, '-', &year) || !str_cut(&text, '-', &month) || year.n != 4 || month.n != 2 ||
        !str_to_i64(year, &y) || !str_to_i64(month, &m) || !str_to_i64(text, &d) || y < 2000 || m < 1 || m > 12 ||
        d < 1 || d > 31)
        return false;
    day.year = (int)y;
    day.month = (int)m;
    day.day = (int)d;
    day.hour = 12; /* every day has it */
    return zone_moment(&day, out) == STATUS_OK;
}

bool service_checked_read(struct str entry, struct str *key, int64_t *day)
{
    if (!str_cut(&entry, ' ', key) || !read_day(str_trim(entry), day))
        return false;
    for (size_t i = 0; i < site_services_n; i++)
        if (str_equal(site_services[i].key, *key))
            return site_services[i].telephone.n > 0 || site_services[i].text.n > 0;
    return false;
}

struct str service_checked_words(struct request *req, struct str key)
{
    const struct setting_value *checked = settings_get(req->settings, &site_settings.rows[SITE_SUPPORT_CHECKED]);
    for (size_t i = 0; i < checked->list_n; i++) {
        struct str named;
        int64_t day;
        if (service_checked_read(checked->list[i], &named, &day) && str_equal(named, key))
            return t_support_checked(req->language, req->arena, web_day_words(req, day));
    }
    return t_support_to_be_checked(req->language);
}

bool service_website_read(struct arena *arena, struct str entry, struct str *key, struct url *website)
{
    if (!str_cut(&entry, ' ', key))
        return false;
    entry = str_trim(entry);
    if (!str_starts(entry, STR("https://")) || url_outside(arena, entry, website) != STATUS_OK)
        return false;
    for (size_t i = 0; i < site_services_n; i++)
        if (str_equal(site_services[i].key, *key))
            return !site_services[i].unconfirmed;
    return false;
}

struct url service_website(struct request *req, struct str key)
{
    const struct setting_value *websites = settings_get(req->settings, &site_settings.rows[SITE_SUPPORT_WEBSITES]);
    for (size_t i = 0; i < websites->list_n; i++) {
        struct str named;
        struct url found;
        if (service_website_read(req->arena, websites->list[i], &named, &found) && str_equal(named, key))
            return found;
    }
    return (struct url){ STR_NONE };
}

struct url service_telephone(struct arena *arena, struct str telephone)
{
    struct buf out;
    struct url link = { STR_NONE };
    buf_init(&out, arena, telephone.n + 8);
    buf_add(&out, STR("tel:"));
    for (size_t i = 0; i < telephone.n; i++)
        if ((telephone.p[i] >= '0' && telephone.p[i] <= '9') || (i == 0 && telephone.p[i] == '+'))
            buf_add(&out, str_slice(telephone, i, 1));
    if (!buf_ok(&out) || buf_str(&out).n <= 4 || url_outside(arena, buf_str(&out), &link) != STATUS_OK)
        return (struct url){ STR_NONE };
    return link;
}
