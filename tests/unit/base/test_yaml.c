/* YAML: places, kinds, and that everything clever is refused before it is resolved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/yaml.h"
#include "base/banned.h"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return arena ? 0 : -1;
}

static int end_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct yaml *read_good(struct str text)
{
    const struct yaml *root;
    struct yaml_fault fault;
    if (yaml_read(arena, text, 1, &root, &fault) != STATUS_OK)
        fail_msg("%.*s: %d:%d %s", STR_ARG(text), fault.line, fault.column, fault.fault.text);
    return root;
}

static void is_at(const struct yaml *node, int line, int column)
{
    assert_non_null(node);
    assert_int_equal(node->line, line);
    assert_int_equal(node->column, column);
}

static void every_node_knows_its_place(void **state)
{
    (void)state;
    const struct yaml *root = read_good(STR("title: A \xE2\x82\xAC joke\n"
                                            "# between\n"
                                            "topics: [one, \"two\"]\n"
                                            "image:\n"
                                            "  file: a.jpg\n"
                                            "  people:\n"
                                            "    - { name: Joan, age: 57 }\n"));
    is_at(yaml_key(root, STR("title")), 1, 1);
    is_at(yaml_get(root, STR("title")), 1, 8);
    assert_true(str_equal(yaml_get(root, STR("title"))->text, STR("A \xE2\x82\xAC joke")));
    const struct yaml *topics = yaml_get(root, STR("topics"));
    assert_int_equal(topics->kind, YAML_LIST);
    assert_int_equal(topics->n, 2);
    is_at(&topics->items[0], 3, 10);
    assert_false(topics->items[0].quoted);
    assert_true(topics->items[1].quoted);
    const struct yaml *people = yaml_get(yaml_get(root, STR("image")), STR("people"));
    is_at(yaml_get(&people->items[0], STR("age")), 7, 26);
    int64_t age;
    assert_true(yaml_i64(yaml_get(&people->items[0], STR("age")), &age));
    assert_int_equal(age, 57);
    assert_null(yaml_get(root, STR("nothing")));
    assert_null(yaml_get(topics, STR("one")));
}

static void lines_count_from_the_offset_that_was_given(void **state)
{
    (void)state;
    const struct yaml *root;
    struct yaml_fault fault;
    assert_int_equal(yaml_read(arena, STR("a: 1\nb: 2\n"), 10, &root, &fault), STATUS_OK);
    is_at(yaml_get(root, STR("b")), 11, 4);
    assert_int_equal(yaml_read(arena, STR("a: 1\na: 2\n"), 10, &root, &fault), STATUS_INVALID);
    assert_int_equal(fault.line, 11);
    assert_int_equal(yaml_read(arena, STR("a: 1\nb: \"x\n"), 10, &root, &fault), STATUS_INVALID);
    assert_true(fault.line >= 11);
}

static void empty_texts_and_null_words_are_null(void **state)
{
    (void)state;
    assert_int_equal(read_good(STR(""))->kind, YAML_NULL);
    assert_int_equal(read_good(STR_NONE)->kind, YAML_NULL);
    assert_int_equal(read_good(STR("# only a comment\n"))->kind, YAML_NULL);
    const struct yaml *root = read_good(STR("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\n"));
    assert_int_equal(yaml_get(root, STR("a"))->kind, YAML_NULL);
    assert_int_equal(yaml_get(root, STR("b"))->kind, YAML_NULL);
    assert_int_equal(yaml_get(root, STR("c"))->kind, YAML_NULL);
    is_at(yaml_get(root, STR("a")), 1, 1); /* it stands nowhere: the place of its name */
    is_at(yaml_get(root, STR("b")), 2, 4);
    is_at(yaml_get(root, STR("d")), 4, 4); /* the quote */
    assert_int_equal(yaml_get(root, STR("d"))->kind, YAML_SCALAR);
    assert_int_equal(yaml_get(root, STR("e"))->kind, YAML_SCALAR);
}

static void quotes_make_text_of_numbers_and_words(void **state)
{
    (void)state;
    const struct yaml *root = read_good(STR("[true, \"true\", False, yes, 12, '12', +7, -3, 0x10, 1.5]"));
    bool b = false;
    int64_t v = 0;
    assert_true(yaml_bool(&root->items[0], &b) && b);
    assert_false(yaml_bool(&root->items[1], &b));
    assert_true(yaml_bool(&root->items[2], &b) && !b);
    assert_false(yaml_bool(&root->items[3], &b)); /* YAML 1.2: only true and false */
    assert_true(yaml_i64(&root->items[4], &v) && v == 12);
    assert_false(yaml_i64(&root->items[5], &v));
    assert_true(yaml_i64(&root->items[6], &v) && v == 7);
    assert_true(yaml_i64(&root->items[7], &v) && v == -3);
    assert_false(yaml_i64(&root->items[8], &v));
    assert_false(yaml_i64(&root->items[9], &v));
    assert_false(yaml_i64(NULL, &v));
}

struct wrong {
    const char *text;
    enum status status;
    int line, column;
};

static void what_is_clever_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        { "a: &x 1\n", STATUS_INVALID, 1, 4 },
        { "a: [&x {}]\n", STATUS_INVALID, 1, 5 },
        { "a: 1\nb: *a\n", STATUS_INVALID, 2, 4 },
        { "*a : 1\n", STATUS_INVALID, 1, 1 },
        { "a: !!str 1\n", STATUS_INVALID, 1, 4 },
        { "a: !local {}\n", STATUS_INVALID, 1, 4 },
        { "<<: {a: 1}\n", STATUS_INVALID, 1, 1 },
        { "a: {b: 1, <<: {c: 2}}\n", STATUS_INVALID, 1, 11 },
        { "a: 1\n---\nb: 2\n", STATUS_INVALID, 2, 1 },
        { "%YAML 1.2\n---\na: 1\n", STATUS_INVALID, 1, 1 },
        { "%TAG ! x:\n---\na: 1\n", STATUS_INVALID, 1, 1 },
        { "a: 1\nb: 2\na: 3\n", STATUS_INVALID, 3, 1 },
        { "x: {a: 1, 'a': 2}\n", STATUS_INVALID, 1, 11 },
        { "? [a]\n: b\n", STATUS_INVALID, 1, 3 },
        { ": b\n", STATUS_INVALID, 1, 1 },
        { "a: \"\\0\"\n", STATUS_INVALID, 1, 4 },
        { "a: b: c\n", STATUS_INVALID, 1, 5 },
        { "a: [1, 2\n", STATUS_INVALID, 2, 1 },
        { "a: \"x\n", STATUS_INVALID, 1, 5 },
        { "a: \xFF\n", STATUS_INVALID, 1, 4 },
        { "\xE2\x82\xAC: \x01\n", STATUS_INVALID, 1, 4 },
        { "[[[[[[[[[1]]]]]]]]]\n", STATUS_LIMIT, 1, 9 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct yaml *root;
        struct yaml_fault fault;
        enum status status = yaml_read(arena, str_of(cases[i].text), 1, &root, &fault);
        if (status != cases[i].status || fault.line != cases[i].line || fault.column != cases[i].column)
            fail_msg("%s: %s %d:%d %s", cases[i].text, status_name(status), fault.line, fault.column, fault.fault.text);
        assert_null(root);
        assert_int_equal(fault.fault.status, status);
        assert_true(str_find_byte(str_of(fault.fault.text), '\n') < 0);
    }
}

/* Nine lines of this ask for 10^9 nodes where aliases are resolved. */
static void a_bomb_of_aliases_costs_nothing(void **state)
{
    (void)state;
    struct arena *small = arena_new(64 * 1024);
    const struct yaml *root;
    struct yaml_fault fault;
    struct str bomb = STR("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                          "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n");
    assert_int_equal(yaml_read(small, bomb, 1, &root, &fault), STATUS_INVALID);
    assert_int_equal(fault.line, 1);
    assert_true(arena_used(small) < 4096);
    arena_free(small);
}

static void nodes_and_bytes_are_bounded(void **state)
{
    (void)state;
    char *text = mem_alloc(YAML_MAX_BYTES + 1);
    assert_non_null(text);
    const struct yaml *root;
    struct yaml_fault fault;
    size_t n = 0;
    text[n++] = '[';
    for (int i = 0; i < YAML_MAX_NODES - 1; i++) {
        text[n++] = 'x';
        text[n++] = ',';
    }
    text[n - 1] = ']';
    assert_int_equal(yaml_read(arena, (struct str){ text, n }, 1, &root, &fault), STATUS_OK);
    assert_int_equal(root->n, YAML_MAX_NODES - 1);
    memcpy(text + n - 1, ",x]", 3);
    assert_int_equal(yaml_read(arena, (struct str){ text, n + 2 }, 1, &root, &fault), STATUS_LIMIT);
    memset(text, '#', YAML_MAX_BYTES + 1);
    assert_int_equal(yaml_read(arena, (struct str){ text, YAML_MAX_BYTES }, 1, &root, &fault), STATUS_OK);
    assert_int_equal(yaml_read(arena, (struct str){ text, YAML_MAX_BYTES + 1 }, 1, &root, &fault), STATUS_LIMIT);
    mem_free(text);
}

static void one_document_may_have_its_marks(void **state)
{
    (void)state;
    const struct yaml *root = read_good(STR("---\na: 1\n...\n"));
    assert_true(str_equal(yaml_get(root, STR("a"))->text, STR("1")));
}

static void texts_do_not_point_into_the_input(void **state)
{
    (void)state;
    char *text = mem_alloc(16);
    assert_non_null(text);
    memcpy(text, "a: hello", 8);
    const struct yaml *root = read_good((struct str){ text, 8 });
    memset(text, 'z', 16);
    mem_free(text);
    assert_true(str_equal(yaml_get(root, STR("a"))->text, STR("hello")));
}

static void every_allocation_may_fail_and_nothing_leaks(void **state)
{
    (void)state;
    int64_t before = mem_live();
    size_t failures = 0;
    char text[8000] = "";
    size_t n = 0;
    for (int i = 0; n < 7000; i++) {
        const char *line = i % 2 ? "  - { a: 1, b: [x, y] }\n" : i ? "" : "list:\n";
        memcpy(text + n, line, strlen(line));
        n += strlen(line);
    }
    for (uint64_t k = 1;; k++) {
        mem_fail_at(k);
        struct arena *small = arena_new(1 << 20);
        const struct yaml *root = NULL;
        struct yaml_fault fault;
        enum status status = small ? yaml_read(small, (struct str){ text, n }, 1, &root, &fault) : STATUS_NO_MEMORY;
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        assert_int_equal(status, reached ? STATUS_NO_MEMORY : STATUS_OK);
        assert_true(reached == (root == NULL));
        arena_free(small);
        assert_int_equal(mem_live(), before);
        if (!reached)
            break;
        failures++;
    }
    assert_true(failures >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_node_knows_its_place),
        cmocka_unit_test(lines_count_from_the_offset_that_was_given),
        cmocka_unit_test(empty_texts_and_null_words_are_null),
        cmocka_unit_test(quotes_make_text_of_numbers_and_words),
        cmocka_unit_test(what_is_clever_is_refused_with_its_place),
        cmocka_unit_test(a_bomb_of_aliases_costs_nothing),
        cmocka_unit_test(nodes_and_bytes_are_bounded),
        cmocka_unit_test(one_document_may_have_its_marks),
        cmocka_unit_test(texts_do_not_point_into_the_input),
        cmocka_unit_test(every_allocation_may_fail_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, make_arena, end_arena);
}
