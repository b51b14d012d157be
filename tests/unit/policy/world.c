/* The small pack, read anew for each test. */
#include "world.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/banned.h"

struct world world;

static struct str read(const char *path)
{
    struct str bytes;
    if (file_read(world.arena, path, POLICY_FILE_MAX, &bytes, &world.fault) != STATUS_OK)
        fail_msg("%s", world.fault.text);
    return bytes;
}

int world_begin(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    world.arena = arena_new(POLICY_PACK_MEMORY_MAX);
    world.files[1] = (struct policy_file){ STR("facts.dmn"), read(FACTS) };
    world.files[2] = (struct policy_file){ STR("law/small.dmn"), read(PACK "/law/small.dmn") };
    world.files[3] =
        (struct policy_file){ STR("recording/small-recording.dmn"), read(PACK "/recording/small-recording.dmn") };
    return world_read(WORLD_MANIFEST) == STATUS_OK ? 0 : -1;
}

int world_end(void **state)
{
    (void)state;
    arena_free(world.arena);
    return 0;
}

static struct str replaced(struct str text, struct str piece, struct str by)
{
    struct buf b;
    buf_init(&b, world.arena, POLICY_FILE_MAX);
    ptrdiff_t at = str_find(text, piece);
    if (at < 0)
        return text;
    buf_add(&b, str_slice(text, 0, (size_t)at));
    buf_add(&b, by);
    buf_add(&b, str_slice(text, (size_t)at + piece.n, text.n));
    return buf_str(&b);
}

void world_replace(size_t file, const char *piece, const char *by)
{
    struct str before = world.files[file].bytes;
    world.files[file].bytes = replaced(before, str_of(piece), str_of(by));
    assert_true(world.files[file].bytes.p != before.p);
}

enum status world_read(const char *manifest)
{
    static const char *const names[] = { NULL, "FACTS", "LAW", "RECORDING" };
    struct str text = str_of(manifest);
    for (size_t i = 1; i < 4; i++) {
        unsigned char hash[crypto_hash_sha256_BYTES];
        char hex[2 * sizeof hash + 1];
        crypto_hash_sha256(hash, (const unsigned char *)world.files[i].bytes.p, world.files[i].bytes.n);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        text = replaced(text, str_of(names[i]), str_of(hex));
    }
    world.files[0] = (struct policy_file){ STR("manifest.yaml"), text };
    return policy_pack_read(world.arena, world.files, 4, &world.pack, &world.fault);
}

const struct json *world_json(const char *text)
{
    const struct json *json;
    if (json_read(world.arena, str_of(text), &json, &world.fault) != STATUS_OK)
        fail_msg("%s: %s", text, world.fault.text);
    return json;
}

enum status world_facts(const char *text, struct policy_facts *out)
{
    return policy_facts_read(world.arena, world_json(text), out, &world.fault);
}

struct policy_answer world_answer(const char *facts)
{
    struct policy_facts *read_facts = ARENA_NEW(world.arena, struct policy_facts);
    struct policy_answer answer = { 0 };
    struct policy_case asked = { .pack = world.pack, .facts = read_facts, .today = 20221016 };
    if (!read_facts || world_facts(facts, read_facts) != STATUS_OK ||
        policy_evaluate(world.arena, &asked, &answer, &world.fault) != STATUS_OK)
        fail_msg("%s: %s", facts, world.fault.text);
    return answer;
}

const struct policy_offence_answer *world_offence(const struct policy_answer *answer, const char *id)
{
    for (size_t i = 0; i < answer->offences_n; i++)
        if (str_equal(answer->offences[i].offence->id, str_of(id)))
            return &answer->offences[i];
    fail_msg("there is no offence %s", id);
    return NULL;
}

const struct policy_question *world_question(const struct policy_answer *answer, const char *fact)
{
    for (size_t i = 0; i < answer->questions_n; i++)
        if (str_equal(answer->questions[i].fact, str_of(fact)))
            return &answer->questions[i];
    return NULL;
}

const struct policy_reason *world_reason(const struct policy_answer *answer, const char *rule)
{
    for (size_t i = 0; i < answer->reasons_n; i++)
        if (str_equal(answer->reasons[i].rule, str_of(rule)))
            return &answer->reasons[i];
    return NULL;
}

void same_text(struct str is, const char *wanted)
{
    if (!str_equal(is, str_of(wanted)))
        fail_msg("\"%.*s\", not \"%s\"", STR_ARG(is), wanted);
}
