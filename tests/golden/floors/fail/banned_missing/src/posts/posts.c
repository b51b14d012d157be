/* A file of a case, which says what it is for. */
#include "base/str.h"
