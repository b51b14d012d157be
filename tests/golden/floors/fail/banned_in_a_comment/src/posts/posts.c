/* A file of a case, which says what it is for. */
#include <string.h>
/*
#include "base/banned.h"
*/
