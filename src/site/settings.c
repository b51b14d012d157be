/* The settings of the public pages: how the force is reached, which numbers of others it has checked, and
 * whom to tell of a weakness. */
#include "base/arena.h"
#include "site/services.h"
#include "site/site.h"
#include "base/banned.h"

static const struct setting rows[SITE_SETTINGS] = {
    [SITE_CONTACT_TELEPHONE] = { .name = "contact.telephone",
                                 .type = SETTING_TEXT,
                                 .max = 40,
                                 .preset = "",
                                 .help =
                                     "The force's telephone number for the public, such as 01632 960001; empty: the "
                                     "pages name 101 and 999 alone." },
    [SITE_CONTACT_HOURS] = { .name = "contact.hours",
                             .type = SETTING_TEXT,
                             .max = 120,
                             .preset = "",
                             .help = "When somebody answers that telephone, in words." },
    [SITE_CONTACT_EMAIL] = { .name = "contact.email",
                             .type = SETTING_TEXT,
                             .max = 120,
                             .preset = "",
                             .help = "The force's address for email from the public; empty: none is named." },
    [SITE_CONTACT_ADDRESS] = { .name = "contact.address",
                               .type = SETTING_TEXT,
                               .max = 200,
                               .preset = "",
                               .help = "Where people can come and write to, on one line; empty: none is named." },
    [SITE_CONTACT_PRIVACY] = { .name = "contact.privacy_notice",
                               .type = SETTING_URL,
                               .preset = "",
                               .help = "The address of the force's full privacy notice; empty: none is named." },
    [SITE_SUPPORT_CHECKED] = { .name = "support.checked",
                               .type = SETTING_LIST,
                               .min = 12,
                               .max = 60,
                               .preset = "",
                               .help = "Numbers of others that the force has checked, each with the day, such as "
                                       "stop-hate-uk 2026-11-23; also crimestoppers, british-transport-police." },
    [SITE_SUPPORT_WEBSITES] = { .name = "support.websites",
                                .type = SETTING_LIST,
                                .min = 12,
                                .max = 200,
                                .preset = "",
                                .help = "Websites of others that the force has looked at, such as true-vision "
                                        "https://www.example.org; the keys are in docs/configure.md." },
    [SITE_SECURITY_CONTACT] = { .name = "security.contact",
                                .type = SETTING_CONTACT,
                                .preset = "",
                                .help = "Where somebody who found a weakness of the site reaches you; it stands in "
                                        "/.well-known/security.txt. Empty: there is no such file." },
};
const struct setting_table site_settings = { rows, SITE_SETTINGS };

static bool telephone_good(struct arena *scratch, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!(text.p[i] >= '0' && text.p[i] <= '9') && text.p[i] != ' ' && !(i == 0 && text.p[i] == '+'))
            return false;
    return service_telephone(scratch, text).s.n > 0;
}

enum status site_setting_check(struct arena *scratch, enum site_setting which, const struct setting_value *value,
                               struct fault *fault)
{
    struct url link;
    struct str key;
    int64_t day;
    switch (which) {
    case SITE_CONTACT_TELEPHONE:
        if (value->text.n > 0 && !telephone_good(scratch, value->text))
            return fault_set(
                fault, STATUS_INVALID,
                "contact.telephone is no telephone number; write digits and spaces, such as 01632 960001.");
        return STATUS_OK;
    case SITE_CONTACT_EMAIL:
        if (value->text.n > 0 &&
            (str_find_byte(value->text, '@') <= 0 || str_find_byte(value->text, '?') >= 0 ||
             str_find_byte(value->text, ' ') >= 0 ||
             url_outside(scratch, str_format(scratch, "mailto:%.*s", STR_ARG(value->text)), &link) != STATUS_OK))
            return fault_set(fault, STATUS_INVALID,
                             "contact.email is no address for email; write a name, @ and a host name.");
        return STATUS_OK;
    case SITE_SUPPORT_CHECKED:
        for (size_t i = 0; i < value->list_n; i++)
            if (!service_checked_read(value->list[i], &key, &day))
                return fault_set(fault, STATUS_INVALID,
                                 "support.checked has \"%.*s\"; write stop-hate-uk, crimestoppers or "
                                 "british-transport-police, a space and the day, such as 2026-11-23.",
                                 STR_ARG(value->list[i]));
        return STATUS_OK;
    case SITE_SUPPORT_WEBSITES:
        for (size_t i = 0; i < value->list_n; i++)
            if (!service_website_read(scratch, value->list[i], &key, &link))
                return fault_set(
                    fault, STATUS_INVALID,
                    "support.websites has \"%.*s\"; write the key of a service, a space and an address that "
                    "begins with https://.",
                    STR_ARG(value->list[i]));
        return STATUS_OK;
    case SITE_CONTACT_HOURS:
    case SITE_CONTACT_ADDRESS:
    case SITE_CONTACT_PRIVACY:
    case SITE_SECURITY_CONTACT:
    case SITE_SETTINGS: return STATUS_OK;
    }
    bug("no such setting of the site: %d", (int)which);
}
