/*
 * Sign-offs put beside a pack. Promises: see sign.h.
 *
 * What could be tried: a file changed together with its sha256 in the manifest, an import left out, a version that
 * begins on another day under the id that was signed. All of these stand in the sum that is signed.
 */
#include "policy/sign.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "policy/manifest.h"
#include "base/banned.h"

enum { SUM_TEXT_MAX = 1024 * 1024 };

static struct str sum_of(struct arena *arena, const struct buf *text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof hash + 1];
    struct str bytes = buf_str(text);
    if (!buf_ok(text))
        return STR_NONE;
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return str_copy(arena, str_of(hex));
}

struct str policy_version_sum(struct arena *arena, const struct policy_version *version)
{
    struct buf text;
    buf_init(&text, arena, SUM_TEXT_MAX);
    buf_format(&text, "%.*s\n%s\n%d\n", STR_ARG(version->id), policy_kind_name(version->kind), version->from);
    for (size_t i = 0; i < version->files_n; i++)
        buf_format(&text, "%.*s %.*s\n", STR_ARG(version->files[i].sha256), STR_ARG(version->files[i].path));
    return sum_of(arena, &text);
}

struct str policy_pack_state(struct arena *arena, const struct policy_pack *pack, int day)
{
    struct buf text;
    buf_init(&text, arena, SUM_TEXT_MAX);
    buf_format(&text, "%.*s\n", STR_ARG(pack->nation));
    for (size_t i = 0; i < pack->versions_n; i++) {
        const struct policy_version *v = &pack->versions[i];
        buf_format(&text, "%.*s %.*s %d %d %d %d %d %d\n", STR_ARG(v->id), STR_ARG(v->sha256), v->from, v->to,
                   v->enabled, v->signed_off, v->refused.p != NULL, policy_pack_on(pack, v->kind, day) == v);
    }
    return sum_of(arena, &text);
}

/* ---- What is no longer as it was ---- */

static const struct policy_version_file *file_in(const struct policy_version_file *files, size_t n, struct str path)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(files[i].path, path))
            return &files[i];
    return NULL;
}

#define WAY_OUT "Put back what was signed, or give the change a version of its own, which is signed by itself."

/* The first difference, in words. */
static struct str what_differs(struct arena *arena, const struct policy_version *version,
                               const struct policy_signature *signature)
{
    for (size_t i = 0; i < signature->files_n; i++) {
        const struct policy_version_file *was = &signature->files[i];
        const struct policy_version_file *is = file_in(version->files, version->files_n, was->path);
        if (!is)
            return str_format(arena,
                              "%.*s was signed off with the file %.*s (sha256 %.*s), which it has no more. " WAY_OUT,
                              STR_ARG(version->id), STR_ARG(was->path), STR_ARG(was->sha256));
        if (!str_equal(is->sha256, was->sha256))
            return str_format(
                arena, "%.*s was changed after its sign-off: the sha256 of %.*s is %.*s, and %.*s was signed. " WAY_OUT,
                STR_ARG(version->id), STR_ARG(was->path), STR_ARG(is->sha256), STR_ARG(was->sha256));
    }
    for (size_t i = 0; i < version->files_n; i++)
        if (!file_in(signature->files, signature->files_n, version->files[i].path))
            return str_format(arena,
                              "%.*s was signed off without the file %.*s (sha256 %.*s), which it has now. " WAY_OUT,
                              STR_ARG(version->id), STR_ARG(version->files[i].path), STR_ARG(version->files[i].sha256));
    return str_format(arena,
                      "%.*s was changed after its sign-off: its kind, the day it begins or the order of its files is "
                      "another (its sha256 is %.*s, and %.*s was signed). " WAY_OUT,
                      STR_ARG(version->id), STR_ARG(version->sha256), STR_ARG(signature->sha256));
}

enum status policy_pack_sign(struct arena *arena, const struct policy_pack *pack,
                             const struct policy_signature *signatures, size_t n, const struct policy_pack **out,
                             struct fault *fault)
{
    struct policy_pack *signed_pack = ARENA_NEW(arena, struct policy_pack);
    struct policy_version *versions = ARENA_ARRAY(arena, pack->versions_n + 1, struct policy_version);
    if (!signed_pack || !versions)
        return fault_no_memory(fault);
    *signed_pack = *pack;
    memcpy(versions, pack->versions, pack->versions_n * sizeof *versions);
    for (size_t i = 0; i < pack->versions_n; i++) {
        struct policy_version *version = &versions[i];
        for (size_t j = 0; j < n; j++)
            if (str_equal(signatures[j].version, version->id)) /* the clock may have been put back */
                version->signature = &signatures[j];
        version->signed_off = version->signature && str_equal(version->signature->sha256, version->sha256);
        if (version->signature && !version->signed_off) {
            version->refused = what_differs(arena, version, version->signature);
            if (!version->refused.p)
                return fault_no_memory(fault);
        }
    }
    signed_pack->versions = versions;
    *out = signed_pack;
    return arena_failed(arena) ? fault_no_memory(fault) : STATUS_OK;
}
