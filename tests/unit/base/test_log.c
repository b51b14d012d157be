/* The log: one line an event, nothing under a wrong key, no byte that ends the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/banned.h"

static int ends[2];

static int open_pipe(void **state)
{
    (void)state;
    if (pipe2(ends, O_NONBLOCK) != 0)
        return -1;
    log_descriptor_set(ends[1]);
    log_level_set(LOG_INFO);
    log_role_set("command");
    return 0;
}

static int close_pipe(void **state)
{
    (void)state;
    log_descriptor_set(STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static const char *logged(void)
{
    static char text[16384];
    ssize_t n = read(ends[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void an_event_is_one_line_of_pairs(void **state)
{
    (void)state;
    log_role_set("web");
    log_event(LOG_WARN, "proc.child_ended", LOG_I64(LOG_PID, 12), LOG_I64(LOG_CODE, -9),
              LOG_STR(LOG_ROUTE, STR("/news/{year}/{slug}")), LOG_STR(LOG_WHAT, STR("it ended")));
    assert_string_equal(logged(), "level=warn event=proc.child_ended role=web pid=12 code=-9 "
                                  "route=/news/{year}/{slug} what=\"it ended\"\n");
    log_event(LOG_ERROR, "db.away", LOG_NOTHING);
    assert_string_equal(logged(), "level=error event=db.away role=web\n");
}

static void a_role_of_the_event_goes_before_that_of_the_process(void **state)
{
    (void)state;
    log_event(LOG_INFO, "proc.started", LOG_STR(LOG_ROLE, STR("worker")));
    assert_string_equal(logged(), "level=info event=proc.started role=worker\n");
}

static void events_below_the_level_are_dropped(void **state)
{
    (void)state;
    log_event(LOG_DEBUG, "x", LOG_NOTHING);
    assert_string_equal(logged(), "");
    log_level_set(LOG_DEBUG);
    log_event(LOG_DEBUG, "x", LOG_NOTHING);
    assert_string_equal(logged(), "level=debug event=x role=command\n");
    log_level_set(LOG_ERROR);
    log_event(LOG_WARN, "x", LOG_NOTHING);
    assert_string_equal(logged(), "");
}

static void text_cannot_end_the_line_or_the_quotes(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", LOG_STR(LOG_WHAT, STR("a\nlevel=error event=false \"q\" \\ \x1b[2J\x7f\r\t")));
    assert_string_equal(logged(), "level=info event=x role=command what=\"a\\nlevel=error event=false \\\"q\\\" \\\\ "
                                  "\\x1b[2J\\x7f\\x0d\\x09\"\n");
}

static void bytes_that_are_not_text_are_escaped(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", LOG_STR(LOG_WHAT, STR("\xE2\x82\xAC\xFF\xC2\x9B\xE2\x80\xAE\xE2\x82")));
    assert_string_equal(logged(), "level=info event=x role=command what=\"\xE2\x82\xAC\\xff\\xc2\\x9b\\xe2\\x80\\xae"
                                  "\\xe2\\x82\"\n");
    log_event(LOG_INFO, "x", LOG_STR(LOG_FILE, STR("a\0b")));
    assert_string_equal(logged(), "level=info event=x role=command file=\"a\\x00b\"\n");
}

static void words_take_only_the_characters_of_our_own_words(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", LOG_STR(LOG_ROUTE, STR("/search?q=Joan")), LOG_STR(LOG_JOB, STR("Joan, 57")),
              LOG_STR(LOG_AT, STR("joan@example.org")), LOG_STR(LOG_STATUS, STR("a b")));
    const char *text = logged();
    assert_null(strstr(text, "oan"));
    assert_string_equal(text, "level=info event=x role=command route=(withheld) job=(withheld) at=(withheld) "
                              "status=(withheld)\n");
}

static void a_value_of_the_wrong_type_is_withheld(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", LOG_STR(LOG_PID, STR("passphrase")), LOG_STR(LOG_COUNT, STR("Joan")),
              LOG_I64(LOG_ROUTE, 5), LOG_I64(LOG_WHAT, 5), LOG_I64(LOG_STATUS, 503));
    assert_string_equal(logged(), "level=info event=x role=command pid=(withheld) count=(withheld) route=(withheld) "
                                  "what=(withheld) status=503\n");
}

static void a_key_that_is_not_on_the_list_says_nothing(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", LOG_STR((enum log_key)999, STR("Joan")),
              LOG_STR((enum log_key)(LOG_WHERE + 1), STR("Joan")), LOG_I64(LOG_COUNT, 1));
    assert_string_equal(logged(), "level=info event=x role=command count=1\n");
}

static void long_text_is_cut_at_200_bytes_and_a_whole_character(void **state)
{
    (void)state;
    char long_text[400];
    memset(long_text, 'y', sizeof long_text);
    memcpy(long_text + 198, "\xE2\x82\xAC", 3);
    log_event(LOG_INFO, "x", LOG_STR(LOG_WHAT, ((struct str){ long_text, sizeof long_text })));
    const char *text = logged();
    assert_int_equal(strspn(strchr(text, '"') + 1, "y"), 198);
    assert_true(str_ends(str_of(text), STR("y\xE2\x80\xA6\"\n")));
    assert_true(str_is_text(str_of(text)));
}

static void many_fields_are_cut_not_overrun(void **state)
{
    (void)state;
    char wild[200];
    memset(wild, 1, sizeof wild);
    struct str s = { wild, sizeof wild };
    log_event(LOG_INFO, "x", LOG_STR(LOG_WHAT, s), LOG_STR(LOG_WHAT, s), LOG_STR(LOG_WHAT, s), LOG_STR(LOG_WHAT, s),
              LOG_STR(LOG_WHAT, s), LOG_STR(LOG_WHAT, s), LOG_STR(LOG_WHAT, s));
    const char *text = logged();
    assert_int_equal(strlen(text), 4096);
    assert_int_equal(text[4095], '\n');
    assert_null(memchr(text, '\n', 4095));
}

static void errno_survives_and_a_closed_log_is_silent(void **state)
{
    (void)state;
    log_descriptor_set(9999);
    errno = EDOM;
    log_event(LOG_ERROR, "x", LOG_NOTHING);
    assert_int_equal(errno, EDOM);
    log_descriptor_set(-1);
    log_event(LOG_ERROR, "x", LOG_NOTHING);
    assert_string_equal(logged(), "");
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, open_pipe, close_pipe)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(an_event_is_one_line_of_pairs),
        LOG_TEST(a_role_of_the_event_goes_before_that_of_the_process),
        LOG_TEST(events_below_the_level_are_dropped),
        LOG_TEST(text_cannot_end_the_line_or_the_quotes),
        LOG_TEST(bytes_that_are_not_text_are_escaped),
        LOG_TEST(words_take_only_the_characters_of_our_own_words),
        LOG_TEST(a_value_of_the_wrong_type_is_withheld),
        LOG_TEST(a_key_that_is_not_on_the_list_says_nothing),
        LOG_TEST(long_text_is_cut_at_200_bytes_and_a_whole_character),
        LOG_TEST(many_fields_are_cut_not_overrun),
        LOG_TEST(errno_survives_and_a_closed_log_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
