/* Tests have no floor, may ask the database and may use any header. */
#include "main/main.h"
#include "routes.h"
#include "base/banned.h"

static const char question[] = "SELECT id FROM post";
