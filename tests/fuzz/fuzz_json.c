/*
 * Any bytes as JSON: what is taken has a canonical form, and the canonical
 * form is a fixed point that reads back. Nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new(64 << 20);
    const struct json *tree, *again;
    struct fault fault;
    if (!arena)
        return 0;
    enum status status = json_read(arena, (struct str){ (const char *)bytes, n }, &tree, &fault);
    must((status == STATUS_OK) == (tree != NULL));
    if (status == STATUS_OK) {
        struct buf first, second;
        buf_init(&first, arena, 16 << 20);
        buf_init(&second, arena, 16 << 20);
        if (json_canonical(&first, tree) == STATUS_OK) {
            /* A whole double above 2^53 may be written as an integer that json_read refuses to call exact. */
            enum status back = json_read(arena, buf_str(&first), &again, &fault);
            if (back == STATUS_OK && json_canonical(&second, again) == STATUS_OK)
                must(str_equal(buf_str(&first), buf_str(&second)));
        }
    } else {
        must(str_is_text(str_of(fault.text)) && fault.text[0] != '\0');
    }
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
