/*
 * A process of its own that writes to the database of a test: started by
 * test_process.c, told how many acts at most and for how long, ends by itself.
 *
 *     writer_process FOLDER FIRST ACTS MILLISECONDS
 *
 * Prints "ACTS P50 P99 MAX" (times of one act in microseconds). An act writes
 * a pair of rows; each fifth raises the public generation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "common.h"
#include "base/banned.h"

enum { ACTS_MAX = 20000 };

static int64_t times[ACTS_MAX];

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int64_t first = 0, acts = 0, ms = 0;
    if (!str_to_i64(str_of(argv[2]), &first) || !str_to_i64(str_of(argv[3]), &acts) ||
        !str_to_i64(str_of(argv[4]), &ms) || acts > ACTS_MAX)
        return 2;
    place_schema();
    struct place p;
    snprintf(p.folder, sizeof p.folder, "%s", argv[1]);
    struct fault fault = { 0 };
    if (place_open(&p, NULL, false, &fault) != STATUS_OK) {
        fprintf(stderr, "%s\n", fault.text);
        return 1;
    }
    int64_t end = clock_steady_ns() + ms * 1000 * 1000;
    int64_t n = 0;
    while (n < acts && clock_steady_ns() < end) {
        struct pair pair = { .n = first + n, .raise = n % 5 == 0 };
        int64_t began = clock_steady_ns();
        if (db_write(p.db, pair_write, &pair, &fault) != STATUS_OK) {
            fprintf(stderr, "%s\n", fault.text);
            return 1;
        }
        times[n++] = (clock_steady_ns() - began) / 1000;
    }
    db_close(p.db);
    if (!n)
        return 1;
    qsort(times, (size_t)n, sizeof times[0], by_size);
    printf("%lld %lld %lld %lld\n", (long long)n, (long long)times[n / 2], (long long)times[n * 99 / 100],
           (long long)times[n - 1]);
    return 0;
}
