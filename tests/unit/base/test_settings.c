/* Settings: every fault is found with its place and its cure, and nothing is taken from a file with one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "base/banned.h"

static const struct setting site_rows[] = {
    { "site.name", SETTING_TEXT, 1, 20, NULL, NULL, "Midshire Police", "The name of the force.", false },
    { "site.address", SETTING_URL, 0, 0, NULL, NULL, "http://localhost:8080", "Where the public finds it.", false },
    { "site.help", SETTING_URL, 0, 0, NULL, NULL, "", "A page of help.", false },
    { "site.colour", SETTING_COLOUR, 0, 0, NULL, NULL, "#1d70b8", "The colour of the header.", false },
    { "site.languages", SETTING_LIST, 2, 5, NULL, NULL, "", "Languages besides English.", false },
};
enum { SITE_NAME, SITE_ADDRESS, SITE_HELP, SITE_COLOUR, SITE_LANGUAGES };
static const struct setting http_rows[] = {
    { "http.limits.pool", SETTING_INT, 1, 64, NULL, "threads", "8", "Threads that may wait.", false },
    { "http.proxy", SETTING_BOOL, 0, 0, NULL, NULL, "false", "Behind a proxy.", false },
    { "http.log", SETTING_CHOICE, 0, 0, "quiet normal loud", NULL, "normal", "How much is said | written.", false },
    { "http.secret", SETTING_TEXT, 8, 40, NULL, NULL, "", "A shared secret.", true },
};
enum { HTTP_POOL, HTTP_PROXY, HTTP_LOG, HTTP_SECRET };
static const struct setting_table tables[] = { { site_rows, 5 }, { http_rows, 4 }, { NULL, 0 } };

static struct arena *arena;
static struct setting_fault faults[SETTINGS_MAX_FAULTS];
static size_t faults_n;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    return arena ? 0 : -1;
}

static int end_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct settings *read_good(struct str text)
{
    const struct settings *s;
    if (settings_read(arena, tables, text, &s, faults, &faults_n) != STATUS_OK)
        fail_msg("%d:%d %s", faults[0].line, faults[0].column, faults[0].text);
    return s;
}

static void an_empty_file_gives_the_defaults(void **state)
{
    (void)state;
    const struct settings *s = read_good(STR(""));
    assert_true(str_equal(settings_get(s, &site_rows[SITE_NAME])->text, STR("Midshire Police")));
    assert_false(settings_get(s, &site_rows[SITE_NAME])->given);
    assert_true(str_equal(settings_get(s, &site_rows[SITE_HELP])->text, STR("")));
    assert_int_equal(settings_get(s, &http_rows[HTTP_POOL])->number, 8);
    assert_int_equal(settings_get(s, &site_rows[SITE_LANGUAGES])->list_n, 0);
}

static void values_are_taken_from_blocks_and_flows(void **state)
{
    (void)state;
    const struct settings *s = read_good(STR("site:\n"
                                             "  name: Caf\xC3\xA9 Police\n"
                                             "  address: https://police.example:8443/a?b=c\n"
                                             "  colour: \"#aBc123\"\n"
                                             "  languages: [cy, ga-IE]\n"
                                             "http: { limits: { pool: 64 }, proxy: true, log: loud }\n"));
    assert_true(str_equal(settings_get(s, &site_rows[SITE_NAME])->text, STR("Caf\xC3\xA9 Police")));
    assert_true(settings_get(s, &site_rows[SITE_NAME])->given);
    assert_int_equal(settings_get(s, &http_rows[HTTP_POOL])->number, 64);
    assert_true(settings_get(s, &http_rows[HTTP_PROXY])->boolean);
    assert_true(str_equal(settings_get(s, &http_rows[HTTP_LOG])->text, STR("loud")));
    assert_int_equal(settings_get(s, &site_rows[SITE_LANGUAGES])->list_n, 2);
    assert_true(str_equal(settings_get(s, &site_rows[SITE_LANGUAGES])->list[1], STR("ga-IE")));
    assert_false(settings_get(s, &http_rows[HTTP_SECRET])->given);
}

static void every_fault_is_found_in_the_order_of_the_file(void **state)
{
    (void)state;
    const struct settings *s;
    enum status status = settings_read(arena, tables,
                                       STR("site:\n"
                                           "  nam: x\n"
                                           "  name: a name that is far too long\n"
                                           "  address: ftp://x\n"
                                           "  colour: #003078\n"
                                           "  languages: [cy, x]\n"
                                           "http:\n"
                                           "  limits: 5\n"
                                           "  proxy: yes\n"
                                           "  log: noisy\n"
                                           "  secret: hunter2\n"
                                           "  zzzzzzzzz: 1\n"
                                           "http.proxy: true\n"
                                           "pool: 5\n"),
                                       &s, faults, &faults_n);
    assert_int_equal(status, STATUS_INVALID);
    assert_null(s);
    static const struct {
        int line, column;
        const char *piece;
    } want[] = {
        { 2, 3, "no setting \"site.nam\"; did you mean \"site.name\"?" },
        { 3, 9, "write one line of 1 to 20 characters" },
        { 4, 12, "site.address is \"ftp://x\"; write an address" },
        { 5, 3, "a colour in quotes" },
        { 6, 19, "site.languages is \"x\"; write a list" },
        { 8, 11, "\"http.limits\" is a group" },
        { 9, 10, "http.proxy is \"yes\"; write true or false" },
        { 10, 8, "one of: quiet normal loud" },
        { 11, 11, "http.secret is not as it must be" },
        { 12, 3, "no setting \"http.zzzzzzzzz\"; take it out" },
        { 13, 1, "Settings nest" },
        { 14, 1, "did you mean \"http.limits.pool\"?" },
    };
    assert_int_equal(faults_n, sizeof want / sizeof want[0]);
    for (size_t i = 0; i < faults_n; i++) {
        if (faults[i].line != want[i].line || faults[i].column != want[i].column ||
            !strstr(faults[i].text, want[i].piece))
            fail_msg("%zu: %d:%d %s", i, faults[i].line, faults[i].column, faults[i].text);
    }
}

static void a_secret_stands_in_no_fault(void **state)
{
    (void)state;
    const struct settings *s;
    assert_int_equal(settings_read(arena, tables, STR("http: { secret: hunter2 }"), &s, faults, &faults_n),
                     STATUS_INVALID);
    assert_int_equal(faults_n, 1);
    assert_null(strstr(faults[0].text, "hunter2"));
    assert_null(strstr(faults[0].text, "hunter"));
}

static void numbers_outside_their_range_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "0", "65", "-1", "8.0", "1e1", "\"8\"", "eight", "99999999999999999999",
                                         "",  "[8]" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct settings *s;
        struct str text = str_format(arena, "http: { limits: { pool: %s } }", wrong[i]);
        if (settings_read(arena, tables, text, &s, faults, &faults_n) != STATUS_INVALID)
            fail_msg("%s was taken", wrong[i]);
        assert_non_null(strstr(faults[0].text, "a whole number from 1 to 64 threads"));
    }
}

static void addresses_are_absolute_and_plain(void **state)
{
    (void)state;
    static const char *const right[] = { "https://a", "http://a.b:1/", "http://[::1]:8080/x", "https://a?x=1" };
    static const char *const wrong[] = { "a",
                                         "//a",
                                         "https://",
                                         "https:///x",
                                         "https://u@a/",
                                         "https://a#",
                                         "https://a b",
                                         "javascript:x",
                                         "https://a:0/",
                                         "https://a:65536",
                                         "https://.a",
                                         "https://a\\b",
                                         "https://a/\xC3\xA9<",
                                         "http://[::1",
                                         "https://a:" };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        read_good(str_format(arena, "site: { address: \"%s\" }", right[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct settings *s;
        struct str text = str_format(arena, "site: { address: '%s' }", wrong[i]);
        if (settings_read(arena, tables, text, &s, faults, &faults_n) != STATUS_INVALID)
            fail_msg("%s was taken", wrong[i]);
    }
    read_good(STR("site: { help: '' }"));
    const struct settings *s;
    assert_int_equal(settings_read(arena, tables, STR("site: { address: '' }"), &s, faults, &faults_n), STATUS_INVALID);
}

static void a_text_with_what_nobody_sees_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "a\\u200Bb", "a\\u202Eb", "  ", "\\u00A0" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct settings *s;
        struct str text = str_format(arena, "site: { name: \"%s\" }", wrong[i]);
        if (settings_read(arena, tables, text, &s, faults, &faults_n) != STATUS_INVALID)
            fail_msg("%s was taken", wrong[i]);
    }
}

static void a_text_of_two_lines_is_refused(void **state)
{
    (void)state;
    const struct settings *s;
    assert_int_equal(settings_read(arena, tables, STR("site: { name: \"a\\nb\" }"), &s, faults, &faults_n),
                     STATUS_INVALID);
    assert_null(strchr(faults[0].text, '\n'));
}

static void broken_yaml_and_anchors_are_one_fault_with_their_place(void **state)
{
    (void)state;
    const struct settings *s;
    assert_int_equal(settings_read(arena, tables, STR("site:\n  name: &x a\n"), &s, faults, &faults_n), STATUS_INVALID);
    assert_int_equal(faults_n, 1);
    assert_int_equal(faults[0].line, 2);
    assert_non_null(strstr(faults[0].text, "Anchors"));
    assert_int_equal(settings_read(arena, tables, STR("- a\n- b\n"), &s, faults, &faults_n), STATUS_INVALID);
    assert_non_null(strstr(faults[0].text, "name: value"));
}

static void more_faults_than_are_kept_are_counted_to_the_bound(void **state)
{
    (void)state;
    struct buf text;
    const struct settings *s;
    buf_init(&text, arena, 10000);
    for (int i = 0; i < SETTINGS_MAX_FAULTS + 10; i++)
        buf_format(&text, "unknown-%d: 1\n", i);
    assert_int_equal(settings_read(arena, tables, buf_str(&text), &s, faults, &faults_n), STATUS_INVALID);
    assert_int_equal(faults_n, SETTINGS_MAX_FAULTS);
    assert_int_equal(faults[SETTINGS_MAX_FAULTS - 1].line, SETTINGS_MAX_FAULTS);
}

static void a_row_that_was_not_given_is_a_bug(void **state)
{
    (void)state;
    static const struct setting other = { "x.y", SETTING_BOOL, 0, 0, NULL, NULL, "false", "", false };
    const struct settings *s = read_good(STR(""));
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        settings_get(s, &other);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void rows_describe_themselves_for_the_documentation(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, arena, 10000);
    settings_describe(&out, tables);
    struct str text = buf_str(&out);
    assert_true(str_find(text, STR("| `http.limits.pool` | a whole number from 1 to 64 threads | `8` | Threads")) > 0);
    assert_true(str_find(text, STR("How much is said \\| written.")) > 0);
    assert_true(str_find(text, STR("| `http.secret` | one line of 8 to 40 characters | none | A shared secret. "
                                   "Secret: never printed. |\n")) > 0);
}

static void every_allocation_may_fail_and_nothing_leaks(void **state)
{
    (void)state;
    int64_t before = mem_live();
    size_t failures = 0;
    struct buf text;
    buf_init(&text, arena, 10000);
    buf_add(&text, STR("site:\n  languages:\n"));
    for (int i = 0; i < 60; i++)
        buf_add(&text, STR("    - abc\n"));
    for (uint64_t k = 1;; k++) {
        mem_fail_at(k);
        struct arena *small = arena_new(1 << 20);
        const struct settings *s = NULL;
        enum status status =
            small ? settings_read(small, tables, buf_str(&text), &s, faults, &faults_n) : STATUS_NO_MEMORY;
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        assert_int_equal(status, reached ? STATUS_NO_MEMORY : STATUS_OK);
        arena_free(small);
        assert_int_equal(mem_live(), before);
        if (!reached)
            break;
        failures++;
    }
    assert_true(failures >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(values_are_taken_from_blocks_and_flows),
        cmocka_unit_test(every_fault_is_found_in_the_order_of_the_file),
        cmocka_unit_test(a_secret_stands_in_no_fault),
        cmocka_unit_test(numbers_outside_their_range_are_refused),
        cmocka_unit_test(addresses_are_absolute_and_plain),
        cmocka_unit_test(a_text_with_what_nobody_sees_is_refused),
        cmocka_unit_test(a_text_of_two_lines_is_refused),
        cmocka_unit_test(broken_yaml_and_anchors_are_one_fault_with_their_place),
        cmocka_unit_test(more_faults_than_are_kept_are_counted_to_the_bound),
        cmocka_unit_test(a_row_that_was_not_given_is_a_bug),
        cmocka_unit_test(rows_describe_themselves_for_the_documentation),
        cmocka_unit_test(every_allocation_may_fail_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, make_arena, end_arena);
}
