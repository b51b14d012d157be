/*
 * What the C of sql.py promises whatever the database does: the cursor is given
 * back on every way out, a failure comes out as it went in, memory that is gone
 * is STATUS_NO_MEMORY, and rows are bounded. The database here is a script.
 */
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
#include "base/log.h"
#include "golden/golden_sql.h"
#include "base/banned.h"

enum { BINDS_MAX = 8, ROWS_MAX = 16384 };

struct bound {
    char kind; /* i, t, b, n; 0: not bound */
    int64_t number;
    struct str text;
};

/* The script: how many rows come, which step fails; and what was asked. */
static struct db_script {
    int64_t rows;
    int64_t fail_step; /* from 1; 0: none */
    enum status fail_start;
    bool fits;
    int64_t steps;
    int starts, finishes;
    const struct db_statement *statement;
    struct bound bound[BINDS_MAX];
    bool null_columns;
} script;

struct db_cursor {
    int unused;
};
static struct db_cursor the_cursor;

enum status db_start(struct db_tx *tx, const struct db_statement *statement, struct db_cursor **out)
{
    (void)tx;
    if (script.fail_start != STATUS_OK)
        return script.fail_start;
    script.starts++;
    script.statement = statement;
    *out = &the_cursor;
    return STATUS_OK;
}

static void bind(int at, char kind, int64_t number, struct str text)
{
    assert_in_range(at, 1, BINDS_MAX - 1);
    assert_int_equal(script.bound[at].kind, 0);
    script.bound[at] = (struct bound){ kind, number, text };
}

void db_bind_int(struct db_cursor *c, int at, int64_t v)
{
    (void)c;
    bind(at, 'i', v, STR_NONE);
}

void db_bind_text(struct db_cursor *c, int at, struct str v)
{
    (void)c;
    bind(at, 't', 0, v);
}

void db_bind_bytes(struct db_cursor *c, int at, struct str v)
{
    (void)c;
    bind(at, 'b', 0, v);
}

void db_bind_null(struct db_cursor *c, int at)
{
    (void)c;
    bind(at, 'n', 0, STR_NONE);
}

enum status db_step(struct db_cursor *c, bool *row)
{
    (void)c;
    script.steps++;
    if (script.steps == script.fail_step)
        return STATUS_IO;
    *row = script.steps <= script.rows;
    return STATUS_OK;
}

bool db_column_null(struct db_cursor *c, int at)
{
    (void)c, (void)at;
    return script.null_columns;
}

int64_t db_column_int(struct db_cursor *c, int at)
{
    (void)c;
    return script.steps * 10 + at;
}

struct str db_column_text(struct db_cursor *c, int at, struct arena *arena)
{
    (void)c, (void)at;
    return str_copy(arena, STR("words"));
}

struct str db_column_bytes(struct db_cursor *c, int at, struct arena *arena)
{
    return db_column_text(c, at, arena);
}

bool db_column_fits(struct db_cursor *c, int at, enum db_type type, bool optional)
{
    (void)c, (void)at, (void)type, (void)optional;
    return script.fits;
}

int64_t db_changed(struct db_cursor *c)
{
    (void)c;
    return 7;
}

void db_finish(struct db_cursor *c)
{
    assert_ptr_equal(c, &the_cursor);
    script.finishes++;
}

static void begin(int64_t rows)
{
    script = (struct db_script){ .rows = rows, .fits = true };
}

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(64 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int64_t seen;
static int64_t stop_after;

static enum status count_row(void *self, const struct golden_post_each *row)
{
    assert_ptr_equal(self, &seen);
    assert_true(str_equal(row->day, STR("words")));
    seen++;
    return seen == stop_after ? STATUS_REFUSED : STATUS_OK;
}

/* One call of each kind, with everything set. */
static enum status call(int which)
{
    struct golden_post_by_key post;
    struct golden_post_list *rows;
    struct golden_post_add added;
    struct golden_post_count count;
    struct db_opt_int some = { .set = true, .value = 5 };
    size_t n;
    switch (which) {
    case 0: return sql_golden_post_by_key(NULL, arena, STR("k"), some, &post);
    case 1: return sql_golden_post_list(NULL, arena, 3, &rows, &n);
    case 2: return sql_golden_post_each(NULL, arena, count_row, &seen);
    case 3: return sql_golden_post_add(NULL, arena, STR("k"), STR("t"), some, STR("a"), STR("b"), 9, &added);
    case 4: return sql_golden_post_state(NULL, 1, STR("live"), NULL);
    case 5: return sql_golden_post_is(NULL, arena, 1);
    default: return sql_golden_post_count(NULL, arena, &count);
    }
}

enum { CALLS = 7, EXEC = 4 };

static int64_t rows_for(int which)
{
    return which == EXEC ? 0 : which == 1 || which == 2 ? 3 : 1;
}

static void every_call_succeeds_and_gives_its_cursor_back(void **state)
{
    (void)state;
    for (int i = 0; i < CALLS; i++) {
        begin(rows_for(i));
        assert_int_equal(call(i), STATUS_OK);
        assert_int_equal(script.starts, 1);
        assert_int_equal(script.finishes, 1);
        assert_int_equal(script.steps, rows_for(i) + 1);
    }
}

static void a_failing_step_comes_out_and_gives_the_cursor_back(void **state)
{
    (void)state;
    for (int i = 0; i < CALLS; i++) {
        for (int64_t k = 1; k <= rows_for(i) + 1; k++) {
            begin(rows_for(i));
            script.fail_step = k;
            assert_int_equal(call(i), STATUS_IO);
            assert_int_equal(script.starts, 1);
            assert_int_equal(script.finishes, 1);
            assert_int_equal(script.steps, k);
        }
    }
}

static void a_statement_that_does_not_start_is_not_finished(void **state)
{
    (void)state;
    for (int i = 0; i < CALLS; i++) {
        begin(rows_for(i));
        script.fail_start = STATUS_UNAVAILABLE;
        assert_int_equal(call(i), STATUS_UNAVAILABLE);
        assert_int_equal(script.finishes, 0);
        assert_int_equal(script.steps, 0);
    }
}

static void each_failing_allocation_is_no_memory(void **state)
{
    (void)state;
    for (int i = 0; i < CALLS; i++) {
        bool failed = true;
        int refused = 0;
        for (uint64_t k = 1; failed; k++) {
            assert_in_range(k, 1, 100);
            struct arena *small = arena;
            arena = arena_new(1024 * 1024);
            begin(rows_for(i) > 1 ? 4000 : rows_for(i));
            stop_after = 0;
            mem_fail_at(k);
            enum status status = call(i);
            failed = mem_calls() >= k;
            mem_fail_at(0);
            assert_int_equal(status, failed ? STATUS_NO_MEMORY : STATUS_OK);
            assert_int_equal(script.finishes, 1);
            refused += failed;
            arena_free(arena);
            arena = small;
        }
        /* Thousands of rows do need memory, so this saw failures. */
        assert_true(refused > 0 || rows_for(i) < 3);
    }
}

static void an_arena_that_is_full_is_no_memory(void **state)
{
    (void)state;
    struct arena *kept = arena;
    arena = arena_new(2);
    for (int i = 0; i < 3; i++) {
        begin(rows_for(i));
        assert_int_equal(call(i), STATUS_NO_MEMORY);
        assert_int_equal(script.finishes, 1);
    }
    arena_free(arena);
    arena = kept;
}

static void absent_text_where_it_must_be_is_no_memory_and_asks_nothing(void **state)
{
    (void)state;
    struct golden_post_add added;
    struct db_opt_int none = { 0 };
    begin(1);
    assert_int_equal(sql_golden_post_add(NULL, arena, STR_NONE, STR("t"), none, STR_NONE, STR("b"), 9, &added),
                     STATUS_NO_MEMORY);
    assert_int_equal(sql_golden_post_add(NULL, arena, STR("k"), STR("t"), none, STR_NONE, STR_NONE, 9, &added),
                     STATUS_NO_MEMORY);
    assert_int_equal(script.starts, 0);
    assert_int_equal(sql_golden_post_add(NULL, arena, STR(""), STR(""), none, STR_NONE, STR(""), 9, &added), STATUS_OK);
}

static void values_go_to_their_places_and_absent_ones_are_null(void **state)
{
    (void)state;
    struct golden_post_add added;
    struct db_opt_int none = { 0 }, two = { .set = true, .value = 2 };
    begin(1);
    assert_int_equal(sql_golden_post_add(NULL, arena, STR("k"), STR("t"), two, STR("a"), STR("b\0c"), 9, &added),
                     STATUS_OK);
    assert_int_equal(script.bound[1].kind, 't');
    assert_true(str_equal(script.bound[2].text, STR("t")));
    assert_int_equal(script.bound[3].kind, 'i');
    assert_int_equal(script.bound[3].number, 1); /* a bool is 0 or 1 whatever was set */
    assert_true(str_equal(script.bound[4].text, STR("a")));
    assert_int_equal(script.bound[5].kind, 'b');
    assert_int_equal(script.bound[5].text.n, 3);
    assert_int_equal(script.bound[6].number, 9);
    assert_int_equal(added.id, 10);
    assert_true(script.statement->writes);
    begin(1);
    assert_int_equal(sql_golden_post_add(NULL, arena, STR("k"), STR("t"), none, STR_NONE, STR("b"), 9, &added),
                     STATUS_OK);
    assert_int_equal(script.bound[3].kind, 'n');
    assert_int_equal(script.bound[4].kind, 'n');
}

static void null_columns_are_absent_values(void **state)
{
    (void)state;
    struct golden_post_by_key post;
    struct db_opt_int none = { 0 };
    begin(1);
    assert_int_equal(sql_golden_post_by_key(NULL, arena, STR("k"), none, &post), STATUS_OK);
    assert_true(post.withdrawn.set);
    assert_int_equal(post.withdrawn.value, 12);
    assert_false(script.statement->writes);
    begin(1);
    script.null_columns = true;
    assert_int_equal(sql_golden_post_by_key(NULL, arena, STR("k"), none, &post), STATUS_OK);
    assert_false(post.withdrawn.set);
    assert_int_equal(post.withdrawn.value, 0);
    struct golden_post_list *rows;
    size_t n;
    begin(2);
    script.null_columns = true;
    assert_int_equal(sql_golden_post_list(NULL, arena, 5, &rows, &n), STATUS_OK);
    assert_int_equal(n, 2);
    assert_null(rows[1].label.p);
    assert_int_equal(rows[1].id, 20);
}

static void one_needs_exactly_one_row_and_maybe_at_most_one(void **state)
{
    (void)state;
    struct golden_post_by_key post;
    struct golden_post_count count;
    struct db_opt_int none = { 0 };
    begin(0);
    assert_int_equal(sql_golden_post_count(NULL, arena, &count), STATUS_DAMAGED);
    begin(2);
    assert_int_equal(sql_golden_post_count(NULL, arena, &count), STATUS_DAMAGED);
    begin(0);
    assert_int_equal(sql_golden_post_by_key(NULL, arena, STR("k"), none, &post), STATUS_NOT_FOUND);
    begin(0);
    assert_int_equal(sql_golden_post_is(NULL, arena, 1), STATUS_NOT_FOUND);
    begin(2);
    assert_int_equal(sql_golden_post_by_key(NULL, arena, STR("k"), none, &post), STATUS_DAMAGED);
    assert_int_equal(script.finishes, 1);
}

static void many_gives_all_rows_up_to_its_bound_and_not_one_more(void **state)
{
    (void)state;
    struct golden_post_list *rows;
    size_t n;
    for (int64_t want = 0; want <= 40; want++) {
        begin(want);
        assert_int_equal(sql_golden_post_list(NULL, arena, 3, &rows, &n), STATUS_OK);
        assert_int_equal(n, want);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(rows[i].id, (int64_t)(i + 1) * 10);
    }
    begin(ROWS_MAX);
    assert_int_equal(sql_golden_post_list(NULL, arena, 3, &rows, &n), STATUS_OK);
    assert_int_equal(n, ROWS_MAX);
    begin(ROWS_MAX + 1);
    assert_int_equal(sql_golden_post_list(NULL, arena, 3, &rows, &n), STATUS_LIMIT);
    assert_int_equal(n, 0);
    assert_null(rows);
    assert_int_equal(script.finishes, 1);
}

static void each_ends_when_the_function_says_so(void **state)
{
    (void)state;
    begin(5);
    seen = 0;
    stop_after = 2;
    assert_int_equal(sql_golden_post_each(NULL, arena, count_row, &seen), STATUS_REFUSED);
    assert_int_equal(seen, 2);
    assert_int_equal(script.finishes, 1);
    begin(5);
    seen = stop_after = 0;
    assert_int_equal(sql_golden_post_each(NULL, arena, count_row, &seen), STATUS_OK);
    assert_int_equal(seen, 5);
}

static void exec_says_how_many_rows_changed(void **state)
{
    (void)state;
    int64_t changed = 0;
    begin(0);
    assert_int_equal(sql_golden_post_state(NULL, 1, STR("live"), &changed), STATUS_OK);
    assert_int_equal(changed, 7);
    begin(0);
    changed = 3;
    script.fail_step = 1;
    assert_int_equal(sql_golden_post_state(NULL, 1, STR("live"), &changed), STATUS_IO);
    assert_int_equal(changed, 3);
}

static void words_in_quotes_and_comments_are_no_parameters(void **state)
{
    (void)state;
    begin(1);
    assert_int_equal(call(3), STATUS_OK);
    assert_non_null(strstr(script.statement->sqlite, "'a ; \"in\" $7 text''s --middle'"));
    assert_non_null(strstr(script.statement->sqlite, "(?1, ?2, coalesce(?4,"));
    assert_non_null(strstr(script.statement->postgres, "($1, $2, coalesce($4,"));
    assert_null(strstr(script.statement->sqlite, "$9"));
    assert_string_equal(script.statement->name, "golden.post_add");
}

/* How a call ends that the test build must not survive: the signal. */
static int signal_of(void (*run)(void))
{
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        log_descriptor_set(-1);
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}

static void read_what_does_not_fit(void)
{
    script.fits = false;
    call(0);
}

static void read_what_fits(void)
{
    call(0);
}

static void bind_bytes_as_text(void)
{
    sql_golden_post_state(NULL, 1, STR("\xff"), NULL);
}

static void a_value_of_another_type_ends_the_test_build(void **state)
{
    (void)state;
    begin(1);
    assert_int_equal(signal_of(read_what_fits), 0);
    assert_int_equal(signal_of(read_what_does_not_fit), SIGABRT);
    assert_int_equal(signal_of(bind_bytes_as_text), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_succeeds_and_gives_its_cursor_back),
        cmocka_unit_test(a_failing_step_comes_out_and_gives_the_cursor_back),
        cmocka_unit_test(a_statement_that_does_not_start_is_not_finished),
        cmocka_unit_test(each_failing_allocation_is_no_memory),
        cmocka_unit_test(an_arena_that_is_full_is_no_memory),
        cmocka_unit_test(absent_text_where_it_must_be_is_no_memory_and_asks_nothing),
        cmocka_unit_test(values_go_to_their_places_and_absent_ones_are_null),
        cmocka_unit_test(null_columns_are_absent_values),
        cmocka_unit_test(one_needs_exactly_one_row_and_maybe_at_most_one),
        cmocka_unit_test(many_gives_all_rows_up_to_its_bound_and_not_one_more),
        cmocka_unit_test(each_ends_when_the_function_says_so),
        cmocka_unit_test(exec_says_how_many_rows_changed),
        cmocka_unit_test(a_value_of_another_type_ends_the_test_build),
        cmocka_unit_test(words_in_quotes_and_comments_are_no_parameters),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
