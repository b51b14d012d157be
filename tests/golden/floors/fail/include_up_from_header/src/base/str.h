/* A file of a case, which says what it is for. */
#ifndef CANDOUR_BASE_STR_H
#define CANDOUR_BASE_STR_H
#include "db/db.h"
#endif
