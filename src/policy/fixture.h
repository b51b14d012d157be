/*
 * Fixtures: cases whose answer is known, one JSON file each, as policy/england-wales/fixtures/ has them.
 *
 *   id, origin      of the case; origin "project" where it is our own
 *   facts           as policy_facts_read takes them, with both dates
 *   from_verdict    paths of facts that only the verdict establishes
 *   note            words for people
 *   as_if           ids of versions to take instead of those in force; so a version that is not enabled is tested
 *   expect          outcome; and, where they are said: strands, offences (id: status), aggravated (id: id or null),
 *                   personal_data, uplift_available
 */
#ifndef CANDOUR_POLICY_FIXTURE_H
#define CANDOUR_POLICY_FIXTURE_H

#include "policy/evaluate.h"

enum { POLICY_FIXTURES_MAX = 5000 };

struct policy_fixture {
    struct str file, id, origin;
    struct policy_facts facts;
    const struct policy_version *law, *recording; /* as_if; NULL: by date */
    const struct json *expect;
};
/* Those of FOLDER/fixtures in the order of their names. A fixture that cannot be read is a fault that names its file.
 */
enum status policy_fixtures_read(struct arena *arena, const char *folder, const struct policy_pack *pack,
                                 const struct policy_fixture **out, size_t *n, struct fault *fault);
/* What is not as expected, one line each, into `wrong`; nothing where all is. */
void policy_fixture_compare(const struct policy_fixture *fixture, const struct policy_answer *answer,
                            struct buf *wrong);

#endif
