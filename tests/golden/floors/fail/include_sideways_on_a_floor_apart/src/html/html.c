/* A file of a case, which says what it is for. */
#include "db/db.h"
#include "base/banned.h"
