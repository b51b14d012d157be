/* A file of a case, which says what it is for. */
#ifndef CANDOUR_STAFF_STAFF_H
#define CANDOUR_STAFF_STAFF_H
#include "db/db.h"
#endif
