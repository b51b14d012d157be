/* The small pack of these tests: two models that stand under pack/, and a manifest that a test may change. */
#ifndef CANDOUR_TESTS_POLICY_WORLD_H
#define CANDOUR_TESTS_POLICY_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/json.h"
#include "policy/evaluate.h"

struct world {
    struct arena *arena;
    struct fault fault;
    struct policy_file files[4]; /* the manifest first, then facts, law, recording */
    const struct policy_pack *pack;
};
extern struct world world;

/* In a manifest, FACTS, LAW and RECORDING become the sha256 of the files as they are now. */
#define WORLD_MANIFEST                                                                                                 \
    "nation: england-and-wales\n"                                                                                      \
    "sha256:\n"                                                                                                        \
    "  facts.dmn: FACTS\n"                                                                                             \
    "  law/small.dmn: LAW\n"                                                                                           \
    "  recording/small-recording.dmn: RECORDING\n"                                                                     \
    "versions:\n"                                                                                                      \
    "  - {id: law-2010, kind: law, from: 2010-01-01, to: 2020-01-01, files: [law/small.dmn, facts.dmn]}\n"             \
    "  - {id: law-2020, kind: law, from: 2020-01-01, files: [law/small.dmn, facts.dmn]}\n"                             \
    "  - {id: law-later, kind: law, enabled: false, files: [law/small.dmn, facts.dmn]}\n"                              \
    "  - {id: recording-2015, kind: recording, from: 2015-06-01, files: [recording/small-recording.dmn, facts.dmn]}\n"

int world_begin(void **state);
int world_end(void **state);
/* Reads the pack with this manifest. */
enum status world_read(const char *manifest);
/* Replaces the first place of a piece in a file; the piece has to be there. */
void world_replace(size_t file, const char *piece, const char *by);

const struct json *world_json(const char *text);
enum status world_facts(const char *text, struct policy_facts *out);
/* The answer of the small pack on 2022-10-16; fails the test where there is none. */
struct policy_answer world_answer(const char *facts);
const struct policy_offence_answer *world_offence(const struct policy_answer *answer, const char *id);
const struct policy_question *world_question(const struct policy_answer *answer, const char *fact);
const struct policy_reason *world_reason(const struct policy_answer *answer, const char *rule);

void same_text(struct str is, const char *wanted);

#endif
