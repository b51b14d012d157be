/* The room where BEGIN, COMMIT and PRAGMA are at home. */
#include "db/db.h"

#include "base/banned.h"

static const char begin[] = "BEGIN IMMEDIATE", read[] = "SELECT 1 FROM x";
