/*
 * How long a model takes to be read and a decision to be evaluated, with what it allocates. For dmn.py.
 *
 * dmn MODEL DECISION INPUT.json TIMES ROUNDS      prints one JSON object
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/zone.h"
#include "dmn/dmn.h"
#include "dmn/limits.h"
#include "base/banned.h"

enum { ARENA_MAX = 512 * 1024 * 1024, INPUTS_MAX = 64 };

/* Counted by the linker's --wrap: what our code and the static libraries ask for. */
static unsigned long allocations;
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}
void *__wrap_calloc(size_t n, size_t size)
{
    allocations++;
    return __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t size)
{
    allocations++;
    return __real_realloc(p, size);
}

/* Of the processor: what others do on the machine is not counted. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void end(const struct fault *fault)
{
    fprintf(stderr, "%s\n", fault->text);
    exit(1);
}

static size_t read_inputs(struct arena *arena, const struct dmn_model *model, const char *path, struct dmn_input *out)
{
    struct fault fault;
    struct str text;
    const struct json *json;
    if (file_read(arena, path, JSON_MAX_BYTES, &text, &fault) != STATUS_OK ||
        json_read(arena, text, &json, &fault) != STATUS_OK)
        end(&fault);
    for (size_t i = 0; i < json->n && i < INPUTS_MAX; i++)
        out[i] = (struct dmn_input){ STR_NONE, json->names[i],
                                     dmn_value_from_json(arena, &json->items[i],
                                                         dmn_model_find(model, STR_NONE, json->names[i])) };
    return json->n;
}

int main(int argc, char **argv)
{
    struct fault fault;
    struct str bytes;
    struct dmn_model *model;
    struct dmn_input inputs[INPUTS_MAX];
    struct dmn_result result = { .value = FEEL_NONE };
    struct rusage used;
    if (argc != 6 || zone_use(STR("Europe/London"), &fault) != STATUS_OK)
        return 2;
    mem_keep(); /* as the program does */
    struct arena *files = arena_new(ARENA_MAX), *run = arena_new(DMN_RUN_MEMORY_MAX);
    if (!files || !run || file_read(files, argv[1], DMN_MODEL_MAX, &bytes, &fault) != STATUS_OK)
        end(&fault);
    long times = strtol(argv[4], NULL, 10), rounds = strtol(argv[5], NULL, 10);
    printf("{\"read_ms\": [");
    struct arena *arena = NULL;
    for (long r = 0; r < rounds; r++) {
        arena_free(arena);
        arena = arena_new(ARENA_MAX);
        double start = seconds();
        if (!arena ||
            dmn_model_read(arena, &(struct dmn_file){ str_of(argv[1]), bytes }, 1, &model, &fault) != STATUS_OK)
            end(&fault);
        printf("%s%.3f", r > 0 ? ", " : "", (seconds() - start) * 1e3);
    }
    const struct dmn_element *decision = dmn_model_find(model, STR_NONE, str_of(argv[2]));
    size_t n = read_inputs(arena, model, argv[3], inputs);
    if (!decision)
        return 2;
    printf("], \"us\": [");
    for (long r = -1; r < rounds; r++) { /* the first is to warm up */
        unsigned long before = allocations;
        double start = seconds();
        for (long i = 0; i < times; i++) {
            arena_reset(run);
            if (dmn_evaluate(model, decision, run, 0, inputs, n, &result, &fault) != STATUS_OK)
                end(&fault);
        }
        if (r >= 0)
            printf("%s%.4f", r > 0 ? ", " : "", (seconds() - start) * 1e6 / (double)times);
        if (r == rounds - 1)
            printf("], \"allocations\": %.4f", (double)(allocations - before) / (double)times);
    }
    struct buf value;
    struct json_writer w;
    buf_init(&value, NULL, JSON_MAX_BYTES);
    json_writer_init(&w, &value);
    dmn_value_to_json(&w, result.value);
    getrusage(RUSAGE_SELF, &used);
    printf(", \"bytes\": %zu, \"peak_kb\": %ld, \"value\": %.*s}\n", arena_used(run), used.ru_maxrss,
           STR_ARG(buf_str(&value)));
    return 0;
}
