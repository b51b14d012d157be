/* Arena, buffer and the door to the heap: that bounds hold and that failure is clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#endif
#include "base/banned.h"

/* ---- The heap ---- */

static void the_kth_allocation_fails_once(void **state)
{
    (void)state;
    mem_fail_at(2);
    void *a = mem_alloc(1);
    void *b = mem_zero(1, 1);
    void *c = mem_resize(a, 100);
    assert_non_null(a);
    assert_null(b);
    assert_non_null(c);
    assert_int_equal(mem_calls(), 3);
    mem_fail_at(0);
    mem_free(c);
}

static void a_failed_resize_keeps_the_old_block(void **state)
{
    (void)state;
    char *a = mem_alloc(2);
    assert_non_null(a);
    a[0] = 'x';
    mem_fail_at(1);
    assert_null(mem_resize(a, 1000));
    mem_fail_at(0);
    assert_int_equal(a[0], 'x');
    mem_free(a);
}

static void live_blocks_are_counted(void **state)
{
    (void)state;
    int64_t before = mem_live();
    void *a = mem_alloc(0);
    void *b = mem_resize(NULL, 10);
    assert_int_equal(mem_live(), before + 2);
    b = mem_resize(b, 20);
    assert_int_equal(mem_live(), before + 2);
    mem_free(a);
    mem_free(b);
    mem_free(NULL);
    assert_int_equal(mem_live(), before);
}

static void zeroed_counts_that_overflow_are_refused(void **state)
{
    (void)state;
    volatile size_t many = SIZE_MAX / 2;
    assert_null(mem_zero(many, 3));
}

/* ---- Arena ---- */

struct diary {
    char order[8];
    size_t n;
};
struct entry {
    struct diary *diary;
    char mark;
};

static void write_entry(void *self)
{
    struct entry *e = self;
    e->diary->order[e->diary->n++] = e->mark;
}

static void hooks_run_newest_first_at_the_end(void **state)
{
    (void)state;
    struct diary diary = { .n = 0 };
    struct entry a = { &diary, 'a' }, b = { &diary, 'b' }, c = { &diary, 'c' };
    struct arena *arena = arena_new(1000);
    assert_true(arena_hook(arena, write_entry, &a));
    assert_true(arena_hook(arena, write_entry, &b));
    assert_true(arena_hook(arena, write_entry, &c));
    assert_int_equal(diary.n, 0);
    arena_free(arena);
    assert_string_equal(diary.order, "cba");
}

static void reset_runs_the_hooks_once_and_empties(void **state)
{
    (void)state;
    struct diary diary = { .n = 0 };
    struct entry a = { &diary, 'a' };
    struct arena *arena = arena_new(100000);
    assert_true(arena_hook(arena, write_entry, &a));
    assert_non_null(arena_alloc(arena, 50000, 1));
    arena_reset(arena);
    assert_int_equal(diary.n, 1);
    assert_int_equal(arena_used(arena), 0);
    assert_non_null(arena_alloc(arena, 100000, 1));
    arena_free(arena);
    assert_int_equal(diary.n, 1);
}

static void a_hook_may_still_read_the_arena(void **state)
{
    (void)state;
    struct diary diary = { .n = 0 };
    struct arena *arena = arena_new(100000);
    struct entry *inside = ARENA_NEW(arena, struct entry);
    *inside = (struct entry){ &diary, 'x' };
    assert_true(arena_hook(arena, write_entry, inside));
    assert_non_null(arena_alloc(arena, 20000, 1)); /* another block */
    arena_free(arena);
    assert_string_equal(diary.order, "x");
}

static void bytes_are_zeroed_and_aligned_also_after_a_reset(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (int round = 0; round < 2; round++) {
        for (size_t align = 1; align <= 64; align *= 2) {
            unsigned char *p = arena_alloc(arena, 100, align);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % align, 0);
            for (size_t i = 0; i < 100; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAA, 100);
        }
        arena_reset(arena);
    }
    assert_null(arena_alloc(arena, 1, 128));
    assert_true(arena_failed(arena));
    arena_free(arena);
}

static void the_cap_holds_and_is_remembered(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1000);
    assert_non_null(arena_alloc(arena, 1000, 1));
    assert_false(arena_failed(arena));
    assert_null(arena_alloc(arena, 1, 1));
    assert_true(arena_failed(arena));
    arena_reset(arena);
    assert_false(arena_failed(arena));
    assert_null(arena_alloc(arena, 1001, 1));
    arena_free(arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(SIZE_MAX);
    assert_null(arena_array(arena, SIZE_MAX / 2, 3, 1));
    assert_null(arena_array(arena, SIZE_MAX, SIZE_MAX, 8));
    assert_null(arena_alloc(arena, SIZE_MAX, 1));
    assert_null(arena_alloc(arena, SIZE_MAX - 16, 8));
    assert_non_null(arena_alloc(arena, 8, 8));
    arena_free(arena);
}

#ifdef WITH_ASAN
static void freed_and_unused_space_is_poisoned(void **state)
{
    (void)state;
    struct arena *arena = arena_new(10000);
    char *p = arena_alloc(arena, 10, 1);
    assert_false(__asan_address_is_poisoned(p + 9));
    assert_true(__asan_address_is_poisoned(p + 16));
    arena_reset(arena);
    assert_true(__asan_address_is_poisoned(p));
    assert_true(__asan_address_is_poisoned(p + 9));
    arena_free(arena);
}
#endif

static void an_arena_whose_allocations_fail_leaks_nothing(void **state)
{
    (void)state;
    int64_t before = mem_live();
    size_t failures = 0;
    for (uint64_t k = 1; k <= 6; k++) {
        mem_fail_at(k);
        struct arena *arena = arena_new(1 << 20);
        bool whole = arena && arena_alloc(arena, 6000, 8) && arena_alloc(arena, 20000, 8);
        assert_true(whole || !arena || arena_failed(arena));
        failures += !whole;
        arena_free(arena);
        mem_fail_at(0);
        assert_int_equal(mem_live(), before);
    }
    assert_int_equal(failures, 4); /* the arena, its first block, two more blocks */
}

/* ---- Buffer ---- */

static void a_buffer_remembers_its_first_failure(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, NULL, 4);
    buf_add(&b, STR("abc"));
    buf_add(&b, STR("de"));
    buf_add(&b, STR("f"));
    assert_false(buf_ok(&b));
    assert_null(buf_str(&b).p);
    assert_int_equal(b.n, 3);
    buf_clear(&b);
    buf_add(&b, STR("wxyz"));
    assert_true(buf_ok(&b));
    assert_true(str_equal(buf_str(&b), STR("wxyz")));
    buf_free(&b);
}

static void a_buffer_without_memory_fails_and_leaks_nothing(void **state)
{
    (void)state;
    int64_t before = mem_live();
    struct buf b;
    buf_init(&b, NULL, 1 << 20);
    mem_fail_at(2);
    for (int i = 0; i < 1000; i++)
        buf_add(&b, STR("ten bytes."));
    mem_fail_at(0);
    assert_false(buf_ok(&b));
    assert_int_equal(b.n, 250); /* what fitted into the first 256 */
    buf_free(&b);
    assert_int_equal(mem_live(), before);
}

static void a_buffer_grows_to_its_limit_and_not_beyond(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    struct buf b;
    buf_init(&b, arena, 70000);
    for (int i = 0; i < 7000; i++)
        buf_format(&b, "%09d,", i);
    assert_true(buf_ok(&b));
    assert_int_equal(buf_str(&b).n, 70000);
    assert_true(str_starts(buf_str(&b), STR("000000000,000000001,")));
    assert_true(str_ends(buf_str(&b), STR("000006999,")));
    buf_add_byte(&b, 'x');
    assert_false(buf_ok(&b));
    arena_free(arena);
}

static void formatted_text_may_fill_a_buffer_exactly(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, NULL, 5);
    buf_format(&b, "%s", "12345");
    assert_true(buf_ok(&b));
    assert_true(str_equal(buf_str(&b), STR("12345")));
    buf_free(&b);
    buf_init(&b, NULL, 20);
    buf_add_i64(&b, INT64_MIN);
    assert_true(str_equal(buf_str(&b), STR("-9223372036854775808")));
    buf_free(&b);
}

static void quoted_text_has_a_backslash_before_quotes_and_backslashes(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, NULL, 20);
    buf_add_quoted(&b, STR("a\"b\\"));
    assert_true(str_equal(buf_str(&b), STR("\"a\\\"b\\\\\"")));
    buf_free(&b);
}

static void an_empty_buffer_is_an_empty_string_not_an_absent_one(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, NULL, 5);
    buf_add(&b, STR_NONE);
    assert_non_null(buf_str(&b).p);
    assert_int_equal(buf_str(&b).n, 0);
    char *room = buf_room(&b, 3);
    assert_non_null(room);
    memcpy(room, "abc", 3);
    buf_grew(&b, 2);
    assert_true(str_equal(buf_str(&b), STR("ab")));
    assert_null(buf_room(&b, SIZE_MAX));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kth_allocation_fails_once),
        cmocka_unit_test(a_failed_resize_keeps_the_old_block),
        cmocka_unit_test(live_blocks_are_counted),
        cmocka_unit_test(zeroed_counts_that_overflow_are_refused),
        cmocka_unit_test(hooks_run_newest_first_at_the_end),
        cmocka_unit_test(reset_runs_the_hooks_once_and_empties),
        cmocka_unit_test(a_hook_may_still_read_the_arena),
        cmocka_unit_test(bytes_are_zeroed_and_aligned_also_after_a_reset),
        cmocka_unit_test(the_cap_holds_and_is_remembered),
        cmocka_unit_test(sizes_that_overflow_are_refused),
#ifdef WITH_ASAN
        cmocka_unit_test(freed_and_unused_space_is_poisoned),
#endif
        cmocka_unit_test(an_arena_whose_allocations_fail_leaks_nothing),
        cmocka_unit_test(a_buffer_remembers_its_first_failure),
        cmocka_unit_test(a_buffer_without_memory_fails_and_leaks_nothing),
        cmocka_unit_test(a_buffer_grows_to_its_limit_and_not_beyond),
        cmocka_unit_test(formatted_text_may_fill_a_buffer_exactly),
        cmocka_unit_test(quoted_text_has_a_backslash_before_quotes_and_backslashes),
        cmocka_unit_test(an_empty_buffer_is_an_empty_string_not_an_absent_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
