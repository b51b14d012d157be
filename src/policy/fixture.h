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

/*
 * Fixtures of the rules of publication: a file a check, FOLDER/fixtures/publication/ID.json.
 *
 *   check, origin   the id of the check; as above
 *   version         the version of publication that is meant; without it the last that is enabled
 *   facts           of the check's input, by their names in the model: what all cases have
 *   cases           each { "facts": what it has besides, "expect": outcome, "note": words for people }
 *
 * A fact that is not given is not known.
 */
struct policy_check_fixture {
    struct str id; /* "alt-text/3": check, and the case from 1 */
    struct str check;
    const struct policy_version *version;
    struct dmn_input facts;
    struct str expect;
};
/* In the order of names and cases; none where there is no such folder. */
enum status policy_check_fixtures_read(struct arena *arena, const char *folder, const struct policy_pack *pack,
                                       const struct policy_check_fixture **out, size_t *n, struct fault *fault);

#endif
