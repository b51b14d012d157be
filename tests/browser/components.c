/*
 * Each of our partials of a GOV.UK component, with the values of a fixture of GOV.UK Frontend, for components.py, which
 * compares the two. Prints "=== component: name of the fixture" before each.
 */
#include <stdio.h>

#include "base/arena.h"
#include "site/site_pages.h"
#include "web/web_pages.h"
#include "base/banned.h"

enum { PAGE_MAX = 64 * 1024 };

static struct buf out;

static void fixture(const char *words)
{
    buf_add(&out, STR("\n=== "));
    buf_add(&out, str_of(words));
    buf_add(&out, STR("\n"));
}

static void words(const char *plain)
{
    html_text(&out, str_of(plain));
}

#define CALL(name, ...)  name##_write(&out, LANGUAGE_EN, &(struct name){ __VA_ARGS__ })
#define OPEN(name, ...)  name##_write_open(&out, LANGUAGE_EN, &(struct name){ __VA_ARGS__ })
#define CLOSE(name, ...) name##_write_close(&out, LANGUAGE_EN, &(struct name){ __VA_ARGS__ })

static void text(void)
{
    fixture("tag: default");
    CALL(tag, .words = STR("Alpha"));
    fixture("inset-text: default");
    OPEN(inset_text, 0);
    words("It can take up to 8 weeks to register a lasting power of attorney if there are no mistakes in the "
          "application.");
    CLOSE(inset_text, 0);
    fixture("warning-text: default");
    OPEN(warning_text, 0);
    words("You can be fined up to £5,000 if you don’t register.");
    CLOSE(warning_text, 0);
    fixture("notification-banner: custom title");
    CALL(notification_banner, .title = STR("Important information"),
         .heading = STR("This publication was withdrawn on 7 March 2014."));
    fixture("notification-banner: html as text");
    CALL(notification_banner, .title = STR("Important"),
         .heading = STR("<span>This publication was withdrawn on 7 March 2014.</span>"));
}

static void lists(void)
{
    fixture("summary-list: default");
    OPEN(summary_list, 0);
    OPEN(summary_row, .key = STR("Name"));
    words("Firstname Lastname");
    CLOSE(summary_row, .key = STR("Name"));
    OPEN(summary_row, .key = STR("Date of birth"));
    words("13/08/1980");
    CLOSE(summary_row, .key = STR("Date of birth"));
    OPEN(summary_row, .key = STR("Contact information"));
    html_literal(&out,
                 STR("<p class=\"govuk-body\">email@email.com</p><p class=\"govuk-body\">Address line 1<br>Address "
                     "line 2<br>Address line 3<br>Address line 4<br>Address line 5</p>"));
    CLOSE(summary_row, .key = STR("Contact information"));
    CLOSE(summary_list, 0);
    fixture("table: with head and caption");
    static const char *const rows[][3] = { { "January", "£85", "£95" },
                                           { "February", "£75", "£55" },
                                           { "March", "£165", "£125" } };
    OPEN(table, .id = STR("rates"), .caption = STR("Caption 1: Months and rates"));
    OPEN(table_head, 0);
    CALL(table_column, .words = STR("Month you apply"));
    CALL(table_column, .words = STR("Rate for bicycles"), .numeric = true);
    CALL(table_column, .words = STR("Rate for vehicles"), .numeric = true);
    CLOSE(table_head, 0);
    OPEN(table_body, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OPEN(table_row, .head = str_of(rows[i][0]));
        for (size_t j = 1; j < 3; j++) {
            OPEN(table_cell, .numeric = true);
            words(rows[i][j]);
            CLOSE(table_cell, .numeric = true);
        }
        CLOSE(table_row, .head = str_of(rows[i][0]));
    }
    CLOSE(table_body, 0);
    CLOSE(table, .id = STR("rates"), .caption = STR("Caption 1: Months and rates"));
}

static void forms(void)
{
    fixture("button: default");
    CALL(button, .words = STR("Save and continue"));
    fixture("button: secondary");
    CALL(button_choice, .id = STR("secondary"), .words = STR("Secondary button"), .other = STR("Other words"));
    const struct error_item mistakes[] = {
        { .words = STR("The date your passport was issued must be in the past"), .field = URL_OWN("#example-error-1") },
        { .words = STR("Enter a postcode, like AA1 1AA"), .field = URL_OWN("#example-error-2") },
    };
    fixture("error-summary: default");
    CALL(error_summary, .items = mistakes, .items_n = 2);
    struct str hint =
        STR("It’s on your National Insurance card, benefit letter, payslip or P60. For example, ‘QQ 12 34 56 C’.");
    fixture("input: default");
    CALL(input, .id = STR("test-name"), .kind = STR("text"), .label = STR("National Insurance number"));
    fixture("input: with hint text");
    CALL(input, .id = STR("input-with-hint-text"), .kind = STR("text"), .label = STR("National insurance number"),
         .hint = hint);
    fixture("input: with error and hint");
    CALL(input, .id = STR("with-error-hint"), .kind = STR("text"), .label = STR("National insurance number"),
         .hint = hint, .mistake = STR("Enter a National Insurance number in the correct format"));
    fixture("input: with error message");
    CALL(input, .id = STR("input-with-error-message"), .kind = STR("text"), .label = STR("National Insurance number"),
         .mistake = STR("Enter a National Insurance number in the correct format"));
    fixture("input: value");
    CALL(input, .id = STR("with-value"), .kind = STR("text"), .label = STR("With value"),
         .typed = STR("QQ 12 34 56 C"));
    fixture("input: custom type");
    CALL(input, .id = STR("with-custom-type"), .kind = STR("number"), .label = STR("With custom type"));
    fixture("textarea: default");
    CALL(textarea, .id = STR("more-detail"), .rows = 5, .label = STR("Can you provide more detail?"));
    fixture("textarea: with hint");
    CALL(textarea, .id = STR("more-detail"), .rows = 5, .label = STR("Can you provide more detail?"),
         .hint = STR("Don't include personal or financial information, eg your National Insurance number or credit "
                     "card details."));
    fixture("textarea: with hint and error message");
    CALL(textarea, .id = STR("with-hint-error"), .rows = 5, .label = STR("With hint and error"), .hint = STR("Hint"),
         .mistake = STR("Error message"));
    fixture("textarea: with default value");
    CALL(textarea, .id = STR("full-address"), .rows = 5, .label = STR("Full address"),
         .typed = STR("221B Baker Street\nLondon\nNW1 6XE\n"));
}

#define ITEM(its_id, its_name, its_value, its_words)                                                                   \
    {                                                                                                                  \
        .id = STR_INIT(its_id), .name = STR_INIT(its_name), .value = STR_INIT(its_value), .words = STR_INIT(its_words) \
    }

static void radio_fields(void)
{
    struct choice_item items[] = { ITEM("example", "example", "yes", "Yes"), ITEM("example-2", "example", "no", "No") };
    struct str legend = STR("Have you changed your name?");
    struct str hint = STR("This includes changing your last name or spelling your name differently.");
    items[0].name = items[1].name = STR("example-default");
    fixture("radios: default");
    CALL(radios, .id = STR("example"), .legend = legend, .items = items, .items_n = 2);
    items[0].name = items[1].name = STR("example-error-message-hint");
    fixture("radios: with hint and error message");
    CALL(radios, .id = STR("example"), .legend = legend, .hint = hint, .mistake = STR("Please select an option"),
         .describes = STR("example-hint example-error"), .items = items, .items_n = 2);
    items[0].name = items[1].name = STR("example");
    items[1].chosen = true;
    fixture("radios: inline");
    CALL(radios, .id = STR("example"), .legend = legend, .hint = hint, .describes = STR("example-hint"),
         .in_a_row = true, .items = items, .items_n = 2);
}

static void checkbox_fields(void)
{
    static const struct choice_item waste[] = {
        ITEM("a", "a", "animal", "Waste from animal carcasses"),
        ITEM("a-2", "a-2", "mines", "Waste from mines or quarries"),
        ITEM("a-3", "a-3", "farm", "Farm or agricultural waste"),
        ITEM("a-5", "a-5", "none", "None of these"),
    };
    static const struct choice_item nations[] = {
        ITEM("n", "n", "british", "British"),
        ITEM("n-2", "n-2", "irish", "Irish"),
        ITEM("n-3", "n-3", "other", "Citizen of another country"),
    };
    fixture("checkboxes: with divider and None");
    CALL(checkboxes, .id = STR("a"), .legend = STR("Which types of waste do you transport regularly?"), .items = waste,
         .items_n = 3, .none = waste + 3, .none_n = 1);
    fixture("checkboxes: with hint");
    CALL(checkboxes, .id = STR("n"), .legend = STR("What is your nationality?"), .hint = STR("Select all that apply"),
         .describes = STR("n-hint"), .items = nations, .items_n = 3);
}

static void other_choices(void)
{
    static const struct choice_item options[] = {
        ITEM("", "", "1", "GOV.UK frontend option 1"),
        ITEM("", "", "2", "GOV.UK frontend option 2"),
        ITEM("", "", "3", "GOV.UK frontend option 3"),
    };
    fixture("select: with hint text and error message");
    CALL(select, .id = STR("select-2"), .label = STR("Label text goes here"), .hint = STR("Hint text goes here"),
         .mistake = STR("Error message goes here"), .items = options, .items_n = 3);
    fixture("date-input: default");
    CALL(date_input, .id = STR("dob"), .legend = STR("What is your date of birth?"),
         .hint = STR("For example, 31 3 1980"), .describes = STR("dob-hint"));
    fixture("button: secondary");
    CALL(button_act, .words = STR("Secondary button"), .value = STR("add"), .to = URL_OWN("/here"), .secondary = true);
}

static void ways(void)
{
    fixture("breadcrumbs: default");
    CALL(breadcrumbs, .home = URL_OWN("/"), .news = URL_OWN("/section"), .campaigns = URL_OWN("/section/sub-section"));
    fixture("pagination: with prev and next only");
    CALL(pagination, .label = STR("Pagination"), .newest = URL_OWN("/previous"), .newest_words = STR("Previous page"),
         .older = URL_OWN("/next"), .older_words = STR("Next page"));
    fixture("pagination: with next only");
    CALL(pagination, .label = STR("Pagination"), .older = URL_OWN("/next"), .older_words = STR("Next page"));
}

static void frame(void)
{
    fixture("skip-link: default");
    CALL(skip_link, .words = STR("Skip to main content"));
    fixture("exit-this-page: default");
    CALL(exit_this_page, .address = URL_OWN("/full-page-examples/announcements"), .words = STR("Exit this page"));
    fixture("generic-header: default");
    CALL(generic_header, .name = STR("My cool service"), .home = URL_OWN("/"));
    fixture("generic-header: with image logo");
    CALL(generic_header, .name = STR("HM Pizza Finder service"), .home = URL_OWN("/"), .logo = URL_OWN("/a/0/logo.png"),
         .logo_width = 28, .logo_height = 30);
    fixture("service-navigation: with navigation with a current item");
    static const char *const items[] = { "Navigation item 1", "Navigation item 2", "Navigation item 3",
                                         "Navigation item 4" };
    static const char *const addresses[] = { "#/1", "#/2", "#/3", "#/4" };
    OPEN(service_navigation, .label = STR("Menu"));
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        CALL(service_navigation_item, .words = str_of(items[i]), .address = { str_of(addresses[i]) },
             .current = i == 1);
    CLOSE(service_navigation, .label = STR("Menu"));
    fixture("phase-banner: default");
    OPEN(phase_banner, .words = STR("Alpha"));
    html_literal(&out,
                 STR("This is a new service - your <a href=\"#\" class=\"govuk-link\">feedback</a> will help us to "
                     "improve it."));
    CLOSE(phase_banner, .words = STR("Alpha"));
    fixture("footer: with only meta links");
    static const char *const links[] = { "Bibendum Ornare",    "Nullam",
                                         "Tortor Fringilla",   "Tellus",
                                         "Egestas Nullam",     "Euismod Etiam",
                                         "Fusce Sollicitudin", "Ligula Nullam Ultricies" };
    static const char *const targets[] = { "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8" };
    OPEN(footer, 0);
    html_literal(&out,
                 STR("<h2 class=\"govuk-visually-hidden\">Support links</h2><ul class=\"govuk-footer__inline-list\">"));
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        CALL(footer_link, .words = str_of(links[i]), .address = { str_of(targets[i]) });
    html_literal(&out, STR("</ul>"));
    CLOSE(footer, 0);
}

int main(void)
{
    struct arena *arena = arena_new(4 * (size_t)PAGE_MAX);
    if (!arena)
        return 1;
    buf_init(&out, arena, PAGE_MAX);
    text();
    lists();
    forms();
    radio_fields();
    checkbox_fields();
    other_choices();
    ways();
    frame();
    struct str made = buf_str(&out);
    bool good = buf_ok(&out) && fwrite(made.p, 1, made.n, stdout) == made.n && fflush(stdout) == 0;
    arena_free(arena);
    return good ? 0 : 1;
}
