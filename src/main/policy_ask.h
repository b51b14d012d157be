/* The questions of a case, one at a time at the command line. For this room only. */
#ifndef CANDOUR_MAIN_POLICY_ASK_H
#define CANDOUR_MAIN_POLICY_ASK_H

#include "policy/draft.h"
#include "policy/evaluate.h"

/*
 * Asks on standard error, the most decisive first, and reads from standard input until nothing is left to ask, somebody
 * stops, or the input ends. What is answered stands in the draft, and the facts and the answer in `facts` and `out`.
 * `asked->facts` is not looked at. STATUS_INVALID where what the draft began with does not fit together.
 */
enum status policy_ask(struct policy_draft *draft, const struct policy_case *asked, struct policy_facts *facts,
                       struct policy_answer *out, struct fault *fault);

#endif
