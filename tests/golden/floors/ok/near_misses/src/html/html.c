/* The room where tags are at home. */
#include "html/html.h"

#include "base/banned.h"

static const char tag[] = "<p>";
