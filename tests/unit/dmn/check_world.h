/* Models for the tests of the check, and what it found in the last of them. */
#ifndef CANDOUR_DMN_CHECK_WORLD_H
#define CANDOUR_DMN_CHECK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "dmn/trace.h" /* before cmocka, which has a macro of the name run_tests */

#include <cmocka.h>

#include "base/buf.h"
#include "dmn/dmn.h"

extern struct arena *arena;
extern struct dmn_model *model;
extern const struct dmn_finding *findings;
extern size_t findings_n;

int set_up(void **state);
int tear_down(void **state);
const char *text(struct str s);
void add_escaped(struct buf *out, struct str s);
void add_text(struct buf *out, const char *element, struct str s);
void begin(struct buf *out);
void read_and_check(struct buf *xml);
void add_inputs(struct buf *out, const char *inputs);
void add_needs(struct buf *out, const char *inputs);
void add_table(struct buf *out, const char *policy, const char *inputs, const char *rules, const char *more);
void check_rules_of(const char *policy, const char *inputs, const char *rules, const char *more);
void check_unique(const char *inputs, const char *rules);
void check_literal(const char *inputs, const char *expression);
size_t count(enum dmn_finding_kind kind);
const struct dmn_finding *the(enum dmn_finding_kind kind);
void nothing_found(void);
void has_words(const struct dmn_finding *finding, const char *words);
void gap_is(const char *cell);

#endif
