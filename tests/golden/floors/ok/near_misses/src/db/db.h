/* A file of a case, which says what it is for. */
#ifndef CANDOUR_DB_DB_H
#define CANDOUR_DB_DB_H
#include "base/str.h"
#endif
