/* The manifest of a pack as it is written, before any model is read. For this room only. */
#ifndef CANDOUR_POLICY_MANIFEST_H
#define CANDOUR_POLICY_MANIFEST_H

#include "policy/pack.h"

struct manifest_file {
    struct str path, sha256; /* 64 hexadecimal digits */
    int line;
};
/* What policy_version.sha256 is; STR_NONE: no memory. In sign.c. */
struct str policy_version_sum(struct arena *arena, const struct policy_version *version);

struct manifest_version {
    struct str id, note;
    enum policy_kind kind;
    int from, to;
    bool enabled;
    const struct str *instruments;
    size_t instruments_n;
    const struct manifest_file *files;
    size_t files_n;
    int line;
};
struct manifest {
    struct str nation;
    const struct manifest_version *versions;
    size_t versions_n;
};

/*
 * STATUS_INVALID with "manifest.yaml:LINE: …". Checked: names, kinds, days, that no id stands twice, that a version has
 * files, that an enabled one begins on a day (one of publication need not: the rules are the force's own and count on
 * any day), and that two enabled ones of a kind are never in force together.
 */
enum status manifest_read(struct arena *arena, struct str text, struct manifest *out, struct fault *fault);

#endif
