/*
 * How long a case takes: the facts of each fixture of a pack against law and recording policy, whole, with reasons and
 * questions.
 *
 * policy FOLDER ROUNDS [POSTS [DATA]]      prints one JSON object, and with a folder of posts another one: all checks
 * of a post, with the registers of a data folder where one is given (bench/policy.py makes one and calls this);
 * times are of the processor, what others do is not counted
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/zone.h"
#include "policy/fixture.h"
#include "policy_checks.h"
#include "base/banned.h"

enum { ANSWER_MEMORY_MAX = 16 * 1024 * 1024 };

#define CASE_MOST 1e-3 /* seconds: the aim for a whole case */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void end(const char *words)
{
    fprintf(stderr, "%s\n", words);
    exit(1);
}

static int by_time(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

int main(int argc, char **argv)
{
    const struct policy_pack *pack;
    const struct policy_fixture *fixtures;
    struct fault fault;
    size_t n;
    int64_t rounds = 0;
    struct rusage usage;
    mem_keep(); /* as the program does */
    struct arena *arena = arena_new(POLICY_PACK_MEMORY_MAX), *run = arena_new(ANSWER_MEMORY_MAX);
    if (argc < 3 || argc > 5 || !str_to_i64(str_of(argv[2]), &rounds) || rounds < 1)
        end("usage: policy FOLDER ROUNDS [POSTS [DATA]]");
    double before = seconds();
    if (!arena || !run || zone_use(STR("Europe/London"), &fault) != STATUS_OK ||
        policy_pack_open(arena, argv[1], &pack, &fault) != STATUS_OK)
        end(fault.text);
    double reading = seconds() - before;
    if (policy_fixtures_read(arena, argv[1], pack, &fixtures, &n, &fault) != STATUS_OK)
        end(fault.text);
    double *best = ARENA_ARRAY(arena, n + 1, double);
    if (!best || n == 0)
        end("there is no fixture");
    for (int64_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < n; i++) {
            struct policy_answer answer;
            struct policy_case asked = {
                .pack = pack, .facts = &fixtures[i].facts, .law = fixtures[i].law, .recording = fixtures[i].recording
            };
            arena_reset(run);
            before = seconds();
            if (policy_evaluate(run, &asked, &answer, &fault) != STATUS_OK)
                end(fault.text);
            double took = seconds() - before;
            best[i] = round == 0 || took < best[i] ? took : best[i];
        }
    qsort(best, n, sizeof *best, by_time);
    double sum = 0;
    size_t over = 0;
    for (size_t i = 0; i < n; i++) {
        sum += best[i];
        over += best[i] > CASE_MOST;
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"cases\": %zu, \"reading_ms\": %.1f, \"mean_us\": %.0f, \"median_us\": %.0f, \"p99_us\": %.0f, "
           "\"longest_us\": %.0f, \"over_1_ms\": %zu, \"memory_kb\": %ld}\n",
           n, reading * 1e3, sum / (double)n * 1e6, best[n / 2] * 1e6, best[n * 99 / 100] * 1e6, best[n - 1] * 1e6,
           over, usage.ru_maxrss);
    if (argc >= 4 && !bench_checks(arena, argv[3], rounds, argc == 5 ? argv[4] : NULL))
        end("no post could be checked");
    arena_free(run);
    arena_free(arena);
    return 0;
}
