/*
 * What the engine says: for the tests of its room. One expression, or a whole
 * model, goes the same way as a file does, and the answer is its text.
 */
#ifndef CANDOUR_TEST_DMN_SAID_H
#define CANDOUR_TEST_DMN_SAID_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dmn/dmn.h"

struct said_fact {
    const char *expression, *value; /* as string() writes it, strings in quotes; "null" */
};

/* The value of an expression of FEEL. Good until the next eight calls. */
const char *said(const char *expression);
/* Why it is null; "" where it is not. */
const char *said_why(const char *expression);
/* Each expression has its value; those that have another are printed. */
void said_facts(const struct said_fact *facts, size_t n);
#define SAID_FACTS(facts) said_facts((facts), sizeof(facts) / sizeof(facts)[0])
/*
 * A decision, or a service, of a model: what stands inside <definitions>. `inputs` is a JSON object or NULL. A bound
 * that is hit is "!" and the fault; a model that is refused "?" and the fault.
 */
const char *said_model(const char *inside, const char *decision, const char *inputs);
/* Faults of the model, one a line: "12: D: words". */
const char *said_faults(const char *inside);
/* What the last of these took from its arena. */
size_t said_used(void);

#endif
