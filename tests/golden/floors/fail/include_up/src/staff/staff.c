/* A file of a case, which says what it is for. */
#include "main/command.h"
#include "base/banned.h"
