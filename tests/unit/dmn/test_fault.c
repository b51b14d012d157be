/*
 * Models of the TCK, read and evaluated with the k-th allocation failing once, the XML parser's and the pattern
 * library's among them: a clear fault or the value that there is without it, never a crash, another value or a leak.
 */
#include "said.h"

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/file.h"
#include "dmn/limits.h"

#include "base/banned.h"

#define NOW INT64_C(1772478660000)

/* The parser's memory comes through the seam; what it loses itself when there is none is not ours, and is counted. */
static int64_t parser_live;

static void *parser_alloc(size_t size)
{
    void *p = mem_alloc(size);
    parser_live += p != NULL;
    return p;
}

static void *parser_resize(void *old, size_t size)
{
    void *p = mem_resize(old, size);
    parser_live += !old && p;
    return p;
}

static void parser_free(void *p)
{
    parser_live -= p != NULL;
    mem_free(p);
}

static char *parser_copy(const char *z)
{
    size_t n = strlen(z) + 1;
    char *out = parser_alloc(n);
    if (out)
        memcpy(out, z, n);
    return out;
}

enum { VALUES_MAX = 400 };
struct outcome {
    bool said; /* a fault, and its words */
    size_t n;
    char *values[VALUES_MAX];
};

static void forget(struct outcome *o)
{
    for (size_t i = 0; i < o->n; i++)
        free(o->values[i]);
    *o = (struct outcome){ 0 };
}

static void keep(struct outcome *o, struct feel_value value)
{
    struct buf text;
    buf_init(&text, NULL, 1 << 20);
    feel_write(&text, value);
    /* The test's own text may fail, too: then there is nothing to compare. */
    char *copy = buf_ok(&text) ? malloc(text.n + 1) : NULL;
    if (copy) {
        if (text.n > 0)
            memcpy(copy, text.p, text.n);
        copy[text.n] = '\0';
    }
    o->values[o->n++] = copy;
    buf_free(&text);
}

/* Every decision of the model, without inputs. */
static void evaluate(struct str bytes, struct outcome *o)
{
    struct dmn_file file = { STR("m.dmn"), bytes };
    struct fault fault = { 0 };
    struct dmn_model *model;
    struct arena *arena = arena_new(DMN_MODEL_MEMORY_MAX), *run = arena_new(DMN_RUN_MEMORY_MAX);
    *o = (struct outcome){ 0 };
    if (!arena || !run) {
        o->said = true;
    } else if (dmn_model_read(arena, &file, 1, &model, &fault) != STATUS_OK) {
        assert_true(fault.text[0] != '\0');
        o->said = true;
    } else {
        for (size_t i = 0; i < dmn_model_elements(model) && o->n < VALUES_MAX; i++) {
            struct dmn_result result;
            enum status status = dmn_evaluate(model, dmn_model_element(model, i), run, NOW, NULL, 0, &result, &fault);
            if (status == STATUS_OK) {
                keep(o, result.value);
            } else {
                assert_int_equal(status, STATUS_LIMIT);
                assert_true(fault.text[0] != '\0');
                o->said = true;
                o->values[o->n++] = NULL;
            }
            arena_reset(run);
        }
    }
    arena_free(run);
    arena_free(arena);
}

static void a_model_has_its_values_or_a_fault_wherever_memory_fails(void **state)
{
    (void)state;
    static const char *const files[] = {
        TCK "/compliance-level-3/1111-feel-matches-function/1111-feel-matches-function.dmn",
        TCK "/compliance-level-3/1109-feel-replace-function/1109-feel-replace-function.dmn",
        TCK "/compliance-level-3/0067-feel-split-function/0067-feel-split-function.dmn",
        TCK "/compliance-level-3/1105-feel-upper-case-function/1105-feel-upper-case-function.dmn",
        TCK "/compliance-level-3/1147-feel-context-merge-function/1147-feel-context-merge-function.dmn",
        TCK "/compliance-level-3/0092-feel-lambda/0092-feel-lambda.dmn",
        TCK "/compliance-level-3/1152-boxed-for/1152-boxed-for.dmn",
        TCK "/compliance-level-3/0093-feel-at-literals/0093-feel-at-literals.dmn",
        TCK "/compliance-level-3/0087-chapter-11-example/0087-chapter-11-example.dmn",
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct arena *arena = arena_new(8 << 20);
        struct str bytes;
        struct fault fault;
        struct outcome whole, broken;
        uint64_t faults = 0, tries = 0;
        assert_int_equal(file_read(arena, files[i], DMN_MODEL_MAX, &bytes, &fault), STATUS_OK);
        int64_t before;
        evaluate(bytes, &whole); /* also what is kept for ever: zones */
        before = mem_live() - parser_live;
        mem_fail_at(0);
        evaluate(bytes, &broken);
        uint64_t calls = mem_calls();
        assert_false(broken.said);
        forget(&broken);
        /* Every one of the first 300, and of the last, and a sample of those between: the parser has thousands. */
        for (uint64_t k = 1; k <= calls; k += k < 300 || k + 100 > calls ? 1 : 1 + calls / 400) {
            mem_fail_at(k);
            evaluate(bytes, &broken);
            mem_fail_at(0);
            tries++;
            faults += broken.said;
            assert_int_equal(mem_live() - parser_live, before);
            assert_true(broken.said ? broken.n == 0 || broken.n == whole.n : broken.n == whole.n);
            for (size_t j = 0; j < broken.n; j++)
                if (broken.values[j] && strcmp(broken.values[j], whole.values[j]) != 0) {
                    print_error("%s: allocation %llu: decision %zu is %s, not %s\n", files[i], (unsigned long long)k, j,
                                broken.values[j], whole.values[j]);
                    assert_true(false);
                }
            forget(&broken);
        }
        print_message("           %s: %llu allocations, %llu tried, %llu faults\n", strrchr(files[i], '/') + 1,
                      (unsigned long long)calls, (unsigned long long)tries, (unsigned long long)faults);
        assert_true(faults > 10);
        forget(&whole);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_has_its_values_or_a_fault_wherever_memory_fails),
    };
    xmlMemSetup(parser_free, parser_alloc, parser_resize, parser_copy);
    xmlInitParser();
    return cmocka_run_group_tests_name("dmn fault", tests, NULL, NULL);
}
