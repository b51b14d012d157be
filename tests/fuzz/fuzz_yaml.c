/*
 * Any bytes as YAML: every node has a place inside the text, every text is
 * valid, the bounds hold, and nothing is left on the heap.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/yaml.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 loses a buffer of 4 KB where a long quoted text is followed by a fault; ours must not leak. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so";
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Counts the nodes below and looks at each. */
static int look_at(const struct yaml *node, int depth, int lines)
{
    int nodes = 1;
    must(depth <= YAML_MAX_DEPTH);
    must(node->line >= 1 && node->line <= lines && node->column >= 1);
    if (node->kind == YAML_SCALAR)
        must(node->text.p && str_is_text(node->text));
    for (size_t i = 0; i < node->n; i++) {
        if (node->kind == YAML_MAP) {
            must(node->keys[i].kind == YAML_SCALAR);
            must(yaml_key(node, node->keys[i].text) == &node->keys[i]); /* and no other before it */
            nodes += look_at(&node->keys[i], depth + 1, lines);
        }
        nodes += look_at(&node->items[i], depth + 1, lines);
    }
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new(64 << 20);
    const struct yaml *root;
    struct yaml_fault fault;
    if (!arena)
        return 0;
    int lines = 2; /* a bare carriage return is a line end too, and an empty value may stand behind the last */
    for (size_t i = 0; i < n; i++)
        lines += bytes[i] == '\n' || bytes[i] == '\r';
    enum status status = yaml_read(arena, (struct str){ (const char *)bytes, n }, 1, &root, &fault);
    must((status == STATUS_OK) == (root != NULL));
    if (status == STATUS_OK)
        must(look_at(root, 0, lines) <= YAML_MAX_NODES);
    else
        must(str_is_text(str_of(fault.fault.text)) && fault.line >= 0 && fault.column >= 0);
    arena_free(arena);
    must(mem_live() == 0);
    return 0;
}
