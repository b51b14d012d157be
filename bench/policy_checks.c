/* All checks of a post, with the story held against law and recording policy, without work on pictures. */
#include "policy_checks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "migrations.h"
#include "posts/check_look.h"
#include "posts/checks.h"
#include "posts/edition.h"
#include "posts/file.h"
#include "posts/limits.h"
#include "base/banned.h"

enum { POSTS_MAX = 1000, CHECK_MEMORY_MAX = 64 * 1024 * 1024 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_time(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static bool serves(void *self, struct str path)
{
    (void)self;
    return str_equal(path, STR("/report")) || str_equal(path, STR("/support"));
}

static bool read_post(struct arena *arena, const char *folder, const char *name, struct post_content *out)
{
    struct post_faults faults = { .arena = arena };
    struct import_file file = { 0 };
    struct fault fault;
    struct post_source source = { .name = str_copy(arena, str_of(name)), .folder = folder };
    const char *path = str_z(arena, str_format(arena, "%s/%s", folder, name));
    if (!path || file_read(arena, path, POST_FILE_MAX, &source.text, &fault) != STATUS_OK ||
        post_file_read(arena, &source, &faults, &file) != STATUS_OK)
        return false;
    *out = file.content;
    return true;
}

/* With the registers of `db`, which may be NULL, and what asking them takes. */
static bool check(struct arena *run, struct db *db, struct check_input *input, struct check_result *results)
{
    struct db_tx *tx = NULL;
    struct check_looking looking;
    struct fault fault;
    if (db == NULL)
        return posts_checks(run, input, results, NULL) == STATUS_OK;
    if (db_read_begin(db, &tx, &fault) != STATUS_OK)
        return false;
    bool good = check_looking_begin(&looking, tx, run, 0, input->content, input->now) == STATUS_OK;
    looking.sha256 = STR_NONE; /* the post is not in the database, and nor are its pictures */
    input->registers = &looking.registers;
    good = good && posts_checks(run, input, results, NULL) == STATUS_OK && looking.failed == STATUS_OK;
    db_read_end(tx);
    return good;
}

static void time_posts(const struct post_content *posts, size_t n, int64_t rounds, struct db *db, double *best,
                       bool *good)
{
    static struct check_result results[CHECKS];
    struct arena *run = arena_new(CHECK_MEMORY_MAX);
    for (int64_t round = 0; *good && round <= rounds; round++) /* the first reads the pack, and is not counted */
        for (size_t i = 0; *good && i < n; i++) {
            struct check_input input = { .content = &posts[i],
                                         .labels = edition_labels(&posts[i]),
                                         .picture = posts[i].picture.set ? PICTURE_READ : PICTURE_NONE,
                                         .force = STR("Midshire Police"),
                                         .serves = serves,
                                         .now = clock_now_ms() };
            arena_reset(run);
            double before = seconds();
            *good = check(run, db, &input, results);
            double took = seconds() - before;
            if (round > 0)
                best[i] = round == 1 || took < best[i] ? took : best[i];
        }
    arena_free(run);
}

bool bench_checks(struct arena *arena, const char *folder, int64_t rounds, const char *data)
{
    const struct db_options options = { .folder = data,
                                        .migrations = candour_migrations,
                                        .migrations_n = candour_migrations_n };
    struct db *db = NULL;
    struct fault fault;
    struct post_content *posts = ARENA_ARRAY(arena, POSTS_MAX, struct post_content);
    double *best = ARENA_ARRAY(arena, POSTS_MAX, double);
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t n = 0;
    bool good = posts && best && dir;
    while (good && (entry = readdir(dir)) && n < POSTS_MAX)
        if (str_ends(str_of(entry->d_name), STR(".md")) && read_post(arena, folder, entry->d_name, &posts[n]))
            n++;
    if (dir)
        closedir(dir);
    if (!good || n == 0 || (data && db_open(&db, &options, &fault) != STATUS_OK))
        return false;
    time_posts(posts, n, rounds, db, best, &good);
    db_close(db);
    if (!good)
        return false;
    qsort(best, n, sizeof *best, by_time);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += best[i];
    printf("{\"posts\": %zu, \"checks\": %d, \"registers\": %s, \"mean_us\": %.0f, \"median_us\": %.0f, "
           "\"longest_us\": %.0f}\n",
           n, (int)CHECKS, data ? "true" : "false", sum / (double)n * 1e6, best[n / 2] * 1e6, best[n - 1] * 1e6);
    return true;
}
