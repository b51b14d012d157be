/*
 * Any bytes as the file of a model: it is refused with words, or every
 * element of it can be asked for, with the trace. Nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json.h"
#include "dmn/dmn.h"
#include "dmn/limits.h"
#include "base/banned.h"

enum { WRITTEN_MAX = 1 << 20, ASKED_MAX = 30 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void ask(const struct dmn_model *model, const struct dmn_element *element)
{
    struct dmn_result result;
    struct fault fault = { 0 };
    struct buf out;
    struct json_writer w;
    struct arena *arena = arena_new(DMN_RUN_MEMORY_MAX);
    struct dmn_input input = { STR_NONE, dmn_element_name(dmn_model_element(model, 0)), feel_integer(5) };
    if (!arena)
        return;
    enum status status = dmn_evaluate(model, element, arena, 1772478660000, &input, 1, &result, &fault);
    must(status == STATUS_OK || (status == STATUS_LIMIT && fault.text[0] != '\0'));
    buf_init(&out, NULL, WRITTEN_MAX);
    json_writer_init(&w, &out);
    dmn_value_to_json(&w, result.value);
    if (buf_ok(&out) && out.n > 0) {
        const struct json *json;
        enum status read = json_read(arena, buf_str(&out), &json, &fault);
        must(read == STATUS_OK || read != STATUS_INVALID || fault.text[0] != '\0');
    }
    buf_free(&out);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new(DMN_MODEL_MEMORY_MAX);
    struct dmn_file file = { STR("m.dmn"), { (const char *)bytes, n } };
    struct dmn_model *model = NULL;
    struct fault fault = { 0 };
    size_t faults_n;
    if (!arena)
        return 0;
    enum status status = dmn_model_read(arena, &file, 1, &model, &fault);
    must(status == STATUS_OK || fault.text[0] != '\0');
    if (status == STATUS_OK) {
        const struct dmn_fault *faults = dmn_model_faults(model, &faults_n);
        for (size_t i = 0; i < faults_n; i++)
            must(faults[i].words.n > 0);
        for (size_t i = 0; i < dmn_model_elements(model) && i < ASKED_MAX; i++)
            ask(model, dmn_model_element(model, i));
    }
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
