/*
 * How long the word-by-word difference of two texts takes: made-up posts of
 * 1, 10 and 128 KB with 1, 20 and 100 % of their words changed, and texts made
 * to cost as much as they can. The median of processor time over the rounds.
 *
 *     bench/difference [ROUNDS]
 *
 * Exit 1 where one takes longer than 50 ms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "posts/difference.h"

#include "base/banned.h"

enum { ROUNDS = 15, ROUNDS_MAX = 1000, WORDS = 4000 };

static const double target_ms = 50;
static uint32_t dice = 20260302;
static size_t rounds = ROUNDS;
static bool missed;

static uint32_t below(uint32_t n)
{
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice % n;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, struct str old_text, struct str new_text)
{
    static double times[ROUNDS_MAX];
    size_t runs = 0;
    for (size_t i = 0; i < rounds; i++) {
        struct arena *arena = arena_new(8 << 20);
        struct difference d;
        double start = now_ms();
        if (!arena || difference_of(arena, old_text, new_text, &d) != STATUS_OK) {
            fprintf(stderr, "bench/difference: %s: no answer\n", name);
            exit(2);
        }
        times[i] = now_ms() - start;
        runs = d.n;
        arena_free(arena);
    }
    qsort(times, rounds, sizeof times[0], compare);
    double median = times[rounds / 2];
    missed = missed || median > target_ms;
    printf("%-34s %7.2f ms  %6zu runs\n", name, median, runs);
}

/* Of a few common words and many rare ones, as texts are. */
static uint32_t word(void)
{
    uint32_t among[] = { 12, 60, 400, WORDS };
    return below(among[below(4)]);
}

static void pair(size_t bytes, uint32_t percent)
{
    struct buf old_text;
    struct buf new_text;
    char name[64];
    buf_init(&old_text, NULL, 1 << 20);
    buf_init(&new_text, NULL, 1 << 20);
    while (old_text.n < bytes) {
        uint32_t w = word();
        uint32_t end = below(100);
        const char *behind = end < 2 ? ".\n\n" : end < 8 ? ". " : " ";
        buf_format(&old_text, "w%x%s", w, behind);
        buf_format(&new_text, "w%x%s", below(100) < percent ? word() : w, behind);
    }
    snprintf(name, sizeof name, "%zu KB, %u %% changed", bytes / 1024, percent);
    measure(name, str_slice(buf_str(&old_text), 0, DIFFERENCE_TEXT_MAX),
            str_slice(buf_str(&new_text), 0, DIFFERENCE_TEXT_MAX));
    buf_free(&old_text);
    buf_free(&new_text);
}

static char old_bytes[DIFFERENCE_TEXT_MAX];
static char new_bytes[DIFFERENCE_TEXT_MAX];

static void filled(const char *name, const char *a, const char *b)
{
    for (size_t i = 0; i < DIFFERENCE_TEXT_MAX; i++) {
        old_bytes[i] = a[i % strlen(a)];
        new_bytes[i] = b[i % strlen(b)];
    }
    measure(name, (struct str){ old_bytes, sizeof old_bytes }, (struct str){ new_bytes, sizeof new_bytes });
}

static void letters(void)
{
    for (size_t i = 0; i < DIFFERENCE_TEXT_MAX; i += 2) {
        old_bytes[i] = (char)('a' + below(16));
        new_bytes[i] = (char)('a' + below(16));
        old_bytes[i + 1] = new_bytes[i + 1] = ' ';
    }
    measure("128 KB of letters by chance", (struct str){ old_bytes, sizeof old_bytes },
            (struct str){ new_bytes, sizeof new_bytes });
}

int main(int n, char **words)
{
    struct utsname machine;
    if (n > 1)
        rounds = strtoul(words[1], NULL, 10);
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "bench/difference: rounds are 1 to %d\n", ROUNDS_MAX);
        return 2;
    }
    if (uname(&machine) == 0)
        printf("bench/difference %zu, on %s %s %s\n", rounds, machine.sysname, machine.release, machine.machine);
    static const size_t sizes[] = { 1024, 10 * 1024, 128 * 1024 };
    static const uint32_t percents[] = { 1, 20, 100 };
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            pair(sizes[i], percents[k]);
    filled("128 KB that share no word", "old words here. ", "new ones there! ");
    filled("128 KB of two words, turned", "a b ", "b a a ");
    filled("128 KB of signs", ".,", ",.!");
    filled("128 KB of one word", "a", "b");
    filled("128 KB with each line end moved", "a b\n", "a b ");
    letters();
    return missed ? 1 : 0;
}
