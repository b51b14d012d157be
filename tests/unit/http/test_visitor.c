/*
 * Who asks: a proxy is believed on its own listener, the last address that is no proxy's counts, and nobody else can
 * say who they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "site.h"

#include "base/banned.h"

#define HOST "Host: localhost\r\n"

static void expects_on(int fd, const char *fields, const char *address, const char *scheme)
{
    static char request[HTTP_HEAD_MAX];
    char line[64];
    snprintf(request, sizeof request, "GET /who HTTP/1.1\r\n" HOST "%s\r\n", fields);
    snprintf(line, sizeof line, "X-Scheme: %s", scheme);
    client_say(fd, request);
    struct reply r = client_reply(fd, false);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, address);
    assert_true(reply_has(&r, line));
    reply_free(&r);
    close(fd);
}

static void expects(const char *fields, const char *address)
{
    expects_on(client_connect(), fields, address, "http");
}

static void a_network_is_read_strictly(void **state)
{
    (void)state;
    struct http_network n;
    assert_true(http_network_read(STR("10.0.0.7"), &n));
    assert_int_equal(n.bits, 128);
    assert_int_equal(n.bytes[11], 0xFF);
    assert_int_equal(n.bytes[15], 7);
    assert_true(http_network_read(STR("10.0.0.0/8"), &n));
    assert_int_equal(n.bits, 104);
    assert_true(http_network_read(STR("0.0.0.0/0"), &n));
    assert_int_equal(n.bits, 96);
    assert_true(http_network_read(STR("fd00::/8"), &n));
    assert_int_equal(n.bits, 8);
    assert_true(http_network_read(STR("::/0"), &n));
    assert_int_equal(n.bits, 0);
    const char *const bad[] = { "",           "10",         "10.0.0.7/33", "10.0.0.7/8",   "10.0.0.0/-1", "10.0.0.0/",
                                "10.0.0.0/x", "fd00::/129", "fd00::1/64",  "10.0.0.0/8/8", "localhost",   "[::1]",
                                "10.0.0.7:1", " 10.0.0.7",  "::1%lo",      "010.0.0.7" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(http_network_read(str_of(bad[i]), &n));
}

static const struct http_network known[] = {
    { { [10] = 0xFF, [11] = 0xFF, [12] = 10 }, 104 }, /* 10.0.0.0/8 */
    { { [0] = 0xFD }, 8 },                            /* fd00::/8 */
    { { [10] = 0xFF, [11] = 0xFF, [12] = 203, [14] = 113, [15] = 128 }, 121 },
};

static int start_behind(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 1,
                                       .proxy = true,
                                       .limit_addresses = true,
                                       .proxies = known,
                                       .proxies_n = sizeof known / sizeof known[0] });
    return 0;
}

static int start_open(void **state)
{
    (void)state;
    site_start(&(struct site_options){
        .loops = 1, .limit_addresses = true, .proxies = known, .proxies_n = sizeof known / sizeof known[0] });
    return 0;
}

static int start_alone(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 1 });
    return 0;
}

static int start_proxy(void **state)
{
    (void)state;
    site_start(&(struct site_options){ .loops = 1, .proxy = true, .limit_addresses = true });
    return 0;
}

static int start_v6(void **state)
{
    (void)state;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
    bool has_v6 = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
    if (fd >= 0)
        close(fd);
    if (!has_v6)
        fail_msg("this test needs the address ::1");
    site_start(&(struct site_options){ .loops = 2, .v6 = true, .limit_addresses = true });
    return 0;
}

static int stop(void **state)
{
    (void)state;
    assert_true(site_stop());
    assert_int_equal(mem_live(), 0);
    return 0;
}

static void the_last_address_that_is_no_proxy_counts(void **state)
{
    (void)state;
    expects("X-Forwarded-For: 198.51.100.1\r\n", "198.51.100.1");
    expects("X-Forwarded-For: 198.51.100.1, 10.1.2.3\r\n", "198.51.100.1");
    expects("X-Forwarded-For: 198.51.100.1, 10.1.2.3,fd12::5 ,\t10.0.0.1\r\n", "198.51.100.1");
    expects("X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 10.1.2.3\r\nX-Forwarded-For: 10.0.0.1\r\n",
            "198.51.100.1");
    expects("X-Forwarded-For: 198.51.100.1, 203.0.113.200\r\n", "198.51.100.1");
    expects("X-Forwarded-For: 198.51.100.1, 203.0.113.127\r\n", "203.0.113.127");
    expects("X-Forwarded-For: 2001:db8::7, ::ffff:10.0.0.9\r\n", "2001:db8::7");
    /* All are proxies: the one farthest away. */
    expects("X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\n", "10.9.9.9");
    expects("", "127.0.0.1");
}

static void what_a_visitor_puts_before_it_changes_nothing(void **state)
{
    (void)state;
    expects("X-Forwarded-For: 192.0.2.66, 198.51.100.1, 10.1.2.3\r\n", "198.51.100.1");
    expects("X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 198.51.100.1, 10.1.2.3\r\n", "198.51.100.1");
    /* What is no address ends the walk at the proxy that was handed it. */
    expects("X-Forwarded-For: 192.0.2.66, unknown, 10.1.2.3\r\n", "10.1.2.3");
    expects("X-Forwarded-For: 192.0.2.66, , 10.1.2.3\r\n", "10.1.2.3");
    expects("X-Forwarded-For: 192.0.2.66, 198.51.100.1:80, 10.1.2.3\r\n", "10.1.2.3");
    expects("X-Forwarded-For: ,\r\n", "127.0.0.1");
}

static void a_chain_of_thousands_ends_after_sixteen(void **state)
{
    (void)state;
    char fields[12 * 1024] = "X-Forwarded-For: 192.0.2.66";
    size_t n = strlen(fields);
    while (n < sizeof fields - 40)
        n += (size_t)snprintf(fields + n, sizeof fields - n, ", 10.0.0.%d", 7);
    snprintf(fields + n, sizeof fields - n, "\r\n");
    expects(fields, "10.0.0.7");
}

static void who_is_no_proxy_is_not_believed_on_the_proxys_listener(void **state)
{
    (void)state;
    /* The client is of this machine, and so believed; taken for another it is not. */
    expects("X-Forwarded-For: 198.51.100.1\r\n", "198.51.100.1");
    struct connection c = { .proxy = true, .loop = &site.server->loops[0] };
    static const struct {
        const char *from;
        bool believed;
    } rows[] = { { "127.0.0.1", true }, { "127.8.9.1", true },     { "::1", true },  { "10.3.4.5", true },
                 { "fd77::1", true },   { "192.0.2.1", false },    { "::2", false }, { "128.0.0.1", false },
                 { "11.0.0.1", false }, { "203.0.113.129", true }, { "", true } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_field fields[] = { { STR("X-Forwarded-For"), STR("198.51.100.9") },
                                       { STR("X-Forwarded-Proto"), STR("https") },
                                       { STR("Accept"), STR("*/*") } };
        struct http_head head = { .fields = fields, .fields_n = 3 };
        snprintf(c.address, sizeof c.address, "%s", rows[i].from);
        c.address_n = strlen(c.address);
        http_visitor_know(&c, &head, fields);
        assert_int_equal(head.secure, rows[i].believed);
        assert_true(str_equal(head.address, rows[i].believed ? STR("198.51.100.9") : str_of(rows[i].from)));
        assert_int_equal(head.fields_n, 1);
        assert_true(str_equal(fields[0].name, STR("Accept")));
    }
}

static void on_a_listener_that_is_no_proxys_all_of_it_is_ignored(void **state)
{
    (void)state;
    expects("X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\n", "127.0.0.1");
    expects("X-Forwarded-For: 198.51.100.1, 10.1.2.3\r\nForwarded: for=198.51.100.1\r\nX-Forwarded-Host: x\r\n",
            "127.0.0.1");
}

static void visitor_cannot_say_who_they_are(void **state)
{
    (void)state;
    expects_on(client_connect(), "", "127.0.0.1", "http");
    expects_on(client_connect(), "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "127.0.0.1", "http");
    expects_on(client_connect(), "Forwarded: for=203.0.113.9;proto=https\r\n", "127.0.0.1", "http");
}

static void proxys_last_word_is_believed(void **state)
{
    (void)state;
    expects_on(client_connect(), "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n", "203.0.113.9",
               "https");
    expects_on(client_connect(), "X-Forwarded-For: 198.51.100.1, 2001:db8::7\r\n", "2001:db8::7", "http");
    expects_on(client_connect(), "X-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 203.0.113.9\r\n", "203.0.113.9",
               "http");
    expects_on(client_connect(), "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "127.0.0.1", "http");
    expects_on(client_connect(), "X-Forwarded-For: unknown\r\n", "127.0.0.1", "http");
    expects_on(client_connect(), "forwarded: for=203.0.113.9;proto=https\r\n", "127.0.0.1", "http");
    expects_on(client_connect(), "X-Forwarded-For: 203.0.113.9,\r\n", "127.0.0.1", "http");
    expects_on(client_connect(), "", "127.0.0.1", "http");
}

/* ---- Who is counted ---- */

/* How many more connections the address with this key may have. */
static int room_of(const struct address_key *key)
{
    struct http_addresses *a = site.server->addresses;
    int n = 0;
    while (http_addresses_enter(a, key))
        n++;
    for (int i = 0; i < n; i++)
        http_addresses_leave(a, key);
    return n;
}

static void the_first_64_bits_of_an_ipv6_address_are_counted(void **state)
{
    (void)state;
    enum { ALL = HTTP_CONNECTIONS_PER_ADDRESS_MAX };
    const struct address_key network = { { 0 } };
    const struct address_key itself = { { [15] = 1 } };
    const struct address_key v4 = { { [10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 2 } };
    const struct address_key neighbour = { { [10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 3 } };
    int fds[] = { client_connect_v6(), client_connect_v6(), client_connect_from("127.0.0.2") };
    for (size_t i = 0; i < 3; i++) {
        client_get(fds[i], "/who");
        client_expects(fds[i], 200, i < 2 ? "::1" : "127.0.0.2");
    }
    assert_int_equal(room_of(&network), ALL - 2);
    assert_int_equal(room_of(&itself), ALL);
    /* An IPv4 address is counted whole, on this listener too. */
    assert_int_equal(room_of(&v4), ALL - 1);
    assert_int_equal(room_of(&neighbour), ALL);
    for (size_t i = 0; i < 3; i++)
        close(fds[i]);
    site_until(atomic_load(&site.server->connections) == 0);
    assert_int_equal(room_of(&network), ALL);
    assert_int_equal(room_of(&v4), ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_is_read_strictly),
        cmocka_unit_test_setup_teardown(the_last_address_that_is_no_proxy_counts, start_behind, stop),
        cmocka_unit_test_setup_teardown(what_a_visitor_puts_before_it_changes_nothing, start_behind, stop),
        cmocka_unit_test_setup_teardown(a_chain_of_thousands_ends_after_sixteen, start_behind, stop),
        cmocka_unit_test_setup_teardown(who_is_no_proxy_is_not_believed_on_the_proxys_listener, start_behind, stop),
        cmocka_unit_test_setup_teardown(on_a_listener_that_is_no_proxys_all_of_it_is_ignored, start_open, stop),
        cmocka_unit_test_setup_teardown(visitor_cannot_say_who_they_are, start_alone, stop),
        cmocka_unit_test_setup_teardown(proxys_last_word_is_believed, start_proxy, stop),
        cmocka_unit_test_setup_teardown(the_first_64_bits_of_an_ipv6_address_are_counted, start_v6, stop),
    };
    return cmocka_run_group_tests_name("http visitor", tests, NULL, NULL);
}
