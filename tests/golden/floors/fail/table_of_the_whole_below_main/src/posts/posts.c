/* A file of a case, which says what it is for. */
#include "routes.h"
#include "base/banned.h"
