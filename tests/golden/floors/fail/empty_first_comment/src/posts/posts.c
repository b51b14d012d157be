/* */
#include "base/banned.h"
