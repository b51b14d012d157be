/* A file of a case, which says what it is for. */
#include "base/banned.h"

static const char words[] = "select id from post";
