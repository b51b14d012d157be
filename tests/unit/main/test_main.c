/* What the wiring decides without a server: what children are told, which addresses are local, what was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "main/options.h"
#include "main/start_message.h"
#include "main/wiring.h"
#include "base/banned.h"

static const unsigned char key[PLACE_KEY_SIZE] = "0123456789abcdef0123456789abcde";

static struct place place_to_tell(void)
{
    struct place place = { .folder = "some folder",
                           .text = STR("site:\n  name: \"Told\"\n"),
                           .demonstration = true,
                           .address = STR("http://localhost:1"),
                           .owner = 1000,
                           .group = 100 };
    memcpy(place.key, key, sizeof key);
    return place;
}

static void the_worker_is_told_everything_but_the_key(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024 * 1024);
    struct place place = place_to_tell(), heard;
    struct str kinds;
    for (int with_key = 0; with_key < 2; with_key++) {
        struct buf told;
        bool key_known = !with_key;
        buf_init(&told, arena, 64 * 1024);
        start_message_write(&told, STR("vpc"), &place, with_key);
        assert_int_equal(start_message_read(arena, buf_str(&told), &kinds, &heard, &key_known, NULL), STATUS_OK);
        assert_true(str_equal(kinds, STR("vpc")));
        assert_string_equal(heard.folder, "some folder");
        assert_true(heard.demonstration);
        assert_true(str_equal(heard.address, STR("http://localhost:1")));
        assert_int_equal(heard.owner, 1000);
        assert_int_equal(heard.group, 100);
        assert_true(str_equal(settings_get(heard.settings, wiring_setting("site.name"))->text, STR("Told")));
        assert_int_equal(key_known, with_key);
        assert_int_equal(str_find(buf_str(&told), (struct str){ (const char *)key, sizeof key }) >= 0, with_key);
        assert_int_equal(memcmp(heard.key, key, sizeof key) == 0, with_key);
    }
    arena_free(arena);
}

static void what_was_told_is_refused_when_cut_at_any_byte_or_longer(void **state)
{
    (void)state;
    struct arena *arena = arena_new(8 * 1024 * 1024);
    struct place place = place_to_tell(), heard;
    struct str kinds;
    struct buf told;
    bool key_known;
    buf_init(&told, NULL, 64 * 1024);
    start_message_write(&told, STR("vpc"), &place, true);
    for (size_t cut = 0; cut < told.n; cut++)
        assert_int_equal(start_message_read(arena, (struct str){ told.p, cut }, &kinds, &heard, &key_known, NULL),
                         STATUS_DAMAGED);
    buf_add_byte(&told, 'x');
    assert_int_equal(start_message_read(arena, buf_str(&told), &kinds, &heard, &key_known, NULL), STATUS_DAMAGED);
    buf_free(&told);
    arena_free(arena);
}

static void every_allocation_of_a_childs_start_may_fail(void **state)
{
    (void)state;
    struct place place = place_to_tell(), heard;
    struct str kinds;
    struct buf told;
    bool key_known;
    buf_init(&told, NULL, 64 * 1024);
    start_message_write(&told, STR("vpc"), &place, true);
    uint64_t k = 1;
    for (;; k++) {
        int64_t live = mem_live();
        mem_fail_at(k);
        struct arena *arena = arena_new(1024 * 1024);
        enum status status =
            arena ? start_message_read(arena, buf_str(&told), &kinds, &heard, &key_known, NULL) : STATUS_NO_MEMORY;
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        arena_free(arena);
        assert_int_equal(mem_live(), live);
        if (!reached) {
            assert_int_equal(status, STATUS_OK);
            break;
        }
        assert_int_equal(status, STATUS_NO_MEMORY);
    }
    assert_true(k > 2);
    buf_free(&told);
}

static void only_addresses_of_this_machine_are_local(void **state)
{
    (void)state;
    const char *const local[] = { "",
                                  "http://localhost",
                                  "http://localhost:8080",
                                  "http://LOCALHOST:8080/",
                                  "https://127.0.0.1",
                                  "http://[::1]:8080",
                                  "http://[::1]/" };
    const char *const real[] = { "https://police.example",
                                 "http://localhost.police.example",
                                 "http://127.0.0.1.police.example",
                                 "http://127.0.0.10",
                                 "http://localhosts",
                                 "https://police.example/localhost",
                                 "http://[::11]",
                                 "http://10.0.0.1:8080" };
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        assert_true(wiring_address_is_local(str_of(local[i])));
    for (size_t i = 0; i < sizeof real / sizeof real[0]; i++)
        assert_false(wiring_address_is_local(str_of(real[i])));
}

static void the_word_that_was_meant_is_near(void **state)
{
    (void)state;
    const char *const names[] = { "init", "serve", "check-config", "check", NULL };
    assert_string_equal(options_nearest("srve", names), "serve");
    assert_string_equal(options_nearest("sevre", names), "serve");
    assert_string_equal(options_nearest("initt", names), "init");
    assert_string_equal(options_nearest("check-c", names), "check-config");
    assert_null(options_nearest("zebra", names));
    assert_null(options_nearest("", names));
    assert_null(options_nearest("a-word-that-is-longer-than-anything-that-is-compared", names));
}

static void no_setting_stands_in_two_tables(void **state)
{
    (void)state;
    for (const struct setting_table *t = wiring_settings; t->rows; t++)
        for (size_t i = 0; i < t->n; i++) {
            assert_ptr_equal(wiring_setting(t->rows[i].name), &t->rows[i]);
            assert_non_null(t->rows[i].help);
            assert_non_null(t->rows[i].preset);
        }
}

static void the_defaults_alone_are_without_fault(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024 * 1024);
    static struct setting_fault faults[SETTINGS_MAX_FAULTS];
    const struct settings *settings = NULL;
    size_t n = 0;
    assert_int_equal(place_settings_read(arena, STR(""), &settings, faults, &n), STATUS_OK);
    assert_int_equal(n, 0);
    arena_free(arena);
}

int main(void)
{
    wiring_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worker_is_told_everything_but_the_key),
        cmocka_unit_test(what_was_told_is_refused_when_cut_at_any_byte_or_longer),
        cmocka_unit_test(every_allocation_of_a_childs_start_may_fail),
        cmocka_unit_test(only_addresses_of_this_machine_are_local),
        cmocka_unit_test(the_word_that_was_meant_is_near),
        cmocka_unit_test(no_setting_stands_in_two_tables),
        cmocka_unit_test(the_defaults_alone_are_without_fault),
    };
    return cmocka_run_group_tests_name("main", tests, NULL, NULL);
}
