/* What is found among public posts, and that words which are looked for are never more than words. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "db/faulty.h"
#include "posts/search.h"

#include "base/banned.h"

#define DUTY "duty-communications"

static void fine(enum status status)
{
    if (status != STATUS_OK)
        fail_msg("%d: %s", (int)status, world.fault.text);
}

static struct post_address publish(const char *key, const char *title, const char *body)
{
    struct post_address address;
    struct str name = str_format(world.arena, "%s.md", key);
    fine(world_import("press-officer-1", str_z(world.arena, name), world_post(title, NULL, NULL, body)));
    fine(world_approve("approver", key));
    fine(world_publish_at(DUTY, key, world.now, &address));
    world.now += 1000;
    return address;
}

static struct post_found *look(struct str words, const struct post_cursor *after, int64_t most, size_t *n)
{
    struct db_tx *tx;
    struct post_found *rows = NULL;
    fine(db_read_begin(world.db, &tx, &world.fault));
    enum status status = posts_search(tx, world.arena, words, after, most, &rows, n);
    db_read_end(tx);
    if (status != STATUS_OK)
        fail_msg("%d for %.*s", (int)status, STR_ARG(words));
    return rows;
}

static size_t count(const char *words)
{
    size_t n = 0;
    look(str_of(words), NULL, POST_LIST_MAX, &n);
    return n;
}

/* As many rows as there are posts of which words may be shown, and nothing else wrong with it. */
static void index_is_whole(void)
{
    assert_int_equal(world_number("SELECT count(*) FROM post_search"),
                     world_number("SELECT count(*) FROM post_public u JOIN post p ON p.id = u.post WHERE u.ended IS "
                                  "NULL AND p.erased IS NULL AND (u.ground IS NULL OR u.ground NOT IN ('court-order', "
                                  "'personal-data', 'safety'))"));
    world_run("INSERT INTO post_search (post_search) VALUES ('integrity-check')");
}

static bool marked(struct str text, const char *pieces)
{
    const struct post_found_piece *list;
    struct buf out;
    size_t n = 0;
    assert_true(post_found_pieces(world.arena, text, &list, &n));
    buf_init(&out, world.arena, 4096);
    for (size_t i = 0; i < n; i++)
        buf_format(&out, list[i].found ? "[%.*s]" : "%.*s", STR_ARG(list[i].text));
    if (!str_equal(buf_str(&out), str_of(pieces)))
        print_message("%.*s\n", STR_ARG(buf_str(&out)));
    return str_equal(buf_str(&out), str_of(pieces));
}

static void a_post_is_found_by_its_title_and_by_its_text(void **state)
{
    (void)state;
    size_t n = 0;
    publish("a", "Bicycles are marked",
            "Come to the **old** [market hall](https://example.org/hall) with your bicycle.");
    publish("b", "Something else", "Nothing about wheels.");
    struct post_found *rows = look(STR("bicycle"), NULL, 10, &n);
    assert_int_equal(n, 1);
    assert_true(marked(rows[0].title, "[Bicycles] are marked"));
    assert_true(marked(rows[0].part, "Come to the old market hall with your [bicycle]."));
    assert_int_equal(count("MARKET hall"), 1);
    assert_int_equal(count("h\xc3\xa1ll"), 1);
    assert_int_equal(count("market wheels"), 0); /* each of them, in one post */
    assert_int_equal(count("example"), 0);       /* an address is no word of it */
    index_is_whole();
}

static void what_is_not_public_is_not_found(void **state)
{
    (void)state;
    fine(world_draft("press-officer-1", "a.md", world_post("Zebra", NULL, NULL, "Zebra.")));
    assert_int_equal(count("zebra"), 0);
    publish("b", "Okapi", "Okapi.");
    fine(world_draft("press-officer-1", "b.md", world_post("Zebra", NULL, NULL, "Zebra.")));
    assert_int_equal(count("zebra"), 0);
    assert_int_equal(count("okapi"), 1);
    index_is_whole();
}

static void a_correction_is_found_by_its_new_words_alone(void **state)
{
    (void)state;
    publish("a", "A zebra", "It was a zebra.");
    publish("b", "Another", "It stays.");
    fine(world_import("press-officer-1", "a.md", world_post("An okapi", NULL, NULL, "It was an okapi.")));
    fine(world_approve("approver", "a"));
    fine(world_correct(DUTY, "a", CORRECTION_FACTUAL, "It was no such animal."));
    assert_int_equal(count("zebra"), 0);
    assert_int_equal(count("okapi"), 1);
    index_is_whole();
}

static void a_withdrawn_post_that_has_its_page_is_found_and_says_so(void **state)
{
    (void)state;
    size_t n = 0;
    publish("a", "A zebra", "Text.");
    fine(world_withdraw(DUTY, "a", GROUND_ERROR, "It was wrong."));
    struct post_found *rows = look(STR("zebra"), NULL, 10, &n);
    assert_int_equal(n, 1);
    assert_true(rows[0].row.withdrawn.set);
    assert_true(str_equal(rows[0].row.reason, STR("It was wrong.")));
    fine(world_step(DUTY, "a", posts_restore_write, "It was right."));
    rows = look(STR("zebra"), NULL, 10, &n);
    assert_int_equal(n, 1);
    assert_false(rows[0].row.withdrawn.set);
    index_is_whole();
}

static void what_ended_or_may_not_be_shown_is_not_found(void **state)
{
    (void)state;
    static const enum post_ground grounds[] = { GROUND_COURT_ORDER, GROUND_PERSONAL_DATA, GROUND_SAFETY };
    static const char *const keys[] = { "a", "b", "c", "d" };
    for (size_t i = 0; i < 4; i++)
        publish(keys[i], "A zebra", "It is a zebra.");
    assert_int_equal(count("zebra"), 4);
    for (size_t i = 0; i < 3; i++) {
        fine(world_withdraw(DUTY, keys[i], grounds[i], ""));
        assert_int_equal(count("zebra"), 3 - i);
    }
    fine(world_end_post(DUTY, "d", ENDING_FOUND));
    assert_int_equal(count("zebra"), 0);
    index_is_whole();
    /* Were a row of one left in the index, it would not be told either. */
    world_run("INSERT INTO post_search (rowid, title, body, post) SELECT 1000 + post, 'zebra', 'zebra', post FROM "
              "post_public");
    assert_int_equal(count("zebra"), 0);
}

static void words_that_are_looked_for_are_words_only(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        size_t n;
    } cases[] = {
        { "", 0 },
        { " \t\n ", 0 },
        { "\"", 0 },
        { "\"\"\"\"\"\"", 0 },
        { "\" OR \"", 0 },
        { "zebra OR okapi", 0 },
        { "zebra NOT okapi", 0 },
        { "NEAR(zebra okapi)", 0 },
        { "title:zebra", 0 },
        { "{title body} : zebra", 0 },
        { "-title : zebra", 0 },
        { "zeb*", 0 },
        { "^zebra", 1 },
        { "zebra)", 1 },
        { "(zebra", 1 },
        { "zebra*", 1 },
        { "\"zebra", 1 },
        { "zebra\"\"", 1 },
        { "zebra -", 1 },
        { "zebra; DROP TABLE post_search; --", 0 },
        { "' OR 1=1 --", 0 },
        { "zebra \x01\x02\x03\x1f\x7f", 1 },
        { "\x02zebra\x03", 1 },
        { "\xe2\x80\x8fzebra\xe2\x80\xae", 1 }, /* right-to-left marks */
        { "\xf0\x9f\x98\xa0", 0 },              /* an angry face */
        { "zebra \xf0\x9f\x98\xa0", 1 },        /* it stands in no index, so it is not asked for */
        { "%s%n %00", 0 },
    };
    publish("a", "A zebra", "It is a zebra, and not the other animal.");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t n = count(cases[i].words);
        if (n != cases[i].n)
            fail_msg("%zu for %s", n, cases[i].words);
    }
    char most[POST_SEARCH_POINTS + 2];
    static const char fills[] = { '"', 'a', ' ', '*', '(' };
    for (size_t i = 0; i < sizeof fills; i++) {
        struct db_tx *tx;
        struct post_found *rows;
        size_t n = 0;
        memset(most, fills[i], sizeof most);
        most[POST_SEARCH_POINTS] = '\0';
        assert_int_equal(count(most), 0);
        fine(db_read_begin(world.db, &tx, &world.fault));
        enum status status =
            posts_search(tx, world.arena, (struct str){ most, POST_SEARCH_POINTS + 1 }, NULL, 10, &rows, &n);
        db_read_end(tx);
        assert_int_equal(status, STATUS_LIMIT);
    }
    for (size_t i = 0; i + 1 < POST_SEARCH_POINTS; i++)
        most[i] = i % 2 ? ' ' : 'q';
    assert_int_equal(count(most), 0); /* as many words as there can be */
}

static void pages_follow_one_another_newest_first(void **state)
{
    (void)state;
    static const char *const keys[] = { "a", "b", "c", "d", "e" };
    size_t n = 0;
    for (size_t i = 0; i < 5; i++) {
        publish(keys[i], i == 2 ? "An okapi" : "A zebra", keys[i]);
        if (i >= 3)
            world.now -= 1000; /* two in one ms */
    }
    struct post_found *rows = look(STR("zebra"), NULL, 3, &n);
    assert_int_equal(n, 3);
    assert_true(marked(rows[0].part, "e") && marked(rows[1].part, "d") && marked(rows[2].part, "b"));
    rows = look(STR("zebra"), &rows[0].row.cursor, 3, &n);
    assert_int_equal(n, 3);
    assert_true(marked(rows[0].part, "d") && marked(rows[1].part, "b") && marked(rows[2].part, "a"));
    look(STR("zebra"), &rows[2].row.cursor, 3, &n);
    assert_int_equal(n, 0);
    /* Places that there are not. */
    look(STR("zebra"), &(struct post_cursor){ 0, STR("x") }, 3, &n);
    assert_int_equal(n, 0);
    look(STR("zebra"), &(struct post_cursor){ 999999999999999, STR("x") }, 3, &n);
    assert_int_equal(n, 3);
}

static void found_words_are_marked_and_nothing_is_lost(void **state)
{
    (void)state;
    assert_true(marked(STR(""), ""));
    assert_true(marked(STR("plain"), "plain"));
    assert_true(marked(STR("a \x02"
                           "b\x03 c"),
                       "a [b] c"));
    assert_true(marked(STR("\x02"
                           "b"),
                       "[b]"));
    assert_true(marked(STR("\x03\x03 c"), " c"));
    struct buf many;
    const struct post_found_piece *list;
    size_t n = 0;
    buf_init(&many, world.arena, 4096);
    for (int i = 0; i < 200; i++)
        buf_add(&many, STR("a\x02"
                           "b\x03"));
    assert_true(post_found_pieces(world.arena, buf_str(&many), &list, &n));
    assert_int_equal(n, POST_SEARCH_PIECES);
}

static void a_search_is_whole_or_fails_wherever_the_database_or_memory_does(void **state)
{
    (void)state;
    publish("a", "A zebra", "It is a zebra.");
    for (int memory = 0; memory < 2; memory++) {
        uint64_t calls = 1;
        for (uint64_t k = 1; k <= calls; k++) {
            struct db_tx *tx = NULL;
            struct post_found *rows = NULL;
            size_t n = 0;
            struct arena *arena = arena_new(1 << 20);
            if (memory)
                mem_fail_at(k);
            else
                db_faulty_at(k, DB_FAULTY_ANY, STATUS_IO);
            enum status status = db_read_begin(world.db, &tx, &world.fault);
            if (status == STATUS_OK) {
                status = posts_search(tx, arena, STR("zebra"), NULL, 10, &rows, &n);
                db_read_end(tx);
            }
            calls = memory ? mem_calls() : db_faulty_calls();
            mem_fail_at(0);
            db_faulty_at(0, DB_FAULTY_ANY, STATUS_IO);
            if (status == STATUS_OK)
                assert_int_equal(n, 1);
            arena_free(arena);
        }
        assert_int_equal(count("zebra"), 1);
    }
}

int main(void)
{
#define TEST(name)   cmocka_unit_test_setup_teardown(name, world_make, world_end)
#define FAULTY(name) cmocka_unit_test_setup_teardown(name, world_make_faulty, world_end)
    const struct CMUnitTest tests[] = {
        TEST(a_post_is_found_by_its_title_and_by_its_text),
        TEST(what_is_not_public_is_not_found),
        TEST(a_correction_is_found_by_its_new_words_alone),
        TEST(a_withdrawn_post_that_has_its_page_is_found_and_says_so),
        TEST(what_ended_or_may_not_be_shown_is_not_found),
        TEST(words_that_are_looked_for_are_words_only),
        TEST(pages_follow_one_another_newest_first),
        TEST(found_words_are_marked_and_nothing_is_lost),
        FAULTY(a_search_is_whole_or_fails_wherever_the_database_or_memory_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
