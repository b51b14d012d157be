/*
 * The small YAML that people write for us: settings and the head of a post.
 *
 * Read with libfyaml, then taken into a tree in the arena where every node
 * knows its line and column. Bounded: 64 KB, depth 8, 4,096 nodes. Anchors,
 * aliases, merge keys, tags, a second document and a key twice are faults
 * (nine lines of aliases can ask for 700 MB).
 */
#ifndef CANDOUR_BASE_YAML_H
#define CANDOUR_BASE_YAML_H

#include "base/status.h"
#include "base/str.h"

enum { YAML_MAX_BYTES = 64 * 1024, YAML_MAX_DEPTH = 8, YAML_MAX_NODES = 4096 };

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    bool quoted;      /* scalar: it stood in quotes, so it is text whatever it looks like */
    struct str text;  /* scalar, as written, without quotes and escapes */
    int line, column; /* both from 1, with the offset that `yaml_read` was given; an empty value's are its key's */
    size_t n;
    struct yaml *items; /* list: items; map: values */
    struct yaml *keys;  /* map: scalars */
};

struct yaml_fault {
    int line, column;
    struct fault fault;
};

/*
 * `first_line` is the line of the file on which `text` begins, from 1.
 * An empty text gives a YAML_NULL node.
 */
enum status yaml_read(struct arena *arena, struct str text, int first_line, const struct yaml **out,
                      struct yaml_fault *fault);
const struct yaml *yaml_get(const struct yaml *map, struct str key);
/* The node of the key itself, for its line and column. */
const struct yaml *yaml_key(const struct yaml *map, struct str key);

/* Plain scalars as YAML 1.2's core schema means them. A quoted one is neither. */
bool yaml_bool(const struct yaml *node, bool *out);
bool yaml_i64(const struct yaml *node, int64_t *out);

#endif
