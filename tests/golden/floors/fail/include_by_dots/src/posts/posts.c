/* A file of a case, which says what it is for. */
#include "../staff/staff.h"
#include "base/banned.h"
