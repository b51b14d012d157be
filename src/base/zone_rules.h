/*
 * Offsets of any zone of tzdata, by name: for texts that name one. The zone
 * of the process is zone.h's.
 *
 * Rules are read once a zone from /usr/share/zoneinfo (TZif, RFC 8536) and
 * kept; every function but zone_rules_folder may be called by any thread. A
 * name is only what is there: neither a path nor a link leads out of that
 * folder. A file that is broken, or says what no zone has (an offset of more
 * than 26 hours), is no zone.
 */
#ifndef CANDOUR_BASE_ZONE_RULES_H
#define CANDOUR_BASE_ZONE_RULES_H

#include "base/str.h"

bool zone_rules_known(struct str name);
/* Seconds east of UTC at a moment, in seconds since 1970 UTC. False where there is no such zone, or no memory. */
bool zone_rules_offset(struct str name, int64_t utc, int32_t *offset);
/*
 * The same for what a clock there shows. An hour that comes twice is the first one; one that is left out has the offset
 * from before it.
 */
bool zone_rules_offset_local(struct str name, int64_t local, int32_t *offset);
/* For tests: another folder than tzdata's, NULL for that; what was read before is forgotten. No other thread may be
 * here. */
void zone_rules_folder(const char *folder);
/* Whether the offset was never another one and never will be; then it is in *offset. */
bool zone_rules_fixed(struct str name, int32_t *offset);

#endif
